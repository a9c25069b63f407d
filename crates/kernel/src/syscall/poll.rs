//! Readiness: poll(2).
//!
//! Waits until a file is ready, the deadline (monotonic ns) has passed, or the process ends. A descriptor that is not open
//! answers `NVAL` at once, as poll(2) does, with its errno for adapters that report one each.

use std::sync::Arc;

use futures::future::{BoxFuture, Either, select};
use gopherix_abi::{Errno, PollEvents, Rights};

use super::{PollAnswer, PollRequest};
use crate::error::{SysError, SysResult};
use crate::file::{OpenFile, wait_any};
use crate::task::Cx;

/// poll(2). No requests and a deadline is a sleep.
pub(crate) async fn sys_poll(
    cx: &mut Cx,
    requests: &[PollRequest],
    deadline_ns: Option<u64>,
) -> SysResult<Vec<PollAnswer>> {
    let files: Vec<SysResult<Arc<OpenFile>>> = requests.iter().map(|r| resolve(cx, r)).collect();
    let look = || {
        let answers: Vec<PollAnswer> = requests.iter().zip(&files).map(|(r, f)| answer(r, f)).collect();
        answers.iter().any(|a| !a.events.is_empty()).then_some(answers)
    };
    loop {
        if let Some(answers) = look() {
            return Ok(answers);
        }
        let now = cx.kernel.platform().monotonic_ns();
        if deadline_ns.is_some_and(|deadline| now >= deadline) {
            return Ok(requests.iter().zip(&files).map(|(r, f)| answer(r, f)).collect());
        }
        let waits = waits(cx, requests, &files, deadline_ns);
        let ready = || look().map(|_| ());
        cx.park(wait_any(waits, ready)).await?;
    }
}

impl Cx {
    /// Waits, the turn given to others, until one of the files is ready, the deadline (monotonic ns) has passed, or `other` has
    /// ended; at once where a descriptor cannot be polled. Which of them it was is for the caller to look at: by
    /// [`Cx::sys_poll`] with a deadline in the past, which answers at once.
    ///
    /// This is the wait of an event loop, no system call, and not traced.
    ///
    /// # Errors
    /// EINTR if the process ends.
    pub async fn wait(
        &mut self,
        requests: &[PollRequest],
        deadline_ns: Option<u64>,
        other: impl Future<Output = ()>,
    ) -> SysResult<()> {
        let files: Vec<SysResult<Arc<OpenFile>>> = requests.iter().map(|r| resolve(self, r)).collect();
        let ready = || {
            requests
                .iter()
                .zip(&files)
                .any(|(r, f)| f.as_ref().map_or(true, |f| !happened(r, f).is_empty()))
                .then_some(())
        };
        let mut other = std::pin::pin!(other);
        loop {
            let now = self.kernel.platform().monotonic_ns();
            if ready().is_some() || deadline_ns.is_some_and(|deadline| now >= deadline) {
                return Ok(());
            }
            let waits = waits(self, requests, &files, deadline_ns);
            let woken = std::pin::pin!(wait_any(waits, ready));
            if let Either::Left(_) = self.park(select(other.as_mut(), woken)).await? {
                return Ok(());
            }
        }
    }
}

/// What ends when one of the files may have become ready, or at the deadline.
fn waits(
    cx: &Cx,
    requests: &[PollRequest],
    files: &[SysResult<Arc<OpenFile>>],
    deadline_ns: Option<u64>,
) -> Vec<BoxFuture<'static, ()>> {
    let of_file = |(r, f): (&PollRequest, &SysResult<Arc<OpenFile>>)| Some(f.as_ref().ok()?.file().wait(r.events));
    let mut waits: Vec<_> = requests.iter().zip(files).filter_map(of_file).collect();
    if let Some(deadline) = deadline_ns {
        waits.push(Box::pin(cx.kernel.timers().sleep_until(deadline)));
    }
    waits
}

fn resolve(cx: &Cx, request: &PollRequest) -> SysResult<Arc<OpenFile>> {
    let fds = cx.process.fds.lock();
    let entry = fds.get(request.fd)?;
    if !entry.rights.intersects(Rights::POLL_FD_READWRITE | Rights::FD_READ | Rights::FD_WRITE) {
        return Err(SysError::new(Errno::ENOTCAPABLE, "no right to poll"));
    }
    Ok(entry.file.clone())
}

fn answer(request: &PollRequest, file: &SysResult<Arc<OpenFile>>) -> PollAnswer {
    let file = match file {
        Ok(file) => file,
        Err(e) => return PollAnswer { events: PollEvents::NVAL, errno: Some(e.errno), available: 0 },
    };
    let events = happened(request, file);
    let available = if events.contains(PollEvents::IN) { available(file) } else { 0 };
    PollAnswer { events, errno: None, available }
}

/// What happened to a file. A hang-up only ends a wait for what it makes possible: reading the end, or failing to write.
fn happened(request: &PollRequest, file: &OpenFile) -> PollEvents {
    file.file().ready() & (request.events | PollEvents::ERR | PollEvents::HUP)
}

/// Bytes that a read would find.
fn available(file: &OpenFile) -> u64 {
    if file.file().seekable() {
        file.file().stat().map_or(0, |s| s.size.saturating_sub(file.offset()))
    } else {
        file.file().available()
    }
}
