//! What each function answers.

use super::*;
use crate::gojs::object::stat_number;

#[test]
fn functions_are_go_functions_each_named_once() {
    let mut names: Vec<_> = DIRECT.iter().map(|direct| direct.name()).collect();
    for direct in DIRECT {
        let package = direct.symbol.starts_with("syscall.") || direct.symbol.starts_with("syscall/js.");
        assert!(package && direct.name().starts_with(direct.symbol), "{}", direct.name());
        assert_eq!(direct.name().split_once(" in ").map(|(_, caller)| caller), direct.within);
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), DIRECT.len());
}

#[test]
fn files_are_opened_written_read_and_closed() {
    let mut guest = guest();
    let fd = open(&mut guest, "new", 0o102);
    let zero = Any::Int(0);
    let source = buffer(&guest, b"some bytes");
    let args = [Any::Int(fd as i64), Any::Value(source), zero, Any::Int(10), Any::Nil];
    assert_eq!(fs_call(&mut guest, "write", &args), Some(10f64.to_bits()));
    let target = buffer(&guest, &[b'.'; 12]);
    let from = |position| [Any::Int(fd as i64), Any::Value(target), zero, Any::Int(12), position];
    assert_eq!(fs_call(&mut guest, "read", &from(Any::Int64(5))), Some(5f64.to_bits()));
    assert_eq!(buffer_text(&guest, target), "bytes.......");
    // At the end: the number 0, which has a reference of its own.
    assert_eq!(fs_call(&mut guest, "read", &from(Any::Nil)), Some(0x7ff8_0000_0000_0001));
    assert_eq!(fs_call(&mut guest, "close", &[Any::Int(fd as i64)]), Some(0));
    assert_eq!(fs_call(&mut guest, "close", &[Any::Int(fd as i64)]), None);
    // Neither of the answers has taken up an id, and nobody has been posted: `fs` and the two buffers.
    assert_eq!(guest.gojs.table.len(), 3);
    assert_eq!(turn(&mut guest), [""; 0]);
}

#[test]
fn names_in_directories_come_and_go() {
    let mut guest = guest();
    for (name, args, there) in [
        ("mkdir", &[Any::String("dir"), Any::Uint32(0o755)][..], "dir"),
        ("rename", &[Any::String("file"), Any::String("dir/f")], "dir/f"),
        ("link", &[Any::String("dir/f"), Any::String("hard")], "hard"),
        ("symlink", &[Any::String("nowhere"), Any::String("soft")], "soft"),
        ("chmod", &[Any::String("hard"), Any::Uint32(0o600)], "dir/f"),
        ("truncate", &[Any::String("hard"), Any::Int64(3)], "hard"),
        ("utimes", &[Any::String("hard"), Any::Int64(1), Any::Int64(2)], "hard"),
    ] {
        assert_eq!(fs_call(&mut guest, name, args), Some(0), "{name}");
        assert!(exists(&mut guest, there), "{name}");
    }
    assert!(!exists(&mut guest, "file"));
    let hard = guest.split().1.sys_fstatat(At::Cwd, b"hard", gopherix_abi::AtFlags::empty()).unwrap();
    assert_eq!((hard.mode.0, hard.size, hard.mtime.sec), (0o600, 3, 2));
    for (name, path) in [("unlink", "hard"), ("unlink", "dir/f"), ("rmdir", "dir")] {
        assert_eq!(fs_call(&mut guest, name, &[Any::String(path)]), Some(0), "{name}");
        assert!(!exists(&mut guest, path), "{name}");
    }
}

/// The bytes that Go's own `setStat` makes of the numbers of the long way.
fn as_go_sets(numbers: &[(&str, f64)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, number) in numbers {
        let int = *number as i64;
        match *key {
            "dev" | "ino" | "rdev" | "size" => bytes.extend(int.to_le_bytes()),
            "atimeMs" | "mtimeMs" | "ctimeMs" => {
                bytes.extend((int / 1000).to_le_bytes());
                bytes.extend((int % 1000 * 1_000_000).to_le_bytes());
            }
            _ => bytes.extend((int as u32).to_le_bytes()),
        }
    }
    bytes
}

const KEYS: [&str; 13] =
    ["dev", "ino", "mode", "nlink", "uid", "gid", "rdev", "size", "blksize", "blocks", "atimeMs", "mtimeMs", "ctimeMs"];

#[test]
fn attributes_are_those_of_the_long_way() {
    let mut guest = guest();
    fs_call(&mut guest, "symlink", &[Any::String("file"), Any::String("soft")]).unwrap();
    // Before 1970, with a fraction: conversions go towards zero.
    let time = Value::<Fake>::Number(-1.5);
    let gojs = guest.gojs.clone();
    let args = [Value::string("file"), time.clone(), time];
    assert!(gojs.call_intrinsic(&mut guest, Intrinsic::FsSync(FsOp::Utimes), &args).is_ok());
    // No two numbers are the same by chance.
    fs_call(&mut guest, "chown", &[Any::String("file"), Any::Uint32(5), Any::Uint32(6)]).unwrap();
    fs_call(&mut guest, "link", &[Any::String("file"), Any::String("hard")]).unwrap();
    let fd = open(&mut guest, "file", 0);
    for (symbol, op, path) in [
        ("syscall.Stat", FsOp::Stat, "soft"),
        ("syscall.Lstat", FsOp::Lstat, "soft"),
        ("syscall.Stat", FsOp::Stat, "/"),
        ("syscall.Fstat", FsOp::Fstat, "file"),
    ] {
        let arg = if op == FsOp::Fstat { Value::Number(fd as f64) } else { Value::string(path) };
        let gojs = guest.gojs.clone();
        let answer = gojs.call_intrinsic(&mut guest, Intrinsic::FsSync(op), &[arg]);
        let Ok(Value::Object(object)) = answer else { panic!("{symbol}: no attributes") };
        let Content::Stat(attributes) = &*object.content() else { panic!("{symbol}: no attributes") };
        let numbers = KEYS.map(|key| (key, stat_number(attributes, key).unwrap()));
        let answered =
            if op == FsOp::Fstat { fstat(&mut guest, fd) } else { stat(&mut guest, symbol, path.as_bytes()) };
        assert!(answered, "{symbol} {path}");
        assert_eq!(guest.memory[ROOM..ROOM + 104], as_go_sets(&numbers), "{symbol} {path}");
    }
}

