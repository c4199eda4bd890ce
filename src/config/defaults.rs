//! What holds when nothing is configured. `config.toml` says the same, with the reasons.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{
    Cases, CatchUp, Causes, Clock, Commands, Config, Conversation, Detect, Privacy, Raid, RuleTable, Store,
    Telemetry, Thread, Watch, WhenTable, WordingSettings,
};
use crate::case::FollowUp;
use crate::detect::{Category, Kind};
use crate::policy::conversation::Temper;
use crate::policy::{Mode, Response};

impl Default for Config {
    fn default() -> Self {
        Self {
            mode: Mode::Act,
            store: Store::default(),
            watch: Watch::default(),
            detect: Detect::default(),
            thread: Thread::default(),
            cases: Cases::default(),
            clock: Clock::default(),
            conversation: Conversation::default(),
            raid: Raid::default(),
            causes: Causes::default(),
            quiet_hours: None,
            catch_up: CatchUp::default(),
            privacy: Privacy::default(),
            commands: Commands::default(),
            telemetry: Telemetry::default(),
            wording: WordingSettings::default(),
            server: BTreeMap::new(),
            rule: rules(),
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { url: "sqlite://aside.db".to_owned() }
    }
}

impl Default for Thread {
    fn default() -> Self {
        Self { auto_archive: 1440 }
    }
}

impl Default for Cases {
    fn default() -> Self {
        Self {
            join_within: Duration::from_hours(24),
            expire_after: Duration::from_hours(7 * 24),
            follow_up: FollowUp::Auto,
        }
    }
}

impl Default for Conversation {
    fn default() -> Self {
        let Temper { half_life, simmer } = Temper::default();
        Self { half_life, simmer }
    }
}

impl Default for Raid {
    fn default() -> Self {
        Self { members: 6, within: Duration::from_secs(30), most_threads: 8 }
    }
}

impl Default for Causes {
    fn default() -> Self {
        Self { cases: 5, within: Duration::from_hours(1) }
    }
}

impl Default for CatchUp {
    fn default() -> Self {
        Self { max_age: Duration::from_hours(1), max_messages: 200 }
    }
}

impl Default for Commands {
    fn default() -> Self {
        Self { confirm_above: 0.01 }
    }
}

impl Default for WordingSettings {
    fn default() -> Self {
        Self { language: "en".to_owned(), templates: None }
    }
}

const SECRETS: &[Kind] = &[
    Kind::Card,
    Kind::Iban,
    Kind::NationalId,
    Kind::Password,
    Kind::ApiKey,
    Kind::PrivateKey,
    Kind::Token,
    Kind::UrlCredentials,
    Kind::CryptoWallet,
];

const PERSONAL_DETAILS: &[Kind] = &[
    Kind::Phone,
    Kind::Email,
    Kind::PostalAddress,
    Kind::IpAddress,
    Kind::AccountNumber,
    Kind::OrderNumber,
    Kind::DateOfBirth,
    Kind::PersonName,
];

/// What tells that two talk about one's own issue, or look for a time.
const DETAILS: &[Kind] =
    &[Kind::AccountIssue, Kind::Solicitation, Kind::Scheduling, Kind::OrderNumber, Kind::AccountNumber];

fn rules() -> Vec<RuleTable> {
    use Category::{BoilingPoint, Confidential, NeedsDetails, SensitiveInfo};
    use Response::{Shield, Suggest, TakeAside};
    let boiling = WhenTable { heat: Some(0.6), ..WhenTable::default() };
    let long = WhenTable { exchanges: Some(6), kinds: Some(DETAILS.to_vec()), ..WhenTable::default() };
    vec![
        RuleTable::new("secrets", SensitiveInfo, kinds(SECRETS, 0.8), Shield),
        RuleTable::new("personal-details", SensitiveInfo, kinds(PERSONAL_DETAILS, 0.7), TakeAside),
        RuleTable::new("confidential", Confidential, kinds(&[Kind::ConfidentialMarker], 0.7), TakeAside),
        RuleTable::new("boiling-point", BoilingPoint, boiling, TakeAside),
        RuleTable::new("solicitation", NeedsDetails, kinds(&[Kind::Solicitation], 0.7), Suggest),
        RuleTable::new("long-exchange", NeedsDetails, long, Suggest),
        RuleTable::new("account-issues", SensitiveInfo, kinds(&[Kind::AccountIssue], 0.7), Suggest),
    ]
}

fn kinds(kinds: &[Kind], confidence: f32) -> WhenTable {
    WhenTable { kinds: Some(kinds.to_vec()), confidence: Some(confidence), ..WhenTable::default() }
}
