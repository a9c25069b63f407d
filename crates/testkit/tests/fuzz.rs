//! A short run of the random calls that `cargo xtask fuzz` makes many of, and the seed corpus of the libFuzzer target.

use std::path::Path;

use gopherix_testkit::hostile::{Episode, FUNCTIONS, Report, minimise, run, run_seed};

#[test]
fn random_calls_from_a_few_seeds() {
    let mut report = Report::default();
    for seed in 0..150 {
        if let Err(failure) = run_seed(seed, &mut report) {
            panic!("seed {seed}: {failure}");
        }
    }
    assert!(report.calls >= 50_000, "{report:?}");
    assert_eq!(report.functions_that_succeeded(), FUNCTIONS.len(), "{report:?}");
}

#[test]
fn the_seed_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/wasip1");
    let mut report = Report::default();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let episode = Episode::decode(&std::fs::read(&path).unwrap());
        if let Err(failure) = run(&episode, &mut report) {
            panic!("{}: {}", path.display(), minimise(failure));
        }
    }
    // What a corpus is for: it takes the fuzzer to most answers that random calls find, at once.
    assert!(report.answers.len() >= 200, "only {} answers", report.answers.len());
    assert!(report.functions_that_succeeded() >= 40, "{report:?}");
}
