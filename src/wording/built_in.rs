//! The templates that are part of the program.

use super::{Source, Utterance};

/// The language they are written in.
pub(super) const LANGUAGE: &str = "en";

/// All of them, one an utterance.
pub(super) fn sources() -> impl Iterator<Item = Source> {
    Utterance::ALL.iter().map(|&utterance| Source {
        language: LANGUAGE.to_owned(),
        utterance,
        path: format!("templates/{LANGUAGE}/{}.md", utterance.as_str()),
        text: text(utterance).to_owned(),
    })
}

macro_rules! english {
    ($name:literal) => {
        include_str!(concat!("../../templates/en/", $name, ".md"))
    };
}

fn text(utterance: Utterance) -> &'static str {
    match utterance {
        Utterance::Acknowledgment => english!("acknowledgment"),
        Utterance::AcknowledgmentShielded => english!("acknowledgment_shielded"),
        Utterance::AcknowledgmentDirect => english!("acknowledgment_direct"),
        Utterance::AcknowledgmentAlerted => english!("acknowledgment_alerted"),
        Utterance::AcknowledgmentAlone => english!("acknowledgment_alone"),
        Utterance::Suggestion => english!("suggestion"),
        Utterance::SuggestionDetails => english!("suggestion_details"),
        Utterance::Answer => english!("answer"),
        Utterance::Raid => english!("raid"),
        Utterance::RaidAlert => english!("raid_alert"),
        Utterance::OfferAccepted => english!("offer_accepted"),
        Utterance::OfferNotYours => english!("offer_not_yours"),
        Utterance::OfferOver => english!("offer_over"),
        Utterance::Opening => english!("opening"),
        Utterance::OpeningShielded => english!("opening_shielded"),
        Utterance::OpeningUnshielded => english!("opening_unshielded"),
        Utterance::DirectOpening => english!("direct_opening"),
        Utterance::FurtherShielded => english!("further_shielded"),
        Utterance::FurtherUnshielded => english!("further_unshielded"),
        Utterance::Advice => english!("advice"),
        Utterance::Alert => english!("alert"),
        Utterance::ThreadName => english!("thread_name"),
        Utterance::RemovalReason => english!("removal_reason"),
        Utterance::ThreadReason => english!("thread_reason"),
        Utterance::WithdrawalReason => english!("withdrawal_reason"),
        Utterance::ComingSoon => english!("coming_soon"),
    }
}
