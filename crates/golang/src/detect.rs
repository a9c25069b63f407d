//! Whether the Go toolchain made a module, told from its first sections.

use wasmparser::{Parser, Payload};

/// Whether a module carries Go's build id, which its linker puts before everything else, stripped or not. `false` for what
/// is no module, and for a Go module somebody removed that section from.
#[must_use]
pub fn is_go(wasm: &[u8]) -> bool {
    for payload in Parser::new(0).parse_all(wasm) {
        match payload {
            Ok(Payload::Version { .. }) => {}
            Ok(Payload::CustomSection(section)) if matches!(section.name(), "go:buildid" | "go.buildid") => {
                return true;
            }
            Ok(Payload::CustomSection(_)) => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_leading_build_id_counts() {
        let with = |name: &'static str| {
            let mut module = wasm_encoder::Module::new();
            module.section(&wasm_encoder::CustomSection { name: name.into(), data: b"x".as_slice().into() });
            module.finish()
        };
        assert!(is_go(&with("go:buildid")));
        assert!(is_go(&with("go.buildid")));
        assert!(!is_go(&with("producers")));
        assert!(!is_go(b"\0asm"));
    }
}
