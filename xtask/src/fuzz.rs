//! `cargo xtask fuzz`: random calls of hostile guests against an adapter and the kernel, natively and without wasm.
//!
//! The driver is `gopherix_testkit::hostile`, built as the tests are, with overflow checks. A run ends at the first thing
//! that does not hold, with the shortest sequence of calls found that leads there, and the seed to repeat it.
//! With `--golang` it is damaged Go binaries and memories instead, read by the crate that knows Go
//! (`crates/golang/tests/real/mutate.rs`), optimised but with overflow checks and counted work.

use std::num::NonZero;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::process::run_shown;
use crate::toolchain::{Go, wasmtime_cli};
use crate::workspace;

/// Arguments of `cargo xtask fuzz`.
#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// Calls to make, at least
    #[arg(long, default_value_t = 1_000_000)]
    calls: u64,
    /// Where to begin; a new place each time unless told
    #[arg(long)]
    seed: Option<u64>,
    /// Whose imports: WASI preview 1, or those of GOOS=js with the JavaScript engine behind them
    #[arg(long, value_enum, default_value_t = Abi::Wasip1)]
    abi: Abi,
    /// Read damaged Go binaries and memories, in place of calls
    #[arg(long, conflicts_with_all = ["calls", "abi"])]
    golang: bool,
    /// How many of them
    #[arg(long, requires = "golang", default_value_t = 1_000_000)]
    rounds: u64,
    /// The number of the first, to repeat one that failed
    #[arg(long, requires = "golang", default_value_t = 0)]
    first: u64,
    /// How many are read at a time; as many as there are processors unless told
    #[arg(long, requires = "golang")]
    jobs: Option<usize>,
}

/// What hostile guests are built for.
#[derive(Clone, Copy, ValueEnum)]
enum Abi {
    /// WASI preview 1.
    Wasip1,
    /// GOOS=js.
    Gojs,
}

/// Builds the driver and runs it.
pub(crate) fn command(args: &FuzzArgs) -> Result<()> {
    let seed = match args.seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    };
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace::root());
    if args.golang {
        return golang(cargo, args, seed);
    }
    let example = match args.abi {
        Abi::Wasip1 => "fuzz_wasip1",
        Abi::Gojs => "fuzz_gojs",
    };
    cargo.args(["run", "--quiet", "--package", "gopherix-testkit", "--example", example, "--"]);
    run_shown(cargo.args([args.calls.to_string(), seed.to_string()]))
}

/// Builds the tests of the crate that knows Go anew, in a folder of their own, and runs the one that is for this.
fn golang(mut cargo: Command, args: &FuzzArgs, seed: u64) -> Result<()> {
    let jobs = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    cargo.env("CARGO_TARGET_DIR", workspace::root().join("target/fuzz"));
    cargo.env("GOPHERIX_GO", Go::find()?.bin()).env("GOPHERIX_WASMTIME", wasmtime_cli()?);
    for (name, number) in [("INPUTS", args.rounds), ("FIRST", args.first), ("SEED", seed)] {
        cargo.env(format!("GOPHERIX_FUZZ_{name}"), number.to_string());
    }
    cargo.env("GOPHERIX_FUZZ_JOBS", jobs.to_string());
    cargo.args(["test", "--quiet", "--package", "gopherix-golang", "--test", "real"]);
    cargo.args(["--config", "profile.dev.package.gopherix-golang.opt-level=3"]);
    run_shown(cargo.args(["--", "--ignored", "--exact", "--nocapture", "mutate::many_inputs"]))
}
