//! The bot against the embedded Discord, over real HTTP and WebSocket.

#[cfg(test)]
mod catch_up;
#[cfg(test)]
mod circuit;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod community;
#[cfg(test)]
mod database;
#[cfg(test)]
mod equal;
#[cfg(test)]
mod expectation;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod injected;
#[cfg(test)]
mod joining;
#[cfg(test)]
mod life;
#[cfg(test)]
mod log;
#[cfg(test)]
mod manners;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod newcomer;
#[cfg(test)]
mod once;
#[cfg(test)]
#[path = "../simulator/openapi.rs"]
mod openapi;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod play;
#[cfg(test)]
mod process;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod raid;
#[cfg(test)]
mod scenario;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod secrets;
#[cfg(test)]
#[path = "../postgres/server.rs"]
mod server;
#[cfg(test)]
mod simmer;
#[cfg(test)]
mod transcript;
#[cfg(test)]
mod trouble;
#[cfg(test)]
mod watching;
