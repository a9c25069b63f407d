//! Tracing of system calls: one event for each, with decoded arguments.
//!
//! A home or embedder gives a [`TraceSink`] when it boots the kernel. Formatting happens only for families the sink wants.

use std::fmt::Write;

use gopherix_abi::{At, Fd, Pid, Tid};

use crate::error::{SysError, SysResult};
use crate::memory::{GuestMemory, UserSlice};
use crate::table::{Family, SyscallInfo};

/// How many bytes of a buffer or string a trace line shows.
pub const SHOWN_BYTES: usize = 32;

/// One finished system call.
#[derive(Clone, Debug)]
pub struct TraceEvent {
    /// The process.
    pub pid: Pid,
    /// The thread.
    pub tid: Tid,
    /// The call.
    pub call: &'static SyscallInfo,
    /// `name: value` pairs, in order.
    pub args: String,
    /// The result, or the error with its reason.
    pub result: Result<String, SysError>,
    /// When it began: monotonic ns.
    pub began_ns: u64,
    /// How long it took, waiting included, in ns.
    pub took_ns: u64,
}

/// Where trace events go. Called on the guest's thread: be quick.
pub trait TraceSink: Send + Sync {
    /// Whether events of that family are wanted.
    fn wants(&self, family: Family) -> bool;

    /// Takes an event.
    fn event(&self, event: &TraceEvent);
}

/// Which families are traced, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceMask(u32);

impl TraceMask {
    /// What the sink wants.
    #[must_use]
    pub fn of(sink: &dyn TraceSink) -> Self {
        let wanted = Family::ALL.iter().filter(|f| sink.wants(**f));
        TraceMask(wanted.fold(0, |mask, family| mask | family.bit()))
    }

    /// Whether a family is wanted.
    #[must_use]
    pub fn has(self, family: Family) -> bool {
        self.0 & family.bit() != 0
    }
}

/// A value that a trace line can show.
pub trait Show {
    /// Appends it; `mem` is the guest's memory, if the call was given it.
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>);

    /// Appends it as an argument that the call filled with `received` bytes: what lies behind them in a buffer is old.
    fn show_filled(&self, out: &mut String, mem: Option<&dyn GuestMemory>, received: u64) {
        let _ = received;
        self.show(out, mem);
    }

    /// The number of bytes that it, as a result, tells.
    fn byte_count(&self) -> Option<u64> {
        None
    }
}

/// How many bytes a call received into its buffers; `None` for calls that do not receive.
pub(crate) fn received<T: Show>(handler: &str, result: &SysResult<T>) -> Option<u64> {
    let receives = matches!(handler, "sys_read" | "sys_pread" | "sys_preadv2" | "sys_recv" | "sys_recvmsg");
    receives.then(|| result.as_ref().ok().and_then(Show::byte_count).unwrap_or(0))
}

macro_rules! show_by {
    ($format:literal: $($ty:ty),*) => {$(
        impl Show for $ty {
            fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
                let _ = write!(out, $format, self);
            }
        }
    )*};
}

impl Show for usize {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{self}");
    }

    fn byte_count(&self) -> Option<u64> {
        u64::try_from(*self).ok()
    }
}

show_by!("{}": u8, u16, u32, u64, i64, bool, Fd, Pid, gopherix_abi::Tid);
show_by!("{:?}": gopherix_abi::ClockId, gopherix_abi::Whence, gopherix_abi::Advice, gopherix_abi::SetTime);
show_by!("{:?}": gopherix_abi::Signal, gopherix_abi::AccessMode, gopherix_abi::SetWhen);
show_by!("{:?}": gopherix_abi::SockFamily, gopherix_abi::SockType, &[Fd], (Fd, Fd), Vec<core::net::IpAddr>);
show_by!("{:?}": crate::syscall::OptionValue, &crate::syscall::OptionValue);

macro_rules! show_flags {
    ($($ty:ty),*) => {$(
        impl Show for $ty {
            fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
                if self.is_empty() { out.push('0') } else { let _ = bitflags::parser::to_writer(self, &mut *out); }
            }
        }
    )*};
}

show_flags!(gopherix_abi::OpenFlags, gopherix_abi::AtFlags, gopherix_abi::PollEvents, gopherix_abi::SockHow);
show_flags!(gopherix_abi::RwFlags, gopherix_abi::MsgFlags);

impl Show for At {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        match self {
            At::Cwd => out.push_str("AT_FDCWD"),
            At::Dir(fd) => fd.show(out, mem),
        }
    }
}

impl Show for gopherix_abi::Access {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        if self.is_empty() {
            out.push_str("EXISTS")
        } else {
            let _ = bitflags::parser::to_writer(self, &mut *out);
        }
    }
}

