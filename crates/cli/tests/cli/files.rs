//! Host directories: what is granted, and that nothing else can be reached from there.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use crate::support::{Done, file, gopherix, module, run_go, temp};

/// A folder to grant, `inner`, with a `secret` beside it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = temp();
    let inner = dir.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    file(&inner, "note", "inside");
    file(dir.path(), "secret", "SECRET");
    (dir, inner)
}

fn grant(flag: &str, host: &Path, rest: &str) -> [String; 2] {
    [flag.into(), format!("{}{rest}", host.display())]
}

#[test]
fn a_granted_directory_is_read_and_written() {
    let (_dir, inner) = place();
    let inner = inner.canonicalize().unwrap();
    let note = inner.join("note");
    let new = inner.join("new");
    let run = run_go(grant("--dir", &inner, "")).args(["read"]).args([&note]).args(["then", "write"]).args([&new]);
    run.args(["text"]).done().expect(0).prints("inside");
    assert_eq!(std::fs::read_to_string(new).unwrap(), "text");
    let run = run_go(grant("--dir", &inner, "::/data/deep:rw"));
    run.args(["ls", "/data/deep", "then", "remove", "/data/deep/new"]).done().expect(0).prints("new\nnote\n");
    assert!(!inner.join("new").exists());
}

#[test]
fn a_read_only_directory_is_not_written() {
    let (_dir, inner) = place();
    let before = snapshot(&inner);
    for change in [
        &["write", "/data/new", "x"][..],
        &["write", "/data/note", "x"],
        &["remove", "/data/note"],
        &["rename", "/data/note", "/data/other"],
        &["symlink", "note", "/data/link"],
    ] {
        let done = run_go(grant("--dir", &inner, "::/data:ro")).args(change).done().expect(1);
        assert!(done.stdout.ends_with(": Read-only file system\n"), "{change:?}: {}", done.stdout);
    }
    run_go(grant("--dir", &inner, "::/data:ro")).args(["read", "/data/note"]).done().expect(0).prints("inside");
    assert_eq!(snapshot(&inner), before);
}

#[test]
fn an_overlay_leaves_the_host_as_it_is() {
    let (_dir, inner) = place();
    std::fs::create_dir(inner.join("sub")).unwrap();
    file(&inner.join("sub"), "deep", "deep");
    symlink("note", inner.join("link")).unwrap();
    let before = snapshot(&inner);
    let run = run_go(grant("--overlay", &inner, "::/data")).args(["write", "/data/new", "new", "then"]);
    let run = run.args(["write", "/data/note", "changed", "then", "write", "/data/link", "by link", "then"]);
    let run = run.args(["rename", "/data/sub/deep", "/data/up", "then", "remove", "/data/sub", "then"]);
    let run = run.args(["read", "/data/new", "then", "read", "/data/note", "then", "read", "/data/up", "then", "say"]);
    run.args(["then", "ls", "/data"]).done().expect(0).prints("newby linkdeep\nlink\nnew\nnote\nup\n");
    assert_eq!(snapshot(&inner), before);
    let again = run_go(grant("--overlay", &inner, "::/data")).args(["read", "/data/note"]);
    again.done().expect(0).prints("inside");
}

#[test]
fn a_grant_may_stand_below_another() {
    let (dir, inner) = place();
    let mut flags = grant("--dir", dir.path(), "::/data:ro").to_vec();
    flags.extend(grant("--dir", &inner, "::/data/inner"));
    let run = run_go(flags).args(["write", "/data/inner/new", "x", "then", "write", "/data/new", "x"]).done().expect(1);
    assert!(run.stdout.ends_with("Read-only file system\n"), "{}", run.stdout);
    assert!(inner.join("new").exists() && !dir.path().join("new").exists());
}

