//! Programs built with GOOS=js, as users run them: how they end, their scripts, their limits, their streams.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use gopherix_testkit::go::{self, Port};

use crate::support::{Done, Run, ended, file, go_guest, gopherix, temp};

/// The Go guest of `tests/js-guest`, built and compiled once.
fn guest() -> &'static Path {
    static GUEST: OnceLock<PathBuf> = OnceLock::new();
    GUEST.get_or_init(|| {
        let path = go::build("crates/cli/tests/js-guest", Port::Js).expect("build the guest");
        gopherix(["run", "--compiler=optimizing"]).args([&path]).done().expect(0).prints("").says("");
        path
    })
}

/// `gopherix run` with these flags, the guest, and its command.
fn js(flags: &[&str], command: &[&str]) -> Run {
    gopherix(["run"]).args(flags).args([guest()]).args(command)
}

/// The guest's command with these scripts before and after it.
fn scripted(preludes: &[&str], main: &str, command: &[&str]) -> Done {
    let dir = temp();
    let mut flags = Vec::new();
    for (n, source) in preludes.iter().enumerate() {
        flags.push(format!("--js={}", file(dir.path(), &format!("prelude{n}.js"), source).display()));
    }
    if !main.is_empty() {
        flags.push(format!("--js-main={}", file(dir.path(), "main.js", main).display()));
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    js(&flags, command).done()
}

#[test]
fn output_and_exit_codes_are_the_programs() {
    js(&[], &["say", "hello", "wörld"]).done().expect(0).prints("hello wörld\n").says("");
    for code in [0, 3, 255] {
        js(&[], &["exit", &code.to_string()]).done().expect(code).prints("").says("");
    }
}

#[test]
fn scripts_before_and_after_share_a_world_with_the_program() {
    let preludes = ["var seen = ['first'];", "seen.push('second'); globalThis.name = 'gopher';"];
    let main = "seen.push(name, lib.add(20, 22)); console.log(seen.join(' '));";
    scripted(&preludes, main, &["library"]).expect(0).prints("first second gopher 42\n").says("");
}

#[test]
fn a_library_is_driven_with_promises() {
    let main = "
        const all = await Promise.all([lib.later('b', 20), lib.later('a', 1), lib.add(1, 2)]);
        console.log(all.join(' '));
        try { await lib.later(7, 0); } catch (error) { console.log(error instanceof Error, error.message); }";
    scripted(&[], main, &["library"]).expect(0).prints("B A 3\ntrue later takes a string\n").says("");
    let waits = "while (!globalThis.lib) await new Promise((resolve) => setTimeout(resolve, 1));
        lib.exit(lib.add(3, 4));";
    scripted(&[], waits, &["async"]).expect(7).prints("").says("");
}

#[test]
fn a_script_that_fails_ends_the_program_and_names_its_line() {
    let done = scripted(&["\nthrow new TypeError('no');"], "", &["say", "never"]).expect(1).prints("");
    done.mentions("prelude0.js:2").mentions("TypeError: no");
    let done = scripted(&[], "await null;\nnothing.there;", &["library"]).expect(1).prints("");
    done.mentions("main.js:2").mentions("ReferenceError");
    scripted(&["let ="], "", &["say", "never"]).expect(1).prints("").mentions("SyntaxError");
}

#[test]
fn exceptions_are_go_errors() {
    let thrower = "globalThis.thrower = (text) => { if (text) throw new RangeError(text); return 'fine'; };";
    scripted(&[thrower], "", &["throw", "thrower", ""]).expect(0).prints("fine\n").says("");
    let done = scripted(&[thrower], "", &["throw", "thrower", "too far"]).expect(1).says("");
    done.prints("error: JavaScript error: too far (a RangeError)\n");
    js(&[], &["throw", "nothing"])
        .done()
        .expect(2)
        .mentions("panic: syscall/js: Value.Call: property nothing is not a function, got undefined");
}

#[test]
fn a_panic_in_a_callback_is_gos_own() {
    let done = js(&[], &["panic"]).done().expect(2).prints("");
    done.mentions("panic: in a callback\n").mentions("goroutine ").mentions("main.panics");
}

#[test]
fn a_deadlock_is_gos_own() {
    let done = js(&[], &["stuck"]).done().expect(2).prints("");
    done.mentions("fatal error: all goroutines are asleep - deadlock!\n").mentions("main.stuck");
}

#[test]
fn nothing_runs_after_exit_but_its_listeners() {
    js(&[], &["pending"]).done().expect(0).prints("").says("done\n");
    let listener = "process.on('exit', (code) => {
        console.log('exit', code);
        try { late(); } catch (error) { console.log(error.message); }
        process.exitCode = 9;
        setTimeout(() => console.log('never'), 0);
    });";
    let done = scripted(&[listener], "", &["pending"]).expect(9).says("done\n");
    done.prints("exit 0\nGo program has already exited\n");
    let code = "process.exitCode = 3; process.on('exit', (code) => console.log('exit', code));";
    scripted(&[], code, &["library"]).expect(3).prints("exit 3\n").says("");
    scripted(&[code], "", &["exit", "5"]).expect(5).prints("exit 5\n").says("");
}

