//! Open files of the fake host.

use gopherix_abi::{Mode, SetTime, Stat};
use gopherix_kernel::SysResult;
use gopherix_kernel::platform::HostFile;

use super::host::Handle;

impl HostFile for Handle {
    fn stat(&self) -> SysResult<Stat> {
        self.stat_of(self.ino)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        self.with_data(|data| {
            let rest = usize::try_from(offset).ok().and_then(|at| data.get(at..)).unwrap_or_default();
            let n = rest.len().min(buf.len());
            buf.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            Ok(n)
        })
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize> {
        self.with_data(|data| self.write(data, buf, offset))
    }

    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        self.with_data(|data| {
            let end = u64::try_from(data.len()).unwrap_or(u64::MAX);
            let n = self.write(data, buf, end)?;
            Ok((n, u64::try_from(data.len()).unwrap_or(u64::MAX)))
        })
    }

    fn set_len(&self, len: u64) -> SysResult<()> {
        let len = self.host.grown(len)?;
        self.host.changed("truncate");
        self.with_data(|data| {
            data.resize(len, 0);
            Ok(())
        })
    }

    fn allocate(&self, offset: u64, len: u64) -> SysResult<()> {
        let end = self.host.grown(offset.saturating_add(len))?;
        self.host.changed("allocate");
        self.with_data(|data| {
            data.resize(end.max(data.len()), 0);
            Ok(())
        })
    }

    fn sync(&self, _data_only: bool) -> SysResult<()> {
        Ok(())
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        self.host.changed("set_times");
        Ok(())
    }

    fn set_mode(&self, _mode: Mode) -> SysResult<()> {
        self.host.changed("set_mode");
        Ok(())
    }

    fn set_owner(&self, _uid: Option<u32>, _gid: Option<u32>) -> SysResult<()> {
        self.host.changed("set_owner");
        Ok(())
    }
}
