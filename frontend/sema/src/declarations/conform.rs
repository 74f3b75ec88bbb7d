//! Whether a type's impl agrees with its protocol, and the eager checks of protocol and impl declarations.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::ast::{self, BodyKind, DeclKind, ExprKind, FnBody};
use sx_syntax::visit::{Visitor, walk_expr};
use sx_syntax::{Diagnostic, Span};

use crate::callables::generics::mentions_dollar;
use crate::declarations::impls::ImplMatch;
use crate::declarations::nominal::plural;
use crate::sema::{Binding, DeclId, DeclSyntax, Env, Failed, FnId, ImplId, ProtocolRef, Res, Sema};

impl Sema<'_> {
    /// `$T/P`: the type bound must have an impl.
    pub fn check_constraint(
        &mut self,
        scope: &Rc<Env>,
        constraint: &'static ast::Expr,
        ty: TypeId,
        span: Span,
    ) -> Res<()> {
        if ty == TypeId::POISON {
            return Ok(());
        }
        let protocol = self.protocol_ref(scope, constraint)?;
        self.conform(&protocol, ty, span).map(|_| ())
    }

    /// The impl by which a type conforms to a protocol, checked; reports if there is none.
    pub fn conform(
        &mut self,
        protocol: &ProtocolRef,
        ty: TypeId,
        span: Span,
    ) -> Res<Rc<ImplMatch>> {
        let found = self.find_impl(protocol, ty)?;
        let name = self.protocol_name(protocol);
        let shown = self.type_name(ty);
        let Some(found) = found else {
            // An impl that was already rejected may have been meant.
            let failed: Vec<ImplId> = (0..self.impls.len())
                .filter(|index| self.impls[*index].failed)
                .map(|index| ImplId(index as u32))
                .collect();
            let mut meant = failed.into_iter();
            if meant.any(|id| {
                self.protocol_of_failed_impl(id) == Some(protocol.template)
                    || self.is_target_of_failed_impl(id, ty)
            }) {
                return Err(Failed);
            }
            let first = self.protocol_decl(protocol.template).and_then(|p| {
                p.methods
                    .iter()
                    .find(|d| matches!(&d.kind, DeclKind::Fn(f) if f.body.kind() == BodyKind::None))
            });
            let message = match first {
                Some(method) => format!(
                    "'{shown}' does not implement protocol '{name}': no `impl {name} for {shown}` provides method '{}'",
                    method.name.name
                ),
                None => format!(
                    "'{shown}' does not implement protocol '{name}': there is no `impl {name} for {shown}`"
                ),
            };
            return Err(self.error(span, message));
        };
        // An impl that does not hold is one mistake, however often it is used.
        if self.caches.conformance.broken.contains(&(found.id, ty)) {
            return Err(Failed);
        }
        if let Some(missing) = self.missing_method(&found, ty) {
            if self.caches.chains.giving_up() {
                return Err(Failed);
            }
            self.caches.conformance.broken.insert((found.id, ty));
            let at = self.impls[found.id.index()].decl.span;
            let diag = Diagnostic::error(
                span,
                format!("'{shown}' does not implement protocol '{name}': no `impl {name} for {shown}` provides method '{missing}'"),
            )
            .with_note(Some(at), "the impl is here");
            return Err(self.report(diag));
        }
        if !self.caches.conformance.checked.contains(&(found.id, ty)) {
            if let Err(failed) = self.check_signatures(&found, ty, &name, span) {
                if !self.caches.chains.giving_up() {
                    self.caches.conformance.broken.insert((found.id, ty));
                }
                return Err(failed);
            }
            self.caches.conformance.checked.insert((found.id, ty));
        }
        Ok(found)
    }

    /// Every method agrees with the protocol in arity, types and result, `Self` standing for the target.
    fn check_signatures(&mut self, m: &ImplMatch, ty: TypeId, name: &str, span: Span) -> Res<()> {
        let methods = self.impl_methods(m, ty)?;
        let proto_ty = self.protocol_type(m, span)?;
        let Some(proto_env) = self.nominals.get(&proto_ty).map(|n| n.env.child()) else {
            return Ok(());
        };
        proto_env.bind(Symbol::intern("Self"), Binding::Type(ty));
        let syntax = self.protocol_syntax(proto_ty)?;
        let shown = self.type_name(ty);
        for method in &syntax.methods {
            let (DeclKind::Fn(declared), Some(given)) =
                (&method.kind, methods.get(&method.name.name).copied())
            else {
                continue;
            };
            let info = self.fn_info(given);
            let (decl, env) = (info.decl, info.env.clone());
            if std::ptr::eq(decl, &**declared) || declared.sig.params.iter().any(has_dollar) {
                continue;
            }
            let mut problem = self.receiver_problem(&env, decl, ty)?.map(|what| {
                format!(
                    "method '{}' has a mismatched signature — {what}",
                    method.name.name
                )
            });
            let (want, own) = (
                declared.sig.params.get(1..).unwrap_or(&[]),
                decl.sig.params.get(1..).unwrap_or(&[]),
            );
            if problem.is_some() {
            } else if decl.sig.params.iter().any(has_dollar) {
                problem = Some(format!(
                    "method '{}' has a mismatched signature — the impl adds `$` parameters",
                    method.name.name
                ));
            } else if want.len() != own.len() {
                problem = Some(format!(
                    "method '{}' expects {} parameter{} (after self), but the impl declares {}",
                    method.name.name,
                    want.len(),
                    plural(want.len()),
                    own.len()
                ));
            }
            if problem.is_none() {
                let proto_env = self.protocol_method_env(&proto_env, declared);
                problem = self
                    .compare_signature(&proto_env, declared, &env, decl, given, span)?
                    .map(|what| {
                        format!(
                            "method '{}' has a mismatched signature — {what}",
                            method.name.name
                        )
                    });
            }
            if let Some(problem) = problem {
                let diag = Diagnostic::error(
                    span,
                    format!("'{shown}' does not implement protocol '{name}': {problem}"),
                )
                .with_note(Some(decl.span), "the impl's method")
                .with_note(Some(method.span), "the protocol's method");
                return Err(self.report(diag));
            }
        }
        Ok(())
    }

    /// Calls through the protocol pass the receiver, by address or by value, as sx functions take it.
    fn receiver_problem(
        &mut self,
        env: &Rc<Env>,
        decl: &'static ast::FnDecl,
        ty: TypeId,
    ) -> Res<Option<String>> {
        let shown = self.type_name(ty);
        let forms = format!("write `self: *{shown}` or `self: {shown}`");
        if decl.link.is_some() || self.is_c_abi(decl.sig.abi.as_ref())? {
            return Ok(Some(
                "the impl declares it with the C convention".to_string(),
            ));
        }
        let Some(first) = decl.sig.params.first() else {
            return Ok(Some(format!("the impl takes no receiver; {forms}")));
        };
        let (ast::ParamKind::Plain, Some(written)) = (first.kind, &first.ty) else {
            return Ok(None);
        };
        if mentions_dollar(written) {
            return Ok(None);
        }
        let given = self.param_type(env, written)?;
        let pointer = matches!(self.m.types.kind(given), TypeKind::Pointer(to) if *to == ty);
        if given == ty || pointer || given == TypeId::POISON {
            return Ok(None);
        }
        let given = self.type_name(given);
        Ok(Some(format!(
            "the impl's first parameter, '{}: {given}', is no receiver; {forms}",
            first.name.name
        )))
    }

    fn compare_signature(
        &mut self,
        proto_env: &Rc<Env>,
        declared: &'static ast::FnDecl,
        env: &Rc<Env>,
        decl: &'static ast::FnDecl,
        given: FnId,
        span: Span,
    ) -> Res<Option<String>> {
        let differs = |s: &Self, what: String, a: TypeId, b: TypeId| {
            (a != b).then(|| {
                format!(
                    "{what}: protocol declares '{}', impl declares '{}'",
                    s.type_name(a),
                    s.type_name(b)
                )
            })
        };
        for (want, own) in declared.sig.params.iter().zip(&decl.sig.params).skip(1) {
            if want.lazy != own.lazy {
                let name = want.name.name;
                return Ok(Some(match want.lazy {
                    true => format!(
                        "parameter '{name}': the protocol declares it `#lazy`, the impl does not"
                    ),
                    false => format!(
                        "parameter '{name}': the impl declares it `#lazy`, the protocol does not"
                    ),
                }));
            }
            if want.kind != own.kind {
                let name = want.name.name;
                let (with, without) = match own.kind {
                    ast::ParamKind::Variadic | ast::ParamKind::ComptimePack => ("impl", "protocol"),
                    ast::ParamKind::Plain | ast::ParamKind::Comptime => ("protocol", "impl"),
                };
                return Ok(Some(format!(
                    "parameter '{name}': the {with} declares it variadic, the {without} does not"
                )));
            }
            let (Some(want_ty), Some(own_ty)) = (&want.ty, &own.ty) else {
                continue;
            };
            let (a, b) = (
                self.eval_type(proto_env, want_ty)?,
                self.param_type(env, own_ty)?,
            );
            if let Some(problem) = differs(self, format!("parameter '{}'", want.name.name), a, b) {
                return Ok(Some(problem));
            }
        }
        let a = self.eval_ret(proto_env, declared.sig.ret.as_ref())?;
        let returns = || match decl.body() {
            FnBody::Block(block) => crate::statements::stmt::returns_value(block),
            FnBody::Expr(_) | FnBody::Intrinsic | FnBody::None => true,
        };
        let b = match &decl.sig.ret {
            Some(ret) => self.eval_ret(env, Some(ret))?,
            None if !returns() => TypeId::VOID,
            None => {
                self.instantiate_fn(given, Vec::new(), Vec::new(), span)?
                    .ty
                    .ret
            }
        };
        Ok(differs(self, "return type".to_string(), a, b))
    }

    // ---------------------------------------------------------------------------------------------- eager checks

    /// Reports what is wrong with impl heads and protocol declarations, used or not.
    pub fn check_protocols(&mut self) {
        self.enter_impls();
        for index in 0..self.decls.len() {
            let id = DeclId(index as u32);
            let DeclSyntax::Protocol(decl) = self.decl(id).syntax.clone() else {
                continue;
            };
            if !decl.members.is_empty() {
                // What makes its methods may be wrong.
                let _ = self.resolve_decl(id);
            }
            let env = self.decl(id).env.clone();
            (decl.methods.iter()).for_each(|m| self.check_receiver(&env, m));
        }
    }
}

