//! The timer heap: sleepers ordered by their time, one platform alarm for the earliest.
//!
//! Where many sleep the alarm comes a little later than that ([`slack_ns`]), as with the timer slack of prctl(2): those whose
//! times are close wake together, and a machine full of sleepers is not one that switches threads all the time.
//!
//! Lock order: the heap's lock is held while the platform is asked for an alarm, so that the last alarm asked for is the
//! one of the heap as it is.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::platform::Platform;
use crate::sync::Lock;

/// So many sleepers are woken each at its own time.
const EXACT: usize = 16;
/// What each sleeper beyond those adds to the slack, ns.
const SLACK_EACH_NS: u64 = 8_000;
/// The most that anybody is woken late for the sake of others, ns: less than a tick of preemption, which a busy guest may cost
/// whoever waits for a turn anyway.
const MAX_SLACK_NS: u64 = 8_000_000;

/// How much later than the earliest sleeper's time the alarm may come when `sleepers` sleep, ns.
fn slack_ns(sleepers: usize) -> u64 {
    let others = u64::try_from(sleepers.saturating_sub(EXACT)).unwrap_or(u64::MAX);
    others.saturating_mul(SLACK_EACH_NS).min(MAX_SLACK_NS)
}

/// The sleepers of a kernel.
pub struct Timers {
    platform: Arc<dyn Platform>,
    heap: Lock<Heap>,
}

#[derive(Default)]
struct Heap {
    /// By deadline (monotonic ns), then by arrival.
    sleepers: BTreeMap<(u64, u64), Waker>,
    next_id: u64,
}

impl Heap {
    /// When the platform is to call, monotonic ns.
    fn alarm(&self) -> Option<u64> {
        let (earliest, _) = self.sleepers.keys().next()?;
        Some(earliest.saturating_add(slack_ns(self.sleepers.len())))
    }
}

impl Timers {
    /// Nobody sleeps yet.
    #[must_use]
    pub fn new(platform: Arc<dyn Platform>) -> Self {
        Timers { platform, heap: Lock::new(Heap::default()) }
    }

    /// Ends at the monotonic time `deadline_ns`, never before.
    #[must_use]
    pub fn sleep_until(self: &Arc<Self>, deadline_ns: u64) -> Sleep {
        Sleep { timers: self.clone(), deadline_ns, id: None }
    }

    /// The monotonic time that sleepers go by, ns.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.platform.monotonic_ns()
    }

    /// Wakes all whose time has come and sets the alarm for the next.
    pub fn fire(&self) {
        let now = self.platform.monotonic_ns();
        let due = {
            let mut heap = self.heap.lock();
            let later = heap.sleepers.split_off(&(now.saturating_add(1), 0));
            let due = std::mem::replace(&mut heap.sleepers, later);
            // Under the lock: a sleeper that comes meanwhile must not find its earlier alarm replaced by this one.
            self.platform.set_alarm(heap.alarm());
            due
        };
        for waker in due.into_values() {
            waker.wake();
        }
    }

    /// How many sleep.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.lock().sleepers.len()
    }

    /// Whether nobody sleeps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A sleep; dropping it takes it off the heap.
