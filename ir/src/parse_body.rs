//! The statements and expressions of IR text.

use crate::func::{
    Block, Call, Callee, Expr, ExprId, FuncId, Function, LabelId, LocId, LocalId, SigId, SlotId,
    Stmt, StmtKind, SwitchCase,
};
use crate::lex::Token;
use crate::module::GlobalId;
use crate::op::{BinaryOp, CheckRel, ConvertOp, Order, RmwOp, Ty, UnaryOp};
use crate::parse::{Parse, Parser};
use crate::semantics::{width, zext_from};
use crate::trap::TrapKind;
use crate::walk::{MAX_BLOCK_DEPTH, MAX_EXPR_DEPTH};
use smallvec::SmallVec;

impl Parser<'_> {
    /// The rest of a function after its declarations, with the closing brace.
    pub(crate) fn body(&mut self, func: &mut Function, file: u32) -> Parse<()> {
        let mut body = BodyParser {
            p: self,
            func,
            file,
            unplaced: Vec::new(),
        };
        let block = body.block(1)?;
        func.body = Some(block);
        Ok(())
    }
}

struct BodyParser<'p, 't> {
    p: &'p mut Parser<'t>,
    func: &'p mut Function,
    file: u32,
    /// Nodes without a position of their own: they are where the node or statement around them is.
    unplaced: Vec<ExprId>,
}

impl BodyParser<'_, '_> {
    /// Statements up to the closing brace.
    fn block(&mut self, depth: u32) -> Parse<Block> {
        if depth > MAX_BLOCK_DEPTH {
            return Err(self.p.cur.error("blocks are nested too deeply"));
        }
        let mut block = Block::default();
        while !self.p.cur.eat('}') {
            block.stmts.push(self.stmt(depth)?);
        }
        Ok(block)
    }

    fn braces(&mut self, depth: u32) -> Parse<Block> {
        self.p.cur.expect('{')?;
        self.block(depth + 1)
    }

    fn stmt(&mut self, depth: u32) -> Parse<Stmt> {
        self.unplaced.clear();
        let mut kind = match self.p.cur.peek() {
            Token::Entity("%", _) => self.assignment()?,
            Token::Word(word) => {
                self.p.cur.next();
                self.named(word)?
            }
            _ => return Err(self.p.cur.expected("a statement or `}`")),
        };
        let loc = if self.p.cur.eat('@') {
            self.p.loc(self.file, 0)?
        } else {
            LocId(0)
        };
        self.place(0, loc);
        self.inner_blocks(&mut kind, depth)?;
        Ok(Stmt { loc, kind })
    }

