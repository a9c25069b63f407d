//! Random reads, writes and shutdowns on a connection against a model.

#![expect(clippy::arithmetic_side_effects, reason = "test code may panic")]

use std::collections::VecDeque;

use gopherix_abi::sockopt::{SO_RCVBUF, SO_SNDBUF};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Op {
    Write(bool, usize),
    Read(bool, usize),
    Peek(bool, usize),
    EndWriting(bool),
}

fn op() -> impl Strategy<Value = Op> {
    let side = any::<bool>();
    prop_oneof![
        8 => (side, 0..6000usize).prop_map(|(side, n)| Op::Write(side, n)),
        8 => (side, 0..6000usize).prop_map(|(side, n)| Op::Read(side, n)),
        2 => (side, 0..100usize).prop_map(|(side, n)| Op::Peek(side, n)),
        1 => side.prop_map(Op::EndWriting),
    ]
}

/// One direction: what is on its way, and whether it ended.
#[derive(Default)]
struct Way {
    bytes: VecDeque<u8>,
    ended: bool,
}

const CAPACITY: usize = 4608 + 2304;

fn check(client: &Socket, server: &Socket, ops: &[Op]) {
    for socket in [client, server] {
        socket.set_option(SOL_SOCKET, SO_SNDBUF, 0).unwrap();
        socket.set_option(SOL_SOCKET, SO_RCVBUF, 0).unwrap();
    }
    let mut next = 0u8;
    let (mut there, mut back) = (Way::default(), Way::default());
    for op in ops {
        let (Op::Write(side, _) | Op::Read(side, _) | Op::Peek(side, _) | Op::EndWriting(side)) = *op;
        let socket = if side { client } else { server };
        let (out, into) = if side { (&mut there, &mut back) } else { (&mut back, &mut there) };
        match *op {
            Op::Write(_, n) => {
                let room = CAPACITY - out.bytes.len();
                let bytes: Vec<u8> = (0..n).map(|i| next.wrapping_add(i as u8)).collect();
                let expected = match () {
                    () if out.ended => Err(Errno::EPIPE),
                    () if n > 0 && room == 0 => Err(Errno::EAGAIN),
                    () => Ok(n.min(room)),
                };
                assert_eq!(write(socket, &bytes), expected, "{op:?}");
                let taken = expected.unwrap_or(0);
                out.bytes.extend(&bytes[..taken]);
                next = next.wrapping_add(taken as u8);
            }
            Op::Read(_, n) | Op::Peek(_, n) => {
                let peek = matches!(op, Op::Peek(..));
                let expected = match () {
                    () if into.bytes.is_empty() && !into.ended => Err(Errno::EAGAIN),
                    () => Ok(into.bytes.iter().take(n).copied().collect::<Vec<u8>>()),
                };
                let mut buf = vec![0; n];
                let got = socket.recv(&mut buf, RecvHow { peek }).map(|got| got.n).map_err(|e| e.errno);
                assert_eq!(got.map(|n| buf[..n].to_vec()), expected, "{op:?}");
                if !peek {
                    into.bytes.drain(..n.min(into.bytes.len()));
                }
            }
            Op::EndWriting(_) => {
                socket.shutdown(SockHow::WR).unwrap();
                out.ended = true;
            }
        }
        assert_eq!(socket.ready().contains(IN), !into.bytes.is_empty() || into.ended);
        assert_eq!(socket.ready().contains(OUT), out.ended || CAPACITY - out.bytes.len() >= CAPACITY / 3);
    }
}

proptest! {
    #[test]
    fn a_connection_is_two_queues(ops in vec(op(), 0..200)) {
        let net = Net::new();
        let (client, server) = connection(&net);
        check(&client, &server, &ops);
        let (one, other) = net.pair(SockFamily::Unix, SockType::Stream, 0, OWNER).unwrap();
        check(&one, &other, &ops);
    }
}
