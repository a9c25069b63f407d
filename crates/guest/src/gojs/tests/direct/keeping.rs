//! When calls take the long way, and that what was made already is not made again.

use gopherix_kernel::file::File;

use super::*;

#[test]
fn without_the_worlds_own_functions_every_call_is_declined() {
    let mut guest = Guest::new(note_event);
    create(&mut guest, "file", b"");
    // It has not asked for `fs` yet.
    assert!(!stat(&mut guest, "syscall.Stat", b"file"));
    let fs = get(&mut guest, GLOBAL, "fs");
    assert!(stat(&mut guest, "syscall.Stat", b"file"));
    let replace = |guest: &mut Guest, target: u64, key: &str, value: u64| {
        guest.set_word(8, target);
        guest.set_bytes(16, PATH, key.as_bytes());
        guest.set_word(32, value);
        guest.call(gojs::value_set);
    };
    // The wrong one of ours is none either.
    let (stat_function, lstat) = (get(&mut guest, fs, "stat"), get(&mut guest, fs, "lstat"));
    for other in [lstat, GLOBAL, 1f64.to_bits()] {
        replace(&mut guest, fs, "stat", other);
        assert!(!stat(&mut guest, "syscall.Stat", b"file"));
        assert!(stat(&mut guest, "syscall.Lstat", b"file"));
    }
    replace(&mut guest, fs, "stat", stat_function);
    assert!(stat(&mut guest, "syscall.Stat", b"file"));
    replace(&mut guest, fs, "mkdir", lstat);
    assert_eq!(fs_call(&mut guest, "mkdir", &[Any::String("x"), Any::Uint32(0o755)]), None);
    let fd = open(&mut guest, "file", 2);
    assert_eq!(positional(&mut guest, "syscall.Pread", fd, 1, 0), Some(0));
    replace(&mut guest, fs, "read", lstat);
    assert_eq!(positional(&mut guest, "syscall.Pread", fd, 1, 0), None);
    assert_eq!(positional(&mut guest, "syscall.Pwrite", fd, 1, 0), Some(1));
    replace(&mut guest, GLOBAL, "Uint8Array", lstat);
    assert_eq!(positional(&mut guest, "syscall.Pwrite", fd, 1, 0), None);
    // Another `fs`, as soon as Go has seen it.
    let other = guest.gojs.engine.thing();
    let other = guest.gojs.table.store(&*guest.gojs.engine, Value::Engine(other)).unwrap();
    replace(&mut guest, GLOBAL, "fs", other);
    assert!(stat(&mut guest, "syscall.Lstat", b"file"));
    get(&mut guest, GLOBAL, "fs");
    assert!(!stat(&mut guest, "syscall.Lstat", b"file"));
    replace(&mut guest, GLOBAL, "fs", fs);
    get(&mut guest, GLOBAL, "fs");
    assert!(!stat(&mut guest, "syscall.Lstat", b"file"));
}

#[test]
fn an_fs_of_another_object_is_not_the_worlds() {
    let mut guest = guest();
    let other = guest.gojs.engine.thing();
    let other = guest.gojs.table.store(&*guest.gojs.engine, Value::Engine(other)).unwrap();
    get(&mut guest, other, "fs");
    assert!(stat(&mut guest, "syscall.Stat", b"file"));
}

#[test]
fn the_event_loop_gets_its_turn() {
    let mut guest = guest();
    for _ in 0..2 {
        let answered = (0..100).take_while(|_| stat(&mut guest, "syscall.Stat", b"file")).count();
        assert_eq!(answered, 64);
        assert!(!stat(&mut guest, "syscall.Lstat", b"file"));
        assert_eq!(fs_call(&mut guest, "unlink", &[Any::String("file")]), None);
        assert_eq!(positional(&mut guest, "syscall.Pread", 0, 1, 0), None);
        turn(&mut guest);
    }
    // Many bytes count as many calls.
    let fd = open(&mut guest, "file", 2);
    assert_eq!(positional(&mut guest, "syscall.Pwrite", fd, 40000, 0), Some(40000));
    let answered = (0..100).take_while(|_| stat(&mut guest, "syscall.Stat", b"file")).count();
    assert_eq!(answered, 64 - 1 - 3);
}

