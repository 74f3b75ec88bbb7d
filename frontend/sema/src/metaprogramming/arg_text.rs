//! `#arg_text(param)`: the text of an argument, as default of a later parameter.

use sx_syntax::Span;
use sx_syntax::ast;

use crate::callables::calls::Arg;
use crate::emission::value::Val;
use crate::sema::{FnId, Res, Sema};

/// Where the arguments of a call stand, by parameter; none for those that are not given.
pub struct Arguments {
    params: &'static [ast::Param],
    given: Vec<Vec<Span>>,
}

fn span_of(arg: &Arg) -> Span {
    match arg {
        Arg::Expr(expr) | Arg::Slice(expr) => expr.span,
        Arg::Val(_, span) => *span,
        Arg::Trailing(decl) => decl.span,
    }
}

impl Sema<'_> {
    /// Before a call's arguments are evaluated.
    pub fn note_arguments(&mut self, f: FnId, slots: &[Option<Arg>], rest: &[Arg]) {
        let params: &'static [ast::Param] = &self.fn_info(f).decl.sig.params;
        let given = params
            .iter()
            .zip(slots)
            .map(|(param, slot)| match param.kind {
                ast::ParamKind::Plain | ast::ParamKind::Comptime => {
                    slot.iter().map(span_of).collect()
                }
                ast::ParamKind::Variadic | ast::ParamKind::ComptimePack => {
                    rest.iter().map(span_of).collect()
                }
            })
            .collect();
        self.caches.meta.arguments.push(Arguments { params, given });
    }

    pub fn forget_arguments(&mut self) {
        self.caches.meta.arguments.pop();
    }

    pub fn argument_text(&mut self, param: ast::Ident, span: Span) -> Res<Val> {
        let holds =
            |outer: Span| outer.file == span.file && outer.lo <= span.lo && span.hi <= outer.hi;
        // The call whose parameter's default this is.
        let found = self.caches.meta.arguments.iter().rev().find_map(|call| {
            let own = call.params.iter().position(|p| {
                p.default
                    .as_ref()
                    .is_some_and(|default| holds(default.span))
            })?;
            let at = call.params.iter().position(|p| p.name.name == param.name);
            Some((call, own, at))
        });
        let Some((call, own, at)) = found else {
            return Err(self.error(span, "`#arg_text` is only legal in a parameter's default"));
        };
        let Some(at) = at.filter(|at| *at < own) else {
            return Err(self.error(
                param.span,
                format!(
                    "`#arg_text` names an earlier parameter; '{}' is none",
                    param.name
                ),
            ));
        };
        let mut spans = call.given[at].clone();
        if spans.is_empty()
            && let Some(default) = &call.params[at].default
        {
            spans.push(default.span);
        }
        spans.iter().for_each(|span| self.record_text(*span));
        let texts: Vec<String> = spans
            .iter()
            .map(|span| sx_syntax::normalised(&self.span_text(*span)))
            .collect();
        Ok(self.str_val(texts.join(", ").as_bytes()))
    }
}
