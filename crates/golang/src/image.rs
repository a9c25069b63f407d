//! The initial linear memory of a module, rebuilt from its active data segments without allocating it.
//!
//! Key type: [`Image`], sorted pieces that borrow the module's bytes. Everything between them reads as zero. Go's linker
//! leaves out each run of eight zeros, so one Go table lies in thousands of pieces. Later segments overwrite earlier ones
//! where they overlap, as instantiation does. Neighbours: [`crate::buildinfo`] and [`crate::pclntab`] search and read it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::module::{Module, Placement};
use crate::work;

/// The largest span, first data byte to last, that an image may cover: what lies further apart is no linker's output.
pub const MAX_SPAN: u64 = 1 << 30;

/// Why a module has no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// A segment ends beyond the address space.
    #[error("a data segment at {0:#x} runs past the end of the address space")]
    OutOfRange(u64),
    /// The segments lie too far apart.
    #[error("the data segments span {0} bytes, more than the {MAX_SPAN} that are looked at")]
    TooWide(u64),
}

#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    start: u64,
    data: &'a [u8],
}

impl Piece<'_> {
    fn end(&self) -> u64 {
        self.start.saturating_add(length(self.data))
    }
}

/// Initial contents of memory 0. Addresses are byte addresses in it.
#[derive(Debug, Clone, Default)]
pub struct Image<'a> {
    /// Sorted by address, not empty, not overlapping.
    pieces: Vec<Piece<'a>>,
}

