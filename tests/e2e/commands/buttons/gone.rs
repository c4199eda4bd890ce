//! What a case does when what it stands on is gone: its thread, its channel, its alert, its member.

use aside::simulator::{ChannelKind, Id, Permissions, Privileged, World};
use serde_json::json;

use super::super::Server;
use super::{in_world, labels, server};
use crate::community::{harbor, private_threads};

const ANGER: &str = "what an utter disgrace";

impl Server {
    fn ends_with(&self, why: &str) {
        let alert = self.alert().content;
        assert!(alert.contains("**expired**") && alert.contains(why), "{alert}");
    }

    fn alert_posts(&self) -> usize {
        self.told(self.discord.channel("staff").unwrap()).len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_deleted_by_hand_ends_the_case_and_reopening_it_leads_elsewhere() {
    let mut server = server("").await;
    let thread = server.aside("alex", ANGER).await;
    server.pressed("mia", &server.alert(), "Claim").await;
    server.discord.delete_channel(thread).unwrap();
    server.quiets().await;
    server.ends_with("its thread was deleted");
    assert_eq!(labels(&server.alert()), ["Reopen"]);

    server.restart().await;
    let told = server.pressed("mia", &server.alert(), "Reopen").await;
    assert!(told.contains("Case 1 is open again"), "{told}");
    let anew = private_threads(&server.discord).pop().unwrap().id;
    assert_ne!(anew, thread);
    assert!(server.alert().content.contains(&format!("<#{anew}>")), "{}", server.alert().content);
    let inside = server.discord.thread_members(anew);
    let [alex, mia] = ["alex", "mia"].map(|name| server.discord.user(name).unwrap());
    assert!(inside.contains(&alex) && inside.contains(&mia), "who looks after it is there, too");
    let public = server.public();
    assert_eq!(public.len(), 1, "the public words lead to it now: {public:?}");
    assert!(!public[0].contains(&thread.to_string()), "{public:?}");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_removed_ends_its_cases() {
    let server = server("").await;
    let thread = server.aside("alex", ANGER).await;
    server.discord.delete_channel(server.discord.channel("general").unwrap()).unwrap();
    server.quiets().await;
    assert!(
        !server.discord.threads(server.discord.guild("Harbor").unwrap()).iter().any(|one| one.id == thread)
    );
    server.ends_with("its channel was removed");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_moves_when_only_the_desk_is_removed() {
    let world = harbor();
    let mut server = Server::in_world(&world, "").await;
    let (guild, staff) = (server.discord.guild("Harbor").unwrap(), server.discord.channel("staff").unwrap());
    let desk = server.discord.create_channel(guild, "desk", ChannelKind::Text).unwrap();
    let bot = server.discord.bot();
    let general = server.discord.channel("general").unwrap();
    // Private threads are impossible where it begins, as long as there is a desk.
    server
        .discord
        .set_overwrite(general, bot, Permissions::NONE, Permissions::CREATE_PRIVATE_THREADS)
        .unwrap();
    server.stop().await;
    let rules = crate::community::RULES;
    server.config = format!("[server.\"{guild}\"]\nalert_channel = {staff}\ndesk_channel = {desk}\n{rules}");
    server.start().await;
    let at_desk = server.aside("alex", ANGER).await;
    assert_eq!(private_threads(&server.discord)[0].parent, Some(desk));
    server.discord.remove_overwrite(general, bot).unwrap();
    server.discord.delete_channel(desk).unwrap();
    server.quiets().await;
    let moved = private_threads(&server.discord).pop().unwrap().id;
    assert_ne!(moved, at_desk);
    assert_eq!(private_threads(&server.discord)[0].parent, Some(general));
    let alert = server.alert().content;
    assert!(
        alert.contains("The channel of its thread was removed.") && alert.contains("private thread"),
        "{alert}"
    );
    assert_eq!(server.alert_posts(), 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_leaves_their_cases_where_the_bot_may_know() {
    for (privileged, over) in [
        (vec![Privileged::MessageContent, Privileged::Members], true),
        (vec![Privileged::MessageContent], false),
    ] {
        let server = in_world(&World { privileged, ..harbor() }, "").await;
        let thread = server.aside("alex", ANGER).await;
        let [alex, guild] = [server.discord.user("alex").unwrap(), server.discord.guild("Harbor").unwrap()];
        server.discord.leave(guild, alex).unwrap();
        server.quiets().await;
        assert_eq!(server.alert().content.contains("the member left the server"), over);
        assert_eq!(server.thread(thread).archived, over);
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_deleted_by_hand_comes_back_with_the_next_news_and_without_a_bell() {
    let mut server = server("").await;
    let thread = server.aside("alex", ANGER).await;
    let staff = server.discord.channel("staff").unwrap();
    let mia = server.discord.user("mia").unwrap();
    server.discord.delete(mia, staff, server.alert().id).unwrap();
    server.quiets().await;
    assert_eq!(server.alert_posts(), 0, "who deleted it has read it");
    server.restart().await;
    server.discord.post(mia, thread, "Hello Alex.").unwrap();
    server.quiets().await;
    assert_eq!(server.alert_posts(), 1);
    let alert = server.alert();
    assert!(alert.content.contains("First answer") && alert.pinged.is_empty(), "{}", alert.content);
    server.pressed("mia", &alert, "Resolve").await;
    assert_eq!((server.alert_posts(), labels(&server.alert())), (1, vec!["Reopen".to_owned()]));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_discord_put_away_is_no_obstacle() {
    let server = server("").await;
    let thread = server.aside("alex", ANGER).await;
    let olga = server.discord.user("olga").unwrap();
    server.discord.archive(olga, thread, false).unwrap();
    server.pressed("mia", &server.alert(), "Claim").await;
    let mia = server.discord.user("mia").unwrap();
    assert!(server.discord.thread_members(thread).contains(&mia));
    // Locked in the meantime, which only comes off together with the archive.
    server.discord.archive(olga, thread, true).unwrap();
    server.pressed("mia", &server.alert(), "Resolve").await;
    let state = server.thread(thread);
    assert!(state.archived && state.locked, "{state:?}");
    let alert = server.alert().content;
    assert!(!alert.contains("did not work"), "{alert}");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_permission_a_thread_is_put_away_unlocked() {
    let server = server("").await;
    let [guild, role] = [server.discord.guild("Harbor"), server.discord.role("Aside")].map(Option::unwrap);
    let left = Permissions::ORDINARY | Permissions::CREATE_PRIVATE_THREADS;
    server.discord.set_role(guild, role, left).unwrap();
    let thread: Id = server.aside("alex", ANGER).await;
    server.pressed("mia", &server.alert(), "Resolve").await;
    let state = server.thread(thread);
    assert!(state.archived && !state.locked, "{state:?}");
    server.pressed("mia", &server.alert(), "Reopen").await;
    assert!(!server.thread(thread).archived);
    let mia = server.discord.user("mia").unwrap();
    server.discord.edit_thread(mia, thread, &json!({ "archived": true, "locked": true })).unwrap();
    server.pressed("mia", &server.alert(), "False alarm").await;
    let alert = server.alert().content;
    assert!(alert.contains("What did not work: I could not write in the private thread"), "{alert}");
    server.end().await;
}
