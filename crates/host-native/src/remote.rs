//! Reads and writes this process' own memory as another process would: what is not there (yet, or any more) is an answer and no
//! fault, and no reference of ours is ever at odds with what a guest writes.
//!
//! process_vm_readv(2) and process_vm_writev(2) take no lock and allocate nothing, so a signal handler may call them. Key type:
//! [`Linear`], a guest's memory reached in this way.

use std::io::{IoSlice, IoSliceMut};

use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

/// Copies the bytes at `address`; false, with `out` unspecified, unless they are all there.
pub(crate) fn read(address: usize, out: &mut [u8]) -> bool {
    let length = out.len();
    let place = RemoteIoVec { base: address, len: length };
    process_vm_readv(Pid::this(), &mut [IoSliceMut::new(out)], &[place]) == Ok(length)
}

/// The word at `address`.
pub(crate) fn word(address: usize) -> Option<u64> {
    let mut bytes = [0; 8];
    read(address, &mut bytes).then(|| u64::from_le_bytes(bytes))
}

/// The word at `address`, if it could be an address of this process.
pub(crate) fn pointer(address: usize) -> Option<usize> {
    usize::try_from(word(address)?).ok()
}

/// A guest's linear memory of 32 bits, by where it begins in this process. All addresses in it come from the guest, so they are
/// taken below 4 GiB, which the engine reserves.
#[derive(Clone, Copy)]
pub(crate) struct Linear(pub(crate) usize);

impl Linear {
    /// Where the guest's `address` is in this process.
    pub(crate) fn place(self, address: u64) -> Option<usize> {
        self.0.checked_add(usize::try_from(u32::try_from(address).ok()?).ok()?)
    }

    /// The word in a structure's field.
    pub(crate) fn field(self, structure: u64, field: u64) -> Option<u64> {
        word(self.place(structure.checked_add(field)?)?)
    }

    /// Writes a structure's field, if it is there.
    pub(crate) fn put(self, structure: u64, field: u64, bytes: &[u8]) -> Option<()> {
        let place = RemoteIoVec { base: self.place(structure.checked_add(field)?)?, len: bytes.len() };
        process_vm_writev(Pid::this(), &[IoSlice::new(bytes)], &[place]).ok().map(drop)
    }
}
