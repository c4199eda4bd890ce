//! The core, built from settings that hold.

use jiff::SignedDuration;

use super::{Config, ConfigError, rule, templates};
use crate::detect::Scanner;
use crate::policy::Policy;
use crate::responder::Core;

pub(super) fn core(config: &Config) -> Result<Core, ConfigError> {
    let (rules, detectors) = rule::build_all(&config.rule).map_err(|problem| problem.unplaced("settings"))?;
    let allow = config.detect.build().map_err(|problem| problem.under("detect").unplaced("settings"))?;
    Ok(Core {
        scanner: Scanner::new(detectors).allowing(allow),
        policy: Policy::new(rules, config.watch.exempt_roles.clone()),
        wording: templates::wording(&config.wording)?,
        join_within: SignedDuration::try_from(config.cases.join_within).unwrap_or(SignedDuration::MAX),
    })
}
