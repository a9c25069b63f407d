//! TCP inside the kernel.

use gopherix_abi::sockopt::{SO_ACCEPTCONN, SO_RCVBUF, SO_REUSEADDR, SO_REUSEPORT, SO_SNDBUF};

use super::*;

#[test]
fn both_ends_know_each_others_address() {
    let net = Net::new();
    let (client, server) = connection(&net);
    assert_eq!(inet(client.local()), inet(server.peer()));
    assert_eq!(inet(client.peer()), inet(server.local()));
    assert_eq!(inet(client.local()).ip().to_string(), "127.0.0.1");
    assert!(inet(client.local()).port() >= 32768);
    assert_eq!(client.ready(), OUT);
}

#[test]
fn bytes_come_in_order_both_ways_and_an_end_is_an_end() {
    let net = Net::new();
    let (client, server) = connection(&net);
    assert_eq!(read(&server, 9), Err(Errno::EAGAIN));
    assert_eq!(write(&client, b"hello "), Ok(6));
    assert_eq!(write(&client, b"world"), Ok(5));
    let mut peeked = [0; 3];
    assert_eq!(server.recv(&mut peeked, RecvHow { peek: true }).unwrap().n, 3);
    assert_eq!(read(&server, 8).unwrap(), b"hello wo");
    assert_eq!(server.available(), 3);
    shut(&client, SockHow::WR);
    assert_eq!(write(&client, b"x"), Err(Errno::EPIPE));
    assert_eq!(read(&server, 8).unwrap(), b"rld");
    assert_eq!(read(&server, 8).unwrap(), b"");
    assert_eq!(write(&server, b"back"), Ok(4));
    assert_eq!(read(&client, 8).unwrap(), b"back");
}

#[test]
fn a_socket_that_is_not_connected() {
    let net = Net::new();
    let socket = tcp_socket(&net);
    assert_eq!(socket.ready(), OUT | HUP);
    assert_eq!(read(&socket, 1), Err(Errno::ENOTCONN));
    assert_eq!(write(&socket, b"x"), Err(Errno::EPIPE));
    assert_eq!(errno(socket.peer()), Errno::ENOTCONN);
    assert_eq!(errno(socket.shutdown(SockHow::RD)), Errno::ENOTCONN);
    assert_eq!(errno(socket.accept()), Errno::EINVAL);
    assert_eq!(inet(socket.local()).to_string(), "0.0.0.0:0");
}

#[test]
fn a_listening_socket() {
    let net = Net::new();
    let (listener, place) = listener(&net, 1);
    assert_eq!(listener.ready(), PollEvents::empty());
    assert_eq!(errno(listener.accept()), Errno::EAGAIN);
    assert_eq!(errno(listener.connect(&place)), Errno::EISCONN);
    assert_eq!(errno(listener.bind(&at("127.0.0.1:0"))), Errno::EINVAL);
    assert_eq!(read(&listener, 1), Err(Errno::ENOTCONN));
    assert_eq!(write(&listener, b"x"), Err(Errno::EPIPE));
    assert_eq!(listener.option(SOL_SOCKET, SO_ACCEPTCONN), Ok(1));
    shut(&listener, SockHow::RD | SockHow::WR);
    assert_eq!(listener.ready(), OUT | HUP);
    assert_eq!(errno(listener.accept()), Errno::EINVAL);
}

#[test]
fn nobody_listens() {
    let net = Net::new();
    let socket = tcp_socket(&net);
    assert_eq!(errno(socket.connect(&at("127.0.0.1:1"))), Errno::ECONNREFUSED);
    assert_eq!(errno(socket.connect(&at("127.0.0.1:0"))), Errno::ECONNREFUSED);
    let (_listener, place) = listener(&net, 1);
    socket.connect(&place).unwrap();
    assert_eq!(errno(socket.connect(&place)), Errno::EISCONN);
    assert_eq!(errno(socket.listen(1)), Errno::EINVAL);
}

