use super::measure::{Unit, label, percentage};

#[test]
fn shares_have_the_digits_that_pprof_gives_them() {
    for (value, total, expected) in [
        (0, 0, "    0%"),
        (0, 7, "    0%"),
        (7, 7, "  100%"),
        (99_949, 100_000, "99.95%"),
        (99_951, 100_000, "  100%"),
        (100_040, 100_000, "  100%"),
        (3, 2, "150.00%"),
        (1, 3, "33.33%"),
        (1, 100, " 1.00%"),
        (999, 100_000, "    1%"),
        (5, 1000, "  0.5%"),
        (123, 1_000_000, "0.012%"),
        (1, 1_000_000, "0.0001%"),
        (1, 10_000_000, "1e-05%"),
        (123, 10_000_000_000, "1.2e-06%"),
    ] {
        assert_eq!(percentage(value, total), expected, "{value} of {total}");
    }
}

#[test]
fn values_have_the_unit_of_the_smallest() {
    let report = |values: &[i64], total| {
        let scale = Unit::Nanoseconds.for_report(values.iter().copied(), total);
        values.iter().map(|&value| label(value, scale)).collect::<Vec<_>>()
    };
    assert_eq!(report(&[10_000_000, 0], 10_000_000), ["10ms", "0"]);
    assert_eq!(report(&[980_000_000, 10_000_000], 990_000_000), ["980ms", "10ms"]);
    assert_eq!(report(&[1_980_000_000, 10_000_000], 1_990_000_000), ["1.98s", "0.01s"]);
    assert_eq!(report(&[8_000_000_000_000, 10_000_000], 8_000_010_000_000), ["8000s", "0.01s"]);
    assert_eq!(report(&[7], 7), ["7ns"]);
    let count = Unit::Count.automatic(12);
    assert_eq!((label(12, count), label(0, count)), ("12".to_owned(), "0".to_owned()));
}
