//! The properties.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use gopherix_abi::FileType;
use proptest::collection::vec;
use proptest::prelude::*;

use super::model::Model;
use super::sys::{Slots, Sys};
use super::{Answer, Op, Out, dump, memfs, mounted, ticking};
use crate::fs::memfs::MemFs;
use crate::fs::overlayfs::OverlayFs;
use crate::vfs::FileSystem;

/// What may differ between a file system and the model.
#[derive(Clone, Copy, PartialEq)]
enum Links {
    /// Directories count theirs.
    Counted,
    /// Directories of two trees do not.
    UnknownForDirectories,
}

struct Compared {
    sys: Sys,
    slots: Slots,
    model: Model,
    links: Links,
    /// The inode number each of the model's nodes was seen to have.
    inos: HashMap<u64, u64>,
}

impl Compared {
    fn new(fs: Arc<dyn FileSystem>, model: Model, links: Links) -> Self {
        Compared { sys: mounted(fs), slots: RefCell::new([None, None, None]), model, links, inos: HashMap::new() }
    }

    fn run(&mut self, op: &Op) {
        let (is, should) = (self.sys.run(op, &self.slots), self.model.run(op));
        if let (Ok(Out::Attr { id: ino, .. }), Ok(Out::Attr { id, .. })) = (&is, &should) {
            let before = *self.inos.entry(*id).or_insert(*ino);
            assert_eq!(before, *ino, "the inode number changed: {op:?}");
        }
        assert_eq!(self.comparable(is), self.comparable(should), "{op:?}");
    }

    fn comparable(&self, answer: Answer) -> Answer {
        match answer {
            Ok(Out::Attr { kind, size, nlink, mtime, .. }) => {
                let is_dir = kind == FileType::Directory;
                let unknown = is_dir && self.links == Links::UnknownForDirectories && nlink > 0;
                let (size, nlink) = (if is_dir { 0 } else { size }, if unknown { 1 } else { nlink });
                Ok(Out::Attr { kind, size, nlink, mtime, id: 0 })
            }
            other => other,
        }
    }

    /// Compares all there is.
    fn check_all(&mut self) {
        for path in self.model.paths() {
            for op in [Op::Lstat(path.clone()), Op::Readlink(path.clone()), Op::List(path.clone()), Op::Read(path)] {
                self.run(&op);
            }
        }
        for slot in 0..3 {
            for op in [Op::SlotStat(slot), Op::SlotRead(slot), Op::SlotList(slot)] {
                self.run(&op);
            }
        }
        let mut distinct: Vec<_> = self.inos.values().collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), self.inos.len(), "two files have one inode number");
    }
}

fn path() -> impl Strategy<Value = String> {
    let part = prop_oneof![8 => Just("a"), 6 => Just("b"), 4 => Just("c"), 1 => Just("."), 1 => Just("..")];
    let slash = prop_oneof![9 => Just(""), 1 => Just("/")];
    (prop_oneof![Just(""), Just("/")], vec(part, 1..4), slash)
        .prop_map(|(root, parts, slash)| format!("{root}{}{slash}", parts.join("/")))
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), 500usize..1100).prop_map(|(b, n)| vec![b; n]),
        1 => (any::<u8>(), 60_000usize..70_000).prop_map(|(b, n)| vec![b; n]),
    ]
}

fn offset() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0u64..30, 1 => 65_500u64..65_600, 1 => 131_000u64..140_000]
}

fn building() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (path(), data()).prop_map(|(p, d)| Op::Create(p, d)),
        3 => path().prop_map(Op::Mkdir),
        1 => (path(), path()).prop_map(|(t, p)| Op::Symlink(t, p)),
        1 => (path(), 1i64..9).prop_map(|(p, t)| Op::Touch(p, t)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => building(),
        1 => path().prop_map(Op::CreateExcl),
        2 => (path(), offset(), data()).prop_map(|(p, o, d)| Op::WriteAt(p, o, d)),
        1 => (path(), data()).prop_map(|(p, d)| Op::Append(p, d)),
        1 => (path(), offset()).prop_map(|(p, n)| Op::Truncate(p, n)),
        1 => path().prop_map(Op::Read),
        2 => path().prop_map(Op::Rmdir),
        2 => path().prop_map(Op::Unlink),
        2 => (path(), path()).prop_map(|(o, n)| Op::Link(o, n)),
        1 => path().prop_map(Op::Readlink),
        4 => (path(), path(), prop::bool::weighted(0.1)).prop_map(|(o, n, r)| Op::Rename(o, n, r)),
        1 => path().prop_map(Op::List),
        1 => path().prop_map(Op::Stat),
        1 => path().prop_map(Op::Lstat),
        3 => (0usize..3, path(), any::<bool>()).prop_map(|(s, p, w)| Op::Open(s, p, w)),
        1 => (0usize..3).prop_map(Op::SlotRead),
        1 => (0usize..3, offset(), data()).prop_map(|(s, o, d)| Op::SlotWrite(s, o, d)),
        1 => (0usize..3).prop_map(Op::SlotStat),
        1 => (0usize..3).prop_map(Op::SlotList),
        1 => (0usize..3, "[abc]").prop_map(|(s, n)| Op::SlotCreate(s, n)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn memfs_does_as_the_model(ops in vec(op(), 1..80)) {
        let fs = memfs();
        let empty = fs.used_bytes();
        let mut both = Compared::new(fs.clone(), Model::new(), Links::Counted);
        for op in &ops {
            both.run(op);
        }
        both.check_all();
        // All is given back once nothing is left.
        for path in both.model.paths().iter().rev() {
            let _ = both.sys.unlink(path);
        }
        for path in both.model.paths().iter().rev() {
            let _ = both.sys.rmdir(path);
        }
        drop(both);
        assert_eq!(fs.used_bytes(), empty);
    }

    #[test]
    fn a_quota_only_adds_enospc(ops in vec(op(), 1..60), limit in 2_000u64..200_000) {
        let fs = Arc::new(MemFs::new(ticking(), Some(limit)));
        let sys = mounted(fs.clone());
        let slots = RefCell::new([None, None, None]);
        for op in &ops {
            let before = fs.used_bytes();
            // Short writes make the model useless here, and `put` panics on them.
            if !matches!(op, Op::Create(_, data) if !data.is_empty()) {
                let _ = sys.run(op, &slots);
            }
            assert!(fs.used_bytes() <= limit.max(before));
        }
    }

    #[test]
    fn overlayfs_does_as_a_filled_memfs(below in vec(building(), 0..30), ops in vec(op(), 1..60)) {
        let lower = memfs();
        let mut model = Model::new();
        let building = mounted(lower.clone());
        let none = RefCell::new([None, None, None]);
        for op in &below {
            prop_assert_eq!(building.run(op, &none), model.run(op));
        }
        let (mut before, mut after) = (Vec::new(), Vec::new());
        dump(&lower.root(), "", &mut before);
        let overlay = Arc::new(OverlayFs::new(lower.clone(), memfs()));
        let mut both = Compared::new(overlay, model, Links::UnknownForDirectories);
        for op in &ops {
            both.run(op);
        }
        both.check_all();
        dump(&lower.root(), "", &mut after);
        prop_assert_eq!(before, after);
    }
}
