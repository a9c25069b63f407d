//! Go's function and line tables: function name ⇄ wasm ordinal ⇄ PC, file and line of a PC, frame size at a PC.
//!
//! They are in every Go binary, since tracebacks need them; stripping does not remove them. Key types: [`Pclntab`], a
//! checked copy of the table, and [`Function`], one entry of it. A PC is `(0x1000 + ordinal) << 16 | block`, where the
//! block (Go's PC_B) counts resume points within the function from 0. References: Go's `runtime/symtab.go`,
//! `runtime/runtime2.go` (`_func`), `debug/gosym/pclntab.go`. Neighbours: [`crate::release`], [`crate::image`].
//!
//! Layout: header {magic u32, 0, 0, quantum 1, pointer size 8; u64: functions, files, text start, offsets of the function
//! names, compilation units, file names, PC tables, functions}; at the last offset the function table of {entry u32,
//! offset u32} and the `_func` records it points to.

use std::borrow::Cow;

use crate::bytes::{c_string, u32_at, u64_at, uvarint};
use crate::image::Image;
use crate::release::{EntryUnit, FUNCTION_BASE, MAGIC_GO118, MAGIC_GO120};
use crate::work::Budget;

/// Why a module has no readable pclntab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PclntabError {
    /// Nothing looks like its header: not a Go program, or one of Go 1.17 or older.
    #[error("no Go function table (pclntab) of Go 1.18 or later")]
    Missing,
    /// The header is there, the rest does not agree with it or with the module.
    #[error("the Go function table (pclntab) at {0:#x} is damaged or of an unknown release")]
    Damaged(u64),
}

const HEADER: u64 = 72;
/// Size of a `_func` record before its PC data: Go 1.20 inserted the start line word before the last four bytes
/// (function id, flags, unused, count of function data).
fn record_size(magic: u32) -> u64 {
    if magic == MAGIC_GO118 { 40 } else { 44 }
}

/// How many places that look like a header are tried: each trial costs work in proportion to the module.
const CANDIDATES: usize = 8;

/// How many blocks a function can have, and so how many values one of its PC tables.
const BLOCKS: usize = 1 << 16;
/// Steps that looking up a few values takes at most.
const LOOKUPS: usize = 4 * BLOCKS;

#[derive(Debug, Clone, Copy)]
struct Entry {
    ordinal: u32,
    /// Offset of the `_func` record from the start of the functions part.
    record: u32,
}

/// The table. Owns its bytes.
#[derive(Debug, Clone)]
pub struct Pclntab {
    address: u64,
    magic: u32,
    entry_unit: EntryUnit,
    header_size: u64,
    bytes: Vec<u8>,
    /// Offsets in `bytes` of the function names, compilation units, file names, PC tables and functions.
    names: usize,
    units: usize,
    files: usize,
    tables: usize,
    functions: usize,
    /// Sorted by ordinal.
    entries: Vec<Entry>,
}

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position<'a> {
    /// File name as the compiler recorded it.
    pub file: Cow<'a, str>,
    /// Line, from 1.
    pub line: u32,
}

impl Pclntab {
    /// Finds and checks the table of a module with `functions` defined functions.
    pub fn find(image: &Image<'_>, functions: u32) -> Result<Self, PclntabError> {
        let mut error = PclntabError::Missing;
        for (magic, start) in
            [(MAGIC_GO120, b"\xf1\xff\xff\xff\0\0\x01\x08"), (MAGIC_GO118, b"\xf0\xff\xff\xff\0\0\x01\x08")]
        {
            for address in image.find(start).filter(|address| address.is_multiple_of(8)).take(CANDIDATES) {
                match Self::read(image, address, magic, functions) {
                    Some(table) => return Ok(table),
                    None => error = PclntabError::Damaged(address),
                }
            }
        }
        Err(error)
    }

    fn read(image: &Image<'_>, address: u64, magic: u32, functions: u32) -> Option<Self> {
        let header = image.copy(address, HEADER)?;
        let count = u32::try_from(u64_at(&header, 8)?).ok().filter(|&count| count > 0 && count <= functions)?;
        // Words 3 to 7 of the header: offsets, ascending in every release.
        let mut offsets = [0u64; 5];
        for (offset, at) in offsets.iter_mut().zip((32..).step_by(8)) {
            *offset = u64_at(&header, at)?;
        }
        let [names, units, files, tables, start] = offsets;
        let ordered = offsets.is_sorted() && names >= HEADER;
        ordered.then_some(())?;
        let table_size = u64::from(count).checked_mul(8)?.checked_add(4)?;
        let table = image.copy(address.checked_add(start)?, table_size)?;
        let entry_unit = EntryUnit::of_first_entry(u32_at(&table, 0)?)?;
        let entries = entries(&table, entry_unit, functions)?;
        let end = records_end(image, magic, address.checked_add(start)?, &entries, table_size)?;
        let bytes = image.copy(address, end.checked_sub(address)?)?;
        let place = |offset: u64| usize::try_from(offset).ok();
        let table = Self {
            address,
            magic,
            entry_unit,
            header_size: names,
            bytes,
            names: place(names)?,
            units: place(units)?,
            files: place(files)?,
            tables: place(tables)?,
            functions: place(start)?,
            entries,
        };
        table.names_are_bounded().then_some(table)
    }

