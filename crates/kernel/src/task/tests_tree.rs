//! Parents, children, groups, sessions: who is told of what, and who ends with whom.

use std::sync::Arc;
use std::task::Poll;

use gopherix_abi::{Errno, Pid, Signal};

use super::{Also, ChildState, Cx, ExitStatus, Limits, Process, ProcessSpec, Which};
use crate::Kernel;
use crate::fs::procfs::ProcFs;
use crate::os_wasm;
use crate::signal::Action;
use crate::testing::{Driven, TestPlatform};
use crate::vfs::{MountFlags, MountTable};

fn kernel() -> Arc<Kernel> {
    Kernel::boot(TestPlatform::new(64, 1), MountTable::new(Arc::new(ProcFs::new()), MountFlags::empty()), None)
}

/// A process that runs; its own thread keeps it.
fn child(kernel: &Arc<Kernel>, parent: Pid) -> Cx {
    let process = kernel.create_process(parent, ProcessSpec::default()).unwrap();
    os_wasm::osinit(kernel, &process, Vec::new()).unwrap();
    let mut cx = os_wasm::mpreinit(kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    cx
}

fn exit(mut cx: Cx, code: u32) {
    cx.process.end(ExitStatus::Exited(code), None);
    os_wasm::unminit(&mut cx);
    os_wasm::mdestroy(cx);
}

fn pids(processes: &[Arc<Process>]) -> Vec<u32> {
    processes.iter().map(|process| process.pid.0).collect()
}

type Told = Result<Option<(u32, ChildState)>, Errno>;

fn wait(kernel: &Kernel, parent: &Cx, which: Which, also: Also) -> Told {
    let answer = kernel.tree().wait(parent.process.pid, which, also);
    answer.map(|told| told.map(|(process, state)| (process.pid.0, state))).map_err(|e| e.errno)
}

const ENDS: Also = Also { stopped: false, continued: false };
const ALL: Also = Also { stopped: true, continued: true };

fn errno<T>(answer: Result<T, crate::SysError>) -> Option<Errno> {
    answer.err().map(|e| e.errno)
}

#[test]
fn a_zombie_stays_until_it_is_waited_for() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    let (a, b) = (child(&kernel, Pid(1)), child(&kernel, Pid(1)));
    assert_eq!(wait(&kernel, &init, Which::Any, ENDS), Ok(None));
    exit(b, 7);
    assert_eq!(pids(&kernel.processes()), [1, 2, 3]);
    assert!(kernel.process(Pid(3)).is_some_and(|zombie| zombie.status().is_some()));
    assert_eq!(wait(&kernel, &init, Which::Child(Pid(2)), ENDS), Ok(None));
    assert_eq!(wait(&kernel, &init, Which::Child(Pid(9)), ENDS), Err(Errno::ECHILD));
    let told = Ok(Some((3, ChildState::Ended(ExitStatus::Exited(7)))));
    assert_eq!(wait(&kernel, &init, Which::Any, ENDS), told);
    assert_eq!(wait(&kernel, &init, Which::Child(Pid(3)), ENDS), Err(Errno::ECHILD));
    exit(a, 0);
    assert!(wait(&kernel, &init, Which::Group(Pid(1)), ENDS).is_ok_and(|told| told.is_some()));
    assert_eq!(wait(&kernel, &init, Which::Any, ENDS), Err(Errno::ECHILD));
    exit(init, 0);
    assert!(kernel.processes().is_empty());
}

#[test]
fn a_parent_that_ignores_sigchld_leaves_no_zombies() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    init.process.set_action(Signal::SIGCHLD, Action::Ignore).unwrap();
    let a = child(&kernel, Pid(1));
    exit(a, 0);
    assert_eq!(pids(&kernel.processes()), [1]);
    assert_eq!(wait(&kernel, &init, Which::Any, ENDS), Err(Errno::ECHILD));
    exit(init, 0);
}