#[test]
fn arguments_beyond_the_room_for_them_are_our_own_error() {
    let long = "x".repeat(9000);
    let done = js(&[], &["say", &long]).done().expect(125).prints("");
    done.mentions("arguments and environment take ").mentions("has room for 8192").mentions("GOOS=wasip1");
    let variable = format!("LONG={long}");
    js(&["--env", &variable], &["say", "hello"]).done().expect(125).prints("").mentions("has room for 8192");
    let fits = "x".repeat(7000);
    js(&[], &["say", &fits]).done().expect(0).prints(&format!("{fits}\n"));
}

#[test]
fn input_is_read_while_goroutines_go_on() {
    let mut child = js(&[], &["tick"]).start(Stdio::piped(), Stdio::piped(), Stdio::inherit());
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // It has ticked while its input was empty.
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    stdin.write_all(b"one\ntwo\n").unwrap();
    drop(stdin);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "read one true\nread two true\n");
    assert_eq!(ended(child).code(), Some(0));
}

#[test]
fn scripts_are_for_programs_with_a_javascript_world() {
    let dir = temp();
    let script = file(dir.path(), "script.js", "console.log('never')");
    for flag in ["--js", "--js-main"] {
        let done =
            gopherix(["run", flag]).args([&script]).args([go_guest()]).args(["cwd"]).done().expect(125).prints("");
        let name = go_guest().display();
        done.says(&format!("gopherix: --js and --js-main are for programs built with GOOS=js, and {name} is none\n"));
    }
    js(&["--js=/nowhere/x.js"], &["say"]).done().expect(125).prints("").mentions("cannot read /nowhere/x.js");
}

#[test]
fn a_program_that_never_waits_says_that_it_was_not_driven() {
    let done = scripted(&[], "console.log('never')", &["say", "hello"]).expect(0).prints("hello\n");
    done.mentions("gopherix: the program ended before it waited for anything, so ").mentions("main.js was not run\n");
    scripted(&[], "console.log(1); process.exit(3)", &["library"]).expect(3).prints("1\n").says("");
}

#[test]
fn what_only_a_browser_has_is_named() {
    let words = |name: &str| {
        format!(
            "gopherix: the program asked for {name}, which only exists in a browser. It is there when it runs in gopherix' \
             browser home.\n"
        )
    };
    for name in ["document", "window"] {
        let done = js(&[], &["global", name, "focus"]).done().expect(2).prints("");
        done.mentions(&words(name)).mentions("syscall/js: call of Value.Call on undefined");
        // Looking whether it is there is no failure.
        js(&[], &["global", name]).done().expect(0).prints("<undefined>\n").says("");
    }
    let done = scripted(&[], "document.write('x');", &["library"]).expect(1);
    done.mentions(&words("document")).mentions("ReferenceError");
}

#[test]
fn the_network_is_refused_unless_granted() {
    let main = "try { await fetch('http://localhost:1/'); } catch (error) { console.log(error.message); }";
    let done = scripted(&[], main, &["library"]).expect(0).says("");
    done.prints("the network is not granted to this program; run it with --net\n");
    let other = js(&["--net=elsewhere.test"], &["fetch", "http://localhost:1/"]).done().expect(1).says("");
    assert!(
        other.stdout.contains("localhost:1 is not granted to this program; run it with --net=localhost:1"),
        "{}",
        other.stdout
    );
}

#[test]
fn a_granted_host_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let mut request = String::new();
        let mut lines = BufReader::new(peer.try_clone().unwrap());
        while !request.ends_with("\r\n\r\n") {
            assert_ne!(lines.read_line(&mut request).unwrap(), 0, "{request}");
        }
        peer.write_all(b"HTTP/1.1 418 Teapot\r\nContent-Length: 5\r\nConnection: close\r\n\r\nshort").unwrap();
        request
    });
    let (grant, url) = (format!("--net=localhost:{port}"), format!("http://localhost:{port}/tea"));
    js(&[&grant], &["fetch", &url]).done().expect(0).prints("418 short\n").says("");
    assert!(server.join().unwrap().starts_with("GET /tea HTTP/1.1\r\n"));
}

