//! The functions of WASI preview 1 and of the kernel's own module, callable by number, and what each parameter is.

use std::future::{Future, ready};
use std::pin::Pin;

use gopherix_guest::{for_each_gopherix_function, for_each_wasip1_function};
use gopherix_kernel::SysResult;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

/// A call under way.
pub type Pending<'a> = Pin<Box<dyn Future<Output = SysResult<()>> + 'a>>;

/// A parameter as the adapter's list has it.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Whether it is 64 bits wide.
    pub wide: bool,
}

/// A function of a module.
pub struct Function {
    /// The module.
    pub module: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// Starts it; missing arguments are 0, surplus bits are cut off.
    pub call: for<'a> fn(&'a mut Cx, &'a mut dyn GuestMemory, &[u64]) -> Pending<'a>,
}

/// What a parameter means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A descriptor.
    Fd,
    /// Where a result of that many bytes goes.
    Out(u32),
    /// A buffer the call fills; the next parameter is its length.
    Fills,
    /// A path; the next parameter is its length.
    Path,
    /// A vector of buffers that are filled (`true`) or read; the next parameter is how many.
    Vector(bool),
    /// Pointers to the strings of the arguments or the environment.
    Pointers,
    /// The bytes of those strings.
    Strings,
    /// Subscriptions of poll_oneoff; their count is two parameters on.
    Subscriptions,
    /// Events of poll_oneoff; their count is the next parameter.
    Events,
    /// The length or count that goes with a pointer before it.
    Length,
    /// Flags; the valid ones.
    Flags(u32),
    /// One of so many values.
    Choice(u32),
    /// Rights.
    Rights,
    /// A request of spawn; the next parameter is its length.
    Request,
    /// Where the length of what is behind a pointer stands, and is put.
    LengthAt,
    /// Any 64-bit number.
    Number,
}

/// What an argument of the kernel's own module is by its function's and its own name, where that is not as in WASI.
const OWN: &[(&[&str], &[&str], Role)] = &[
    (&["spawn"], &["request"], Role::Request),
    (&["spawn", "getpid", "getppid"], &["pid"], Role::Out(4)),
    (&["pidfd", "sock_open"], &["fd"], Role::Out(4)),
    (&["getpgid"], &["pgid"], Role::Out(4)),
    (&["sig_next"], &["sig"], Role::Out(4)),
    (&["exit_thread"], &["word"], Role::Out(4)),
    (&["sigsave"], &["mask"], Role::Out(8)),
    (&["setitimer"], &["old"], Role::Out(16)),
    (&["umask"], &["old"], Role::Out(4)),
    (&["dup"], &["to"], Role::Out(4)),
    (&["minit", "newosproc"], &["tid"], Role::Out(4)),
    (&["exit_thread"], &["word"], Role::Out(4)),
    (&["stat", "fstat"], &["stat"], Role::Out(80)),
    (&["sock_accept", "sock_name", "sock_recv", "sock_getopt"], &["addr_len", "value_len"], Role::LengthAt),
    (&["sock_recv"], &["control_len"], Role::LengthAt),
    (&["sock_accept", "sock_name", "sock_recv"], &["addr"], Role::Out(128)),
    (&["sock_getopt"], &["value"], Role::Out(64)),
    (&["sock_recv"], &["control"], Role::Out(64)),
    (&["futex_wait", "futex_wake"], &["addr"], Role::Out(0)),
    (&[], &["addr", "value", "control", "name"], Role::Path),
    (&[], &["fds"], Role::Out(8)),
    (&[], &["status", "waited", "sid", "used", "woken", "opened", "nread", "nwritten", "out_flags"], Role::Out(4)),
    (&[], &["rusage"], Role::Out(40)),
    (&[], &["ids"], Role::Out(16)),
    (&[], &["info"], Role::Out(24)),
    (&[], &["ticks"], Role::Out(8)),
    (&[], &["sigstack", "start"], Role::Out(0)),
    (
        &[],
        &["pid", "pgid", "tid", "who", "which", "what", "family", "kind", "protocol", "level", "option", "peer"],
        Role::Choice(7),
    ),
    (&[], &["sig"], Role::Choice(66)),
    (&[], &["options", "mode", "mask", "flags"], Role::Flags(15)),
    (&[], &["uid", "gid", "min", "count", "hz", "backlog", "exiting", "expected", "stack_size"], Role::Choice(4)),
];

