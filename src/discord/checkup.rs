//! What stands in the bot's way in a server: as data, and in words for whoever can put it right.
//!
//! Channels and roles are written as mentions, which Discord shows by their names.

use std::fmt;

use super::permissions::Need;
use crate::message::{ChannelId, RoleId};

/// The most channels that one line names.
const MOST_NAMED: usize = 10;

/// What the bot has to work with in a server, and what it lacks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Checkup {
    /// Watched channels, in the server's order; threads go with theirs.
    pub(crate) watched: Vec<ChannelId>,
    /// The roles brought into private threads.
    pub(crate) moderators: Vec<RoleId>,
    /// Where moderators are told, best first.
    pub(crate) alerts: Vec<ChannelId>,
    /// Whether the server has rules of AutoMod.
    pub(crate) automod: bool,
    /// What it lacks, the same in many channels once.
    pub(crate) gaps: Vec<Gap>,
}

/// Something that does not work, or works in another way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Gap {
    /// No channel is watched.
    NothingWatched,
    /// A permission is missing.
    Permission {
        /// Which.
        need: &'static Need,
        /// Where.
        place: Place,
        /// What is done where it takes a private thread.
        instead: Instead,
    },
    /// Discord has no private threads in channels of this kind.
    NoThreads {
        /// Where.
        channels: Vec<ChannelId>,
        /// What is done.
        instead: Instead,
    },
    /// No role is brought into private threads.
    NoModerators,
    /// The moderator role is no more.
    RoleGone(RoleId),
    /// A role is not brought in, since we may not mention it.
    Unmentionable(RoleId),
    /// The escalation role is no more.
    EscalationGone(RoleId),
    /// The escalation role is not asked, since we may not mention it.
    EscalationUnmentionable(RoleId),
    /// The desk channel does not do what it is for.
    Desk(ChannelId, Flaw),
    /// The alert channel does not do what it is for; the second one stands in.
    Alerts(ChannelId, Flaw, Option<ChannelId>),
    /// There is nowhere to tell moderators.
    NoAlerts,
}

/// Where a permission is missing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    /// In every watched channel that it is needed in.
    Everywhere,
    /// In these.
    In(Vec<ChannelId>),
}

/// What is done where a private thread is impossible.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Instead {
    /// A thread is opened under the desk channel, for those who see it.
    Desk {
        /// The desk.
        desk: ChannelId,
        /// Whether everyone sees it.
        for_all: bool,
    },
    /// The member is written to directly.
    Direct,
}

/// Why a channel does not do what it is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Flaw {
    /// It is no more.
    Gone,
    /// It is not a text channel.
    NotText,
    /// We lack these permissions in it.
    Lacks(Vec<&'static str>),
    /// Everyone can read it.
    Public,
    /// Not everyone can see it.
    Hidden,
}

/// What somebody chooses, as far as gaps go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concern {
    /// The moderator role.
    Role,
    /// The escalation role.
    Escalation,
    /// The desk channel.
    Desk,
    /// The alert channel.
    Alerts,
    /// The channels that are watched.
    Channels,
}

impl Checkup {
    /// What keeps the bot from watching, acknowledging, taking aside, removing or telling moderators.
    pub(crate) fn breaking(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(|gap| gap.breaks())
    }

    /// What works in another way than it could.
    pub(crate) fn advisory(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(|gap| !gap.breaks())
    }

    /// What there is to say about one choice.
    pub(crate) fn about(&self, concern: Concern) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(move |gap| gap.concern() == concern)
    }

    /// A name for each thing that breaks something: the same at every start.
    pub(super) fn keys(&self) -> Vec<String> {
        self.breaking().flat_map(Gap::keys).collect()
    }
}

impl Gap {
    /// Whether something that rules ask for fails.
    pub(crate) const fn breaks(&self) -> bool {
        match self {
            Self::Permission { need, .. } => need.breaks,
            Self::Desk(_, flaw) => !matches!(flaw, Flaw::Hidden),
            Self::NoThreads { .. } | Self::NoModerators | Self::NoAlerts => false,
            Self::NothingWatched
            | Self::RoleGone(_)
            | Self::Unmentionable(_)
            | Self::EscalationGone(_)
            | Self::EscalationUnmentionable(_)
            | Self::Alerts(..) => true,
        }
    }

    /// Whether it keeps `role` out of private threads.
    pub(crate) fn is_about_role(&self, role: RoleId) -> bool {
        matches!(self, Self::RoleGone(one) | Self::Unmentionable(one) if *one == role)
    }

    const fn concern(&self) -> Concern {
        match self {
            Self::NothingWatched | Self::Permission { .. } | Self::NoThreads { .. } => Concern::Channels,
            Self::NoModerators | Self::RoleGone(_) | Self::Unmentionable(_) => Concern::Role,
            Self::EscalationGone(_) | Self::EscalationUnmentionable(_) => Concern::Escalation,
            Self::Desk(..) => Concern::Desk,
            Self::Alerts(..) | Self::NoAlerts => Concern::Alerts,
        }
    }

