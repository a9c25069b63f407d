//! Looks at a flag in any module, so that it can be interrupted anywhere without checks of the engine's.
//!
//! The flag is in a memory of its own, which no code of the module's can reach. A host sets it from any thread, and clears it when
//! [`LOOK`] is called. Every loop looks ([`body`]), and so do some functions when they are entered ([`places`]): whatever a
//! module does, it looks again soon. As in Go's loops ([`crate::loops`]), what is needed after the call is put into memory
//! before it ([`needed`]), so that nothing outlives a call in a loop that makes none of its own.
//!
//! Go programs have cheaper ways; this is for all others.

mod body;
mod needed;
mod places;

use gopherix_golang::module::Module;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BranchHints, CodeSection, EntityType, ExportKind, ExportSection, ImportSection, MemorySection, MemoryType,
    SectionId, TypeSection,
};
use wasmparser::{
    BinaryReader, CodeSectionReader, CustomSectionReader, ExportSectionReader, FunctionBody, ImportSectionReader,
    MemorySectionReader, Operator, TypeSectionReader,
};

use self::body::Look;
use self::places::Calls;
use crate::{MODULE, RewriteError, writer};

/// Name of the import that is called if the flag is set. Type () -> ().
pub const LOOK: &str = "look";
/// Name of the exported memory that has the flag, at [`crate::loops::FLAG`].
pub const EXPORT_FLAG: &str = "gopherix.flag";

/// Writes a module anew, so that it looks at the flag.
///
/// # Errors
/// [`RewriteError`] for what is no module with code, or exports names that are kept for this.
pub fn interruptible(bytes: &[u8]) -> Result<Vec<u8>, RewriteError> {
    let module = Module::parse(bytes)?;
    crate::check_names(&module)?;
    if module.bodies.is_empty() {
        return Err(RewriteError::Shape("it has no code"));
    }
    let calls = (0u32..).zip(&module.bodies).map(|(ordinal, _)| calls(&module, ordinal));
    let calls = calls.collect::<Result<Vec<_>, _>>().map_err(|e| RewriteError::Encode(e.to_string()))?;
    let look = Look { import: module.imported_functions, memory: count(module.memories.len()) };
    let written = Written::default();
    let mut writer =
        Writer { module: &module, look, enters: places::looking(&calls), code: CodeSection::new(), written };
    let mut out = wasm_encoder::Module::new();
    let parser = wasmparser::Parser::new(0);
    writer.parse_core_module(&mut out, parser, bytes).map_err(|e| RewriteError::Encode(e.to_string()))?;
    Ok(out.finish())
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A function's body in the module.
fn body_of<'a>(module: &Module<'a>, ordinal: u32) -> FunctionBody<'a> {
    let start = usize::try_from(ordinal).ok().and_then(|at| module.bodies.get(at)).map_or(0, |range| range.start);
    FunctionBody::new(BinaryReader::new(module.body(ordinal).unwrap_or_default(), start))
}

/// What a function calls.
fn calls(module: &Module<'_>, ordinal: u32) -> Result<Calls, wasmparser::BinaryReaderError> {
    let mut calls = Calls::default();
    for op in body_of(module, ordinal).get_operators_reader()? {
        calls.length = calls.length.saturating_add(1);
        match op? {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                calls.direct.extend(function_index.checked_sub(module.imported_functions));
            }
            Operator::CallIndirect { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::ReturnCallRef { .. } => calls.indirect = true,
            _ => {}
        }
    }
    Ok(calls)
}

/// Which of the sections that are added to have been written.
#[derive(Default)]
struct Written {
    imports: bool,
    memories: bool,
    exports: bool,
}

struct Writer<'a> {
    module: &'a Module<'a>,
    look: Look,
    /// Which functions look when they are entered, by ordinal.
    enters: Vec<bool>,
    /// The bodies, written before their place has come: what is told of them stands first in a module.
    code: CodeSection,
    written: Written,
}

type Done<T> = Result<T, Error>;

