//! Plays a scenario: does what its steps say, and holds what came of it against what they expect.

use aside::simulator::{ChannelKind, Id, Message, Simulator};

use crate::community::{Bot, Home, RULES, private_threads, said, settled};
use crate::expectation;
use crate::manners::{self, Said};
use crate::metrics::Told;
use crate::scenario::{Called, Say, Scenario, Step, fill, secret};

/// A scenario under way.
pub(crate) struct Play {
    pub(crate) discord: Simulator,
    pub(crate) called: Called,
    home: Home,
    config: String,
    said: Vec<Said>,
    bot: Option<Bot>,
}

impl Play {
    /// Plays `scenario` from the first step to the last.
    ///
    /// # Errors
    ///
    /// What is not as it should be, and at which step.
    pub(crate) async fn through(scenario: &Scenario) -> Result<(), String> {
        let discord = Simulator::start(&scenario.world()).await.map_err(|error| error.to_string())?;
        let (home, called, said) = (Home::new().telling(), Called::new(), Vec::new());
        let mut play = Self { discord, called, home, config: String::new(), said, bot: None };
        play.config = play.settings(scenario)?;
        play.start().await;
        for (at, step) in scenario.steps.iter().enumerate() {
            play.take(step).await.map_err(|wrong| format!("step {}: {wrong}", at + 1))?;
        }
        let told = Told::at(play.home.told_at()).await?;
        told.is_declared(1)?;
        told.is_discreet(&play.discord, &play.said)?;
        play.stop().await?;
        manners::check(&play.discord, &play.home, &play.said)
    }

    fn settings(&self, scenario: &Scenario) -> Result<String, String> {
        let settings = format!("{}\n{}", scenario.config, scenario.rules.as_deref().unwrap_or(RULES));
        // Braces of TOML are left alone.
        fill(&settings, |name| Some(self.known(name).unwrap_or_else(|| format!("{{{name}}}"))))
    }

    async fn start(&mut self) {
        self.bot = Some(Bot::start(&self.discord, &self.home, &self.config).await);
    }

    async fn stop(&mut self) -> Result<(), String> {
        match self.bot.take() {
            Some(bot) => bot.stop().await.map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }

    async fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Expect(expected) => {
                settled(&self.discord, &self.home).await?;
                return expectation::check(self, expected);
            }
            Step::Settle {} => return settled(&self.discord, &self.home).await,
            Step::Say(say) => return self.say(say),
            Step::Press { by, r#in, button } => return self.press(by, r#in, button).await,
            Step::Restart {} => {
                self.stop().await?;
                self.start().await;
                return Ok(());
            }
            _ => {}
        }
        self.speak(step).unwrap_or_else(|| self.change(step))
    }

