//! What is kept of causes.

use super::Pending;
use crate::case::cause::CauseNotice;

/// What came of an event of a cause.
#[derive(Clone, Debug)]
pub struct CauseHappened {
    /// Its notice as it was.
    pub before: CauseNotice,
    /// Its notice as it is.
    pub notice: CauseNotice,
    /// What follows, of the cause and of the cases that something happened to with it.
    pub pending: Vec<Pending>,
}
