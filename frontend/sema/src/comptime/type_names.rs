//! `get_type_by_name`: what names mean in the root's scope. An evaluation that asks for a name nobody has looked at yet is
//! run again once that name is resolved, so only what it asks for is worked out.

use std::collections::BTreeMap;

use sx_ir::{FuncId, Linkage, Symbol, TypeId};
use sx_syntax::ast;
use sx_tier_api::HostFault;

use crate::declarations::lookup::Found;
use crate::sema::{Entity, EntityState, ModId, Res, Sema, TemplateId, TemplateSyntax};

pub const LOOKUP: &str = "get_type_by_name";

/// Why an evaluation ends that is to run again, with more names.
pub const RUN_AGAIN: &str = "a name is needed that has not been looked at";

/// The names an evaluation has asked for.
#[derive(Clone, Default, Debug)]
pub struct TypeNames {
    /// What they are; `None` for no type.
    pub known: BTreeMap<String, Option<TypeId>>,
    /// All types are known, others are none.
    pub complete: bool,
    /// To be looked at before the evaluation runs again.
    pub wanted: Option<String>,
}

impl TypeNames {
    pub fn get(&mut self, name: &str) -> Result<Option<TypeId>, HostFault> {
        match self.known.get(name) {
            Some(known) => Ok(*known),
            None if self.complete => Ok(None),
            None => {
                self.wanted = Some(name.to_string());
                Err(HostFault::Refused(RUN_AGAIN.into()))
            }
        }
    }
}

impl Sema<'_> {
    /// Whether an evaluation may have to run again for names.
    pub fn asks_for_names(&self, m: &sx_ir::Module, root: FuncId) -> bool {
        let reached = m.reachable(&[root]).funcs;
        reached
            .iter()
            .any(|func| matches!(&m.func(*func).linkage, Linkage::Host(name) if name == LOOKUP))
    }

    /// The type that a name of the root's scope is bound to.
    pub fn type_of_name(&mut self, name: &str) -> Res<Option<TypeId>> {
        let name = ast::Ident {
            name: Symbol::intern(name),
            kind: ast::IdentKind::Plain,
            span: sx_syntax::Span::new(sx_syntax::FileId(0), 0, 0),
        };
        if let Some(ty) = self.reserved_type(name) {
            return Ok(Some(ty));
        }
        let Found::Decl(decl) = self.lookup_module(ModId(0), name.name) else {
            return Ok(None);
        };
        // What is being made has no type yet.
        if matches!(self.decl(decl).state, EntityState::InProgress) {
            return Ok(None);
        }
        let found = match self.resolve_decl(decl)? {
            Entity::Type(ty) => Some(ty),
            Entity::Ct(val) if val.ty == TypeId::TYPE => Some(self.ct_type(&val)),
            Entity::Template(template) if self.is_plain_protocol(template) => {
                let span = self.decl(decl).name_span;
                Some(self.template_without_args(template, span)?)
            }
            Entity::Template(_)
            | Entity::Fn(_)
            | Entity::Ct(_)
            | Entity::ConstGlobal { .. }
            | Entity::RtConst
            | Entity::Global { .. }
            | Entity::Namespace(_)
            | Entity::Library(_)
            | Entity::UfcsAlias(_) => None,
        };
        self.settle();
        Ok(found)
    }

    fn is_plain_protocol(&self, template: TemplateId) -> bool {
        match &self.templates[template.index()].syntax {
            TemplateSyntax::Protocol(decl) => decl.params.is_empty(),
            TemplateSyntax::Struct(_) => false,
        }
    }

    /// All names that are types, for code that runs when nothing more can be resolved.
    pub fn all_type_names(&mut self) -> TypeNames {
        let sets = self.module(ModId(0)).flat_imports.clone();
        let mut modules = vec![ModId(0)];
        for set in sets {
            modules.extend(self.import_sets[set.0 as usize].modules.iter().copied());
        }
        let mut names: Vec<Symbol> = Vec::new();
        for module in modules {
            names.extend(self.module(module).names.keys().copied());
        }
        let mut known = BTreeMap::new();
        for name in names {
            if let Ok(Some(ty)) = self.type_of_name(name.as_str()) {
                known.insert(name.to_string(), Some(ty));
            }
        }
        for ty in self.m.types.ids() {
            let name = self.m.types.name(ty);
            if crate::declarations::modules::builtin_type(Symbol::intern(&name)) == Some(ty)
                || self.m.types.int_info(ty).is_some()
            {
                known.insert(name, Some(ty));
            }
        }
        TypeNames {
            known,
            complete: true,
            wanted: None,
        }
    }

    /// Looks at what an evaluation has asked for.
    pub fn learn_name(&mut self, names: &mut TypeNames) -> Res<bool> {
        let Some(name) = names.wanted.take() else {
            return Ok(false);
        };
        let found = self.type_of_name(&name)?;
        names.known.insert(name, found);
        Ok(true)
    }
}
