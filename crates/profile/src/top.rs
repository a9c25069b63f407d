//! The table of functions by their share, line for line that of `go tool pprof -top`.
//!
//! Key types: [`TopOptions`]; [`Top`], the table, whose `Display` is the text. As pprof (internal/report, internal/graph)
//! does it: functions are told apart by name, those below 0.5 % of the total are left out, values have one unit chosen
//! by the smallest shown, and inlined functions are marked by their edges in the call graph. Neighbours: [`graph`] sums
//! up; [`measure`] writes numbers.

mod graph;
mod measure;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;

use crate::pprof::{HOST, types};
use crate::profile::Profile;
use graph::{Graph, Node};
use measure::{Scale, Unit, label, percentage};

/// pprof's `nodefraction` and `edgefraction`: what is below these parts of the total does not count.
const NODE_FRACTION: f64 = 0.005;
const EDGE_FRACTION: f64 = 0.001;

/// What the lines are sorted by; largest first, then by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The function's own share.
    #[default]
    Flat,
    /// That of its callees too.
    Cumulative,
}

/// What of the table is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TopOptions {
    /// How many lines at most; `None`: all. pprof's `-nodecount`.
    pub nodes: Option<NonZeroUsize>,
    /// `Cumulative` is pprof's `-cum`.
    pub order: Order,
    /// With the functions below 0.5 % of the total; pprof's `-trim=false`, which ignores `nodes` as well.
    pub everything: bool,
}

/// Whether a function's code is part of its callers'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inlined {
    /// In no call.
    Never,
    /// In some.
    Partly,
    /// In every call.
    Always,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Function name.
    pub name: String,
    /// Nanoseconds or goroutines in the function itself.
    pub flat: i64,
    /// Those with its callees, each sample once. Not below `flat`.
    pub cumulative: i64,
    /// How it was called.
    pub inlined: Inlined,
}

/// The table.
#[derive(Debug, Clone)]
pub struct Top {
    /// The lines.
    pub rows: Vec<Row>,
    /// What is 100 %.
    pub total: i64,
    legend: Vec<String>,
    scale: Scale,
}

impl Profile {
    /// The table.
    pub fn top(&self, options: TopOptions) -> Top {
        let total = self.total();
        let nodes = if options.everything { None } else { options.nodes };
        let cutoff = |fraction| if options.everything { 0 } else { measure::part(total, fraction) };
        let (node_cutoff, edge_cutoff) = (cutoff(NODE_FRACTION), cutoff(EDGE_FRACTION));
        let mut graph = Graph::new(self, None);
        let all = graph.nodes.len();
        let kept: BTreeSet<usize> = graph.above(node_cutoff).collect();
        let below = all.saturating_sub(kept.len());
        if below > 0 {
            graph = Graph::new(self, Some(&kept));
        }
        let mut names = self.sorted(&graph, options.order);
        let candidates = names.len();
        if let Some(limit) = nodes.map(NonZeroUsize::get).filter(|&limit| limit < candidates) {
            names.truncate(limit);
            graph = Graph::new(self, Some(&names.iter().copied().collect()));
        }
        graph.trim_edges(edge_cutoff);
        let rows: Vec<Row> = names.iter().filter_map(|&name| Some(self.row(name, graph.nodes.get(&name)?))).collect();
        let unit = Unit::of(self.kind());
        let scale =
            unit.for_report(rows.iter().map(|row| if row.flat == 0 { row.cumulative } else { row.flat }), total);
        let mut legend = self.legend(total, scale);
        let shown = rows.iter().fold(0i64, |sum, row| sum.saturating_add(row.flat));
        let value = |value| label(value, scale);
        let share = percentage(shown, total);
        legend.push(format!(
            "Showing nodes accounting for {}, {} of {} total",
            value(shown),
            share.trim(),
            value(total)
        ));
        if total != 0 && below > 0 {
            let plural = if below > 1 { "s" } else { "" };
            legend.push(format!("Dropped {below} node{plural} (cum <= {})", value(node_cutoff)));
        }
        if total != 0 && rows.len() < candidates {
            legend.push(format!("Showing top {} nodes out of {candidates}", rows.len()));
        }
        Top { rows, total, legend, scale }
    }

    fn sorted(&self, graph: &Graph, order: Order) -> Vec<usize> {
        let mut nodes: Vec<(usize, Node)> = graph.nodes.iter().map(|(&name, &node)| (name, node)).collect();
        nodes.sort_by_cached_key(|&(name, node)| {
            let value = match order {
                Order::Flat => node.flat,
                Order::Cumulative => node.cumulative,
            };
            (Reverse(value), self.name(name).to_owned())
        });
        nodes.into_iter().map(|(name, _)| name).collect()
    }

    fn row(&self, name: usize, node: &Node) -> Row {
        Row { name: self.name(name).to_owned(), flat: node.flat, cumulative: node.cumulative, inlined: node.inlined() }
    }

    /// pprof's lines about the whole profile, but the time of day, which needs to know the time zone.
    fn legend(&self, total: i64, scale: Scale) -> Vec<String> {
        let mut legend = Vec::new();
        let program = self.programs.first();
        let file = program.map_or(HOST, |program| &program.file);
        let base = file.rsplit('/').find(|part| !part.is_empty());
        legend.extend(base.map(|base| format!("File: {base}")));
        let build_id = program.map(|program| &program.build_id).filter(|build_id| !build_id.is_empty());
        legend.extend(build_id.map(|build_id| format!("Build ID: {build_id}")));
        legend.extend(self.remarks());
        let kind = types(self.kind()).last().map_or("", |&(kind, _)| kind);
        legend.push(format!("Type: {kind}"));
        let length = i64::try_from(self.span.length.as_nanos()).unwrap_or(i64::MAX);
        if length != 0 {
            let ratio = match Unit::of(self.kind()) {
                Unit::Nanoseconds if total != 0 => format!("({})", percentage(total, length)),
                _ => String::new(),
            };
            let duration = label(length, Unit::Nanoseconds.automatic(length));
            legend.push(format!("Duration: {duration}, Total samples = {} {ratio}", label(total, scale)));
        }
        legend
    }
}

impl fmt::Display for Top {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.legend {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "{:>10} {:>5}% {:>5}% {:>10} {:>5}%", "flat", "flat", "sum", "cum", "cum")?;
        let mut sum = 0i64;
        for row in &self.rows {
            sum = sum.saturating_add(row.flat);
            let inlined = match row.inlined {
                Inlined::Never => "",
                Inlined::Partly => " (partial-inline)",
                Inlined::Always => " (inline)",
            };
            let [flat, cumulative] = [row.flat, row.cumulative].map(|value| label(value, self.scale));
            let shares = [row.flat, sum, row.cumulative].map(|value| percentage(value, self.total));
            let [flat_share, sum_share, share] = shares;
            writeln!(f, "{flat:>10} {flat_share} {sum_share} {cumulative:>10} {share}  {}{inlined}", row.name)?;
        }
        Ok(())
    }
}
