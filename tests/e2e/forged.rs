//! Presses, forms and commands that Discord would never offer to whoever sends them: nothing changes, nobody else's
//! business is told, and whoever asks is answered alone.
//!
//! Only the bot's own messages carry its `custom_id`s, and only Discord tells it who pressed. These tests go further
//! than either: every form of `custom_id` that the bot writes, from everyone it is not meant for.

use std::collections::BTreeSet;

use aside::message::GuildId;
use aside::simulator::{Id, InteractionKind, Permissions, State, World};
use aside::store::Database;
use aside::store::Store as _;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::commands::{Server, now};
use crate::community::{Home, RULES, private_threads, settled};

/// Whose a button, select or form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Those who may manage the server.
    Managers,
    /// Moderators.
    Moderators,
    /// The member of the case, and nobody else.
    Members,
    /// The member of the case and moderators.
    Both,
    /// The member of another case, and moderators.
    Others,
    /// Everyone, each for themselves.
    Anyone,
}

/// Every form of `custom_id` that the bot writes. `1` is the case of alex.
const FORMS: &[(&str, Whose)] = &[
    ("case:1:resolve", Whose::Both),
    ("case:1:ask", Whose::Members),
    ("case:1:remove", Whose::Members),
    ("case:1:keep", Whose::Members),
    ("case:1:decline", Whose::Members),
    ("case:1:aside", Whose::Both),
    ("case:2:aside", Whose::Others),
    ("case:1:details", Whose::Members),
    ("case:1:quiet", Whose::Members),
    ("case:1:claim", Whose::Moderators),
    ("case:1:false", Whose::Moderators),
    ("case:1:show", Whose::Moderators),
    ("case:1:reopen", Whose::Both),
    ("case:1:good", Whose::Members),
    ("case:1:fair", Whose::Members),
    ("case:1:poor", Whose::Members),
    ("cause:1:announce", Whose::Moderators),
    ("cause:1:settle", Whose::Moderators),
    ("cases:0:::", Whose::Moderators),
    ("cases:0:open::", Whose::Moderators),
    ("menu:aside:{message}", Whose::Moderators),
    ("change:1:save", Whose::Managers),
    ("change:1:leave", Whose::Managers),
    ("rules:add:2", Whose::Managers),
    ("rules:again:2", Whose::Managers),
    ("rules:edit:00000000:projects", Whose::Managers),
    ("wording:set:opening:en:00000000", Whose::Managers),
    ("setup:people", Whose::Managers),
    ("setup:promise", Whose::Managers),
    ("setup:watching", Whose::Managers),
    ("setup:finish", Whose::Managers),
    ("setup:role", Whose::Managers),
    ("setup:escalation", Whose::Managers),
    ("setup:desk", Whose::Managers),
    ("setup:alerts", Whose::Managers),
    ("setup:channels", Whose::Managers),
    ("setup:everywhere", Whose::Managers),
    ("setup:mode", Whose::Managers),
    ("setup:language", Whose::Managers),
    ("setup:hours", Whose::Managers),
    ("setup:hours:00000000", Whose::Managers),
    ("setup:again:2", Whose::Managers),
    ("privacy:erase", Whose::Anyone),
    ("privacy:leave", Whose::Anyone),
];

/// Numbers that no case, change or draft of the server has.
const NUMBERS: &[&str] = &[
    "0",
    "7",
    "-1",
    "4294967295",
    "4294967296",
    "99999999999999999999",
    "1e0",
    "+2",
    "x",
    "",
    "１",
    " 1",
    "1\u{202e}",
];

/// What alex wrote, and what stands of it in no answer to others.
const WROTE: &str = "this is an utter disgrace, really";

/// Two servers of different people. Who moderates one is nobody in the other.
fn world() -> World {
    let cove = "[[guild]]\nname = \"Cove\"\nowner = \"cora\"\nroles = [{ name = \"Keeper\", permissions = [\"MANAGE_MESSAGES\", \"MODERATE_MEMBERS\", \
                \"MANAGE_GUILD\", \"ADMINISTRATOR\"] }]\nchannels = [{ name = \"square\" }]\nmembers = [{ name = \"max\", roles = [\"Keeper\"] }]\n";
    World::from_toml(&format!("{}\n{cove}", include_str!("harbor.toml"))).unwrap()
}

