//! The guest ABIs: import modules decoded onto the kernel.
//!
//! An adapter turns a guest's numbers into typed arguments, calls the kernel, and encodes the result or errno as its ABI
//! says. It knows no engine: a home passes the thread's context and its memory, and wraps each function for its engine by
//! the list the adapter exports.

pub mod gojs;
pub mod gopherix;
pub mod wasip1;
mod wire;
