//! On joining a server: who we are and where to begin, once, to the person who can act on it.

use std::sync::Arc;

use crate::discord::id::{GuildId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tracing::{info, warn};

use super::notice::Voice;
use super::rest::RestError;
use crate::message;
use crate::store::Store;
use crate::wording::{Facts, Utterance};

/// Where the store keeps that we introduced ourselves, and on joining when.
const NOTE: &str = "introduced";

/// Whoever has had us for longer knows us.
const NEW: SignedDuration = SignedDuration::from_hours(24);

/// The audit log's number of the entry that a bot was added.
/// Source: <https://discord.com/developers/docs/resources/audit-log#audit-log-entry-object-audit-log-events>.
const BOT_ADD: u8 = 28;

/// Whom an introduction reached.
#[derive(Debug)]
enum Reached {
    Person,
    Channel,
    Nobody,
}

/// We are in `guild` since `joined`: if that is news, we say who we are.
pub(super) fn joined<S: Store + 'static>(voice: &Arc<Voice<S>>, guild: GuildId, joined: Timestamp) {
    if voice.responder.executor().clock.now().duration_since(joined) <= NEW {
        let introduction = Introduction { voice: Arc::clone(voice), guild, since: joined.to_string() };
        voice.spawn(async move { introduction.make().await });
    }
}

/// An introduction to be made.
struct Introduction<S> {
    voice: Arc<Voice<S>>,
    guild: GuildId,
    since: String,
}

impl<S: Store + 'static> Introduction<S> {
    async fn make(&self) {
        let (guild, store) = (self.guild, self.voice.responder.store());
        match store.noted(self.id(), NOTE).await {
            Ok(known) if known.as_ref() == Some(&self.since) => return,
            Ok(_) => {}
            Err(error) => return warn!(%guild, %error, "I could not look up whether I introduced myself"),
        }
        match self.reach().await {
            Ok(reached) => info!(%guild, ?reached, "introduced myself"),
            Err(error) => {
                return warn!(%guild, %error, "I could not introduce myself; I try again at the next start");
            }
        }
        if let Err(error) = store.note(self.id(), NOTE, &self.since).await {
            warn!(%guild, %error, "that I introduced myself could not be recorded");
        }
    }

    fn id(&self) -> message::GuildId {
        message::GuildId(self.guild.get())
    }

    /// Whoever added us, in private; else where only moderators read; else nobody.
    async fn reach(&self) -> Result<Reached, RestError> {
        let Some(person) = self.person().await? else { return Ok(Reached::Nobody) };
        match self.write(person).await {
            Err(RestError::Refused { .. }) => {}
            other => return other.map(|()| Reached::Person),
        }
        let Some(channel) = self.voice.guilds.moderators_channel(self.guild) else {
            return Ok(Reached::Nobody);
        };
        match self.voice.post(channel, &self.words(Some(person)), Some(person), self.occasion()).await {
            Err(RestError::Refused { .. }) => Ok(Reached::Nobody),
            other => other.map(|()| Reached::Channel),
        }
    }

    async fn write(&self, person: message::UserId) -> Result<(), RestError> {
        let channel = self.voice.direct(person).await?;
        self.voice.post(channel, &self.words(None), None, self.occasion()).await
    }

    fn occasion(&self) -> (&str, u64, &str) {
        (NOTE, self.guild.get(), &self.since)
    }

    /// Whoever added us, as far as we may know; else the owner.
    async fn person(&self) -> Result<Option<message::UserId>, RestError> {
        let guilds = &self.voice.guilds;
        let added_by = if guilds.reads_audit_log(self.guild) { self.added_by().await? } else { None };
        let person = added_by.or_else(|| guilds.owner(self.guild));
        Ok(person.map(|person| message::UserId(person.get())))
    }

    async fn added_by(&self) -> Result<Option<UserId>, RestError> {
        let (guild, me) = (self.guild, self.voice.guilds.me());
        let path = format!("guilds/{guild}/audit-logs?action_type={BOT_ADD}&target_id={me}&limit=1");
        match self.voice.ask(path).await {
            Ok(log) => Ok(who_added(&log, me)),
            Err(RestError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// In the language of the server's own pages, where we have it.
    fn words(&self, person: Option<message::UserId>) -> String {
        let guilds = &self.voice.guilds;
        let here = self.voice.responder.in_force(self.id());
        let wording = &here.core.wording;
        let server = guilds.name(self.guild).map(|name| plain(&name));
        let facts = Facts { member: person, server, ..Facts::default() };
        let language = wording.language_for(&guilds.locale(self.id())).map(str::to_owned);
        wording.render(language.as_deref(), Utterance::Introduction, 0, &facts)
    }
}

fn who_added(log: &Value, me: UserId) -> Option<UserId> {
    let entries = log["audit_log_entries"].as_array()?;
    let entry = entries.iter().find(|entry| entry["target_id"].as_str() == Some(&me.to_string()))?;
    let id: u64 = entry["user_id"].as_str()?.parse().ok()?;
    (id != 0).then(|| UserId::new(id))
}

/// `name` with everything escaped that Discord would not show as it is.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for character in name.chars().filter(|character| !character.is_control()).take(100) {
        if character.is_ascii_punctuation() {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_shown_as_they_are() {
        assert_eq!(plain("Harbor 5"), "Harbor 5");
        assert_eq!(plain("[Free](https://a.example)"), r"\[Free\]\(https\:\/\/a\.example\)");
        assert_eq!(plain("**x\n`y"), r"\*\*x\`y");
        assert!(plain(&"*".repeat(300)).chars().count() <= 200);
    }

    #[test]
    fn only_who_added_us_counts() {
        let log = |target: &str| json!({ "audit_log_entries": [{ "user_id": "5", "target_id": target, "action_type": 28 }] });
        assert_eq!(who_added(&log("7"), UserId::new(7)), Some(UserId::new(5)));
        assert_eq!(who_added(&log("8"), UserId::new(7)), None, "another bot was added");
        assert_eq!(who_added(&json!({}), UserId::new(7)), None);
    }
}
