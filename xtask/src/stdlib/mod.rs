//! The Go standard library's own tests as guests: compiled from the toolchain's GOROOT, run in a private file tree,
//! counted, and compared with what is expected.
//!
//! [`packages`] says which, [`tree`] makes the file tree, [`output`] reads the test binaries' output, [`verdict`] holds
//! expectations and reference, [`table`] shows the result. Workers take packages from one queue; its mutex is the only lock.

mod gain;
mod output;
mod packages;
mod table;
mod tree;
mod verdict;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use self::gain::Gain;
use self::output::Outcome;
use self::verdict::{Expectations, Reference, ReferencePackage};
use crate::peer::{Build, Guest, Peer, RUNS_JS, Runner};
use crate::process::{capture, progress, run_logged, shell_line};
use crate::test::Counts;
use crate::toolchain::{Go, Port};
use crate::workspace;

/// Packages compiled and run at the same time.
const WORKERS: usize = 2;
/// Given to the test framework less than to the process, so that it can dump its goroutines first.
const GRACE: Duration = Duration::from_secs(30);

/// Arguments of `cargo xtask stdlib`.
#[derive(Args)]
pub(crate) struct StdlibArgs {
    /// Packages, such as os or net/http; without any, the subset of CI
    packages: Vec<String>,
    /// The whole list
    #[arg(long, conflicts_with = "packages")]
    full: bool,
    /// Which of Go's ports; without it js for Node, else wasip1
    #[arg(long, value_enum)]
    port: Option<Port>,
    /// What runs the tests
    #[arg(long, value_enum, default_value_t = Peer::Gopherix)]
    peer: Peer,
    /// Write tests/stdlib/RESULTS-<port>.md, or under another peer than gopherix tests/stdlib/reference-<port>.toml
    #[arg(long)]
    write: bool,
    /// Seconds one package may take
    #[arg(long, default_value_t = 600)]
    timeout: u64,
    /// Minor release of Go, such as 25; without it the usual one
    #[arg(long)]
    go: Option<u32>,
    /// Only tests whose name matches (Go's -test.run)
    #[arg(long, conflicts_with = "write")]
    run: Option<String>,
}

/// All that the workers share.
struct Session {
    go: Go,
    runner: Runner,
    port: Port,
    expectations: Expectations,
    reference: Option<Reference>,
    /// The guest's `/`.
    root: PathBuf,
    binaries: PathBuf,
    logs: PathBuf,
    limit: Duration,
    pattern: Option<String>,
}

/// One package's run.
struct Report {
    package: String,
    tests: BTreeMap<String, Outcome>,
    /// Without the time to compile.
    wall: Duration,
    surprises: Vec<String>,
}

impl Report {
    /// Passed, failed, skipped.
    fn counts(&self) -> (usize, usize, usize) {
        let count = |outcome| self.tests.values().filter(|found| **found == outcome).count();
        (count(Outcome::Pass), count(Outcome::Fail), count(Outcome::Skip))
    }
}

/// The subset of CI under gopherix, on every port it runs, as `cargo xtask test` runs it.
pub(crate) fn ci() -> (Counts, Result<()>) {
    let ports: &[Port] = if RUNS_JS { Port::value_variants() } else { &[Port::Wasip1] };
    ports.iter().fold((Counts::default(), Ok(())), |(mut sum, result), port| {
        let (counts, verdict) = ci_on(*port);
        sum.add(counts);
        (sum, result.and(verdict))
    })
}

fn ci_on(port: Port) -> (Counts, Result<()>) {
    let args = StdlibArgs {
        packages: Vec::new(),
        full: false,
        port: Some(port),
        peer: Peer::Gopherix,
        write: false,
        timeout: 600,
        go: None,
        run: None,
    };
    match run(&args) {
        Ok((counts, verdict)) => (counts, verdict),
        Err(error) => (Counts::default(), Err(error)),
    }
}

/// Runs the tests; an error if anything was not as expected.
pub(crate) fn command(args: &StdlibArgs) -> Result<()> {
    run(args)?.1
}

