//! A look at what became of a case that nobody told us of, before anyone is reminded of it or it is called over: while we
//! were away someone may have answered, or its member may have left.

use crate::discord::id::GuildId;
use jiff::Timestamp;

use super::convert::Arrival;
use super::history::PAGE;
use super::rest::{Request, Rest, RestError};
use super::wire;
use crate::case::{Case, Ending, Event, Reason, Rung};
use crate::message::{ChannelId, MessageId, UserId};

/// Discord's codes of a channel, a member and a user that are no more.
/// Source: <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.
const UNKNOWN_CHANNEL: u32 = 10_003;
const UNKNOWN_PERSON: [u32; 2] = [10_007, 10_013];

/// Looks at one moment.
pub(super) struct Look<'a> {
    pub(super) rest: &'a Rest,
    pub(super) now: Timestamp,
}

impl Look<'_> {
    /// What there is to say of `case` that makes a difference; none where nothing does, or Discord does not tell.
    pub(super) async fn at(&self, case: &Case) -> Option<Event> {
        let matters = |event: &Event| case.clone().apply(event.clone()).0 != *case;
        let thread = case.place.filter(|place| place.rung != Rung::Direct);
        let told = match thread {
            Some(place) => self.in_thread(case, place.channel).await.filter(matters),
            None => None,
        };
        match told {
            Some(event) => Some(event),
            None if case.raid.is_some() => None,
            None => self.departure(case).await,
        }
    }

    /// The first answer, where one is waited for; else the latest words of anyone.
    async fn in_thread(&self, case: &Case, thread: ChannelId) -> Option<Event> {
        let asked = self.rest.send(Request::get(format!("channels/{thread}/messages?limit={PAGE}"))).await;
        let said: Vec<wire::Message> = match asked {
            Ok(value) => serde_json::from_value(value).ok()?,
            Err(RestError::Refused { code: UNKNOWN_CHANNEL, .. }) => {
                return Some(Event::ChannelGone(thread, self.now));
            }
            Err(_) => return None,
        };
        let guild = Some(GuildId::new(case.guild.0));
        let by_person = |message: &&wire::Message| {
            Arrival::of_wire(message, guild).is_some_and(|arrival| arrival.is_by_person())
        };
        let words: Vec<(UserId, Timestamp)> = said.iter().filter(by_person).map(wrote).collect();
        let answers = |&&(by, at): &&(UserId, Timestamp)| at >= case.since && !case.is_about(by);
        let first = words.iter().rev().find(answers).filter(|_| case.waiting().is_some());
        first.or(words.first()).map(|(by, at)| Event::Wrote(*by, *at))
    }

    async fn departure(&self, case: &Case) -> Option<Event> {
        let path = format!("guilds/{}/members/{}", case.guild, case.member);
        match self.rest.send(Request::get(path)).await {
            Err(RestError::Refused { code, .. }) if UNKNOWN_PERSON.contains(&code) => {
                Some(Event::Ended(Ending::expired(Reason::MemberLeft, self.now)))
            }
            _ => None,
        }
    }
}

/// Who wrote a message, and when.
fn wrote(message: &wire::Message) -> (UserId, Timestamp) {
    (UserId(message.author.id.get()), MessageId(message.id.get()).sent())
}
