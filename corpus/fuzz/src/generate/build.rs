//! Random programs: types first, then functions that call only earlier ones, so that everything ends.

use super::ast::{
    EnumDef, Expr, Function, I64, IntTy, Kind, Program, Stmt, StructDef, Ty, U64, VarId,
};
use crate::random::Random;

/// A name in scope.
#[derive(Clone, Debug)]
pub struct Name {
    pub var: VarId,
    pub ty: Ty,
    /// It may be assigned, and has an address.
    pub mutable: bool,
    /// An optional that reads as its payload here; `ty` is the payload's.
    pub narrowed: bool,
}

pub struct Builder {
    pub random: Random,
    pub program: Program,
    next_var: VarId,
    pub scope: Vec<Name>,
    pub loops: usize,
    /// Inside `defer` or `onfail`.
    pub cleanup: bool,
    pub failable: bool,
    /// Inside a lambda's body.
    pub lambda: bool,
    /// What the function returns.
    pub ret: Ty,
    /// Nodes that may still be made for this function.
    pub fuel: i32,
}

pub fn lit(ty: &Ty, value: i128, bare: bool) -> Expr {
    Expr {
        ty: ty.clone(),
        kind: Kind::Int { value, bare },
    }
}

pub fn program(seed: u64) -> Program {
    let mut builder = Builder {
        random: Random::new(seed),
        program: Program::default(),
        next_var: 0,
        scope: Vec::new(),
        loops: 0,
        cleanup: false,
        failable: false,
        lambda: false,
        ret: Ty::Int(U64),
        fuel: 0,
    };
    builder.types();
    builder.globals();
    for _ in 0..2 + builder.random.below(4) {
        builder.helper();
    }
    for _ in 0..1 + builder.random.below(3) {
        builder.test();
    }
    builder.program
}

impl Builder {
    pub fn fresh(&mut self) -> VarId {
        self.next_var += 1;
        self.next_var
    }

    pub fn declare(&mut self, ty: &Ty, mutable: bool) -> VarId {
        let var = self.fresh();
        self.scope.push(Name {
            var,
            ty: ty.clone(),
            mutable,
            narrowed: false,
        });
        var
    }

    // ---- types -------------------------------------------------------------------------------

    pub fn int_type(&mut self) -> IntTy {
        let random = &mut self.random;
        match random.below(10) {
            0..=2 => I64,
            3..=6 => IntTy {
                signed: random.one_in(2),
                bits: random.pick(&[8, 16, 32, 64]),
                word: false,
            },
            7 => IntTy {
                signed: random.one_in(2),
                bits: 64,
                word: true,
            },
            _ => IntTy {
                signed: random.one_in(2),
                bits: 1 + random.below(64) as u32,
                word: false,
            },
        }
    }

    pub fn scalar_type(&mut self) -> Ty {
        match self.random.below(12) {
            0 => Ty::F32,
            1 | 2 => Ty::F64,
            3 => Ty::Bool,
            _ => Ty::Int(self.int_type()),
        }
    }

    /// A type that can be part of others.
    pub fn data_type(&mut self, depth: usize) -> Ty {
        let deep = depth == 0;
        match self.random.below(if deep { 14 } else { 26 }) {
            0..=11 => self.scalar_type(),
            12 => Ty::Str,
            13 if !self.program.enums.is_empty() => {
                Ty::Enum(self.random.below(self.program.enums.len()))
            }
            14..=16 if !self.program.structs.is_empty() => {
                Ty::Struct(self.random.below(self.program.structs.len()))
            }
            17 | 18 => {
                let len = self.random.pick(&[1, 2, 3, 4, 4, 8]);
                Ty::Array(Box::new(self.data_type(depth - 1)), len)
            }
            19..=21 => Ty::Opt(Box::new(self.optional_payload(depth - 1))),
            22 | 23 => {
                let count = 1 + self.random.below(3);
                Ty::Tuple((0..count).map(|_| self.data_type(depth - 1)).collect())
            }
            24 if !self.program.tagged.is_empty() => {
                Ty::Tagged(self.random.below(self.program.tagged.len()))
            }
            _ => self.scalar_type(),
        }
    }

    fn optional_payload(&mut self, depth: usize) -> Ty {
        let ty = self.data_type(depth);
        if matches!(ty, Ty::Opt(_)) {
            self.scalar_type()
        } else {
            ty
        }
    }

