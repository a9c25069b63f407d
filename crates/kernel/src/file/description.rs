//! Open file descriptions: what several descriptors may share (open(2), "Open file descriptions").

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use gopherix_abi::{AccessMode, DirEntry, Errno, OpenFlags, Whence};

use super::File;
use crate::error::{SysResult, fail};
use crate::sync::Lock;
use crate::vfs::Location;

/// An open file with its offset, status flags and access mode.
pub struct OpenFile {
    file: Arc<dyn File>,
    access: AccessMode,
    flags: AtomicU32,
    offset: Lock<u64>,
    listing: Lock<Option<Arc<[DirEntry]>>>,
    location: Option<Arc<Location>>,
}

impl OpenFile {
    /// A description of `file` at offset 0. `location` is where it was found, for `/proc`, the trace and `*at` calls.
    #[must_use]
    pub fn new(
        file: Arc<dyn File>,
        access: AccessMode,
        flags: OpenFlags,
        location: Option<Arc<Location>>,
    ) -> Arc<Self> {
        Arc::new(OpenFile {
            file,
            access,
            flags: AtomicU32::new(flags.intersection(OpenFlags::STATUS).bits()),
            offset: Lock::new(0),
            listing: Lock::new(None),
            location,
        })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Arc<dyn File> {
        &self.file
    }

    /// Reading, writing, both or neither.
    #[must_use]
    pub fn access(&self) -> AccessMode {
        self.access
    }

    /// Where it was found, if it has a name.
    #[must_use]
    pub fn location(&self) -> Option<&Arc<Location>> {
        self.location.as_ref()
    }

    /// Status flags (F_GETFL).
    #[must_use]
    pub fn flags(&self) -> OpenFlags {
        OpenFlags::from_bits_truncate(self.flags.load(Ordering::Relaxed))
    }

    /// Sets the status flags (F_SETFL); others are left out.
    pub fn set_flags(&self, flags: OpenFlags) {
        self.flags.store(flags.intersection(OpenFlags::STATUS).bits(), Ordering::Relaxed);
    }

    /// Reads at the offset and moves it, or from the stream.
    ///
    /// # Errors
    /// EBADF unless open for reading; as the file's.
    pub fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.check_readable()?;
        if !self.file.seekable() {
            return self.file.read(buf);
        }
        let mut offset = self.offset.lock();
        let n = self.file.read_at(buf, *offset)?;
        *offset = advance(*offset, n);
        Ok(n)
    }

    /// Reads at a given offset (pread(2)).
    ///
    /// # Errors
    /// EBADF unless open for reading; ESPIPE for streams.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        self.check_readable()?;
        self.file.read_at(buf, offset)
    }

    /// Writes at the offset and moves it, or at the end (O_APPEND), or to the stream.
    ///
    /// # Errors
    /// EBADF unless open for writing; as the file's.
    pub fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.check_writable()?;
        if !self.file.seekable() {
            return self.file.write(buf);
        }
        let mut offset = self.offset.lock();
        let n = if self.flags().contains(OpenFlags::APPEND) {
            let (n, end) = self.file.append(buf)?;
            *offset = end;
            n
        } else {
            let n = self.file.write_at(buf, *offset)?;
            *offset = advance(*offset, n);
            n
        };
        drop(offset);
        self.sync_if_asked()?;
        Ok(n)
    }

    /// Writes at a given offset (pwrite(2)), or at the end with O_APPEND, as Linux does (pwrite(2), BUGS; POSIX says the
    /// offset counts). The description's own offset stays.
    ///
    /// # Errors
    /// EBADF unless open for writing; ESPIPE for streams.
    pub fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize> {
        self.check_writable()?;
        let n = if self.flags().contains(OpenFlags::APPEND) {
            self.file.append(buf)?.0
        } else {
            self.file.write_at(buf, offset)?
        };
        self.sync_if_asked()?;
        Ok(n)
    }

    /// Moves the offset (lseek(2)) and returns it. For a directory only offset 0 from the start means something: it rewinds.
    ///
    /// # Errors
    /// ESPIPE for streams; EINVAL for a result below 0; EOVERFLOW past `i64::MAX`.
    pub fn seek(&self, delta: i64, whence: Whence) -> SysResult<u64> {
        if !self.file.seekable() {
            return fail(Errno::ESPIPE, "this file has no offsets");
        }
        let mut offset = self.offset.lock();
        let base = match whence {
            Whence::Set => 0,
            Whence::Cur => *offset,
            Whence::End => self.file.stat()?.size,
        };
        let target = i128::from(base).saturating_add(i128::from(delta));
        if target < 0 {
            return fail(Errno::EINVAL, "offset before the start of the file");
        }
        match i64::try_from(target).ok().and_then(|t| u64::try_from(t).ok()) {
            Some(target) => {
                *offset = target;
                Ok(target)
            }
            None => fail(Errno::EOVERFLOW, "offset past what off_t can hold"),
        }
    }

    /// The present offset.
    #[must_use]
    pub fn offset(&self) -> u64 {
        *self.offset.lock()
    }

    /// The directory's entries as they were when the listing was started; started anew when `rewind`.
    ///
    /// A listing is a snapshot, so that cookies stay valid while the guest deletes what it has read, and reading n entries
    /// costs n steps in all.
    ///
    /// # Errors
    /// ENOTDIR.
    pub fn listing(&self, rewind: bool) -> SysResult<Arc<[DirEntry]>> {
        let mut listing = self.listing.lock();
        match (&*listing, rewind) {
            (Some(entries), false) => Ok(entries.clone()),
            _ => {
                let mut entries = self.file.entries()?;
                if let Some(location) = &self.location {
                    location.add_mount_points(&mut entries);
                }
                let entries: Arc<[DirEntry]> = entries.into();
                *listing = Some(entries.clone());
                Ok(entries)
            }
        }
    }

    /// Whether reading is allowed.
    ///
    /// # Errors
    /// EBADF.
    pub fn check_readable(&self) -> SysResult<()> {
        if self.access.reads() { Ok(()) } else { fail(Errno::EBADF, "not open for reading") }
    }

    /// Whether writing is allowed.
    ///
    /// # Errors
    /// EBADF.
    pub fn check_writable(&self) -> SysResult<()> {
        if self.access.writes() { Ok(()) } else { fail(Errno::EBADF, "not open for writing") }
    }

    fn sync_if_asked(&self) -> SysResult<()> {
        let flags = self.flags();
        if self.file.stores() && flags.intersects(OpenFlags::SYNC | OpenFlags::DSYNC) {
            self.file.sync(!flags.contains(OpenFlags::SYNC))?;
        }
        Ok(())
    }
}

fn advance(offset: u64, by: usize) -> u64 {
    offset.saturating_add(u64::try_from(by).unwrap_or(u64::MAX))
}
