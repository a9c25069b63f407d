package sys

import "unsafe"

// The functions of wasi_snapshot_preview1. Pointers are i32 addresses; results are WASI error numbers.
// Source: https://github.com/WebAssembly/WASI/blob/snapshot-01/phases/snapshot/docs.md

//go:wasmimport wasi_snapshot_preview1 fd_read
//go:noescape
func fd_read(fd int32, iovs unsafe.Pointer, n uint32, out *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_write
//go:noescape
func fd_write(fd int32, iovs unsafe.Pointer, n uint32, out *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_pread
//go:noescape
func fd_pread(fd int32, iovs unsafe.Pointer, n uint32, off uint64, out *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_pwrite
//go:noescape
func fd_pwrite(fd int32, iovs unsafe.Pointer, n uint32, off uint64, out *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_seek
//go:noescape
func fd_seek(fd int32, off int64, whence uint32, out *uint64) uint32

//go:wasmimport wasi_snapshot_preview1 fd_tell
//go:noescape
func fd_tell(fd int32, out *uint64) uint32

//go:wasmimport wasi_snapshot_preview1 fd_sync
func fd_sync(fd int32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_datasync
func fd_datasync(fd int32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_allocate
func fd_allocate(fd int32, off, length uint64) uint32

//go:wasmimport wasi_snapshot_preview1 fd_advise
func fd_advise(fd int32, off, length uint64, advice uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_filestat_set_size
func fd_filestat_set_size(fd int32, size uint64) uint32

//go:wasmimport wasi_snapshot_preview1 fd_filestat_get
//go:noescape
func fd_filestat_get(fd int32, out unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 fd_filestat_set_times
func fd_filestat_set_times(fd int32, atim, mtim uint64, flags uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_fdstat_get
//go:noescape
func fd_fdstat_get(fd int32, out unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 fd_fdstat_set_flags
func fd_fdstat_set_flags(fd int32, flags uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_fdstat_set_rights
func fd_fdstat_set_rights(fd int32, base, inheriting uint64) uint32

//go:wasmimport wasi_snapshot_preview1 fd_renumber
func fd_renumber(from, to int32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_close
func fd_close(fd int32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_readdir
//go:noescape
func fd_readdir(fd int32, buf unsafe.Pointer, n uint32, cookie uint64, out *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 fd_prestat_get
//go:noescape
func fd_prestat_get(fd int32, out unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 fd_prestat_dir_name
//go:noescape
func fd_prestat_dir_name(fd int32, path unsafe.Pointer, n uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_open
//go:noescape
func path_open(dir int32, lookup uint32, path unsafe.Pointer, n uint32, oflags uint32, base, inheriting uint64, fdflags uint32, out *int32) uint32

//go:wasmimport wasi_snapshot_preview1 path_create_directory
//go:noescape
func path_create_directory(dir int32, path unsafe.Pointer, n uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_unlink_file
//go:noescape
func path_unlink_file(dir int32, path unsafe.Pointer, n uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_remove_directory
//go:noescape
func path_remove_directory(dir int32, path unsafe.Pointer, n uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_rename
//go:noescape
func path_rename(oldDir int32, oldPath unsafe.Pointer, oldN uint32, newDir int32, newPath unsafe.Pointer, newN uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_link
//go:noescape
func path_link(oldDir int32, lookup uint32, oldPath unsafe.Pointer, oldN uint32, newDir int32, newPath unsafe.Pointer, newN uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_symlink
//go:noescape
func path_symlink(target unsafe.Pointer, targetN uint32, dir int32, path unsafe.Pointer, n uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_readlink
//go:noescape
func path_readlink(dir int32, path unsafe.Pointer, n uint32, buf unsafe.Pointer, bufN uint32, out *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 path_filestat_get
//go:noescape
func path_filestat_get(dir int32, lookup uint32, path unsafe.Pointer, n uint32, out unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 path_filestat_set_times
//go:noescape
func path_filestat_set_times(dir int32, lookup uint32, path unsafe.Pointer, n uint32, atim, mtim uint64, flags uint32) uint32

//go:wasmimport wasi_snapshot_preview1 clock_time_get
//go:noescape
func clock_time_get(id uint32, precision uint64, out *uint64) uint32

//go:wasmimport wasi_snapshot_preview1 clock_res_get
//go:noescape
func clock_res_get(id uint32, out *uint64) uint32

//go:wasmimport wasi_snapshot_preview1 poll_oneoff
//go:noescape
func poll_oneoff(in, out unsafe.Pointer, n uint32, events *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 sched_yield
func sched_yield() uint32

//go:wasmimport wasi_snapshot_preview1 random_get
//go:noescape
func random_get(buf unsafe.Pointer, n uint32) uint32

//go:wasmimport wasi_snapshot_preview1 proc_raise
func proc_raise(signal uint32) uint32

//go:wasmimport wasi_snapshot_preview1 proc_exit
func proc_exit(code uint32)

//go:wasmimport wasi_snapshot_preview1 args_sizes_get
//go:noescape
func args_sizes_get(count, size *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 args_get
//go:noescape
func args_get(ptrs, buf unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 environ_sizes_get
//go:noescape
func environ_sizes_get(count, size *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 environ_get
//go:noescape
func environ_get(ptrs, buf unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 sock_accept
//go:noescape
func sock_accept(fd int32, flags uint32, out *int32) uint32

//go:wasmimport wasi_snapshot_preview1 sock_recv
//go:noescape
func sock_recv(fd int32, iovs unsafe.Pointer, n uint32, flags uint32, out *uint32, outFlags *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 sock_send
//go:noescape
func sock_send(fd int32, iovs unsafe.Pointer, n uint32, flags uint32, out *uint32) uint32

//go:wasmimport wasi_snapshot_preview1 sock_shutdown
func sock_shutdown(fd int32, how uint32) uint32
