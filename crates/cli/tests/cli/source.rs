//! Go source as the program: built with the user's own Go.

use std::path::Path;

use crate::support::{Run, file, go, go_env, gopherix, target, temp};

const HELLO: &str = "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() { fmt.Println(\"hello\", os.Args[1:]); os.Exit(4) }\n";

/// `gopherix run` with Go in reach. The baseline compiler, since each program is run once.
fn run() -> Run {
    let kept = ["HOME", "GOCACHE", "PATH"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let run = kept.fold(gopherix(["run", "--compiler=baseline"]), |run, (name, value)| run.env(name, value));
    let run = match std::env::var_os("HOME").or(std::env::var_os("GOCACHE")) {
        Some(_) => run,
        None => run.env("GOCACHE", target("go-cache")),
    };
    go_env().iter().fold(run.env("GOPHERIX_GO", go()), |run, (name, value)| run.env(name, value))
}

#[test]
fn a_go_file_is_built_and_run() {
    let dir = temp();
    let source = file(dir.path(), "prog.go", HELLO);
    run().args([&source]).args(["a", "--b"]).done().expect(4).prints("hello [a --b]\n").says("");
}

#[test]
fn a_package_is_built_and_run() {
    let dir = temp();
    file(dir.path(), "go.mod", "module example.com/hello\n\ngo 1.25\n");
    std::fs::create_dir_all(dir.path().join("cmd/hello")).unwrap();
    file(dir.path(), "cmd/hello/main.go", HELLO);
    let here = |package: &str| run().current_dir(dir.path()).args([package, "x"]).done().expect(4);
    here("./cmd/hello").prints("hello [x]\n").says("");
    let inside = run().current_dir(&dir.path().join("cmd/hello")).args([".", "y"]).done().expect(4);
    inside.prints("hello [y]\n").says("");
}

#[test]
fn what_does_not_build_shows_gos_own_words() {
    let dir = temp();
    let source = file(dir.path(), "bad.go", "package main\n\nfunc main() { undefined() }\n");
    let done = run().args([&source]).done().expect(125).prints("");
    assert!(done.stderr.contains("undefined: undefined"), "{}", done.stderr);
    done.mentions(&format!("gopherix: {} could not be built for GOOS=wasip1\n", source.display()));
}

#[test]
fn without_go_the_message_says_what_to_do() {
    let dir = temp();
    let source = file(dir.path(), "prog.go", HELLO);
    let done = gopherix(["run"]).args([&source]).env("PATH", "/nowhere").done().expect(125);
    done.says(
        "gopherix: no Go toolchain on the PATH to build that with; install Go, or set GOPHERIX_GO to its go command\n",
    );
    let done = gopherix(["run"]).args([&source]).env("GOPHERIX_GO", Path::new("/nowhere/go")).done().expect(125);
    done.says("gopherix: cannot start /nowhere/go: No such file or directory (os error 2)\n");
}
