//! Writes to constants, which have to end the program. LLVM takes a write that it sees go to a constant for one that never
//! happens, and drops it; a volatile one stays, and meets the page that is read-only. So writes whose pointer may lead into a
//! constant, as far as can be seen from function to function, are made volatile before anything is optimised. A program
//! that doesn't pass constants to what writes has none of these.
//!
//! A pointer that was read from static data (the elements of a constant list) can't be followed like that. The constants
//! that static data leads to are variables to LLVM as long as it optimises, and somebody else may read them.
#![allow(unsafe_code)]

use inkwell::llvm_sys::LLVMOpcode::LLVMGetElementPtr;
use inkwell::llvm_sys::LLVMTypeKind::LLVMPointerTypeKind;
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::prelude::LLVMValueRef;
use inkwell::module::{Linkage, Module};
use inkwell::values::GlobalValue;
use rustc_hash::FxHashSet;
use sx_ir::RelocTarget;

use crate::unit::Unit;

/// Values that are looked at for what a pointer points to.
const MOST_BASES: usize = 64;

/// What a pointer may lead into.
#[derive(Default)]
struct Bases {
    constant: bool,
    /// What the function was given.
    arguments: Vec<LLVMValueRef>,
}

impl Bases {
    fn may_be_constant(&self, marked: &FxHashSet<LLVMValueRef>) -> bool {
        self.constant || self.arguments.iter().any(|value| marked.contains(value))
    }
}

#[derive(Default)]
struct Found {
    /// Stores and operations on whole memory, with what they write to.
    writes: Vec<(LLVMValueRef, Bases)>,
    /// What is given for which parameter.
    given: Vec<(Bases, LLVMValueRef)>,
}

/// Makes variables of the constants that static data leads to. They are to be constants again once all is optimised.
/// Only values of the program and what evaluations have stored: nobody writes to texts of literals and records of types.
pub fn open_objects<'c>(unit: &Unit<'_, 'c>) -> Vec<GlobalValue<'c>> {
    let mut seen = FxHashSet::default();
    let mut opened = Vec::new();
    for (global, emitted) in unit.ir.globals.iter().zip(&unit.globals) {
        if emitted.is_none() {
            continue;
        }
        for reloc in &global.init.relocs {
            let RelocTarget::Global(to) = reloc.target else {
                continue;
            };
            let object = unit.ir.global(to);
            let is_value = object.is_stored_object() || object.sx_type.is_some();
            if object.mutable || !is_value || !seen.insert(to) {
                continue;
            }
            let storage = unit.globals[to.index()].and_then(crate::raw::as_global);
            if let Some(storage) = storage.filter(|storage| storage.is_constant()) {
                storage.set_constant(false);
                opened.push(storage);
            }
        }
    }
    if let Some(first) = opened.first() {
        // Writes that nobody here reads are not to be dropped.
        let pointers: Vec<_> = opened.iter().map(|one| one.as_pointer_value()).collect();
        let ty = first.as_pointer_value().get_type();
        let list = ty.const_array(&pointers);
        let used = (unit.module).add_global(list.get_type(), None, "llvm.compiler.used");
        used.set_linkage(Linkage::Appending);
        used.set_section(Some("llvm.metadata"));
        used.set_initializer(&list);
    }
    opened
}

/// Makes the writes of a module volatile that may go to constants.
pub fn keep_writes(module: &Module<'_>) {
    // SAFETY: a live module, of which nothing is removed meanwhile.
    let mut found = unsafe { find(module) };
    let mut marked = FxHashSet::default();
    loop {
        let before = marked.len();
        found.given.retain(|(bases, parameter)| {
            let may_be = bases.may_be_constant(&marked);
            if may_be {
                marked.insert(*parameter);
            }
            !may_be
        });
        if marked.len() == before {
            break;
        }
    }
    for (write, bases) in &found.writes {
        if bases.may_be_constant(&marked) {
            // SAFETY: `find` has seen that it is one of the two.
            unsafe { make_volatile(*write) };
        }
    }
}

