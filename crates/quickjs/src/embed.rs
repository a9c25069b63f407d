//! The embedder's side: plain values, functions defined on `globalThis`, and calls from other threads.

use std::sync::Arc;

use futures::channel::oneshot;
use gopherix_guest::gojs::engine::{Engine as _, Failure, Fallible};

use crate::QuickJs;
use crate::function::{Call, Role};
use crate::heap::Thrown;
use crate::mailbox::{Mailbox, Message};
use crate::value::{Js, Promise, Shape};

/// How deep arrays and objects may be nested on their way between Rust and scripts; what is deeper may be endless.
const DEEPEST: u32 = 64;

/// A value that means the same to Rust and to scripts.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum JsValue {
    /// `undefined`; also what functions, symbols and BigInts become.
    #[default]
    Undefined,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string; lone surrogates become U+FFFD.
    String(String),
    /// A `Uint8Array`.
    Bytes(Vec<u8>),
    /// An array.
    Array(Vec<JsValue>),
    /// Any other object: its own enumerable properties with string keys.
    Object(Vec<(String, JsValue)>),
}

impl From<bool> for JsValue {
    fn from(value: bool) -> Self {
        JsValue::Bool(value)
    }
}

impl From<f64> for JsValue {
    fn from(value: f64) -> Self {
        JsValue::Number(value)
    }
}

impl From<i32> for JsValue {
    fn from(value: i32) -> Self {
        JsValue::Number(f64::from(value))
    }
}

impl From<&str> for JsValue {
    fn from(value: &str) -> Self {
        JsValue::String(value.to_owned())
    }
}

impl From<String> for JsValue {
    fn from(value: String) -> Self {
        JsValue::String(value)
    }
}

impl From<Vec<u8>> for JsValue {
    fn from(value: Vec<u8>) -> Self {
        JsValue::Bytes(value)
    }
}

impl From<Vec<JsValue>> for JsValue {
    fn from(value: Vec<JsValue>) -> Self {
        JsValue::Array(value)
    }
}

