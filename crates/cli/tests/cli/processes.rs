//! Programs built for this kernel that start others and take signals; what the user's terminal and shell see of it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitIdOptions, kill_process, waitid};

use crate::support::{Run, build, ended, go, go_env, gopherix, poll, target, temp};

/// The guest of `tests/process-guest`, built by `gopherix build` and compiled once.
fn guest() -> &'static Path {
    static GUEST: OnceLock<PathBuf> = OnceLock::new();
    GUEST.get_or_init(|| {
        let path = target("process-guest.wasm");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process-guest");
        let mut build = Command::new(env!("CARGO_BIN_EXE_gopherix"));
        build.current_dir(folder).envs(go_env()).env("GOPHERIX_GO", go());
        build.args(["build", "-buildvcs=false", "-o"]).arg(&path).arg(".");
        let result = build.output().unwrap();
        assert!(result.status.success(), "gopherix build: {}", String::from_utf8_lossy(&result.stderr));
        gopherix(["run", "--compiler=optimizing"]).args([&path]).args(["exit", "0"]).done().expect(0);
        path
    })
}

fn run<'a>(flags: &[&str], args: impl IntoIterator<Item = &'a str>) -> Run {
    gopherix(["run"]).args(flags).args([guest()]).args(args)
}

/// Starts it and waits until it is up.
fn started<'a>(args: impl IntoIterator<Item = &'a str>) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = run(&[], args).start(Stdio::null(), Stdio::piped(), Stdio::null());
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "up\n");
    (child, stdout)
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_pipeline_of_processes() {
    run(&[], ["pipeline", "some", "words"]).done().expect(0).prints("SOME WORDS\n");
    run(&[], ["extra"]).done().expect(0).prints("handed down\n");
}

#[test]
fn ends_are_told_as_on_linux() {
    let said = "true exit status 7\nsignal: terminated\nterminated false\nos: process already finished\ntrue <nil>\n\
                fork/exec /nothing: no such file or directory\n";
    let done = run(&[], ["status"]).done().expect(0);
    // WASI's text for ENOENT has a capital.
    assert_eq!(done.stdout.to_lowercase(), said);
}

#[test]
fn many_at_a_time() {
    run(&[], ["parallel", "40"]).done().expect(0).prints("done\n");
}

#[test]
fn no_more_processes_than_may_be() {
    run(&["--max-processes=1"], ["pipeline", "x"]).done().expect(98).mentions("Try again");
}

#[test]
fn a_signal_that_is_handled_is_the_programs() {
    for (signal, number) in [(Signal::INT, "2"), (Signal::TERM, "15"), (Signal::HUP, "1"), (Signal::QUIT, "3")] {
        let (child, mut stdout) = started(["caught", number]);
        send(&child, signal);
        assert_eq!(ended(child).code(), Some(signal.as_raw()), "{signal:?}");
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with("caught "), "{line}");
    }
}

#[test]
fn a_signal_that_is_not_handled_ends_the_whole_group_and_the_shell_sees_it() {
    let (child, _stdout) = started(["group"]);
    send(&child, Signal::INT);
    assert_eq!(ended(child).signal(), Some(Signal::INT.as_raw()));
}

#[test]
fn what_go_handles_by_itself_does_nothing() {
    run(&[], ["usr1"]).done().expect(0).prints("alive\n");
    run(&[], ["cancel"]).done().expect(0).prints("signal: killed\n");
}

#[test]
fn orphans_do_not_outlive_the_program() {
    run(&[], ["orphan"]).done().expect(0).prints("left\n");
}

#[test]
fn a_stop_stops_the_command_too_until_it_is_continued() {
    let (child, _stdout) = started(["caught", "15"]);
    let pid = Pid::from_child(&child);
    send(&child, Signal::TSTP);
    let stopped = waitid(rustix::process::WaitId::Pid(pid), WaitIdOptions::STOPPED).unwrap().unwrap();
    assert!(stopped.stopped());
    send(&child, Signal::CONT);
    send(&child, Signal::TERM);
    assert_eq!(ended(child).code(), Some(15));
}

