//! What this crate reads agrees with the name section, `go version -m`, `debug/gosym` and the compiler's listing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use gopherix_golang::inspect::{Owner, Port, Report};
use gopherix_golang::pclntab::Pclntab;
use gopherix_golang::symbol;

use crate::toolchain::{self, Build};

fn report(build: &Build) -> Report<'_> {
    let report = Report::new(&build.bytes).expect("a module");
    assert_eq!(report.warnings, Vec::<String>::new(), "{}", build.path.display());
    report
}

fn table<'r>(report: &'r Report<'_>) -> &'r Pclntab {
    report.pclntab.as_ref().expect("a function table")
}

#[test]
fn every_function_has_the_name_sections_name() {
    for build in [toolchain::wasip1(), toolchain::js()] {
        let report = report(build);
        let module = &report.module;
        let table = table(&report);
        assert_eq!(table.len(), module.functions.len());
        assert_eq!(module.names.len(), module.functions.len());
        for &(index, name) in &module.names {
            let function = table.by_ordinal(index - module.imported_functions).expect("in the table");
            assert_eq!(symbol::name_section_form(&function.name()), name);
            assert_eq!(table.by_pc(function.entry() + 1).map(|found| found.ordinal()), Some(function.ordinal()));
        }
    }
}

#[test]
fn stripping_loses_names_but_nothing_that_is_read() {
    for (plain, stripped) in
        [(toolchain::wasip1(), toolchain::wasip1_stripped()), (toolchain::js(), toolchain::js_stripped())]
    {
        let (plain, stripped) = (report(plain), report(stripped));
        assert!(!plain.stripped && stripped.stripped);
        assert_eq!(plain.port, stripped.port);
        assert_eq!(plain.toolchain.version, stripped.toolchain.version);
        let names = |report: &Report<'_>| table(report).functions().map(|f| f.name().into_owned()).collect::<Vec<_>>();
        assert_eq!(names(&plain), names(&stripped));
        assert_eq!(plain.groups, stripped.groups);
        let setting = |report: &Report<'_>, key| {
            report.toolchain.info.as_ref().and_then(|info| info.setting(key)).map(str::to_owned)
        };
        assert_eq!(setting(&plain, "-ldflags"), None);
        assert_eq!(setting(&stripped, "-ldflags").as_deref(), Some("-s -w"));
    }
}

#[test]
fn report_of_both_ports() {
    for (build, port, import) in
        [(toolchain::wasip1(), Port::GoWasip1, "fd_write"), (toolchain::js(), Port::GoJs, "runtime.wasmWrite")]
    {
        let report = report(build);
        assert_eq!(report.port, port);
        assert_eq!(report.toolchain.version, Some(toolchain::version()));
        assert!(report.module.imports.iter().any(|entry| entry.name == import));
        assert_eq!(report.module.globals, 8);
        let sizes = report.sizes;
        assert_eq!(sizes.code + sizes.data + sizes.custom + sizes.other, sizes.file);
        assert!(sizes.pclntab > sizes.data / 4 && sizes.pclntab < sizes.data, "{sizes:?}");
        assert_eq!(report.groups.iter().map(|group| group.bytes).sum::<u64>(), sizes.code);
        let owners: BTreeSet<&Owner> = report.groups.iter().map(|group| &group.owner).collect();
        for package in ["main", "runtime", "fmt", "reflect", "example.com/hello.v2/app/yaml.v3"] {
            assert!(owners.contains(&Owner::Named(package.to_owned())), "{package}");
        }
        assert!(!owners.contains(&Owner::Unknown));
        assert_eq!(report.groups.first().map(|group| group.owner.to_string()).as_deref(), Some("runtime"));
    }
}

/// `go version -m` does not read WebAssembly, so the same program built for this machine is the witness. Settings of the
/// target differ between the two and are compared by hand.
#[test]
fn build_info_is_that_of_go_version_m() {
    let flags = ["-trimpath", "-tags=alpha,beta", "-ldflags=-X main.version=1 -X 'main.name=a b'"];
    let native = toolchain::build("app", "native-tagged", "", &flags);
    let expected = toolchain::version_m(&native.path);
    let is_target = |line: &&str| {
        let key = line.strip_prefix("build\t").and_then(|line| line.split('=').next()).unwrap_or_default();
        key.starts_with("GO") || key == "-buildmode"
    };
    let common = |text: &str| text.lines().filter(|line| !is_target(line)).map(str::to_owned).collect::<Vec<_>>();
    assert!(expected.contains("\n=>\t./dep\t") && expected.contains("build\t-tags=alpha,beta\n"), "{expected}");
    for goos in ["wasip1", "js"] {
        let build = toolchain::build("app", &format!("{goos}-tagged.wasm"), goos, &flags);
        let report = report(&build);
        let info = report.toolchain.info.as_ref().expect("build information");
        assert_eq!(common(&info.to_string()), common(&expected));
        let target: Vec<_> = info.to_string().lines().filter(is_target).map(str::to_owned).collect();
        assert_eq!(target, ["build\t-buildmode=exe", "build\tGOARCH=wasm", &format!("build\tGOOS={goos}")]);
        assert_eq!(info.path, "example.com/hello.v2/app");
        assert_eq!(info.deps.first().and_then(|dep| dep.replace.as_ref()).map(|to| to.path.as_str()), Some("./dep"));
    }
}

