//! `aside run` as a process of its own, whose time and memory are told apart from those of the embedded Discord.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use aside::simulator::Simulator;

/// Between two looks whether it has ended.
const GLANCE: Duration = Duration::from_millis(20);

/// Linux counts processor time in hundredths of a second.
/// Source: `man 5 proc_pid_stat`; `sysconf(_SC_CLK_TCK)` is 100 on every Linux we run on.
const TICK: Duration = Duration::from_millis(10);

/// A running bot.
pub(crate) struct Bot {
    child: Child,
}

impl Bot {
    /// Starts the program with its settings, log and database in `home`.
    pub(crate) fn launch(discord: &Simulator, home: &Path, config: &str, log: &str) -> Self {
        let file = home.join("config.toml");
        fs::write(&file, config).expect("the settings can be written");
        let written = File::options().create(true).append(true).open(log_of(home)).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_aside"))
            .args(["run", "--config"])
            .arg(&file)
            .env_clear()
            .env("DISCORD_TOKEN", discord.token())
            .env("DISCORD_API_BASE", discord.base())
            .env("ASIDE_DATABASE_URL", format!("sqlite://{}", home.join("aside.db").display()))
            .env("RUST_LOG", log)
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(written.try_clone().expect("a log"))
            .stderr(written)
            .spawn()
            .expect("the program starts");
        Self { child }
    }

    /// Its id, as the system counts processes.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, such as `TERM`, and waits until it has ended; none when it does not within `patience`.
    pub(crate) async fn end(mut self, signal: &str, patience: Duration) -> Option<ExitStatus> {
        let told = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status();
        assert!(told.expect("a signal can be sent").success(), "it has ended already");
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            tokio::time::sleep(GLANCE).await;
        }
        None
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it can be asked about")
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Where a bot in `home` writes what it says.
pub(crate) fn log_of(home: &Path) -> PathBuf {
    home.join("log")
}

/// The processor time that a process took so far, in its own code and in the system's for it.
pub(crate) fn cpu_of(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // What stands in brackets is a name, which may hold blanks.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// What Linux calls the memory that a process holds.
pub(crate) const HELD: &str = "VmRSS:";

/// The memory of a process, in KiB, by what Linux calls it.
pub(crate) fn memory_of(process: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
