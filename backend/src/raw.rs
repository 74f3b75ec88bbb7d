//! LLVM functions that inkwell has no name for.
#![allow(unsafe_code)]

use inkwell::basic_block::BasicBlock;
use inkwell::context::{AsContextRef, Context};
use inkwell::llvm_sys::core::*;
use inkwell::llvm_sys::debuginfo::*;
use inkwell::llvm_sys::error_handling::LLVMInstallFatalErrorHandler;
use inkwell::llvm_sys::prelude::*;
use inkwell::module::Module;
use inkwell::types::{AsTypeRef, BasicTypeEnum, IntType};
use inkwell::values::{
    AsValueRef, BasicValueEnum, FunctionValue, InstructionValue, IntValue, PointerValue,
};

/// From now on `fatal::told` is told the reason before LLVM ends the process.
pub fn watch_fatal_errors() {
    extern "C" fn handler(reason: *const std::ffi::c_char) {
        // SAFETY: LLVM passes a text that ends in NUL.
        let reason = unsafe { std::ffi::CStr::from_ptr(reason) };
        crate::fatal::told(&reason.to_string_lossy());
    }
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: installed once, as LLVM wants it; the handler is a function of that type.
    ONCE.call_once(|| unsafe { LLVMInstallFatalErrorHandler(Some(handler)) });
}

/// The bits of an integer constant as another type of the same size.
pub fn const_bitcast<'c>(value: IntValue<'c>, ty: BasicTypeEnum<'c>) -> BasicValueEnum<'c> {
    // SAFETY: both are of the context `'c`, and the result is a value of a basic type.
    unsafe { BasicValueEnum::new(LLVMConstBitCast(value.as_value_ref(), ty.as_type_ref())) }
}

/// `base` plus `offset` bytes, as a constant.
pub fn const_offset<'c>(
    base: PointerValue<'c>,
    byte: IntType<'c>,
    offset: IntValue<'c>,
) -> PointerValue<'c> {
    let mut index = offset.as_value_ref();
    // SAFETY: a byte-wise constant address computation without `inbounds` is defined for any offset.
    unsafe {
        PointerValue::new(LLVMConstGEP2(
            byte.as_type_ref(),
            base.as_value_ref(),
            &mut index,
            1,
        ))
    }
}

/// `low bits of (a - b)`, as a constant of type `ty`.
pub fn const_distance<'c>(
    a: PointerValue<'c>,
    b: PointerValue<'c>,
    word: IntType<'c>,
    ty: IntType<'c>,
) -> IntValue<'c> {
    // SAFETY: all of the context `'c`; a difference of addresses is an integer constant.
    unsafe {
        let a = LLVMConstPtrToInt(a.as_value_ref(), word.as_type_ref());
        let b = LLVMConstPtrToInt(b.as_value_ref(), word.as_type_ref());
        let distance = LLVMConstSub(a, b);
        let narrow = if word == ty {
            distance
        } else {
            LLVMConstTrunc(distance, ty.as_type_ref())
        };
        IntValue::new(narrow)
    }
}

/// Address computation that wraps and promises nothing about objects.
pub fn wrapping_offset<'c>(
    builder: &inkwell::builder::Builder<'c>,
    base: PointerValue<'c>,
    byte: IntType<'c>,
    offset: IntValue<'c>,
) -> PointerValue<'c> {
    let mut index = offset.as_value_ref();
    // SAFETY: a byte-wise computation without `inbounds` is defined for any offset; the builder is positioned.
    unsafe {
        PointerValue::new(LLVMBuildGEP2(
            builder.as_mut_ptr(),
            byte.as_type_ref(),
            base.as_value_ref(),
            &mut index,
            1,
            c"".as_ptr(),
        ))
    }
}

/// Appends to the module's assembly.
pub fn append_asm(module: &Module<'_>, text: &str) {
    // SAFETY: pointer and length are of one live string.
    unsafe { LLVMAppendModuleInlineAsm(module.as_mut_ptr(), text.as_ptr().cast(), text.len()) }
}

pub fn set_weak_exchange(instruction: InstructionValue<'_>) {
    // SAFETY: the caller passes a compare-exchange.
    unsafe { LLVMSetWeak(instruction.as_value_ref(), 1) }
}

/// Sets an integer flag of the module (the larger wins when modules are merged).
pub fn module_flag(context: &Context, module: &Module<'_>, name: &str, value: u64) {
    use inkwell::llvm_sys::LLVMModuleFlagBehavior;
    // SAFETY: a constant of the module's context, and a name with its length.
    unsafe {
        let ty = LLVMInt32TypeInContext(context.as_ctx_ref());
        let value = LLVMValueAsMetadata(LLVMConstInt(ty, value, 0));
        let behavior = LLVMModuleFlagBehavior::LLVMModuleFlagBehaviorOverride;
        LLVMAddModuleFlag(
            module.as_mut_ptr(),
            behavior,
            name.as_ptr().cast(),
            name.len(),
            value,
        );
    }
}

