//! What a function's name says: the Go package, or the crate or namespace in other languages.
//!
//! Go's symbol names are `import/path.Func`, `import/path.(*T).Method`, `import/path.F[shape]`, `import/path.F.func1`;
//! a dot (and some other characters) in the path's last element is written `%2e` (Go's `cmd/internal/objabi`,
//! `PathToPrefix`). Names that no package owns start with `type:` or `go:` (since Go 1.20; `type..` and `go.` before).
//! Neighbours: [`crate::pclntab`] has the exact names; the name section has them with every character outside
//! `[A-Za-z0-9_.]` turned to `_` (Go's linker, `cmd/link/internal/wasm`), see [`name_section_form`].

use std::borrow::Cow;

/// The import path of the package that a Go function belongs to. `None` for what the toolchain makes itself and for
/// assembly helpers without a package (`memeqbody`, `wasm_pc_f_loop`). The hash and equality functions that the compiler
/// makes for a named type (`type:.eq.net/url.URL`) belong to the type's package.
pub fn package(name: &str) -> Option<Cow<'_, str>> {
    for prefix in ["type:.eq.", "type:.hash.", "type..eq.", "type..hash."] {
        if let Some(of) = name.strip_prefix(prefix) {
            return if of.starts_with(|first: char| first == '_' || first.is_alphabetic()) && !is_type_literal(of) {
                package(of)
            } else {
                None
            };
        }
    }
    if ["type:", "go:", "type..", "go."].iter().any(|prefix| name.starts_with(prefix)) {
        return None;
    }
    // Type arguments, receivers and literal types follow the package and may hold slashes of their own.
    let path = name.split(['[', '(', '{', ' ']).next()?;
    let last = path.rfind('/').map_or(0, |slash| slash.saturating_add(1));
    let dot = path.get(last..)?.find('.')?;
    let path = path.get(..last.checked_add(dot)?)?;
    (!path.is_empty()).then(|| unescape(path))
}

fn is_type_literal(name: &str) -> bool {
    ["struct {", "struct{", "interface {", "func(", "map[", "chan "].iter().any(|start| name.starts_with(start))
}

/// Undoes `%xx` escapes. A `%` without two hexadecimal digits stays as it is.
fn unescape(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escape = (byte == b'%').then(|| tail.first_chunk().and_then(|&[high, low]| hex(high, low))).flatten();
        out.push(escape.unwrap_or(byte));
        rest = if escape.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?).ok()
}

/// A Go symbol name as Go's linker writes it into the name section.
pub fn name_section_form(name: &str) -> String {
    name.chars()
        .map(|char| if char.is_ascii_alphanumeric() || char == '_' || char == '.' { char } else { '_' })
        .collect()
}

/// A Go symbol name as tracebacks and `runtime.Frame` show it: type arguments, which the compiler writes as shapes, are
/// replaced by `...` (Go's `runtime.funcNameForPrint`).
pub fn traceback_form(name: &str) -> Cow<'_, str> {
    match (name.split_once('['), name.rsplit_once(']')) {
        (Some((before, inside)), Some((_, after))) if inside.len() > after.len() => {
            Cow::Owned(format!("{before}[...]{after}"))
        }
        _ => Cow::Borrowed(name),
    }
}

/// The crate or outermost namespace in a name section's name of a module that is not Go's: Rust (mangled either way, or
/// demangled by the linker), C++ (demangled), or TinyGo (`(*fmt.pp).printArg`). `None` for C and for what is not clear.
pub fn foreign_group(name: &str) -> Option<&str> {
    if let Some(mangled) = name.strip_prefix("_ZN") {
        return identifier(mangled).filter(|first| is_identifier(first));
    }
    if let Some(mangled) = name.strip_prefix("_R") {
        return rust_v0_crate(mangled);
    }
    let plain = name.trim_start_matches(['<', '(', '*', '&', '[']);
    let plain = ["mut ", "dyn ", "impl "].iter().fold(plain, |name, word| name.strip_prefix(word).unwrap_or(name));
    let end = plain.find(|char: char| !(char.is_alphanumeric() || char == '_' || char == '/'))?;
    let (group, rest) = plain.split_at_checked(end)?;
    let separated = rest.starts_with("::") || (rest.starts_with('.') && !rest.starts_with("..") && !name.contains('$'));
    (separated && group.starts_with(|first: char| first == '_' || first.is_alphabetic())).then_some(group)
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|char| char.is_alphanumeric() || char == '_')
}

