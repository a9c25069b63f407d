//! The main job, end to end: build an ordinary Go program for wasip1 and run it under gopherix, showing each command
//! line so that it can be repeated by hand.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::peer::{Build, gopherix_build, gopherix_path};
use crate::process::{progress, run_shown};
use crate::toolchain::{Go, Port};
use crate::workspace;

/// Arguments of `cargo xtask demo`.
#[derive(Args)]
pub(crate) struct DemoArgs {
    /// Arguments for the example program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Builds and runs `examples/tour`.
pub(crate) fn command(args: &DemoArgs) -> Result<()> {
    let go = Go::find()?;
    let scratch = workspace::scratch_dir().join("demo");
    let data = scratch.join("data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    let wasm = scratch.join("tour.wasm");

    progress("building the example program, examples/tour, for GOOS=wasip1");
    run_shown(shown_build(&go, &wasm)?.current_dir(workspace::root().join("examples/tour")))?;
    progress("building gopherix (the first time takes minutes: it brings its wasm engine)");
    run_shown(&mut gopherix_build(Build::Dev))?;
    progress(&format!("running it with one host directory, {}, as /data", data.display()));
    let mut gopherix = Command::new(gopherix_path(Build::Dev));
    gopherix.args(["run", "--dir"]).arg(format!("{}::/data", data.display())).args(["--cwd", "/data"]);
    run_shown(gopherix.arg(&wasm).args(&args.args))?;
    progress(&format!("what it wrote is in {}", data.join("notes").display()));
    Ok(())
}

fn shown_build(go: &Go, wasm: &Path) -> Result<Command> {
    let mut build = go.for_wasm(Port::Wasip1)?;
    // The line is for reading: what only a program with dependencies would need is left out.
    for setting in ["GOENV", "GOFLAGS", "GOPATH", "GOPROXY"] {
        build.env_remove(setting);
    }
    build.args(["build", "-o"]).arg(wasm).arg(".");
    Ok(build)
}
