//! How many messages a second one core scans and decides about, with rustrict on the same messages in the same run.
//!
//! rustrict judges profanity and meanness only; it is the nearest filter that is made to be quick. The messages are
//! the cold ones of `models/examples`: ordinary chat, questions, banter, praise, in many languages.
//!
//! `cargo bench --bench scanner` takes about two minutes; `thrpt` of `ordinary` is messages a second.

#![expect(clippy::expect_used, reason = "a bench stops when anything is wrong")]

mod ordinary;
mod shipped;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use rustrict::{Censor, Type};

use self::ordinary::cold_lines;
use self::shipped::Aside;

/// 80 characters, as a member would write them.
const MESSAGE: &str = "has anyone got the new build running on debian 12? the installer hangs at step 3";
/// An ordinary text, repeated to any length.
const PROSE: &str = "I tried the update last night and it went fine, apart from the sound. You have to open the \
    settings, pick the second device and restart; after that everything was back. If it helps, I can write down what \
    I changed and put it on the wiki tomorrow. Did you see the talk about caching, by the way? ";
/// Characters of the longest message that Discord takes.
const LONGEST: usize = 4_000;
/// What makes a slow scanner slower still, repeated to [`LONGEST`].
const ADVERSARIAL: [(&str, &str); 18] = [
    ("one letter", "a"),
    ("letters apart", "a "),
    ("digits", "4"),
    ("letter and digit", "a1 "),
    ("you you you", "you "),
    ("backticks", "`"),
    ("mentions begun", "<@"),
    ("links begun", "http://"),
    ("zero width", "a\u{200b}"),
    ("combining marks", "e\u{301}\u{308}\u{334}"),
    ("emoji", "😀👩\u{200d}👩🇩🇪"),
    ("mixed scripts", "idi\u{43e}t привет 今日 שלום ｉｄ "),
    ("key-like soup", "sk_live_4eC39HqLyjWDarjtT1zdp7dc=AKIA/ghp_"),
    ("quotes", "\""),
    ("newlines", "\n"),
    ("at-signs", "@"),
    ("insult repeated", "you are a stupid idiot. "),
    ("disguised letters", "1d!0t $tup1d "),
];

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let aside = Aside::new();
    ordinary(&mut criterion, &aside);
    one_message(&mut criterion, &aside);
    length(&mut criterion, &aside);
    adversarial(&mut criterion, &aside);
    criterion.final_summary();
}

fn rustrict(content: &str) -> Type {
    Censor::from_str(content).analyze()
}

fn ordinary(criterion: &mut Criterion, aside: &Aside) {
    let lines = cold_lines();
    let mut group = criterion.benchmark_group("ordinary");
    group
        .throughput(Throughput::Elements(u64::try_from(lines.len()).expect("a number of lines")))
        .sampling_mode(SamplingMode::Flat)
        .sample_size(30)
        .measurement_time(Duration::from_secs(5));
    group.bench_function("aside", |bencher| {
        bencher.iter(|| lines.iter().for_each(|line| drop(black_box(aside.judge(black_box(line))))));
    });
    group.bench_function("rustrict", |bencher| {
        bencher.iter(|| lines.iter().for_each(|line| _ = black_box(rustrict(black_box(line)))));
    });
    group.finish();
}

fn one_message(criterion: &mut Criterion, aside: &Aside) {
    let mut group = criterion.benchmark_group("one_message");
    group.throughput(Throughput::Elements(1));
    group.bench_function("aside", |bencher| bencher.iter(|| aside.judge(black_box(MESSAGE))));
    group.bench_function("rustrict", |bencher| bencher.iter(|| rustrict(black_box(MESSAGE))));
    group.finish();
}

fn length(criterion: &mut Criterion, aside: &Aside) {
    let mut group = criterion.benchmark_group("length");
    for length in [500, 1_000, 2_000, LONGEST] {
        let content = repeated(PROSE, length);
        group.throughput(Throughput::Bytes(u64::try_from(content.len()).expect("a length")));
        group.bench_with_input(BenchmarkId::new("aside", length), &content, |bencher, content| {
            bencher.iter(|| aside.judge(black_box(content)));
        });
        group.bench_with_input(BenchmarkId::new("rustrict", length), &content, |bencher, content| {
            bencher.iter(|| rustrict(black_box(content)));
        });
    }
    group.finish();
}

fn adversarial(criterion: &mut Criterion, aside: &Aside) {
    let mut group = criterion.benchmark_group("adversarial");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    for (name, piece) in ADVERSARIAL {
        let content = repeated(piece, LONGEST);
        group.bench_with_input(BenchmarkId::new("aside", name), &content, |bencher, content| {
            bencher.iter(|| aside.judge(black_box(content)));
        });
        group.bench_with_input(BenchmarkId::new("rustrict", name), &content, |bencher, content| {
            bencher.iter(|| rustrict(black_box(content)));
        });
    }
    group.finish();
}

/// `piece` again and again, `length` characters in all.
fn repeated(piece: &str, length: usize) -> String {
    piece.chars().cycle().take(length).collect()
}
