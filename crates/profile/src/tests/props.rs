use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use super::{drawn_total, flame_graph, folded, pprof_bytes};
use crate::Kind;
use crate::pprof::proto;
use crate::testing::{CPU, Place, profile};
use crate::top::{Order, Top, TopOptions};

/// Few names, so that functions recur, in one stack too, inlined or not.
fn place() -> impl Strategy<Value = Place> {
    vec("main\\.[a-h]", 1..4)
}

fn stacks() -> impl Strategy<Value = Vec<(Vec<Place>, u32)>> {
    vec((vec(place(), 1..12), 1u32..1000), 1..30)
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(CPU), Just(Kind::Goroutine)]
}

/// Folded stacks from the file alone.
fn folded_from(file: &proto::Profile) -> BTreeMap<String, i64> {
    let text = |index: i64| file.string_table[usize::try_from(index).unwrap()].as_str();
    let by_id = |id: u64| usize::try_from(id - 1).unwrap();
    let mut folded = BTreeMap::new();
    for sample in &file.sample {
        let mut names = Vec::new();
        for &id in sample.location_id.iter().rev() {
            for line in file.location[by_id(id)].line.iter().rev() {
                names.push(text(file.function[by_id(line.function_id)].name));
            }
        }
        *folded.entry(names.join(";")).or_default() += sample.value.last().unwrap();
    }
    folded
}

fn flat_sum(top: &Top) -> i64 {
    top.rows.iter().map(|row| row.flat).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_output_has_the_same_total(kind in kind(), stacks in stacks()) {
        let profile = profile(kind, &stacks);
        let total = stacks.iter().map(|&(_, count)| i64::from(count) * kind.unit_value()).sum::<i64>();
        prop_assert_eq!(profile.total(), total);
        let file = proto::Profile::decode(pprof_bytes(&profile).as_slice()).unwrap();
        let from_file = folded_from(&file);
        prop_assert_eq!(from_file.values().sum::<i64>(), total);
        prop_assert_eq!(&from_file, &profile.folded());
        let lines: i64 = folded(&profile).lines().map(|line| line.rsplit_once(' ').unwrap().1.parse::<i64>().unwrap()).sum();
        prop_assert_eq!(lines, total);
        prop_assert_eq!(drawn_total(&flame_graph(&profile)), total);
        let top = profile.top(TopOptions { everything: true, ..TopOptions::default() });
        prop_assert_eq!((flat_sum(&top), top.total), (total, total));
    }

    #[test]
    fn tables_are_sorted_and_cumulative_is_at_least_flat(stacks in stacks(), limit in 1usize..12) {
        let profile = profile(CPU, &stacks);
        for order in [Order::Flat, Order::Cumulative] {
            let options = TopOptions { nodes: limit.try_into().ok(), order, everything: false };
            let top = profile.top(options);
            prop_assert!(!top.rows.is_empty() && top.rows.len() <= limit);
            prop_assert!(top.rows.iter().all(|row| 0 <= row.flat && row.flat <= row.cumulative));
            prop_assert!(top.rows.iter().all(|row| row.cumulative <= top.total));
            prop_assert!(flat_sum(&top) <= top.total);
            let sorted = top.rows.is_sorted_by_key(|row| match order {
                Order::Flat => -row.flat,
                Order::Cumulative => -row.cumulative,
            });
            prop_assert!(sorted);
        }
    }
}
