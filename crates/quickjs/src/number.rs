//! JavaScript numbers from and to integers.

/// The nearest number.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "JavaScript has no better number for it")]
pub(crate) fn from_index(n: i64) -> f64 {
    n as f64
}

/// The nearest number.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "JavaScript has no better number for it")]
pub(crate) fn from_u64(n: u64) -> f64 {
    n as f64
}

/// The integer part; 0 for what is none, saturating at both ends.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(crate) fn to_u32(n: f64) -> u32 {
    n as u32
}

/// As [`to_u32`].
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(crate) fn to_usize(n: f64) -> usize {
    n as usize
}
