//! Errors of `fs` and `process` calls, in Node's form.

use gopherix_abi::Errno;

/// A failed system call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FsError {
    /// Why.
    pub errno: Errno,
    /// The call, as libuv names it.
    pub syscall: &'static str,
    /// The path it was about.
    pub path: Option<Box<str>>,
    /// The second path it was about.
    pub dest: Option<Box<str>>,
}

impl FsError {
    /// The error's `code`. Go's `syscall` knows Linux's names only.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.errno {
            Errno::ENOTCAPABLE => "EACCES",
            errno => errno.name(),
        }
    }

    /// The error's `message`, such as `ENOENT: no such file or directory, open 'a'`.
    #[must_use]
    pub fn message(&self) -> String {
        let mut message = format!("{}: {}, {}", self.code(), self.text(), self.syscall);
        if let Some(path) = &self.path {
            message.push_str(&format!(" '{path}'"));
        }
        if let Some(dest) = &self.dest {
            message.push_str(&format!(" -> '{dest}'"));
        }
        message
    }

    /// libuv's words, where they are not those of strerror(3).
    fn text(&self) -> &'static str {
        match self.errno {
            Errno::EBUSY => "resource busy or locked",
            Errno::EEXIST => "file already exists",
            Errno::EISDIR => "illegal operation on a directory",
            Errno::ELOOP => "too many symbolic links encountered",
            Errno::ENAMETOOLONG => "name too long",
            Errno::ENOTCAPABLE => Errno::EACCES.message(),
            Errno::ESPIPE => "invalid seek",
            Errno::EXDEV => "cross-device link not permitted",
            errno => errno.message(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_those_of_node() {
        let error = FsError { errno: Errno::EEXIST, syscall: "link", path: Some("a".into()), dest: Some("b".into()) };
        assert_eq!(error.message(), "EEXIST: file already exists, link 'a' -> 'b'");
        let error = FsError { errno: Errno::EBADF, syscall: "close", path: None, dest: None };
        assert_eq!(error.message(), "EBADF: bad file descriptor, close");
    }
}
