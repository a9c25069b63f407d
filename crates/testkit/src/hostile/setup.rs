//! The kernel a hostile guest runs on: what is mounted, and the descriptors its process starts with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use gopherix_abi::{AccessMode, Mode, OpenFlags, Pid, Rights, SockAddr, SockFamily, SockType};
use gopherix_kernel::file::{File, OpenFile};
use gopherix_kernel::fs::devfs::DevFs;
use gopherix_kernel::fs::hostfs::HostFs;
use gopherix_kernel::fs::memfs::{Clock, MemFs};
use gopherix_kernel::fs::overlayfs::OverlayFs;
use gopherix_kernel::fs::procfs::ProcFs;
use gopherix_kernel::ipc::pipe::{PipeReader, PipeWriter, pipe};
use gopherix_kernel::net::{Place, Socket, StreamFile, Ucred};
use gopherix_kernel::platform::Platform;
use gopherix_kernel::task::{FdEntry, Limits, Process};
use gopherix_kernel::testing::TestPlatform;
use gopherix_kernel::vfs::walk::{Start, Tail, walk};
use gopherix_kernel::vfs::{FileSystem, MountFlags, MountTable, OpenHow};
use gopherix_kernel::{Kernel, SysResult};

use super::host::FakeHost;
use super::host_stream::FakeStream;
use super::programs::{Idle, MAGIC};

/// The descriptors a hostile guest starts with.
pub mod fd {
    /// The reading end of a pipe with a few bytes in it.
    pub const PIPE_IN: u32 = 0;
    /// The writing end of a pipe.
    pub const PIPE_OUT: u32 = 1;
    /// A stream of the host.
    pub const STREAM: u32 = 2;
    /// A listener on which three connections wait.
    pub const LISTENER: u32 = 3;
    /// A connected socket.
    pub const SOCKET: u32 = 4;
    /// `/`.
    pub const ROOT: u32 = 5;
    /// `/tmp`, so that absolute links lead out.
    pub const TMP: u32 = 6;
    /// `/tmp` with the rights to open, list and look only, and to give the right to read.
    pub const NARROW: u32 = 7;
    /// `/tmp/file`, for reading and writing.
    pub const FILE: u32 = 8;
    /// `/ro/file`, for reading.
    pub const READ_ONLY: u32 = 9;
    /// `/host`.
    pub const HOST: u32 = 10;
    /// The writing end of a pipe that nobody reads.
    pub const BROKEN_PIPE: u32 = 11;
    /// The master of a pseudo-terminal.
    pub const MASTER: u32 = 12;
    /// Its terminal.
    pub const TERMINAL: u32 = 13;
    /// The first number that is free.
    pub const FREE: u32 = 14;
}

/// What the memfs at `/` may hold, in bytes.
pub(super) const ROOT_QUOTA: u64 = 1 << 18;
/// What the overlay's upper tree may hold, in bytes.
pub(super) const UPPER_QUOTA: u64 = 1 << 16;
/// The largest file a process may write, in bytes.
pub(super) const FILE_SIZE: u64 = 150_000;

/// The limits of every process here.
pub(super) fn limits() -> Limits {
    Limits { open_files: 18, file_size: Some(FILE_SIZE), total_written: Some(20_000), ..Limits::default() }
}

/// A kernel with everything mounted.
pub(super) struct Setup {
    pub(super) home: Arc<TestPlatform>,
    pub(super) kernel: Arc<Kernel>,
    pub(super) programs: Arc<Idle>,
    pub(super) root: Arc<MemFs>,
    pub(super) upper: Arc<MemFs>,
    /// Granted for writing.
    pub(super) host: Arc<FakeHost>,
    /// Granted read-only: one as it is, one below an overlay.
    pub(super) read_only: [Arc<FakeHost>; 2],
}

/// The embedder's ends of the process' pipes.
pub(super) struct Ends {
    pub(super) input: Arc<PipeWriter>,
    pub(super) output: Arc<PipeReader>,
    /// The peers of its connections.
    _peers: Vec<Arc<Socket>>,
}

impl Setup {
    pub(super) fn new(seed: u64) -> SysResult<Setup> {
        let home = TestPlatform::new(1, seed);
        let clock: Clock = {
            let home = home.clone();
            Arc::new(move || home.wall_time())
        };
        let root = Arc::new(MemFs::new(clock.clone(), Some(ROOT_QUOTA)));
        let upper = Arc::new(MemFs::new(clock, Some(UPPER_QUOTA)));
        let host = FakeHost::new(false);
        let read_only = [FakeHost::new(true), FakeHost::new(true)];
        host.furnish();
        read_only.iter().for_each(|host| host.furnish());
        furnish(&root)?;
        let [plain, lower] = &read_only;
        let hostfs = |host: &Arc<FakeHost>, read_only| Arc::new(HostFs::new(host.dir(), read_only, "host".into()));
        let mounts = MountTable::new(root.clone(), MountFlags::empty());
        let devfs = Arc::new(DevFs::new(home.clone()));
        let procfs = Arc::new(ProcFs::new());
        let overlay = Arc::new(OverlayFs::new(hostfs(lower, true), upper.clone()));
        let all: [(&[u8], Arc<dyn FileSystem>); 5] = [
            (b"/dev", devfs.clone()),
            (b"/proc", procfs.clone()),
            (b"/host", hostfs(&host, false)),
            (b"/ro", hostfs(plain, true)),
            (b"/over", overlay),
        ];
        for (point, fs) in all {
            mounts.mount(point, fs, MountFlags::empty())?;
        }
        let kernel = Kernel::boot(home.clone(), mounts, None);
        devfs.set_kernel(&kernel);
        procfs.set_kernel(&kernel);
        let programs = Arc::new(Idle::default());
        programs.serve(&kernel);
        Ok(Setup { home, kernel, programs, root, upper, host, read_only })
    }

