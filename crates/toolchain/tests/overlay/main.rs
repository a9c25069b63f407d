//! The port on every release of Go at hand: rules fit, programs build, what comes out is a module for this kernel.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "in a test, to panic is to fail")]

mod support;

use std::path::Path;
use std::process::Command;

use gopherix_toolchain::error::Error;
use gopherix_toolchain::flags::Flags;
use gopherix_toolchain::release::Release;
use gopherix_toolchain::{Port, Request, apply, check, overlay, port, rules};
use support::{flags, gos, module, source};

/// Imports what the stock port has no or half a system for.
const WIDE: &str = r#"package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"runtime/pprof"

	_ "crypto/tls"
	_ "log/syslog"
	_ "net/http/pprof"
)

var version = "none"

func main() {
	signal.Notify(make(chan os.Signal, 1))
	pprof.StartCPUProfile(os.Stdout)
	fmt.Println(version, exec.Command("x").Run())
	fmt.Println(user.Current())
	http.ListenAndServe(":0", nil)
}
"#;

#[test]
fn programs_build_on_every_release_and_are_valid_modules_for_this_kernel() {
    for go in gos() {
        let dir = module(&[("main.go", WIDE)]);
        let cache = tempfile::tempdir().unwrap();
        let request = Request { go: Some(go.clone()), untested: false, cache: cache.path().into() };
        let port = Port::make(&request, Some(dir.path())).unwrap();
        let words = flags(dir.path(), &["-o", "out.wasm", "-ldflags=-X main.version=one", "-tags", "a,b", "."]);
        assert!(port.build(&words).unwrap().success(), "{}", go.display());
        let wasm = dir.path().join("out.wasm");
        check::check(&wasm).unwrap();
        let bytes = std::fs::read(&wasm).unwrap();
        assert!(check::is_ported(&bytes));
        let said = b"net/http.(*Server).Serve";
        assert!(bytes.windows(said.len()).any(|part| part == said));

        // The same again: nothing is compiled, nothing linked.
        let again = Port::make(&request, Some(dir.path())).unwrap();
        assert_eq!(again.overlay(), port.overlay());
        let mut command = again
            .command(
                "build",
                &flags(dir.path(), &["-x", "-o", "out.wasm", "-ldflags=-X main.version=one", "-tags", "a,b", "."]),
                None,
            )
            .unwrap();
        let said = command.output().unwrap();
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(!said.contains("compile ") && !said.contains("link "), "{said}");

        let mut vet = port.command("vet", &flags(dir.path(), &["."]), None).unwrap();
        assert!(vet.status().unwrap().success(), "{}", go.display());
    }
}

