//! What was due, what came of it, and where members' words got to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use aside::simulator::{ChannelKind, Id, Message, Request, Simulator, State};
use jiff::Timestamp;

use super::settlement::is_settled;
use crate::bot::log_of;
use crate::lines::{ADDRESS, CARD, Due, MARK};

/// How long the embedded Discord remembers ordinary messages: longer than anything is missed.
const REMEMBERED: Duration = Duration::from_mins(4);

/// Between two times of forgetting, and of reading requests.
const FORGETTING: Duration = Duration::from_secs(10);
const READING: Duration = Duration::from_secs(1);

/// How much of a file is searched at once, and how much of it again with what follows.
const CHUNK: usize = 1 << 20;
const OVERLAP: usize = 64;

/// How many complaints of one kind are told.
const TOLD: usize = 20;

/// A message that calls for a case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) message: Id,
    pub(crate) member: Id,
    pub(crate) channel: Id,
    pub(crate) due: Due,
}

/// Everything that is counted.
pub(crate) struct Account {
    bot: Id,
    expected: Vec<Expected>,
    due: HashSet<Id>,
    leaks: Vec<String>,
    requests: BTreeMap<u16, u64>,
    read: Instant,
    forgot: Instant,
}

/// What was said to and about members.
#[derive(Default)]
struct Outcome {
    /// Private threads with each member.
    threads: HashMap<Id, Vec<Id>>,
    /// What the bot said in each thread.
    words: HashMap<Id, Vec<String>>,
    /// Threads that are not put away.
    going_on: HashSet<Id>,
    /// How often something was said in public to each member.
    public: HashMap<(Id, Id), usize>,
    /// To whom it was said there how it ended.
    followed_up: HashSet<(Id, Id)>,
}

impl Account {
    pub(crate) fn new(discord: &Simulator, capacity: usize) -> Self {
        Self {
            bot: discord.bot(),
            expected: Vec::with_capacity(capacity),
            due: HashSet::with_capacity(capacity),
            leaks: Vec::new(),
            requests: BTreeMap::new(),
            read: Instant::now(),
            forgot: Instant::now(),
        }
    }

    pub(crate) fn expect(&mut self, expected: Expected) {
        self.due.insert(expected.message);
        self.expected.push(expected);
    }

    /// Reads requests and forgets, each when it is time to.
    pub(crate) fn keep_up(&mut self, discord: &Simulator) {
        if self.read.elapsed() >= READING {
            self.read = Instant::now();
            self.take(discord);
        }
        if self.forgot.elapsed() >= FORGETTING {
            self.forgot = Instant::now();
            #[expect(clippy::disallowed_methods, reason = "messages are posted by the clock on the wall")]
            let before = Timestamp::now() - REMEMBERED;
            discord.forget(before, |message| message.author == self.bot || self.due.contains(&message.id));
        }
    }

    /// Reads the requests so far.
    pub(crate) fn take(&mut self, discord: &Simulator) {
        for request in discord.take_requests() {
            *self.requests.entry(request.status).or_default() += 1;
            self.search_request(&request);
        }
    }

    /// Everything a request says to Discord. Only what gives a removed message back, in its private thread, may repeat words
    /// of its author, masked.
    fn search_request(&mut self, request: &Request) {
        let mut body = request.body.clone();
        let enclosed = body.as_object_mut().and_then(|fields| fields.remove("embeds"));
        let enclosed = enclosed.map(|embeds| embeds.to_string()).unwrap_or_default();
        let rest = format!(
            "{} {} {} {body}",
            request.path,
            request.query,
            request.reason.as_deref().unwrap_or_default()
        );
        let place = format!("{} {}", request.method, request.path);
        for (text, marks) in [(rest, &[MARK, CARD, ADDRESS][..]), (enclosed, &[CARD, ADDRESS][..])] {
            self.leaks.extend(found(&text, marks).map(|mark| format!("{place} tells {mark:?}")));
        }
    }

