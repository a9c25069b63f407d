//! Attributes of inodes: telling and setting them.

use gopherix_abi::{Errno, FileType, Mode, SetTime, Stat, Timespec};

use super::inode::{Body, Inode};
use crate::error::{SysResult, fail};

/// Owner and group of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl Inode {
    pub(super) fn attributes(&self) -> Stat {
        let state = self.lock();
        let taken = if let Body::Regular(content) = &state.body { content.charged() } else { 0 };
        Stat {
            dev: self.fs.dev,
            ino: self.ino,
            nlink: state.nlink,
            kind: self.kind,
            mode: state.mode,
            uid: state.owner.uid,
            gid: state.owner.gid,
            size: state.size(),
            blocks: taken / 512,
            atime: state.atime,
            mtime: state.mtime,
            ctime: state.ctime,
        }
    }

    pub(super) fn times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        if (atime, mtime) == (SetTime::Omit, SetTime::Omit) {
            return Ok(());
        }
        let now = self.fs.now();
        let set = |time: &mut Timespec, to: SetTime| match to {
            SetTime::Omit => {}
            SetTime::Now => *time = now,
            SetTime::At(at) => *time = at,
        };
        let mut state = self.lock();
        set(&mut state.atime, atime);
        set(&mut state.mtime, mtime);
        state.ctime = now;
        Ok(())
    }

    pub(super) fn change_mode(&self, mode: Mode) -> SysResult<()> {
        if self.kind == FileType::Symlink {
            return fail(Errno::ENOTSUP, "the mode of a symbolic link cannot be set");
        }
        let mut state = self.lock();
        state.mode = mode.within(Mode::ALL);
        state.ctime = self.fs.now();
        Ok(())
    }

    /// Linux takes the set-id bits away even where root gives the file to whose it is already (chown(2)). Set-group-id without
    /// execution by the group asks for mandatory locks and stays.
    pub(super) fn change_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        let mut state = self.lock();
        let owner = state.owner;
        state.owner = Owner { uid: uid.unwrap_or(owner.uid), gid: gid.unwrap_or(owner.gid) };
        if self.kind != FileType::Directory {
            let group_runs_it = state.mode.intersects(Mode::XGRP);
            state.mode = state.mode.without(Mode::SUID);
            if group_runs_it {
                state.mode = state.mode.without(Mode::SGID);
            }
        }
        state.ctime = self.fs.now();
        Ok(())
    }
}
