//! `v.(T)` on `any` and protocol values: checked assertions of the concrete type, and the raw views (reference part 1
//! §7, part 2 §5.5).

use smallvec::smallvec;
use sx_ir::{BinaryOp, StmtKind, Symbol, TrapKind, Ty, TypeId, TypeKind};
use sx_syntax::{Diagnostic, Span};

use crate::builtins::reflect::record;
use crate::callables::functions::Target;
use crate::callables::protocols::Erasure;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Piece, Place, Val, ValKind};
use crate::sema::{Entity, Failed, FnInstance, Res, Sema};

impl Sema<'_> {
    /// `v.(T)` where `v` is an `any` or a protocol value and nothing consumes a mismatch.
    pub fn assert_type(&mut self, cx: &mut FnCx, val: &Val, want: TypeId, span: Span) -> Res<Val> {
        if let Some(val) = self.unchecked_view(cx, val, want, span)? {
            return Ok(val);
        }
        let boxed = self.boxed_words(cx, val);
        if let TypeKind::Optional(payload) = *self.m.types.kind(want) {
            return self.asserted_optional(cx, &boxed, payload, want);
        }
        self.complete(want)?;
        let holds = self.holds_type(cx, &boxed, want);
        let ok = cx.pin(holds);
        if ok.as_const() != Some(1) {
            let dead = cx.dead;
            cx.open();
            let failed = self.assertion_panic(cx, &boxed, want, span);
            let els = cx.close();
            cx.dead = dead;
            failed?;
            let cond = cx.use_piece(ok);
            cx.emit(StmtKind::If {
                cond,
                then: Default::default(),
                els,
            });
        }
        Ok(self.unboxed(cx, &boxed, want))
    }

    /// `v.(T)` directly under `try`, `or` or `catch`: a failable that raises `error.mismatch`. Views that cannot fail
    /// (and `.(?T)`) are plain values here as well.
    pub fn assert_type_failable(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
    ) -> Res<Val> {
        if matches!(self.m.types.kind(want), TypeKind::Optional(_)) {
            return self.assert_type(cx, val, want, span);
        }
        if let Some(val) = self.unchecked_view(cx, val, want, span)? {
            return Ok(val);
        }
        self.complete(want)?;
        let boxed = self.boxed_words(cx, val);
        match self.library_assertion("__sx_cast_assert", want, span)? {
            Some(instance) => {
                Ok(self.emit_call(cx, Target::Direct(instance.func), &instance.ty, &[boxed]))
            }
            None => Err(self.error(
                span,
                "a consumed type assertion needs #import \"modules/std/fmt.sx\"",
            )),
        }
    }

    /// `o?.(T)` on a `?any` directly under `try`, `or` or `catch`: `(?T, !CastError)`, null for a null `o`.
    pub fn assert_chain_failable(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
    ) -> Res<Val> {
        let want = self.strip_optionals(want);
        self.complete(want)?;
        let owned = self.own(cx, val);
        match self.library_assertion("__sx_chain_cast_assert", want, span)? {
            Some(instance) => {
                let given = match instance.ty.params.first() {
                    Some(ty) => self.coerce(cx, owned, *ty, span)?,
                    None => owned,
                };
                Ok(self.emit_call(cx, Target::Direct(instance.func), &instance.ty, &[given]))
            }
            None => Err(self.error(
                span,
                "a consumed type assertion needs #import \"modules/std/fmt.sx\"",
            )),
        }
    }

    /// The forms that never fail, and those that are always wrong.
    fn unchecked_view(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        if val.is_poison() || want == TypeId::POISON {
            return Err(Failed);
        }
        // What is of this type even if it is a protocol or `any`: the field that `struct_field_value` views, say.
        if self.is_view_of(val, want) {
            return Ok(None);
        }
        if val.ty == want {
            return Ok(Some(val.clone()));
        }
        let payload = self.strip_optionals(want);
        let to_protocol = matches!(self.m.types.kind(payload), TypeKind::Protocol(_));
        if val.ty == TypeId::ANY {
            if to_protocol {
                let shown = self.type_name(payload);
                let diag = Diagnostic::error(
                    span,
                    format!("an 'any' value's type tag is always a concrete type — it never holds an erased '{shown}', so this can't match"),
                )
                .with_help(None, "assert the concrete type first");
                return Err(self.report(diag));
            }
            if self.is_raw_view(want, "AnyRaw", &["data", "type_id"]) {
                return self.two_words(cx, val, want).map(Some);
            }
            return Ok(None);
        }
        // A protocol value.
        if want == TypeId::ANY {
            return self.any_view(cx, val).map(Some);
        }
        if self.is_raw_view(want, "ProtocolRaw", &["ctx", "type_id"]) {
            return self.two_words(cx, val, want).map(Some);
        }
        if let TypeKind::Pointer(to) = *self.m.types.kind(want) {
            if matches!(self.m.types.kind(to), TypeKind::Protocol(_)) {
                let shown = self.type_name(to);
                return Err(self.error(
                    span,
                    format!("the ctx recovery yields a pointer to the CONCRETE value, which '{shown}' is not; name the concrete type"),
                ));
            }
            let ctx = self.protocol_word(cx, val, 0);
            return Ok(Some(Val::scalar(want, ctx)));
        }
        if payload == val.ty {
            return self.coerce(cx, val.clone(), want, span).map(Some);
        }
        if to_protocol {
            let erased = self.erase(cx, val, payload, span, Erasure::Explicit)?;
            return self.coerce(cx, erased, want, span).map(Some);
        }
        Ok(None)
    }

    /// Whether an `any` is known to refer to a value of just this type, or of its payload.
    fn is_view_of(&self, val: &Val, ty: TypeId) -> bool {
        let tag = match &val.kind {
            ValKind::Regs(words) if val.ty == TypeId::ANY => {
                words.get(1).and_then(|w| w.as_const())
            }
            ValKind::Regs(_) | ValKind::Mem(_) | ValKind::Place(_) => None,
        };
        let is = |ty: TypeId| tag == Some(u64::from(ty.0));
        is(ty) || matches!(self.m.types.kind(ty), TypeKind::Optional(payload) if is(*payload))
    }

    /// The library's raw views are known by name and shape.
    fn is_raw_view(&self, ty: TypeId, name: &str, fields: &[&str]) -> bool {
        matches!(self.m.types.kind(ty), TypeKind::Struct(_))
            && self.m.types.name(ty) == name
            && self.m.types.members(ty).is_some_and(|m| {
                m.len() == fields.len()
                    && m.iter()
                        .zip(fields)
                        .all(|((n, _), f)| n.is_some_and(|n| n == *f))
            })
    }

    fn two_words(&mut self, cx: &mut FnCx, val: &Val, want: TypeId) -> Res<Val> {
        let (a, b) = (
            self.protocol_word(cx, val, 0),
            self.protocol_word(cx, val, 1),
        );
        Ok(Val::regs(want, smallvec![a, b]))
    }

    /// The `any` that a checked assertion looks into, usable several times.
    fn boxed_words(&mut self, cx: &mut FnCx, val: &Val) -> Val {
        let (data, tag) = (
            self.protocol_word(cx, val, 0),
            self.protocol_word(cx, val, 1),
        );
        let words = smallvec![cx.pin(data), cx.pin(tag)];
        Val::regs(TypeId::ANY, words)
    }

    fn holds_type(&mut self, cx: &mut FnCx, boxed: &Val, want: TypeId) -> Piece {
        let tag = self.protocol_word(cx, boxed, 1);
        self.is_tagged(cx, tag, want)
    }

    /// Whether a tag is that of a type; of `string`, also that of `[:0]u8`, whose text is one (part 4 §7).
    pub fn is_tagged(&mut self, cx: &mut FnCx, tag: Piece, ty: TypeId) -> Piece {
        let is = |ty: TypeId| Piece::Const(Ty::I64, u64::from(ty.0));
        if ty != TypeId::STRING {
            return cx.binary(BinaryOp::Eq, tag, is(ty));
        }
        let tag = cx.pin(tag);
        let plain = cx.binary(BinaryOp::Eq, tag, is(ty));
        let ended = cx.binary(BinaryOp::Eq, tag, is(TypeId::STRING_Z));
        cx.binary(BinaryOp::Or, plain, ended)
    }

    /// A copy of what the box refers to.
    fn unboxed(&mut self, cx: &mut FnCx, boxed: &Val, ty: TypeId) -> Val {
        let data = self.protocol_word(cx, boxed, 0);
        let addr = cx.addr_of_piece(data);
        let place = Place {
            addr,
            ty,
            access: Access::Mutable,
        };
        self.own(cx, &Val::place(place))
    }

    fn asserted_optional(
        &mut self,
        cx: &mut FnCx,
        boxed: &Val,
        payload: TypeId,
        want: TypeId,
    ) -> Res<Val> {
        self.complete(want)?;
        let out = self.slot(cx, want);
        let holds = self.holds_type(cx, boxed, payload);
        let ok = cx.pin(holds);
        let exact = self.holds_type(cx, boxed, want);
        let exact = cx.pin(exact);
        cx.open();
        let inner = self.unboxed(cx, boxed, payload);
        let wrapped = self.wrap_optional(cx, &inner, want)?;
        self.store(cx, out, &wrapped);
        let then = cx.close();
        cx.open();
        // A box of the optional itself holds just that.
        cx.open();
        let same = self.unboxed(cx, boxed, want);
        self.store(cx, out, &same);
        let is_optional = cx.close();
        cx.open();
        let size = self.m.types.size_of(want);
        cx.zero(out, size);
        let absent = cx.close();
        let cond = cx.use_piece(exact);
        cx.emit(StmtKind::If {
            cond,
            then: is_optional,
            els: absent,
        });
        let els = cx.close();
        let cond = cx.use_piece(ok);
        cx.emit(StmtKind::If { cond, then, els });
        Ok(Val::mem(want, out))
    }

    /// Prints the failure and ends the process, by the library's own function.
    fn assertion_panic(&mut self, cx: &mut FnCx, boxed: &Val, want: TypeId, span: Span) -> Res<()> {
        if let Some(instance) = self.library_assertion("__sx_cast_or_panic", want, span)? {
            let mut args = vec![boxed.clone()];
            if instance.ty.params.len() > 1 {
                let outer = cx.caller_loc.replace((span, cx.name.clone()));
                let place = self.caller_location(cx, span);
                cx.caller_loc = outer;
                let place = place?;
                args.push(self.coerce(cx, place, instance.ty.params[1], span)?);
            }
            self.emit_call(cx, Target::Direct(instance.func), &instance.ty, &args);
        } else {
            self.bare_panic(cx, boxed, want, span);
        }
        cx.emit(StmtKind::Trap(TrapKind::Abort));
        Ok(())
    }

    /// What `__sx_cast_or_panic` does, in a program without the module that has it.
    fn bare_panic(&mut self, cx: &mut FnCx, boxed: &Val, want: TypeId, span: Span) {
        let bytes = self.m.types.pointer(TypeId::U8);
        let params = [TypeId::I32, bytes, TypeId::USIZE];
        let write = self.runtime_fn("write", &params, TypeId::ISIZE);
        let word = Ty::int_of_size(self.cfg.target.pointer_size);
        let exit = self.runtime_fn("_exit", &[TypeId::I32], TypeId::VOID);
        let fits = |s: &Self, func: sx_ir::FuncId, params: &[Ty], results: &[Ty]| {
            let sig = s.m.sig(s.m.func(func).sig);
            sig.params.iter().map(|p| p.ty).eq(params.iter().copied()) && sig.results == results
        };
        if !fits(self, write, &[Ty::I32, Ty::Ptr, word], &[word])
            || !fits(self, exit, &[Ty::I32], &[])
        {
            // The program's own declarations of these symbols say something else.
            return;
        }
        let place = self.sources.line_col(span);
        let file = self.sources.path(span.file).to_string();
        let wanted = self.type_name(want);
        let head = format!(
            "type assertion failed at {file}:{}: expected {wanted}, got ",
            place.line
        );
        let head = self.str_val(head.as_bytes());
        let tag = self.pieces(cx, boxed)[1];
        let record = self.record_of(cx, tag);
        let held = Val::mem(TypeId::STRING, record.plus(record::NAME));
        let end = self.str_val(b"\n");
        for text in [head, held, end] {
            let text = self.load(cx, &text);
            let words = self.pieces(cx, &text);
            let stdout = Piece::Const(Ty::I32, 1);
            let len = match word {
                Ty::I64 => words[1],
                narrow => cx.convert(sx_ir::ConvertOp::Trunc, narrow, words[1]),
            };
            cx.call_direct(write, &[stdout, words[0], len], &[word]);
        }
        cx.call_direct(exit, &[Piece::Const(Ty::I32, 1)], &[]);
    }

    /// The instance for `T` of one of the library's assertion functions, if the program has the module.
    fn library_assertion(
        &mut self,
        name: &'static str,
        ty: TypeId,
        span: Span,
    ) -> Res<Option<FnInstance>> {
        let symbol = Symbol::intern(name);
        let decl = self
            .modules
            .iter()
            .filter(|m| m.path.ends_with("std/fmt.sx"))
            .find_map(|m| m.names.get(&symbol).copied());
        let Some(decl) = decl else { return Ok(None) };
        let Entity::Fn(f) = self.resolve_decl(decl)? else {
            return Ok(None);
        };
        let statics = vec![(Symbol::intern("T"), self.ct_of_type(ty))];
        self.instantiate_fn(f, statics, Vec::new(), span).map(Some)
    }
}
