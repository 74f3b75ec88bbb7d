//! Scalar replacement: a slot that is only loaded, stored, filled and copied at constant places, always in the same
//! pieces, becomes a local per piece. Locals are zero at function entry just as slots are.
//!
//! Copies connect slots: their pieces must agree. A copy between such a slot and other memory becomes loads or stores
//! of its pieces. Two things limit that. All bytes must be written, so gaps between pieces get pieces of their own. And
//! nothing may be read that the program might have left uninitialised on purpose (the payload of an absent optional),
//! so a copy from memory is split only if the program reads all of it anyway, or the type has no such parts.

use super::effects::{Base, address_of, constant, in_object};
use crate::func::{Block, Expr, ExprId, Function, LocId, Local, LocalId, SlotId, Stmt, StmtKind};
use crate::module::Module;
use crate::op::{BinaryOp, ConvertOp, Ty};
use crate::symbol::Symbol;
use crate::types::{TypeId, TypeKind};
use std::collections::VecDeque;

/// More pieces than this, and memory is the better place.
const MAX_PIECES: usize = 16;
/// Copies of more pieces stay one copy.
const MAX_STORED: usize = 8;
const MAX_LOADED: usize = 4;

pub(super) fn run(module: &Module, func: &mut Function) {
    if func.slots.is_empty() {
        return;
    }
    let Some(mut body) = func.body.take() else {
        return;
    };
    let plan = {
        let mut plan = Plan::new(module, func);
        plan.collect(&body);
        plan.settle();
        plan.finish()
    };
    if plan.iter().any(Option::is_some) {
        let locals = make_locals(func, plan);
        Rewriter {
            module,
            func,
            locals,
        }
        .block(&mut body);
    }
    func.body = Some(body);
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Piece {
    offset: u64,
    size: u64,
    ty: Ty,
    /// The program itself accesses it; otherwise it fills a gap.
    accessed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Slot(SlotId, u64),
    Memory,
}

#[derive(Clone, Copy)]
struct CopyUse {
    dst: Side,
    src: Side,
    len: u64,
}

#[derive(Default)]
struct SlotUse {
    in_memory: bool,
    pieces: Vec<Piece>,
    /// Copies it takes part in.
    copies: Vec<usize>,
    /// Ranges that are copied or filled as a whole.
    ranges: Vec<(u64, u64)>,
}

struct Plan<'m> {
    module: &'m Module,
    func: &'m Function,
    slots: Vec<SlotUse>,
    copies: Vec<CopyUse>,
    /// Pieces whose copies have to follow.
    new_pieces: Vec<(SlotId, Piece)>,
    /// Copies to look at again, because a side is memory.
    queue: VecDeque<usize>,
}

