//! Who is measured, and how each runs one of the bench programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::rows::{Kind, Row};
use crate::peer::{Build, Guest, Peer, Runner};
use crate::process::{capture, shell_line};
use crate::toolchain::Go;

/// Longest wait for a compiler working in the background.
const SETTLE_LIMIT: Duration = Duration::from_secs(120);
/// A cache that did not change for this long is complete.
const SETTLED: Duration = Duration::from_secs(3);

/// The programs for one contestant, and how to run them.
pub(super) struct Contestant {
    /// The table's column.
    pub name: &'static str,
    /// `None`: native.
    runner: Option<Runner>,
    programs: PathBuf,
    /// Its compiled code is kept under here.
    cache: PathBuf,
    data: PathBuf,
}

impl Contestant {
    /// Native Go, or the programs under `peer`; compiles them all.
    pub(super) fn new(peer: Option<Peer>, go: &Go, sources: &Path, scratch: &Path) -> Result<Self> {
        let name = peer.map_or("native", Peer::name);
        let home = scratch.join(name);
        let (programs, cache, data) = (home.join("bin"), home.join("cache"), home.join("data"));
        for dir in [&programs, &cache, &data] {
            fs::create_dir_all(dir)?;
        }
        let mut build = peer.map_or_else(|| go.command(), |peer| go.for_wasm(peer.goos()));
        // The trailing separator makes it a folder of programs.
        let into = format!("{}/", programs.display());
        capture(build.args(["build", "-o", &into, "./..."]).current_dir(sources))?;
        let runner = peer.map(|peer| Runner::new(peer, Build::Release, go)).transpose()?;
        Ok(Self { name, runner, programs, cache, data })
    }

    /// Has compiled code to keep: an uncached start is worth a row.
    pub(super) fn caches(&self) -> bool {
        self.runner.as_ref().is_some_and(|runner| runner.peer() != Peer::Node)
    }

    /// Runs `row` once, before it is measured, and waits until all compiled code is in the cache.
    pub(super) fn prepare(&self, row: &Row) -> Result<()> {
        self.run_once(row)?;
        if self.caches() { self.settle() } else { Ok(()) }
    }

    /// One measurement: nanoseconds for an operation, or for the whole process.
    pub(super) fn measure(&self, row: &Row) -> Result<f64> {
        if row.kind == Kind::ColdUncached {
            self.clear_cache()?;
        }
        let start = Instant::now();
        let output = self.run_once(row)?;
        let wall = start.elapsed().as_secs_f64() * 1e9;
        if row.kind == Kind::ColdUncached {
            // A compiler still at work in the background would slow down whoever comes next.
            self.settle()?;
        }
        if row.kind == Kind::Loop { nanoseconds(&output) } else { Ok(wall) }
    }

    fn run_once(&self, row: &Row) -> Result<String> {
        let mut command = self.command(row);
        let line = shell_line(&command);
        let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start: {line}"))?;
        if !output.status.success() {
            bail!("{line}\n{}ended with {}", String::from_utf8_lossy(&output.stderr), output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self, row: &Row) -> Command {
        let mut args: Vec<String> = row.args.iter().map(|arg| (*arg).to_owned()).collect();
        let Some(runner) = &self.runner else {
            if row.uses_files {
                args.push(format!("-dir={}", self.data.display()));
            }
            let mut command = Command::new(self.programs.join(row.program));
            command.args(args);
            return command;
        };
        let host_paths = runner.peer() == Peer::Node;
        let dir = if host_paths { self.data.display().to_string() } else { "/data".to_owned() };
        if row.uses_files {
            args.push(format!("-dir={dir}"));
        }
        let mounts = if row.uses_files { vec![(self.data.clone(), "/data".to_owned())] } else { Vec::new() };
        let cwd = if row.uses_files || host_paths { dir } else { "/".to_owned() };
        let program = self.wasm(row.program);
        let guest = Guest { program, args, cwd, env: Vec::new(), mounts };
        let mut command = runner.command(&guest, &[]);
        command.env("XDG_CACHE_HOME", &self.cache);
        command
    }

    /// `go build` names programs after their folders, on wasm too.
    fn wasm(&self, program: &str) -> PathBuf {
        self.programs.join(program)
    }

    fn clear_cache(&self) -> Result<()> {
        fs::remove_dir_all(&self.cache)?;
        fs::create_dir_all(&self.cache)?;
        Ok(())
    }

    /// Waits until the cache stops changing.
    fn settle(&self) -> Result<()> {
        let start = Instant::now();
        let (mut last, mut since) = (contents(&self.cache)?, Instant::now());
        while since.elapsed() < SETTLED && start.elapsed() < SETTLE_LIMIT {
            std::thread::sleep(Duration::from_millis(200));
            let now = contents(&self.cache)?;
            // A claimed copy of a module means that its compiler is at work, however long nothing changes.
            let claimed = now.iter().any(|(path, _)| path.extension().is_some_and(|e| e == "wasm"));
            if now != last || claimed {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(())
    }
}

/// Paths and sizes of all files under `folder`; files that vanish meanwhile do not count.
fn contents(folder: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return Ok(found) };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            found.extend(contents(&entry.path())?);
        } else {
            found.push((entry.path(), metadata.len()));
        }
    }
    found.sort();
    Ok(found)
}

/// Reads the program's `123.4 ns/op`.
fn nanoseconds(output: &str) -> Result<f64> {
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
}