#[test]
fn the_hosts_network_is_refused_without_a_rule() {
    let net = Net::new();
    let refused = tcp_socket(&net).connect(&at("192.0.2.1:80")).unwrap_err();
    assert_eq!((refused.errno, refused.why), (Errno::EACCES, "no --net rule lets it connect there"));
    assert_eq!(errno(tcp_socket(&net).bind(&at("192.0.2.1:80"))), Errno::EACCES);
    let v6 = Place::Inet("[2001:db8::1]:80".parse().unwrap());
    assert_eq!(errno(tcp_socket(&net).connect(&v6)), Errno::EAFNOSUPPORT);
}

#[test]
fn a_peer_that_closed_is_noticed_by_the_second_write() {
    let net = Net::new();
    let (a, b) = connection(&net);
    drop(a);
    assert_eq!(b.ready(), IN | OUT);
    assert_eq!(read(&b, 9).unwrap(), b"");
    assert_eq!(write(&b, b"x"), Ok(1));
    assert_eq!(b.ready(), IN | OUT | ERR | HUP);
    assert_eq!(read(&b, 9).unwrap(), b"");
    assert_eq!(so_error(&b), i32::from(Errno::EPIPE.wasi()));
    assert_eq!(write(&b, b"x"), Err(Errno::EPIPE));
    assert_eq!(read(&b, 9).unwrap(), b"");
}

#[test]
fn closing_with_unread_data_resets() {
    let net = Net::new();
    let (a, b) = connection(&net);
    write(&b, b"x").unwrap();
    write(&a, b"hello").unwrap();
    drop(a);
    assert_eq!(b.ready(), IN | OUT | ERR | HUP);
    assert_eq!(write(&b, b"x"), Err(Errno::ECONNRESET));
    assert_eq!(write(&b, b"x"), Err(Errno::EPIPE));
    assert_eq!(read(&b, 9).unwrap(), b"hello");
    assert_eq!(read(&b, 9).unwrap(), b"");
    assert_eq!(b.ready(), IN | OUT | HUP);
}

#[test]
fn lingering_for_no_time_resets() {
    let net = Net::new();
    let (a, b) = connection(&net);
    write(&a, b"hello").unwrap();
    a.set_linger(Some(0)).unwrap();
    assert_eq!(a.linger(), Some(0));
    drop(a);
    assert_eq!(b.ready(), IN | OUT | ERR | HUP);
    assert_eq!(read(&b, 9).unwrap(), b"hello");
    assert_eq!(read(&b, 9), Err(Errno::ECONNRESET));
    assert_eq!(read(&b, 9).unwrap(), b"");
    assert_eq!(write(&b, b"x"), Err(Errno::EPIPE));
}

#[test]
fn a_reset_after_the_end_is_epipe_to_writers_and_nothing_to_readers() {
    let net = Net::new();
    let (a, b) = connection(&net);
    write(&b, b"x").unwrap();
    shut(&a, SockHow::WR);
    drop(a);
    assert_eq!(b.ready(), IN | OUT | ERR | HUP);
    assert_eq!(read(&b, 9).unwrap(), b"");
    assert_eq!(write(&b, b"x"), Err(Errno::EPIPE));
    assert_eq!(read(&b, 9).unwrap(), b"");
    assert_eq!(b.ready(), IN | OUT | HUP);
}

#[test]
fn who_reads_no_more_still_gets_what_is_sent() {
    let net = Net::new();
    let (a, b) = connection(&net);
    shut(&a, SockHow::RD);
    assert_eq!(write(&b, b"abc"), Ok(3));
    assert_eq!(a.ready(), IN | OUT);
    assert_eq!(read(&a, 9).unwrap(), b"abc");
    assert_eq!(read(&a, 9).unwrap(), b"");
    assert_eq!(b.ready(), OUT);
}

#[test]
fn shut_on_both_sides_it_is_not_connected() {
    let net = Net::new();
    let (a, b) = connection(&net);
    shut(&a, SockHow::RD | SockHow::WR);
    assert_eq!(a.ready(), IN | OUT | HUP);
    assert_eq!(b.ready(), IN | OUT);
    assert_eq!(read(&a, 1).unwrap(), b"");
    assert_eq!(write(&a, b"x"), Err(Errno::EPIPE));
    assert_eq!(errno(a.peer()), Errno::ENOTCONN);
}

