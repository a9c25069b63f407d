//! The kinds of damaged inputs.

use std::ops::Range;

use gopherix_golang::blocks::Blocks;
use gopherix_golang::goroutines::Dump;
use gopherix_golang::image::Image;
use gopherix_golang::inspect::Report;
use gopherix_golang::module::Module;
use gopherix_golang::pclntab::Pclntab;
use gopherix_golang::program::Program;
use gopherix_golang::runtime::Runtime;
use gopherix_golang::stack::Registers;
use wasm_encoder as enc;

use super::random::Random;
use crate::goroutines::{program, run};
use crate::toolchain;

/// Steps for each byte of a module that is read.
const STEPS_PER_BYTE: u64 = 64;
/// Steps of a dump in all its forms, whatever the memory: a million goroutines are listed, and what is walked and named of
/// them has bounds of its own.
const DUMP_STEPS: u64 = 1 << 29;

/// A kind of input.
pub(super) trait Input {
    /// Makes one, and reads all of it that can be. True if there was something to read.
    fn try_one(&mut self, random: &mut Random) -> bool;

    /// The steps that none may exceed.
    fn bound(&self) -> u64;
}

/// Bytes that are damaged, and as they are.
struct Damaged {
    original: Vec<u8>,
    bytes: Vec<u8>,
}

impl Damaged {
    fn new(original: Vec<u8>) -> Self {
        Self { bytes: original.clone(), original }
    }

    /// Damages `range` for as long as `look` takes.
    fn with<T>(&mut self, random: &mut Random, range: Range<usize>, look: impl FnOnce(&[u8], &mut Random) -> T) -> T {
        random.damage(&mut self.bytes, range.clone());
        let seen = look(&self.bytes, random);
        self.bytes[range.clone()].copy_from_slice(&self.original[range]);
        seen
    }

