//! QuickJS' runtime and values, wrapped so that the rest of the crate needs no `unsafe` for them.
//!
//! [`Heap`] owns the runtime and its one context; a [`Js`] is a counted reference to a value and keeps the heap alive, so a
//! value may outlive the engine that made it. What throws answers `Err` with the value thrown. Nothing here knows callers
//! or the world; neighbours: [`crate::function`] makes functions of closures, [`crate::convert`] values of the adapter's.

#![expect(unsafe_code, reason = "QuickJS is C; every block says what it relies on")]

use std::cell::Cell;
use std::ffi::{CString, c_char};
use std::rc::Rc;

use rquickjs::qjs;

/// What an operation answers: a value, or what was thrown.
pub(crate) type Thrown<T> = Result<T, Js>;

/// A length as C has it.
pub(crate) fn size(n: usize) -> qjs::size_t {
    qjs::size_t::try_from(n).unwrap_or(qjs::size_t::MAX)
}

/// A runtime with one context. Freed when the last value is dropped.
pub(crate) struct Heap {
    pub(crate) runtime: *mut qjs::JSRuntime,
    pub(crate) context: *mut qjs::JSContext,
    /// No script may run any more: the process ends.
    pub(crate) stopped: Cell<bool>,
}

impl Drop for Heap {
    fn drop(&mut self) {
        // SAFETY: both were made in `new`, nothing refers to them any more, and no value is left: each holds this heap.
        unsafe {
            qjs::JS_FreeContext(self.context);
            qjs::JS_FreeRuntime(self.runtime);
        }
    }
}

impl Heap {
    /// A heap that may grow to `limit` bytes; `None` if there is no memory for it.
    pub(crate) fn new(limit: usize) -> Option<Rc<Self>> {
        // SAFETY: a null pointer is checked for; the runtime is freed if it gets no context.
        unsafe {
            let runtime = qjs::JS_NewRuntime();
            if runtime.is_null() {
                return None;
            }
            qjs::JS_SetMemoryLimit(runtime, size(limit));
            // `Atomics.wait` would stop the whole program, and nothing could wake it.
            qjs::JS_SetCanBlock(runtime, false);
            let context = qjs::JS_NewContext(runtime);
            if context.is_null() {
                qjs::JS_FreeRuntime(runtime);
                return None;
            }
            Some(Rc::new(Heap { runtime, context, stopped: Cell::new(false) }))
        }
    }

    /// From now on scripts may use that many bytes of stack below the present frame.
    pub(crate) fn limit_stack(&self, bytes: usize) {
        // SAFETY: the runtime lives.
        unsafe {
            qjs::JS_UpdateStackTop(self.runtime);
            qjs::JS_SetMaxStackSize(self.runtime, size(bytes));
        }
    }

    /// Takes over a value that a function of QuickJS has returned.
    pub(crate) fn own(self: &Rc<Self>, raw: qjs::JSValue) -> Thrown<Js> {
        // SAFETY: the value's tag is all that is read.
        if unsafe { qjs::JS_IsException(raw) } { Err(self.exception()) } else { Ok(Js { heap: self.clone(), raw }) }
    }

    /// Another reference to a value that is somebody else's.
    pub(crate) fn share(self: &Rc<Self>, raw: qjs::JSValue) -> Js {
        // SAFETY: the caller has a live value of this heap.
        Js { heap: self.clone(), raw: unsafe { qjs::JS_DupValue(self.context, raw) } }
    }

    /// Takes the pending exception.
    fn exception(self: &Rc<Self>) -> Js {
        // SAFETY: the context lives; the value becomes ours.
        Js { heap: self.clone(), raw: unsafe { qjs::JS_GetException(self.context) } }
    }

    /// Makes `value` the pending exception; what a C function then returns.
    pub(crate) fn throw(&self, value: Js) -> qjs::JSValue {
        // SAFETY: the context takes the reference over.
        unsafe { qjs::JS_Throw(self.context, value.into_raw()) }
    }

    /// `undefined`.
    pub(crate) fn undefined(self: &Rc<Self>) -> Js {
        Js { heap: self.clone(), raw: qjs::JS_UNDEFINED }
    }

    /// `null`.
    pub(crate) fn null(self: &Rc<Self>) -> Js {
        Js { heap: self.clone(), raw: qjs::JS_NULL }
    }

