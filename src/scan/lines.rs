//! Lines of bytes, one at a time, in memory that does not grow with them.

use std::io::{self, BufRead};

use super::entry::Bad;

/// The longest line, in bytes: many times the longest message with its JSON around it.
const LONGEST: usize = 1 << 20;

/// Calls `see` with the number of each line, from 1, and the line without its end.
pub(super) fn each(
    mut input: impl BufRead,
    mut see: impl FnMut(u64, Result<&[u8], Bad>) -> io::Result<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = read_line(&mut input, &mut line)?;
        if length == 0 {
            break;
        }
        let line = if length > LONGEST { Err(Bad::TooLong(LONGEST)) } else { Ok(without_end(&line)) };
        see(number, line)?;
    }
    Ok(())
}

/// Reads a line to its end, keeping at most [`LONGEST`] bytes of it; its whole length.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let available = input.fill_buf()?;
        let end = available.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(available.len(), |at| at + 1);
        let room = LONGEST.saturating_sub(line.len());
        line.extend_from_slice(&available[..taken.min(room)]);
        length += taken;
        input.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(length);
        }
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{LONGEST, each};

    /// The lines of `input`; the lengths of those too long are lost.
    fn lines(input: &str) -> Vec<Option<String>> {
        let mut lines = Vec::new();
        let see = |_, line: Result<&[u8], _>| {
            lines.push(line.ok().map(|line| String::from_utf8_lossy(line).into_owned()));
            Ok(())
        };
        each(Cursor::new(input), see).expect("reading memory does not fail");
        lines
    }

    #[test]
    fn lines_end_as_any_system_ends_them() {
        let expected = ["a", "", "b"].map(|line| Some(line.to_owned()));
        assert_eq!(lines("a\n\nb"), expected);
        assert_eq!(lines("a\r\n\r\nb\r\n"), expected);
        assert_eq!(lines(""), []);
    }

    #[test]
    fn a_line_too_long_is_passed_over() {
        let long = "x".repeat(LONGEST);
        assert_eq!(lines(&format!("a\n{long}\nb\n")), [Some("a".to_owned()), None, Some("b".to_owned())]);
        assert_eq!(lines(&long), [Some(long)]);
    }
}
