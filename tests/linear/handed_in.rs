//! What operators, moderators and Discord hand in, of any size: settings, rules, AutoMod's lists, templates, events.

use std::hint::black_box;
use std::path::Path;

use aside::config::automod::taken_over;
use aside::config::{Config, RulesFile};
use aside::detect::Category;
use aside::policy::Response;
use aside::wording::{Facts, Source, Utterance, Wording};
use serde_json::json;

/// Makes one thing of a size, and the work on it.
pub(crate) type Sort = (&'static str, fn(usize) -> Box<dyn Fn()>);

/// Every sort; a size is the number of rules, words or lines.
pub(crate) const SORTS: [Sort; 6] = [
    ("settings", settings),
    ("rules", rules),
    ("rules of AutoMod", automod),
    ("words of one rule", words),
    ("a template", template),
    ("what a template is filled with", facts),
];

fn file(size: usize) -> String {
    let rule = |number: usize| {
        format!(
            "[[rule]]\nname = \"rule-{number}\"\ncategory = \"confidential\"\nwhen = {{ words = [\"project {number}\"] }}\naction = \"alert\"\n"
        )
    };
    (0..size).map(rule).collect()
}

fn settings(size: usize) -> Box<dyn Fn()> {
    let written = file(size);
    Box::new(move || {
        let config = Config::parse(black_box(&written), Path::new("config.toml")).expect("settings");
        black_box(config.build().expect("settings that hold"));
    })
}

fn rules(size: usize) -> Box<dyn Fn()> {
    let written = file(size);
    Box::new(move || {
        let read = RulesFile::parse(black_box(&written), Path::new("rules.toml")).expect("rules");
        black_box(read.to_toml());
    })
}

fn automod(size: usize) -> Box<dyn Fn()> {
    let rule = |number: usize| {
        json!({
            "name": "banned words", "trigger_type": 1, "enabled": true, "exempt_roles": [], "exempt_channels": [],
            "trigger_metadata": { "keyword_filter": [format!("*word{number}"), format!("other{number}")], "regex_patterns": [], "allow_list": [] },
        })
    };
    let listed = (0..size).map(rule).collect();
    Box::new(move || drop(black_box(taken_over(&listed, Category::BoilingPoint, Response::Alert, &[]))))
}

fn words(size: usize) -> Box<dyn Fn()> {
    let listed: Vec<String> = (0..size * 2).map(|number| format!("\"word {number}\"")).collect();
    let written = format!(
        "[[rule]]\nname = \"words\"\ncategory = \"confidential\"\nwhen = {{ words = [{}] }}\naction = \"alert\"\n",
        listed.join(", ")
    );
    Box::new(move || {
        let config = Config::parse(black_box(&written), Path::new("config.toml")).expect("settings");
        black_box(config.build().expect("settings that hold"));
    })
}

fn template(size: usize) -> Box<dyn Fn()> {
    let built_in = Wording::load("en", []).expect("the built-in templates");
    let text = format!("Hello.\n{}", "{% if number %}a {{ number }}{% endif %}\n".repeat(size));
    Box::new(move || {
        let own = [Source::own("en", Utterance::Summons, text.clone())];
        black_box(built_in.over("en", own).expect("a template that holds"));
    })
}

fn facts(size: usize) -> Box<dyn Fn()> {
    let built_in = Wording::load("en", []).expect("the built-in templates");
    let facts = Facts { reason: Some("<@1> *a* `b` ".repeat(size)), number: Some(1), ..Facts::default() };
    Box::new(move || {
        for utterance in [Utterance::Alert, Utterance::Opening] {
            black_box(built_in.render(Some("en"), utterance, 0, &facts));
        }
    })
}
