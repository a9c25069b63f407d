//! Unix sockets (unix(7)): their names, and who is bound to them.
//!
//! A path's file is made by bind(2), in memory or at the host; there it has no meaning to the host's programs. Who is bound is
//! known by the file's numbers, so renaming and linking the file mean what they mean on Linux.
//!
//! Lock order: a socket's state, then the table of names, then a backlog or mailbox.

mod dgram;
mod stream;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use gopherix_abi::{Errno, SockAddr, SockType, UnixName};

pub(super) use self::dgram::Dgram;
pub(super) use self::stream::Stream;
use super::backlog::Backlog;
use super::mailbox::Mailbox;
use super::socket::Place;
use crate::error::{SysError, SysResult, fail};
use crate::sync::Lock;

/// A socket's file: the number of its file system and its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeKey {
    /// `st_dev`.
    pub dev: u64,
    /// `st_ino`.
    pub ino: u64,
}

const REFUSED: SysError = SysError::new(Errno::ECONNREFUSED, "nobody listens there");

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Node(NodeKey),
    Abstract(Vec<u8>),
}

/// What a name stands for.
#[derive(Clone)]
enum Holder {
    /// A socket that is bound and does not listen.
    Bound,
    Listener(Weak<Backlog>),
    Mailbox(Weak<Mailbox>),
}

struct Entry {
    id: u64,
    name: UnixName,
    kind: SockType,
    holder: Holder,
}

/// The names of a kernel's unix sockets.
#[derive(Default)]
pub(super) struct Names(Lock<Table>);

#[derive(Default)]
struct Table {
    entries: BTreeMap<Key, Entry>,
    next: u64,
}

/// A name that is taken. Dropping it gives it back; a path's file stays, as on Linux.
struct Taken {
    names: Arc<Names>,
    key: Key,
    id: u64,
    name: UnixName,
}

impl Names {
    /// Takes a name; one of the abstract namespace that nobody has for [`UnixName::Unnamed`] (autobind).
    ///
    /// # Errors
    /// EADDRINUSE.
    fn take(self: &Arc<Self>, place: &Place, kind: SockType, holder: Holder) -> SysResult<Taken> {
        let mut table = self.0.lock();
        table.next = table.next.saturating_add(1);
        let id = table.next;
        let (name, key) = match key(place)? {
            Some(key) => (name_of(place), key),
            None => {
                let name = format!("{:05x}", id & 0xf_ffff).into_bytes();
                (UnixName::Abstract(name.clone()), Key::Abstract(name))
            }
        };
        // A path's file was made just now, so an entry of that number is of a file that is gone.
        if matches!(key, Key::Abstract(_)) && table.entries.contains_key(&key) {
            return fail(Errno::EADDRINUSE, "the name is taken");
        }
        table.entries.insert(key.clone(), Entry { id, name: name.clone(), kind, holder });
        Ok(Taken { names: self.clone(), key, id, name })
    }

    /// Who has a name, and the name it is bound to.
    ///
    /// # Errors
    /// ECONNREFUSED; EPROTOTYPE for a socket of another type.
    fn find(&self, place: &Place, kind: SockType) -> SysResult<(UnixName, Holder)> {
        let Some(key) = key(place)? else { return fail(Errno::EINVAL, "no name to connect to") };
        let table = self.0.lock();
        let entry = table.entries.get(&key).ok_or(REFUSED)?;
        if entry.kind != kind {
            return fail(Errno::EPROTOTYPE, "a socket of another type");
        }
        Ok((entry.name.clone(), entry.holder.clone()))
    }
}

impl Taken {
    fn hold(&self, holder: Holder) {
        if let Some(entry) = self.names.0.lock().entries.get_mut(&self.key).filter(|entry| entry.id == self.id) {
            entry.holder = holder;
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut table = self.names.0.lock();
        if table.entries.get(&self.key).is_some_and(|entry| entry.id == self.id) {
            table.entries.remove(&self.key);
        }
    }
}

fn key(place: &Place) -> SysResult<Option<Key>> {
    match place {
        Place::Unix(UnixName::Unnamed, _) => Ok(None),
        Place::Unix(UnixName::Abstract(name), _) => Ok(Some(Key::Abstract(name.clone()))),
        Place::Unix(UnixName::Path(_), Some(node)) => Ok(Some(Key::Node(*node))),
        Place::Unix(UnixName::Path(_), None) => fail(Errno::ENOENT, "no such file"),
        Place::Nowhere | Place::Inet(_) => fail(Errno::EINVAL, "not a unix socket's address"),
    }
}

fn name_of(place: &Place) -> UnixName {
    match place {
        Place::Unix(name, _) => name.clone(),
        Place::Nowhere | Place::Inet(_) => UnixName::Unnamed,
    }
}

/// The name as a socket tells it.
fn shown(taken: Option<&Taken>) -> SockAddr {
    SockAddr::Unix(taken.map_or(UnixName::Unnamed, |taken| taken.name.clone()))
}
