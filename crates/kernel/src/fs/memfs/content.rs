//! The bytes of a regular file.
//!
//! A file is cut into chunks of [`CHUNK`] bytes; those never written do not exist and read as zeros. A chunk's buffer is
//! only as long as what was written to it, in capacities that double, so a small file costs little and appending is linear.

use std::collections::BTreeMap;

use gopherix_abi::Errno;

use super::Quota;
use crate::error::{SysResult, fail};

/// Bytes a chunk stands for.
pub(super) const CHUNK: usize = 1 << 16;
const CHUNK_U64: u64 = 1 << 16;
/// The smallest capacity of a chunk's buffer, and the unit of `st_blocks`.
const BLOCK: usize = 512;
/// The largest size of a file (off_t's maximum).
const MAX_SIZE: u64 = i64::MAX.cast_unsigned();

/// A sparse sequence of bytes. No chunk holds bytes past `size`.
#[derive(Default)]
pub(super) struct Content {
    size: u64,
    charged: u64,
    chunks: BTreeMap<u64, Chunk>,
}

#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// What the quota was charged: the buffer's capacity, or all of [`CHUNK`] where space was allocated ahead.
    charged: u64,
}

impl Content {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// What the quota was charged for it.
    pub(super) fn charged(&self) -> u64 {
        self.charged
    }

    /// Copies bytes from `offset` on; fewer at the end.
    pub(super) fn read_at(&self, buf: &mut [u8], offset: u64) -> usize {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        let mut rest = buf.get_mut(..n).unwrap_or_default();
        let mut at = offset;
        while !rest.is_empty() {
            let (index, within) = split(at);
            let len = rest.len().min(CHUNK.saturating_sub(within));
            let (piece, tail) = rest.split_at_mut(len);
            let stored = self.chunks.get(&index).and_then(|c| c.bytes.get(within..)).unwrap_or_default();
            let stored = stored.get(..len).unwrap_or(stored);
            let (data, gap) = piece.split_at_mut(stored.len());
            data.copy_from_slice(stored);
            gap.fill(0);
            rest = tail;
            at = at.saturating_add(to_u64(len));
        }
        n
    }

    /// Writes at `offset`; short where the quota or the largest size cuts it.
    ///
    /// # Errors
    /// ENOSPC, EFBIG, if not even one byte could be written.
    pub(super) fn write_at(&mut self, quota: &Quota, buf: &[u8], offset: u64) -> SysResult<usize> {
        let room = usize::try_from(MAX_SIZE.saturating_sub(offset)).unwrap_or(usize::MAX);
        if room == 0 && !buf.is_empty() {
            return fail(Errno::EFBIG, "past the largest size of a file");
        }
        let mut rest = buf.get(..room).unwrap_or(buf);
        let mut at = offset;
        while !rest.is_empty() {
            let (index, within) = split(at);
            let (piece, tail) = rest.split_at(rest.len().min(CHUNK.saturating_sub(within)));
            match self.write_chunk(quota, index, within, piece) {
                Ok(()) => {}
                Err(e) if at == offset => return Err(e),
                Err(_) => break,
            }
            rest = tail;
            at = at.saturating_add(to_u64(piece.len()));
        }
        if at > offset {
            self.size = self.size.max(at);
        }
        Ok(usize::try_from(at.saturating_sub(offset)).unwrap_or(usize::MAX))
    }

    fn write_chunk(&mut self, quota: &Quota, index: u64, within: usize, piece: &[u8]) -> SysResult<()> {
        let chunk = self.chunks.entry(index).or_default();
        match chunk.reserve(quota, within.saturating_add(piece.len())) {
            Ok(charged) => self.charged = self.charged.saturating_add(charged),
            Err(e) => {
                if chunk.charged == 0 {
                    self.chunks.remove(&index);
                }
                return Err(e);
            }
        }
        if chunk.bytes.len() < within {
            chunk.bytes.resize(within, 0);
        }
        let over = chunk.bytes.get_mut(within..).unwrap_or_default();
        let (head, tail) = piece.split_at(piece.len().min(over.len()));
        let (over, _) = over.split_at_mut(head.len());
        over.copy_from_slice(head);
        chunk.bytes.extend_from_slice(tail);
        Ok(())
    }

