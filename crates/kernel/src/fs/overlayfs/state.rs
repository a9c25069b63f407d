//! What an overlay remembers besides the two trees: removed lower names, and inode numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use gopherix_abi::{FileType, Stat};

/// The lower names that are not shown ("whiteouts"), by the lower path of their directory (components joined by `/`).
///
/// Paths are lasting keys here: the lower tree does not change, and a directory that moves leaves the lower tree.
#[derive(Default)]
pub(super) struct Hidden(BTreeMap<Box<[u8]>, BTreeSet<Box<[u8]>>>);

impl Hidden {
    /// Whether a lower name is hidden.
    pub(super) fn contains(&self, dir: &[u8], name: &[u8]) -> bool {
        self.0.get(dir).is_some_and(|names| names.contains(name))
    }

    /// Hides a lower name, for good.
    pub(super) fn insert(&mut self, dir: &[u8], name: &[u8]) {
        self.0.entry(dir.into()).or_default().insert(name.into());
    }

    /// The hidden names of a directory.
    pub(super) fn names(&self, dir: &[u8]) -> BTreeSet<Box<[u8]>> {
        self.0.get(dir).cloned().unwrap_or_default()
    }

    /// Forgets what is hidden in a directory and below, which was hidden itself.
    pub(super) fn forget_below(&mut self, dir: &[u8]) {
        let from = (Bound::Included(dir), Bound::Unbounded);
        let keys = self.0.range::<[u8], _>(from).map(|(key, _)| key).take_while(|key| key.starts_with(dir));
        let within = keys.filter(|key| key.get(dir.len()).is_none_or(|b| *b == b'/'));
        for key in within.cloned().collect::<Vec<_>>() {
            self.0.remove(&key);
        }
    }
}

/// Bits of a shown number that are the file's own; those above tell its device.
const INO_BITS: u32 = 48;

/// Inode numbers as the overlay shows them: unique among all devices of both trees, and kept through copy-up.
#[derive(Default)]
pub(super) struct Numbers {
    devs: Vec<u64>,
    /// Numbers of files that were copied up, by the device and number of the copy.
    kept: BTreeMap<(u64, u64), u64>,
}

impl Numbers {
    /// The number to show for a file of either tree.
    pub(super) fn shown(&mut self, dev: u64, ino: u64) -> u64 {
        if let Some(kept) = self.kept.get(&(dev, ino)) {
            return *kept;
        }
        let index = self.devs.iter().position(|d| *d == dev).unwrap_or_else(|| {
            self.devs.push(dev);
            self.devs.len().saturating_sub(1)
        });
        ino ^ u64::try_from(index).unwrap_or(0).wrapping_shl(INO_BITS)
    }

    /// Shows a copy by the number its original had.
    pub(super) fn keep(&mut self, dev: u64, ino: u64, shown: u64) {
        self.kept.insert((dev, ino), shown);
    }

    /// Forgets a copy that lost a name, if that was its last; `before` are its attributes from when it had it.
    pub(super) fn unlinked(&mut self, before: &Stat) {
        if before.nlink <= 1 || before.kind == FileType::Directory {
            self.kept.remove(&(before.dev, before.ino));
        }
    }
}
