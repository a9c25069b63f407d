//! Shared support for the tests of gopherix.

pub mod hostile;
