//! What `syscall.Open` does once it has a descriptor: it asks whether that is a directory, and for the file's whole path.
//!
//! Both answers are values that Go drops by a finalizer, which only its own functions can set. Here they have none, and need
//! none, since it is known what `Open` does with them:
//!
//! - Of what `fstat` answers it asks `isDirectory()`, and nothing else. So there are two such objects, which stay
//!   ([`Shortcut::stand_in`]).
//! - Of what `path.resolve` answers it makes a Go string, and nothing else: the function that does drops a reference to the
//!   string it has copied, and here that is the only one ([`Table::lend`](super::super::table::Table::lend)).

use super::super::Gojs;
use super::super::engine::{Caller, Engine};
use super::super::frame::Outside;
use super::super::intrinsic::Intrinsic;
use super::super::value::Value;
use super::arguments::values;
use super::{frame, put};

impl<E: Engine> Gojs<E> {
    /// `func (v js.Value) Call(m string, args ...any) js.Value`, of `path.resolve`.
    pub(super) fn direct_resolve(&self, caller: &mut dyn Caller<E>, sp: u32) -> Result<bool, Outside> {
        let frame = frame(caller, sp, 80)?;
        let (target, name) = (self.table.load(frame.u64(8)?), frame.bytes(24)?);
        let Some(args) = values(self, &frame, 40)? else { return Ok(false) };
        let Value::Engine(target) = target else { return Ok(false) };
        if name != b"resolve" || self.engine.own_intrinsic(&target, "resolve") != Some(Intrinsic::PathResolve) {
            return Ok(false);
        }
        // What cannot be told is for the long way to throw.
        let Ok(Value::String(path)) = self.path_resolve(caller, &args) else { return Ok(false) };
        let Ok(reference) = self.table.lend(path) else { return Ok(false) };
        put(caller, sp, 64, &[reference, 0]).map(|()| true)
    }
}
