//! `cargo xtask stress`: a program of large frames, deep recursion, garbage, maps, select, recovered panics, JSON and sorting,
//! preempted far more often than usual, gives what it gives natively.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::peer::{Build, gopherix};
use crate::process::{capture, progress, run_captured};
use crate::toolchain::{Go, Port};
use crate::workspace;

/// A run that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Arguments of `cargo xtask stress`.
#[derive(Args)]
pub(crate) struct StressArgs {
    /// Runs for each release and port
    #[arg(long, default_value_t = 100)]
    runs: u32,
    /// How long a run takes: each goroutine does its work so often
    #[arg(long, default_value_t = 4)]
    rounds: u32,
    /// Period of preemption ticks
    #[arg(long, default_value = "1ms")]
    tick: String,
    /// Minor releases of Go, 27 for Go 1.27
    #[arg(long, value_delimiter = ',', default_values_t = [25, 26, 27])]
    go: Vec<u32>,
}

/// Runs all; the first that goes wrong ends a release.
pub(crate) fn command(args: &StressArgs) -> Result<()> {
    let gopherix = gopherix(Build::Release)?;
    let folder = workspace::scratch_dir().join("stress");
    fs::create_dir_all(&folder)?;
    for minor in &args.go {
        let go = Go::of_minor(*minor)?;
        let native = folder.join("native");
        build(go.command(), &native)?;
        let words = ["stress".to_owned(), args.rounds.to_string()];
        let expected = capture(Command::new(&native).args(&words))?;
        for port in [Port::Wasip1, Port::Js] {
            let program = folder.join(port.name());
            build(go.for_wasm(port)?, &program)?;
            progress(&format!("{} {}: {} runs", go.version(), port.name(), args.runs));
            let run = || {
                let mut command = Command::new(&gopherix);
                command.args(["run", "--compiler=optimizing", "--tick", &args.tick]).arg(&program).args(&words);
                command.env("XDG_CACHE_HOME", workspace::toolchain_dir().join("cache"));
                let (ended, stdout, stderr) = run_captured(&mut command, Stdio::null(), LIMIT)?;
                if !ended.success() || stdout != expected.as_bytes() {
                    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
                    bail!("{}, {stdout:?} in place of {expected:?}\n{stderr}", ended.describe());
                }
                Ok(())
            };
            // The first fills the cache; then as many at a time as there are processors.
            run()?;
            let left = AtomicU32::new(args.runs.saturating_sub(1));
            let take = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
            let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
            std::thread::scope(|scope| {
                let work = || {
                    while take() {
                        run()?;
                    }
                    Ok(())
                };
                let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
                let ended =
                    |worker: ScopedJoinHandle<'_, Result<()>>| worker.join().unwrap_or_else(|_| bail!("a panic"));
                workers.into_iter().try_for_each(ended)
            })?;
            println!("{} {}: {} of {} as natively, at {}", go.version(), port.name(), args.runs, args.runs, args.tick);
        }
    }
    Ok(())
}

fn build(mut go: Command, output: &Path) -> Result<()> {
    let source = workspace::root().join("crates/cli/tests/preempt-guest");
    capture(go.args(["build", "-o"]).arg(output).arg(".").current_dir(source)).map(drop)
}
