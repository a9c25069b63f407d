//! Calls of Go's `syscall` package on their short way: frames that are half sound, the arguments of `fsCall` as Go has them.

use gopherix_guest::gojs::engine::Stop;

use super::guest::{Guest, at};
use super::imports::{DIRECTLY, Takes};
use super::words::FS;
use crate::hostile::paths::PATHS;

/// Names of imports whose text is not a path.
const FS_CALL: &str = "syscall.fsCall";
const RESOLVE: &str = "syscall/js.Value.Call in syscall.Open";
/// Bytes for a type, its data and a string, one after the other.
const ANY_SIZE: usize = 96;
const DATA_AT: usize = 32;
const TEXT_AT: usize = 48;
/// The kinds that package `syscall` uses, and others (`src/internal/abi/type.go`).
const KINDS: &[u8] = &[0, 1, 2, 5, 6, 10, 11, 14, 22, 23, 24, 25, 31, 66, 255];

/// An argument of `fsCall`.
enum Any {
    Nil,
    Int(u64),
    Text(&'static str),
    Value(u64),
    /// Of this kind, whatever it may be.
    Odd(u8),
}

impl Guest {
    /// Enters one of the functions.
    pub(super) fn direct_call(&mut self) -> Result<(), Stop> {
        let buffer = if self.random.chance(30) { self.buffer()? } else { self.reference() };
        let index = self.random.below(DIRECTLY.len());
        let (Some(import), sp) = (DIRECTLY.get(index), self.stack_pointer()) else { return Ok(()) };
        let takes = import.layout().map(|layout| layout.takes).unwrap_or_default();
        let name = match import.name {
            RESOLVE => "resolve",
            _ => self.random.pick(FS),
        };
        for (offset, takes) in takes {
            let to = at(sp, *offset);
            match takes {
                Takes::Text if import.name.starts_with(FS_CALL) || import.name == RESOLVE => {
                    self.put_odd_slice(to, name.as_bytes(), 1)
                }
                Takes::Text => {
                    let path = self.random.pick(PATHS);
                    self.put_odd_slice(to, path.as_bytes(), 1);
                }
                Takes::Anys => {
                    let anys = self.anys(name, buffer);
                    let list = self.put_anys(&anys);
                    self.put_odd_slice(to, &list, 16);
                }
                Takes::Room | Takes::Source => {
                    let bytes = vec![0x5a; self.random.pick(&[0, 1, 8, 100, 300])];
                    self.put_odd_slice(to, &bytes, 1);
                }
                Takes::Attributes => {
                    let place = u64::from(self.place_frame());
                    let odd = [0, 8, 4095, 16384 - 103, 16384, u64::MAX, u64::MAX - 103, 1 << 32];
                    let place = if self.random.chance(3) { self.random.pick(&odd) } else { place };
                    self.poke(to, &place.to_le_bytes());
                }
                Takes::Reference => {
                    let path = if self.random.chance(80) { self.known("path") } else { self.reference() };
                    self.poke(to, &path.to_le_bytes());
                }
                _ => {
                    let number = self.small_integer();
                    self.poke(to, &number.to_le_bytes());
                }
            }
        }
        self.call(import, sp)
    }

    fn small_integer(&mut self) -> u64 {
        if self.random.chance(85) { u64::try_from(self.random.below(18)).unwrap_or(0) } else { self.integer() }
    }

    /// Arguments as the call may have them.
    fn anys(&mut self, name: &str, buffer: u64) -> Vec<Any> {
        let path = |guest: &mut Guest| Any::Text(guest.random.pick(PATHS));
        let mut anys = match name {
            "read" | "write" => {
                let len = self.random.pick(&[0, 1, 8, 100, 6000]);
                let position = if self.random.chance(50) { Any::Nil } else { Any::Int(self.small_integer()) };
                vec![Any::Int(self.small_integer()), Any::Value(buffer), Any::Int(0), Any::Int(len), position]
            }
            "close" | "fchmod" | "fchown" | "fstat" | "ftruncate" => vec![Any::Int(self.small_integer())],
            "link" | "rename" | "symlink" => vec![path(self), path(self)],
            "open" => vec![path(self), Any::Int(self.random.pick(&[0, 1, 2, 0o102, 0o1101, 0o2002, 0o200_000]))],
            _ => vec![path(self)],
        };
        while anys.len() < 3 && self.random.chance(60) {
            anys.push(Any::Int(self.small_integer()));
        }
        if self.random.chance(10) {
            let (at, kind) = (self.random.below(anys.len()), self.random.pick(KINDS));
            anys.iter_mut().skip(at).take(1).for_each(|any| *any = Any::Odd(kind));
        }
        anys
    }

    /// Puts types and data somewhere; the list of pointers to them.
    fn put_anys(&mut self, anys: &[Any]) -> Vec<u8> {
        let room = self.memory_len().saturating_sub(ANY_SIZE.saturating_mul(anys.len().max(1)));
        let mut place = self.random.below(room.max(1));
        let mut list = Vec::new();
        for any in anys {
            let text = word(place.saturating_add(TEXT_AT));
            let (kind, size, data) = match any {
                Any::Nil => {
                    list.extend_from_slice(&[0; 16]);
                    continue;
                }
                Any::Int(number) => (self.random.pick(&[2, 6, 10]), 8, [*number, 0]),
                Any::Text(path) => (24, 16, [text, word(path.len())]),
                Any::Value(reference) => (25, 16, [*reference, 0]),
                Any::Odd(kind) => (*kind, self.random.pick(&[0, 1, 8, 16, u64::MAX]), [self.integer(), self.integer()]),
            };
            self.poke(place, &u64::to_le_bytes(size));
            self.poke(place.saturating_add(23), &[kind]);
            for (offset, part) in [(DATA_AT, data[0]), (DATA_AT.saturating_add(8), data[1])] {
                self.poke(place.saturating_add(offset), &part.to_le_bytes());
            }
            if let Any::Text(path) = any {
                self.poke(place.saturating_add(TEXT_AT), path.as_bytes());
            }
            list.extend_from_slice(&word(place).to_le_bytes());
            list.extend_from_slice(&word(place.saturating_add(DATA_AT)).to_le_bytes());
            place = place.saturating_add(ANY_SIZE);
        }
        list
    }
}

fn word(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
