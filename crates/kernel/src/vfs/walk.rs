//! The path walk (path_resolution(7)).
//!
//! One loop takes components off the front of the rest of the path; a symbolic link puts its target there. File systems are
//! asked for single names only (or for a run of plain names at once, [`Directory::lookup_chain`](super::Directory)), so `..`,
//! links and mounts mean the same everywhere. Permission to search a directory is the file system's to refuse: the kernel
//! has one user.

use std::borrow::Cow;
use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Pid, Stat};

use super::mount::Location;
use super::node::{Directory, Found, MagicTarget, Name};
use crate::error::{SysError, SysResult, fail};

/// Longest component in bytes (NAME_MAX).
pub const NAME_MAX: usize = 255;
/// Longest path in bytes that a guest may pass, its terminating NUL included (PATH_MAX).
pub const PATH_MAX: usize = 4096;
/// Most symbolic links followed in one walk (Linux's MAXSYMLINKS).
pub const LINKS_MAX: usize = 40;

/// Where a walk starts and what it may not leave.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// The process' root, where absolute paths and links start.
    pub root: &'a Arc<Location>,
    /// The directory a relative path starts in.
    pub base: &'a Arc<Location>,
    /// Whether the path must stay below `base` (RESOLVE_BENEATH of openat2(2); WASI's rule for every path): absolute paths
    /// and a `..` above `base` answer ENOTCAPABLE. Absolute links are followed if `base` is the root.
    pub beneath: bool,
    /// Whose walk it is, for `/proc/self`.
    pub caller: Pid,
}

/// What to do with a symbolic link in the last component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Follow it.
    Follow,
    /// Answer the link itself, unless a slash follows.
    NoFollow,
}

/// The end of a walk.
pub struct Resolved {
    /// The directory that holds the last component.
    pub dir: Arc<Location>,
    /// The last component; `None` if the path ended in `.`, `..` or `/` and so names `found` without an entry to create
    /// or remove.
    pub name: Option<Box<[u8]>>,
    /// Whether slashes followed the last component.
    pub trailing_slash: bool,
    /// What is there; `None` if nothing is, though the directory exists.
    pub found: Option<Arc<Location>>,
    /// Its attributes, where the walk learnt them.
    pub stat: Option<Stat>,
}

impl Resolved {
    /// What is there.
    ///
    /// # Errors
    /// ENOENT.
    pub fn existing(self) -> SysResult<(Arc<Location>, Option<Stat>)> {
        let found = self.found.ok_or(SysError::bare(Errno::ENOENT))?;
        Ok((found, self.stat))
    }

    /// The attributes of what is there.
    ///
    /// # Errors
    /// ENOENT, and as the node's.
    pub fn into_stat(self) -> SysResult<Stat> {
        match self.existing()? {
            (_, Some(stat)) => Ok(stat),
            (found, None) => found.node().stat(),
        }
    }
}

/// Walks `path`.
///
/// # Errors
/// ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, ENOTCAPABLE, EINVAL (a NUL in the path), and what file systems answer.
pub fn walk(start: Start<'_>, path: &[u8], tail: Tail) -> SysResult<Resolved> {
    Walker::new(start, path)?.run(tail)
}

/// The attributes of what `path` leads to.
///
/// # Errors
/// As [`walk`]'s; ENOENT if nothing is there.
pub fn stat(start: Start<'_>, path: &[u8], tail: Tail) -> SysResult<Stat> {
    let mut walker = Walker::new(start, path)?;
    walker.enter_mount();
    match walker.stat_at_once(tail) {
        Some(stat) => stat,
        None => walker.run(tail)?.into_stat(),
    }
}

/// The part of a path that is still to be walked.
struct Rest<'a> {
    bytes: Cow<'a, [u8]>,
    pos: usize,
}

impl Rest<'_> {
    fn remaining(&self) -> &[u8] {
        self.bytes.get(self.pos..).unwrap_or_default()
    }

    fn skip_slashes(&mut self) {
        let slashes = self.remaining().iter().take_while(|b| **b == b'/').count();
        self.pos = self.pos.saturating_add(slashes);
    }

    /// The next component and where it ends; `None` at the end.
    fn peek(&self) -> Option<(&[u8], usize)> {
        let rest = self.remaining();
        let len = rest.iter().position(|b| *b == b'/').unwrap_or(rest.len());
        if len == 0 { None } else { Some((rest.get(..len)?, self.pos.saturating_add(len))) }
    }

    /// The run of plain components from here on, and the position after each.
    fn plain_run(&self) -> (Vec<&[u8]>, Vec<usize>) {
        let (mut names, mut ends) = (Vec::new(), Vec::new());
        let mut pos = self.pos;
        for part in self.remaining().split(|b| *b == b'/') {
            let end = pos.saturating_add(part.len());
            if part == b"." || part == b".." || part.len() > NAME_MAX {
                break;
            }
            if !part.is_empty() {
                names.push(part);
                ends.push(end);
            }
            pos = end.saturating_add(1);
        }
        (names, ends)
    }
}

