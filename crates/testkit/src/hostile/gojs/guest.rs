//! The guest: its memory, what it holds, and what must hold after each of its imports.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use gopherix_abi::{Errno, Signal};
use gopherix_guest::gojs::Gojs;
use gopherix_guest::gojs::engine::{Caller, Engine as _, Stop};
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::syscall::PollRequest;
use gopherix_kernel::task::{Cx, ExitStatus, Process};
use gopherix_kernel::testing::{MONOTONIC_START, WALL_START};
use gopherix_kernel::{SysError, SysResult, os_wasm};
use gopherix_quickjs::{Config, QuickJs};

use super::imports::{Import, Takes};
use super::run::{note_answer, note_call};
use crate::hostile::random::Random;
use crate::hostile::setup::{Ends, Setup};
use crate::hostile::world::{check_limits, check_thread, drive, serve_pipes, spawn};

/// Bytes of memory that a guest begins with.
pub(super) const MEMORY: usize = 16384;
/// Bytes of memory it may grow to.
const MOST_MEMORY: usize = 65536;
/// How deep imports may be made from within imports.
const DEPTH: u32 = 4;
/// Times that QuickJS may ask, within one import, whether it must stop, some 10,000 operations apart.
const MOST_POLLS: u32 = 20;
/// Waits of a program before its embedder loses patience.
const MOST_WAITS: u32 = 40;
/// The first id of the value table that is no fixed value's.
const FIRST_ID: u32 = 7;
/// What memory that was moved away from is filled with.
const LEFT: u8 = 0xa5;

/// A guest of a JavaScript world, in a kernel that it may share with others after it.
pub struct Guest {
    setup: Rc<Setup>,
    gojs: Rc<Gojs<QuickJs>>,
    process: Arc<Process>,
    /// Nothing only when it is over.
    cx: Option<Cx>,
    ends: Ends,
    memory: Vec<u8>,
    /// Where memory was before it moved: nobody may write there.
    left: Vec<Vec<u8>>,
    pub(super) random: Random,
    /// References that it got.
    pub(super) held: Vec<u64>,
    /// The same, by the name that the global object has for it.
    pub(super) known: Vec<(&'static str, u64)>,
    /// What `getsp` answers.
    pub(super) sp: u32,
    /// Whether its scripts may get at its memory; if not, nothing but results may be written there.
    pub(super) exposes: bool,
    depth: u32,
    resumes: u64,
    calls: u64,
    budget: u64,
    waits: u32,
    polls: Rc<Cell<u32>>,
    /// Whether a call that was under way has been stopped.
    stopped: bool,
    finding: Option<String>,
}

/// Ranges of memory.
type Ranges = Vec<(usize, usize)>;

impl Guest {
    /// A guest that makes about so many imports.
    ///
    /// # Errors
    /// What does not work before it has made any.
    pub(in crate::hostile) fn new(setup: &Rc<Setup>, seed: u64, budget: u64) -> Result<Guest, String> {
        let (process, cx, ends) = spawn(setup).map_err(|e| format!("no process: {e}"))?;
        process.set_ignored(Signal::SIGPIPE, true);
        let polls = Rc::new(Cell::new(0));
        let config = config(&process, polls.clone());
        let engine = QuickJs::new(config).map_err(|e| e.to_string())?;
        let mut random = Random::new(seed);
        let exposes = random.chance(50);
        Ok(Guest {
            setup: setup.clone(),
            gojs: Gojs::new(engine),
            process,
            cx: Some(cx),
            ends,
            memory: vec![0; MEMORY],
            left: Vec::new(),
            random,
            held: Vec::new(),
            known: Vec::new(),
            sp: 4096,
            exposes,
            depth: 0,
            resumes: 0,
            calls: 0,
            budget,
            waits: 0,
            polls,
            stopped: false,
            finding: None,
        })
    }

    /// A guest in a kernel of its own, that makes no import by itself but when it is resumed.
    ///
    /// # Errors
    /// What does not work before it has made any.
    pub fn alone(seed: u64) -> Result<Guest, String> {
        let setup = Setup::new(seed).map_err(|e| format!("no kernel: {e}"))?;
        Guest::new(&Rc::new(setup), seed, 0)
    }

    /// Imports made so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Whether it has made all imports it is to make.
    pub(super) fn is_done(&self) -> bool {
        self.calls >= self.budget
    }

    /// Bytes of memory.
    #[must_use]
    pub fn memory_len(&self) -> usize {
        self.memory.len()
    }

    /// Writes to its memory, as far as it reaches.
    pub fn poke(&mut self, at: usize, bytes: &[u8]) {
        let room = self.memory.get_mut(at..).unwrap_or_default();
        room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    }

    /// A word of its memory.
    #[must_use]
    pub fn word(&self, at: usize) -> Option<u64> {
        self.memory.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
    }

    /// What was found wrong.
    pub(super) fn take_finding(&mut self) -> Option<String> {
        self.finding.take()
    }

    fn complain(&mut self, what: String) {
        self.finding.get_or_insert(what);
    }

