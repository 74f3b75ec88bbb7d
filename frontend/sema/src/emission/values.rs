//! Values in registers and memory: reading, keeping and writing them.

use sx_ir::{StmtKind, Ty, TypeId, TypeKind};
use sx_syntax::{Span, ast};

use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Addr, FlatParts, Piece, Pieces, Place, Val, ValKind};
use crate::sema::{Sema, VarId};
impl Sema<'_> {
    /// Frame memory for a value of type `ty`.
    pub fn slot(&self, cx: &mut FnCx, ty: TypeId) -> Addr {
        let layout = self.m.types.layout(ty);
        let addr = cx.storage(layout.size, layout.align);
        if let Addr::Slot(slot, _) = addr {
            cx.func.slots[slot.index()].sx_type = Some(ty);
        }
        addr
    }

    pub fn at(&mut self, cx: &mut FnCx, span: Span) {
        cx.loc = self.loc(span);
        cx.span = span;
    }

    /// Reads a place or memory value into scalars where the type allows; otherwise the result stays in memory (a
    /// place's memory is *not* copied: see [`Sema::own`]).
    pub fn load(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        let addr = match &val.kind {
            ValKind::Regs(_) => return val.clone(),
            ValKind::Mem(addr) => *addr,
            ValKind::Place(place) => place.addr,
        };
        self.complete_value(val.ty);
        let named = matches!(val.kind, ValKind::Place(_));
        if let Some(scalar) = self.m.types.scalar(val.ty) {
            let piece = cx.load_scalar(scalar, addr);
            if named {
                self.read_is_noted(cx, val.ty, &[piece]);
            }
            if val.ty == TypeId::ANY_ERROR {
                cx.note_error_read(piece, addr);
            }
            return Val::scalar(val.ty, piece);
        }
        match self.flatten(val.ty) {
            Some(parts) => {
                let pieces = self.load_parts(cx, addr, &parts);
                if named {
                    self.read_is_noted(cx, val.ty, &pieces);
                }
                Val {
                    ty: val.ty,
                    kind: ValKind::Regs(pieces),
                    literal: false,
                }
            }
            None => Val {
                ty: val.ty,
                kind: ValKind::Mem(addr),
                literal: false,
            },
        }
    }

    /// As [`Sema::load`], and memory reached through a place is copied, so that later writes to it don't show.
    pub fn own(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        let from_place = matches!(val.kind, ValKind::Place(_));
        let loaded = self.load(cx, val);
        match loaded.kind {
            ValKind::Mem(addr) if from_place => {
                let to = self.slot(cx, val.ty);
                cx.copy(to, addr, self.m.types.size_of(val.ty));
                Val::mem(val.ty, to)
            }
            _ => loaded,
        }
    }

    pub fn load_parts(&mut self, cx: &mut FnCx, addr: Addr, parts: &FlatParts) -> Pieces {
        parts
            .iter()
            .map(|part| cx.load_scalar(part.ty, addr.plus(part.offset)))
            .collect()
    }

    /// Where the engine checks it: a place's value is read, all of which has to be there. Of structs and arrays
    /// parts may be missing as long as nobody reads those.
    fn read_is_noted(&self, cx: &mut FnCx, ty: TypeId, pieces: &[Piece]) {
        if !self.cfg.sanitize {
            return;
        }
        let whole = match self.m.types.kind(ty) {
            TypeKind::Bool
            | TypeKind::Int { .. }
            | TypeKind::Usize
            | TypeKind::Isize
            | TypeKind::F32
            | TypeKind::F64
            | TypeKind::CString
            | TypeKind::Type
            | TypeKind::AnyError
            | TypeKind::Pointer(_)
            | TypeKind::ManyPointer(_)
            | TypeKind::Function(_)
            | TypeKind::ErrorSet(_)
            | TypeKind::Enum(_)
            | TypeKind::String
            | TypeKind::StringZ
            | TypeKind::Slice(_)
            | TypeKind::Any
            | TypeKind::Closure(_)
            | TypeKind::Protocol(_) => true,
            // Only the flag, behind the payload, says whether there is one.
            TypeKind::Optional(payload) if !self.m.types.null_is_absent(*payload) => {
                pieces
                    .last()
                    .into_iter()
                    .for_each(|flag| cx.decide_on(*flag));
                return;
            }
            TypeKind::Optional(_) => true,
            TypeKind::Void
            | TypeKind::NoReturn
            | TypeKind::Poison
            | TypeKind::Struct(_)
            | TypeKind::AnonStruct(_)
            | TypeKind::Tuple(_)
            | TypeKind::Failable { .. }
            | TypeKind::Array(..)
            | TypeKind::Vector(..)
            | TypeKind::Union(_) => false,
        };
        if whole {
            pieces.iter().for_each(|piece| cx.decide_on(*piece));
        }
    }

    /// A variable declared with `---` again, in a loop: at compile time it is zero bytes (part 6, 6.8), which the frame's
    /// memory is by itself only when the function is entered.
    pub fn forget(&mut self, cx: &mut FnCx, addr: Addr, ty: TypeId) {
        if cx.loops.is_empty() || cx.dead {
            return;
        }
        let flag = self.comptime_flag();
        let comptime = cx.load_scalar(Ty::I8, Addr::Global(flag, 0));
        let cond = cx.use_piece(comptime);
        cx.open();
        cx.fill_unwritten(addr, self.m.types.size_of(ty));
        let then = cx.close();
        cx.emit(StmtKind::If {
            cond,
            then,
            els: Default::default(),
        });
    }

    /// The scalars of a value whose type flattens.
    pub fn pieces(&mut self, cx: &mut FnCx, val: &Val) -> Pieces {
        match self.load(cx, val).kind {
            ValKind::Regs(pieces) => pieces,
            // Unreachable for flattened types; an empty list keeps malformed programs from crashing the compiler.
            ValKind::Mem(_) | ValKind::Place(_) => Pieces::new(),
        }
    }

    /// The one scalar of a scalar-typed value.
    pub fn piece(&mut self, cx: &mut FnCx, val: &Val) -> Piece {
        let pieces = self.pieces(cx, val);
        pieces.first().copied().unwrap_or(Piece::Const(
            self.m.types.scalar(val.ty).unwrap_or(Ty::I64),
            0,
        ))
    }

    /// Writes a value of exactly the destination's type.
    pub fn store(&mut self, cx: &mut FnCx, to: Addr, val: &Val) {
        if val.ty == TypeId::POISON {
            return;
        }
        match &val.kind {
            ValKind::Regs(pieces) => {
                if let ([piece], Some(_)) = (pieces.as_slice(), self.m.types.scalar(val.ty)) {
                    return cx.store_scalar(to, *piece);
                }
                let Some(parts) = self.flatten(val.ty) else {
                    return;
                };
                for (part, piece) in parts.iter().zip(pieces.clone()) {
                    cx.store_scalar(to.plus(part.offset), piece);
                }
            }
            ValKind::Mem(addr) => cx.copy(to, *addr, self.m.types.size_of(val.ty)),
            ValKind::Place(place) => {
                let from = place.addr;
                match self.flatten(val.ty) {
                    Some(parts) => {
                        let pieces = self.load_parts(cx, from, &parts);
                        self.read_is_noted(cx, val.ty, &pieces);
                        for (part, piece) in parts.iter().zip(pieces) {
                            cx.store_scalar(to.plus(part.offset), piece);
                        }
                    }
                    None => cx.copy(to, from, self.m.types.size_of(val.ty)),
                }
            }
        }
    }

    /// Memory holding the value: its place, or a temporary it is spilled to.
    pub fn spill(&mut self, cx: &mut FnCx, val: &Val) -> Addr {
        match &val.kind {
            ValKind::Place(place) => place.addr,
            ValKind::Mem(addr) => *addr,
            ValKind::Regs(_) => {
                let slot = self.slot(cx, val.ty);
                self.store(cx, slot, val);
                slot
            }
        }
    }

    /// A value that can be used several times.
    pub fn stable(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        match &val.kind {
            ValKind::Regs(pieces) => {
                let pieces = cx.pin_pieces(pieces);
                Val {
                    ty: val.ty,
                    kind: ValKind::Regs(pieces),
                    literal: val.literal,
                }
            }
            ValKind::Mem(_) | ValKind::Place(_) => val.clone(),
        }
    }

    /// A pointer to `addr` as a value of type `*ty`.
    pub fn pointer_to(&mut self, cx: &mut FnCx, addr: Addr, ty: TypeId) -> Val {
        let piece = cx.addr_piece(addr);
        let ptr = self.m.types.pointer(ty);
        Val::scalar(ptr, piece)
    }

    /// The place a pointer value points to.
    pub fn deref_place(&mut self, cx: &mut FnCx, pointer: &Val, ty: TypeId) -> Place {
        let piece = self.piece(cx, pointer);
        let piece = cx.pin(piece);
        let addr = cx.addr_of_piece(piece);
        Place {
            addr,
            ty,
            access: Access::Mutable,
        }
    }

    /// The value of a type's zero (or default) pattern.
    pub fn zero_val(&mut self, cx: &mut FnCx, ty: TypeId) -> Val {
        match self.flatten(ty) {
            Some(parts) => Val::regs(ty, parts.iter().map(|p| Piece::Const(p.ty, 0)).collect()),
            None => {
                let slot = self.slot(cx, ty);
                cx.zero(slot, self.m.types.size_of(ty));
                Val::mem(ty, slot)
            }
        }
    }

    /// New variable initialised with `val` (already of type `ty`), visible from here on.
    pub fn declare_var(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        ty: TypeId,
        val: Option<&Val>,
        access: Access,
    ) -> VarId {
        let addr = self.slot(cx, ty);
        if let Some(val) = val {
            self.store(cx, addr, val);
        }
        let var = self.bind_var(cx, name, ty, addr, access);
        if let Addr::Slot(slot, _) = addr {
            cx.func.slots[slot.index()].name = Some(cx.var(var).name);
        }
        var
    }

    pub fn bind_var(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        ty: TypeId,
        addr: Addr,
        mut access: Access,
    ) -> VarId {
        let written = name;
        let name = match written.kind {
            ast::IdentKind::Computed(_) => {
                let env = cx.env().clone();
                let name = self.spelled(&env, written).unwrap_or(written);
                access.rename(name.name);
                name
            }
            ast::IdentKind::Plain | ast::IdentKind::Raw => name,
        };
        if let Addr::Slot(slot, 0) = addr
            && let Some(slot) = cx.func.slots.get_mut(slot.index())
            && slot.sx_type == Some(ty)
        {
            slot.name.get_or_insert(name.name);
        }
        let var = cx.add_var(name.name, ty, addr, access, name.span);
        if !name.is_discard() {
            let id = cx.id;
            self.caches.var_types.insert(id, var, ty);
            cx.env()
                .bind(name.name, crate::sema::Binding::Var { cx: id, var });
            if matches!(written.kind, ast::IdentKind::Computed(_)) {
                self.note_made_name(cx, name.name);
            }
        }
        var
    }
}