    fn types(&mut self) {
        for _ in 0..1 + self.random.below(2) {
            let backing = self.random.one_in(2).then(|| IntTy {
                signed: self.random.one_in(2),
                bits: self.random.pick(&[8, 16, 32, 64]),
                word: false,
            });
            let def = self.enum_def(backing, false);
            self.program.enums.push(def);
        }
        for _ in 0..1 + self.random.below(3) {
            let mut fields = Vec::new();
            for _ in 0..1 + self.random.below(5) {
                let ty = self.data_type(1);
                let default =
                    (ty.is_scalar() && self.random.one_in(3)).then(|| self.literal(&ty, true));
                fields.push((ty, default));
            }
            self.program.structs.push(StructDef { fields });
        }
        for _ in 0..1 + self.random.below(2) {
            let def = self.enum_def(None, true);
            self.program.tagged.push(def);
        }
    }

    fn enum_def(&mut self, backing: Option<IntTy>, tagged: bool) -> EnumDef {
        let count = 2 + self.random.below(4);
        // The first variant stands for zero.
        let explicit = !tagged && self.random.one_in(3);
        let variants = (0..count)
            .map(|index| {
                let value = (explicit && index > 0).then_some(index as i128 * 7 + 3);
                let payload = (tagged && !self.random.one_in(4)).then(|| self.data_type(1));
                let payload = payload.filter(|ty| !matches!(ty, Ty::Tagged(_)));
                (value, payload)
            })
            .collect();
        EnumDef { backing, variants }
    }

    fn globals(&mut self) {
        for _ in 0..1 + self.random.below(4) {
            let ty = self.scalar_type();
            let plain = self.plain_structs();
            let (ty, init) = if !plain.is_empty() && self.random.one_in(3) {
                let n = self.random.pick(&plain);
                let types: Vec<Ty> = self.program.structs[n]
                    .fields
                    .iter()
                    .map(|(ty, _)| ty.clone())
                    .collect();
                let fields = types
                    .iter()
                    .enumerate()
                    .map(|(index, ty)| (index, self.static_literal(ty)))
                    .collect();
                let ty = Ty::Struct(n);
                let named = self.random.one_in(2);
                let init = Expr {
                    ty: ty.clone(),
                    kind: Kind::Struct { fields, named },
                };
                (ty, init)
            } else if self.random.one_in(3) {
                let len = self.random.pick(&[2, 3, 4, 8]);
                let items = (0..len).map(|_| self.static_literal(&ty)).collect();
                let ty = Ty::Array(Box::new(ty), len);
                let init = Expr {
                    ty: ty.clone(),
                    kind: Kind::Array(items),
                };
                (ty, init)
            } else {
                let init = self.static_literal(&ty);
                (ty, init)
            };
            self.program.globals.push((ty, init));
        }
    }

    /// Structs of scalars and strings only.
    fn plain_structs(&self) -> Vec<usize> {
        (0..self.program.structs.len())
            .filter(|n| {
                self.program.structs[*n]
                    .fields
                    .iter()
                    .all(|(ty, _)| ty.is_scalar() || *ty == Ty::Str)
            })
            .collect()
    }

    fn static_literal(&mut self, ty: &Ty) -> Expr {
        let mut e = self.literal(ty, true);
        if let Kind::Int { bare, .. } = &mut e.kind {
            *bare = true;
        }
        e
    }

    // ---- literals ----------------------------------------------------------------------------

    pub fn int_value(&mut self, ty: IntTy) -> i128 {
        let random = &mut self.random;
        let value = match random.below(10) {
            0 => 0,
            1 => 1,
            2 => ty.max(),
            3 if ty.bits < 64 => ty.min(),
            4 => {
                let power = 1i128 << random.below(ty.bits as usize);
                power + i128::from(random.range(-1, 1))
            }
            5 => -1,
            _ => i128::from(random.range(-40, 300)),
        };
        let value = ty.wrap(value);
        // Some values have no spelling everywhere.
        if value > I64.max() && ty.word || value == I64.min() {
            3 & ty.max()
        } else {
            value
        }
    }

