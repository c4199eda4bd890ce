//! A running bot, and what the gateway may tell it: events and interactions, whole, odd and broken.
//!
//! One town stands for many inputs, with cases that can be pressed; after so many it is built anew.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use arbitrary::{Result, Unstructured};
use aside::case::action::Button;
use aside::config::{Config, Loaded};
use aside::discord::{Clock, Credentials, Origin, Token};
use aside::simulator::{Id, InteractionKind, Request, Simulator, State, World};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::input::{mutated, odd_value, piece, text};

/// So many inputs are thrown at a town before it is built anew.
const LASTS: usize = 200;

/// The most events and interactions of one input.
const MOST: usize = 4;

/// Who does things: the owner, a moderator, members.
const PEOPLE: &[&str] = &["olga", "mia", "alex", "sam"];

struct Town {
    runtime: Runtime,
    discord: Simulator,
    stop: CancellationToken,
    inputs: usize,
    /// Requests that were looked at.
    seen: usize,
    _home: TempDir,
}

static TOWN: LazyLock<Mutex<Option<Town>>> = LazyLock::new(Mutex::default);

/// Commands, buttons, selects and forms that nobody's client would send.
pub(crate) fn interactions(u: &mut Unstructured<'_>) -> Result<()> {
    in_town(|town| {
        for _ in 0..u.int_in_range(1..=MOST)? {
            let who = town.discord.user(u.choose(PEOPLE)?).expect("a person");
            let channel =
                town.discord.channel(u.choose(&["general", "general", "staff", "help"])?).expect("a channel");
            let (kind, data) = match u.int_in_range(0..=2)? {
                0 => (
                    *u.choose(&[InteractionKind::Command, InteractionKind::Autocomplete])?,
                    command(town, u)?,
                ),
                1 => (InteractionKind::Component, component(town, u)?),
                _ => (InteractionKind::Modal, form(town, u)?),
            };
            let data = if u.ratio(1, 3)? { mutated(u, data)? } else { data };
            let messages = town.discord.messages(channel);
            let message =
                messages.last().filter(|_| u.arbitrary().unwrap_or_default()).map(|message| message.id);
            // Who does not see the channel does nothing there.
            town.discord.forge(kind, (who, channel), message, data).ok();
        }
        Ok(())
    })
}

/// Events as Discord sends them, with parts missing, doubled, of other types or out of range.
pub(crate) fn gateway(u: &mut Unstructured<'_>) -> Result<()> {
    in_town(|town| {
        for _ in 0..u.int_in_range(1..=MOST)? {
            let (name, event) = event(town, u)?;
            let event = mutated(u, event)?;
            town.discord.send_event(name, &event);
        }
        // Whatever was said of it, the server is still there.
        let (name, event) = events(town).swap_remove(0);
        town.discord.send_event(name, &event);
        Ok(())
    })
}

/// Lets something happen in the town, and checks what the bot asked of Discord.
fn in_town(happen: impl FnOnce(&Town) -> Result<()>) -> Result<()> {
    let mut kept = TOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut town = match kept.take() {
        Some(town) if town.inputs < LASTS => town,
        worn => {
            worn.into_iter().for_each(Town::leave);
            Town::found()
        }
    };
    town.inputs += 1;
    let happened = happen(&town);
    town.hear();
    town.check();
    *kept = Some(town);
    happened
}

