//! Scripts of the user's in the global scope.

use gopherix_guest::gojs::engine::{Caller, Fallible};
use gopherix_guest::gojs::value::Value;

use crate::QuickJs;
use crate::value::{Js, Promise};

/// What has become of a script.
pub enum Settled {
    /// Nothing yet.
    Pending,
    /// It came to this.
    Fulfilled(Value<QuickJs>),
    /// It threw this.
    Rejected(Value<QuickJs>),
}

/// A script that was run and may still await something.
pub struct Running(Js);

/// What such a script comes to: QuickJS gives it as `{ value }`.
pub(crate) fn unwrap(value: &Js) -> Js {
    value.get("value").unwrap_or_else(|_| value.clone())
}

impl QuickJs {
    /// Runs a script. What its last statement comes to.
    ///
    /// # Errors
    /// What it throws.
    pub fn run_script(
        &self,
        caller: &mut dyn Caller<QuickJs>,
        name: &str,
        source: &str,
    ) -> Fallible<QuickJs, Value<QuickJs>> {
        let value = self.enter(caller, || self.heap.eval(name, strip_hashbang(source), false))?;
        Ok(QuickJs::value(&value))
    }

    /// Runs a script that may await. A rejection ends the program as any other that nobody handles does.
    ///
    /// # Errors
    /// A SyntaxError.
    pub fn run_async_script(
        &self,
        caller: &mut dyn Caller<QuickJs>,
        name: &str,
        source: &str,
    ) -> Fallible<QuickJs, Running> {
        Ok(Running(self.enter(caller, || self.heap.eval(name, strip_hashbang(source), true))?))
    }

    /// What has become of it.
    #[must_use]
    pub fn settled(&self, script: &Running) -> Settled {
        match script.0.promise() {
            Some(Promise::Fulfilled(value)) => Settled::Fulfilled(QuickJs::value(&unwrap(&value))),
            Some(Promise::Rejected(reason)) => Settled::Rejected(QuickJs::value(&reason)),
            Some(Promise::Pending) | None => Settled::Pending,
        }
    }
}

/// The script without a first line for the shell; the line stays, empty, for the numbers of the others.
fn strip_hashbang(source: &str) -> &str {
    if source.starts_with("#!") {
        source.find('\n').and_then(|end| source.get(end..)).unwrap_or_default()
    } else {
        source
    }
}
