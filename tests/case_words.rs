//! What a case says, as people read it: in every language and every variant the words fit the buttons below them, and in
//! English they say what really happens next.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use aside::case::action::{Action, Button, Post, Receipt, Refusal, Speech};
use aside::case::{Case, End, Ending, Event, FollowUp, Matter, Reason, Surroundings};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, MessageId, RoleId, UserId};
use aside::policy::Response;
use aside::wording::{LANGUAGES, Utterance, Wording};
use jiff::Timestamp;

const MEMBER: UserId = UserId(2);
const MODERATOR: UserId = UserId(3);
const GENERAL: ChannelId = ChannelId(10);
const THREAD: ChannelId = ChannelId(20);
const DIRECT: ChannelId = ChannelId(21);

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A message at boiling point, with all that a server can offer.
fn heated() -> (Matter, Surroundings) {
    let matter = Matter {
        message: MessageId(100),
        channel: GENERAL,
        home: GENERAL,
        category: Category::BoilingPoint,
        rule: "rule".to_owned(),
        kinds: vec![Kind::Anger],
        response: Response::TakeAside,
        acknowledgment: None,
        quiet: false,
        enclosure: None,
        removed: false,
        would: None,
        because: String::new(),
        by: None,
        answer: None,
        parties: Vec::new(),
        companion: None,
        beside: None,
        alert: false,
        covered: false,
        deleted: false,
        asked_for: false,
        ask: Vec::new(),
    };
    let surroundings = Surroundings {
        moderators: vec![RoleId(30)],
        desk: None,
        alerts: vec![ChannelId(12)],
        auto_archive: 1440,
        follow_up: FollowUp::Post,
        transcript_days: None,
    };
    (matter, surroundings)
}

fn about(category: Category, kinds: &[Kind]) -> (Matter, Surroundings) {
    let (matter, surroundings) = heated();
    (Matter { category, kinds: kinds.to_vec(), ..matter }, surroundings)
}

fn with(change: impl FnOnce(&mut Matter, &mut Surroundings)) -> (Matter, Surroundings) {
    let (mut matter, mut surroundings) = heated();
    change(&mut matter, &mut surroundings);
    (matter, surroundings)
}

/// A case on its way, and what it did.
struct Story {
    case: Case,
    done: Vec<Action<Speech>>,
    refused: &'static [&'static str],
}

impl Story {
    /// Begins a case in which actions of the names in `refused` are refused.
    fn of((matter, surroundings): (Matter, Surroundings), refused: &'static [&'static str]) -> Self {
        let mut case = Case::notice(GuildId(1), MEMBER, matter, surroundings, NOW);
        case.number = 7;
        let mut story = Self { case, done: Vec::new(), refused };
        story.go_on();
        story
    }

    /// What follows `event`, to the end.
    fn after(&mut self, event: Event) -> &[Action<Speech>] {
        let before = self.done.len();
        self.case = self.case.clone().apply(event).0;
        self.go_on();
        &self.done[before..]
    }

    fn go_on(&mut self) {
        while let Some(action) = self.case.action() {
            assert!(self.done.len() < 50, "a case goes on for ever");
            let public = action.post().is_some_and(|post| post.channel == GENERAL);
            let refused =
                self.refused.contains(&action.name()) || (public && self.refused.contains(&"public"));
            let event =
                if refused { Event::Refused(Refusal::Forbidden) } else { Event::Performed(receipt(&action)) };
            if !refused {
                self.done.push(action);
            }
            self.case = self.case.clone().apply(event).0;
        }
    }
}

fn receipt(action: &Action<Speech>) -> Receipt {
    match action {
        Action::RemoveMessage { .. } | Action::Withdraw { .. } => Receipt::Removed,
        Action::OpenThread { .. } => Receipt::Opened(THREAD),
        Action::OpenDirect { .. } => Receipt::Opened(DIRECT),
        Action::AddMember { .. } => Receipt::Joined,
        Action::CloseThread { .. } | Action::ArchiveThread { .. } => Receipt::Closed,
        Action::UnarchiveThread { .. } => Receipt::Reopened,
        Action::Post(_) => Receipt::Posted(MessageId(500)),
        Action::Edit { .. } => Receipt::Edited,
    }
}

/// The posts among `actions` where member and bot talk.
fn private(actions: &[Action<Speech>]) -> Vec<&Post<Speech>> {
    let posts = actions.iter().filter_map(Action::post);
    posts.filter(|post| [THREAD, DIRECT].contains(&post.channel)).collect()
}

fn names(actions: &[Action<Speech>]) -> Vec<&'static str> {
    actions.iter().map(Action::name).collect()
}

