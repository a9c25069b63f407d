//! `--trace` and `--trace-summary`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use gopherix::table::Family;
use gopherix::trace::{TraceEvent, TraceSink};

use crate::args::RunArgs;

/// Logs system calls as strace(1) does, counts them, or both.
pub(crate) struct Tracer {
    logged: Vec<Family>,
    summary: bool,
    state: Mutex<State>,
}

struct State {
    out: Box<dyn Write + Send>,
    counts: BTreeMap<&'static str, Count>,
    first_ns: Option<u64>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    calls: u64,
    errors: u64,
    nanos: u64,
}

impl Tracer {
    /// What the flags ask for; `None` if nothing.
    pub(crate) fn from_args(args: &RunArgs) -> anyhow::Result<Option<Arc<Self>>> {
        let logged = match &args.trace {
            Some(names) => families(names)?,
            None if args.trace_file.is_some() && !args.trace_summary => Family::ALL.to_vec(),
            None => Vec::new(),
        };
        if logged.is_empty() && !args.trace_summary {
            return Ok(None);
        }
        let out: Box<dyn Write + Send> = match &args.trace_file {
            Some(path) => {
                // Not buffered: whoever ends this process wants to see the last line most of all.
                Box::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?)
            }
            None => Box::new(std::io::stderr()),
        };
        let state = Mutex::new(State { out, counts: BTreeMap::new(), first_ns: None });
        Ok(Some(Arc::new(Tracer { logged, summary: args.trace_summary, state })))
    }

    /// Prints the summary, if it was asked for, and makes sure that all is written.
    pub(crate) fn finish(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.summary {
            let table = summary(&state.counts);
            let _ = state.out.write_all(table.as_bytes());
        }
        let _ = state.out.flush();
    }
}

impl TraceSink for Tracer {
    fn wants(&self, family: Family) -> bool {
        self.summary || self.logged.contains(&family)
    }

    fn event(&self, event: &TraceEvent) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.summary {
            let count = state.counts.entry(event.call.name).or_default();
            count.calls = count.calls.saturating_add(1);
            count.errors = count.errors.saturating_add(u64::from(event.result.is_err()));
            count.nanos = count.nanos.saturating_add(event.took_ns);
        }
        if self.logged.contains(&event.call.family) {
            let first = *state.first_ns.get_or_insert(event.began_ns);
            let line = line(event, event.began_ns.saturating_sub(first));
            let _ = state.out.write_all(line.as_bytes());
        }
    }
}

/// `[pid] seconds name(args) = result <seconds>`, or `= -1 ENOENT (no such file or directory: why)`.
fn line(event: &TraceEvent, since_ns: u64) -> String {
    let result = match &event.result {
        Ok(value) => value.clone(),
        Err(e) if e.why.is_empty() => format!("-1 {}", e.errno),
        Err(e) => format!("-1 {} ({}: {})", e.errno.name(), e.errno.message(), e.why),
    };
    format!(
        "[{}] {} {}({}) = {result} <{}>\n",
        event.pid,
        seconds(since_ns),
        event.call.name,
        event.args,
        seconds(event.took_ns)
    )
}

fn seconds(nanos: u64) -> String {
    format!("{}.{:06}", nanos / 1_000_000_000, nanos / 1000 % 1_000_000)
}

/// strace -c's table, the most time first.
fn summary(counts: &BTreeMap<&'static str, Count>) -> String {
    let total = counts.values().fold(Count::default(), |sum, c| Count {
        calls: sum.calls.saturating_add(c.calls),
        errors: sum.errors.saturating_add(c.errors),
        nanos: sum.nanos.saturating_add(c.nanos),
    });
    let mut rows: Vec<(&str, Count)> = counts.iter().map(|(name, count)| (*name, *count)).collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(count.nanos));
    rows.push(("total", total));
    let mut table = String::from("% time     seconds  usecs/call     calls    errors syscall\n");
    for (name, count) in rows {
        let tenths = count.nanos.saturating_mul(1000).checked_div(total.nanos).unwrap_or(0);
        let micros = (count.nanos / 1000).checked_div(count.calls).unwrap_or(0);
        table.push_str(&format!(
            "{:>4}.{} {:>12} {micros:>11} {:>9} {:>9} {name}\n",
            tenths / 10,
            tenths % 10,
            seconds(count.nanos),
            count.calls,
            if count.errors > 0 { count.errors.to_string() } else { String::new() }
        ));
    }
    table
}

fn families(names: &[String]) -> anyhow::Result<Vec<Family>> {
    let mut families = Vec::new();
    for name in names {
        match Family::ALL.iter().find(|f| f.name() == name) {
            Some(family) => families.push(*family),
            None if name == "all" => families.extend(Family::ALL),
            None => {
                let known: Vec<&str> = Family::ALL.iter().map(|f| f.name()).collect();
                bail!("--trace: no family {name:?}; there are {}, and all", known.join(", "));
            }
        }
    }
    Ok(families)
}
