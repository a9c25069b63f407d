//! Rules, applied to the sources of a GOROOT.
//!
//! A rule that does not fit is an error that names it: a standard library that is half ours would be worse than none.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::port;
use crate::release::Release;
use crate::rules::{Action, Rule};

/// Files of `GOROOT/src` by name: what is compiled in their place, or `None` for nothing.
pub type Replaced = BTreeMap<String, Option<String>>;

/// Applies those rules that are for this release.
///
/// # Errors
///
/// A rule whose file is absent, or whose anchor is not there as often as it should be.
pub fn apply(rules: &[Rule], src: &Path, release: Release) -> Result<Replaced, Error> {
    let mut replaced = Replaced::new();
    for rule in rules.iter().filter(|rule| rule.is_for(release)) {
        match one(rule, &replaced, src) {
            Ok((name, text)) => {
                replaced.insert(name, text);
            }
            Err(_) if rule.scope.is_optional => {}
            Err(found) => return Err(Error::RuleFailed { rule: Box::new(rule.clone()), release, found }),
        }
    }
    Ok(replaced)
}

/// What a rule makes of which file; or what was found in place of what it looks for.
fn one(rule: &Rule, replaced: &Replaced, src: &Path) -> Result<(String, Option<String>), &'static str> {
    let name = rule.file.clone();
    if rule.action == Action::Add {
        let text = port::file(&rule.file).ok_or("go/port has no such file")?;
        let is_new = !src.join(&rule.file).exists();
        return if is_new { Ok((name, Some(text.to_owned()))) } else { Err("this Go has a file of that name") };
    }
    let text = current(replaced, src, &rule.file).ok_or("no such file")?;
    match &rule.action {
        Action::Drop | Action::Add => Ok((name, None)),
        Action::Widen { name: new } => {
            let text = widen(&text, new.is_some()).ok_or("not one //go:build line")?;
            Ok((new.clone().unwrap_or(name), Some(text)))
        }
        Action::Cut { header, count } => match cut(&text, header) {
            (text, found) if found == *count => Ok((name, Some(text))),
            (_, found) => Err(if found < *count { "not found" } else { "found more than once" }),
        },
        Action::Edit { anchor, text: new } => Ok((name, Some(edit(&text, anchor, new)?))),
    }
}

/// The file as earlier rules left it.
fn current(replaced: &Replaced, src: &Path, file: &str) -> Option<String> {
    match replaced.get(file) {
        Some(text) => text.clone(),
        None => std::fs::read_to_string(src.join(file)).ok(),
    }
}

/// The text with `|| wasip1` in its build constraint. A text without one compiles everywhere, which is right for one whose old
/// name was its constraint.
fn widen(text: &str, may_lack: bool) -> Option<String> {
    const MARK: &str = "//go:build ";
    let starts: Vec<usize> =
        line_starts(text).filter(|at| text.get(*at..).is_some_and(|t| t.starts_with(MARK))).collect();
    match starts.as_slice() {
        [] if may_lack => Some(text.to_owned()),
        [at] => {
            let (before, line) = text.split_at(*at);
            let (line, after) = line.split_once('\n')?;
            let constraint = line.strip_prefix(MARK)?;
            Some(format!("{before}{MARK}({constraint}) || wasip1\n{after}"))
        }
        _ => None,
    }
}

/// The text without the declarations that begin with `header`, and how many these were. Empty lines take their place, so that
/// what follows keeps its line numbers.
fn cut(text: &str, header: &str) -> (String, usize) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    let mut found = 0usize;
    let mut rest = lines.as_slice();
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        if !begins(line, header) {
            kept.push(line);
            continue;
        }
        found = found.saturating_add(1);
        for above in kept.iter_mut().rev().take_while(|line| line.starts_with("//")) {
            *above = "\n";
        }
        kept.push("\n");
        if line.trim_end().ends_with(['{', '(']) {
            while let Some((line, after)) = rest.split_first() {
                rest = after;
                kept.push("\n");
                if line.starts_with(['}', ')']) {
                    break;
                }
            }
        }
    }
    (kept.concat(), found)
}

/// Whether the line begins with `header` as whole words.
fn begins(line: &str, header: &str) -> bool {
    let next = line.strip_prefix(header).map(|rest| rest.chars().next());
    next.is_some_and(|next| next.is_none_or(|c| !c.is_alphanumeric() && c != '_'))
}

/// The text with `new` in place of `anchor`, whole lines that are there once.
fn edit(text: &str, anchor: &str, new: &str) -> Result<String, &'static str> {
    let mut places = line_starts(text).filter(|at| text.get(*at..).is_some_and(|t| t.starts_with(anchor)));
    let at = places.next().ok_or("not found")?;
    if places.next().is_some() {
        return Err("found more than once");
    }
    let (before, rest) = text.split_at(at);
    let after = rest.strip_prefix(anchor).unwrap_or_default();
    Ok([before, new, after].concat())
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO: &str = "// c\n\n//go:build unix && !x\n\npackage p\n\n// F says so.\n//\n//go:nosplit\nfunc F() int {\n\treturn 1\n}\n\nfunc Fun() {}\nfunc (w W) A() {}\nfunc (w W) B() {}\nvar x = 1\nvar x1 = 2\n";

    #[test]
    fn constraints_are_widened_as_a_whole() {
        let text = widen(GO, false).unwrap();
        assert!(text.contains("\n//go:build (unix && !x) || wasip1\n"), "{text}");
        assert_eq!(widen("package p\n", true).as_deref(), Some("package p\n"));
        assert_eq!(widen("package p\n", false), None);
        assert_eq!(widen("//go:build a\n//go:build b\n", true), None);
    }

    #[test]
    fn declarations_are_cut_with_their_comments_and_lines_stay() {
        let (text, found) = cut(GO, "func F");
        assert_eq!(found, 1);
        assert!(!text.contains("nosplit") && !text.contains("return 1") && text.contains("func Fun() {}"), "{text}");
        assert_eq!(text.lines().count(), GO.lines().count());
        assert_eq!(cut(GO, "func (w W)").1, 2);
        assert_eq!(cut(GO, "var x").1, 1);
        assert_eq!(cut(GO, "func G"), (GO.to_owned(), 0));
    }

    #[test]
    fn anchors_are_whole_lines_that_are_there_once() {
        assert_eq!(edit("a\nb\nc\n", "b\n", "x\ny\n").as_deref(), Ok("a\nx\ny\nc\n"));
        assert_eq!(edit("a\nb\nb\n", "b\n", ""), Err("found more than once"));
        assert_eq!(edit("ab\n", "b\n", ""), Err("not found"));
        assert_eq!(edit("b", "b\n", ""), Err("not found"));
    }
}
