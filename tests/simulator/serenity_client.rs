//! serenity, as the production bot uses it, against the embedded Discord.

use std::sync::Arc;

use aside::simulator::{ChannelKind, Permissions, Simulator};
use serde_json::json;
use serenity::all::{
    ButtonStyle, ChannelType, ClientBuilder, ComponentInteraction, Context, CreateActionRow,
    CreateAllowedMentions, CreateButton, CreateInteractionResponse, CreateInteractionResponseMessage,
    CreateMessage, CreateThread, Event, EventHandler, GatewayIntents, HttpBuilder, Interaction, Message,
    RawEventHandler,
};
use serenity::async_trait;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::moderation::every_rule;
use crate::support::{Rest, harbor, id};

/// Answers each message of a person with a private thread and a button in it.
struct Bot;

#[async_trait]
impl EventHandler for Bot {
    async fn message(&self, ctx: Context, message: Message) {
        if message.author.bot {
            return;
        }
        take_aside(&ctx, &message).await.expect("the simulator takes what Discord takes");
    }

    async fn interaction_create(&self, ctx: Context, interaction: Interaction) {
        if let Interaction::Component(pressed) = interaction {
            answer(&ctx, &pressed).await.expect("the simulator takes the answer");
        }
    }
}

async fn take_aside(ctx: &Context, message: &Message) -> serenity::Result<()> {
    let thread = CreateThread::new("A word aside").kind(ChannelType::PrivateThread).invitable(false);
    let thread = message.channel_id.create_thread(ctx, thread).await?;
    thread.id.add_thread_member(ctx, message.author.id).await?;
    let button = CreateButton::new("resolve").label("Resolve").style(ButtonStyle::Primary);
    let opening = CreateMessage::new()
        .content(format!("Hello <@{}>", message.author.id))
        .components(vec![CreateActionRow::Buttons(vec![button])])
        .allowed_mentions(CreateAllowedMentions::new().users([message.author.id]));
    thread.id.send_message(ctx, opening).await?;
    let reply = CreateMessage::new().content("Let us talk.").reference_message(message);
    message.channel_id.send_message(ctx, reply).await?;
    Ok(())
}

async fn answer(ctx: &Context, pressed: &ComponentInteraction) -> serenity::Result<()> {
    let message = CreateInteractionResponseMessage::new().content("Thank you.").ephemeral(true);
    pressed.create_response(ctx, CreateInteractionResponse::Message(message)).await
}

#[tokio::test]
async fn serenity_reads_replies_opens_a_thread_and_answers_a_button() {
    let discord = harbor().await;
    let http = HttpBuilder::new(discord.token()).proxy(discord.base()).ratelimiter_disabled(true).build();
    let intents = GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::MESSAGE_CONTENT;
    let mut client = ClientBuilder::new_with_http(http, intents).event_handler(Bot).await.expect("a client");
    let shards = Arc::clone(&client.shard_manager);
    let mut running = JoinSet::new();
    running.spawn(async move { client.start().await });

    discord.connected().await.expect("serenity connects");
    let (alex, help) = (discord.user("alex").unwrap(), discord.channel("help").unwrap());
    let posted = discord.post(alex, help, "Nobody answers here!").unwrap();
    let (thread, opening) = discord
        .wait_until("an opening with a button", |state| {
            state.threads().find_map(|thread| {
                let opening = state.messages(thread.id).find(|message| !message.components.is_empty())?;
                Some((thread.id, opening.clone()))
            })
        })
        .await
        .unwrap();
    assert!(discord.thread_members(thread).contains(&alex));
    assert!(opening.pinged.contains(&alex));
    let reply = discord
        .wait_until("a reply", |state| {
            state.messages(help).find(|message| message.reference.is_some()).cloned()
        })
        .await
        .unwrap();
    assert_eq!(reply.reference.unwrap().message, posted);
    let pressed = discord.press(alex, thread, opening.id, "resolve").unwrap();
    let answer = discord.answer_to(pressed).await.unwrap();
    assert!(answer.ephemeral);
    assert_eq!(answer.data["content"], "Thank you.");

    shards.shutdown_all().await;
    running.join_next().await.unwrap().unwrap().expect("serenity ends in peace");
}

/// Keeps every event as serenity understood it.
struct Listener(UnboundedSender<Event>);

#[async_trait]
impl RawEventHandler for Listener {
    async fn raw_event(&self, _: Context, event: Event) {
        self.0.send(event).expect("the test is listening");
    }
}

