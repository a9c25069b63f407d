//! Bytes that scripts and Rust share: typed arrays, and the `ArrayBuffer` that is the guest's memory.

#![expect(unsafe_code, reason = "buffers are pointers and lengths")]

use gopherix_guest::gojs::engine::{Caller, Fallible};
use rquickjs::qjs;

use crate::QuickJs;
use crate::heap::{Thrown, size};
use crate::value::Js;

/// An `ArrayBuffer` over the guest's memory.
pub(crate) struct MemoryView {
    buffer: Js,
    start: usize,
    len: usize,
}

/// Typed arrays that hold bytes.
const BYTE_ARRAYS: [qjs::JSTypedArrayEnum; 2] =
    [qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8, qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8C];

impl QuickJs {
    /// The guest's memory as an `ArrayBuffer`, not copied: the same one until the memory grows or moves, when the old one is
    /// detached.
    pub(crate) fn memory_buffer(&self, caller: &mut dyn Caller<QuickJs>) -> Fallible<QuickJs, Js> {
        let (memory, _) = caller.split();
        let (pointer, len) = (memory.0.as_mut_ptr(), memory.0.len());
        if let Some(view) = &*self.memory.borrow()
            && (view.start, view.len) == (pointer.addr(), len)
        {
            return Ok(view.buffer.clone());
        }
        self.forget_memory();
        // SAFETY: the memory stays where it is until `forget_memory`, which `Engine::memory_changed` and `Drop` call;
        // scripts, the buffer's only users, run while the guest waits for them, and Rust borrows the memory only when no
        // script runs. Without a function to reallocate with, QuickJS neither frees nor
        // resizes it, and the world lets no script transfer it to a buffer that `forget_memory` does not know.
        let buffer = self.heap.own(unsafe {
            qjs::JS_NewArrayBuffer(self.heap.context, pointer, size(len), 0, None, std::ptr::null_mut(), false)
        })?;
        let view = MemoryView { buffer: buffer.clone(), start: pointer.addr(), len };
        *self.memory.borrow_mut() = Some(view);
        Ok(buffer)
    }

    /// Whether a value is that buffer.
    pub(crate) fn is_memory(&self, value: &Js) -> bool {
        self.memory.borrow().as_ref().is_some_and(|view| value.is_object() && view.buffer.address() == value.address())
    }

    /// Detaches the `ArrayBuffer` over the guest's memory: from now on it has no bytes.
    pub(crate) fn forget_memory(&self) {
        let view = self.memory.borrow_mut().take();
        if let Some(view) = view {
            // SAFETY: the buffer is live.
            unsafe { qjs::JS_DetachArrayBuffer(self.heap.context, view.buffer.raw()) };
        }
    }

    /// Calls `with` with the bytes of a `Uint8Array` or `Uint8ClampedArray`; `None` for anything else. No script may run
    /// meanwhile.
    pub(crate) fn with_bytes<T>(&self, value: &Js, with: impl FnOnce(&mut [u8]) -> T) -> Option<T> {
        // SAFETY: the value is live.
        let kind = unsafe { qjs::JS_GetTypedArrayType(value.raw()) };
        if !BYTE_ARRAYS.iter().any(|known| i64::from(*known) == i64::from(kind)) {
            return None;
        }
        // Of a detached one there is nothing left.
        let (pointer, len) = self.extent(value).unwrap_or((std::ptr::null_mut(), 0));
        if len == 0 {
            return Some(with(&mut []));
        }
        let in_memory = self.memory.borrow().as_ref().is_some_and(|view| {
            let end = view.start.saturating_add(view.len);
            (view.start..end).contains(&pointer.addr())
        });
        // SAFETY: `extent` found `len` live bytes there, and nothing detaches the buffer before `with` is done, since it is
        // given no engine. What lies in the guest's memory, which the caller may hold, is not borrowed but copied out and in.
        unsafe {
            if !in_memory {
                return Some(with(std::slice::from_raw_parts_mut(pointer, len)));
            }
            let mut copy = vec![0; len];
            pointer.copy_to_nonoverlapping(copy.as_mut_ptr(), len);
            let before = copy.clone();
            let result = with(&mut copy);
            if copy != before {
                pointer.copy_from_nonoverlapping(copy.as_ptr(), len);
            }
            Some(result)
        }
    }

    /// Where the bytes of a typed array are.
    fn extent(&self, value: &Js) -> Thrown<(*mut u8, usize)> {
        let (mut offset, mut len, mut width, mut total) = (0, 0, 0, 0);
        let context = self.heap.context;
        // SAFETY: all out-pointers are valid for the calls; the values are live.
        let (buffer, start) = unsafe {
            let buffer =
                qjs::JS_GetTypedArrayBuffer(context, value.raw(), &raw mut offset, &raw mut len, &raw mut width);
            let buffer = self.heap.own(buffer)?;
            let start = qjs::JS_GetArrayBuffer(context, &raw mut total, buffer.raw());
            (buffer, start)
        };
        if start.is_null() {
            // Detached, which is an exception, or empty.
            self.heap.clear_exception();
            return Ok((start, 0));
        }
        drop(buffer);
        if offset.checked_add(len).is_none_or(|end| end > total) {
            return Ok((start, 0));
        }
        let (Ok(offset), Ok(len)) = (usize::try_from(offset), usize::try_from(len)) else { return Ok((start, 0)) };
        // SAFETY: the offset is inside the buffer.
        Ok((unsafe { start.add(offset) }, len))
    }
}
