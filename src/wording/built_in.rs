//! The templates that are part of the program.

use std::sync::{Arc, LazyLock};

use super::layer::Layer;
use super::{Content, Source, Utterance, labels};

/// The language that stands in for what another lacks.
pub(super) const LANGUAGE: &str = "en";

/// The languages that templates come in, as Discord names them.
pub const LANGUAGES: &[&str] = &["en", "de", "es", "fr", "pt-BR"];

/// Declares the files of each language: every utterance's, and the labels.
macro_rules! languages {
    ($($tag:literal),+ $(,)?) => {
        const FILES: &[(&str, fn(Utterance) -> &'static str, &str)] = &[$((
            $tag,
            |utterance| file!($tag, utterance),
            include_str!(concat!("../../templates/", $tag, "/labels.toml")),
        )),+];
    };
}

macro_rules! file {
    ($tag:literal, $utterance:ident) => {
        match $utterance {
            Utterance::Acknowledgment => {
                include_str!(concat!("../../templates/", $tag, "/acknowledgment.md"))
            }
            Utterance::AcknowledgmentShielded => {
                include_str!(concat!("../../templates/", $tag, "/acknowledgment_shielded.md"))
            }
            Utterance::AcknowledgmentDirect => {
                include_str!(concat!("../../templates/", $tag, "/acknowledgment_direct.md"))
            }
            Utterance::AcknowledgmentAlerted => {
                include_str!(concat!("../../templates/", $tag, "/acknowledgment_alerted.md"))
            }
            Utterance::AcknowledgmentAlone => {
                include_str!(concat!("../../templates/", $tag, "/acknowledgment_alone.md"))
            }
            Utterance::Suggestion => include_str!(concat!("../../templates/", $tag, "/suggestion.md")),
            Utterance::SuggestionDetails => {
                include_str!(concat!("../../templates/", $tag, "/suggestion_details.md"))
            }
            Utterance::Answer => include_str!(concat!("../../templates/", $tag, "/answer.md")),
            Utterance::Raid => include_str!(concat!("../../templates/", $tag, "/raid.md")),
            Utterance::Reminder => include_str!(concat!("../../templates/", $tag, "/reminder.md")),
            Utterance::ReminderHere => include_str!(concat!("../../templates/", $tag, "/reminder_here.md")),
            Utterance::RaidAlert => include_str!(concat!("../../templates/", $tag, "/raid_alert.md")),
            Utterance::OfferAccepted => include_str!(concat!("../../templates/", $tag, "/offer_accepted.md")),
            Utterance::OfferNotYours => {
                include_str!(concat!("../../templates/", $tag, "/offer_not_yours.md"))
            }
            Utterance::OfferOver => include_str!(concat!("../../templates/", $tag, "/offer_over.md")),
            Utterance::AskedHere => include_str!(concat!("../../templates/", $tag, "/asked_here.md")),
            Utterance::AskedBefore => include_str!(concat!("../../templates/", $tag, "/asked_before.md")),
            Utterance::AskedAlone => include_str!(concat!("../../templates/", $tag, "/asked_alone.md")),
            Utterance::AskedLater => include_str!(concat!("../../templates/", $tag, "/asked_later.md")),
            Utterance::OpeningAsked => include_str!(concat!("../../templates/", $tag, "/opening_asked.md")),
            Utterance::Opening => include_str!(concat!("../../templates/", $tag, "/opening.md")),
            Utterance::OpeningShielded => {
                include_str!(concat!("../../templates/", $tag, "/opening_shielded.md"))
            }
            Utterance::OpeningUnshielded => {
                include_str!(concat!("../../templates/", $tag, "/opening_unshielded.md"))
            }
            Utterance::DirectOpening => include_str!(concat!("../../templates/", $tag, "/direct_opening.md")),
            Utterance::FurtherShielded => {
                include_str!(concat!("../../templates/", $tag, "/further_shielded.md"))
            }
            Utterance::FurtherUnshielded => {
                include_str!(concat!("../../templates/", $tag, "/further_unshielded.md"))
            }
            Utterance::Advice => include_str!(concat!("../../templates/", $tag, "/advice.md")),
            Utterance::Choices => include_str!(concat!("../../templates/", $tag, "/choices.md")),
            Utterance::Alert => include_str!(concat!("../../templates/", $tag, "/alert.md")),
            Utterance::ThreadName => include_str!(concat!("../../templates/", $tag, "/thread_name.md")),
            Utterance::RemovalReason => include_str!(concat!("../../templates/", $tag, "/removal_reason.md")),
            Utterance::ThreadReason => include_str!(concat!("../../templates/", $tag, "/thread_reason.md")),
            Utterance::WithdrawalReason => {
                include_str!(concat!("../../templates/", $tag, "/withdrawal_reason.md"))
            }
            Utterance::Summons => include_str!(concat!("../../templates/", $tag, "/summons.md")),
            Utterance::TakenDown => include_str!(concat!("../../templates/", $tag, "/taken_down.md")),
            Utterance::NotTakenDown => include_str!(concat!("../../templates/", $tag, "/not_taken_down.md")),
            Utterance::Claimed => include_str!(concat!("../../templates/", $tag, "/claimed.md")),
            Utterance::Invited => include_str!(concat!("../../templates/", $tag, "/invited.md")),
            Utterance::Late => include_str!(concat!("../../templates/", $tag, "/late.md")),
            Utterance::Reopened => include_str!(concat!("../../templates/", $tag, "/reopened.md")),
            Utterance::Resolved => include_str!(concat!("../../templates/", $tag, "/resolved.md")),
            Utterance::Dismissed => include_str!(concat!("../../templates/", $tag, "/dismissed.md")),
            Utterance::Declined => include_str!(concat!("../../templates/", $tag, "/declined.md")),
            Utterance::Expired => include_str!(concat!("../../templates/", $tag, "/expired.md")),
            Utterance::Stored => include_str!(concat!("../../templates/", $tag, "/stored.md")),
            Utterance::EraseQuestion => include_str!(concat!("../../templates/", $tag, "/erase_question.md")),
            Utterance::EraseDone => include_str!(concat!("../../templates/", $tag, "/erase_done.md")),
            Utterance::Transcript => include_str!(concat!("../../templates/", $tag, "/transcript.md")),
            Utterance::Forgotten => include_str!(concat!("../../templates/", $tag, "/forgotten.md")),
            Utterance::Erased => include_str!(concat!("../../templates/", $tag, "/erased.md")),
            Utterance::FollowUp => include_str!(concat!("../../templates/", $tag, "/follow_up.md")),
            Utterance::Detailed => include_str!(concat!("../../templates/", $tag, "/detailed.md")),
            Utterance::PressedGone => include_str!(concat!("../../templates/", $tag, "/pressed_gone.md")),
            Utterance::PressedOver => include_str!(concat!("../../templates/", $tag, "/pressed_over.md")),
            Utterance::PressedForMember => {
                include_str!(concat!("../../templates/", $tag, "/pressed_for_member.md"))
            }
            Utterance::PressedForModerators => {
                include_str!(concat!("../../templates/", $tag, "/pressed_for_moderators.md"))
            }
            Utterance::PressedForBoth => {
                include_str!(concat!("../../templates/", $tag, "/pressed_for_both.md"))
            }
            Utterance::PressedResolve => {
                include_str!(concat!("../../templates/", $tag, "/pressed_resolve.md"))
            }
            Utterance::PressedDecline => {
                include_str!(concat!("../../templates/", $tag, "/pressed_decline.md"))
            }
            Utterance::PressedAsk => include_str!(concat!("../../templates/", $tag, "/pressed_ask.md")),
            Utterance::PressedAskAgain => {
                include_str!(concat!("../../templates/", $tag, "/pressed_ask_again.md"))
            }
            Utterance::PressedRemove => include_str!(concat!("../../templates/", $tag, "/pressed_remove.md")),
            Utterance::PressedRemoved => {
                include_str!(concat!("../../templates/", $tag, "/pressed_removed.md"))
            }
            Utterance::PressedKeep => include_str!(concat!("../../templates/", $tag, "/pressed_keep.md")),
            Utterance::DetailsHint => include_str!(concat!("../../templates/", $tag, "/details_hint.md")),
            Utterance::PressedDetails => {
                include_str!(concat!("../../templates/", $tag, "/pressed_details.md"))
            }
            Utterance::PressedBlank => include_str!(concat!("../../templates/", $tag, "/pressed_blank.md")),
            Utterance::PressedQuiet => include_str!(concat!("../../templates/", $tag, "/pressed_quiet.md")),
            Utterance::PressedReopen => include_str!(concat!("../../templates/", $tag, "/pressed_reopen.md")),
            Utterance::PressedOpen => include_str!(concat!("../../templates/", $tag, "/pressed_open.md")),
            Utterance::PressedRating => include_str!(concat!("../../templates/", $tag, "/pressed_rating.md")),
            Utterance::CauseNotice => include_str!(concat!("../../templates/", $tag, "/cause_notice.md")),
            Utterance::CausePublic => include_str!(concat!("../../templates/", $tag, "/cause_public.md")),
            Utterance::CauseSettled => include_str!(concat!("../../templates/", $tag, "/cause_settled.md")),
            Utterance::CauseOver => include_str!(concat!("../../templates/", $tag, "/cause_over.md")),
            Utterance::Introduction => include_str!(concat!("../../templates/", $tag, "/introduction.md")),
            Utterance::Checkup => include_str!(concat!("../../templates/", $tag, "/checkup.md")),
            Utterance::Undone => include_str!(concat!("../../templates/", $tag, "/undone.md")),
            Utterance::Unread => include_str!(concat!("../../templates/", $tag, "/unread.md")),
        }
    };
}

languages!("en", "de", "es", "fr", "pt-BR");

/// All of them: in each language every utterance, and the labels.
fn sources() -> impl Iterator<Item = Source> {
    FILES.iter().flat_map(|(language, text, labels)| {
        let words = Utterance::ALL.iter().map(move |&utterance| Source {
            language: (*language).to_owned(),
            content: Content::Words(utterance),
            path: format!("templates/{language}/{}.md", utterance.as_str()),
            text: text(utterance).to_owned(),
        });
        words.chain([Source {
            language: (*language).to_owned(),
            content: Content::Labels,
            path: format!("templates/{language}/{}", labels::FILE),
            text: (*labels).to_owned(),
        }])
    })
}

/// All of them, compiled once for the whole process. `tests/templates.rs` checks each as an operator's own are checked.
pub(super) fn layer() -> Arc<Layer> {
    static LAYER: LazyLock<Arc<Layer>> = LazyLock::new(|| Arc::new(compiled()));
    Arc::clone(&LAYER)
}

#[expect(clippy::expect_used, reason = "they are part of the program, and a test reads them all")]
fn compiled() -> Layer {
    Layer::trusted(sources()).expect("the built-in templates are valid")
}
