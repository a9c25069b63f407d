//! The conformance program (`tests/conformance`, whose README says what a runner has to do) under gopherix.
//!
//! Native Linux comes first: there every case passes, or it is no case. Then the same cases run on a directory of the host,
//! on the file system in memory and on an overlay, in one guest each, through the embedding API, which can hand in a
//! listener without a race for its port. What shows from outside only (modes, limits) runs through the `gopherix` command.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this is tests; clippy exempts the functions marked so, but not their helpers"
)]

mod cases;
mod columns;
mod limits;
mod modes;
mod table;
