//! Stack checks of large frames, written in another way that means the same.

#![expect(clippy::arithmetic_side_effects, reason = "in a test, to panic is to fail")]

/// Writes `guard + constant` as `guard - -constant` in every stack check of a large frame; how many there were.
pub(super) fn checks(module: &mut [u8]) -> usize {
    // local.get 1, global.get 2, i32.wrap_i64, i32.load offset=16, i32.const …
    const HEAD: &[u8] = &[0x20, 1, 0x23, 2, 0xa7, 0x28, 2, 16, 0x41];
    // … i32.add (0x6a; 0x6b is i32.sub), i32.le_u
    const TAIL: &[u8] = &[0x6a, 0x4d];
    let mut found = 0;
    let mut at = 0;
    while let Some(next) = module[at..].windows(HEAD.len()).position(|window| window == HEAD) {
        at += next + HEAD.len();
        let length = 1 + module[at..].iter().take_while(|byte| **byte & 0x80 != 0).count();
        if module[at + length..].starts_with(TAIL) && negate(&mut module[at..at + length]) {
            module[at + length] = 0x6b;
            found += 1;
        }
    }
    found
}

/// Negates a signed LEB128 number in place; whether it could be done in as many bytes.
fn negate(bytes: &mut [u8]) -> bool {
    let bits = 7 * bytes.len();
    let number = bytes.iter().rev().fold(0_i64, |number, byte| number << 7 | i64::from(byte & 0x7f));
    let negative = number - if bytes.last().is_some_and(|byte| byte & 0x40 != 0) { 1 << bits } else { 0 };
    let negated = -negative;
    if negated >= 1 << (bits - 1) {
        return false;
    }
    let last = bytes.len() - 1;
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::try_from(negated >> (7 * n) & 0x7f).expect("seven bits") | if n == last { 0 } else { 0x80 };
    }
    true
}
