//! `fuzz_wasip1 CALLS SEED`: random WASI calls from that seed on, at least so many. `cargo xtask fuzz` runs it.

use std::process::ExitCode;
use std::time::Instant;

use gopherix_testkit::hostile::{FUNCTIONS, Report, run_seed};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let (Some(Ok(calls)), Some(Ok(first))) = (args.next(), args.next()) else {
        eprintln!("usage: fuzz_wasip1 CALLS SEED");
        return ExitCode::from(2);
    };
    // A panic is a finding that the report shows; the hook's own message would be repeated by every step of minimising.
    std::panic::set_hook(Box::new(|_| {}));
    let start = Instant::now();
    let mut report = Report::default();
    let mut seed = first;
    while report.calls < calls {
        if let Err(failure) = run_seed(seed, &mut report) {
            println!("call {} of the run, seed {seed}: {failure}", report.calls);
            println!("again: cargo xtask fuzz --calls 1 --seed {seed}");
            return ExitCode::FAILURE;
        }
        seed = seed.wrapping_add(1);
    }
    println!(
        "{} calls in {:.1} s, seeds {first} to {}: {} succeeded, {} would have waited for ever, {} ended the process; {} of {} \
         functions succeeded, {} different answers",
        report.calls,
        start.elapsed().as_secs_f64(),
        seed.wrapping_sub(1),
        report.succeeded,
        report.waited,
        report.exited,
        report.functions_that_succeeded(),
        FUNCTIONS.len(),
        report.answers.len(),
    );
    if std::env::var_os("M").is_some() { for (i,f) in FUNCTIONS.iter().enumerate() { println!("{} {:?}", f.name, report.answers.iter().filter(|a| a.0==i).map(|a| gopherix_abi::Errno::ALL.iter().find(|e| e.wasi()==a.1).map_or("0", |e| e.name())).collect::<Vec<_>>().join(" ")); } }
    ExitCode::SUCCESS
}
