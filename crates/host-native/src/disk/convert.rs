//! The host's attributes, types, modes and times as ours, and back.

use gopherix_abi::{FileType, Mode, SetTime, Stat, Timespec};
use rustix::fs::{FileType as HostType, Mode as HostMode, Stat as HostStat, Timestamps, UTIME_NOW, UTIME_OMIT};

/// Permission bits a guest may give to what it makes on the host. Set-user-id and set-group-id would let a guest leave a
/// program that runs with the host user's rights.
const CREATE_BITS: u16 = 0o1777;
/// The sticky bit (`S_ISVTX`).
pub(super) const STICKY: u32 = 0o1000;

pub(crate) fn kind(host: HostType) -> FileType {
    match host {
        HostType::RegularFile => FileType::Regular,
        HostType::Directory => FileType::Directory,
        HostType::Symlink => FileType::Symlink,
        HostType::Fifo => FileType::Fifo,
        HostType::Socket => FileType::SocketStream,
        HostType::CharacterDevice => FileType::CharDevice,
        HostType::BlockDevice => FileType::BlockDevice,
        HostType::Unknown => FileType::Unknown,
    }
}

pub(super) fn mode(mode: Mode) -> HostMode {
    HostMode::from_raw_mode(u32::from(mode.0 & CREATE_BITS))
}

#[allow(clippy::useless_conversion, reason = "the widths of the host's fields differ between processors")]
pub(crate) fn stat(host: &HostStat) -> Stat {
    let time = |sec: i64, nsec: u64| Timespec { sec, nsec: u32::try_from(nsec).unwrap_or(0) };
    Stat {
        dev: host.st_dev.into(),
        ino: host.st_ino.into(),
        nlink: host.st_nlink.into(),
        kind: kind(HostType::from_raw_mode(host.st_mode)),
        mode: Mode(u16::try_from(host.st_mode & 0o7777).unwrap_or(0)),
        uid: host.st_uid,
        gid: host.st_gid,
        size: u64::try_from(host.st_size).unwrap_or(0),
        blocks: u64::try_from(host.st_blocks).unwrap_or(0),
        atime: time(host.st_atime.into(), host.st_atime_nsec.into()),
        mtime: time(host.st_mtime.into(), host.st_mtime_nsec.into()),
        ctime: time(host.st_ctime.into(), host.st_ctime_nsec.into()),
    }
}

pub(super) fn times(atime: SetTime, mtime: SetTime) -> Timestamps {
    let one = |time| match time {
        SetTime::Omit => rustix::fs::Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        SetTime::Now => rustix::fs::Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
        SetTime::At(at) => rustix::fs::Timespec { tv_sec: at.sec, tv_nsec: at.nsec.into() },
    };
    Timestamps { last_access: one(atime), last_modification: one(mtime) }
}
