//! Scheduling: who may run guest code, and who sleeps until when.
//!
//! [`Turns`] hands out as many turns as there are processors, first come first served, so N busy threads of guests get 1/N
//! each whatever the host's executor does. [`Timers`] is the heap of sleepers behind one alarm of the platform.

mod timers;
mod turns;

pub use timers::{Sleep, Timers};
pub use turns::Turns;
