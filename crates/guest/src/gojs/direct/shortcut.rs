//! What direct calls must remember: which `fs` Go has, how many there were, and what came of one that Go asks for again.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use gopherix_abi::FileType;

use super::super::Gojs;
use super::super::engine::Engine;
use super::super::fs::Outcome;
use super::super::intrinsic::FsOp;
use super::super::value::{Content, Object, Value};

/// Direct calls between two events. After so many Go takes the long way, by which other goroutines, timers and callbacks get
/// their turn as they do with every call under Node.
const CALLS_BETWEEN_EVENTS: u64 = 64;
/// Bytes read or written that count as much as a call.
const BYTES_A_CALL: u64 = 16384;

/// The state of direct calls. Nothing of it is borrowed while a script or the guest may run.
pub(in crate::gojs) struct Shortcut<E: Engine> {
    fs: RefCell<Fs<E>>,
    spent: Cell<u64>,
    made: RefCell<Option<Made<E>>>,
    /// What `Open` is told that it has opened: no directory, and one.
    stand_ins: [OnceCell<Rc<Object<E>>>; 2],
}

/// What the program has got for `globalThis.fs`. Package `syscall` asks for it once and keeps it.
enum Fs<E: Engine> {
    Unknown,
    /// Always this, so it is what `syscall` has.
    One(E::Value),
    /// Not always the same: nobody can tell which of them `syscall` has.
    Several,
}

/// A call that was made, and what of it could not be told in a frame. Go's body asks for it again, in the same words.
struct Made<E: Engine> {
    op: FsOp,
    /// A buffer that is not there yet is `undefined`.
    args: Vec<Value<E>>,
    outcome: Outcome<E>,
}

impl<E: Engine> Shortcut<E> {
    pub(in crate::gojs) fn new() -> Self {
        Shortcut {
            fs: RefCell::new(Fs::Unknown),
            spent: Cell::new(0),
            made: RefCell::new(None),
            stand_ins: [OnceCell::new(), OnceCell::new()],
        }
    }

    /// The event loop has its turn.
    pub(in crate::gojs) fn begin_event(&self) {
        self.spent.set(0);
        self.forget_made();
    }

    pub(super) fn has_budget(&self) -> bool {
        self.spent.get() < CALLS_BETWEEN_EVENTS
    }

    /// A call that has moved so many bytes was made.
    pub(super) fn spend(&self, bytes: u64) {
        let calls = bytes.checked_div(BYTES_A_CALL).unwrap_or(0).saturating_add(1);
        self.spent.set(self.spent.get().saturating_add(calls));
    }

    /// Runs `with` with the `fs` that package `syscall` has, if that can be told. No script may run in there.
    pub(super) fn with_fs<T>(&self, with: impl FnOnce(&E::Value) -> T) -> Option<T> {
        if let Fs::One(fs) = &*self.fs.borrow() { Some(with(fs)) } else { None }
    }

    /// An object that is a directory if these attributes are one's, and the same each time: the first such attributes there
    /// were. `None` for what is no attributes.
    pub(super) fn stand_in(&self, attributes: &Rc<Object<E>>) -> Option<Rc<Object<E>>> {
        let Content::Stat(stat) = &*attributes.content() else { return None };
        let place = self.stand_ins.get(usize::from(stat.kind == FileType::Directory))?;
        Some(place.get_or_init(|| attributes.clone()).clone())
    }

    pub(super) fn keep(&self, op: FsOp, args: Vec<Value<E>>, outcome: Outcome<E>) {
        drop(self.made.replace(Some(Made { op, args, outcome })));
    }

    /// What was kept is of no use any more: something else is asked for, and may change what the answer would be.
    pub(in crate::gojs) fn forget_made(&self) {
        drop(self.made.take());
    }

    /// Whether this call is the one that was kept.
    pub(super) fn is_made(&self, engine: &E, op: FsOp, args: &[Value<E>]) -> bool {
        self.made.borrow().as_ref().is_some_and(|made| made.is(engine, op, args))
    }

    /// What came of this call, if it is the one that was kept; forgets it anyway.
    pub(in crate::gojs) fn take_made(&self, engine: &E, op: FsOp, args: &[Value<E>]) -> Option<Outcome<E>> {
        let made = self.made.take()?;
        made.is(engine, op, args).then_some(made.outcome)
    }
}

impl<E: Engine> Made<E> {
    fn is(&self, engine: &E, op: FsOp, args: &[Value<E>]) -> bool {
        let transfers = matches!(op, FsOp::Read | FsOp::Write);
        let same_at = |(at, (made, asked)): (usize, (&Value<E>, &Value<E>))| {
            transfers && at == 1 && matches!(made, Value::Undefined) || same(engine, made, asked)
        };
        self.op == op && self.args.len() == args.len() && self.args.iter().zip(args).enumerate().all(same_at)
    }
}

/// Whether these are the same value, as far as that can be told at once.
fn same<E: Engine>(engine: &E, a: &Value<E>, b: &Value<E>) -> bool {
    match (a, b) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Object(a), Value::Object(b)) => Rc::ptr_eq(a, b),
        (Value::Engine(a), Value::Engine(b)) => engine.identity(a) == engine.identity(b),
        _ => false,
    }
}

impl<E: Engine> Gojs<E> {
    /// Go has got this for the property `key` of `target`.
    pub(in crate::gojs) fn note_fs(&self, target: &Value<E>, key: &str, got: &Value<E>) {
        let Value::Engine(target) = target else { return };
        let same = |a: &E::Value, b: &E::Value| self.engine.identity(a) == self.engine.identity(b);
        if key != "fs" || !same(target, &self.engine.global()) {
            return;
        }
        let now = match (&*self.direct.fs.borrow(), got) {
            (Fs::Unknown, Value::Engine(fs)) => Fs::One(fs.clone()),
            (Fs::One(known), Value::Engine(fs)) if same(known, fs) => return,
            _ => Fs::Several,
        };
        drop(self.direct.fs.replace(now));
    }
}
