//! Type positions look only at types: a function, constant or variable of the same name neither answers nor disturbs
//! (reference part 3 §6.2).

use std::rc::Rc;

use sx_ir::TypeId;
use sx_syntax::ast;

use crate::declarations::lookup::Name;
use crate::sema::{DeclId, DeclSyntax, Entity, Env, Res, Sema};

impl Sema<'_> {
    /// The module's, or else the imported type of a name that means something else first, or several things.
    pub fn type_behind(&mut self, env: &Rc<Env>, name: ast::Ident) -> Res<Option<Name>> {
        if let Some(own) = self.module(env.module).names.get(&name.name).copied()
            && let Some(ty) = self.declared_type(own)
        {
            return Ok(Some(Name::Entity(ty, own)));
        }
        let mut found: Option<(Entity, DeclId)> = None;
        for decl in self.imported(env.module, name.name) {
            let Some(ty) = self.declared_type(decl) else {
                continue;
            };
            match &found {
                Some((_, other)) if *other != decl && !self.same_target(*other, decl) => {
                    return Err(self.ambiguous(name, *other, decl));
                }
                Some(_) => {}
                None => found = Some((ty, decl)),
            }
        }
        Ok(found.map(|(ty, decl)| Name::Entity(ty, decl)))
    }

    /// Aliases and constants are resolved to tell.
    fn declared_type(&mut self, decl: DeclId) -> Option<Entity> {
        let can_be = match self.decl(decl).syntax {
            DeclSyntax::Struct(_)
            | DeclSyntax::Enum(_)
            | DeclSyntax::Union(_)
            | DeclSyntax::ErrorSet(_)
            | DeclSyntax::Protocol(_)
            | DeclSyntax::Const(_)
            | DeclSyntax::C(_)
            | DeclSyntax::Builtin => true,
            DeclSyntax::Fn(_)
            | DeclSyntax::Var(_)
            | DeclSyntax::UfcsAlias(_)
            | DeclSyntax::Import(_)
            | DeclSyntax::Library(_)
            | DeclSyntax::CUnit => false,
        };
        let entity = can_be.then(|| self.resolve_decl(decl).ok()).flatten()?;
        let is_type = match &entity {
            Entity::Type(_) | Entity::Template(_) => true,
            Entity::Ct(val) => val.ty == TypeId::TYPE,
            Entity::Fn(_)
            | Entity::ConstGlobal { .. }
            | Entity::RtConst
            | Entity::Global { .. }
            | Entity::Namespace(_)
            | Entity::Library(_)
            | Entity::UfcsAlias(_) => false,
        };
        is_type.then_some(entity)
    }
}
