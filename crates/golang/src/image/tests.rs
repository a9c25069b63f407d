//! Tests of [`super`].

use super::*;
use crate::testing;

fn segments(data: &[(u32, &[u8])]) -> Vec<u8> {
    testing::module(&[], 0, data, &[])
}

/// The image read byte by byte, against segments applied in order to a plain array.
fn check(data: &[(u32, &[u8])]) {
    let bytes = segments(data);
    let module = Module::parse(&bytes).unwrap();
    let image = Image::new(&module).unwrap();
    let mut plain = vec![0u8; 256];
    let mut written = vec![false; 256];
    for &(address, bytes) in data {
        let at = usize::try_from(address).unwrap();
        plain[at..at + bytes.len()].copy_from_slice(bytes);
        written[at..at + bytes.len()].fill(true);
    }
    let start = usize::try_from(image.start()).unwrap();
    let end = usize::try_from(image.end()).unwrap();
    assert_eq!(image.copy(image.start(), image.end() - image.start()).unwrap(), plain[start..end], "{data:?}");
    let count = written.iter().filter(|&&written| written).count();
    assert_eq!(image.present(0..256), u64::try_from(count).unwrap(), "{data:?}");
    assert!(image.pieces.is_sorted_by(|a, b| a.end() <= b.start), "{data:?}");
}

#[test]
fn later_segments_overwrite_earlier_ones() {
    check(&[(10, b"abcdef"), (30, b"x")]);
    check(&[(30, b"x"), (10, b"abcdef")]);
    check(&[(10, b"abcdef"), (12, b"XY")]);
    check(&[(12, b"XY"), (10, b"abcdef")]);
    check(&[(10, b"abc"), (13, b"def"), (11, b"ZZZZ")]);
    check(&[(10, b"aaaaaaaaaaaaaaaaaaaa"), (12, b"b"), (15, b"c"), (11, b"dddddd"), (40, b"e"), (16, b"")]);
}

#[test]
fn random_overlaps_agree_with_a_plain_array() {
    let mut state = 7u64;
    let mut next = move |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    for _ in 0..500 {
        let data: Vec<(u32, Vec<u8>)> = (0..next(9) + 1)
            .map(|index| {
                let length = usize::try_from(next(30)).unwrap();
                (u32::try_from(next(200)).unwrap(), vec![u8::try_from(index + 1).unwrap(); length])
            })
            .collect();
        if data.iter().any(|(_, bytes)| !bytes.is_empty()) {
            check(&data.iter().map(|(at, bytes)| (*at, bytes.as_slice())).collect::<Vec<_>>());
        }
    }
}

#[test]
fn reads_outside_are_refused() {
    let bytes = segments(&[(8, b"\x01\0\0\0\x02"), (20, b"\xff Go")]);
    let module = Module::parse(&bytes).unwrap();
    let image = Image::new(&module).unwrap();
    assert_eq!(image.u32_at(8), Some(1));
    assert_eq!(image.u64_at(8), Some(0x2_0000_0001));
    assert_eq!(image.u32_at(7), None);
    assert_eq!(image.u32_at(21), None);
    assert_eq!(image.u64_at(u64::MAX - 3), None);
    assert_eq!(image.copy(8, u64::MAX), None);
    assert_eq!(image.find(b"\xff Go").collect::<Vec<_>>(), [20]);
    assert_eq!(image.find(b"\xff Go!").count(), 0);
    assert_eq!(image.find(b"\x02\0\0").collect::<Vec<_>>(), [12], "a hole reads as zeros");
}

#[test]
fn a_wide_image_of_few_bytes_costs_nothing() {
    let bytes = segments(&[(0, b"a"), (1 << 29, b"b")]);
    let module = Module::parse(&bytes).unwrap();
    let image = Image::new(&module).unwrap();
    assert_eq!(image.end(), (1 << 29) + 1);
    assert_eq!(image.copy(0, 1 << 29), None, "mostly holes");
    let bytes = segments(&[(0, b"a"), (1 << 30, b"b")]);
    assert_eq!(Image::new(&Module::parse(&bytes).unwrap()).unwrap_err(), ImageError::TooWide((1 << 30) + 1));
}
