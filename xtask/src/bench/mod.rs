//! gopherix beside native Go, Node and the Wasmtime command line, on the same programs in one session.
//!
//! [`rows`] says what is measured, [`contestant`] by whom and how, [`report`] writes it down.

mod contestant;
mod port;
mod report;
mod rows;
mod ticks;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use self::contestant::{Contestant, ENTRANTS, GOPHERIX_JS};
use self::report::Medians;
use self::rows::{ALONE, Kind, ROWS, Row};
use crate::peer::RUNS_JS;
use crate::process::{capture, progress};
use crate::toolchain::{Go, node, wasmtime_cli};
use crate::workspace;

/// Whole processes are short: more of them a round.
const STARTS_A_ROUND: usize = 7;
/// What preemption costs is little: more of these a round.
const CPU_A_ROUND: usize = 5;

/// Arguments of `cargo xtask bench`.
#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Rows, such as hello or stat, or ticks, sleepers or fair; without any, all
    rows: Vec<String>,
    /// Write BENCHMARKS.md
    #[arg(long)]
    write: bool,
    /// How often the contestants take turns
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Leave out a contestant: native, node, wasmtime, gopherix, gopherix-js, uninterrupted or sampled
    #[arg(long, conflicts_with = "write")]
    without: Vec<String>,
}

/// What is shown by gopherix alone, or not as a row of the table.
fn alone() -> impl Iterator<Item = &'static str> {
    ALONE.iter().map(|(name, _)| *name).chain([ticks::NAME, port::NAME])
}

/// Measures and prints the table.
pub(crate) fn command(args: &BenchArgs) -> Result<()> {
    let known = |name: &str| ROWS.iter().any(|r| r.name == name) || alone().any(|alone| alone == name);
    if let Some(unknown) = args.rows.iter().find(|name| !known(name)) {
        let names: Vec<&str> = ROWS.iter().map(|r| r.name).chain(alone()).collect();
        bail!("there is no row {unknown}; there are {}", names.join(", "));
    }
    if args.write && !args.rows.is_empty() {
        bail!("--write needs all rows: a table of several sessions compares nothing");
    }
    let named = |name: &str| args.rows.iter().any(|row| row == name);
    let wanted = |name: &str| args.rows.is_empty() || named(name);
    let rows: Vec<&Row> =
        ROWS.iter().filter(|row| named(row.name) || wanted(row.name) && (RUNS_JS || !row.only_js)).collect();
    let go = Go::find()?;
    let (medians, failed) = match &*rows {
        [] => Default::default(),
        rows => measure(rows, &contestants(args, &go)?, args.rounds),
    };
    let table = report::tables(&medians);
    print!("{table}");
    let mut alone = Vec::new();
    if wanted(ticks::NAME) {
        let output = ticks::run(&go)?;
        println!("\n{}:\n{output}", ticks::HEADING);
        alone.push((ticks::HEADING.to_owned(), output));
    }
    if wanted(port::NAME) {
        let output = port::run(&go, args.rounds)?;
        println!("\n{}:\n{output}", port::HEADING);
        alone.push((port::HEADING.to_owned(), output));
    }
    for (name, heading) in ALONE.iter().filter(|(name, _)| wanted(name)) {
        if let Some(output) = example(name)? {
            println!("\n{heading}:\n{output}");
            alone.push(((*heading).to_owned(), output));
        }
    }
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join(", "));
    }
    if args.write {
        let text = report::document(&table, &alone, &versions(&go)?, args.rounds);
        fs::write(workspace::root().join("BENCHMARKS.md"), text)?;
    }
    Ok(())
}

fn contestants(args: &BenchArgs, go: &Go) -> Result<Vec<Contestant>> {
    let scratch = workspace::scratch_dir().join("bench");
    if scratch.exists() {
        // Caches of an earlier session would make its first round another's.
        fs::remove_dir_all(&scratch)?;
    }
    let sources = workspace::root().join("benches/go");
    let mut contestants = Vec::new();
    for entrant in ENTRANTS {
        let name = entrant.name;
        if args.without.iter().any(|left_out| left_out == name) || name == GOPHERIX_JS && !RUNS_JS {
            continue;
        }
        progress(&format!("preparing {name}"));
        contestants.push(Contestant::new(entrant, go, &sources, &scratch)?);
    }
    Ok(contestants)
}

type Table<'a> = Vec<(&'a Row, Medians)>;

/// The medians, and the rows that could not be measured to the end.
fn measure<'a>(rows: &[&'a Row], contestants: &[Contestant], rounds: usize) -> (Table<'a>, Vec<&'static str>) {
    let mut samples: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    let mut failed = Vec::new();
    for row in rows {
        progress(row.name);
        let mut sample = || -> Result<()> {
            let takers: Vec<&Contestant> = contestants.iter().filter(|taker| taker.takes(row)).collect();
            for taker in &takers {
                taker.prepare(row)?;
            }
            let starts = if row.kind == Kind::Cold { STARTS_A_ROUND } else { 1 };
            let turns = if row.cpu { rounds.saturating_mul(CPU_A_ROUND) } else { rounds };
            for _ in 0..turns {
                for taker in &takers {
                    for _ in 0..starts {
                        samples.entry((row.name, taker.name)).or_default().push(taker.measure(row)?);
                    }
                }
            }
            Ok(())
        };
        // The other rows took long enough to be worth keeping.
        if let Err(error) = sample() {
            failed.push(row.name);
            progress(&format!("{}: {error:#}", row.name));
        }
    }
    let medians_of = |row: &Row| {
        let of_row = samples.iter().filter(|((name, _), _)| *name == row.name);
        let median = |((_, taker), values): (&(&str, &'static str), &Vec<f64>)| {
            Some((*taker, report::median(&mut values.clone())?))
        };
        of_row.filter_map(median).collect()
    };
    (rows.iter().map(|row| (*row, medians_of(row))).collect(), failed)
}

/// What `crates/gopherix/examples/<name>.rs` prints, if there is one.
fn example(name: &str) -> Result<Option<String>> {
    if !workspace::root().join(format!("crates/gopherix/examples/{name}.rs")).exists() {
        return Ok(None);
    }
    progress(&format!("running the example {name}"));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Of the whole workspace: with the features of one package alone the engine would be compiled anew.
    let words = ["build", "--quiet", "--release", "--workspace", "--example", name];
    capture(Command::new(cargo).args(words).current_dir(workspace::root()))?;
    let program = workspace::target_dir().join("release/examples").join(name);
    capture(Command::new(program).env("GOPHERIX_GO", Go::find()?.bin()).current_dir(workspace::root())).map(Some)
}

fn versions(go: &Go) -> Result<String> {
    let node = capture(Command::new(node()?).arg("--version"))?;
    let wasmtime = capture(Command::new(wasmtime_cli()?).arg("--version"))?;
    let wasmtime = wasmtime.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))?;
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasmtime\"");
    let engine = lines.nth(1).and_then(|line| line.split('"').nth(1)).unwrap_or("?").to_owned();
    Ok(format!(
        "- {}, Node {}, Wasmtime CLI {wasmtime}, gopherix on the Wasmtime {engine} engine\n",
        go.version(),
        node.trim()
    ))
}
