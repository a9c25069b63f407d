//! What `go/port` holds, compiled in: the rules and our own Go files.

use include_dir::{Dir, include_dir};

static PORT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../go/port");

/// The text of the rules.
pub const RULES: &str = include_str!("../../../go/port/rules");

/// One of our own Go files, by its place in `GOROOT/src`.
#[must_use]
pub fn file(name: &str) -> Option<&'static str> {
    PORT.get_file(name).filter(|_| name.ends_with(".go"))?.contents_utf8()
}

/// The names of all of them.
#[must_use]
pub fn files() -> Vec<&'static str> {
    fn walk(dir: &Dir<'static>, into: &mut Vec<&'static str>) {
        into.extend(dir.files().filter_map(|file| file.path().to_str()).filter(|name| name.ends_with(".go")));
        dir.dirs().for_each(|dir| walk(dir, into));
    }
    let mut names = Vec::new();
    walk(&PORT, &mut names);
    names
}
