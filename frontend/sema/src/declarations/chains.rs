//! How the compiler came to where it is: for cycles and for families of instances that grow without end.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::func::{Callee, Expr, StmtKind};
use sx_ir::{FuncId, GlobalId, Symbol, TypeId};
use sx_syntax::ast::ExprKind;
use sx_syntax::{Diagnostic, Span};

use crate::comptime::output::Mark;
use crate::sema::{DeclId, DeclSyntax, EntityState, Failed, FnId, Sema};

/// Something under way that may need others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Decl(DeclId),
    /// An evaluation whose code is being lowered.
    Evaluation(FuncId),
    Body(FuncId),
    /// An instance of a generic type.
    Type(TypeId),
    /// A nominal type whose members are being worked out.
    Layout(TypeId),
    /// A call of a type function.
    TypeCall(Symbol, Span),
    /// The signature of a function for certain arguments.
    Signature(FnId),
    /// A variable's initial value.
    Global(GlobalId, Span),
    /// The default of a context field.
    ContextField(Symbol, Span),
    /// The default of a parameter, by its text.
    ParamDefault(Span),
    FieldDefault(Span),
    /// A form that makes declarations of a module, and its number: a loop makes many of one text.
    Forms(Span, u32),
}

/// What is under way, innermost last.
#[derive(Default)]
pub struct Chains {
    steps: Vec<Step>,
    /// In whose body an instance was first asked for.
    made_in: FxHashMap<FuncId, FuncId>,
    /// What is under way and may be left, outermost first.
    tried: Vec<Tried>,
    given_up: Option<GivenUp>,
    /// What was tried and left, each with what it needs: while that is under way, another try would end as the first one
    /// did.
    left: FxHashMap<Trial, Step>,
}

/// Something that nobody has to have: if it needs what was under way before it, it is left, and undone.
#[derive(Clone, Copy)]
struct Tried {
    /// Its step, as an index.
    step: usize,
    what: Trial,
    /// The output there was before.
    output: Option<Mark>,
}

