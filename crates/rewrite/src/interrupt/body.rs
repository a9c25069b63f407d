//! Writes one function's body with its looks at the flag.

use wasm_encoder::{BlockType, BranchHint, InstructionSink, MemArg, MemArgTarget};
use wasmparser::{BinaryReaderError, FunctionBody, Operator, ValType};

use super::needed::{Locals, MOST_LOCALS, at_loops};
use crate::body::Copy;
use crate::hints;
use crate::loops::{FLAG, KEPT};

/// A body may grow to so many times its size, and so many bytes, before locals are not kept any more.
const GROWTH: usize = 4;
const SMALL: usize = 4096;

/// What looks are made of.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// The function that is called if the flag is set.
    pub(super) import: u32,
    /// The memory that has the flag, and room for locals.
    pub(super) memory: u32,
}

/// Writes a body and tells its hints; `enters` says that it looks when it is entered.
///
/// # Errors
/// If its instructions cannot be read.
pub(super) fn write(
    body: &FunctionBody<'_>,
    parameters: &[ValType],
    enters: bool,
    look: Look,
) -> Result<(Vec<u8>, Vec<BranchHint>), BinaryReaderError> {
    let source = body.as_bytes();
    let types = locals(body, parameters)?;
    let reader = body.get_operators_reader()?;
    let first = reader.original_position();
    let places = reader.into_iter_with_offsets().collect::<Result<Vec<_>, _>>()?;
    let (code, places): (Vec<Operator<'_>>, Vec<u64>) = places.into_iter().unzip();
    let ends = places.iter().skip(1).copied().chain([body.range().end]);
    let out = Vec::with_capacity(source.len().saturating_add(64));
    let mut writer =
        Writer { copy: Copy { source, start: body.range().start, done: 0, out }, types, unlikely: Vec::new(), look };
    if enters {
        writer.look(first, Locals::first(u32::try_from(parameters.len()).unwrap_or(u32::MAX)));
    }
    let mut loops = at_loops(&code).into_iter();
    for ((op, place), end) in code.iter().zip(&places).zip(ends) {
        let (at, end_at) = (writer.copy.at(*place), writer.copy.at(end));
        let moved = |index: u32| if index < look.import { index } else { index.saturating_add(1) };
        match *op {
            Operator::Call { function_index } => {
                writer.copy.replace(at, end_at).call(moved(function_index));
            }
            Operator::ReturnCall { function_index } => {
                writer.copy.replace(at, end_at).return_call(moved(function_index));
            }
            Operator::RefFunc { function_index } => {
                writer.copy.replace(at, end_at).ref_func(moved(function_index));
            }
            Operator::Loop { .. } => writer.look(end, loops.next().unwrap_or_default()),
            _ => {}
        }
    }
    let rest = source.len();
    writer.copy.replace(rest, rest);
    Ok((writer.copy.out, writer.unlikely))
}

struct Writer<'a> {
    copy: Copy<'a>,
    /// The types of the first locals.
    types: Vec<ValType>,
    unlikely: Vec<BranchHint>,
    look: Look,
}

impl Writer<'_> {
    /// Writes a look at a place in the module, where these locals are needed.
    fn look(&mut self, place: u64, needed: Locals) {
        let Look { import, memory } = self.look;
        let at = |offset: u64| MemArg { offset, align: 2, target: MemArgTarget::Memory(memory), ordering: None };
        let at_place = self.copy.at(place);
        self.copy.replace(at_place, at_place).i32_const(0).i32_load(at(FLAG));
        self.unlikely.push(hints::unlikely(self.copy.out.len()));
        let has_room = self.copy.out.len() <= self.copy.source.len().saturating_mul(GROWTH).saturating_add(SMALL);
        let kept = || {
            let numbered = (0u32..).zip(self.types.iter().copied());
            let numbers = numbered.filter(|(local, ty)| has_room && needed.has(*local) && is_number(*ty));
            (KEPT..).step_by(8).map(at).zip(numbers)
        };
        let mut code = InstructionSink::new(&mut self.copy.out);
        code.if_(BlockType::Empty);
        for (place, (local, ty)) in kept() {
            code.i32_const(0).local_get(local);
            match ty {
                ValType::I32 => code.i32_store(place),
                ValType::F32 => code.f32_store(place),
                ValType::F64 => code.f64_store(place),
                _ => code.i64_store(place),
            };
        }
        code.call(import);
        for (place, (local, ty)) in kept() {
            code.i32_const(0);
            match ty {
                ValType::I32 => code.i32_load(place),
                ValType::F32 => code.f32_load(place),
                ValType::F64 => code.f64_load(place),
                _ => code.i64_load(place),
            };
            code.local_set(local);
        }
        code.end();
    }
}

fn is_number(ty: ValType) -> bool {
    matches!(ty, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64)
}

/// The types of the first of a function's locals, its parameters before the others.
fn locals(body: &FunctionBody<'_>, parameters: &[ValType]) -> Result<Vec<ValType>, BinaryReaderError> {
    let most = usize::try_from(MOST_LOCALS).unwrap_or(usize::MAX);
    let mut types = parameters.to_vec();
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        let room = most.saturating_sub(types.len());
        types.extend(std::iter::repeat_n(ty, usize::try_from(count).unwrap_or(usize::MAX).min(room)));
    }
    types.truncate(most);
    Ok(types)
}
