//! *Resolve*, *I'd rather not*, *Reopen* and the ratings.

use super::server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_member_settles_a_case_rates_it_and_opens_it_again() {
    let mut server = server("").await;
    let thread = server.aside("alex", "what an utter disgrace").await;
    let opening = server.told(thread).remove(0);
    let told = server.pressed("alex", &opening, "Resolve").await;
    assert!(told.contains("settled") && told.contains("thread"), "{told}");
    let state = server.thread(thread);
    assert!(state.archived && state.locked, "{state:?}");
    assert!(server.alert().content.contains("**resolved**"), "{}", server.alert().content);

    server.restart().await;
    let again = server.pressed("alex", &opening, "Resolve").await;
    assert!(again.contains("moderator"), "over already: {again}");
    let last = server.last(thread);
    for (label, rating) in [("Good", "good"), ("Good", "good"), ("Not good", "not good")] {
        let told = server.pressed("alex", &last, label).await;
        assert!(told.contains(rating), "{label}: {told}");
        assert!(server.alert().content.contains(&format!("it went: {rating}")), "{}", server.alert().content);
    }
    let spoken = server.told(thread).len();
    let told = server.pressed("alex", &last, "Reopen").await;
    assert!(told.contains(&format!("<#{thread}>")), "{told}");
    assert!(!server.thread(thread).archived);
    assert_eq!(server.told(thread).len(), spoken + 1, "and says so there");
    let told = server.pressed("alex", &last, "Reopen").await;
    assert!(told.to_lowercase().contains("noth"), "once is enough: {told}");
    assert_eq!(server.told(thread).len(), spoken + 1);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moderator_settles_a_case_where_they_are_told_of_it() {
    let mut server = server("").await;
    let thread = server.aside("alex", "what an utter disgrace").await;
    let told = server.pressed("mia", &server.alert(), "Resolve").await;
    let alex = server.discord.user("alex").unwrap();
    assert!(told.starts_with("Case 1 is resolved."), "{told}");
    assert!(told.contains(&format!("<@{alex}> in <#{thread}>")), "{told}");
    assert!(told.contains("`/case resolve number:1 outcome:…`"), "{told}");
    assert!(told.contains("where it began"), "{told}");
    assert!(server.thread(thread).archived);
    assert_eq!(super::labels(&server.alert()), ["Reopen"]);
    let told = server.pressed("mia", &server.told(thread)[0], "Resolve").await;
    let mia = server.discord.user("mia").unwrap();
    assert_eq!(told, format!("Case 1 is over already: resolved by <@{mia}>. Nothing more was done."));

    server.restart().await;
    let told = server.pressed("mia", &server.alert(), "Reopen").await;
    assert_eq!(told, format!("Case 1 is open again, in <#{thread}>."));
    let told = server.pressed_anywhere("mia", "Reopen").await;
    assert_eq!(told, "Case 1 is open already; nothing was done.");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_would_rather_not_is_left_alone_and_may_come_back() {
    let mut server = server("").await;
    let thread = server.aside("alex", "what an utter disgrace").await;
    let opening = server.told(thread).remove(0);
    let public = server.public();
    let told = server.pressed("alex", &opening, "I'd rather not").await;
    assert!(told.contains("thread"), "{told}");
    assert!(server.alert().content.contains("**declined"), "{}", server.alert().content);
    assert!(server.thread(thread).archived);
    assert_eq!(server.public(), public, "nothing more is said in public");
    server.restart().await;
    for label in ["I'd rather not", "Resolve", "Ask a moderator", "Keep it between us"] {
        let told = server.pressed("alex", &opening, label).await;
        assert!(told.contains("again"), "it is over, {label}: {told}");
    }
    server.pressed("alex", &server.last(thread), "Reopen").await;
    assert!(!server.thread(thread).archived);
    assert!(server.alert().content.contains("**in a private thread**"), "{}", server.alert().content);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_presses_at_once_each_is_answered_and_one_counts() {
    let server = server("").await;
    let thread = server.aside("alex", "what an utter disgrace").await;
    let opening = server.told(thread).remove(0);
    let alert = server.alert();
    let presses = [
        server.taps("alex", &opening, "Resolve"),
        server.taps("mia", &alert, "Resolve"),
        server.taps("alex", &opening, "I'd rather not"),
        server.taps("mia", &alert, "False alarm"),
        server.taps("olga", &alert, "Resolve"),
    ];
    let mut done = 0;
    for pressed in presses {
        let told = server.read(pressed).await;
        done += usize::from(!told.contains("over") && !told.contains("closed"));
    }
    assert_eq!(done, 1, "exactly one of them ended it");
    server.quiets().await;
    let farewells = server.told(thread).len() - 1;
    assert_eq!((farewells, server.thread(thread).archived), (1, true));
    server.mannerly();
    server.end().await;
}
