//! `/wording`: seen, tried, put in other words, taken back.

use std::fs;

use aside::simulator::{Id, Message, Permissions};
use aside::wording::{LANGUAGES, Utterance, Wording};
use serde_json::{Value, json};

use super::Server;
use crate::community::{RULES, private_threads, said, settled};

fn of(utterance: &str, language: &str) -> [(&'static str, Value); 2] {
    [("utterance", json!(utterance)), ("language", json!(language))]
}

fn only(utterance: &str) -> [(&'static str, Value); 1] {
    [("utterance", json!(utterance))]
}

fn embedded(message: &Message) -> Vec<String> {
    let text = |embed: &Value| embed["description"].as_str().unwrap().to_owned();
    message.embeds.iter().map(text).collect()
}

/// What is in the file that came with a message.
async fn file(message: &Message) -> String {
    reqwest::get(message.attachments[0]["url"].as_str().unwrap()).await.unwrap().text().await.unwrap()
}

/// Everything that is listed: in the message, or where that is too much for one, in a file.
async fn list(message: &Message) -> String {
    if message.attachments.is_empty() { embedded(message).join("\n\n") } else { file(message).await }
}

/// What stands in the form that `asked` was answered with.
async fn typed(server: &Server, asked: Id) -> String {
    let form = server.reply(asked).await.data;
    form["components"][0]["components"][0]["value"].as_str().unwrap().to_owned()
}

/// `who` sets an utterance to `text`, and reads the answer.
async fn set(server: &Server, who: &str, options: &[(&str, Value)], text: &str) -> Message {
    let asked = server.asks(who, "wording set", options);
    let sent = server.submits(who, asked, &[("text", text)]).await;
    server.message(sent).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_listed_with_what_was_changed_here() {
    let mut server = Server::new().await;
    for language in LANGUAGES {
        let asked = server.asks("olga", "wording list", &[("language", json!(language))]);
        let listed = list(&server.message(asked).await).await;
        for utterance in Utterance::ALL {
            assert!(listed.contains(&format!("- `{}` (", utterance.as_str())), "{language}: {listed}");
        }
        assert!(!listed.contains("changed here") && listed.contains("**In public**\n- `ack"), "{listed}");
    }
    set(&server, "olga", &only("opening"), "Hi {{ member }}!").await;
    let asked = server.asks("olga", "wording list", &[]);
    let message = server.message(asked).await;
    assert!(message.content.contains("1 of them in this server's own words"), "{}", message.content);
    let listed = list(&message).await;
    let line = listed.lines().find(|line| line.starts_with("- `opening` ")).unwrap();
    assert!(line.starts_with("- `opening` (1) First words") && line.ends_with("**changed here**"), "{line}");
    assert_eq!(listed.matches("changed here").count(), 1);
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_utterance_is_shown_in_every_language_as_it_would_look() {
    let mut server = Server::new().await;
    let wording = Wording::load("en", []).unwrap();
    for (language, utterance) in
        LANGUAGES.iter().flat_map(|one| Utterance::ALL.iter().map(move |two| (one, *two)))
    {
        let asked = server.asks("olga", "wording preview", &of(utterance.as_str(), language));
        let message = server.message(asked).await;
        let shown = embedded(&message);
        assert_eq!(shown.len(), wording.variants_in(language, utterance), "{language} {utterance:?}");
        assert!(shown.iter().all(|text| !text.is_empty() && !text.contains("{{")), "{shown:?}");
        let text = wording.text(language, utterance).unwrap().trim_end();
        let whole =
            if message.attachments.is_empty() { message.content.clone() } else { file(&message).await };
        assert!(whole.contains(text), "{language} {utterance:?}: {whole}");
        assert!(message.pinged.is_empty() && message.only_for == server.discord.user("olga"));
    }
    let asked = server.asks("olga", "wording preview", &of("opening_shielded", "German"));
    let shown = embedded(&server.message(asked).await).remove(0);
    let (olga, moderator) = (server.discord.user("olga").unwrap(), server.discord.role("Moderator").unwrap());
    for fact in [format!("<@{olga}>"), format!("<@&{moderator}>"), "eine Kartennummer".to_owned()] {
        assert!(shown.contains(&fact), "{fact}: {shown}");
    }
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_words_are_said_at_once_after_a_restart_and_until_they_are_taken_back() {
    let mut server = Server::new().await;
    let asked = server.asks("olga", "wording set", &only("acknowledgment"));
    let given = Wording::load("en", []).unwrap().text("en", Utterance::Acknowledgment).unwrap().to_owned();
    assert_eq!(typed(&server, asked).await, given.trim_end());
    let sent =
        server.submits("olga", asked, &[("text", "Over there: {{ thread }}\n---\nSee {{ thread }}")]).await;
    let saved = server.message(sent).await;
    assert!(saved.content.contains("`acknowledgment` in English is in your own words"), "{}", saved.content);
    assert!(saved.content.contains("Change 1"), "{}", saved.content);
    let general = server.discord.channel("general").unwrap();
    let shown = embedded(&saved);
    assert_eq!(shown, [format!("Over there: <#{general}>"), format!("See <#{general}>")]);
    server.restart().await;
    let ours = |text: &str| text.starts_with("Over there: <#") || text.starts_with("See <#");
    let (alex, sam) = (server.discord.user("alex").unwrap(), server.discord.user("sam").unwrap());
    server.discord.post(alex, general, "any news about project falcon?").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words: Vec<String> =
        said(&server.discord, general).into_iter().map(|message| message.content).collect();
    assert!(words.len() == 1 && ours(&words[0]), "{words:?}");
    let back = server.says("olga", "wording reset", &only("acknowledgment")).await;
    assert!(
        back.contains("`acknowledgment` in English is said as before") && back.contains("Change 2"),
        "{back}"
    );
    let again = server.says("olga", "wording reset", &only("acknowledgment")).await;
    assert!(again.contains("nothing was changed"), "{again}");
    let help = server.discord.channel("help").unwrap();
    server.discord.post(sam, help, "this is an utter disgrace").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words: Vec<String> = said(&server.discord, help).into_iter().map(|message| message.content).collect();
    assert!(words.len() == 1 && !ours(&words[0]), "{words:?}");
    server.says("olga", "rules undo", &[("number", json!(2))]).await;
    let shown = server.says("olga", "wording preview", &only("acknowledgment")).await;
    assert!(shown.contains("in this server's own words") && shown.contains("Over there"), "{shown}");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_as_they_came_are_not_counted_as_changed() {
    let mut server = Server::new().await;
    let given = Wording::load("en", []).unwrap().text("de", Utterance::Raid).unwrap().to_owned();
    let same = set(&server, "olga", &of("raid", "de"), &given).await;
    assert!(same.content.contains("nothing was changed"), "{}", same.content);
    set(&server, "olga", &of("raid", "de"), "Kurz Geduld, bitte.").await;
    let back = set(&server, "olga", &of("raid", "de"), &given).await;
    assert!(back.content.contains("said as before anything was changed here"), "{}", back.content);
    assert_eq!(embedded(&back).len(), 3);
    let shown = server.says("olga", "wording preview", &of("raid", "de")).await;
    assert!(shown.contains("not changed here"), "{shown}");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_said_is_refused_and_nothing_typed_is_lost() {
    let mut server = Server::new().await;
    let rows = [
        (
            "acknowledgment",
            "Look: {{ kinds }}",
            "acknowledgment (en):1: everyone reads this, so it must not tell `kinds`",
        ),
        ("opening", "Hi\n---\nHi {{ membr }}", "opening (en):3: unknown placeholder `membr`"),
        ("opening", "Hi\n---\n\n---\nHo", "opening (en):3: there is nothing to say here"),
        ("alert", "{% if thread %}Hi", "opening"),
        ("raid", "@everyone, calm down", "raid (en):1: `@everyone` would mention someone"),
        ("thread_name", "{{ member }}", "`member` has no place in `thread_name`"),
    ];
    for (utterance, text, what) in rows {
        let refused = set(&server, "olga", &only(utterance), text).await;
        let told = &refused.content;
        assert!(told.contains("cannot be saved") && told.contains("= valid: "), "{told}");
        assert!(utterance == "alert" || told.contains(what), "{told}");
        assert!(told.ends_with(&format!("```\n{text}\n```")), "{told}");
    }
    for text in [format!("{} {{{{ kinds }}}}", "long ".repeat(700)), "a ```fence {{ kinds }}".to_owned()] {
        let refused = set(&server, "olga", &only("acknowledgment"), &text).await;
        assert_eq!(file(&refused).await, text, "{}", refused.content);
        assert_eq!(refused.content.matches("```").count(), 0, "{}", refused.content);
    }
    let listed = server.says("olga", "wording list", &[]).await;
    assert!(listed.contains("none of them changed here"), "{listed}");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_later_of_two_moderators_is_told_and_keeps_what_they_typed() {
    let mut server = Server::new().await;
    let guild = server.discord.guild("Harbor").unwrap();
    let mia = server.discord.user("mia").unwrap();
    let manager = server.discord.create_role(guild, "Manager", Permissions::MANAGE_GUILD).unwrap();
    server.discord.set_roles(guild, mia, &[manager]).unwrap();
    let first = server.asks("olga", "wording set", &only("raid"));
    let second = server.asks("mia", "wording set", &only("raid"));
    typed(&server, first).await;
    typed(&server, second).await;
    let saved = server.submits("olga", first, &[("text", "One moment, please.")]).await;
    assert!(server.read(saved).await.contains("Change 1"));
    let refused = server.submits("mia", second, &[("text", "All of you, one moment.")]).await;
    let told = server.read(refused).await;
    let olga = server.discord.user("olga").unwrap();
    assert!(
        told.contains("`raid` (en) was changed meanwhile") && told.contains(&format!("<@{olga}>")),
        "{told}"
    );
    assert!(told.contains("```\nAll of you, one moment.\n```"), "{told}");
    let third = server.asks("mia", "wording set", &only("raid"));
    assert_eq!(typed(&server, third).await, "One moment, please.");
    let saved = server.submits("mia", third, &[("text", "All of you, one moment.")]).await;
    let told = server.read(saved).await;
    assert!(told.contains("Change 2") && told.contains("changed the same"), "{told}");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_told_with_the_nearest_name() {
    let mut server = Server::new().await;
    for command in ["wording preview", "wording set", "wording reset"] {
        let told = server.says("olga", command, &only("opning")).await;
        assert!(told.contains("`utterance`") && told.contains("Did you mean `opening`?"), "{told}");
        let told = server.says("olga", command, &of("opening", "dee")).await;
        assert!(told.contains("`language`") && told.contains("Did you mean `de`?"), "{told}");
    }
    let offered = server.offered("olga", "wording set", &only("raid"), "utterance").await;
    assert_eq!(offered, ["raid", "raid_alert"]);
    let options = [("utterance", json!("opening")), ("language", json!("deut"))];
    assert_eq!(server.offered("olga", "wording set", &options, "language").await, ["de"]);
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operators_own_language_and_labels_are_there_and_a_long_text_is_changed_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("it")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join("it").join(name), text).unwrap();
    write("suggestion_details.md", "Ne parliamo con calma?\n");
    write("labels.toml", "[buttons]\naside = \"In privato\"\n");
    write("advice.md", &"{# a note for whoever writes this #}".repeat(120));
    let config = format!(
        "{RULES}\n[wording]\nlanguage = \"it\"\ntemplates = {:?}\n",
        folder.path().display().to_string()
    );
    let mut server = Server::with(&config).await;
    assert_eq!(
        server.offered("olga", "wording list", &[("language", json!("it"))], "language").await,
        ["it"]
    );
    let shown = server.says("olga", "wording preview", &only("suggestion_details")).await;
    assert!(
        shown.contains("`suggestion_details` in it**, not changed here") && shown.contains("Ne parliamo"),
        "{shown}"
    );
    let lacking = server.says("olga", "wording preview", &only("opening")).await;
    assert!(lacking.contains("said in English, as nothing else is written"), "{lacking}");
    let long = server.says("olga", "wording set", &only("advice")).await;
    assert!(long.contains("a form takes 4000") && long.contains("`it/advice.md`"), "{long}");
    let (alex, general) = (server.discord.user("alex").unwrap(), server.discord.channel("general").unwrap());
    server.discord.post(alex, general, "where is my invoice?").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let offer = said(&server.discord, general).remove(0);
    assert_eq!(offer.content, "Ne parliamo con calma?");
    assert_eq!(offer.components[0]["components"][0]["label"], "In privato");
    assert!(private_threads(&server.discord).is_empty());
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_manage_the_server_changes_what_is_said() {
    let mut server = Server::new().await;
    let (guild, alex) = (server.discord.guild("Harbor").unwrap(), server.discord.user("alex").unwrap());
    server.discord.permit_command(guild, "wording", alex).unwrap();
    for command in ["wording list", "wording set", "wording preview", "wording reset"] {
        let options = if command == "wording list" { Vec::new() } else { only("raid").to_vec() };
        let told = server.says("alex", command, &options).await;
        assert!(told.contains("Manage Server"), "{told}");
    }
    server.mannerly();
    server.stop().await;
}
