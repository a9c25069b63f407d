//! What the world's scripts ask of Rust: the functions of their `host`, besides the adapter's.

use gopherix_abi::{ClockId, Fd, Timespec};
use gopherix_guest::gojs::Job;
use gopherix_guest::gojs::engine::{Engine as _, Failure, Fallible};
use gopherix_guest::gojs::intrinsic::{FsOp, Intrinsic};
use gopherix_guest::gojs::value::{Content, Value};
use gopherix_kernel::memory::{SliceMemory, UserSlice};

use crate::QuickJs;
use crate::function::{Call, Role};
use crate::network::{Redirect, Request};
use crate::number::{from_u64, to_u32};
use crate::value::{Js, Promise, Shape};
use crate::{text, web_url};

type Answer = Fallible<QuickJs, Js>;

/// A function of `host`.
type Function = fn(&Call<'_>) -> Answer;

/// All of them, by name.
pub(crate) const FUNCTIONS: &[(&str, Function)] = &[
    ("abortFetch", abort_fetch),
    ("decode", decode),
    ("encode", encode),
    ("encodeInto", encode_into),
    ("env", env),
    ("fetch", fetch),
    ("goFunction", go_function),
    ("isMemory", is_memory),
    ("isScriptFunction", is_script_function),
    ("load", load),
    ("memory", memory),
    ("memoryUsage", memory_usage),
    ("nanos", nanos),
    ("now", now),
    ("parseUrl", parse_url),
    ("post", post),
    ("print", print),
    ("promiseState", promise_state),
    ("random", random),
    ("report", report),
    ("setUrl", set_url),
    ("wantTick", want_tick),
];

/// Whether the arguments of a call of `fs` are what the adapter takes, none left out, so that the world need not look at
/// them. Reads and writes it does: their callbacks get the buffer, too.
pub(crate) fn is_canonical(op: FsOp, args: &[Js]) -> bool {
    use FsOp::{
        Access, Chmod, Chown, Close, Fchmod, Fchown, Fdatasync, Fstat, Fsync, Ftruncate, Futimes, Lchown, Link, Lstat,
        Lutimes, Mkdir, Open, Read, Readdir, Readlink, Rename, Rmdir, Stat, Symlink, Truncate, Unlink, Utimes, Write,
    };
    // Paths, then numbers.
    let (paths, numbers) = match op {
        Lstat | Readdir | Readlink | Rmdir | Stat | Unlink => (1, 0),
        Access | Chmod | Mkdir | Truncate => (1, 1),
        Chown | Lchown | Lutimes | Open | Utimes => (1, 2),
        Link | Rename | Symlink => (2, 0),
        Close | Fdatasync | Fstat | Fsync => (0, 1),
        Fchmod | Ftruncate => (0, 2),
        Fchown | Futimes => (0, 3),
        Read | Write => return false,
    };
    let Some((callback, rest)) = args.split_last() else { return false };
    let is_right = |(at, arg): (usize, &Js)| match arg.shape() {
        Shape::String => at < paths,
        Shape::Number(_) => at >= paths,
        _ => false,
    };
    callback.is_function() && rest.len() == paths.saturating_add(numbers) && rest.iter().enumerate().all(is_right)
}

/// `load(name)`: what a file of the world exports.
fn load(call: &Call<'_>) -> Answer {
    Ok(call.engine.load(&call.arg(0).to_text()?)?)
}

/// `now()`: ms since the program's start.
fn now(call: &Call<'_>) -> Answer {
    let started = call.engine.config.started.1;
    let ns = monotonic(call)?.saturating_sub(started);
    Ok(call.engine.heap.number(from_u64(ns) / 1e6))
}

/// `nanos()`: the monotonic clock in ns, a BigInt.
fn nanos(call: &Call<'_>) -> Answer {
    Ok(call.engine.heap.bigint(monotonic(call)?)?)
}

fn monotonic(call: &Call<'_>) -> Fallible<QuickJs, u64> {
    call.caller(|caller| Ok(caller.split().1.sys_clock_gettime(ClockId::Monotonic).map_or(0, Timespec::as_nanos)))
}

/// `random(bytes)`: fills a `Uint8Array`; the array.
fn random(call: &Call<'_>) -> Answer {
    let array = call.arg(0);
    let len = call.engine.with_bytes(&array, |bytes| bytes.len()).unwrap_or_default();
    let mut fresh = vec![0; len];
    let filled = call.caller(|caller| {
        let slice = UserSlice { ptr: 0, len: u64::try_from(fresh.len()).unwrap_or_default() };
        Ok(caller.split().1.sys_getrandom(&mut SliceMemory(&mut fresh), slice).is_ok())
    })?;
    if !filled {
        return Err(Failure::Thrown(call.engine.error("no random numbers")));
    }
    let _ = call.engine.with_bytes(&array, |bytes| bytes.copy_from_slice(&fresh));
    Ok(array)
}

/// `encode(text)`: its UTF-8.
fn encode(call: &Call<'_>) -> Answer {
    Ok(call.engine.heap.bytes(call.arg(0).to_text()?.as_bytes())?)
}

/// `encodeInto(text, bytes)`: code units read and bytes written.
fn encode_into(call: &Call<'_>) -> Answer {
    let source = call.arg(0).to_text()?;
    let done = call.engine.with_bytes(&call.arg(1), |room| {
        let (units, bytes) = text::fitting(&source, room.len());
        if let (Some(to), Some(from)) = (room.get_mut(..bytes), source.as_bytes().get(..bytes)) {
            to.copy_from_slice(from);
        }
        (units, bytes)
    });
    let Some((units, bytes)) = done else {
        let what = "The \"dest\" argument must be an instance of Uint8Array.";
        return Err(Failure::Thrown(call.engine.type_error(what)));
    };
    let number = |n: usize| call.engine.heap.number(from_u64(u64::try_from(n).unwrap_or(u64::MAX)));
    Ok(call.engine.heap.array([number(units), number(bytes)])?)
}

/// `decode(bytes, fatal)`: the text of UTF-8; `undefined` if it is none and that is fatal.
fn decode(call: &Call<'_>) -> Answer {
    let fatal = matches!(call.arg(1).shape(), Shape::Bool(true));
    let text = call.engine.with_bytes(&call.arg(0), |bytes| match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if fatal => None,
        Err(_) => Some(String::from_utf8_lossy(bytes).into_owned()),
    });
    match text.flatten() {
        Some(text) => Ok(call.engine.heap.string(&text)?),
        None => Ok(call.engine.heap.undefined()),
    }
}

