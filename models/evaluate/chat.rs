//! False alarms of the shipped rules on chat that training kept back.

use std::collections::BTreeMap;
use std::path::Path;

use aside::config::Core;
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::{Circumstances, Response};
use jiff::Timestamp;
use rustrict::{Censor, Type};
use serde::Deserialize;

use crate::{Outcome, rows};

/// Ordinary chat, questions to a bank, requests to an assistant: none is at boiling point.
const CHATS: [(&str, &str); 3] = [
    ("irc", "neg_irc_train_CCBY.jsonl"),
    ("banking77", "neg_banking77_train_CCBY.jsonl"),
    ("clinc", "neg_clinc_CCBY.jsonl"),
];

#[derive(Deserialize)]
struct Row {
    text: String,
}

/// Prints which share of each chat the rules do something about, all together and rule by rule.
pub(crate) fn kept_back(core: &Core, folder: &Path) -> Outcome {
    println!("kept-back chat: share that a rule acts on | rustrict | rows; then each rule's share");
    for (name, file) in CHATS {
        let rows = rows::<Row>(&folder.join(file))?;
        let texts: Vec<_> = rows.iter().map(|row| &*row.text).filter(|text| is_held(text)).collect();
        let mut rules: BTreeMap<String, usize> = BTreeMap::new();
        let acted = texts.iter().filter(|text| acts(core, text, &mut rules)).count();
        let listed = texts.iter().filter(|text| is_listed(text)).count();
        let share = |count: usize| 100.0 * count as f64 / texts.len() as f64;
        println!("{name:20} {:.2}% | {:.2}% | {}", share(acted), share(listed), texts.len());
        for (rule, count) in &rules {
            println!("  {rule:30} {:.2}%", share(*count));
        }
    }
    println!();
    Ok(())
}

/// Whether a rule does more about `text` than note it; counts the rule.
fn acts(core: &Core, text: &str, rules: &mut BTreeMap<String, usize>) -> bool {
    let verdict = core.policy.decide(&message(text), &core.scanner.scan(text), &Circumstances::default());
    let Some(decision) = verdict.decision else { return false };
    let noted = decision.response == Response::Observe;
    let rule = format!("{}{}", decision.rule, if noted { " (noted only)" } else { "" });
    *rules.entry(rule).or_default() += 1;
    !noted
}

/// A member's message.
fn message(text: &str) -> Message {
    let author = Author { id: UserId(1), origin: Origin::Member, roles: Vec::new(), moderator: false };
    Message {
        id: MessageId(1),
        guild: GuildId(1),
        channel: ChannelId(1),
        home: ChannelId(1),
        author,
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: text.to_owned(),
        sent: Timestamp::UNIX_EPOCH,
    }
}

/// Whether a list of words takes `text` for abuse.
pub(crate) fn is_listed(text: &str) -> bool {
    Censor::from_str(text).analyze().is(Type::INAPPROPRIATE)
}

/// Whether `text` is of the tenth that training keeps back (FNV-1a, as there).
fn is_held(text: &str) -> bool {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 20).is_multiple_of(10)
}
