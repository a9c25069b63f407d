//! Deviations that are known, by port and column, and the judgement of a run against them.
//!
//! A file has tables `[port.column]` of lines `"case" = "reason"`. A listed case must fail, any other must not: an
//! unexpected pass is an error as much as an unexpected failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Why cases fail, by name.
type Reasons = BTreeMap<String, String>;

/// An expectations file.
#[derive(Debug, Deserialize)]
pub struct Expectations(BTreeMap<String, BTreeMap<String, Reasons>>);

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Ok,
    /// Otherwise, with the reason.
    Fail(String),
    /// Not at all, with the reason.
    Skip(String),
}

/// How each case ended, by name.
pub type Outcomes = BTreeMap<String, Outcome>;

impl Expectations {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is no TOML of this form, or a reason is empty.
    pub fn load(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{}", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let expectations: Self = toml::from_str(text)?;
        let all = expectations.0.values().flat_map(BTreeMap::values).flatten();
        match all.into_iter().find(|(_, reason)| reason.trim().is_empty()) {
            Some((case, _)) => anyhow::bail!("{case} is listed without a reason"),
            None => Ok(expectations),
        }
    }

    /// What is wrong with the outcomes on a port, one line each: failures that none of the columns lists, listed cases that
    /// did not fail or do not exist. Empty if all is as expected.
    #[must_use]
    pub fn judge(&self, port: &str, columns: &[&str], outcomes: &Outcomes) -> Vec<String> {
        let tables = self.0.get(port);
        let listed: Reasons = columns
            .iter()
            .filter_map(|column| tables?.get(*column))
            .flat_map(|reasons| reasons.iter().map(|(case, reason)| (case.clone(), reason.clone())))
            .collect();
        let mut wrong = Vec::new();
        for (case, outcome) in outcomes {
            match (outcome, listed.get(case)) {
                (Outcome::Fail(why), None) => wrong.push(format!("FAIL {case}: {why}")),
                (Outcome::Ok, Some(reason)) => {
                    wrong.push(format!("passes, so take it out of the expectations: {case} ({reason})"));
                }
                (Outcome::Skip(why), Some(_)) => {
                    wrong.push(format!("skips ({why}), so take it out of the expectations: {case}"));
                }
                _ => {}
            }
        }
        let unknown = listed.keys().filter(|case| !outcomes.contains_key(*case));
        wrong.extend(unknown.map(|case| format!("the expectations list a case that was not run: {case}")));
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[wasip1.native]\n\"a/x\" = \"no such thing\"\n[wasip1.native-memfs]\n\"a/y\" = \"why\"\n";

    fn outcomes(list: &[(&str, Outcome)]) -> Outcomes {
        list.iter().map(|(name, outcome)| ((*name).to_owned(), outcome.clone())).collect()
    }

    fn judge(columns: &[&str], list: &[(&str, Outcome)]) -> Vec<String> {
        Expectations::parse(TEXT).unwrap().judge("wasip1", columns, &outcomes(list))
    }

    fn failed() -> Outcome {
        Outcome::Fail("7, want 8".into())
    }

    #[test]
    fn failures_that_are_listed_are_expected() {
        assert!(judge(&["native"], &[("a/x", failed()), ("a/z", Outcome::Ok)]).is_empty());
        assert!(judge(&["native", "native-memfs"], &[("a/x", failed()), ("a/y", failed())]).is_empty());
    }

    #[test]
    fn failures_that_are_not_listed_are_wrong() {
        let wrong = judge(&["native"], &[("a/x", failed()), ("a/y", failed())]);
        assert_eq!(wrong, ["FAIL a/y: 7, want 8"]);
    }

    #[test]
    fn passing_against_expectation_is_wrong() {
        assert!(judge(&["native"], &[("a/x", Outcome::Ok)])[0].contains("take it out"));
        assert!(judge(&["native"], &[("a/x", Outcome::Skip("so".into()))])[0].contains("take it out"));
    }

    #[test]
    fn listing_an_unknown_case_is_wrong() {
        assert_eq!(judge(&["native"], &[]), ["the expectations list a case that was not run: a/x"]);
    }

    #[test]
    fn a_reason_is_demanded() {
        assert!(Expectations::parse("[js.native]\n\"a/x\" = \" \"\n").is_err());
    }
}
