//! `/rules export` and `import`: files out and in, and what AutoMod had.

use std::time::Duration;

use aside::config::RulesFile;
use aside::simulator::{Fault, Permissions, Trouble};
use serde_json::{Value, json};

use super::Server;
use super::forms::texts;
use crate::community::{RULES, said, settled};

impl Server {
    /// `olga` imports a file of this name and content.
    async fn imports(&self, name: &str, content: &[u8]) -> (u64, String) {
        let file = self.discord.upload(name, content).unwrap();
        let asked = self.asks("olga", "rules import", &[("file", json!(file))]);
        (asked, self.read(asked).await)
    }

    /// `olga` imports AutoMod's rules.
    async fn imports_automod(&self, options: &[(&str, &str)]) -> (u64, String) {
        let options: Vec<(&str, &str)> = [("source", "automod")].iter().chain(options).copied().collect();
        let asked = self.asks("olga", "rules import", &texts(&options));
        (asked, self.read(asked).await)
    }

    /// `olga` presses a button below an answer.
    async fn answers(&self, asked: u64, label: &str) -> String {
        let pressed = self.press("olga", asked, label);
        self.read(pressed).await
    }

    /// The rules as they are exported.
    async fn exported(&self) -> String {
        let asked = self.asks("olga", "rules export", &[]);
        let mut files = self.files(asked).await;
        assert_eq!((files.len(), files[0].0.as_str()), (1, "rules.toml"));
        files.remove(0).1
    }

    async fn listed(&self) -> String {
        self.says("olga", "rules list", &[]).await
    }

    fn set_automod(&self, rule: &Value) {
        self.discord.put_automod(self.discord.guild("Harbor").unwrap(), rule).unwrap();
    }

    fn let_bot_manage(&self) {
        let (guild, role) = (self.discord.guild("Harbor").unwrap(), self.discord.role("Aside").unwrap());
        let all = Permissions::ORDINARY
            | Permissions::MANAGE_GUILD
            | Permissions::CREATE_PRIVATE_THREADS
            | Permissions::MANAGE_THREADS;
        self.discord.set_role(guild, role, all).unwrap();
    }
}

