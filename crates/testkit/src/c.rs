//! Building C programs for WASI, by Zig.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{command, places};

/// The first build makes the C library too.
const LIMIT: Duration = Duration::from_secs(600);

/// The `zig` command: `GOPHERIX_ZIG`, else `.toolchain/zig`.
///
/// # Errors
/// If there is none.
pub fn zig() -> Result<PathBuf> {
    if let Some(zig) = env::var_os("GOPHERIX_ZIG") {
        return Ok(zig.into());
    }
    let own = places::root().join(".toolchain/zig/zig");
    if !own.is_file() {
        bail!("there is no Zig: run `cargo xtask toolchain zig`, or set GOPHERIX_ZIG");
    }
    Ok(own)
}

/// Builds one C file, given from the workspace root, for WASI; where the module is.
///
/// # Errors
/// As [`zig`], and what the compiler says.
pub fn build(source: &str) -> Result<PathBuf> {
    let kept = places::kept()?;
    let output = kept.join(format!("{}.wasm", source.replace('/', "-")));
    let source = places::root().join(source);
    let _lock = places::lock("zig")?;
    let made = |path| fs::metadata(path).and_then(|data| data.modified());
    let changed = made(&source).with_context(|| format!("cannot read {}", source.display()))?;
    if made(&output).is_ok_and(|made| made > changed) {
        return Ok(output);
    }
    let mut zig = Command::new(zig()?);
    zig.args(["cc", "--target=wasm32-wasi", "-O2", "-o"]).arg(&output).arg(&source);
    zig.env("ZIG_GLOBAL_CACHE_DIR", kept.join("zig")).env("ZIG_LOCAL_CACHE_DIR", kept.join("zig"));
    command::succeed(&mut zig, LIMIT)?;
    Ok(output)
}
