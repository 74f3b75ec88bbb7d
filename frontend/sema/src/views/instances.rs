//! Instances of generic functions: for given arguments of compile time, their parameters in place of the generic ones.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::render::{Level, Renderer, Resolve, Scope};

use crate::callables::generics::mentions_dollar;
use crate::callables::union_arguments::payload_name;
use crate::emission::value::CtVal;
use crate::metaprogramming::places::Captured;
use crate::sema::{Binding, Entity, EntityState, Env, FnId, ModId, Sema};
use crate::views::expand::Expander;
use crate::views::literals::{Literal, spelling};

type Out<'r> = Renderer<'r, 'static>;

/// A function that has been made of a generic one.
#[derive(Clone)]
pub struct FnMade {
    pub func: FnId,
    /// Where the parameters of compile time are bound.
    pub scope: Rc<Env>,
    pub name: String,
    pub statics: Vec<(Symbol, CtVal)>,
    pub packs: Vec<(Symbol, Vec<TypeId>)>,
    /// Of the parameters that are passed.
    pub params: Vec<TypeId>,
    pub ret: TypeId,
}

/// What is asked for: a declaration's instances, those of a type's method, those for given arguments.
pub struct Wanted<'w> {
    pub decl: &'static ast::FnDecl,
    pub owner: Option<TypeId>,
    pub args: Option<&'w [CtVal]>,
}

impl Sema<'_> {
    pub fn record_instance(&mut self, made: impl FnOnce() -> FnMade) {
        if let Some(recording) = &mut self.caches.meta.recording {
            recording.instances.push(made());
        }
    }

    /// The function that a name of the file is.
    fn function_of_file(&self, name: Symbol) -> Option<FnId> {
        let id = *self.module(ModId(0)).names.get(&name)?;
        match self.decl(id).state {
            EntityState::Done(Entity::Fn(f)) => Some(f),
            _ => None,
        }
    }

    /// `T = i64, n = 3`, `args of types (i64, string)`.
    fn told_instance(&mut self, made: &FnMade) -> String {
        let mut told = Vec::new();
        for (name, val) in &made.statics {
            if name.as_str().contains('#') {
                continue;
            }
            let binding = match val.ty == TypeId::TYPE {
                true => Binding::Type(self.ct_type(val)),
                false => Binding::Ct(val.clone()),
            };
            told.extend(self.told_capture(*name, &Captured::Known(binding)));
        }
        for (name, types) in &made.packs {
            let types: Vec<String> = types.iter().map(|ty| self.type_source(*ty)).collect();
            told.push(format!("{name} of types ({})", types.join(", ")));
        }
        told.join(", ")
    }
}

impl Expander<'_, '_> {
    /// The instances of the function that a name of the file is, below its declaration.
    pub fn instances_of(&self, r: &mut Out<'_>, name: Symbol) {
        let decl = {
            let sema = self.sema.borrow();
            let found = sema.function_of_file(name);
            found.map(|f| sema.fn_info(f).decl)
        };
        if let Some(decl) = decl {
            let wanted = Wanted {
                decl,
                owner: None,
                args: None,
            };
            self.write_instances(r, &wanted);
        }
    }

    /// `f(args)`: the instance for these arguments of compile time. None: `f` is no such function.
    pub fn function_instance(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        text: &str,
    ) -> Option<Result<(), String>> {
        let ExprKind::Call(call) = &expr.kind else {
            return None;
        };
        let ExprKind::Ident(name) = &call.callee.kind else {
            return None;
        };
        let decl = {
            let sema = self.sema.borrow();
            let f = sema.function_of_file(name.name)?;
            if sema.returns_type(f) {
                return None;
            }
            sema.fn_info(f).decl
        };
        let mut args = Vec::new();
        for arg in &call.args {
            let root = self.root.clone();
            let value = self.sema.borrow_mut().quietly(|s| {
                Some(match s.denotes_type(&root, &arg.value) {
                    true => {
                        let ty = s.eval_type(&root, &arg.value).ok()?;
                        s.ct_of_type(ty)
                    }
                    false => {
                        let purpose = &crate::comptime::purpose::Purpose::Operand;
                        s.comptime_value(&root, &arg.value, None, purpose).ok()?
                    }
                })
            });
            match value {
                Some(value) => args.push(value),
                None => {
                    let arg = self.span_text(arg.value.span);
                    return Some(Err(format!("'{arg}' is not known at compile time")));
                }
            }
        }
        let wanted = Wanted {
            decl,
            owner: None,
            args: Some(&args),
        };
        Some(match self.write_instances(r, &wanted) {
            true => Ok(()),
            false => Err(format!("the program makes no instance '{text}'")),
        })
    }

