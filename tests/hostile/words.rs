//! What members write: normalization, every detector alone, and the whole scanner with rules of a moderator's.

use std::sync::{Arc, LazyLock};

use arbitrary::{Result, Unstructured};
use aside::detect::{Category, Detector, Finding, Pattern, Scanner, Words, keywords, mask};
use aside::text::Text;

use super::input::{LONGEST, piece, text};

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(Vec::new()));

/// Normalization of any text.
pub(crate) fn normalization(u: &mut Unstructured<'_>) -> Result<()> {
    let content = text(u, LONGEST)?;
    let text = Text::new(&content);
    assert_eq!(text.original(), content);
    for keyword in keywords(&content, &[]) {
        assert!(!keyword.form.is_empty() && (0.0..=1.0).contains(&keyword.weight));
    }
    Ok(())
}

/// Every detector, each by itself.
pub(crate) fn detectors(u: &mut Unstructured<'_>) -> Result<()> {
    let content = text(u, LONGEST)?;
    let text = Text::new(&content);
    for detector in SCANNER.detectors() {
        let mut findings = Vec::new();
        detector.detect(&text, &mut findings);
        check(&content, &findings);
    }
    Ok(())
}

/// The whole scanner, with words and a pattern of a moderator's.
pub(crate) fn scanner(u: &mut Unstructured<'_>) -> Result<()> {
    let rules = rules(u)?;
    let scanner = SCANNER.with(rules);
    let content = text(u, LONGEST)?;
    let scan = scanner.scan(&content);
    assert!((0.0..=1.0).contains(&scan.heat), "heat {}", scan.heat);
    assert!(
        scan.findings.is_sorted_by_key(|finding| finding.span.start),
        "not in order: {:?}",
        scan.findings
    );
    check(&content, &scan.findings);
    let masked = mask(&content, &scan.findings);
    let hides = scan.findings.iter().any(|finding| finding.kind.is_value());
    assert_eq!(masked.contains('▮'), hides || content.contains('▮'), "{:?}", scan.findings);
    Ok(())
}

/// A pattern of a moderator's, whatever it is, is refused or as quick as any.
fn rules(u: &mut Unstructured<'_>) -> Result<Vec<Arc<dyn Detector>>> {
    let mut rules: Vec<Arc<dyn Detector>> = Vec::new();
    let listed = (0..u.int_in_range(0..=3)?).map(|_| text(u, 100)).collect::<Result<Vec<_>>>()?;
    if let Ok(words) = Words::new("words".into(), Category::Confidential, &listed) {
        rules.push(Arc::new(words));
    }
    if let Ok(pattern) = Pattern::new("pattern".into(), Category::Confidential, &pattern(u)?) {
        rules.push(Arc::new(pattern));
    }
    Ok(rules)
}

fn pattern(u: &mut Unstructured<'_>) -> Result<String> {
    const PARTS: &[&str] = &[
        "a",
        "x",
        r"\d",
        r"\w",
        r"\W",
        r"\pL",
        r"\b",
        ".",
        "[a-z]",
        "[^a]",
        "(?i)",
        "(?s)",
        "(?x)",
        "(?:",
        "(",
        ")",
        "|",
        "*",
        "+",
        "?",
        "{2}",
        "{0,99}",
        "{1000}",
        "^",
        "$",
        r"\p{Greek}",
        r"(?-u:\xff)",
        "[",
        "]",
        r"\",
        "é",
        "[[:alpha:]]",
        "(?P<a>",
    ];
    let mut pattern = String::new();
    for _ in 0..u.int_in_range(0..=14)? {
        pattern += if u.ratio(1, 10)? { piece(u)? } else { (*u.choose(PARTS)?).to_owned() }.as_str();
    }
    Ok(pattern)
}

/// What must hold of every finding.
fn check(content: &str, findings: &[Finding]) {
    for finding in findings {
        let part = content.get(finding.span.clone());
        assert!(part.is_some_and(|part| !part.is_empty()), "no such part: {finding:?}");
        assert!((0.0..=1.0).contains(&finding.confidence), "{finding:?}");
        let told = finding.explanation.to_lowercase();
        let part = part.unwrap_or_default().trim().to_lowercase();
        let tells = finding.kind.is_value() && part.chars().count() > 4 && told.contains(&part);
        assert!(!tells, "{finding:?} repeats what was written");
    }
}