pub struct Sleep {
    timers: Arc<Timers>,
    deadline_ns: u64,
    id: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.timers.platform.monotonic_ns() >= self.deadline_ns {
            return Poll::Ready(());
        }
        let timers = self.timers.clone();
        let mut heap = timers.heap.lock();
        let id = match self.id {
            Some(id) => id,
            None => {
                heap.next_id = heap.next_id.wrapping_add(1);
                heap.next_id
            }
        };
        self.id = Some(id);
        heap.sleepers.insert((self.deadline_ns, id), cx.waker().clone());
        // Asked for again on every poll of the first in line, which is cheap; under the lock, as in `fire`.
        if heap.sleepers.keys().next() == Some(&(self.deadline_ns, id)) {
            timers.platform.set_alarm(heap.alarm());
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.timers.heap.lock().sleepers.remove(&(self.deadline_ns, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Driven, MONOTONIC_START, TestPlatform};

    fn timers() -> (Arc<TestPlatform>, Arc<Timers>) {
        let platform = TestPlatform::new(1, 1);
        (platform.clone(), Arc::new(Timers::new(platform)))
    }

    fn after(timers: &Arc<Timers>, ns: u64) -> Driven<Sleep> {
        Driven::new(timers.sleep_until(MONOTONIC_START.saturating_add(ns)))
    }

    #[test]
    fn sleepers_wake_in_the_order_of_their_time() {
        let (platform, timers) = timers();
        let mut sleepers: Vec<_> = [30, 10, 20, 10].map(|ns| (ns, after(&timers, ns))).into();
        assert!(sleepers.iter_mut().all(|(_, s)| s.poll().is_pending()));
        for now in [10, 20, 30] {
            platform.advance(10);
            timers.fire();
            for (ns, sleeper) in &sleepers {
                assert_eq!(sleeper.is_woken(), *ns == now, "{ns} at {now}");
            }
            for (_, sleeper) in &mut sleepers {
                if sleeper.is_woken() {
                    assert!(sleeper.poll().is_ready());
                }
            }
            sleepers.retain(|(ns, _)| *ns != now);
        }
        assert!(timers.is_empty());
    }

    #[test]
    fn nobody_wakes_early() {
        let (platform, timers) = timers();
        let mut sleeper = after(&timers, 100);
        assert!(sleeper.poll().is_pending());
        platform.advance(99);
        timers.fire();
        assert!(!sleeper.is_woken());
        assert!(sleeper.poll().is_pending());
        assert_eq!((timers.len(), platform.alarm()), (1, Some(MONOTONIC_START + 100)));
        platform.advance(1);
        timers.fire();
        assert!(sleeper.is_woken() && sleeper.poll().is_ready());
    }

    #[test]
    fn a_time_that_has_passed_needs_no_alarm() {
        let (platform, timers) = timers();
        assert!(after(&timers, 0).poll().is_ready());
        assert_eq!((timers.len(), platform.alarm()), (0, None));
    }

    #[test]
    fn the_alarm_is_set_to_the_earliest() {
        let (platform, timers) = timers();
        let alarm = || platform.alarm().map(|at| at - MONOTONIC_START);
        let mut sleepers = Vec::new();
        for (ns, then) in [(50, 50), (70, 50), (30, 30), (40, 30)] {
            let mut sleeper = after(&timers, ns);
            assert!(sleeper.poll().is_pending());
            sleepers.push(sleeper);
            assert_eq!(alarm(), Some(then));
        }
        for (now, then) in [(30, Some(40)), (40, Some(50)), (50, Some(70)), (70, None)] {
            platform.advance(now - (platform.monotonic_ns() - MONOTONIC_START));
            timers.fire();
            assert_eq!(alarm(), then);
        }
    }

    #[test]
    fn a_dropped_sleep_is_off_the_heap() {
        let (platform, timers) = timers();
        let (mut first, mut second) = (after(&timers, 10), after(&timers, 20));
        assert!(first.poll().is_pending() && second.poll().is_pending());
        drop(first);
        assert_eq!(timers.len(), 1);
        // Its alarm may still come; it wakes nobody and the next one is set.
        platform.advance(10);
        timers.fire();
        assert!(!second.is_woken());
        assert_eq!(platform.alarm(), Some(MONOTONIC_START + 20));
        drop(second);
        assert!(timers.is_empty());
    }

    #[test]
    fn a_sleep_polled_again_is_one_sleeper() {
        let (_, timers) = timers();
        let mut sleeper = after(&timers, 10);
        assert!(sleeper.poll().is_pending() && sleeper.poll().is_pending());
        assert_eq!(timers.len(), 1);
    }

    #[test]
    fn many_sleepers_wake_together_and_never_early() {
        let (platform, timers) = timers();
        let mut sleepers: Vec<_> = (1..=500).map(|n| (n * 8_000, after(&timers, n * 8_000))).collect();
        assert!(sleepers.iter_mut().all(|(_, s)| s.poll().is_pending()));
        let mut alarms = 0;
        while let Some(alarm) = platform.alarm() {
            platform.advance(alarm.saturating_sub(platform.monotonic_ns()));
            timers.fire();
            alarms += 1;
            let now = platform.monotonic_ns() - MONOTONIC_START;
            for (ns, sleeper) in &sleepers {
                assert_eq!(sleeper.is_woken(), *ns <= now, "{ns} at {now}");
                assert!(!sleeper.is_woken() || now - ns <= MAX_SLACK_NS);
            }
            sleepers.retain(|(_, sleeper)| !sleeper.is_woken());
        }
        assert!(sleepers.is_empty());
        assert!(alarms < 50, "{alarms} alarms for 500 sleepers");
        assert_eq!((slack_ns(EXACT), slack_ns(usize::MAX)), (0, MAX_SLACK_NS));
    }

    /// Sleepers that come at the same time as each other, and as a firing, must not undo each other's alarm.
    #[test]
    fn the_alarm_is_the_earliest_whoever_comes_at_the_same_time() {
        let (platform, timers) = timers();
        for round in 0..2000 {
            let barrier = std::sync::Barrier::new(3);
            let sleepers = std::thread::scope(|scope| {
                let sleep = |ns| {
                    let mut sleeper = after(&timers, ns);
                    barrier.wait();
                    assert!(sleeper.poll().is_pending());
                    sleeper
                };
                let late = scope.spawn(move || sleep(20));
                let early = scope.spawn(move || sleep(10));
                barrier.wait();
                timers.fire();
                [late.join().unwrap(), early.join().unwrap()]
            });
            assert_eq!(platform.alarm(), Some(MONOTONIC_START + 10), "round {round}");
            drop(sleepers);
        }
    }
}
