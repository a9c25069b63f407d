//! Which functions look at the flag when they are entered.
//!
//! Loops look by themselves, so what is left is code that runs long by calls alone: around a cycle of calls, or through so many
//! of them that it takes long all the same. Every cycle gets one function that looks. An indirect call may lead anywhere, so a
//! function that makes one looks itself.

/// How many instructions may be run between two looks, at most.
const LONG: u64 = 1 << 20;

/// What is known of a function.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    /// Ordinals of the functions it calls, as often as it does.
    pub(super) direct: Vec<u32>,
    /// Whether it calls what it finds in a table or a reference.
    pub(super) indirect: bool,
    /// How many instructions it has.
    pub(super) length: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// What it calls is being looked at.
    Open,
    Done,
}

/// Whether each function looks, by ordinal.
pub(super) fn looking(functions: &[Calls]) -> Vec<bool> {
    let mut search = Search {
        functions,
        looks: functions.iter().map(|calls| calls.indirect).collect(),
        costs: vec![0; functions.len()],
        states: vec![State::New; functions.len()],
    };
    for root in 0..functions.len() {
        search.from(root);
    }
    search.looks
}

/// A search in depth, without recursion: a module may have a chain of a million calls.
struct Search<'a> {
    functions: &'a [Calls],
    looks: Vec<bool>,
    /// Of those that are done: how many instructions are run from a call until it returns or looks.
    costs: Vec<u64>,
    states: Vec<State>,
}

impl Search<'_> {
    fn from(&mut self, root: usize) {
        let mut path: Vec<(usize, usize)> = Vec::new();
        self.open(root, &mut path);
        while let Some((function, next)) = path.last_mut() {
            let function = *function;
            let callee = self.functions.get(function).and_then(|calls| calls.direct.get(*next)).copied();
            *next = next.saturating_add(1);
            match callee {
                Some(callee) => self.open(index(callee), &mut path),
                None => {
                    path.pop();
                    self.close(function);
                }
            }
        }
    }

    fn open(&mut self, function: usize, path: &mut Vec<(usize, usize)>) {
        let Some(state) = self.states.get_mut(function) else { return };
        match state {
            State::New => {
                *state = State::Open;
                path.push((function, 0));
            }
            // A cycle.
            State::Open => self.look(function),
            State::Done => {}
        }
    }

    fn close(&mut self, function: usize) {
        let Some(calls) = self.functions.get(function) else { return };
        let cost = |callee: &u32| self.costs.get(index(*callee)).copied().unwrap_or(0);
        let cost = calls.direct.iter().map(cost).fold(calls.length, u64::saturating_add);
        if cost > LONG {
            self.look(function);
        }
        let looks = self.looks.get(function).copied().unwrap_or(false);
        if let (Some(state), Some(place)) = (self.states.get_mut(function), self.costs.get_mut(function)) {
            *state = State::Done;
            *place = if looks { 0 } else { cost };
        }
    }

    fn look(&mut self, function: usize) {
        if let Some(looks) = self.looks.get_mut(function) {
            *looks = true;
        }
    }
}

fn index(ordinal: u32) -> usize {
    usize::try_from(ordinal).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(direct: &[u32]) -> Calls {
        Calls { direct: direct.to_vec(), indirect: false, length: 10 }
    }

    #[test]
    fn a_function_of_each_cycle_looks() {
        // 0 → 1 → 2 → 1, 2 → 3 → 3, 4 → 0.
        let looks = looking(&[calls(&[1]), calls(&[2]), calls(&[1, 3]), calls(&[3]), calls(&[0])]);
        assert_eq!(looks, [false, true, false, true, false]);
    }

    #[test]
    fn who_calls_indirectly_looks() {
        let indirect = Calls { indirect: true, ..calls(&[]) };
        assert_eq!(looking(&[calls(&[1]), indirect]), [false, true]);
    }

    #[test]
    fn calls_that_double_at_each_step_are_looked_at_before_they_take_long() {
        let chain: Vec<Calls> = (1..=64).map(|next| calls(&[next, next])).collect();
        let looks = looking(&chain);
        let longest = looks.split(|looks| *looks).map(<[bool]>::len).max();
        assert!(longest.is_some_and(|longest| (10..20).contains(&longest)), "{looks:?}");
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let chain: Vec<Calls> = (1..=1_000_000).map(|next| calls(&[next])).collect();
        assert!(looking(&chain).iter().any(|looks| *looks));
    }
}
