//! The contract of a module. Whoever makes IR must keep to it; whoever reads IR may rely on it.
//!
//! Functions:
//! * `Internal` and `Export` functions have a body, `Extern` and `Host` ones have none; every id is in range.
//! * The first locals are the parameters, with the types of the signature.
//! * Every expression node has at most one user: a statement or another node. Trees are at most
//!   [`MAX_EXPR_DEPTH`] deep, blocks [`MAX_BLOCK_DEPTH`].
//! * Operands have the types the op table asks for; constants are zero-extended from their width.
//! * A label is defined once, and used inside the block or loop that defines it; `continue` names a loop.
//! * Calls pass what the callee's signature takes (more only if it is variadic) and have one result local per result,
//!   all different. `Return` yields the signature's results.
//! * The end of a body is reached only in functions without results (it returns). A call of a `noreturn` signature
//!   ends the flow as `Return`, `Trap`, `Break` and `Continue` do; statements after those are allowed and never run.
//!
//! Signatures: `C` ones have at most two results, only `C` ones are variadic.
//!
//! Globals: images fit the object; relocations are sorted, don't overlap and name zero words; functions have no addend.

use crate::func::{
    Block, CallConv, Callee, Expr, ExprId, FuncId, Function, LabelId, Linkage, LocalId, Signature,
    SlotId, Stmt, StmtKind,
};
use crate::image::RelocTarget;
use crate::module::{GlobalId, Module};
use crate::op::{Order, RmwOp, Ty};
use crate::print::expr_head;
use crate::semantics::{width, zext_from};
pub use crate::walk::{MAX_BLOCK_DEPTH, MAX_EXPR_DEPTH};
use rustc_hash::FxHashSet;
use std::fmt;

