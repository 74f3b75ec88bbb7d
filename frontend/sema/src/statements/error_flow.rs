//! What flows into error sets: membership checks, inferred sets as a fixed point over the program, and which
//! expressions are failable (reference part 3 §5.1, §5.4).

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::func::Callee;
use sx_ir::types::FnType;
use sx_ir::{FuncId, GlobalId, LabelId, LocalId, StmtKind, Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, BinOp, ExprKind, RetKind};
use sx_syntax::{Diagnostic, Span};

use crate::callables::adapters::is_generic;
use crate::declarations::lookup::Name;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Piece, Val, ValKind};
use crate::sema::{Binding, Entity, Failed, FnId, Res, Sema, VarId};
use crate::statements::error_graph::{ErrorGraph, Nature, Node};

/// Where an error comes from, as far as that tells which tags it can be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    Function(FuncId),
    /// A closure type with a bare `!`: all closures of one shape share a set.
    Shape(TypeId),
    /// Whatever implements this method of this protocol.
    Slot(TypeId, usize),
    /// A variable that holds an error of an inferred set, by a number of its own.
    Variable(u32),
    Unknown,
}

impl Node for Source {
    fn nature(self) -> Nature {
        match self {
            Source::Function(_) => Nature::Own,
            Source::Shape(_) | Source::Slot(..) => Nature::Shared,
            Source::Variable(_) => Nature::Variable,
            Source::Unknown => Nature::Unknown,
        }
    }
}

/// Which tags an error value can be.
pub enum Origin {
    Tags(Vec<Symbol>),
    Inferred(Source),
}

/// How an error gets into a named set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Out of a function that declares the set.
    Leaves,
    /// As a value of the set.
    Becomes,
}

/// A named set into which an error of an inferred one is let escape.
pub(super) struct Escape {
    pub from: Source,
    pub into: TypeId,
    way: Way,
    span: Span,
}

/// Memo of everything about errors that has no place in the IR.
#[derive(Default)]
pub struct ErrorFlow {
    /// Sets of the errors sent to a handler, by context and label.
    handled: FxHashMap<(u32, LabelId), Vec<(TypeId, Source)>>,
    /// What functions, shapes and variables with inferred sets can fail with.
    pub(super) graph: ErrorGraph<Source>,
    pub(super) escapes: Vec<Escape>,
    /// How many variables have been given a number.
    variables: u32,
    /// Functions with an inferred set, for the one that stays empty.
    pub(super) inferring: Vec<(FuncId, FnId)>,
    /// Trace frames by place and function name.
    pub frames: FxHashMap<(Span, String), GlobalId>,
    /// The table of tag names.
    pub names: Option<GlobalId>,
}

impl ErrorFlow {
    pub fn note_handled(&mut self, cx: u32, label: LabelId, set: TypeId, source: Source) {
        let handled = self.handled.entry((cx, label)).or_default();
        handled.push((set, source));
    }

    /// What was sent to a handler now closed.
    pub fn handled(&mut self, cx: u32, label: LabelId) -> Vec<(TypeId, Source)> {
        self.handled.remove(&(cx, label)).unwrap_or_default()
    }
}

