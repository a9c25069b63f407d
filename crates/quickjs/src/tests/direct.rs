//! Direct calls with this engine behind them: no script's `fs` is passed over.

use gopherix_guest::gojs::{self, DIRECT};

use super::guest::Guest;

const GLOBAL: u64 = 0x7ff8_0001_0000_0005;
const SP: usize = 4096;

fn put(guest: &mut Guest, offset: usize, words: &[u64]) {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let at = SP.strict_add(offset);
    guest.memory[at..at.strict_add(bytes.len())].copy_from_slice(&bytes);
}

/// `js.Global().Get("fs")`.
fn get_fs(guest: &mut Guest) {
    guest.memory[8192..8194].copy_from_slice(b"fs");
    put(guest, 8, &[GLOBAL, 8192, 2]);
    assert_eq!(gojs::value_get(guest, 4096), Ok(()));
}

/// Whether `syscall.Stat("/", &st)` is answered.
fn stat(guest: &mut Guest) -> bool {
    guest.memory[8192] = b'/';
    put(guest, 8, &[8192, 1, 16384]);
    let index = DIRECT.iter().position(|direct| direct.symbol == "syscall.Stat").unwrap();
    gojs::direct(guest, u32::try_from(index).unwrap(), 4096).unwrap()
}

#[test]
fn what_scripts_put_in_place_of_fs_is_not_passed_over() {
    for script in [
        "fs.stat = function (path, done) { done(null, {}) }",
        "delete fs.stat",
        "const { stat } = fs; Object.defineProperty(fs, 'stat', { get: () => stat })",
        "fs.stat = fs.lstat",
        "globalThis.fs = { ...fs, stat() {} }",
        "globalThis.fs = new Proxy(fs, { get() { throw 1 }, getOwnPropertyDescriptor() { throw 2 } })",
        "globalThis.fs = Object.create(fs)",
        "globalThis.fs = 7",
        "delete globalThis.fs",
    ] {
        let mut guest = Guest::new();
        guest.eval(script);
        get_fs(&mut guest);
        assert!(!stat(&mut guest), "{script}");
        // The same after Go has got its own.
        let mut guest = Guest::new();
        get_fs(&mut guest);
        assert!(stat(&mut guest), "{script}");
        guest.eval(script);
        get_fs(&mut guest);
        assert!(!stat(&mut guest), "{script}");
    }
}

#[test]
fn scripts_that_leave_a_function_alone_do_not_hinder_it() {
    let mut guest = Guest::new();
    guest.eval("const { open } = fs; fs.open = (...args) => open(...args); fs.extra = 1; fs.stat = fs.stat");
    get_fs(&mut guest);
    assert!(stat(&mut guest));
}
