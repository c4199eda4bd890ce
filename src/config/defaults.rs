//! What holds when nothing is configured. `config.toml` says the same, with the reasons.

use std::collections::BTreeMap;
use std::time::Duration;

use super::rule::COOLDOWN;
use super::{Cases, CatchUp, Config, Detect, RuleTable, Store, Thread, Watch, WhenTable, WordingSettings};
use crate::detect::{Category, Kind};
use crate::policy::Response;

impl Default for Config {
    fn default() -> Self {
        Self {
            store: Store::default(),
            watch: Watch::default(),
            detect: Detect::default(),
            thread: Thread::default(),
            cases: Cases::default(),
            catch_up: CatchUp::default(),
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
        Self { join_within: Duration::from_hours(24) }
    }
}

impl Default for CatchUp {
    fn default() -> Self {
        Self { max_age: Duration::from_hours(1), max_messages: 200 }
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

fn rules() -> Vec<RuleTable> {
    use Category::{BoilingPoint, Confidential, NeedsDetails, SensitiveInfo};
    use Response::{Alert, Observe, Shield, TakeAside};
    let boiling = WhenTable { heat: Some(0.7), ..WhenTable::default() };
    vec![
        rule("secrets", SensitiveInfo, kinds(SECRETS, 0.8), Shield),
        rule("personal-details", SensitiveInfo, kinds(PERSONAL_DETAILS, 0.7), TakeAside),
        rule("confidential", Confidential, kinds(&[Kind::ConfidentialMarker], 0.7), TakeAside),
        rule("boiling-point", BoilingPoint, boiling, TakeAside),
        rule("solicitation", NeedsDetails, kinds(&[Kind::Solicitation], 0.6), Alert),
        rule("account-issues", SensitiveInfo, kinds(&[Kind::AccountIssue], 0.5), Observe),
    ]
}

fn kinds(kinds: &[Kind], confidence: f32) -> WhenTable {
    WhenTable { kinds: Some(kinds.to_vec()), confidence: Some(confidence), ..WhenTable::default() }
}

fn rule(name: &str, category: Category, when: WhenTable, action: Response) -> RuleTable {
    RuleTable {
        name: name.to_owned(),
        category,
        when,
        action,
        cooldown: COOLDOWN,
        channels: None,
        roles: None,
        template: None,
    }
}
