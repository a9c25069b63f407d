//! Random frames: whatever lies there, a call ends the process or writes nothing but results.

use super::open::{FS_CALL_IN_OPEN, RESOLVE};
use super::*;

/// xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next() as usize % from.len()]
    }
}

/// A word that may be anything a frame has.
fn word(random: &mut Random) -> u64 {
    let noise = random.next();
    random.pick(&[
        0,
        1,
        3,
        4,
        5,
        8,
        72,
        PATH as u64,
        ROOM as u64,
        BUFFER as u64,
        ANY as u64,
        ANY as u64 + 32,
        65536 - 8,
        65536,
        u64::MAX,
        noise,
        noise & 0xffff,
        noise & 0xff,
        GLOBAL,
        NULL,
    ])
}

/// Puts a sound frame there, or nearly one: a few of its words, or of what they lead to, are anything.
fn scribble(guest: &mut Guest, random: &mut Random, symbol: &str) -> u32 {
    let name = match symbol {
        FS_CALL_IN_OPEN => random.pick(&["open", "fstat", "close"]),
        RESOLVE => "resolve",
        "syscall.fsCall" => random.pick(&["open", "read", "write", "mkdir", "close", "unlink", "stat", "rename"]),
        "syscall.Readlink" => "stat",
        _ => "file",
    };
    guest.sp = random.pick(&[4096, 4096, 4096, 4097, 4100, 65536 - 80]);
    guest.set_bytes(if symbol == RESOLVE { 24 } else { 8 }, PATH, name.as_bytes());
    let words: &[(usize, usize)] = match symbol {
        RESOLVE => &[(40, ANY), (48, 1), (56, 1)],
        "syscall.fsCall" | FS_CALL_IN_OPEN => &[(24, ANY), (32, 1), (40, 1)],
        "syscall.Stat" | "syscall.Lstat" => &[(24, ROOM)],
        "syscall.Fstat" => &[(8, 3), (16, ROOM)],
        "syscall.Readlink" => &[(24, BUFFER), (32, 40), (40, 40)],
        _ => &[(8, 3), (16, BUFFER), (24, 40), (32, 40), (40, 4)],
    };
    for (offset, word) in words {
        guest.set_word(*offset, *word as u64);
    }
    if symbol == RESOLVE {
        let path = get(guest, GLOBAL, "path");
        guest.set_word(8, path);
        guest.set_bytes(24, PATH, name.as_bytes());
    }
    // One argument, a number or a path.
    let first = if symbol == RESOLVE { PATH } else { 3 };
    let data = [(ANY, ANY + 64), (ANY + 8, ANY + 96), (ANY + 96, first), (ANY + 104, 4)];
    for (at, word) in data {
        guest.memory[at..at + 8].copy_from_slice(&u64::to_le_bytes(word as u64));
    }
    guest.memory[ANY + 64 + 23] = random.pick(&[2, 6, 10, 24, 25, 0, 31, 200]);
    for _ in 0..random.next() % 4 {
        let frame = guest.sp as usize;
        let anywhere = [ANY, ANY + 8, ANY + 64, ANY + 96, ANY + 104, ROOM, BUFFER];
        let places = [8, 16, 24, 32, 40].map(|offset| frame + offset);
        let at = if random.next().is_multiple_of(2) { random.pick(&anywhere) } else { random.pick(&places) };
        let bytes = word(random).to_le_bytes();
        guest.memory[at..at + 8].copy_from_slice(&bytes);
    }
    if random.next().is_multiple_of(50) { random.pick(&[0, 65536 - 8, 65536, u32::MAX]) } else { guest.sp }
}

/// Where the function may write, by what its frame says.
fn allowed(guest: &Guest, symbol: &str, sp: u32) -> Vec<(u64, u64)> {
    let sp = u64::from(sp);
    let word = |offset: u64| {
        let at = usize::try_from(sp + offset).unwrap();
        guest.memory.get(at..at + 8).map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().unwrap()))
    };
    match symbol {
        "syscall.fsCall" | FS_CALL_IN_OPEN => vec![(sp + 48, 32)],
        RESOLVE => vec![(sp + 64, 16)],
        "syscall.Stat" | "syscall.Lstat" => vec![(sp + 32, 16), (word(24), 104)],
        "syscall.Fstat" => vec![(sp + 24, 16), (word(16), 104)],
        "syscall.Readlink" => vec![(sp + 48, 24), (word(24), word(32))],
        "syscall.Pread" => vec![(sp + 48, 24), (word(16), word(24))],
        _ => vec![(sp + 48, 24)],
    }
}

#[test]
fn random_frames_write_nothing_but_results() {
    let (mut answered, mut faulted) = ([0; DIRECT.len()], 0);
    for seed in 1..=600 {
        let mut random = Random(seed);
        let mut guest = guest();
        open(&mut guest, "file", 2);
        fs_call(&mut guest, "symlink", &[Any::String("x"), Any::String("stat")]).unwrap();
        for step in 0..40 {
            let at = step % DIRECT.len();
            let symbol = DIRECT[at].name();
            let sp = scribble(&mut guest, &mut random, symbol);
            let (before, may) = (guest.memory.clone(), allowed(&guest, symbol, sp));
            let Ok(done) = gojs::direct(&mut guest, index(symbol), sp) else {
                assert!(guest.process.is_ending(), "seed {seed}");
                faulted += 1;
                break;
            };
            answered[at] += u32::from(done);
            let may = |at: usize| done && may.iter().any(|(ptr, len)| (at as u64).wrapping_sub(*ptr) < *len);
            let wrong = (0..before.len()).find(|at| guest.memory[*at] != before[*at] && !may(*at));
            assert_eq!(wrong, None, "seed {seed}: {symbol} at {sp:#x}");
        }
    }
    assert!(faulted > 100 && answered.iter().all(|n| *n > 0), "{faulted} {answered:?}");
}