/// A breach of the contract. `func`: where, if it is in a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    pub func: Option<FuncId>,
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.func {
            Some(func) => write!(f, "{func:?}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// More errors than this in one function help nobody.
const MAX_ERRORS: usize = 20;

pub fn verify(module: &Module) -> Result<(), Vec<VerifyError>> {
    let mut errors = verify_shared(module);
    for index in 0..module.funcs.len() {
        if let Err(more) = verify_func(module, FuncId::new(index)) {
            errors.extend(more);
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// Checks signatures and globals: what is not of one function.
pub fn verify_shared(module: &Module) -> Vec<VerifyError> {
    let mut errors = Vec::new();
    for (index, sig) in module.sigs().iter().enumerate() {
        let floats = sig.results.iter().all(|ty| ty.is_float());
        if sig.conv == CallConv::C && sig.results.len() > if floats { 4 } else { 2 } {
            errors.push(VerifyError {
                func: None,
                message: format!("sig{index}: C function with over 2 results"),
            });
        }
        if sig.conv != CallConv::C && sig.variadic {
            errors.push(VerifyError {
                func: None,
                message: format!("sig{index}: variadic, but not C"),
            });
        }
    }
    for index in 0..module.globals.len() {
        check_global(module, GlobalId::new(index), &mut errors);
    }
    errors
}

fn check_global(module: &Module, id: GlobalId, errors: &mut Vec<VerifyError>) {
    let global = module.global(id);
    let mut fail = |message: String| {
        errors.push(VerifyError {
            func: None,
            message: format!("{id:?}: {message}"),
        })
    };
    if !global.align.is_power_of_two() {
        fail(format!("alignment {} is no power of two", global.align));
    }
    if global.init.bytes.len() as u64 > global.size {
        fail(format!(
            "image of {} bytes in an object of {}",
            global.init.bytes.len(),
            global.size
        ));
    }
    if global.extern_symbol.is_some() && (global.export_symbol.is_some() || !global.init.is_zero())
    {
        fail("defined elsewhere, but exported or initialised here".into());
    }
    let word = module.target.pointer_size;
    let mut free_from = 0;
    for reloc in &global.init.relocs {
        if reloc.offset < free_from {
            fail(format!(
                "relocation at {} is out of order or overlaps",
                reloc.offset
            ));
        }
        let end = reloc.offset.saturating_add(word);
        free_from = end;
        if end > global.size {
            fail(format!(
                "relocation at {} is outside the object",
                reloc.offset
            ));
        }
        let len = global.init.bytes.len() as u64;
        let covered = &global.init.bytes[reloc.offset.min(len) as usize..end.min(len) as usize];
        if covered.iter().any(|byte| *byte != 0) {
            fail(format!(
                "bytes of the relocation at {} are not zero",
                reloc.offset
            ));
        }
        match reloc.target {
            RelocTarget::Global(target) if target.index() >= module.globals.len() => {
                fail(format!("relocation to {target:?}, which does not exist"));
            }
            RelocTarget::Func(target) if target.index() >= module.funcs.len() => {
                fail(format!("relocation to {target:?}, which does not exist"));
            }
            RelocTarget::Func(target) if reloc.addend != 0 => {
                fail(format!("relocation to {target:?} with an addend"));
            }
            RelocTarget::Global(_) | RelocTarget::Func(_) => {}
        }
    }
}

/// Checks one function (its callees and globals only as far as their signatures and existence go).
pub fn verify_func(module: &Module, id: FuncId) -> Result<(), Vec<VerifyError>> {
    let Some(func) = module.funcs.get(id.index()) else {
        return Err(vec![VerifyError {
            func: Some(id),
            message: "does not exist".into(),
        }]);
    };
    let mut verifier = Verifier {
        module,
        func,
        id,
        errors: Vec::new(),
        used: Vec::new(),
        labels: Vec::new(),
    };
    verifier.function();
    if verifier.errors.is_empty() {
        Ok(())
    } else {
        Err(verifier.errors)
    }
}

/// What a label stands for while its statement is being checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Unseen,
    Open { is_loop: bool, broken: bool },
    Closed,
}

struct Verifier<'m> {
    module: &'m Module,
    func: &'m Function,
    id: FuncId,
    errors: Vec<VerifyError>,
    /// Nodes that have a user already.
    used: Vec<bool>,
    labels: Vec<Label>,
}

impl<'m> Verifier<'m> {
    fn fail(&mut self, message: impl Into<String>) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(VerifyError {
                func: Some(self.id),
                message: message.into(),
            });
        }
    }

    fn function(&mut self) {
        let func = self.func;
        if func.sig.index() >= self.module.sigs().len() {
            return self.fail(format!("{:?} does not exist", func.sig));
        }
        let sig = self.module.sig(func.sig);
        if func.locals.len() < sig.params.len() {
            return self.fail("fewer locals than parameters");
        }
        for (index, (local, param)) in func.locals.iter().zip(&sig.params).enumerate() {
            if local.ty != param.ty {
                self.fail(format!(
                    "parameter %{index} is {} but the signature says {}",
                    local.ty.name(),
                    param.ty.name()
                ));
            }
        }
        let mut frame = 0u64;
        for (index, slot) in func.slots.iter().enumerate() {
            if !slot.align.is_power_of_two() {
                self.fail(format!(
                    "${index}: alignment {} is no power of two",
                    slot.align
                ));
            }
            frame = frame.saturating_add(slot.size).saturating_add(16);
        }
        if frame > 1 << 48 {
            self.fail("the slots are too large for any frame");
        }
        if func.exprs.len() != func.expr_locs.len() {
            return self.fail("expressions and their positions differ in number");
        }
        if !self.ids_in_range() {
            return;
        }
        match (&func.linkage, &func.body) {
            (Linkage::Internal | Linkage::Export(_), None) => {
                self.fail("defined here, but has no body")
            }
            (Linkage::Extern { .. } | Linkage::Host(_) | Linkage::Asm(_), Some(_)) => {
                self.fail("defined elsewhere, but has a body")
            }
            (Linkage::Extern { .. } | Linkage::Host(_), None) => {}
            (Linkage::Asm(asm), None) => {
                if asm.indirect.len() != sig.params.len() {
                    self.fail("not as many indirect sizes as parameters");
                }
            }
            (Linkage::Internal | Linkage::Export(_), Some(body)) => {
                self.used = vec![false; func.exprs.len()];
                self.labels = vec![Label::Unseen; func.labels as usize];
                if self.block(body, true, 1) && !sig.results.is_empty() {
                    self.fail("the end of the body is reached without a result");
                }
            }
        }
    }

    /// Nodes no statement uses count too: they keep what they name alive.
    fn ids_in_range(&mut self) -> bool {
        let func = self.func;
        let before = self.errors.len();
        for (index, expr) in func.exprs.iter().enumerate() {
            let fits = match *expr {
                Expr::Local(LocalId(local)) => (local as usize) < func.locals.len(),
                Expr::SlotAddr(SlotId(slot)) => (slot as usize) < func.slots.len(),
                Expr::GlobalAddr(global) => global.index() < self.module.globals.len(),
                Expr::FuncAddr(target) => target.index() < self.module.funcs.len(),
                Expr::Const { .. }
                | Expr::Load { .. }
                | Expr::Unary { .. }
                | Expr::Binary { .. }
                | Expr::Convert { .. }
                | Expr::Wrap { .. }
                | Expr::Select { .. }
                | Expr::Check { .. } => {
                    expr.operands().iter().all(|e| e.index() < func.exprs.len())
                }
            };
            if !fits {
                self.fail(format!(
                    "e{index}: {expr:?} names something that does not exist"
                ));
            }
        }
        let locs = self.module.loc_count();
        if func.loc.index() >= locs || func.expr_locs.iter().any(|loc| loc.index() >= locs) {
            self.fail("a position does not exist");
        }
        self.errors.len() == before
    }

    /// Checks a block; whether its end can be reached, given whether its start can.
    fn block(&mut self, block: &Block, mut reachable: bool, depth: u32) -> bool {
        if depth > MAX_BLOCK_DEPTH {
            self.fail("blocks are nested too deeply");
            return false;
        }
        for stmt in &block.stmts {
            let end = self.stmt(stmt, reachable, depth);
            reachable = reachable && end;
        }
        reachable
    }

    /// Checks a statement; whether it can be passed, given that it is reached.
    fn stmt(&mut self, stmt: &Stmt, reachable: bool, depth: u32) -> bool {
        if stmt.loc.index() >= self.module.loc_count() {
            self.fail(format!("{:?} does not exist", stmt.loc));
        }
        match &stmt.kind {
            StmtKind::Set { local, value } => {
                let ty = self.local(*local);
                self.expect(*value, ty, "value");
            }
            StmtKind::Store { ty, addr, value } => {
                self.expect(*addr, Some(Ty::Ptr), "address");
                self.expect(*value, Some(*ty), "value");
            }
            StmtKind::Copy { dst, src, len } => {
                self.expect(*dst, Some(Ty::Ptr), "destination");
                self.expect(*src, Some(Ty::Ptr), "source");
                self.expect(*len, Some(Ty::I64), "length");
            }
            StmtKind::Fill { dst, byte, len } => {
                self.expect(*dst, Some(Ty::Ptr), "destination");
                self.expect(*byte, Some(Ty::I8), "byte");
                self.expect(*len, Some(Ty::I64), "length");
            }
            StmtKind::Eval(value) => {
                self.expr(*value, 1);
            }
            StmtKind::Call(call) => {
                let sig = self.callee(&call.callee);
                for (index, arg) in call.args.iter().enumerate() {
                    let wanted = sig
                        .and_then(|sig| sig.params.get(index))
                        .map(|param| param.ty);
                    self.expect(*arg, wanted, "argument");
                }
                for (index, local) in call.results.iter().enumerate() {
                    let ty = self.local(*local);
                    let wanted = sig.and_then(|sig| sig.results.get(index)).copied();
                    if wanted.is_some() && ty.is_some() && ty != wanted {
                        self.fail(format!(
                            "{local:?} does not have the type of result {index}"
                        ));
                    }
                    if call.results[..index].contains(local) {
                        self.fail(format!("two results in {local:?}"));
                    }
                }
                if let Some(sig) = sig {
                    let given = call.args.len();
                    if given < sig.params.len() || given > sig.params.len() && !sig.variadic {
                        self.fail(format!(
                            "{given} arguments for {} parameters",
                            sig.params.len()
                        ));
                    }
                    if call.results.len() != sig.results.len() {
                        self.fail(format!(
                            "{} locals for {} results",
                            call.results.len(),
                            sig.results.len()
                        ));
                    }
                    return !sig.noreturn;
                }
            }
            StmtKind::If { cond, then, els } => {
                self.expect(*cond, Some(Ty::I8), "condition");
                let then = self.block(then, reachable, depth + 1);
                let els = self.block(els, reachable, depth + 1);
                return then || els;
            }
            StmtKind::Block { label, body } => {
                self.open(*label, false);
                let end = self.block(body, reachable, depth + 1);
                return self.close(*label) || end;
            }
            StmtKind::Loop { label, body } => {
                self.open(*label, true);
                self.block(body, reachable, depth + 1);
                return self.close(*label);
            }
            StmtKind::Switch {
                ty,
                value,
                cases,
                default,
            } => {
                self.expect(*value, Some(*ty), "value");
                if !ty.is_int() {
                    self.fail(format!("switch over {}", ty.name()));
                }
                let mut seen = FxHashSet::default();
                let mut end = false;
                for case in cases {
                    for value in &case.values {
                        self.fits(*ty, *value);
                        if !seen.insert(*value) {
                            self.fail(format!("case {value} appears twice"));
                        }
                    }
                    end |= self.block(&case.body, reachable, depth + 1);
                }
                end |= self.block(default, reachable, depth + 1);
                return end;
            }
            StmtKind::Break(label) => {
                self.jump(*label, false, reachable);
                return false;
            }
            StmtKind::Continue(label) => {
                self.jump(*label, true, reachable);
                return false;
            }
            StmtKind::Return(values) => {
                let results = &self.module.sig(self.func.sig).results;
                if values.len() != results.len() {
                    self.fail(format!(
                        "{} values for {} results",
                        values.len(),
                        results.len()
                    ));
                }
                for (index, value) in values.iter().enumerate() {
                    self.expect(*value, results.get(index).copied(), "result");
                }
                return false;
            }
            StmtKind::Trap(_) => return false,
            StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order,
            } => {
                self.expect(*addr, Some(Ty::Ptr), "address");
                self.expect_local(*dst, *ty);
                if matches!(order, Order::Release | Order::AcqRel) {
                    self.fail(format!("atomic load with order {}", order.name()));
                }
            }
            StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order,
            } => {
                self.expect(*addr, Some(Ty::Ptr), "address");
                self.expect(*value, Some(*ty), "value");
                if matches!(order, Order::Acquire | Order::AcqRel) {
                    self.fail(format!("atomic store with order {}", order.name()));
                }
            }
            StmtKind::AtomicRmw {
                dst,
                op,
                ty,
                addr,
                value,
                order: _,
            } => {
                self.expect(*addr, Some(Ty::Ptr), "address");
                self.expect(*value, Some(*ty), "value");
                self.expect_local(*dst, *ty);
                if !ty.is_int() && *op != RmwOp::Xchg {
                    self.fail(format!("atomic {} of {}", op.name(), ty.name()));
                }
            }
            StmtKind::AtomicCmpxchg {
                old,
                ok,
                ty,
                addr,
                expected,
                desired,
                weak: _,
                success: _,
                failure,
            } => {
                self.expect(*addr, Some(Ty::Ptr), "address");
                self.expect(*expected, Some(*ty), "expected value");
                self.expect(*desired, Some(*ty), "desired value");
                self.expect_local(*old, *ty);
                self.expect_local(*ok, Ty::I8);
                if old == ok {
                    self.fail(format!("two results in {old:?}"));
                }
                if ty.is_float() {
                    self.fail(format!("atomic compare of {}", ty.name()));
                }
                if matches!(failure, Order::Release | Order::AcqRel) {
                    self.fail(format!("failure order {}", failure.name()));
                }
            }
            StmtKind::Fence(order) => {
                if *order == Order::Relaxed {
                    self.fail("fence without an order");
                }
            }
        }
        true
    }

    fn callee(&mut self, callee: &Callee) -> Option<&'m Signature> {
        let sig = match callee {
            Callee::Direct(target) => match self.module.funcs.get(target.index()) {
                Some(target) => target.sig,
                None => {
                    self.fail(format!("call of {target:?}, which does not exist"));
                    return None;
                }
            },
            Callee::Indirect { target, sig } => {
                self.expect(*target, Some(Ty::Ptr), "call target");
                *sig
            }
        };
        match self.module.sigs().get(sig.index()) {
            Some(sig) => Some(sig),
            None => {
                self.fail(format!("{sig:?} does not exist"));
                None
            }
        }
    }

    fn open(&mut self, label: LabelId, is_loop: bool) {
        match self.labels.get_mut(label.index()) {
            Some(state @ Label::Unseen) => {
                *state = Label::Open {
                    is_loop,
                    broken: false,
                }
            }
            Some(_) => self.fail(format!("{label:?} is defined twice")),
            None => self.fail(format!("{label:?} is out of range")),
        }
    }

    /// Whether a reachable `break` named the label.
    fn close(&mut self, label: LabelId) -> bool {
        match self.labels.get_mut(label.index()) {
            Some(state @ Label::Open { .. }) => {
                let broken = matches!(state, Label::Open { broken: true, .. });
                *state = Label::Closed;
                broken
            }
            Some(_) | None => false,
        }
    }

    fn jump(&mut self, label: LabelId, again: bool, reachable: bool) {
        match self.labels.get_mut(label.index()) {
            Some(Label::Open { is_loop, broken }) => {
                if again && !*is_loop {
                    self.fail(format!("continue of {label:?}, which is no loop"));
                } else if !again && reachable {
                    *broken = true;
                }
            }
            Some(_) | None => self.fail(format!("{label:?} does not enclose the jump to it")),
        }
    }

    fn local(&mut self, local: LocalId) -> Option<Ty> {
        let ty = self.func.locals.get(local.index()).map(|local| local.ty);
        if ty.is_none() {
            self.fail(format!("{local:?} does not exist"));
        }
        ty
    }

    fn expect_local(&mut self, local: LocalId, wanted: Ty) {
        if let Some(ty) = self.local(local)
            && ty != wanted
        {
            self.fail(format!("{local:?} is {}, not {}", ty.name(), wanted.name()));
        }
    }

    fn expect(&mut self, id: ExprId, wanted: Option<Ty>, what: &str) {
        self.expect_at(id, wanted, what, 1);
    }

    fn expect_at(&mut self, id: ExprId, wanted: Option<Ty>, what: &str, depth: u32) {
        if !self.expr(id, depth) {
            return;
        }
        let ty = self.func.expr_ty(id);
        if let Some(wanted) = wanted
            && ty != wanted
        {
            let head = expr_head(self.func.expr(id));
            self.fail(format!(
                "{what} `{head}` ({id:?}) is {}, not {}",
                ty.name(),
                wanted.name()
            ));
        }
    }

    fn fits(&mut self, ty: Ty, bits: u64) {
        if zext_from(bits, width(ty, self.module.target.pointer_size)) != bits {
            self.fail(format!("{bits:#x} is wider than {}", ty.name()));
        }
    }

    /// Checks a tree; false if it is not even there, or seen before.
    fn expr(&mut self, id: ExprId, depth: u32) -> bool {
        match self.used.get_mut(id.index()) {
            None => {
                self.fail(format!("{id:?} does not exist"));
                return false;
            }
            Some(used) if *used => {
                let head = expr_head(self.func.expr(id));
                self.fail(format!("`{head}` ({id:?}) is used twice"));
                return false;
            }
            Some(used) => *used = true,
        }
        if depth > MAX_EXPR_DEPTH {
            self.fail("expressions are nested too deeply");
            return false;
        }
        let expr = *self.func.expr(id);
        let mut legal = true;
        match expr {
            Expr::Const { ty, bits } => self.fits(ty, bits),
            Expr::Local(_) | Expr::SlotAddr(_) | Expr::GlobalAddr(_) | Expr::FuncAddr(_) => {}
            Expr::Load { addr, .. } => self.expect_at(addr, Some(Ty::Ptr), "address", depth + 1),
            Expr::Unary { op: _, ty, a } => {
                legal = ty.is_float();
                self.expect_at(a, Some(ty), "operand", depth + 1);
            }
            Expr::Binary { op, ty, a, b } => {
                legal = op.accepts(ty);
                self.expect_at(a, Some(ty), "first operand", depth + 1);
                self.expect_at(b, Some(op.second_operand(ty)), "second operand", depth + 1);
            }
            Expr::Convert { op, from, to, a } => {
                legal = op.accepts(from, to);
                self.expect_at(a, Some(from), "operand", depth + 1);
            }
            Expr::Wrap {
                ty,
                bits,
                signed: _,
                a,
            } => {
                legal = ty
                    .int_bits()
                    .is_some_and(|width| bits >= 1 && u32::from(bits) <= width);
                self.expect_at(a, Some(ty), "operand", depth + 1);
            }
            Expr::Select { ty, cond, a, b } => {
                self.expect_at(cond, Some(Ty::I8), "condition", depth + 1);
                self.expect_at(a, Some(ty), "first value", depth + 1);
                self.expect_at(b, Some(ty), "second value", depth + 1);
            }
            Expr::Check {
                kind: _,
                rel: _,
                ty,
                a,
                b,
            } => {
                legal = ty.is_int() || ty == Ty::Ptr;
                self.expect_at(a, Some(ty), "first operand", depth + 1);
                self.expect_at(b, Some(ty), "second operand", depth + 1);
            }
        }
        if !legal {
            self.fail(format!(
                "`{}` ({id:?}) does not exist for its type",
                expr_head(&expr)
            ));
        }
        true
    }
}