/// Sets a text flag of the module.
pub fn module_flag_text(context: &Context, module: &Module<'_>, name: &str, value: &str) {
    use inkwell::llvm_sys::LLVMModuleFlagBehavior;
    // SAFETY: strings with their lengths.
    unsafe {
        let value =
            LLVMMDStringInContext2(context.as_ctx_ref(), value.as_ptr().cast(), value.len());
        let behavior = LLVMModuleFlagBehavior::LLVMModuleFlagBehaviorOverride;
        LLVMAddModuleFlag(
            module.as_mut_ptr(),
            behavior,
            name.as_ptr().cast(),
            name.len(),
            value,
        );
    }
}

/// Metadata of debug information, owned by its context.
pub type Meta = LLVMMetadataRef;

/// Attaches a subprogram to a function.
pub fn set_subprogram(function: FunctionValue<'_>, subprogram: Meta) {
    // SAFETY: the metadata is a subprogram of the same context.
    unsafe { LLVMSetSubprogram(function.as_value_ref(), subprogram) }
}

/// Position of the instructions built from now on.
pub fn set_location(builder: &inkwell::builder::Builder<'_>, location: Option<Meta>) {
    // SAFETY: a location of the same context, or none.
    unsafe {
        LLVMSetCurrentDebugLocation2(
            builder.as_mut_ptr(),
            location.unwrap_or(std::ptr::null_mut()),
        )
    }
}

pub fn location(
    context: &Context,
    line: u32,
    column: u32,
    scope: Meta,
    inlined_at: Option<Meta>,
) -> Meta {
    let at = inlined_at.unwrap_or(std::ptr::null_mut());
    // SAFETY: scope and inlined position are metadata of the same context.
    unsafe { LLVMDIBuilderCreateDebugLocation(context.as_ctx_ref(), line, column, scope, at) }
}

/// Says that variable `variable` lives at `storage`.
pub fn declare_variable(
    builder: LLVMDIBuilderRef,
    storage: PointerValue<'_>,
    variable: Meta,
    at: Meta,
    block: BasicBlock<'_>,
) {
    // SAFETY: all of one context; the block is not terminated yet.
    unsafe {
        let expression = LLVMDIBuilderCreateExpression(builder, std::ptr::null_mut(), 0);
        LLVMDIBuilderInsertDeclareRecordAtEnd(
            builder,
            storage.as_value_ref(),
            variable,
            expression,
            at,
            block.as_mut_ptr(),
        );
    }
}

/// The global variable that an address constant names.
pub fn as_global<'c>(pointer: PointerValue<'c>) -> Option<inkwell::values::GlobalValue<'c>> {
    // SAFETY: the value is checked to be a global variable.
    unsafe {
        let value = LLVMIsAGlobalVariable(pointer.as_value_ref());
        if value.is_null() {
            None
        } else {
            Some(inkwell::values::GlobalValue::new(value))
        }
    }
}

/// Removes a block that nothing refers to.
pub fn drop_block(block: BasicBlock<'_>) {
    // SAFETY: the caller made the block and no instruction uses it.
    unsafe { LLVMDeleteBasicBlock(block.as_mut_ptr()) }
}

/// Scope of code that belongs to `scope` but was written in another file.
pub fn scope_in_file(builder: LLVMDIBuilderRef, scope: Meta, file: Meta) -> Meta {
    // SAFETY: metadata made by this builder.
    unsafe { LLVMDIBuilderCreateLexicalBlockFile(builder, scope, file, 0) }
}

/// Stands for a record until it is finished; [`replace_forward`] must follow.
pub fn forward_type(builder: LLVMDIBuilderRef, scope: Meta, name: &str) -> Meta {
    const STRUCTURE: u32 = 0x13;
    let none = std::ptr::null();
    // SAFETY: the name comes with its length, the scope is metadata of this builder.
    unsafe {
        LLVMDIBuilderCreateReplaceableCompositeType(
            builder,
            STRUCTURE,
            name.as_ptr().cast(),
            name.len(),
            scope,
            scope,
            0,
            0,
            0,
            0,
            0,
            none,
            0,
        )
    }
}

/// Replaces every use of a forward declaration, which is gone afterwards.
pub fn replace_forward(forward: Meta, made: Meta) {
    // SAFETY: `forward` was made by `forward_type` and not replaced yet.
    unsafe { LLVMMetadataReplaceAllUsesWith(forward, made) }
}

/// Metadata of a type as inkwell has it.
pub fn as_type<'c>(meta: Meta) -> inkwell::debug_info::DIType<'c> {
    // SAFETY: `DIType` is a transparent wrapper of a metadata pointer that is not null.
    unsafe { std::mem::transmute::<Meta, inkwell::debug_info::DIType<'c>>(meta) }
}
