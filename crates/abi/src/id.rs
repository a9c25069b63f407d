//! Identifiers: processes, threads, file descriptors.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A process id; 1 is the first process of a kernel.
    Pid(u32)
}
id! {
    /// A thread id (gettid(2)), unique in a kernel. A process' first thread has the number of its process.
    Tid(u32)
}
id! {
    /// A file descriptor. Guests may name any number; only those in the table are valid.
    Fd(u32)
}

/// Where a path of an `*at` call starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The process' working directory (AT_FDCWD), from where paths go wherever they like.
    ///
    /// It is not a number, so a guest whose calls name descriptors only cannot reach it.
    Cwd,
    /// A directory's descriptor, with its rights, below which the path must stay.
    Dir(Fd),
}

impl From<Fd> for At {
    fn from(fd: Fd) -> Self {
        At::Dir(fd)
    }
}
