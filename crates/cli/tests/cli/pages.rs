//! Pages made from the flag definitions and the system call table.

use std::io::Read;
use std::process::Stdio;

use crate::support::{ended, gopherix};

#[test]
fn completions_know_the_flags_and_not_the_helper() {
    for (shell, flag) in [("bash", "--dir"), ("zsh", "--dir="), ("fish", "-l dir")] {
        let script = gopherix(["completions", shell]).done().expect(0).says("").stdout;
        assert!(script.contains(flag), "{shell}: {script}");
        assert!(!script.contains("fill-cache"), "{shell}");
    }
    gopherix(["completions", "cmd.exe"]).done().expect(2);
}

#[test]
fn the_man_page_has_every_flag_and_the_exit_codes() {
    let page = gopherix(["man"]).done().expect(0).says("").stdout;
    for part in [
        ".TH gopherix 1",
        "\n.SH GOPHERIX RUN\n",
        "\n.SH GOPHERIX CACHE CLEAR\n",
        "\n.SH EXIT STATUS\n.nf\n",
        "\\-\\-dir",
        "\\-\\-trace\\-summary",
        "\\-\\-json",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    assert!(!page.contains("fill\\-cache"), "{page}");
}

#[test]
fn the_system_calls_are_listed() {
    let page = gopherix(["syscalls", "--markdown"]).done().expect(0).stdout;
    assert!(page.starts_with("# System calls\n"), "{page}");
    let list = gopherix(["syscalls"]).done().expect(0).stdout;
    let openat = list.lines().find(|line| line.starts_with("openat ")).expect("openat");
    let columns: Vec<&str> = openat.split_whitespace().collect();
    assert_eq!(columns[..2], ["openat", "path"]);
    assert!(list.lines().all(|line| line == line.trim_end()), "blanks at line ends");
}

#[test]
fn a_page_that_nobody_reads_is_no_failure() {
    for page in [&["completions", "zsh"][..], &["man"], &["syscalls", "--markdown"]] {
        let mut child = gopherix(page).start(Stdio::null(), Stdio::piped(), Stdio::piped());
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(stderr, "");
        // It may have been done before the pipe was closed.
        let code = ended(child).code();
        assert!(matches!(code, Some(0 | 141)), "{code:?}");
    }
}
