//! A function while its body is being lowered: open blocks, scopes, and helpers that emit IR.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use sx_ir::func::{Call, Callee, Stmt};
use sx_ir::semantics;
use sx_ir::{
    BinaryOp, Block, CheckRel, ConvertOp, Expr, ExprId, FuncId, Function, LabelId, LocId, LocalId,
    SigId, StmtKind, Symbol, TrapKind, Ty, TypeId, UnaryOp,
};
use sx_syntax::{Span, ast};

use crate::emission::value::{Access, Addr, Piece, Pieces, Place};
use crate::sema::{Env, FnId, ModId, VarId};
use crate::statements::error_flow::Source;

/// Statements that most blocks have at most.
const STATEMENTS: usize = 8;

/// A run-time variable.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: Symbol,
    pub ty: TypeId,
    pub addr: Addr,
    pub access: Access,
    /// An optional that is known to be present here (narrowing), by depth of the scope that knows it.
    pub narrowed: bool,
    /// A value slot of `v, e := f()` that may only be read where its error is proven absent: the error's variable.
    pub guarded_by: Option<VarId>,
    /// An element of a pack over this protocol: only the protocol's methods are there.
    pub seen_as: Option<crate::sema::ProtocolRef>,
    /// An element of a pack, given as a function's bare name.
    pub names_function: bool,
    /// An `any` inside a category arm.
    pub category: Option<crate::expressions::anycat::AnyCategory>,
    /// An error of an inferred set: where what it holds comes from.
    pub errors: Source,
    pub span: Span,
}

