//! Go's string literals, as far as build info uses them: the reading half of Go's `strconv.Unquote`.

/// The value of a Go string literal in double quotes or back quotes; `None` if it is not exactly one literal.
/// Bytes that escapes make and that are not UTF-8 become U+FFFD.
pub(crate) fn unquote(literal: &str) -> Option<String> {
    let (value, rest) = unquote_prefix(literal)?;
    rest.is_empty().then_some(value)
}

/// The value of the literal that `text` starts with, and what follows it.
pub(crate) fn unquote_prefix(text: &str) -> Option<(String, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        let (value, rest) = raw.split_once('`')?;
        return Some((value.replace('\r', ""), rest));
    }
    let mut out = Vec::new();
    let mut chars = text.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => return Some((String::from_utf8_lossy(&out).into_owned(), chars.as_str())),
            '\n' => return None,
            '\\' => escape(&mut chars, &mut out)?,
            other => push(&mut out, other),
        }
    }
}

fn push(out: &mut Vec<u8>, char: char) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

fn escape(chars: &mut std::str::Chars<'_>, out: &mut Vec<u8>) -> Option<()> {
    let simple = match chars.next()? {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '"' => b'"',
        'x' => u8::try_from(digits(chars, 16, 2)?).ok()?,
        'u' => return char::from_u32(digits(chars, 16, 4)?).map(|char| push(out, char)),
        'U' => return char::from_u32(digits(chars, 16, 8)?).map(|char| push(out, char)),
        first @ '0'..='7' => {
            let high = first.to_digit(8)?.checked_mul(64)?;
            u8::try_from(high.checked_add(digits(chars, 8, 2)?)?).ok()?
        }
        _ => return None,
    };
    out.push(simple);
    Some(())
}

fn digits(chars: &mut std::str::Chars<'_>, radix: u32, count: usize) -> Option<u32> {
    let mut value = 0u32;
    for _ in 0..count {
        value = value.checked_mul(radix)?.checked_add(chars.next()?.to_digit(radix)?)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_read_as_go_reads_them() {
        assert_eq!(unquote(r#""-s -w""#).as_deref(), Some("-s -w"));
        assert_eq!(unquote(r#""a\t\"\\\x41\101\u00e9\U0001F600""#).as_deref(), Some("a\t\"\\AA\u{e9}\u{1F600}"));
        assert_eq!(unquote("`a\\n\r`").as_deref(), Some("a\\n"));
        assert_eq!(unquote_prefix("\"k\"=v"), Some(("k".to_owned(), "=v")));
    }

    #[test]
    fn broken_literals_are_refused() {
        for bad in ["", "\"", "\"a", "\"a\"b", "`a", "\"\\q\"", "\"\\x4\"", "\"\\777\"", "\"\\ud800\"", "\"\n\"", "a"] {
            assert_eq!(unquote(bad), None, "{bad:?}");
        }
    }
}
