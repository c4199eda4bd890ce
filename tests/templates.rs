//! What the bot says: every built-in template, and what is said about a broken one.
//!
//! `tests/wording/NAME.md` is a broken template: the first line names its file, the lines after
//! `=====` are what is said about it.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aside::case::action::Button;
use aside::case::{Rating, State};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, RoleId, UserId};
use aside::wording::{Audience, Facts, LANGUAGES, Raid, Shared, Source, Utterance, Wait, Wording};
use jiff::{SignedDuration, Timestamp};

fn english() -> Wording {
    Wording::load("en", []).expect("the built-in templates are valid")
}

/// Facts as they are for most cases.
fn facts() -> Facts {
    Facts {
        member: Some(UserId(11)),
        moderators: vec![RoleId(22), RoleId(23)],
        number: Some(12),
        kinds: vec![Kind::Card, Kind::Phone],
        channel: Some(ChannelId(33)),
        thread: Some(ChannelId(44)),
        link: Some("https://discord.com/channels/1/33/55".to_owned()),
        category: Some(Category::SensitiveInfo),
        rule: Some("secrets".to_owned()),
        alerted: true,
        removed: true,
        deleted: false,
        problem: Some("No private thread could be opened there: missing permission.".to_owned()),
        reason: Some("a card number (confidence 0.98)".to_owned()),
        would: None,
        answer: Some("We're open from 9 to 5: https://shop.example/hours".to_owned()),
        companion: None,
        beside: None,
        by: None,
        raid: Some(Raid {
            members: 60,
            messages: 600,
            links: vec!["https://discord.com/channels/1/33/56".to_owned(); 10],
        }),
        server: Some("Harbor".to_owned()),
        gaps: Some("- **Manage Messages** is missing in <#33>.".to_owned()),
        state: Some("claimed".to_owned()),
        owner: Some(UserId(66)),
        person: Some(UserId(77)),
        waiting: Some(Timestamp::UNIX_EPOCH),
        first_answer: Some(SignedDuration::from_mins(4)),
        reminders: 1,
        asked: Some(Timestamp::UNIX_EPOCH),
        called: true,
        ended_by: Some(UserId(66)),
        outcome: Some("refunded".to_owned()),
        rating: Some("good".to_owned()),
        back: None,
        transcript_days: Some(30),
        stored: Some("- cases about you: 1".to_owned()),
        left: Some("12".to_owned()),
        waits: vec![Wait {
            number: 12,
            since: Timestamp::UNIX_EPOCH,
            owner: Some(UserId(66)),
            thread: Some(ChannelId(44)),
            link: "https://discord.com/channels/1/33/55".to_owned(),
            reminded: false,
        }],
        unlisted: 0,
        messages: Some(3),
        shared: Some(Shared {
            topic: vec!["charged".to_owned(), "twice".to_owned()],
            count: 7,
            span: SignedDuration::from_mins(40),
            numbers: vec![12, 13, 15],
            places: vec![ChannelId(33)],
            notice: None,
        }),
        said: None,
        asked_for: false,
        asks: true,
        detailed: true,
        follow_up: true,
        discreet: false,
        acknowledged: true,
    }
}

/// Facts that a case may come with.
fn circumstances() -> Vec<Facts> {
    let kept = Facts { removed: false, alerted: false, problem: None, ..facts() };
    let unthreaded = Facts { thread: None, moderators: Vec::new(), ..facts() };
    let heated = Facts { kinds: Vec::new(), category: Some(Category::BoilingPoint), ..kept.clone() };
    let fresh = Facts { first_answer: None, rating: None, owner: Some(UserId(67)), ..heated.clone() };
    let two = Facts { companion: Some(UserId(12)), ..kept.clone() };
    let wanted = Facts { asked_for: true, follow_up: false, asks: false, ..heated.clone() };
    let away = Facts { back: Some(Timestamp::UNIX_EPOCH), ..kept.clone() };
    let over =
        Facts { state: Some("resolved".to_owned()), discreet: true, acknowledged: false, ..kept.clone() };
    vec![facts(), kept, unthreaded, heated, fresh, two, wanted, away, over]
}

/// Every utterance in every variant and circumstance.
fn everything_said(language: &str) -> Vec<(Utterance, String)> {
    let wording = english();
    let mut said = Vec::new();
    for &utterance in Utterance::ALL {
        for variant in 0..wording.variants_in(language, utterance) {
            for facts in
                circumstances().into_iter().filter(|facts| facts.thread.is_some() || !needs_thread(utterance))
            {
                said.push((utterance, wording.render(Some(language), utterance, variant, &facts)));
            }
        }
    }
    said
}

