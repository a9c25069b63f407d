//! Text that others wrote, made harmless for a terminal.

use std::fmt::Write as _;

/// The text with everything escaped that a terminal would act on: control characters (C1 too) and what turns the direction
/// of writing.
pub(crate) fn word(text: &str) -> String {
    escape(text, |char| char.is_control())
}

/// [`word`] for text whose own line ends and tabs are meant.
pub(crate) fn lines(text: &str) -> String {
    escape(text, |char| char.is_control() && !matches!(char, '\n' | '\t'))
}

fn escape(text: &str, unwanted: impl Fn(char) -> bool) -> String {
    let turns = |char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if unwanted(char) || turns(char) {
            // As JSON writes it, so that both outputs can share this; all of them are in the first plane.
            let _ = write!(out, "\\u{:04x}", u32::from(char));
        } else {
            out.push(char);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_get_nothing_to_act_on() {
        assert_eq!(word("a\x1b[2J\u{9b}31m\u{202e}\t\n\u{7f}é"), "a\\u001b[2J\\u009b31m\\u202e\\u0009\\u000a\\u007fé");
        assert_eq!(lines("path\tx\ny\r"), "path\tx\ny\\u000d");
    }
}
