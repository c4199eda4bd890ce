//! Who answers whom: by reply, by mention, or by taking turns.

use super::Conversation;
use crate::message::{Message, UserId};

/// Two who take turns within this time talk to each other, in milliseconds.
const TURNS_WITHIN: i64 = 3 * 60 * 1000;

impl Conversation {
    /// The member whom `message` answers.
    pub(super) fn answered(&self, message: &Message, at: i64) -> Option<UserId> {
        let author = message.author.id;
        let replied = message.answered.or_else(|| {
            let id = message.answers?;
            self.recent.iter().find(|heard| heard.id == id).map(|heard| heard.author)
        });
        let other = replied.or_else(|| self.mentioned(message)).or_else(|| self.in_turns(author, at));
        other.filter(|other| *other != author)
    }

    /// Whoever else spoke last, if it was a moment ago.
    pub(super) fn before(&self, author: UserId, at: i64) -> Option<UserId> {
        let lately = |heard: &&super::Heard| heard.at >= at - TURNS_WITHIN;
        let mut spoke = self.recent.iter().rev().take_while(lately).map(|heard| heard.author);
        spoke.find(|one| *one != author)
    }

    /// Of those mentioned, the one who spoke last; one mentioned alone need not have spoken.
    fn mentioned(&self, message: &Message) -> Option<UserId> {
        let spoke = self.recent.iter().rev().map(|heard| heard.author);
        let spoke = spoke.into_iter().find(|author| message.mentions.contains(author));
        spoke.or(match message.mentions[..] {
            [only] => Some(only),
            _ => None,
        })
    }

    /// The one who spoke just before, when `author` was the one they spoke after.
    fn in_turns(&self, author: UserId, at: i64) -> Option<UserId> {
        let lately = |heard: &&super::Heard| heard.at >= at - TURNS_WITHIN;
        let mut spoke = self.recent.iter().rev().take_while(lately).map(|heard| heard.author);
        let mut spoke = spoke.by_ref().skip_while(|one| *one == author);
        let other = spoke.next()?;
        let before = spoke.find(|one| *one != other)?;
        (before == author).then_some(other)
    }
}
