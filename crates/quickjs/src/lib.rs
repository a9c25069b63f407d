//! The JavaScript engine of GOOS=js guests: QuickJS, and the world that their programs and scripts see.
//!
//! [`QuickJs`] is the adapter's [`Engine`](gopherix_guest::gojs::engine::Engine): one runtime and one global object for one
//! Go program, used by the guest's own thread only. The world is made of the scripts under `world/`, which speak to Rust
//! through one object, `host` (`host.rs`); most of them run when somebody first looks at what they define. What a program does
//! with files, `process` and timers is carried out by the adapter on the kernel; `fetch` by a [`Network`] of the home's, if
//! the program was granted one.
//!
//! From outside, an embedder defines functions ([`QuickJs::define`]) and sends calls from any thread ([`Handle`]).
//!
//! Locks: only that of the mailbox (`mailbox.rs`), held for a push or a pop.

mod browser;
mod buffer;
mod config;
mod convert;
mod describe;
mod embed;
mod engine;
mod function;
mod heap;
mod host;
mod jobs;
mod mailbox;
mod network;
mod number;
mod script;
mod text;
mod value;
mod web_url;
mod world;

#[cfg(test)]
mod tests;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use gopherix_guest::gojs::intrinsic::Intrinsic;

pub use self::config::Config;
pub use self::embed::{Handle, Inbox, JsValue};
pub use self::mailbox::Arrived;
pub use self::network::{Answer, Event, Head, Network, Redirect, Request, Responder};
pub use self::script::{Running, Settled};
pub use self::value::Js;

use self::embed::{Defined, Reply};
use self::function::Stashed;
use self::heap::Heap;
use self::mailbox::Mailbox;
use self::network::Fetch;

/// There is not enough memory for an engine with these limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl std::fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no memory for a JavaScript engine; raise its heap limit")
    }
}

impl std::error::Error for OutOfMemory {}

/// A JavaScript engine with its world.
pub struct QuickJs {
    heap: Rc<Heap>,
    config: Config,
    global: Js,
    /// Whom scripts run for, while they do.
    stash: Cell<Option<Stashed>>,
    /// The functions of the world that the adapter carries out, by the index that their objects know.
    intrinsics: Vec<Intrinsic>,
    /// The same, by the address of the object that programs see.
    by_address: RefCell<HashMap<usize, Intrinsic>>,
    /// `Reflect.set`, as it was before any script.
    reflect_set: OnceCell<Js>,
    /// What the world's scripts get as `host`.
    host: OnceCell<Js>,
    /// What each of the world's scripts that has run exports.
    modules: RefCell<BTreeMap<&'static str, Js>>,
    /// The `ArrayBuffer` over the guest's memory, if somebody has asked for it.
    memory: RefCell<Option<buffer::MemoryView>>,
    /// Promises that were rejected and have no handler, with the reasons.
    rejections: RefCell<Vec<(Js, Js)>>,
    /// Exceptions to be reported by themselves.
    reported: RefCell<VecDeque<Js>>,
    /// Whether `process.nextTick` was called.
    ticks: Cell<bool>,
    mailbox: Arc<Mailbox>,
    fetches: RefCell<HashMap<u64, Fetch>>,
    next_fetch: Cell<u64>,
    defined: RefCell<Vec<Rc<Defined>>>,
    /// Calls from outside whose promises are not settled.
    replies: RefCell<Vec<Reply>>,
    /// Browser APIs that were asked for.
    asked_for: RefCell<Vec<&'static str>>,
}

impl QuickJs {
    /// An engine whose scripts run on the present thread, below the present stack frame.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the heap limit leaves no room for the world.
    pub fn new(config: Config) -> Result<Rc<Self>, OutOfMemory> {
        let heap = Heap::new(config.heap_bytes).ok_or(OutOfMemory)?;
        heap.limit_stack(config.stack_bytes);
        let engine = Rc::new(QuickJs {
            global: heap.global(),
            heap,
            stash: Cell::new(None),
            intrinsics: world::intrinsics(),
            by_address: RefCell::default(),
            reflect_set: OnceCell::new(),
            host: OnceCell::new(),
            modules: RefCell::default(),
            memory: RefCell::default(),
            rejections: RefCell::default(),
            reported: RefCell::default(),
            ticks: Cell::new(false),
            mailbox: config.inbox.mailbox(),
            fetches: RefCell::default(),
            next_fetch: Cell::new(1),
            defined: RefCell::default(),
            replies: RefCell::default(),
            asked_for: RefCell::default(),
            config,
        });
        engine.connect();
        engine.build_world().map_err(|_| OutOfMemory)?;
        Ok(engine)
    }

    /// Measures the stack that scripts may use from the present frame on: for a home that made the engine on another stack
    /// than the guest's.
    pub fn anchor_stack(&self) {
        self.heap.limit_stack(self.config.stack_bytes);
    }

    /// Resolves when something has been sent from outside, or one who could is gone: for
    /// [`Caller::wait`](gopherix_guest::gojs::engine::Caller::wait).
    #[must_use]
    pub fn message(&self) -> Arrived {
        Arrived(self.mailbox.clone())
    }

    /// A way to call this world from other threads. As long as one exists the program is not stuck.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(self.mailbox.clone())
    }

    /// Ends it with its program: no script runs any more, requests are aborted, and who waits for an answer learns that none
    /// will come.
    pub fn shut_down(&self) {
        self.heap.stopped.set(true);
        self.forget_memory();
        self.mailbox.close();
        drop(self.replies.take());
        let under_way: Vec<u64> = self.fetches.borrow().keys().copied().collect();
        under_way.into_iter().for_each(|id| self.abort_fetch(id));
    }
}

impl Drop for QuickJs {
    fn drop(&mut self) {
        self.shut_down();
        self.disconnect();
    }
}
