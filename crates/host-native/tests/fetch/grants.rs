//! Hosts that were not granted are not reached.

use std::io::Write;

use crate::server::Server;
use crate::{Client, get};

fn greeting() -> Server {
    Server::start(|_, out| out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap())
}

#[test]
fn nothing_is_reached_without_a_grant() {
    let server = greeting();
    for grants in [&[][..], &["localhost"], &["127.0.0.1:1"], &["*.0.1"][..0]] {
        let error = Client::new(grants).fetch(get(server.url("/"))).unwrap_err();
        let address = server.address;
        assert_eq!(error, format!("{address} is not granted to this program; run it with --net={address}"));
    }
    assert!(!server.saw_more());
}

#[test]
fn what_is_granted_is_reached() {
    let server = greeting();
    let address = server.address.to_string();
    for grant in ["*", "127.0.0.1", &address] {
        assert_eq!(Client::new(&["example.org", grant]).fetch(get(server.url("/"))).unwrap().1, b"hi");
    }
    let url = format!("http://localhost:{}/", server.address.port());
    assert_eq!(Client::new(&["localhost"]).fetch(get(url)).unwrap().1, b"hi");
}
