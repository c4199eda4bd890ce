//! Several processes over one PostgreSQL: each sees to its own shards, and whose process ends is taken over.

use std::collections::BTreeMap;

use aside::simulator::{Channel, GuildPlan, Id, Moment, Request, Simulator, State, World};
use serde_json::json;

use crate::community::{GLANCE, Home, PATIENCE, RULES, private_threads, said};
use crate::once::LEAK;
use crate::process::Process;
use crate::server::database;

const SHARDS: u64 = 16;

/// Many servers, and who sees to them.
struct Fleet {
    discord: Simulator,
    database: String,
    /// A channel on each shard.
    channels: BTreeMap<u64, Id>,
}

/// A process with a folder, and so a log, of its own.
struct Ship {
    process: Process,
    _home: Home,
}

impl Fleet {
    /// None where there is no PostgreSQL.
    async fn new(shards: u64, max_concurrency: u64) -> Option<Self> {
        let world = World {
            shards,
            fewest_shards: shards,
            max_concurrency,
            space_identifies: true,
            rate_limits: false,
            ..World::default()
        };
        let database = database()?;
        let discord = Simulator::start(&world).await.unwrap();
        let mut channels = BTreeMap::new();
        // On which shard a server is follows from the millisecond in which it is made.
        for at in 0.. {
            if channels.len() as u64 == shards {
                break;
            }
            let name = format!("general-{at}");
            let plan = format!(
                "name = \"Harbor {at}\"\nowner = \"olga\"\nchannels = [{{ name = \"{name}\" }}]\n\
                 members = [{{ name = \"alex\" }}, {{ name = \"sam\" }}]"
            );
            let guild = discord.add_guild(&toml::from_str::<GuildPlan>(&plan).unwrap()).unwrap();
            channels.insert((guild >> 22) % shards, discord.channel(&name).unwrap());
            tokio::time::sleep(GLANCE).await;
        }
        Some(Self { discord, database, channels })
    }

    /// A process that sees to `shards`, as soon as nobody else does.
    fn launch(&self, shards: &str) -> Ship {
        let home = Home::away(self.database.clone());
        // Each message is answered in public, however soon after another.
        let rules = RULES.replace("10m", "0s");
        let process = Process::launch_with(&self.discord, &home, &rules, &[("ASIDE_SHARDS", shards)]);
        Ship { process, _home: home }
    }

    /// Waits until every shard has one session.
    async fn all_connected(&self) {
        let all: Vec<u64> = self.channels.keys().copied().collect();
        let connected = |state: &State| (state.shards_connected() == all).then_some(());
        self.discord.wait_until("a session of every shard", connected).await.unwrap_or_else(|error| {
            panic!("{error}: {:?}", self.discord.read(State::shards_connected));
        });
    }

    fn post(&self, by: &str, shard: u64) {
        let (by, channel) = (self.discord.user(by).unwrap(), self.channels[&shard]);
        self.discord.post(by, channel, LEAK).unwrap();
    }

    /// Waits until what was said on these shards is answered, so many times each.
    async fn answered(&self, shards: impl Iterator<Item = u64>, times: usize) {
        let bot = self.discord.bot();
        for shard in shards {
            let channel = self.channels[&shard];
            let what = format!("{times} answers on shard {shard}");
            let enough = |state: &State| {
                let said = state.messages(channel).filter(|one| crate::community::is_said_by(bot, one));
                (said.count() >= times).then_some(())
            };
            self.discord.wait_until(&what, enough).await.unwrap();
        }
    }

    /// What was said on a shard was answered so many times, each with one thread and one opening in it.
    fn once(&self, shard: u64, times: usize) {
        let channel = self.channels[&shard];
        let threads: Vec<Channel> = private_threads(&self.discord);
        let threads: Vec<Id> =
            threads.into_iter().filter(|it| it.parent == Some(channel)).map(|it| it.id).collect();
        let openings: Vec<usize> = threads.iter().map(|thread| said(&self.discord, *thread).len()).collect();
        let found = (said(&self.discord, channel).len(), openings);
        assert_eq!(found, (times, vec![1; times]), "on shard {shard}");
    }
}

