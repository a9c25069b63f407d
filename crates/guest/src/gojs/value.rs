//! JavaScript values as the adapter holds them: an engine's own, or made here and given to the engine only when a script
//! gets to see them.
//!
//! Most of what a Go program and its `fs` say to each other never reaches a script: paths, buffers, callbacks, attributes.
//! As an [`Object`] of this module such a value costs no engine call. [`Object::engine`] moves it into the engine the first
//! time a script could touch it; from then on the engine's copy is the object.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::Rc;

use gopherix_abi::Stat;

use super::engine::{Caller, Engine, Fallible};
use super::error::FsError;

/// Most objects within objects that are made here. What lies deeper is the engine's: that frees and walks it without a
/// recursion which a guest could drive down the host's stack.
const MOST_DEPTH: u32 = 8;

/// Any JavaScript value.
pub enum Value<E: Engine> {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string without lone surrogates.
    String(Rc<str>),
    /// An object or function made here.
    Object(Rc<Object<E>>),
    /// An object, function, symbol or string that lives in the engine. Never what one of the others can stand for, but
    /// for strings.
    Engine(E::Value),
}

impl<E: Engine> Clone for Value<E> {
    fn clone(&self) -> Self {
        match self {
            Value::Undefined => Value::Undefined,
            Value::Null => Value::Null,
            Value::Bool(b) => Value::Bool(*b),
            Value::Number(n) => Value::Number(*n),
            Value::String(s) => Value::String(s.clone()),
            Value::Object(o) => Value::Object(o.clone()),
            Value::Engine(v) => Value::Engine(v.clone()),
        }
    }
}

impl<E: Engine> Value<E> {
    /// A string.
    #[must_use]
    pub fn string(text: &str) -> Self {
        Value::String(Rc::from(text))
    }

    /// An object made here.
    #[must_use]
    pub fn object(content: Content<E>) -> Self {
        Value::Object(Object::new(content))
    }

    /// How many objects made here lie within each other in it, 0 for one that can hold none.
    pub(super) fn depth(&self) -> u32 {
        match self {
            Value::Object(object) => match &*object.content() {
                Content::Array(_) | Content::Event { .. } => object.depth,
                _ => 0,
            },
            _ => 0,
        }
    }

    /// The same value, to be put into another: the engine's if it is deep.
    ///
    /// # Errors
    /// What the engine fails with.
    pub(super) fn shallow(self, engine: &E, caller: &mut dyn Caller<E>) -> Fallible<E, Self> {
        match &self {
            Value::Object(object) if self.depth() >= MOST_DEPTH => Ok(Value::Engine(object.engine(engine, caller)?)),
            _ => Ok(self),
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        if let Value::Number(n) = self { Some(*n) } else { None }
    }
}

/// An object made here.
pub struct Object<E: Engine> {
    content: RefCell<Content<E>>,
    /// Its id in the value table, 0 without one.
    pub(super) id: Cell<u32>,
    /// Its identity in the engine, 0 before it went there.
    pub(super) identity: Cell<usize>,
    /// Objects made here that lie within each other, this one counted.
    depth: u32,
}

/// What an object made here is.
pub enum Content<E: Engine> {
    /// The function that stands for Go's `js.Func` of this id.
    GoFunc(u32),
    /// A call of such a function, on its way to Go: what `_pendingEvent` is.
    Event {
        /// The function's id; 0 asks Go to report a deadlock.
        id: u32,
        /// `this` of the call.
        this: Value<E>,
        /// Its arguments, an array.
        args: Value<E>,
        /// What Go's function returned; nothing that holds objects made here.
        result: Value<E>,
    },
    /// An array.
    Array(Vec<Value<E>>),
    /// A `Uint8Array` over a buffer of its own.
    Bytes(Vec<u8>),
    /// What `fs.stat` answers.
    Stat(Box<Stat>),
    /// What `fs` calls fail with.
    Error(Box<FsError>),
    /// The object that `syscall/js` knows by id 6: `_makeFuncWrapper` and `_pendingEvent`.
    Go,
    /// It was given to the engine.
    Engine(E::Value),
}

impl<E: Engine> Object<E> {
    /// An object.
    #[must_use]
    pub fn new(content: Content<E>) -> Rc<Self> {
        let within = match &content {
            Content::Array(items) => items.iter().map(Value::depth).max().unwrap_or(0),
            Content::Event { this, args, .. } => this.depth().max(args.depth()),
            _ => 0,
        };
        let depth = within.saturating_add(1);
        Rc::new(Object { content: RefCell::new(content), id: Cell::new(0), identity: Cell::new(0), depth })
    }

    /// A look at it. Not to be held while guest code or a script may run.
    pub fn content(&self) -> Ref<'_, Content<E>> {
        self.content.borrow()
    }

    /// To change it. Not to be held while guest code or a script may run.
    pub fn content_mut(&self) -> RefMut<'_, Content<E>> {
        self.content.borrow_mut()
    }

    /// The engine's value for it, made now if there is none yet.
    ///
    /// # Errors
    /// What the engine fails with; out of memory.
    pub fn engine(self: &Rc<Self>, engine: &E, caller: &mut dyn Caller<E>) -> Fallible<E, E::Value> {
        if let Content::Engine(value) = &*self.content() {
            return Ok(value.clone());
        }
        // Taken out meanwhile. No script that could look at it knows of it yet.
        let content = std::mem::replace(&mut *self.content_mut(), Content::Array(Vec::new()));
        let value = engine.make(caller, content)?;
        self.identity.set(engine.identity(&value));
        *self.content_mut() = Content::Engine(value.clone());
        caller.gojs().table.moved(self);
        Ok(value)
    }
}