/// A runtime that looks for signals now and then would take processor time.
#[test]
fn waiting_for_a_signal_costs_no_processor_time() {
    let (child, _stdout) = started(["caught", "15"]);
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let rest = stat.rsplit_once(") ").unwrap().1.split(' ').skip(11).take(2);
        rest.map(|field| field.parse::<u64>().unwrap()).sum::<u64>()
    };
    // Until it has come to rest.
    let mut before = ticks();
    poll("rest", || {
        std::thread::sleep(Duration::from_millis(200));
        let now = ticks();
        (std::mem::replace(&mut before, now) == now).then_some(())
    });
    std::thread::sleep(Duration::from_secs(1));
    assert!(ticks() - before <= 2, "in hundredths of a second: {}", ticks() - before);
    send(&child, Signal::TERM);
    assert_eq!(ended(child).code(), Some(15));
}

#[test]
fn programs_of_other_ports_are_started_too() {
    let dir = temp();
    let stock = dir.path().join("stock.wasm");
    build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest"), &stock, &[]);
    let mut mode = std::fs::metadata(&stock).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    std::fs::set_permissions(&stock, mode).unwrap();
    let grant = format!("{}::/bin", dir.path().display());
    let done = run(&["--dir", &grant], ["run", "/bin/stock.wasm", "remove", "/nothing"]).done().expect(1);
    assert!(done.stdout.contains("remove /nothing"), "{}", done.stdout);
}

#[test]
fn programs_of_the_host_are_started_only_if_granted() {
    let dir = temp();
    let grant = format!("{}::/here", dir.path().display());
    let path = std::env::var("PATH").unwrap_or_default();
    let within = |cwd: &str, flags: &[&str], args: &[&str]| {
        let flags = [&["--dir", &grant, "--cwd", cwd], flags].concat();
        run(&flags, ["run"].into_iter().chain(args.iter().copied())).env("PATH", &path)
    };
    let host = |flags: &[&str], args: &[&str]| within("/here", flags, args);
    let sh = "--allow-host-exec=sh";
    let done = host(&[sh], &["/usr/bin/sh", "-c", "pwd; cat; echo err >&2; exit 5"]).stdin(b"input\n").done().expect(5);
    let real = dir.path().canonicalize().unwrap();
    assert_eq!(done.stdout, format!("{}\ninput\n", real.display()));
    done.says("err\n");
    host(&[], &["/usr/bin/sh", "-c", "true"]).done().expect(98).mentions("o such file or directory");
    host(&["--allow-host-exec=no-such-program"], &["x"]).done().expect(125).mentions("no-such-program");
    // Its working directory must be one of the host's.
    within("/tmp", &[sh], &["/usr/bin/sh", "-c", "true"]).done().expect(98).mentions("ermission denied");
}

#[test]
fn a_program_of_the_host_is_signalled_and_its_end_told() {
    let dir = temp();
    let grant = format!("{}::/here", dir.path().display());
    let path = std::env::var("PATH").unwrap_or_default();
    let flags = ["--dir", &grant, "--cwd", "/here", "--allow-host-exec=sh"];
    let began = Instant::now();
    let child = run(&flags, ["run", "/usr/bin/sh", "-c", "echo up > ready; exec sleep 1000"]).env("PATH", &path).start(
        Stdio::null(),
        Stdio::null(),
        Stdio::null(),
    );
    poll("start", || dir.path().join("ready").exists().then_some(()));
    send(&child, Signal::TERM);
    assert_eq!(ended(child).signal(), Some(Signal::TERM.as_raw()));
    assert!(began.elapsed() < Duration::from_secs(100));
}

/// For BENCHMARKS: how long a program takes that does nothing but begin and end.
#[test]
fn a_start_of_a_go_program_is_told() {
    let done = run(&[], ["many", "100"]).done().expect(0);
    println!("start and end of a Go program: {}", done.stdout.trim());
}
