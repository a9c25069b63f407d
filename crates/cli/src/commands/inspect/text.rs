//! The report for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use gopherix_golang::inspect::{Group, Report};
use indicatif::HumanBytes;

use super::{export_kind, import_kind, largest, memory_bytes};
use crate::plain;

/// Columns that lists of names are kept within.
const WIDTH: usize = 96;

/// The whole page.
pub(super) fn page(path: &Path, report: &Report<'_>, top: usize) -> String {
    let mut out = String::new();
    head(&mut out, path, report);
    build_info(&mut out, report);
    imports(&mut out, report);
    exports(&mut out, report);
    packages(&mut out, report, top);
    file(&mut out, report);
    for warning in &report.warnings {
        line(&mut out, &format!("\nwarning: {}", plain::word(warning)));
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn row(out: &mut String, name: &str, value: &str) {
    line(out, &format!("{name:<11}{value}"));
}

fn head(out: &mut String, path: &Path, report: &Report<'_>) {
    let module = &report.module;
    row(out, "file", &format!("{} ({})", plain::word(&path.to_string_lossy()), HumanBytes(report.sizes.file)));
    row(out, "port", &report.port.to_string());
    if report.port.is_go() {
        row(out, "go", &report.toolchain.version.as_deref().map_or("unknown version".into(), plain::word));
    }
    if let Some(name) = module.module_name.filter(|name| !name.is_empty()) {
        row(out, "name", &plain::word(name));
    }
    for producer in &module.producers {
        row(
            out,
            producer_field(producer.field),
            plain::word(&format!("{} {}", producer.name, producer.version)).trim_end(),
        );
    }
    let stripped = match (report.stripped, report.pclntab.is_some()) {
        (false, _) => "no",
        (true, true) => "yes (function names come from Go's own table)",
        (true, false) => "yes",
    };
    row(out, "stripped", stripped);
    for memory in &module.memories {
        let (least, most) = memory_bytes(memory);
        let most = most.map_or("no max".to_owned(), |most| format!("max {}", HumanBytes(most)));
        let shared = if memory.shared { ", shared" } else { "" };
        row(out, "memory", &format!("min {}, {most}{shared}", HumanBytes(least)));
    }
    let counts = [
        (module.functions.len(), "function"),
        (module.types.len(), "type"),
        (usize::try_from(module.globals).unwrap_or(usize::MAX), "global"),
        (module.segments.len(), "data segment"),
        (module.customs.len(), "custom section"),
    ];
    let counts = counts.map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }));
    row(out, "counts", &counts.join(", "));
}

/// The fields that the tool conventions name; others would be a surprise worth a plain word.
fn producer_field(field: &str) -> &'static str {
    match field {
        "language" => "language",
        "processed-by" => "tool",
        "sdk" => "sdk",
        _ => "producer",
    }
}

fn build_info(out: &mut String, report: &Report<'_>) {
    let Some(info) = &report.toolchain.info else {
        if report.port.is_go() {
            line(out, "\nno build info (built without modules, or damaged)");
        }
        return;
    };
    line(out, "\nbuild info");
    for entry in plain::lines(&info.to_string()).lines() {
        line(out, &format!("\t{entry}"));
    }
}

fn imports(out: &mut String, report: &Report<'_>) {
    let mut modules: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for import in &report.module.imports {
        let name = match import_kind(import.kind) {
            "function" => plain::word(import.name),
            kind => format!("{} ({kind})", plain::word(import.name)),
        };
        modules.entry(import.module).or_default().push(name);
    }
    let _ = writeln!(out, "\nimports ({})", report.module.imports.len());
    for (module, names) in modules {
        let _ = writeln!(out, "  {} ({})", plain::word(module), names.len());
        list(out, &names);
    }
}

fn exports(out: &mut String, report: &Report<'_>) {
    let _ = writeln!(out, "\nexports ({})", report.module.exports.len());
    let names: Vec<String> = report
        .module
        .exports
        .iter()
        .map(|export| match export_kind(export.kind) {
            "function" => plain::word(export.name),
            kind => format!("{} ({kind})", plain::word(export.name)),
        })
        .collect();
    list(out, &names);
}

/// Names with commas between, indented and wrapped.
fn list(out: &mut String, names: &[String]) {
    let mut column = 0;
    for (index, name) in names.iter().enumerate() {
        let width = name.chars().count().saturating_add(2);
        if column == 0 || width.saturating_add(column) > WIDTH {
            out.push_str(if index == 0 { "    " } else { ",\n    " });
            column = 4;
        } else {
            out.push_str(", ");
        }
        out.push_str(name);
        column = column.saturating_add(width);
    }
    if !names.is_empty() {
        out.push('\n');
    }
}

fn packages(out: &mut String, report: &Report<'_>, top: usize) {
    let total = report.sizes.code;
    if report.groups.is_empty() {
        return;
    }
    let what = if report.port.is_go() { "Go package" } else { "crate or namespace" };
    let _ = writeln!(out, "\ncode by {what}");
    let _ = writeln!(out, "{:>12} {:>6} {:>9}  {}", "bytes", "%", "functions", what);
    let (shown, others) = largest(&report.groups, top);
    for group in shown {
        sized(out, group, total, &plain::word(&group.owner.to_string()));
    }
    if let Some((group, number)) = &others {
        sized(out, group, total, &format!("others ({number}; --top 0 lists all)"));
    }
    let functions = u32::try_from(report.module.bodies.len()).unwrap_or(u32::MAX);
    let all = Group { owner: gopherix_golang::inspect::Owner::Unknown, functions, bytes: total };
    sized(out, &all, total, "total");
}

fn sized(out: &mut String, group: &Group, total: u64, name: &str) {
    let _ = writeln!(out, "{:>12} {:>6} {:>9}  {name}", group.bytes, percent(group.bytes, total), group.functions);
}

/// With one decimal.
fn percent(part: u64, whole: u64) -> String {
    let tenths = part.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn file(out: &mut String, report: &Report<'_>) {
    let sizes = &report.sizes;
    let mut part = |bytes: u64, name: &str| {
        let _ = writeln!(out, "{bytes:>12} {:>6} {:>9}  {name}", percent(bytes, sizes.file), "");
    };
    part(sizes.file, "the whole file, of it");
    part(sizes.code, "code");
    part(sizes.data, "data");
    if report.pclntab.is_some() {
        part(sizes.pclntab, "  Go's function table (pclntab), a part of data");
    }
    part(sizes.custom, "custom sections");
    for custom in &report.module.customs {
        let bytes = u64::try_from(custom.data.len()).unwrap_or(u64::MAX);
        part(bytes, &format!("  {}", plain::word(custom.name)));
    }
    part(sizes.other, "types, imports, tables, headers");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_wrap_between_names() {
        let names: Vec<String> = (0..40).map(|n| format!("name_{n}")).collect();
        let mut out = String::new();
        list(&mut out, &names);
        assert!(out.lines().count() > 1);
        assert!(out.lines().all(|line| line.len() <= WIDTH && line.starts_with("    ")), "{out}");
        let joined = out.split(',').map(str::trim).collect::<Vec<_>>();
        assert_eq!(joined, names);
    }

    #[test]
    fn percentages_have_one_decimal() {
        assert_eq!(percent(1, 3), "33.3");
        assert_eq!(percent(3, 3), "100.0");
        assert_eq!(percent(0, 0), "0.0");
    }
}
