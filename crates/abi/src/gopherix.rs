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
