//! A call's arguments meet its parameters: each is evaluated, static parameters are bound by what it tells, and the instance is
//! called (reference part 2 §2, §3).

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use sx_ir::{Symbol, TypeId, TypeKind};
use sx_syntax::Span;
use sx_syntax::ast::{self, ExprKind, LinkKind, ParamKind};

use crate::callables::calls::Arg;
use crate::callables::generics::{Bindings, mentions_name};
use crate::callables::inference::stand_in;
use crate::callables::waiting::Wait;
use crate::callables::written_order::{Place, WrittenOrder};
use crate::declarations::nominal::{constraints_of, is_type_param};
use crate::emission::fncx::FnCx;
use crate::emission::value::{CtVal, Val};
use crate::sema::{Binding, Env, Failed, FnId, Res, Sema};

/// A call of a function or mixin while its arguments are evaluated and its static parameters bound.
pub struct GenericCall {
    pub f: FnId,
    pub decl: &'static ast::FnDecl,
    pub name: String,
    pub params: &'static [ast::Param],
    /// The first argument stands before a dot.
    pub has_receiver: bool,
    pub span: Span,
    /// What names mean at the call.
    pub caller: Rc<Env>,
    /// What names mean in the signature: the static parameters that are bound so far, too.
    pub scope: Rc<Env>,
    /// Static parameters found so far. A numeric type bound by an argument may still give way to a float.
    pub bindings: Bindings,
    pub packs: Vec<(Symbol, Vec<TypeId>)>,
    /// Arguments by parameter, until their turn comes.
    pub slots: Vec<Option<Arg>>,
    /// Those of a variadic or a pack.
    pub rest: Option<Vec<Arg>>,
    /// What has been evaluated, by parameter, and where it stands.
    pub vals: Vec<Vec<Val>>,
    pub spans: Vec<Span>,
    /// Omitted parameters, whose defaults are evaluated when all static parameters are known.
    pub omitted: Vec<usize>,
    /// The `$T: Type` that an argument has told by itself.
    pub given_types: Vec<Symbol>,
    pub order: WrittenOrder,
    pub turns: Turns,
}

/// Whose turn it is, of the arguments of a call.
#[derive(Default)]
pub struct Turns {
    /// Parameters whose turn comes yet, the next one first.
    pub queue: VecDeque<usize>,
    /// Those with number literals whose type another argument can tell. They tell theirs when nobody else has anything to tell.
    numbers: VecDeque<usize>,
    /// Where each parameter's argument is written.
    places: Vec<Place>,
    /// How many arguments had told what they can when one began to wait.
    waited: Vec<Option<usize>>,
    told: usize,
    /// Value parameters that need a type which nothing tells, so that it is the default.
    late: Vec<usize>,
    /// Those have their turn.
    settled: bool,
    /// An argument never ends, and tells nothing.
    diverges: bool,
    /// An argument is wrong: the others are looked at for their own mistakes.
    wrong: bool,
}

impl Turns {
    fn next(&mut self) -> Option<usize> {
        // Those that wait have asked in vain, and stand behind all others.
        let stuck = match self.queue.front() {
            Some(i) => self.waited[*i] == Some(self.told),
            None => true,
        };
        let number = if stuck {
            self.numbers.pop_front()
        } else {
            None
        };
        number.or_else(|| self.queue.pop_front())
    }

    /// Number literals that wait, each with its argument's place: they wait no longer.
    pub fn give_up_numbers(&mut self) -> Vec<(usize, Place)> {
        let numbers = self.numbers.drain(..);
        numbers.map(|i| (i, self.places[i])).collect()
    }

    pub fn place(&self, i: usize) -> Place {
        self.places[i]
    }

    /// Whether there are others to wait for: once more only if some have told something since.
    fn may_wait(&self, i: usize) -> bool {
        let others = !self.queue.is_empty() || !self.numbers.is_empty();
        others && self.waited[i].is_none_or(|at| at < self.told)
    }

    /// Lets others go first.
    fn put_off(&mut self, i: usize, wait: Wait) {
        match wait {
            Wait::ForAny => {
                self.waited[i] = Some(self.told);
                self.queue.push_back(i);
            }
            Wait::ForType => {
                self.waited[i] = Some(usize::MAX);
                self.numbers.push_back(i);
            }
        }
    }
}