impl Town {
    fn found() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let home = tempfile::tempdir().expect("a folder");
        let mut world = World::from_toml(include_str!("../e2e/harbor.toml")).expect("a world");
        world.rate_limits = false;
        let stop = CancellationToken::new();
        let discord = runtime.block_on(async {
            let discord = Simulator::start(&world).await.expect("a simulator");
            let (guild, staff) =
                (discord.guild("Harbor").expect("a guild"), discord.channel("staff").expect("a channel"));
            let rules = include_str!("../e2e/rules.toml");
            let settings = format!("[server.\"{guild}\"]\nalert_channel = {staff}\n{rules}");
            let mut config = Config::parse(&settings, Path::new("town.toml")).expect("settings");
            config.store.url = format!("sqlite://{}", home.path().join("aside.db").display());
            let core = config.build().expect("settings that hold");
            let base = Origin::parse(&discord.base()).expect("an address");
            let credentials = Credentials::new(base, Token::new(&discord.token()));
            let loaded = Loaded { config, core, file: None };
            #[expect(clippy::disallowed_methods, reason = "the bot ends with its town")]
            tokio::spawn(aside::discord::run(loaded, credentials, Clock::system(), stop.clone()));
            discord.connected().await.expect("a connection");
            let registered = |state: &State| (!state.commands().is_empty()).then_some(());
            discord.wait_until("commands to be registered", registered).await.expect("commands");
            discord
        });
        let mut town = Self { runtime, discord, stop, inputs: 0, seen: 0, _home: home };
        town.settle_in();
        town
    }

    /// Cases of several sorts, so that there is something to press.
    fn settle_in(&mut self) {
        let general = self.discord.channel("general").expect("a channel");
        for (who, words) in [
            ("alex", "this is an utter disgrace"),
            ("sam", "all about project falcon"),
            ("sam", "where is my invoice"),
        ] {
            let who = self.discord.user(who).expect("a person");
            self.discord.post(who, general, words).expect("a message");
        }
        self.hear();
    }

    /// Waits until the bot has heard everything: it asks for a channel that it does not know.
    fn hear(&mut self) {
        static UNHEARD_OF: AtomicU64 = AtomicU64::new(7_000_000);
        let channel = UNHEARD_OF.fetch_add(1, Ordering::Relaxed);
        let guild = self.discord.guild("Harbor").expect("a guild").to_string();
        let message = json!({
            "id": channel.to_string(), "channel_id": channel.to_string(), "guild_id": guild, "author": { "id": "7" }, "content": "",
        });
        self.discord.send_event("MESSAGE_CREATE", &message);
        let asked = format!("/channels/{channel}");
        let heard = self.discord.wait_until("the bot to have heard everything", |state| {
            state
                .requests()
                .iter()
                .rev()
                .find(|request| request.path == asked && request.status != 0)
                .map(drop)
        });
        self.runtime.block_on(heard).expect("a bot that listens");
    }

    /// Whatever came in, what goes out is well-formed, calls nobody unasked, and is for nobody else.
    fn check(&mut self) {
        let requests = self.discord.requests();
        requests.iter().skip(self.seen).for_each(check);
        self.seen = requests.len();
    }

    fn leave(self) {
        self.stop.cancel();
        self.runtime.shutdown_background();
    }
}

fn check(request: &Request) {
    let Request { method, path, body, status, .. } = request;
    let wrong_form = *status == 400 && request.answer["code"] == 50035;
    assert!(!wrong_form, "{method} {path} with type {} was refused: {}", body["type"], request.answer);
    let posts = request.fits("POST /channels/{}/messages");
    let answers =
        request.fits("POST /interactions/{}/{}/callback") && matches!(body["type"].as_u64(), Some(4 | 7));
    let said = if answers { &body["data"] } else { body };
    if posts || answers {
        assert!(
            said["allowed_mentions"]["parse"].as_array().is_some_and(Vec::is_empty),
            "{method} {path}: anyone may be called"
        );
    }
    assert!(!answers || body["type"] == 7 || said["flags"] == 64, "{method} {path}: others read it");
}