impl Tried {
    fn is_form(&self) -> bool {
        match self.what {
            Trial::Form(_) => true,
            Trial::Body(_) | Trial::Layout(_) | Trial::Global(_) => false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trial {
    /// A form that is only asked whether it declares a name: it can't have it if it needs what asks. What its evaluations
    /// have begun stands.
    Form(u32),
    /// The body of a function that an evaluation has the address of, and may never call.
    Body(FuncId),
    /// The layout of a type that has been named; what is under way may only point to it.
    Layout(TypeId),
    /// The initial value of a variable; what is under way may only take its address.
    Global(GlobalId),
}

/// What was tried and needs what was under way before it: what it had begun is undone.
struct GivenUp {
    /// The step of what was tried.
    step: usize,
    /// What it needs of what was under way before it.
    needs: Step,
    /// The cycle there is if a form is all the same what the program lacks.
    told: Diagnostic,
}

impl Chains {
    pub fn enter(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub fn leave(&mut self) {
        self.steps.pop();
    }

    /// A form is only asked whether it declares a name.
    pub fn enter_asked(&mut self, form: u32, span: Span) {
        self.start_trial(Trial::Form(form), None);
        self.enter(Step::Forms(span, form));
    }

    /// The form that was asked is done. If it has been given up: the cycle that would have been.
    pub fn leave_asked(&mut self, form: u32) -> Option<Diagnostic> {
        self.leave();
        let (_, given_up) = self.end_trial()?;
        let given_up = given_up?;
        self.left.insert(Trial::Form(form), given_up.needs);
        Some(given_up.told)
    }

    /// Whether it makes sense to ask a form.
    pub fn may_ask(&self, form: u32) -> bool {
        let needs = self.left.get(&Trial::Form(form));
        !needs.is_some_and(|needs| self.is_under_way(*needs))
    }

    /// Whether it makes sense to begin what nobody has to have. If so, it is entered next.
    pub fn try_it(&mut self, what: Trial, output: Mark) -> bool {
        match self.left.get(&what) {
            Some(needs) if self.is_under_way(*needs) => return false,
            Some(_) | None => self.left.remove(&what),
        };
        self.start_trial(what, Some(output));
        true
    }

    /// What was tried is done. If it was left: what output there was before.
    pub fn left(&mut self, what: Trial) -> Option<Mark> {
        let (tried, given_up) = self.end_trial()?;
        self.left.insert(what, given_up?.needs);
        tried.output
    }

    /// What is under way can't be undone any more: something has happened that can't.
    pub fn keep_tried(&mut self) {
        self.tried.retain(|tried| tried.is_form());
    }

    /// Whether what is under way may be undone.
    pub fn is_trying(&self) -> bool {
        let mut tried = self.tried.iter();
        tried.any(|tried| !tried.is_form() && tried.step > 0)
    }

    fn start_trial(&mut self, what: Trial, output: Option<Mark>) {
        let step = self.steps.len();
        self.tried.push(Tried { step, what, output });
    }

    /// Nothing if what was tried has to stay.
    fn end_trial(&mut self) -> Option<(Tried, Option<GivenUp>)> {
        let depth = self.steps.len();
        let tried = self.tried.pop_if(|tried| tried.step == depth)?;
        let given_up = self.given_up.take_if(|given_up| given_up.step == depth);
        Some((tried, given_up))
    }

    /// Whether what is being worked out is to be undone: nothing is told, and nothing kept.
    pub fn giving_up(&self) -> bool {
        self.given_up.is_some()
    }

    pub fn innermost(&self) -> Option<Step> {
        self.steps.last().copied()
    }

    pub fn is_under_way(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }

    /// What is left if `start`, which is under way, is needed: the innermost body, layout or value that was tried since, so
    /// that as little as can be is undone; else the outermost form that `start` asks for something, directly or through others.
    fn tried_since(&self, start: Step) -> Option<usize> {
        let from = self.steps.iter().rposition(|s| *s == start)?;
        let mut since = self.tried.iter().filter(|tried| tried.step > from);
        let form = since.clone().find(|tried| tried.is_form());
        let other = since.rfind(|tried| !tried.is_form());
        other.or(form).map(|tried| tried.step)
    }

    /// Whether needing `start` leaves something that is tried, and is no mistake.
    pub fn would_leave(&self, start: Step) -> bool {
        self.tried_since(start).is_some()
    }

    pub fn made_in(&mut self, instance: FuncId, body: FuncId) {
        self.made_in.entry(instance).or_insert(body);
    }
}

/// Lines at each end of a long chain.
const SHOWN: usize = 3;

impl Sema<'_> {
    /// A step of a chain as it is told.
    fn step_shown(&self, step: Step) -> (String, Option<Span>) {
        let (name, span) = match step {
            Step::Decl(decl) => {
                let info = self.decl(decl);
                let name = match info.owner {
                    Some(owner) => format!("{}.{}", self.type_name(owner), info.name),
                    None => info.name.to_string(),
                };
                (name, Some(info.name_span))
            }
            Step::Evaluation(func) | Step::Body(func) => {
                let func = self.m.func(func);
                (func.name.clone(), self.loc_span(func.loc))
            }
            Step::Type(ty) | Step::Layout(ty) => {
                (self.type_name(ty), self.nominals.get(&ty).map(|n| n.span))
            }
            Step::TypeCall(name, span) | Step::ContextField(name, span) => {
                (name.to_string(), Some(span))
            }
            Step::Signature(func) => {
                let info = self.fn_info(func);
                (info.name.clone(), Some(info.decl.span))
            }
            Step::Global(global, span) => (self.m.global(global).name.clone(), Some(span)),
            Step::ParamDefault(span) | Step::FieldDefault(span) | Step::Forms(span, _) => {
                (self.span_text(span), Some(span))
            }
        };
        (shortened(&name), span)
    }

    /// The error of something that is under way and needed: it tells the whole way back to it, one line a step.
    /// `last`: what leads on from there and isn't under way itself.
    pub fn cycle(&mut self, start: Step, last: &[Step]) -> Failed {
        self.tell_cycle(start, last, false)
    }

    /// The error of a type that holds itself by value.
    pub fn endless_type(&mut self, ty: TypeId) -> Failed {
        self.tell_cycle(Step::Layout(ty), &[], true)
    }

    fn tell_cycle(&mut self, start: Step, last: &[Step], by_value: bool) -> Failed {
        let mut way = self.way_back_to(start, last);
        // However it was entered, a cycle is told from the same place.
        let order = |step: &Step| {
            let span = self.step_shown(*step).1;
            (
                matches!(step, Step::Body(_) | Step::Signature(_)),
                span.map_or((u32::MAX, 0), |span| (span.file.0, span.lo)),
            )
        };
        let first = (0..way.len()).min_by_key(|i| order(&way[*i])).unwrap_or(0);
        way.rotate_left(first);
        let tried = self.caches.chains.tried_since(start);
        for step in &way {
            if let Step::Decl(decl) = step
                && tried.is_none()
            {
                self.decls[decl.index()].state = EntityState::Failed;
            }
        }
        let head = way.first().copied().unwrap_or(start);
        let (name, span) = self.step_shown(head);
        let mut text = match head {
            Step::Decl(_) => self.constants_told(&way),
            Step::Type(_) | Step::Layout(_) => {
                format!("type '{name}' needs itself: its layout depends on code that uses the type")
            }
            Step::TypeCall(..) => {
                format!("cycle: the type '{name}' that a function makes needs itself")
            }
            Step::Signature(_) => {
                format!("cycle: the signature of '{name}' needs a call of '{name}' itself")
            }
            Step::Evaluation(_) | Step::Body(_) => {
                format!("cycle: the body of '{name}' needs a call of '{name}' at compile time")
            }
            Step::Global(..) => format!(
                "cycle: global '{name}' needs itself: its initial value comes from code that uses it"
            ),
            Step::ContextField(..) => format!(
                "cycle: context field '{name}' needs itself: its default comes from code that uses it"
            ),
            Step::ParamDefault(_) => {
                format!("the default '{name}' needs itself: its call omits the same argument")
            }
            Step::FieldDefault(_) => {
                format!(
                    "the default '{name}' needs itself: its value has this field's default in it"
                )
            }
            Step::Forms(..) => "cycle: these declarations need what they may declare".to_owned(),
        };
        if by_value {
            text =
                format!("type '{name}' is infinitely sized; store it through a pointer: '*{name}'");
        }
        let diag = match span {
            Some(span) => Diagnostic::error(span, text),
            None => Diagnostic::error_without_span(text),
        };
        way.push(head);
        let what = if by_value { "holds" } else { "needs" };
        let diag = self.with_steps(diag, &way, what);
        if let Some(step) = tried {
            self.caches.chains.given_up.get_or_insert(GivenUp {
                step,
                needs: start,
                told: diag,
            });
            return Failed;
        }
        self.report(diag)
    }

    /// Adds the way from a step that is under way to where it is needed again, without judging.
    pub fn with_way_back(&self, diag: Diagnostic, start: Step) -> Diagnostic {
        let mut way = self.way_back_to(start, &[]);
        way.push(start);
        self.with_steps(diag, &way, "needs")
    }

    fn with_steps(&self, mut diag: Diagnostic, way: &[Step], what: &str) -> Diagnostic {
        for pair in way.windows(2) {
            if let [needs, needed] = pair {
                let line = match (needs, needed) {
                    (Step::Forms(..), Step::Forms(..)) if needs == needed => {
                        "making these declarations needs one of them".to_owned()
                    }
                    _ => format!(
                        "{} {what} {}",
                        self.step_told(*needs),
                        self.step_told(*needed)
                    ),
                };
                diag = diag.with_note(self.step_shown(*needed).1, line);
            }
        }
        diag
    }

    /// A step in a sentence.
    fn step_told(&self, step: Step) -> String {
        let (name, _) = self.step_shown(step);
        match step {
            Step::ParamDefault(_) | Step::FieldDefault(_) => format!("the default '{name}'"),
            Step::Forms(..) => "what makes these declarations".to_owned(),
            Step::Decl(_)
            | Step::Evaluation(_)
            | Step::Body(_)
            | Step::Type(_)
            | Step::Layout(_)
            | Step::TypeCall(..)
            | Step::Signature(_)
            | Step::Global(..)
            | Step::ContextField(..) => format!("'{name}'"),
        }
    }

    /// How a cycle that starts with a constant is told.
    fn constants_told(&self, way: &[Step]) -> String {
        let is_alias = |step: &Step| match step {
            Step::Decl(decl) => match &self.decl(*decl).syntax {
                DeclSyntax::Const(c) => {
                    matches!(c.value.kind, ExprKind::Ident(_) | ExprKind::Field { .. })
                }
                _ => false,
            },
            _ => false,
        };
        let has_name = |step: &&Step| match step {
            Step::Decl(_)
            | Step::Type(_)
            | Step::Layout(_)
            | Step::Global(..)
            | Step::ContextField(..) => true,
            Step::Evaluation(_)
            | Step::Body(_)
            | Step::TypeCall(..)
            | Step::Signature(_)
            | Step::ParamDefault(_)
            | Step::FieldDefault(_)
            | Step::Forms(..) => false,
        };
        let ring = way.iter().chain(way.first()).filter(has_name);
        let names: Vec<String> = ring.map(|step| self.step_shown(*step).0).collect();
        let what = if way.iter().all(is_alias) {
            "alias cycle"
        } else {
            "constant cycle"
        };
        format!("{what} '{}' can never resolve", names.join(" -> "))
    }

    /// What leads from a step under way to the place where it is needed again, the step itself first.
    fn way_back_to(&self, start: Step, last: &[Step]) -> Vec<Step> {
        let steps = &self.caches.chains.steps;
        let from = steps.iter().rposition(|s| *s == start);
        let mut way: Vec<Step> = Vec::new();
        let mut root = None;
        for step in steps[from.unwrap_or(steps.len())..].iter().chain(last) {
            match *step {
                Step::Evaluation(func) => root = Some(func),
                Step::Body(func) => {
                    // What was lowered before stands between the evaluation and this body.
                    let between = root.take().map(|root| self.calls_between(root, func));
                    way.extend(between.into_iter().flatten().map(Step::Body));
                    way.push(*step);
                }
                Step::Decl(_)
                | Step::Type(_)
                | Step::Layout(_)
                | Step::TypeCall(..)
                | Step::Signature(_)
                | Step::Global(..)
                | Step::ContextField(..)
                | Step::ParamDefault(_)
                | Step::FieldDefault(_)
                | Step::Forms(..) => {
                    root = None;
                    way.push(*step);
                }
            }
        }
        if let (Some(root), Step::Body(func)) = (root, start) {
            let between = self.calls_between(root, func);
            way.extend(between.into_iter().map(Step::Body));
        }
        if way.is_empty() {
            way.push(start);
        }
        // A declaration and what it declares, a type and its layout, are one step.
        way.dedup_by(|next, step| self.are_one_step(*next, *step));
        while let [first, .., last] = way[..]
            && self.are_one_step(first, last)
        {
            way.pop();
        }
        way
    }

    fn are_one_step(&self, a: Step, b: Step) -> bool {
        let (name, span) = self.step_shown(a);
        let (other, at) = self.step_shown(b);
        let made = |step| matches!(step, Step::TypeCall(..));
        name == other
            && (made(a) || made(b) || span.map(|s| (s.file, s.lo)) == at.map(|s| (s.file, s.lo)))
    }

    /// The functions on the shortest way of calls from one to another, without both.
    fn calls_between(&self, from: FuncId, to: FuncId) -> Vec<FuncId> {
        let mut before: FxHashMap<FuncId, FuncId> = FxHashMap::default();
        let mut seen = FxHashSet::from_iter([from]);
        let mut todo = VecDeque::from([from]);
        while let Some(func) = todo.pop_front() {
            if func == to {
                break;
            }
            let body = self.m.func(func);
            let mut next = Vec::new();
            if let Some(block) = &body.body {
                block.for_each_stmt(&mut |stmt| {
                    if let StmtKind::Call(call) = &stmt.kind
                        && let Callee::Direct(callee) = call.callee
                    {
                        next.push(callee);
                    }
                });
            }
            for expr in &body.exprs {
                if let Expr::FuncAddr(callee) = expr {
                    next.push(*callee);
                }
            }
            for callee in next {
                if seen.insert(callee) {
                    before.insert(callee, func);
                    todo.push_back(callee);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while let Some(caller) = before.get(&at).copied() {
            if caller == from {
                break;
            }
            way.push(caller);
            at = caller;
        }
        way.reverse();
        way
    }

    /// Adds the instances that led to one that is too deep.
    pub fn with_instances(&self, mut diag: Diagnostic) -> Diagnostic {
        let chains = &self.caches.chains;
        let mut way: Vec<Step> = Vec::new();
        // Types wait for each other's bodies, so that few of them are under way at once.
        let mut ty = self.open_nominals.last().copied();
        let mut types = FxHashSet::default();
        while let Some(named) = ty.filter(|ty| types.insert(*ty)) {
            way.push(Step::Type(named));
            ty = self.nominals.get(&named).and_then(|info| info.made_by);
        }
        if way.is_empty() {
            let made = |step: &Step| matches!(step, Step::Type(_) | Step::TypeCall(..));
            way.extend(chains.steps.iter().rev().copied().filter(made));
        }
        let mut body = self.current_func.last().copied().flatten();
        let mut seen = FxHashSet::default();
        while let Some(func) = body.filter(|f| seen.insert(*f)) {
            way.push(Step::Body(func));
            body = chains.made_in.get(&func).copied();
        }
        let total = way.len();
        for (i, step) in way.into_iter().enumerate() {
            if total > 2 * SHOWN && i == SHOWN {
                let left = total - 2 * SHOWN;
                diag = diag.with_note(None, format!("... {left} more instances ..."));
            }
            if total <= 2 * SHOWN || i < SHOWN || i >= total - SHOWN {
                let (name, span) = self.step_shown(step);
                diag = diag.with_note(span, format!("in '{name}'"));
            }
        }
        diag
    }
}

fn shortened(name: &str) -> String {
    const LONGEST: usize = 60;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let start: String = name.chars().take(LONGEST).collect();
    format!("{start}...")
}
