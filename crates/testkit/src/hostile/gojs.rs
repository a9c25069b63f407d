//! Hostile GOOS=js guests: random and malicious imports against the adapter, the JavaScript engine with its world, and a
//! whole kernel, without wasm.
//!
//! A guest is a memory and what it does: each seed is one program that makes imports with random stack pointers and frames
//! ([`frame`](self::frame)), enters Go functions that may be answered at once ([`direct`](self::direct)), calls what the world has with odd arguments, runs small scripts, and, when it is resumed, makes
//! imports again. After each import is checked what must hold ([`guest`](self::guest)); a panic is a finding as well. The
//! kernel below is that of the WASI guests.

mod direct;
mod frame;
mod guest;
mod imports;
mod run;
mod words;

pub use guest::Guest;
pub use imports::{DIRECTLY, IMPORTS, Import, Layout, Takes};
pub use run::{Report, position, run_seed};
