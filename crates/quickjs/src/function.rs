//! Functions that scripts call and Rust carries out, and the caller they are carried out for.
//!
//! A script runs because somebody called it: the [`Caller`] that an operation of the engine was given is stashed while QuickJS
//! runs ([`QuickJs::enter`]), and taken out by the one C function behind all of them ([`call_rust`]). Whatever it runs may
//! enter the engine again, with that same caller, and so on.

#![expect(unsafe_code, reason = "C calls Rust, and a caller outlives its borrow by way of a pointer")]

use std::ffi::{CString, c_int};
use std::ptr::NonNull;

use gopherix_guest::gojs::engine::{Caller, Engine as _, Failure, Fallible};
use gopherix_guest::gojs::intrinsic::Intrinsic;
use rquickjs::qjs;

use crate::QuickJs;
use crate::heap::Thrown;
use crate::value::Js;
use crate::{host, number};

/// A caller whose borrow is somewhere up the stack.
pub(crate) type Stashed = NonNull<dyn Caller<QuickJs> + 'static>;

/// What a function made here does.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// One of [`host::FUNCTIONS`].
    Host(usize),
    /// An intrinsic as the world's own scripts call it, by its index in [`QuickJs::intrinsics`].
    Intrinsic(usize),
    /// The same as programs see it: a script may leave out arguments.
    Public(usize),
    /// A Go function.
    Go(u32),
    /// One that the embedder defined.
    Defined(usize),
}

/// A call of such a function.
pub(crate) struct Call<'a> {
    pub(crate) engine: &'a QuickJs,
    pub(crate) this: Js,
    pub(crate) args: Vec<Js>,
}

impl Call<'_> {
    /// An argument, `undefined` if there are not that many.
    pub(crate) fn arg(&self, at: usize) -> Js {
        self.args.get(at).cloned().unwrap_or_else(|| self.engine.heap.undefined())
    }

    /// Runs `with` for the caller that the script runs for.
    pub(crate) fn caller<T>(
        &self,
        with: impl FnOnce(&mut dyn Caller<QuickJs>) -> Fallible<QuickJs, T>,
    ) -> Fallible<QuickJs, T> {
        self.engine.with_caller(with).unwrap_or_else(|| {
            Err(Failure::Thrown(self.engine.type_error("nobody called this script: it must not run by itself")))
        })
    }
}

impl QuickJs {
    /// Runs `with` so that what scripts call is carried out for `caller`.
    pub(crate) fn enter<T>(&self, caller: &mut dyn Caller<QuickJs>, with: impl FnOnce() -> T) -> T {
        // SAFETY: only the lifetime is lost; the guard takes the pointer out again before the borrow ends.
        let stashed: Stashed = unsafe { std::mem::transmute(NonNull::from(caller)) };
        let _guard = Restore { engine: self, before: self.stash.replace(Some(stashed)) };
        with()
    }

    /// Runs `with` for the caller that a script runs for, if it runs for one.
    fn with_caller<T>(&self, with: impl FnOnce(&mut dyn Caller<QuickJs>) -> T) -> Option<T> {
        let mut stashed = self.stash.take()?;
        // SAFETY: `enter` put it there and is still below us on the stack, so the borrow it came from lasts; it was taken out
        // of the cell, so this is its only user.
        let result = with(unsafe { stashed.as_mut() });
        self.stash.set(Some(stashed));
        Some(result)
    }

    /// A function object.
    pub(crate) fn function(&self, name: &str, role: Role) -> Thrown<Js> {
        let (magic, id) = match role {
            Role::Host(index) => (0, index),
            Role::Intrinsic(index) => (1, index),
            Role::Public(index) => (2, index),
            Role::Go(id) => (3, usize::try_from(id).unwrap_or_default()),
            Role::Defined(index) => (4, index),
        };
        let mut data = [qjs::JS_NewFloat64(number::from_u64(u64::try_from(id).unwrap_or_default()))];
        let name = CString::new(name).unwrap_or_default();
        let (context, data) = (self.heap.context, data.as_mut_ptr());
        // SAFETY: name and data are copied; a number needs no counting.
        self.heap.own(unsafe { qjs::JS_NewCFunctionData2(context, Some(call_rust), name.as_ptr(), 0, magic, 1, data) })
    }

    /// Lets [`call_rust`] find this engine. It must stay where it is until [`QuickJs::disconnect`].
    pub(crate) fn connect(&self) {
        // SAFETY: the context lives; the pointer is taken back before it dangles.
        unsafe {
            qjs::JS_SetContextOpaque(self.heap.context, std::ptr::from_ref(self).cast_mut().cast());
            let this = std::ptr::from_ref(self).cast_mut().cast();
            qjs::JS_SetInterruptHandler(self.heap.runtime, Some(interrupt), this);
            qjs::JS_SetHostPromiseRejectionTracker(self.heap.runtime, Some(track_rejection), this);
        }
    }

    /// Values may outlive the engine; scripts may not.
    pub(crate) fn disconnect(&self) {
        // SAFETY: the context lives.
        unsafe {
            qjs::JS_SetContextOpaque(self.heap.context, std::ptr::null_mut());
            qjs::JS_SetInterruptHandler(self.heap.runtime, None, std::ptr::null_mut());
            qjs::JS_SetHostPromiseRejectionTracker(self.heap.runtime, None, std::ptr::null_mut());
        }
    }

    /// What a C function returns when the guest must not run any further: an error that no script can catch.
    fn throw_stop(&self) -> qjs::JSValue {
        self.heap.stopped.set(true);
        let error = match self.heap.make("Error", &[]) {
            Ok(error) | Err(error) => error,
        };
        error.make_uncatchable();
        self.heap.throw(error)
    }

