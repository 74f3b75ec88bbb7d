//! Where the code being looked at has come from: code that has been put somewhere is wrong in two places, and what an
//! `inline for` makes is wrong in one of its iterations. Diagnostics show both.

use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::{Diagnostic, Span, ast};

use crate::comptime::results::slice_image;
use crate::emission::fncx::BodyJob;
use crate::emission::value::CtVal;
use crate::sema::{Binding, Env, FnId, Sema};

/// Places shown with one diagnostic; of more, the outermost and the innermost ones.
const MOST_SHOWN: usize = 6;
/// Of a value that an iteration has.
const MOST_TEXT: usize = 60;

/// One step on the way of code to where it is.
#[derive(Clone, Debug)]
pub enum Site {
    /// It has been put here.
    Put(Span),
    Iteration(Rc<Iteration>),
}

/// An iteration of an `inline for`.
#[derive(Debug)]
pub struct Iteration {
    pub span: Span,
    pub captures: Vec<(Symbol, Captured)>,
}

#[derive(Debug)]
pub enum Captured {
    Known(Binding),
    /// A run-time value of this type.
    Of(TypeId),
}

impl Iteration {
    pub fn scope(span: Span, captures: Vec<(Symbol, Captured)>) -> Rc<Iteration> {
        Rc::new(Iteration { span, captures })
    }
}

/// An instance of generic code, as diagnostics in its body tell of it.
#[derive(Clone)]
pub struct Instance {
    /// The declaration.
    decl: Span,
    /// The user's call that has led to it.
    site: Span,
    /// What its parameters are bound to.
    env: Rc<Env>,
    owner: Option<TypeId>,
    /// If it is a type, which its scope names, too.
    made: Option<TypeId>,
}

impl Instance {
    /// What tells instances of one declaration apart.
    pub fn scope(&self) -> *const Env {
        Rc::as_ptr(&self.env)
    }
}

fn within(span: Span, outer: Span) -> bool {
    span.file == outer.file && span.lo >= outer.lo && span.hi <= outer.hi
}

/// From the loop's head to its captures: the body would say where it ends.
pub fn head(whole: Span, iters: &[ast::ForIter], captures: &[ast::Capture]) -> Span {
    let ends = iters.iter().map(|iter| iter.span.hi);
    let ends = ends.chain(captures.iter().map(|c| c.name.span.hi + 1));
    let hi = ends.filter(|hi| *hi <= whole.hi).max();
    Span::new(whole.file, whole.lo, hi.unwrap_or(whole.hi))
}

