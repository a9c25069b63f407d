//! Arguments and results of an import: at offsets from Go's stack pointer.

use gopherix_abi::Signal;
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::task::ExitStatus;

use super::engine::{Caller, Engine, Stop};

/// The frame of an import at the stack pointer `sp`. Offsets and what lies there are each import's own.
pub(super) struct Frame<'a> {
    memory: SliceMemory<'a>,
    sp: u32,
}

/// A pointer of the guest's led out of its memory.
pub(super) struct Outside;

/// A range of guest memory: where it begins, and its length.
pub(super) type Range = std::ops::Range<usize>;

impl<'a> Frame<'a> {
    pub(super) fn new(memory: SliceMemory<'a>, sp: u32) -> Self {
        Frame { memory, sp }
    }

    fn at<const N: usize>(&self, offset: u32) -> Result<[u8; N], Outside> {
        let start = usize::try_from(u64::from(self.sp).saturating_add(u64::from(offset))).map_err(|_| Outside)?;
        self.memory.0.get(start..).and_then(|rest| rest.first_chunk::<N>()).copied().ok_or(Outside)
    }

    fn put<const N: usize>(&mut self, offset: u32, bytes: [u8; N]) -> Result<(), Outside> {
        let start = usize::try_from(u64::from(self.sp).saturating_add(u64::from(offset))).map_err(|_| Outside)?;
        let room = self.memory.0.get_mut(start..).and_then(|rest| rest.first_chunk_mut::<N>()).ok_or(Outside)?;
        *room = bytes;
        Ok(())
    }

    pub(super) fn u32(&self, offset: u32) -> Result<u32, Outside> {
        self.at(offset).map(u32::from_le_bytes)
    }

    pub(super) fn u64(&self, offset: u32) -> Result<u64, Outside> {
        self.at(offset).map(u64::from_le_bytes)
    }

    pub(super) fn i64(&self, offset: u32) -> Result<i64, Outside> {
        self.at(offset).map(i64::from_le_bytes)
    }

    pub(super) fn put_u8(&mut self, offset: u32, value: u8) -> Result<(), Outside> {
        self.put(offset, [value])
    }

    pub(super) fn put_u32(&mut self, offset: u32, value: u32) -> Result<(), Outside> {
        self.put(offset, value.to_le_bytes())
    }

    pub(super) fn put_u64(&mut self, offset: u32, value: u64) -> Result<(), Outside> {
        self.put(offset, value.to_le_bytes())
    }

    /// The range that the slice or string header at `offset` names, `size` bytes an element.
    pub(super) fn range(&self, offset: u32, size: u64) -> Result<Range, Outside> {
        let (ptr, len) = (self.u64(offset)?, self.u64(offset.saturating_add(8))?);
        let end = len.checked_mul(size).and_then(|bytes| ptr.checked_add(bytes)).ok_or(Outside)?;
        let range = usize::try_from(ptr).map_err(|_| Outside)?..usize::try_from(end).map_err(|_| Outside)?;
        if range.end <= self.memory.0.len() { Ok(range) } else { Err(Outside) }
    }

    /// `len` bytes at an address of the guest's.
    pub(super) fn at_pointer(&self, ptr: u64, len: u64) -> Result<&[u8], Outside> {
        let end = ptr.checked_add(len).ok_or(Outside)?;
        let range = usize::try_from(ptr).map_err(|_| Outside)?..usize::try_from(end).map_err(|_| Outside)?;
        self.memory.0.get(range).ok_or(Outside)
    }

    /// The memory itself.
    pub(super) fn memory(&mut self) -> &mut SliceMemory<'a> {
        &mut self.memory
    }

    /// The elements that the slice header at `offset` names, `SIZE` bytes each.
    pub(super) fn elements<const SIZE: u64>(&self, offset: u32) -> Result<&[u8], Outside> {
        let range = self.range(offset, SIZE)?;
        self.memory.0.get(range).ok_or(Outside)
    }

    /// The bytes that the header at `offset` names.
    pub(super) fn bytes(&self, offset: u32) -> Result<&[u8], Outside> {
        let range = self.range(offset, 1)?;
        self.memory.0.get(range).ok_or(Outside)
    }

    /// The same, to write to.
    pub(super) fn bytes_mut(&mut self, offset: u32) -> Result<&mut [u8], Outside> {
        let range = self.range(offset, 1)?;
        self.memory.0.get_mut(range).ok_or(Outside)
    }

    /// The references that the slice header at `offset` names.
    pub(super) fn references(&self, offset: u32) -> Result<impl Iterator<Item = u64>, Outside> {
        let range = self.range(offset, 8)?;
        let (words, _) = self.memory.0.get(range).ok_or(Outside)?.as_chunks::<8>();
        Ok(words.iter().map(|word| u64::from_le_bytes(*word)))
    }
}

/// Ends the process of a guest whose pointer led out of its memory, as a segmentation fault does.
pub(super) fn fault<E: Engine>(caller: &mut dyn Caller<E>, import: &str) -> Stop {
    let (_, cx) = caller.split();
    let note = format!("gojs {import}: address outside the guest's memory");
    cx.process.end(ExitStatus::Signaled(Signal::SIGSEGV), Some(note));
    Stop
}
