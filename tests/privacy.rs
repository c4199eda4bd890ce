//! What is stored about people: that all of it is known, can be shown, is forgotten on wish and in time, and is then
//! really gone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it is wrong")]

#[path = "privacy/command_line.rs"]
mod command_line;
#[path = "privacy/forgetting.rs"]
mod forgetting;
#[path = "privacy/keeping.rs"]
mod keeping;
#[path = "privacy/place.rs"]
mod place;
#[path = "privacy/tables.rs"]
mod tables;