impl Sema<'_> {
    /// Whether what is being lowered is code that has been put somewhere.
    pub fn in_code_put(&self) -> bool {
        let mut sites = self.caches.meta.sites.iter();
        sites.any(|site| matches!(site, Site::Put(_)))
    }

    /// Runs `f`, whose mistakes are also those of the place `site`.
    pub fn sites_within<T>(&mut self, site: Span, f: impl FnOnce(&mut Self) -> T) -> T {
        self.step_within(Site::Put(site), f)
    }

    /// Runs `f`, whose mistakes are those of an iteration.
    pub fn iteration_within<T>(
        &mut self,
        iteration: &Rc<Iteration>,
        f: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.step_within(Site::Iteration(iteration.clone()), f)
    }

    pub fn step_within<T>(&mut self, site: Site, f: impl FnOnce(&mut Self) -> T) -> T {
        self.caches.meta.sites.push(site);
        let done = f(self);
        self.caches.meta.sites.pop();
        done
    }

    /// Runs `f`, which looks at what is declared in `env`: whoever asks for it is somewhere else.
    pub fn sites_of<T>(&mut self, env: &Rc<Env>, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.caches.meta.sites, env.sites());
        let done = f(self);
        self.caches.meta.sites = outer;
        done
    }

    /// From here on, what is declared in `env` is looked at; an enclosing [`Sema::sites_of`] ends that.
    pub fn look_from(&mut self, env: &Rc<Env>) {
        self.caches.meta.sites = env.sites();
    }

    /// Where the code that is being lowered has been put, for a diagnostic about it.
    pub fn with_sites(&mut self, mut diag: Diagnostic) -> Diagnostic {
        let Some(span) = diag.span else { return diag };
        let sites = self.caches.meta.sites.clone();
        let mut last = span;
        let mut notes = Vec::new();
        for site in sites.iter().rev() {
            match site {
                Site::Put(place) => {
                    if !within(last, *place) {
                        notes.push((*place, "in code put here".to_string()));
                    }
                    last = *place;
                }
                Site::Iteration(iteration) => {
                    notes.push((iteration.span, self.told_iteration(iteration)));
                }
            }
        }
        let left_out = notes.len().saturating_sub(MOST_SHOWN);
        for (i, (place, text)) in notes.into_iter().enumerate() {
            let half = MOST_SHOWN / 2;
            if (half..half + left_out).contains(&i) {
                continue;
            }
            let text = match left_out > 0 && i == half + left_out {
                true => format!("{text} ({left_out} steps before are left out)"),
                false => text,
            };
            diag = diag.with_note(Some(place), text);
        }
        diag
    }

    /// What a body is made for: an instance of a generic function by a call, a protocol's default body by an impl.
    pub fn instance_for(&self, site: Option<Span>, job: &BodyJob) -> Option<Instance> {
        let info = self.fn_info(job.func);
        let by_impl = info.impl_of.map(|id| {
            let decl = self.impls[id.index()].decl;
            Span::new(decl.span.file, decl.protocol.span.lo, decl.target.span.hi)
        });
        Some(Instance {
            decl: info.decl.span,
            site: site.or(by_impl)?,
            env: job.env.clone(),
            owner: info.owner,
            made: None,
        })
    }

    /// The place outside of generic code that has led to `span`.
    fn users_place(&self, span: Span) -> Span {
        match &self.caches.meta.instance {
            Some(outer) if within(span, outer.decl) => outer.site,
            Some(_) | None => span,
        }
    }

    /// Works something out for the signature of an instance of a function, which the call at `span` makes.
    pub fn for_signature<T>(
        &mut self,
        func: FnId,
        scope: &Rc<Env>,
        span: Span,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let info = self.fn_info(func);
        let instance = Instance {
            decl: info.decl.span,
            site: self.users_place(span),
            env: scope.clone(),
            owner: info.owner,
            made: None,
        };
        let outer = self.caches.meta.instance.replace(instance);
        let done = work(self);
        self.caches.meta.instance = outer;
        done
    }

    /// An instance of a generic type is made, for what stands at `span`.
    pub fn note_type_site(&mut self, ty: TypeId, span: Span) {
        let site = self.users_place(span);
        self.caches.meta.type_sites.insert(ty, site);
    }

    /// The place for which an instance of a generic type has been made.
    pub fn type_site(&self, ty: TypeId) -> Option<Span> {
        self.caches.meta.type_sites.get(&ty).copied()
    }

    pub fn type_instance(&self, ty: TypeId) -> Option<Instance> {
        let info = self.nominals.get(&ty)?;
        Some(Instance {
            decl: info.span,
            site: self.type_site(ty)?,
            env: info.env.clone(),
            owner: None,
            made: Some(ty),
        })
    }

    /// Which instance has the mistake, and what has asked for it.
    pub fn with_instance(&mut self, diag: Diagnostic) -> Diagnostic {
        let Some(instance) = self.caches.meta.instance.clone() else {
            return diag;
        };
        let (decl, site) = (instance.decl, instance.site);
        if !diag.span.is_some_and(|span| within(span, decl))
            || diag.span == Some(site)
            || diag.children.iter().any(|n| n.span == Some(site))
        {
            return diag;
        }
        let mut names: Vec<(Symbol, Binding)> = Vec::new();
        for (name, binding) in instance.env.names.borrow().iter() {
            let own = matches!(binding, Binding::Type(ty) if Some(*ty) == instance.made);
            if !own && !name.as_str().contains('#') {
                names.push((*name, binding.clone()));
            }
        }
        names.sort_by_key(|(name, _)| name.as_str());
        let mut told = Vec::new();
        for (name, binding) in names {
            told.extend(self.told_capture(name, &Captured::Known(binding)));
        }
        let owner = instance.owner.filter(|ty| self.instance_of(*ty).is_some());
        let of = match owner {
            Some(ty) => format!(" of a method of '{}'", self.type_name(ty)),
            None => String::new(),
        };
        let with = match told.is_empty() {
            true => String::new(),
            false => format!(", with {}", told.join(", ")),
        };
        diag.with_note(Some(site), format!("in the instance{of} made here{with}"))
    }

    fn told_iteration(&mut self, iteration: &Iteration) -> String {
        let told = self.told_captures(iteration);
        match told.is_empty() {
            true => "in the expansion of this `inline for`".to_string(),
            false => format!(
                "in the expansion of this `inline for`, with {}",
                told.join(", ")
            ),
        }
    }

    pub fn told_captures(&mut self, iteration: &Iteration) -> Vec<String> {
        let captures = iteration.captures.iter();
        captures
            .filter_map(|(name, captured)| self.told_capture(*name, captured))
            .collect()
    }

    pub fn told_capture(&mut self, name: Symbol, captured: &Captured) -> Option<String> {
        let of = |s: &Self, ty| format!("{name} of type '{}'", s.type_name(ty));
        Some(match captured {
            Captured::Known(Binding::Type(ty)) => format!("{name} = {}", self.type_name(*ty)),
            Captured::Known(Binding::Ct(val)) => match self.told_value(val, 0) {
                Some(text) => format!("{name} = {text}"),
                None => of(self, val.ty),
            },
            Captured::Of(ty) => of(self, *ty),
            Captured::Known(Binding::TypePack(types)) => {
                let types: Vec<String> = types.iter().map(|ty| self.type_name(*ty)).collect();
                format!("{name} of types ({})", types.join(", "))
            }
            // Neither captures nor static parameters.
            Captured::Known(
                Binding::Var { .. }
                | Binding::Decl(_)
                | Binding::Pack { .. }
                | Binding::Lazy { .. }
                | Binding::Poison,
            ) => return None,
        })
    }

    /// A value as a reader knows it, if it is short.
    fn told_value(&mut self, val: &CtVal, depth: u32) -> Option<String> {
        let text = match self.m.types.kind(val.ty) {
            TypeKind::Struct(nominal) if depth < 2 => {
                let fields = self.m.types.struct_fields(*nominal).to_vec();
                let mut parts = Vec::new();
                for (i, field) in fields.iter().enumerate() {
                    let offset = self.m.types.offset_of(val.ty, i);
                    let size = self.m.types.size_of(field.ty);
                    let part = CtVal {
                        ty: field.ty,
                        image: Rc::new(slice_image(&val.image, offset, size)),
                        literal: false,
                    };
                    parts.push(format!(
                        "{} = {}",
                        field.name,
                        self.told_value(&part, depth + 1)?
                    ));
                }
                format!(".{{ {} }}", parts.join(", "))
            }
            _ => self.shown_constant(val)?,
        };
        (text.chars().count() <= MOST_TEXT).then_some(text)
    }
}
