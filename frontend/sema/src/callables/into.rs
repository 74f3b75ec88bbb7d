//! User conversions: `xx` and `.(T)` through `Into` (reference part 2 §5.6).

use sx_ir::TypeId;
use sx_syntax::{Diagnostic, Span};

use crate::callables::functions::Target;
use crate::declarations::impls::ImplMatch;
use crate::emission::fncx::FnCx;
use crate::emission::value::Val;
use crate::sema::{ImplTarget, Res, Sema, TemplateId};

impl Sema<'_> {
    /// `xx v` through `impl Into(T) for S`, if one is visible where the code stands.
    pub fn convert_into(
        &mut self,
        cx: &mut FnCx,
        val: &Val,
        want: TypeId,
        span: Span,
    ) -> Res<Option<Val>> {
        let mut visible = Vec::new();
        let mut hidden = Vec::new();
        loop {
            for template in self.conversions() {
                let args = vec![self.ct_of_type(want)];
                for m in self.impls_of(template, Some(&args), val.ty)? {
                    let module = self.impls[m.id.index()].module;
                    if self.reaches(cx.module, module) {
                        visible.push(m)
                    } else {
                        hidden.push(module)
                    }
                }
            }
            // Nobody may have mentioned the protocol before.
            if !visible.is_empty() || !hidden.is_empty() || !self.make_inserted_impls() {
                break;
            }
        }
        let (a, b) = (self.type_name(val.ty), self.type_name(want));
        // An exact impl wins over a pattern; heads are sorted that way.
        let exact = |s: &Self, m: &ImplMatch| {
            matches!(
                s.impls[m.id.index()].resolved.as_ref().map(|h| &h.target),
                Some(ImplTarget::Type(_))
            )
        };
        if visible.len() > 1 && exact(self, &visible[0]) == exact(self, &visible[1]) {
            let name =
                |s: &Self, m: &ImplMatch| s.module(s.impls[m.id.index()].module).shown.clone();
            let (p, q) = (name(self, &visible[0]), name(self, &visible[1]));
            return Err(self.error(
                span,
                format!(
                    "two conversions from '{a}' to '{b}' are visible here: one in {p}, one in {q}"
                ),
            ));
        }
        let Some(m) = visible.first() else {
            if let Some(module) = hidden.first() {
                let file = self.module(*module).shown.clone();
                let diag =
                    Diagnostic::error(span, format!("no visible conversion from '{a}' to '{b}'"))
                        .with_help(
                            None,
                            format!(
                                "an `impl Into({b}) for {a}` is in {file}; #import that module"
                            ),
                        );
                return Err(self.report(diag));
            }
            return Ok(None);
        };
        let methods = self.impl_methods(m, val.ty)?;
        let Some((_, method)) = methods.iter().find(|(n, _)| **n == "convert") else {
            return Ok(None);
        };
        if cx.fn_id == Some(*method) {
            return Err(self.error(span, format!("recursive xx conversion from '{a}' to '{b}'")));
        }
        let instance = self.instantiate_fn(*method, Vec::new(), Vec::new(), span)?;
        let Some(receiver) = instance.ty.params.first().copied() else {
            return Ok(None);
        };
        let recv = self.adapt_receiver(cx, val, receiver, span)?;
        let out = self.emit_call(cx, Target::Direct(instance.func), &instance.ty, &[recv]);
        if out.ty == want {
            Ok(Some(out))
        } else {
            self.coerce(cx, out, want, span).map(Some)
        }
    }

    /// The library's `Into` (and its like: matched by name).
    fn conversions(&mut self) -> Vec<TemplateId> {
        self.enter_impls();
        (0..self.templates.len())
            .map(|i| TemplateId(i as u32))
            .filter(|t| self.templates[t.index()].name == "Into")
            .filter(|t| self.protocol_decl(*t).is_some_and(|p| p.params.len() == 1))
            .collect()
    }
}
