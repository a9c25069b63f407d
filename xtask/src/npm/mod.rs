//! Unmodified GOOS=js programs out of packages on npm, under Node and under gopherix: what they write must be the same.
//!
//! [`cases`] says what is run, [`program`] how, [`outcome`] compares. Both hosts run in turn in a fresh copy of the same
//! folder at the same path, since programs print paths. tests/npm has the fixtures.

mod cases;
mod outcome;
mod program;

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use self::cases::{CASES, Case};
use self::outcome::Outcome;
pub(crate) use self::program::Program;
use crate::peer::{Build, Peer, Runner};
use crate::process::{run_captured, shell_line};
use crate::test::Counts;
use crate::toolchain::Go;
use crate::workspace;

/// More than a run takes that has to compile the program first.
const LIMIT: Duration = Duration::from_secs(300);

/// Arguments of `cargo xtask npm`.
#[derive(Args)]
pub(crate) struct NpmArgs {
    /// Cases, such as esbuild-bundle, or the beginning of their names; without any, all
    cases: Vec<String>,
    /// Run under one host only, and look at no more than whether each case ends as it should
    #[arg(long, value_enum)]
    peer: Option<Peer>,
}

/// Runs and compares; an error if anything differs.
pub(crate) fn command(args: &NpmArgs) -> Result<()> {
    run(args)?.1
}

/// All cases, as `cargo xtask test` runs them.
pub(crate) fn ci() -> (Counts, Result<()>) {
    run(&NpmArgs { cases: Vec::new(), peer: None }).unwrap_or_else(|error| (Counts::default(), Err(error)))
}

/// The arguments of the esbuild run that is measured.
pub(crate) fn esbuild_bundle() -> &'static [&'static str] {
    cases::bundle_args()
}

fn run(args: &NpmArgs) -> Result<(Counts, Result<()>)> {
    let chosen = chosen(&args.cases)?;
    let go = Go::find()?;
    let peers = args.peer.map_or_else(|| vec![Peer::Node, Peer::Gopherix], |peer| vec![peer]);
    let runners = peers.into_iter().map(|peer| Runner::new(peer, Build::Dev, &go)).collect::<Result<Vec<_>>>()?;
    let mut counts = Counts::default();
    let mut failures = Vec::new();
    for case in chosen {
        let wrong = judge(case, &runners).with_context(|| format!("case {}", case.name))?;
        println!("{:<24} {}", case.name, if wrong.is_empty() { "ok" } else { "DIFFERS" });
        let one = usize::from(wrong.is_empty());
        counts.add(Counts { passed: one, failed: 1_usize.saturating_sub(one) });
        failures.extend(wrong.into_iter().map(|line| format!("{}: {line}", case.name)));
    }
    if failures.is_empty() {
        return Ok((counts, Ok(())));
    }
    let message = format!("not as it should be (files in {}):\n  {}", scratch().display(), failures.join("\n  "));
    Ok((counts, Err(anyhow::anyhow!(message))))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Case>> {
    let known = |name: &String| CASES.iter().any(|case| case.name.starts_with(&**name));
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = CASES.iter().map(|case| case.name).collect();
        bail!("there is no case {unknown}; there are {}", all.join(", "));
    }
    let wanted = |case: &&Case| names.is_empty() || names.iter().any(|name| case.name.starts_with(&**name));
    Ok(CASES.iter().filter(wanted).collect())
}

/// What is wrong with a case: against its own claims, and between the hosts.
fn judge(case: &Case, runners: &[Runner]) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut first: Option<(&str, Outcome)> = None;
    for runner in runners {
        let name = runner.peer().name();
        let outcome = run_case(case, runner)?;
        wrong.extend(outcome.against(case).into_iter().map(|line| format!("{name}: {line}")));
        match &first {
            None => first = Some((name, outcome)),
            Some((first_name, first)) => wrong.extend(first.differences(first_name, &outcome, name)),
        }
    }
    Ok(wrong)
}

fn scratch() -> PathBuf {
    workspace::scratch_dir().join("npm")
}

fn run_case(case: &Case, runner: &Runner) -> Result<Outcome> {
    let project = scratch().join("project");
    case.program.lay_out(&project)?;
    let kept = scratch().join(format!("{}-{}", case.name, runner.peer().name()));
    let stdin = kept.with_extension("stdin");
    fs::write(&stdin, case.stdin)?;
    let mut command = case.program.command(runner, &[], &project, case.args)?;
    let line = shell_line(&command);
    // Pipes, not files: writing to a file, Node calls back before esbuild's driver expects it, and esbuild never ends.
    let (ended, stdout, stderr) = run_captured(&mut command, File::open(&stdin)?.into(), LIMIT)?;
    let Some(status) = ended.status else { bail!("{line}\ndid not end within {LIMIT:?}") };
    for (stream, text) in [("stdout", &stdout), ("stderr", &stderr)] {
        fs::write(kept.with_extension(stream), text)?;
    }
    let outcome = Outcome::read(status, stdout, &stderr, &project)?;
    // Kept beside the streams, for whoever looks into a difference; the next run needs the same place.
    if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    fs::rename(&project, &kept)?;
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_chosen_by_the_beginning_of_their_names() {
        let names = |list: &[&str]| -> Vec<&str> {
            let list: Vec<String> = list.iter().map(|name| (*name).to_owned()).collect();
            chosen(&list).unwrap().iter().map(|case| case.name).collect()
        };
        assert_eq!(names(&["hcl", "esbuild-version"]), ["esbuild-version", "hcl2json"]);
        assert_eq!(names(&[]).len(), CASES.len());
        assert!(chosen(&["nothing".to_owned()]).is_err());
    }

    #[test]
    fn the_measured_bundle_is_a_case() {
        assert!(esbuild_bundle().contains(&"--splitting"));
    }
}
