//! What a program means, worked out independently of the compiler, from the language's description.

use std::collections::HashMap;
use std::rc::Rc;

use super::ast::{Expr, I64, Kind, Lambda, Program, Stmt, Ty, U64, Un, VarId};
use super::values::{Got, Place, Stop, Value, binary, compare, convert, int, truth};

enum Flow {
    On,
    Break,
    Continue,
    Return(Value),
}
type Frame = HashMap<VarId, usize>;

pub struct Machine<'a> {
    program: &'a Program,
    cells: Vec<Value>,
    digest: u64,
    budget: u32,
    /// What was mixed into the digest.
    pub mixed: Vec<u64>,
}

/// Expressions and statements that a test may take.
const BUDGET: u32 = 60_000;

/// The digest that a test returns.
pub fn run(program: &Program, test: (usize, i64, i64)) -> Result<u64, Stop> {
    run_noting(program, test).map(|(digest, _)| digest)
}

/// The digest, and every word that was mixed into it.
pub fn run_noting(program: &Program, test: (usize, i64, i64)) -> Result<(u64, Vec<u64>), Stop> {
    let mut machine = Machine {
        program,
        cells: Vec::new(),
        digest: 14695981039346656037,
        budget: BUDGET,
        mixed: Vec::new(),
    };
    for (_, init) in &program.globals {
        let value = machine.eval(init, &Frame::new())?;
        machine.cells.push(value);
    }
    let args = [test.1, test.2].map(|a| Value::Int(I64, i128::from(a)));
    match machine.call(test.0, args.to_vec())? {
        Value::Int(_, digest) => Ok((digest as u64, machine.mixed)),
        _ => Err(Stop::Budget),
    }
}
impl<'a> Machine<'a> {
    fn spend(&mut self) -> Result<(), Stop> {
        self.budget = self.budget.checked_sub(1).ok_or(Stop::Budget)?;
        Ok(())
    }

    fn new_cell(&mut self, value: Value) -> usize {
        self.cells.push(value);
        self.cells.len() - 1
    }

    fn read(&self, place: &Place) -> Got {
        let mut value = self.cells.get(place.cell).ok_or(Stop::Budget)?;
        for step in &place.path {
            value = match value {
                Value::Parts(parts) => parts.get(*step).ok_or(Stop::Trap)?,
                _ => return Err(Stop::Budget),
            };
        }
        Ok(value.clone())
    }

    fn write(&mut self, place: &Place, new: Value) -> Result<(), Stop> {
        let mut value = self.cells.get_mut(place.cell).ok_or(Stop::Budget)?;
        for step in &place.path {
            value = match value {
                Value::Parts(parts) => parts.get_mut(*step).ok_or(Stop::Trap)?,
                _ => return Err(Stop::Budget),
            };
        }
        *value = new;
        Ok(())
    }

    /// Where an expression's value is; a temporary if it has no storage.
    fn place(&mut self, e: &Expr, frame: &Frame) -> Result<Place, Stop> {
        self.spend()?;
        match &e.kind {
            Kind::Var(var) => Ok(Place {
                cell: *frame.get(var).ok_or(Stop::Budget)?,
                path: Vec::new(),
            }),
            Kind::Global(n) => Ok(Place {
                cell: *n,
                path: Vec::new(),
            }),
            Kind::Field(base, index) | Kind::Element(base, index) => {
                let mut place = if matches!(base.ty, Ty::Ptr(_)) {
                    self.pointee(base, frame)?
                } else {
                    self.place(base, frame)?
                };
                place.path.push(*index);
                Ok(place)
            }
            Kind::Index(base, index) => {
                if let Ty::Slice(_) = base.ty {
                    let Value::Slice(mut place, low, len) = self.eval(base, frame)? else {
                        return Err(Stop::Budget);
                    };
                    let at = self.index(index, len, frame)?;
                    place.path.push(low + at);
                    return Ok(place);
                }
                let Ty::Array(_, len) = base.ty else {
                    return Err(Stop::Budget);
                };
                let mut place = self.place(base, frame)?;
                let at = self.index(index, len, frame)?;
                place.path.push(at);
                Ok(place)
            }
            Kind::Deref(pointer) => self.pointee(pointer, frame),
            _ => {
                let value = self.eval(e, frame)?;
                Ok(Place {
                    cell: self.new_cell(value),
                    path: Vec::new(),
                })
            }
        }
    }

