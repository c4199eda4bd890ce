//! What those who manage a guild set and see: AutoMod's rules, and who added the bot.

use aside::simulator::{GuildPlan, MemberPlan, Permissions, Simulator};
use serde_json::{Value, json};

use crate::support::{Gateway, Rest, harbor, id};

/// A rule on keywords that blocks, with this in its metadata.
pub(crate) fn keyword_rule(name: &str, metadata: &Value) -> Value {
    json!({
        "name": name, "event_type": 1, "trigger_type": 1, "enabled": true, "trigger_metadata": metadata,
        "actions": [{ "type": 1, "metadata": { "custom_message": "Not here." } }],
    })
}

/// One rule of every kind, with every action.
pub(crate) fn every_rule(discord: &Simulator) -> Vec<Value> {
    let staff = id(discord, "staff").to_string();
    let rule = |trigger: u64, event: u64, metadata: &Value| {
        let mut rule = keyword_rule(&format!("rule {trigger}"), metadata);
        rule["trigger_type"] = json!(trigger);
        rule["event_type"] = json!(event);
        rule
    };
    let mut keywords = rule(
        1,
        1,
        &json!({ "keyword_filter": ["voldemort", "wiz*"], "regex_patterns": ["h[ae]x"], "allow_list": ["wizard"] }),
    );
    keywords["actions"] = json!([
        { "type": 1 },
        { "type": 2, "metadata": { "channel_id": staff } },
        { "type": 3, "metadata": { "duration_seconds": 60 } },
    ]);
    keywords["exempt_roles"] = json!([id(discord, "Helper").to_string()]);
    keywords["exempt_channels"] = json!([id(discord, "slow").to_string()]);
    let mut off = rule(3, 1, &json!({}));
    off["enabled"] = json!(false);
    vec![
        keywords,
        off,
        rule(4, 1, &json!({ "presets": [1, 3], "allow_list": ["damn"] })),
        rule(5, 1, &json!({ "mention_total_limit": 2, "mention_raid_protection_enabled": true })),
        rule(6, 2, &json!({ "keyword_filter": ["moderator"] })),
    ]
}

/// Gives the bot's role these permissions, and those of everyone.
pub(crate) fn grant(discord: &Simulator, more: Permissions) {
    let all = Permissions::ORDINARY | more;
    discord.set_role(id(discord, "Harbor"), id(discord, "Aside"), all).unwrap();
}

#[tokio::test]
async fn rules_are_listed_for_who_manages_the_guild() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let path = format!("/guilds/{}/auto-moderation/rules", id(&discord, "Harbor"));
    let refused = rest.get(&path).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!(50013)));
    grant(&discord, Permissions::MANAGE_GUILD);
    assert_eq!(rest.get(&path).await.body, json!([]));
    for rule in every_rule(&discord) {
        discord.put_automod(id(&discord, "Harbor"), &rule).unwrap();
    }
    let listed = rest.get(&path).await.body;
    let part = |at: usize, key: &str| listed[at]["trigger_metadata"][key].clone();
    assert_eq!(listed.as_array().unwrap().len(), 5);
    assert_eq!(part(0, "allow_list"), json!(["wizard"]));
    assert_eq!(part(0, "regex_patterns"), json!(["h[ae]x"]));
    assert_eq!(part(3, "mention_total_limit"), 2);
    assert_eq!((&listed[0]["enabled"], &listed[1]["enabled"]), (&json!(true), &json!(false)));
    assert_eq!(listed[0]["exempt_channels"], json!([id(&discord, "slow").to_string()]));
    assert_eq!(listed[0]["creator_id"], id(&discord, "olga").to_string());
}

#[tokio::test]
async fn a_rule_is_replaced_by_name_and_the_manager_is_told() {
    let discord = harbor().await;
    let harbor = id(&discord, "Harbor");
    let (mut gateway, _) = Gateway::ready(&discord, 1 | 1 << 20).await;
    gateway.event("GUILD_CREATE").await;
    let rule = keyword_rule("names", &json!({ "keyword_filter": ["voldemort"] }));
    let first = discord.put_automod(harbor, &rule).unwrap();
    assert_eq!(gateway.pending().await, [], "the bot does not manage the guild");
    grant(&discord, Permissions::MANAGE_GUILD);
    assert_eq!(discord.put_automod(harbor, &rule).unwrap(), first);
    discord.block_words(harbor, &["secret"]);
    discord.block_words(harbor, &[]);
    discord.remove_automod(harbor, first).unwrap();
    assert!(discord.remove_automod(harbor, first).is_err());
    let names = gateway.pending().await.into_iter().map(|(name, _)| name);
    let names: Vec<String> = names.filter(|name| name.starts_with("AUTO")).collect();
    let [update, create, delete] =
        ["UPDATE", "CREATE", "DELETE"].map(|it| format!("AUTO_MODERATION_RULE_{it}"));
    assert_eq!(names, [&update, &create, &delete, &delete].map(String::as_str));
}

