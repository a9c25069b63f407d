//! The value table: JavaScript values that Go holds, by id, with how often it holds each.
//!
//! `syscall/js` hands values over as references: 64 bits that are a float for numbers, and otherwise a quiet NaN with a type
//! in the high word and an id in the low one. One value has one id, so that Go can compare references. Go tells by
//! `finalizeRef` when it has dropped one. Source: `src/syscall/js/js.go`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::engine::{Engine, Kind};
use super::value::{Content, Object, Value};

/// Bits of a reference that is an id rather than a number.
const NAN_HEAD: u64 = 0x7ff8_0000_0000_0000;
/// Ids below this stand for the same values in every program: NaN, 0, `null`, `true`, `false`, global, go.
const FIRST_FREE: u32 = 7;
const ID_NAN: u32 = 0;
const ID_ZERO: u32 = 1;
const ID_NULL: u32 = 2;
const ID_TRUE: u32 = 3;
const ID_FALSE: u32 = 4;
const ID_GLOBAL: u32 = 5;
const ID_GO: u32 = 6;

/// Most values a program may hold; each takes some 100 bytes of the host.
const MOST_VALUES: usize = 1 << 24;
/// Most bytes of strings, and of arrays of bytes that were made here, a program may hold.
const MOST_BYTES: usize = 1 << 31;

/// The types of references (`typeFlag` of `syscall/js`).
#[derive(Clone, Copy)]
enum TypeFlag {
    None = 0,
    Object = 1,
    String = 2,
    Symbol = 3,
    Function = 4,
}

/// What tells that a value is in the table already.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    /// A string's text.
    Text(Rc<str>),
    /// An engine value's identity.
    Engine(usize),
}

struct Slot<E: Engine> {
    value: Value<E>,
    key: Option<Key>,
    refs: u64,
    /// Bytes of it that are counted.
    size: usize,
}

/// The table is full: the program holds more values, or longer strings, than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The value table of one program.
pub struct Table<E: Engine>(RefCell<Inner<E>>);

struct Inner<E: Engine> {
    global: E::Value,
    global_identity: usize,
    go: Rc<Object<E>>,
    /// By id less [`FIRST_FREE`].
    slots: Vec<Option<Slot<E>>>,
    free: Vec<u32>,
    ids: HashMap<Key, u32>,
    /// Bytes of strings and arrays.
    bytes: usize,
}

impl<E: Engine> Table<E> {
    /// The table of a program that holds nothing yet.
    pub(super) fn new(engine: &E) -> Self {
        let global = engine.global();
        let global_identity = engine.identity(&global);
        let go = Object::new(Content::Go);
        go.id.set(ID_GO);
        let (slots, free, ids) = (Vec::new(), Vec::new(), HashMap::new());
        Table(RefCell::new(Inner { global, global_identity, go, slots, free, ids, bytes: 0 }))
    }

    /// The value a reference stands for; `undefined` for one that stands for none.
    pub(super) fn load(&self, reference: u64) -> Value<E> {
        let number = f64::from_bits(reference);
        if number == 0.0 {
            return Value::Undefined;
        }
        if !number.is_nan() {
            return Value::Number(number);
        }
        let inner = self.0.borrow();
        match low_word(reference) {
            ID_NAN => Value::Number(f64::NAN),
            ID_ZERO => Value::Number(0.0),
            ID_NULL => Value::Null,
            ID_TRUE => Value::Bool(true),
            ID_FALSE => Value::Bool(false),
            ID_GLOBAL => Value::Engine(inner.global.clone()),
            ID_GO => Value::Object(inner.go.clone()),
            id => inner.slot(id).map_or(Value::Undefined, |slot| slot.value.clone()),
        }
    }

