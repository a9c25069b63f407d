//! A summary of a core WebAssembly module in one pass: what it imports and exports, where its code and data are.
//!
//! Key type: [`Module`], which borrows the module's bytes. Built with wasmparser, which checks the binary format but not
//! the typing rules: a summary is not a validation. A malformed custom section is no error (core specification,
//! "Custom Section"): its contents are left out. Neighbours: [`crate::image`] lays out the data segments,
//! [`crate::inspect`] reports.

use std::ops::Range;

use wasmparser::{CompositeInnerType, DataKind, Encoding, ExternalKind, KnownCustom, Name, Operator, Parser, Payload};
pub use wasmparser::{FuncType, MemoryType, TypeRef, ValType};

use crate::work;

/// Why a file has no summary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// The bytes do not start with the WebAssembly magic number.
    #[error("not a WebAssembly file: it does not start with \"\\0asm\"")]
    NotWasm,
    /// A component, which is another binary format under the same magic number.
    #[error("this is a WebAssembly component, not a core module")]
    Component,
    /// The bytes break the binary format.
    #[error("malformed WebAssembly module: {message} (at byte {offset:#x})")]
    Malformed {
        /// What is wrong, in wasmparser's words.
        message: String,
        /// Byte offset in the file.
        offset: u64,
    },
}

impl From<wasmparser::Error> for ModuleError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Malformed { message: error.message().to_owned(), offset: error.offset() }
    }
}

/// One import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import<'a> {
    /// Module name, such as `wasi_snapshot_preview1`.
    pub module: &'a str,
    /// Field name.
    pub name: &'a str,
    /// What is imported; [`Module::function_type`] resolves a function's signature.
    pub kind: TypeRef,
}

/// What an export refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// A function.
    Function,
    /// A table.
    Table,
    /// A memory.
    Memory,
    /// A global.
    Global,
    /// An exception tag.
    Tag,
}

/// One export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it refers to.
    pub kind: ExportKind,
    /// Index in the index space of its kind, imports included.
    pub index: u32,
}

/// A custom section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomSection<'a> {
    /// Its name; names may repeat.
    pub name: &'a str,
    /// Contents without the name.
    pub data: &'a [u8],
}

/// Where a data segment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Copied to this address of the memory at instantiation.
    Active {
        /// Memory index.
        memory: u32,
        /// Byte address.
        address: u64,
    },
    /// Active, at an address that is not a constant of the module (an imported global, say).
    Unresolved,
    /// Copied by `memory.init` only.
    Passive,
}

/// A data segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Where it goes.
    pub placement: Placement,
    /// Its contents.
    pub data: &'a [u8],
    /// Byte range of the whole segment, header included, in the file.
    pub range: Range<u64>,
}

/// One entry of the `producers` section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer<'a> {
    /// `language`, `processed-by` or `sdk`.
    pub field: &'a str,
    /// Tool or language.
    pub name: &'a str,
    /// Its version, possibly empty.
    pub version: &'a str,
}

/// The summary. Indices are as in the module; an *ordinal* counts defined functions from 0, so that
/// function index = [`Module::imported_functions`] + ordinal.
#[derive(Debug, Clone, Default)]
pub struct Module<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// Function types by type index; `None` for types that are no function's.
    pub types: Vec<Option<FuncType>>,
    /// Imports in order.
    pub imports: Vec<Import<'a>>,
    /// How many of the imports are functions.
    pub imported_functions: u32,
    /// Exports in order.
    pub exports: Vec<Export<'a>>,
    /// Memories, imported ones first; limits in pages.
    pub memories: Vec<MemoryType>,
    /// Number of globals, imported ones included.
    pub globals: u32,
    /// Type index of each defined function, by ordinal.
    pub functions: Vec<u32>,
    /// Byte range of each body (locals and code, without the size prefix) in the file, by ordinal.
    pub bodies: Vec<Range<u64>>,
    /// Custom sections in order.
    pub customs: Vec<CustomSection<'a>>,
    /// Data segments in order.
    pub segments: Vec<Segment<'a>>,
    /// The name section's function names as (function index, name), in the section's order.
    pub names: Vec<(u32, &'a str)>,
    /// The name section's module name.
    pub module_name: Option<&'a str>,
    /// Entries of the `producers` section.
    pub producers: Vec<Producer<'a>>,
}

