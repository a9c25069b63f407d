//! Shared support for the tests of gopherix.
