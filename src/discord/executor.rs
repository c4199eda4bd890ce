//! Acts on Discord: each action once, each answer classed as a receipt, a refusal or trouble.

mod refusal;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tracing::warn;

use self::refusal::failure;
use self::words::{adapted, body, components, nonce};
use super::clock::Clock;
use super::guilds::Guilds;
use super::id::{ChannelId, GuildId, MessageId, Permissions, RoleId, UserId};
use super::look::Look;
use super::rest::{Request, Rest};
use super::wire::{self, kind};
use crate::case::action::{Action, Post, Priority, Receipt, Refusal};
use crate::case::{Case, Event, Surroundings};
use crate::message::{self, Message};
use crate::responder::{AtHand, Attempt, Executor, Failure, Patience};
use crate::store::Pending;

/// What opening a private thread and speaking in it takes.
pub(super) const THREAD_NEEDS: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::CREATE_PRIVATE_THREADS)
    .union(Permissions::SEND_MESSAGES_IN_THREADS);

/// The thread is archived.
const ARCHIVED: Failure = Failure::Refused(Refusal::Invalid(50_083));

/// The executor that speaks to Discord.
pub(super) struct Discord {
    pub(super) rest: Arc<Rest>,
    pub(super) guilds: Arc<Guilds>,
    pub(super) clock: Clock,
    pub(super) patience: Patience,
}

#[async_trait]
impl Executor for Discord {
    async fn perform(
        &self,
        pending: &Pending,
        action: Action<String>,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        self.with(pending.priority, Some(pending.guild)).perform(pending, action, attempt).await
    }

    async fn is_answered(&self) -> bool {
        self.rest.is_answered().await
    }

    fn patience(&self) -> Patience {
        self.patience
    }

    fn surroundings(&self, message: &Message) -> Surroundings {
        self.guilds.surroundings(message)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn at_hand(&self, guild: message::GuildId) -> Option<AtHand> {
        self.guilds.at_hand(guild)
    }

    async fn look(&self, case: &Case) -> Option<Event> {
        Look { rest: &self.rest, now: self.now() }.at(case).await
    }

    async fn complete(&self, mut message: Message) -> Message {
        let (guild, author) = (message.guild, message.author.id);
        let path = format!("guilds/{guild}/members/{author}");
        let asked = self.with(Priority::Routine, Some(guild)).fetch::<wire::Member>(Request::get(path)).await;
        // A member who left has no roles, and is taken for an ordinary one like any other we cannot ask about.
        let Ok(member) = asked else { return message };
        let held = self.guilds.permissions(
            GuildId::new(guild.0),
            ChannelId::new(message.channel.0),
            UserId::new(author.0),
            &member.roles,
        );
        message.author.moderator = super::convert::moderates(held);
        message.author.roles = member.roles.iter().map(|role: &RoleId| message::RoleId(role.get())).collect();
        message
    }
}

impl Discord {
    /// The hand whose requests are this urgent and concern that server.
    fn with(&self, priority: Priority, guild: Option<message::GuildId>) -> Hand<'_> {
        Hand { rest: &self.rest, guilds: &self.guilds, priority, guild }
    }
}

/// Performs actions by requests that are all as urgent as each other.
struct Hand<'a> {
    rest: &'a Rest,
    guilds: &'a Guilds,
    priority: Priority,
    guild: Option<message::GuildId>,
}

