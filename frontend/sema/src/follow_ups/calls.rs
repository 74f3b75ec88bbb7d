//! A function that no call fits, and all for one reason, is declared wrongly: the mistake is told where it shows first.

use rustc_hash::{FxHashMap, FxHashSet};
use sx_syntax::{Diagnostic, Span, ast};

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
    /// A call has been lowered, or rejected with what there is to tell since there were `before` diagnostics.
    pub fn note_call(
        &mut self,
        f: FnId,
        call: &'static ast::CallExpr,
        span: Span,
        fits: bool,
        before: usize,
    ) {
        if fits {
            self.caches.mistakes.called.insert(f);
            return;
        }
        let decl = self.fn_info(f).decl.span;
        // Mistakes within arguments say nothing of the rest: the declaration is taken to be right.
        let mut within = false;
        for diag in self.diags.get(before..).unwrap_or(&[]) {
            let Some(at) = diag.span.filter(|_| tells_of_declaration(&diag.message)) else {
                continue;
            };
            let args = call.args.iter();
            let of = |arg: &ast::Arg| arg.value.span == at || value_span(&arg.value) == at;
            let arg = args.into_iter().position(of);
            let whole = at == span || at == crate::callables::declared::call_site(call, span);
            within |= arg.is_none() && !whole;
            if arg.is_some() || whole {
                let known = self.caches.mistakes.calls.entry(decl).or_default();
                known.rejected.insert(at, arg.map_or(0, |arg| arg + 1));
            }
        }
        if within {
            self.caches.mistakes.calls.entry(decl).or_default().unknown = true;
        }
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
    let starts = ["cannot coerce a value ", "argument '", "enum literal '"];
    starts.iter().any(|start| message.starts_with(start))
        || message.contains("' expects ")
        || message.contains("' takes no receiver")
}
