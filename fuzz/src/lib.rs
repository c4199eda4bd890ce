//! The targets of `tests/hostile`, for libfuzzer.

#[path = "../../tests/hostile/targets.rs"]
pub mod targets;
