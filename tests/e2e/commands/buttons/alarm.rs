//! *False alarm*.

use serde_json::json;

use super::{labels, server};

const KEPT: &str = "I keep its words with everything private masked";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_false_alarm_is_apologized_for_taken_back_and_learned_from() {
    let mut server = server("").await;
    let thread = server.aside("alex", "heard of Project Falcon, call +44 20 7946 0958").await;
    assert_eq!(server.public().len(), 1);
    let told = server.pressed("mia", &server.alert(), "False alarm").await;
    let alex = server.discord.user("alex").unwrap();
    assert!(told.starts_with("Case 1 is dismissed as a false alarm."), "{told}");
    assert!(told.contains(&format!("I apologize to <@{alex}> in <#{thread}>")), "{told}");
    assert!(told.contains("take back what I said in public") && told.contains(KEPT), "{told}");
    assert!(told.contains("`projects` applies to it") && told.contains("`/rules disable name:projects`"));
    assert_eq!(server.public().len(), 0, "nothing about it is public any more");
    assert!(server.thread(thread).archived);
    let at_rest = server.home.at_rest();
    assert!(at_rest.contains("heard of Project Falcon, call ▮▮▮▮") && !at_rest.contains("7946"));
    let off = server.says("olga", "rules disable", &[("name", json!("projects"))]).await;
    assert!(off.starts_with("`projects` is off."), "{off}");
    server.restart().await;
    let asked = server.asks("olga", "rules enable", &[("name", json!("projects"))]);
    assert!(server.read(asked).await.contains("would act again on what was called a false alarm"));
    let again = server.pressed_anywhere("mia", "False alarm").await;
    assert!(again.starts_with("Case 1 is over already: dismissed"), "{again}");
    let opened = server.pressed("mia", &server.alert(), "Reopen").await;
    assert!(opened.starts_with("Case 1 is open again"), "{opened}");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_only_held_back_is_dismissed_without_a_word_to_anyone() {
    let server = server("mode = \"observe\"").await;
    server.writes("alex", "what an utter disgrace").await;
    let alert = server.alert();
    assert_eq!(labels(&alert), ["False alarm"]);
    let told = server.pressed("mia", &alert, "False alarm").await;
    assert!(told.contains("there is nothing to take back") && told.contains(KEPT), "{told}");
    assert!(told.contains("`boiling-point` applies to it"), "{told}");
    assert_eq!(server.public().len(), 0);
    assert_eq!(labels(&server.alert()), ["Reopen"]);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_words_of_what_is_gone_are_not_kept_and_that_is_said() {
    let mut server = server("").await;
    let card = ["4111", "1111", "1111", "1111"].join(" ");
    server.writes("alex", &format!("it is {card} please")).await;
    let told = server.pressed("mia", &server.alert(), "False alarm").await;
    assert!(told.contains("Its message is gone, so its words could not be kept"), "{told}");
    assert!(told.contains("The rule was `secrets`; who may manage the server can change"), "{told}");
    // One that went while nobody listened.
    let message = server.writes("sam", "what an utter disgrace").await;
    server.stop().await;
    let (sam, general) = server.place("sam");
    server.discord.delete(sam, general, message).unwrap();
    server.start().await;
    let told = server.pressed("mia", &server.alert(), "False alarm").await;
    assert!(told.contains("Its message is gone") && told.contains("The rule was `boiling-point`"), "{told}");
    assert!(!server.home.at_rest().contains("utter disgrace"));
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_took_someone_aside_by_hand_is_named_in_the_place_of_a_rule() {
    let server = server("").await;
    let message = server.writes("alex", "where do I find the pier").await;
    server.uses("mia", "Take aside", message).await;
    server.quiets().await;
    let told = server.pressed("mia", &server.alert(), "False alarm").await;
    assert!(told.contains("No rule applies to it as things stand."), "{told}");
    assert!(server.public().is_empty());
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_that_was_none_is_taken_back_and_no_message_is_blamed_for_it() {
    let server = server("[raid]\nmembers = 3\nwithin = \"30s\"\nmost_threads = 0\n").await;
    for who in ["alex", "sam", "kim"] {
        server.writes(who, "what an utter disgrace").await;
    }
    let staff = server.discord.channel("staff").unwrap();
    let told = server.told(staff);
    let alert = told.iter().find(|message| message.content.contains("members at boiling point")).unwrap();
    let spoken = server.public().len();
    let told = server.pressed("mia", alert, "False alarm").await;
    assert!(told.contains("take back what I said in public"), "{told}");
    assert!(told.contains("I keep none of them") && told.contains("`boiling-point`"), "{told}");
    assert_eq!(server.public().len(), spoken - 1);
    assert!(!server.home.at_rest().contains("utter disgrace"));
    server.mannerly();
    server.end().await;
}
