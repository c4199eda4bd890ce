//! The database fails while the bot runs: nothing is said that is not kept, the program says what is wrong and ends, and
//! after the next start everything is there once.

use std::fs;
use std::path::Path;
use std::process::Command;

use aside::simulator::{Fault, Simulator, State, Trouble};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, ConnectOptions as _, Connection as _};

use crate::community::{GLANCE, Home, PATIENCE, RULES, harbor, private_threads, said, settled};
use crate::once::{LEAK, acknowledged, once, post};
use crate::process::{Process, has_listened};
use crate::server::Server;

/// Nothing stands in public, and nobody was called into a thread.
fn silent(discord: &Simulator) {
    assert_eq!(said(discord, discord.channel("general").unwrap()).len(), 0);
    assert_eq!(private_threads(discord).len(), 0);
}

/// The program ends with one sentence in which all of that is.
async fn ends(process: &mut Process, words: &[&str]) {
    let status = process.ended().await;
    let written = process.written();
    assert_eq!(status.code(), Some(1), "{written}");
    let last = written.lines().rfind(|line| line.starts_with("error: ")).unwrap_or_default();
    for word in words {
        assert!(last.contains(word), "{word:?} is not in: {last}");
    }
    assert!(!written.contains("falcon"), "no words of a member");
}

/// After the next start all is done, once.
async fn goes_on(discord: &Simulator, home: &Home) {
    let process = Process::start(discord, home, RULES).await;
    acknowledged(discord, "general").await;
    settled(discord, home).await.unwrap();
    once(discord).unwrap();
    process.stop().await;
}

/// A disk of a few megabytes.
struct Disk(tempfile::TempDir);

impl Disk {
    /// None where it may not be mounted.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(folder.path()).output();
        if mount.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: a small disk may be mounted by root only");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn home(&self) -> Home {
        Home::away(format!("sqlite://{}", self.path().join("aside.db").display()))
    }

    fn remount(&self, how: &str) {
        let done =
            Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.path()).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("--lazy").arg(self.path()).status().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_is_full() {
    let Some(disk) = Disk::mount() else { return };
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), disk.home());
    let mut process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    fs::write(disk.path().join("filling"), vec![0; 8 << 20]).unwrap_err();
    post(&discord, "alex", "general", LEAK);
    ends(
        &mut process,
        &["has no room left", "free some space", "Nothing was done on Discord that is not kept"],
    )
    .await;
    silent(&discord);
    fs::remove_file(disk.path().join("filling")).unwrap();
    goes_on(&discord, &home).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_may_not_be_written() {
    let Some(disk) = Disk::mount() else { return };
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), disk.home());
    let process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    process.stop().await;
    post(&discord, "alex", "general", LEAK);
    disk.remount("ro");
    let mut process = Process::launch(&discord, &home, RULES);
    ends(&mut process, &["cannot open the database", "must exist and be writable", "ASIDE_DATABASE_URL"])
        .await;
    silent(&discord);
    disk.remount("rw");
    goes_on(&discord, &home).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_locks_the_database_for_a_while() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    let mut other = AnyConnection::connect(&home.database()).await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    post(&discord, "alex", "general", LEAK);
    let told = async {
        while !process.written().contains("is locked by another process") {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, told).await.unwrap();
    silent(&discord);
    lock.rollback().await.unwrap();
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    process.stop().await;
}

/// As an operator goes by the manual: a backup while it runs, and back to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_damaged_and_a_backup_restored() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    let (file, backup) = (home.path().join("aside.db"), home.path().join("backup.db"));
    let copied = Command::new(env!("CARGO_BIN_EXE_aside"))
        .arg("backup")
        .arg(&backup)
        .env_clear()
        .env("ASIDE_DATABASE_URL", home.database())
        .current_dir(home.path())
        .output()
        .unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    damage(&file).await;
    post(&discord, "alex", "general", LEAK);
    ends(&mut process, &["the database is damaged", "restore the latest backup"]).await;
    silent(&discord);
    let mut process = Process::launch(&discord, &home, RULES);
    ends(&mut process, &["database"]).await;
    silent(&discord);
    for beside in ["aside.db", "aside.db-wal", "aside.db-shm"] {
        fs::remove_file(home.path().join(beside)).ok();
    }
    fs::rename(&backup, &file).unwrap();
    goes_on(&discord, &home).await;
}

/// Overwrites all but the first page, and has the program forget the others.
async fn damage(file: &Path) {
    let mut database = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE other (at INTEGER); PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut database)
        .await
        .unwrap();
    let pages = fs::read(file).unwrap();
    fs::write(file, [&pages[..4096], vec![0xa5; pages.len() - 4096].as_slice()].concat()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_database_ends_at_once() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let process = Process::start(&discord, &home, RULES).await;
    let mut second = Process::launch(&discord, &home, RULES);
    ends(&mut second, &["another process runs on the database", "stop that one first"]).await;
    post(&discord, "alex", "general", LEAK);
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_of_the_database_goes_away() {
    let Some(server) = Server::new() else { return };
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::away(server.database()));
    let mut process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    server.run("pg_ctl", &["-D", "data", "-m", "immediate", "-w", "stop"]);
    post(&discord, "alex", "general", LEAK);
    ends(&mut process, &["may have taken them over", "when it is started anew"]).await;
    silent(&discord);
    let mut process = Process::launch(&discord, &home, RULES);
    ends(&mut process, &["cannot open the database postgres://", "The server must run"]).await;
    server.start();
    goes_on(&discord, &home).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_lost_its_servers_to_another_process_does_nothing_more_in_them() {
    let Some(url) = crate::server::database() else { return };
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::away(url.clone()));
    let mut process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    // It would be sent again soon after.
    let soon = Trouble::RateLimited { retry_after: Some(4.0), global: false, shared: false };
    discord.fault(Fault::on("POST /channels/{}/threads", soon));
    post(&discord, "alex", "general", LEAK);
    let threads =
        |state: &State| state.requests().iter().filter(|it| it.fits("POST /channels/{}/threads")).count();
    discord.wait_until("a thread", |state| (threads(state) > 0).then_some(())).await.unwrap();
    let mut other = AnyConnection::connect(&url).await.unwrap();
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    sqlx::raw_sql(cut).execute(&mut other).await.unwrap();
    ends(&mut process, &["may have taken them over", "when it is started anew"]).await;
    assert_eq!(discord.read(threads), 1, "{}", process.written());
    silent(&discord);
    goes_on(&discord, &home).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_the_server_are_cut_while_a_matter_is_under_way() {
    let Some(url) = crate::server::database() else { return };
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::away(url.clone()));
    let process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    let mut pause = discord.pause_on("POST /channels/{}/threads", 1, aside::simulator::Moment::Before);
    post(&discord, "alex", "general", LEAK);
    pause.reached().await.unwrap();
    let mut other = AnyConnection::connect(&url).await.unwrap();
    // All but the one that holds its shards.
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() \
               AND pid <> pg_backend_pid() AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')";
    sqlx::raw_sql(cut).execute(&mut other).await.unwrap();
    pause.release();
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    process.stop().await;
}
