//! Arguments, environment, working directory: nothing of the host unless granted.

use crate::support::{go_guest, gopherix, run_go, temp};

#[test]
fn everything_is_closed_by_default() {
    let dir = temp();
    let run = run_go([""; 0]).env("SECRET", "1").current_dir(dir.path());
    let host = dir.path().to_str().unwrap();
    let done = run.args(["env", "then", "cwd", "then", "ls", "/tmp", "then", "ls", host]).done().expect(1);
    assert_eq!(done.stdout, format!("[\"PWD=/\"]\n/\nerror: open {host}: No such file or directory\n"));
    let root = run_go([""; 0]).args(["ls", "/"]).done().expect(0);
    assert_eq!(root.stdout, "dev\nproc\ntmp\n");
}

#[test]
fn env_sets_passes_on_and_inherits() {
    let run = |flags: &[&str]| {
        let run = run_go(flags).env("ONE", "1").env("TWO", "a=b c").args(["env"]);
        run.done().expect(0).stdout
    };
    assert_eq!(run(&["--env", "ONE", "--env", "NEW=x=y", "--env", "ABSENT"]), "[\"NEW=x=y\" \"ONE=1\" \"PWD=/\"]\n");
    assert_eq!(run(&["--env", "A=1", "--env", "A=2", "--env", "E="]), "[\"A=2\" \"E=\" \"PWD=/\"]\n");
    let all = run(&["--env-inherit", "--env", "ONE=other"]);
    assert!(all.contains("\"ONE=other\"") && all.contains("\"TWO=a=b c\"") && all.contains("GOPHERIX_CACHE"), "{all}");
    assert!(!all.contains("\"ONE=1\""), "{all}");
}

#[test]
fn cwd_is_the_guests() {
    run_go(["--cwd", "/tmp"]).args(["cwd"]).done().expect(0).prints("/tmp\n");
    let done = run_go(["--cwd", "/nowhere"]).args(["cwd"]).done().expect(125);
    let name = go_guest().display();
    done.says(&format!("gopherix: {name}: working directory /nowhere: ENOENT (no such file or directory)\n"));
    run_go(["--cwd", "tmp"]).done().expect(2).mentions("it must be an absolute path in the guest");
}

#[test]
fn cwd_follows_this_one_if_it_is_granted() {
    let dir = temp();
    let inner = dir.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let inside = inner.canonicalize().unwrap();
    let own = run_go(["--dir", ".."]).current_dir(&inner).args(["cwd"]).done().expect(0);
    assert_eq!(own.stdout.trim_end(), inside.to_str().unwrap());
    run_go(["--dir", "..::/elsewhere"]).current_dir(&inner).args(["cwd"]).done().expect(0).prints("/\n");
}

#[test]
fn argv0_is_the_program_as_given_unless_named() {
    let guest = go_guest();
    run_go([""; 0]).args(["args"]).done().expect(0).prints(&format!("[{guest:?} \"args\"]\n"));
    run_go(["--argv0", "other"]).args(["args"]).done().expect(0).prints("[\"other\" \"args\"]\n");
}

#[test]
fn what_stands_behind_the_program_is_the_programs() {
    let all = ["args", "--dir", "-A", "--timeout=x", "--", "-h", "", "\u{e9}"];
    let expected = "\"args\" \"--dir\" \"-A\" \"--timeout=x\" \"--\" \"-h\" \"\" \"é\"]\n";
    let done = run_go(["--argv0=x"]).args(all).done().expect(0);
    done.prints(&format!("[\"x\" {expected}"));
    let done = gopherix(["run", "--argv0=x", "--"]).args([go_guest()]).args(all).done().expect(0);
    done.prints(&format!("[\"x\" {expected}"));
}

#[test]
fn allow_all_is_the_host() {
    let dir = temp();
    let here = dir.path().canonicalize().unwrap();
    std::fs::write(here.join("note"), "found").unwrap();
    let run = run_go(["-A"]).env("SECRET", "xyzzy").current_dir(&here);
    let done = run.args(["cwd", "then", "read", "note", "then", "write", "new", "n", "then", "env"]).done().expect(0);
    let start = format!("{}\nfound[", here.display());
    assert!(done.stdout.starts_with(&start) && done.stdout.contains("\"SECRET=xyzzy\""), "{}", done.stdout);
    assert_eq!(std::fs::read_to_string(here.join("new")).unwrap(), "n");
}
