//! Answers to interactions: a message, a form, choices; at once, or later where it takes longer than Discord waits.
//!
//! Source: <https://discord.com/developers/docs/interactions/receiving-and-responding>.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Mutex;

pub(crate) use crate::discord::rest::File;
use crate::discord::rest::{Request, Rest, RestError};
use crate::discord::wire::Interaction;
use crate::wording::is_hidden;

/// A reply that only the person who asked can see.
/// Source: <https://discord.com/developers/docs/resources/message#message-object-message-flags>.
const EPHEMERAL: u32 = 1 << 6;

/// Discord's number of an option being typed.
const AUTOCOMPLETE: u8 = 4;

/// How long an answer may take before Discord is told that it comes later; it waits for three seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The most characters of a message.
const MOST_WORDS: usize = 2000;

/// The most characters that say what a file shows.
const MOST_ALT: usize = 1024;

/// The most choices that are offered, and the most characters of what one shows and gives.
const MOST_CHOICES: usize = 25;
const MOST_CHOSEN: usize = 100;

/// Discord's numbers of first answers.
mod callback {
    pub(super) const MESSAGE: u8 = 4;
    pub(super) const MESSAGE_LATER: u8 = 5;
    pub(super) const UPDATE_LATER: u8 = 6;
    pub(super) const UPDATE: u8 = 7;
    pub(super) const CHOICES: u8 = 8;
    pub(super) const FORM: u8 = 9;
}

/// An answer.
pub(crate) enum Answer {
    /// Words that only the person who asked reads.
    Say(Reply),
    /// The same in the place of the message whose button or select was used.
    Update(Reply),
    /// Words that only the person who asked reads, while these rows are all that is left below the message whose button
    /// was used.
    Leave { rows: Vec<Value>, reply: Reply },
    /// A form to fill in.
    Ask(Form),
    /// Choices for the option being typed.
    Offer(Vec<Choice>),
    /// It is none of ours, or was answered already.
    Nothing,
}

/// A message for one person.
#[derive(Clone, Default)]
pub(crate) struct Reply {
    pub(crate) words: String,
    pub(crate) embeds: Vec<Value>,
    /// Rows of buttons and selects.
    pub(crate) rows: Vec<Value>,
    pub(crate) file: Option<File>,
    /// What the file shows, for whoever does not see it.
    pub(crate) alt: Option<String>,
}

/// A choice: what is shown, and what is given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// A form of up to five fields.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) custom_id: String,
    pub(crate) title: String,
    pub(crate) fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) custom_id: Cow<'static, str>,
    pub(crate) label: String,
    /// Shown while it is empty.
    pub(crate) hint: String,
    pub(crate) value: String,
    pub(crate) required: bool,
    /// Whether it has several lines.
    pub(crate) long: bool,
    pub(crate) most: usize,
}

impl Answer {
    pub(crate) fn say(words: impl Into<String>) -> Self {
        Self::Say(Reply::new(words))
    }

    /// The names among `all` that hold `typed`, those that begin with it first.
    pub(crate) fn matching(typed: &str, all: impl IntoIterator<Item = (String, Value)>) -> Self {
        let typed = typed.to_lowercase();
        let mut found: Vec<(bool, Choice)> = all
            .into_iter()
            .filter(|(name, _)| name.to_lowercase().contains(&typed))
            .map(|(name, value)| (!name.to_lowercase().starts_with(&typed), Choice { name, value }))
            .collect();
        found.sort_by_key(|(later, _)| *later);
        Self::Offer(found.into_iter().map(|(_, choice)| choice).take(MOST_CHOICES).collect())
    }
}

