//! Which shards a process is to see to, as the command line says it.

use std::str::FromStr;

use thiserror::Error;

use crate::store::Shards;

/// Which of a bot's shards this process sees to; all that Discord recommends unless it is said. All processes of a bot
/// share one PostgreSQL and name the same number of shards.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// The shards of this process: A..B/N for those from A up to and without B, of N in all; or EACH/N, where --replica
    /// says which
    #[arg(long, env = "ASIDE_SHARDS", value_name = "A..B/N")]
    shards: Option<Wanted>,
    /// The name of this process, which ends in its number: aside-2 sees to the third EACH of --shards EACH/N
    #[arg(long, env = "ASIDE_REPLICA", value_name = "NAME", requires = "shards")]
    replica: Option<String>,
}

/// What `--shards` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Range(Shards),
    Each { each: u32, total: u32 },
}

/// Why shards are none.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum Wrong {
    #[error("write A..B/N, such as 0..4/16 for the first four of sixteen, or EACH/N with --replica")]
    Form,
    #[error("{first}..{end} holds no shard: B must be larger than A")]
    Empty { first: u32, end: u32 },
    #[error("there is no shard {last} of {total}: the last one is {}", .total - 1)]
    Beyond { last: u32, total: u32 },
    #[error("of no shards there are none")]
    None,
    #[error(
        "--shards EACH/N needs --replica NAME, whose number says which shards are meant; or write --shards A..B/N"
    )]
    Nameless,
    #[error("the name {0:?} of --replica does not end in a number, as aside-2 does")]
    Numberless(String),
    #[error(
        "replica {number} with {each} shards each would begin at shard {first} of {total}: run at most {} replicas, \
         or name more shards",
        .total.div_ceil(*.each)
    )]
    TooMany { number: u32, each: u32, first: u64, total: u32 },
}

impl FromStr for Wanted {
    type Err = Wrong;

    fn from_str(text: &str) -> Result<Self, Wrong> {
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| Wrong::Form);
        let (range, total) = text.split_once('/').ok_or(Wrong::Form)?;
        let total = number(total)?;
        if total == 0 {
            return Err(Wrong::None);
        }
        let Some((first, end)) = range.split_once("..") else {
            let each = number(range)?;
            return if each == 0 { Err(Wrong::None) } else { Ok(Self::Each { each, total }) };
        };
        let (first, end) = (number(first)?, number(end)?);
        if first >= end {
            return Err(Wrong::Empty { first, end });
        }
        Shards::new(first, end, total).map(Self::Range).ok_or(Wrong::Beyond { last: end - 1, total })
    }
}

impl Args {
    /// The shards that are meant; none where Discord is to say.
    pub(super) fn wanted(&self) -> Result<Option<Shards>, Wrong> {
        match (self.shards, &self.replica) {
            (None, _) => Ok(None),
            // A name may stand there for other reasons.
            (Some(Wanted::Range(shards)), _) => Ok(Some(shards)),
            (Some(Wanted::Each { .. }), None) => Err(Wrong::Nameless),
            (Some(Wanted::Each { each, total }), Some(name)) => of_replica(name, each, total).map(Some),
        }
    }
}

/// The last replica may have fewer.
fn of_replica(name: &str, each: u32, total: u32) -> Result<Shards, Wrong> {
    let digits = name.len() - name.trim_end_matches(|digit: char| digit.is_ascii_digit()).len();
    let number = name[name.len() - digits..].parse::<u32>();
    let number = number.map_err(|_| Wrong::Numberless(name.to_owned()))?;
    let first = u64::from(number) * u64::from(each);
    let too_many = Wrong::TooMany { number, each, first, total };
    let Ok(first) = u32::try_from(first) else { return Err(too_many) };
    Shards::new(first, first.saturating_add(each).min(total), total).ok_or(too_many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_named_one_by_one_or_by_the_number_of_a_replica() {
        let rows = [
            ("0..4/16", None, "0..4/16"),
            ("15..16/16", Some("aside-9"), "15..16/16"),
            ("4/16", Some("aside-0"), "0..4/16"),
            ("4/16", Some("aside-2"), "8..12/16"),
            ("4/18", Some("aside-4"), "16..18/18"),
            (
                "4/16",
                Some("aside-4"),
                "replica 4 with 4 shards each would begin at shard 16 of 16: run at most 4 replicas, or name more shards",
            ),
            (
                "4/16",
                Some("aside-4294967295"),
                "replica 4294967295 with 4 shards each would begin at shard 17179869180 of 16: run at most 4 replicas, or name more shards",
            ),
            (
                "4/16",
                Some("aside"),
                "the name \"aside\" of --replica does not end in a number, as aside-2 does",
            ),
            (
                "4/16",
                None,
                "--shards EACH/N needs --replica NAME, whose number says which shards are meant; or write --shards A..B/N",
            ),
            ("4..4/16", None, "4..4 holds no shard: B must be larger than A"),
            ("12..17/16", None, "there is no shard 16 of 16: the last one is 15"),
            ("0..1/0", None, "of no shards there are none"),
            ("0/16", Some("aside-0"), "of no shards there are none"),
            (
                "0-4/16",
                None,
                "write A..B/N, such as 0..4/16 for the first four of sixteen, or EACH/N with --replica",
            ),
            (
                "0..4",
                None,
                "write A..B/N, such as 0..4/16 for the first four of sixteen, or EACH/N with --replica",
            ),
        ];
        for (shards, replica, expected) in rows {
            let args = |shards| Args { shards: Some(shards), replica: replica.map(str::to_owned) };
            let wanted = shards.parse().and_then(|shards| args(shards).wanted());
            let told = wanted
                .map_or_else(|wrong| wrong.to_string(), |shards| shards.unwrap_or(Shards::ALL).to_string());
            assert_eq!(told, expected, "{shards} {replica:?}");
        }
        assert_eq!(Args::default().wanted(), Ok(None));
    }
}
