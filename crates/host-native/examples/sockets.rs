//! What a round trip and a byte cost on TCP connections: inside one kernel, and over the host's loopback.
//!
//! Two tasks of an executor with two threads, which wait as guests' system calls do; no guest code runs.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a measurement by hand"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use gopherix_abi::sockopt::{SOL_TCP, TCP_NODELAY};
use gopherix_abi::{Errno, Pid, PollEvents, SockAddr, SockFamily, SockType};
use gopherix_host_native::NetPolicy;
use gopherix_host_native::clock::NativePlatform;
use gopherix_host_native::net::HostNetwork;
use gopherix_kernel::file::{File, wait_any};
use gopherix_kernel::fs::memfs::MemFs;
use gopherix_kernel::net::{Net, Place, RecvHow, Socket, Ucred};
use gopherix_kernel::platform::Platform;
use gopherix_kernel::vfs::{MountFlags, MountTable};
use gopherix_kernel::{Kernel, SysResult};

const ROUNDS: u32 = 50_000;
const BYTES: usize = 1 << 30;

async fn until<T>(socket: &Arc<Socket>, events: PollEvents, mut attempt: impl FnMut() -> SysResult<T>) -> T {
    let file: Arc<dyn File> = socket.clone();
    loop {
        match attempt() {
            Err(e) if matches!(e.errno, Errno::EAGAIN | Errno::EINPROGRESS) => {}
            done => return done.unwrap(),
        }
        wait_any(vec![file.wait(events)], || file.ready().intersects(events).then_some(())).await;
    }
}

async fn read(socket: &Arc<Socket>, buf: &mut [u8]) -> usize {
    until(socket, PollEvents::IN, || socket.recv(buf, RecvHow::default())).await.n
}

async fn write_all(socket: &Arc<Socket>, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let n = until(socket, PollEvents::OUT, || socket.send(bytes, None, None)).await;
        bytes = &bytes[n..];
    }
}

fn open(net: &Arc<Net>) -> Arc<Socket> {
    let owner = Ucred { pid: Pid(1), uid: 0, gid: 0 };
    net.open(SockFamily::Inet, SockType::Stream, 0, owner).unwrap()
}

/// A connection between two kernels, or within one.
async fn connection(client: &Arc<Net>, server: &Arc<Net>) -> (Arc<Socket>, Arc<Socket>) {
    let (listener, socket) = (open(server), open(client));
    listener.bind(&Place::Inet(SocketAddr::from(([127, 0, 0, 1], 0)))).unwrap();
    listener.listen(1).unwrap();
    let SockAddr::Inet(address) = listener.local().unwrap() else { return (listener, socket) };
    let place = Place::Inet(address);
    let _ = socket.connect(&place);
    let accepted = until(&listener, PollEvents::IN, || listener.accept()).await;
    for end in [&socket, &accepted] {
        end.set_option(SOL_TCP, TCP_NODELAY, 1).unwrap();
    }
    (socket, accepted)
}

async fn measure(what: &str, client: Arc<Net>, server: Arc<Net>) {
    let (near, far) = connection(&client, &server).await;
    let echo = tokio::spawn(async move {
        let mut buf = [0; 1];
        while read(&far, &mut buf).await > 0 {
            write_all(&far, &buf).await;
        }
    });
    let began = Instant::now();
    for _ in 0..ROUNDS {
        write_all(&near, b"x").await;
        read(&near, &mut [0; 1]).await;
    }
    let round = began.elapsed() / ROUNDS;
    drop(near);
    echo.await.unwrap();
    let (near, far) = connection(&client, &server).await;
    let began = Instant::now();
    let writer = tokio::spawn(async move {
        let block = vec![0; 64 * 1024];
        for _ in 0..BYTES / block.len() {
            write_all(&near, &block).await;
        }
    });
    let (mut buf, mut done) = (vec![0; 64 * 1024], 0);
    while done < BYTES {
        done += read(&far, &mut buf).await;
    }
    writer.await.unwrap();
    let rate = BYTES as f64 / began.elapsed().as_secs_f64() / 1e9;
    println!("{what}: {} ns a round trip of 1 byte, {rate:.2} GB/s", round.as_nanos());
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let kernel = || {
        let platform = NativePlatform::new(1, None).unwrap();
        let clock = platform.clone();
        let root = Arc::new(MemFs::new(Arc::new(move || clock.wall_time()), None));
        let kernel = Kernel::boot(platform, MountTable::new(root, MountFlags::empty()), None);
        let host = Arc::new(HostNetwork::new(runtime.handle().clone()));
        kernel.net().attach(host, NetPolicy::everything().rules());
        kernel
    };
    let (one, other) = (kernel(), kernel());
    runtime.block_on(async {
        measure("inside one kernel", one.net().clone(), one.net().clone()).await;
        measure("over the host", one.net().clone(), other.net().clone()).await;
    });
}
