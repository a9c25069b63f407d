//! How late a ticker's ticks come beside a goroutine that never gives way, and how late a time limit ends one that calls
//! nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::peer::{Build, Guest, Peer, Runner};
use crate::process::{capture, progress, run_captured};
use crate::toolchain::{Go, Port};
use crate::workspace;

/// On the command line.
pub(super) const NAME: &str = "ticks";
/// In the document.
pub(super) const HEADING: &str = "a ticker at 50 ms beside a busy goroutine, and a time limit";

/// Who has not seen a hundred ticks of 50 ms after this long will not see any.
const NEVER: Duration = Duration::from_secs(15);
/// The time limit.
const LIMIT: Duration = Duration::from_secs(1);

const HOSTS: [(&str, Peer, &[Port]); 3] = [
    ("Node", Peer::Node, &[Port::Js]),
    ("Wasmtime CLI", Peer::Wasmtime, &[Port::Wasip1]),
    ("gopherix", Peer::Gopherix, &[Port::Js, Port::Wasip1]),
];

/// A line for each host.
pub(super) fn run(go: &Go) -> Result<String> {
    let folder = workspace::scratch_dir().join("ticks");
    fs::create_dir_all(&folder)?;
    let mut lines = Vec::new();
    for (host, peer, ports) in HOSTS {
        let runner = Runner::new(peer, Build::Release, go)?;
        for port in ports {
            let name = format!("{host}, GOOS={}", port.name());
            progress(&format!("ticks under {name}"));
            let program = build(go, *port, &folder)?;
            lines.extend(told(&name, &runner, &program)?);
        }
    }
    Ok(lines.join("\n"))
}

/// What there is to tell of one host.
fn told(name: &str, runner: &Runner, program: &Path) -> Result<Vec<String>> {
    let is_ours = runner.peer() == Peer::Gopherix;
    // So that compiled code is at hand.
    let options: &[&str] = if is_ours { &["--compiler=optimizing"] } else { &[] };
    late(runner.command(&guest(program, "-n=1"), &owned(options)))?;
    let ticks = late(runner.command(&guest(program, "-n=100"), &[]))?;
    let mut lines = vec![format!("{name}: {}", ticks.unwrap_or_else(|| "no tick ever comes".to_owned()))];
    if is_ours {
        let limit = format!("--timeout={}ms", LIMIT.as_millis());
        let mut spin = runner.command(&guest(program, "-spin"), &[limit]);
        let start = Instant::now();
        let status = spin.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        let late = start.elapsed().saturating_sub(LIMIT);
        if status.code() != Some(124) {
            bail!("a loop without calls ended with {status} in place of 124");
        }
        lines.push(format!("{name}: a loop without calls ends {:.1} ms after its time", late.as_secs_f64() * 1e3));
    }
    Ok(lines)
}

fn owned(options: &[&str]) -> Vec<String> {
    options.iter().map(|option| (*option).to_owned()).collect()
}

fn guest(program: &Path, argument: &str) -> Guest {
    let cwd = "/".to_owned();
    Guest { program: program.to_owned(), args: vec![argument.to_owned()], cwd, env: Vec::new(), mounts: Vec::new() }
}

fn build(go: &Go, port: Port, folder: &Path) -> Result<PathBuf> {
    let program = folder.join(port.name());
    let mut build = go.for_wasm(port)?;
    capture(
        build.arg("build").arg("-o").arg(&program).arg("./ticker").current_dir(workspace::root().join("benches/go")),
    )?;
    Ok(program)
}

/// What the program says of its ticks, in words; `None` if it got none.
fn late(mut command: Command) -> Result<Option<String>> {
    let (ended, stdout, stderr) = run_captured(&mut command, Stdio::null(), NEVER)?;
    if ended.status.is_none() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&stdout).into_owned();
    let Some((most, last)) = text.trim().split_once(' ').filter(|_| ended.success()) else {
        bail!("{}: {text}{}", ended.describe(), String::from_utf8_lossy(&stderr));
    };
    Ok(Some(format!("{most} ms late at the 99th percentile of 100 ticks, {last} ms at most")))
}
