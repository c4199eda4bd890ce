//! The core, built from settings that hold.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::{Config, ConfigError, QuietHours, rule, templates};
use crate::detect::Scanner;
use crate::message::GuildId;
use crate::policy::conversation::Temper;
use crate::policy::raid::RaidLimits;
use crate::policy::{Manner, Mode, Policy, hours};
use crate::responder::Core;

pub(super) fn core(config: &Config) -> Result<Core, ConfigError> {
    let (rules, detectors) = rule::build_all(&config.rule).map_err(|problem| problem.unplaced("settings"))?;
    let allow = config.detect.build().map_err(|problem| problem.under("detect").unplaced("settings"))?;
    let everywhere = manner(config.mode, config.quiet_hours.as_ref());
    Ok(Core {
        scanner: Scanner::new(detectors).allowing(allow),
        policy: Policy::new(rules, config.watch.exempt_roles.clone())
            .carried_out(everywhere, servers(config)),
        wording: templates::wording(&config.wording)?,
        join_within: SignedDuration::try_from(config.cases.join_within).unwrap_or(SignedDuration::MAX),
        temper: Temper { half_life: config.conversation.half_life, simmer: config.conversation.simmer },
        raid: RaidLimits {
            members: usize::from(config.raid.members),
            within: config.raid.within,
            most_threads: usize::from(config.raid.most_threads),
        },
    })
}

fn servers(config: &Config) -> HashMap<GuildId, Manner> {
    let manners = config.server.iter().map(|(id, server)| {
        let hours = server.quiet_hours.as_ref().or(config.quiet_hours.as_ref());
        (*id, manner(server.mode.unwrap_or(config.mode), hours))
    });
    manners.collect()
}

fn manner(mode: Mode, hours: Option<&QuietHours>) -> Manner {
    let quiet_hours = hours.map(|hours| hours::QuietHours {
        from: hours.from,
        to: hours.to,
        time_zone: hours.time_zone.clone(),
    });
    Manner { mode, quiet_hours }
}
