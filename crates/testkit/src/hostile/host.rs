//! A host in memory: directories that are granted.
//!
//! [`FakeHost`] keeps the promises of [`HostDir`] and checks those the kernel makes: relative paths of plain components
//! only, no truncation without writing, nothing changed that was granted read-only. What it finds goes to
//! [`FakeHost::complaints`].

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gopherix_abi::{DirEntry, Errno, FileType, Mode, SetTime, Stat, Timespec};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::platform::{HostDir, HostFile, HostOpen};
use gopherix_kernel::sync::Lock;

/// No file of the fake host gets larger: EFBIG.
const LARGEST: u64 = 1 << 20;

enum Body {
    File(Vec<u8>),
    Directory(BTreeMap<Vec<u8>, u64>),
    Link(Vec<u8>),
}

/// The state of a fake host.
pub(super) struct FakeHost {
    inodes: Lock<BTreeMap<u64, Body>>,
    next: AtomicU64,
    changes: AtomicU64,
    largest: AtomicU64,
    complaints: Lock<Vec<String>>,
    read_only: bool,
}

/// A handle on a directory or file of it.
pub(super) struct Handle {
    pub(super) host: Arc<FakeHost>,
    pub(super) ino: u64,
}

const ROOT: u64 = 1;

impl FakeHost {
    /// An empty host directory; one granted read-only complains about every change.
    pub(super) fn new(read_only: bool) -> Arc<Self> {
        Arc::new(FakeHost {
            inodes: Lock::new(BTreeMap::from([(ROOT, Body::Directory(BTreeMap::new()))])),
            next: AtomicU64::new(2),
            changes: AtomicU64::new(0),
            largest: AtomicU64::new(0),
            complaints: Lock::default(),
            read_only,
        })
    }

    /// Its root, as the kernel gets it.
    pub(super) fn dir(self: &Arc<Self>) -> Arc<dyn HostDir> {
        Arc::new(Handle { host: self.clone(), ino: ROOT })
    }

    /// Puts files, links and a directory there, as the host's owner would.
    pub(super) fn furnish(&self) {
        let sub = BTreeMap::from([(b"inner".to_vec(), 11)]);
        let top =
            [(&b"file"[..], 10), (b"dir", 12), (b"out", 13), (b"abs", 14), (b"loop", 15), (b"link", 16), (b"nul", 17)];
        let mut inodes = self.inodes.lock();
        inodes.insert(ROOT, Body::Directory(top.iter().map(|(name, ino)| (name.to_vec(), *ino)).collect()));
        inodes.insert(10, Body::File(b"a file of the host".to_vec()));
        inodes.insert(11, Body::File(vec![7; 5000]));
        inodes.insert(12, Body::Directory(sub));
        inodes.insert(13, Body::Link(b"../../../../etc/passwd".to_vec()));
        inodes.insert(14, Body::Link(b"/tmp/file".to_vec()));
        inodes.insert(15, Body::Link(b"loop".to_vec()));
        inodes.insert(16, Body::Link(b"dir/inner".to_vec()));
        inodes.insert(17, Body::Link(b"a\0b".to_vec()));
        self.next.store(18, Ordering::Relaxed);
    }

    /// How often something was changed.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// The largest size a file ever got by a guest's doing.
    pub(super) fn largest(&self) -> u64 {
        self.largest.load(Ordering::Relaxed)
    }

    /// What the kernel did that it must not do.
    pub(super) fn complaints(&self) -> Vec<String> {
        self.complaints.lock().clone()
    }

    fn complain(&self, what: String) {
        self.complaints.lock().push(what);
    }

    pub(super) fn changed(&self, what: &str) {
        self.changes.fetch_add(1, Ordering::Relaxed);
        if self.read_only {
            self.complain(format!("{what} on what was granted read-only"));
        }
    }

    pub(super) fn grown(&self, size: u64) -> SysResult<usize> {
        if size > LARGEST {
            return fail(Errno::EFBIG, "the fake host's files are small");
        }
        self.largest.fetch_max(size, Ordering::Relaxed);
        usize::try_from(size).or(fail(Errno::EFBIG, ""))
    }
}

impl Handle {
    fn check_path(&self, path: &[u8]) {
        let plain = |c: &[u8]| !matches!(c, b"" | b"." | b"..") && c.len() <= 255 && !c.contains(&0);
        if !path.is_empty() && !path.split(|b| *b == b'/').all(plain) {
            self.host.complain(format!("host path {:?}", String::from_utf8_lossy(path)));
        }
    }

    /// The inode at a path; the last component is not followed.
    fn find(&self, path: &[u8]) -> SysResult<u64> {
        self.check_path(path);
        let inodes = self.host.inodes.lock();
        let mut at = self.ino;
        for name in path.split(|b| *b == b'/').filter(|c| !c.is_empty()) {
            at = match inodes.get(&at) {
                Some(Body::Directory(names)) => *names.get(name).ok_or(ENOENT)?,
                Some(Body::Link(_)) => return fail(Errno::ELOOP, "link on the way"),
                Some(Body::File(_)) => return fail(Errno::ENOTDIR, ""),
                None => return Err(ENOENT),
            };
        }
        Ok(at)
    }