#[test]
fn every_rule_has_a_reason_and_every_file_of_ours_a_rule() {
    let rules = rules::parse(port::RULES).unwrap();
    let patches = std::fs::read_to_string(source("go/port/PATCHES.md")).unwrap();
    let mut told: Vec<&str> = patches.split('`').skip(1).step_by(2).filter(|word| word.contains('/')).collect();
    told.sort_unstable();
    told.dedup();
    let mut files: Vec<&str> = rules.iter().map(|rule| rule.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let missing: Vec<_> = files.iter().filter(|file| !told.contains(file)).collect();
    let stale: Vec<_> = told.iter().filter(|file| !files.contains(file)).collect();
    assert!(missing.is_empty() && stale.is_empty(), "not in PATCHES.md: {missing:?}; without a rule: {stale:?}");
    for file in port::files() {
        assert!(files.contains(&file), "{file} is added by no rule");
    }
}

#[test]
fn our_go_files_are_formatted() {
    let gofmt = gos().remove(0).join("bin").join("gofmt");
    let said = Command::new(gofmt).arg("-l").arg(source("go/port")).output().unwrap();
    assert!(said.status.success() && said.stdout.is_empty(), "{}", String::from_utf8_lossy(&said.stdout));
}

/// A GOROOT of which only the sources that a rule looks at are there.
fn broken(go: &Path, file: &str, change: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
    let src = go.join("src");
    let copy = tempfile::tempdir().unwrap();
    let rules = rules::parse(port::RULES).unwrap();
    for rule in &rules {
        let Ok(mut text) = std::fs::read_to_string(src.join(&rule.file)) else { continue };
        if rule.file == file {
            let Some(changed) = change(&text) else { continue };
            text = changed;
        }
        let path = copy.path().join(&rule.file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    apply::apply(&rules, copy.path(), Release(27)).map(drop)
}

#[test]
fn a_rule_that_does_not_fit_is_named_with_file_and_anchor() {
    let go = gos().remove(0);
    broken(&go, "", |_| None).unwrap();
    let renamed = |text: &str| Some(text.replace("func goschedImpl(", "func goschedImplementation("));
    let said = broken(&go, "runtime/proc.go", renamed).unwrap_err().to_string();
    for part in ["Go 1.27", "edit runtime/proc.go", "not found", "func goschedImpl(gp *g, preempted bool) {"] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    let twice = |text: &str| Some(format!("{text}\nfunc Pipe() {{\n}}\n"));
    let said = broken(&go, "syscall/fs_wasip1.go", twice).unwrap_err().to_string();
    assert!(said.contains("cut syscall/fs_wasip1.go") && said.contains("more than once"), "{said}");
    let said = broken(&go, "net/fd_posix.go", |_| None).unwrap_err().to_string();
    assert!(said.contains("widen net/fd_posix.go") && said.contains("no such file"), "{said}");
    // What only tests of the standard library need may be missing.
    broken(&go, "net/main_unix_test.go", |_| None).unwrap();
}

#[test]
fn an_untested_go_is_refused_unless_it_is_allowed() {
    let mut go = gopherix_toolchain::Go::find(Some(&gos().remove(0)), None).unwrap();
    go.env.goversion = "go1.99.1".into();
    let said = go.release(false).unwrap_err().to_string();
    assert!(
        said.contains("go1.99.1") && said.contains("1.25, 1.26, 1.27") && said.contains("--allow-untested-go"),
        "{said}"
    );
    assert_eq!(go.release(true).unwrap(), Release(99));
}

#[test]
fn a_users_overlay_is_merged_or_refused() {
    let go = gos().remove(0);
    let dir = module(&[
        ("main.go", "package main\n\nfunc main() { println(word) }\n"),
        ("word.go", "package main\n\nconst word = 1\n"),
        ("other.txt", "package main\n\nconst word = \"other\"\n"),
        ("user.json", r#"{"Replace": {"word.go": "other.txt"}}"#),
    ]);
    let cache = tempfile::tempdir().unwrap();
    let request = Request { go: Some(go), untested: false, cache: cache.path().into() };
    let port = Port::make(&request, Some(dir.path())).unwrap();
    assert!(port.build(&flags(dir.path(), &["-overlay=user.json", "-o", "out.wasm", "."])).unwrap().success());
    check::check(&dir.path().join("out.wasm")).unwrap();

    let src = port.go().env.goroot.join("src/net/net_fake.go");
    let clash = format!(r#"{{"Replace": {{"{}": ""}}}}"#, src.display());
    std::fs::write(dir.path().join("clash.json"), clash).unwrap();
    let said =
        overlay::merge(port.overlay(), Path::new("clash.json"), dir.path(), cache.path()).unwrap_err().to_string();
    assert!(said.contains("clash.json") && said.contains("net_fake.go"), "{said}");
}

#[test]
fn vendored_packages_workspaces_and_folders_pass_through() {
    let go = gos().remove(0);
    let dir = module(&[
        ("app/go.mod", "module example.com/app\n\ngo 1.25\n\nrequire example.com/dep v1.0.0\n"),
        ("app/main.go", "package main\n\nimport \"example.com/dep\"\n\nfunc main() { println(dep.Word) }\n"),
        ("app/vendor/modules.txt", "# example.com/dep v1.0.0\n## explicit; go 1.25\nexample.com/dep\n"),
        ("app/vendor/example.com/dep/dep.go", "package dep\n\nconst Word = \"vendored\"\n"),
        ("work/go.work", "go 1.25\n\nuse (\n\t./one\n\t./two\n)\n"),
        ("work/one/go.mod", "module example.com/one\n\ngo 1.25\n"),
        ("work/one/main.go", "package main\n\nimport \"example.com/two\"\n\nfunc main() { println(two.Word) }\n"),
        ("work/two/go.mod", "module example.com/two\n\ngo 1.25\n"),
        ("work/two/two.go", "package two\n\nconst Word = \"two\"\n"),
    ]);
    let cache = tempfile::tempdir().unwrap();
    let request = Request { go: Some(go), untested: false, cache: cache.path().into() };
    for (folder, words) in [("app", ["-mod=vendor", "."]), ("work/one", ["-mod=readonly", "."])] {
        let folder = dir.path().join(folder);
        let port = Port::make(&request, Some(&folder)).unwrap();
        assert!(port.build(&flags(&folder, &words)).unwrap().success(), "{}", folder.display());
        let name = if folder.ends_with("app") { "app" } else { "one" };
        assert!(check::is_ported(&std::fs::read(folder.join(name)).unwrap()));
    }
    let race = Flags { sanitizer: Some("-race"), ..Flags::default() };
    let port = Port::make(&request, Some(dir.path())).unwrap();
    assert!(port.command("build", &race, None).unwrap_err().to_string().contains("-race is not supported"));
}