impl Show for gopherix_abi::SockAddr {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        use gopherix_abi::{SockAddr, UnixName};
        let _ = match self {
            SockAddr::Unspecified => write!(out, "unspecified"),
            SockAddr::Inet(addr) => write!(out, "{addr}"),
            SockAddr::Unix(UnixName::Unnamed) => write!(out, "unnamed"),
            SockAddr::Unix(UnixName::Path(path)) => write!(out, "\"{}\"", path.escape_ascii()),
            SockAddr::Unix(UnixName::Abstract(name)) => write!(out, "\"@{}\"", name.escape_ascii()),
        };
    }
}

impl Show for &gopherix_abi::SockAddr {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        (**self).show(out, mem);
    }
}

impl Show for crate::syscall::Accepted {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        self.fd.show(out, mem);
        if let Some(peer) = &self.peer {
            out.push_str(" of ");
            peer.show(out, mem);
        }
    }
}

impl Show for crate::syscall::Message {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        self.len.show(out, mem);
        if let Some(from) = &self.from {
            out.push_str(" from ");
            from.show(out, mem);
        }
        if !self.fds.is_empty() {
            let _ = write!(out, ", descriptors {:?}", self.fds);
        }
    }

    fn byte_count(&self) -> Option<u64> {
        u64::try_from(self.len).ok()
    }
}

impl Show for Vec<gopherix_abi::Interface> {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let names: Vec<&str> = self.iter().map(|interface| interface.name.as_str()).collect();
        let _ = write!(out, "{}", names.join(", "));
    }
}

impl Show for Vec<u32> {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{self:?}");
    }
}

impl Show for gopherix_abi::Rights {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{:#x}", self.bits());
    }
}

impl Show for () {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        out.push('0');
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        match self {
            Some(value) => value.show(out, mem),
            None => out.push_str("none"),
        }
    }
}

impl Show for gopherix_abi::Mode {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{:#o}", self.0);
    }
}

impl Show for gopherix_abi::Timespec {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{}.{:09}", self.sec, self.nsec);
    }
}

impl Show for gopherix_abi::Winsize {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{}x{}", self.rows, self.columns);
    }
}

impl Show for gopherix_abi::Termios {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let mut part = |name, flags: &dyn std::fmt::Debug| {
            let _ = write!(out, "{name}{flags:?}, ");
        };
        part("{", &self.input);
        part("", &self.output);
        part("", &self.local);
        let _ = write!(out, "cc \"{}\"}}", self.cc.escape_ascii());
    }
}

impl Show for gopherix_abi::Stat {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{{{:?}, mode {:#o}, size {}, nlink {}}}", self.kind, self.mode.0, self.size, self.nlink);
    }
}

impl Show for &[u8] {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        show_bytes(out, self, self.len() > 256, 256);
    }
}

impl Show for Vec<u8> {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        self.as_slice().show(out, mem);
    }
}

impl Show for UserSlice {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{} bytes at {:#x}", self.len, self.ptr);
    }
}

impl Show for &[UserSlice] {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        self.show_filled(out, mem, u64::MAX);
    }

    fn show_filled(&self, out: &mut String, mem: Option<&dyn GuestMemory>, received: u64) {
        let total: u64 = self.iter().fold(0, |sum, s| sum.saturating_add(s.len));
        let filled = total.min(received);
        if let (Some(first), Some(mem)) = (self.iter().find(|s| s.len > 0 && filled > 0), mem) {
            let len = usize::try_from(first.len.min(filled)).unwrap_or(usize::MAX).min(SHOWN_BYTES);
            let mut head = vec![0; len];
            if mem.read(first.ptr, &mut head).is_ok() {
                show_bytes(out, &head, filled > u64::try_from(len).unwrap_or(0), len);
                out.push_str(", ");
            }
        }
        let _ = write!(out, "{total} bytes");
        if self.len() > 1 {
            let _ = write!(out, " in {}", self.len());
        }
    }
}

fn show_bytes(out: &mut String, bytes: &[u8], more: bool, limit: usize) {
    let _ = write!(out, "\"{}\"", bytes.get(..limit).unwrap_or(bytes).escape_ascii());
    if more {
        out.push('…');
    }
}

/// Builds the argument list of an event.
pub(crate) struct Args<'a> {
    pub(crate) text: String,
    pub(crate) mem: Option<&'a dyn GuestMemory>,
    /// Bytes that the call received into its buffers, if it is one that receives.
    pub(crate) received: Option<u64>,
}

impl Args<'_> {
    pub(crate) fn add(&mut self, name: &str, value: &dyn Show) {
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        let _ = write!(self.text, "{name}: ");
        match self.received {
            Some(received) => value.show_filled(&mut self.text, self.mem, received),
            None => value.show(&mut self.text, self.mem),
        }
    }
}
