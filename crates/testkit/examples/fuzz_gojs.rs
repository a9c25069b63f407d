//! `fuzz_gojs CALLS SEED`: random imports of GOOS=js from that seed on, at least so many. `cargo xtask fuzz --abi gojs`
//! runs it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use gopherix_testkit::hostile::gojs::{Report, position, run_seed};

/// Scripts need stack, and so do imports made from within imports.
const STACK: usize = 32 << 20;
/// A call that takes longer will not end.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let (Some(Ok(calls)), Some(Ok(first))) = (args.next(), args.next()) else {
        eprintln!("usage: fuzz_gojs CALLS SEED");
        return ExitCode::from(2);
    };
    // A panic below a script cannot be caught, so it is shown here.
    std::panic::set_hook(Box::new(|panic| {
        let (seed, call) = position();
        println!("call {call} of seed {seed}: {panic}\nagain: cargo xtask fuzz --abi gojs --calls 1 --seed {seed}");
    }));
    let (done, ended) = std::sync::mpsc::channel();
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        // Whether anybody still listens does not matter.
        let _ = done.send(fuzz(calls, first));
    });
    if let Err(error) = worker {
        eprintln!("cannot start a thread: {error}");
        return ExitCode::FAILURE;
    }
    let mut before = position();
    loop {
        match ended.recv_timeout(PATIENCE) {
            Ok(code) => return code,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if position() != before => before = position(),
            Err(_) => {
                println!("call {} of seed {} does not end", before.1, before.0);
                return ExitCode::FAILURE;
            }
        }
    }
}

fn fuzz(calls: u64, first: u64) -> ExitCode {
    let start = Instant::now();
    let mut report = Report::default();
    let mut seed = first;
    while report.calls < calls {
        if let Err(what) = run_seed(seed, &mut report) {
            println!("call {} of the run, seed {seed}: {what}", report.calls);
            println!("again: cargo xtask fuzz --abi gojs --calls 1 --seed {seed}");
            return ExitCode::FAILURE;
        }
        seed = seed.wrapping_add(1);
    }
    println!(
        "{} calls in {:.1} s, seeds {first} to {}: {} programs, of which {} exited and {} led out of memory; {} imports answered",
        report.calls,
        start.elapsed().as_secs_f64(),
        seed.wrapping_sub(1),
        report.programs,
        report.exited,
        report.faulted,
        report.answered.len(),
    );
    ExitCode::SUCCESS
}
