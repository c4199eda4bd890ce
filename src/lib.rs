//! Aside is a Discord bot that notices, in public channels, the messages that should not be argued out in
//! public, acknowledges them courteously where everyone can see, opens a private thread with the member,
//! and brings moderators in.
//!
//! # Map
//!
//! The **core** is pure: it is told the time, is given randomness, and says what to do as data.
//!
//! | module | what it is |
//! |---|---|
//! | [`message`] | our words for what arrived |
//! | [`text`] | the normalized view of a message for matching, mapped back to original offsets |
//! | [`detect`] | detectors, findings, heat, and the scanner that runs them |
//! | [`policy`] | findings and circumstances become a verdict with reasons; conversations and their temperature, raids, causes |
//! | [`case`] | one matter from notice to settlement: a total function, its clock and its errands, and actions as data |
//! | [`wording`] | templates become text |
//!
//! The **shell** does what the core says.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | settings of the file, and over them each server's own; checked before they hold; builds the core |
//! | [`store`] | what outlives the process: cases, the outbox of committed actions, what moderators set (SQLite or PostgreSQL) |
//! | [`report`] | what came of cases becomes figures, words, a picture, and what to change; as pure as the core |
//! | [`responder`] | the conductor: judge, commit, perform, record the receipt; brings settings into force; the trait of the edge |
//! | [`telemetry`] | how the bot is doing, for whoever runs it: metrics and health endpoints; labels from fixed sets |
//! | [`discord`] | the edge: gateway, REST within its limits, permissions and what is missing of them, catching up |
//! | `commands` | what people ask for: slash commands, menus, buttons, selects and forms |
//! | [`privacy`] | what is kept of people, why, and for how long: for the page about it, and for themselves |
//! | [`scan`] | the same judgment over files, offline |
//! | [`simulator`] | an embedded Discord on loopback: REST and gateway |
//! | [`demo`] | a scripted day in a community, played against the embedded Discord |
//! | [`cli`] | arguments and exit codes |
//!
//! # The flow of one message
//!
//! ```text
//! gateway → discord::convert → Message → Scanner::scan → Scan (heat, findings)
//!         → Conversations::hear → Setting (temperature, who answers whom, back and forth)
//!         → Policy::decide → Decision → Raids::weigh → Matter → Case::apply → Action
//!         → Store (case and action in one transaction) → Wording::render
//!         → Executor::perform → Receipt or Refusal → Case::apply → the next action …
//! ```
//!
//! A case that the message opens is compared with those of late: `Causes::hear` says when several members' have one cause,
//! which is told by one `CauseNotice`, committed and performed like a case.
//!
//! What a conversation is like is remembered for an hour at most, in memory and without its words; what was done, in
//! the store. Where there is no store, over transcripts, [`policy::history`] remembers both.
//!
//! # The flow of one change
//!
//! ```text
//! interaction → Context (who, where, what) → new settings → difference, part by part
//!         → GuildConfigs::build (rules, words: valid?) → concerns (a false alarm again? too much of the chat?)
//!         → a second look, where there are any → Store (settings and record in one transaction)
//!         → GuildConfigs::put (in force on every shard) → the answer
//! ```
//!
//! What is in force in a server is immutable; a change makes another, and the next message meets it.
//!
//! # The life of one case
//!
//! ```text
//! open → acknowledged → in thread → claimed → resolved | dismissed | declined | expired, and back
//! ```
//!
//! Where a case stands follows from what is known of it ([`case::State`]); what it waits for is its [`case::Step`]. A press, a
//! command, a word in the thread, the clock and Discord itself are events; each may add errands, which the case runs one after
//! the other whenever it waits for nothing else:
//!
//! ```text
//! event → Responder::happen → Store (case, clock, outcome and action in one transaction) → perform → receipt → …
//! clock: Store::due → reminder for all of a server in one post | expiry
//! ```
//!
//! A case waits for at most one action at a time; so after a crash at most one action of it is in doubt,
//! and that one is looked up on Discord before it is repeated.
//!
//! # Invariants
//!
//! Held by `tests/invariants.rs` and the end-to-end tests.
//!
//! 1. `message`, `text`, `detect`, `policy`, `case`, `wording` and `report` do no I/O, read no clock, and name no type
//!    of Discord's library, the runtime or the database. Time, randomness and configuration are parameters.
//! 2. Detecting cannot fail. Everything that can fail about rules, words and templates fails at load, naming
//!    the file, the line, the key and what would be valid.
//! 3. Deciding and acting are different types. An action is committed before it is performed, and is performed
//!    once: an enforced nonce, and after that a look for the post before it is repeated.
//! 4. A member's words never reach a log line, an error, a metric or a thread name; at rest stand only the masked text
//!    of a removed message, until it has been given back, that of messages which moderators judged, what a member fills
//!    in a private form, until the case is over, the few words that most members of one cause share, and, where the
//!    operator wants transcripts, the masked words in private threads. [`privacy::KEPT`] is the whole list. `Debug` of a message prints identifiers and length.
//! 5. The simulator replaces Discord's address and nothing else: demo, tests and production run the same code
//!    over the same wire protocol.
//! 6. What failed is never dropped in silence: another way is taken, moderators read of it, or it stays in the outbox as a
//!    dead letter that the operator sees. Private words never fall back to a public place.
//! 7. Discord's limit on invalid requests is never near: a circuit opens at a tenth of it, for one server or for all, and
//!    what is held back waits in the outbox.

pub mod case;
pub mod cli;
mod commands;
pub mod config;
pub mod demo;
pub mod detect;
pub mod discord;
pub mod message;
pub mod policy;
pub mod privacy;
pub mod report;
pub mod responder;
pub mod scan;
pub mod simulator;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod wording;
