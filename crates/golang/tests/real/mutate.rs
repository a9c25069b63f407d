//! Damaged copies of real binaries: no input makes the crate panic, loop or take memory out of proportion.

use gopherix_golang::goroutines::Dump;
use gopherix_golang::image::Image;
use gopherix_golang::inspect::Report;
use gopherix_golang::module::Module;
use gopherix_golang::pclntab::Pclntab;
use gopherix_golang::runtime::Runtime;
use gopherix_golang::stack::Registers;
use wasm_encoder as enc;

use crate::goroutines::{program, run};
use crate::toolchain;

/// A small generator with a fixed seed, so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).expect("64-bit").checked_rem(limit).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        const EDGES: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x0b, 0x41];
        if self.below(2) == 0 { EDGES[self.below(8)] } else { u8::try_from(self.below(256)).expect("a byte") }
    }

    /// One to six edits within `range`: single bytes, runs, copies from elsewhere.
    fn damage(&mut self, bytes: &mut [u8], range: std::ops::Range<usize>) {
        for _ in 0..=self.below(6) {
            let at = range.start + self.below(range.len());
            match self.below(4) {
                0 | 1 => bytes[at] = self.byte(),
                2 => {
                    let end = (at + 1 + self.below(16)).min(range.end);
                    let byte = self.byte();
                    bytes[at..end].fill(byte);
                }
                _ => {
                    let from = range.start + self.below(range.len());
                    let length = self.below(16).min(range.end - at.max(from));
                    bytes.copy_within(from..from + length, at);
                }
            }
        }
    }
}

/// Uses everything a reader of the binary may ask for. True if there was a function table.
fn exercise(bytes: &[u8], random: &mut Random) -> bool {
    let Ok(report) = Report::new(bytes) else { return false };
    assert!(report.groups.len() <= report.module.functions.len());
    let _ = report.toolchain.info.map(|info| info.to_string());
    if let Some(table) = &report.pclntab {
        lookups(table, random);
    }
    report.pclntab.is_some()
}

fn lookups(table: &Pclntab, random: &mut Random) {
    for _ in 0..8 {
        let ordinal = u32::try_from(random.below(table.len() + 1)).expect("an ordinal");
        if let Some(function) = table.by_ordinal(ordinal) {
            let block = u32::try_from(random.below(300)).expect("a block");
            let _ = (function.name(), function.position(block), function.frame_size(block), function.start_line());
        }
    }
}

/// The real program's function table and build information in one data segment of an otherwise small module.
fn compact() -> Vec<u8> {
    let original = Module::parse(&toolchain::wasip1_stripped().bytes).expect("a module");
    let image = Image::new(&original).expect("an image");
    let count = u32::try_from(original.functions.len()).expect("a count");
    let table = Pclntab::find(&image, count).expect("a function table");
    let sentinel = image.find(b"\x30\x77\xaf\x0c\x92\x74\x08\x02").next().expect("build information");
    let mut types = enc::TypeSection::new();
    types.ty().function([], []);
    let mut functions = enc::FunctionSection::new();
    let mut code = enc::CodeSection::new();
    for _ in 0..count {
        functions.function(0);
        let mut body = enc::Function::new([]);
        body.instruction(&enc::Instruction::End);
        code.function(&body);
    }
    let mut memories = enc::MemorySection::new();
    let limits = enc::MemoryType { minimum: 64, maximum: None, memory64: false, shared: false, page_size_log2: None };
    memories.memory(limits);
    let mut data = enc::DataSection::new();
    let info = image.copy(sentinel, 4096).expect("build information");
    data.active(0, &enc::ConstExpr::i32_const(4096), info);
    data.active(0, &enc::ConstExpr::i32_const(0x1_0000), table.bytes().iter().copied());
    data.active(0, &enc::ConstExpr::i32_const(0x10_0000), [1; 64]);
    let mut module = enc::Module::new();
    module.section(&types).section(&functions).section(&memories).section(&code).section(&data);
    module.finish()
}

fn position_of(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).expect("the needle")
}

#[test]
fn damaged_tables_never_panic() {
    let original = compact();
    let whole = Report::new(&original).expect("a module");
    assert!(whole.pclntab.is_some() && whole.toolchain.info.is_some(), "the undamaged module reads");
    let header = position_of(&original, b"\xf1\xff\xff\xff\0\0\x01\x08");
    let info = position_of(&original, b"\x30\x77\xaf\x0c\x92\x74\x08\x02");
    let functions = header
        + usize::try_from(u64::from_le_bytes(original[header + 64..][..8].try_into().expect("8"))).expect("an offset");
    let ranges = [
        header..header + 72,
        functions..functions + 512,
        functions..original.len(),
        header..original.len(),
        info..info + 1024,
        0..64,
        0..original.len(),
    ];
    let mut random = Random(0x5eed_0001);
    let mut bytes = original.clone();
    let mut read = 0;
    for round in 0..2000 {
        let range = ranges[round % ranges.len()].clone();
        random.damage(&mut bytes, range.clone());
        read += usize::from(exercise(&bytes, &mut random));
        bytes[range.clone()].copy_from_slice(&original[range]);
    }
    assert!(read > 200, "most damage must leave a table to look into: {read}");
}

