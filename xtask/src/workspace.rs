//! Where things are: the workspace root and the two git-ignored folders everything made here goes to.

use std::path::{Path, PathBuf};

/// The workspace root.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Downloaded tools and their caches; survives `cargo clean`.
pub(crate) fn toolchain_dir() -> PathBuf {
    root().join(".toolchain")
}

/// Throw-away working trees of the test and bench commands.
pub(crate) fn scratch_dir() -> PathBuf {
    root().join(".scratch")
}

/// Cargo's target folder of this workspace.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}