/// These are said only when there is a thread.
fn needs_thread(utterance: Utterance) -> bool {
    matches!(
        utterance,
        Utterance::Acknowledgment
            | Utterance::AcknowledgmentShielded
            | Utterance::AskedHere
            | Utterance::AskedBefore
    )
}

fn is_public(utterance: Utterance) -> bool {
    let spoken = [
        Utterance::Suggestion,
        Utterance::SuggestionDetails,
        Utterance::Answer,
        Utterance::Raid,
        Utterance::FollowUp,
        Utterance::CausePublic,
        Utterance::CauseSettled,
    ];
    utterance.as_str().starts_with("acknowledgment") || spoken.contains(&utterance)
}

fn is_plain(utterance: Utterance) -> bool {
    matches!(
        utterance,
        Utterance::ThreadName
            | Utterance::RemovalReason
            | Utterance::ThreadReason
            | Utterance::WithdrawalReason
    )
}

#[test]
fn what_members_read_is_said_in_several_ways() {
    let wording = english();
    for &utterance in Utterance::ALL {
        let several = !is_plain(utterance)
            && !matches!(
                utterance,
                Utterance::Advice
                    | Utterance::Choices
                    | Utterance::Transcript
                    | Utterance::Stored
                    | Utterance::EraseQuestion
                    | Utterance::EraseDone
                    | Utterance::Alert
                    | Utterance::Reminder
                    | Utterance::CauseNotice
                    | Utterance::RaidAlert
                    | Utterance::Erased
                    | Utterance::Introduction
                    | Utterance::Checkup
                    | Utterance::Undone
                    | Utterance::Unread
            );
        let least = if several { 3 } else { 1 };
        let ways: BTreeSet<String> = (0..wording.variants(utterance))
            .map(|at| wording.render(None, utterance, at, &facts()))
            .collect();
        assert!(ways.len() >= least, "{utterance:?} has {} different variants", ways.len());
        assert_eq!(ways.len(), wording.variants(utterance), "{utterance:?} repeats itself");
    }
}

#[test]
fn what_is_said_reads_well() {
    for (language, (utterance, text)) in
        LANGUAGES.iter().flat_map(|one| everything_said(one).into_iter().map(move |said| (one, said)))
    {
        // There is not always something to advise.
        let there = !text.is_empty() || utterance == Utterance::Advice;
        assert!(there && text.trim() == text, "{language} {utterance:?}: {text}");
        for flaw in ["  ", " ,", " .", "..", "\n\n\n", "()", "``", "**** ", "{", "}", "%", "none", "—"] {
            assert!(!text.contains(flaw), "{language} {utterance:?} contains {flaw:?}: {text}");
        }
        let uncapped = text.split(". ").skip(1).find(|sentence| sentence.starts_with(char::is_lowercase));
        assert_eq!(uncapped, None, "{language} {utterance:?}: {text}");
        let limit = if is_public(utterance) { 220 } else { 1_600 };
        assert!(text.chars().count() <= limit, "{language} {utterance:?} is long: {text}");
    }
}

#[test]
fn nobody_is_blamed_and_nothing_is_corporate() {
    let unkind = [
        "calm down",
        "violat",
        "inappropriate",
        "offen",
        "rule",
        "policy",
        "warn",
        "you should",
        "you must",
        "abusive",
        "angry",
        "toxic",
        "inconvenience",
        "valued",
        "unfortunately",
        "apolog",
        "escalat",
        "ticket",
        "please note",
        "kindly",
        "regret",
        "behavio",
    ];
    let to_members = everything_said("en")
        .into_iter()
        .filter(|(utterance, _)| !is_plain(*utterance) && *utterance != Utterance::Alert);
    for (utterance, text) in to_members {
        let lower = text.to_lowercase();
        for word in unkind {
            assert!(!lower.contains(word), "{utterance:?} says {word:?}: {text}");
        }
    }
}

#[test]
fn what_everyone_reads_tells_nothing_of_what_was_found() {
    let wording = english();
    for (language, &utterance) in
        LANGUAGES.iter().flat_map(|one| Utterance::ALL.iter().map(move |two| (one, two)))
    {
        if !is_public(utterance) {
            continue;
        }
        for variant in 0..wording.variants_in(language, utterance) {
            let said: BTreeSet<String> = Kind::ALL
                .iter()
                .map(|&kind| Facts { kinds: vec![kind], category: Some(kind.category()), ..facts() })
                .chain([private_facts()])
                .map(|facts| wording.render(Some(language), utterance, variant, &facts))
                .collect();
            assert_eq!(said.len(), 1, "{language} {utterance:?}: {said:?}");
        }
    }
}