    /// Looks through the log and what is at rest. The bot must have stopped.
    pub(crate) fn search(&mut self, home: &Path) {
        let files = std::fs::read_dir(home).into_iter().flatten().flatten().map(|entry| entry.path());
        let kept = |path: &Path| path == log_of(home) || path.to_string_lossy().contains("aside.db");
        for file in files.filter(|path| kept(path)) {
            self.search_file(&file);
        }
    }

    fn search_file(&mut self, path: &Path) {
        let Ok(mut file) = File::open(path) else { return };
        let (mut buffer, mut kept) = (vec![0; CHUNK], Vec::new());
        while let Ok(read @ 1..) = file.read(&mut buffer) {
            kept.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&kept);
            let told =
                found(&text, &[MARK, CARD, ADDRESS]).map(|mark| format!("{} holds {mark:?}", path.display()));
            self.leaks.extend(told);
            let end = kept.len().saturating_sub(OVERLAP);
            kept.drain(..end);
        }
    }

    /// Whether everything due has come of it all.
    pub(crate) fn is_complete(&self, discord: &Simulator) -> bool {
        let outcome = discord.read(|state| self.outcome(state));
        let open =
            |expected: &Expected| Self::lost(&outcome, expected).or_else(|| unsettled(&outcome, expected));
        self.expected.iter().all(|expected| open(expected).is_none())
    }

    /// Everything that is not as it should be.
    pub(crate) fn wrong(&self, discord: &Simulator) -> Vec<String> {
        let outcome = discord.read(|state| self.outcome(state));
        let each = |of: &dyn Fn(&Expected) -> Option<String>, name: &str| {
            let all: Vec<String> = self.expected.iter().filter_map(of).collect();
            let head = (!all.is_empty()).then(|| format!("{} {name}", all.len()));
            head.into_iter().chain(all.into_iter().take(TOLD)).collect::<Vec<_>>()
        };
        let mut wrong = each(&|expected| Self::lost(&outcome, expected), "lost");
        wrong.extend(each(&|expected| twice(&outcome, expected), "twice"));
        wrong.extend(each(&|expected| unsettled(&outcome, expected), "not settled"));
        wrong.extend(each(&|expected| stayed(discord, expected), "still there"));
        wrong.extend(self.unexpected(&outcome));
        wrong.extend((!self.leaks.is_empty()).then(|| format!("{} leaks", self.leaks.len())));
        wrong.extend(self.leaks.iter().take(TOLD).cloned());
        wrong
    }

    fn outcome(&self, state: &State) -> Outcome {
        let mut outcome = Outcome::default();
        let threads = state.threads().filter(|thread| thread.kind == ChannelKind::PrivateThread);
        for thread in threads {
            let inside = thread.thread.iter().flat_map(|thread| thread.members.keys());
            for member in inside.filter(|member| **member != self.bot) {
                outcome.threads.entry(*member).or_default().push(thread.id);
            }
            let said = state.messages(thread.id).filter(|message| self.says(message));
            outcome.words.insert(thread.id, said.map(|message| message.content.clone()).collect());
            if !is_settled(thread) {
                outcome.going_on.insert(thread.id);
            }
        }
        let mut spoken_to = HashMap::new();
        for expected in &self.expected {
            spoken_to.insert(expected.message, expected.member);
        }
        let channels: HashSet<Id> = self.expected.iter().map(|expected| expected.channel).collect();
        for channel in channels {
            for message in state.messages(channel).filter(|message| self.says(message)) {
                let answered = message.reference.and_then(|to| spoken_to.get(&to.message)).copied();
                let member = answered.or_else(|| named(&message.content)).unwrap_or(0);
                *outcome.public.entry((channel, member)).or_default() += 1;
                if message.edited.is_some() {
                    outcome.followed_up.insert((channel, member));
                }
            }
        }
        outcome
    }

    fn says(&self, message: &Message) -> bool {
        message.author == self.bot && matches!(message.kind, 0 | 19)
    }

    fn lost(outcome: &Outcome, expected: &Expected) -> Option<String> {
        let threads = outcome.threads.get(&expected.member).map_or(&[][..], Vec::as_slice);
        let opened =
            threads.iter().any(|thread| outcome.words.get(thread).is_some_and(|words| !words.is_empty()));
        let public = outcome.public.contains_key(&(expected.channel, expected.member));
        (!opened || !public).then(|| {
            format!("{expected:?}: {} threads, opened: {opened}, acknowledged: {public}", threads.len())
        })
    }

    /// Threads and words for those who said nothing that is due.
    fn unexpected(&self, outcome: &Outcome) -> Vec<String> {
        let members: HashSet<Id> = self.expected.iter().map(|expected| expected.member).collect();
        let threads = outcome.threads.keys().filter(|member| !members.contains(member));
        let threads = threads.map(|member| format!("a thread for {member}, who gave no reason"));
        let public = outcome.public.keys().filter(|(_, member)| !members.contains(member));
        let public =
            public.map(|(channel, member)| format!("words for {member} in {channel} without a reason"));
        threads.chain(public).take(TOLD).collect()
    }

    pub(crate) fn told(&self, discord: &Simulator) -> String {
        let outcome = discord.read(|state| self.outcome(state));
        let (opened, resumed) = discord.read(State::sessions_opened);
        let public: usize = outcome.public.values().sum();
        let statuses: Vec<String> =
            self.requests.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        format!(
            "{} due, {} threads, {public} acknowledgments, {} followed up; {opened} sessions opened, {resumed} resumed; requests: {}",
            self.expected.len(),
            outcome.words.len(),
            outcome.followed_up.len(),
            statuses.join(", ")
        )
    }
}

