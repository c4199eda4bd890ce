//! *Claim* and *Ask a moderator*.

use aside::simulator::Permissions;

use super::server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_moderators_who_claim_a_case_one_gets_it() {
    let mut server = server("").await;
    let thread = server.aside("alex", "what an utter disgrace").await;
    let alert = server.alert();
    let names = ["mia", "olga"];
    let presses = names.map(|who| server.taps(who, &alert, "Claim"));
    let told = [server.read(presses[0]).await, server.read(presses[1]).await];
    let won = told.iter().position(|told| told.starts_with("Case 1 is yours.")).expect("one gets it");
    let (winner, other) = (names[won], names[1 - won]);
    let owner = server.discord.user(winner).unwrap();
    let taken = format!("<@{owner}> looks after case 1 already");
    assert!(told[1 - won].starts_with(&taken), "{told:?}");
    assert!(told[1 - won].contains("`/case claim number:1 member:…`"), "{told:?}");
    server.quiets().await;
    assert!(server.alert().content.contains(&format!("<@{owner}>")));
    assert!(server.discord.thread_members(thread).contains(&owner), "and is brought in");
    assert_eq!(server.told(thread).len(), 2, "its member hears of one");
    server.restart().await;
    assert_eq!(server.pressed(winner, &alert, "Claim").await, "You look after case 1 already.");
    assert!(server.pressed(other, &alert, "Claim").await.starts_with(&taken));
    assert_eq!(server.told(thread).len(), 2);
    server.pressed(winner, &alert, "Resolve").await;
    let over = server.pressed_anywhere(other, "Claim").await;
    assert!(over.starts_with("Case 1 is over already: resolved"), "{over}");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moderator_is_called_once_however_often_they_are_asked_for() {
    let mut server = server("").await;
    let thread = server.aside("alex", "what an utter disgrace").await;
    let opening = server.told(thread).remove(0);
    let role = server.discord.role("Moderator").unwrap();
    let told = server.pressed("alex", &opening, "Ask a moderator").await;
    assert!(told.contains("moderators"), "{told}");
    let summons = server.last(thread);
    assert!(summons.content.contains(&format!("<@&{role}>")), "{}", summons.content);
    assert!(server.alert().content.contains("for a moderator"), "{}", server.alert().content);
    server.restart().await;
    for _ in 0..3 {
        let again = server.pressed("alex", &opening, "Ask a moderator").await;
        assert!(again.contains("<t:") && again.contains("already") || again.contains("before"), "{again}");
    }
    assert_eq!(server.last(thread).id, summons.id, "nobody is called again");
    // Once it is over and open again, they can be asked for anew.
    server.pressed("alex", &opening, "Resolve").await;
    server.pressed("alex", &server.last_with(thread, "Reopen"), "Reopen").await;
    server.pressed("mia", &server.alert(), "Claim").await;
    let mia = server.discord.user("mia").unwrap();
    let told = server.pressed("alex", &opening, "Ask a moderator").await;
    assert!(told.contains(&format!("<@{mia}>")), "{told}");
    assert!(server.last(thread).pinged.contains(&mia));
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_the_moderator_role_moderates_until_it_is_taken_away() {
    let mut server = server("").await;
    let (guild, sam) = (server.discord.guild("Harbor").unwrap(), server.discord.user("sam").unwrap());
    let role = server.discord.create_role(guild, "Helper", Permissions::NONE).unwrap();
    server.discord.set_roles(guild, sam, &[role]).unwrap();
    server.stop().await;
    server.config =
        server.config.replace("alert_channel", &format!("moderator_role = {role}\nalert_channel"));
    server.start().await;
    server.aside("alex", "what an utter disgrace").await;
    let told = server.pressed_anywhere("sam", "Claim").await;
    assert!(told.starts_with("Case 1 is yours."), "{told}");
    server.discord.set_roles(guild, sam, &[]).unwrap();
    for label in ["Claim", "Resolve", "False alarm", "Show details"] {
        let told = server.pressed_anywhere("sam", label).await;
        assert!(told.contains("moderat") && told.contains("noth") | told.contains("Noth"), "{label}: {told}");
    }
    assert!(server.alert().content.contains(&format!("<@{sam}>")));
    server.mannerly();
    server.end().await;
}