impl Reply {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), ..Self::default() }
    }

    pub(crate) fn row(mut self, components: &[Value]) -> Self {
        self.rows.push(json!({ "type": 1, "components": components }));
        self
    }

    pub(crate) fn with_file(self, file: File) -> Self {
        Self { file: Some(file), ..self }
    }

    /// The same with what the file shows.
    pub(crate) fn with_picture(self, file: File, alt: String) -> Self {
        Self { file: Some(file), alt: Some(alt), ..self }
    }

    pub(crate) fn embed(mut self, embed: Value) -> Self {
        self.embeds.push(embed);
        self
    }

    /// Shows `text` below the words, exactly: as code in `language`, or as the file `name` where it is too long for that
    /// or holds what would end the code.
    pub(crate) fn showing(self, language: &str, name: &str, text: &str) -> Self {
        if text.contains("```") || text.contains(acts) {
            return self.with_file(File { name: name.to_owned(), content: text.as_bytes().to_vec() });
        }
        self.quoting(language, name, text)
    }

    /// The same for text that is only to be read: what would end the code is broken up in it.
    pub(crate) fn quoting(mut self, language: &str, name: &str, text: &str) -> Self {
        let block = code(language, text);
        if self.words.chars().count() + 1 + block.chars().count() > MOST_WORDS {
            return self.with_file(File { name: name.to_owned(), content: text.as_bytes().to_vec() });
        }
        self.words = format!("{}\n{block}", self.words);
        self
    }

    /// Nobody is ever called by an answer, and nothing in it is hidden from the one who asked.
    fn body(&self) -> Value {
        // What is named here is all that is attached: a file of the words before does not stay.
        let files = self.file.iter().map(|file| {
            let mut told = json!({ "id": "0", "filename": file.name });
            if let Some(alt) = &self.alt {
                told["description"] = cut(alt, MOST_ALT).into();
            }
            told
        });
        json!({
            "content": cut(&self.words, MOST_WORDS),
            "embeds": self.embeds,
            "components": self.rows,
            "attachments": files.collect::<Vec<_>>(),
            "allowed_mentions": { "parse": [] },
        })
    }

    /// The same for a message that is yet to be made: only then is it said whom it is for.
    fn new_body(&self) -> Value {
        let mut body = self.body();
        body["flags"] = EPHEMERAL.into();
        body
    }
}

/// Choices as Discord takes them: not too long, and no two alike.
fn distinct(offered: Vec<Choice>) -> Vec<Choice> {
    let mut taken: Vec<Choice> = Vec::new();
    for Choice { name, value } in offered {
        let long = value.as_str().is_some_and(|text| text.chars().count() > MOST_CHOSEN);
        if long || taken.iter().any(|other| other.value == value) {
            continue;
        }
        let numbered = (2..).map(|number| format!("{} ({number})", cut(&name, MOST_CHOSEN - 5)));
        let mut names = [cut(&name, MOST_CHOSEN)].into_iter().chain(numbered);
        let free = names.find(|name| taken.iter().all(|other| other.name != *name));
        taken.extend(free.map(|name| Choice { name, value }));
    }
    taken
}

/// `text`, cut where Discord would refuse it.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Words that name the likeliest of `names` to be meant by `given`; nothing where none is like it.
pub(crate) fn did_you_mean<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let distance = |name: &str| strsim::damerau_levenshtein(name, given);
    let nearest = names.into_iter().min_by_key(|name| distance(name));
    let nearest = nearest.filter(|name| distance(name) <= name.len().max(given.len()) / 2);
    nearest.map_or(String::new(), |name| format!(" Did you mean `{name}`?"))
}

/// Whether a character acts on the text around it, other than by ending a line.
fn acts(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\n' | '\r' | '\t')
}

/// `text` as Discord shows code, whatever stands in it: what would act on the words around it is replaced.
pub(crate) fn code(language: &str, text: &str) -> String {
    let seen: String = text.chars().map(|c| if acts(c) { char::REPLACEMENT_CHARACTER } else { c }).collect();
    format!("```{language}\n{}\n```", seen.trim_end().replace("```", "`\u{200b}``"))
}