    /// A reference to a value, which Go holds once more from now on.
    ///
    /// # Errors
    /// [`Full`].
    pub(super) fn store(&self, engine: &E, value: Value<E>) -> Result<u64, Full> {
        let fixed = match &value {
            Value::Undefined => return Ok(0),
            Value::Number(n) if n.is_nan() => ID_NAN,
            Value::Number(0.0) => ID_ZERO,
            Value::Number(n) => return Ok(n.to_bits()),
            Value::Null => ID_NULL,
            Value::Bool(true) => ID_TRUE,
            Value::Bool(false) => ID_FALSE,
            Value::String(_) | Value::Object(_) | Value::Engine(_) => return self.hold(engine, value),
        };
        Ok(reference(TypeFlag::None, fixed))
    }

    fn hold(&self, engine: &E, value: Value<E>) -> Result<u64, Full> {
        let flag = type_flag(engine, &value);
        let key = match &value {
            Value::String(text) => Some(Key::Text(text.clone())),
            Value::Object(object) if object.id.get() != 0 => return Ok(self.again(flag, object.id.get())),
            Value::Object(object) => Some(object.identity.get()).filter(|i| *i != 0).map(Key::Engine),
            Value::Engine(value) => Some(Key::Engine(engine.identity(value))),
            _ => None,
        };
        let mut inner = self.0.borrow_mut();
        if let Some(key) = &key {
            if *key == Key::Engine(inner.global_identity) {
                return Ok(reference(flag, ID_GLOBAL));
            }
            if let Some(id) = inner.ids.get(key).copied() {
                drop(inner);
                return Ok(self.again(flag, id));
            }
        }
        let size = size_of(&value);
        if inner.bytes.saturating_add(size) > MOST_BYTES {
            return Err(Full);
        }
        let id = inner.vacant()?;
        inner.bytes = inner.bytes.saturating_add(size);
        if let Value::Object(object) = &value {
            object.id.set(id);
        }
        if let Some(key) = key.clone() {
            inner.ids.insert(key, id);
        }
        if let Some(place) = inner.place(id) {
            *place = Some(Slot { value, key, refs: 1, size });
        }
        Ok(reference(flag, id))
    }

    /// A reference to a string that goes once Go has dropped that, or the one that it gets for it to copy from. No value in the
    /// table is the same, not even an equal string.
    ///
    /// # Errors
    /// [`Full`].
    pub(super) fn lend(&self, text: Rc<str>) -> Result<u64, Full> {
        let mut inner = self.0.borrow_mut();
        let size = text.len();
        if inner.bytes.saturating_add(size) > MOST_BYTES {
            return Err(Full);
        }
        let id = inner.vacant()?;
        inner.bytes = inner.bytes.saturating_add(size);
        if let Some(place) = inner.place(id) {
            *place = Some(Slot { value: Value::String(text), key: None, refs: 1, size });
        }
        Ok(reference(TypeFlag::String, id))
    }

    /// Whether a reference is to a string that was lent.
    pub(super) fn is_lent(&self, reference: u64) -> bool {
        let inner = self.0.borrow();
        let slot = f64::from_bits(reference).is_nan().then(|| inner.slot(low_word(reference))).flatten();
        slot.is_some_and(|slot| slot.key.is_none() && matches!(slot.value, Value::String(_)))
    }

    /// One more reference to what has an id already.
    fn again(&self, flag: TypeFlag, id: u32) -> u64 {
        if let Some(slot) = self.0.borrow_mut().place(id).and_then(Option::as_mut) {
            slot.refs = slot.refs.saturating_add(1);
        }
        reference(flag, id)
    }

    /// Go has dropped one reference to this id. Ids that it does not hold are let be.
    pub(super) fn finalize(&self, id: u32) {
        let mut inner = self.0.borrow_mut();
        let Some(place) = inner.place(id) else { return };
        let Some(slot) = place else { return };
        slot.refs = slot.refs.saturating_sub(1);
        if slot.refs > 0 {
            return;
        }
        let Some(slot) = place.take() else { return };
        if let Some(key) = &slot.key {
            inner.ids.remove(key);
        }
        inner.bytes = inner.bytes.saturating_sub(slot.size);
        if let Value::Object(object) = &slot.value {
            object.id.set(0);
        }
        inner.free.push(id);
        drop(inner);
        // Dropping it may free much, in the engine too; nothing is borrowed any more.
        drop(slot);
    }

