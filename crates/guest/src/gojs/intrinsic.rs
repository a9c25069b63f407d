//! Functions of the JavaScript world that the adapter carries out itself, on the kernel.
//!
//! An engine makes one function object for each and puts it where scripts expect it (`fs.open`, `process.cwd`, …). A Go
//! program that calls such a function never enters the engine; a script that calls it comes here too.

macro_rules! operations {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[doc = $doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// Its name as a property.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)*
                }
            }
        }
    };
}

operations! {
    /// Calls of Node's `fs` with a callback as the last argument (<https://nodejs.org/docs/latest/api/fs.html>).
    FsOp {
        /// `access(path, mode?, callback)`.
        Access = "access",
        /// `chmod(path, mode, callback)`.
        Chmod = "chmod",
        /// `chown(path, uid, gid, callback)`.
        Chown = "chown",
        /// `close(fd, callback)`.
        Close = "close",
        /// `fchmod(fd, mode, callback)`.
        Fchmod = "fchmod",
        /// `fchown(fd, uid, gid, callback)`.
        Fchown = "fchown",
        /// `fdatasync(fd, callback)`.
        Fdatasync = "fdatasync",
        /// `fstat(fd, callback)`.
        Fstat = "fstat",
        /// `fsync(fd, callback)`.
        Fsync = "fsync",
        /// `ftruncate(fd, len, callback)`.
        Ftruncate = "ftruncate",
        /// `futimes(fd, atime, mtime, callback)`, times in seconds.
        Futimes = "futimes",
        /// `lchown(path, uid, gid, callback)`.
        Lchown = "lchown",
        /// `link(existing, path, callback)`.
        Link = "link",
        /// `lstat(path, callback)`.
        Lstat = "lstat",
        /// `lutimes(path, atime, mtime, callback)`.
        Lutimes = "lutimes",
        /// `mkdir(path, mode?, callback)`; not recursive.
        Mkdir = "mkdir",
        /// `open(path, flags, mode?, callback)`, flags a number.
        Open = "open",
        /// `read(fd, buffer, offset, length, position, callback)`; position `null` or -1 for the present one.
        Read = "read",
        /// `readdir(path, callback)`: names.
        Readdir = "readdir",
        /// `readlink(path, callback)`.
        Readlink = "readlink",
        /// `rename(from, to, callback)`.
        Rename = "rename",
        /// `rmdir(path, callback)`.
        Rmdir = "rmdir",
        /// `stat(path, callback)`.
        Stat = "stat",
        /// `symlink(target, path, callback)`.
        Symlink = "symlink",
        /// `truncate(path, len, callback)`.
        Truncate = "truncate",
        /// `unlink(path, callback)`.
        Unlink = "unlink",
        /// `utimes(path, atime, mtime, callback)`, times in seconds.
        Utimes = "utimes",
        /// `write(fd, buffer, offset, length, position, callback)`.
        Write = "write",
    }
}

operations! {
    /// Calls of Node's `process` (<https://nodejs.org/docs/latest/api/process.html>).
    ProcessOp {
        /// `chdir(path)`.
        Chdir = "chdir",
        /// `cwd()`.
        Cwd = "cwd",
        /// `getegid()`.
        Getegid = "getegid",
        /// `geteuid()`.
        Geteuid = "geteuid",
        /// `getgid()`.
        Getgid = "getgid",
        /// `getgroups()`.
        Getgroups = "getgroups",
        /// `getuid()`.
        Getuid = "getuid",
        /// `umask(mask?)`.
        Umask = "umask",
        /// `exit(code)`, which does not return. (`process.exit` first runs handlers; this is what it ends with.)
        ReallyExit = "reallyExit",
    }
}

/// A function that the adapter carries out itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intrinsic {
    /// A call of `fs` with a callback.
    Fs(FsOp),
    /// The same call answering at once: `fsSync(name, …)` and what the world builds of it (`fs.openSync`, …).
    FsSync(FsOp),
    /// A call of `process`.
    Process(ProcessOp),
    /// `path.resolve(...paths)`.
    PathResolve,
    /// The constructor `Uint8Array`.
    Uint8Array,
    /// `setTimeout(callback, delay)` without further arguments, as the world calls it: an id. Also for intervals, which
    /// the world starts anew each time.
    SetTimer,
    /// `clearTimeout(id)`.
    ClearTimer,
}
