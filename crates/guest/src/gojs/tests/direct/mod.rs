//! Direct calls: each function right and declining, and nothing but results written.

mod frames;
mod hostile;
mod keeping;
mod open;
mod results;

use gopherix_abi::{AccessMode, At, Mode, OpenFlags, Rights};

use super::fake::{Fake, Guest};
use crate::gojs::engine::Caller;
use crate::gojs::intrinsic::{FsOp, Intrinsic};
use crate::gojs::value::{Content, Value};
use crate::gojs::{self, DIRECT};

const GLOBAL: u64 = 0x7ff8_0001_0000_0005;
const NULL: u64 = 0x7ff8_0000_0000_0002;
/// Where paths lie; results of `Stat`; buffers; types and data of `any`s.
const PATH: usize = 8192;
const ROOM: usize = 16384;
const BUFFER: usize = 20000;
const ANY: usize = 32768;
/// What fills frames and rooms before a call.
const FILL: u8 = 0xee;

/// An argument of `fsCall`.
#[derive(Clone, Copy)]
enum Any<'a> {
    Nil,
    Int(i64),
    Int64(i64),
    Uint32(u32),
    String(&'a str),
    /// A `js.Value`.
    Value(u64),
    /// Of this kind and size.
    Other(u8, u64),
}

/// A guest that has the world's `fs`, and a file of a few bytes.
fn guest() -> Guest {
    let mut guest = Guest::new(note_event);
    get(&mut guest, GLOBAL, "fs");
    create(&mut guest, "file", b"0123456789");
    guest
}

fn get(guest: &mut Guest, target: u64, key: &str) -> u64 {
    guest.set_word(8, target);
    guest.set_bytes(16, PATH, key.as_bytes());
    guest.call(gojs::value_get);
    guest.word(32)
}

fn create(guest: &mut Guest, path: &str, bytes: &[u8]) {
    use gopherix_kernel::memory::{SliceMemory, UserSlice};
    let (_, cx) = guest.split();
    let (flags, access) = (OpenFlags::CREAT, AccessMode::ReadWrite);
    let fd = cx.sys_openat(At::Cwd, path.as_bytes(), flags, access, Mode(0o644), Rights::all(), Rights::all());
    let fd = fd.unwrap().fd;
    let whole = [UserSlice { ptr: 0, len: bytes.len() as u64 }];
    let mut bytes = bytes.to_vec();
    cx.sys_pwritev2(&mut SliceMemory(&mut bytes), fd, &whole, None, gopherix_abi::RwFlags::empty()).unwrap();
    cx.sys_close(fd).unwrap();
}

fn remove(guest: &mut Guest, path: &str) {
    guest.split().1.sys_unlinkat(At::Cwd, path.as_bytes(), gopherix_abi::AtFlags::empty()).unwrap();
}