/// What is nobody's business but the member's and the moderators' is otherwise than in [`facts`].
fn private_facts() -> Facts {
    let Facts { member, moderators, number, channel, thread, link, alerted, removed, answer, .. } = facts();
    // Of a cause, everyone reads what most of its members wrote in public, once a moderator says so.
    let shared =
        facts().shared.map(|Shared { topic, count, .. }| Shared { topic, count, ..Shared::default() });
    let known = Facts { member, moderators, number, channel, thread, link, answer, ..Facts::default() };
    Facts { alerted, removed, shared, ..known }
}

/// The words of `utterance` in each of its variants.
fn ways(utterance: Utterance, facts: &Facts) -> Vec<String> {
    let wording = english();
    (0..wording.variants(utterance)).map(|variant| wording.render(None, utterance, variant, facts)).collect()
}

#[test]
fn promises_are_only_of_what_happened() {
    let threads = [Utterance::Acknowledgment, Utterance::AcknowledgmentShielded];
    for utterance in threads {
        assert!(ways(utterance, &facts()).iter().all(|text| text.contains("<#44>")), "{utterance:?}");
    }
    let none =
        [Utterance::AcknowledgmentDirect, Utterance::AcknowledgmentAlerted, Utterance::AcknowledgmentAlone];
    for text in none.into_iter().flat_map(|utterance| ways(utterance, &facts())) {
        assert!(!text.contains("thread") && !text.contains("<#"), "{text}");
    }
    let kept = Facts { removed: false, ..facts() };
    for text in none.into_iter().flat_map(|utterance| ways(utterance, &kept)) {
        assert!(!text.contains("removed") && !text.contains("taken"), "{text}");
    }
}

#[test]
fn a_removed_message_has_no_reply_so_its_author_is_named() {
    for utterance in Utterance::ALL.iter().copied().filter(|utterance| is_public(*utterance)) {
        let named = ways(utterance, &facts()).iter().all(|text| text.contains("<@11>"));
        let thanks = utterance == Utterance::FollowUp;
        let about_removed = utterance.as_str().starts_with("acknowledgment_");
        assert_eq!(named, about_removed || thanks, "{utterance:?}");
    }
}

#[test]
fn an_opening_says_who_reads_here_and_brings_moderators_in() {
    let openings = [
        Utterance::Opening,
        Utterance::OpeningShielded,
        Utterance::OpeningUnshielded,
        Utterance::OpeningAsked,
    ];
    for utterance in openings {
        for text in ways(utterance, &facts()) {
            assert!(text.contains("<@&22> <@&23>") && text.contains("<@11>"), "{text}");
        }
        for text in ways(utterance, &Facts { moderators: Vec::new(), ..facts() }) {
            assert!(text.contains("the moderators of this server"), "{text}");
        }
    }
    for text in ways(Utterance::DirectOpening, &facts()) {
        assert!(!text.contains("<@"), "nobody else is in a direct message: {text}");
    }
}

#[test]
fn an_opening_says_that_the_conversation_is_kept_where_it_is() {
    for utterance in [Utterance::Opening, Utterance::OpeningShielded, Utterance::OpeningUnshielded] {
        for (days, told) in [(30, "30 days after"), (2, "2 days after"), (1, "a day after")] {
            for text in ways(utterance, &Facts { transcript_days: Some(days), ..facts() }) {
                assert!(text.contains("in this thread is kept") && text.contains(told), "{text}");
            }
        }
        for text in ways(utterance, &Facts { transcript_days: None, ..facts() }) {
            assert!(!text.contains("in this thread is kept"), "{text}");
        }
    }
}

/// However moderators put the first words, and however long they are.
#[test]
fn words_of_ones_own_do_not_leave_out_that_the_conversation_is_kept() {
    for length in [10, 1_990] {
        let wording = own("opening", &"x".repeat(length)).expect("valid");
        let text = wording.render(None, Utterance::Opening, 0, &facts());
        assert!(text.starts_with("xxxxxxxxxx") && text.ends_with("30 days after this is over."), "{text}");
        assert!(text.chars().count() <= 2_000);
    }
}