/// `print(fd, text or bytes)`: writes all of it before anything else happens. Errors are not the program's business.
fn print(call: &Call<'_>) -> Answer {
    let engine = call.engine;
    let fd = Fd(to_u32(call.arg(0).number().unwrap_or_default()));
    let what = call.arg(1);
    let bytes = match engine.with_bytes(&what, |bytes| bytes.to_vec()) {
        Some(bytes) => bytes,
        None => what.to_text()?.into_bytes(),
    };
    let mut at = 0;
    let number = |n: usize| Value::Number(from_u64(u64::try_from(n).unwrap_or_default()));
    let total = bytes.len();
    let buffer = Value::object(Content::Bytes(bytes));
    call.caller(|caller| {
        let gojs = caller.gojs().clone();
        while at < total {
            let rest = number(total.saturating_sub(at));
            let args = [Value::Number(f64::from(fd.0)), buffer.clone(), number(at), rest, Value::Null];
            match gojs.call_intrinsic(caller, Intrinsic::FsSync(FsOp::Write), &args) {
                Ok(Value::Number(n)) if n > 0.0 => at = at.saturating_add(crate::number::to_usize(n)),
                Err(Failure::Stop) => return Err(Failure::Stop),
                _ => break,
            }
        }
        Ok(())
    })?;
    Ok(engine.heap.undefined())
}

/// `post(callback)`: calls it from the event loop.
fn post(call: &Call<'_>) -> Answer {
    let function = QuickJs::value(&call.arg(0));
    call.caller(|caller| {
        caller.gojs().post(Job { function, args: Vec::new() });
        Ok(())
    })?;
    Ok(call.engine.heap.undefined())
}

/// `wantTick()`: `process.runTicks` is to run before microtasks.
fn want_tick(call: &Call<'_>) -> Answer {
    call.engine.ticks.set(true);
    Ok(call.engine.heap.undefined())
}

/// `report(error)`: an exception that no code is there to catch.
fn report(call: &Call<'_>) -> Answer {
    call.engine.reported.borrow_mut().push_back(call.arg(0));
    Ok(call.engine.heap.undefined())
}

/// `env()`: the environment, a new object.
fn env(call: &Call<'_>) -> Answer {
    let object = call.engine.heap.object()?;
    for (name, value) in &call.engine.config.env {
        object.set(name, call.engine.heap.string(value)?)?;
    }
    Ok(object)
}

