//! The overlay on disk: a folder of the user's cache, named after the Go release and what is in it, so that its paths stay the same
//! as long as it does and Go's own build cache finds what it built.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::apply::{self, Replaced};
use crate::error::Error;
use crate::go::Go;
use crate::release::Release;
use crate::{port, rules};

/// What `go help build` says of `-overlay`: files by absolute path, an empty string for none.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    #[serde(default)]
    replace: BTreeMap<PathBuf, PathBuf>,
}

const NAME: &str = "overlay.json";

/// Makes the overlay for a Go, or finds it made; the path of its JSON file. The whole of it is made in memory each time, which
/// takes some milliseconds and notices whatever has changed.
///
/// # Errors
///
/// A rule that does not fit, or a folder that cannot be written.
pub fn make(go: &Go, release: Release, cache: &Path) -> Result<PathBuf, Error> {
    let src = go.env.goroot.join("src");
    let replaced = apply::apply(&rules::parse(port::RULES)?, &src, release)?;
    let id = format!("{}-{}", plain(&go.env.goversion), digest(&src, &replaced));
    keep(cache, &id, |folder, place| {
        let mut file = File::default();
        for (name, text) in &replaced {
            let Some(text) = text else {
                file.replace.insert(src.join(name), PathBuf::new());
                continue;
            };
            let flat = name.replace('/', "__");
            write(&folder.join(&flat), text.as_bytes())?;
            file.replace.insert(src.join(name), place.join(flat));
        }
        Ok(file)
    })
}

/// The overlay `ours` and the user's own together.
///
/// # Errors
///
/// The user's cannot be read, or replaces a file that ours does.
pub fn merge(ours: &Path, theirs: &Path, base: &Path, cache: &Path) -> Result<PathBuf, Error> {
    let unreadable = |why: String| Error::UserOverlay { path: theirs.to_owned(), why };
    let text = std::fs::read(base.join(theirs)).map_err(|error| unreadable(error.to_string()))?;
    let user: File = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
    let text = std::fs::read(ours).map_err(|source| Error::Read { path: ours.to_owned(), source })?;
    let mut file: File = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
    for (name, with) in user.replace {
        let name = base.join(name);
        let with = if with.as_os_str().is_empty() { with } else { base.join(with) };
        if file.replace.insert(name.clone(), with).is_some() {
            return Err(Error::OverlayClash { path: theirs.to_owned(), file: name });
        }
    }
    let text = serde_json::to_vec(&file).map_err(|error| unreadable(error.to_string()))?;
    let id = format!("merged-{}", short(&blake3::hash(&text)));
    keep(cache, &id, |_, _| Ok(file))
}

/// The folder `id` with what `fill(folder, place)` writes to `folder`, which is to be `place`; put there as a whole.
fn keep(cache: &Path, id: &str, fill: impl FnOnce(&Path, &Path) -> Result<File, Error>) -> Result<PathBuf, Error> {
    let place = cache.join(id);
    let json = place.join(NAME);
    if json.is_file() {
        return Ok(json);
    }
    let cannot = |source| Error::Write { path: cache.to_owned(), source };
    std::fs::create_dir_all(cache).map_err(cannot)?;
    let folder = tempfile::Builder::new().prefix(".making-").tempdir_in(cache).map_err(cannot)?;
    let file = fill(folder.path(), &place)?;
    let text = serde_json::to_vec_pretty(&file).map_err(|error| cannot(error.into()))?;
    write(&folder.path().join(NAME), &text)?;
    // Another process may have put the same there meanwhile.
    match std::fs::rename(folder.path(), &place) {
        Err(_) if json.is_file() => Ok(json),
        Err(source) => Err(Error::Write { path: place, source }),
        Ok(()) => {
            let _ = folder.keep();
            Ok(json)
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written = std::fs::File::create(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|source| Error::Write { path: path.to_owned(), source })
}

fn digest(src: &Path, replaced: &Replaced) -> String {
    let mut hash = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hash.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(bytes);
    };
    add(src.as_os_str().as_encoded_bytes());
    for (name, text) in replaced {
        add(name.as_bytes());
        add(&[u8::from(text.is_some())]);
        add(text.as_deref().unwrap_or_default().as_bytes());
    }
    short(&hash.finalize())
}

fn short(hash: &blake3::Hash) -> String {
    hash.to_hex().chars().take(16).collect()
}

/// A version as a folder's name.
fn plain(version: &str) -> String {
    version.chars().map(|c| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' }).collect()
}
