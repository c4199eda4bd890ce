//! The core, built from settings that hold.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::rule::{self, Built};
use super::{Causes, Clock, Config, ConfigError, QuietHours, Server, templates};
use crate::case::clock::Promise;
use crate::detect::Scanner;
use crate::message::GuildId;
use crate::policy::cause::CauseLimits;
use crate::policy::conversation::Temper;
use crate::policy::raid::RaidLimits;
use crate::policy::{Manner, Mode, Policy, hours};
use crate::wording::Wording;

/// The built, immutable core: everything that judges and words.
pub struct Core {
    /// Finds things.
    pub scanner: Scanner,
    /// Decides.
    pub policy: Policy,
    /// Says it.
    pub wording: Wording,
    /// A case at most this old takes further messages of its member.
    pub join_within: SignedDuration,
    /// How soon members are answered, and how long cases stay open.
    pub promise: Promise,
    /// How temperature rises and falls.
    pub temper: Temper,
    /// What counts as a raid.
    pub raid: RaidLimits,
    /// How many cases make a cause.
    pub causes: CauseLimits,
}

pub(super) fn core(config: &Config) -> Result<Core, ConfigError> {
    let built = rule::build_all(&config.rule, &[]).map_err(|problem| problem.unplaced("settings"))?;
    let allow = config.detect.build().map_err(|problem| problem.under("detect").unplaced("settings"))?;
    let everywhere = manner(config.mode, config.quiet_hours.as_ref());
    Ok(Core {
        scanner: Scanner::new(rule::detectors(&built)).allowing(allow),
        policy: Policy::new(rule::rules(&built), config.watch.exempt_roles.clone())
            .carried_out(everywhere, servers(config)),
        wording: templates::wording(&config.wording)?,
        join_within: SignedDuration::try_from(config.cases.join_within).unwrap_or(SignedDuration::MAX),
        promise: config.clock.promise(config.cases.expire_after),
        temper: Temper { half_life: config.conversation.half_life, simmer: config.conversation.simmer },
        raid: RaidLimits {
            members: usize::from(config.raid.members),
            within: config.raid.within,
            most_threads: usize::from(config.raid.most_threads),
        },
        causes: causes(config),
    })
}

fn causes(config: &Config) -> CauseLimits {
    let Causes { cases, within } = config.causes;
    let burst = if config.raid.members == 0 { Duration::ZERO } else { config.raid.within };
    CauseLimits { cases: usize::from(cases), within, burst }
}

/// The core of one server: what `shared` judges and says with its own rules and words instead.
pub(super) fn of_guild(
    config: &Config,
    shared: &Core,
    server: &Server,
    built: &[Arc<Built>],
    wording: Wording,
) -> Core {
    let hours = server.quiet_hours.as_ref().or(config.quiet_hours.as_ref());
    let manner = manner(server.mode.unwrap_or(config.mode), hours);
    Core {
        scanner: shared.scanner.with(rule::detectors(built)),
        policy: Policy::new(rule::rules(built), config.watch.exempt_roles.clone())
            .carried_out(manner, HashMap::new()),
        wording,
        join_within: shared.join_within,
        promise: promise(config, server),
        temper: shared.temper,
        raid: shared.raid,
        causes: shared.causes,
    }
}

fn promise(config: &Config, server: &Server) -> Promise {
    let Clock { remind_after, escalate_after, working_hours } = &config.clock;
    let clock = Clock {
        remind_after: server.remind_after.unwrap_or(*remind_after),
        escalate_after: server.escalate_after.unwrap_or(*escalate_after),
        working_hours: server.working_hours.as_ref().or(working_hours.as_ref()).cloned(),
    };
    clock.promise(config.cases.expire_after)
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