impl GenericCall {
    /// Parameters in the order of their arguments' turns.
    fn line_up(&mut self, cx: &mut FnCx, pack: Option<Symbol>) {
        let params = self.params;
        // Those whose type needs the pack wait for it.
        let needs_pack = |i: &usize| {
            let ty = params[*i].ty.as_ref();
            params[*i].kind == ParamKind::Plain
                && pack.is_some_and(|pack| ty.is_some_and(|ty| mentions_name(ty, pack)))
        };
        let (later, mut order): (Vec<usize>, Vec<usize>) = (0..params.len()).partition(needs_pack);
        order.extend(later);
        // Arguments are evaluated as written, whichever parameters they name.
        let argument = |i: usize| match params[i].kind {
            ParamKind::Plain | ParamKind::Comptime => self.slots[i].as_ref(),
            ParamKind::Variadic | ParamKind::ComptimePack => self.rest.iter().flatten().next(),
        };
        let receiver = |i: usize| self.has_receiver && i == 0;
        let given = (order.iter().filter(|i| !receiver(**i))).filter_map(|i| argument(*i));
        let files: BTreeSet<_> = given.map(|arg| arg.span().file).collect();
        let mut places: Vec<Place> = (0..params.len() as u32).map(|i| (1, i)).collect();
        if files.len() <= 1 {
            // Omitted ones tell nothing to others, and come last.
            let place = |i: usize| match argument(i) {
                _ if receiver(i) => (0, 0),
                Some(arg) => arg.place(),
                None => (u8::MAX, 0),
            };
            places = (0..params.len()).map(place).collect();
            let run_time = |i: &usize| params[*i].kind == ParamKind::Plain;
            let mut sorted: Vec<usize> = order.iter().copied().filter(run_time).collect();
            sorted.sort_by_key(|i| places[*i]);
            let mut sorted = sorted.into_iter();
            for at in order.iter_mut().filter(|at| run_time(at)) {
                *at = sorted.next().unwrap_or(*at);
            }
        }
        if !order.iter().map(|i| places[*i]).is_sorted() {
            self.order.keep_apart(cx);
        }
        self.turns = Turns {
            queue: order.into(),
            places,
            waited: vec![None; params.len()],
            ..Turns::default()
        };
    }

    /// Whether a parameter takes what stands before the dot.
    pub fn takes_receiver(&self, i: usize) -> bool {
        self.has_receiver && i == 0 && self.params[i].kind == ParamKind::Plain
    }

    pub fn is_extern(&self) -> bool {
        matches!(&self.decl.link, Some(link) if link.kind == LinkKind::Extern)
    }

    /// A static parameter has a type or a constant now.
    pub fn bind(&mut self, name: Symbol, binding: Binding, val: CtVal) {
        self.scope.bind(name, binding);
        self.bindings.push((name, val));
    }

    pub fn bind_pack(&mut self, name: Symbol, types: Vec<TypeId>) {
        let binding = Binding::TypePack(Rc::new(types.clone()));
        self.scope.bind(name, binding);
        self.packs.push((name, types));
    }
}

