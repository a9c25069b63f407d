//! A kernel with one hostile process, and what must hold after each of its calls.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use gopherix_abi::{Pid, Rights, Signal};
use gopherix_guest::wasip1;
use gopherix_kernel::file::File;
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::platform::Platform;
use gopherix_kernel::task::{Cx, Process, ProcessSpec};
use gopherix_kernel::{SysResult, os_wasm};

use super::episode::Op;
use super::functions::{Function, Role, function};
use super::setup::{Ends, ROOT_QUOTA, Setup, UPPER_QUOTA, limits};

/// Further than this no call's sleep is followed: it counts as waiting for ever.
const LONGEST_SLEEP_NS: u64 = 86_400_000_000_000;
/// A call that is still waiting after so many polls waits for ever.
const MOST_POLLS: usize = 16;

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It answered this WASI errno; 0 is success.
    Answered(u16),
    /// The process ended. A new one takes its place.
    Exited,
    /// It would have waited for something that does not come, and was given up.
    Waited,
}

/// A kernel, a process, its thread and memory.
pub struct World {
    setup: Setup,
    process: Arc<Process>,
    /// Nothing only while one process ends and the next starts.
    cx: Option<Cx>,
    ends: Ends,
    memory: Vec<u8>,
    before: Vec<u8>,
}

/// What tells one state of a descriptor table from another.
type Descriptors = Vec<(u32, usize, Rights, Rights)>;

/// What a call that fails must not change.
#[derive(PartialEq, Eq)]
struct Traces {
    memfs_bytes: [u64; 2],
    host_changes: u64,
}

impl World {
    /// A new world with a memory of so many bytes. Entropy comes from the seed.
    ///
    /// # Errors
    /// If the kernel cannot even be set up.
    pub fn new(memory: usize, seed: u64) -> SysResult<World> {
        let setup = Setup::new(seed)?;
        let (process, cx, ends) = spawn(&setup)?;
        Ok(World { setup, process, cx: Some(cx), ends, memory: vec![0; memory], before: vec![0; memory] })
    }

