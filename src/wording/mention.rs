//! Mentions: how Discord writes them, and that only those in the facts are left in a text.

use jiff::Timestamp;

use super::Facts;
use crate::message::{ChannelId, RoleId, UserId};

pub(super) fn member(id: UserId) -> String {
    format!("<@{id}>")
}

pub(super) fn role(id: RoleId) -> String {
    format!("<@&{id}>")
}

pub(super) fn channel(id: ChannelId) -> String {
    format!("<#{id}>")
}

/// "4 minutes ago", which Discord keeps up to date.
/// Source: <https://discord.com/developers/docs/reference#message-formatting-timestamp-styles>.
pub(super) fn ago(at: Timestamp) -> String {
    format!("<t:{}:R>", at.as_second())
}

/// Day and time, in the reader's own zone.
pub(super) fn moment(at: Timestamp) -> String {
    format!("<t:{}:f>", at.as_second())
}

/// What would mention someone when a template says it outright.
pub(super) const FORBIDDEN: &[&str] = &["@everyone", "@here", "<@"];

/// Stands behind an `@` that must not mention anyone; takes no room.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// `text` with every mention broken that `facts` do not name.
pub(super) fn restrict(text: &str, facts: &Facts) -> String {
    let named = [facts.member, facts.companion, facts.by, facts.owner, facts.person, facts.ended_by];
    let owners = facts.waits.iter().filter_map(|wait| wait.owner);
    let members = named.into_iter().flatten().chain(owners).map(member);
    let allowed: Vec<String> = members.chain(facts.moderators.iter().copied().map(role)).collect();
    let mut restricted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let start = if rest[..at].ends_with('<') { at - 1 } else { at };
        restricted.push_str(&rest[..start]);
        rest = &rest[start..];
        rest = match allowed.iter().find(|mention| rest.starts_with(*mention)) {
            Some(mention) => take(&mut restricted, rest, mention.len()),
            None => broken(&mut restricted, rest),
        };
    }
    restricted + rest
}

fn take<'a>(restricted: &mut String, rest: &'a str, length: usize) -> &'a str {
    restricted.push_str(&rest[..length]);
    &rest[length..]
}

/// Moves up to the next `@` over, and breaks it when it would mention someone.
fn broken<'a>(restricted: &mut String, rest: &'a str) -> &'a str {
    let mentions = FORBIDDEN.iter().any(|mention| rest.starts_with(mention));
    let rest = take(restricted, rest, rest.find('@').map_or(rest.len(), |at| at + 1));
    if mentions {
        restricted.push(ZERO_WIDTH_SPACE);
    }
    rest
}

/// Whether a character is seen only by what it does to others.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What someone wrote, in one line between other words, as they wrote it: of what Discord makes of a text, nothing takes
/// effect but the mention of a person or channel.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !is_hidden(*c)) {
        if matches!(c, '\\' | '*' | '_' | '~' | '|' | '[' | ']' | '`') {
            shown.push('\\');
        }
        shown.push(c);
    }
    ["everyone", "here"]
        .iter()
        .fold(shown, |shown, all| shown.replace(&format!("@{all}"), &format!("@{ZERO_WIDTH_SPACE}{all}")))
}

#[cfg(test)]
mod tests {
    use super::restrict;
    use crate::message::{RoleId, UserId};
    use crate::wording::Facts;

    #[test]
    fn only_those_in_the_facts_are_mentioned() {
        let (member, moderators) = (Some(UserId(1)), vec![RoleId(2)]);
        let facts = Facts { member, moderators, by: Some(UserId(9)), ..Facts::default() };
        for (text, restricted) in [
            ("hi <@1> and <@&2>, says <@9>", "hi <@1> and <@&2>, says <@9>"),
            ("hi <@2> and <@&1>", "hi <@\u{200b}2> and <@\u{200b}&1>"),
            ("hi <@11> and <@!1>", "hi <@\u{200b}11> and <@\u{200b}!1>"),
            ("@everyone @here @someone", "@\u{200b}everyone @\u{200b}here @someone"),
            ("a@b.example <@", "a@b.example <@\u{200b}"),
            ("<<@1>@", "<<@1>@"),
        ] {
            assert_eq!(restrict(text, &facts), restricted);
        }
    }
}
