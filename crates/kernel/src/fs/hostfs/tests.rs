//! hostfs over a fake host that writes down what it is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use gopherix_abi::Timespec;

use super::*;
use crate::error::SysError;
use crate::sync::Lock;
use crate::vfs::walk::{Start, Tail, walk};
use crate::vfs::{MountFlags, MountTable};

/// The calls made, as `name path`, shared by all handles of one host.
type Log = Arc<Lock<Vec<String>>>;

/// A handle on the directory at `at` of a fixed tree.
struct Fake {
    tree: Arc<BTreeMap<&'static str, FileType>>,
    at: String,
    log: Log,
}

const CALLER: Pid = Pid(1);
const READ: OpenHow = OpenHow { caller: CALLER, read: true, write: false, truncate: false };
const WRITE: OpenHow = OpenHow { caller: CALLER, read: false, write: true, truncate: false };

fn attributes(ino: u64, kind: FileType) -> Stat {
    let time = Timespec { sec: 7, nsec: 9 };
    Stat {
        dev: 42,
        ino,
        nlink: 1,
        kind,
        mode: Mode(0o644),
        uid: 0,
        gid: 0,
        size: 5,
        blocks: 8,
        atime: time,
        mtime: time,
        ctime: time,
    }
}

impl Fake {
    fn note(&self, call: &str, path: &[u8]) -> String {
        let path = std::str::from_utf8(path).unwrap();
        self.log.lock().push(format!("{call} {path}"));
        [self.at.as_str(), path].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("/")
    }

    fn find(&self, full: &str) -> SysResult<Stat> {
        for (i, _) in full.match_indices('/') {
            match self.tree.get(&full[..i]) {
                Some(FileType::Directory) => {}
                Some(FileType::Symlink) => return Err(SysError::bare(Errno::ELOOP)),
                Some(_) => return Err(SysError::bare(Errno::ENOTDIR)),
                None => return Err(SysError::bare(Errno::ENOENT)),
            }
        }
        match self.tree.get(full) {
            Some(kind) => Ok(attributes(1000, *kind)),
            None => Err(SysError::bare(Errno::ENOENT)),
        }
    }

    fn done(&self, call: &str, path: &[u8]) -> SysResult<()> {
        self.note(call, path);
        Ok(())
    }
}