    fn pointee(&mut self, pointer: &Expr, frame: &Frame) -> Result<Place, Stop> {
        match self.eval(pointer, frame)? {
            Value::Ptr(place) => Ok(place),
            _ => Err(Stop::Trap),
        }
    }

    fn index(&mut self, index: &Expr, len: usize, frame: &Frame) -> Result<usize, Stop> {
        let value = self.eval(index, frame)?;
        let (_, at) = int(&value)?;
        usize::try_from(at)
            .ok()
            .filter(|at| *at < len)
            .ok_or(Stop::Trap)
    }

    fn eval_all(&mut self, list: &[Expr], frame: &Frame) -> Result<Vec<Value>, Stop> {
        list.iter().map(|e| self.eval(e, frame)).collect()
    }

    pub fn eval(&mut self, e: &Expr, frame: &Frame) -> Got {
        self.spend()?;
        match &e.kind {
            Kind::Int { value, .. } => match &e.ty {
                Ty::Int(ty) => Ok(Value::Int(*ty, *value)),
                ty => convert(Value::Int(I64, *value), ty),
            },
            Kind::Float(value) => Ok(if e.ty == Ty::F32 {
                Value::F32(*value as f32)
            } else {
                Value::F64(*value)
            }),
            Kind::Bool(value) => Ok(Value::Bool(*value)),
            Kind::Str(text) => Ok(Value::Str(text.as_str().into())),
            Kind::Digest => Ok(Value::Int(U64, i128::from(self.digest))),
            Kind::Narrowed(var) | Kind::NotNull(var) => {
                let cell = *frame.get(var).ok_or(Stop::Budget)?;
                let value = self.cells[cell].clone();
                match (&e.kind, value) {
                    (Kind::NotNull(_), Value::Opt(payload)) => Ok(Value::Bool(payload.is_some())),
                    (_, Value::Opt(Some(payload))) => Ok(*payload),
                    _ => Err(Stop::Trap),
                }
            }
            Kind::Var(_)
            | Kind::Global(_)
            | Kind::Field(..)
            | Kind::Element(..)
            | Kind::Deref(_) => {
                let place = self.place(e, frame)?;
                self.read(&place)
            }
            Kind::Index(base, index) if base.ty == Ty::Str => {
                let Value::Str(text) = self.eval(base, frame)? else {
                    return Err(Stop::Budget);
                };
                let at = self.index(index, text.len(), frame)?;
                convert(Value::Int(I64, i128::from(text.as_bytes()[at])), &e.ty)
            }
            Kind::Index(..) => {
                let place = self.place(e, frame)?;
                self.read(&place)
            }
            Kind::Un(op, inner) => {
                let value = self.eval(inner, frame)?;
                Ok(match (op, value) {
                    (Un::Neg, Value::Int(ty, v)) => Value::Int(ty, ty.wrap(-v)),
                    (Un::Neg, Value::F32(v)) => Value::F32(-v),
                    (Un::Neg, Value::F64(v)) => Value::F64(-v),
                    (Un::BitNot, Value::Int(ty, v)) => Value::Int(ty, ty.wrap(!v)),
                    (Un::Not, Value::Bool(v)) => Value::Bool(!v),
                    _ => return Err(Stop::Budget),
                })
            }
            Kind::Bin(op, left, right) => {
                let left = self.eval(left, frame)?;
                let right = self.eval(right, frame)?;
                binary(*op, left, right)
            }
            Kind::Chain(items, ops) => {
                // All operands are evaluated, whatever the first comparisons say.
                let values = self.eval_all(items, frame)?;
                let mut all = true;
                for (pair, op) in values.windows(2).zip(ops) {
                    all &= compare(*op, &pair[0], &pair[1])?;
                }
                Ok(Value::Bool(all))
            }
            Kind::Logic { and, sides } => {
                let left = truth(&self.eval(&sides.0, frame)?)?;
                if left == *and {
                    self.eval(&sides.1, frame)
                } else {
                    Ok(Value::Bool(left))
                }
            }
            Kind::Cast(inner) | Kind::Implicit(inner) => {
                let value = self.eval(inner, frame)?;
                self.converted(value, &inner.ty, &e.ty)
            }
            Kind::If(parts) => {
                if truth(&self.eval(&parts.0, frame)?)? {
                    self.eval(&parts.1, frame)
                } else {
                    self.eval(&parts.2, frame)
                }
            }
            Kind::Struct { fields, .. } => self.struct_value(e, fields, frame),
            Kind::Array(items) | Kind::Tuple(items) => {
                Ok(Value::Parts(self.eval_all(items, frame)?))
            }
            Kind::Null => Ok(Value::Opt(None)),
            Kind::Unwrap(inner) => match self.eval(inner, frame)? {
                Value::Opt(Some(value)) => Ok(*value),
                _ => Err(Stop::Trap),
            },
            Kind::Default(value, default) => match self.eval(value, frame)? {
                Value::Opt(Some(value)) => Ok(*value),
                _ => self.eval(default, frame),
            },
            Kind::Present(value) => {
                let value = self.eval(value, frame)?;
                Ok(Value::Bool(matches!(value, Value::Opt(Some(_)))))
            }
            Kind::Variant { index, payload, .. } => {
                let payload = match payload {
                    Some(payload) => Some(Box::new(self.eval(payload, frame)?)),
                    None => None,
                };
                Ok(Value::Variant(*index, payload))
            }
            Kind::Payload(value, index) => match self.eval(value, frame)? {
                Value::Variant(active, Some(payload)) if active == *index => Ok(*payload),
                _ => Err(Stop::Trap),
            },
            Kind::Call(function, args) => {
                let args = self.eval_all(args, frame)?;
                self.call(*function, args)
            }
            Kind::Method(function, args) => {
                let receiver = self.place(&args[0], frame)?;
                let mut values = vec![Value::Ptr(receiver)];
                values.extend(self.eval_all(&args[1..], frame)?);
                self.call(*function, values)
            }
            Kind::CallValue(callee, args) => {
                let callee = self.eval(callee, frame)?;
                let args = self.eval_all(args, frame)?;
                match callee {
                    Value::Func(function) => self.call(function, args),
                    Value::Closure(lambda, captured) => self.call_lambda(&lambda, captured, args),
                    _ => Err(Stop::Trap),
                }
            }
            Kind::FuncRef(function) => Ok(Value::Func(*function)),
            Kind::OrElse(call, default) => match self.eval(call, frame) {
                Err(Stop::Raise(_)) => self.eval(default, frame),
                other => other,
            },
            Kind::Catch(call, first, other) => match self.eval(call, frame) {
                Err(Stop::Raise(0)) => self.eval(first, frame),
                Err(Stop::Raise(_)) => self.eval(other, frame),
                value => value,
            },
            Kind::Try(call) => self.eval(call, frame),
            Kind::Spill(value) => {
                let value = self.eval(value, frame)?;
                Ok(Value::Ptr(Place {
                    cell: self.new_cell(value),
                    path: Vec::new(),
                }))
            }
            Kind::View(base) => {
                let Ty::Array(_, len) = base.ty else {
                    return Err(Stop::Budget);
                };
                Ok(Value::Slice(self.place(base, frame)?, 0, len))
            }
            Kind::Addr(place) => Ok(Value::Ptr(self.place(place, frame)?)),
            Kind::Slice(base, low, high) => {
                let (place, from, len) = match &base.ty {
                    Ty::Slice(_) => match self.eval(base, frame)? {
                        Value::Slice(place, from, len) => (place, from, len),
                        _ => return Err(Stop::Budget),
                    },
                    Ty::Array(_, len) => (self.place(base, frame)?, 0, *len),
                    _ => return Err(Stop::Budget),
                };
                let low = self.index(low, len + 1, frame)?;
                let high = self.index(high, len + 1, frame)?;
                if high < low {
                    return Err(Stop::Trap);
                }
                Ok(Value::Slice(place, from + low, high - low))
            }
            Kind::Len(base) => {
                let len = match self.eval(base, frame)? {
                    Value::Str(text) => text.len(),
                    Value::Parts(parts) => parts.len(),
                    Value::Slice(_, _, len) => len,
                    _ => return Err(Stop::Budget),
                };
                Ok(Value::Int(I64, len as i128))
            }
            Kind::Match(subject, arms, other) => {
                let value = self.eval(subject, frame)?;
                let (_, value) = int(&value)?;
                match arms.iter().find(|(label, _)| *label == value) {
                    Some((_, result)) => self.eval(result, frame),
                    None => self.eval(other, frame),
                }
            }
            Kind::Lambda(lambda) => {
                let mut captured = HashMap::new();
                for (var, cell) in frame {
                    captured.insert(*var, self.cells[*cell].clone());
                }
                Ok(Value::Closure(Rc::new((**lambda).clone()), captured))
            }
        }
    }

