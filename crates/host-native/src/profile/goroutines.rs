//! Where a guest's goroutines are, read from its memory while it goes on, and once more at its end.
//!
//! A goroutine that does not run keeps its stack as it is, and Go never frees its structure, so one that waits is found where it
//! waits. What changes while it is read may be missing, or end early; what runs at the moment has no stack that could be
//! read, and shows as `[running]`. Key type: [`Pages`], the memory as it is read.

use std::cell::RefCell;
use std::collections::BTreeMap;

use gopherix_golang::goroutines::all;
use gopherix_golang::program::Program;
use gopherix_golang::stack::Memory;
use gopherix_golang::work::Budget;
use gopherix_profile::{Builder, Labels, ProgramId, Sample};

use crate::remote::{self, Linear};

/// Bytes read at a time.
const PAGE: u64 = 4096;
/// What reading the stacks of all may take together, in frames and what finding their sizes takes: many times what a real
/// program needs.
const STEPS: usize = 1 << 26;

/// A guest's memory, each page read once.
struct Pages {
    memory: Linear,
    read: RefCell<BTreeMap<u64, Option<Box<[u8]>>>>,
}

impl Pages {
    fn page(&self, number: u64) -> Option<Box<[u8]>> {
        let place = self.memory.place(number.checked_mul(PAGE)?)?;
        let mut bytes = vec![0; usize::try_from(PAGE).ok()?];
        remote::read(place, &mut bytes).then(|| bytes.into_boxed_slice())
    }
}

impl Memory for Pages {
    fn read(&self, address: u64, out: &mut [u8]) -> bool {
        let (mut at, mut left) = (address, out);
        while !left.is_empty() {
            let (number, offset) = (at.div_euclid(PAGE), at.rem_euclid(PAGE));
            let mut read = self.read.borrow_mut();
            let page = read.entry(number).or_insert_with(|| self.page(number));
            let bytes = usize::try_from(offset).ok().and_then(|offset| page.as_ref()?.get(offset..));
            let Some(bytes) = bytes else { return false };
            let length = bytes.len().min(left.len());
            let (now, later) = left.split_at_mut(length);
            now.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            left = later;
            let Some(next) = u64::try_from(length).ok().and_then(|length| at.checked_add(length)) else { return false };
            at = next;
        }
        true
    }
}

/// Counts the goroutines of the guest with this memory.
pub(super) fn count(program: &Program, memory: Linear, id: ProgramId, process: Option<u32>, builder: &mut Builder) {
    let pages = Pages { memory, read: RefCell::default() };
    let budget = Budget::new(STEPS);
    for goroutine in all(program, &pages) {
        if budget.is_spent() {
            return;
        }
        let walk = goroutine.stack_within(program, &pages, None, &budget);
        let stack: Vec<u64> = walk.frames.iter().map(|frame| frame.symbol_pc()).collect();
        let labels = Labels { process, goroutine: Some(goroutine.id), ..Labels::default() };
        let system_call = stack.is_empty().then_some("running");
        builder.add(&Sample { program: id, stack: &stack, system_call, labels, count: 1 });
    }
}
