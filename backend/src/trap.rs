//! Stopping the program: calls of the runtime's `sx_trap`, the places it is told, and the table of functions from
//! which it names the callers.

use crate::body::Lower;
use crate::unit::{Res, Unit};
use inkwell::attributes::AttributeLoc;
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue};
use rustc_hash::FxHashMap;
use sx_ir::{FuncId, Linkage, LocId, TrapKind};

/// What the runtime can say of traps.
#[derive(Default)]
pub struct Places {
    rows: Vec<[u32; 6]>,
    known: FxHashMap<(u8, FuncId, LocId), u32>,
    texts: Texts,
}

/// Texts that end in NUL, one after the other, each once.
#[derive(Default)]
struct Texts {
    blob: String,
    known: FxHashMap<String, u32>,
}

impl Texts {
    /// Where a text begins.
    fn offset(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let at = self.blob.len() as u32;
        self.blob.push_str(text);
        self.blob.push('\0');
        self.known.insert(text.to_string(), at);
        at
    }
}

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
        let params = [types.i32.into(), types.i64.into(), types.i64.into()];
        let ty = self.context.void_type().fn_type(&params, false);
        let known = self.module.get_function("sx_trap");
        let function = known.unwrap_or_else(|| self.module.add_function("sx_trap", ty, None));
        if let Some(attribute) = self.attributes.u32_argument(&self.ir.target) {
            function.add_attribute(AttributeLoc::Param(0), attribute);
        }
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
            Some((func, loc)) => self.place(kind, func, loc),
            None => self.new_place([kind as u32, 0, 0, 0, 0, 0]),
        };
        let place = self.types.i32.const_int(u64::from(place), false);
        self.builder
            .build_call(function, &[place.into(), a.into(), b.into()], "")?;
        self.builder.build_unreachable()?;
        Ok(())
    }

    /// Number of the row of `__sx_places` that describes a trap: its kind, file, line, column, function, and the
    /// row (plus one) of the place where that function was inlined.
    fn place(&mut self, kind: TrapKind, func: FuncId, loc: LocId) -> u32 {
        let key = (kind as u8, func, loc);
        if let Some(known) = self.places.known.get(&key) {
            return *known;
        }
        let src = self.ir.loc(loc);
        let (name, at) = match src.inlined {
            Some(inlined) => (
                &self.ir.func(inlined.func).name,
                self.place(kind, func, inlined.at) + 1,
            ),
            None => (&self.ir.func(func).name, 0),
        };
        let name = self.places.texts.offset(name);
        let file = self
            .ir
            .files
            .get(src.file as usize)
            .map_or("", String::as_str);
        let file = self.places.texts.offset(file);
        let number = self.new_place([kind as u32, file, src.line, src.col, name, at]);
        self.places.known.insert(key, number);
        number
    }

    fn new_place(&mut self, row: [u32; 6]) -> u32 {
        self.places.rows.push(row);
        self.places.rows.len() as u32 - 1
    }

    /// Symbols of the functions defined here. To be asked before optimisation, which removes functions.
    pub fn symbols(&self, funcs: &[FuncId]) -> FxHashMap<String, FuncId> {
        let defined = funcs
            .iter()
            .filter_map(|id| match self.ir.func(*id).linkage {
                Linkage::Internal | Linkage::Export(_) | Linkage::Host(_) => {
                    Some((*id, self.funcs[id.index()]?))
                }
                Linkage::Extern { .. } | Linkage::Asm(_) => None,
            });
        defined
            .map(|(id, function)| (function.get_name().to_string_lossy().into_owned(), id))
            .collect()
    }

    /// The tables that the runtime reads; none of them needs work of the loader. `__sx_places`: the rows that traps
    /// name. `__sx_fn_table`: for each function of the module, the distance of its code from the table and where its
    /// name begins in `__sx_texts`. Made after optimisation, so that it keeps no function alive.
    pub fn build_tables(&mut self, names: &FxHashMap<String, FuncId>) {
        let mut rows = Vec::new();
        let row_type = self
            .context
            .struct_type(&[self.types.i32.into(), self.types.i32.into()], false);
        let mut found = Vec::new();
        let mut next = self.module.get_first_function();
        while let Some(function) = next {
            next = function.get_next_function();
            if function.get_first_basic_block().is_some()
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
            let name = self.places.texts.offset(&self.ir.func(id).name);
            let name = self.types.i32.const_int(u64::from(name), false);
            rows.push(row_type.const_named_struct(&[distance.into(), name.into()]));
        }
        let count = self.types.i64.const_int(rows.len() as u64, false);
        table.set_initializer(&row_type.const_array(&rows));
        let int = self.types.i32;
        let fields = self.places.rows.iter().flatten();
        let fields: Vec<_> = fields
            .map(|field| int.const_int(u64::from(*field), false))
            .collect();
        let places = int.const_array(&fields);
        let place_storage = self
            .module
            .add_global(places.get_type(), None, "__sx_places");
        place_storage.set_initializer(&places);
        let text = self
            .context
            .const_string(self.places.texts.blob.as_bytes(), true);
        let text_storage = self.module.add_global(text.get_type(), None, "__sx_texts");
        text_storage.set_initializer(&text);
        let count_storage = self
            .module
            .add_global(self.types.i64, None, "__sx_fn_count");
        count_storage.set_initializer(&count);
        for storage in [table, place_storage, text_storage, count_storage] {
            storage.set_constant(true);
            storage.set_visibility(inkwell::GlobalVisibility::Hidden);
        }
    }
}
