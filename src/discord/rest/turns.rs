//! Turns: of all that wait for the same thing, the most urgent goes first, and then whoever came first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::hash_map::{Entry, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use crate::case::action::Priority;

/// Who goes before whom; the least goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) priority: Priority,
    /// How many came before.
    pub(super) arrived: u64,
}

/// The queues, one for each thing that is waited for. Nothing is kept of one that nobody waits in.
pub(super) struct Turns<K: Clone + Eq + Hash> {
    queues: Mutex<HashMap<K, Queue<K>>>,
}

/// One has the turn, the others wait for it.
struct Queue<K: Clone + Eq + Hash> {
    holder: Rank,
    /// Tells the holder that someone goes before it.
    overtaken: Arc<Notify>,
    waiting: BinaryHeap<Reverse<Waiter<K>>>,
}

struct Waiter<K: Clone + Eq + Hash> {
    rank: Rank,
    call: oneshot::Sender<Turn<K>>,
}

/// The right to go next; dropped, it passes to whoever comes after.
pub(super) struct Turn<K: Clone + Eq + Hash> {
    turns: Arc<Turns<K>>,
    key: K,
    overtaken: Arc<Notify>,
}

impl<K: Clone + Eq + Hash> Turns<K> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { queues: Mutex::default() })
    }

    /// Awaits what `wait` gives once it is this one's turn, and lets go of the turn then. Whoever goes before it
    /// and comes meanwhile has the turn first, and `wait` begins anew after that.
    pub(super) async fn in_turn<F: Future>(
        self: &Arc<Self>,
        key: &K,
        rank: Rank,
        wait: impl Fn() -> F,
    ) -> F::Output {
        loop {
            let turn = self.take(key, rank).await;
            tokio::select! {
                biased;
                () = turn.overtaken.notified() => {}
                done = wait() => return done,
            }
        }
    }

    async fn take(self: &Arc<Self>, key: &K, rank: Rank) -> Turn<K> {
        loop {
            let called = match self.join(key, rank) {
                Ok(turn) => return turn,
                Err(called) => called,
            };
            // Nobody is dropped from a queue without being called; were it so, it would join anew.
            if let Ok(turn) = called.await {
                return turn;
            }
        }
    }

    /// The turn, if nobody has it; else where it will arrive.
    fn join(self: &Arc<Self>, key: &K, rank: Rank) -> Result<Turn<K>, oneshot::Receiver<Turn<K>>> {
        match self.lock().entry(key.clone()) {
            Entry::Vacant(place) => {
                let queue = place.insert(Queue::held_by(rank));
                Ok(self.turn(key, &queue.overtaken))
            }
            Entry::Occupied(mut queue) => Err(queue.get_mut().wait(rank)),
        }
    }

    /// Calls the next one that still waits.
    fn pass_on(self: &Arc<Self>, key: &K) {
        let called = {
            let mut queues = self.lock();
            let called = queues.get_mut(key).and_then(Queue::next);
            if called.is_none() {
                queues.remove(key);
            }
            called
        };
        if let Some((call, overtaken)) = called {
            // A turn that arrives nowhere is dropped, and so passed on.
            drop(call.send(self.turn(key, &overtaken)));
        }
    }

    fn turn(self: &Arc<Self>, key: &K, overtaken: &Arc<Notify>) -> Turn<K> {
        Turn { turns: Arc::clone(self), key: key.clone(), overtaken: Arc::clone(overtaken) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Queue<K>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash> Queue<K> {
    fn held_by(holder: Rank) -> Self {
        Self { holder, overtaken: Arc::default(), waiting: BinaryHeap::new() }
    }

    fn wait(&mut self, rank: Rank) -> oneshot::Receiver<Turn<K>> {
        let (call, called) = oneshot::channel();
        self.waiting.push(Reverse(Waiter { rank, call }));
        if rank < self.holder {
            self.overtaken.notify_one();
        }
        called
    }

    /// Gives the turn to the first that still waits.
    fn next(&mut self) -> Option<(oneshot::Sender<Turn<K>>, Arc<Notify>)> {
        while let Some(Reverse(Waiter { rank, call })) = self.waiting.pop() {
            if !call.is_closed() {
                (self.holder, self.overtaken) = (rank, Arc::default());
                return Some((call, Arc::clone(&self.overtaken)));
            }
        }
        None
    }
}

impl<K: Clone + Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        self.turns.pass_on(&self.key);
    }
}

