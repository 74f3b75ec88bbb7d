//! The implicit context, `push`, call-site locations, target constants.

use std::ops::Range;

use smallvec::smallvec;
use sx_ir::types::{Field, NominalDef};
use sx_ir::{ConstImage, Global, GlobalId, Symbol, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::{DiagKind, Diagnostic, Span};

use crate::comptime::purpose::Purpose;
use crate::declarations::chains::Step;
use crate::declarations::modules::{arch_name, os_name};
use crate::emission::fncx::FnCx;
use crate::emission::value::{Access, Place, Val};
use crate::sema::{Entity, Failed, NominalState, Res, Sema};

/// A context field's default that is not in the constant context yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContextDefault {
    /// By the field's number.
    Waiting(usize),
    Open(usize),
}

impl Sema<'_> {
    /// Finds the library's `Context` and gives it the program's fields, before anything is lowered.
    pub fn setup_context(&mut self) {
        let symbol = Symbol::intern("Context");
        let found = self.modules.iter().find_map(|m| {
            let decl = m.names.get(&symbol)?;
            (m.shown.ends_with("std/core.sx")).then_some(*decl)
        });
        let mut fields = std::mem::take(&mut self.context_fields);
        fields.retain_mut(|field| {
            let env = self.module(field.module).env.clone();
            match self.spelled(&env, field.decl.name) {
                Ok(name) => {
                    field.name = name.name;
                    true
                }
                Err(Failed) => false,
            }
        });
        let path = |s: &Self, f: &crate::sema::ContextField| {
            let own = !s.in_library_module(f.module);
            (
                own,
                s.module(f.module).shown.to_string(),
                f.name.to_string(),
            )
        };
        fields.sort_by_key(|f| path(self, f));
        for (i, field) in fields.iter().enumerate() {
            if let Some(first) = fields[..i].iter().find(|f| f.name == field.name) {
                let diag = Diagnostic::error(
                    field.decl.name.span,
                    format!("duplicate context field '{}'", field.name),
                )
                .with_note(Some(first.decl.name.span), "first declared here");
                self.report(diag);
            }
        }
        self.context_fields = fields;
        let Some(decl) = found else { return };
        let Ok(Entity::Type(ty)) = self.resolve_decl(decl) else {
            return;
        };
        // Functions get their hidden parameter from here on; the layout follows.
        self.context_type = Some(ty);
        if let Some(info) = self.nominals.get_mut(&ty) {
            info.state = NominalState::Complete;
        }
        // What the library registers comes first: types of the program's own fields may need compile-time evaluations,
        // which allocate. No default is worked out before the layout is final, unless one of these evaluations needs it:
        // code and other types rely on the layout.
        let library = self
            .context_fields
            .iter()
            .take_while(|f| self.in_library_module(f.module))
            .count();
        let global = self.default_context_global();
        self.add_context_fields(global, 0..library);
        self.add_context_fields(global, library..self.context_fields.len());
        for i in 0..self.context_fields.len() {
            self.demand_context_field(self.context_fields[i].name);
        }
    }

    /// Adds fields to the end of `Context`; their values in the constant context follow on demand.
    ///
    /// Their types may need evaluations, which use the fields there are: `Context` grows. Like every type whose layout is
    /// being worked out it has no size until then; code that copies one, or a type that holds one, needs it too early.
    fn add_context_fields(&mut self, global: GlobalId, range: Range<usize>) {
        let ty = self.context_type.unwrap_or(TypeId::VOID);
        self.set_state(ty, NominalState::InProgress);
        self.m.types.set_growing(Some(ty));
        self.open_nominals.push(ty);
        self.caches.chains.enter(Step::Layout(ty));
        let grown = self.grown_context(ty, range.clone());
        self.caches.chains.leave();
        self.open_nominals.pop();
        self.m.types.set_growing(None);
        self.set_state(ty, NominalState::Complete);
        let Some(members) = grown else { return };
        self.define(ty, NominalDef::Struct(members));
        self.m.types.forget_layout(ty);
        let span = self.nominals.get(&ty).map(|info| info.span);
        if let Some(span) = span
            && self.check_extent(ty, span).is_err()
        {
            return;
        }
        let layout = self.m.types.layout(ty);
        let storage = &mut self.m.globals[global.index()];
        (storage.size, storage.align) = (layout.size, layout.align.max(8));
        storage.init.bytes.resize(layout.size as usize, 0);
        for i in range {
            let name = self.context_fields[i].name;
            self.caches
                .context_defaults
                .insert(name, ContextDefault::Waiting(i));
        }
        self.complete_all();
    }

    /// The members of `Context` with more fields, whose types are complete.
    fn grown_context(&mut self, ty: TypeId, range: Range<usize>) -> Option<Vec<Field>> {
        let TypeKind::Struct(nominal) = *self.m.types.kind(ty) else {
            return None;
        };
        let NominalDef::Struct(mut members) = self.m.types.nominal_mut(nominal).def.clone() else {
            return None;
        };
        for i in range {
            let field = &self.context_fields[i];
            let (name, env, decl) = (
                field.name,
                self.module(field.module).env.clone(),
                field.decl,
            );
            let Ok(field_ty) = self.eval_type(&env, &decl.ty) else {
                continue;
            };
            if self.complete(field_ty).is_ok() {
                members.push(Field { name, ty: field_ty });
            }
        }
        Some(members)
    }

    /// Code refers to a context field: its default is worked out now, if that is still to be done.
    pub fn demand_context_field(&mut self, name: Symbol) {
        match self.caches.context_defaults.get(&name) {
            Some(ContextDefault::Waiting(index)) => {
                let index = *index;
                self.caches
                    .context_defaults
                    .insert(name, ContextDefault::Open(index));
                let span = self.context_fields[index].decl.name.span;
                self.caches.chains.enter(Step::ContextField(name, span));
                let library = self.in_library_module(self.context_fields[index].module);
                let before = std::mem::replace(&mut self.caches.conformance.library_only, library);
                self.context_default(index);
                self.caches.conformance.library_only = before;
                self.caches.chains.leave();
                match self.caches.chains.giving_up() {
                    true => {
                        let waiting = ContextDefault::Waiting(index);
                        self.caches.context_defaults.insert(name, waiting);
                    }
                    false => {
                        self.caches.context_defaults.remove(&name);
                    }
                }
            }
            Some(ContextDefault::Open(index)) => {
                let span = self.context_fields[*index].decl.name.span;
                self.cycle(Step::ContextField(name, span), &[]);
            }
            None => {}
        }
    }

    /// Puts the default of a context field into the constant context.
    fn context_default(&mut self, index: usize) {
        let ty = self.context_type.unwrap_or(TypeId::VOID);
        let field = &self.context_fields[index];
        let (name, env, decl) = (
            field.name,
            self.module(field.module).env.clone(),
            field.decl,
        );
        let Some(default) = &decl.default else {
            self.error(decl.name.span, format!("context field '{name}' has no default; write `#context_extend {name} : T = value;`"));
            return;
        };
        let members = self.m.types.members(ty).unwrap_or_default();
        let Some(at) = members.iter().position(|(n, _)| *n == Some(name)) else {
            return;
        };
        if self
            .check_static(&env, default, &|| {
                format!("the default of context field '{name}' must be a compile-time constant")
            })
            .is_err()
        {
            return;
        }
        let Ok(val) = self.comptime_value(
            &env,
            default,
            Some(members[at].1),
            &Purpose::ContextDefault(name),
        ) else {
            self.caches.context_spoilt |= !self.caches.chains.giving_up();
            return;
        };
        let offset = self.m.types.layout(ty).offsets[at];
        let end = offset as usize + val.image.bytes.len();
        let global = self.default_context_global();
        let image = &mut self.m.globals[global.index()].init;
        image.bytes[offset as usize..end].copy_from_slice(&val.image.bytes);
        image
            .relocs
            .extend(val.image.relocs.iter().map(|r| sx_ir::Reloc {
                offset: r.offset + offset,
                ..*r
            }));
        image.relocs.sort_by_key(|r| r.offset);
    }

    /// The constant context that everything starts with.
    pub fn default_context_global(&mut self) -> GlobalId {
        if let Some(global) = self.default_context {
            return global;
        }
        let ty = self.context_type.unwrap_or(TypeId::VOID);
        let layout = self.m.types.layout(ty);
        let global = self.m.add_global(Global {
            name: "__sx_default_context".into(),
            size: layout.size,
            align: layout.align.max(8),
            init: ConstImage::zeroed(layout.size),
            mutable: false,
            extern_symbol: None,
            export_symbol: None,
            sx_type: Some(ty),
            mergeable: false,
        });
        self.default_context = Some(global);
        global
    }

    pub fn lower_context(&mut self, cx: &mut FnCx, span: Span) -> Res<Val> {
        let Some(ty) = self.context_type else {
            return Err(self.no_context(span));
        };
        let piece = self.context_piece(cx);
        let addr = cx.addr_of_piece(piece);
        Ok(Val::place(Place {
            addr,
            ty,
            access: Access::Context,
        }))
    }

    fn no_context(&mut self, span: Span) -> Failed {
        let mut diag = Diagnostic::error(
            span,
            "`context` needs the `Context` type of the standard library; import \"modules/std.sx\"",
        );
        for field in &self.context_fields {
            let path = self.module(field.module).shown.clone();
            diag = diag.with_line(format!("registered context field: {} ({path})", field.name));
        }
        self.report(diag)
    }

    /// A field that no `#context_extend` adds.
    pub fn no_context_field(&mut self, name: ast::Ident) -> Failed {
        if self.context_fields.iter().any(|f| f.name == name.name) {
            // Its type has been told to be wrong, if it isn't still to come.
            return match self.m.types.growing() {
                Some(ty) => self.cycle(Step::Layout(ty), &[]),
                None => Failed,
            };
        }
        let mut diag = Diagnostic::error(
            name.span,
            format!("field '{}' not found on type 'Context'", name.name),
        );
        let mut list = Diagnostic::new(DiagKind::Note, "registered context fields:", None);
        for field in &self.context_fields {
            list = list.with_line(field.name.to_string());
        }
        diag.children.push(list);
        self.report(diag)
    }

    /// `push .{ f = v } { .. }`, `push ctx { .. }`
    pub fn lower_push(
        &mut self,
        cx: &mut FnCx,
        value: &'static ast::Expr,
        body: &'static ast::Block,
        span: Span,
    ) -> Res<()> {
        let Some(ty) = self.context_type else {
            return Err(self.no_context(span));
        };
        self.complete(ty)?;
        let slot = self.slot(cx, ty);
        let size = self.m.types.size_of(ty);
        match &value.kind {
            ExprKind::Aggregate(agg) if agg.ty.is_none() => {
                // The ambient context with some fields replaced.
                let members = self.m.types.members(ty).unwrap_or_default();
                let mut vals = Vec::new();
                for elem in &agg.elems {
                    let env = cx.env().clone();
                    let name = match (&elem.name, &elem.value.kind) {
                        (Some(name), _) => self.spelled(&env, *name)?,
                        (None, ExprKind::Ident(name)) => self.spelled(&env, *name)?,
                        _ => {
                            return Err(self.error(
                                elem.value.span,
                                "`push .{ .. }` names its fields: `.{ f = v }`",
                            ));
                        }
                    };
                    let Some(at) = members.iter().position(|(n, _)| *n == Some(name.name)) else {
                        return Err(self.no_context_field(name));
                    };
                    if vals.iter().any(|(given, _)| *given == at) {
                        let text = format!("field '{}' is given more than once", name.name);
                        return Err(self.error(name.span, text));
                    }
                    let val = self.lower_to(cx, &elem.value, members[at].1)?;
                    let val = self.own(cx, &val);
                    vals.push((at, self.stable(cx, &val)));
                }
                let ambient = self.context_piece(cx);
                let ambient = cx.addr_of_piece(ambient);
                cx.copy(slot, ambient, size);
                for (at, val) in vals {
                    let offset = self.m.types.offset_of(ty, at);
                    self.store(cx, slot.plus(offset), &val);
                }
            }
            _ => {
                let val = self.lower_to(cx, value, ty)?;
                self.store(cx, slot, &val);
            }
        }
        let outer = cx.context;
        let here = cx.addr_piece(slot);
        let local = cx.temp(Ty::Ptr);
        cx.set(local, here);
        cx.context = Some(local);
        cx.push_scope();
        let done = self.lower_stmts_in(cx, body, false, None);
        let ended = self.end_scope(cx);
        cx.context = outer;
        done?;
        ended
    }

    pub fn caller_location(&mut self, cx: &mut FnCx, span: Span) -> Res<Val> {
        let Some((at, func)) = cx.caller_loc.clone() else {
            return Err(self.error(
                span,
                "`#caller_location` is only legal in a parameter's default",
            ));
        };
        let symbol = Symbol::intern("Source_Location");
        let found = self.library_name("std/core.sx", symbol);
        let Some(decl) = found else {
            return Err(self.error(
                span,
                "`#caller_location` needs `Source_Location`; import \"modules/std.sx\"",
            ));
        };
        let Entity::Type(ty) = self.resolve_decl(decl)? else {
            return Err(Failed);
        };
        self.complete(ty)?;
        let place = self.sources.line_col(at);
        let file = self.sources.path(at.file).to_string();
        let file = self.str_val(file.as_bytes());
        let func = self.str_val(func.as_bytes());
        let line = Val::int(TypeId::I32, Ty::I32, u64::from(place.line));
        let col = Val::int(TypeId::I32, Ty::I32, u64::from(place.col));
        Ok(self.make_aggregate(cx, ty, &[file, line, col, func]))
    }

    /// Whether a namespace is the module that `OS` and the like belong to.
    pub fn is_target_module(&self, set: crate::sema::ImportSetId) -> bool {
        self.import_sets[set.0 as usize]
            .modules
            .iter()
            .any(|m| self.module(*m).path.ends_with("std/target.sx"))
    }

    /// `OS`, `ARCH`, `POINTER_SIZE`: known without any import.
    pub fn target_constant(&mut self, cx: &mut FnCx, name: ast::Ident, span: Span) -> Res<Val> {
        let (type_name, variant) = match name.as_str() {
            "POINTER_SIZE" => {
                return Ok(Val::int(TypeId::I64, Ty::I64, self.cfg.target.pointer_size));
            }
            "OS" => ("OperatingSystem", os_name(self.cfg.target.os)),
            _ => ("Architecture", arch_name(self.cfg.target.arch)),
        };
        let ty = self.target_enum(type_name);
        let ident = ast::Ident {
            name: Symbol::intern(variant),
            kind: ast::IdentKind::Plain,
            span,
        };
        let index = self.variant_index(ty, ident, span)?;
        self.make_variant(cx, ty, index, None, span)
    }

    /// The enum of `std/target.sx` if it is loaded, else one just like it.
    fn target_enum(&mut self, name: &'static str) -> TypeId {
        let symbol = Symbol::intern(name);
        let found = self.library_name("std/target.sx", symbol);
        if let Some(decl) = found
            && let Ok(Entity::Type(ty)) = self.resolve_decl(decl)
        {
            let _ = self.complete(ty);
            return ty;
        }
        if let Some(ty) = self.caches.known_types.get(name) {
            return *ty;
        }
        let variants: &[&str] = if name == "OperatingSystem" {
            &[
                "macos", "linux", "windows", "wasm", "ios", "android", "unknown",
            ]
        } else {
            &["aarch64", "x86_64", "wasm32", "wasm64", "unknown"]
        };
        let nominal = self.m.types.add_nominal(name.to_string());
        let ty = self.m.types.intern(TypeKind::Enum(nominal));
        self.m.types.nominal_mut(nominal).def = NominalDef::Enum(sx_ir::types::EnumDef {
            backing: TypeId::I64,
            flags: false,
            variants: variants
                .iter()
                .enumerate()
                .map(|(i, v)| sx_ir::types::Variant {
                    name: Symbol::intern(v),
                    value: i as i64,
                    payload: None,
                })
                .collect(),
            tagged: false,
            places: None,
        });
        self.caches.known_types.insert(name, ty);
        ty
    }

    /// The compiler's function that compares two strings by content.
    pub fn string_eq_fn(&mut self) -> sx_ir::FuncId {
        use sx_ir::{
            BinaryOp, CallConv, Expr, Function, Linkage, LocId, LocalId, Param, ParamAttr,
            Signature, StmtKind,
        };
        if let Some(func) = self.caches.helpers.get("string_eq") {
            return *func;
        }
        let params: Vec<Param> = [Ty::Ptr, Ty::I64, Ty::Ptr, Ty::I64]
            .into_iter()
            .map(|ty| Param {
                ty,
                attr: ParamAttr::None,
            })
            .collect();
        let sig = self.m.add_sig(Signature {
            conv: CallConv::Sx,
            params: params.clone(),
            results: vec![Ty::I8],
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        let mut f = Function::new(
            "__sx_string_eq".into(),
            Linkage::Internal,
            sig,
            &params,
            LocId(0),
        );
        let loc = LocId(0);
        let stmt = |kind| sx_ir::Stmt { loc, kind };
        let (a, n, b, m) = (LocalId(0), LocalId(1), LocalId(2), LocalId(3));
        let i = f.add_local(Ty::I64);
        let label = f.add_label();
        let get = |f: &mut Function, l: LocalId| f.add_expr(Expr::Local(l), loc);
        let ret = |f: &mut Function, bits: u64| {
            let e = f.add_expr(Expr::Const { ty: Ty::I8, bits }, loc);
            stmt(StmtKind::Return(smallvec![e]))
        };
        let (x, y) = (get(&mut f, n), get(&mut f, m));
        let differ = f.add_expr(
            Expr::Binary {
                op: BinaryOp::Ne,
                ty: Ty::I64,
                a: x,
                b: y,
            },
            loc,
        );
        let no = ret(&mut f, 0);
        let first = stmt(StmtKind::If {
            cond: differ,
            then: sx_ir::Block { stmts: vec![no] },
            els: Default::default(),
        });
        // loop { if i >= n return 1; if a[i] != b[i] return 0; i += 1 }
        let (x, y) = (get(&mut f, i), get(&mut f, n));
        let done = f.add_expr(
            Expr::Binary {
                op: BinaryOp::GeS,
                ty: Ty::I64,
                a: x,
                b: y,
            },
            loc,
        );
        let yes = ret(&mut f, 1);
        let stop = stmt(StmtKind::If {
            cond: done,
            then: sx_ir::Block { stmts: vec![yes] },
            els: Default::default(),
        });
        let byte = |f: &mut Function, base: LocalId| {
            let (p, o) = (get(f, base), get(f, i));
            let addr = f.add_expr(
                Expr::Binary {
                    op: BinaryOp::PtrAdd,
                    ty: Ty::Ptr,
                    a: p,
                    b: o,
                },
                loc,
            );
            f.add_expr(Expr::Load { ty: Ty::I8, addr }, loc)
        };
        let (x, y) = (byte(&mut f, a), byte(&mut f, b));
        let differ = f.add_expr(
            Expr::Binary {
                op: BinaryOp::Ne,
                ty: Ty::I8,
                a: x,
                b: y,
            },
            loc,
        );
        let no = ret(&mut f, 0);
        let check = stmt(StmtKind::If {
            cond: differ,
            then: sx_ir::Block { stmts: vec![no] },
            els: Default::default(),
        });
        let x = get(&mut f, i);
        let one = f.add_expr(
            Expr::Const {
                ty: Ty::I64,
                bits: 1,
            },
            loc,
        );
        let next = f.add_expr(
            Expr::Binary {
                op: BinaryOp::Add,
                ty: Ty::I64,
                a: x,
                b: one,
            },
            loc,
        );
        let step = stmt(StmtKind::Set {
            local: i,
            value: next,
        });
        let body = sx_ir::Block {
            stmts: vec![stop, check, step],
        };
        // Zero as locals are at entry, but said, for whoever watches what is read unset.
        let zero = f.add_expr(
            Expr::Const {
                ty: Ty::I64,
                bits: 0,
            },
            loc,
        );
        let start = stmt(StmtKind::Set {
            local: i,
            value: zero,
        });
        f.body = Some(sx_ir::Block {
            stmts: vec![
                first,
                start,
                stmt(StmtKind::Loop { label, body }),
                stmt(StmtKind::Trap(sx_ir::TrapKind::Unreachable)),
            ],
        });
        let id = self.m.add_func(f);
        self.bodies.insert(id, crate::sema::BodyState::Done);
        self.caches.helpers.insert("string_eq".into(), id);
        id
    }
}
