//! What is expected of the standard library's tests, and how a run compares.
//!
//! `tests/stdlib/expectations.toml` names, with a reason, every test that may do otherwise than pass or skip as it does
//! under the reference. `tests/stdlib/reference-<port>.toml` is what another host did on the same binaries: the Wasmtime
//! CLI for wasip1, Node for js.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::output::Outcome;
use crate::peer::Peer;
use crate::toolchain::Port;
use crate::workspace;

/// The expectations file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Expectations {
    #[serde(default)]
    known: Vec<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    port: Port,
    package: String,
    test: String,
    outcome: KnownOutcome,
    reason: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum KnownOutcome {
    /// It fails; once it passes, the entry must go.
    Fail,
    /// It skips here though the reference runs it.
    Skip,
    /// It is not started at all.
    NotRun,
}

/// What the reference peer did.
#[derive(Serialize, Deserialize, Default)]
pub(super) struct Reference {
    /// Minor release, such as 27: counts of another release do not compare.
    pub go_minor: u32,
    /// By package.
    pub packages: BTreeMap<String, ReferencePackage>,
}

/// One package under the reference peer.
#[derive(Serialize, Deserialize, Default)]
pub(super) struct ReferencePackage {
    /// Passed top-level tests and examples.
    pub pass: usize,
    /// Names of the tests that failed there: no excuse for gopherix.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fail: BTreeSet<String>,
    /// Names of the tests that skipped themselves.
    pub skip: BTreeSet<String>,
}

/// Whose results the reference of a port is, in words.
pub(super) fn reference_peer(port: Port) -> &'static str {
    match port {
        Port::Wasip1 => "the Wasmtime command line",
        Port::Js => "Node with Go's own wasm_exec_node.js",
        Port::Gopherix => "the stock wasip1 port under gopherix",
    }
}

/// The folder of these files and of the results.
pub(super) fn folder() -> PathBuf {
    workspace::root().join("tests/stdlib")
}

impl Expectations {
    /// Reads the file and refuses an entry without a reason; keeps what is said of `port`.
    pub(super) fn load(port: Port) -> Result<Self> {
        let path = folder().join("expectations.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut this: Self = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        if let Some(known) = this.known.iter().find(|known| known.reason.trim().is_empty()) {
            bail!("{}: {} of {} has no reason", path.display(), known.test, known.package);
        }
        this.known.retain(|known| known.port == port);
        Ok(this)
    }

    /// A `-test.skip` pattern for the tests that are not to be started.
    pub(super) fn skip_pattern(&self, package: &str) -> Option<String> {
        let of_package = self.known.iter().filter(|known| known.package == package);
        let names: Vec<&str> =
            of_package.filter(|known| known.outcome == KnownOutcome::NotRun).map(|known| known.test.as_str()).collect();
        (!names.is_empty()).then(|| format!("^({})$", names.join("|")))
    }

    fn of(&self, package: &str, test: &str) -> Option<KnownOutcome> {
        let found = self.known.iter().find(|known| known.package == package && known.test == test);
        found.map(|known| known.outcome)
    }

    /// What in this package's tests was not expected, one line each.
    pub(super) fn judge(
        &self,
        package: &str,
        tests: &BTreeMap<String, Outcome>,
        reference: Option<&ReferencePackage>,
    ) -> Vec<String> {
        let mut surprises = Vec::new();
        for (test, outcome) in tests {
            let surprise = match (outcome, self.of(package, test)) {
                (Outcome::Fail, Some(KnownOutcome::Fail)) | (Outcome::Skip, Some(KnownOutcome::Skip)) => None,
                (Outcome::Fail, _) => Some("failed"),
                (Outcome::Pass, Some(_)) => Some("passed, though expectations.toml says otherwise"),
                (Outcome::Skip, _) if reference.is_some_and(|r| !r.skip.contains(test)) => {
                    Some("skipped, though it does not under the reference")
                }
                (Outcome::Pass | Outcome::Skip, _) => None,
            };
            surprises.extend(surprise.map(|what| format!("{package}.{test} {what}")));
        }
        let passed = tests.values().filter(|outcome| **outcome == Outcome::Pass).count();
        let excused = self.known.iter().filter(|known| known.package == package).count();
        if let Some(reference) = reference.filter(|r| passed.saturating_add(excused) < r.pass) {
            surprises.push(format!("{package}: {passed} passed, {} under the reference", reference.pass));
        }
        surprises
    }
}

impl Reference {
    fn path(port: Port) -> PathBuf {
        folder().join(format!("reference-{}.toml", port.name()))
    }

    /// The recorded counts, if there are any for this minor release of Go.
    pub(super) fn load(port: Port, go_minor: Option<u32>) -> Result<Option<Self>> {
        let path = Self::path(port);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
        let this: Self = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        Ok(Some(this).filter(|this| Some(this.go_minor) == go_minor))
    }

    /// Writes the file.
    pub(super) fn save(&self, port: Port, peer: Peer) -> Result<()> {
        let (who, name) = (reference_peer(port), peer.name());
        let head =
            format!("# What Go's own tests do under {who}; by `cargo xtask stdlib --full --peer {name} --write`.\n\n");
        fs::write(Self::path(port), format!("{head}{}", toml::to_string(self)?))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectations() -> Expectations {
        let text = "[[known]]\nport = 'js'\npackage = 'os'\ntest = 'TestBad'\noutcome = 'fail'\nreason = 'r'\n\
                    [[known]]\nport = 'js'\npackage = 'os'\ntest = 'TestHangs'\noutcome = 'not-run'\nreason = 'r'\n";
        toml::from_str(text).unwrap()
    }

    fn tests(list: &[(&str, Outcome)]) -> BTreeMap<String, Outcome> {
        list.iter().map(|(name, outcome)| ((*name).to_owned(), *outcome)).collect()
    }

    #[test]
    fn a_known_failure_is_no_surprise_and_its_pass_is() {
        assert_eq!(expectations().judge("os", &tests(&[("TestBad", Outcome::Fail)]), None), Vec::<String>::new());
        assert_eq!(expectations().judge("os", &tests(&[("TestBad", Outcome::Pass)]), None).len(), 1);
        assert_eq!(expectations().judge("io", &tests(&[("TestBad", Outcome::Fail)]), None).len(), 1);
    }

    #[test]
    fn a_skip_or_a_loss_against_the_reference_is_a_surprise() {
        let reference = ReferencePackage { pass: 1, fail: BTreeSet::new(), skip: BTreeSet::from(["TestS".to_owned()]) };
        let expected = tests(&[("TestP", Outcome::Pass), ("TestS", Outcome::Skip)]);
        assert_eq!(expectations().judge("io", &expected, Some(&reference)), Vec::<String>::new());
        let worse = tests(&[("TestP", Outcome::Skip), ("TestS", Outcome::Skip)]);
        assert_eq!(expectations().judge("io", &worse, Some(&reference)).len(), 2);
    }

    #[test]
    fn tests_not_to_be_started_make_a_pattern() {
        assert_eq!(expectations().skip_pattern("os").as_deref(), Some("^(TestHangs)$"));
        assert_eq!(expectations().skip_pattern("io"), None);
    }
}
