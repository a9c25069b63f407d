//! Entropy: getrandom(2).

use crate::error::SysResult;
use crate::memory::{GuestMemory, MAX_RW, UserSlice};
use crate::task::Cx;

/// getrandom(2). Fills all of the buffer.
pub(crate) fn sys_getrandom(cx: &mut Cx, mem: &mut dyn GuestMemory, buf: UserSlice) -> SysResult<()> {
    mem.check(buf)?;
    let (mut ptr, mut left) = (buf.ptr, usize::try_from(buf.len).unwrap_or(usize::MAX));
    while left > 0 {
        let len = left.min(MAX_RW);
        let mut bytes = vec![0; len];
        cx.kernel.platform().fill_random(&mut bytes)?;
        mem.write(ptr, &bytes)?;
        ptr = ptr.saturating_add(u64::try_from(len).unwrap_or(0));
        left = left.saturating_sub(len);
    }
    Ok(())
}
