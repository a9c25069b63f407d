//! Zig, used as a C compiler that brings its own WASI C library: `zig cc --target=wasm32-wasi`.

use std::path::PathBuf;

use anyhow::Result;

use super::wheel::{self, Wheel};

const WHEEL: Wheel = Wheel { package: "ziglang", version: "0.15.2", folder: "ziglang", name: "zig" };

/// Path of the `zig` binary.
pub(crate) fn zig() -> Result<PathBuf> {
    Ok(wheel::fetch(&WHEEL, |_, _| Ok(()))?.join("zig"))
}
