//! Commands, as moderators and members use them.

mod backtest;
mod buttons;
mod cases;
mod doctor;
mod edit;
mod forms;
mod frame;
mod languages;
mod menus;
mod privacy;
mod private_word;
mod report;
mod rules;
mod setup;
mod test;
mod transfer;
mod wording;

use aside::simulator::{Id, Message, Reply, Simulator, State, World};
use jiff::Timestamp;
use serde_json::Value;

use crate::community::{Bot, Home, RULES, harbor};
use crate::{log, manners};

#[expect(clippy::disallowed_methods, reason = "what was proposed long ago is forgotten")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A server with the bot in it, whose commands are registered.
pub(crate) struct Server {
    pub(crate) discord: Simulator,
    pub(crate) home: Home,
    bot: Option<Bot>,
    config: String,
}

impl Server {
    pub(crate) async fn new() -> Self {
        Self::with(RULES).await
    }

    pub(crate) async fn with(config: &str) -> Self {
        Self::in_world(&harbor(), config).await
    }

    pub(crate) async fn in_world(world: &World, config: &str) -> Self {
        let discord = Simulator::start(world).await.unwrap();
        let mut server = Self { discord, home: Home::new(), bot: None, config: config.to_owned() };
        server.start().await;
        server
    }

    pub(crate) async fn start(&mut self) {
        self.bot = Some(Bot::start(&self.discord, &self.home, &self.config).await);
        let registered = |state: &State| (!state.commands().is_empty()).then_some(());
        self.discord.wait_until("commands to be registered", registered).await.unwrap();
    }

    /// Stops the bot and starts it again on the same database.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    pub(crate) async fn stop(&mut self) {
        self.bot.take().unwrap().stop().await.unwrap();
    }

    /// Stops the bot; whatever it asked of Discord was well-mannered.
    pub(crate) async fn end(mut self) {
        self.stop().await;
        manners::check(&self.discord, &self.home, &[]).unwrap();
    }

    /// Nothing that was sent so far is anything Discord would not take, could alert anyone, or is there for others to
    /// read.
    pub(crate) fn mannerly(&self) {
        manners::check_requests(&self.discord.requests()).unwrap();
        manners::check_answers(&self.discord).unwrap();
    }

    pub(crate) fn place(&self, who: &str) -> (Id, Id) {
        (self.discord.user(who).unwrap(), self.discord.channel("general").unwrap())
    }

    /// `who` uses a command, and reads the answer; it is for them alone.
    pub(crate) async fn says(&self, who: &str, path: &str, options: &[(&str, Value)]) -> String {
        let asked = self.asks(who, path, options);
        self.read(asked).await
    }

    /// `who` uses a command; which interaction that was.
    pub(crate) fn asks(&self, who: &str, path: &str, options: &[(&str, Value)]) -> Id {
        let (who, channel) = self.place(who);
        self.discord.command(who, channel, path, options).unwrap()
    }

    /// The first answer to an interaction.
    pub(crate) async fn reply(&self, asked: Id) -> Reply {
        let answer = self.discord.answer_to(asked).await;
        answer.unwrap_or_else(|error| panic!("{error}\n{}", log::written()))
    }

    /// The words of the answer to an interaction, once it is there; it is for one person alone.
    pub(crate) async fn read(&self, asked: Id) -> String {
        let reply = self.reply(asked).await;
        assert!(
            reply.ephemeral || matches!(reply.kind, 6 | 7 | 9),
            "an answer that others read: {}",
            reply.data
        );
        if !matches!(reply.kind, 5 | 6) {
            return reply.data["content"].as_str().unwrap_or_default().to_owned();
        }
        let filled = |state: &State| {
            let of = state.interactions().find(|of| of.id == asked)?;
            let message = state.messages(of.channel).find(|message| Some(message.id) == of.original)?;
            (!message.content.is_empty() && message.flags & 128 == 0).then(|| message.content.clone())
        };
        self.discord.wait_until("the answer that was promised", filled).await.unwrap()
    }

    /// The message that answers an interaction, once it is there.
    pub(crate) async fn message(&self, asked: Id) -> Message {
        self.read(asked).await;
        let found = |state: &State| {
            let of = state.interactions().find(|of| of.id == asked)?;
            state.messages(of.channel).find(|message| Some(message.id) == of.original).cloned()
        };
        self.discord.read(found).expect("the answer is a message")
    }

    /// `who` fills in the form that `asked` was answered with, and sends it; which interaction that was.
    pub(crate) async fn submits(&self, who: &str, asked: Id, values: &[(&str, &str)]) -> Id {
        assert_eq!(self.reply(asked).await.kind, 9, "the answer is a form");
        let (who, _) = self.place(who);
        self.discord.submit_modal(who, asked, values).unwrap()
    }

    /// `who` presses the button labelled `label` below the answer to `asked`; which interaction that was.
    pub(crate) fn press(&self, who: &str, asked: Id, label: &str) -> Id {
        let (who, channel) = self.place(who);
        let (message, custom_id) = self.discord.read(|state| {
            let of = state.interactions().find(|of| of.id == asked).unwrap();
            let id = of.original.unwrap();
            let message = state.messages(of.channel).find(|message| message.id == id).unwrap();
            (id, button(&message.components, label))
        });
        self.discord.press(who, channel, message, &custom_id).unwrap()
    }

    /// `who` types the option `focused`; which interaction that was.
    pub(crate) fn asks_typing(&self, who: &str, path: &str, options: &[(&str, Value)], focused: &str) -> Id {
        let (who, channel) = self.place(who);
        self.discord.autocomplete(who, channel, path, options, focused).unwrap()
    }

    /// `who` chooses in a select of the answer to `asked`; which interaction that was.
    pub(crate) fn choose(&self, who: &str, asked: Id, custom_id: &str, values: &[&str]) -> Id {
        let (channel, message) = self.discord.read(|state| {
            let of = state.interactions().find(|of| of.id == asked).unwrap();
            (of.channel, of.original.unwrap())
        });
        let who = self.discord.user(who).unwrap();
        self.discord.choose(who, channel, message, custom_id, values).unwrap()
    }

    /// What is offered while `who` types the option `focused`.
    pub(crate) async fn offered(
        &self,
        who: &str,
        path: &str,
        options: &[(&str, Value)],
        focused: &str,
    ) -> Vec<String> {
        let reply = self.reply(self.asks_typing(who, path, options, focused)).await;
        let choices = reply.data["choices"].as_array().unwrap().iter();
        choices.map(|choice| choice["value"].to_string().trim_matches('"').to_owned()).collect()
    }
}

/// The `custom_id` of the button with this label.
fn button(components: &[Value], label: &str) -> String {
    let buttons = components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten());
    let found = buttons
        .into_iter()
        .find(|button| button["label"].as_str().is_some_and(|text| text.starts_with(label)));
    found.unwrap_or_else(|| panic!("no button {label:?} in {components:?}"))["custom_id"]
        .as_str()
        .unwrap()
        .to_owned()
}
