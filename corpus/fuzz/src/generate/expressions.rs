//! Random expressions of a wanted type.

use super::ast::{Cmp, Expr, I64, IntTy, Kind, Lambda, Op, Stmt, Ty, Un};
use super::build::{Builder, lit};

fn make(ty: &Ty, kind: Kind) -> Expr {
    Expr {
        ty: ty.clone(),
        kind,
    }
}

/// Whether a target type reaches the arms of a conditional value through an operator, which works on the arms' own type
/// otherwise.
fn arms_under_operator(e: &Expr, under: bool) -> bool {
    match &e.kind {
        Kind::Bin(_, left, right) => {
            arms_under_operator(left, true) || arms_under_operator(right, true)
        }
        Kind::Un(_, inner) => arms_under_operator(inner, true),
        Kind::If(parts) => {
            under || arms_under_operator(&parts.1, under) || arms_under_operator(&parts.2, under)
        }
        Kind::Match(_, arms, other) => {
            under
                || arms.iter().any(|(_, arm)| arms_under_operator(arm, under))
                || arms_under_operator(other, under)
        }
        Kind::Default(..) | Kind::OrElse(..) | Kind::Catch(..) => under,
        _ => false,
    }
}

/// A place that can be read, and whether it can be written.
#[derive(Clone, Debug)]
pub struct Path {
    pub expr: Expr,
    pub mutable: bool,
}

impl Builder {
    /// An expression for a place that converts to `ty`: an argument, an annotated variable, a field.
    pub fn target(&mut self, ty: &Ty, depth: usize) -> Expr {
        match ty {
            Ty::Int(_) | Ty::F32 | Ty::F64 if self.random.one_in(4) => {
                if ty.is_int() && self.random.one_in(2) {
                    return self.literal(ty, true);
                }
                let from = self.scalar_type();
                let inner = if ty.is_int() && from.is_float() {
                    // A constant would have to be integral.
                    match self.read(&from) {
                        Some(e) => e,
                        None => return self.expr(ty, depth),
                    }
                } else {
                    self.expr(&from, depth)
                };
                // The target would reach the arms before the operator does.
                if arms_under_operator(&inner, false) {
                    return self.expr(ty, 0);
                }
                make(ty, Kind::Implicit(Box::new(inner)))
            }
            Ty::Opt(of) => match self.random.below(4) {
                0 => make(ty, Kind::Null),
                1 => self.expr(ty, depth),
                _ => {
                    let inner = self.target(of, depth);
                    // What is converted to the payload's type must not be taken for the optional.
                    let inner = match inner.kind {
                        Kind::Implicit(_) | Kind::Null | Kind::Int { bare: true, .. } => {
                            self.expr(of, depth)
                        }
                        _ => inner,
                    };
                    make(ty, Kind::Implicit(Box::new(inner)))
                }
            },
            Ty::Enum(_) | Ty::Tagged(_) if self.random.one_in(2) => {
                let mut e = self.variant(ty, depth);
                if let Kind::Variant { short, .. } = &mut e.kind {
                    *short = true;
                }
                e
            }
            Ty::Slice(of) => self.slice(of, depth),
            _ => self.expr(ty, depth),
        }
    }

    /// An expression that has the type by itself, wherever it stands.
    pub fn expr(&mut self, ty: &Ty, depth: usize) -> Expr {
        self.fuel -= 1;
        if depth == 0 || self.fuel <= 0 {
            return self.leaf(ty);
        }
        let next = depth - 1;
        match self.random.below(14) {
            0..=2 => self.leaf(ty),
            3 => {
                let cond = self.cond(next);
                let (yes, no) = (self.arm(ty, next), self.arm(ty, next));
                make(ty, Kind::If(Box::new((cond, yes, no))))
            }
            4 => self.call(ty, next).unwrap_or_else(|| self.leaf(ty)),
            5 => {
                let optional = Ty::Opt(Box::new(ty.clone()));
                if matches!(ty, Ty::Opt(_)) {
                    return self.leaf(ty);
                }
                match self.read(&optional) {
                    Some(value) => {
                        let default = self.expr(ty, next);
                        make(ty, Kind::Default(Box::new(value), Box::new(default)))
                    }
                    None => self.compound(ty, next),
                }
            }
            6 if self.random.one_in(3) => {
                let subject_ty = Ty::Int(self.int_type());
                let subject = self.arm(&subject_ty, next);
                let Ty::Int(int) = subject_ty else {
                    return self.leaf(ty);
                };
                let mut arms = Vec::new();
                for label in 0..1 + self.random.below(3) as i128 {
                    if label <= int.max() {
                        arms.push((label, self.arm(ty, next)));
                    }
                }
                let other = self.arm(ty, next);
                make(ty, Kind::Match(Box::new(subject), arms, Box::new(other)))
            }
            _ => self.compound(ty, next),
        }
    }

