//! Buttons and commands: what people press, answered within Discord's three seconds.

use serde_json::json;
use tracing::{error, warn};

use crate::case::action::Button;
use crate::discord::presser;
use crate::discord::rest::{Request, Rest};
use crate::discord::wire::Interaction;
use crate::message::GuildId;
use crate::responder::{Executor, Pressed, Responder};
use crate::store::Store;
use crate::wording::{Facts, Utterance};

/// A reply that only the person who pressed can see.
/// Source: <https://discord.com/developers/docs/resources/message#message-object-message-flags>.
const EPHEMERAL: u32 = 1 << 6;

/// Callback type 4: answer with a message.
const CHANNEL_MESSAGE_WITH_SOURCE: u8 = 4;

/// Answers a pressed button of a case; anything else is not ours.
pub(crate) async fn answer<S, E>(rest: &Rest, responder: &Responder<S, E>, interaction: &Interaction)
where
    S: Store + 'static,
    E: Executor,
{
    let Some((number, button)) = pressed(interaction) else { return };
    let said = match button {
        Button::TakeAside => take_aside(responder, interaction, number).await,
        _ => Some(Utterance::ComingSoon),
    };
    let Some(said) = said else { return };
    let here = responder.in_force(GuildId(interaction.guild_id.map_or(0, |id| id.get())));
    let wording = &here.core.wording;
    let facts = Facts { number: Some(number), ..Facts::default() };
    let body = json!({
        "type": CHANNEL_MESSAGE_WITH_SOURCE,
        "data": {
            "content": wording.render(None, said, wording.choose(None, said, None, interaction.id >> 22), &facts),
            "flags": EPHEMERAL,
            "allowed_mentions": { "parse": [] },
        },
    });
    let path = format!("interactions/{}/{}/callback", interaction.id, interaction.token);
    if let Err(error) = rest.send(Request::post(path, body)).await {
        warn!(%error, "a pressed button could not be answered");
    }
}

/// The case whose button was pressed, and the button.
fn pressed(interaction: &Interaction) -> Option<(u32, Button)> {
    Button::parse(interaction.data.as_ref()?.custom_id.as_deref()?)
}

/// What to say to whoever took up an offer; nothing when we cannot tell what came of it: Discord then says that
/// we did not answer, which is true, and they can press again.
async fn take_aside<S, E>(
    responder: &Responder<S, E>,
    interaction: &Interaction,
    number: u32,
) -> Option<Utterance>
where
    S: Store + 'static,
    E: Executor,
{
    let guild = GuildId(interaction.guild_id?.get());
    let presser = presser(interaction.member.as_ref()?);
    match responder.take_aside(guild, number, &presser).await {
        Ok(Pressed::Accepted) => Some(Utterance::OfferAccepted),
        Ok(Pressed::NotTheirs) => Some(Utterance::OfferNotYours),
        Ok(Pressed::Over) => Some(Utterance::OfferOver),
        Err(error) => {
            error!(%error, "an offer could not be taken up");
            None
        }
    }
}
