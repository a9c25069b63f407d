//! What is no module, or only nearly one, is refused in words and by no panic.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test, to panic is to fail"
)]

use std::sync::Arc;

use gopherix_host_native::{CompilePolicy, Engines, HostError, Interruption};

/// A small program with a section of most kinds.
const PROGRAM: &str = r#"
    (module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (global $g (mut i32) (i32.const 7))
        (table 2 funcref)
        (elem (i32.const 0) $write $double)
        (data (i32.const 8) "some text")
        (func $double (param i32) (result i32) local.get 0 i32.const 2 i32.mul)
        (func (export "_start") (local i64)
            global.get $g call $double drop
            (loop $again local.get 0 i64.const 1 i64.add local.tee 0 i64.const 10 i64.lt_s br_if $again)))
"#;

fn program() -> Vec<u8> {
    wat::parse_str(PROGRAM).unwrap()
}

/// Whether it loads; any error but [`HostError::Module`] is wrong for whatever bytes.
fn loads(engines: &Engines, bytes: &[u8], policy: CompilePolicy) -> bool {
    match engines.load(&Arc::new(bytes.to_vec()), None, policy) {
        Ok(_) => true,
        Err(HostError::Module(why)) => {
            assert!(!why.is_empty());
            false
        }
        Err(other) => panic!("{other} for {} bytes", bytes.len()),
    }
}

/// Where the sections of a module end; there a truncated module may be a valid one.
fn section_ends(bytes: &[u8]) -> Vec<usize> {
    let mut ends = vec![8];
    let mut at = 8;
    while at < bytes.len() {
        // All sections of the program are shorter than 128 bytes.
        assert!(bytes[at + 1] < 128);
        at += 2 + usize::from(bytes[at + 1]);
        ends.push(at);
    }
    ends
}

#[test]
fn truncated_modules_are_refused() {
    let engines = Engines::new(Interruption::Epochs, true);
    let bytes = program();
    assert!(loads(&engines, &bytes, CompilePolicy::Optimizing));
    let ends = section_ends(&bytes);
    for len in 0..bytes.len() {
        for policy in [CompilePolicy::Optimizing, CompilePolicy::Baseline] {
            let loaded = loads(&engines, &bytes[..len], policy);
            assert!(!loaded || ends.contains(&len), "{len} of {} bytes were taken for a module", bytes.len());
        }
    }
}

#[test]
fn modules_with_a_changed_byte_load_or_are_refused() {
    let engines = Engines::new(Interruption::Epochs, true);
    let bytes = program();
    let mut refused = 0;
    for at in 0..bytes.len() {
        for value in [0, 0x7f, 0x80, 0xff, bytes[at] ^ 1] {
            let mut changed = bytes.clone();
            changed[at] = value;
            if !loads(&engines, &changed, CompilePolicy::Baseline) {
                refused += 1;
            }
        }
    }
    assert!(refused > bytes.len(), "only {refused} were refused");
}

#[test]
fn garbage_is_refused() {
    let engines = Engines::new(Interruption::Epochs, true);
    let header = b"\0asm\x01\0\0\0";
    let with_header = |rest: &[u8]| [header, rest].concat();
    let garbage = [
        b"".to_vec(),
        b"\0".to_vec(),
        b"\0asm".to_vec(),
        b"\0asm\x0d\0\x01\0".to_vec(),
        b"\0asm\x02\0\0\0".to_vec(),
        b"\x7fELF\x02\x01\x01\0".to_vec(),
        b"#!/bin/sh\nexit 0\n".to_vec(),
        b"package main\n".to_vec(),
        vec![0; 4096],
        vec![0xff; 4096],
        with_header(&[0xff; 64]),
        // Sections that claim to be longer than anything, and counts that promise more than there is.
        with_header(&[1, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        with_header(&[1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        with_header(&[3, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        // A memory of 2^32 pages.
        with_header(&[5, 7, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ];
    for bytes in garbage {
        assert!(!loads(&engines, &bytes, CompilePolicy::Optimizing), "{} bytes loaded", bytes.len());
    }
}