    /// The value of a branch, where narrowing does not count.
    fn arm(&mut self, ty: &Ty, depth: usize) -> Expr {
        let e = self.expr(ty, depth);
        match e.kind {
            Kind::Narrowed(_) => make(ty, Kind::Cast(Box::new(e))),
            _ => e,
        }
    }

    pub fn cond(&mut self, depth: usize) -> Expr {
        self.expr(&Ty::Bool, depth.max(1))
    }

    fn leaf(&mut self, ty: &Ty) -> Expr {
        if self.random.below(5) != 0
            && let Some(e) = self.read(ty)
        {
            return e;
        }
        match ty {
            Ty::Int(_) | Ty::F32 | Ty::F64 | Ty::Bool | Ty::Str => self.literal(ty, false),
            _ => self.compound(ty, 0),
        }
    }

    /// Something in scope of this very type.
    pub fn read(&mut self, ty: &Ty) -> Option<Expr> {
        let paths: Vec<Path> = self
            .paths()
            .into_iter()
            .filter(|path| path.expr.ty == *ty)
            .collect();
        (!paths.is_empty()).then(|| self.random.pick(&paths).expr)
    }

    pub fn write(&mut self, ty: &Ty) -> Option<Expr> {
        let paths: Vec<Path> = self
            .paths()
            .into_iter()
            .filter(|path| path.mutable && path.expr.ty == *ty)
            .collect();
        (!paths.is_empty()).then(|| self.random.pick(&paths).expr)
    }

    /// Everything that can be named now, with parts of parts.
    pub fn paths(&mut self) -> Vec<Path> {
        let mut out = Vec::new();
        for name in self.scope.clone() {
            let kind = if name.narrowed {
                Kind::Narrowed(name.var)
            } else {
                Kind::Var(name.var)
            };
            out.push(Path {
                expr: make(&name.ty, kind),
                mutable: name.mutable,
            });
        }
        for (n, (ty, _)) in self.program.globals.iter().enumerate() {
            out.push(Path {
                expr: make(ty, Kind::Global(n)),
                mutable: true,
            });
        }
        let mut from = 0;
        for _ in 0..3 {
            let to = out.len();
            for at in from..to {
                let path = out[at].clone();
                self.parts(&path, &mut out);
            }
            from = to;
        }
        out
    }

    fn parts(&mut self, path: &Path, out: &mut Vec<Path>) {
        let base = || Box::new(path.expr.clone());
        let mut add = |ty: &Ty, kind: Kind, mutable: bool| {
            out.push(Path {
                expr: make(ty, kind),
                mutable,
            });
        };
        match &path.expr.ty {
            Ty::Struct(n) => {
                for (i, (ty, _)) in self.program.structs[*n].fields.iter().enumerate() {
                    add(ty, Kind::Field(base(), i), path.mutable);
                }
            }
            Ty::Tuple(of) => {
                for (i, ty) in of.iter().enumerate() {
                    add(ty, Kind::Element(base(), i), path.mutable);
                }
            }
            Ty::Array(of, len) => {
                let (of, len) = ((**of).clone(), *len);
                let index = self.index(len);
                add(&of, Kind::Index(base(), Box::new(index)), path.mutable);
            }
            Ty::Ptr(of) => {
                if let Ty::Struct(n) = **of {
                    for (i, (ty, _)) in self.program.structs[n].fields.iter().enumerate() {
                        add(ty, Kind::Field(base(), i), true);
                    }
                }
                add(of, Kind::Deref(base()), true);
            }
            Ty::Int(_)
            | Ty::F32
            | Ty::F64
            | Ty::Bool
            | Ty::Str
            | Ty::Enum(_)
            | Ty::Tagged(_)
            | Ty::Slice(_)
            | Ty::Opt(_)
            | Ty::Closure(..)
            | Ty::Func(..) => {}
        }
    }