/// Something to run when a scope is left.
#[derive(Clone)]
pub enum Cleanup {
    Defer(&'static ast::Expr),
    OnFail {
        tag: Option<ast::Ident>,
        body: &'static ast::Expr,
    },
}

/// An open lexical scope.
pub struct Scope {
    pub env: Rc<Env>,
    pub cleanups: Vec<(Cleanup, Rc<Env>)>,
    /// Narrowing to undo at its end: (variable, previous state).
    pub narrowed: Vec<(VarId, bool)>,
    /// Guarded slots proven readable here: (variable, guard to restore).
    pub proven: Vec<(VarId, Option<VarId>)>,
}

pub struct LoopFrame {
    pub break_label: LabelId,
    pub continue_label: LabelId,
    /// The continue label is the loop itself.
    pub continue_is_loop: bool,
    /// Number of open scopes outside the loop.
    pub scopes: usize,
}

/// Where `return` puts its values and how.
#[derive(Clone, Debug)]
pub struct RetInfo {
    /// Declared or inferred result type; `None` while it is still to be inferred from the body.
    pub ty: Option<TypeId>,
    /// Of a lambda whose result is inferred: whether the closure that is expected may fail.
    pub may_fail: bool,
    /// Memory results go through this pointer.
    pub sret: Option<LocalId>,
    /// Named result slots, as variables.
    pub named: Vec<(Symbol, VarId)>,
    /// Bodies expanded into another function (init blocks, mixins) leave by this label instead.
    pub span: Span,
}

/// What there is to lower for a function.
#[derive(Clone)]
///
/// A declared function's instance: its static environment and parameters in order.
pub struct BodyJob {
    pub func: FnId,
    pub env: Rc<Env>,
    pub params: Vec<ParamBinding>,
    pub ret: Option<TypeId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AdapterShape {
    /// Closure entry over a plain function: drops the environment.
    ClosureOverFn,
    /// Default-convention function over a capture-free closure body: passes a null environment.
    FnOverClosure,
    /// Protocol slot over a method: the receiver is passed as pointer or loaded.
    Slot { by_value: Option<TypeId> },
}

/// How a parameter of an instance is bound in the body.
#[derive(Clone, Debug)]
pub enum ParamBinding {
    Value {
        name: Symbol,
        ty: TypeId,
        span: Span,
    },
    /// Elements of a pack, each a real parameter.
    Pack {
        name: Symbol,
        types: Vec<TypeId>,
        protocol: Option<crate::sema::ProtocolRef>,
    },
}

/// Capture of a lambda: which variable of the enclosing function, where in the environment.
#[derive(Clone, Debug)]
pub struct CaptureSlot {
    pub outer_cx: u32,
    pub outer: VarId,
    pub ty: TypeId,
    pub offset: u64,
    pub inner: VarId,
}

/// Memory that whoever makes an environment lends to the code it is for: the environment begins with its address.
#[derive(Clone, Copy, Default)]
pub struct Lent {
    /// The address, once it is needed.
    at: Option<LocalId>,
    pub size: u64,
    pub align: u64,
}

pub struct FnCx {
    /// Number of this context; bindings of variables name it.
    pub id: u32,
    pub func_id: Option<FuncId>,
    /// The body stays in the module, so its lists have no slack.
    pub kept: bool,
    pub func: Function,
    pub module: ModId,
    /// Name shown in traces and `#caller_location`.
    pub name: String,
    pub blocks: Vec<Vec<Stmt>>,
    /// For blocks that were opened (by their number): the place before them.
    pub outer_locs: Vec<(usize, LocId)>,
    pub scopes: Vec<Scope>,
    pub vars: Vec<Variable>,
    pub loops: Vec<LoopFrame>,
    pub ret: RetInfo,
    pub loc: LocId,
    pub span: Span,
    /// The hidden context parameter.
    pub context: Option<LocalId>,
    /// Code after a diverging statement is parsed but not lowered.
    pub dead: bool,
    /// Statements run at entry, found out while lowering the body (captures).
    pub prologue: Vec<Stmt>,
    pub captures: Vec<CaptureSlot>,
    /// The environment parameter of a lambda body.
    pub env_param: Option<LocalId>,
    /// Of code whose result may lead to what it makes on its way: memory of the frame it is written in.
    pub lent: Option<Lent>,
    /// Contexts around a lambda and their variables at the time it was met, for capture.
    pub enclosing: Rc<Vec<(u32, Rc<Vec<Variable>>)>>,
    /// Being lowered for an evaluation at compile time only.
    pub comptime: bool,
    /// A count (dimension, lanes, value argument, unroll bound) is being evaluated.
    pub counting: bool,
    /// Works out the initial value of a global: names of other globals stand for those.
    pub initialises: bool,
    /// A call in a constant, evaluated although nobody asked for it.
    pub implicit: bool,
    pub is_lambda: bool,
    /// An `onfail` of a body that may turn out not to fail.
    pub doubtful_onfail: Option<Span>,
    /// Of a lambda with an inferred error set: the closure type whose set its errors feed.
    pub shape: Option<TypeId>,
    /// What the last call through a value may have called.
    pub indirect: Source,
    /// Memory with the error of one of several branches, and where that comes from.
    pub errors_joined: Vec<(Addr, Source)>,
    /// Errors of inferred sets that have been read from memory.
    pub errors_read: FxHashMap<LocalId, Source>,
    /// Expressions at the end of the body whose error, if they have one, is the function's.
    pub forwards: Vec<*const sx_syntax::ast::Expr>,
    /// Matches without `else:` whose value is the body's, if they have one.
    pub ending_matches: Vec<*const sx_syntax::ast::MatchExpr>,
    /// What is known of the paths through a body with named results.
    pub paths: crate::declarations::named_slots::Paths,
    /// Innermost cleanup body, where jumps are not allowed.
    pub in_cleanup: bool,
    pub runs: crate::comptime::once::Runs,
    /// Reads of narrowed optionals where arguments are lowered in another order than they are written.
    pub narrowed_reads: crate::statements::narrowing::Reads,
    /// The operand of `try`, `catch`, `or` whose error is consumed: label and local the tag goes to.
    pub handlers: Vec<Handler>,
    /// Owner for lookups of `S` inside methods.
    pub owner: Option<TypeId>,
    pub fn_id: Option<FnId>,
    pub caller_loc: Option<(Span, String)>,
    /// The value being lowered for a store and what the store does, for the wording of a mismatch.
    pub storing: Option<(Span, crate::statements::assign::Verb)>,
}

/// Where a failing `try` inside an `or` chain or `catch` operand goes.
#[derive(Clone)]
pub struct Handler {
    pub label: LabelId,
    pub tag: LocalId,
    pub scopes: usize,
}

impl FnCx {
    // ---------------------------------------------------------------------------------------------- statements

