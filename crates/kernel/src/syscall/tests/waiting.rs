//! preadv2, pwritev2 and the event loop's wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use gopherix_abi::{PollEvents, RwFlags, Signal};

use super::*;
use crate::file::{WaitQueue, wait_any};
use crate::ipc::pipe::{CAPACITY, PipeReader, PipeWriter, pipe};
use crate::syscall::PollRequest;

const NOWAIT: RwFlags = RwFlags::NOWAIT;

impl Rig {
    fn read2(&mut self, fd: Fd, len: usize, offset: Option<u64>, flags: RwFlags) -> Result<Vec<u8>, Errno> {
        let mut bytes = vec![0; len];
        let (all, mut mem) = memory(&mut bytes);
        let n = self.cx.sys_preadv2(&mut mem, fd, &[all], offset, flags).map_err(|e| e.errno)?;
        bytes.truncate(n);
        Ok(bytes)
    }

    fn write2(&mut self, fd: Fd, data: &[u8], offset: Option<u64>, flags: RwFlags) -> Result<usize, Errno> {
        let mut bytes = data.to_vec();
        let (all, mut mem) = memory(&mut bytes);
        self.cx.sys_pwritev2(&mut mem, fd, &[all], offset, flags).map_err(|e| e.errno)
    }

    fn pipe(&mut self) -> (Fd, Fd) {
        let (reader, writer) = pipe();
        (self.give(reader, AccessMode::ReadOnly), self.give(writer, AccessMode::WriteOnly))
    }
}

#[test]
fn without_an_offset_the_descriptions_own_moves() {
    let mut rig = rig();
    let fd = rig.create("/d/f", 0o600);
    assert_eq!(rig.write2(fd, b"hello", None, NOWAIT), Ok(5));
    assert_eq!(rig.write2(fd, b" world", None, RwFlags::empty()), Ok(6));
    assert_eq!(rig.read2(fd, 9, None, NOWAIT), Ok(Vec::new()), "the offset is at the end");
    assert_eq!(rig.write2(fd, b"J", Some(0), NOWAIT), Ok(1));
    assert_eq!(rig.read2(fd, 5, Some(0), NOWAIT), Ok(b"Jello".to_vec()));
    rig.cx.sys_lseek(fd, 6, gopherix_abi::Whence::Set).unwrap();
    assert_eq!(rig.read2(fd, 3, None, NOWAIT), Ok(b"wor".to_vec()));
    assert_eq!(rig.read2(fd, 9, None, RwFlags::empty()), Ok(b"ld".to_vec()));
    assert_eq!(rig.read2(fd, 1, Some(1 << 63), NOWAIT), Err(Errno::EINVAL));
}

#[test]
fn what_would_wait_is_eagain_whatever_o_nonblock_says() {
    let mut rig = rig();
    let (reader, writer) = rig.pipe();
    assert_eq!(rig.read2(reader, 4, None, NOWAIT), Err(Errno::EAGAIN));
    assert_eq!(rig.write2(writer, &[1; CAPACITY + 10], None, NOWAIT), Ok(CAPACITY), "in part");
    assert_eq!(rig.write2(writer, b"x", None, NOWAIT), Err(Errno::EAGAIN));
    assert_eq!(rig.read2(reader, 4, None, NOWAIT), Ok(vec![1; 4]));
    assert_eq!(rig.read2(reader, 4, Some(0), NOWAIT), Err(Errno::ESPIPE));
    assert_eq!(rig.write2(reader, b"x", None, NOWAIT), Err(Errno::EBADF));
    assert_eq!(rig.read2(writer, 1, None, NOWAIT), Err(Errno::EBADF));
}

#[test]
fn without_the_flag_waiting_is_refused_unless_nonblock_refused_it_before() {
    let mut rig = rig();
    let (reader, _writer) = rig.pipe();
    assert_eq!(rig.read2(reader, 4, None, RwFlags::empty()), Err(Errno::ENOTSUP));
    rig.cx.sys_fcntl_setfl(reader, OpenFlags::NONBLOCK).unwrap();
    assert_eq!(rig.read2(reader, 4, None, RwFlags::empty()), Err(Errno::EAGAIN));
}

#[test]
fn a_write_without_reader_is_epipe_and_kills_unless_sigpipe_is_ignored() {
    let mut rig = rig();
    rig.give(pipe().0, AccessMode::ReadOnly);
    let stdout = rig.give(pipe().1, AccessMode::WriteOnly);
    assert_eq!(stdout, Fd(1));
    rig.process.set_ignored(Signal::SIGPIPE, true);
    assert_eq!(rig.write2(stdout, b"x", None, NOWAIT), Err(Errno::EPIPE));
    assert!(!rig.process.is_ending());
    rig.process.set_ignored(Signal::SIGPIPE, false);
    assert_eq!(rig.write2(stdout, b"x", None, NOWAIT), Err(Errno::EPIPE));
    assert!(rig.process.is_ending());
}

