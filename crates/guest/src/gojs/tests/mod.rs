//! The adapter against an engine of a few lines: references, calls, events.

mod events;
mod fake;
mod references;
