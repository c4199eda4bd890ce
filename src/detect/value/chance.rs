//! Values drawn by lot, told from words, numbers and names that people make up.

/// How a value was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) enum Draw {
    /// Hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    Uuid,
    /// Hexadecimal digits of one case.
    Hex,
    /// Letters and digits, perhaps with marks between them.
    Mixed,
    /// Many digits and nothing else.
    Digits,
}

/// The pairs of letters that English words and names in code are made of. Of letters drawn by lot
/// three in ten pairs are among them, of words nine in ten.
const PAIRS: &str = "\
    th he in er re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic \
    ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs \
    un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig \
    tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc \
    fa ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug lt pi rc eg au ck ew mu br \
    bi pt ak pu ui rg ib tl ki rk ys ob mm ph og ub oi rl gu dr ft nv";

/// [`PAIRS`] as a table, by letter from `a`.
const COMMON: [[bool; 26]; 26] = {
    let (bytes, mut table, mut at) = (PAIRS.as_bytes(), [[false; 26]; 26], 0);
    while at + 1 < bytes.len() {
        if bytes[at].is_ascii_lowercase() && bytes[at + 1].is_ascii_lowercase() {
            table[(bytes[at] - b'a') as usize][(bytes[at + 1] - b'a') as usize] = true;
            at += 1;
        }
        at += 1;
    }
    table
};

/// What is counted of a value.
#[derive(Default)]
struct Counts {
    lower: usize,
    upper: usize,
    digits: usize,
    /// Runs of digits.
    digit_runs: usize,
    /// Letters beyond `f`.
    beyond_hex: usize,
    /// Bytes that are neither letter nor digit.
    marks: usize,
    /// Pairs of neighboring letters, and how many of them are common ones.
    pairs: usize,
    common: usize,
    /// Capitals that follow a small letter.
    humps: usize,
    /// The set of bytes below 128 in it.
    seen: u128,
    /// The longest row such as `abcd` or `1234`.
    rise: usize,
    /// The longest row such as `aaaa`.
    same: usize,
}

impl Counts {
    fn of(value: &[u8]) -> Self {
        let mut counts = Self::default();
        let (mut last, mut up, mut same) = (0_u8, 1, 1);
        for &byte in value {
            counts.add(byte, last);
            up = if last.checked_add(1) == Some(byte) { up + 1 } else { 1 };
            same = if last == byte { same + 1 } else { 1 };
            counts.rise = counts.rise.max(up);
            counts.same = counts.same.max(same);
            last = byte;
        }
        counts
    }

    fn add(&mut self, byte: u8, last: u8) {
        self.seen |= 1_u128 << (byte & 127);
        match byte {
            b'a'..=b'z' => self.lower += 1,
            b'A'..=b'Z' => self.upper += 1,
            b'0'..=b'9' => {
                self.digits += 1;
                self.digit_runs += usize::from(!last.is_ascii_digit());
            }
            _ => self.marks += 1,
        }
        let letter = byte.to_ascii_lowercase();
        self.beyond_hex += usize::from(letter.is_ascii_lowercase() && letter > b'f');
        if byte.is_ascii_alphabetic() && last.is_ascii_alphabetic() {
            let row = usize::from(last.to_ascii_lowercase() - b'a');
            self.pairs += 1;
            self.humps += usize::from(last.is_ascii_lowercase() && byte.is_ascii_uppercase());
            self.common += usize::from(COMMON[row][usize::from(letter - b'a')]);
        }
    }

    fn distinct(&self) -> usize {
        self.seen.count_ones() as usize
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }

    /// Whether its letters are rarely those of words.
    fn is_wordless(&self) -> bool {
        self.pairs >= 8 && self.common * 100 < self.pairs * 45
    }

    /// Whether its letters are those of words, with capitals where words begin.
    fn is_wordy(&self) -> bool {
        let common = self.pairs >= 6 && self.common * 100 >= self.pairs * 62;
        common && self.humps * 6 <= self.pairs && self.digits * 4 < self.letters()
    }
}

/// How `value` was drawn, or `None` if it was made up, counted up or only stands for a value.
/// Values of fewer than eight characters tell nothing.
pub(in crate::detect) fn draw(value: &str) -> Option<Draw> {
    const SHORTEST: usize = 8;
    /// From this length on, chance leaves its marks.
    const LONG: usize = 16;
    let counts = Counts::of(value.as_bytes());
    let least_distinct = match () {
        () if counts.digits == value.len() => 5,
        () if value.len() >= LONG => 8,
        () => 6,
    };
    if value.len() < SHORTEST || counts.rise.max(counts.same) >= 6 || counts.distinct() < least_distinct {
        return None;
    }
    if is_uuid(value) {
        return Some(Draw::Uuid);
    }
    if counts.digits == value.len() {
        return (value.len() >= LONG - 1).then_some(Draw::Digits);
    }
    let one_case = counts.lower == 0 || counts.upper == 0;
    if counts.beyond_hex == 0 && counts.marks == 0 && one_case && counts.letters() >= 2 && counts.digits >= 2
    {
        return Some(Draw::Hex);
    }
    if counts.digits == 0 {
        let shuffled = !one_case && counts.humps * 6 > counts.pairs && counts.is_wordless();
        return (value.len() >= LONG + 4 && shuffled).then_some(Draw::Mixed);
    }
    if counts.marks >= 2 && counts.digit_runs == 1 {
        return None;
    }
    let enough = if value.len() >= LONG {
        counts.digits >= 2 || counts.digits == 1 && (!one_case || counts.is_wordless())
    } else {
        counts.digits >= 2 && counts.digit_runs >= 2 && counts.marks == 0
    };
    (enough && counts.letters() >= 2 && !counts.is_wordy()).then_some(Draw::Mixed)
}

/// The length of the longest row such as `abcd` or `1234` in `value`.
pub(in crate::detect) fn longest_rise(value: &str) -> usize {
    Counts::of(value.as_bytes()).rise
}

/// Whether `value` is hexadecimal digits in groups of 8, 4, 4, 4 and 12.
fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::{Draw, draw};

    #[test]
    fn what_is_drawn_by_lot_is_told_from_what_is_made_up() {
        assert_eq!(draw("550e8400-e29b-41d4-a716-446655440000"), Some(Draw::Uuid));
        assert_eq!(draw("5f4dcc3b5aa765d61d8327deb882cf99"), Some(Draw::Hex));
        assert_eq!(draw("q8Kd92LmQpZx71Rt5Vn3"), Some(Draw::Mixed));
        assert_eq!(draw("k2mn8vq1xz7pl4wr9ty6ub3sd5fg0hjc"), Some(Draw::Mixed));
        for made_up in [
            "AbstractTokenFactory2Impl",
            "my-secret-name-for-production-2",
            "12345678901234567890",
            "abcdefghijklmnop1234",
            "aaaaaaaa1aaaaaaa2aaa",
            "2024preview",
            "short1",
            "NL80211_CMD_SET_KEY",
        ] {
            assert_eq!(draw(made_up), None, "{made_up}");
        }
    }
}
