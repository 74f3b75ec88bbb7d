//! One mistake, one error (reference part 3 §8): what else it is told to be shows when all has been looked at, for code
//! is looked at in an order of its own.

mod calls;
mod imports;
mod repeats;
mod results;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{FuncId, SlotId};
use sx_syntax::ast::{self, ExprKind, MemberKind};
use sx_syntax::{DiagKind, Diagnostic, Span};

use crate::sema::{Env, FnId, ImplInfo, Sema};

/// Errors that are compared with each other.
const MOST_COMPARED: usize = 500;

/// What is noted while code is looked at.
#[derive(Default)]
pub struct Mistakes {
    /// The scopes of the instances in which a mistake has shown.
    in_instances: FxHashMap<Span, FxHashSet<*const Env>>,
    /// Functions with a call that fits.
    called: Marks,
    /// Functions that return something that their result types take.
    returned: Marks,
    /// What the values that functions return have to do with their result types.
    pub results: FxHashMap<FnId, results::Returned>,
    /// How calls went, by the called declaration.
    calls: FxHashMap<Span, calls::Called>,
    /// Captures whose elements can't be assigned to, and that have been.
    pub captures: FxHashSet<(FuncId, SlotId)>,
    /// Names of variables whose types don't fit what they begin with: either may be the mistake.
    pub mistyped: FxHashSet<Span>,
}

/// A set of functions that most functions are in.
#[derive(Default)]
struct Marks(Vec<bool>);

impl Marks {
    fn insert(&mut self, f: FnId) {
        if self.0.len() <= f.index() {
            self.0.resize(f.index() + 1, false);
        }
        self.0[f.index()] = true;
    }

    fn contains(&self, f: FnId) -> bool {
        self.0.get(f.index()).copied().unwrap_or(false)
    }
}

fn note(diag: &mut Diagnostic, span: Span, message: &str) {
    let note = Diagnostic::new(DiagKind::Note, message, Some(span));
    diag.children.push(note);
}

/// What stands first in quotes in a message.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('\'')?;
    Some(rest.split_once('\'')?.0)
}

fn within(span: Span, outer: Span) -> bool {
    span.file == outer.file && span.lo >= outer.lo && span.hi <= outer.hi
}

impl Sema<'_> {
    /// Diagnostics in the order of telling, without those that others bring about.
    pub fn without_follow_ups(&mut self, told: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let errors = told.iter().filter(|diag| diag.is_error()).count();
        let all = match errors {
            0 | 1 => Vec::new(),
            _ => told.clone(),
        };
        let told = match errors {
            0 => return told,
            1 => self.with_missing_prelude(told),
            // What is wrong is plain without this, which takes its time.
            n if n > MOST_COMPARED => told,
            _ => {
                let left = self.without_doubtful_calls(told);
                let left = self.without_doubtful_results(left);
                let left = self.with_missing_prelude(left);
                repeats::merged(
                    left,
                    &self.sources,
                    &self.unfit_calls(),
                    &|protocol, method| self.impls_lack(protocol, method),
                )
            }
        };
        // If each seems to follow from another, none is known not to.
        let told = match told.iter().any(Diagnostic::is_error) {
            true => told,
            false => all,
        };
        self.with_other_instances(told)
    }

    /// An error is told of, or in, the instance whose body is being looked at.
    pub fn note_instance(&mut self, span: Span) {
        if let Some(instance) = &self.caches.meta.instance {
            let scope = instance.scope();
            let told = &mut self.caches.mistakes.in_instances;
            told.entry(span).or_default().insert(scope);
        }
    }

    fn with_other_instances(&self, mut told: Vec<Diagnostic>) -> Vec<Diagnostic> {
        // What shows without an instance shows in all.
        let of_instance = |diag: &Diagnostic| {
            let mut notes = diag.children.iter();
            notes.any(|note| note.message.starts_with("in the instance"))
        };
        for diag in told.iter_mut().filter(|diag| of_instance(diag)) {
            let instances = &self.caches.mistakes.in_instances;
            let instances = diag.span.and_then(|span| instances.get(&span));
            let more = instances.map_or(0, |instances| instances.len().saturating_sub(1));
            if more > 0 {
                let message = match more {
                    1 => "in another instance, too".to_string(),
                    n => format!("in {n} other instances, too"),
                };
                diag.children
                    .push(Diagnostic::new(DiagKind::Note, message, None));
            }
        }
        told
    }

    /// Whether a protocol has impls, and none of them has a method: the protocol's name for it is wrong.
    fn impls_lack(&self, protocol: &str, method: &str) -> bool {
        let of = |name: ast::Ident| name.as_str() == protocol;
        let mut impls = self
            .impls
            .iter()
            .filter(|info| match &info.decl.protocol.kind {
                ExprKind::Ident(name) | ExprKind::Field { name, .. } => of(*name),
                _ => false,
            });
        let may_have = |member: &ast::Member| match &member.kind {
            MemberKind::Decl(decl) => decl.name.as_str() == method,
            // Which ones these make isn't looked at.
            MemberKind::Inline(_) | MemberKind::Insert(_) => true,
            MemberKind::Field(_)
            | MemberKind::Using(_)
            | MemberKind::Anon(_)
            | MemberKind::Assert(_) => false,
        };
        let lacks = |info: &ImplInfo| !info.decl.members.iter().any(may_have);
        impls.next().is_some_and(lacks) && impls.all(lacks)
    }

    /// A function whose parameters have a mistake of their own may well take what it is given.
    fn without_doubtful_calls(&self, told: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let doubtful = self.signatures_with_mistakes(&told);
        let property = told.iter().any(|diag| {
            diag.message
                .starts_with("a `#get` method takes `self` alone")
        });
        let follows = |diag: &Diagnostic| {
            let of_call = diag.message.starts_with("the ufcs function '")
                || diag.message.contains("' is not a ufcs function ");
            of_call && quoted(&diag.message).is_some_and(|name| doubtful.contains(name))
                || property && diag.message == "a `#get` method takes `self`"
        };
        told.into_iter().filter(|diag| !follows(diag)).collect()
    }
}
