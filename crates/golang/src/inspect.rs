//! All that a module says of itself, as one report: what `gopherix inspect` prints.
//!
//! Key type: [`Report`]. A module that is not Go's gets one too, with sizes by crate or namespace where the name section
//! has names. Whatever is damaged is left out and named in [`Report::warnings`]; only a file that is no core module is an
//! error. Strings come from the file as they are: a terminal's printer must escape control characters. Uses all the
//! other modules of this crate.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::buildinfo::Toolchain;
use crate::image::Image;
use crate::module::{Module, ModuleError};
use crate::pclntab::{Pclntab, PclntabError};
use crate::release;
use crate::symbol;

/// The system interface that a module was built for, by its imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Go with GOOS=js.
    GoJs,
    /// Go with GOOS=wasip1.
    GoWasip1,
    /// Go's, by its tables, but with neither port's imports.
    GoUnknown,
    /// WASI preview 1, not Go's own compiler.
    Wasi,
    /// WASI as it was before preview 1 (`wasi_unstable`).
    WasiUnstable,
    /// None of these.
    Unknown,
}

impl Port {
    /// True for a module of Go's own compiler.
    pub fn is_go(self) -> bool {
        matches!(self, Self::GoJs | Self::GoWasip1 | Self::GoUnknown)
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GoJs => "Go, GOOS=js",
            Self::GoWasip1 => "Go, GOOS=wasip1",
            Self::GoUnknown => "Go, unknown port",
            Self::Wasi => "WASI preview 1, not Go",
            Self::WasiUnstable => "WASI before preview 1",
            Self::Unknown => "unknown",
        })
    }
}

/// Who a function belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A Go package by import path; a crate or outermost namespace in other languages.
    Named(String),
    /// Made by Go's toolchain for no package: equality of unnamed types, assembly helpers.
    Toolchain,
    /// Not known.
    Unknown,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Toolchain => f.write_str("(toolchain)"),
            Self::Unknown => f.write_str("(unknown)"),
        }
    }
}

/// The code of one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Whose.
    pub owner: Owner,
    /// Number of functions.
    pub functions: u32,
    /// Bytes of their bodies.
    pub bytes: u64,
}

/// Where the file's bytes go. `code + data + custom + other = file`, and `pclntab` is a part of `data`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The whole file.
    pub file: u64,
    /// Function bodies.
    pub code: u64,
    /// Contents of data segments.
    pub data: u64,
    /// Data that is Go's function table.
    pub pclntab: u64,
    /// Contents of custom sections.
    pub custom: u64,
    /// Types, imports, tables, headers.
    pub other: u64,
}

/// The report.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// Imports, exports, memories, sections.
    pub module: Module<'a>,
    /// The system interface.
    pub port: Port,
    /// Go version and build information; empty for other languages.
    pub toolchain: Toolchain,
    /// Go's function table.
    pub pclntab: Option<Pclntab>,
    /// True if the module has neither function names nor DWARF sections (`-ldflags=-s`, `wasm-strip`).
    pub stripped: bool,
    /// Code by owner, largest first.
    pub groups: Vec<Group>,
    /// Sizes in bytes.
    pub sizes: Sizes,
    /// What was damaged, unknown or inconsistent, as sentences for the user.
    pub warnings: Vec<String>,
}

impl<'a> Report<'a> {
    /// Reads a module.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ModuleError> {
        let module = Module::parse(bytes)?;
        let mut warnings = Vec::new();
        let image = Image::new(&module).unwrap_or_else(|error| {
            warnings.push(format!("the initial memory is not looked at: {error}"));
            Image::default()
        });
        let functions = u32::try_from(module.functions.len()).unwrap_or(u32::MAX);
        let (pclntab, damaged) = match Pclntab::find(&image, functions) {
            Ok(table) => (Some(table), None),
            Err(PclntabError::Missing) => (None, None),
            Err(error @ PclntabError::Damaged(_)) => (None, Some(error)),
        };
        let mut toolchain = Toolchain::read(&module, &image);
        let is_go = pclntab.is_some() || toolchain.info.is_some() || module.producer("language", "Go").is_some();
        let port = port(&module, is_go);
        if port.is_go() {
            warnings.extend(damaged.map(|error| error.to_string()));
            warnings.extend(release_warning(toolchain.version.as_deref(), pclntab.as_ref()));
        } else {
            // A version string alone (a program about Go) says nothing.
            toolchain = Toolchain::default();
        }
        let groups = groups(&module, pclntab.as_ref(), port.is_go());
        let stripped = module.names.is_empty() && !module.customs.iter().any(|custom| custom.name == ".debug_info");
        let sizes = sizes(&module, &image, pclntab.as_ref());
        Ok(Self { module, port, toolchain, pclntab, stripped, groups, sizes, warnings })
    }
}

