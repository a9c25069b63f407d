//! The Go version and build information of a module, stripped or not: what `go version -m` would print.
//!
//! `go version -m` itself cannot read WebAssembly. The blob it looks for in native binaries (`\xff Go buildinf:`) is in
//! a section that Go's wasm linker does not write (no release from 1.21 to 1.27). The same text is in the memory image,
//! though: `runtime.modinfo`, a string framed by two 16-byte sentinels (Go's `cmd/go/internal/modload/build.go`), and
//! the version is in the `producers` section and in `runtime.buildVersion`. A blob is used first where there is one.
//! References: Go's `debug/buildinfo` and `runtime/debug/mod.go`. Neighbour: [`crate::image`].

use std::collections::BTreeSet;
use std::fmt;

use crate::bytes::{u64_at, uvarint};
use crate::image::Image;
use crate::module::Module;
use crate::strconv::{unquote, unquote_prefix};
use crate::work;

const BLOB_MAGIC: &[u8] = b"\xff Go buildinf:";
const BLOB_HEADER: u64 = 32;
const INFO_START: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
const INFO_END: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
/// Longest build information that is looked at, in bytes: some thousand modules.
const MAX_TEXT: u64 = 1 << 20;
const MAX_VERSION: u64 = 256;
/// How many places that look like the start of a text, and how many different versions, are looked at.
const CANDIDATES: usize = 16;

/// A module (in the sense of go.mod) in the build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoModule {
    /// Module path.
    pub path: String,
    /// Version, such as `v1.2.3` or `(devel)`.
    pub version: String,
    /// Checksum, empty if none.
    pub sum: String,
    /// What a `replace` directive puts in its place.
    pub replace: Option<Box<GoModule>>,
}

/// One build setting, such as `-tags` or `vcs.revision`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key, unquoted.
    pub key: String,
    /// Its value, unquoted.
    pub value: String,
}

/// How the program was built. Displays as the lines of `go version -m` without their leading tab.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Package path of the main package.
    pub path: String,
    /// The module that holds the main package.
    pub main: Option<GoModule>,
    /// Modules that packages of the build come from.
    pub deps: Vec<GoModule>,
    /// Settings, in the order of the binary.
    pub settings: Vec<Setting>,
    text: String,
}

impl fmt::Display for BuildInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a module says of the Go toolchain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Toolchain {
    /// Go version as `runtime.Version` gives it, such as `go1.27.3`; `None` if nothing says it.
    pub version: Option<String>,
    /// Build information; `None` in programs built without modules, and where it is damaged.
    pub info: Option<BuildInfo>,
}

impl Toolchain {
    /// Reads what there is.
    pub fn read(module: &Module<'_>, image: &Image<'_>) -> Self {
        let mut blobs = image.find(BLOB_MAGIC).filter(|address| address.is_multiple_of(16)).take(CANDIDATES);
        let blob = blobs.find_map(|address| blob(image, address));
        if let Some((version, framed)) = blob {
            let info = unframe(&framed).and_then(parse);
            return Self { version: Some(version), info };
        }
        Self { version: version(module, image), info: framed_text(image).and_then(|text| parse(&text)) }
    }
}

impl BuildInfo {
    /// The value of the setting `key`.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|setting| setting.key == key).map(|setting| setting.value.as_str())
    }
}

/// Decodes the linker's blob: version and framed module text, in line (Go 1.18 and later) or behind pointers to Go strings.
fn blob(image: &Image<'_>, address: u64) -> Option<(String, Vec<u8>)> {
    const INLINE: u8 = 2;
    const BIG_ENDIAN: u8 = 1;
    let header = image.copy(address, BLOB_HEADER)?;
    let (pointer_size, flags) = (*header.get(14)?, *header.get(15)?);
    let (version, text) = if flags & INLINE != 0 {
        let (version, next) = inline_string(image, address.checked_add(BLOB_HEADER)?, MAX_VERSION)?;
        (version, inline_string(image, next, MAX_TEXT)?.0)
    } else if pointer_size == 8 && flags & BIG_ENDIAN == 0 {
        let text = pointed_string(image, u64_at(&header, 24)?, MAX_TEXT).unwrap_or_default();
        (pointed_string(image, u64_at(&header, 16)?, MAX_VERSION)?, text)
    } else {
        return None;
    };
    let version = String::from_utf8(version).ok().filter(|version| !version.is_empty())?;
    Some((version, text))
}

