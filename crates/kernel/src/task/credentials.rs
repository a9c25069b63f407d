//! Whose a process is (credentials(7)).

use gopherix_abi::{Access, FileType, Mode, Stat};

/// User and groups of a process. Real, effective and saved ids are the same; root is user 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// The supplementary groups.
    pub groups: Vec<u32>,
}

impl Credentials {
    /// Whether nothing is refused by owner and mode.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// Whether `gid` is the group or a supplementary one.
    #[must_use]
    pub fn is_in(&self, gid: u32) -> bool {
        self.gid == gid || self.groups.contains(&gid)
    }

    /// Whether a mode and its owner allow `access` (path_resolution(7), "Permissions"): root may do everything, but executes
    /// only what somebody may execute.
    #[must_use]
    pub fn may(&self, stat: &Stat, access: Access) -> bool {
        if self.is_root() {
            let executes = stat.kind == FileType::Directory || stat.mode.intersects(Mode::EXEC);
            return executes || !access.contains(Access::EXEC);
        }
        let class = match self.uid == stat.uid {
            true => stat.mode.0 >> 6,
            false if self.is_in(stat.gid) => stat.mode.0 >> 3,
            false => stat.mode.0,
        };
        Access::from_bits_truncate(class).contains(access)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gopherix_abi::Timespec;

    fn stat(kind: FileType, mode: u16) -> Stat {
        let time = Timespec::default();
        let (atime, mtime, ctime) = (time, time, time);
        Stat {
            dev: 1,
            ino: 1,
            nlink: 1,
            kind,
            mode: Mode(mode),
            uid: 5,
            gid: 6,
            size: 0,
            blocks: 0,
            atime,
            mtime,
            ctime,
        }
    }

    fn of(uid: u32, gid: u32, groups: &[u32]) -> Credentials {
        Credentials { uid, gid, groups: groups.to_vec() }
    }

    #[test]
    fn the_first_class_that_fits_decides_alone() {
        let file = stat(FileType::Regular, 0o247);
        let may = |who: &Credentials| [Access::READ, Access::WRITE, Access::EXEC].map(|access| who.may(&file, access));
        assert_eq!(may(&of(5, 6, &[])), [false, true, false]);
        assert_eq!(may(&of(7, 6, &[])), [true, false, false]);
        assert_eq!(may(&of(7, 8, &[6])), [true, false, false], "a supplementary group");
        assert_eq!(may(&of(7, 8, &[9])), [true, true, true]);
        assert!(of(7, 8, &[]).may(&file, Access::empty()));
    }

    #[test]
    fn root_may_all_but_execute_what_nobody_may() {
        let root = Credentials::default();
        assert!(root.may(&stat(FileType::Regular, 0), Access::READ | Access::WRITE));
        assert!(!root.may(&stat(FileType::Regular, 0o666), Access::EXEC));
        assert!(root.may(&stat(FileType::Regular, 0o001), Access::EXEC));
        assert!(root.may(&stat(FileType::Directory, 0), Access::EXEC));
    }
}
