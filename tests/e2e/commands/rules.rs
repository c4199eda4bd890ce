//! `/rules`: seen, switched, taken back.

use serde_json::json;

use super::Server;
use crate::community::{said, settled};

fn named(name: &str) -> [(&'static str, serde_json::Value); 1] {
    [("name", json!(name))]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_switched_off_at_once_and_on_again_after_a_restart() {
    let mut server = Server::new().await;
    let listed = server.says("olga", "rules list", &[]).await;
    assert!(listed.contains("- `projects` confidential → take_aside · default"), "{listed}");
    let off = server.says("olga", "rules disable", &named("projects")).await;
    assert!(off.contains("`projects` is off.") && off.contains("Change 1"), "{off}");
    let (alex, general) = (server.discord.user("alex").unwrap(), server.discord.channel("general").unwrap());
    server.discord.post(alex, general, "news about project falcon?").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!(said(&server.discord, general).len(), 0, "the rule is off");
    server.restart().await;
    let listed = server.says("olga", "rules list", &[]).await;
    assert!(listed.contains("- `projects` confidential → take_aside · default — **off**"), "{listed}");
    server.says("olga", "rules undo", &[("number", json!(1))]).await;
    server.discord.post(alex, general, "still nothing about project falcon?").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!(said(&server.discord, general).len(), 1, "the rule is on again");
    let history = server.says("olga", "rules history", &[]).await;
    assert!(history.contains("**2**") && history.contains("(took back 1)"), "{history}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_told_with_the_nearest_name() {
    let mut server = Server::new().await;
    let shown = server.says("olga", "rules show", &named("project")).await;
    assert!(shown.contains("`name`") && shown.contains("Did you mean `projects`?"), "{shown}");
    let offered = server.offered("olga", "rules show", &named("pro"), "name").await;
    assert_eq!(offered, ["projects"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_longer_fits_is_left_out_and_the_mode_still_holds() {
    let mut server = Server::new().await;
    let asked = server.asks("olga", "setup", &[]);
    server.read(asked).await;
    let next = server.press("olga", asked, "Next");
    server.read(next).await;
    let next = server.press("olga", next, "Next");
    server.read(next).await;
    let chosen = server.choose("olga", next, "setup:mode", &["observe"]);
    server.read(chosen).await;
    server.says("olga", "rules disable", &named("invoices")).await;
    server.stop().await;
    // As a later version might find them: a language that is gone, an utterance nobody says, a rule that is not valid.
    let settings = r#"{ "mode": "observe", "language": "tlh", "wording": { "en": { "greeting": "Hi" } },
        "rules": [{ "name": "broken", "table": { "name": "broken", "category": "confidential",
            "when": { "pattern": "(" }, "action": "alert" } }] }"#;
    server.home.execute("UPDATE guild_settings SET body = ?", settings).await;
    server.start().await;
    let (alex, general) = (server.discord.user("alex").unwrap(), server.discord.channel("general").unwrap());
    server.discord.post(alex, general, "news about project falcon?").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!(said(&server.discord, general).len(), 0, "it still only observes");
    let saved = server.says("olga", "rules disable", &named("projects")).await;
    assert!(saved.contains("`projects` is off."), "settings can be changed again: {saved}");
    server.stop().await;
}