/// Any registered command, with options filled in.
fn command(town: &Town, u: &mut Unstructured<'_>) -> Result<Value> {
    let commands = town.discord.read(|state| state.commands().to_vec());
    let command = u.choose(&commands)?;
    let mut data = json!({ "id": command.id.to_string(), "name": command.name(), "type": command.kind() });
    if command.kind() == 3 {
        let messages = town.discord.messages(town.discord.channel("general").expect("a channel"));
        data["target_id"] = messages[u.int_in_range(0..=messages.len() - 1)?].id.to_string().into();
        return Ok(data);
    }
    data["options"] = options(u, &command.body["options"])?;
    data["resolved"] = json!({
        "attachments": { "5": { "id": "5", "filename": piece(u)?, "size": 10, "url": format!("{}/attachments/5", town.discord.base()) } },
    });
    Ok(data)
}

fn options(u: &mut Unstructured<'_>, defined: &Value) -> Result<Value> {
    let defined = defined.as_array().cloned().unwrap_or_default();
    if defined.iter().any(|option| option["type"] == 1) {
        let sub = u.choose(&defined)?;
        return Ok(json!([{ "name": sub["name"], "type": 1, "options": options(u, &sub["options"])? }]));
    }
    let mut given = Vec::new();
    for option in &defined {
        if option["required"] == true || u.ratio(1, 2)? {
            let value = value(u, option)?;
            given.push(json!({ "name": option["name"], "type": option["type"], "value": value, "focused": u.ratio(1, 4)? }));
        }
    }
    Ok(given.into())
}

fn value(u: &mut Unstructured<'_>, option: &Value) -> Result<Value> {
    if u.ratio(1, 12)? {
        return odd_value(u);
    }
    Ok(match option["type"].as_u64() {
        Some(3) => match option["choices"].as_array() {
            Some(choices) if u.ratio(3, 4)? => u.choose(choices)?["value"].clone(),
            _ if u.ratio(1, 4)? => (*u
                .choose(&["projects", "secrets", "opening", "raid", "en", "open", "all", "1", "2"])?)
            .into(),
            _ => text(u, 4_000)?.into(),
        },
        Some(4) => (*u.choose(&[0, 1, 2, 3, -1, 4_294_967_296, i64::MAX, i64::MIN])?).into(),
        Some(5) => u.arbitrary::<bool>()?.into(),
        Some(10) => (*u.choose(&[0.0, 0.5, 1.0, -1.0, 1e300])?).into(),
        _ => (*u.choose(&["0", "1", "5", "7", "18446744073709551615", "-1", "x"])?).into(),
    })
}

/// A `custom_id` like those of the bot, with other numbers and parts.
fn custom_id(town: &Town, u: &mut Unstructured<'_>) -> Result<String> {
    const OTHERS: &[&str] = &[
        "cases:0:::",
        "cases:1:open::",
        "cases:4294967296::1:2",
        "menu:aside:1",
        "change:1:save",
        "change:1:leave",
        "change:2:save",
        "privacy:erase",
        "privacy:leave",
        "rules:add:1",
        "rules:edit:00000000:projects",
        "rules:again:1",
        "wording:set:opening:en:00000000",
        "wording:set:raid:en:811c9dc5",
        "setup:people",
        "setup:promise",
        "setup:watching",
        "setup:finish",
        "setup:role",
        "setup:escalation",
        "setup:desk",
        "setup:alerts",
        "setup:channels",
        "setup:everywhere",
        "setup:mode",
        "setup:language",
        "setup:hours",
        "setup:hours:00000000",
        "setup:again:1",
    ];
    let mut id = if u.ratio(1, 2)? {
        u.choose(Button::ALL)?.custom_id(*u.choose(&[1, 1, 2, 3, 0, 4, u32::MAX])?)
    } else {
        (*u.choose(OTHERS)?).to_owned()
    };
    if u.ratio(1, 12)? {
        let messages = town.discord.messages(town.discord.channel("general").expect("a channel"));
        id = format!("menu:aside:{}", messages[0].id);
    }
    if u.ratio(1, 6)? {
        id = super::input::disturbed(u, &id)?;
    }
    Ok(id)
}

