//! `cargo xtask test`: everything that must hold, as continuous integration runs it, in steps that can also be run alone.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::check_wasm32;
use crate::npm;
use crate::peer::{Build, RUNS_JS, gopherix};
use crate::process::{capture, progress, run_logged, shell_line, which};
use crate::stdlib;
use crate::toolchain::{Go, RUST_UNKNOWN, RustWasm, wasmtime_cli, zig};
use crate::workspace;

/// A step of no use for longer than this hangs.
const LIMIT: Duration = Duration::from_secs(3600);

/// The steps, in their order.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// cargo fmt --check
    Fmt,
    /// cargo clippy, warnings denied
    Clippy,
    /// the portable crates are portable
    Wasm32,
    /// Go, Zig and the Wasmtime command line are there
    Tools,
    /// the workspace's own tests
    Workspace,
    /// SYSCALLS.md is what the system call table says
    Syscalls,
    /// a subset of the Go standard library's tests
    Stdlib,
    /// programs from npm write the same as under Node
    Npm,
}

/// Arguments of `cargo xtask test`.
#[derive(Args)]
pub(crate) struct TestArgs {
    /// Only these steps
    #[arg(value_enum)]
    steps: Vec<Step>,
}

/// Tests that passed and failed; a step that is one check counts as one test.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Counts {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
}

impl Counts {
    /// Adds the counts of another step or part of one.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
    }
}

const ONE: Counts = Counts { passed: 1, failed: 0 };

/// A step's counts, and what went wrong.
type Outcome = (Counts, Result<()>);

/// Runs the steps; all of them, even after a failure.
pub(crate) fn command(args: &TestArgs) -> Result<()> {
    let usual: Vec<Step> = Step::value_variants().iter().copied().filter(|step| step.is_usual()).collect();
    let steps = if args.steps.is_empty() { &usual } else { &args.steps };
    let mut total = Counts::default();
    let mut summary = Vec::new();
    let mut ok = true;
    for step in steps {
        let name = step.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        println!("== {name}");
        let start = Instant::now();
        let (mut counts, result) = step.run();
        let seconds = start.elapsed().as_secs_f64();
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        if let Err(error) = result {
            ok = false;
            counts.failed = counts.failed.max(1);
            println!("{error:#}");
        }
        println!("== {name} {word} ({seconds:.1} s)\n");
        summary.push(format!("{name} {word}"));
        total.add(counts);
    }
    println!("{}", summary.join(", "));
    println!("{} passed, {} failed", total.passed, total.failed);
    if !ok {
        bail!("not all steps passed");
    }
    Ok(())
}

impl Step {
    /// Whether it is run when no step is asked for by name.
    fn is_usual(self) -> bool {
        RUNS_JS || self != Self::Npm
    }

    fn run(self) -> Outcome {
        match self {
            Self::Fmt => one(capture(cargo().args(["fmt", "--all", "--check"])).map(drop)),
            Self::Clippy => one(clippy()),
            Self::Wasm32 => one(check_wasm32::command()),
            Self::Tools => one(tools()),
            Self::Workspace => workspace_tests(),
            Self::Syscalls => one(syscalls()),
            Self::Stdlib => stdlib::ci(),
            Self::Npm => npm::ci(),
        }
    }
}

fn one(result: Result<()>) -> Outcome {
    (if result.is_ok() { ONE } else { Counts::default() }, result)
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root());
    command
}

fn clippy() -> Result<()> {
    capture(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])).map(drop)
}

fn tools() -> Result<()> {
    println!("{}, {}, {}", Go::find()?.version(), zig()?.display(), wasmtime_cli()?.display());
    Ok(())
}

/// By nextest where it is installed (which leaves out the documentation's examples), else by cargo's own runner.
fn workspace_tests() -> Outcome {
    let with_nextest = which("cargo-nextest").is_some();
    let (runner, docs): (&[&str], &[&str]) = if with_nextest {
        (&["nextest", "run", "--no-fail-fast", "--no-tests=pass", "--color=never"], &["test", "--workspace", "--doc"])
    } else {
        (&["test", "--workspace", "--no-fail-fast"], &[])
    };
    let mut counts = Counts::default();
    let mut result = Ok(());
    for words in [runner, docs] {
        let Some(name) = words.first() else { continue };
        match logged(words, name) {
            Ok((text, ended)) => {
                counts.add(count(&text));
                result = result.and(ended);
            }
            Err(error) => result = Err(error),
        }
    }
    (counts, result)
}