struct Walker<'a> {
    start: Start<'a>,
    at: Arc<Location>,
    /// How many directories below `start.base` we are.
    depth: usize,
    links: usize,
    rest: Rest<'a>,
}

/// The place that a component names, with its attributes where they were told; `None` if nothing is there.
type Arrival = Option<(Arc<Location>, Option<Stat>)>;

/// What one look-up came to.
enum Step {
    /// The last component was reached.
    Done(Resolved),
    /// Go on with the rest.
    Continue,
}

impl<'a> Walker<'a> {
    fn new(start: Start<'a>, path: &'a [u8]) -> SysResult<Self> {
        if path.is_empty() {
            return fail(Errno::ENOENT, "empty path");
        }
        if path.len() >= PATH_MAX {
            return fail(Errno::ENAMETOOLONG, "path longer than PATH_MAX");
        }
        if path.contains(&0) {
            return fail(Errno::EINVAL, "NUL byte in path");
        }
        let at = match path.first() {
            Some(b'/') if start.beneath => {
                return fail(Errno::ENOTCAPABLE, "absolute path where a relative one is due");
            }
            Some(b'/') => start.root,
            _ => start.base,
        };
        directory(at)?;
        Ok(Walker { start, at: at.clone(), depth: 0, links: 0, rest: Rest { bytes: Cow::Borrowed(path), pos: 0 } })
    }

    /// From the root of the tree into the mount whose mount point the path begins with, past the directories before it.
    fn enter_mount(&mut self) {
        self.rest.skip_slashes();
        let Some((place, components, len)) = self.at.mount_on_the_way(self.rest.remaining()) else { return };
        self.at = place;
        self.depth = self.depth.saturating_add(components);
        self.rest.pos = self.rest.pos.saturating_add(len);
        self.rest.skip_slashes();
    }

    /// The attributes of the path's end, if the file system tells them without a node for every step.
    fn stat_at_once(&self, tail: Tail) -> Option<SysResult<Stat>> {
        if !self.at.mount().is_leaf() {
            return None;
        }
        let path = self.rest.remaining();
        let plain = |name: &[u8]| !matches!(name, b"" | b"." | b"..") && name.len() <= NAME_MAX;
        if !path.split(|b| *b == b'/').all(plain) {
            return None;
        }
        match self.at.node().as_directory()?.stat_below(path)? {
            Ok(stat) if stat.kind == FileType::Symlink && tail == Tail::Follow => None,
            stat => Some(stat),
        }
    }

    fn run(mut self, tail: Tail) -> SysResult<Resolved> {
        self.enter_mount();
        loop {
            self.rest.skip_slashes();
            let Some((name, end)) = self.rest.peek() else {
                return Ok(Resolved {
                    dir: self.at.clone(),
                    name: None,
                    trailing_slash: true,
                    found: Some(self.at),
                    stat: None,
                });
            };
            match name {
                b"." => self.rest.pos = end,
                b".." => {
                    self.rest.pos = end;
                    self.up()?;
                }
                _ if name.len() > NAME_MAX => return fail(Errno::ENAMETOOLONG, "path component longer than NAME_MAX"),
                _ => {
                    if let Step::Done(resolved) = self.down(tail)? {
                        return Ok(resolved);
                    }
                }
            }
        }
    }

    fn up(&mut self) -> SysResult<()> {
        if self.start.beneath {
            self.depth = match self.depth.checked_sub(1) {
                Some(depth) => depth,
                None => return fail(Errno::ENOTCAPABLE, "path leads above its directory"),
            };
        }
        // Above the process' root is nothing, even where the tree goes on (chroot(2)).
        if let (Some(parent), false) = (self.at.parent(), self.at.is_same_root(self.start.root)) {
            self.at = parent.clone();
        }
        Ok(())
    }

    /// Takes one component, or a run of them where the file system can.
    fn down(&mut self, tail: Tail) -> SysResult<Step> {
        if let Some((found, end)) = self.chain() {
            return self.arrive(found, end, tail);
        }
        let Some((name, end)) = self.rest.peek() else { return Ok(Step::Continue) };
        let name: Box<[u8]> = name.into();
        if let Some(mounted) = self.at.mounted_child(&name) {
            return self.arrive(Some((mounted, None)), end, tail);
        }
        match directory(&self.at)?.lookup(&name) {
            Ok(Found { node, stat }) => {
                let child = self.at.child(&name, node);
                self.arrive(Some((child, stat)), end, tail)
            }
            Err(e) if e.errno == Errno::ENOENT && self.is_last(end) => self.arrive(None, end, tail),
            Err(e) => Err(e),
        }
    }

