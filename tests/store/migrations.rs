//! A database of any earlier version goes on where it was; one of a later version is left alone.

use aside::case::action::{Action, Receipt};
use aside::case::cause::CauseNotice;
use aside::case::{Reason, State};
use aside::detect::Category;
use aside::message::{ChannelId, GuildId, MessageId, UserId};
use aside::policy::Response;
use aside::policy::cause::Cause;
use aside::store::{Database, Noticed, Store, StoreError, Whose};
use jiff::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use crate::place::{ALEX, HARBOR, Place, hour, notice, noticed, now, settled};

/// The migrations, in order.
const MIGRATIONS: [(i64, &str, &str); 8] = [
    (1, "cases", include_str!("../../src/store/sql/sqlite/1_cases.sql")),
    (2, "conversations", include_str!("../../src/store/sql/sqlite/2_conversations.sql")),
    (3, "settings", include_str!("../../src/store/sql/sqlite/3_settings.sql")),
    (4, "life", include_str!("../../src/store/sql/sqlite/4_life.sql")),
    (5, "causes", include_str!("../../src/store/sql/sqlite/5_causes.sql")),
    (6, "privacy", include_str!("../../src/store/sql/sqlite/6_privacy.sql")),
    (7, "alerts", include_str!("../../src/store/sql/sqlite/7_alerts.sql")),
    (8, "faults", include_str!("../../src/store/sql/sqlite/8_faults.sql")),
];

/// What versions up to the third wrote of a case; from the fourth on it has a step, and clocks.
const CASE: &str = r#"{"guild":1,"number":1,"member":2,"opened":"2027-01-15T08:00:00Z",
    "matter":{"message":5,"channel":10,"home":10,"category":"boiling_point","rule":"rule","kinds":["anger"],
        "response":"take_aside","acknowledgment":null,"quiet":false,"enclosure":null,"removed":false},
    "further":[],"surroundings":{"moderators":[30],"desk":null,"alerts":[],"auto_archive":1440},
    "STATE":"acknowledging","place":{"rung":"thread","channel":20},"problems":[],"alerted":false,
    "acknowledgment":null,"unacknowledged":false}"#;

const LATER: &str = r#""since":"2027-01-15T08:00:00Z","active":"2027-01-15T08:00:00Z",
    "told":{"channel":12,"message":77},"step""#;

const ACTION: &str = r#"{"post":{"channel":10,"words":{"utterance":"acknowledgment",
    "variant":0,"facts":{"member":2,"moderators":[30],"number":1,"kinds":["anger"],"channel":10,"thread":20,
        "link":"https://discord.com/channels/1/10/5","category":"boiling_point","rule":"rule","alerted":false,
        "removed":false,"problem":null}},
    "reply_to":5,"members":[2],"roles":[],"number":1,"buttons":[],"enclosure":null}}"#;

const EXAMPLE: &str = r#"{"message":5,"channel":10,"home":10,"judged":"missed","rule":null,"by":9,
    "text":"my card is masked","heat":0.1,"found":[]}"#;

const OUTCOME: &str = r#"{"guild":1,"number":1,"opened":"2027-01-15T08:00:00Z","since":"2027-01-15T08:00:00Z",
    "category":"boiling_point","rule":"rule","channel":10,"response":"take_aside","held_back":false,"state":"open",
    "outcome":null,"reason":null,"closed":null,"first_answer":null,"promised":null,"needed_people":true,"rating":null}"#;

/// A cause of the case, which moderator 9 called over.
fn cause() -> String {
    let cause = Cause {
        lead: 1,
        category: Category::BoilingPoint,
        kinds: Vec::new(),
        cases: vec![1],
        members: vec![ALEX],
        channels: Vec::new(),
        keywords: Vec::new(),
        since: now(),
        until: now(),
    };
    let mut notice = CauseNotice::new(HARBOR, cause, Vec::new(), vec![ChannelId(12)]);
    notice.over = Some(aside::case::cause::Over { by: Some(UserId(9)), at: now(), outcome: None });
    serde_json::to_string(&notice).unwrap()
}

/// What a version wrote that knew the first so many migrations, of a case that is being acknowledged.
fn rows(version: i64) -> Vec<String> {
    let case = CASE.replace("\"STATE\"", if version < 4 { "\"state\"" } else { LATER });
    let at = now().as_millisecond();
    let columns = ["", "thread", "state", "due", "told, raid"];
    let [_, thread, state, due, told] = columns;
    let (mut names, mut values) =
        (vec!["guild, number, member, opened, body"], vec![format!("1, 1, 2, {at}, '{case}'")]);
    for (since, name, value) in [
        (2, thread, "20".to_owned()),
        (4, state, "'in_thread'".to_owned()),
        (4, due, at.to_string()),
        (8, told, "77, 0".to_owned()),
    ] {
        if version >= since {
            names.push(name);
            values.push(value);
        }
    }
    let urgency = if version >= 2 { ("urgency, ", "1, ") } else { ("", "") };
    let mut rows = vec![
        format!("INSERT INTO cases ({}) VALUES ({})", names.join(", "), values.join(", ")),
        "INSERT INTO noticed VALUES (1, 5, 0, 1)".to_owned(),
        format!(
            "INSERT INTO outbox ({}guild, number, action) VALUES ({}1, 1, '{ACTION}')",
            urgency.0, urgency.1
        ),
    ];
    rows.extend((1..=version).flat_map(|migration| since(migration, version)));
    rows
}