    /// An index below `len`, nearly always.
    fn index(&mut self, len: usize) -> Expr {
        let ty = Ty::Int(I64);
        let names: Vec<_> = self
            .scope
            .iter()
            .filter(|name| name.ty == ty && !name.narrowed)
            .map(|name| name.var)
            .collect();
        if names.is_empty() || self.random.one_in(2) || !len.is_power_of_two() {
            if !names.is_empty() && self.random.one_in(150) {
                return make(&ty, Kind::Var(self.random.pick(&names)));
            }
            return lit(&ty, self.random.below(len) as i128, true);
        }
        let var = make(&ty, Kind::Var(self.random.pick(&names)));
        let mask = lit(&ty, len as i128 - 1, true);
        make(&ty, Kind::Bin(Op::And, Box::new(var), Box::new(mask)))
    }

    /// A value made of others.
    fn compound(&mut self, ty: &Ty, depth: usize) -> Expr {
        match ty {
            Ty::Int(int) => self.int_expr(ty, *int, depth),
            Ty::F32 | Ty::F64 => self.float_expr(ty, depth),
            Ty::Bool => self.bool_expr(depth),
            Ty::Str => self.literal(ty, false),
            Ty::Struct(n) => self.struct_expr(ty, *n, depth),
            Ty::Enum(_) | Ty::Tagged(_) => self.variant(ty, depth),
            Ty::Array(of, len) => {
                let items = (0..*len).map(|_| self.target(of, depth / 2)).collect();
                make(ty, Kind::Array(items))
            }
            Ty::Tuple(of) => {
                let items = of.iter().map(|ty| self.target(ty, depth / 2)).collect();
                make(ty, Kind::Tuple(items))
            }
            Ty::Opt(_) => match self.read(ty) {
                Some(e) => e,
                None => self.wrapped(ty, depth),
            },
            Ty::Slice(of) => self.slice(of, depth),
            Ty::Ptr(of) => match self.write(of) {
                Some(place) => make(ty, Kind::Addr(Box::new(place))),
                None => self.read(ty).unwrap_or_else(|| {
                    // Something has to be pointed at.
                    let value = self.expr(of, 0);
                    make(ty, Kind::Spill(Box::new(value)))
                }),
            },
            Ty::Closure(params, ret) => self.lambda_expr(ty, params, ret, depth),
            Ty::Func(..) => make(ty, Kind::Null),
        }
    }

    /// An optional without a place that makes one: an arm of an `if` with a cast.
    fn wrapped(&mut self, ty: &Ty, depth: usize) -> Expr {
        let Ty::Opt(of) = ty else {
            return make(ty, Kind::Null);
        };
        let inner = self.expr(of, depth);
        make(ty, Kind::Cast(Box::new(inner)))
    }

    fn int_expr(&mut self, ty: &Ty, int: IntTy, depth: usize) -> Expr {
        match self.random.below(16) {
            0..=6 => {
                let op = self
                    .random
                    .pick(&[Op::Add, Op::Sub, Op::Mul, Op::And, Op::Or, Op::Xor]);
                let left = self.expr(ty, depth);
                let right = self.operand(ty, depth);
                make(ty, Kind::Bin(op, Box::new(left), Box::new(right)))
            }
            7 => {
                let op = self.random.pick(&[Op::Div, Op::Rem]);
                let left = self.expr(ty, depth);
                let right = self.expr(ty, depth);
                let right = if self.random.one_in(40) {
                    right
                } else {
                    let one = lit(ty, 1, int.bits > 1);
                    let one = if int.bits > 1 {
                        one
                    } else {
                        lit(ty, int.wrap(1), false)
                    };
                    make(ty, Kind::Bin(Op::Or, Box::new(right), Box::new(one)))
                };
                make(ty, Kind::Bin(op, Box::new(left), Box::new(right)))
            }
            8 | 9 => {
                let op = self.random.pick(&[Op::Shl, Op::Shr]);
                let left = self.expr(ty, depth);
                let amount = if self.random.one_in(60) {
                    let amount_ty = Ty::Int(self.int_type());
                    self.expr(&amount_ty, depth)
                } else if self.random.one_in(2) && int.bits.is_power_of_two() && int.bits > 1 {
                    let word = Ty::Int(I64);
                    let value = self.expr(&word, depth);
                    let mask = lit(&word, i128::from(int.bits) - 1, true);
                    make(&word, Kind::Bin(Op::And, Box::new(value), Box::new(mask)))
                } else {
                    let word = Ty::Int(I64);
                    lit(&word, self.random.below(int.bits as usize) as i128, false)
                };
                make(ty, Kind::Bin(op, Box::new(left), Box::new(amount)))
            }
            10 => {
                let op = self.random.pick(&[Un::Neg, Un::BitNot]);
                let inner = self.expr(ty, depth);
                make(ty, Kind::Un(op, Box::new(inner)))
            }
            11 | 12 => {
                let from = self.scalar_type();
                let inner = self.expr(&from, depth);
                make(ty, Kind::Cast(Box::new(inner)))
            }
            13 if *ty == Ty::Int(I64) => {
                let names = self.paths();
                let long: Vec<_> = names
                    .into_iter()
                    .filter(|path| matches!(path.expr.ty, Ty::Str | Ty::Array(..) | Ty::Slice(_)))
                    .collect();
                if long.is_empty() {
                    return self.leaf_or_literal(ty);
                }
                let base = self.random.pick(&long).expr;
                make(ty, Kind::Len(Box::new(base)))
            }
            14 if !self.program.enums.is_empty() => {
                let from = Ty::Enum(self.random.below(self.program.enums.len()));
                let inner = self.expr(&from, depth);
                make(ty, Kind::Cast(Box::new(inner)))
            }
            _ => self.leaf_or_literal(ty),
        }
    }