    /// An object made here has gone to the engine: what comes from there with its identity is the same object.
    pub(super) fn moved(&self, object: &Object<E>) {
        let (id, identity) = (object.id.get(), object.identity.get());
        if id < FIRST_FREE {
            return;
        }
        let mut inner = self.0.borrow_mut();
        let Some(slot) = inner.place(id).and_then(Option::as_mut) else { return };
        let before = slot.key.replace(Key::Engine(identity));
        let size = std::mem::take(&mut slot.size);
        inner.bytes = inner.bytes.saturating_sub(size);
        // It moves twice if the guest looks at it while scripts make the engine's object.
        if let Some(key) = before {
            inner.ids.remove(&key);
        }
        inner.ids.insert(Key::Engine(identity), id);
    }

    /// All values by id, `null` where an id is free.
    pub(super) fn values(&self) -> Vec<Value<E>> {
        let fixed = (0..FIRST_FREE).map(|id| self.load(reference(TypeFlag::None, id)));
        let inner = self.0.borrow();
        let held = inner.slots.iter().map(|slot| slot.as_ref().map_or(Value::Null, |slot| slot.value.clone()));
        fixed.chain(held).collect()
    }

    /// How many values Go holds.
    #[must_use]
    pub fn len(&self) -> usize {
        let inner = self.0.borrow();
        inner.slots.len().saturating_sub(inner.free.len())
    }

    /// Whether Go holds no value but the fixed ones.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the strings that Go holds, and of its arrays of bytes that are not the engine's.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.borrow().bytes
    }

    /// How many values it has had room for at most.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.borrow().slots.len()
    }
}

impl<E: Engine> Inner<E> {
    fn slot(&self, id: u32) -> Option<&Slot<E>> {
        self.slots.get(index(id)?)?.as_ref()
    }

    fn place(&mut self, id: u32) -> Option<&mut Option<Slot<E>>> {
        self.slots.get_mut(index(id)?)
    }

    /// An id that nobody has.
    fn vacant(&mut self) -> Result<u32, Full> {
        if let Some(id) = self.free.pop() {
            return Ok(id);
        }
        if self.slots.len() >= MOST_VALUES {
            return Err(Full);
        }
        let id = u32::try_from(self.slots.len()).map_err(|_| Full)?.saturating_add(FIRST_FREE);
        self.slots.push(None);
        Ok(id)
    }
}

fn index(id: u32) -> Option<usize> {
    usize::try_from(id.checked_sub(FIRST_FREE)?).ok()
}

/// The low 32 bits.
fn low_word(reference: u64) -> u32 {
    u32::try_from(reference & 0xffff_ffff).unwrap_or(0)
}

fn reference(flag: TypeFlag, id: u32) -> u64 {
    let flag = match flag {
        TypeFlag::None => 0,
        TypeFlag::Object => 1,
        TypeFlag::String => 2,
        TypeFlag::Symbol => 3,
        TypeFlag::Function => 4,
    };
    NAN_HEAD | (flag << 32) | u64::from(id)
}

/// Bytes of a value that are counted: those that no limit of the engine's is for.
fn size_of<E: Engine>(value: &Value<E>) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Object(object) => match &*object.content() {
            Content::Bytes(bytes) => bytes.len(),
            _ => 0,
        },
        _ => 0,
    }
}

fn type_flag<E: Engine>(engine: &E, value: &Value<E>) -> TypeFlag {
    match value {
        Value::String(_) => TypeFlag::String,
        Value::Object(object) => match &*object.content() {
            Content::GoFunc(_) => TypeFlag::Function,
            Content::Engine(value) => flag_of(engine.kind(value)),
            _ => TypeFlag::Object,
        },
        Value::Engine(value) => flag_of(engine.kind(value)),
        _ => TypeFlag::None,
    }
}

fn flag_of(kind: Kind) -> TypeFlag {
    match kind {
        Kind::String => TypeFlag::String,
        Kind::Symbol => TypeFlag::Symbol,
        Kind::Function => TypeFlag::Function,
        Kind::Object => TypeFlag::Object,
        Kind::Other => TypeFlag::None,
    }
}
