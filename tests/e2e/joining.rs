//! What the bot says of its own accord: who it is where it is new, and what keeps it from doing its part.

use aside::simulator::{ChannelKind, GuildPlan, Id, Message, Permissions, State};

use crate::commands::Server;
use crate::community::{GLANCE, PATIENCE, is_notice, settled};
use crate::{log, manners};

/// A guild called `name` that zoe has just added the bot to; olga owns it.
fn added(name: &str) -> GuildPlan {
    let plan = format!(
        r#"
        name = {name:?}
        owner = "olga"
        added_by = "zoe"
        bot = ["ORDINARY", "CREATE_PRIVATE_THREADS", "MANAGE_THREADS", "MANAGE_MESSAGES", "VIEW_AUDIT_LOG"]
        roles = [
            {{ name = "Guide", permissions = ["MANAGE_MESSAGES"] }},
            {{ name = "Regular", permissions = [] }},
        ]
        channels = [
            {{ name = "square" }},
            {{ name = "regulars", overwrites = [
                {{ of = "@everyone", deny = ["VIEW_CHANNEL"] }},
                {{ of = "Regular", allow = ["VIEW_CHANNEL"] }},
                {{ of = "@bot", allow = ["VIEW_CHANNEL"] }},
            ] }},
            {{ name = "sealed", overwrites = [{{ of = "@everyone", deny = ["VIEW_CHANNEL"] }}] }},
            {{ name = "guides", overwrites = [
                {{ of = "@everyone", deny = ["VIEW_CHANNEL"] }},
                {{ of = "Guide", allow = ["VIEW_CHANNEL"] }},
                {{ of = "@bot", allow = ["VIEW_CHANNEL"] }},
            ] }},
        ]
        members = [{{ name = "zoe", roles = ["Guide"] }}]
        "#
    );
    toml::from_str(&plan).unwrap()
}

/// What the bot wrote to `who` directly.
fn direct(server: &Server, who: &str) -> Vec<Message> {
    server.discord.dms(server.discord.user(who).unwrap())
}

async fn written_to(server: &Server, who: &str, times: usize) -> Vec<Message> {
    let (bot, person) = (server.discord.bot(), server.discord.user(who).unwrap());
    let there = |state: &State| {
        let both = |of: &[Id]| of.contains(&bot) && of.contains(&person);
        let channel = state.channels().find(|channel| both(&channel.recipients))?;
        (state.messages(channel.id).count() >= times).then_some(())
    };
    server.discord.wait_until("a direct message", there).await.unwrap();
    direct(server, who)
}

/// What the bot has told moderators in `channel` of its own accord, once that is `times` times.
async fn noticed(server: &Server, channel: &str, times: usize) -> Vec<Message> {
    let channel = server.discord.channel(channel).unwrap();
    let bot = server.discord.bot();
    let notices = |state: &State| -> Vec<Message> {
        state.messages(channel).filter(|message| is_notice(bot, message)).cloned().collect()
    };
    let enough = |state: &State| Some(notices(state)).filter(|all| all.len() >= times);
    let waited = server.discord.wait_until("a notice", enough).await;
    waited.unwrap_or_else(|error| panic!("{error}\n{}", log::written()))
}

