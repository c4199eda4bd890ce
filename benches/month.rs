//! That a scan's memory does not grow with the history: `aside scan` over a tenth of a month of chat, and over the whole.
//!
//! `cargo bench --bench month` takes a minute or two. Each scan is a process of its own, as people start it, over one
//! transcript in order, and over a file for each channel, which must be put in order. Its peak is what Linux calls
//! `VmHWM`; elsewhere only the speed is told.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench reads the clock, prints, and stops when anything is wrong"
)]

#[path = "chat/month.rs"]
mod month;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use month::{CHANNELS, Month};

const TENTH: u64 = 100_000;
const WHOLE: u64 = 1_000_000;
const SEED: u64 = 7;

/// What a longer history may cost beyond a shorter one, in KiB: buffers for a few more sorted runs.
const ALLOWED: u64 = 8 * 1024;

/// Between two looks at the memory of a process.
const GLANCE: Duration = Duration::from_millis(2);

fn main() {
    let peaks = [TENTH, WHOLE].map(|messages| {
        let folder = tempfile::tempdir().expect("a folder");
        let (whole, channels) = write(folder.path(), messages);
        [
            scan(
                folder.path(),
                messages,
                "one transcript, each message alone",
                &[&whole],
                &["--independent"],
            ),
            scan(folder.path(), messages, "one transcript", &[&whole], &[]),
            scan(folder.path(), messages, "a file for each channel", &channels, &[]),
            scan(folder.path(), messages, "one transcript, as a table", &[&whole], &["--output", "table"]),
        ]
    });
    let [tenth, whole] = peaks;
    for (tenth, whole) in tenth.into_iter().zip(whole) {
        if let (Some(tenth), Some(whole)) = (tenth, whole) {
            assert!(whole <= tenth + ALLOWED, "memory grows: {tenth} KiB, then {whole} KiB");
        }
    }
}

/// The names of the whole transcript, and of its channels' files.
fn write(folder: &Path, messages: u64) -> (String, Vec<String>) {
    let create = |name: &str| BufWriter::new(File::create(folder.join(name)).expect("a file"));
    let names: Vec<String> = (0..CHANNELS).map(|channel| format!("{channel}.jsonl")).collect();
    let mut channels: Vec<_> = names.iter().map(|name| create(name)).collect();
    let mut whole = create("month.jsonl");
    let month = Month::new(SEED).expect("the examples");
    let see = |channel: usize, line: &[u8]| {
        channels[channel].write_all(line)?;
        whole.write_all(line)
    };
    month.each(messages, see).expect("room on the disk");
    whole.flush().expect("room on the disk");
    for channel in &mut channels {
        channel.flush().expect("room on the disk");
    }
    ("month.jsonl".to_owned(), names)
}

/// Prints how long a scan took and the most memory it held, and gives the latter in KiB.
fn scan<S: AsRef<str>>(
    folder: &Path,
    messages: u64,
    what: &str,
    files: &[S],
    arguments: &[&str],
) -> Option<u64> {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_aside"))
        .arg("scan")
        .args(arguments)
        .args(files.iter().map(AsRef::as_ref))
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let peak = watch(&mut child);
    let took = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "counts of messages are small")]
    let speed = messages as f64 / took;
    let held = peak.map_or_else(|| "unknown".to_owned(), |peak| format!("{peak} KiB"));
    println!("{messages} messages, {what}: {took:.1} s, {speed:.0} lines a second, {held} at most");
    peak
}

/// The most memory a process held, in KiB, until it ended well.
fn watch(child: &mut Child) -> Option<u64> {
    let mut peak = None;
    loop {
        peak = held(child.id()).or(peak);
        if let Some(status) = child.try_wait().expect("a child") {
            assert!(status.success(), "the scan failed: {status}");
            return peak;
        }
        std::thread::sleep(GLANCE);
    }
}

/// The most memory a process has held so far.
fn held(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