    /// Blocks follow the position, so they are read after the rest of their statement.
    fn inner_blocks(&mut self, kind: &mut StmtKind, depth: u32) -> Parse<()> {
        match kind {
            StmtKind::If { then, els, .. } => {
                *then = self.braces(depth)?;
                if self.p.cur.eat_word("else") {
                    *els = self.braces(depth)?;
                }
            }
            StmtKind::Block { body, .. } | StmtKind::Loop { body, .. } => {
                *body = self.braces(depth)?
            }
            StmtKind::Switch {
                ty, cases, default, ..
            } => {
                self.p.cur.expect('{')?;
                while self.p.cur.eat_word("case") {
                    let mut values = SmallVec::new();
                    while self.p.cur.peek() != Token::Punct('{') {
                        values.push(self.literal(*ty)?);
                        if !self.p.cur.eat(',') {
                            break;
                        }
                    }
                    let body = self.braces(depth)?;
                    cases.push(SwitchCase { values, body });
                }
                self.p.cur.expect_word("default")?;
                *default = self.braces(depth)?;
                self.p.cur.expect('}')?;
            }
            StmtKind::Set { .. }
            | StmtKind::Store { .. }
            | StmtKind::Copy { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Eval(_)
            | StmtKind::Call(_)
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Trap(_)
            | StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => {}
        }
        Ok(())
    }

    fn label(&mut self) -> Parse<LabelId> {
        self.p.cur.entity("L").map(LabelId)
    }

    /// `%a, %b = ...`
    fn assignment(&mut self) -> Parse<StmtKind> {
        let mut locals: SmallVec<[LocalId; 2]> = SmallVec::new();
        loop {
            let local = LocalId(self.p.cur.entity("%")?);
            if local.index() >= self.func.locals.len() {
                return Err(self.p.cur.error_before("no such local"));
            }
            locals.push(local);
            if !self.p.cur.eat(',') {
                break;
            }
        }
        self.p.cur.expect('=')?;
        if let Token::Word(word) = self.p.cur.peek() {
            let mut parts = word.split('.');
            let op = parts.next().unwrap_or_default();
            let parts: Vec<&str> = parts.collect();
            match op {
                "call" => {
                    self.p.cur.next();
                    return self.call(locals);
                }
                "atomic_load" | "atomic_rmw" | "atomic_cmpxchg" | "atomic_cmpxchg_weak" => {
                    self.p.cur.next();
                    return self.atomic(op, &parts, &locals);
                }
                _ => {}
            }
        }
        if locals.len() != 1 {
            return Err(self.p.cur.expected("a call"));
        }
        Ok(StmtKind::Set {
            local: locals[0],
            value: self.root()?,
        })
    }

    fn atomic(&mut self, op: &str, parts: &[&str], locals: &[LocalId]) -> Parse<StmtKind> {
        let kind = match (op, parts, locals) {
            ("atomic_load", [ty, order], [dst]) => {
                let (Some(ty), Some(order)) = (Ty::from_name(ty), Order::from_name(order)) else {
                    return Err(self.p.cur.error_before("no such type or order"));
                };
                StmtKind::AtomicLoad {
                    dst: *dst,
                    ty,
                    order,
                    addr: self.operand()?,
                }
            }
            ("atomic_rmw", [rmw, ty, order], [dst]) => {
                let (Some(op), Some(ty), Some(order)) = (
                    RmwOp::from_name(rmw),
                    Ty::from_name(ty),
                    Order::from_name(order),
                ) else {
                    return Err(self.p.cur.error_before("no such operation, type or order"));
                };
                let [addr, value] = self.operands()?;
                StmtKind::AtomicRmw {
                    dst: *dst,
                    op,
                    ty,
                    addr,
                    value,
                    order,
                }
            }
            ("atomic_cmpxchg" | "atomic_cmpxchg_weak", [ty, success, failure], [old, ok]) => {
                let (Some(ty), Some(success), Some(failure)) = (
                    Ty::from_name(ty),
                    Order::from_name(success),
                    Order::from_name(failure),
                ) else {
                    return Err(self.p.cur.error_before("no such type or order"));
                };
                let [addr, expected, desired] = self.operands()?;
                let weak = op == "atomic_cmpxchg_weak";
                StmtKind::AtomicCmpxchg {
                    old: *old,
                    ok: *ok,
                    ty,
                    addr,
                    expected,
                    desired,
                    weak,
                    success,
                    failure,
                }
            }
            _ => {
                return Err(self
                    .p
                    .cur
                    .error_before("this operation has other types, orders or results"));
            }
        };
        Ok(kind)
    }

    fn call(&mut self, results: SmallVec<[LocalId; 2]>) -> Parse<StmtKind> {
        let callee = match self.p.cur.peek() {
            Token::Entity("sig", sig) => {
                self.p.cur.next();
                if sig as usize >= self.p.module.sigs().len() {
                    return Err(self.p.cur.error_before("no such signature"));
                }
                Callee::Indirect {
                    target: self.operand()?,
                    sig: SigId(sig),
                }
            }
            _ => Callee::Direct(FuncId(self.p.cur.entity("@f")?)),
        };
        self.p.cur.expect('(')?;
        let mut args = SmallVec::new();
        while !self.p.cur.eat(')') {
            args.push(self.operand()?);
            if !self.p.cur.eat(',') {
                self.p.cur.expect(')')?;
                break;
            }
        }
        Ok(StmtKind::Call(Call {
            callee,
            args,
            results,
        }))
    }

    /// A statement that starts with `word`.
    fn named(&mut self, word: &str) -> Parse<StmtKind> {
        let (name, suffix) = word.split_once('.').unwrap_or((word, ""));
        let kind = match name {
            "store" => {
                let ty = self.suffix_ty(suffix)?;
                let [addr, value] = self.operands()?;
                StmtKind::Store { ty, addr, value }
            }
            "atomic_store" => {
                let Some((ty, order)) = suffix
                    .split_once('.')
                    .and_then(|(ty, order)| Some((Ty::from_name(ty)?, Order::from_name(order)?)))
                else {
                    return Err(self.p.cur.error_before("no such type or order"));
                };
                let [addr, value] = self.operands()?;
                StmtKind::AtomicStore {
                    ty,
                    addr,
                    value,
                    order,
                }
            }
            "fence" => match Order::from_name(suffix) {
                Some(order) => StmtKind::Fence(order),
                None => return Err(self.p.cur.error_before("no such order")),
            },
            "switch" => {
                let ty = self.suffix_ty(suffix)?;
                StmtKind::Switch {
                    ty,
                    value: self.root()?,
                    cases: Vec::new(),
                    default: Block::default(),
                }
            }
            _ if !suffix.is_empty() => {
                return Err(self.p.cur.error_before(format!("no statement `{word}`")));
            }
            "copy" => {
                let [dst, src, len] = self.operands()?;
                StmtKind::Copy { dst, src, len }
            }
            "fill" => {
                let [dst, byte, len] = self.operands()?;
                StmtKind::Fill { dst, byte, len }
            }
            "eval" => StmtKind::Eval(self.root()?),
            "call" => self.call(SmallVec::new())?,
            "if" => StmtKind::If {
                cond: self.root()?,
                then: Block::default(),
                els: Block::default(),
            },
            "block" => StmtKind::Block {
                label: self.label()?,
                body: Block::default(),
            },
            "loop" => StmtKind::Loop {
                label: self.label()?,
                body: Block::default(),
            },
            "break" => StmtKind::Break(self.label()?),
            "continue" => StmtKind::Continue(self.label()?),
            "trap" => StmtKind::Trap(self.p.cur.name_of("a trap", TrapKind::from_name)?),
            "return" => {
                let results = self.p.module.sig(self.func.sig).results.len();
                let mut values = SmallVec::new();
                for index in 0..results {
                    if index > 0 {
                        self.p.cur.expect(',')?;
                    }
                    values.push(self.operand()?);
                }
                StmtKind::Return(values)
            }
            _ => return Err(self.p.cur.error_before(format!("no statement `{word}`"))),
        };
        Ok(kind)
    }

    fn suffix_ty(&mut self, suffix: &str) -> Parse<Ty> {
        Ty::from_name(suffix)
            .ok_or_else(|| self.p.cur.error_before("expected a type after the dot"))
    }

    fn literal(&mut self, ty: Ty) -> Parse<u64> {
        let bits = width(ty, self.p.module.target.pointer_size);
        let negative = self.p.cur.eat('-');
        if self.p.cur.eat_word("null") && ty == Ty::Ptr && !negative {
            return Ok(0);
        }
        let text = self.p.cur.number_text()?;
        if ty.is_float() && !text.starts_with("0x") {
            let value = if ty == Ty::F32 {
                text.parse::<f32>()
                    .map(|x| u64::from(if negative { -x } else { x }.to_bits()))
            } else {
                text.parse::<f64>()
                    .map(|x| if negative { -x } else { x }.to_bits())
            };
            return value.map_err(|_| self.p.cur.error_before("not a number"));
        }
        let value = match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => text.parse(),
        };
        let Ok(value) = value else {
            return Err(self.p.cur.error_before("not a number of 64 bits"));
        };
        let least = 1u64 << (bits - 1);
        if zext_from(value, bits) != value || negative && value > least {
            return Err(self
                .p
                .cur
                .error_before(format!("the number does not fit {}", ty.name())));
        }
        Ok(zext_from(
            if negative {
                value.wrapping_neg()
            } else {
                value
            },
            bits,
        ))
    }

