//! The native home: Wasmtime, tokio and the host operating system.
//!
//! File stems are those of every home: [`clock`] (time, entropy, the alarm), [`disk`], [`stdio`] (streams), [`terminal`] (the user's), [`net`]
//! (listeners), [`fetch`] (HTTP for JavaScript), [`user`] (ids), [`engine`] (compiling and running guests), [`crash`] (guests
//! that did not end by themselves). [`Host`] ties them to one kernel.

pub mod cache;
pub mod clock;
pub mod crash;
pub mod disk;
pub mod engine;
pub mod errno;
pub mod fetch;
pub mod foreign;
mod go;
mod guest;
mod host;
pub mod js;
mod launch;
pub mod net;
mod preempt;
pub mod profile;
mod reactor;
mod remote;
mod spawn;
pub mod stdio;
pub mod terminal;
pub mod user;

pub use cache::ModuleCache;
pub use disk::Disk;
pub use engine::{CompilePolicy, Engines, HowCompiled, Interruption, Program};
pub use host::{Host, HostConfig};
pub use net::{NetGrant, NetPolicy};
pub use profile::Profiler;
pub use spawn::{OnBaseline, preopens};

/// What went wrong outside a guest, with its sources.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The module cannot be run: not wasm, invalid, or asks for imports that nobody gives.
    #[error("{0}")]
    Module(String),
    /// The host's operating system refused something.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// The refusal.
        source: std::io::Error,
    },
    /// The engine failed.
    #[error("the WebAssembly engine failed")]
    Engine(#[source] wasmtime::Error),
    /// The kernel refused to set up the process.
    #[error("cannot set up the process")]
    Kernel(#[from] gopherix_kernel::SysError),
}

impl HostError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> HostError {
        let what = what.into();
        move |source| HostError::Io { what, source }
    }
}