fn inline_string(image: &Image<'_>, address: u64, limit: u64) -> Option<(Vec<u8>, u64)> {
    let mut prefix = [0; 10];
    let available = image.end().checked_sub(address)?.min(10);
    let prefix = prefix.get_mut(..usize::try_from(available).ok()?)?;
    image.read(address, prefix).then_some(())?;
    let (length, rest) = uvarint(prefix)?;
    let used = u64::try_from(prefix.len().checked_sub(rest.len())?).ok()?;
    let start = address.checked_add(used)?;
    (length <= limit).then_some(())?;
    Some((image.copy(start, length)?, start.checked_add(length)?))
}

fn pointed_string(image: &Image<'_>, address: u64, limit: u64) -> Option<Vec<u8>> {
    let (data, length) = (image.u64_at(address)?, image.u64_at(address.checked_add(8)?)?);
    if length <= limit { image.copy(data, length) } else { None }
}

/// The text between the sentinels of a framed string.
fn unframe(framed: &[u8]) -> Option<&str> {
    let text = framed.get(16..framed.len().checked_sub(16)?)?;
    (text.last() == Some(&b'\n')).then_some(())?;
    std::str::from_utf8(text).ok()
}

/// Finds `runtime.modinfo` by its sentinels. Other copies of the first one (a program may carry it as a constant, as the
/// go command does) are not followed by text.
fn framed_text(image: &Image<'_>) -> Option<String> {
    image.find(INFO_START).take(CANDIDATES).find_map(|address| {
        let limit = image.end().checked_sub(address)?.min(MAX_TEXT);
        let bytes = (1..=limit.div_euclid(4096)).map(|blocks| blocks.saturating_mul(4096)).chain([limit]);
        // Grow block by block: the text is short, and the range behind it may be anything.
        let mut seen = Vec::new();
        for length in bytes {
            let have = u64::try_from(seen.len()).ok()?;
            let from = seen.len().saturating_sub(INFO_END.len());
            seen.extend(image.copy(address.checked_add(have)?, length.checked_sub(have)?)?);
            let tail = seen.get(from..)?;
            if let Some(at) = tail.windows(INFO_END.len()).position(|window| window == INFO_END) {
                let end = from.checked_add(at)?.checked_add(INFO_END.len())?;
                return unframe(seen.get(..end)?).filter(|text| parse(text).is_some()).map(str::to_owned);
            }
        }
        None
    })
}

/// The version from the `producers` section, completed from memory where `runtime.buildVersion` says more (it also names
/// the experiments: `go1.27.3 X:greenteagc`); from memory alone where tools removed the section.
fn version(module: &Module<'_>, image: &Image<'_>) -> Option<String> {
    let produced = module.producer("language", "Go").filter(|version| is_version(version));
    let candidates = version_strings(image);
    match produced {
        Some(version) => {
            let longer = candidates
                .iter()
                .find(|candidate| candidate.strip_prefix(version).is_some_and(|rest| rest.starts_with([' ', '-'])));
            Some(longer.cloned().unwrap_or_else(|| version.to_owned()))
        }
        // Programs about Go hold several version strings: then none is known to be the right one.
        None => candidates.first().filter(|_| candidates.len() == 1).cloned(),
    }
}

fn is_version(text: &str) -> bool {
    let release = text.strip_prefix("go").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    (release || text.starts_with("devel ")) && text.chars().all(|char| char.is_ascii_graphic() || char == ' ')
}