/// What came with a migration besides, as that version wrote it.
fn since(migration: i64, version: i64) -> Vec<String> {
    let at = now().as_millisecond();
    match migration {
        1 if version == 1 => {
            vec![format!("INSERT INTO acknowledged VALUES (1, 10, 2, '\"boiling_point\"', {at})")]
        }
        1 if version < 8 => vec![format!("INSERT INTO alive VALUES (1, {at})")],
        1 => vec![format!("INSERT INTO alive VALUES (2, 0, {at}), (2, 1, {at})")],
        2 => vec![format!("INSERT INTO acted VALUES (1, 10, 2, 'rule', '\"boiling_point\"', 1, 0, {at})")],
        3 => vec![
            "INSERT INTO guild_settings VALUES (1, 1, '{\"mode\":\"observe\"}')".to_owned(),
            format!("INSERT INTO changes VALUES (1, 1, {at}, 9, '[]', NULL)"),
            format!(
                "INSERT INTO proposals (guild, at, body) VALUES (1, {at}, '{{\"by\":9}}'), (1, {at}, 'no JSON')"
            ),
            format!("INSERT INTO examples (guild, message, at, body) VALUES (1, 5, {at}, '{EXAMPLE}')"),
            "INSERT INTO notes VALUES (1, 'gaps', '2')".to_owned(),
            "INSERT INTO languages (member, language) VALUES (2, 'de')".to_owned(),
        ],
        4 => vec![
            format!("INSERT INTO outcomes VALUES (1, 1, {at}, '{OUTCOME}')"),
            format!(
                "INSERT INTO case_notes (guild, number, member, at, words) VALUES (1, 1, 9, {at}, 'noted')"
            ),
        ],
        5 => vec![
            format!(
                "INSERT INTO causes (guild, lead, until, over, body) VALUES (1, 1, {at}, 1, '{}')",
                cause()
            ),
            "INSERT INTO cause_cases VALUES (1, 1, 1)".to_owned(),
        ],
        6 => vec![
            format!("INSERT INTO transcripts VALUES (1, 6, 1, 2, {at}, NULL, 'written')"),
            format!("INSERT INTO erasures VALUES (1, 3, {at})"),
            "INSERT INTO numbers VALUES (1, 4)".to_owned(),
        ],
        8 => vec![
            "UPDATE proposals SET member = 9 WHERE body LIKE '{%'".to_owned(),
            "UPDATE examples SET judge = 9".to_owned(),
            "UPDATE causes SET ended_by = 9".to_owned(),
        ],
        _ => Vec::new(),
    }
}

