//! The functions of Go's `runtime`: none of them enters the engine.

use gopherix_abi::ClockId;
use gopherix_kernel::memory::UserSlice;

use super::Gojs;
use super::engine::{Caller, Engine, Stop};
use super::events::Due;
use super::frame::{Frame, Outside, fault};

/// `func wasmExit(code int32)`.
///
/// # Errors
/// [`Stop`], always; below: see there.
pub fn wasm_exit<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let Ok(code) = Frame::new(caller.split().0, sp).u32(8) else { return Err(fault(caller, "wasmExit")) };
    let gojs = caller.gojs().clone();
    gojs.exited.set(true);
    Err(gojs.exit(caller, code))
}

/// `func wasmWrite(fd uintptr, p unsafe.Pointer, n int32)`: what the runtime itself prints.
pub fn wasm_write<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let frame = Frame::new(caller.split().0, sp);
    let read = || {
        let (fd, ptr, len) = (frame.u64(8)?, frame.u64(16)?, frame.u32(24)?);
        Ok::<_, Outside>((fd, frame.at_pointer(ptr, u64::from(len))?.to_vec()))
    };
    let Ok((fd, bytes)) = read() else { return Err(fault(caller, "wasmWrite")) };
    let Ok(fd) = u32::try_from(fd) else { return Ok(()) };
    caller.gojs().clone().write_now(caller, fd, &bytes)
}

/// `func resetMemoryDataView()`: the memory has grown.
pub fn reset_memory_data_view<E: Engine>(caller: &mut dyn Caller<E>, _sp: u32) -> Result<(), Stop> {
    caller.gojs().engine.memory_changed();
    Ok(())
}

/// `func nanotime1() int64`.
pub fn nanotime1<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let (memory, cx) = caller.split();
    let now = cx.sys_clock_gettime(ClockId::Monotonic).map_or(0, gopherix_abi::Timespec::as_nanos);
    let put = Frame::new(memory, sp).put_u64(8, now);
    put.map_err(|Outside| fault(caller, "nanotime1"))
}

/// `func walltime() (sec int64, nsec int32)`.
pub fn walltime<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let (memory, cx) = caller.split();
    let now = cx.sys_clock_gettime(ClockId::Realtime).unwrap_or_default();
    let mut frame = Frame::new(memory, sp);
    let put = frame.put_u64(8, u64::from_le_bytes(now.sec.to_le_bytes())).and_then(|()| frame.put_u32(16, now.nsec));
    put.map_err(|Outside| fault(caller, "walltime"))
}

/// `func scheduleTimeoutEvent(ms int64) int32`: Go is resumed after that time.
pub fn schedule_timeout_event<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let (memory, cx) = caller.split();
    let frame = Frame::new(memory, sp);
    let Ok(ms) = frame.i64(8) else { return Err(fault(caller, "scheduleTimeoutEvent")) };
    let now = cx.sys_clock_gettime(ClockId::Monotonic).map_or(0, gopherix_abi::Timespec::as_nanos);
    let deadline = now.saturating_add(u64::try_from(ms).unwrap_or(0).saturating_mul(1_000_000));
    let gojs = caller.gojs().clone();
    let id = gojs.events.set_timer(deadline, Due::Resume);
    let put = Frame::new(caller.split().0, sp).put_u32(16, id);
    put.map_err(|Outside| fault(caller, "scheduleTimeoutEvent"))
}

/// `func clearTimeoutEvent(id int32)`.
pub fn clear_timeout_event<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let Ok(id) = Frame::new(caller.split().0, sp).u32(8) else { return Err(fault(caller, "clearTimeoutEvent")) };
    caller.gojs().events.clear_timer(id);
    Ok(())
}

/// `func getRandomData(r []byte)`.
pub fn get_random_data<E: Engine>(caller: &mut dyn Caller<E>, sp: u32) -> Result<(), Stop> {
    let (memory, cx) = caller.split();
    let mut frame = Frame::new(memory, sp);
    let Ok(range) = frame.range(8, 1) else { return Err(fault(caller, "getRandomData")) };
    let as_u64 = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let slice = UserSlice { ptr: as_u64(range.start), len: as_u64(range.len()) };
    match cx.sys_getrandom(frame.memory(), slice) {
        Ok(()) => Ok(()),
        // A program that goes on with what is not random is worse off than one that ends.
        Err(_) => Err(fault(caller, "getRandomData")),
    }
}

impl<E: Engine> Gojs<E> {
    /// Writes all of it before anything else happens, waiting where the file does. Errors are nobody's: who writes so is
    /// about to end, or is a script's console.
    pub(super) fn write_now(&self, caller: &mut dyn Caller<E>, fd: u32, bytes: &[u8]) -> Result<(), Stop> {
        let mut done = 0;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            match self.try_write(caller, fd, rest) {
                Ok(0) => break,
                Ok(n) => done = done.saturating_add(n),
                Err(e) if e.errno == gopherix_abi::Errno::EAGAIN => self.wait_writable(caller, fd)?,
                Err(_) => break,
            }
        }
        Ok(())
    }
}
