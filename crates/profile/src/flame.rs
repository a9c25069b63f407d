//! The interactive flame graph: an SVG file with its script inside, for any browser.
//!
//! Drawn by `inferno` from [`crate::folded`]'s stacks.

use std::io::{self, Write};
use std::time::Duration;

use inferno::flamegraph::{Options, from_lines};

use crate::builder::Kind;
use crate::frame::clean;
use crate::profile::Profile;

/// Why there is no flame graph.
#[derive(Debug, thiserror::Error)]
pub enum FlameError {
    /// A graph of nothing cannot be drawn.
    #[error("there are no samples to draw: the program ended, or did nothing, before the first was taken")]
    Empty,
    /// Writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Profile {
    /// Writes the flame graph. The same profile makes the same picture.
    ///
    /// # Errors
    /// If the profile is empty, and those of `out`.
    pub fn write_flame_graph(&self, title: &str, out: impl Write) -> Result<(), FlameError> {
        if self.samples.is_empty() {
            return Err(FlameError::Empty);
        }
        let mut options = Options::default();
        options.title = clean(title).into_owned();
        options.deterministic = true;
        // Sorted by stack already; inferno would sort by line, and take blanks in names for the end of a stack.
        options.no_sort = true;
        let remarks = self.remarks().join("; ");
        options.subtitle = (!remarks.is_empty()).then_some(remarks);
        let (unit, factor) = match self.kind() {
            Kind::Cpu { period } if period.subsec_nanos().is_multiple_of(1_000_000) => ("ms", 1e-6),
            Kind::Cpu { period } if period < Duration::from_micros(1) => ("ns", 1.0),
            Kind::Cpu { .. } => ("us", 1e-3),
            Kind::Goroutine => ("goroutines", 1.0),
        };
        options.count_name = unit.to_owned();
        options.factor = factor;
        let lines: Vec<String> = self.folded().iter().map(|(stack, value)| format!("{stack} {value}")).collect();
        Ok(from_lines(&mut options, lines.iter().map(String::as_str), out)?)
    }
}