/// The words of `post` in each variant of `language`.
fn ways(wording: &Wording, post: &Post<Speech>, language: &str) -> Vec<String> {
    let Speech { utterance, facts, .. } = &post.words;
    let variants = 0..wording.variants_in(language, *utterance);
    variants.map(|variant| wording.render(Some(language), *utterance, variant, facts)).collect()
}

fn wording() -> Wording {
    Wording::load("en", []).expect("the built-in templates are valid")
}

/// What stands between single asterisks: the buttons that a text speaks of.
fn spoken_of(text: &str) -> BTreeSet<&str> {
    text.split("**").flat_map(|part| part.split('*').skip(1).step_by(2)).collect()
}

fn labels<'a>(wording: &'a Wording, language: &str, buttons: &[Button]) -> BTreeSet<&'a str> {
    buttons.iter().filter_map(|button| wording.label(language, button.as_str())).collect()
}

/// Every way in which a case begins, as far as its first words and buttons differ.
fn beginnings() -> Vec<(&'static str, Story)> {
    let card = [Kind::Card];
    let thread = Story::of;
    let secret = |refused| {
        let (mut matter, surroundings) = about(Category::SensitiveInfo, &card);
        matter.response = Response::Shield;
        thread((matter, surroundings), refused)
    };
    vec![
        ("heated", thread(heated(), &[])),
        ("given away", thread(about(Category::SensitiveInfo, &card), &[])),
        ("confidential", thread(about(Category::Confidential, &[Kind::ConfidentialMarker]), &[])),
        ("an account issue", thread(about(Category::SensitiveInfo, &[Kind::AccountIssue]), &[])),
        ("shielded", secret(&[])),
        ("unshielded", secret(&["remove_message"])),
        ("a form", thread(with(|matter, _| matter.ask = vec!["order number".to_owned()]), &[])),
        ("asked for", thread(with(|matter, _| matter.asked_for = true), &[])),
        ("never followed up", thread(with(|_, here| here.follow_up = FollowUp::None), &[])),
        ("acknowledged before", thread(with(|matter, _| matter.quiet = true), &[])),
        ("two of them", thread(with(|matter, _| matter.companion = Some(UserId(4))), &[])),
        ("without moderators", thread(with(|_, here| here.moderators.clear()), &[])),
        ("a direct message", thread(heated(), &["open_thread"])),
        ("a direct message about a card", thread(about(Category::SensitiveInfo, &card), &["open_thread"])),
    ]
}

#[test]
fn the_first_words_say_what_each_button_below_them_does() {
    let wording = wording();
    let mut seen = BTreeSet::new();
    for (what, story) in beginnings() {
        let first = private(&story.done)[0];
        seen.extend(first.buttons.iter().map(|button| button.as_str()));
        for language in LANGUAGES {
            for text in ways(&wording, first, language) {
                let expected = labels(&wording, language, &first.buttons);
                assert_eq!(spoken_of(&text), expected, "{what} in {language}: {text}");
            }
        }
    }
    for button in ["resolve", "ask", "remove", "keep", "decline", "details", "quiet"] {
        assert!(seen.contains(button), "no beginning has the button {button}");
    }
}

#[test]
fn a_message_is_offered_for_removal_only_while_it_gives_something_away() {
    for (what, removable) in [
        ("heated", false),
        ("given away", true),
        ("confidential", true),
        ("an account issue", false),
        ("shielded", false),
        ("unshielded", true),
        ("asked for", false),
        ("a direct message about a card", false),
    ] {
        let story = beginnings().into_iter().find(|(named, _)| *named == what).expect("there").1;
        let buttons = &private(&story.done)[0].buttons;
        assert_eq!(buttons.contains(&Button::RemoveMessage), removable, "{what}");
        assert_eq!(buttons.contains(&Button::KeepIt), removable, "{what}");
    }
}

/// Every way in which it goes on that has words of its own.
fn turns() -> Vec<Event> {
    let ended = |how| Event::Ended(Ending::by(how, MODERATOR, NOW));
    vec![
        ended(End::Resolved),
        ended(End::Dismissed),
        ended(End::Declined),
        Event::Ended(Ending::expired(Reason::Quiet, NOW)),
        Event::Claimed { by: MODERATOR, from: None },
        Event::AskedFor(NOW),
        Event::TakeDown,
        Event::Invited(UserId(5)),
        Event::Reminded(2),
    ]
}

#[test]
fn later_words_speak_of_no_button_that_is_not_below_them() {
    let wording = wording();
    for event in turns() {
        for (what, mut story) in beginnings() {
            for post in private(story.after(event.clone())) {
                for language in LANGUAGES {
                    let there = labels(&wording, language, &post.buttons);
                    for text in ways(&wording, post, language) {
                        let spoken_of = spoken_of(&text);
                        assert!(spoken_of.is_subset(&there), "{what}, {event:?} in {language}: {text}");
                    }
                }
            }
        }
    }
}

