//! Stacks of running guests: memory made by hand around a real program's function table, and a real memory.

use gopherix_golang::goroutines::{self, Dump};
use gopherix_golang::program::Program;
use gopherix_golang::stack::{self, Registers, Walk};
use gopherix_golang::work;

use crate::goroutines::{program, run};
use crate::toolchain;

const STACK: u64 = 0x1_0000;
const USER_STACK: u64 = 0x1_8000;
const USER: u64 = 0x1_f000;

/// A memory of two stacks, `g0`, `m0` and one user goroutine.
struct Guest {
    program: Program,
    bytes: Vec<u8>,
}

impl Guest {
    fn new() -> Self {
        let program = program(&toolchain::wasip1_stripped().bytes);
        let mut guest = Self { program, bytes: vec![0; 0x40_0000] };
        let (runtime, layout) = (*guest.program.runtime(), guest.program.runtime().layout);
        guest.put(runtime.m0 + layout.m.g0, runtime.g0);
        guest.put(runtime.m0 + layout.m.curg, USER);
        guest.put(runtime.g0 + layout.g.m, runtime.m0);
        guest.put(USER + layout.g.m, runtime.m0);
        guest.put(USER + layout.g.stack_lo, USER_STACK);
        guest.put(USER + layout.g.stack_hi, USER_STACK + 0x4000);
        guest
    }

    fn put(&mut self, address: u64, value: u64) {
        let at = usize::try_from(address).expect("an index");
        self.bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }

    fn ordinal(&self, name: &str) -> u32 {
        self.program.table().by_name(name).unwrap_or_else(|| panic!("{name}")).ordinal()
    }

    /// A PC of the function at which its frame is on the stack.
    fn inside(&self, name: &str) -> u64 {
        let function = self.program.table().by_name(name).unwrap_or_else(|| panic!("{name}"));
        let full = function.largest_frame();
        let block = (1..1000).find(|&block| function.frame_size(block) == Some(full)).expect("a block in the body");
        function.entry() + u64::from(block)
    }

    /// Writes the return PCs of `callers`, innermost first, for a frame whose return PC is at `slot`.
    fn call_chain(&mut self, mut slot: u64, callers: &[&str]) {
        for name in callers {
            let pc = self.inside(name);
            self.put(slot, pc);
            slot += 8 + u64::from(self.program.table().by_pc(pc).expect("a function").largest_frame());
        }
    }

    fn running(&self, sp: u64, g: u64, native: &[&str]) -> Walk {
        let native: Vec<u32> = native.iter().map(|name| self.ordinal(name)).collect();
        stack::running(&self.program, &self.bytes[..], &Registers { sp, g, native: &native })
    }

    fn names(&self, walk: &Walk) -> Vec<String> {
        let name = |pc| self.program.table().by_pc(pc).expect("a function").name().into_owned();
        walk.frames.iter().map(|frame| name(frame.pc)).collect()
    }
}

#[test]
fn leaf_before_and_after_its_prologue() {
    let mut guest = Guest::new();
    let sp = USER_STACK + 0x2000;
    let expected = ["runtime.gcStart", "runtime.mallocgc", "runtime.main", "runtime.goexit"];
    let frame = u64::from(guest.program.table().by_name(expected[0]).expect("the leaf").largest_frame());
    assert!(frame > 0);
    guest.call_chain(sp, &expected[1..]);
    for sp in [sp, sp - frame] {
        let walk = guest.running(sp, USER, &expected[..2]);
        assert_eq!(guest.names(&walk), expected);
        assert!(walk.complete && walk.frames[0].function_only && !walk.frames[1].function_only);
    }
    // Elsewhere nothing fits; wasm's stack contradicts; the stack's bounds are crossed.
    for (sp, native) in
        [(sp + 8, &expected[..2]), (sp, &["runtime.gcStart", "runtime.schedule"]), (0x100, &expected[..2])]
    {
        let walk = guest.running(sp, USER, native);
        assert_eq!((guest.names(&walk), walk.complete), (vec![expected[0].to_owned()], false));
    }
}

#[test]
fn leaf_that_assembly_calls_without_a_return_pc() {
    let mut guest = Guest::new();
    let sp = USER_STACK + 0x2000;
    let has_no_frame = |name: &&str| {
        let function = guest.program.table().by_name(name);
        function.is_some_and(|function| function.largest_frame() == 0)
    };
    let leaf = ["runtime.procyield", "runtime.memequal", "runtime.asminit"].into_iter().find(has_no_frame);
    let expected = [leaf.expect("such a function"), "runtime.asminit", "runtime.main", "runtime.goexit"];
    guest.call_chain(sp, &expected[2..]);
    let walk = guest.running(sp, USER, &expected[..3]);
    assert_eq!(guest.names(&walk), expected);
    assert!(walk.complete && walk.frames[1].function_only && !walk.frames[2].function_only);
}

#[test]
fn from_the_schedulers_stack_to_the_users() {
    let mut guest = Guest::new();
    let layout = guest.program.runtime().layout;
    let g0 = guest.program.runtime().g0;
    guest.call_chain(STACK + 0x1000, &["runtime.mallocgc", "runtime.systemstack"]);
    let (user_sp, user_pc) = (USER_STACK + 0x1000, guest.inside("runtime.newproc"));
    guest.put(USER + layout.g.sched_sp, user_sp);
    guest.put(USER + layout.g.sched_pc, user_pc);
    let frame = u64::from(guest.program.table().by_pc(user_pc).expect("a function").largest_frame());
    guest.call_chain(user_sp + frame, &["runtime.main", "runtime.goexit"]);
    let scheduler = ["runtime.gcStart", "runtime.mallocgc", "runtime.systemstack"];
    let user = ["runtime.newproc", "runtime.main", "runtime.goexit"];
    let walk = guest.running(STACK + 0x1000, g0, &scheduler);
    assert_eq!(guest.names(&walk), [scheduler, user].concat());
    assert!(walk.complete);
    // The scheduler works for nobody.
    guest.put(guest.program.runtime().m0 + layout.m.curg, 0);
    assert_eq!(guest.names(&guest.running(STACK + 0x1000, g0, &scheduler)), scheduler);
}

