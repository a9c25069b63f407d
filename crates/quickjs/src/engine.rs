//! [`Engine`] for [`QuickJs`]: what the adapter asks, on QuickJS' values.

use gopherix_guest::gojs::engine::{Callee, Caller, Engine, Failure, Fallible, Kind};
use gopherix_guest::gojs::intrinsic::Intrinsic;
use gopherix_guest::gojs::value::{Content, Value};

use crate::QuickJs;
use crate::heap::Thrown;
use crate::number::from_index;
use crate::value::{Js, Shape};

impl QuickJs {
    fn got(js: Thrown<Js>) -> Fallible<QuickJs, Value<QuickJs>> {
        Ok(QuickJs::value(&js?))
    }

    fn new_error(&self, constructor: &str, message: &str) -> Value<QuickJs> {
        let made = self.heap.string(message).and_then(|text| self.heap.make(constructor, &[text]));
        match made {
            // Without memory for the error, what is thrown is the engine's own about that.
            Ok(error) | Err(error) => Value::Engine(error),
        }
    }

    fn list(&self, caller: &mut dyn Caller<QuickJs>, values: &[Value<QuickJs>]) -> Fallible<QuickJs, Vec<Js>> {
        values.iter().map(|value| self.to_js(caller, value)).collect()
    }

    /// Not for scripts that go on after the process has ended.
    fn check(&self) -> Fallible<QuickJs, ()> {
        if self.heap.stopped.get() { Err(Failure::Stop) } else { Ok(()) }
    }

    /// `Reflect.set` itself: QuickJS' own function for it throws where that answers `false`.
    fn reflect_set(&self, caller: &mut dyn Caller<QuickJs>, args: [Js; 3]) -> Fallible<QuickJs, ()> {
        let set = match self.reflect_set.get() {
            Some(set) => set.clone(),
            None => return Ok(()),
        };
        self.enter(caller, || set.call(&self.heap.undefined(), &args))?;
        Ok(())
    }

    fn read(&self, caller: &mut dyn Caller<QuickJs>, target: &Js, key: &str) -> Thrown<Js> {
        let value = self.enter(caller, || target.reflect_get(key))?;
        if value.is_undefined() && target.address() == self.global.address() {
            self.note_missing(key);
        }
        Ok(value)
    }
}

impl Engine for QuickJs {
    type Value = Js;

    fn global(&self) -> Js {
        self.global.clone()
    }

    fn kind(&self, value: &Js) -> Kind {
        match value.shape() {
            Shape::String => Kind::String,
            Shape::Symbol => Kind::Symbol,
            Shape::Object if value.is_function() => Kind::Function,
            Shape::Object => Kind::Object,
            _ => Kind::Other,
        }
    }

    fn identity(&self, value: &Js) -> usize {
        value.address()
    }

    fn text(&self, value: &Js) -> Option<String> {
        if matches!(value.shape(), Shape::String) { value.to_text().ok() } else { None }
    }

    fn to_text(&self, caller: &mut dyn Caller<Self>, value: &Value<Self>) -> Fallible<Self, String> {
        let js = self.to_js(caller, value)?;
        if matches!(js.shape(), Shape::Symbol) {
            return Err(Failure::Thrown(self.type_error("Cannot convert a Symbol value to a string")));
        }
        Ok(self.enter(caller, || js.to_text())?)
    }

    fn intrinsic(&self, value: &Js) -> Option<Intrinsic> {
        self.by_address.borrow().get(&value.address()).copied()
    }

    fn own_intrinsic(&self, target: &Js, key: &str) -> Option<Intrinsic> {
        self.intrinsic(&target.own_value(key)?)
    }

    fn bytes<T>(&self, value: &Js, with: impl FnOnce(&mut [u8]) -> T) -> Option<T> {
        self.with_bytes(value, with)
    }

    fn make(&self, caller: &mut dyn Caller<Self>, content: Content<Self>) -> Fallible<Self, Js> {
        self.make_object(caller, content)
    }

    fn get(&self, caller: &mut dyn Caller<Self>, target: &Js, key: &str) -> Fallible<Self, Value<Self>> {
        Self::got(self.read(caller, target, key))
    }

