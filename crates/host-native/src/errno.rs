//! The one table from the host's error numbers to ours.
//!
//! Every number the kernel knows is named here once; whatever else a host answers is EIO to a guest. Neighbours: each module
//! of this crate that calls the host.

use std::io;

use gopherix_abi::Errno;
use gopherix_kernel::SysError;
use rustix::io::Errno as Host;

/// Host number, our number. Those at the end have no twin and go to the nearest meaning.
const TABLE: &[(Host, Errno)] = &[
    (Host::NOENT, Errno::ENOENT),
    (Host::EXIST, Errno::EEXIST),
    (Host::NOTDIR, Errno::ENOTDIR),
    (Host::LOOP, Errno::ELOOP),
    (Host::AGAIN, Errno::EAGAIN),
    (Host::PERM, Errno::EPERM),
    (Host::SRCH, Errno::ESRCH),
    (Host::INTR, Errno::EINTR),
    (Host::IO, Errno::EIO),
    (Host::NXIO, Errno::ENXIO),
    (Host::TOOBIG, Errno::E2BIG),
    (Host::NOEXEC, Errno::ENOEXEC),
    (Host::BADF, Errno::EBADF),
    (Host::CHILD, Errno::ECHILD),
    (Host::NOMEM, Errno::ENOMEM),
    (Host::ACCESS, Errno::EACCES),
    (Host::FAULT, Errno::EFAULT),
    (Host::BUSY, Errno::EBUSY),
    (Host::XDEV, Errno::EXDEV),
    (Host::NODEV, Errno::ENODEV),
    (Host::ISDIR, Errno::EISDIR),
    (Host::INVAL, Errno::EINVAL),
    (Host::NFILE, Errno::ENFILE),
    (Host::MFILE, Errno::EMFILE),
    (Host::NOTTY, Errno::ENOTTY),
    (Host::TXTBSY, Errno::ETXTBSY),
    (Host::FBIG, Errno::EFBIG),
    (Host::NOSPC, Errno::ENOSPC),
    (Host::SPIPE, Errno::ESPIPE),
    (Host::ROFS, Errno::EROFS),
    (Host::MLINK, Errno::EMLINK),
    (Host::PIPE, Errno::EPIPE),
    (Host::DOM, Errno::EDOM),
    (Host::RANGE, Errno::ERANGE),
    (Host::DEADLK, Errno::EDEADLK),
    (Host::NAMETOOLONG, Errno::ENAMETOOLONG),
    (Host::NOLCK, Errno::ENOLCK),
    (Host::NOSYS, Errno::ENOSYS),
    (Host::NOTEMPTY, Errno::ENOTEMPTY),
    (Host::NOMSG, Errno::ENOMSG),
    (Host::IDRM, Errno::EIDRM),
    (Host::NOLINK, Errno::ENOLINK),
    (Host::PROTO, Errno::EPROTO),
    (Host::MULTIHOP, Errno::EMULTIHOP),
    (Host::BADMSG, Errno::EBADMSG),
    (Host::OVERFLOW, Errno::EOVERFLOW),
    (Host::ILSEQ, Errno::EILSEQ),
    (Host::NOTSOCK, Errno::ENOTSOCK),
    (Host::DESTADDRREQ, Errno::EDESTADDRREQ),
    (Host::MSGSIZE, Errno::EMSGSIZE),
    (Host::PROTOTYPE, Errno::EPROTOTYPE),
    (Host::NOPROTOOPT, Errno::ENOPROTOOPT),
    (Host::PROTONOSUPPORT, Errno::EPROTONOSUPPORT),
    (Host::NOTSUP, Errno::ENOTSUP),
    (Host::AFNOSUPPORT, Errno::EAFNOSUPPORT),
    (Host::ADDRINUSE, Errno::EADDRINUSE),
    (Host::ADDRNOTAVAIL, Errno::EADDRNOTAVAIL),
    (Host::NETDOWN, Errno::ENETDOWN),
    (Host::NETUNREACH, Errno::ENETUNREACH),
    (Host::NETRESET, Errno::ENETRESET),
    (Host::CONNABORTED, Errno::ECONNABORTED),
    (Host::CONNRESET, Errno::ECONNRESET),
    (Host::NOBUFS, Errno::ENOBUFS),
    (Host::ISCONN, Errno::EISCONN),
    (Host::NOTCONN, Errno::ENOTCONN),
    (Host::TIMEDOUT, Errno::ETIMEDOUT),
    (Host::CONNREFUSED, Errno::ECONNREFUSED),
    (Host::HOSTUNREACH, Errno::EHOSTUNREACH),
    (Host::ALREADY, Errno::EALREADY),
    (Host::INPROGRESS, Errno::EINPROGRESS),
    (Host::STALE, Errno::ESTALE),
    (Host::DQUOT, Errno::EDQUOT),
    (Host::CANCELED, Errno::ECANCELED),
    (Host::OWNERDEAD, Errno::EOWNERDEAD),
    (Host::NOTRECOVERABLE, Errno::ENOTRECOVERABLE),
    (Host::TIME, Errno::ETIMEDOUT),
    (Host::SHUTDOWN, Errno::EPIPE),
    (Host::HOSTDOWN, Errno::EHOSTUNREACH),
    (Host::PFNOSUPPORT, Errno::EAFNOSUPPORT),
    (Host::SOCKTNOSUPPORT, Errno::EPROTONOSUPPORT),
];

