//! Arguments that are not what package `syscall` gives, and frames that are not in memory.

use super::open::{FS_CALL_IN_OPEN, RESOLVE};
use super::*;

#[test]
fn calls_with_other_answers_are_declined() {
    let mut guest = guest();
    for name in ["stat", "lstat", "readdir", "readlink", "access", "openSync", "readFile", "", "opened"] {
        assert_eq!(fs_call(&mut guest, name, &[Any::String("file")]), None, "{name}");
    }
    for name in ["fstat", "fsync", "fdatasync"] {
        assert_eq!(fs_call(&mut guest, name, &[Any::Int(1)]), None, "{name}");
    }
}

#[test]
fn arguments_that_are_not_of_the_package_are_declined() {
    let mut guest = guest();
    // bool, int32, uint64, float64, pointer, slice, and a struct of another size.
    for (kind, size) in [(1, 1), (5, 4), (11, 8), (14, 8), (22, 8), (23, 24), (25, 24), (25, 8), (31, 8), (0, 8)] {
        let args = [Any::String("new"), Any::Other(kind, size)];
        assert_eq!(fs_call(&mut guest, "mkdir", &args), None, "{kind}");
    }
    for path in [Any::Nil, Any::Int(3), Any::String(""), Any::Value(GLOBAL), Any::Value(NULL), Any::Value(0)] {
        assert_eq!(fs_call(&mut guest, "mkdir", &[path, Any::Uint32(0o755)]), None);
    }
    let numbers = [Any::Int(0); 6];
    assert_eq!(fs_call(&mut guest, "close", &numbers), None);
    assert_eq!(fs_call(&mut guest, "close", &[]), None);
    assert_eq!(fs_call(&mut guest, "close", &[Any::Int(-1)]), None);
    assert!(!exists(&mut guest, "new"));
    // All three are still open.
    assert_eq!(guest.process.fds.lock().iter().count(), 3);
}

#[test]
fn a_buffer_must_be_one_and_large_enough() {
    let mut guest = guest();
    let fd = Any::Int(open(&mut guest, "file", 2) as i64);
    let bytes = buffer(&guest, &[0; 4]);
    let string = guest.gojs.table.store(&*guest.gojs.engine, Value::string("abcdefgh")).unwrap();
    for name in ["read", "write"] {
        for (value, offset, len) in [(bytes, 0, 5), (bytes, 4, 1), (bytes, -1, 1), (string, 0, 4), (GLOBAL, 0, 0)] {
            let args = [fd, Any::Value(value), Any::Int(offset), Any::Int(len), Any::Nil];
            assert_eq!(fs_call(&mut guest, name, &args), None, "{name} {offset} {len}");
        }
    }
    assert_eq!(positional(&mut guest, "syscall.Pread", 3, 16, 0), Some(10));
}

#[test]
fn functions_that_are_not_in_the_table_are_declined() {
    let mut guest = guest();
    let sp = guest.sp;
    for index in [u32::try_from(DIRECT.len()).unwrap(), 1000, u32::MAX] {
        assert_eq!(gojs::direct(&mut guest, index, sp), Ok(false));
    }
}

#[test]
fn frames_outside_of_memory_end_the_process() {
    let size = |name: &str| match name {
        "syscall.fsCall" | FS_CALL_IN_OPEN | RESOLVE => 80,
        "syscall.Stat" | "syscall.Lstat" => 48,
        "syscall.Fstat" => 40,
        _ => 72,
    };
    for direct in DIRECT {
        let (name, size) = (direct.name(), size(direct.name()));
        for sp in [u32::MAX, u32::MAX - 7, 65536, 65535, 65536 - 8, 65536 - size + 1] {
            let mut guest = guest();
            assert!(gojs::direct(&mut guest, index(name), sp).is_err(), "{name} {sp}");
            assert!(guest.process.is_ending(), "{name} {sp}");
        }
        let mut guest = guest();
        guest.memory[65536 - size as usize..].fill(0);
        assert_eq!(gojs::direct(&mut guest, index(name), 65536 - size), Ok(false), "{name}");
    }
}

#[test]
fn pointers_out_of_memory_end_the_process() {
    let headers: [(&str, &[usize]); 9] = [
        ("syscall.fsCall", &[8, 24]),
        (FS_CALL_IN_OPEN, &[8, 24]),
        (RESOLVE, &[24, 40]),
        ("syscall.Stat", &[8]),
        ("syscall.Lstat", &[8]),
        ("syscall.Fstat", &[]),
        ("syscall.Readlink", &[8, 24]),
        ("syscall.Pread", &[16]),
        ("syscall.Pwrite", &[16]),
    ];
    for (symbol, offsets) in headers {
        for (offset, (ptr, len)) in offsets.iter().flat_map(|offset| {
            [(65536, 1), (65535, 2), (u64::MAX, 1), (1 << 32, 1), (0, u64::MAX), (8, 1 << 60)].map(|p| (*offset, p))
        }) {
            let mut guest = guest();
            let sp = guest.sp as usize;
            guest.memory[sp..sp + 128].fill(0);
            guest.set_bytes(8, PATH, b"mkdir");
            guest.set_word(offset, ptr);
            guest.set_word(offset + 8, len);
            let sp = guest.sp;
            assert!(gojs::direct(&mut guest, index(symbol), sp).is_err(), "{symbol} {offset} {ptr:x} {len:x}");
            assert!(guest.process.is_ending());
        }
    }
    for room in [65536 - 103, 65536, u64::MAX, u64::MAX - 104, 1 << 32] {
        let mut guest = guest();
        guest.set_bytes(8, PATH, b"file");
        guest.set_word(24, room);
        let sp = guest.sp;
        assert!(gojs::direct(&mut guest, index("syscall.Stat"), sp).is_err(), "{room:x}");
    }
}