impl Ship {
    async fn says(&self, words: &str) {
        let saying = async {
            while !self.process.written().contains(words) {
                tokio::time::sleep(GLANCE).await;
            }
        };
        let said = tokio::time::timeout(PATIENCE, saying).await;
        said.unwrap_or_else(|_| panic!("{words:?} is not in\n{}", self.process.written()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_share_sixteen_shards_and_a_killed_one_is_taken_over() {
    let Some(fleet) = Fleet::new(SHARDS, SHARDS).await else { return };
    let first = fleet.launch("0..6/16");
    let second = fleet.launch("6..11/16");
    let third = fleet.launch("11..16/16");
    fleet.all_connected().await;
    for shard in 0..SHARDS {
        fleet.post("alex", shard);
    }
    fleet.answered(0..SHARDS, 1).await;
    (0..SHARDS).for_each(|shard| fleet.once(shard, 1));
    let registered = |request: &&Request| request.fits("PUT /applications/{}/commands");
    assert_eq!(
        fleet.discord.requests().iter().filter(registered).count(),
        1,
        "one process registers commands"
    );
    assert_eq!(fleet.discord.read(State::hasty_identifies), 0);

    // A rule that is changed through one process is changed for all.
    let olga = fleet.discord.user("olga").unwrap();
    let asked =
        fleet.discord.command(olga, fleet.channels[&0], "rules disable", &[("name", json!("grumbling"))]);
    let asked = asked.unwrap();
    fleet.discord.answer_to(asked).await.unwrap();
    let answer = fleet.discord.interaction(asked).unwrap().original.unwrap();
    let answer = fleet.discord.messages(fleet.channels[&0]).into_iter().find(|it| it.id == answer).unwrap();
    assert!(answer.content.contains("grumbling"), "{}", answer.content);
    for other in [&second, &third] {
        other.says("settings changed by another process").await;
    }

    // One stands by, and takes over in the middle of a case.
    let standby = fleet.launch("6..11/16");
    standby.says("waiting: another process sees to this shard").await;
    let mut pause = fleet.discord.pause_on("POST /channels/{}/threads", 1, Moment::AfterEffect);
    fleet.post("sam", 7);
    pause.reached().await.unwrap();
    second.process.kill();
    drop(pause);
    fleet.post("sam", 8);
    fleet.all_connected().await;
    fleet.answered(7..9, 2).await;
    (7..9).for_each(|shard| fleet.once(shard, 2));
    fleet.post("sam", 12);
    fleet.answered(12..13, 2).await;

    // And one that is killed is started again.
    let mut pause = fleet.discord.pause_on("POST /channels/{}/threads", 1, Moment::Before);
    fleet.post("sam", 13);
    pause.reached().await.unwrap();
    third.process.kill();
    drop(pause);
    fleet.post("sam", 14);
    let again = fleet.launch("11..16/16");
    fleet.all_connected().await;
    fleet.answered(12..15, 2).await;
    (12..15).for_each(|shard| fleet.once(shard, 2));
    (0..6).for_each(|shard| fleet.once(shard, 1));
    for ship in [first, standby, again] {
        ship.process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_of_several_processes_begin_one_after_the_other() {
    let Some(fleet) = Fleet::new(4, 1).await else { return };
    let ships = [fleet.launch("0..2/4"), fleet.launch("2..4/4")];
    fleet.all_connected().await;
    assert_eq!(fleet.discord.read(State::hasty_identifies), 0);
    for shard in 0..4 {
        fleet.post("alex", shard);
    }
    fleet.answered(0..4, 1).await;
    (0..4).for_each(|shard| fleet.once(shard, 1));
    for ship in ships {
        ship.process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stood_by_asks_again_what_it_may() {
    let Some(fleet) = Fleet::new(1, 1).await else { return };
    let asked = || fleet.discord.requests().iter().filter(|it| it.fits("GET /gateway/bot")).count();
    let first = fleet.launch("0..1/1");
    fleet.all_connected().await;
    let standby = fleet.launch("0..1/1");
    standby.says("waiting: another process sees to this shard").await;
    assert_eq!(asked(), 2);
    first.process.stop().await;
    fleet.all_connected().await;
    assert_eq!(asked(), 3, "how many sessions may begin is another number by now");
    standby.process.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_shards_are_refused_with_what_would_be_right() {
    let Some(fleet) = Fleet::new(4, 4).await else { return };
    let mut ship = fleet.launch("0..2/2");
    assert_eq!(ship.process.ended().await.code(), Some(78), "{}", ship.process.written());
    let written = ship.process.written();
    assert!(
        written.contains("too many servers for so few shards (4011). Give all processes a larger N"),
        "{written}"
    );
}
