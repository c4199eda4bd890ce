//! An embedded Discord on loopback: REST and gateway.
//!
//! It replaces Discord's address and nothing else: the bot that runs against it is the production bot, over
//! the same wire protocol. It refuses what Discord refuses, with Discord's statuses, codes and texts. Demo
//! and tests act as members through [`Simulator`] and read what became of it.
//!
//! A request goes `server → gate → limits → faults → routes → State → gate → answer`; every change of
//! [`State`] reaches the gateway's sessions in the same breath, so that events come in the order of what
//! happened. `acts`, `changes`, `control`, `endurance`, `trouble` and `view` are the side that tests and the demo hold;
//! everything else is Discord.
//!
//! Not played: voice, stickers, polls, scheduled events, guild administration beyond channels, roles and
//! members, the audit log beyond who added the bot, archiving by the passing of time unless it is asked for,
//! how many commands may be registered in a day; that sessions begin too soon after each other is counted, and
//! refused where the world wants it.
//!
//! ```
//! use aside::simulator::{Simulator, World};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let world = World::from_toml(r#"
//!     [[guild]]
//!     name = "Harbor"
//!     channels = [{ name = "help" }]
//!     members = [{ name = "alex" }]
//! "#)?;
//! let discord = Simulator::start(&world).await?;
//! // A bot connects to discord.base() with discord.token(); then:
//! let (alex, help) = (discord.user("alex").unwrap(), discord.channel("help").unwrap());
//! let message = discord.post(alex, help, "Is anybody there?")?;
//! assert_eq!(discord.messages(help)[0].id, message);
//! discord.stop().await;
//! # Ok(()) }
//! ```

mod acts;
mod amend;
mod archive;
mod automod;
mod body;
mod changes;
mod commands;
mod components;
mod control;
mod definition;
mod endurance;
mod faults;
mod files;
mod filling;
mod form;
mod gate;
mod gateway;
mod interactions;
mod limits;
mod locales;
mod log;
mod mentions;
mod messages;
mod model;
mod options;
mod permissions;
mod picks;
mod refusal;
mod render;
mod routes;
mod server;
mod session;
mod starts;
mod state;
mod threads;
mod trouble;
mod view;
mod wire;
mod world;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use commands::Command;
pub use control::InVain;
pub use faults::{Fault, Trouble};
pub use gate::{Moment, Pause};
pub use interactions::{Interaction, InteractionKind, Reply};
pub use log::Request;
pub use model::{
    Channel, ChannelKind, Guild, Id, Member, Message, Overwrite, OverwriteKind, Reaction, Reference, Role,
    Thread, User,
};
pub use permissions::Permissions;
pub use refusal::Refusal;
pub use state::State;
pub use view::{Seen, SeenMessage};
pub use world::{ChannelPlan, GuildPlan, MemberPlan, OverwritePlan, Privileged, RolePlan, World};

use server::Shared;
use wire::{Scissors, Wires};

/// How long stopping waits for connections to end.
const GOODBYE: Duration = Duration::from_secs(2);

/// A running embedded Discord. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    address: String,
    tasks: JoinSet<()>,
}

impl Simulator {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be had, or `world` names a role, member or category that it does not have.
    pub async fn start(world: &World) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        Self::start_on(world, listener)
    }

    /// Starts on a given listener.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_on(world: &World, listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?.to_string();
        let mut state =
            State::new(world).map_err(|wrong| io::Error::new(io::ErrorKind::InvalidInput, wrong))?;
        state.address.clone_from(&address);
        let shared = Arc::new(Shared::new(state));
        let service = server::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Scissors>();
        let stopping = Arc::clone(&shared);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let serving = axum::serve(Wires(listener), service);
            let serving = serving.with_graceful_shutdown(async move { stopping.stopping().await });
            // Accepting never fails for good: axum waits and tries again.
            serving.await.ok();
        });
        Ok(Self { shared, address, tasks })
    }

    /// The origin before `/api/v10/…`, for `DISCORD_API_BASE`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bot's token.
    #[must_use]
    pub fn token(&self) -> String {
        self.shared.read(|state| state.app.token.clone())
    }

    /// Ends every connection and stops listening.
    pub async fn stop(mut self) {
        self.shared.stop();
        // Whoever has not left by then is cut off when the tasks are dropped.
        tokio::time::timeout(GOODBYE, self.tasks.join_next()).await.ok();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.stop();
    }
}