impl JsValue {
    /// A property of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&JsValue> {
        match self {
            JsValue::Object(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// A function that the embedder defined.
pub(crate) type Defined = dyn Fn(Vec<JsValue>) -> Result<JsValue, String>;

/// What an embedder asks for from another thread.
pub(crate) struct Order {
    what: Ask,
    reply: oneshot::Sender<Result<JsValue, String>>,
}

enum Ask {
    Call { path: String, args: Vec<JsValue> },
    Eval { source: String },
}

/// A promise whose outcome somebody waits for.
pub(crate) struct Reply {
    promise: Js,
    /// Whether it is a script's, which comes to `{ value }`.
    is_script: bool,
    reply: oneshot::Sender<Result<JsValue, String>>,
}

/// Where calls of an embedder arrive, and other messages from outside. It can be made, and handles to it given away, before
/// the engine that [reads](crate::Config::inbox) it. Clones are the same inbox.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Mailbox>);

impl Inbox {
    /// A way to call the world of the engine that reads it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(self.0.clone())
    }

    /// Refuses what was sent and what will be: there is no engine to read it, and will be none.
    pub fn close(&self) {
        self.0.close();
    }

    pub(crate) fn mailbox(&self) -> Arc<Mailbox> {
        self.0.clone()
    }
}

/// A way to call an engine's world from any thread.
///
/// What is asked for is carried out when the program next looks for events, so a receiver resolves only while it runs; it
/// is cancelled when the program ends first.
pub struct Handle(Arc<Mailbox>);

impl Clone for Handle {
    fn clone(&self) -> Self {
        Handle::new(self.0.clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.remove_sender();
    }
}

impl Handle {
    pub(crate) fn new(mailbox: Arc<Mailbox>) -> Self {
        mailbox.add_sender();
        Handle(mailbox)
    }

    /// Calls the function at `path`, names from `globalThis` on with dots between them. A promise is awaited. The error is
    /// the exception as a user reads it.
    pub fn call(&self, path: &str, args: Vec<JsValue>) -> oneshot::Receiver<Result<JsValue, String>> {
        self.ask(Ask::Call { path: path.to_owned(), args })
    }

    /// Runs a script, which may await; what it comes to.
    pub fn eval(&self, source: &str) -> oneshot::Receiver<Result<JsValue, String>> {
        self.ask(Ask::Eval { source: source.to_owned() })
    }

    fn ask(&self, what: Ask) -> oneshot::Receiver<Result<JsValue, String>> {
        let (reply, receiver) = oneshot::channel();
        self.0.send(Message::Order(Order { what, reply }));
        receiver
    }
}

impl QuickJs {
    /// Defines a function on `globalThis`. Its error is thrown as an Error.
    ///
    /// # Errors
    /// A text about what the engine fails with: it has no memory left.
    pub fn define(
        &self,
        name: &str,
        function: impl Fn(Vec<JsValue>) -> Result<JsValue, String> + 'static,
    ) -> Result<(), String> {
        let index = self.defined.borrow().len();
        self.defined.borrow_mut().push(std::rc::Rc::new(function));
        let made = self.function(name, Role::Defined(index)).and_then(|function| self.global.set(name, function));
        made.map_err(|thrown| thrown.to_text().unwrap_or_default())
    }

    pub(crate) fn call_defined(&self, index: usize, call: &Call<'_>) -> Fallible<QuickJs, Js> {
        let function = self.defined.borrow().get(index).cloned();
        let Some(function) = function else { return Ok(self.heap.undefined()) };
        let args: Thrown<Vec<JsValue>> = call.args.iter().map(|arg| self.js_to_plain(arg)).collect();
        match function(args?) {
            Ok(value) => Ok(self.plain_to_js(&value)?),
            Err(message) => Err(Failure::Thrown(self.error(&message))),
        }
    }

    /// Carries out what an embedder asked for. Runs scripts.
    pub(crate) fn carry_out_order(&self, order: Order) {
        let (result, is_script) = match order.what {
            Ask::Call { path, args } => (self.call_path(&path, &args), false),
            Ask::Eval { source } => (self.heap.eval("eval", &source, true), true),
        };
        match result {
            Ok(value) => self.reply_with(value, is_script, order.reply),
            Err(thrown) => self.reply_failed(&thrown, order.reply),
        }
    }

    fn call_path(&self, path: &str, args: &[JsValue]) -> Thrown<Js> {
        let (owner, name) = path.rsplit_once('.').unwrap_or(("", path));
        let mut this = self.global.clone();
        for part in owner.split('.').filter(|part| !part.is_empty()) {
            this = this.get(part)?;
        }
        let function = this.get(name)?;
        if !function.is_function() {
            let message = self.heap.string(&format!("{path} is not a function"))?;
            return Err(self.heap.make("TypeError", &[message])?);
        }
        let args: Thrown<Vec<Js>> = args.iter().map(|arg| self.plain_to_js(arg)).collect();
        function.call(&this, &args?)
    }

    fn reply_with(&self, value: Js, is_script: bool, reply: oneshot::Sender<Result<JsValue, String>>) {
        if value.promise().is_some() {
            value.mark_handled();
            self.replies.borrow_mut().push(Reply { promise: value, is_script, reply });
            return;
        }
        match self.js_to_plain(&value) {
            // Nobody may wait for it any more.
            Ok(plain) => drop(reply.send(Ok(plain))),
            Err(thrown) => self.reply_failed(&thrown, reply),
        }
    }

    fn reply_failed(&self, thrown: &Js, reply: oneshot::Sender<Result<JsValue, String>>) {
        // What unwinds scripts at the end of the process is no exception of theirs: their caller learns of the end.
        if !self.heap.stopped.get() {
            drop(reply.send(Err(self.show(thrown))));
        }
    }

    /// Answers those whose promises are settled. Runs getters.
    pub(crate) fn settle_replies(&self) {
        if self.replies.borrow().is_empty() {
            return;
        }
        let mut pending = Vec::new();
        for Reply { promise, is_script, reply } in self.replies.take() {
            match promise.promise() {
                Some(Promise::Pending) => pending.push(Reply { promise, is_script, reply }),
                Some(Promise::Rejected(reason)) => self.reply_failed(&reason, reply),
                Some(Promise::Fulfilled(value)) => {
                    let value = if is_script { crate::script::unwrap(&value) } else { value };
                    self.reply_with(value, false, reply);
                }
                None => {}
            }
        }
        self.replies.borrow_mut().append(&mut pending);
    }

    /// A plain value as QuickJS has it.
    pub(crate) fn plain_to_js(&self, value: &JsValue) -> Thrown<Js> {
        let heap = &self.heap;
        match value {
            JsValue::Undefined => Ok(heap.undefined()),
            JsValue::Null => Ok(heap.null()),
            JsValue::Bool(b) => Ok(heap.boolean(*b)),
            JsValue::Number(n) => Ok(heap.number(*n)),
            JsValue::String(text) => heap.string(text),
            JsValue::Bytes(bytes) => heap.bytes(bytes),
            JsValue::Array(items) => {
                let items: Thrown<Vec<Js>> = items.iter().map(|item| self.plain_to_js(item)).collect();
                heap.array(items?)
            }
            JsValue::Object(pairs) => {
                let object = heap.object()?;
                for (name, value) in pairs {
                    object.set(name, self.plain_to_js(value)?)?;
                }
                Ok(object)
            }
        }
    }

    /// A value of QuickJS' as a plain one. Runs getters.
    pub(crate) fn js_to_plain(&self, value: &Js) -> Thrown<JsValue> {
        self.js_to_plain_at(value, 0)
    }

    fn js_to_plain_at(&self, value: &Js, depth: u32) -> Thrown<JsValue> {
        if depth > DEEPEST {
            let message = self.heap.string("the value is nested too deeply to leave JavaScript")?;
            return Err(self.heap.make("RangeError", &[message])?);
        }
        let deeper = depth.saturating_add(1);
        Ok(match value.shape() {
            Shape::Undefined | Shape::Symbol | Shape::BigInt => JsValue::Undefined,
            Shape::Null => JsValue::Null,
            Shape::Bool(b) => JsValue::Bool(b),
            Shape::Number(n) => JsValue::Number(n),
            Shape::String => JsValue::String(value.to_text()?),
            Shape::Object if value.is_function() => JsValue::Undefined,
            Shape::Object if value.is_array() => {
                let items = value.items()?;
                JsValue::Array(items.iter().map(|item| self.js_to_plain_at(item, deeper)).collect::<Thrown<_>>()?)
            }
            Shape::Object => {
                if let Some(bytes) = self.with_bytes(value, |bytes| bytes.to_vec()) {
                    return Ok(JsValue::Bytes(bytes));
                }
                let keys = self.global.get("Object")?.invoke("keys", std::slice::from_ref(value))?;
                let mut pairs = Vec::new();
                for key in keys.items()? {
                    let name = key.to_text()?;
                    let property = self.js_to_plain_at(&value.get(&name)?, deeper)?;
                    pairs.push((name, property));
                }
                JsValue::Object(pairs)
            }
        })
    }
}
