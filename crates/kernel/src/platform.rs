//! Every trait a home must implement, on one page.
//!
//! A home is what the kernel runs on: the native host, or a browser. The kernel takes time, entropy, scheduling and the
//! outside world through these traits only, so under a test platform it is deterministic. File stems are the same in every
//! home: `clock`, `disk`, `net`, `stdio`, `engine`.
//!
//! All methods may be called from any thread a guest runs on. None may call back into the kernel while it is being called,
//! but for wakers, which may be woken from anywhere.

use std::sync::Arc;

use core::net::{IpAddr, SocketAddr};

use futures::future::BoxFuture;
use gopherix_abi::{
    DirEntry, Errno, Interface, Mode, PollEvents, SetTime, SetWhen, SockFamily, SockHow, SockType, Stat, Termios,
    Timespec, Winsize,
};

use crate::error::SysResult;
use crate::file::File;
use crate::task::Process;

/// Clocks, entropy, processors, and the two services the scheduler asks for.
pub trait Platform: Send + Sync + 'static {
    /// Wall time since the Unix epoch.
    fn wall_time(&self) -> Timespec;

    /// Nanoseconds since an arbitrary origin; never decreases, runs at the rate of time, also while all guests sleep.
    fn monotonic_ns(&self) -> u64;

    /// CPU time of the calling host thread in nanoseconds; the difference of two readings on one thread is what counts.
    fn thread_cpu_ns(&self) -> u64;

    /// The host's cycle counter, or 0 where the platform gives none (`cputicks`).
    fn cycles(&self) -> u64;

    /// Resolution of [`Platform::wall_time`] and [`Platform::monotonic_ns`] in nanoseconds, at least 1.
    fn clock_resolution_ns(&self) -> u64;

    /// Fills `buf` from a cryptographically secure source.
    ///
    /// # Errors
    /// EIO if the host has no entropy.
    fn fill_random(&self, buf: &mut [u8]) -> SysResult<()>;

    /// Processors that guests may run on, at least 1.
    fn cpu_count(&self) -> usize;

    /// Asks that [`Kernel::fire_timers`](crate::Kernel::fire_timers) be called at that monotonic time, not before it and
    /// as soon after it as the host can. A later call replaces an earlier one; `None` cancels.
    fn set_alarm(&self, deadline_ns: Option<u64>);

    /// Guests have begun (`true`) or stopped (`false`) running: the preemption ticker is needed only in between.
    fn set_ticking(&self, on: bool);
}

/// Makes processes of programs: what spawn asks of its home.
pub trait Programs: Send + Sync {
    /// Makes a program of a file. That may take long and holds up no other guest. What was made of the same file may be used
    /// again.
    ///
    /// # Errors
    /// ENOEXEC for what cannot run here; EACCES for a program of the host that was not granted; what reading the file answers.
    fn load(self: Arc<Self>, image: Image) -> BoxFuture<'static, SysResult<Arc<dyn Loaded>>>;
}

/// A file that is to be run.
pub struct Image {
    /// Its name, the last component of its path.
    pub name: Vec<u8>,
    /// The file, open for reading.
    pub file: Arc<dyn File>,
    /// Its attributes: as long as they are the same, so is what it holds.
    pub stat: Stat,
}

/// A program that can be started any number of times.
pub trait Loaded: Send + Sync {
    /// Size of its module in bytes.
    fn module_bytes(&self) -> u64;

    /// Starts it as a process that the kernel has made and given its descriptors; more may be put behind those (`osinit`). A
    /// process whose start fails is undone by the caller.
    ///
    /// # Errors
    /// ENOMEM, EAGAIN, E2BIG as of execve(2).
    fn start(&self, process: &Arc<Process>) -> SysResult<()>;
}

/// A sample of a guest that wants it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestSample {
    /// How often this was seen.
    pub count: u32,
    /// The guest's own name for what ran: of a Go program the address of its `g`, or 0.
    pub context: u64,
    /// The guest's own program counters, the leaf's first: where that was, and where its callers are returned to.
    pub stack: Vec<u64>,
}

