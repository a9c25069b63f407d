//! A thousand processes, each sleeping 100 ms in a loop: what does waiting cost?
//!
//! Usage: `sleepers [MODULE.wasm] [COUNT] [SECONDS]`; without a module a small one of its own is used. Prints the host threads
//! of this process and the CPU time it used while the guests slept, as a share of one processor.

#![expect(clippy::arithmetic_side_effects, reason = "figures for people, not for guests")]

use std::time::{Duration, Instant};

use gopherix::{Machine, Signal};

const SLEEPER: &str = r#"(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))            ;; CLOCK_MONOTONIC
    (i64.store (i32.const 24) (i64.const 100000000))    ;; 100 ms
    (loop $again
      (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))
      (br $again))))"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let wasm = match args.next() {
        Some(path) => std::fs::read(path)?,
        None => wat::parse_str(SLEEPER)?,
    };
    let count: usize = args.next().map_or(Ok(1000), |n| n.parse())?;
    let seconds: u64 = args.next().map_or(Ok(5), |n| n.parse())?;
    let machine = Machine::builder().boot()?;
    let program = machine.load(wasm)?;
    let began = Instant::now();
    let children: Vec<_> = (0..count).map(|_| machine.command(&program).spawn()).collect::<Result<_, _>>()?;
    while machine.kernel().timers().len() < count {
        std::thread::sleep(Duration::from_millis(10));
    }
    let started = began.elapsed();
    let (cpu, began) = (cpu_time()?, Instant::now());
    std::thread::sleep(Duration::from_secs(seconds));
    let share = (cpu_time()? - cpu).as_secs_f64() / began.elapsed().as_secs_f64();
    println!(
        "{count} processes sleeping in a loop: {} host threads, {:.1} % of one processor (started in {started:.0?})",
        threads()?,
        share * 100.0
    );
    for child in &children {
        child.kill(Signal::SIGTERM)?;
    }
    for child in &children {
        let _ = child.wait_blocking();
    }
    Ok(())
}

/// CPU time of this process so far (`/proc/self/stat`: utime and stime in ticks of 10 ms).
fn cpu_time() -> Result<Duration, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields.get(11).ok_or("utime")?.parse::<u64>()? + fields.get(12).ok_or("stime")?.parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}

fn threads() -> Result<usize, std::io::Error> {
    Ok(std::fs::read_dir("/proc/self/task")?.count())
}
