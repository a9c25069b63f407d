//! Checked little-endian reads from a byte slice: the one place where tables are decoded to numbers.

use crate::work;

/// The `u32` at byte offset `at`, or `None` beyond the end.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    work::count(1);
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

/// The `u64` at byte offset `at`, or `None` beyond the end.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    work::count(1);
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// The bytes from `at` up to, and without, the next NUL; `None` when there is none.
pub(crate) fn c_string(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let end = rest.iter().position(|&byte| byte == 0);
    work::count(end.unwrap_or(rest.len()).saturating_add(1));
    let end = end?;
    rest.get(..end)
}

/// Reads an unsigned LEB128 number of at most 64 bits; returns it with the bytes that follow.
pub(crate) fn uvarint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    work::count(1);
    let mut value = 0u64;
    let mut shift = 0u32;
    for (index, &byte) in bytes.iter().enumerate().take(10) {
        let low = u64::from(byte & 0x7f);
        let part = low.checked_shl(shift)?;
        if part.checked_shr(shift) != Some(low) {
            return None;
        }
        value |= part;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index.checked_add(1)?..)?));
        }
        shift = shift.checked_add(7)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uvarint_takes_ten_bytes_and_no_more_than_64_bits() {
        assert_eq!(uvarint(&[0x85, 0x01, 9]), Some((133, &[9u8][..])));
        let max = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(uvarint(&max), Some((u64::MAX, &[][..])));
        assert_eq!(uvarint(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]), None);
        assert_eq!(uvarint(&[0x80; 11]), None);
        assert_eq!(uvarint(&[]), None);
    }

    #[test]
    fn reads_past_the_end_are_none() {
        assert_eq!(u32_at(&[1, 0, 0, 0], 0), Some(1));
        assert_eq!(u32_at(&[1, 0, 0, 0], 1), None);
        assert_eq!(u64_at(&[1; 8], usize::MAX), None);
        assert_eq!(c_string(b"ab\0c", 0), Some(&b"ab"[..]));
        assert_eq!(c_string(b"ab\0c", 3), None);
    }
}