/// Waits until `words` stand in the log.
async fn logged(words: &str) {
    let waiting = async {
        while !log::written().contains(words) {
            tokio::time::sleep(GLANCE).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    waited.unwrap_or_else(|_| panic!("{words:?} is not in: {}", log::written()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_added_the_bot_is_told_once_what_it_is() {
    let mut server = Server::with("").await;
    server.discord.add_guild(&added("[Free](https://a.example) **Quay**")).unwrap();
    let told = written_to(&server, "zoe", 1).await;
    for expected in ["/setup", "/doctor", "observe", r"**\[Free\]\(https\:\/\/a\.example\)"] {
        assert!(told[0].content.contains(expected), "{expected:?} is not in: {}", told[0].content);
    }
    server.restart().await;
    let second = GuildPlan { locale: "de".to_owned(), added_by: Some("olga".to_owned()), ..added("Pier") };
    server.discord.add_guild(&second).unwrap();
    let german = written_to(&server, "olga", 1).await;
    assert!(german[0].content.contains("Hallo, ich bin Aside"), "{}", german[0].content);
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!((direct(&server, "zoe").len(), direct(&server, "olga").len()), (1, 1), "once each");
    for channel in ["square", "guides", "general", "staff"] {
        let channel = server.discord.channel(channel).unwrap();
        assert!(server.discord.messages(channel).is_empty(), "nothing is said in public");
    }
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_audit_log_the_owner_is_told() {
    let mut server = Server::with("").await;
    let plan = GuildPlan { bot: Permissions::ORDINARY, ..added("Quay") };
    server.discord.add_guild(&plan).unwrap();
    written_to(&server, "olga", 1).await;
    assert!(direct(&server, "zoe").is_empty());
    let asked = server.discord.requests().iter().any(|request| request.path.contains("audit-logs"));
    assert!(!asked, "what would be refused is not asked for");
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_no_direct_messages_is_told_where_only_moderators_read() {
    let mut server = Server::with("").await;
    let mut plan = added("Quay");
    plan.members[0].accepts_dms = false;
    server.discord.add_guild(&plan).unwrap();
    let told = noticed(&server, "guides", 1).await;
    let zoe = server.discord.user("zoe").unwrap();
    assert!(told[0].content.starts_with(&format!("<@{zoe}> Hello, I'm Aside")), "{}", told[0].content);
    assert_eq!(told[0].pinged.iter().copied().collect::<Vec<_>>(), [zoe], "nobody else is called");
    server.restart().await;
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!(noticed(&server, "guides", 1).await.len(), 1);
    for channel in ["square", "regulars"] {
        assert!(server.discord.messages(server.discord.channel(channel).unwrap()).is_empty(), "{channel}");
    }
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_can_be_told_nothing_is_said() {
    let mut server = Server::with("").await;
    let mut plan = added("Quay");
    plan.members[0].accepts_dms = false;
    plan.channels.truncate(3);
    let quay = server.discord.add_guild(&plan).unwrap();
    logged(&format!("introduced myself guild={quay} reached=Nobody")).await;
    for channel in ["square", "regulars", "sealed"] {
        assert!(server.discord.messages(server.discord.channel(channel).unwrap()).is_empty(), "{channel}");
    }
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

/// What our own role grants in the worlds that these tests play in.
const ALL: Permissions = Permissions(
    Permissions::ORDINARY.0
        | Permissions::CREATE_PRIVATE_THREADS.0
        | Permissions::MANAGE_THREADS.0
        | Permissions::MANAGE_MESSAGES.0
        | Permissions::MENTION_EVERYONE.0,
);

/// The same without `permission`, which everyone does not have either.
fn without(permission: Permissions) -> Permissions {
    ALL & !permission
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moderators_are_told_once_what_is_missing_and_when_it_is_not_any_more() {
    let mut server = Server::with("").await;
    server.place_desk("help", "staff").await;
    server.stop().await;
    server.grant(without(Permissions::MANAGE_MESSAGES));
    server.start().await;
    let told = noticed(&server, "staff", 1).await;
    assert!(told[0].content.contains("**Manage Messages** is missing everywhere"), "{}", told[0].content);
    assert!(told[0].content.contains("/doctor") && told[0].pinged.is_empty(), "{}", told[0].content);

    server.restart().await;
    let bot = server.discord.bot();
    let general = server.discord.channel("general").unwrap();
    server.discord.set_overwrite(general, bot, Permissions::NONE, Permissions::SEND_MESSAGES).unwrap();
    let told = noticed(&server, "staff", 2).await;
    assert_eq!(told.len(), 2, "what was told is not told again after a restart");
    let words = &told[1].content;
    assert!(
        words.contains("Manage Messages") && words.contains(&format!("missing in <#{general}>")),
        "{words}"
    );

    // Something is put right, but not all: that is no news.
    server.discord.remove_overwrite(general, bot).unwrap();
    // New channels lack what all lack: that is no news, either.
    let harbor = server.discord.guild("Harbor").unwrap();
    server.discord.create_channel(harbor, "new", ChannelKind::Text).unwrap();
    server
        .home
        .until("SELECT count(*) = 1 FROM notes WHERE name = 'gaps' AND value = '2 manage-messages@*'")
        .await
        .unwrap();
    server.grant(ALL);
    let told = noticed(&server, "staff", 3).await;
    assert_eq!(told.len(), 3);
    assert!(told[2].content.contains("All is well again"), "{}", told[2].content);

    // Taken away anew, as a role of ours.
    server.discord.set_roles(harbor, bot, &[]).unwrap();
    let told = noticed(&server, "staff", 4).await;
    assert!(told[3].content.contains("Create Private Threads"), "{}", told[3].content);
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_never_told_where_everyone_reads() {
    let mut server = Server::with("").await;
    server.place_desk("help", "general").await;
    let (harbor, bot) = (server.discord.guild("Harbor").unwrap(), server.discord.bot());
    let mute = server.discord.create_channel(harbor, "mute", ChannelKind::Text).unwrap();
    server.discord.set_overwrite(mute, bot, Permissions::NONE, Permissions::SEND_MESSAGES).unwrap();
    logged(&format!("Send Messages is missing in <#{mute}>")).await;
    let words = server.doctor(&[]).await;
    assert!(words.contains("Everyone can read the alert channel"), "{words}");
    server.place_desk("help", "staff").await;
    server.discord.rename_channel(mute, "silent").unwrap();
    let told = noticed(&server, "staff", 1).await;
    assert!(
        told[0].content.contains(&format!("missing in <#{mute}>")),
        "told as soon as there is a place for it"
    );
    server
        .home
        .until("SELECT count(*) = 1 FROM notes WHERE name = 'gaps' AND value LIKE '1 %'")
        .await
        .unwrap();
    for channel in ["general", "help", "news", "lounge"] {
        let all = server.discord.messages(server.discord.channel(channel).unwrap());
        assert!(!all.iter().any(|message| is_notice(bot, message)), "{channel}");
    }
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}
