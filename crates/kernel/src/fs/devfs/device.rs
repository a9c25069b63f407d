//! Devices without a state: null(4), zero, full(4), random(4).

use std::sync::Arc;

use gopherix_abi::{Errno, FileType, SetTime, Stat};

use crate::error::{SysResult, fail};
use crate::file::File;
use crate::platform::Platform;
use crate::vfs::{Node, OpenHow};

/// Which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    Null,
    Zero,
    Full,
    Random,
}

/// A device, open or not: it has no state that opening could give it.
#[derive(Clone)]
pub(super) struct DeviceNode {
    stat: Stat,
    device: Device,
    platform: Arc<dyn Platform>,
}

impl DeviceNode {
    pub(super) fn new(stat: Stat, device: Device, platform: Arc<dyn Platform>) -> Self {
        DeviceNode { stat, device, platform }
    }

    fn accept(&self, buf: &[u8]) -> SysResult<usize> {
        match self.device {
            Device::Full => fail(Errno::ENOSPC, "this device is always full"),
            Device::Null | Device::Zero | Device::Random => Ok(buf.len()),
        }
    }
}

impl Node for DeviceNode {
    fn kind(&self) -> FileType {
        FileType::CharDevice
    }

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.stat)
    }

    /// O_TRUNC means nothing for a device (open(2)).
    fn open(&self, _how: OpenHow) -> SysResult<Arc<dyn File>> {
        Ok(Arc::new(self.clone()))
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }
}

impl File for DeviceNode {
    fn stat(&self) -> SysResult<Stat> {
        Ok(self.stat)
    }

    fn seekable(&self) -> bool {
        true
    }

    fn stores(&self) -> bool {
        false
    }

    fn read_at(&self, buf: &mut [u8], _offset: u64) -> SysResult<usize> {
        match self.device {
            Device::Null => return Ok(0),
            Device::Zero | Device::Full => buf.fill(0),
            Device::Random => self.platform.fill_random(buf)?,
        }
        Ok(buf.len())
    }

    fn write_at(&self, buf: &[u8], _offset: u64) -> SysResult<usize> {
        self.accept(buf)
    }

    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        Ok((self.accept(buf)?, 0))
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }
}
