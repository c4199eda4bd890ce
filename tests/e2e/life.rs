//! A whole case, and the program killed at every request it makes on the way: nothing is lost, and nothing said twice.

use aside::simulator::{Channel, Id, Message, Moment, Pause, Simulator};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::community::{Home, RULES, harbor, private_threads, said, settled};
use crate::manners;
use crate::once::{LEAK, registered};
use crate::process::Process;

/// A case on its way, with a program that is killed again and again.
struct Life {
    discord: Simulator,
    home: Home,
    config: String,
    process: Option<Process>,
    /// Holds the next request that is meant to change something.
    pause: Pause,
    moment: Moment,
    /// What was cut off last: it goes through the second time.
    cut: Option<(String, String)>,
    kills: usize,
}

impl Life {
    async fn begin(moment: Moment) -> Self {
        let discord = Simulator::start(&harbor()).await.unwrap();
        discord.enforce_limits(false);
        let home = Home::new();
        let (guild, staff) = (discord.guild("Harbor").unwrap(), discord.channel("staff").unwrap());
        let config = format!("[server.\"{guild}\"]\nalert_channel = {staff}\n{RULES}");
        let process = Some(Process::start(&discord, &home, &config).await);
        registered(&discord).await;
        let pause = discord.pause_at(1, moment);
        Self { discord, home, config, process, pause, moment, cut: None, kills: 0 }
    }

    async fn start(&mut self) {
        self.process = Some(Process::start(&self.discord, &self.home, &self.config).await);
    }

    /// Kills the program, and starts it again.
    async fn kill(&mut self) {
        self.process.take().unwrap().kill();
        let next = self.discord.pause_at(1, self.moment);
        // What was held is cut off.
        drop(std::mem::replace(&mut self.pause, next));
        // As Discord does after some minutes.
        self.discord.forget_nonces();
        self.kills += 1;
        self.start().await;
    }

    /// The program is away for a moment; then someone does something, and what follows is seen through until `done`
    /// holds. Whoever pressed a button and was not answered presses again.
    async fn step(
        &mut self,
        what: &str,
        act: impl Fn(&Simulator) -> Option<Id>,
        done: impl Fn(&Simulator) -> bool,
    ) -> Result<(), String> {
        self.process.take().unwrap().kill();
        self.start().await;
        for _ in 0..3 {
            let asked = act(&self.discord);
            self.see_through(asked).await.map_err(|wrong| format!("{what}: {wrong}"))?;
            if done(&self.discord) {
                return self.check(what).await;
            }
        }
        Err(format!("{what}: it did not come to that\n{}", self.picture()))
    }

    async fn see_through(&mut self, mut asked: Option<Id>) -> Result<(), String> {
        loop {
            let held = tokio::select! {
                held = self.pause.reached() => held.ok_or("the simulator stopped")?,
                rests = rests(&self.discord, &self.home, asked) => return rests,
            };
            let request = Some((held.method, held.path));
            if self.cut == request {
                self.cut = None;
                let next = self.discord.pause_at(1, self.moment);
                std::mem::replace(&mut self.pause, next).release();
            } else {
                self.cut = request;
                self.kill().await;
                // Whoever asked is answered no more.
                asked = None;
            }
        }
    }

    /// Says what everyone reads, for a test that failed.
    fn picture(&self) -> String {
        let mut all: Vec<String> = Vec::new();
        for channel in [
            Some(place(&self.discord, "general")),
            Some(place(&self.discord, "staff")),
            thread(&self.discord),
        ] {
            let Some(channel) = channel else { continue };
            all.extend(
                said(&self.discord, channel).iter().map(|message| format!("{channel}: {}", message.content)),
            );
        }
        all.join("\n")
    }

    /// What holds after every step: one thread, one alert, and a clock that runs exactly while it is not over.
    async fn check(&self, what: &str) -> Result<(), String> {
        let threads = private_threads(&self.discord).len();
        let alerts = said(&self.discord, place(&self.discord, "staff")).len();
        let options = SqliteConnectOptions::new().filename(self.home.path().join("aside.db"));
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        let stored: (i64, bool, bool) =
            sqlx::query_as("SELECT count(*), due IS NULL, ended IS NULL FROM cases")
                .fetch_one(&mut database)
                .await
                .unwrap();
        if threads != 1 || alerts != 1 || stored.0 != 1 || stored.1 == stored.2 {
            return Err(format!(
                "{what}: {threads} threads, {alerts} alerts, {stored:?}\n{}",
                self.picture()
            ));
        }
        Ok(())
    }
}

/// Waits until a press is answered, and all is done that follows.
async fn rests(discord: &Simulator, home: &Home, asked: Option<Id>) -> Result<(), String> {
    if let Some(asked) = asked {
        discord.answer_to(asked).await.map_err(|error| error.to_string())?;
    }
    settled(discord, home).await
}

