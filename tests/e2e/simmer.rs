//! Messages that simmer, over the wire: nothing alone, a thread each for two who keep at it.

use aside::simulator::{ChannelKind, Simulator};

use crate::community::{Bot, Home, harbor, private_threads, said, settled};
use crate::once::post;

/// None of them is at boiling point; how hot each is depends on the weights.
const SIMMERING: [&str; 5] = [
    "you never listen to anyone here, do you",
    "oh great, another lecture from you",
    "that is a rather thin answer",
    "you are wrong again and you know it",
    "why do you always have to be like this",
];

/// Well above each of them, and well below all together.
const SETTINGS: &str = r#"
[conversation]
simmer = 0.1

[[rule]]
name = "boiling-point"
category = "boiling_point"
when = { heat = 0.6 }
action = "take_aside"
"#;

async fn begin(home: &Home) -> (Simulator, Bot) {
    let discord = Simulator::start(&harbor()).await.unwrap();
    let bot = Bot::start(&discord, home, SETTINGS).await;
    (discord, bot)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_alone_is_left_alone() {
    let home = Home::new();
    let (discord, bot) = begin(&home).await;
    let guild = discord.guild("Harbor").unwrap();
    for (at, text) in SIMMERING.into_iter().enumerate() {
        let place = format!("place-{at}");
        discord.create_channel(guild, &place, ChannelKind::Text).unwrap();
        post(&discord, "alex", &place, text);
    }
    settled(&discord, &home).await.unwrap();
    assert_eq!(private_threads(&discord).len(), 0);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_keep_at_it_get_a_thread_each_and_the_public_one_word() {
    let home = Home::new();
    let (discord, bot) = begin(&home).await;
    for (at, text) in SIMMERING.into_iter().enumerate() {
        post(&discord, ["alex", "sam"][at % 2], "general", text);
    }
    settled(&discord, &home).await.unwrap();
    let threads = private_threads(&discord);
    let inside = |name: &str| {
        let id = discord.user(name).unwrap();
        threads.iter().filter(|thread| discord.thread_members(thread.id).contains(&id)).count()
    };
    assert_eq!((threads.len(), inside("alex"), inside("sam")), (2, 1, 1));
    assert_eq!(said(&discord, discord.channel("general").unwrap()).len(), 1);
    bot.stop().await.unwrap();
}
