//! Fusing neighbours: an instruction followed by one it often goes with does the work of both, which saves a dispatch.
//! The second word stays as it is, so that branches to it, positions and traps need no care.

use crate::isa::{Inst, Op};

pub(super) fn fuse(insts: &mut [Inst]) {
    let mut i = 0;
    while i + 1 < insts.len() {
        match pair(insts[i].op, insts[i + 1].op) {
            Some(op) => {
                insts[i].op = op;
                i += 2;
            }
            None => i += 1,
        }
    }
}

fn pair(first: Op, second: Op) -> Option<Op> {
    Some(match (first, second) {
        (Op::Add64I, Op::LoopBrLtS64) => Op::Add64IAndLoopBrLtS64,
        (Op::Add64I, Op::LoopBrLtS64I) => Op::Add64IAndLoopBrLtS64I,
        (Op::Add64I, Op::LoopBrLeS64) => Op::Add64IAndLoopBrLeS64,
        (Op::Add64I, Op::LoopBrLtU) => Op::Add64IAndLoopBrLtU,
        (Op::Add64I, Op::LoopBrNe) => Op::Add64IAndLoopBrNe,
        (Op::Add64I, Op::LoopBrNeI) => Op::Add64IAndLoopBrNeI,
        (Op::Add64I, Op::LoopBack) => Op::Add64IAndLoopBack,
        (Op::Add64I, Op::Call) => Op::Add64IAndCall,
        (Op::CheckBelow, Op::LoadX8) => Op::CheckBelowAndLoadX8,
        (Op::CheckBelow, Op::LoadX16) => Op::CheckBelowAndLoadX16,
        (Op::CheckBelow, Op::LoadX32) => Op::CheckBelowAndLoadX32,
        (Op::CheckBelow, Op::LoadX64) => Op::CheckBelowAndLoadX64,
        (Op::CheckBelow, Op::StoreX8) => Op::CheckBelowAndStoreX8,
        (Op::CheckBelow, Op::StoreX16) => Op::CheckBelowAndStoreX16,
        (Op::CheckBelow, Op::StoreX32) => Op::CheckBelowAndStoreX32,
        (Op::CheckBelow, Op::StoreX64) => Op::CheckBelowAndStoreX64,
        (Op::CheckBelow, Op::Lea) => Op::CheckBelowAndLea,
        (Op::CheckBelowI, Op::LoadX8) => Op::CheckBelowIAndLoadX8,
        (Op::CheckBelowI, Op::LoadX16) => Op::CheckBelowIAndLoadX16,
        (Op::CheckBelowI, Op::LoadX32) => Op::CheckBelowIAndLoadX32,
        (Op::CheckBelowI, Op::LoadX64) => Op::CheckBelowIAndLoadX64,
        (Op::CheckBelowI, Op::StoreX8) => Op::CheckBelowIAndStoreX8,
        (Op::CheckBelowI, Op::StoreX16) => Op::CheckBelowIAndStoreX16,
        (Op::CheckBelowI, Op::StoreX32) => Op::CheckBelowIAndStoreX32,
        (Op::CheckBelowI, Op::StoreX64) => Op::CheckBelowIAndStoreX64,
        (Op::CheckBelowI, Op::Lea) => Op::CheckBelowIAndLea,
        (Op::Mov, Op::Mov) => Op::MovAndMov,
        (Op::Mov, Op::Call) => Op::MovAndCall,
        (Op::Mov, Op::LoopBack) => Op::MovAndLoopBack,
        (Op::Mov, Op::Jump) => Op::MovAndJump,
        (Op::Const, Op::Call) => Op::ConstAndCall,
        (Op::Const, Op::StoreS64) => Op::ConstAndStoreS64,
        (Op::Load64, Op::Load64) => Op::Load64AndLoad64,
        (Op::Store64, Op::Store64) => Op::Store64AndStore64,
        (Op::LoadS64, Op::LoadS64) => Op::LoadS64AndLoadS64,
        (Op::StoreS64, Op::StoreS64) => Op::StoreS64AndStoreS64,
        (Op::Add64, Op::Add64I) => Op::Add64AndAdd64I,
        (Op::Add64, Op::Ret1) => Op::Add64AndRet1,
        _ => return None,
    })
}