#[test]
fn a_listener_that_goes_resets_who_was_not_accepted() {
    let net = Net::new();
    let (listener, place) = listener(&net, 5);
    let client = tcp_socket(&net);
    client.connect(&place).unwrap();
    drop(listener);
    assert_eq!(client.ready(), IN | OUT | ERR | HUP);
    assert_eq!(read(&client, 1), Err(Errno::ECONNRESET));
    assert_eq!(read(&client, 1).unwrap(), b"");
    assert_eq!(write(&client, b"x"), Err(Errno::EPIPE));
    assert_eq!(errno(tcp_socket(&net).connect(&place)), Errno::ECONNREFUSED);
}

#[test]
fn a_full_queue_connects_later() {
    let net = Net::new();
    let (listener, place) = listener(&net, 1);
    let clients: Vec<_> = (0..4).map(|_| tcp_socket(&net)).collect();
    let begun: Vec<_> = clients.iter().map(|client| client.connect(&place).map_err(|e| e.errno)).collect();
    assert_eq!(begun, [Ok(()), Ok(()), Err(Errno::EINPROGRESS), Err(Errno::EINPROGRESS)]);
    assert_eq!(clients[2].ready(), PollEvents::empty());
    assert_eq!(errno(clients[2].connect(&place)), Errno::EALREADY);
    let mut wait = crate::testing::Driven::new(clients[2].wait(OUT));
    assert!(wait.poll().is_pending());
    let first = listener.accept().unwrap();
    assert_eq!(inet(first.peer()), inet(clients[0].local()));
    assert!(wait.is_woken());
    assert_eq!((clients[2].ready(), so_error(&clients[2])), (OUT, 0));
    assert_eq!(clients[3].ready(), PollEvents::empty());
    drop(listener);
    assert_eq!(clients[3].ready(), IN | OUT | ERR | HUP);
    assert_eq!(so_error(&clients[3]), i32::from(Errno::ECONNREFUSED.wasi()));
    assert_eq!(so_error(&clients[2]), i32::from(Errno::ECONNRESET.wasi()));
}

#[test]
fn who_left_before_being_accepted_is_accepted_and_ended() {
    let net = Net::new();
    let (listener, place) = listener(&net, 5);
    let client = tcp_socket(&net);
    client.connect(&place).unwrap();
    write(&client, b"bye").unwrap();
    drop(client);
    let server = listener.accept().unwrap();
    assert_eq!(read(&server, 9).unwrap(), b"bye");
    assert_eq!(read(&server, 9).unwrap(), b"");
}

#[test]
fn addresses_are_in_use_until_they_are_given_back() {
    let net = Net::new();
    let first = tcp_socket(&net);
    first.bind(&at("127.0.0.1:80")).unwrap();
    for (taken, place) in [(true, "127.0.0.1:80"), (true, "0.0.0.0:80"), (false, "127.0.0.2:80"), (false, "0.0.0.0:81")]
    {
        let bound = tcp_socket(&net).bind(&at(place));
        assert_eq!(bound.err().map(|e| e.errno), taken.then_some(Errno::EADDRINUSE), "{place}");
    }
    drop(first);
    tcp_socket(&net).bind(&at("0.0.0.0:80")).unwrap();
}