    /// The guest's memory, to prepare it.
    pub fn memory(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// Lets the guest make one call.
    ///
    /// # Errors
    /// What is wrong: a panic, memory written where the call may not write, a descriptor table or file systems changed by a
    /// call that failed, a limit passed, a host directory misused, a thread without its turn, a sleeper left behind.
    pub fn step(&mut self, op: &Op) -> Result<Outcome, String> {
        for (at, bytes) in &op.pokes {
            let end = at.saturating_add(bytes.len());
            if let Some(target) = self.memory.get_mut(*at..end) {
                target.copy_from_slice(bytes);
            }
        }
        self.before.copy_from_slice(&self.memory);
        let (fds, traces) = (self.descriptors(), self.traces());
        let Some(function) = function(op.function) else {
            return self.exit(op.args.first().copied().unwrap_or(0));
        };
        let outcome = self.call(function, &op.args)?;
        self.setup.programs.look_after();
        self.check_memory(function, &op.args, outcome)?;
        if outcome == Outcome::Exited {
            self.respawn()?;
        } else {
            check_thread(&self.setup)?;
        }
        if let Outcome::Answered(errno) = outcome {
            if errno > 76 {
                return Err(format!("answered {errno}, which is no errno"));
            }
            if errno != 0 && self.descriptors() != fds {
                return Err(format!("answered {errno} and changed the descriptor table"));
            }
            if errno != 0 && self.traces() != traces {
                return Err(format!("answered {errno} and changed a file system"));
            }
        }
        check_limits(&self.setup, &self.process)?;
        serve_pipes(&self.ends);
        Ok(outcome)
    }

    fn call(&mut self, function: &Function, args: &[u64]) -> Result<Outcome, String> {
        let World { setup, cx, memory, .. } = self;
        let Some(cx) = cx else { return Err("the process is gone".into()) };
        if cx.process.is_stopped() {
            let _ = cx.process.kill(Signal::SIGCONT);
        }
        let mut memory = SliceMemory(memory);
        let driven = catch_unwind(AssertUnwindSafe(|| drive(setup, (function.call)(cx, &mut memory, args))));
        match driven {
            Err(panic) => Err(format!("panicked: {}", message(&*panic))),
            Ok(None) => {
                // It may have stopped itself; somebody continues it.
                let _ = cx.process.kill(Signal::SIGCONT);
                // The wait was dropped with the thread's turn given away.
                match drive(setup, cx.take_turn()) {
                    Some(()) if cx.process.is_ending() => Ok(Outcome::Exited),
                    Some(()) => Ok(Outcome::Waited),
                    None => Err("no turn comes after a wait was dropped".into()),
                }
            }
            Ok(Some(result)) => Ok(match wasip1::answer(cx, result) {
                Ok(errno) => Outcome::Answered(errno),
                Err(_) => Outcome::Exited,
            }),
        }
    }

    fn exit(&mut self, code: u64) -> Result<Outcome, String> {
        let Some(cx) = &mut self.cx else { return Err("the process is gone".into()) };
        let _ = wasip1::proc_exit(cx, u32::try_from(code & 0xffff_ffff).unwrap_or(0));
        self.respawn()?;
        Ok(Outcome::Exited)
    }

    fn respawn(&mut self) -> Result<(), String> {
        let Some(mut cx) = self.cx.take() else { return Err("the process is gone".into()) };
        os_wasm::unminit(&mut cx);
        os_wasm::mdestroy(cx);
        self.setup.programs.look_after();
        if self.process.status().is_none() {
            return Err("an ended process has no status".into());
        }
        if !self.setup.kernel.processes().is_empty() || self.process.fds.lock().iter().next().is_some() {
            return Err("an ended process is still in the table, or has files open".into());
        }
        let (process, cx, ends) = spawn(&self.setup).map_err(|e| format!("no new process: {e}"))?;
        (self.process, self.cx, self.ends) = (process, Some(cx), ends);
        Ok(())
    }

    fn descriptors(&self) -> Descriptors {
        let fds = self.process.fds.lock();
        fds.iter().map(|(fd, e)| (fd.0, Arc::as_ptr(&e.file).addr(), e.rights, e.inheriting)).collect()
    }

    fn traces(&self) -> Traces {
        Traces {
            memfs_bytes: [self.setup.root.used_bytes(), self.setup.upper.used_bytes()],
            host_changes: self.setup.host.changes(),
        }
    }

    /// Only what the call may write may have changed; nothing if it failed.
    fn check_memory(&self, function: &Function, args: &[u64], outcome: Outcome) -> Result<(), String> {
        if function.writes_by_memory() {
            return Ok(());
        }
        let mut ranges = match outcome {
            Outcome::Answered(0) | Outcome::Waited => self.writes(function, args),
            // It clears its word, and ends the process with its last thread.
            Outcome::Exited if function.name == "exit_thread" => self.writes(function, args),
            _ => Vec::new(),
        };
        ranges.sort_unstable();
        let mut at = 0;
        for (start, end) in ranges {
            self.unchanged(at, start)?;
            at = at.max(end);
        }
        self.unchanged(at, self.memory.len())
    }

    fn unchanged(&self, from: usize, to: usize) -> Result<(), String> {
        match (self.memory.get(from..to), self.before.get(from..to)) {
            (Some(now), Some(then)) if now != then => {
                let first = now.iter().zip(then).position(|(a, b)| a != b).unwrap_or(0);
                Err(format!("wrote to memory at {:#x}, where it may not", from.saturating_add(first)))
            }
            _ => Ok(()),
        }
    }

    /// The ranges of memory that a call may write.
    fn writes(&self, function: &Function, args: &[u64]) -> Vec<(usize, usize)> {
        let mut ranges = Vec::new();
        for (i, ptr) in args.iter().copied().enumerate() {
            let next = args.get(i.saturating_add(1)).copied().unwrap_or(0);
            let len = match function.role(i) {
                Some(Role::Out(size)) => u64::from(size),
                Some(Role::Fills) => next,
                Some(Role::Events) => next.saturating_mul(32),
                Some(Role::Pointers) => 16,
                Some(Role::Strings) => 64,
                Some(Role::Vector(true)) => {
                    ranges.extend((0..next.min(1024)).filter_map(|k| self.iovec(ptr, k)));
                    continue;
                }
                _ => continue,
            };
            ranges.push((to_usize(ptr), to_usize(ptr.saturating_add(len))));
        }
        ranges
    }

    fn iovec(&self, vector: u64, index: u64) -> Option<(usize, usize)> {
        let at = to_usize(vector.checked_add(index.checked_mul(8)?)?);
        let raw = u64::from_le_bytes(*self.before.get(at..)?.first_chunk()?);
        let (ptr, len) = (raw & 0xffff_ffff, raw >> 32);
        Some((to_usize(ptr), to_usize(ptr.saturating_add(len))))
    }
}

/// The thread has its turn, and nothing sleeps.
pub(super) fn check_thread(setup: &Setup) -> Result<(), String> {
    let kernel = &setup.kernel;
    if kernel.turns().running() != 1 {
        return Err(format!("{} turns are held by one thread", kernel.turns().running()));
    }
    // The process may have an interval timer.
    if kernel.timers().len() > 1 {
        return Err("a sleeper was left on the timer heap".into());
    }
    Ok(())
}

/// The process has no more than it may, and the host saw nothing it should not have.
pub(super) fn check_limits(setup: &Setup, process: &Process) -> Result<(), String> {
    let limits = limits();
    let fds = process.fds.lock().iter().count();
    let written = process.usage.written.load(Ordering::Relaxed);
    let largest = setup.hosts().map(|host| host.largest()).max().unwrap_or(0);
    let checks = [
        ("open files", u64::try_from(fds).unwrap_or(u64::MAX), u64::from(limits.open_files)),
        ("bytes in memfs", setup.root.used_bytes(), ROOT_QUOTA),
        ("bytes in the overlay", setup.upper.used_bytes(), UPPER_QUOTA),
        ("bytes written in all", written, limits.total_written.unwrap_or(u64::MAX)),
        ("bytes in one file", largest, limits.file_size.unwrap_or(u64::MAX)),
    ];
    if let Some((what, has, may)) = checks.iter().find(|(_, has, may)| has > may) {
        return Err(format!("{has} {what}, where {may} are the limit"));
    }
    match setup.hosts().flat_map(|host| host.complaints()).next() {
        Some(complaint) => Err(format!("the host complains: {complaint}")),
        None => Ok(()),
    }
}

/// Plays the embedder: takes what was written to the pipe, gives the other one something to read.
pub(super) fn serve_pipes(ends: &Ends) {
    let mut sink = [0; 4096];
    while ends.output.available() > 32_768 && ends.output.read(&mut sink).is_ok() {}
    // Full or closed is fine too.
    let _ = ends.input.write(b"x");
}

/// A new process and its thread.
pub(super) fn spawn(setup: &Setup) -> SysResult<(Arc<Process>, Cx, Ends)> {
    let spec = ProcessSpec {
        args: vec![b"prog".to_vec(), b"-flag".to_vec(), Vec::new()],
        env: vec![b"A=1".to_vec(), b"NAME=a longer value".to_vec()],
        cwd: Vec::new(),
        module_bytes: 0,
        limits: limits(),
        ..ProcessSpec::default()
    };
    let process = setup.kernel.create_process(Pid(0), spec)?;
    let (fds, ends) = setup.descriptors(&process)?;
    os_wasm::osinit(&setup.kernel, &process, fds)?;
    let mut cx = os_wasm::mpreinit(&setup.kernel, &process);
    drive(setup, os_wasm::minit(&mut cx));
    Ok((process, cx, ends))
}

/// Polls to the end, moving the clock to the alarm whenever everything waits. `None` if it would wait for ever.
pub(super) fn drive<T>(setup: &Setup, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut idle = false;
    for _ in 0..MOST_POLLS {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return Some(done);
        }
        let sleep = setup.home.alarm().map(|at| at.saturating_sub(setup.home.monotonic_ns()));
        match sleep.filter(|ns| *ns <= LONGEST_SLEEP_NS) {
            Some(ns) => {
                setup.home.advance(ns);
                setup.kernel.fire_timers();
            }
            None if std::mem::replace(&mut idle, true) => return None,
            None => {}
        }
    }
    None
}

/// What a panic says.
pub(super) fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "a payload that is no text",
    }
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
