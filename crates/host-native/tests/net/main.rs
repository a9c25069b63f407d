//! The host's network behind the sockets of a kernel, over the host's loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code may panic")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use gopherix_abi::sockopt::{SOL_TCP, TCP_NODELAY};
use gopherix_abi::{Errno, PollEvents, SockAddr, SockFamily, SockHow, SockType};
use gopherix_host_native::clock::NativePlatform;
use gopherix_host_native::net::HostNetwork;
use gopherix_host_native::{NetGrant, NetPolicy};
use gopherix_kernel::file::{File, wait_any};
use gopherix_kernel::fs::memfs::MemFs;
use gopherix_kernel::net::{Place, RecvHow, Socket, Ucred};
use gopherix_kernel::platform::Platform;
use gopherix_kernel::vfs::{MountFlags, MountTable};
use gopherix_kernel::{Kernel, SysError, SysResult};

const DEADLINE: Duration = Duration::from_secs(20);

struct Rig {
    kernel: Arc<Kernel>,
    runtime: tokio::runtime::Runtime,
}

/// A kernel with these grants.
fn rig(grants: &[&str]) -> Rig {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let platform = NativePlatform::new(1, None).unwrap();
    let clock = {
        let platform = platform.clone();
        Arc::new(move || platform.wall_time())
    };
    let mounts = MountTable::new(Arc::new(MemFs::new(clock, None)), MountFlags::empty());
    let kernel = Kernel::boot(platform, mounts, None);
    let policy: NetPolicy = grants.iter().map(|grant| grant.parse::<NetGrant>().unwrap()).collect();
    if !policy.is_nothing() {
        kernel.net().attach(Arc::new(HostNetwork::new(runtime.handle().clone())), policy.rules());
    }
    Rig { kernel, runtime }
}

impl Rig {
    fn socket(&self, kind: SockType) -> Arc<Socket> {
        let owner = Ucred { pid: gopherix_abi::Pid(1), uid: 0, gid: 0 };
        self.kernel.net().open(SockFamily::Inet, kind, 0, owner).unwrap()
    }

    /// Repeats what would wait, as a blocking system call does.
    fn until<T>(
        &self,
        socket: &Arc<Socket>,
        events: PollEvents,
        mut attempt: impl FnMut() -> SysResult<T>,
    ) -> Result<T, Errno> {
        let file: Arc<dyn File> = socket.clone();
        let wanted = events | PollEvents::ERR | PollEvents::HUP;
        let waiting = async {
            loop {
                match attempt() {
                    Err(e) if e.errno == Errno::EAGAIN => {}
                    done => return done.map_err(|e| e.errno),
                }
                wait_any(vec![file.wait(events)], || file.ready().intersects(wanted).then_some(())).await;
            }
        };
        self.runtime.block_on(async { tokio::time::timeout(DEADLINE, waiting).await.expect("in time") })
    }

    fn accept(&self, listener: &Arc<Socket>) -> Arc<Socket> {
        self.until(listener, PollEvents::IN, || listener.accept()).unwrap()
    }

    fn read(&self, socket: &Arc<Socket>) -> Result<Vec<u8>, Errno> {
        let mut buf = vec![0; 65536];
        let n = self.until(socket, PollEvents::IN, || socket.recv(&mut buf, RecvHow::default()))?.n;
        buf.truncate(n);
        Ok(buf)
    }

    fn write(&self, socket: &Arc<Socket>, bytes: &[u8]) -> Result<usize, Errno> {
        self.until(socket, PollEvents::OUT, || socket.send(bytes, None, None))
    }

    fn connect(&self, to: SocketAddr) -> Result<Arc<Socket>, SysError> {
        let socket = self.socket(SockType::Stream);
        match socket.connect(&Place::Inet(to)) {
            Ok(()) => Ok(socket),
            Err(e) if e.errno == Errno::EINPROGRESS => {
                let over = || if socket.ready().is_empty() { Err(SysError::bare(Errno::EAGAIN)) } else { Ok(()) };
                self.until(&socket, PollEvents::OUT, over).unwrap();
                socket.take_error().map_or(Ok(socket), |errno| Err(SysError::bare(errno)))
            }
            Err(e) => Err(e),
        }
    }

    fn listen(&self, at: &str) -> (Arc<Socket>, SocketAddr) {
        let listener = self.socket(SockType::Stream);
        listener.bind(&Place::Inet(at.parse().unwrap())).unwrap();
        listener.listen(8).unwrap();
        let local = inet(listener.local());
        (listener, local)
    }
}

fn inet(addr: SysResult<SockAddr>) -> SocketAddr {
    match addr.unwrap() {
        SockAddr::Inet(addr) => addr,
        other => panic!("{other:?}"),
    }
}

/// A port that nobody at the host has.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_rule_publishes_a_listener_which_guests_reach_too() {
    let port = free_port();
    let rig = rig(&[&format!("listen:{port}")]);
    let (listener, _) = rig.listen(&format!("0.0.0.0:{port}"));
    let mut outside = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let from_outside = rig.accept(&listener);
    assert_eq!(inet(from_outside.peer()), outside.local_addr().unwrap());
    outside.write_all(b"from outside").unwrap();
    assert_eq!(rig.read(&from_outside).unwrap(), b"from outside");
    rig.write(&from_outside, b"answer").unwrap();
    let mut buf = [0; 6];
    outside.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"answer");
    outside.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(rig.read(&from_outside).unwrap(), b"");
    let inside = rig.connect(([127, 0, 0, 1], port).into()).unwrap();
    let from_inside = rig.accept(&listener);
    assert_eq!(inet(from_inside.peer()), inet(inside.local()));
    drop(listener);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn without_a_rule_a_listener_stays_inside_and_the_hosts_are_out_of_reach() {
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    let rig = rig(&["connect:127.0.0.1:1"]);
    let refused = rig.connect(outside.local_addr().unwrap()).err().unwrap();
    assert_eq!((refused.errno, refused.why.contains("--net")), (Errno::ECONNREFUSED, true));
    let refused = rig.connect("192.0.2.1:80".parse().unwrap()).err().unwrap();
    assert_eq!((refused.errno, refused.why), (Errno::EACCES, "no --net rule lets it connect there"));
    // The host's port is another one than the kernel's.
    let (_listener, local) = rig.listen(&format!("127.0.0.1:{port}"));
    assert_eq!(local.port(), port);
    assert!(rig.connect(local).is_ok());
}