#[test]
fn damaged_and_truncated_modules_never_panic() {
    let original = &toolchain::wasip1().bytes;
    let mut random = Random(0x5eed_0002);
    let mut bytes = original.clone();
    // Section headers, types, imports and the first functions are at the start; name section and producers at the end.
    for round in 0..60 {
        let range = match round % 3 {
            0 => 0..2048,
            1 => original.len() - 50_000..original.len(),
            _ => 0..original.len(),
        };
        random.damage(&mut bytes, range.clone());
        exercise(&bytes, &mut random);
        bytes[range.clone()].copy_from_slice(&original[range]);
    }
    for _ in 0..60 {
        let end = random.below(original.len());
        assert!(Report::new(&original[..end]).is_err() || end > original.len() - 60_000);
    }
}

/// The code that is looked at, and the module data: whatever they become, they are read or refused.
#[test]
fn damaged_runtimes_never_panic() {
    let original = &toolchain::wasip1_stripped().bytes;
    let module = Module::parse(original).expect("a module");
    let whole = program(original);
    let functions = ["rt0_go", "systemstack", "morestack", "main", "gopanic", "execute", "allgadd"];
    let bodies = functions.map(|name| {
        let ordinal = whole.table().by_name(&format!("runtime.{name}")).expect("a function").ordinal();
        let range = &module.bodies[usize::try_from(ordinal).expect("an index")];
        usize::try_from(range.start).expect("start")..usize::try_from(range.end).expect("end")
    });
    let image = Image::new(&module).expect("an image");
    let mut random = Random(0x5eed_0003);
    let mut bytes = original.clone();
    let (mut read, mut refused) = (0, 0);
    for round in 0..300 {
        let range = bodies[round % bodies.len()].clone();
        random.damage(&mut bytes, range.clone());
        // The data is as it was: only the code is read anew.
        let damaged = Module { bytes: &bytes, ..module.clone() };
        match Runtime::read(&damaged, &image, whole.table()) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
        bytes[range.clone()].copy_from_slice(&original[range]);
    }
    assert!(read > 10 && refused > 10, "{read} read, {refused} refused");
}

#[test]
fn damaged_memories_never_panic() {
    let build = toolchain::build("stacks", "stacks-damaged.wasm", "wasip1", &[]);
    let program = program(&build.bytes);
    let (_, original) = run(&build);
    let runtime = program.runtime();
    let at = |address: u64| usize::try_from(address).expect("an index");
    let word = |address: u64| u64::from_le_bytes(original[at(address)..][..8].try_into().expect("8 bytes"));
    let size = at(runtime.layout.g.size);
    // The list of goroutines, the first goroutine's structure and stack, the thread.
    let first = at(word(word(runtime.allgs)));
    let stack = at(word(word(word(runtime.allgs))))..at(word(word(word(runtime.allgs)) + 8));
    let list = at(word(runtime.allgs));
    let ranges = [
        at(runtime.allgs)..at(runtime.allgs) + 24,
        list..list + 160,
        first..first + size,
        stack,
        at(runtime.m0)..at(runtime.m0) + 256,
        at(runtime.g0)..at(runtime.g0) + size,
    ];
    let mut random = Random(0x5eed_0004);
    let mut memory = original.clone();
    let mut printed = 0;
    for round in 0..300 {
        let range = ranges[round % ranges.len()].clone();
        random.damage(&mut memory, range.clone());
        let native = [0, 1, 2].map(|_| u32::try_from(random.below(program.table().len())).expect("an ordinal"));
        let sp = u64::try_from(random.below(original.len())).expect("an address");
        let g = if round % 2 == 0 { runtime.g0 } else { word(word(runtime.allgs)) };
        let registers = Registers { sp, g, native: &native };
        let dump = Dump { program: &program, memory: &memory[..], registers: Some(registers), now: Some(i64::MAX) };
        let mut text = String::new();
        dump.write_all(&mut text).expect("a string");
        printed += usize::from(text.contains("goroutine "));
        memory[range.clone()].copy_from_slice(&original[range]);
    }
    assert!(printed > 100, "{printed}");
}
