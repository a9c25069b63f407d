//! The native home: Wasmtime, tokio and the host operating system.