/// What someone wrote, in one line of code between other words.
pub(crate) fn quoted(text: &str) -> String {
    /// The most of it that is repeated, in characters.
    const MOST: usize = 80;
    let line = text.replace('`', "'").split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", cut(&line, MOST))
}

/// A button in grey (2), blue (1), green (3) or red (4).
pub(crate) fn button(style: u8, label: &str, custom_id: &str) -> Value {
    json!({ "type": 2, "style": style, "label": cut(label, 80), "custom_id": custom_id })
}

impl Form {
    fn body(&self) -> Value {
        let rows = self.fields.iter().map(|field| json!({ "type": 1, "components": [field.body()] }));
        json!({
            "custom_id": self.custom_id,
            "title": cut(&self.title, 45),
            "components": rows.collect::<Vec<_>>(),
        })
    }
}

impl Field {
    fn body(&self) -> Value {
        let mut body = json!({
            "type": 4,
            "custom_id": self.custom_id,
            "style": if self.long { 2 } else { 1 },
            "label": cut(&self.label, 45),
            "required": self.required,
            "max_length": self.most.clamp(1, 4000),
        });
        if !self.value.is_empty() {
            body["value"] = cut(&self.value, self.most.clamp(1, 4000)).into();
        }
        if !self.hint.is_empty() {
            body["placeholder"] = cut(&self.hint, 100).into();
        }
        body
    }
}

/// Waits before an answer is tried again: Discord takes none after three seconds.
const RETRIES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(500)];

/// Discord's code of an interaction that was answered before.
/// Source: <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.
const ANSWERED: u32 = 40_060;

/// The conversation about one interaction.
pub(crate) struct Talk<'a> {
    rest: &'a Rest,
    interaction: &'a Interaction,
    /// Whether Discord was told that the answer comes later.
    later: AtomicBool,
    telling: Mutex<()>,
}

impl<'a> Talk<'a> {
    pub(super) fn new(rest: &'a Rest, interaction: &'a Interaction) -> Self {
        Self { rest, interaction, later: AtomicBool::new(false), telling: Mutex::new(()) }
    }

