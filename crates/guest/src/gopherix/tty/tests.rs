//! Terminals as a guest calls for them: the wire, and hostile arguments.

use std::sync::Arc;

use gopherix_abi::{AccessMode, At, Mode, OpenFlags, Rights};
use gopherix_kernel::fs::devfs::DevFs;
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::task::ProcessSpec;
use gopherix_kernel::testing::{Driven, TestPlatform};
use gopherix_kernel::vfs::{MountFlags, MountTable};
use gopherix_kernel::{Kernel, os_wasm};

use super::*;

const SIZE: u32 = 256;
const MASTER: u32 = 0;
const TERMINAL: u32 = 1;
const DEVICE: u32 = 2;
const EVERYTHING: [u32; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, u32::MAX];

struct Rig {
    cx: Cx,
    bytes: Vec<u8>,
}

/// A session's leader with a master, its terminal and `/dev/null`.
fn rig() -> Rig {
    let platform = TestPlatform::new(1, 1);
    let devfs = Arc::new(DevFs::new(platform.clone()));
    let kernel = Kernel::boot(platform, MountTable::new(devfs.clone(), MountFlags::empty()), None);
    devfs.set_kernel(&kernel);
    let process = kernel.create_process(Pid(0), ProcessSpec::default()).unwrap();
    os_wasm::osinit(&kernel, &process, Vec::new()).unwrap();
    let mut cx = os_wasm::mpreinit(&kernel, &process);
    assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
    for path in ["/ptmx", "/pts/0", "/null"] {
        let (flags, all) = (OpenFlags::empty(), Rights::all());
        cx.sys_openat(At::Cwd, path.as_bytes(), flags, AccessMode::ReadWrite, Mode(0), all, all).unwrap();
    }
    Rig { cx, bytes: vec![0; SIZE.try_into().unwrap()] }
}

impl Rig {
    fn get(&mut self, fd: u32, what: u32, buf: u32, len: u32) -> Result<(), Errno> {
        tty_get(&mut self.cx, &mut SliceMemory(&mut self.bytes), fd, what, buf, len).map_err(|e| e.errno)
    }

    fn set(&mut self, fd: u32, what: u32, buf: u32, len: u32) -> Result<(), Errno> {
        let mut mem = SliceMemory(&mut self.bytes);
        match Driven::new(tty_set(&mut self.cx, &mut mem, fd, what, buf, len)).poll() {
            std::task::Poll::Ready(done) => done.map_err(|e| e.errno),
            std::task::Poll::Pending => panic!("it waits"),
        }
    }
}

#[test]
fn settings_are_linuxs_struct() {
    let mut rig = rig();
    assert_eq!(rig.get(TERMINAL, tty::TERMIOS, 8, 36), Ok(()));
    let standard = b"\x00\x05\0\0\x05\0\0\0\xbf\0\0\0\x3b\x8a\0\0\0\x03\x1c\x7f\x15\x04\0\x01\0\x11\x13\x1a\0\x12\x0f\x17\x16\0\0\0";
    assert_eq!(&rig.bytes[8..44], standard);
    assert!(rig.bytes[44..].iter().all(|byte| *byte == 0));
    rig.bytes[8 + 12] &= !8;
    for what in [tty::TERMIOS, tty::TERMIOS_DRAIN, tty::TERMIOS_FLUSH] {
        assert_eq!(rig.set(MASTER, what, 8, 36), Ok(()));
    }
    let set = rig.bytes[8..44].to_vec();
    assert_eq!(rig.get(TERMINAL, tty::TERMIOS, 100, 36), Ok(()));
    assert_eq!(rig.bytes[100..136], set);
    rig.bytes[8 + 16] = 1;
    assert_eq!(rig.set(TERMINAL, tty::TERMIOS, 8, 36), Err(Errno::EINVAL), "another line discipline");
}

#[test]
fn the_window_is_four_short_words() {
    let mut rig = rig();
    rig.bytes[..8].copy_from_slice(&[24, 0, 80, 0, 1, 2, 3, 4]);
    assert_eq!(rig.set(MASTER, tty::WINSIZE, 0, 8), Ok(()));
    assert_eq!(rig.get(TERMINAL, tty::WINSIZE, 16, 8), Ok(()));
    assert_eq!(rig.bytes[16..24], [24, 0, 80, 0, 1, 2, 3, 4]);
}

#[test]
fn a_leader_takes_the_terminal_and_gives_the_foreground() {
    let mut rig = rig();
    let pid = rig.cx.process.pid.0;
    assert_eq!(rig.get(TERMINAL, tty::FOREGROUND, 0, 4), Err(Errno::ENOTTY));
    assert_eq!(rig.set(TERMINAL, tty::CONTROLLING, 0, 0), Ok(()));
    for what in [tty::FOREGROUND, tty::SESSION] {
        rig.bytes[..4].fill(0xff);
        assert_eq!(rig.get(TERMINAL, what, 0, 4), Ok(()));
        assert_eq!(rig.bytes[..4], pid.to_le_bytes());
    }
    assert_eq!(rig.set(TERMINAL, tty::FOREGROUND, 0, 4), Ok(()));
    for bad in [0, pid + 1000, u32::MAX] {
        rig.bytes[..4].copy_from_slice(&bad.to_le_bytes());
        assert!(matches!(rig.set(TERMINAL, tty::FOREGROUND, 0, 4), Err(Errno::EINVAL | Errno::ESRCH)), "{bad}");
    }
    assert_eq!(rig.get(MASTER, tty::PTY_NUMBER, 0, 4), Ok(()));
    assert_eq!(rig.bytes[..4], [0; 4]);
}

#[test]
fn hostile_arguments_have_no_effect() {
    let mut rig = rig();
    let before = rig.bytes.clone();
    for what in EVERYTHING {
        for fd in [DEVICE, 3, u32::MAX] {
            assert!(rig.get(fd, what, 0, 64).is_err() && rig.set(fd, what, 0, 64).is_err(), "{fd} {what}");
        }
        for (buf, len) in [(SIZE - 3, 64), (u32::MAX, 64), (0, 3), (u32::MAX, u32::MAX)] {
            let set = what != tty::CONTROLLING && rig.set(TERMINAL, what, buf, len).is_ok();
            assert!(rig.get(TERMINAL, what, buf, len).is_err() && !set, "{what} at {buf:#x}, {len} bytes");
        }
    }
    assert_eq!(rig.bytes, before);
    assert_eq!(rig.get(TERMINAL, tty::CONTROLLING, 0, 64), Err(Errno::EINVAL));
    for what in [tty::SESSION, tty::PTY_NUMBER] {
        assert_eq!(rig.set(TERMINAL, what, 0, 64), Err(Errno::EINVAL));
    }
}
