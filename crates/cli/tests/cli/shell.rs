//! Job control: the shell and the tools of `examples`, on a terminal. The same script, natively on Linux and on gopherix.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::OnceLock;

use rustix::process::{Pid, Signal, kill_process};

use crate::pty::Terminal;
use crate::support::{ended, go, go_env, gopherix, poll, target, temp};

const TOOLS: [&str; 8] = ["cat", "echo", "ls", "sleep", "stty", "trap", "wc", "yes"];

/// Where the shell runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Linux,
    Gopherix,
}

/// A shell on a terminal, in a session of its own.
struct Desk {
    terminal: Terminal,
    child: Child,
}

impl Desk {
    fn new(home: Home) -> Desk {
        let terminal = Terminal::new();
        let mut command = Command::new(native("tools"));
        command.arg("setsid").env_clear();
        match home {
            Home::Linux => command.arg(native("shell")).env("PATH", bin(home)),
            Home::Gopherix => command
                .arg(env!("CARGO_BIN_EXE_gopherix"))
                .arg("run")
                .args(["--env", "PATH=/bin", "--dir"])
                .arg(format!("{}::/bin:ro", bin(home).display()))
                .arg(ported("shell"))
                .env("GOPHERIX_CACHE", target("cli-cache")),
        };
        let child = command.stdin(terminal.side()).stdout(terminal.side()).stderr(terminal.side()).spawn().unwrap();
        let mut desk = Desk { terminal, child };
        desk.shows("$ ");
        desk
    }

    fn types(&self, text: &str) {
        self.terminal.types(text);
    }

    #[track_caller]
    fn shows(&mut self, text: &str) -> String {
        self.terminal.shows(text)
    }

    /// Types a command, and reads what it shows up to the next prompt.
    #[track_caller]
    fn runs(&mut self, line: &str) -> String {
        self.types(&format!("{line}\n"));
        self.shows(&format!("{line}\r\n"));
        let shown = self.shows("$ ");
        shown.strip_suffix("$ ").unwrap().replace("\r\n", "\n")
    }

    /// Starts cat in the foreground, which is there once it has said a word.
    #[track_caller]
    fn cat(&mut self, line: &str) {
        self.types(&format!("{line}\nword\n"));
        self.shows("word\r\nword\r\n");
    }

    /// Asks for the jobs until one of them is so.
    fn waits_for(&mut self, state: &str) {
        poll(state, || self.runs("jobs").contains(state).then_some(()));
    }

    fn exits(mut self, code: i32) -> Terminal {
        self.types(&format!("exit {code}\n"));
        self.shows(&format!("exit {code}\r\n"));
        assert_eq!(ended(self.child).code(), Some(code));
        self.terminal
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// An example, built for this machine.
fn native(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        for name in ["shell", "tools"] {
            let mut command = Command::new(go());
            command.current_dir(example(name)).envs(go_env()).args(["build", "-buildvcs=false", "-o"]);
            let result = command.arg(target(&format!("{name}-native"))).arg(".").output().unwrap();
            assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
        }
    });
    target(&format!("{name}-native"))
}

/// An example, built by `gopherix build`, and compiled.
fn ported(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        for name in ["shell", "tools"] {
            let run = gopherix(["build", "-buildvcs=false", "-o"]).args([target(&format!("{name}-ported.wasm"))]);
            let run = run
                .current_dir(&example(name))
                .env("GOPHERIX_GO", go())
                .env("HOME", std::env::var_os("HOME").unwrap_or_default());
            go_env().iter().fold(run, |run, (name, value)| run.env(name, value)).done().expect(0);
        }
        let compile =
            |name: &str| gopherix(["run", "--compiler=optimizing"]).args([target(&format!("{name}-ported.wasm"))]);
        compile("shell").args(["-c", ":"]).done().expect(0);
        compile("tools").args(["true"]).done().expect(0);
    });
    target(&format!("{name}-ported.wasm"))
}

