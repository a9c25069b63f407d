//! A WASI program without std's WASI port: plain Rust for `wasm32-unknown-unknown` whose imports of
//! `wasi_snapshot_preview1` are declared by hand. Arguments, a file, the clock, randomness, a poll.
//! Run with the arguments `one two` and one preopened writable directory. Expected output: expected.txt.

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_write(fd: i32, iovs: *const Iovec, count: usize, written: *mut usize) -> i32;
    fn fd_read(fd: i32, iovs: *const Iovec, count: usize, read: *mut usize) -> i32;
    fn fd_seek(fd: i32, offset: i64, whence: i32, at: *mut u64) -> i32;
    fn fd_close(fd: i32) -> i32;
    #[allow(clippy::too_many_arguments)]
    fn path_open(dir: i32, lookup: i32, path: *const u8, len: usize, oflags: i32, base: u64, inheriting: u64,
        fdflags: i32, fd: *mut i32) -> i32;
    fn path_unlink_file(dir: i32, path: *const u8, len: usize) -> i32;
    fn args_sizes_get(count: *mut usize, size: *mut usize) -> i32;
    fn args_get(pointers: *mut *const u8, buf: *mut u8) -> i32;
    fn clock_time_get(id: i32, precision: u64, time: *mut u64) -> i32;
    fn random_get(buf: *mut u8, len: usize) -> i32;
    fn poll_oneoff(subs: *const Subscription, events: *mut Event, count: usize, ready: *mut usize) -> i32;
    fn proc_exit(code: i32) -> !;
}

#[repr(C)]
struct Iovec {
    base: *mut u8,
    len: usize,
}

/// A subscription to a clock.
#[repr(C)]
struct Subscription {
    userdata: u64,
    tag: u64,
    clock: u64,
    timeout: u64,
    precision: u64,
    flags: u64,
}

#[repr(C)]
#[derive(Default)]
struct Event {
    userdata: u64,
    error: u16,
    kind: u8,
    nbytes: u64,
    flags: u16,
}

const MONOTONIC: i32 = 1;
const DIR: i32 = 3;
const CREATE_EXCLUSIVELY: i32 = 1 | 4;
const READ_SEEK_WRITE: u64 = 1 << 1 | 1 << 2 | 1 << 6;
const EXIST: i32 = 20;

fn say(text: &str) {
    let iov = Iovec { base: text.as_ptr().cast_mut(), len: text.len() };
    let mut n = 0;
    // SAFETY: iov and n live across the call; fd_write only reads the text.
    if unsafe { fd_write(1, &iov, 1, &mut n) } != 0 || n != text.len() {
        // SAFETY: ends the program.
        unsafe { proc_exit(2) }
    }
}

fn args() -> Vec<String> {
    let (mut count, mut size) = (0, 0);
    // SAFETY: the buffers are as large as args_sizes_get says, and every string ends in a NUL.
    unsafe {
        args_sizes_get(&mut count, &mut size);
        let mut pointers = vec![std::ptr::null(); count];
        let mut buf = vec![0_u8; size];
        args_get(pointers.as_mut_ptr(), buf.as_mut_ptr());
        let text = |p| std::ffi::CStr::from_ptr(p).to_string_lossy().into_owned();
        pointers.into_iter().map(|p: *const u8| text(p.cast())).collect()
    }
}

fn now() -> u64 {
    let mut t = 0;
    // SAFETY: t lives across the call.
    unsafe { clock_time_get(MONOTONIC, 1, &mut t) };
    t
}

fn open(path: &str) -> (i32, i32) {
    let mut fd = -1;
    // SAFETY: path and fd live across the call.
    let errno = unsafe {
        path_open(DIR, 1, path.as_ptr(), path.len(), CREATE_EXCLUSIVELY, READ_SEEK_WRITE, 0, 0, &mut fd)
    };
    (fd, errno)
}

fn file() {
    let path = "rust-client.txt";
    let (fd, errno) = open(path);
    say(&format!("open: {errno}\n"));
    let mut text = *b"written and read again";
    let (mut n, mut at) = (0, 0);
    let iov = Iovec { base: text.as_mut_ptr(), len: text.len() };
    // SAFETY: iov names text, which lives across the calls and is not touched between them.
    unsafe {
        let e = fd_write(fd, &iov, 1, &mut n);
        say(&format!("write: {e}, {n} bytes\n"));
        let e = fd_seek(fd, 8, 0, &mut at);
        say(&format!("seek: {e}, to {at}\n"));
        let e = fd_read(fd, &iov, 1, &mut n);
        say(&format!("read: {e}, {n} bytes\n"));
    }
    say(&format!("text: {}\n", String::from_utf8_lossy(&text[..n.min(text.len())])));
    say(&format!("again: EEXIST {}\n", open(path).1 == EXIST));
    // SAFETY: path lives across the call.
    let (closed, gone) = unsafe { (fd_close(fd), path_unlink_file(DIR, path.as_ptr(), path.len())) };
    say(&format!("close: {closed}, unlink: {gone}\n"));
}

fn wait() {
    let sub = Subscription { userdata: 7, tag: 0, clock: 1, timeout: 2_000_000, precision: 0, flags: 0 };
    let (mut event, mut n) = (Event::default(), 0);
    let before = now();
    // SAFETY: one subscription in, room for one event out.
    let e = unsafe { poll_oneoff(&sub, &mut event, 1, &mut n) };
    let late = now() - before >= 2_000_000;
    say(&format!("poll: {e}, {n} event, tag {}, error {}, not early {late}\n", event.userdata, event.error));
}

/// The program.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    for (i, arg) in args().iter().enumerate().skip(1) {
        say(&format!("argument {i}: {arg}\n"));
    }
    file();
    wait();
    let mut r = [[0_u8; 16]; 2];
    // SAFETY: both buffers have 16 bytes.
    let e = unsafe { random_get(r[0].as_mut_ptr(), 16) | random_get(r[1].as_mut_ptr(), 16) };
    say(&format!("random: {e}, differs {}\n", r[0] != r[1]));
    // SAFETY: ends the program.
    unsafe { proc_exit(3) }
}