fn port(module: &Module<'_>, is_go: bool) -> Port {
    let imports_from = |name: &str| module.imports.iter().any(|import| import.module == name);
    // "go" is the module's name up to Go 1.20.
    let js = module.imports.iter().any(|import| {
        matches!(import.module, "gojs" | "go") && ["runtime.", "syscall/js."].iter().any(|p| import.name.starts_with(p))
    });
    match (is_go, js, imports_from("wasi_snapshot_preview1")) {
        (true, true, _) => Port::GoJs,
        (true, false, true) => Port::GoWasip1,
        (true, false, false) => Port::GoUnknown,
        (false, _, true) => Port::Wasi,
        (false, _, false) if imports_from("wasi_unstable") => Port::WasiUnstable,
        (false, _, false) => Port::Unknown,
    }
}

/// Compares what the version promises with what the table is.
fn release_warning(version: Option<&str>, table: Option<&Pclntab>) -> Option<String> {
    let (version, table) = (version?, table?);
    let Some(release) = release::of_version(version) else {
        return Some(format!("{version} is not among the Go releases known here: what depends on the release is off"));
    };
    let found = (table.magic(), table.entry_unit(), table.header_size());
    (found != (release.magic, release.entry_unit, release.header_size))
        .then(|| format!("the function table is not as {version} writes it: what depends on the release is off"))
}

fn groups(module: &Module<'_>, pclntab: Option<&Pclntab>, is_go: bool) -> Vec<Group> {
    let mut names: Vec<Option<&str>> = vec![None; module.bodies.len()];
    for &(index, name) in &module.names {
        let ordinal = index.checked_sub(module.imported_functions).and_then(|ordinal| usize::try_from(ordinal).ok());
        if let Some(slot) = ordinal.and_then(|ordinal| names.get_mut(ordinal)) {
            *slot = Some(name);
        }
    }
    let mut groups: BTreeMap<Owner, (u32, u64)> = BTreeMap::new();
    for ((ordinal, body), name) in (0u32..).zip(&module.bodies).zip(names) {
        let go_name = pclntab.and_then(|table| table.by_ordinal(ordinal)).map(|function| function.name());
        let group = groups.entry(owner(go_name, name, is_go)).or_default();
        group.0 = group.0.saturating_add(1);
        group.1 = group.1.saturating_add(body.end.saturating_sub(body.start));
    }
    let mut groups: Vec<Group> =
        groups.into_iter().map(|(owner, (functions, bytes))| Group { owner, functions, bytes }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.bytes));
    groups
}

/// Go's table names functions exactly; the name section only nearly (slashes are lost).
fn owner(go_name: Option<Cow<'_, str>>, name: Option<&str>, is_go: bool) -> Owner {
    let go_name = if is_go { go_name.or(name.map(Cow::Borrowed)) } else { None };
    match (go_name, name) {
        (Some(name), _) => {
            symbol::package(&name).map_or(Owner::Toolchain, |package| Owner::Named(package.into_owned()))
        }
        (None, Some(name)) => {
            symbol::foreign_group(name).map_or(Owner::Unknown, |group| Owner::Named(group.to_owned()))
        }
        (None, None) => Owner::Unknown,
    }
}

fn sizes(module: &Module<'_>, image: &Image<'_>, pclntab: Option<&Pclntab>) -> Sizes {
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let file = length(module.bytes);
    let code = module.bodies.iter().map(|body| body.end.saturating_sub(body.start)).sum();
    let data = module.segments.iter().map(|segment| length(segment.data)).sum();
    let custom = module.customs.iter().map(|custom| length(custom.data)).sum();
    let table = pclntab.map(|table| table.address()..table.address().saturating_add(table.size()));
    Sizes {
        file,
        code,
        data,
        pclntab: table.map_or(0, |range| image.present(range)),
        custom,
        other: file.saturating_sub(code).saturating_sub(data).saturating_sub(custom),
    }
}

#[cfg(test)]
mod tests;
