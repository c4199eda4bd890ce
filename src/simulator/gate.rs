//! Holding a request at an exact instant, for tests that kill the bot there.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use super::log::{Request, fits};

/// On which side of a request's effect it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The request arrived and has changed nothing.
    Before,
    /// The effect is there; the answer is not.
    AfterEffect,
}

/// A request to be held. Dropping it cuts the held connection: before the effect, the effect then never
/// happens; after it, the answer never arrives.
#[derive(Debug)]
pub struct Pause {
    reached: watch::Receiver<Option<Request>>,
    release: oneshot::Sender<()>,
}

impl Pause {
    /// Waits until the request is held. `None` when the simulator stopped first.
    pub async fn reached(&mut self) -> Option<Request> {
        let held = self.reached.wait_for(Option::is_some).await.ok()?;
        held.clone()
    }

    /// Whether the request is held now.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.reached.borrow().is_some()
    }

    /// Lets the request go on.
    pub fn release(self) {
        // Nobody waits when the request never came.
        self.release.send(()).ok();
    }
}

/// The simulator's end of a [`Pause`].
#[derive(Debug)]
pub(crate) struct Hold {
    reached: Arc<watch::Sender<Option<Request>>>,
    release: oneshot::Receiver<()>,
}

impl Hold {
    /// Reports the request and waits; false when it must go no further.
    pub(crate) async fn wait(self, request: Request) -> bool {
        self.reached.send_replace(Some(request));
        self.release.await.is_ok()
    }
}

#[derive(Debug)]
struct Gate {
    pattern: Option<String>,
    left: usize,
    moment: Moment,
    hold: Option<Hold>,
}

/// The pauses in force.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    gates: Vec<Gate>,
}

impl Gates {
    /// Installs a pause at the `n`-th request from now that fits `pattern`, or without one at the `n`-th
    /// that is meant to change something.
    pub(crate) fn install(&mut self, pattern: Option<&str>, n: usize, moment: Moment) -> Pause {
        let (sender, reached) = watch::channel(None);
        let (release, released) = oneshot::channel();
        let hold = Hold { reached: Arc::new(sender), release: released };
        self.gates.push(Gate { pattern: pattern.map(str::to_owned), left: n, moment, hold: Some(hold) });
        Pause { reached, release }
    }

    /// Counts a request and gives what holds it on each side of its effect.
    pub(crate) fn meet(&mut self, method: &str, path: &str) -> (Option<Hold>, Option<Hold>) {
        let mut holds = (None, None);
        for gate in &mut self.gates {
            let meant = match &gate.pattern {
                Some(pattern) => fits(pattern, method, path),
                None => method != "GET",
            };
            if !meant || gate.left == 0 {
                continue;
            }
            gate.left -= 1;
            let hold = if gate.left == 0 { gate.hold.take() } else { None };
            match gate.moment {
                Moment::Before if hold.is_some() => holds.0 = hold,
                Moment::AfterEffect if hold.is_some() => holds.1 = hold,
                _ => {}
            }
        }
        self.gates.retain(|gate| gate.left > 0);
        holds
    }
}