    /// Whether there are any.
    pub fn write_instances(&self, r: &mut Out<'_>, wanted: &Wanted) -> bool {
        let all = {
            let sema = self.sema.borrow();
            let recording = sema.caches.meta.recording.as_ref();
            recording.map_or_else(Vec::new, |recording| recording.instances.clone())
        };
        let mut names = FxHashSet::default();
        let mut any = false;
        for made in &all {
            if !self.is_wanted(made, wanted) {
                continue;
            }
            any = true;
            let start = r.mark();
            let told = self.sema.borrow_mut().told_instance(made);
            let (own, args) = {
                let sema = self.sema.borrow();
                let info = sema.fn_info(made.func);
                let args = made.name.strip_prefix(&info.name).unwrap_or("");
                let own = info.name.rsplit('.').next().unwrap_or("");
                (own.to_string(), args.to_string())
            };
            let name = identifier(&own, &args, |name| {
                let known = (self.state.borrow().module_names).contains(&Symbol::intern(name));
                !known && names.insert(name.to_string())
            });
            let mark = r.mark();
            r.s(&format!("// {told}"));
            r.line();
            let shown = self.attempt(r, |r| {
                let mut frame = self.frame_of(&made.scope);
                frame.iteration = true;
                frame.declares = false;
                self.within(frame, || {
                    self.enter(Scope::Other);
                    self.write_instance(r, made, &name);
                    self.leave(Scope::Other);
                });
            });
            if let Err(reason) = shown {
                r.undo(mark);
                r.s(&format!(
                    "// {told}: no text can be given of it, as {reason}"
                ));
            }
            r.end_item(start);
        }
        any
    }

    fn is_wanted(&self, made: &FnMade, wanted: &Wanted) -> bool {
        let sema = self.sema.borrow();
        let info = sema.fn_info(made.func);
        let written = info.decl.span == wanted.decl.span;
        if !written || wanted.owner.is_some() && info.owner != wanted.owner {
            return false;
        }
        let Some(args) = wanted.args else { return true };
        let given = made.statics.iter().map(|(_, val)| val);
        let given: Vec<&CtVal> = given.collect();
        let types = made.packs.iter().flat_map(|(_, types)| types);
        let types: Vec<TypeId> = types.copied().collect();
        given.len() + types.len() == args.len()
            && given.iter().zip(args).all(|(a, b)| {
                let numbers = sema.is_integer(a.ty) && sema.is_integer(b.ty);
                a.ty == b.ty && a.image == b.image || numbers && sema.ct_i64(a) == sema.ct_i64(b)
            })
            && (types.iter().zip(&args[given.len()..]))
                .all(|(ty, arg)| arg.ty == TypeId::TYPE && sema.ct_type(arg) == *ty)
    }

    fn write_instance(&self, r: &mut Out<'_>, made: &FnMade, name: &str) {
        let decl = self.sema.borrow().fn_info(made.func).decl;
        if decl.link.is_some() {
            return self.fail("it is a symbol".to_string());
        }
        r.s(name);
        r.s(if decl.ufcs { " :: ufcs (" } else { " :: (" });
        let mut types = made.params.iter().copied();
        let mut first = true;
        for param in &decl.sig.params {
            self.parameter(r, param, made, &mut types, &mut first);
        }
        r.s(")");
        self.result(r, decl, made.ret);
        r.abi(decl.sig.abi);
        r.s(" ");
        match decl.body() {
            ast::FnBody::Block(block) => r.block(block),
            ast::FnBody::Expr(expr) => {
                r.s("=> ");
                r.expr(expr);
                r.s(";");
            }
            ast::FnBody::Intrinsic | ast::FnBody::None => self.fail("it has no body".to_string()),
        }
    }

    fn parameter(
        &self,
        r: &mut Out<'_>,
        param: &'static ast::Param,
        made: &FnMade,
        types: &mut impl Iterator<Item = TypeId>,
        first: &mut bool,
    ) {
        let name = param.name;
        let is_pack = self.sema.borrow().is_pack(param);
        match param.kind {
            ParamKind::Comptime => {
                let payload = payload_name(name.name);
                if made.packs.iter().any(|(pack, _)| *pack == payload) {
                    self.fail(format!("'{}' carries a value of the caller", name.name));
                }
                return;
            }
            // A type function's `x: $T`.
            ParamKind::Plain if made.statics.iter().any(|(n, _)| *n == name.name) => return,
            ParamKind::Plain | ParamKind::Variadic | ParamKind::ComptimePack => {}
        }
        if !std::mem::take(first) {
            r.s(", ");
        }
        if is_pack {
            let pack = made.packs.iter().find(|(pack, _)| *pack == name.name);
            let count = pack.map_or(0, |(_, types)| types.len());
            let written = self.declared(name).unwrap_or_default();
            let elements: Vec<TypeId> = types.by_ref().take(count).collect();
            r.s(&written);
            r.s(": Tuple(");
            for (i, ty) in elements.into_iter().enumerate() {
                r.s(if i > 0 { ", " } else { "" });
                self.type_or_fail(r, ty);
            }
            r.s(")");
            return;
        }
        let ty = types.next();
        r.s(match param.kind {
            ParamKind::Variadic => "..",
            ParamKind::Plain | ParamKind::Comptime | ParamKind::ComptimePack => "",
        });
        let mut text = r.aside(|r| match (&param.ty, ty) {
            (Some(written), Some(ty)) if mentions_dollar(written) && !param.lazy => {
                self.type_or_fail(r, ty);
            }
            (Some(written), _) if mentions_dollar(written) => {
                self.fail(format!("the type of '{}' has no text", name.name));
            }
            (Some(written), _) => r.expr(written),
            (None, _) => {}
        });
        if let Some(default) = &param.default {
            text.push_str(" = ");
            text.push_str(&r.aside(|r| r.expr(default)));
        }
        let written = self.declared(name).unwrap_or_default();
        r.s(&written);
        r.s(if param.lazy { ": #lazy " } else { ": " });
        r.s(&text);
    }

