//! Terminals as processes use them: job control, hang-ups, and when reads are over.

use std::sync::Arc;
use std::task::Poll;

use gopherix_abi::{AccessMode, Errno, Fd, LocalModes, OpenFlags, Pid, PollEvents, SetWhen, Signal, Termios, Winsize};

use super::*;
use crate::file::{File, OpenFile};
use crate::fs::procfs::ProcFs;
use crate::memory::{SliceMemory, UserSlice};
use crate::net::anonymous_stat;
use crate::signal::Action;
use crate::task::{Cx, FdEntry, ProcessSpec, Terminal};
use crate::testing::{Driven, TestPlatform};
use crate::vfs::{MountFlags, MountTable};
use crate::{SysError, os_wasm};

/// A session on a terminal whose master is at hand: a leader (a shell), and a child of it.
struct Desk {
    platform: Arc<TestPlatform>,
    kernel: Arc<Kernel>,
    master: Option<Arc<Master>>,
    shell: Cx,
    job: Cx,
}

const TTY: Fd = Fd(0);

fn start(kernel: &Arc<Kernel>, parent: Pid, tty: &Arc<Tty>) -> Cx {
    let process = kernel.create_process(parent, ProcessSpec::default()).unwrap();
    let open = OpenFile::new(Tty::open(tty).unwrap(), AccessMode::ReadWrite, OpenFlags::empty(), None);
    os_wasm::osinit(kernel, &process, vec![FdEntry::new(open)]).unwrap();
    let mut cx = os_wasm::mpreinit(kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    cx
}

impl Desk {
    fn new() -> Desk {
        let platform = TestPlatform::new(4, 1);
        let mounts = MountTable::new(Arc::new(ProcFs::new()), MountFlags::empty());
        let kernel = Kernel::boot(platform.clone(), mounts, None);
        let stat = |_| anonymous_stat(gopherix_abi::FileType::CharDevice, 1);
        let master = open_pty(&Arc::default(), &kernel, stat).unwrap();
        let shell = start(&kernel, Pid(0), master.tty());
        master.tty().acquire(&shell.process).unwrap();
        let job = start(&kernel, shell.process.pid, master.tty());
        Desk { platform, kernel, master: Some(master), shell, job }
    }

    /// The job in a group of its own, in the background.
    fn in_background() -> Desk {
        let desk = Desk::new();
        let tree = desk.kernel.tree();
        tree.set_group(&desk.job.process, desk.job.process.pid, desk.job.process.pid).unwrap();
        desk
    }

    fn master(&self) -> &Master {
        self.master.as_ref().unwrap()
    }

    fn types(&self, keys: &[u8]) {
        assert_eq!(self.master().write(keys), Ok(keys.len()));
    }

    fn shown(&self) -> String {
        let mut buf = [0; 256];
        let n = self.master().read(&mut buf).unwrap_or(0);
        String::from_utf8_lossy(&buf[..n]).into_owned()
    }

    fn set(&mut self, change: impl FnOnce(&mut Termios)) {
        let mut termios = self.master().tty().termios().unwrap();
        change(&mut termios);
        assert_eq!(now(self.shell.sys_tcsetattr(TTY, SetWhen::Now, termios)), Ok(()));
    }

    fn raw(&mut self, min: u8, time: u8) {
        self.set(|termios| {
            termios.local.remove(LocalModes::ICANON | LocalModes::ECHO);
            (termios.cc[6], termios.cc[5]) = (min, time);
        });
    }
}

fn now<T>(future: impl Future<Output = Result<T, SysError>>) -> Result<T, Errno> {
    match Driven::new(future).poll() {
        Poll::Ready(answer) => answer.map_err(|e| e.errno),
        Poll::Pending => panic!("it waits"),
    }
}

async fn read(cx: &mut Cx, len: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = vec![0; len];
    let all = [UserSlice { ptr: 0, len: u64::try_from(len).unwrap() }];
    let n = cx.sys_read(&mut SliceMemory(&mut bytes), TTY, &all).await.map_err(|e| e.errno)?;
    bytes.truncate(n);
    Ok(bytes)
}

async fn write(cx: &mut Cx, bytes: &[u8]) -> Result<usize, Errno> {
    let mut bytes = bytes.to_vec();
    let all = [UserSlice { ptr: 0, len: u64::try_from(bytes.len()).unwrap() }];
    cx.sys_write(&mut SliceMemory(&mut bytes), TTY, &all).await.map_err(|e| e.errno)
}

fn done<T>(value: T) -> Poll<Result<T, Errno>> {
    Poll::Ready(Ok(value))
}

#[test]
fn a_read_waits_for_a_line_that_is_echoed() {
    let mut desk = Desk::new();
    let master = desk.master.clone().unwrap();
    let mut reading = Driven::new(read(&mut desk.shell, 64));
    assert!(reading.poll().is_pending());
    master.write(b"hello").unwrap();
    assert!(reading.poll().is_pending());
    master.write(b"\x7fp\n").unwrap();
    assert!(reading.is_woken());
    assert_eq!(reading.poll(), done(b"hellp\n".to_vec()));
    drop(reading);
    assert_eq!(desk.shown(), "hello\x08 \x08p\r\n");
}

#[test]
fn signals_go_to_the_foreground_group_only() {
    let mut desk = Desk::in_background();
    for cx in [&desk.shell, &desk.job] {
        cx.process.set_action(Signal::SIGINT, Action::Deliver).unwrap();
    }
    desk.types(b"gone");
    desk.types(b"\x03");
    assert_eq!(desk.shown(), "gone^C");
    assert_eq!(os_wasm::sig_next(&desk.shell), Some(Signal::SIGINT));
    assert_eq!(os_wasm::sig_next(&desk.job), None);
    let job = desk.job.process.pgid();
    assert_eq!(now(desk.shell.sys_tcsetpgrp(TTY, job)), Ok(()));
    assert_eq!(desk.shell.sys_tcgetpgrp(TTY), Ok(job));
    desk.types(b"\x03");
    assert_eq!(os_wasm::sig_next(&desk.shell), None);
    assert_eq!(os_wasm::sig_next(&desk.job), Some(Signal::SIGINT));
    desk.types(b"\x1a");
    assert!(desk.job.process.is_stopped() && !desk.shell.process.is_stopped());
}

#[test]
fn a_read_in_the_background_stands_still_until_it_may() {
    let mut desk = Desk::in_background();
    let master = desk.master.clone().unwrap();
    let (process, tty) = (desk.job.process.clone(), master.tty().clone());
    let mut reading = Driven::new(read(&mut desk.job, 64));
    assert!(reading.poll().is_pending() && process.is_stopped());
    master.write(b"line\n").unwrap();
    assert!(reading.poll().is_pending());
    process.kill(Signal::SIGCONT).unwrap();
    assert!(reading.poll().is_pending() && process.is_stopped(), "still in the background");
    tty.set_foreground(&desk.shell.process, process.pgid()).unwrap();
    process.kill(Signal::SIGCONT).unwrap();
    assert_eq!(reading.poll(), done(b"line\n".to_vec()));
}

#[test]
fn sigttin_that_stops_nobody_is_an_error() {
    let mut desk = Desk::in_background();
    let process = desk.job.process.clone();
    process.set_ignored(Signal::SIGTTIN, true);
    assert_eq!(now_errno(read(&mut desk.job, 8)), Errno::EIO);
    process.set_ignored(Signal::SIGTTIN, false);
    process.set_action(Signal::SIGTTIN, Action::Deliver).unwrap();
    assert_eq!(now_errno(read(&mut desk.job, 8)), Errno::EINTR);
    assert_eq!(os_wasm::sig_next(&desk.job), Some(Signal::SIGTTIN));
}

fn now_errno<T: std::fmt::Debug>(future: impl Future<Output = Result<T, Errno>>) -> Errno {
    match Driven::new(future).poll() {
        Poll::Ready(answer) => answer.unwrap_err(),
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn writing_in_the_background_is_stopped_if_the_terminal_says_so() {
    let mut desk = Desk::in_background();
    let process = desk.job.process.clone();
    assert_eq!(Driven::new(write(&mut desk.job, b"a")).poll(), done(1));
    desk.set(|termios| termios.local.insert(LocalModes::TOSTOP));
    let mut writing = Driven::new(write(&mut desk.job, b"b"));
    assert!(writing.poll().is_pending() && process.is_stopped());
    process.set_ignored(Signal::SIGTTOU, true);
    process.kill(Signal::SIGCONT).unwrap();
    assert_eq!(writing.poll(), done(1), "who ignores SIGTTOU may write");
    drop(writing);
    assert_eq!(desk.shown(), "ab");
}

#[test]
fn changing_the_terminal_from_the_background_stops() {
    let mut desk = Desk::in_background();
    let (process, group) = (desk.job.process.clone(), desk.job.process.pgid());
    let termios = desk.job.sys_tcgetattr(TTY).unwrap();
    let mut setting = Driven::new(desk.job.sys_tcsetattr(TTY, SetWhen::Now, termios));
    assert!(setting.poll().is_pending() && process.is_stopped());
    drop(setting);
    process.kill(Signal::SIGCONT).unwrap();
    process.set_ignored(Signal::SIGTTOU, true);
    assert_eq!(now(desk.job.sys_tcsetpgrp(TTY, group)), Ok(()), "as shells take the terminal back");
    assert_eq!(desk.shell.sys_tcgetpgrp(TTY), Ok(group));
}

#[test]
fn the_foreground_is_a_group_of_the_session() {
    let mut desk = Desk::in_background();
    let stranger = start(&desk.kernel, Pid(0), desk.master().tty());
    for (pgid, errno) in [
        (Pid(0), Errno::EINVAL),
        (Pid(u32::MAX), Errno::EINVAL),
        (Pid(999), Errno::ESRCH),
        (stranger.process.pgid(), Errno::EPERM),
    ] {
        assert_eq!(now(desk.shell.sys_tcsetpgrp(TTY, pgid)), Err(errno), "{pgid}");
    }
    let mut stranger = stranger;
    let own = stranger.process.pgid();
    assert_eq!(now(stranger.sys_tcsetpgrp(TTY, own)), Err(Errno::ENOTTY));
    assert_eq!(stranger.sys_tcgetpgrp(TTY).map_err(|e| e.errno), Err(Errno::ENOTTY));
    assert_eq!(stranger.sys_tcgetsid(TTY).map_err(|e| e.errno), Err(Errno::ENOTTY));
    assert_eq!(stranger.sys_tiocsctty(TTY).map_err(|e| e.errno), Err(Errno::EPERM));
    assert_eq!(desk.job.sys_tiocsctty(TTY).map_err(|e| e.errno), Err(Errno::EPERM));
    assert_eq!(desk.shell.sys_tiocsctty(TTY), Ok(()));
    assert_eq!(desk.job.sys_tcgetsid(TTY), Ok(desk.shell.process.pid));
}

#[test]
fn a_master_that_is_gone_hangs_up() {
    let mut desk = Desk::in_background();
    let leader = desk.shell.process.clone();
    leader.set_action(Signal::SIGHUP, Action::Deliver).unwrap();
    let (kernel, sid) = (desk.kernel.clone(), leader.pid);
    let master = desk.master.take().unwrap();
    let mut cx = os_wasm::mpreinit(&kernel, &leader);
    let mut reading = Driven::new(read(&mut cx, 8));
    assert!(reading.poll().is_pending());
    drop(master);
    assert!(reading.is_woken());
    assert_eq!(reading.poll(), Poll::Ready(Err(Errno::EIO)), "who waited gets an error");
    drop(reading);
    assert_eq!(os_wasm::sig_next(&desk.shell), Some(Signal::SIGHUP));
    assert_eq!(Driven::new(read(&mut desk.shell, 8)).poll(), done(Vec::new()));
    assert_eq!(now_errno(write(&mut desk.shell, b"x")), Errno::EIO);
    assert_eq!(desk.shell.sys_tcgetattr(TTY).map_err(|e| e.errno), Err(Errno::EIO));
    assert!(leader.session().terminal().is_none() && leader.session().sid == sid);
    let file = desk.shell.process.fds.lock().get(TTY).unwrap().file.clone();
    assert!(file.file().ready().contains(PollEvents::IN | PollEvents::HUP));
}

#[test]
fn the_master_hears_when_the_terminal_is_closed_and_opened_again() {
    let desk = Desk::new();
    let tty = desk.master().tty().clone();
    for cx in [&desk.shell, &desk.job] {
        drop(cx.process.fds.lock().drain());
    }
    let mut buf = [0; 4];
    assert_eq!(desk.master().read(&mut buf).map_err(|e| e.errno), Err(Errno::EIO));
    assert!(desk.master().ready().contains(PollEvents::HUP | PollEvents::IN));
    let again = Tty::open(&tty).unwrap();
    assert_eq!(desk.master().read(&mut buf).map_err(|e| e.errno), Err(Errno::EAGAIN));
    drop(again);
}

#[test]
fn a_window_that_changes_is_told_to_the_foreground() {
    let mut desk = Desk::in_background();
    for cx in [&desk.shell, &desk.job] {
        cx.process.set_action(Signal::SIGWINCH, Action::Deliver).unwrap();
    }
    let window = Winsize { rows: 24, columns: 80, ..Winsize::default() };
    for expected in [Some(Signal::SIGWINCH), None] {
        desk.master().tty().set_window(window).unwrap();
        assert_eq!(os_wasm::sig_next(&desk.shell), expected);
        assert_eq!(os_wasm::sig_next(&desk.job), None);
    }
    assert_eq!(desk.job.sys_tcgetwinsize(TTY), Ok(window));
}

#[test]
fn raw_reads_are_over_by_number_or_time() {
    let mut desk = Desk::new();
    let (master, platform, kernel) = (desk.master.clone().unwrap(), desk.platform.clone(), desk.kernel.clone());
    let later = |tenths: u64| {
        platform.advance(tenths * 100_000_000);
        kernel.fire_timers();
    };

    desk.raw(0, 0);
    assert_eq!(Driven::new(read(&mut desk.shell, 8)).poll(), done(Vec::new()), "it never waits");
    master.write(b"ab").unwrap();
    assert_eq!(Driven::new(read(&mut desk.shell, 8)).poll(), done(b"ab".to_vec()));

    desk.raw(3, 0);
    let mut reading = Driven::new(read(&mut desk.shell, 8));
    for key in [b"c", b"d"] {
        master.write(key).unwrap();
        assert!(reading.poll().is_pending());
    }
    assert!(!master.tty().ready().contains(PollEvents::IN));
    master.write(b"e").unwrap();
    assert_eq!(reading.poll(), done(b"cde".to_vec()));
    drop(reading);
    master.write(b"f").unwrap();
    assert_eq!(Driven::new(read(&mut desk.shell, 1)).poll(), done(b"f".to_vec()), "no more than was asked for");

    desk.raw(0, 2);
    let mut reading = Driven::new(read(&mut desk.shell, 8));
    assert!(reading.poll().is_pending());
    later(2);
    assert_eq!(reading.poll(), done(Vec::new()));
    drop(reading);

    desk.raw(3, 2);
    let mut reading = Driven::new(read(&mut desk.shell, 8));
    assert!(reading.poll().is_pending());
    later(100);
    assert!(reading.poll().is_pending(), "the time counts from the first byte");
    master.write(b"g").unwrap();
    assert!(reading.poll().is_pending());
    later(1);
    assert!(reading.poll().is_pending());
    master.write(b"h").unwrap();
    assert!(reading.poll().is_pending());
    later(1);
    assert!(reading.poll().is_pending(), "each byte begins it anew");
    later(1);
    assert_eq!(reading.poll(), done(b"gh".to_vec()));
}

#[test]
fn without_waiting_a_raw_read_takes_what_is_there() {
    let mut desk = Desk::new();
    desk.raw(5, 0);
    desk.shell.sys_fcntl_setfl(TTY, OpenFlags::NONBLOCK).unwrap();
    assert_eq!(now_errno(read(&mut desk.shell, 8)), Errno::EAGAIN);
    desk.types(b"ab");
    assert_eq!(Driven::new(read(&mut desk.shell, 8)).poll(), done(b"ab".to_vec()));
}

#[test]
fn a_leader_that_ends_frees_the_terminal() {
    let desk = Desk::in_background();
    let Desk { kernel, master, shell, job, .. } = desk;
    let tty = master.as_ref().unwrap().tty().clone();
    let mut shell = shell;
    os_wasm::unminit(&mut shell);
    os_wasm::mdestroy(shell);
    assert_eq!((tty.session(), tty.foreground()), (None, None));
    drop(job);
    let next = kernel.create_process(Pid(0), ProcessSpec::default()).unwrap();
    assert_eq!(tty.acquire(&next), Ok(()));
}
