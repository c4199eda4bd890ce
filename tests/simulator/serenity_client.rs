//! serenity, as the production bot uses it, against the embedded Discord.

use std::sync::Arc;

use serenity::all::{
    ButtonStyle, ChannelType, ClientBuilder, ComponentInteraction, Context, CreateActionRow,
    CreateAllowedMentions, CreateButton, CreateInteractionResponse, CreateInteractionResponseMessage,
    CreateMessage, CreateThread, EventHandler, GatewayIntents, HttpBuilder, Interaction, Message,
};
use serenity::async_trait;
use tokio::task::JoinSet;

use crate::support::harbor;

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