impl<'a> Module<'a> {
    /// Reads `bytes`. One pass; memory use is a small multiple of the input's length.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ModuleError> {
        if !bytes.starts_with(b"\0asm") {
            return Err(ModuleError::NotWasm);
        }
        work::count(bytes.len());
        let mut module = Self { bytes, ..Self::default() };
        for payload in Parser::new(0).parse_all(bytes) {
            module.payload(payload?)?;
        }
        if module.bodies.len() != module.functions.len() {
            let message = "function and code section have inconsistent lengths".to_owned();
            return Err(ModuleError::Malformed { message, offset: u64::try_from(bytes.len()).unwrap_or(u64::MAX) });
        }
        Ok(module)
    }

    /// The signature of the function with this index, imported or defined.
    pub fn function_type(&self, index: u32) -> Option<&FuncType> {
        let ty = match index.checked_sub(self.imported_functions) {
            Some(ordinal) => *self.functions.get(usize::try_from(ordinal).ok()?)?,
            None => {
                let mut functions = self.imports.iter().filter_map(|import| func_type_index(import.kind));
                functions.nth(usize::try_from(index).ok()?)?
            }
        };
        self.type_at(ty)
    }

    /// The signature of an import, if that is a function.
    pub fn import_type(&self, import: &Import<'_>) -> Option<&FuncType> {
        self.type_at(func_type_index(import.kind)?)
    }

    /// The body bytes of the defined function `ordinal`.
    pub fn body(&self, ordinal: u32) -> Option<&'a [u8]> {
        let range = self.bodies.get(usize::try_from(ordinal).ok()?)?;
        self.bytes.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
    }

    /// Version of the first producer called `name` in `field`.
    pub fn producer(&self, field: &str, name: &str) -> Option<&'a str> {
        self.producers.iter().find(|entry| entry.field == field && entry.name == name).map(|entry| entry.version)
    }

    fn type_at(&self, index: u32) -> Option<&FuncType> {
        self.types.get(usize::try_from(index).ok()?)?.as_ref()
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<(), ModuleError> {
        match payload {
            Payload::Version { encoding: Encoding::Component, .. } => return Err(ModuleError::Component),
            Payload::TypeSection(reader) => {
                for group in reader {
                    self.types.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                        CompositeInnerType::Func(func) => Some(func),
                        _ => None,
                    }));
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.import(import?);
                }
            }
            Payload::FunctionSection(reader) => self.functions = reader.into_iter().collect::<Result<_, _>>()?,
            Payload::MemorySection(reader) => {
                for memory in reader {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(reader) => self.globals = self.globals.saturating_add(reader.count()),
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    self.exports.push(Export {
                        name: export.name,
                        kind: export_kind(export.kind),
                        index: export.index,
                    });
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::DataSection(reader) => {
                for data in reader {
                    let data = data?;
                    self.segments.push(Segment {
                        placement: placement(&data.kind),
                        data: data.data,
                        range: data.range.clone(),
                    });
                }
            }
            Payload::CustomSection(reader) => self.custom(&reader),
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'a>) {
        match import.ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => {
                self.imported_functions = self.imported_functions.saturating_add(1);
            }
            TypeRef::Memory(memory) => self.memories.push(memory),
            TypeRef::Global(_) => self.globals = self.globals.saturating_add(1),
            TypeRef::Table(_) | TypeRef::Tag(_) => {}
        }
        self.imports.push(Import { module: import.module, name: import.name, kind: import.ty });
    }

    fn custom(&mut self, reader: &wasmparser::CustomSectionReader<'a>) {
        self.customs.push(CustomSection { name: reader.name(), data: reader.data() });
        match reader.as_known() {
            KnownCustom::Name(sections) => {
                for section in sections.map_while(Result::ok) {
                    match section {
                        Name::Module { name, .. } => self.module_name = Some(name),
                        Name::Function(map) => {
                            let names = map.into_iter().map_while(Result::ok);
                            self.names.extend(names.map(|naming| (naming.index, naming.name)));
                        }
                        _ => {}
                    }
                }
            }
            KnownCustom::Producers(fields) => {
                for field in fields.into_iter().map_while(Result::ok) {
                    let values = field.values.into_iter().map_while(Result::ok);
                    self.producers.extend(values.map(|value| Producer {
                        field: field.name,
                        name: value.name,
                        version: value.version,
                    }));
                }
            }
            _ => {}
        }
    }
}

fn func_type_index(kind: TypeRef) -> Option<u32> {
    match kind {
        TypeRef::Func(index) | TypeRef::FuncExact(index) => Some(index),
        _ => None,
    }
}

fn export_kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Function,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}

/// Only a single constant counts: linkers write nothing else for a module of its own.
fn placement(kind: &DataKind<'_>) -> Placement {
    let DataKind::Active { memory_index, offset_expr } = kind else {
        return Placement::Passive;
    };
    let mut operators = offset_expr.get_operators_reader();
    let address = match operators.read() {
        Ok(Operator::I32Const { value }) => u64::from(value.cast_unsigned()),
        Ok(Operator::I64Const { value }) => value.cast_unsigned(),
        _ => return Placement::Unresolved,
    };
    match operators.read() {
        Ok(Operator::End) => Placement::Active { memory: *memory_index, address },
        _ => Placement::Unresolved,
    }
}

#[cfg(test)]
mod tests;
