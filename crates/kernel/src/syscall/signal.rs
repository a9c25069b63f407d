//! Signals: raise(3).

use gopherix_abi::Signal;

use crate::error::SysResult;
use crate::task::Cx;

/// raise(3): the default action, unless the signal is ignored. ENOTSUP for signals that stop.
pub(crate) fn sys_raise(cx: &mut Cx, signal: Signal) -> SysResult<()> {
    cx.process.kill(signal)
}
