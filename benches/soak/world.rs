//! The servers, who is in them, and what they say.

use aside::simulator::{
    ChannelPlan, GuildPlan, Id, MemberPlan, OverwritePlan, Permissions, RolePlan, Simulator, World,
};
use fastrand::Rng;

use super::Plan;
use super::account::{Account, Expected};
use crate::lines::{self, Due};

/// A server has something due no more often than this: six members of one at boiling point within half a minute would be
/// a raid.
const PAUSE_S: f64 = 90.0;

/// Public channels of a server.
const CHANNELS: [&str; 3] = ["general", "help", "off-topic"];

/// Of a hundred messages so many answer the one before, are changed later, and are deleted later.
const ANSWERS: u64 = 30;
const EDITS: u64 = 2;
const DELETIONS: u64 = 1;

struct Place {
    channels: [Id; CHANNELS.len()],
    /// Who has not said anything that is due, and will.
    members: Vec<Id>,
    /// Who chats; they never say anything that is due.
    chatters: Vec<Id>,
    latest: [Option<(Id, Id)>; CHANNELS.len()],
}

/// Servers and their members.
pub(crate) struct Community {
    rng: Rng,
    guilds: usize,
    members: usize,
    /// Sessions that the bot keeps.
    shards: usize,
    /// Messages after which something is due.
    every: f64,
    places: Vec<Place>,
    calm: Vec<String>,
    spoken: u64,
    due: u64,
    edited: u64,
    deleted: u64,
    refused: u64,
}

impl Community {
    pub(crate) fn new(plan: &Plan) -> Self {
        assert!((0..3).all(|number| Due::nth(number).is_due()), "the lines that are due call for no case");
        let due_per_second = plan.rate as f64 * plan.due / 1_000.0;
        let guilds = ((due_per_second * PAUSE_S).ceil() as usize).max(plan.shards * 2);
        let all = plan.length.as_secs_f64() * due_per_second;
        let members = (all / guilds as f64).ceil() as usize + 1;
        Self {
            rng: Rng::with_seed(plan.seed),
            guilds,
            members,
            shards: plan.shards,
            every: 1_000.0 / plan.due,
            places: Vec::new(),
            calm: lines::calm(),
            spoken: 0,
            due: 0,
            edited: 0,
            deleted: 0,
            refused: 0,
        }
    }

    /// How many due messages there are members for.
    pub(crate) fn due_capacity(&self) -> usize {
        self.guilds * self.members
    }

    pub(crate) fn world(&self) -> World {
        let guilds = (0..self.guilds).map(|number| self.guild(number)).collect();
        World { shards: self.shards as u64, heartbeat_ms: 5_000, guilds, ..World::default() }
    }

    fn guild(&self, number: usize) -> GuildPlan {
        let member = |at: usize| MemberPlan { name: format!("g{number}m{at}"), ..MemberPlan::default() };
        let hidden = OverwritePlan {
            of: "@everyone".to_owned(),
            deny: Permissions::VIEW_CHANNEL,
            ..OverwritePlan::default()
        };
        let seen = |of: &str| OverwritePlan {
            of: of.to_owned(),
            allow: Permissions::VIEW_CHANNEL,
            ..OverwritePlan::default()
        };
        let staff = ChannelPlan {
            name: format!("g{number}-staff"),
            overwrites: vec![hidden, seen("Moderator"), seen("@bot")],
            ..ChannelPlan::default()
        };
        let public = CHANNELS
            .iter()
            .map(|name| ChannelPlan { name: format!("g{number}-{name}"), ..ChannelPlan::default() });
        let moderating = Permissions::MANAGE_THREADS | Permissions::MANAGE_MESSAGES;
        let moderator =
            RolePlan { name: "Moderator".to_owned(), permissions: moderating, ..RolePlan::default() };
        // Ids come in the order of what is made, and an id says which shard a server is on: by the dice, each has its share.
        let others = (0..Rng::with_seed(number as u64).usize(..self.shards))
            .map(|at| RolePlan { name: format!("Team {at}"), ..RolePlan::default() });
        GuildPlan {
            name: format!("g{number}"),
            owner: format!("g{number}owner"),
            roles: [moderator].into_iter().chain(others).collect(),
            channels: public.chain([staff]).collect(),
            members: (0..self.members + 8).map(member).collect(),
            public_updates_channel: Some(format!("g{number}-staff")),
            ..GuildPlan::default()
        }
    }

    /// Learns the ids of everything.
    pub(crate) fn settle(&mut self, discord: &Simulator) {
        self.places = (0..self.guilds)
            .map(|number| {
                let user = |at: usize| discord.user(&format!("g{number}m{at}")).expect("a member");
                let channels =
                    CHANNELS.map(|name| discord.channel(&format!("g{number}-{name}")).expect("a channel"));
                let members = (8..self.members + 8).map(user).collect();
                Place {
                    channels,
                    members,
                    chatters: (0..8).map(user).collect(),
                    latest: [None; CHANNELS.len()],
                }
            })
            .collect();
    }

    /// Somebody says something.
    pub(crate) fn speak(&mut self, discord: &Simulator, account: &mut Account) {
        self.spoken += 1;
        if self.spoken as f64 >= (self.due + 1) as f64 * self.every {
            self.speak_up(discord, account);
        } else {
            self.chat(discord);
        }
    }

    /// Something that calls for a case, in one server after the other.
    fn speak_up(&mut self, discord: &Simulator, account: &mut Account) {
        let due = Due::nth(self.due);
        let channel = self.rng.usize(..CHANNELS.len());
        let at = usize::try_from(self.due).unwrap_or(0) % self.guilds;
        let place = &mut self.places[at];
        let Some(member) = place.members.pop() else { return };
        let channel = place.channels[channel];
        match discord.post(member, channel, &due.words(self.due)) {
            Ok(message) => account.expect(Expected { message, member, channel, due }),
            Err(_) => self.refused += 1,
        }
        self.due += 1;
    }

    fn chat(&mut self, discord: &Simulator) {
        let place = self.rng.usize(..self.places.len());
        let at = self.rng.usize(..CHANNELS.len());
        let line = &self.calm[self.rng.usize(..self.calm.len())];
        let place = &mut self.places[place];
        let (member, channel) = (place.chatters[self.rng.usize(..place.chatters.len())], place.channels[at]);
        let dice = self.rng.u64(..100);
        let before = place.latest[at].take();
        let posted = match before {
            Some((before, _)) if dice < ANSWERS => discord.reply(member, channel, before, line),
            _ => discord.post(member, channel, line),
        };
        if let Some((before, author)) = before.filter(|_| dice >= 100 - EDITS - DELETIONS) {
            let delete = dice >= 100 - DELETIONS;
            let done = if delete {
                discord.delete(author, channel, before)
            } else {
                discord.edit(author, channel, before, &self.calm[self.rng.usize(..self.calm.len())])
            };
            self.refused += u64::from(done.is_err());
            *(if delete { &mut self.deleted } else { &mut self.edited }) += 1;
        }
        match posted {
            Ok(message) => place.latest[at] = Some((message, member)),
            Err(_) => self.refused += 1,
        }
    }

    pub(crate) fn told(&self) -> String {
        let Self { guilds, shards, due, edited, deleted, refused, .. } = self;
        format!(
            "{guilds} servers on {shards} shards; {due} messages due; {edited} changed, {deleted} deleted, {refused} refused"
        )
    }
}
