//! National identification, tax and social security numbers.

mod digits;
mod lettered;

use super::{Detector, Finding};
use crate::text::Text;

/// Finds national numbers of eleven countries, each by its check digit where it has one; where
/// digits alone could be anything, only beside a word that names the number.
pub(super) struct NationalId;

impl Detector for NationalId {
    fn prepare(&self) {
        lettered::prepare();
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        if text.digits().is_empty() {
            return;
        }
        digits::detect(text, findings);
        lettered::detect(text, findings);
    }
}
