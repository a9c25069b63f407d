//! Folded stacks: a line for each stack, `outermost;…;innermost value`, as flame graph tools read them.
//!
//! The value is what reports show: nanoseconds of processor time, or goroutines. Reference: FlameGraph's
//! `stackcollapse-*`. Neighbours: [`crate::profile`] below, [`crate::flame`] above.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::profile::Profile;

impl Profile {
    /// Writes the folded stacks, sorted.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_folded(&self, mut out: impl Write) -> io::Result<()> {
        for (stack, value) in self.folded() {
            writeln!(out, "{stack} {value}")?;
        }
        out.flush()
    }

    /// Values by stack, each stack once: labels are left out.
    pub(crate) fn folded(&self) -> BTreeMap<String, i64> {
        let mut folded = BTreeMap::new();
        for (value, calls) in self.stacks() {
            let mut stack = String::new();
            for call in calls {
                if !stack.is_empty() {
                    stack.push(';');
                }
                stack.push_str(&escape(self.name(call.name)));
            }
            let sum: &mut i64 = folded.entry(stack).or_default();
            *sum = sum.saturating_add(value);
        }
        folded
    }
}

/// A name that readers of folded stacks take for one: it separates nothing, is no comment, and ends in no number that
/// could be taken for a value. Only names with those things in them change: `struct { a int; b int }` is one of Go's.
fn escape(name: &str) -> Cow<'_, str> {
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let value = name.rsplit_once(' ').is_some_and(|(_, last)| number(last));
    // A line that starts with these is a comment; the blank may be the one before the value.
    let comment = name == "#" || name.starts_with("# ");
    if !value && !name.contains(';') && !comment {
        return Cow::Borrowed(name);
    }
    let mut escaped = name.replace(';', ":");
    if let Some(blank) = escaped.rfind(' ').filter(|_| value) {
        escaped.replace_range(blank..=blank, "_");
    }
    if comment {
        escaped.replace_range(..escaped.len().min(2), "#_");
    }
    Cow::Owned(escaped)
}