    /// Sets the size.
    ///
    /// # Errors
    /// EFBIG.
    pub(super) fn truncate(&mut self, quota: &Quota, len: u64) -> SysResult<()> {
        if len > MAX_SIZE {
            return fail(Errno::EFBIG, "past the largest size of a file");
        }
        if len < self.size {
            let (index, within) = split(len);
            let mut beyond = self.chunks.split_off(&index);
            let edge = beyond.remove(&index);
            let mut freed = beyond.values().fold(0u64, |sum, c| sum.saturating_add(c.charged));
            if let Some(mut chunk) = edge {
                freed = freed.saturating_add(chunk.cut(within));
                if chunk.charged > 0 {
                    self.chunks.insert(index, chunk);
                }
            }
            quota.refund(freed);
            self.charged = self.charged.saturating_sub(freed);
        }
        self.size = len;
        Ok(())
    }

    /// Makes sure that writes to a range will not run into the quota; grows the file to the range's end.
    ///
    /// Without a quota there is nothing to reserve: memory is the host's to give.
    ///
    /// # Errors
    /// EINVAL for an empty range, EFBIG, ENOSPC.
    pub(super) fn allocate(&mut self, quota: &Quota, offset: u64, len: u64) -> SysResult<()> {
        if len == 0 {
            return fail(Errno::EINVAL, "no bytes to allocate");
        }
        let Some(end) = offset.checked_add(len).filter(|end| *end <= MAX_SIZE) else {
            return fail(Errno::EFBIG, "past the largest size of a file");
        };
        if let Some(limit) = quota.limit {
            let (first, _) = split(offset);
            let (last, _) = split(end.saturating_sub(1));
            let count = last.saturating_sub(first).saturating_add(1);
            // What can never fit is refused before as many chunks are made.
            if count.saturating_mul(CHUNK_U64) > limit.max(CHUNK_U64) {
                return fail(Errno::ENOSPC, "more than the file system in memory may hold");
            }
            let has = self.chunks.range(first..=last).fold(0u64, |sum, (_, c)| sum.saturating_add(c.charged));
            let more = count.saturating_mul(CHUNK_U64).saturating_sub(has);
            quota.charge(more)?;
            self.charged = self.charged.saturating_add(more);
            for index in first..=last {
                self.chunks.entry(index).or_default().charged = CHUNK_U64;
            }
        }
        self.size = self.size.max(end);
        Ok(())
    }
}

impl Chunk {
    /// Makes room for `len` bytes in all; returns what the quota was charged for that.
    fn reserve(&mut self, quota: &Quota, len: usize) -> SysResult<u64> {
        let capacity = capacity(len);
        let more = to_u64(capacity).saturating_sub(self.charged);
        if more > 0 {
            quota.charge(more)?;
        }
        if self.bytes.try_reserve_exact(capacity.saturating_sub(self.bytes.len())).is_err() {
            quota.refund(more);
            return fail(Errno::ENOSPC, "the host has no memory left");
        }
        self.charged = self.charged.saturating_add(more);
        Ok(more)
    }

    /// Forgets what lies past `len`; returns what is free again.
    fn cut(&mut self, len: usize) -> u64 {
        self.bytes.truncate(len);
        let keep = if self.bytes.is_empty() { 0 } else { capacity(self.bytes.len()) };
        self.bytes.shrink_to(keep);
        let freed = self.charged.saturating_sub(to_u64(keep));
        self.charged = self.charged.saturating_sub(freed);
        freed
    }
}

/// The chunk that holds `offset`, and where in it.
fn split(offset: u64) -> (u64, usize) {
    (offset / CHUNK_U64, usize::try_from(offset % CHUNK_U64).unwrap_or(0))
}

/// The capacity of a buffer for `len` bytes.
fn capacity(len: usize) -> usize {
    len.checked_next_power_of_two().unwrap_or(CHUNK).clamp(BLOCK, CHUNK)
}

fn to_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
