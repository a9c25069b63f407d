//! UTF-8, as QuickJS and as the Web's encodings have it.

use std::fmt::Write as _;

/// The text of UTF-8 in which lone surrogates stand as three bytes each: they become U+FFFD, one each.
pub(crate) fn scrub(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                return out;
            }
            Err(error) => {
                let (good, bad) = rest.split_at_checked(error.valid_up_to()).unwrap_or_default();
                out.push_str(std::str::from_utf8(good).unwrap_or_default());
                out.push('\u{fffd}');
                let surrogate = matches!(bad, [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..]);
                let skip = if surrogate { 3 } else { error.error_len().unwrap_or(bad.len()) };
                rest = bad.get(skip..).unwrap_or_default();
            }
        }
    }
}

/// How many UTF-16 code units and bytes of `text` fit into `room` bytes, whole characters only.
pub(crate) fn fitting(text: &str, room: usize) -> (usize, usize) {
    let mut units = 0_usize;
    let mut bytes = 0_usize;
    for c in text.chars() {
        let next = bytes.saturating_add(c.len_utf8());
        if next > room {
            break;
        }
        bytes = next;
        units = units.saturating_add(c.len_utf16());
    }
    (units, bytes)
}

/// A list of names as people write it: `a`, `a and b`, `a, b and c`.
pub(crate) fn enumerate(names: &[&str]) -> String {
    let mut out = String::new();
    for (i, name) in names.iter().enumerate() {
        let join = match i {
            0 => "",
            _ if i.saturating_add(1) == names.len() => " and ",
            _ => ", ",
        };
        // Writing to a String cannot fail.
        let _ = write!(out, "{join}{name}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_surrogate_becomes_one_replacement_character() {
        assert_eq!(scrub(b"a\xed\xa0\x80b"), "a\u{fffd}b");
        assert_eq!(scrub(b"\xff\xc3"), "\u{fffd}\u{fffd}");
        assert_eq!(scrub("gr\u{fc}n".as_bytes()), "gr\u{fc}n");
    }

    #[test]
    fn only_whole_characters_fit() {
        assert_eq!(fitting("a\u{20ac}", 3), (1, 1));
        assert_eq!(fitting("a\u{20ac}", 4), (2, 4));
        assert_eq!(fitting("\u{1f600}", 4), (2, 4));
    }

    #[test]
    fn names_are_enumerated() {
        assert_eq!(enumerate(&["a"]), "a");
        assert_eq!(enumerate(&["a", "b", "c"]), "a, b and c");
    }
}