fn parsed(text: &str) -> RulesFile {
    RulesFile::parse(text, std::path::Path::new("rules.toml")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exported_is_imported_as_it_was() {
    let server = Server::new().await;
    let moderator = server.discord.role("Moderator").unwrap();
    let options = [
        ("name", json!("everything")),
        ("category", json!("needs_details")),
        ("action", json!("answer")),
        ("answer", json!("```\"Hello\"``` <@&1> سلام 💥 '''\\n\"\"\"")),
        ("words", json!("سلام دنیا, it's \"here\"")),
        ("pattern", json!("(?i)\\bfalcon-\\d+'''")),
        ("detector", json!("card, iban")),
        ("heat", json!(0.65)),
        ("confidence", json!(0.7)),
        ("cooldown", json!("1h30m")),
        ("channels", json!("#general")),
        ("roles", json!(format!("<@&{moderator}>"))),
    ];
    server.says("olga", "rules add", &options).await;
    server
        .says("olga", "rules edit", &texts(&[("name", "projects"), ("words", "project falcon, apollo")]))
        .await;
    server.says("olga", "rules disable", &texts(&[("name", "invoices")])).await;
    server.says("olga", "rules remove", &texts(&[("name", "grumbling")])).await;
    let asked = server.asks("olga", "rules export", &[]);
    let words = server.read(asked).await;
    assert_eq!(
        words,
        "6 rules that are on, as `/rules import` and config.toml take them. Not in it: `grumbling` (removed here), `invoices` (off)."
    );
    let file = server.exported().await;
    let names: Vec<String> = parsed(&file).rule.into_iter().map(|rule| rule.name).collect();
    assert_eq!(
        names,
        ["secrets", "projects", "boiling-point", "asked-in-public", "opening-hours", "everything"]
    );

    let (_, told) = server.imports("rules.toml", file.as_bytes()).await;
    let expected = "**From `rules.toml`**: 0 rules added, 0 changed, 6 as before.\nNot in it, and staying as they are: `invoices`.\nThere is nothing to change.";
    assert_eq!(told, expected);
    let list = server.listed().await;
    server.says("olga", "rules remove", &texts(&[("name", "everything")])).await;
    server.says("olga", "rules disable", &texts(&[("name", "secrets")])).await;
    server
        .says("olga", "rules edit", &texts(&[("name", "projects"), ("words", "soyuz"), ("action", "alert")]))
        .await;
    let (asked, told) = server.imports("rules.toml", file.as_bytes()).await;
    assert!(told.starts_with("**From `rules.toml`**: 1 rule added, 2 changed, 3 as before.\n"), "{told}");
    assert!(told.contains("**Not saved yet.**\n```diff\n@@ secrets @@\n+ on\n@@ projects @@\n- action: alert\n+ action: take_aside\n- words: soyuz\n+ words: project falcon\n+ words: apollo\n@@ everything, new @@\n"), "{told}");
    let done = server.answers(asked, "Save it").await;
    assert!(done.starts_with("Imported: 1 rule added, 2 changed, 3 as before.\n-# Change 8"), "{done}");
    assert_eq!(parsed(&server.exported().await), parsed(&file));
    assert_eq!(server.listed().await, list);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_this_servers_defaults_brings_them_back() {
    let server = Server::new().await;
    let before = server.listed().await;
    for (name, sub) in [("secrets", "disable"), ("projects", "remove")] {
        server.says("olga", &format!("rules {sub}"), &texts(&[("name", name)])).await;
    }
    server.says("olga", "rules edit", &texts(&[("name", "invoices"), ("action", "alert")])).await;
    let (asked, told) = server.imports("config.toml", format!("\u{feff}{RULES}").as_bytes()).await;
    assert!(told.contains("0 rules added, 3 changed, 4 as before"), "{told}");
    server.answers(asked, "Save it").await;
    assert_eq!(server.listed().await, before);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_file_is_told_with_its_place() {
    let head = "[[rule]]\nname = 'a'\ncategory = 'personal'\naction = 'alert'\n";
    let many: Vec<String> = (0..101)
        .map(|at| {
            format!(
                "[[rule]]\nname = 'r{at}'\ncategory = 'personal'\naction = 'alert'\nwhen = {{ heat = 1 }}\n"
            )
        })
        .collect();
    let rows: [(Vec<u8>, &[&str]); 10] = [
        (
            b"[[rule]\n".to_vec(),
            &[
                "`file`: there is a mistake in it, so nothing was changed.\n```\nrules.toml:1:",
                "1 | [[rule]\n",
            ],
        ),
        (
            format!("{head}when = {{ pattern = 'a(b' }}\n").into_bytes(),
            &[
                "rules.toml:5:22: rule.when.pattern: unclosed group",
                "5 | when = { pattern = 'a(b' }\n  |                      ^",
            ],
        ),
        (
            format!("{head}when = {{ kinds = ['crad'] }}\n").into_bytes(),
            &["unknown name `crad`", "= valid: `card`"],
        ),
        (
            format!("{head}when = {{ words = ['{}'] }}\n", "x".repeat(101)).into_bytes(),
            &["rule.when.words: 101 characters are too long"],
        ),
        (
            format!("{head}when = {{ heat = 1 }}\nnote = '```@everyone'\n").into_bytes(),
            &["unknown key `note`", "'`\u{200b}``@everyone'"],
        ),
        (
            format!("{head}when = {{ heat = 1 }}\n{head}when = {{ heat = 1 }}\n").into_bytes(),
            &["another rule is named `a`"],
        ),
        (
            format!("[watch]\nchannels = []\n{head}when = {{ heat = 1 }}\n").into_bytes(),
            &["unknown key `watch`"],
        ),
        (Vec::new(), &["`file`: there are no rules in it."]),
        (vec![0xff, 0xfe, 0x00], &["`file`: it is no text in UTF-8."]),
        (many.concat().into_bytes(), &["101 rules are too many"]),
    ];
    let server = Server::new().await;
    for (content, expected) in rows {
        let (_, told) = server.imports("rules.toml", &content).await;
        for expected in expected {
            assert!(told.contains(expected), "{told}\nlacks\n{expected}");
        }
        assert_eq!(told.matches("```").count() % 2, 0, "{told}");
    }
    let (_, told) = server.imports("rules.toml", &vec![b' '; 256 * 1024 + 1]).await;
    assert_eq!(told, "`file`: it is too large; 256 KiB are the most.");
    let long = format!("{head}when = {{ words = ['{}', '…'] }}\n", "x ".repeat(1000));
    let file = server.discord.upload("rules.toml", long.as_bytes()).unwrap();
    let asked = server.asks("olga", "rules import", &[("file", json!(file))]);
    let files = server.files(asked).await;
    assert!(files[0].0 == "mistake.txt" && files[0].1.contains("rule.when.words: "), "{files:?}");
    let file = json!(file);
    let rows = [
        (vec![], "`file`: attach a file as `/rules export` makes it, or choose AutoMod as `source`."),
        (
            vec![("source", json!("automod")), ("file", file.clone())],
            "`file`: AutoMod's rules come without one;",
        ),
        (
            vec![("file", file.clone()), ("category", json!("personal"))],
            "`category` and `action` are for AutoMod's rules",
        ),
        (vec![("file", file), ("action", json!("alert"))], "`category` and `action` are for AutoMod's rules"),
        (
            vec![("source", json!("automod")), ("action", json!("answer"))],
            "`action`: AutoMod's rules have nothing to answer",
        ),
        (
            vec![("source", json!("automod"))],
            "I may not see AutoMod's rules: Discord shows them only to those with the permission Manage Server.",
        ),
    ];
    for (options, expected) in rows {
        let told = server.says("olga", "rules import", &options).await;
        assert!(told.contains(expected), "{told}\nlacks\n{expected}");
    }
    let history = server.says("olga", "rules history", &[]).await;
    assert!(history.contains("Nothing was changed"), "{history}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_is_agreed_to_after_a_restart_unless_a_rule_was_changed_meanwhile() {
    let mut server = Server::new().await;
    server.promote("mia");
    let file = "[[rule]]\nname = 'apollo'\ncategory = 'confidential'\naction = 'take_aside'\nchannels = ['77']\n\
                when = { words = ['apollo'] }\n[[rule]]\nname = 'projects'\ncategory = 'confidential'\n\
                action = 'alert'\nwhen = { words = ['project falcon'] }\n";
    let (first, told) = server.imports("rules.toml", file.as_bytes()).await;
    assert!(told.contains("For channels or roles that are not here: `apollo`."), "{told}");
    assert!(told.contains("+ channels: <#77>"), "{told}");
    let (second, _) = server.imports("rules.toml", file.as_bytes()).await;
    let (third, _) = server.imports("rules.toml", file.as_bytes()).await;
    server.restart().await;
    let left = server.answers(third, "Leave it").await;
    assert_eq!(left, "Left as it was.");
    server.says("mia", "rules edit", &texts(&[("name", "projects"), ("heat", "0.5")])).await;
    let told = server.answers(first, "Save it").await;
    let mia = server.discord.user("mia").unwrap();
    assert!(told.contains(&format!("The rule `projects` was changed meanwhile by <@{mia}>")), "{told}");
    server.says("mia", "rules undo", &[("number", json!(1))]).await;
    let done = server.answers(second, "Save it").await;
    assert!(done.starts_with("Imported: 1 rule added, 1 changed, 0 as before."), "{done}");
    server.end().await;
}

/// A rule of AutoMod on keywords.
fn automod(name: &str, metadata: &Value) -> Value {
    json!({
        "name": name, "event_type": 1, "trigger_type": 1, "enabled": true, "trigger_metadata": metadata,
        "actions": [{ "type": 2, "metadata": { "channel_id": "1" } }],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_automod_has_comes_along_as_far_as_it_can() {
    let server = Server::new().await;
    server.let_bot_manage();
    let (_, told) = server.imports_automod(&[]).await;
    assert_eq!(told, "There is nothing in AutoMod here that could come along.");
    let mut off = automod("Off", &json!({ "keyword_filter": ["off"] }));
    off["enabled"] = json!(false);
    server.set_automod(&off);
    let (_, told) = server.imports_automod(&[]).await;
    assert!(
        told.starts_with("There is nothing in AutoMod here") && told.contains("! Off: it is off in AutoMod"),
        "{told}"
    );
    let mut words = automod(
        "Bad ```words``` @everyone\u{202e}",
        &json!({
            "keyword_filter": ["heck", "darn it", "blast*", "*gadzooks*"], "regex_patterns": ["z[o0]unds", "egad+"],
            "allow_list": ["heckle"],
        }),
    );
    words["exempt_channels"] = json!([server.discord.channel("staff").unwrap().to_string()]);
    server.set_automod(&words);
    server.set_automod(&automod("Projects", &json!({ "keyword_filter": ["soyuz"] })));
    for (trigger, metadata) in
        [(3, json!({})), (4, json!({ "presets": [1] })), (5, json!({ "mention_total_limit": 5 }))]
    {
        let mut rule = automod(&format!("Kind {trigger}"), &metadata);
        rule["trigger_type"] = json!(trigger);
        server.set_automod(&rule);
    }

    let (asked, told) =
        server.imports_automod(&[("category", "boiling_point"), ("action", "take_aside")]).await;
    assert!(told.starts_with("**From AutoMod**: 5 rules added, 0 changed, 0 as before.\n"), "{told}");
    for line in [
        "@@ bad-words-everyone, new @@\n+ category: boiling_point\n+ action: take_aside\n+ words: heck\n+ words: darn it\n",
        "+ pattern: (?i)\\bblast\\w*\n",
        "+ pattern: (?i)\\w*gadzooks\\w*\n",
        "+ pattern: (?i)(?:z[o0]unds)|(?:egad+)\n",
        // There is a rule of that name here, and it is another.
        "@@ projects-2, new @@\n",
        "without its words that are allowed (1)\n",
        "without its channels that are exempt (1)\n",
        "! Kind 3: Discord's own sense of spam stays with AutoMod\n",
        "! Kind 4: Discord's own word lists stay with AutoMod\n",
        "! Kind 5: limits on mentions stay with AutoMod\n",
        "! Off: it is off in AutoMod\n",
    ] {
        assert!(told.contains(line), "{told}\nlacks\n{line}");
    }
    assert!(!told.contains('\u{202e}') && told.matches("```").count() == 2, "{told}");
    server.answers(asked, "Save it").await;
    let (alex, general) = (server.discord.user("alex").unwrap(), server.discord.channel("general").unwrap());
    server.discord.post(alex, general, "ZOUNDS, what is this").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!(said(&server.discord, general).len(), 1);
    let (_, told) = server.imports_automod(&[("action", "take_aside")]).await;
    assert!(
        told.starts_with("**From AutoMod**: 0 rules added, 0 changed, 5 as before.\n")
            && told.contains("There is nothing to change."),
        "{told}"
    );
    assert!(told.contains("! Kind 3:"), "{told}");
    let (_, told) = server.imports_automod(&[("category", "personal"), ("action", "shield")]).await;
    assert!(told.contains("`action`: `shield` goes too far for something personal"), "{told}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discord_may_refuse_what_automod_has_or_take_its_time() {
    let server = Server::new().await;
    server
        .discord
        .fault(Fault::on("GET /guilds/{}/auto-moderation/rules", Trouble::Status(500, Value::Null)));
    let (_, told) = server.imports_automod(&[]).await;
    assert!(told.contains("Something went wrong on my side, so nothing was done."), "{told}");
    server.let_bot_manage();
    server.set_automod(&automod("Bad words", &json!({ "keyword_filter": ["heck"] })));
    let slow = Trouble::Delay(Duration::from_secs(2));
    server.discord.fault(Fault::on("GET /guilds/{}/auto-moderation/rules", slow));
    let (asked, told) = server.imports_automod(&[]).await;
    assert!(told.contains("@@ bad-words, new @@"), "{told}");
    let done = server.answers(asked, "Save it").await;
    assert!(done.starts_with("Imported: 1 rule added"), "{done}");
    server.end().await;
}
