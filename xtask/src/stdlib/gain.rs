//! What gopherix' own port gains over the stock one: tests that run there, and do not under the stock wasip1 port, because they
//! skip themselves or cannot even be compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;

use super::output::Outcome;
use super::{Report, Session, StdlibArgs};
use crate::process::progress;
use crate::toolchain::Port;

/// By package: how many tests ran under the stock port, under gopherix' own, and only there.
pub(super) struct Gain(BTreeMap<String, (usize, usize, usize)>);

/// Runs the same packages as built by the stock toolchain.
pub(super) fn of(args: &StdlibArgs, packages: Vec<String>, reports: &[Report]) -> Result<Gain> {
    progress("the same tests as the stock port compiles them");
    let stock = StdlibArgs { port: Some(Port::Wasip1), write: false, run: None, packages: Vec::new(), ..*args };
    let session = Session::start(&stock)?;
    let mut before = BTreeMap::new();
    for package in packages {
        // What cannot be compiled runs no test.
        let tests = session.run_package(&package).map(|report| ran(&report)).unwrap_or_default();
        before.insert(package, tests);
    }
    let none = BTreeSet::new();
    let gains = reports.iter().map(|report| {
        let (now, then) = (ran(report), before.get(&report.package).unwrap_or(&none));
        (report.package.clone(), (then.len(), now.len(), now.difference(then).count()))
    });
    let gain = Gain(gains.collect());
    for (package, (then, now, new)) in &gain.0 {
        println!("{package:<26} {then:>5} ran under the stock port, {now:>5} under gopherix' own, {new:>4} only there");
    }
    let (then, now, new) = gain.sum();
    println!("{:<26} {then:>5} ran under the stock port, {now:>5} under gopherix' own, {new:>4} only there", "all");
    Ok(gain)
}

fn ran(report: &Report) -> BTreeSet<String> {
    let ran = report.tests.iter().filter(|(_, outcome)| **outcome != Outcome::Skip);
    ran.map(|(name, _)| name.clone()).collect()
}

impl Gain {
    fn sum(&self) -> (usize, usize, usize) {
        let add = |sum: (usize, usize, usize), of: &(usize, usize, usize)| {
            (sum.0.saturating_add(of.0), sum.1.saturating_add(of.1), sum.2.saturating_add(of.2))
        };
        self.0.values().fold((0, 0, 0), add)
    }

    /// For the document of results.
    pub(super) fn markdown(&self) -> String {
        let mut text =
            "\n## Tests that run\n\nThose that skip themselves, or are in a package that does not compile, do not.\n\n\
                        | package | stock port | gopherix' own | only there |\n|---|--:|--:|--:|\n"
                .to_owned();
        for (package, (then, now, new)) in &self.0 {
            // Writing to a String cannot fail.
            let _infallible = writeln!(text, "| {package} | {then} | {now} | {new} |");
        }
        let (then, now, new) = self.sum();
        let _infallible = writeln!(text, "| **all** | **{then}** | **{now}** | **{new}** |");
        text
    }
}
