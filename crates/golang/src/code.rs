//! What a function's code does with addresses: just enough symbolic execution to read constants and offsets out of it.
//!
//! Key types: [`Value`], an address expression (a constant, global or local, followed by loads), and [`Event`], one use of
//! it. The code is gone through once, in its order, without following branches; what a branch may have changed is
//! forgotten. Instructions that are not modelled make their results unknown. As in all Go functions local 1 is a copy of
//! global 0, SP, and both stand for the SP of that place in the code. Neighbour: [`crate::runtime`] compares the
//! events with what the table of layouts says. Work is bounded by [`OPERATORS`].

use std::collections::BTreeMap;

use wasmparser::{BinaryReader, FunctionBody, MemArg, Operator};

use crate::work;

/// How many instructions of a function are looked at.
const OPERATORS: usize = 20_000;
/// How many loads an expression may chain, and how many values the stack holds.
const LOADS: usize = 4;
const STACK: usize = 32;

/// The local that holds a copy of global 0 in every function of Go's (Go's assembler, `cmd/internal/obj/wasm`).
const SP_COPY: u32 = 1;

/// Where an expression starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// 0: the expression's last offset is a constant.
    Zero,
    /// The value that this global has at that place.
    Global(u32),
    /// The value that this local has on entry, or that an unknown instruction left there.
    Local(u32),
}

/// `root`, then for each offset of `loads` the 32 or 64 bits at that offset from it, then `add` added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) root: Root,
    pub(crate) loads: Vec<u64>,
    pub(crate) add: u64,
}

impl Value {
    fn root(root: Root) -> Self {
        Self { root, loads: Vec::new(), add: 0 }
    }

    fn constant(value: u64) -> Self {
        Self { add: value, ..Self::root(Root::Zero) }
    }

    /// The number, if this is one.
    pub(crate) fn number(&self) -> Option<u64> {
        (self.root == Root::Zero && self.loads.is_empty()).then_some(self.add)
    }

    /// True for global `global` followed by `loads`, with nothing added.
    pub(crate) fn is_global(&self, global: u32, loads: &[u64]) -> bool {
        self.root == Root::Global(global) && self.loads == loads && self.add == 0
    }

    fn plus(mut self, offset: u64) -> Self {
        self.add = self.add.wrapping_add(offset);
        self
    }

    fn load(mut self) -> Option<Self> {
        self.loads.push(self.add);
        self.add = 0;
        (self.loads.len() <= LOADS).then_some(self)
    }
}

/// One use of a known address or value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// 64 bits are read.
    Load {
        /// Address, the instruction's offset included.
        at: Value,
    },
    /// Memory is written.
    Store {
        /// Address, the instruction's offset included.
        at: Value,
        /// 1 or 8.
        bytes: u8,
        /// What is written, if known.
        value: Option<Value>,
    },
    /// Two values are compared, in whatever way.
    Compare(Value, Value),
    /// A global is set.
    SetGlobal(u32, Value),
}

/// The events of a function body (locals and code), in order. Broken code ends the list.
pub(crate) fn events(body: &[u8]) -> Vec<Event> {
    let mut reader = Reader::default();
    let Ok(operators) = FunctionBody::new(BinaryReader::new(body, 0)).get_operators_reader() else {
        return Vec::new();
    };
    for operator in operators.into_iter().take(OPERATORS).map_while(Result::ok) {
        work::count(1);
        reader.operator(&operator);
    }
    reader.events
}

#[derive(Debug, Default)]
struct Reader {
    events: Vec<Event>,
    /// Top of the operand stack; what lies below is unknown.
    stack: Vec<Option<Value>>,
    /// What locals hold, and when they were set.
    locals: BTreeMap<u32, (Option<Value>, usize)>,
    /// Open blocks: for an `if`, the time of its start.
    blocks: Vec<Option<usize>>,
    time: usize,
}

