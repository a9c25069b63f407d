//! Reading what a test binary prints with `-test.v=test2json`: as `-test.v`, with a ^V before every line of the
//! framework's own, so that a test's output cannot be taken for one. See `cmd/internal/test2json`.

use std::collections::BTreeMap;

/// How one top-level test ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// It passed.
    Pass,
    /// It failed, or the process ended in it.
    Fail,
    /// It skipped itself.
    Skip,
}

const MARK: char = '\u{16}';

/// Top-level tests by name; a subtest's failure shows as its parent's.
pub(super) fn parse(output: &str) -> BTreeMap<String, Outcome> {
    let mut tests = BTreeMap::new();
    for chunk in output.split(MARK).skip(1) {
        let line = chunk.lines().next().unwrap_or_default().trim_start();
        if let Some(name) = line.strip_prefix("=== RUN ") {
            note(&mut tests, name, Outcome::Fail);
        } else if let Some(rest) = line.strip_prefix("--- PASS: ") {
            note(&mut tests, rest, Outcome::Pass);
        } else if let Some(rest) = line.strip_prefix("--- FAIL: ") {
            note(&mut tests, rest, Outcome::Fail);
        } else if let Some(rest) = line.strip_prefix("--- SKIP: ") {
            note(&mut tests, rest, Outcome::Skip);
        }
    }
    tests
}

/// `rest` is a name, perhaps followed by the time in brackets.
fn note(tests: &mut BTreeMap<String, Outcome>, rest: &str, outcome: Outcome) {
    let name = rest.split_whitespace().next().unwrap_or_default();
    if !name.is_empty() && !name.contains('/') {
        tests.insert(name.to_owned(), outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_top_level_tests_only() {
        let tests = parse(
            "\u{16}=== RUN   TestA\n\u{16}=== RUN   TestA/sub\nno newline\u{16}--- SKIP: TestA/sub (0.00s)\n\
             \u{16}--- PASS: TestA (0.00s)\n--- FAIL: TestPrinted (0.00s)\n\u{16}--- SKIP: TestB (0.00s)\n",
        );
        assert_eq!(tests.len(), 2);
        assert_eq!(tests["TestA"], Outcome::Pass);
        assert_eq!(tests["TestB"], Outcome::Skip);
    }

    #[test]
    fn a_test_that_never_ended_failed() {
        assert_eq!(parse("\u{16}=== RUN   TestDies\npanic: oh\n")["TestDies"], Outcome::Fail);
    }
}