    pub fn float_value(&mut self, ty: &Ty) -> f64 {
        let random = &mut self.random;
        let value = match random.below(6) {
            0 => 0.0,
            1 => random.pick(&[0.1, 0.5, 1.5, 1000000.75, 3.999999, 123456789.125]),
            2 => random.range(-1000, 1000) as f64,
            3 => random.range(-1_000_000_000_000_000, 1_000_000_000_000_000) as f64,
            _ => random.range(-10000, 10000) as f64 / 16.0,
        };
        if *ty == Ty::F32 {
            f64::from(value as f32)
        } else {
            value
        }
    }

    /// A scalar literal. `bare`: its place gives it the type.
    pub fn literal(&mut self, ty: &Ty, bare: bool) -> Expr {
        let kind = match ty {
            Ty::Int(int) => Kind::Int {
                value: self.int_value(*int),
                bare,
            },
            Ty::F32 | Ty::F64 => Kind::Float(self.float_value(ty)),
            Ty::Str => {
                let len = self.random.below(6);
                let text = (0..len)
                    .map(|_| self.random.pick(&['a', 'b', 'Z', '0', ' ', '_']))
                    .collect();
                Kind::Str(text)
            }
            _ => Kind::Bool(self.random.one_in(2)),
        };
        Expr {
            ty: ty.clone(),
            kind,
        }
    }

    // ---- functions ---------------------------------------------------------------------------

    fn param_type(&mut self) -> Ty {
        match self.random.below(12) {
            0 => Ty::Ptr(Box::new(self.data_type(1))),
            1 => Ty::Slice(Box::new(self.data_type(1))),
            2 => Ty::Closure(vec![Ty::Int(I64)], Box::new(self.scalar_type())),
            _ => self.data_type(2),
        }
    }

    fn helper(&mut self) {
        let method_of = (self.random.one_in(4) && !self.program.structs.is_empty())
            .then(|| self.random.below(self.program.structs.len()));
        let failable = method_of.is_none() && self.random.one_in(3);
        self.scope.clear();
        let mut params = Vec::new();
        if let Some(n) = method_of {
            let ty = Ty::Ptr(Box::new(Ty::Struct(n)));
            params.push((self.declare(&ty, false), ty));
        }
        for _ in 0..self.random.below(4) {
            let ty = self.param_type();
            let mutable = !matches!(ty, Ty::Ptr(_) | Ty::Closure(..) | Ty::Slice(_));
            params.push((self.declare(&ty, mutable), ty));
        }
        let ret = self.data_type(2);
        let size = 1 + self.random.below(4);
        self.finish(params, ret, failable, method_of, size);
    }

    fn test(&mut self) {
        self.scope.clear();
        let ty = Ty::Int(I64);
        let params = vec![
            (self.declare(&ty, true), ty.clone()),
            (self.declare(&ty, true), ty),
        ];
        let size = 4 + self.random.below(9);
        let index = self.finish(params, Ty::Int(U64), false, None, size);
        let arg = |builder: &mut Builder| builder.int_value(I64) as i64;
        let (a, b) = (arg(self), arg(self));
        self.program.tests.push((index, a, b));
    }

    fn finish(
        &mut self,
        params: Vec<(VarId, Ty)>,
        ret: Ty,
        failable: bool,
        method_of: Option<usize>,
        size: usize,
    ) -> usize {
        self.failable = failable;
        self.ret = ret.clone();
        self.loops = 0;
        self.cleanup = false;
        self.lambda = false;
        self.fuel = 60 * size as i32;
        let is_test = size >= 4 && ret == Ty::Int(U64) && method_of.is_none() && !failable;
        let mut body = self.statements(size, 2);
        let result = if is_test {
            body.extend(self.mix_scope());
            Expr {
                ty: Ty::Int(U64),
                kind: Kind::Digest,
            }
        } else {
            self.target(&ret, 2)
        };
        self.program.functions.push(Function {
            params,
            ret,
            failable,
            method_of,
            body,
            result,
        });
        self.program.functions.len() - 1
    }

    /// What is in scope at the end counts.
    fn mix_scope(&mut self) -> Vec<Stmt> {
        self.scope
            .iter()
            .filter(|name| !matches!(name.ty, Ty::Closure(..) | Ty::Func(..)))
            .map(|name| {
                Stmt::Mix(Expr {
                    ty: name.ty.clone(),
                    kind: Kind::Var(name.var),
                })
            })
            .collect()
    }
}
