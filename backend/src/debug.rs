//! DWARF: where code comes from. Locations of inlined code name the function they were copied from.

use crate::raw::{self, Meta};
use crate::unit::Unit;
use inkwell::context::Context;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlags, DIFlagsConstants, DISubprogram,
};
use inkwell::debug_info::{DWARFEmissionKind, DWARFSourceLanguage, DebugInfoBuilder};
use inkwell::module::Module as LlvmModule;
use inkwell::values::{FunctionValue, PointerValue};
use rustc_hash::FxHashMap;
use sx_backend_api::{EmitRequest, OptLevel};
use sx_ir::{FuncId, Linkage, LocId, Module};

pub struct Debug<'r, 'c> {
    pub ir: &'r Module,
    pub context: &'c Context,
    pub build: DebugInfoBuilder<'c>,
    unit: DICompileUnit<'c>,
    files: Vec<DIFile<'c>>,
    subprograms: FxHashMap<FuncId, DISubprogram<'c>>,
    /// Scopes for code of a function that comes from another file.
    other_files: FxHashMap<(FuncId, u32), Meta>,
    /// Locations of the current function.
    locations: FxHashMap<LocId, Meta>,
    current: Option<(FuncId, LocId)>,
    optimised: bool,
    /// Variables and types too, not lines only.
    pub full: bool,
    pub types: crate::debug_types::DebugTypes<'c>,
    pub resolve: fn(sx_ir::Symbol) -> &'static str,
}

impl<'r, 'c> Debug<'r, 'c> {
    pub fn new(
        request: &'r EmitRequest<'r>,
        context: &'c Context,
        module: &LlvmModule<'c>,
    ) -> Option<Debug<'r, 'c>> {
        if !request.debug_info && !request.checked {
            return None;
        }
        let ir = request.module;
        raw::module_flag(
            context,
            module,
            "Debug Info Version",
            u64::from(inkwell::debug_info::debug_metadata_version()),
        );
        raw::module_flag(context, module, "Dwarf Version", 4);
        // Paths are as they were given, so that the object doesn't depend on the folder it was made in.
        let folder = ".";
        let main_file = ir.files.first().map_or("sx", String::as_str);
        let optimised = request.opt != OptLevel::None;
        let kind = if request.debug_info {
            DWARFEmissionKind::Full
        } else {
            DWARFEmissionKind::LineTablesOnly
        };
        let (build, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C,
            main_file,
            folder,
            "sxc",
            optimised,
            "",
            0,
            "",
            kind,
            0,
            false,
            false,
            "",
            "",
        );
        let mut files: Vec<DIFile<'c>> = ir
            .files
            .iter()
            .map(|file| build.create_file(file, folder))
            .collect();
        if files.is_empty() {
            files.push(build.create_file(main_file, folder));
        }
        Some(Debug {
            ir,
            context,
            build,
            unit,
            files,
            subprograms: FxHashMap::default(),
            other_files: FxHashMap::default(),
            locations: FxHashMap::default(),
            current: None,
            optimised,
            full: request.debug_info,
            types: Default::default(),
            resolve: request.resolve,
        })
    }

    pub fn file(&self, index: u32) -> DIFile<'c> {
        self.files
            .get(index as usize)
            .copied()
            .unwrap_or(self.files[0])
    }

    pub fn subprogram(&mut self, id: FuncId) -> DISubprogram<'c> {
        if let Some(known) = self.subprograms.get(&id) {
            return *known;
        }
        let func = self.ir.func(id);
        let src = self.ir.loc(func.loc);
        let file = self.file(src.file);
        let ty = self
            .build
            .create_subroutine_type(file, None, &[], DIFlags::ZERO);
        let (linkage_name, local) = match &func.linkage {
            Linkage::Export(symbol) | Linkage::Extern { symbol, .. } => {
                (Some(symbol.as_str()), false)
            }
            Linkage::Internal | Linkage::Host(_) | Linkage::Asm(_) => (None, true),
        };
        let linkage_name = linkage_name.filter(|symbol| *symbol != func.name);
        let made = self.build.create_function(
            self.unit.as_debug_info_scope(),
            &func.name,
            linkage_name,
            file,
            src.line,
            ty,
            local,
            true,
            src.line,
            DIFlags::ZERO,
            self.optimised,
        );
        self.subprograms.insert(id, made);
        made
    }

    fn scope(&mut self, id: FuncId, file: u32) -> Meta {
        let subprogram = self.subprogram(id).as_mut_ptr();
        if self.ir.loc(self.ir.func(id).loc).file == file {
            return subprogram;
        }
        let target = self.file(file).as_mut_ptr();
        let build = self.build.as_mut_ptr();
        *self
            .other_files
            .entry((id, file))
            .or_insert_with(|| raw::scope_in_file(build, subprogram, target))
    }

    pub fn location(&mut self, func: FuncId, loc: LocId) -> Meta {
        if let Some(known) = self.locations.get(&loc) {
            return *known;
        }
        let src = self.ir.loc(loc);
        let (owner, at) = match src.inlined {
            Some(inlined) => (inlined.func, Some(self.location(func, inlined.at))),
            None => (func, None),
        };
        let scope = if src.line == 0 {
            self.subprogram(owner).as_mut_ptr()
        } else {
            self.scope(owner, src.file)
        };
        // DWARF columns have 16 bits.
        let column = if src.col > 0xffff { 0 } else { src.col };
        let made = raw::location(self.context, src.line, column, scope, at);
        self.locations.insert(loc, made);
        made
    }
}

