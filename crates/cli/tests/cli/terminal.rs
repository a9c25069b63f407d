//! The user's terminal is left as it was, whatever happens to the program.

use crate::pty::Terminal;
use crate::support::{ended, run_go};

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
