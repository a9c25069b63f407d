//! A value of QuickJS', counted, and what can be done with it.

#![expect(unsafe_code, reason = "QuickJS is C; every block says what it relies on")]

use std::rc::Rc;

use rquickjs::qjs;

use crate::heap::{Heap, Thrown};

/// A JavaScript value, counted.
pub struct Js {
    heap: Rc<Heap>,
    raw: qjs::JSValue,
}

impl Js {
    /// Takes over a reference of the heap's.
    pub(crate) fn new(heap: &Rc<Heap>, raw: qjs::JSValue) -> Js {
        Js { heap: heap.clone(), raw }
    }
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
            let description = self.get("description")?;
            // A script may have put another symbol there, and its description is that symbol.
            return if matches!(description.shape(), Shape::Symbol) {
                Ok(String::new())
            } else {
                description.to_text()
            };
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

    /// The value of a property that is the object's own; `None` if there is none, or if a script would have to run: for
    /// proxies, and (as `undefined`) for getters.
    pub(crate) fn own_value(&self, key: &str) -> Option<Js> {
        // SAFETY: the value is live.
        if !self.is_object() || unsafe { qjs::JS_IsProxy(self.raw) } {
            return None;
        }
        let atom = self.heap.atom(key).ok()?;
        let nothing = qjs::JS_UNDEFINED;
        let mut found = qjs::JSPropertyDescriptor { flags: 0, value: nothing, getter: nothing, setter: nothing };
        // SAFETY: object and atom are live; what is found is written only if the answer is 1, and is ours then.
        match unsafe { qjs::JS_GetOwnProperty(self.context(), &raw mut found, self.raw, atom.raw) } {
            1 => {
                let all = [found.value, found.getter, found.setter].map(|raw| self.heap.own(raw));
                let [value, _, _] = all;
                value.ok()
            }
            0 => None,
            _ => {
                drop(self.heap.exception());
                None
            }
        }
    }

    /// Sets a property of an object made here.
    pub(crate) fn set(&self, key: &str, value: Js) -> Thrown<()> {
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

    /// Sets an element of an array made here.
    pub(crate) fn set_index(&self, index: i64, value: Js) -> Thrown<()> {
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
