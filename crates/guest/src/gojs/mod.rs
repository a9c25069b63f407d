//! GOOS=js: the import module `gojs` (until Go 1.20 `go`), all of it.
//!
//! A Go program built for js talks to a JavaScript world: it holds references to values and gets, sets and calls them.
//! [`Gojs`] is the host side of that: the value table ([`table`]), the functions of `syscall/js` (`js`, over `operations`) and
//! of the runtime (`runtime`), timers and the event loop (`events`), and `fs` and `process` carried out on the kernel (`fs`,
//! `process`). The JavaScript engine behind it is the home's ([`engine::Engine`]); values that no script looks at never get
//! there ([`value`]). Calls of `fs` that no script can see may be taken before they get to `syscall/js` ([`direct()`]).
//!
//! Every import takes Go's stack pointer and finds its arguments in memory at fixed offsets from it. All of it is hostile:
//! a pointer that leads out of memory ends the process, a reference that stands for nothing is `undefined`.
//! [`for_each_gojs_function!`](crate::for_each_gojs_function) lists the functions for a home to wrap.
//!
//! Source: `lib/wasm/wasm_exec.js`, `src/syscall/js` and `src/runtime/sys_wasm.go` of Go 1.18 to 1.27.

pub mod args;
mod direct;
pub mod engine;
pub mod error;
mod events;
mod frame;
mod fs;
pub mod intrinsic;
mod js;
mod object;
mod operations;
mod path;
mod process;
mod runtime;
pub mod table;
#[cfg(test)]
mod tests;
pub mod value;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use self::direct::Shortcut;
use self::engine::{Caller, Engine, Failure, Fallible, Stop};
use self::events::Events;
use self::table::Table;
use self::value::{Content, Object, Value};

pub use self::direct::{DIRECT, Direct, direct};
pub use self::events::Job;
pub use self::js::{
    copy_bytes_to_go, copy_bytes_to_js, debug, finalize_ref, string_val, value_call, value_delete, value_get,
    value_index, value_instance_of, value_invoke, value_length, value_load_string, value_new, value_prepare_string,
    value_set, value_set_index,
};
pub use self::object::{millis, mode_bits};
pub use self::runtime::{
    clear_timeout_event, get_random_data, nanotime1, reset_memory_data_view, schedule_timeout_event, walltime,
    wasm_exit, wasm_write,
};

/// The import module's name since Go 1.21, and before.
pub const MODULES: [&str; 2] = ["gojs", "go"];

/// The JavaScript side of one Go program.
pub struct Gojs<E: Engine> {
    /// The engine.
    pub engine: Rc<E>,
    /// The values that Go holds.
    pub table: Table<E>,
    events: Events<E>,
    direct: Shortcut<E>,
    /// The call that Go is to look at when it is resumed.
    pending: RefCell<Option<Rc<Object<E>>>>,
    /// How often Go was resumed: its stack may have moved if this changes during a call.
    resumed: Cell<u64>,
    exited: Cell<bool>,
    /// A buffer for names of properties.
    scratch: RefCell<String>,
}

impl<E: Engine> Gojs<E> {
    /// For a program that has not run yet.
    #[must_use]
    pub fn new(engine: Rc<E>) -> Rc<Self> {
        Rc::new(Gojs {
            table: Table::new(&*engine),
            engine,
            events: Events::new(),
            direct: Shortcut::new(),
            pending: RefCell::new(None),
            resumed: Cell::new(0),
            exited: Cell::new(false),
            scratch: RefCell::new(String::new()),
        })
    }

    /// Calls the Go function of a `js.Func`, as the function that stands for it does.
    ///
    /// # Errors
    /// An Error after the program has exited.
    pub fn call_go(
        &self,
        caller: &mut dyn Caller<E>,
        id: u32,
        this: Value<E>,
        args: Vec<Value<E>>,
    ) -> Fallible<E, Value<E>> {
        if self.exited.get() {
            return Err(Failure::Thrown(self.engine.error("Go program has already exited")));
        }
        let this = this.shallow(&self.engine, caller)?;
        let args: Fallible<E, Vec<_>> = args.into_iter().map(|arg| arg.shallow(&self.engine, caller)).collect();
        let args = Value::object(Content::Array(args?));
        let event = Object::new(Content::Event { id, this, args, result: Value::Undefined });
        self.pending.replace(Some(event.clone()));
        self.resume(caller)?;
        match &*event.content() {
            Content::Event { result, .. } => Ok(result.clone()),
            // A Go program that hands its event to a script has made it the engine's.
            _ => Ok(Value::Undefined),
        }
    }

    fn resume(&self, caller: &mut dyn Caller<E>) -> Result<(), Stop> {
        self.resumed.set(self.resumed.get().wrapping_add(1));
        caller.resume()
    }
}

/// Calls the macro `$with` with every function of the module: the name it has in the import section, and here.
#[macro_export]
macro_rules! for_each_gojs_function {
    ($with:path) => {
        $with! {
            "runtime.wasmExit" wasm_exit;
            "runtime.wasmWrite" wasm_write;
            "runtime.resetMemoryDataView" reset_memory_data_view;
            "runtime.nanotime1" nanotime1;
            "runtime.walltime" walltime;
            "runtime.scheduleTimeoutEvent" schedule_timeout_event;
            "runtime.clearTimeoutEvent" clear_timeout_event;
            "runtime.getRandomData" get_random_data;
            "syscall/js.finalizeRef" finalize_ref;
            "syscall/js.stringVal" string_val;
            "syscall/js.valueGet" value_get;
            "syscall/js.valueSet" value_set;
            "syscall/js.valueDelete" value_delete;
            "syscall/js.valueIndex" value_index;
            "syscall/js.valueSetIndex" value_set_index;
            "syscall/js.valueCall" value_call;
            "syscall/js.valueInvoke" value_invoke;
            "syscall/js.valueNew" value_new;
            "syscall/js.valueLength" value_length;
            "syscall/js.valuePrepareString" value_prepare_string;
            "syscall/js.valueLoadString" value_load_string;
            "syscall/js.valueInstanceOf" value_instance_of;
            "syscall/js.copyBytesToGo" copy_bytes_to_go;
            "syscall/js.copyBytesToJS" copy_bytes_to_js;
            "debug" debug;
        }
    };
}
