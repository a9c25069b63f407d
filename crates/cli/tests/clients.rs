//! WASI programs in C and Rust (`tests/clients`, whose README is the table that follows) under gopherix.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is tests; clippy exempts the functions marked so, but not their helpers"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use gopherix_testkit::command::{Finished, Output, run};
use gopherix_testkit::{c, places};

const LIMIT: Duration = Duration::from_secs(120);

/// Runs a module with an empty writable directory as its root.
fn gopherix(module: &Path, options: &[&str], args: &[&str], input: &[u8]) -> Finished {
    let scratch = places::scratch().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_gopherix"));
    command.args(["run", "--compiler=baseline", "--no-cache", "--dir"]).arg(format!("{}::/", scratch.path().display()));
    command.args(options).arg(module).args(args);
    run(&mut command, input, Output::Capture, LIMIT).unwrap()
}

fn file(name: &str) -> Vec<u8> {
    fs::read(places::root().join("tests/clients").join(name)).unwrap()
}

fn wrote(finished: &Finished, code: i32, expected: &str, stderr: &str) {
    let stdout = String::from_utf8_lossy(&finished.stdout);
    assert_eq!(stdout, String::from_utf8(file(expected)).unwrap(), "stderr: {}", finished.stderr);
    assert_eq!((finished.code, &*finished.stderr), (code, stderr));
}

#[test]
fn c_files_and_directories() {
    let module = c::build("tests/clients/c/files.c").unwrap();
    wrote(&gopherix(&module, &[], &[], b""), 0, "c/expected/files.txt", "");
}

#[test]
fn c_filter() {
    let module = c::build("tests/clients/c/filter.c").unwrap();
    let finished = gopherix(&module, &[], &[], &file("c/filter.in"));
    wrote(&finished, 4, "c/expected/filter.txt", "4 lines, 67 bytes\n");
}

#[test]
fn c_sort_and_time() {
    let module = c::build("tests/clients/c/sorttime.c").unwrap();
    let finished = gopherix(&module, &["--env", "NAME=value"], &["one", "two words"], b"");
    wrote(&finished, 0, "c/expected/sorttime.txt", "");
}

#[test]
fn rust_with_imports_by_hand() {
    let Some(module) = rust_client() else {
        eprintln!(
            "NOT RUN: no Rust client. `cargo xtask test` builds it and sets GOPHERIX_RUST_CLIENT; building it here needs \
             `rustup target add wasm32-unknown-unknown`"
        );
        return;
    };
    wrote(&gopherix(&module, &[], &["one", "two"], b""), 3, "rust/expected.txt", "");
}

/// The one `cargo xtask test` built, else one built here if the default toolchain has the target's standard library.
fn rust_client() -> Option<PathBuf> {
    if let Some(module) = env::var_os("GOPHERIX_RUST_CLIENT") {
        return Some(module.into());
    }
    let target = ["--target", "wasm32-unknown-unknown"];
    let libdir = Command::new("rustc").args(["--print", "target-libdir"]).args(target).output().ok()?;
    if !Path::new(String::from_utf8_lossy(&libdir.stdout).trim()).is_dir() {
        return None;
    }
    let module = places::kept().unwrap().join("client.wasm");
    let source = places::root().join("tests/clients/rust/client.rs");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "-O", "--crate-type", "cdylib"]).args(target).arg("-o").arg(&module).arg(source);
    let built = run(&mut rustc, b"", Output::Capture, LIMIT).unwrap();
    assert_eq!(built.code, 0, "{}", built.stderr);
    Some(module)
}
