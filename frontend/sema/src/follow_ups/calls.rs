//! A function that no call fits, and all for one reason, is declared wrongly: the mistake is told where it shows first.

use rustc_hash::{FxHashMap, FxHashSet};
use sx_syntax::ast::{self, ExprKind, ParamKind};
use sx_syntax::{Diagnostic, Span};

use super::note;
use crate::callables::declared::call_site;
use crate::sema::{FnId, Sema};
use crate::statements::control::value_span;

/// What is known of the calls of one declaration.
#[derive(Default)]
pub struct Called {
    /// Arguments of other calls have mistakes of their own.
    unknown: bool,
    /// Where mistakes of calls are, and of which argument each.
    rejected: FxHashMap<Span, usize>,
}

impl Sema<'_> {
    /// A call has been lowered, or rejected with what there is to tell since there were so many diagnostics.
    pub fn note_call(
        &mut self,
        f: FnId,
        call: &'static ast::CallExpr,
        on_value: bool,
        span: Span,
        outcome: Result<(), usize>,
    ) {
        let Err(before) = outcome else {
            self.caches.mistakes.called.insert(f);
            return;
        };
        let decl = self.fn_info(f).decl;
        let receiver = match &call.callee.kind {
            ExprKind::Field { base, .. } if on_value => Some(base.span),
            _ => None,
        };
        let mut told: Vec<(usize, usize)> = Vec::new();
        for (index, diag) in self.diags.iter().enumerate().skip(before) {
            let Some(at) = diag.span else { continue };
            let mut args = call.args.iter();
            let of = |arg: &ast::Arg| arg.value.span == at || value_span(&arg.value) == at;
            // A call that is an argument has mistakes of its own there.
            let arg = args
                .position(of)
                .filter(|_| tells_of_argument(&diag.message));
            let whole = at == span || at == call_site(call, span) || receiver == Some(at);
            let known = self.caches.mistakes.calls.entry(decl.span).or_default();
            if arg.is_none() && !whole {
                // It says nothing of the rest: the declaration is taken to be right.
                known.unknown = true;
            } else if tells_of_declaration(&diag.message) {
                known.rejected.insert(at, arg.map_or(0, |arg| arg + 1));
                told.extend(arg.map(|arg| (index, arg)));
            }
        }
        if self.in_library_module(self.fn_info(f).module) {
            return;
        }
        for (index, arg) in told {
            let param = decl.sig.params.get(arg + usize::from(on_value));
            let named = call.args[arg].name.is_some();
            let spreads = call.args[..arg]
                .iter()
                .any(|arg| matches!(arg.value.kind, ExprKind::Spread(_)) || arg.name.is_some());
            if let Some(param) = param
                && !named
                && !spreads
                && param.kind == ParamKind::Plain
            {
                note(
                    &mut self.diags[index],
                    param.span,
                    "the parameter is declared here",
                );
            }
        }
    }

    /// A function doesn't take the receiver of a call.
    pub fn note_receiver(&mut self, f: FnId, at: Span) {
        let decl = self.fn_info(f).decl.span;
        let known = self.caches.mistakes.calls.entry(decl).or_default();
        known.rejected.insert(at, 0);
    }

    /// What the errors of calls that nothing fits are about, by their places.
    pub(super) fn unfit_calls(&self) -> FxHashMap<Span, String> {
        let mut out = FxHashMap::default();
        let known = &self.caches.mistakes;
        // A declaration is as many functions as there are instances around it.
        let all = (0..self.fns.len()).map(|index| FnId(index as u32));
        let fitting = all.filter(|f| known.called.contains(*f));
        let fitting: FxHashSet<Span> = fitting.map(|f| self.fn_info(f).decl.span).collect();
        for (decl, called) in &known.calls {
            if !called.unknown && !fitting.contains(decl) {
                let of = |arg: usize| format!("argument {arg} of {decl:?}");
                out.extend(called.rejected.iter().map(|(at, arg)| (*at, of(*arg))));
            }
        }
        out
    }

    /// What is called by functions without a mistake in their signatures.
    pub(super) fn signatures_with_mistakes(&self, told: &[Diagnostic]) -> FxHashSet<&'static str> {
        let spans: Vec<Span> = told.iter().filter_map(|diag| diag.span).collect();
        let mistaken = |sig: Span| spans.iter().any(|span| super::within(*span, sig));
        let decls = self.fns.iter().map(|info| info.decl);
        let named = decls.filter_map(|decl| Some((decl.name?, decl.sig.span)));
        named
            .filter(|(_, sig)| mistaken(*sig))
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

/// Whether what is wrong with a call may as well be wrong with what it calls.
fn tells_of_declaration(message: &str) -> bool {
    tells_of_argument(message)
        || message.contains("' expects ")
        || message.contains("' takes no receiver")
}

/// The same of what one argument is given for.
fn tells_of_argument(message: &str) -> bool {
    let starts = ["cannot coerce a value ", "argument '", "enum literal '"];
    starts.iter().any(|start| message.starts_with(start))
}