impl<K: Clone + Eq + Hash> Ord for Waiter<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl<K: Clone + Eq + Hash> PartialOrd for Waiter<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Clone + Eq + Hash> PartialEq for Waiter<K> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<K: Clone + Eq + Hash> Eq for Waiter<K> {}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    const URGENT: Priority = Priority::Secret;
    const ROUTINE: Priority = Priority::Routine;

    fn rank(priority: Priority, arrived: u64) -> Rank {
        Rank { priority, arrived }
    }

    /// The order in which those who wait behind another have their turn.
    async fn order(ranks: &[Rank]) -> Vec<u64> {
        let (turns, went) = (Turns::new(), Mutex::new(Vec::new()));
        let held = turns.take(&"a", rank(URGENT, 0)).await;
        let waiting = ranks.iter().map(|rank| async {
            let _turn = turns.take(&"a", *rank).await;
            went.lock().unwrap().push(rank.arrived);
        });
        // Polled in this order: all wait before the turn is free.
        futures::join!(join_all(waiting), async { drop(held) });
        assert!(turns.lock().is_empty(), "nothing is kept");
        went.into_inner().unwrap()
    }

    #[tokio::test]
    async fn the_most_urgent_goes_first_and_then_whoever_came_first() {
        use Priority::{AccountIssue, BoilingPoint, Routine, Secret, Threat};
        let waiting = [Routine, AccountIssue, BoilingPoint, Routine, Secret, Threat, Secret];
        let ranks: Vec<Rank> = waiting.into_iter().zip(1..).map(|(it, at)| rank(it, at)).collect();
        assert_eq!(order(&ranks).await, [5, 7, 6, 3, 2, 1, 4]);
    }

    #[tokio::test]
    async fn nobody_waits_for_what_another_queue_waits_for() {
        let turns = Turns::new();
        let _held = turns.take(&"a", rank(ROUTINE, 0)).await;
        assert!(turns.take(&"a", rank(URGENT, 1)).now_or_never().is_none());
        assert!(turns.take(&"b", rank(ROUTINE, 2)).now_or_never().is_some());
    }

    #[tokio::test]
    async fn whoever_stops_waiting_is_passed_over() {
        let turns = Turns::new();
        let held = turns.take(&"a", rank(ROUTINE, 0)).await;
        let [mut first, mut second, mut third] =
            [1, 2, 3].map(|at| Box::pin(turns.take(&"a", rank(URGENT, at))));
        for waiting in [&mut first, &mut second, &mut third] {
            assert!(futures::poll!(waiting).is_pending());
        }
        drop(first);
        drop(held);
        // The second has been called and is gone before it hears of it.
        drop(second);
        assert!(futures::poll!(&mut third).is_ready());
        drop(third);
        assert!(turns.lock().is_empty(), "nothing is kept");
    }

    #[tokio::test]
    async fn someone_more_urgent_goes_before_the_one_whose_turn_it_is() {
        let (turns, went, limit) = (Turns::new(), Mutex::new(Vec::new()), Semaphore::new(0));
        let go = |priority, arrived| {
            let (turns, went, limit) = (&turns, &went, &limit);
            async move {
                let rank = rank(priority, arrived);
                let permit = turns.in_turn(&"a", rank, || limit.acquire()).await;
                went.lock().unwrap().push(arrived);
                permit.unwrap().forget();
            }
        };
        let open = async { limit.add_permits(3) };
        futures::join!(go(ROUTINE, 1), go(ROUTINE, 2), go(URGENT, 3), open);
        assert_eq!(*went.lock().unwrap(), [3, 1, 2]);
    }
}
