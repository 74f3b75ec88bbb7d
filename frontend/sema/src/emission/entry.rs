//! The program's entry: `main`, the C function around it, and what it calls when an error leaves it.

use smallvec::smallvec;
use sx_ir::{
    BinaryOp, CallConv, FuncId, Function, Linkage, Param, ParamAttr, Signature, StmtKind, Symbol,
    Ty, TypeId, TypeKind,
};
use sx_syntax::{Diagnostic, Span};

use crate::api::Goal;
use crate::callables::functions::Target;
use crate::emission::value::Piece;
use crate::sema::{DeclSyntax, Entity, Env, Failed, ModId, Res, Sema};

impl Sema<'_> {
    pub fn main_function(&mut self) -> Res<Option<FuncId>> {
        let name = Symbol::intern("main");
        let root = self.module(ModId(0));
        let mut found = root.names.get(&name).copied();
        if found.is_none() {
            for set in root.flat_imports.clone() {
                for module in self.import_sets[set.0 as usize].modules.clone() {
                    if let Some(decl) = self.module(module).names.get(&name).copied()
                        && matches!(self.decl(decl).syntax, DeclSyntax::Fn(_))
                        && !self.decl(decl).private
                    {
                        found = found.or(Some(decl));
                    }
                }
            }
        }
        let decl = found.filter(|d| matches!(self.decl(*d).syntax, DeclSyntax::Fn(_)));
        let Some(decl) = decl else {
            if self.goal != Goal::Check {
                let diag = Diagnostic::error_without_span(
                    "no 'main' function found; a program needs the top-level entry point `main :: () { .. }`",
                );
                self.report(diag);
            }
            return Ok(None);
        };
        let Entity::Fn(f) = self.resolve_decl(decl)? else {
            return Ok(None);
        };
        let fn_decl = self.fn_info(f).decl;
        let span = self.decl(decl).name_span;
        if !fn_decl.sig.params.is_empty() {
            return Err(self.error(fn_decl.sig.span, "main: parameters must be empty"));
        }
        let instance = self.instantiate_fn(f, Vec::new(), Vec::new(), span)?;
        // The symbol belongs to what calls it.
        let linkage = &mut self.m.funcs[instance.func.index()].linkage;
        if matches!(linkage, Linkage::Export(symbol) if symbol == "main") {
            *linkage = Linkage::Internal;
        }
        let ret = instance.ty.ret;
        let ret_span = fn_decl.sig.ret.as_ref().map_or(span, |r| r.span);
        match self.m.types.kind(ret).clone() {
            TypeKind::Void => {}
            TypeKind::Int { .. } | TypeKind::Usize | TypeKind::Isize => {}
            TypeKind::Failable { values, .. } => match values.as_slice() {
                [] => {}
                [(_, one)] if self.is_integer(*one) => {}
                _ => {
                    let shown = self.type_name(ret);
                    let message = format!(
                        "main: a failable result with a value must be `(int, !)`; got '{shown}'"
                    );
                    return Err(self.reject_main(instance.func, ret_span, message));
                }
            },
            _ => {
                let shown = self.type_name(ret);
                let message =
                    format!("main: return type must be void, an integer, or `!`; got '{shown}'");
                return Err(self.reject_main(instance.func, ret_span, message));
            }
        }
        self.main_wrapper(&instance, ret, span).map(Some)
    }

    /// Told last, when the body has been looked at.
    pub fn reject_main(&mut self, body: FuncId, span: Span, message: String) -> Failed {
        self.caches.rejected_main = Some(body);
        let failed = self.error(span, message);
        self.caches.late.push(self.diags.len() - 1);
        failed
    }

    /// `int main(int, char **)` around the program's `main`.
    pub fn main_wrapper(
        &mut self,
        instance: &crate::sema::FnInstance,
        ret: TypeId,
        span: Span,
    ) -> Res<FuncId> {
        let plain = |ty| Param {
            ty,
            attr: ParamAttr::None,
        };
        let int = self.cfg.target.c_extension(32, true);
        let params = [
            Param {
                ty: Ty::I32,
                attr: int,
            },
            plain(Ty::Ptr),
        ];
        let sig = self.m.add_sig(Signature {
            conv: CallConv::C,
            params: params.to_vec(),
            results: vec![Ty::I32],
            result_attr: int,
            variadic: false,
            noreturn: false,
        });
        // Without a name it does not show in stack traces.
        let func = Function::new(
            String::new(),
            Linkage::Export("main".into()),
            sig,
            &params,
            sx_ir::LocId(0),
        );
        let env = Env::root(ModId(0));
        let mut cx = self.new_cx(func, env, String::new(), span);
        let result = self.emit_call(&mut cx, Target::Direct(instance.func), &instance.ty, &[]);
        let status = match self.m.types.kind(ret).clone() {
            TypeKind::Failable { values, .. } => {
                let pieces = self.pieces(&mut cx, &result);
                let tag = pieces.last().copied().unwrap_or(Piece::Const(Ty::I32, 0));
                let tag = cx.pin(tag);
                let failed = cx.binary(BinaryOp::Ne, tag, Piece::Const(Ty::I32, 0));
                let cond = cx.use_piece(failed);
                cx.open();
                let name = self.error_name_of(&mut cx, tag)?;
                let words = self.pieces(&mut cx, &name);
                let report = self.report_unhandled_fn();
                cx.call_direct(report, &[tag, words[0], words[1]], &[]);
                let one = cx.use_piece(Piece::Const(Ty::I32, 1));
                cx.emit(StmtKind::Return(smallvec![one]));
                let then = cx.close();
                cx.dead = false;
                cx.emit(StmtKind::If {
                    cond,
                    then,
                    els: Default::default(),
                });
                match values.as_slice() {
                    [(_, ty)] => self.number_piece(&mut cx, pieces[0], *ty, TypeId::I32),
                    _ => Piece::Const(Ty::I32, 0),
                }
            }
            TypeKind::Void => Piece::Const(Ty::I32, 0),
            _ => {
                let piece = self.piece(&mut cx, &result);
                self.number_piece(&mut cx, piece, ret, TypeId::I32)
            }
        };
        // The low 8 bits are the exit status.
        let low = cx.binary(BinaryOp::And, status, Piece::Const(Ty::I32, 0xff));
        let value = cx.use_piece(low);
        cx.emit(StmtKind::Return(smallvec![value]));
        Ok(self.finish_cx(cx))
    }

    /// The runtime's report of an error leaving `main`.
    pub fn report_unhandled_fn(&mut self) -> FuncId {
        let name = "sx_trace_report_unhandled";
        if let Some(func) = self.caches.helpers.get(name) {
            return *func;
        }
        let plain = |ty| Param {
            ty,
            attr: ParamAttr::None,
        };
        let tag = Param {
            ty: Ty::I32,
            attr: self.cfg.target.c_extension(32, false),
        };
        let params = [tag, plain(Ty::Ptr), plain(Ty::I64)];
        let sig = self.m.add_sig(Signature {
            conv: CallConv::C,
            params: params.to_vec(),
            results: vec![],
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        });
        let linkage = Linkage::Extern {
            symbol: name.into(),
            library: None,
        };
        let func = self.m.add_func(Function::new(
            name.into(),
            linkage,
            sig,
            &params,
            sx_ir::LocId(0),
        ));
        self.caches.helpers.insert(name.into(), func);
        func
    }
}
