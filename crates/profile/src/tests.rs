//! Tests of more than one part: what must hold for any profile, and for any names.

mod builder;
mod hostile;
mod props;

use std::io::Read;

use flate2::read::GzDecoder;

use crate::Profile;

/// What was written, uncompressed.
fn pprof_bytes(profile: &Profile) -> Vec<u8> {
    let (mut file, mut bytes) = (Vec::new(), Vec::new());
    profile.write_pprof(&mut file).unwrap();
    GzDecoder::new(file.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn folded(profile: &Profile) -> String {
    let mut out = Vec::new();
    profile.write_folded(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn flame_graph(profile: &Profile) -> String {
    let mut out = Vec::new();
    profile.write_flame_graph("a < b & \"c\"\u{0} -->", &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The total that a flame graph says it shows, having read all of it as XML.
fn drawn_total(svg: &str) -> i64 {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(svg, options).unwrap();
    let frames = document.descendants().find(|node| node.attribute("id") == Some("frames")).unwrap();
    frames.attribute("total_samples").unwrap().parse().unwrap()
}
