//! poll_oneoff: clocks and files in one wait.

use gopherix_abi::wasip1::{EVENT_SIZE, FD_READWRITE_HANGUP, SUBSCRIPTION_CLOCK_ABSTIME, SUBSCRIPTION_SIZE};
use gopherix_abi::{ClockId, Errno, Fd, PollEvents};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::{EFAULT, GuestMemory};
use gopherix_kernel::syscall::{PollAnswer, PollRequest};
use gopherix_kernel::task::Cx;

use super::clock::clock_id;
use crate::wire::put_len;

/// What a subscription waits for.
enum Want {
    /// A monotonic time in ns.
    Time(u64),
    /// A file; which of the polled ones.
    File(PollRequest),
    /// Nothing: it answers this error at once.
    Error(Errno),
}

struct Subscription {
    userdata: u64,
    tag: u8,
    want: Want,
}

/// Waits until at least one of the subscriptions has something to tell, and tells it.
pub async fn poll_oneoff(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    in_: u32,
    out: u32,
    nsubscriptions: u32,
    nevents: u32,
) -> SysResult<()> {
    let subscriptions = decode(cx, mem, in_, out, nsubscriptions, nevents)?;
    let events = wait(cx, &subscriptions).await?;
    put_events(mem, out, &events)?;
    put_len(mem, nevents, events.len())
}

fn decode(
    cx: &Cx,
    mem: &dyn GuestMemory,
    in_: u32,
    out: u32,
    count: u32,
    nevents: u32,
) -> SysResult<Vec<Subscription>> {
    if count == 0 {
        return fail(Errno::EINVAL, "no subscriptions");
    }
    let size = |each: u32| u64::from(count).saturating_mul(u64::from(each));
    mem.check(crate::wire::slice(nevents, 4))?;
    mem.check(gopherix_kernel::memory::UserSlice { ptr: u64::from(in_), len: size(SUBSCRIPTION_SIZE) })?;
    mem.check(gopherix_kernel::memory::UserSlice { ptr: u64::from(out), len: size(EVENT_SIZE) })?;
    let platform = cx.kernel.platform();
    let (mono, wall) = (platform.monotonic_ns(), platform.wall_time().as_nanos());
    (0..count)
        .map(|i| {
            let mut raw = [0; 48];
            let at = u64::from(in_).saturating_add(u64::from(i).saturating_mul(u64::from(SUBSCRIPTION_SIZE)));
            mem.read(at, &mut raw)?;
            subscription(&raw, mono, wall)
        })
        .collect()
}

fn subscription(raw: &[u8; 48], mono: u64, wall: u64) -> SysResult<Subscription> {
    let userdata = u64_at(raw, 0)?;
    let tag = *raw.get(8).ok_or(EFAULT)?;
    let want = match tag {
        0 => clock(u32_at(raw, 16)?, u64_at(raw, 24)?, u32_at(raw, 40)? & 0xffff, mono, wall),
        1 => Want::File(PollRequest { fd: Fd(u32_at(raw, 16)?), events: PollEvents::IN }),
        2 => Want::File(PollRequest { fd: Fd(u32_at(raw, 16)?), events: PollEvents::OUT }),
        _ => return fail(Errno::EINVAL, "unknown subscription type"),
    };
    Ok(Subscription { userdata, tag, want })
}

fn clock(id: u32, timeout: u64, flags: u32, mono: u64, wall: u64) -> Want {
    let absolute = match u16::try_from(flags) {
        Ok(0) => false,
        Ok(SUBSCRIPTION_CLOCK_ABSTIME) => true,
        _ => return Want::Error(Errno::EINVAL),
    };
    match (clock_id(id), absolute) {
        (Ok(ClockId::Realtime | ClockId::Monotonic), false) => Want::Time(mono.saturating_add(timeout)),
        (Ok(ClockId::Monotonic), true) => Want::Time(timeout),
        (Ok(ClockId::Realtime), true) => Want::Time(mono.saturating_add(timeout.saturating_sub(wall))),
        (Ok(ClockId::ProcessCputime | ClockId::ThreadCputime), _) => Want::Error(Errno::ENOTSUP),
        (Err(e), _) => Want::Error(e.errno),
    }
}

/// One event to report.
struct Event {
    userdata: u64,
    errno: u16,
    tag: u8,
    bytes: u64,
    flags: u16,
}

async fn wait(cx: &mut Cx, subscriptions: &[Subscription]) -> SysResult<Vec<Event>> {
    let requests: Vec<PollRequest> = subscriptions
        .iter()
        .filter_map(|s| match s.want {
            Want::File(request) => Some(request),
            _ => None,
        })
        .collect();
    let has_errors = subscriptions.iter().any(|s| matches!(s.want, Want::Error(_)));
    let times = subscriptions.iter().filter_map(|s| match s.want {
        Want::Time(deadline) => Some(deadline),
        _ => None,
    });
    // An error is an answer already: look at the rest, but do not wait for it.
    let deadline = if has_errors { Some(0) } else { times.min() };
    let answers = match deadline {
        Some(deadline) if requests.is_empty() => {
            cx.sys_nanosleep(deadline).await?;
            Vec::new()
        }
        _ => cx.sys_poll(&requests, deadline).await?,
    };
    let now = cx.kernel.platform().monotonic_ns();
    let mut answers = answers.iter();
    Ok(subscriptions.iter().filter_map(|s| event(s, &mut answers, now)).collect())
}

fn event(s: &Subscription, answers: &mut std::slice::Iter<'_, PollAnswer>, now: u64) -> Option<Event> {
    let event = Event { userdata: s.userdata, errno: 0, tag: s.tag, bytes: 0, flags: 0 };
    match s.want {
        Want::Time(deadline) if deadline <= now => Some(event),
        Want::Time(_) => None,
        Want::Error(errno) => Some(Event { errno: errno.wasi(), ..event }),
        Want::File(_) => {
            let answer = answers.next()?;
            if answer.events.is_empty() {
                return None;
            }
            let hangup = answer.events.contains(PollEvents::HUP);
            Some(Event {
                errno: answer.errno.map_or(0, Errno::wasi),
                bytes: answer.available,
                flags: if hangup { FD_READWRITE_HANGUP } else { 0 },
                ..event
            })
        }
    }
}

fn put_events(mem: &mut dyn GuestMemory, out: u32, events: &[Event]) -> SysResult<()> {
    let mut raw = Vec::new();
    for event in events {
        raw.extend_from_slice(&event.userdata.to_le_bytes());
        raw.extend_from_slice(&event.errno.to_le_bytes());
        raw.extend_from_slice(&[event.tag, 0, 0, 0, 0, 0]);
        raw.extend_from_slice(&event.bytes.to_le_bytes());
        raw.extend_from_slice(&u64::from(event.flags).to_le_bytes());
    }
    mem.write(u64::from(out), &raw)
}

fn u64_at(raw: &[u8], at: usize) -> SysResult<u64> {
    raw.get(at..).and_then(|r| r.first_chunk()).map(|b| u64::from_le_bytes(*b)).ok_or(EFAULT)
}

fn u32_at(raw: &[u8], at: usize) -> SysResult<u32> {
    raw.get(at..).and_then(|r| r.first_chunk()).map(|b| u32::from_le_bytes(*b)).ok_or(EFAULT)
}
