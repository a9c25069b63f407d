//! Arguments of `fsCall`, which are Go values: `[]any`, each a pointer to its type and one to its data.
//!
//! Source: `Type` in `src/internal/abi/type.go` (until Go 1.20 `_type` in `src/runtime/type.go`), `Value` in
//! `src/syscall/js/js.go`.

use std::rc::Rc;

use super::super::engine::Engine;
use super::super::frame::{Frame, Outside};
use super::super::intrinsic::FsOp;
use super::super::value::Value;
use super::super::{Gojs, object};

/// Most arguments there are, without the callback.
const MOST: usize = 5;
/// Bytes of the longest path that is taken here; no file has a longer one (`PATH_MAX` of limits.h).
const MOST_PATH: usize = 4096;

/// Where a type says of what kind it is.
const KIND_AT: u64 = 23;
/// The bits of that byte which count; another says how the data are held.
const KIND_MASK: u8 = 31;
const KIND_INT: u8 = 2;
const KIND_INT64: u8 = 6;
const KIND_UINT32: u8 = 10;
const KIND_STRING: u8 = 24;
const KIND_STRUCT: u8 = 25;
/// The size of a `js.Value`, the only struct that package `syscall` gives `fsCall`; its reference comes first.
const VALUE_SIZE: u64 = 16;

/// A call and its arguments.
type Named<E> = (FsOp, Vec<Value<E>>);

/// A call's name from the string at `name`, and its arguments from the `[]any` at `args`; `None` if it takes the long way.
pub(super) fn fs_arguments<E: Engine>(
    gojs: &Gojs<E>,
    frame: &Frame<'_>,
    name: u32,
    args: u32,
) -> Result<Option<Named<E>>, Outside> {
    let name = frame.bytes(name)?;
    let Some(op) = FsOp::ALL.iter().copied().find(|op| op.name().as_bytes() == name) else { return Ok(None) };
    Ok(values(gojs, frame, args)?.map(|args| (op, args)))
}

/// The values of the `[]any` at `args`; `None` if there is one among them that takes the long way.
pub(super) fn values<E: Engine>(
    gojs: &Gojs<E>,
    frame: &Frame<'_>,
    args: u32,
) -> Result<Option<Vec<Value<E>>>, Outside> {
    let (list, _) = frame.elements::<16>(args)?.as_chunks::<8>();
    let (pairs, _) = list.as_chunks::<2>();
    if pairs.len() > MOST {
        return Ok(None);
    }
    let mut values = Vec::with_capacity(pairs.len());
    for [kind, data] in pairs {
        let Some(value) = any(gojs, frame, u64::from_le_bytes(*kind), u64::from_le_bytes(*data))? else {
            return Ok(None);
        };
        values.push(value);
    }
    Ok(Some(values))
}

/// What `js.ValueOf` makes of an `any`, as far as package `syscall` has it made.
fn any<E: Engine>(gojs: &Gojs<E>, frame: &Frame<'_>, kind: u64, data: u64) -> Result<Option<Value<E>>, Outside> {
    if kind == 0 {
        return Ok(Some(Value::Null));
    }
    let kind_byte = byte(frame, kind.checked_add(KIND_AT).ok_or(Outside)?)?;
    let value = match kind_byte & KIND_MASK {
        KIND_INT | KIND_INT64 => {
            let number = i64::from_le_bytes(word(frame, data)?.to_le_bytes());
            Value::Number(object::signed_to_f64(number))
        }
        KIND_UINT32 => {
            let number = frame.at_pointer(data, 4)?.first_chunk().copied().ok_or(Outside)?;
            Value::Number(f64::from(u32::from_le_bytes(number)))
        }
        KIND_STRING => {
            let (ptr, len) = (word(frame, data)?, word(frame, data.checked_add(8).ok_or(Outside)?)?);
            return Ok(path(frame.at_pointer(ptr, len)?));
        }
        KIND_STRUCT if word(frame, kind)? == VALUE_SIZE => gojs.table.load(word(frame, data)?),
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn word(frame: &Frame<'_>, ptr: u64) -> Result<u64, Outside> {
    frame.at_pointer(ptr, 8)?.first_chunk().copied().map(u64::from_le_bytes).ok_or(Outside)
}

fn byte(frame: &Frame<'_>, ptr: u64) -> Result<u8, Outside> {
    frame.at_pointer(ptr, 1)?.first().copied().ok_or(Outside)
}

/// A path as JavaScript gets it from Go. `None` for those that Go itself rejects (`checkPath`), and for endless ones.
pub(super) fn path<E: Engine>(bytes: &[u8]) -> Option<Value<E>> {
    if bytes.is_empty() || bytes.len() > MOST_PATH || bytes.contains(&0) {
        return None;
    }
    Some(Value::String(Rc::from(String::from_utf8_lossy(bytes))))
}