#[test]
fn advice_is_for_what_was_found() {
    let advised = |kind: Kind, word: &str| {
        let facts = Facts { kinds: vec![kind], ..facts() };
        let speech = [Utterance::OpeningShielded, Utterance::OpeningUnshielded, Utterance::FurtherShielded];
        speech.into_iter().flat_map(|utterance| ways(utterance, &facts)).all(|text| text.contains(word))
    };
    for (kind, word) in [
        (Kind::Card, "your bank"),
        (Kind::Iban, "your bank"),
        (Kind::Password, "Change that password"),
        (Kind::UrlCredentials, "Change that password"),
        (Kind::Token, "Revoke"),
        (Kind::ApiKey, "Revoke"),
        (Kind::PrivateKey, "replace it"),
        (Kind::CryptoWallet, "new one"),
        (Kind::NationalId, "office"),
    ] {
        assert!(advised(kind, word), "{kind:?}");
        assert!(!advised(Kind::Phone, word), "{kind:?}");
    }
}

/// What a text holds and what it does not, in each of its variants.
type Example = (Utterance, Facts, &'static [&'static str], &'static [&'static str]);

fn hold(language: &str, examples: Vec<Example>) {
    let wording = english();
    for (utterance, facts, has, lacks) in examples {
        for variant in 0..wording.variants_in(language, utterance) {
            let text = wording.render(Some(language), utterance, variant, &facts);
            for word in has {
                assert!(text.contains(word), "{language} {utterance:?} lacks {word:?}: {text}");
            }
            for word in lacks {
                assert!(!text.contains(word), "{language} {utterance:?} has {word:?}: {text}");
            }
        }
    }
}

/// Facts of a case that moderators were called to and nobody has answered yet.
fn waiting() -> Facts {
    Facts { owner: None, ended_by: None, outcome: None, rating: None, first_answer: None, ..facts() }
}

#[test]
fn moderators_see_where_a_case_stands() {
    let called = Facts { state: Some("in_thread".to_owned()), raid: None, ..waiting() };
    let raid = Facts { raid: facts().raid, ..called.clone() };
    let claimed = Facts { owner: Some(UserId(66)), state: Some("claimed".to_owned()), ..waiting() };
    let ended = Facts { state: Some("resolved".to_owned()), waiting: None, asked: None, ..facts() };
    let by_themselves = Facts {
        ended_by: Some(UserId(11)),
        owner: None,
        state: Some("declined".to_owned()),
        ..ended.clone()
    };
    let mistaken = Facts { ended_by: Some(UserId(67)), state: Some("dismissed".to_owned()), ..ended.clone() };
    let gone = Facts { ended_by: None, state: Some("expired".to_owned()), ..ended.clone() };
    let held_back = Facts { would: Some("taken the member aside".to_owned()), ..called.clone() };
    let deleted = Facts { removed: false, deleted: true, ..called.clone() };
    let wanted = Facts { asked_for: true, ..called.clone() };
    let unthreaded = Facts { thread: None, ..called.clone() };
    let examples: Vec<Example> = vec![
        (
            Utterance::Alert,
            called.clone(),
            &[
                "<@&22>",
                "<@11>",
                "12",
                "private details",
                "a card number and a phone number",
                "<#33>",
                "`secrets`",
                "confidence 0.98",
                "<#44>",
                "https://discord.com/channels/1/33/55",
                "missing permission",
                "**in a private thread**",
                "Nobody has answered",
                "<t:0:R>",
                "reminded once",
                "asks for a moderator",
                "*Show details*",
                "one of 3",
                "Someone is needed",
            ],
            &["<@66>", "refunded", "good"],
        ),
        (Utterance::Alert, claimed, &["**claimed** · by <@66>", "<t:0:R>"], &["Someone is needed"]),
        (
            Utterance::Alert,
            ended.clone(),
            &["**resolved** · by <@66> · refunded", "after 4 min", "says the member: good"],
            &["looked after", "<t:0:R>", "asks for", "needed", "Nobody"],
        ),
        (Utterance::Alert, by_themselves, &["**declined by the member**"], &["by <@11>", "needed"]),
        (Utterance::Alert, mistaken, &["**a false alarm** · by <@67>", "looked after by <@66>"], &["needed"]),
        (Utterance::Alert, gone, &["**expired** · refunded"], &["· by <@", "needed"]),
        (Utterance::Alert, held_back, &["I would have taken", "Nothing was removed"], &["needed"]),
        (Utterance::Alert, deleted, &["was deleted from https://"], &["removed from"]),
        (Utterance::Alert, wanted, &["asked for a private word"], &["`secrets`"]),
        (Utterance::Alert, unthreaded, &["Nobody has claimed it", "get in touch"], &["<#44>"]),
        (Utterance::Alert, Facts { discreet: true, ..called.clone() }, &["said in public"], &[]),
        (Utterance::RaidAlert, raid, &["60 members", "600 messages", "have a look"], &["State"]),
        (Utterance::RaidAlert, ended, &["**resolved** · by <@66> · refunded"], &["have a look", "I answer"]),
    ];
    hold("en", examples);
}

