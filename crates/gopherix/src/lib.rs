//! Embed the gopherix kernel in a Rust program: boot a Unix, mount file systems, start WebAssembly programs in it.
//!
//! ```
//! use gopherix::{Machine, Stdio};
//!
//! # fn main() -> Result<(), gopherix::Error> {
//! // A machine of its own: a root in memory, `/dev`, `/proc`, nothing of the host.
//! let machine = Machine::builder().boot()?;
//! # let wasm = wat::parse_str(r#"(module
//! #   (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
//! #   (memory (export "memory") 1)
//! #   (data (i32.const 0) "\10\00\00\00\06\00\00\00") (data (i32.const 16) "hello\n")
//! #   (func (export "_start") (drop (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#).unwrap();
//! // `wasm` holds the bytes of a module built with GOOS=wasip1 GOARCH=wasm.
//! let program = machine.load(wasm)?;
//! let mut child = machine.command(&program).arg("hello").stdout(Stdio::Pipe).spawn()?;
//! let mut said = String::new();
//! if let Some(mut stdout) = child.stdout.take() {
//!     std::io::Read::read_to_string(&mut stdout, &mut said).map_err(gopherix::Error::from)?;
//! }
//! assert_eq!(said, "hello\n");
//! assert_eq!(child.wait_blocking().code(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! Everything is closed until it is granted: see [`Builder::dir`] for host directories, [`Command::env`] for the environment,
//! [`Command::listen`] for sockets, [`Builder::network`] for HTTP, [`Limits`] for what a process may use. Programs built with
//! GOOS=js have a JavaScript world, which [`Command::js_function`] and [`JsHandle`] lead to.

mod child;
mod command;
mod js;
mod machine;
pub mod profile;
mod stdio;

pub use child::{Child, Outcome, UsageReport};
pub use command::Command;
pub use gopherix_abi::{Errno, Pid, Signal};
pub use gopherix_host_native::cache;
pub use gopherix_host_native::crash::{Exception, Frame, Global, Goroutine, Registers};
pub use gopherix_host_native::js::JsValue;
pub use gopherix_host_native::terminal::{reapply as reapply_terminal, restore as restore_terminal};
pub use gopherix_host_native::{CompilePolicy, HostError, HowCompiled, Interruption, ModuleCache, NetGrant, NetPolicy};
pub use gopherix_kernel::table;
pub use gopherix_kernel::task::{ExitStatus, Limits, Process};
pub use gopherix_kernel::trace;
pub use js::{JsCall, JsError, JsHandle};
pub use machine::{Access, Builder, Machine, Program};
pub use stdio::{PipeReader, PipeWriter, Stdio};

/// What can go wrong outside a guest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The module, the host or the engine.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Something of the machine's set-up was refused.
    #[error("{what}")]
    Setup {
        /// What was being set up.
        what: String,
        /// The kernel's refusal.
        source: gopherix_kernel::SysError,
    },
    /// A host file or stream.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Error {
    fn setup(what: impl Into<String>) -> impl FnOnce(gopherix_kernel::SysError) -> Error {
        let what = what.into();
        move |source| Error::Setup { what, source }
    }
}