    /// Names lie in the name part and do not overlap much: reading them all costs no more than the table's size. Without
    /// this a crafted table could make each of a million functions end in the same megabyte.
    fn names_are_bounded(&self) -> bool {
        const SHARING: usize = 4;
        let mut budget = self.units.saturating_sub(self.names).saturating_mul(SHARING);
        self.functions().all(|function| {
            let length = function.raw_name().map_or(usize::MAX, |name| name.len().saturating_add(1));
            let left = budget.checked_sub(length);
            budget = left.unwrap_or(0);
            left.is_some()
        })
    }

    /// Address of the header in memory.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Bytes from the header to the end of the last function record.
    pub fn size(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// The table's bytes, as Go's `debug/gosym` and other tools read them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Magic number: [`MAGIC_GO120`] or [`MAGIC_GO118`].
    pub fn magic(&self) -> u32 {
        self.magic
    }

    /// How the function table writes entries.
    pub fn entry_unit(&self) -> EntryUnit {
        self.entry_unit
    }

    /// Bytes before the function names.
    pub fn header_size(&self) -> u64 {
        self.header_size
    }

    /// Number of functions.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when there are no functions; never so in a table that was read.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All functions by ascending ordinal.
    pub fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        self.entries.iter().map(|&entry| Function { table: self, entry })
    }

    /// The defined function with this ordinal.
    pub fn by_ordinal(&self, ordinal: u32) -> Option<Function<'_>> {
        let at = self.entries.binary_search_by_key(&ordinal, |entry| entry.ordinal).ok()?;
        self.entries.get(at).map(|&entry| Function { table: self, entry })
    }

    /// The function that holds `pc`.
    pub fn by_pc(&self, pc: u64) -> Option<Function<'_>> {
        self.by_ordinal(u32::try_from((pc >> 16).checked_sub(FUNCTION_BASE)?).ok()?)
    }

    /// The first function of this name, by linear search.
    pub fn by_name(&self, name: &str) -> Option<Function<'_>> {
        self.functions().find(|function| function.name() == name)
    }

    /// File and line of `pc`: of the innermost call where calls were inlined. For a caller's frame look up the return
    /// PC less one.
    pub fn position(&self, pc: u64) -> Option<Position<'_>> {
        self.by_pc(pc)?.position(block(pc))
    }

    /// Addresses in memory of the function names, compilation units, file names, PC tables and functions.
    pub(crate) fn part_addresses(&self) -> [u64; 5] {
        [self.names, self.units, self.files, self.tables, self.functions]
            .map(|offset| self.address.saturating_add(u64::try_from(offset).unwrap_or(u64::MAX)))
    }

    fn part(&self, start: usize) -> &[u8] {
        self.bytes.get(start..).unwrap_or_default()
    }
}

/// The block (PC_B) of a PC.
pub fn block(pc: u64) -> u32 {
    u32::try_from(pc & 0xffff).unwrap_or(0)
}

/// Decodes the function table; `None` unless ordinals ascend and lie within the module.
fn entries(table: &[u8], unit: EntryUnit, functions: u32) -> Option<Vec<Entry>> {
    let mut entries = Vec::with_capacity(table.len().div_euclid(8));
    let mut unwrapped = 0u64;
    for row in table.chunks_exact(8) {
        let raw = u64::from(u32_at(row, 0)?);
        let index = match unit {
            EntryUnit::Function => raw,
            EntryUnit::Pc => {
                // Entries wrap at 2³² in very large programs; they ascend, so the missing part is known.
                let high = unwrapped & !0xffff_ffff;
                unwrapped = high.checked_add(raw)?;
                if entries.last().is_some_and(|last: &Entry| {
                    unwrapped >> 16 <= u64::from(last.ordinal).saturating_add(FUNCTION_BASE)
                }) {
                    unwrapped = unwrapped.checked_add(1 << 32)?;
                }
                unwrapped >> 16
            }
        };
        let ordinal = u32::try_from(index.checked_sub(FUNCTION_BASE)?).ok()?;
        let ascends = entries.last().is_none_or(|last: &Entry| last.ordinal < ordinal);
        (ascends && ordinal < functions).then_some(())?;
        entries.push(Entry { ordinal, record: u32_at(row, 4)? });
    }
    Some(entries)
}

/// Address behind the last function record. `None` unless all lie behind the function table and within the image.
fn records_end(image: &Image<'_>, magic: u32, start: u64, entries: &[Entry], table_size: u64) -> Option<u64> {
    let size = record_size(magic);
    let mut end = start.checked_add(table_size)?;
    for entry in entries {
        (u64::from(entry.record) >= table_size).then_some(())?;
        let address = start.checked_add(u64::from(entry.record))?;
        let pcdata = image.u32_at(address.checked_add(28)?)?;
        let funcdata = image.u32_at(address.checked_add(size)?.checked_sub(4)?)? >> 24;
        let words = u64::from(pcdata).checked_add(u64::from(funcdata))?;
        end = end.max(address.checked_add(size)?.checked_add(words.checked_mul(4)?)?);
    }
    Some(end)
}

