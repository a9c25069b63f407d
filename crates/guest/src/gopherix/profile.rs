//! Profiling: samples of the program itself.

use gopherix_abi::Errno;
use gopherix_abi::gopherix::profile::HEADER;
use gopherix_kernel::SysResult;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::platform::GuestSample;
use gopherix_kernel::task::Cx;

use crate::wire::{check_out, put_len};

/// Samples the process so many times a second of its processor time; 0 ends that.
pub fn set_process_cpu_profiler(cx: &mut Cx, _mem: &mut dyn GuestMemory, hz: u32) -> SysResult<()> {
    cx.sys_set_process_cpu_profiler(hz)
}

/// Samples the calling thread so many times a second of its processor time.
pub fn set_thread_cpu_profiler(cx: &mut Cx, _mem: &mut dyn GuestMemory, hz: u32) -> SysResult<()> {
    cx.sys_set_thread_cpu_profiler(hz).map(drop)
}

/// Fills a buffer with samples, as many as are there and have room; tells how many bytes these take. ERANGE if there is a
/// sample, and no room for it alone.
pub fn profile_next(cx: &mut Cx, mem: &mut dyn GuestMemory, buf: u32, buf_len: u32, used: u32) -> SysResult<()> {
    check_out(mem, used, 4)?;
    check_out(mem, buf, buf_len)?;
    let end = u64::from(buf).saturating_add(buf_len.into());
    let mut at = u64::from(buf);
    loop {
        let left = usize::try_from(end.saturating_sub(at)).unwrap_or(0);
        let Some(room) = left.checked_sub(HEADER) else { break };
        match cx.sys_profile_next(room / 8) {
            Ok(sample) => {
                let record = encode(&sample);
                mem.write(at, &record)?;
                at = at.saturating_add(u64::try_from(record.len()).unwrap_or(0));
            }
            Err(e) if e.errno == Errno::EAGAIN || at > u64::from(buf) => break,
            Err(e) => return Err(e),
        }
    }
    put_len(mem, used, usize::try_from(at.saturating_sub(buf.into())).unwrap_or(0))
}

fn encode(sample: &GuestSample) -> Vec<u8> {
    let counters = u32::try_from(sample.stack.len()).unwrap_or(u32::MAX);
    let mut record = Vec::with_capacity(sample.stack.len().saturating_mul(8).saturating_add(HEADER));
    record.extend_from_slice(&counters.to_le_bytes());
    record.extend_from_slice(&sample.count.to_le_bytes());
    record.extend_from_slice(&sample.context.to_le_bytes());
    record.extend(sample.stack.iter().flat_map(|pc| pc.to_le_bytes()));
    record
}
