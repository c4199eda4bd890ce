//! `/rules test`: what the rules make of a text or a message, and why.

use crate::commands::context::Given;
use crate::commands::talk::{Answer, File, Reply, code, cut};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{GuildConfig, Standing};
use crate::detect::{Finding, Scan, mask};
use crate::discord::lookup::{Lookup, Unseen};
use crate::message::{Author, ChannelId, Message, MessageId, Origin};
use crate::policy::{Circumstances, Decision, Reason, Why};
use crate::responder::Executor;
use crate::store::Store;

/// The most of a text that is shown, in characters.
const MOST_SHOWN: usize = 500;

/// The most findings that are told one by one.
const MOST_FINDINGS: usize = 10;

/// The most characters of an answer; what is longer goes along as a file.
const MOST_WORDS: usize = 2000;

/// Judges a text, or the message a link leads to, by itself and as an ordinary member's.
pub(super) async fn judge<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let message = message(context, given.required("text")?).await?;
    let here = context.responder.in_force(context.guild);
    let scan = here.core.scanner.scan(&message.content);
    let verdict = here.core.policy.decide(&message, &scan, &Circumstances::default());
    let head = [
        format!("-# Judged as one message of an ordinary member in <#{}>.", message.channel),
        format!("Heat **{:.2}**. {}", scan.heat, fires(verdict.decision.as_ref())),
        findings(&scan),
        shown(&message.content, &scan),
    ];
    Ok(answer(&head.join("\n"), &others(&here, &verdict.reasons)))
}

async fn message<S, E>(context: &Context<'_, S, E>, text: &str) -> Result<Message, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let lookup = Lookup { rest: context.rest, guilds: context.guilds, guild: context.guild };
    let Some(link) = Link::parse(text) else {
        let place = lookup.place(context.channel).await;
        let home = place.map_or(context.channel, |place| place.home());
        return Ok(said_here(context, home, text));
    };
    if link.guild != Some(context.guild.0) {
        return Err(unseen(Unseen::Elsewhere));
    }
    let found = lookup.linked(link.channel, link.message, context.by, &context.roles).await;
    Ok(ordinary(found.map_err(unseen)?))
}

/// The text as if it were said in the channel the command was used in.
fn said_here<S, E>(context: &Context<'_, S, E>, home: ChannelId, text: &str) -> Message {
    ordinary(Message {
        id: MessageId::at(context.now),
        guild: context.guild,
        channel: context.channel,
        home,
        author: Author { id: context.by, origin: Origin::Member, roles: Vec::new(), moderator: false },
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: text.to_owned(),
        sent: context.now,
    })
}

/// The same from a member who is no moderator and has no roles.
fn ordinary(message: Message) -> Message {
    let author =
        Author { id: message.author.id, origin: Origin::Member, roles: Vec::new(), moderator: false };
    Message { author, ..message }
}

fn unseen(why: Unseen) -> Trouble {
    Trouble::Told(
        match why {
            Unseen::Elsewhere => "`text`: that is a message of another server; I look at messages of this one only.",
            Unseen::Hidden => "`text`: you cannot read that channel yourself, so I don't show what is in it.",
            Unseen::Closed => {
                "`text`: I cannot read that message. I need View Channel and Read Message History in its channel."
            }
            Unseen::Gone => "`text`: there is no such message (any more).",
            Unseen::Trouble(error) => return Trouble::Failed(error.to_string()),
        }
        .to_owned(),
    )
}

/// A link to a message, as Discord copies it.
#[derive(Debug, PartialEq)]
struct Link {
    /// None in direct messages.
    guild: Option<u64>,
    channel: ChannelId,
    message: MessageId,
}

