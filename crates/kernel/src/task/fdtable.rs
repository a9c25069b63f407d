//! Descriptor tables.

use std::sync::Arc;

use gopherix_abi::{Errno, Fd, Rights};

use crate::error::{SysError, SysResult, fail};
use crate::file::OpenFile;

/// A descriptor.
#[derive(Clone)]
pub struct FdEntry {
    /// What it stands for; shared with its duplicates.
    pub file: Arc<OpenFile>,
    /// FD_CLOEXEC.
    pub cloexec: bool,
    /// What may be done through it (WASI's and Capsicum's rights; all of them where nobody took any away).
    pub rights: Rights,
    /// What may be given to files opened through it.
    pub inheriting: Rights,
    /// The name under which it was handed to the guest at its start (WASI's "preopens"), for directories.
    pub preopen: Option<Arc<[u8]>>,
}

impl FdEntry {
    /// A descriptor with all the rights its file has a use for.
    #[must_use]
    pub fn new(file: Arc<OpenFile>) -> Self {
        FdEntry::with_rights(file, Rights::all())
    }

    /// A descriptor with these rights, less those to seek where there are no offsets: that is how wasi-libc's isatty tells a
    /// terminal from a file.
    #[must_use]
    pub fn with_rights(file: Arc<OpenFile>, mut rights: Rights) -> Self {
        if !file.file().seekable() {
            rights.remove(Rights::FD_SEEK | Rights::FD_TELL);
        }
        FdEntry { file, cloexec: false, rights, inheriting: Rights::all(), preopen: None }
    }

    /// The same, handed to the guest under a name (a directory).
    #[must_use]
    pub fn preopened(file: Arc<OpenFile>, name: &[u8]) -> Self {
        FdEntry { preopen: Some(name.into()), ..FdEntry::new(file) }
    }

    /// Whether it has all of `rights`.
    ///
    /// # Errors
    /// ENOTCAPABLE.
    pub fn check(&self, rights: Rights) -> SysResult<()> {
        if self.rights.contains(rights) { Ok(()) } else { fail(Errno::ENOTCAPABLE, "the descriptor lacks the right") }
    }
}

const EBADF: SysError = SysError::new(Errno::EBADF, "no such descriptor");
const EMFILE: SysError = SysError::new(Errno::EMFILE, "the process' limit of open files is reached");

/// The descriptors of a process. New ones get the lowest free number.
#[derive(Default)]
pub struct FdTable {
    slots: Vec<Option<FdEntry>>,
    /// No slot below this one is free.
    lowest: usize,
    limit: usize,
    /// Numbers that were left free on purpose at the start.
    holes: Vec<Fd>,
}

impl FdTable {
    /// The most numbers a table has, whatever the limit says (Linux's `fs.nr_open`): a guest that duplicates onto the
    /// largest of them costs that much memory at once.
    pub const MAX: u32 = 1 << 20;

