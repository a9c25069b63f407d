//! A queue of records from a signal handler to a thread: fixed in size, without locks.
//!
//! One thread writes at a time, in the handler or where the handler leaves the queue alone; one reads. A record is a run
//! of words, its length first. Key types: [`Ring`], [`Entry`].

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::remote;

/// Words of the queue; a power of two. At 100 Hz and a few KiB a sample there is room for seconds.
const WORDS: usize = 1 << 18;
/// Bytes copied at a time, by way of the handler's stack.
const CHUNK: usize = 1024;

pub(super) struct Ring {
    words: Box<[AtomicU64]>,
    /// Words written and read, ever.
    written: AtomicUsize,
    read: AtomicUsize,
}

impl Ring {
    pub(super) fn new() -> Self {
        let words = (0..WORDS).map(|_| AtomicU64::new(0)).collect();
        Ring { words, written: AtomicUsize::new(0), read: AtomicUsize::new(0) }
    }

    fn word(&self, at: usize) -> Option<&AtomicU64> {
        self.words.get(at & WORDS.wrapping_sub(1))
    }

    /// Begins a record. Nothing of it is seen before [`Entry::commit`].
    pub(super) fn begin(&self) -> Entry<'_> {
        let start = self.written.load(Ordering::Relaxed);
        let used = start.wrapping_sub(self.read.load(Ordering::Acquire));
        let mut entry = Entry { ring: self, start, at: start, left: WORDS.saturating_sub(used), whole: true };
        entry.push(0);
        entry
    }

    /// Takes out the oldest record, without its length; false if there is none.
    pub(super) fn take(&self, record: &mut Vec<u64>) -> bool {
        record.clear();
        let start = self.read.load(Ordering::Relaxed);
        let waiting = self.written.load(Ordering::Acquire).wrapping_sub(start);
        let get = |at: usize| self.word(at).map_or(0, |word| word.load(Ordering::Relaxed));
        let length = usize::try_from(get(start)).unwrap_or(usize::MAX).min(waiting);
        if length == 0 {
            return false;
        }
        record.extend((1..length).map(|offset| get(start.wrapping_add(offset))));
        self.read.store(start.wrapping_add(length), Ordering::Release);
        true
    }
}

/// A record that is being written.
pub(super) struct Entry<'a> {
    ring: &'a Ring,
    start: usize,
    at: usize,
    left: usize,
    whole: bool,
}

impl Entry<'_> {
    pub(super) fn push(&mut self, word: u64) {
        match self.ring.word(self.at).filter(|_| self.left > 0) {
            Some(place) => place.store(word, Ordering::Relaxed),
            None => return self.whole = false,
        }
        self.at = self.at.wrapping_add(1);
        self.left = self.left.wrapping_sub(1);
    }

    /// A stretch of the guest's memory: its address there, its length in bytes, its words. `from` is its place in this process.
    /// What cannot be read is left out, from there on.
    pub(super) fn memory(&mut self, address: u64, from: usize, length: usize) {
        self.push(address);
        let count = self.at;
        self.push(0);
        let mut bytes = [0; CHUNK];
        let mut done = 0usize;
        while done < length {
            let chunk = length.wrapping_sub(done).min(CHUNK);
            let Some(part) = bytes.get_mut(..chunk) else { break };
            if !remote::read(from.wrapping_add(done), part) {
                break;
            }
            for word in part.chunks_exact(8) {
                self.push(word.try_into().map_or(0, u64::from_le_bytes));
            }
            done = done.wrapping_add(chunk & !7);
            if chunk < CHUNK {
                break;
            }
        }
        if let Some(place) = self.ring.word(count).filter(|_| self.whole) {
            place.store(u64::try_from(done).unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// Ends the record; false if there was no room, and nothing of it is there.
    pub(super) fn commit(self) -> bool {
        if let (Some(first), true) = (self.ring.word(self.start), self.whole) {
            first.store(u64::try_from(self.at.wrapping_sub(self.start)).unwrap_or(0), Ordering::Relaxed);
            self.ring.written.store(self.at, Ordering::Release);
        }
        self.whole
    }
}

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "in a test, to panic is to fail")]
mod tests {
    use super::*;

    #[test]
    fn records_come_out_in_order_however_often_the_queue_wraps() {
        let ring = Ring::new();
        let mut record = Vec::new();
        assert!(!ring.take(&mut record));
        for round in 0..20u64 {
            for _ in 0..2 {
                let mut entry = ring.begin();
                (0..WORDS as u64 / 3).for_each(|n| entry.push(n.wrapping_add(round)));
                assert!(entry.commit());
            }
            for _ in 0..2 {
                assert!(ring.take(&mut record));
                assert_eq!((record.len(), record[0], record[7]), (WORDS / 3, round, round.wrapping_add(7)));
            }
            assert!(!ring.take(&mut record));
        }
    }

    #[test]
    fn what_does_not_fit_leaves_nothing() {
        let ring = Ring::new();
        let mut entry = ring.begin();
        (0..WORDS as u64).for_each(|n| entry.push(n));
        assert!(!entry.commit());
        assert!(!ring.take(&mut Vec::new()));
    }

    #[test]
    fn memory_that_is_not_there_is_left_out() {
        let bytes: Vec<u8> = (0..=255).cycle().take(4096).collect();
        let ring = Ring::new();
        let mut entry = ring.begin();
        entry.memory(0x1000, bytes.as_ptr().addr(), bytes.len());
        entry.memory(0x2000, 8, 64);
        assert!(entry.commit());
        let mut record = Vec::new();
        assert!(ring.take(&mut record));
        assert_eq!(record.len(), 2 + 512 + 2);
        assert_eq!((record[0], record[1], record[514], record[515]), (0x1000, 4096, 0x2000, 0));
        assert_eq!(record[3], u64::from_le_bytes(bytes[8..16].try_into().unwrap()));
    }
}
