//! What judging costs on top of detection, with ten thousand live conversations: `cargo bench --bench policy`.
//!
//! Messages go round ten thousand channels, three members in each, and were scanned before. `calm` are ordinary ones,
//! `mixed` one in fifty simmers and one in a thousand boils or holds a card. The bar is 2 µs a message.

#![expect(clippy::expect_used, reason = "a bench stops when anything is wrong")]

use std::hint::black_box;

use aside::config::Config;
use aside::config::Core;
use aside::detect::{Finding, Kind, Scan};
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::history::History;
use criterion::{BatchSize, Criterion, Throughput};

const CONVERSATIONS: u64 = 10_000;
/// Milliseconds from one message to the next: a conversation has one a minute and a half.
const PACE: u64 = 9;

fn message(number: u64) -> Message {
    let channel = ChannelId(1 + number % CONVERSATIONS);
    let id = MessageId((number * PACE) << 22);
    let author = UserId(3 * channel.0 + number / CONVERSATIONS % 3);
    Message {
        id,
        guild: GuildId(1 + channel.0 % 500),
        channel,
        home: channel,
        author: Author { id: author, origin: Origin::Member, roles: Vec::new(), moderator: false },
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: id.sent(),
    }
}

fn card() -> Finding {
    let kind = Kind::Card;
    Finding {
        kind,
        category: kind.category(),
        span: 0..1,
        confidence: 0.95,
        explanation: "".into(),
        rule: None,
    }
}

/// What was found in message `number`.
fn mixed(number: u64) -> Scan {
    match number % 1_000 {
        7 => Scan { heat: 0.9, findings: Vec::new() },
        8 => Scan { heat: 0.0, findings: vec![card()] },
        rest if rest % 50 == 0 => Scan { heat: 0.5, findings: Vec::new() },
        _ => Scan { heat: 0.05, findings: Vec::new() },
    }
}

fn calm(_: u64) -> Scan {
    Scan { heat: 0.05, findings: Vec::new() }
}

/// A history in which every conversation is alive, and the number of the next message.
fn lively(core: &Core, scan: fn(u64) -> Scan) -> (History, u64) {
    let mut history = History::new(&core.policy, core.temper, core.raid);
    let said = 5 * CONVERSATIONS;
    for number in 0..said {
        drop(history.decide(&core.policy, &message(number), &scan(number)));
    }
    (history, said)
}

fn judging(criterion: &mut Criterion) {
    let core = Config::default().build().expect("the built-in settings");
    let mut group = criterion.benchmark_group("policy");
    group.throughput(Throughput::Elements(1));
    for (name, scan) in [("calm", calm as fn(u64) -> Scan), ("mixed", mixed)] {
        let (mut history, mut next) = lively(&core, scan);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    next += 1;
                    (message(next), scan(next))
                },
                |(message, scan)| black_box(history.decide(&core.policy, &message, &scan)),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().without_plots().configure_from_args();
    judging(&mut criterion);
    criterion.final_summary();
}
