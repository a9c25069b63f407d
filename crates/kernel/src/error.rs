//! The kernel's error: an errno for the guest, and a reason for whoever reads the trace.

use gopherix_abi::Errno;

/// Why a system call failed. The guest sees `errno`; `--trace` shows `why`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SysError {
    /// What the guest is told.
    pub errno: Errno,
    /// The reason, for people: short, lower case, no full stop. Empty where the errno says it all.
    pub why: &'static str,
}

/// What system calls and the domain operations under them answer.
pub type SysResult<T> = Result<T, SysError>;

impl SysError {
    /// An error with its reason.
    #[must_use]
    pub const fn new(errno: Errno, why: &'static str) -> Self {
        SysError { errno, why }
    }

    /// An error whose errno needs no explanation.
    #[must_use]
    pub const fn bare(errno: Errno) -> Self {
        SysError { errno, why: "" }
    }
}

impl std::fmt::Display for SysError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.why.is_empty() { self.errno.fmt(f) } else { write!(f, "{}: {}", self.errno, self.why) }
    }
}

impl std::error::Error for SysError {}

/// `Err` of an errno with its reason; reads well at the end of a `match`.
///
/// # Errors
/// Always.
pub const fn fail<T>(errno: Errno, why: &'static str) -> SysResult<T> {
    Err(SysError { errno, why })
}
