//! The policy's sentences, each as a row: what is found, by whom and where; what is decided; and why.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::sync::Arc;
use std::time::Duration;

use aside::detect::{Category, Finding, Kind, Scan};
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, RoleId, UserId};
use aside::policy::{Circumstances, Policy, Response, Rule, Verdict, When};
use jiff::{SignedDuration, Timestamp};

const VIP: RoleId = RoleId(9);
const GENERAL: ChannelId = ChannelId(10);
const HELP: ChannelId = ChannelId(11);

fn rule(name: &str, response: Response, when: When) -> Rule {
    let category = if when.heat.is_some() { Category::BoilingPoint } else { Category::SensitiveInfo };
    Rule {
        name: Arc::from(name),
        category,
        when,
        response,
        cooldown: Duration::from_mins(10),
        channels: None,
        roles: None,
        template: None,
    }
}

fn kinds(kinds: &[Kind]) -> When {
    When { kinds: Some(kinds.to_vec()), confidence: 0.7, ..When::default() }
}

fn policy() -> Policy {
    let hot = When { heat: Some(0.8), ..When::default() };
    let mut here = rule("help-only", Response::Alert, kinds(&[Kind::Solicitation]));
    here.channels = Some(vec![HELP]);
    let mut nowhere = rule("nowhere", Response::Alert, kinds(&[Kind::Email]));
    nowhere.channels = Some(Vec::new());
    let rules = vec![
        rule("hot", Response::TakeAside, hot),
        rule("cards", Response::Shield, kinds(&[Kind::Card])),
        rule("phones", Response::TakeAside, kinds(&[Kind::Phone])),
        rule("none", Response::TakeAside, kinds(&[])),
        here,
        nowhere,
    ];
    Policy::new(rules, vec![VIP])
}

fn found(kind: Kind, confidence: f32) -> Finding {
    Finding { kind, category: kind.category(), span: 0..1, confidence, explanation: "".into(), rule: None }
}

fn now() -> Timestamp {
    MessageId(1 << 60).sent()
}

fn message(origin: Origin, moderator: bool, roles: &[RoleId]) -> Message {
    Message {
        id: MessageId(1 << 60),
        guild: GuildId(1),
        channel: GENERAL,
        home: GENERAL,
        author: Author { id: UserId(5), origin, roles: roles.to_vec(), moderator },
        content: String::new(),
        sent: now(),
    }
}

fn member() -> Message {
    message(Origin::Member, false, &[])
}

fn acknowledged(category: Category, minutes_ago: i64, same_member: bool) -> Circumstances {
    let at = now().checked_sub(SignedDuration::from_mins(minutes_ago)).unwrap();
    let mut circumstances = Circumstances::default();
    circumstances.conversation_acknowledged.insert(category, at);
    if same_member {
        circumstances.member_acknowledged.insert(category, at);
    }
    circumstances
}

fn decided(verdict: &Verdict) -> Option<(&str, bool)> {
    verdict.decision.as_ref().map(|decision| (&*decision.rule, decision.quiet))
}