/// `memory()`: the guest's memory as an `ArrayBuffer`.
fn memory(call: &Call<'_>) -> Answer {
    call.caller(|caller| call.engine.memory_buffer(caller))
}

/// `memoryUsage()`: what `process.memoryUsage` answers.
fn memory_usage(call: &Call<'_>) -> Answer {
    let heap = &call.engine.heap;
    let (used, limit) = heap.usage();
    let guest = call.caller(|caller| Ok(u64::try_from(caller.split().0.0.len()).unwrap_or_default()))?;
    let object = heap.object()?;
    for (name, bytes) in [
        ("rss", used.saturating_add(guest)),
        ("heapTotal", limit),
        ("heapUsed", used),
        ("external", 0),
        ("arrayBuffers", guest),
    ] {
        object.set(name, heap.number(from_u64(bytes)))?;
    }
    Ok(object)
}

/// `goFunction(id)`: the function of a `js.Func`.
fn go_function(call: &Call<'_>) -> Answer {
    Ok(call.engine.function("", Role::Go(to_u32(call.arg(0).number().unwrap_or_default())))?)
}

/// `isMemory(buffer)`: whether it is the `ArrayBuffer` over the guest's memory.
fn is_memory(call: &Call<'_>) -> Answer {
    Ok(call.engine.heap.boolean(call.engine.is_memory(&call.arg(0))))
}

/// `isScriptFunction(function)`: whether it is neither built in nor made here.
fn is_script_function(call: &Call<'_>) -> Answer {
    let source = call.arg(0).to_text()?;
    Ok(call.engine.heap.boolean(!source.contains("[native code]")))
}

/// `promiseState(promise)`: what has become of it, and the result.
fn promise_state(call: &Call<'_>) -> Answer {
    let heap = &call.engine.heap;
    let (state, result) = match call.arg(0).promise() {
        Some(Promise::Fulfilled(value)) => ("fulfilled", value),
        Some(Promise::Rejected(reason)) => ("rejected", reason),
        Some(Promise::Pending) | None => ("pending", heap.undefined()),
    };
    Ok(heap.array([heap.string(state)?, result])?)
}

fn url_parts(call: &Call<'_>, url: Option<url::Url>) -> Answer {
    let heap = &call.engine.heap;
    let Some(url) = url else { return Ok(heap.undefined()) };
    let mut parts = Vec::new();
    for part in web_url::parts(&url) {
        parts.push(heap.string(&part)?);
    }
    Ok(heap.array(parts)?)
}

/// `parseUrl(input, base?)`: the parts of a URL; `undefined` if it is none.
fn parse_url(call: &Call<'_>) -> Answer {
    let base = call.arg(1);
    let base = if base.is_undefined() { None } else { Some(base.to_text()?) };
    url_parts(call, web_url::parse(&call.arg(0).to_text()?, base.as_deref()))
}

/// `setUrl(href, part, value)`: the parts after one was set.
fn set_url(call: &Call<'_>) -> Answer {
    let (href, part, value) = (call.arg(0).to_text()?, call.arg(1).to_text()?, call.arg(2).to_text()?);
    url_parts(call, web_url::set(&href, &part, &value))
}

/// `fetch(url, method, headers, body, redirect, handlers)`: starts a request; its id.
fn fetch(call: &Call<'_>) -> Answer {
    let engine = call.engine;
    let mut headers = Vec::new();
    for pair in call.arg(2).items()? {
        headers.push((pair.index(0)?.to_text()?, pair.index(1)?.to_text()?));
    }
    let redirect = match call.arg(4).to_text()?.as_str() {
        "error" => Redirect::Error,
        "manual" => Redirect::Manual,
        _ => Redirect::Follow,
    };
    let request = Request {
        url: call.arg(0).to_text()?,
        method: call.arg(1).to_text()?,
        headers,
        body: engine.with_bytes(&call.arg(3), |bytes| bytes.to_vec()),
        redirect,
    };
    match engine.start_fetch(request, call.arg(5)) {
        Ok(id) => Ok(engine.heap.number(from_u64(id))),
        Err(message) => Err(Failure::Thrown(engine.type_error(message))),
    }
}

/// `abortFetch(id)`.
fn abort_fetch(call: &Call<'_>) -> Answer {
    let id = call.arg(0).number().map(crate::number::to_usize).and_then(|id| u64::try_from(id).ok());
    call.engine.abort_fetch(id.unwrap_or_default());
    Ok(call.engine.heap.undefined())
}
