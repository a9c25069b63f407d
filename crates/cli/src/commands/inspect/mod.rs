//! `gopherix inspect`: what a module says of itself, for people ([`text`]) or for programs ([`json`]).
//!
//! All knowledge is `gopherix_golang`'s [`Report`]; here it is only laid out. Its strings come from the file as they are, so
//! whatever is printed goes through [`plain`], in JSON too.

mod json;
mod text;

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context, bail};
use gopherix_golang::inspect::{Group, Report};
use gopherix_golang::module::{ExportKind, MemoryType, ModuleError, TypeRef};

use crate::args::InspectArgs;

/// Prints the report; the exit code.
pub(crate) fn inspect(args: &InspectArgs) -> anyhow::Result<u8> {
    let name = args.module.display();
    if args.module.is_dir() {
        bail!("{name} is a directory; inspect reads a built module (GOOS=wasip1 GOARCH=wasm go build -o app.wasm)");
    }
    let bytes = std::fs::read(&args.module).with_context(|| format!("cannot read {name}"))?;
    if bytes.is_empty() {
        bail!("{name}: the file is empty");
    }
    let report = Report::new(&bytes).map_err(|error| advise(&error)).with_context(|| name.to_string())?;
    let page = if args.json { json::page(&report, args.top)? } else { text::page(&args.module, &report, args.top) };
    let mut out = std::io::stdout().lock();
    out.write_all(page.as_bytes())?;
    out.flush()?;
    Ok(0)
}

/// The error, with what to do about it.
fn advise(error: &ModuleError) -> anyhow::Error {
    match error {
        ModuleError::NotWasm | ModuleError::Component => anyhow::anyhow!("{error}"),
        ModuleError::Malformed { .. } => anyhow::anyhow!("{error}; the file is damaged or incomplete, build it again"),
    }
}

/// The largest `top` groups (all for 0), and the sum of the others with their number, if there are any.
fn largest(groups: &[Group], top: usize) -> (&[Group], Option<(Group, usize)>) {
    let (shown, rest) = match top {
        0 => (groups, [].as_slice()),
        top => groups.split_at_checked(top).unwrap_or((groups, &[])),
    };
    let others = rest.iter().cloned().reduce(|mut sum, group| {
        sum.bytes = sum.bytes.saturating_add(group.bytes);
        sum.functions = sum.functions.saturating_add(group.functions);
        sum
    });
    (shown, others.map(|sum| (sum, rest.len())))
}

/// A memory's smallest and largest size in bytes.
fn memory_bytes(memory: &MemoryType) -> (u64, Option<u64>) {
    let page = 1u64.checked_shl(memory.page_size_log2.unwrap_or(16)).unwrap_or(u64::MAX);
    (memory.initial.saturating_mul(page), memory.maximum.map(|pages| pages.saturating_mul(page)))
}

fn import_kind(kind: TypeRef) -> &'static str {
    match kind {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => "function",
        TypeRef::Table(_) => "table",
        TypeRef::Memory(_) => "memory",
        TypeRef::Global(_) => "global",
        TypeRef::Tag(_) => "tag",
    }
}

fn export_kind(kind: ExportKind) -> &'static str {
    match kind {
        ExportKind::Function => "function",
        ExportKind::Table => "table",
        ExportKind::Memory => "memory",
        ExportKind::Global => "global",
        ExportKind::Tag => "tag",
    }
}

/// The text with everything escaped that a terminal would act on: control characters (C1 too) and what turns the direction
/// of writing.
fn plain(text: &str) -> String {
    escape(text, |char| char.is_control())
}

/// [`plain`] for text whose own line ends and tabs are meant.
fn plain_lines(text: &str) -> String {
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
    use gopherix_golang::inspect::Owner;

    fn group(name: &str, bytes: u64) -> Group {
        Group { owner: Owner::Named(name.into()), functions: 1, bytes }
    }

    #[test]
    fn terminals_get_nothing_to_act_on() {
        assert_eq!(plain("a\x1b[2J\u{9b}31m\u{202e}\t\n\u{7f}é"), "a\\u001b[2J\\u009b31m\\u202e\\u0009\\u000a\\u007fé");
        assert_eq!(plain_lines("path\tx\ny\r"), "path\tx\ny\\u000d");
    }

    #[test]
    fn the_rest_is_summed_up() {
        let groups = [group("a", 9), group("b", 5), group("c", 2)];
        let (shown, others) = largest(&groups, 1);
        assert_eq!(shown, &groups[..1]);
        let (sum, packages) = others.unwrap();
        assert_eq!((sum.bytes, sum.functions, packages), (7, 2, 2));
        assert_eq!(largest(&groups, 0), (&groups[..], None));
        assert_eq!(largest(&groups, 3), (&groups[..], None));
        assert_eq!(largest(&groups, 99), (&groups[..], None));
    }
}