impl Sema<'_> {
    /// Evaluates arguments against parameters, binds static parameters, and calls the instance.
    pub fn bind_and_call(
        &mut self,
        cx: &mut FnCx,
        f: FnId,
        slots: Vec<Option<Arg>>,
        rest: Vec<Arg>,
        has_receiver: bool,
        order: WrittenOrder,
        span: Span,
    ) -> Res<Val> {
        self.note_arguments(f, &slots, &rest);
        let given = self.plain_arguments(f, &slots, &rest);
        let info = self.fn_info(f);
        let params: &'static [ast::Param] = &info.decl.sig.params;
        let pack = params.iter().find(|p| self.is_pack(p)).map(|p| p.name.name);
        let mut call = GenericCall {
            f,
            decl: info.decl,
            name: info.name.clone(),
            params,
            has_receiver,
            span,
            caller: cx.env().clone(),
            scope: info.env.child(),
            bindings: Vec::new(),
            packs: Vec::new(),
            slots,
            rest: Some(rest),
            vals: params.iter().map(|_| Vec::new()).collect(),
            spans: vec![span; params.len()],
            omitted: Vec::new(),
            given_types: Vec::new(),
            order,
            turns: Turns::default(),
        };
        call.line_up(cx, pack);
        let done = self.bind_and_call_now(cx, &mut call);
        let done = self.or_beside(cx, done, given);
        self.forget_arguments();
        done
    }

    fn bind_and_call_now(&mut self, cx: &mut FnCx, call: &mut GenericCall) -> Res<Val> {
        loop {
            while let Some(i) = call.turns.next() {
                call.order.next(cx, call.turns.places[i]);
                self.take_turn(cx, call, i)?;
            }
            if call.turns.wrong {
                return Err(Failed);
            }
            // What the argument that never ends would have told may be known from others.
            if call.turns.diverges && call.has_unbound() {
                self.evaluate_as_written(cx, &mut call.order)?;
                return Ok(Val::noreturn());
            }
            if call.turns.settled {
                break;
            }
            call.turns.settled = true;
            self.bind_default_types(call)?;
            let late = std::mem::take(&mut call.turns.late);
            call.turns.queue.extend(late);
        }
        self.evaluate_as_written(cx, &mut call.order)?;
        self.check_bound(call)?;
        if call.decl.mixin {
            let vals = std::mem::take(&mut call.vals);
            return self.expand_mixin(cx, call.f, &call.scope, vals, call.span);
        }
        self.call_bound(cx, call)
    }

    /// Evaluates the argument of a parameter, or lets it wait.
    pub fn take_turn(&mut self, cx: &mut FnCx, call: &mut GenericCall, i: usize) -> Res<()> {
        let param = &call.params[i];
        match param.kind {
            ParamKind::Comptime => {
                if !call.turns.settled
                    && !is_type_param(param)
                    && call.needs_unbound(param, call.slots[i].is_none())
                {
                    call.turns.late.push(i);
                    return Ok(());
                }
                call.turns.told += 1;
                let arg = call.slots[i].take();
                match is_type_param(param) {
                    true => self.bind_type_argument(call, param, arg),
                    false => self.bind_value_argument(cx, call, i, arg),
                }
            }
            ParamKind::Plain => self.bind_plain_argument(cx, call, i),
            ParamKind::Variadic if self.is_slice_variadic(param) => {
                call.turns.told += 1;
                let args = call.rest.take().unwrap_or_default();
                self.bind_variadic(cx, call, i, args)
            }
            ParamKind::Variadic | ParamKind::ComptimePack => {
                call.turns.told += 1;
                let args = call.rest.take().unwrap_or_default();
                self.bind_pack_arguments(cx, call, i, args)
            }
        }
    }

    fn bind_plain_argument(&mut self, cx: &mut FnCx, call: &mut GenericCall, i: usize) -> Res<()> {
        let param = &call.params[i];
        let Some(pattern) = &param.ty else {
            let text = format!("parameter '{}' needs a type", param.name.name);
            return Err(self.error(param.span, text));
        };
        if call.decl.mixin
            && self.bind_code_parameter(cx, param, &mut call.slots[i], &call.scope)?
        {
            return Ok(());
        }
        let unbound = call.unbound_names(pattern);
        let promotes = self.may_promote(call, pattern);
        let open = promotes || !unbound.is_empty();
        if call.turns.may_wait(i)
            && let Some(wait) = self.waits(call, i, pattern, (open, promotes))
        {
            call.order.keep_apart(cx);
            call.turns.put_off(i, wait);
            return Ok(());
        }
        call.turns.told += 1;
        let arg = call.slots[i].take();
        if param.lazy {
            return self.bind_lazy_argument(cx, call, i, arg, (pattern, &unbound));
        }
        let Some(arg) = arg else {
            call.omitted.push(i);
            return Ok(());
        };
        call.spans[i] = arg.span();
        if open {
            let val = self.infer_open(cx, call, i, arg, pattern)?;
            call.turns.diverges |= val.ty == TypeId::NORETURN;
            self.bind_packs_of(call, pattern, val.ty);
            call.vals[i].push(val);
            self.bind_names(&call.scope, &call.bindings);
            return Ok(());
        }
        let ty = self.eval_type(&call.scope, pattern)?;
        let val = match arg {
            Arg::Val(val, at) if call.takes_receiver(i) => self.adapt_receiver(cx, &val, ty, at),
            other => self.lower_arg(cx, other, ty),
        };
        match val {
            Ok(val) => call.vals[i].push(val),
            Err(Failed) => call.turns.wrong = true,
        }
        Ok(())
    }

    /// A function's `#lazy` parameter; `unbound` are the static parameters that its type leaves open.
    fn bind_lazy_argument(
        &mut self,
        cx: &mut FnCx,
        call: &mut GenericCall,
        i: usize,
        arg: Option<Arg>,
        (pattern, unbound): (&'static ast::Expr, &[Symbol]),
    ) -> Res<()> {
        let param = &call.params[i];
        let (expr, from) = match (arg, &param.default) {
            (Some(arg), _) => (self.lazy_argument(cx, param, arg)?, call.caller.clone()),
            (None, Some(default)) => (&**default, call.scope.clone()),
            (None, None) => return Err(Failed),
        };
        let ty = match unbound.is_empty() {
            true => self.eval_type(&call.scope, pattern)?,
            false => self.lazy_type(cx, &from, &call.scope, pattern, expr)?,
        };
        // The names that the scope has types for now are bindings, too.
        for name in unbound {
            if let Some(Binding::Type(ty)) = call.scope.get(*name) {
                call.bindings.push((*name, self.ct_of_type(ty)));
            }
        }
        let looked_at = !unbound.is_empty() && cx.runs.looking > 0;
        let val = match looked_at {
            true => stand_in(self.lazy_closure(ty)),
            false => self.lower_lazy(cx, &from, expr, ty)?,
        };
        call.vals[i].push(val);
        Ok(())
    }

    /// The packs that a pattern introduces, told by an argument's type.
    fn bind_packs_of(&self, call: &mut GenericCall, pattern: &'static ast::Expr, ty: TypeId) {
        if let Some(pack) = closure_pack(pattern)
            && call.scope.get(pack).is_none()
            && !call.params.iter().any(|p| p.name.name == pack)
            && let TypeKind::Closure(f) | TypeKind::Function(f) = self.m.types.kind(ty)
        {
            call.bind_pack(pack, f.params.clone());
        }
        let mut found = Vec::new();
        self.pattern_packs(pattern, ty, &mut found);
        for (pack, types) in found {
            if call.scope.get(pack).is_none() {
                call.bind_pack(pack, types);
            }
        }
    }

    /// Every `$T: Type` has to be bound now, and what is bound to meet its constraints.
    fn check_bound(&mut self, call: &GenericCall) -> Res<()> {
        for param in call.params {
            if param.kind == ParamKind::Comptime && is_type_param(param) {
                let name = param.name.name;
                let bound = call.bindings.iter().find(|(n, _)| *n == name).cloned();
                let Some((_, ct)) = bound else {
                    return Err(self.cannot_infer(call, name, call.span));
                };
                let ty = self.ct_type(&ct);
                for constraint in constraints_of(param) {
                    self.check_constraint(&call.scope, constraint, ty, call.span)?;
                }
            }
            if (param.kind == ParamKind::Plain || self.is_slice_variadic(param))
                && let Some(pattern) = &param.ty
            {
                self.check_pattern_constraints(&call.scope, pattern, &call.bindings, call.span)?;
            }
        }
        Ok(())
    }

    /// Calls the instance. Types are final now: what was evaluated without a target is converted, and defaults are evaluated.
    fn call_bound(&mut self, cx: &mut FnCx, call: &mut GenericCall) -> Res<Val> {
        let bindings = std::mem::take(&mut call.bindings);
        let packs = std::mem::take(&mut call.packs);
        let instance = self.instantiate_fn(call.f, bindings, packs, call.span)?;
        let mut at = 0;
        let mut out = Vec::new();
        for (i, param) in call.params.iter().enumerate() {
            match param.kind {
                ParamKind::Comptime => {
                    at += call.vals[i].len();
                    out.append(&mut call.vals[i]);
                }
                ParamKind::Plain => {
                    let Some(ty) = instance.ty.params.get(at).copied() else {
                        return Err(Failed);
                    };
                    at += 1;
                    if call.omitted.contains(&i) {
                        let Some(default) = &param.default else {
                            return Err(Failed);
                        };
                        out.push(self.lower_default(cx, &call.scope, default, ty, call.span)?);
                        continue;
                    }
                    let Some(val) = call.vals[i].pop() else {
                        return Err(Failed);
                    };
                    let val = match val.ty == ty {
                        true => val,
                        false => self.coerce(cx, val, ty, call.spans[i])?,
                    };
                    let val = self.load(cx, &val);
                    out.push(self.stable(cx, &val));
                }
                ParamKind::Variadic | ParamKind::ComptimePack => {
                    if !call.is_extern() {
                        at += call.vals[i].len();
                    }
                    out.append(&mut call.vals[i]);
                }
            }
        }
        self.call_instance(cx, &instance, &out, call.span)
    }

    pub fn cannot_infer(&mut self, call: &GenericCall, name: Symbol, at: Span) -> Failed {
        let f = &call.name;
        self.error(
            at,
            format!(
                "cannot infer generic type parameter '{name}' for '{f}' from this call's arguments"
            ),
        )
    }
}

/// `$args` of the pattern `Closure(..$args) -> R`.
pub fn closure_pack(pattern: &ast::Expr) -> Option<Symbol> {
    if let ExprKind::ClosureType(c) = &pattern.kind
        && let [param] = c.params.as_slice()
        && let ExprKind::Spread(inner) = &param.kind
        && let ExprKind::Dollar { name, .. } = &inner.kind
    {
        return Some(name.name);
    }
    None
}
