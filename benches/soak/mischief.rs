//! Trouble by the throw of dice: answers that fail, connections that break, and a process that ends.

use std::collections::BTreeMap;
use std::time::Duration;

use aside::simulator::{Fault, Simulator, Trouble};
use fastrand::Rng;
use serde_json::json;

use super::Plan;
use super::watch::Watch;
use crate::bot::Bot;

/// On average between two requests that meet trouble, and between two troubles of the gateway; less in a short play.
const REQUESTS: Duration = Duration::from_secs(2);
const GATEWAY: Duration = Duration::from_secs(30);

/// So much of the play is at most between two of either, or the bot's absence.
const PARTS: u32 = 12;

/// How long heartbeats stay unanswered, so that two of them do.
const ZOMBIE: Duration = Duration::from_secs(12);

/// How long a client hangs on a request before it gives up is 10 s.
const TOO_LONG: Duration = Duration::from_secs(12);

/// How long the bot is away after it was asked to stop, and after it was killed.
const AWAY: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(10)];

/// Trouble to come.
pub(crate) struct Mischief {
    rng: Rng,
    /// The longest that anything is waited for.
    part: Duration,
    request: Duration,
    gateway: Duration,
    /// When heartbeats are answered again.
    awake: Option<Duration>,
    /// When the process ends: in order, and killed.
    ends: Vec<Duration>,
    back: Option<Duration>,
    counted: BTreeMap<&'static str, u32>,
}

impl Mischief {
    pub(crate) fn new(plan: &Plan) -> Self {
        let ends = if plan.trouble { vec![plan.length / 3, plan.length / 6] } else { Vec::new() };
        Self {
            rng: Rng::with_seed(plan.seed ^ 0x5EED),
            part: plan.length / PARTS,
            request: Duration::ZERO,
            gateway: GATEWAY.min(plan.length / PARTS),
            awake: None,
            ends,
            back: None,
            counted: BTreeMap::new(),
        }
    }

    /// Makes what is due at `at`; gives the bot back unless it has ended it.
    pub(crate) async fn make(
        &mut self,
        discord: &Simulator,
        at: Duration,
        bot: Option<Bot>,
        watch: &mut Watch,
    ) -> Option<Bot> {
        if at >= self.request {
            self.request = at + self.after(REQUESTS);
            self.upset_request(discord);
        }
        if self.awake.is_some_and(|awake| at >= awake) {
            self.awake = None;
            discord.acknowledge_heartbeats(true);
        }
        if at >= self.gateway {
            self.gateway = at + self.after(GATEWAY);
            self.upset_gateway(discord, at);
        }
        if self.ends.last().is_some_and(|end| at >= *end) {
            self.ends.pop();
            self.end_process(discord, at, bot?, watch).await;
            return None;
        }
        bot
    }

    /// Whether a bot that was ended is to be started again.
    pub(crate) fn is_back(&mut self, at: Duration) -> bool {
        self.back.take_if(|back| at >= *back).is_some()
    }

    /// No trouble from now on.
    pub(crate) fn end(discord: &Simulator) {
        discord.clear_faults();
        discord.acknowledge_heartbeats(true);
    }

    async fn end_process(&mut self, discord: &Simulator, at: Duration, bot: Bot, watch: &mut Watch) {
        // A start that fails is tried again by whoever runs the program, which is not what is looked at here.
        discord.clear_faults();
        watch.ends(bot.id());
        let killed = self.ends.is_empty();
        bot.end(if killed { "KILL" } else { "TERM" }, Duration::from_secs(30)).await;
        self.count(if killed { "process killed" } else { "process stopped" });
        let away = AWAY[usize::from(killed)].min(self.part);
        self.back = Some(at + away);
        self.request = at + away + Duration::from_secs(20).min(self.part);
    }

    fn upset_request(&mut self, discord: &Simulator) {
        let limited = |retry_after, global, shared| Trouble::RateLimited { retry_after, global, shared };
        let seconds = 0.2 + 1.8 * self.rng.f64();
        let troubles = [
            ("429", limited(Some(seconds), false, false)),
            ("429 for all routes", limited(Some(seconds), true, false)),
            ("429 shared with others", limited(Some(seconds), false, true)),
            ("429 without a time", limited(None, false, false)),
            ("500", Trouble::Status(500, json!(null))),
            ("502", Trouble::Status(502, json!("Bad Gateway"))),
            ("500 after it was done", Trouble::StatusAfter(500, json!(null))),
            ("nonsense after it was done", Trouble::StatusAfter(200, json!("nonsense"))),
            ("cut before it was done", Trouble::DropBefore),
            ("cut after it was done", Trouble::DropAfter),
            ("answered too late", Trouble::Delay(TOO_LONG)),
            ("answered late", Trouble::Delay(Duration::from_secs(2))),
        ];
        let (name, trouble) = troubles[self.rng.usize(..troubles.len())].clone();
        let patterns = ["* /**", "POST /channels/{}/messages", "POST /channels/{}/threads", "* /channels/**"];
        self.count(name);
        discord.fault(Fault::on(patterns[self.rng.usize(..patterns.len())], trouble));
    }

    fn upset_gateway(&mut self, discord: &Simulator, at: Duration) {
        let name = match self.rng.u32(..100) {
            0..35 => {
                discord.cut_gateway();
                "connections cut"
            }
            35..55 => {
                discord.request_reconnect();
                "asked to reconnect"
            }
            55..65 => {
                discord.invalidate_sessions(true);
                "sessions invalid, to be resumed"
            }
            65..70 => {
                discord.invalidate_sessions(false);
                "sessions invalid for good"
            }
            70..75 => {
                discord.close_gateway(4009);
                "sessions timed out"
            }
            75..85 => {
                discord.acknowledge_heartbeats(false);
                self.awake = Some(at + ZOMBIE);
                "heartbeats unanswered"
            }
            _ => {
                discord.repeat_event("MESSAGE_CREATE");
                "event repeated"
            }
        };
        self.count(name);
    }

    fn count(&mut self, name: &'static str) {
        *self.counted.entry(name).or_default() += 1;
    }

    /// A time that is exponentially distributed.
    fn after(&mut self, mean: Duration) -> Duration {
        mean.min(self.part).mul_f64(-(1.0 - self.rng.f64()).ln())
    }

    pub(crate) fn told(&self) -> String {
        let each: Vec<String> = self.counted.iter().map(|(name, count)| format!("{name} {count}")).collect();
        format!("trouble: {}", each.join(", "))
    }
}
