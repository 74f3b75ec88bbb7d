//! Protocol values: vtables, views and dynamic dispatch (reference part 2 §5.2 to §5.5).

use smallvec::smallvec;
use sx_ir::{ConstImage, FuncId, Global, GlobalId, Reloc, RelocTarget, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, DeclKind};

use crate::callables::calls::Arg;
use crate::callables::erasure::is_temporary;
use crate::callables::functions::Target;
use crate::callables::written_order::WrittenOrder;
pub use crate::declarations::conform::is_dispatchable;
use crate::declarations::conform::self_mention;
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Pieces, Val, ValKind};
use crate::sema::{Failed, ProtocolRef, Res, Sema};
use crate::statements::error_flow::Source;

/// How a conversion to a protocol is spelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Erasure {
    Implicit,
    /// `xx v`
    Xx,
    /// `v.(P)`
    Explicit,
}

impl Sema<'_> {
    // ---------------------------------------------------------------------------------------------- vtables

    /// Assembles `{ ctx, type id, vtable }` or `{ ctx, type id, fn0, fn1, .. }`.
    pub fn protocol_value(
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
        bytes.extend(self.cfg.target.endian.word(value_size));
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
    pub fn slots_for(
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
        for (at, (name, slot)) in slots.into_iter().enumerate() {
            let Some(method) = methods.get(&name).copied() else {
                return Err(Failed);
            };
            let instance = self.instantiate_fn(method, Vec::new(), Vec::new(), span)?;
            self.note_called_as(Source::Slot(want, at), instance.func, &instance.ty);
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
            _ => {
                let out = self.emit_call(cx, Target::Pointer(code), &ty, &all);
                cx.indirect = Source::Slot(recv.ty, slot);
                out
            }
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
        let mut order = WrittenOrder::default();
        let mut given = self.expand_args(cx, name.as_str(), &call.args, None, &mut order)?;
        given.extend(call.trailing.as_deref().map(Arg::Trailing));
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
        let declared = self.protocol_syntax(protocol)?;
        let declared = declared.methods.iter().find_map(|d| match &d.kind {
            DeclKind::Fn(f) if d.name.name == name.name => Some(&f.sig.params),
            _ => None,
        });
        let mut vals = Vec::new();
        let places = order.places(&given);
        for (at, (arg, param)) in given.into_iter().zip(ty.params.iter().skip(1)).enumerate() {
            order.next(cx, places[at]);
            let lazy = declared.and_then(|params| params.get(at + 1));
            let lazy = lazy.filter(|param| param.lazy);
            vals.push(match (lazy, self.m.types.kind(*param).clone()) {
                (Some(declared), TypeKind::Closure(thunk)) => {
                    let expr = self.lazy_argument(cx, declared, arg)?;
                    let env = cx.env().clone();
                    self.lower_lazy(cx, &env, expr, thunk.ret)?
                }
                _ => self.lower_arg(cx, arg, *param)?,
            });
        }
        self.evaluate_as_written(cx, &mut order)?;
        self.at(cx, span);
        Ok(Some(self.dispatch(cx, &held, slot, vals)))
    }

    /// A method of the protocol that needs to know the concrete type is no method of an erased value.
    fn no_slot(&mut self, protocol: TypeId, shown: &str, name: ast::Ident) -> Res<Option<Val>> {
        if self.instance_of(protocol).is_none() {
            return Ok(None);
        }
        let decl = self.protocol_syntax(protocol)?;
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
}