/// The counts of what was as expected and what was not, and the latter in words.
fn run(args: &StdlibArgs) -> Result<(Counts, Result<()>)> {
    let session = Session::start(args)?;
    let packages = chosen(args, session.port);
    let reports = session.run_all(packages.clone())?;
    let (pass, fail, skip) = table::totals(&reports);
    println!("{:<26} {pass:>5} pass {fail:>4} fail {skip:>4} skip", "all");
    let gain =
        if session.port == Port::Gopherix && args.full { Some(gain::of(args, packages, &reports)?) } else { None };
    if args.write {
        session.write(&reports, gain.as_ref())?;
    }
    let surprises: Vec<&str> = reports.iter().flat_map(|r| r.surprises.iter().map(String::as_str)).collect();
    let counts = Counts { passed: pass, failed: surprises.len() };
    if surprises.is_empty() {
        return Ok((counts, Ok(())));
    }
    let message = format!("not as expected (logs in {}):\n  {}", session.logs.display(), surprises.join("\n  "));
    Ok((counts, Err(anyhow::anyhow!(message))))
}

fn chosen(args: &StdlibArgs, port: Port) -> Vec<String> {
    if !args.packages.is_empty() {
        return args.packages.clone();
    }
    let list = if args.full { packages::all(port) } else { packages::subset(port).to_vec() };
    list.into_iter().map(str::to_owned).collect()
}

impl Session {
    fn start(args: &StdlibArgs) -> Result<Self> {
        let port = args.port.unwrap_or(args.peer.usual_port());
        if !args.peer.runs(port) {
            bail!("{} does not run GOOS={} binaries", args.peer.name(), port.name());
        }
        let go = args.go.map_or_else(Go::find, Go::of_minor)?;
        let runner = Runner::new(args.peer, Build::Dev, &go)?;
        let home = workspace::scratch_dir().join("stdlib").join(format!("{}-{}", port.name(), args.peer.name()));
        let (root, binaries, logs) = (home.join("root"), home.join("bin"), home.join("log"));
        progress("copying GOROOT into the guests' file tree");
        tree::make(&root, &go)?;
        for dir in [&binaries, &logs] {
            fs::create_dir_all(dir)?;
        }
        let recording = args.write && args.peer != Peer::Gopherix;
        let whole = args.run.is_none() && !recording;
        let reference = if whole { Reference::load(port, go.minor())? } else { None };
        Ok(Self {
            expectations: Expectations::load(port)?,
            reference,
            limit: Duration::from_secs(args.timeout),
            port,
            pattern: args.run.clone(),
            go,
            runner,
            root,
            binaries,
            logs,
        })
    }

