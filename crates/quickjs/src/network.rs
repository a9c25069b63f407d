//! The network behind `fetch`: what a home implements, and what comes back from it.
//!
//! A request is carried out on other threads. Its [`Responder`] sends what happens, in order: a head, chunks of the body, an
//! end; or an error at any time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use futures::future::poll_fn;
use futures::task::AtomicWaker;

use crate::QuickJs;
use crate::heap::Thrown;
use crate::mailbox::{Arrived, Mailbox, Message};
use crate::value::Js;

/// Who carries out requests. A client for HTTP and HTTPS; it decides which hosts may be reached.
pub trait Network: Send + Sync {
    /// Starts a request; returns at once.
    fn fetch(&self, request: Request, responder: Responder);
}

/// What to do about a redirection (<https://fetch.spec.whatwg.org/#concept-request-redirect-mode>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// Follow it, up to 20 times.
    Follow,
    /// Fail.
    Error,
    /// Answer with it.
    Manual,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// An `http:` or `https:` URL, normalised, perhaps with a fragment.
    pub url: String,
    /// The method.
    pub method: String,
    /// Names in lower case, values in Latin-1; those that a client must add are not there.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// What to do about redirections.
    pub redirect: Redirect,
}

/// What a response begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The status, 200 to 599.
    pub status: u16,
    /// Its reason phrase, empty in HTTP/2 and later.
    pub status_text: String,
    /// The URL that answered.
    pub url: String,
    /// Whether that is another than was asked for.
    pub redirected: bool,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
}

/// What happened to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The response begins.
    Head(Head),
    /// A part of the body.
    Chunk(Vec<u8>),
    /// The body is complete.
    End,
    /// The request failed, and why.
    Error(String),
}

/// Bytes of a body that may wait for the program to read them before [`Responder::room`] waits.
const WINDOW: usize = 1 << 20;

/// What the asking side wants.
#[derive(Default)]
struct Demand {
    aborted: AtomicBool,
    on_abort: AtomicWaker,
    /// Bytes that were sent and not read.
    unread: AtomicUsize,
    on_read: AtomicWaker,
}

impl Demand {
    fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        self.on_abort.wake();
    }

    /// These many bytes, which were sent, have been read.
    fn read(&self, bytes: usize) {
        self.unread.fetch_sub(bytes, Ordering::AcqRel);
        self.on_read.wake();
    }
}

/// A request under way, as the engine knows it.
pub(crate) struct Fetch {
    handlers: Js,
    demand: Arc<Demand>,
}

/// Where the answer to a request goes. Dropping one before the end fails the request.
pub struct Responder {
    id: u64,
    mailbox: Arc<Mailbox>,
    demand: Arc<Demand>,
    over: bool,
}

impl Responder {
    /// A responder of no engine, and what comes out of it: to use a [`Network`] by itself.
    #[must_use]
    pub fn detached() -> (Responder, Answer) {
        let (mailbox, demand) = (Arc::<Mailbox>::default(), Arc::<Demand>::default());
        let answer = Answer { mailbox: mailbox.clone(), demand: demand.clone() };
        (Responder { id: 0, mailbox, demand, over: false }, answer)
    }

    fn send(&self, event: Event) {
        self.mailbox.send(Message::Network(self.id, event));
    }

    /// The response begins. Once, and first.
    pub fn head(&self, head: Head) {
        self.send(Event::Head(head));
    }

    /// Resolves when the program has read so much of the body that there is room for more. To be awaited before each chunk,
    /// so that a body may be longer than memory.
    pub async fn room(&self) {
        poll_fn(|context| {
            self.demand.on_read.register(context.waker());
            if self.demand.unread.load(Ordering::Acquire) < WINDOW { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// A part of the body.
    pub fn chunk(&self, bytes: Vec<u8>) {
        self.demand.unread.fetch_add(bytes.len(), Ordering::AcqRel);
        self.send(Event::Chunk(bytes));
    }

    /// The body is complete.
    pub fn end(mut self) {
        self.over = true;
        self.send(Event::End);
    }

    /// The request failed; the message is for the program.
    pub fn fail(mut self, message: impl Into<String>) {
        self.over = true;
        self.send(Event::Error(message.into()));
    }

    /// Resolves when nobody wants the answer any more.
    pub async fn aborted(&self) {
        poll_fn(|context| {
            self.demand.on_abort.register(context.waker());
            if self.is_aborted() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Whether nobody wants the answer any more.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.demand.aborted.load(Ordering::Acquire)
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        if !self.over {
            self.send(Event::Error("the request was given up".to_owned()));
        }
    }
}

/// What comes out of a [detached](Responder::detached) responder. Dropping it aborts the request.
pub struct Answer {
    mailbox: Arc<Mailbox>,
    demand: Arc<Demand>,
}

impl Answer {
    /// What happens next. After [`Event::End`] or [`Event::Error`] nothing does, and this waits for ever.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(Message::Network(_, event)) = self.mailbox.take() {
                if let Event::Chunk(bytes) = &event {
                    self.demand.read(bytes.len());
                }
                return event;
            }
            Arrived(self.mailbox.clone()).await;
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.demand.abort();
    }
}

impl QuickJs {
    /// Starts a request that `handlers` will hear of; its id. Without a grant, an Error to fail with.
    pub(crate) fn start_fetch(&self, request: Request, handlers: Js) -> Result<u64, &'static str> {
        let Some(network) = self.config.network.clone() else {
            return Err("the network is not granted to this program; run it with --net");
        };
        let id = self.next_fetch.get();
        self.next_fetch.set(id.wrapping_add(1));
        let demand = Arc::<Demand>::default();
        self.fetches.borrow_mut().insert(id, Fetch { handlers, demand: demand.clone() });
        network.fetch(request, Responder { id, mailbox: self.mailbox.clone(), demand, over: false });
        Ok(id)
    }

    /// Nobody wants the answer any more.
    pub(crate) fn abort_fetch(&self, id: u64) {
        let fetch = self.fetches.borrow_mut().remove(&id);
        if let Some(fetch) = fetch {
            fetch.demand.abort();
        }
    }

    /// The program has read these many bytes of a body.
    pub(crate) fn fetch_was_read(&self, id: u64, bytes: usize) {
        if let Some(fetch) = self.fetches.borrow().get(&id) {
            fetch.demand.read(bytes);
        }
    }

    /// Tells the script what happened to its request.
    pub(crate) fn deliver(&self, id: u64, event: Event) -> Thrown<()> {
        let Some(handlers) = self.fetches.borrow().get(&id).map(|fetch| fetch.handlers.clone()) else { return Ok(()) };
        if matches!(event, Event::End | Event::Error(_)) {
            self.fetches.borrow_mut().remove(&id);
        }
        let heap = &self.heap;
        match event {
            Event::Head(head) => {
                let mut headers = Vec::new();
                for (name, value) in &head.headers {
                    headers.push(heap.array([heap.string(name)?, heap.string(value)?])?);
                }
                let args = [
                    heap.number(f64::from(head.status)),
                    heap.string(&head.status_text)?,
                    heap.string(&head.url)?,
                    heap.boolean(head.redirected),
                    heap.array(headers)?,
                ];
                handlers.invoke("head", &args)?;
            }
            Event::Chunk(bytes) => drop(handlers.invoke("chunk", &[heap.bytes(&bytes)?])?),
            Event::End => drop(handlers.invoke("end", &[])?),
            Event::Error(message) => drop(handlers.invoke("error", &[heap.string(&message)?])?),
        }
        Ok(())
    }
}
