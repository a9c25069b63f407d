//! The gopherix command.
fn main() {}
