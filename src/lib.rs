//! Aside.
pub mod case;
mod commands;
pub mod config;
pub mod detect;
pub mod discord;
pub mod message;
pub mod policy;
pub mod responder;
pub mod simulator;
pub mod store;
pub mod text;
pub mod wording;
