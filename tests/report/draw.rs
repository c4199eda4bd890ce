//! Draws the reports of made-up cases, to be looked at: `cargo run --example report -- FOLDER`.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "whoever draws wants to know at once")]

use std::path::Path;
use std::{env, fs};

use aside::case::clock::Promise;
use aside::case::{Rating, State};
use aside::detect::Category;
use aside::message::{ChannelId, GuildId};
use aside::policy::Response;
use aside::report::{Length, Period, Report};
use aside::store::Outcome;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

mod samples;

fn main() {
    let folder = env::args().nth(1).expect("the folder that the pictures go to");
    let pictures = [
        ("month", samples::cases(250, 60, 7), Length::Month),
        ("week", samples::cases(60, 14, 7), Length::Week),
        ("quiet", samples::cases(3, 6, 3), Length::Week),
        ("empty", Vec::new(), Length::Month),
        ("large", samples::cases(20_000, 60, 7), Length::Month),
    ];
    for (name, rows, length) in pictures {
        let picture = report(&rows, length).picture().expect("it is drawn");
        fs::write(Path::new(&folder).join(format!("{name}.png")), picture)
            .expect("the folder can be written");
    }
}

fn report(rows: &[Outcome], length: Length) -> Report {
    let now: Timestamp = samples::NOW.parse().unwrap();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Report::of(rows, Period::up_to(now, length, &zone), now, &samples::promise())
}
