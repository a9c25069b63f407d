//! Goroutines read from a program's memory are what the program's own `runtime.Stack` says.

use std::process::Command;

use gopherix_golang::goroutines::{self, Dump};
use gopherix_golang::image::Image;
use gopherix_golang::module::Module;
use gopherix_golang::pclntab::Pclntab;
use gopherix_golang::program::Program;

use crate::toolchain;

/// Everything known of a binary.
pub(crate) fn program(bytes: &[u8]) -> Program {
    let module = Module::parse(bytes).expect("a module");
    let image = Image::new(&module).expect("an image");
    let functions = u32::try_from(module.functions.len()).expect("a count");
    let table = Pclntab::find(&image, functions).expect("a function table");
    Program::read(&module, &image, table).expect("a known release")
}

/// What the program says of its goroutines, and its memory.
pub(crate) fn run(build: &toolchain::Build) -> (String, Vec<u8>) {
    let result = Command::new(toolchain::wasmtime()).arg("run").arg(&build.path).output().expect("start wasmtime");
    toolchain::assert_success(&result, "stacks");
    let (length, rest) = result.stdout.split_first_chunk().expect("a length");
    let length = usize::try_from(u64::from_le_bytes(*length)).expect("a length");
    let (text, memory) = rest.split_at(length);
    (String::from_utf8(text.to_vec()).expect("UTF-8"), memory.to_vec())
}

/// One goroutine a string, without the one that took the traceback, and with arguments left out.
fn sections(text: &str) -> Vec<String> {
    let line = |line: &str| match line.rsplit_once('(') {
        Some((function, arguments)) if !line.starts_with(['\t', 'g']) && arguments != ")" => {
            format!("{function}(...)\n")
        }
        _ => format!("{line}\n"),
    };
    let sections = text.trim_end().split("\n\n").filter(|section| !section.contains(" [running]"));
    sections.map(|section| section.lines().map(line).collect()).collect()
}

#[test]
fn goroutines_are_those_that_the_program_itself_sees() {
    for (output, flags) in [("stacks.wasm", &[][..]), ("stacks-stripped.wasm", &["-ldflags=-s -w"][..])] {
        let build = toolchain::build("stacks", output, "wasip1", flags);
        let program = program(&build.bytes);
        let (theirs, memory) = run(&build);
        let dump = Dump::new(&program, &memory[..], None, None);
        let mut ours = String::new();
        dump.write_all(&mut ours).expect("a string");
        let (ours, theirs) = (sections(&ours), sections(&theirs));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(ours.len(), theirs.len());
        assert_eq!(ours.len(), 16, "one for each that the program starts");
        let all = goroutines::all(&program, &memory[..]);
        assert!(all.iter().filter(|goroutine| goroutine.status.is_running()).count() == 1);
        assert!(all.len() > ours.len() + 1, "the runtime's own goroutines are listed, not printed");
    }
}
