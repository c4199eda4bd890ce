//! Where a store can be, and what happens in it.

use aside::case::action::{Enclosure, Receipt, Speech};
use aside::case::clock::Promise;
use aside::case::{Event, Matter, Surroundings};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, MessageId, UserId};
use aside::policy::{Acted, Response};
use aside::store::{Database, Notice, Noticed, Pending, Store, Terms};
use jiff::{SignedDuration, Timestamp};
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection as _, Row as _};
use tempfile::TempDir;

use crate::relay::Relay;
use crate::server;

pub(crate) const ALEX: UserId = UserId(2);
pub(crate) const GENERAL: ChannelId = ChannelId(10);
pub(crate) const HARBOR: GuildId = GuildId(1);

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

pub(crate) fn hour() -> SignedDuration {
    SignedDuration::from_hours(1)
}

pub(crate) fn notice(guild: GuildId, member: UserId, message: u64, response: Response) -> Notice {
    let matter = Matter {
        message: MessageId(message),
        channel: GENERAL,
        home: GENERAL,
        category: Category::SensitiveInfo,
        rule: "rule".to_owned(),
        kinds: vec![Kind::Card],
        response,
        acknowledgment: None,
        quiet: false,
        enclosure: Some(Enclosure("masked words".to_owned())),
        removed: false,
        would: None,
        because: String::new(),
        by: None,
        answer: None,
        parties: Vec::new(),
        companion: None,
        beside: None,
        alert: false,
        covered: false,
        deleted: false,
        asked_for: false,
        ask: Vec::new(),
    };
    let acted =
        Acted { rule: "rule".into(), category: matter.category, done: true, quiet: false, member, at: now() };
    let surroundings = Surroundings { auto_archive: 1440, ..Surroundings::default() };
    Notice { guild, member, matter, surroundings, acted: Some(acted), join_since: now() - hour(), now: now() }
}

/// Words stay as they are, and members are answered within minutes.
pub(crate) struct Plain;

impl Terms for Plain {
    fn choose(&self, _: &mut Speech) {}

    fn promise(&self) -> &Promise {
        const MINUTES: SignedDuration = SignedDuration::from_mins(5);
        const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
        static PROMISE: Promise =
            Promise { remind_after: MINUTES, escalate_after: MINUTES, hours: None, expire_after: WEEK };
        &PROMISE
    }

    fn now(&self) -> Timestamp {
        now()
    }
}

pub(crate) async fn noticed(store: &impl Store, notice: Notice) -> Noticed {
    store.notice(notice, &Plain).await.unwrap()
}

pub(crate) async fn settled(store: &impl Store, pending: &Pending, receipt: Receipt) -> Option<Pending> {
    store.settle(pending.id, Event::Performed(receipt), &Plain).await.unwrap()
}

pub(crate) fn first(noticed: Noticed) -> Pending {
    match noticed {
        Noticed::Opened(_, Some(pending)) => pending,
        other => panic!("a new case with an action, not {other:?}"),
    }
}

/// An SQLite file, or a database of a PostgreSQL server.
pub(crate) struct Place {
    folder: TempDir,
    server: Option<String>,
}

impl Place {
    pub(crate) fn file() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), server: None }
    }

    /// None where there is no PostgreSQL.
    pub(crate) fn server() -> Option<Self> {
        Some(Self { folder: tempfile::tempdir().unwrap(), server: Some(server::database()?) })
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("aside.db")
    }

    pub(crate) fn url(&self) -> String {
        self.server.clone().unwrap_or_else(|| format!("sqlite://{}", self.path().display()))
    }

    pub(crate) async fn open(&self) -> Database {
        Database::open(&self.url()).await.unwrap()
    }

    /// The address of the same database over the network, and the way there; only of one in a server.
    pub(crate) async fn at_a_distance(&self) -> (String, Relay) {
        let url = self.url();
        let (database, socket) = url.split_once("?host=").unwrap();
        let relay = Relay::to(format!("{socket}/.s.PGSQL.5432")).await;
        (database.replace("localhost", &format!("127.0.0.1:{}", relay.port())), relay)
    }

    pub(crate) async fn connect(&self) -> AnyConnection {
        install_default_drivers();
        AnyConnection::connect(&self.url()).await.unwrap()
    }

    /// Does something to the database behind the store's back.
    pub(crate) async fn change(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&mut self.connect().await).await.unwrap();
    }

    /// The answer to a question about the database.
    pub(crate) async fn count(&self, question: &'static str) -> i64 {
        sqlx::query(question).fetch_one(&mut self.connect().await).await.unwrap().get(0)
    }

    /// Whether `text` stands anywhere at rest, the write-ahead file included.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }
}
