//! THE index of system calls: name, number, handler, support level, note.
//!
//! From this one table come the calls that adapters make (methods of [`Cx`], named as the handlers are), the trace, the
//! profiler's labels, SYSCALLS.md, and the check that every call has a conformance test. A method notes when the call
//! began, runs the handler, and tells the trace; nothing else.

mod info;

pub use self::info::{Family, Support, SyscallInfo, markdown};

use crate::error::SysResult;
use crate::memory::{GuestMemory, UserSlice};
use crate::platform::GuestSample;
use crate::signal::{Itimer, SigSet, TimerKind};
use crate::syscall::{Accepted, Listing, Message, Opened, OptionValue, PollAnswer, PollRequest};
use crate::syscall::{SpawnRequest, Target, WaitFor, Waited, Who};
use crate::syscall::{
    cwd, file, futex, message, netdb, path, perm, pipe, poll, process, profile, random, signal, socket, sockopt, spawn,
    thread, time, tty, vector, wait,
};
use crate::task::{Cx, Rusage};
use crate::trace::{Args, TraceEvent, received};
use core::net::IpAddr;
use gopherix_abi::gopherix::wait::Options as WaitOptions;
use gopherix_abi::{
    Access, AccessMode, Advice, At, AtFlags, ClockId, Fd, Interface, Mode, MsgFlags, OpenFlags, Pid, Rights, RwFlags,
    SetTime, SetWhen, Signal, SockAddr, SockFamily, SockHow, SockType, Stat, Termios, Tid, Timespec, Whence, Winsize,
};