    fn operands<const N: usize>(&mut self) -> Parse<[ExprId; N]> {
        let mut out = [ExprId(0); N];
        for (index, slot) in out.iter_mut().enumerate() {
            if index > 0 {
                self.p.cur.expect(',')?;
            }
            *slot = self.operand()?;
        }
        Ok(out)
    }

    /// An expression as the statement's own part.
    fn root(&mut self) -> Parse<ExprId> {
        self.expr(1)
    }

    /// As [`Self::root`], as a member of a list.
    fn operand(&mut self) -> Parse<ExprId> {
        self.listed(1)
    }

    fn listed(&mut self, depth: u32) -> Parse<ExprId> {
        if self.p.cur.eat('(') {
            let node = self.expr(depth)?;
            self.p.cur.expect(')')?;
            return Ok(node);
        }
        self.expr(depth)
    }

    fn add(&mut self, expr: Expr, own: Option<LocId>) -> ExprId {
        let id = self.func.add_expr(expr, own.unwrap_or(LocId(0)));
        if own.is_none() {
            self.unplaced.push(id);
        }
        id
    }

    /// Gives the nodes without a position read since `mark` this one.
    fn place(&mut self, mark: usize, loc: LocId) {
        for node in self.unplaced.drain(mark..) {
            if let Some(place) = self.func.expr_locs.get_mut(node.index()) {
                *place = loc;
            }
        }
    }

