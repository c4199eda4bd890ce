//! Aside.
pub mod case;
pub mod config;
pub mod detect;
pub mod message;
pub mod policy;
pub mod responder;
pub mod store;
pub mod text;
pub mod wording;