impl<'m> Plan<'m> {
    fn new(module: &'m Module, func: &'m Function) -> Plan<'m> {
        let slots = func.slots.iter().map(|_| SlotUse::default()).collect();
        Plan {
            module,
            func,
            slots,
            copies: Vec::new(),
            new_pieces: Vec::new(),
            queue: VecDeque::new(),
        }
    }

    /// The slot and offset an address names, if `size` bytes there are inside the slot.
    fn slot_at(&self, addr: ExprId, size: u64) -> Option<(SlotId, u64)> {
        slot_at(self.module, self.func, addr, size)
    }

    fn collect(&mut self, body: &Block) {
        body.for_each_stmt(&mut |stmt| match stmt.kind {
            StmtKind::Store { ty, addr, value } => {
                self.access(ty, addr);
                self.scan(value);
            }
            StmtKind::Copy { dst, src, len } => match constant(self.func, len) {
                Some(len) => self.copy(dst, src, len),
                None => [dst, src, len].into_iter().for_each(|root| self.scan(root)),
            },
            StmtKind::Fill { dst, byte, len } => {
                let range = match (constant(self.func, byte), constant(self.func, len)) {
                    (Some(_), Some(len)) => self
                        .slot_at(dst, len)
                        .map(|(slot, offset)| (slot, offset, len)),
                    _ => None,
                };
                match range {
                    Some((slot, offset, len)) => {
                        self.slots[slot.index()].ranges.push((offset, len))
                    }
                    None => [dst, byte, len]
                        .into_iter()
                        .for_each(|root| self.scan(root)),
                }
            }
            _ => stmt
                .kind
                .operands()
                .into_iter()
                .for_each(|root| self.scan(root)),
        });
    }

    fn size(&self, ty: Ty) -> u64 {
        ty.size(self.module.target.pointer_size)
    }

    fn access(&mut self, ty: Ty, addr: ExprId) {
        let size = self.size(ty);
        match self.slot_at(addr, size) {
            Some((slot, offset)) => self.insert(
                slot,
                Piece {
                    offset,
                    size,
                    ty,
                    accessed: true,
                },
            ),
            None => self.scan(addr),
        }
    }

    /// Every slot whose address is seen outside an access stays in memory.
    fn scan(&mut self, root: ExprId) {
        match *self.func.expr(root) {
            Expr::Load { ty, addr } => self.access(ty, addr),
            Expr::SlotAddr(slot) => self.keep(slot),
            expr => expr
                .operands()
                .into_iter()
                .for_each(|operand| self.scan(operand)),
        }
    }

    fn copy(&mut self, dst: ExprId, src: ExprId, len: u64) {
        let index = self.copies.len();
        let mut side = |addr: ExprId| match self.slot_at(addr, len) {
            Some((slot, offset)) => {
                self.slots[slot.index()].ranges.push((offset, len));
                self.slots[slot.index()].copies.push(index);
                Side::Slot(slot, offset)
            }
            None => {
                self.scan(addr);
                Side::Memory
            }
        };
        let (dst, src) = (side(dst), side(src));
        if let (Side::Slot(a, x), Side::Slot(b, y)) = (dst, src)
            && a == b
            && x != y
        {
            self.keep(a);
        }
        self.copies.push(CopyUse { dst, src, len });
    }

    fn keep(&mut self, slot: SlotId) {
        let slot = &mut self.slots[slot.index()];
        if !std::mem::replace(&mut slot.in_memory, true) {
            self.queue.extend(slot.copies.iter().copied());
        }
    }

    fn insert(&mut self, slot: SlotId, piece: Piece) {
        let state = &mut self.slots[slot.index()];
        if state.in_memory {
            return;
        }
        let overlaps = |p: &&mut Piece| {
            p.offset < piece.offset + piece.size && piece.offset < p.offset + p.size
        };
        if let Some(other) = state.pieces.iter_mut().find(overlaps) {
            if (other.offset, other.size) != (piece.offset, piece.size) {
                return self.keep(slot);
            }
            if other.accessed || !piece.accessed {
                return;
            }
            other.accessed = true;
            let other = *other;
            return self.new_pieces.push((slot, other));
        }
        if state.pieces.len() >= MAX_PIECES {
            return self.keep(slot);
        }
        state.pieces.push(piece);
        self.new_pieces.push((slot, piece));
    }

    /// Carries new pieces over copies until nothing changes.
    fn propagate(&mut self) {
        while let Some((slot, piece)) = self.new_pieces.pop() {
            for index in self.slots[slot.index()].copies.clone() {
                let copy = self.copies[index];
                for (from, to) in [(copy.dst, copy.src), (copy.src, copy.dst)] {
                    if let (Side::Slot(here, start), Side::Slot(there, other_start)) = (from, to)
                        && here == slot
                        && there != slot
                        && piece.offset >= start
                        && piece.offset + piece.size <= start + copy.len
                    {
                        self.insert(
                            there,
                            Piece {
                                offset: piece.offset - start + other_start,
                                ..piece
                            },
                        );
                    }
                }
            }
        }
    }

    fn resolved(&self, side: Side) -> Side {
        match side {
            Side::Slot(slot, _) if self.slots[slot.index()].in_memory => Side::Memory,
            Side::Slot(..) | Side::Memory => side,
        }
    }

    /// Decides until pieces, ranges and copies agree.
    fn settle(&mut self) {
        self.propagate();
        // Stores first: the gaps they fill are pieces for the rest.
        self.queue.clear();
        let all = 0..self.copies.len();
        self.queue.extend(
            all.clone()
                .filter(|index| self.copies[*index].dst == Side::Memory),
        );
        self.queue
            .extend(all.filter(|index| self.copies[*index].dst != Side::Memory));
        loop {
            while let Some(index) = self.queue.pop_front() {
                let copy = self.copies[index];
                match (self.resolved(copy.dst), self.resolved(copy.src)) {
                    (Side::Memory, Side::Slot(slot, offset)) => {
                        self.fill_gaps(slot, offset, copy.len, false);
                        if self.in_range(slot, offset, copy.len).count() > MAX_STORED {
                            self.keep(slot);
                        }
                    }
                    (Side::Slot(slot, offset), Side::Memory) => {
                        if always_whole(self.module, self.func.slots[slot.index()].sx_type) {
                            self.fill_gaps(slot, offset, copy.len, true);
                        }
                        let accessed = self
                            .in_range(slot, offset, copy.len)
                            .filter(|piece| piece.accessed);
                        let (count, bytes) =
                            accessed.fold((0, 0), |(n, sum), piece| (n + 1, sum + piece.size));
                        if bytes != copy.len || count > MAX_LOADED {
                            self.keep(slot);
                        }
                    }
                    (Side::Slot(..), Side::Slot(..)) | (Side::Memory, Side::Memory) => {}
                }
                self.propagate();
            }
            // A range that cuts a piece.
            let cut = |slot: &SlotUse| {
                !slot.in_memory
                    && slot.pieces.iter().any(|piece| {
                        slot.ranges.iter().any(|(start, len)| {
                            let (end, piece_end) = (start + len, piece.offset + piece.size);
                            let inside = piece.offset >= *start && piece_end <= end;
                            !inside && piece.offset < end && *start < piece_end
                        })
                    })
            };
            let cut: Vec<usize> = (0..self.slots.len())
                .filter(|index| cut(&self.slots[*index]))
                .collect();
            if cut.is_empty() {
                return;
            }
            for index in cut {
                self.keep(SlotId::new(index));
            }
        }
    }

    fn in_range(&self, slot: SlotId, offset: u64, len: u64) -> impl Iterator<Item = &Piece> {
        let within = move |piece: &&Piece| {
            piece.offset >= offset && piece.offset + piece.size <= offset + len
        };
        self.slots[slot.index()].pieces.iter().filter(within)
    }

    /// Adds integer pieces so that all of the range is covered.
    fn fill_gaps(&mut self, slot: SlotId, offset: u64, len: u64, accessed: bool) {
        if len > 8 * MAX_PIECES as u64 {
            return self.keep(slot);
        }
        let mut pieces = self.slots[slot.index()].pieces.clone();
        pieces.sort_by_key(|piece| piece.offset);
        let mut at = offset;
        let end = offset + len;
        let mut index = 0;
        while at < end && !self.slots[slot.index()].in_memory {
            while index < pieces.len() && pieces[index].offset + pieces[index].size <= at {
                index += 1;
            }
            let gap_end = pieces.get(index).map_or(end, |piece| piece.offset.min(end));
            if gap_end <= at {
                at = pieces[index].offset + pieces[index].size;
                continue;
            }
            let fits = |size: &u64| at.is_multiple_of(*size) && at + size <= gap_end;
            let size = [8, 4, 2].into_iter().find(fits).unwrap_or(1);
            self.insert(
                slot,
                Piece {
                    offset: at,
                    size,
                    ty: Ty::int_of_size(size),
                    accessed,
                },
            );
            at += size;
        }
    }

    /// The pieces of each slot that is split, in order.
    fn finish(self) -> Vec<Option<Vec<Piece>>> {
        self.slots
            .into_iter()
            .map(|mut slot| {
                slot.pieces.sort_by_key(|piece| piece.offset);
                (!slot.in_memory).then_some(slot.pieces)
            })
            .collect()
    }
}