#[test]
fn reuse_of_addresses_is_as_on_linux() {
    let net = Net::new();
    let bind = |options: &[u32]| {
        let socket = tcp_socket(&net);
        for option in options {
            socket.set_option(SOL_SOCKET, *option, 1).unwrap();
        }
        socket.bind(&at("127.0.0.1:80")).map(|()| socket).map_err(|e| e.errno)
    };
    let first = bind(&[SO_REUSEADDR]).unwrap();
    let second = bind(&[SO_REUSEADDR]).unwrap();
    assert_eq!(bind(&[]).err(), Some(Errno::EADDRINUSE));
    first.listen(1).unwrap();
    assert_eq!(errno(second.listen(1)), Errno::EADDRINUSE);
    assert_eq!(bind(&[SO_REUSEADDR]).err(), Some(Errno::EADDRINUSE));
    drop((first, second));
    let both: Vec<_> = (0..2).map(|_| bind(&[SO_REUSEPORT]).unwrap()).collect();
    both.iter().for_each(|socket| socket.listen(8).unwrap());
    let clients: Vec<_> = (0..4).map(|_| tcp_socket(&net)).collect();
    clients.iter().for_each(|client| client.connect(&at("127.0.0.1:80")).unwrap());
    assert!(both.iter().all(|socket| socket.accept().is_ok() && socket.accept().is_ok()));
}

#[test]
fn ipv6_takes_ipv4_unless_told_not_to() {
    let net = Net::new();
    let v6 = |only: bool| {
        let socket = net.open(SockFamily::Inet6, SockType::Stream, 6, OWNER).unwrap();
        socket.set_option(gopherix_abi::sockopt::SOL_IPV6, gopherix_abi::sockopt::IPV6_V6ONLY, only.into()).unwrap();
        socket
    };
    let listener = v6(false);
    listener.bind(&at("[::]:80")).unwrap();
    assert_eq!(errno(tcp_socket(&net).bind(&at("127.0.0.1:80"))), Errno::EADDRINUSE);
    listener.listen(8).unwrap();
    let client = tcp_socket(&net);
    client.connect(&at("127.0.0.1:80")).unwrap();
    let server = listener.accept().unwrap();
    assert!(inet(server.peer()).to_string().starts_with("[::ffff:127.0.0.1]:"));
    let client = v6(false);
    client.connect(&at("[::1]:80")).unwrap();
    assert_eq!(inet(listener.accept().unwrap().peer()), inet(client.local()));
    assert_eq!(errno(v6(true).connect(&at("[::ffff:127.0.0.1]:80"))), Errno::ENETUNREACH);
    let only = v6(true);
    only.bind(&at("[::]:81")).unwrap();
    only.listen(8).unwrap();
    tcp_socket(&net).bind(&at("0.0.0.0:81")).unwrap();
    assert_eq!(errno(tcp_socket(&net).connect(&at("127.0.0.1:81"))), Errno::ECONNREFUSED);
}

#[test]
fn a_full_buffer_holds_the_writer_back() {
    let net = Net::new();
    let (a, b) = connection(&net);
    a.set_option(SOL_SOCKET, SO_SNDBUF, 1).unwrap();
    b.set_option(SOL_SOCKET, SO_RCVBUF, 1).unwrap();
    assert_eq!(a.option(SOL_SOCKET, SO_SNDBUF), Ok(4608));
    let room = 4608 + 2304;
    assert_eq!(write(&a, &vec![1; 100_000]), Ok(room));
    assert_eq!(write(&a, b"x"), Err(Errno::EAGAIN));
    assert!(!a.ready().contains(OUT));
    let mut wait = crate::testing::Driven::new(a.wait(OUT));
    assert!(wait.poll().is_pending());
    read(&b, room / 3 - 1).unwrap();
    assert!(!wait.is_woken() && !a.ready().contains(OUT));
    read(&b, 1).unwrap();
    assert!(wait.is_woken() && a.ready().contains(OUT));
}

#[test]
fn no_port_left_is_eaddrnotavail() {
    let net = Net::new();
    let (_listener, place) = listener(&net, u32::MAX);
    let all: Vec<_> = (32768..=60999)
        .map(|port| {
            let socket = tcp_socket(&net);
            (socket.bind(&at(&format!("127.0.0.1:{port}"))).is_ok()).then_some(socket)
        })
        .collect();
    assert_eq!(all.iter().filter(|socket| socket.is_none()).count(), 1, "the listener's");
    assert_eq!(errno(tcp_socket(&net).connect(&place)), Errno::EADDRNOTAVAIL);
    assert_eq!(errno(tcp_socket(&net).bind(&at("127.0.0.1:0"))), Errno::EADDRINUSE);
}