    /// An empty table for numbers below `limit`.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        let limit = usize::try_from(limit.min(FdTable::MAX)).unwrap_or(usize::MAX);
        FdTable { slots: Vec::new(), lowest: 0, limit, holes: Vec::new() }
    }

    /// The descriptor of that number.
    ///
    /// # Errors
    /// EBADF.
    pub fn get(&self, fd: Fd) -> SysResult<&FdEntry> {
        index(fd).and_then(|i| self.slots.get(i)).and_then(Option::as_ref).ok_or(EBADF)
    }

    /// The descriptor of that number, to change.
    ///
    /// # Errors
    /// EBADF.
    pub fn get_mut(&mut self, fd: Fd) -> SysResult<&mut FdEntry> {
        index(fd).and_then(|i| self.slots.get_mut(i)).and_then(Option::as_mut).ok_or(EBADF)
    }

    /// Puts a descriptor at the lowest free number.
    ///
    /// # Errors
    /// EMFILE.
    pub fn install(&mut self, entry: FdEntry) -> SysResult<Fd> {
        let at = self.free_slot()?;
        self.lowest = at;
        self.put(at, entry)
    }

    /// Puts a descriptor at the lowest free number from `min` on (F_DUPFD of fcntl(2)).
    ///
    /// # Errors
    /// EINVAL if `min` is not below the limit, EMFILE.
    pub fn install_from(&mut self, min: Fd, entry: FdEntry) -> SysResult<Fd> {
        let min = index(min).filter(|min| *min < self.limit);
        let min = min.ok_or(SysError::new(Errno::EINVAL, "not below the limit of open files"))?.max(self.lowest);
        let at = self.slots.iter().skip(min).position(Option::is_none);
        let at = at.map_or(self.slots.len().max(min), |i| i.saturating_add(min));
        if at < self.limit { self.put(at, entry) } else { Err(EMFILE) }
    }

    /// Gives an empty table its first descriptors, by their places; `None` leaves a number free.
    ///
    /// # Errors
    /// EMFILE.
    pub(crate) fn begin_with(&mut self, entries: Vec<Option<FdEntry>>) -> SysResult<()> {
        if entries.len() > self.limit {
            return Err(EMFILE);
        }
        self.lowest = entries.iter().position(Option::is_none).unwrap_or(entries.len());
        let holes = (0..).map(Fd).zip(&entries).filter(|(_, entry)| entry.is_none());
        self.holes = holes.map(|(fd, _)| fd).collect();
        self.slots = entries;
        Ok(())
    }

    /// Whether a number was left free at the start.
    #[must_use]
    pub fn began_free(&self, fd: Fd) -> bool {
        self.holes.contains(&fd)
    }

    /// Puts a descriptor behind all that were ever in use.
    ///
    /// # Errors
    /// EMFILE.
    pub(crate) fn append(&mut self, entry: FdEntry) -> SysResult<Fd> {
        let at = self.slots.len();
        if at < self.limit { self.put(at, entry) } else { Err(EMFILE) }
    }

    /// Whether [`FdTable::install`] would find a number, for calls that must have no effect when it would not.
    ///
    /// # Errors
    /// EMFILE.
    pub fn check_room(&self) -> SysResult<()> {
        self.free_slot().map(drop)
    }

    fn free_slot(&self) -> SysResult<usize> {
        let at = self.slots.iter().skip(self.lowest).position(Option::is_none);
        let at = at.map_or(self.slots.len(), |i| i.saturating_add(self.lowest));
        if at < self.limit { Ok(at) } else { Err(EMFILE) }
    }

    /// Puts a descriptor at a given number, closing what was there (dup2(2)).
    ///
    /// # Errors
    /// EBADF if the number is not below the limit.
    pub fn install_at(&mut self, fd: Fd, entry: FdEntry) -> SysResult<Option<FdEntry>> {
        let at = index(fd).filter(|i| *i < self.limit).ok_or(EBADF)?;
        let old = self.slots.get_mut(at).and_then(Option::take);
        self.put(at, entry)?;
        Ok(old)
    }

    /// Takes a descriptor out.
    ///
    /// # Errors
    /// EBADF.
    pub fn remove(&mut self, fd: Fd) -> SysResult<FdEntry> {
        let at = index(fd).ok_or(EBADF)?;
        let entry = self.slots.get_mut(at).and_then(Option::take).ok_or(EBADF)?;
        self.lowest = self.lowest.min(at);
        Ok(entry)
    }

    /// All descriptors in use, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Fd, &FdEntry)> {
        self.slots.iter().enumerate().filter_map(|(i, e)| Some((Fd(u32::try_from(i).ok()?), e.as_ref()?)))
    }

    /// How many numbers have room in the table: the largest that was ever in use, and one.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Empties the table and returns what was in it, so that it can be closed without the table's lock.
    pub fn drain(&mut self) -> Vec<FdEntry> {
        self.lowest = 0;
        std::mem::take(&mut self.slots).into_iter().flatten().collect()
    }

    fn put(&mut self, at: usize, entry: FdEntry) -> SysResult<Fd> {
        if at >= self.slots.len() {
            self.slots.resize_with(at.saturating_add(1), || None);
        }
        *self.slots.get_mut(at).ok_or(EBADF)? = Some(entry);
        if at == self.lowest {
            self.lowest = at.saturating_add(1);
        }
        u32::try_from(at).map(Fd).map_err(|_| EMFILE)
    }
}

fn index(fd: Fd) -> Option<usize> {
    usize::try_from(fd.0).ok()
}

#[cfg(test)]
mod tests {
    use gopherix_abi::{AccessMode, OpenFlags};

    use super::*;
    use crate::ipc::pipe::pipe;

    fn entry() -> FdEntry {
        FdEntry::new(OpenFile::new(pipe().0, AccessMode::ReadOnly, OpenFlags::empty(), None))
    }

    fn table(limit: u32, fds: usize) -> FdTable {
        let mut table = FdTable::new(limit);
        for _ in 0..fds {
            table.install(entry()).unwrap();
        }
        table
    }

    fn numbers(table: &FdTable) -> Vec<u32> {
        table.iter().map(|(fd, _)| fd.0).collect()
    }

