//! Discord's permission arithmetic, as a table.
//!
//! Each line: what `@everyone` has, what the member's two roles have, the overwrites of the channel
//! (`who+allowed` or `who-denied`), and what is left of `SEE` (view), `POST` (send), `PING`
//! (mention everyone), `THREAD` (post in threads).

use aside::simulator::{
    ChannelPlan, GuildPlan, MemberPlan, OverwritePlan, Permissions, RolePlan, Simulator, World,
};

const TABLE: &[(&str, &str, &str, &str, &str)] = &[
    // everyone, role a, role b, overwrites, what is left
    ("SEE POST", "", "", "", "SEE POST"),
    ("SEE", "POST", "", "", "SEE POST"),
    ("SEE", "", "POST PING", "", "SEE POST PING"),
    // @everyone's overwrite comes first and roles win over it.
    ("SEE POST", "", "", "everyone-POST", "SEE"),
    ("SEE POST", "", "", "everyone-POST a+POST", "SEE POST"),
    ("SEE POST", "", "", "everyone+PING a-POST", "SEE"),
    // Among roles, what one allows another cannot deny.
    ("SEE POST", "", "", "a-POST b+POST", "SEE POST"),
    ("SEE POST", "", "", "a+POST b-POST", "SEE POST"),
    // The member's own overwrite has the last word.
    ("SEE POST", "", "", "a+POST member-POST", "SEE"),
    ("SEE", "", "", "a-POST b-POST member+POST", "SEE POST"),
    // Without seeing there is nothing, without posting no pinging.
    ("SEE POST PING", "", "", "everyone-SEE", ""),
    ("SEE POST PING", "", "", "everyone-SEE member+POST", ""),
    ("SEE POST PING", "", "", "everyone-POST", "SEE"),
    ("SEE POST THREAD", "", "", "everyone-POST", "SEE THREAD"),
    // An administrator is above overwrites.
    ("SEE", "ADMIN", "", "everyone-SEE member-SEE", "SEE POST PING THREAD"),
];

fn bits(words: &str) -> Permissions {
    words.split_whitespace().fold(Permissions::NONE, |all, word| {
        all | match word {
            "SEE" => Permissions::VIEW_CHANNEL,
            "POST" => Permissions::SEND_MESSAGES,
            "PING" => Permissions::MENTION_EVERYONE,
            "THREAD" => Permissions::SEND_MESSAGES_IN_THREADS,
            "ADMIN" => Permissions::ADMINISTRATOR,
            other => panic!("unknown word {other}"),
        }
    })
}

fn overwrites(text: &str) -> Vec<OverwritePlan> {
    let one = |part: &str| {
        let at = part.find(['+', '-']).unwrap();
        let of = if &part[..at] == "everyone" { "@everyone" } else { &part[..at] };
        let (allow, deny) = match &part[at..=at] {
            "+" => (bits(&part[at + 1..]), Permissions::NONE),
            _ => (Permissions::NONE, bits(&part[at + 1..])),
        };
        OverwritePlan { of: of.to_owned(), allow, deny }
    };
    text.split_whitespace().map(one).collect()
}

fn world(everyone: &str, a: &str, b: &str, channel: &str) -> World {
    let role = |name: &str, has: &str| RolePlan {
        name: name.to_owned(),
        permissions: bits(has),
        ..RolePlan::default()
    };
    let guild = GuildPlan {
        everyone: bits(everyone),
        roles: vec![role("a", a), role("b", b)],
        channels: vec![ChannelPlan {
            name: "here".to_owned(),
            overwrites: overwrites(channel),
            ..ChannelPlan::default()
        }],
        members: vec![MemberPlan {
            name: "member".to_owned(),
            roles: vec!["a".to_owned(), "b".to_owned()],
            ..MemberPlan::default()
        }],
        ..GuildPlan::default()
    };
    World { guilds: vec![guild], ..World::default() }
}

#[tokio::test]
async fn permissions_follow_the_table() {
    for (everyone, a, b, channel, left) in TABLE {
        let discord = Simulator::start(&world(everyone, a, b, channel)).await.unwrap();
        let (member, here) = (discord.user("member").unwrap(), discord.channel("here").unwrap());
        let known = bits("SEE POST PING THREAD");
        let found = discord.permissions(member, here).unwrap() & known;
        assert_eq!(found, bits(left), "@everyone {everyone}, a {a}, b {b}, channel {channel}");
        assert_eq!(discord.post(member, here, "hello").is_ok(), left.contains("POST"), "{channel}");
    }
}

#[tokio::test]
async fn the_owner_may_everything_and_a_stranger_nothing() {
    let discord = Simulator::start(&world("", "", "", "everyone-SEE")).await.unwrap();
    let (owner, here) = (discord.user("owner").unwrap(), discord.channel("here").unwrap());
    assert_eq!(discord.permissions(owner, here), Ok(Permissions::ALL));
    assert_eq!(discord.permissions(1, here), Ok(Permissions::NONE));
}

#[tokio::test]
async fn a_timed_out_member_can_only_read() {
    let discord = Simulator::start(&world("SEE POST", "", "", "")).await.unwrap();
    let (member, here) = (discord.user("member").unwrap(), discord.channel("here").unwrap());
    let guild = discord.guild("Guild").unwrap();
    discord.time_out(guild, member, Some("2999-01-01T00:00:00Z".parse().unwrap())).unwrap();
    assert_eq!(discord.permissions(member, here), Ok(Permissions::VIEW_CHANNEL));
    discord.time_out(guild, member, None).unwrap();
    assert!(discord.post(member, here, "back again").is_ok());
}
