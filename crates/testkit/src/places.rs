//! Where things are, and where tests may write.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// The workspace root.
#[must_use]
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// `target/tmp/testkit`, where guests and caches are kept between runs.
///
/// # Errors
/// If it cannot be made.
pub fn kept() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir));
    let kept = target.join("tmp").join("testkit");
    fs::create_dir_all(&kept).with_context(|| format!("cannot make {}", kept.display()))?;
    Ok(kept)
}

/// An empty directory that goes away when dropped.
///
/// # Errors
/// If it cannot be made.
pub fn scratch() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("scratch-").tempdir_in(kept()?)?)
}

/// Held while something in [`kept`] is being made: test binaries run at the same time.
///
/// # Errors
/// If its file cannot be made.
pub fn lock(name: &str) -> Result<File> {
    let file = File::create(kept()?.join(format!("{name}.lock")))?;
    file.lock()?;
    Ok(file)
}