    fn callee(&self, caller: &mut dyn Caller<Self>, target: &Js, key: &str) -> Fallible<Self, Callee<Self>> {
        let value = self.read(caller, target, key)?;
        Ok(match self.intrinsic(&value) {
            Some(intrinsic) if value.is_object() => Callee::Intrinsic(intrinsic),
            _ => Callee::Value(Self::value(&value)),
        })
    }

    fn set(&self, caller: &mut dyn Caller<Self>, target: &Js, key: &str, value: &Value<Self>) -> Fallible<Self, ()> {
        let value = self.to_js(caller, value)?;
        let key = self.heap.string(key)?;
        self.reflect_set(caller, [target.clone(), key, value])
    }

    fn delete(&self, caller: &mut dyn Caller<Self>, target: &Js, key: &str) -> Fallible<Self, ()> {
        Ok(self.enter(caller, || target.delete(key))?)
    }

    fn index(&self, caller: &mut dyn Caller<Self>, target: &Js, index: i64) -> Fallible<Self, Value<Self>> {
        Self::got(self.enter(caller, || target.index(index)))
    }

    fn set_index(
        &self,
        caller: &mut dyn Caller<Self>,
        target: &Js,
        index: i64,
        value: &Value<Self>,
    ) -> Fallible<Self, ()> {
        let value = self.to_js(caller, value)?;
        let key = self.heap.number(from_index(index));
        self.reflect_set(caller, [target.clone(), key, value])
    }

    fn call(
        &self,
        caller: &mut dyn Caller<Self>,
        function: &Value<Self>,
        this: &Value<Self>,
        args: &[Value<Self>],
    ) -> Fallible<Self, Value<Self>> {
        self.check()?;
        let (function, this) = (self.to_js(caller, function)?, self.to_js(caller, this)?);
        let args = self.list(caller, args)?;
        Self::got(self.enter(caller, || function.call(&this, &args)))
    }

    fn construct(
        &self,
        caller: &mut dyn Caller<Self>,
        constructor: &Js,
        args: &[Value<Self>],
    ) -> Fallible<Self, Value<Self>> {
        self.check()?;
        let args = self.list(caller, args)?;
        Self::got(self.enter(caller, || constructor.construct(&args)))
    }

    fn instance_of(
        &self,
        caller: &mut dyn Caller<Self>,
        value: &Value<Self>,
        constructor: &Value<Self>,
    ) -> Fallible<Self, bool> {
        let (value, constructor) = (self.to_js(caller, value)?, self.to_js(caller, constructor)?);
        Ok(self.enter(caller, || value.instance_of(&constructor))?)
    }

    fn type_error(&self, message: &str) -> Value<Self> {
        self.new_error("TypeError", message)
    }

    fn error(&self, message: &str) -> Value<Self> {
        self.new_error("Error", message)
    }

    fn run_microtasks(&self, caller: &mut dyn Caller<Self>) -> Fallible<Self, ()> {
        self.run_jobs(caller)
    }

    fn take_messages(&self, caller: &mut dyn Caller<Self>) -> Fallible<Self, bool> {
        self.handle_messages(caller)
    }

    fn expects_messages(&self) -> bool {
        !self.fetches.borrow().is_empty() || self.mailbox.has_senders() || !self.mailbox.is_empty()
    }

    fn catches(&self, caller: &mut dyn Caller<Self>, thrown: &Value<Self>) -> Fallible<Self, bool> {
        self.catch_uncaught(caller, thrown)
    }

    fn exiting(&self, caller: &mut dyn Caller<Self>, code: u32) -> Fallible<Self, u32> {
        let code = self.run_exit_listeners(caller, i32::try_from(code).unwrap_or(-1))?;
        Ok(u32::try_from(code).unwrap_or_default())
    }

    fn last_words(&self) -> Option<String> {
        self.missing_note()
    }

    fn describe(&self, caller: &mut dyn Caller<Self>, thrown: &Value<Self>) -> String {
        self.describe_uncaught(caller, thrown)
    }

    fn memory_changed(&self) {
        self.forget_memory();
    }
}
