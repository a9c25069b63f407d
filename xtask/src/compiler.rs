//! The Go compiler as a guest: `cmd/compile`, built for wasip1, compiles a package of the standard library, and the
//! object file must equal the native compiler's, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::peer::{Build, Guest, Peer, Runner};
use crate::process::{capture, progress, run_logged};
use crate::toolchain::{Go, Port};
use crate::workspace;

const LIMIT: Duration = Duration::from_secs(600);

/// Arguments of `cargo xtask compiler`.
#[derive(Args)]
pub(crate) struct CompilerArgs {
    /// The package to compile; it must have no assembly
    #[arg(default_value = "sort")]
    package: String,
    /// What runs the compiler
    #[arg(long, value_enum, default_value_t = Peer::Gopherix)]
    peer: Peer,
}

/// Compiles the package twice and compares.
pub(crate) fn command(args: &CompilerArgs) -> Result<()> {
    if args.peer == Peer::Node {
        bail!("the compiler is built for wasip1, which Node does not run");
    }
    let go = Go::find()?;
    let runner = Runner::new(args.peer, Build::Dev, &go)?;
    let work = workspace::scratch_dir().join("compiler");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(work.join("tmp"))?;

    progress("building cmd/compile for wasip1");
    let wasm = work.join("compile.wasm");
    capture(go.for_wasm(Port::Wasip1)?.args(["build", "-o"]).arg(&wasm).arg("cmd/compile").current_dir(&work))?;
    let sources = prepare(&go, &args.package, &work)?;

    let start = Instant::now();
    let native = PathBuf::from(capture(go.command().args(["tool", "-n", "compile"]))?.trim());
    capture(
        Command::new(native).args(arguments(&args.package, "native.o", &sources)).envs(target(&go)?).current_dir(&work),
    )?;
    let native_time = start.elapsed();

    progress(&format!("compiling {} under {}", args.package, args.peer.name()));
    // Object files name their sources by absolute path: the guest sees the folder where the host has it.
    let here = work.display().to_string();
    let env = target(&go)?.into_iter().chain([("TMPDIR".to_owned(), format!("{here}/tmp"))]);
    let guest = Guest {
        program: wasm,
        args: arguments(&args.package, "guest.o", &sources),
        cwd: here.clone(),
        env: env.collect(),
        mounts: vec![(work.clone(), here)],
    };
    let log = work.join("guest.log");
    let ended = run_logged(&mut runner.command(&guest, &[]), &log, LIMIT)?;
    if !ended.success() {
        bail!("the guest compiler ended badly: {}\n{}", ended.describe(), fs::read_to_string(&log)?);
    }
    let (expected, got) = (fs::read(work.join("native.o"))?, fs::read(work.join("guest.o"))?);
    if expected != got {
        bail!("the object files differ: {} and {} bytes, in {}", expected.len(), got.len(), work.display());
    }
    println!(
        "{}: {} bytes, identical; native {:.2} s, {} {:.2} s",
        args.package,
        got.len(),
        native_time.as_secs_f64(),
        args.peer.name(),
        ended.wall.as_secs_f64(),
    );
    Ok(())
}

/// The same flags for both compilers; all paths are relative to the working directory.
fn arguments(package: &str, object: &str, sources: &[String]) -> Vec<String> {
    // -c=1: the number of workers must not depend on the machine's processors.
    let flags = ["-p", package, "-std", "-complete", "-c=1", "-buildid=same", "-importcfg=importcfg", "-pack", "-o"];
    let words = flags.iter().map(|flag| (*flag).to_owned());
    words.chain([object.to_owned()]).chain(sources.iter().cloned()).collect()
}

/// Which platform is compiled for: the native one, in both runs.
fn target(go: &Go) -> Result<Vec<(String, String)>> {
    let answer = capture(go.command().args(["env", "GOOS", "GOARCH"]))?;
    let mut lines = answer.lines();
    let mut next = |name: &str| -> Result<(String, String)> {
        let value = lines.next().with_context(|| format!("`go env` gave no {name}"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    Ok(vec![next("GOOS")?, next("GOARCH")?])
}

/// Copies the package's sources and the export data of its imports into `work`, writes `importcfg`; returns the sources.
fn prepare(go: &Go, package: &str, work: &Path) -> Result<Vec<String>> {
    let format = "{{if .Export}}{{.ImportPath}} {{.Export}}{{end}}";
    let mut list = go.command();
    let exports = capture(list.args(["list", "-deps", "-export", "-f", format, package]).current_dir(work))?;
    let mapped = "{{range $from, $to := .ImportMap}}importmap {{$from}}={{$to}}\n{{end}}";
    let mut config = capture(go.command().args(["list", "-f", mapped, package]).current_dir(work))?;
    fs::create_dir_all(work.join("export"))?;
    for line in exports.lines() {
        let Some((name, file)) = line.split_once(' ') else { continue };
        if name == package {
            continue;
        }
        let copy = format!("export/{}.a", name.replace('/', "_"));
        fs::copy(file, work.join(&copy)).with_context(|| format!("cannot copy {file}"))?;
        config.push_str(&format!("packagefile {name}={copy}\n"));
    }
    fs::write(work.join("importcfg"), config)?;

    let format = "{{.Dir}}{{range .GoFiles}}\n{{.}}{{end}}";
    let listing = capture(go.command().args(["list", "-f", format, package]).current_dir(work))?;
    let mut lines = listing.lines();
    let directory = PathBuf::from(lines.next().context("`go list` gave no directory")?);
    fs::create_dir_all(work.join("src"))?;
    let mut sources = Vec::new();
    for name in lines {
        let copy = format!("src/{name}");
        fs::copy(directory.join(name), work.join(&copy))?;
        sources.push(copy);
    }
    Ok(sources)
}
