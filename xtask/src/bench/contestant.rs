//! Who is measured, and how each runs one of the bench programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::rows::{Js, Kind, Row, Runs};
use crate::npm::{self, Program};
use crate::peer::{Build, Guest, Peer, Runner};
use crate::process::{capture, shell_line};
use crate::toolchain::{Go, Port};

/// Longest wait for a compiler working in the background.
const SETTLE_LIMIT: Duration = Duration::from_secs(120);

/// Who is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Entrant {
    /// The table's column, and what `--without` takes.
    pub name: &'static str,
    /// What runs the programs, and which of Go's ports; `None`: this machine itself.
    pub host: Option<(Peer, Port)>,
    /// Flags of the host's.
    pub options: &'static [&'static str],
}

/// All who can be measured, in the tables' order.
pub(super) const ENTRANTS: [Entrant; 7] = [
    Entrant { name: "native", host: None, options: &[] },
    Entrant { name: "node", host: Some((Peer::Node, Port::Js)), options: &[] },
    Entrant { name: "wasmtime", host: Some((Peer::Wasmtime, Port::Wasip1)), options: &[] },
    Entrant { name: "gopherix", host: Some((Peer::Gopherix, Port::Wasip1)), options: &[] },
    Entrant { name: GOPHERIX_JS, host: Some((Peer::Gopherix, Port::Js)), options: &[] },
    Entrant { name: UNINTERRUPTED, host: Some((Peer::Gopherix, Port::Wasip1)), options: &["--no-preempt"] },
    Entrant { name: SAMPLED, host: Some((Peer::Gopherix, Port::Wasip1)), options: &[] },
];

/// gopherix that samples the program: what that costs is the difference.
pub(super) const SAMPLED: &str = "sampled";

/// gopherix that preempts no goroutine: what preemption costs is the difference.
pub(super) const UNINTERRUPTED: &str = "uninterrupted";

/// gopherix with GOOS=js.
pub(super) const GOPHERIX_JS: &str = "gopherix-js";

/// The programs for one entrant, and how to run them.
pub(super) struct Contestant {
    /// The table's column.
    pub name: &'static str,
    /// `None`: native.
    runner: Option<Runner>,
    options: &'static [&'static str],
    port: Option<Port>,
    programs: PathBuf,
    /// Its compiled code is kept under here.
    cache: PathBuf,
    /// The files of the programs; in memory if the machine has a place for that, so that the rows about files are not about
    /// what a disk has to do after the last row.
    data: TempDir,
    /// What is bundled, at a path that means the same to a guest.
    project: PathBuf,
}

impl Contestant {
    /// Makes an entrant ready: compiles all programs, unless another has done it for the same port.
    pub(super) fn new(entrant: Entrant, go: &Go, sources: &Path, scratch: &Path) -> Result<Self> {
        let port = entrant.host.map(|(_, port)| port);
        let home = scratch.join(entrant.name);
        let programs = scratch.join("programs").join(port.map_or("native", Port::name));
        let (cache, project) = (home.join("cache"), home.join("project"));
        for dir in [&cache, &project] {
            fs::create_dir_all(dir)?;
        }
        let memory = Path::new("/dev/shm");
        let data = TempDir::with_prefix_in("gopherix-bench-", if memory.is_dir() { memory } else { &home })?;
        if !programs.exists() {
            fs::create_dir_all(&programs)?;
            let mut build = port.map_or_else(|| Ok(go.command()), |port| go.for_wasm(port))?;
            // The trailing separator makes it a folder of programs.
            let into = format!("{}/", programs.display());
            capture(build.args(["build", "-o", &into, "./..."]).current_dir(sources))?;
        }
        let runner = entrant.host.map(|(peer, _)| Runner::new(peer, Build::Release, go)).transpose()?;
        Ok(Self { name: entrant.name, runner, options: entrant.options, port, programs, cache, data, project })
    }

    /// Whether it takes part in a row.
    pub(super) fn takes(&self, row: &Row) -> bool {
        if [UNINTERRUPTED, SAMPLED].contains(&self.name) {
            return row.cpu;
        }
        match (self.peer(), self.port) {
            // Nothing of Node's is worth a row of an uncached start: it keeps no compiled code of a module.
            (Some(Peer::Node), _) => row.kind != Kind::ColdUncached,
            (Some(Peer::Gopherix), Some(Port::Js)) => row.js != Js::No,
            (peer, _) => !row.only_js && (peer.is_some() || row.kind != Kind::ColdUncached),
        }
    }

    fn peer(&self) -> Option<Peer> {
        self.runner.as_ref().map(Runner::peer)
    }

    /// Runs `row` once, before it is measured, so that all compiled code is in the cache: gopherix would leave that to a
    /// helper in the background.
    pub(super) fn prepare(&self, row: &Row) -> Result<()> {
        let options: &[&str] = if self.peer() == Some(Peer::Gopherix) { &["--compiler=optimizing"] } else { &[] };
        self.run_once(row, options).map(drop)
    }

