//! Starting programs and waiting for them, on a home whose programs do nothing.

use std::sync::Weak;
use std::task::Poll;

use futures::future::BoxFuture;
use gopherix_abi::gopherix::wait::Options;
use gopherix_abi::{AccessMode, Signal};

use super::*;
use crate::error::fail;
use crate::platform::{Image, Loaded, Programs};
use crate::signal::{Action, Itimer, TimerKind};
use crate::syscall::{SpawnRequest, Target, WaitFor};
use crate::task::{ChildState, ExitStatus, PidFd};

/// Programs that run until the test ends them. Files that begin with `prog` are some.
#[derive(Default)]
struct Idle {
    kernel: Lock<Weak<Kernel>>,
    running: Lock<Vec<Arc<Process>>>,
    /// Loading waits for ever.
    hangs: Lock<bool>,
}

impl Programs for Idle {
    fn load(self: Arc<Self>, image: Image) -> BoxFuture<'static, Result<Arc<dyn Loaded>, SysError>> {
        Box::pin(async move {
            let mut magic = [0; 4];
            image.file.read_at(&mut magic, 0)?;
            if *self.hangs.lock() {
                std::future::pending::<()>().await;
            }
            if magic == *b"prog" { Ok(Arc::new(Program(self)) as Arc<dyn Loaded>) } else { fail(Errno::ENOEXEC, "") }
        })
    }
}

struct Program(Arc<Idle>);

impl Loaded for Program {
    fn module_bytes(&self) -> u64 {
        4
    }

    fn start(&self, process: &Arc<Process>) -> Result<(), SysError> {
        os_wasm::osinit(&self.0.kernel.lock().upgrade().unwrap(), process, Vec::new())?;
        self.0.running.lock().push(process.clone());
        Ok(())
    }
}

/// A rig with a program at `/d/prog`.
fn rig_with_programs() -> (Rig, Arc<Idle>) {
    let mut rig = rig();
    let idle = Arc::new(Idle::default());
    *idle.kernel.lock() = Arc::downgrade(&rig.kernel);
    rig.kernel.set_programs(idle.clone());
    put(&mut rig, "/d/prog", b"prog", 0o755);
    (rig, idle)
}

fn put(rig: &mut Rig, path: &str, bytes: &[u8], mode: u16) {
    let fd = rig.create(path, mode);
    let file = rig.process.fds.lock().get(fd).unwrap().file.clone();
    file.write(bytes).unwrap();
    rig.cx.sys_close(fd).unwrap();
}

fn request(path: &str) -> SpawnRequest {
    SpawnRequest { path: path.into(), args: vec![b"p".to_vec(), b"x".to_vec()], ..SpawnRequest::default() }
}

fn spawn(rig: &mut Rig, request: &SpawnRequest) -> Result<Pid, Errno> {
    match Driven::new(rig.cx.sys_spawn(request)).poll() {
        Poll::Ready(answer) => answer.map_err(|e| e.errno),
        Poll::Pending => panic!("it waits"),
    }
}

fn end(idle: &Idle, status: ExitStatus) {
    for process in std::mem::take(&mut *idle.running.lock()) {
        process.end(status, None);
        process.finish();
    }
}

#[test]
fn a_child_has_what_it_was_given() {
    let (mut rig, idle) = rig_with_programs();
    let fd = rig.create("/d/file", 0o644);
    rig.cx.sys_umask(Mode(0o077)).unwrap();
    rig.process.set_action(Signal::SIGHUP, Action::Ignore).unwrap();
    rig.process.set_action(Signal::SIGINT, Action::Deliver).unwrap();
    let env = [&b"A=1"[..], b"GOMAXPROCS=4", b"PWD=/elsewhere"].map(<[u8]>::to_vec).to_vec();
    let request = SpawnRequest {
        cwd: Some(b"d".to_vec()),
        env,
        fds: vec![Some(fd), None, None, None, Some(fd)],
        ..request("prog")
    };
    let pid = spawn(&mut rig, &request).unwrap();
    let child = rig.kernel.process(pid).unwrap();
    assert_eq!(child.cwd.lock().path(), b"/d");
    assert_eq!((&child.args, &child.env), (&request.args, &vec![b"A=1".to_vec(), b"PWD=/d".to_vec()]));
    assert_eq!((child.umask(), child.parent()), (Mode(0o077), rig.process.pid));
    assert_eq!((child.ignores(Signal::SIGHUP), child.action(Signal::SIGINT)), (true, Action::Default));
    assert_eq!(child.exe_path().unwrap(), b"/d/prog");
    let numbers: Vec<u32> = child.fds.lock().iter().map(|(fd, _)| fd.0).collect();
    assert_eq!(numbers, [0, 4]);
    let shared = child.fds.lock().get(Fd(0)).unwrap().file.clone();
    shared.seek(3, gopherix_abi::Whence::Set).unwrap();
    assert_eq!(rig.cx.sys_lseek(fd, 0, gopherix_abi::Whence::Cur), Ok(3), "one description");
    end(&idle, ExitStatus::Exited(0));
}