macro_rules! syscalls {
    ($(
        $(#[doc = $doc:literal])*
        $kind:ident $module:ident :: $handler:ident $([$mem:ident])? ( $($arg:ident : $ty:ty),* ) -> $ret:ty,
        $family:ident, $support:ident, $name:literal, $source:literal, [$($import:literal),*], $note:literal;
    )*) => {
        #[allow(non_camel_case_types, reason = "named as the handlers are")]
        #[derive(Clone, Copy)]
        enum Nr { $($handler,)* }

        /// Every system call, by number.
        pub static SYSCALLS: &[SyscallInfo] = &[$(SyscallInfo {
            name: $name,
            #[allow(clippy::as_conversions, reason = "a variant's own number; the lint does not see into every macro")]
            number: Nr::$handler as u16,
            family: Family::$family,
            blocking: syscalls!(@blocking $kind),
            support: Support::$support,
            note: $note,
            source: $source,
            imports: &[$($import),*],
        },)*];

        impl Cx {
            $(syscalls! { @method $kind $module::$handler [$($mem)?] ($($arg: $ty),*) -> $ret, $family, [$(#[doc = $doc])*] })*
        }
    };
    (@blocking waits) => { true };
    (@blocking quick) => { false };
    (@method waits $module:ident :: $handler:ident [$($mem:ident)?] ($($arg:ident : $ty:ty),*) -> $ret:ty, $family:ident, [$($doc:tt)*]) => {
        $($doc)*
        ///
        /// # Errors
        /// See the handler.
        pub async fn $handler(&mut self, $($mem: &mut dyn GuestMemory,)? $($arg: $ty),*) -> SysResult<$ret> {
            let began = self.trace_begin(Family::$family);
            let result = $module::$handler(self, $(&mut *$mem,)? $($arg),*).await;
            if let Some(began) = began {
                syscalls!(@trace self, began, $handler, [$($mem)?], ($($arg),*), result);
            }
            result
        }
    };
    (@method quick $module:ident :: $handler:ident [$($mem:ident)?] ($($arg:ident : $ty:ty),*) -> $ret:ty, $family:ident, [$($doc:tt)*]) => {
        $($doc)*
        ///
        /// # Errors
        /// See the handler.
        pub fn $handler(&mut self, $($mem: &mut dyn GuestMemory,)? $($arg: $ty),*) -> SysResult<$ret> {
            let began = self.trace_begin(Family::$family);
            let result = $module::$handler(self, $(&mut *$mem,)? $($arg),*);
            if let Some(began) = began {
                syscalls!(@trace self, began, $handler, [$($mem)?], ($($arg),*), result);
            }
            result
        }
    };
    (@trace $self:ident, $began:ident, $handler:ident, [$($mem:ident)?], ($($arg:ident),*), $result:ident) => {{
        #[allow(unused_mut, unused_assignments, reason = "calls without memory or arguments")]
        let args = {
            let mut mem: Option<&dyn GuestMemory> = None;
            $(mem = Some(&*$mem);)?
            let received = received(stringify!($handler), &$result);
            let mut args = Args { text: String::new(), mem, received };
            $(args.add(stringify!($arg), &$arg);)*
            args.text
        };
        $self.trace_end(Nr::$handler, $began, args, &$result);
    }};
}

syscalls! {
    /// Reads from a descriptor.
    waits file::sys_read[mem](fd: Fd, bufs: &[UserSlice]) -> usize,
        File, Full, "read", "read(2)", ["fd_read"], "";
    /// Writes to a descriptor.
    waits file::sys_write[mem](fd: Fd, bufs: &[UserSlice]) -> usize,
        File, Full, "write", "write(2)", ["fd_write"], "";
    /// Reads at an offset.
    quick file::sys_pread[mem](fd: Fd, bufs: &[UserSlice], offset: u64) -> usize,
        File, Full, "pread", "pread(2)", ["fd_pread"], "";
    /// Writes at an offset.
    quick file::sys_pwrite[mem](fd: Fd, bufs: &[UserSlice], offset: u64) -> usize,
        File, Full, "pwrite", "pwrite(2)", ["fd_pwrite"], "with O_APPEND it appends, as on Linux; POSIX says the offset counts";
    /// Moves a description's offset.
    quick file::sys_lseek(fd: Fd, offset: i64, whence: Whence) -> u64,
        File, Partial, "lseek", "lseek(2)", ["fd_seek", "fd_tell"], "no SEEK_DATA and SEEK_HOLE";
    /// Brings a file to its medium.
    quick file::sys_fsync(fd: Fd) -> (),
        File, Full, "fsync", "fsync(2)", ["fd_sync"], "";
    /// Brings a file's data to its medium.
    quick file::sys_fdatasync(fd: Fd) -> (),
        File, Full, "fdatasync", "fdatasync(2)", ["fd_datasync"], "";
    /// Makes sure of space in a file.
    quick file::sys_fallocate(fd: Fd, offset: u64, len: u64) -> (),
        File, Partial, "fallocate", "posix_fallocate(3)", ["fd_allocate"], "mode 0 only";
    /// Takes advice on the use of a file.
    quick file::sys_fadvise(fd: Fd, offset: u64, len: u64, advice: Advice) -> (),
        File, Partial, "fadvise", "posix_fadvise(2)", ["fd_advise"], "checked, then not used";
    /// Sets a file's size.
    quick file::sys_ftruncate(fd: Fd, len: u64) -> (),
        File, Full, "ftruncate", "ftruncate(2)", ["fd_filestat_set_size"], "";
    /// Tells a file's attributes.
    quick file::sys_fstat(fd: Fd) -> Stat,
        File, Full, "fstat", "fstat(2)", ["fd_filestat_get", "gopherix.fstat"], "";
    /// Sets a file's times.
    quick file::sys_futimens(fd: Fd, atime: SetTime, mtime: SetTime) -> (),
        File, Full, "futimens", "utimensat(2)", ["fd_filestat_set_times"], "";
    /// Sets a description's status flags.
    quick file::sys_fcntl_setfl(fd: Fd, flags: OpenFlags) -> (),
        File, Partial, "fcntl", "fcntl(2)", ["fd_fdstat_set_flags", "fd_fdstat_get"], "F_GETFL and F_SETFL";
    /// Makes a descriptor stand for what another stands for.
    quick file::sys_dup2(from: Fd, to: Fd) -> Fd,
        File, Full, "dup2", "dup(2)", ["fd_renumber"], "";
    /// Makes another descriptor for what one stands for, at the lowest free number from `min` on.
    quick file::sys_dupfd(fd: Fd, min: Fd, cloexec: bool) -> Fd,
        File, Full, "dup", "fcntl(2)", ["gopherix.dup"], "";
    /// Makes a pipe: the descriptor to read, the one to write.
    quick pipe::sys_pipe2(flags: OpenFlags) -> [Fd; 2],
        File, Partial, "pipe2", "pipe(2)", ["gopherix.pipe"], "no O_DIRECT";
    /// Closes a descriptor.
    quick file::sys_close(fd: Fd) -> (),
        File, Full, "close", "close(2)", ["fd_close", "fd_renumber"], "";
    /// Lists a directory.
    quick file::sys_getdents(fd: Fd, cookie: u64) -> Listing,
        File, Partial, "getdents", "getdents(2)", ["fd_readdir"],
        "a listing is a snapshot taken when it starts; cookies stay valid until it is started anew";
    /// Tells what may be done with a descriptor.
    quick file::sys_cap_rights_get(fd: Fd) -> (Rights, Rights),
        File, Full, "cap_rights_get", "cap_rights_get(3)", ["fd_fdstat_get"], "";
    /// Takes away what may be done with a descriptor.
    quick file::sys_cap_rights_limit(fd: Fd, rights: Rights, inheriting: Rights) -> (),
        File, Full, "cap_rights_limit", "cap_rights_limit(2)", ["fd_fdstat_set_rights"], "";

    /// Reads without waiting.
    quick vector::sys_preadv2[mem](fd: Fd, bufs: &[UserSlice], offset: Option<u64>, flags: RwFlags) -> usize,
        File, Partial, "preadv2", "preadv2(2)", [], "never waits: without RWF_NOWAIT, ENOTSUP where it would have to";
    /// Writes without waiting.
    quick vector::sys_pwritev2[mem](fd: Fd, bufs: &[UserSlice], offset: Option<u64>, flags: RwFlags) -> usize,
        File, Partial, "pwritev2", "preadv2(2)", [], "as preadv2";
    /// Sets a file's permission bits.
    quick perm::sys_fchmod(fd: Fd, mode: Mode) -> (),
        File, Partial, "fchmod", "fchmod(2)", ["gopherix.fchmod"], "EPERM for pipes, sockets, devices";
    /// Sets a file's owner and group.
    quick perm::sys_fchown(fd: Fd, uid: Option<u32>, gid: Option<u32>) -> (),
        File, Partial, "fchown", "fchown(2)", ["gopherix.fchown"], "EPERM for pipes, sockets, devices";

    /// Opens a file.
    quick path::sys_openat(at: At, path: &[u8], flags: OpenFlags, access: AccessMode, mode: Mode, rights: Rights, inheriting: Rights) -> Opened,
        Path, Partial, "openat", "openat(2)", ["path_open"], "RESOLVE_BENEATH (openat2(2)) from a descriptor, as WASI demands";
    /// Creates a directory.
    quick path::sys_mkdirat(at: At, path: &[u8], mode: Mode) -> (),
        Path, Full, "mkdirat", "mkdir(2)", ["path_create_directory"], "";
    /// Creates a fifo.
    quick path::sys_mkfifoat(at: At, path: &[u8], mode: Mode) -> (),
        Path, Partial, "mkfifoat", "mkfifo(3)", ["gopherix.mkfifo"], "in memory only; to open one never waits, the first read or write does";
    /// Removes a name.
    quick path::sys_unlinkat(at: At, path: &[u8], flags: AtFlags) -> (),
        Path, Full, "unlinkat", "unlink(2)", ["path_unlink_file", "path_remove_directory"], "";
    /// Moves a name.
    quick path::sys_renameat(at: At, path: &[u8], to_at: At, to_path: &[u8]) -> (),
        Path, Full, "renameat", "rename(2)", ["path_rename"], "";
    /// Makes another name for a file.
    quick path::sys_linkat(at: At, path: &[u8], to_at: At, to_path: &[u8], flags: AtFlags) -> (),
        Path, Full, "linkat", "link(2)", ["path_link"], "";
    /// Creates a symbolic link.
    quick path::sys_symlinkat(target: &[u8], at: At, path: &[u8]) -> (),
        Path, Full, "symlinkat", "symlink(2)", ["path_symlink"], "";
    /// Reads a symbolic link.
    quick path::sys_readlinkat(at: At, path: &[u8]) -> Vec<u8>,
        Path, Full, "readlinkat", "readlink(2)", ["path_readlink"], "";
    /// Tells the attributes of a named file.
    quick path::sys_fstatat(at: At, path: &[u8], flags: AtFlags) -> Stat,
        Path, Full, "fstatat", "fstatat(2)", ["path_filestat_get", "gopherix.stat"], "";
    /// Sets the times of a named file.
    quick path::sys_utimensat(at: At, path: &[u8], atime: SetTime, mtime: SetTime, flags: AtFlags) -> (),
        Path, Full, "utimensat", "utimensat(2)", ["path_filestat_set_times"], "";

    /// Sets the permission bits of a named file.
    quick perm::sys_fchmodat(at: At, path: &[u8], mode: Mode, flags: AtFlags) -> (),
        Path, Partial, "fchmodat", "fchmodat(2)", ["gopherix.chmod"], "EPERM for devices; no set-user-id and set-group-id files on a host";
    /// Sets owner and group of a named file.
    quick perm::sys_fchownat(at: At, path: &[u8], uid: Option<u32>, gid: Option<u32>, flags: AtFlags) -> (),
        Path, Partial, "fchownat", "fchownat(2)", ["gopherix.chown"], "EPERM for devices";
    /// Sets the size of a named file.
    quick path::sys_truncate(path: &[u8], len: u64) -> (),
        Path, Full, "truncate", "truncate(2)", [], "";
    /// Tells what may be done with a named file.
    quick perm::sys_faccessat(at: At, path: &[u8], access: Access, flags: AtFlags) -> (),
        Path, Partial, "faccessat", "faccessat(2)", ["gopherix.access"], "by mode bits, also where a host has access control lists";
    /// Sets the working directory.
    quick cwd::sys_chdir(path: &[u8]) -> (),
        Path, Full, "chdir", "chdir(2)", [], "";
    /// Sets the working directory by a descriptor.
    quick cwd::sys_fchdir(fd: Fd) -> (),
        Path, Full, "fchdir", "fchdir(2)", [], "";
    /// Tells the working directory.
    quick cwd::sys_getcwd() -> Vec<u8>,
        Path, Partial, "getcwd", "getcwd(3)", [], "the names it was reached by, also when one was changed since";

    /// Waits for readiness.
    waits poll::sys_poll(requests: &[PollRequest], deadline_ns: Option<u64>) -> Vec<PollAnswer>,
        Poll, Full, "poll", "poll(2)", ["poll_oneoff"], "";

    /// Ends the process.
    quick process::sys_exit(code: u32) -> (),
        Process, Full, "exit", "_exit(2)", ["proc_exit"], "";
    /// Hands out the arguments.
    quick process::sys_args_get() -> Vec<Vec<u8>>,
        Process, Full, "args_get", "WASI preview 1", ["args_get", "args_sizes_get"], "";
    /// Hands out the environment.
    quick process::sys_environ_get() -> Vec<Vec<u8>>,
        Process, Full, "environ_get", "WASI preview 1", ["environ_get", "environ_sizes_get"], "";
    /// Lets others run.
    waits process::sys_sched_yield() -> (),
        Process, Full, "sched_yield", "sched_yield(2)", ["sched_yield", "gopherix.osyield"], "";

    /// Sets the permission bits that new files do not get.
    quick process::sys_umask(mask: Mode) -> Mode,
        Process, Full, "umask", "umask(2)", ["gopherix.umask"], "";
    /// Tells the process' id.
    quick process::sys_getpid() -> Pid,
        Process, Full, "getpid", "getpid(2)", ["gopherix.getpid"], "";
    /// Tells the parent's id.
    quick process::sys_getppid() -> Pid,
        Process, Full, "getppid", "getpid(2)", ["gopherix.getppid"], "";
    /// Starts a program.
    waits spawn::sys_spawn(request: &SpawnRequest) -> Pid,
        Process, Partial, "spawn", "posix_spawn(3)", ["gopherix.spawn"], "fork(2) and execve(2) in one; inherits the named descriptors only";
    /// Waits for children.
    waits wait::sys_wait4(who: WaitFor, options: WaitOptions) -> Option<Waited>,
        Process, Full, "wait4", "wait4(2)", ["gopherix.wait4"], "";
    /// Opens a process.
    quick wait::sys_pidfd_open(pid: Pid) -> Fd,
        Process, Full, "pidfd_open", "pidfd_open(2)", ["gopherix.pidfd"], "";
    /// Tells what was used.
    quick wait::sys_getrusage(who: Who) -> Rusage,
        Process, Partial, "getrusage", "getrusage(2)", ["gopherix.getrusage"], "processor time is all user time; no page faults, no block counts";
    /// Tells a process' group.
    quick process::sys_getpgid(pid: Pid) -> Pid,
        Process, Full, "getpgid", "setpgid(2)", ["gopherix.getpgid"], "";
    /// Sets a process' group.
    quick process::sys_setpgid(pid: Pid, pgid: Pid) -> (),
        Process, Full, "setpgid", "setpgid(2)", ["gopherix.setpgid"], "";
    /// Tells a process' session.
    quick process::sys_getsid(pid: Pid) -> Pid,
        Process, Full, "getsid", "getsid(2)", ["gopherix.getsid"], "";
    /// Leads a new session.
    quick process::sys_setsid() -> Pid,
        Process, Full, "setsid", "setsid(2)", ["gopherix.setsid"], "";
    /// Tells the path of the program.
    quick process::sys_exe_path() -> Vec<u8>,
        Process, Full, "exe_path", "proc_pid_exe(5)", ["gopherix.exe_path"], "";
    /// Tells the user.
    quick process::sys_getuid() -> u32,
        Process, Full, "getuid", "getuid(2)", ["gopherix.credentials"], "";
    /// Tells the effective user.
    quick process::sys_geteuid() -> u32,
        Process, Full, "geteuid", "getuid(2)", ["gopherix.credentials"], "";
    /// Tells the group.
    quick process::sys_getgid() -> u32,
        Process, Full, "getgid", "getgid(2)", ["gopherix.credentials"], "";
    /// Tells the effective group.
    quick process::sys_getegid() -> u32,
        Process, Full, "getegid", "getgid(2)", ["gopherix.credentials"], "";
    /// Tells the supplementary groups.
    quick process::sys_getgroups() -> Vec<u32>,
        Process, Full, "getgroups", "getgroups(2)", [], "";

    /// Whether a thread could be had.
    quick thread::sys_mpreinit(stack_size: u32) -> (),
        Process, Full, "mpreinit", "runtime/os_wasm.go", ["gopherix.mpreinit"], "";
    /// A thread's signal stack is in place.
    quick thread::sys_minit[mem](base: u32, size: u32) -> Tid,
        Process, Full, "minit", "runtime/os_wasm.go", ["gopherix.minit"], "";
    /// Undoes minit.
    quick thread::sys_unminit() -> (),
        Process, Full, "unminit", "runtime/os_wasm.go", ["gopherix.unminit"], "";
    /// Frees what a thread had.
    quick thread::sys_mdestroy(tid: Tid) -> (),
        Process, Partial, "mdestroy", "runtime/os_wasm.go", ["gopherix.mdestroy"], "no thread but the first, which ends with the process";
    /// Starts a thread.
    quick thread::sys_newosproc(start: u32) -> Tid,
        Process, Partial, "newosproc", "runtime/os_wasm.go", ["gopherix.newosproc"], "ENOTSUP: programs have a memory of their own, which no second thread can share";
    /// Ends the thread.
    quick thread::sys_exit_thread[mem](word: u32) -> (),
        Process, Full, "exit_thread", "runtime/os_wasm.go", ["gopherix.exit_thread"], "";
    /// Has a thread's goroutine give way.
    quick thread::sys_preempt_m(tid: Tid) -> (),
        Process, Full, "preempt_m", "runtime/os_wasm.go", ["gopherix.preempt_m"], "";
    /// Starts or ends sampling of the process.
    quick profile::sys_set_process_cpu_profiler(hz: u32) -> (),
        Process, Full, "set_process_cpu_profiler", "runtime/os_wasm.go", ["gopherix.set_process_cpu_profiler"], "";
    /// Sets how often a thread is sampled.
    quick profile::sys_set_thread_cpu_profiler(hz: u32) -> u32,
        Process, Full, "set_thread_cpu_profiler", "runtime/os_wasm.go", ["gopherix.set_thread_cpu_profiler"], "";
    /// Takes a sample of the process itself.
    quick profile::sys_profile_next(room: usize) -> GuestSample,
        Process, Full, "profile_next", "runtime/cpuprof.go", ["gopherix.profile_next"], "";
    /// Waits for a word of memory to be woken.
    waits futex::sys_futex_wait[mem](addr: u64, expected: u32, deadline_ns: Option<u64>) -> (),
        Process, Partial, "futex_wait", "futex(2)", ["gopherix.futex_wait"], "within a process";
    /// Wakes threads that wait for a word of memory.
    quick futex::sys_futex_wake[mem](addr: u64, count: u32) -> u32,
        Process, Partial, "futex_wake", "futex(2)", ["gopherix.futex_wake"], "within a process";

    /// Sends the process a signal.
    quick signal::sys_raise(signal: Signal) -> (),
        Signal, Full, "raise", "raise(3)", ["proc_raise", "gopherix.raise"], "";
    /// Sends a signal.
    quick signal::sys_kill(target: Target, signal: Option<Signal>) -> (),
        Signal, Partial, "kill", "kill(2)", ["gopherix.kill"], "-1 is everybody of the same init";
    /// Makes the runtime's handlers known.
    quick signal::sys_initsig() -> (),
        Signal, Full, "initsig", "Go: runtime.initsig", ["gopherix.initsig"], "";
    /// Has a signal delivered.
    quick signal::sys_sigenable(signal: Signal) -> (),
        Signal, Full, "sigenable", "Go: runtime.sigenable", ["gopherix.sigenable"], "";
    /// Has a signal do what it did at the start.
    quick signal::sys_sigdisable(signal: Signal) -> (),
        Signal, Full, "sigdisable", "Go: runtime.sigdisable", ["gopherix.sigdisable"], "";
    /// Ignores a signal.
    quick signal::sys_sigignore(signal: Signal) -> (),
        Signal, Full, "sigignore", "Go: runtime.sigignore", ["gopherix.sigignore"], "";
    /// Tells what the thread blocks.
    quick signal::sys_sigsave() -> SigSet,
        Signal, Full, "sigsave", "sigprocmask(2)", ["gopherix.sigsave"], "";
    /// Sets what the thread blocks.
    quick signal::sys_msigrestore(mask: SigSet) -> (),
        Signal, Full, "msigrestore", "sigprocmask(2)", ["gopherix.msigrestore"], "";
    /// Blocks everything.
    quick signal::sys_sigblock() -> (),
        Signal, Full, "sigblock", "sigprocmask(2)", ["gopherix.sigblock"], "";
    /// Has handled signals do their default.
    quick signal::sys_clear_signal_handlers() -> (),
        Signal, Full, "clear_signal_handlers", "Go: runtime.clearSignalHandlers", ["gopherix.clear_signal_handlers"], "";
    /// Takes a signal.
    quick signal::sys_sig_next() -> Option<Signal>,
        Signal, Full, "sig_next", "sigwaitinfo(2)", ["gopherix.sig_next"], "never waits; a wait ends with EINTR where there is one to take";
    /// Sets an interval timer.
    quick signal::sys_setitimer(kind: TimerKind, timer: Itimer) -> Itimer,
        Signal, Partial, "setitimer", "setitimer(2)", ["gopherix.setitimer"], "ITIMER_VIRTUAL runs as ITIMER_PROF does: all processor time is user time";

    /// Tells the time.
    quick time::sys_clock_gettime(clock: ClockId) -> Timespec,
        Time, Full, "clock_gettime", "clock_gettime(2)", ["clock_time_get"], "";
    /// Tells a clock's resolution.
    quick time::sys_clock_getres(clock: ClockId) -> Timespec,
        Time, Full, "clock_getres", "clock_getres(2)", ["clock_res_get"], "";
    /// Sleeps until a monotonic time.
    waits time::sys_nanosleep(deadline_ns: u64) -> (),
        Time, Full, "nanosleep", "clock_nanosleep(2)", ["poll_oneoff", "gopherix.usleep"], "";

    /// Gives random bytes.
    quick random::sys_getrandom[mem](buf: UserSlice) -> (),
        Random, Full, "getrandom", "getrandom(2)", ["random_get"], "";

    /// Makes a socket.
    quick socket::sys_socket(family: SockFamily, kind: SockType, protocol: u32, flags: OpenFlags) -> Fd,
        Socket, Partial, "socket", "socket(2)", [], "TCP, UDP and unix sockets";
    /// Makes two sockets that are connected.
    quick socket::sys_socketpair(family: SockFamily, kind: SockType, protocol: u32, flags: OpenFlags) -> (Fd, Fd),
        Socket, Full, "socketpair", "socketpair(2)", [], "";
    /// Gives a socket an address.
    quick socket::sys_bind(fd: Fd, addr: &SockAddr) -> (),
        Socket, Full, "bind", "bind(2)", [], "";
    /// Connects a socket.
    waits socket::sys_connect(fd: Fd, addr: &SockAddr) -> (),
        Socket, Full, "connect", "connect(2)", [], "within the kernel TCP answers at once also with O_NONBLOCK, unless the queue is full";
    /// Makes a socket wait for connections.
    quick socket::sys_listen(fd: Fd, backlog: u32) -> (),
        Socket, Full, "listen", "listen(2)", [], "";
    /// Takes a connection.
    waits socket::sys_accept(fd: Fd, flags: OpenFlags) -> Accepted,
        Socket, Full, "accept", "accept4(2)", ["sock_accept"], "";
    /// Tells a socket's address.
    quick socket::sys_getsockname(fd: Fd) -> SockAddr,
        Socket, Full, "getsockname", "getsockname(2)", [], "";
    /// Tells the address a socket is connected to.
    quick socket::sys_getpeername(fd: Fd) -> SockAddr,
        Socket, Full, "getpeername", "getpeername(2)", [], "";
    /// Tells a socket's option.
    quick sockopt::sys_getsockopt(fd: Fd, level: u32, name: u32) -> OptionValue,
        Socket, Partial, "getsockopt", "getsockopt(2)", [], "those of the table in net/options.rs";
    /// Sets a socket's option.
    quick sockopt::sys_setsockopt(fd: Fd, level: u32, name: u32, value: &OptionValue) -> (),
        Socket, Partial, "setsockopt", "setsockopt(2)", [], "those of the table in net/options.rs";
    /// Receives a message, and descriptors with it.
    waits message::sys_recvmsg[mem](fd: Fd, bufs: &[UserSlice], fds: usize, flags: MsgFlags) -> Message,
        Socket, Partial, "recvmsg", "recvmsg(2)", [], "no out-of-band data; of control data SCM_RIGHTS";
    /// Sends a message, and descriptors with it.
    waits message::sys_sendmsg[mem](fd: Fd, bufs: &[UserSlice], to: Option<&SockAddr>, fds: &[Fd], flags: MsgFlags) -> usize,
        Socket, Partial, "sendmsg", "sendmsg(2)", [], "as recvmsg";
    /// Receives.
    waits message::sys_recv[mem](fd: Fd, bufs: &[UserSlice], flags: MsgFlags) -> Message,
        Socket, Full, "recv", "recv(2)", ["sock_recv"], "";
    /// Sends.
    waits message::sys_send[mem](fd: Fd, bufs: &[UserSlice]) -> usize,
        Socket, Partial, "send", "send(2)", ["sock_send"], "no flags; sendmsg has them";
    /// Finds the addresses of a name.
    waits netdb::sys_getaddrinfo(name: &[u8], family: Option<SockFamily>) -> Vec<IpAddr>,
        Socket, Partial, "getaddrinfo", "getaddrinfo(3)", [], "addresses only; no services";
    /// Tells the network's interfaces.
    quick netdb::sys_getifaddrs() -> Vec<Interface>,
        Socket, Full, "getifaddrs", "getifaddrs(3)", [], "the host's where --net rules let guests use them";
    /// Ends halves of a connection.
    quick socket::sys_shutdown(fd: Fd, how: SockHow) -> (),
        Socket, Full, "shutdown", "shutdown(2)", ["sock_shutdown"], "";

    /// Tells a terminal's settings.
    quick tty::sys_tcgetattr(fd: Fd) -> Termios,
        Tty, Full, "tcgetattr", "tcgetattr(3)", [], "";
    /// Changes a terminal's settings.
    waits tty::sys_tcsetattr(fd: Fd, when: SetWhen, termios: Termios) -> (),
        Tty, Partial, "tcsetattr", "tcsetattr(3)", [], "what concerns a serial line is kept and means nothing";
    /// Tells the size of a terminal's window.
    quick tty::sys_tcgetwinsize(fd: Fd) -> Winsize,
        Tty, Full, "tcgetwinsize", "TIOCGWINSZ(2const)", [], "";
    /// Sets the size of a terminal's window.
    quick tty::sys_tcsetwinsize(fd: Fd, window: Winsize) -> (),
        Tty, Partial, "tcsetwinsize", "TIOCSWINSZ(2const)", [], "EPERM for the host's terminal";
    /// Tells the foreground group of a terminal.
    quick tty::sys_tcgetpgrp(fd: Fd) -> Pid,
        Tty, Full, "tcgetpgrp", "tcgetpgrp(3)", [], "";
    /// Sets the foreground group of a terminal.
    waits tty::sys_tcsetpgrp(fd: Fd, pgid: Pid) -> (),
        Tty, Full, "tcsetpgrp", "tcsetpgrp(3)", [], "";
    /// Tells the session of a terminal.
    quick tty::sys_tcgetsid(fd: Fd) -> Pid,
        Tty, Full, "tcgetsid", "tcgetsid(3)", [], "";
    /// Makes a terminal the controlling one.
    quick tty::sys_tiocsctty(fd: Fd) -> (),
        Tty, Partial, "tiocsctty", "TIOCSCTTY(2const)", [],
        "no terminal is taken from another session; opening one never makes it the controlling one";
    /// Tells which terminal a master leads to.
    quick tty::sys_ptsname(fd: Fd) -> u32,
        Tty, Partial, "ptsname", "ptsname(3)", [], "the number; the terminal is not locked at first";
}

impl Cx {
    #[inline]
    fn trace_begin(&mut self, family: Family) -> Option<u64> {
        if self.trace.has(family) { Some(self.kernel.platform().monotonic_ns()) } else { None }
    }

    #[cold]
    fn trace_end<T: crate::trace::Show>(&mut self, nr: Nr, began_ns: u64, args: String, result: &SysResult<T>) {
        #[expect(clippy::as_conversions, reason = "a variant's own number")]
        let number = nr as usize;
        let (Some(sink), Some(call)) = (self.kernel.trace(), SYSCALLS.get(number)) else { return };
        let result = match result {
            Ok(value) => {
                let mut text = String::new();
                value.show(&mut text, None);
                Ok(text)
            }
            Err(e) => Err(*e),
        };
        let took_ns = self.kernel.platform().monotonic_ns().saturating_sub(began_ns);
        sink.event(&TraceEvent { pid: self.process.pid, tid: self.m.tid, call, args, result, began_ns, took_ns });
    }
}
