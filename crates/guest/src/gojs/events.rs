//! The event loop: timers, finished calls, and what keeps the program alive.
//!
//! Go runs until all its goroutines wait; then it returns here, and is resumed for one event at a time, in this order: timers
//! whose time has come (by time, then id), then callbacks in the order they were posted. After each, microtasks run.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};

use gopherix_abi::{ClockId, Timespec};
use gopherix_kernel::task::ExitStatus;

use super::Gojs;
use super::engine::{Caller, Engine, Failure, Fallible, Stop};
use super::fs::Waiting;
use super::value::Value;

/// Callbacks that are run between two looks at descriptors that somebody waits for.
const CALLS_BETWEEN_POLLS: u32 = 64;

/// What a timer does.
pub(super) enum Due<E: Engine> {
    /// Go is resumed, to look at its own timers.
    Resume,
    /// A function is called.
    Call(Value<E>),
}

/// A function to call from the event loop.
pub struct Job<E: Engine> {
    /// The function.
    pub function: Value<E>,
    /// Its arguments.
    pub args: Vec<Value<E>>,
}

pub(super) struct Events<E: Engine> {
    jobs: RefCell<VecDeque<Job<E>>>,
    pub(super) waiting: RefCell<Vec<Waiting<E>>>,
    timers: RefCell<Timers<E>>,
    since_poll: Cell<u32>,
    /// Whether the program may end without having called exit, since a script drives it.
    library: Cell<bool>,
    /// The script that is to drive it, by name, until that begins.
    driver: RefCell<Option<String>>,
}

struct Timers<E: Engine> {
    by_time: BTreeMap<(u64, u32), Due<E>>,
    times: HashMap<u32, u64>,
    next_id: u32,
}

impl<E: Engine> Events<E> {
    pub(super) fn new() -> Self {
        let timers = Timers { by_time: BTreeMap::new(), times: HashMap::new(), next_id: 1 };
        Events {
            jobs: RefCell::new(VecDeque::new()),
            waiting: RefCell::new(Vec::new()),
            timers: RefCell::new(timers),
            since_poll: Cell::new(0),
            library: Cell::new(false),
            driver: RefCell::new(None),
        }
    }

    pub(super) fn set_timer(&self, deadline_ns: u64, due: Due<E>) -> u32 {
        let mut timers = self.timers.borrow_mut();
        let id = timers.next_id;
        // Ids are positive int32; after two billion of them an old one is long gone.
        timers.next_id = if id >= 0x7fff_ffff { 1 } else { id.saturating_add(1) };
        timers.times.insert(id, deadline_ns);
        timers.by_time.insert((deadline_ns, id), due);
        id
    }

    pub(super) fn clear_timer(&self, id: u32) {
        let mut timers = self.timers.borrow_mut();
        let due = timers.times.remove(&id).and_then(|deadline| timers.by_time.remove(&(deadline, id)));
        drop(timers);
        drop(due);
    }

    fn next_timer(&self) -> Option<u64> {
        self.timers.borrow().by_time.first_key_value().map(|((deadline, _), _)| *deadline)
    }

    fn due_timer(&self, now_ns: u64) -> Option<(u32, Due<E>)> {
        let mut timers = self.timers.borrow_mut();
        let entry = timers.by_time.first_entry().filter(|entry| entry.key().0 <= now_ns)?;
        let ((_, id), due) = entry.remove_entry();
        timers.times.remove(&id);
        Some((id, due))
    }
}

fn now<E: Engine>(caller: &mut dyn Caller<E>) -> u64 {
    caller.split().1.sys_clock_gettime(ClockId::Monotonic).map_or(0, Timespec::as_nanos)
}

impl<E: Engine> Gojs<E> {
    /// Calls a function from the event loop.
    pub fn post(&self, job: Job<E>) {
        self.events.jobs.borrow_mut().push_back(job);
    }

    /// From now on the program ends well when nothing is left to do: a script drives it.
    pub fn set_library(&self) {
        self.events.library.set(true);
    }

    /// A script of this name is to run once the program waits; `None` when it begins. A program that ends before says so.
    pub fn set_driver(&self, name: Option<&str>) {
        self.events.driver.replace(name.map(str::to_owned));
    }

    /// The life of a program after its first `run` has returned: events until it exits.
    ///
    /// # Errors
    /// [`Stop`] when it has ended, as it always does.
    pub fn run_events(&self, caller: &mut dyn Caller<E>) -> Result<std::convert::Infallible, Stop> {
        loop {
            if !self.turn(caller)? {
                self.wait_for_events(caller)?;
            }
        }
    }

    /// One round of the event loop, without waiting: what has come is run. Whether there was anything.
    ///
    /// # Errors
    /// [`Stop`] when the program has ended.
    pub fn turn(&self, caller: &mut dyn Caller<E>) -> Result<bool, Stop> {
        self.settle(caller)?;
        if self.run_timers(caller)? | self.run_jobs(caller)? | self.poll(caller)? {
            return Ok(true);
        }
        match self.engine.take_messages(caller) {
            Ok(false) => Ok(false),
            handled => self.survive(caller, handled).map(|()| true),
        }
    }

    /// Runs microtasks, and looks whether the process has been ended from outside.
    fn settle(&self, caller: &mut dyn Caller<E>) -> Result<(), Stop> {
        self.direct.begin_event();
        let outcome = self.engine.run_microtasks(caller);
        self.survive(caller, outcome)?;
        if caller.split().1.process.is_ending() { Err(Stop) } else { Ok(()) }
    }

