//! `/wording preview`: how an utterance looks, told of a made-up case.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Entry, names};
use crate::commands::Context;
use crate::commands::talk::Reply;
use crate::config::GuildConfig;
use crate::detect::{Category, Kind};
use crate::message::ChannelId;
use crate::responder::Executor;
use crate::store::Store;
use crate::wording::{Facts, Raid, Shared, Utterance};

/// Embeds of a message, and the characters over all of them.
/// Source: <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>.
const MOST_EMBEDS: usize = 10;
const MOST_EMBEDDED: usize = 6000;

/// Every way of saying it, and the text it is made from.
pub(super) fn of<S, E>(context: &Context<'_, S, E>, here: &GuildConfig, entry: &Entry) -> Reply
where
    S: Store + 'static,
    E: Executor,
{
    let Entry { utterance, language } = entry;
    let spoken = here.core.wording.spoken(Some(language), *utterance);
    let origin = match () {
        () if entry.is_changed(here) => "in this server's own words".to_owned(),
        () if spoken != language => format!("said in {}, as nothing else is written", names(spoken).0),
        () => "not changed here".to_owned(),
    };
    let placeholders: Vec<String> =
        utterance.placeholders().iter().map(|placeholder| format!("`{placeholder}`")).collect();
    let words = format!(
        "**{}**, {origin}. {}\nIt may speak of {}.",
        entry.named(),
        utterance.about(),
        placeholders.join(", ")
    );
    let text = here.core.wording.text(spoken, *utterance).unwrap_or_default();
    let reply = Reply::new(words).showing("", &entry.file(), text.trim_end());
    Reply { embeds: variants(context, here, entry), ..reply }
}

/// Every way of saying it, as far as Discord takes them in one message.
pub(super) fn variants<S, E>(context: &Context<'_, S, E>, here: &GuildConfig, entry: &Entry) -> Vec<Value>
where
    S: Store + 'static,
    E: Executor,
{
    let (wording, utterance) = (&here.core.wording, entry.utterance);
    let facts = facts(context, here, utterance);
    let count = wording.variants_in(wording.spoken(Some(&entry.language), utterance), utterance);
    let mut room = MOST_EMBEDDED;
    let embeds = (0..count).take(MOST_EMBEDS).map_while(|variant| {
        let title = format!("{} of {count}", variant + 1);
        let text = wording.render(Some(&entry.language), utterance, variant, &facts);
        room = room.checked_sub(title.chars().count() + text.chars().count())?;
        Some(json!({ "title": title, "description": text }))
    });
    embeds.collect()
}

/// What could keep the bot from doing its part.
const GAP: &str = "- In one channel Create Private Threads is missing: I fall back to a direct message.";

/// What could be impossible for good.
const UNDONE: &str = "- case 12: post in public – Discord does not let me do that there";

/// What could be too old to be read back.
const UNREAD: &str = "- <#1> · <t:1800000000:f> – <t:1800007200:f>";

/// What an utterance is most often about, with the one who asks in the place of the member.
fn facts<S, E>(context: &Context<'_, S, E>, here: &GuildConfig, utterance: Utterance) -> Facts
where
    S: Store + 'static,
    E: Executor,
{
    let link = format!("https://discord.com/channels/{}/{}", context.guild, context.channel);
    let heated = Facts {
        member: Some(context.by),
        moderators: context.guilds.moderators(context.guild),
        number: Some(12),
        channel: Some(context.channel),
        thread: Some(context.channel),
        link: Some(link.clone()),
        category: Some(Category::BoilingPoint),
        rule: Some("boiling-point".to_owned()),
        alerted: true,
        reason: Some("heat 0.86 reaches 0.70".to_owned()),
        state: Some("in_thread".to_owned()),
        follow_up: true,
        acknowledged: true,
        called: true,
        ..Facts::default()
    };
    let disclosed = Facts {
        kinds: vec![Kind::Card],
        category: Some(Category::SensitiveInfo),
        rule: Some("secrets".to_owned()),
        reason: Some("a card number (confidence 0.98)".to_owned()),
        ..heated.clone()
    };
    match utterance {
        Utterance::AcknowledgmentShielded
        | Utterance::OpeningShielded
        | Utterance::FurtherShielded
        | Utterance::TakenDown
        | Utterance::Advice
        | Utterance::RemovalReason => Facts { removed: true, ..disclosed },
        Utterance::OpeningUnshielded | Utterance::FurtherUnshielded | Utterance::NotTakenDown => disclosed,
        Utterance::Choices => Facts { asks: true, ..disclosed },
        Utterance::Answer => Facts { answer: Some(answer(here).unwrap_or(link)), ..heated },
        Utterance::Transcript => {
            let days = context.responder.configs().config().privacy.transcript_days();
            Facts { transcript_days: days.or(Some(30)), ..heated }
        }
        Utterance::Stored | Utterance::EraseQuestion | Utterance::EraseDone => {
            Facts { stored: Some("- cases: 1".to_owned()), left: Some("12".to_owned()), ..heated }
        }
        Utterance::Checkup => Facts { gaps: Some(GAP.to_owned()), ..heated },
        Utterance::Undone => Facts { gaps: Some(UNDONE.to_owned()), ..heated },
        Utterance::Unread => Facts { gaps: Some(UNREAD.to_owned()), ..heated },
        Utterance::Alert => Facts { waiting: Some(context.now), ..disclosed },
        Utterance::RaidAlert => {
            Facts { raid: Some(Raid { members: 6, messages: 11, links: vec![link; 2] }), ..heated }
        }
        Utterance::Claimed | Utterance::Reopened => Facts { owner: Some(context.by), ..heated },
        Utterance::Invited => Facts { person: Some(context.by), ..heated },
        Utterance::CauseNotice | Utterance::CausePublic | Utterance::CauseSettled => {
            Facts { shared: Some(shared(context.channel)), ..disclosed }
        }
        _ => heated,
    }
}

/// What several cases could have in common.
fn shared(place: ChannelId) -> Shared {
    Shared {
        topic: vec!["charged".to_owned(), "twice".to_owned()],
        count: 7,
        span: SignedDuration::from_mins(40),
        numbers: vec![12, 13, 15, 16, 18, 19, 20],
        places: vec![place],
        notice: None,
    }
}

/// What the first rule that answers says.
fn answer(here: &GuildConfig) -> Option<String> {
    here.rules.iter().find_map(|rule| rule.table.answer.clone())
}
