//! A throwaway PostgreSQL, where its programs are installed: one server a test process, a database of its own each test.
//!
//! Where they are not, tests say that they skip; with `ASIDE_TEST_POSTGRES` set, they fail instead.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Whoever runs the server where the tests run as root, which it refuses: user and group of `nobody`.
const NOBODY: u32 = 65534;

/// A server in a folder of its own, which ends and leaves nothing behind when this process does, however it does.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    /// Runs the programs as this user.
    user: Option<u32>,
    databases: AtomicU32,
    /// Stops the server once the pipe to it is closed, by us or by our end.
    _watch: Child,
}

/// The address of a database in which nothing is; none where there is no PostgreSQL.
pub(crate) fn database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    Some(SERVER.get_or_init(Server::new).as_ref()?.database())
}

impl Server {
    /// A server that runs; none where its programs are not installed.
    pub(crate) fn new() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("ASIDE_TEST_POSTGRES").is_none(), "PostgreSQL is not installed");
            eprintln!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("aside-pg-").tempdir().unwrap().keep();
        let user =
            (fs::metadata(&folder).unwrap().uid() == 0).then(|| user_named("postgres").unwrap_or(NOBODY));
        if user.is_some() {
            chown(&folder, user, user).unwrap();
        }
        let watch = watch(&programs, &folder, user);
        let server = Self { programs, folder, user, databases: AtomicU32::new(0), _watch: watch };
        server.run(
            "initdb",
            &["-D", "data", "-U", "aside", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
        );
        server.start();
        Some(server)
    }

    /// Starts it, and waits until it answers.
    pub(crate) fn start(&self) {
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=200",
            self.folder.display()
        );
        self.run("pg_ctl", &["-D", "data", "-l", "log", "-w", "-t", "120", "-o", &options, "start"]);
    }

    /// The address of a database in which nothing is.
    pub(crate) fn database(&self) -> String {
        let name = format!("aside_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let socket = self.folder.display().to_string();
        self.run("createdb", &["-h", &socket, "-U", "aside", &name]);
        format!("postgres://aside@localhost/{name}?host={socket}")
    }

    /// Runs one of its programs to its end.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).env_remove("LC_ALL");
        // The server goes on, and would keep pipes open.
        let output = self.folder.join("output");
        command.stdout(fs::File::create(&output).unwrap()).stderr(fs::File::create(&output).unwrap());
        become_user(&mut command, self.user);
        let done = command.status().unwrap();
        assert!(done.success(), "{program}: {done}: {}", fs::read_to_string(output).unwrap_or_default());
    }
}

fn become_user(command: &mut Command, user: Option<u32>) {
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
}

fn watch(programs: &Path, folder: &Path, user: Option<u32>) -> Child {
    let mut command = Command::new("sh");
    command
        .args(["-c", "cat; \"$1/pg_ctl\" -D \"$2/data\" -m immediate stop; rm -rf \"$2\""])
        .args(["watch".as_ref(), programs.as_os_str(), folder.as_os_str()])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What ends the tests from the keyboard is not to end this.
        .process_group(0);
    become_user(&mut command, user);
    command.spawn().unwrap()
}

/// Where its programs are: on the path, or where Debian puts them, the latest version.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed =
        |folder: &PathBuf| ["initdb", "pg_ctl", "createdb"].iter().all(|name| folder.join(name).is_file());
    let on_path = std::env::split_paths(&path).find(installed);
    on_path.or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut folders: Vec<PathBuf> =
            versions.filter_map(|one| Some(one.ok()?.path().join("bin"))).collect();
        folders.sort();
        folders.into_iter().rev().find(installed)
    })
}

fn user_named(name: &str) -> Option<u32> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    line.split(':').nth(2)?.parse().ok()
}
