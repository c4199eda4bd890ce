//! The community a simulator starts with, as data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::locales;
use super::model::{Channel, ChannelKind, Guild, Id, Member, Overwrite, OverwriteKind, Role, Thread, User};
use super::permissions::Permissions;
use super::state::State;

/// The privileged intents that a developer switches on in Discord's portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privileged {
    /// Who is online.
    Presences,
    /// Who is a member.
    Members,
    /// What messages say.
    MessageContent,
}

impl Privileged {
    pub(crate) fn intent(self) -> u64 {
        match self {
            Self::Members => 1 << 1,
            Self::Presences => 1 << 8,
            Self::MessageContent => 1 << 15,
        }
    }
}

/// Everything there is when the simulator starts. People, roles and channels are referred to by name;
/// identifiers are allotted in order, the same on every start.
///
/// ```
/// let world = aside::simulator::World::from_toml(r#"
///     [[guild]]
///     name = "Harbor"
///     owner = "olga"
///     roles = [{ name = "Moderator", permissions = ["MANAGE_THREADS", "MANAGE_MESSAGES"] }]
///     channels = [{ name = "help" }, { name = "staff", overwrites = [
///         { of = "@everyone", deny = ["VIEW_CHANNEL"] },
///         { of = "Moderator", allow = ["VIEW_CHANNEL"] },
///     ] }]
///     members = [{ name = "mia", roles = ["Moderator"] }, { name = "alex" }]
/// "#).unwrap();
/// assert_eq!(world.guilds[0].channels.len(), 2);
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// The bot's token.
    pub token: String,
    /// The application's and the bot's name.
    pub application: String,
    /// Privileged intents that are switched on.
    pub privileged: Vec<Privileged>,
    /// Whether rate limits are enforced; the headers are sent either way.
    pub rate_limits: bool,
    /// Milliseconds between two heartbeats that the gateway asks for.
    pub heartbeat_ms: u64,
    /// Seconds during which a repeated enforced nonce returns the first message. Discord says
    /// "the past few minutes".
    pub nonce_seconds: u64,
    /// Seconds within which an interaction is to be answered; Discord waits for three.
    pub answer_seconds: u64,
    /// Shards that `GET /gateway/bot` recommends.
    pub shards: u64,
    /// Fewer shards than this are refused.
    pub fewest_shards: u64,
    /// Sessions that may begin at a time.
    pub max_concurrency: u64,
    /// Whether a session that begins too soon after another is turned away; it is counted either way.
    pub space_identifies: bool,
    /// The guilds the bot is in.
    #[serde(rename = "guild")]
    pub guilds: Vec<GuildPlan>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            token: "simulated".to_owned(),
            application: "Aside".to_owned(),
            privileged: vec![Privileged::MessageContent, Privileged::Members],
            rate_limits: true,
            heartbeat_ms: 41_250,
            nonce_seconds: 180,
            answer_seconds: 3,
            shards: 1,
            fewest_shards: 1,
            max_concurrency: 1,
            space_identifies: false,
            guilds: Vec::new(),
        }
    }
}

/// A guild to begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuildPlan {
    /// Name.
    pub name: String,
    /// Name of the owner, who need not be listed among the members.
    pub owner: String,
    /// Language, as in `en-US`.
    pub locale: String,
    /// What `@everyone` may do.
    pub everyone: Permissions,
    /// What the bot's own managed role grants.
    pub bot: Permissions,
    /// Further roles of the bot.
    pub bot_roles: Vec<String>,
    /// Roles, lowest first.
    pub roles: Vec<RolePlan>,
    /// Channels in order; a category before the channels in it.
    pub channels: Vec<ChannelPlan>,
    /// Members.
    pub members: Vec<MemberPlan>,
    /// How many threads may be active at once (Discord: about 1,000).
    pub active_threads: usize,
    /// What AutoMod blocks.
    pub blocked_words: Vec<String>,
    /// Name of the member who added the bot: the owner when absent, and nobody the audit log knows when empty.
    pub added_by: Option<String>,
    /// Name of the channel where Discord welcomes newcomers.
    pub system_channel: Option<String>,
    /// Name of the channel where Discord writes to those who manage the guild.
    pub public_updates_channel: Option<String>,
}

impl Default for GuildPlan {
    fn default() -> Self {
        Self {
            name: "Guild".to_owned(),
            owner: "owner".to_owned(),
            locale: "en-US".to_owned(),
            everyone: Permissions::ORDINARY,
            bot: Permissions::ORDINARY
                | Permissions::CREATE_PRIVATE_THREADS
                | Permissions::MANAGE_THREADS
                | Permissions::MANAGE_MESSAGES
                | Permissions::MENTION_EVERYONE,
            bot_roles: Vec::new(),
            roles: Vec::new(),
            channels: Vec::new(),
            members: Vec::new(),
            active_threads: 1000,
            blocked_words: Vec::new(),
            added_by: None,
            system_channel: None,
            public_updates_channel: None,
        }
    }
}