#[test]
fn a_rule_lets_a_guest_reach_the_hosts_listener() {
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = outside.local_addr().unwrap();
    let rig = rig(&[&format!("connect:{to}")]);
    let guest = rig.connect(to).unwrap();
    let (mut server, from) = outside.accept().unwrap();
    assert_eq!((inet(guest.local()), inet(guest.peer())), (from, to));
    guest.set_option(SOL_TCP, TCP_NODELAY, 1).unwrap();
    let sent = vec![7; 3_000_000];
    let expected = sent.clone();
    let reader = std::thread::spawn(move || {
        let mut got = Vec::new();
        server.read_to_end(&mut got).unwrap();
        assert!(got == expected);
        server
    });
    let mut done = 0;
    while done < sent.len() {
        done += rig.write(&guest, &sent[done..]).unwrap();
    }
    guest.shutdown(SockHow::WR).unwrap();
    let server = reader.join().unwrap();
    drop(server);
    assert_eq!(rig.read(&guest).unwrap(), b"");
    assert_eq!(rig.connect(([127, 0, 0, 1], free_port()).into()).err().unwrap().errno, Errno::ECONNREFUSED);
}

#[test]
fn a_peer_at_the_host_that_resets_is_noticed() {
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let rig = rig(&["localhost"]);
    let guest = rig.connect(outside.local_addr().unwrap()).unwrap();
    let (server, _) = outside.accept().unwrap();
    rig.write(&guest, b"never read").unwrap();
    // Closing with unread data resets.
    while server.peek(&mut [0; 1]).unwrap() == 0 {}
    drop(server);
    assert_eq!(rig.read(&guest), Err(Errno::ECONNRESET));
}

#[test]
fn with_all_a_free_port_is_the_same_inside_and_outside() {
    let rig = rig(&["all"]);
    let (listener, local) = rig.listen("127.0.0.1:0");
    let outside = TcpStream::connect(local).unwrap();
    assert_eq!(inet(rig.accept(&listener).peer()), outside.local_addr().unwrap());
    let inside = rig.connect(local).unwrap();
    assert_eq!(inet(rig.accept(&listener).peer()), inet(inside.local()));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = rig.socket(SockType::Stream);
    let bound = other.bind(&Place::Inet(taken.local_addr().unwrap()));
    assert_eq!(bound.unwrap_err().errno, Errno::EADDRINUSE);
}

#[test]
fn datagrams_cross_the_border_and_may_be_answered() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let rig = rig(&[&format!("listen:{port}")]);
    let guest = rig.socket(SockType::Dgram);
    guest.bind(&Place::Inet(([127, 0, 0, 1], port).into())).unwrap();
    let outside = UdpSocket::bind("127.0.0.1:0").unwrap();
    outside.set_read_timeout(Some(DEADLINE)).unwrap();
    outside.send_to(b"question", ("127.0.0.1", port)).unwrap();
    let mut buf = [0; 4];
    let got = rig.until(&guest, PollEvents::IN, || guest.recv(&mut buf, RecvHow::default())).unwrap();
    let from = SockAddr::Inet(outside.local_addr().unwrap());
    assert_eq!((got.n, got.message, got.from), (4, Some(8), Some(from)));
    guest.send(b"answer", Some(&Place::Inet(outside.local_addr().unwrap())), None).unwrap();
    let mut buf = [0; 9];
    assert_eq!(outside.recv_from(&mut buf).unwrap().0, 6);
    let refused = guest.send(b"x", Some(&Place::Inet("192.0.2.1:9".parse().unwrap())), None).unwrap_err();
    assert_eq!(refused.errno, Errno::EACCES);
}

#[test]
fn interfaces_are_told_to_who_may_use_them() {
    use gopherix_kernel::platform::HostNet;
    let rig = rig(&[]);
    let all = HostNetwork::new(rig.runtime.handle().clone()).interfaces().unwrap();
    let lo = all.iter().find(|one| one.name == "lo").unwrap();
    assert!(lo.addresses.contains(&(std::net::Ipv4Addr::LOCALHOST.into(), 8)));
    assert!(lo.index > 0 && lo.mtu > 1000 && lo.flags & 0x8 != 0);
}

#[test]
fn a_name_that_is_not_known_is_enoent() {
    use gopherix_kernel::platform::HostNet;
    let rig = rig(&[]);
    let network = HostNetwork::new(rig.runtime.handle().clone());
    let found = rig.runtime.block_on(network.resolve("localhost")).unwrap();
    assert!(found.iter().all(|ip| ip.is_loopback()));
    let missing = rig.runtime.block_on(network.resolve("no-such-host.invalid")).unwrap_err();
    assert!(matches!(missing.errno, Errno::ENOENT | Errno::EAGAIN), "{missing:?}");
}
