//! A guest that samples itself: Go's `runtime/pprof` in a program built for this kernel.
//!
//! It asks in the middle of its life (`set_process_cpu_profiler`), so what a [`Sampling`] needs is found then: the guest is in a
//! call, its globals in their places. From its next turn on its thread is sampled. There is no collecting thread: the guest takes
//! its samples out itself, between two ticks of its own.

use std::sync::Arc;

use gopherix_kernel::platform::{GuestSample, SampleSource};
use gopherix_kernel::task::Process;
use wasmtime::Caller;

use super::symbols::Record;
use super::{Profiler, Sampling};
use crate::HostError;
use crate::guest::Guest;

/// The samples of one process for itself.
struct Own(Arc<Profiler>);

impl SampleSource for Own {
    fn take(&self) -> Option<GuestSample> {
        let profiler = &self.0;
        let mut collected = profiler.lock();
        let mut words = Vec::new();
        while profiler.slot.ring.take(&mut words) {
            let Some(record) = Record::read(&words) else { continue };
            let (mut stack, goroutine) = collected.symbols(&profiler.program).stack(&record);
            if stack.is_empty() {
                continue;
            }
            // Places of calls, of which those behind are returned to.
            stack.iter_mut().skip(1).for_each(|pc| *pc = pc.saturating_add(1));
            let count = u32::try_from(record.count).unwrap_or(u32::MAX);
            return Some(GuestSample { count, context: goroutine.map_or(0, |(address, _)| address), stack });
        }
        None
    }
}

/// Makes a guest ready to be sampled by itself, unless it is already, or somebody else samples it.
///
/// # Errors
/// As [`Profiler::new`].
pub(crate) fn prepare(caller: &mut Caller<'_, Guest>) -> Result<(), HostError> {
    let guest = caller.data();
    if guest.live.sampling.get().is_some() {
        return Ok(());
    }
    let (Some(program), Some(instance)) = (guest.program.clone(), guest.instance) else { return Ok(()) };
    let (process, thread) = (guest.cx.process.clone(), guest.cx.m.info());
    let name = String::from_utf8_lossy(process.name()).into_owned();
    let profiler = Profiler::new(&program, &name, super::DEFAULT_RATE)?;
    let memory = instance.get_memory(&mut *caller, "memory");
    let sampling = Sampling::new(profiler.clone(), thread);
    sampling.locate(&instance, memory, "_start", &mut *caller);
    give(&process, profiler);
    let _ = caller.data().live.sampling.set(sampling);
    Ok(())
}

fn give(process: &Arc<Process>, profiler: Arc<Profiler>) {
    let _ = profiler.process.set(process.clone());
    process.set_sample_source(Arc::new(Own(profiler)));
}
