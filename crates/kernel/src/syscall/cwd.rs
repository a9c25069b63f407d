//! The working directory: chdir(2), fchdir(2), getcwd(3).
//!
//! None waits. A process' working directory is a place: the directory itself, which stays with it when it is renamed, and
//! the names it was reached by, which getcwd tells and `..` follows. A rename of it or above it does not change those.

use std::sync::Arc;

use gopherix_abi::{Access, At, Errno, Fd, FileType, Rights};

use super::path::{base_with, resolve};
use crate::error::{SysResult, fail};
use crate::task::Cx;
use crate::vfs::walk::{Tail, directory};
use crate::vfs::{Location, OpenHow};

/// chdir(2). ENOTDIR; EACCES where the directory may not be searched.
pub(crate) fn sys_chdir(cx: &mut Cx, path: &[u8]) -> SysResult<()> {
    let base = base_with(cx, At::Cwd, Rights::empty())?;
    let (place, _) = resolve(cx, &base, path, Tail::Follow)?.existing()?;
    directory(&place)?;
    check_searchable(cx, &place)?;
    // A handle of its own keeps it the same directory when that is renamed. One that may be searched and not read has none.
    let how = OpenHow { caller: cx.process.pid, read: true, write: false, truncate: false };
    let pinned = place.node().open(how).ok().and_then(|file| file.node());
    enter(cx, pinned.map_or(place.clone(), |node| place.with_node(node)));
    Ok(())
}

/// fchdir(2). ENOTCAPABLE unless the descriptor may give all rights: paths from the working directory ask for none.
pub(crate) fn sys_fchdir(cx: &mut Cx, fd: Fd) -> SysResult<()> {
    let entry = cx.process.fds.lock().get(fd)?.clone();
    let Some(place) = entry.file.location().filter(|place| place.node().kind() == FileType::Directory) else {
        return fail(Errno::ENOTDIR, "the descriptor is not of a directory");
    };
    if !entry.inheriting.contains(Rights::all()) {
        return fail(Errno::ENOTCAPABLE, "the descriptor may not give all rights");
    }
    check_searchable(cx, place)?;
    enter(cx, place.clone());
    Ok(())
}

/// getcwd(3). ENOENT if the directory was removed.
pub(crate) fn sys_getcwd(cx: &mut Cx) -> SysResult<Vec<u8>> {
    let cwd = cx.process.cwd.lock().clone();
    match cwd.node().stat() {
        Ok(stat) if stat.nlink == 0 => fail(Errno::ENOENT, "the working directory was removed"),
        Err(e) if e.errno == Errno::ENOENT => Err(e),
        // What else keeps its attributes from us does not make the path a wrong one.
        Ok(_) | Err(_) => Ok(cwd.path()),
    }
}

fn check_searchable(cx: &Cx, place: &Location) -> SysResult<()> {
    if cx.process.credentials.may(&place.node().stat()?, Access::EXEC) {
        Ok(())
    } else {
        fail(Errno::EACCES, "the directory may not be searched")
    }
}

fn enter(cx: &Cx, place: Arc<Location>) {
    let old = std::mem::replace(&mut *cx.process.cwd.lock(), place);
    // Its last handle may close a file of the host, for which nobody has to wait.
    drop(old);
}
