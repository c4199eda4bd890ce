//! `/rules add` and `edit`: by options, in forms, by two at once.

use serde_json::{Value, json};

use super::Server;
use super::forms::{field, texts};
use crate::community::{said, settled};

/// The options of a rule that is fine but for `more`.
fn rule<'a>(more: &[(&'a str, Value)]) -> Vec<(&'a str, Value)> {
    let mut options = vec![
        ("name", json!("moonshot")),
        ("category", json!("confidential")),
        ("action", json!("take_aside")),
    ];
    options.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    options.extend(more.iter().cloned());
    options
}

/// How often the bot speaks in public after alex wrote each of `texts`.
async fn spoken(server: &Server, texts: &[&str]) -> usize {
    let (alex, general) = (server.discord.user("alex").unwrap(), server.discord.channel("general").unwrap());
    let before = said(&server.discord, general).len();
    for text in texts {
        server.discord.post(alex, general, text).unwrap();
    }
    settled(&server.discord, &server.home).await.unwrap();
    said(&server.discord, general).len() - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_added_with_everything_there_is_to_say_and_acts_at_once() {
    let server = Server::new().await;
    let moderator = server.discord.role("Moderator").unwrap();
    let options = rule(&[
        ("words", json!("Project Moonshot, apollo")),
        ("detector", json!("card, iban")),
        ("heat", json!(0.65)),
        ("confidence", json!(0.8)),
        ("exchanges", json!(6)),
        ("cooldown", json!("1h30m")),
        ("channels", json!("#general, help")),
        ("roles", json!(format!("<@&{moderator}>"))),
        ("template", json!("acknowledgment_alone")),
    ]);
    let added = server.says("olga", "rules add", &options).await;
    assert!(added.starts_with("`moonshot` is added and on.") && added.contains("Change 1"), "{added}");
    let shown = server.says("olga", "rules show", &texts(&[("name", "moonshot")])).await;
    let (general, help) =
        (server.discord.channel("general").unwrap(), server.discord.channel("help").unwrap());
    for line in [
        "- `moonshot` confidential → take_aside · added here",
        "words = [\"Project Moonshot\", \"apollo\"]",
        "kinds = [\"card\", \"iban\"]",
        "heat = 0.65",
        "confidence = 0.8",
        "exchanges = 6",
        "cooldown = \"1h 30m\"",
        &format!("channels = [\"{general}\", \"{help}\"]"),
        &format!("roles = [\"{moderator}\"]"),
        "template = \"acknowledgment_alone\"",
    ] {
        assert!(shown.contains(line), "{shown}\nlacks {line}");
    }
    let second = rule(&[("name", json!("apollo")), ("words", json!("apollo"))]);
    server.says("olga", "rules add", &second).await;
    assert_eq!(spoken(&server, &["what of Apollo?"]).await, 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told_with_the_field_and_the_fix_and_nothing_is_saved() {
    let rows: [(&[(&str, Value)], &str); 20] = [
        (&[("name", json!("Moon shot"))], "`name`: not a name for a rule\nValid: 1 to 64 lowercase letters"),
        (
            &[("name", json!("projects"))],
            "`name`: there is a rule `projects` already: `/rules edit name:projects` changes it.",
        ),
        (
            &[("name", json!("grumbling"))],
            "`name`: there is a rule `grumbling` already: it was removed here; `/rules enable name:grumbling`",
        ),
        (&[("words", json!("…, apollo"))], "`words`, entry 1: nothing to match in this entry"),
        (
            &[("words", json!(format!("apollo, {}", "x".repeat(101))))],
            "`words`, entry 2: 101 characters are too long",
        ),
        (
            &[("words", json!((0..201).map(|at| at.to_string()).collect::<Vec<_>>().join(",")))],
            "201 words and phrases are too many",
        ),
        (
            &[("pattern", json!("falcon-(\\d+"))],
            "`pattern`: unclosed group, at character 8:\n```\nfalcon-(\\d+\n       ^\n```\nValid: ",
        ),
        (&[("pattern", json!("\\w{500}"))], "`pattern`: the pattern takes more than"),
        (&[("pattern", json!("x".repeat(1001)))], "`pattern`: the pattern is longer than 1000 bytes"),
        (
            &[("detector", json!("card, pasword"))],
            "`detector`: no kind of finding is called `pasword`. Did you mean `password`?",
        ),
        (
            &[("confidence", json!(0.5)), ("heat", json!(0.5))],
            "`confidence`: `confidence` is about `detector`, and there are none",
        ),
        (
            &[("heat", json!(0.5)), ("cooldown", json!("ten minutes"))],
            "`cooldown`: `ten minutes` is no time such as 10m",
        ),
        (
            &[("heat", json!(0.5)), ("channels", json!("#general, #helpp"))],
            "`channels`: there is no channel `#helpp` here. Did you mean `#help`?",
        ),
        (
            &[("heat", json!(0.5)), ("channels", json!("<#1>"))],
            "`channels`: there is no channel `<#1>` here.",
        ),
        (
            &[("heat", json!(0.5)), ("roles", json!("@Moderators"))],
            "`roles`: there is no role `@Moderators` here. Did you mean `@Moderator`?",
        ),
        (
            &[("heat", json!(0.5)), ("action", json!("answer"))],
            "`answer`: `answer` needs something to answer",
        ),
        // The form does not open for what it could not put right.
        (&[("action", json!("answer"))], "`answer`: `answer` needs something to answer"),
        (
            &[("heat", json!(0.5)), ("answer", json!("Hello!"))],
            "`answer`: `take_aside` answers nothing in public",
        ),
        (
            &[("category", json!("personal")), ("heat", json!(0.5))],
            "`action`: `take_aside` goes too far for something personal",
        ),
        (&[("name", json!("`@everyone`")), ("heat", json!(0.5))], "`name`: not a name for a rule"),
    ];
    let server = Server::new().await;
    server.says("olga", "rules remove", &texts(&[("name", "grumbling")])).await;
    for (more, expected) in rows {
        let told = server.says("olga", "rules add", &rule(more)).await;
        assert!(told.contains(expected), "{more:?}\n{told}\nlacks\n{expected}");
    }
    let history = server.says("olga", "rules history", &[]).await;
    assert!(history.contains("**1**") && !history.contains("**2**"), "{history}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_in_a_change_is_told_and_the_rule_stays_as_it_was() {
    let rows: [(&[(&str, &str)], &str); 9] = [
        (
            &[("name", "project"), ("heat", "1")],
            "`name`: there is no rule of that name here. Did you mean `projects`?",
        ),
        (
            &[("name", "grumbling"), ("heat", "1")],
            "`name`: `grumbling` was removed here. `/rules enable name:grumbling` brings it back",
        ),
        (&[("name", "projects"), ("heat", "hot")], "`heat`: `hot` is no number from 0 to 1, such as 0.7."),
        (
            &[("name", "projects"), ("exchanges", "1")],
            "`exchanges`: 1 is no number of messages back and forth",
        ),
        (&[("name", "projects"), ("exchanges", "many")], "`exchanges`: `many` is no number from 2 to 100"),
        (&[("name", "projects"), ("confidence", "0.5")], "`confidence`: `confidence` is about `detector`"),
        (
            &[("name", "projects"), ("pattern", "a{2")],
            "`pattern`: unclosed counted repetition, at character 2:",
        ),
        (
            &[("name", "projects"), ("words", "-")],
            "a rule needs something to look for\nValid: at least one of `heat`, `detector`",
        ),
        (&[("name", "projects"), ("action", "answer")], "`answer`: `answer` needs something to answer"),
    ];
    let server = Server::new().await;
    server.says("olga", "rules remove", &texts(&[("name", "grumbling")])).await;
    for (options, expected) in rows {
        let told = server.says("olga", "rules edit", &texts(options)).await;
        assert!(told.contains(expected), "{options:?}\n{told}\nlacks\n{expected}");
    }
    let history = server.says("olga", "rules history", &[]).await;
    assert!(history.contains("**1**") && !history.contains("**2**"), "{history}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_has_at_most_a_hundred_rules_off_or_on() {
    let one = |at: usize| {
        format!(
            "[[rule]]\nname = 'r{at}'\ncategory = 'personal'\nwhen = {{ heat = 1 }}\naction = 'observe'\n"
        )
    };
    let server = Server::with(&(0..99).map(one).collect::<String>()).await;
    let options = |name: &str| rule(&[("name", json!(name)), ("words", json!("apollo"))]);
    let added = server.says("olga", "rules add", &options("last")).await;
    assert!(added.contains("`last` is added"), "{added}");
    server.says("olga", "rules disable", &texts(&[("name", "r0")])).await;
    let told = server.says("olga", "rules add", &options("more")).await;
    assert!(
        told.contains("this server has 100 rules, and 100 are the most. `/rules remove` makes room."),
        "{told}"
    );
    server.says("olga", "rules remove", &texts(&[("name", "r0")])).await;
    let added = server.says("olga", "rules add", &options("more")).await;
    assert!(added.contains("`more` is added"), "{added}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_opens_for_conditions_and_works_after_a_restart_with_what_the_options_said() {
    let mut server = Server::new().await;
    let name = "n".repeat(64);
    let options = rule(&[
        ("name", json!(name)),
        ("channels", json!("general")),
        ("cooldown", json!("1h")),
        ("template", json!("acknowledgment_alone")),
        ("confidence", json!(0.9)),
    ]);
    let asked = server.asks("olga", "rules add", &options);
    let form = server.form(asked).await;
    let fields = ["words", "pattern", "detector", "heat", "cooldown"].map(|name| field(&form, name));
    assert_eq!(fields, ["", "", "", "", "1h"]);
    server.restart().await;
    let sent = server.sends("olga", asked, &[("words", "apollo,\nproject moonshot"), ("detector", "card")]);
    let added = server.read(sent).await;
    assert!(added.contains(&format!("`{name}` is added and on.")), "{added}");
    let shown = server.says("olga", "rules show", &texts(&[("name", &name)])).await;
    let general = server.discord.channel("general").unwrap();
    for line in [
        "words = [\"apollo\", \"project moonshot\"]",
        "kinds = [\"card\"]",
        "confidence = 0.9",
        "cooldown = \"1h\"",
        &format!("channels = [\"{general}\"]"),
        "template = \"acknowledgment_alone\"",
    ] {
        assert!(shown.contains(line), "{shown}\nlacks {line}");
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_entered_is_lost_when_a_form_is_refused() {
    let mut server = Server::new().await;
    let asked = server.asks("olga", "rules add", &rule(&[("roles", json!("@Moderator"))]));
    server.form(asked).await;
    let words = "```apollo```, <@&1> @everyone, سلام دنیا 💥";
    let sent = server.sends("olga", asked, &[("words", words), ("pattern", "moon(shot"), ("heat", "0.5")]);
    let told = server.read(sent).await;
    assert!(told.contains("`pattern`: unclosed group, at character 5:"), "{told}");
    assert!(told.contains("You had entered:\n```\nwords: `\u{200b}``apollo"), "{told}");
    assert!(told.contains("pattern: moon(shot\nheat: 0.5\ncooldown: 10m\n```"), "{told}");
    assert_eq!(told.matches("```").count() % 2, 0, "{told}");
    server.restart().await;
    let pressed = server.press("olga", sent, "Open the form again");
    let form = server.form(pressed).await;
    assert_eq!(["words", "pattern", "heat"].map(|name| field(&form, name)), [words, "moon(shot", "0.5"]);
    // Whoever closes it without sending can open it once more.
    let pressed = server.press("olga", sent, "Open the form again");
    server.form(pressed).await;
    let sent = server.sends("olga", pressed, &[("words", "apollo, …"), ("pattern", "moonshot")]);
    let told = server.read(sent).await;
    assert!(told.contains("`words`, entry 2: nothing to match in this entry"), "{told}");
    let pressed = server.press("olga", sent, "Open the form again");
    server.form(pressed).await;
    let sent = server.sends("olga", pressed, &[("words", "سلام دنیا"), ("pattern", ""), ("heat", "")]);
    let added = server.read(sent).await;
    assert!(added.contains("`moonshot` is added and on."), "{added}");
    let shown = server.says("olga", "rules show", &texts(&[("name", "moonshot")])).await;
    assert!(shown.contains("words = [\"سلام دنیا\"]") && shown.contains("roles = ["), "{shown}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_to_repeat_in_a_message_comes_back_as_a_file() {
    let server = Server::new().await;
    let asked = server.asks("olga", "rules add", &rule(&[]));
    server.form(asked).await;
    let words = vec!["apollo thirteen".to_owned(); 200].join(", ");
    let sent = server.sends("olga", asked, &[("words", &words), ("heat", "much")]);
    let told = server.read(sent).await;
    assert!(told.contains("`heat`: `much` is no number"), "{told}");
    let files = server.files(sent).await;
    assert_eq!(files, [("entered.txt".to_owned(), format!("words: {words}\nheat: much\ncooldown: 10m"))]);
    let pressed = server.press("olga", sent, "Open the form again");
    server.form(pressed).await;
    let sent = server.sends("olga", pressed, &[("heat", "0.5")]);
    let added = server.read(sent).await;
    assert!(added.contains("`moonshot` is added"), "{added}");
    assert_eq!(server.files(sent).await, [], "what was entered is not shown beside it any more");
    let asked = server.asks("olga", "rules add", &rule(&[("name", json!("empty"))]));
    server.form(asked).await;
    let sent = server.sends("olga", asked, &[("cooldown", "")]);
    let told = server.read(sent).await;
    assert!(told.contains("There is nothing to look for yet"), "{told}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_given_changes_and_a_rule_can_be_as_in_the_file_again() {
    let server = Server::new().await;
    let edit = async |options: &[(&str, &str)]| server.says("olga", "rules edit", &texts(options)).await;
    let changed =
        edit(&[("name", "projects"), ("words", "project falcon, apollo"), ("heat", "0"), ("cooldown", "1h")])
            .await;
    let expected = "`projects` is changed.\n```diff\n+ words: apollo\n+ heat: 0\n- cooldown: 10m\n+ cooldown: 1h\n```\n-# Change 1";
    assert!(changed.starts_with(expected), "{changed}");
    assert_eq!(spoken(&server, &["what of Apollo?"]).await, 1);
    let listed = server.says("olga", "rules list", &[]).await;
    assert!(listed.contains("- `projects` confidential → take_aside · default, changed here"), "{listed}");
    let same = edit(&[("name", "projects"), ("heat", "0")]).await;
    assert!(same.contains("That is how it is already"), "{same}");
    let back =
        edit(&[("name", "projects"), ("words", "project falcon"), ("heat", "-"), ("cooldown", "-")]).await;
    assert!(back.starts_with("`projects` is the default again."), "{back}");
    let listed = server.says("olga", "rules list", &[]).await;
    assert!(listed.contains("- `projects` confidential → take_aside · default\n"), "{listed}");
    let history = server.says("olga", "rules history", &texts(&[("name", "projects")])).await;
    assert!(history.contains("→ default"), "{history}");
    assert!(history.contains("`+ words: apollo, + heat: 0, - cooldown: 10m, + cooldown: 1h`"), "{history}");
    // What is about something that is gone goes with it.
    let quiet = edit(&[("name", "opening-hours"), ("action", "alert")]).await;
    assert!(quiet.contains("- action: answer\n+ action: alert\n- answer: 9 to 5"), "{quiet}");
    server.says("olga", "rules disable", &texts(&[("name", "invoices")])).await;
    let off = edit(&[("name", "invoices"), ("channels", "#help")]).await;
    assert!(off.contains("`invoices` is changed. It is off;") && off.contains("+ channels: #help"), "{off}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_shows_the_rule_as_it_is_and_leaves_what_it_does_not_show() {
    let words: Vec<String> = (0..60).map(|at| format!("\"{at}, {}\"", "x".repeat(80))).collect();
    let config = format!(
        "[[rule]]\nname = 'long'\ncategory = 'confidential'\nwhen = {{ words = [{}], kinds = ['card'], confidence = 0.8 }}\n\
         action = 'take_aside'\n[[rule]]\nname = 'commas'\ncategory = 'personal'\naction = 'suggest'\n\
         when = {{ words = ['so, and so'], pattern = ' a|b ', heat = 0.65 }}\ncooldown = '1h'\n",
        words.join(", ")
    );
    let mut server = Server::with(&config).await;
    let asked = server.asks("olga", "rules edit", &texts(&[("name", "commas")]));
    let form = server.form(asked).await;
    let fields = ["words", "pattern", "detector", "heat", "cooldown"].map(|name| field(&form, name));
    assert_eq!(fields, ["so, and so", " a|b ", "", "0.65", "1h"]);
    server.restart().await;
    let sent = server.sends("olga", asked, &[("heat", "0,7")]);
    let changed = server.read(sent).await;
    assert!(changed.contains("```diff\n- heat: 0.65\n+ heat: 0.7\n```"), "{changed}");
    let shown = server.says("olga", "rules show", &texts(&[("name", "commas")])).await;
    assert!(shown.contains("words = [\"so, and so\"]") && shown.contains("pattern = \" a|b \""), "{shown}");

    let asked = server.asks("olga", "rules edit", &texts(&[("name", "long")]));
    let form = server.form(asked).await;
    assert_eq!(field(&form, "words"), "");
    let hint = form["components"][0]["components"][0]["placeholder"].as_str().unwrap();
    assert!(hint.contains("Left empty, they stay as they are."), "{hint}");
    let sent = server.sends("olga", asked, &[("detector", ""), ("cooldown", "2h")]);
    let changed = server.read(sent).await;
    let expected = "```diff\n- detector: card\n- confidence: 0.8\n- cooldown: 10m\n+ cooldown: 2h\n```";
    assert!(changed.contains(expected), "{changed}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_later_of_two_moderators_is_told_and_loses_nothing() {
    let mut server = Server::new().await;
    server.promote("mia");
    let mia = server.discord.user("mia").unwrap();
    let name = texts(&[("name", "projects")]);
    let (first, second) = (server.asks("mia", "rules edit", &name), server.asks("olga", "rules edit", &name));
    server.form(first).await;
    server.form(second).await;
    server.restart().await;
    let sent = server.sends("mia", first, &[("words", "project falcon, apollo")]);
    let changed = server.read(sent).await;
    assert!(changed.contains("+ words: apollo"), "{changed}");
    let sent = server.sends("olga", second, &[("words", "project falcon, soyuz")]);
    let told = server.read(sent).await;
    assert!(told.contains(&format!("The rule `projects` was changed meanwhile by <@{mia}>")), "{told}");
    assert!(told.contains("You had entered:\n```\nwords: project falcon, soyuz\n"), "{told}");
    let shown = server.says("olga", "rules show", &name).await;
    assert!(shown.contains("words = [\"project falcon\", \"apollo\"]"), "{shown}");
    let again = server.asks("olga", "rules edit", &name);
    assert_eq!(field(&server.form(again).await, "words"), "project falcon, apollo");
    let sent = server.sends("olga", again, &[("words", "project falcon, apollo, soyuz")]);
    let changed = server.read(sent).await;
    assert!(
        changed.contains("+ words: soyuz") && changed.contains(&format!("<@{mia}> changed the same")),
        "{changed}"
    );
    // Two forms for the same new name: there is one rule of it.
    let new = rule(&[]);
    let (first, second) = (server.asks("mia", "rules add", &new), server.asks("olga", "rules add", &new));
    server.form(first).await;
    server.form(second).await;
    let sent = server.sends("mia", first, &[("words", "moonshot")]);
    assert!(server.read(sent).await.contains("`moonshot` is added"));
    let sent = server.sends("olga", second, &[("words", "moon")]);
    let told = server.read(sent).await;
    assert!(told.contains("there is a rule `moonshot` already") && told.contains("words: moon"), "{told}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_manage_the_server_is_refused_by_the_bot_itself() {
    const REFUSED: &str = "Only members with the permission Manage Server can do that.";
    let server = Server::new().await;
    server.permit("alex", "rules");
    for (path, options) in [
        ("rules add", rule(&[("words", json!("apollo"))])),
        ("rules add", rule(&[])),
        ("rules edit", texts(&[("name", "projects")])),
        ("rules edit", texts(&[("name", "projects"), ("words", "-")])),
        ("rules export", vec![]),
        ("rules import", texts(&[("source", "automod")])),
    ] {
        assert_eq!(server.says("alex", path, &options).await, REFUSED, "{path}");
    }
    // Who could when a form was opened and cannot any more is refused, too.
    server.promote("mia");
    let add = server.asks("mia", "rules add", &rule(&[]));
    let edit = server.asks("mia", "rules edit", &texts(&[("name", "projects")]));
    server.form(add).await;
    server.form(edit).await;
    let refused = server.sends("mia", add, &[("heat", "much")]);
    server.read(refused).await;
    server.demote("mia");
    for (form, words) in [(add, "moonshot"), (edit, "project falcon, moonshot")] {
        let sent = server.sends("mia", form, &[("words", words)]);
        assert_eq!(server.read(sent).await, REFUSED);
    }
    let pressed = server.press("mia", refused, "Open the form again");
    assert_eq!(server.read(pressed).await, REFUSED);
    let listed = server.says("olga", "rules list", &[]).await;
    assert!(!listed.contains("moonshot") && !listed.contains("changed here"), "{listed}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_any_script_are_looked_for_and_shown_as_they_are() {
    let server = Server::new().await;
    let rows = [
        ("words", "سلام دنیا، 项目 猎鹰", "بچه‌ها سلام دنیا!"),
        ("pattern", "(?i)🖕+ ?`{3}", "what 🖕🖕 ```boom"),
        ("words", "<@&7> @everyone, 💥💥", "hey 💥💥"),
        ("pattern", "\u{202e}evil", "\u{202e}evil"),
    ];
    for (at, (option, given, message)) in rows.into_iter().enumerate() {
        let name = format!("script-{at}");
        let answer = "**خوش آمدید** ```|| https://harbor.example ||";
        let options = [
            ("name", json!(name)),
            ("category", json!("needs_details")),
            ("action", json!("answer")),
            ("answer", json!(answer)),
            (option, json!(given)),
        ];
        let added = server.says("olga", "rules add", &options).await;
        assert!(added.contains(&format!("`{name}` is added")), "{added}");
        assert_eq!(spoken(&server, &[message]).await, 1, "{given}");
        let edited =
            server.says("olga", "rules edit", &texts(&[("name", &name), ("answer", "```\n\u{202e}x")])).await;
        assert_eq!(edited.matches("```").count(), 2, "{edited}");
        assert!(edited.contains("+ answer: `\u{200b}``\\n\\u{202e}x"), "{edited}");
        server.says("olga", "rules remove", &texts(&[("name", &name)])).await;
    }
    server.end().await;
}
