//! What signals do, to whom, and when.

use std::sync::Arc;
use std::task::Poll;

use gopherix_abi::{Errno, Pid, Signal};

use super::{Action, Inherited, SigSet};
use crate::Kernel;
use crate::fs::procfs::ProcFs;
use crate::os_wasm;
use crate::task::{Cx, ExitStatus, GState, Process, ProcessSpec};
use crate::testing::{Driven, TestPlatform};
use crate::vfs::{MountFlags, MountTable};

fn kernel() -> Arc<Kernel> {
    Kernel::boot(TestPlatform::new(4, 1), MountTable::new(Arc::new(ProcFs::new()), MountFlags::empty()), None)
}

fn started(kernel: &Arc<Kernel>, spec: ProcessSpec) -> (Arc<Process>, Cx) {
    let process = kernel.create_process(Pid(0), spec).unwrap();
    os_wasm::osinit(kernel, &process, Vec::new()).unwrap();
    let mut cx = os_wasm::mpreinit(kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    (process, cx)
}

fn finish(mut cx: Cx) {
    os_wasm::unminit(&mut cx);
    os_wasm::mdestroy(cx);
}

fn send(process: &Process, signal: Signal) {
    process.kill(signal).unwrap();
}

#[test]
fn a_set_is_its_signals() {
    let set = SigSet::of(&[Signal::SIGTERM, Signal::SIGHUP]);
    assert_eq!((set.bits(), set.lowest()), (1 | 1 << 14, Some(Signal::SIGHUP)));
    assert_eq!(set.iter().collect::<Vec<_>>(), [Signal::SIGHUP, Signal::SIGTERM]);
    assert_eq!(SigSet::EMPTY.lowest(), None);
    assert_eq!(SigSet::ALL.iter().count(), 64);
    assert_eq!(SigSet::from_bits(1 << 63).lowest().map(Signal::number), Some(64));
}

#[test]
fn what_is_delivered_is_taken_lowest_first_and_once() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, ProcessSpec::default());
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        assert_eq!(process.set_action(signal, Action::Deliver), Ok(Action::Default));
    }
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGTERM] {
        send(&process, signal);
    }
    let next = || process.next_signal(SigSet::EMPTY);
    assert_eq!(process.next_signal(SigSet::ALL), None);
    assert_eq!([next(), next(), next()], [Some(Signal::SIGHUP), Some(Signal::SIGTERM), None]);
    assert!(!process.is_ending());
    finish(cx);
}

#[test]
fn a_wait_ends_with_eintr_until_the_signal_is_taken() {
    let kernel = kernel();
    let (process, mut cx) = started(&kernel, ProcessSpec::default());
    process.set_action(Signal::SIGUSR1, Action::Deliver).unwrap();
    let mut sleep = Driven::new(os_wasm::usleep_no_g(&mut cx, u64::MAX));
    assert!(sleep.poll().is_pending() && !sleep.is_woken());
    send(&process, Signal::SIGCHLD);
    assert!(!sleep.is_woken(), "what is ignored interrupts nothing");
    send(&process, Signal::SIGUSR1);
    assert!(sleep.is_woken());
    assert_eq!(sleep.poll().map(|r| r.map_err(|e| e.errno)), Poll::Ready(Err(Errno::EINTR)));
    drop(sleep);
    let mut again = Driven::new(os_wasm::usleep_no_g(&mut cx, u64::MAX));
    assert!(again.poll().is_ready(), "it is still to be taken");
    drop(again);
    assert_eq!(process.next_signal(SigSet::EMPTY), Some(Signal::SIGUSR1));
    let mut sleep = Driven::new(os_wasm::usleep_no_g(&mut cx, u64::MAX));
    assert!(sleep.poll().is_pending());
    drop(sleep);
    finish(cx);
}

#[test]
fn blocked_signals_wait_for_the_mask() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, ProcessSpec::default());
    process.set_action(Signal::SIGUSR2, Action::Deliver).unwrap();
    assert_eq!(os_wasm::sigblock(&cx), SigSet::EMPTY);
    for signal in [Signal::SIGUSR2, Signal::SIGUSR1, Signal::SIGTERM] {
        send(&process, signal);
    }
    assert_eq!((process.is_ending(), process.next_signal(os_wasm::sigsave(&cx))), (false, None));
    process.set_action(Signal::SIGUSR1, Action::Ignore).unwrap();
    os_wasm::msigrestore(&cx, SigSet::ALL.without(SigSet::of(&[Signal::SIGUSR1, Signal::SIGUSR2])));
    assert_eq!(process.next_signal(os_wasm::sigsave(&cx)), Some(Signal::SIGUSR2));
    assert!(!process.is_ending());
    os_wasm::msigrestore(&cx, SigSet::EMPTY);
    assert_eq!(process.decided(), Some(ExitStatus::Signaled(Signal::SIGTERM)));
    finish(cx);
}

#[test]
fn sigkill_cannot_be_blocked_or_handled() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, ProcessSpec::default());
    os_wasm::sigblock(&cx);
    for signal in [Signal::SIGKILL, Signal::SIGSTOP] {
        for action in [Action::Ignore, Action::Deliver, Action::Default] {
            assert_eq!(process.set_action(signal, action).map_err(|e| e.errno), Err(Errno::EINVAL));
        }
    }
    send(&process, Signal::SIGSTOP);
    assert_eq!((process.is_stopped(), process.is_ending()), (true, false));
    send(&process, Signal::SIGKILL);
    assert_eq!(process.decided(), Some(ExitStatus::Signaled(Signal::SIGKILL)));
    finish(cx);
}

