//! The traversal that writes a module: everything as it was, but for what the passes change.

use gopherix_golang::module::Module;
use gopherix_golang::runtime::{GLOBAL_G, GLOBAL_SP};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BranchHints, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, GlobalSection, GlobalType,
    ImportSection, SectionId, TypeSection, ValType,
};
use wasmparser::{
    BinaryReader, CodeSectionReader, CustomSectionReader, ExportSectionReader, FuncType, FunctionBody,
    GlobalSectionReader, ImportSectionReader, TypeSectionReader,
};

use crate::body::{self, Changes};
use crate::heads::{self, Head, Heads};
use crate::{Counts, EXPORT_G, EXPORT_M0, EXPORT_RELEASE, EXPORT_SP, MODULE, RewriteError, Rewritten};

/// Writes the module with its heads; if goroutines are to be marked, with its prologues mended, looks at the flag in its loops,
/// and what marking needs exported.
///
/// # Errors
/// [`RewriteError::Encode`], [`RewriteError::Shape`].
pub(crate) fn write(module: &Module<'_>, heads: Heads, marks: Option<Marks>) -> Result<Rewritten, RewriteError> {
    if module.imports.is_empty() {
        return Err(RewriteError::Shape("it imports nothing"));
    }
    let mut added = Vec::new();
    if heads.any(|head| matches!(head, Head::Direct(_))) {
        added.push(Added { name: heads::DIRECT, params: &[ValType::I32, ValType::I32], results: &[ValType::I32] });
    }
    if heads.any(|head| head == Head::Sched) {
        added.push(Added { name: heads::SCHED, params: &[], results: &[] });
    }
    let changes = Changes {
        imported: module.imported_functions,
        moved: u32::try_from(added.len()).unwrap_or(u32::MAX),
        looks: None,
    };
    let mut writer = Writer {
        module,
        types: u32::try_from(module.types.len()).unwrap_or(u32::MAX),
        changes,
        added,
        heads,
        globals: module.globals,
        marks,
        code: CodeSection::new(),
        counts: Counts::default(),
    };
    writer.changes.looks = marks.is_some().then(|| writer.import(Head::Sched));
    let mut out = wasm_encoder::Module::new();
    let parser = wasmparser::Parser::new(0);
    writer.parse_core_module(&mut out, parser, module.bytes).map_err(|e| RewriteError::Encode(e.to_string()))?;
    let counts = Counts { heads: writer.heads.len(), ..writer.counts };
    Ok(Rewritten { bytes: out.finish(), counts, refused: None })
}

/// What a host needs to mark goroutines, told by constants that the module exports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    /// Address of `runtime.m0`.
    pub(crate) m0: u32,
    /// The 27 of Go 1.27.
    pub(crate) release: u32,
}

impl Marks {
    fn constants(self) -> [(&'static str, u32); 2] {
        [(EXPORT_M0, self.m0), (EXPORT_RELEASE, self.release)]
    }
}

/// An import that the module gets.
struct Added {
    name: &'static str,
    params: &'static [ValType],
    results: &'static [ValType],
}

struct Writer<'a> {
    module: &'a Module<'a>,
    /// How many types the module has.
    types: u32,
    changes: Changes,
    /// What it imports besides: function indices from those of its own imports on.
    added: Vec<Added>,
    heads: Heads,
    /// How many globals the module has.
    globals: u32,
    marks: Option<Marks>,
    /// The bodies, written before their place has come: what is told of them stands first in a module.
    code: CodeSection,
    counts: Counts,
}

type Written<T> = Result<T, Error>;