    /// Makes an import, and looks at what it has done.
    ///
    /// # Errors
    /// [`Stop`] when the program has ended, or something was found.
    pub fn call(&mut self, import: &Import, sp: u32) -> Result<(), Stop> {
        self.calls = self.calls.saturating_add(1);
        note_call();
        if self.depth == 0 {
            self.polls.set(0);
        }
        let (before, resumes) = (self.memory.clone(), self.resumes);
        let allowed = self.writes(import, sp);
        let result = (import.call)(self, sp);
        let alone = self.resumes == resumes;
        if alone && !self.exposes {
            self.check_memory(import, &before, allowed);
        }
        self.check(import, result);
        if result.is_ok() && !import.declines {
            note_answer(import.name);
        }
        if result.is_ok()
            && let Some(offset) = import.layout().and_then(|layout| layout.reference)
            && let Some(reference) = self.word(at(if alone { sp } else { self.sp }, offset))
        {
            self.hold(reference);
        }
        if self.process.is_ending() || self.finding.is_some() {
            self.stopped = true;
            return Err(Stop);
        }
        result
    }

    fn check(&mut self, import: &Import, result: Result<(), Stop>) {
        if self.stopped && result.is_ok() {
            self.complain(format!("{} answered after its program had been stopped", import.name));
        }
        if result.is_err() && !self.process.is_ending() {
            self.complain(format!("{} stopped a program that has not ended", import.name));
        }
        if u64::try_from(self.gojs.table.capacity()).unwrap_or(u64::MAX) > self.calls {
            self.complain(format!("the table has {} values after {} imports", self.gojs.table.capacity(), self.calls));
        }
        if self.left.iter().flatten().any(|byte| *byte != LEFT) {
            self.complain(format!("{} wrote to where memory had been", import.name));
        }
        if self.depth == 0 {
            let checked = check_limits(&self.setup, &self.process)
                .and_then(|()| if self.process.is_ending() { Ok(()) } else { check_thread(&self.setup) });
            if let Err(what) = checked {
                self.complain(format!("after {}: {what}", import.name));
            }
            serve_pipes(&self.ends);
        }
    }

    /// Where an import may write.
    fn writes(&self, import: &Import, sp: u32) -> Ranges {
        let Some(layout) = import.layout() else { return Ranges::new() };
        let mut ranges: Ranges =
            layout.gives.iter().map(|(offset, size)| (at(sp, *offset), at(sp, offset.saturating_add(*size)))).collect();
        for (offset, takes) in layout.takes {
            if let (Takes::Attributes, Some(ptr)) = (takes, self.word(at(sp, *offset))) {
                let start = usize::try_from(ptr).unwrap_or(usize::MAX);
                ranges.push((start, start.saturating_add(104)));
            }
            let header = (self.word(at(sp, *offset)), self.word(at(sp, offset.saturating_add(8))));
            if let (Takes::Room, (Some(ptr), Some(len))) = (takes, header) {
                let end = usize::try_from(ptr.saturating_add(len)).unwrap_or(usize::MAX);
                ranges.push((usize::try_from(ptr).unwrap_or(usize::MAX), end));
            }
        }
        ranges
    }

    fn check_memory(&mut self, import: &Import, before: &[u8], allowed: Ranges) {
        let may = |at: usize| allowed.iter().any(|(start, end)| (*start..*end).contains(&at));
        let wrong = self.memory.iter().zip(before).enumerate().position(|(at, (now, then))| now != then && !may(at));
        if let Some(at) = wrong {
            self.complain(format!("{} wrote to memory at {at:#x}, where it may not", import.name));
        }
    }

    /// Remembers a reference, of most of those it has.
    fn hold(&mut self, reference: u64) {
        const MOST: usize = 48;
        if self.held.len() < MOST {
            self.held.push(reference);
            return;
        }
        let at = self.random.below(MOST);
        if let Some(place) = self.held.get_mut(at) {
            *place = reference;
        }
    }

    /// Moves to a larger memory, or one as large when it may not grow any further.
    pub(super) fn grow(&mut self) {
        let len = self.memory.len().saturating_add(4096).min(MOST_MEMORY);
        let mut fresh = self.memory.clone();
        fresh.resize(len, 0);
        let mut old = std::mem::replace(&mut self.memory, fresh);
        // As a home does before anybody can run.
        self.gojs.engine.memory_changed();
        old.fill(LEFT);
        if self.left.len() >= 4 {
            self.left.remove(0);
        }
        self.left.push(old);
    }

    /// One round of the event loop.
    pub(super) fn turn(&mut self) -> Result<(), Stop> {
        self.polls.set(0);
        let gojs = self.gojs.clone();
        gojs.turn(self).map(drop)
    }