    fn leaf_or_literal(&mut self, ty: &Ty) -> Expr {
        match self.read(ty) {
            Some(e) => e,
            None => self.literal(ty, false),
        }
    }

    /// The right side of an operator whose left side is an integer of type `ty`: other integers are converted.
    fn operand(&mut self, ty: &Ty, depth: usize) -> Expr {
        match self.random.below(6) {
            0 => {
                let mut e = self.literal(ty, true);
                if let Kind::Int { value, bare } = &mut e.kind {
                    *bare = *value <= I64.max() && *value >= -I64.max();
                }
                e
            }
            1 => {
                let other = Ty::Int(self.int_type());
                self.expr(&other, depth)
            }
            _ => self.expr(ty, depth),
        }
    }

    fn float_expr(&mut self, ty: &Ty, depth: usize) -> Expr {
        let ops = [Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem];
        match self.random.below(10) {
            0..=3 => {
                let (op, left) = (self.random.pick(&ops), self.expr(ty, depth));
                let right = match self.random.below(6) {
                    0 => {
                        let other = self.scalar_type();
                        let other = if other.is_number() {
                            other
                        } else {
                            Ty::Int(I64)
                        };
                        self.expr(&other, depth)
                    }
                    _ => self.expr(ty, depth),
                };
                make(ty, Kind::Bin(op, Box::new(left), Box::new(right)))
            }
            4 => {
                // An integer on the left becomes the float.
                let other = Ty::Int(self.int_type());
                let (op, left) = (self.random.pick(&ops), self.expr(&other, depth));
                let right = self.expr(ty, depth);
                make(ty, Kind::Bin(op, Box::new(left), Box::new(right)))
            }
            5 => {
                let inner = self.expr(ty, depth);
                make(ty, Kind::Un(Un::Neg, Box::new(inner)))
            }
            6 | 7 => {
                let from = self.scalar_type();
                let inner = self.expr(&from, depth);
                make(ty, Kind::Cast(Box::new(inner)))
            }
            _ => self.leaf_or_literal(ty),
        }
    }

