//! Reading and writing, and what waits for either.

use gopherix_abi::{Errno, Fd, PollEvents, RwFlags};
use gopherix_kernel::SysResult;
use gopherix_kernel::memory::{SliceMemory, UserSlice};
use gopherix_kernel::syscall::PollRequest;

use super::arguments::{Arguments, Bad};
use super::{Outcome, callback_args, object};
use crate::gojs::Gojs;
use crate::gojs::engine::{Caller, Engine, Stop};
use crate::gojs::events::Job;
use crate::gojs::intrinsic::FsOp;
use crate::gojs::js::with_bytes;
use crate::gojs::value::Value;

/// Bytes that are copied for one of the runtime's own writes: a file that takes a little at a time must not have all of them
/// copied each time.
const MOST_AT_ONCE: usize = 65536;

/// A read or write whose file would have waited.
pub(in crate::gojs) struct Waiting<E: Engine> {
    op: FsOp,
    fd: Fd,
    /// The call's arguments; the callback last, once it is known.
    args: Vec<Value<E>>,
    callback: Value<E>,
}

impl<E: Engine> Waiting<E> {
    pub(super) fn with_callback(self, callback: Value<E>) -> Self {
        Waiting { callback, ..self }
    }

    /// What it waits for.
    pub(in crate::gojs) fn request(&self) -> PollRequest {
        request(self.op, self.fd)
    }
}

fn request(op: FsOp, fd: Fd) -> PollRequest {
    PollRequest { fd, events: if op == FsOp::Write { PollEvents::OUT } else { PollEvents::IN } }
}

/// `read` and `write` of (fd, buffer, offset, length, position).
pub(super) fn transfer<E: Engine>(args: &Arguments<'_, E>, caller: &mut dyn Caller<E>) -> Result<Outcome<E>, Bad> {
    let fd = args.fd(0)?;
    let offset = match args.get(2) {
        Value::Undefined | Value::Null => 0,
        _ => u64::from(args.u32(2, "offset")?),
    };
    let length = match args.get(3) {
        Value::Undefined | Value::Null => None,
        _ => Some(u64::from(args.u32(3, "length")?)),
    };
    let position = args.get(4).number().filter(|p| *p >= 0.0).map(object::to_i64);
    let position = position.map(|p| u64::try_from(p).unwrap_or(0));
    let moved = with_bytes(args.gojs, args.get(1), |bytes| {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let len = length.unwrap_or_else(|| size.saturating_sub(offset));
        if offset.checked_add(len).is_none_or(|end| end > size) {
            return Err(Bad::argument("length", "within the buffer"));
        }
        let (_, cx) = caller.split();
        let (mut memory, range) = (SliceMemory(bytes), [UserSlice { ptr: offset, len }]);
        Ok(match args.op {
            FsOp::Write => cx.sys_pwritev2(&mut memory, fd, &range, position, RwFlags::NOWAIT),
            _ => cx.sys_preadv2(&mut memory, fd, &range, position, RwFlags::NOWAIT),
        })
    });
    let moved = moved.ok_or_else(|| Bad::argument("buffer", "an instance of Uint8Array"))??;
    Ok(match moved {
        Err(e) if e.errno == Errno::EAGAIN => {
            let kept = (0..5).map(|at| args.get(at).clone()).collect();
            Outcome::Waits(Waiting { op: args.op, fd, args: kept, callback: Value::Undefined })
        }
        moved => Outcome::Done(args.answer(moved.map(|n| Value::Number(object::length(n))))),
    })
}

impl<E: Engine> Gojs<E> {
    /// Tries every waiting call again, in the order they came. Whether one of them is done.
    pub(in crate::gojs) fn retry_waiting(&self, caller: &mut dyn Caller<E>) -> bool {
        let waiting = self.events.waiting.take();
        let before = waiting.len();
        let mut still = Vec::new();
        for call in waiting {
            // A call must not overtake an earlier one on the same descriptor.
            if still.iter().any(|earlier: &Waiting<E>| earlier.request() == call.request()) {
                still.push(call);
                continue;
            }
            match transfer(&Arguments::new(self, call.op, &call.args), caller) {
                Ok(Outcome::Waits(again)) => still.push(again.with_callback(call.callback)),
                Ok(Outcome::Done(result)) => {
                    self.post(Job { function: call.callback, args: callback_args(call.op, &call.args, result) });
                }
                // The buffer was given away meanwhile, which no argument check of the call itself could see.
                Err(bad) => self.post(Job { function: call.callback, args: vec![bad.thrown(&*self.engine)] }),
            }
        }
        let done = before > still.len();
        self.events.waiting.replace(still);
        done
    }

    /// One write of at most [`MOST_AT_ONCE`] that does not wait: EAGAIN.
    pub(in crate::gojs) fn try_write(&self, caller: &mut dyn Caller<E>, fd: u32, bytes: &[u8]) -> SysResult<usize> {
        let mut bytes = bytes.get(..MOST_AT_ONCE).unwrap_or(bytes).to_vec();
        let range = [UserSlice { ptr: 0, len: u64::try_from(bytes.len()).unwrap_or(u64::MAX) }];
        let (_, cx) = caller.split();
        cx.sys_pwritev2(&mut SliceMemory(&mut bytes), Fd(fd), &range, None, RwFlags::NOWAIT)
    }

    /// Waits until a descriptor takes more.
    pub(in crate::gojs) fn wait_writable(&self, caller: &mut dyn Caller<E>, fd: u32) -> Result<(), Stop> {
        caller.wait(&[request(FsOp::Write, Fd(fd))], None).map_err(|_| Stop)
    }
}
