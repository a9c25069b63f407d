//! The functions of `syscall/js`.

use std::rc::Rc;

use gopherix_abi::Signal;
use gopherix_kernel::task::ExitStatus;

use super::Gojs;
use super::engine::{Caller, Engine, Failure, Fallible, Stop};
use super::frame::{Frame, Outside, fault};
use super::object::to_i64;
use super::value::{Content, Value};

/// Reads arguments: pointers out of memory end the process.
fn arguments<E: Engine, T>(
    caller: &mut dyn Caller<E>,
    import: &str,
    sp: u32,
    read: impl FnOnce(&Gojs<E>, &Frame<'_>) -> Result<T, Outside>,
) -> Result<T, Stop> {
    let gojs = caller.gojs().clone();
    let read = read(&gojs, &Frame::new(caller.split().0, sp));
    read.map_err(|Outside| fault(caller, import))
}

/// Writes a result, likewise.
fn answer<E: Engine>(
    caller: &mut dyn Caller<E>,
    import: &str,
    sp: u32,
    write: impl FnOnce(&mut Frame<'_>) -> Result<(), Outside>,
) -> Result<(), Stop> {
    let written = write(&mut Frame::new(caller.split().0, sp));
    written.map_err(|Outside| fault(caller, import))
}

/// Puts a value into the table for Go to hold.
fn store<E: Engine>(caller: &mut dyn Caller<E>, value: Value<E>) -> Result<u64, Stop> {
    let gojs = caller.gojs().clone();
    gojs.table.store(&*gojs.engine, value).map_err(|_| {
        let note = "the program holds more JavaScript values than it may".to_owned();
        caller.split().1.process.end(ExitStatus::Signaled(Signal::SIGKILL), Some(note));
        Stop
    })
}

/// The stack pointer after something that may have resumed Go, whose stack may have moved meanwhile.
fn moved_sp<E: Engine>(caller: &mut dyn Caller<E>, sp: u32, resumed: u64) -> Result<u32, Stop> {
    if caller.gojs().resumed.get() == resumed { Ok(sp) } else { caller.getsp() }
}

/// Runs `operation` with the text of the name at `offset`, in a buffer that is kept between calls.
fn with_name<E: Engine, T>(
    caller: &mut dyn Caller<E>,
    import: &str,
    (sp, offset): (u32, u32),
    operation: impl FnOnce(&Gojs<E>, &mut dyn Caller<E>, &str) -> T,
) -> Result<T, Stop> {
    let gojs = caller.gojs().clone();
    // Taken, not borrowed: the operation may come here again.
    let mut name = gojs.scratch.take();
    name.clear();
    let read = Frame::new(caller.split().0, sp).bytes(offset).map(|bytes| match std::str::from_utf8(bytes) {
        Ok(text) => name.push_str(text),
        Err(_) => name.push_str(&String::from_utf8_lossy(bytes)),
    });
    if read.is_err() {
        return Err(fault(caller, import));
    }
    let result = operation(&gojs, caller, &name);
    gojs.scratch.replace(name);
    Ok(result)
}

/// `func finalizeRef(r ref)`.
///
/// # Errors
/// [`Stop`], here and below: see there.
pub fn finalize_ref<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let id = arguments(caller, "finalizeRef", sp, |_, frame| frame.u32(8))?;
    caller.gojs().clone().table.finalize(id);
    Ok(())
}

/// `func stringVal(value string) ref`.
pub fn string_val<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let text = arguments(caller, "stringVal", sp, |_, frame| {
        Ok(Value::String(Rc::from(String::from_utf8_lossy(frame.bytes(8)?))))
    })?;
    let reference = store(caller, text)?;
    answer(caller, "stringVal", sp, |frame| frame.put_u64(24, reference))
}

/// `func valueGet(v ref, p string) ref`.
pub fn value_get<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let target = arguments(caller, "valueGet", sp, |gojs, frame| Ok(gojs.table.load(frame.u64(8)?)))?;
    let value = with_name(caller, "valueGet", (sp, 16), |gojs, caller, key| {
        let outcome = gojs.get(caller, &target, key);
        let value = gojs.finish(caller, outcome)?;
        gojs.note_fs(&target, key, &value);
        Ok(value)
    })??;
    let reference = store(caller, value)?;
    let sp = moved_sp(caller, sp, resumed)?;
    answer(caller, "valueGet", sp, |frame| frame.put_u64(32, reference))
}

/// `func valueSet(v ref, p string, x ref)`.
pub fn value_set<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let (target, value) = arguments(caller, "valueSet", sp, |gojs, frame| {
        Ok((gojs.table.load(frame.u64(8)?), gojs.table.load(frame.u64(32)?)))
    })?;
    with_name(caller, "valueSet", (sp, 16), |gojs, caller, key| {
        let outcome = gojs.set(caller, &target, key, value);
        gojs.finish(caller, outcome)
    })?
}

