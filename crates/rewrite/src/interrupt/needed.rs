//! Which locals are needed after the start of a loop: they are kept in memory while the host is called there.
//!
//! A local that is left out, or kept for nothing, changes no result: it lives across the call then, or is put back as it was. So
//! this goes over the instructions twice, from the last to the first, in place of as often as loops are nested; and what a jump
//! of an uncommon kind leads to is not followed.

use wasmparser::Operator;

/// How many of a function's locals are told apart; those with higher numbers are never kept.
pub(super) const MOST_LOCALS: u32 = 256;

/// A set of locals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Locals([u64; 4]);

impl Locals {
    fn place(local: u32) -> Option<(usize, u64)> {
        let word = usize::try_from(local >> 6).ok().filter(|_| local < MOST_LOCALS)?;
        Some((word, 1u64.checked_shl(local & 63)?))
    }

    pub(super) fn has(&self, local: u32) -> bool {
        Self::place(local).is_some_and(|(word, bit)| self.0.get(word).is_some_and(|word| word & bit != 0))
    }

    /// The first so many.
    pub(super) fn first(count: u32) -> Self {
        let mut all = Self::default();
        (0..count.min(MOST_LOCALS)).for_each(|local| all.add(local));
        all
    }

    fn add(&mut self, local: u32) {
        if let Some((word, bit)) = Self::place(local)
            && let Some(word) = self.0.get_mut(word)
        {
            *word |= bit;
        }
    }

    fn remove(&mut self, local: u32) {
        if let Some((word, bit)) = Self::place(local)
            && let Some(word) = self.0.get_mut(word)
        {
            *word &= !bit;
        }
    }

    fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
    }
}

/// A block around the instruction, seen from behind.
#[derive(Default)]
struct Block {
    /// What is needed where a jump to it goes.
    target: Locals,
    /// What is needed behind it.
    after: Locals,
    /// What the `else` of an `if` needs.
    other: Option<Locals>,
    /// The loop that it is, by number.
    number: Option<usize>,
}

/// For each loop, in their order, the locals that are needed from its start on.
pub(super) fn at_loops(code: &[Operator<'_>]) -> Vec<Locals> {
    // Which loop each `end` closes.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut closes: Vec<Option<usize>> = Vec::new();
    let mut count = 0usize;
    for op in code {
        match op {
            Operator::Loop { .. } => {
                open.push(Some(count));
                count = count.saturating_add(1);
            }
            op if opens(op) => open.push(None),
            Operator::End => closes.push(open.pop().flatten()),
            _ => {}
        }
    }
    let mut starts = vec![Locals::default(); count];
    if count > 0 {
        pass(code, &closes, &mut starts);
        pass(code, &closes, &mut starts);
    }
    starts
}

fn opens(op: &Operator<'_>) -> bool {
    matches!(
        op,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. }
    )
}

fn pass(code: &[Operator<'_>], closes: &[Option<usize>], starts: &mut [Locals]) {
    let mut needed = Locals::default();
    let mut blocks: Vec<Block> = Vec::new();
    let mut closes = closes.iter().rev();
    let target = |blocks: &[Block], depth: u32| {
        let at = usize::try_from(depth).ok().and_then(|depth| blocks.len().checked_sub(depth)?.checked_sub(1));
        at.and_then(|at| blocks.get(at)).map(|block| block.target).unwrap_or_default()
    };
    for op in code.iter().rev() {
        match op {
            Operator::End => {
                let number = closes.next().copied().flatten();
                let start = number.and_then(|number| starts.get(number)).copied();
                blocks.push(Block { target: start.unwrap_or(needed), after: needed, other: None, number });
            }
            Operator::Else => {
                if let Some(block) = blocks.last_mut() {
                    block.other = Some(needed);
                    needed = block.after;
                }
            }
            op if opens(op) => {
                let Some(block) = blocks.pop() else { continue };
                if matches!(op, Operator::If { .. }) {
                    needed.join(&block.other.unwrap_or(block.after));
                }
                if let Some(start) = block.number.and_then(|number| starts.get_mut(number)) {
                    *start = needed;
                }
            }
            Operator::Br { relative_depth } => needed = target(&blocks, *relative_depth),
            Operator::BrIf { relative_depth } => needed.join(&target(&blocks, *relative_depth)),
            Operator::BrTable { targets } => {
                needed = target(&blocks, targets.default());
                targets.targets().map_while(Result::ok).for_each(|depth| needed.join(&target(&blocks, depth)));
            }
            Operator::Return | Operator::Unreachable => needed = Locals::default(),
            Operator::LocalGet { local_index } => needed.add(*local_index),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => needed.remove(*local_index),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_loops_of(text: &str) -> Vec<Vec<u32>> {
        let bytes = wat::parse_str(format!("(module (func (param i32 i32 i32 i32) {text}))")).unwrap();
        let body = wasmparser::Parser::new(0).parse_all(&bytes).find_map(|payload| match payload.unwrap() {
            wasmparser::Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
        let code: Vec<_> = body.unwrap().get_operators_reader().unwrap().into_iter().map(Result::unwrap).collect();
        let listed = |locals: Locals| (0..4).filter(|local| locals.has(*local)).collect();
        at_loops(&code).into_iter().map(listed).collect()
    }

    #[test]
    fn what_is_read_in_or_behind_a_loop_before_it_is_set() {
        let text = "(local.set 0 (local.get 1)) (loop (local.set 3 (local.get 0)) (drop (local.get 3)) (br_if 0 (local.get 0)))
            (drop (local.get 2))";
        assert_eq!(at_loops_of(text), [vec![0, 2]]);
    }

    #[test]
    fn what_the_next_round_reads() {
        let text =
            "(loop (block (br_if 0 (local.get 1)) (local.set 0 (local.get 2)) (br 1)) (loop (br_if 1 (local.get 3))))";
        assert_eq!(at_loops_of(text), [vec![1, 2, 3], vec![1, 2, 3]]);
    }

    #[test]
    fn both_ways_of_an_if() {
        let text = "(loop (if (local.get 0) (then (drop (local.get 1))) (else (local.set 1 (local.get 2)))) (br 0))";
        assert_eq!(at_loops_of(text), [vec![0, 1, 2]]);
    }
}
