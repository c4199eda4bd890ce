//! Messages that were deleted a moment ago: what comes of them late is not acted on any more.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// So many are remembered: events come out of order by moments, and history is read for seconds.
const KEPT: usize = 4096;

/// Messages that were deleted a moment ago, by their identifiers.
#[derive(Default)]
pub(super) struct Gone(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Gone {
    /// `message` was deleted.
    pub(super) fn put(&self, message: u64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.known.insert(message) {
            kept.order.push_back(message);
        }
        if kept.order.len() > KEPT
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.known.remove(&oldest);
        }
    }

    /// Whether `message` was deleted a moment ago.
    pub(super) fn holds(&self, message: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).known.contains(&message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_remembered() {
        let gone = Gone::default();
        let most = u64::try_from(KEPT).unwrap();
        (0..=most).chain(5..10).for_each(|message| gone.put(message));
        assert!(!gone.holds(0) && gone.holds(1) && gone.holds(most) && !gone.holds(most + 1));
    }
}
