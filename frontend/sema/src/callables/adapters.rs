//! Function names as values, and the adapters between functions, closures and protocol slots.

use sx_ir::types::FnType;
use sx_ir::{FuncId, Function, Linkage, Ty, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ParamKind};

use crate::callables::closures::Locals;
use crate::callables::functions::{Passing, Target};
use crate::callables::generics::mentions_dollar;
use crate::emission::fncx::{AdapterShape, FnCx};
use crate::emission::value::{Access, Addr, Piece, Place, Val, ValKind};
use crate::sema::{BodyState, Env, Failed, FnId, FnInstance, ModId, Res, Sema};
use crate::statements::error_flow::Source;

/// What an adapter calls and how it is called itself.
struct Adapter<'a> {
    target: FuncId,
    target_ty: &'a FnType,
    own_ty: &'a FnType,
    shape: AdapterShape,
}

impl Sema<'_> {
    /// A function named where a value is wanted.
    pub fn function_value(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        want: Option<TypeId>,
        span: Span,
    ) -> Res<Val> {
        let info = self.fn_info(f);
        let (decl, name, intrinsic) = (info.decl, info.name.clone(), info.intrinsic);
        if intrinsic {
            return Err(self.error(
                span,
                format!("'{name}' is an intrinsic: it can be called but has no value"),
            ));
        }
        let instance = if is_generic(decl) {
            let target = want.map(|w| self.strip_optionals(w));
            match target.map(|t| self.m.types.kind(t).clone()) {
                Some(TypeKind::Function(f_ty) | TypeKind::Closure(f_ty)) => {
                    self.instance_for_type(f, &f_ty, span)?
                }
                _ => {
                    return Err(self.error(
                        span,
                        format!("generic function '{name}' is no value by itself: give the destination a function or closure type"),
                    ));
                }
            }
        } else {
            self.instantiate_fn(f, Vec::new(), Vec::new(), span)?
        };
        let ty = self.m.types.intern(TypeKind::Function(instance.ty.clone()));
        if want == Some(TypeId::TYPE) {
            return Ok(Val::type_value(ty));
        }
        self.note_reach(cx, instance.func);
        if let Some(shape) = self.error_shape(&instance.ty.params, instance.ty.ret) {
            self.note_called_as(Source::Shape(shape), instance.func, &instance.ty);
        }
        Ok(Val::scalar(ty, Piece::FuncAddr(instance.func)))
    }

    /// The instance of a generic function that has the wanted interface.
    fn instance_for_type(&mut self, f: FnId, want: &FnType, span: Span) -> Res<FnInstance> {
        let info = self.fn_info(f);
        let (decl, env, name) = (info.decl, info.env.clone(), info.name.clone());
        let scope = env.child();
        let mut types = want.params.iter().copied();
        let mut fits = true;
        for param in &decl.sig.params {
            match param.kind {
                ParamKind::Plain => match (&param.ty, types.next()) {
                    (Some(pattern), Some(ty)) => fits &= self.match_pattern(&scope, pattern, ty)?,
                    _ => fits = false,
                },
                ParamKind::Comptime | ParamKind::Variadic => fits = false,
                ParamKind::ComptimePack => {
                    let rest: Vec<TypeId> = types.by_ref().collect();
                    scope.bind(
                        param.name.name,
                        crate::sema::Binding::TypePack(std::rc::Rc::new(rest)),
                    );
                }
            }
        }
        fits &= types.next().is_none();
        if fits
            && let Some(ast::RetType {
                kind: ast::RetKind::Type(ret),
                ..
            }) = &decl.sig.ret
            && mentions_dollar(ret)
        {
            fits = self.match_pattern(&scope, ret, want.ret)?;
        }
        if !fits {
            let shown = self.m.types.intern(TypeKind::Function(want.clone()));
            let shown = self.type_name(shown);
            return Err(self.error(
                span,
                format!("generic function '{name}' does not fit the type '{shown}' expected here"),
            ));
        }
        let (statics, packs) = self.bound_names(&scope);
        self.instantiate_fn(f, statics, packs, span)
    }

    /// A function name becomes a closure without an environment.
    pub fn function_to_closure(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        f: &FnType,
        c: &FnType,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        let Some(func) = named_function(val) else {
            let (a, b) = (self.type_name(val.ty), self.type_name(want));
            return Err(self.error(
                span,
                format!("cannot coerce a value of type '{a}' to '{b}': only a function NAME becomes a closure; wrap the variable in a lambda"),
            ));
        };
        if f.params != c.params || f.variadic || self.widened_result(f.ret, c.ret) != c.ret {
            return Ok(None);
        }
        if let Some(shape) = self.error_shape(&c.params, c.ret) {
            self.note_called_as(Source::Shape(shape), func, f);
        }
        let adapter = self.adapter(
            Adapter {
                target: func,
                target_ty: f,
                own_ty: c,
                shape: AdapterShape::ClosureOverFn,
            },
            want,
            span,
        )?;
        self.note_reach(cx, adapter);
        Ok(Some(Val::regs(
            want,
            smallvec::smallvec![Piece::FuncAddr(adapter), Piece::Const(Ty::Ptr, 0)],
        )))
    }

    pub fn function_to_function(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        f: &FnType,
        g: &FnType,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        if f.c_conv != g.c_conv {
            let name = match named_function(val) {
                Some(func) => self.m.func(func).name.clone(),
                None => self.type_name(val.ty),
            };
            let conv = |c: bool| {
                if c {
                    "abi(.c)"
                } else {
                    "default sx convention"
                }
            };
            let (own, wanted) = (conv(f.c_conv), conv(g.c_conv));
            return Err(self.error(
                span,
                format!("call-convention mismatch: '{name}' is declared with {own} but the target type expects {wanted}"),
            ));
        }
        if f.params == g.params && f.ret == g.ret {
            return Ok(Some(self.retype(cx, val, want)));
        }
        let fails = |s: &Self, ty| matches!(s.m.types.kind(ty), TypeKind::Failable { .. });
        if fails(self, f.ret) && !fails(self, g.ret) {
            return Ok(None);
        }
        if fails(self, g.ret) && !fails(self, f.ret) {
            let Some(func) = named_function(val) else {
                return Ok(None);
            };
            if f.params != g.params || f.c_conv || self.widened_result(f.ret, g.ret) != g.ret {
                return Ok(None);
            }
            let shape = AdapterShape::Slot { by_value: None };
            let adapter = self.adapter(
                Adapter {
                    target: func,
                    target_ty: f,
                    own_ty: g,
                    shape,
                },
                want,
                span,
            )?;
            self.note_reach(cx, adapter);
            return Ok(Some(Val::scalar(want, Piece::FuncAddr(adapter))));
        }
        // Function words exchange their bits, like pointers.
        Ok(Some(self.retype(cx, val, want)))
    }

    /// A default-convention function over a lambda without captures.
    pub fn fn_over_closure(
        &mut self,
        func: FuncId,
        ty: &FnType,
        want: TypeId,
        own: &FnType,
        span: Span,
    ) -> Res<FuncId> {
        self.adapter(
            Adapter {
                target: func,
                target_ty: ty,
                own_ty: own,
                shape: AdapterShape::FnOverClosure,
            },
            want,
            span,
        )
    }

    /// What a protocol slot of function type `slot` holds for a method: the method itself if its receiver is a pointer.
    pub fn slot_function(&mut self, method: &FnInstance, slot: TypeId, span: Span) -> Res<FuncId> {
        let Some(receiver) = method.ty.params.first().copied() else {
            return Ok(method.func);
        };
        if matches!(self.m.types.kind(receiver), TypeKind::Pointer(_)) {
            return Ok(method.func);
        }
        let TypeKind::Function(own) = self.m.types.kind(slot).clone() else {
            return Err(Failed);
        };
        let shape = AdapterShape::Slot {
            by_value: Some(receiver),
        };
        self.adapter(
            Adapter {
                target: method.func,
                target_ty: &method.ty,
                own_ty: &own,
                shape,
            },
            slot,
            span,
        )
    }

    fn adapter(&mut self, adapter: Adapter<'_>, key: TypeId, span: Span) -> Res<FuncId> {
        if let Some(found) = self.caches.adapters.get(&(adapter.target, key)) {
            return Ok(*found);
        }
        let own_env = matches!(adapter.shape, AdapterShape::ClosureOverFn);
        let abi = self.abi(adapter.own_ty, own_env);
        let params = self.m.sig(abi.sig).params.clone();
        let target = self.m.func(adapter.target);
        let (name, loc) = (format!("{}.adapter", target.name), target.loc);
        let func = self.m.add_func(Function::new(
            name,
            Linkage::Internal,
            abi.sig,
            &params,
            loc,
        ));
        self.bodies.insert(func, BodyState::Lowering);
        self.caches.adapters.insert((adapter.target, key), func);
        self.fill_adapter(func, &adapter, span)?;
        Ok(func)
    }

    fn fill_adapter(&mut self, func: FuncId, adapter: &Adapter<'_>, span: Span) -> Res<()> {
        let own_env = matches!(adapter.shape, AdapterShape::ClosureOverFn);
        let abi = self.abi(adapter.own_ty, own_env);
        let shell = self.m.func(func).clone();
        let env = self
            .modules
            .first()
            .map_or_else(|| Env::root(ModId(0)), |m| m.env.clone());
        let name = shell.name.clone();
        let mut cx = self.new_cx(shell, env, name, span);
        cx.func_id = Some(func);
        cx.ret.ty = Some(adapter.own_ty.ret);
        let mut locals = Locals::first();
        locals.hidden(&mut cx, &abi, own_env);
        let mut args = Vec::new();
        for (i, (ty, passing)) in adapter.own_ty.params.iter().zip(&abi.params).enumerate() {
            if i == 0
                && let AdapterShape::Slot {
                    by_value: Some(receiver),
                } = adapter.shape
            {
                let addr = Addr::Ptr(locals.next(), 0);
                args.push(Val::place(Place {
                    addr,
                    ty: receiver,
                    access: Access::Mutable,
                }));
                continue;
            }
            args.push(match passing {
                Passing::Parts(parts) => Val::regs(
                    *ty,
                    parts
                        .iter()
                        .map(|part| Piece::Local(part.ty, locals.next()))
                        .collect(),
                ),
                Passing::Memory | Passing::CMemory => Val::mem(*ty, Addr::Ptr(locals.next(), 0)),
            });
        }
        let target = match adapter.shape {
            AdapterShape::FnOverClosure => {
                Target::Closure(Piece::FuncAddr(adapter.target), Piece::Const(Ty::Ptr, 0))
            }
            AdapterShape::ClosureOverFn | AdapterShape::Slot { .. } => {
                Target::Direct(adapter.target)
            }
        };
        if let Target::Closure(..) = target {
            self.note_reach(&cx, adapter.target);
        }
        let result = self.emit_call(&mut cx, target, adapter.target_ty, &args);
        if result.ty == TypeId::NORETURN {
            cx.dead = true;
        } else if result.ty == TypeId::VOID {
            self.return_value(&mut cx, None, span)?;
        } else if matches!(self.m.types.kind(result.ty), TypeKind::Failable { .. }) {
            // Failables of other sets have the same representation.
            let result = if self.flatten(result.ty).is_some() {
                self.retype(&mut cx, &result, adapter.own_ty.ret)
            } else {
                let addr = self.spill(&mut cx, &result);
                Val::mem(adapter.own_ty.ret, addr)
            };
            self.leave_with(&mut cx, Some(result), None)?;
        } else {
            self.return_value(&mut cx, Some(result), span)?;
        }
        self.finish_cx(cx);
        Ok(())
    }
}

/// The function a value names, as opposed to one held in a variable.
fn named_function(val: &Val) -> Option<FuncId> {
    match &val.kind {
        ValKind::Regs(pieces) => match pieces.as_slice() {
            [Piece::FuncAddr(func)] => Some(*func),
            _ => None,
        },
        ValKind::Mem(_) | ValKind::Place(_) => None,
    }
}

/// Whether calls of a function make instances by their arguments.
pub fn is_generic(decl: &ast::FnDecl) -> bool {
    decl.sig.params.iter().any(|p| match p.kind {
        ParamKind::Plain => p.ty.as_ref().is_some_and(mentions_dollar),
        ParamKind::Comptime | ParamKind::ComptimePack => true,
        ParamKind::Variadic => !matches!(
            p.ty.as_ref().map(|t| &t.kind),
            Some(ast::ExprKind::SliceType(_))
        ),
    })
}