    /// A boolean.
    pub(crate) fn boolean(self: &Rc<Self>, value: bool) -> Js {
        Js { heap: self.clone(), raw: if value { qjs::JS_TRUE } else { qjs::JS_FALSE } }
    }

    /// A number.
    pub(crate) fn number(self: &Rc<Self>, value: f64) -> Js {
        Js { heap: self.clone(), raw: qjs::JS_NewFloat64(value) }
    }

    /// A BigInt.
    pub(crate) fn bigint(self: &Rc<Self>, value: u64) -> Thrown<Js> {
        // SAFETY: the context lives.
        self.own(unsafe { qjs::JS_NewBigUint64(self.context, value) })
    }

    /// A string.
    pub(crate) fn string(self: &Rc<Self>, text: &str) -> Thrown<Js> {
        // SAFETY: pointer and length are those of `text`, which is copied.
        self.own(unsafe { qjs::JS_NewStringLen(self.context, text.as_ptr().cast::<c_char>(), size(text.len())) })
    }

    /// An empty object.
    pub(crate) fn object(self: &Rc<Self>) -> Thrown<Js> {
        // SAFETY: the context lives.
        self.own(unsafe { qjs::JS_NewObject(self.context) })
    }

    /// An array of these.
    pub(crate) fn array(self: &Rc<Self>, items: impl IntoIterator<Item = Js>) -> Thrown<Js> {
        // SAFETY: the context lives.
        let array = self.own(unsafe { qjs::JS_NewArray(self.context) })?;
        for (index, item) in (0..).zip(items) {
            array.set_index(index, item)?;
        }
        Ok(array)
    }

    /// A `Uint8Array` over a buffer of its own.
    pub(crate) fn bytes(self: &Rc<Self>, bytes: &[u8]) -> Thrown<Js> {
        // SAFETY: pointer and length are those of `bytes`, which are copied.
        self.own(unsafe { qjs::JS_NewUint8ArrayCopy(self.context, bytes.as_ptr(), size(bytes.len())) })
    }

    /// `globalThis`.
    pub(crate) fn global(self: &Rc<Self>) -> Js {
        // SAFETY: the context lives; the value becomes ours.
        Js { heap: self.clone(), raw: unsafe { qjs::JS_GetGlobalObject(self.context) } }
    }

    /// An object made by a global constructor, such as `Error`.
    pub(crate) fn make(self: &Rc<Self>, constructor: &str, args: &[Js]) -> Thrown<Js> {
        self.global().get(constructor)?.construct(args)
    }

    /// Runs a script in the global scope; with `awaits` it may await, and the answer is a promise of `{ value }`.
    pub(crate) fn eval(self: &Rc<Self>, name: &str, source: &str, awaits: bool) -> Thrown<Js> {
        let name = CString::new(name.replace('\0', "")).unwrap_or_default();
        let mut text = Vec::with_capacity(source.len().saturating_add(1));
        text.extend_from_slice(source.as_bytes());
        text.push(0);
        let flags = if awaits { qjs::JS_EVAL_FLAG_ASYNC } else { 0 } | qjs::JS_EVAL_TYPE_GLOBAL;
        let flags = i32::try_from(flags).unwrap_or_default();
        // SAFETY: the text ends with the NUL that `JS_Eval` wants behind `source.len()` bytes; both strings outlive the call.
        self.own(unsafe { qjs::JS_Eval(self.context, text.as_ptr().cast(), size(source.len()), name.as_ptr(), flags) })
    }

