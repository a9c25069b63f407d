//! What can go wrong before and after the go command runs. What it says itself is on the terminal already.

use std::path::PathBuf;

use crate::release::{Release, TESTED};
use crate::rules::{Malformed, Rule};

/// An error of the toolchain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No go command.
    #[error("no Go toolchain on the PATH; install Go 1.25 or later, or name its go command (--go, GOPHERIX_GO)")]
    NoGo,
    /// It cannot be started.
    #[error("cannot start {}", path.display())]
    Start {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `go env` failed; it said why.
    #[error("{} env: {said}", path.display())]
    Env {
        /// Which go command.
        path: PathBuf,
        /// What it said.
        said: String,
    },
    /// A release the rules are not tested with.
    #[error(
        "{version} is not among the releases the port is tested with ({}); --allow-untested-go tries it all the same",
        tested()
    )]
    Untested {
        /// As Go says it.
        version: String,
    },
    /// A rule does not fit this Go.
    #[error(
        "the port does not fit this Go {release}: rule `{} {}`: {found}:\n{}",
        rule.verb(), rule.file, rule.anchor().trim_end()
    )]
    RuleFailed {
        /// Which.
        rule: Box<Rule>,
        /// What Go it is.
        release: Release,
        /// What was found instead.
        found: &'static str,
    },
    /// The rules themselves are wrong.
    #[error(transparent)]
    Rules(#[from] Malformed),
    /// The overlay cannot be kept.
    #[error("cannot write {}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The user's own overlay cannot be read.
    #[error("cannot read the overlay {}: {why}", path.display())]
    UserOverlay {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The user's own overlay replaces what the port does.
    #[error("the overlay {} replaces {}, and so does the port; gopherix run --stock and go build leave the port out", path.display(), file.display())]
    OverlayClash {
        /// The user's.
        path: PathBuf,
        /// The file of GOROOT.
        file: PathBuf,
    },
    /// Flags of the go command that cannot be.
    #[error("{0}")]
    Flag(String),
    /// What was built is no valid module.
    #[error("{} is no valid module (a bug of the port: please report it): {why}", path.display())]
    Invalid {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// What was built cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn tested() -> String {
    TESTED.map(|minor| Release(minor).to_string()).join(", ")
}
