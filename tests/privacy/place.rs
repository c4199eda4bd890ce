//! A store in which things happened.

use aside::case::action::{Action, Enclosure, Receipt, Speech};
use aside::case::clock::Promise;
use aside::case::{Case, Detail, End, Ending, Event, Matter, Surroundings};
use aside::config::GuildSettings;
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, MessageId, UserId};
use aside::policy::raid::Extent;
use aside::policy::{Acted, Mode, Response};
use aside::store::Database;
use aside::store::{
    CaseNote, Example, Judged, Line, NewChange, Notice, Noticed, Pending, Store, Terms, Whose,
};
use jiff::{SignedDuration, Timestamp};
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection as _};
use tempfile::TempDir;

use crate::server;

pub(crate) const HARBOR: GuildId = GuildId(1);
pub(crate) const GENERAL: ChannelId = ChannelId(10);
pub(crate) const STAFF: ChannelId = ChannelId(12);
/// Whose number stands nowhere by chance.
pub(crate) const ALEX: UserId = UserId(700_700_700_701);
pub(crate) const SAM: UserId = UserId(800_800_800_801);
pub(crate) const MIA: UserId = UserId(900_900_900_901);

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

pub(crate) fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

/// A message of this moment; `at` tells several apart.
pub(crate) fn message(at: u64) -> MessageId {
    MessageId(MessageId::at(now()).0 + at)
}

pub(crate) struct Plain;

impl Terms for Plain {
    fn choose(&self, _: &mut Speech) {}

    fn promise(&self) -> &Promise {
        const MINUTES: SignedDuration = SignedDuration::from_mins(5);
        static PROMISE: Promise = Promise {
            remind_after: MINUTES,
            escalate_after: MINUTES,
            hours: None,
            expire_after: SignedDuration::from_hours(7 * 24),
        };
        &PROMISE
    }

    fn now(&self) -> Timestamp {
        now()
    }
}

pub(crate) fn matter(at: u64, response: Response) -> Matter {
    Matter {
        message: message(at),
        channel: GENERAL,
        home: GENERAL,
        category: Category::SensitiveInfo,
        rule: "rule".to_owned(),
        kinds: vec![Kind::Card],
        response,
        acknowledgment: None,
        quiet: false,
        enclosure: (response == Response::Shield).then(|| Enclosure("masked words".to_owned())),
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
    }
}

pub(crate) fn notice(member: UserId, at: u64) -> Notice {
    let acted = Acted {
        rule: "rule".into(),
        category: Category::SensitiveInfo,
        done: true,
        quiet: false,
        member,
        at: now(),
    };
    Notice {
        guild: HARBOR,
        member,
        matter: matter(at, Response::TakeAside),
        surroundings: Surroundings { alerts: vec![STAFF], auto_archive: 1440, ..Surroundings::default() },
        acted: Some(acted),
        // Each is a case of its own.
        join_since: now() + days(1),
        now: now(),
    }
}

pub(crate) fn success(pending: &Pending) -> Receipt {
    match &pending.action {
        Action::RemoveMessage { .. } | Action::Withdraw { .. } => Receipt::Removed,
        Action::OpenThread { .. } | Action::OpenDirect { .. } => Receipt::Opened(ChannelId(20)),
        Action::AddMember { .. } => Receipt::Joined,
        Action::CloseThread { .. } | Action::ArchiveThread { .. } => Receipt::Closed,
        Action::UnarchiveThread { .. } => Receipt::Reopened,
        Action::Post(_) => Receipt::Posted(MessageId(50)),
        Action::Edit { .. } => Receipt::Edited,
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

    fn url(&self) -> String {
        let file = || format!("sqlite://{}", self.folder().join("aside.db").display());
        self.server.clone().unwrap_or_else(file)
    }

    pub(crate) async fn open(&self) -> Database {
        Database::open(&self.url()).await.unwrap()
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) async fn connect(&self) -> AnyConnection {
        install_default_drivers();
        AnyConnection::connect(&self.url()).await.unwrap()
    }

    /// Whether `text` stands anywhere at rest: in a file every byte counts, the write-ahead file included, in a server what
    /// is not deleted.
    pub(crate) async fn holds(&self, text: &str) -> bool {
        if self.server.is_some() {
            return !self.mentioning(text).await.is_empty();
        }
        let files = std::fs::read_dir(self.folder()).unwrap();
        let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// The answer to a question about the database.
    pub(crate) async fn count(&self, question: &'static str) -> i64 {
        sqlx::query_scalar(question).fetch_one(&mut self.connect().await).await.unwrap()
    }

    /// The tables there are.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let query = if self.server.is_some() {
            "SELECT CAST(tablename AS text) AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY name"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        };
        sqlx::query_scalar(query).fetch_all(&mut self.connect().await).await.unwrap()
    }

    /// The tables in which `person` is named, in whatever column and however deep in it.
    pub(crate) async fn naming(&self, person: UserId) -> Vec<String> {
        self.mentioning(&person.to_string()).await
    }

    async fn mentioning(&self, text: &str) -> Vec<String> {
        let mut database = self.connect().await;
        let mut mentioning = Vec::new();
        for table in self.tables().await {
            if self.cells(&mut database, &table).await.iter().any(|cell| cell.contains(text)) {
                mentioning.push(table);
            }
        }
        mentioning
    }

    /// Everything in a table, as text.
    async fn cells(&self, database: &mut AnyConnection, table: &str) -> Vec<String> {
        if self.server.is_some() {
            let query = sqlx::AssertSqlSafe(format!("SELECT CAST(rows AS text) FROM {table} AS rows"));
            return sqlx::query_scalar(query).fetch_all(database).await.unwrap();
        }
        let query = sqlx::AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')"));
        let columns: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut *database).await.unwrap();
        let columns: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let query = sqlx::AssertSqlSafe(format!("SELECT {} FROM {table}", columns.join(" || ' ' || ")));
        sqlx::query_scalar(query).fetch_all(database).await.unwrap()
    }
}

