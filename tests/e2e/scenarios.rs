//! Every scenario, played.

use futures::StreamExt;

use crate::play::Play;
use crate::scenario::Scenario;

/// How many are played at the same time.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_ends_as_it_should() {
    let plays = Scenario::all().into_iter().map(|scenario| async move {
        let played = Play::through(&scenario).await;
        played.err().map(|wrong| format!("{}: {wrong}", scenario.file.display()))
    });
    let wrong: Vec<String> =
        futures::stream::iter(plays).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
