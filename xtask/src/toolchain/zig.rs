//! Zig, used as a C compiler that brings its own WASI C library.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::wheel::{self, Wheel};
use crate::workspace;

const WHEEL: Wheel = Wheel { package: "ziglang", version: "0.15.2", folder: "ziglang", name: "zig" };

/// An installed Zig.
pub(crate) struct Zig {
    bin: PathBuf,
}

/// Finds or fetches Zig.
pub(crate) fn zig() -> Result<Zig> {
    Ok(Zig { bin: wheel::fetch(&WHEEL, |_, _| Ok(()))?.join("zig") })
}

impl Zig {
    /// The `zig` binary.
    pub(crate) fn bin(&self) -> &Path {
        &self.bin
    }

    /// The C compiler for WASI preview 1; add sources and `-o`.
    pub(crate) fn cc(&self) -> Command {
        let mut command = Command::new(&self.bin);
        command.args(["cc", "--target=wasm32-wasi"]);
        command.env("ZIG_GLOBAL_CACHE_DIR", workspace::toolchain_dir().join("zig-cache"));
        command
    }
}
