//! BENCHMARKS.md: the table, the targets and whether they are met, and the machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::contestant::{GOPHERIX_JS, SAMPLED, UNINTERRUPTED};
use super::rows::{Js, Kind, NOISE, Row, Target};

/// Contestants of the first table, in its order.
const COLUMNS: [&str; 4] = ["native", "node", "wasmtime", "gopherix"];

/// What something may cost in any row.
const MOST_COST: f64 = 0.05;

/// What something costs: the rows of the processor's without it and with it.
struct Cost {
    /// What, in Markdown.
    title: &'static str,
    /// Contestants, and what their columns are called.
    without: (&'static str, &'static str),
    with: (&'static str, &'static str),
    /// What it may cost in the mean.
    mean: f64,
}

const COSTS: [Cost; 2] = [
    Cost {
        title: "Preemption, ticks, kill and limits, against the same engine without any interruption (`--no-preempt`)",
        without: (UNINTERRUPTED, "uninterrupted"),
        with: ("gopherix", "gopherix"),
        mean: 0.01,
    },
    Cost {
        title: "A profile, 100 samples a second (`--profile`)",
        without: ("gopherix", "gopherix"),
        with: (SAMPLED, "sampled"),
        mean: 0.02,
    },
];

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
pub(super) fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n if n < 1e9 => (n / 1e6, "ms"),
        n => (n / 1e9, "s"),
    };
    let decimals = if value < 100.0 { 1 } else { 0 };
    format!("{value:.decimals$} {unit}")
}

fn cell(medians: &Medians, column: &str) -> String {
    medians.get(column).map_or_else(|| "–".to_owned(), |value| time(*value))
}

/// The same with the ratio to native Go in brackets, where that says something.
fn cell_with_ratio(row: &Row, medians: &Medians, column: &str) -> String {
    let text = cell(medians, column);
    match medians.get(column).zip(medians.get("native")) {
        Some((value, native)) if column != "native" && row.kind == Kind::Loop => {
            format!("{text} ({:.1}×)", value / native)
        }
        _ => text,
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

/// The Markdown tables: all contestants but GOOS=js under gopherix, which has one of its own beside Node.
pub(super) fn tables(rows: &[(&Row, Medians)]) -> String {
    let mut text = table(rows);
    COSTS.iter().for_each(|cost| text.push_str(&costs(rows, cost)));
    let shown = |row: &Row, medians: &Medians| row.only_js || row.js != Js::No && medians.contains_key(GOPHERIX_JS);
    let js: Vec<_> = rows.iter().filter(|(row, medians)| shown(row, medians)).collect();
    if js.is_empty() {
        return text;
    }
    text.push_str(
        "\nGOOS=js, the same binaries:\n\n| | one operation | Node | gopherix | times as fast | target | met |\n",
    );
    text.push_str("|---|---|--:|--:|--:|---|---|\n");
    for (row, medians) in js {
        let cells = ["node", GOPHERIX_JS].map(|column| cell(medians, column)).join(" | ");
        let ratio = medians.get("node").zip(medians.get(GOPHERIX_JS)).map(|(node, ours)| node / ours);
        let ratio_text = ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.1}"));
        let (aim, met) = match row.js {
            Js::Faster(times) => (format!("≥ {times}"), ratio.map(|ratio| ratio >= times)),
            Js::Shown | Js::No => (String::new(), None),
        };
        let met = verdict(met);
        // Writing to a String cannot fail.
        let _infallible = writeln!(text, "| {} | {} | {cells} | {ratio_text} | {aim} | {met} |", row.name, row.what);
    }
    text
}

/// The table of what something costs: each row of the processor's without it and with it, and the mean.
fn costs(rows: &[(&Row, Medians)], cost: &Cost) -> String {
    let both = |medians: &Medians| Some((*medians.get(cost.without.0)?, *medians.get(cost.with.0)?));
    let rows: Vec<_> = rows.iter().filter(|(row, _)| row.cpu).collect();
    let rows: Vec<_> = rows.iter().filter_map(|(row, medians)| Some((row, both(medians)?))).collect();
    if rows.is_empty() {
        return String::new();
    }
    let (title, without, with) = (cost.title, cost.without.1, cost.with.1);
    let mut text = format!(
        "\n{title}:\n\n| | one operation | {without} | {with} | cost | target | met |\n|---|---|--:|--:|--:|---|---|\n"
    );
    let mut logarithms = 0.0;
    let mut count = 0.0;
    for (row, (without, with)) in rows {
        let ratio = with / without;
        logarithms += ratio.ln();
        count += 1.0;
        let (cells, cost) = (format!("{} | {}", time(without), time(with)), percent(ratio));
        let met = verdict(Some(ratio <= 1.0 + MOST_COST));
        // Writing to a String cannot fail.
        let _infallible = writeln!(text, "| {} | {} | {cells} | {cost} | ≤ 5 % | {met} |", row.name, row.what);
    }
    let mean = f64::exp(logarithms / count);
    let (most, met) = (cost.mean * 100.0, verdict(Some(mean <= 1.0 + cost.mean)));
    let _infallible = writeln!(text, "| | geometric mean | | | {} | ≤ {most} % | {met} |", percent(mean));
    text
}

fn percent(ratio: f64) -> String {
    format!("{:+.1} %", (ratio - 1.0) * 100.0)
}

fn verdict(met: Option<bool>) -> &'static str {
    met.map_or("", |met| if met { "yes" } else { "**no**" })
}

