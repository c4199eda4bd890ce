//! The policy's sentences, each as a row: what is found, by whom and where; what is decided; and why.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::sync::Arc;
use std::time::Duration;

use aside::detect::{Category, Finding, Kind, Scan};
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, RoleId, UserId};
use aside::policy::conversation::Setting;
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
        ask: [].into(),
        answer: None,
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
        answers: None,
        answered: None,
        mentions: Vec::new(),
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

/// A sentence of the policy: a message, what was found in it, and what is remembered; then the rule that
/// decides, and whether it does so quietly.
type Row = (&'static str, Message, Scan, Circumstances, Option<(&'static str, bool)>);

fn angry() -> Scan {
    Scan { heat: 0.9, findings: vec![found(Kind::Anger, 0.9)] }
}

/// Angry, and with a card in it.
fn both() -> Scan {
    Scan { heat: 0.9, findings: vec![found(Kind::Anger, 0.9), found(Kind::Card, 0.9)] }
}

fn check(rows: Vec<Row>) {
    for (sentence, message, scan, circumstances, expected) in rows {
        let verdict = policy().decide(&message, &scan, &circumstances);
        assert_eq!(decided(&verdict), expected, "{sentence}: {:?}", verdict.reasons);
    }
}

fn of(kind: Kind, confidence: f32) -> Scan {
    Scan { heat: 0.0, findings: vec![found(kind, confidence)] }
}

fn alone() -> Circumstances {
    Circumstances::default()
}

#[test]
fn what_is_found_decides() {
    let grumbling = Scan { heat: 0.5, findings: Vec::new() };
    check(vec![
        ("anger is taken aside", member(), angry(), alone(), Some(("hot", false))),
        ("grumbling is left alone", member(), grumbling, alone(), None),
        ("a sure number is taken aside", member(), of(Kind::Phone, 0.9), alone(), Some(("phones", false))),
        ("an unsure one is left alone", member(), of(Kind::Phone, 0.3), alone(), None),
        ("a shield outranks an earlier rule", member(), both(), alone(), Some(("cards", false))),
        ("an empty list of kinds matches nothing", member(), of(Kind::Iban, 0.9), alone(), None),
    ]);
}

#[test]
fn where_it_is_decides() {
    let mut in_help = member();
    in_help.channel = HELP;
    let mut in_thread = member();
    (in_thread.channel, in_thread.home) = (ChannelId(12), HELP);
    let asked = || of(Kind::Solicitation, 0.9);
    check(vec![
        ("an empty list of channels matches nothing", member(), of(Kind::Email, 0.9), alone(), None),
        ("a rule for a channel is silent elsewhere", member(), asked(), alone(), None),
        ("it speaks there", in_help, asked(), alone(), Some(("help-only", false))),
        ("and in the threads there", in_thread, asked(), alone(), Some(("help-only", false))),
    ]);
}

#[test]
fn who_wrote_it_decides() {
    let moderator = || message(Origin::Member, true, &[]);
    let exempt = || message(Origin::Member, false, &[VIP]);
    check(vec![
        ("bots are left alone", message(Origin::Bot, false, &[]), both(), alone(), None),
        ("webhooks are left alone", message(Origin::Webhook, false, &[]), both(), alone(), None),
        ("moderators may be angry", moderator(), angry(), alone(), None),
        ("a moderator's card is shielded", moderator(), both(), alone(), Some(("cards", false))),
        ("exempt roles may be angry", exempt(), angry(), alone(), None),
        ("their cards are shielded", exempt(), both(), alone(), Some(("cards", false))),
    ]);
}

#[test]
fn what_was_said_before_decides() {
    let hot = |ago, same| acknowledged(Category::BoilingPoint, ago, same);
    let cards = |ago, same| acknowledged(Category::SensitiveInfo, ago, same);
    check(vec![
        ("a member is spoken to once in a cooldown", member(), angry(), hot(5, true), None),
        ("and again after it", member(), angry(), hot(11, true), Some(("hot", false))),
        ("other matters do not count", member(), angry(), cards(5, true), Some(("hot", false))),
        ("in a pile-on one is for all", member(), angry(), hot(5, false), Some(("hot", true))),
        (
            "a shield acts, but does not repeat itself",
            member(),
            both(),
            cards(5, true),
            Some(("cards", true)),
        ),
        ("somebody else's is acknowledged", member(), both(), cards(5, false), Some(("cards", false))),
    ]);
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
            "cards: applies: a card number (confidence 0.90)",
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
fn without_a_cooldown_an_earlier_message_that_is_read_late_is_answered_like_any_other() {
    for (cooldown, quiet) in [(Duration::ZERO, false), (Duration::from_mins(10), true)] {
        let mut hot = rule("hot", Response::TakeAside, When { heat: Some(0.8), ..When::default() });
        hot.cooldown = cooldown;
        let angry = Scan { heat: 0.85, findings: Vec::new() };
        let later = acknowledged(Category::BoilingPoint, -3, false);
        let verdict = Policy::new(vec![hot], Vec::new()).decide(&member(), &angry, &later);
        assert_eq!(decided(&verdict), Some(("hot", quiet)), "{cooldown:?}");
    }
}

#[test]
fn what_concerns_no_rule_is_not_looked_at_further() {
    let policy = policy();
    assert!(
        !policy.concerns(&Scan { heat: 0.79, findings: vec![found(Kind::Phone, 0.5)] }, &Setting::default())
    );
    assert!(policy.concerns(&Scan { heat: 0.8, findings: Vec::new() }, &Setting::default()));
    assert!(
        policy.concerns(&Scan { heat: 0.0, findings: vec![found(Kind::Email, 0.9)] }, &Setting::default())
    );
}
