//! Static data: bytes with addresses in them, as LLVM constants.

use crate::unit::{Error, Res, Unit};
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, GlobalValue};
use sx_ir::{Global, GlobalId, RelocTarget};

/// Zeros at the end of an image from which on they become a part of their own.
const WORTH_SPLITTING: u64 = 64;

/// A piece of an image: bytes, a relocated word, or zeros.
enum Piece {
    Bytes(std::ops::Range<usize>),
    Word(usize),
    Zeros(u64),
}

fn pieces(global: &Global, word: u64) -> Vec<Piece> {
    let image = &global.init;
    let mut out = Vec::new();
    let size = usize::try_from(global.size).unwrap_or(usize::MAX);
    let given = image.bytes.len().min(size);
    // Relocated words may lie past the bytes that were given.
    let mut at = 0usize;
    let bytes = |from: usize, to: usize, out: &mut Vec<Piece>| {
        let end = to.min(given);
        let last = image.bytes[from.min(end)..end]
            .iter()
            .rposition(|byte| *byte != 0);
        let mut filled = last.map_or(from.min(end), |index| from + index + 1);
        if (to - filled) as u64 <= WORTH_SPLITTING {
            filled = end.max(filled);
        }
        if filled > from {
            out.push(Piece::Bytes(from..filled));
        }
        if to > filled.max(from) {
            out.push(Piece::Zeros((to - filled.max(from)) as u64));
        }
    };
    for (index, reloc) in image.relocs.iter().enumerate() {
        let offset = reloc.offset as usize;
        let end = offset.saturating_add(word as usize);
        if offset < at || end > size {
            continue;
        }
        if offset > at {
            bytes(at, offset, &mut out);
        }
        out.push(Piece::Word(index));
        at = end;
    }
    if size > at {
        bytes(at, size, &mut out);
    }
    out
}

impl<'c> Unit<'_, 'c> {
    fn array(&self, bytes: u64) -> BasicTypeEnum<'c> {
        // LLVM's array lengths have 64 bits, its C interface of this age 32: large ones are arrays of pages.
        const PAGE: u64 = 1 << 16;
        match u32::try_from(bytes) {
            Ok(count) => self.types.i8.array_type(count).into(),
            Err(_) => {
                let pages = self
                    .types
                    .i8
                    .array_type(PAGE as u32)
                    .array_type((bytes / PAGE) as u32);
                let rest = self.types.i8.array_type((bytes % PAGE) as u32);
                self.context
                    .struct_type(&[pages.into(), rest.into()], true)
                    .into()
            }
        }
    }

    /// Type of a global's storage: that of its initial value, since the two must be the same.
    pub fn global_type(&self, global: &Global) -> BasicTypeEnum<'c> {
        if global.export_symbol.is_none() && global.extern_symbol.is_some() {
            return self.array(global.size);
        }
        let parts: Vec<BasicTypeEnum<'c>> = pieces(global, self.ir.target.pointer_size)
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(range) => self.array(range.len() as u64),
                Piece::Word(_) => self.types.ptr.into(),
                Piece::Zeros(count) => self.array(*count),
            })
            .collect();
        match parts.as_slice() {
            [] => self.array(0),
            [one] => *one,
            many => self.context.struct_type(many, true).into(),
        }
    }

    fn piece_value(&self, global: &Global, piece: &Piece) -> Res<BasicValueEnum<'c>> {
        Ok(match piece {
            Piece::Zeros(count) => self.array(*count).const_zero(),
            Piece::Bytes(range) => {
                let mut bytes =
                    global.init.bytes[range.start..range.end.min(global.init.bytes.len())].to_vec();
                bytes.resize(range.len(), 0);
                self.context.const_string(&bytes, false).into()
            }
            Piece::Word(index) => {
                let reloc = &global.init.relocs[*index];
                let base = match reloc.target {
                    RelocTarget::Global(id) => self.global(id)?,
                    RelocTarget::Func(id) => self.func(id)?.as_global_value().as_pointer_value(),
                };
                if reloc.addend == 0 {
                    base.into()
                } else {
                    let offset = self.types.i64.const_int(reloc.addend as u64, true);
                    crate::raw::const_offset(base, self.types.i8, offset).into()
                }
            }
        })
    }

    /// Gives a declared global its initial value.
    pub fn define_global(&mut self, id: GlobalId) -> Res<()> {
        let global = self.ir.global(id);
        if global.export_symbol.is_none() && global.extern_symbol.is_some() {
            return Ok(());
        }
        let pointer = self.global(id)?;
        let values: Vec<BasicValueEnum<'c>> = pieces(global, self.ir.target.pointer_size)
            .iter()
            .map(|piece| self.piece_value(global, piece))
            .collect::<Res<_>>()?;
        let value = match values.as_slice() {
            [] => self.array(0).const_zero(),
            [one] => *one,
            many => self.context.const_struct(many, true).into(),
        };
        let Some(storage) = crate::raw::as_global(pointer) else {
            return Err(Error(format!("global '{}' has no storage", global.name)));
        };
        set_initial(storage, value);
        Ok(())
    }
}

fn set_initial<'c>(storage: GlobalValue<'c>, value: BasicValueEnum<'c>) {
    match value {
        BasicValueEnum::ArrayValue(v) => storage.set_initializer(&v),
        BasicValueEnum::IntValue(v) => storage.set_initializer(&v),
        BasicValueEnum::FloatValue(v) => storage.set_initializer(&v),
        BasicValueEnum::PointerValue(v) => storage.set_initializer(&v),
        BasicValueEnum::StructValue(v) => storage.set_initializer(&v),
        BasicValueEnum::VectorValue(v) => storage.set_initializer(&v),
        BasicValueEnum::ScalableVectorValue(v) => storage.set_initializer(&v),
    }
}
