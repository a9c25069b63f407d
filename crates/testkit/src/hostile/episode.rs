//! Sequences of calls, decoded from any bytes.
//!
//! Arguments lean towards what gets far into the kernel (open descriptors, pointers with room behind them, paths that
//! exist); the rest is what breaks things: 0, unaligned, the end of memory, beyond it, overlapping, all ones.

use std::fmt;

use arbitrary::Unstructured;

use super::functions::{Function, Role, count, function};
use super::paths::PATHS;
use super::request;

/// One call, with what is put into memory before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    /// Which [`function`]; one past the last is `proc_exit`.
    pub function: usize,
    /// Its arguments.
    pub args: Vec<u64>,
    /// Addresses and the bytes to write there; those outside memory are left out.
    pub pokes: Vec<(usize, Vec<u8>)>,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, bytes) in &self.pokes {
            writeln!(f, "    memory[{at:#x}..] = b\"{}\"", bytes.escape_ascii())?;
        }
        let Some(function) = function(self.function) else {
            return write!(f, "proc_exit({})", self.args.first().copied().unwrap_or(0));
        };
        write!(f, "{}(", function.name)?;
        for (i, (param, arg)) in function.params.iter().zip(&self.args).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let small = *arg < 1000;
            if small { write!(f, "{comma}{}={arg}", param.name) } else { write!(f, "{comma}{}={arg:#x}", param.name) }?;
        }
        write!(f, ")")
    }
}

/// A guest's memory size and its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// Bytes of memory.
    pub memory: usize,
    /// The calls.
    pub ops: Vec<Op>,
}

/// Memory sizes; no wasm memory but in whole pages, but an adapter must not rely on it.
const MEMORIES: [usize; 16] =
    [0, 1, 7, 100, 4095, 4096, 4097, 8192, 8192, 8192, 8192, 16384, 16384, 16384, 16384 + 3, 65536];

impl Episode {
    /// Decodes any bytes; every string of bytes is an episode.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Episode {
        let mut u = Unstructured::new(bytes);
        let memory = pick(&mut u, &MEMORIES);
        let mut ops = Vec::new();
        while !u.is_empty() {
            ops.push(Decoder { u: &mut u, memory, cursor: 64, last: 0, pokes: Vec::new() }.op());
        }
        Episode { memory, ops }
    }
}

/// One of a few.
fn pick<T: Copy + Default>(u: &mut Unstructured<'_>, from: &[T]) -> T {
    u.choose(from).copied().unwrap_or_default()
}

/// One call being decoded.
struct Decoder<'u, 'b> {
    u: &'u mut Unstructured<'b>,
    memory: usize,
    /// From here on nothing is in use yet.
    cursor: usize,
    /// The pointer given out last.
    last: usize,
    pokes: Vec<(usize, Vec<u8>)>,
}

const MAX32: usize = 0xffff_ffff;

impl Decoder<'_, '_> {
    fn op(mut self) -> Op {
        let index = self.function();
        let args = match function(index) {
            Some(function) => self.args(function),
            None => vec![u64::from(self.byte())],
        };
        Op { function: index, args, pokes: self.pokes }
    }

    /// What opens is chosen more often than its share, and what ends the process less often, so that something builds up.
    fn function(&mut self) -> usize {
        let number = |name: &str| (0..count()).find(|n| function(*n).is_some_and(|f| f.name == name));
        match self.byte() {
            0..=31 => number("path_open").unwrap_or(0),
            32 if self.byte() < 16 => count(),
            33..=40 => number("spawn").unwrap_or(0),
            _ => {
                let index = self.below(count());
                let ends = ["proc_raise", "raise", "kill"].iter().any(|name| number(name) == Some(index));
                if ends && self.byte() > 16 { 0 } else { index }
            }
        }
    }

