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

use crate::value::Js;

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
        if unsafe { qjs::JS_IsException(raw) } { Err(self.exception()) } else { Ok(Js::new(self, raw)) }
    }

    /// Another reference to a value that is somebody else's.
    pub(crate) fn share(self: &Rc<Self>, raw: qjs::JSValue) -> Js {
        // SAFETY: the caller has a live value of this heap.
        Js::new(self, unsafe { qjs::JS_DupValue(self.context, raw) })
    }

    /// Takes the pending exception.
    pub(crate) fn exception(self: &Rc<Self>) -> Js {
        // SAFETY: the context lives; the value becomes ours.
        Js::new(self, unsafe { qjs::JS_GetException(self.context) })
    }

    /// Makes `value` the pending exception; what a C function then returns.
    pub(crate) fn throw(&self, value: Js) -> qjs::JSValue {
        // SAFETY: the context takes the reference over.
        unsafe { qjs::JS_Throw(self.context, value.into_raw()) }
    }

    /// `undefined`.
    pub(crate) fn undefined(self: &Rc<Self>) -> Js {
        Js::new(self, qjs::JS_UNDEFINED)
    }

    /// `null`.
    pub(crate) fn null(self: &Rc<Self>) -> Js {
        Js::new(self, qjs::JS_NULL)
    }

    /// A boolean.
    pub(crate) fn boolean(self: &Rc<Self>, value: bool) -> Js {
        Js::new(self, if value { qjs::JS_TRUE } else { qjs::JS_FALSE })
    }

    /// A number.
    pub(crate) fn number(self: &Rc<Self>, value: f64) -> Js {
        Js::new(self, qjs::JS_NewFloat64(value))
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
        Js::new(self, unsafe { qjs::JS_GetGlobalObject(self.context) })
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
    pub(crate) fn atom(self: &Rc<Self>, key: &str) -> Thrown<Atom<'_>> {
        // SAFETY: pointer and length are those of `key`. What is not ASCII goes by way of a string, since the direct way
        // takes UTF-8 for Latin-1.
        let raw = unsafe {
            if key.is_ascii() {
                qjs::JS_NewAtomLen(self.context, key.as_ptr().cast(), size(key.len()))
            } else {
                qjs::JS_ValueToAtom(self.context, self.string(key)?.raw())
            }
        };
        if raw == 0 { Err(self.exception()) } else { Ok(Atom { heap: self, raw }) }
    }
}

/// A property's name, counted.
pub(crate) struct Atom<'a> {
    heap: &'a Rc<Heap>,
    pub(crate) raw: qjs::JSAtom,
}

impl Drop for Atom<'_> {
    fn drop(&mut self) {
        // SAFETY: it was made by this context and is freed once.
        unsafe { qjs::JS_FreeAtom(self.heap.context, self.raw) };
    }
}