#[test]
fn a_start_that_fails_leaves_nothing() {
    let (mut rig, _) = rig_with_programs();
    put(&mut rig, "/d/plain", b"prog", 0o644);
    put(&mut rig, "/d/text", b"text", 0o755);
    let fd_9 = SpawnRequest { fds: vec![Some(Fd(9))], ..request("/d/prog") };
    let group = SpawnRequest { group: Some(Pid(77)), ..request("/d/prog") };
    let terminal = SpawnRequest { controlling: Some(Fd(0)), ..request("/d/prog") };
    for (request, want) in [
        (request("/d/none"), Errno::ENOENT),
        (request(""), Errno::ENOENT),
        (request("/d"), Errno::EACCES),
        (request("/d/plain"), Errno::EACCES),
        (request("/d/text"), Errno::ENOEXEC),
        (fd_9, Errno::EBADF),
        (group, Errno::EPERM),
        (terminal, Errno::EBADF),
    ] {
        assert_eq!(spawn(&mut rig, &request), Err(want), "{request:?}");
        assert_eq!(rig.kernel.processes().len(), 1);
    }
}

#[test]
fn no_signal_interrupts_a_start_but_the_end_does() {
    let (mut rig, idle) = rig_with_programs();
    *idle.hangs.lock() = true;
    rig.process.set_action(Signal::SIGUSR1, Action::Deliver).unwrap();
    let request = request("/d/prog");
    let process = rig.process.clone();
    let mut spawn = Driven::new(rig.cx.sys_spawn(&request));
    assert!(spawn.poll().is_pending());
    process.kill(Signal::SIGUSR1).unwrap();
    assert!(spawn.poll().is_pending());
    process.kill(Signal::SIGKILL).unwrap();
    assert_eq!(spawn.poll().map(|r| r.map_err(|e| e.errno)), Poll::Ready(Err(Errno::EINTR)));
}

#[test]
fn wait4_waits_tells_and_is_interrupted() {
    let (mut rig, idle) = rig_with_programs();
    let pid = spawn(&mut rig, &request("/d/prog")).unwrap();
    let child = rig.kernel.process(pid).unwrap();
    child.usage.cpu_ns.store(70, std::sync::atomic::Ordering::Relaxed);
    let wait = |rig: &mut Rig, options| match Driven::new(rig.cx.sys_wait4(WaitFor::Any, options)).poll() {
        Poll::Ready(answer) => answer.map_err(|e| e.errno),
        Poll::Pending => panic!("it waits"),
    };
    assert_eq!(wait(&mut rig, Options::WNOHANG), Ok(None));
    rig.process.set_action(Signal::SIGUSR1, Action::Deliver).unwrap();
    {
        let process = rig.process.clone();
        let mut waiting = Driven::new(rig.cx.sys_wait4(WaitFor::Child(pid), Options::empty()));
        assert!(waiting.poll().is_pending());
        process.kill(Signal::SIGUSR1).unwrap();
        assert!(waiting.is_woken());
        assert_eq!(waiting.poll().map(|r| r.map_err(|e| e.errno).map(|w| w.is_some())), Poll::Ready(Err(Errno::EINTR)));
    }
    assert_eq!(rig.cx.sys_sig_next(), Ok(Some(Signal::SIGUSR1)));
    let mut waiting = Driven::new(rig.cx.sys_wait4(WaitFor::OwnGroup, Options::empty()));
    assert!(waiting.poll().is_pending());
    end(&idle, ExitStatus::Exited(9));
    assert!(waiting.is_woken());
    let Poll::Ready(Ok(Some(told))) = waiting.poll() else { panic!("it waits") };
    drop(waiting);
    assert_eq!((told.pid, told.state, told.rusage.user_ns), (pid, ChildState::Ended(ExitStatus::Exited(9)), 70));
    assert_eq!(wait(&mut rig, Options::empty()), Err(Errno::ECHILD));
    assert_eq!(rig.cx.sys_getrusage(crate::syscall::Who::Children).unwrap().user_ns, 70);
}

#[test]
fn a_pidfd_is_readable_once_its_process_has_ended() {
    let (mut rig, idle) = rig_with_programs();
    let pid = spawn(&mut rig, &request("/d/prog")).unwrap();
    assert_eq!(rig.cx.sys_pidfd_open(Pid(99)).map_err(|e| e.errno), Err(Errno::ESRCH));
    let fd = rig.cx.sys_pidfd_open(pid).unwrap();
    let file = rig.process.fds.lock().get(fd).unwrap().file.clone();
    assert_eq!(file.read(&mut [0; 8]).map_err(|e| e.errno), Err(Errno::EAGAIN));
    let ready = PidFd::new(rig.kernel.process(pid).unwrap());
    let mut woken = Driven::new(ready.wait(gopherix_abi::PollEvents::IN));
    assert!(woken.poll().is_pending() && ready.ready().is_empty());
    end(&idle, ExitStatus::Exited(0));
    assert!(woken.is_woken() && ready.ready().contains(gopherix_abi::PollEvents::IN));
    assert_eq!(file.read(&mut [0; 8]), Ok(0));
    let _ = AccessMode::ReadOnly;
}

