//! A terminal for programs to be started on.

use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags, fcntl_getfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

use crate::support::{DEADLINE, Run};

/// A terminal: the side of the screen and keyboard, and the side that programs get.
pub(crate) struct Terminal {
    master: OwnedFd,
    slave: OwnedFd,
    /// What was shown and not looked at yet.
    shown: Vec<u8>,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC).unwrap();
        Terminal { master, slave, shown: Vec::new() }
    }

    /// The side that programs get.
    pub(crate) fn side(&self) -> Stdio {
        self.slave.try_clone().unwrap().into()
    }

    /// With all three streams on it, sharing one description, as a shell's children do.
    pub(crate) fn start(&self, run: Run) -> Child {
        run.start(self.side(), self.side(), self.side())
    }

    /// What a program or a shell would notice: modes, characters, flags of the shared description.
    pub(crate) fn state(&self) -> (String, OFlags) {
        let termios: Termios = tcgetattr(self.slave.as_fd()).unwrap();
        (format!("{termios:?}"), fcntl_getfl(&self.slave).unwrap())
    }

    pub(crate) fn types(&self, text: &str) {
        assert_eq!(rustix::io::write(&self.master, text.as_bytes()), Ok(text.len()));
    }

    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.master, size).unwrap();
    }

    /// Reads what is shown until this is.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> String {
        let began = Instant::now();
        loop {
            if let Some(at) = self.shown.windows(text.len()).position(|part| part == text.as_bytes()) {
                let looked_at: Vec<u8> = self.shown.drain(..at + text.len()).collect();
                return String::from_utf8(looked_at).unwrap();
            }
            let Some(left) = DEADLINE.checked_sub(began.elapsed()) else {
                panic!("not shown: {text:?}; this is: {:?}", String::from_utf8_lossy(&self.shown));
            };
            self.look(left);
        }
    }

    fn look(&mut self, patience: Duration) {
        let mut fds = [PollFd::new(&self.master, PollFlags::IN)];
        let timeout = rustix::time::Timespec { tv_sec: patience.as_secs().max(1).cast_signed(), tv_nsec: 0 };
        if poll(&mut fds, Some(&timeout)).unwrap() > 0 {
            let mut buffer = [0; 1024];
            let n = rustix::io::read(&self.master, &mut buffer).unwrap();
            self.shown.extend_from_slice(&buffer[..n]);
        }
    }
}