    /// Runs one microtask. Whether there was one.
    pub(crate) fn run_job(self: &Rc<Self>) -> Thrown<bool> {
        let mut context = std::ptr::null_mut();
        // SAFETY: both pointers are valid for the call.
        match unsafe { qjs::JS_ExecutePendingJob(self.runtime, &raw mut context) } {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.exception()),
        }
    }

    /// Whether a microtask is waiting.
    pub(crate) fn has_jobs(&self) -> bool {
        // SAFETY: the runtime lives.
        unsafe { qjs::JS_IsJobPending(self.runtime) }
    }

    /// Forgets the pending exception, if there is one.
    pub(crate) fn clear_exception(self: &Rc<Self>) {
        drop(self.exception());
    }

    /// Collects cycles that nobody refers to.
    #[cfg(test)]
    pub(crate) fn collect(&self) {
        // SAFETY: the runtime lives, and no script is running.
        unsafe { qjs::JS_RunGC(self.runtime) };
    }

    /// Bytes allocated, and the most that may be.
    pub(crate) fn usage(&self) -> (u64, u64) {
        let mut usage = std::mem::MaybeUninit::<qjs::JSMemoryUsage>::zeroed();
        // SAFETY: the structure is plain integers, and the call fills it.
        let usage = unsafe {
            qjs::JS_ComputeMemoryUsage(self.runtime, usage.as_mut_ptr());
            usage.assume_init()
        };
        (u64::try_from(usage.malloc_size).unwrap_or_default(), u64::try_from(usage.malloc_limit).unwrap_or_default())
    }

    /// The atom of a property's name.
    fn atom(self: &Rc<Self>, key: &str) -> Thrown<Atom<'_>> {
        // SAFETY: pointer and length are those of `key`. What is not ASCII goes by way of a string, since the direct way
        // takes UTF-8 for Latin-1.
        let raw = unsafe {
            if key.is_ascii() {
                qjs::JS_NewAtomLen(self.context, key.as_ptr().cast(), size(key.len()))
            } else {
                qjs::JS_ValueToAtom(self.context, self.string(key)?.raw)
            }
        };
        if raw == 0 { Err(self.exception()) } else { Ok(Atom { heap: self, raw }) }
    }
}

/// A property's name, counted.
struct Atom<'a> {
    heap: &'a Rc<Heap>,
    raw: qjs::JSAtom,
}

impl Drop for Atom<'_> {
    fn drop(&mut self) {
        // SAFETY: it was made by this context and is freed once.
        unsafe { qjs::JS_FreeAtom(self.heap.context, self.raw) };
    }
}

/// A JavaScript value, counted.
pub struct Js {
    heap: Rc<Heap>,
    raw: qjs::JSValue,
}

impl Clone for Js {
    fn clone(&self) -> Self {
        self.heap.share(self.raw)
    }
}

impl Drop for Js {
    fn drop(&mut self) {
        // SAFETY: this reference is ours and is given back once.
        unsafe { qjs::JS_FreeValue(self.heap.context, self.raw) };
    }
}

impl std::fmt::Debug for Js {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Js").field("tag", &self.tag()).field("text", &self.to_text().ok()).finish_non_exhaustive()
    }
}

/// What a value is, simple ones with their content.
pub(crate) enum Shape {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String,
    Symbol,
    Object,
    BigInt,
}

impl Js {
    pub(crate) fn heap(&self) -> &Rc<Heap> {
        &self.heap
    }

    /// The value as C functions take it; it stays ours.
    pub(crate) fn raw(&self) -> qjs::JSValue {
        self.raw
    }

    /// The value as C functions return it; it is theirs then.
    pub(crate) fn into_raw(self) -> qjs::JSValue {
        let mut this = std::mem::ManuallyDrop::new(self);
        // SAFETY: the heap is dropped once, here, since `this` never is.
        unsafe { std::ptr::drop_in_place(&raw mut this.heap) };
        this.raw
    }

    fn context(&self) -> *mut qjs::JSContext {
        self.heap.context
    }

    fn tag(&self) -> i32 {
        // SAFETY: any value has a tag.
        unsafe { qjs::JS_VALUE_GET_TAG(self.raw) }
    }

    pub(crate) fn shape(&self) -> Shape {
        // SAFETY: each payload is read as its tag says.
        unsafe {
            match self.tag() {
                qjs::JS_TAG_UNDEFINED => Shape::Undefined,
                qjs::JS_TAG_NULL => Shape::Null,
                qjs::JS_TAG_BOOL => Shape::Bool(qjs::JS_VALUE_GET_BOOL(self.raw)),
                qjs::JS_TAG_INT => Shape::Number(f64::from(qjs::JS_VALUE_GET_INT(self.raw))),
                qjs::JS_TAG_FLOAT64 => Shape::Number(qjs::JS_VALUE_GET_FLOAT64(self.raw)),
                qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE => Shape::String,
                qjs::JS_TAG_SYMBOL => Shape::Symbol,
                qjs::JS_TAG_OBJECT => Shape::Object,
                _ => Shape::BigInt,
            }
        }
    }