    fn args(&mut self, function: &Function) -> Vec<u64> {
        let mut args: Vec<u64> = Vec::new();
        // The length or count that belongs to pointers before it.
        let mut len: u64 = 0;
        for i in 0..function.params.len() {
            let arg = match function.role(i) {
                Some(Role::Fd) => self.fd(function.name),
                Some(Role::Out(size)) => to_u64(self.pointer(to_usize(size))),
                Some(Role::Fills) => {
                    let wanted = pick(self.u, &[0, 1, 3, 8, 24, 25, 100, 300, 1000, 5000]);
                    len = self.length(wanted);
                    to_u64(self.pointer(wanted))
                }
                Some(Role::Path) => {
                    let path = self.path();
                    len = self.length(path.len());
                    to_u64(self.place(path))
                }
                Some(Role::Request) => {
                    let request = request::decode(self.u);
                    len = self.length(request.len());
                    to_u64(self.place(request))
                }
                Some(Role::LengthAt) => {
                    let length = pick(self.u, &[0u32, 4, 8, 24, 64, 116, 128, 0xffff_ffff]);
                    to_u64(self.place(length.to_le_bytes().to_vec()))
                }
                Some(Role::Vector(_)) => self.vector(&mut len),
                Some(Role::Pointers) => to_u64(self.pointer(16)),
                Some(Role::Strings) => to_u64(self.pointer(64)),
                Some(Role::Subscriptions) => self.subscriptions(&mut len),
                Some(Role::Events) => to_u64(self.pointer(usize::try_from(len.saturating_mul(32)).unwrap_or(MAX32))),
                Some(Role::Length) => len,
                Some(Role::Flags(mask)) => self.flags(mask),
                Some(Role::Choice(count)) => {
                    to_u64(if self.byte() < 240 { self.below(to_usize(count)) } else { self.word() })
                }
                Some(Role::Rights) => self.rights(),
                Some(Role::Number) | None => self.number(),
            };
            args.push(arg);
        }
        args
    }

    fn byte(&mut self) -> u8 {
        self.u.arbitrary().unwrap_or(0)
    }

    fn word(&mut self) -> usize {
        to_usize(self.u.arbitrary().unwrap_or(0))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.u.int_in_range(0..=limit.saturating_sub(1).min(1 << 20)).unwrap_or(0)
    }

    fn fd(&mut self, function: &str) -> u64 {
        let directory = function.starts_with("path_") || function == "fd_readdir";
        u64::from(match self.byte() {
            0..=150 if directory => pick(self.u, &[5, 5, 5, 5, 5, 6, 7, 10]),
            0..=150 if function.starts_with("sock_") => pick(self.u, &[3, 4, 4, 12]),
            0..=100 if function.starts_with("fd_") => pick(self.u, &[8, 8, 9, 12, 13, 14]),
            0..=245 => self.u.int_in_range(0..=25).unwrap_or(0),
            246 => u32::MAX,
            247 => 0x7fff_ffff,
            248 => 0x8000_0000,
            249 => 1 << 20,
            _ => self.u.arbitrary().unwrap_or(0),
        })
    }

    fn pointer(&mut self, size: usize) -> usize {
        let fresh = self.cursor;
        let at = match self.byte() {
            0 | 1 => 0,
            2 => 1,
            3 | 4 => fresh.saturating_add(1),
            5..=7 => self.memory.saturating_sub(size),
            8..=10 => self.memory.saturating_sub(size).saturating_add(1),
            11 => self.memory,
            12 => MAX32,
            13 => MAX32.saturating_sub(size).saturating_add(1),
            14..=18 => self.last,
            19..=22 => self.last.saturating_add(4),
            23 => self.word(),
            _ => {
                self.cursor = fresh.saturating_add(size).saturating_add(15) & !7;
                fresh
            }
        };
        self.last = at;
        at.min(MAX32)
    }

    /// A pointer with these bytes behind it.
    fn place(&mut self, bytes: Vec<u8>) -> usize {
        let at = self.pointer(bytes.len());
        self.pokes.push((at, bytes));
        at
    }

    /// Mostly the right length.
    fn length(&mut self, right: usize) -> u64 {
        to_u64(match self.byte() {
            0 => 0,
            1 => right.saturating_add(1),
            2 => right.saturating_sub(1),
            3 => MAX32,
            4 => 0x8000_0000,
            5 => self.memory,
            6 => self.word(),
            _ => right,
        })
    }