#[test]
fn stacks_that_lead_nowhere_end() {
    let mut guest = Guest::new();
    let layout = guest.program.runtime().layout;
    let pc = guest.program.table().by_name("runtime.gopark").expect("a function").entry();
    guest.put(USER + layout.g.sched_pc, pc);
    // Every word a return PC of a function without a frame yet: the walk goes up to the end of the stack.
    guest.put(USER + layout.g.sched_sp, USER_STACK);
    for slot in (USER_STACK..USER_STACK + 0x4000).step_by(8) {
        guest.put(slot, pc);
    }
    let walk = stack::parked(&guest.program, &guest.bytes[..], USER);
    assert_eq!((walk.frames.len(), walk.complete), (0x4000 / 8 + 1, false));
    for sp in [0, 7, USER_STACK - 8, USER_STACK + 0x4000, u64::MAX - 4] {
        guest.put(USER + layout.g.sched_sp, sp);
        let walk = stack::parked(&guest.program, &guest.bytes[..], USER);
        assert!(walk.frames.len() <= 1 && !walk.complete, "{sp:#x}");
    }
    for address in [0, u64::MAX, u64::MAX - 100, 0x40_0000 - 8] {
        assert!(stack::parked(&guest.program, &guest.bytes[..], address).frames.is_empty());
        let walk =
            stack::running(&guest.program, &guest.bytes[..], &Registers { sp: address, g: address, native: &[0] });
        assert!(!walk.complete);
    }
}

/// A list of goroutines as long as they come, which are all the same, with a stack as deep as it gets.
#[test]
fn many_immense_stacks_cost_little_more_than_one() {
    const LIST: u64 = 0x40_0000;
    const DEEP: u64 = 0x100_0000;
    const END: u64 = 0x400_0000;
    let mut guest = Guest::new();
    guest.bytes.resize(usize::try_from(END).expect("a size"), 0);
    let (runtime, layout) = (*guest.program.runtime(), guest.program.runtime().layout.g);
    let count = u64::try_from(goroutines::MAX_GOROUTINES).expect("a count");
    guest.put(runtime.allgs, LIST);
    guest.put(runtime.allgs + 8, count);
    for place in (LIST..).step_by(8).take(goroutines::MAX_GOROUTINES) {
        guest.put(place, USER);
    }
    let pc = guest.inside("runtime.gopanic");
    for place in (DEEP..END).step_by(8) {
        guest.put(place, pc);
    }
    let fields = [
        (layout.stack_lo, DEEP),
        (layout.stack_hi, END),
        (layout.sched_sp, DEEP),
        (layout.sched_pc, pc),
        (layout.atomicstatus, 4),
        (layout.goid, 7),
    ];
    for (field, value) in fields {
        guest.put(USER + field, value);
    }
    let before = work::done();
    let dump = Dump::new(&guest.program, &guest.bytes[..], None, None);
    let mut text = String::new();
    dump.write_all(&mut text).expect("a string");
    let steps = work::done() - before;
    assert!(text.contains(" frames elided...\n") && text.contains(" goroutines elided...\n"), "{text}");
    assert!(steps < 1 << 29, "{steps}");
}

/// The program writes its memory from `main.write`, so at some SP within its stack the walk must find just that.
#[test]
fn running_goroutine_in_a_real_memory() {
    let build = toolchain::build("stacks", "stacks-running.wasm", "wasip1", &[]);
    let program = program(&build.bytes);
    let (_, memory) = run(&build);
    let all = goroutines::all(&program, &memory[..]);
    let main = all.iter().find(|goroutine| goroutine.status.is_running()).expect("the main goroutine");
    let layout = &program.runtime().layout.g;
    let word = |address: u64| {
        let at = usize::try_from(address).expect("an index");
        u64::from_le_bytes(memory[at..at + 8].try_into().expect("8 bytes"))
    };
    let native = ["syscall.fd_write", "syscall.Write", "main.write", "main.main"];
    let native = native.map(|name| program.table().by_name(name).unwrap_or_else(|| panic!("{name}")).ordinal());
    let stack = word(main.address + layout.stack_lo)..word(main.address + layout.stack_hi);
    let registers = |sp| Registers { sp, g: main.address, native: &native };
    let found = stack.step_by(8).find(|&sp| main.stack(&program, &memory[..], Some(&registers(sp))).complete);
    let registers = registers(found.expect("an SP that fits"));
    let dump = Dump::new(&program, &memory[..], Some(registers), None);
    let mut text = String::new();
    dump.write_goroutine(&mut text, main).expect("a string");
    let functions: Vec<&str> = text.lines().filter(|line| !line.starts_with('\t')).collect();
    let expected =
        ["goroutine 1 [running]:", "syscall.fd_write()", "syscall.Write(...)", "main.write(...)", "main.main()"];
    assert_eq!(functions, expected, "{text}");
    // It was called from one of the four lines of main that write.
    let source = include_str!("../fixtures/stacks/main.go");
    let lines = source.lines().zip(1..).filter(|(line, _)| line.starts_with("\twrite("));
    let caller = lines.map(|(_, number)| format!("main.go:{number} +")).find(|place| text.contains(place));
    assert!(caller.is_some(), "{text}");
}
