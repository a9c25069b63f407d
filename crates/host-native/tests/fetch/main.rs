//! `fetch` over a server on loopback that answers by hand.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test, to panic is to fail"
)]

mod answers;
mod bodies;
mod grants;
mod redirects;
mod server;

use gopherix_host_native::fetch::HttpClient;
use gopherix_host_native::{NetGrant, NetPolicy};
use gopherix_quickjs::{Answer, Event, Head, Network, Redirect, Request, Responder};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::server::PATIENCE;

/// A client with grants, and what it runs on.
struct Client {
    runtime: Runtime,
    http: HttpClient,
}

impl Client {
    fn new(grants: &[&str]) -> Client {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let policy: NetPolicy = grants.iter().map(|grant| grant.parse::<NetGrant>().unwrap()).collect();
        let http = HttpClient::new(runtime.handle().clone(), policy);
        Client { runtime, http }
    }

    /// One that may reach everything.
    fn free() -> Client {
        Client::new(&["*"])
    }

    fn start(&self, request: Request) -> Answer {
        let (responder, answer) = Responder::detached();
        self.http.fetch(request, responder);
        answer
    }

    fn next(&self, answer: &mut Answer) -> Event {
        self.runtime.block_on(async { timeout(PATIENCE, answer.next()).await.unwrap() })
    }

    fn head(&self, answer: &mut Answer) -> Head {
        match self.next(answer) {
            Event::Head(head) => head,
            other => panic!("{other:?} came before the head"),
        }
    }

    /// The rest of a body.
    fn body(&self, answer: &mut Answer) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        loop {
            match self.next(answer) {
                Event::Chunk(bytes) => body.extend(bytes),
                Event::End => return Ok(body),
                Event::Error(message) => return Err(message),
                Event::Head(head) => panic!("a second head: {head:?}"),
            }
        }
    }

    /// The whole answer.
    fn fetch(&self, request: Request) -> Result<(Head, Vec<u8>), String> {
        let mut answer = self.start(request);
        match self.next(&mut answer) {
            Event::Head(head) => Ok((head, self.body(&mut answer)?)),
            Event::Error(message) => Err(message),
            other => panic!("{other:?} came before the head"),
        }
    }
}

fn get(url: impl Into<String>) -> Request {
    let (method, redirect) = ("GET".to_owned(), Redirect::Follow);
    Request { url: url.into(), method, headers: Vec::new(), body: None, redirect }
}

fn post(url: impl Into<String>, body: &[u8]) -> Request {
    Request { method: "POST".into(), body: Some(body.to_vec()), ..get(url) }
}

fn pairs(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
