//! Erasure: concrete values become protocol values (reference part 2 §5.4).

use sx_ir::{Ty, TypeId, TypeKind};
use sx_syntax::ast;
use sx_syntax::{Diagnostic, Span};

use crate::callables::protocols::Erasure;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Addr, Piece, Val, ValKind};
use crate::sema::{Failed, ProtocolRef, Res, Sema};

/// What stands to be erased.
enum Operand {
    /// Named storage of the concrete type.
    Lvalue(Addr),
    /// A pointer to the concrete type.
    Pointer(Piece),
    Rvalue,
}

impl Sema<'_> {
    /// A concrete value becomes a protocol value: an owned copy, or a borrow for `#identity` protocols.
    pub fn erase(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
        how: Erasure,
    ) -> Res<Val> {
        self.erase_into(cx, val, want, None, span, how)
    }

    /// `v.(P, alloc)`
    pub fn erase_with(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        alloc: &'static ast::Expr,
        span: Span,
    ) -> Res<Val> {
        let Some(def) = self.m.types.protocol_def(want).cloned() else {
            let shown = self.type_name(want);
            return Err(self.error(
                span,
                format!("only an owning erasure takes an allocator, but '{shown}' is no protocol"),
            ));
        };
        let shown = self.type_name(want);
        if def.identity {
            return Err(self.error(
                span,
                format!("'.({shown}, alloc)' on an '#identity' protocol — it borrows a named object and allocates nothing"),
            ));
        }
        let allocator = self.lower_operand_raw(cx, alloc, None)?;
        let is_lvalue = matches!(&allocator.kind, ValKind::Place(p) if !is_temporary(&p.access));
        let pointer = matches!(self.m.types.kind(allocator.ty), TypeKind::Pointer(_));
        if !is_lvalue && !pointer {
            return Err(self.error(
                alloc.span,
                "the allocator argument of an owning erasure must be an LVALUE naming an allocator — bind it to a variable first",
            ));
        }
        let allocator = match self.m.types.kind(allocator.ty) {
            TypeKind::Protocol(_) => allocator,
            _ => match self.context_allocator() {
                Some((_, ty)) => self.erase(cx, &allocator, ty, alloc.span, Erasure::Xx)?,
                None => {
                    return Err(self.error(alloc.span, "the program declares no allocator type"));
                }
            },
        };
        let allocator = self.load(cx, &allocator);
        let allocator = self.stable(cx, &allocator);
        self.erase_into(cx, val, want, Some(&allocator), span, Erasure::Explicit)
    }

    fn erase_into(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        alloc: Option<&Val>,
        span: Span,
        how: Erasure,
    ) -> Res<Val> {
        self.complete(want)?;
        if val.ty == want && alloc.is_none() {
            return Ok(val.clone());
        }
        let val = self.default_literal(val);
        let Some(def) = self.m.types.protocol_def(want).cloned() else {
            return Err(Failed);
        };
        // A pointer erases what it points to.
        let (concrete, operand) = match self.m.types.kind(val.ty).clone() {
            TypeKind::Pointer(to) if !self.conforms_itself(want, val.ty) => {
                if to == want {
                    return self.erase_view(cx, &val, want, alloc, span, how);
                }
                let piece = self.piece(cx, &val);
                (to, Operand::Pointer(cx.pin(piece)))
            }
            _ => match &val.kind {
                ValKind::Place(place) if !is_temporary(&place.access) => {
                    (val.ty, Operand::Lvalue(place.addr))
                }
                ValKind::Place(_) | ValKind::Mem(_) | ValKind::Regs(_) => (val.ty, Operand::Rvalue),
            },
        };
        let shown = self.type_name(want);
        let table = self.slots_for(cx, want, concrete, span)?;
        // A global that is initialised by another one's name borrows it.
        let named = cx.initialises
            && matches!(operand, Operand::Lvalue(Addr::Global(global, 0)) if self.m.global(global).mutable);
        if def.identity || named {
            let ctx = match operand {
                Operand::Lvalue(addr) => cx.addr_piece(addr),
                Operand::Pointer(piece) => piece,
                Operand::Rvalue => {
                    let diag = Diagnostic::error(
                        span,
                        format!("cannot erase an rvalue to '#identity' protocol '{shown}' — it borrows a named object's storage"),
                    )
                    .with_help(None, "bind the value to a variable first");
                    return Err(self.report(diag));
                }
            };
            return Ok(self.protocol_value(cx, want, concrete, ctx, &table));
        }
        if how != Erasure::Explicit {
            match operand {
                Operand::Lvalue(_) => {
                    let text = self.span_text(span);
                    let text = match text.strip_prefix("xx ") {
                        Some(operand) => operand.trim().to_string(),
                        None => text,
                    };
                    let is_name =
                        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
                    let subject = if is_name {
                        format!("'{text}' is")
                    } else {
                        "the operand is".to_string()
                    };
                    let written = if is_name { text } else { "v".to_string() };
                    let diag = Diagnostic::error(
                        span,
                        format!("{subject} an lvalue and '{shown}' values own their storage — copy it explicitly"),
                    )
                    .with_help(None, format!("write `{written}.({shown})` for an owned copy, or take a view as `*{shown}`"));
                    return Err(self.report(diag));
                }
                Operand::Pointer(_) => {
                    let diag = Diagnostic::error(
                        span,
                        format!("the operand is a pointer and '{shown}' values own their storage — copy the pointee explicitly"),
                    )
                    .with_help(None, format!("write `p.({shown})` for an owned copy, or take a view as `*{shown}`"));
                    return Err(self.report(diag));
                }
                Operand::Rvalue => {}
            }
        }
        // The value is complete before its copy is allocated.
        let held = match operand {
            Operand::Rvalue => {
                let owned = self.own(cx, &val);
                self.stable(cx, &owned)
            }
            Operand::Lvalue(addr) => Val::mem(concrete, addr),
            Operand::Pointer(piece) => Val::mem(concrete, cx.addr_of_piece(piece)),
        };
        let size = self.m.types.size_of(concrete);
        let bytes = Piece::Const(Ty::I64, size.max(1));
        let block = match alloc {
            Some(allocator) => self.alloc_through(cx, allocator, bytes, span)?,
            None => self.alloc_in_context(cx, bytes, span)?,
        };
        let to = cx.addr_of_piece(block);
        self.store(cx, to, &held);
        Ok(self.protocol_value(cx, want, concrete, block, &table))
    }

    /// An lvalue passed where an owning protocol is expected, worded for arguments.
    pub fn check_owning_argument(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        ty: TypeId,
        span: Span,
    ) -> Res<()> {
        let target = self.strip_optionals(ty);
        let (Some(def), ValKind::Place(place)) = (self.m.types.protocol_def(target), &val.kind)
        else {
            return Ok(());
        };
        let other = matches!(
            self.m.types.kind(val.ty),
            TypeKind::Pointer(_) | TypeKind::Optional(_) | TypeKind::Poison
        );
        if def.identity || other || val.ty == target || is_temporary(&place.access) {
            return Ok(());
        }
        self.slots_for(cx, target, val.ty, span)?;
        let shown = self.type_name(target);
        let diag = Diagnostic::error(
            span,
            format!("the operand is an lvalue and '{shown}' values own their storage — copy it explicitly"),
        )
        .with_help(None, format!("pass `v.({shown})` for an owned copy, or take a `*{shown}`"));
        Err(self.report(diag))
    }

    /// Whether an impl names the pointer type itself.
    fn conforms_itself(&mut self, want: TypeId, ty: TypeId) -> bool {
        match self.instance_of(want) {
            Some((template, args)) => {
                let protocol = ProtocolRef {
                    template,
                    args: Some(args),
                };
                matches!(self.find_impl(&protocol, ty), Ok(Some(_)))
            }
            None => false,
        }
    }

    /// A view `*P` at target `P`: borrowed, or promoted to a copy of the value behind it.
    fn erase_view(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        alloc: Option<&Val>,
        span: Span,
        how: Erasure,
    ) -> Res<Val> {
        let Some(def) = self.m.types.protocol_def(want).cloned() else {
            return Err(Failed);
        };
        let place = Val::place(self.deref_place(cx, val, want));
        let record = self.load(cx, &place);
        let record = self.stable(cx, &record);
        if def.identity {
            return Ok(record);
        }
        let shown = self.type_name(want);
        if how != Erasure::Explicit {
            let diag = Diagnostic::error(
                span,
                format!("the operand is a pointer and '{shown}' values own their storage — copy the pointee explicitly"),
            )
            .with_help(None, format!("write `v.({shown})` for an owned copy"));
            return Err(self.report(diag));
        }
        let size = if def.inline {
            let tag = self.protocol_word(cx, &record, 1);
            let info = self.record_of(cx, tag);
            cx.load_scalar(
                Ty::I64,
                info.plus(crate::builtins::reflect::record::SIZE_OF),
            )
        } else {
            // Vtables hold the size of the concrete type after their slots.
            let table = self.protocol_word(cx, &record, 2);
            let table = cx.addr_of_piece(table);
            cx.load_scalar(Ty::I64, table.plus(8 * def.slots.len() as u64))
        };
        let block = match alloc {
            Some(allocator) => self.alloc_through(cx, allocator, size, span)?,
            None => self.alloc_in_context(cx, size, span)?,
        };
        let from = self.protocol_word(cx, &record, 0);
        let (dst, src, len) = (cx.use_piece(block), cx.use_piece(from), cx.use_piece(size));
        cx.emit(sx_ir::StmtKind::Copy { dst, src, len });
        match record.kind {
            ValKind::Regs(mut words) => {
                words[0] = block;
                Ok(Val::regs(want, words))
            }
            // More words than travel as scalars: the record is copied and its first word replaced.
            ValKind::Mem(_) | ValKind::Place(_) => {
                let out = self.slot(cx, want);
                self.store(cx, out, &record);
                cx.store_scalar(out, block);
                Ok(Val::mem(want, out))
            }
        }
    }
}

/// Storage that only this expression knows: as good as an rvalue.
pub fn is_temporary(access: &Access) -> bool {
    match access {
        Access::Temporary
        | Access::Constant(_)
        | Access::LocalConstant(_)
        | Access::Capture(..) => true,
        Access::Mutable | Access::RefCapture(_) | Access::Context => false,
    }
}
