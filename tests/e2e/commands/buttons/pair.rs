//! Two whose exchange moves to the thread: who of them may press what.

use aside::simulator::Id;

use super::{Server, server};
use crate::community::private_threads;

impl Server {
    /// alex and sam write back and forth until the thread of both is open; the last message, which is sam's.
    async fn exchange(&self) -> Id {
        let (alex, general) = self.place("alex");
        let sam = self.discord.user("sam").unwrap();
        let asked = self.discord.post(alex, general, "does anyone know about my parcel?").unwrap();
        let answer = self.discord.reply(sam, general, asked, "when did you order it?").unwrap();
        let more = self.discord.reply(alex, general, answer, "two weeks ago").unwrap();
        let last = self.discord.reply(sam, general, more, "is it ref-1207 then?").unwrap();
        self.quiets().await;
        last
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_of_an_exchange_speak_for_it_and_each_for_what_is_theirs() {
    let mut server = server("").await;
    let message = server.exchange().await;
    let thread = private_threads(&server.discord).pop().expect("a thread for both").id;
    let (alex, sam) = (server.discord.user("alex").unwrap(), server.discord.user("sam").unwrap());
    let inside = server.discord.thread_members(thread);
    assert!(inside.contains(&alex) && inside.contains(&sam));
    let opening = server.told(thread).remove(0);
    for label in ["I'd rather not", "Keep it between us"] {
        let told = server.pressed("sam", &opening, label).await;
        assert!(
            told.contains(&format!("<@{alex}>")) && !told.contains(&format!("<@{sam}>")),
            "{label}: {told}"
        );
    }
    let told = server.pressed("alex", &opening, "Remove my message").await;
    assert!(told.contains(&format!("<@{sam}>")), "it is not theirs: {told}");
    let told = server
        .pressed("kim", &super::with(&server.scattered(), "Ask a moderator").clone(), "Ask a moderator")
        .await;
    assert!(told.contains(&format!("<@{alex}> and <@{sam}>")), "{told}");
    assert_eq!(server.told(thread).len(), 1, "nothing has happened so far");

    let told = server.pressed("sam", &opening, "Remove my message").await;
    assert!(told.contains("thread"), "{told}");
    let general = server.discord.channel("general").unwrap();
    assert!(server.discord.messages(general).iter().all(|one| one.id != message));
    server.restart().await;
    let told = server.pressed("sam", &opening, "Ask a moderator").await;
    assert!(told.contains("moderators"), "{told}");
    let told = server.pressed("sam", &opening, "Resolve").await;
    assert!(told.contains("settled"), "{told}");
    assert!(server.thread(thread).archived);
    let told = server.pressed("sam", &server.last_with(thread, "Good"), "Good").await;
    assert!(told.contains(&format!("<@{alex}>")), "{told}");
    let told = server.pressed("sam", &server.last_with(thread, "Reopen"), "Reopen").await;
    assert!(told.contains(&format!("<@{alex}>")), "{told}");
    assert!(server.thread(thread).archived);
    server.mannerly();
    server.end().await;
}
