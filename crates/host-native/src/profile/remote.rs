//! Reads this process' own memory as another process would: what is not there is an answer, and no fault.
//!
//! process_vm_readv(2) takes no lock and allocates nothing, so a signal handler may call it.

use std::io::IoSliceMut;

use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

/// Copies the bytes at `address`; false, with `out` unspecified, unless they are all there.
pub(super) fn read(address: usize, out: &mut [u8]) -> bool {
    let length = out.len();
    let place = RemoteIoVec { base: address, len: length };
    process_vm_readv(Pid::this(), &mut [IoSliceMut::new(out)], &[place]) == Ok(length)
}

/// The word at `address`.
pub(super) fn word(address: usize) -> Option<u64> {
    let mut bytes = [0; 8];
    read(address, &mut bytes).then(|| u64::from_le_bytes(bytes))
}

/// The word at `address`, if it could be an address of this process.
pub(super) fn pointer(address: usize) -> Option<usize> {
    usize::try_from(word(address)?).ok()
}
