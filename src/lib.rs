//! Aside.
pub mod case;
pub mod detect;
pub mod message;
pub mod policy;
pub mod text;
pub mod wording;
