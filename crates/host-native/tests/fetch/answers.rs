//! Heads of answers and requests, and failures before one.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use gopherix_quickjs::Request;

use crate::server::Server;
use crate::{Client, get, pairs, post};

fn answering(answer: &'static [u8]) -> Server {
    Server::start(move |_, out| out.write_all(answer).unwrap())
}

#[test]
fn an_answer_has_status_headers_and_body() {
    let server = answering(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    let (head, body) = Client::free().fetch(get(server.url("/a?b=c#d"))).unwrap();
    assert_eq!((head.status, head.status_text.as_str(), head.redirected), (200, "OK", false));
    assert_eq!(head.url, server.url("/a?b=c"));
    assert_eq!(head.headers, pairs(&[("content-type", "text/plain"), ("content-length", "5")]));
    assert_eq!(body, b"hello");
    assert_eq!(server.seen().line, "GET /a?b=c");
}

#[test]
fn error_codes_are_answers() {
    for (answer, status, text) in [
        (&b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"[..], 404, "Not Found"),
        (b"HTTP/1.1 500 Out of tea\r\nContent-Length: 4\r\n\r\ngone", 500, "Out of tea"),
        (b"HTTP/1.1 404 \r\nContent-Length: 4\r\n\r\ngone", 404, ""),
    ] {
        let (head, body) = Client::free().fetch(get(answering(answer).url("/"))).unwrap();
        assert_eq!((head.status, head.status_text.as_str(), &body[..]), (status, text, &b"gone"[..]));
    }
}

#[test]
fn some_answers_have_no_body() {
    for answer in [
        &b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n"[..],
        b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n",
    ] {
        let (_, body) = Client::free().fetch(get(answering(answer).url("/"))).unwrap();
        assert_eq!(body, b"");
    }
    let server = answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n");
    let (head, body) = Client::free().fetch(Request { method: "HEAD".into(), ..get(server.url("/")) }).unwrap();
    assert_eq!((head.status, &body[..]), (200, &b""[..]));
    assert_eq!(server.seen().line, "HEAD /");
}

#[test]
fn headers_keep_their_order_and_duplicates() {
    let answer =
        b"HTTP/1.1 200 OK\r\nX-B: 1\r\nSet-Cookie: a=1\r\nX-A: caf\xe9\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n";
    let server = answering(answer);
    let headers = pairs(&[("x-z", "1"), ("x-y", "na\u{ef}ve"), ("x-z", "2"), ("cookie", "c=3")]);
    let (head, _) = Client::free().fetch(Request { headers, ..get(server.url("/")) }).unwrap();
    let expected =
        [("x-b", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-a", "caf\u{e9}"), ("content-length", "0")];
    assert_eq!(head.headers, pairs(&expected));
    let seen = server.seen();
    assert_eq!(seen.header("x-z"), ["1", "2"]);
    assert_eq!(seen.header("x-y"), ["na\u{ef}ve"]);
    assert_eq!(seen.header("cookie"), ["c=3"]);
}

#[test]
fn requests_say_what_they_take_unless_told_otherwise() {
    let server = answering(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let client = Client::free();
    client.fetch(get(server.url("/"))).unwrap();
    let seen = server.seen();
    assert_eq!(seen.header("accept"), ["*/*"]);
    assert_eq!(seen.header("accept-encoding"), ["gzip, deflate, br"]);
    assert!(seen.header("user-agent")[0].starts_with("gopherix/"));
    let headers = pairs(&[("accept", "text/html"), ("accept-encoding", "identity"), ("user-agent", "me")]);
    client.fetch(Request { headers, ..get(server.url("/")) }).unwrap();
    let seen = server.seen();
    let sent = ["accept", "accept-encoding", "user-agent"].map(|name| seen.header(name));
    assert_eq!(sent, [["text/html"], ["identity"], ["me"]]);
}

#[test]
fn framing_and_host_are_not_the_programs() {
    let server = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let headers = pairs(&[
        ("host", "elsewhere.test"),
        ("content-length", "1"),
        ("transfer-encoding", "chunked"),
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("keep-alive", "1"),
    ]);
    Client::free().fetch(Request { headers, ..post(server.url("/"), b"body") }).unwrap();
    let seen = server.seen();
    assert_eq!(seen.header("host"), [server.address.to_string()]);
    assert_eq!((seen.header("content-length"), &seen.body[..]), (vec!["4"], &b"body"[..]));
    for name in ["transfer-encoding", "connection", "upgrade", "keep-alive"] {
        assert!(seen.header(name).is_empty(), "{name} was sent");
    }
}

#[test]
fn a_post_of_nothing_says_so() {
    let server = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    Client::free().fetch(Request { body: None, ..post(server.url("/"), b"") }).unwrap();
    assert_eq!(server.seen().header("content-length"), ["0"]);
}

#[test]
fn what_cannot_be_sent_fails() {
    let server = answering(b"");
    let client = Client::free();
    for request in [
        Request { method: "G T".into(), ..get(server.url("/")) },
        Request { headers: pairs(&[("a b", "c")]), ..get(server.url("/")) },
        Request { headers: pairs(&[("a", "b\r\nc: d")]), ..get(server.url("/")) },
        Request { headers: pairs(&[("a", "\u{20ac}")]), ..get(server.url("/")) },
        get("file:///etc/passwd"),
        get("nowhere"),
    ] {
        assert!(client.fetch(request.clone()).is_err(), "{request:?}");
    }
    assert!(!server.saw_more());
}

#[test]
fn a_refused_connection_is_said_in_words() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = Client::free().fetch(get(format!("http://{address}/"))).unwrap_err();
    assert!(error.starts_with(&format!("cannot connect to {address}: Connection refused")), "{error}");
}

#[test]
fn a_server_that_hangs_up_or_talks_nonsense_gives_no_answer() {
    for answer in
        [&b""[..], b"220 mail.example.org ESMTP\r\n", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"]
    {
        let server = answering(answer);
        let error = Client::free().fetch(get(server.url("/"))).unwrap_err();
        assert!(error.starts_with("no answer from ") || error.contains("status 101"), "{error}");
    }
}

#[test]
fn tls_to_a_server_without_it_fails() {
    let server = answering(b"");
    let error = Client::free().fetch(get(format!("https://{}/", server.address))).unwrap_err();
    let said = error.starts_with(&format!("cannot connect to {}: ", server.address));
    assert!(said || error.starts_with("https: cannot be used"), "{error}");
    assert!(!server.saw_more());
}

#[test]
fn a_kept_connection_that_was_closed_is_replaced() {
    let server = || {
        let connections = AtomicUsize::new(0);
        Server::start(move |_, out| {
            let first = connections.fetch_add(1, Ordering::SeqCst) == 0;
            out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            if first {
                // The second request is read, and the connection closed.
                let mut request = BufReader::new(out).lines().map_while(Result::ok);
                assert!(request.any(|line| line.is_empty()));
            }
        })
    };
    for (method, is_replaced) in [("GET", true), ("POST", false)] {
        let (client, server) = (Client::free(), server());
        let request = || Request { method: method.into(), ..get(server.url("/")) };
        client.fetch(request()).unwrap();
        assert_eq!(client.fetch(request()).is_ok(), is_replaced);
    }
}
