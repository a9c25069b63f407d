//! Redirections.

use std::io::Write;

use gopherix_quickjs::{Redirect, Request};

use crate::server::Server;
use crate::{Client, get, pairs, post};

/// Redirects `/` to a place, and says what is asked for everywhere else.
fn redirecting(status: u16, to: String) -> Server {
    Server::start(move |request, out| {
        if request.line.ends_with(" /") {
            write!(out, "HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                .unwrap();
        } else {
            let len = request.line.len();
            write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{}", request.line).unwrap();
        }
    })
}

#[test]
fn redirections_are_followed() {
    for status in [301, 302, 303, 307, 308] {
        let server = redirecting(status, "there?x#y".into());
        let (head, body) = Client::free().fetch(get(server.url("/"))).unwrap();
        assert_eq!((head.status, head.redirected, head.url), (200, true, server.url("/there?x")));
        assert_eq!(body, b"GET /there?x");
    }
}

#[test]
fn a_post_may_become_a_get() {
    for (status, line) in
        [(301, "GET /there"), (302, "GET /there"), (303, "GET /there"), (307, "POST /there"), (308, "POST /there")]
    {
        let server = redirecting(status, "/there".into());
        let headers = pairs(&[("content-type", "text/plain"), ("x-a", "b")]);
        let (_, body) = Client::free().fetch(Request { headers, ..post(server.url("/"), b"data") }).unwrap();
        assert_eq!(body, line.as_bytes());
        assert_eq!(server.seen().body, b"data");
        let second = server.seen();
        let keeps = line.starts_with("POST");
        assert_eq!(second.body, if keeps { b"data".to_vec() } else { Vec::new() });
        assert_eq!(second.header("content-type").len(), usize::from(keeps));
        assert_eq!(second.header("x-a"), ["b"]);
    }
}

#[test]
fn only_303_changes_other_methods() {
    for (status, line) in [(301, "PUT /there"), (302, "PUT /there"), (303, "GET /there")] {
        let server = redirecting(status, "/there".into());
        let (_, body) =
            Client::free().fetch(Request { method: "PUT".into(), ..post(server.url("/"), b"data") }).unwrap();
        assert_eq!(body, line.as_bytes());
    }
}

#[test]
fn secrets_stay_with_their_server() {
    let other = redirecting(302, String::new());
    let headers = || pairs(&[("authorization", "Basic eA=="), ("cookie", "a=b"), ("x-a", "c")]);
    for (server, stay) in [(redirecting(302, other.url("/other")), false), (redirecting(302, "/same".into()), true)] {
        Client::free().fetch(Request { headers: headers(), ..get(server.url("/")) }).unwrap();
        assert_eq!(server.seen().header("authorization"), ["Basic eA=="]);
        let second = if stay { server.seen() } else { other.seen() };
        assert_eq!(second.header("authorization").len(), usize::from(stay));
        assert_eq!(second.header("cookie").len(), usize::from(stay));
        assert_eq!(second.header("x-a"), ["c"]);
    }
}

#[test]
fn manual_answers_with_the_redirection() {
    let server = redirecting(302, "/there".into());
    let (head, _) = Client::free().fetch(Request { redirect: Redirect::Manual, ..get(server.url("/")) }).unwrap();
    assert_eq!((head.status, head.redirected, head.url), (302, false, server.url("/")));
    assert!(head.headers.contains(&("location".into(), "/there".into())));
    server.seen();
    assert!(!server.saw_more());
}

#[test]
fn error_fails_at_a_redirection() {
    let server = redirecting(302, "/there".into());
    let error = Client::free().fetch(Request { redirect: Redirect::Error, ..get(server.url("/")) }).unwrap_err();
    assert_eq!(error, "unexpected redirect");
}

#[test]
fn circles_come_to_an_end() {
    let server = redirecting(302, "/".into());
    assert_eq!(Client::free().fetch(get(server.url("/"))).unwrap_err(), "redirect count exceeded");
    let mut requests = 0;
    while server.saw_more() {
        requests += 1;
    }
    assert_eq!(requests, 21);
}

#[test]
fn every_hop_must_be_granted() {
    let other = redirecting(302, String::new());
    let server = redirecting(302, other.url("/other"));
    let error = Client::new(&[&server.address.to_string()]).fetch(get(server.url("/"))).unwrap_err();
    let refused = other.address;
    assert_eq!(error, format!("{refused} is not granted to this program; run it with --net={refused}"));
    assert!(!other.saw_more());
}

#[test]
fn redirections_lead_to_http_only() {
    for to in ["file:///etc/passwd", "data:,x", "http://"] {
        let server = redirecting(302, to.into());
        let error = Client::free().fetch(get(server.url("/"))).unwrap_err();
        assert!(error.contains("redirects to nowhere"), "{error}");
    }
}

#[test]
fn without_a_location_it_is_an_answer() {
    let server = Server::start(|_, out| out.write_all(b"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nhm").unwrap());
    let (head, body) = Client::free().fetch(get(server.url("/"))).unwrap();
    assert_eq!((head.status, head.redirected, &body[..]), (302, false, &b"hm"[..]));
}