/// Where a process that asked to be sampled gets its samples from; a home gives it to the process
/// ([`Process::set_sample_source`](crate::task::Process::set_sample_source)).
pub trait SampleSource: Send + Sync {
    /// The oldest sample that was not taken out yet. Called by the process itself, now and then.
    fn take(&self) -> Option<GuestSample>;
}

/// How a host file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostOpen {
    /// For reading.
    pub read: bool,
    /// For writing.
    pub write: bool,
    /// O_TRUNC.
    pub truncate: bool,
    /// Create it with these very permission bits, whatever the host's umask is, exclusively (O_CREAT | O_EXCL).
    pub create_new: Option<Mode>,
}

/// A directory of the host that was granted, and what is below it.
///
/// `path` arguments are relative: components joined by `/`, none empty, `.` or `..`, the last not followed. The empty path
/// is the directory itself. An implementation must not follow any symbolic link, in no component: it answers ELOOP where one
/// stands before the last component, and the kernel's own path walk goes on from there. It must also hold against
/// concurrent renames on the host.
pub trait HostDir: Send + Sync {
    /// lstat.
    ///
    /// # Errors
    /// As fstatat(2); ELOOP for a link before the last component.
    fn stat(&self, path: &[u8]) -> SysResult<Stat>;

    /// Opens a regular file or device (never a directory: EISDIR when writing, and read handles come from `open_dir`).
    ///
    /// # Errors
    /// As openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS.
    fn open_file(&self, path: &[u8], how: HostOpen) -> SysResult<Arc<dyn HostFile>>;

    /// A handle that stays with the directory when it is renamed.
    ///
    /// # Errors
    /// ENOTDIR and as above.
    fn open_dir(&self, path: &[u8]) -> SysResult<Arc<dyn HostDir>>;

    /// All entries but `.` and `..`, in the host's order.
    ///
    /// # Errors
    /// As getdents(2).
    fn entries(&self, path: &[u8]) -> SysResult<Vec<DirEntry>>;

    /// mkdir(2), with these very permission bits, whatever the host's umask is.
    ///
    /// # Errors
    /// As mkdirat(2).
    fn mkdir(&self, path: &[u8], mode: Mode) -> SysResult<()>;

    /// unlink(2) of what is not a directory.
    ///
    /// # Errors
    /// As unlinkat(2).
    fn unlink(&self, path: &[u8]) -> SysResult<()>;

    /// rmdir(2).
    ///
    /// # Errors
    /// As unlinkat(2) with AT_REMOVEDIR.
    fn rmdir(&self, path: &[u8]) -> SysResult<()>;

