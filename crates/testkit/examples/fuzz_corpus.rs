//! `fuzz_corpus FOLDER`: writes the seed corpus of the libFuzzer target: short random episodes, of many those that
//! together see every answer the many saw.

use std::path::PathBuf;
use std::process::ExitCode;

use gopherix_testkit::hostile::{Episode, Report, run, seed_bytes};

/// Bytes of one file: libFuzzer prefers many small inputs.
const BYTES: usize = 1024;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: fuzz_corpus FOLDER");
        return ExitCode::from(2);
    };
    let mut seen = Report::default();
    for seed in 0..4000 {
        let bytes: Vec<u8> = seed_bytes(seed).into_iter().take(BYTES).collect();
        let mut now = Report::default();
        if let Err(failure) = run(&Episode::decode(&bytes), &mut now) {
            println!("seed {seed}: {failure}");
            return ExitCode::FAILURE;
        }
        let news = now.answers.difference(&seen.answers).count();
        // Later ones must bring more than one answer, which keeps the corpus small.
        if news > 1 {
            seen.answers.append(&mut now.answers);
            if let Err(error) = std::fs::write(folder.join(format!("seed-{seed:04}")), bytes) {
                eprintln!("cannot write to {}: {error}", folder.display());
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{} different answers", seen.answers.len());
    ExitCode::SUCCESS
}
