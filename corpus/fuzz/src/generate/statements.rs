//! Random statements.

use super::ast::{Expr, I64, Kind, Op, Stmt, Ty};
use super::build::Builder;

impl Builder {
    /// Some statements in a scope that goes on.
    pub fn statements(&mut self, count: usize, depth: usize) -> Vec<Stmt> {
        let mut out = Vec::new();
        for _ in 0..count {
            if self.fuel <= 0 {
                break;
            }
            self.statement(depth, &mut out);
        }
        out
    }

    /// A block's statements; their names end with it.
    fn block(&mut self, depth: usize) -> Vec<Stmt> {
        let names = self.scope.len();
        let count = 1 + self.random.below(3);
        let body = self.statements(count, depth);
        self.scope.truncate(names);
        body
    }

    fn let_statement(&mut self, ty: Ty, init: Expr, annotated: bool) -> Stmt {
        let mutable = !matches!(ty, Ty::Ptr(_) | Ty::Closure(..) | Ty::Slice(_));
        let var = self.declare(&ty, mutable);
        Stmt::Let {
            var,
            ty,
            annotated,
            init: Some(init),
        }
    }

    fn statement(&mut self, depth: usize, out: &mut Vec<Stmt>) {
        let choice = self.random.below(if depth == 0 { 16 } else { 31 });
        let stmt = match choice {
            0..=2 => {
                let ty = self.data_type(2);
                if self.random.one_in(2) {
                    let init = self.target(&ty, 3);
                    self.let_statement(ty, init, true)
                } else {
                    let init = self.expr(&ty, 3);
                    // A narrowed optional without an annotation would be the optional.
                    let annotated = matches!(init.kind, Kind::Narrowed(_));
                    self.let_statement(ty, init, annotated)
                }
            }
            3 => {
                let ty = self.data_type(2);
                if !self.has_default(&ty) {
                    return;
                }
                let var = self.declare(&ty, true);
                Stmt::Let {
                    var,
                    ty,
                    annotated: true,
                    init: None,
                }
            }
            4..=6 => {
                let Some(place) = self.some_place(|_| true) else {
                    return;
                };
                let value = self.target(&place.ty, 3);
                Stmt::Assign(place, value)
            }
            7 | 8 => {
                let Some(place) = self.some_place(Ty::is_number) else {
                    return;
                };
                let ops = if place.ty.is_int() {
                    vec![Op::Add, Op::Sub, Op::Mul, Op::And, Op::Or, Op::Xor]
                } else {
                    vec![Op::Add, Op::Sub, Op::Mul, Op::Div]
                };
                let op = self.random.pick(&ops);
                let ty = if self.random.one_in(4) && place.ty.is_int() {
                    Ty::Int(self.int_type())
                } else {
                    place.ty.clone()
                };
                let value = self.expr(&ty, 2);
                Stmt::Update(place, op, value)
            }
            9 => {
                let mut places = Vec::new();
                for _ in 0..2 {
                    if let Some(place) = self.some_place(Ty::is_scalar) {
                        places.push(place);
                    }
                }
                if places.len() < 2 {
                    return;
                }
                let values = places.iter().map(|e| self.target(&e.ty, 2)).collect();
                Stmt::Multi(places, values)
            }
            10..=12 => {
                let ty = self.data_type(2);
                Stmt::Mix(self.expr(&ty, 3))
            }
            13 => {
                let functions = self.program.functions.len() - self.program.tests.len();
                if functions == 0 {
                    return;
                }
                let index = self.random.below(functions);
                if self.program.tests.iter().any(|test| test.0 == index) {
                    return;
                }
                match self.call_of(index, 2) {
                    Some(call) => Stmt::Expr(call),
                    None => return,
                }
            }
            14 if !self.lambda => {
                let ty = Ty::Closure(vec![Ty::Int(I64)], Box::new(self.scalar_type()));
                let init = self.expr(&ty, 2);
                if !matches!(init.kind, Kind::Lambda(_) | Kind::Var(_)) {
                    return;
                }
                self.let_statement(ty, init, false)
            }
            15 => {
                let Some(place) = self.some_place(|ty| !matches!(ty, Ty::Ptr(_))) else {
                    return;
                };
                let ty = Ty::Ptr(Box::new(place.ty.clone()));
                let init = Expr {
                    ty: ty.clone(),
                    kind: Kind::Addr(Box::new(place)),
                };
                self.let_statement(ty, init, false)
            }
            16..=18 => {
                let cond = self.cond(2);
                let mut yes = self.block(depth - 1);
                if self.random.one_in(5) {
                    yes.extend(self.leave());
                }
                let no = if self.random.one_in(2) {
                    self.block(depth - 1)
                } else {
                    Vec::new()
                };
                Stmt::If(cond, yes, no)
            }
            19 => {
                let of = self.scalar_type();
                let ty = Ty::Opt(Box::new(of.clone()));
                let value = match self.some_optional() {
                    Some(value) => value,
                    None => match self.read(&ty) {
                        Some(value) => value,
                        None => return,
                    },
                };
                let Ty::Opt(of) = value.ty.clone() else {
                    return;
                };
                let names = self.scope.len();
                let var = self.declare(&of, true);
                let yes = self.block(depth - 1);
                self.scope.truncate(names);
                let no = self.block(depth - 1);
                Stmt::IfLet(var, value, yes, no)
            }
            20 => match self.narrowing(depth) {
                Some(stmt) => stmt,
                None => return,
            },
            21 => {
                let var = self.fresh();
                let cond = self.cond(2);
                self.loops += 1;
                let mut body = self.block(depth - 1);
                self.maybe_jump(&mut body);
                self.loops -= 1;
                Stmt::While(var, cond, 1 + self.random.below(6) as u32, body)
            }
            22 | 23 => self.range(depth),
            24 | 25 => match self.each(depth) {
                Some(stmt) => stmt,
                None => return,
            },
            26 | 27 => match self.matching(depth) {
                Some(stmt) => stmt,
                None => return,
            },
            28 => Stmt::Block(self.block(depth - 1)),
            29 if !self.cleanup => {
                let was = self.cleanup;
                self.cleanup = true;
                let loops = std::mem::take(&mut self.loops);
                let body = self.block(0);
                self.cleanup = was;
                self.loops = loops;
                if self.failable && self.random.one_in(2) {
                    Stmt::OnFail(body)
                } else {
                    Stmt::Defer(body)
                }
            }
            30 => {
                let count = 2 + self.random.below(2);
                let of: Vec<Ty> = (0..count).map(|_| self.data_type(1)).collect();
                let value = self.expr(&Ty::Tuple(of.clone()), 2);
                let vars = of.iter().map(|ty| self.declare(ty, true)).collect();
                Stmt::Destructure(vars, value)
            }
            _ => return,
        };
        out.push(stmt);
    }