    /// Conversions that need more than the value: tags of enums, slices of arrays.
    fn converted(&mut self, value: Value, from: &Ty, to: &Ty) -> Got {
        match (value, from, to) {
            (Value::Variant(index, None), Ty::Enum(n), _) if to.is_number() => {
                let (explicit, _) = self.program.enums[*n].variants[index];
                convert(Value::Int(I64, explicit.unwrap_or(index as i128)), to)
            }
            (value, ..) => convert(value, to),
        }
    }

    fn struct_value(&mut self, e: &Expr, fields: &[(usize, Expr)], frame: &Frame) -> Got {
        let Ty::Struct(n) = e.ty else {
            return Err(Stop::Budget);
        };
        let mut parts: Vec<Option<Value>> = vec![None; self.program.structs[n].fields.len()];
        for (index, value) in fields {
            parts[*index] = Some(self.eval(value, frame)?);
        }
        let mut out = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            out.push(match part {
                Some(value) => value,
                None => self.default_field(n, index)?,
            });
        }
        Ok(Value::Parts(out))
    }

    fn default_field(&mut self, n: usize, index: usize) -> Got {
        let (ty, default) = &self.program.structs[n].fields[index];
        match default {
            Some(default) => self.eval(default, &Frame::new()),
            None => self.zero(ty),
        }
    }

    /// All bytes zero.
    fn zero(&self, ty: &Ty) -> Got {
        Ok(match ty {
            Ty::Int(int) => Value::Int(*int, 0),
            Ty::F32 => Value::F32(0.0),
            Ty::F64 => Value::F64(0.0),
            Ty::Bool => Value::Bool(false),
            Ty::Str => Value::Str("".into()),
            Ty::Struct(n) => {
                let fields = &self.program.structs[*n].fields;
                Value::Parts(
                    fields
                        .iter()
                        .map(|(ty, _)| self.zero(ty))
                        .collect::<Result<_, _>>()?,
                )
            }
            Ty::Array(of, n) => Value::Parts(vec![self.zero(of)?; *n]),
            Ty::Tuple(of) => Value::Parts(
                of.iter()
                    .map(|ty| self.zero(ty))
                    .collect::<Result<_, _>>()?,
            ),
            Ty::Opt(_) => Value::Opt(None),
            Ty::Enum(n) => match zero_variant(&self.program.enums[*n].variants) {
                Some(index) => Value::Variant(index, None),
                None => return Err(Stop::Budget),
            },
            Ty::Tagged(_) | Ty::Slice(_) | Ty::Ptr(_) | Ty::Closure(..) | Ty::Func(..) => {
                return Err(Stop::Budget);
            }
        })
    }

    fn default(&mut self, ty: &Ty) -> Got {
        match ty {
            Ty::Struct(n) => {
                let count = self.program.structs[*n].fields.len();
                let mut parts = Vec::new();
                for index in 0..count {
                    parts.push(self.default_field(*n, index)?);
                }
                Ok(Value::Parts(parts))
            }
            _ => self.zero(ty),
        }
    }

    pub fn call(&mut self, function: usize, args: Vec<Value>) -> Got {
        let def = &self.program.functions[function];
        let mut frame = Frame::new();
        for ((var, _), value) in def.params.iter().zip(args) {
            let cell = self.new_cell(value);
            frame.insert(*var, cell);
        }
        self.body(&def.body, &def.result, frame)
    }

    fn call_lambda(
        &mut self,
        lambda: &Lambda,
        captured: HashMap<VarId, Value>,
        args: Vec<Value>,
    ) -> Got {
        let mut frame = Frame::new();
        for (var, value) in captured {
            let cell = self.new_cell(value);
            frame.insert(var, cell);
        }
        for ((var, _), value) in lambda.params.iter().zip(args) {
            let cell = self.new_cell(value);
            frame.insert(*var, cell);
        }
        self.body(&lambda.body, &lambda.result, frame)
    }

    /// A body and the expression that it returns at its end, before its `defer`s run.
    fn body(&mut self, body: &[Stmt], result: &Expr, mut frame: Frame) -> Got {
        match self.block(body, Some(result), &mut frame)? {
            Flow::Return(value) => Ok(value),
            Flow::On | Flow::Break | Flow::Continue => Err(Stop::Budget),
        }
    }

    fn block(
        &mut self,
        list: &[Stmt],
        result: Option<&Expr>,
        outer: &mut Frame,
    ) -> Result<Flow, Stop> {
        // Names of the block end with it, but cells stay: pointers may know them.
        let mut frame = outer.clone();
        let mut cleanups: Vec<(&[Stmt], bool)> = Vec::new();
        let mut outcome = Ok(Flow::On);
        for stmt in list {
            match stmt {
                Stmt::Defer(body) => cleanups.push((body, false)),
                Stmt::OnFail(body) => cleanups.push((body, true)),
                _ => {
                    outcome = self.stmt(stmt, &mut frame);
                    if !matches!(outcome, Ok(Flow::On)) {
                        break;
                    }
                }
            }
        }
        if let (Ok(Flow::On), Some(result)) = (&outcome, result) {
            outcome = self.eval(result, &frame).map(Flow::Return);
        }
        if matches!(outcome, Err(Stop::Trap | Stop::Budget)) {
            return outcome;
        }
        for (body, on_failure) in cleanups.into_iter().rev() {
            if !on_failure || outcome.is_err() {
                self.block(body, None, &mut frame)?;
            }
        }
        outcome
    }

    fn bind(&mut self, frame: &mut Frame, var: VarId, value: Value) {
        let cell = self.new_cell(value);
        frame.insert(var, cell);
    }

    fn stmt(&mut self, stmt: &Stmt, frame: &mut Frame) -> Result<Flow, Stop> {
        self.spend()?;
        match stmt {
            Stmt::Let { var, ty, init, .. } => {
                let value = match init {
                    Some(init) => self.eval(init, frame)?,
                    None => self.default(ty)?,
                };
                self.bind(frame, *var, value);
            }
            Stmt::Assign(place, value) => {
                let value = self.eval(value, frame)?;
                let place = self.place(place, frame)?;
                self.write(&place, value)?;
            }
            Stmt::Update(place, op, value) => {
                let value = self.eval(value, frame)?;
                let ty = place.ty.clone();
                let place = self.place(place, frame)?;
                let old = self.read(&place)?;
                let new = convert(binary(*op, old, value)?, &ty)?;
                self.write(&place, new)?;
            }
            Stmt::Multi(places, values) => {
                let values = self.eval_all(values, frame)?;
                for (place, value) in places.iter().zip(values) {
                    let place = self.place(place, frame)?;
                    self.write(&place, value)?;
                }
            }
            Stmt::Mix(value) => {
                let ty = value.ty.clone();
                let value = self.eval(value, frame)?;
                self.digest_of(&ty, &value)?;
            }
            Stmt::Expr(value) => {
                self.eval(value, frame)?;
            }
            Stmt::If(cond, yes, no) => {
                let holds = truth(&self.eval(cond, frame)?)?;
                let yes = if holds { yes } else { no };
                return self.block(yes, None, frame);
            }
            Stmt::IfLet(var, value, yes, no) => {
                return match self.eval(value, frame)? {
                    Value::Opt(Some(value)) => {
                        let mut inner = frame.clone();
                        self.bind(&mut inner, *var, *value);
                        self.block(yes, None, &mut inner)
                    }
                    _ => self.block(no, None, frame),
                };
            }
            Stmt::While(var, cond, limit, body) => {
                self.bind(frame, *var, Value::Int(I64, 0));
                let counter = Place {
                    cell: frame[var],
                    path: Vec::new(),
                };
                loop {
                    let (_, count) = int(&self.read(&counter)?)?;
                    if count >= i128::from(*limit) || !truth(&self.eval(cond, frame)?)? {
                        break;
                    }
                    self.write(&counter, Value::Int(I64, count + 1))?;
                    match self.block(body, None, frame)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::On | Flow::Continue => {}
                    }
                }
            }
            Stmt::Range {
                var,
                low,
                high,
                token,
                body,
            } => {
                let (_, mut low) = int(&self.eval(low, frame)?)?;
                let (_, mut high) = int(&self.eval(high, frame)?)?;
                if token.starts_with('<') {
                    low += 1;
                }
                if !(token.ends_with('=') && token.len() > 2) {
                    high -= 1;
                }
                while low <= high {
                    self.spend()?;
                    let mut inner = frame.clone();
                    self.bind(&mut inner, *var, Value::Int(I64, low));
                    match self.block(body, None, &mut inner)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::On | Flow::Continue => {}
                    }
                    low += 1;
                }
            }
            Stmt::Each { .. } => return self.each(stmt, frame),
            Stmt::Match {
                subject,
                arms,
                other,
            } => {
                let Value::Variant(index, payload) = self.eval(subject, frame)? else {
                    return Err(Stop::Budget);
                };
                let arm = arms.iter().find(|(variant, ..)| *variant == index);
                return match (arm, other) {
                    (Some((_, capture, body)), _) => {
                        let mut inner = frame.clone();
                        if let (Some(var), Some(payload)) = (capture, payload) {
                            self.bind(&mut inner, *var, *payload);
                        }
                        self.block(body, None, &mut inner)
                    }
                    (None, Some(body)) => self.block(body, None, frame),
                    (None, None) => Ok(Flow::On),
                };
            }
            Stmt::Block(body) => return self.block(body, None, frame),
            Stmt::Defer(_) | Stmt::OnFail(_) => return Err(Stop::Budget),
            Stmt::Break => return Ok(Flow::Break),
            Stmt::Continue => return Ok(Flow::Continue),
            Stmt::Return(value) => return Ok(Flow::Return(self.eval(value, frame)?)),
            Stmt::Raise(tag) => return Err(Stop::Raise(*tag)),
            Stmt::Destructure(vars, value) => {
                let Value::Parts(parts) = self.eval(value, frame)? else {
                    return Err(Stop::Budget);
                };
                for (var, part) in vars.iter().zip(parts) {
                    self.bind(frame, *var, part);
                }
            }
        }
        Ok(Flow::On)
    }

    fn each(&mut self, stmt: &Stmt, frame: &mut Frame) -> Result<Flow, Stop> {
        let Stmt::Each {
            item,
            by_ref,
            index,
            over,
            body,
        } = stmt
        else {
            return Err(Stop::Budget);
        };
        let (place, from, len) = match &over.ty {
            Ty::Array(_, len) => (self.place(over, frame)?, 0, *len),
            Ty::Slice(_) => match self.eval(over, frame)? {
                Value::Slice(place, from, len) => (place, from, len),
                _ => return Err(Stop::Budget),
            },
            _ => return Err(Stop::Budget),
        };
        for at in 0..len {
            self.spend()?;
            let mut element = place.clone();
            element.path.push(from + at);
            let mut inner = frame.clone();
            let value = if *by_ref {
                Value::Ptr(element)
            } else {
                self.read(&element)?
            };
            self.bind(&mut inner, *item, value);
            if let Some(index) = index {
                self.bind(&mut inner, *index, Value::Int(I64, at as i128));
            }
            match self.block(body, None, &mut inner)? {
                Flow::Break => break,
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::On | Flow::Continue => {}
            }
        }
        Ok(Flow::On)
    }

    fn mix(&mut self, word: u64) {
        self.mixed.push(word);
        let h = self.digest;
        self.digest = (h ^ word)
            .wrapping_mul(1_099_511_628_211)
            .wrapping_add(h >> 7);
    }

    pub fn digest(&self) -> u64 {
        self.digest
    }

    fn digest_of(&mut self, ty: &Ty, value: &Value) -> Result<(), Stop> {
        self.spend()?;
        match (ty, value) {
            (Ty::Int(_), Value::Int(_, v)) => self.mix(*v as u64),
            (Ty::Bool, Value::Bool(v)) => self.mix(if *v { 1 } else { 2 }),
            (Ty::F32, Value::F32(v)) => self.mix_float(f64::from(*v)),
            (Ty::F64, Value::F64(v)) => self.mix_float(*v),
            (Ty::Str, Value::Str(text)) => {
                self.mix(text.len() as u64);
                for byte in text.bytes() {
                    self.mix(u64::from(byte));
                }
            }
            (Ty::Struct(n), Value::Parts(parts)) => {
                let program = self.program;
                for ((ty, _), part) in program.structs[*n].fields.iter().zip(parts) {
                    self.digest_of(ty, part)?;
                }
            }
            (Ty::Enum(n), Value::Variant(index, _)) => {
                let (explicit, _) = self.program.enums[*n].variants[*index];
                self.mix(explicit.unwrap_or(*index as i128) as u64);
            }
            (Ty::Tagged(n), Value::Variant(index, payload)) => {
                self.mix(*index as u64 + 100);
                let program = self.program;
                if let (Some(ty), Some(payload)) = (&program.tagged[*n].variants[*index].1, payload)
                {
                    self.digest_of(ty, payload)?;
                }
            }
            (Ty::Array(of, _), Value::Parts(parts)) => {
                self.mix(parts.len() as u64);
                for part in parts {
                    self.digest_of(of, part)?;
                }
            }
            (Ty::Slice(of), Value::Slice(place, from, len)) => {
                self.mix(*len as u64);
                for at in 0..*len {
                    let mut element = place.clone();
                    element.path.push(from + at);
                    let part = self.read(&element)?;
                    self.digest_of(of, &part)?;
                }
            }
            (Ty::Opt(of), Value::Opt(payload)) => match payload {
                Some(payload) => {
                    self.mix(1);
                    self.digest_of(of, payload)?;
                }
                None => self.mix(0),
            },
            (Ty::Tuple(of), Value::Parts(parts)) => {
                for (ty, part) in of.iter().zip(parts) {
                    self.digest_of(ty, part)?;
                }
            }
            (Ty::Ptr(of), Value::Ptr(place)) => {
                let value = self.read(place)?;
                self.digest_of(of, &value)?;
            }
            (Ty::Closure(..) | Ty::Func(..), _) => self.mix(3),
            _ => return Err(Stop::Budget),
        }
        Ok(())
    }

    fn mix_float(&mut self, value: f64) {
        self.mix(if value.is_nan() { 7 } else { value.to_bits() });
    }
}

/// The variant that zero bytes stand for.
fn zero_variant(variants: &[(Option<i128>, Option<Ty>)]) -> Option<usize> {
    variants
        .iter()
        .enumerate()
        .position(|(index, (value, _))| value.unwrap_or(index as i128) == 0)
}