    /// Drops all references, as often as it got them: nothing may be left of what they stood for.
    pub(super) fn release(&mut self) -> Result<(), Stop> {
        let gojs = self.gojs.clone();
        let end = FIRST_ID.saturating_add(u32::try_from(gojs.table.capacity()).unwrap_or(u32::MAX));
        for _ in 0..self.calls {
            for id in FIRST_ID..end {
                self.poke(8, &id.to_le_bytes());
                gopherix_guest::gojs::finalize_ref(self, 0)?;
            }
        }
        if !gojs.table.is_empty() || gojs.table.bytes() > 0 {
            self.complain(format!("{} values are left of none", gojs.table.len()));
        }
        self.held.clear();
        Ok(())
    }

    /// Events to the end of the program.
    pub(super) fn run_to_the_end(&mut self) {
        self.polls.set(0);
        let gojs = self.gojs.clone();
        if let Err(Stop) = gojs.run_events(self)
            && !self.process.is_ending()
        {
            self.complain("the event loop stopped a program that has not ended".into());
        }
    }

    /// Ends it, if it has not ended by itself, and looks whether all of it is gone; how it ended.
    ///
    /// # Errors
    /// What is left, or was found before.
    pub fn finish(mut self) -> Result<ExitStatus, String> {
        if let Some(what) = self.take_finding() {
            return Err(what);
        }
        let _ = self.process.kill(Signal::SIGKILL);
        self.gojs.engine.shut_down();
        let Some(mut cx) = self.cx.take() else { return Err("the process is gone".into()) };
        os_wasm::unminit(&mut cx);
        os_wasm::mdestroy(cx);
        if !self.setup.kernel.processes().is_empty() || self.process.fds.lock().iter().next().is_some() {
            return Err("an ended process is still in the table, or has files open".into());
        }
        self.process.status().ok_or_else(|| "an ended process has no status".into())
    }
}

/// An address in a frame.
pub(super) fn at(sp: u32, offset: u32) -> usize {
    let address = u64::from(sp).saturating_add(u64::from(offset));
    usize::try_from(address).unwrap_or(usize::MAX)
}

fn config(process: &Arc<Process>, polls: Rc<Cell<u32>>) -> Config {
    let ending = process.clone();
    Config {
        argv: ["gopherix", "prog", "-flag"].map(str::to_owned).to_vec(),
        env: vec![("A".to_owned(), "1".to_owned())],
        exec_path: "/usr/bin/gopherix".to_owned(),
        pid: process.pid.0,
        ppid: 1,
        started: (WALL_START, MONOTONIC_START),
        heap_bytes: 16 << 20,
        stack_bytes: 1 << 20,
        network: None,
        inbox: gopherix_quickjs::Inbox::default(),
        // Asked while the caller is elsewhere: a script that Rust called for a script.
        is_ending: Box::new(move || poll(&polls, &ending)),
    }
}

/// Whether a script must stop; one that runs for long is killed.
fn poll(polls: &Cell<u32>, process: &Process) -> bool {
    polls.set(polls.get().saturating_add(1));
    if polls.get() > MOST_POLLS {
        let _ = process.kill(Signal::SIGKILL);
    }
    process.is_ending()
}

impl Caller<QuickJs> for Guest {
    fn gojs(&self) -> &Rc<Gojs<QuickJs>> {
        &self.gojs
    }

    #[expect(clippy::expect_used, reason = "nobody makes an import after the end")]
    fn split(&mut self) -> (SliceMemory<'_>, &mut Cx) {
        (SliceMemory(&mut self.memory), self.cx.as_mut().expect("a guest that is over made an import"))
    }

    fn getsp(&mut self) -> Result<u32, Stop> {
        if self.process.is_ending() { Err(Stop) } else { Ok(self.sp) }
    }

    fn must_stop(&mut self) -> bool {
        poll(&self.polls, &self.process)
    }

    fn resume(&mut self) -> Result<(), Stop> {
        self.resumes = self.resumes.saturating_add(1);
        if self.calls > self.budget.saturating_mul(2) || self.resumes > self.budget.saturating_mul(4) {
            let _ = self.process.kill(Signal::SIGKILL);
        }
        if self.depth < DEPTH && !self.process.is_ending() {
            self.depth = self.depth.saturating_add(1);
            let lived = self.live();
            self.depth = self.depth.saturating_sub(1);
            lived?;
        }
        if self.process.is_ending() {
            self.stopped = true;
            return Err(Stop);
        }
        Ok(())
    }

    fn wait(&mut self, requests: &[PollRequest], deadline_ns: Option<u64>) -> SysResult<()> {
        if self.random.chance(50) {
            serve_pipes(&self.ends);
        }
        self.waits = self.waits.saturating_add(1);
        let message = self.gojs.engine.message();
        if let Some(cx) = &mut self.cx
            && self.waits <= MOST_WAITS
        {
            if let Some(waited) = drive(&self.setup, cx.wait(requests, deadline_ns, message)) {
                return waited;
            }
            // The wait was dropped with the thread's turn given away.
            if drive(&self.setup, cx.take_turn()).is_none() {
                self.complain("no turn comes after a wait was dropped".into());
            }
        }
        let _ = self.process.kill(Signal::SIGKILL);
        Err(SysError::bare(Errno::EINTR))
    }
}
