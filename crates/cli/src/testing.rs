//! What a test that `go test` has built may see by itself: natively it would see everything.
//!
//! Its package's folder, which is the working directory; the module around it and GOROOT, to read; its own program, which some
//! tests start again; `/tmp`, in memory; and the variables that Go knows, or that say how to write.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::args::RunArgs;
use crate::grants::{Grant, Variable};

/// The machine's own folder for what is temporary.
const TEMPORARY: &str = "/tmp";

/// Adds the grants of a test to those of the command line, which prevail.
pub(crate) fn grant(args: &mut RunArgs) -> anyhow::Result<()> {
    let Some(goroot) = &args.go_test else { return Ok(()) };
    let here = std::env::current_dir().context("no current directory")?;
    let mut dirs = Vec::new();
    let mut add = |host: &Path, read_only| dirs.push(Grant { host: host.to_owned(), guest: None, read_only });
    if goroot.is_dir() {
        add(goroot, true);
    }
    if let Some(module) = module(&here).filter(|module| *module != here && !module.starts_with(goroot)) {
        add(&module, true);
    }
    if let Some(program) = args.program.parent().filter(|dir| dir.is_absolute() && !dir.starts_with(&here)) {
        add(program, true);
    }
    add(&here, false);
    let point = |grant: &Grant| grant.point().ok();
    let taken: Vec<_> = args.dir.iter().chain(&args.overlay).map(point).collect();
    dirs.retain(|grant| !taken.contains(&point(grant)));
    args.dir.splice(0..0, dirs);
    let mut env = vec![variable("HOME", TEMPORARY), variable("TMPDIR", TEMPORARY)];
    env.extend(std::env::vars_os().filter_map(|(name, _)| passed(&name)));
    args.env.splice(0..0, env);
    Ok(())
}

/// The folder of the go.work file that `dir` belongs to, or of its go.mod file.
fn module(dir: &Path) -> Option<PathBuf> {
    let with = |name: &str| dir.ancestors().find(|dir| dir.join(name).is_file());
    with("go.work").or_else(|| with("go.mod")).map(Path::to_owned)
}

fn variable(name: &str, value: &str) -> Variable {
    Variable { name: name.into(), value: Some(value.into()) }
}

/// Variables that are passed on: Go's own, and those of locale, time zone and terminal.
fn passed(name: &OsStr) -> Option<Variable> {
    const OTHERS: [&str; 5] = ["LANG", "TZ", "TERM", "USER", "NO_COLOR"];
    let name = name.to_str()?;
    let is = name.starts_with("GO") || name.starts_with("LC_") || OTHERS.contains(&name);
    is.then(|| Variable { name: name.into(), value: None })
}