/// # Safety
/// The module is alive, and stays as it is.
unsafe fn find(module: &Module<'_>) -> Found {
    let mut found = Found::default();
    // SAFETY: lists of live objects are followed to their ends.
    unsafe {
        let mut function = LLVMGetFirstFunction(module.as_mut_ptr());
        while !function.is_null() {
            let mut block = LLVMGetFirstBasicBlock(function);
            while !block.is_null() {
                let mut instruction = LLVMGetFirstInstruction(block);
                while !instruction.is_null() {
                    look_at(instruction, &mut found);
                    instruction = LLVMGetNextInstruction(instruction);
                }
                block = LLVMGetNextBasicBlock(block);
            }
            function = LLVMGetNextFunction(function);
        }
    }
    found
}

/// # Safety
/// An instruction of a live module.
unsafe fn look_at(instruction: LLVMValueRef, found: &mut Found) {
    // SAFETY: operands are looked at after the kind of the instruction.
    unsafe {
        let target = if !LLVMIsAStoreInst(instruction).is_null() {
            LLVMGetOperand(instruction, 1)
        } else if !LLVMIsAMemIntrinsic(instruction).is_null() {
            LLVMGetOperand(instruction, 0)
        } else {
            if !LLVMIsACallInst(instruction).is_null() {
                look_at_call(instruction, found);
            }
            return;
        };
        let bases = bases(target);
        if bases.constant || !bases.arguments.is_empty() {
            found.writes.push((instruction, bases));
        }
    }
}

/// # Safety
/// A call of a live module.
unsafe fn look_at_call(call: LLVMValueRef, found: &mut Found) {
    // SAFETY: the callee is a function, and the operands and parameters are those that there are.
    unsafe {
        let callee = LLVMIsAFunction(LLVMGetCalledValue(call));
        if callee.is_null() || LLVMCountBasicBlocks(callee) == 0 {
            return;
        }
        for index in 0..LLVMGetNumArgOperands(call).min(LLVMCountParams(callee)) {
            let given = LLVMGetOperand(call, index);
            if LLVMGetTypeKind(LLVMTypeOf(given)) != LLVMPointerTypeKind {
                continue;
            }
            let bases = bases(given);
            if bases.constant || !bases.arguments.is_empty() {
                found.given.push((bases, LLVMGetParam(callee, index)));
            }
        }
    }
}

/// # Safety
/// A pointer of a live module.
unsafe fn bases(pointer: LLVMValueRef) -> Bases {
    let mut seen = vec![pointer];
    let mut bases = Bases::default();
    let mut at = 0;
    while let Some(value) = seen.get(at).copied() {
        at += 1;
        let mut next = |value: LLVMValueRef| {
            if seen.len() < MOST_BASES && !seen.contains(&value) {
                seen.push(value);
            }
        };
        // SAFETY: operands are looked at after the kind of the value.
        unsafe {
            if !LLVMIsAGlobalVariable(value).is_null() {
                bases.constant |= LLVMIsGlobalConstant(value) != 0;
            } else if !LLVMIsAArgument(value).is_null() {
                bases.arguments.push(value);
            } else if !LLVMIsAGetElementPtrInst(value).is_null()
                || !LLVMIsAConstantExpr(value).is_null()
                    && LLVMGetConstOpcode(value) == LLVMGetElementPtr
            {
                next(LLVMGetOperand(value, 0));
            } else if !LLVMIsAPHINode(value).is_null() {
                for index in 0..LLVMCountIncoming(value) {
                    next(LLVMGetIncomingValue(value, index));
                }
            } else if !LLVMIsASelectInst(value).is_null() {
                next(LLVMGetOperand(value, 1));
                next(LLVMGetOperand(value, 2));
            }
        }
    }
    bases
}

/// # Safety
/// A store, or an intrinsic on whole memory, of a live module.
unsafe fn make_volatile(write: LLVMValueRef) {
    // SAFETY: the fourth operand of the intrinsics says whether they are volatile.
    unsafe {
        if LLVMIsAStoreInst(write).is_null() {
            let flag = LLVMTypeOf(LLVMGetOperand(write, 3));
            LLVMSetOperand(write, 3, LLVMConstInt(flag, 1, 0));
        } else {
            LLVMSetVolatile(write, 1);
        }
    }
}
