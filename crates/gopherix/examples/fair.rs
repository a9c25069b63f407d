//! Busy processes on fewer processors: what share of the time does each get?
//!
//! Usage: `fair [COUNT] [CPUS] [SECONDS]`. Prints each one's share; fair would be 1/COUNT for all.

#![expect(clippy::arithmetic_side_effects, reason = "figures for people, not for guests")]

use std::time::Duration;

use gopherix::{Machine, Signal};

const SPINNER: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "_start") (local $n i64)
    (loop $again
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (br $again))))"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut number = |default: u64| args.next().map_or(Ok(default), |n| n.parse());
    let (count, cpus, seconds) = (number(4)?, number(2)?, number(5)?);
    let machine = Machine::builder().cpus(usize::try_from(cpus)?).boot()?;
    let program = machine.load(wat::parse_str(SPINNER)?)?;
    let children: Vec<_> = (0..count).map(|_| machine.command(&program).spawn()).collect::<Result<_, _>>()?;
    std::thread::sleep(Duration::from_millis(200));
    let before: Vec<Duration> = children.iter().map(|c| c.usage().cpu).collect();
    std::thread::sleep(Duration::from_secs(seconds));
    let used: Vec<f64> = children.iter().zip(before).map(|(c, b)| (c.usage().cpu - b).as_secs_f64()).collect();
    let total: f64 = used.iter().sum();
    let shares: Vec<String> = used.iter().map(|u| format!("{:.1} %", u / total * 100.0)).collect();
    println!("{count} busy processes on {cpus} processors over {seconds} s: {}", shares.join(", "));
    for child in &children {
        child.kill(Signal::SIGKILL)?;
        let _ = child.wait_blocking();
    }
    Ok(())
}
