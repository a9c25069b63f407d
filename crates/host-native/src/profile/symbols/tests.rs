use super::*;

/// Any words, from a seed.
fn words(seed: u64) -> Vec<u64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Small numbers, which are lengths of something, as often as large ones.
        if state >> 63 == 0 { state >> 33 & 0x1f } else { state }
    };
    let length = next() & 0x3f;
    (0..length).map(|_| next()).collect()
}

#[test]
fn records_are_read_whatever_they_hold() {
    let mut with_memory = 0;
    for seed in 0..20_000 {
        let words = words(seed);
        let Some(record) = Record::read(&words) else { continue };
        let Some(memory) = record.go else { continue };
        with_memory += usize::from(!memory.regions.is_empty());
        for (address, words) in &memory.regions {
            let found = memory.u64_at(*address);
            assert!(words.is_empty() || found.is_some());
            let behind = address.checked_add(u64::try_from(size_of_val(words.as_slice())).expect("a size"));
            assert!(behind.is_none_or(|behind| memory.byte_at(behind).is_none() || memory.regions.len() > 1));
        }
        assert_eq!(memory.u64_at(u64::MAX), None);
    }
    assert!(with_memory > 100, "{with_memory}");
}

#[test]
fn copied_memory_is_read_at_any_offset() {
    let words = [0x1000, 3, 1, 7, 0x100, 0x200, 16, 16, 0x0807_0605_0403_0201, 0x100f_0e0d_0c0b_0a09];
    let record = Record::read(&[&[0, 9, 1], &words[1..2], &words[4..]].concat()).expect("a record");
    assert_eq!((record.count, record.frames), (9, vec![3]));
    let memory = record.go.expect("memory");
    assert_eq!((memory.sp, memory.g), (0x100, 0x200));
    assert_eq!(
        (memory.byte_at(16), memory.u32_at(19), memory.u64_at(24)),
        (Some(1), Some(0x0706_0504), Some(0x100f_0e0d_0c0b_0a09))
    );
    assert_eq!((memory.u64_at(25), memory.byte_at(32), memory.byte_at(15)), (None, None, None));
}

#[test]
fn names_are_spelled_out() {
    let cases = [
        ("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad"),
        ("_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int> >::push_back(int const&)"),
        ("main", "main"),
        ("_Z", "_Z"),
    ];
    for (name, shown) in cases {
        assert_eq!(demangled(name), shown);
    }
}
