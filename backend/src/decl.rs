//! Signatures in LLVM's terms, and the declarations of functions and globals.

use crate::unit::{Error, Res, Unit};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::module::Linkage as LlvmLinkage;
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};
use inkwell::values::{CallSiteValue, FunctionValue, UnnamedAddress};
use inkwell::{AddressSpace, DLLStorageClass, GlobalVisibility};
use sx_backend_api::EmitRequest;
use sx_ir::{CallConv, FuncId, GlobalId, Linkage, ParamAttr, Signature};

/// LLVM's number of its `fastcc`.
const FAST: u32 = 8;

/// Attributes that are used over and over.
pub struct Attributes<'c> {
    context: &'c Context,
    pub noreturn: Attribute,
    pub cold: Attribute,
    pub nounwind: Attribute,
    sext: Attribute,
    zext: Attribute,
    byval: u32,
    sret: u32,
    align: u32,
    definition: Vec<Attribute>,
}

impl<'c> Attributes<'c> {
    pub fn new(context: &'c Context, request: &EmitRequest<'_>) -> Attributes<'c> {
        let kind = Attribute::get_named_enum_kind_id;
        let flag = |name: &str| context.create_enum_attribute(kind(name), 0);
        let mut definition = vec![
            flag("nounwind"),
            // A null access is a crash that the runtime reports, not a licence to delete code.
            flag("null_pointer_is_valid"),
            context.create_string_attribute("frame-pointer", "all"),
        ];
        if matches!(
            request.module.target.machine(),
            "x86_64" | "aarch64" | "s390x" | "powerpc64" | "powerpc64le" | "i686"
        ) {
            // Large frames touch every page, so that the guard page catches any overflow.
            definition.push(context.create_string_attribute("probe-stack", "inline-asm"));
        }
        if !request.module.target.has_frame_records() {
            // The runtime walks the stack by unwind tables.
            definition.push(context.create_enum_attribute(kind("uwtable"), 2));
        }
        Attributes {
            context,
            noreturn: flag("noreturn"),
            cold: flag("cold"),
            nounwind: flag("nounwind"),
            sext: flag("signext"),
            zext: flag("zeroext"),
            byval: kind("byval"),
            sret: kind("sret"),
            align: kind("align"),
            definition,
        }
    }

    /// Adds CPU and features, known once the machine is.
    pub fn set_machine(&mut self, cpu: &str, features: &str) {
        for (name, value) in [("target-cpu", cpu), ("target-features", features)] {
            if !value.is_empty() {
                self.definition
                    .push(self.context.create_string_attribute(name, value));
            }
        }
    }

    /// How a C function of the runtime takes a 32-bit number.
    pub fn u32_argument(&self, target: &sx_ir::Target) -> Option<Attribute> {
        self.of_param(target.c_extension(32, false)).pop()
    }

    fn of_param(&self, attr: ParamAttr) -> Vec<Attribute> {
        let memory = |kind: u32, size: u64, align: u64| {
            let bytes = self
                .context
                .i8_type()
                .array_type(u32::try_from(size).unwrap_or(u32::MAX));
            vec![
                self.context.create_type_attribute(kind, bytes.into()),
                self.context
                    .create_enum_attribute(self.align, align.max(1).next_power_of_two()),
            ]
        };
        match attr {
            ParamAttr::None => Vec::new(),
            ParamAttr::ByVal { size, align, .. } => memory(self.byval, size, align),
            ParamAttr::SRet { size, align, .. } => memory(self.sret, size, align),
            ParamAttr::SExt => vec![self.sext],
            ParamAttr::ZExt => vec![self.zext],
        }
    }
}

