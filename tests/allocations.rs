//! What judging a message costs, counted rather than timed: the same on every machine.

use allocation_counter::measure;
use aside::detect::Scanner;

/// 80 characters, as a member would write them.
const ORDINARY: &str = "has anyone got the new build running on debian 12? the installer hangs at step 3";
/// The most allocations an ordinary message may take: its words, and what phrases and policy look at.
const MOST: u64 = 12;

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
        assert!(longer_count <= 2 * count + 16, "{piece:?}: {longer_count} after {count} allocations");
        assert!(longer_bytes <= 3 * bytes + 4_096, "{piece:?}: {longer_bytes} after {bytes} bytes");
    }
}