    pub fn emit(&mut self, kind: StmtKind) {
        if self.dead {
            return;
        }
        let diverges = matches!(
            kind,
            StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return(_) | StmtKind::Trap(_)
        );
        let stmt = Stmt {
            loc: self.loc,
            kind,
        };
        if let Some(block) = self.blocks.last_mut() {
            block.push(stmt);
        }
        if diverges {
            self.dead = true;
        }
    }

    /// Opens a statement list; [`FnCx::close`] ends it. Reachability starts as it is here.
    pub fn open(&mut self) {
        let outside = |(depth, _): &(usize, LocId)| *depth < self.blocks.len();
        self.outer_locs
            .truncate(self.outer_locs.partition_point(outside));
        self.outer_locs.push((self.blocks.len(), self.loc));
        self.blocks.push(Vec::with_capacity(STATEMENTS));
    }

    pub fn close(&mut self) -> Block {
        let mut stmts = self.blocks.pop().unwrap_or_default();
        if self.kept {
            stmts.shrink_to_fit();
        }
        // The statement that the block is part of is emitted next, and stands where it began.
        if let Some((depth, loc)) = self.outer_locs.last().copied()
            && depth == self.blocks.len()
        {
            self.outer_locs.pop();
            self.loc = loc;
        }
        Block { stmts }
    }

    pub fn expr(&mut self, expr: Expr) -> ExprId {
        self.func.add_expr(expr, self.loc)
    }

    pub fn label(&mut self) -> LabelId {
        self.func.add_label()
    }

    pub fn temp(&mut self, ty: Ty) -> LocalId {
        self.func.add_local(ty)
    }

    // ---------------------------------------------------------------------------------------------- pieces

    pub fn use_piece(&mut self, piece: Piece) -> ExprId {
        match piece {
            Piece::Const(ty, bits) => self.expr(Expr::Const { ty, bits }),
            Piece::Local(_, local) => self.expr(Expr::Local(local)),
            Piece::Tree(_, id) => id,
            Piece::SlotAddr(slot, offset) => {
                let base = self.expr(Expr::SlotAddr(slot));
                self.offset(base, offset)
            }
            Piece::GlobalAddr(global, offset) => {
                let base = self.expr(Expr::GlobalAddr(global));
                self.offset(base, offset)
            }
            Piece::FuncAddr(func) => self.expr(Expr::FuncAddr(func)),
        }
    }

    fn offset(&mut self, base: ExprId, offset: u64) -> ExprId {
        if offset == 0 {
            return base;
        }
        let b = self.expr(Expr::Const {
            ty: Ty::I64,
            bits: offset,
        });
        self.expr(Expr::Binary {
            op: BinaryOp::PtrAdd,
            ty: Ty::Ptr,
            a: base,
            b,
        })
    }

    pub fn tree(&mut self, ty: Ty, expr: Expr) -> Piece {
        let id = self.expr(expr);
        Piece::Tree(ty, id)
    }

    /// Evaluates now, into a local that is never assigned again.
    pub fn pin(&mut self, piece: Piece) -> Piece {
        match piece {
            Piece::Tree(ty, value) => {
                let local = self.temp(ty);
                self.emit(StmtKind::Set { local, value });
                Piece::Local(ty, local)
            }
            Piece::Const(..)
            | Piece::Local(..)
            | Piece::SlotAddr(..)
            | Piece::GlobalAddr(..)
            | Piece::FuncAddr(_) => piece,
        }
    }

    pub fn pin_pieces(&mut self, pieces: &Pieces) -> Pieces {
        pieces.iter().map(|p| self.pin(*p)).collect()
    }

    pub fn set(&mut self, local: LocalId, piece: Piece) {
        let value = self.use_piece(piece);
        self.emit(StmtKind::Set { local, value });
    }

