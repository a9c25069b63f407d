//! Calls into the JavaScript world of a program built with GOOS=js.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::oneshot::{Canceled, Receiver};
use futures::executor::block_on;
use gopherix_host_native::js::Handle;

use crate::JsValue;

/// A way to call, from any thread, what a program and its scripts have put on `globalThis`.
///
/// Calls are carried out in order, by the program's own thread, when it waits for events: the first once the program has
/// come so far as to wait, so that what `main` registers before is there. As long as a handle or a clone of it exists the
/// program does not end by itself.
///
/// ```
/// use gopherix::{JsError, JsValue, Machine};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let machine = Machine::builder().boot()?;
/// # let wasm = wat::parse_str(r#"(module (import "gojs" "runtime.wasmExit" (func (param i32))) (memory (export "mem") 1)
/// #   (func (export "run") (param i32 i32)) (func (export "resume")) (func (export "getsp") (result i32) i32.const 0))"#)?;
/// // `wasm` holds the bytes of a module built with GOOS=js GOARCH=wasm.
/// let program = machine.load(wasm)?;
/// let command = machine.command(&program).js_handle().js_function("double", |args| match args.as_slice() {
///     [JsValue::Number(n)] => Ok(JsValue::from(n * 2.0)),
///     _ => Err("double takes a number".into()),
/// });
/// // A Go program does so by js.Global().Set("shop", …).
/// let prelude = "globalThis.shop = { price: async (n) => `${double(n)} €` };";
/// let mut child = command.js_prelude("shop.js", prelude).spawn()?;
/// let js = child.js.take().ok_or("this program has no JavaScript world")?;
/// assert_eq!(js.call_blocking("shop.price", [21])?, JsValue::from("42 €"));
/// assert_eq!(js.eval_blocking("await shop.price(2) + '!'")?, JsValue::from("4 €!"));
/// let error = js.call_blocking("shop.price", ["many"]);
/// assert!(matches!(error, Err(JsError::Thrown(text)) if text.contains("double takes a number")));
/// drop(js);
/// assert_eq!(child.wait_blocking().code(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JsHandle(Handle);

/// Why a call gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsError {
    /// The function, or the promise that it returned, failed with this: the exception as a user reads it.
    #[error("{0}")]
    Thrown(String),
    /// The program has ended, before the call or meanwhile.
    #[error("the program has ended")]
    Ended,
}

impl JsHandle {
    pub(crate) fn new(handle: Handle) -> Self {
        JsHandle(handle)
    }

    /// Calls the function at `path`: names from `globalThis` on with dots between them, as in `lib.format`. A promise that
    /// it returns is awaited.
    pub fn call<V: Into<JsValue>>(&self, path: &str, args: impl IntoIterator<Item = V>) -> JsCall {
        JsCall(self.0.call(path, args.into_iter().map(Into::into).collect()))
    }

    /// As [`JsHandle::call`], waiting on this thread.
    ///
    /// # Errors
    /// See [`JsError`].
    pub fn call_blocking<V: Into<JsValue>>(
        &self,
        path: &str,
        args: impl IntoIterator<Item = V>,
    ) -> Result<JsValue, JsError> {
        block_on(self.call(path, args))
    }

    /// Runs a script in the global scope; what its last statement comes to. Top-level `await` is allowed.
    pub fn eval(&self, source: &str) -> JsCall {
        JsCall(self.0.eval(source))
    }

    /// As [`JsHandle::eval`], waiting on this thread.
    ///
    /// # Errors
    /// See [`JsError`].
    pub fn eval_blocking(&self, source: &str) -> Result<JsValue, JsError> {
        block_on(self.eval(source))
    }
}

/// A call under way, whether or not somebody waits for it. Dropping it does not take the call back.
pub struct JsCall(Receiver<Result<JsValue, String>>);

impl Future for JsCall {
    type Output = Result<JsValue, JsError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|answer| match answer {
            Ok(result) => result.map_err(JsError::Thrown),
            // The program has ended, and nobody answers any more.
            Err(Canceled) => Err(JsError::Ended),
        })
    }
}
