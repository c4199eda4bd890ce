//! Figures in plain words.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::advice::FEW;
use super::{Count, Fate, Hours, Period};
use crate::detect::Category;

/// What a case was about.
pub(super) const fn category(category: Category) -> &'static str {
    match category {
        Category::BoilingPoint => "boiling point",
        Category::SensitiveInfo => "private details",
        Category::Confidential => "confidential",
        Category::NeedsDetails => "needs details",
        Category::Personal => "personal",
    }
}

/// How a case ended.
pub(super) const fn end(end: Fate) -> &'static str {
    match end {
        Fate::Resolved => "resolved",
        Fate::Dismissed => "false alarm",
        Fate::Declined => "declined",
        Fate::Expired => "expired",
        Fate::Open => "still open",
        Fate::HeldBack => "held back",
    }
}

/// `part` of `whole` and its share; of few the numbers alone, since a share of them says nothing.
pub(super) fn share(part: usize, whole: usize) -> String {
    if whole < FEW {
        return format!("{part} of {whole}");
    }
    format!("{} of {} ({})", number(part), number(whole), percent(part, whole))
}

/// A share to the nearest whole percent; what is not nothing and not all is never told as either.
pub(super) fn percent(part: usize, whole: usize) -> String {
    let whole = whole.max(1);
    match (part * 100 + whole / 2) / whole {
        0 if part > 0 => "under 1 %".to_owned(),
        100 if part < whole => "over 99 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// "1 case", "1,234 cases".
pub(super) fn cases(count: usize) -> String {
    counted(count, "case", "cases")
}

/// A number and what it counts.
pub(super) fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { more })
}

/// A number with its thousands apart.
pub(super) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut apart = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

/// A number in at most five characters: "987", "9.9k", "22k", "1.2M".
pub(super) fn short(count: usize) -> String {
    match count {
        0..1000 => count.to_string(),
        1000..9_950 => tenths((count + 50) / 100, "k"),
        9_950..999_500 => format!("{}k", (count + 500) / 1000),
        _ => tenths((count + 50_000) / 100_000, "M"),
    }
}

/// So many tenths of a unit; those that are none are left out.
fn tenths(count: usize, unit: &str) -> String {
    match count % 10 {
        0 => format!("{}{unit}", count / 10),
        tenths => format!("{}.{tenths}{unit}", count / 10),
    }
}

/// A time in its two largest units: "40 s", "6 min", "3 h 20 min", "2 d 4 h".
pub(super) fn time(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    if seconds < 60 {
        return format!("{seconds} s");
    }
    let minutes = (seconds + 30) / 60;
    if minutes < 24 * 60 {
        return units(minutes / 60, "h", minutes % 60, "min");
    }
    let hours = (minutes + 30) / 60;
    units(hours / 24, "d", hours % 24, "h")
}

fn units(large: i64, unit: &str, small: i64, smaller: &str) -> String {
    match (large, small) {
        (0, _) => format!("{small} {smaller}"),
        (_, 0) => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {smaller}"),
    }
}

/// "22:00 and 04:00", after "between".
pub(super) fn hours(hours: &Hours) -> String {
    format!("{:02}:00 and {:02}:00", hours.from, hours.to)
}

/// "14 July to 12 August 2026"; a year or a month that both share is told once.
pub(super) fn days(period: &Period) -> String {
    let (Some(first), Some(last)) = (period.days.first(), period.days.last()) else { return String::new() };
    let whole = last.strftime("%-d %B %Y");
    let same_year = first.year() == last.year();
    let first = match (same_year, same_year && first.month() == last.month()) {
        (_, true) => first.strftime("%-d").to_string(),
        (true, false) => first.strftime("%-d %B").to_string(),
        (false, false) => first.strftime("%-d %B %Y").to_string(),
    };
    format!("{first} to {whole}")
}

/// "the 30 days before".
pub(super) fn before(period: &Period) -> String {
    format!("the {} days before", period.days.len())
}

/// "14 Jul".
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// The name of the time zone, as clocks and people know it.
pub(super) fn zone(period: &Period) -> &str {
    period.zone.iana_name().unwrap_or("UTC")
}

