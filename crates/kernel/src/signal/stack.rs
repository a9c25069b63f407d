//! The stack that a guest's signal code runs on.

use gopherix_abi::Errno;

use crate::error::{SysResult, fail};
use crate::memory::{GuestMemory, UserSlice};

/// The stack of an M for signals (`gsignalStack`, sigaltstack(2)). A range of the guest's memory, all of which it may read and
/// write; guests switch to it themselves when they take a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GsignalStack {
    /// Its lowest address.
    pub base: u32,
    /// Its bytes.
    pub size: u32,
}

impl GsignalStack {
    /// Bytes that Go's runtime gives one (`malg(32 * 1024)` in `mpreinit`).
    pub const USUAL: u32 = 32 << 10;
    /// Bytes that one must have (MINSIGSTKSZ).
    pub const LEAST: u32 = 2048;
    /// What stacks are aligned to.
    const ALIGN: u32 = 16;

    /// A stack that was checked. `None` for size 0: the M has none.
    ///
    /// # Errors
    /// ENOMEM below the least size, EINVAL if it is not aligned, EFAULT outside memory.
    pub fn check(mem: &dyn GuestMemory, base: u32, size: u32) -> SysResult<Option<GsignalStack>> {
        if size == 0 {
            return Ok(None);
        }
        if size < GsignalStack::LEAST {
            return fail(Errno::ENOMEM, "a signal stack below MINSIGSTKSZ");
        }
        if !base.is_multiple_of(GsignalStack::ALIGN) || !size.is_multiple_of(GsignalStack::ALIGN) {
            return fail(Errno::EINVAL, "a signal stack that is not aligned");
        }
        mem.check(UserSlice { ptr: base.into(), len: size.into() })?;
        Ok(Some(GsignalStack { base, size }))
    }
}