    /// rename(2) to `to_path` below `to`, which comes from the same host file system implementation.
    ///
    /// # Errors
    /// As renameat(2); EXDEV if `to` is foreign.
    fn rename(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()>;

    /// link(2) to `to_path` below `to`; a symbolic link is linked, not followed.
    ///
    /// # Errors
    /// As linkat(2); EXDEV if `to` is foreign.
    fn link(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()>;

    /// symlink(2): `path` becomes a link holding `target`, which is not looked at.
    ///
    /// # Errors
    /// As symlinkat(2).
    fn symlink(&self, target: &[u8], path: &[u8]) -> SysResult<()>;

    /// A unix socket's file with these very permission bits, to which nothing of the host is bound (mknod(2) with S_IFSOCK).
    ///
    /// # Errors
    /// As mknodat(2); EPERM where the home has no such files.
    fn mksock(&self, path: &[u8], mode: Mode) -> SysResult<()> {
        let _ = (path, mode);
        crate::error::fail(Errno::EPERM, "this home makes no sockets' files")
    }

    /// readlink(2).
    ///
    /// # Errors
    /// As readlinkat(2).
    fn readlink(&self, path: &[u8]) -> SysResult<Vec<u8>>;

    /// utimensat(2) with AT_SYMLINK_NOFOLLOW.
    ///
    /// # Errors
    /// As utimensat(2).
    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime) -> SysResult<()>;

    /// chmod(2) that follows no link; a symbolic link itself answers ENOTSUP. A home may refuse bits that would give away the
    /// rights of the user it runs as (set-user-id and set-group-id of a file), and whole kinds of files (devices), by EPERM.
    ///
    /// # Errors
    /// As fchmodat(2).
    fn set_mode(&self, path: &[u8], mode: Mode) -> SysResult<()>;

    /// fchownat(2) with AT_SYMLINK_NOFOLLOW; `None` leaves the owner or the group as it is. Devices may be refused by EPERM.
    ///
    /// # Errors
    /// As fchownat(2).
    fn set_owner(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>) -> SysResult<()>;

    /// fsync(2) of the directory.
    ///
    /// # Errors
    /// As fsync(2).
    fn sync(&self) -> SysResult<()>;

    /// For `rename` and `link` to recognise their own kind.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// An open regular file (or device) of the host. Calls may block shortly, as a disk does.
pub trait HostFile: Send + Sync {
    /// fstat(2).
    ///
    /// # Errors
    /// As fstat(2).
    fn stat(&self) -> SysResult<Stat>;

    /// pread(2).
    ///
    /// # Errors
    /// As pread(2).
    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize>;

    /// pwrite(2).
    ///
    /// # Errors
    /// As pwrite(2).
    fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize>;

    /// Writes at the end, atomically against other appends (O_APPEND); returns bytes written and the new end.
    ///
    /// # Errors
    /// As write(2).
    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)>;

    /// ftruncate(2).
    ///
    /// # Errors
    /// As ftruncate(2).
    fn set_len(&self, len: u64) -> SysResult<()>;

    /// posix_fallocate(3).
    ///
    /// # Errors
    /// As fallocate(2).
    fn allocate(&self, offset: u64, len: u64) -> SysResult<()>;

    /// fsync(2), or fdatasync(2) if `data_only`.
    ///
    /// # Errors
    /// As fsync(2).
    fn sync(&self, data_only: bool) -> SysResult<()>;

    /// futimens(3).
    ///
    /// # Errors
    /// As utimensat(2).
    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()>;

    /// fchmod(2), with what [`HostDir::set_mode`] may refuse.
    ///
    /// # Errors
    /// As fchmod(2).
    fn set_mode(&self, mode: Mode) -> SysResult<()>;

    /// fchown(2), as [`HostDir::set_owner`].
    ///
    /// # Errors
    /// As fchown(2).
    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()>;
}

/// A byte stream of the host: its stdin, stdout or stderr, a pipe, a connected socket.
pub trait HostStream: Send + Sync {
    /// Reads what is there.
    ///
    /// # Errors
    /// EAGAIN if that would wait; else as read(2).
    fn read(&self, buf: &mut [u8]) -> SysResult<usize>;

    /// Writes what fits.
    ///
    /// # Errors
    /// EAGAIN if that would wait; else as write(2).
    fn write(&self, buf: &[u8]) -> SysResult<usize>;

    /// What would not wait now.
    fn ready(&self) -> PollEvents;

    /// Ends when `ready` may have changed towards `events`; may end early, never misses a change after the call.
    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()>;

    /// Attributes.
    ///
    /// # Errors
    /// As fstat(2).
    fn stat(&self) -> SysResult<Stat>;

    /// Whether it is a terminal (isatty(3)).
    fn is_terminal(&self) -> bool;

    /// For a home to recognise a stream of its own.
    fn as_any(&self) -> Option<&dyn std::any::Any> {
        None
    }
}

/// A terminal of the host: its driver is the line discipline, so that what is typed, shown and set is what every program of the
/// host's sees. Its signals, and changes of its window, are the home's to pass on to the foreground group.
pub trait HostTerminal: HostStream {
    /// tcgetattr(3).
    ///
    /// # Errors
    /// As tcgetattr(3).
    fn termios(&self) -> SysResult<Termios>;