    #[test]
    fn new_ones_get_the_lowest_free_number() {
        let mut table = table(16, 5);
        for fd in [3, 1] {
            table.remove(Fd(fd)).unwrap();
        }
        let new: Vec<_> = (0..3).map(|_| table.install(entry()).unwrap().0).collect();
        assert_eq!(new, [1, 3, 5]);
        assert_eq!(numbers(&table), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_gap_left_by_dup2_is_filled_first() {
        let mut table = table(16, 1);
        assert!(table.install_at(Fd(4), entry()).unwrap().is_none());
        let new: Vec<_> = (0..4).map(|_| table.install(entry()).unwrap().0).collect();
        assert_eq!(new, [1, 2, 3, 5]);
        assert_eq!(table.slots(), 6);
    }

    #[test]
    fn what_a_table_begins_with_keeps_its_numbers() {
        let mut table = FdTable::new(6);
        table.begin_with(vec![Some(entry()), None, Some(entry()), None]).unwrap();
        assert_eq!(table.append(entry()), Ok(Fd(4)));
        let new: Vec<_> = (0..3).map(|_| table.install(entry()).unwrap().0).collect();
        assert_eq!(new, [1, 3, 5]);
        assert_eq!(table.append(entry()).unwrap_err().errno, Errno::EMFILE);
        assert_eq!(FdTable::new(1).begin_with(vec![None, None]).unwrap_err().errno, Errno::EMFILE);
    }

    #[test]
    fn the_limit_is_emfile_and_a_close_makes_room() {
        let mut table = table(3, 3);
        assert_eq!(table.install(entry()).unwrap_err().errno, Errno::EMFILE);
        table.remove(Fd(1)).unwrap();
        assert_eq!(table.install(entry()), Ok(Fd(1)));
        assert_eq!(table.install(entry()).unwrap_err().errno, Errno::EMFILE);
    }

    #[test]
    fn dup2_replaces_below_the_limit_and_is_ebadf_beyond() {
        let mut table = table(3, 2);
        let (new, kept) = (entry(), table.get(Fd(1)).unwrap().file.clone());
        let old = table.install_at(Fd(1), new.clone()).unwrap().unwrap();
        assert!(Arc::ptr_eq(&old.file, &kept) && Arc::ptr_eq(&table.get(Fd(1)).unwrap().file, &new.file));
        assert!(table.install_at(Fd(2), entry()).is_ok());
        for fd in [3, FdTable::MAX, u32::MAX] {
            assert_eq!(table.install_at(Fd(fd), entry()).err().map(|e| e.errno), Some(Errno::EBADF), "{fd}");
        }
        assert_eq!(numbers(&table), [0, 1, 2]);
    }

    #[test]
    fn a_duplicate_gets_the_lowest_number_from_the_asked_one_on() {
        let mut table = table(16, 3);
        assert_eq!(table.install_from(Fd(1), entry()), Ok(Fd(3)));
        assert_eq!(table.install_from(Fd(10), entry()), Ok(Fd(10)));
        table.remove(Fd(1)).unwrap();
        assert_eq!(table.install_from(Fd(2), entry()), Ok(Fd(4)));
        assert_eq!(table.install_from(Fd(0), entry()), Ok(Fd(1)));
        assert_eq!(table.install_from(Fd(16), entry()).unwrap_err().errno, Errno::EINVAL);
        table.install_from(Fd(15), entry()).unwrap();
        assert_eq!(table.install_from(Fd(15), entry()).unwrap_err().errno, Errno::EMFILE);
        assert_eq!(table.install(entry()), Ok(Fd(5)));
    }

    #[test]
    fn no_limit_lets_a_table_grow_without_bound() {
        let mut table = FdTable::new(u32::MAX);
        assert_eq!(table.install_at(Fd(FdTable::MAX), entry()).err().map(|e| e.errno), Some(Errno::EBADF));
        assert!(table.install_at(Fd(FdTable::MAX - 1), entry()).is_ok());
        assert_eq!(table.install(entry()), Ok(Fd(0)));
    }

    #[test]
    fn numbers_not_in_use_are_ebadf() {
        let mut table = table(16, 2);
        table.remove(Fd(0)).unwrap();
        for fd in [0, 2, u32::MAX] {
            assert_eq!(table.get(Fd(fd)).err().map(|e| e.errno), Some(Errno::EBADF));
            assert_eq!(table.remove(Fd(fd)).err().map(|e| e.errno), Some(Errno::EBADF));
        }
    }

    #[test]
    fn a_drained_table_starts_at_0_again() {
        let mut table = table(16, 3);
        table.remove(Fd(1)).unwrap();
        assert_eq!(table.drain().len(), 2);
        assert_eq!((numbers(&table), table.slots()), (vec![], 0));
        assert_eq!(table.install(entry()), Ok(Fd(0)));
    }
}
