//! A post as Discord takes it: how long, whom it notifies, and what stands in for what we may not do.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use crate::case::action::{Action, Post};
use crate::discord::id::Permissions;
use crate::store::Pending;

/// The most characters of a message, and of an embed's description.
/// Source: <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>.
const MOST_WORDS: usize = 2000;
const MOST_ENCLOSED: usize = 4096;

/// Says the same where a permission is missing: a mention in place of a reply that Discord would refuse, and
/// a quote in place of an embed that it would silently leave out.
pub(super) fn adapted(mut post: Post<String>, held: Permissions) -> Post<String> {
    if post.reply_to.is_some() && !held.contains(Permissions::READ_MESSAGE_HISTORY) {
        post.reply_to = None;
        for member in &post.members {
            post.words.insert_str(0, &format!("<@{member}> "));
        }
    }
    if !held.contains(Permissions::EMBED_LINKS)
        && let Some(enclosure) = post.enclosure.take()
    {
        post.words.push_str("\n>>> ");
        post.words.push_str(&enclosure.0);
    }
    post.words = shortened(&post.words, MOST_WORDS);
    post
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// At most 25 characters, the same for every attempt at one action and different for any other.
pub(super) fn nonce(pending: &Pending) -> String {
    let mut hasher = DefaultHasher::new();
    (pending.guild, pending.number, pending.id, trigger(pending)).hash(&mut hasher);
    format!("a{:016x}", hasher.finish())
}

/// What the action is about, so that a database begun anew does not repeat a nonce still remembered.
fn trigger(pending: &Pending) -> Option<&str> {
    match &pending.action {
        Action::Post(post) => post.words.facts.link.as_deref(),
        _ => None,
    }
}

/// What is sent to post it; Discord takes the same `nonce` but once.
pub(super) fn body(post: &Post<String>, nonce: &str) -> Value {
    let mut body = json!({
        "content": post.words,
        "nonce": nonce,
        "enforce_nonce": true,
        "allowed_mentions": allowed_mentions(post),
    });
    if let Some(message) = post.reply_to {
        body["message_reference"] = json!({ "message_id": message.to_string(), "fail_if_not_exists": false });
    }
    if !post.buttons.is_empty() {
        body["components"] = components(post);
    }
    if let Some(enclosure) = &post.enclosure {
        body["embeds"] = json!([{ "description": shortened(&enclosure.0, MOST_ENCLOSED) }]);
    }
    body
}

/// A reply notifies the author by being a reply; everyone else only when named here.
pub(super) fn allowed_mentions(post: &Post<String>) -> Value {
    let replies = post.reply_to.is_some();
    let members = if replies { Vec::new() } else { post.members.clone() };
    json!({
        "parse": [],
        "users": strings(&members),
        "roles": strings(&post.roles),
        "replied_user": replies && !post.members.is_empty(),
    })
}

fn strings<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// The most buttons in a row.
/// Source: <https://discord.com/developers/docs/components/reference#action-row>.
const A_ROW: usize = 5;

/// Style 2 is the grey button: none of them is the one to press.
pub(super) fn components(post: &Post<String>) -> Value {
    if post.buttons.is_empty() {
        return json!([]);
    }
    let labelled = post.buttons.iter().enumerate().map(|(at, button)| {
        let label = post.labels.get(at).map_or(button.label(), String::as_str);
        json!({ "type": 2, "style": 2, "label": label, "custom_id": button.custom_id(post.number) })
    });
    let buttons: Vec<Value> = labelled.collect();
    buttons.chunks(A_ROW).map(|row| json!({ "type": 1, "components": row })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::action::Enclosure;
    use crate::message::{ChannelId, MessageId, UserId as Member};

    fn reply() -> Post<String> {
        Post {
            channel: ChannelId(1),
            words: "Thank you.".to_owned(),
            reply_to: Some(MessageId(2)),
            members: vec![Member(3)],
            roles: Vec::new(),
            number: 7,
            buttons: Vec::new(),
            labels: Vec::new(),
            enclosure: None,
        }
    }

    #[test]
    fn a_reply_notifies_its_author_and_no_one_else() {
        let body = body(&adapted(reply(), Permissions::all()), "nonce");
        let mentions = json!({ "parse": [], "users": [], "roles": [], "replied_user": true });
        assert_eq!(body["allowed_mentions"], mentions);
        assert_eq!(body["message_reference"], json!({ "message_id": "2", "fail_if_not_exists": false }));
    }

    #[test]
    fn where_replies_are_impossible_the_member_is_named() {
        let body = body(&adapted(reply(), Permissions::SEND_MESSAGES), "nonce");
        assert_eq!(body["content"], "<@3> Thank you.");
        assert_eq!(body["allowed_mentions"]["users"], json!(["3"]));
        assert!(body.get("message_reference").is_none());
    }

    #[test]
    fn where_embeds_are_impossible_the_text_is_quoted() {
        let mut post = reply();
        post.enclosure = Some(Enclosure("my card is ▮▮▮▮".to_owned()));
        let body = body(&adapted(post, Permissions::READ_MESSAGE_HISTORY), "nonce");
        assert_eq!(body["content"], "Thank you.\n>>> my card is ▮▮▮▮");
        assert!(body.get("embeds").is_none());
    }

    #[test]
    fn nothing_is_longer_than_discord_takes() {
        let mut post = reply();
        post.enclosure = Some(Enclosure("ä".repeat(5000)));
        let embedded = body(&adapted(post.clone(), Permissions::all()), "nonce");
        assert_eq!(embedded["embeds"][0]["description"].as_str().unwrap().chars().count(), MOST_ENCLOSED);
        let quoted = body(&adapted(post, Permissions::READ_MESSAGE_HISTORY), "nonce");
        assert_eq!(quoted["content"].as_str().unwrap().chars().count(), MOST_WORDS);
    }
}