/// What a guest is told of the host's error.
#[must_use]
pub fn from_host(host: Host) -> SysError {
    match TABLE.iter().find(|(known, _)| *known == host) {
        Some((_, errno)) => SysError::bare(*errno),
        None => SysError::new(Errno::EIO, "the host answered an error number that guests do not have"),
    }
}

/// The same of an error of the standard library; EIO where it carries no number.
#[must_use]
pub fn from_io(error: &io::Error) -> SysError {
    match Host::from_io_error(error) {
        Some(host) => from_host(host),
        None => SysError::new(Errno::EIO, "the host answered an error without a number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ours are Linux's numbers, so on Linux every one of them but WASI's own stands for itself.
    #[cfg(target_os = "linux")]
    #[test]
    fn every_errno_of_the_abi_is_reached_from_its_linux_number() {
        for errno in Errno::ALL.iter().filter(|e| **e != Errno::ENOTCAPABLE) {
            let host = Host::from_raw_os_error(i32::from(errno.number()));
            assert_eq!(from_host(host), SysError::bare(*errno));
        }
    }

    #[test]
    fn each_host_number_stands_once() {
        for (i, (host, _)) in TABLE.iter().enumerate() {
            assert!(TABLE[..i].iter().all(|(other, _)| other != host), "{host:?} twice");
        }
    }

    #[test]
    fn unknown_numbers_are_eio() {
        assert_eq!(from_host(Host::UCLEAN).errno, Errno::EIO);
        assert_eq!(from_host(Host::from_raw_os_error(4000)).errno, Errno::EIO);
        assert_eq!(from_io(&io::Error::other("no number")).errno, Errno::EIO);
        assert_eq!(from_io(&io::Error::from_raw_os_error(2)).errno, Errno::ENOENT);
    }

    #[test]
    fn those_without_a_twin_are_pinned() {
        let pinned = [
            (Host::TIME, Errno::ETIMEDOUT),
            (Host::SHUTDOWN, Errno::EPIPE),
            (Host::HOSTDOWN, Errno::EHOSTUNREACH),
            (Host::PFNOSUPPORT, Errno::EAFNOSUPPORT),
            (Host::SOCKTNOSUPPORT, Errno::EPROTONOSUPPORT),
        ];
        for (host, errno) in pinned {
            assert_eq!(from_host(host).errno, errno);
        }
    }
}