impl<'a> Image<'a> {
    /// Lays out the active segments of memory 0. Segments at unknown addresses are left out.
    pub fn new(module: &Module<'a>) -> Result<Self, ImageError> {
        let mut pieces = Vec::new();
        work::count(module.segments.len());
        for segment in &module.segments {
            if let Placement::Active { memory: 0, address } = segment.placement
                && !segment.data.is_empty()
            {
                address.checked_add(length(segment.data)).ok_or(ImageError::OutOfRange(address))?;
                pieces.push(Piece { start: address, data: segment.data });
            }
        }
        // Go's linker orders segments by section, not by address; only other tools make them overlap.
        let disjoint = |pieces: &[Piece<'_>]| pieces.is_sorted_by(|a, b| a.end() <= b.start);
        if !disjoint(&pieces) {
            let written = pieces.clone();
            pieces.sort_by_key(|piece| piece.start);
            if !disjoint(&pieces) {
                pieces = flatten(&written);
            }
        }
        let image = Self { pieces };
        let span = image.end().saturating_sub(image.start());
        if span > MAX_SPAN { Err(ImageError::TooWide(span)) } else { Ok(image) }
    }

    /// Address of the first byte that is present; 0 without data.
    pub fn start(&self) -> u64 {
        self.pieces.first().map_or(0, |piece| piece.start)
    }

    /// Address behind the last byte that is present; 0 without data.
    pub fn end(&self) -> u64 {
        self.pieces.last().map_or(0, Piece::end)
    }

    /// How many bytes of `range` are written by a segment.
    pub fn present(&self, range: Range<u64>) -> u64 {
        self.overlapping(range.start)
            .take_while(|piece| piece.start < range.end)
            .inspect(|_| work::count(1))
            .map(|piece| piece.end().min(range.end).saturating_sub(piece.start.max(range.start)))
            .sum()
    }

    /// Copies `out.len()` bytes from `address`. False, with `out` unspecified, if they do not lie within the image.
    pub fn read(&self, address: u64, out: &mut [u8]) -> bool {
        let Some(end) = address.checked_add(length(out)) else {
            return false;
        };
        if address < self.start() || end > self.end() {
            return false;
        }
        work::count(out.len());
        out.fill(0);
        for piece in self.overlapping(address).take_while(|piece| piece.start < end) {
            work::count(1);
            let from = piece.start.max(address);
            let to = piece.end().min(end);
            let source = slice(piece.data, from.saturating_sub(piece.start), to.saturating_sub(piece.start));
            let target = usize::try_from(from.saturating_sub(address)).ok().and_then(|at| out.get_mut(at..));
            if let (Some(source), Some(target)) = (source, target.and_then(|rest| rest.get_mut(..source?.len()))) {
                target.copy_from_slice(source);
            }
        }
        true
    }

    /// A copy of `len` bytes from `address`. `None` if they do not lie within the image, or if the range is mostly holes
    /// (then it holds no table, and copying it would cost memory out of proportion to the module).
    pub fn copy(&self, address: u64, len: u64) -> Option<Vec<u8>> {
        const HOLES_PER_BYTE: u64 = 4;
        const ALWAYS: u64 = 4096;
        let end = address.checked_add(len)?;
        if address < self.start() || end > self.end() {
            return None;
        }
        if len > ALWAYS && len.div_euclid(HOLES_PER_BYTE) > self.present(address..end) {
            return None;
        }
        let mut out = vec![0; usize::try_from(len).ok()?];
        self.read(address, &mut out).then_some(out)
    }

    /// The `u32` at `address`, little-endian.
    pub fn u32_at(&self, address: u64) -> Option<u32> {
        let mut out = [0; 4];
        self.read(address, &mut out).then(|| u32::from_le_bytes(out))
    }

    /// The `u64` at `address`, little-endian.
    pub fn u64_at(&self, address: u64) -> Option<u64> {
        let mut out = [0; 8];
        self.read(address, &mut out).then(|| u64::from_le_bytes(out))
    }

    /// Addresses, ascending, where `needle` (of at most 32 bytes, the first not zero) starts.
    pub fn find(&self, needle: &[u8]) -> impl Iterator<Item = u64> {
        let first = needle.first().copied().unwrap_or(0);
        let positions = self.pieces.iter().flat_map(move |piece| {
            work::count(piece.data.len());
            let hits = piece.data.iter().enumerate().filter(move |&(_, &byte)| byte == first);
            hits.filter_map(|(at, _)| piece.start.checked_add(u64::try_from(at).ok()?))
        });
        positions.filter(move |&address| {
            let mut buffer = [0; 32];
            buffer.get_mut(..needle.len()).is_some_and(|out| self.read(address, out) && out == needle)
        })
    }

    /// The pieces as (address, bytes), ascending.
    pub fn pieces(&self) -> impl Iterator<Item = (u64, &'a [u8])> + '_ {
        self.pieces.iter().map(|piece| (piece.start, piece.data))
    }

    /// The pieces that end behind `address`, ascending.
    fn overlapping(&self, address: u64) -> impl Iterator<Item = &Piece<'a>> {
        let first = self.pieces.partition_point(|piece| piece.end() <= address);
        self.pieces.iter().skip(first)
    }
}

fn length(data: &[u8]) -> u64 {
    u64::try_from(data.len()).unwrap_or(u64::MAX)
}

fn slice(data: &[u8], from: u64, to: u64) -> Option<&[u8]> {
    data.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}

/// Cuts overlapping pieces so that of each address the last writer stays. Goes from the last segment to the first and
/// lets each fill only the gaps; covered ranges are merged, so the whole costs O(n log n) however the segments overlap.
fn flatten<'a>(segments: &[Piece<'a>]) -> Vec<Piece<'a>> {
    let mut covered: BTreeMap<u64, u64> = BTreeMap::new();
    let mut pieces = Vec::new();
    for segment in segments.iter().rev() {
        let (mut from, end) = (segment.start, segment.end());
        let mut merged = from..end;
        if let Some((&start, &stop)) = covered.range(..=from).next_back()
            && stop >= from
        {
            merged = start..stop.max(end);
            from = stop;
        }
        let inside: Vec<(u64, u64)> = covered.range(merged.start..=end).map(|(&a, &b)| (a, b)).collect();
        for (start, stop) in inside {
            if start > from {
                push(&mut pieces, segment, from..start.min(end));
            }
            from = from.max(stop);
            merged.end = merged.end.max(stop);
            covered.remove(&start);
        }
        push(&mut pieces, segment, from..end);
        covered.insert(merged.start, merged.end);
    }
    pieces.sort_unstable_by_key(|piece: &Piece<'a>| piece.start);
    pieces
}

fn push<'a>(pieces: &mut Vec<Piece<'a>>, segment: &Piece<'a>, range: Range<u64>) {
    if range.start >= range.end {
        return;
    }
    let from = range.start.saturating_sub(segment.start);
    let to = range.end.saturating_sub(segment.start);
    if let Some(data) = slice(segment.data, from, to) {
        pieces.push(Piece { start: range.start, data });
    }
}

#[cfg(test)]
mod tests;
