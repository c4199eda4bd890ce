//! Everything that is stored is on the list, and the README says what the list says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aside::config::Config;
use aside::privacy::{About, Export, KEPT, SCHEMA_VERSION, counts, page};
use aside::store::Store as _;
use aside::wording::{LANGUAGES, Wording};

use crate::place::{ALEX, HARBOR, MIA, Place, SAM, everything_about_alex, now};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

pub(crate) async fn every_table_is_on_the_list(place: Place) {
    place.open().await;
    let there: BTreeSet<String> = place.tables().await.into_iter().collect();
    let listed: BTreeSet<String> =
        KEPT.iter().flat_map(|kept| kept.tables).map(|table| (*table).to_owned()).collect();
    let missing: Vec<_> = there.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "src/privacy.rs does not say what is kept in {missing:?}, why and for how long"
    );
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(gone.is_empty(), "src/privacy.rs speaks of {gone:?}, which there are not");
}

/// Where somebody is named is on the list as being about people; and what is about nobody names nobody.
pub(crate) async fn what_names_people_is_listed_as_being_about_them(place: Place) {
    let store = place.open().await;
    everything_about_alex(&store).await;
    for person in [ALEX, SAM, MIA] {
        for table in place.naming(person).await {
            let about = |kept: &&aside::privacy::Kept| {
                kept.tables.contains(&table.as_str()) && kept.about != About::Nobody
            };
            assert!(KEPT.iter().any(|kept| about(&kept)), "{table} names somebody");
        }
    }
}

pub(crate) async fn whoever_is_in_every_part_is_shown_each(place: Place) {
    let store = place.open().await;
    everything_about_alex(&store).await;
    let traces = store.traces(HARBOR, ALEX).await.unwrap();
    let shown: Vec<_> = counts(&traces).into_iter().map(|(kept, count)| (kept.name, count)).collect();
    let expected = [
        ("cases", 2),
        ("details", 1),
        ("messages", 2),
        ("notes", 2),
        ("transcripts", 3),
        ("named", 3),
        ("cooldowns", 1),
        ("examples", 1),
        ("language", 1),
        ("helped", 1),
        ("noted", 1),
        ("judged", 1),
        ("changes", 1),
        ("proposals", 1),
    ];
    assert_eq!(shown, expected);
    let nobody = store.traces(HARBOR, aside::message::UserId(5)).await.unwrap();
    assert!(counts(&nobody).is_empty());
    let mia: Vec<_> =
        counts(&store.traces(HARBOR, MIA).await.unwrap()).into_iter().map(|(kept, _)| kept.name).collect();
    assert_eq!(mia, ["transcripts", "helped", "noted", "judged"]);
}

fn between(text: &str) -> &str {
    let begin = "<!-- what follows is printed by `aside privacy` -->\n";
    let (_, rest) = text.split_once(begin).unwrap();
    rest.split_once("<!-- so far -->").unwrap().0
}

#[test]
fn the_readme_says_what_the_defaults_keep() {
    let readme = read("README.md");
    assert_eq!(
        between(&readme).trim(),
        page(&Config::default()).trim(),
        "README.md is stale: put what `cargo run --quiet -- privacy` prints between the markers in its section Privacy"
    );
}

#[test]
fn the_page_says_what_is_configured() {
    let settings = "rule = []\n[privacy]\nkeep_closed = '14d'\nkeep_examples = '0s'\ntranscripts = true\n";
    let config = Config::parse(settings, Path::new("config.toml")).unwrap();
    let page = page(&config);
    for words in
        ["until 14 days after the case is over", "| not at all |", "What people write in the private thread"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("no rule is in force"));
    let secret = "[[rule]]\nname = 'own'\ncategory = 'confidential'\nwhen = { words = ['falcon'], pattern = 'osprey' }\n\
                  action = 'alert'\n";
    let own = aside::privacy::page(&Config::parse(secret, Path::new("config.toml")).unwrap());
    assert!(
        own.contains("`own`: words of the server's own (1); with a pattern")
            && own.contains("tells moderators"),
        "{own}"
    );
    assert!(
        !own.contains("falcon") && !own.contains("osprey"),
        "words of rules may be what is to be kept private"
    );
    assert!(
        !own.contains("What people write in the private thread"),
        "transcripts are off unless they are on"
    );
}

pub(crate) async fn an_export_holds_everything_and_of_others_no_ids(place: Place) {
    let store = place.open().await;
    everything_about_alex(&store).await;
    let config = Config::default();
    let traces = store.traces(HARBOR, ALEX).await.unwrap();
    let text = Export::new(&traces, &config.privacy, HARBOR, ALEX, now()).to_json().unwrap();
    for words in ["given details", "written by Alex", "judged words", "by Alex", "refunded", "\"de\""] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for words in [&SAM.to_string(), &MIA.to_string(), "about Alex"] {
        assert!(!text.contains(words), "{words}: {text}");
    }
}

/// The example in the documentation is a file as it is written, key by key.
#[test]
fn the_page_says_what_becomes_of_what_is_erased() {
    let page_of = |url: &str| {
        let mut config = Config::default();
        url.clone_into(&mut config.store.url);
        page(&config)
    };
    let (file, server) = (page_of("sqlite://aside.db"), page_of("postgres://aside@db/aside"));
    assert!(
        file.contains("is overwritten in the database") && file.contains("is a file on their machine"),
        "{file}"
    );
    assert!(
        server.contains("PostgreSQL does not overwrite") && server.contains("on a server of theirs"),
        "{server}"
    );
}

#[tokio::test]
async fn the_shape_of_an_export_is_documented() {
    let document = read("docs/PRIVACY.md");
    let example = document.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let parsed: Export = serde_json::from_str(example).unwrap();
    assert_eq!(parsed.schema_version, SCHEMA_VERSION);
    let written: serde_json::Value = serde_json::from_str(&parsed.to_json().unwrap()).unwrap();
    let documented: serde_json::Value = serde_json::from_str(example).unwrap();
    assert_eq!(written, documented, "nothing is left out");
    let lists = ["cases", "written_elsewhere", "cooldowns", "examples"];
    assert!(
        lists.iter().all(|list| !documented[list].as_array().unwrap().is_empty()),
        "each list has an entry"
    );
}

#[test]
fn whatever_is_kept_of_people_has_a_name_in_every_language() {
    let wording = Wording::load("en", []).unwrap();
    let people = || KEPT.iter().filter(|kept| kept.about != About::Nobody && !kept.tables.is_empty());
    for kept in people() {
        let english = wording.kept("en", kept.name);
        assert!(english.is_some(), "{}", kept.name);
        for language in LANGUAGES.iter().filter(|language| **language != "en") {
            assert_ne!(wording.kept(language, kept.name), english, "{language} {}", kept.name);
        }
    }
}
