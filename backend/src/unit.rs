//! The LLVM module being made, and what all parts of it share.

use crate::debug::Debug;
use inkwell::AddressSpace;
use inkwell::builder::{Builder, BuilderError};
use inkwell::context::Context;
use inkwell::module::Module as LlvmModule;
use inkwell::targets::TargetData;
use inkwell::types::{BasicTypeEnum, FloatType, IntType, PointerType};
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue, PointerValue};
use rustc_hash::FxHashMap;
use sx_backend_api::EmitRequest;
use sx_ir::{FuncId, GlobalId, Module, Ty};

/// What keeps code from being emitted; always the compiler's fault, never the program's.
#[derive(Debug)]
pub struct Error(pub String);

pub type Res<T> = Result<T, Error>;

impl From<BuilderError> for Error {
    fn from(error: BuilderError) -> Error {
        Error(format!("LLVM builder: {error}"))
    }
}

impl From<String> for Error {
    fn from(text: String) -> Error {
        Error(text)
    }
}

/// The LLVM types of machine values.
pub struct Types<'c> {
    pub i8: IntType<'c>,
    pub i16: IntType<'c>,
    pub i32: IntType<'c>,
    pub i64: IntType<'c>,
    /// Integer as wide as an address.
    pub word: IntType<'c>,
    pub f32: FloatType<'c>,
    pub f64: FloatType<'c>,
    pub ptr: PointerType<'c>,
}

impl<'c> Types<'c> {
    fn new(context: &'c Context, pointer_size: u64) -> Types<'c> {
        Types {
            i8: context.i8_type(),
            i16: context.i16_type(),
            i32: context.i32_type(),
            i64: context.i64_type(),
            word: if pointer_size == 4 {
                context.i32_type()
            } else {
                context.i64_type()
            },
            f32: context.f32_type(),
            f64: context.f64_type(),
            ptr: context.ptr_type(AddressSpace::default()),
        }
    }

    pub fn of(&self, ty: Ty) -> BasicTypeEnum<'c> {
        match ty {
            Ty::I8 => self.i8.into(),
            Ty::I16 => self.i16.into(),
            Ty::I32 => self.i32.into(),
            Ty::I64 => self.i64.into(),
            Ty::F32 => self.f32.into(),
            Ty::F64 => self.f64.into(),
            Ty::Ptr => self.ptr.into(),
        }
    }

    /// Integer type as wide as `ty`.
    pub fn int_of(&self, ty: Ty) -> IntType<'c> {
        match ty {
            Ty::I8 => self.i8,
            Ty::I16 => self.i16,
            Ty::I32 | Ty::F32 => self.i32,
            Ty::I64 | Ty::F64 => self.i64,
            Ty::Ptr => self.word,
        }
    }

    pub fn float(&self, ty: Ty) -> FloatType<'c> {
        if ty == Ty::F32 { self.f32 } else { self.f64 }
    }

    /// Constant of type `ty` with this bit pattern.
    pub fn constant(&self, ty: Ty, bits: u64) -> BasicValueEnum<'c> {
        match ty {
            Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => self.int_of(ty).const_int(bits, false).into(),
            Ty::F32 => crate::raw::const_bitcast(self.i32.const_int(bits, false), self.f32.into()),
            Ty::F64 => crate::raw::const_bitcast(self.i64.const_int(bits, false), self.f64.into()),
            Ty::Ptr if bits == 0 => self.ptr.const_null().into(),
            Ty::Ptr => self
                .word
                .const_int(bits, false)
                .const_to_pointer(self.ptr)
                .into(),
        }
    }
}

pub struct Unit<'r, 'c> {
    pub request: &'r EmitRequest<'r>,
    pub ir: &'r Module,
    pub context: &'c Context,
    pub module: LlvmModule<'c>,
    pub builder: Builder<'c>,
    pub types: Types<'c>,
    /// Declared functions; `None` is not reached.
    pub funcs: Vec<Option<FunctionValue<'c>>>,
    pub globals: Vec<Option<PointerValue<'c>>>,
    pub debug: Option<Debug<'r, 'c>>,
    pub trap_fn: Option<FunctionValue<'c>>,
    pub places: crate::trap::Places,
    /// Overloaded intrinsics and library functions in use.
    pub intrinsics: FxHashMap<(&'static str, Vec<Ty>), FunctionValue<'c>>,
    pub attributes: crate::decl::Attributes<'c>,
}

impl<'r, 'c> Unit<'r, 'c> {
    pub fn new(
        request: &'r EmitRequest<'r>,
        context: &'c Context,
        data: &TargetData,
        triple: &str,
    ) -> Unit<'r, 'c> {
        let ir = request.module;
        let module = context.create_module("sx");
        module.set_triple(&inkwell::targets::TargetTriple::create(triple));
        module.set_data_layout(&data.get_data_layout());
        let debug = Debug::new(request, context, &module);
        Unit {
            request,
            ir,
            context,
            module,
            builder: context.create_builder(),
            types: Types::new(context, ir.target.pointer_size),
            funcs: vec![None; ir.funcs.len()],
            globals: vec![None; ir.globals.len()],
            debug,
            trap_fn: None,
            places: Default::default(),
            intrinsics: FxHashMap::default(),
            attributes: crate::decl::Attributes::new(context, request),
        }
    }

    pub fn checked(&self) -> bool {
        self.request.checked
    }

    pub fn func(&self, id: FuncId) -> Res<FunctionValue<'c>> {
        let found = self.funcs.get(id.index()).copied().flatten();
        found.ok_or_else(|| Error(format!("function {id:?} is used but was not declared")))
    }

    pub fn global(&self, id: GlobalId) -> Res<PointerValue<'c>> {
        let found = self.globals.get(id.index()).copied().flatten();
        found.ok_or_else(|| Error(format!("global {id:?} is used but was not declared")))
    }

    /// Constant of the integer type that `like` has.
    pub fn same(&self, like: IntValue<'c>, value: u64) -> IntValue<'c> {
        like.get_type().const_int(value, false)
    }
}
