//! The runtime's structures: what the table says is what the toolchain's own sources say, and real binaries agree with it.

use std::collections::BTreeMap;
use std::process::Command;

use gopherix_golang::image::Image;
use gopherix_golang::layout;
use gopherix_golang::module::Module;
use gopherix_golang::pclntab::Pclntab;
use gopherix_golang::release;
use gopherix_golang::runtime::{Runtime, RuntimeError};

use crate::toolchain;

fn read(bytes: &[u8]) -> Result<Runtime, RuntimeError> {
    let module = Module::parse(bytes).expect("a module");
    let image = Image::new(&module).expect("an image");
    let functions = u32::try_from(module.functions.len()).expect("a count");
    let table = Pclntab::find(&image, functions).expect("a function table");
    Runtime::read(&module, &image, &table)
}

/// Offsets by structure and field, computed from the runtime's sources by Go's type checker.
fn offsets() -> BTreeMap<String, u64> {
    let helper = toolchain::build("layout", "layout", "", &[]);
    let result = Command::new(&helper.path).env("GOROOT", toolchain::goroot()).output().expect("start the helper");
    toolchain::assert_success(&result, "layout");
    let text = String::from_utf8(result.stdout).expect("UTF-8");
    let lines = text.lines().map(|line| line.rsplit_once(' ').expect("a field and an offset"));
    lines.map(|(field, offset)| (field.to_owned(), offset.parse().expect("a number"))).collect()
}

#[test]
fn layout_is_that_of_the_toolchains_sources() {
    let layout = release::minor(&toolchain::version()).and_then(layout::of_minor).expect("a known release");
    let offsets = offsets();
    let at = |field: &str| *offsets.get(field).unwrap_or_else(|| panic!("{field}"));
    let (g, m, panic, data) = (layout.g, layout.m, layout.panic, layout.moduledata);
    assert_eq!([g.stack_lo, g.stack_hi], [at("g stack") + at("stack lo"), at("g stack") + at("stack hi")]);
    assert_eq!([g.sched_sp, g.sched_pc], [at("g sched") + at("gobuf sp"), at("g sched") + at("gobuf pc")]);
    let bubble = offsets.get("g bubble").or(offsets.get("g syncGroup")).copied();
    assert_eq!(g.bubble, bubble);
    assert_eq!(layout.bubble_id, offsets.get("synctestBubble id").copied());
    for (ours, field) in [
        (g.stackguard0, "g stackguard0"),
        (g.panic, "g _panic"),
        (g.m, "g m"),
        (g.syscallsp, "g syscallsp"),
        (g.syscallpc, "g syscallpc"),
        (g.atomicstatus, "g atomicstatus"),
        (g.goid, "g goid"),
        (g.waitsince, "g waitsince"),
        (g.waitreason, "g waitreason"),
        (g.preempt, "g preempt"),
        (g.throwsplit, "g throwsplit"),
        (g.lockedm, "g lockedm"),
        (g.parent_goid, "g parentGoid"),
        (g.gopc, "g gopc"),
        (g.startpc, "g startpc"),
        (g.labels, "g labels"),
        (g.size, "g size"),
        (m.g0, "m g0"),
        (m.gsignal, "m gsignal"),
        (m.curg, "m curg"),
        (m.p, "m p"),
        (m.id, "m id"),
        (m.throwing, "m throwing"),
        (m.locks, "m locks"),
        (m.dying, "m dying"),
        (m.profilehz, "m profilehz"),
        (panic.arg, "_panic arg"),
        (panic.link, "_panic link"),
        (panic.recovered, "_panic recovered"),
        (panic.goexit, "_panic goexit"),
        (data.pc_header, "moduledata pcHeader"),
        (data.funcnametab, "moduledata funcnametab"),
        (data.cutab, "moduledata cutab"),
        (data.filetab, "moduledata filetab"),
        (data.pctab, "moduledata pctab"),
        (data.pclntable, "moduledata pclntable"),
        (data.minpc, "moduledata minpc"),
        (data.gofunc, "moduledata gofunc"),
    ] {
        assert_eq!(ours, at(field), "{field}");
    }
}

#[test]
fn runtimes_of_both_ports_stripped_or_not_agree_with_the_table() {
    for (plain, stripped) in
        [(toolchain::wasip1(), toolchain::wasip1_stripped()), (toolchain::js(), toolchain::js_stripped())]
    {
        // The recorded linker flags differ, and with them all addresses behind them.
        for build in [plain, stripped] {
            let runtime = read(&build.bytes).expect("a runtime");
            assert_eq!(Some(runtime.release.minor), release::minor(&toolchain::version()));
            assert_ne!(runtime.m0, runtime.g0);
            for address in [runtime.m0, runtime.g0, runtime.allgs, runtime.moduledata, runtime.gofunc] {
                assert!(address.is_multiple_of(8) && address > 0x1000 && address < 0x100_0000, "{address:#x}");
            }
        }
    }
}

/// Changes the one instruction that loads `m.curg` in a copy of the binary.
#[test]
fn code_that_disagrees_with_the_table_is_refused() {
    let build = toolchain::wasip1_stripped();
    let curg = read(&build.bytes).expect("a runtime").layout.m.curg;
    let module = Module::parse(&build.bytes).expect("a module");
    let image = Image::new(&module).expect("an image");
    let functions = u32::try_from(module.functions.len()).expect("a count");
    let table = Pclntab::find(&image, functions).expect("a function table");
    let ordinal = table.by_name("runtime.systemstack").expect("systemstack").ordinal();
    let range = &module.bodies[usize::try_from(ordinal).expect("an index")];
    let range = usize::try_from(range.start).expect("start")..usize::try_from(range.end).expect("end");
    // i64.load, alignment 2^3, offset as LEB128 of two bytes.
    let load =
        [0x29, 3, 0x80 | u8::try_from(curg & 0x7f).expect("seven bits"), u8::try_from(curg >> 7).expect("a byte")];
    let at = build.bytes[range.clone()].windows(4).position(|window| window == load).expect("the load");
    let mut bytes = build.bytes.clone();
    bytes[range.start + at + 2] ^= 8;
    assert_eq!(read(&bytes), Err(RuntimeError::Disagrees { function: "runtime.systemstack", what: "m.curg" }));
}
