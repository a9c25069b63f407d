//! The report as JSON. The structures below are its documentation: fields are in this order, sizes in bytes.

use anyhow::Context;
use gopherix_golang::buildinfo::{BuildInfo, GoModule};
use gopherix_golang::inspect::{Group, Owner, Port, Report};
use serde::Serialize;

use super::{export_kind, import_kind, largest, memory_bytes};
use crate::plain;

#[derive(Serialize)]
struct Page<'a> {
    /// `go-js`, `go-wasip1`, `go-unknown`, `wasi`, `wasi-unstable` or `unknown`.
    port: &'static str,
    go_version: Option<&'a str>,
    build_info: Option<Build<'a>>,
    stripped: bool,
    module_name: Option<&'a str>,
    producers: Vec<Producer<'a>>,
    memories: Vec<Memory>,
    imports: Vec<Import<'a>>,
    exports: Vec<Export<'a>>,
    counts: Counts,
    sizes: Sizes,
    /// Largest first; as many as `--top` says.
    packages: Vec<Package>,
    /// The sum of the packages left out.
    others: Option<Others>,
    custom_sections: Vec<Custom<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Build<'a> {
    path: &'a str,
    main: Option<Module<'a>>,
    deps: Vec<Module<'a>>,
    settings: Vec<Setting<'a>>,
}

#[derive(Serialize)]
struct Module<'a> {
    path: &'a str,
    version: &'a str,
    sum: &'a str,
    replace: Option<Box<Module<'a>>>,
}

#[derive(Serialize)]
struct Setting<'a> {
    key: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Producer<'a> {
    field: &'a str,
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Memory {
    min: u64,
    max: Option<u64>,
    shared: bool,
}

#[derive(Serialize)]
struct Import<'a> {
    module: &'a str,
    name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Export<'a> {
    name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Counts {
    functions: usize,
    imported_functions: u32,
    types: usize,
    globals: u32,
    data_segments: usize,
}

/// `code + data + custom + other = file`; `pclntab` is a part of `data`.
#[derive(Serialize)]
struct Sizes {
    file: u64,
    code: u64,
    data: u64,
    pclntab: u64,
    custom: u64,
    other: u64,
}

#[derive(Serialize)]
struct Package {
    /// Go import path, crate or namespace; `null` if not known.
    name: Option<String>,
    /// Made by Go's toolchain for no package.
    toolchain: bool,
    functions: u32,
    bytes: u64,
}

#[derive(Serialize)]
struct Others {
    packages: usize,
    functions: u32,
    bytes: u64,
}

#[derive(Serialize)]
struct Custom<'a> {
    name: &'a str,
    bytes: usize,
}

/// The whole page, with a line end.
pub(super) fn page(report: &Report<'_>, top: usize) -> anyhow::Result<String> {
    let module = &report.module;
    let (shown, others) = largest(&report.groups, top);
    let sizes = &report.sizes;
    let page = Page {
        port: port(report.port),
        go_version: report.toolchain.version.as_deref(),
        build_info: report.toolchain.info.as_ref().map(build),
        stripped: report.stripped,
        module_name: module.module_name,
        producers: module
            .producers
            .iter()
            .map(|p| Producer { field: p.field, name: p.name, version: p.version })
            .collect(),
        memories: module
            .memories
            .iter()
            .map(|memory| {
                let (min, max) = memory_bytes(memory);
                Memory { min, max, shared: memory.shared }
            })
            .collect(),
        imports: module
            .imports
            .iter()
            .map(|i| Import { module: i.module, name: i.name, kind: import_kind(i.kind) })
            .collect(),
        exports: module.exports.iter().map(|e| Export { name: e.name, kind: export_kind(e.kind) }).collect(),
        counts: Counts {
            functions: module.functions.len(),
            imported_functions: module.imported_functions,
            types: module.types.len(),
            globals: module.globals,
            data_segments: module.segments.len(),
        },
        sizes: Sizes {
            file: sizes.file,
            code: sizes.code,
            data: sizes.data,
            pclntab: sizes.pclntab,
            custom: sizes.custom,
            other: sizes.other,
        },
        packages: shown.iter().map(package).collect(),
        others: others.map(|(sum, packages)| Others { packages, functions: sum.functions, bytes: sum.bytes }),
        custom_sections: module.customs.iter().map(|c| Custom { name: c.name, bytes: c.data.len() }).collect(),
        warnings: &report.warnings,
    };
    let text = serde_json::to_string_pretty(&page).context("cannot write JSON")?;
    // What JSON itself leaves as it is (DEL, C1) stands in strings only, where this escape is JSON's own.
    Ok(plain::lines(&text) + "\n")
}

fn port(port: Port) -> &'static str {
    match port {
        Port::GoJs => "go-js",
        Port::GoWasip1 => "go-wasip1",
        Port::GoUnknown => "go-unknown",
        Port::Wasi => "wasi",
        Port::WasiUnstable => "wasi-unstable",
        Port::Unknown => "unknown",
    }
}

fn build(info: &BuildInfo) -> Build<'_> {
    Build {
        path: &info.path,
        main: info.main.as_ref().map(go_module),
        deps: info.deps.iter().map(go_module).collect(),
        settings: info.settings.iter().map(|s| Setting { key: &s.key, value: &s.value }).collect(),
    }
}

fn go_module(module: &GoModule) -> Module<'_> {
    // A replacement has none itself, so this does not go deep.
    let replace = module.replace.as_deref().map(|replace| Box::new(go_module(replace)));
    Module { path: &module.path, version: &module.version, sum: &module.sum, replace }
}

fn package(group: &Group) -> Package {
    let name = match &group.owner {
        Owner::Named(name) => Some(name.clone()),
        Owner::Toolchain | Owner::Unknown => None,
    };
    Package { name, toolchain: group.owner == Owner::Toolchain, functions: group.functions, bytes: group.bytes }
}