impl Hand<'_> {
    async fn perform(
        &self,
        pending: &Pending,
        action: Action<String>,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        match action {
            Action::RemoveMessage { channel, message, reason } => {
                self.guilds.require_removal(channel)?;
                let path = format!("channels/{channel}/messages/{message}");
                self.delete(path, &reason).await?;
                Ok(Receipt::Removed)
            }
            Action::OpenThread { parent, name, auto_archive, reason } => {
                if attempt == Attempt::Again
                    && let Some(thread) = self.find_thread(pending, parent, &name).await?
                {
                    return Ok(Receipt::Opened(thread));
                }
                self.open_thread(parent, &name, auto_archive, &reason).await
            }
            Action::OpenDirect { member } => {
                let body = json!({ "recipient_id": member.to_string() });
                self.open(Request::post("users/@me/channels".to_owned(), body)).await
            }
            Action::AddMember { thread, member } => self.add_member(thread, member).await,
            Action::CloseThread { thread, reason } => self.close_thread(thread, &reason).await,
            Action::ArchiveThread { thread, reason } => self.archive_thread(thread, &reason).await,
            Action::UnarchiveThread { thread, reason } => self.unarchive_thread(thread, &reason).await,
            Action::Post(post) => self.post(pending, post, attempt).await,
            Action::Edit { message, post } => self.edit(message, post).await,
            Action::Withdraw { channel, message, reason } => {
                self.delete(format!("channels/{channel}/messages/{message}"), &reason).await?;
                Ok(Receipt::Removed)
            }
        }
    }

    async fn open_thread(
        &self,
        parent: message::ChannelId,
        name: &str,
        auto_archive: u16,
        reason: &str,
    ) -> Result<Receipt, Failure> {
        self.guilds.require_thread(parent)?;
        let body = json!({
            "name": name,
            "type": kind::PRIVATE_THREAD,
            "invitable": false,
            "auto_archive_duration": auto_archive,
        });
        let path = format!("channels/{parent}/threads");
        self.open(Request { reason: Some(reason), ..Request::post(path, body) }).await
    }

    /// Our thread of that name, active or archived, which we can have opened for this action: numbers begin anew with a
    /// new database, and a case whose thread was lost opens another of the same name.
    async fn find_thread(
        &self,
        pending: &Pending,
        parent: message::ChannelId,
        name: &str,
    ) -> Result<Option<message::ChannelId>, Failure> {
        let (guild, earliest) = (pending.guild, earliest(pending));
        let ours = |thread: &wire::Channel| {
            thread.id.get() >= earliest
                && thread.owner_id == Some(self.guilds.me())
                && thread.parent_id == Some(ChannelId::new(parent.0))
                && thread.name.as_deref() == Some(name)
        };
        let lists = [
            format!("guilds/{guild}/threads/active"),
            format!("channels/{parent}/users/@me/threads/archived/private"),
        ];
        for path in lists {
            let list: ThreadList = self.fetch(Request::get(path)).await?;
            if let Some(thread) = list.threads.iter().find(|thread| ours(thread)) {
                return Ok(Some(message::ChannelId(thread.id.get())));
            }
        }
        Ok(None)
    }

    async fn open(&self, request: Request<'_>) -> Result<Receipt, Failure> {
        let opened: wire::Channel = self.fetch(request).await?;
        Ok(Receipt::Opened(message::ChannelId(opened.id.get())))
    }

    async fn add_member(
        &self,
        thread: message::ChannelId,
        member: message::UserId,
    ) -> Result<Receipt, Failure> {
        let path = format!("channels/{thread}/thread-members/{member}");
        let add = || self.send(Request::new(Method::PUT, path.clone()));
        let added = match add().await {
            // Nobody wrote there for so long that Discord put it away.
            Err(ARCHIVED) => {
                self.change_thread(thread, json!({ "archived": false }), "Aside: someone is brought in")
                    .await?;
                add().await
            }
            other => other,
        };
        match added {
            Ok(_) => Ok(Receipt::Joined),
            Err(Failure::Refused(Refusal::Forbidden)) => Err(Failure::Refused(Refusal::MemberCannotSee)),
            Err(other) => Err(other),
        }
    }

    /// Removes the thread where we may, so that nothing is left behind; else archives it.
    async fn close_thread(&self, thread: message::ChannelId, reason: &str) -> Result<Receipt, Failure> {
        let path = format!("channels/{thread}");
        match self.delete(path.clone(), reason).await {
            Err(Failure::Refused(Refusal::Forbidden | Refusal::Missing(_))) => {}
            other => return other.map(|()| Receipt::Closed),
        }
        self.change_thread(thread, json!({ "archived": true }), reason).await?;
        Ok(Receipt::Closed)
    }

    /// Locks it, too, where we may: else whoever writes there opens it again.
    async fn archive_thread(&self, thread: message::ChannelId, reason: &str) -> Result<Receipt, Failure> {
        let locked = json!({ "archived": true, "locked": true });
        let done = match self.change_even_archived(thread, locked, reason).await {
            Err(Failure::Refused(Refusal::Forbidden)) => {
                self.change_even_archived(thread, json!({ "archived": true }), reason).await
            }
            other => other,
        };
        done.map(|()| Receipt::Closed)
    }

    /// Unlocks it, too, where we may.
    async fn unarchive_thread(&self, thread: message::ChannelId, reason: &str) -> Result<Receipt, Failure> {
        let unlocked = json!({ "archived": false, "locked": false });
        let done = match self.change_thread(thread, unlocked, reason).await {
            Err(Failure::Refused(Refusal::Forbidden)) => {
                self.change_thread(thread, json!({ "archived": false }), reason).await
            }
            other => other,
        };
        done.map(|()| Receipt::Reopened)
    }

    /// Discord changes no thread that is archived: it is opened first.
    async fn change_even_archived(
        &self,
        thread: message::ChannelId,
        body: Value,
        reason: &str,
    ) -> Result<(), Failure> {
        match self.change_thread(thread, body.clone(), reason).await {
            Err(ARCHIVED) => {
                self.change_thread(thread, json!({ "archived": false }), reason).await?;
                self.change_thread(thread, body, reason).await
            }
            other => other,
        }
    }

    async fn change_thread(
        &self,
        thread: message::ChannelId,
        body: Value,
        reason: &str,
    ) -> Result<(), Failure> {
        let path = format!("channels/{thread}");
        let request = Request { reason: Some(reason), ..Request::patch(path, body) };
        self.send(request).await.map(drop)
    }

    async fn post(
        &self,
        pending: &Pending,
        post: Post<String>,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        let held = self.guilds.mine(ChannelId::new(post.channel.0));
        let post = &adapted(post, held.unwrap_or(Permissions::all()));
        if attempt == Attempt::Again
            && let Some(posted) = self.find_post(post, earliest(pending)).await?
        {
            return Ok(Receipt::Posted(posted));
        }
        self.guilds.require_voice(post.channel)?;
        let path = format!("channels/{}/messages", post.channel);
        let posted: wire::Posted = self.fetch(Request::post(path, body(post, &nonce(pending)))).await?;
        Ok(Receipt::Posted(message::MessageId(posted.id.get())))
    }

    /// The same words twice are the same as once: nothing is to be looked up first.
    async fn edit(&self, message: message::MessageId, post: Post<String>) -> Result<Receipt, Failure> {
        let held = self.guilds.mine(ChannelId::new(post.channel.0));
        let post = adapted(post, held.unwrap_or(Permissions::all()));
        let body = json!({
            "content": post.words,
            "allowed_mentions": { "parse": [] },
            "components": components(&post),
        });
        let path = format!("channels/{}/messages/{message}", post.channel);
        let request = Request { method: Method::PATCH, ..Request::post(path, body) };
        self.send(request).await?;
        Ok(Receipt::Edited)
    }

    /// Our post with the same words, answering the same message, which we can have made for this action. Discord forgets
    /// nonces after minutes, so after a longer absence this look is what keeps a post from being made twice. An equal
    /// post from before is another's: a moderator asked for twice in one thread is two posts.
    async fn find_post(
        &self,
        post: &Post<String>,
        earliest: u64,
    ) -> Result<Option<message::MessageId>, Failure> {
        let same = |one: &&wire::Message| {
            let answers = one.reference.as_ref().and_then(|reference| reference.message_id);
            one.author.id == self.guilds.me()
                && one.content.as_deref() == Some(post.words.as_str())
                && (post.reply_to.is_none() || answers.map(MessageId::get) == post.reply_to.map(|id| id.0))
        };
        let mut after = earliest;
        for _ in 0..MOST_PAGES {
            let path = format!("channels/{}/messages?limit={PAGE}&after={after}", post.channel);
            let page: Vec<wire::Message> = self.fetch(Request::get(path)).await?;
            if let Some(found) = page.iter().filter(|one| one.id.get() > after).find(same) {
                return Ok(Some(message::MessageId(found.id.get())));
            }
            let last = page.iter().map(|one| one.id.get()).max().unwrap_or(0);
            if page.len() < PAGE || last <= after {
                break;
            }
            after = last;
        }
        Ok(None)
    }

    async fn delete(&self, path: String, reason: &str) -> Result<(), Failure> {
        let request = Request { reason: Some(reason), ..Request::new(Method::DELETE, path) };
        match self.send(request).await {
            Ok(_) | Err(Failure::Refused(Refusal::Gone)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn fetch<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, Failure> {
        let value = self.send(request).await?;
        serde_json::from_value(value).map_err(|_| {
            warn!("Discord's answer lacks a field we need");
            Failure::Trouble
        })
    }

    async fn send(&self, request: Request<'_>) -> Result<Value, Failure> {
        let guild = self.guild.map(|guild| guild.0).or(request.guild);
        let request = Request { priority: self.priority, guild, ..request };
        self.rest.send(request).await.map_err(|error| failure(&error))
    }
}

#[derive(serde::Deserialize)]
struct ThreadList {
    #[serde(default)]
    threads: Vec<wire::Channel>,
}

/// Messages of a page, and how many pages since an action was committed are looked through for what it posted.
const PAGE: usize = 100;
const MOST_PAGES: usize = 10;

/// Discord's clock and ours may differ by so much: more than any clock is off that is set by the network, and less than
/// lies between two equal posts that people bring about.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// The lowest identifier of what can have been made for an action.
fn earliest(pending: &Pending) -> u64 {
    message::MessageId::at(pending.committed.checked_sub(SKEW).unwrap_or(Timestamp::MIN)).0
}
