//! What gopherix knows about Go binaries: a Go WebAssembly module is read from its bytes alone, stripped or not.
//!
//! The layers, bottom up; each uses only those above it in this list:
//! - [`release`]: what differs between Go releases, in one table;
//! - [`module`]: one pass over a core WebAssembly module, Go's or not;
//! - [`image`]: the initial linear memory, rebuilt sparsely from the data segments;
//! - [`symbol`]: what a function's name says (package, crate);
//! - [`buildinfo`]: toolchain version, modules and build settings;
//! - [`pclntab`]: function ⇄ wasm ordinal ⇄ PC, file and line of a PC, frame sizes;
//! - [`blocks`]: code ⇄ blocks, the lower half of a PC;
//! - [`layout`] and [`wait_reason`]: the runtime's structures in memory, per release;
//! - [`runtime`]: which of them a binary has, checked against its code;
//! - [`program`]: table, runtime and inlined calls together;
//! - [`stack`] and [`goroutines`]: what a running guest is doing, read from its memory, and its traceback;
//! - [`inspect`]: all of it as one report.
//!
//! All of them count their steps in [`work`].
//!
//! Input is hostile: no module makes this crate panic, and work and memory stay within a small multiple of the
//! module's own size. Nothing here touches files, clocks or an engine, so every home can use it.

#![cfg_attr(test, expect(clippy::arithmetic_side_effects, reason = "an overflow in a test fails the test"))]

pub mod blocks;
pub mod buildinfo;
mod detect;
pub mod goroutines;
pub mod image;
pub mod inspect;
pub mod layout;
pub mod module;
pub mod pclntab;
pub mod program;
pub mod release;
pub mod runtime;
pub mod stack;
pub mod symbol;
pub mod wait_reason;
pub mod work;

pub use detect::is_go;

mod bytes;
mod code;
mod strconv;

#[cfg(test)]
mod testing;
