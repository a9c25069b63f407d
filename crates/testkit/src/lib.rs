//! Shared support for the tests of gopherix: toolchains, guests built once, scratch directories, commands with a deadline,
//! expectations, a hostile guest.
//!
//! Nothing here is part of the product. [`go`] and [`c`] build guests, [`command`] runs programs from outside,
//! [`expectations`] judges what came out; what they write is below `target/tmp` ([`places`]). Their errors are meant to be
//! unwrapped by a test: the text says what to do. [`hostile`] makes every call with every bad argument.

pub mod c;
pub mod command;
pub mod expectations;
pub mod go;
pub mod hostile;
pub mod places;
