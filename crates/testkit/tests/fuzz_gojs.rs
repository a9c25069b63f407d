//! A short run of the random imports that `cargo xtask fuzz --abi gojs` makes many of, and each import at stack pointers where
//! its frame does not fit.

#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "in a test, to panic is to fail")]

use gopherix_abi::Signal;
use gopherix_kernel::task::ExitStatus;
use gopherix_testkit::hostile::gojs::{DIRECTLY, Guest, IMPORTS, Import, Layout, Report, Takes, run_seed};

/// Runs a test where there is stack enough for scripts.
fn on_a_thread(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(32 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn random_imports_from_a_few_seeds() {
    on_a_thread(|| {
        let mut report = Report::default();
        for seed in 0..40 {
            if let Err(what) = run_seed(seed, &mut report) {
                panic!("seed {seed}: {what}");
            }
        }
        assert!(report.calls >= 20_000, "{report:?}");
        // wasmExit answers nobody.
        assert_eq!(report.answered.len(), IMPORTS.len() - 1 + DIRECTLY.len(), "{report:?}");
        assert!(report.exited > 0 && report.faulted > 0 && report.programs > report.exited, "{report:?}");
    });
}

/// `globalThis`.
const GLOBAL: u64 = 0x7ff8_0001_0000_0005;
/// `Object`, the first value that a guest gets.
const OBJECT: u64 = 0x7ff8_0004_0000_0007;

/// Bytes of the frame.
fn size_of(layout: &Layout) -> u32 {
    let size = |takes: Takes| match takes {
        Takes::Small => 4,
        Takes::Reference | Takes::Number | Takes::Attributes => 8,
        Takes::Anys | Takes::Text | Takes::References | Takes::Source | Takes::Room => 16,
        Takes::Write => 20,
    };
    let takes = layout.takes.iter().map(|(offset, takes)| *offset + size(*takes)).max().unwrap_or(0);
    let gives = layout.gives.iter().map(|(offset, size)| offset + size).max().unwrap_or(0);
    takes.max(gives)
}

/// Puts arguments that are right wherever the frame fits, and empty slices.
fn put(guest: &mut Guest, layout: &Layout, sp: u32) {
    let sp = usize::try_from(sp).unwrap();
    for (offset, takes) in layout.takes {
        let at = sp + usize::try_from(*offset).unwrap();
        let words = match takes {
            Takes::Reference => vec![OBJECT],
            Takes::Number | Takes::Small => vec![0],
            Takes::Write => vec![1, 0, 0],
            _ => vec![0, 0],
        };
        for (i, word) in words.into_iter().enumerate() {
            guest.poke(at + 8 * i, &word.to_le_bytes());
        }
    }
}

/// How the import went: whether the program goes on, and how it ended.
fn attempt(import: &Import, layout: &Layout, sp: impl FnOnce(u32) -> u32) -> (bool, ExitStatus, u32) {
    let mut guest = Guest::alone(7).unwrap();
    let get = IMPORTS.iter().find(|import| import.name == "syscall/js.valueGet").unwrap();
    for (offset, word) in [(8, GLOBAL), (16, 4096), (24, 6)] {
        guest.poke(1024 + offset, &word.to_le_bytes());
    }
    guest.poke(4096, b"Object");
    guest.call(get, 1024).unwrap();
    assert_eq!(guest.word(1024 + 32), Some(OBJECT));
    let end = u32::try_from(guest.memory_len()).unwrap();
    let sp = sp(end);
    put(&mut guest, layout, sp);
    let went_on = guest.call(import, sp).is_ok();
    (went_on, guest.finish().unwrap(), end)
}

fn for_each(check: impl Fn(&Import, &Layout) + Send + 'static) {
    on_a_thread(move || IMPORTS.iter().for_each(|import| check(import, &import.layout().unwrap())));
}

const FAULT: ExitStatus = ExitStatus::Signaled(Signal::SIGSEGV);

#[test]
fn frames_that_fit_are_served_wherever_they_lie() {
    for_each(|import, layout| {
        let size = size_of(layout);
        let places: [fn(u32, u32) -> u32; 5] =
            [|_, _| 0, |_, _| 1, |_, _| 4099, |end, size| end - size, |end, size| end - size - 1];
        for place in places {
            let (went_on, status, _) = attempt(import, layout, |end| place(end, size));
            assert_ne!(status, FAULT, "{}", import.name);
            let exits = import.name == "runtime.wasmExit";
            assert_eq!(went_on, !exits, "{}: {status:?}", import.name);
        }
    });
}

#[test]
fn frames_that_lead_out_of_memory_end_the_program() {
    for_each(|import, layout| {
        let size = size_of(layout);
        if size == 0 {
            // It looks at no frame.
            return;
        }
        let places: [fn(u32, u32) -> u32; 7] = [
            |end, size| end - size + 1,
            |end, _| end - 8,
            |end, _| end - 1,
            |end, _| end,
            |end, _| end + 4096,
            |_, _| u32::MAX - 7,
            |_, _| u32::MAX,
        ];
        for place in places {
            let (went_on, status, end) = attempt(import, layout, |end| place(end, size));
            let sp = place(end, size);
            assert!(!went_on, "{} at {sp:#x} of {end:#x}", import.name);
            assert_eq!(status, FAULT, "{} at {sp:#x} of {end:#x}", import.name);
        }
    });
}

#[test]
fn slices_that_lead_out_of_memory_end_the_program() {
    for_each(|import, layout| {
        for (offset, takes) in layout.takes {
            let size: u64 = match takes {
                Takes::Text | Takes::Source | Takes::Room | Takes::Write => 1,
                Takes::References => 8,
                Takes::Attributes | Takes::Anys | Takes::Reference | Takes::Number | Takes::Small => continue,
            };
            let end: u64 = 16384;
            let wrong = [
                (end, 1),
                (end - size + 1, 1),
                (0, end / size + 1),
                (u64::MAX, 1),
                (u64::MAX - 7, 8),
                (8, 0x7fff_ffff),
                (1 << 32, 1),
            ];
            for (ptr, len) in wrong {
                let mut guest = Guest::alone(7).unwrap();
                put(&mut guest, layout, 1024);
                for (given, takes) in layout.takes {
                    if *takes == Takes::Reference {
                        guest.poke(1024 + usize::try_from(*given).unwrap(), &GLOBAL.to_le_bytes());
                    }
                }
                let header = 1024 + usize::try_from(*offset).unwrap() + if *takes == Takes::Write { 8 } else { 0 };
                guest.poke(header, &ptr.to_le_bytes());
                guest.poke(header + 8, &len.to_le_bytes());
                assert!(guest.call(import, 1024).is_err(), "{}: {ptr:#x}, {len:#x}", import.name);
                assert_eq!(guest.finish().unwrap(), FAULT, "{}: {ptr:#x}, {len:#x}", import.name);
            }
        }
    });
}
