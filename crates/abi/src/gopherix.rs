//! The `gopherix` import module on the wire: flag words, struct sizes and offsets.
//!
//! Numbers are Linux's (x86-64, asm-generic) where Linux has them; structs are little-endian, in guest memory, sizes and
//! offsets in bytes. Neighbours: `gopherix-guest` decodes them, the Go files of `go/port` encode them.

/// The import module's name.
pub const MODULE: &str = "gopherix";

/// Size of `stat`: the `filestat` of WASI preview 1 (64 bytes), then mode (u32), uid (u32), gid (u32), 4 bytes of zeros.
pub const STAT_SIZE: usize = 80;

/// Size of `rusage`: user time ns, system time ns, peak memory in bytes, voluntary switches, involuntary switches (u64 each).
pub const RUSAGE_SIZE: usize = 40;

/// Size of what `osinit` tells: page size in bytes, processors, most bytes of linear memory or 0 (u64 each).
pub const OSINIT_SIZE: usize = 24;

/// Size of what `credentials` tells: real and effective user, real and effective group (u32 each).
pub const CREDENTIALS_SIZE: usize = 16;

/// Size of an interval timer, of which `setitimer` tells the old one: interval ns, time left ns (u64 each). 0 as `old`: not wanted.
pub const ITIMER_SIZE: usize = 16;

/// `wait4`: `pid` is signed, as in waitpid(2); 0 as `status` or `rusage` means that it is not wanted; `waited` is 0 if WNOHANG found
/// nothing.
pub mod wait {
    bitflags::bitflags! {
        /// The options.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Options: u32 {
            /// Not to wait.
            const WNOHANG = 1;
            /// Children that were stopped, too.
            const WUNTRACED = 2;
            /// Children that go on, too.
            const WCONTINUED = 8;
        }
    }
}

/// Whose use of resources `getrusage` tells.
pub mod rusage {
    /// The process'.
    pub const SELF: u32 = 0;
    /// That of its children that it has waited for.
    pub const CHILDREN: u32 = u32::MAX;
    /// The calling thread's.
    pub const THREAD: u32 = 1;
}

/// What `setitimer` sets: the clock it runs by, and the signal it sends.
pub mod itimer {
    /// Real time, SIGALRM.
    pub const REAL: u32 = 0;
    /// The process' processor time, SIGVTALRM.
    pub const VIRTUAL: u32 = 1;
    /// The process' processor time, SIGPROF.
    pub const PROF: u32 = 2;
}

/// A `spawn` request: these u32 words, then `nfds` words (a descriptor of the caller's, or [`NO_FD`]), then NUL-terminated
/// strings: path, working directory (empty: the caller's), arguments, environment.
pub mod spawn {
    /// Most bytes of a request (E2BIG), as Linux allows for arguments and environment unless told otherwise.
    pub const MAX_SIZE: u32 = 2 << 20;
    /// Word 0: the request's version, 1.
    pub const VERSION: u32 = 1;
    /// Words before the descriptors: version, flags, pgid, ctty, argc, envc, nfds.
    pub const HEADER_WORDS: usize = 7;
    /// The child gets no descriptor of that number.
    pub const NO_FD: u32 = u32::MAX;

    bitflags::bitflags! {
        /// Word 1.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Flags: u32 {
            /// setpgid(0, pgid) in the child.
            const SETPGID = 1;
            /// setsid() in the child.
            const SETSID = 2;
            /// The child's descriptor `ctty` becomes its controlling terminal.
            const SETCTTY = 4;
            /// The child's group becomes the foreground group of the terminal behind the caller's descriptor `ctty`.
            const FOREGROUND = 8;
        }
    }
}

/// `sock_resolve` fills its buffer with internet socket addresses (see [`sockaddr`]), port 0; `used` is their size in bytes. ENOENT: no
/// such host; EAGAIN: it may be known later; EACCES: not allowed to ask; EOVERFLOW: the buffer is too small, `used` says what is needed.
/// `sock_interfaces`, `exe_path` and `profile_next` treat buffers alike, but that `profile_next` gives what has room.
pub const RESOLVE_RECORD: usize = sockaddr::INET_SIZE;

