//! HTTP for the `fetch` of GOOS=js guests, by reqwest on the executor.
//!
//! [`HttpClient`] is the [`Network`] of all guests of a host. Each request is a task: [`exchange`] sends it and follows
//! redirections, asking the [`NetPolicy`] ([`grant`]) about every hop; [`body`] undoes content codings and hands the body over
//! in pieces, no faster than the guest takes them; [`headers`] translates between both notions of a header. When the guest
//! wants no answer any more the task is dropped, and its connection with it.
//!
//! There are no cookies, no cache, no proxies (whatever the host's environment says), and only a connection has to be made in
//! time: how long an answer may take is for the program to say, by an `AbortSignal`. TLS trusts the roots that the platform
//! trusts.

mod body;
mod exchange;
mod headers;

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::future::{Either, select};
use futures::pin_mut;
use gopherix_quickjs::{Network, Request, Responder};
use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::net::NetPolicy;

/// How long connecting may take, name resolution and TLS included. As in Node's `fetch`, and Go's default transport has 30 s.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Requests of a host's guests that are under way at a time; more wait, so that no guest can use up the host's descriptors.
const MOST_REQUESTS: usize = 128;

/// Carries out HTTP requests for the guests of a host, as far as its policy lets them.
pub struct HttpClient(Arc<Shared>);

struct Shared {
    executor: Handle,
    policy: NetPolicy,
    under_way: Semaphore,
    /// Made by the first request: loading the trusted roots takes some milliseconds.
    client: OnceLock<Result<Client, String>>,
}

/// A client, and why it can do no TLS if it cannot: a host without roots can still speak HTTP.
struct Client {
    http: reqwest::Client,
    no_tls: Option<String>,
}

impl HttpClient {
    /// A client whose requests run on this executor.
    #[must_use]
    pub fn new(executor: Handle, policy: NetPolicy) -> Self {
        let under_way = Semaphore::new(MOST_REQUESTS);
        HttpClient(Arc::new(Shared { executor, policy, under_way, client: OnceLock::new() }))
    }
}

impl Network for HttpClient {
    fn fetch(&self, request: Request, responder: Responder) {
        self.0.executor.spawn(self.0.clone().carry_out(request, responder));
    }
}

impl Shared {
    async fn carry_out(self: Arc<Self>, request: Request, responder: Responder) {
        let outcome = {
            let answer = self.answer(request, &responder);
            let aborted = responder.aborted();
            pin_mut!(answer, aborted);
            match select(answer, aborted).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right(((), _)) => Err("aborted".to_owned()),
            }
        };
        match outcome {
            Ok(()) => responder.end(),
            Err(message) => responder.fail(message),
        }
    }

    async fn answer(&self, request: Request, responder: &Responder) -> Result<(), String> {
        let _turn = self.under_way.acquire().await.map_err(|e| e.to_string())?;
        let client = self.client.get_or_init(client).as_ref()?;
        exchange::exchange(client, &self.policy, request, responder).await
    }
}

fn client() -> Result<Client, String> {
    let builder = || {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()
    };
    let (mut tls, no_tls) = match builder().and_then(BuilderVerifierExt::with_platform_verifier) {
        Ok(tls) => (tls.with_no_client_auth(), None),
        Err(error) => {
            let trusts_nobody = builder().map(|tls| tls.with_root_certificates(RootCertStore::empty()));
            (trusts_nobody.map_err(|e| cause(&e))?.with_no_client_auth(), Some(cause(&error)))
        }
    };
    // A configuration from outside has to say itself what the client speaks.
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .map_err(|e| format!("the HTTP client cannot be set up: {}", cause(&e)))?;
    Ok(Client { http, no_tls })
}

/// What an error comes from in the end. The errors around it only say through which layers it came.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