impl Writer<'_> {
    fn write_bodies(&mut self) -> Done<BranchHints> {
        let mut hints = BranchHints::new();
        for (ordinal, enters) in (0u32..).zip(&self.enters) {
            let parameters = writer::parameters(self.module, ordinal);
            let (bytes, unlikely) = body::write(&body_of(self.module, ordinal), parameters, *enters, self.look)?;
            self.code.raw(&bytes);
            if !unlikely.is_empty() {
                hints.function_hints(self.look.import.saturating_add(ordinal).saturating_add(1), unlikely);
            }
        }
        Ok(hints)
    }

    fn add_import(&mut self, imports: &mut ImportSection) {
        // Its type stands behind all the others.
        imports.import(MODULE, LOOK, EntityType::Function(count(self.module.types.len())));
        self.written.imports = true;
    }

    fn add_memory(&mut self, memories: &mut MemorySection) {
        let one = MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None };
        memories.memory(one);
        self.written.memories = true;
    }

    fn add_export(&mut self, exports: &mut ExportSection) {
        exports.export(EXPORT_FLAG, ExportKind::Memory, self.look.memory);
        self.written.exports = true;
    }
}

impl Reencode for Writer<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Done<u32> {
        Ok(if index < self.look.import { index } else { index.saturating_add(1) })
    }

    fn parse_type_section(&mut self, types: &mut TypeSection, section: TypeSectionReader<'_>) -> Done<()> {
        utils::parse_type_section(self, types, section)?;
        types.ty().function([], []);
        Ok(())
    }

    fn parse_import_section(&mut self, imports: &mut ImportSection, section: ImportSectionReader<'_>) -> Done<()> {
        utils::parse_import_section(self, imports, section)?;
        self.add_import(imports);
        Ok(())
    }

    fn parse_memory_section(&mut self, memories: &mut MemorySection, section: MemorySectionReader<'_>) -> Done<()> {
        utils::parse_memory_section(self, memories, section)?;
        self.add_memory(memories);
        Ok(())
    }

    fn parse_export_section(&mut self, exports: &mut ExportSection, section: ExportSectionReader<'_>) -> Done<()> {
        utils::parse_export_section(self, exports, section)?;
        self.add_export(exports);
        Ok(())
    }

    /// Writes the sections that are added to and that the module lacks, and the hints.
    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Done<()> {
        let Some(place) = before.and_then(place) else { return Ok(()) };
        if place > IMPORTS && !self.written.imports {
            let mut imports = ImportSection::new();
            self.add_import(&mut imports);
            module.section(&imports);
        }
        if place > MEMORIES && !self.written.memories {
            let mut memories = MemorySection::new();
            self.add_memory(&mut memories);
            module.section(&memories);
        }
        if place > EXPORTS && !self.written.exports {
            let mut exports = ExportSection::new();
            self.add_export(&mut exports);
            module.section(&exports);
        }
        if before == Some(SectionId::Code) {
            let hints = self.write_bodies()?;
            if !hints.is_empty() {
                module.section(&hints);
            }
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, _: CodeSectionReader<'_>) -> Done<()> {
        *code = std::mem::take(&mut self.code);
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        module: &mut wasm_encoder::Module,
        section: CustomSectionReader<'_>,
    ) -> Done<()> {
        if writer::counts_code(section.name()) {
            return Ok(());
        }
        utils::parse_custom_section(self, module, section)
    }
}

const IMPORTS: usize = 1;
const MEMORIES: usize = 4;
const EXPORTS: usize = 7;

/// A section's place among the others; custom sections have none.
fn place(section: SectionId) -> Option<usize> {
    const ORDER: [SectionId; 13] = [
        SectionId::Type,
        SectionId::Import,
        SectionId::Function,
        SectionId::Table,
        SectionId::Memory,
        SectionId::Tag,
        SectionId::Global,
        SectionId::Export,
        SectionId::Start,
        SectionId::Element,
        SectionId::DataCount,
        SectionId::Code,
        SectionId::Data,
    ];
    ORDER.iter().position(|known| *known == section)
}

#[cfg(test)]
mod tests;