/// The first member whom a text mentions.
fn named(text: &str) -> Option<Id> {
    let (_, rest) = text.split_once("<@")?;
    rest.split_once('>')?.0.parse().ok()
}

/// More than one thread, one acknowledgment, or the same words in one thread.
fn twice(outcome: &Outcome, expected: &Expected) -> Option<String> {
    let threads = outcome.threads.get(&expected.member).map_or(&[][..], Vec::as_slice);
    let repeated = threads.iter().any(|thread| {
        let words = outcome.words.get(thread).map_or(&[][..], Vec::as_slice);
        words.iter().collect::<HashSet<_>>().len() < words.len()
    });
    let public = outcome.public.get(&(expected.channel, expected.member)).copied().unwrap_or(0);
    (threads.len() > 1 || repeated || public > 1).then(|| {
        format!(
            "{expected:?}: {} threads, words repeated: {repeated}, {public} acknowledgments",
            threads.len()
        )
    })
}

/// A case that did not come to its end, or that nobody was told of where it began.
fn unsettled(outcome: &Outcome, expected: &Expected) -> Option<String> {
    let threads = outcome.threads.get(&expected.member).map_or(&[][..], Vec::as_slice);
    let open = threads.iter().filter(|thread| outcome.going_on.contains(thread)).count();
    let told = outcome.followed_up.contains(&(expected.channel, expected.member));
    (open > 0 || !told).then(|| format!("{expected:?}: {open} threads still open, followed up: {told}"))
}

/// A secret that was not removed.
fn stayed(discord: &Simulator, expected: &Expected) -> Option<String> {
    let there = || {
        discord.read(|state| state.messages(expected.channel).any(|message| message.id == expected.message))
    };
    (expected.due == Due::Card && there()).then(|| format!("{expected:?}"))
}

/// Which of `marks` stand in `text`, blanks and dashes between digits left out.
fn found<'a>(text: &str, marks: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let close: String = text.chars().filter(|one| !matches!(one, ' ' | '-')).collect();
    let (text, marks) = (text.to_lowercase(), marks.iter().copied());
    marks.filter(move |mark| text.contains(mark) || close.contains(mark))
}