fn table(rows: &[(&Row, Medians)]) -> String {
    let mut text = "| | one operation | native Go | Node | Wasmtime CLI | gopherix | target | met |\n\
                    |---|---|--:|--:|--:|--:|---|---|\n"
        .to_owned();
    for (row, medians) in rows.iter().filter(|(row, _)| !row.only_js) {
        let cells = COLUMNS.map(|column| cell_with_ratio(row, medians, column)).join(" | ");
        let (aim, met) = target(row, medians);
        let met = verdict(met);
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
         platform, for GOOS=wasip1 (Wasmtime CLI, gopherix) and for GOOS=js (Node with Go's own wasm_exec_node.js; gopherix,\n\
         in a table of its own, as is esbuild, which Node runs by the package's own driver). The\n\
         contestants take turns in {rounds} rounds; the table shows medians. Each program times its own loop after a\n\
         warm-up; the first two rows are whole processes. In brackets: how many times native Go's time. Files are in a\n\
         directory of the host. \"≤ Wasmtime\" allows {:.0} % of noise.\n\n{table}\n",
        (NOISE - 1.0) * 100.0
    );
    for (heading, output) in alone {
        let output = output.trim_end();
        // What is a table already stays one.
        let (before, after) = if output.starts_with('|') { ("", "") } else { ("```text\n", "\n```") };
        let _infallible = writeln!(text, "## {heading}\n\n{before}{output}{after}\n");
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
    fn js_has_a_table_of_its_own_beside_node() {
        let row = |name: &str| ROWS.iter().find(|row| row.name == name).unwrap();
        let medians = Medians::from([("node", 100e3), ("gopherix", 1e3), (GOPHERIX_JS, 8e3)]);
        let text = tables(&[(row("stat"), medians.clone()), (row("js-get"), medians.clone()), (row("fib"), medians)]);
        assert!(text.contains("| stat | os.Stat | 100 µs | 8.0 µs | 12.5 | ≥ 10 | yes |"), "{text}");
        assert_eq!(text.matches("| js-get |").count(), 1, "{text}");
        assert_eq!(text.matches("| fib |").count(), 1, "{text}");
        assert!(!tables(&[(row("stat"), Medians::from([("node", 1.0)]))]).contains("GOOS=js"));
    }

    #[test]
    fn the_cost_of_preemption_is_a_ratio() {
        let row = |name: &str| ROWS.iter().find(|row| row.name == name).unwrap();
        let medians = |with| Medians::from([(UNINTERRUPTED, 100.0), ("gopherix", with)]);
        let rows = [(row("fib"), medians(106.0)), (row("sort"), medians(95.0)), (row("stat"), Medians::new())];
        let text = costs(&rows, &COSTS[0]);
        assert!(text.contains("| fib | fib(35) | 100 ns | 106 ns | +6.0 % | ≤ 5 % | **no** |"), "{text}");
        assert!(text.contains("| -5.0 % | ≤ 5 % | yes |"), "{text}");
        assert!(text.contains("| geometric mean | | | +0.3 % | ≤ 1 % | yes |"), "{text}");
        assert!(!text.contains("stat"), "{text}");
        assert_eq!(costs(&[], &COSTS[0]), "");
        assert_eq!(costs(&rows, &COSTS[1]), "", "not measured");
    }

    #[test]
    fn shows_ratios_to_native() {
        let stat = ROWS.iter().find(|row| row.name == "stat").unwrap();
        let text = table(&[(stat, Medians::from([("native", 1000.0), ("gopherix", 2000.0)]))]);
        assert!(text.contains("| 1.0 µs | – | – | 2.0 µs (2.0×) | ≤ 2.5× native | yes |"), "{text}");
    }
}
