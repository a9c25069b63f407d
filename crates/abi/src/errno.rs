//! Error numbers: Linux's values and names, with the number each has in WASI preview 1.
//!
//! One table feeds the type, the names, the messages and the wire numbers, so that none can miss an error the others know.
//! Source: errno(3), `asm-generic/errno.h`; WASI preview 1 witx, `errno`.

macro_rules! errnos {
    ($($name:ident = $number:literal, wasi $wasi:literal, $message:literal;)*) => {
        /// A POSIX error number, with Linux's values (errno(3)).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "each variant is named as in errno(3)")]
        pub enum Errno {
            $($name = $number,)*
        }

        impl Errno {
            /// Every error number, in the order of Linux's values.
            pub const ALL: &'static [Errno] = &[$(Errno::$name,)*];

            /// Linux's number.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $(Errno::$name => $number,)* }
            }

            /// The number in WASI preview 1 (`errno` in the witx), where 0 is success.
            #[must_use]
            pub const fn wasi(self) -> u16 {
                match self { $(Errno::$name => $wasi,)* }
            }

            /// The symbolic name, such as `ENOENT`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Errno::$name => stringify!($name),)* }
            }

            /// The message strerror(3) gives in the C locale, in lower case.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Errno::$name => $message,)* }
            }
        }
    };
}

errnos! {
    EPERM = 1, wasi 63, "operation not permitted";
    ENOENT = 2, wasi 44, "no such file or directory";
    ESRCH = 3, wasi 71, "no such process";
    EINTR = 4, wasi 27, "interrupted system call";
    EIO = 5, wasi 29, "input/output error";
    ENXIO = 6, wasi 60, "no such device or address";
    E2BIG = 7, wasi 1, "argument list too long";
    ENOEXEC = 8, wasi 45, "exec format error";
    EBADF = 9, wasi 8, "bad file descriptor";
    ECHILD = 10, wasi 12, "no child processes";
    EAGAIN = 11, wasi 6, "resource temporarily unavailable";
    ENOMEM = 12, wasi 48, "cannot allocate memory";
    EACCES = 13, wasi 2, "permission denied";
    EFAULT = 14, wasi 21, "bad address";
    EBUSY = 16, wasi 10, "device or resource busy";
    EEXIST = 17, wasi 20, "file exists";
    EXDEV = 18, wasi 75, "invalid cross-device link";
    ENODEV = 19, wasi 43, "no such device";
    ENOTDIR = 20, wasi 54, "not a directory";
    EISDIR = 21, wasi 31, "is a directory";
    EINVAL = 22, wasi 28, "invalid argument";
    ENFILE = 23, wasi 41, "too many open files in system";
    EMFILE = 24, wasi 33, "too many open files";
    ENOTTY = 25, wasi 59, "inappropriate ioctl for device";
    ETXTBSY = 26, wasi 74, "text file busy";
    EFBIG = 27, wasi 22, "file too large";
    ENOSPC = 28, wasi 51, "no space left on device";
    ESPIPE = 29, wasi 70, "illegal seek";
    EROFS = 30, wasi 69, "read-only file system";
    EMLINK = 31, wasi 34, "too many links";
    EPIPE = 32, wasi 64, "broken pipe";
    EDOM = 33, wasi 18, "numerical argument out of domain";
    ERANGE = 34, wasi 68, "numerical result out of range";
    EDEADLK = 35, wasi 16, "resource deadlock avoided";
    ENAMETOOLONG = 36, wasi 37, "file name too long";
    ENOLCK = 37, wasi 46, "no locks available";
    ENOSYS = 38, wasi 52, "function not implemented";
    ENOTEMPTY = 39, wasi 55, "directory not empty";
    ELOOP = 40, wasi 32, "too many levels of symbolic links";
    ENOMSG = 42, wasi 49, "no message of desired type";
    EIDRM = 43, wasi 24, "identifier removed";
    ENOLINK = 67, wasi 47, "link has been severed";
    EPROTO = 71, wasi 65, "protocol error";
    EMULTIHOP = 72, wasi 36, "multihop attempted";
    EBADMSG = 74, wasi 9, "bad message";
    EOVERFLOW = 75, wasi 61, "value too large for defined data type";
    EILSEQ = 84, wasi 25, "invalid or incomplete multibyte or wide character";
    ENOTSOCK = 88, wasi 57, "socket operation on non-socket";
    EDESTADDRREQ = 89, wasi 17, "destination address required";
    EMSGSIZE = 90, wasi 35, "message too long";
    EPROTOTYPE = 91, wasi 67, "protocol wrong type for socket";
    ENOPROTOOPT = 92, wasi 50, "protocol not available";
    EPROTONOSUPPORT = 93, wasi 66, "protocol not supported";
    ENOTSUP = 95, wasi 58, "operation not supported";
    EAFNOSUPPORT = 97, wasi 5, "address family not supported by protocol";
    EADDRINUSE = 98, wasi 3, "address already in use";
    EADDRNOTAVAIL = 99, wasi 4, "cannot assign requested address";
    ENETDOWN = 100, wasi 38, "network is down";
    ENETUNREACH = 101, wasi 40, "network is unreachable";
    ENETRESET = 102, wasi 39, "network dropped connection on reset";
    ECONNABORTED = 103, wasi 13, "software caused connection abort";
    ECONNRESET = 104, wasi 15, "connection reset by peer";
    ENOBUFS = 105, wasi 42, "no buffer space available";
    EISCONN = 106, wasi 30, "transport endpoint is already connected";
    ENOTCONN = 107, wasi 53, "transport endpoint is not connected";
    ETIMEDOUT = 110, wasi 73, "connection timed out";
    ECONNREFUSED = 111, wasi 14, "connection refused";
    EHOSTUNREACH = 113, wasi 23, "no route to host";
    EALREADY = 114, wasi 7, "operation already in progress";
    EINPROGRESS = 115, wasi 26, "operation now in progress";
    ESTALE = 116, wasi 72, "stale file handle";
    EDQUOT = 122, wasi 19, "disk quota exceeded";
    ECANCELED = 125, wasi 11, "operation canceled";
    EOWNERDEAD = 130, wasi 62, "owner died";
    ENOTRECOVERABLE = 131, wasi 56, "state not recoverable";
    ENOTCAPABLE = 134, wasi 76, "capabilities insufficient";
}

impl std::fmt::Display for Errno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name(), self.message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wire numbers are an ABI: every number from 1 to 76 is used once, and well-known ones are pinned.
    #[test]
    fn wasi_numbers_are_a_permutation_of_the_witx() {
        let mut numbers: Vec<u16> = Errno::ALL.iter().map(|e| e.wasi()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=76).collect::<Vec<u16>>());
        assert_eq!(Errno::EBADF.wasi(), 8);
        assert_eq!(Errno::ENOENT.wasi(), 44);
        assert_eq!(Errno::ENOTCAPABLE.wasi(), 76);
    }

    #[test]
    fn linux_numbers_ascend() {
        assert!(Errno::ALL.windows(2).all(|w| w[0].number() < w[1].number()));
        assert_eq!(Errno::ENOTEMPTY.number(), 39);
    }
}
