//! Names as values: variables, captures, entities.

use crate::comptime::purpose::Purpose;
use crate::declarations::lookup::Name;
use crate::emission::fncx::{CaptureSlot, FnCx, Variable};
use crate::emission::value::{Access, Addr, Place, Val};
use crate::sema::{Binding, DeclId, DeclSyntax, Entity, Failed, Res, Sema, VarId};
use sx_ir::TypeId;
use sx_syntax::Span;
use sx_syntax::ast::{self};

impl Sema<'_> {
    pub fn lower_ident(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        if name.is_discard() {
            return Err(self.error(span, "the discard `_` has no value to read"));
        }
        let env = cx.env().clone();
        let written = name;
        let name = self.spelled(&env, name)?;
        if !name.is_raw()
            && name.name.is_special()
            && crate::declarations::types_eval::is_int_name(name.as_str())
            && env.get(name.name).is_none()
        {
            // A visible value of the reserved name wins in value position.
            if !matches!(
                self.lookup_module(env.module, name.name),
                crate::declarations::lookup::Found::Decl(_)
            ) {
                let ty = self.int_by_name(name.as_str());
                return Ok(Val::type_value(ty));
            }
        }
        match self.try_resolve_name(&env, written)? {
            Some(Name::Binding(binding)) => self.lower_binding(cx, name, binding, want, span),
            Some(Name::Entity(entity, decl)) => {
                self.lower_entity(cx, entity, decl, name, want, span)
            }
            Some(Name::BuiltinType(ty)) => Ok(Val::type_value(ty)),
            None => match name.as_str() {
                "context" => self.lower_context(cx, span),
                "OS" | "ARCH" | "POINTER_SIZE" => self.target_constant(cx, name, span),
                "Self" => match cx.owner {
                    Some(owner) => Ok(Val::type_value(owner)),
                    None => Err(self.error(span, "`Self` is usable only in protocol declarations")),
                },
                _ => {
                    let diag = self.unresolved(&env, name);
                    Err(self.report(diag))
                }
            },
        }
    }

    pub fn lower_binding(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        binding: Binding,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match binding {
            Binding::Var { cx: id, var } => self.variable(cx, name, id, var, true),
            Binding::Ct(val) => {
                if let Some(whole) = self.parameter_union(cx, name)? {
                    return Ok(whole);
                }
                let given = self.val_of_ct(cx, &val);
                let _ = want;
                Ok(given)
            }
            Binding::Type(ty) => Ok(Val::type_value(ty)),
            Binding::Decl(decl) => {
                let entity = self.resolve_decl(decl)?;
                self.lower_entity(cx, entity, decl, name, want, span)
            }
            Binding::Lazy { quote, ty } => {
                let val = self.insert_value(cx, quote, Some(ty), span)?;
                self.coerce(cx, val, ty, span)
            }
            Binding::Pack { .. } | Binding::TypePack(_) => self.bare_pack(cx, name, want, span),
            Binding::Poison => Err(Failed),
        }
    }

    pub fn variable(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        owner: u32,
        var: VarId,
        narrow: bool,
    ) -> Res<Val> {
        // A default of a nested function's parameter is evaluated where the locals around the function are.
        if let Some((_, scope)) = self.caches.defaults.last()
            && cx.env().is_outside(name.name, scope)
        {
            return Err(self.no_enclosing_local(name));
        }
        let constant = self.caches.local_constants.get(&(owner, var)).cloned();
        if let Some(constant) = constant
            && cx.comptime
            && owner != cx.id
        {
            let purpose = Purpose::Constant(name.name);
            let val = self.comptime_value(&constant.env, constant.value, constant.ty, &purpose)?;
            return Ok(self.val_of_ct(cx, &val));
        }
        let var = if owner == cx.id {
            var
        } else {
            self.capture(cx, name, owner, var)?
        };
        let info = cx.var(var).clone();
        if let Some(error) = info.guarded_by {
            let error_name = cx.var(error).name;
            let diag = crate::statements::flow_check::unproven(name.span, info.name, error_name);
            return Err(self.report(diag));
        }
        let place = cx.var_place(var);
        let mut val = Val::place(place);
        if self.caches.meta.lazy.contains(&(cx.id, var)) {
            return Ok(self.read_lazy(cx, var, val));
        }
        val.literal = info.names_function;
        if narrow && info.narrowed {
            cx.note_narrowed_read(var, name.span);
            // A loop or a pointer may have emptied it since; where neither has, the check goes away.
            Ok(self.unwrap(cx, &val))
        } else {
            Ok(val)
        }
    }

    pub fn no_enclosing_local(&mut self, name: ast::Ident) -> Failed {
        let text = format!(
            "a nested function cannot reference the enclosing local '{}' — use a closure ('k := () => ...') to capture it",
            name.name
        );
        self.error(name.span, text)
    }

    /// A variable of an enclosing function: copied into the lambda's environment, or an error in a nested function.
    pub fn capture(
        &mut self,
        cx: &mut FnCx,
        name: ast::Ident,
        owner: u32,
        var: VarId,
    ) -> Res<VarId> {
        if let Some(slot) = cx
            .captures
            .iter()
            .find(|c| c.outer_cx == owner && c.outer == var)
        {
            return Ok(slot.inner);
        }
        let Some(info) = cx
            .enclosing
            .iter()
            .find(|(id, _)| *id == owner)
            .and_then(|(_, vars)| vars.get(var.0 as usize))
            .cloned()
        else {
            if cx.comptime
                && let Some(stand_ins) = &mut self.caches.typing
                && let Some(ty) = self.caches.var_types.get(owner, var)
            {
                // Only its type is asked for.
                *stand_ins = true;
                let addr = self.slot(cx, ty);
                return Ok(cx.add_var(name.name, ty, addr, Access::Mutable, name.span));
            }
            let what = if self.in_code_put() {
                format!(
                    "'{0}' is a variable of the function that makes this code and has no value where the code is put; splice its value: `#({0})`",
                    name.name
                )
            } else if cx.comptime {
                format!(
                    "'{}' is a run-time variable; it has no value at compile time",
                    name.name
                )
            } else {
                return Err(self.no_enclosing_local(name));
            };
            return Err(self.error(name.span, what));
        };
        if self.captures_by_address(cx) {
            return self.capture_address(cx, owner, var, &info);
        }
        let layout = self.m.types.layout(info.ty);
        let end = cx
            .captures
            .last()
            .map_or(0, |c| c.offset + self.m.types.size_of(c.ty));
        let offset = end.next_multiple_of(layout.align.max(1));
        // Each call starts from the captured values: they are copied out of the environment at entry.
        let addr = self.slot(cx, info.ty);
        let Some(env) = cx.env_param else {
            return Err(Failed);
        };
        let saved = std::mem::take(&mut cx.blocks);
        let dead = std::mem::replace(&mut cx.dead, false);
        cx.blocks.push(Vec::new());
        cx.copy(addr, Addr::Ptr(env, offset), layout.size);
        let copy = cx.blocks.pop().unwrap_or_default();
        cx.prologue.extend(copy);
        cx.blocks = saved;
        cx.dead = dead;
        let access = match info.access {
            Access::Capture(..) | Access::RefCapture(_) | Access::LocalConstant(_) => {
                info.access.clone()
            }
            Access::Mutable | Access::Constant(_) | Access::Context | Access::Temporary => {
                Access::Mutable
            }
        };
        Ok(self.add_capture(cx, (owner, var), &info, (addr, access), offset))
    }

    /// The variable of this function that stands for one of an enclosing function.
    pub fn add_capture(
        &mut self,
        cx: &mut FnCx,
        (owner, var): (u32, VarId),
        info: &Variable,
        (addr, access): (Addr, Access),
        offset: u64,
    ) -> VarId {
        let inner = cx.add_var(info.name, info.ty, addr, access, info.span);
        let copy = cx.var_mut(inner);
        copy.errors = info.errors;
        copy.seen_as = info.seen_as.clone();
        copy.names_function = info.names_function;
        cx.captures.push(CaptureSlot {
            outer_cx: owner,
            outer: var,
            ty: info.ty,
            offset,
            inner,
        });
        if self.caches.meta.lazy.contains(&(owner, var)) {
            self.caches.meta.lazy.insert((cx.id, inner));
        }
        inner
    }

    pub fn lower_entity(
        &mut self,
        cx: &mut FnCx,
        entity: Entity,
        decl: DeclId,
        name: ast::Ident,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        match entity {
            Entity::Ct(val) => Ok(self.val_of_ct(cx, &val)),
            Entity::ConstGlobal { global, val } => {
                let info = self.decl(decl);
                let place = self.const_place(info.name, global, val.ty, info.local);
                Ok(Val::place(place))
            }
            Entity::RtConst => {
                let info = self.decl(decl);
                let (env, syntax) = (info.env.clone(), info.syntax.clone());
                let DeclSyntax::Const(constant) = syntax else {
                    return Err(Failed);
                };
                let ty = match &constant.ty {
                    Some(ty) => Some(self.eval_type(&env, ty)?),
                    None => None,
                };
                // Evaluated here, in the scope it was written in.
                cx.push_scope_env(env.child());
                let val = self.lower_expr(cx, &constant.value, ty);
                cx.scopes.pop();
                let val = val?;
                match ty {
                    Some(ty) => self.coerce(cx, val, ty, span),
                    None => Ok(val),
                }
            }
            Entity::Global { global, ty } => Ok(Val::place(Place {
                addr: Addr::Global(global, 0),
                ty,
                access: Access::Mutable,
            })),
            Entity::Type(ty) => Ok(Val::type_value(ty)),
            Entity::Template(template) => {
                let ty = self.template_without_args(template, span)?;
                Ok(Val::type_value(ty))
            }
            Entity::Fn(f) => self.function_value(cx, f, want, span),
            Entity::UfcsAlias(f) => self.function_value(cx, f, want, span),
            Entity::Namespace(_) => Err(self.error(
                span,
                format!(
                    "'{}' is a namespace, not a value; name one of its members",
                    name.name
                ),
            )),
            Entity::Library(_) => {
                Err(self.error(span, format!("'{}' is a library, not a value", name.name)))
            }
        }
    }
}