/// `func valueDelete(v ref, p string)`.
pub fn value_delete<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let target = arguments(caller, "valueDelete", sp, |gojs, frame| Ok(gojs.table.load(frame.u64(8)?)))?;
    with_name(caller, "valueDelete", (sp, 16), |gojs, caller, key| {
        let target = gojs.in_engine(caller, &target, "Reflect.deleteProperty");
        let outcome = target.and_then(|target| gojs.engine.delete(caller, &target, key));
        gojs.finish(caller, outcome)
    })?
}

/// `func valueIndex(v ref, i int) ref`.
pub fn value_index<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let (target, index) =
        arguments(caller, "valueIndex", sp, |gojs, frame| Ok((gojs.table.load(frame.u64(8)?), frame.i64(16)?)))?;
    let gojs = caller.gojs().clone();
    let outcome = gojs.item(caller, &target, index);
    let value = gojs.finish(caller, outcome)?;
    let reference = store(caller, value)?;
    let sp = moved_sp(caller, sp, resumed)?;
    answer(caller, "valueIndex", sp, |frame| frame.put_u64(24, reference))
}

/// `func valueSetIndex(v ref, i int, x ref)`.
pub fn value_set_index<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let (target, index, value) = arguments(caller, "valueSetIndex", sp, |gojs, frame| {
        Ok((gojs.table.load(frame.u64(8)?), frame.i64(16)?, gojs.table.load(frame.u64(24)?)))
    })?;
    let gojs = caller.gojs().clone();
    let target = gojs.in_engine(caller, &target, "Reflect.set");
    let outcome = target.and_then(|target| gojs.engine.set_index(caller, &target, index, &value));
    gojs.finish(caller, outcome)
}

fn values<E: Engine>(gojs: &Gojs<E>, frame: &Frame<'_>, offset: u32) -> Result<Vec<Value<E>>, Outside> {
    Ok(frame.references(offset)?.map(|reference| gojs.table.load(reference)).collect())
}

/// Hands a result, or what was thrown, to Go: the value at `offset`, and whether it is a result behind it.
fn answer_call<E: Engine>(
    caller: &mut dyn Caller<E>,
    import: &str,
    (sp, offset, resumed): (u32, u32, u64),
    outcome: Fallible<E, Value<E>>,
) -> Result<(), Stop> {
    let (value, ok) = match outcome {
        Ok(value) => (value, 1),
        Err(Failure::Thrown(thrown)) => (thrown, 0),
        Err(Failure::Stop) => return Err(Stop),
    };
    let reference = store(caller, value)?;
    let sp = moved_sp(caller, sp, resumed)?;
    answer(caller, import, sp, |frame| {
        frame.put_u64(offset, reference)?;
        frame.put_u8(offset.saturating_add(8), ok)
    })
}

/// `func valueCall(v ref, m string, args []ref) (ref, bool)`.
pub fn value_call<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let (target, args) = arguments(caller, "valueCall", sp, |gojs, frame| {
        Ok((gojs.table.load(frame.u64(8)?), values(gojs, frame, 32)?))
    })?;
    let outcome =
        with_name(caller, "valueCall", (sp, 16), |gojs, caller, name| gojs.call_method(caller, &target, name, &args))?;
    answer_call(caller, "valueCall", (sp, 56, resumed), outcome)
}

/// `func valueInvoke(v ref, args []ref) (ref, bool)`.
pub fn value_invoke<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let (function, args) = arguments(caller, "valueInvoke", sp, |gojs, frame| {
        Ok((gojs.table.load(frame.u64(8)?), values(gojs, frame, 16)?))
    })?;
    let gojs = caller.gojs().clone();
    let outcome = gojs.invoke(caller, &function, args);
    answer_call(caller, "valueInvoke", (sp, 40, resumed), outcome)
}

/// `func valueNew(v ref, args []ref) (ref, bool)`.
pub fn value_new<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let (constructor, args) = arguments(caller, "valueNew", sp, |gojs, frame| {
        Ok((gojs.table.load(frame.u64(8)?), values(gojs, frame, 16)?))
    })?;
    let gojs = caller.gojs().clone();
    let outcome = gojs.construct(caller, &constructor, &args);
    answer_call(caller, "valueNew", (sp, 40, resumed), outcome)
}

/// `func valueLength(v ref) int`.
pub fn value_length<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let target = arguments(caller, "valueLength", sp, |gojs, frame| Ok(gojs.table.load(frame.u64(8)?)))?;
    let gojs = caller.gojs().clone();
    let outcome = gojs.len(caller, &target);
    let len = to_i64(gojs.finish(caller, outcome)?);
    let sp = moved_sp(caller, sp, resumed)?;
    answer(caller, "valueLength", sp, |frame| frame.put_u64(16, u64::from_le_bytes(len.to_le_bytes())))
}

