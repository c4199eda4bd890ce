//! `/case list`: what is open, those whose member waits longest on top.

use crate::case::{Case, State};
use crate::commands::context::Given;
use crate::commands::talk::{Answer, Reply, button};
use crate::commands::{Context, Outcome, Trouble};
use crate::message::UserId;
use crate::responder::Executor;
use crate::store::{Sought, Store};

/// The most characters of a page's lines: what Discord takes, less the heading.
const MOST_WORDS: usize = 1_800;

/// The first page of what is looked for.
pub(super) async fn list<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let filter = Filter {
        state: given.text("state").map(str::to_owned),
        owner: given.id("owner").map(UserId),
        member: given.id("member").map(UserId),
    };
    Ok(Answer::Say(page(context, &filter, 0).await?))
}

/// Another page of the same.
pub(in crate::commands) async fn turn<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_moderator()?;
    let Some((filter, number)) = Filter::parse(custom_id) else { return Ok(Answer::Nothing) };
    Ok(Answer::Update(page(context, &filter, number).await?))
}

async fn page<S, E>(context: &Context<'_, S, E>, filter: &Filter, number: usize) -> Result<Reply, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let mut cases = context.responder.store().cases(context.guild, &filter.sought()).await?;
    cases.retain(|case| filter.shows(case));
    cases.sort_by_key(by_urgency);
    let pages = pages(cases.iter().map(line));
    // Cases may have ended since the page before was shown.
    let number = number.min(pages.len().saturating_sub(1));
    let Some(lines) = pages.get(number) else { return Ok(Reply::new(filter.nothing())) };
    let of =
        if pages.len() > 1 { format!(" · page {} of {}", number + 1, pages.len()) } else { String::new() };
    let reply = Reply::new(format!("{}: {}{of}\n{lines}", filter.title(), cases.len()));
    let turns: Vec<_> = [
        (number > 0).then(|| button(2, "Previous", &filter.custom_id(number.saturating_sub(1)))),
        (number + 1 < pages.len()).then(|| button(2, "Next", &filter.custom_id(number + 1))),
    ]
    .into_iter()
    .flatten()
    .collect();
    Ok(if turns.is_empty() { reply } else { reply.row(&turns) })
}

/// What comes first: whose member waits, the longest first; then what else is open, the oldest first; then what is over,
/// the latest first.
pub(super) fn by_urgency(case: &Case) -> (u8, i64) {
    match (case.waiting(), &case.ending) {
        (Some(since), _) => (0, since.as_millisecond()),
        (None, None) => (1, case.since.as_millisecond()),
        (None, Some(ending)) => (2, -ending.at.as_millisecond()),
    }
}

/// "**12** private details in #general · claimed by @mia · waiting since 4 minutes ago · #A private word".
fn line(case: &Case) -> String {
    let about = match case.raid {
        Some(_) => "many at once",
        None => case.lead().category.label(),
    };
    let mut parts =
        vec![format!("**{}** {about} in <#{}>", case.number, case.lead().channel), super::standing(case)];
    if !case.is_over() && !case.needs_people() {
        parts.push("needs nobody so far".to_owned());
    }
    parts.extend(case.waiting().map(|since| format!("waiting since <t:{}:R>", since.as_second())));
    parts.extend(case.ending.as_ref().map(|ending| format!("<t:{}:R>", ending.at.as_second())));
    parts.push(match case.thread() {
        Some(place) => format!("<#{}>", place.channel),
        None => "no thread".to_owned(),
    });
    format!("- {}", parts.join(" · "))
}

/// As many lines on each page as fit.
fn pages(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut pages: Vec<String> = Vec::new();
    for line in lines {
        match pages.last_mut() {
            Some(page) if page.chars().count() + line.chars().count() < MOST_WORDS => {
                page.push('\n');
                page.push_str(&line);
            }
            _ => pages.push(line),
        }
    }
    pages
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
struct Filter {
    /// A choice of the option `state`.
    state: Option<String>,
    owner: Option<UserId>,
    member: Option<UserId>,
}

impl Filter {
    fn sought(&self) -> Sought {
        let states = match self.state.as_deref() {
            // Of one member, everything there was is of interest.
            None if self.member.is_some() => Vec::new(),
            None | Some("open" | "waiting") => Sought::open().states,
            Some("over") => State::ALL.iter().copied().filter(|state| state.is_over()).collect(),
            Some(state) => State::parse(state).map_or_else(|| Sought::open().states, |state| vec![state]),
        };
        Sought { states, owner: self.owner, member: self.member, most: None }
    }

    /// What was only recorded, offered or answered is shown to whoever asks for it.
    fn shows(&self, case: &Case) -> bool {
        match self.state.as_deref() {
            None => self.member.is_some() || case.needs_people(),
            Some("waiting") => case.waiting().is_some(),
            Some(_) => true,
        }
    }

    fn is_all(&self) -> bool {
        self.state.is_none() && self.owner.is_none() && self.member.is_none()
    }

    fn title(&self) -> &'static str {
        if self.is_all() { "**Open cases**, who waits longest first" } else { "**Cases that fit**" }
    }

    fn nothing(&self) -> &'static str {
        if self.is_all() {
            "Nobody needs anything, and nobody is waiting for an answer. Enjoy the quiet. (`state:open` shows the rest.)"
        } else {
            "No case fits that. Without any option, `/case list` shows every open case that needs someone."
        }
    }

    /// `cases:<page>:<state>:<owner>:<member>`.
    fn custom_id(&self, page: usize) -> String {
        let id = |person: Option<UserId>| person.map_or(String::new(), |person| person.to_string());
        let state = self.state.as_deref().unwrap_or_default();
        format!("cases:{page}:{state}:{}:{}", id(self.owner), id(self.member))
    }

    /// The filter and the page of a `custom_id`.
    fn parse(custom_id: &str) -> Option<(Self, usize)> {
        let mut parts = custom_id.split(':').skip(1);
        let page = parts.next()?.parse().ok()?;
        let state = Some(parts.next()?.to_owned()).filter(|state| !state.is_empty());
        let mut person = || parts.next()?.parse().ok().map(UserId);
        let (owner, member) = (person(), person());
        Some((Self { state, owner, member }, page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_again_by_its_button() {
        let filters = [
            Filter { state: None, owner: None, member: None },
            Filter { state: Some("acknowledged".to_owned()), owner: Some(UserId(u64::MAX)), member: None },
            Filter { state: None, owner: None, member: Some(UserId(u64::MAX)) },
        ];
        for filter in filters {
            let custom_id = filter.custom_id(4_000_000_000);
            assert!(custom_id.len() <= 100, "{custom_id}");
            assert_eq!(Filter::parse(&custom_id), Some((filter, 4_000_000_000)));
        }
        for odd in ["cases", "cases:", "cases:x:::", "cases:-1:::", "cases:1"] {
            assert_eq!(Filter::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn every_line_is_on_a_page_and_every_page_fits() {
        let lines: Vec<String> = (0..500).map(|at| format!("{at} {}", "x".repeat(at % 200))).collect();
        let pages = pages(lines.iter().cloned());
        assert!(pages.iter().all(|page| page.chars().count() <= MOST_WORDS));
        assert_eq!(pages.join("\n"), lines.join("\n"));
        assert!(pages.len() < 40, "{} pages", pages.len());
    }
}