/// The first `most`, each by `told`, and how many more there are of `more`.
pub(super) fn first<T>(
    counts: &[Count<T>],
    most: usize,
    more: &str,
    told: impl Fn(&T) -> String,
) -> Vec<(String, usize)> {
    let shown = if counts.len() == most + 1 { most + 1 } else { most };
    let mut lines: Vec<(String, usize)> =
        counts.iter().take(shown).map(|count| (told(&count.of), count.cases)).collect();
    let rest: usize = counts.iter().skip(shown).map(|count| count.cases).sum();
    if rest > 0 {
        lines.push((format!("{} {more}", number(counts.len() - shown)), rest));
    }
    lines
}

/// What a person wrote, for Discord and Markdown to show as it is, in one line of at most `most` characters.
pub(super) fn escaped(words: &str, most: usize) -> String {
    let clean: String = words.chars().filter(|character| !character.is_control()).collect();
    let line = cut(&clean, most);
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        if character.is_ascii_punctuation() && !",.;:'\"/?%&=".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// `words` in at most `most` characters.
pub(super) fn cut(words: &str, most: usize) -> String {
    match words.char_indices().nth(most) {
        None => words.to_owned(),
        Some(_) => words.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Length;

    #[test]
    fn shares_are_told_in_whole_percent_and_not_of_few() {
        let rows = [
            (0, 0, "0 of 0"),
            (2, 3, "2 of 3"),
            (4, 4, "4 of 4"),
            (1, 5, "1 of 5 (20 %)"),
            (1, 300, "1 of 300 (under 1 %)"),
            (299, 300, "299 of 300 (over 99 %)"),
            (0, 300, "0 of 300 (0 %)"),
            (2, 3000, "2 of 3,000 (under 1 %)"),
            (25, 200, "25 of 200 (13 %)"),
        ];
        for (part, whole, expected) in rows {
            assert_eq!(share(part, whole), expected);
        }
    }

    #[test]
    fn times_are_told_in_their_two_largest_units() {
        let rows = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (89, "1 min"),
            (90, "2 min"),
            (59 * 60 + 40, "1 h"),
            (3 * 3600 + 20 * 60, "3 h 20 min"),
            (24 * 3600 - 20, "1 d"),
            (52 * 3600, "2 d 4 h"),
            (-5, "0 s"),
        ];
        for (seconds, expected) in rows {
            assert_eq!(time(SignedDuration::from_secs(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        let rows = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (count, expected) in rows {
            assert_eq!(number(count), expected);
        }
        let rows = [
            (999, "999"),
            (1000, "1k"),
            (1_449, "1.4k"),
            (9_949, "9.9k"),
            (9_950, "10k"),
            (10_499, "10k"),
            (999_499, "999k"),
            (999_500, "1M"),
            (12_340_000, "12.3M"),
        ];
        for (count, expected) in rows {
            assert_eq!(short(count), expected);
        }
        assert_eq!((cases(1), cases(0)), ("1 case".to_owned(), "0 cases".to_owned()));
    }

    #[test]
    fn what_people_wrote_is_shown_as_it_is() {
        const MOST: usize = 12;
        let rows = [
            ("refunded", "refunded"),
            ("**a** <@1>", r"\*\*a\*\* \<\@1\>"),
            ("two\nlines", "twolines"),
            ("longer than it may be", "longer than…"),
            ("[a](https://b)", r"\[a\]\(https:/…"),
        ];
        for (words, expected) in rows {
            assert_eq!(escaped(words, MOST), expected, "{words}");
        }
    }

    #[test]
    fn one_more_than_fits_is_shown_rather_than_counted() {
        let counts: Vec<Count<u8>> = (1..=5).map(|of| Count { of, cases: 1 }).collect();
        let told = |most| -> Vec<String> {
            first(&counts, most, "others", u8::to_string).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(told(4), ["1", "2", "3", "4", "5"]);
        assert_eq!(told(3), ["1", "2", "3", "2 others"]);
    }

    #[test]
    fn days_name_what_they_share_once() {
        let zone = jiff::tz::TimeZone::UTC;
        let rows = [
            ("2026-07-20T12:00:00Z", "14 to 20 July 2026"),
            ("2026-08-02T12:00:00Z", "27 July to 2 August 2026"),
            ("2027-01-03T12:00:00Z", "28 December 2026 to 3 January 2027"),
        ];
        for (now, expected) in rows {
            assert_eq!(days(&Period::up_to(now.parse().unwrap(), Length::Week, &zone)), expected);
        }
    }
}