    /// One measurement: nanoseconds for an operation, or for the whole process.
    pub(super) fn measure(&self, row: &Row) -> Result<f64> {
        if row.kind == Kind::ColdUncached {
            self.clear_cache()?;
        }
        let (output, wall) = self.run_once(row, &[])?;
        if row.kind == Kind::ColdUncached {
            // A compiler still at work in the background would slow down whoever comes next.
            self.settle()?;
        }
        if row.kind == Kind::Loop { nanoseconds(&output) } else { Ok(wall) }
    }

    /// What it wrote to stdout, and nanoseconds from start to end.
    fn run_once(&self, row: &Row, options: &[&str]) -> Result<(String, f64)> {
        if row.program == Runs::Esbuild {
            Program::Esbuild.lay_out(&self.project)?;
        }
        let mut command = self.command(row, options)?;
        let line = shell_line(&command);
        let start = Instant::now();
        let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start: {line}"))?;
        let wall = start.elapsed().as_secs_f64() * 1e9;
        if !output.status.success() {
            bail!("{line}\n{}ended with {}", String::from_utf8_lossy(&output.stderr), output.status);
        }
        Ok((String::from_utf8_lossy(&output.stdout).into_owned(), wall))
    }

    fn command(&self, row: &Row, options: &[&str]) -> Result<Command> {
        let mut options: Vec<String> = self.options.iter().chain(options).map(|option| (*option).to_owned()).collect();
        if self.name == SAMPLED {
            options.push(format!("--profile={}", self.cache.join("profile.pb.gz").display()));
        }
        let mut command = match (row.program, &self.runner) {
            (Runs::Go(program), None) => {
                let mut command = Command::new(self.programs.join(program));
                command.args(row.args).args(directory(row, &self.data.path().display().to_string()));
                command
            }
            (Runs::Go(program), Some(runner)) => runner.command(&self.guest(row, program, runner), &options),
            (Runs::Esbuild, Some(runner)) => {
                Program::Esbuild.command(runner, &options, &self.project, npm::esbuild_bundle())?
            }
            (Runs::Esbuild, None) => bail!("there is no native esbuild to compare with"),
        };
        command.env("XDG_CACHE_HOME", &self.cache);
        Ok(command)
    }

    fn guest(&self, row: &Row, program: &str, runner: &Runner) -> Guest {
        let host_paths = runner.peer() == Peer::Node;
        let dir = if host_paths { self.data.path().display().to_string() } else { "/data".to_owned() };
        let mut args: Vec<String> = row.args.iter().map(|arg| (*arg).to_owned()).collect();
        args.extend(directory(row, &dir));
        let mounts =
            if row.uses_files { vec![(self.data.path().to_path_buf(), "/data".to_owned())] } else { Vec::new() };
        let cwd = if row.uses_files || host_paths { dir } else { "/".to_owned() };
        // `go build` names programs after their folders, on wasm too.
        Guest { program: self.programs.join(program), args, cwd, env: Vec::new(), mounts }
    }

    fn clear_cache(&self) -> Result<()> {
        fs::remove_dir_all(&self.cache)?;
        fs::create_dir_all(&self.cache)?;
        Ok(())
    }

    /// Waits until no compiler is at work in the background: each has claimed a copy of its module beside the compiled code,
    /// which it removes when it is done.
    fn settle(&self) -> Result<()> {
        let start = Instant::now();
        while holds_claim(&self.cache)? {
            if start.elapsed() > SETTLE_LIMIT {
                bail!("a compiler was still at work after {SETTLE_LIMIT:?}, in {}", self.cache.display());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

fn directory(row: &Row, dir: &str) -> Option<String> {
    row.uses_files.then(|| format!("-dir={dir}"))
}

/// Whether there is a module, not compiled code, anywhere under `folder`; files that vanish meanwhile do not count.
fn holds_claim(folder: &Path) -> Result<bool> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(false) };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_claim = path.extension().is_some_and(|extension| extension == "wasm");
        if is_claim || path.is_dir() && holds_claim(&path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads the program's `123.4 ns/op`.
pub(super) fn nanoseconds(output: &str) -> Result<f64> {
    let number = output.lines().find_map(|line| line.strip_suffix(" ns/op"));
    let number = number.with_context(|| format!("the program printed no result: {output}"))?;
    Ok(number.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_result_line() {
        assert!((nanoseconds("noise\n12.5 ns/op\n").unwrap() - 12.5).abs() < 1e-9);
        assert!(nanoseconds("nothing").is_err());
    }

    #[test]
    fn a_claimed_module_is_seen_wherever_it_lies() {
        let cache = tempfile::tempdir().unwrap();
        let modules = cache.path().join("gopherix/modules");
        fs::create_dir_all(&modules).unwrap();
        fs::write(modules.join("key.code"), "").unwrap();
        assert!(!holds_claim(cache.path()).unwrap());
        fs::write(modules.join("key.wasm"), "").unwrap();
        assert!(holds_claim(cache.path()).unwrap());
    }
}
