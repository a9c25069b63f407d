//! Prints tracebacks as Go does.

use std::borrow::Cow;
use std::fmt::{self, Write};

use super::{Dump, Goroutine, all};
use crate::program::Frame;
use crate::stack::{Memory, StackFrame, Walk};
use crate::symbol;
use crate::work::Budget;

/// How many calls are printed at either end of a long stack (`tracebackInnerFrames`, `tracebackOuterFrames`).
const PRINTED: usize = 50;
/// How many machine frames a dump of all goroutines walks: many times what fits a reader, few enough for hostile memory.
const TOTAL_FRAMES: usize = 1 << 18;
/// How many steps such a dump's walks may take, for the same reason.
const TOTAL_STEPS: usize = 1 << 26;
const MINUTE: i64 = 60_000_000_000;

/// One call to print.
struct Call<'a> {
    frame: Frame<'a>,
    machine: StackFrame,
}

/// The calls of a goroutine that a traceback prints, innermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls<'a> {
    /// The calls; [`Calls::elided`] others are between the first half of them and the second.
    pub printed: Vec<Frame<'a>>,
    /// How many are left out.
    pub elided: usize,
}

impl<'a> Calls<'a> {
    /// Goes through them twice, so that a deep stack takes no memory.
    fn of<I: Iterator<Item = Call<'a>>>(calls: impl Fn() -> I) -> Self {
        let (_, elided) = count(&calls);
        let named = |call: Call<'a>| {
            let Frame { function, position, inlined, wrapper, no_arguments, start_line } = call.frame;
            let function = match printed_name(&function) {
                Cow::Borrowed(name) if name == function => function,
                name => Cow::Owned(name.into_owned()),
            };
            Frame { function, position, inlined, wrapper, no_arguments, start_line }
        };
        let last = calls().skip(PRINTED.saturating_add(elided));
        Calls { printed: calls().take(PRINTED).chain(last).map(named).collect(), elided }
    }
}

/// How many calls there are, and how many of them are not printed.
fn count<'a, I: Iterator<Item = Call<'a>>>(calls: &impl Fn() -> I) -> (usize, usize) {
    let count = calls().count();
    (count, count.saturating_sub(PRINTED.saturating_mul(2)))
}

impl<'a, M: Memory + ?Sized> Dump<'a, M> {
    /// Writes all goroutines but those of the runtime itself, the running one first. Where their stacks are immense together
    /// the last are only counted.
    pub fn write_all(&self, out: &mut impl Write) -> fmt::Result {
        let mut separator = "";
        let elided = self.each(|goroutine, walk| {
            out.write_str(separator)?;
            separator = "\n";
            self.write_walk(out, goroutine, walk)
        })?;
        if elided > 0 { writeln!(out, "\n...{elided} goroutines elided...") } else { Ok(()) }
    }

    /// The goroutines that [`Dump::write_all`] writes, in that order.
    pub fn listed(&self) -> Vec<Goroutine> {
        let mut listed = Vec::new();
        // Adding to a list does not fail.
        let _ = self.each(|goroutine, _| {
            listed.push(*goroutine);
            Ok(())
        });
        listed
    }

    /// Visits goroutines; how many of the last are left out.
    fn each(&self, mut visit: impl FnMut(&Goroutine, &Walk) -> fmt::Result) -> Result<usize, fmt::Error> {
        let mut goroutines = all(self.program, self.memory);
        // Stable: the others stay in their order.
        goroutines.sort_by_key(|goroutine| !goroutine.status.is_running());
        let mut frames = 0usize;
        let budget = Budget::new(TOTAL_STEPS);
        for (index, goroutine) in goroutines.iter().enumerate() {
            if frames > TOTAL_FRAMES || budget.is_spent() {
                return Ok(goroutines.len().saturating_sub(index));
            }
            let walk = goroutine.stack_within(self.program, self.memory, self.registers.as_ref(), &budget);
            frames = frames.saturating_add(walk.frames.len());
            if !self.is_system(goroutine, &walk) {
                visit(goroutine, &walk)?;
            }
        }
        Ok(0)
    }

    /// Writes one goroutine.
    pub fn write_goroutine(&self, out: &mut impl Write, goroutine: &Goroutine) -> fmt::Result {
        let walk = goroutine.stack(self.program, self.memory, self.registers.as_ref());
        self.write_walk(out, goroutine, &walk)
    }

    /// Whether a goroutine is the runtime's own. Those that run finalizers and cleanups are the user's while they do.
    pub fn is_system(&self, goroutine: &Goroutine, walk: &Walk) -> bool {
        let Some(first) = self.names.function(goroutine.starts_at) else { return false };
        match &*first {
            "runtime.main" | "runtime.corostart" => false,
            // Between two events it says that it runs, and waits for the host to come back with another.
            "runtime.handleAsyncEvent" => walk.frames.is_empty(),
            "runtime.runfinq" | "runtime.runFinalizers" | "runtime.runCleanups" => {
                self.calls(walk).all(|call| call.frame.function.starts_with("runtime."))
            }
            name => name.starts_with("runtime."),
        }
    }