#[test]
fn a_trace_shows_what_was_received() {
    let mut rig = rig();
    let (reader, writer) = rig.pipe();
    rig.write2(writer, b"abc", None, NOWAIT).unwrap();
    rig.read2(reader, 8, None, NOWAIT).unwrap();
    let lines = rig.trace.0.lock().clone();
    let last = lines.last().unwrap();
    assert_eq!(last, "preadv2(fd: 0, bufs: \"abc\", 8 bytes, offset: none, flags: NOWAIT) = 3");
}

/// What an event loop may wait for: a pipe to read, another to write, and a wake-up from outside.
struct Loop {
    rig: Rig,
    requests: Vec<PollRequest>,
    fill: Arc<PipeWriter>,
    drain: Arc<PipeReader>,
    woken: Arc<(AtomicBool, WaitQueue)>,
}

fn event_loop() -> Loop {
    let mut rig = rig();
    let (reader, fill) = pipe();
    let (drain, writer) = pipe();
    writer.write(&[0; CAPACITY]).unwrap();
    let reader = rig.give(reader, AccessMode::ReadOnly);
    let writer = rig.give(writer, AccessMode::WriteOnly);
    let requests =
        vec![PollRequest { fd: reader, events: PollEvents::IN }, PollRequest { fd: writer, events: PollEvents::OUT }];
    Loop { rig, requests, fill, drain, woken: Arc::default() }
}

async fn outside(woken: Arc<(AtomicBool, WaitQueue)>) {
    while wait_any(vec![woken.1.wait()], || woken.0.load(Ordering::Relaxed).then_some(())).await.is_none() {}
}

/// Starts a wait until 1 ms has passed, sees that it waits without a turn, lets `happen`, and sees that it ends with one.
fn ends_when(happen: impl FnOnce(&Loop, &Arc<Kernel>, &TestPlatform)) {
    let mut all = event_loop();
    let (kernel, platform) = (all.rig.kernel.clone(), all.rig.platform.clone());
    let deadline = crate::platform::Platform::monotonic_ns(&*platform).saturating_add(1_000_000);
    let Loop { rig, requests, woken, .. } = &mut all;
    let mut cx = std::mem::replace(&mut rig.cx, os_wasm::mpreinit(&kernel, &rig.process));
    let (requests, woken) = (requests.clone(), woken.clone());
    let mut waiting = Driven::new(async { cx.wait(&requests, Some(deadline), outside(woken)).await });
    assert!(waiting.poll().is_pending());
    assert_eq!(kernel.turns().running(), 0, "the turn is given back");
    platform.advance(1000);
    kernel.fire_timers();
    assert!(!waiting.is_woken(), "nothing has happened");
    happen(&all, &kernel, &platform);
    assert!(waiting.is_woken());
    assert_eq!(waiting.poll(), Poll::Ready(Ok(())));
    assert_eq!(kernel.turns().running(), 1);
    drop(waiting);
    assert!(kernel.timers().is_empty(), "no sleeper is left behind");
}

#[test]
fn a_wait_ends_when_something_can_be_read() {
    ends_when(|all, _, _| assert_eq!(all.fill.write(b"x"), Ok(1)));
}

#[test]
fn a_wait_ends_when_something_can_be_written() {
    ends_when(|all, _, _| assert_eq!(all.drain.read(&mut [0; CAPACITY]), Ok(CAPACITY)));
}

#[test]
fn a_wait_ends_at_its_deadline() {
    ends_when(|_, kernel, platform| {
        platform.advance(1_000_000);
        kernel.fire_timers();
    });
}

#[test]
fn a_wait_ends_by_a_wake_up_from_outside() {
    ends_when(|all, _, _| {
        all.woken.0.store(true, Ordering::Relaxed);
        all.woken.1.wake_all();
    });
}

#[test]
fn a_wait_does_not_wait_for_what_is_there() {
    let mut all = event_loop();
    let now = crate::platform::Platform::monotonic_ns(&*all.rig.platform);
    let forever = std::future::pending::<()>;
    let cx = &mut all.rig.cx;
    assert!(Driven::new(cx.wait(&[], None, std::future::ready(()))).poll().is_ready());
    assert!(Driven::new(cx.wait(&[], Some(now), forever())).poll().is_ready());
    let closed = [PollRequest { fd: Fd(77), events: PollEvents::IN }];
    assert!(Driven::new(cx.wait(&closed, None, forever())).poll().is_ready(), "poll will say NVAL");
    assert!(Driven::new(cx.wait(&all.requests, None, forever())).poll().is_pending());
}

#[test]
fn a_wait_ends_with_the_process() {
    let mut all = event_loop();
    let process = all.rig.process.clone();
    let mut waiting = Driven::new(all.rig.cx.wait(&all.requests, None, std::future::pending()));
    assert!(waiting.poll().is_pending());
    process.kill(Signal::SIGTERM).unwrap();
    assert!(waiting.is_woken());
    assert!(matches!(waiting.poll(), Poll::Ready(Err(e)) if e.errno == Errno::EINTR));
}
