//! WASI preview 1 (`wasi_snapshot_preview1`), all of it.
//!
//! Every function takes the thread's context, its memory and the wasm arguments as unsigned numbers; its home gives what
//! comes back to [`answer`], which makes it an `errno` (0 is success) or [`ThreadExit`]. Pointers, lengths, flags and
//! descriptors are hostile: nothing is used before it was checked, and a call that cannot write its result has no effect.
//! [`for_each_wasip1_function!`](crate::for_each_wasip1_function) lists the functions for a home to wrap.
//!
//! Source: the witx of `wasi_snapshot_preview1`. Neighbours: [`Cx`] has the system calls; `gopherix_abi::wasip1` the wire.

mod clock;
mod fd;
mod path;
mod poll;
mod process;
mod sock;

pub use clock::{clock_res_get, clock_time_get};
pub use fd::{
    fd_advise, fd_allocate, fd_close, fd_datasync, fd_fdstat_get, fd_fdstat_set_flags, fd_fdstat_set_rights,
    fd_filestat_get, fd_filestat_set_size, fd_filestat_set_times, fd_pread, fd_prestat_dir_name, fd_prestat_get,
    fd_pwrite, fd_read, fd_readdir, fd_renumber, fd_seek, fd_sync, fd_tell, fd_write,
};
pub use path::{
    path_create_directory, path_filestat_get, path_filestat_set_times, path_link, path_open, path_readlink,
    path_remove_directory, path_rename, path_symlink, path_unlink_file,
};
pub use poll::poll_oneoff;
pub use process::{
    args_get, args_sizes_get, environ_get, environ_sizes_get, proc_exit, proc_raise, random_get, sched_yield,
};
pub use sock::{sock_accept, sock_recv, sock_send, sock_shutdown};

use gopherix_kernel::SysResult;
use gopherix_kernel::task::Cx;

pub use gopherix_abi::wasip1::MODULE;

/// The thread must not run guest code any more: its process has exited or was ended. The home unwinds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadExit;

/// The `errno` number of a result, 0 for success.
///
/// # Errors
/// [`ThreadExit`] if the process' end was decided meanwhile, by this call or from outside.
pub fn answer(cx: &Cx, result: SysResult<()>) -> Result<u16, ThreadExit> {
    if gopherix_kernel::os_wasm::exit_thread(cx) {
        return Err(ThreadExit);
    }
    Ok(match result {
        Ok(()) => 0,
        Err(e) => e.errno.wasi(),
    })
}

/// Calls the macro `$with` with the module's name here and every function of it: `quick` ones answer at once, `waits` ones are async. The
/// parameters are named as in the witx; `u32` is a wasm `i32`, `u64` an `i64`.
#[macro_export]
macro_rules! for_each_wasip1_function {
    ($with:path) => {
        $with! {
            wasip1;
            quick args_get(argv: u32, argv_buf: u32);
            quick args_sizes_get(argc: u32, argv_buf_size: u32);
            quick environ_get(environ: u32, environ_buf: u32);
            quick environ_sizes_get(environc: u32, environ_buf_size: u32);
            quick clock_res_get(id: u32, resolution: u32);
            quick clock_time_get(id: u32, precision: u64, time: u32);
            quick fd_advise(fd: u32, offset: u64, len: u64, advice: u32);
            quick fd_allocate(fd: u32, offset: u64, len: u64);
            quick fd_close(fd: u32);
            quick fd_datasync(fd: u32);
            quick fd_fdstat_get(fd: u32, stat: u32);
            quick fd_fdstat_set_flags(fd: u32, flags: u32);
            quick fd_fdstat_set_rights(fd: u32, rights: u64, inheriting: u64);
            quick fd_filestat_get(fd: u32, buf: u32);
            quick fd_filestat_set_size(fd: u32, size: u64);
            quick fd_filestat_set_times(fd: u32, atim: u64, mtim: u64, fst_flags: u32);
            quick fd_pread(fd: u32, iovs: u32, iovs_len: u32, offset: u64, nread: u32);
            quick fd_prestat_get(fd: u32, buf: u32);
            quick fd_prestat_dir_name(fd: u32, path: u32, path_len: u32);
            quick fd_pwrite(fd: u32, iovs: u32, iovs_len: u32, offset: u64, nwritten: u32);
            waits fd_read(fd: u32, iovs: u32, iovs_len: u32, nread: u32);
            quick fd_readdir(fd: u32, buf: u32, buf_len: u32, cookie: u64, bufused: u32);
            quick fd_renumber(fd: u32, to: u32);
            quick fd_seek(fd: u32, offset: u64, whence: u32, newoffset: u32);
            quick fd_sync(fd: u32);
            quick fd_tell(fd: u32, offset: u32);
            waits fd_write(fd: u32, iovs: u32, iovs_len: u32, nwritten: u32);
            quick path_create_directory(fd: u32, path: u32, path_len: u32);
            quick path_filestat_get(fd: u32, flags: u32, path: u32, path_len: u32, buf: u32);
            quick path_filestat_set_times(fd: u32, flags: u32, path: u32, path_len: u32, atim: u64, mtim: u64, fst_flags: u32);
            quick path_link(old_fd: u32, old_flags: u32, old_path: u32, old_path_len: u32, new_fd: u32, new_path: u32, new_path_len: u32);
            quick path_open(fd: u32, dirflags: u32, path: u32, path_len: u32, oflags: u32, rights: u64, inheriting: u64, fdflags: u32, opened: u32);
            quick path_readlink(fd: u32, path: u32, path_len: u32, buf: u32, buf_len: u32, bufused: u32);
            quick path_remove_directory(fd: u32, path: u32, path_len: u32);
            quick path_rename(fd: u32, old_path: u32, old_path_len: u32, new_fd: u32, new_path: u32, new_path_len: u32);
            quick path_symlink(old_path: u32, old_path_len: u32, fd: u32, new_path: u32, new_path_len: u32);
            quick path_unlink_file(fd: u32, path: u32, path_len: u32);
            waits poll_oneoff(in_: u32, out: u32, nsubscriptions: u32, nevents: u32);
            quick proc_raise(sig: u32);
            waits sched_yield();
            quick random_get(buf: u32, buf_len: u32);
            waits sock_accept(fd: u32, flags: u32, opened: u32);
            waits sock_recv(fd: u32, ri_data: u32, ri_data_len: u32, ri_flags: u32, ro_datalen: u32, ro_flags: u32);
            waits sock_send(fd: u32, si_data: u32, si_data_len: u32, si_flags: u32, so_datalen: u32);
            quick sock_shutdown(fd: u32, how: u32);
        }
    };
}
