//! One call in the source, as profiles name it.
//!
//! Key types: [`Frame`]; [`go_frames`], the symboliser of Go programs; [`clean`], which makes any text fit for a file, a
//! terminal and XML. Neighbours: [`crate::profile`] above, `gopherix_golang` below.

use std::borrow::Cow;

use gopherix_golang::program::Program;
use gopherix_golang::symbol::traceback_form;

/// How many bytes of a name are kept. Go's own names stay far below; types written out in full can be longer.
const MAX_NAME: usize = 1000;

/// One call in the source. Whether it is inlined follows from its place in the symboliser's list
/// ([`crate::Builder::profile`]); its program counter is the one that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The function as people read it: demangled, Go's type arguments as `[...]`. Empty if not known.
    pub function: String,
    /// Source file; empty if not known.
    pub file: String,
    /// Line of the call or instruction, from 1; 0 if not known.
    pub line: u32,
    /// Line of the function's declaration, from 1; 0 if not known. Go's profile-guided optimisation needs it.
    pub start_line: u32,
}

/// What a Go program has at `pc`, in the form that [`crate::Builder::profile`] asks for; names and omissions are those of
/// Go's own profiles (`runtime/symtab.go`, `CallersFrames`).
pub fn go_frames(program: &Program, pc: u64) -> Option<Vec<Frame>> {
    let frames = program.frames(pc);
    if frames.is_empty() {
        return None;
    }
    let shown = frames.iter().filter(|frame| !frame.wrapper);
    Some(
        shown
            .map(|frame| {
                let position = frame.position.as_ref();
                Frame {
                    function: traceback_form(&frame.function).into_owned(),
                    file: position.map(|position| position.file.to_string()).unwrap_or_default(),
                    line: position.map_or(0, |position| position.line),
                    start_line: frame.start_line.unwrap_or(0),
                }
            })
            .collect(),
    )
}

/// A name or path on one line, without what could steer a terminal or break XML, and no longer than 1,000 bytes.
/// Characters that are not shown become U+FFFD; a name that is cut ends in `…`.
pub fn clean(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.len() <= MAX_NAME && text.chars().all(is_fit) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(MAX_NAME));
    for char in text.chars().map(|char| if is_fit(char) { char } else { char::REPLACEMENT_CHARACTER }) {
        if out.len().saturating_add(char.len_utf8()).saturating_add('…'.len_utf8()) > MAX_NAME {
            out.push('…');
            break;
        }
        out.push(char);
    }
    Cow::Owned(out)
}

fn is_fit(char: char) -> bool {
    // Control characters, white space but the blank, line and paragraph separators, marks of writing direction, and what
    // XML 1.0 has no way to write.
    let direction = matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unwritable = matches!(char, '\u{fffe}' | '\u{ffff}');
    !(char.is_control() || direction || unwritable || (char.is_whitespace() && char != ' '))
}
