//! `go tool pprof` reads the files, shows the numbers that went in, and prints the table that this crate prints.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "in a test, to panic is to fail"
)]

use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gopherix_profile::top::{Order, TopOptions};
use gopherix_profile::{Builder, Frame, Kind, Labels, Limits, Profile, Sample, Span};
use gopherix_testkit::go::{self, Port};
use gopherix_testkit::{command, places};

/// More than building the tool takes, which Go does when it is first asked for.
const LIMIT: Duration = Duration::from_secs(600);
const CPU: Kind = Kind::Cpu { period: Duration::from_millis(10) };

/// What the tool prints for a file.
fn pprof(file: &Path, flags: &[&str]) -> String {
    let folder = file.parent().unwrap();
    let mut go = go::go(Port::Native).unwrap();
    go.current_dir(folder).env("HOME", folder).env("PPROF_TMPDIR", folder).env("PPROF_BINARY_PATH", folder);
    go.args(["tool", "pprof"]).args(flags).arg(file);
    String::from_utf8(command::succeed(&mut go, LIMIT).unwrap()).unwrap()
}

fn write(profile: &Profile, folder: &Path) -> PathBuf {
    let path = folder.join("profile.pb.gz");
    profile.write_pprof(File::create(&path).unwrap()).unwrap();
    path
}

fn frame(function: &str, file: &str, line: u32, start_line: u32) -> Frame {
    Frame { function: function.to_owned(), file: file.to_owned(), line, start_line }
}