fn exists(guest: &mut Guest, path: &str) -> bool {
    guest.split().1.sys_fstatat(At::Cwd, path.as_bytes(), gopherix_abi::AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

fn index(name: &str) -> u32 {
    u32::try_from(DIRECT.iter().position(|direct| direct.name() == name).unwrap()).unwrap()
}

/// Fills the frame of the next call behind its arguments.
fn clear_frame(guest: &mut Guest) {
    let sp = guest.sp as usize;
    guest.memory[sp..sp + 128].fill(FILL);
}

/// Makes the direct call; whether it was answered. Nothing may be written but to these ranges, from the stack pointer or
/// anywhere, and nothing at all by one that was not.
fn call(guest: &mut Guest, symbol: &str, results: std::ops::Range<usize>, room: std::ops::Range<usize>) -> bool {
    let (before, sp) = (guest.memory.clone(), guest.sp);
    let answered = gojs::direct(guest, index(symbol), sp).unwrap();
    let sp = sp as usize;
    let may = |at| answered && (room.contains(&at) || (sp + results.start..sp + results.end).contains(&at));
    let wrong = (0..before.len()).find(|at| guest.memory[*at] != before[*at] && !may(*at));
    assert_eq!(wrong, None, "{symbol} wrote there");
    answered
}

fn put_any(guest: &mut Guest, at: usize, any: Any<'_>) -> [u64; 2] {
    let (kind, size, data) = match any {
        Any::Nil => return [0, 0],
        // With the bit that Go has for other things in the same byte.
        Any::Int(n) => (2 | 1 << 6, 8, n.to_le_bytes().to_vec()),
        Any::Int64(n) => (6, 8, n.to_le_bytes().to_vec()),
        Any::Uint32(n) => (10, 4, n.to_le_bytes().to_vec()),
        Any::String(text) => {
            guest.memory[at + 64..at + 64 + text.len()].copy_from_slice(text.as_bytes());
            let header = [(at + 64) as u64, text.len() as u64];
            (24, 16, header.iter().flat_map(|word| word.to_le_bytes()).collect())
        }
        Any::Value(reference) => (25, 16, [reference.to_le_bytes(), [0; 8]].concat()),
        Any::Other(kind, size) => (kind, size, vec![0; 16]),
    };
    guest.memory[at..at + 8].copy_from_slice(&u64::to_le_bytes(size));
    guest.memory[at + 23] = kind;
    guest.memory[at + 32..at + 32 + data.len()].copy_from_slice(&data);
    [at as u64, at as u64 + 32]
}

/// Puts a `[]any` into the frame.
fn put_anys(guest: &mut Guest, offset: usize, args: &[Any<'_>]) {
    let list = ANY - 512;
    for (i, any) in args.iter().enumerate() {
        let words = put_any(guest, ANY + 1024 * i, *any);
        for (j, word) in words.iter().enumerate() {
            let at = list + 16 * i + 8 * j;
            guest.memory[at..at + 8].copy_from_slice(&word.to_le_bytes());
        }
    }
    for (offset, word) in [(offset, list), (offset + 8, args.len()), (offset + 16, args.len())] {
        guest.set_word(offset, word as u64);
    }
}

/// `fsCall(name, args...)`: the reference it answers.
fn fs_call(guest: &mut Guest, name: &str, args: &[Any<'_>]) -> Option<u64> {
    fs_call_by(guest, "syscall.fsCall", name, args)
}

/// The same by the direct way of this name.
fn fs_call_by(guest: &mut Guest, way: &str, name: &str, args: &[Any<'_>]) -> Option<u64> {
    clear_frame(guest);
    guest.set_bytes(8, PATH, name.as_bytes());
    put_anys(guest, 24, args);
    let answered = call(guest, way, 48..80, 0..0);
    if answered {
        assert_eq!((guest.word(56), guest.word(64), guest.word(72)), (0, 0, 0));
    }
    answered.then(|| guest.word(48))
}

/// `Stat` or one like it, of a path.
fn stat(guest: &mut Guest, symbol: &str, path: &[u8]) -> bool {
    clear_frame(guest);
    guest.set_bytes(8, PATH, path);
    guest.set_word(24, ROOM as u64);
    guest.memory[ROOM..ROOM + 112].fill(FILL);
    let answered = call(guest, symbol, 32..48, ROOM..ROOM + 104);
    assert!(!answered || (guest.word(32), guest.word(40)) == (0, 0));
    answered
}

/// `Pread` or `Pwrite` of the bytes at [`BUFFER`]: how many it has moved.
fn positional(guest: &mut Guest, symbol: &str, fd: u64, len: usize, offset: i64) -> Option<u64> {
    clear_frame(guest);
    let room = if symbol == "syscall.Pread" { BUFFER..BUFFER + len } else { 0..0 };
    for (at, word) in [(8, fd), (16, BUFFER as u64), (24, len as u64), (32, len as u64), (40, offset.cast_unsigned())] {
        guest.set_word(at, word);
    }
    let answered = call(guest, symbol, 48..72, room);
    assert!(!answered || (guest.word(56), guest.word(64)) == (0, 0));
    answered.then(|| guest.word(48))
}

/// Opens a file by the direct way.
fn open(guest: &mut Guest, path: &str, flags: i64) -> u64 {
    let fd = fs_call(guest, "open", &[Any::String(path), Any::Int(flags), Any::Uint32(0o644)]).unwrap();
    f64::from_bits(fd) as u64
}

/// A `Uint8Array` of these bytes.
fn buffer(guest: &Guest, bytes: &[u8]) -> u64 {
    guest.gojs.table.store(&*guest.gojs.engine, Value::object(Content::Bytes(bytes.to_vec()))).unwrap()
}

fn buffer_text(guest: &Guest, reference: u64) -> String {
    let value = guest.gojs.table.load(reference);
    crate::gojs::js::with_bytes(&guest.gojs, &value, |bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap()
}

/// The call as Go makes it by way of JavaScript, with this buffer for `undefined`; its callback comes with the next turn.
fn long_way(guest: &mut Guest, op: FsOp, args: Vec<Value<Fake>>) {
    let gojs = guest.gojs.clone();
    let callback = Value::object(Content::GoFunc(7));
    let args: Vec<_> = args.into_iter().chain([callback]).collect();
    assert!(gojs.call_intrinsic(guest, Intrinsic::Fs(op), &args).is_ok());
}

/// What the callbacks said that have come by now.
fn turn(guest: &mut Guest) -> Vec<String> {
    let gojs = guest.gojs.clone();
    assert!(gojs.turn(guest).is_ok());
    std::mem::take(&mut guest.log)
}

fn note_event(guest: &mut Guest) {
    let event = guest.gojs.pending.take().unwrap();
    let Content::Event { args: Value::Object(args), .. } = &*event.content() else { panic!("no arguments") };
    let Content::Array(args) = &*args.content() else { panic!("no arguments") };
    guest.log.push(match (args.first(), args.get(1)) {
        (Some(Value::Object(error)), _) => match &*error.content() {
            Content::Error(error) => error.message(),
            _ => "an object".into(),
        },
        (Some(Value::Null), Some(Value::Number(n))) => n.to_string(),
        (Some(Value::Null), Some(Value::Object(_))) => "an object".into(),
        _ => "nothing".into(),
    });
}
