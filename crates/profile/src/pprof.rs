//! The file that `go tool pprof` and its kin read: pprof's protocol buffer, compressed by gzip.
//!
//! All of the profile is in it and needs nothing else to be read: functions, files and lines are resolved, and the
//! mappings say so. System names are left out: with them pprof would take names for C++ and shorten what is in brackets.
//! Neighbours: [`crate::profile`] below; [`proto`] has the messages.

pub(crate) mod proto;

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use crate::builder::Kind;
use crate::profile::{Counted, Profile};

/// The file that what is the host's belongs to.
pub(crate) const HOST: &str = "[host]";

impl Profile {
    /// Writes the profile in pprof's format. The same profile makes the same bytes.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_pprof(&self, out: impl Write) -> io::Result<()> {
        let mut gzip = GzEncoder::new(out, Compression::default());
        gzip.write_all(&self.to_proto().encode_to_vec())?;
        gzip.finish()?.flush()
    }

    fn to_proto(&self) -> proto::Profile {
        let mut extra = Extra { first: self.strings.table.len(), texts: Vec::new() };
        let sample_type: Vec<_> = types(self.kind).iter().map(|&(name, unit)| extra.value_type(name, unit)).collect();
        let keys = ["pid", "thread", "goroutine"].map(|key| extra.text(key));
        let unit = extra.text("id");
        let mapping = self.mappings(&mut extra);
        let comment = self.remarks().iter().map(|remark| extra.text(remark)).collect();
        let (period_type, period) = match self.kind {
            Kind::Cpu { .. } => (Some(extra.value_type("cpu", "nanoseconds")), self.kind.unit_value()),
            Kind::Goroutine => (Some(extra.value_type("goroutine", "count")), 1),
        };
        let strings = self.strings.table.iter().map(|text| text.to_string());
        proto::Profile {
            sample_type,
            sample: self.samples.iter().map(|sample| self.sample(sample, keys, unit)).collect(),
            mapping,
            location: self.locations(),
            function: self.functions(),
            string_table: strings.chain(extra.texts).collect(),
            time_nanos: saturated(self.span.started.as_nanos()),
            duration_nanos: saturated(self.span.length.as_nanos()),
            period_type,
            period,
            comment,
        }
    }

    /// What readers of any report should know.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let dropped = self.dropped;
        let mut remarks = Vec::new();
        if dropped.samples > 0 {
            remarks.push(format!("Samples dropped for want of memory: {}", dropped.samples));
        }
        if dropped.truncated > 0 {
            remarks.push(format!("Stacks too deep to be kept whole: {}", dropped.truncated));
        }
        remarks
    }

    fn sample(&self, sample: &Counted, keys: [i64; 3], num_unit: i64) -> proto::Sample {
        let locations = self.stacks.get(sample.stack).map(Vec::as_slice).unwrap_or_default();
        let count = saturated(sample.count);
        let labels = sample.labels;
        let numbers = [labels.process.map(u64::from), labels.thread.map(u64::from), labels.goroutine];
        // Without a unit pprof takes a label that is 0 for none.
        let label = |(key, number): (i64, Option<u64>)| Some(proto::Label { key, num: saturated(number?), num_unit });
        proto::Sample {
            location_id: locations.iter().map(|&location| id(location)).collect(),
            value: match self.kind {
                Kind::Cpu { .. } => vec![count, self.value(sample)],
                Kind::Goroutine => vec![count],
            },
            label: keys.into_iter().zip(numbers).filter_map(label).collect(),
        }
    }

    /// One for each program, and one more for what is the host's.
    fn mappings(&self, extra: &mut Extra) -> Vec<proto::Mapping> {
        // pprof takes mappings for parts of one if the first ends where the second starts: at 0 if both are empty.
        let end = self.locations.iter().map(|location| location.address).max().unwrap_or(0).saturating_add(1);
        let names = self.programs.iter().map(|program| (program.file.as_str(), program.build_id.as_str()));
        let mapping = |(index, (file, build_id)): (usize, (&str, &str))| proto::Mapping {
            id: id(index),
            memory_start: 0,
            memory_limit: end,
            filename: extra.text(file),
            build_id: extra.text(build_id),
            has_functions: true,
            has_filenames: true,
            has_line_numbers: true,
            has_inline_frames: true,
        };
        names.chain([(HOST, "")]).enumerate().map(mapping).collect()
    }

    fn locations(&self) -> Vec<proto::Location> {
        let line = |line: &crate::profile::Line| proto::Line { function_id: id(line.function), line: line.line.into() };
        let location = |(index, location): (usize, &crate::profile::Location)| proto::Location {
            id: id(index),
            mapping_id: id(location.program.map_or(self.programs.len(), |program| program.0)),
            address: location.address,
            line: location.lines.iter().map(line).collect(),
        };
        self.locations.iter().enumerate().map(location).collect()
    }

    fn functions(&self) -> Vec<proto::Function> {
        let function = |(index, function): (usize, &crate::profile::Function)| proto::Function {
            id: id(index),
            name: saturated(function.name),
            filename: saturated(function.file),
            start_line: function.start_line.into(),
        };
        self.functions.iter().enumerate().map(function).collect()
    }
}

/// The profile's values by type and unit; reports show the last.
pub(crate) fn types(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Cpu { .. } => &[("samples", "count"), ("cpu", "nanoseconds")],
        Kind::Goroutine => &[("goroutine", "count")],
    }
}

/// Texts beside the profile's own, behind these in the string table.
struct Extra {
    first: usize,
    texts: Vec<String>,
}

impl Extra {
    fn text(&mut self, text: &str) -> i64 {
        if text.is_empty() {
            return 0;
        }
        self.texts.push(text.to_owned());
        saturated(self.first.saturating_add(self.texts.len()).saturating_sub(1))
    }

    fn value_type(&mut self, name: &str, unit: &str) -> proto::ValueType {
        proto::ValueType { r#type: self.text(name), unit: self.text(unit) }
    }
}

/// The id of what is at an index: ids count from 1.
fn id(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1)
}

fn saturated(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
