//! The network behind `fetch`: what a home implements, and what comes back from it.
//!
//! A request is carried out on other threads. Its [`Responder`] sends what happens, in order: a head, chunks of the body, an
//! end; or an error at any time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures::future::poll_fn;
use futures::task::AtomicWaker;

use crate::QuickJs;
use crate::heap::Thrown;
use crate::mailbox::{Mailbox, Message};
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
pub(crate) enum Event {
    Head(Head),
    Chunk(Vec<u8>),
    End,
    Error(String),
}

#[derive(Default)]
struct Abort {
    aborted: AtomicBool,
    waker: AtomicWaker,
}

/// A request under way, as the engine knows it.
pub(crate) struct Fetch {
    handlers: Js,
    abort: Arc<Abort>,
}

/// Where the answer to a request goes. Dropping one before the end fails the request.
pub struct Responder {
    id: u64,
    mailbox: Arc<Mailbox>,
    abort: Arc<Abort>,
    over: bool,
}

impl Responder {
    fn send(&self, event: Event) {
        self.mailbox.send(Message::Network(self.id, event));
    }

    /// The response begins. Once, and first.
    pub fn head(&self, head: Head) {
        self.send(Event::Head(head));
    }

    /// A part of the body.
    pub fn chunk(&self, bytes: Vec<u8>) {
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
            self.abort.waker.register(context.waker());
            if self.is_aborted() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Whether nobody wants the answer any more.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.abort.aborted.load(Ordering::Acquire)
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        if !self.over {
            self.send(Event::Error("the request was given up".to_owned()));
        }
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
        let abort = Arc::<Abort>::default();
        self.fetches.borrow_mut().insert(id, Fetch { handlers, abort: abort.clone() });
        network.fetch(request, Responder { id, mailbox: self.mailbox.clone(), abort, over: false });
        Ok(id)
    }

    /// Nobody wants the answer any more.
    pub(crate) fn abort_fetch(&self, id: u64) {
        let fetch = self.fetches.borrow_mut().remove(&id);
        if let Some(fetch) = fetch {
            fetch.abort.aborted.store(true, Ordering::Release);
            fetch.abort.waker.wake();
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
