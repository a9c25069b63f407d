//! The call graph that the table is read from: pprof's internal/graph, as far as it shows there.

use std::collections::{BTreeMap, BTreeSet};

use super::Inlined;
use crate::profile::{Call, Profile};

/// A function, by its name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Node {
    pub(super) flat: i64,
    pub(super) cumulative: i64,
    /// Calls that count are inlined; are not.
    calls: (bool, bool),
}

impl Node {
    pub(super) fn inlined(&self) -> Inlined {
        match self.calls {
            (false, _) => Inlined::Never,
            (true, true) => Inlined::Partly,
            (true, false) => Inlined::Always,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    weight: i64,
    inlined: bool,
}

/// Nodes by name, edges by names of caller and callee.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: BTreeMap<usize, Node>,
    edges: BTreeMap<(usize, usize), Edge>,
}

impl Graph {
    /// Sums the profile up, all of it or for the functions in `kept`. What a function that is not kept has of its own is
    /// in no node's flat value; those it calls count as called by its caller.
    pub(super) fn new(profile: &Profile, kept: Option<&BTreeSet<usize>>) -> Self {
        let mut graph = Self::default();
        for (value, calls) in profile.stacks() {
            graph.add(value, calls, kept);
        }
        graph
    }

    fn add(&mut self, value: i64, calls: impl Iterator<Item = Call>, kept: Option<&BTreeSet<usize>>) {
        let mut seen = BTreeSet::new();
        let mut seen_edges = BTreeSet::new();
        let mut parent = None;
        let mut leaf = None;
        for Call { name, inlined } in calls {
            if kept.is_some_and(|kept| !kept.contains(&name)) {
                leaf = None;
                continue;
            }
            let node = self.nodes.entry(name).or_default();
            if seen.insert(name) {
                node.cumulative = node.cumulative.saturating_add(value);
            }
            if let Some(caller) = parent.filter(|&caller| caller != name)
                && seen_edges.insert((caller, name))
            {
                let edge = self.edges.entry((caller, name)).or_insert(Edge { weight: 0, inlined: true });
                edge.weight = edge.weight.saturating_add(value);
                edge.inlined &= inlined;
            }
            (parent, leaf) = (Some(name), Some(name));
        }
        if let Some(node) = leaf.and_then(|name| self.nodes.get_mut(&name)) {
            node.flat = node.flat.saturating_add(value);
        }
    }

    /// Names of the functions whose cumulative value is at least `cutoff`.
    pub(super) fn above(&self, cutoff: i64) -> impl Iterator<Item = usize> {
        self.nodes.iter().filter(move |(_, node)| node.cumulative >= cutoff).map(|(&name, _)| name)
    }

    /// Tells the nodes which of their calls are inlined; edges below `cutoff` do not count.
    pub(super) fn trim_edges(&mut self, cutoff: i64) {
        self.edges.retain(|_, edge| edge.weight >= cutoff);
        for (&(_, callee), edge) in &self.edges {
            if let Some(node) = self.nodes.get_mut(&callee) {
                let (inlined, other) = &mut node.calls;
                *if edge.inlined { inlined } else { other } = true;
            }
        }
    }
}
