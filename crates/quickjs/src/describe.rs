//! Exceptions as users read them.

use gopherix_guest::gojs::engine::Caller;
use gopherix_guest::gojs::value::Value;

use crate::QuickJs;
use crate::heap::Thrown;
use crate::value::Js;

impl QuickJs {
    /// `util.inspect(value)`; something simpler if that fails. Runs scripts.
    pub(crate) fn show(&self, value: &Js) -> String {
        let inspected: Thrown<String> =
            (|| self.load("inspect")?.invoke("inspect", std::slice::from_ref(value))?.to_text())();
        inspected.or_else(|_| value.to_text()).unwrap_or_else(|_| "an exception that cannot be shown".to_owned())
    }

    /// As Node shows what ends a program, and what is missing if it may have failed for want of it.
    pub(crate) fn describe_uncaught(&self, caller: &mut dyn Caller<QuickJs>, thrown: &Value<QuickJs>) -> String {
        let Ok(js) = self.to_js(caller, thrown) else { return "Uncaught exception".to_owned() };
        let mut text = self.enter(caller, || {
            if js.is_error()
                && let Ok(message) = js.get("message").and_then(|message| message.to_text())
            {
                self.note_missing_of(&message);
            }
            format!("Uncaught {}", self.show(&js))
        });
        if let Some(note) = self.missing_note() {
            text.push_str("\n\n");
            text.push_str(&note);
        }
        text
    }
}
