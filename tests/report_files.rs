//! `aside report`: the built program writes what is in the database as files.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use aside::case::clock::Promise;
use aside::case::{Rating, State};
use aside::detect::Category;
use aside::message::{ChannelId, GuildId};
use aside::policy::Response;
use aside::store::Database;
use aside::store::{Outcome, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;

#[path = "report/samples.rs"]
mod samples;

/// Long ago, whenever this runs.
const EARLIER: SignedDuration = SignedDuration::from_hours(24 * 1000);
const LAST: &str = "2023-11-16";

/// A folder with a database: the month in one server, and a few cases in another.
async fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aside.db");
    Database::open(&format!("sqlite://{}", file.display())).await.unwrap().close().await;
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
    let mut other = samples::cases(3, 6, 3);
    for row in &mut other {
        row.guild = GuildId(2);
    }
    for mut row in samples::cases(250, 60, 7).into_iter().chain(other) {
        for at in [Some(&mut row.opened), Some(&mut row.since), row.closed.as_mut()].into_iter().flatten() {
            *at -= EARLIER;
        }
        keep(&pool, &row).await;
    }
    pool.close().await;
    folder
}

async fn keep(pool: &SqlitePool, row: &Outcome) {
    sqlx::query("INSERT INTO outcomes (guild, number, opened, body) VALUES (?, ?, ?, ?)")
        .bind(row.guild.0.cast_signed())
        .bind(row.number)
        .bind(row.opened.as_millisecond())
        .bind(serde_json::to_string(row).unwrap())
        .execute(pool)
        .await
        .unwrap();
}

fn report(folder: &Path, args: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_aside"));
    let asked = program.arg("report").args(args).current_dir(folder).env_clear();
    asked.output().expect("the program runs")
}

fn figures(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_month_becomes_three_files() {
    let folder = folder().await;
    let output =
        report(folder.path(), &["--period", "month", "--until", LAST, "--guild", "1", "--to", "out/july"]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "report.md, report.png and report.json are in out/july\n");
    let out = folder.path().join("out/july");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    let document = fs::read_to_string(out.join("report.md")).unwrap();
    let cases = figures(&out)["now"]["cases"].as_u64().unwrap();
    assert!(cases > 100, "{cases}");
    for part in [
        "# Report: 18 October to 16 November 2023\n",
        &format!("**{cases} cases**"),
        "](report.png)",
        "## What to change\n\n1. **",
        "| channel 101 |",
    ] {
        assert!(document.contains(part), "{part}: {document}");
    }
    let picture = png::Decoder::new(std::io::Cursor::new(fs::read(out.join("report.png")).unwrap()));
    let info = picture.read_info().unwrap();
    assert_eq!((info.info().width, info.info().height), (aside::report::WIDTH, aside::report::HEIGHT));
}

#[tokio::test]
async fn without_a_server_all_of_them_are_told_together() {
    let folder = folder().await;
    let all = report(folder.path(), &["--until", LAST]);
    assert!(all.status.success(), "{all:?}");
    let document = fs::read_to_string(folder.path().join("report.md")).unwrap();
    assert!(document.contains(" in 2 servers together"), "{document}");
    let together = figures(folder.path())["now"]["cases"].as_u64().unwrap();
    let alone = report(folder.path(), &["--until", LAST, "--guild", "2"]);
    assert!(alone.status.success(), "{alone:?}");
    let other = figures(folder.path())["now"]["cases"].as_u64().unwrap();
    assert!(other == 3 && together > other, "{other} of {together}");
}

#[tokio::test]
async fn a_server_that_never_had_a_case_is_a_mistake() {
    let folder = folder().await;
    let output = report(folder.path(), &["--guild", "77"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: server 77 never had a case"), "{said}");
    assert!(!folder.path().join("report.md").exists());
}

#[tokio::test]
async fn a_quiet_server_has_a_report_too() {
    let folder = folder().await;
    let output = report(folder.path(), &["--until", "2022-01-31"]);
    assert!(output.status.success(), "{output:?}");
    let document = fs::read_to_string(folder.path().join("report.md")).unwrap();
    assert!(document.contains("**No cases**, and none in the 7 days before."), "{document}");
}

#[tokio::test]
async fn a_servers_own_hours_are_its_days() {
    let folder = folder().await;
    let config =
        "[server.1]\nquiet_hours = { from = \"22:00\", to = \"07:00\", time_zone = \"Asia/Tokyo\" }\n";
    fs::write(folder.path().join("config.toml"), config).unwrap();
    let output = report(folder.path(), &["--until", LAST, "--guild", "1"]);
    assert!(output.status.success(), "{output:?}");
    let figures = figures(folder.path());
    assert_eq!(figures["period"]["zone"], "Asia/Tokyo");
    assert_eq!(figures["period"]["from"], "2023-11-09T15:00:00Z");

    let hours = "working_hours = { days = [\"mon\"], from = \"08:00\", to = \"20:00\", time_zone = \"America/New_York\" }\n";
    fs::write(folder.path().join("config.toml"), format!("{config}{hours}")).unwrap();
    let output = report(folder.path(), &["--until", LAST, "--guild", "1"]);
    assert!(output.status.success(), "{output:?}");
    let figures = self::figures(folder.path());
    assert_eq!(figures["period"]["zone"], "America/New_York", "working hours come first");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = folder().await;
    fs::write(folder.path().join("taken"), "").unwrap();
    let output = report(folder.path(), &["--to", "taken"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: cannot write taken: "), "{said}");
}
