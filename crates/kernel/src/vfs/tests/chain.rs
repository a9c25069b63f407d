//! Looking up several names at once must not change where any path leads.

use std::sync::Arc;

use gopherix_abi::{Errno, Pid};
use proptest::collection::vec;
use proptest::prelude::*;

use super::fixed::{Fixed, FixedFs};
use crate::fs::tests::{memfs, mounted};
use crate::vfs::walk::{self, Start, Tail, walk};
use crate::vfs::{FileSystem, Location, MountFlags};

type End = (Option<Vec<u8>>, bool, Option<u64>, Vec<u8>, Option<Vec<u8>>);

fn end(root: &Arc<Location>, base: &str, path: &str, beneath: bool, tail: Tail) -> Result<End, Errno> {
    let at_root = Start { root, base: root, beneath: false, caller: Pid(1) };
    let base = walk(at_root, base.as_bytes(), Tail::Follow).and_then(|r| r.existing()).map_err(|e| e.errno)?.0;
    let start = Start { base: &base, beneath, ..at_root };
    let end = walk(start, path.as_bytes(), tail).map_err(|e| e.errno);
    // However the attributes are come by, they are those of what the walk finds, or its error.
    let stat = walk::stat(start, path.as_bytes(), tail).map(|stat| stat.ino).map_err(|e| e.errno);
    let walked = end.as_ref().map_err(|errno| *errno).and_then(|end| match &end.found {
        Some(found) => Ok(found.node().stat().unwrap().ino),
        None => Err(Errno::ENOENT),
    });
    assert_eq!(stat, walked);
    let end = end?;
    let ino = end.found.as_ref().map(|found| found.node().stat().unwrap().ino);
    if let Some(stat) = end.stat {
        assert_eq!(Some(stat.ino), ino);
    }
    let found = end.found.map(|found| found.path());
    Ok((end.name.map(|n| n.to_vec()), end.trailing_slash, ino, end.dir.path(), found))
}

fn path() -> impl Strategy<Value = String> {
    let part = prop_oneof![8 => Just("a"), 6 => Just("b"), 1 => Just("."), 2 => Just(".."), 1 => Just("")];
    let slash = prop_oneof![6 => Just(""), 1 => Just("/")];
    (slash.clone(), vec(part, 1..6), slash).prop_map(|(root, parts, end)| format!("{root}{}{end}", parts.join("/")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn chains_lead_where_single_steps_do(
        tree in vec((path(), 0..4, path()), 1..30),
        paths in vec((path(), path(), any::<bool>(), any::<bool>()), 1..30),
        mounts in vec(vec(prop_oneof![Just("a"), Just("b")], 1..4), 0..3),
    ) {
        let fs = memfs();
        let sys = mounted(fs.clone());
        for (path, kind, target) in &tree {
            let _ = match kind {
                0 | 1 => sys.mkdir(path),
                2 => sys.put(path, b""),
                _ => sys.symlink(target, path),
            };
        }
        let chained = mounted(Arc::new(FixedFs(Fixed::copy(&fs.root()))));
        for point in &mounts {
            let point = format!("/{}", point.join("/"));
            // Where no directory is, mounting makes some, on the way, in one tree only.
            let found = sys.walk(&point, Tail::NoFollow).ok().and_then(|end| end.found);
            if found.is_none_or(|found| found.node().as_directory().is_none() || found.path() != point.as_bytes()) {
                continue;
            }
            let above = memfs();
            let made = mounted(above.clone());
            for (path, kind, _) in &tree {
                let _ = if *kind < 2 { made.mkdir(path) } else { made.put(path, b"") };
            }
            let copied = Arc::new(FixedFs(Fixed::copy(&above.root())));
            let one = sys.table.mount(point.as_bytes(), above, MountFlags::empty()).map_err(|e| e.errno);
            let many = chained.table.mount(point.as_bytes(), copied, MountFlags::empty()).map_err(|e| e.errno);
            prop_assert_eq!(one, many, "mount at {}", point);
        }
        for (base, path, beneath, follow) in &paths {
            let tail = if *follow { Tail::Follow } else { Tail::NoFollow };
            let one = end(sys.table.root(), base, path, *beneath, tail);
            let many = end(chained.table.root(), base, path, *beneath, tail);
            prop_assert_eq!(one, many, "{} from {}", path, base);
        }
    }
}