    fn write_walk(&self, out: &mut impl Write, goroutine: &Goroutine, walk: &Walk) -> fmt::Result {
        self.write_header(out, goroutine)?;
        if walk.frames.is_empty() && goroutine.status.is_running() {
            out.write_str("\tgoroutine running on other thread; stack unavailable\n")?;
        } else if !self.write_calls(out, || self.shown(walk))? {
            self.write_calls(out, || self.calls(walk))?;
        }
        self.write_created_by(out, goroutine)
    }

    fn write_header(&self, out: &mut impl Write, goroutine: &Goroutine) -> fmt::Result {
        write!(out, "goroutine {} [", goroutine.id)?;
        self.write_state(out, goroutine)?;
        out.write_str("]:\n")
    }

    /// Writes what Go's traceback has in brackets: why a goroutine waits, or what else it does.
    pub fn write_state(&self, out: &mut impl Write, goroutine: &Goroutine) -> fmt::Result {
        let status = goroutine.status;
        out.write_str(goroutine.wait_reason.unwrap_or(status.text()))?;
        let durable =
            goroutine.bubble.is_some() && status.is_waiting() && goroutine.wait_reason.is_some_and(is_durable);
        let flags = [(status.is_leaked(), " (leaked)"), (status.is_scanned(), " (scan)"), (durable, " (durable)")];
        for (_, text) in flags.iter().filter(|(applies, _)| *applies) {
            out.write_str(text)?;
        }
        if let Some(now) = self.now
            && goroutine.wait_since != 0
            && (status.is_waiting() || status.is_syscall())
        {
            let minutes = now.saturating_sub(goroutine.wait_since).div_euclid(MINUTE);
            if minutes >= 1 {
                write!(out, ", {minutes} minutes")?;
            }
        }
        if goroutine.locked {
            out.write_str(", locked to thread")?;
        }
        match goroutine.bubble {
            Some(bubble) => write!(out, ", synctest bubble {bubble}"),
            None => Ok(()),
        }
    }

    /// The calls that Go's traceback prints of a goroutine, under the names it prints: the first and the last of a deep stack.
    pub fn calls_of(&self, goroutine: &Goroutine) -> Calls<'a> {
        let walk = goroutine.stack(self.program, self.memory, self.registers.as_ref());
        let calls = Calls::of(|| self.shown(&walk));
        if calls.printed.is_empty() { Calls::of(|| self.calls(&walk)) } else { calls }
    }

    /// All calls of a stack, innermost first.
    fn calls<'w>(&'w self, walk: &'w Walk) -> impl Iterator<Item = Call<'a>> + use<'w, 'a, M> {
        walk.frames.iter().flat_map(move |&machine| {
            let frames = self.names.frames(machine.symbol_pc());
            // Of a leaf only the function is known: where in it, and in which inlined call, is not.
            let skipped = if machine.function_only { frames.len().saturating_sub(1) } else { 0 };
            (skipped..frames.len()).filter_map(move |at| Some(Call { frame: frames.get(at)?.clone(), machine }))
        })
    }

    /// The calls that Go's traceback shows: none of the runtime's own and no wrappers.
    fn shown<'w>(&'w self, walk: &'w Walk) -> impl Iterator<Item = Call<'a>> + use<'w, 'a, M> {
        let mut callee_panics = false;
        let mut first = true;
        self.calls(walk).filter(move |call| {
            let name = &*call.frame.function;
            let called_by_panic = callee_panics;
            callee_panics = matches!(name, "runtime.gopanic" | "runtime.sigpanic" | "runtime.panicwrap");
            let shown = is_shown(&call.frame, first, called_by_panic);
            first &= !shown;
            shown
        })
    }

    /// Writes the first and the last of the calls; false if there are none.
    fn write_calls<'w, I: Iterator<Item = Call<'w>>>(
        &self,
        out: &mut impl Write,
        calls: impl Fn() -> I,
    ) -> Result<bool, fmt::Error> {
        let (count, elided) = count(&calls);
        for call in calls().take(PRINTED) {
            self.write_call(out, &call)?;
        }
        if elided > 0 {
            writeln!(out, "...{elided} frames elided...")?;
        }
        for call in calls().skip(PRINTED.saturating_add(elided)) {
            self.write_call(out, &call)?;
        }
        Ok(count > 0)
    }

    fn write_call(&self, out: &mut impl Write, call: &Call<'_>) -> fmt::Result {
        let Call { frame, machine } = call;
        let arguments = if frame.no_arguments && !frame.inlined { "()" } else { "(...)" };
        writeln!(out, "{}{arguments}", printed_name(&frame.function))?;
        write_position(out, frame)?;
        let offset = machine.pc & 0xffff;
        if offset > 0 && !frame.inlined {
            write!(out, " +{offset:#x}")?;
        }
        out.write_str("\n")
    }

    /// The `go` statement that a goroutine comes from: the function it is in, under the name that is printed, and where.
    pub fn creator(&self, goroutine: &Goroutine) -> Option<Frame<'a>> {
        let machine = StackFrame { pc: goroutine.created_at, sp: 0, function_only: false };
        let frames = self.names.frames(machine.symbol_pc());
        // Go takes the position of the code itself here, which is that of the innermost call inlined there.
        let position = frames.first()?.position.clone();
        let creator = frames.last().cloned().filter(|frame| goroutine.id != 1 && is_shown(frame, false, false))?;
        Some(Frame { function: printed_name(&creator.function).into_owned().into(), position, ..creator })
    }

    fn write_created_by(&self, out: &mut impl Write, goroutine: &Goroutine) -> fmt::Result {
        let Some(creator) = self.creator(goroutine) else { return Ok(()) };
        write!(out, "created by {}", creator.function)?;
        if goroutine.parent != 0 {
            write!(out, " in goroutine {}", goroutine.parent)?;
        }
        out.write_str("\n")?;
        write_position(out, &creator)?;
        let offset = goroutine.created_at & 0xffff;
        if offset > 0 {
            write!(out, " +{offset:#x}")?;
        }
        out.write_str("\n")
    }
}

