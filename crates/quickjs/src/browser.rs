//! APIs that only a browser has, and programs that ask for them all the same.
//!
//! `typeof document` must be `"undefined"`, since libraries tell by it where they are. But a Go program that gets
//! `document` and calls a method of it fails with Go's words about undefined values; so it is noted who was asked for, and
//! said when the program fails.

use crate::QuickJs;
use crate::text::enumerate;

/// Global names of the Web's that are not in the world.
const NAMES: &[&str] = &[
    "Audio",
    "BroadcastChannel",
    "CSS",
    "CanvasRenderingContext2D",
    "Element",
    "EventSource",
    "HTMLElement",
    "Image",
    "IntersectionObserver",
    "MutationObserver",
    "Node",
    "Notification",
    "OffscreenCanvas",
    "RTCPeerConnection",
    "ResizeObserver",
    "SharedWorker",
    "WebAssembly",
    "WebGLRenderingContext",
    "WebSocket",
    "Worker",
    "XMLHttpRequest",
    "alert",
    "caches",
    "cancelAnimationFrame",
    "confirm",
    "customElements",
    "document",
    "getComputedStyle",
    "history",
    "indexedDB",
    "localStorage",
    "location",
    "navigator",
    "prompt",
    "requestAnimationFrame",
    "screen",
    "self",
    "sessionStorage",
    "window",
];

fn known(name: &str) -> Option<&'static str> {
    NAMES.binary_search(&name).ok().and_then(|at| NAMES.get(at).copied())
}

impl QuickJs {
    /// Notes that the program was told `undefined` for a global name, if it is one of a browser's.
    pub(crate) fn note_missing(&self, name: &str) {
        if let Some(name) = known(name) {
            let mut asked_for = self.asked_for.borrow_mut();
            if !asked_for.contains(&name) {
                asked_for.push(name);
            }
        }
    }

    /// Notes it from the message of a ReferenceError.
    pub(crate) fn note_missing_of(&self, message: &str) {
        if let Some(name) = message.strip_suffix(" is not defined") {
            self.note_missing(name.trim_matches('\''));
        }
    }

    /// What to tell the user of a program that failed after it had asked for what only a browser has.
    #[must_use]
    pub fn missing_note(&self) -> Option<String> {
        let asked_for = self.asked_for.borrow();
        if asked_for.is_empty() {
            return None;
        }
        let (exists, are) = if asked_for.len() == 1 { ("exists", "It is") } else { ("exist", "They are") };
        Some(format!(
            "gopherix: the program asked for {}, which only {exists} in a browser. {are} there when it runs in \
             gopherix' browser home.",
            enumerate(&asked_for)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(NAMES.is_sorted());
        assert_eq!((known("document"), known("fetch")), (Some("document"), None));
    }
}
