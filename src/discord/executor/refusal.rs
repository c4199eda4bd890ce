//! What a refusal of Discord's, or no answer, is to a case.

use reqwest::StatusCode;
use tracing::warn;

use crate::case::action::Refusal;
use crate::discord::rest::RestError;
use crate::responder::Failure;

pub(super) fn failure(error: &RestError) -> Failure {
    match error {
        RestError::Trouble(what) => {
            warn!(%what, "trouble");
            Failure::Trouble
        }
        RestError::Held(time) => Failure::Held(*time),
        RestError::Refused { status, code } => {
            refusal(*status, *code).map_or(Failure::Trouble, Failure::Refused)
        }
    }
}

/// Codes from <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.
fn refusal(status: StatusCode, code: u32) -> Option<Refusal> {
    Some(match (status, code) {
        (_, 10_003 | 10_004 | 10_007 | 10_008 | 10_013) => Refusal::Gone,
        (_, 50_007) => Refusal::DirectClosed,
        (_, 50_024) => Refusal::WrongChannel,
        (_, 160_006) => Refusal::TooManyThreads,
        (_, 200_000 | 200_001) => Refusal::HeldBack,
        // Slow mode, or a part of Discord that is overloaded: later, then. A token that is no longer valid: the
        // gateway will say so and we stop; nothing is to be given up.
        (_, 20_016 | 130_000) | (StatusCode::UNAUTHORIZED, _) => return None,
        (StatusCode::FORBIDDEN, _) => Refusal::Forbidden,
        (StatusCode::NOT_FOUND, _) => Refusal::Gone,
        (_, code) => Refusal::Invalid(code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        let rows = [
            (404, 10_008, Some(Refusal::Gone)),
            (403, 50_013, Some(Refusal::Forbidden)),
            (400, 50_007, Some(Refusal::DirectClosed)),
            (400, 50_024, Some(Refusal::WrongChannel)),
            (400, 160_006, Some(Refusal::TooManyThreads)),
            (400, 200_000, Some(Refusal::HeldBack)),
            (400, 50_035, Some(Refusal::Invalid(50_035))),
            (400, 20_016, None),
            (401, 0, None),
        ];
        for (status, code, expected) in rows {
            assert_eq!(refusal(StatusCode::from_u16(status).unwrap(), code), expected, "{status} {code}");
        }
    }
}