impl Sema<'_> {
    /// The inferred set that the code being lowered feeds: its function's, or the one of a lambda's shape.
    fn feeds(cx: &FnCx) -> Option<Source> {
        if cx.is_lambda {
            cx.shape.map(Source::Shape)
        } else {
            cx.func_id.map(Source::Function)
        }
    }

    pub fn note_raised(&mut self, cx: &FnCx, tags: &[Symbol]) {
        if let Some(to) = Self::feeds(cx) {
            self.caches.errors.graph.add_tags(to, tags);
        }
    }

    /// A `return` whose error slot is given: `tag` if it is a literal.
    pub fn note_returned(&mut self, cx: &FnCx, tag: Option<Symbol>) {
        match (tag, Self::feeds(cx)) {
            (Some(tag), _) => self.note_raised(cx, &[tag]),
            (None, Some(to)) => self.caches.errors.graph.add_flow(to, Source::Unknown),
            (None, None) => {}
        }
    }

    /// A body with an inferred set is about to be lowered.
    pub fn note_inferring(&mut self, func: FuncId, decl: FnId) {
        self.caches.errors.inferring.push((func, decl));
    }

    /// Direct calls of a lambda's function can fail as its shape can.
    pub fn note_lambda(&mut self, func: FuncId, shape: Option<TypeId>) {
        if let Some(shape) = shape {
            self.caches
                .errors
                .graph
                .add_flow(Source::Function(func), Source::Shape(shape));
        }
    }

    /// `func` can be called as `to`: through a value of its shape, or as a protocol's method.
    pub fn note_called_as(&mut self, to: Source, func: FuncId, ty: &FnType) {
        let TypeKind::Failable { set, .. } = *self.m.types.kind(ty.ret) else {
            return;
        };
        match self.set_tags(set) {
            Some(tags) => self.caches.errors.graph.add_tags(to, &tags),
            None => self
                .caches
                .errors
                .graph
                .add_flow(to, Source::Function(func)),
        }
    }

    /// What closures with these parameters and results share, if their set is inferred.
    pub fn error_shape(&mut self, params: &[TypeId], ret: TypeId) -> Option<TypeId> {
        let TypeKind::Failable { values, set } = self.m.types.kind(ret).clone() else {
            return None;
        };
        if set != TypeId::ANY_ERROR {
            return None;
        }
        let values = values.into_iter().map(|(_, ty)| (None, ty)).collect();
        let ret = self.m.types.intern(TypeKind::Failable { values, set });
        Some(self.m.types.intern(TypeKind::Closure(FnType {
            params: params.to_vec(),
            ret,
            c_conv: false,
            variadic: false,
        })))
    }

    /// Where the error of the failable just evaluated comes from.
    pub fn source_of(&mut self, cx: &mut FnCx, expr: &'static ast::Expr) -> Source {
        match (self.source_of_last_call(cx), &expr.kind) {
            (Source::Unknown, ExprKind::Call(call)) => self
                .callable_value(cx, call)
                .and_then(|ty| match self.m.types.kind(ty).clone() {
                    TypeKind::Function(f) | TypeKind::Closure(f) => {
                        self.error_shape(&f.params, f.ret)
                    }
                    _ => None,
                })
                .map_or(Source::Unknown, Source::Shape),
            (known, _) => known,
        }
    }

    /// The type of the variable or field that a call calls.
    fn callable_value(&mut self, cx: &mut FnCx, call: &'static ast::CallExpr) -> Option<TypeId> {
        match &call.callee.kind {
            ExprKind::Ident(name) => match cx.env().get(name.name) {
                Some(Binding::Var { cx: id, var }) => self.type_of_var(cx, id, var),
                _ => None,
            },
            ExprKind::Field { base, name } if !self.has_effects(base) => {
                let env = cx.env().clone();
                if self.namespace_of(&env, base, *name).is_some() || self.denotes_type(&env, base) {
                    return None;
                }
                let recv = self.type_of_expr(cx, base).ok()?;
                let target = match *self.m.types.kind(recv) {
                    TypeKind::Pointer(to) => to,
                    _ => recv,
                };
                let members = self.m.types.members(target)?;
                members
                    .iter()
                    .find(|(n, _)| *n == Some(name.name))
                    .map(|(_, ty)| *ty)
            }
            _ => None,
        }
    }

    /// The function called by the statement emitted last, if that is a call.
    pub fn source_of_last_call(&self, cx: &FnCx) -> Source {
        match cx.blocks.last().and_then(|b| b.last()).map(|s| &s.kind) {
            Some(StmtKind::Call(call)) => match call.callee {
                Callee::Direct(func) => Source::Function(func),
                Callee::Indirect { .. } => cx.indirect,
            },
            _ => Source::Unknown,
        }
    }

    /// What an operand of the set `given`, which has just been evaluated, can fail with.
    pub fn origin_of_set(&mut self, given: TypeId, source: Source) -> Origin {
        match self.set_tags(given) {
            Some(tags) => Origin::Tags(tags),
            None => Origin::Inferred(source),
        }
    }

    /// What an error value can be: a constant is its tag, a variable what has been assigned to it.
    pub fn origin_of_value(&mut self, cx: &FnCx, val: &Val) -> Origin {
        let set = match self.m.types.kind(val.ty) {
            TypeKind::Failable { values, set } if values.is_empty() => *set,
            _ => val.ty,
        };
        if let Some(id) = val.const_bits() {
            let at = (id as usize).wrapping_sub(1);
            return Origin::Tags(self.error_names.get(at).copied().into_iter().collect());
        }
        let source = match &val.kind {
            ValKind::Place(place) => cx.errors_at(place.addr),
            ValKind::Mem(addr) => cx.errors_at(*addr),
            ValKind::Regs(pieces) => match pieces.as_slice() {
                [Piece::Local(_, local)] => match cx.errors_read.get(local) {
                    Some(read) => *read,
                    None => Self::source_of_result(cx, *local),
                },
                _ => Source::Unknown,
            },
        };
        self.origin_of_set(set, source)
    }

    /// The function whose call in this block gave `local`.
    fn source_of_result(cx: &FnCx, local: LocalId) -> Source {
        let calls = cx.blocks.last().into_iter().flatten().rev();
        let call = calls.into_iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Call(call) if call.results.contains(&local) => Some(call),
            _ => None,
        });
        match call.map(|call| &call.callee) {
            Some(Callee::Direct(func)) => Source::Function(*func),
            Some(Callee::Indirect { .. }) => cx.indirect,
            None => Source::Unknown,
        }
    }

    /// A variable for errors of inferred sets has been declared, and holds some of these.
    pub fn note_error_variable(&mut self, cx: &mut FnCx, var: VarId, held: &[Origin]) {
        if cx.var(var).ty != TypeId::ANY_ERROR {
            return;
        }
        cx.var_mut(var).errors = self.error_holder(held);
    }

    /// Something new that holds one of these errors.
    fn error_holder(&mut self, held: &[Origin]) -> Source {
        let errors = &mut self.caches.errors;
        let source = Source::Variable(errors.variables);
        errors.variables += 1;
        for origin in held {
            self.note_held(source, origin);
        }
        source
    }

    /// Memory at `at` is about to get the error of one of several branches.
    pub fn note_errors_joined(&mut self, cx: &mut FnCx, at: Addr) {
        let source = self.error_holder(&[]);
        cx.errors_joined.push((at, source));
    }

    /// The error of an `onfail`: one of those that leave the function.
    pub fn note_failing(&mut self, cx: &mut FnCx, var: VarId) {
        let leaving = Self::feeds(cx).unwrap_or(Source::Unknown);
        self.note_error_variable(cx, var, &[Origin::Inferred(leaving)]);
    }

    /// What is stored at `to` may be `origin`.
    pub fn note_error_stored(&mut self, cx: &FnCx, to: Addr, origin: &Origin) {
        match cx.errors_at(to) {
            Source::Unknown => {}
            held => self.note_held(held, origin),
        }
    }

    fn note_held(&mut self, to: Source, origin: &Origin) {
        match origin {
            Origin::Tags(tags) => self.caches.errors.graph.add_tags(to, tags),
            Origin::Inferred(from) => self.caches.errors.graph.add_flow(to, *from),
        }
    }

    /// Errors leave a function whose set is `into`.
    pub fn check_escape(&mut self, cx: &FnCx, given: &Origin, into: TypeId, span: Span) {
        if into != TypeId::ANY_ERROR {
            self.check_into(given, into, Way::Leaves, span);
        } else if let Some(to) = Self::feeds(cx) {
            self.note_held(to, given);
        }
    }

    /// An error value becomes one of the named set `into`.
    pub fn check_members(&mut self, given: &Origin, into: TypeId, span: Span) -> Res<()> {
        let before = self.diags.len();
        self.check_into(given, into, Way::Becomes, span);
        match self.diags.len() > before {
            true => Err(Failed),
            false => Ok(()),
        }
    }

    fn check_into(&mut self, given: &Origin, into: TypeId, way: Way, span: Span) {
        match given {
            Origin::Tags(tags) => self.check_tags(tags, into, way, span),
            Origin::Inferred(Source::Unknown) => {}
            Origin::Inferred(from) => self.caches.errors.escapes.push(Escape {
                from: *from,
                into,
                way,
                span,
            }),
        }
    }

    fn check_tags(&mut self, tags: &[Symbol], into: TypeId, way: Way, span: Span) {
        let allowed = self.set_tags(into).unwrap_or_default();
        let shown = self.type_name(into);
        let whose = match way {
            Way::Leaves => "caller's error set",
            Way::Becomes => "error set",
        };
        for tag in tags {
            if !allowed.contains(tag) {
                let text = format!("error tag 'error.{tag}' is not in {whose} '{shown}'");
                self.error(span, text);
            }
        }
    }

    /// Once all bodies are lowered: inferred sets that were let escape into named ones.
    pub fn check_inferred_sets(&mut self) {
        let mut checked = FxHashSet::default();
        for escape in std::mem::take(&mut self.caches.errors.escapes) {
            let allowed = self.set_tags(escape.into).unwrap_or_default();
            let mut tags = self.caches.errors.graph.foreign(escape.from, &allowed);
            // A piece of code may have been lowered several times.
            tags.retain(|tag| checked.insert((escape.span, escape.into, *tag)));
            let told = self.diags.len();
            self.check_tags(&tags, escape.into, escape.way, escape.span);
            self.caches.late.extend(told..self.diags.len());
        }
        self.warn_of_empty_sets();
    }

    /// Functions declared `!` that no error leaves. An instance of a generic function says nothing of the others.
    fn warn_of_empty_sets(&mut self) {
        if self.diags.iter().any(Diagnostic::is_error) {
            // An unfinished body may be where the error would have come from.
            return;
        }
        let mut seen = FxHashSet::default();
        for (func, id) in std::mem::take(&mut self.caches.errors.inferring) {
            let Some((ident, name)) = self.should_err(id) else {
                continue;
            };
            if !seen.insert(id.0) {
                continue;
            }
            let graph = &self.caches.errors.graph;
            if graph.never_errs(Source::Function(func), |_| true) {
                let diag = Diagnostic::warning(
                    ident.span,
                    format!("function '{name}' is declared `!` but never errors"),
                );
                self.report(diag);
            }
        }
    }

    /// Name of a function that it would be odd to declare `!` and never to leave by an error.
    pub(super) fn should_err(&self, id: FnId) -> Option<(ast::Ident, String)> {
        let info = self.fn_info(id);
        let (decl, module, name) = (info.decl, info.module, info.name.clone());
        let ident = decl.name?;
        let plain = info.owner.is_none()
            && info.impl_of.is_none()
            && name != "main"
            && self.module(module).names.contains_key(&ident.name)
            && !is_generic(decl);
        (plain && !self.in_library_module(module)).then_some((ident, name))
    }

    // ---------------------------------------------------------------------------------------------- failable?

    /// Whether `or` takes this operand for a failable rather than a condition.
    pub fn is_failable_operand(&mut self, cx: &mut FnCx, e: &'static ast::Expr) -> bool {
        match &e.kind {
            ExprKind::Paren(inner) => self.is_failable_operand(cx, inner),
            ExprKind::Splice(_) | ExprKind::Insert(_) => {
                match self.put_here(&cx.env().clone(), e) {
                    Some(put) => {
                        cx.push_scope_env(put.env);
                        let failable = self.is_failable_operand(cx, put.expr);
                        cx.scopes.pop();
                        failable
                    }
                    None => false,
                }
            }
            ExprKind::Try(_) | ExprKind::ErrorTag(_) => true,
            ExprKind::Binary {
                op: BinOp::Or,
                lhs,
                rhs,
                ..
            } => self.is_failable_operand(cx, lhs) && self.is_failable_operand(cx, rhs),
            ExprKind::Cast {
                base,
                ty,
                alloc: None,
            } => {
                if matches!(
                    base.kind,
                    ExprKind::Int { .. }
                        | ExprKind::Float { .. }
                        | ExprKind::Str(_)
                        | ExprKind::Bool(_)
                ) {
                    return false;
                }
                let env = cx.env().clone();
                let asserts = self.type_of_expr(cx, base).is_ok_and(|t| {
                    matches!(self.m.types.kind(t), TypeKind::Any | TypeKind::Protocol(_))
                });
                asserts
                    && self
                        .eval_type(&env, ty)
                        .is_ok_and(|to| !matches!(self.m.types.kind(to), TypeKind::Optional(_)))
            }
            ExprKind::OptCast { base, .. } => {
                self.type_of_expr(cx, base)
                    .is_ok_and(|t| match *self.m.types.kind(t) {
                        TypeKind::Optional(p) => {
                            matches!(self.m.types.kind(p), TypeKind::Any | TypeKind::Protocol(_))
                        }
                        _ => false,
                    })
            }
            ExprKind::Ident(name) => match cx.env().get(name.name) {
                Some(Binding::Var { cx: id, var }) => {
                    let ty = self.type_of_var(cx, id, var);
                    ty.is_some_and(|t| self.is_failable_type(t))
                }
                Some(Binding::Ct(val)) => self.is_failable_type(val.ty),
                _ => false,
            },
            ExprKind::Field { .. }
            | ExprKind::TupleIndex { .. }
            | ExprKind::Index { .. }
            | ExprKind::Deref(_)
                if !self.has_effects(e) =>
            {
                self.type_of_expr(cx, e)
                    .is_ok_and(|t| self.is_failable_type(t))
            }
            ExprKind::Call(call) => match self.call_is_failable(cx, call) {
                Some(known) => known,
                None => self
                    .type_of_expr(cx, e)
                    .is_ok_and(|t| self.is_failable_type(t)),
            },
            _ => false,
        }
    }

    fn is_failable_type(&self, ty: TypeId) -> bool {
        matches!(
            self.m.types.kind(ty),
            TypeKind::Failable { .. } | TypeKind::ErrorSet(_) | TypeKind::AnyError
        )
    }

    fn type_of_var(&self, cx: &FnCx, owner: u32, var: crate::sema::VarId) -> Option<TypeId> {
        if owner == cx.id {
            return Some(cx.var(var).ty);
        }
        let (_, vars) = cx.enclosing.iter().find(|(id, _)| *id == owner)?;
        vars.get(var.0 as usize).map(|v| v.ty)
    }

    /// Found from the callee's declaration where that says it: lowering a call to learn its type lowers its arguments,
    /// calls among them.
    fn call_is_failable(&mut self, cx: &mut FnCx, call: &'static ast::CallExpr) -> Option<bool> {
        let env = cx.env().clone();
        match &call.callee.kind {
            ExprKind::Ident(name) => match env.get(name.name) {
                Some(Binding::Var { cx: id, var }) => {
                    let ty = self.type_of_var(cx, id, var)?;
                    self.callable_is_failable(ty)
                }
                Some(_) => None,
                None if crate::builtins::intrinsics::is_intrinsic_name(name.as_str()) => {
                    Some(false)
                }
                None => match self.try_resolve_name(&env, *name).ok()?? {
                    Name::Entity(Entity::Fn(f) | Entity::UfcsAlias(f), _) => self.fn_is_failable(f),
                    _ => None,
                },
            },
            ExprKind::Field { base, name } => {
                if let Some(set) = self.namespace_of(&env, base, *name) {
                    let shown = self.span_text(base.span);
                    return match self.resolve_in_namespace_of(&env, set, &shown, *name) {
                        Ok((Entity::Fn(f) | Entity::UfcsAlias(f), _)) => self.fn_is_failable(f),
                        _ => None,
                    };
                }
                if self.denotes_type(&env, base) {
                    return None;
                }
                let recv = self.type_of_expr(cx, base).ok()?;
                let target = match *self.m.types.kind(recv) {
                    TypeKind::Pointer(to) => to,
                    _ => recv,
                };
                if matches!(self.m.types.kind(target), TypeKind::Protocol(_)) {
                    return None;
                }
                let members = self.m.types.members(target).unwrap_or_default();
                if let Some((_, ty)) = members.iter().find(|(n, _)| *n == Some(name.name)) {
                    return self.callable_is_failable(*ty);
                }
                let method = self.own_method(target, name.name).ok()??;
                self.fn_is_failable(method)
            }
            _ => None,
        }
    }

    fn callable_is_failable(&self, ty: TypeId) -> Option<bool> {
        match self.m.types.kind(ty) {
            TypeKind::Function(f) | TypeKind::Closure(f) => Some(self.is_failable_type(f.ret)),
            _ => None,
        }
    }

    fn fn_is_failable(&mut self, f: FnId) -> Option<bool> {
        let info = self.fn_info(f);
        let (decl, env) = (info.decl, info.env.clone());
        let ret = decl.sig.ret.as_ref()?;
        match &ret.kind {
            RetKind::Void => Some(false),
            RetKind::Slots { error, .. } => Some(error.is_some()),
            RetKind::Type(ty) => match &ty.kind {
                ExprKind::ErrorSetType(_) => Some(true),
                ExprKind::Ident(_) | ExprKind::Field { .. } => {
                    if !self.denotes_type(&env, ty) {
                        return Some(false);
                    }
                    self.eval_type(&env, ty)
                        .ok()
                        .map(|t| self.is_failable_type(t))
                }
                _ => Some(false),
            },
        }
    }
}