impl Sema<'_> {
    /// The receiver's type is a name that nothing has, which is told as such.
    fn receiver_is_unknown(&mut self, env: &Rc<Env>, f: &'static ast::FnDecl) -> bool {
        let Some(first) = f.sig.params.first().filter(|p| p.name.name == "self") else {
            return false;
        };
        let mut ty = first.ty.as_ref();
        while let Some(ast::ExprKind::Star(inner)) = ty.map(|ty| &ty.kind) {
            ty = Some(inner);
        }
        match ty.map(|ty| &ty.kind) {
            Some(ast::ExprKind::Ident(name)) => {
                matches!(self.try_resolve_name(env, *name), Ok(None))
            }
            _ => false,
        }
    }

    pub fn check_receiver(&mut self, env: &Rc<Env>, method: &'static ast::Decl) {
        if let DeclKind::Fn(f) = &method.kind
            && !has_receiver(f)
            && !self.receiver_is_unknown(env, f)
        {
            self.error(
                method.span,
                "protocol method must declare its receiver as the first parameter: `self: *Self` or `self: Self`",
            );
        }
    }
}

fn has_dollar(param: &ast::Param) -> bool {
    match param.kind {
        ast::ParamKind::Comptime | ast::ParamKind::ComptimePack => true,
        ast::ParamKind::Plain | ast::ParamKind::Variadic => {
            param.ty.as_ref().is_some_and(mentions_dollar)
        }
    }
}

