//! From a message to a private thread and back.

use aside::simulator::Simulator;

use crate::community::{Bot, Home, harbor, private_threads, said, spoken};

const RULES: &str = r#"
[[rule]]
name = "projects"
category = "confidential"
when = { words = ["project falcon"] }
action = "take_aside"
cooldown = "10m"
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaked_name_is_taken_aside() {
    let discord = Simulator::start(&harbor()).await.unwrap();
    let home = Home::new();
    let bot = Bot::start(&discord, &home, RULES).await;
    let (alex, general) = (discord.user("alex").unwrap(), discord.channel("general").unwrap());
    let message = discord.post(alex, general, "so when does project falcon ship?").unwrap();
    let public = spoken(&discord, general, 1).await;
    let threads = private_threads(&discord);
    assert_eq!(threads.len(), 1);
    assert_eq!(public[0].reference.unwrap().message, message);
    for m in said(&discord, threads[0].id) {
        println!("{}\n{:?}", m.content, m.components);
    }
    println!("{} / {}", threads[0].name, public[0].content);
    for request in discord.requests() {
        println!("{} {} {}", request.method, request.path, request.status);
    }
    bot.stop().await.unwrap();
}
