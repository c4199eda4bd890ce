//! The pages of the panel: what is in force, with selects to change it.

use serde_json::{Value, json};

use super::{Page, summary};
use crate::case::clock::Promise;
use crate::commands::Context;
use crate::commands::talk::{Reply, button};
use crate::config::{GuildConfig, hours_text};
use crate::discord::checkup::{Checkup, Concern, listed};
use crate::message::ChannelId;
use crate::policy::Mode;
use crate::responder::Executor;
use crate::store::Store;

/// The most channels that can be chosen: what Discord takes in a select.
const MOST_CHANNELS: usize = 25;

/// The most characters of warnings about a choice, so that all of a page fits into a message.
const FEW_WARNINGS: usize = 350;
const MANY_WARNINGS: usize = 800;

/// Discord's numbers of text, voice, announcement, stage and forum channels.
const WATCHABLE: &[u8] = &[0, 2, 5, 13, 15];

/// What languages call themselves.
const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("pt-BR", "Português (Brasil)"),
];

/// A page, below `note`, which says what was just done.
pub(super) fn page<S, E>(context: &Context<'_, S, E>, page: Page, note: &str) -> Reply
where
    S: Store + 'static,
    E: Executor,
{
    let panel = Panel {
        context,
        here: &context.responder.in_force(context.guild),
        checkup: &context.guilds.checkup(context.guild).unwrap_or_default(),
    };
    match page {
        Page::People => panel.people(note),
        Page::Promise => panel.promise(note),
        Page::Watching => panel.watching(note),
        Page::Summary => {
            let words = summary::words(context, panel.here, panel.checkup);
            Reply::new(words)
                .row(&[button(2, "Back", "setup:watching"), button(2, "Begin again", "setup:people")])
        }
    }
}

pub(super) fn language_name(tag: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map_or(tag, |(_, name)| name)
}

struct Panel<'a, S, E> {
    context: &'a Context<'a, S, E>,
    here: &'a GuildConfig,
    checkup: &'a Checkup,
}

impl<S: Store + 'static, E: Executor> Panel<'_, S, E> {
    fn people(&self, note: &str) -> Reply {
        let server = &self.here.server;
        let (guild, guilds) = (self.context.guild, self.context.guilds);
        let role = server.moderator_role.filter(|role| guilds.has_role(guild, *role));
        let text = |channel: Option<ChannelId>| {
            channel.filter(|channel| guilds.has_text_channel(guild, *channel)).map(|channel| channel.0)
        };
        let words = [
            "**Setting up, 1 of 3: who helps, and where**".to_owned(),
            noted(note),
            format!(
                "**Moderator role**: is brought into every private thread. {}",
                self.brought_in()
            ),
            self.warnings(Concern::Role, FEW_WARNINGS),
            "**Desk channel**: where a private thread is opened when it cannot be where the message is, as in \
             announcement, forum and voice channels. Members must be able to see it; what is in a thread, only those \
             in it read."
                .to_owned(),
            self.warnings(Concern::Desk, FEW_WARNINGS),
            "**Alert channel**: where I tell moderators what they would otherwise not see. Only they should be able \
             to read it."
                .to_owned(),
            self.warnings(Concern::Alerts, FEW_WARNINGS),
        ];
        Reply::new(paragraphs(&words))
            .row(&[choice(6, "setup:role", "Moderator role", "role", role.map(|role| role.0))])
            .row(&[text_channel("setup:desk", "Desk channel", text(server.desk_channel))])
            .row(&[text_channel("setup:alerts", "Alert channel", text(server.alert_channel))])
            .row(&[button(1, "Next", "setup:promise")])
    }