impl Reader {
    fn operator(&mut self, operator: &Operator<'_>) {
        self.time = self.time.saturating_add(1);
        match *operator {
            Operator::I32Const { value } => self.push(Some(Value::constant(i64::from(value).cast_unsigned()))),
            Operator::I64Const { value } => self.push(Some(Value::constant(value.cast_unsigned()))),
            Operator::GlobalGet { global_index } => self.push(Some(Value::root(Root::Global(global_index)))),
            Operator::GlobalSet { global_index } => {
                if let Some(value) = self.pop() {
                    self.events.push(Event::SetGlobal(global_index, value));
                }
            }
            Operator::LocalGet { local_index: SP_COPY } => self.push(Some(Value::root(Root::Global(0)))),
            Operator::LocalGet { local_index } => {
                let unset = (Some(Value::root(Root::Local(local_index))), 0);
                let (value, _) = self.locals.get(&local_index).cloned().unwrap_or(unset);
                self.push(value);
            }
            Operator::LocalSet { local_index } => {
                let value = self.pop();
                self.locals.insert(local_index, (value, self.time));
            }
            Operator::LocalTee { local_index } => {
                let value = self.pop();
                self.locals.insert(local_index, (value.clone(), self.time));
                self.push(value);
            }
            // Addresses are below 2³²: neither changes them.
            Operator::I32WrapI64 | Operator::I64ExtendI32U | Operator::Nop => {}
            Operator::I32Add | Operator::I64Add => self.sum(false),
            Operator::I32Sub | Operator::I64Sub => self.sum(true),
            Operator::I32Eqz | Operator::I64Eqz => {
                self.pop();
                self.push(None);
            }
            Operator::I32Load { memarg } | Operator::I64Load { memarg } => self.load(memarg),
            Operator::I64Load8U { .. } | Operator::I64Load32U { .. } => {
                self.pop();
                self.push(None);
            }
            Operator::I64Store { memarg } => self.store(memarg, 8),
            Operator::I64Store8 { memarg } => self.store(memarg, 1),
            Operator::I32LeU | Operator::I32LtU | Operator::I64LeU | Operator::I64Eq | Operator::I64Ne => {
                let (right, left) = (self.pop(), self.pop());
                self.events.extend(left.zip(right).map(|(left, right)| Event::Compare(left, right)));
                self.push(None);
            }
            _ => self.control(operator),
        }
    }

    fn control(&mut self, operator: &Operator<'_>) {
        self.stack.clear();
        match operator {
            Operator::If { .. } => self.blocks.push(Some(self.time)),
            Operator::Block { .. } => self.blocks.push(None),
            Operator::Loop { .. } => {
                self.blocks.push(None);
                self.forget(0);
            }
            Operator::Else => self.forget(self.blocks.last().copied().flatten().unwrap_or(0)),
            // Behind a block anything may have jumped here; behind an `if` only its own body has run or not.
            Operator::End => {
                let start = self.blocks.pop().flatten().unwrap_or(0);
                self.forget(start);
            }
            _ => {}
        }
    }

    /// Makes the locals that were set since `start` unknown.
    fn forget(&mut self, start: usize) {
        for (value, time) in self.locals.values_mut() {
            if *time >= start {
                *value = None;
            }
        }
    }

    fn push(&mut self, value: Option<Value>) {
        if self.stack.len() >= STACK {
            self.stack.clear();
        }
        self.stack.push(value);
    }

    fn pop(&mut self) -> Option<Value> {
        self.stack.pop().flatten()
    }

    fn sum(&mut self, negative: bool) {
        let (right, left) = (self.pop(), self.pop());
        let sum = match (left, right) {
            (Some(left), Some(right)) => match (left.number(), right.number()) {
                (_, Some(offset)) => Some(left.plus(if negative { offset.wrapping_neg() } else { offset })),
                (Some(offset), None) if !negative => Some(right.plus(offset)),
                _ => None,
            },
            _ => None,
        };
        self.push(sum);
    }

    fn load(&mut self, memarg: MemArg) {
        let at = self.pop().map(|address| address.plus(memarg.offset));
        self.events.extend(at.clone().map(|at| Event::Load { at }));
        self.push(at.and_then(Value::load));
    }

    fn store(&mut self, memarg: MemArg, bytes: u8) {
        let (value, address) = (self.pop(), self.pop());
        let at = address.map(|address| address.plus(memarg.offset));
        self.events.extend(at.map(|at| Event::Store { at, bytes, value }));
    }
}

#[cfg(test)]
mod tests;