fn slot_at(module: &Module, func: &Function, addr: ExprId, size: u64) -> Option<(SlotId, u64)> {
    match address_of(func, addr)? {
        (Base::Slot(slot), offset) => {
            in_object(module, func, Base::Slot(slot), offset, size).then_some((slot, offset as u64))
        }
        (Base::Global(_) | Base::Local(_), _) => None,
    }
}

/// Whether values of the type have no bytes that a program leaves uninitialised.
fn always_whole(module: &Module, ty: Option<TypeId>) -> bool {
    let Some(ty) = ty.filter(|ty| ty.index() < module.types.len()) else {
        return false;
    };
    matches!(
        module.types.kind(ty),
        TypeKind::String
            | TypeKind::StringZ
            | TypeKind::Slice(_)
            | TypeKind::Closure(_)
            | TypeKind::Pointer(_)
    )
}

/// A piece with the local that stands for it.
type PieceLocal = (Piece, LocalId);

fn make_locals(func: &mut Function, plan: Vec<Option<Vec<Piece>>>) -> Vec<Option<Vec<PieceLocal>>> {
    let mut out = Vec::with_capacity(plan.len());
    for (index, pieces) in plan.into_iter().enumerate() {
        let Some(pieces) = pieces else {
            out.push(None);
            continue;
        };
        let slot = func.slots[index].clone();
        let locals = pieces.into_iter().map(|piece| {
            let whole = piece.offset == 0 && piece.size == slot.size;
            let name = match slot.name {
                Some(name) if !whole => Some(Symbol::intern(&format!("{name}.{}", piece.offset))),
                name => name,
            };
            func.locals.push(Local {
                ty: piece.ty,
                name,
                sx_type: slot.sx_type.filter(|_| whole),
            });
            (piece, LocalId::new(func.locals.len() - 1))
        });
        out.push(Some(locals.collect()));
    }
    out
}

