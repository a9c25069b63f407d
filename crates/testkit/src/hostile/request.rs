//! Requests of spawn, decoded from any bytes: mostly sound, then broken here and there.

use arbitrary::Unstructured;
use gopherix_abi::gopherix::spawn::{NO_FD, VERSION};

use super::paths::PATHS;

/// A request.
pub(super) fn decode(u: &mut Unstructured<'_>) -> Vec<u8> {
    let mut pick = |from: &[u32]| u.choose(from).copied().unwrap_or(0);
    let version = pick(&[VERSION, VERSION, VERSION, VERSION, 0, 2]);
    let flags = pick(&[0, 0, 0, 1, 2, 3, 4, 8, 15, 16, u32::MAX]);
    let (pgid, ctty) = (pick(&[0, 0, 1, 2, 9, u32::MAX]), pick(&[0, 1, 3, 99, NO_FD]));
    let (argc, envc, nfds) = (pick(&[0, 1, 2, 3]), pick(&[0, 1, 2]), pick(&[0, 1, 3, 3, 4, 8]));
    // What the words say, which may not be what follows.
    let lies = [pick(&[0, 0, 0, 0, 0, 0, 1, u32::MAX]), 0, pick(&[0, 0, 0, 0, 0, 0, 1, u32::MAX])];
    let told = [argc.wrapping_add(lies[0]), envc.wrapping_add(lies[1]), nfds.wrapping_add(lies[2])];
    let mut raw = Vec::new();
    for word in [version, flags, pgid, ctty].into_iter().chain(told) {
        raw.extend_from_slice(&word.to_le_bytes());
    }
    for _ in 0..nfds {
        raw.extend_from_slice(&pick(&[0, 1, 2, 3, 8, 40, NO_FD, 0x8000_0000]).to_le_bytes());
    }
    let mut string = |text: &[u8]| {
        raw.extend_from_slice(text);
        raw.push(0);
    };
    let known = u.choose(PATHS).copied().unwrap_or("");
    let path: &[&[u8]] =
        &[b"/tmp/prog", b"/tmp/prog", b"/tmp/script", b"prog", b"/tmp/file", known.as_bytes(), b"\xff", b""];
    string(u.choose(path).copied().unwrap_or_default());
    let cwd: &[&[u8]] = &[b"", b"", b"/", b"/tmp", b"tmp", b"/nothing", b"\xff"];
    string(u.choose(cwd).copied().unwrap_or_default());
    for _ in 0..argc.saturating_add(envc) {
        let text: &[&[u8]] = &[b"x", b"", b"A=1", b"GOMAXPROCS=9", b"PWD=/tmp", b"PWD=nowhere"];
        string(u.choose(text).copied().unwrap_or_default());
    }
    if u.arbitrary().unwrap_or(0u8) > 240 {
        let at = u.int_in_range(0..=raw.len().saturating_sub(1)).unwrap_or(0);
        raw.truncate(at);
    }
    raw
}