/// Performs what is committed until nothing is left to be done.
pub(crate) async fn carry_out(store: &Database) -> Vec<&'static str> {
    let mut done = Vec::new();
    while let Some(pending) = store.pending().await.unwrap().first().cloned() {
        done.push(pending.action.name());
        store.settle(pending.id, Event::Performed(success(&pending)), &Plain).await.unwrap();
    }
    done
}

pub(crate) async fn open_case(store: &Database, notice: Notice) -> u32 {
    let noticed = store.notice(notice, &Plain).await.unwrap();
    let Noticed::Opened(number, _) = noticed else { panic!("a new case, not {noticed:?}") };
    carry_out(store).await;
    number
}

pub(crate) async fn happens(store: &Database, number: u32, event: Event) {
    store.happen(HARBOR, Whose::Number(number), event, &Plain).await.unwrap().unwrap();
}

/// Ends a case at `at`, with nothing left to be done.
pub(crate) async fn settle(store: &Database, number: u32, at: Timestamp) {
    let outcome = Some("refunded to Alex P.".to_owned());
    happens(store, number, Event::Ended(Ending { outcome, ..Ending::by(End::Resolved, MIA, at) })).await;
    carry_out(store).await;
}

pub(crate) fn example(at: u64, author: UserId, by: UserId) -> Example {
    Example {
        message: message(at),
        author: Some(author),
        channel: GENERAL,
        home: GENERAL,
        judged: Judged::FalseAlarm,
        rule: None,
        by,
        text: "judged words".to_owned(),
        heat: 0.1,
        found: Vec::new(),
        patterns: Vec::new(),
    }
}

pub(crate) fn line(number: u32, at: u64, author: UserId, words: &str) -> Line {
    Line { number, message: message(at), author, at: now(), edited: None, words: words.to_owned() }
}

pub(crate) fn note(by: UserId, words: &str) -> CaseNote {
    CaseNote { by, at: now(), words: words.to_owned() }
}

/// Alex in every part there is: as the member of an open case (1) and of one that is over (2), as the other one of an
/// exchange (3), as whoever was asked and began a raid (4, 5), and as a moderator (6).
pub(crate) async fn everything_about_alex(store: &Database) {
    let open = open_case(store, notice(ALEX, 1)).await;
    let details = Detail { label: "order number".to_owned(), text: "given details".to_owned() };
    happens(store, open, Event::Detailed(vec![details])).await;
    let over = open_case(store, notice(ALEX, 2)).await;
    settle(store, over, now()).await;
    let mut exchange = notice(SAM, 3);
    exchange.matter.companion = Some(ALEX);
    let exchange = open_case(store, exchange).await;
    let mut asked = notice(SAM, 4);
    asked.matter.parties = vec![ALEX];
    let asked = open_case(store, asked).await;
    settle(store, asked, now()).await;
    let extent = Extent { members: 6, messages: 6, first: vec![(GENERAL, message(5))] };
    let raid =
        Case::raid(HARBOR, ALEX, matter(5, Response::TakeAside), Surroundings::default(), extent, now());
    store.open(raid, &Plain).await.unwrap();
    let helped = open_case(store, notice(SAM, 6)).await;
    happens(store, helped, Event::Claimed { by: ALEX, from: None }).await;
    carry_out(store).await;
    for (number, by, words) in
        [(open, MIA, "about Alex"), (over, MIA, "about Alex"), (helped, ALEX, "by Alex")]
    {
        store.note_case(HARBOR, number, &note(by, words)).await.unwrap();
    }
    for (number, at, author) in [(open, 20, ALEX), (over, 21, MIA), (exchange, 22, ALEX), (exchange, 23, SAM)]
    {
        let words = if author == ALEX { "written by Alex" } else { "written by others" };
        store.transcribe(HARBOR, &line(number, at, author, words), now()).await.unwrap();
    }
    store.keep_example(HARBOR, now(), &example(2, ALEX, MIA)).await.unwrap();
    store.keep_example(HARBOR, now(), &example(7, SAM, ALEX)).await.unwrap();
    store.set_language(ALEX, "de", now()).await.unwrap();
    store.propose(HARBOR, now(), &format!("{{\"by\":{ALEX},\"done\":\"a proposal\"}}")).await.unwrap();
    let settings = GuildSettings { mode: Some(Mode::Observe), ..GuildSettings::default() };
    let parts = GuildSettings::default().difference(&settings);
    let change = NewChange { guild: HARBOR, from: 0, settings, parts, by: ALEX, at: now(), undoes: None };
    store.change(change).await.unwrap();
}