    /// All host directories.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &Arc<FakeHost>> {
        std::iter::once(&self.host).chain(&self.read_only)
    }

    /// The descriptors of [`fd`], and the other ends of its pipes.
    pub(super) fn descriptors(&self, process: &Process) -> SysResult<(Vec<FdEntry>, Ends)> {
        let stream = |file: Arc<dyn File>, access| OpenFile::new(file, access, OpenFlags::empty(), None);
        let (stdin, input) = pipe();
        input.write(b"some input")?;
        let (output, stdout) = pipe();
        let (_, broken) = pipe();
        let host = StreamFile::stream(FakeStream::new(b"a stream"));
        let (listener, peers) = self.listener(process.pid, 4)?;
        let socket = listener.accept()?;
        if let Some(peer) = peers.first() {
            peer.send(b"a connection's bytes", None, None)?;
        }
        peers.iter().skip(1).try_for_each(|peer| peer.send(b"hello", None, None).map(drop))?;
        let tmp = open(process, b"/tmp", false)?;
        let narrow = FdEntry {
            rights: Rights::PATH_OPEN | Rights::FD_READDIR | Rights::PATH_FILESTAT_GET,
            inheriting: Rights::FD_READ,
            ..FdEntry::new(tmp.clone())
        };
        let entries = vec![
            FdEntry::new(stream(stdin, AccessMode::ReadOnly)),
            FdEntry::new(stream(stdout, AccessMode::WriteOnly)),
            FdEntry::new(stream(host, AccessMode::ReadWrite)),
            FdEntry::new(stream(listener, AccessMode::ReadOnly)),
            FdEntry::new(stream(socket, AccessMode::ReadWrite)),
            FdEntry::preopened(open(process, b"/", false)?, b"/"),
            FdEntry::preopened(tmp, b"/tmp"),
            narrow,
            FdEntry::new(open(process, b"/tmp/file", true)?),
            FdEntry::new(open(process, b"/ro/file", false)?),
            FdEntry::preopened(open(process, b"/host", false)?, b"/host"),
            FdEntry::new(stream(broken, AccessMode::WriteOnly)),
            FdEntry::new(open(process, b"/dev/ptmx", true)?),
            FdEntry::new(open(process, b"/dev/pts/0", true)?),
        ];
        Ok((entries, Ends { input, output, _peers: peers }))
    }
}

impl Setup {
    /// A listening socket, and those that have connected to it.
    fn listener(&self, pid: Pid, connections: usize) -> SysResult<(Arc<Socket>, Vec<Arc<Socket>>)> {
        let owner = Ucred { pid, uid: 0, gid: 0 };
        let open = || self.kernel.net().open(SockFamily::Inet, SockType::Stream, 0, owner);
        let listener = open()?;
        listener.bind(&Place::Inet(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0)))?;
        listener.listen(16)?;
        let SockAddr::Inet(address) = listener.local()? else { return Ok((listener, Vec::new())) };
        let connect = |_| open().and_then(|socket| socket.connect(&Place::Inet(address)).map(|()| socket));
        let peers = (0..connections).map(connect).collect::<SysResult<_>>()?;
        Ok((listener, peers))
    }
}

/// Files, directories and links in the memfs, some of them traps.
fn furnish(fs: &MemFs) -> SysResult<()> {
    let how = OpenHow { caller: Pid(0), read: true, write: true, truncate: false };
    let root = fs.root();
    let Some(top) = root.as_directory() else { return Ok(()) };
    top.mkdir(b"tmp", Mode(0o755))?;
    top.mkdir(b"etc", Mode(0o755))?;
    let tmp = top.lookup(b"tmp")?.node;
    let Some(tmp) = tmp.as_directory() else { return Ok(()) };
    let (_, file) = tmp.create(b"file", Mode(0o644), how)?;
    file.write_at(b"some bytes in a file", 0)?;
    let (_, program) = tmp.create(b"prog", Mode(0o755), how)?;
    program.write_at(MAGIC, 0)?;
    let (_, script) = tmp.create(b"script", Mode(0o755), how)?;
    script.write_at(b"#!/tmp/prog an argument\n", 0)?;
    tmp.mkdir(b"dir", Mode(0o755))?;
    let links: [(&[u8], &[u8]); 5] =
        [(b"link", b"file"), (b"abs", b"/tmp/file"), (b"loop", b"loop"), (b"up", b"../../.."), (b"sub", b"dir")];
    for (name, target) in links {
        tmp.symlink(name, target)?;
    }
    Ok(())
}

/// Opens the file or directory at an absolute path; if it is gone, what is next above it.
fn open(process: &Process, path: &[u8], write: bool) -> SysResult<Arc<OpenFile>> {
    let start = Start { root: &process.root, base: &process.root, beneath: false, caller: process.pid };
    let place = match walk(start, path, Tail::NoFollow).and_then(|resolved| resolved.existing()) {
        Ok((place, _)) => place,
        // An earlier process of this kernel may have removed it.
        Err(_) => return open(process, b"/", false),
    };
    let directory = place.node().as_directory().is_some();
    let how = OpenHow { caller: process.pid, read: true, write: write && !directory, truncate: false };
    let file = match place.node().open(how) {
        Ok(file) => file,
        Err(e) if path == b"/" => return Err(e),
        Err(_) => return open(process, b"/", false),
    };
    let place = file.node().map_or(place.clone(), |pinned| place.with_node(pinned));
    Ok(OpenFile::new(file, AccessMode::new(how.read, how.write), OpenFlags::empty(), Some(place)))
}