#[test]
fn members_are_told_how_things_are() {
    let away = |facts: Facts| Facts { back: Some(Timestamp::UNIX_EPOCH), ..facts };
    let examples: Vec<Example> = vec![
        (Utterance::Late, facts(), &["moderators"], &["<t:", "usually"]),
        (Utterance::Late, away(facts()), &["usually", "<t:0:f>"], &["remind", "told"]),
        (Utterance::OpeningAsked, facts(), &["below"], &["your message", "https://"]),
        (Utterance::OpeningAsked, away(facts()), &["usually", "<t:0:f>"], &["as soon as one"]),
        (Utterance::NotTakenDown, facts(), &["still", "https://discord.com"], &[]),
        (Utterance::TakenDown, facts(), &["your bank"], &[]),
        (Utterance::Invited, facts(), &["read"], &[]),
        (Utterance::FollowUp, facts(), &["<@11>"], &["thread", "<#", "12", "refunded", "you wrote"]),
    ];
    hold("en", examples);
}

#[test]
fn times_and_people_are_named_in_every_language() {
    let away = || Facts { back: Some(Timestamp::UNIX_EPOCH), ..facts() };
    let openings = [
        Utterance::Opening,
        Utterance::OpeningAsked,
        Utterance::OpeningShielded,
        Utterance::OpeningUnshielded,
    ];
    for language in LANGUAGES {
        let mut examples: Vec<Example> = vec![
            (Utterance::Late, away(), &["<@11>", "<t:0:f>"], &[]),
            (Utterance::DirectOpening, away(), &["<t:0:f>"], &["<@"]),
            (Utterance::DirectOpening, facts(), &[], &["<t:"]),
            (Utterance::Summons, facts(), &["<@66>", "<@&22> <@&23>", "<@11>"], &[]),
            (Utterance::Summons, waiting(), &["<@&22> <@&23>", "<@11>"], &["<@66>"]),
            (Utterance::Claimed, facts(), &["<@66>"], &[]),
            (Utterance::Invited, facts(), &["<@77>"], &[]),
            (Utterance::Reopened, facts(), &["<@11>", "<@66>"], &[]),
            (Utterance::Resolved, facts(), &["<@11>"], &["refunded"]),
            (Utterance::Dismissed, facts(), &["<@11>"], &["refunded"]),
            (Utterance::FollowUp, facts(), &["<@11>"], &["refunded"]),
            (Utterance::Alert, facts(), &["<#33>", "<#44>", "<@11>", "12", "`secrets`", "missing"], &[]),
        ];
        examples.extend(openings.iter().map(|&opening| (opening, away(), &["<t:0:f>"][..], &[][..])));
        examples.extend(openings.iter().map(|&opening| (opening, facts(), &["<@11>"][..], &["<t:"][..])));
        hold(language, examples);
    }
}

#[test]
fn a_moderators_own_words_stand_in_the_place_of_the_template_and_call_nobody() {
    let said = |utterance, said: &str| {
        let facts = Facts { said: Some(said.to_owned()), ..facts() };
        english().render(None, utterance, 0, &facts)
    };
    assert_eq!(said(Utterance::CausePublic, "{{ number }} @everyone"), "{{ number }} @\u{200b}everyone");
    assert_eq!(said(Utterance::CauseOver, "done, <@99>"), "<@11> done, <@\u{200b}99>");
    assert_ne!(
        said(Utterance::Resolved, "done"),
        "done",
        "only where they were shown what else would be said"
    );
}

