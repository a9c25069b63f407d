//! Node.js, the home of Go's own GOOS=js port: a peer in benches and tests.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::apt;
use crate::process::which;

/// Path of the `node` binary.
pub(crate) fn node() -> Result<PathBuf> {
    if let Some(node) = which("node") {
        return Ok(node);
    }
    let _lock = super::lock()?;
    apt::install(&["nodejs"])?;
    which("node").context("nodejs was installed, but there is no node on PATH")
}