    fn keys(&self) -> Vec<String> {
        match self {
            Self::Permission { need, place: Place::Everywhere, .. } => vec![format!("{}@*", key(need))],
            Self::Permission { need, place: Place::In(channels), .. } => {
                channels.iter().map(|channel| format!("{}@{channel}", key(need))).collect()
            }
            Self::NothingWatched => vec!["nothing-watched@*".to_owned()],
            Self::RoleGone(role) => vec![format!("role-gone@{role}")],
            Self::Unmentionable(role) => vec![format!("unmentionable@{role}")],
            Self::EscalationGone(role) => vec![format!("escalation-gone@{role}")],
            Self::EscalationUnmentionable(role) => vec![format!("escalation-unmentionable@{role}")],
            Self::Desk(desk, _) => vec![format!("desk@{desk}")],
            Self::Alerts(alerts, ..) => vec![format!("alerts@{alerts}")],
            Self::NoThreads { .. } | Self::NoModerators | Self::NoAlerts => Vec::new(),
        }
    }
}

fn key(need: &Need) -> String {
    need.name.to_lowercase().replace(' ', "-")
}

/// What is missing, what follows from it, and what would put it right.
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingWatched => {
                f.write_str("No channel is watched: choose some in `/setup`, or let everyone read one.")
            }
            Self::Permission { need, place, instead } => {
                let without = need.without.replace("{instead}", &instead.to_string());
                write!(f, "**{}** is missing {place}: {without}.", need.name)
            }
            Self::NoThreads { channels, instead } => {
                let kind = if channels.len() == 1 { "is no text channel" } else { "are no text channels" };
                write!(f, "Discord has no private threads in {}, which {kind}: {instead}.", listed(channels))
            }
            Self::NoModerators => f.write_str(
                "No role is brought into private threads: none is set, and none can manage threads. Choose one in \
                 `/setup`.",
            ),
            Self::RoleGone(role) => {
                write!(
                    f,
                    "The moderator role ({role}) is no more, so nobody is brought into private threads: choose another \
                     in `/setup`."
                )
            }
            Self::Unmentionable(role) => write!(
                f,
                "I cannot mention <@&{role}>, so it is not brought into private threads: let anyone mention that role, \
                 or give me **Mention Everyone**."
            ),
            Self::EscalationGone(role) => write!(
                f,
                "The escalation role ({role}) is no more, so nobody else is asked when moderators do not answer: choose \
                 another in `/setup`."
            ),
            Self::EscalationUnmentionable(role) => write!(
                f,
                "I cannot mention <@&{role}>, so it is not asked when moderators do not answer: let anyone mention that \
                 role, or give me **Mention Everyone**."
            ),
            Self::Desk(desk, flaw) => desk_words(f, *desk, flaw),
            Self::Alerts(alerts, flaw, instead) => alerts_words(f, *alerts, flaw, *instead),
            Self::NoAlerts => f.write_str(
                "I have nowhere to tell moderators: when something goes wrong, nobody learns of it. Choose an alert \
                 channel in `/setup`, one that only moderators can read.",
            ),
        }
    }
}

fn desk_words(f: &mut fmt::Formatter<'_>, desk: ChannelId, flaw: &Flaw) -> fmt::Result {
    match flaw {
        Flaw::Gone => write!(f, "The desk channel ({desk}) is no more: choose another in `/setup`."),
        Flaw::Hidden => write!(
            f,
            "Not everyone can see the desk channel <#{desk}>; those who cannot are written to directly instead."
        ),
        Flaw::Lacks(names) => {
            write!(f, "I cannot use the desk channel <#{desk}>: I am missing {} there.", bold(names))
        }
        Flaw::NotText | Flaw::Public => write!(
            f,
            "I cannot use the desk channel <#{desk}>, as Discord has private threads only in text channels: choose \
             another in `/setup`."
        ),
    }
}

fn alerts_words(
    f: &mut fmt::Formatter<'_>,
    alerts: ChannelId,
    flaw: &Flaw,
    instead: Option<ChannelId>,
) -> fmt::Result {
    let told = match instead {
        Some(instead) => format!("I tell moderators in <#{instead}>"),
        None => "moderators are told nothing".to_owned(),
    };
    match flaw {
        Flaw::Gone => {
            write!(f, "The alert channel ({alerts}) is no more, so {told}: choose another in `/setup`.")
        }
        Flaw::Lacks(names) => write!(
            f,
            "I cannot write in the alert channel <#{alerts}>, so {told}: I am missing {} there.",
            bold(names)
        ),
        Flaw::Public | Flaw::NotText | Flaw::Hidden => write!(
            f,
            "Everyone can read the alert channel <#{alerts}>, so {told}: take **View Channel** from everyone there, or \
             choose another in `/setup`."
        ),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => f.write_str("everywhere"),
            Self::In(channels) => write!(f, "in {}", listed(channels)),
        }
    }
}

impl fmt::Display for Instead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Desk { desk, for_all: true } => write!(f, "I will use <#{desk}>"),
            Self::Desk { desk, for_all: false } => {
                write!(f, "I will use <#{desk}> with members who see it, and write to others directly")
            }
            Self::Direct => {
                f.write_str("I will write to members directly, where moderators cannot read along")
            }
        }
    }
}

/// Links to the first of them, and how many more there are.
pub(crate) fn listed(channels: &[ChannelId]) -> String {
    let mut names: Vec<String> =
        channels.iter().take(MOST_NAMED).map(|channel| format!("<#{channel}>")).collect();
    match channels.len().saturating_sub(MOST_NAMED) {
        0 => {}
        more => names.push(format!("{more} more")),
    }
    joined(&names)
}

fn bold(names: &[&str]) -> String {
    joined(&names.iter().map(|name| format!("**{name}**")).collect::<Vec<_>>())
}

/// As people list things: "a, b and c".
pub(crate) fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
