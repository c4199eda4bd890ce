//! The bot against the embedded Discord, over real HTTP and WebSocket.

mod community;
mod main_job;
mod newcomer;
