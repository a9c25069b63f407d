//! `path.resolve` (<https://nodejs.org/docs/latest/api/path.html#pathresolvepaths>).

/// The absolute path that `parts`, joined from right to left until one is absolute, name from `cwd`; without `.`, `..`, double
/// and trailing slashes.
pub(super) fn resolve(cwd: &str, parts: &[&str]) -> String {
    let start = parts.iter().rposition(|part| part.starts_with('/'));
    let mut names: Vec<&str> = Vec::new();
    let base = if start.is_some() { "/" } else { cwd };
    let tail = parts.get(start.unwrap_or(0)..).unwrap_or_default();
    for name in std::iter::once(&base).chain(tail).flat_map(|part| part.split('/')) {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    /// Expectations are Node's answers.
    #[test]
    fn resolves_as_node_does() {
        for (parts, want) in [
            (&["a"][..], "/home/x/a"),
            (&["/a/b/../c/./d//e/"], "/a/c/d/e"),
            (&["a", "/b", "c"], "/b/c"),
            (&["..", "y"], "/home/y"),
            (&["../../../.."], "/"),
            (&[""], "/home/x"),
            (&[], "/home/x"),
            (&["/"], "/"),
        ] {
            assert_eq!(resolve("/home/x", parts), want, "{parts:?}");
        }
    }
}
