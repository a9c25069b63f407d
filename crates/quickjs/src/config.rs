//! What a home tells an engine about the program it is for.

use std::sync::Arc;

use gopherix_abi::Timespec;

use crate::embed::Inbox;
use crate::network::Network;

/// What an engine is made with.
pub struct Config {
    /// `process.argv`: the program's own path second, as Node has it, and its arguments.
    pub argv: Vec<String>,
    /// `process.env`.
    pub env: Vec<(String, String)>,
    /// `process.execPath`.
    pub exec_path: String,
    /// `process.pid`.
    pub pid: u32,
    /// `process.ppid`.
    pub ppid: u32,
    /// Wall time and monotonic time (ns) of the program's start, where `performance` counts from.
    pub started: (Timespec, u64),
    /// Bytes that JavaScript values may take. Scripts get an exception beyond.
    pub heap_bytes: usize,
    /// Bytes of stack below the frame that made the engine, or called
    /// [`QuickJs::anchor_stack`](crate::QuickJs::anchor_stack), that scripts may reach into; 0 for no limit. The guest's code
    /// runs on the same stack: let this be what the thread has, less what one frame of the host may take (256 KiB).
    pub stack_bytes: usize,
    /// Who carries out `fetch`; `None` if the program was not granted the network.
    pub network: Option<Arc<dyn Network>>,
    /// Where calls of an embedder arrive, who may have a [`Handle`](crate::Handle) to it already.
    pub inbox: Inbox,
    /// Whether the process is ending, so that scripts must stop. Asked while they run.
    pub is_ending: Box<dyn Fn() -> bool>,
}

impl Config {
    /// `process.argv0`: Go's `net/http` takes a name that begins with `node` to mean that there is no `fetch` to use, and
    /// keeps to its loopback network then.
    pub(crate) fn argv0(&self) -> &'static str {
        if self.network.is_some() { "gopherix" } else { "node" }
    }
}