#[test]
fn rows() {
    let angry = || Scan { heat: 0.9, findings: vec![found(Kind::Anger, 0.9)] };
    let mild = || Scan { heat: 0.5, findings: Vec::new() };
    let of = |kind, confidence| Scan { heat: 0.0, findings: vec![found(kind, confidence)] };
    let both = || Scan { heat: 0.9, findings: vec![found(Kind::Anger, 0.9), found(Kind::Card, 0.9)] };
    let alone = Circumstances::default;
    let mut in_help = member();
    in_help.channel = HELP;
    let mut thread_in_help = member();
    (thread_in_help.channel, thread_in_help.home) = (ChannelId(12), HELP);
    let rows: Vec<(&str, Message, Scan, Circumstances, Option<(&str, bool)>)> = vec![
        ("anger is taken aside", member(), angry(), alone(), Some(("hot", false))),
        ("grumbling is left alone", member(), mild(), alone(), None),
        (
            "a sure phone number is taken aside",
            member(),
            of(Kind::Phone, 0.9),
            alone(),
            Some(("phones", false)),
        ),
        ("an unsure one is left alone", member(), of(Kind::Phone, 0.3), alone(), None),
        ("a shield outranks an earlier rule", member(), both(), alone(), Some(("cards", false))),
        ("an empty list of kinds matches nothing", member(), of(Kind::Iban, 0.9), alone(), None),
        ("an empty list of channels matches nothing", member(), of(Kind::Email, 0.9), alone(), None),
        ("a rule for a channel is silent elsewhere", member(), of(Kind::Solicitation, 0.9), alone(), None),
        (
            "a rule for a channel speaks there",
            in_help,
            of(Kind::Solicitation, 0.9),
            alone(),
            Some(("help-only", false)),
        ),
        (
            "and in its threads",
            thread_in_help,
            of(Kind::Solicitation, 0.9),
            alone(),
            Some(("help-only", false)),
        ),
        ("bots are left alone", message(Origin::Bot, false, &[]), both(), alone(), None),
        ("webhooks are left alone", message(Origin::Webhook, false, &[]), both(), alone(), None),
        ("moderators may be angry", message(Origin::Member, true, &[]), angry(), alone(), None),
        (
            "a moderator's card is shielded",
            message(Origin::Member, true, &[]),
            both(),
            alone(),
            Some(("cards", false)),
        ),
        ("exempt roles may be angry", message(Origin::Member, false, &[VIP]), angry(), alone(), None),
        (
            "their cards are shielded",
            message(Origin::Member, false, &[VIP]),
            both(),
            alone(),
            Some(("cards", false)),
        ),
        (
            "a member is spoken to once in a cooldown",
            member(),
            angry(),
            acknowledged(Category::BoilingPoint, 5, true),
            None,
        ),
        (
            "and again after it",
            member(),
            angry(),
            acknowledged(Category::BoilingPoint, 11, true),
            Some(("hot", false)),
        ),
        (
            "other matters do not cool each other down",
            member(),
            angry(),
            acknowledged(Category::SensitiveInfo, 5, true),
            Some(("hot", false)),
        ),
        (
            "in a pile-on one acknowledgment is for all",
            member(),
            angry(),
            acknowledged(Category::BoilingPoint, 5, false),
            Some(("hot", true)),
        ),
        (
            "a shield never cools down, but does not repeat itself",
            member(),
            both(),
            acknowledged(Category::SensitiveInfo, 5, true),
            Some(("cards", true)),
        ),
        (
            "somebody else's shield is acknowledged",
            member(),
            both(),
            acknowledged(Category::SensitiveInfo, 5, false),
            Some(("cards", false)),
        ),
    ];
    for (sentence, message, scan, circumstances, expected) in rows {
        let verdict = policy().decide(&message, &scan, &circumstances);
        assert_eq!(decided(&verdict), expected, "{sentence}: {:?}", verdict.reasons);
    }
}

#[test]
fn every_rule_says_why() {
    let both = Scan {
        heat: 0.9,
        findings: vec![found(Kind::Anger, 0.9), found(Kind::Card, 0.9), found(Kind::Phone, 0.4)],
    };
    let verdict = policy().decide(&member(), &both, &Circumstances::default());
    let reasons: Vec<String> = verdict.reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        reasons,
        [
            "hot: outranked by cards",
            "cards: applies",
            "phones: confidence 0.40 is below 0.70",
            "none: nothing it looks for was found",
            "help-only: does not cover this channel",
            "nowhere: does not cover this channel",
        ]
    );
}

#[test]
fn a_cooldown_names_its_end() {
    let angry = Scan { heat: 0.85, findings: Vec::new() };
    let verdict = policy().decide(&member(), &angry, &acknowledged(Category::BoilingPoint, 4, true));
    let until = now().checked_add(SignedDuration::from_mins(6)).unwrap();
    assert_eq!(verdict.reasons[0].to_string(), format!("hot: cooling down until {until:.0}"));
}

#[test]
fn what_concerns_no_rule_is_not_looked_at_further() {
    let policy = policy();
    assert!(!policy.concerns(&Scan { heat: 0.79, findings: vec![found(Kind::Phone, 0.5)] }));
    assert!(policy.concerns(&Scan { heat: 0.8, findings: Vec::new() }));
    assert!(policy.concerns(&Scan { heat: 0.0, findings: vec![found(Kind::Email, 0.9)] }));
}
