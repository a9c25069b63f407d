//! The user's terminal is left as it was, whatever happens to the program.

use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;

use rustix::fs::{Mode, OFlags, fcntl_getfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, tcgetattr};

use crate::support::{Run, ended, run_go};

/// A terminal: the side of the screen and keyboard, and the side that programs get.
struct Terminal {
    master: std::fs::File,
    slave: OwnedFd,
}

impl Terminal {
    fn new() -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        Terminal { master: master.into(), slave }
    }

    /// With all three streams on it, sharing one description, as a shell's children do.
    fn start(&self, run: Run) -> Child {
        let side = || self.slave.try_clone().unwrap().into();
        run.start(side(), side(), side())
    }

    /// What a program or a shell would notice: modes, characters, flags of the shared description.
    fn state(&self) -> (String, OFlags) {
        let termios: Termios = tcgetattr(self.slave.as_fd()).unwrap();
        (format!("{termios:?}"), fcntl_getfl(&self.slave).unwrap())
    }

    fn types(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).unwrap();
    }

    /// Reads what is shown until this is.
    fn shows(&mut self, text: &str) -> String {
        let mut shown = Vec::new();
        let mut buffer = [0; 1024];
        while !String::from_utf8_lossy(&shown).contains(text) {
            let n = self.master.read(&mut buffer).unwrap();
            shown.extend_from_slice(&buffer[..n]);
        }
        String::from_utf8(shown).unwrap()
    }
}

#[test]
fn a_line_is_read_and_the_terminal_left_as_it_was() {
    let mut terminal = Terminal::new();
    let before = terminal.state();
    let child = terminal.start(run_go([""; 0]).args(["say", "name?", "then", "line"]));
    terminal.shows("name?\r\n");
    terminal.types("gopher\n");
    let shown = terminal.shows("read gopher\r\n");
    assert!(!shown.contains("compiling") && !shown.contains('\x1b'), "{shown:?}");
    assert_eq!(ended(child).code(), Some(0));
    assert_eq!(terminal.state(), before);
}

#[test]
fn a_timeout_leaves_the_terminal_as_it_was() {
    for what in ["loop", "sleep", "line"] {
        let mut terminal = Terminal::new();
        let before = terminal.state();
        let child = terminal.start(run_go(["--timeout", "300ms"]).args(["say", "up", "then", what]));
        terminal.shows("up\r\n");
        terminal.shows("(--timeout)\r\n");
        assert_eq!(ended(child).code(), Some(124));
        assert_eq!(terminal.state(), before, "{what}");
    }
}

#[test]
fn a_kill_leaves_the_terminal_as_it_was() {
    for signal in [rustix::process::Signal::KILL, rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        for what in ["loop", "line"] {
            let mut terminal = Terminal::new();
            let before = terminal.state();
            let child = terminal.start(run_go([""; 0]).args(["say", "up", "then", what]));
            terminal.shows("up\r\n");
            rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
            use std::os::unix::process::ExitStatusExt;
            assert_eq!(ended(child).signal(), Some(signal.as_raw()));
            assert_eq!(terminal.state(), before, "{what}");
        }
    }
}
