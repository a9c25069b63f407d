//! The parts of a function's record that describe its code beyond lines: identity, frame, tables by number.
//!
//! Numbers are those of Go's `internal/abi/symtab.go`; they are the same from Go 1.21 to 1.27.

use std::borrow::Cow;

use super::{Function, Pclntab, record_size};
use crate::bytes::{c_string, u32_at};
use crate::work::Budget;

/// The PC table that holds an index into the inline tree for each block, or -1.
pub(crate) const PCDATA_INLINE_INDEX: u32 = 2;
/// The function data that is the inline tree.
pub(crate) const FUNCDATA_INLINE_TREE: u32 = 3;
/// The function data that says where arguments lie.
pub(crate) const FUNCDATA_ARGUMENTS: u32 = 5;

impl Pclntab {
    /// The name at `offset` of the function names.
    pub(crate) fn name_at(&self, offset: u32) -> Option<Cow<'_, str>> {
        let names = self.bytes.get(self.names..self.units)?;
        c_string(names, usize::try_from(offset).ok()?).map(String::from_utf8_lossy)
    }
}

impl Function<'_> {
    /// The number by which the runtime knows some functions (`FuncID`); it differs between releases. 0 for most.
    pub fn id(&self) -> Option<u8> {
        let at = record_size(self.table.magic).checked_sub(4)?;
        self.record().get(usize::try_from(at).ok()?).copied()
    }

    /// The largest number of bytes that the function ever has between SP and the return address.
    pub fn largest_frame(&self) -> u32 {
        let largest = self.values(16).map(|(value, _)| value).max();
        largest.and_then(|size| u32::try_from(size).ok()).unwrap_or(0)
    }

    /// The value of PC table `number` at `block`.
    pub(crate) fn pcdata(&self, number: u32, block: u32, budget: &Budget) -> Option<i32> {
        if number >= self.word(28)? {
            return None;
        }
        self.value(self.extra(number)?, block, budget)
    }

    /// The offset of function data `number` from the base that the module data gives.
    pub(crate) fn funcdata(&self, number: u32) -> Option<u32> {
        const ABSENT: u32 = u32::MAX;
        let at = usize::try_from(record_size(self.table.magic).checked_sub(1)?).ok()?;
        let count = u32::from(self.record().get(at).copied()?);
        if number >= count {
            return None;
        }
        let at = self.extra(self.word(28)?.checked_add(number)?)?;
        u32_at(self.record(), at).filter(|&offset| offset != ABSENT)
    }

    /// Offset in the record of word `index` behind its fixed part.
    fn extra(&self, index: u32) -> Option<usize> {
        let offset = u64::from(index).checked_mul(4)?.checked_add(record_size(self.table.magic))?;
        usize::try_from(offset).ok()
    }
}
