//! Releases of Go at hand, and modules to build with them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gopherix_toolchain::flags::Flags;
use tempfile::TempDir;

/// A file of the repository.
pub(crate) fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// GOROOTs: of the workspace's toolchain, the newest first; else what `GOPHERIX_GO` or the PATH has.
pub(crate) fn gos() -> Vec<PathBuf> {
    let fetched = ["go", "go1.26", "go1.25"].map(|name| source(".toolchain").join(name));
    let mut gos: Vec<PathBuf> =
        fetched.into_iter().filter(|go| go.join("bin/go").is_file()).map(|go| go.canonicalize().unwrap()).collect();
    if gos.is_empty() {
        let named = std::env::var_os("GOPHERIX_GO").map(PathBuf::from);
        let go = gopherix_toolchain::Go::find(named.as_deref(), None).expect("no Go: run `cargo xtask toolchain go`");
        gos.push(go.env.goroot);
    }
    gos
}

/// A folder with these files, and a go.mod file if none of them is one.
pub(crate) fn module(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let go_mod = ("go.mod", "module example.com/m\n\ngo 1.25\n");
    let needs_one = !files.iter().any(|(name, _)| name.ends_with("go.mod"));
    for (name, text) in files.iter().chain(needs_one.then_some(&go_mod)) {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// These words, and the folder to run in.
pub(crate) fn flags(folder: &Path, words: &[&str]) -> Flags {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    Flags { folder: Some(folder.to_owned()), ..Flags::read(&words, false) }
}
