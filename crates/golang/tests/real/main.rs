//! Binaries that a real Go toolchain built: what this crate reads must be what Go itself says.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in a test, to panic is to fail"
)]

mod agree;
mod goroutines;
mod mutate;
mod runtime;
mod stack;
mod toolchain;