    pub(crate) fn is_undefined(&self) -> bool {
        self.tag() == qjs::JS_TAG_UNDEFINED
    }

    pub(crate) fn is_object(&self) -> bool {
        self.tag() == qjs::JS_TAG_OBJECT
    }

    pub(crate) fn is_function(&self) -> bool {
        // SAFETY: the value is live.
        unsafe { qjs::JS_IsFunction(self.context(), self.raw) }
    }

    pub(crate) fn is_array(&self) -> bool {
        // SAFETY: the value is live.
        unsafe { qjs::JS_IsArray(self.raw) }
    }

    pub(crate) fn is_error(&self) -> bool {
        // SAFETY: the value is live.
        unsafe { qjs::JS_IsError(self.raw) }
    }

    /// The number, if it is one.
    pub(crate) fn number(&self) -> Option<f64> {
        if let Shape::Number(n) = self.shape() { Some(n) } else { None }
    }

    /// Where an object, function or symbol lies.
    pub(crate) fn address(&self) -> usize {
        match self.shape() {
            // SAFETY: these tags carry a pointer.
            Shape::Object | Shape::Symbol | Shape::String => unsafe { qjs::JS_VALUE_GET_PTR(self.raw).addr() },
            _ => 0,
        }
    }

    /// Calls `with` with the UTF-8 of the value as a string, lone surrogates as the three bytes they would be.
    fn with_utf8<T>(&self, with: impl FnOnce(&[u8]) -> T) -> Thrown<T> {
        let mut len = 0;
        // SAFETY: the length is written by the call; the text lives until it is freed below.
        unsafe {
            let text = qjs::JS_ToCStringLen(self.context(), &raw mut len, self.raw);
            if text.is_null() {
                return Err(self.heap.exception());
            }
            let out = with(std::slice::from_raw_parts(text.cast::<u8>(), len));
            qjs::JS_FreeCString(self.context(), text);
            Ok(out)
        }
    }

