//! The cache of compiled modules on disk.
//!
//! A file a module, named by a hash of the wasm bytes and of everything about the engine that its code depends on. Compiled
//! code is run as it is found, so the folder belongs to the user alone (0700), files are written under another name and
//! then renamed, and what anybody else could have written is not used.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use wasmtime::{Engine, Module};

use crate::HostError;

/// Most bytes the cache keeps; beyond it the longest unused goes.
const CAPACITY: u64 = 4 << 30;
/// How long a claim on a compilation is believed.
const CLAIM: Duration = Duration::from_secs(600);

/// What a compiled module is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of wasm bytes for an engine; `preemption` and `looks` say how they are written anew ([`crate::go::prepare`]).
    #[must_use]
    pub(crate) fn of(bytes: &[u8], engine: &Engine, preemption: bool, looks: bool) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&fingerprint(engine).to_le_bytes());
        hasher.update(&[u8::from(preemption), u8::from(looks)]);
        hasher.update(bytes);
        Key(*hasher.finalize().as_bytes())
    }

    /// As the cache's file names have it.
    #[must_use]
    pub fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// All settings that compiled code depends on, as the engine itself tells them.
fn fingerprint(engine: &Engine) -> u64 {
    use std::hash::{Hash, Hasher};
    // SipHash with fixed keys: the same in every run, which `RandomState` would not be.
    #[allow(deprecated, reason = "the replacement has random keys")]
    let mut hasher = std::hash::SipHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    gopherix_rewrite::REVISION.hash(&mut hasher);
    hasher.finish()
}

/// What the cache says of one module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The name it was last compiled under.
    pub name: String,
    /// Bytes of the wasm module.
    pub wasm_bytes: u64,
    /// Bytes of the compiled code.
    #[serde(default)]
    pub code_bytes: u64,
    /// Its file's stem.
    #[serde(default)]
    pub key: String,
    /// Seconds since it was compiled.
    #[serde(skip)]
    pub age_secs: u64,
}

/// A folder of compiled modules.
#[derive(Clone, Debug)]
pub struct ModuleCache {
    dir: PathBuf,
}

