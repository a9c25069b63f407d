//! BENCHMARKS.md: the table, the targets and whether they are met, and the machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::rows::{Kind, NOISE, Row, Target};

/// Contestants in the table's order.
pub(super) const COLUMNS: [&str; 4] = ["native", "node", "wasmtime", "gopherix"];

/// Medians in nanoseconds by contestant.
pub(super) type Medians = BTreeMap<&'static str, f64>;

/// The middle one of `values`, or the mean of the two in the middle.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len().checked_div(2)?;
    let upper = *values.get(half)?;
    if values.len().is_multiple_of(2) {
        let lower = *values.get(half.checked_sub(1)?)?;
        return Some(f64::midpoint(lower, upper));
    }
    Some(upper)
}

/// A time in the unit that suits it.
fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n if n < 1e9 => (n / 1e6, "ms"),
        n => (n / 1e9, "s"),
    };
    let decimals = if value < 100.0 { 1 } else { 0 };
    format!("{value:.decimals$} {unit}")
}

fn cell(row: &Row, medians: &Medians, column: &str) -> String {
    let Some(value) = medians.get(column) else { return "–".to_owned() };
    match medians.get("native") {
        Some(native) if column != "native" && row.kind == Kind::Loop => {
            format!("{} ({:.1}×)", time(*value), value / native)
        }
        _ => time(*value),
    }
}

/// The target in words, and whether it is met; `None` if that was not measured.
fn target(row: &Row, medians: &Medians) -> (String, Option<bool>) {
    let ours = medians.get("gopherix");
    let against = |other: &str, times: f64| Some(*ours? <= medians.get(other)? * times);
    match row.target {
        Target::Millis(limit) => (format!("≤ {limit} ms"), ours.map(|ours| *ours <= limit * 1e6)),
        Target::Native(times) => (format!("≤ {times}× native"), against("native", times)),
        Target::Wasmtime => ("≤ Wasmtime".to_owned(), against("wasmtime", NOISE)),
        Target::None => (String::new(), None),
    }
}

/// The Markdown table.
pub(super) fn table(rows: &[(&Row, Medians)]) -> String {
    let mut text = "| | one operation | native Go | Node | Wasmtime CLI | gopherix | target | met |\n\
                    |---|---|--:|--:|--:|--:|---|---|\n"
        .to_owned();
    for (row, medians) in rows {
        let cells = COLUMNS.map(|column| cell(row, medians, column)).join(" | ");
        let (aim, met) = target(row, medians);
        let met = met.map_or("", |met| if met { "yes" } else { "**no**" });
        // Writing to a String cannot fail.
        let _infallible = writeln!(text, "| {} | {} | {cells} | {aim} | {met} |", row.name, row.what);
    }
    text
}

/// The whole document; `alone` are headings with what the examples printed.
pub(super) fn document(table: &str, alone: &[(String, String)], versions: &str, rounds: usize) -> String {
    let mut text = format!(
        "# Benchmarks\n\n\
         Made by `cargo xtask bench --write` in one session: the same Go programs (benches/go) built for the native\n\
         platform, for GOOS=js (Node with Go's own wasm_exec_node.js) and for GOOS=wasip1 (Wasmtime CLI, gopherix). The\n\
         contestants take turns in {rounds} rounds; the table shows medians. Each program times its own loop after a\n\
         warm-up; the first two rows are whole processes. In brackets: how many times native Go's time. Files are in a\n\
         directory of the host. \"≤ Wasmtime\" allows {:.0} % of noise.\n\n{table}\n",
        (NOISE - 1.0) * 100.0
    );
    for (heading, output) in alone {
        let _infallible = writeln!(text, "## {heading}\n\n```text\n{}\n```\n", output.trim_end());
    }
    let _infallible = write!(text, "## Machine\n\n{}{versions}", machine());
    text
}

/// Processors, memory and kernel; no names.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']);
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
    let kib: f64 = kib.trim().trim_end_matches(" kB").parse().unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = kernel.split(['-', '\n']).next().unwrap_or_default();
    format!("- {processors} × {model}, {:.0} GiB memory, Linux {release}\n", kib / 1024.0 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::super::rows::ROWS;
    use super::*;

    #[test]
    fn medians_of_odd_and_even() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn says_whether_a_target_is_met() {
        let stat = ROWS.iter().find(|row| row.name == "stat").unwrap();
        let medians = Medians::from([("native", 1000.0), ("gopherix", 2600.0)]);
        assert_eq!(target(stat, &medians).1, Some(false));
        let hello = ROWS.iter().find(|row| row.name == "hello").unwrap();
        assert_eq!(target(hello, &Medians::from([("gopherix", 14e6)])).1, Some(true));
        assert_eq!(target(hello, &Medians::new()).1, None);
    }

    #[test]
    fn shows_ratios_to_native() {
        let stat = ROWS.iter().find(|row| row.name == "stat").unwrap();
        let text = table(&[(stat, Medians::from([("native", 1000.0), ("gopherix", 2000.0)]))]);
        assert!(text.contains("| 1.0 µs | – | – | 2.0 µs (2.0×) | ≤ 2.5× native | yes |"), "{text}");
    }
}
