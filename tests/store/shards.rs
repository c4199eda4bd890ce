//! Which of several processes sees to what.

use aside::case::Event;
use aside::case::action::Refusal;
use aside::message::{GuildId, UserId};
use aside::policy::Response;
use aside::store::{Database, Erasure, Shards, Store};

use crate::place::{ALEX, Place, Plain, first, hour, notice, noticed, now};

/// A server on that shard of two.
const fn on(shard: u64) -> GuildId {
    GuildId((10 + shard) << 22 | 5)
}

pub(crate) async fn a_process_sees_to_its_own_servers(place: Place) {
    let all = place.open().await;
    for (shard, at) in [(0, 1), (1, 2)] {
        let action = first(noticed(&all, notice(on(shard), UserId(at), at, Response::TakeAside)).await);
        assert_eq!(action.guild, on(shard));
    }
    for guild in [on(0), on(1)] {
        let wish = Erasure { guild, member: UserId(1), at: now() };
        let mut companion = notice(guild, ALEX, 9, Response::TakeAside);
        companion.matter.companion = Some(UserId(1));
        noticed(&all, companion).await;
        all.forget(&wish).await.unwrap();
    }
    let guilds = async |store: &Database| {
        let later = now() + hour() * 24;
        let mut pending: Vec<GuildId> = store.pending().await.unwrap().iter().map(|one| one.guild).collect();
        pending.sort_unstable();
        pending.dedup();
        let mut due: Vec<GuildId> = store.due(later, 9).await.unwrap().iter().map(|one| one.guild).collect();
        due.sort_unstable();
        due.dedup();
        let erasures: Vec<GuildId> = store.erasures().await.unwrap().iter().map(|wish| wish.guild).collect();
        assert!(store.next_due().await.unwrap().is_some());
        (pending, due, store.guilds_with_open_cases().await.unwrap(), erasures)
    };
    let (pending, due, open, erasures) = guilds(&all).await;
    assert_eq!((pending.len(), due.len(), open.len(), erasures.len()), (2, 2, 2, 2));
    for shard in [0, 1] {
        let shards = Shards::new(shard, shard + 1, 2).unwrap();
        let own = vec![on(u64::from(shard))];
        let store = place.open().await.of_shards(shards);
        assert_eq!(guilds(&store).await, (own.clone(), own.clone(), own.clone(), own));
    }
    let none = place.open().await.of_shards(Shards::new(2, 3, 7).unwrap());
    assert!(!none.sweep(&horizon(), 9).await.unwrap().more);
    assert_eq!(none.next_due().await.unwrap(), None);
    let gone = Event::Deleted(aside::message::MessageId(1));
    assert!(
        none.happen(on(0), aside::store::Whose::Number(1), gone, &Plain).await.unwrap().is_some(),
        "by name"
    );
}

pub(crate) async fn what_another_process_gave_up_is_its_own(place: Place) {
    let all = place.open().await;
    for (shard, at) in [(0, 1), (1, 2)] {
        let action = first(noticed(&all, notice(on(shard), UserId(at), at, Response::TakeAside)).await);
        assert!(all.bury(action.id, Refusal::GaveUp, now(), &Plain).await.unwrap().is_some());
    }
    let guilds = async |store: &Database| {
        let letters = store.buried(None).await.unwrap();
        letters.iter().map(|letter| letter.pending.guild).collect::<Vec<GuildId>>()
    };
    assert_eq!(guilds(&all).await, [on(0), on(1)], "an operator sees all of it");
    for shard in [0, 1] {
        let own = place.open().await.of_shards(Shards::new(shard, shard + 1, 2).unwrap());
        assert_eq!(guilds(&own).await, [on(u64::from(shard))]);
    }
}

fn horizon() -> aside::store::Horizon {
    aside::store::Horizon::of(&aside::config::Config::default(), now())
}

pub(crate) async fn each_shard_was_heard_when_its_process_was(place: Place) {
    let of = async |first, end, total| place.open().await.of_shards(Shards::new(first, end, total).unwrap());
    let (low, high, whole) = (of(0, 2, 4).await, of(2, 4, 4).await, of(0, 4, 4).await);
    assert_eq!(low.last_alive().await.unwrap(), None, "the first start ever");
    low.alive(now()).await.unwrap();
    assert_eq!(low.last_alive().await.unwrap(), Some(now()));
    assert_eq!(of(3, 4, 4).await.last_alive().await.unwrap(), None, "it was never heard");
    high.alive(now() + hour()).await.unwrap();
    assert_eq!(high.last_alive().await.unwrap(), Some(now() + hour()));
    assert_eq!(whole.last_alive().await.unwrap(), Some(now()), "the longest ago");
    assert_eq!(of(1, 3, 4).await.last_alive().await.unwrap(), Some(now()));

    // More shards than before: nobody knows which of them had which server.
    let more = of(0, 4, 8).await;
    assert_eq!(more.last_alive().await.unwrap(), Some(now()));
    more.alive(now() + hour() * 2).await.unwrap();
    assert_eq!(of(4, 8, 8).await.last_alive().await.unwrap(), Some(now()), "until they are heard themselves");
    of(4, 8, 8).await.alive(now() + hour() * 3).await.unwrap();
    assert_eq!(of(0, 8, 8).await.last_alive().await.unwrap(), Some(now() + hour() * 2));
    assert_eq!(place.count("SELECT count(*) FROM alive").await, 8, "what was before tells nothing any more");
}
