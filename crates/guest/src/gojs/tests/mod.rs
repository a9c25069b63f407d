//! The adapter against an engine of a few lines: references, calls, events.

#![expect(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "offsets that the tests themselves chose")]

mod direct;
mod events;
mod fake;
mod references;
