//! A page of 80 columns: headings, speech with a hanging indent, notes; colors only when asked for.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use textwrap::Options;
use textwrap::core::display_width;

/// Columns; what every terminal has.
const WIDTH: usize = 80;

/// Where notes and what stands below a heading begin.
const MARGIN: &str = "   ";

/// Columns of the widest name that is not cut.
const WIDEST_NAME: usize = 12;

/// What a text is, which decides its color.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Heading,
    Member,
    Bot,
    Faint,
    Wrong,
}

impl Ink {
    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Heading => Style::new().bold(),
            Self::Member => AnsiColor::Cyan.on_default(),
            Self::Bot => AnsiColor::Green.on_default().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Wrong => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// Something said.
pub(super) struct Speech<'a> {
    /// `09:12`.
    pub(super) time: &'a str,
    pub(super) name: &'a str,
    pub(super) ink: Ink,
    pub(super) words: &'a str,
}

/// Writes to `out`, which is a terminal, a file or a test.
pub(super) struct Page<'a> {
    out: &'a mut (dyn Write + Send),
    color: bool,
    /// Columns of the longest name.
    names: usize,
}

impl<'a> Page<'a> {
    pub(super) fn new<'n>(
        out: &'a mut (dyn Write + Send),
        color: bool,
        names: impl Iterator<Item = &'n str>,
    ) -> Self {
        let names = names.map(display_width).max().unwrap_or(0).min(WIDEST_NAME);
        Self { out, color, names }
    }

    /// `── left ──────── right`, on a line of its own.
    pub(super) fn heading(&mut self, left: &str, right: &str) -> io::Result<()> {
        let left = shortened(left, WIDTH - 10);
        let room = WIDTH.saturating_sub(display_width(&left) + 8);
        let right = shortened(right, room);
        let right = if right.is_empty() { right } else { format!(" {right}") };
        let gap = WIDTH.saturating_sub(display_width(&left) + display_width(&right) + 4);
        let (rule, left) = ("─".repeat(gap), self.paint(Ink::Heading, &left));
        let right = self.paint(Ink::Faint, &right);
        writeln!(self.out, "\n── {left} {rule}{right}")
    }

    /// A sentence about what is shown, set apart from what is said.
    pub(super) fn note(&mut self, text: &str) -> io::Result<()> {
        self.block(MARGIN, MARGIN, Ink::Faint, text)
    }

    /// Labels and, in a column beside them, texts.
    pub(super) fn entries(&mut self, entries: &[(String, String)]) -> io::Result<()> {
        let widest = entries.iter().map(|(label, _)| display_width(label)).max().unwrap_or(0);
        let rest = " ".repeat(MARGIN.len() + widest + 2);
        for (label, text) in entries {
            self.block(&format!("{MARGIN}{}  ", padded(label, widest)), &rest, Ink::Plain, text)?;
        }
        Ok(())
    }

    /// `09:12  nora  words`, the words wrapped below each other.
    pub(super) fn speech(&mut self, speech: &Speech<'_>) -> io::Result<()> {
        let name = padded(&shortened(speech.name, self.names), self.names);
        let (time, name) = (self.paint(Ink::Faint, speech.time), self.paint(speech.ink, &name));
        let mut first = format!("{time}  {name}  ");
        let rest = " ".repeat(self.column());
        for line in self.wrapped(speech.words) {
            writeln!(self.out, "{}", format!("{first}{line}").trim_end())?;
            first.clone_from(&rest);
        }
        Ok(())
    }

    /// Something in the column of the words, marked by `mark`.
    pub(super) fn beneath(&mut self, mark: &str, ink: Ink, text: &str) -> io::Result<()> {
        let indent = " ".repeat(self.column());
        let width = display_width(mark);
        let rest = if mark == "│ " { mark.to_owned() } else { " ".repeat(width) };
        self.block(&format!("{indent}{mark}"), &format!("{indent}{rest}"), ink, text)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Where words begin.
    const fn column(&self) -> usize {
        "09:12".len() + 2 + self.names + 2
    }

    fn wrapped(&self, words: &str) -> Vec<String> {
        let width = WIDTH - self.column();
        words.lines().flat_map(|line| wrap(line, width)).collect()
    }

    fn block(&mut self, first: &str, rest: &str, ink: Ink, text: &str) -> io::Result<()> {
        let width = WIDTH - display_width(first).max(display_width(rest));
        let mut indent = first;
        for line in text.lines().flat_map(|line| wrap(line, width)) {
            let line = self.paint(ink, &line);
            writeln!(self.out, "{}", format!("{indent}{line}").trim_end())?;
            indent = rest;
        }
        Ok(())
    }

    fn paint(&self, ink: Ink, text: &str) -> String {
        let style = ink.style();
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// `line` in lines of at most `width` columns; those of a list item hang below its first word.
fn wrap(line: &str, width: usize) -> Vec<String> {
    if line.trim().is_empty() {
        return vec![String::new()];
    }
    let hanging = if line.starts_with("- ") { "  " } else { "" };
    let options = Options::new(width.max(20)).subsequent_indent(hanging);
    textwrap::wrap(line, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

fn shortened(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        if display_width(&short) + display_width(character.encode_utf8(&mut [0; 4])) >= width {
            break;
        }
        short.push(character);
    }
    short + "…"
}

#[cfg(test)]
mod tests {
    use textwrap::core::display_width;

    use super::{Ink, Page, Speech, shortened};

    fn written(color: bool, write: impl Fn(&mut Page<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Page::new(&mut out, color, ["nora", "Aside"].into_iter()));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn words_hang_below_each_other() {
        let words = format!("{}\n- {}", "one ".repeat(30), "two ".repeat(20));
        let speech = Speech { time: "09:12", name: "nora", ink: Ink::Member, words: &words };
        let text = written(false, |page| page.speech(&speech).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("09:12  nora   one one"));
        assert!(lines[1].starts_with("              one"));
        assert!(lines.last().unwrap().starts_with("                two"));
        assert!(lines.iter().all(|line| display_width(line) <= 80));
    }

    #[test]
    fn headings_fill_the_width_and_no_more() {
        for (left, right) in [("#help", "everyone sees this"), (&"long ".repeat(20), &"name ".repeat(20))] {
            let text = written(false, |page| page.heading(left, right).unwrap());
            assert_eq!(display_width(text.trim()), 80, "{text}");
        }
    }

    #[test]
    fn color_is_left_out_unless_asked_for() {
        let note = |page: &mut Page<'_>| page.note("quiet").unwrap();
        assert_eq!(written(false, note), "   quiet\n");
        assert!(written(true, note).contains("\u{1b}["));
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(shortened("日本語日本語", 5), "日本…");
    }
}
