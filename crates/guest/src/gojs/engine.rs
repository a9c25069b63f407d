//! What the adapter asks of a JavaScript engine, and of the home that runs the guest.
//!
//! Calls into an engine may run scripts, which may call Go functions, which call back into this module: so everything is
//! behind `&self`, the [`Caller`] is handed on, and nothing is borrowed over such a call.

use std::rc::Rc;

use gopherix_kernel::SysResult;
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::syscall::PollRequest;
use gopherix_kernel::task::Cx;

use super::Gojs;
use super::intrinsic::Intrinsic;
use super::value::{Content, Value};

/// The guest must not run any further: its process ends, or its code trapped. The home knows which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Why a JavaScript operation gave no value.
pub enum Failure<E: Engine> {
    /// It threw this.
    Thrown(Value<E>),
    /// See [`Stop`]. No script may catch it.
    Stop,
}

impl<E: Engine> From<Stop> for Failure<E> {
    fn from(_: Stop) -> Self {
        Failure::Stop
    }
}

/// The result of a JavaScript operation.
pub type Fallible<E, T> = Result<T, Failure<E>>;

/// The type of an engine's value, as far as it is none of the simple ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    String,
    /// A symbol.
    Symbol,
    /// Anything callable.
    Function,
    /// Any other object.
    Object,
    /// Neither: a BigInt. Go's `syscall/js` has no type for it.
    Other,
}

/// What a property turned out to be, on the way to calling it.
pub enum Callee<E: Engine> {
    /// A function of the world that this module carries out itself.
    Intrinsic(Intrinsic),
    /// Any other value; calling it throws if it is no function.
    Value(Value<E>),
}

/// A guest in a call: what a home gives the adapter.
pub trait Caller<E: Engine> {
    /// The adapter's state.
    fn gojs(&self) -> &Rc<Gojs<E>>;

    /// The guest's memory and the context of its system calls.
    fn split(&mut self) -> (SliceMemory<'_>, &mut Cx);

    /// Calls the guest's export `getsp`.
    ///
    /// # Errors
    /// [`Stop`] if it trapped.
    fn getsp(&mut self) -> Result<u32, Stop>;

    /// Calls the guest's export `resume`.
    ///
    /// # Errors
    /// [`Stop`] if the process ended or trapped meanwhile.
    fn resume(&mut self) -> Result<(), Stop>;

    /// Waits for one of these, giving up the turn: a descriptor is ready, the monotonic time in ns has come, or somebody
    /// outside has left a message ([`Engine::take_messages`]).
    ///
    /// # Errors
    /// EINTR if the process is ending.
    fn wait(&mut self, requests: &[PollRequest], deadline_ns: Option<u64>) -> SysResult<()>;

    /// Whether a script must stop, since the process is ending. Engines ask now and then while one runs: it is also where a
    /// home charges for the time, and lets others run.
    fn must_stop(&mut self) -> bool {
        self.split().1.process.is_ending()
    }
}

/// A JavaScript engine with its global object.
///
/// Methods that take the caller may run scripts. `Value::Object`s that are given to them are moved into the engine
/// ([`Object::engine`](super::value::Object::engine)) by the implementation.
pub trait Engine: Sized + 'static {
    /// A value that lives in the engine and keeps it alive.
    type Value: Clone;

    /// `globalThis`.
    fn global(&self) -> Self::Value;

    /// The type of a value.
    fn kind(&self, value: &Self::Value) -> Kind;

    /// A number that is the same for the same object, function or symbol, and no other's while the value is alive.
    fn identity(&self, value: &Self::Value) -> usize;

    /// The text of a string, lone surrogates replaced by U+FFFD; `None` for what is no string.
    fn text(&self, value: &Self::Value) -> Option<String>;

    /// `String(value)`, for what is no string.
    ///
    /// # Errors
    /// What a `toString` throws; a TypeError for symbols.
    fn to_text(&self, caller: &mut dyn Caller<Self>, value: &Value<Self>) -> Fallible<Self, String>;

    /// The intrinsic that this function is, if it is one.
    fn intrinsic(&self, value: &Self::Value) -> Option<Intrinsic>;

    /// The intrinsic that the object has as a property `key` of its own. Runs no script to find out: `None` where that would
    /// take one, for proxies and getters, and for whatever is no intrinsic.
    fn own_intrinsic(&self, target: &Self::Value, key: &str) -> Option<Intrinsic>;

    /// Calls `with` with the bytes of a `Uint8Array` or `Uint8ClampedArray`; `None` for anything else.
    fn bytes<T>(&self, value: &Self::Value, with: impl FnOnce(&mut [u8]) -> T) -> Option<T>;

