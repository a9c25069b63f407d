//! System calls as an adapter makes them, where a unit below cannot show what they are about. Linux is the oracle.

#![expect(clippy::as_conversions, reason = "test code may panic")]

mod attributes;
mod children;
mod paths;
mod sockets;
mod waiting;

use std::sync::Arc;

use gopherix_abi::{AccessMode, At, AtFlags, Errno, Fd, Mode, OpenFlags, Pid, Rights, Stat};

use crate::file::{File, OpenFile};
use crate::fs::memfs::{MemFs, Owner};
use crate::fs::tests::{memfs, ticking};
use crate::memory::{SliceMemory, UserSlice};
use crate::sync::Lock;
use crate::table::Family;
use crate::task::{Credentials, Cx, FdEntry, Process, ProcessSpec};
use crate::testing::{Driven, TestPlatform};
use crate::trace::{TraceEvent, TraceSink};
use crate::vfs::{MountFlags, MountTable};
use crate::{Kernel, SysError, os_wasm};

/// Every line of the trace, as `name(args) = result`.
#[derive(Default)]
struct Lines(Lock<Vec<String>>);

impl TraceSink for Lines {
    fn wants(&self, _family: Family) -> bool {
        true
    }

    fn event(&self, event: &TraceEvent) {
        let result = event.result.as_ref().map_or_else(|e| format!("{:?}", e.errno), Clone::clone);
        self.0.lock().push(format!("{}({}) = {result}", event.call.name, event.args));
    }
}

/// A kernel on a memfs of user 1000 with the directory `/d` and a read-only mount of another at `/ro`, and the one thread of
/// its one process.
struct Rig {
    platform: Arc<TestPlatform>,
    kernel: Arc<Kernel>,
    process: Arc<Process>,
    cx: Cx,
    trace: Arc<Lines>,
}

fn rig_of(credentials: Credentials) -> Rig {
    let platform = TestPlatform::new(1, 1);
    let root = Arc::new(MemFs::owned_by(Owner { uid: 1000, gid: 100 }, ticking(), None));
    let mounts = MountTable::new(root, MountFlags::empty());
    let read_only = memfs();
    crate::fs::tests::mounted(read_only.clone()).put("f", b"fixed").unwrap();
    mounts.mount(b"/ro", read_only, MountFlags::READ_ONLY).unwrap();
    let trace = Arc::new(Lines::default());
    let kernel = Kernel::boot(platform.clone(), mounts, Some(trace.clone()));
    let process = kernel.create_process(Pid(0), ProcessSpec { credentials, ..ProcessSpec::default() }).unwrap();
    os_wasm::osinit(&kernel, &process, Vec::new()).unwrap();
    let mut cx = os_wasm::mpreinit(&kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    cx.sys_mkdirat(At::Cwd, b"/d", Mode(0o777)).unwrap();
    Rig { platform, kernel, process, cx, trace }
}

fn rig() -> Rig {
    rig_of(Credentials::default())
}

fn errno<T>(result: Result<T, SysError>) -> Errno {
    result.err().map(|e| e.errno).unwrap()
}

impl Rig {
    fn open_at(&mut self, at: At, path: &str, flags: OpenFlags, mode: u16) -> Result<Fd, Errno> {
        let all = Rights::all();
        let opened = self.cx.sys_openat(at, path.as_bytes(), flags, AccessMode::ReadWrite, Mode(mode), all, all);
        opened.map(|o| o.fd).map_err(|e| e.errno)
    }

    fn create(&mut self, path: &str, mode: u16) -> Fd {
        self.open_at(At::Cwd, path, OpenFlags::CREAT | OpenFlags::EXCL, mode).unwrap()
    }

    /// A directory's descriptor.
    fn dir(&mut self, path: &str) -> Fd {
        let (access, all) = (AccessMode::ReadOnly, Rights::all());
        self.cx.sys_openat(At::Cwd, path.as_bytes(), OpenFlags::DIRECTORY, access, Mode(0), all, all).unwrap().fd
    }

    fn stat(&mut self, path: &str) -> Stat {
        self.cx.sys_fstatat(At::Cwd, path.as_bytes(), AtFlags::SYMLINK_NOFOLLOW).unwrap()
    }

    fn mode(&mut self, path: &str) -> u16 {
        self.stat(path).mode.0
    }

    fn owner(&mut self, path: &str) -> (u32, u32) {
        let stat = self.stat(path);
        (stat.uid, stat.gid)
    }

    fn give(&mut self, file: Arc<dyn File>, access: AccessMode) -> Fd {
        let open = OpenFile::new(file, access, OpenFlags::empty(), None);
        self.process.fds.lock().install(FdEntry::new(open)).unwrap()
    }
}

/// All of a small memory, and it.
fn memory(bytes: &mut [u8]) -> (UserSlice, SliceMemory<'_>) {
    let all = UserSlice { ptr: 0, len: bytes.len() as u64 };
    (all, SliceMemory(bytes))
}
