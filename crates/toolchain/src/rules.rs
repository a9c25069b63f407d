//! The rules: what the overlay does to which file of GOROOT/src, as text, so that they read like the patch they are.
//!
//! A line each, `#` begins a comment, paths are relative to `GOROOT/src`:
//!
//! - `drop FILE`: the file is not compiled.
//! - `widen FILE [as NEW]`: its build constraint (if any) also holds for wasip1; under a NEW name if the old one names an
//!   operating system.
//! - `add FILE`: a file of our own, from `go/port`.
//! - `cut FILE: DECL [xN]`: the top-level declaration that begins with DECL (N of them) goes, with the comments right above it.
//! - `edit FILE`: the lines that follow are a hunk as in a unified diff, without line numbers; what it replaces must be there
//!   exactly once, as whole lines.
//!
//! Words at a line's end limit a rule: `since=N` and `until=N` to releases (Go 1.N, both included). `optional` lets it be where it
//! does not fit: for what only the standard library's own tests need.

use crate::release::Release;

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The file in `GOROOT/src` that it is about.
    pub file: String,
    /// What is done.
    pub action: Action,
    /// Where it holds.
    pub scope: Scope,
}

/// Where a rule holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The first release it is for.
    pub since: Option<Release>,
    /// The last release it is for.
    pub until: Option<Release>,
    /// Whether it may be left out where it does not fit.
    pub is_optional: bool,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The file is not compiled.
    Drop,
    /// Its build constraint also holds for wasip1.
    Widen {
        /// Its name in the overlay, if not its own.
        name: Option<String>,
    },
    /// Our own file.
    Add,
    /// Declarations go.
    Cut {
        /// How they begin.
        header: String,
        /// How many there are.
        count: usize,
    },
    /// Lines are replaced.
    Edit {
        /// What must be there once; whole lines.
        anchor: String,
        /// What comes in its place.
        text: String,
    },
}

impl Rule {
    /// Whether it is for that release.
    #[must_use]
    pub fn is_for(&self, release: Release) -> bool {
        let Scope { since, until, .. } = self.scope;
        since.is_none_or(|since| since <= release) && until.is_none_or(|until| release <= until)
    }

    /// Its verb, as in the text.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self.action {
            Action::Drop => "drop",
            Action::Widen { .. } => "widen",
            Action::Add => "add",
            Action::Cut { .. } => "cut",
            Action::Edit { .. } => "edit",
        }
    }

    /// What it looks for, for people.
    #[must_use]
    pub fn anchor(&self) -> &str {
        match &self.action {
            Action::Drop | Action::Add => "the file",
            Action::Widen { .. } => "//go:build",
            Action::Cut { header, .. } => header,
            Action::Edit { anchor, .. } => anchor,
        }
    }
}

/// A line that is no rule.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("rules, line {line}: {what}")]
pub struct Malformed {
    /// Which, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Reads the rules.
///
/// # Errors
///
/// A line that is no rule.
pub fn parse(text: &str) -> Result<Vec<Rule>, Malformed> {
    let mut rules = Vec::new();
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let wrong = |what| Malformed { line: number, what };
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (line, scope) = scoped(line).ok_or_else(|| wrong("no release behind since= or until="))?;
        let (verb, rest) = line.split_once(' ').ok_or_else(|| wrong("a rule is a verb and a file"))?;
        let rest = rest.trim();
        let (file, action) = match verb {
            "drop" => (rest, Action::Drop),
            "add" => (rest, Action::Add),
            "widen" => match rest.split_once(" as ") {
                Some((file, name)) => (file, Action::Widen { name: Some(name.trim().to_owned()) }),
                None => (rest, Action::Widen { name: None }),
            },
            "cut" => {
                let (file, header) = rest.split_once(": ").ok_or_else(|| wrong("cut FILE: DECL"))?;
                let (header, count) = counted(header.trim());
                (file, Action::Cut { header: header.to_owned(), count })
            }
            "edit" => {
                let (mut anchor, mut text) = (String::new(), String::new());
                while let Some((line, _)) = lines.next_if(|(line, _)| line.starts_with(['-', '+', ' '])) {
                    let (mark, line) = line.split_at(1);
                    for (side, other) in [(&mut anchor, "+"), (&mut text, "-")] {
                        if mark != other {
                            side.push_str(line);
                            side.push('\n');
                        }
                    }
                }
                if anchor.is_empty() {
                    return Err(wrong("an edit without lines to look for"));
                }
                (rest, Action::Edit { anchor, text })
            }
            _ => return Err(wrong("drop, widen, add, cut or edit")),
        };
        if file.is_empty() || file.starts_with('/') || file.contains([' ', '\\']) || file.split('/').any(|p| p == "..")
        {
            return Err(wrong("not a file in GOROOT/src"));
        }
        rules.push(Rule { file: file.to_owned(), action, scope });
    }
    Ok(rules)
}

/// Takes the words that limit a rule off a line's end.
fn scoped(mut line: &str) -> Option<(&str, Scope)> {
    let mut scope = Scope::default();
    while let Some((rest, last)) = line.rsplit_once(' ') {
        if let Some(number) = last.strip_prefix("since=") {
            scope.since = Some(Release(number.parse().ok()?));
        } else if let Some(number) = last.strip_prefix("until=") {
            scope.until = Some(Release(number.parse().ok()?));
        } else if last == "optional" {
            scope.is_optional = true;
        } else {
            break;
        }
        line = rest.trim_end();
    }
    Some((line, scope))
}

/// `DECL x3`.
fn counted(header: &str) -> (&str, usize) {
    let counted = header.rsplit_once(" x").and_then(|(rest, count)| Some((rest, count.parse().ok()?)));
    counted.unwrap_or((header, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read() {
        let text = "# c\n\ndrop a/b.go\nwiden c_linux.go as zz.go since=26 until=27\nadd d.go\ncut e.go: func (w W) x3\nedit f.go\n context\n-old\n+new\n+\tnewer\n\ndrop g.go optional\n";
        let rules = parse(text).unwrap();
        let actions: Vec<_> = rules.iter().map(|r| (r.file.as_str(), r.verb())).collect();
        assert_eq!(
            actions,
            [
                ("a/b.go", "drop"),
                ("c_linux.go", "widen"),
                ("d.go", "add"),
                ("e.go", "cut"),
                ("f.go", "edit"),
                ("g.go", "drop")
            ]
        );
        assert_eq!(rules[1].action, Action::Widen { name: Some("zz.go".into()) });
        assert!(!rules[1].is_for(Release(25)) && rules[1].is_for(Release(26)) && !rules[1].is_for(Release(28)));
        assert!(rules[5].scope.is_optional && !rules[4].scope.is_optional);
        assert_eq!(rules[3].action, Action::Cut { header: "func (w W)".into(), count: 3 });
        assert_eq!(
            rules[4].action,
            Action::Edit { anchor: "context\nold\n".into(), text: "context\nnew\n\tnewer\n".into() }
        );
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        for (text, line) in [
            ("drop", 1),
            ("\nfly a.go", 2),
            ("cut a.go func", 1),
            ("edit a.go\n+only new\n", 1),
            ("drop ../a.go", 1),
            ("drop /a.go", 1),
            ("drop a.go since=x", 1),
        ] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text}");
        }
    }
}