    /// A binary operation; folds constants and trivial identities.
    pub fn binary(&mut self, op: BinaryOp, a: Piece, b: Piece) -> Piece {
        let ty = a.ty();
        if let (Some(x), Some(y)) = (a.as_const(), b.as_const())
            && ty != Ty::Ptr
            && let Ok(bits) = semantics::binary(op, ty, x, y, 8)
        {
            return Piece::Const(op.result(ty), bits);
        }
        if op == BinaryOp::PtrAdd
            && let Some(offset) = b.as_const()
        {
            match a {
                _ if offset == 0 => return a,
                Piece::SlotAddr(s, o) if (offset as i64) >= 0 => {
                    return Piece::SlotAddr(s, o + offset);
                }
                Piece::GlobalAddr(g, o) if (offset as i64) >= 0 => {
                    return Piece::GlobalAddr(g, o + offset);
                }
                _ => {}
            }
        }
        let (x, y) = (self.use_piece(a), self.use_piece(b));
        let tree = self.tree(op.result(ty), Expr::Binary { op, ty, a: x, b: y });
        if op.can_trap() && b.as_const().is_none_or(|bits| bits == 0) {
            self.pin(tree)
        } else {
            tree
        }
    }

    pub fn unary(&mut self, op: UnaryOp, a: Piece) -> Piece {
        let ty = a.ty();
        if let Some(x) = a.as_const() {
            return Piece::Const(ty, semantics::unary(op, ty, x));
        }
        let x = self.use_piece(a);
        self.tree(ty, Expr::Unary { op, ty, a: x })
    }

    pub fn convert(&mut self, op: ConvertOp, to: Ty, a: Piece) -> Piece {
        let from = a.ty();
        if let Some(x) = a.as_const() {
            return Piece::Const(to, semantics::convert(op, from, to, x, 8));
        }
        let x = self.use_piece(a);
        self.tree(to, Expr::Convert { op, from, to, a: x })
    }

    pub fn wrap(&mut self, bits: u8, signed: bool, a: Piece) -> Piece {
        let ty = a.ty();
        if let Some(x) = a.as_const() {
            return Piece::Const(ty, semantics::wrap(ty, bits, signed, x));
        }
        let x = self.use_piece(a);
        self.tree(
            ty,
            Expr::Wrap {
                ty,
                bits,
                signed,
                a: x,
            },
        )
    }

    pub fn select(&mut self, cond: Piece, a: Piece, b: Piece) -> Piece {
        if let Some(c) = cond.as_const() {
            return if c != 0 { a } else { b };
        }
        let ty = a.ty();
        let (cond, a, b) = (self.use_piece(cond), self.use_piece(a), self.use_piece(b));
        self.tree(ty, Expr::Select { ty, cond, a, b })
    }

    /// `a`, trapping unless `a rel b`. Evaluated now.
    pub fn check(&mut self, kind: TrapKind, rel: CheckRel, a: Piece, b: Piece) -> Piece {
        if let (Some(x), Some(y)) = (a.as_const(), b.as_const())
            && rel.holds(x, y)
        {
            return a;
        }
        let ty = a.ty();
        let (x, y) = (self.use_piece(a), self.use_piece(b));
        let tree = self.tree(
            ty,
            Expr::Check {
                kind,
                rel,
                ty,
                a: x,
                b: y,
            },
        );
        self.pin(tree)
    }

    // ---------------------------------------------------------------------------------------------- memory

    /// Memory for a value that is made here, to the end of the frame that the code is written in.
    pub fn storage(&mut self, size: u64, align: u64) -> Addr {
        let (Some(lent), Some(env)) = (self.lent, self.env_param) else {
            return Addr::Slot(self.func.add_slot(size, align), 0);
        };
        let at = lent.at.unwrap_or_else(|| {
            self.at_entry(|cx| {
                let pointer = cx.load_scalar(Ty::Ptr, Addr::Ptr(env, 0));
                let local = cx.temp(Ty::Ptr);
                cx.set(local, pointer);
                local
            })
        });
        let offset = lent.size.next_multiple_of(align.max(1));
        self.lent = Some(Lent {
            at: Some(at),
            size: offset + size,
            align: lent.align.max(align),
        });
        Addr::Ptr(at, offset)
    }

