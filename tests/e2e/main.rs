//! The bot against the embedded Discord, over real HTTP and WebSocket.

mod community;
mod expectation;
mod log;
mod manners;
mod newcomer;
mod once;
mod play;
mod process;
mod scenario;
mod scenarios;
mod trouble;
