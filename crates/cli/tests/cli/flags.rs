//! Flags that make no sense are refused before anything runs.

use crate::support::gopherix;

#[test]
fn bad_flags_are_exit_code_2_and_say_why() {
    for (flag, why) in [
        ("--bogus", "unexpected argument"),
        ("--memory=64X", "unknown unit \"X\"; use K, M or G"),
        ("--memory=", "a size is a number"),
        ("--timeout=2d", "unknown unit \"d\"; use ms, s, m or h"),
        ("--timeout=0", "a limit must be more than nothing"),
        ("--cpu-time=soon", "a time is a number"),
        ("--max-files=3", "3 is not in 4.."),
        ("--dir=x::relative", "the guest directory must be an absolute path"),
        ("--dir=", "the host directory is missing"),
        ("--env==v", "the variable's name is missing"),
        ("--listen=nowhere", "not an address (HOST:PORT)"),
        ("--net=http://a.test", "is a URL; a host is wanted (HOST[:PORT])"),
        ("--compiler=gcc", "possible values: auto, baseline, optimizing"),
    ] {
        gopherix(["run", flag, "/nowhere.wasm"]).done().expect(2).prints("").mentions(why);
    }
}

#[test]
fn no_command_shows_help_with_exit_code_2() {
    let done = gopherix([""; 0]).done().expect(2);
    assert!(done.stderr.starts_with("A Unix for WebAssembly programs, Go's first\n"), "{}", done.stderr);
    gopherix(["run"]).done().expect(2).mentions("<PROGRAM>");
}

#[test]
fn help_names_exit_codes_and_fits_its_width() {
    for page in [&["--help"][..], &["run", "--help"], &["run", "-h"]] {
        let done = gopherix(page).done().expect(0);
        assert!(done.stdout.contains("124                when --timeout ends it\n"), "{}", done.stdout);
        let widest = done.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?}");
    }
}

#[test]
fn a_family_where_the_program_belongs_gets_a_hint() {
    let message =
        "gopherix: cannot read path (to trace that family: --trace=path): No such file or directory (os error 2)\n";
    gopherix(["run", "--trace", "path", "x.wasm"]).done().expect(125).says(message);
}