struct Rewriter<'m, 'f> {
    module: &'m Module,
    func: &'f mut Function,
    locals: Vec<Option<Vec<PieceLocal>>>,
}

impl Rewriter<'_, '_> {
    fn block(&mut self, block: &mut Block) {
        let mut out = Vec::with_capacity(block.stmts.len());
        for mut stmt in std::mem::take(&mut block.stmts) {
            for inner in stmt.kind.blocks_mut() {
                self.block(inner);
            }
            for root in stmt.kind.operands() {
                self.loads(root);
            }
            self.stmt(stmt, &mut out);
        }
        block.stmts = out;
    }

    /// The split slot an address lies in.
    fn split_at(&self, addr: ExprId, size: u64) -> Option<(SlotId, u64)> {
        slot_at(self.module, self.func, addr, size)
            .filter(|(slot, _)| self.locals[slot.index()].is_some())
    }

    fn piece(&self, slot: SlotId, offset: u64) -> Option<PieceLocal> {
        self.locals[slot.index()]
            .as_ref()?
            .iter()
            .find(|(piece, _)| piece.offset == offset)
            .copied()
    }

    fn in_range(&self, slot: SlotId, offset: u64, len: u64) -> Vec<PieceLocal> {
        let all = self.locals[slot.index()].as_deref().unwrap_or_default();
        let within = |(piece, _): &&PieceLocal| {
            piece.offset >= offset && piece.offset + piece.size <= offset + len
        };
        all.iter().filter(within).copied().collect()
    }

    fn loads(&mut self, id: ExprId) {
        let expr = *self.func.expr(id);
        if let Expr::Load { ty, addr } = expr {
            let size = ty.size(self.module.target.pointer_size);
            if let Some((slot, offset)) = self.split_at(addr, size)
                && let Some((piece, local)) = self.piece(slot, offset)
            {
                let loc = self.func.expr_locs[id.index()];
                let value = self.func.add_expr(Expr::Local(local), loc);
                let value = self.converted(value, piece.ty, ty, loc);
                self.func.exprs[id.index()] = *self.func.expr(value);
                return;
            }
        }
        for operand in expr.operands() {
            self.loads(operand);
        }
    }

    /// The same bytes as a value of another type of the same size.
    fn converted(&mut self, value: ExprId, from: Ty, to: Ty, loc: LocId) -> ExprId {
        if from == to {
            return value;
        }
        let word = Ty::int_of_size(from.size(self.module.target.pointer_size));
        let mut convert =
            |op, from, to, a| self.func.add_expr(Expr::Convert { op, from, to, a }, loc);
        // To the integer with these bytes, and on from there.
        let bits = match from {
            Ty::F32 | Ty::F64 => convert(ConvertOp::BitsOf, from, word, value),
            Ty::Ptr => {
                let wide = convert(ConvertOp::PToI, Ty::Ptr, Ty::I64, value);
                if word == Ty::I64 {
                    wide
                } else {
                    convert(ConvertOp::Trunc, Ty::I64, word, wide)
                }
            }
            Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => value,
        };
        match to {
            Ty::F32 | Ty::F64 => convert(ConvertOp::FromBits, word, to, bits),
            Ty::Ptr => {
                let wide = if word == Ty::I64 {
                    bits
                } else {
                    convert(ConvertOp::ZExt, word, Ty::I64, bits)
                };
                convert(ConvertOp::IToP, Ty::I64, Ty::Ptr, wide)
            }
            Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => bits,
        }
    }

