//! The bot against the embedded Discord, over real HTTP and WebSocket.

mod community;
mod expectation;
mod log;
mod manners;
mod newcomer;
mod once;
#[path = "../simulator/openapi.rs"]
mod openapi;
mod play;
mod process;
mod scenario;
mod scenarios;
mod trouble;
