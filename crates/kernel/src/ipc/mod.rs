//! Communication between processes: pipes.

pub mod pipe;