    fn result(&self, r: &mut Out<'_>, decl: &'static ast::FnDecl, ty: TypeId) {
        let Some(ret) = &decl.sig.ret else { return };
        let mut dollar = false;
        crate::callables::generics::each_ret_part(ret, &mut |part| {
            dollar |= matches!(part.kind, ExprKind::Dollar { .. });
        });
        r.s(" -> ");
        match dollar {
            true => self.type_or_fail(r, ty),
            false => r.ret(ret),
        }
    }

    fn type_or_fail(&self, r: &mut Out<'_>, ty: TypeId) {
        let text = self.sema.borrow_mut().type_text(&self.root, ty);
        match text {
            Some(text) => r.s(&text.text),
            None => {
                let shown = self.sema.borrow().type_name(ty);
                self.fail(format!("the type '{shown}' has no text"));
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- packs

    /// What stands for an element of a pack that an iteration has: the tuple has it under its number.
    pub fn element_of_pack(
        &self,
        level: &Rc<Env>,
        cx: u32,
        var: crate::sema::VarId,
    ) -> Option<Literal> {
        let mut at = Some(level);
        while let Some(env) = at {
            for binding in env.names.borrow().values() {
                if let Binding::Pack { cx: owner, pack } = binding
                    && *owner == cx
                    && let Some(i) = pack.elems.iter().position(|(elem, _)| *elem == var)
                {
                    return Some(Literal {
                        text: format!("{}[{i}]", spelling(pack.name)),
                        level: Level::POSTFIX,
                    });
                }
            }
            at = env.parent.as_ref();
        }
        None
    }

    /// The types of a pack of the instance shown.
    fn pack_types(&self, name: ast::Ident) -> Option<Rc<Vec<TypeId>>> {
        let (context, env, _) = self.here();
        if context == 0 {
            return None;
        }
        let mut at = Some(&env);
        while let Some(level) = at {
            match level.names.borrow().get(&name.name) {
                Some(Binding::TypePack(types)) => return Some(types.clone()),
                Some(Binding::Pack { .. }) | None => {}
                Some(_) => return None,
            }
            if level.introduces(name.name) {
                return None;
            }
            at = level.parent.as_ref();
        }
        None
    }

    /// What stands for a pack or a part of it that isn't one of the tuple's. True: it has been written.
    pub fn put_of_pack(&self, r: &mut Out<'_>, expr: &'static ast::Expr, level: Level) -> bool {
        let known = |name: &ast::Ident| self.pack_types(*name);
        match &expr.kind {
            ExprKind::Field { base, name } => {
                let ExprKind::Ident(pack) = &base.kind else {
                    return false;
                };
                let Some(types) = known(pack) else {
                    return false;
                };
                if name.as_str() != "len" {
                    self.fail(format!("'{}.{}' is a pack", pack.name, name.name));
                }
                r.s(&types.len().to_string());
                true
            }
            ExprKind::Index { base, index } => {
                let ExprKind::Dollar { name, .. } = &base.kind else {
                    return false;
                };
                let (Some(types), ExprKind::Int { value, .. }) = (known(name), &index.kind) else {
                    return false;
                };
                let ty = types.get(*value as usize);
                let text = ty.and_then(|ty| self.sema.borrow_mut().type_text(&self.root, *ty));
                match text {
                    Some(text) => self.literal(r, &text, level),
                    None => self.fail(format!("a type of '{}' has no text", name.name)),
                }
                true
            }
            ExprKind::Dollar { name, .. } if known(name).is_some() => {
                self.fail(format!("'${}' is a list of types", name.name));
                true
            }
            ExprKind::Xx(inner) => {
                if let ExprKind::Ident(name) = &inner.kind
                    && known(name).is_some()
                {
                    self.fail(format!("'{}' is converted as a pack", name.name));
                }
                false
            }
            _ => false,
        }
    }
}

/// An instance's name as a program may declare it: the declaration's, and what follows that: `add__[]i64` is `add__i64`.
fn identifier(own: &str, args: &str, mut is_free: impl FnMut(&str) -> bool) -> String {
    let mut text = String::from(own);
    for c in args.chars() {
        match c.is_ascii_alphanumeric() || c == '_' {
            true => text.push(c),
            false if text.ends_with('_') => {}
            false => text.push('_'),
        }
    }
    text.truncate(text.trim_end_matches('_').len());
    let mut out = text.clone();
    let mut number = 2;
    while !is_free(&out) {
        out = format!("{text}_{number}");
        number += 1;
    }
    out
}
