//! The built program, as people run it: what it prints, where, and the exit code that answers.
//!
//! `tests/cli/*.toml` hold the cases. Each runs in an empty folder of its own.
//!
//! | key | is |
//! |---|---|
//! | `does` | what the case shows |
//! | `args`, `stdin`, `env` | what the program is given |
//! | `files` | what is in the folder |
//! | `exit` | the exit code; 0 unless given |
//! | `stdout`, `stderr` | all that is printed |
//! | `stdout_has`, `stderr_has` | some of what is printed |
//! | `lacks` | what is printed nowhere |

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    does: String,
    args: Vec<String>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    exit: i32,
    stdout: Option<String>,
    stderr: Option<String>,
    #[serde(default)]
    stdout_has: Vec<String>,
    #[serde(default)]
    stderr_has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

/// The program with nothing in its environment that could change what it does.
fn start(args: &[String], env: &BTreeMap<String, String>, folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_aside"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn run(case: &Case) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in &case.files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("inside the folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }
    let mut child = start(&case.args, &case.env, folder.path());
    // A program that does not read its input may have ended already.
    drop(child.stdin.take().expect("piped").write_all(case.stdin.as_bytes()));
    child.wait_with_output().expect("the program ends")
}

/// `output` with every heat as `…`: how hot a message is depends on the weights, and is judged elsewhere.
fn without_heat(output: &str) -> String {
    let heat = regex::Regex::new(r#"("heat":|^ +\S+  )[01](?:\.[0-9]+)?(?:e-[0-9]+)?"#).expect("valid");
    output.split_inclusive('\n').map(|line| heat.replace(line, "$1…")).collect()
}

fn check(case: &Case) {
    let output = run(case);
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    let all = format!("{}\n--- stdout\n{stdout}--- stderr\n{stderr}---", case.does);
    assert_eq!(output.status.code(), Some(case.exit), "{all}");
    if let Some(expected) = &case.stdout {
        assert_eq!(&without_heat(&stdout), expected, "{all}");
    }
    if let Some(expected) = &case.stderr {
        assert_eq!(&stderr, expected, "{all}");
    }
    assert!(case.stdout_has.iter().all(|part| stdout.contains(part)), "{all}");
    assert!(case.stderr_has.iter().all(|part| stderr.contains(part)), "{all}");
    let never = case.lacks.iter().map(String::as_str).chain(["panicked", "RUST_BACKTRACE"]);
    for part in never {
        assert!(!stdout.contains(part) && !stderr.contains(part), "{part}: {all}");
    }
}

fn check_all(cases: &str) {
    let cases: Cases = toml::from_str(cases).expect("valid cases");
    cases.case.iter().for_each(check);
}

#[test]
fn usage_and_configuration() {
    check_all(include_str!("cli/usage.toml"));
}

#[test]
fn scanning() {
    check_all(include_str!("cli/scan.toml"));
}

#[test]
fn checking() {
    check_all(include_str!("cli/check.toml"));
}

#[test]
fn reporting() {
    check_all(include_str!("cli/report.toml"));
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = start(&["scan".to_owned()], &BTreeMap::new(), folder.path());
    let mut stdin = child.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || stdin.write_all("hello\n".repeat(5_000).as_bytes()));
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    assert!(line.starts_with('{'), "{line}");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    // The program may have ended before all was written.
    drop(writer.join().expect("the writer ends"));
}
