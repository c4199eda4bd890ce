//! Mentions as names, for where Discord does not show them: in files.

use crate::discord::id::{ChannelId, GuildId, RoleId};

use super::{Guilds, Known};
use crate::message;

impl Guilds {
    /// `text` with the names of channels and roles in the place of their mentions.
    pub(crate) fn spelled_out(&self, guild: message::GuildId, text: &str) -> String {
        self.look(GuildId::new(guild.0), |known| known.spelled_out(text)).unwrap_or_else(|| text.to_owned())
    }
}

impl Known {
    fn spelled_out(&self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            spelled.push_str(&rest[..at]);
            rest = &rest[at..];
            let mention = rest.find('>').map_or("", |end| &rest[..=end]);
            let name = self.name_of(mention);
            spelled.push_str(name.as_deref().unwrap_or("<"));
            rest = &rest[name.map_or(1, |_| mention.len())..];
        }
        spelled + rest
    }

    fn name_of(&self, mention: &str) -> Option<String> {
        let within = mention.strip_prefix('<')?.strip_suffix('>')?;
        let number = |text: &str| text.parse::<u64>().ok().filter(|id| *id != 0);
        if let Some(role) = within.strip_prefix("@&") {
            let role = RoleId::new(number(role)?);
            let known = self.guild.roles.iter().find(|known| known.id == role)?;
            return Some(format!("@{}", known.name));
        }
        let channel = ChannelId::new(number(within.strip_prefix('#')?)?);
        self.channels.get(channel)?.name.as_ref().map(|name| format!("#{name}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::discord::id::UserId;

    #[test]
    fn mentions_become_names_and_all_else_stays() {
        let guild = json!({
            "id": "1", "owner_id": "2", "roles": [{ "id": "10", "name": "Crew <#20>", "permissions": "0" }],
            "channels": [{ "id": "20", "type": 0, "name": "gen<eral" }],
        });
        let known = Known::new(serde_json::from_value(guild).unwrap(), UserId::new(3));
        let rows = [
            ("in <#20> by <@&10>", "in #gen<eral by @Crew <#20>"),
            ("<#21> <@&11> <@10> <#0> <#x>", "<#21> <@&11> <@10> <#0> <#x>"),
            ("1 < 2 > 1 <", "1 < 2 > 1 <"),
            ("<<#20>>", "<#gen<eral>"),
        ];
        for (text, spelled) in rows {
            assert_eq!(known.spelled_out(text), spelled, "{text}");
        }
    }
}