impl Link {
    /// None when `text` is anything but a link to a message.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>');
        let rest = text.strip_prefix("https://")?;
        let (host, path) = rest.split_once('/')?;
        let host = host.strip_prefix("ptb.").or_else(|| host.strip_prefix("canary.")).unwrap_or(host);
        if !matches!(host, "discord.com" | "discordapp.com") {
            return None;
        }
        let mut parts = path.strip_prefix("channels/")?.trim_end_matches('/').split('/');
        let (guild, channel, message) = (parts.next()?, parts.next()?, parts.next()?);
        let link = Self {
            guild: guild.parse().ok(),
            channel: ChannelId(channel.parse().ok()?),
            message: MessageId(message.parse().ok()?),
        };
        parts.next().is_none().then_some(link)
    }
}

/// The rule that fires, what it would do, and why.
fn fires(decision: Option<&Decision>) -> String {
    let Some(decision) = decision else { return "No rule fires.".to_owned() };
    let Decision { rule, response, because, .. } = decision;
    let done = format!("**`{rule}` fires**: I would have {}", decision.asked().deed());
    match decision.would {
        None => format!("{done}. Why: {because}."),
        Some(_) => {
            format!("{done}, but would only have {} as things stand. Why: {because}.", response.deed())
        }
    }
}

fn findings(scan: &Scan) -> String {
    if scan.findings.is_empty() {
        return "Nothing was found.".to_owned();
    }
    let mut lines: Vec<String> = scan.findings.iter().take(MOST_FINDINGS).map(finding).collect();
    let more = scan.findings.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    format!("Found:\n{}", lines.join("\n"))
}

/// What it is and how surely, never what it says.
fn finding(finding: &Finding) -> String {
    let rule = finding.rule.as_ref().map_or(String::new(), |rule| format!(" (`{rule}`)"));
    let (label, explanation) = (finding.kind.label(), &finding.explanation);
    format!("- {label} (confidence {:.2}): {explanation}{rule}", finding.confidence)
}

fn shown(content: &str, scan: &Scan) -> String {
    format!("With private parts masked:\n{}", code("", &cut(&mask(content, &scan.findings), MOST_SHOWN)))
}

/// Why each of the other rules does nothing, those that are off included.
fn others(here: &GuildConfig, reasons: &[Reason]) -> Vec<String> {
    let silent = reasons.iter().filter(|reason| !matches!(reason.why, Why::Applies(_)));
    let silent = silent.map(|reason| format!("- `{}`: {}", reason.rule, reason.why));
    let off = here.rules.iter().filter(|rule| rule.standing == Standing::Off);
    let off = off.map(|rule| format!("- `{}`: it is off", rule.table.name));
    silent.chain(off).collect()
}

fn answer(head: &str, others: &[String]) -> Answer {
    if others.is_empty() {
        return Answer::say(head);
    }
    let whole = format!("{head}\nOther rules:\n{}", others.join("\n"));
    if whole.chars().count() <= MOST_WORDS {
        return Answer::say(whole);
    }
    // What is longer than a message is read as a file, whole.
    let file = File { name: "other-rules.md".to_owned(), content: others.join("\n").into_bytes() };
    let words = format!("{head}\nThe other {} rules, and why they do nothing:", others.len());
    Answer::Say(Reply::new(words).with_file(file))
}

#[cfg(test)]
mod tests {
    use super::{ChannelId, Link, MessageId};

    #[test]
    fn links_are_told_from_texts() {
        let link = |guild| Some(Link { guild, channel: ChannelId(2), message: MessageId(3) });
        let rows = [
            ("https://discord.com/channels/1/2/3", link(Some(1))),
            ("https://ptb.discord.com/channels/1/2/3/", link(Some(1))),
            ("<https://canary.discord.com/channels/1/2/3>", link(Some(1))),
            ("https://discordapp.com/channels/1/2/3", link(Some(1))),
            ("https://discord.com/channels/@me/2/3", link(None)),
            ("see https://discord.com/channels/1/2/3", None),
            ("https://discord.com/channels/1/2", None),
            ("https://discord.com/channels/1/2/3/4", None),
            ("https://discord.com.example/channels/1/2/3", None),
            ("https://discord.com/channels/1/2/x", None),
            ("hello", None),
        ];
        for (text, expected) in rows {
            assert_eq!(Link::parse(text), expected, "{text}");
        }
    }
}
