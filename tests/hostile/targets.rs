//! What is thrown at the product: one function a target, the same for the fuzzers in `fuzz/` and the bounded runs of
//! `cargo test --test hostile`. Each makes an input out of bytes and stops when something does not hold of it.

mod input;
mod settings;
mod town;
mod wording;
mod words;

use arbitrary::{Result, Unstructured};

/// Makes an input and checks what must hold of it; fails only when there are too few bytes for one.
type Target = fn(&mut Unstructured<'_>) -> Result<()>;

/// Runs `target` on `data`.
fn run(target: Target, data: &[u8]) {
    // Too few bytes for an input are no input.
    target(&mut Unstructured::new(data)).ok();
}

macro_rules! targets {
    ($($(#[$doc:meta])* $name:ident = $target:path;)+) => {
        $($(#[$doc])* pub fn $name(data: &[u8]) {
            run($target, data);
        })+
    };
}

targets! {
    /// Normalization of any text.
    normalization = words::normalization;
    /// Every detector by itself.
    detectors = words::detectors;
    /// The whole scanner, with rules of a moderator's.
    scanner = words::scanner;
    /// Templates of moderators with the words of members in them.
    templates = wording::templates;
    /// The text of `config.toml`.
    config = settings::config;
    /// Files of rules.
    rules = settings::rules;
    /// AutoMod's rules, as Discord lists them.
    automod = settings::automod;
    /// Commands, buttons, selects and forms, to a running bot.
    interactions = town::interactions;
    /// Events of the gateway, to a running bot.
    gateway = town::gateway;
}
