//! The page about privacy, from the settings in force: what Discord's review of message content asks for.

use std::fmt::Write as _;
use std::time::Duration;

use super::{About, KEPT, Kept, length};
use crate::config::{Config, RuleTable, WhenTable};
use crate::policy::Response;

/// Why message content is needed at all.
const READS: &str = "\
**What it reads.** Members' messages in the channels it watches (by default those that everyone on the server can \
read), as they are sent and edited, and what people write in the private threads it opened. Each is judged in memory, \
within the bot's own process, and forgotten. Nothing is sent to anyone but Discord, no words are logged, and nothing \
trains a model.

**What for, beyond what AutoMod does.** AutoMod holds a message back where it matches a list of words or a pattern. \
Aside recognizes what no list of words can: that somebody is at boiling point, from a whole sentence and from how a \
conversation over several messages heats up; that a card number, a national id or a key is real, by its check digits \
and shape; that private details are asked for, or about to be needed. And it does not punish: it acknowledges the \
message where it was written, opens a private thread with its author, brings moderators in, and stays until the matter \
is settled. Without message content it could do none of this.";

/// What becomes of what is erased: in SQLite, and in PostgreSQL.
const OVERWRITTEN: &str =
    "What is erased is overwritten in the database. It happens at the start and then every hour.";
const VACUUMED: &str = "\
What is erased is deleted from the database, at the start and then every hour, and taken out of its tables then \
(`VACUUM`). PostgreSQL does not overwrite what it frees, and its write-ahead log, its replicas and backups have it until \
their own time is over: whoever runs it says how long that is.";

/// Who can see what is kept.
const READERS: &str = "\
**Who can read it.** Moderators of the server, for its own cases: in the alert channel, in the private threads, and with \
`/case`. A member, about themselves: with `/privacy show`. Whoever runs the bot, since the database is {where}. Nobody else; servers do not see each other's.";

/// What a member can do about it.
const RIGHTS: &str = "\
**What a member can do.** Everyone on a server may use these, and reads the answer alone:

- `/privacy show`: what is stored about them there, and until when;
- `/privacy export`: the same, whole, as a JSON file ([docs/PRIVACY.md](docs/PRIVACY.md) describes it);
- `/privacy erase`: after one question all of it is erased. An open case ends with a word in its thread first, and \
moderators read that it was erased, without a name. Counts remain that name nobody.

Whoever has left the server asks the operator, who runs `aside erase --user ID`.

**What stays.** Posts and threads on Discord belong to the server and stay, but for names in what moderators were told, \
and for public words about an open case that nobody answered. What somebody did as a \
moderator (changes of settings, notes, judgments, cases they looked after) stays for its time, so that a server can see \
who decided what. For {window} after a case was erased, the bare ids of its messages are kept, without a name, so that a \
restart does not begin it anew.";

/// The page, as Markdown that fits below a heading of its own.
#[must_use]
pub fn page(config: &Config) -> String {
    let mut page = format!("{READS}\n\n**What it looks for.** {}\n\n", looks_for(config));
    let headings = [
        (About::Members, "What is kept of members"),
        (About::Moderators, "What is kept of moderators"),
        (About::Nobody, "What is kept and names nobody"),
    ];
    for (about, heading) in headings {
        table(
            &mut page,
            heading,
            KEPT.iter().filter(|kept| kept.about == about && is_kept(kept, config)),
            config,
        );
    }
    let (erased, place) = if config.store.url.starts_with("postgres") {
        (VACUUMED, "on a server of theirs")
    } else {
        (OVERWRITTEN, "a file on their machine")
    };
    let window = length(config.catch_up.max_age.saturating_add(Duration::from_hours(1)));
    let rights = RIGHTS.replace("{window}", &window);
    let readers = READERS.replace("{where}", place);
    write!(page, "{erased}\n\n{readers}\n\n{rights}\n").ok();
    page
}

/// What is not kept, as it is configured, need not be told.
fn is_kept(kept: &Kept, config: &Config) -> bool {
    kept.name != "transcripts" || config.privacy.transcripts
}

fn table<'a>(page: &mut String, heading: &str, kept: impl Iterator<Item = &'a Kept>, config: &Config) {
    write!(page, "| {heading} | Why | How long |\n|---|---|---|\n").ok();
    for Kept { what, why, how_long, .. } in kept {
        writeln!(page, "| {what} | {why} | {} |", how_long.told(config)).ok();
    }
    page.push('\n');
}

fn looks_for(config: &Config) -> String {
    let rules: Vec<String> = config.rule.iter().map(rule).collect();
    match rules.as_slice() {
        [] => "Nothing: no rule is in force.".to_owned(),
        rules => format!(
            "These rules are in force, unless a server changes them; each message is held against all of \
             them:\n\n{}",
            rules.join("\n")
        ),
    }
}

fn rule(rule: &RuleTable) -> String {
    format!("- `{}`: {} → {}", rule.name, sought(&rule.when), deed(rule.action))
}

/// Words and patterns are counted, not printed: they may be what is to be kept private.
fn sought(when: &WhenTable) -> String {
    let mut sought = Vec::new();
    sought.extend(when.heat.map(|_| "somebody at boiling point".to_owned()));
    let kinds = when.kinds.as_ref().filter(|kinds| !kinds.is_empty());
    sought.extend(kinds.map(|kinds| kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(", ")));
    let words = when.words.as_ref().map(|words| format!("words of the server's own ({})", words.len()));
    sought.extend(words);
    sought.extend(when.pattern.as_ref().map(|_| "a pattern of the server's own".to_owned()));
    sought.extend(when.exchanges.map(|turns| format!("two who go back and forth {turns} times")));
    sought.join("; with ")
}

const fn deed(action: Response) -> &'static str {
    match action {
        Response::Shield => "removes the message and takes its author aside",
        Response::TakeAside => "takes its author aside",
        Response::Suggest => "offers a private thread",
        Response::Answer => "answers in public",
        Response::Alert => "tells moderators",
        Response::Observe => "does nothing, and remembers nothing",
    }
}
