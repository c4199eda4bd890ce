//! Templates that moderators write, filled with values that members control.

use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use aside::wording::{Facts, Source, Utterance, Wording};
use serde_json::{Value, json};

use super::input::{disturbed, piece, text};

static BUILT_IN: LazyLock<Wording> =
    LazyLock::new(|| Wording::load("en", []).expect("the built-in templates"));

/// Whom the facts name, and so may be mentioned.
const NAMED: &[&str] = &["<@11>", "<@12>", "<@13>", "<@14>", "<@15>", "<@16>", "<@17>", "<@&21>", "<@&22>"];

/// The most characters that Discord takes of what each is for.
const MOST: usize = 2_000;

/// Any template is refused with a reason, or rendered within Discord's limits, whoever controls what is filled in.
pub(crate) fn templates(u: &mut Unstructured<'_>) -> Result<()> {
    let utterance = *u.choose(Utterance::ALL)?;
    let template = template(u, utterance)?;
    let facts = facts(u)?;
    let own = [Source::own("en", utterance, template)];
    match BUILT_IN.over("en", own) {
        Ok(wording) => check(&wording, utterance, &facts),
        Err(error) => {
            assert!(error.to_string().starts_with(&format!("{} (en)", utterance.as_str())), "{error}");
            check(&BUILT_IN, utterance, &facts);
        }
    }
    Ok(())
}

/// The built-in words for something, changed in a few places; or anything at all.
fn template(u: &mut Unstructured<'_>, utterance: Utterance) -> Result<String> {
    const TAGS: &[&str] = &[
        "{{ member }}",
        "{{ number }}",
        "{{ reason }}",
        "{{ kinds }}",
        "{{ links }}",
        "{{ links[0] }}",
        "{{ link }}",
        "{{ answer }}",
        "{% if number %}",
        "{% else %}",
        "{% endif %}",
        "{% for link in links %}",
        "{% for case in cases %}",
        "{% endfor %}",
        "---\n",
        "{{ loop.index }}",
        "{{ number.real }}",
        "{{ '%s' }}",
        "{{ [1, 2] }}",
        "{{ {} }}",
        "{{ member|upper }}",
        "{{ member is defined }}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% raw %}",
        "{% macro x() %}",
        "{{ range(99999) }}",
        "{{ 'a' * 99999 }}",
        "{{ number ** 9 }}",
        "{{ self }}",
        "{{ debug() }}",
        "{{ '{{' }}",
        "{{ \"\\\"\" }}",
        "{%- if removed -%}",
        "{#",
        "#}",
    ];
    let mut template = if u.ratio(4, 5)? {
        BUILT_IN.text("en", utterance).unwrap_or_default().to_owned()
    } else {
        text(u, 3_000)?
    };
    for _ in 0..u.int_in_range(0..=6)? {
        if u.ratio(1, 2)? {
            let tag = (*u.choose(TAGS)?).to_owned();
            let at = u.int_in_range(0..=template.chars().count())?;
            let (before, after): (String, String) =
                (template.chars().take(at).collect(), template.chars().skip(at).collect());
            template = format!("{before}{tag}{after}");
        } else {
            template = disturbed(u, &template)?;
        }
    }
    Ok(template)
}

/// Facts of which every text holds whatever somebody wrote.
fn facts(u: &mut Unstructured<'_>) -> Result<Facts> {
    let mut facts = json!({
        "member": 11, "by": 12, "companion": 13, "owner": 14, "person": 15, "ended_by": 16, "moderators": [21, 22],
        "number": u32::MAX, "kinds": ["card", "url_credentials", "phone"], "channel": 31, "thread": 32, "category": "sensitive_info",
        "link": "", "rule": "", "problem": "", "reason": "", "would": "", "answer": "", "server": "", "gaps": "", "outcome": "",
        "state": "", "rating": "", "stored": "", "left": "", "said": "",
        "alerted": true, "removed": true, "deleted": true, "reminders": 3, "transcript_days": 30, "called": true,
        "raid": { "members": 50, "messages": 99, "links": [] },
    });
    let Value::Object(fields) = &mut facts else { return Ok(Facts::default()) };
    for value in fields.values_mut().filter(|value| value.is_string()) {
        *value = if u.ratio(1, 3)? { text(u, 2_500)? } else { piece(u)? }.into();
    }
    fields.insert("category".to_owned(), "sensitive_info".into());
    for key in fields.keys().cloned().collect::<Vec<_>>() {
        let needed = matches!(key.as_str(), "moderators" | "kinds" | "alerted" | "removed");
        if !needed && u.ratio(1, 4)? {
            fields.remove(&key);
        }
    }
    if u.ratio(1, 2)?
        && let Some(raid) = fields.get_mut("raid")
    {
        raid["links"] = (0..8).map(|_| piece(u)).collect::<Result<Vec<_>>>()?.into();
    }
    if u.ratio(1, 2)? {
        let since = "2026-01-01T00:00:00Z";
        let wait = json!({ "number": 7, "since": since, "owner": 17, "thread": 33, "link": text(u, 300)?, "reminded": true });
        fields.insert("waits".to_owned(), vec![wait; 8].into());
    }
    Ok(serde_json::from_value(facts).expect("facts"))
}

fn check(wording: &Wording, utterance: Utterance, facts: &Facts) {
    for variant in 0..wording.variants(utterance) {
        let said = wording.render(Some("en"), utterance, variant, facts);
        assert!(said.chars().count() <= MOST, "{}: {} characters", utterance.as_str(), said.chars().count());
        for (at, _) in said.match_indices('@') {
            let from = if said[..at].ends_with('<') { &said[at - 1..] } else { &said[at..] };
            let alerts = ["<@!", "<@&", "@everyone", "@here"].iter().any(|mention| from.starts_with(mention))
                || from.strip_prefix("<@").is_some_and(|id| id.starts_with(|one: char| one.is_ascii_digit()));
            let named = NAMED.iter().any(|mention| from.starts_with(mention));
            assert!(!alerts || named, "{} alerts somebody: {said}", utterance.as_str());
        }
    }
}
