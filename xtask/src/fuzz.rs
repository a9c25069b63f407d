//! `cargo xtask fuzz`: random calls of hostile guests against an adapter and the kernel, natively and without wasm.
//!
//! The driver is `gopherix_testkit::hostile`, built as the tests are, with overflow checks. A run ends at the first thing
//! that does not hold, with the shortest sequence of calls found that leads there, and the seed to repeat it.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::process::run_shown;
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
    let example = match args.abi {
        Abi::Wasip1 => "fuzz_wasip1",
        Abi::Gojs => "fuzz_gojs",
    };
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace::root());
    cargo.args(["run", "--quiet", "--package", "gopherix-testkit", "--example", example, "--"]);
    run_shown(cargo.args([args.calls.to_string(), seed.to_string()]))
}
