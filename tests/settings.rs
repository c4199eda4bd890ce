//! What moderators set in chat: settings over those of the file, their differences, and what comes into force.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::path::Path;
use std::time::Duration;

use aside::case::clock::WorkingHours;
use aside::config::{
    Config, GuildConfigs, GuildSettings, Loaded, RuleChange, RuleOrigin, RuleTable, RulesFile, Standing,
    Subject,
};
use aside::message::{ChannelId, GuildId, RoleId};
use aside::policy::Mode;
use aside::wording::{Facts, Utterance};
use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;
use serde_json::json;

const HARBOR: GuildId = GuildId(1);

fn configs(text: &str) -> GuildConfigs {
    let config = Config::parse(text, Path::new("test.toml")).unwrap();
    let core = config.build().unwrap();
    GuildConfigs::new(Loaded { config, core, file: None }).unwrap()
}

fn words(name: &str, words: &str) -> RuleTable {
    let text = format!(
        "[[rule]]\nname = {name:?}\ncategory = \"confidential\"\nwhen = {{ words = [{words:?}] }}\naction = \"alert\"\n"
    );
    RulesFile::parse(&text, Path::new("rule.toml")).unwrap().rule.remove(0)
}

fn change(name: &str, table: Option<RuleTable>, standing: Standing) -> RuleChange {
    RuleChange { name: name.to_owned(), table, standing }
}

fn nights() -> WorkingHours {
    WorkingHours {
        days: vec![Weekday::Friday, Weekday::Saturday],
        from: time(22, 0, 0, 0),
        to: time(6, 30, 0, 0),
        time_zone: TimeZone::get("America/New_York").unwrap(),
    }
}

/// Everything set to something.
fn everything() -> GuildSettings {
    GuildSettings {
        moderator_role: Some(RoleId(u64::MAX)),
        desk_channel: Some(ChannelId(2)),
        alert_channel: Some(ChannelId(3)),
        channels: Some(vec![ChannelId(4)]),
        mode: Some(Mode::Observe),
        language: Some("de".to_owned()),
        escalation_role: Some(RoleId(5)),
        remind_after: Some(Duration::from_mins(90)),
        escalate_after: Some(Duration::ZERO),
        working_hours: Some(nights()),
        rules: vec![
            change("secrets", None, Standing::Off),
            change("falcon", Some(words("falcon", "project falcon")), Standing::On),
        ],
        wording: [("de".to_owned(), [(Utterance::Raid, "Moment, bitte.".to_owned())].into())].into(),
    }
}

#[test]
fn every_subject_can_be_read_set_and_taken_back() {
    let (before, after) = (GuildSettings::default(), everything());
    let parts = before.difference(&after);
    let names: Vec<String> = parts.iter().map(|part| part.subject.clone().into()).collect();
    let expected = [
        "moderator_role",
        "desk_channel",
        "alert_channel",
        "channels",
        "mode",
        "language",
        "escalation_role",
        "remind_after",
        "escalate_after",
        "working_hours",
        "rule:falcon",
        "rule:secrets",
        "wording:de:raid",
    ];
    assert_eq!(names, expected);
    let (mut forth, mut back) = (before.clone(), after.clone());
    for part in &parts {
        assert_eq!(
            (before.get(&part.subject), after.get(&part.subject)),
            (part.before.clone(), part.after.clone())
        );
        assert_eq!(Subject::try_from(String::from(part.subject.clone())), Ok(part.subject.clone()));
        forth.put(&part.subject, part.after.clone());
        back.put(&part.subject, part.before.clone());
    }
    assert!(before.difference(&back).is_empty() && back == before);
    assert!(after.difference(&forth).is_empty());
    assert!(Subject::try_from("wording:de:nothing".to_owned()).is_err());
}

#[test]
fn settings_are_kept_as_they_were() {
    let text = serde_json::to_string(&everything()).unwrap();
    assert_eq!(serde_json::from_str::<GuildSettings>(&text).unwrap(), everything());
    assert_eq!(serde_json::to_string(&GuildSettings::default()).unwrap(), "{}");
}

#[test]
fn it_is_visible_where_each_rule_comes_from() {
    use aside::config::RuleOrigin::{Changed, Default, Own};
    use aside::config::Standing::{Off, On, Removed};
    let file = Config::default().rule;
    let mut hotter = file.iter().find(|rule| rule.name == "boiling-point").unwrap().clone();
    hotter.when.heat = Some(0.9);
    let settings = GuildSettings {
        rules: vec![
            change("falcon", Some(words("falcon", "project falcon")), On),
            change("boiling-point", Some(hotter), On),
            change("solicitation", None, Off),
            change("account-issues", None, Removed),
            // The file had it once, and has it no more.
            change("gone", None, Off),
        ],
        ..GuildSettings::default()
    };
    let rules = settings.rules_over(&file);
    let told: Vec<(&str, RuleOrigin, Standing)> =
        rules.iter().map(|rule| (rule.table.name.as_str(), rule.origin, rule.standing)).collect();
    let expected = [
        ("secrets", Default, On),
        ("personal-details", Default, On),
        ("confidential", Default, On),
        ("boiling-point", Changed, On),
        ("solicitation", Default, Off),
        ("long-exchange", Default, On),
        ("account-issues", Default, Removed),
        ("falcon", Own, On),
    ];
    assert_eq!(told, expected);
}

