//! The portable crates stay portable: they compile for wasm32, contain neither `unsafe` nor a use of the host's files,
//! network, threads or clock, and depend on no engine and no JavaScript binding.
//!
//! Sources are read as Rust tokens, so comments and strings do not count, nor does `#[cfg(test)]` code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use proc_macro2::{Ident, TokenStream, TokenTree};

use crate::process::{capture, progress};
use crate::toolchain::{RUST_UNKNOWN, RustWasm};
use crate::workspace;

/// Crate folders under `crates/`.
const PORTABLE: [&str; 5] = ["abi", "kernel", "guest", "golang", "rewrite"];
const BANNED_MODULES: [&str; 4] = ["fs", "net", "thread", "time"];
/// Packages by name, or by prefix where it ends in `*`.
const BANNED_PACKAGES: [&str; 10] =
    ["wasmtime*", "wasm-bindgen*", "js-sys", "web-sys", "tokio", "mio", "libc", "rustix", "cap-*", "getrandom"];

/// Runs the three checks.
pub(crate) fn command() -> Result<()> {
    let mut findings = Vec::new();
    for name in PORTABLE {
        let sources = workspace::root().join("crates").join(name).join("src");
        check_sources(&sources, &mut findings)?;
        check_dependencies(name, &mut findings)?;
    }
    if !findings.is_empty() {
        bail!("the portable crates are not portable:\n{}", findings.join("\n"));
    }
    let rust = RustWasm::find(RUST_UNKNOWN)?;
    progress(&format!("compiling {} for {}", PORTABLE.join(", "), rust.describe()));
    let mut cargo = rust.cargo("check");
    for name in PORTABLE {
        cargo.args(["--package", &format!("gopherix-{name}")]);
    }
    capture(cargo.arg("--quiet").current_dir(workspace::root()))?;
    println!("{} compile for wasm32 and are portable", PORTABLE.join(", "));
    Ok(())
}

fn check_dependencies(name: &str, findings: &mut Vec<String>) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = capture(
        Command::new(cargo)
            .args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--target", RUST_UNKNOWN])
            .args(["--package", &format!("gopherix-{name}")])
            .current_dir(workspace::root()),
    )?;
    let packages = tree.lines().filter_map(|line| line.split_whitespace().next());
    findings.extend(
        packages
            .filter(|package| is_banned(package))
            .map(|package| format!("crates/{name} depends on {package}: it belongs to a home")),
    );
    Ok(())
}

fn is_banned(package: &str) -> bool {
    BANNED_PACKAGES.iter().any(|banned| match banned.strip_suffix('*') {
        Some(prefix) => package.starts_with(prefix),
        None => package == *banned,
    })
}

fn check_sources(folder: &Path, findings: &mut Vec<String>) -> Result<()> {
    for path in rust_files(folder)? {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let tokens: TokenStream = text.parse().map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
        let mut found = Vec::new();
        scan(tokens, &mut found);
        let shown = path.strip_prefix(workspace::root()).unwrap_or(&path).display().to_string();
        findings.extend(found.into_iter().map(|(line, what)| format!("{shown}:{line}: {what}")));
    }
    Ok(())
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if is_test {
            continue;
        }
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Collects (line, finding) from `tokens`.
fn scan(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = trees.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        rest = match first {
            TokenTree::Punct(punct) if punct.as_char() == '#' && starts_test_item(tail) => after_item(tail),
            TokenTree::Ident(ident) if ident == "unsafe" => {
                found.push((line(ident), "unsafe".to_owned()));
                tail
            }
            TokenTree::Ident(ident) if ident == "std" => {
                report_std(tail, found);
                tail
            }
            TokenTree::Group(group) => {
                scan(group.stream(), found);
                tail
            }
            _ => tail,
        };
    }
}

/// What follows a `#`: is it `[cfg(test)]`?
fn starts_test_item(tail: &[TokenTree]) -> bool {
    let Some(TokenTree::Group(attribute)) = tail.first() else { return false };
    attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// Skips the attribute's brackets and the item behind it, which ends with its first block or semicolon.
fn after_item(tail: &[TokenTree]) -> &[TokenTree] {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    let end = tail.iter().position(ends).map_or(tail.len(), |index| index.saturating_add(1));
    tail.get(end..).unwrap_or_default()
}

/// `tail` follows the word `std`: reports `::fs` and the like, alone or anywhere in `::{…}`'s first level.
fn report_std(tail: &[TokenTree], found: &mut Vec<(usize, String)>) {
    let [TokenTree::Punct(first), TokenTree::Punct(second), next, ..] = tail else { return };
    if first.as_char() != ':' || second.as_char() != ':' {
        return;
    }
    let mut report = |ident: &Ident| {
        if BANNED_MODULES.iter().any(|module| ident == module) {
            let hint = "a type with no system behind it, such as Duration, is in core";
            found.push((line(ident), format!("std::{ident} ({hint})")));
        }
    };
    match next {
        TokenTree::Ident(ident) => report(ident),
        TokenTree::Group(group) => {
            let mut at_start = true;
            for tree in group.stream() {
                match &tree {
                    TokenTree::Ident(ident) if at_start => report(ident),
                    _ => {}
                }
                at_start = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ',');
            }
        }
        _ => {}
    }
}

fn line(ident: &Ident) -> usize {
    ident.span().start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(source: &str) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        scan(source.parse().unwrap(), &mut found);
        found
    }

    #[test]
    fn finds_unsafe_and_host_modules() {
        let source = "use std::fs::File;\nuse std::{fmt, net::{TcpStream}};\nfn f() { unsafe { g() } }";
        let found = findings(source);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(found[1].1.starts_with("std::net"), "{found:?}");
    }

    #[test]
    fn passes_comments_strings_tests_and_core() {
        let source = "// unsafe std::fs\nconst A: &str = \"std::fs\";\nuse core::time::Duration;\n\
                      #[cfg(test)]\nmod tests { use std::fs; }\nuse std::fmt::{self, time};";
        assert_eq!(findings(source), []);
    }

    #[test]
    fn looks_behind_a_test_item() {
        assert_eq!(findings("#[cfg(test)]\nmod tests;\nuse std::time::Instant;").len(), 1);
    }

    #[test]
    fn bans_by_name_and_by_prefix() {
        assert!(is_banned("wasmtime-environ") && is_banned("libc"));
        assert!(!is_banned("wasmparser") && !is_banned("libcs"));
    }
}
