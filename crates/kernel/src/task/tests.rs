//! How processes end, and who is told.

use std::sync::Arc;
use std::task::Poll;

use gopherix_abi::{AccessMode, Errno, Fd, OpenFlags, Pid, Signal};

use super::{Cx, ExitStatus, FdEntry, Limits, Process, ProcessSpec};
use crate::Kernel;
use crate::file::OpenFile;
use crate::fs::procfs::ProcFs;
use crate::ipc::pipe::pipe;
use crate::os_wasm;
use crate::sync::Lock;
use crate::testing::{Driven, TestPlatform};
use crate::vfs::{MountFlags, MountTable};

fn kernel() -> Arc<Kernel> {
    Kernel::boot(TestPlatform::new(1, 1), MountTable::new(Arc::new(ProcFs::new()), MountFlags::empty()), None)
}

/// A process whose first thread runs.
fn started(kernel: &Arc<Kernel>, fds: Vec<FdEntry>) -> (Arc<Process>, Cx) {
    let process = kernel.create_process(Pid(0), ProcessSpec::default()).unwrap();
    os_wasm::osinit(kernel, &process, fds).unwrap();
    let mut cx = os_wasm::mpreinit(kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    (process, cx)
}

fn finish(mut cx: Cx) {
    os_wasm::unminit(&mut cx);
    os_wasm::mdestroy(cx);
}

#[test]
fn cleanups_run_in_reverse_on_every_kind_of_end() {
    type End = fn(&Process);
    let ends: [(End, ExitStatus, u8); 5] = [
        (|_| {}, ExitStatus::Exited(0), 0),
        (|p| p.end(ExitStatus::Exited(258), None), ExitStatus::Exited(258), 2),
        (|p| p.kill(Signal::SIGTERM).unwrap(), ExitStatus::Signaled(Signal::SIGTERM), 143),
        (
            |p| p.end(ExitStatus::Signaled(Signal::SIGILL), Some("trap".into())),
            ExitStatus::Signaled(Signal::SIGILL),
            132,
        ),
        (|p| p.end(ExitStatus::TimedOut, None), ExitStatus::TimedOut, 124),
    ];
    for (end, status, code) in ends {
        let kernel = kernel();
        let (process, cx) = started(&kernel, Vec::new());
        let order = Arc::new(Lock::new(Vec::new()));
        for n in 0..3 {
            let order = order.clone();
            process.at_exit(Box::new(move |process| {
                assert_eq!(process.status(), None, "not over before its cleanups");
                order.lock().push(n);
            }));
        }
        end(&process);
        assert!(order.lock().is_empty() && process.status().is_none());
        finish(cx);
        assert_eq!(*order.lock(), [2, 1, 0]);
        assert_eq!((process.status(), status.code()), (Some(status), code));
    }
}

#[test]
fn a_cleanup_may_register_another() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, Vec::new());
    let order = Arc::new(Lock::new(Vec::new()));
    let (outer, inner) = (order.clone(), order.clone());
    process.at_exit(Box::new(move |process| {
        outer.lock().push("outer");
        process.at_exit(Box::new(move |_| inner.lock().push("inner")));
    }));
    finish(cx);
    assert_eq!(*order.lock(), ["outer", "inner"]);
}

#[test]
fn the_end_is_decided_once() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, Vec::new());
    assert!(!os_wasm::exit_thread(&cx));
    process.end(ExitStatus::Exited(3), Some("first".into()));
    process.end(ExitStatus::TimedOut, Some("second".into()));
    process.kill(Signal::SIGKILL).unwrap();
    assert!(os_wasm::exit_thread(&cx));
    finish(cx);
    assert_eq!((process.status(), process.note().as_deref()), (Some(ExitStatus::Exited(3)), Some("first")));
}

#[test]
fn whoever_waits_is_told_when_all_is_over() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, Vec::new());
    let mut waits = [Driven::new(process.wait()), Driven::new(process.wait())];
    assert!(waits.iter_mut().all(|w| w.poll().is_pending()));
    process.end(ExitStatus::Exited(7), None);
    assert!(waits.iter_mut().all(|w| !w.is_woken() && w.poll().is_pending()));
    finish(cx);
    for wait in &mut waits {
        assert!(wait.is_woken());
        assert_eq!(wait.poll(), Poll::Ready(ExitStatus::Exited(7)));
    }
    assert_eq!(Driven::new(process.wait()).poll(), Poll::Ready(ExitStatus::Exited(7)));
}

#[test]
fn the_end_closes_descriptors_and_leaves_the_table() {
    let kernel = kernel();
    let (reader, writer) = pipe();
    let entry = FdEntry::new(OpenFile::new(writer, AccessMode::WriteOnly, OpenFlags::empty(), None));
    let (process, cx) = started(&kernel, vec![entry]);
    let known = kernel.process(process.pid).map(|p| p.pid);
    assert_eq!(known, Some(process.pid));
    finish(cx);
    assert_eq!(crate::file::File::read(&*reader, &mut [0; 1]), Ok(0));
    assert!(process.fds.lock().get(Fd(0)).is_err());
    assert!(kernel.process(process.pid).is_none() && kernel.processes().is_empty());
}