/// One function of a [`Pclntab`].
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    table: &'a Pclntab,
    entry: Entry,
}

impl<'a> Function<'a> {
    /// Ordinal among the module's defined functions. Its wasm function index is this plus the imported functions.
    pub fn ordinal(&self) -> u32 {
        self.entry.ordinal
    }

    /// PC of its first instruction.
    pub fn entry(&self) -> u64 {
        u64::from(self.entry.ordinal).wrapping_add(FUNCTION_BASE) << 16
    }

    /// Full symbol name, such as `net/http.(*Server).Serve`.
    pub fn name(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.raw_name().unwrap_or_default())
    }

    fn raw_name(&self) -> Option<&'a [u8]> {
        let names = self.table.bytes.get(self.table.names..self.table.units)?;
        c_string(names, usize::try_from(self.word(4)?).ok()?)
    }

    /// Line of the `func` keyword; `None` before Go 1.20.
    pub fn start_line(&self) -> Option<u32> {
        if self.table.magic == MAGIC_GO118 { None } else { self.word(36) }
    }

    /// True for functions where a goroutine's stack ends (Go's `FuncFlagTopFrame`).
    pub fn is_top_frame(&self) -> bool {
        self.flags().is_some_and(|flags| flags & 1 != 0)
    }

    /// True for functions written in assembly (Go's `FuncFlagAsm`).
    pub fn is_assembly(&self) -> bool {
        self.flags().is_some_and(|flags| flags & 4 != 0)
    }

    /// File and line at `block`.
    pub fn position(&self, block: u32) -> Option<Position<'a>> {
        self.position_within(block, &Budget::new(LOOKUPS))
    }

    pub(crate) fn position_within(&self, block: u32, budget: &Budget) -> Option<Position<'a>> {
        let file = u32::try_from(self.value(20, block, budget)?).ok()?;
        let line = u32::try_from(self.value(24, block, budget)?).ok()?;
        Some(Position { file: self.file(file)?, line })
    }

    /// Bytes between SP and the return address at `block` (the `pcsp` table).
    pub fn frame_size(&self, block: u32) -> Option<u32> {
        self.frame_size_within(block, &Budget::new(LOOKUPS))
    }

    pub(crate) fn frame_size_within(&self, block: u32, budget: &Budget) -> Option<u32> {
        u32::try_from(self.value(16, block, budget)?).ok()
    }

    fn flags(&self) -> Option<u8> {
        let at = record_size(self.table.magic).checked_sub(3)?;
        self.record().get(usize::try_from(at).ok()?).copied()
    }

    fn file(&self, index: u32) -> Option<Cow<'a, str>> {
        let unit = self.word(32)?.checked_add(index)?;
        let units = self.table.part(self.table.units);
        let at = u32_at(units, usize::try_from(unit).ok()?.checked_mul(4)?)?;
        let name = c_string(self.table.part(self.table.files), usize::try_from(at).ok()?)?;
        Some(String::from_utf8_lossy(name))
    }

    fn record(&self) -> &'a [u8] {
        let offset = usize::try_from(self.entry.record).unwrap_or(usize::MAX);
        self.table.part(self.table.functions.saturating_add(offset))
    }

    fn word(&self, at: usize) -> Option<u32> {
        u32_at(self.record(), at)
    }

    /// The value at `block` in the PC table whose offset is in the record's word `at`.
    fn value(&self, at: usize, block: u32, budget: &Budget) -> Option<i32> {
        self.values(at).take_while(|_| budget.spend(1)).find(|&(_, end)| block < end).map(|(value, _)| value)
    }

    /// The PC table whose offset is in the record's word `at`, as (value, block behind the last that has it). It is
    /// written as a list of (value delta, zigzag; PC delta) in LEB128, starting from -1 at block 0.
    fn values(&self, at: usize) -> impl Iterator<Item = (i32, u32)> + use<'a> {
        let offset = self.word(at).filter(|&offset| offset != 0).and_then(|offset| usize::try_from(offset).ok());
        let start = offset.and_then(|offset| self.table.tables.checked_add(offset));
        let mut rest = start.map_or(&[][..], |start| self.table.part(start));
        let (mut value, mut pc) = (-1i32, 0u32);
        std::iter::from_fn(move || {
            let (zigzag, after) = uvarint(rest)?;
            if zigzag == 0 && pc != 0 {
                return None;
            }
            let (delta, after) = (u32::try_from(zigzag).ok()?, uvarint(after)?);
            let magnitude = (delta >> 1).cast_signed();
            value = value.wrapping_add(if delta & 1 == 0 { magnitude } else { !magnitude });
            pc = pc.checked_add(u32::try_from(after.0).ok()?)?;
            rest = after.1;
            Some((value, pc))
        })
        .take(BLOCKS)
    }
}

mod data;
pub(crate) use data::{FUNCDATA_ARGUMENTS, FUNCDATA_INLINE_TREE, PCDATA_INLINE_INDEX};

#[cfg(test)]
mod tests;