#[test]
fn kill_reaches_groups_and_everybody_else() {
    let (mut rig, idle) = rig_with_programs();
    let a = spawn(&mut rig, &request("/d/prog")).unwrap();
    let own_group = SpawnRequest { group: Some(Pid(0)), ..request("/d/prog") };
    let b = spawn(&mut rig, &own_group).unwrap();
    let ending = |rig: &Rig, pid| rig.kernel.process(pid).unwrap().is_ending();
    assert_eq!(rig.kernel.process(b).unwrap().pgid(), b);
    assert_eq!(rig.cx.sys_kill(Target::Process(Pid(99)), None).map_err(|e| e.errno), Err(Errno::ESRCH));
    assert_eq!(rig.cx.sys_kill(Target::Group(b), None), Ok(()));
    assert!(!ending(&rig, b), "signal 0 only looks");
    rig.cx.sys_kill(Target::Group(b), Some(Signal::SIGTERM)).unwrap();
    assert!(ending(&rig, b) && !ending(&rig, a));
    rig.cx.sys_kill(Target::Everybody, Some(Signal::SIGTERM)).unwrap();
    assert!(ending(&rig, a) && !rig.process.is_ending());
    rig.cx.sys_kill(Target::OwnGroup, Some(Signal::SIGTERM)).unwrap();
    assert!(rig.process.is_ending());
    end(&idle, ExitStatus::Exited(0));
}

#[test]
fn an_interval_timer_sends_its_signal_again_and_again() {
    let (mut rig, _) = rig_with_programs();
    rig.process.set_action(Signal::SIGALRM, Action::Deliver).unwrap();
    let timer = Itimer { interval_ns: 100, value_ns: 30 };
    assert_eq!(rig.cx.sys_setitimer(TimerKind::Real, timer), Ok(Itimer::default()));
    let pass = |rig: &mut Rig, ns| {
        rig.platform.advance(ns);
        rig.kernel.fire_timers();
        rig.cx.sys_sig_next().unwrap()
    };
    assert_eq!(pass(&mut rig, 29), None);
    assert_eq!(pass(&mut rig, 1), Some(Signal::SIGALRM));
    assert_eq!(pass(&mut rig, 99), None);
    assert_eq!(pass(&mut rig, 1), Some(Signal::SIGALRM));
    // Expirations that could not be told of in time are one.
    assert_eq!(pass(&mut rig, 350), Some(Signal::SIGALRM));
    let left = rig.cx.sys_setitimer(TimerKind::Real, Itimer::default()).unwrap();
    assert_eq!(left, Itimer { interval_ns: 100, value_ns: 50 });
    assert_eq!(pass(&mut rig, 1000), None);
    assert!(rig.kernel.timers().is_empty());
}

#[test]
fn a_timer_of_processor_time_runs_only_while_the_process_does() {
    let (mut rig, _) = rig_with_programs();
    for (kind, signal) in [(TimerKind::Virtual, Signal::SIGVTALRM), (TimerKind::Prof, Signal::SIGPROF)] {
        rig.process.set_action(signal, Action::Deliver).unwrap();
        rig.cx.sys_setitimer(kind, Itimer { interval_ns: 0, value_ns: 40 }).unwrap();
        rig.platform.advance(1000);
        rig.platform.spend_cpu(39);
        rig.cx.charge();
        assert_eq!(rig.cx.sys_sig_next(), Ok(None));
        rig.platform.spend_cpu(1);
        rig.cx.charge();
        assert_eq!(rig.cx.sys_sig_next(), Ok(Some(signal)));
        assert_eq!(rig.cx.sys_setitimer(kind, Itimer::default()), Ok(Itimer::default()));
    }
}

/// Two thousand are started, signalled, waited for: nothing of them stays.
#[test]
fn two_thousand_children_leave_nothing_behind() {
    let (mut rig, idle) = rig_with_programs();
    let fds = rig.process.fds.lock().iter().count();
    for n in 0..2000u32 {
        let pid = spawn(&mut rig, &request("/d/prog")).unwrap();
        let fd = rig.cx.sys_pidfd_open(pid).unwrap();
        let child = rig.kernel.process(pid).unwrap();
        rig.cx.sys_kill(Target::Process(pid), Some(Signal::SIGTERM)).unwrap();
        end(&idle, ExitStatus::Exited(n));
        let told = Driven::new(rig.cx.sys_wait4(WaitFor::Child(pid), Options::empty())).poll();
        let Poll::Ready(Ok(Some(told))) = told else { panic!("{n}") };
        assert_eq!(told.state, ChildState::Ended(ExitStatus::Signaled(Signal::SIGTERM)));
        rig.cx.sys_close(fd).unwrap();
        assert_eq!(Arc::strong_count(&child), 1, "nobody holds it any more");
    }
    assert_eq!(rig.kernel.processes().len(), 1);
    assert_eq!(rig.process.fds.lock().iter().count(), fds);
    assert!(rig.kernel.timers().is_empty());
}
