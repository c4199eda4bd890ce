//! Settings: the documented file is the default, and every broken file says what would be right.
//!
//! `tests/config/NAME.toml` is a broken file, `tests/config/NAME.txt` what is said about it.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aside::case::clock::WorkingHours;
use aside::config::{Config, GuildConfigs, LONGEST_WORD, Loaded, MOST_RULES, MOST_WORDS};
use aside::detect::Kind;
use aside::message::{ChannelId, GuildId, RoleId};
use aside::policy::cause::CauseLimits;
use jiff::SignedDuration;
use jiff::civil::{Weekday, time};
use serde::Deserialize;

const DOCUMENTED: &str = include_str!("../config.toml");

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("config.toml")).map_err(|error| error.to_string())
}

#[test]
fn the_documented_file_is_the_default() {
    assert_eq!(parse(DOCUMENTED), Ok(Config::default()));
    assert_eq!(parse(""), Ok(Config::default()));
}

#[test]
fn the_documented_file_names_every_key() {
    let rule = "[[rule]]\nname = 'a'\ncategory = 'personal'\naction = 'alert'\n";
    let tables = [
        String::new(),
        "[store]\n".to_owned(),
        "[watch]\n".to_owned(),
        "[detect]\n".to_owned(),
        "[thread]\n".to_owned(),
        "[cases]\n".to_owned(),
        "[causes]\n".to_owned(),
        "[clock]\n".to_owned(),
        "[clock.working_hours]\nfrom = '09:00'\nto = '17:00'\n".to_owned(),
        "[catch_up]\n".to_owned(),
        "[privacy]\n".to_owned(),
        "[commands]\n".to_owned(),
        "[telemetry]\n".to_owned(),
        "[wording]\n".to_owned(),
        "[server.\"1\"]\n".to_owned(),
        format!("{rule}when = {{ heat = 1 }}\n"),
        format!("{rule}[rule.when]\n"),
    ];
    let words: BTreeSet<&str> = DOCUMENTED.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    for table in tables {
        let keys = keys_of(&table);
        assert!(!keys.is_empty(), "{table} has keys");
        for key in &keys {
            assert!(words.contains(key.as_str()), "config.toml does not explain `{key}` of {table}");
        }
    }
}