    fn carry_out(&self, role: Role, call: &Call<'_>) -> Fallible<QuickJs, Js> {
        if self.heap.stopped.get() {
            return Err(Failure::Stop);
        }
        match role {
            Role::Host(index) => match host::FUNCTIONS.get(index) {
                Some((_, function)) => function(call),
                None => Ok(self.heap.undefined()),
            },
            Role::Intrinsic(index) => self.call_intrinsic(call, index),
            Role::Public(index) => match self.intrinsic_at(index) {
                Some(Intrinsic::Fs(op)) if !host::is_canonical(op, &call.args) => self.adapt(op.name(), call),
                _ => self.call_intrinsic(call, index),
            },
            Role::Go(id) => call.caller(|caller| {
                let gojs = caller.gojs().clone();
                let args = call.args.iter().map(QuickJs::value).collect();
                let answer = gojs.call_go(caller, id, QuickJs::value(&call.this), args)?;
                self.to_js(caller, &answer)
            }),
            Role::Defined(index) => self.call_defined(index, call),
        }
    }

    fn call_intrinsic(&self, call: &Call<'_>, index: usize) -> Fallible<QuickJs, Js> {
        let Some(intrinsic) = self.intrinsic_at(index) else { return Ok(self.heap.undefined()) };
        call.caller(|caller| {
            let gojs = caller.gojs().clone();
            let args: Vec<_> = call.args.iter().map(QuickJs::value).collect();
            match gojs.call_intrinsic(caller, intrinsic, &args) {
                Ok(answer) => self.to_js(caller, &answer),
                Err(failure) => Err(failure),
            }
        })
    }

    /// Lets the world's `fs` fill in what a script has left out.
    fn adapt(&self, name: &str, call: &Call<'_>) -> Fallible<QuickJs, Js> {
        let args = self.heap.array(call.args.iter().cloned())?;
        Ok(self.load("fs")?.invoke("adapt", &[self.heap.string(name)?, args])?)
    }
}

/// Puts back whom the engine was entered for before.
struct Restore<'a> {
    engine: &'a QuickJs,
    before: Option<Stashed>,
}

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        self.engine.stash.set(self.before);
    }
}

/// The engine of a context; `None` after it was dropped.
///
/// # Safety
/// The context must be one of ours.
unsafe fn engine_of<'a>(context: *mut qjs::JSContext) -> Option<&'a QuickJs> {
    // SAFETY: `connect` put the engine's address there, `disconnect` takes it back before the engine goes.
    unsafe { qjs::JS_GetContextOpaque(context).cast::<QuickJs>().as_ref() }
}

/// All functions made here.
unsafe extern "C" fn call_rust(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    argc: c_int,
    argv: *mut qjs::JSValue,
    magic: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: QuickJS calls this with live values, `argc` of them at `argv`, and the one number that `function` gave it.
    let (engine, args, id) = unsafe {
        let Some(engine) = engine_of(context) else { return qjs::JS_UNDEFINED };
        let count = usize::try_from(argc).unwrap_or_default();
        let args: &[qjs::JSValue] = if count == 0 { &[] } else { std::slice::from_raw_parts(argv, count) };
        (engine, args, engine.heap.share(*data).number().unwrap_or_default())
    };
    let role = match magic {
        0 => Role::Host(number::to_usize(id)),
        1 => Role::Intrinsic(number::to_usize(id)),
        2 => Role::Public(number::to_usize(id)),
        3 => Role::Go(number::to_u32(id)),
        _ => Role::Defined(number::to_usize(id)),
    };
    let call =
        Call { engine, this: engine.heap.share(this), args: args.iter().map(|arg| engine.heap.share(*arg)).collect() };
    match engine.carry_out(role, &call) {
        Ok(value) => value.into_raw(),
        Err(failure) => {
            let thrown = match failure {
                Failure::Thrown(value) => match call.caller(|caller| engine.to_js(caller, &value)) {
                    Ok(thrown) => Some(thrown),
                    Err(Failure::Thrown(other)) => crate::convert::in_engine(&other),
                    Err(Failure::Stop) => None,
                },
                Failure::Stop => None,
            };
            match thrown {
                Some(thrown) if !engine.heap.stopped.get() => engine.heap.throw(thrown),
                _ => engine.throw_stop(),
            }
        }
    }
}

/// Asked by QuickJS now and then while a script runs: whether it must stop.
unsafe extern "C" fn interrupt(_: *mut qjs::JSRuntime, opaque: *mut std::ffi::c_void) -> c_int {
    // SAFETY: `connect` gave the engine's address, and takes it back before the engine goes.
    let Some(engine) = (unsafe { opaque.cast::<QuickJs>().as_ref() }) else { return 0 };
    let must_stop = engine.with_caller(|caller| caller.must_stop());
    if must_stop.unwrap_or_else(|| (engine.config.is_ending)()) {
        engine.heap.stopped.set(true);
    }
    c_int::from(engine.heap.stopped.get())
}

/// Told by QuickJS about promises that are rejected without a handler, and about those that get one after all.
unsafe extern "C" fn track_rejection(
    _: *mut qjs::JSContext,
    promise: qjs::JSValue,
    reason: qjs::JSValue,
    is_handled: bool,
    opaque: *mut std::ffi::c_void,
) {
    // SAFETY: as in `interrupt`; the values are live.
    let Some(engine) = (unsafe { opaque.cast::<QuickJs>().as_ref() }) else { return };
    let promise = engine.heap.share(promise);
    if is_handled {
        engine.rejections.borrow_mut().retain(|(known, _)| known.address() != promise.address());
    } else {
        engine.rejections.borrow_mut().push((promise, engine.heap.share(reason)));
    }
}
