//! Says what keeps us from doing our part: in the log, and once to moderators; when we come, and when permissions
//! change.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::discord::id::GuildId;
use thiserror::Error;
use tracing::{info, warn};

use super::checkup::{Checkup, Gap};
use super::notice::Voice;
use super::rest::RestError;
use crate::message;
use crate::store::{Store, StoreError};
use crate::wording::{Facts, LONGEST_GAPS, Utterance};

/// Where the store keeps what moderators were told: how often, and a name for each gap.
const NOTE: &str = "gaps";

/// A server is looked at once nothing has changed in it for so long: whoever rearranges it is not interrupted.
const QUIET: Duration = Duration::from_secs(1);

/// Looks servers over, and says what is missing.
pub(super) struct Report<S> {
    voice: Arc<Voice<S>>,
    /// How often each server has changed since it was looked at.
    changes: Mutex<HashMap<GuildId, u64>>,
    logged: Mutex<HashMap<GuildId, Vec<Gap>>>,
    /// Servers are looked at one at a time, so that two looks at one cannot cross.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Error)]
enum Untold {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Discord(#[from] RestError),
}

impl<S: Store + 'static> Report<S> {
    pub(super) fn new(voice: Arc<Voice<S>>) -> Self {
        Self {
            voice,
            changes: Mutex::default(),
            logged: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// Something changed in `guild` that may concern us, or we have just come to know it.
    pub(super) fn changed(self: &Arc<Self>, guild: GuildId) {
        let mut changes = lock(&self.changes);
        let waiting = changes.contains_key(&guild);
        *changes.entry(guild).or_default() += 1;
        drop(changes);
        if !waiting {
            let report = Arc::clone(self);
            self.voice.spawn(async move { report.look_when_quiet(guild).await });
        }
    }

    async fn look_when_quiet(&self, guild: GuildId) {
        let mut seen = self.changes(guild);
        loop {
            tokio::select! {
                () = tokio::time::sleep(QUIET) => {}
                () = self.voice.stopping.cancelled() => return,
            }
            let now = self.changes(guild);
            if now == seen {
                break;
            }
            seen = now;
        }
        lock(&self.changes).remove(&guild);
        self.look(guild).await;
    }

    fn changes(&self, guild: GuildId) -> u64 {
        lock(&self.changes).get(&guild).copied().unwrap_or_default()
    }

    async fn look(&self, guild: GuildId) {
        let _one_at_a_time = self.looking.lock().await;
        let id = message::GuildId(guild.get());
        let Some(checkup) = self.voice.guilds.checkup(id) else { return };
        self.log(guild, &checkup);
        if let Err(error) = self.tell(id, &checkup).await {
            warn!(%guild, %error, "moderators could not be told what is missing; I try again when something changes");
        }
    }

    /// Each gap once, until it is gone.
    fn log(&self, guild: GuildId, checkup: &Checkup) {
        let before = lock(&self.logged).insert(guild, checkup.gaps.clone()).unwrap_or_default();
        for gap in checkup.gaps.iter().filter(|gap| !before.contains(gap)) {
            let words = gap.to_string().replace("**", "");
            if gap.breaks() { warn!(%guild, "{words}") } else { info!(%guild, "{words}") }
        }
    }

    /// Tells moderators what they were not told before, or that all is well. Where nobody but them reads it, or not at
    /// all: then they are told once there is such a place.
    async fn tell(&self, guild: message::GuildId, checkup: &Checkup) -> Result<(), Untold> {
        let store = self.voice.responder.store();
        let told = Told::read(store.noted(guild, NOTE).await?.as_deref().unwrap_or_default());
        let gaps: BTreeSet<String> = checkup.keys().into_iter().collect();
        if gaps == told.gaps {
            return Ok(());
        }
        let mut count = told.count;
        if told.is_news(&gaps) {
            let Some(alerts) = checkup.alerts.first() else { return Ok(()) };
            let words = self.words(guild, checkup);
            count += 1;
            self.voice.post(*alerts, &words, None, (NOTE, count)).await?;
        }
        Ok(store.note(guild, NOTE, &Told { count, gaps }.written()).await?)
    }

    fn words(&self, guild: message::GuildId, checkup: &Checkup) -> String {
        let here = self.voice.responder.in_force(guild);
        let gaps = listed(checkup);
        let facts = Facts { gaps: Some(gaps), moderators: checkup.moderators.clone(), ..Facts::default() };
        here.core.wording.render(None, Utterance::Checkup, 0, &facts)
    }
}

/// The gaps that break something, a line each, as many as fit.
fn listed(checkup: &Checkup) -> String {
    const MORE: usize = 40;
    let lines: Vec<String> = checkup.breaking().map(|gap| format!("- {gap}")).collect();
    let mut listed = String::new();
    for (at, line) in lines.iter().enumerate() {
        let room = LONGEST_GAPS - MORE;
        if listed.chars().count() + line.chars().count() > room {
            return format!("{listed}- … and {} more", lines.len() - at);
        }
        listed.push_str(line);
        listed.push('\n');
    }
    listed.trim_end().to_owned()
}

/// What moderators were told.
#[derive(Default)]
struct Told {
    /// How often they were told anything: what tells one post from the next.
    count: u32,
    gaps: BTreeSet<String>,
}

impl Told {
    fn read(note: &str) -> Self {
        let mut words = note.split_whitespace();
        let count = words.next().and_then(|count| count.parse().ok()).unwrap_or(0);
        Self { count, gaps: words.map(str::to_owned).collect() }
    }

    fn written(&self) -> String {
        let gaps = self.gaps.iter().map(|gap| format!(" {gap}"));
        format!("{}{}", self.count, gaps.collect::<String>())
    }

    /// Whether there is a gap that they were not told of, or none any more. What was missing everywhere is no news
    /// where it is still missing.
    fn is_news(&self, gaps: &BTreeSet<String>) -> bool {
        let everywhere = |gap: &str| gap.split('@').next().map(|what| format!("{what}@*"));
        let known = |gap: &String| {
            self.gaps.contains(gap) || everywhere(gap).is_some_and(|all| self.gaps.contains(&all))
        };
        gaps.is_empty() || !gaps.iter().all(known)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{ChannelId, RoleId};

    fn told(note: &str) -> Told {
        Told::read(note)
    }

    #[test]
    fn what_was_told_is_no_news() {
        let rows = [
            ("", "a@1", true),
            ("1 a@1", "a@1", false),
            ("1 a@1 b@2", "a@1", false),
            ("1 a@1", "a@1 a@2", true),
            ("1 a@1", "a@*", true),
            ("1 a@*", "a@1 a@2", false),
            ("1 a@*", "a@1 b@1", true),
            ("1 a@1", "", true),
        ];
        for (note, now, news) in rows {
            let gaps = now.split_whitespace().map(str::to_owned).collect();
            assert_eq!(told(note).is_news(&gaps), news, "{note:?}, now {now:?}");
        }
    }

    #[test]
    fn what_was_told_is_remembered() {
        for note in ["0", "3 a@1 b@*"] {
            assert_eq!(told(note).written(), note);
        }
        assert_eq!((told("").count, told("what is this").count), (0, 0));
    }

    #[test]
    fn as_many_gaps_are_told_as_fit() {
        let gap = |at: u64| Gap::Unmentionable(RoleId(at));
        let checkup = |count: u64| Checkup { gaps: (1..=count).map(gap).collect(), ..Checkup::default() };
        assert_eq!(listed(&checkup(2)).lines().count(), 2);
        let many = listed(&checkup(500));
        assert!(many.chars().count() <= LONGEST_GAPS, "{}", many.chars().count());
        let shown = many.lines().count() - 1;
        assert!(many.ends_with(&format!("- … and {} more", 500 - shown)), "{many}");
        let advisory =
            Gap::NoThreads { channels: vec![ChannelId(1)], instead: super::super::checkup::Instead::Direct };
        assert_eq!(listed(&Checkup { gaps: vec![advisory], ..Checkup::default() }), "");
    }
}
