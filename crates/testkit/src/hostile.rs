//! Hostile guests: random and malicious calls of WASI preview 1 and of the kernel's own module against a whole kernel, without
//! an engine.
//!
//! A [`World`] is a kernel on a deterministic home (a manual clock, seeded entropy, host directories in memory) with one
//! process that has a descriptor of every kind. An [`Episode`] is a sequence of calls decoded from any bytes; [`run`]
//! makes them and checks after each one what must hold whatever a guest does ([`World::step`]). The unit tests, `cargo
//! xtask fuzz` and the libFuzzer target all drive this module, so a finding of one can be replayed by the others.
//!
//! [`FUNCTIONS`] and [`OWN_FUNCTIONS`] come from the adapter's own lists; a parameter that [`Function::role`] does not know fails a test, so a
//! new function cannot be forgotten. The guests of [`gojs`] are a module of their own, on the same kernel.

mod episode;
mod functions;
pub mod gojs;
mod host;
mod host_file;
mod host_stream;
mod paths;
mod programs;
mod random;
mod request;
mod run;
mod setup;
mod world;

pub use episode::{Episode, Op};
pub use functions::{FUNCTIONS, Function, OWN_FUNCTIONS, Param, Pending, Role, count, function};
pub use random::Random;
pub use run::{Failure, Report, minimise, run, run_seed, seed_bytes};
pub use setup::fd;
pub use world::{Outcome, World};