/// Runs `cargo words…`; the output, and an error with that output if it failed.
fn logged(words: &[&str], name: &str) -> Result<(String, Result<()>)> {
    let folder = workspace::scratch_dir().join("test");
    fs::create_dir_all(&folder)?;
    let log = folder.join(format!("{name}.log"));
    let mut command = cargo();
    command.args(words).env("GOPHERIX_GO", Go::find()?.bin()).env("GOPHERIX_ZIG", zig()?);
    command.env("GOPHERIX_WASMTIME", wasmtime_cli()?).env("GOPHERIX_RUST_CLIENT", rust_client()?);
    if words.first() == Some(&"nextest") {
        command.arg("--workspace");
    }
    let ended = run_logged(&mut command, &log, LIMIT)?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let result = if ended.success() {
        Ok(())
    } else {
        Err(anyhow::anyhow!("{}\n{text}\nended with {}", shell_line(&command), ended.describe()))
    };
    Ok((text, result))
}

/// Builds `tests/clients/rust/client.rs` as a package made for it; where the module is.
fn rust_client() -> Result<PathBuf> {
    let folder = workspace::scratch_dir().join("rust-client");
    fs::create_dir_all(&folder)?;
    let manifest = folder.join("Cargo.toml");
    let source = workspace::root().join("tests/clients/rust/client.rs");
    let text = format!(
        "[package]\nname = \"client\"\nedition = \"2024\"\n[workspace]\n[lib]\npath = {source:?}\ncrate-type = [\"cdylib\"]\n"
    );
    fs::write(&manifest, text)?;
    let rust = RustWasm::find(RUST_UNKNOWN)?;
    progress(&format!("building the Rust client for {}", rust.describe()));
    capture(rust.cargo("build").args(["--release", "--quiet", "--manifest-path"]).arg(&manifest))?;
    Ok(RustWasm::target_dir().join(RUST_UNKNOWN).join("release/client.wasm"))
}

/// Adds up `test result: ok. 3 passed; 0 failed; …` of cargo and `… 3 tests run: 3 passed, 0 skipped` of nextest.
fn count(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines() {
        let line = line.trim();
        if !line.starts_with("test result:") && !line.starts_with("Summary [") {
            continue;
        }
        counts.passed = counts.passed.saturating_add(number_before(line, "passed"));
        counts.failed = counts.failed.saturating_add(number_before(line, "failed"));
        counts.failed = counts.failed.saturating_add(number_before(line, "timed"));
    }
    counts
}

fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || c == ',' || c == ';').collect();
    let pair = words.windows(2).find(|pair| pair.get(1) == Some(&word));
    pair.and_then(|pair| pair.first()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn syscalls() -> Result<()> {
    let path = workspace::root().join("SYSCALLS.md");
    let written = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let generated = capture(Command::new(gopherix(Build::Dev)?).args(["syscalls", "--markdown"]))?;
    compare(&written, &generated)
}

fn compare(written: &str, generated: &str) -> Result<()> {
    if written == generated {
        return Ok(());
    }
    let differs = written.lines().zip(generated.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or_else(|| written.lines().count().min(generated.lines().count())).saturating_add(1);
    bail!(
        "SYSCALLS.md is out of date from line {line}: write it with `cargo run -p gopherix-cli -- syscalls --markdown > \
         SYSCALLS.md`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_both_runners() {
        let cargo = "test result: ok. 3 passed; 0 failed; 1 ignored;\ntest result: FAILED. 2 passed; 1 failed;";
        assert_eq!(count(cargo), Counts { passed: 5, failed: 1 });
        let nextest = "     Summary [   0.012s] 6 tests run: 4 passed (1 slow), 1 failed, 1 timed out, 0 skipped";
        assert_eq!(count(nextest), Counts { passed: 4, failed: 2 });
        assert_eq!(count("I passed 3 passed"), Counts::default());
    }

    #[test]
    fn names_the_first_line_that_differs() {
        assert!(compare("a\nb\n", "a\nb\n").is_ok());
        assert!(compare("a\nb\n", "a\nc\n").unwrap_err().to_string().contains("line 2"));
        assert!(compare("a\nb\n", "a\nb\nc\n").unwrap_err().to_string().contains("line 3"));
    }
}