    fn promise(&self, note: &str) -> Reply {
        let (guild, guilds) = (self.context.guild, self.context.guilds);
        let role = self.here.server.escalation_role.filter(|role| guilds.has_role(guild, *role));
        let words = [
            "**Setting up, 2 of 3: how soon a person answers**".to_owned(),
            noted(note),
            format!("**Promise**: {}", self.reminders()),
            format!("**Working hours**: {}", self.working_hours()),
            format!(
                "**Escalation role**: who is asked when nobody answers after a reminder.{}",
                if role.is_none() { " Without one, moderators are reminded once more." } else { "" }
            ),
            self.warnings(Concern::Escalation, MANY_WARNINGS),
        ];
        Reply::new(paragraphs(&words))
            .row(&[choice(6, "setup:escalation", "Escalation role", "role", role.map(|role| role.0))])
            .row(&[
                button(2, "Back", "setup:people"),
                button(2, "Hours…", "setup:hours"),
                button(1, "Next", "setup:watching"),
            ])
    }

    fn reminders(&self) -> String {
        let Promise { remind_after, escalate_after, .. } = &self.here.core.promise;
        if remind_after.is_zero() {
            return "I remind nobody when a member waits for an answer. **Hours…** changes that.".to_owned();
        }
        let then = if escalate_after.is_zero() {
            String::new()
        } else {
            format!("; when nobody has answered **{escalate_after:#}** later, I call for more help")
        };
        format!(
            "when a member has waited **{remind_after:#}** for the first answer of a person, I remind moderators once{then}. \
             **Hours…** changes that."
        )
    }

    fn working_hours(&self) -> String {
        let Some(hours) = &self.here.core.promise.hours else {
            return "**always**. I remind at any hour, by day and night, until you tell me with **Hours…** when \
                    moderators are there."
                .to_owned();
        };
        let there = self.context.now.to_zoned(hours.time_zone.clone()).strftime("%a %H:%M");
        let now = match hours.opens(self.context.now) {
            None => "which is within them".to_owned(),
            Some(opens) => format!("and they begin <t:{}:R>", opens.as_second()),
        };
        format!(
            "**{}**. Only then time counts, and at no other is anybody reminded. It is {there} there now, {now}.",
            hours_text(hours)
        )
    }

    fn brought_in(&self) -> String {
        let roles: Vec<String> = self.checkup.moderators.iter().map(|role| format!("<@&{role}>")).collect();
        match self.here.server.moderator_role {
            None if !roles.is_empty() => {
                format!("Until one is chosen it is {}, by what they may do.", roles.join(" "))
            }
            _ => String::new(),
        }
    }

    fn watching(&self, note: &str) -> Reply {
        let chosen = self.here.settings.channels.as_deref().unwrap_or_default();
        let watched =
            if chosen.is_empty() { "every channel that everyone can read" } else { "those chosen below" };
        let words = [
            "**Setting up, 3 of 3: which channels, and how far**".to_owned(),
            noted(note),
            format!(
                "**Channels**: I watch {watched}, now {}: {}. Public threads and posts in them count, too.",
                self.checkup.watched.len(),
                listed(&self.checkup.watched)
            ),
            self.left_out(chosen),
            self.warnings(Concern::Channels, MANY_WARNINGS),
            format!(
                "**Mode**: now **{}**. My advice is to observe first: I then say nothing in public and tell moderators \
                 what I would have done; after some days you know whether that fits, and let me act.",
                self.context.responder.mode(self.context.guild).as_str()
            ),
            format!(
                "**Language**: what I say in threads, in public and to moderators; my answers to commands are in \
                 English.{}",
                self.suggestion()
            ),
        ];
        let known: Vec<ChannelId> = chosen
            .iter()
            .copied()
            .filter(|channel| self.context.guilds.watch(self.context.guild, *channel).is_some())
            .take(MOST_CHANNELS)
            .collect();
        Reply::new(paragraphs(&words))
            .row(&[channels(&known)])
            .row(&[self.modes()])
            .row(&[self.languages()])
            .row(&[
                button(2, "Back", "setup:promise"),
                button(2, "Watch every public channel", "setup:everywhere"),
                button(3, "Finish", "setup:finish"),
            ])
    }

