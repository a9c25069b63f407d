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
    let advice = "install Go 1.25 or later, or name its go command (--go, GOPHERIX_GO)";
    done.says(&format!("gopherix: no Go toolchain on the PATH; {advice}\n"));
    let done = gopherix(["run"]).args([&source]).env("GOPHERIX_GO", Path::new("/nowhere/go")).done().expect(125);
    done.says("gopherix: cannot start /nowhere/go: No such file or directory (os error 2)\n");
}

/// Ends by a signal to itself, which a stock program has not.
const SIGNALED: &str = "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"os/signal\"\n\t\"syscall\"\n)\n\nfunc main() {\n\tc := make(chan os.Signal, 1)\n\tsignal.Notify(c, syscall.SIGUSR1)\n\tfmt.Println(syscall.Kill(os.Getpid(), syscall.SIGUSR1), <-c)\n}\n";

#[test]
fn source_has_the_whole_port_unless_stock_is_asked_for() {
    let dir = temp();
    let source = file(dir.path(), "prog.go", SIGNALED);
    run().args([&source]).done().expect(0).prints("<nil> user defined signal 1\n");
    // There a signal to oneself is the end.
    run().args(["--stock"]).args([&source]).done().expect(138);
}

/// `gopherix WORDS` with Go in reach, in a folder.
fn tool(words: &[&str], dir: &Path) -> Run {
    let kept = ["HOME", "GOCACHE", "PATH"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let run = kept.fold(gopherix(words), |run, (name, value)| run.env(name, value));
    let run = go_env().iter().fold(run.env("GOPHERIX_GO", go()), |run, (name, value)| run.env(name, value));
    run.current_dir(dir)
}

#[test]
fn packages_are_built_vetted_and_tested() {
    let dir = temp();
    file(dir.path(), "go.mod", "module example.com/p\n\ngo 1.25\n");
    file(dir.path(), "main.go", SIGNALED);
    file(
        dir.path(),
        "p_test.go",
        "package main\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestRead(t *testing.T) {\n\tif _, err := os.ReadFile(\"go.mod\"); err != nil {\n\t\tt.Fatal(err)\n\t}\n\tif os.Getenv(\"WORD\") != \"given\" {\n\t\tt.Fatal(\"no word\")\n\t}\n}\n",
    );
    tool(&["build", "-o", "out.wasm", "-trimpath", "."], dir.path()).done().expect(0).prints("").says("");
    gopherix(["run", "--compiler=baseline", "out.wasm"]).current_dir(dir.path()).done().expect(0);
    tool(&["vet", "./..."], dir.path()).done().expect(0);
    let test = ["test", "--compiler=baseline", "--env", "WORD=given", "-count=1", "-v", "./..."];
    let done = tool(&test, dir.path()).done().expect(0);
    assert!(done.stdout.contains("--- PASS: TestRead"), "{}", done.stdout);
    tool(&["test", "--compiler=baseline", "-count=1", "./..."], dir.path()).done().expect(1);
    tool(&["build", "./nothing"], dir.path()).done().expect(1);
    tool(&["build", "-race", "."], dir.path()).done().expect(125).mentions("-race is not supported");
}

#[test]
fn env_is_what_a_plain_go_build_needs() {
    let dir = temp();
    let done = tool(&["env"], dir.path()).done().expect(0);
    for line in ["export GOOS='wasip1'", "export GOARCH='wasm'", "preemptibleloops", "-overlay="] {
        assert!(done.stdout.contains(line), "{line}: {}", done.stdout);
    }
}