#[test]
fn links_do_not_lead_out() {
    let (dir, inner) = place();
    let secret = dir.path().join("secret").canonicalize().unwrap();
    symlink(&secret, inner.join("absolute")).unwrap();
    symlink("../secret", inner.join("relative")).unwrap();
    symlink("..", inner.join("up")).unwrap();
    symlink(dir.path(), inner.join("folder")).unwrap();
    symlink("up/inner/relative", inner.join("chain")).unwrap();
    symlink("../../../../../../../../../etc", inner.join("etc")).unwrap();
    let outside = snapshot(dir.path());
    let run = |args: &[&str]| -> Done { run_go(grant("--dir", &inner, "::/data")).args(args).done() };
    for name in
        ["absolute", "relative", "chain", "up/secret", "folder/secret", "etc/passwd", "../secret", "../../secret"]
    {
        let path = format!("/data/{name}");
        let done = run(&["read", &path]).expect(1);
        assert!(done.stdout.starts_with("error: "), "{name}: {}", done.stdout);
        assert!(!done.stdout.contains("SECRET"), "{name}: {}", done.stdout);
    }
    // Written through a link, the guest's own root is meant at most, never what lies beside the grant.
    for name in ["relative", "absolute", "up/new", "folder/new"] {
        run(&["write", &format!("/data/{name}"), "overwritten"]);
    }
    assert_eq!(snapshot(dir.path()), outside);
}

#[test]
fn links_made_by_the_guest_do_not_lead_out() {
    let (dir, inner) = place();
    let secret = dir.path().join("secret").canonicalize().unwrap();
    for target in ["../secret", secret.to_str().unwrap()] {
        let run = run_go(grant("--dir", &inner, "::/data")).args(["symlink", target, "/data/made", "then"]);
        let done = run.args(["read", "/data/made"]).done().expect(1);
        assert!(!done.stdout.contains("SECRET"), "{}", done.stdout);
        let _ = std::fs::remove_file(inner.join("made"));
    }
}

/// Go cleans paths itself, so the bare calls are made here.
#[test]
fn dots_do_not_lead_out() {
    let (dir, inner) = place();
    symlink("..", inner.join("up")).unwrap();
    let open = |path: &str| {
        let fields = format!(
            r#"(data (i32.const 64) "{path}")
            (func (export "_start") (call $exit (call $open (i32.const 3) (i32.const 1) (i32.const 64)
                (i32.const {}) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0))))"#,
            path.len()
        );
        let path = module(dir.path(), &fields);
        gopherix(["run"]).args(grant("--dir", &inner, "::/")).args([path]).done()
    };
    open("note").expect(0);
    let secret = dir.path().join("secret").canonicalize().unwrap();
    for path in ["../secret", "./../secret", "up/secret", "note/../../secret", "up/../secret", secret.to_str().unwrap()]
    {
        let code = open(path).code;
        // ENOENT, ENOTDIR or ENOTCAPABLE.
        assert!([44, 54, 76].contains(&code), "{path}: errno {code}");
    }
}

#[test]
fn a_directory_that_is_not_there_is_our_own_error() {
    let message = "gopherix: cannot open the directory /nowhere: No such file or directory (os error 2)\n";
    run_go(["--dir", "/nowhere"]).done().expect(125).says(message);
    run_go(["--dir", "/nowhere::/x"]).done().expect(125).says(message);
    let dir = temp();
    let path = file(dir.path(), "plain", "");
    run_go(grant("--overlay", &path, "::/x")).done().expect(125).mentions("Not a directory");
}

/// Every path below, with type, mode, size, modification time and contents.
fn snapshot(dir: &Path) -> BTreeMap<PathBuf, (u32, u64, i64, i64, Vec<u8>)> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let contents = if meta.is_file() {
            std::fs::read(&path).unwrap()
        } else if meta.is_symlink() {
            path.read_link().unwrap().into_os_string().into_encoded_bytes()
        } else {
            all.extend(snapshot(&path));
            Vec::new()
        };
        all.insert(path, (meta.mode(), meta.len(), meta.mtime(), meta.mtime_nsec(), contents));
    }
    all
}