#[test]
fn names_and_first_lines_are_those_of_debug_gosym() {
    let helper = toolchain::build("gosym", "gosym", "", &[]);
    for build in [toolchain::wasip1_stripped(), toolchain::js()] {
        let report = report(build);
        let table = table(&report);
        let ours: Vec<String> = table
            .functions()
            .map(|function| {
                let position = function.position(0);
                let (file, line) = position.map_or((String::new(), -1), |p| (p.file.into_owned(), i64::from(p.line)));
                format!("{}\t{file}\t{line}", function.name())
            })
            .collect();
        let mut child = Command::new(&helper.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start the helper");
        child.stdin.take().expect("a pipe").write_all(table.bytes()).expect("write the table");
        let result = child.wait_with_output().expect("the helper's output");
        toolchain::assert_success(&result, "gosym");
        let theirs = String::from_utf8(result.stdout).expect("UTF-8");
        for (ours, theirs) in ours.iter().zip(theirs.lines()) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(ours.len(), theirs.lines().count());
    }
}

/// The compiler's listing (`-S`) gives PC and position of every instruction. Several share a PC, since wasm's PCs count
/// resume points only; the table keeps the last position of each.
#[test]
fn lines_of_every_pc_are_those_of_the_compilers_listing() {
    let build = toolchain::build("app", "listing.wasm", "wasip1", &["-gcflags=-S"]);
    let report = report(&build);
    let table = table(&report);
    let functions = listing(&build.listing);
    assert!(functions.len() >= 4, "functions listed: {:?}", functions.keys());
    let mut compared = 0;
    for (name, lines) in functions {
        let Some(function) = table.by_name(name) else { continue };
        for (block, expected) in lines {
            let position = table.position(function.entry() + u64::from(block)).expect("a position");
            assert_eq!(format!("{}:{}", position.file, position.line), expected, "{name}+{block}");
            compared += 1;
        }
        assert!(function.frame_size(0).is_some(), "{name}");
    }
    assert!(compared > 30, "{compared}");
    let start = |name| table.by_name(name).and_then(|function| function.start_line());
    let source = include_str!("../fixtures/app/main.go");
    let line_of =
        |text: &str| source.lines().zip(1..).find_map(|(line, number)| line.starts_with(text).then_some(number));
    assert_eq!(start("main.where"), line_of("func where"));
    assert_eq!(start("main.main"), line_of("func main"));
}

/// By function: PC → `file:line` of the last instruction with that PC.
fn listing(text: &str) -> BTreeMap<&str, BTreeMap<u32, &str>> {
    let mut functions: BTreeMap<&str, BTreeMap<u32, &str>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        if !line.starts_with('\t') {
            current = line.split_once(" STEXT ").map(|(name, _)| name);
            continue;
        }
        let mut columns = line.split('\t').skip(1);
        let (Some(head), Some(_)) = (columns.next(), columns.next()) else { continue };
        let (Some(name), Some((pc, position))) = (current, head.split_once(" (")) else { continue };
        let Some(pc) = pc.split(' ').nth(1).and_then(|pc| pc.parse().ok()) else { continue };
        functions.entry(name).or_default().insert(pc, position.strip_suffix(')').expect("a parenthesis"));
    }
    functions
}

#[test]
fn frames_are_sized_and_stacks_end() {
    let report = report(toolchain::wasip1());
    let table = table(&report);
    let find = |name| table.by_name(name).unwrap_or_else(|| panic!("{name}"));
    assert!(find("runtime.goexit").is_top_frame() && find("runtime.goexit").is_assembly());
    assert!(!find("main.where").is_top_frame() && !find("main.where").is_assembly());
    // 16 PCs of 8 bytes are in its frame; before the prologue there is none.
    assert_eq!(find("main.where").frame_size(0), Some(0));
    assert!(find("main.where").frame_size(2).is_some_and(|size| size >= 128 && size % 8 == 0));
}

/// As `wasm-strip` leaves a binary: no name section, no producers.
#[test]
fn version_and_build_info_survive_the_loss_of_all_custom_sections() {
    for build in [toolchain::wasip1(), toolchain::js()] {
        let mut bare = wasm_encoder::Module::new();
        for payload in wasmparser::Parser::new(0).parse_all(&build.bytes) {
            let Some((id, range)) = payload.expect("a module").as_section() else { continue };
            if id != 0 {
                let range = usize::try_from(range.start).expect("start")..usize::try_from(range.end).expect("end");
                bare.section(&wasm_encoder::RawSection { id, data: &build.bytes[range] });
            }
        }
        let bytes = bare.finish();
        let bare = Report::new(&bytes).expect("a module");
        assert!(bare.stripped && bare.module.customs.is_empty());
        let plain = report(build);
        assert_eq!(bare.port, plain.port);
        assert_eq!(bare.toolchain, plain.toolchain);
        assert_eq!(bare.groups, plain.groups);
    }
}
