//! The core, built from settings that hold.

use super::{Config, ConfigError, rule, templates};
use crate::detect::Scanner;
use crate::policy::Policy;
use crate::wording::Wording;

/// What the settings make: everything that judges a message and words the answer.
pub struct Core {
    /// Finds what is in a message.
    pub scanner: Scanner,
    /// Decides what to do about it.
    pub policy: Policy,
    /// Says it.
    pub wording: Wording,
}

impl Core {
    pub(super) fn build(config: &Config) -> Result<Self, ConfigError> {
        let (rules, detectors) =
            rule::build_all(&config.rule).map_err(|problem| problem.unplaced("settings"))?;
        Ok(Self {
            scanner: Scanner::new(detectors),
            policy: Policy::new(rules, config.watch.exempt_roles.clone()),
            wording: templates::wording(&config.wording)?,
        })
    }
}
