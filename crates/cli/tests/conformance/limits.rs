//! The cases that need a limit set from outside.

use gopherix_testkit::command::{Output, run};
use gopherix_testkit::places::scratch;

use crate::cases::{LIMIT, PORTS, gopherix_run, guest};

/// Runs one case under options, on memory and on a directory of the host.
fn passes(case: &str, options: &[&str]) {
    for port in PORTS {
        let scratch = scratch().unwrap();
        let host = format!("{}::/scratch", scratch.path().display());
        for place in [vec!["--cwd", "/tmp"], vec!["--dir", &host, "--cwd", "/scratch"]] {
            let mut command = gopherix_run();
            command.args(options).args(&place).arg(guest(port)).args(["run", case]);
            let finished = run(&mut command, b"", Output::Capture, LIMIT).unwrap();
            let stdout = String::from_utf8_lossy(&finished.stdout);
            assert_eq!((finished.code, &*stdout), (0, &*format!("ok {case}\n")), "{port:?}: {}", finished.stderr);
        }
    }
}

#[test]
fn open_files_are_limited() {
    let case = "limits/openat_past_the_limit_of_open_files_is_emfile";
    passes(case, &["--max-files", "64", "--env", "CONFORMANCE_MAX_FILES=64"]);
}

#[test]
fn file_sizes_are_limited() {
    let case = "limits/write_past_the_limit_of_file_size_is_efbig";
    passes(case, &["--max-file-size", "100000", "--env", "CONFORMANCE_MAX_FILE_SIZE=100000"]);
}