/// Words for what is not in a direct message.
const THREADS: [&str; 5] = ["thread", "Thread", "fil ", "hilo", "tópico"];

#[test]
fn a_direct_message_is_not_taken_for_a_thread() {
    let wording = wording();
    for event in turns() {
        let mut story = Story::of(heated(), &["open_thread"]);
        for post in private(story.after(event.clone())) {
            for language in LANGUAGES {
                for text in ways(&wording, post, language) {
                    let found = THREADS.iter().find(|word| text.contains(**word));
                    assert_eq!(found, None, "{event:?} in {language}: {text}");
                }
            }
        }
    }
}

#[test]
fn whoever_is_called_into_a_thread_is_not_called_into_a_direct_message() {
    for event in [Event::AskedFor(NOW), Event::Invited(UserId(5))] {
        let mut story = Story::of(heated(), &[]);
        assert_eq!(private(story.after(event.clone())).len(), 1, "{event:?}");
        let mut direct = Story::of(heated(), &["open_thread"]);
        assert_eq!(private(direct.after(event.clone())).len(), 0, "{event:?}");
    }
}

/// What the last words say follows them, and nothing else does.
#[test]
fn a_dismissal_announces_what_follows_it() {
    let wording = wording();
    let card = || {
        let (matter, here) = about(Category::SensitiveInfo, &[Kind::Card]);
        (Matter { response: Response::Shield, ..matter }, here)
    };
    let rows: [(&str, Story); 6] = [
        ("acknowledged", Story::of(heated(), &[])),
        ("not acknowledged", Story::of(heated(), &["public"])),
        ("acknowledged in a direct message", Story::of(heated(), &["open_thread"])),
        ("nothing but a direct message", Story::of(heated(), &["open_thread", "public"])),
        ("removed", Story::of(card(), &[])),
        ("not to be removed", Story::of(card(), &["remove_message"])),
    ];
    for (what, mut story) in rows {
        let removed = story.case.matter.removed;
        let follows = story.after(Event::Ended(Ending::by(End::Dismissed, MODERATOR, NOW))).to_vec();
        let last = private(&follows)[0];
        let (withdrawn, archived) =
            (names(&follows).contains(&"withdraw"), names(&follows).contains(&"archive_thread"));
        for text in ways(&wording, last, "en") {
            assert!(text.to_lowercase().contains("sorry") && text.contains("<@2>"), "{what}: {text}");
            assert_eq!(text.contains("public"), withdrawn, "{what}: {text}");
            assert_eq!(text.contains("thread"), archived, "{what}: {text}");
            let gone = text.contains("message I ");
            assert_eq!(gone, removed, "{what}: {text}");
        }
    }
}

#[test]
fn who_wants_it_kept_private_is_told_so_and_asked_to_share_nothing() {
    let wording = wording();
    for discreet in [false, true] {
        let mut story = Story::of(heated(), &[]);
        if discreet {
            story.after(Event::KeptQuiet);
        }
        let follows = story.after(Event::Ended(Ending::by(End::Resolved, MEMBER, NOW))).to_vec();
        let public = follows.iter().filter_map(Action::post).filter(|post| post.channel == GENERAL).count();
        assert_eq!(public, usize::from(!discreet));
        for text in ways(&wording, private(&follows)[0], "en") {
            assert_eq!(text.contains("public"), discreet, "{text}");
            assert_eq!(text.contains("share") || text.contains("tell others"), !discreet, "{text}");
            for demand in ["must", "should", "have to", "please rate", "need you"] {
                assert!(!text.contains(demand), "{demand}: {text}");
            }
        }
    }
}

#[test]
fn a_case_that_went_quiet_unanswered_is_not_called_settled() {
    let wording = wording();
    for answered in [false, true] {
        let mut story = Story::of(heated(), &[]);
        if answered {
            story.after(Event::Wrote(MODERATOR, NOW));
        }
        let follows = story.after(Event::Ended(Ending::expired(Reason::Quiet, NOW))).to_vec();
        for text in ways(&wording, private(&follows)[0], "en") {
            assert_eq!(text.contains("sorry"), !answered, "{text}");
            assert!(answered || !text.contains("settled"), "{text}");
        }
    }
}

#[test]
fn a_false_alarm_is_no_answer_to_someone_who_asked() {
    for (asked_for, can_be) in [(false, true), (true, false)] {
        let story = Story::of(with(|matter, _| matter.asked_for = asked_for), &[]);
        let told =
            story.done.iter().rev().filter_map(Action::post).find(|post| post.channel == ChannelId(12));
        let buttons = &told.expect("moderators are told").buttons;
        assert_eq!(buttons.contains(&Button::FalseAlarm), can_be);
        assert_eq!(told.expect("they are").words.utterance, Utterance::Alert);
    }
}
