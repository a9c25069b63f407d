//! Streams and listeners that come from outside: the host's stdio, connections, listeners handed in.

mod stream;

pub(crate) use stream::{anonymous_stat, next_ino};
pub use stream::{ListenerFile, StreamFile};
