//! How many there are, for whoever runs the bot: figures that name nobody.

use std::collections::BTreeMap;

use crate::case::State;

/// How many cases are open, and what was given up, over all servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By their states; those that are over are not counted.
    pub open: BTreeMap<State, u64>,
    /// Nobody has answered the member although moderators were reminded, once.
    pub reminded: u64,
    /// Nobody has answered although others were asked, too, which is all there is.
    pub escalated: u64,
    /// Actions that were given up and that nobody has tried again or dropped.
    pub dead_letters: u64,
}
