//! What `syscall.Open` asks for besides its descriptor, in values that nobody owns.

use super::*;

pub(super) const FS_CALL_IN_OPEN: &str = "syscall.fsCall in syscall.Open";
pub(super) const RESOLVE: &str = "syscall/js.Value.Call in syscall.Open";

/// `fsCall("fstat", fd)` as `Open` calls it.
fn fstat(guest: &mut Guest, fd: u64) -> Option<u64> {
    fs_call_by(guest, FS_CALL_IN_OPEN, "fstat", &[Any::Int(fd as i64)])
}

/// `path.resolve(args...)` as `Open` calls it.
fn resolve(guest: &mut Guest, target: u64, name: &str, args: &[Any<'_>]) -> Option<u64> {
    clear_frame(guest);
    guest.set_word(8, target);
    guest.set_bytes(24, PATH, name.as_bytes());
    put_anys(guest, 40, args);
    let answered = call(guest, RESOLVE, 64..80, 0..0);
    // It has no owner.
    assert!(!answered || guest.word(72) == 0);
    answered.then(|| guest.word(64))
}

fn is_directory(guest: &mut Guest, reference: u64) -> bool {
    guest.set_word(8, reference);
    guest.set_bytes(16, PATH, b"isDirectory");
    guest.set_word(32, 0);
    guest.set_word(40, 0);
    guest.call(gojs::value_call);
    assert_eq!(guest.word(64) & 0xff, 1);
    guest.word(56) == 0x7ff8_0000_0000_0003
}

/// `js.Value.String`: text, and how often the string is referred to afterwards is as before.
fn text(guest: &mut Guest, reference: u64) -> String {
    guest.set_word(8, reference);
    guest.call(gojs::value_prepare_string);
    let (string, len) = (guest.word(16), guest.word(24) as usize);
    guest.set_bytes(16, BUFFER, &vec![0; len]);
    guest.set_word(8, string);
    guest.call(gojs::value_load_string);
    guest.set_word(8, string & 0xffff_ffff);
    guest.call(gojs::finalize_ref);
    String::from_utf8_lossy(&guest.memory[BUFFER..BUFFER + len]).into_owned()
}

#[test]
fn directories_are_told_from_files_however_many() {
    let mut guest = guest();
    fs_call(&mut guest, "mkdir", &[Any::String("dir"), Any::Uint32(0o755)]).unwrap();
    let (file, dir) = (open(&mut guest, "file", 0), open(&mut guest, "dir", 0));
    let held = guest.gojs.table.len();
    for round in 0..100 {
        for (fd, want) in [(file, false), (dir, true), (0, false)] {
            let answer = fstat(&mut guest, fd).unwrap();
            assert_eq!(is_directory(&mut guest, answer), want, "{round}");
        }
        turn(&mut guest);
    }
    assert_eq!(guest.gojs.table.len(), held + 2);
    // A program that drops what it does not own harms nobody else.
    for _ in 0..300 {
        for id in 7..20 {
            guest.set_word(8, id);
            guest.call(gojs::finalize_ref);
        }
    }
    assert!(guest.gojs.table.is_empty());
    let answer = fstat(&mut guest, dir).unwrap();
    assert!(is_directory(&mut guest, answer));
}

#[test]
fn open_is_told_no_other_objects() {
    let mut guest = guest();
    for name in ["stat", "lstat", "readdir", "readlink"] {
        assert_eq!(fs_call_by(&mut guest, FS_CALL_IN_OPEN, name, &[Any::String("/")]), None, "{name}");
    }
    let fd = fs_call_by(&mut guest, FS_CALL_IN_OPEN, "open", &[Any::String("file"), Any::Int(0), Any::Uint32(0)]);
    assert_eq!(fd, Some(3f64.to_bits()));
    // Whoever else asks wants to know more.
    assert_eq!(fs_call(&mut guest, "fstat", &[Any::Int(3)]), None);
    assert!(fstat(&mut guest, 3).is_some());
}

#[test]
fn a_descriptor_that_is_none_is_asked_for_once() {
    let mut guest = guest();
    assert_eq!(fstat(&mut guest, 3), None);
    keeping::open_elsewhere(&mut guest, 3);
    assert_eq!(fstat(&mut guest, 3), None);
    long_way(&mut guest, FsOp::Fstat, vec![Value::Number(3.0)]);
    assert_eq!(turn(&mut guest), ["EBADF: bad file descriptor, fstat"]);
    assert!(fstat(&mut guest, 3).is_some());
}

#[test]
fn paths_are_resolved_and_gone_once_they_are_go_strings() {
    let mut guest = guest();
    fs_call(&mut guest, "mkdir", &[Any::String("dir"), Any::Uint32(0o755)]).unwrap();
    let path = get(&mut guest, GLOBAL, "path");
    let (held, bytes) = (guest.gojs.table.len(), guest.gojs.table.bytes());
    for (given, want) in [("file", "/file"), ("/a/../b/", "/b"), (".", "/")] {
        // The same text elsewhere has an id of its own, and an owner.
        let same = guest.gojs.table.store(&*guest.gojs.engine, Value::string(want)).unwrap();
        let first = resolve(&mut guest, path, "resolve", &[Any::String(given)]).unwrap();
        let second = resolve(&mut guest, path, "resolve", &[Any::String(given)]).unwrap();
        assert!(same != first && first != second && first >> 32 == 0x7ff8_0002);
        assert_eq!([same, first, second].map(|reference| text(&mut guest, reference)), [want; 3]);
        assert_eq!(guest.gojs.table.len(), held + 1);
        assert_eq!(text(&mut guest, same), want);
        guest.set_word(8, same & 0xffff_ffff);
        guest.call(gojs::finalize_ref);
    }
    assert_eq!((guest.gojs.table.len(), guest.gojs.table.bytes()), (held, bytes));
    let gojs = guest.gojs.clone();
    let chdir = Intrinsic::Process(crate::gojs::intrinsic::ProcessOp::Chdir);
    assert!(gojs.call_intrinsic(&mut guest, chdir, &[Value::string("dir")]).is_ok());
    let reference = resolve(&mut guest, path, "resolve", &[Any::String("../x")]).unwrap();
    assert_eq!(text(&mut guest, reference), "/x");
    let reference = resolve(&mut guest, path, "resolve", &[Any::String("x")]).unwrap();
    assert_eq!(text(&mut guest, reference), "/dir/x");
}

#[test]
fn methods_that_are_not_the_worlds_own_resolve_are_declined() {
    let mut guest = guest();
    let path = get(&mut guest, GLOBAL, "path");
    let fs = get(&mut guest, GLOBAL, "fs");
    let string = guest.gojs.table.store(&*guest.gojs.engine, Value::string("resolve")).unwrap();
    let arg = [Any::String("file")];
    for (target, name) in
        [(path, "join"), (path, ""), (fs, "resolve"), (GLOBAL, "resolve"), (string, "resolve"), (0, "resolve")]
    {
        assert_eq!(resolve(&mut guest, target, name, &arg), None, "{name}");
    }
    for args in [&[Any::Int(1)][..], &[Any::Nil], &[Any::String("a\0b")], &[Any::String("")], &[Any::Other(5, 8)]] {
        assert_eq!(resolve(&mut guest, path, "resolve", args), None);
    }
    // A script has put something else there.
    let function = get(&mut guest, fs, "stat");
    guest.set_word(8, path);
    guest.set_bytes(16, PATH, b"resolve");
    guest.set_word(32, function);
    guest.call(gojs::value_set);
    assert_eq!(resolve(&mut guest, path, "resolve", &arg), None);
}
