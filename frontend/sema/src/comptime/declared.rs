//! What the compiler library tells of declarations (reference part 6 §4): the fields of types, where something is declared,
//! its doc comment. The answers are constants, made when the question is lowered; [`super::methods`] has those on methods.

use std::rc::Rc;

use sx_ir::{ConstImage, Global, GlobalId, Reloc, RelocTarget, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::visit::Visitor;

use crate::builtins::arguments::TypeArg;
use crate::comptime::purpose::Purpose;
use crate::declarations::lookup::Name;
use crate::declarations::nominal::{plural, were};
use crate::emission::fncx::FnCx;
use crate::emission::value::{CtVal, Piece, Val};
use crate::sema::{Binding, DeclId, Entity, Env, FieldDefault, FnId, ModId, Res, Sema};

/// Questions about declarations.
pub const QUESTIONS: &[&str] = &[
    "get_struct_fields",
    "get_functions",
    "source_of",
    "doc_of",
    "notes_of",
    "operands_of",
];

/// Table of what is told of all types, by type id, for types that only an evaluation knows.
pub struct AnswerTable {
    pub table: GlobalId,
    /// `StructField`, `FunctionInfo` as the program declares it.
    pub record: TypeId,
}

/// Records of a type, and how many.
pub type Row = (Option<GlobalId>, u64);

/// In place of the type: the question is answered where it stands.
pub const KNOWN: u64 = u64::MAX;

/// A value on its way into a constant.
pub enum Fact {
    Word(u64),
    Text(String),
    /// Data of an `?any`.
    Boxed(Option<CtVal>),
    /// Data of an `any`.
    Any(CtVal),
    List(Vec<Fact>),
    Record(Vec<(&'static str, Fact)>),
}

/// What a name stands for, as far as these questions go.
pub enum Declared {
    Decl(DeclId),
    Type(TypeId),
    /// A field or variant.
    Member(TypeId, Symbol),
}

impl Sema<'_> {
    /// A call of one of [`QUESTIONS`].
    pub fn ask_about_declaration(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        name: &'static str,
        call: &'static ast::CallExpr,
        span: Span,
    ) -> Res<Val> {
        let info = self.fn_info(f);
        let (decl, env) = (info.decl, info.env.clone());
        let (arg, member) = match call.args.as_slice() {
            [arg] => (arg, None),
            [arg, member] if matches!(name, "doc_of" | "notes_of") => (arg, Some(&member.value)),
            _ => {
                let given = call.args.len();
                return Err(self.error(
                    span,
                    format!(
                        "'{name}' expects 1 argument{}, but {given} {} given",
                        plural(1),
                        were(given)
                    ),
                ));
            }
        };
        let ret = self.eval_ret(&env, decl.sig.ret.as_ref())?;
        self.complete(ret)?;
        let here = cx.env().clone();
        match name {
            "source_of" | "doc_of" | "notes_of" => {
                let declared = match member {
                    Some(member) => self.declared_member(cx, name, &arg.value, member)?,
                    None => self.declared(&here, name, &arg.value)?,
                };
                self.ask_only(cx, name, Piece::Const(Ty::I64, 0), span);
                let fact = match name {
                    "source_of" => self.source_fact(declared),
                    "notes_of" => {
                        let (notes, env) = self.notes_of(declared);
                        self.note_facts(notes, &env, true)?
                    }
                    _ => Fact::Text(self.doc_of(declared)),
                };
                self.fact_value(cx, ret, &fact, name, span)
            }
            "operands_of" => {
                let operands = self.operands_of_code(&here, &arg.value)?;
                self.ask_only(cx, name, Piece::Const(Ty::I64, 0), span);
                let operands = operands.into_iter().map(|(text, code)| {
                    Fact::Record(vec![("text", Fact::Text(text)), ("code", Fact::Word(code))])
                });
                let fact = Fact::List(operands.collect());
                self.fact_value(cx, ret, &fact, name, span)
            }
            _ => match self.type_arg(cx, &here, name, &arg.value, false)? {
                TypeArg::Static(ty) => {
                    let (tag, fact) = if name == "get_struct_fields" {
                        let fact = self.declared_fields(ty, arg.value.span)?;
                        (u64::from(ty.0), fact)
                    } else {
                        (KNOWN, self.declared_methods(ty)?)
                    };
                    self.ask_only(cx, name, Piece::Const(Ty::I64, tag), span);
                    self.fact_value(cx, ret, &fact, name, span)
                }
                TypeArg::Runtime(tag) => {
                    let tag = cx.pin(tag);
                    self.ask_only(cx, name, tag, span);
                    let table = if name == "get_struct_fields" {
                        self.field_table(ret, name, span)?
                    } else {
                        self.method_table(ret, name, span)?
                    };
                    let scale = Piece::Const(Ty::I64, 16);
                    let offset = cx.binary(sx_ir::BinaryOp::Mul, tag, scale);
                    let base = Piece::GlobalAddr(table, 0);
                    let at = cx.binary(sx_ir::BinaryOp::PtrAdd, base, offset);
                    let place = cx.addr_of_piece(at);
                    let data = cx.load_scalar(Ty::Ptr, place);
                    let len = cx.load_scalar(Ty::I64, place.plus(8));
                    Ok(Val::regs(ret, [data, len].into_iter().collect()))
                }
            },
        }
    }

    /// The call that keeps the question to compile time, and refuses types it does not fit.
    fn ask_only(&mut self, cx: &mut FnCx, name: &str, tag: Piece, span: Span) {
        let mark = self.host_mark();
        let func = self.host_function(name, &[Ty::I64, Ty::Ptr], &[]);
        self.note_reach(cx, func);
        if let Some(caller) = cx.func_id {
            self.caches.host_sites.entry((caller, func)).or_insert(span);
        }
        cx.call_direct(func, &[tag, Piece::GlobalAddr(mark, 0)], &[]);
    }

    fn declared(&mut self, env: &Rc<Env>, what: &str, expr: &'static ast::Expr) -> Res<Declared> {
        let found = match &expr.kind {
            ExprKind::Paren(inner) => return self.declared(env, what, inner),
            ExprKind::Ident(name) => match self.resolve_name(env, *name)? {
                Name::Entity(Entity::Type(ty), _) if self.nominals.contains_key(&ty) => {
                    Some(Declared::Type(ty))
                }
                Name::Entity(_, decl) | Name::Binding(Binding::Decl(decl)) => {
                    Some(Declared::Decl(decl))
                }
                Name::Binding(Binding::Type(ty)) => Some(Declared::Type(ty)),
                Name::Binding(_) | Name::BuiltinType(_) => None,
            },
            ExprKind::Field { base, name } => match self.namespace_of(env, base, *name) {
                Some(set) => {
                    let ns = self.span_text(base.span);
                    let (entity, decl) = self.resolve_in_namespace_of(env, set, &ns, *name)?;
                    Some(match entity {
                        Entity::Type(ty) if self.nominals.contains_key(&ty) => Declared::Type(ty),
                        _ => Declared::Decl(decl),
                    })
                }
                None if self.denotes_type(env, base) => {
                    let ty = self.eval_type(env, base)?;
                    self.complete(ty)?;
                    let name = self.spelled(env, *name)?;
                    let members = self.nominals.get(&ty).map(|n| &n.members);
                    let declared = members.and_then(|m| m.get(&name.name));
                    match declared {
                        Some(decl) => Some(Declared::Decl(*decl)),
                        None if self.has_member(ty, name.name) => {
                            Some(Declared::Member(ty, name.name))
                        }
                        None => {
                            let shown = self.type_name(ty);
                            return Err(self.error(
                                name.span,
                                format!("type '{shown}' declares nothing called '{}'", name.name),
                            ));
                        }
                    }
                }
                None => None,
            },
            _ => None,
        };
        if found.is_none() && self.denotes_type(env, expr) {
            return Ok(Declared::Type(self.eval_type(env, expr)?));
        }
        found.ok_or_else(|| {
            self.error(
                expr.span,
                format!("{what} expects the name of something declared: a function, type, constant or variable"),
            )
        })
    }

    /// `(T, "name")`: a field, variant or declaration of a type.
    fn declared_member(
        &mut self,
        cx: &mut FnCx,
        what: &'static str,
        owner: &'static ast::Expr,
        member: &'static ast::Expr,
    ) -> Res<Declared> {
        let here = cx.env().clone();
        let TypeArg::Static(ty) = self.type_arg(cx, &here, what, owner, false)? else {
            return Err(self.error(
                owner.span,
                format!(
                    "{what} expects a type known at compile time; pass it as a `$T: Type` parameter"
                ),
            ));
        };
        self.complete(ty)?;
        let name = self.comptime_value(&here, member, Some(TypeId::STRING), &Purpose::Operand)?;
        let name = self.ct_text(&name).unwrap_or_default();
        let name = Symbol::intern(&String::from_utf8_lossy(&name));
        let members = self.nominals.get(&ty).map(|n| &n.members);
        if let Some(decl) = members.and_then(|m| m.get(&name)) {
            return Ok(Declared::Decl(*decl));
        }
        if self.has_member(ty, name) {
            return Ok(Declared::Member(ty, name));
        }
        let shown = self.type_name(ty);
        Err(self.error(
            member.span,
            format!("type '{shown}' declares nothing called '{name}'"),
        ))
    }

    /// Whether a type has a field or variant of this name.
    fn has_member(&self, ty: TypeId, name: Symbol) -> bool {
        let types = &self.m.types;
        let field = |(known, _): &(Option<Symbol>, TypeId)| *known == Some(name);
        types.members(ty).is_some_and(|m| m.iter().any(field))
            || types
                .enum_def(ty)
                .is_some_and(|def| def.variants.iter().any(|v| v.name == name))
            || types
                .union_def(ty)
                .is_some_and(|def| def.members.iter().any(|m| m.name == name))
    }

    fn source_fact(&mut self, declared: Declared) -> Fact {
        let (span, name) = match declared {
            Declared::Member(ty, member) => {
                let name = format!("{}.{member}", self.type_name(ty));
                let declared = self.span_of_member(ty, member);
                let owner = self.nominals.get(&ty).map(|n| n.span);
                let first = Span::new(sx_syntax::FileId(0), 0, 0);
                (declared.or(owner).unwrap_or(first), name)
            }
            Declared::Decl(decl) => {
                let info = self.decl(decl);
                let name = match info.owner {
                    Some(owner) => format!("{}.{}", self.type_name(owner), info.name),
                    None => info.name.to_string(),
                };
                (info.name_span, name)
            }
            Declared::Type(ty) => {
                let span = match self.nominals.get(&ty).and_then(|n| n.instance.as_ref()) {
                    Some((template, _)) => self.templates[template.index()].decl,
                    None => None,
                };
                let declared = span
                    .map(|decl| self.decl(decl).name_span)
                    .or_else(|| self.nominals.get(&ty).map(|n| n.span));
                let first = Span::new(sx_syntax::FileId(0), 0, 0);
                (declared.unwrap_or(first), self.type_name(ty))
            }
        };
        let at = self.sources.line_col(span);
        Fact::Record(vec![
            ("file", Fact::Text(self.sources.path(span.file).to_string())),
            ("line", Fact::Word(u64::from(at.line))),
            ("col", Fact::Word(u64::from(at.col))),
            ("func", Fact::Text(name)),
        ])
    }

    fn doc_of(&mut self, declared: Declared) -> String {
        let attrs = match declared {
            Declared::Decl(decl) => self.attrs_of_decl(decl),
            Declared::Type(ty) => self.attrs_of_type(ty),
            Declared::Member(ty, name) => self.attrs_of_member(ty, name).map(|(attrs, _)| attrs),
        };
        let doc = attrs.and_then(|attrs| attrs.doc());
        doc.map_or(String::new(), |doc| doc.to_string())
    }

    /// The notes before something, and what their arguments see.
    pub fn notes_of(&mut self, declared: Declared) -> (&'static [ast::Note], Rc<Env>) {
        let found = match declared {
            Declared::Decl(decl) => self
                .attrs_of_decl(decl)
                .map(|attrs| (attrs, self.decl(decl).env.clone())),
            Declared::Type(ty) => self.attrs_of_type(ty).map(|attrs| {
                let env = self.nominals.get(&ty).map(|n| n.env.clone());
                (attrs, env.unwrap_or_else(|| Env::root(ModId(0))))
            }),
            Declared::Member(ty, name) => self.attrs_of_member(ty, name),
        };
        match found {
            Some((attrs, env)) => (attrs.notes(), env),
            None => (&[], Env::root(ModId(0))),
        }
    }

    /// `all`: arguments that have to be evaluated, too.
    pub fn note_facts(
        &mut self,
        notes: &'static [ast::Note],
        env: &Rc<Env>,
        all: bool,
    ) -> Res<Fact> {
        let mut list = Vec::with_capacity(notes.len());
        for note in notes {
            let mut args = Vec::with_capacity(note.args.len());
            for arg in &note.args {
                let known = all || self.is_constant_literal(env, &arg.value);
                if !known {
                    continue;
                }
                let value = match self.denotes_type(env, &arg.value) {
                    true => {
                        let ty = self.eval_type(env, &arg.value)?;
                        self.ct_of_type(ty)
                    }
                    false => self.comptime_value(env, &arg.value, None, &Purpose::Operand)?,
                };
                let name = match arg.name {
                    Some(name) => self.spelled(env, name)?.name.to_string(),
                    None => String::new(),
                };
                args.push(Fact::Record(vec![
                    ("name", Fact::Text(name)),
                    ("value", Fact::Any(value)),
                ]));
            }
            let text = match (note.args.first(), note.args.last()) {
                (Some(first), Some(last)) => {
                    let lo = first.name.map_or(first.value.span.lo, |name| name.span.lo);
                    let whole = Span::new(note.span.file, lo, last.value.span.hi);
                    sx_syntax::normalised(&self.span_text(whole))
                }
                _ => String::new(),
            };
            let name = self.spelled(env, note.name)?;
            list.push(Fact::Record(vec![
                ("name", Fact::Text(name.name.to_string())),
                ("args", Fact::List(args)),
                ("text", Fact::Text(text)),
            ]));
        }
        Ok(Fact::List(list))
    }

    fn declared_fields(&mut self, ty: TypeId, span: Span) -> Res<Fact> {
        self.complete(ty)?;
        match self.m.types.kind(ty) {
            TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_) => {}
            _ => {
                let shown = self.type_name(ty);
                return Err(self.error(
                    span,
                    format!("get_struct_fields expects a struct or tuple, got '{shown}'"),
                ));
            }
        }
        self.field_facts(ty, true)
    }

    /// `all`: defaults that have to be evaluated, too.
    fn field_facts(&mut self, ty: TypeId, all: bool) -> Res<Fact> {
        let offsets = self.m.types.layout(ty).offsets.clone();
        let members = self.m.types.members(ty).unwrap_or_default();
        let mut list = Vec::with_capacity(members.len());
        for (i, (name, member)) in members.into_iter().enumerate() {
            let default = self
                .nominals
                .get(&ty)
                .and_then(|n| n.defaults.get(i))
                .cloned();
            let default = match default {
                Some(FieldDefault::Expr { expr, env }) => {
                    self.constant_default(&env, expr, member, all)
                }
                Some(FieldDefault::None | FieldDefault::Undef) | None => None,
            };
            let attrs = name.and_then(|name| self.attrs_of_member(ty, name));
            let doc = attrs
                .as_ref()
                .and_then(|(attrs, _)| attrs.doc().map(|doc| doc.to_string()));
            let notes = match &attrs {
                Some((attrs, env)) => self.note_facts(attrs.notes(), env, all)?,
                None => Fact::List(Vec::new()),
            };
            list.push(Fact::Record(vec![
                (
                    "name",
                    Fact::Text(name.map_or(String::new(), |n| n.to_string())),
                ),
                ("type", Fact::Word(u64::from(member.0))),
                ("offset", Fact::Word(offsets.get(i).copied().unwrap_or(0))),
                ("default", Fact::Boxed(default)),
                ("doc", Fact::Text(doc.unwrap_or_default())),
                ("notes", notes),
            ]));
        }
        Ok(Fact::List(list))
    }

    /// A default's value. Those that can't be worked out at compile time, or differ from use to use, are run-time code
    /// and have none.
    pub fn constant_default(
        &mut self,
        env: &Rc<Env>,
        expr: &'static ast::Expr,
        ty: TypeId,
        all: bool,
    ) -> Option<CtVal> {
        if self.is_constant_literal(env, expr) || all && matches!(expr.kind, ExprKind::Run(_)) {
            return self
                .comptime_value(env, expr, Some(ty), &Purpose::Operand)
                .ok();
        }
        if !all || depends_on_use(env, expr) {
            return None;
        }
        self.comptime_value(env, expr, Some(ty), &Purpose::Default)
            .ok()
    }

    fn fact_value(
        &mut self,
        cx: &mut FnCx,
        ty: TypeId,
        fact: &Fact,
        name: &str,
        span: Span,
    ) -> Res<Val> {
        let mut image = ConstImage::zeroed(self.m.types.size_of(ty));
        if self.put_fact(&mut image, 0, ty, fact).is_none() {
            let shown = self.type_name(ty);
            return Err(self.error(
                span,
                format!("the result of '{name}' can't be of type '{shown}'"),
            ));
        }
        image.relocs.sort_by_key(|r| r.offset);
        let val = CtVal {
            ty,
            image: Rc::new(image),
            literal: false,
        };
        Ok(self.val_of_ct(cx, &val))
    }

    /// Members that the type lacks are left out; `None`: it is of another form.
    fn put_fact(&mut self, image: &mut ConstImage, at: u64, ty: TypeId, fact: &Fact) -> Option<()> {
        let to = |image: &mut ConstImage, at: u64, global: GlobalId| {
            image.relocs.push(Reloc {
                offset: at,
                target: RelocTarget::Global(global),
                addend: 0,
            });
        };
        match (fact, self.m.types.kind(ty).clone()) {
            (
                Fact::Word(value),
                TypeKind::Type | TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize,
            ) => {
                let size = self.m.types.size_of(ty) as usize;
                self.put_int(&mut image.bytes, at as usize, size, *value);
            }
            (Fact::Word(code), TypeKind::Enum(_)) if self.is_code(ty) => {
                self.put_int(&mut image.bytes, at as usize, 8, *code);
            }
            (Fact::Text(text), TypeKind::String | TypeKind::StringZ) => {
                let data = self.string_data(text.as_bytes());
                to(image, at, data);
                self.put_int(&mut image.bytes, at as usize + 8, 8, text.len() as u64);
            }
            (Fact::Boxed(None), TypeKind::Optional(_)) => {}
            (Fact::Boxed(Some(val)), TypeKind::Optional(inner)) => {
                if *self.m.types.kind(inner) != TypeKind::Any {
                    return None;
                }
                if !self.m.types.null_is_absent(inner) {
                    let flag = at + self.m.types.size_of(inner);
                    self.put_int(&mut image.bytes, flag as usize, 1, 1);
                }
                let data = self.const_global(&val.image, val.ty, "default");
                to(image, at, data);
                let word = at as usize + 8;
                self.put_int(&mut image.bytes, word, 8, u64::from(val.ty.0));
            }
            (Fact::Any(val), TypeKind::Any) => {
                let data = self.const_global(&val.image, val.ty, "note");
                to(image, at, data);
                let word = at as usize + 8;
                self.put_int(&mut image.bytes, word, 8, u64::from(val.ty.0));
            }
            // A parameter by its name only.
            (Fact::Record(parts), TypeKind::String) => {
                let name = parts.iter().find(|(name, _)| *name == "name");
                self.put_fact(image, at, ty, &name?.1)?;
            }
            (Fact::Record(parts), TypeKind::Struct(_) | TypeKind::AnonStruct(_)) => {
                self.complete(ty).ok()?;
                let members = self.m.types.members(ty)?;
                for (name, part) in parts {
                    let found = members
                        .iter()
                        .position(|(n, _)| n.is_some_and(|n| n == *name));
                    if let Some(i) = found {
                        let offset = self.m.types.offset_of(ty, i);
                        self.put_fact(image, at + offset, members[i].1, part)?;
                    }
                }
            }
            (Fact::List(items), TypeKind::Slice(elem)) => {
                let (data, len) = self.fact_list(elem, items)?;
                if let Some(data) = data {
                    to(image, at, data);
                }
                self.put_int(&mut image.bytes, at as usize + 8, 8, len);
            }
            _ => return None,
        }
        Some(())
    }

    pub fn fact_list(&mut self, elem: TypeId, items: &[Fact]) -> Option<(Option<GlobalId>, u64)> {
        self.complete(elem).ok()?;
        if items.is_empty() {
            return Some((None, 0));
        }
        let stride = self.m.types.size_of(elem);
        let mut list = ConstImage::zeroed(stride * items.len() as u64);
        for (i, item) in items.iter().enumerate() {
            self.put_fact(&mut list, stride * i as u64, elem, item)?;
        }
        list.relocs.sort_by_key(|r| r.offset);
        let array = self.m.types.array(elem, items.len() as u64);
        let data = self.const_global(&list, array, "declared");
        Some((Some(data), items.len() as u64))
    }

    /// An empty table for the records of a question's result.
    pub fn answer_table(&mut self, ret: TypeId, name: &str, span: Span) -> Res<AnswerTable> {
        let TypeKind::Slice(record) = *self.m.types.kind(ret) else {
            let shown = self.type_name(ret);
            return Err(self.error(
                span,
                format!("the result of '{name}' can't be of type '{shown}'"),
            ));
        };
        let table = self.m.add_global(Global {
            name: format!("__sx_{}", name.trim_start_matches("get_")),
            size: 16,
            align: 8,
            init: ConstImage::zeroed(16),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: None,
            mergeable: false,
        });
        Ok(AnswerTable { table, record })
    }

    fn field_table(&mut self, ret: TypeId, name: &str, span: Span) -> Res<GlobalId> {
        if let Some(known) = &self.caches.field_table {
            return Ok(known.table);
        }
        self.resolve_all_types();
        let made = self.answer_table(ret, name, span)?;
        let (table, field) = (made.table, made.record);
        self.caches.field_table = Some(made);
        // Defaults that have to be evaluated can be so now.
        let users: Vec<TypeId> = self
            .nominals
            .iter()
            .filter(|(_, info)| !self.in_library_module(info.module))
            .map(|(ty, _)| *ty)
            .collect();
        let mut users: Vec<TypeId> = users
            .into_iter()
            .filter(|ty| self.m.types.is_complete(*ty, 0))
            .filter(|ty| matches!(self.m.types.kind(*ty), TypeKind::Struct(_)))
            .collect();
        users.sort();
        for ty in users {
            if let Ok(Fact::List(items)) = self.field_facts(ty, true)
                && let Some(row) = self.fact_list(field, &items)
            {
                self.caches.field_rows.insert(ty, row);
            }
        }
        Ok(table)
    }

    /// Whether a type's defaults and notes may have to be evaluated.
    fn fields_are_evaluated(&self, ty: TypeId) -> bool {
        let Some(info) = self.nominals.get(&ty) else {
            return false;
        };
        let has_default = |default: &FieldDefault| matches!(default, FieldDefault::Expr { .. });
        let members = self.m.types.members(ty).unwrap_or_default();
        let mut names = members.into_iter().filter_map(|(name, _)| name);
        !self.in_library_module(info.module)
            && (info.defaults.iter().any(has_default)
                || names.any(|name| {
                    let attrs = self.attrs_of_member(ty, name);
                    attrs.is_some_and(|(attrs, _)| !attrs.notes().is_empty())
                }))
    }

    /// An evaluation has asked for the fields of a type: its row gets all there is.
    pub fn finish_field_row(&mut self, ty: TypeId) {
        self.caches.short_field_rows.remove(&ty);
        let Some(field) = self.caches.field_table.as_ref().map(|table| table.record) else {
            return;
        };
        if self.fields_are_evaluated(ty)
            && let Ok(Fact::List(items)) = self.field_facts(ty, true)
            && let Some(row) = self.fact_list(field, &items)
        {
            self.caches.field_rows.insert(ty, row);
        }
    }

    /// Brings the tables up to the types there are.
    pub fn fill_answer_tables(&mut self) {
        self.fill_field_table();
        self.fill_method_table();
    }

    fn fill_field_table(&mut self) {
        let Some(AnswerTable {
            table,
            record: field,
        }) = self.caches.field_table.take()
        else {
            return;
        };
        // Making records may make types, which nobody asks about yet.
        let count = self.m.types.len();
        let mut rows = Vec::new();
        for id in 0..count {
            let ty = TypeId::new(id);
            let known = matches!(
                self.m.types.kind(ty),
                TypeKind::Struct(_) | TypeKind::AnonStruct(_) | TypeKind::Tuple(_)
            );
            if !known || !self.m.types.is_complete(ty, 0) {
                continue;
            }
            let row = match self.caches.field_rows.get(&ty) {
                Some(row) => *row,
                None => {
                    let Ok(Fact::List(items)) = self.field_facts(ty, false) else {
                        continue;
                    };
                    if self.fields_are_evaluated(ty) {
                        self.caches.short_field_rows.insert(ty);
                    }
                    let Some(row) = self.fact_list(field, &items) else {
                        continue;
                    };
                    self.caches.field_rows.insert(ty, row);
                    row
                }
            };
            rows.push((ty, row));
        }
        self.put_rows(table, count, &rows);
        self.caches.field_table = Some(AnswerTable {
            table,
            record: field,
        });
    }

    /// Fills a table for `count` types. Rows are in the order of their types.
    pub fn put_rows(&mut self, table: GlobalId, count: usize, rows: &[(TypeId, Row)]) {
        let mut image = ConstImage::zeroed(16 * count as u64);
        for (ty, row) in rows {
            if let (Some(data), len) = *row {
                let at = 16 * ty.index();
                image.relocs.push(Reloc {
                    offset: at as u64,
                    target: RelocTarget::Global(data),
                    addend: 0,
                });
                self.put_int(&mut image.bytes, at + 8, 8, len);
            }
        }
        let global = &mut self.m.globals[table.index()];
        global.size = 16 * count as u64;
        global.init = image;
    }
}

/// Whether an expression speaks of where it is used: the caller, the context, variables of a function.
fn depends_on_use(env: &Rc<Env>, expr: &ast::Expr) -> bool {
    struct Finder<'f> {
        env: &'f Env,
        found: bool,
    }
    impl Visitor for Finder<'_> {
        fn expr(&mut self, expr: &ast::Expr) {
            match &expr.kind {
                ExprKind::CallerLocation | ExprKind::ArgText(_) | ExprKind::Asm(_) => {
                    self.found = true;
                }
                ExprKind::Ident(name) => {
                    self.found |= match self.env.get(name.name) {
                        Some(Binding::Var { .. } | Binding::Pack { .. } | Binding::Lazy { .. }) => {
                            true
                        }
                        Some(_) => false,
                        None => name.as_str() == "context",
                    };
                }
                // A function is the same wherever it is named.
                ExprKind::Lambda(_) => {}
                _ => sx_syntax::visit::walk_expr(self, expr),
            }
        }
    }
    let mut finder = Finder { env, found: false };
    finder.expr(expr);
    finder.found
}