fn place(discord: &Simulator, name: &str) -> Id {
    discord.channel(name).unwrap()
}

fn thread(discord: &Simulator) -> Option<Id> {
    private_threads(discord).first().map(|thread| thread.id)
}

fn state(discord: &Simulator) -> Option<Channel> {
    private_threads(discord).pop()
}

/// Whether its thread is archived and locked.
fn is_closed(discord: &Simulator) -> bool {
    state(discord).and_then(|one| one.thread).is_some_and(|thread| thread.archived && thread.locked)
}

fn alert(discord: &Simulator) -> Option<Message> {
    said(discord, place(discord, "staff")).pop()
}

fn reads(discord: &Simulator, words: &str) -> bool {
    alert(discord).is_some_and(|alert| alert.content.contains(words))
}

/// How much the bot has said in the thread.
fn spoken(discord: &Simulator) -> usize {
    thread(discord).map_or(0, |thread| said(discord, thread).len())
}

fn public(discord: &Simulator) -> Vec<Message> {
    said(discord, place(discord, "general"))
}

/// `who` presses a button of case 1 below the first post in a channel that has it.
fn press(discord: &Simulator, who: &str, channel: Id, name: &str) -> Id {
    let (who, button) = (discord.user(who).unwrap(), format!("case:1:{name}"));
    let has = |message: &&Message| serde_json::to_string(&message.components).unwrap().contains(&button);
    let below = said(discord, channel).iter().find(has).map(|message| message.id);
    discord.press(who, channel, below.expect("such a button"), &button).unwrap()
}

fn in_thread(discord: &Simulator, who: &str, name: &str) -> Id {
    press(discord, who, thread(discord).unwrap(), name)
}

fn on_alert(discord: &Simulator, who: &str, name: &str) -> Id {
    press(discord, who, place(discord, "staff"), name)
}

/// A case from a message to a false alarm, by way of everything that people do with one.
async fn lived(moment: Moment) -> Result<usize, String> {
    let mut life = Life::begin(moment).await;
    let alex = life.discord.user("alex").unwrap();
    let (mia, general) = (life.discord.user("mia").unwrap(), place(&life.discord, "general"));
    life.step(
        "noticed",
        |discord| discord.post(alex, general, LEAK).map(|_| None).unwrap(),
        |discord| spoken(discord) == 1 && public(discord).len() == 1 && reads(discord, "Private thread"),
    )
    .await?;
    life.step(
        "asked",
        |discord| Some(in_thread(discord, "alex", "ask")),
        |discord| spoken(discord) == 2 && reads(discord, "asks for a moderator"),
    )
    .await?;
    life.step(
        "claimed",
        |discord| Some(on_alert(discord, "mia", "claim")),
        |discord| spoken(discord) == 3 && reads(discord, &format!("**claimed** · by <@{mia}>")),
    )
    .await?;
    life.step(
        "answered",
        |discord| discord.post(mia, thread(discord).unwrap(), "I am on it.").map(|_| None).unwrap(),
        |discord| reads(discord, "First answer after") && !reads(discord, "Nobody has answered"),
    )
    .await?;
    life.step(
        "resolved",
        |discord| Some(in_thread(discord, "alex", "resolve")),
        |discord| spoken(discord) == 4 && is_closed(discord) && reads(discord, "**resolved**"),
    )
    .await?;
    let followed = public(&life.discord);
    if followed.len() != 1 || followed[0].edited.is_none() {
        return Err(format!("{} public words on its settlement", followed.len()));
    }
    life.step(
        "rated",
        |discord| Some(in_thread(discord, "alex", "good")),
        |discord| reads(discord, "says the member: good"),
    )
    .await?;
    life.step(
        "reopened",
        |discord| Some(on_alert(discord, "mia", "reopen")),
        |discord| spoken(discord) == 5 && !is_closed(discord) && reads(discord, "**claimed**"),
    )
    .await?;
    life.step(
        "dismissed",
        |discord| Some(on_alert(discord, "mia", "false")),
        |discord| spoken(discord) == 6 && is_closed(discord) && public(discord).is_empty(),
    )
    .await?;
    let log = life.process.as_ref().unwrap().written();
    life.process.take().unwrap().stop().await;
    if log.contains(LEAK) {
        return Err("the log tells what the member said".to_owned());
    }
    // The words of a false alarm are kept to learn from; so what is at rest is looked at elsewhere.
    manners::check_requests(&life.discord.requests())?;
    Ok(life.kills)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_lives_through_a_kill_at_every_request() {
    let lived = [Moment::Before, Moment::AfterEffect]
        .map(|moment| async move { lived(moment).await.map_err(|wrong| format!("{moment:?}: {wrong}")) });
    for kills in futures::future::join_all(lived).await {
        match kills {
            Ok(kills) => assert!(kills >= 20, "only {kills} kills"),
            Err(wrong) => panic!("{wrong}"),
        }
    }
}
