//! The imports, callable by number, and what lies where in each one's frame.

use gopherix_guest::gojs::DIRECT;
use gopherix_guest::gojs::engine::{Caller, Stop};
use gopherix_guest::{for_each_gojs_function, gojs};
use gopherix_quickjs::QuickJs;

use super::run::note_answer;

/// Carries one out for the guest, with its stack pointer.
pub(super) type Call = fn(&mut dyn Caller<QuickJs>, u32) -> Result<(), Stop>;

/// An import.
pub struct Import {
    /// Its name in the import section.
    pub name: &'static str,
    /// What carries it out.
    pub(super) call: Call,
    /// Whether it may decline to answer. When it does not, it says so itself.
    pub(super) declines: bool,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A reference.
    Reference,
    /// A string's header: the name of a property, or text.
    Text,
    /// The header of a slice of references.
    References,
    /// The header of a slice of bytes to read.
    Source,
    /// The header of a slice of bytes to write.
    Room,
    /// A number.
    Number,
    /// An id or exit code, of 32 bits.
    Small,
    /// A descriptor, a pointer and a length.
    Write,
    /// A pointer to where attributes go.
    Attributes,
    /// The header of a slice of pointers to types and data.
    Anys,
}

/// What an import takes and gives, by offset from the stack pointer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    /// Its arguments.
    pub takes: &'static [(u32, Takes)],
    /// Where its results lie, and their bytes.
    pub gives: &'static [(u32, u32)],
    /// Where a reference is among them.
    pub reference: Option<u32>,
}

macro_rules! imports {
    ($($name:literal $function:ident;)*) => {
        /// Every import of the module.
        pub static IMPORTS: &[Import] = &[$(Import { name: $name, call: gojs::$function::<QuickJs>, declines: false }),*];
    };
}

for_each_gojs_function!(imports);

macro_rules! directly {
    ($($index:literal)*) => {
        /// Every Go function that may be answered before its body runs.
        pub static DIRECTLY: [Import; DIRECT.len()] = [$(
            Import { name: DIRECT[$index].name(), call: call_directly::<$index>, declines: true }
        ),*];
    };
}

directly!(0 1 2 3 4 5 6 7 8);

fn call_directly<const INDEX: usize>(caller: &mut dyn Caller<QuickJs>, sp: u32) -> Result<(), Stop> {
    let answered = gojs::direct(caller, u32::try_from(INDEX).unwrap_or(u32::MAX), sp)?;
    if let Some(direct) = DIRECT.get(INDEX).filter(|_| answered) {
        note_answer(direct.name());
    }
    Ok(())
}

impl Import {
    /// Its frame; `None` if nobody has said yet what it is.
    ///
    /// Source: the declarations in `src/syscall/js/js.go`, `src/runtime/sys_wasm.go` and `src/syscall/fs_js.go`.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        use Takes::{Anys, Attributes, Number, Reference, References, Room, Small, Source, Text, Write};
        let layout = |takes, gives, reference| Some(Layout { takes, gives, reference });
        match self.name {
            "runtime.wasmExit" | "runtime.clearTimeoutEvent" | "syscall/js.finalizeRef" => {
                layout(&[(8, Small)], &[], None)
            }
            "runtime.wasmWrite" => layout(&[(8, Write)], &[], None),
            "runtime.resetMemoryDataView" | "debug" => layout(&[], &[], None),
            "runtime.nanotime1" => layout(&[], &[(8, 8)], None),
            "runtime.walltime" => layout(&[], &[(8, 12)], None),
            "runtime.scheduleTimeoutEvent" => layout(&[(8, Number)], &[(16, 4)], None),
            "runtime.getRandomData" => layout(&[(8, Room)], &[], None),
            "syscall/js.stringVal" => layout(&[(8, Text)], &[(24, 8)], Some(24)),
            "syscall/js.valueGet" => layout(&[(8, Reference), (16, Text)], &[(32, 8)], Some(32)),
            "syscall/js.valueSet" => layout(&[(8, Reference), (16, Text), (32, Reference)], &[], None),
            "syscall/js.valueDelete" => layout(&[(8, Reference), (16, Text)], &[], None),
            "syscall/js.valueIndex" => layout(&[(8, Reference), (16, Number)], &[(24, 8)], Some(24)),
            "syscall/js.valueSetIndex" => layout(&[(8, Reference), (16, Number), (24, Reference)], &[], None),
            "syscall/js.valueCall" => layout(&[(8, Reference), (16, Text), (32, References)], &[(56, 9)], Some(56)),
            "syscall/js.valueInvoke" | "syscall/js.valueNew" => {
                layout(&[(8, Reference), (16, References)], &[(40, 9)], Some(40))
            }
            "syscall/js.valueLength" => layout(&[(8, Reference)], &[(16, 8)], None),
            "syscall/js.valuePrepareString" => layout(&[(8, Reference)], &[(16, 16)], Some(16)),
            "syscall/js.valueLoadString" => layout(&[(8, Reference), (16, Room)], &[], None),
            "syscall/js.valueInstanceOf" => layout(&[(8, Reference), (16, Reference)], &[(24, 1)], None),
            "syscall/js.copyBytesToGo" => layout(&[(8, Room), (32, Reference)], &[(40, 9)], None),
            "syscall/js.copyBytesToJS" => layout(&[(8, Reference), (16, Source)], &[(40, 9)], None),
            "syscall.fsCall" => layout(&[(8, Text), (24, Anys)], &[(48, 32)], None),
            "syscall.fsCall in syscall.Open" => layout(&[(8, Text), (24, Anys)], &[(48, 32)], Some(48)),
            "syscall/js.Value.Call in syscall.Open" => {
                layout(&[(8, Reference), (24, Text), (40, Anys)], &[(64, 16)], Some(64))
            }
            "syscall.Stat" | "syscall.Lstat" => layout(&[(8, Text), (24, Attributes)], &[(32, 16)], None),
            "syscall.Fstat" => layout(&[(8, Number), (16, Attributes)], &[(24, 16)], None),
            "syscall.Readlink" => layout(&[(8, Text), (24, Room)], &[(48, 24)], None),
            "syscall.Pread" => layout(&[(8, Number), (16, Room), (40, Number)], &[(48, 24)], None),
            "syscall.Pwrite" => layout(&[(8, Number), (16, Source), (40, Number)], &[(48, 24)], None),
            _ => None,
        }
    }
}

/// The import of that name; the first of the list for a name that it does not have, which fails a test.
#[must_use]
pub(super) fn number(name: &str) -> usize {
    IMPORTS.iter().position(|import| import.name == name).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_import_has_a_frame() {
        for import in IMPORTS.iter().chain(&DIRECTLY) {
            assert!(import.layout().is_some(), "{}: what is in its frame?", import.name);
        }
    }
}
