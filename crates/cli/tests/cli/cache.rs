//! The cache of compiled modules: filled behind the user's back, never in the way.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::support::{Done, gopherix, module, poll, temp};

/// A program and an empty cache.
struct Place {
    dir: tempfile::TempDir,
    cache: PathBuf,
    program: PathBuf,
}

fn place() -> Place {
    let dir = temp();
    let cache = dir.path().join("cache");
    let program = module(dir.path(), r#"(func (export "_start") (call $exit (i32.const 9)))"#);
    Place { dir, cache, program }
}

impl Place {
    fn run(&self, flags: &[&str]) -> Done {
        gopherix(["run"]).args(flags).args([&self.program]).cache(&self.cache).done().expect(9).says("")
    }

    fn list(&self) -> String {
        gopherix(["cache", "list"]).cache(&self.cache).done().expect(0).stdout
    }

    /// Waits for the background helper's work; the compiled module.
    fn filled(&self) -> PathBuf {
        poll("compiled module in the cache", || self.files("cwasm").pop().filter(|_| self.files("wasm").is_empty()))
    }

    fn files(&self, extension: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.cache).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
    }

    /// Names with what changes when a file is written anew.
    fn state(&self) -> BTreeMap<PathBuf, (u64, i64, i64)> {
        let files = fs::read_dir(&self.cache).unwrap().map(|entry| entry.unwrap().path());
        files
            .map(|path| (path.clone(), fs::metadata(path).unwrap()))
            .map(|(path, meta)| (path, (meta.ino(), meta.mtime(), meta.mtime_nsec())))
            .collect()
    }
}

#[test]
fn the_first_run_fills_it_in_the_background_and_the_second_uses_it() {
    let place = place();
    place.run(&[]);
    place.filled();
    let list = place.list();
    let mut lines = list.lines();
    assert!(lines.next().unwrap().ends_with(place.program.canonicalize().unwrap().to_str().unwrap()), "{list}");
    assert!(lines.next().unwrap().starts_with("1 module, "), "{list}");
    // A run that compiles notes that in the cache; one that finds its code there writes nothing.
    let before = place.state();
    place.run(&[]);
    assert_eq!(place.state(), before);
}

#[test]
fn optimizing_fills_it_before_the_start() {
    let place = place();
    place.run(&["--compiler=optimizing"]);
    assert_eq!(place.files("cwasm").len(), 1);
    assert_eq!(place.files("wasm"), [""; 0].map(PathBuf::from));
}

#[test]
fn no_cache_and_baseline_leave_it_alone() {
    let place = place();
    place.run(&["--no-cache"]);
    assert!(!place.cache.exists());
    place.run(&["--no-cache", "--compiler=optimizing"]);
    assert!(!place.cache.exists());
    place.run(&["--compiler=baseline"]);
    assert_eq!(place.state(), BTreeMap::new());
}

#[test]
fn a_damaged_file_is_made_anew() {
    let place = place();
    place.run(&["--compiler=optimizing"]);
    let code = place.files("cwasm").pop().unwrap();
    let whole = fs::read(&code).unwrap();
    for damaged in [&b""[..], b"garbage", &whole[..whole.len() / 2], &whole[..100]] {
        replace(&code, damaged);
        place.run(&[]);
        place.filled();
        assert_eq!(fs::read(&code).unwrap().len(), whole.len());
    }
}

#[test]
fn a_file_that_others_can_write_is_not_used() {
    let place = place();
    place.run(&["--compiler=optimizing"]);
    let code = place.files("cwasm").pop().unwrap();
    fs::set_permissions(&code, fs::Permissions::from_mode(0o666)).unwrap();
    let before = place.state();
    place.run(&["--compiler=optimizing"]);
    assert_ne!(place.state(), before, "it was used");
}

#[test]
fn a_folder_that_cannot_be_used_does_not_keep_the_program_from_running() {
    let place = place();
    fs::create_dir(&place.cache).unwrap();
    fs::set_permissions(&place.cache, fs::Permissions::from_mode(0o777)).unwrap();
    let run = |cache: &Path, flags: &[&str]| {
        gopherix(["run"]).args(flags).args([&place.program]).cache(cache).done().expect(9)
    };
    run(&place.cache, &[])
        .mentions("gopherix: not caching (--no-cache says so, GOPHERIX_CACHE names another folder): ");
    run(&place.program, &[]).mentions("not caching");
    run(&place.cache, &["--no-cache"]).says("");
    assert_eq!(place.state(), BTreeMap::new());
}

#[test]
fn clear_empties_it() {
    let place = place();
    place.run(&["--compiler=optimizing"]);
    let done = gopherix(["cache", "clear"]).cache(&place.cache).done().expect(0).says("");
    assert_eq!(done.stdout, format!("1 module removed from {}\n", place.cache.display()));
    assert_eq!(place.state(), BTreeMap::new());
    assert!(place.list().starts_with("0 modules, "));
    assert!(place.dir.path().exists());
}

/// Another file under the same name: the present one may be mapped.
fn replace(path: &Path, bytes: &[u8]) {
    let other = path.with_extension("new");
    fs::write(&other, bytes).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(other, path).unwrap();
}
