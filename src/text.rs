//! The normalized view of a message for matching, mapped back to original offsets.

/// A message prepared for matching.
pub struct Text<'a> {
    original: &'a str,
}

impl<'a> Text<'a> {
    /// Prepares `original`.
    #[must_use]
    pub fn new(original: &'a str) -> Self {
        Self { original }
    }

    /// The message as written.
    #[must_use]
    pub fn original(&self) -> &'a str {
        self.original
    }
}