#[test]
fn rules_come_back_from_a_file_as_they_went() {
    let mut rules = Config::default().rule;
    rules[0].channels = Some(vec![ChannelId(123_456_789_012_345_678)]);
    rules[0].roles = Some(Vec::new());
    rules.push(words("falcon", "\"quoted\" 🦅 ملف"));
    let file = RulesFile { rule: rules };
    let text = file.to_toml();
    assert!(text.contains("heat = 0.6\n") && text.contains("cooldown = \"10m\"\n"), "{text}");
    assert_eq!(RulesFile::parse(&text, Path::new("rules.toml")).unwrap(), file);
}

#[test]
fn a_server_has_its_own_and_all_others_the_files() {
    let configs = configs("mode = \"suggest\"\n[server.\"2\"]\nmode = \"observe\"\n");
    let config = configs.build(HARBOR, 1, everything()).unwrap();
    configs.put(HARBOR, config);
    let here = configs.of(HARBOR);
    assert!(
        here.core.scanner.scan("news of Project Falcon").findings.iter().any(|found| found.rule.is_some())
    );
    assert_eq!(here.core.wording.render(None, Utterance::Raid, 0, &Facts::default()), "Moment, bitte.");
    assert_eq!((here.server.mode, here.server.desk_channel), (Some(Mode::Observe), Some(ChannelId(2))));
    let promise = &here.core.promise;
    assert_eq!((promise.remind_after.as_mins(), promise.escalate_after.as_mins()), (90, 0));
    assert_eq!((promise.hours.clone(), here.server.escalation_role), (Some(nights()), Some(RoleId(5))));
    let other = configs.of(GuildId(3));
    assert!(other.core.scanner.scan("news of Project Falcon").findings.is_empty());
    assert_eq!((other.revision, other.core.promise.hours.clone()), (0, None));
    assert_eq!(configs.of(GuildId(2)).server.mode, Some(Mode::Observe), "the file's table for one server");
}

#[test]
fn what_does_not_fit_is_refused_with_the_field_and_nothing_changes() {
    let configs = configs("");
    let mut broken = words("falcon", "x");
    broken.when.pattern = Some("(".to_owned());
    let settings = GuildSettings {
        rules: vec![change("falcon", Some(broken), Standing::On)],
        ..GuildSettings::default()
    };
    let error = configs.build(HARBOR, 1, settings).err().unwrap().to_string();
    assert!(error.starts_with("`when.pattern`, at character 1: unclosed group\nValid: "), "{error}");
    let wording = [("en".to_owned(), [(Utterance::Raid, "{{ kinds }}".to_owned())].into())].into();
    let error =
        configs.build(HARBOR, 1, GuildSettings { wording, ..GuildSettings::default() }).err().unwrap();
    assert!(error.to_string().contains("everyone reads this, so it must not tell `kinds`"), "{error}");
    let many = (0..101).map(|at| {
        let name = format!("rule-{at}");
        change(&name, Some(words(&name, "x")), Standing::On)
    });
    let settings = GuildSettings { rules: many.collect(), ..GuildSettings::default() };
    let error = configs.build(HARBOR, 1, settings).err().unwrap().to_string();
    assert!(error.contains("108 rules are too many\nValid: at most 100"), "{error}");
    assert_eq!(configs.of(HARBOR).revision, 0);
}

#[test]
fn an_older_revision_never_takes_the_place_of_a_newer_one() {
    let configs = configs("");
    for revision in [2, 1] {
        let settings = GuildSettings { desk_channel: Some(ChannelId(revision)), ..GuildSettings::default() };
        configs.put(HARBOR, configs.build(HARBOR, revision, settings).unwrap());
    }
    assert_eq!(configs.of(HARBOR).server.desk_channel, Some(ChannelId(2)));
}

#[test]
fn a_value_that_is_none_counts_as_none() {
    let mut settings = everything();
    settings.put(&Subject::Mode, Some(json!("sideways")));
    settings.put(&Subject::Rule("falcon".to_owned()), Some(json!(7)));
    settings.put(&Subject::RemindAfter, Some(json!("soon")));
    settings.put(&Subject::WorkingHours, Some(json!({ "from": "09:00" })));
    assert_eq!((settings.mode, settings.rules.len()), (None, 1));
    assert_eq!((settings.remind_after, settings.working_hours), (None, None));
}
