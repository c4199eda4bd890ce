//! Messages as the gateway tells of them, written beforehand with every field that Discord sends.

use jiff::Timestamp;

/// The number that an identifier made now begins with.
#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
pub(crate) fn now() -> u64 {
    let since = Timestamp::now().as_millisecond() - 1_420_070_400_000;
    u64::try_from(since).unwrap_or(0) << 22
}

/// A member says something.
pub(crate) fn ordinary(guild: u64, channel: u64, message: u64, member: u64, text: &str) -> String {
    let content = serde_json::Value::from(text);
    format!(
        r#"{{"type":0,"tts":false,"timestamp":"2026-01-31T20:15:42.310000+00:00","pinned":false,"nonce":"{message}","mentions":[],"mention_roles":[],"mention_everyone":false,"member":{{"roles":["1191168000000000001","1191168000000000002","1191168000000000003"],"premium_since":null,"pending":false,"nick":null,"mute":false,"joined_at":"2024-05-02T17:31:09.221000+00:00","flags":0,"deaf":false,"communication_disabled_until":null,"banner":null,"avatar":null}},"id":"{message}","flags":0,"embeds":[],"edited_timestamp":null,"content":{content},"components":[],"channel_type":0,"channel_id":"{channel}","author":{{"username":"member{member}","public_flags":0,"primary_guild":null,"id":"{member}","global_name":"Member {member}","display_name_styles":null,"discriminator":"0","collectibles":null,"clan":null,"avatar_decoration_data":null,"avatar":"8342729096ea3675442027381ff50dfe"}},"attachments":[],"guild_id":"{guild}"}}"#
    )
}
