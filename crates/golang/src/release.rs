//! What differs between Go releases in their WebAssembly binaries: the one table, measured on binaries of each release.
//!
//! A binary is read by what its own bytes say (the pclntab's magic number, its first entry); the table is there to check
//! that against the version it claims, and to hold what the bytes do not say. Runtime structure offsets belong here too.

/// pclntab magic number since Go 1.20 (Go's `internal/abi/symtab.go`).
pub const MAGIC_GO120: u32 = 0xffff_fff1;
/// pclntab magic number of Go 1.18 and 1.19. Older tables are laid out differently and are not read.
pub const MAGIC_GO118: u32 = 0xffff_fff0;

/// How the function table of a pclntab writes a function's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryUnit {
    /// As a PC: (0x1000 + ordinal) << 16. It wraps at 2³² in programs of more than 61,440 functions.
    Pc,
    /// As 0x1000 + ordinal.
    Function,
}

impl EntryUnit {
    /// The unit in a table whose first entry, that of ordinal 0, is `first`.
    pub fn of_first_entry(first: u32) -> Option<Self> {
        match u64::from(first) {
            FUNCTION_BASE => Some(Self::Function),
            entry if entry == FUNCTION_BASE << 16 => Some(Self::Pc),
            _ => None,
        }
    }
}

/// The table index of ordinal 0, `funcValueOffset` in Go's linker (`cmd/link/internal/wasm/asm.go`).
/// A PC is (this + ordinal) << 16 | block.
pub const FUNCTION_BASE: u64 = 0x1000;

/// What is known of one Go minor release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// The 27 of Go 1.27.
    pub minor: u32,
    /// Magic number of its pclntab.
    pub magic: u32,
    /// How its function table writes entries.
    pub entry_unit: EntryUnit,
    /// Size in bytes of the header before the function names: 8 + 8 words, rounded up to 32 before Go 1.26.
    pub header_size: u64,
}

const fn release(minor: u32, entry_unit: EntryUnit, header_size: u64) -> Release {
    Release { minor, magic: MAGIC_GO120, entry_unit, header_size }
}

/// The releases, ascending.
pub const RELEASES: &[Release] = &[
    release(21, EntryUnit::Pc, 96),
    release(22, EntryUnit::Pc, 96),
    release(23, EntryUnit::Pc, 96),
    release(24, EntryUnit::Pc, 96),
    release(25, EntryUnit::Function, 96),
    release(26, EntryUnit::Function, 72),
    release(27, EntryUnit::Function, 72),
];

/// The row for a version such as `go1.27.3`, `go1.28rc1` or `go1.26-X:greenteagc`.
pub fn of_version(version: &str) -> Option<&'static Release> {
    let minor = minor(version)?;
    RELEASES.iter().find(|release| release.minor == minor)
}

/// The 27 of `go1.27.3`.
pub fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("go1.")?;
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_strings_name_their_minor_release() {
        for (version, expected) in [
            ("go1.27.3", Some(27)),
            ("go1.21", Some(21)),
            ("go1.26rc1", Some(26)),
            ("go1.26.6-X:greenteagc", Some(26)),
            ("devel go1.28-abc", None),
            ("go1.", None),
            ("go1.99999999999", None),
            ("", None),
        ] {
            assert_eq!(minor(version), expected, "{version}");
        }
        assert_eq!(of_version("go1.24.11").map(|release| release.entry_unit), Some(EntryUnit::Pc));
        assert_eq!(of_version("go1.4"), None);
    }

    #[test]
    fn rows_ascend_without_gaps() {
        assert!(RELEASES.windows(2).all(|pair| pair[0].minor + 1 == pair[1].minor));
    }
}