/// A server with a case, a proposal and a draft, and somebody who goes after them.
struct Forgery {
    server: Server,
    message: Id,
    before: Vec<String>,
    posted: usize,
    /// What the bot was asked, as it was, and how it answered.
    asked: Vec<(String, Id)>,
}

impl Forgery {
    async fn new() -> Self {
        let mut server = Server::in_world(&world(), RULES).await;
        let (alex, general) = server.place("alex");
        let message = server.discord.post(alex, general, WROTE).unwrap();
        server.discord.post(server.discord.user("sam").unwrap(), general, "where is my invoice?").unwrap();
        settled(&server.discord, &server.home).await.unwrap();
        server.stop().await;
        propose(&server).await;
        server.start().await;
        settled(&server.discord, &server.home).await.unwrap();
        let mut forgery = Self { server, message, before: Vec::new(), posted: 0, asked: Vec::new() };
        forgery.before = dump(&forgery.server.home).await;
        forgery.posted = forgery.changes();
        assert!(forgery.before.iter().any(|row| row.starts_with("cases")), "{:?}", forgery.before);
        forgery
    }

    /// How often the bot changed anything on Discord, answers to interactions left out.
    fn changes(&self) -> usize {
        let requests = self.server.discord.requests();
        let elsewhere = |path: &str| !path.starts_with("/interactions") && !path.starts_with("/webhooks");
        requests
            .iter()
            .filter(|one| one.mutates() && elsewhere(&one.path) && !one.path.contains("/commands"))
            .count()
    }

    /// `who` presses what has this `custom_id`, chooses in it, and sends the form of it, in `channel`.
    fn presses(&mut self, who: &str, channel: Id, custom_id: &str) {
        let discord = &self.server.discord;
        let who = discord.user(who).unwrap();
        let custom_id = custom_id.replace("{message}", &self.message.to_string());
        let staff = discord.channel("staff").unwrap().to_string();
        let press = json!({ "custom_id": custom_id, "component_type": 2 });
        let choose = json!({ "custom_id": custom_id, "component_type": 8, "values": [staff, "observe"] });
        let field = |name: &str| json!({ "type": 1, "components": [{ "type": 4, "custom_id": name, "value": "10m" }] });
        let fields: Vec<Value> = ["words", "reason", "text", "remind", "outcome"].map(field).to_vec();
        let form = json!({ "custom_id": custom_id, "components": fields });
        let all = [
            (InteractionKind::Component, press),
            (InteractionKind::Component, choose),
            (InteractionKind::Modal, form),
        ];
        for (kind, data) in all {
            let id = discord.forge(kind, (who, channel), None, data).unwrap();
            self.asked.push((custom_id.clone(), id));
        }
    }

    /// Everything was answered or left alone, nothing has changed, and nothing was told. `kept` may not stand in an answer.
    async fn came_to_nothing(mut self, kept: &[String]) {
        settled(&self.server.discord, &self.server.home).await.unwrap();
        self.server.stop().await;
        for (custom_id, id) in &self.asked {
            let reply = self.server.discord.interaction(*id).unwrap().reply;
            let told = reply.map_or(String::new(), |reply| {
                assert!(reply.ephemeral, "{custom_id}: others read it");
                assert_eq!(reply.kind, 4, "{custom_id}: {}", reply.data);
                reply.data.to_string()
            });
            assert!(!kept.iter().any(|kept| told.contains(kept)), "{custom_id} tells {told}");
        }
        let after = dump(&self.server.home).await;
        let new: Vec<&String> = after.iter().filter(|row| !self.before.contains(row)).collect();
        let gone: Vec<&String> = self.before.iter().filter(|row| !after.contains(row)).collect();
        assert!(new.is_empty() && gone.is_empty(), "something was changed: {gone:?} became {new:?}");
        assert_eq!(self.changes(), self.posted, "something was done on Discord");
        self.server.mannerly();
    }
}