    /// Whether `==` is defined on a type.
    fn comparable(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Int(_) | Ty::F32 | Ty::F64 | Ty::Bool | Ty::Str | Ty::Enum(_) | Ty::Tagged(_) => {
                true
            }
            Ty::Struct(n) => self.program.structs[*n]
                .fields
                .iter()
                .all(|(ty, _)| self.comparable(ty)),
            Ty::Opt(of) => self.comparable(of),
            Ty::Tuple(of) => of.iter().all(|ty| self.comparable(ty)),
            Ty::Array(..) | Ty::Slice(_) | Ty::Ptr(_) | Ty::Closure(..) | Ty::Func(..) => false,
        }
    }

    fn bool_expr(&mut self, depth: usize) -> Expr {
        let ty = &Ty::Bool;
        match self.random.below(12) {
            0..=5 => {
                let first = self.scalar_type();
                let first = if first == Ty::Bool {
                    Ty::Int(I64)
                } else {
                    first
                };
                let links = 1 + usize::from(self.random.one_in(4));
                let mut items = vec![self.expr(&first, depth)];
                let mut ops = Vec::new();
                for _ in 0..links {
                    ops.push(self.random.pick(&[
                        Cmp::Eq,
                        Cmp::Ne,
                        Cmp::Lt,
                        Cmp::Le,
                        Cmp::Gt,
                        Cmp::Ge,
                    ]));
                    let other = match self.random.below(4) {
                        0 => {
                            let other = self.scalar_type();
                            if other == Ty::Bool {
                                first.clone()
                            } else {
                                other
                            }
                        }
                        _ => first.clone(),
                    };
                    items.push(self.expr(&other, depth));
                }
                make(ty, Kind::Chain(items, ops))
            }
            6 => {
                let other = self.data_type(1);
                if !self.comparable(&other) {
                    return self.leaf_or_literal(ty);
                }
                let items = vec![self.expr(&other, depth), self.expr(&other, depth)];
                let op = self.random.pick(&[Cmp::Eq, Cmp::Ne]);
                make(ty, Kind::Chain(items, vec![op]))
            }
            7 | 8 => {
                let and = self.random.one_in(2);
                let sides = Box::new((self.expr(ty, depth), self.expr(ty, depth)));
                make(ty, Kind::Logic { and, sides })
            }
            9 => {
                let inner = self.expr(ty, depth);
                make(ty, Kind::Un(Un::Not, Box::new(inner)))
            }
            10 => {
                let optional: Vec<Path> = self
                    .paths()
                    .into_iter()
                    .filter(|path| matches!(path.expr.ty, Ty::Opt(_)))
                    .collect();
                if optional.is_empty() {
                    return self.leaf_or_literal(ty);
                }
                let value = self.random.pick(&optional).expr;
                make(ty, Kind::Present(Box::new(value)))
            }
            _ => self.leaf_or_literal(ty),
        }
    }

    fn struct_expr(&mut self, ty: &Ty, n: usize, depth: usize) -> Expr {
        let fields = self.program.structs[n].fields.clone();
        let named = self.random.one_in(2);
        let mut order: Vec<usize> = (0..fields.len()).collect();
        if named {
            // Any order, some left out.
            for at in (1..order.len()).rev() {
                let other = self.random.below(at + 1);
                order.swap(at, other);
            }
            let missing = |ty: &Ty| !matches!(ty, Ty::Tagged(_));
            if self.random.one_in(2) {
                let last = order.pop();
                if let Some(last) =
                    last.filter(|last| !missing(&fields[*last].0) || order.is_empty())
                {
                    order.push(last);
                }
            }
        }
        let fields = order
            .into_iter()
            .map(|index| (index, self.target(&fields[index].0, depth / 2)))
            .collect();
        make(ty, Kind::Struct { fields, named })
    }

    pub fn variant(&mut self, ty: &Ty, depth: usize) -> Expr {
        let variants = match ty {
            Ty::Enum(n) => self.program.enums[*n].variants.clone(),
            Ty::Tagged(n) => self.program.tagged[*n].variants.clone(),
            _ => Vec::new(),
        };
        let index = self.random.below(variants.len());
        let payload = variants
            .get(index)
            .and_then(|(_, payload)| payload.clone())
            .map(|payload| Box::new(self.target(&payload, depth / 2)));
        make(
            ty,
            Kind::Variant {
                index,
                short: false,
                payload,
            },
        )
    }

    fn slice(&mut self, of: &Ty, depth: usize) -> Expr {
        let ty = Ty::Slice(Box::new(of.clone()));
        let sources: Vec<Path> = self
            .paths()
            .into_iter()
            .filter(|path| match &path.expr.ty {
                Ty::Array(element, _) => path.mutable && **element == *of,
                Ty::Slice(element) => **element == *of,
                _ => false,
            })
            .collect();
        if sources.is_empty() {
            let len = 1 + self.random.below(3);
            let array = Ty::Array(Box::new(of.clone()), len);
            let items = (0..len).map(|_| self.expr(of, depth / 2)).collect();
            let literal = make(&array, Kind::Array(items));
            return make(&ty, Kind::View(Box::new(literal)));
        }
        let source = self.random.pick(&sources).expr;
        let Ty::Array(_, len) = source.ty else {
            return source;
        };
        if self.random.one_in(3) {
            return make(&ty, Kind::View(Box::new(source)));
        }
        let word = Ty::Int(I64);
        let low = self.random.below(len + 1);
        let high = low + self.random.below(len - low + 1);
        make(
            &ty,
            Kind::Slice(
                Box::new(source),
                Box::new(lit(&word, low as i128, true)),
                Box::new(lit(&word, high as i128, true)),
            ),
        )
    }

    fn lambda_expr(&mut self, ty: &Ty, params: &[Ty], ret: &Ty, depth: usize) -> Expr {
        let saved = self.scope.clone();
        let outer = (
            self.loops,
            self.cleanup,
            self.failable,
            self.lambda,
            self.ret.clone(),
        );
        // Narrowing does not enter a closure.
        self.scope.retain(|name| !name.narrowed);
        for name in &mut self.scope {
            name.mutable = name.mutable && !matches!(name.ty, Ty::Array(..));
        }
        self.loops = 0;
        self.cleanup = false;
        self.failable = false;
        self.lambda = true;
        self.ret = ret.clone();
        let params: Vec<_> = params
            .iter()
            .map(|ty| (self.declare(ty, true), ty.clone()))
            .collect();
        let body: Vec<Stmt> = if self.random.one_in(2) {
            Vec::new()
        } else {
            let size = 1 + self.random.below(2);
            self.statements(size, 1)
        };
        let result = self.target(ret, depth.max(1));
        self.scope = saved;
        (
            self.loops,
            self.cleanup,
            self.failable,
            self.lambda,
            self.ret,
        ) = outer;
        make(
            ty,
            Kind::Lambda(Box::new(Lambda {
                params,
                ret: ret.clone(),
                body,
                result,
            })),
        )
    }

    // ---- calls -------------------------------------------------------------------------------

    /// A call that gives `ty`.
    fn call(&mut self, ty: &Ty, depth: usize) -> Option<Expr> {
        let closures: Vec<Path> = self
            .paths()
            .into_iter()
            .filter(|path| matches!(&path.expr.ty, Ty::Closure(_, ret) if **ret == *ty))
            .collect();
        if !closures.is_empty() && self.random.one_in(2) {
            let callee = self.random.pick(&closures).expr;
            let Ty::Closure(params, _) = callee.ty.clone() else {
                return None;
            };
            let args = params.iter().map(|ty| self.target(ty, depth)).collect();
            return Some(make(ty, Kind::CallValue(Box::new(callee), args)));
        }
        let fitting: Vec<usize> = (0..self.program.functions.len())
            .filter(|index| self.program.functions[*index].ret == *ty)
            .filter(|index| !self.program.tests.iter().any(|test| test.0 == *index))
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let index = self.random.pick(&fitting);
        self.call_of(index, depth)
    }

    /// A call of a function, with its error absorbed or passed on.
    pub fn call_of(&mut self, index: usize, depth: usize) -> Option<Expr> {
        let function = &self.program.functions[index];
        let (ret, failable, method_of) =
            (function.ret.clone(), function.failable, function.method_of);
        let params: Vec<Ty> = function.params.iter().map(|(_, ty)| ty.clone()).collect();
        if let Some(n) = method_of {
            let receiver = self.write(&Ty::Struct(n))?;
            let mut args = vec![receiver];
            for ty in &params[1..] {
                args.push(self.target(ty, depth));
            }
            return Some(make(&ret, Kind::Method(index, args)));
        }
        let args = params.iter().map(|ty| self.target(ty, depth)).collect();
        let call = make(&ret, Kind::Call(index, args));
        if !failable {
            return Some(call);
        }
        Some(match self.random.below(3) {
            0 if self.failable && !self.cleanup => make(&ret, Kind::Try(Box::new(call))),
            1 => {
                let (first, other) = (self.arm(&ret, depth), self.arm(&ret, depth));
                make(
                    &ret,
                    Kind::Catch(Box::new(call), Box::new(first), Box::new(other)),
                )
            }
            _ => {
                let default = self.expr(&ret, depth);
                make(&ret, Kind::OrElse(Box::new(call), Box::new(default)))
            }
        })
    }
}