/// All version strings that a Go string header in the image points to. Headers are 8-byte aligned {address, length}.
fn version_strings(image: &Image<'_>) -> BTreeSet<String> {
    let starts: BTreeSet<u64> = [&b"go1."[..], b"devel "].iter().flat_map(|start| image.find(start)).collect();
    let mut found = BTreeSet::new();
    if starts.is_empty() {
        return found;
    }
    for (start, data) in image.pieces() {
        work::count(data.len());
        for (address, word) in aligned_words(start, data) {
            if starts.contains(&word) && found.len() < CANDIDATES {
                let text = pointed_string(image, address, MAX_VERSION).and_then(|text| String::from_utf8(text).ok());
                found.extend(text.filter(|text| is_version(text)));
            }
        }
    }
    found
}

/// The 8-byte aligned words that `data` at `start` touches. Missing bytes count as zero: linkers leave zeros out.
fn aligned_words(start: u64, data: &[u8]) -> impl Iterator<Item = (u64, u64)> + '_ {
    let before = usize::try_from(start % 8).unwrap_or(0);
    let (head, rest) = data.split_at(8usize.saturating_sub(before).min(data.len()));
    let word = |bytes: &[u8], at: usize| {
        let mut padded = [0; 8];
        for (to, &from) in padded.iter_mut().skip(at).zip(bytes) {
            *to = from;
        }
        u64::from_le_bytes(padded)
    };
    let first = start & !7;
    let following =
        (first.saturating_add(8)..).step_by(8).zip(rest.chunks(8)).map(move |(at, bytes)| (at, word(bytes, 0)));
    std::iter::once((first, word(head, before))).chain(following)
}

/// Parses the text as Go's `debug.ParseBuildInfo` does. `None` where that reports an error.
fn parse(text: &str) -> Option<BuildInfo> {
    let mut info = BuildInfo::default();
    let mut kept = String::new();
    let mut last: Option<Slot> = None;
    work::count(text.len());
    for line in text.split_inclusive('\n') {
        let Some(line) = line.strip_suffix('\n') else { break };
        let Some((word, rest)) = line.split_once('\t') else { continue };
        let mut blank = "";
        match word {
            "path" => rest.clone_into(&mut info.path),
            "mod" => {
                info.main = Some(module_line(rest)?);
                last = Some(Slot::Main);
            }
            "dep" => {
                info.deps.push(module_line(rest)?);
                last = Some(Slot::LastDep);
            }
            "=>" => {
                // Go prints an empty line behind it.
                blank = "\n";
                let replacement = module_line(rest).filter(|_| rest.split('\t').count() == 3)?;
                let replaced = match last.take()? {
                    Slot::Main => info.main.as_mut(),
                    Slot::LastDep => info.deps.last_mut(),
                };
                replaced?.replace = Some(Box::new(replacement));
            }
            "build" => info.settings.push(setting(rest)?),
            _ => continue,
        }
        kept.extend([line, "\n", blank]);
    }
    info.text = kept;
    Some(info)
}

/// Which module line a `=>` line belongs to.
enum Slot {
    Main,
    LastDep,
}

fn module_line(rest: &str) -> Option<GoModule> {
    let mut columns = rest.split('\t');
    let (path, version) = (columns.next()?.to_owned(), columns.next()?.to_owned());
    let sum = columns.next().unwrap_or_default().to_owned();
    columns.next().is_none().then_some(GoModule { path, version, sum, replace: None })
}

fn setting(rest: &str) -> Option<Setting> {
    let (key, value) = match rest.chars().next()? {
        '=' => return None,
        '"' | '`' => {
            let (key, rest) = unquote_prefix(rest)?;
            (key, rest.strip_prefix('=')?)
        }
        _ => rest.split_once('=').map(|(key, value)| (key.to_owned(), value))?,
    };
    let value = if value.starts_with(['"', '`']) { unquote(value)? } else { value.to_owned() };
    Some(Setting { key, value })
}

#[cfg(test)]
mod tests;