#[test]
fn sigchld_comes_with_the_end_a_stop_and_a_continuation() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    init.process.set_action(Signal::SIGCHLD, Action::Deliver).unwrap();
    let a = child(&kernel, Pid(1));
    let came = || os_wasm::sig_next(&init) == Some(Signal::SIGCHLD);
    a.process.kill(Signal::SIGSTOP).unwrap();
    assert!(came());
    assert_eq!(wait(&kernel, &init, Which::Any, ENDS), Ok(None), "only whoever asks for stops hears of them");
    assert_eq!(wait(&kernel, &init, Which::Any, ALL), Ok(Some((2, ChildState::Stopped(Signal::SIGSTOP)))));
    assert_eq!(wait(&kernel, &init, Which::Any, ALL), Ok(None), "once");
    a.process.kill(Signal::SIGCONT).unwrap();
    assert!(came());
    assert_eq!(wait(&kernel, &init, Which::Any, ALL), Ok(Some((2, ChildState::Continued))));
    exit(a, 1);
    assert!(came() && !came());
    exit(init, 0);
}

#[test]
fn status_words_are_linuxs() {
    let word = |state: ChildState| state.word();
    assert_eq!(word(ChildState::Ended(ExitStatus::Exited(0x103))), 0x0300);
    assert_eq!(word(ChildState::Ended(ExitStatus::Signaled(Signal::SIGTERM))), 15);
    assert_eq!(word(ChildState::Ended(ExitStatus::TimedOut)), 9);
    assert_eq!(word(ChildState::Stopped(Signal::SIGTSTP)), 0x147f);
    assert_eq!(word(ChildState::Continued), 0xffff);
}

#[test]
fn orphans_become_the_inits_who_never_hears_of_them() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    let mother = child(&kernel, Pid(1));
    let (orphan, zombie) = (child(&kernel, Pid(2)), child(&kernel, Pid(2)));
    exit(zombie, 0);
    assert_eq!(pids(&kernel.processes()), [1, 2, 3, 4]);
    exit(mother, 0);
    assert_eq!(pids(&kernel.processes()), [1, 2, 3]);
    assert_eq!(orphan.process.parent(), Pid(1));
    assert!(wait(&kernel, &init, Which::Any, ENDS).is_ok_and(|told| told.is_some()));
    assert_eq!(wait(&kernel, &init, Which::Any, ENDS), Err(Errno::ECHILD));
    init.process.set_action(Signal::SIGCHLD, Action::Deliver).unwrap();
    exit(orphan, 0);
    assert_eq!(os_wasm::sig_next(&init), None);
    assert_eq!(pids(&kernel.processes()), [1]);
    exit(init, 0);
}

#[test]
fn an_init_takes_all_that_descends_from_it_along_and_waits_for_their_end() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    let other = child(&kernel, Pid(0));
    let a = child(&kernel, Pid(1));
    let b = child(&kernel, a.process.pid);
    let process = init.process.clone();
    let mut over = Driven::new(process.wait());
    assert!(over.poll().is_pending());
    exit(init, 3);
    assert!(over.poll().is_pending());
    for descendant in [&a, &b] {
        assert_eq!(descendant.process.decided(), Some(ExitStatus::Signaled(Signal::SIGKILL)));
    }
    let late = kernel.create_process(a.process.pid, ProcessSpec::default());
    assert_eq!(errno(late), Some(Errno::EAGAIN), "nobody is born any more");
    assert!(!other.process.is_ending());
    exit(a, 0);
    assert!(over.poll().is_pending());
    exit(b, 0);
    assert_eq!(over.poll(), Poll::Ready(ExitStatus::Exited(3)));
    assert_eq!(pids(&kernel.processes()), [2]);
    exit(other, 0);
}

