//! `gopherix inspect`: what a module says of itself, for people ([`text`]) or for programs ([`json`]).
//!
//! All knowledge is `gopherix_golang`'s [`Report`]; here it is only laid out. Its strings come from the file as they are, so
//! whatever is printed goes through [`crate::plain`], in JSON too.

mod json;
mod text;

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

#[cfg(test)]
mod tests {
    use super::*;
    use gopherix_golang::inspect::Owner;

    fn group(name: &str, bytes: u64) -> Group {
        Group { owner: Owner::Named(name.into()), functions: 1, bytes }
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
