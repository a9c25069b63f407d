//! Profiles for tests: a program counter is a place in a list of calls, each with the calls inlined there.

use std::time::Duration;

use crate::{Builder, Frame, Kind, Labels, Limits, Profile, Sample, Span};

pub(crate) const CPU: Kind = Kind::Cpu { period: Duration::from_millis(10) };

/// Names of the functions at a program counter, innermost first.
pub(crate) type Place = Vec<String>;

/// Counts stacks, which are places, innermost first.
pub(crate) fn profile(kind: Kind, stacks: &[(Vec<Place>, u32)]) -> Profile {
    let mut builder = Builder::new(kind, Limits::default());
    let program = builder.program("dir/prog.wasm", "");
    let mut places: Vec<&[String]> = Vec::new();
    for (stack, count) in stacks {
        let pcs: Vec<u64> = stack.iter().map(|place| number(&mut places, place)).collect();
        let labels = Labels::default();
        assert!(builder.add(&Sample { program, stack: &pcs, system_call: None, labels, count: (*count).into() }));
    }
    builder.profile(Span::default(), |_, pc| {
        let place = places[usize::try_from(pc).unwrap()];
        Some(place.iter().map(|name| Frame { function: name.clone(), line: 1, ..Frame::default() }).collect())
    })
}

fn number<'a>(places: &mut Vec<&'a [String]>, place: &'a [String]) -> u64 {
    let known = places.iter().position(|&known| known == place);
    let index = known.unwrap_or_else(|| {
        places.push(place);
        places.len() - 1
    });
    u64::try_from(index).unwrap()
}

/// A stack of functions, innermost first, none of them inlined.
pub(crate) fn plain(names: &[&str]) -> Vec<Place> {
    names.iter().map(|&name| vec![name.to_owned()]).collect()
}
