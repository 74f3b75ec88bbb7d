//! Packs: heterogeneous parameters that exist only while compiling, one real parameter an element (part 2 §3).

use std::rc::Rc;

use smallvec::smallvec;
use sx_ir::{Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, ForBody, ForIterKind};

use crate::comptime::purpose::Purpose;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Val};
use crate::metaprogramming::places::{Captured, Iteration, head};
use crate::sema::{Binding, Env, Failed, PackInfo, ProtocolRef, Res, Sema};

impl Sema<'_> {
    /// The pack a name stands for.
    fn pack_of(&mut self, cx: &FnCx, expr: &'static ast::Expr) -> Option<(u32, Rc<PackInfo>)> {
        match self.named_binding(cx.env(), expr)? {
            Binding::Pack { cx: owner, pack } => Some((owner, pack)),
            _ => None,
        }
    }

    fn pack_elem(
        &mut self,
        cx: &mut FnCx,
        owner: u32,
        pack: &PackInfo,
        at: usize,
        name: ast::Ident,
    ) -> Res<Val> {
        let (var, _) = pack.elems[at];
        self.variable(cx, name, owner, var, false)
    }

    fn pack_ident(&self, expr: &ast::Expr, pack: &PackInfo) -> ast::Ident {
        ast::Ident {
            name: pack.name,
            kind: ast::IdentKind::Raw,
            span: expr.span,
        }
    }

    /// `a[i]` on a pack.
    pub fn pack_index(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        index: &'static ast::Expr,
        span: Span,
    ) -> Res<Option<Val>> {
        let Some((owner, pack)) = self.pack_of(cx, base) else {
            return Ok(None);
        };
        let val = self.lower_expr(cx, index, None)?;
        let val = self.load(cx, &val);
        let Some(at) = val.const_bits() else {
            return Err(self.error(index.span, format!("pack '{}' must be indexed by a compile-time constant — unroll with `inline for`", pack.name)));
        };
        if at >= pack.elems.len() as u64 {
            let n = pack.elems.len();
            return Err(self.error(
                span,
                format!(
                    "pack index {} out of bounds: '{}' has {n} element{}",
                    at as i64,
                    pack.name,
                    crate::declarations::nominal::plural(n)
                ),
            ));
        }
        let ident = self.pack_ident(base, &pack);
        self.pack_elem(cx, owner, &pack, at as usize, ident)
            .map(Some)
    }

    /// `a.len`, `a.m` (a tuple of each element's zero-argument method).
    pub fn pack_member(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
    ) -> Res<Option<Val>> {
        if name.as_str() == "len"
            && let Some(Binding::TypePack(types)) = self.named_binding(cx.env(), base)
        {
            return Ok(Some(Val::int(TypeId::I64, Ty::I64, types.len() as u64)));
        }
        let Some((owner, pack)) = self.pack_of(cx, base) else {
            return Ok(None);
        };
        if name.as_str() == "len" {
            return Ok(Some(Val::int(
                TypeId::I64,
                Ty::I64,
                pack.elems.len() as u64,
            )));
        }
        let vals = self.project(cx, owner, &pack, base, name)?;
        let ty = self
            .m
            .types
            .intern(TypeKind::Tuple(vals.iter().map(|v| (None, v.ty)).collect()));
        Ok(Some(self.make_aggregate(cx, ty, &vals)))
    }

    /// The protocol through which alone `a[i]`, or what `inline for` binds to an element, is seen.
    fn element_protocol(
        &mut self,
        cx: &FnCx,
        base: &'static ast::Expr,
    ) -> Option<(ProtocolRef, TypeId)> {
        let (env, base) = self.seen_through(cx.env(), base);
        match &base.kind {
            ExprKind::Index { base, .. } => match self.named_binding(&env, base)? {
                Binding::Pack { pack, .. } => {
                    let (_, first) = pack.elems.first()?;
                    Some((pack.protocol.clone()?, *first))
                }
                _ => None,
            },
            ExprKind::Ident(_) => match self.named_binding(&env, base) {
                Some(Binding::Var { cx: owner, var }) => {
                    let info = cx.variable_of(owner, var)?;
                    Some((info.seen_as.clone()?, info.ty))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// `a[i].name` of a pack over a protocol: only the protocol's methods are there. They are what a call calls, whatever
    /// else the element's type has of that name.
    pub fn check_element_member(
        &mut self,
        cx: &FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
    ) -> Res<Option<ProtocolRef>> {
        let Some((protocol, elem)) = self.element_protocol(cx, base) else {
            return Ok(None);
        };
        if self.protocol_method(&protocol, elem, name.name)?.is_some() {
            return Ok(Some(protocol));
        }
        let shown = self.templates[protocol.template.index()].name;
        Err(self.error(name.span, format!("'{}' is not part of protocol '{shown}' — a pack element exposes only its protocol's methods", name.name)))
    }

    fn project(
        &mut self,
        cx: &mut FnCx,
        owner: u32,
        pack: &Rc<PackInfo>,
        base: &'static ast::Expr,
        name: ast::Ident,
    ) -> Res<Vec<Val>> {
        let mut vals = Vec::new();
        for at in 0..pack.elems.len() {
            let ident = self.pack_ident(base, pack);
            let elem = self.pack_elem(cx, owner, pack, at, ident)?;
            let method = match &pack.protocol {
                Some(protocol) => self.protocol_method(protocol, elem.ty, name.name)?,
                None => self.own_method(elem.ty, name.name)?,
            };
            let Some(method) = method else {
                let shown = pack
                    .protocol
                    .as_ref()
                    .map(|p| self.templates[p.template.index()].name.to_string())
                    .unwrap_or_default();
                return Err(self.error(name.span, format!("'{}' is not part of protocol '{shown}' — a pack element exposes only its protocol's methods", name.name)));
            };
            let val = self.call_getter(cx, method, &elem, name.span)?;
            let val = self.own(cx, &val);
            vals.push(self.stable(cx, &val));
        }
        Ok(vals)
    }

    /// `a.m(args)`: only `a[i].m(args)` is a call.
    pub fn pack_method(
        &mut self,
        cx: &mut FnCx,
        base: &'static ast::Expr,
        name: ast::Ident,
        _call: &'static ast::CallExpr,
        _want: Option<TypeId>,
        _span: Span,
    ) -> Res<Option<Val>> {
        match self.pack_of(cx, base) {
            Some((_, pack)) => {
                Err(self.error(name.span, format!("pack '{}' has no run-time value to call '{}' on — index it or unroll with `inline for`", pack.name, name.name)))
            }
            None => Ok(None),
        }
    }

    /// Elements of a spread pack: `..a`, `..a.m`.
    pub fn spread_pack(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
    ) -> Res<Option<Vec<Val>>> {
        if let Some((owner, pack)) = self.pack_of(cx, expr) {
            let mut vals = Vec::new();
            for at in 0..pack.elems.len() {
                let ident = self.pack_ident(expr, &pack);
                let val = self.pack_elem(cx, owner, &pack, at, ident)?;
                let names_function = val.literal;
                let val = self.own(cx, &val);
                let mut val = self.stable(cx, &val);
                val.literal = names_function;
                vals.push(val);
            }
            return Ok(Some(vals));
        }
        if let ExprKind::Field { base, name } = &expr.kind
            && let Some((owner, pack)) = self.pack_of(cx, base)
        {
            let name = self.spelled(&cx.env().clone(), *name)?;
            return self.project(cx, owner, &pack, base, name).map(Some);
        }
        Ok(None)
    }

    /// A pack named where a value is wanted.
    pub fn bare_pack(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        if let Some(want) = want
            && let TypeKind::Slice(elem) = self.m.types.kind(want).clone()
            && elem == TypeId::TYPE
            && let Some(Binding::Pack { pack, .. }) = cx.env().get(name.name)
        {
            let types: Vec<TypeId> = pack.elems.iter().map(|e| e.1).collect();
            return self.types_slice(&types);
        }
        if let Some(Binding::TypePack(types)) = cx.env().get(name.name) {
            return self.types_slice(&types);
        }
        let diag = sx_syntax::Diagnostic::error(
            span,
            format!("pack '{}' has no runtime value — a pack exists only while compiling", name.name),
        )
        .with_help(None, format!("make a tuple `.{{..{0}}}`, a slice `xx {0}`, unroll with `inline for`, or declare `..{0}: []P`", name.name));
        Err(self.report(diag))
    }

    /// `$a` as a value: `[]Type`.
    pub fn type_pack_value(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Val> {
        let env = cx.env().clone();
        match self.type_pack_of(&env, expr) {
            Some(types) => self.types_slice(&types),
            None => Err(Failed),
        }
    }

    fn types_slice(&mut self, types: &[TypeId]) -> Res<Val> {
        let array = self.m.types.array(TypeId::TYPE, types.len() as u64);
        let mut bytes = Vec::new();
        for ty in types {
            bytes.extend(self.cfg.target.endian.word(u64::from(ty.0)));
        }
        let image = sx_ir::ConstImage::from_bytes(bytes);
        let global = self.const_global(&image, array, "types");
        let ty = self.m.types.slice(TypeId::TYPE);
        Ok(Val::regs(
            ty,
            smallvec![
                Piece::GlobalAddr(global, 0),
                Piece::Const(Ty::I64, types.len() as u64)
            ],
        ))
    }

    /// `xx a` at `[]any` / `[]P`: a run-time slice.
    pub fn pack_slice(
        &mut self,
        cx: &mut FnCx,
        expr: &'static ast::Expr,
        want: Option<TypeId>,
    ) -> Res<Option<Val>> {
        let Some((owner, pack)) = self.pack_of(cx, expr) else {
            return Ok(None);
        };
        let Some(TypeKind::Slice(elem)) = want.map(|w| self.m.types.kind(w).clone()) else {
            return self
                .bare_pack(cx, self.pack_ident(expr, &pack), want, expr.span)
                .map(Some);
        };
        let Some(want) = want else { return Ok(None) };
        let count = pack.elems.len() as u64;
        let array = self.m.types.array(elem, count);
        let slot = self.slot(cx, array);
        let size = self.m.types.size_of(elem);
        for at in 0..pack.elems.len() {
            let ident = self.pack_ident(expr, &pack);
            let val = self.pack_elem(cx, owner, &pack, at, ident)?;
            let val = match self.m.types.kind(elem) {
                TypeKind::Protocol(_) if val.ty != elem => self.erase(
                    cx,
                    &val,
                    elem,
                    expr.span,
                    crate::callables::protocols::Erasure::Explicit,
                )?,
                _ => self.coerce(cx, val, elem, expr.span)?,
            };
            self.store(cx, slot.plus(at as u64 * size), &val);
        }
        let data = if count == 0 {
            Piece::Const(Ty::Ptr, 0)
        } else {
            cx.addr_piece(slot)
        };
        Ok(Some(Val::regs(
            want,
            smallvec![data, Piece::Const(Ty::I64, count)],
        )))
    }

    /// An argument for a pack: its natural type.
    pub fn pack_argument(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Res<Val> {
        let val = self.lower_expr(cx, expr, None)?;
        if val.is_poison() {
            return Err(Failed);
        }
        let val = self.as_error_value(cx, val);
        if let TypeKind::Failable { .. } = self.m.types.kind(val.ty) {
            return Err(self.unhandled_in(cx, expr.span));
        }
        self.literal_above_i64(&val, expr.span)?;
        Ok(val)
    }

    /// `..a.T` in types: each element's argument for the protocol's parameter `T`.
    pub fn pack_protocol_args(
        &mut self,
        env: &Rc<Env>,
        base: &'static ast::Expr,
        name: Symbol,
    ) -> Option<Vec<TypeId>> {
        let types: Vec<TypeId> = match self.named_binding(env, base)? {
            Binding::Pack { pack, .. } => pack.elems.iter().map(|e| e.1).collect(),
            Binding::TypePack(types) => types.to_vec(),
            _ => return None,
        };
        types
            .into_iter()
            .map(|ty| self.protocol_arg_of(ty, name))
            .collect()
    }

    // ---------------------------------------------------------------------------------------------- inline for

    pub fn lower_inline_for(&mut self, cx: &mut FnCx, node: &'static ast::ForStmt) -> Res<()> {
        enum Source {
            /// The first value; exclusive bounds may lie outside of `i64`.
            Range(i128),
            Pack(u32, Rc<PackInfo>),
            Types(Rc<Vec<TypeId>>),
            /// Elements of an array, slice or string known at compile time.
            Elements(Vec<Binding>),
        }
        let env = cx.env().clone();
        let mut sources = Vec::new();
        let mut count: Option<i128> = None;
        for (i, iter) in node.iters.iter().enumerate() {
            match &iter.kind {
                ForIterKind::Range { lo, op, hi } => {
                    let start = self.unroll_bound(&env, lo)? + i128::from(op.lo_exclusive);
                    match hi {
                        Some(hi) if i == 0 => {
                            let end = self.unroll_bound(&env, hi)? + i128::from(op.hi_inclusive);
                            count = Some((end - start).max(0));
                        }
                        Some(_) => {}
                        None if i == 0 => {
                            return Err(self.error(
                                iter.span,
                                "inline for: the first iterable must be bounded",
                            ));
                        }
                        None => {}
                    }
                    sources.push(Source::Range(start));
                }
                ForIterKind::Each(expr) => {
                    if let Some((owner, pack)) = self.pack_of(cx, expr) {
                        let n = pack.elems.len() as i128;
                        match count {
                            None => count = Some(n),
                            Some(c) if n < c => {
                                return Err(self.error(
                                    iter.span,
                                    format!("inline for: pack '{}' has {n} element{} but the unroll is {c} iterations", pack.name, crate::declarations::nominal::plural(n as usize)),
                                ));
                            }
                            Some(_) => {}
                        }
                        sources.push(Source::Pack(owner, pack));
                        continue;
                    }
                    if let Some(types) = self.type_pack_of(&env, expr) {
                        if count.is_none() {
                            count = Some(types.len() as i128);
                        }
                        sources.push(Source::Types(types));
                        continue;
                    }
                    if self.needs_running(&env, expr) {
                        return Err(self.error(iter.span, "inline for: each iterable must be a comptime range or a pack — use a plain `for`"));
                    }
                    let elements = self.elements_of(&env, expr)?;
                    let n = elements.len() as i128;
                    match count {
                        Some(count) if count != n => {
                            return Err(self.error(
                                iter.span,
                                format!("inline for: {n} element{} here, but the unroll is {count} iterations", crate::declarations::nominal::plural(n as usize)),
                            ));
                        }
                        Some(_) | None => count = Some(n),
                    }
                    sources.push(Source::Elements(elements));
                }
            }
        }
        if !node.captures.is_empty() && node.captures.len() != node.iters.len() {
            return Err(self.error(
                node.captures[0].name.span,
                format!(
                    "capture count must match iterable count ({} captures, {} iterables)",
                    node.captures.len(),
                    node.iters.len()
                ),
            ));
        }
        if let Some(capture) = node.captures.iter().find(|c| c.by_ref) {
            let at = node.captures.iter().position(|c| c.by_ref).unwrap_or(0);
            let message = match sources.get(at) {
                Some(Source::Elements(_)) => {
                    "an element of a constant list cannot be captured by reference"
                }
                Some(Source::Range(_) | Source::Pack(..) | Source::Types(_)) | None => {
                    "a pack element cannot be captured by reference"
                }
            };
            return Err(self.error(capture.name.span, message));
        }
        let count = count.unwrap_or(0);
        if count > 1_000_000 {
            return Err(self.error(
                node.span,
                format!("inline for: {count} iterations are too many to unroll"),
            ));
        }
        if count > 0 {
            cx.paths.unrolls(node);
        }
        let head = head(node.span, &node.iters, &node.captures);
        let mut iterations = Vec::new();
        for step in 0..count {
            if cx.dead {
                break;
            }
            cx.push_scope();
            let mut captures = Vec::new();
            cx.env().set_copy(node.span, step as u32);
            for (capture, source) in node.captures.iter().zip(&sources) {
                if capture.name.is_discard() {
                    continue;
                }
                let made = matches!(capture.name.kind, ast::IdentKind::Computed(_));
                let name = self.spelled(&env, capture.name)?.name;
                match source {
                    Source::Range(start) => {
                        let ct = self.ct_int(TypeId::I64, (start + step) as u64);
                        cx.env().bind(name, Binding::Ct(ct));
                        let marker = crate::statements::assign::unrolled_marker(name);
                        cx.env().bind(marker, Binding::Poison);
                    }
                    Source::Pack(owner, pack) => {
                        let (var, ty) = pack.elems[step as usize];
                        cx.env().bind(name, Binding::Var { cx: *owner, var });
                        captures.push((name, Captured::Of(ty)));
                    }
                    Source::Types(types) => {
                        if let Some(ty) = types.get(step as usize) {
                            cx.env().bind(name, Binding::Type(*ty));
                        }
                    }
                    Source::Elements(elements) => {
                        let element = elements[step as usize].clone();
                        let marker = crate::statements::assign::unrolled_marker(name);
                        cx.env().bind(marker, element.clone());
                        cx.env().bind(name, element);
                    }
                }
                if let Source::Range(_) | Source::Types(_) | Source::Elements(_) = source
                    && let Some(binding) = cx.env().get(name)
                {
                    captures.push((name, Captured::Known(binding)));
                }
                if made {
                    self.note_made_name(cx, name);
                }
            }
            if self.caches.meta.recording.is_some() {
                iterations.push(cx.env().clone());
            }
            let iteration = Iteration::scope(head, captures);
            cx.env().set_iteration(iteration.clone());
            let done = self.iteration_within(&iteration, |s| match &node.body {
                ForBody::Block(block) => s.lower_stmts_in(cx, block, false, None).map(|_| ()),
                ForBody::Stmt(stmt) => s.lower_stmt(cx, stmt),
            });
            let ended = self.end_scope(cx);
            done?;
            ended?;
        }
        self.record_loop(&env, node, iterations);
        Ok(())
    }

    fn unroll_bound(&mut self, env: &Rc<Env>, expr: &'static ast::Expr) -> Res<i128> {
        if let ExprKind::Ident(name) = &expr.kind
            && self.is_runtime_variable(env, *name)
        {
            return Err(self.error(
                expr.span,
                format!(
                    "inline for: a range end must be a compile-time integer — '{}' is a run-time variable",
                    name.name
                ),
            ));
        }
        let val = self.comptime_value(env, expr, None, &Purpose::Count)?;
        if self.m.types.int_info(val.ty).is_some() {
            return Ok(i128::from(self.ct_i64(&val)));
        }
        if self.is_float(val.ty) {
            let value = self.ct_f64(&val);
            if value.fract() == 0.0 && value.abs() < 9e15 {
                return Ok(value as i128);
            }
        }
        Err(self.error(
            expr.span,
            "inline for: a range end must be a compile-time integer",
        ))
    }
}