/// Who writes templates finds in the README all that there is to use.
#[test]
fn everything_that_templates_may_use_is_described() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/README.md");
    let described = fs::read_to_string(readme).expect("readable");
    for placeholder in Utterance::ALL.iter().flat_map(|utterance| utterance.placeholders()) {
        let (whole, part) = (format!("{{{{ {placeholder} }}}}"), format!("{{{{ {placeholder}."));
        assert!(described.contains(&whole) || described.contains(&part), "{placeholder} is not described");
    }
    let buttons = Button::ALL.iter().map(|button| button.as_str());
    let states = State::ALL.iter().map(|state| state.as_str());
    for label in buttons.chain(states).chain(Rating::ALL.iter().map(|rating| rating.as_str())) {
        assert!(described.contains(&format!("`{label}`")), "the label {label} is not described");
    }
}

#[test]
fn names_and_reasons_are_one_plain_line() {
    let wording = english();
    let said = |utterance| wording.render(None, utterance, 0, &facts());
    assert_eq!(said(Utterance::ThreadName), "A private word · 12");
    assert_eq!(
        said(Utterance::RemovalReason),
        "Aside: removed a message with something private (a card number and a phone number), case 12, rule secrets"
    );
    assert_eq!(said(Utterance::ThreadReason), "Aside: private thread of case 12, rule secrets");
    assert_eq!(wording.render(None, Utterance::ThreadName, 0, &Facts::default()), "A private word");
}

#[test]
fn kinds_are_listed_as_people_list_things() {
    let wording = own("removal_reason", "{{ kinds }}!").expect("valid");
    for (kinds, words) in [
        (vec![Kind::Card], "a card number!"),
        (vec![Kind::Card, Kind::Phone], "a card number and a phone number!"),
        (vec![Kind::Card, Kind::Phone, Kind::Email], "a card number, a phone number and an email address!"),
    ] {
        assert_eq!(wording.render(None, Utterance::RemovalReason, 0, &Facts { kinds, ..facts() }), words);
    }
}

#[test]
fn the_last_variant_is_not_chosen_again() {
    let wording = english();
    let utterance = Utterance::Acknowledgment;
    let count = wording.variants(utterance);
    for last in 0..count {
        let chosen: BTreeSet<usize> =
            (0..100).map(|random| wording.choose(None, utterance, Some(last), random)).collect();
        let others: BTreeSet<usize> = (0..count).filter(|variant| *variant != last).collect();
        assert_eq!(chosen, others);
    }
    let first: BTreeSet<usize> =
        (0..100).map(|random| wording.choose(None, utterance, None, random)).collect();
    assert_eq!(first.len(), count);
    assert_eq!(wording.choose(None, Utterance::ThreadName, Some(0), u64::MAX), 0);
}

/// Every template that comes with the bot is checked as an operator's own are: with each fact there and not there.
#[test]
fn what_comes_with_the_bot_is_valid_in_every_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for language in LANGUAGES {
        for utterance in Utterance::ALL {
            let name = format!("{}.md", utterance.as_str());
            let text = fs::read_to_string(folder.join(language).join(&name)).expect("readable");
            let source = Source::new(language, &name, &format!("{language}/{name}"), text).expect("known");
            if let Err(error) = Wording::load(language, [source]) {
                panic!("{error}");
            }
        }
        if let Err(error) = labelled(
            language,
            &fs::read_to_string(folder.join(language).join("labels.toml")).expect("readable"),
        ) {
            panic!("{error}");
        }
    }
}

/// What is put in other words in chat is typed into a form, which takes no more.
#[test]
fn what_comes_with_the_bot_can_be_changed_in_a_form() {
    let wording = english();
    for (language, utterance) in
        LANGUAGES.iter().flat_map(|one| Utterance::ALL.iter().map(move |two| (one, two)))
    {
        let text = wording.text(language, *utterance).expect("it is written");
        assert!(text.chars().count() <= 4_000, "{language} {utterance:?} is long: {}", text.chars().count());
    }
}

/// The built-in wording with other labels for one language.
fn labelled(language: &str, labels: &str) -> Result<Wording, String> {
    let path = format!("{language}/labels.toml");
    let source =
        Source::new(language, "labels.toml", &path, labels.to_owned()).map_err(|error| error.to_string())?;
    Wording::load("en", [source]).map_err(|error| error.to_string())
}

#[test]
fn every_button_has_a_label_of_its_own_in_every_language() {
    let wording = english();
    for language in LANGUAGES {
        let labels: BTreeSet<&str> =
            Button::ALL.iter().filter_map(|button| wording.label(language, button.as_str())).collect();
        assert_eq!(labels.len(), Button::ALL.len(), "{language}: {labels:?}");
        assert!(labels.iter().all(|label| label.chars().count() <= 40), "{language}: {labels:?}");
        let english = Button::ALL.iter().map(|button| button.label());
        let borrowed: Vec<&str> = english.filter(|label| labels.contains(label)).collect();
        assert!(*language == "en" || borrowed.is_empty(), "{language} says in English: {borrowed:?}");
    }
    assert_eq!(wording.label("it", "resolve"), Some("Resolve"), "what has no labels reads in English");
    assert_eq!(wording.label("en", "resolv"), None);
}

