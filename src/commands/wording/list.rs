//! `/wording list`: everything the bot says, and what was changed.

use std::collections::BTreeMap;

use super::{Entry, names};
use crate::commands::talk::{Answer, File, Reply};
use crate::config::GuildConfig;
use crate::wording::{Audience, Utterance};

/// The most characters of an embed's description, and of all the embeds of a message.
/// Source: <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>.
const MOST_EMBEDDED: usize = 4096;
const MOST_IN_ALL: usize = 6000;

/// Everything in `language`, by who reads it.
pub(super) fn show(here: &GuildConfig, language: &str) -> Answer {
    let groups: Vec<String> = Audience::ALL.iter().map(|audience| group(here, language, *audience)).collect();
    let reply = Reply::new(heading(here, language));
    let lengths = groups.iter().map(|group| group.chars().count());
    if lengths.clone().all(|length| length <= MOST_EMBEDDED) && lengths.sum::<usize>() <= MOST_IN_ALL {
        let embedded = |reply: Reply, group| reply.embed(serde_json::json!({ "description": group }));
        return Answer::Say(groups.into_iter().fold(reply, embedded));
    }
    let all = groups.join("\n\n").into_bytes();
    Answer::Say(reply.with_file(File { name: "wording.md".to_owned(), content: all }))
}

fn heading(here: &GuildConfig, language: &str) -> String {
    let changed = match here.settings.wording.get(language).map_or(0, BTreeMap::len) {
        0 => "none of them changed here".to_owned(),
        count => format!("{count} of them in this server's own words"),
    };
    let spoken = if here.core.wording.language() == language { ", the language of this server" } else { "" };
    format!(
        "**{}**{spoken}: {} things I say, {changed}; in brackets, in how many ways. `/wording preview` shows how one \
         looks, `/wording set` puts it in other words.",
        names(language).0,
        Utterance::ALL.len()
    )
}

fn group(here: &GuildConfig, language: &str, audience: Audience) -> String {
    let of = Utterance::ALL.iter().filter(|utterance| utterance.audience() == audience);
    let lines =
        of.map(|utterance| line(here, &Entry { utterance: *utterance, language: language.to_owned() }));
    let heading = match audience {
        Audience::Everyone => "**In public**",
        Audience::Person => "**In private**",
        Audience::Moderators => "**To moderators**",
        Audience::Records => "**Short lines: names and the audit log**",
    };
    [heading.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn line(here: &GuildConfig, entry: &Entry) -> String {
    let wording = &here.core.wording;
    let ways = match wording.variants_in(&entry.language, entry.utterance) {
        0 => format!("in {}", names(wording.spoken(Some(&entry.language), entry.utterance)).0),
        count => count.to_string(),
    };
    let changed = if entry.is_changed(here) { " — **changed here**" } else { "" };
    format!("- `{}` ({ways}) {}{changed}", entry.utterance.as_str(), entry.utterance.about())
}
