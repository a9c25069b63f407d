use std::time::Duration;

use crate::builder::Dropped;
use crate::testing::CPU;
use crate::top::TopOptions;
use crate::{Builder, Frame, Kind, Labels, Limits, ProgramId, Sample, Span};

fn sample(program: ProgramId, stack: &[u64], count: u64) -> Sample<'_> {
    Sample { program, stack, system_call: None, labels: Labels::default(), count }
}

fn by_number(_: ProgramId, pc: u64) -> Option<Vec<Frame>> {
    Some(vec![Frame { function: format!("f{pc}"), ..Frame::default() }])
}

#[test]
fn equal_stacks_are_counted_together_and_labels_apart() {
    let mut builder = Builder::new(CPU, Limits::default());
    let program = builder.program("a.wasm", "");
    assert_eq!(program, builder.program("a.wasm", ""));
    assert_ne!(program, builder.program("a.wasm", "other build"));
    for goroutine in [1, 1, 2] {
        let labels = Labels { goroutine: Some(goroutine), ..Labels::default() };
        assert!(builder.add(&Sample { labels, ..sample(program, &[1, 2], 2) }));
    }
    assert!(builder.add(&Sample { system_call: Some("fd_read"), ..sample(program, &[1, 2], 1) }));
    let profile = builder.profile(Span::default(), by_number);
    let counts: Vec<_> = profile.samples.iter().map(|sample| (sample.stack, sample.count)).collect();
    assert_eq!(counts, [(0, 4), (0, 2), (1, 1)]);
    assert_eq!((builder.total(), profile.total()), (7, 70_000_000));
}

#[test]
fn programs_with_the_same_counters_are_told_apart() {
    let mut builder = Builder::new(Kind::Goroutine, Limits::default());
    let programs = ["a", "b"].map(|name| builder.program(name, ""));
    for program in programs {
        assert!(builder.add(&sample(program, &[7], 1)));
    }
    let name = |program: ProgramId, _: u64| Some(vec![Frame { function: format!("{program:?}"), ..Frame::default() }]);
    let profile = builder.profile(Span::default(), name);
    assert_eq!(profile.folded().len(), 2);
}

#[test]
fn memory_is_bounded_and_what_is_dropped_is_counted() {
    let limits = Limits { depth: 4, bytes: 4000 };
    let mut builder = Builder::new(CPU, limits);
    let program = builder.program("a.wasm", "");
    let kept = (0..1000).filter(|&pc| builder.add(&sample(program, &[pc, 1, 2], 3))).count();
    assert!((10..40).contains(&kept), "{kept}");
    let missing = 3 * (1000 - u64::try_from(kept).unwrap());
    assert_eq!(builder.dropped(), Dropped { samples: missing, truncated: 0 });
    assert!(builder.add(&sample(program, &[0, 1, 2], 1)), "a stack that is known needs no memory");
    let text = builder.profile(Span::default(), by_number).top(TopOptions::default()).to_string();
    assert!(text.contains(&format!("Samples dropped for want of memory: {missing}\n")), "{text}");
}

#[test]
fn deep_stacks_keep_their_leaves_under_a_root_of_their_own() {
    let mut builder = Builder::new(CPU, Limits { depth: 2, ..Limits::default() });
    let program = builder.program("a.wasm", "");
    assert!(builder.add(&sample(program, &[1, 2, 3, 4], 1)));
    assert!(builder.add(&sample(program, &[1, 2], 1)));
    let profile = builder.profile(Span::default(), by_number);
    assert_eq!(profile.folded().into_keys().collect::<Vec<_>>(), ["[truncated];f2;f1", "f2;f1"]);
    assert_eq!(profile.dropped(), Dropped { samples: 0, truncated: 1 });
}

#[test]
fn sums_stay_within_63_bits() {
    let second = Kind::Cpu { period: Duration::from_secs(1) };
    let mut builder = Builder::new(second, Limits::default());
    let program = builder.program("a.wasm", "");
    let most = u64::try_from(i64::MAX / 1_000_000_000).unwrap();
    assert!(!builder.add(&sample(program, &[1], u64::MAX)));
    assert!(!builder.add(&sample(program, &[1], most + 1)));
    assert!(builder.add(&sample(program, &[1], most)));
    assert!(!builder.add(&sample(program, &[2], 1)));
    let profile = builder.profile(Span::default(), by_number);
    assert_eq!(profile.total(), i64::try_from(most).unwrap() * 1_000_000_000);
}

#[test]
fn places_without_a_name_and_places_left_out() {
    let mut builder = Builder::new(Kind::Goroutine, Limits::default());
    let program = builder.program("a.wasm", "");
    for stack in [&[1, 2, 3][..], &[2], &[]] {
        assert!(builder.add(&sample(program, stack, 1)));
    }
    assert!(builder.add(&Sample { system_call: Some("fd_read"), ..sample(program, &[1], 1) }));
    let mut asked = Vec::new();
    let profile = builder.profile(Span::default(), |program, pc| {
        asked.push(pc);
        match pc {
            2 => Some(Vec::new()),
            3 => None,
            _ => by_number(program, pc),
        }
    });
    assert_eq!(asked, [1, 2, 3]);
    let folded: Vec<_> = profile.folded().into_iter().collect();
    let expected = [("[unknown]", 2), ("[unknown];f1", 1), ("f1;[host].fd_read", 1)];
    assert_eq!(folded, expected.map(|(stack, value)| (stack.to_owned(), value)));
}