fn has_receiver(f: &ast::FnDecl) -> bool {
    let Some(first) = f.sig.params.first() else {
        return false;
    };
    first.name.name == "self" && first.ty.as_ref().is_some_and(mentions_self)
}

/// Whether a method has a slot: `Self` stands in its receiver only.
pub fn is_dispatchable(f: &ast::FnDecl) -> bool {
    self_mention(f).is_none()
}

/// The first mention of `Self` outside the receiver, as it reads in a message.
pub fn self_mention(f: &ast::FnDecl) -> Option<(Option<Symbol>, Span)> {
    for param in f.sig.params.iter().skip(1) {
        if let Some(ty) = &param.ty
            && mentions_self(ty)
        {
            return Some((Some(param.name.name), param.span));
        }
        if has_dollar(param) {
            return Some((Some(param.name.name), param.span));
        }
    }
    let ret = f.sig.ret.as_ref()?;
    let mentioned = match &ret.kind {
        ast::RetKind::Void => false,
        ast::RetKind::Type(ty) => mentions_self(ty),
        ast::RetKind::Slots { slots, .. } => slots.iter().any(|s| mentions_self(&s.ty)),
    };
    mentioned.then_some((None, ret.span))
}

fn mentions_self(expr: &ast::Expr) -> bool {
    struct Finder(bool);
    impl Visitor for Finder {
        fn expr(&mut self, expr: &ast::Expr) {
            if let ExprKind::Ident(name) = &expr.kind
                && name.as_str() == "Self"
                && !name.is_raw()
            {
                self.0 = true;
            }
            walk_expr(self, expr);
        }
    }
    let mut finder = Finder(false);
    finder.expr(expr);
    finder.0
}
