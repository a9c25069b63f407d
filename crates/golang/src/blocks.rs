//! Which block of a Go function a byte of its code belongs to, and so which PC.
//!
//! A function that can be resumed jumps from its start, by a `br_table` over its block number (local 0), to one of the
//! stretches that its code consists of: target *n* of the table is what stands behind the *n*-th `end` after it, from 0. Key type:
//! [`Blocks`]. Reference: Go's `cmd/internal/obj/wasm/wasmobj.go`. Neighbour: [`crate::pclntab`], for the meaning of blocks.

use std::collections::BTreeMap;

use wasmparser::{BinaryReader, FunctionBody, Operator};

use crate::work;

/// The local that holds the block.
const BLOCK: u32 = 0;

/// Where the stretches of a function begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Offset in the body, and the stretch's lowest block; both ascend.
    starts: Vec<(usize, u32)>,
}

impl Blocks {
    /// Reads a function body (locals and code). A function that is laid out otherwise has block 0 alone; what follows broken
    /// code belongs to the last block before it.
    pub fn read(body: &[u8]) -> Self {
        let mut starts = Vec::new();
        let Ok(mut operators) = FunctionBody::new(BinaryReader::new(body, 0)).get_operators_reader() else {
            return Self { starts };
        };
        let mut table: Option<BTreeMap<u32, u32>> = None;
        let (mut in_loop, mut gets_block) = (false, false);
        let (mut stretch, mut nested) = (0u32, 0u32);
        while !operators.eof() {
            let Ok(operator) = operators.read() else { break };
            work::count(1);
            // What stands between may take more into the index, as gopherix' own rewriting does.
            let takes_more = matches!(operator, Operator::I32Const { .. } | Operator::I32Load { .. } | Operator::I32Or);
            let got_block = gets_block;
            gets_block &= takes_more;
            match (&operator, &table) {
                (Operator::LocalGet { local_index: BLOCK }, None) => gets_block = true,
                (Operator::Loop { .. }, None) => in_loop = true,
                (Operator::BrTable { targets }, None) if got_block && in_loop => {
                    let mut lowest = BTreeMap::new();
                    for (block, target) in (0u32..).zip(targets.targets().map_while(Result::ok)) {
                        lowest.entry(target).or_insert(block);
                    }
                    table = Some(lowest);
                }
                (Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. }, Some(_)) => {
                    nested = nested.saturating_add(1);
                }
                (Operator::End, Some(_)) if nested > 0 => nested = nested.saturating_sub(1),
                (Operator::End, Some(table)) => {
                    let start = usize::try_from(operators.original_position()).unwrap_or(usize::MAX);
                    starts.extend(table.get(&stretch).map(|&block| (start, block)));
                    stretch = stretch.saturating_add(1);
                }
                _ => {}
            }
        }
        Self { starts }
    }

    /// The block of the instruction at `offset` in the body.
    pub fn at(&self, offset: usize) -> u32 {
        let next = self.starts.partition_point(|&(start, _)| start <= offset);
        next.checked_sub(1).and_then(|last| self.starts.get(last)).map_or(0, |&(_, block)| block)
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{BlockType, Function};

    use super::*;

    /// loop, two blocks, the table [0, 1, 1, 2 = the loop itself], and a nested block in the second stretch.
    fn body() -> Vec<u8> {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        code.loop_(BlockType::Empty).block(BlockType::Empty).block(BlockType::Empty);
        code.local_get(0).br_table([0, 1, 1], 2).end();
        code.nop().end();
        code.block(BlockType::Empty).nop().end().br(0).end().i32_const(0).end();
        let mut bytes = Vec::new();
        wasm_encoder::Encode::encode(&function, &mut bytes);
        // Without the size in front.
        bytes.split_off(1)
    }

    #[test]
    fn stretches_have_the_lowest_of_their_blocks() {
        let body = body();
        let blocks = Blocks::read(&body);
        let first = body.iter().position(|&byte| byte == 0x01).expect("a nop");
        let last = body.iter().rposition(|&byte| byte == 0x01).expect("a nop");
        assert_eq!((blocks.at(0), blocks.at(first), blocks.at(last), blocks.at(usize::MAX)), (0, 0, 1, 1));
        assert_eq!(blocks.starts.len(), 2);
    }

    #[test]
    fn any_bytes_have_blocks() {
        let body = body();
        for cut in 0..body.len() {
            let blocks = Blocks::read(&body[..cut]);
            assert!(blocks.at(cut) <= 1);
        }
        assert_eq!(Blocks::read(&[0xff; 64]).at(3), 0);
    }
}
