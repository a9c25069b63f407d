//! `gopherix`, the import module of programs that were built for this kernel: what WASI preview 1 lacks.
//!
//! As in [`wasip1`](crate::wasip1), every function takes the thread's context, its memory and the wasm arguments, and its home
//! gives what comes back to [`answer`](crate::wasip1::answer). All results but the `errno` go through pointers, which are checked
//! before anything happens. Numbers that a call fills in where they told its room (`*_len` of a socket address) are read first.
//! [`for_each_gopherix_function!`](crate::for_each_gopherix_function) lists the functions; [`gopherix_abi::gopherix`] has the wire.

mod file;
mod lifecycle;
mod process;
mod profile;
mod signal;
mod sock;
mod tty;

pub use file::{access, chmod, chown, dup, fchmod, fchown, fstat, mkfifo, pipe, stat, umask};
pub use lifecycle::{
    abi_v1, cputicks, exit_thread, futex_wait, futex_wake, mdestroy, minit, mpreinit, newosproc, osinit, osyield,
    preempt_m, unminit, usleep,
};
pub use process::{
    credentials, exe_path, getpgid, getpid, getppid, getrusage, getsid, pidfd, setpgid, setsid, spawn, wait4,
};
pub use profile::{profile_next, set_process_cpu_profiler, set_thread_cpu_profiler};
pub use signal::{
    clear_signal_handlers, initsig, kill, msigrestore, raise, setitimer, sig_next, sigblock, sigdisable, sigenable,
    sigignore, sigsave,
};
pub use sock::{
    sock_accept, sock_bind, sock_connect, sock_getopt, sock_interfaces, sock_listen, sock_name, sock_open, sock_pair,
    sock_recv, sock_resolve, sock_send, sock_setopt,
};
pub use tty::{tty_get, tty_set};

pub use gopherix_abi::gopherix::MODULE;

/// Calls the macro `$with` with every function of the module, as
/// [`for_each_wasip1_function!`](crate::for_each_wasip1_function) does.
#[macro_export]
macro_rules! for_each_gopherix_function {
    ($with:path) => {
        $with! {
            gopherix;
            quick abi_v1();
            quick osinit(info: u32);
            quick mpreinit(stack_size: u32);
            quick minit(sigstack: u32, sigstack_len: u32, tid: u32);
            quick unminit();
            quick mdestroy(tid: u32);
            quick newosproc(start: u32, tid: u32);
            quick exit_thread(word: u32);
            waits osyield();
            waits usleep(us: u64);
            waits futex_wait(addr: u32, expected: u32, timeout_ns: u64);
            quick futex_wake(addr: u32, count: u32, woken: u32);
            quick preempt_m(tid: u32);
            quick cputicks(ticks: u32);

            quick initsig();
            quick sigenable(sig: u32);
            quick sigdisable(sig: u32);
            quick sigignore(sig: u32);
            quick sigsave(mask: u32);
            quick msigrestore(mask: u64);
            quick sigblock(exiting: u32);
            quick clear_signal_handlers();
            quick sig_next(sig: u32);
            quick kill(pid: u32, sig: u32);
            quick raise(sig: u32);
            quick setitimer(which: u32, interval_ns: u64, value_ns: u64, old: u32);

            quick set_process_cpu_profiler(hz: u32);
            quick set_thread_cpu_profiler(hz: u32);
            quick profile_next(buf: u32, buf_len: u32, used: u32);

            waits spawn(request: u32, request_len: u32, pid: u32);
            waits wait4(pid: u32, options: u32, status: u32, rusage: u32, waited: u32);
            quick pidfd(pid: u32, fd: u32);
            quick getpid(pid: u32);
            quick getppid(pid: u32);
            quick getpgid(pid: u32, pgid: u32);
            quick setpgid(pid: u32, pgid: u32);
            quick getsid(pid: u32, sid: u32);
            quick setsid(sid: u32);
            quick getrusage(who: u32, rusage: u32);
            quick credentials(ids: u32);
            quick exe_path(buf: u32, buf_len: u32, used: u32);

            quick pipe(fds: u32, flags: u32);
            quick dup(fd: u32, min: u32, to: u32);
            quick access(path: u32, path_len: u32, mode: u32, flags: u32);
            quick stat(flags: u32, path: u32, path_len: u32, stat: u32);
            quick fstat(fd: u32, stat: u32);
            quick chmod(path: u32, path_len: u32, mode: u32);
            quick fchmod(fd: u32, mode: u32);
            quick chown(flags: u32, path: u32, path_len: u32, uid: u32, gid: u32);
            quick fchown(fd: u32, uid: u32, gid: u32);
            quick umask(mask: u32, old: u32);
            quick mkfifo(path: u32, path_len: u32, mode: u32);

            quick sock_open(family: u32, kind: u32, protocol: u32, fd: u32);
            quick sock_pair(family: u32, kind: u32, protocol: u32, fds: u32);
            quick sock_bind(fd: u32, addr: u32, addr_len: u32);
            waits sock_connect(fd: u32, addr: u32, addr_len: u32);
            quick sock_listen(fd: u32, backlog: u32);
            waits sock_accept(fd: u32, flags: u32, opened: u32, addr: u32, addr_len: u32);
            quick sock_name(fd: u32, peer: u32, addr: u32, addr_len: u32);
            quick sock_getopt(fd: u32, level: u32, option: u32, value: u32, value_len: u32);
            quick sock_setopt(fd: u32, level: u32, option: u32, value: u32, value_len: u32);
            waits sock_recv(fd: u32, buf: u32, buf_len: u32, control: u32, control_len: u32, flags: u32, out_flags: u32, addr: u32, addr_len: u32, nread: u32);
            waits sock_send(fd: u32, buf: u32, buf_len: u32, control: u32, control_len: u32, flags: u32, addr: u32, addr_len: u32, nwritten: u32);
            waits sock_resolve(name: u32, name_len: u32, family: u32, buf: u32, buf_len: u32, used: u32);
            quick sock_interfaces(buf: u32, buf_len: u32, used: u32);

            quick tty_get(fd: u32, what: u32, buf: u32, buf_len: u32);
            waits tty_set(fd: u32, what: u32, buf: u32, buf_len: u32);
        }
    };
}