#[test]
fn every_state_and_rating_has_a_name_of_its_own_in_every_language() {
    let said = |language: &str, name: &str, facts: &Facts| {
        let text = format!("{{{{ {name} }}}}|");
        let source = Source::new(language, "alert.md", "alert.md", text).expect("known");
        let wording = Wording::load("en", [source]).expect("valid");
        wording.render(Some(language), Utterance::Alert, 0, facts)
    };
    let states = State::ALL.iter().map(|state| Facts { state: Some(state.as_str().to_owned()), ..facts() });
    let ratings = Rating::ALL.iter().map(|one| Facts { rating: Some(one.as_str().to_owned()), ..facts() });
    for (name, all) in [("state", states.collect::<Vec<_>>()), ("rating", ratings.collect())] {
        let names: BTreeSet<String> = LANGUAGES
            .iter()
            .flat_map(|language| all.iter().map(move |facts| (language, facts)))
            .map(|(language, facts)| format!("{language} {}", said(language, name, facts)))
            .collect();
        assert_eq!(names.len(), LANGUAGES.len() * all.len(), "{names:?}");
        for facts in &all {
            let ways: BTreeSet<String> = LANGUAGES.iter().map(|one| said(one, name, facts)).collect();
            assert!(ways.len() >= 3, "{name} is not translated: {ways:?}");
        }
    }
}

#[test]
fn labels_of_ones_own_go_before_those_that_came_with_the_bot() {
    let own = "[kinds]\ncard = \"eine Kreditkarte\"\n[buttons]\nresolve = \"Fertig\"\n";
    let wording = labelled("de", own).expect("valid");
    assert_eq!(wording.label("de", "resolve"), Some("Fertig"));
    assert_eq!(wording.label("de", "keep"), english().label("de", "keep"), "what is left out stays as it is");
    let reason = wording.render(Some("de"), Utterance::RemovalReason, 0, &facts());
    assert!(reason.contains("eine Kreditkarte und eine Telefonnummer"), "{reason}");
    assert_eq!(labelled("en", own).expect("valid").label("en", "resolve"), Some("Fertig"));
}

#[test]
fn broken_labels_say_what_would_be_right() {
    let rows = [
        ("[buttons]\nresolv = \"x\"", "de/labels.toml:2: there is no button `resolv`", "`resolve`, "),
        ("[states]\nclose = \"x\"", "de/labels.toml:2: there is no state `close`", "`open`"),
        ("[ratings]\nbad = \"x\"", "de/labels.toml:2: there is no rating `bad`", "`good`"),
        (
            "[buttons]\nkeep = \" \"",
            "de/labels.toml:2: the label of `keep` does not fit",
            "1 to 80 characters",
        ),
        ("and = \"\"", "de/labels.toml:1: the label of `and` does not fit", "1 to 60 characters"),
        ("\n[kinds]\ncards = \"x\"", "de/labels.toml:3: unknown variant `cards`", "`[kinds]`"),
        ("[kinds\n", "de/labels.toml:1: ", "`[kinds]`"),
        ("[kind]\n", "de/labels.toml:1: unknown field `kind`", "`[kinds]`"),
    ];
    for (text, what, help) in rows {
        let error = labelled("de", text).err().unwrap_or_default();
        assert!(error.starts_with(what) && error.contains(help), "{text:?}: {error}");
    }
}

#[test]
fn what_an_utterance_is_for_is_said_in_a_line() {
    for utterance in Utterance::ALL {
        let about = utterance.about();
        assert!(about.ends_with('.') && (20..=110).contains(&about.len()), "{utterance:?}: {about}");
        assert_eq!(is_public(*utterance), utterance.audience() == Audience::Everyone, "{utterance:?}");
        assert_eq!(is_plain(*utterance), utterance.audience() == Audience::Records, "{utterance:?}");
    }
}