    fn own_loc(&mut self) -> Parse<Option<LocId>> {
        if self.p.cur.eat('!') {
            self.p.loc(self.file, 0).map(Some)
        } else {
            Ok(None)
        }
    }

    fn leaf(&mut self, expr: Expr) -> Parse<ExprId> {
        let own = self.own_loc()?;
        Ok(self.add(expr, own))
    }

    fn expr(&mut self, depth: u32) -> Parse<ExprId> {
        if depth > MAX_EXPR_DEPTH {
            return Err(self.p.cur.error("expressions are nested too deeply"));
        }
        match self.p.cur.peek() {
            Token::Entity("%", id) if (id as usize) < self.func.locals.len() => {
                self.p.cur.next();
                self.leaf(Expr::Local(LocalId(id)))
            }
            Token::Entity("$", id) if (id as usize) < self.func.slots.len() => {
                self.p.cur.next();
                self.leaf(Expr::SlotAddr(SlotId(id)))
            }
            Token::Entity("@g", id) => {
                self.p.cur.next();
                self.leaf(Expr::GlobalAddr(GlobalId(id)))
            }
            Token::Entity("@f", id) => {
                self.p.cur.next();
                self.leaf(Expr::FuncAddr(FuncId(id)))
            }
            Token::Entity("%" | "$", _) => Err(self.p.cur.error("no such local or slot")),
            Token::Word(word) => {
                self.p.cur.next();
                if let Some(ty) = Ty::from_name(word) {
                    let bits = self.literal(ty)?;
                    return self.leaf(Expr::Const { ty, bits });
                }
                let Some((shape, operands)) = shape(word) else {
                    return Err(self.p.cur.error_before(format!("no operation `{word}`")));
                };
                self.compound(shape, operands, depth)
            }
            _ => Err(self.p.cur.expected("an expression")),
        }
    }

    fn compound(&mut self, shape: Expr, count: usize, depth: u32) -> Parse<ExprId> {
        let own = self.own_loc()?;
        let mark = self.unplaced.len();
        let mut ids = [ExprId(0); 3];
        for (index, slot) in ids.iter_mut().enumerate().take(count) {
            if index > 0 {
                self.p.cur.expect(',')?;
            }
            *slot = self.listed(depth + 1)?;
        }
        if let Some(loc) = own {
            self.place(mark, loc);
        }
        let mut rest = ids.into_iter();
        let expr = shape.map_operands(|_| rest.next().unwrap_or(ExprId(0)));
        Ok(self.add(expr, own))
    }
}

/// The operation `word` stands for, with operands still to be filled in, and how many it has.
fn shape(word: &str) -> Option<(Expr, usize)> {
    let none = ExprId(0);
    let parts: SmallVec<[&str; 4]> = word.split('.').collect();
    let shape = match parts[..] {
        ["load", ty] => (
            Expr::Load {
                ty: Ty::from_name(ty)?,
                addr: none,
            },
            1,
        ),
        ["select", ty] => (
            Expr::Select {
                ty: Ty::from_name(ty)?,
                cond: none,
                a: none,
                b: none,
            },
            3,
        ),
        ["check", kind, rel, ty] => {
            let (kind, rel) = (TrapKind::from_name(kind)?, CheckRel::from_name(rel)?);
            (
                Expr::Check {
                    kind,
                    rel,
                    ty: Ty::from_name(ty)?,
                    a: none,
                    b: none,
                },
                2,
            )
        }
        [wrap @ ("wrap_s" | "wrap_u"), ty, bits] => {
            let bits = bits.parse().ok().filter(|bits| (1..=64).contains(bits))?;
            (
                Expr::Wrap {
                    ty: Ty::from_name(ty)?,
                    bits,
                    signed: wrap == "wrap_s",
                    a: none,
                },
                1,
            )
        }
        [op, from, to] => {
            let op = ConvertOp::from_name(op)?;
            (
                Expr::Convert {
                    op,
                    from: Ty::from_name(from)?,
                    to: Ty::from_name(to)?,
                    a: none,
                },
                1,
            )
        }
        [op, ty] => {
            let ty = Ty::from_name(ty)?;
            match (BinaryOp::from_name(op), UnaryOp::from_name(op)) {
                (Some(op), _) => (
                    Expr::Binary {
                        op,
                        ty,
                        a: none,
                        b: none,
                    },
                    2,
                ),
                (None, Some(op)) => (Expr::Unary { op, ty, a: none }, 1),
                (None, None) => return None,
            }
        }
        _ => return None,
    };
    Some(shape)
}
