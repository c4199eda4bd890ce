//! Servers as they are: how many channels and roles, who may do what in them, what they are called.
//!
//! The bots of one provider counted 23 channels in 6 categories as the median of five hundred active servers, most of them
//! between 12 and 35, with a long tail beyond 80 (<https://peakbot.pro/blog/how-many-channels-should-discord-server-have-2026>).
//! Discord allows 500 channels and 250 roles (<https://discord.com/developers/docs/resources/guild>). Nobody published
//! how many roles, overwrites and active threads there are; here as in the servers we know. All are a little more than
//! that: what fits these fits those.

use aside::simulator::{
    ChannelKind, ChannelPlan, GuildPlan, MemberPlan, OverwritePlan, Permissions, RolePlan,
};
use fastrand::Rng;

/// Medians, and how far the logarithms spread (normally distributed).
const CHANNELS: (f64, f64) = (30.0, 0.7);
const ROLES: (f64, f64) = (25.0, 0.7);
const OVERWRITES: (f64, f64) = (3.0, 0.9);
const THREADS: (f64, f64) = (6.0, 1.2);

/// Channels of a category.
const IN_CATEGORY: usize = 6;

/// One in a hundred servers has so many channels and overwrites at least.
const LARGEST: (usize, usize) = (200, 100);

/// Of a hundred channels so many have the overwrites of their category.
const SYNCED: u32 = 75;

const WORDS: [&str; 24] = [
    "general",
    "off-topic",
    "support",
    "help",
    "announcements",
    "rules",
    "welcome",
    "memes",
    "art",
    "music",
    "gaming",
    "clips",
    "trading",
    "events",
    "introductions",
    "suggestions",
    "bot-commands",
    "feedback",
    "media",
    "deutsch",
    "français",
    "voice",
    "lounge",
    "staff",
];
const SIGNS: [&str; 8] = ["", "", "💬・", "📢・", "🎮-", "🔥│", "『🎨』", "🌸・"];

/// A server.
pub(crate) fn server(number: usize, rng: &mut Rng) -> GuildPlan {
    let large = number.is_multiple_of(100);
    let least = if large { LARGEST.0 } else { 4 };
    let count = drawn(rng, CHANNELS).clamp(least, 480);
    let roles = roles(drawn(rng, ROLES).clamp(3, 240), rng);
    let names: Vec<String> = roles.iter().map(|role| role.name.clone()).collect();
    let mut channels = channels(count, &names, if large { LARGEST.1 } else { 0 }, rng);
    channels.extend(threads(drawn(rng, THREADS).min(300), &channels));
    GuildPlan {
        name: format!("{} {} {number}", title(rng), title(rng)),
        owner: format!("owner{number}"),
        roles,
        channels,
        members: vec![MemberPlan { name: format!("member{number}"), ..MemberPlan::default() }],
        ..GuildPlan::default()
    }
}

/// So many active threads, in one text channel after the other.
fn threads(count: usize, channels: &[ChannelPlan]) -> Vec<ChannelPlan> {
    let text = channels.iter().filter(|channel| channel.kind == ChannelKind::Text);
    let thread = |(at, channel): (usize, &ChannelPlan)| ChannelPlan {
        name: format!("how do I get back into my account? {at}"),
        kind: ChannelKind::PublicThread,
        parent: Some(channel.name.clone()),
        ..ChannelPlan::default()
    };
    text.cycle().take(count).enumerate().map(thread).collect()
}

fn drawn(rng: &mut Rng, (median, spread): (f64, f64)) -> usize {
    // Box and Muller's way to a normally distributed number.
    let normal = (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos();
    (median * (spread * normal).exp()).round() as usize
}

fn title(rng: &mut Rng) -> &'static str {
    ["Harbor", "The Lounge", "Night Owls", "Café", "Pixel Forge", "Lofi", "Strategists"][rng.usize(..7)]
}

fn roles(count: usize, rng: &mut Rng) -> Vec<RolePlan> {
    let moderating = Permissions::MANAGE_THREADS | Permissions::MANAGE_MESSAGES;
    let moderator = RolePlan { name: "Moderator".to_owned(), permissions: moderating, ..RolePlan::default() };
    let other = |at: usize| RolePlan {
        name: format!("{}{} {at}", SIGNS[at % SIGNS.len()], WORDS[at % WORDS.len()]),
        permissions: if at.is_multiple_of(3) { Permissions::NONE } else { Permissions::ORDINARY },
        managed: at % 5 == 4,
        mentionable: rng.bool(),
    };
    [moderator].into_iter().chain((1..count).map(other)).collect()
}

fn channels(count: usize, roles: &[String], least: usize, rng: &mut Rng) -> Vec<ChannelPlan> {
    let mut channels: Vec<ChannelPlan> = Vec::new();
    for at in 0..count {
        let category = at - at % IN_CATEGORY;
        let plan = if at == category {
            let overwrites = overwrites(roles, if at == 0 { least } else { 0 }, rng);
            let kind = ChannelKind::Category;
            ChannelPlan {
                name: format!("── {} {at} ──", WORDS[at % WORDS.len()]),
                kind,
                overwrites,
                ..ChannelPlan::default()
            }
        } else {
            let synced = rng.u32(..100) < SYNCED;
            let overwrites =
                if synced { channels[category].overwrites.clone() } else { overwrites(roles, 0, rng) };
            let parent = Some(channels[category].name.clone());
            let kind = kind(rng);
            let name = format!("{}{}-{at}", SIGNS[rng.usize(..SIGNS.len())], WORDS[rng.usize(..WORDS.len())]);
            ChannelPlan { name, kind, parent, overwrites, ..ChannelPlan::default() }
        };
        channels.push(plan);
    }
    channels
}

/// Three in ten are voice channels, a few forums and announcements.
fn kind(rng: &mut Rng) -> ChannelKind {
    match rng.u32(..100) {
        0..30 => ChannelKind::Voice,
        30..34 => ChannelKind::Forum,
        34..38 => ChannelKind::Announcement,
        _ => ChannelKind::Text,
    }
}

fn overwrites(roles: &[String], least: usize, rng: &mut Rng) -> Vec<OverwritePlan> {
    let count = drawn(rng, OVERWRITES).max(least).min(roles.len());
    let mut of: Vec<&String> = roles.iter().collect();
    rng.shuffle(&mut of);
    let closed = rng.u32(..100) < 25;
    let everyone = OverwritePlan {
        of: "@everyone".to_owned(),
        deny: Permissions::VIEW_CHANNEL,
        ..OverwritePlan::default()
    };
    let granted = |of: &String| OverwritePlan {
        of: of.clone(),
        allow: Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES,
        deny: Permissions::NONE,
    };
    closed.then_some(everyone).into_iter().chain(of.into_iter().take(count).map(granted)).collect()
}
