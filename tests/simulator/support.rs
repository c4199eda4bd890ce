//! A small community and a bare client.

use aside::simulator::{Simulator, World};

/// The community most tests play in.
pub(crate) const HARBOR: &str = r#"
[[guild]]
name = "Harbor"
owner = "olga"
roles = [
    { name = "Moderator", permissions = ["MANAGE_THREADS", "MANAGE_MESSAGES", "MODERATE_MEMBERS"] },
    { name = "Muted" },
]
channels = [
    { name = "help" },
    { name = "news", kind = "announcement" },
    { name = "ideas", kind = "forum" },
    { name = "lounge", kind = "voice" },
    { name = "staff", overwrites = [
        { of = "@everyone", deny = ["VIEW_CHANNEL"] },
        { of = "Moderator", allow = ["VIEW_CHANNEL"] },
    ] },
    { name = "quiet", overwrites = [{ of = "@everyone", deny = ["SEND_MESSAGES"] }, { of = "@bot", deny = ["SEND_MESSAGES"] }] },
]
members = [
    { name = "mia", roles = ["Moderator"] },
    { name = "alex" },
    { name = "shut", accepts_dms = false },
]
"#;

pub(crate) async fn harbor() -> Simulator {
    let world = World::from_toml(HARBOR).expect("the community is valid");
    Simulator::start(&world).await.expect("loopback is free")
}
