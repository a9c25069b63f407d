//! Any bytes as a hostile guest's calls (`gopherix_testkit::hostile`).
#![no_main]

use gopherix_testkit::hostile::{Episode, Report, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(failure) = run(&Episode::decode(bytes), &mut Report::default()) {
        panic!("{failure}");
    }
});