#[test]
fn timeout_ends_scripts_and_go_alike() {
    let dir = temp();
    let endless = file(dir.path(), "endless.js", "console.log('looping'); for (;;);");
    let name = guest().display();
    let message = format!("gopherix: {name}: ended, its time of 4s is up (--timeout)\n");
    let script = endless.to_str().unwrap();
    let cases = [
        (vec!["--js", script], "say", "looping\n"),
        (vec!["--js-main", script], "library", "looping\n"),
        (vec![], "loop", "looping\n"),
        (vec!["--cpu-time=1h"], "loop", "looping\n"),
        (vec![], "tick", "ready\n"),
    ];
    // All at once, and their input stays open.
    let children = cases.map(|(flags, command, output)| {
        let run = js(&[&["--timeout=4s"], &*flags].concat(), &[command]);
        (run.start(Stdio::piped(), Stdio::piped(), Stdio::piped()), output, format!("{flags:?} {command}"))
    });
    for (mut child, output, what) in children {
        let _stdin = child.stdin.take();
        let (mut out, mut err) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((out.as_str(), err.as_str()), (output, message.as_str()), "{what}");
        assert_eq!(ended(child).code(), Some(124), "{what}");
    }
}

#[test]
fn cpu_time_ends_scripts_and_go_alike() {
    let dir = temp();
    let endless = file(dir.path(), "endless.js", "for (;;);");
    for (flags, command) in [(vec!["--js", endless.to_str().unwrap()], "say"), (vec![], "loop")] {
        let done = js(&[&["--cpu-time=1s"], &*flags].concat(), &[command]).done().expect(152);
        done.mentions("ended by SIGXCPU, its CPU time of 1s is up (--cpu-time)\n");
    }
}

#[test]
fn memory_is_limited_for_go_and_for_scripts() {
    let done = js(&["--memory=64M"], &["eat"]).done().expect(2).prints("");
    done.mentions("fatal error: out of memory").mentions("it asked for more than 64.00 MiB of memory (--memory)\n");
    let dir = temp();
    let eats = file(dir.path(), "eats.js", "const kept = []; for (;;) kept.push(new Uint8Array(1 << 20));");
    let flag = format!("--js={}", eats.display());
    js(&["--memory=64M", &flag], &["say"]).done().expect(1).prints("").mentions("out of memory");
}

#[test]
fn a_stat_is_one_call_of_the_kernel() {
    let dir = temp();
    file(dir.path(), "here", "12345");
    let grant = format!("{}::/data:ro", dir.path().display());
    let done = js(&["--dir", &grant, "--trace=path"], &["stat", "/data/here"]).done().expect(0).prints("here 5\n");
    let calls: Vec<&str> = done.stderr.lines().filter(|line| line.contains("here")).collect();
    assert!(matches!(calls.as_slice(), [call] if call.contains(" fstatat(")), "{}", done.stderr);
}

#[test]
fn what_is_opened_is_told_from_directories_and_found_again() {
    let dir = temp();
    for size in 1..=4 {
        file(dir.path(), &size.to_string(), "x".repeat(size));
    }
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    file(&dir.path().join("sub"), "inner", "");
    let grant = format!("{}::/data:ro", dir.path().display());
    let done =
        js(&["--dir", &grant, "--trace=path"], &["opens", "/data"]).done().expect(0).prints("/data/sub [inner]\n");
    let opened = done.stderr.lines().filter(|line| line.contains(" openat(") && line.contains("\"3\"")).count();
    assert_eq!(opened, 100, "{}", done.stderr.lines().find(|line| line.contains(" openat(")).unwrap_or_default());
}

#[test]
fn output_that_nobody_reads_ends_the_program() {
    let mut child = js(&[], &["fill", "0"]).start(Stdio::null(), Stdio::piped(), Stdio::piped());
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "1\n");
    drop(stdout);
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
    // As under Node, writing fails with EPIPE, and Go's runtime has no SIGPIPE to die of.
    assert_eq!(ended(child).code(), Some(1));
}

#[test]
fn much_output_goes_through_a_pipe_whole() {
    let done = js(&[], &["fill", "200000"]).done().expect(0).says("");
    let wanted: String = (1..=200_000u32).map(|n| format!("{n}\n")).collect();
    assert!(done.stdout == wanted, "{} bytes of {}", done.stdout.len(), wanted.len());
}

#[test]
fn ten_thousand_goroutines_wait_for_files_at_once() {
    js(&[], &["stats", "10000", "/dev/null"]).done().expect(0).prints("10000 done, 0 failed\n").says("");
    js(&[], &["stats", "10000", "/nothing"]).done().expect(0).prints("10000 done, 10000 failed\n").says("");
}
