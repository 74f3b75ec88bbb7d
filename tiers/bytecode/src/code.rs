//! A function in bytecode, and its listing.

use std::fmt::Write;

use sx_ir::{FuncId, Function, LocId};
use sx_machine::bulk::Bulk;

use crate::isa::{Inst, disassemble};

/// A translated function. Position-independent: nothing in it depends on the machine it runs on.
#[derive(Debug)]
pub struct FuncCode {
    pub insts: Box<[Inst]>,
    /// Position of each instruction: what a trap there reports.
    pub locs: Box<[LocId]>,
    /// Words of the frame: locals, temporaries, at least the results.
    pub words: u32,
    /// Locals that must be zeroed on entry lie in this range of words. The others are written before they are read.
    pub zero: std::ops::Range<u32>,
    /// Frame memory.
    pub stack: u64,
    /// Loops that `Bulk` instructions run.
    pub bulks: Vec<Bulk>,
    /// Loops in it.
    pub loops: u32,
}

impl FuncCode {
    /// The listing of the whole function.
    pub fn listing(&self, id: FuncId, func: &Function) -> String {
        let mut out = String::new();
        let _ = write!(out, "{id:?} {}: {} words", func.name, self.words);
        if !self.zero.is_empty() {
            let _ = write!(out, ", zero {}..{}", self.zero.start, self.zero.end);
        }
        if self.stack != 0 {
            let _ = write!(out, ", stack {}", self.stack);
        }
        out.push('\n');
        for (pc, inst) in self.insts.iter().enumerate() {
            let _ = writeln!(out, "{pc:5}  {}", disassemble(*inst, pc));
        }
        out
    }
}