/// `func valuePrepareString(v ref) (ref, int)`: the value as a string, and its length in UTF-8.
pub fn value_prepare_string<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let (value, given) = arguments(caller, "valuePrepareString", sp, |gojs, frame| {
        let reference = frame.u64(8)?;
        Ok((gojs.table.load(reference), reference))
    })?;
    let gojs = caller.gojs().clone();
    let outcome = gojs.text(caller, &value);
    let text = gojs.finish(caller, outcome)?;
    let len = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let reference = if gojs.table.is_lent(given) { given } else { store(caller, Value::String(text))? };
    let sp = moved_sp(caller, sp, resumed)?;
    answer(caller, "valuePrepareString", sp, |frame| {
        frame.put_u64(16, reference)?;
        frame.put_u64(24, len)
    })
}

/// `func valueLoadString(v ref, b []byte)`: the string that `valuePrepareString` gave.
pub fn value_load_string<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let value = arguments(caller, "valueLoadString", sp, |gojs, frame| Ok(gojs.table.load(frame.u64(8)?)))?;
    answer(caller, "valueLoadString", sp, |frame| {
        let room = frame.bytes_mut(16)?;
        if let Value::String(text) = &value {
            copy(text.as_bytes(), room);
        }
        Ok(())
    })
}

/// `func valueInstanceOf(v ref, t ref) bool`.
pub fn value_instance_of<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let resumed = caller.gojs().resumed.get();
    let (value, constructor) = arguments(caller, "valueInstanceOf", sp, |gojs, frame| {
        Ok((gojs.table.load(frame.u64(8)?), gojs.table.load(frame.u64(16)?)))
    })?;
    let gojs = caller.gojs().clone();
    let outcome = gojs.engine.instance_of(caller, &value, &constructor);
    let is = gojs.finish(caller, outcome)?;
    let sp = moved_sp(caller, sp, resumed)?;
    answer(caller, "valueInstanceOf", sp, |frame| frame.put_u8(24, u8::from(is)))
}

/// `func copyBytesToGo(dst []byte, src ref) (int, bool)`: `src` is a `Uint8Array` or `Uint8ClampedArray`.
pub fn copy_bytes_to_go<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let source = arguments(caller, "copyBytesToGo", sp, |gojs, frame| Ok(gojs.table.load(frame.u64(32)?)))?;
    let gojs = caller.gojs().clone();
    answer(caller, "copyBytesToGo", sp, |frame| {
        let room = frame.bytes_mut(8)?;
        let copied = with_bytes(&gojs, &source, |bytes| copy(bytes, room));
        put_copied(frame, copied)
    })
}

/// `func copyBytesToJS(dst ref, src []byte) (int, bool)`.
pub fn copy_bytes_to_js<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let target = arguments(caller, "copyBytesToJS", sp, |gojs, frame| Ok(gojs.table.load(frame.u64(8)?)))?;
    let gojs = caller.gojs().clone();
    answer(caller, "copyBytesToJS", sp, |frame| {
        let source = frame.bytes(16)?;
        let copied = with_bytes(&gojs, &target, |bytes| copy(source, bytes));
        put_copied(frame, copied)
    })
}

/// Calls `with` with the bytes of a `Uint8Array`; `None` for what is none.
pub(super) fn with_bytes<E: Engine, T>(
    gojs: &Gojs<E>,
    value: &Value<E>,
    with: impl FnOnce(&mut [u8]) -> T,
) -> Option<T> {
    match value {
        Value::Engine(value) => gojs.engine.bytes(value, with),
        Value::Object(object) => match &mut *object.content_mut() {
            Content::Bytes(bytes) => Some(with(bytes)),
            Content::Engine(value) => gojs.engine.bytes(value, with),
            _ => None,
        },
        _ => None,
    }
}

fn put_copied(frame: &mut Frame<'_>, copied: Option<usize>) -> Result<(), Outside> {
    frame.put_u64(40, u64::try_from(copied.unwrap_or(0)).unwrap_or(0))?;
    frame.put_u8(48, u8::from(copied.is_some()))
}

/// Copies as much as fits and tells how much that is.
fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let n = from.len().min(to.len());
    if let (Some(to), Some(from)) = (to.get_mut(..n), from.get(..n)) {
        to.copy_from_slice(from);
    }
    n
}

/// `debug`, which Go's assembler code can call with a number to be shown.
pub fn debug<E: Engine>(caller: &mut dyn Caller<E>, value: u32) -> Result<(), Stop> {
    let line = format!("{value}\n");
    caller.gojs().clone().write_now(caller, 2, line.as_bytes())
}