    /// Emits statements that run before the body.
    pub fn at_entry<T>(&mut self, emit: impl FnOnce(&mut Self) -> T) -> T {
        let saved = std::mem::replace(&mut self.blocks, vec![Vec::new()]);
        let dead = std::mem::replace(&mut self.dead, false);
        let made = emit(self);
        let statements = self.blocks.pop().unwrap_or_default();
        self.prologue.extend(statements);
        self.blocks = saved;
        self.dead = dead;
        made
    }

    pub fn addr_piece(&mut self, addr: Addr) -> Piece {
        match addr {
            Addr::Slot(s, o) => Piece::SlotAddr(s, o),
            Addr::Global(g, o) => Piece::GlobalAddr(g, o),
            Addr::Ptr(p, 0) => Piece::Local(Ty::Ptr, p),
            Addr::Ptr(p, o) => {
                let base = self.expr(Expr::Local(p));
                let id = self.offset(base, o);
                Piece::Tree(Ty::Ptr, id)
            }
        }
    }

    /// Address in a pointer value.
    pub fn addr_of_piece(&mut self, pointer: Piece) -> Addr {
        match pointer {
            Piece::SlotAddr(s, o) => Addr::Slot(s, o),
            Piece::GlobalAddr(g, o) => Addr::Global(g, o),
            Piece::Local(_, local) => Addr::Ptr(local, 0),
            Piece::Const(..) | Piece::Tree(..) | Piece::FuncAddr(_) => {
                let local = self.temp(Ty::Ptr);
                self.set(local, pointer);
                Addr::Ptr(local, 0)
            }
        }
    }

    pub fn load_scalar(&mut self, ty: Ty, addr: Addr) -> Piece {
        let at = self.addr_piece(addr);
        let addr = self.use_piece(at);
        let tree = self.tree(ty, Expr::Load { ty, addr });
        self.pin(tree)
    }

    pub fn store_scalar(&mut self, addr: Addr, piece: Piece) {
        let at = self.addr_piece(addr);
        let addr = self.use_piece(at);
        let value = self.use_piece(piece);
        self.emit(StmtKind::Store {
            ty: piece.ty(),
            addr,
            value,
        });
    }

    pub fn copy(&mut self, dst: Addr, src: Addr, size: u64) {
        if size == 0 || dst == src {
            return;
        }
        let (d, s) = (self.addr_piece(dst), self.addr_piece(src));
        let (dst, src) = (self.use_piece(d), self.use_piece(s));
        let len = self.expr(Expr::Const {
            ty: Ty::I64,
            bits: size,
        });
        self.emit(StmtKind::Copy { dst, src, len });
    }

    pub fn zero(&mut self, dst: Addr, size: u64) {
        if size == 0 {
            return;
        }
        let d = self.addr_piece(dst);
        let dst = self.use_piece(d);
        let byte = self.expr(Expr::Const {
            ty: Ty::I8,
            bits: 0,
        });
        let len = self.expr(Expr::Const {
            ty: Ty::I64,
            bits: size,
        });
        self.emit(StmtKind::Fill { dst, byte, len });
    }

    /// Zero bytes that count as never written: each is the value of a local that nothing sets.
    pub fn fill_unwritten(&mut self, dst: Addr, size: u64) {
        if size == 0 {
            return;
        }
        let d = self.addr_piece(dst);
        let dst = self.use_piece(d);
        let unset = self.temp(Ty::I8);
        let byte = self.expr(Expr::Local(unset));
        let len = self.expr(Expr::Const {
            ty: Ty::I64,
            bits: size,
        });
        self.emit(StmtKind::Fill { dst, byte, len });
    }

    /// A branch on the value that leads nowhere: it only matters whether there is a value.
    pub fn decide_on(&mut self, piece: Piece) {
        let (ty, bits) = match piece.ty() {
            Ty::F32 => (Ty::I32, self.convert(ConvertOp::BitsOf, Ty::I32, piece)),
            Ty::F64 => (Ty::I64, self.convert(ConvertOp::BitsOf, Ty::I64, piece)),
            Ty::Ptr => (Ty::I64, self.convert(ConvertOp::PToI, Ty::I64, piece)),
            ty => (ty, piece),
        };
        let value = self.use_piece(bits);
        self.emit(StmtKind::Switch {
            ty,
            value,
            cases: Vec::new(),
            default: Default::default(),
        });
    }