/// A role to begin with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RolePlan {
    /// Name.
    pub name: String,
    /// What it grants.
    pub permissions: Permissions,
    /// Whether anyone may mention it.
    pub mentionable: bool,
    /// Whether an integration owns it.
    pub managed: bool,
}

/// A channel to begin with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelPlan {
    /// Name.
    pub name: String,
    /// Kind; text when absent.
    pub kind: ChannelKind,
    /// Name of the category it is in, or of the channel of a thread.
    pub parent: Option<String>,
    /// Overwrites.
    pub overwrites: Vec<OverwritePlan>,
    /// Seconds a member waits between two posts.
    pub slowmode: u64,
}

/// An overwrite to begin with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverwritePlan {
    /// A role's or member's name, `@everyone`, or `@bot` for the bot itself.
    pub of: String,
    /// Granted.
    pub allow: Permissions,
    /// Taken.
    pub deny: Permissions,
}

/// A member to begin with. The same name in two guilds is the same person.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemberPlan {
    /// Name.
    pub name: String,
    /// Name in this guild.
    pub nick: Option<String>,
    /// Roles.
    pub roles: Vec<String>,
    /// Whether this is another bot.
    pub bot: bool,
    /// Whether direct messages are taken.
    pub accepts_dms: bool,
    /// Interface language, as in `en-US`.
    pub locale: String,
}

impl Default for MemberPlan {
    fn default() -> Self {
        Self {
            name: "member".to_owned(),
            nick: None,
            roles: Vec::new(),
            bot: false,
            accepts_dms: true,
            locale: "en-US".to_owned(),
        }
    }
}