/// A change and a draft that wait for a manager of Harbor: 1 and 2.
async fn propose(server: &Server) {
    let guild = GuildId(server.discord.guild("Harbor").unwrap());
    let olga = server.discord.user("olga").unwrap();
    let change = json!({
        "by": olga, "done": "The mode is observe.", "parts": [{ "subject": "mode", "before": null, "after": "observe" }],
    });
    let draft = json!({ "of": { "known": { "name": "projects", "seen": "00000000" } }, "entered": { "words": "falcon" } });
    let store = Database::open(&server.home.database()).await.unwrap();
    assert_eq!(store.propose(guild, now(), &change.to_string()).await.unwrap(), 1);
    assert_eq!(store.propose(guild, now(), &draft.to_string()).await.unwrap(), 2);
    store.close().await;
}

/// Every row of every table that somebody's business stands in.
async fn dump(home: &Home) -> Vec<String> {
    const NOBODYS: [&str; 4] = ["_sqlx_migrations", "alive", "languages", "sqlite_sequence"];
    let options = SqliteConnectOptions::new().filename(home.path().join("aside.db"));
    let mut database = options.connect().await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut database)
        .await
        .unwrap();
    let mut rows = Vec::new();
    for table in tables.iter().filter(|table| !NOBODYS.contains(&table.as_str())) {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(table)
            .fetch_all(&mut database)
            .await
            .unwrap();
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let all = format!("SELECT '{table} ' || {} FROM \"{table}\"", quoted.join(" || ' ' || "));
        let all: Vec<String> = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut database).await.unwrap();
        rows.extend(all);
    }
    rows.sort();
    rows
}

/// What `custom_id`s look like, whatever numbers, names and fingerprints stand in them.
fn shape(custom_id: &str) -> String {
    let parts: Vec<&str> = custom_id.split(':').collect();
    match parts.as_slice() {
        ["case" | "cause", _, button] => format!("{}:{button}", parts[0]),
        ["setup", "hours", _] => "setup:hours:".to_owned(),
        ["setup", what] => format!("setup:{what}"),
        ["change", _, what] => format!("change:{what}"),
        [what, which, ..] if *what != "cases" => format!("{what}:{which}"),
        _ => parts[0].to_owned(),
    }
}

/// Every `custom_id` in a part of a message or form.
fn custom_ids(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            // The fields of a form go by names of their own.
            let is_input = fields.get("type").is_some_and(|kind| kind == 4);
            found.extend(fields.get("custom_id").filter(|_| !is_input).and_then(Value::as_str).map(shape));
            fields.values().for_each(|value| custom_ids(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| custom_ids(value, found)),
        _ => {}
    }
}

/// Who uses a command, which, with what.
type Used<'a> = (&'a str, &'a str, &'a [(&'a str, Value)]);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_custom_id_that_the_bot_writes_is_in_the_list() {
    let mut server = Server::in_world(&world(), RULES).await;
    let (alex, general) = server.place("alex");
    let message = server.discord.post(alex, general, WROTE).unwrap();
    server.discord.post(alex, general, "where is my invoice?").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let commands: [Used<'_>; 9] = [
        ("olga", "setup", &[]),
        (
            "olga",
            "rules add",
            &[("name", json!("new")), ("category", json!("personal")), ("action", json!("observe"))],
        ),
        ("olga", "rules edit", &[("name", json!("projects"))]),
        ("olga", "rules remove", &[("name", json!("projects"))]),
        ("olga", "wording set", &[("utterance", json!("opening"))]),
        ("olga", "case list", &[]),
        ("olga", "case show", &[("number", json!(1))]),
        ("alex", "privacy erase", &[]),
        ("mia", "case resolve", &[("number", json!(1)), ("outcome", json!("done"))]),
    ];
    let mut answers = Vec::new();
    for (who, path, options) in commands {
        answers.push(server.reply(server.asks(who, path, options)).await.data);
    }
    let setup = server.asks("olga", "setup", &[]);
    server.reply(setup).await;
    for label in ["Next", "Hours"] {
        answers.push(server.reply(server.press("olga", setup, label)).await.data);
    }
    let mia = server.discord.user("mia").unwrap();
    let menu = server.discord.message_menu(mia, general, "Take aside", message).unwrap();
    answers.push(server.reply(menu).await.data);
    settled(&server.discord, &server.home).await.unwrap();
    let mut found = BTreeSet::new();
    for answer in &answers {
        custom_ids(answer, &mut found);
    }
    for request in server.discord.requests() {
        custom_ids(&request.body, &mut found);
    }
    let listed: BTreeSet<String> = FORMS.iter().map(|(custom_id, _)| shape(custom_id)).collect();
    let unlisted: Vec<&String> = found.difference(&listed).collect();
    assert!(unlisted.is_empty(), "nobody tries to forge {unlisted:?}");
    assert!(found.len() >= 20, "little was found: {found:?}");
    server.stop().await;
}

/// What is not meant for somebody, as far as they are no member of the case.
fn not_for(may: &[Whose]) -> impl Iterator<Item = &'static str> {
    let forms = FORMS.iter().filter(|(_, whose)| *whose != Whose::Anyone && !may.contains(whose));
    forms.map(|(custom_id, _)| *custom_id)
}