impl Writer<'_> {
    /// Writes the bodies, and what is told of their branches.
    fn write_bodies(&mut self) -> Written<BranchHints> {
        let mut hints = BranchHints::new();
        for (ordinal, range) in (0..).zip(&self.module.bodies) {
            let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
            let bytes = self.module.bytes.get(place(range.start)..place(range.end)).unwrap_or_default();
            let body = FunctionBody::new(BinaryReader::new(bytes, range.start));
            let head = self.heads.of(ordinal).map(|head| (head, self.import(head)));
            let parameters = parameters(self.module, ordinal);
            let (bytes, unlikely) = body::write(&body, parameters, head, &self.changes, &mut self.counts)?;
            self.code.raw(&bytes);
            if !unlikely.is_empty() {
                self.counts.hints = self.counts.hints.saturating_add(unlikely.len());
                let index = self.changes.function(self.changes.imported.saturating_add(ordinal));
                hints.function_hints(index, unlikely);
            }
        }
        Ok(hints)
    }

    fn import(&self, head: Head) -> u32 {
        let name = match head {
            Head::Direct(_) => heads::DIRECT,
            Head::Sched => heads::SCHED,
        };
        let place = self.added.iter().zip(self.changes.imported..).find(|(added, _)| added.name == name);
        place.map_or(self.changes.imported, |(_, index)| index)
    }
}

/// Whether a custom section counts bytes of the code section, and is wrong once that is written anew.
pub(crate) fn counts_code(name: &str) -> bool {
    name.starts_with(".debug_") || name.starts_with("metadata.code.") || name == "sourceMappingURL"
}

/// The parameters of a defined function.
pub(crate) fn parameters<'a>(module: &'a Module<'_>, ordinal: u32) -> &'a [wasmparser::ValType] {
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let ty = module.functions.get(index(ordinal)).and_then(|ty| module.types.get(index(*ty)));
    ty.and_then(Option::as_ref).map(FuncType::params).unwrap_or_default()
}

impl Reencode for Writer<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Written<u32> {
        Ok(self.changes.function(index))
    }

    fn parse_type_section(&mut self, types: &mut TypeSection, section: TypeSectionReader<'_>) -> Written<()> {
        utils::parse_type_section(self, types, section)?;
        for added in &self.added {
            types.ty().function(added.params.iter().copied(), added.results.iter().copied());
        }
        Ok(())
    }

    fn parse_import_section(&mut self, imports: &mut ImportSection, section: ImportSectionReader<'_>) -> Written<()> {
        utils::parse_import_section(self, imports, section)?;
        for (added, ty) in self.added.iter().zip(self.types..) {
            imports.import(MODULE, added.name, EntityType::Function(ty));
        }
        Ok(())
    }

    fn parse_global_section(&mut self, globals: &mut GlobalSection, section: GlobalSectionReader<'_>) -> Written<()> {
        utils::parse_global_section(self, globals, section)?;
        for (_, value) in self.marks.map(Marks::constants).into_iter().flatten() {
            let ty = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
            globals.global(ty, &ConstExpr::i32_const(value.cast_signed()));
        }
        Ok(())
    }

    fn parse_export_section(&mut self, exports: &mut ExportSection, section: ExportSectionReader<'_>) -> Written<()> {
        utils::parse_export_section(self, exports, section)?;
        let constants = self.marks.map(Marks::constants).into_iter().flatten();
        let registers = self.marks.map(|_| [(EXPORT_SP, GLOBAL_SP), (EXPORT_G, GLOBAL_G)]).into_iter().flatten();
        for (name, index) in constants.map(|(name, _)| name).zip(self.globals..).chain(registers) {
            exports.export(name, ExportKind::Global, index);
        }
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Written<()> {
        if before == Some(SectionId::Code) {
            let hints = self.write_bodies()?;
            if !hints.is_empty() {
                module.section(&hints);
            }
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, _: CodeSectionReader<'_>) -> Written<()> {
        *code = std::mem::take(&mut self.code);
        Ok(())
    }

    /// Leaves out what counts bytes of the code section.
    fn parse_custom_section(
        &mut self,
        module: &mut wasm_encoder::Module,
        section: CustomSectionReader<'_>,
    ) -> Written<()> {
        if counts_code(section.name()) {
            return Ok(());
        }
        utils::parse_custom_section(self, module, section)
    }
}
