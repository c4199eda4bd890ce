//! Keeps away from the limit on invalid requests: whoever has 10,000 of them in ten minutes is shut out of Discord
//! altogether, with every server and every other bot at the same address.
//!
//! Invalid are answers of 401, 403, and of 429 unless the limit is shared with others. They are counted here in a
//! sliding window, those still on their way as well, and long before the limit this bot goes quiet by itself. A server in
//! which nothing but 403 comes back has a small circuit of its own, so that it does not use up what all have. What is urgent
//! passes it: a bot that may not write in a server may still be able to remove a secret there.
//!
//! Source: <https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans>.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// How near this bot goes to the limit on invalid requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caution {
    /// For how long an invalid request counts: ten minutes at Discord.
    pub window: Duration,
    /// So many invalid requests within the window open the circuit. A tenth of Discord's 10,000: up to six processes may
    /// share an address, each with [`Self::reserve`] on top, and a ban lasts an hour.
    pub most: usize,
    /// So many more are left to what cannot wait: the removal of a secret, and answers to people's commands.
    pub reserve: usize,
    /// So many answers of 403 on end open the circuit of one server.
    pub refusals: usize,
    /// How often one request is let through to a server whose circuit is open, to see whether things are better.
    pub probe: Duration,
}

impl Default for Caution {
    fn default() -> Self {
        Self {
            window: Duration::from_mins(10),
            most: 1_000,
            reserve: 500,
            refusals: 25,
            probe: Duration::from_mins(1),
        }
    }
}

/// Why a request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// It can be tried again after so long.
    For(Duration),
    /// The token is no longer valid.
    Forever,
}

/// How many invalid requests there were, for whoever watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Within the window.
    pub(crate) invalid: usize,
    /// Whether the circuit over all is open.
    pub(crate) open: bool,
    /// The servers whose own circuit is open.
    pub(crate) guilds: usize,
}

/// Lets requests through, or holds them.
pub(super) struct Circuit {
    caution: Caution,
    state: Mutex<State>,
    revoked: CancellationToken,
}

#[derive(Default)]
struct State {
    /// When invalid requests were answered, oldest first.
    invalid: VecDeque<Instant>,
    /// Requests that are sent and not answered: each may turn out to be invalid.
    under_way: usize,
    open: bool,
    guilds: HashMap<u64, Refusals>,
}

/// The 403 on end of one server.
struct Refusals {
    count: usize,
    last: Instant,
    /// When the next request is let through; none while the circuit is closed.
    probe: Option<Instant>,
}

/// The right to send one request; counts as under way until it is dropped.
pub(super) struct Pass<'a> {
    circuit: &'a Circuit,
    guild: Option<u64>,
}

impl Circuit {
    pub(super) fn new(caution: Caution) -> Self {
        Self { caution, state: Mutex::default(), revoked: CancellationToken::new() }
    }