impl World {
    /// Reads a world from TOML.
    ///
    /// # Errors
    /// When the text is no TOML, or has a key or a permission that does not exist; the error tells where.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// Puts one guild into `state`.
///
/// # Errors
/// The name that refers to nothing.
pub(crate) fn settle(state: &mut State, plan: &GuildPlan) -> Result<Id, String> {
    check_locales(plan)?;
    let id = state.allot();
    let owner = state.person(&plan.owner, false);
    let mut guild = Guild {
        id,
        name: plan.name.clone(),
        owner,
        roles: BTreeMap::new(),
        members: BTreeMap::new(),
        locale: plan.locale.clone(),
        active_thread_limit: plan.active_threads,
        automod: BTreeMap::new(),
        added_by: None,
        system_channel: None,
        public_updates_channel: None,
    };
    let names = settle_roles(state, &mut guild, plan);
    settle_members(state, &mut guild, plan, &names)?;
    guild.added_by = match plan.added_by.as_deref() {
        None => Some(owner),
        Some("") => None,
        Some(name) => Some(member(state, &guild, name)?),
    };
    settle_channels(state, &mut guild, plan, &names)?;
    state.guilds.insert(id, guild);
    let words: Vec<&str> = plan.blocked_words.iter().map(String::as_str).collect();
    state.block_words(id, &words).map_err(|refusal| refusal.to_string())?;
    Ok(id)
}

fn check_locales(plan: &GuildPlan) -> Result<(), String> {
    let all = plan.members.iter().map(|member| &member.locale).chain([&plan.locale]);
    match all.into_iter().find(|locale| locales::check("locale", locale).is_err()) {
        Some(locale) => Err(format!("Discord has no language `{locale}`")),
        None => Ok(()),
    }
}

type RoleNames = BTreeMap<String, Id>;

fn settle_roles(state: &mut State, guild: &mut Guild, plan: &GuildPlan) -> RoleNames {
    let mut names = BTreeMap::from([("@everyone".to_owned(), guild.id)]);
    let everyone =
        RolePlan { name: "@everyone".to_owned(), permissions: plan.everyone, ..RolePlan::default() };
    guild.roles.insert(guild.id, role(guild.id, &everyone, 0));
    let own = RolePlan {
        name: state.app.name.clone(),
        permissions: plan.bot,
        managed: true,
        ..RolePlan::default()
    };
    for (position, plan) in plan.roles.iter().chain([&own]).enumerate() {
        let id = state.allot();
        guild.roles.insert(id, role(id, plan, i64::try_from(position).unwrap_or(0) + 1));
        names.insert(plan.name.clone(), id);
    }
    names
}

fn role(id: Id, plan: &RolePlan, position: i64) -> Role {
    Role {
        id,
        name: plan.name.clone(),
        permissions: plan.permissions,
        position,
        managed: plan.managed,
        mentionable: plan.mentionable,
    }
}

fn settle_members(
    state: &mut State,
    guild: &mut Guild,
    plan: &GuildPlan,
    names: &RoleNames,
) -> Result<(), String> {
    let find = |role: &String| {
        names.get(role).copied().ok_or_else(|| format!("no role is called `{role}` in `{}`", plan.name))
    };
    let mut bot_roles = plan.bot_roles.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    bot_roles.extend(names.get(&state.app.name));
    let joined = state.now();
    let mut join = |user: Id, nick: Option<String>, roles: Vec<Id>| {
        guild.members.insert(user, Member { user, roles, nick, joined, timed_out_until: None });
    };
    join(guild.owner, None, Vec::new());
    join(state.app.bot, None, bot_roles);
    for plan in &plan.members {
        let roles = plan.roles.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let id = state.person(&plan.name, plan.bot);
        state.users.insert(id, person(id, plan));
        join(id, plan.nick.clone(), roles);
    }
    Ok(())
}

/// The member called `name`.
fn member(state: &State, guild: &Guild, name: &str) -> Result<Id, String> {
    let found = state.user_named(name).filter(|id| guild.members.contains_key(id));
    found.ok_or_else(|| format!("no role or member is called `{name}`"))
}

fn settle_channels(
    state: &mut State,
    guild: &mut Guild,
    plan: &GuildPlan,
    names: &RoleNames,
) -> Result<(), String> {
    let mut channels = BTreeMap::new();
    for (position, channel) in plan.channels.iter().enumerate() {
        let made = settle_channel(state, guild, channel, &channels, names, position)?;
        channels.insert(made.name.clone(), made.id);
        state.channels.insert(made.id, made);
    }
    guild.system_channel = named(&channels, plan.system_channel.as_ref())?;
    guild.public_updates_channel = named(&channels, plan.public_updates_channel.as_ref())?;
    Ok(())
}

/// The channel a plan names, if it names one.
fn named(channels: &BTreeMap<String, Id>, name: Option<&String>) -> Result<Option<Id>, String> {
    let find = |name| channels.get(name).copied().ok_or_else(|| format!("no channel is called `{name}`"));
    name.map(find).transpose()
}

fn person(id: Id, plan: &MemberPlan) -> User {
    User {
        id,
        name: plan.name.clone(),
        bot: plan.bot,
        accepts_dms: plan.accepts_dms,
        locale: plan.locale.clone(),
    }
}

fn settle_channel(
    state: &mut State,
    guild: &Guild,
    plan: &ChannelPlan,
    above: &BTreeMap<String, Id>,
    names: &RoleNames,
    position: usize,
) -> Result<Channel, String> {
    let parent = match &plan.parent {
        Some(name) => Some(*above.get(name).ok_or_else(|| format!("no category is called `{name}` above"))?),
        None => None,
    };
    let overwrites = plan
        .overwrites
        .iter()
        .map(|plan| settle_overwrite(state, guild, plan, names))
        .collect::<Result<_, _>>()?;
    Ok(Channel {
        parent,
        position: i64::try_from(position).unwrap_or(0),
        overwrites,
        slowmode: plan.slowmode,
        thread: plan.kind.is_thread().then(|| active_thread(guild.owner, state.now())),
        ..Channel::new(state.allot(), plan.kind, Some(guild.id), &plan.name)
    })
}

fn active_thread(owner: Id, since: Timestamp) -> Thread {
    Thread {
        owner,
        archived: false,
        locked: false,
        invitable: true,
        auto_archive_minutes: 4_320,
        archive_changed: since,
        members: BTreeMap::from([(owner, since)]),
        sent: 0,
    }
}

fn settle_overwrite(
    state: &State,
    guild: &Guild,
    plan: &OverwritePlan,
    names: &RoleNames,
) -> Result<Overwrite, String> {
    let (of, kind) = if plan.of == "@bot" {
        (state.app.bot, OverwriteKind::Member)
    } else if let Some(role) = names.get(&plan.of) {
        (*role, OverwriteKind::Role)
    } else {
        (member(state, guild, &plan.of)?, OverwriteKind::Member)
    };
    Ok(Overwrite { of, kind, allow: plan.allow, deny: plan.deny })
}

/// When a world is made: identifiers count from here, one second apart.
pub(crate) fn genesis() -> Timestamp {
    Timestamp::from_second(1_704_067_200).unwrap_or(Timestamp::UNIX_EPOCH)
}