#[test]
fn a_waiting_thread_notices_the_end() {
    let kernel = kernel();
    let (process, mut cx) = started(&kernel, Vec::new());
    let mut sleep = Driven::new(os_wasm::usleep_no_g(&mut cx, u64::MAX));
    assert!(sleep.poll().is_pending());
    assert_eq!(kernel.turns().running(), 0);
    process.kill(Signal::SIGINT).unwrap();
    assert!(sleep.is_woken());
    let ended = sleep.poll().map(|r| r.map_err(|e| e.errno));
    assert_eq!(ended, Poll::Ready(Err(Errno::EINTR)));
    drop(sleep);
    finish(cx);
    assert_eq!(process.status(), Some(ExitStatus::Signaled(Signal::SIGINT)));
    assert!(kernel.timers().is_empty());
}

#[test]
fn signals_are_ignored_where_they_may_be() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, Vec::new());
    process.set_ignored(Signal::SIGTERM, true);
    process.kill(Signal::SIGTERM).unwrap();
    process.kill(Signal::SIGCHLD).unwrap();
    assert!(!process.is_ending());
    process.set_ignored(Signal::SIGTERM, false);
    assert!(!process.ignores(Signal::SIGTERM));
    for signal in [Signal::SIGKILL, Signal::SIGSTOP] {
        process.set_ignored(signal, true);
        assert!(!process.ignores(signal));
    }
    process.kill(Signal::SIGKILL).unwrap();
    finish(cx);
    assert_eq!(process.status(), Some(ExitStatus::Signaled(Signal::SIGKILL)));
}

#[test]
fn a_thread_dropped_while_it_runs_gives_its_turn_back() {
    let kernel = kernel();
    let (_process, cx) = started(&kernel, Vec::new());
    assert_eq!(kernel.turns().running(), 1);
    drop(cx);
    assert_eq!(kernel.turns().running(), 0);
}

#[test]
fn cpu_time_is_charged_by_turns() {
    let platform = TestPlatform::new(1, 1);
    let mounts = MountTable::new(Arc::new(ProcFs::new()), MountFlags::empty());
    let kernel = Kernel::boot(platform.clone(), mounts, None);
    let (process, mut cx) = started(&kernel, Vec::new());
    platform.spend_cpu(30);
    assert_eq!(cx.charge(), 30);
    cx.give_turn_back(super::GState::Waiting);
    platform.spend_cpu(1000);
    assert!(Driven::new(cx.take_turn()).poll().is_ready());
    platform.spend_cpu(12);
    finish(cx);
    assert_eq!(process.usage.cpu_ns.load(std::sync::atomic::Ordering::Relaxed), 42);
}

/// However short its turns are: one that waits before each tick comes to its limit too.
#[test]
fn a_process_that_has_used_up_its_cpu_time_ends_where_it_waits() {
    let platform = TestPlatform::new(1, 1);
    let mounts = MountTable::new(Arc::new(ProcFs::new()), MountFlags::empty());
    let kernel = Kernel::boot(platform.clone(), mounts, None);
    let limits = Limits { cpu_time_ns: Some(10), ..Limits::default() };
    let process = kernel.create_process(Pid(0), ProcessSpec { limits, ..ProcessSpec::default() }).unwrap();
    os_wasm::osinit(&kernel, &process, Vec::new()).unwrap();
    let mut cx = os_wasm::mpreinit(&kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    for (spent, waits) in [(9, true), (1, false)] {
        platform.spend_cpu(spent);
        let deadline = crate::platform::Platform::monotonic_ns(&*platform).saturating_add(1_000);
        let mut sleep = Driven::new(os_wasm::usleep_no_g(&mut cx, deadline));
        assert_eq!(sleep.poll().is_pending(), waits);
        platform.advance(1_000);
        kernel.fire_timers();
        let ended = sleep.is_woken().then(|| sleep.poll());
        assert_eq!(ended, waits.then_some(Poll::Ready(Ok(()))));
    }
    assert_eq!(cx.waits, 2);
    finish(cx);
    assert_eq!(process.status(), Some(ExitStatus::Signaled(Signal::SIGXCPU)));
}

#[test]
fn a_second_profiler_is_refused_and_the_end_stops_the_first() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, Vec::new());
    let info = cx.m.info();
    let profile = |hz| os_wasm::set_process_cpu_profiler(&process, hz).map_err(|error| error.errno);
    assert_eq!((info.cpu_profiler_hz(), profile(100), profile(250)), (0, Ok(()), Err(Errno::EBUSY)));
    assert_eq!(os_wasm::set_thread_cpu_profiler(&info, 500), 100);
    assert_eq!(info.cpu_profiler_hz(), 500);
    assert_eq!((profile(0), info.cpu_profiler_hz(), profile(250), info.cpu_profiler_hz()), (Ok(()), 0, Ok(()), 250));
    process.end(ExitStatus::Exited(0), None);
    finish(cx);
    assert_eq!((info.cpu_profiler_hz(), profile(100)), (0, Err(Errno::ESRCH)));
    let (process, cx) = started(&kernel, Vec::new());
    assert_eq!(os_wasm::set_process_cpu_profiler(&process, 100), Ok(()), "another process has one of its own");
    finish(cx);
}

#[test]
fn threads_of_a_sampled_process_are_sampled_from_their_start() {
    let kernel = kernel();
    let process = kernel.create_process(Pid(0), ProcessSpec::default()).unwrap();
    os_wasm::set_process_cpu_profiler(&process, 97).unwrap();
    let mut cx = os_wasm::mpreinit(&kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    assert_eq!(cx.m.info().cpu_profiler_hz(), 97);
    finish(cx);
}