#[test]
fn a_call_that_failed_is_not_made_again() {
    let mut guest = guest();
    assert!(!stat(&mut guest, "syscall.Stat", b"late"));
    create(&mut guest, "late", b"");
    // Its stack was too small: it begins again.
    assert!(!stat(&mut guest, "syscall.Stat", b"late"));
    // The body of `Stat` calls `fsCall`, and that JavaScript.
    assert_eq!(fs_call(&mut guest, "stat", &[Any::String("late")]), None);
    long_way(&mut guest, FsOp::Stat, vec![Value::string("late")]);
    assert_eq!(turn(&mut guest), ["ENOENT: no such file or directory, stat 'late'"]);
    long_way(&mut guest, FsOp::Stat, vec![Value::string("late")]);
    assert_eq!(turn(&mut guest), ["an object"]);

    assert_eq!(fs_call(&mut guest, "close", &[Any::Int(3)]), None);
    open_elsewhere(&mut guest, 3);
    long_way(&mut guest, FsOp::Close, vec![Value::Number(3.0)]);
    assert_eq!(turn(&mut guest), ["EBADF: bad file descriptor, close"]);

    // `Pread` has no buffer yet that JavaScript knows.
    assert_eq!(positional(&mut guest, "syscall.Pread", 4, 4, 0), None);
    assert_eq!(positional(&mut guest, "syscall.Pread", 4, 4, 0), None);
    let bytes = buffer(&guest, &[0; 4]);
    open_elsewhere(&mut guest, 4);
    let args = [Any::Int(4), Any::Value(bytes), Any::Int(0), Any::Int(4), Any::Int64(0)];
    assert_eq!(fs_call(&mut guest, "read", &args), None);
    let bytes = guest.gojs.table.load(bytes);
    let [fd, offset, len, position] = [4.0, 0.0, 4.0, 0.0].map(Value::Number);
    long_way(&mut guest, FsOp::Read, vec![fd, bytes, offset, len, position]);
    assert_eq!(turn(&mut guest), ["EBADF: bad file descriptor, read"]);
}

/// Opens the file without the guest's doing, as this descriptor.
pub(super) fn open_elsewhere(guest: &mut Guest, want: u32) {
    let (access, mode) = (AccessMode::ReadOnly, Mode(0));
    let opened =
        guest.split().1.sys_openat(At::Cwd, b"file", OpenFlags::empty(), access, mode, Rights::all(), Rights::all());
    assert_eq!(opened.unwrap().fd.0, want);
}

/// A step between a call that failed and its long way, which must not be told the old answer any more.
type Between = fn(&mut Guest);

#[test]
fn what_failed_before_something_else_is_made_again() {
    let between: [(&str, Between); 8] = [
        ("another path", |guest| assert!(stat(guest, "syscall.Stat", b"file"))),
        ("another call", |guest| assert!(fs_call(guest, "chmod", &[Any::String("file"), Any::Uint32(1)]).is_some())),
        ("one that is declined", |guest| assert!(fs_call(guest, "readdir", &[Any::String("/")]).is_none())),
        ("one that nobody knows", |guest| assert!(fs_call(guest, "unknown", &[]).is_none())),
        ("one without an open file", |guest| assert!(positional(guest, "syscall.Pread", 9, 1, -1).is_none())),
        ("a script's own", |guest| {
            let gojs = guest.gojs.clone();
            let args = [Value::string("file")];
            assert!(gojs.call_intrinsic(guest, Intrinsic::FsSync(FsOp::Stat), &args).is_ok());
        }),
        ("another directory", |guest| {
            let gojs = guest.gojs.clone();
            let chdir = Intrinsic::Process(crate::gojs::intrinsic::ProcessOp::Chdir);
            assert!(gojs.call_intrinsic(guest, chdir, &[Value::string("/")]).is_ok());
        }),
        ("an event", |guest| drop(turn(guest))),
    ];
    for (what, step) in between {
        let mut guest = guest();
        assert!(!stat(&mut guest, "syscall.Stat", b"late"));
        create(&mut guest, "late", b"");
        step(&mut guest);
        long_way(&mut guest, FsOp::Stat, vec![Value::string("late")]);
        assert_eq!(turn(&mut guest), ["an object"], "{what}");
        remove(&mut guest, "late");
    }
}

fn read_args(guest: &Guest, fd: u32) -> ([Any<'static>; 5], Vec<Value<Fake>>) {
    let bytes = buffer(guest, &[0; 3]);
    let direct = [Any::Int(fd.into()), Any::Value(bytes), Any::Int(0), Any::Int(3), Any::Nil];
    let value = guest.gojs.table.load(bytes);
    let long = [Value::Number(fd.into()), value, Value::Number(0.0), Value::Number(3.0), Value::Null];
    (direct, long.into())
}

#[test]
fn what_would_wait_is_left_to_the_event_loop() {
    let mut guest = guest();
    let (direct, long) = read_args(&guest, 0);
    assert_eq!(fs_call(&mut guest, "read", &direct), None);
    long_way(&mut guest, FsOp::Read, long);
    assert_eq!(turn(&mut guest), [""; 0]);
    // The first one waits: nobody may overtake it.
    guest.input.as_ref().unwrap().write(b"abcdef").unwrap();
    let (second, _) = read_args(&guest, 0);
    assert_eq!(fs_call(&mut guest, "read", &second), None);
    assert_eq!(turn(&mut guest), [""; 0]);
    assert_eq!(turn(&mut guest), ["3"]);
    let Any::Value(first) = direct[1] else { panic!("no buffer") };
    assert_eq!(buffer_text(&guest, first), "abc");
    assert_eq!(fs_call(&mut guest, "read", &second), Some(3f64.to_bits()));
    let Any::Value(second) = second[1] else { panic!("no buffer") };
    assert_eq!(buffer_text(&guest, second), "def");
}
