//! Embed the gopherix kernel in a Rust program.
