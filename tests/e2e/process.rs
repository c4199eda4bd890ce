//! The program itself as another process, which can be killed.

use std::fs::{self, File};
use std::net::TcpListener;
use std::process::{Child, Command, ExitStatus, Stdio};

use aside::simulator::Simulator;

use crate::community::{GLANCE, Home, PATIENCE, another_session};

/// `aside run` as a child process.
pub(crate) struct Process {
    child: Child,
    log: std::path::PathBuf,
}

impl Process {
    /// Starts the program without waiting for anything.
    pub(crate) fn launch(discord: &Simulator, home: &Home, config: &str) -> Self {
        Self::launch_with(discord, home, config, &[])
    }

    /// As [`Self::launch`], with more or other environment variables.
    pub(crate) fn launch_with(
        discord: &Simulator,
        home: &Home,
        config: &str,
        environment: &[(&str, &str)],
    ) -> Self {
        let file = home.path().join("config.toml");
        fs::write(&file, config).unwrap();
        let log = home.path().join("log");
        let written = File::options().create(true).append(true).open(&log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_aside"))
            .args(["run", "--config"])
            .arg(&file)
            .env_clear()
            .env("DISCORD_TOKEN", discord.token())
            .env("DISCORD_API_BASE", discord.base())
            .env("ASIDE_DATABASE_URL", home.database())
            .env("RUST_LOG", "aside=trace,info")
            .envs(environment.iter().copied())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(written.try_clone().unwrap())
            .stderr(written)
            .spawn()
            .unwrap();
        Self { child, log }
    }

    /// Starts the program and waits until it has a session of its own.
    pub(crate) async fn start(discord: &Simulator, home: &Home, config: &str) -> Self {
        let before = discord.read(|state| state.sessions_opened().0);
        let process = Self::launch(discord, home, config);
        let opened = another_session(discord, before).await;
        opened.unwrap_or_else(|error| panic!("{error}\n{}", process.written()));
        process
    }

    /// Everything the program has written so far, to standard output and standard error.
    pub(crate) fn written(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Kills it, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "SIG{name} could not be sent");
    }

    /// Waits for it to end by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let ending = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, ending).await;
        ended.unwrap_or_else(|_| panic!("the program does not end\n{}", self.written()))
    }

    /// Asks it to stop, and waits until it has stopped in order.
    pub(crate) async fn stop(self) {
        self.stopped().await;
    }

    /// As [`Self::stop`]; everything it has written.
    pub(crate) async fn stopped(mut self) -> String {
        self.signal("TERM");
        let status = self.ended().await;
        assert_eq!(status.code(), Some(0), "{}", self.written());
        self.written()
    }

    /// What another run of the program with the same settings answers to `arguments`, and its exit code.
    pub(crate) async fn asked(home: &Home, arguments: &[&str]) -> (Option<i32>, String) {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_aside"))
            .args(arguments)
            .env_clear()
            .current_dir(home.path())
            .output()
            .await
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A proxy that lets nothing through and counts who asks.
pub(crate) struct Trap(TcpListener);

impl Trap {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// Whether anyone tried to go through it.
    pub(crate) fn caught(&self) -> bool {
        self.0.accept().is_ok()
    }

    /// Waits until someone tries to go through it.
    pub(crate) async fn catches(&self) {
        let catching = async {
            while !self.caught() {
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::time::timeout(PATIENCE, catching).await.unwrap();
    }
}

/// Waits until the database says that the bot has listened.
pub(crate) async fn has_listened(home: &Home) {
    home.until("SELECT count(*) > 0 FROM alive").await.unwrap();
}