/// Words of every line, one blank between them.
fn squeezed(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

const SOURCE: &str = "package main

func work(n int) int {
	return square(n) + n
}

func square(n int) int {
	return n * n
}

func main() {
	work(3)
}
";

/// 30 ms in `square` inlined into `work`, 20 ms in `work`, 50 ms in a system call of `main`.
fn example(source: &str) -> Profile {
    let mut builder = Builder::new(CPU, Limits::default());
    let program = builder.program("/somewhere/example.wasm", "cafe01");
    let labels = |goroutine| Labels { process: Some(3), thread: Some(0), goroutine: Some(goroutine) };
    let sample =
        |stack, count, goroutine| Sample { program, stack, system_call: None, labels: labels(goroutine), count };
    assert!(builder.add(&sample(&[0x10, 0x20], 3, 1)));
    assert!(builder.add(&sample(&[0x11, 0x20], 2, 17)));
    assert!(builder.add(&Sample { system_call: Some("fd_read"), ..sample(&[0x20], 5, 1) }));
    let span = Span { started: Duration::from_secs(1_000_000_000), length: Duration::from_millis(200) };
    builder.profile(span, |_, pc| {
        Some(match pc {
            0x10 => vec![frame("main.square", source, 8, 7), frame("main.work", source, 4, 3)],
            0x11 => vec![frame("main.work", source, 4, 3)],
            _ => vec![frame("main.main", source, 12, 11)],
        })
    })
}

#[test]
fn the_tool_shows_functions_lines_and_labels() {
    let folder = places::scratch().unwrap();
    let source = folder.path().join("main.go");
    fs::write(&source, SOURCE).unwrap();
    let source = source.to_str().unwrap();
    let file = write(&example(source), folder.path());

    let top = squeezed(&pprof(&file, &["-top", "-nodecount=3"]));
    for line in [
        "File: example.wasm",
        "Build ID: cafe01",
        "Type: cpu",
        "Duration: 200ms, Total samples = 100ms (50.00%)",
        "50ms 50.00% 50.00% 50ms 50.00% [host].fd_read",
        "30ms 30.00% 80.00% 30ms 30.00% main.square (inline)",
        "20ms 20.00% 100% 50ms 50.00% main.work",
        "Showing top 3 nodes out of 4",
    ] {
        assert!(top.contains(&format!("{line}\n")), "{line}\n{top}");
    }

    let routine = format!("ROUTINE ======================== main.square in {source}");
    let list = squeezed(&pprof(&file, &["-list", r"main\.(work|square)"]));
    for line in [
        routine.as_str(),
        "30ms 30ms 8: return n * n",
        "20ms 50ms 4: return square(n) + n",
        ". . 3:func work(n int) int {",
    ] {
        assert!(list.contains(&format!("{line}\n")), "{line}\n{list}");
    }

    let raw = squeezed(&pprof(&file, &["-raw"]));
    for line in [
        "PeriodType: cpu nanoseconds",
        "Period: 10000000",
        "samples/count cpu/nanoseconds",
        "goroutine:[17 id] pid:[3 id] thread:[0 id]",
    ] {
        assert!(raw.contains(&format!("{line}\n")), "{line}\n{raw}");
    }
    assert!(raw.contains("/somewhere/example.wasm cafe01 [FN][FL][LN][IN]"), "{raw}");
    assert!(raw.contains(&format!("0x10 M=1 main.square {source}:8:0 s=7")), "{raw}");
    assert!(
        raw.contains(&format!("\nmain.work {source}:4:0 s=3")),
        "an inlined call and its caller share a place: {raw}"
    );

    let focused = squeezed(&pprof(&file, &["-top", "-tagfocus=goroutine=17id"]));
    assert!(focused.contains("20ms 20.00% 20.00% 20ms 20.00% main.work\n"), "{focused}");
}

/// Numbers that look random and are the same in every run (a linear congruence; the constants are Knuth's).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Names that a reader might take for another language's, or for something else than a name.
const NAMES: [&str; 16] = [
    "main.main",
    "main.(*T).Method",
    "main.Map[...].func1",
    "main.(*Set[...]).Add",
    "slices.SortFunc[...].func1(...)",
    "type:.eq.struct { a int; b int }",
    "core::fmt::write",
    "<alloc::string::String as core::fmt::Write>::write_str",
    "std::vector<int, std::allocator<int>>::push_back(int const&)",
    "_ZN4core3fmt5write17h0123456789abcdefE",
    "a\nb 5",
    "\u{1b}[31m;\"'<&",
    "",
    "% 100%",
    "runtime.mallocgc",
    "memeqbody",
];

/// Stacks with recursion and inlining; most functions are rare, so that some fall below what is shown.
fn mixed(seed: u64, kind: Kind, span: Span) -> Profile {
    let mut numbers = Numbers(seed);
    let mut builder = Builder::new(kind, Limits { depth: 10, ..Limits::default() });
    let program = builder.program("dir/mixed.wasm", "");
    for _ in 0..400 {
        let depth = 1 + numbers.below(12);
        let stack: Vec<u64> = (0..depth).map(|_| 300 / (1 + numbers.below(300)) + numbers.below(4)).collect();
        let count = 1 + numbers.below(1 + seed * 50);
        let system_call = (numbers.below(5) == 0).then_some("fd_write");
        assert!(builder.add(&Sample { program, stack: &stack, system_call, labels: Labels::default(), count }));
    }
    builder.profile(span, |_, pc| {
        let mut numbers = Numbers(pc);
        let inlined = numbers.below(3);
        let mut name = || match numbers.below(40) {
            n if n < 16 => NAMES[usize::try_from(n).unwrap()].to_owned(),
            n => format!("example.com/p.F{}", n + pc % 50),
        };
        Some((0..=inlined).map(|_| frame(&name(), "f.go", 1, 1)).collect())
    })
}

#[test]
fn our_table_is_the_tools() {
    let folder = places::scratch().unwrap();
    let long = Span { length: Duration::from_secs(3700), ..Span::default() };
    let profiles = [
        mixed(1, CPU, Span::default()),
        mixed(3, Kind::Cpu { period: Duration::from_micros(1) }, long),
        mixed(900, CPU, long),
        mixed(2, Kind::Goroutine, long),
    ];
    let all = TopOptions::default();
    let choices: [(&[&str], TopOptions); 4] = [
        (&["-top"], all),
        (&["-top", "-nodecount=9"], TopOptions { nodes: NonZeroUsize::new(9), ..all }),
        (
            &["-top", "-cum", "-nodecount=20"],
            TopOptions { nodes: NonZeroUsize::new(20), order: Order::Cumulative, ..all },
        ),
        (&["-top", "-trim=false"], TopOptions { everything: true, ..all }),
    ];
    for (number, profile) in profiles.iter().enumerate() {
        let file = write(profile, folder.path());
        for (flags, options) in choices {
            let ours = profile.top(options);
            assert!(ours.rows.len() > 5 && ours.total > 0);
            assert_eq!(ours.to_string(), pprof(&file, flags), "profile {number}, {flags:?}");
        }
    }
}

#[test]
fn an_empty_file_is_one_that_the_tool_reads() {
    let folder = places::scratch().unwrap();
    let empty = Builder::new(CPU, Limits::default()).profile(Span::default(), |_, _| None);
    let file = write(&empty, folder.path());
    assert_eq!(pprof(&file, &["-top"]), empty.top(TopOptions::default()).to_string());
    assert!(empty.top(TopOptions::default()).rows.is_empty());
    assert!(pprof(&file, &["-raw"]).contains("cpu/nanoseconds"));
}

#[test]
fn frames_of_a_go_program_are_named_as_go_names_them() {
    use gopherix_golang::{image::Image, module::Module, pclntab::Pclntab, program::Program};
    let wasm = fs::read(go::build("crates/golang/tests/fixtures/stacks", Port::Wasip1).unwrap()).unwrap();
    let module = Module::parse(&wasm).unwrap();
    let image = Image::new(&module).unwrap();
    let table = Pclntab::find(&image, u32::try_from(module.functions.len()).unwrap()).unwrap();
    let program = Program::read(&module, &image, table).unwrap();
    let frames = |name: &str| {
        let function = program.table().by_name(name).expect(name);
        (1..200).find_map(|block| {
            let frames = gopherix_profile::frame::go_frames(&program, function.entry() + block)?;
            (frames.len() == 3 || name != "main.nested").then_some(frames)
        })
    };
    let source = fs::read_to_string(places::root().join("crates/golang/tests/fixtures/stacks/main.go")).unwrap();
    let line = |text: &str| u32::try_from(1 + source.lines().position(|line| line.contains(text)).unwrap()).unwrap();
    let nested = frames("main.nested").unwrap();
    let names: Vec<_> = nested.iter().map(|frame| (frame.function.as_str(), frame.start_line)).collect();
    let declared = ["func receive(", "func inlined(", "func nested("].map(line);
    assert_eq!(names, [("main.receive", declared[0]), ("main.inlined", declared[1]), ("main.nested", declared[2])]);
    assert!(nested.iter().all(|frame| frame.line == frame.start_line && frame.file.ends_with("main.go")), "{nested:?}");
    let generic = frames("main.(*tree[go.shape.int]).wait").unwrap();
    assert_eq!(generic[0].function, "main.(*tree[...]).wait");
    let mut wrappers = program
        .table()
        .functions()
        .map(|function| function.entry())
        .filter(|&entry| matches!(program.frames(entry).as_slice(), [frame] if frame.wrapper));
    let wrapper = gopherix_profile::frame::go_frames(&program, wrappers.next().unwrap());
    assert_eq!(wrapper, Some(Vec::new()), "Go leaves out what its compiler made");
    assert_eq!(gopherix_profile::frame::go_frames(&program, 1), None);
}
