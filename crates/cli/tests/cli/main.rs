//! The `gopherix` command as users meet it: exit codes, messages, grants, limits, streams, the cache.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod cache;
mod crash;
mod ends;
mod environment;
mod files;
mod flags;
mod inspect;
mod js;
mod limits;
mod pages;
mod preempt;
mod processes;
mod profile;
mod pty;
mod shell;
mod sockets;
mod source;
mod streams;
mod support;
mod terminal;
mod trace;
