//! Streams and listeners that come from outside: the host's stdio, connections, listeners handed in.

mod stream;

pub use stream::{ListenerFile, StreamFile};
pub(crate) use stream::{anonymous_stat, next_ino};
