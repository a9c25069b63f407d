//! Headers: text of Latin-1 characters in scripts, bytes on the wire.

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};

/// What belongs to the connection and the framing, which are not a program's: silently left out, as fetch does
/// (<https://fetch.spec.whatwg.org/#forbidden-request-header>). `Host` among them: it could ask a granted server for a host
/// that is not.
const NOT_THE_PROGRAMS: [HeaderName; 8] =
    [CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
const NOT_THE_PROGRAMS_EITHER: [&str; 3] = ["keep-alive", "proxy-connection", "http2-settings"];

/// The content codings that [`body`](super::body) undoes.
const CODINGS: HeaderValue = HeaderValue::from_static("gzip, deflate, br");
/// Some servers turn away clients that do not say who they are.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("gopherix/", env!("CARGO_PKG_VERSION")));

/// The headers of a request, with those that every request has.
///
/// # Errors
/// If a name or value is none.
pub(super) fn to_send(headers: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let parsed = HeaderName::try_from(name).map_err(|_| format!("{name:?} is no header name"))?;
        if NOT_THE_PROGRAMS.contains(&parsed) || NOT_THE_PROGRAMS_EITHER.contains(&parsed.as_str()) {
            continue;
        }
        let bytes: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
        let bytes = bytes.map_err(|_| format!("the value of the header {name} is not Latin-1"))?;
        let value =
            HeaderValue::try_from(bytes).map_err(|_| format!("the value of the header {name} is not allowed"))?;
        map.append(parsed, value);
    }
    for (name, value) in [(ACCEPT, HeaderValue::from_static("*/*")), (ACCEPT_ENCODING, CODINGS), (USER_AGENT, AGENT)] {
        map.entry(name).or_insert(value);
    }
    Ok(map)
}

/// The headers of a response; equal names in the order in which they came.
pub(super) fn received(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), latin1(value.as_bytes()))).collect()
}

/// Bytes as the characters of the same numbers.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
