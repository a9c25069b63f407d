//! The program built for each port, the command that runs it, and what its lines say.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use gopherix_testkit::expectations::{Expectations, Outcome, Outcomes};
use gopherix_testkit::go::{self, Port};
use gopherix_testkit::{command, places};

/// All cases of one column take seconds.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

pub(crate) fn native() -> PathBuf {
    go::build("tests/conformance", Port::Native).unwrap()
}

/// The ports whose guests gopherix runs. [`Port::Js`] joins with the host of such programs; its deviations are in
/// `expectations.toml` already.
pub(crate) const PORTS: [Port; 2] = [Port::Wasip1, Port::Js];

/// The program as a guest.
pub(crate) fn guest(port: Port) -> PathBuf {
    go::build("tests/conformance", port).unwrap()
}

/// Where compiled modules are kept, for the command and the embedding API alike.
pub(crate) fn cache() -> PathBuf {
    places::kept().unwrap().join("modules")
}

/// `gopherix run`, to which options and the program are added.
pub(crate) fn gopherix_run() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gopherix"));
    command.arg("run").env("GOPHERIX_CACHE", cache());
    command
}

pub(crate) fn expectations() -> Expectations {
    Expectations::load(&places::root().join("tests/conformance/expectations.toml")).unwrap()
}

/// The names of all cases.
pub(crate) fn list() -> Vec<String> {
    let text = command::succeed(Command::new(native()).arg("list"), LIMIT).unwrap();
    String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
}

/// Reads `ok NAME`, `FAIL NAME: why`, `skip NAME: reason`, and whatever else is no such line.
pub(crate) fn outcomes(text: &str) -> Outcomes {
    let outcome = |line: &str| {
        let (word, rest) = line.split_once(' ')?;
        let (name, why) = rest.split_once(": ").unwrap_or((rest, ""));
        let outcome = match word {
            "ok" => Outcome::Ok,
            "FAIL" => Outcome::Fail(why.to_owned()),
            "skip" => Outcome::Skip(why.to_owned()),
            _ => return None,
        };
        Some((name.to_owned(), outcome))
    };
    text.lines().filter_map(outcome).collect()
}

/// Fails the test with these lines, if there are any.
pub(crate) fn nothing_wrong(wrong: &[String], context: &str) {
    assert!(wrong.is_empty(), "{} wrong on {context}:\n{}", wrong.len(), wrong.join("\n"));
}
