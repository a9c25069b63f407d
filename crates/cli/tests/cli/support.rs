//! Runs the built command; makes guests for it, from WAT and from Go.
//!
//! Compiled modules go to a cache of the tests' own, which is kept in the target folder: guests are compiled once, not once
//! a test. Tests about the cache take an empty one ([`Run::cache`]).

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Longer than anything takes, even on a machine with much else to do.
pub(crate) const DEADLINE: Duration = Duration::from_secs(300);

/// An invocation of gopherix.
pub(crate) struct Run {
    command: Command,
    stdin: Vec<u8>,
}

/// What came of it.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `gopherix ARGS…`, without an environment but for the cache and what Go needs.
pub(crate) fn gopherix<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gopherix"));
    command.args(args).env_clear().env("GOPHERIX_CACHE", target("cli-cache")).current_dir("/");
    // Backtraces of our own must not get into messages even then.
    command.env("RUST_BACKTRACE", "1");
    Run { command, stdin: Vec::new() }
}

/// [`gopherix`] with SIGQUIT `default` or `ignore`d from the start, whatever the tests themselves were started with.
pub(crate) fn gopherix_with_sigquit<A: AsRef<OsStr>>(how: &str, args: impl IntoIterator<Item = A>) -> Run {
    let Run { command, stdin } = gopherix(args);
    let mut env = Command::new("env");
    env.arg(format!("--{how}-signal=QUIT")).arg(command.get_program()).args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        env.env(name, value.unwrap_or_default());
    }
    env.current_dir("/");
    Run { command: env, stdin }
}

impl Run {
    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of the command's own environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Uses another cache.
    pub(crate) fn cache(self, dir: &Path) -> Self {
        self.env("GOPHERIX_CACHE", dir)
    }

    /// The directory it is started in.
    pub(crate) fn current_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// All of its input.
    pub(crate) fn stdin(mut self, input: &[u8]) -> Self {
        self.stdin = input.to_vec();
        self
    }

    /// With streams for the caller to handle.
    pub(crate) fn start(mut self, stdin: Stdio, stdout: Stdio, stderr: Stdio) -> Child {
        self.command.stdin(stdin).stdout(stdout).stderr(stderr).spawn().expect("start gopherix")
    }

    /// To its end.
    pub(crate) fn done(self) -> Done {
        let input = self.stdin.clone();
        let mut child = self.start(Stdio::piped(), Stdio::piped(), Stdio::piped());
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that does not read its input ends before it is written.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = within_deadline(child, Child::wait_with_output);
        writer.join().expect("the writer's end");
        output.into()
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Done {
            code: output.status.code().expect("an exit code: gopherix itself is not to be ended by a signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Done {
    /// Panics with all there is unless this was the exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Panics unless stderr is this.
    #[track_caller]
    pub(crate) fn says(self, stderr: &str) -> Self {
        assert_eq!(self.stderr, stderr);
        self
    }

    /// Panics unless stderr has this in it.
    #[track_caller]
    pub(crate) fn mentions(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "not in stderr: {part}\n{}", self.stderr);
        self
    }

    /// Panics unless stdout is this.
    #[track_caller]
    pub(crate) fn prints(self, stdout: &str) -> Self {
        assert_eq!(self.stdout, stdout, "stderr: {}", self.stderr);
        self
    }
}

/// The end of a process that has not long to live.
pub(crate) fn ended(child: Child) -> ExitStatus {
    within_deadline(child, |mut child| child.wait())
}

/// Waits for a process; ends it and panics if it takes too long.
fn within_deadline<T: Send + 'static>(
    child: Child,
    wait: impl FnOnce(Child) -> std::io::Result<T> + Send + 'static,
) -> T {
    let pid = Pid::from_child(&child);
    let (sender, receiver) = channel();
    let waiter = std::thread::spawn(move || drop(sender.send(wait(child))));
    match receiver.recv_timeout(DEADLINE) {
        Ok(result) => {
            waiter.join().expect("the waiter's end");
            result.expect("wait for gopherix")
        }
        Err(_) => {
            kill_process(pid, Signal::KILL).expect("end gopherix");
            panic!("gopherix did not end within {DEADLINE:?}");
        }
    }
}

/// Asks until there is an answer; panics if there is none for too long.
#[track_caller]
pub(crate) fn poll<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    while began.elapsed() < DEADLINE {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no {what} within {DEADLINE:?}");
}

/// A place in the target folder.
pub(crate) fn target(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A temporary folder.
pub(crate) fn temp() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes a file; its path.
pub(crate) fn file(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).expect("write a file");
    path
}

/// A module with a memory, from what stands between the parentheses in WAT; its path.
pub(crate) fn module(dir: &Path, fields: &str) -> PathBuf {
    let text = format!(
        r#"(module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          {fields})"#
    );
    file(dir, "guest.wasm", wat::parse_str(text).expect("valid WAT"))
}

/// Runs a module made by [`module`], with these flags before it.
pub(crate) fn run_wat(flags: &[&str], fields: &str) -> Done {
    let dir = temp();
    let path = module(dir.path(), fields);
    gopherix(["run"]).args(flags).args([path]).done()
}

/// `gopherix run` with these flags and the Go guest, whose commands are to follow.
pub(crate) fn run_go<A: AsRef<OsStr>>(flags: impl IntoIterator<Item = A>) -> Run {
    gopherix(["run"]).args(flags).args([go_guest()])
}

/// The Go guest of `tests/guest`, built and compiled once.
pub(crate) fn go_guest() -> &'static Path {
    static GUEST: OnceLock<PathBuf> = OnceLock::new();
    GUEST.get_or_init(|| {
        let path = target("guest.wasm");
        build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest"), &path, &[]);
        gopherix(["run", "--compiler=optimizing"]).args([&path]).done().expect(0);
        path
    })
}

/// `go build` for GOOS=wasip1.
pub(crate) fn build(package: &Path, output: &Path, flags: &[&str]) {
    let mut command = Command::new(go());
    command.current_dir(package).envs(go_env()).env("GOOS", "wasip1").env("GOARCH", "wasm");
    command.args(["build", "-buildvcs=false", "-o"]).arg(output).args(flags).arg(".");
    let result = command.output().expect("start go build");
    assert!(result.status.success(), "go build: {}", String::from_utf8_lossy(&result.stderr));
}

/// What keeps Go from the network and from the user's settings.
pub(crate) fn go_env() -> [(&'static str, &'static str); 6] {
    [
        ("GOTOOLCHAIN", "local"),
        ("GOPROXY", "off"),
        ("GOFLAGS", "-mod=mod"),
        ("GOWORK", "off"),
        ("GOENV", "off"),
        ("CGO_ENABLED", "0"),
    ]
}

/// `GOPHERIX_GO`, else the workspace's own toolchain, else `go` on PATH.
pub(crate) fn go() -> PathBuf {
    if let Some(path) = std::env::var_os("GOPHERIX_GO").filter(|path| !path.is_empty()) {
        return path.into();
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.toolchain/go/bin/go");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::iter::once(own).chain(std::env::split_paths(&path).map(|dir| dir.join("go")));
    places.find(|path| path.is_file()).expect("no Go toolchain: run `cargo xtask toolchain go`, or set GOPHERIX_GO")
}
