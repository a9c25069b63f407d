//! A request and its answer, over as many redirections as it takes (<https://fetch.spec.whatwg.org/#http-redirect-fetch>).

use gopherix_quickjs::{Head, Redirect, Request, Responder};
use hyper::ext::ReasonPhrase;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, COOKIE,
    HeaderName, HeaderValue, LOCATION,
};
use reqwest::{Body, Method, Response, StatusCode, Url, Version};

use super::{Client, body, cause, headers};
use crate::net::NetPolicy;

/// Redirections that are followed.
const MOST_REDIRECTS: usize = 20;

/// What describes a body, and goes with it.
const OF_BODIES: [HeaderName; 5] = [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE];

/// Sends a request, and tells the responder of everything but the end.
///
/// # Errors
/// A sentence for the program.
pub(super) async fn exchange(
    client: &Client,
    policy: &NetPolicy,
    request: Request,
    responder: &Responder,
) -> Result<(), String> {
    let mode = request.redirect;
    let mut hop = first_hop(request)?;
    for followed in 0..=MOST_REDIRECTS {
        policy.check(hop.url())?;
        let response = send(client, &hop).await?;
        let Some(location) = location(&response) else { return answer(&hop, response, followed > 0, responder).await };
        match mode {
            Redirect::Follow => hop = next_hop(hop, response.status(), location)?,
            Redirect::Manual => return answer(&hop, response, followed > 0, responder).await,
            Redirect::Error => return Err("unexpected redirect".into()),
        }
    }
    Err("redirect count exceeded".into())
}

fn first_hop(request: Request) -> Result<reqwest::Request, String> {
    let method =
        Method::from_bytes(request.method.as_bytes()).map_err(|_| format!("{:?} is no method", request.method))?;
    let mut hop = reqwest::Request::new(method, parse(None, &request.url)?);
    *hop.headers_mut() = headers::to_send(&request.headers)?;
    *hop.body_mut() = request.body.map(Body::from);
    if hop.body().is_none() && matches!(*hop.method(), Method::POST | Method::PUT) {
        hop.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    Ok(hop)
}

/// A URL that can be asked for, without what is not sent: the fragment, and names and passwords, which fetch does not take
/// either.
fn parse(base: Option<&Url>, text: &str) -> Result<Url, String> {
    let parsed = Url::options().base_url(base).parse(text);
    let mut url = parsed.map_err(|e| format!("{text:?} is no URL: {e}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{url} is neither an http: nor an https: URL"));
    }
    url.set_fragment(None);
    let _ = (url.set_username(""), url.set_password(None));
    Ok(url)
}

async fn send(client: &Client, hop: &reqwest::Request) -> Result<Response, String> {
    if let Some(why) = client.no_tls.as_ref().filter(|_| hop.url().scheme() == "https") {
        return Err(format!("https: cannot be used: {why}"));
    }
    let again = || hop.try_clone().ok_or("the body of the request cannot be sent again");
    let mut outcome = client.http.execute(again()?).await;
    // A connection that was kept may have been closed by the other side meanwhile. Whether it was is not told, but these
    // methods may be tried again anyway (RFC 9110, 9.2.2).
    let harmless = matches!(*hop.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if outcome.as_ref().is_err_and(|error| harmless && !error.is_connect() && !error.is_timeout()) {
        outcome = client.http.execute(again()?).await;
    }
    outcome.map_err(|error| {
        let url = hop.url();
        let place =
            format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => format!("cannot connect to {place}: it took too long"),
            (true, false) => format!("cannot connect to {place}: {}", cause(&error)),
            _ => format!("no answer from {place}: {}", cause(&error)),
        }
    })
}

/// Where a response redirects to, if it does.
fn location(response: &Response) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.as_bytes();
    Some(std::str::from_utf8(location).map_or_else(|_| headers::latin1(location), str::to_owned))
}

/// The request that follows a redirection.
fn next_hop(mut hop: reqwest::Request, status: StatusCode, location: String) -> Result<reqwest::Request, String> {
    let url = parse(Some(hop.url()), &location).map_err(|e| format!("{} redirects to nowhere: {e}", hop.url()))?;
    let becomes_get = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => hop.method() == Method::POST,
        StatusCode::SEE_OTHER => !matches!(*hop.method(), Method::GET | Method::HEAD),
        _ => false,
    };
    if becomes_get {
        *hop.method_mut() = Method::GET;
        *hop.body_mut() = None;
        OF_BODIES.iter().for_each(|name| drop(hop.headers_mut().remove(name)));
    }
    if url.origin() != hop.url().origin() {
        // What was said to one server is not for another.
        [AUTHORIZATION, COOKIE].iter().for_each(|name| drop(hop.headers_mut().remove(name)));
    }
    *hop.url_mut() = url;
    Ok(hop)
}

async fn answer(
    hop: &reqwest::Request,
    response: Response,
    redirected: bool,
    responder: &Responder,
) -> Result<(), String> {
    let status = response.status();
    if status.is_informational() {
        return Err(format!("the server answered with status {}", status.as_u16()));
    }
    responder.head(Head {
        status: status.as_u16(),
        status_text: status_text(&response),
        url: hop.url().to_string(),
        redirected,
        headers: headers::received(response.headers()),
    });
    // <https://fetch.spec.whatwg.org/#null-body-status>
    if hop.method() == Method::HEAD || matches!(status.as_u16(), 204 | 205 | 304) {
        return Ok(());
    }
    body::deliver(response, responder).await.map_err(|error| format!("the body broke off: {}", cause(&error)))
}

/// The reason phrase, which HTTP/2 has none of. The client keeps only those that are not the usual ones.
fn status_text(response: &Response) -> String {
    if response.version() > Version::HTTP_11 {
        return String::new();
    }
    match response.extensions().get::<ReasonPhrase>() {
        Some(phrase) => headers::latin1(phrase.as_bytes()),
        None => response.status().canonical_reason().unwrap_or_default().to_owned(),
    }
}