    /// `String(value)`, lone surrogates replaced by U+FFFD.
    pub(crate) fn to_text(&self) -> Thrown<String> {
        if matches!(self.shape(), Shape::Symbol) {
            return self.get("description")?.to_text();
        }
        self.with_utf8(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => crate::text::scrub(bytes),
        })
    }

    /// The text of a string without lone surrogates.
    pub(crate) fn well_formed(&self) -> Option<Rc<str>> {
        self.with_utf8(|bytes| std::str::from_utf8(bytes).ok().map(Rc::from)).ok().flatten()
    }

    fn type_error<T>(&self, message: &str) -> Thrown<T> {
        Err(self.heap.make("TypeError", &[self.heap.string(message)?])?)
    }

    fn expect_object(&self) -> Thrown<()> {
        if self.is_object() { Ok(()) } else { self.type_error("Reflect target must be an object") }
    }

    /// `Reflect.get`.
    pub(crate) fn get(&self, key: &str) -> Thrown<Js> {
        let atom = self.heap.atom(key)?;
        // SAFETY: value and atom are live.
        self.heap.own(unsafe { qjs::JS_GetProperty(self.context(), self.raw, atom.raw) })
    }

    /// `Reflect.get` of an object; a TypeError for anything else.
    pub(crate) fn reflect_get(&self, key: &str) -> Thrown<Js> {
        self.expect_object()?;
        self.get(key)
    }

    /// `Reflect.set`, without a word about failure.
    pub(crate) fn set(&self, key: &str, value: Js) -> Thrown<()> {
        self.expect_object()?;
        let atom = self.heap.atom(key)?;
        // SAFETY: object and atom are live, the value's reference is handed over.
        self.done(unsafe { qjs::JS_SetProperty(self.context(), self.raw, atom.raw, value.into_raw()) })
    }

    /// `Reflect.deleteProperty`, without a word about failure.
    pub(crate) fn delete(&self, key: &str) -> Thrown<()> {
        self.expect_object()?;
        let atom = self.heap.atom(key)?;
        // SAFETY: object and atom are live.
        self.done(unsafe { qjs::JS_DeleteProperty(self.context(), self.raw, atom.raw, 0) })
    }

    /// `Reflect.get` with an index.
    pub(crate) fn index(&self, index: i64) -> Thrown<Js> {
        self.expect_object()?;
        // SAFETY: the object is live.
        self.heap.own(unsafe { qjs::JS_GetPropertyInt64(self.context(), self.raw, index) })
    }

    /// `Reflect.set` with an index, without a word about failure.
    pub(crate) fn set_index(&self, index: i64, value: Js) -> Thrown<()> {
        self.expect_object()?;
        // SAFETY: the object is live, the value's reference is handed over.
        self.done(unsafe { qjs::JS_SetPropertyInt64(self.context(), self.raw, index, value.into_raw()) })
    }

    fn done(&self, result: i32) -> Thrown<()> {
        if result < 0 { Err(self.heap.exception()) } else { Ok(()) }
    }

    /// `Reflect.apply`.
    pub(crate) fn call(&self, this: &Js, args: &[Js]) -> Thrown<Js> {
        let (count, mut raw) = raw_args(args);
        // SAFETY: all values are live for the call, which takes none of them over.
        self.heap.own(unsafe { qjs::JS_Call(self.context(), self.raw, this.raw, count, raw.as_mut_ptr()) })
    }

    /// Calls a method.
    pub(crate) fn invoke(&self, name: &str, args: &[Js]) -> Thrown<Js> {
        self.get(name)?.call(self, args)
    }

    /// `Reflect.construct`.
    pub(crate) fn construct(&self, args: &[Js]) -> Thrown<Js> {
        let (count, mut raw) = raw_args(args);
        // SAFETY: all values are live for the call, which takes none of them over.
        self.heap.own(unsafe { qjs::JS_CallConstructor(self.context(), self.raw, count, raw.as_mut_ptr()) })
    }

    /// `this instanceof constructor`.
    pub(crate) fn instance_of(&self, constructor: &Js) -> Thrown<bool> {
        // SAFETY: both are live.
        match unsafe { qjs::JS_IsInstanceOf(self.context(), self.raw, constructor.raw) } {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.heap.exception()),
        }
    }

    /// The elements of an array.
    pub(crate) fn items(&self) -> Thrown<Vec<Js>> {
        let len = self.get("length")?.number().unwrap_or(0.0);
        let mut items = Vec::new();
        let mut index = 0_i64;
        while crate::number::from_index(index) < len {
            items.push(self.index(index)?);
            index = index.saturating_add(1);
        }
        Ok(items)
    }

    /// What has become of a promise; `None` for anything else.
    pub(crate) fn promise(&self) -> Option<Promise> {
        // SAFETY: the value is live.
        match unsafe { qjs::JS_PromiseState(self.context(), self.raw) } {
            qjs::JSPromiseStateEnum_JS_PROMISE_PENDING => Some(Promise::Pending),
            qjs::JSPromiseStateEnum_JS_PROMISE_FULFILLED => Some(Promise::Fulfilled(self.promise_result())),
            qjs::JSPromiseStateEnum_JS_PROMISE_REJECTED => Some(Promise::Rejected(self.promise_result())),
            _ => None,
        }
    }

    /// Somebody looks after a promise, so that its rejection is not reported.
    pub(crate) fn mark_handled(&self) {
        // SAFETY: the value is live.
        unsafe { qjs::JS_PromiseMarkAsHandled(self.context(), self.raw) };
    }

    fn promise_result(&self) -> Js {
        // SAFETY: it is a promise; the result becomes ours.
        Js { heap: self.heap.clone(), raw: unsafe { qjs::JS_PromiseResult(self.context(), self.raw) } }
    }

    /// Makes an error one that no script can catch.
    pub(crate) fn make_uncatchable(&self) {
        // SAFETY: both are live; anything but an error is left as it is.
        unsafe { qjs::JS_SetUncatchableError(self.context(), self.raw) };
    }
}

/// What has become of a promise.
pub(crate) enum Promise {
    Pending,
    Fulfilled(Js),
    Rejected(Js),
}

fn raw_args(args: &[Js]) -> (i32, Vec<qjs::JSValue>) {
    (i32::try_from(args.len()).unwrap_or(i32::MAX), args.iter().map(|arg| arg.raw).collect())
}