#[test]
fn there_are_as_many_processes_as_may_be() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    let limits = Limits { processes: Some(2), ..Limits::default() };
    let spec = ProcessSpec { limits, ..ProcessSpec::default() };
    let a = kernel.create_process(Pid(1), spec.clone()).unwrap();
    assert_eq!(errno(kernel.create_process(Pid(1), spec.clone())), Some(Errno::EAGAIN));
    a.abandon();
    assert_eq!(pids(&kernel.processes()), [1]);
    assert_eq!(wait(&kernel, &init, Which::Any, ENDS), Err(Errno::ECHILD));
    let zombie = child(&kernel, Pid(1));
    exit(zombie, 0);
    assert_eq!(errno(kernel.create_process(Pid(1), spec.clone())), Some(Errno::EAGAIN), "zombies count");
    assert!(wait(&kernel, &init, Which::Any, ENDS).is_ok_and(|told| told.is_some()));
    kernel.create_process(Pid(1), spec).unwrap().abandon();
    assert_eq!(errno(kernel.create_process(Pid(77), ProcessSpec::default())), Some(Errno::ESRCH));
    exit(init, 0);
}

#[test]
fn groups_and_sessions_follow_setpgid_and_setsid() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    let (a, b) = (child(&kernel, Pid(1)), child(&kernel, Pid(1)));
    let set = |caller: &Cx, pid: u32, pgid: u32| kernel.tree().set_group(&caller.process, Pid(pid), Pid(pgid));
    assert_eq!((a.process.pgid(), a.process.session().sid), (Pid(1), Pid(1)));
    assert_eq!(set(&a, 2, 2), Ok(()));
    assert_eq!(set(&b, 3, 2), Ok(()));
    assert_eq!(pids(&kernel.group(Pid(2))), [2, 3]);
    assert_eq!(errno(set(&b, 3, 99)), Some(Errno::EPERM), "no such group");
    assert_eq!(errno(set(&init, 2, 1)), Some(Errno::EACCES), "the child runs its program");
    assert_eq!(errno(set(&a, 3, 3)), Some(Errno::ESRCH), "neither itself nor a child");
    assert_eq!(errno(set(&init, 1, 2)), Some(Errno::EPERM), "a session's leader");
    assert_eq!(errno(kernel.tree().set_session(&a.process)), Some(Errno::EPERM), "a group's leader");
    assert_eq!(kernel.tree().set_session(&b.process), Ok(Pid(3)));
    assert_eq!((b.process.pgid(), b.process.session().sid), (Pid(3), Pid(3)));
    assert_eq!(errno(set(&a, 2, 3)), Some(Errno::EPERM), "another session's group");
    assert_eq!(kernel.signal_group(Pid(2), Signal::SIGTERM), 1);
    assert!(a.process.is_ending() && !b.process.is_ending());
    assert_eq!(kernel.foreground_group(&init.process), Pid(1));
    for cx in [b, a, init] {
        exit(cx, 0);
    }
}

#[test]
fn a_terminal_does_not_stop_an_orphaned_group() {
    let kernel = kernel();
    let init = child(&kernel, Pid(0));
    let shell = child(&kernel, Pid(1));
    let job = child(&kernel, shell.process.pid);
    kernel.tree().set_group(&job.process, Pid(3), Pid(3)).unwrap();
    assert!(!kernel.is_orphaned_group(Pid(1)), "whoever started the init has job control");
    assert!(!kernel.is_orphaned_group(Pid(3)));
    job.process.kill(Signal::SIGTSTP).unwrap();
    assert!(job.process.is_stopped());
    job.process.set_action(Signal::SIGHUP, Action::Deliver).unwrap();
    exit(shell, 0);
    assert!(kernel.is_orphaned_group(Pid(3)));
    assert!(!job.process.is_stopped(), "nobody could continue it");
    assert_eq!(os_wasm::sig_next(&job), Some(Signal::SIGHUP));
    job.process.kill(Signal::SIGTSTP).unwrap();
    assert!(!job.process.is_stopped());
    job.process.kill(Signal::SIGSTOP).unwrap();
    assert!(job.process.is_stopped());
    exit(job, 0);
    exit(init, 0);
}
