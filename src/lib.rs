//! Aside.
pub mod config;
pub mod detect;
pub mod message;
pub mod policy;
pub mod text;
pub mod wording;
