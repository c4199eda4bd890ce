//! What judging a message costs, counted rather than timed: the same on every machine.

use allocation_counter::measure;
use aside::config::Config;
use aside::detect::{Category, Scan, Scanner, keywords};
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::cause::{Bearing, CauseLimits, Causes, Told};
use aside::policy::history::History;
use jiff::Timestamp;

/// 80 characters, as a member would write them.
const ORDINARY: &str = "has anyone got the new build running on debian 12? the installer hangs at step 3";
/// The most allocations an ordinary message may take: its words, and what phrases and policy look at.
const MOST: u64 = 12;

/// The most allocations that comparing a case with hundreds of others may take, its keywords not counted.
const MOST_COMPARED: u64 = 40;

/// What is easily looked at more than once for each place it stands in.
const PIECES: [&str; 25] = [
    "a",
    "a ",
    "4",
    "a1 ",
    "you ",
    "`",
    "<@",
    "http://",
    "a\u{200b}",
    "e\u{301}",
    "😀",
    "idi\u{43e}t ",
    "\"",
    "\n",
    "@",
    "you are a stupid idiot. ",
    "i am ",
    "a1 \u{fdfa}",
    "4111 1111 1111 1111 ",
    "12 Oak Lane, ",
    "password: ",
    "key=",
    "-----BEGIN ",
    "abandon ability able ",
    "paid with paypal. never came. ",
];

/// Allocations and bytes of one scan, once everything that is made only once is there.
fn cost(scanner: &Scanner, content: &str) -> (u64, u64) {
    drop(scanner.scan(content));
    let info = measure(|| drop(scanner.scan(content)));
    assert_eq!(info.bytes_current, 0, "something stays behind");
    (info.count_total, info.bytes_total)
}

#[test]
fn an_ordinary_message_takes_few_allocations() {
    let (count, _) = cost(&Scanner::new(Vec::new()), ORDINARY);
    assert!(count <= MOST, "{count} allocations");
}

#[test]
fn a_text_twice_as_long_takes_about_twice_the_memory() {
    let scanner = Scanner::new(Vec::new());
    for piece in PIECES {
        let [short, long] =
            [1_000, 2_000].map(|length| piece.chars().cycle().take(length).collect::<String>());
        let (count, bytes) = cost(&scanner, &short);
        let (longer_count, longer_bytes) = cost(&scanner, &long);
        // A text that is hot when it is twice as long is looked at once more; four times would be its square.
        assert!(longer_count <= 3 * count + 16, "{piece:?}: {longer_count} after {count} allocations");
        assert!(longer_bytes <= 3 * bytes + 4_096, "{piece:?}: {longer_bytes} after {bytes} bytes");
    }
}

/// A message of `member` in `channel`, so many seconds after the beginning.
fn said(number: u64, member: u64, channel: u64, seconds: u64) -> Message {
    let author = Author { id: UserId(member), origin: Origin::Member, roles: Vec::new(), moderator: false };
    Message {
        id: MessageId(number),
        guild: GuildId(1),
        channel: ChannelId(channel),
        home: ChannelId(channel),
        author,
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: MessageId((seconds * 1_000) << 22).sent(),
    }
}

#[test]
fn a_raid_leaves_nothing_behind() {
    let core = Config::default().build().expect("the built-in settings");
    let mut history = History::new(&core.policy, core.temper, core.raid);
    let (calm, hot) = (Scan::default(), Scan { heat: 0.95, findings: Vec::new() });
    drop(history.decide(&core.policy, &said(1, 1, 1, 0), &calm));
    let left = measure(|| {
        for at in 0..600 {
            let message = said(2 + at, 100 + at % 60, 10 + at % 20, at / 100);
            drop(history.decide(&core.policy, &message, &hot));
        }
        // Two hours later someone says something, twice: an hour of silence is forgotten.
        for at in 0..2 {
            drop(history.decide(&core.policy, &said(1_000 + at, 1, 1, 7_200 + 7_200 * at), &hot));
        }
    });
    assert!(left.bytes_current < 8_192, "{} bytes stay behind", left.bytes_current);
    assert!(left.bytes_max > 20_000, "{} bytes were needed, so nothing was tested", left.bytes_max);
}

/// A case of its own member and matter, noticed so many seconds after the beginning.
fn told(number: u32, seconds: i64) -> Told {
    let digits = format!("{number:04}");
    let word =
        |end| digits.bytes().map(|digit| char::from(digit - b'0' + b'b')).chain([end]).collect::<String>();
    let content: Vec<String> = ('k'..='z').map(word).collect();
    let content = content.join(" ");
    Told {
        guild: GuildId(1),
        case: number,
        member: UserId(u64::from(number)),
        channel: ChannelId(1),
        category: Category::NeedsDetails,
        kinds: Vec::new(),
        keywords: keywords(&content, &[]),
        at: Timestamp::from_second(seconds).unwrap_or_default(),
    }
}

#[test]
fn a_case_among_hundreds_is_compared_cheaply_and_forgotten_in_the_end() {
    let mut causes = Causes::new(CauseLimits::default());
    assert_eq!(causes.hear(told(0, 0)), Bearing::None);
    let left = measure(|| {
        for number in 1..1_000 {
            assert_eq!(causes.hear(told(number, 1)), Bearing::None);
        }
        let next = told(1_000, 1);
        let cost = measure(|| assert_eq!(causes.hear(next), Bearing::None));
        assert!(cost.count_total <= MOST_COMPARED, "{} allocations", cost.count_total);
        assert!(cost.bytes_current < 4_096, "{} bytes stay of one case among too many", cost.bytes_current);
        assert_eq!(causes.hear(told(1_001, 7_200)), Bearing::None);
    });
    assert!(left.bytes_max > 60_000, "{} bytes were needed, so nothing was tested", left.bytes_max);
    assert!(left.bytes_current < 32_768, "{} bytes stay behind", left.bytes_current);
}