    /// The directory a path's last component is in, and that component.
    fn place<'p>(&self, path: &'p [u8]) -> SysResult<(u64, &'p [u8])> {
        let (dir, name) = match path.iter().rposition(|b| *b == b'/') {
            Some(slash) => path.split_at(slash),
            None => (&[][..], path),
        };
        let name = name.strip_prefix(b"/").unwrap_or(name);
        if name.is_empty() {
            self.host.complain("a change of a host directory's own name".into());
            return fail(Errno::EBUSY, "");
        }
        let dir = self.find(dir)?;
        match self.host.inodes.lock().get(&dir) {
            Some(Body::Directory(_)) => Ok((dir, name)),
            Some(Body::Link(_)) => fail(Errno::ELOOP, "link on the way"),
            Some(Body::File(_)) => fail(Errno::ENOTDIR, ""),
            None => Err(ENOENT),
        }
    }

    fn insert(&self, path: &[u8], what: &str, body: Body) -> SysResult<u64> {
        let (dir, name) = self.place(path)?;
        let ino = self.host.next.fetch_add(1, Ordering::Relaxed);
        let mut inodes = self.host.inodes.lock();
        let Some(Body::Directory(names)) = inodes.get_mut(&dir) else { return Err(ENOENT) };
        if names.contains_key(name) {
            return fail(Errno::EEXIST, "");
        }
        self.host.changed(what);
        names.insert(name.to_vec(), ino);
        inodes.insert(ino, body);
        Ok(ino)
    }

    /// Takes a name away. Inodes stay for those who have them open.
    fn remove(&self, path: &[u8], directory: bool) -> SysResult<()> {
        let (dir, name) = self.place(path)?;
        let ino = self.find(path)?;
        let mut inodes = self.host.inodes.lock();
        match (inodes.get(&ino), directory) {
            (Some(Body::Directory(names)), true) if !names.is_empty() => return fail(Errno::ENOTEMPTY, ""),
            (Some(Body::Directory(_)), false) => return fail(Errno::EISDIR, ""),
            (Some(Body::File(_) | Body::Link(_)), true) => return fail(Errno::ENOTDIR, ""),
            _ => {}
        }
        self.host.changed("remove");
        if let Some(Body::Directory(names)) = inodes.get_mut(&dir) {
            names.remove(name);
        }
        if directory {
            inodes.remove(&ino);
        }
        Ok(())
    }

    pub(super) fn stat_of(&self, ino: u64) -> SysResult<Stat> {
        let inodes = self.host.inodes.lock();
        let (kind, size) = match inodes.get(&ino) {
            Some(Body::File(data)) => (FileType::Regular, data.len()),
            Some(Body::Directory(_)) => (FileType::Directory, 4096),
            Some(Body::Link(target)) => (FileType::Symlink, target.len()),
            None => return Err(ENOENT),
        };
        let time = Timespec { sec: 1_700_000_000, nsec: 0 };
        let size = u64::try_from(size).unwrap_or(0);
        let (atime, mtime, ctime) = (time, time, time);
        Ok(Stat {
            dev: 9,
            ino,
            nlink: 1,
            kind,
            mode: Mode(0o755),
            uid: 0,
            gid: 0,
            size,
            blocks: 8,
            atime,
            mtime,
            ctime,
        })
    }

    pub(super) fn with_data<T>(&self, f: impl FnOnce(&mut Vec<u8>) -> SysResult<T>) -> SysResult<T> {
        match self.host.inodes.lock().get_mut(&self.ino) {
            Some(Body::File(data)) => f(data),
            _ => fail(Errno::EISDIR, ""),
        }
    }

    pub(super) fn write(&self, data: &mut Vec<u8>, buf: &[u8], offset: u64) -> SysResult<usize> {
        let end = self.host.grown(offset.saturating_add(u64::try_from(buf.len()).unwrap_or(u64::MAX)))?;
        self.host.changed("write");
        let start = end.saturating_sub(buf.len());
        if data.len() < end {
            data.resize(end, 0);
        }
        data.get_mut(start..end).unwrap_or_default().copy_from_slice(buf);
        Ok(buf.len())
    }
}

const ENOENT: gopherix_kernel::SysError = gopherix_kernel::SysError::bare(Errno::ENOENT);

fn own(dir: &dyn HostDir) -> SysResult<&Handle> {
    dir.as_any().downcast_ref().ok_or(gopherix_kernel::SysError::bare(Errno::EXDEV))
}

impl HostDir for Handle {
    fn stat(&self, path: &[u8]) -> SysResult<Stat> {
        self.stat_of(self.find(path)?)
    }

