//! Bodies: in pieces, coded, endless, broken off, unwanted.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use gopherix_quickjs::Event;

use crate::server::{PATIENCE, Server};
use crate::{Client, get};

/// Answers with a body in a coding.
fn coded(coding: &'static str, body: Vec<u8>) -> Server {
    Server::start(move |_, out| {
        let len = body.len();
        write!(out, "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len}\r\n\r\n").unwrap();
        out.write_all(&body).unwrap();
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn pieces_arrive_while_the_server_has_more_to_say() {
    let (go_on, going) = channel::<()>();
    let going = Mutex::new(going);
    let server = Server::start(move |_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        for piece in ["3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"] {
            going.lock().unwrap().recv_timeout(PATIENCE).unwrap();
            out.write_all(piece.as_bytes()).unwrap();
        }
    });
    let client = Client::free();
    let mut answer = client.start(get(server.url("/")));
    assert_eq!(client.head(&mut answer).status, 200);
    for piece in [&b"one"[..], b"two"] {
        go_on.send(()).unwrap();
        assert_eq!(client.next(&mut answer), Event::Chunk(piece.to_vec()));
    }
    go_on.send(()).unwrap();
    assert_eq!(client.next(&mut answer), Event::End);
}

#[test]
fn coded_pieces_arrive_at_once_too() {
    let (go_on, going) = channel::<()>();
    let going = Mutex::new(going);
    let server = Server::start(move |_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n").unwrap();
        let mut encoder = GzEncoder::new(out, Compression::fast());
        for piece in [b"one", b"two"] {
            going.lock().unwrap().recv_timeout(PATIENCE).unwrap();
            encoder.write_all(piece).unwrap();
            encoder.flush().unwrap();
        }
        encoder.finish().unwrap();
    });
    let client = Client::free();
    let mut answer = client.start(get(server.url("/")));
    client.head(&mut answer);
    for piece in [b"one", b"two"] {
        go_on.send(()).unwrap();
        assert_eq!(client.next(&mut answer), Event::Chunk(piece.to_vec()));
    }
    assert_eq!(client.body(&mut answer), Ok(Vec::new()));
}

#[test]
fn a_chunked_body_is_joined() {
    let server = Server::start(|_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        out.write_all(b"5;ext=1\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n").unwrap();
    });
    assert_eq!(Client::free().fetch(get(server.url("/"))).unwrap().1, b"hello world");
}

#[test]
fn codings_are_undone_and_headers_stay() {
    let text = "gopher ".repeat(50_000).into_bytes();
    for (coding, body) in [
        ("gzip", gzip(&text)),
        ("X-GZIP", gzip(&text)),
        ("gzip", [gzip(&text[..7]), gzip(&text[7..])].concat()),
        ("deflate", zlib(&text)),
        ("deflate", deflate(&text)),
        ("deflate, gzip", gzip(&zlib(&text))),
        ("identity", text.clone()),
    ] {
        let len = body.len().to_string();
        let (head, body) = Client::free().fetch(get(coded(coding, body).url("/"))).unwrap();
        assert!(body == text, "{coding}: {} bytes", body.len());
        assert!(head.headers.contains(&("content-encoding".into(), coding.into())));
        assert!(head.headers.contains(&("content-length".into(), len)));
    }
    // "hello", as Node's zlib.brotliCompressSync has it.
    let brotli = b"\x0b\x02\x80hello\x03".to_vec();
    assert_eq!(Client::free().fetch(get(coded("br", brotli).url("/"))).unwrap().1, b"hello");
}

#[test]
fn unknown_codings_are_left_alone() {
    let body = gzip(b"hello");
    let server = coded("gzip, rot13", body.clone());
    assert_eq!(Client::free().fetch(get(server.url("/"))).unwrap().1, body);
}

#[test]
fn an_empty_body_needs_no_coding() {
    assert_eq!(Client::free().fetch(get(coded("gzip", Vec::new()).url("/"))).unwrap().1, b"");
}

#[test]
fn what_is_not_coded_as_said_fails() {
    let whole = gzip(&b"gopher".repeat(1000));
    for (coding, body) in [
        ("gzip", b"plain".to_vec()),
        ("gzip", whole[..whole.len() - 9].to_vec()),
        ("br", b"plain".to_vec()),
        ("gzip,gzip,gzip,gzip,gzip,gzip", b"x".to_vec()),
    ] {
        let error = Client::free().fetch(get(coded(coding, body).url("/"))).unwrap_err();
        assert!(error.starts_with("the body broke off: "), "{error}");
    }
}

#[test]
fn a_small_body_that_unpacks_to_a_large_one_comes_in_small_pieces() {
    let size = 64 << 20;
    let server = coded("gzip", gzip(&vec![0; size]));
    let client = Client::free();
    let mut answer = client.start(get(server.url("/")));
    client.head(&mut answer);
    let mut got = 0;
    while let Event::Chunk(bytes) = client.next(&mut answer) {
        assert!(bytes.len() <= 64 << 10, "a piece of {} bytes", bytes.len());
        got += bytes.len();
    }
    assert_eq!(got, size);
}

#[test]
fn a_body_that_breaks_off_fails() {
    let server = Server::start(|_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").unwrap();
        out.shutdown(Shutdown::Both).unwrap();
    });
    let client = Client::free();
    let mut answer = client.start(get(server.url("/")));
    client.head(&mut answer);
    let error = client.body(&mut answer).unwrap_err();
    assert!(error.starts_with("the body broke off: "), "{error}");
}

/// What a server sends that finds out whether anybody takes it.
const LARGE: usize = 64 << 20;

/// Sends [`LARGE`] bytes; tells how many were sent when nobody had taken any more for a while, or all were.
fn send_until_stuck(out: &mut TcpStream, tell: impl Fn(usize)) {
    write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n").unwrap();
    out.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let bytes: Vec<u8> = (0..=255).cycle().take(1 << 16).collect();
    let mut sent = 0;
    while sent < LARGE {
        let from = sent % bytes.len();
        match out.write(&bytes[from..]) {
            Ok(len) => sent += len,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => tell(sent),
            Err(e) => panic!("{e} after {sent} bytes"),
        }
    }
    tell(sent);
}

#[test]
fn a_body_that_nobody_reads_is_not_kept_in_memory() {
    let (tell, told) = channel();
    let server = Server::start(move |_, out| send_until_stuck(out, |sent| tell.send(sent).unwrap_or_default()));
    let client = Client::free();
    let mut answer = client.start(get(server.url("/")));
    client.head(&mut answer);
    let sent = told.recv_timeout(PATIENCE).unwrap();
    assert!(sent < LARGE / 2, "{sent} bytes were taken that nobody has read");
    // Whoever reads then gets it all.
    let body = client.body(&mut answer).unwrap();
    assert_eq!(body.len(), LARGE);
    assert!(body.iter().zip((0..=255).cycle()).all(|(got, sent)| *got == sent));
}

#[test]
fn nobody_waiting_for_the_answer_ends_the_connection() {
    for head in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"] {
        let (tell, told) = channel();
        let server = Server::start(move |_, out| {
            out.write_all(head).unwrap();
            let ended = out.read(&mut [0; 1]).map_or(true, |len| len == 0);
            tell.send(ended).unwrap();
        });
        let client = Client::free();
        let mut answer = client.start(get(server.url("/")));
        server.seen();
        if !head.is_empty() {
            client.head(&mut answer);
        }
        drop(answer);
        assert!(told.recv_timeout(PATIENCE).unwrap());
    }
}
