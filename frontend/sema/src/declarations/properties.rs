//! `#get` and `#set` methods: their shape, and those that a type's body or an impl gives it (reference part 2 §1).

use sx_ir::{Symbol, TypeId};
use sx_syntax::ast::{self, BodyKind, ParamKind, Property, RetKind};

use crate::sema::{FnId, ImplId, Res, Sema};

impl Sema<'_> {
    /// `n :: (self: *T) -> V #get`, `n :: (self: *T, v: V) #set`: reports any other shape.
    pub fn check_property(&mut self, f: &'static ast::FnDecl, property: Property, name: Symbol) {
        let plain = f.sig.params.iter().all(|p| p.kind == ParamKind::Plain);
        let (shape, count) = match property {
            Property::Get => ("#get` method takes `self` alone and returns the value", 1),
            Property::Set => ("#set` method takes `self` and the value", 2),
        };
        let returns = match (&f.sig.ret, f.body.kind()) {
            (Some(ret), _) => !matches!(ret.kind, RetKind::Void),
            (None, BodyKind::Expr) => true,
            (None, BodyKind::Block | BodyKind::Intrinsic | BodyKind::None) => false,
        };
        if plain && f.sig.params.len() == count && (property == Property::Set || returns) {
            return;
        }
        let form = match property {
            Property::Get => format!("{name} :: (self: *T) -> V #get {{ .. }}"),
            Property::Set => format!("{name} :: (self: *T, v: V) #set {{ .. }}"),
        };
        let diag = sx_syntax::Diagnostic::error(f.sig.span, format!("a `{shape}"))
            .with_help(None, format!("write `{form}`"));
        self.report(diag);
    }

    /// What reads `x.name` of a type.
    pub fn getter(&mut self, ty: TypeId, name: Symbol) -> Res<Option<FnId>> {
        self.property(ty, name, Property::Get)
    }

    /// What writes `x.name` of a type.
    pub fn setter(&mut self, ty: TypeId, name: Symbol) -> Res<Option<FnId>> {
        self.property(ty, name, Property::Set)
    }

    fn property(&mut self, ty: TypeId, name: Symbol, which: Property) -> Res<Option<FnId>> {
        let own = self.nominals.get(&ty);
        match own.and_then(|n| n.properties.get(&(name, which))) {
            Some(own) => Ok(Some(*own)),
            None => self.impl_property(ty, name, which),
        }
    }

    fn impl_property(&mut self, ty: TypeId, name: Symbol, property: Property) -> Res<Option<FnId>> {
        loop {
            let found = self.known_property(ty, name, property)?;
            if found.is_some() || !self.make_inserted_impls() {
                return Ok(found);
            }
        }
    }

    fn known_property(
        &mut self,
        ty: TypeId,
        name: Symbol,
        property: Property,
    ) -> Res<Option<FnId>> {
        self.enter_impls();
        for index in 0..self.impls.len() {
            let id = ImplId(index as u32);
            let given = self.impls[index].resolved.is_some() && self.writes_method(id, name);
            // What an impl's own forms ask while they make its body, it can't answer yet.
            let under_way = self.caches.conformance.expanding.contains(&(id, ty));
            if !given || under_way {
                continue;
            }
            if let Some(m) = self.match_impl(id, ty)? {
                self.impl_methods(&m, ty)?;
                let key = (id, ty, name, property);
                if let Some(found) = self.caches.conformance.properties.get(&key) {
                    return Ok(Some(*found));
                }
            }
        }
        Ok(None)
    }
}