/// A decimal length and as many bytes, as both Rust manglings write identifiers.
fn identifier(text: &str) -> Option<&str> {
    let digits = text.find(|char: char| !char.is_ascii_digit())?;
    let (length, rest) = text.split_at_checked(digits)?;
    let length = length.parse().ok()?;
    let rest = rest.strip_prefix('_').filter(|_| text.len() > length).unwrap_or(rest);
    rest.get(..length)
}

/// The crate of a Rust v0 symbol: the first `C` production down the leftmost path (Rust RFC 2603).
fn rust_v0_crate(mut text: &str) -> Option<&str> {
    loop {
        let mut chars = text.chars();
        match chars.next()? {
            'C' => return identifier(skip_disambiguator(chars.as_str())),
            'N' => text = chars.as_str().get(1..)?,
            'M' | 'X' => text = skip_disambiguator(chars.as_str()),
            'I' | 'Y' => text = chars.as_str(),
            _ => return None,
        }
    }
}

fn skip_disambiguator(text: &str) -> &str {
    text.strip_prefix('s').and_then(|rest| rest.split_once('_')).map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_of_every_kind_of_name() {
        let cases = [
            ("main.main", Some("main")),
            ("runtime.(*mheap).alloc", Some("runtime")),
            ("net/http.(*Server).Serve.func1", Some("net/http")),
            ("gopkg.in/yaml%2ev3.Marshal", Some("gopkg.in/yaml.v3")),
            ("example.com/a.b/c%25d.F", Some("example.com/a.b/c%d")),
            ("slices.SortFunc[go.shape.[]example.com/x/y.T,go.shape.int]", Some("slices")),
            ("example.com/g.(*Set[example.com/k/z%2ev2.K]).Add", Some("example.com/g")),
            ("example.com/g.Map[...].func1", Some("example.com/g")),
            ("main.glob..func1", Some("main")),
            ("main.(*struct { example.com/b/c.T }).M", Some("main")),
            ("type:.eq.net/url.URL", Some("net/url")),
            ("type:.hash.example.com/p%2eq.T", Some("example.com/p.q")),
            ("type:.eq.[2]interface {}", None),
            ("type:.eq.struct { a/b.x int }", None),
            ("type..eq.net/url.URL", Some("net/url")),
            ("go:buildid", None),
            ("go.(*struct { sync.Mutex; a/b.t int }).Lock", None),
            ("memeqbody", None),
            ("", None),
            ("a/b", None),
            ("\u{fffd}%2.\u{e9}", Some("\u{fffd}%2")),
        ];
        for (name, expected) in cases {
            assert_eq!(package(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn tracebacks_leave_type_arguments_out() {
        for (name, expected) in [
            ("slices.SortFunc[go.shape.[]a/b.T,go.shape.int].func1", "slices.SortFunc[...].func1"),
            ("a.(*S[go.shape.int]).M", "a.(*S[...]).M"),
            ("main.main", "main.main"),
            ("a]b[c", "a]b[c"),
            ("a[]", "a[...]"),
        ] {
            assert_eq!(traceback_form(name), expected);
        }
    }

    #[test]
    fn crate_of_foreign_names() {
        let cases = [
            ("core::fmt::write::h0123456789abcdef", Some("core")),
            ("<alloc::string::String as core::fmt::Write>::write_str", Some("alloc")),
            ("<&mut dyn std::io::Write as x>::y", Some("std")),
            ("_ZN4core3fmt5write17h0123456789abcdefE", Some("core")),
            ("_RNvNtCs1234_7mycrate3foo3bar", Some("mycrate")),
            ("_RNvMs_NtCsabc_5alloc6stringNtB4_6String3new", Some("alloc")),
            ("std::__2::basic_string<char>::append(char const*)", Some("std")),
            ("(*fmt.pp).printArg", Some("fmt")),
            ("printf", None),
            ("__wasm_call_ctors", None),
            ("_ZN", None),
            ("_ZN99999999999999999999x", None),
            ("_RNv", None),
            ("_R", None),
        ];
        for (name, expected) in cases {
            assert_eq!(foreign_group(name), expected, "{name}");
        }
    }

    #[test]
    fn name_section_keeps_word_characters_only() {
        assert_eq!(name_section_form("a/b.(*T[\u{e9}]).M-fm"), "a_b.__T____.M_fm");
    }
}