    /// The engine's value of an object made here.
    ///
    /// # Errors
    /// What the engine fails with.
    fn make(&self, caller: &mut dyn Caller<Self>, content: Content<Self>) -> Fallible<Self, Self::Value>;

    /// `Reflect.get(target, key)`.
    ///
    /// # Errors
    /// What a getter or proxy throws; a TypeError if `target` is no object.
    fn get(&self, caller: &mut dyn Caller<Self>, target: &Self::Value, key: &str) -> Fallible<Self, Value<Self>>;

    /// As `get`, telling intrinsics apart.
    ///
    /// # Errors
    /// As `get`.
    fn callee(&self, caller: &mut dyn Caller<Self>, target: &Self::Value, key: &str) -> Fallible<Self, Callee<Self>>;

    /// `Reflect.set(target, key, value)`.
    ///
    /// # Errors
    /// What a setter or proxy throws.
    fn set(
        &self,
        caller: &mut dyn Caller<Self>,
        target: &Self::Value,
        key: &str,
        value: &Value<Self>,
    ) -> Fallible<Self, ()>;

    /// `Reflect.deleteProperty(target, key)`.
    ///
    /// # Errors
    /// What a proxy throws.
    fn delete(&self, caller: &mut dyn Caller<Self>, target: &Self::Value, key: &str) -> Fallible<Self, ()>;

    /// `Reflect.get(target, index)`.
    ///
    /// # Errors
    /// As `get`.
    fn index(&self, caller: &mut dyn Caller<Self>, target: &Self::Value, index: i64) -> Fallible<Self, Value<Self>>;

    /// `Reflect.set(target, index, value)`.
    ///
    /// # Errors
    /// As `set`.
    fn set_index(
        &self,
        caller: &mut dyn Caller<Self>,
        target: &Self::Value,
        index: i64,
        value: &Value<Self>,
    ) -> Fallible<Self, ()>;

    /// `Reflect.apply(function, this, args)`.
    ///
    /// # Errors
    /// What it throws; a TypeError if `function` is none.
    fn call(
        &self,
        caller: &mut dyn Caller<Self>,
        function: &Value<Self>,
        this: &Value<Self>,
        args: &[Value<Self>],
    ) -> Fallible<Self, Value<Self>>;

    /// `Reflect.construct(constructor, args)`.
    ///
    /// # Errors
    /// What it throws; a TypeError if `constructor` is none.
    fn construct(
        &self,
        caller: &mut dyn Caller<Self>,
        constructor: &Self::Value,
        args: &[Value<Self>],
    ) -> Fallible<Self, Value<Self>>;

    /// `value instanceof constructor`.
    ///
    /// # Errors
    /// What `Symbol.hasInstance` throws; a TypeError if `constructor` is no function.
    fn instance_of(
        &self,
        caller: &mut dyn Caller<Self>,
        value: &Value<Self>,
        constructor: &Value<Self>,
    ) -> Fallible<Self, bool>;

    /// A `TypeError` with this message.
    fn type_error(&self, message: &str) -> Value<Self>;

    /// An `Error` with this message.
    fn error(&self, message: &str) -> Value<Self>;

    /// Runs microtasks until there are none.
    ///
    /// # Errors
    /// A rejection that nobody handles, as Node ends with it.
    fn run_microtasks(&self, caller: &mut dyn Caller<Self>) -> Fallible<Self, ()>;

    /// Handles what came from outside (network, embedder) since the last time. Whether there was anything.
    ///
    /// # Errors
    /// What a callback throws.
    fn take_messages(&self, caller: &mut dyn Caller<Self>) -> Fallible<Self, bool>;

    /// Whether something is under way outside that will leave a message, so that the program is not stuck.
    fn expects_messages(&self) -> bool;

    /// Offers an exception that nobody caught to whoever listens for such (`process.on("uncaughtException")`). Whether
    /// somebody did, so that the program goes on.
    ///
    /// # Errors
    /// What a listener throws.
    fn catches(&self, caller: &mut dyn Caller<Self>, thrown: &Value<Self>) -> Fallible<Self, bool>;

    /// The program is about to exit with this code: listeners run (`process.on("exit")`), and may give another.
    ///
    /// # Errors
    /// What a listener throws.
    fn exiting(&self, caller: &mut dyn Caller<Self>, code: u32) -> Fallible<Self, u32>;

    /// What is to be said of a program that failed, such as that it asked for what only a browser has.
    fn last_words(&self) -> Option<String>;

    /// How an exception that nobody caught is shown to the user, stack and all, as Node does on standard error.
    fn describe(&self, caller: &mut dyn Caller<Self>, thrown: &Value<Self>) -> String;

    /// The guest's memory has moved or grown: buffers over it are cut loose.
    fn memory_changed(&self);
}