    /// tcsetattr(3). What it was before must be there again when the home ends, however that happens.
    ///
    /// # Errors
    /// As tcsetattr(3).
    fn set_termios(&self, termios: &Termios, when: SetWhen) -> SysResult<()>;

    /// tcgetwinsize(3).
    ///
    /// # Errors
    /// As tcgetwinsize(3).
    fn window(&self) -> SysResult<Winsize>;
}

/// The host's network. What guests may do there the kernel decides before it asks.
pub trait HostNet: Send + Sync {
    /// A socket that never waits (socket(2)): TCP for streams, UDP for datagrams. An `Inet6` one takes IPv6 only.
    ///
    /// # Errors
    /// EAFNOSUPPORT, EMFILE; else as socket(2).
    fn open(&self, family: SockFamily, kind: SockType) -> SysResult<Arc<dyn HostSocket>>;

    /// The addresses of a name (getaddrinfo(3)), in the host's order of preference.
    fn resolve(&self, name: &str) -> BoxFuture<'static, SysResult<Vec<IpAddr>>>;

    /// All interfaces (getifaddrs(3)).
    ///
    /// # Errors
    /// EIO and what the host answers.
    fn interfaces(&self) -> SysResult<Vec<Interface>>;
}

/// What a host's socket received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostReceived {
    /// Bytes put into the buffer.
    pub n: usize,
    /// Bytes of the datagram, of which the rest is lost; `n` for a stream.
    pub len: usize,
    /// Who sent the datagram.
    pub from: Option<SocketAddr>,
}

/// A TCP or UDP socket of the host.
pub trait HostSocket: Send + Sync {
    /// bind(2). EADDRINUSE, EADDRNOTAVAIL, EACCES.
    ///
    /// # Errors
    /// As bind(2).
    fn bind(&self, addr: SocketAddr) -> SysResult<()>;

    /// listen(2).
    ///
    /// # Errors
    /// As listen(2).
    fn listen(&self, backlog: u32) -> SysResult<()>;

    /// accept(2).
    ///
    /// # Errors
    /// EAGAIN if no connection waits; else as accept(2).
    fn accept(&self) -> SysResult<Arc<dyn HostSocket>>;

    /// connect(2).
    ///
    /// # Errors
    /// EINPROGRESS if it is only begun: `OUT` tells its end, [`HostSocket::take_error`] how it ended.
    fn connect(&self, addr: SocketAddr) -> SysResult<()>;

    /// getsockname(2).
    ///
    /// # Errors
    /// As getsockname(2).
    fn local(&self) -> SysResult<SocketAddr>;

    /// getpeername(2).
    ///
    /// # Errors
    /// ENOTCONN.
    fn peer(&self) -> SysResult<SocketAddr>;

    /// recvmsg(2), with MSG_PEEK if asked.
    ///
    /// # Errors
    /// EAGAIN; else as recv(2).
    fn recv(&self, buf: &mut [u8], peek: bool) -> SysResult<HostReceived>;

    /// sendto(2), without SIGPIPE.
    ///
    /// # Errors
    /// EAGAIN; else as send(2).
    fn send(&self, buf: &[u8], to: Option<SocketAddr>) -> SysResult<usize>;

    /// shutdown(2).
    ///
    /// # Errors
    /// As shutdown(2).
    fn shutdown(&self, how: SockHow) -> SysResult<()>;

    /// setsockopt(2), with Linux's numbers and layouts. The kernel asks for options it knows only.
    ///
    /// # Errors
    /// ENOPROTOOPT where the host has no such option; else as setsockopt(2).
    fn set_option(&self, level: u32, name: u32, value: &[u8]) -> SysResult<()>;

    /// SO_ERROR.
    fn take_error(&self) -> Option<Errno>;

    /// Bytes a read would find.
    fn available(&self) -> u64;

    /// What would not wait now.
    fn ready(&self) -> PollEvents;

    /// As [`HostStream::wait`].
    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()>;
}