fn fstat(guest: &mut Guest, fd: u64) -> bool {
    clear_frame(guest);
    guest.set_word(8, fd);
    guest.set_word(16, ROOM as u64);
    let answered = call(guest, "syscall.Fstat", 24..40, ROOM..ROOM + 104);
    assert!(!answered || (guest.word(24), guest.word(32)) == (0, 0));
    answered
}

#[test]
fn attributes_of_what_is_not_there_are_for_go_to_report() {
    let mut guest = guest();
    for path in [&b"missing"[..], b"file/x", b"", b"fi\0le", &[b'x'; 5000]] {
        assert!(!stat(&mut guest, "syscall.Stat", path), "{path:?}");
        assert!(!stat(&mut guest, "syscall.Lstat", path), "{path:?}");
    }
    assert!(!fstat(&mut guest, 77));
    assert!(!fstat(&mut guest, u64::MAX));
    // Text as JavaScript has it: what is not UTF-8 has another name there.
    create(&mut guest, "a\u{fffd}", b"");
    assert!(stat(&mut guest, "syscall.Stat", b"a\xff"));
}

#[test]
fn attributes_do_not_go_where_nil_leads() {
    let mut guest = guest();
    for room in [0, 1, 4095] {
        clear_frame(&mut guest);
        guest.set_bytes(8, PATH, b"file");
        guest.set_word(24, room);
        assert!(!call(&mut guest, "syscall.Stat", 0..0, 0..0), "{room}");
    }
}

#[test]
fn links_are_read_as_far_as_there_is_room() {
    let mut guest = guest();
    fs_call(&mut guest, "symlink", &[Any::String("some/target"), Any::String("soft")]).unwrap();
    for (room, want) in [(0, ""), (4, "some"), (11, "some/target"), (40, "some/target")] {
        clear_frame(&mut guest);
        guest.set_bytes(8, PATH, b"soft");
        for (offset, word) in [(24, BUFFER), (32, room), (40, room)] {
            guest.set_word(offset, word as u64);
        }
        assert!(call(&mut guest, "syscall.Readlink", 48..72, BUFFER..BUFFER + want.len()));
        assert_eq!((guest.word(48), guest.word(56), guest.word(64)), (want.len() as u64, 0, 0));
        assert_eq!(&guest.memory[BUFFER..BUFFER + want.len()], want.as_bytes());
    }
    guest.set_bytes(8, PATH, b"file");
    assert!(!call(&mut guest, "syscall.Readlink", 48..72, 0..0));
}

#[test]
fn reads_and_writes_at_a_position_leave_the_files_own_alone() {
    let mut guest = guest();
    let fd = open(&mut guest, "file", 2);
    assert_eq!(positional(&mut guest, "syscall.Pread", fd, 4, 3), Some(4));
    assert_eq!(&guest.memory[BUFFER..BUFFER + 4], b"3456");
    assert_eq!(positional(&mut guest, "syscall.Pread", fd, 8, 7), Some(3));
    assert_eq!(positional(&mut guest, "syscall.Pread", fd, 8, 70), Some(0));
    guest.memory[BUFFER..BUFFER + 2].copy_from_slice(b"xy");
    assert_eq!(positional(&mut guest, "syscall.Pwrite", fd, 2, 1), Some(2));
    let target = buffer(&guest, &[0; 4]);
    let args = [Any::Int(fd as i64), Any::Value(target), Any::Int(0), Any::Int(4), Any::Nil];
    assert_eq!(fs_call(&mut guest, "read", &args), Some(4f64.to_bits()));
    assert_eq!(buffer_text(&guest, target), "0xy3");
}

#[test]
fn positions_and_descriptors_that_are_none_are_declined() {
    let mut guest = guest();
    let fd = open(&mut guest, "file", 0);
    for symbol in ["syscall.Pread", "syscall.Pwrite"] {
        // JavaScript takes -1 for the present position.
        for offset in [-1, i64::MIN, (1 << 53) + 1, i64::MAX] {
            assert_eq!(positional(&mut guest, symbol, fd, 4, offset), None, "{symbol} {offset}");
        }
        for fd in [77, u64::MAX, 1 << 32, 0] {
            assert_eq!(positional(&mut guest, symbol, fd, 4, 0), None, "{symbol} {fd}");
        }
    }
    // Open for reading only.
    assert_eq!(positional(&mut guest, "syscall.Pwrite", fd, 4, 0), None);
}