/// What `tty_get` and `tty_set` name.
pub mod tty {
    /// The terminal's settings: iflag, oflag, cflag, lflag (u32 each), line (u8), 19 control characters: 36 bytes.
    pub const TERMIOS: u32 = 0;
    /// As [`TERMIOS`], once all output is out (TCSADRAIN).
    pub const TERMIOS_DRAIN: u32 = 1;
    /// As [`TERMIOS_DRAIN`], unread input discarded (TCSAFLUSH).
    pub const TERMIOS_FLUSH: u32 = 2;
    /// Window size: rows, columns, x pixels, y pixels (u16 each).
    pub const WINSIZE: u32 = 3;
    /// The foreground process group (u32).
    pub const FOREGROUND: u32 = 4;
    /// The session (u32); only told.
    pub const SESSION: u32 = 5;
    /// The number of a pty (u32), asked of its master; only told.
    pub const PTY_NUMBER: u32 = 6;
    /// Makes the terminal the controlling one of the caller's session (no bytes); only set.
    pub const CONTROLLING: u32 = 7;
    /// Size of [`TERMIOS`].
    pub const TERMIOS_SIZE: usize = 36;
}

/// A socket address: family (u16), port (u16, big-endian), scope (u32), then 16 bytes of address (IPv4: the first 4) or a path.
pub mod sockaddr {
    /// Offset of the address or path.
    pub const ADDRESS: usize = 8;
    /// Size of an internet address.
    pub const INET_SIZE: usize = 24;
    /// Most bytes of any.
    pub const MAX: usize = 8 + 108;
    /// AF_UNIX.
    pub const UNIX: u16 = 1;
    /// AF_INET.
    pub const INET: u16 = 2;
    /// AF_INET6.
    pub const INET6: u16 = 10;
}

/// What `sock_interfaces` tells: records one behind the other, each of [`HEADER`](interfaces::HEADER) bytes and its addresses.
pub mod interfaces {
    /// Bytes of a record before its addresses: size of the whole record in bytes, index (from 1), MTU, flags (IFF_* of Linux; u32
    /// each), name (16 bytes, NUL-padded), number of addresses (u32), hardware address (6 bytes, zeros for none), 2 bytes of
    /// zeros.
    pub const HEADER: usize = 44;
    /// Offset of the name.
    pub const NAME: usize = 16;
    /// Size of the name's field; the name is shorter by one at least.
    pub const NAME_SIZE: usize = 16;
    /// Offset of the number of addresses.
    pub const ADDRESSES: usize = 32;
    /// Offset of the hardware address.
    pub const HARDWARE: usize = 36;
    /// An address: an internet [`sockaddr`](super::sockaddr), port 0, then the prefix length in bits (u32).
    pub const ADDRESS_SIZE: usize = super::sockaddr::INET_SIZE + 4;

    /// The interface is up.
    pub const IFF_UP: u32 = 0x1;
    /// It has a broadcast address.
    pub const IFF_BROADCAST: u32 = 0x2;
    /// It is the loopback.
    pub const IFF_LOOPBACK: u32 = 0x8;
    /// It is a point-to-point link.
    pub const IFF_POINTOPOINT: u32 = 0x10;
    /// It is operational.
    pub const IFF_RUNNING: u32 = 0x40;
    /// It knows multicast.
    pub const IFF_MULTICAST: u32 = 0x1000;
}

/// Control messages of `sock_send` and `sock_recv`, laid out as on a 32-bit Linux: `cmsghdr` is size of header and data in bytes
/// (u32), level (i32), type (i32); data follow at once; the next header begins at a multiple of 4.
///
/// With `SOL_SOCKET` and `SCM_RIGHTS` the data are descriptors (i32 each).
pub mod cmsg {
    /// Size of the header.
    pub const HEADER: usize = 12;
    /// Headers begin at multiples of this.
    pub const ALIGN: usize = 4;
    /// The level of [`SCM_RIGHTS`].
    pub const SOL_SOCKET: i32 = 1;
    /// The data are descriptors, which the receiver gets duplicates of.
    pub const SCM_RIGHTS: i32 = 1;
}

/// What `profile_next` fills its buffer with: whole records, each of these words and then its program counters (u64 each), the
/// leaf's first. The leaf's is where it was; those of its callers are where it returns to, as `runtime.Callers` gives them.
pub mod profile {
    /// Bytes before the program counters: their number (u32), how often this was seen (u32), address of the goroutine's `g` or 0 (u64).
    pub const HEADER: usize = 16;
}