/// What alex writes, and whether it stays out.
#[tokio::test]
async fn words_patterns_and_mentions_block() {
    let table = [
        ("Voldemort!", true),
        ("voldemorts", false),
        ("a wizened face", true),
        ("a wizard", false),
        ("a wizard and a wiz", true),
        ("HEX", true),
        ("rewizzed", false),
        ("<@1> <@2>", false),
        ("<@1> <@!2> <@&3>", true),
        ("damn", false),
    ];
    let discord = harbor().await;
    for rule in every_rule(&discord) {
        discord.put_automod(id(&discord, "Harbor"), &rule).unwrap();
    }
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    for (text, blocked) in table {
        let code = discord.post(alex, help, text).err().map(|refusal| refusal.code);
        assert_eq!(code, blocked.then_some(200_000), "{text}");
    }
    discord.post(alex, id(&discord, "slow"), "voldemort").unwrap();
    discord.post(id(&discord, "hana"), help, "voldemort").unwrap();
    discord.post(id(&discord, "olga"), help, "voldemort").unwrap();
}

#[tokio::test]
async fn a_manager_learns_of_every_action() {
    let discord = harbor().await;
    grant(&discord, Permissions::MANAGE_GUILD);
    discord.put_automod(id(&discord, "Harbor"), &every_rule(&discord)[0]).unwrap();
    let (mut gateway, _) = Gateway::ready(&discord, 1 | 1 << 21).await;
    gateway.event("GUILD_CREATE").await;
    discord.post(id(&discord, "alex"), id(&discord, "help"), "No hexes").unwrap_err();
    let came = gateway.pending().await;
    let actions: Vec<&Value> = came.iter().map(|(_, data)| &data["action"]["type"]).collect();
    assert_eq!(actions, [1, 2, 3]);
    assert_eq!(
        (&came[0].1["matched_keyword"], &came[0].1["matched_content"]),
        (&json!("h[ae]x"), &json!("hex"))
    );
}

#[tokio::test]
async fn rules_are_refused_as_discord_would() {
    let discord = harbor().await;
    let harbor = id(&discord, "Harbor");
    let words = |words: Value| json!({ "keyword_filter": words });
    let rule = |change: &dyn Fn(&mut Value)| {
        let mut rule = keyword_rule("a", &words(json!(["b"])));
        change(&mut rule);
        rule
    };
    let table = [
        rule(&|rule| rule["name"] = json!("")),
        rule(&|rule| rule["trigger_type"] = json!(2)),
        rule(&|rule| rule["event_type"] = json!(2)),
        rule(&|rule| rule["actions"] = json!([])),
        rule(&|rule| rule["actions"] = json!([{ "type": 2 }])),
        rule(&|rule| rule["actions"] = json!([{ "type": 3, "metadata": {} }])),
        rule(&|rule| rule["actions"] = json!([{ "type": 9 }])),
        rule(&|rule| rule["exempt_roles"] = json!(vec!["1"; 21])),
        keyword_rule("a", &words(json!(vec!["x"; 1001]))),
        keyword_rule("a", &words(json!(["x".repeat(61)]))),
        keyword_rule("a", &json!({ "regex_patterns": vec!["x"; 11] })),
        keyword_rule("a", &json!({ "regex_patterns": ["x".repeat(261)] })),
        keyword_rule("a", &json!({ "regex_patterns": ["("] })),
        keyword_rule("a", &json!({ "mention_total_limit": 51 })),
    ];
    for wrong in table {
        assert_eq!(discord.put_automod(harbor, &wrong).unwrap_err().code, 50035, "{wrong}");
    }
    for n in 0..6 {
        discord.put_automod(harbor, &keyword_rule(&n.to_string(), &words(json!(["b"])))).unwrap();
    }
    assert!(discord.put_automod(harbor, &keyword_rule("one more", &words(json!(["b"])))).is_err());
}

#[tokio::test]
async fn the_audit_log_tells_who_added_the_bot() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let harbor = id(&discord, "Harbor");
    let added = |guild: u64| format!("/guilds/{guild}/audit-logs?action_type=28&limit=1");
    let refused = rest.get(&added(harbor)).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!(50013)));
    grant(&discord, Permissions::VIEW_AUDIT_LOG);
    let log = rest.get(&added(harbor)).await.body;
    assert_eq!(log["audit_log_entries"][0]["user_id"], id(&discord, "olga").to_string());
    assert_eq!(log["audit_log_entries"][0]["target_id"], discord.bot().to_string());
    assert_eq!(log["users"][0]["username"], "olga");
    for other in ["action_type=20", "user_id=1", "before=1"] {
        let log = rest.get(&format!("/guilds/{harbor}/audit-logs?{other}")).await.body;
        assert_eq!((&log["audit_log_entries"], &log["users"]), (&json!([]), &json!([])), "{other}");
    }
    for (by, known) in [(Some("zoe"), json!(["zoe"])), (Some(""), json!([])), (None, json!(["owner"]))] {
        let members = vec![MemberPlan { name: "zoe".to_owned(), ..MemberPlan::default() }];
        let bot = Permissions::VIEW_AUDIT_LOG;
        let plan = GuildPlan { added_by: by.map(str::to_owned), members, bot, ..GuildPlan::default() };
        let log = rest.get(&added(discord.add_guild(&plan).unwrap())).await.body;
        let who = log["users"].as_array().unwrap().iter().filter(|user| user["bot"] == false);
        assert_eq!(who.map(|user| user["username"].clone()).collect::<Value>(), known);
    }
    let unknown = GuildPlan { added_by: Some("nobody".to_owned()), ..GuildPlan::default() };
    assert!(discord.add_guild(&unknown).is_err());
}