    /// Emits a call; results come back as pinned pieces.
    pub fn call(&mut self, callee: Callee, args: SmallVec<[ExprId; 4]>, results: &[Ty]) -> Pieces {
        let locals: SmallVec<[LocalId; 2]> = results.iter().map(|ty| self.temp(*ty)).collect();
        let pieces = results
            .iter()
            .zip(&locals)
            .map(|(ty, local)| Piece::Local(*ty, *local))
            .collect();
        self.emit(StmtKind::Call(Call {
            callee,
            args,
            results: locals,
        }));
        pieces
    }

    pub fn call_direct(&mut self, func: FuncId, args: &[Piece], results: &[Ty]) -> Pieces {
        let args = args.iter().map(|p| self.use_piece(*p)).collect();
        self.call(Callee::Direct(func), args, results)
    }

    pub fn call_indirect(
        &mut self,
        target: Piece,
        sig: SigId,
        args: &[Piece],
        results: &[Ty],
    ) -> Pieces {
        let target = self.use_piece(target);
        let args = args.iter().map(|p| self.use_piece(*p)).collect();
        self.call(Callee::Indirect { target, sig }, args, results)
    }

    // ---------------------------------------------------------------------------------------------- scopes

    pub fn env(&self) -> &Rc<Env> {
        // There is always a scope while a body is lowered.
        &self.scopes[self.scopes.len() - 1].env
    }

    pub fn push_scope(&mut self) {
        let env = self.env().child();
        self.push_scope_env(env);
    }

    pub fn push_scope_env(&mut self, env: Rc<Env>) {
        self.scopes.push(Scope {
            env,
            cleanups: Vec::new(),
            narrowed: Vec::new(),
            proven: Vec::new(),
        });
    }

    pub fn add_var(
        &mut self,
        name: Symbol,
        ty: TypeId,
        addr: Addr,
        access: Access,
        span: Span,
    ) -> VarId {
        self.vars.push(Variable {
            name,
            ty,
            addr,
            access,
            narrowed: false,
            guarded_by: None,
            seen_as: None,
            names_function: false,
            category: None,
            errors: Source::Unknown,
            span,
        });
        VarId(self.vars.len() as u32 - 1)
    }

    pub fn var(&self, id: VarId) -> &Variable {
        &self.vars[id.0 as usize]
    }

    pub fn var_mut(&mut self, id: VarId) -> &mut Variable {
        &mut self.vars[id.0 as usize]
    }

    /// What the error of an inferred set at `addr` may be.
    pub fn errors_at(&self, addr: Addr) -> Source {
        let holds = |var: &&Variable| var.addr == addr && var.ty == TypeId::ANY_ERROR;
        match self.vars.iter().rev().find(holds) {
            Some(var) => var.errors,
            None => {
                let mut joined = self.errors_joined.iter().rev();
                let found = joined.find(|(at, _)| *at == addr);
                found.map_or(Source::Unknown, |(_, source)| *source)
            }
        }
    }

    /// The error of an inferred set at `addr` has been read into `piece`.
    pub fn note_error_read(&mut self, piece: Piece, addr: Addr) {
        if let Piece::Local(_, local) = piece {
            let source = self.errors_at(addr);
            self.errors_read.insert(local, source);
        }
    }

    /// A variable of this function or of one around it.
    pub fn variable_of(&self, owner: u32, id: VarId) -> Option<&Variable> {
        if owner == self.id {
            return self.vars.get(id.0 as usize);
        }
        let (_, vars) = self.enclosing.iter().find(|(cx, _)| *cx == owner)?;
        vars.get(id.0 as usize)
    }

    pub fn var_place(&self, id: VarId) -> Place {
        let var = self.var(id);
        Place {
            addr: var.addr,
            ty: var.ty,
            access: var.access.clone(),
        }
    }
}