#[tokio::test]
async fn serenity_decodes_every_event() {
    let discord = harbor().await;
    let (sender, mut events) = unbounded_channel();
    let http = HttpBuilder::new(discord.token()).proxy(discord.base()).ratelimiter_disabled(true).build();
    let privileged = GatewayIntents::MESSAGE_CONTENT | GatewayIntents::GUILD_MEMBERS;
    let intents = GatewayIntents::non_privileged() | privileged;
    let client = ClientBuilder::new_with_http(http, intents).raw_event_handler(Listener(sender));
    let mut client = client.await.expect("a client");
    let shards = Arc::clone(&client.shard_manager);
    let mut running = JoinSet::new();
    running.spawn(async move { client.start().await });
    discord.connected().await.unwrap();
    let commands = json!([{ "name": "case", "description": "cases" }]);
    Rest::new(&discord).call(&format!("PUT /applications/{}/commands", discord.bot()), commands).await;
    everything_happens(&discord);
    discord.send_event("THE_END", &serde_json::Value::Null);

    let (mut understood, mut unknown) = (0, Vec::new());
    while let Some(event) = events.recv().await {
        match event {
            Event::Unknown(event) if event.kind == "THE_END" => break,
            Event::Unknown(event) => unknown.push(event.kind),
            _ => understood += 1,
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
    assert!(understood > 25, "only {understood} events came");
    shards.shutdown_all().await;
}

/// One event of every kind that the simulator sends.
fn everything_happens(discord: &Simulator) {
    let of = |name: &str| id(discord, name);
    let (alex, mia, help, harbor) = (of("alex"), of("mia"), of("help"), of("Harbor"));
    let row = json!([{ "type": 1, "components": [
        { "type": 2, "style": 1, "label": "Go", "custom_id": "go" }] }]);
    let body = json!({ "content": "hi", "embeds": [{ "title": "t" }], "components": row });
    let message = discord.post_as(of("rover"), help, &body).unwrap();
    discord.press(mia, help, message, "go").unwrap();
    let reply = discord.reply(alex, help, message, "hello <@1>").unwrap();
    discord.edit(alex, help, reply, "hello again").unwrap();
    discord.react(mia, help, reply, "👍").unwrap();
    discord.unreact(mia, help, reply, "👍").unwrap();
    discord.forward(alex, help, reply, help).unwrap();
    discord.delete(alex, help, reply).unwrap();
    discord.post_as_webhook("Status page", help, "All is well").unwrap();
    discord.write_to_bot(alex, "in private").unwrap();
    let thread = discord.open_thread(alex, help, "talk", ChannelKind::PublicThread).unwrap();
    discord.add_to_thread(alex, thread, mia).unwrap();
    discord.take_out(mia, thread, mia).unwrap();
    discord.set_overwrite(help, discord.bot(), Permissions::NONE, Permissions::VIEW_CHANNEL).unwrap();
    discord.remove_overwrite(help, discord.bot()).unwrap();
    discord.archive(alex, thread, false).unwrap();
    discord.delete_channel(thread).unwrap();
    let role = discord.create_role(harbor, "New", Permissions::NONE).unwrap();
    discord.set_role(harbor, role, Permissions::MANAGE_THREADS).unwrap();
    discord.set_roles(harbor, alex, &[role]).unwrap();
    discord.delete_role(harbor, role).unwrap();
    for kind in [ChannelKind::Text, ChannelKind::Voice, ChannelKind::Forum, ChannelKind::Category] {
        let channel = discord.create_channel(harbor, "new", kind).unwrap();
        discord.set_overwrite(channel, alex, Permissions::VIEW_CHANNEL, Permissions::NONE).unwrap();
        discord.delete_channel(channel).unwrap();
    }
    let all = Permissions::ORDINARY | Permissions::MANAGE_GUILD;
    discord.set_role(harbor, of("Aside"), all).unwrap();
    for rule in every_rule(discord) {
        discord.put_automod(harbor, &rule).unwrap();
    }
    discord.block_words(harbor, &["voldemort"]);
    discord.post(alex, help, "voldemort").unwrap_err();
    discord.block_words(harbor, &[]);
    discord.set_guild_locale(harbor, "de").unwrap();
    discord.permit_command(harbor, "case", mia).unwrap();
    let newcomer = discord.join(harbor, "newcomer").unwrap();
    discord.leave(harbor, newcomer).unwrap();
    discord.outage(harbor, true);
    discord.outage(harbor, false);
}
