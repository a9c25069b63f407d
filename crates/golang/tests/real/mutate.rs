//! Damaged copies of real binaries: no input makes the crate panic, loop or take memory out of proportion.
//!
//! Each kind of input ([`inputs`]) has a short run here with a fixed seed. `cargo xtask fuzz --golang` makes as many as it is
//! told to, of all kinds ([`many_inputs`]). Work is counted by the crate itself, so the bounds do not depend on the machine.

mod inputs;
mod random;

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use gopherix_golang::work;

use self::inputs::{Input, Memories, Modules, Programs, Runtimes, Tables};
use self::random::Random;

/// What one kind of input has come to.
#[derive(Clone, Copy, Default)]
struct Outcome {
    inputs: u64,
    /// Those in which something could be read.
    read: u64,
    /// The most steps that one took.
    steps: u64,
}

/// Tells which input it was that a thread panicked at.
struct Reporter(u64, u64);

impl Drop for Reporter {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("at input {}: cargo xtask fuzz --golang --rounds 1 --first {} --seed {}", self.1, self.1, self.0);
        }
    }
}

fn try_one(kind: &mut dyn Input, seed: u64, input: u64, outcome: &mut Outcome) {
    let reporter = Reporter(seed, input);
    let before = work::done();
    let read = kind.try_one(&mut Random::of(seed, input));
    let steps = work::done() - before;
    assert!(steps <= kind.bound(), "{steps} steps, more than {}", kind.bound());
    drop(reporter);
    outcome.inputs += 1;
    outcome.read += u64::from(read);
    outcome.steps = outcome.steps.max(steps);
}

/// A short run; how many inputs could be read.
fn short(kind: &mut dyn Input, inputs: u64) -> u64 {
    let mut outcome = Outcome::default();
    for input in 0..inputs {
        try_one(kind, 0x5eed, input, &mut outcome);
    }
    assert!(outcome.steps > 0, "work is counted in builds with debug assertions");
    outcome.read
}

#[test]
fn damaged_tables_never_panic() {
    let read = short(&mut Tables::new(), 2000);
    assert!(read > 200, "most damage must leave a table to look into: {read}");
}

#[test]
fn damaged_and_truncated_modules_never_panic() {
    short(&mut Modules::new(), 100);
}

#[test]
fn damaged_runtimes_never_panic() {
    let read = short(&mut Runtimes::new(), 300);
    assert!(read > 10 && read < 290, "{read} of 300 read");
}

#[test]
fn damaged_memories_never_panic() {
    let read = short(&mut Memories::new(), 300);
    assert!(read > 100, "{read} of 300 printed");
}

#[test]
fn damaged_programs_never_panic() {
    let read = short(&mut Programs::new(), 50);
    assert!(read > 5, "{read} of 50 printed");
}

/// All kinds, as often as `cargo xtask fuzz --golang` says; the cheaper ones more often.
#[test]
#[ignore = "by cargo xtask fuzz --golang"]
fn many_inputs() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let inputs = number("GOPHERIX_FUZZ_INPUTS").unwrap_or(10_000);
    let first = number("GOPHERIX_FUZZ_FIRST").unwrap_or(0);
    let seed = number("GOPHERIX_FUZZ_SEED").unwrap_or(1);
    let jobs = number("GOPHERIX_FUZZ_JOBS").unwrap_or(1);
    let next = AtomicU64::new(0);
    let started = Instant::now();
    let work = || {
        let mut kinds: [Box<dyn Input>; 5] = [
            Box::new(Tables::new()),
            Box::new(Runtimes::new()),
            Box::new(Memories::new()),
            Box::new(Modules::new()),
            Box::new(Programs::new()),
        ];
        let mut outcomes = [Outcome::default(); 5];
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= inputs {
                return outcomes;
            }
            if number > 0 && number.is_multiple_of(50_000) {
                println!("{number} inputs after {:.0} s", started.elapsed().as_secs_f64());
            }
            let input = first + number;
            let kind = match input % 100 {
                0..50 => 0,
                50..70 => 1,
                70..95 => 2,
                95..98 => 3,
                _ => 4,
            };
            try_one(&mut *kinds[kind], seed, input, &mut outcomes[kind]);
        }
    };
    let outcomes = thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    println!("{inputs} inputs from {first} on, seed {seed}: no panic, and none took more steps than its bound");
    let names = ["function tables", "runtimes", "memories", "modules", "programs and memories"];
    for (kind, name) in names.iter().enumerate() {
        let all = outcomes.iter().map(|outcomes| outcomes[kind]);
        let sum = all.fold(Outcome::default(), |sum, one| Outcome {
            inputs: sum.inputs + one.inputs,
            read: sum.read + one.read,
            steps: sum.steps.max(one.steps),
        });
        println!("{name}: {} inputs, {} of them readable, at most {} steps", sum.inputs, sum.read, sum.steps);
    }
}
