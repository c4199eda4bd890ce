//! What holds whatever happens: every request is well-mannered, and nobody's words get out.

use std::sync::LazyLock;

use aside::simulator::{ChannelKind, Request, Simulator};
use serde_json::Value;

use crate::community::{Home, private_threads, said};
use crate::log;
use crate::openapi::Document;

/// Discord's own API document, where there is a copy.
static DOCUMENT: LazyLock<Option<Document>> = LazyLock::new(Document::load);

/// Words of a member, and the parts of them that may be told nowhere at all.
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) secrets: Vec<String>,
}

/// Checks every request, thread name, byte at rest and log line of a play. The bot must have stopped.
pub(crate) fn check(discord: &Simulator, home: &Home, said: &[Said]) -> Result<(), String> {
    let requests = discord.requests();
    check_requests(&requests)?;
    check_order(discord)?;
    let log = log::written();
    let at_rest = home.at_rest();
    let threads =
        private_threads(discord).into_iter().map(|thread| thread.name).collect::<Vec<_>>().join("\n");
    for said in said {
        // What commands are called is the same for everyone, whatever is said.
        for request in requests.iter().filter(|one| !one.fits("PUT /applications/{}/commands")) {
            said.stays_out_of(&without_enclosure(request), &format!("{} {}", request.method, request.path))?;
            said.secrets_stay_out_of(&request.body.to_string(), "an enclosure")?;
        }
        said.stays_out_of(&threads, "the name of a thread")?;
        said.stays_out_of(&at_rest, "the database")?;
        said.stays_out_of(&log, "the log")?;
    }
    if log.contains(&discord.token()) { Err("the log holds the token".to_owned()) } else { Ok(()) }
}

/// Every request is well-mannered, and one that Discord's own document knows.
pub(crate) fn check_requests(requests: &[Request]) -> Result<(), String> {
    requests.iter().try_for_each(check_request)?;
    let complaints: Vec<String> = DOCUMENT
        .iter()
        .flat_map(|document| requests.iter().flat_map(|one| document.complaints(one)))
        .collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

/// Every answer to an interaction is for one person alone.
pub(crate) fn check_answers(discord: &Simulator) -> Result<(), String> {
    discord.read(|state| {
        let answers = state.channels().flat_map(|channel| state.messages(channel.id));
        let mut answers = answers.filter(|message| message.interaction.is_some());
        match answers.find(|message| message.only_for.is_none() || !message.pinged.is_empty()) {
            Some(message) => Err(format!("others read it: {}", message.content)),
            None => Ok(()),
        }
    })
}

impl Said {
    /// Any three words in a row give a member away; so does any of the secrets.
    pub(crate) fn stays_out_of(&self, place: &str, name: &str) -> Result<(), String> {
        let plain = plain(place);
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let told = words.windows(3).find(|three| plain.contains(&self::plain(&three.join(" "))));
        match told {
            Some(three) => Err(format!("{name} tells {three:?} of what a member said")),
            None => self.secrets_stay_out_of(place, name),
        }
    }

    fn secrets_stay_out_of(&self, place: &str, name: &str) -> Result<(), String> {
        let (place, digits) = (place.to_lowercase(), digits(place));
        let told = self.secrets.iter().any(|secret| {
            place.contains(&secret.to_lowercase())
                || (secret.chars().any(|one| one.is_ascii_digit()) && digits.contains(&self::digits(secret)))
        });
        if told { Err(format!("{name} tells a secret of a member")) } else { Ok(()) }
    }
}

/// Letters in lower case, with one space for anything else.
fn plain(text: &str) -> String {
    let words = text.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" ").to_lowercase())
}

/// Digits, as they stand when blanks and dashes between them are left out.
fn digits(text: &str) -> String {
    text.chars().filter(|one| !matches!(one, ' ' | '-')).collect()
}

fn without_enclosure(request: &Request) -> String {
    let mut body = request.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("embeds");
    }
    format!("{} {} {} {body}", request.path, request.query, request.reason.as_deref().unwrap_or_default())
}

fn check_request(request: &Request) -> Result<(), String> {
    let checked = if request.fits("POST /channels/{}/messages") {
        check_mentions(&request.body).and_then(|()| check_nonce(&request.body))
    } else if request.fits("POST /interactions/{}/{}/callback") {
        // Only these are messages.
        if matches!(request.body["type"].as_u64(), Some(4 | 7)) {
            check_mentions(&request.body["data"])
        } else {
            Ok(())
        }
    } else if request.fits("POST /webhooks/{}/{}") || request.fits("PATCH /webhooks/{}/{}/messages/{}") {
        check_mentions(&request.body)
    } else if request.fits("POST /channels/{}/threads") {
        check_thread(&request.body).and_then(|()| check_reason(request))
    } else if request.method == "DELETE" {
        check_reason(request)
    } else {
        Ok(())
    };
    checked.map_err(|wrong| format!("{} {}: {wrong}", request.method, request.path))
}

fn check_mentions(body: &Value) -> Result<(), String> {
    let none = body["allowed_mentions"]["parse"].as_array().is_some_and(Vec::is_empty);
    if none { Ok(()) } else { Err("anyone may be alerted by it".to_owned()) }
}

fn check_nonce(body: &Value) -> Result<(), String> {
    let fits = body["nonce"].as_str().is_some_and(|nonce| (1..=25).contains(&nonce.len()));
    if fits && body["enforce_nonce"] == true { Ok(()) } else { Err("it has no enforced nonce".to_owned()) }
}

fn check_thread(body: &Value) -> Result<(), String> {
    let private = body["type"] == ChannelKind::PrivateThread as u8 && body["invitable"] == false;
    if private { Ok(()) } else { Err("the thread is open to others".to_owned()) }
}

fn check_reason(request: &Request) -> Result<(), String> {
    let fits = request.reason.as_ref().is_some_and(|reason| (1..=512).contains(&reason.chars().count()));
    if fits { Ok(()) } else { Err("the audit log has no reason".to_owned()) }
}

/// Words that speak of a thread come after the first words in it, so that they promise only what is there.
fn check_order(discord: &Simulator) -> Result<(), String> {
    let bot = discord.bot();
    for thread in private_threads(discord) {
        let opened = said(discord, thread.id).first().map(|message| message.posted);
        let link = format!("<#{}>", thread.id);
        let too_early = discord.read(|state| {
            let all = state.channels().flat_map(|channel| state.messages(channel.id));
            let mut speaking = all.filter(|message| message.author == bot && message.content.contains(&link));
            // An offer that was taken up says since its edit where the thread is.
            speaking
                .any(|message| opened.is_none_or(|opened| opened > message.edited.unwrap_or(message.posted)))
        });
        if too_early {
            return Err(format!("{:?} is spoken of before anything is said in it", thread.name));
        }
    }
    Ok(())
}
