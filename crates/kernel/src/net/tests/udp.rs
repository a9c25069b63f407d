//! UDP inside the kernel.

use super::*;

fn udp(net: &Arc<Net>) -> Arc<Socket> {
    net.open(SockFamily::Inet, SockType::Dgram, 17, OWNER).unwrap()
}

fn bound(net: &Arc<Net>, place: &str) -> (Arc<Socket>, Place) {
    let socket = udp(net);
    socket.bind(&at(place)).unwrap();
    let place = Place::Inet(inet(socket.local()));
    (socket, place)
}

fn send(socket: &Socket, bytes: &[u8], to: &Place) -> Result<usize, Errno> {
    socket.send(bytes, Some(to), None).map_err(|e| e.errno)
}

#[test]
fn datagrams_are_whole_and_tell_their_sender() {
    let net = Net::new();
    let (server, place) = bound(&net, "127.0.0.1:0");
    let client = udp(&net);
    assert_eq!(client.ready(), OUT);
    assert_eq!(send(&client, b"hello", &place), Ok(5));
    assert_eq!(send(&client, b"", &place), Ok(0));
    let mut buf = [0; 3];
    let got = server.recv(&mut buf, RecvHow::default()).unwrap();
    assert_eq!((got.n, got.message, &buf), (3, Some(5), b"hel"));
    let Some(SockAddr::Inet(from)) = got.from else { panic!() };
    assert_eq!((from.ip().to_string(), from.port()), ("127.0.0.1".into(), inet(client.local()).port()));
    assert_eq!(inet(client.local()).ip().to_string(), "0.0.0.0");
    assert_eq!(read(&server, 1).unwrap(), b"");
    assert_eq!(read(&server, 1), Err(Errno::EAGAIN));
    assert_eq!(send(&server, b"back", &Place::Inet(from)), Ok(4));
    assert_eq!(read(&client, 9).unwrap(), b"back");
}

#[test]
fn who_is_connected_hears_its_peer_only_and_is_told_when_nobody_is_there() {
    let net = Net::new();
    let (peer, place) = bound(&net, "127.0.0.1:0");
    let (other, _) = bound(&net, "127.0.0.1:0");
    let client = udp(&net);
    assert_eq!(write(&client, b"x"), Err(Errno::EDESTADDRREQ));
    client.connect(&place).unwrap();
    let own = Place::Inet(inet(client.local()));
    assert_eq!(inet(client.local()).ip().to_string(), "127.0.0.1");
    send(&other, b"foreign", &own).unwrap();
    send(&peer, b"friend", &own).unwrap();
    assert_eq!(read(&client, 9).unwrap(), b"friend");
    drop(peer);
    assert_eq!(write(&client, b"x"), Ok(1));
    assert_eq!(client.ready(), OUT | ERR);
    assert_eq!(write(&client, b"x"), Err(Errno::ECONNREFUSED));
    assert_eq!(write(&client, b"x"), Ok(1));
    assert_eq!(read(&client, 1), Err(Errno::ECONNREFUSED));
    client.connect(&Place::Nowhere).unwrap();
    assert_eq!(errno(client.peer()), Errno::ENOTCONN);
}

#[test]
fn refusals() {
    let net = Net::new();
    let socket = udp(&net);
    assert_eq!(errno(socket.shutdown(SockHow::WR)), Errno::ENOTCONN);
    assert_eq!(send(&socket, &[0; 65508], &at("127.0.0.1:9")), Err(Errno::EMSGSIZE));
    assert_eq!(send(&socket, b"x", &at("127.0.0.1:0")), Err(Errno::EINVAL));
    assert_eq!(errno(socket.listen(1)), Errno::ENOTSUP);
    assert_eq!(errno(socket.accept()), Errno::ENOTSUP);
    assert_eq!(send(&socket, b"x", &at("192.0.2.1:53")), Err(Errno::EACCES));
    assert_eq!(errno(socket.connect(&at("192.0.2.1:53"))), Errno::EACCES);
    assert_eq!(send(&socket, b"x", &at("127.0.0.1:9")), Ok(1), "nobody has to be there");
}

#[test]
fn a_full_mailbox_loses_what_comes() {
    let net = Net::new();
    let (server, place) = bound(&net, "127.0.0.1:0");
    let client = udp(&net);
    (0..100).for_each(|_| assert_eq!(send(&client, &[0; 10_000], &place), Ok(10_000)));
    let mut buf = [0; 10_000];
    let got = (0..100).take_while(|_| server.recv(&mut buf, RecvHow::default()).is_ok()).count();
    assert_eq!(got, 212_992 / 10_256);
}
