//! Records put in order, in memory that does not grow with them: an external merge sort.
//!
//! Records are gathered until they fill [`RUN`] bytes; such a run is sorted and written to a temporary file, and all
//! runs are merged in the end. A record costs its own bytes and 20 more on disk, nothing in memory; a run costs
//! [`BUFFER`] bytes of memory while it is merged, which is a 256th of its length. What fits into one run is never
//! written.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// Bytes gathered in memory.
const RUN: usize = 8 << 20;

/// Bytes of each run read at once.
const BUFFER: usize = RUN >> 8;

/// What records are put in order by; no two are the same.
pub(super) type Key = (i64, u64);

/// Gathers records.
pub(super) struct Sorter {
    run: usize,
    gathered: Gathered,
    spool: Option<Spool>,
}

#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    records: Vec<(Key, Range<usize>)>,
}

/// The temporary file and where each run is in it.
struct Spool {
    file: BufWriter<File>,
    end: u64,
    runs: Vec<Range<u64>>,
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self::with_run(RUN)
    }

    fn with_run(run: usize) -> Self {
        Self { run, gathered: Gathered::default(), spool: None }
    }

    /// Adds what `write` appends.
    ///
    /// # Errors
    ///
    /// `write` fails, or the temporary file cannot be written.
    pub(super) fn push(
        &mut self,
        key: Key,
        write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = self.gathered.bytes.len();
        write(&mut self.gathered.bytes)?;
        self.gathered.records.push((key, start..self.gathered.bytes.len()));
        if self.gathered.size() >= self.run { self.spill().map_err(|error| of_spool(&error)) } else { Ok(()) }
    }

    /// Calls `see` with all records, in order.
    ///
    /// # Errors
    ///
    /// `see` fails, or the temporary file cannot be written or read.
    pub(super) fn each(mut self, see: impl FnMut(Key, &[u8]) -> io::Result<()>) -> io::Result<()> {
        if self.spool.is_none() {
            return self.gathered.each(see);
        }
        self.spill().map_err(|error| of_spool(&error))?;
        let Self { gathered, spool, .. } = self;
        drop(gathered);
        spool.map_or(Ok(()), |spool| spool.each(see))
    }

    fn spill(&mut self) -> io::Result<()> {
        let spool = match &mut self.spool {
            Some(spool) => spool,
            spool => spool.insert(Spool::new()?),
        };
        let start = spool.end;
        self.gathered.each(|key, record| spool.write(key, record))?;
        spool.runs.push(start..spool.end);
        self.gathered.bytes.clear();
        self.gathered.records.clear();
        Ok(())
    }
}

/// Says that it is not the input or the output that failed.
fn of_spool(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("a temporary file in {}: {error}", std::env::temp_dir().display()))
}

impl Gathered {
    fn size(&self) -> usize {
        self.bytes.len() + size_of_val(self.records.as_slice())
    }

    fn each(&mut self, mut see: impl FnMut(Key, &[u8]) -> io::Result<()>) -> io::Result<()> {
        self.records.sort_unstable_by_key(|(key, _)| *key);
        self.records.iter().try_for_each(|(key, record)| see(*key, &self.bytes[record.clone()]))
    }
}

impl Spool {
    fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), end: 0, runs: Vec::new() })
    }

    fn write(&mut self, (first, second): Key, record: &[u8]) -> io::Result<()> {
        let length = u32::try_from(record.len()).map_err(|_| io::Error::other("a record is too long"))?;
        self.file.write_all(&first.to_le_bytes())?;
        self.file.write_all(&second.to_le_bytes())?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(record)?;
        self.end += HEAD + u64::from(length);
        Ok(())
    }

    fn each(self, mut see: impl FnMut(Key, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let file = self.file.into_inner().map_err(|error| of_spool(error.error()))?;
        let mut runs: Vec<Run<'_>> = self.runs.into_iter().map(|range| Run::new(&file, range)).collect();
        let mut first = BinaryHeap::new();
        for (at, run) in runs.iter_mut().enumerate() {
            first.extend(run.next().map_err(|error| of_spool(&error))?.map(|key| Reverse((key, at))));
        }
        while let Some(Reverse((key, at))) = first.pop() {
            see(key, &runs[at].record)?;
            first.extend(runs[at].next().map_err(|error| of_spool(&error))?.map(|key| Reverse((key, at))));
        }
        Ok(())
    }
}

/// The bytes of a key and of a length.
const HEAD: u64 = 20;

/// A run being read.
struct Run<'a> {
    input: BufReader<Part<'a>>,
    left: u64,
    record: Vec<u8>,
}

impl<'a> Run<'a> {
    fn new(file: &'a File, range: Range<u64>) -> Self {
        let part = Part { file, at: range.start };
        Self {
            input: BufReader::with_capacity(BUFFER, part),
            left: range.end - range.start,
            record: Vec::new(),
        }
    }

    /// Reads the next record; nothing at the end of the run.
    fn next(&mut self) -> io::Result<Option<Key>> {
        if self.left == 0 {
            return Ok(None);
        }
        let first = i64::from_le_bytes(self.bytes()?);
        let second = u64::from_le_bytes(self.bytes()?);
        let length = u32::from_le_bytes(self.bytes()?);
        self.record.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
        self.input.read_exact(&mut self.record)?;
        self.left -= HEAD + u64::from(length);
        Ok(Some((first, second)))
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// The file from a place on; all parts share its cursor.
struct Part<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.at))?;
        let length = self.file.read(into)?;
        self.at += length as u64;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` records as they come out of a sorter that spills at so many bytes.
    fn sorted(count: u64, run: usize) -> Vec<(Key, Vec<u8>)> {
        let mut sorter = Sorter::with_run(run);
        for number in 0..count {
            // A number and its remainder, in an order like chance.
            let key = (i64::try_from(number * 7919 % 97).unwrap(), number);
            let record = number.to_string().repeat(usize::try_from(number % 5).unwrap());
            sorter.push(key, |bytes| bytes.write_all(record.as_bytes())).unwrap();
        }
        let mut came = Vec::new();
        let see = |key, record: &[u8]| {
            came.push((key, record.to_vec()));
            Ok(())
        };
        sorter.each(see).unwrap();
        came
    }

    #[test]
    fn records_come_in_order_whole_whether_spilled_or_not() {
        let expected = sorted(1000, usize::MAX);
        assert_eq!(expected.len(), 1000);
        assert!(expected.is_sorted_by_key(|(key, _)| *key));
        assert_eq!(sorted(1000, 500), expected);
        assert_eq!(sorted(1000, 1), expected, "each record a run of its own");
        assert_eq!(sorted(0, 1), []);
    }

    #[test]
    fn what_goes_wrong_on_seeing_ends_it() {
        let mut sorter = Sorter::with_run(1);
        for number in 0..3 {
            sorter.push((0, number), |_| Ok(())).unwrap();
        }
        let mut seen = 0;
        let see = |_, _: &[u8]| {
            seen += 1;
            Err(io::ErrorKind::BrokenPipe.into())
        };
        assert_eq!(sorter.each(see).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(seen, 1);
    }
}