    /// Waits for `work`, and lets Discord know when it takes longer than it would wait.
    pub(super) async fn in_time<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => {}
        }
        // Together: the work may be telling Discord the same this very moment, and waits for its turn. When even that
        // fails, the answer itself will say so.
        let (_, done) = tokio::join!(self.come_back_later(), work);
        done
    }

    /// Tells Discord that the answer takes a while; from then on no form can be opened. Choices cannot come later.
    pub(crate) async fn come_back_later(&self) -> Result<(), RestError> {
        let _one_at_a_time = self.telling.lock().await;
        if self.later.load(Ordering::Relaxed) || self.interaction.kind == AUTOCOMPLETE {
            return Ok(());
        }
        let kind = if self.is_about_a_message() { callback::UPDATE_LATER } else { callback::MESSAGE_LATER };
        self.call_back(kind, json!({ "flags": EPHEMERAL }), None).await?;
        self.later.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Shows how far things are, in the place of the answer to come.
    pub(crate) async fn progress(&self, words: &str) -> Result<(), RestError> {
        self.come_back_later().await?;
        self.edit(&Reply::new(words)).await
    }

    pub(super) async fn give(&self, answer: Answer) -> Result<(), RestError> {
        let later = self.later.load(Ordering::Relaxed);
        let answer = match answer {
            Answer::Offer(choices) => Answer::Offer(choices),
            // What is being typed cannot be answered in words.
            _ if self.interaction.kind == AUTOCOMPLETE => Answer::Offer(Vec::new()),
            // A form can only be the first answer.
            Answer::Ask(_) if later => Answer::say("That took longer than a form can wait for. Try again."),
            answer => answer,
        };
        match answer {
            Answer::Nothing => Ok(()),
            Answer::Say(reply) if later && self.is_about_a_message() => self.follow_up(&reply).await,
            Answer::Say(reply) | Answer::Update(reply) if later => self.edit(&reply).await,
            Answer::Leave { rows, reply } => {
                let left = self.leave(&rows, later).await;
                self.follow_up(&reply).await.and(left)
            }
            Answer::Update(reply) if self.is_about_a_message() => {
                self.call_back(callback::UPDATE, reply.body(), reply.file).await
            }
            Answer::Say(reply) | Answer::Update(reply) => {
                self.call_back(callback::MESSAGE, reply.new_body(), reply.file).await
            }
            Answer::Offer(choices) => {
                let typed = self.interaction.data.as_ref().and_then(|data| data.focused());
                let fits = |choice: &Choice| typed.is_some_and(|typed| typed.takes(&choice.value));
                let choices = distinct(choices).into_iter().filter(fits);
                let choices = choices.map(|choice| json!({ "name": choice.name, "value": choice.value }));
                let body = json!({ "choices": choices.collect::<Vec<_>>() });
                self.call_back(callback::CHOICES, body, None).await
            }
            Answer::Ask(form) => self.call_back(callback::FORM, form.body(), None).await,
        }
    }

    /// The rows below the message whose button was used, without those of these `custom_id`s; none where they all stay.
    pub(super) fn rows_without(&self, gone: &[String]) -> Option<Vec<Value>> {
        let mut rows = self.interaction.message.as_ref()?["components"].as_array()?.clone();
        let goes =
            |part: &Value| part["custom_id"].as_str().is_some_and(|id| gone.iter().any(|one| one == id));
        let mut any = false;
        for parts in rows.iter_mut().filter_map(|row| row["components"].as_array_mut()) {
            any |= parts.iter().any(goes);
            parts.retain(|part| !goes(part));
        }
        rows.retain(|row| row["components"].as_array().is_some_and(|parts| !parts.is_empty()));
        any.then_some(rows)
    }

    /// Changes the rows below the message whose button was used, and nothing else of it.
    async fn leave(&self, rows: &[Value], later: bool) -> Result<(), RestError> {
        let body = json!({ "components": rows, "allowed_mentions": { "parse": [] } });
        if !later {
            return self.call_back(callback::UPDATE, body, None).await;
        }
        let path = format!("{}/messages/@original", self.hook());
        self.rest.send(Request::patch(path, body)).await.map(drop)
    }

    /// Whether a button or select was used, or a form opened from one: then there is a message to be changed.
    fn is_about_a_message(&self) -> bool {
        self.interaction.message.is_some()
    }

    async fn call_back(&self, kind: u8, data: Value, file: Option<File>) -> Result<(), RestError> {
        let path = format!("interactions/{}/{}/callback", self.interaction.id, self.interaction.token);
        let body = json!({ "type": kind, "data": data });
        let call = || Request { file: file.clone(), ..Request::post(path.clone(), body.clone()) };
        let mut waits = RETRIES.into_iter();
        let mut again = false;
        loop {
            match (self.rest.send(call()).await, waits.next()) {
                (Err(RestError::Trouble(_)), Some(wait)) => tokio::time::sleep(wait).await,
                // It was heard the first time, and only the answer to it was lost.
                (Err(RestError::Refused { code: ANSWERED, .. }), _) if again => return Ok(()),
                (answer, _) => return answer.map(drop),
            }
            again = true;
        }
    }

    async fn edit(&self, reply: &Reply) -> Result<(), RestError> {
        let path = format!("{}/messages/@original", self.hook());
        let request = Request { file: reply.file.clone(), ..Request::patch(path, reply.body()) };
        self.rest.send(request).await.map(drop)
    }

    async fn follow_up(&self, reply: &Reply) -> Result<(), RestError> {
        let request = Request { file: reply.file.clone(), ..Request::post(self.hook(), reply.new_body()) };
        self.rest.send(request).await.map(drop)
    }

    fn hook(&self) -> String {
        format!("webhooks/{}/{}", self.interaction.application_id, self.interaction.token)
    }
}