    fn run_timers(&self, caller: &mut dyn Caller<E>) -> Result<bool, Stop> {
        let Some(first) = self.events.next_timer() else { return Ok(false) };
        let now = now(caller);
        if first > now {
            return Ok(false);
        }
        // Only those of before this moment: a timer that sets itself anew must not keep others from running.
        while let Some((_, due)) = self.events.due_timer(now) {
            match due {
                Due::Resume => self.resume(caller)?,
                Due::Call(function) => {
                    let outcome = self.invoke(caller, &function, Vec::new());
                    self.survive(caller, outcome)?;
                }
            }
            self.settle(caller)?;
        }
        Ok(true)
    }

    /// Runs the callbacks that are posted now, not those that they post.
    fn run_jobs(&self, caller: &mut dyn Caller<E>) -> Result<bool, Stop> {
        let count = self.events.jobs.borrow().len();
        for _ in 0..count {
            let Some(job) = self.events.jobs.borrow_mut().pop_front() else { break };
            let outcome = self.invoke(caller, &job.function, job.args);
            self.survive(caller, outcome)?;
            self.settle(caller)?;
        }
        Ok(count > 0)
    }

    /// Tries again what waits for descriptors, now and then. Whether anything came of it.
    fn poll(&self, caller: &mut dyn Caller<E>) -> Result<bool, Stop> {
        if self.events.waiting.borrow().is_empty() {
            return Ok(false);
        }
        let since = self.events.since_poll.get().saturating_add(1);
        self.events.since_poll.set(since);
        if since < CALLS_BETWEEN_POLLS && !self.events.jobs.borrow().is_empty() {
            return Ok(false);
        }
        self.events.since_poll.set(0);
        Ok(self.retry_waiting(caller))
    }

    fn wait_for_events(&self, caller: &mut dyn Caller<E>) -> Result<(), Stop> {
        let requests: Vec<_> = self.events.waiting.borrow().iter().map(Waiting::request).collect();
        let deadline = self.events.next_timer();
        if requests.is_empty() && deadline.is_none() && !self.engine.expects_messages() {
            return self.nothing_left(caller);
        }
        // EINTR: the process is ending, which the next turn of the loop finds.
        let _ = caller.wait(&requests, deadline);
        Ok(())
    }

    /// Nothing can ever happen any more: a deadlock, which Go itself reports; or the end of a script.
    fn nothing_left(&self, caller: &mut dyn Caller<E>) -> Result<(), Stop> {
        if self.events.library.get() {
            return Err(self.exit(caller, 0));
        }
        let outcome = self.call_go(caller, 0, Value::Null, Vec::new());
        self.survive(caller, outcome)?;
        // Go has ended the program, unless it is none of Go's.
        let note = "all goroutines are asleep, and nothing can wake them".to_owned();
        caller.split().1.process.end(ExitStatus::Exited(2), Some(note));
        Err(Stop)
    }

    /// Ends the program: listeners first, then the process.
    pub(super) fn exit(&self, caller: &mut dyn Caller<E>, code: u32) -> Stop {
        let code = match self.engine.exiting(caller, code) {
            Ok(code) => code,
            Err(Failure::Stop) => return Stop,
            Err(Failure::Thrown(thrown)) => return self.uncaught(caller, &thrown),
        };
        let driver = self.events.driver.take();
        if let Some(name) = driver {
            let words = format!("gopherix: the program ended before it waited for anything, so {name} was not run\n");
            if let Err(stop) = self.write_now(caller, 2, words.as_bytes()) {
                return stop;
            }
        }
        if code != 0
            && let Some(words) = self.engine.last_words()
            && let Err(stop) = self.write_now(caller, 2, format!("{words}\n").as_bytes())
        {
            return stop;
        }
        // It cannot fail.
        let _ = caller.split().1.sys_exit(code);
        Stop
    }

    /// Ends the program with an exception that nobody caught, as Node does: code 1.
    fn uncaught(&self, caller: &mut dyn Caller<E>, thrown: &Value<E>) -> Stop {
        let text = self.engine.describe(caller, thrown);
        if let Err(stop) = self.write_now(caller, 2, format!("{text}\n").as_bytes()) {
            return stop;
        }
        let _ = caller.split().1.sys_exit(1);
        Stop
    }

    /// The result of what the event loop ran, as [`Gojs::finish`], but that the program goes on if somebody listens for
    /// exceptions that nobody catches.
    fn survive<T>(&self, caller: &mut dyn Caller<E>, outcome: Fallible<E, T>) -> Result<(), Stop> {
        if let Err(Failure::Thrown(thrown)) = &outcome {
            let caught = self.engine.catches(caller, thrown);
            if self.finish(caller, caught)? {
                return Ok(());
            }
        }
        self.finish(caller, outcome).map(drop)
    }

    /// The result of what no Go and no script waits for; an exception, which nothing can unwind Go's own code with either,
    /// ends the program.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn finish<T>(&self, caller: &mut dyn Caller<E>, outcome: Fallible<E, T>) -> Result<T, Stop> {
        match outcome {
            Ok(value) => Ok(value),
            Err(Failure::Thrown(thrown)) => Err(self.uncaught(caller, &thrown)),
            Err(Failure::Stop) => Err(Stop),
        }
    }
}
