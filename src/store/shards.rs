//! Which servers are a process's own.

use std::fmt;

use crate::message::GuildId;

/// The shards `first..end` of `total`: the servers that one process sees to. Discord numbers them from 0 and puts a server
/// on shard `(id >> 22) % total`. Source: <https://discord.com/developers/docs/events/gateway#sharding>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shards {
    first: u32,
    end: u32,
    total: u32,
}

impl Shards {
    /// Every server, whatever the number of shards.
    pub const ALL: Self = Self { first: 0, end: 1, total: 1 };

    /// The shards `first..end` of `total`; none unless there is at least one and `end` is at most `total`.
    #[must_use]
    pub const fn new(first: u32, end: u32, total: u32) -> Option<Self> {
        if first < end && end <= total { Some(Self { first, end, total }) } else { None }
    }

    /// The first shard.
    #[must_use]
    pub const fn first(self) -> u32 {
        self.first
    }

    /// The shard after the last.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.end
    }

    /// How many shards all processes have together.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.total
    }

    /// Each of them, in order.
    pub fn ids(self) -> impl Iterator<Item = u32> {
        self.first..self.end
    }

    /// Whether `guild` is on one of them.
    #[must_use]
    pub fn contains(self, guild: GuildId) -> bool {
        let shard = (guild.0 >> 22) % u64::from(self.total);
        (u64::from(self.first)..u64::from(self.end)).contains(&shard)
    }

    /// Whether they are all there are.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.first == 0 && self.end == self.total
    }
}

/// As they are written on the command line: `A..B/N`.
impl fmt::Display for Shards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}/{}", self.first, self.end, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_on_one_shard() {
        for total in [1, 3, 16] {
            for guild in (0..50).map(|at| GuildId((at << 22) + 77)) {
                let holds =
                    |first| Shards::new(first, first + 1, total).is_some_and(|one| one.contains(guild));
                assert_eq!((0..total).filter(|first| holds(*first)).count(), 1, "{guild} of {total}");
                assert!(Shards::ALL.contains(guild));
            }
        }
    }

    #[test]
    fn a_range_is_neither_empty_nor_beyond_the_end() {
        let rows = [
            (0, 1, 1, true),
            (0, 0, 1, false),
            (3, 2, 4, false),
            (2, 4, 4, true),
            (2, 5, 4, false),
            (0, 0, 0, false),
        ];
        for (first, end, total, valid) in rows {
            let shards = Shards::new(first, end, total);
            assert_eq!(shards.is_some(), valid, "{first}..{end}/{total}");
            if let Some(shards) = shards {
                assert_eq!(shards.to_string(), format!("{first}..{end}/{total}"));
            }
        }
    }
}