async fn forge(who: &str, place: &str, may: &[Whose], prepare: impl FnOnce(&Server)) {
    let mut forgery = Forgery::new().await;
    prepare(&forgery.server);
    let channel = forgery.server.discord.channel(place).unwrap();
    for custom_id in not_for(may) {
        forgery.presses(who, channel, custom_id);
    }
    let discord = &forgery.server.discord;
    let thread = private_threads(discord)[0].id.to_string();
    forgery.came_to_nothing(&[thread, "disgrace".to_owned()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_presses_in_vain() {
    forge("kim", "general", &[], |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_member_of_another_case_presses_in_vain() {
    forge("sam", "general", &[Whose::Others], |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_a_moderator_presses_in_vain() {
    forge("mia", "general", &[], |server| {
        let (guild, mia) = (server.discord.guild("Harbor").unwrap(), server.discord.user("mia").unwrap());
        server.discord.set_roles(guild, mia, &[]).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_everything_in_one_channel_presses_in_vain() {
    forge("kim", "general", &[], |server| {
        let (kim, general) = server.place("kim");
        server.discord.set_overwrite(general, kim, Permissions(u64::MAX >> 12), Permissions::NONE).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moderator_presses_in_vain_what_is_for_managers_and_for_members() {
    forge("mia", "general", &[Whose::Moderators, Whose::Both, Whose::Others], |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_member_presses_in_vain_what_is_for_moderators() {
    forge("alex", "general", &[Whose::Members, Whose::Both], |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_runs_another_server_reaches_nothing_of_this_one() {
    let mut forgery = Forgery::new().await;
    let square = forgery.server.discord.channel("square").unwrap();
    // What they may do in their own server is not forged: it opens their own panels, and finds nothing.
    let own = |custom_id: &&str| custom_id.starts_with("setup:") || custom_id.starts_with("cases:");
    for (custom_id, _) in FORMS.iter().filter(|(custom_id, _)| !own(custom_id)) {
        forgery.presses("max", square, custom_id);
    }
    let discord = &forgery.server.discord;
    let ids = [discord.user("alex"), discord.user("sam"), discord.user("mia"), discord.channel("general")];
    let mut kept: Vec<String> = ids.map(|id| id.unwrap().to_string()).to_vec();
    kept.extend([private_threads(discord)[0].id.to_string(), "disgrace".to_owned()]);
    forgery.came_to_nothing(&kept).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_that_nothing_has_lead_nowhere_for_anyone() {
    let mut forgery = Forgery::new().await;
    let general = forgery.server.discord.channel("general").unwrap();
    let forms = FORMS.iter().map(|(custom_id, _)| *custom_id);
    let numbered: Vec<&str> =
        forms.filter(|custom_id| custom_id.contains(":1:") || custom_id.ends_with(":2")).collect();
    for custom_id in numbered {
        for number in NUMBERS {
            let forged = if custom_id.ends_with(":2") {
                custom_id.replace(":2", &format!(":{number}"))
            } else {
                custom_id.replace(":1:", &format!(":{number}:"))
            };
            for who in ["olga", "alex"] {
                forgery.presses(who, general, &forged);
            }
        }
    }
    forgery.came_to_nothing(&["disgrace".to_owned()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outside_of_servers_nothing_is_pressed() {
    let mut forgery = Forgery::new().await;
    let olga = forgery.server.discord.user("olga").unwrap();
    forgery.server.discord.write_to_bot(olga, "hello").unwrap();
    let direct = forgery.server.discord.read(|state: &State| {
        let mut all = state.channels();
        all.find(|channel| channel.recipients.contains(&olga)).unwrap().id
    });
    for (custom_id, _) in FORMS {
        forgery.presses("olga", direct, custom_id);
    }
    let asked: Vec<Id> = forgery.asked.iter().map(|(_, id)| *id).collect();
    let discord = &forgery.server.discord;
    settled(discord, &forgery.server.home).await.unwrap();
    assert!(asked.iter().all(|id| discord.interaction(*id).unwrap().reply.is_none()));
    forgery.came_to_nothing(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_gone_for_everyone_who_presses() {
    let mut forgery = Forgery::new().await;
    let server = &forgery.server;
    let asked = server.asks("alex", "privacy erase", &[]);
    server.read(asked).await;
    server.reply(server.press("alex", asked, "Erase")).await;
    settled(&server.discord, &server.home).await.unwrap();
    let general = server.discord.channel("general").unwrap();
    forgery.before = dump(&forgery.server.home).await;
    forgery.posted = forgery.changes();
    for (custom_id, _) in FORMS.iter().filter(|(custom_id, _)| custom_id.starts_with("case:1:")) {
        for who in ["alex", "mia", "olga"] {
            forgery.presses(who, general, custom_id);
        }
    }
    forgery.came_to_nothing(&["disgrace".to_owned()]).await;
}

/// A command with whatever it needs.
fn filled(defined: &Value) -> Vec<(String, Vec<(String, Value)>)> {
    let name = defined["name"].as_str().unwrap();
    let subs: Vec<&Value> =
        defined["options"].as_array().into_iter().flatten().filter(|option| option["type"] == 1).collect();
    let given = |options: &Value| {
        let needed = options.as_array().into_iter().flatten().filter(|option| option["required"] == true);
        let value = |option: &Value| match option["type"].as_u64() {
            Some(3) => option["choices"][0]["value"].as_str().unwrap_or("projects").into(),
            Some(6) => json!("{sam}"),
            _ => json!(1),
        };
        needed.map(|option| (option["name"].as_str().unwrap().to_owned(), value(option))).collect()
    };
    if subs.is_empty() {
        return vec![(name.to_owned(), given(&defined["options"]))];
    }
    subs.into_iter()
        .map(|sub| (format!("{name} {}", sub["name"].as_str().unwrap()), given(&sub["options"])))
        .collect()
}

/// Every command that is not everyone's, from somebody whom the server's settings let use it; what they are told.
async fn refused(who: &str, mine: &[&str]) {
    let mut forgery = Forgery::new().await;
    let server = &forgery.server;
    let (guild, person) = (server.discord.guild("Harbor").unwrap(), server.discord.user(who).unwrap());
    let sam = server.discord.user("sam").unwrap().to_string();
    let commands = server.discord.read(|state| state.commands().to_vec());
    let commands = commands.iter().filter(|command| command.kind() == 1 && !mine.contains(&command.name()));
    let mut tried = 0;
    for command in commands {
        server.discord.permit_command(guild, command.name(), person).unwrap();
        for (path, given) in filled(&command.body) {
            let given: Vec<(&str, Value)> = given
                .iter()
                .map(|(name, value)| {
                    (name.as_str(), if *value == json!("{sam}") { json!(sam) } else { value.clone() })
                })
                .collect();
            let told = server.says(who, &path, &given).await;
            assert!(told.starts_with("Only "), "{path}: {told}");
            tried += 1;
        }
    }
    assert!(tried >= 14, "{tried} commands were tried");
    forgery.posted = forgery.changes();
    forgery.came_to_nothing(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_uses_no_command_but_their_own_whatever_the_settings_permit() {
    refused("kim", &["privacy", "aside"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moderator_uses_no_command_of_managers() {
    refused("mia", &["privacy", "aside", "case", "report"]).await;
}
