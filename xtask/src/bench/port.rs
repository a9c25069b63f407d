//! The full port beside native Go: processes, pipes, sockets, HTTP, and what a program that waits for a signal costs.
//!
//! The programs of `benches/port` are built natively and by `gopherix build`. Both take turns.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::contestant::nanoseconds;
use super::report::{median, time};
use crate::peer::{Build, Guest, Peer, Runner};
use crate::process::{capture, progress, shell_line};
use crate::toolchain::{Go, Port, wrk};
use crate::workspace;

/// On the command line.
pub(super) const NAME: &str = "port";
/// In the document.
pub(super) const HEADING: &str = "the full port beside native Go";

/// A program that times its own loop.
struct Row {
    program: &'static str,
    what: &'static str,
    /// At most so many times native Go's time.
    target: f64,
}

const ROWS: [Row; 4] = [
    Row { program: "spawn", what: "a small Go program started and waited for", target: 1.5 },
    Row { program: "pipe", what: "1 MiB from a child through a pipe", target: 3.0 },
    Row { program: "pingpong", what: "a byte to a child and back, by pipes", target: 3.0 },
    Row { program: "echo", what: "a byte over TCP and back, on loopback", target: 2.0 },
];
/// HTTP requests a second, of native Go's.
const HTTP_TARGET: f64 = 0.5;
/// How long a load lasts, and how long an idle program is watched.
const SPAN: Duration = Duration::from_secs(3);

/// Who runs the programs: this machine itself, or gopherix.
struct Host {
    runner: Option<Runner>,
    programs: PathBuf,
}

/// A table, as far as it could be measured.
pub(super) fn run(go: &Go, rounds: usize) -> Result<String> {
    let folder = workspace::scratch_dir().join("port-bench");
    let hosts = [host(go, None, &folder)?, host(go, Some(Port::Gopherix), &folder)?];
    let mut text =
        "| one operation | native Go | gopherix | ratio | target | met |\n|---|--:|--:|--:|---|---|\n".to_owned();
    for row in &ROWS {
        progress(row.program);
        let mut samples = [Vec::new(), Vec::new()];
        for host in &hosts {
            host.loops(row.program)?;
        }
        for _ in 0..rounds {
            for (host, samples) in hosts.iter().zip(&mut samples) {
                samples.push(host.loops(row.program)?);
            }
        }
        let [native, ours] = samples.map(|mut values| median(&mut values).unwrap_or(f64::NAN));
        let (ratio, met) = (ours / native, if ours <= native * row.target { "yes" } else { "**no**" });
        // Writing to a String cannot fail.
        let _infallible = writeln!(
            text,
            "| {} | {} | {} | {ratio:.1}× | ≤ {}× | {met} |",
            row.what,
            time(native),
            time(ours),
            row.target
        );
    }
    progress("http");
    let mut samples = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (host, samples) in hosts.iter().zip(&mut samples) {
            samples.push(host.requests()?);
        }
    }
    let [native, ours] = samples.map(|mut values| median(&mut values).unwrap_or(f64::NAN));
    let (ratio, met) = (ours / native, if ours >= native * HTTP_TARGET { "yes" } else { "**no**" });
    let _infallible = writeln!(
        text,
        "| requests a second of net/http's server (wrk, 16 connections) | {native:.0} | {ours:.0} | {ratio:.2}× | ≥ {HTTP_TARGET}× | {met} |"
    );
    progress("idle");
    let [_, ours] = &hosts;
    let _infallible = writeln!(text, "\nA program in signal.Notify uses {:.1} % of a processor.", ours.idle()? * 100.0);
    Ok(text)
}

fn host(go: &Go, port: Option<Port>, folder: &Path) -> Result<Host> {
    let programs = folder.join(port.map_or("native", Port::name));
    fs::create_dir_all(&programs)?;
    let mut build = port.map_or_else(|| Ok(go.command()), |port| go.for_wasm(port))?;
    let sources = workspace::root().join("benches/port");
    capture(build.args(["build", "-o", &format!("{}/", programs.display()), "./..."]).current_dir(sources))?;
    let runner = port.map(|_| Runner::new(Peer::Gopherix, Build::Release, go)).transpose()?;
    Ok(Host { runner, programs })
}

impl Host {
    /// Programs that start themselves again must be found in the guest's tree.
    fn command(&self, program: &str, args: &[String], options: &[String]) -> Command {
        let mut command = match &self.runner {
            None => {
                let mut command = Command::new(self.programs.join(program));
                command.args(args);
                command
            }
            Some(runner) => {
                let mounts = vec![(self.programs.clone(), "/bin".to_owned())];
                let program = self.programs.join(program);
                let guest = Guest { program, args: args.to_vec(), cwd: "/".into(), env: Vec::new(), mounts };
                let mut options = options.to_vec();
                options.push("--compiler=optimizing".into());
                runner.command(&guest, &options)
            }
        };
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    fn loops(&self, program: &str) -> Result<f64> {
        let mut command = self.command(program, &[], &[]);
        let line = shell_line(&command);
        let output = command.output().with_context(|| format!("cannot start: {line}"))?;
        if !output.status.success() {
            bail!("{line}\n{}ended with {}", String::from_utf8_lossy(&output.stderr), output.status);
        }
        nanoseconds(&String::from_utf8_lossy(&output.stdout))
    }

    /// HTTP requests a second under load.
    fn requests(&self) -> Result<f64> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let args = [format!("-addr=127.0.0.1:{port}")];
        let server = Server::start(&mut self.command("http", &args, &[format!("--net=listen:{port}")]))?;
        let seconds = format!("-d{}s", SPAN.as_secs());
        let url = format!("http://127.0.0.1:{port}/");
        let report = capture(Command::new(wrk()?).args(["-t1", "-c16", &seconds, &url]))?;
        server.end()?;
        let rate = report.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
        Ok(rate.with_context(|| format!("wrk tells no rate: {report}"))?.trim().parse()?)
    }

    /// The share of a processor that a program takes which waits for a signal.
    fn idle(&self) -> Result<f64> {
        let server = Server::start(&mut self.command("idle", &[], &[]))?;
        // Whatever it does at its start is over then.
        std::thread::sleep(Duration::from_secs(1));
        let before = server.processor_ticks()?;
        std::thread::sleep(SPAN);
        let ticks = server.processor_ticks()? - before;
        server.end()?;
        Ok(ticks / 100.0 / SPAN.as_secs_f64())
    }
}

/// A program that says `ready`, and ends at SIGTERM.
struct Server(Child);

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        let line = shell_line(command);
        let mut child = command.spawn().with_context(|| format!("cannot start: {line}"))?;
        let stdout = child.stdout.take().context("no stdout")?;
        let server = Self(child);
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        if first.trim() != "ready" {
            bail!("{line}\nsaid {first:?} in place of ready");
        }
        Ok(server)
    }

    /// USER_HZ is 100 on every Linux (proc_pid_stat(5)).
    fn processor_ticks(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
        number(11).zip(number(12)).map(|(user, system)| user + system).context("cannot read /proc/PID/stat")
    }

    fn end(mut self) -> Result<()> {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw).context("no pid")?;
        kill_process(pid, Signal::TERM)?;
        let status = self.0.wait()?;
        if status.success() { Ok(()) } else { bail!("a server ended with {status} at SIGTERM") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
