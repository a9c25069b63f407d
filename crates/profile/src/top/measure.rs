//! Values and shares as pprof writes them (its internal/measurement).

use crate::builder::Kind;

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Nanoseconds,
    Count,
}

/// A unit for print: its name, and how many of the value's it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    name: &'static str,
    factor: f64,
}

const SECONDS: Scale = Scale { name: "s", factor: 1e9 };
/// Smallest first.
const TIMES: [Scale; 5] = [
    Scale { name: "ns", factor: 1.0 },
    Scale { name: "us", factor: 1e3 },
    Scale { name: "ms", factor: 1e6 },
    SECONDS,
    Scale { name: "hrs", factor: 3600e9 },
];

impl Unit {
    /// That of a profile's last value.
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Cpu { .. } => Self::Nanoseconds,
            Kind::Goroutine => Self::Count,
        }
    }

    /// The largest unit in which `value` is not below one.
    pub(super) fn automatic(self, value: i64) -> Scale {
        let value = float(value).abs();
        match self {
            Self::Nanoseconds => *TIMES.iter().rfind(|scale| value / scale.factor >= 1.0).unwrap_or(&SECONDS),
            Self::Count => Scale { name: "", factor: 1.0 },
        }
    }

    /// The one unit of a report: that of the smallest value but zero. If the total has another one and is more than a
    /// hundred times the smallest, then that of a hundred times the smallest, which so shows as 0.01 at least.
    pub(super) fn for_report(self, values: impl Iterator<Item = i64>, total: i64) -> Scale {
        let smallest = values.filter(|&value| value > 0).min().unwrap_or(total);
        let hundredfold = smallest.checked_mul(100).filter(|&hundredfold| hundredfold < total);
        let scale = self.automatic(smallest);
        match hundredfold {
            Some(hundredfold) if scale != self.automatic(total) => self.automatic(hundredfold),
            _ => scale,
        }
    }
}

/// A value with its unit: at most two digits behind the point, none if they are zero.
pub(super) fn label(value: i64, scale: Scale) -> String {
    let digits = format!("{:.2}", float(value) / scale.factor);
    match digits.strip_suffix(".00").unwrap_or(&digits) {
        "0" => "0".to_owned(),
        digits => format!("{digits}{}", scale.name),
    }
}

/// A share of the total, six characters wide: two digits behind the point from 1 % on, two significant ones below.
pub(super) fn percentage(value: i64, total: i64) -> String {
    let percent = if total == 0 { 0.0 } else { (float(value) / float(total)).abs() * 100.0 };
    if (99.95..=100.05).contains(&percent) {
        "  100%".to_owned()
    } else if percent >= 1.0 {
        format!("{percent:5.2}%")
    } else {
        format!("{:>5}%", two_significant(percent))
    }
}

/// `%.2g` of C and Go, for numbers from 0 up to 1.
fn two_significant(number: f64) -> String {
    let scientific = format!("{number:.1e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && exponent < -4 {
        let mantissa = mantissa.strip_suffix(".0").unwrap_or(mantissa);
        return format!("{mantissa}e-{:02}", exponent.unsigned_abs());
    }
    let decimals = usize::try_from(exponent.unsigned_abs()).unwrap_or(0).saturating_add(1);
    let digits = format!("{number:.decimals$}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A part of a value, towards zero.
#[expect(clippy::as_conversions, reason = "there is no other conversion from a float; it saturates")]
pub(super) fn part(value: i64, fraction: f64) -> i64 {
    (float(value) * fraction) as i64
}

#[expect(clippy::as_conversions, reason = "there is no other conversion; it rounds to the nearest, as Go's does")]
fn float(value: i64) -> f64 {
    value as f64
}