/// Writes the database as a version left it that knew the first so many migrations.
async fn write(place: &Place, version: i64) {
    std::fs::write(place.path(), "").unwrap();
    let mut database = place.connect().await;
    let migrations =
        MIGRATIONS.iter().filter(|(number, ..)| *number <= version).map(|(number, name, sql)| {
            Migration::new(*number, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
        });
    Migrator::with_migrations(migrations.collect()).run(&mut database).await.unwrap();
    for row in rows(version) {
        sqlx::raw_sql(AssertSqlSafe(row)).execute(&mut database).await.unwrap();
    }
}

#[tokio::test]
async fn a_database_of_any_earlier_version_goes_on_where_it_was() {
    for (version, ..) in MIGRATIONS {
        let place = Place::file();
        write(&place, version).await;
        let store = place.open().await;
        goes_on(&store, version).await;
        knows_what_it_knew(&store, version).await;
        store.close().await;
        place.open().await;
    }
}

/// The action that was under way is answered, and the case is found; what comes is told from what was.
async fn goes_on(store: &Database, version: i64) {
    let case = store.case(HARBOR, Whose::Thread(ChannelId(20))).await.unwrap().unwrap();
    assert_eq!((case.number, case.member, case.opened), (1, ALEX, now()), "version {version}");
    assert_eq!((case.since, case.active), (now(), now()), "version {version}");
    let waiting = store.pending().await.unwrap();
    let [acknowledgment] = waiting.as_slice() else { panic!("version {version}: {waiting:?}") };
    assert!(matches!(acknowledgment.action, Action::Post(_)), "version {version}");
    assert_eq!((acknowledgment.tries, acknowledgment.number), (0, 1), "version {version}");
    // Where moderators were told of it, they are told how it goes.
    if let Some(edit) = settled(store, acknowledgment, Receipt::Posted(MessageId(50))).await {
        assert_eq!(settled(store, &edit, Receipt::Edited).await, None, "version {version}");
    }
    let case = store.case(HARBOR, Whose::Post(MessageId(50))).await.unwrap().unwrap();
    assert_eq!(
        (case.state(), case.acknowledgment),
        (State::InThread, Some(MessageId(50))),
        "version {version}"
    );
    assert_eq!(due(store, now() + hour() * 24 * 30).await, [1], "version {version}");

    let again = notice(HARBOR, ALEX, 5, Response::TakeAside);
    assert_eq!(noticed(store, again).await, Noticed::Known, "version {version}");
    let further = notice(HARBOR, ALEX, 6, Response::TakeAside);
    assert!(matches!(noticed(store, further).await, Noticed::Joined(1, _)), "version {version}");
    let other = notice(HARBOR, UserId(7), 8, Response::TakeAside);
    // From the sixth on it is kept that the fourth was given.
    let next = if version < 6 { 2 } else { 5 };
    assert!(
        matches!(noticed(store, other).await, Noticed::Opened(number, _) if number == next),
        "version {version}"
    );
}

async fn knows_what_it_knew(store: &Database, version: i64) {
    let moderator = store.traces(HARBOR, UserId(9)).await.unwrap();
    let member = store.traces(HARBOR, ALEX).await.unwrap();
    assert!(!member.acted.is_empty(), "version {version}");
    if version >= 2 {
        assert_eq!(store.last_alive().await.unwrap(), Some(now()), "version {version}");
    }
    if version >= 3 {
        assert_eq!(store.settings_of(HARBOR).await.unwrap().unwrap().revision, 1);
        assert_eq!((moderator.changes.len(), moderator.proposals), (1, 1), "version {version}");
        assert_eq!(moderator.judged, [MessageId(5)], "version {version}");
        assert_eq!(store.noted(HARBOR, "gaps").await.unwrap().as_deref(), Some("2"));
        assert_eq!(store.languages().await.unwrap(), [(ALEX, "de".to_owned())]);
    }
    if version >= 4 {
        assert_eq!(store.case(HARBOR, Whose::Alert(MessageId(77))).await.unwrap().unwrap().number, 1);
        assert_eq!(store.outcomes(HARBOR, now(), now() + hour()).await.unwrap().len(), 2);
        assert_eq!((member.notes, moderator.noted.len()), (1, 1), "version {version}");
    }
    if version >= 5 {
        assert_eq!(store.cause_of(HARBOR, 1).await.unwrap().unwrap().lead(), 1);
        assert_eq!(moderator.causes, 1, "version {version}");
    }
    if version >= 6 {
        assert_eq!(store.transcript(HARBOR, 1).await.unwrap().len(), 1);
        assert_eq!(store.erasures().await.unwrap().len(), 1);
    }
}

/// The numbers of the cases of [`HARBOR`] that were there before and are due.
async fn due(store: &Database, until: Timestamp) -> Vec<u32> {
    let due = store.due(until, 9).await.unwrap();
    due.into_iter().filter(|case| case.guild == HARBOR).map(|case| case.number).collect()
}

#[tokio::test]
async fn cases_of_long_ago_that_never_ended_end_without_a_word() {
    let place = Place::file();
    write(&place, 1).await;
    let long_ago = "INSERT INTO cases SELECT guild, 2, 3, 1700000000000, json_set(body, '$.number', 2, '$.member', 3, \
                    '$.opened', '2023-11-14T22:13:20Z', '$.state', 'talking') FROM cases";
    place.change(long_ago).await;
    let store = place.open().await;
    let case = store.case(HARBOR, Whose::Number(2)).await.unwrap().unwrap();
    let reason = case.ending.as_ref().and_then(|ending| ending.reason);
    assert_eq!((case.state(), reason), (State::Expired, Some(Reason::Quiet)));
    assert_eq!(case.action(), None, "nothing is said about it");
    assert_eq!(due(&store, now() + hour() * 24 * 30).await, [1], "its clock stands");
}

pub(crate) async fn a_database_of_a_later_version_is_left_alone(place: Place) {
    place.open().await.close().await;
    place
        .change(
            "INSERT INTO _sqlx_migrations SELECT 99, 'of tomorrow', installed_on, success, checksum, execution_time \
             FROM _sqlx_migrations WHERE version = 1; CREATE TABLE tomorrow (at BIGINT)",
        )
        .await;
    let migrations = "SELECT count(*) FROM _sqlx_migrations";
    let before = place.count(migrations).await;
    let error = Database::open(&place.url()).await.err().unwrap();
    let told = error.to_string();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{told}");
    assert!(
        told.contains("was written by a later version") && told.contains("Nothing was changed"),
        "{told}"
    );
    assert_eq!(place.count(migrations).await, before);
    assert_eq!(place.count("SELECT count(*) FROM tomorrow").await, 0);
}

pub(crate) async fn several_may_open_a_new_one_at_once(place: Place) {
    let opened = futures::future::join_all((0..6).map(|_| place.open())).await;
    for (at, store) in (1..).zip(&opened) {
        noticed(store, notice(GuildId(at), ALEX, at, Response::TakeAside)).await;
    }
    assert_eq!(opened[0].pending().await.unwrap().len(), 6);
}
