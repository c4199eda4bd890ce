//! Buttons and commands: what people press, answered within Discord's three seconds.

use serde_json::json;
use tracing::warn;

use crate::case::action::Button;
use crate::discord::rest::{Request, Rest};
use crate::discord::wire::Interaction;
use crate::wording::{Facts, Utterance, Wording};

/// A reply that only the person who pressed can see.
/// Source: <https://discord.com/developers/docs/resources/message#message-object-message-flags>.
const EPHEMERAL: u32 = 1 << 6;

/// Callback type 4: answer with a message.
const CHANNEL_MESSAGE_WITH_SOURCE: u8 = 4;

/// Answers a pressed button of a case; anything else is not ours.
pub(crate) async fn answer(rest: &Rest, wording: &Wording, interaction: &Interaction) {
    let Some(number) = pressed(interaction) else { return };
    let facts = Facts { number: Some(number), ..Facts::default() };
    let body = json!({
        "type": CHANNEL_MESSAGE_WITH_SOURCE,
        "data": {
            "content": wording.render(Utterance::ComingSoon, 0, &facts),
            "flags": EPHEMERAL,
            "allowed_mentions": { "parse": [] },
        },
    });
    let path = format!("interactions/{}/{}/callback", interaction.id, interaction.token);
    if let Err(error) = rest.send(Request::post(path, body)).await {
        warn!(%error, "a pressed button could not be answered");
    }
}

/// The case whose button was pressed.
fn pressed(interaction: &Interaction) -> Option<u32> {
    let custom_id = interaction.data.as_ref()?.custom_id.as_deref()?;
    Button::parse(custom_id).map(|(number, _)| number)
}