impl<'c> Unit<'_, 'c> {
    /// The type that a function of this signature returns; `None`: nothing.
    pub fn result_type(&self, sig: &Signature) -> Option<BasicTypeEnum<'c>> {
        match sig.results.as_slice() {
            [] => None,
            [one] => Some(self.types.of(*one)),
            many => {
                let parts: Vec<BasicTypeEnum<'c>> =
                    many.iter().map(|ty| self.types.of(*ty)).collect();
                Some(self.context.struct_type(&parts, false).into())
            }
        }
    }

    pub fn fn_type(&self, sig: &Signature) -> FunctionType<'c> {
        let params: Vec<BasicMetadataTypeEnum<'c>> = sig
            .params
            .iter()
            .map(|p| self.types.of(p.ty).into())
            .collect();
        match self.result_type(sig) {
            Some(result) => result.fn_type(&params, sig.variadic),
            None => self.context.void_type().fn_type(&params, sig.variadic),
        }
    }

    fn convention(sig: &Signature) -> u32 {
        match sig.conv {
            CallConv::Sx if !sig.variadic => FAST,
            CallConv::Sx | CallConv::C => 0,
        }
    }

    fn shape_function(&self, function: FunctionValue<'c>, sig: &Signature) {
        function.set_call_conventions(Self::convention(sig));
        for (index, param) in sig.params.iter().enumerate() {
            for attribute in self.attributes.of_param(param.attr) {
                function.add_attribute(AttributeLoc::Param(index as u32), attribute);
            }
        }
        for attribute in self.attributes.of_param(sig.result_attr) {
            function.add_attribute(AttributeLoc::Return, attribute);
        }
        if sig.noreturn {
            function.add_attribute(AttributeLoc::Function, self.attributes.noreturn);
        }
    }

    /// Gives a call the convention and attributes of the callee's signature.
    pub fn shape_call(&self, call: CallSiteValue<'c>, sig: &Signature) {
        call.set_call_convention(Self::convention(sig));
        for (index, param) in sig.params.iter().enumerate() {
            for attribute in self.attributes.of_param(param.attr) {
                call.add_attribute(AttributeLoc::Param(index as u32), attribute);
            }
        }
        for attribute in self.attributes.of_param(sig.result_attr) {
            call.add_attribute(AttributeLoc::Return, attribute);
        }
        if sig.noreturn {
            call.add_attribute(AttributeLoc::Function, self.attributes.noreturn);
        }
    }

    /// Declares what the code reaches: exported and imported names first, so that nothing internal takes them.
    pub fn declare_all(&mut self, funcs: &[FuncId], globals: &[GlobalId]) -> Res<()> {
        for id in funcs {
            if let Linkage::Export(symbol) = &self.ir.func(*id).linkage {
                let name = symbol.clone();
                self.define_function(*id, &name, LlvmLinkage::External)?;
            }
        }
        for id in globals {
            if let Some(symbol) = self.ir.global(*id).export_symbol.clone() {
                self.declare_global(*id, &symbol)?;
            }
        }
        let stored = globals
            .iter()
            .any(|id| self.ir.global(*id).is_stored_object());
        for id in funcs {
            if let Linkage::Extern { symbol, .. } = &self.ir.func(*id).linkage {
                // Memory of a stored object is no block of the C library; the runtime tells them apart.
                let name = match symbol.as_str() {
                    "free" if stored => "sx_free".to_owned(),
                    "realloc" if stored => "sx_realloc".to_owned(),
                    _ => symbol.clone(),
                };
                self.import_function(*id, &name);
            }
        }
        for id in globals {
            let global = self.ir.global(*id);
            if global.export_symbol.is_none()
                && let Some(symbol) = global.extern_symbol.clone()
            {
                self.declare_global(*id, &symbol)?;
            }
        }
        for id in funcs {
            let func = self.ir.func(*id);
            match &func.linkage {
                // The prefix keeps `malloc` or `sqrt` of the program apart from the C library's, whose meaning LLVM
                // believes to know.
                Linkage::Internal | Linkage::Host(_) => {
                    let name = format!("sx.{}", func.name);
                    self.define_function(*id, &name, LlvmLinkage::Internal)?;
                }
                Linkage::Export(_) | Linkage::Extern { .. } | Linkage::Asm(_) => {}
            }
        }
        for id in globals {
            let global = self.ir.global(*id);
            if global.export_symbol.is_none() && global.extern_symbol.is_none() {
                let name = format!("sx.{}", global.name);
                self.declare_global(*id, &name)?;
            }
        }
        Ok(())
    }

    fn define_function(&mut self, id: FuncId, name: &str, linkage: LlvmLinkage) -> Res<()> {
        if linkage == LlvmLinkage::External && self.module.get_function(name).is_some() {
            return Err(Error(format!("symbol '{name}' is exported twice")));
        }
        let sig = self.ir.sig(self.ir.func(id).sig);
        let function = self
            .module
            .add_function(name, self.fn_type(sig), Some(linkage));
        self.shape_function(function, sig);
        for attribute in &self.attributes.definition {
            function.add_attribute(AttributeLoc::Function, *attribute);
        }
        if self.ir.func(id).naked {
            for name in ["naked", "noinline"] {
                let kind = inkwell::attributes::Attribute::get_named_enum_kind_id(name);
                let attribute = self.context.create_enum_attribute(kind, 0);
                function.add_attribute(AttributeLoc::Function, attribute);
            }
        }
        if linkage == LlvmLinkage::Internal {
            function
                .as_global_value()
                .set_unnamed_address(UnnamedAddress::None);
        }
        self.funcs[id.index()] = Some(function);
        Ok(())
    }

    /// Two imports of one symbol, or an import of what is defined here, are the same function: calls say themselves
    /// what signature they use.
    fn import_function(&mut self, id: FuncId, name: &str) {
        let known = self.module.get_function(name);
        let function = known.unwrap_or_else(|| {
            let sig = self.ir.sig(self.ir.func(id).sig);
            let function = self.module.add_function(name, self.fn_type(sig), None);
            self.shape_function(function, sig);
            function
        });
        self.funcs[id.index()] = Some(function);
    }

    fn declare_global(&mut self, id: GlobalId, name: &str) -> Res<()> {
        let global = self.ir.global(id);
        let imported = global.export_symbol.is_none() && global.extern_symbol.is_some();
        if imported {
            if let Some(known) = self.module.get_global(name) {
                self.globals[id.index()] = Some(known.as_pointer_value());
                return Ok(());
            }
            if let Some(known) = self.module.get_function(name) {
                self.globals[id.index()] = Some(known.as_global_value().as_pointer_value());
                return Ok(());
            }
        }
        let ty = self.global_type(global);
        let value = self
            .module
            .add_global(ty, Some(AddressSpace::default()), name);
        value.set_dll_storage_class(DLLStorageClass::Default);
        if imported {
            value.set_linkage(LlvmLinkage::External);
        } else if global.export_symbol.is_some() {
            value.set_visibility(GlobalVisibility::Default);
        } else if global.mergeable && !global.mutable {
            value.set_linkage(LlvmLinkage::Private);
            value.set_unnamed_address(UnnamedAddress::Global);
        } else {
            value.set_linkage(LlvmLinkage::Internal);
        }
        if !imported {
            value.set_constant(!global.mutable);
        }
        value.set_alignment(u32::try_from(global.align.max(1).next_power_of_two()).unwrap_or(1));
        self.globals[id.index()] = Some(value.as_pointer_value());
        Ok(())
    }
}
