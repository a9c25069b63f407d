//! What a GOOS=js program finds in its JavaScript world besides what is always there.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gopherix_quickjs::{Inbox, JsValue, QuickJs};

/// A script and the name that its errors show.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its file name.
    pub name: String,
    /// Its text.
    pub source: String,
}

/// A function of the embedder's. It runs on the guest's thread, which waits for it.
pub struct Function {
    name: String,
    body: Box<dyn Fn(Vec<JsValue>) -> Result<JsValue, String> + Send>,
}

impl Function {
    /// A function by this name on `globalThis`. Its error is thrown as an Error; so is a panic, which must not get into
    /// the engine's own code.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        body: impl Fn(Vec<JsValue>) -> Result<JsValue, String> + Send + 'static,
    ) -> Self {
        Function { name: name.into(), body: Box::new(body) }
    }

    pub(super) fn define(self, engine: &QuickJs) -> Result<(), String> {
        let Function { name, body } = self;
        let shown = name.clone();
        engine.define(&name, move |args| {
            catch_unwind(AssertUnwindSafe(|| body(args))).unwrap_or_else(|_| Err(format!("{shown} panicked")))
        })
    }
}

/// What an embedder adds.
#[derive(Default)]
pub struct World {
    /// Functions that are there before any script.
    pub functions: Vec<Function>,
    /// Scripts that run before the program.
    pub preludes: Vec<Script>,
    /// The script that drives the program, once that waits; top-level `await` is allowed. With it, the program ends when
    /// there is nothing left to do.
    pub main: Option<Script>,
    /// Where calls from other threads arrive.
    pub inbox: Inbox,
    /// Whether somebody was given a handle to the inbox. With it, too, the program ends when there is nothing left to do.
    pub is_driven: bool,
}
