//! What `get_functions` tells of a type: its methods, `#get` and `#set` methods, and those that impls give it (reference
//! part 2 §5.1, part 6 §4).

use std::rc::Rc;

use rustc_hash::FxHashSet;
use sx_ir::types::FnType;
use sx_ir::{GlobalId, Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, Attrs};

use crate::comptime::declared::{AnswerTable, Fact, Row};
use crate::sema::{DeclId, DeclSyntax, Env, FnId, ImplId, Res, Sema};

/// A method as it is written.
struct Written {
    name: Symbol,
    decl: &'static ast::FnDecl,
    env: Rc<Env>,
    attrs: Option<&'static Attrs>,
}

impl Sema<'_> {
    /// Methods of the body in the order of their declaration, then its `#get` and `#set` methods, then what impls give
    /// the type and calls by name would find.
    pub fn declared_methods(&mut self, ty: TypeId) -> Res<Fact> {
        self.complete(ty)?;
        let mut methods = self.methods_of_body(ty);
        self.add_methods_of_impls(ty, &mut methods)?;
        let mut list = Vec::with_capacity(methods.len());
        for method in methods {
            list.push(self.method_fact(&method)?);
        }
        Ok(Fact::List(list))
    }

    fn methods_of_body(&mut self, ty: TypeId) -> Vec<Written> {
        let Some(info) = self.nominals.get(&ty) else {
            return Vec::new();
        };
        let mut decls: Vec<DeclId> = info.members.values().copied().collect();
        let mut properties: Vec<(FnId, Symbol)> = (info.properties.iter())
            .map(|((name, _), func)| (*func, *name))
            .collect();
        decls.sort();
        properties.sort();
        let mut methods = Vec::new();
        for id in decls {
            let info = self.decl(id);
            if let DeclSyntax::Fn(decl) = info.syntax {
                methods.push(Written {
                    name: info.name,
                    decl,
                    env: info.env.clone(),
                    attrs: self.attrs_of_decl(id),
                });
            }
        }
        for (func, name) in properties {
            methods.push(self.written(func, name));
        }
        methods
    }

    fn written(&self, func: FnId, name: Symbol) -> Written {
        let info = self.fn_info(func);
        Written {
            name,
            decl: info.decl,
            env: info.env.clone(),
            attrs: self.attrs_of_fn(func),
        }
    }

    /// Methods of impls stand behind those of the body that have their names.
    fn add_methods_of_impls(&mut self, ty: TypeId, methods: &mut Vec<Written>) -> Res<()> {
        let taken: FxHashSet<(Symbol, Option<ast::Property>)> = methods
            .iter()
            .map(|method| (method.name, method.decl.property))
            .collect();
        let mut listed: FxHashSet<FnId> = FxHashSet::default();
        loop {
            self.enter_impls();
            if !self.make_inserted_impls() {
                break;
            }
        }
        for index in 0..self.impls.len() {
            let id = ImplId(index as u32);
            // One whose body asks has no methods yet.
            if self.caches.conformance.expanding.contains(&(id, ty)) {
                continue;
            }
            let Some(m) = self.match_impl(id, ty)? else {
                continue;
            };
            let mut given: Vec<(FnId, Symbol)> = (self.impl_methods(&m, ty)?.iter())
                .map(|(name, func)| (*func, *name))
                .collect();
            let properties = self.caches.conformance.properties.iter();
            given.extend(
                properties
                    .filter(|((of, owner, _, _), _)| *of == id && *owner == ty)
                    .map(|((_, _, name, _), func)| (*func, *name)),
            );
            given.sort();
            for (func, name) in given {
                let property = self.fn_info(func).decl.property;
                if !taken.contains(&(name, property)) && listed.insert(func) {
                    methods.push(self.written(func, name));
                }
            }
        }
        Ok(())
    }

    fn method_fact(&mut self, method: &Written) -> Res<Fact> {
        let Written { decl, env, .. } = method;
        let generic = crate::callables::adapters::is_generic(decl);
        let mut types = Vec::new();
        let mut params = Vec::new();
        for param in &decl.sig.params {
            let ty = match &param.ty {
                Some(ty) if !generic => self.eval_type(env, ty)?,
                Some(_) | None => TypeId::VOID,
            };
            types.push(ty);
            let default = match &param.default {
                Some(default) if !generic => self.constant_default(env, default, ty, true),
                Some(_) | None => None,
            };
            let spelled = self.name_at(env, param.name);
            params.push(Fact::Record(vec![
                ("name", Fact::Text(spelled.name.to_string())),
                ("type", Fact::Word(u64::from(ty.0))),
                ("default", Fact::Boxed(default)),
            ]));
        }
        let whole = if generic {
            TypeId::VOID
        } else {
            let ret = self.eval_ret(env, decl.sig.ret.as_ref())?;
            self.m.types.intern(TypeKind::Function(FnType {
                params: types,
                ret,
                c_conv: false,
                variadic: false,
            }))
        };
        let doc = method.attrs.and_then(|attrs| attrs.doc());
        let doc = doc.map_or(String::new(), |doc| doc.to_string());
        let notes = method.attrs.map_or(&[][..], |attrs| attrs.notes());
        let notes = self.note_facts(notes, env, true)?;
        let property = match decl.property {
            None => "",
            Some(ast::Property::Get) => "get",
            Some(ast::Property::Set) => "set",
        };
        Ok(Fact::Record(vec![
            ("name", Fact::Text(method.name.to_string())),
            ("type", Fact::Word(u64::from(whole.0))),
            ("params", Fact::List(params)),
            ("doc", Fact::Text(doc)),
            ("notes", notes),
            ("property", Fact::Text(property.to_string())),
        ]))
    }

    /// The table for types that only an evaluation knows. A row is made when one asks for it.
    pub fn method_table(&mut self, ret: TypeId, name: &str, span: Span) -> Res<GlobalId> {
        if let Some(known) = &self.caches.method_table {
            return Ok(known.table);
        }
        let made = self.answer_table(ret, name, span)?;
        let table = made.table;
        self.caches.method_table = Some(made);
        Ok(table)
    }

    /// An evaluation has asked for the methods of a type.
    pub fn make_method_row(&mut self, ty: TypeId) -> Res<()> {
        let Some(record) = self.caches.method_table.as_ref().map(|table| table.record) else {
            return Ok(());
        };
        if let Fact::List(items) = self.declared_methods(ty)?
            && let Some(row) = self.fact_list(record, &items)
        {
            self.caches.method_rows.insert(ty, row);
        }
        Ok(())
    }

    pub fn fill_method_table(&mut self) {
        let Some(AnswerTable { table, .. }) = self.caches.method_table else {
            return;
        };
        let mut rows: Vec<(TypeId, Row)> = (self.caches.method_rows.iter())
            .map(|(ty, row)| (*ty, *row))
            .collect();
        rows.sort();
        self.put_rows(table, self.m.types.len(), &rows);
    }
}
