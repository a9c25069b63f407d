//! How much work reading a hostile input takes: bounded by a [`Budget`] where it could grow with a product of sizes, and
//! counted in [`done`] for the tests that bound the rest.
//!
//! A step is a byte or an entry of the input that is looked at. Neighbours: all the others, which count theirs here.

use std::cell::Cell;

#[cfg(debug_assertions)]
thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Steps that this thread has done. Only counted in builds with debug assertions; 0 in others.
#[doc(hidden)]
pub fn done() -> u64 {
    #[cfg(debug_assertions)]
    return DONE.get();
    #[cfg(not(debug_assertions))]
    0
}

/// Counts steps.
pub(crate) fn count(steps: usize) {
    #[cfg(debug_assertions)]
    DONE.set(DONE.get().wrapping_add(u64::try_from(steps).unwrap_or(u64::MAX)));
    #[cfg(not(debug_assertions))]
    let _ = steps;
}

/// How many steps may still be done for something. What finds it spent does without an answer.
#[derive(Debug)]
pub struct Budget(Cell<usize>);

impl Budget {
    /// A budget of so many steps.
    pub fn new(steps: usize) -> Self {
        Self(Cell::new(steps))
    }

    /// True if nothing is left.
    pub fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    /// Takes steps from it; false if it is spent now.
    pub(crate) fn spend(&self, steps: usize) -> bool {
        count(steps);
        self.0.set(self.0.get().saturating_sub(steps));
        !self.is_spent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_once() {
        let budget = Budget::new(3);
        assert!(budget.spend(2) && !budget.is_spent());
        assert!(!budget.spend(2) && budget.is_spent());
        assert!(!budget.spend(0));
    }
}
