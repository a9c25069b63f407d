//! What came of a run, and how two of them differ.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use anyhow::{Context, Result};

use super::cases::Case;

/// What came of a run.
#[derive(PartialEq, Eq, Debug, Default)]
pub(super) struct Outcome {
    /// `None`: it was ended by a signal.
    pub exit: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error, timings masked.
    pub stderr: Vec<u8>,
    /// The project's files after the run, by their paths in it.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Outcome {
    /// What a run wrote, and what it left in its project.
    pub(super) fn read(status: ExitStatus, stdout: Vec<u8>, stderr: &[u8], project: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        collect(project, project, &mut files)?;
        Ok(Self { exit: status.code(), stdout, stderr: mask(stderr), files })
    }

    /// What is not as the case says, one line each.
    pub(super) fn against(&self, case: &Case) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.exit != Some(case.exit) {
            wrong.push(format!("exit code {:?}, not {}", self.exit, case.exit));
        }
        let says = |stream: &[u8]| String::from_utf8_lossy(stream).contains(case.says);
        if !says(&self.stdout) && !says(&self.stderr) {
            wrong.push(format!("it does not say {:?}", case.says));
        }
        let missing = case.writes.iter().filter(|file| !self.files.contains_key(**file));
        wrong.extend(missing.map(|file| format!("it did not write {file}")));
        if !wrong.is_empty() {
            wrong.push(format!("stderr: {}", String::from_utf8_lossy(&self.stderr).trim_end()));
        }
        wrong
    }

    /// How `other` differs from this, one line each; the names are those of the hosts.
    pub(super) fn differences(&self, name: &str, other: &Self, other_name: &str) -> Vec<String> {
        let mut lines = Vec::new();
        if self.exit != other.exit {
            lines.push(format!("exit code: {name} {:?}, {other_name} {:?}", self.exit, other.exit));
        }
        let mut compare = |what: &str, ours: Option<&Vec<u8>>, theirs: Option<&Vec<u8>>| match (ours, theirs) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => lines.push(format!("{what}: {}", first_difference(a, name, b, other_name))),
            (Some(_), None) => lines.push(format!("{what}: only {name} has it")),
            (None, _) => lines.push(format!("{what}: only {other_name} has it")),
        };
        compare("stdout", Some(&self.stdout), Some(&other.stdout));
        compare("stderr", Some(&self.stderr), Some(&other.stderr));
        for (path, ours) in &self.files {
            compare(path, Some(ours), other.files.get(path));
        }
        for path in other.files.keys().filter(|path| !self.files.contains_key(*path)) {
            compare(path, None, other.files.get(path));
        }
        lines
    }
}

/// All regular files under `folder`; a link counts as what it says.
fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(top, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(top).unwrap_or(&path).display().to_string();
        let content = if kind.is_symlink() {
            fs::read_link(&path)?.into_os_string().into_encoded_bytes()
        } else {
            fs::read(&path)?
        };
        files.insert(name, content);
    }
    Ok(())
}

/// Takes the time out of esbuild's `Done in 12ms`.
fn mask(text: &[u8]) -> Vec<u8> {
    const BEFORE: &str = "Done in ";
    let Ok(text) = std::str::from_utf8(text) else { return text.to_vec() };
    let mut masked = String::new();
    for (index, piece) in text.split(BEFORE).enumerate() {
        if index == 0 {
            masked.push_str(piece);
            continue;
        }
        masked.push_str(BEFORE);
        masked.push_str("<time>");
        let unit = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        masked.push_str(unit.strip_prefix("ms").or_else(|| unit.strip_prefix('s')).unwrap_or(unit));
    }
    masked.into_bytes()
}

fn first_difference(a: &[u8], a_name: &str, b: &[u8], b_name: &str) -> String {
    let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    let same = a.lines().zip(b.lines()).take_while(|(a, b)| a == b).count();
    let line = |text: &str| text.lines().nth(same).map_or_else(|| "ends".to_owned(), |line| format!("{line:?}"));
    format!("line {} differs: {a_name} {}, {b_name} {}", same.saturating_add(1), line(&a), line(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_masked_and_nothing_else() {
        let masked = |text: &str| String::from_utf8(mask(text.as_bytes())).unwrap();
        assert_eq!(masked("a 1kb\n\n⚡ Done in 12ms\n"), "a 1kb\n\n⚡ Done in <time>\n");
        assert_eq!(masked("Done in 1.23s, Done in 4ms"), "Done in <time>, Done in <time>");
        assert_eq!(masked("12ms"), "12ms");
    }

    #[test]
    fn every_kind_of_difference_is_told() {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let node = Outcome {
            exit: Some(0),
            stdout: b"a\nb\n".to_vec(),
            files: [file("both", "x\n"), file("gone", "y")].into(),
            ..Outcome::default()
        };
        let other = Outcome {
            exit: Some(1),
            stdout: b"a\nc\n".to_vec(),
            files: [file("both", "x\nz\n"), file("new", "y")].into(),
            ..Outcome::default()
        };
        assert_eq!(node.differences("node", &node, "gopherix"), Vec::<String>::new());
        assert_eq!(
            node.differences("node", &other, "gopherix"),
            [
                "exit code: node Some(0), gopherix Some(1)",
                "stdout: line 2 differs: node \"b\", gopherix \"c\"",
                "both: line 2 differs: node ends, gopherix \"z\"",
                "gone: only node has it",
                "new: only gopherix has it",
            ]
        );
    }

    #[test]
    fn links_and_folders_are_collected() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/file"), "text").unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        let mut files = BTreeMap::new();
        collect(folder.path(), folder.path(), &mut files).unwrap();
        assert_eq!(files, [("link".into(), b"nowhere".to_vec()), ("sub/file".into(), b"text".to_vec())].into());
    }
}