    fn run_all(&self, packages: Vec<String>) -> Result<Vec<Report>> {
        let queue = Mutex::new(packages.into_iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let worker = || -> Result<Vec<Report>> {
            let mut reports = Vec::new();
            while let Some(package) = next() {
                let report = self.run_package(&package).with_context(|| format!("package {package}"))?;
                println!("{}", table::line(&report));
                reports.push(report);
            }
            Ok(reports)
        };
        let mut reports = Vec::new();
        std::thread::scope(|scope| -> Result<()> {
            let threads: Vec<_> = (0..WORKERS).map(|_| scope.spawn(worker)).collect();
            for thread in threads {
                match thread.join() {
                    Ok(done) => reports.extend(done?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(())
        })?;
        reports.sort_by(|a, b| a.package.cmp(&b.package));
        Ok(reports)
    }

    fn run_package(&self, package: &str) -> Result<Report> {
        let none =
            Report { package: package.to_owned(), tests: BTreeMap::new(), wall: Duration::ZERO, surprises: Vec::new() };
        let Some(binary) = self.compile(package)? else { return Ok(none) };
        let log = self.logs.join(format!("{}.txt", package.replace('/', "_")));
        let name = binary.file_name().unwrap_or_default().display().to_string();
        // By its name in the guest's tree, by which it starts itself again.
        let seen = [format!("--argv0=/usr/bin/{name}")];
        let options: &[String] = if self.port == Port::Gopherix { &seen } else { &[] };
        let mut command = self.runner.command(&self.guest(package, binary), options);
        let line = shell_line(&command);
        let ended = run_logged(&mut command, &log, self.limit.saturating_add(GRACE))?;
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let tests = output::parse(&text);
        let reference = self.reference.as_ref().and_then(|reference| reference.packages.get(package));
        let mut surprises = self.expectations.judge(package, &tests, reference);
        let failed = tests.values().any(|outcome| *outcome == Outcome::Fail);
        if !ended.success() && !failed {
            surprises.push(format!("{package}: the process ended badly: {}", ended.describe()));
        }
        if tests.is_empty() && !text.contains("no tests to run") {
            surprises.push(format!("{package}: no test ran"));
        }
        if !surprises.is_empty() {
            fs::write(log.with_extension("command"), line)?;
        }
        Ok(Report { tests, wall: ended.wall, surprises, ..none })
    }

    /// The test binary, or `None` for a package without tests.
    fn compile(&self, package: &str) -> Result<Option<PathBuf>> {
        // Programs that start themselves again must be found in the guest's tree.
        let inside = self.root.join("usr/bin");
        let binaries = if self.port == Port::Gopherix { &inside } else { &self.binaries };
        let binary = binaries.join(format!("{}.test", package.replace('/', "_")));
        if binary.exists() {
            fs::remove_file(&binary)?;
        }
        let mut go = self.go.for_wasm(self.port)?;
        // Outside of any module: the standard library is compiled as a dependency would be.
        capture(go.args(["test", "-c", "-o"]).arg(&binary).arg(package).current_dir(&self.binaries))?;
        Ok(Some(binary).filter(|binary| binary.exists()))
    }

    fn guest(&self, package: &str, program: PathBuf) -> Guest {
        let directory = self.go.root().join("src").join(package);
        let mut args = vec!["-test.short".to_owned(), "-test.v=test2json".to_owned()];
        args.push(format!("-test.timeout={}s", self.limit.as_secs()));
        args.extend(self.pattern.iter().map(|pattern| format!("-test.run={pattern}")));
        args.extend(self.expectations.skip_pattern(package).map(|pattern| format!("-test.skip={pattern}")));
        let on_node = self.runner.peer() == Peer::Node;
        let cwd = if on_node { tree::inside(&self.root, &directory) } else { directory };
        let seen = |path: &str| if on_node { tree::inside(&self.root, Path::new(path)) } else { path.into() };
        let (tmp, home) = (seen("/tmp"), seen("/root"));
        let mut mounts = vec![(self.root.clone(), "/".to_owned())];
        if self.runner.peer() == Peer::Wasmtime {
            // It has no devices of its own; gopherix has.
            mounts.push((PathBuf::from("/dev"), "/dev".to_owned()));
        }
        let path = Path::new("/usr/bin:/bin");
        let env = [("PATH", path), ("GOROOT", self.go.root()), ("TMPDIR", &tmp), ("HOME", &home)];
        let env = env.map(|(key, value)| (key.to_owned(), value.display().to_string()));
        Guest { program, args, cwd: cwd.display().to_string(), env: env.to_vec(), mounts }
    }

    fn write(&self, reports: &[Report], gain: Option<&Gain>) -> Result<()> {
        if self.runner.peer() == Peer::Gopherix {
            let mut text = table::markdown(self, reports, self.reference.as_ref());
            text.extend(gain.map(Gain::markdown));
            fs::write(verdict::folder().join(format!("RESULTS-{}.md", self.port.name())), text)?;
            return Ok(());
        }
        let packages = reports.iter().map(|report| {
            let named = |wanted| {
                let tests = report.tests.iter().filter(move |(_, outcome)| **outcome == wanted);
                tests.map(|(name, _)| name.clone()).collect()
            };
            let (pass, ..) = report.counts();
            (report.package.clone(), ReferencePackage { pass, fail: named(Outcome::Fail), skip: named(Outcome::Skip) })
        });
        let go_minor = self.go.minor().context("an unknown release of Go")?;
        Reference { go_minor, packages: packages.collect() }.save(self.port, self.runner.peer())
    }
}
