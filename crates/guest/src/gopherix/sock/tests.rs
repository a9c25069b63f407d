//! Sockets as a guest calls them: the wire, and hostile arguments.

#![expect(clippy::as_conversions, clippy::arithmetic_side_effects, reason = "test code may panic")]

use std::sync::Arc;

use gopherix_abi::gopherix::cmsg;
use gopherix_abi::sockopt::{SCM_RIGHTS, SO_ERROR, SO_LINGER, SO_TYPE, SOL_SOCKET};
use gopherix_kernel::fs::memfs::MemFs;
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::platform::Platform;
use gopherix_kernel::task::{Process, ProcessSpec};
use gopherix_kernel::testing::{Driven, TestPlatform};
use gopherix_kernel::vfs::{MountFlags, MountTable};
use gopherix_kernel::{Kernel, os_wasm};

use super::*;

const SIZE: usize = 4096;
const INET: u32 = 2;
const UNIX: u32 = 1;
const STREAM: u32 = 1;
const DGRAM: u32 = 2;
const NONBLOCK: u32 = 0o4000;

struct Rig {
    cx: Cx,
    process: Arc<Process>,
    bytes: Vec<u8>,
}

fn rig() -> Rig {
    let platform = TestPlatform::new(1, 1);
    let clock = {
        let platform = platform.clone();
        Arc::new(move || platform.wall_time())
    };
    let mounts = MountTable::new(Arc::new(MemFs::new(clock, None)), MountFlags::empty());
    let kernel = Kernel::boot(platform, mounts, None);
    let process = kernel.create_process(gopherix_abi::Pid(0), ProcessSpec::default()).unwrap();
    os_wasm::osinit(&kernel, &process, Vec::new()).unwrap();
    let mut cx = os_wasm::mpreinit(&kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    Rig { cx, process, bytes: vec![0; SIZE] }
}

/// A call of a function, waiting or not.
macro_rules! call {
    ($rig:ident.$function:ident($($arg:expr),*)) => {
        errno($function(&mut $rig.cx, &mut SliceMemory(&mut $rig.bytes), $($arg),*))
    };
    ($rig:ident.$function:ident($($arg:expr),*).await) => {
        match Driven::new($function(&mut $rig.cx, &mut SliceMemory(&mut $rig.bytes), $($arg),*)).poll() {
            std::task::Poll::Ready(done) => errno(done),
            std::task::Poll::Pending => Err(Errno::EINPROGRESS),
        }
    };
}

fn errno(result: SysResult<()>) -> Result<(), Errno> {
    result.map_err(|e| e.errno)
}

impl Rig {
    fn word(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes[at..at + 4].try_into().unwrap())
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn open(&mut self, family: u32, kind: u32) -> u32 {
        call!(self.sock_open(family, kind, 0, 0)).unwrap();
        self.word(0)
    }

    fn fds(&self) -> usize {
        self.process.fds.lock().iter().count()
    }

    /// A listener on 127.0.0.1:80.
    fn listener(&mut self) -> u32 {
        let fd = self.open(INET, STREAM | NONBLOCK);
        self.put(64, &[2, 0, 0, 80, 0, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        call!(self.sock_bind(fd, 64, 24)).unwrap();
        call!(self.sock_listen(fd, 5)).unwrap();
        fd
    }
}

#[test]
fn a_connection_over_the_wire() {
    let mut rig = rig();
    let listener = rig.listener();
    let client = rig.open(INET, STREAM);
    call!(rig.sock_connect(client, 64, 24).await).unwrap();
    rig.put(128, &128u32.to_le_bytes());
    call!(rig.sock_accept(listener, 0o2_000_000, 0, 256, 128).await).unwrap();
    let server = rig.word(0);
    assert_eq!(rig.word(128), 24);
    assert_eq!(rig.bytes[256..258], [2, 0]);
    assert_eq!(rig.bytes[264..268], [127, 0, 0, 1]);
    assert!(u16::from_be_bytes([rig.bytes[258], rig.bytes[259]]) >= 32768);
    // With little room, the address is cut off and its true size told.
    rig.put(128, &4u32.to_le_bytes());
    rig.put(256, &[9; 8]);
    call!(rig.sock_name(client, 1, 256, 128)).unwrap();
    assert_eq!((rig.word(128), &rig.bytes[256..264]), (24, &[2, 0, 0, 80, 9, 9, 9, 9][..]));
    rig.put(512, b"hello");
    call!(rig.sock_send(client, 512, 5, 0, 0, 0, 0, 0, 0).await).unwrap();
    assert_eq!(rig.word(0), 5);
    rig.put(128, &128u32.to_le_bytes());
    call!(rig.sock_recv(server, 600, 16, 0, 0, 0x40, 4, 256, 128, 0).await).unwrap();
    assert_eq!((rig.word(0), rig.word(4), rig.word(128), &rig.bytes[600..605]), (5, 0, 0, &b"hello"[..]));
    assert_eq!(call!(rig.sock_recv(server, 600, 16, 0, 0, 0x40, 4, 0, 0, 0).await), Err(Errno::EAGAIN));
}

#[test]
fn options_over_the_wire() {
    let mut rig = rig();
    let fd = rig.open(INET, STREAM);
    let get = |rig: &mut Rig, name| {
        rig.put(128, &8u32.to_le_bytes());
        call!(rig.sock_getopt(fd, SOL_SOCKET, name, 256, 128)).map(|()| (rig.word(128), rig.word(256), rig.word(260)))
    };
    assert_eq!(get(&mut rig, SO_TYPE).map(|got| (got.0, got.1)), Ok((4, 1)));
    assert_eq!(get(&mut rig, SO_ERROR).map(|got| got.1), Ok(0));
    rig.put(300, &[1, 0, 0, 0, 7, 0, 0, 0]);
    assert_eq!(call!(rig.sock_setopt(fd, SOL_SOCKET, SO_LINGER, 300, 4)), Err(Errno::EINVAL));
    call!(rig.sock_setopt(fd, SOL_SOCKET, SO_LINGER, 300, 8)).unwrap();
    assert_eq!(get(&mut rig, SO_LINGER), Ok((8, 1, 7)));
    assert_eq!(get(&mut rig, 9999), Err(Errno::ENOPROTOOPT));
    assert_eq!(call!(rig.sock_setopt(fd, 6, 4, 300, 4)), Ok(()), "TCP_KEEPIDLE");
    rig.put(300, &0u32.to_le_bytes());
    assert_eq!(call!(rig.sock_setopt(fd, 6, 4, 300, 4)), Err(Errno::EINVAL));
}

#[test]
fn descriptors_over_the_wire() {
    let mut rig = rig();
    call!(rig.sock_pair(UNIX, DGRAM, 0, 0)).unwrap();
    let (a, b) = (rig.word(0), rig.word(4));
    let other = rig.open(INET, STREAM);
    let header = [16, SOL_SOCKET, SCM_RIGHTS, other].map(u32::to_le_bytes).concat();
    rig.put(300, &header);
    call!(rig.sock_send(a, 512, 1, 300, 16, 0, 0, 0, 0).await).unwrap();
    rig.put(128, &64u32.to_le_bytes());
    call!(rig.sock_recv(b, 600, 16, 700, 128, 0, 4, 0, 0, 0).await).unwrap();
    assert_eq!((rig.word(128), rig.word(4)), (16, 0));
    assert_eq!([rig.word(700), rig.word(704), rig.word(708)], [16, SOL_SOCKET, SCM_RIGHTS]);
    assert_eq!(rig.word(712), other + 1);
    for bad in [[8, 1, 1, other], [17, 1, 1, other], [u32::MAX, 1, 1, other], [16, 1, 2, other], [16, 1, 1, 99]] {
        rig.put(300, &bad.map(u32::to_le_bytes).concat());
        let errno = if bad[3] == 99 { Errno::EBADF } else { Errno::EINVAL };
        assert_eq!(call!(rig.sock_send(a, 512, 1, 300, 16, 0, 0, 0, 0).await), Err(errno), "{bad:?}");
    }
    assert_eq!(cmsg::HEADER, 12);
}

#[test]
fn names_and_interfaces_over_the_wire() {
    let mut rig = rig();
    rig.put(300, b"localhost");
    assert_eq!(call!(rig.sock_resolve(300, 9, 0, 400, 24, 0).await), Err(Errno::EOVERFLOW));
    assert_eq!(rig.word(0), 48);
    call!(rig.sock_resolve(300, 9, 0, 400, 48, 0).await).unwrap();
    assert_eq!((rig.bytes[400], &rig.bytes[408..412], rig.bytes[424]), (2, &[127, 0, 0, 1][..], 10));
    call!(rig.sock_interfaces(400, 1000, 0)).unwrap();
    assert_eq!((rig.word(0), rig.word(400), rig.word(404)), (100, 100, 1));
    assert_eq!((&rig.bytes[416..419], rig.word(432)), (&b"lo\0"[..], 2));
    assert_eq!((rig.bytes[444], rig.word(468), rig.bytes[472], rig.word(496)), (2, 8, 10, 128));
}

#[test]
fn addresses_that_are_none() {
    let mut rig = rig();
    let fd = rig.open(INET, STREAM);
    for (bytes, errno) in [
        (&[][..], Errno::EINVAL),
        (&[2], Errno::EINVAL),
        (&[2, 0, 0, 80], Errno::EINVAL),
        (&[9; 24], Errno::EAFNOSUPPORT),
        (&[0; 24], Errno::EAFNOSUPPORT),
        (&[1, 0, 0, 0, 0, 0, 0, 0, b'/'], Errno::EAFNOSUPPORT),
        (&[10; 24], Errno::EAFNOSUPPORT),
        (&[2; 117], Errno::EINVAL),
    ] {
        rig.put(300, bytes);
        let bound = call!(rig.sock_bind(fd, 300, bytes.len() as u32));
        assert_eq!(bound, Err(errno), "{bytes:?}");
    }
    assert_eq!(call!(rig.sock_bind(fd, 4090, 24)), Err(Errno::EFAULT));
}

#[test]
fn bad_pointers_have_no_effect() {
    let mut rig = rig();
    let listener = rig.listener();
    let client = rig.open(INET, STREAM);
    call!(rig.sock_connect(client, 64, 24).await).unwrap();
    rig.put(128, &64u32.to_le_bytes());
    let fds = rig.fds();
    for bad in [SIZE as u32 - 3, u32::MAX - 3, u32::MAX] {
        assert_eq!(call!(rig.sock_open(INET, STREAM, 0, bad)), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_pair(UNIX, STREAM, 0, bad - 4)), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_accept(listener, 0, bad, 0, 0).await), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_accept(listener, 0, 0, bad, 128).await), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_accept(listener, 0, 0, 256, bad).await), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_send(client, 512, 1, 0, 0, 0, 0, 0, bad).await), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_send(client, bad, 8, 0, 0, 0, 0, 0, 0).await), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_recv(client, bad, 8, 0, 0, 0x40, 0, 0, 0, 0).await), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_recv(client, 0, 8, 256, bad, 0x40, 0, 0, 0, 0).await), Err(Errno::EFAULT));
        assert_eq!(call!(rig.sock_resolve(bad, 9, 0, 0, 8, 0).await), Err(Errno::EFAULT));
    }
    assert_eq!(rig.fds(), fds);
    call!(rig.sock_accept(listener, 0, 0, 0, 0).await).unwrap();
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn random_arguments_bring_nothing_down() {
    let seed = 11;
    let mut state = seed;
    for _ in 0..20 {
        let mut rig = rig();
        for _ in 0..2000 {
            let mut arg = || {
                let n = next(&mut state);
                match n % 12 {
                    0..=5 => (n >> 8) as u32 % 12,
                    6 => (n >> 8) as u32 % SIZE as u32,
                    7 => SIZE as u32 - (n >> 8) as u32 % 16,
                    8 => u32::MAX - (n >> 8) as u32 % 16,
                    9 => 1 << ((n >> 8) % 32),
                    10 => 64,
                    _ => 24,
                }
            };
            let (a, b, c, d, e, f) = (arg(), arg(), arg(), arg(), arg(), arg());
            let _ = match arg() {
                0 => call!(rig.sock_open(a, b, c, d)),
                1 => call!(rig.sock_pair(a, b, c, d)),
                2 => call!(rig.sock_bind(a, b, c)),
                3 => call!(rig.sock_connect(a, b, c).await),
                4 => call!(rig.sock_listen(a, b)),
                5 => call!(rig.sock_accept(a, b, c, d, e).await),
                6 => call!(rig.sock_name(a, b, c, d)),
                7 => call!(rig.sock_getopt(a, b, c, d, e)),
                8 => call!(rig.sock_setopt(a, b, c, d, e)),
                9 => call!(rig.sock_recv(a, b, c, d, e, f | 0x40, c, d, e, f).await),
                10 => call!(rig.sock_send(a, b, c, d, e, f | 0x40, c, d, e).await),
                11 => call!(rig.sock_resolve(a, b, c, d, e, f).await),
                _ => call!(rig.sock_interfaces(a, b, c)),
            };
            let at = arg() as usize % (SIZE - 32);
            let pokes: &[&[u8]] = &[
                &[2, 0, 0, 80, 0, 0, 0, 0, 127, 0, 0, 1],
                &[1, 0, 0, 0, 0, 0, 0, 0, 0, b'x'],
                &[1, 0, 0, 0, 0, 0, 0, 0, b'/', b's'],
            ];
            rig.put(at, pokes[arg() as usize % 3]);
        }
    }
}
