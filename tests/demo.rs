//! `aside demo`, played through the library.

use aside::demo::{Options, demo};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_day_goes_as_expected() {
    let mut out = Vec::new();
    let played = demo(&Options::default(), &mut out).await;
    println!("{}", String::from_utf8(out).unwrap());
    println!("{:?}", played.unwrap().acknowledged_after);
}
