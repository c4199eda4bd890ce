//! A server, a member and a message, for tests of what becomes of them.

use aside::case::action::Enclosure;
use aside::case::{Case, FollowUp, Matter, Surroundings};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, MessageId, RoleId, UserId};
use aside::policy::Response;
use jiff::Timestamp;

pub(crate) const GUILD: GuildId = GuildId(1);
pub(crate) const MEMBER: UserId = UserId(2);
pub(crate) const GENERAL: ChannelId = ChannelId(10);
pub(crate) const DESK: ChannelId = ChannelId(11);
pub(crate) const STAFF: ChannelId = ChannelId(12);
pub(crate) const MODERATOR: RoleId = RoleId(30);

pub(crate) fn matter(message: u64, response: Response) -> Matter {
    let shield = response == Response::Shield;
    Matter {
        message: MessageId(message),
        channel: GENERAL,
        home: GENERAL,
        category: if shield { Category::SensitiveInfo } else { Category::BoilingPoint },
        rule: "rule".to_owned(),
        kinds: if shield { vec![Kind::Card] } else { vec![Kind::Anger] },
        response,
        acknowledgment: None,
        quiet: false,
        enclosure: shield.then(|| Enclosure("masked".to_owned())),
        removed: false,
        would: None,
        because: String::new(),
        by: None,
        answer: None,
        parties: Vec::new(),
        companion: None,
        beside: None,
        alert: false,
        covered: false,
        deleted: false,
        asked_for: false,
        ask: Vec::new(),
    }
}

pub(crate) fn everything() -> Surroundings {
    Surroundings {
        moderators: vec![MODERATOR],
        desk: Some(DESK),
        alerts: vec![STAFF],
        auto_archive: 1440,
        follow_up: FollowUp::Auto,
        transcript_days: None,
    }
}

pub(crate) fn nothing() -> Surroundings {
    Surroundings { auto_archive: 1440, ..Surroundings::default() }
}

pub(crate) fn noticed(response: Response, surroundings: Surroundings) -> Case {
    let mut case = Case::notice(GUILD, MEMBER, matter(100, response), surroundings, Timestamp::UNIX_EPOCH);
    case.number = 7;
    case
}
