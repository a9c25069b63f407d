//! What a test that `go test` has built may see by itself: natively it would see everything.
//!
//! Its package's folder, which is the working directory; the module around it and GOROOT, to read; a temporary folder of its own;
//! its own program, which some tests start again; and the variables that Go knows, or that say how to write.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

use crate::args::RunArgs;
use crate::grants::{Grant, Variable};

/// Where the temporary folder is in the guest.
const TEMPORARY: &str = "/tmp";
const HOME: &str = "/tmp/home";

/// Adds the grants of a test to those of the command line, which come after and so prevail; the temporary folder.
pub(crate) fn grant(args: &mut RunArgs) -> anyhow::Result<Option<TempDir>> {
    let Some(goroot) = &args.go_test else { return Ok(None) };
    let here = std::env::current_dir().context("no current directory")?;
    let temporary = tempfile::Builder::new().prefix("gopherix-test-").tempdir().context("no temporary folder")?;
    std::fs::create_dir(temporary.path().join("home"))?;
    let at_home = |host: &Path, read_only| Grant { host: host.to_owned(), guest: None, read_only };
    let mut dirs = vec![Grant { host: temporary.path().to_owned(), guest: Some(TEMPORARY.into()), read_only: false }];
    if goroot.is_dir() {
        dirs.push(at_home(goroot, true));
    }
    if let Some(module) = module(&here).filter(|module| *module != here && !goroot.starts_with(module)) {
        dirs.push(at_home(&module, true));
    }
    if let Some(program) = args.program.parent().filter(|dir| dir.is_absolute() && !dir.starts_with(&here)) {
        dirs.push(at_home(program, true));
    }
    dirs.push(at_home(&here, false));
    args.dir.splice(0..0, dirs);
    let mut env = vec![variable("HOME", HOME), variable("TMPDIR", TEMPORARY)];
    env.extend(std::env::vars_os().filter_map(|(name, _)| passed(&name)));
    args.env.splice(0..0, env);
    Ok(Some(temporary))
}

/// The folder of the go.mod file that `dir` belongs to, or of its go.work file.
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