    fn has_default(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Int(_) | Ty::F32 | Ty::F64 | Ty::Bool | Ty::Str | Ty::Enum(_) | Ty::Opt(_) => true,
            Ty::Struct(n) => self.program.structs[*n]
                .fields
                .iter()
                .all(|(ty, _)| self.has_default(ty)),
            Ty::Array(of, _) => self.has_default(of),
            Ty::Tuple(of) => of.iter().all(|ty| self.has_default(ty)),
            Ty::Tagged(_) | Ty::Slice(_) | Ty::Ptr(_) | Ty::Closure(..) | Ty::Func(..) => false,
        }
    }

    fn some_place(&mut self, wanted: impl Fn(&Ty) -> bool) -> Option<Expr> {
        let paths: Vec<_> = self
            .paths()
            .into_iter()
            .filter(|path| path.mutable && wanted(&path.expr.ty))
            .filter(|path| !matches!(path.expr.ty, Ty::Slice(_) | Ty::Closure(..)))
            .collect();
        (!paths.is_empty()).then(|| self.random.pick(&paths).expr)
    }

    fn some_optional(&mut self) -> Option<Expr> {
        let paths: Vec<_> = self
            .paths()
            .into_iter()
            .filter(|path| matches!(path.expr.ty, Ty::Opt(_)))
            .collect();
        (!paths.is_empty()).then(|| self.random.pick(&paths).expr)
    }

    /// A way out of the block, where one is allowed.
    fn leave(&mut self) -> Vec<Stmt> {
        if self.cleanup {
            return Vec::new();
        }
        if self.loops > 0 && self.random.one_in(2) {
            return vec![self.random.pick(&[Stmt::Break, Stmt::Continue])];
        }
        if self.failable && self.random.one_in(2) {
            return vec![Stmt::Raise(self.random.below(3))];
        }
        let ret = self.ret.clone();
        vec![Stmt::Return(self.target(&ret, 2))]
    }

    fn maybe_jump(&mut self, body: &mut Vec<Stmt>) {
        if self.random.one_in(3) {
            let cond = self.cond(2);
            let exit = self.leave();
            if !exit.is_empty() {
                body.push(Stmt::If(cond, exit, Vec::new()));
            }
        }
    }

    /// `if o != null { ... }`, where `o` is its payload.
    fn narrowing(&mut self, depth: usize) -> Option<Stmt> {
        let candidates: Vec<usize> = (0..self.scope.len())
            .filter(|at| matches!(self.scope[*at].ty, Ty::Opt(_)) && !self.scope[*at].narrowed)
            .filter(|at| self.scope[*at].mutable)
            // As a condition, an optional bool would ask whether it is present.
            .filter(|at| self.scope[*at].ty != Ty::Opt(Box::new(Ty::Bool)))
            .collect();
        if candidates.is_empty() {
            return None;
        }
        let at = self.random.pick(&candidates);
        let before = self.scope[at].clone();
        let Ty::Opt(of) = before.ty.clone() else {
            return None;
        };
        let cond = Expr {
            ty: Ty::Bool,
            kind: Kind::NotNull(before.var),
        };
        self.scope[at].ty = *of;
        self.scope[at].narrowed = true;
        self.scope[at].mutable = false;
        let yes = self.block(depth - 1);
        self.scope[at] = before;
        let no = if self.random.one_in(2) {
            self.block(depth - 1)
        } else {
            Vec::new()
        };
        Some(Stmt::If(cond, yes, no))
    }

    fn range(&mut self, depth: usize) -> Stmt {
        let ty = Ty::Int(I64);
        let low = super::build::lit(&ty, i128::from(self.random.range(0, 3)), true);
        let high = if self.random.one_in(2) {
            super::build::lit(&ty, i128::from(self.random.range(0, 6)), true)
        } else {
            // Few rounds, whatever the value.
            let value = self.expr(&ty, 2);
            let mask = super::build::lit(&ty, 7, true);
            Expr {
                ty: ty.clone(),
                kind: Kind::Bin(Op::And, Box::new(value), Box::new(mask)),
            }
        };
        let token = self.random.pick(&[
            "..", "..=", "..<", "<..", "<..=", "<..<", "=..", "=..=", "=..<",
        ]);
        let names = self.scope.len();
        let var = self.declare(&ty, false);
        self.loops += 1;
        let mut body = self.block(depth - 1);
        self.maybe_jump(&mut body);
        self.loops -= 1;
        self.scope.truncate(names);
        Stmt::Range {
            var,
            low,
            high,
            token,
            body,
        }
    }

    fn each(&mut self, depth: usize) -> Option<Stmt> {
        let paths: Vec<_> = self
            .paths()
            .into_iter()
            .filter(|path| matches!(path.expr.ty, Ty::Array(..) | Ty::Slice(_)))
            .filter(|path| !matches!(path.expr.kind, Kind::Narrowed(_)))
            .collect();
        if paths.is_empty() {
            return None;
        }
        let path = self.random.pick(&paths);
        let (Ty::Array(of, _) | Ty::Slice(of)) = path.expr.ty.clone() else {
            return None;
        };
        let writable = path.mutable || matches!(path.expr.ty, Ty::Slice(_));
        let by_ref = writable && self.random.one_in(2);
        let names = self.scope.len();
        let item_ty = if by_ref { Ty::Ptr(of) } else { *of };
        let item = self.declare(&item_ty, false);
        let index = self
            .random
            .one_in(3)
            .then(|| self.declare(&Ty::Int(I64), false));
        self.loops += 1;
        let mut body = self.block(depth - 1);
        self.maybe_jump(&mut body);
        self.loops -= 1;
        self.scope.truncate(names);
        Some(Stmt::Each {
            item,
            by_ref,
            index,
            over: path.expr,
            body,
        })
    }

    fn matching(&mut self, depth: usize) -> Option<Stmt> {
        let paths: Vec<_> = self
            .paths()
            .into_iter()
            .filter(|path| matches!(path.expr.ty, Ty::Enum(_) | Ty::Tagged(_)))
            .filter(|path| !matches!(path.expr.kind, Kind::Narrowed(_)))
            .collect();
        let subject = if paths.is_empty() {
            let ty = Ty::Tagged(self.random.below(self.program.tagged.len()));
            self.variant(&ty, 2)
        } else {
            self.random.pick(&paths).expr
        };
        let variants = match subject.ty {
            Ty::Enum(n) => self.program.enums[n].variants.clone(),
            Ty::Tagged(n) => self.program.tagged[n].variants.clone(),
            _ => return None,
        };
        let mut arms = Vec::new();
        for (index, (_, payload)) in variants.iter().enumerate() {
            if self.random.one_in(4) {
                continue;
            }
            let names = self.scope.len();
            let capture = payload
                .as_ref()
                .filter(|_| !self.random.one_in(4))
                .map(|ty| self.declare(ty, false));
            let body = self.block(depth - 1);
            self.scope.truncate(names);
            arms.push((index, capture, body));
        }
        if arms.is_empty() {
            return None;
        }
        let other = self.random.one_in(2).then(|| self.block(depth - 1));
        Some(Stmt::Match {
            subject,
            arms,
            other,
        })
    }
}
