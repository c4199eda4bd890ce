//! Counting what was found against what is there.

/// What came of the rows of one kind.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    /// How many are there.
    pub(crate) all: usize,
    /// How many of them were found.
    pub(crate) found: usize,
    /// How many were found that are not there.
    pub(crate) alarms: usize,
}

impl Tally {
    /// One row: whether something is there, and whether it was found.
    pub(crate) fn count(&mut self, there: bool, found: bool) {
        self.all += usize::from(there);
        self.found += usize::from(there && found);
        self.alarms += usize::from(!there && found);
    }

    /// Precision, recall and F1.
    pub(crate) fn figures(self) -> String {
        let share = |part: usize, whole: usize| part as f64 / (whole as f64).max(1.0);
        let precision = share(self.found, self.found + self.alarms);
        let recall = share(self.found, self.all);
        let f1 = share(2 * self.found, self.found + self.alarms + self.all);
        format!("{precision:.3} {recall:.3} {f1:.3}")
    }
}
