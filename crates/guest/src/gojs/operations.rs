//! Operations on values, wherever they live: those made here are looked into or changed in place, the engine is asked about
//! all others.

use std::rc::Rc;

use super::Gojs;
use super::engine::{Callee, Caller, Engine, Failure, Fallible};
use super::intrinsic::Intrinsic;
use super::object::{self, to_i64};
use super::value::{Content, Value};

/// Longest `Uint8Array` that is made here; longer ones are the engine's, whose memory has a limit.
const MOST_BYTES: f64 = 65536.0;

impl<E: Engine> Gojs<E> {
    pub(super) fn get(&self, caller: &mut dyn Caller<E>, target: &Value<E>, key: &str) -> Fallible<E, Value<E>> {
        match target {
            Value::Engine(value) => self.engine.get(caller, value, key),
            Value::Object(object) => {
                if let Content::Go = &*object.content() {
                    return Ok(match (key, &*self.pending.borrow()) {
                        ("_pendingEvent", Some(event)) => Value::Object(event.clone()),
                        ("_pendingEvent", None) => Value::Null,
                        ("_values", _) => Value::object(Content::Array(self.table.values())),
                        _ => Value::Undefined,
                    });
                }
                if let Some(value) = object::property(object, key) {
                    return Ok(value);
                }
                let value = object.engine(&self.engine, caller)?;
                self.engine.get(caller, &value, key)
            }
            _ => Err(self.not_an_object("Reflect.get")),
        }
    }

    pub(super) fn set(
        &self,
        caller: &mut dyn Caller<E>,
        target: &Value<E>,
        key: &str,
        value: Value<E>,
    ) -> Fallible<E, ()> {
        // An event within its own result would never be freed, and a long chain of them not without much stack.
        let value = match &value {
            Value::Object(object) if value.depth() > 0 => Value::Engine(object.engine(&self.engine, caller)?),
            _ => value,
        };
        if let Value::Object(object) = target {
            match &mut *object.content_mut() {
                Content::Event { result, .. } if key == "result" => {
                    *result = value;
                    return Ok(());
                }
                // Go says that it has seen the event; nobody else may make one.
                Content::Go => {
                    if key == "_pendingEvent" {
                        self.pending.replace(None);
                    }
                    return Ok(());
                }
                _ => {}
            }
        }
        let target = self.in_engine(caller, target, "Reflect.set")?;
        self.engine.set(caller, &target, key, &value)
    }

    pub(super) fn call_method(
        &self,
        caller: &mut dyn Caller<E>,
        target: &Value<E>,
        name: &str,
        args: &[Value<E>],
    ) -> Fallible<E, Value<E>> {
        if let Value::Object(object) = target
            && let Some(value) = object::method(object, name, args)
        {
            return Ok(value);
        }
        let value = self.in_engine(caller, target, "Reflect.get")?;
        match self.engine.callee(caller, &value, name)? {
            Callee::Intrinsic(intrinsic) => self.call_intrinsic(caller, intrinsic, args),
            Callee::Value(function) => self.engine.call(caller, &function, target, args),
        }
    }

    /// Calls a function that may be one of Go's own.
    pub(super) fn invoke(
        &self,
        caller: &mut dyn Caller<E>,
        function: &Value<E>,
        args: Vec<Value<E>>,
    ) -> Fallible<E, Value<E>> {
        match function {
            Value::Object(object) => {
                let id = if let Content::GoFunc(id) = &*object.content() { Some(*id) } else { None };
                match id {
                    Some(id) => self.call_go(caller, id, Value::Undefined, args),
                    None => self.engine.call(caller, function, &Value::Undefined, &args),
                }
            }
            Value::Engine(value) => match self.engine.intrinsic(value) {
                Some(intrinsic) => self.call_intrinsic(caller, intrinsic, &args),
                None => self.engine.call(caller, function, &Value::Undefined, &args),
            },
            _ => self.engine.call(caller, function, &Value::Undefined, &args),
        }
    }

    pub(super) fn construct(
        &self,
        caller: &mut dyn Caller<E>,
        constructor: &Value<E>,
        args: &[Value<E>],
    ) -> Fallible<E, Value<E>> {
        let constructor = self.in_engine(caller, constructor, "Reflect.construct")?;
        if let ([Value::Number(n)], Some(Intrinsic::Uint8Array)) = (args, self.engine.intrinsic(&constructor))
            && (0.0..=MOST_BYTES).contains(n)
        {
            return Ok(Value::object(Content::Bytes(vec![0; usize::try_from(to_i64(*n)).unwrap_or(0)])));
        }
        self.engine.construct(caller, &constructor, args)
    }

    pub(super) fn len(&self, caller: &mut dyn Caller<E>, target: &Value<E>) -> Fallible<E, f64> {
        Ok(self.get(caller, target, "length")?.number().unwrap_or(0.0))
    }

    pub(super) fn item(&self, caller: &mut dyn Caller<E>, target: &Value<E>, index: i64) -> Fallible<E, Value<E>> {
        if let Value::Object(object) = target {
            let at = usize::try_from(index).unwrap_or(usize::MAX);
            match &*object.content() {
                Content::Array(items) => return Ok(items.get(at).cloned().unwrap_or(Value::Undefined)),
                Content::Bytes(bytes) => {
                    return Ok(bytes.get(at).map_or(Value::Undefined, |byte| Value::Number(f64::from(*byte))));
                }
                _ => {}
            }
        }
        let target = self.in_engine(caller, target, "Reflect.get")?;
        self.engine.index(caller, &target, index)
    }

    pub(super) fn text(&self, caller: &mut dyn Caller<E>, value: &Value<E>) -> Fallible<E, Rc<str>> {
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Engine(inner) => match self.engine.text(inner) {
                Some(text) => Ok(text.into()),
                None => Ok(self.engine.to_text(caller, value)?.into()),
            },
            _ => Ok(self.engine.to_text(caller, value)?.into()),
        }
    }

    /// The engine's value of an object, which is moved there if it is not yet.
    pub(super) fn in_engine(&self, caller: &mut dyn Caller<E>, value: &Value<E>, what: &str) -> Fallible<E, E::Value> {
        match value {
            Value::Engine(value) => Ok(value.clone()),
            Value::Object(object) => object.engine(&self.engine, caller),
            _ => Err(self.not_an_object(what)),
        }
    }

    fn not_an_object(&self, what: &str) -> Failure<E> {
        Failure::Thrown(self.engine.type_error(&format!("{what} called on non-object")))
    }
}
