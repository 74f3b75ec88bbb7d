//! One declaration after metaprogramming: of the file, a member of a type, an instance of a generic struct.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, EnumMember, ExprKind, MemberKind};
use sx_syntax::render::{Renderer, Resolve, Scope};

use crate::declarations::lookup::nearest;
use crate::sema::{Binding, Entity, Env, ImplId, ModId, NominalSyntax, TemplateSyntax};
use crate::views::expand::Expander;
use crate::views::instances::Wanted;
use crate::views::literals::Literal;

type Out<'r> = Renderer<'r, 'static>;

/// A member as it stands in a type, and what it sees.
enum Member {
    Of(&'static ast::Member),
    Variant(&'static EnumMember),
    Method(&'static ast::Decl),
}

/// Members of a type, those of impls with the impl.
#[derive(Default)]
struct Members {
    all: Vec<(Symbol, Member, Rc<Env>, Option<&'static ast::ImplDecl>)>,
}

impl Expander<'_, '_> {
    /// Writes the declaration that `text` denotes: a name, `Type.member`, `Type(args)`.
    pub fn named(
        &self,
        r: &mut Out<'_>,
        items: &'static [ast::Item],
        text: &str,
        file: &str,
    ) -> Result<(), String> {
        let file_id = {
            let mut sema = self.sema.borrow_mut();
            sema.sources.add("NAME".to_string(), text.to_string())
        };
        let parsed = sx_syntax::parse_expr(file_id, text);
        let simple = !text.contains(['.', '(']) || !parsed.diagnostics.is_empty();
        if simple {
            return self.of_file(r, items, text, file);
        }
        let parsed: &'static sx_syntax::ExprFragment = Box::leak(Box::new(parsed.ast));
        {
            let mut sema = self.sema.borrow_mut();
            (sema.caches.computed_names).insert(file_id, &parsed.computed_names);
        }
        match &parsed.expr.kind {
            ExprKind::Field { base, name } => self.member(r, base, name.name, file),
            _ => match self.function_instance(r, &parsed.expr, text) {
                Some(shown) => shown,
                None => self.instance(r, &parsed.expr, text),
            },
        }
    }

    fn of_file(
        &self,
        r: &mut Out<'_>,
        items: &'static [ast::Item],
        text: &str,
        file: &str,
    ) -> Result<(), String> {
        let name = Symbol::intern(text.trim_start_matches('`'));
        let start = r.mark();
        for item in items {
            self.whole(r, |r| self.only(r, item, name));
        }
        if let Some(reason) = self.state.borrow_mut().refused.take() {
            return Err(not_shown(text, &reason));
        }
        if r.mark() > start {
            self.instances_of(r, name);
            return Ok(());
        }
        let state = self.state.borrow();
        let known = state.module_names.iter().map(|name| name.as_str());
        Err(missing(
            &format!("no declaration '{text}' in '{file}'"),
            name,
            known,
        ))
    }

    // ------------------------------------------------------------------------------------------------ members

    fn member(
        &self,
        r: &mut Out<'_>,
        owner: &'static ast::Expr,
        name: Symbol,
        file: &str,
    ) -> Result<(), String> {
        let owner_text = self.span_text(owner.span);
        let template = {
            let mut sema = self.sema.borrow_mut();
            let root = self.root.clone();
            match sema.quietly(|s| s.resolve_path(&root, owner)) {
                Ok(Some(Entity::Template(template))) => {
                    let template = &sema.templates[template.index()];
                    Some((template.syntax.clone(), template.env.clone()))
                }
                _ => None,
            }
        };
        let mut members = Members::default();
        let mut of_type = None;
        let generic = match template {
            Some((TemplateSyntax::Struct(decl), env)) => {
                self.written_members(&decl.members, &env, &mut members);
                Some(decl)
            }
            Some((TemplateSyntax::Protocol(decl), env)) => {
                for method in &decl.methods {
                    let name = method.name.name;
                    (members.all).push((name, Member::Method(method), env.clone(), None));
                }
                None
            }
            None => {
                let ty = self.type_named(owner, &owner_text, file)?;
                of_type = Some(ty);
                self.members_of(ty, &mut members);
                None
            }
        };
        let found: Vec<_> = members.all.iter().filter(|m| m.0 == name).collect();
        if found.is_empty() {
            let known = members.all.iter().map(|m| m.0.as_str());
            return Err(missing(
                &format!("no member '{name}' in '{owner_text}'"),
                name,
                known,
            ));
        }
        for (_, member, env, of_impl) in found {
            let start = r.mark();
            let scope = match (of_impl, generic) {
                (Some(decl), _) => Scope::Impl(decl),
                (None, Some(decl)) => Scope::Struct(decl),
                (None, None) => Scope::Other,
            };
            let shown = self.attempt(r, |r| {
                let mut frame = self.frame_of(env);
                frame.iteration = true;
                self.within(frame, || {
                    self.enter(scope);
                    match member {
                        Member::Of(member) => r.member(member),
                        Member::Variant(variant) => r.variant(variant),
                        Member::Method(decl) => r.decl(decl),
                    }
                    self.leave(scope);
                });
            });
            if let Err(reason) = shown {
                return Err(not_shown(&format!("{owner_text}.{name}"), &reason));
            }
            r.end_item(start);
            if let Member::Of(member) = member
                && let MemberKind::Decl(decl) = &member.kind
                && let ast::DeclKind::Fn(decl) = &decl.kind
            {
                let wanted = Wanted {
                    decl,
                    owner: of_type,
                    args: None,
                };
                self.write_instances(r, &wanted);
            }
        }
        Ok(())
    }

    fn type_named(
        &self,
        expr: &'static ast::Expr,
        text: &str,
        file: &str,
    ) -> Result<TypeId, String> {
        let root = self.root.clone();
        let mut sema = self.sema.borrow_mut();
        let ty = sema.quietly(|s| {
            let ty = s.eval_type(&root, expr).ok()?;
            s.complete(ty).ok()?;
            s.complete_all();
            Some(ty)
        });
        drop(sema);
        ty.ok_or_else(|| {
            let state = self.state.borrow();
            let known = state.module_names.iter().map(|name| name.as_str());
            let message = format!("no type '{text}' in '{file}'");
            missing(&message, Symbol::intern(text), known)
        })
    }

    /// Members of a body as they are written, without what forms make: for each instance these are others.
    fn written_members(&self, body: &'static [ast::Member], env: &Rc<Env>, out: &mut Members) {
        for member in body {
            self.add_member(member, env, None, out);
        }
    }

    fn add_member(
        &self,
        member: &'static ast::Member,
        env: &Rc<Env>,
        of_impl: Option<&'static ast::ImplDecl>,
        out: &mut Members,
    ) {
        let names: Vec<ast::Ident> = match &member.kind {
            MemberKind::Field(field) => field.names.clone(),
            MemberKind::Decl(decl) => vec![decl.name],
            MemberKind::Using(_)
            | MemberKind::Anon(_)
            | MemberKind::Inline(_)
            | MemberKind::Insert(_)
            | MemberKind::Assert(_) => Vec::new(),
        };
        for name in names {
            let spelled = self.spelled_in(env, name);
            (out.all).push((spelled, Member::Of(member), env.clone(), of_impl));
        }
    }

    fn spelled_in(&self, env: &Rc<Env>, name: ast::Ident) -> Symbol {
        let mut sema = self.sema.borrow_mut();
        let spelled = sema.quietly(|s| s.spelled(env, name));
        spelled.map_or(name.name, |spelled| spelled.name)
    }

    fn members_of(&self, ty: TypeId, out: &mut Members) {
        let info = {
            let sema = self.sema.borrow();
            sema.nominals
                .get(&ty)
                .map(|info| (info.syntax.clone(), info.env.clone()))
        };
        if let Some((syntax, env)) = info {
            match syntax {
                NominalSyntax::Struct(decl) => self.body(&env, &decl.members, None, out),
                NominalSyntax::Union(decl) => self.body(&env, &decl.members, None, out),
                NominalSyntax::Enum(decl) => {
                    let made = (self.sema.borrow_mut())
                        .quietly(|s| s.expand_body(&env, &decl.variants).unwrap_or_default());
                    for (member, env) in made {
                        if let EnumMember::Variant(variant) = member {
                            let name = self.spelled_in(&env, variant.name);
                            out.all.push((name, Member::Variant(member), env, None));
                        }
                    }
                }
                NominalSyntax::Protocol(decl, _) => {
                    for method in &decl.methods {
                        let name = self.spelled_in(&env, method.name);
                        (out.all).push((name, Member::Method(method), env.clone(), None));
                    }
                }
                NominalSyntax::ErrorSet(_) | NominalSyntax::Minted => {}
            }
        }
        let impls = {
            let mut sema = self.sema.borrow_mut();
            sema.enter_impls();
            sema.impls.len()
        };
        for index in 0..impls {
            let mut sema = self.sema.borrow_mut();
            let found = sema.quietly(|s| s.match_impl(ImplId(index as u32), ty));
            let decl = sema.impls[index].decl;
            drop(sema);
            if let Ok(Some(found)) = found {
                self.body(&found.env, &decl.members, Some(decl), out);
            }
        }
    }

    fn body(
        &self,
        env: &Rc<Env>,
        body: &'static [ast::Member],
        of_impl: Option<&'static ast::ImplDecl>,
        out: &mut Members,
    ) {
        let made = {
            let mut sema = self.sema.borrow_mut();
            sema.quietly(|s| s.expand_body(env, body).unwrap_or_default())
        };
        for (member, env) in made {
            self.add_member(member, &env, of_impl, out);
        }
    }

    // ---------------------------------------------------------------------------------------------- instances

    /// `S(args)` in an instance of `S`, where the bare name is that instance.
    pub fn instance_within_itself(
        &self,
        expr: &'static ast::Expr,
        call: &'static ast::CallExpr,
    ) -> Option<Literal> {
        let ExprKind::Ident(name) = &call.callee.kind else {
            return None;
        };
        let (_, env, _) = self.here();
        let Some(Binding::Type(_)) = env.get(name.name) else {
            return None;
        };
        let mut sema = self.sema.borrow_mut();
        let ty = sema.quietly(|s| match s.denotes_type(&env, expr) {
            true => s.eval_type(&env, expr).ok(),
            false => None,
        })?;
        sema.type_text(&self.root, ty)
    }

    /// A generic struct for given arguments: these stand for its parameters.
    fn instance(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        text: &str,
    ) -> Result<(), String> {
        let file = {
            let sema = self.sema.borrow();
            sema.module(ModId(0)).shown.clone()
        };
        let ty = self.type_named(expr, text, &file)?;
        let (info, shown) = {
            let mut sema = self.sema.borrow_mut();
            let info = (sema.nominals.get(&ty)).map(|info| (info.syntax.clone(), info.env.clone()));
            (info, sema.type_source(ty))
        };
        let Some((NominalSyntax::Struct(decl), env)) = info else {
            return Err(format!("'{text}' is no struct"));
        };
        let start = r.mark();
        let written = self.attempt(r, |r| {
            let mut frame = self.frame_of(&env);
            frame.iteration = true;
            self.within(frame, || {
                r.s(&shown);
                r.s(" :: struct ");
                r.members(&decl.members);
            });
        });
        r.end_item(start);
        written.map_err(|reason| not_shown(text, &reason))
    }
}

fn not_shown(text: &str, reason: &str) -> String {
    format!("'{text}' can't be shown after metaprogramming: {reason}")
}

/// A message about a name that nothing has, with what was probably meant.
fn missing<'n>(message: &str, name: Symbol, known: impl Iterator<Item = &'n str>) -> String {
    let plain =
        |name: &&str| (name.chars()).all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty();
    match nearest(name.as_str(), known.filter(plain)) {
        Some(near) => format!("{message}; did you mean '{near}'?"),
        None => message.to_string(),
    }
}