    fn vector(&mut self, len: &mut u64) -> u64 {
        let count = match self.byte() {
            0..=20 => 0,
            21..=170 => 1,
            171..=240 => self.below(9),
            241..=245 => 12,
            246 => 1024,
            247 => 1025,
            248 => MAX32,
            _ => self.below(40),
        };
        *len = to_u64(count);
        let mut raw = Vec::new();
        for _ in 0..count.min(40) {
            let wanted = pick(self.u, &[0, 1, 2, 7, 64, 500, 4096, 5000, 16384]);
            let bytes = self.length(wanted);
            let at = self.pointer(wanted);
            raw.extend_from_slice(&to_u32(at).to_le_bytes());
            raw.extend_from_slice(&u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes());
        }
        to_u64(self.place(raw))
    }

    fn subscriptions(&mut self, len: &mut u64) -> u64 {
        let count = match self.byte() {
            0 => 0,
            1 => MAX32,
            2 => 0x0555_5556,
            n => usize::from(n % 5),
        };
        *len = to_u64(count);
        let mut raw = Vec::new();
        for _ in 0..count.min(5) {
            let tag = pick(self.u, &[0u64, 0, 0, 1, 1, 2, 2, 3, 255]);
            raw.extend_from_slice(&self.u.arbitrary().unwrap_or(0u64).to_le_bytes());
            raw.extend_from_slice(&tag.to_le_bytes());
            let first = if tag == 0 { to_u64(self.below(5)) } else { self.fd("poll") };
            raw.extend_from_slice(&first.to_le_bytes());
            raw.extend_from_slice(&self.number().to_le_bytes());
            raw.extend_from_slice(&self.number().to_le_bytes());
            raw.extend_from_slice(&u64::from(self.byte() % 3).to_le_bytes());
        }
        to_u64(self.place(raw))
    }

    fn flags(&mut self, mask: u32) -> u64 {
        u64::from(match self.byte() {
            0..=100 => 0,
            101..=245 => mask & u32::from(self.byte()),
            246..=248 => u32::MAX,
            249 => 1 << 16,
            _ => self.u.arbitrary().unwrap_or(0),
        })
    }

    fn rights(&mut self) -> u64 {
        const ALL: u64 = (1 << 30) - 1;
        match self.byte() {
            0..=60 => 2,
            61..=130 => 2 | 64,
            131..=170 => ALL,
            171..=190 => 0,
            191..=195 => u64::MAX,
            196 => ALL + 1,
            _ => ALL & self.u.arbitrary().unwrap_or(0),
        }
    }

    fn number(&mut self) -> u64 {
        const LARGEST: u64 = i64::MAX.cast_unsigned();
        const LIMIT: u64 = super::setup::FILE_SIZE;
        match self.byte() {
            0..=79 => 0,
            80..=149 => u64::from(self.byte()),
            150..=199 => u64::from(self.u.arbitrary::<u16>().unwrap_or(0)),
            200..=209 => u64::MAX,
            210..=215 => LARGEST,
            216..=219 => LARGEST + 1,
            220..=229 => u64::MAX.saturating_sub(self.byte().into()),
            230..=235 => 1 << 32,
            236..=240 => LIMIT,
            _ => self.u.arbitrary().unwrap_or(0),
        }
    }

    fn path(&mut self) -> Vec<u8> {
        match self.byte() {
            0..=179 => self.known(),
            180..=219 => [self.known(), self.known()].join(&b'/'),
            220..=229 => [self.known(), Vec::new()].join(&b'/'),
            230..=235 => [self.known(), b"..".to_vec(), self.known()].join(&b'/'),
            236 => vec![b'x'; 255],
            237 => vec![b'y'; 256],
            238 => b"a/".repeat(2047),
            239 => vec![b'/'; 4095],
            240 => vec![b'z'; 4096],
            241 => b"tmp/".repeat(1200),
            242 => vec![b'f', 0xff, 0xfe],
            243 => b"tmp/a\0b".to_vec(),
            _ => {
                let len = self.below(8);
                (0..len).map(|_| self.byte()).collect()
            }
        }
    }

    fn known(&mut self) -> Vec<u8> {
        pick(self.u, PATHS).as_bytes().to_vec()
    }
}

fn to_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn to_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
