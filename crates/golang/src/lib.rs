//! What gopherix knows about Go binaries.
