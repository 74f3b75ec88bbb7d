//! Fusing neighbours: an instruction followed by one it often goes with does the work of both, which saves a dispatch.
//! The second word stays as it is, so that branches to it, positions and traps need no care.

use crate::isa::{Inst, Op};

pub(super) fn fuse(insts: &mut [Inst]) {
    let mut i = 0;
    while i + 1 < insts.len() {
        let (first, second) = (insts[i], insts[i + 1]);
        match chain(first, second).or_else(|| pair(first.op, second.op)) {
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
        (Op::Add64, Op::LoopBrLtS64I) => Op::Add64AndLoopBrLtS64I,
        (Op::Add64, Op::LoopBrLtS64) => Op::Add64AndLoopBrLtS64,
        (Op::LoadX8, Op::StoreX8) => Op::LoadX8AndStoreX8,
        (Op::LoadX8, Op::BrZ) => Op::LoadX8AndBrZ,
        (Op::Rotl32I, Op::Rotl32I) => Op::Rotl32IAndRotl32I,
        (Op::And, Op::And) => Op::AndAndAnd,
        (Op::Load64, Op::FMul64) => Op::Load64AndFMul64,
        _ => return None,
    })
}

/// Pairs whose second instruction reads what the first one has just written: the value need not go through memory.
fn chain(first: Inst, second: Inst) -> Option<Op> {
    let (then, into) = (second.b == first.a, second.c == first.a);
    let stored = second.a == first.a && second.b != first.a;
    Some(match (first.op, second.op) {
        (Op::Mul64, Op::Add64) if then => Op::Mul64ThenAdd64,
        (Op::Mul64I, Op::Add64I) if then => Op::Mul64IThenAdd64I,
        (Op::Add32, Op::Add32) if then => Op::Add32ThenAdd32,
        (Op::Xor, Op::Xor) if then => Op::XorThenXor,
        (Op::Xor, Op::Mul64) if then => Op::XorThenMul64,
        (Op::Xor, Op::AndI) if then => Op::XorThenAndI,
        (Op::Xor, Op::And) if then => Op::XorThenAnd,
        (Op::Add64I, Op::AndI) if then => Op::Add64IThenAndI,
        (Op::ShrUI, Op::Xor) if into => Op::ShrUIIntoXor,
        (Op::Rotl32I, Op::Xor) if into => Op::Rotl32IIntoXor,
        (Op::And, Op::Xor) if into => Op::AndIntoXor,
        (Op::Xor, Op::Add32) if into => Op::XorIntoAdd32,
        (Op::FMul64, Op::FMul64) if then => Op::FMul64ThenFMul64,
        (Op::FMul64, Op::FAdd64) if then => Op::FMul64ThenFAdd64,
        (Op::FMul64, Op::FAdd64) if into => Op::FMul64IntoFAdd64,
        (Op::FMul64, Op::FSub64) if into => Op::FMul64IntoFSub64,
        (Op::FSub64, Op::FAdd64) if then => Op::FSub64ThenFAdd64,
        (Op::FSub64, Op::Store64) if stored => Op::FSub64ThenStore64,
        (Op::FAdd64, Op::Store64) if stored => Op::FAdd64ThenStore64,
        _ => return None,
    })
}
