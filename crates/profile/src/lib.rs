//! Turns samples of running guests into what people read: pprof files, folded stacks, flame graphs, tables.
//!
//! Nothing here samples, and nothing knows an engine or a clock: a home gives stacks of program counters, when it likes.
//! Bottom up:
//! - [`builder`]: takes samples, cheaply and in bounded memory; counters only, no names;
//! - [`frame`]: what a symboliser says about a program counter, and the symboliser for Go programs;
//! - [`profile`]: samples with names, in tables; everything below reads these;
//! - [`pprof`]: the file that `go tool pprof` reads;
//! - [`folded`] and [`flame`]: one line a stack, and the interactive picture of that;
//! - [`top`]: the table that `go tool pprof -top` prints.
//!
//! Names come out of guests' binaries and are hostile: [`frame::clean`] is the only way into the tables. Neighbour:
//! `gopherix-golang`, whose stack walk yields the program counters of Go programs.

#![cfg_attr(test, expect(clippy::arithmetic_side_effects, reason = "an overflow in a test fails the test"))]

pub mod builder;
pub mod flame;
pub mod folded;
pub mod frame;
pub mod pprof;
pub mod profile;
pub mod top;

pub use builder::{Builder, Kind, Labels, Limits, ProgramId, Sample, Span};
pub use frame::Frame;
pub use profile::Profile;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