/// A folder with the tools.
fn bin(home: Home) -> PathBuf {
    let (folder, tools) = match home {
        Home::Linux => (target("bin-native"), native("tools")),
        Home::Gopherix => (target("bin-ported"), ported("tools")),
    };
    std::fs::create_dir_all(&folder).unwrap();
    for tool in TOOLS {
        // Other tests may use it meanwhile: each name is there at all times.
        let new = folder.join(format!(".{tool}-{}", std::process::id()));
        std::fs::hard_link(&tools, &new).unwrap();
        std::fs::rename(&new, folder.join(tool)).unwrap();
        let _ = std::fs::remove_file(&new);
    }
    folder
}

/// One test for each home.
macro_rules! on_both {
    ($($name:ident;)*) => {
        mod linux {
            $(#[test] fn $name() { super::$name(super::Home::Linux) })*
        }
        mod ported {
            $(#[test] fn $name() { super::$name(super::Home::Gopherix) })*
        }
    };
}

on_both! {
    lines_are_run;
    an_interrupt_is_the_foreground_groups;
    a_stopped_job_goes_on;
    who_reads_in_the_background_stands_still;
    the_windows_size_is_told;
    signals_of_keys_can_be_handled;
    settings_are_the_terminals;
}

fn lines_are_run(home: Home) {
    let mut desk = Desk::new(home);
    assert_eq!(desk.runs("echo hello | cat | wc"), "1 1 6\n");
    assert_eq!(
        desk.runs("cat /nowhere || echo no && echo yes; echo $?").lines().skip(1).collect::<Vec<_>>(),
        ["no", "yes", "0"]
    );
    assert_eq!(desk.runs("x=5; echo '$x' \"$x\" $(echo in $x)"), "$x 5 in 5\n");
    assert_eq!(desk.runs("yes | cat | nowhere; echo $?").lines().last(), Some("127"));
    desk.exits(7);
}

fn an_interrupt_is_the_foreground_groups(home: Home) {
    let mut desk = Desk::new(home);
    desk.runs("sleep 1000 &");
    desk.cat("cat | cat");
    desk.types("\x03");
    desk.shows("^C");
    desk.shows("$ ");
    assert_eq!(desk.runs("echo $?"), "130\n");
    assert_eq!(desk.runs("jobs"), "[1]   Running   sleep 1000\n");
    desk.types("half a line\x03");
    desk.shows("$ ");
    assert_eq!(desk.runs("echo still there"), "still there\n");
    desk.runs("kill %1");
    desk.waits_for("terminated");
    desk.exits(0);
}

fn a_stopped_job_goes_on(home: Home) {
    let mut desk = Desk::new(home);
    desk.cat("cat | cat");
    desk.types("\x1a");
    desk.shows("[1]+  Stopped   cat | cat\r\n$ ");
    assert_eq!(desk.runs("echo $?"), "148\n");
    assert_eq!(desk.runs("jobs"), "[1]   Stopped   cat | cat\n");
    desk.types("fg\n");
    desk.shows("cat | cat\r\n");
    desk.types("on\n");
    desk.shows("on\r\non\r\n");
    desk.types("\x04");
    desk.shows("$ ");
    assert_eq!(desk.runs("echo $?; jobs"), "0\n");
    desk.exits(0);
}

fn who_reads_in_the_background_stands_still(home: Home) {
    let mut desk = Desk::new(home);
    desk.runs("cat &");
    desk.waits_for("Stopped");
    desk.types("fg\n");
    desk.shows("cat\r\n");
    desk.types("mine\n");
    desk.shows("mine\r\nmine\r\n");
    desk.types("\x04");
    desk.shows("$ ");
    desk.exits(0);
}

fn the_windows_size_is_told(home: Home) {
    let mut desk = Desk::new(home);
    desk.terminal.resize(33, 77);
    assert_eq!(desk.runs("stty size").lines().last(), Some("33 77"));
    desk.types("trap\n");
    desk.shows("trapping\r\n");
    desk.terminal.resize(44, 99);
    desk.shows("44 99\r\n");
    desk.types("\x1a");
    desk.shows("Stopped   trap\r\n$ ");
    desk.runs("kill %1");
    desk.types("fg\n");
    desk.shows("terminated\r\n");
    desk.shows("$ ");
    desk.exits(0);
}

fn signals_of_keys_can_be_handled(home: Home) {
    let mut desk = Desk::new(home);
    desk.types("trap\n");
    desk.shows("trapping\r\n");
    desk.types("\x03");
    desk.shows("interrupt\r\n");
    desk.types("\x1c");
    desk.shows("quit\r\n");
    desk.types("\x1a");
    desk.shows("Stopped   trap\r\n$ ");
    desk.types("bg\n");
    desk.shows("continued\r\n");
    desk.types("kill %1\n");
    desk.shows("terminated\r\n");
    desk.exits(0);
}

fn settings_are_the_terminals(home: Home) {
    let mut desk = Desk::new(home);
    desk.types("stty -echo\n");
    desk.shows("$ ");
    desk.types("echo unseen\n");
    assert_eq!(desk.shows("$ "), "unseen\r\n$ ");
    desk.types("stty echo\n");
    desk.shows("$ ");
    assert_eq!(desk.runs("echo seen"), "seen\n");
    // A job that stops takes its settings with it.
    desk.exits(0);
}

/// Natively it would stay as it is; here the program is a guest.
#[test]
fn the_end_puts_the_terminal_back() {
    let mut desk = Desk::new(Home::Gopherix);
    let before = desk.terminal.state();
    desk.types("stty raw -echo\n");
    desk.shows("$ ");
    assert_ne!(desk.terminal.state(), before);
    desk.types("exit 3\n");
    assert_eq!(ended(desk.child).code(), Some(3));
    assert_eq!(desk.terminal.state(), before);
}

#[test]
fn signals_put_the_terminal_back() {
    // TERM and HUP go to the foreground group, which may live on; these end gopherix itself.
    for signal in [Signal::ABORT, Signal::ALARM] {
        let mut desk = Desk::new(Home::Gopherix);
        let before = desk.terminal.state();
        desk.types("stty -echo; trap\n");
        desk.shows("trapping");
        assert_ne!(desk.terminal.state(), before);
        // The child is the tool that made the session; gopherix is its only child.
        let children = format!("/proc/{0}/task/{0}/children", desk.child.id());
        let pid = std::fs::read_to_string(children).unwrap().trim().parse().unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        ended(desk.child);
        assert_eq!(desk.terminal.state(), before, "{signal:?}");
    }
}

/// A shell of the host stops gopherix with the program, and finds the terminal as it was.
#[test]
fn a_program_that_stops_itself_stops_this_too() {
    let script = temp();
    let path = script.path().join("run");
    let line = format!(
        "{} run --env PATH=/bin --dir {}::/bin:ro {} -c 'stty -echo; cat'\n",
        env!("CARGO_BIN_EXE_gopherix"),
        bin(Home::Gopherix).display(),
        ported("shell").display(),
    );
    std::fs::write(&path, line).unwrap();
    let mut desk = Desk::new(Home::Linux);
    desk.runs(&format!("export GOPHERIX_CACHE={}", target("cli-cache").display()));
    let before = desk.terminal.state();
    desk.types(&std::fs::read_to_string(&path).unwrap());
    poll("echo that is off", || (desk.terminal.state() != before).then_some(()));
    desk.types("first\n");
    desk.shows("first\r\n");
    desk.types("\x1a");
    desk.shows("Stopped");
    desk.shows("$ ");
    assert_eq!(desk.terminal.state(), before);
    desk.types("fg\n");
    poll("echo that is off again", || (desk.terminal.state() != before).then_some(()));
    desk.types("second\n");
    desk.shows("second\r\n");
    desk.types("\x04");
    desk.shows("$ ");
    desk.exits(0);
}