#[test]
fn nothing_is_left_in_english() {
    let wording = english();
    let variants = |language: &str, utterance: Utterance| -> BTreeSet<String> {
        let text = wording.text(language, utterance).expect("it is written");
        text.split("\n---\n").map(|variant| variant.trim().to_owned()).collect()
    };
    for (language, utterance) in
        LANGUAGES.iter().flat_map(|one| Utterance::ALL.iter().map(move |two| (one, two)))
    {
        let (theirs, ours) = (variants(language, *utterance), variants("en", *utterance));
        let mut same = theirs.intersection(&ours).filter(|variant| *variant != "{{ answer }}");
        assert!(*language == "en" || same.next().is_none(), "{language} {utterance:?} is not translated");
    }
}

/// A translation says as much as the English, in as many ways.
#[test]
fn languages_have_as_many_ways_to_say_each_thing() {
    let wording = english();
    for (language, utterance) in
        LANGUAGES.iter().flat_map(|one| Utterance::ALL.iter().map(move |two| (one, two)))
    {
        let (theirs, ours) =
            (wording.variants_in(language, *utterance), wording.variants_in("en", *utterance));
        assert_eq!(theirs, ours, "{language} {utterance:?}");
    }
}

#[test]
fn a_member_is_spoken_to_in_the_language_of_their_discord() {
    let wording = english();
    let rows = [
        ("de", Some("de")),
        ("es-419", Some("es")),
        ("es-ES", Some("es")),
        ("pt-BR", Some("pt-BR")),
        ("en-GB", Some("en")),
        ("fr", Some("fr")),
        ("ja", None),
        ("", None),
    ];
    for (locale, language) in rows {
        assert_eq!(wording.language_for(locale), language, "{locale}");
    }
    let kinds = |language| {
        let text = "{{ kinds }}|{{ category }}".to_owned();
        let source = Source::new(language, "alert.md", "alert.md", text).expect("known");
        let wording = Wording::load(language, [source]).expect("valid");
        wording.render(Some(language), Utterance::Alert, 0, &facts())
    };
    assert_eq!(kinds("en"), "a card number and a phone number|private details");
    assert_eq!(kinds("es"), "un número de tarjeta y un número de teléfono|datos privados");
}

/// The built-in wording with `text` in the place of one template.
fn own(name: &str, text: &str) -> Result<Wording, String> {
    let file = format!("{name}.md");
    let source = Source::new("en", &file, &file, text.to_owned()).map_err(|error| error.to_string())?;
    Wording::load("en", [source]).map_err(|error| error.to_string())
}

#[test]
fn rendered_text_fits_and_mentions_only_those_in_the_facts() {
    let wording = own("alert", "{{ problem }} {{ '<' }}{{ '@99>' }} {{ member }}").expect("valid");
    let problem = Some(format!("@everyone <@99> {}", "x".repeat(3_000)));
    let text = wording.render(None, Utterance::Alert, 0, &Facts { problem, ..facts() });
    assert_eq!(text.chars().count(), 2_000);
    assert!(text.starts_with("@\u{200b}everyone <@\u{200b}99> x") && text.ends_with('…'));
    let text = wording.render(None, Utterance::Alert, 0, &Facts { problem: None, ..facts() });
    assert_eq!(text, "<@\u{200b}99> <@11>");
}

#[test]
fn another_language_says_in_english_what_it_lacks() {
    let italian =
        Source::new("it", "acknowledgment.md", "acknowledgment.md", "Grazie! {{ thread }}".to_owned());
    let wording = Wording::load("it", italian).expect("valid");
    assert_eq!(wording.render(None, Utterance::Acknowledgment, 7, &facts()), "Grazie! <#44>");
    assert_eq!(wording.render(None, Utterance::ThreadName, 0, &facts()), "A private word · 12");
    assert_eq!(wording.variants_in("it", Utterance::ThreadName), 0);
    let error = Wording::load("nl", []).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("nothing is written in `nl`") && error.contains("`en`"), "{error}");
}

#[test]
fn broken_templates_say_what_would_be_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wording");
    let files =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("readable").path());
    let files: Vec<_> = files.collect();
    assert!(files.len() >= 10);
    for file in files {
        let case = fs::read_to_string(&file).expect("readable");
        let (name, rest) = case.split_once('\n').expect("a first line");
        let (text, expected) = rest.split_once("=====\n").expect("a line of =====");
        let said = own(name, text).err().unwrap_or_default();
        let (said, expected) = (said.trim_end(), expected.trim_end());
        // What else would be valid is left open where there is much.
        let is_it = match expected.strip_suffix('…') {
            Some(beginning) => said.starts_with(beginning),
            None => said == expected,
        };
        assert!(is_it, "{}\n{said}", file.display());
    }
}