/// The keys that the error about an unknown one lists.
fn keys_of(table: &str) -> Vec<String> {
    let error = parse(&format!("{table}no_such_key = 1")).expect_err("an unknown key is refused");
    let valid = error.split("= valid: ").nth(1).unwrap_or_default();
    valid.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn ids_are_numbers_or_strings() {
    let config = parse(
        "[watch]\nchannels = [1, '2']\nexempt_roles = ['3']\n[server.'4']\nmoderator_role = 5\ndesk_channel = '6'\n",
    )
    .expect("valid");
    assert_eq!(config.watch.channels, [ChannelId(1), ChannelId(2)]);
    assert_eq!(config.watch.exempt_roles, [RoleId(3)]);
    let server = &config.server[&GuildId(4)];
    assert_eq!(server.moderator_role, Some(RoleId(5)));
    assert_eq!(server.desk_channel, Some(ChannelId(6)));
    assert_eq!(server.alert_channel, None);
}

#[test]
fn times_are_written_as_people_write_them() {
    for (text, minutes) in
        [("10m", 10), ("1h30m", 90), ("24h", 1440), ("1h 5m", 65), ("7d", 10080), ("0s", 0)]
    {
        let config = parse(&format!("[cases]\njoin_within = '{text}'")).expect("valid");
        assert_eq!(config.cases.join_within, Duration::from_mins(minutes), "{text}");
    }
}

#[test]
fn a_cause_can_be_made_of_fewer_cases_or_never() {
    let limits = |text: &str| parse(text).expect("valid").build().expect("valid").causes;
    let few = limits("[causes]\ncases = 3\nwithin = '30m'");
    assert_eq!((few.cases, few.within), (3, Duration::from_mins(30)));
    assert_eq!(limits("[causes]\ncases = 0").cases, 0);
    let burst = Duration::from_secs(30);
    assert_eq!(limits(""), CauseLimits { burst, ..CauseLimits::default() }, "a raid is no cause");
    assert_eq!(limits("[raid]\nmembers = 0").burst, Duration::ZERO);
}

#[test]
fn what_is_kept_is_kept_for_days() {
    let config =
        parse("[privacy]\nkeep_closed = '14d'\nkeep_examples = '2w'\ntranscripts = true").expect("valid");
    let fortnight = Duration::from_hours(14 * 24);
    assert_eq!((config.privacy.keep_closed, config.privacy.keep_examples), (fortnight, fortnight));
    let days = |keep: &str, transcripts: bool| {
        let text = format!("[privacy]\nkeep_closed = '{keep}'\ntranscripts = {transcripts}");
        parse(&text).expect("valid").privacy.transcript_days()
    };
    for (keep, promised) in [("0s", 1), ("1h", 1), ("24h", 1), ("36h", 2), ("30d", 30)] {
        assert_eq!(days(keep, true), Some(promised), "{keep}");
        assert_eq!(days(keep, false), None, "{keep}");
    }
}

#[test]
fn working_hours_are_written_as_people_write_them() {
    let hours = |text: &str| {
        let config = parse(&format!("[clock]\nworking_hours = {{ {text} }}")).expect("valid");
        config.clock.working_hours.expect("set")
    };
    let week = hours(
        "days = ['fri', 'Monday', 'mon', 'TU'], from = '09:00', to = '17:30', time_zone = 'Asia/Tokyo'",
    );
    assert_eq!(week.days, [Weekday::Monday, Weekday::Tuesday, Weekday::Friday]);
    assert_eq!((week.from, week.to), (time(9, 0, 0, 0), time(17, 30, 0, 0)));
    assert_eq!(week.time_zone.iana_name(), Some("Asia/Tokyo"));
    let all = hours("from = '00:00', to = '00:00'");
    assert_eq!(all, WorkingHours::always());
}

#[test]
fn a_server_promises_what_its_table_says_and_the_rest_as_everywhere() {
    let text = "[cases]\nexpire_after = '2d'\n\
                [clock]\nremind_after = '10m'\nworking_hours = { from = '08:00', to = '20:00' }\n\
                [server.1]\nremind_after = '1h'\n\
                [server.2]\nworking_hours = { from = '00:00', to = '00:00' }\n";
    let config = parse(text).expect("valid");
    let core = config.build().expect("valid");
    let configs = GuildConfigs::new(Loaded { config, core, file: None }).expect("valid");
    let told = |guild| {
        let promise = configs.of(GuildId(guild)).core.promise.clone();
        let minutes = |time: SignedDuration| time.as_mins();
        let hours = promise.hours.map(|hours| (hours.from.hour(), hours.to.hour()));
        let (remind, escalate) = (minutes(promise.remind_after), minutes(promise.escalate_after));
        (remind, escalate, hours, promise.expire_after.as_hours())
    };
    assert_eq!(told(1), (60, 15, Some((8, 20)), 48));
    assert_eq!(told(2), (10, 15, None, 48), "open at any time");
    assert_eq!(told(3), (10, 15, Some((8, 20)), 48), "as everywhere");
}

#[test]
fn a_files_rules_are_the_whole_list() {
    let rule = "[[rule]]\nname = 'one'\ncategory = 'personal'\nwhen = { words = [] }\naction = 'observe'\n";
    let names =
        |text: &str| parse(text).map(|config| config.rule.into_iter().map(|rule| rule.name).collect());
    assert_eq!(names(rule), Ok(vec!["one".to_owned()]));
    assert_eq!(names("rule = []"), Ok(Vec::new()));
}

#[test]
fn rules_have_a_limit() {
    let rule = |at: usize| {
        format!(
            "[[rule]]\nname = 'r{at}'\ncategory = 'personal'\nwhen = {{ heat = 1 }}\naction = 'observe'\n"
        )
    };
    let rules = |count: usize| parse(&(0..count).map(rule).collect::<String>());
    assert!(rules(MOST_RULES).is_ok());
    let error = rules(MOST_RULES + 1).expect_err("one too many");
    assert!(error.contains("101 rules are too many"), "{error}");
}

#[test]
fn lists_of_words_have_a_size() {
    let rule = |count: usize, length: usize| {
        let word = format!("'{}',", "ü".repeat(length));
        let words = word.repeat(count);
        parse(&format!(
            "[[rule]]\nname = 'r'\ncategory = 'personal'\nwhen = {{ words = [{words}] }}\naction = 'observe'"
        ))
    };
    assert!(rule(MOST_WORDS, LONGEST_WORD).is_ok());
    let rows = [
        (MOST_WORDS + 1, 1, "rule.when.words: 201 words and phrases are too many for one rule"),
        (1, LONGEST_WORD + 1, "rule.when.words: 101 characters are too long a word or phrase"),
    ];
    for (count, length, expected) in rows {
        let error = rule(count, length).expect_err(expected);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn debug_and_display_keep_the_password_of_an_address() {
    let mut config = Config::default();
    config.store.url = "sqlite://me:hunter2@host/aside.db".to_owned();
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(!config.store.shown().contains("hunter2"));
}

/// A message on a server that allows some values, and the kinds that are found in it all the same.
#[derive(Deserialize)]
struct Allowed {
    allow: Vec<String>,
    text: String,
    left: Vec<Kind>,
}

#[test]
fn allowed_values_are_not_found_and_secrets_always_are() {
    for line in include_str!("config/allowed.jsonl").lines() {
        let row: Allowed = serde_json::from_str(line).expect("a row");
        let mut config = Config::default();
        config.detect.allow = row.allow;
        let core = config.build().expect(line);
        let findings = core.scanner.scan(&row.text.replace('¦', "")).findings;
        let left: Vec<_> = findings.iter().map(|finding| finding.kind).collect();
        assert_eq!(left, row.left, "{line}");
    }
}

#[test]
fn without_an_allow_list_the_same_values_are_found() {
    for line in include_str!("config/allowed.jsonl").lines() {
        let row: Allowed = serde_json::from_str(line).expect("a row");
        let core = Config::default().build().expect("the defaults hold");
        assert!(!core.scanner.scan(&row.text.replace('¦', "")).findings.is_empty(), "{line}");
    }
}

fn broken_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config");
    let entries =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("readable").path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

#[test]
fn broken_files_say_what_would_be_right() {
    let files = broken_files();
    assert!(files.len() >= 20);
    for file in files {
        let text = fs::read_to_string(&file).expect("readable");
        let said = parse(&text).expect_err(&format!("{} is broken", file.display()));
        let expected = fs::read_to_string(file.with_extension("txt")).unwrap_or_default();
        assert_eq!(said.trim_end(), expected.trim_end(), "{}\n{said}", file.display());
    }
}