    fn bound(&self) -> u64 {
        STEPS_PER_BYTE * u64::try_from(self.original.len()).expect("a length")
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

/// Function tables in an otherwise small module.
pub(super) struct Tables {
    module: Damaged,
    ranges: [Range<usize>; 7],
}

impl Tables {
    pub(super) fn new() -> Self {
        let original = compact();
        let whole = Report::new(&original).expect("a module");
        assert!(whole.pclntab.is_some() && whole.toolchain.info.is_some(), "the undamaged module reads");
        let header = position_of(&original, b"\xf1\xff\xff\xff\0\0\x01\x08");
        let info = position_of(&original, b"\x30\x77\xaf\x0c\x92\x74\x08\x02");
        let offset = u64::from_le_bytes(original[header + 64..][..8].try_into().expect("8"));
        let functions = header + usize::try_from(offset).expect("an offset");
        let ranges = [
            header..header + 72,
            functions..functions + 512,
            functions..original.len(),
            header..original.len(),
            info..info + 1024,
            0..64,
            0..original.len(),
        ];
        Self { module: Damaged::new(original), ranges }
    }
}

impl Input for Tables {
    fn try_one(&mut self, random: &mut Random) -> bool {
        let range = random.pick(&self.ranges);
        self.module.with(random, range, exercise)
    }

    fn bound(&self) -> u64 {
        self.module.bound()
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

/// Whole modules, damaged or cut off.
pub(super) struct Modules(Damaged);

impl Modules {
    pub(super) fn new() -> Self {
        Self(Damaged::new(toolchain::wasip1().bytes.clone()))
    }
}

impl Input for Modules {
    fn try_one(&mut self, random: &mut Random) -> bool {
        let length = self.0.original.len();
        // Section headers, types, imports and the first functions are at the start; name section and producers at the end.
        let range = match random.below(4) {
            0 => 0..2048,
            1 => length - 50_000..length,
            2 => 0..length,
            _ => {
                let end = random.below(length);
                let cut = Report::new(&self.0.original[..end]);
                assert!(cut.is_err() || end > length - 60_000);
                return cut.is_ok();
            }
        };
        self.0.with(random, range, exercise)
    }

    fn bound(&self) -> u64 {
        self.0.bound()
    }
}

/// The code that is looked at for the runtime's layout: whatever it becomes, it is read or refused.
pub(super) struct Runtimes {
    damaged: Damaged,
    module: Module<'static>,
    image: Image<'static>,
    whole: Program,
    bodies: [Range<usize>; 7],
}

impl Runtimes {
    pub(super) fn new() -> Self {
        let original = &toolchain::wasip1_stripped().bytes;
        let module = Module::parse(original).expect("a module");
        let image = Image::new(&module).expect("an image");
        let whole = program(original);
        let functions = ["rt0_go", "systemstack", "morestack", "main", "gopanic", "execute", "allgadd"];
        let bodies = functions.map(|name| body(&module, &whole, &format!("runtime.{name}")));
        Self { damaged: Damaged::new(original.clone()), module, image, whole, bodies }
    }
}

impl Input for Runtimes {
    fn try_one(&mut self, random: &mut Random) -> bool {
        let range = random.pick(&self.bodies);
        self.damaged.with(random, range.clone(), |bytes, _| {
            let _ = Blocks::read(&bytes[range]);
            // The data is as it was: only the code is read anew.
            let damaged = Module { bytes, ..self.module.clone() };
            Runtime::read(&damaged, &self.image, self.whole.table()).is_ok()
        })
    }

    fn bound(&self) -> u64 {
        self.damaged.bound()
    }
}

/// Where the body of a function is in the module.
fn body(module: &Module<'_>, program: &Program, name: &str) -> Range<usize> {
    let ordinal = program.table().by_name(name).expect("a function").ordinal();
    let range = &module.bodies[usize::try_from(ordinal).expect("an index")];
    usize::try_from(range.start).expect("start")..usize::try_from(range.end).expect("end")
}

/// Memories of a program that is as it was.
pub(super) struct Memories {
    program: Program,
    memory: Damaged,
    /// The list of goroutines, the first goroutine's structure and stack, the thread.
    ranges: [Range<usize>; 6],
    goroutines: [u64; 2],
}

impl Memories {
    pub(super) fn new() -> Self {
        let (build, original) = stacks();
        let program = program(&build);
        let runtime = program.runtime();
        let at = |address: u64| usize::try_from(address).expect("an index");
        let word = |address: u64| u64::from_le_bytes(original[at(address)..][..8].try_into().expect("8 bytes"));
        let size = at(runtime.layout.g.size);
        let goroutine = word(word(runtime.allgs));
        let (list, first) = (at(word(runtime.allgs)), at(goroutine));
        let ranges = [
            at(runtime.allgs)..at(runtime.allgs) + 24,
            list..list + 160,
            first..first + size,
            at(word(goroutine))..at(word(goroutine + 8)),
            at(runtime.m0)..at(runtime.m0) + 256,
            at(runtime.g0)..at(runtime.g0) + size,
        ];
        let goroutines = [runtime.g0, goroutine];
        Self { memory: Damaged::new(original), program, ranges, goroutines }
    }

    /// Damages the memory and prints it. True if there was a goroutine.
    fn dump(&mut self, program: Option<&Program>, random: &mut Random) -> bool {
        let program = program.unwrap_or(&self.program);
        let native = [0, 1, 2].map(|_| u32::try_from(random.below(program.table().len())).expect("an ordinal"));
        let sp = u64::try_from(random.below(self.memory.original.len())).expect("an address");
        let g = random.pick(&self.goroutines);
        let range = random.pick(&self.ranges);
        self.memory.with(random, range, |memory, _| {
            let registers = Registers { sp, g, native: &native };
            let dump = Dump::new(program, memory, Some(registers), Some(i64::MAX));
            let mut text = String::new();
            dump.write_all(&mut text).expect("a string");
            let _ = (dump.is_dying(), dump.dies_of());
            for goroutine in dump.listed() {
                let _ = (dump.calls_of(&goroutine), dump.creator(&goroutine));
            }
            text.contains("goroutine ")
        })
    }
}

impl Input for Memories {
    fn try_one(&mut self, random: &mut Random) -> bool {
        self.dump(None, random)
    }

    fn bound(&self) -> u64 {
        DUMP_STEPS
    }
}

/// Both damaged: the program's tables, and a memory.
pub(super) struct Programs {
    module: Damaged,
    ranges: [Range<usize>; 3],
    memories: Memories,
}

impl Programs {
    pub(super) fn new() -> Self {
        let (original, _) = stacks();
        // The function table is in pieces, between which zeros are left out; from its header on there is only data.
        let header = position_of(&original, b"\xf1\xff\xff\xff");
        let end = position_of(&original, b"producers").max(header + 1) - 16;
        let ranges = [header..header + 64, header..end, end - (end - header) / 4..end];
        Self { module: Damaged::new(original), ranges, memories: Memories::new() }
    }
}

impl Input for Programs {
    fn try_one(&mut self, random: &mut Random) -> bool {
        let range = random.pick(&self.ranges);
        let read = self.module.with(random, range, |bytes, _| {
            let module = Module::parse(bytes).ok()?;
            let image = Image::new(&module).ok()?;
            let table = Pclntab::find(&image, u32::try_from(module.functions.len()).ok()?).ok()?;
            Program::read(&module, &image, table).ok()
        });
        read.is_some_and(|program| self.memories.dump(Some(&program), random))
    }

    fn bound(&self) -> u64 {
        self.module.bound() + DUMP_STEPS
    }
}

/// The program of `tests/fixtures/stacks`, and its memory.
fn stacks() -> (Vec<u8>, Vec<u8>) {
    static STACKS: std::sync::OnceLock<(Vec<u8>, Vec<u8>)> = std::sync::OnceLock::new();
    let made = STACKS.get_or_init(|| {
        let build = toolchain::build("stacks", "stacks-damaged.wasm", "wasip1", &[]);
        let (_, memory) = run(&build);
        (build.bytes, memory)
    });
    made.clone()
}
