//! The order in which messages were sent.

use std::io;

use jiff::Timestamp;

use super::Format;
use super::input::Input;

/// The time of one message after another, in the order they are read. One without a time keeps its place
/// after the one before it.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    /// Microseconds since 1970.
    now: i64,
    /// Whether no message was read after one that was sent later.
    pub(super) in_order: bool,
}

impl Clock {
    pub(super) const fn new() -> Self {
        Self { now: i64::MIN, in_order: true }
    }

    /// The time of the next message, for sorting.
    pub(super) fn tick(&mut self, sent: Option<Timestamp>) -> i64 {
        let before = self.now;
        self.now = sent.map_or(before, Timestamp::as_microsecond);
        self.in_order &= before <= self.now;
        self.now
    }
}

/// Whether the messages of `inputs` are known to be read in the order they were sent. Costs a quick reading of files;
/// what can be read only once is not known.
pub(super) fn keeps(inputs: &[Input]) -> bool {
    let mut clock = Clock::new();
    inputs
        .iter()
        .all(|input| input.format() == Format::Text || input.reads_again() && advance(&mut clock, input))
}

fn advance(clock: &mut Clock, input: &Input) -> bool {
    let read = input.each(|record| {
        if let Ok(raw) = record.raw {
            clock.tick(input.format().sent(raw));
        }
        if clock.in_order { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
    });
    // What cannot be read now will be complained of when it is read to be judged.
    drop(read);
    clock.in_order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn a_message_without_a_time_keeps_its_place_after_the_one_before_it() {
        let mut clock = Clock::new();
        let times = [None, Some(at(-2)), Some(at(3)), None, Some(at(3)), Some(at(1)), None]
            .map(|sent| clock.tick(sent));
        let [none, before, three, one] = [i64::MIN, -2_000_000, 3_000_000, 1_000_000];
        assert_eq!(times, [none, before, three, three, three, one, one]);
    }

    #[test]
    fn one_message_sent_earlier_than_the_one_before_it_is_disorder() {
        let mut clock = Clock::new();
        for (sent, in_order) in [(3, true), (3, true), (2, false), (9, false)] {
            clock.tick(Some(at(sent)));
            assert_eq!(clock.in_order, in_order, "{sent}");
        }
    }
}
