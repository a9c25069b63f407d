//! Sockets below the system calls. What Linux answers was asked of Linux.

#![expect(clippy::as_conversions, reason = "test code may panic")]

mod props;
mod tcp;
mod udp;
mod unix;

use core::net::SocketAddr;
use std::sync::Arc;

use gopherix_abi::sockopt::{SO_ERROR, SOL_SOCKET};
use gopherix_abi::{Errno, Pid, PollEvents, SockAddr, SockFamily, SockHow, SockType};

use super::{Net, Place, RecvHow, Socket, Ucred};
use crate::error::SysResult;
use crate::file::File;

const OWNER: Ucred = Ucred { pid: Pid(7), uid: 1000, gid: 100 };

const IN: PollEvents = PollEvents::IN;
const OUT: PollEvents = PollEvents::OUT;
const ERR: PollEvents = PollEvents::ERR;
const HUP: PollEvents = PollEvents::HUP;

fn tcp_socket(net: &Arc<Net>) -> Arc<Socket> {
    net.open(SockFamily::Inet, SockType::Stream, 0, OWNER).unwrap()
}

fn at(text: &str) -> Place {
    Place::Inet(text.parse().unwrap())
}

fn errno<T>(result: SysResult<T>) -> Errno {
    result.err().map(|e| e.errno).expect("an error")
}

fn inet(addr: SysResult<SockAddr>) -> SocketAddr {
    match addr.unwrap() {
        SockAddr::Inet(addr) => addr,
        other => panic!("{other:?}"),
    }
}

fn read(socket: &Socket, max: usize) -> Result<Vec<u8>, Errno> {
    let mut buf = vec![0; max];
    let n = socket.recv(&mut buf, RecvHow::default()).map_err(|e| e.errno)?.n;
    buf.truncate(n);
    Ok(buf)
}

fn write(socket: &Socket, bytes: &[u8]) -> Result<usize, Errno> {
    socket.send(bytes, None, None).map_err(|e| e.errno)
}

fn so_error(socket: &Socket) -> i32 {
    socket.option(SOL_SOCKET, SO_ERROR).unwrap()
}

/// A listener on a free port of 127.0.0.1, and its address.
fn listener(net: &Arc<Net>, backlog: u32) -> (Arc<Socket>, Place) {
    let socket = tcp_socket(net);
    socket.bind(&at("127.0.0.1:0")).unwrap();
    socket.listen(backlog).unwrap();
    let place = Place::Inet(inet(socket.local()));
    (socket, place)
}

/// A TCP connection: who connected, who accepted.
fn connection(net: &Arc<Net>) -> (Arc<Socket>, Arc<Socket>) {
    let (listener, place) = listener(net, 5);
    let client = tcp_socket(net);
    client.connect(&place).unwrap();
    (client, listener.accept().unwrap())
}

fn shut(socket: &Socket, how: SockHow) {
    socket.shutdown(how).unwrap();
}