    fn stmt(&mut self, stmt: Stmt, out: &mut Vec<Stmt>) {
        let loc = stmt.loc;
        let mut push = |kind: StmtKind| out.push(Stmt { loc, kind });
        match stmt.kind {
            StmtKind::Store { ty, addr, value } => {
                let size = ty.size(self.module.target.pointer_size);
                let Some((slot, offset)) = self.split_at(addr, size) else {
                    return push(stmt.kind);
                };
                let Some((piece, local)) = self.piece(slot, offset) else {
                    return push(stmt.kind);
                };
                let value = self.converted(value, ty, piece.ty, loc);
                push(StmtKind::Set { local, value });
            }
            StmtKind::Fill { dst, byte, len } => {
                let (Some(fill), Some(count)) =
                    (constant(self.func, byte), constant(self.func, len))
                else {
                    return push(stmt.kind);
                };
                let Some((slot, offset)) = self.split_at(dst, count) else {
                    return push(stmt.kind);
                };
                for (piece, local) in self.in_range(slot, offset, count) {
                    let bits = (0..piece.size).fold(0u64, |bits, _| bits << 8 | (fill & 0xff));
                    let value = self.func.add_expr(Expr::Const { ty: piece.ty, bits }, loc);
                    push(StmtKind::Set { local, value });
                }
            }
            StmtKind::Copy { dst, src, len } => {
                let Some(count) = constant(self.func, len) else {
                    return push(stmt.kind);
                };
                match (self.split_at(dst, count), self.split_at(src, count)) {
                    (None, None) => push(stmt.kind),
                    (Some((to, to_offset)), Some((from, from_offset))) => {
                        if to == from {
                            return;
                        }
                        for (piece, source) in self.in_range(from, from_offset, count) {
                            let Some((wanted, local)) =
                                self.piece(to, piece.offset - from_offset + to_offset)
                            else {
                                continue;
                            };
                            let value = self.func.add_expr(Expr::Local(source), loc);
                            let value = self.converted(value, piece.ty, wanted.ty, loc);
                            push(StmtKind::Set { local, value });
                        }
                    }
                    (Some((slot, offset)), None) => {
                        let address = self.shared(src, &mut push);
                        for (piece, local) in self.in_range(slot, offset, count) {
                            let addr = self.address(address, piece.offset - offset, loc);
                            let value = self.func.add_expr(Expr::Load { ty: piece.ty, addr }, loc);
                            push(StmtKind::Set { local, value });
                        }
                    }
                    (None, Some((slot, offset))) => {
                        let address = self.shared(dst, &mut push);
                        for (piece, local) in self.in_range(slot, offset, count) {
                            let addr = self.address(address, piece.offset - offset, loc);
                            let value = self.func.add_expr(Expr::Local(local), loc);
                            push(StmtKind::Store {
                                ty: piece.ty,
                                addr,
                                value,
                            });
                        }
                    }
                }
            }
            _ => push(stmt.kind),
        }
    }

    /// An address that can be named several times: of an object, or in a new local.
    fn shared(&mut self, addr: ExprId, push: &mut impl FnMut(StmtKind)) -> (Expr, u64) {
        match address_of(self.func, addr) {
            Some((Base::Slot(slot), offset)) => (Expr::SlotAddr(slot), offset as u64),
            Some((Base::Global(global), offset)) => (Expr::GlobalAddr(global), offset as u64),
            Some((Base::Local(_), _)) | None => {
                let local = self.func.add_local(Ty::Ptr);
                push(StmtKind::Set { local, value: addr });
                (Expr::Local(local), 0)
            }
        }
    }

    fn address(&mut self, (base, first): (Expr, u64), offset: u64, loc: LocId) -> ExprId {
        let a = self.func.add_expr(base, loc);
        let bits = first.wrapping_add(offset);
        if bits == 0 {
            return a;
        }
        let b = self.func.add_expr(Expr::Const { ty: Ty::I64, bits }, loc);
        self.func.add_expr(
            Expr::Binary {
                op: BinaryOp::PtrAdd,
                ty: Ty::Ptr,
                a,
                b,
            },
            loc,
        )
    }
}
