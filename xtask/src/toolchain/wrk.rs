//! wrk, a load generator for HTTP, from Debian.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{apt, lock};
use crate::process::which;

/// wrk on PATH, installed if it is missing.
pub(crate) fn wrk() -> Result<PathBuf> {
    if let Some(found) = which("wrk") {
        return Ok(found);
    }
    let _lock = lock()?;
    apt::install(&["wrk"])?;
    which("wrk").context("the package wrk has no program wrk")
}