/// Reasons that count as idle in a synctest bubble and do not say so themselves (`isIdleInSynctest` in Go's
/// `runtime/runtime2.go`).
fn is_durable(reason: &str) -> bool {
    const REASONS: [&str; 8] = [
        "chan receive (nil chan)",
        "chan send (nil chan)",
        "select (no cases)",
        "sleep",
        "sync.Cond.Wait",
        "coroutine",
        "synctest.Run",
        "synctest.Wait",
    ];
    REASONS.contains(&reason)
}

fn write_position(out: &mut impl Write, frame: &Frame<'_>) -> fmt::Result {
    match &frame.position {
        Some(position) => write!(out, "\t{}:{}", position.file, position.line),
        None => out.write_str("\t?:0"),
    }
}

fn printed_name(name: &str) -> Cow<'_, str> {
    if name == "runtime.gopanic" { "panic".into() } else { symbol::traceback_form(name) }
}

fn is_shown(frame: &Frame<'_>, first: bool, called_by_panic: bool) -> bool {
    let name = &*frame.function;
    if frame.wrapper && !called_by_panic {
        return false;
    }
    match name {
        "runtime.runFinalizers" | "runtime.runCleanups" => true,
        "runtime.gopanic" if !first => true,
        _ => name.contains('.') && (!name.starts_with("runtime.") || is_exported(name)),
    }
}

/// Whether a function of the runtime is one that programs call: `runtime.GC`, `runtime.(*Func).Name`.
fn is_exported(name: &str) -> bool {
    let Some(name) = name.strip_prefix("runtime.") else { return false };
    let capital = |text: &str| text.starts_with(|first: char| first.is_ascii_uppercase());
    match name.rsplit_once('.') {
        None => capital(name),
        Some((receiver, method)) => {
            let plain = receiver.strip_prefix("(*").and_then(|rest| rest.strip_suffix(')')).unwrap_or(receiver);
            capital(method) && capital(plain)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exported_functions_and_methods_of_the_runtime() {
        for name in ["runtime.GC", "runtime.(*Func).Name", "runtime.Frames.Next"] {
            assert!(is_exported(name), "{name}");
        }
        for name in
            ["runtime.main", "runtime.(*mheap).Alloc", "runtime.(*Func).name", "main.GC", "runtime.", "runtime.."]
        {
            assert!(!is_exported(name), "{name}");
        }
    }

    #[test]
    fn frames_that_a_traceback_shows() {
        let frame = |name: &'static str, wrapper| Frame {
            function: name.into(),
            position: None,
            start_line: None,
            inlined: false,
            wrapper,
            no_arguments: false,
        };
        assert!(is_shown(&frame("main.main", false), true, false));
        assert!(is_shown(&frame("main.(*T).M", true), false, true), "a wrapper that a panic left");
        assert!(!is_shown(&frame("main.(*T).M", true), false, false));
        assert!(!is_shown(&frame("runtime.gopark", false), true, false));
        assert!(!is_shown(&frame("runtime.gopanic", false), true, false));
        assert!(is_shown(&frame("runtime.gopanic", false), false, false));
        assert!(!is_shown(&frame("memeqbody", false), false, false));
        assert!(is_shown(&frame("runtime.runCleanups", false), false, false));
    }
}