impl HostDir for Fake {
    fn stat(&self, path: &[u8]) -> SysResult<Stat> {
        let full = self.note("stat", path);
        self.find(&full)
    }
    fn open_file(&self, path: &[u8], how: HostOpen) -> SysResult<Arc<dyn HostFile>> {
        let call = match how {
            HostOpen { create_new: Some(mode), .. } => format!("create {:o}", mode.0),
            HostOpen { truncate: true, .. } => "open-trunc".into(),
            HostOpen { write: true, .. } => "open-write".into(),
            _ => "open-read".into(),
        };
        self.note(&call, path);
        Ok(Arc::new(FakeFile))
    }
    fn open_dir(&self, path: &[u8]) -> SysResult<Arc<dyn HostDir>> {
        let at = self.note("open_dir", path);
        Ok(Arc::new(Fake { tree: self.tree.clone(), at, log: self.log.clone() }))
    }
    fn entries(&self, path: &[u8]) -> SysResult<Vec<DirEntry>> {
        let at = self.note("entries", path);
        let below = self.tree.iter().filter_map(|(full, kind)| {
            let name = if at.is_empty() { full } else { full.strip_prefix(&at)?.strip_prefix('/')? };
            (!name.contains('/')).then(|| DirEntry { ino: 1, kind: *kind, name: name.as_bytes().into() })
        });
        Ok(below.collect())
    }
    fn mkdir(&self, path: &[u8], _mode: Mode) -> SysResult<()> {
        self.done("mkdir", path)
    }
    fn unlink(&self, path: &[u8]) -> SysResult<()> {
        self.done("unlink", path)
    }
    fn rmdir(&self, path: &[u8]) -> SysResult<()> {
        self.done("rmdir", path)
    }
    fn rename(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()> {
        let to = to.as_any().downcast_ref::<Fake>().unwrap();
        to.note("rename-to", to_path);
        self.done("rename", path)
    }
    fn link(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()> {
        let to = to.as_any().downcast_ref::<Fake>().unwrap();
        to.note("link-to", to_path);
        self.done("link", path)
    }
    fn symlink(&self, _target: &[u8], path: &[u8]) -> SysResult<()> {
        self.done("symlink", path)
    }
    fn readlink(&self, path: &[u8]) -> SysResult<Vec<u8>> {
        self.note("readlink", path);
        Ok(b"d/e".to_vec())
    }
    fn set_times(&self, path: &[u8], _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        self.done("set_times", path)
    }
    fn set_mode(&self, path: &[u8], mode: Mode) -> SysResult<()> {
        self.done(&format!("set_mode {:o}", mode.0), path)
    }
    fn set_owner(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.done(&format!("set_owner {uid:?} {gid:?}"), path)
    }
    fn sync(&self) -> SysResult<()> {
        self.done("sync", b"")
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct FakeFile;

impl HostFile for FakeFile {
    fn stat(&self) -> SysResult<Stat> {
        Ok(attributes(1, FileType::Regular))
    }
    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        let rest = b"hello".get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
    fn write_at(&self, buf: &[u8], _offset: u64) -> SysResult<usize> {
        Ok(buf.len())
    }
    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        Ok((buf.len(), 5))
    }
    fn set_len(&self, _len: u64) -> SysResult<()> {
        Ok(())
    }
    fn allocate(&self, _offset: u64, _len: u64) -> SysResult<()> {
        Ok(())
    }
    fn sync(&self, _data_only: bool) -> SysResult<()> {
        Ok(())
    }
    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }
    fn set_mode(&self, _mode: Mode) -> SysResult<()> {
        Ok(())
    }
    fn set_owner(&self, _uid: Option<u32>, _gid: Option<u32>) -> SysResult<()> {
        Ok(())
    }
}

/// A file system over a host with one of everything, and the log of its calls.
fn host(read_only: bool) -> (HostFs, Log) {
    let tree = BTreeMap::from([
        ("d", FileType::Directory),
        ("d/e", FileType::Directory),
        ("d/e/f", FileType::Regular),
        ("fifo", FileType::Fifo),
        ("link", FileType::Symlink),
        ("null", FileType::CharDevice),
        ("sda", FileType::BlockDevice),
        ("sock", FileType::SocketStream),
    ]);
    let log = Log::default();
    let dir = Fake { tree: Arc::new(tree), at: String::new(), log: log.clone() };
    (HostFs::new(Arc::new(dir), read_only, "granted".into()), log)
}

fn calls(log: &Log) -> Vec<String> {
    std::mem::take(&mut *log.lock())
}

fn errno<T>(result: SysResult<T>) -> Errno {
    result.err().expect("an error").errno
}

fn dir(node: &NodeRef) -> &dyn Directory {
    node.as_directory().unwrap()
}

#[test]
fn a_lookup_is_one_host_stat_whose_answer_is_passed_on() {
    let (fs, log) = host(false);
    let found = dir(&fs.root()).lookup(b"d").unwrap();
    assert_eq!(found.stat.map(|s| (s.dev, s.kind)), Some((42, FileType::Directory)));
    assert_eq!(found.node.kind(), FileType::Directory);
    assert_eq!(calls(&log), ["stat d"]);
    assert_eq!(errno(dir(&found.node).lookup(b"gone")), Errno::ENOENT);
    assert_eq!(calls(&log), ["stat d/gone"]);
}

#[test]
fn a_chain_is_one_host_stat() {
    let (fs, log) = host(false);
    let (nodes, stat) = dir(&fs.root()).lookup_chain(&[b"d", b"e", b"f"]).unwrap().unwrap();
    assert_eq!(stat.kind, FileType::Regular);
    let kinds: Vec<FileType> = nodes.iter().map(|n| n.kind()).collect();
    assert_eq!(kinds, [FileType::Directory, FileType::Directory, FileType::Regular]);
    assert_eq!(calls(&log), ["stat d/e/f"]);
    assert_eq!(nodes[1].stat().unwrap().kind, FileType::Directory);
    assert_eq!(calls(&log), ["stat d/e"]);
}

#[test]
fn a_chain_over_a_link_is_left_to_the_walk_and_other_errors_are_final() {
    let (fs, _log) = host(false);
    let root = fs.root();
    assert!(dir(&root).lookup_chain(&[b"link", b"f"]).is_none());
    assert_eq!(errno(dir(&root).lookup_chain(&[b"d", b"no", b"f"]).unwrap()), Errno::ENOENT);
    assert_eq!(errno(dir(&root).lookup_chain(&[b"fifo", b"f"]).unwrap()), Errno::ENOTDIR);
}

#[test]
fn the_walk_follows_links_on_the_kernels_side() {
    let (fs, log) = host(false);
    let mounts = MountTable::new(Arc::new(fs), MountFlags::empty());
    let start = Start { root: mounts.root(), base: mounts.root(), beneath: false, caller: CALLER };
    let stat = walk(start, b"/link/f", Tail::Follow).unwrap().into_stat().unwrap();
    assert_eq!(stat.kind, FileType::Regular);
    assert_eq!(calls(&log), ["stat link/f", "stat link", "readlink link", "stat d/e/f"]);
}

#[test]
fn an_open_directory_is_pinned() {
    let (fs, log) = host(false);
    let node = dir(&fs.root()).lookup(b"d").unwrap().node;
    let open = node.open(READ).unwrap();
    let pinned = open.node().unwrap();
    calls(&log);
    dir(&pinned).lookup(b"e").unwrap();
    dir(&pinned).lookup_chain(&[b"e", b"f"]).unwrap().unwrap();
    assert_eq!(calls(&log), ["stat e", "stat e/f"], "asked of the pinned handle, not of the root");
    assert_eq!(open.entries().unwrap()[0].name.as_ref(), b"e");
    assert_eq!(errno(open.read_at(&mut [0; 4], 0)), Errno::EISDIR);
    open.sync(false).unwrap();
    assert_eq!(calls(&log), ["entries ", "sync "]);
    assert_eq!(errno(node.open(WRITE)), Errno::EISDIR);
}

#[test]
fn what_could_block_or_is_no_file_is_not_opened() {
    let (fs, log) = host(false);
    let root = fs.root();
    for (name, expected) in
        [("fifo", Errno::ENXIO), ("sock", Errno::ENXIO), ("sda", Errno::ENXIO), ("link", Errno::ELOOP)]
    {
        let node = dir(&root).lookup(name.as_bytes()).unwrap().node;
        calls(&log);
        assert_eq!(errno(node.open(READ)), expected, "{name}");
        assert_eq!(calls(&log), [""; 0], "{name}: the host is not asked");
    }
    dir(&root).lookup(b"null").unwrap().node.open(WRITE).unwrap();
    assert_eq!(calls(&log), ["stat null", "open-write null"]);
}

#[test]
fn a_read_only_grant_refuses_every_change_without_asking_the_host() {
    let (fs, log) = host(true);
    assert!(fs.info().read_only);
    let root = fs.root();
    let file = dir(&root).lookup_chain(&[b"d", b"e", b"f"]).unwrap().unwrap().0.pop().unwrap();
    let open = file.open(READ).unwrap();
    calls(&log);
    let changes: Vec<SysResult<()>> = vec![
        dir(&root).create(b"n", Mode(0o644), WRITE).map(drop),
        dir(&root).create(b"n", Mode(0o644), READ).map(drop),
        dir(&root).mkdir(b"n", Mode(0o755)),
        dir(&root).symlink(b"n", b"d"),
        dir(&root).link(b"n", &file),
        dir(&root).unlink(b"link"),
        dir(&root).rmdir(b"d"),
        dir(&root).rename(b"d", &root, b"n", RenameFlags::empty()),
        root.set_times(SetTime::Now, SetTime::Now),
        file.set_times(SetTime::Now, SetTime::Now),
        file.open(WRITE).map(drop),
        open.set_times(SetTime::Now, SetTime::Now),
        file.set_mode(Mode(0)),
        file.set_owner(Some(1), None),
        open.set_mode(Mode(0)),
        open.set_owner(None, Some(1)),
        open.truncate(0),
        open.allocate(0, 1),
    ];
    for (i, change) in changes.into_iter().enumerate() {
        assert_eq!(errno(change), Errno::EROFS, "change {i}");
    }
    assert_eq!(calls(&log), [""; 0]);
    let mut buf = [0; 8];
    assert_eq!(open.read_at(&mut buf, 1).unwrap(), 4);
}

#[test]
fn changes_name_the_joined_path() {
    let (fs, log) = host(false);
    let d = dir(&fs.root()).lookup(b"d").unwrap().node;
    let file = dir(&d).lookup_chain(&[b"e", b"f"]).unwrap().unwrap().0.pop().unwrap();
    calls(&log);
    let (node, _open) = dir(&d).create(b"n", Mode(0o640), OpenHow { truncate: true, ..WRITE }).unwrap();
    assert_eq!(node.kind(), FileType::Regular);
    dir(&d).mkdir(b"m", Mode(0o755)).unwrap();
    dir(&d).symlink(b"s", b"/x").unwrap();
    dir(&d).link(b"l", &file).unwrap();
    dir(&d).unlink(b"n").unwrap();
    dir(&d).rmdir(b"m").unwrap();
    dir(&d).rename(b"s", &fs.root(), b"t", RenameFlags::NOREPLACE).unwrap();
    file.set_mode(Mode(0o640)).unwrap();
    file.set_owner(Some(5), None).unwrap();
    let expected = "create 640 d/n|mkdir d/m|symlink d/s|link-to d/l|link d/e/f|unlink d/n|rmdir d/m\
                    |stat t|rename-to t|rename d/s|set_mode 640 d/e/f|set_owner Some(5) None d/e/f";
    assert_eq!(calls(&log).join("|"), expected);
}

#[test]
fn noreplace_refuses_a_taken_name() {
    let (fs, _log) = host(false);
    let root = fs.root();
    assert_eq!(errno(dir(&root).rename(b"fifo", &root, b"null", RenameFlags::NOREPLACE)), Errno::EEXIST);
}

#[test]
fn names_of_another_file_system_are_foreign_and_directories_have_one_name() {
    let (fs, _log) = host(false);
    let (other, _log) = host(false);
    let (root, foreign) = (fs.root(), other.root());
    assert_eq!(errno(dir(&root).rename(b"d", &foreign, b"d", RenameFlags::empty())), Errno::EXDEV);
    let file = dir(&foreign).lookup(b"null").unwrap().node;
    assert_eq!(errno(dir(&root).link(b"n", &file)), Errno::EXDEV);
    let d = dir(&root).lookup(b"d").unwrap().node;
    assert_eq!(errno(dir(&root).link(b"n", &d)), Errno::EPERM);
}