impl ModuleCache {
    /// Opens the cache in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made, or is not the user's alone.
    pub fn open(dir: &Path) -> Result<Self, HostError> {
        let what = || format!("cannot use the cache folder {}", dir.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(HostError::io(what()))?;
        let meta = fs::metadata(dir).map_err(HostError::io(what()))?;
        if !is_ours(&meta) {
            return Err(HostError::io(what())(std::io::Error::other("others can write to it")));
        }
        Ok(ModuleCache { dir: dir.to_path_buf() })
    }

    /// Where it is.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether a module of that key is there.
    pub(crate) fn has(&self, key: Key) -> bool {
        self.code_path(key).exists()
    }

    /// The module of that key, mapped; `None` if it is not there or cannot be used.
    #[expect(unsafe_code, reason = "compiled code is trusted by its place")]
    pub(crate) fn get(&self, key: Key, engine: &Engine) -> Option<Module> {
        let path = self.code_path(key);
        let file = fs::File::open(&path).ok()?;
        if !is_ours(&file.metadata().ok()?) {
            return None;
        }
        // SAFETY: the file came from `Module::serialize` of an engine with the same fingerprint: it was renamed into place
        // when whole, and neither it nor its folder can be written by other users, as was checked just above and in `open`.
        let module = unsafe { Module::deserialize_open_file(engine, file) };
        match module {
            Ok(module) => Some(module),
            Err(_) => {
                // Another version's or a damaged file: make room for a new one.
                let _ = fs::remove_file(path);
                None
            }
        }
    }

    /// Keeps a compiled module. That it cannot is no reason to fail: the next run compiles again.
    pub(crate) fn put(&self, key: Key, module: &Module) {
        if let Ok(code) = module.serialize() {
            if self.write(&self.code_path(key), &code).is_err() {
                tracing::debug!("the module cache could not be written");
            }
            self.evict();
        }
    }

    /// Notes what a module is called, for [`ModuleCache::list`].
    pub fn describe(&self, key: Key, name: &str, wasm_bytes: usize) {
        let wasm_bytes = u64::try_from(wasm_bytes).unwrap_or(0);
        let entry = Entry { name: name.into(), wasm_bytes, code_bytes: 0, key: String::new(), age_secs: 0 };
        if let Ok(text) = serde_json::to_vec(&entry) {
            let _ = self.write(&self.dir.join(format!("{}.json", key.hex())), &text);
        }
    }

    /// Claims the compilation of a module for this process: `None` if another has it in hand or it is done. The claim is a
    /// copy of the wasm bytes, which is what a helper compiles.
    #[must_use]
    pub fn claim(&self, key: Key, bytes: &[u8]) -> Option<PathBuf> {
        let path = self.dir.join(format!("{}.wasm", key.hex()));
        if let Ok(meta) = fs::metadata(&path) {
            let age = meta.modified().ok().and_then(|t| SystemTime::now().duration_since(t).ok());
            if age.is_some_and(|age| age < CLAIM) {
                return None;
            }
            let _ = fs::remove_file(&path);
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).ok()?;
        match file.write_all(bytes) {
            Ok(()) => Some(path),
            Err(_) => {
                let _ = fs::remove_file(&path);
                None
            }
        }
    }

    /// Everything in the cache, newest first.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, HostError> {
        let mut entries = Vec::new();
        for (path, meta) in self.code_files()? {
            let key = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let described = fs::read(path.with_extension("json")).ok().and_then(|t| serde_json::from_slice(&t).ok());
            let unnamed = Entry { name: "?".into(), wasm_bytes: 0, code_bytes: 0, key: String::new(), age_secs: 0 };
            let age = meta.modified().ok().and_then(|t| SystemTime::now().duration_since(t).ok()).unwrap_or_default();
            entries.push(Entry {
                code_bytes: meta.len(),
                key,
                age_secs: age.as_secs(),
                ..described.unwrap_or(unnamed)
            });
        }
        entries.sort_by_key(|e| e.age_secs);
        Ok(entries)
    }

    /// Empties the cache; returns how many modules went.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn clear(&self) -> Result<usize, HostError> {
        let files = self.code_files()?;
        let count = files.len();
        for entry in fs::read_dir(&self.dir).map_err(HostError::io("cannot read the cache folder"))?.flatten() {
            let path = entry.path();
            let known = path.extension().is_some_and(|e| e == "cwasm" || e == "json" || e == "wasm" || e == "part");
            if known {
                let _ = fs::remove_file(path);
            }
        }
        Ok(count)
    }

    fn code_path(&self, key: Key) -> PathBuf {
        self.dir.join(format!("{}.cwasm", key.hex()))
    }

    fn code_files(&self) -> Result<Vec<(PathBuf, fs::Metadata)>, HostError> {
        let dir = fs::read_dir(&self.dir).map_err(HostError::io("cannot read the cache folder"))?;
        let files = dir.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "cwasm"));
        Ok(files.filter_map(|p| fs::metadata(&p).ok().map(|m| (p, m))).collect())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let part = path.with_extension(format!("{}.part", std::process::id()));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        let written = file.write_all(bytes).and_then(|()| fs::rename(&part, path));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }

    fn evict(&self) {
        let Ok(mut files) = self.code_files() else { return };
        files.sort_by_key(|(_, meta)| meta.modified().unwrap_or(SystemTime::UNIX_EPOCH));
        let mut total = files.iter().fold(0u64, |sum, (_, meta)| sum.saturating_add(meta.len()));
        for (path, meta) in files {
            if total <= CAPACITY {
                break;
            }
            total = total.saturating_sub(meta.len());
            let _ = fs::remove_file(path.with_extension("json"));
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether nobody but this user could have written it.
fn is_ours(meta: &fs::Metadata) -> bool {
    meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o022 == 0
}