impl Function {
    /// What parameter `index` means; `None` if nobody has said it yet.
    #[must_use]
    pub fn role(&self, index: usize) -> Option<Role> {
        let param = self.params.get(index)?;
        if self.module == "gopherix"
            && let Some(role) = self.own_role(*param)
        {
            return Some(role);
        }
        let before_length = self.params.get(index.saturating_add(1)).is_some_and(|p| p.name.ends_with("_len"));
        Some(match (param.name, param.wide) {
            ("rights" | "inheriting", true) => Role::Rights,
            ("precision" | "offset" | "len" | "size" | "atim" | "mtim" | "cookie", true) => Role::Number,
            (_, true) => return None,
            ("fd" | "to" | "old_fd" | "new_fd", _) => Role::Fd,
            ("path", _) if self.name == "fd_prestat_dir_name" => Role::Fills,
            ("path" | "old_path" | "new_path", _) => Role::Path,
            ("buf", _) if before_length => Role::Fills,
            ("iovs", _) => Role::Vector(self.name.ends_with("read")),
            ("ri_data", _) => Role::Vector(true),
            ("si_data", _) => Role::Vector(false),
            ("argv" | "environ", _) => Role::Pointers,
            ("argv_buf" | "environ_buf", _) => Role::Strings,
            ("in_", _) => Role::Subscriptions,
            ("out", _) => Role::Events,
            ("nsubscriptions", _) => Role::Length,
            (name, _) if name.ends_with("_len") => Role::Length,
            _ => return self.result(param.name).or_else(|| self.word(param.name)),
        })
    }

    fn own_role(&self, param: Param) -> Option<Role> {
        if param.wide {
            return Some(Role::Number);
        }
        let fits = |(functions, params, _): &&(&[&str], &[&str], Role)| {
            params.contains(&param.name) && (functions.is_empty() || functions.contains(&self.name))
        };
        OWN.iter().find(fits).map(|(_, _, role)| *role)
    }

    /// Whether what it writes cannot be told from its arguments alone: lengths stand in memory, and some pointers are optional.
    #[must_use]
    pub fn writes_by_memory(&self) -> bool {
        self.module == "gopherix" && self.name.starts_with("sock_")
    }

    fn result(&self, param: &str) -> Option<Role> {
        Some(Role::Out(match param {
            "argc" | "argv_buf_size" | "environc" | "environ_buf_size" => 4,
            "nread" | "nwritten" | "bufused" | "opened" | "nevents" | "ro_datalen" | "so_datalen" => 4,
            "ro_flags" => 2,
            "resolution" | "time" | "newoffset" | "offset" => 8,
            "stat" => 24,
            "buf" if self.name == "fd_prestat_get" => 8,
            "buf" => 64,
            _ => return None,
        }))
    }

    fn word(&self, param: &str) -> Option<Role> {
        Some(match (self.name, param) {
            ("fd_fdstat_set_flags" | "sock_accept", "flags") | ("path_open", "fdflags") => Role::Flags(31),
            (_, "flags" | "dirflags" | "old_flags") => Role::Flags(1),
            (_, "oflags" | "fst_flags") => Role::Flags(15),
            (_, "ri_flags" | "how") => Role::Flags(3),
            (_, "si_flags") => Role::Flags(0),
            (_, "whence") => Role::Choice(3),
            (_, "id") => Role::Choice(4),
            (_, "advice") => Role::Choice(6),
            (_, "sig") => Role::Choice(31),
            _ => return None,
        })
    }
}

macro_rules! functions {
    ($module:ident; $($kind:ident $name:ident ( $($arg:ident : $ty:ident),* );)*) => {
        mod $module {
            use super::{Function, Param, ready};

            pub(super) static LIST: &[Function] = &[$(Function {
                module: stringify!($module),
                name: stringify!($name),
                params: &[$(Param { name: stringify!($arg), wide: functions!(@wide $ty) }),*],
                call: |cx, mem, args| {
                    #[allow(unused_mut, unused_variables, reason = "functions without parameters")]
                    let mut args = args.iter().copied();
                    $(let $arg = functions!(@next $ty, args);)*
                    functions!(@start $kind, gopherix_guest::$module::$name(cx, mem $(, $arg)*))
                },
            }),*];
        }
    };
    (@wide u32) => { false };
    (@wide u64) => { true };
    (@next u32, $args:ident) => { u32::try_from($args.next().unwrap_or(0) & 0xffff_ffff).unwrap_or(0) };
    (@next u64, $args:ident) => { $args.next().unwrap_or(0) };
    (@start quick, $call:expr) => { Box::pin(ready($call)) };
    (@start waits, $call:expr) => { Box::pin($call) };
}

for_each_wasip1_function!(functions);
for_each_gopherix_function!(functions);

/// Every function of WASI preview 1 but `proc_exit`, which returns to nobody.
pub static FUNCTIONS: &[Function] = wasip1::LIST;

/// Every function of the kernel's own module.
pub static OWN_FUNCTIONS: &[Function] = gopherix::LIST;

/// How many there are in all.
#[must_use]
pub fn count() -> usize {
    FUNCTIONS.len().saturating_add(OWN_FUNCTIONS.len())
}

/// A function by its number: first those of WASI, then the kernel's own.
#[must_use]
pub fn function(number: usize) -> Option<&'static Function> {
    FUNCTIONS.iter().chain(OWN_FUNCTIONS).nth(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_a_role() {
        for function in FUNCTIONS.iter().chain(OWN_FUNCTIONS) {
            for (i, param) in function.params.iter().enumerate() {
                assert!(function.role(i).is_some(), "{}: what is {}?", function.name, param.name);
            }
        }
    }

    #[test]
    fn the_list_is_the_whole_module() {
        // The witx has 46 functions; proc_exit is not in the list.
        assert_eq!(FUNCTIONS.len(), 45);
    }
}
