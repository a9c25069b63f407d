//! What a hostile guest does next: frames that are half sound, calls of the world, scripts, and imports from within imports.

use gopherix_guest::gojs::engine::Stop;

use super::guest::{Guest, at};
use super::imports::{IMPORTS, Takes, number};
use super::words::{FS, HELD, MEMORY_NAMES, MEMORY_SCRIPTS, NAMES, SCRIPTS};
use crate::hostile::paths::PATHS;

/// Bits of a reference that is an id.
const NAN_HEAD: u64 = 0x7ff8_0000_0000_0000;
pub(super) const GLOBAL: u64 = NAN_HEAD | 1 << 32 | 5;
const GO: u64 = NAN_HEAD | 1 << 32 | 6;
const NULL: u64 = NAN_HEAD | 2;

/// What goes into a frame.
pub(super) enum Arg<'a> {
    /// A word.
    Word(u64),
    /// A header of bytes.
    Bytes(&'a [u8]),
    /// A header of references.
    References(&'a [u64]),
}

impl Guest {
    /// Makes an import with these arguments, by offset; the reference it answers, 0 if it gives none.
    pub(super) fn make(&mut self, name: &str, args: &[(u32, Arg<'_>)]) -> Result<u64, Stop> {
        let Some(import) = IMPORTS.get(number(name)) else { return Ok(0) };
        let sp = self.place_frame();
        for (offset, arg) in args {
            let to = at(sp, *offset);
            match arg {
                Arg::Word(word) => self.poke(to, &word.to_le_bytes()),
                Arg::Bytes(bytes) => self.put_slice(to, bytes, bytes.len()),
                Arg::References(all) => {
                    let bytes: Vec<u8> = all.iter().flat_map(|reference| reference.to_le_bytes()).collect();
                    self.put_slice(to, &bytes, all.len());
                }
            }
        }
        self.call(import, sp)?;
        let offset = import.layout().and_then(|layout| layout.reference);
        Ok(offset.and_then(|offset| self.word(at(sp, offset))).unwrap_or(0))
    }

    /// Gets hold of what the world has.
    pub(super) fn prepare(&mut self) -> Result<(), Stop> {
        for name in HELD {
            let held =
                self.make("syscall/js.valueGet", &[(8, Arg::Word(GLOBAL)), (16, Arg::Bytes(name.as_bytes()))])?;
            self.known.push((name, held));
        }
        Ok(())
    }

    pub(super) fn known(&self, name: &str) -> u64 {
        self.known.iter().find(|(known, _)| *known == name).map_or(0, |(_, reference)| *reference)
    }

    /// Does something.
    pub(super) fn act(&mut self) -> Result<(), Stop> {
        match self.random.below(100) {
            0..=41 => self.any_import(),
            42..=49 => self.direct_call(),
            50..=74 => self.fs_call(),
            75..=84 => self.script(),
            85..=88 => {
                let function = self.go_function()?;
                let args = self.references();
                self.make("syscall/js.valueInvoke", &[(8, Arg::Word(function)), (16, Arg::References(&args))]).map(drop)
            }
            89..=91 => {
                self.grow();
                if self.random.chance(50) { self.make("runtime.resetMemoryDataView", &[]).map(drop) } else { Ok(()) }
            }
            92..=94 => self.buffer().map(drop),
            _ => self.turn(),
        }
    }

    /// What it does when it is resumed.
    pub(super) fn live(&mut self) -> Result<(), Stop> {
        if self.random.chance(40) {
            self.answer_event()?;
        }
        for _ in 0..self.random.below(4) {
            self.act()?;
        }
        if self.random.chance(20) {
            self.sp = self.place_frame();
        }
        if self.random.chance(1) {
            self.sp = self.random.pick(&[0, 1, u32::MAX, 16384 - 8]);
        }
        Ok(())
    }

    /// As Go does with a call of one of its functions, with a result that may be anything.
    fn answer_event(&mut self) -> Result<(), Stop> {
        let pending = (16, Arg::Bytes(b"_pendingEvent"));
        let event = self.make("syscall/js.valueGet", &[(8, Arg::Word(GO)), pending])?;
        if self.random.chance(80) {
            let pending = (16, Arg::Bytes(b"_pendingEvent"));
            self.make("syscall/js.valueSet", &[(8, Arg::Word(GO)), pending, (32, Arg::Word(NULL))])?;
        }
        if !is_object(event) {
            return Ok(());
        }
        let name = self.random.pick(&["id", "this", "args", "result"]);
        self.make("syscall/js.valueGet", &[(8, Arg::Word(event)), (16, Arg::Bytes(name.as_bytes()))])?;
        let result = if self.random.chance(10) { event } else { self.reference() };
        let name = (16, Arg::Bytes(b"result"));
        self.make("syscall/js.valueSet", &[(8, Arg::Word(event)), name, (32, Arg::Word(result))]).map(drop)
    }

    fn any_import(&mut self) -> Result<(), Stop> {
        let mut index = self.random.below(IMPORTS.len());
        if index == number("runtime.wasmExit") && !self.random.chance(5) {
            index = number("syscall/js.valueCall");
        }
        let (Some(import), sp) = (IMPORTS.get(index), self.stack_pointer()) else { return Ok(()) };
        let takes = import.layout().map(|layout| layout.takes).unwrap_or_default();
        // Exceptions of these end the program.
        let throws = takes.first().is_some_and(|(_, takes)| *takes == Takes::Reference);
        let mut short = false;
        for (i, (offset, takes)) in takes.iter().enumerate() {
            let to = at(sp, *offset);
            match takes {
                Takes::Reference => {
                    let sound = throws && i == 0 || import.name.ends_with("InstanceOf");
                    let reference = if sound && self.random.chance(98) { self.object() } else { self.reference() };
                    let reference = if short { self.random.pick(&[0, 1, 2, 7]) << 52 } else { reference };
                    self.poke(to, &reference.to_le_bytes());
                }
                Takes::Text => {
                    let text = self.name();
                    // No loops of billions over what has a great length.
                    short = text == b"length";
                    self.put_odd_slice(to, &text, 1);
                }
                Takes::References => {
                    let bytes: Vec<u8> = self.references().iter().flat_map(|r| r.to_le_bytes()).collect();
                    self.put_odd_slice(to, &bytes, 8);
                }
                Takes::Source | Takes::Room => {
                    let bytes = vec![0x5a; self.random.pick(&[0, 1, 8, 100, 300])];
                    self.put_odd_slice(to, &bytes, 1);
                }
                Takes::Number | Takes::Small | Takes::Attributes | Takes::Anys => {
                    let number = self.integer();
                    self.poke(to, &number.to_le_bytes());
                }
                Takes::Write => {
                    let fd = self.random.pick(&[1, 2, 1, 2, 0, 99, u64::MAX]);
                    self.put_odd_slice(to.saturating_add(8), b"written", 1);
                    self.poke(to, &fd.to_le_bytes());
                }
            }
        }
        self.call(import, sp)
    }

    /// A place for a frame with room for it.
    pub(super) fn place_frame(&mut self) -> u32 {
        let places = self.memory_len().saturating_sub(512) / 8;
        u32::try_from(self.random.below(places).saturating_mul(8)).unwrap_or(0)
    }

    pub(super) fn stack_pointer(&mut self) -> u32 {
        let end = u32::try_from(self.memory_len()).unwrap_or(u32::MAX);
        match self.random.below(600) {
            0 => 0,
            1 => self.random.pick(&[1, 4, 7]),
            2 => end.saturating_sub(self.random.pick(&[8, 16, 24, 40])),
            3 => end.saturating_add(self.random.pick(&[0, 1, 8])),
            4 => u32::MAX.saturating_sub(self.random.pick(&[0, 7, 8, 64])),
            5..=20 => self.place_frame().saturating_add(3),
            _ => self.place_frame(),
        }
    }

    /// Puts bytes somewhere and their header at `to`; `count` is what the header says.
    fn put_slice(&mut self, to: usize, bytes: &[u8], count: usize) {
        let room = self.memory_len().saturating_sub(bytes.len()).saturating_sub(8);
        let mut place = self.random.below(room);
        // Not over the frame.
        if place.saturating_add(bytes.len()) > to.saturating_sub(64) && place < to.saturating_add(64) {
            place = if to > self.memory_len() / 2 { 0 } else { room };
        }
        self.poke(place, bytes);
        self.poke(to, &u64::try_from(place).unwrap_or(0).to_le_bytes());
        self.poke(to.saturating_add(8), &u64::try_from(count).unwrap_or(0).to_le_bytes());
    }

    /// The same, now and then with a pointer or a length that is wrong, or over the frame.
    pub(super) fn put_odd_slice(&mut self, to: usize, bytes: &[u8], size: usize) {
        let count = bytes.len().checked_div(size).unwrap_or(0);
        self.put_slice(to, bytes, count);
        let word = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let end = word(self.memory_len());
        let (ptr, len) = match self.random.below(400) {
            0 => (end.saturating_sub(word(bytes.len())), word(count)),
            1 => (end.saturating_sub(word(bytes.len())).saturating_add(1), word(count)),
            2 => (u64::MAX, 2),
            3 => (u64::MAX.saturating_sub(7), 1),
            4 => (0, 1 << 61),
            5 => (8, u64::MAX),
            6 => (1 << 32, 8),
            7..=20 => (word(to), 2),
            21..=28 => (word(to).saturating_add(8), 4),
            29..=31 => (0, end >> 3),
            32..=34 => (u64::MAX, 0),
            _ => return,
        };
        self.poke(to, &ptr.to_le_bytes());
        self.poke(to.saturating_add(8), &len.to_le_bytes());
    }

    fn name(&mut self) -> Vec<u8> {
        match self.random.below(100) {
            0..=9 if self.exposes => self.random.pick(MEMORY_NAMES).as_bytes().to_vec(),
            0..=69 => self.random.pick(NAMES).as_bytes().to_vec(),
            70..=79 => self.random.pick(FS).as_bytes().to_vec(),
            80..=95 => self.random.pick(PATHS).as_bytes().to_vec(),
            96 => vec![0xff, b'a', 0xc0],
            97 => vec![b'n'; 3000],
            _ => (0..self.random.below(6)).map(|_| self.random.pick(b"01a.\0\xc3\xa4")).collect(),
        }
    }

    fn references(&mut self) -> Vec<u64> {
        (0..self.random.below(6)).map(|_| self.reference()).collect()
    }

    /// A reference to an object or function that it holds.
    fn object(&mut self) -> u64 {
        for _ in 0..4 {
            let held = self.random.pick(&self.held.clone());
            if is_object(held) {
                return held;
            }
        }
        match self.random.below(8) {
            0 => GO,
            1 => GLOBAL,
            _ => {
                let name = self.random.pick(HELD);
                self.known(name)
            }
        }
    }

    /// Any reference, sound or not.
    pub(super) fn reference(&mut self) -> u64 {
        match self.random.below(100) {
            0..=29 => self.random.pick(&self.held.clone()),
            30..=59 => self.object(),
            60..=69 => NAN_HEAD | u64::try_from(self.random.below(7)).unwrap_or(0),
            70..=79 => self.number(),
            80..=84 => 0,
            85..=88 => {
                NAN_HEAD | self.random.pick(&[1 << 32, 2 << 32, 7 << 32]) | self.random.pick(&[7, 1000, 0xffff_ffff])
            }
            89..=92 => {
                let held = self.random.pick(&self.held.clone());
                held ^ self.random.pick(&[1 << 32, 1 << 33, 1 << 35, 1 << 63, 1 << 50])
            }
            93..=95 => 0x7ff0_0000_0000_0000 | self.random.next_u64() >> 12,
            _ => self.random.next_u64() | 1 << 62,
        }
    }

    /// A number as a reference. None is the length of an array that takes long to walk.
    fn number(&mut self) -> u64 {
        let odd = [-1.0, 0.5, 1e300, -1e300, f64::INFINITY, -0.0, 9_007_199_254_740_992.0, 4_294_967_296.0, 5e-324];
        match self.random.below(4) {
            0 => self.random.pick(&odd).to_bits(),
            1 => f64::from(u32::try_from(self.random.below(70_000)).unwrap_or(0)).to_bits(),
            _ => f64::from(u32::try_from(self.random.below(20)).unwrap_or(0).max(1)).to_bits(),
        }
    }

    pub(super) fn integer(&mut self) -> u64 {
        match self.random.below(10) {
            0 => self.random.pick(&[u64::MAX, 1 << 63, i64::MAX.cast_unsigned(), 1 << 32, 0xffff_ffff, 1 << 31]),
            1..=3 => self.random.pick(&self.held.clone()) & 0xffff_ffff,
            4 => u64::try_from(self.random.below(100_000)).unwrap_or(0),
            _ => u64::try_from(self.random.below(40)).unwrap_or(0),
        }
    }

    fn string(&mut self, text: &[u8]) -> Result<u64, Stop> {
        self.make("syscall/js.stringVal", &[(8, Arg::Bytes(text))])
    }

    fn go_function(&mut self) -> Result<u64, Stop> {
        let id = self.number();
        let name = (16, Arg::Bytes(b"_makeFuncWrapper"));
        self.make("syscall/js.valueCall", &[(8, Arg::Word(GO)), name, (32, Arg::References(&[id]))])
    }

    pub(super) fn buffer(&mut self) -> Result<u64, Stop> {
        let size = self.random.pick(&[0.0_f64, 1.0, 8.0, 100.0, 5000.0, 65536.0, 65537.0, 100_000.0]).to_bits();
        let size = if self.random.chance(5) { self.reference() } else { size };
        let constructor = self.known("Uint8Array");
        self.make("syscall/js.valueNew", &[(8, Arg::Word(constructor)), (16, Arg::References(&[size]))])
    }

    fn path(&mut self) -> Result<u64, Stop> {
        let path = self.random.pick(PATHS);
        match self.random.below(30) {
            0 => self.string(b"tmp/a\0b"),
            1 => self.string(&[b'z'; 5000]),
            2 => Ok(self.reference()),
            3 => self.buffer(),
            _ => self.string(path.as_bytes()),
        }
    }

    /// A call of `fs`, its arguments much as they should be.
    fn fs_call(&mut self) -> Result<(), Stop> {
        let name = self.random.pick(FS);
        let base = name.strip_suffix("Sync").unwrap_or(name);
        let mut args = Vec::new();
        let small = |n: usize| f64::from(u32::try_from(n).unwrap_or(0)).to_bits();
        match base {
            "read" | "write" => {
                args.push(small(self.random.below(18)));
                args.push(self.buffer()?);
                args.push(small(self.random.below(9)));
                args.push(small(self.random.pick(&[0, 1, 8, 92, 6000])));
                args.push(if self.random.chance(50) { NULL } else { self.number() });
            }
            "close" | "fchmod" | "fchown" | "fdatasync" | "fstat" | "fsync" | "ftruncate" | "futimes" => {
                args.push(small(self.random.below(18)));
            }
            _ => args.push(self.path()?),
        }
        match base {
            "link" | "rename" | "symlink" | "writeFile" => args.push(self.path()?),
            "open" => args.push(small(self.random.pick(&[0, 1, 2, 0o102, 0o1101, 0o2002, 0o200_000, 3, 0o302]))),
            _ => {}
        }
        while args.len() < 3 && self.random.chance(60) {
            args.push(self.number());
        }
        if self.random.chance(8) {
            let at = self.random.below(args.len());
            let odd = self.reference();
            args.iter_mut().skip(at).take(1).for_each(|arg| *arg = odd);
        }
        if base == name {
            args.push(if self.random.chance(95) { self.go_function()? } else { self.reference() });
        }
        let target = (8, Arg::Word(self.known("fs")));
        let name = (16, Arg::Bytes(name.as_bytes()));
        self.make("syscall/js.valueCall", &[target, name, (32, Arg::References(&args))]).map(drop)
    }

    /// Makes a function of a script, and calls it.
    fn script(&mut self) -> Result<(), Stop> {
        let body = if self.exposes && self.random.chance(60) {
            format!("const u = new Uint8Array(go.mem.buffer); {}", self.random.pick(MEMORY_SCRIPTS))
        } else {
            self.random.pick(SCRIPTS).to_owned()
        };
        let source = self.string(format!("const f = go._makeFuncWrapper(9); {body}").as_bytes())?;
        let constructor = (8, Arg::Word(self.known("Function")));
        let function = self.make("syscall/js.valueNew", &[constructor, (16, Arg::References(&[source]))])?;
        for _ in 0..=self.random.below(2) {
            let args = self.references();
            self.make("syscall/js.valueInvoke", &[(8, Arg::Word(function)), (16, Arg::References(&args))])?;
        }
        Ok(())
    }
}

/// Whether a reference says that it is an object or a function.
fn is_object(reference: u64) -> bool {
    matches!(reference >> 32, 0x7ff8_0001 | 0x7ff8_0004)
}
