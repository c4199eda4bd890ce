//! Whom a message mentions, and who is alerted by it.
//!
//! Source: <https://discord.com/developers/docs/resources/message#allowed-mentions-object>.

use std::collections::BTreeSet;

use serde_json::Value;

use super::body::ids_of;
use super::form::list;
use super::model::{Channel, Id};
use super::permissions::Permissions;
use super::state::State;

/// Which mentions in a text are to take effect.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    everyone: bool,
    users: Named,
    roles: Named,
    replied_user: bool,
}

/// All of a kind, or those named.
#[derive(Debug, Clone)]
enum Named {
    All,
    These(Vec<Id>),
}

impl Named {
    fn holds(&self, id: Id) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(&id),
        }
    }
}

impl Allowed {
    /// Everything takes effect: what Discord does without an `allowed_mentions`.
    pub(crate) fn everything() -> Self {
        Self { everyone: true, users: Named::All, roles: Named::All, replied_user: true }
    }

    pub(crate) fn read(value: &Value) -> Self {
        if value.is_null() {
            return Self::everything();
        }
        let parse = |kind: &str| list(&value["parse"]).iter().any(|parse| parse.as_str() == Some(kind));
        let named = |kind: &str| if parse(kind) { Named::All } else { Named::These(ids_of(&value[kind])) };
        Self {
            everyone: parse("everyone"),
            users: named("users"),
            roles: named("roles"),
            replied_user: value["replied_user"].as_bool().unwrap_or(false),
        }
    }
}

/// The mentions that took effect.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mentions {
    pub(crate) users: Vec<Id>,
    pub(crate) roles: Vec<Id>,
    pub(crate) everyone: bool,
}

/// The identifiers written `<{sigil}123>` in `text`.
pub(crate) fn written(text: &str, sigil: &str) -> Vec<Id> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&format!("<{sigil}")) {
        let rest = &text[at + 1 + sigil.len()..];
        let number = rest.split_once('>').and_then(|(number, _)| number.parse().ok());
        if let Some(id) = number.filter(|id| !found.contains(id)) {
            found.push(id);
        }
    }
    found
}

impl State {
    /// The mentions in `text` that take effect when `author` posts it in `channel`.
    pub(crate) fn mentions(
        &self,
        author: Id,
        channel: &Channel,
        text: &str,
        allowed: &Allowed,
        answered: Option<Id>,
    ) -> Mentions {
        let mut users = written(text, "@");
        users.extend(written(text, "@!"));
        users.retain(|user| allowed.users.holds(*user));
        users.retain(|user| self.users.contains_key(user));
        if let Some(answered) = answered.filter(|user| allowed.replied_user && !users.contains(user)) {
            users.push(answered);
        }
        let may_all = self.permissions(author, channel).contains(Permissions::MENTION_EVERYONE);
        let guild = channel.guild.and_then(|id| self.guilds.get(&id));
        let mut roles = written(text, "@&");
        roles.retain(|role| allowed.roles.holds(*role));
        roles.retain(|role| {
            guild.and_then(|guild| guild.roles.get(role)).is_some_and(|role| role.mentionable || may_all)
        });
        let called = text.contains("@everyone") || text.contains("@here");
        Mentions { users, roles, everyone: called && may_all && allowed.everyone }
    }

    /// Who is alerted: those mentioned, by name or by role, who see the channel; never the author.
    pub(crate) fn alerted(&self, author: Id, channel: &Channel, mentions: &Mentions) -> BTreeSet<Id> {
        let mut alerted: BTreeSet<Id> = mentions.users.iter().copied().collect();
        alerted.extend(mentions.roles.iter().flat_map(|role| self.holders(channel, *role)));
        if mentions.everyone {
            let guild = channel.guild.and_then(|id| self.guilds.get(&id));
            alerted.extend(guild.iter().flat_map(|guild| guild.members.keys()));
        }
        alerted.retain(|user| *user != author && self.sees(*user, channel));
        alerted
    }

    /// The members of a channel's guild that have `role`.
    pub(crate) fn holders(&self, channel: &Channel, role: Id) -> Vec<Id> {
        let Some(guild) = channel.guild.and_then(|id| self.guilds.get(&id)) else { return Vec::new() };
        let members = guild.members.values().filter(|member| member.roles.contains(&role));
        members.map(|member| member.user).collect()
    }
}