fn component(town: &Town, u: &mut Unstructured<'_>) -> Result<Value> {
    let values = (0..u.int_in_range(0..=2)?).map(|_| {
        let known = ["observe", "suggest", "act", "en", "de", "xx", "1", "0", "18446744073709551615"];
        Ok(if u.ratio(3, 4)? { (*u.choose(&known)?).to_owned() } else { piece(u)? })
    });
    let values = values.collect::<Result<Vec<String>>>()?;
    Ok(json!({ "custom_id": custom_id(town, u)?, "component_type": 3, "values": values }))
}

fn form(town: &Town, u: &mut Unstructured<'_>) -> Result<Value> {
    const FIELDS: &[&str] = &[
        "reason",
        "text",
        "words",
        "pattern",
        "heat",
        "cooldown",
        "channels",
        "roles",
        "name",
        "answer",
        "action",
        "detector",
        "channel",
        "public",
        "outcome",
        "Order number",
        "remind",
        "escalate",
        "days",
        "hours",
        "time_zone",
        "ask",
        "from",
        "to",
    ];
    let mut rows = Vec::new();
    for _ in 0..u.int_in_range(0..=5)? {
        let input = json!({ "type": 4, "custom_id": u.choose(FIELDS)?, "value": text(u, 4_000)? });
        rows.push(if u.ratio(1, 2)? {
            json!({ "type": 1, "components": [input] })
        } else {
            json!({ "type": 18, "component": input })
        });
    }
    Ok(json!({ "custom_id": custom_id(town, u)?, "components": rows }))
}

fn event(town: &Town, u: &mut Unstructured<'_>) -> Result<(&'static str, Value)> {
    let mut all = events(town);
    let at = u.int_in_range(0..=all.len() - 1)?;
    let (name, mut event) = all.swap_remove(at);
    if name.starts_with("MESSAGE_") && u.ratio(2, 3)? {
        event["content"] = text(u, 4_000)?.into();
    }
    if u.ratio(1, 3)? {
        event["id"] = u.int_in_range(1_000_u64..=9_000_000)?.to_string().into();
    }
    Ok((name, event))
}

