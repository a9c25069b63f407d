//! Handlers, one family a file. The table ([`crate::table`]) names them; adapters call them through [`Cx`].
//!
//! Each has the same paragraphs: reject what is not known; resolve descriptors and paths; one domain call; copy out; publish
//! last, so that a call that fails leaves no trace.

pub(crate) mod cwd;
pub(crate) mod file;
pub(crate) mod futex;
pub(crate) mod message;
pub(crate) mod netdb;
pub(crate) mod path;
pub(crate) mod perm;
pub(crate) mod pipe;
pub(crate) mod poll;
pub(crate) mod process;
pub(crate) mod profile;
pub(crate) mod random;
pub(crate) mod signal;
pub(crate) mod socket;
pub(crate) mod sockopt;
pub(crate) mod spawn;
#[cfg(test)]
mod tests;
pub(crate) mod thread;
pub(crate) mod time;
pub(crate) mod tty;
pub(crate) mod vector;
pub(crate) mod wait;

pub use self::signal::Target;
pub use self::spawn::SpawnRequest;
pub use self::wait::{WaitFor, Waited, Who};

use std::fmt::Write;
use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, Fd, FileType, PollEvents, Rights};

pub use self::message::Message;
pub use self::socket::Accepted;
pub use self::sockopt::OptionValue;
use crate::error::SysResult;
use crate::file::{OpenFile, wait_any};
use crate::memory::GuestMemory;
use crate::platform::GuestSample;
use crate::task::{Cx, FdEntry};
use crate::trace::Show;

/// What openat answers: the descriptor and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The new descriptor.
    pub fd: Fd,
    /// The type of the file.
    pub kind: FileType,
}

impl Show for Opened {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{}", self.fd);
    }
}

/// What getdents answers: a listing from some entry on.
pub struct Listing {
    entries: Arc<[DirEntry]>,
    own: u64,
    parent: u64,
    cookie: u64,
}

impl Listing {
    /// The entries from the asked-for one on: the cookie of the next one, inode number, type, name.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64, FileType, &[u8])> {
        let skip = usize::try_from(self.cookie).unwrap_or(usize::MAX);
        let dots = [(self.own, &b"."[..]), (self.parent, &b".."[..])];
        let dots = dots.into_iter().skip(skip).map(|(ino, name)| (ino, FileType::Directory, name));
        let rest = self.entries.get(skip.saturating_sub(2)..).unwrap_or_default();
        let rest = rest.iter().map(|e| (e.ino, e.kind, &*e.name));
        let cookies = (1..).map(|n: u64| self.cookie.saturating_add(n));
        dots.chain(rest).zip(cookies).map(|((ino, kind, name), next)| (next, ino, kind, name))
    }
}

impl Show for Listing {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{} entries", self.iter().count());
    }
}

/// One file to poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollRequest {
    /// The descriptor.
    pub fd: Fd,
    /// `IN`, `OUT` or both.
    pub events: PollEvents,
}

/// The answer for one polled file; empty `events` where nothing happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollAnswer {
    /// What happened; `NVAL` for a descriptor that is not open.
    pub events: PollEvents,
    /// The error behind `NVAL` and `ERR`.
    pub errno: Option<Errno>,
    /// Bytes that can be read, where `IN` was asked for and is there.
    pub available: u64,
}

impl Show for &[PollRequest] {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        out.push('[');
        for (i, request) in self.iter().enumerate() {
            let _ = write!(out, "{}{}:", if i > 0 { ", " } else { "" }, request.fd);
            request.events.show(out, mem);
        }
        out.push(']');
    }
}

impl Show for Vec<PollAnswer> {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        let ready = self.iter().filter(|a| !a.events.is_empty()).count();
        let _ = write!(out, "{ready}");
        for answer in self.iter().filter(|a| !a.events.is_empty()) {
            out.push(' ');
            answer.events.show(out, mem);
        }
    }
}

impl Show for (Rights, Rights) {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        self.0.show(out, mem);
        out.push_str(" inheriting ");
        self.1.show(out, mem);
    }
}

impl Show for GuestSample {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{} counters, {} times", self.stack.len(), self.count);
    }
}

impl Show for [Fd; 2] {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let [first, second] = self;
        let _ = write!(out, "[{first}, {second}]");
    }
}

impl Show for Vec<Vec<u8>> {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        out.push('[');
        for (i, item) in self.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            item.show(out, mem);
        }
        out.push(']');
    }
}

/// The description behind a descriptor that has these rights.
fn file_with(cx: &Cx, fd: Fd, rights: Rights) -> SysResult<Arc<OpenFile>> {
    let fds = cx.process.fds.lock();
    let entry = fds.get(fd)?;
    entry.check(rights)?;
    Ok(entry.file.clone())
}

/// Repeats an operation until it does not answer EAGAIN, waiting for readiness in between; at once if `nonblock`.
async fn until_done<T>(
    cx: &mut Cx,
    file: &OpenFile,
    events: PollEvents,
    nonblock: bool,
    mut attempt: impl FnMut(&mut Cx, &OpenFile) -> SysResult<T>,
) -> SysResult<T> {
    loop {
        match attempt(cx, file) {
            Err(e) if e.errno == Errno::EAGAIN && !nonblock => {}
            done => return done,
        }
        let wait = file.file().wait(events);
        let watched = file.file().clone();
        let wanted = events | PollEvents::ERR | PollEvents::HUP;
        cx.park(wait_any(vec![wait], || watched.ready().intersects(wanted).then_some(()))).await?;
    }
}

/// EMFILE before anything is created, truncated or accepted, as open(2) and accept(2) of Linux take the number first.
fn check_room(cx: &Cx) -> SysResult<()> {
    noting_limit(cx, cx.process.fds.lock().check_room())
}

/// Publishes a descriptor.
fn install(cx: &Cx, entry: FdEntry) -> SysResult<Fd> {
    noting_limit(cx, cx.process.fds.lock().install(entry))
}

/// Notes for the message at the process' end that the limit was reached.
fn noting_limit<T>(cx: &Cx, answer: SysResult<T>) -> SysResult<T> {
    if answer.is_err() {
        cx.process.usage.hit_open_files.store(true, std::sync::atomic::Ordering::Relaxed);
    }
    answer
}
