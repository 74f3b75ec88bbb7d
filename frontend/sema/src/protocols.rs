//! Protocol values: erasure, views, vtables and dynamic dispatch (reference part 2 §5.2 to §5.5).

use smallvec::smallvec;
use sx_ir::{ConstImage, FuncId, Global, GlobalId, Reloc, RelocTarget, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, DeclKind};
use sx_syntax::{Diagnostic, Span};

pub use crate::conform::is_dispatchable;
use crate::conform::self_mention;
use crate::fncx::FnCx;
use crate::functions::Target;
use crate::nominal::{plural, were};
use crate::sema::{Failed, ProtocolRef, Res, Sema};
use crate::value::{Access, Addr, Piece, Pieces, Val, ValKind};

/// How a conversion to a protocol is spelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Erasure {
    Implicit,
    /// `xx v`
    Xx,
    /// `v.(P)`
    Explicit,
}

/// What stands to be erased.
enum Operand {
    /// Named storage of the concrete type.
    Lvalue(Addr),
    /// A pointer to the concrete type.
    Pointer(Piece),
    Rvalue,
}

impl Sema<'_> {
    // ---------------------------------------------------------------------------------------------- erasure

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
        if def.identity {
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
        if def.inline {
            return Err(
                self.not_implemented(span, "an owned copy of a view of an `#inline` protocol")
            );
        }
        // Vtables hold the size of the concrete type after their slots.
        let table = self.protocol_word(cx, &record, 2);
        let table = cx.addr_of_piece(table);
        let size = cx.load_scalar(Ty::I64, table.plus(8 * def.slots.len() as u64));
        let block = match alloc {
            Some(allocator) => self.alloc_through(cx, allocator, size, span)?,
            None => self.alloc_in_context(cx, size, span)?,
        };
        let from = self.protocol_word(cx, &record, 0);
        let (dst, src, len) = (cx.use_piece(block), cx.use_piece(from), cx.use_piece(size));
        cx.emit(sx_ir::StmtKind::Copy { dst, src, len });
        let ValKind::Regs(mut words) = record.kind else {
            return Err(Failed);
        };
        words[0] = block;
        Ok(Val::regs(want, words))
    }

    /// Assembles `{ ctx, type id, vtable }` or `{ ctx, type id, fn0, fn1, .. }`.
    fn protocol_value(
        &mut self,
        cx: &mut FnCx,
        want: TypeId,
        concrete: TypeId,
        ctx: Piece,
        table: &[FuncId],
    ) -> Val {
        let tag = Piece::Const(Ty::I64, u64::from(concrete.0));
        let mut words: Pieces = smallvec![ctx, tag];
        if self.m.types.protocol_def(want).is_some_and(|d| d.inline) {
            words.extend(table.iter().map(|f| Piece::FuncAddr(*f)));
        } else {
            words.push(Piece::GlobalAddr(self.vtable(want, concrete, table), 0));
        }
        if self.flatten(want).is_some() {
            return Val::regs(want, words);
        }
        let slot = self.slot(cx, want);
        for (i, word) in words.into_iter().enumerate() {
            cx.store_scalar(slot.plus(8 * i as u64), word);
        }
        Val::mem(want, slot)
    }

    fn vtable(&mut self, protocol: TypeId, concrete: TypeId, table: &[FuncId]) -> GlobalId {
        if let Some(found) = self.caches.vtables.get(&(protocol, concrete)) {
            return *found;
        }
        let size = 8 * (table.len() as u64 + 1);
        let mut bytes = vec![0; size as usize - 8];
        let value_size = self.m.types.size_of(concrete).max(1);
        bytes.extend(match self.cfg.target.endian {
            sx_ir::target::Endian::Little => value_size.to_le_bytes(),
            sx_ir::target::Endian::Big => value_size.to_be_bytes(),
        });
        let relocs = table
            .iter()
            .enumerate()
            .map(|(i, f)| Reloc {
                offset: 8 * i as u64,
                target: RelocTarget::Func(*f),
                addend: 0,
            })
            .collect();
        let name = format!(
            "vtable.{}.{}",
            self.type_name(protocol),
            self.type_name(concrete)
        );
        let id = self.m.add_global(Global {
            name,
            size,
            align: 8,
            init: ConstImage { bytes, relocs },
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        self.caches.vtables.insert((protocol, concrete), id);
        id
    }

    /// The functions in a concrete type's slots, after checking that it conforms.
    fn slots_for(
        &mut self,
        cx: &mut FnCx,
        want: TypeId,
        concrete: TypeId,
        span: Span,
    ) -> Res<Vec<FuncId>> {
        let Some((template, args)) = self.instance_of(want) else {
            return Err(Failed);
        };
        self.complete(concrete)?;
        let found = self.conform(
            &ProtocolRef {
                template,
                args: Some(args),
            },
            concrete,
            span,
        )?;
        let methods = self.impl_methods(&found, concrete)?;
        let slots = self
            .m
            .types
            .protocol_def(want)
            .map(|d| d.slots.clone())
            .unwrap_or_default();
        let mut table = Vec::new();
        for (name, slot) in slots {
            let Some(method) = methods.get(&name).copied() else {
                return Err(Failed);
            };
            let instance = self.instantiate_fn(method, Vec::new(), Vec::new(), span)?;
            let func = self.slot_function(&instance, slot, span)?;
            self.note_reach(cx, func);
            table.push(func);
        }
        Ok(table)
    }

    // ---------------------------------------------------------------------------------------------- views

    /// `*C` to `*P`: a record in this frame that borrows the pointee.
    pub fn view_of_pointer(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        concrete: TypeId,
        protocol: TypeId,
        want: TypeId,
        span: Span,
    ) -> Res<Val> {
        self.complete(protocol)?;
        let ctx = self.piece(cx, val);
        let ctx = cx.pin(ctx);
        let table = self.slots_for(cx, protocol, concrete, span)?;
        let record = self.protocol_value(cx, protocol, concrete, ctx, &table);
        let addr = self.slot(cx, protocol);
        self.store(cx, addr, &record);
        let piece = cx.addr_piece(addr);
        Ok(Val::scalar(want, piece))
    }

    /// A concrete lvalue at a `*P` binding, field or result: a view of it. `None` for anything else.
    pub fn view_of_place(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        protocol: TypeId,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        let ValKind::Place(place) = &val.kind else {
            return Ok(None);
        };
        if is_temporary(&place.access)
            || matches!(
                self.m.types.kind(val.ty),
                TypeKind::Pointer(_) | TypeKind::Optional(_)
            )
        {
            return Ok(None);
        }
        let addr = place.addr;
        if val.ty == protocol {
            // Lends an owned value.
            let piece = cx.addr_piece(addr);
            return Ok(Some(Val::scalar(want, piece)));
        }
        let pointer = self.pointer_to(cx, addr, val.ty);
        self.view_of_pointer(cx, &pointer, val.ty, protocol, want, span)
            .map(Some)
    }

    /// `xx v` at `any`: of a protocol value the concrete value behind it, else an ordinary box.
    pub fn any_view(&mut self, cx: &mut FnCx, val: &Val) -> Res<Val> {
        if !matches!(self.m.types.kind(val.ty), TypeKind::Protocol(_)) {
            return self.box_any(cx, val);
        }
        let data = self.protocol_word(cx, val, 0);
        let tag = self.protocol_word(cx, val, 1);
        Ok(Val::regs(TypeId::ANY, smallvec![data, tag]))
    }

    // ---------------------------------------------------------------------------------------------- dispatch

    /// Word `index` of a protocol value.
    pub fn protocol_word(&mut self, cx: &mut FnCx, val: &Val, index: usize) -> Piece {
        let ty = if index == 1 { Ty::I64 } else { Ty::Ptr };
        match &val.kind {
            ValKind::Regs(pieces) => pieces.get(index).copied().unwrap_or(Piece::Const(ty, 0)),
            ValKind::Mem(addr) => cx.load_scalar(ty, addr.plus(8 * index as u64)),
            ValKind::Place(place) => cx.load_scalar(ty, place.addr.plus(8 * index as u64)),
        }
    }

    /// Calls slot `slot` of a protocol value; the arguments are of the slot's types.
    pub fn dispatch(&mut self, cx: &mut FnCx, recv: &Val, slot: usize, args: Vec<Val>) -> Val {
        let Some(def) = self.m.types.protocol_def(recv.ty).cloned() else {
            return Val::poison();
        };
        let Some((_, slot_ty)) = def.slots.get(slot).copied() else {
            return Val::poison();
        };
        let TypeKind::Function(ty) = self.m.types.kind(slot_ty).clone() else {
            return Val::poison();
        };
        let ctx = self.protocol_word(cx, recv, 0);
        let code = if def.inline {
            self.protocol_word(cx, recv, 2 + slot)
        } else {
            let table = self.protocol_word(cx, recv, 2);
            let table = cx.addr_of_piece(table);
            cx.load_scalar(Ty::Ptr, table.plus(8 * slot as u64))
        };
        let mut all = vec![Val::scalar(TypeId::VOID_PTR, ctx)];
        all.extend(args);
        match code {
            Piece::FuncAddr(func) => self.emit_call(cx, Target::Direct(func), &ty, &all),
            _ => self.emit_call(cx, Target::Pointer(code), &ty, &all),
        }
    }

    /// `recv.name(args)` on `P`, `*P`, `?P` or `?*P`. `None` if the receiver is something else or has no such method.
    pub fn call_protocol_method(
        &mut self,
        cx: &mut FnCx,
        recv: &Val,
        name: ast::Ident,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<Option<Val>> {
        let mut val = recv.clone();
        if let TypeKind::Optional(_) = self.m.types.kind(val.ty) {
            val = self.payload_of(cx, &val);
        }
        let through = match self.m.types.kind(val.ty) {
            TypeKind::Pointer(to) => Some(*to),
            _ => None,
        };
        let protocol = through.unwrap_or(val.ty);
        if !matches!(self.m.types.kind(protocol), TypeKind::Protocol(_)) {
            return Ok(None);
        }
        self.complete(protocol)?;
        let Some(def) = self.m.types.protocol_def(protocol).cloned() else {
            return Ok(None);
        };
        let shown = self.type_name(protocol);
        let Some(slot) = def.slots.iter().position(|(n, _)| *n == name.name) else {
            return self.no_slot(protocol, &shown, name);
        };
        if let Some(named) = call.args.iter().find_map(|a| a.name) {
            return Err(self.error(
                named.span,
                format!("cannot use named arguments here — '{shown}.{}' has no known parameter names at the call", name.name),
            ));
        }
        if through.is_some() {
            val = Val::place(self.deref_place(cx, &val, protocol));
        }
        // The receiver is read before the arguments run.
        let held = self.load(cx, &val);
        let held = self.stable(cx, &held);
        let TypeKind::Function(ty) = self.m.types.kind(def.slots[slot].1).clone() else {
            return Err(Failed);
        };
        let mut given = self.expand_args(cx, &call.args, None)?;
        given.extend(call.trailing.as_deref().map(crate::calls::Arg::Trailing));
        let expected = ty.params.len().saturating_sub(1);
        if given.len() != expected {
            let n = given.len();
            return Err(self.error(
                span,
                format!(
                    "'{shown}.{}' expects {expected} argument{}, but {n} {} given",
                    name.name,
                    plural(expected),
                    were(n)
                ),
            ));
        }
        let mut vals = Vec::new();
        for (arg, param) in given.into_iter().zip(ty.params.iter().skip(1)) {
            vals.push(self.lower_arg(cx, arg, *param)?);
        }
        self.at(cx, span);
        Ok(Some(self.dispatch(cx, &held, slot, vals)))
    }

    /// A method of the protocol that needs to know the concrete type is no method of an erased value.
    fn no_slot(&mut self, protocol: TypeId, shown: &str, name: ast::Ident) -> Res<Option<Val>> {
        let Some(decl) = self
            .instance_of(protocol)
            .and_then(|(t, _)| self.protocol_decl(t))
        else {
            return Ok(None);
        };
        let method = decl.methods.iter().find_map(|d| match &d.kind {
            DeclKind::Fn(f) if d.name.name == name.name => Some(f),
            _ => None,
        });
        let Some(method) = method else {
            return Ok(None);
        };
        let what = match self_mention(method) {
            Some((Some(param), span)) => {
                let text = self.span_text(span);
                if text.is_empty() {
                    format!("parameter '{param}'")
                } else {
                    format!("parameter '{text}'")
                }
            }
            Some((None, _)) => "result".to_string(),
            None => return Ok(None),
        };
        Err(self.error(
            name.span,
            format!(
                "'{}' is unavailable on an erased '{shown}' value — its {what} has no expressible type here; call it on a concrete value",
                name.name
            ),
        ))
    }

    // ---------------------------------------------------------------------------------------------- Into

    /// `xx v` through `impl Into(T) for S`, if one is visible where the code stands.
    pub fn convert_into(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        let mut visible = Vec::new();
        let mut hidden = Vec::new();
        for template in self.conversions() {
            let args = vec![self.ct_of_type(want)];
            for m in self.impls_of(template, Some(&args), val.ty)? {
                let module = self.impls[m.id.index()].module;
                if self.reaches(cx.module, module) {
                    visible.push(m)
                } else {
                    hidden.push(module)
                }
            }
        }
        let (a, b) = (self.type_name(val.ty), self.type_name(want));
        // An exact impl wins over a pattern; heads are sorted that way.
        let exact = |s: &Self, m: &crate::impls::ImplMatch| {
            matches!(
                s.impls[m.id.index()].resolved.as_ref().map(|h| &h.target),
                Some(crate::sema::ImplTarget::Type(_))
            )
        };
        if visible.len() > 1 && exact(self, &visible[0]) == exact(self, &visible[1]) {
            let name = |s: &Self, m: &crate::impls::ImplMatch| {
                s.module(s.impls[m.id.index()].module).shown.clone()
            };
            let (p, q) = (name(self, &visible[0]), name(self, &visible[1]));
            return Err(self.error(
                span,
                format!(
                    "two conversions from '{a}' to '{b}' are visible here: one in {p}, one in {q}"
                ),
            ));
        }
        let Some(m) = visible.first() else {
            if let Some(module) = hidden.first() {
                let file = self.module(*module).shown.clone();
                let diag =
                    Diagnostic::error(span, format!("no visible conversion from '{a}' to '{b}'"))
                        .with_help(
                            None,
                            format!(
                                "an `impl Into({b}) for {a}` is in {file}; #import that module"
                            ),
                        );
                return Err(self.report(diag));
            }
            return Ok(None);
        };
        let methods = self.impl_methods(m, val.ty)?;
        let Some((_, method)) = methods.iter().find(|(n, _)| **n == "convert") else {
            return Ok(None);
        };
        if cx.fn_id == Some(*method) {
            return Err(self.error(span, format!("recursive xx conversion from '{a}' to '{b}'")));
        }
        let instance = self.instantiate_fn(*method, Vec::new(), Vec::new(), span)?;
        let Some(receiver) = instance.ty.params.first().copied() else {
            return Ok(None);
        };
        let recv = self.adapt_receiver(cx, val, receiver, span)?;
        let out = self.emit_call(cx, Target::Direct(instance.func), &instance.ty, &[recv]);
        if out.ty == want {
            Ok(Some(out))
        } else {
            self.coerce(cx, out, want, span).map(Some)
        }
    }

    /// The library's `Into` (and its like: matched by name).
    fn conversions(&mut self) -> Vec<crate::sema::TemplateId> {
        self.enter_impls();
        (0..self.templates.len())
            .map(|i| crate::sema::TemplateId(i as u32))
            .filter(|t| self.templates[t.index()].name == "Into")
            .filter(|t| self.protocol_decl(*t).is_some_and(|p| p.params.len() == 1))
            .collect()
    }
}

/// Storage that only this expression knows: as good as an rvalue.
fn is_temporary(access: &Access) -> bool {
    match access {
        Access::Temporary
        | Access::Constant(_)
        | Access::LocalConstant(_)
        | Access::Capture(..) => true,
        Access::Mutable | Access::RefCapture(_) | Access::Context => false,
    }
}
