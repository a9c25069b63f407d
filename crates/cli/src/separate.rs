//! Where gopherix' own flags end: whatever stands behind PROGRAM is the program's, also what gopherix would know; whatever begins
//! with a word that gopherix does not know is the go command's.

use std::ffi::OsString;

use clap::{ArgAction, Command};

/// The same command line with `--` behind PROGRAM of `run` and `profile`, which makes everything after it the program's.
pub(crate) fn separate(cli: &Command, mut line: Vec<OsString>) -> Vec<OsString> {
    if let Some(at) = program(cli, &line) {
        line.insert(at.saturating_add(1), "--".into());
    } else if let Some(at) = go_words(cli, &line) {
        line.insert(at, "--".into());
    }
    line
}

/// How many of the words are flags of `command`, with their values: those with two dashes whose names it knows. The go command
/// takes its own with two dashes too, but few have a name that is one of ours.
pub(crate) fn own_flags(command: &Command, words: &[OsString]) -> usize {
    let mut at = 0usize;
    while let Some(flag) = words.get(at).and_then(|word| word.to_str()).filter(|word| is_own(command, word)) {
        at = at.saturating_add(if takes_next(command, flag) { 2 } else { 1 });
    }
    at.min(words.len())
}

fn is_own(command: &Command, word: &str) -> bool {
    let Some(name) = word.strip_prefix("--") else { return word == "-A" };
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    name == "help" || command.get_arguments().any(|arg| arg.get_long() == Some(name))
}

/// The place of the go command's first word, if this is a command with some.
fn go_words(cli: &Command, line: &[OsString]) -> Option<usize> {
    let name = ["build", "test", "vet"].into_iter().find(|name| line.get(1).is_some_and(|word| word == name))?;
    let words = line.get(2..)?;
    // `test` has the flags of `run` and sorts them itself; help is the command's own.
    let own = if name == "test" {
        usize::from(words.first().is_some_and(|w| w == "--help" || w == "-h"))
    } else {
        own_flags(cli.find_subcommand(name)?, words)
    };
    let at = own.saturating_add(2);
    (line.get(at).is_some_and(|word| word != "--")).then_some(at)
}

/// The place of PROGRAM, if this is a command with one. A `--` before it means what it says already.
fn program(cli: &Command, line: &[OsString]) -> Option<usize> {
    let run = ["run", "profile"].into_iter().find(|name| line.get(1).is_some_and(|word| word == name))?;
    let run = cli.find_subcommand(run)?;
    let mut words = line.iter().enumerate().skip(2);
    while let Some((at, word)) = words.next() {
        // What is not UTF-8 is no flag.
        match word.to_str() {
            Some("--") => return None,
            Some(flag) if flag.starts_with('-') && flag.len() > 1 => {
                if takes_next(run, flag) {
                    words.next();
                }
            }
            _ => return Some(at),
        }
    }
    None
}

/// Whether a flag's value is the next word.
fn takes_next(run: &Command, flag: &str) -> bool {
    let Some(name) = flag.strip_prefix("--") else { return false };
    let arg = run.get_arguments().find(|arg| arg.get_long() == Some(name));
    arg.is_some_and(|arg| {
        matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) && !arg.is_require_equals_set()
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::args::Args;

    fn separated(line: &str) -> String {
        let line = line.split(' ').map(OsString::from).collect();
        let line = separate(&Args::command(), line);
        line.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_program_is_the_first_word_that_is_no_flag() {
        for (line, want) in [
            ("gopherix run a.wasm", "gopherix run a.wasm --"),
            ("gopherix run a.wasm --help -A", "gopherix run a.wasm -- --help -A"),
            ("gopherix run -A --dir x --trace a.wasm --trace", "gopherix run -A --dir x --trace a.wasm -- --trace"),
            ("gopherix run --dir=x a.wasm -- b", "gopherix run --dir=x a.wasm -- -- b"),
            ("gopherix run -- a.wasm -x", "gopherix run -- a.wasm -x"),
            ("gopherix run --help", "gopherix run --help"),
            ("gopherix inspect a.wasm --json", "gopherix inspect a.wasm --json"),
        ] {
            assert_eq!(separated(line), want);
        }
    }

    #[test]
    fn the_rest_is_the_programs_to_the_word() {
        let line = "gopherix run --env A=1 a.wasm --help --dir x -- --net";
        let line = separate(&Args::command(), line.split(' ').map(OsString::from).collect());
        let crate::args::Command::Run(run) = Args::try_parse_from(line).unwrap().command else { panic!("not run") };
        assert_eq!(run.args, ["--help", "--dir", "x", "--", "--net"]);
        assert_eq!(run.program.to_str(), Some("a.wasm"));
    }
}
