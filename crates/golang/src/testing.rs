//! Small synthetic modules and function tables for the unit tests.

use wasm_encoder as enc;

/// A module with the given imports (one `(i32) -> i32` function each), `functions` empty functions, active data segments
/// and extra custom sections.
pub(crate) fn module(
    imports: &[(&str, &str)],
    functions: u32,
    data: &[(u32, &[u8])],
    customs: &[(&str, &[u8])],
) -> Vec<u8> {
    let mut types = enc::TypeSection::new();
    types.ty().function([enc::ValType::I32], [enc::ValType::I32]);
    types.ty().function([], []);
    let mut import_section = enc::ImportSection::new();
    for &(module, name) in imports {
        import_section.import(module, name, enc::EntityType::Function(0));
    }
    let mut function_section = enc::FunctionSection::new();
    let mut code = enc::CodeSection::new();
    for _ in 0..functions {
        function_section.function(1);
        let mut function = enc::Function::new([]);
        function.instruction(&enc::Instruction::End);
        code.function(&function);
    }
    let mut memories = enc::MemorySection::new();
    let memory = enc::MemoryType { minimum: 3, maximum: Some(9), memory64: false, shared: false, page_size_log2: None };
    memories.memory(memory);
    let mut globals = enc::GlobalSection::new();
    let global = enc::GlobalType { val_type: enc::ValType::I32, mutable: true, shared: false };
    globals.global(global, &enc::ConstExpr::i32_const(0));
    let mut exports = enc::ExportSection::new();
    exports.export("memory", enc::ExportKind::Memory, 0);
    let mut segments = enc::DataSection::new();
    for &(address, bytes) in data {
        segments.active(0, &enc::ConstExpr::i32_const(address.cast_signed()), bytes.iter().copied());
    }
    let mut module = enc::Module::new();
    module.section(&types).section(&import_section).section(&function_section).section(&memories).section(&globals);
    module.section(&exports).section(&code).section(&segments);
    for &(name, data) in customs {
        module.section(&enc::CustomSection { name: name.into(), data: data.into() });
    }
    module.finish()
}

/// The contents of a name section that names functions.
pub(crate) fn name_section(names: &[(u32, &str)]) -> Vec<u8> {
    let mut map = enc::NameMap::new();
    for &(index, name) in names {
        map.append(index, name);
    }
    let mut section = enc::NameSection::new();
    section.functions(&map);
    payload(&section)
}

/// The contents of a producers section saying `language`: `Go` `version`.
pub(crate) fn go_producers(version: &str) -> Vec<u8> {
    let mut field = enc::ProducersField::new();
    field.value("Go", version);
    let mut section = enc::ProducersSection::new();
    section.field("language", &field);
    payload(&section)
}

/// A custom section's contents: what follows size and name.
fn payload(section: &impl enc::Encode) -> Vec<u8> {
    let mut bytes = Vec::new();
    section.encode(&mut bytes);
    let mut reader = wasmparser::BinaryReader::new(&bytes, 0);
    reader.read_var_u32().unwrap();
    reader.read_string().unwrap();
    reader.read_bytes(reader.bytes_remaining()).unwrap().to_vec()
}

/// A synthetic function table.
pub(crate) struct Table {
    pub(crate) magic: u32,
    /// The first word of each function's row, and its name.
    pub(crate) rows: Vec<(u32, &'static str)>,
    /// The PC table that serves as pcsp, pcfile and pcln of every function.
    pub(crate) values: Vec<u8>,
}

impl Table {
    /// As Go 1.20 and later write it. Values: 0 for one block, 2 for two blocks, 1 for three.
    pub(crate) fn new(rows: &[(u32, &'static str)]) -> Self {
        Self { magic: 0xffff_fff1, rows: rows.to_vec(), values: vec![2, 1, 4, 2, 1, 3, 0] }
    }

    /// Its bytes: header, names, one compilation unit with three files, PC tables, functions.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut names = Vec::new();
        let mut name_offsets = Vec::new();
        for (_, name) in &self.rows {
            name_offsets.push(u32::try_from(names.len()).unwrap());
            names.extend(name.as_bytes());
            names.push(0);
        }
        let files = b"a.go\0b.go\0c.go\0".to_vec();
        let units: Vec<u8> = [0u32, 5, 10].iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let mut tables = vec![0];
        tables.extend(&self.values);
        let functions = self.functions(&name_offsets);
        let mut out = Vec::new();
        out.extend(self.magic.to_le_bytes());
        out.extend([0, 0, 1, 8]);
        let mut at = 72;
        let mut header = vec![self.rows.len(), 3, 0, at];
        for part in [&names, &units, &files, &tables] {
            at += part.len();
            header.push(at);
        }
        out.extend(header.iter().flat_map(|&word| u64::try_from(word).unwrap().to_le_bytes()));
        for part in [names, units, files, tables, functions] {
            out.extend(part);
        }
        out
    }

    fn functions(&self, name_offsets: &[u32]) -> Vec<u8> {
        let mut table = Vec::new();
        let mut records = Vec::new();
        let start = self.rows.len() * 8 + 4;
        for ((entry, _), name) in self.rows.iter().zip(name_offsets) {
            table.extend(entry.to_le_bytes());
            table.extend(u32::try_from(start + records.len()).unwrap().to_le_bytes());
            // entry, name, args, deferreturn, pcsp, pcfile, pcln, npcdata, unit, start line
            let mut words = vec![*entry, *name, 0, 0, 1, 1, 1, 0, 0, 7];
            if self.magic == 0xffff_fff0 {
                words.pop();
            }
            records.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            records.extend([0, 1, 0, 0]);
        }
        table.extend(0u32.to_le_bytes());
        table.extend(records);
        table
    }
}