    /// Channels that were chosen and are not watched all the same.
    fn left_out(&self, chosen: &[ChannelId]) -> String {
        let watch = |channel: &ChannelId| self.context.guilds.watch(self.context.guild, *channel);
        let out = chosen.iter().filter(|channel| watch(channel).is_some_and(|(_, watch)| !watch.is_on()));
        let out: Vec<ChannelId> = out.copied().collect();
        if out.is_empty() {
            return String::new();
        }
        format!("⚠️ {} stays unwatched: whoever runs me left it out in `ignore_channels`.", listed(&out))
    }

    fn suggestion(&self) -> String {
        let wording = &self.here.core.wording;
        let locale = self.context.guilds.locale(self.context.guild);
        match wording.language_for(&locale) {
            Some(theirs) if theirs != wording.language() => {
                format!(" Your server is set to {}, which I speak, too.", language_name(theirs))
            }
            _ => String::new(),
        }
    }

    fn modes(&self) -> Value {
        let mode = self.context.responder.mode(self.context.guild);
        let offered = [
            (
                Mode::Observe,
                "Observe (recommended first)",
                "Nothing in public; moderators read what I would have done",
            ),
            (Mode::Suggest, "Suggest", "I offer a private thread with a button, and remove nothing"),
            (Mode::Act, "Act", "I do what the rules say: take aside, and remove what gives secrets away"),
        ];
        let options = offered.map(|(one, label, description)| {
            json!({ "label": label, "value": one.as_str(), "description": description, "default": one == mode })
        });
        json!({ "type": 3, "custom_id": "setup:mode", "placeholder": "Mode", "options": options })
    }

    fn languages(&self) -> Value {
        let wording = &self.here.core.wording;
        let tags = wording.languages().into_iter().take(MOST_CHANNELS);
        let options = tags.map(
            |tag| json!({ "label": language_name(tag), "value": tag, "default": tag == wording.language() }),
        );
        let options: Vec<Value> = options.collect();
        json!({ "type": 3, "custom_id": "setup:language", "placeholder": "Language", "options": options })
    }

    /// What there is to say about a choice, as much as there is room for.
    fn warnings(&self, concern: Concern, most: usize) -> String {
        let mut words = String::new();
        for gap in self.checkup.about(concern) {
            let line = format!("{} {gap}\n", if gap.breaks() { "⚠️" } else { "ℹ️" });
            if words.chars().count() + line.chars().count() > most {
                words.push_str("⚠️ There is more: `/doctor` shows all of it.");
                break;
            }
            words.push_str(&line);
        }
        words.trim_end().to_owned()
    }
}

fn noted(note: &str) -> String {
    if note.is_empty() { "Every choice is saved at once.".to_owned() } else { format!("✅ {note}") }
}

/// A warning stands below what it is about; everything else stands apart.
fn paragraphs(parts: &[String]) -> String {
    let mut words = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !words.is_empty() {
            words.push_str(if part.starts_with("**") { "\n\n" } else { "\n" });
        }
        words.push_str(part.trim_end());
    }
    words
}

/// A select of at most one thing, of which `chosen` is chosen.
fn choice(kind: u8, custom_id: &str, placeholder: &str, what: &str, chosen: Option<u64>) -> Value {
    let chosen: Vec<Value> = chosen.iter().map(|id| json!({ "id": id.to_string(), "type": what })).collect();
    json!({
        "type": kind, "custom_id": custom_id, "placeholder": placeholder,
        "min_values": 0, "max_values": 1, "default_values": chosen,
    })
}

fn text_channel(custom_id: &str, placeholder: &str, chosen: Option<u64>) -> Value {
    let mut select = choice(8, custom_id, placeholder, "channel", chosen);
    select["channel_types"] = json!([0]);
    select
}

fn channels(chosen: &[ChannelId]) -> Value {
    let chosen: Vec<Value> =
        chosen.iter().map(|id| json!({ "id": id.to_string(), "type": "channel" })).collect();
    json!({
        "type": 8, "custom_id": "setup:channels", "placeholder": "Every channel that everyone can read",
        "channel_types": WATCHABLE, "min_values": 0, "max_values": MOST_CHANNELS, "default_values": chosen,
    })
}
