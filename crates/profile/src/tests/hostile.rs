use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use super::{drawn_total, flame_graph, folded, pprof_bytes};
use crate::frame::clean;
use crate::pprof::proto;
use crate::testing::{CPU, Place, plain, profile};
use crate::top::TopOptions;
use crate::{Builder, Frame, Labels, Limits, Sample, Span};

const NASTY: [&str; 16] = [
    "",
    " ",
    "\n",
    "a\nb 5",
    "a;b",
    "a 5",
    "a 5 6.7",
    "# a",
    "--",
    "</title><script>alert(1)</script>",
    "]]>",
    "\u{1b}[2J\u{7}",
    "\u{202e}cod",
    "\u{ffff}\u{0}\u{85}\u{2028}",
    "\"'&amp;",
    "struct { a int; b int }",
];

fn name() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(NASTY.to_vec()).prop_map(str::to_owned);
    prop_oneof![nasty, any::<String>(), "[ ;0-9#._]{0,8}"]
}

fn place() -> impl Strategy<Value = Place> {
    vec(name(), 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_name_does_harm(stacks in vec((vec(place(), 1..6), 1u32..100), 1..12)) {
        let profile = profile(CPU, &stacks);
        let folded = folded(&profile);
        prop_assert_eq!(folded.lines().count(), profile.folded().len());
        for line in folded.lines() {
            let (stack, value) = line.rsplit_once(' ').unwrap();
            prop_assert!(value.parse::<u64>().is_ok());
            prop_assert!(stack.split(';').all(|name| !name.is_empty()));
            let last = stack.rsplit(' ').next().filter(|_| stack.contains(' '));
            prop_assert!(last.is_none_or(|last| last.contains(|char| !"0123456789.".contains(char))), "two values: {}", line);
        }
        // The total is kept only if the drawer took every line for what it is.
        prop_assert_eq!(drawn_total(&flame_graph(&profile)), profile.total());
        let top = profile.top(TopOptions { everything: true, ..TopOptions::default() });
        let text = top.to_string();
        prop_assert_eq!(text.lines().count(), top.rows.len() + 4);
        prop_assert!(text.chars().all(|char| char == '\n' || !char.is_control()));
        prop_assert!(proto::Profile::decode(pprof_bytes(&profile).as_slice()).is_ok());
    }

    #[test]
    fn what_is_clean_stays_as_it_is(name in any::<String>()) {
        let once = clean(&name).into_owned();
        prop_assert_eq!(clean(&once), once.as_str());
    }
}

#[test]
fn names_are_cut_to_a_size() {
    let long = "é".repeat(1 << 20);
    let cut = clean(&long);
    assert!(cut.len() <= 1000 && cut.len() > 990 && cut.ends_with("é…"));
    let exact = "x".repeat(1000);
    assert_eq!(clean(&exact), exact);
}

#[test]
fn folding_changes_only_what_would_be_misread() {
    let names = ["a;b", "a 5", "# a", "#", "<T as core::fmt::Write>::f", "struct { a int; b [3]int }"];
    let folded = folded(&profile(CPU, &[(plain(&names), 1)]));
    assert_eq!(folded, "struct { a int: b [3]int };<T as core::fmt::Write>::f;#_;#_a;a_5;a:b 10000000\n");
}

#[test]
fn a_binary_that_claims_too_much_costs_a_bounded_amount() {
    let mut builder = Builder::new(CPU, Limits::default());
    let program = builder.program("a.wasm", "");
    let stack: Vec<u64> = (0..300).collect();
    assert!(builder.add(&Sample { program, stack: &stack, system_call: None, labels: Labels::default(), count: 1 }));
    let profile = builder.profile(Span::default(), |_, pc| {
        let names = (0..5_000).map(|n| if n == 4_999 { format!("own{pc}") } else { format!("inlined{n}") });
        Some(names.map(|function| Frame { function, ..Frame::default() }).collect())
    });
    let kept: Vec<usize> = profile.locations.iter().map(|location| location.lines.len()).collect();
    assert_eq!((kept[0], kept[299]), (5_000, 1));
    assert_eq!(profile.name(profile.locations[299].lines[0].name), "own299", "the function itself stays");
    assert_eq!(profile.total(), 10_000_000);
}

#[test]
fn an_empty_profile_has_no_picture_but_a_file_and_a_table() {
    let empty = profile(CPU, &[]);
    let error = empty.write_flame_graph("t", std::io::sink()).unwrap_err();
    assert!(error.to_string().starts_with("there are no samples"), "{error}");
    assert!(pprof_bytes(&empty).len() > 10);
    let text = empty.top(TopOptions::default()).to_string();
    assert!(text.contains("Showing nodes accounting for 0, 0% of 0 total"), "{text}");
}
