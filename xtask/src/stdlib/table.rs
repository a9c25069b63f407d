//! The results as a table: on the terminal, and as tests/stdlib/RESULTS.md.

use std::fmt::Write as _;

use super::verdict::{Reference, reference_peer};
use super::{Report, Session};

/// One line a package, for the terminal.
pub(super) fn line(report: &Report) -> String {
    let (pass, fail, skip) = report.counts();
    let seconds = report.wall.as_secs_f64();
    let note = if report.surprises.is_empty() { "" } else { "  UNEXPECTED" };
    format!("{:<26} {pass:>5} pass {fail:>4} fail {skip:>4} skip {seconds:>7.1} s{note}", report.package)
}

/// The sums of all packages: passed, failed, skipped.
pub(super) fn totals(reports: &[Report]) -> (usize, usize, usize) {
    reports.iter().map(Report::counts).fold((0, 0, 0), |sum, counts| {
        (
            usize::saturating_add(sum.0, counts.0),
            usize::saturating_add(sum.1, counts.1),
            usize::saturating_add(sum.2, counts.2),
        )
    })
}

/// The Markdown document.
pub(super) fn markdown(session: &Session, reports: &[Report], reference: Option<&Reference>) -> String {
    let port = session.port.name();
    let reference_peer = reference_peer(session.port);
    let mut text = format!(
        "# Go's own tests under gopherix\n\n\
         The tests of these packages of {}'s standard library, compiled for GOOS={port} and run with `-test.short` in\n\
         their own directories. Top-level tests and examples are counted. The reference is {reference_peer}\n\
         on the same binaries. Made by `cargo xtask stdlib --port {port} --full --write`.\n\n\
         | package | pass | fail | skip | reference pass | reference skip |\n|---|--:|--:|--:|--:|--:|\n",
        session.go.version(),
    );
    for report in reports {
        let (pass, fail, skip) = report.counts();
        let known = reference.and_then(|r| r.packages.get(&report.package));
        let pair = known.map_or_else(|| "| ".to_owned(), |r| format!("{} | {}", r.pass, r.skip.len()));
        // Writing to a String cannot fail.
        let _infallible = writeln!(text, "| {} | {pass} | {fail} | {skip} | {pair} |", report.package);
    }
    let (pass, fail, skip) = totals(reports);
    let _infallible = writeln!(text, "| **all** | **{pass}** | **{fail}** | **{skip}** | | |");
    text
}
