//! Magic links, and nodes of files without a name.

use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Pid, SetTime, Stat};

use super::fixed::{Fixed, FixedFs};
use super::{beneath, leads, place, small};
use crate::error::SysResult;
use crate::file::File;
use crate::fs::anon::AnonNode;
use crate::fs::tests::{READ, Sys, TRUNC, read_all};
use crate::vfs::walk::Tail;
use crate::vfs::{Location, MagicTarget, MountFlags, Node, NodeRef, OpenHow};

enum Magic {
    Place(Arc<Location>),
    Node(NodeRef),
}

impl Node for Magic {
    fn kind(&self) -> FileType {
        FileType::Symlink
    }

    fn stat(&self) -> SysResult<Stat> {
        Fixed::of([]).stat()
    }

    fn open(&self, _how: OpenHow) -> SysResult<Arc<dyn File>> {
        panic!("a link was opened")
    }

    fn readlink(&self, _caller: Pid) -> SysResult<Vec<u8>> {
        Ok(b"/nowhere".to_vec())
    }

    fn magic_link(&self, _caller: Pid) -> Option<SysResult<MagicTarget>> {
        Some(Ok(match self {
            Magic::Place(place) => MagicTarget::Place(place.clone()),
            Magic::Node(node) => MagicTarget::Node(node.clone()),
        }))
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        panic!("a link was changed")
    }
}

/// `/fd/dir` leads to `/d`, `/fd/file` to `/g`, `/fd/anon` to a file that was unlinked.
fn with_links() -> Sys {
    let sys = small();
    sys.put("gone", b"still here").unwrap();
    let gone = sys.open("gone", READ).unwrap();
    sys.unlink("gone").unwrap();
    let links: [(&str, NodeRef); 3] = [
        ("dir", Arc::new(Magic::Place(place(&sys, "d")))),
        ("file", Arc::new(Magic::Place(place(&sys, "g")))),
        ("anon", Arc::new(Magic::Node(AnonNode::new(gone)))),
    ];
    sys.table.mount(b"/fd", Arc::new(FixedFs(Fixed::of(links))), MountFlags::empty()).unwrap();
    sys
}

#[test]
fn magic_links_lead_to_places_without_a_walk() {
    let sys = with_links();
    assert_eq!(leads(&sys, "/fd/dir"), Ok("/d".into()));
    assert_eq!(leads(&sys, "/fd/dir/e/f"), Ok("/d/e/f".into()));
    assert_eq!(leads(&sys, "/fd/dir/.."), Ok("/".into()));
    assert_eq!(leads(&sys, "/fd/file"), Ok("/g".into()));
    assert_eq!(leads(&sys, "/fd/file/"), Err(Errno::ENOTDIR));
    assert_eq!(leads(&sys, "/fd/file/x"), Err(Errno::ENOTDIR));
    let itself = sys.walk("/fd/file", Tail::NoFollow).unwrap().existing().unwrap().0;
    assert_eq!(itself.node().kind(), FileType::Symlink);
}

#[test]
fn magic_links_do_not_lead_out_of_a_directory_handle() {
    let sys = with_links();
    let fd = place(&sys, "fd");
    assert_eq!(beneath(&sys.table, &fd, "dir").err(), Some(Errno::ENOTCAPABLE));
    assert!(beneath(&sys.table, sys.table.root(), "fd/dir").is_ok());
}

#[test]
fn an_anonymous_node_opens_its_file_again() {
    let sys = with_links();
    let file = sys.open("/fd/anon", READ).unwrap();
    assert_eq!(read_all(&file).unwrap(), b"still here");
    let (node, _) = sys.walk("/fd/anon", Tail::Follow).unwrap().existing().unwrap();
    let node = node.node();
    assert_eq!((node.kind(), node.stat().unwrap().nlink), (FileType::Regular, 0));
    node.set_times(SetTime::Omit, SetTime::At(Default::default())).unwrap();
    assert_eq!(file.stat().unwrap().mtime, Default::default());
    sys.open("/fd/anon", TRUNC).unwrap();
    assert_eq!(file.stat().unwrap().size, 0);
}