    fn say(&mut self, say: &Say) -> Result<(), String> {
        let text = self.words(&say.text)?;
        let (by, channel) = (self.person(&say.by)?, self.place(&say.r#in)?);
        let message = match &say.answers {
            Some(answered) => {
                let (_, answered) = self.message(answered)?;
                self.discord.reply(by, channel, answered, &text)
            }
            None => self.discord.post(by, channel, &text),
        };
        let message = message.map_err(|refusal| format!("{refusal:?}"))?;
        if let Some(name) = &say.called {
            self.called.insert(name.clone(), (channel, message));
        }
        Ok(())
    }

    /// Steps in which words are said other than in a plain post.
    fn speak(&mut self, step: &Step) -> Option<Result<(), String>> {
        Some(match step {
            Step::Webhook { name, r#in, text } => self
                .words(text)
                .and_then(|text| done(self.discord.post_as_webhook(name, self.place(r#in)?, &text))),
            Step::Edit { message, by, text } => self.words(text).and_then(|text| {
                let (channel, message) = self.message(message)?;
                done(self.discord.edit(self.person(by)?, channel, message, &text))
            }),
            Step::Reply { by, r#in, text } => self.words(text).and_then(|text| {
                let place = self.place(r#in)?;
                let latest = said(&self.discord, place).last().map(|post| post.id);
                let latest = latest.ok_or("the bot has said nothing there")?;
                done(self.discord.reply(self.person(by)?, place, latest, &text))
            }),
            Step::Write { by, text } => {
                self.words(text).and_then(|text| done(self.discord.write_to_bot(self.person(by)?, &text)))
            }
            _ => return None,
        })
    }

    /// Steps in which the community changes.
    fn change(&self, step: &Step) -> Result<(), String> {
        let (discord, guild) = (&self.discord, self.guild()?);
        match step {
            Step::Delete { message, by } => {
                let (channel, message) = self.message(message)?;
                done(discord.delete(self.person(by)?, channel, message))
            }
            Step::OpenThread { by, under, name, kind } => {
                done(discord.open_thread(self.person(by)?, self.place(under)?, name, *kind))
            }
            Step::Archive { by, thread } => {
                done(discord.archive(self.person(by)?, self.place(thread)?, false))
            }
            Step::MakeChannel { name } => done(discord.create_channel(guild, name, ChannelKind::Text)),
            Step::DeleteChannel { channel } => done(discord.delete_channel(self.place(channel)?)),
            Step::Overwrite { channel, of, allow, deny } => {
                let of = self.role(of).or_else(|_| self.person(of))?;
                done(discord.set_overwrite(self.place(channel)?, of, *allow, *deny))
            }
            Step::Grant { role, permissions } => {
                done(discord.set_role(guild, self.role(role)?, *permissions))
            }
            Step::MakeRole { name, permissions } => done(discord.create_role(guild, name, *permissions)),
            Step::DeleteRole { role } => done(discord.delete_role(guild, self.role(role)?)),
            Step::GiveRoles { member, roles } => {
                let roles: Vec<Id> = roles.iter().map(|role| self.role(role)).collect::<Result<_, _>>()?;
                done(discord.set_roles(guild, self.person(member)?, &roles))
            }
            _ => Ok(()),
        }
    }

    async fn press(&self, by: &str, place: &str, label: &str) -> Result<(), String> {
        let channel = self.place(place)?;
        let (message, custom_id) = button(&said(&self.discord, channel), label)
            .ok_or_else(|| format!("no button {label:?} in {place}"))?;
        let pressed = self.discord.press(self.person(by)?, channel, message, &custom_id);
        let pressed = pressed.map_err(|refusal| format!("{refusal:?}"))?;
        // The embedded Discord takes no answer after three seconds.
        let reply = self.discord.answer_to(pressed).await.map_err(|error| error.to_string())?;
        let says = reply.data["content"].as_str().is_some_and(|content| !content.is_empty());
        if reply.ephemeral && says {
            Ok(())
        } else {
            Err(format!("the answer to {label:?} is seen by others, or empty"))
        }
    }

    /// A text with its placeholders filled in; what is secret in it is remembered.
    fn words(&mut self, text: &str) -> Result<String, String> {
        let mut secrets = Vec::new();
        let text = fill(text, |name| {
            secrets.extend(secret(name));
            secret(name).or_else(|| self.known(name))
        })?;
        self.said.push(Said { text: text.clone(), secrets });
        Ok(text)
    }

    /// What a placeholder stands for that is no secret.
    pub(crate) fn known(&self, name: &str) -> Option<String> {
        if name == "guild" {
            return self.guild().ok().map(|id| id.to_string());
        }
        let of =
            |id: Result<Id, String>, before: &str, after: &str| Some(format!("{before}{}{after}", id.ok()?));
        if let Some(name) = name.strip_prefix('@') {
            return of(self.person(name), "<@", ">");
        }
        if let Some(name) = name.strip_prefix('#') {
            return of(self.place(name), "<#", ">");
        }
        if let Some(name) = name.strip_prefix('&') {
            return of(self.role(name), "<@&", ">");
        }
        match name.split_once(':')? {
            ("channel", name) => of(self.place(name), "", ""),
            ("role", name) => of(self.role(name), "", ""),
            ("member", name) => of(self.person(name), "", ""),
            ("message", name) => of(self.message(name).map(|(_, id)| id), "", ""),
            _ => None,
        }
    }

    fn guild(&self) -> Result<Id, String> {
        self.discord.guild("Harbor").ok_or_else(|| "no guild is called Harbor".to_owned())
    }

    pub(crate) fn person(&self, name: &str) -> Result<Id, String> {
        if name == "@bot" {
            return Ok(self.discord.bot());
        }
        self.discord.user(name).ok_or_else(|| format!("nobody is called {name:?}"))
    }

    fn role(&self, name: &str) -> Result<Id, String> {
        self.discord.role(name).ok_or_else(|| format!("no role is called {name:?}"))
    }

    /// A channel or thread; `case 2` is the second private thread of the bot.
    pub(crate) fn place(&self, name: &str) -> Result<Id, String> {
        let case = name.strip_prefix("case ").and_then(|number| number.parse::<usize>().ok());
        let found = match case {
            Some(number) => private_threads(&self.discord).get(number - 1).map(|thread| thread.id),
            None => self.discord.channel(name),
        };
        found.ok_or_else(|| format!("no channel is called {name:?}"))
    }

    pub(crate) fn message(&self, name: &str) -> Result<(Id, Id), String> {
        self.called.get(name).copied().ok_or_else(|| format!("no message is called {name:?}"))
    }
}

fn done<T>(outcome: Result<T, aside::simulator::Refusal>) -> Result<(), String> {
    outcome.map(drop).map_err(|refusal| format!("{refusal:?}"))
}

/// The message and `custom_id` of the first button with this label.
fn button(messages: &[Message], label: &str) -> Option<(Id, String)> {
    messages.iter().find_map(|message| {
        let rows = message.components.iter().filter_map(|row| row["components"].as_array());
        let found = rows.flatten().find(|button| button["label"] == label)?;
        Some((message.id, found["custom_id"].as_str()?.to_owned()))
    })
}