/// One event of every sort that is listened for, the server's own first.
fn events(town: &Town) -> Vec<(&'static str, Value)> {
    let discord = &town.discord;
    let id = |id: Option<Id>| id.unwrap_or_default().to_string();
    let (guild, general, staff) =
        (id(discord.guild("Harbor")), id(discord.channel("general")), id(discord.channel("staff")));
    let (alex, olga, bot, role) = (
        id(discord.user("alex")),
        id(discord.user("olga")),
        discord.bot().to_string(),
        id(discord.role("Moderator")),
    );
    let user = json!({ "id": alex, "username": "alex", "discriminator": "0", "avatar": null, "bot": false });
    let member = json!({
        "user": user, "roles": [], "permissions": "104324673", "joined_at": "2024-01-01T00:00:00Z", "deaf": false, "mute": false, "flags": 0,
    });
    let channel = |id: &str, kind: u8| {
        json!({
            "id": id, "type": kind, "guild_id": guild, "name": "general", "position": 0, "last_message_id": "9",
            "permission_overwrites": [{ "id": guild, "type": 0, "allow": "0", "deny": "0" }],
        })
    };
    let thread = json!({
        "id": "8000", "type": 11, "guild_id": guild, "parent_id": general, "owner_id": alex, "name": "thread", "message_count": 1,
        "member_count": 1, "thread_metadata": { "archived": false, "auto_archive_duration": 60, "archive_timestamp": "2024-01-01T00:00:00Z", "locked": false },
    });
    let roles = json!([
        { "id": guild, "name": "@everyone", "permissions": "104324673", "position": 0, "managed": false, "mentionable": false, "color": 0, "hoist": false },
        { "id": role, "name": "Moderator", "permissions": "1099511635968", "position": 1, "managed": false, "mentionable": true, "color": 0, "hoist": false },
        { "id": "77", "name": "Aside", "permissions": "8", "position": 2, "managed": true, "tags": { "bot_id": bot }, "mentionable": false, "color": 0, "hoist": false },
    ]);
    let whole = json!({
        "id": guild, "name": "Harbor", "owner_id": olga, "preferred_locale": "en-US", "features": ["COMMUNITY"], "roles": roles,
        "channels": [channel(&general, 0), channel(&staff, 0)], "threads": [thread], "members": [{
            "user": { "id": bot, "username": "Aside", "discriminator": "0", "bot": true }, "roles": ["77"], "joined_at": "2024-01-01T00:00:00Z",
            "deaf": false, "mute": false, "flags": 0,
        }],
        "public_updates_channel_id": null, "joined_at": "2024-01-01T00:00:00Z", "large": false, "unavailable": false, "member_count": 5,
        "voice_states": [], "presences": [], "stage_instances": [], "emojis": [], "stickers": [],
    });
    let message = json!({
        "id": "8100", "channel_id": general, "guild_id": guild, "author": user, "member": member, "content": "this is an utter disgrace",
        "type": 0, "timestamp": "2026-01-01T00:00:00Z", "edited_timestamp": null, "tts": false, "mention_everyone": false,
        "mentions": [user], "mention_roles": [role], "attachments": [], "embeds": [], "pinned": false, "flags": 0,
        "message_reference": { "message_id": "8099", "channel_id": general, "guild_id": guild },
        "referenced_message": { "id": "8099", "channel_id": general, "author": user, "content": "x", "type": 0 },
        "message_snapshots": [{ "message": { "content": "forwarded", "type": 0 } }], "webhook_id": null,
    });
    let interaction = json!({
        "id": "8200", "application_id": "1", "type": 3, "token": "forged", "version": 1, "guild_id": guild, "channel_id": general,
        "locale": "en-US", "member": member, "message": message, "data": { "custom_id": "case:1:resolve", "component_type": 2, "values": ["1"] },
        "entitlements": [], "authorizing_integration_owners": {}, "app_permissions": "0", "attachment_size_limit": 1000,
    });
    vec![
        ("GUILD_CREATE", whole.clone()),
        ("GUILD_UPDATE", whole),
        ("GUILD_DELETE", json!({ "id": guild, "unavailable": true })),
        ("GUILD_MEMBER_REMOVE", json!({ "guild_id": guild, "user": user })),
        (
            "GUILD_MEMBER_UPDATE",
            json!({ "guild_id": guild, "user": user, "roles": [role], "joined_at": "2024-01-01T00:00:00Z", "deaf": false, "mute": false }),
        ),
        ("GUILD_ROLE_CREATE", json!({ "guild_id": guild, "role": roles[1] })),
        ("GUILD_ROLE_UPDATE", json!({ "guild_id": guild, "role": roles[2] })),
        ("GUILD_ROLE_DELETE", json!({ "guild_id": guild, "role_id": "78" })),
        ("CHANNEL_CREATE", channel("8300", 15)),
        ("CHANNEL_UPDATE", channel(&general, 0)),
        ("CHANNEL_DELETE", channel("8300", 2)),
        ("THREAD_CREATE", thread.clone()),
        ("THREAD_UPDATE", thread.clone()),
        ("THREAD_DELETE", json!({ "id": "8000", "guild_id": guild, "parent_id": general, "type": 11 })),
        (
            "THREAD_LIST_SYNC",
            json!({ "guild_id": guild, "channel_ids": [general], "threads": [thread], "members": [] }),
        ),
        ("MESSAGE_CREATE", message.clone()),
        ("MESSAGE_UPDATE", message),
        ("MESSAGE_DELETE", json!({ "id": "8100", "channel_id": general, "guild_id": guild })),
        ("MESSAGE_DELETE_BULK", json!({ "ids": ["8100", "8101"], "channel_id": general, "guild_id": guild })),
        ("INTERACTION_CREATE", interaction),
        ("SOMETHING_NEW", json!({ "guild_id": guild })),
    ]
}
