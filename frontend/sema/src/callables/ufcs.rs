//! Which ufcs function a dot call means (reference part 2 §1.1).

use std::rc::Rc;

use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, ParamKind};

use crate::callables::generics::{mentions_dollar, mentions_name, specificity};
use crate::callables::inference::type_params_of;
use crate::sema::{Binding, Entity, Env, Failed, FnId, Res, Sema};

impl Sema<'_> {
    /// The ufcs function for a receiver: the calling module's own, else the visible author that binds it best.
    pub fn find_ufcs(
        &mut self,
        env: &Rc<Env>,
        name: ast::Ident,
        recv: TypeId,
    ) -> Res<Option<FnId>> {
        let mut candidates: Vec<FnId> = Vec::new();
        if let Some(Binding::Decl(decl)) = env.get(name.name)
            && let Ok(Entity::Fn(f) | Entity::UfcsAlias(f)) = self.resolve_decl(decl)
        {
            candidates.push(f);
        }
        if let Some(decl) = self.module(env.module).names.get(&name.name).copied()
            && let Some(f) = self.ufcs_of(decl)
            && self.binds_receiver(f, recv).is_some()
        {
            return Ok(Some(f));
        }
        // Visible from any file that imports the module, directly or through std (part 5 §5.2).
        let mut seen = vec![false; self.modules.len()];
        let mut near: Vec<crate::sema::ModId> = Vec::new();
        for set in self.module(env.module).all_imports.clone() {
            near.extend(self.import_sets[set.0 as usize].modules.iter().copied());
        }
        let mut order = Vec::new();
        let mut stack = near;
        while let Some(module) = stack.pop() {
            if std::mem::replace(&mut seen[module.index()], true) {
                continue;
            }
            order.push(module);
            for set in self.module(module).all_imports.clone() {
                stack.extend(self.import_sets[set.0 as usize].modules.iter().copied());
            }
        }
        order.sort();
        let flat: Vec<crate::sema::ModId> = self
            .module(env.module)
            .flat_imports
            .iter()
            .flat_map(|set| self.import_sets[set.0 as usize].modules.iter().copied())
            .collect();
        // Authors that flat imports declare: none of them goes before another.
        let mut equals: Vec<(FnId, crate::sema::DeclId)> = Vec::new();
        for module in order {
            if let Some(decl) = self.module(module).names.get(&name.name).copied()
                && !self.decl(decl).private
                && self.decl(decl).module != env.module
                && let Some(f) = self.ufcs_of(decl)
                && !candidates.contains(&f)
            {
                candidates.push(f);
                if flat.contains(&module) {
                    equals.push((f, decl));
                }
            }
        }
        let mut best: Option<(u32, FnId)> = None;
        let mut tie = None;
        for f in candidates {
            let Some(score) = self.binds_receiver(f, recv) else {
                continue;
            };
            match best {
                Some((old, first)) if score == old && tie.is_none() => {
                    let author = |f: FnId| equals.iter().find(|e| e.0 == f).map(|e| e.1);
                    tie = author(first).zip(author(f));
                }
                Some((old, _)) if score <= old => {}
                _ => (best, tie) = (Some((score, f)), None),
            }
        }
        if let Some((a, b)) = tie {
            return Err(self.ambiguous(name, a, b));
        }
        Ok(best.map(|(_, f)| f))
    }

    pub fn ufcs_of(&mut self, decl: crate::sema::DeclId) -> Option<FnId> {
        if !matches!(
            self.decl(decl).syntax,
            crate::sema::DeclSyntax::Fn(_)
                | crate::sema::DeclSyntax::UfcsAlias(_)
                | crate::sema::DeclSyntax::Const(_)
        ) {
            return None;
        }
        if let crate::sema::DeclSyntax::Fn(f) = &self.decl(decl).syntax
            && !f.ufcs
        {
            return None;
        }
        if let crate::sema::DeclSyntax::Const(c) = &self.decl(decl).syntax
            && !matches!(c.value.kind, ExprKind::Ident(_) | ExprKind::Field { .. })
        {
            return None;
        }
        match self.resolve_decl(decl) {
            Ok(Entity::UfcsAlias(f)) => Some(f),
            Ok(Entity::Fn(f)) if self.fn_info(f).decl.ufcs => Some(f),
            _ => None,
        }
    }

    /// How specifically a function's first parameter takes a receiver of this type; `None` if it can't.
    pub fn binds_receiver(&mut self, f: FnId, recv: TypeId) -> Option<u32> {
        let info = self.fn_info(f);
        let (decl, env) = (info.decl, info.env.clone());
        let param = decl.sig.params.first()?;
        let ty = param.ty.as_ref()?;
        if param.kind != ParamKind::Plain {
            return Some(1);
        }
        let through = match self.m.types.kind(recv) {
            TypeKind::Pointer(t) => Some(*t),
            _ => None,
        };
        // What another parameter introduces is as open as what this one does.
        let others = type_params_of(&decl.sig.params);
        if mentions_dollar(ty) || others.iter().any(|name| mentions_name(ty, *name)) {
            let outer = std::mem::replace(&mut self.caches.open_types, others);
            let pointer = match &ty.kind {
                ExprKind::Star(inner) => Some((&**inner, recv)),
                _ => None,
            };
            let behind = through.map(|pointee| (ty, pointee));
            let forms = [Some((ty, recv)), pointer, behind];
            let fits = forms
                .into_iter()
                .flatten()
                .any(|(pattern, recv)| self.bind_pattern(&env, pattern, recv, &mut Vec::new()));
            self.caches.open_types = outer;
            return fits.then(|| specificity(ty));
        }
        // A type with a mistake of its own takes any receiver: the mistake is told, not what follows from it.
        let want = match self.eval_type(&env, ty) {
            Ok(want) if want != TypeId::POISON => want,
            Ok(_) | Err(Failed) => return Some(0),
        };
        if want == recv || through == Some(want) {
            return Some(100);
        }
        if let TypeKind::Pointer(t) = self.m.types.kind(want)
            && *t == recv
        {
            return Some(100);
        }
        match self.m.types.kind(want).clone() {
            TypeKind::Protocol(_) => Some(50),
            TypeKind::Pointer(t) if matches!(self.m.types.kind(t), TypeKind::Protocol(_)) => {
                Some(50)
            }
            TypeKind::Any => Some(1),
            TypeKind::Slice(elem) => match self.m.types.kind(recv) {
                TypeKind::Array(e, _) if *e == elem => Some(90),
                TypeKind::String if elem == TypeId::U8 => Some(80),
                _ => None,
            },
            TypeKind::String if matches!(self.m.types.kind(recv), TypeKind::StringZ) => Some(90),
            _ if self.is_number(want) && self.is_number(recv) => Some(10),
            TypeKind::Optional(p) if p == recv => Some(60),
            TypeKind::Struct(_) if matches!(self.m.types.kind(recv), TypeKind::AnonStruct(_)) => {
                Some(20)
            }
            _ => None,
        }
    }
}