    /// Several plain components in one question to the file system. On success `at` is the last one's directory.
    fn chain(&mut self) -> Option<(Arrival, usize)> {
        if !self.at.mount().is_leaf() {
            return None;
        }
        if !self.rest.remaining().contains(&b'/') {
            return None;
        }
        let (names, ends) = self.rest.plain_run();
        if names.len() < 2 {
            return None;
        }
        let dir = self.at.node().as_directory()?;
        // A missing last component is the usual case when creating; then the way to its directory is taken at once.
        let (nodes, stat, used) = match dir.lookup_chain(&names)? {
            Ok((nodes, stat)) => (nodes, stat, names.len()),
            Err(_) if names.len() > 2 => {
                let used = names.len().saturating_sub(1);
                let (nodes, stat) = dir.lookup_chain(names.get(..used)?)?.ok()?;
                (nodes, stat, used)
            }
            Err(_) => return None,
        };
        let end = ends.get(used.checked_sub(1)?).copied()?;
        let mut at = self.at.clone();
        let mut parent = at.clone();
        for (name, node) in names.iter().zip(nodes) {
            parent = at;
            at = parent.child(name, node);
        }
        self.depth = self.depth.saturating_add(used.saturating_sub(1));
        self.at = parent;
        Some((Some((at, Some(stat))), end))
    }

    fn is_last(&self, end: usize) -> bool {
        self.rest.bytes.get(end..).unwrap_or_default().iter().all(|b| *b == b'/')
    }

    /// Handles what stands at the component that ends at `end`; `self.at` is its directory.
    fn arrive(&mut self, found: Arrival, end: usize, tail: Tail) -> SysResult<Step> {
        let last = self.is_last(end);
        let trailing_slash = last && end < self.rest.bytes.len();
        let name_of = |rest: &Rest<'_>| -> Box<[u8]> {
            let head = rest.bytes.get(..end).unwrap_or_default();
            let from = head.iter().rposition(|b| *b == b'/').map_or(0, |slash| slash.saturating_add(1));
            head.get(from..).unwrap_or_default().into()
        };
        let Some((place, stat)) = found else {
            let name = Some(name_of(&self.rest));
            return Ok(Step::Done(Resolved { dir: self.at.clone(), name, trailing_slash, found: None, stat: None }));
        };
        let kind = place.node().kind();
        if kind == FileType::Symlink && (!last || trailing_slash || tail == Tail::Follow) {
            return self.follow(&place, end, last);
        }
        if last {
            if trailing_slash && kind != FileType::Directory {
                return fail(Errno::ENOTDIR, "a slash follows what is not a directory");
            }
            let name = Some(name_of(&self.rest));
            return Ok(Step::Done(Resolved { dir: self.at.clone(), name, trailing_slash, found: Some(place), stat }));
        }
        if kind != FileType::Directory {
            return fail(Errno::ENOTDIR, "a component of the path is not a directory");
        }
        self.at = place;
        self.depth = self.depth.saturating_add(1);
        self.rest.pos = end;
        Ok(Step::Continue)
    }

    /// Puts the target of the link at `place` in front of the rest.
    fn follow(&mut self, place: &Arc<Location>, end: usize, last: bool) -> SysResult<Step> {
        self.links = self.links.saturating_add(1);
        if self.links > LINKS_MAX {
            return fail(Errno::ELOOP, "too many symbolic links");
        }
        if let Some(target) = place.node().magic_link(self.start.caller) {
            return self.jump(target?, place.name(), end, last);
        }
        let target = place.node().readlink(self.start.caller)?;
        if target.is_empty() {
            return fail(Errno::ENOENT, "empty symbolic link");
        }
        // A host's or an archive's links may hold anything; file systems are promised names without NUL.
        if target.contains(&0) {
            return fail(Errno::EINVAL, "NUL byte in a symbolic link");
        }
        if target.first() == Some(&b'/') {
            self.leave_base()?;
            self.at = self.start.root.clone();
        }
        let remaining = self.rest.bytes.get(end..).unwrap_or_default();
        self.rest = Rest { bytes: Cow::Owned([&*target, remaining].concat()), pos: 0 };
        Ok(Step::Continue)
    }

    /// Goes on from where a magic link leads.
    fn jump(&mut self, target: MagicTarget, name: &Name, end: usize, last: bool) -> SysResult<Step> {
        self.leave_base()?;
        let place = match target {
            MagicTarget::Place(place) => place,
            MagicTarget::Node(node) => self.at.child(name, node),
        };
        if place.node().kind() == FileType::Directory {
            self.at = place;
            self.rest.pos = end;
            return Ok(Step::Continue);
        }
        if end < self.rest.bytes.len() || !last {
            return fail(Errno::ENOTDIR, "a component of the path is not a directory");
        }
        let name = Some(place.name().into());
        Ok(Step::Done(Resolved { dir: self.at.clone(), name, trailing_slash: false, found: Some(place), stat: None }))
    }

    /// An absolute or magic link is about to be followed: fine from the root, an escape from any other directory handle.
    fn leave_base(&mut self) -> SysResult<()> {
        if self.start.beneath && !self.start.base.is_same_root(self.start.root) {
            return fail(Errno::ENOTCAPABLE, "a link leads out of the directory it was looked up in");
        }
        self.depth = 0;
        Ok(())
    }
}

/// The directory calls of a place.
///
/// # Errors
/// ENOTDIR.
pub fn directory(place: &Location) -> SysResult<&dyn Directory> {
    place.node().as_directory().ok_or(SysError::new(Errno::ENOTDIR, "not a directory"))
}
