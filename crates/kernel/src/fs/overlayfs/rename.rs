//! rename(2) in an overlay.

use std::sync::Arc;

use gopherix_abi::{Errno, FileType};

use super::copy_up::Data;
use super::node::{Layered, Place, REMOVED, directory};
use crate::error::{SysResult, fail};
use crate::vfs::{Name, NodeRef, RenameFlags};

impl Layered {
    /// Moves `name` from here to `to_name` in `to`. The errors come in the order in which Linux looks for them.
    pub(super) fn rename_to(&self, name: &Name, to: &Layered, to_name: &Name, flags: RenameFlags) -> SysResult<()> {
        if to.kind != FileType::Directory {
            return fail(Errno::ENOTDIR, "not a directory");
        }
        let held = self.fs.change();
        let (source, _) = self.child(name)?;
        if to.lock().gone {
            return Err(REMOVED);
        }
        let victim = match to.child(to_name) {
            Ok((victim, _)) => Some(victim),
            Err(e) if e.errno == Errno::ENOENT => None,
            Err(e) => return Err(e),
        };
        if victim.is_some() && flags.contains(RenameFlags::NOREPLACE) {
            return fail(Errno::EEXIST, "the new name is taken");
        }
        if to.is_within(&source) {
            return fail(Errno::EINVAL, "a directory cannot move into itself");
        }
        if let Some(victim) = &victim {
            if self.is_within(victim) {
                return fail(Errno::ENOTEMPTY, "the new name holds the old one");
            }
            if victim.ino == source.ino {
                return Ok(());
            }
            victim.check_replaceable(&source)?;
        }
        let dir = to.copy_up(&held, Data::Copy)?;
        source.copy_up_tree(&held)?;
        // Both may have been copied up just now, as directories above the source.
        let from = self.copy_up(&held, Data::Copy)?;
        self.apply(name, &from, to, to_name, &dir, &source, victim.as_deref())
    }

    /// Checks that `source` may take the place of this node.
    fn check_replaceable(&self, source: &Layered) -> SysResult<()> {
        match (source.kind, self.kind) {
            (FileType::Directory, FileType::Directory) if self.list()?.is_empty() => Ok(()),
            (FileType::Directory, FileType::Directory) => fail(Errno::ENOTEMPTY, "the directory is not empty"),
            (FileType::Directory, _) => fail(Errno::ENOTDIR, "a directory cannot replace what is none"),
            (_, FileType::Directory) => fail(Errno::EISDIR, "only a directory can replace a directory"),
            _ => Ok(()),
        }
    }

    /// Moves the entry in the upper tree and hides what the lower one has under both names, in one step for look-ups.
    fn apply(
        &self,
        name: &Name,
        from_upper: &NodeRef,
        to: &Layered,
        to_name: &Name,
        to_upper: &NodeRef,
        source: &Arc<Layered>,
        victim: Option<&Layered>,
    ) -> SysResult<()> {
        let hide_old = self.lower_has(name)?;
        let hide_new = to.lower_has(to_name)?;
        let victim_upper = victim.and_then(Layered::upper);
        let new_place = Place { dir: to.shared()?, name: to_name.into() };
        let mut from_layers = self.lock();
        let mut to_layers = if std::ptr::eq(self, to) { None } else { Some(to.lock()) };
        let victim_stat = victim_upper.as_ref().map(|upper| upper.stat()).transpose()?;
        directory(from_upper)?.rename(name, to_upper, to_name, RenameFlags::empty())?;
        if let Some(before) = &victim_stat {
            self.fs.numbers.lock().unlinked(before);
        }
        let mut hidden = self.fs.hidden.lock();
        if hide_old {
            hidden.insert(&self.lower_path, name);
        }
        if hide_new {
            hidden.insert(&to.lower_path, to_name);
        }
        drop(hidden);
        from_layers.children.remove(name);
        let to_children = &mut to_layers.as_mut().unwrap_or(&mut from_layers).children;
        to_children.remove(to_name);
        if source.kind == FileType::Directory {
            to_children.insert(to_name, source);
        }
        drop((from_layers, to_layers));
        if source.kind == FileType::Directory {
            // The old place may be the last to hold its directory, which must go without this lock.
            let old = source.lock().place.replace(new_place);
            drop(old);
        }
        if let Some(victim) = victim {
            victim.removed(victim_stat.is_none());
        }
        Ok(())
    }

    /// Whether this directory is `above` or below it.
    fn is_within(&self, above: &Arc<Layered>) -> bool {
        let mut at = self.shared().ok();
        while let Some(dir) = at {
            if Arc::ptr_eq(&dir, above) {
                return true;
            }
            at = dir.lock().place.as_ref().map(|place| place.dir.clone());
        }
        false
    }
}
