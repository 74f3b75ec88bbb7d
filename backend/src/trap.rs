//! Stopping the program: calls of the runtime's `sx_trap`, the places it is told, and the table of functions from
//! which it names the callers.

use crate::body::Lower;
use crate::unit::{Res, Unit};
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue, PointerValue, UnnamedAddress};
use rustc_hash::FxHashMap;
use sx_ir::{FuncId, LocId, TrapKind};

impl<'c> Lower<'_, '_, 'c> {
    /// Stops the program at `loc`; the block ends here. Operands are integers or addresses.
    pub fn trap_here(
        &mut self,
        kind: TrapKind,
        operands: Option<(BasicValueEnum<'c>, BasicValueEnum<'c>)>,
        loc: LocId,
    ) -> Res<()> {
        let operands = match operands {
            Some((a, b)) => Some((self.trap_operand(a)?, self.trap_operand(b)?)),
            None => None,
        };
        self.unit.build_trap(kind, operands, Some((self.id, loc)))?;
        self.done = true;
        Ok(())
    }

    fn trap_operand(&mut self, value: BasicValueEnum<'c>) -> Res<IntValue<'c>> {
        let value = self.as_int(value)?;
        Ok(self
            .unit
            .builder
            .build_int_z_extend_or_bit_cast(value, self.unit.types.i64, "")?)
    }
}

impl<'c> Unit<'_, 'c> {
    fn trap_function(&mut self) -> FunctionValue<'c> {
        if let Some(known) = self.trap_fn {
            return known;
        }
        let types = &self.types;
        let params = [
            types.i32.into(),
            types.i64.into(),
            types.i64.into(),
            types.ptr.into(),
        ];
        let ty = self.context.void_type().fn_type(&params, false);
        let known = self.module.get_function("sx_trap");
        let function = known.unwrap_or_else(|| self.module.add_function("sx_trap", ty, None));
        for attribute in [
            self.attributes.noreturn,
            self.attributes.cold,
            self.attributes.nounwind,
        ] {
            function.add_attribute(AttributeLoc::Function, attribute);
        }
        self.trap_fn = Some(function);
        function
    }

    /// Calls the trap function; the block ends here.
    pub fn build_trap(
        &mut self,
        kind: TrapKind,
        operands: Option<(IntValue<'c>, IntValue<'c>)>,
        place: Option<(FuncId, LocId)>,
    ) -> Res<()> {
        let function = self.trap_function();
        let zero = self.types.i64.const_zero();
        let (a, b) = operands.unwrap_or((zero, zero));
        let place = match place {
            Some((func, loc)) => self.place(func, loc),
            None => self.types.ptr.const_null(),
        };
        let kind = self.types.i32.const_int(kind as u64, false);
        self.builder.build_call(
            function,
            &[kind.into(), a.into(), b.into(), place.into()],
            "",
        )?;
        self.builder.build_unreachable()?;
        Ok(())
    }

    /// The constant `struct SxPlace` of a position: file, line, column, function, and the place that function was
    /// inlined at.
    fn place(&mut self, func: FuncId, loc: LocId) -> PointerValue<'c> {
        let src = self.ir.loc(loc);
        if src.line == 0 && src.inlined.is_none() {
            return self.types.ptr.const_null();
        }
        if let Some(known) = self.trap_locs.get(&(func, loc)) {
            return *known;
        }
        let (name, at) = match src.inlined {
            Some(inlined) => (
                &self.ir.func(inlined.func).name,
                self.place(func, inlined.at),
            ),
            None => (&self.ir.func(func).name, self.types.ptr.const_null()),
        };
        let name = self.c_string(name);
        let file = self
            .ir
            .files
            .get(src.file as usize)
            .map_or("", String::as_str);
        let file = self.c_string(file);
        let int = |value: u32| self.types.i32.const_int(u64::from(value), false);
        let value = self.context.const_struct(
            &[
                file.into(),
                int(src.line).into(),
                int(src.col).into(),
                name.into(),
                at.into(),
            ],
            false,
        );
        let storage = self.module.add_global(value.get_type(), None, "sx.place");
        storage.set_initializer(&value);
        storage.set_constant(true);
        storage.set_linkage(Linkage::Private);
        storage.set_unnamed_address(UnnamedAddress::Global);
        let pointer = storage.as_pointer_value();
        self.trap_locs.insert((func, loc), pointer);
        pointer
    }

    fn c_string(&mut self, text: &str) -> PointerValue<'c> {
        if let Some(known) = self.strings.get(text) {
            return *known;
        }
        let value = self.context.const_string(text.as_bytes(), true);
        let storage = self.module.add_global(value.get_type(), None, "sx.text");
        storage.set_initializer(&value);
        storage.set_constant(true);
        storage.set_linkage(Linkage::Private);
        storage.set_unnamed_address(UnnamedAddress::Global);
        self.strings
            .insert(text.to_string(), storage.as_pointer_value());
        storage.as_pointer_value()
    }

    /// Symbols of the functions defined here. To be asked before optimisation, which removes functions.
    pub fn symbols(&self, funcs: &[FuncId]) -> FxHashMap<String, FuncId> {
        let declared = funcs
            .iter()
            .filter_map(|id| Some((*id, self.funcs[id.index()]?)));
        declared
            .map(|(id, function)| (function.get_name().to_string_lossy().into_owned(), id))
            .collect()
    }

    /// `__sx_fn_table`: for each function of the module, the distance of its code from the table and where its name
    /// begins in `__sx_fn_names`. Made after optimisation, so that it keeps no function alive.
    pub fn build_function_table(&mut self, names: &FxHashMap<String, FuncId>) {
        let mut blob = String::new();
        let mut rows = Vec::new();
        let row_type = self
            .context
            .struct_type(&[self.types.i32.into(), self.types.i32.into()], false);
        let mut found = Vec::new();
        let mut next = self.module.get_first_function();
        while let Some(function) = next {
            next = function.get_next_function();
            if function.count_basic_blocks() > 0
                && let Some(id) = names.get(function.get_name().to_string_lossy().as_ref())
            {
                found.push((function, *id));
            }
        }
        let table_type = row_type.array_type(found.len() as u32);
        let table = self.module.add_global(table_type, None, "__sx_fn_table");
        for (function, id) in found {
            let code = function.as_global_value().as_pointer_value();
            let distance = crate::raw::const_distance(
                code,
                table.as_pointer_value(),
                self.types.word,
                self.types.i32,
            );
            let name = self.types.i32.const_int(blob.len() as u64, false);
            blob.push_str(&self.ir.func(id).name);
            blob.push('\0');
            rows.push(row_type.const_named_struct(&[distance.into(), name.into()]));
        }
        let count = self.types.i64.const_int(rows.len() as u64, false);
        table.set_initializer(&row_type.const_array(&rows));
        let text = self.context.const_string(blob.as_bytes(), true);
        let text_storage = self
            .module
            .add_global(text.get_type(), None, "__sx_fn_names");
        text_storage.set_initializer(&text);
        let count_storage = self
            .module
            .add_global(self.types.i64, None, "__sx_fn_count");
        count_storage.set_initializer(&count);
        for storage in [table, text_storage, count_storage] {
            storage.set_constant(true);
            storage.set_visibility(inkwell::GlobalVisibility::Hidden);
        }
    }
}
