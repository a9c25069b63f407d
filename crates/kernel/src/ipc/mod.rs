//! Communication between processes: pipes.

pub mod futex;
pub mod pipe;