    fn open_file(&self, path: &[u8], how: HostOpen) -> SysResult<Arc<dyn HostFile>> {
        if how.truncate && !how.write {
            self.host.complain("truncation without writing".into());
        }
        if how.write && self.host.read_only {
            self.host.complain("opened for writing what was granted read-only".into());
        }
        let ino = match how.create_new {
            Some(_) => self.insert(path, "create", Body::File(Vec::new()))?,
            None => self.find(path)?,
        };
        let file = Handle { host: self.host.clone(), ino };
        match self.stat_of(ino)?.kind {
            FileType::Regular => {}
            FileType::Symlink => return fail(Errno::ELOOP, ""),
            _ if how.write => return fail(Errno::EISDIR, ""),
            _ => {
                self.host.complain("a directory opened as a file".into());
                return fail(Errno::EISDIR, "");
            }
        }
        if how.truncate {
            file.set_len(0)?;
        }
        Ok(Arc::new(file))
    }

    fn open_dir(&self, path: &[u8]) -> SysResult<Arc<dyn HostDir>> {
        let ino = self.find(path)?;
        match self.stat_of(ino)?.kind {
            FileType::Directory => Ok(Arc::new(Handle { host: self.host.clone(), ino })),
            FileType::Symlink => fail(Errno::ELOOP, ""),
            _ => fail(Errno::ENOTDIR, ""),
        }
    }

    fn entries(&self, path: &[u8]) -> SysResult<Vec<DirEntry>> {
        let ino = self.find(path)?;
        match self.host.inodes.lock().get(&ino) {
            Some(Body::Directory(names)) => {
                let entry = |(name, ino): (&Vec<u8>, &u64)| DirEntry {
                    ino: *ino,
                    kind: FileType::Unknown,
                    name: name.clone().into_boxed_slice(),
                };
                Ok(names.iter().map(entry).collect())
            }
            Some(_) => fail(Errno::ENOTDIR, ""),
            None => Err(ENOENT),
        }
    }

    fn mkdir(&self, path: &[u8], _mode: Mode) -> SysResult<()> {
        self.insert(path, "mkdir", Body::Directory(BTreeMap::new())).map(drop)
    }

    fn unlink(&self, path: &[u8]) -> SysResult<()> {
        self.remove(path, false)
    }

    fn rmdir(&self, path: &[u8]) -> SysResult<()> {
        self.remove(path, true)
    }

    fn rename(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()> {
        let to = own(to)?;
        let (from_dir, name) = self.place(path)?;
        let (to_dir, to_name) = to.place(to_path)?;
        let ino = self.find(path)?;
        let mut inodes = self.host.inodes.lock();
        // Moving directories, into themselves or over others, is the real host's business; here they stay.
        if matches!(inodes.get(&ino), Some(Body::Directory(_))) {
            return fail(Errno::EACCES, "directories of the fake host stay where they are");
        }
        let Some(Body::Directory(target)) = inodes.get_mut(&to_dir) else { return Err(ENOENT) };
        let over = target.get(to_name).copied();
        if over.is_some_and(|over| matches!(inodes.get(&over), Some(Body::Directory(_)))) {
            return fail(Errno::EISDIR, "");
        }
        self.host.changed("rename");
        if let Some(Body::Directory(names)) = inodes.get_mut(&from_dir) {
            names.remove(name);
        }
        if let Some(Body::Directory(names)) = inodes.get_mut(&to_dir) {
            names.insert(to_name.to_vec(), ino);
        }
        Ok(())
    }

    fn link(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()> {
        let to = own(to)?;
        let ino = self.find(path)?;
        if self.stat_of(ino)?.kind == FileType::Directory {
            return fail(Errno::EPERM, "");
        }
        let (dir, name) = to.place(to_path)?;
        let mut inodes = self.host.inodes.lock();
        match inodes.get_mut(&dir) {
            Some(Body::Directory(names)) if !names.contains_key(name) => {
                self.host.changed("link");
                names.insert(name.to_vec(), ino);
                Ok(())
            }
            _ => fail(Errno::EEXIST, ""),
        }
    }

    fn symlink(&self, target: &[u8], path: &[u8]) -> SysResult<()> {
        self.insert(path, "symlink", Body::Link(target.to_vec())).map(drop)
    }

    fn readlink(&self, path: &[u8]) -> SysResult<Vec<u8>> {
        let ino = self.find(path)?;
        match self.host.inodes.lock().get(&ino) {
            Some(Body::Link(target)) => Ok(target.clone()),
            _ => fail(Errno::EINVAL, ""),
        }
    }

    fn set_times(&self, path: &[u8], _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        self.find(path)?;
        self.host.changed("set_times");
        Ok(())
    }

    fn set_mode(&self, path: &[u8], _mode: Mode) -> SysResult<()> {
        self.find(path)?;
        self.host.changed("set_mode");
        Ok(())
    }

    fn set_owner(&self, path: &[u8], _uid: Option<u32>, _gid: Option<u32>) -> SysResult<()> {
        self.find(path)?;
        self.host.changed("set_owner");
        Ok(())
    }

    fn sync(&self) -> SysResult<()> {
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