#[test]
fn a_stopped_process_stands_still_until_it_is_continued() {
    let kernel = kernel();
    let (process, mut cx) = started(&kernel, ProcessSpec::default());
    send(&process, Signal::SIGTSTP);
    assert_eq!(process.stopped_by(), Some(Signal::SIGTSTP));
    assert!(cx.must_pass_turn());
    let mut pass = Driven::new(cx.pass_turn());
    assert!(pass.poll().is_pending());
    assert_eq!(kernel.turns().running(), 0, "it keeps no turn meanwhile");
    send(&process, Signal::SIGTERM);
    assert!(!process.is_ending() && !pass.is_woken());
    process.set_action(Signal::SIGTERM, Action::Ignore).unwrap();
    send(&process, Signal::SIGCONT);
    assert!(pass.is_woken() && pass.poll().is_ready());
    assert_eq!((process.is_stopped(), cx.m.info().state()), (false, GState::Running));
    finish(cx);
}

#[test]
fn a_wait_goes_on_over_a_stop() {
    let kernel = kernel();
    let (process, mut cx) = started(&kernel, ProcessSpec::default());
    let (reader, writer) = crate::ipc::pipe::pipe();
    let ready = crate::file::File::wait(&*reader, gopherix_abi::PollEvents::IN);
    let mut wait = Driven::new(cx.park(ready));
    assert!(wait.poll().is_pending());
    send(&process, Signal::SIGSTOP);
    drop(writer);
    assert!(wait.is_woken() && wait.poll().is_pending(), "what it waited for is there, but it stands still");
    send(&process, Signal::SIGCONT);
    assert_eq!(wait.poll(), Poll::Ready(Ok(())));
    drop(wait);
    finish(cx);
}

#[test]
fn who_is_killed_while_it_stands_still_ends() {
    let kernel = kernel();
    let (process, mut cx) = started(&kernel, ProcessSpec::default());
    send(&process, Signal::SIGSTOP);
    let mut still = Driven::new(cx.stand_still());
    assert!(still.poll().is_pending());
    send(&process, Signal::SIGKILL);
    assert!(still.is_woken() && still.poll().is_ready());
    drop(still);
    finish(cx);
    assert_eq!(process.status(), Some(ExitStatus::Signaled(Signal::SIGKILL)));
}

#[test]
fn stop_and_continue_cancel_each_other_while_blocked() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, ProcessSpec::default());
    process.set_action(Signal::SIGCONT, Action::Deliver).unwrap();
    os_wasm::sigblock(&cx);
    send(&process, Signal::SIGTSTP);
    send(&process, Signal::SIGCONT);
    os_wasm::msigrestore(&cx, SigSet::EMPTY);
    assert!(!process.is_stopped());
    send(&process, Signal::SIGTSTP);
    assert!(process.is_stopped());
    assert_eq!(process.next_signal(SigSet::EMPTY), None);
    finish(cx);
}

#[test]
fn children_begin_with_what_is_ignored_and_blocked() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, ProcessSpec::default());
    process.set_action(Signal::SIGHUP, Action::Ignore).unwrap();
    process.set_action(Signal::SIGINT, Action::Deliver).unwrap();
    let mask = SigSet::of(&[Signal::SIGUSR1, Signal::SIGKILL]);
    let signals = process.inherited_signals(mask);
    let (child, child_cx) = started(&kernel, ProcessSpec { signals, ..ProcessSpec::default() });
    assert_eq!((child.action(Signal::SIGHUP), child.action(Signal::SIGINT)), (Action::Ignore, Action::Default));
    assert_eq!(os_wasm::sigsave(&child_cx), SigSet::of(&[Signal::SIGUSR1]));
    child.set_action(Signal::SIGHUP, Action::Deliver).unwrap();
    child.reset_action(Signal::SIGHUP).unwrap();
    assert_eq!(child.action(Signal::SIGHUP), Action::Ignore, "as it was at the start");
    finish(cx);
    finish(child_cx);
}

#[test]
fn handlers_cleared_are_defaults() {
    let kernel = kernel();
    let (process, cx) = started(&kernel, ProcessSpec::default());
    process.set_action(Signal::SIGHUP, Action::Ignore).unwrap();
    process.set_action(Signal::SIGINT, Action::Deliver).unwrap();
    send(&process, Signal::SIGINT);
    process.clear_signal_handlers();
    assert_eq!(process.action(Signal::SIGHUP), Action::Ignore);
    assert_eq!(process.decided(), Some(ExitStatus::Signaled(Signal::SIGINT)), "what was pending takes its default");
    finish(cx);
}

#[test]
fn a_runtime_catches_what_gos_does() {
    let kernel = kernel();
    for (signal, ends) in [(Signal::SIGUSR1, false), (Signal::SIGPIPE, false), (Signal::SIGTERM, true)] {
        let (process, cx) = started(&kernel, ProcessSpec::default());
        os_wasm::initsig(&cx);
        send(&process, signal);
        assert_eq!(process.is_ending(), ends, "{signal}");
        let (child, child_cx) = started(
            &kernel,
            ProcessSpec { signals: process.inherited_signals(SigSet::EMPTY), ..ProcessSpec::default() },
        );
        send(&child, signal);
        assert!(child.is_ending(), "what is caught is no child's");
        finish(cx);
        finish(child_cx);
    }
}

#[test]
fn inherited_defaults_are_empty() {
    assert_eq!(Inherited::default(), Inherited { ignored: SigSet::EMPTY, mask: SigSet::EMPTY });
}