impl<'c> Unit<'_, 'c> {
    pub fn begin_function_debug(&mut self, id: FuncId, function: FunctionValue<'c>) {
        let Some(debug) = &mut self.debug else { return };
        debug.locations.clear();
        debug.current = None;
        let subprogram = debug.subprogram(id);
        raw::set_subprogram(function, subprogram.as_mut_ptr());
        // The prologue has no line of its own.
        raw::set_location(&self.builder, None);
    }

    /// Position of the instructions that follow.
    pub fn locate(&mut self, func: FuncId, loc: LocId) {
        let Some(debug) = &mut self.debug else { return };
        if debug.current == Some((func, loc)) {
            return;
        }
        debug.current = Some((func, loc));
        let location = debug.location(func, loc);
        raw::set_location(&self.builder, Some(location));
    }

    pub fn locate_nothing(&mut self) {
        if let Some(debug) = &mut self.debug {
            debug.current = None;
            raw::set_location(&self.builder, None);
        }
    }

    pub fn declare_variables(
        &mut self,
        id: FuncId,
        locals: &[PointerValue<'c>],
        slots: &[PointerValue<'c>],
    ) {
        let Some(debug) = &mut self.debug else { return };
        if !debug.full {
            return;
        }
        let ir = self.ir;
        let func = ir.func(id);
        let Some(block) = self.builder.get_insert_block() else {
            return;
        };
        let subprogram = debug.subprogram(id);
        let src = ir.loc(func.loc);
        let at = debug.location(id, func.loc);
        let file = debug.file(src.file);
        let params = ir.sig(func.sig).params.len();
        let from_locals =
            func.locals
                .iter()
                .zip(locals)
                .enumerate()
                .map(|(index, (local, storage))| {
                    let argument = (index < params).then_some(index as u32 + 1);
                    (
                        local.name,
                        local.sx_type,
                        Some(local.ty),
                        argument,
                        *storage,
                    )
                });
        let from_slots = func
            .slots
            .iter()
            .zip(slots)
            .map(|(slot, storage)| (slot.name, slot.sx_type, None, None, *storage));
        for (name, sx_type, scalar, argument, storage) in from_locals.chain(from_slots) {
            let Some(name) = name else { continue };
            let Some(ty) = debug.variable_type(sx_type, scalar) else {
                continue;
            };
            let name = (debug.resolve)(name);
            let scope = subprogram.as_debug_info_scope();
            let variable = match argument {
                Some(number) => debug.build.create_parameter_variable(
                    scope,
                    name,
                    number,
                    file,
                    src.line,
                    ty,
                    true,
                    DIFlags::ZERO,
                ),
                None => debug.build.create_auto_variable(
                    scope,
                    name,
                    file,
                    src.line,
                    ty,
                    true,
                    DIFlags::ZERO,
                    0,
                ),
            };
            raw::declare_variable(
                debug.build.as_mut_ptr(),
                storage,
                variable.as_mut_ptr(),
                at,
                block,
            );
        }
    }

    pub fn finish_debug(&mut self) {
        if let Some(debug) = &self.debug {
            debug.build.finalize();
        }
    }
}