    /// Whether a request that concerns `guild` may be sent now. What is `urgent` passes the circuit of the server, and only
    /// that may use the reserve, which bounds it.
    pub(super) fn pass(&self, guild: Option<u64>, urgent: bool) -> Result<Pass<'_>, Held> {
        if self.revoked.is_cancelled() {
            return Err(Held::Forever);
        }
        let now = Instant::now();
        let mut state = self.state();
        state.forget(now, &self.caution);
        state.admit_in(guild.filter(|_| !urgent), now, &self.caution)?;
        state.admit(urgent, now, &self.caution)?;
        state.under_way += 1;
        Ok(Pass { circuit: self, guild })
    }

    /// As [`Self::pass`], for what is about to wait for its turn: nothing is counted.
    pub(super) fn peek(&self, guild: Option<u64>, urgent: bool) -> Result<(), Held> {
        if self.revoked.is_cancelled() {
            return Err(Held::Forever);
        }
        let now = Instant::now();
        let mut state = self.state();
        state.forget(now, &self.caution);
        let held = state.refusals(guild.filter(|_| !urgent), now, &self.caution);
        let held = held.and_then(|refusals| refusals.probe);
        match held.filter(|probe| now < *probe) {
            Some(probe) => Err(Held::For(probe - now)),
            None => state.admit(urgent, now, &self.caution),
        }
    }

    /// The token is no longer valid: nothing is sent any more.
    pub(super) fn revoke(&self) {
        self.revoked.cancel();
    }

    pub(super) fn revoked(&self) -> &CancellationToken {
        &self.revoked
    }

    pub(super) fn standing(&self) -> Standing {
        let mut state = self.state();
        let now = Instant::now();
        state.forget(now, &self.caution);
        state.guilds.retain(|_, refusals| now < refusals.last + self.caution.window);
        let guilds = state.guilds.values().filter(|refusals| refusals.probe.is_some()).count();
        Standing { invalid: state.invalid.len(), open: state.open, guilds }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// What came back.
    pub(super) fn answered(self, status: StatusCode, shared: bool) {
        let Circuit { caution, .. } = self.circuit;
        let (now, mut state) = (Instant::now(), self.circuit.state());
        let limited = status == StatusCode::TOO_MANY_REQUESTS;
        let refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if refused || (limited && !shared) {
            state.invalid.push_back(now);
        }
        if let Some(guild) = self.guild {
            match status {
                StatusCode::FORBIDDEN => state.refused_in(guild, now, caution),
                status if status.is_success() => state.worked_in(guild),
                _ => {}
            }
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.circuit.state();
        state.under_way = state.under_way.saturating_sub(1);
    }
}

impl State {
    /// Drops what is too long ago to count.
    fn forget(&mut self, now: Instant, caution: &Caution) {
        while self.invalid.front().is_some_and(|at| now >= *at + caution.window) {
            self.invalid.pop_front();
        }
        // Half of it must be over, so that the circuit does not flutter.
        if self.open && self.invalid.len() <= caution.most / 2 {
            self.open = false;
            info!("the requests that Discord refused are long enough ago; what was held back goes out");
        }
    }

    /// The refusals of a server, as far as they count still.
    fn refusals(&mut self, guild: Option<u64>, now: Instant, caution: &Caution) -> Option<&mut Refusals> {
        let guild = guild?;
        if self.guilds.get(&guild).is_some_and(|refusals| now >= refusals.last + caution.window) {
            self.guilds.remove(&guild);
        }
        self.guilds.get_mut(&guild)
    }

    fn admit(&mut self, urgent: bool, now: Instant, caution: &Caution) -> Result<(), Held> {
        let counted = self.invalid.len() + self.under_way;
        if counted >= caution.most && !self.open && self.invalid.len() >= caution.most.div_ceil(2) {
            self.open = true;
            error!(
                refused = self.invalid.len(),
                minutes = caution.window.as_secs() / 60,
                "Discord refused so many requests that it would soon shut out this address; only what is urgent goes \
                 out until most of them are long enough ago. What waits is committed. `/doctor` in the servers says \
                 which permissions are missing; the log above, what was refused"
            );
        }
        let most = if urgent { caution.most + caution.reserve } else { caution.most };
        if counted >= most || (self.open && !urgent) {
            return Err(Held::For(self.closes_in(now, caution)));
        }
        Ok(())
    }

    /// How long until half of what may be is left in the window.
    fn closes_in(&self, now: Instant, caution: &Caution) -> Duration {
        let surplus = self.invalid.len().saturating_sub(caution.most / 2);
        let last = surplus.checked_sub(1).and_then(|last| self.invalid.get(last));
        // Where it is only full of what is under way, that is soon answered.
        last.map_or(MOMENT, |at| (*at + caution.window).saturating_duration_since(now).max(MOMENT))
    }

    fn admit_in(&mut self, guild: Option<u64>, now: Instant, caution: &Caution) -> Result<(), Held> {
        let Some(refusals) = self.refusals(guild, now, caution) else { return Ok(()) };
        let Some(probe) = refusals.probe else { return Ok(()) };
        if now < probe {
            return Err(Held::For(probe - now));
        }
        refusals.probe = Some(now + caution.probe);
        Ok(())
    }

    fn refused_in(&mut self, guild: u64, now: Instant, caution: &Caution) {
        let refusals = self.guilds.entry(guild).or_insert(Refusals { count: 0, last: now, probe: None });
        (refusals.count, refusals.last) = (refusals.count + 1, now);
        if refusals.count >= caution.refusals && refusals.probe.is_none() {
            refusals.probe = Some(now + caution.probe);
            warn!(
                guild,
                refused = refusals.count,
                "Discord refuses all I try in this server; I only try now and then"
            );
        }
    }

    fn worked_in(&mut self, guild: u64) {
        if self.guilds.remove(&guild).is_some_and(|refusals| refusals.probe.is_some()) {
            info!(guild, "Discord lets me act in this server again");
        }
    }
}

/// The shortest time that anything is held for.
const MOMENT: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    /// Twenty thousand actions, wanted again and again until they are done.
    struct Storm {
        circuit: Circuit,
        wanted: VecDeque<u64>,
        invalid: VecDeque<Instant>,
        /// The most invalid requests of any ten minutes.
        worst: usize,
    }

    impl Storm {
        fn in_servers(servers: u64) -> Self {
            let wanted = (0..20_000).map(|at| at % servers).collect();
            let circuit = Circuit::new(Caution::default());
            Self { circuit, wanted, invalid: VecDeque::new(), worst: 0 }
        }

        /// Tries at the rate that Discord takes, for so long or until all is done, while it answers so.
        async fn goes_on(&mut self, time: Duration, answer: StatusCode, urgent: bool) {
            let end = Instant::now() + time;
            while Instant::now() < end {
                let Some(server) = self.wanted.pop_front() else { return };
                let sent = self.circuit.pass(Some(server), urgent).map(|pass| pass.answered(answer, false));
                if sent.is_err() || answer.is_client_error() {
                    self.wanted.push_back(server);
                }
                if sent.is_ok() && answer.is_client_error() {
                    self.met();
                }
                tokio::time::advance(Duration::from_millis(20)).await;
            }
        }

        fn met(&mut self) {
            let now = Instant::now();
            self.invalid.push_back(now);
            while self.invalid.front().is_some_and(|at| now.duration_since(*at) >= 10 * MINUTE) {
                self.invalid.pop_front();
            }
            self.worst = self.worst.max(self.invalid.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_is_refused_the_limit_is_never_near() {
        let Caution { most, reserve, .. } = Caution::default();
        let rows = [
            (StatusCode::FORBIDDEN, 1, false),
            (StatusCode::FORBIDDEN, 1, true),
            (StatusCode::FORBIDDEN, 20_000, false),
            (StatusCode::FORBIDDEN, 20_000, true),
            (StatusCode::TOO_MANY_REQUESTS, 100, false),
            (StatusCode::TOO_MANY_REQUESTS, 100, true),
            (StatusCode::UNAUTHORIZED, 100, false),
        ];
        for (answer, servers, urgent) in rows {
            let mut storm = Storm::in_servers(servers);
            storm.goes_on(60 * MINUTE, answer, urgent).await;
            let bound = if urgent { most + reserve } else { most };
            assert!(storm.worst <= bound, "{answer} in {servers}, urgent {urgent}: {}", storm.worst);
            assert!(storm.worst > 0 && storm.wanted.len() == 20_000);
            // Once Discord takes them, all are done: 20 ms each, after what is left of the window.
            storm.goes_on(30 * MINUTE, StatusCode::OK, urgent).await;
            assert_eq!(storm.wanted.len(), 0, "{answer} in {servers}, urgent {urgent}: finished");
            assert!(!storm.circuit.standing().open, "and closed");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_refuses_all_costs_the_others_nothing() {
        let mut storm = Storm::in_servers(1);
        storm.goes_on(10 * MINUTE, StatusCode::FORBIDDEN, false).await;
        // The first, and then one a minute.
        assert!(storm.worst <= 25 + 10, "{}", storm.worst);
        assert_eq!(storm.circuit.standing().guilds, 1);
        assert!(storm.circuit.peek(Some(0), false).is_err() && storm.circuit.pass(Some(0), false).is_err());
        assert!(storm.circuit.peek(Some(0), true).is_ok(), "a secret is removed all the same");
        assert!(storm.circuit.pass(Some(0), true).is_ok(), "a secret is removed all the same");
        assert!(storm.circuit.pass(Some(1), false).is_ok(), "another server");
        assert!(storm.circuit.pass(None, false).is_ok(), "what belongs to none");
        tokio::time::advance(MINUTE).await;
        storm
            .circuit
            .pass(Some(0), false)
            .unwrap_or_else(|_| panic!("a probe"))
            .answered(StatusCode::OK, false);
        assert!(storm.circuit.pass(Some(0), false).is_ok(), "what works once is tried again");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_on_its_way_counts() {
        let caution = Caution { most: 10, reserve: 2, ..Caution::default() };
        let circuit = Circuit::new(caution);
        let on_their_way: Vec<Pass<'_>> = (0..10).filter_map(|_| circuit.pass(None, false).ok()).collect();
        assert_eq!(on_their_way.len(), 10);
        assert!(circuit.pass(None, false).is_err() && circuit.peek(None, false).is_err());
        assert!(circuit.pass(None, true).is_ok(), "the reserve");
        drop(on_their_way);
        assert!(circuit.pass(None, false).is_ok());
        assert!(!circuit.standing().open, "nothing was refused");
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_our_doing_counts() {
        let circuit = Circuit::new(Caution::default());
        let rows = [
            (200, false, 0),
            (404, false, 0),
            (500, false, 0),
            (429, true, 0),
            (429, false, 1),
            (403, false, 1),
            (401, false, 1),
        ];
        for (status, shared, counts) in rows {
            let before = circuit.standing().invalid;
            let pass = circuit.pass(None, false).unwrap_or_else(|_| panic!("it is closed"));
            pass.answered(StatusCode::from_u16(status).unwrap(), shared);
            assert_eq!(circuit.standing().invalid - before, counts, "{status}, shared {shared}");
        }
        circuit.revoke();
        assert_eq!(circuit.pass(None, true).map(drop), Err(Held::Forever));
    }
}
