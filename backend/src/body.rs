//! Function bodies: structured statements become basic blocks, locals and slots stack storage.

use crate::unit::{Error, Res, Unit};
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, BasicValueEnum, FunctionValue, IntValue, PointerValue};
use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{
    Block, Expr, ExprId, FuncId, Function, LabelId, Linkage, LocId, LocalId, SlotId, Stmt, StmtKind,
};
use sx_ir::{SwitchCase, TrapKind, Ty};

/// Where a label's jumps go.
struct Target<'c> {
    exit: BasicBlock<'c>,
    again: Option<BasicBlock<'c>>,
    /// Whether anything jumps to `exit`.
    left: bool,
}

/// The function being lowered.
pub struct Lower<'u, 'r, 'c> {
    pub unit: &'u mut Unit<'r, 'c>,
    pub id: FuncId,
    pub ir: &'r Function,
    pub function: FunctionValue<'c>,
    locals: Vec<PointerValue<'c>>,
    slots: Vec<PointerValue<'c>>,
    labels: FxHashMap<LabelId, Target<'c>>,
    /// The current block has its last instruction; what follows in the statement list is not reached.
    pub done: bool,
    /// Position of the statement being lowered, for expressions that have none.
    stmt_loc: LocId,
}

impl<'r, 'c> Unit<'r, 'c> {
    /// Gives a declared function its body.
    pub fn define_function_body(&mut self, id: FuncId) -> Res<()> {
        let ir = self.ir;
        let func = ir.func(id);
        match &func.linkage {
            // Assembly stands where it is called.
            Linkage::Extern { .. } | Linkage::Asm(_) => return Ok(()),
            Linkage::Host(_) => return self.host_stub(id),
            Linkage::Internal | Linkage::Export(_) => {}
        }
        let Some(body) = &func.body else {
            return Err(Error(format!("function '{}' has no body", func.name)));
        };
        let function = self.func(id)?;
        let entry = self.context.append_basic_block(function, "");
        self.builder.position_at_end(entry);
        self.begin_function_debug(id, function);
        let mut lower = Lower {
            unit: self,
            id,
            ir: func,
            function,
            locals: Vec::with_capacity(func.locals.len()),
            slots: Vec::with_capacity(func.slots.len()),
            labels: FxHashMap::default(),
            done: false,
            stmt_loc: func.loc,
        };
        lower.prologue()?;
        lower.block(body)?;
        if func.naked {
            // The assembly has returned.
            if !lower.done {
                lower.unit.builder.build_unreachable()?;
            }
            return Ok(());
        }
        if !lower.done {
            lower.at(func.loc);
            if ir.sig(func.sig).results.is_empty() && !ir.sig(func.sig).noreturn {
                lower.unit.builder.build_return(None)?;
            } else {
                lower.trap_here(TrapKind::Unreachable, None, func.loc)?;
            }
        }
        Ok(())
    }

    /// A compile-time function that native code mentions stops the program when called.
    fn host_stub(&mut self, id: FuncId) -> Res<()> {
        let function = self.func(id)?;
        let entry = self.context.append_basic_block(function, "");
        self.builder.position_at_end(entry);
        self.locate_nothing();
        self.build_trap(TrapKind::Denied, None, None)
    }
}

impl<'r, 'c> Lower<'_, 'r, 'c> {
    fn prologue(&mut self) -> Res<()> {
        let func = self.ir;
        let mut zeroed = Vec::new();
        for (index, local) in func.locals.iter().enumerate() {
            if func.naked {
                break;
            }
            let ty = self.unit.types.of(local.ty);
            let storage = self.unit.builder.build_alloca(ty, "")?;
            if index >= self.function.count_params() as usize {
                zeroed.push((storage, self.unit.types.constant(local.ty, 0)));
            }
            self.locals.push(storage);
        }
        for slot in &func.slots {
            let size = self
                .unit
                .types
                .i8
                .array_type(u32::try_from(slot.size).map_err(|_| {
                    Error(format!(
                        "not implemented: a frame object of {} bytes in '{}'",
                        slot.size, func.name
                    ))
                })?);
            let storage = self.unit.builder.build_alloca(size, "")?;
            if let Some(instruction) = storage.as_instruction() {
                let align = u32::try_from(slot.align.max(1).next_power_of_two()).unwrap_or(16);
                instruction
                    .set_alignment(align)
                    .map_err(|error| Error(error.to_string()))?;
            }
            self.slots.push(storage);
        }
        // A naked function has no code of its own: its parameters stay in their registers.
        let params = usize::from(!func.naked) * self.function.count_params() as usize;
        for (index, param) in self.function.get_param_iter().take(params).enumerate() {
            if let Some(storage) = self.locals.get(index) {
                self.unit.builder.build_store(*storage, param)?;
            }
        }
        for (storage, zero) in zeroed {
            self.unit.builder.build_store(storage, zero)?;
        }
        if !func.naked {
            self.unit
                .declare_variables(self.id, &self.locals, &self.slots);
        }
        Ok(())
    }

    pub fn local(&self, id: LocalId) -> Res<PointerValue<'c>> {
        self.locals
            .get(id.index())
            .copied()
            .ok_or_else(|| Error(format!("no local {id:?} in '{}'", self.ir.name)))
    }

    pub fn slot(&self, id: SlotId) -> Res<PointerValue<'c>> {
        self.slots
            .get(id.index())
            .copied()
            .ok_or_else(|| Error(format!("no slot {id:?} in '{}'", self.ir.name)))
    }

    pub fn new_block(&self) -> BasicBlock<'c> {
        self.unit.context.append_basic_block(self.function, "")
    }

    pub fn start(&mut self, block: BasicBlock<'c>) {
        self.unit.builder.position_at_end(block);
        self.done = false;
    }

    fn jump(&mut self, block: BasicBlock<'c>) -> Res<()> {
        self.unit.builder.build_unconditional_branch(block)?;
        self.done = true;
        Ok(())
    }

    /// Position of an expression, or that of its statement.
    pub fn loc_of(&self, id: ExprId) -> LocId {
        match self.ir.expr_locs.get(id.index()) {
            Some(loc) if loc.0 != 0 => *loc,
            Some(_) | None => self.stmt_loc,
        }
    }

    /// Sets the position of the instructions that follow.
    pub fn at(&mut self, loc: LocId) {
        self.unit.locate(self.id, loc);
    }

    pub fn set_local(&mut self, local: LocalId, value: BasicValueEnum<'c>) -> Res<()> {
        let storage = self.local(local)?;
        self.unit.builder.build_store(storage, value)?;
        Ok(())
    }

    pub fn block(&mut self, block: &'r Block) -> Res<()> {
        for stmt in &block.stmts {
            if self.done {
                break;
            }
            self.stmt(stmt)?;
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &'r Stmt) -> Res<()> {
        if stmt.loc.0 != 0 {
            self.stmt_loc = stmt.loc;
        }
        let loc = self.stmt_loc;
        self.at(loc);
        match &stmt.kind {
            StmtKind::Set { local, value } => {
                let value = self.value(*value)?;
                self.at(loc);
                self.set_local(*local, value)
            }
            StmtKind::Store { addr, value, .. } => {
                let align = self.known_align(*addr);
                let pointer = self.pointer(*addr)?;
                let value = self.value(*value)?;
                self.at(loc);
                let store = self.unit.builder.build_store(pointer, value)?;
                store
                    .set_alignment(align)
                    .map_err(|error| Error(error.to_string()))
            }
            StmtKind::Copy { dst, src, len } => {
                let (dst_align, src_align) = (self.known_align(*dst), self.known_align(*src));
                let dst = self.pointer(*dst)?;
                let from = self.pointer(*src)?;
                let bytes = self.word(*len)?;
                self.at(loc);
                self.copied_from(*src, from, *len, loc)?;
                let made = self
                    .unit
                    .builder
                    .build_memmove(dst, dst_align, from, src_align, bytes);
                made.map(|_| ()).map_err(|error| Error(error.to_string()))
            }
            StmtKind::Fill { dst, byte, len } => {
                let align = self.known_align(*dst);
                let dst = self.pointer(*dst)?;
                let byte = self.int(*byte)?;
                let len = self.word(*len)?;
                self.at(loc);
                let made = self.unit.builder.build_memset(dst, align, byte, len);
                made.map(|_| ()).map_err(|error| Error(error.to_string()))
            }
            StmtKind::Eval(value) => self.eval(*value),
            StmtKind::Call(call) => self.call(call, loc),
            StmtKind::If { cond, then, els } => self.branch(*cond, then, els),
            StmtKind::Block { label, body } => {
                let exit = self.new_block();
                self.labels.insert(
                    *label,
                    Target {
                        exit,
                        again: None,
                        left: false,
                    },
                );
                self.block(body)?;
                self.leave(*label, exit)
            }
            StmtKind::Loop { label, body } => {
                let head = self.new_block();
                let exit = self.new_block();
                self.labels.insert(
                    *label,
                    Target {
                        exit,
                        again: Some(head),
                        left: false,
                    },
                );
                self.jump(head)?;
                self.start(head);
                self.block(body)?;
                if !self.done {
                    self.jump(head)?;
                }
                self.leave(*label, exit)
            }
            StmtKind::Switch {
                ty,
                value,
                cases,
                default,
            } => self.switch(*ty, *value, cases, default),
            StmtKind::Break(label) => {
                let exit = match self.labels.get_mut(label) {
                    Some(target) => {
                        target.left = true;
                        target.exit
                    }
                    None => {
                        return Err(Error(format!(
                            "break to unknown label {label:?} in '{}'",
                            self.ir.name
                        )));
                    }
                };
                self.jump(exit)
            }
            StmtKind::Continue(label) => {
                let again = self.labels.get(label).and_then(|target| target.again);
                let again = again.ok_or_else(|| {
                    Error(format!(
                        "continue to unknown loop {label:?} in '{}'",
                        self.ir.name
                    ))
                })?;
                self.jump(again)
            }
            StmtKind::Return(values) => self.ret(values, loc),
            StmtKind::Trap(_) if self.ir.naked => {
                self.unit.builder.build_unreachable()?;
                self.done = true;
                Ok(())
            }
            StmtKind::Trap(kind) => self.trap_here(*kind, None, loc),
            StmtKind::AtomicLoad { .. }
            | StmtKind::AtomicStore { .. }
            | StmtKind::AtomicRmw { .. }
            | StmtKind::AtomicCmpxchg { .. }
            | StmtKind::Fence(_) => self.atomic(&stmt.kind, loc),
        }
    }

    /// Ends a labelled statement: goes on at its exit, if that is ever reached.
    fn leave(&mut self, label: LabelId, exit: BasicBlock<'c>) -> Res<()> {
        let left = self.labels.remove(&label).is_some_and(|target| target.left);
        if left {
            if !self.done {
                self.jump(exit)?;
            }
            self.start(exit);
        } else {
            crate::raw::drop_block(exit);
        }
        Ok(())
    }

    /// A read that is there for its trap must happen.
    fn eval(&mut self, id: ExprId) -> Res<()> {
        let value = self.value(id)?;
        if matches!(self.ir.expr(id), Expr::Load { .. })
            && let Some(load) = value.as_instruction_value()
        {
            load.set_volatile(true)
                .map_err(|error| Error(error.to_string()))?;
        }
        Ok(())
    }

    fn branch(&mut self, cond: ExprId, then: &'r Block, els: &'r Block) -> Res<()> {
        let cond = self.cond(cond)?;
        let then_block = self.new_block();
        let join = self.new_block();
        let els_block = if els.stmts.is_empty() {
            join
        } else {
            self.new_block()
        };
        self.unit
            .builder
            .build_conditional_branch(cond, then_block, els_block)?;
        self.start(then_block);
        self.block(then)?;
        let mut joined = els.stmts.is_empty();
        if !self.done {
            self.jump(join)?;
            joined = true;
        }
        if !els.stmts.is_empty() {
            self.start(els_block);
            self.block(els)?;
            if !self.done {
                self.jump(join)?;
                joined = true;
            }
        }
        if joined {
            self.start(join);
        } else {
            crate::raw::drop_block(join);
            self.done = true;
        }
        Ok(())
    }

    fn switch(
        &mut self,
        ty: Ty,
        value: ExprId,
        cases: &'r [SwitchCase],
        default: &'r Block,
    ) -> Res<()> {
        let value = self.value(value)?;
        let value: IntValue<'c> = self.as_int(value)?;
        let join = self.new_block();
        let default_block = if default.stmts.is_empty() {
            join
        } else {
            self.new_block()
        };
        let int = self.unit.types.int_of(ty);
        let mut arms = Vec::new();
        let mut seen = FxHashSet::default();
        let mut blocks = Vec::with_capacity(cases.len());
        for case in cases {
            let block = self.new_block();
            blocks.push(block);
            for bits in &case.values {
                // The first case that names a value has it.
                if seen.insert(*bits) {
                    arms.push((int.const_int(*bits, false), block));
                }
            }
        }
        self.unit
            .builder
            .build_switch(value, default_block, &arms)?;
        let mut joined = default.stmts.is_empty();
        let bodies = cases.iter().map(|case| &case.body).zip(blocks);
        let rest = (!default.stmts.is_empty()).then_some((default, default_block));
        for (body, block) in bodies.chain(rest) {
            self.start(block);
            self.block(body)?;
            if !self.done {
                self.jump(join)?;
                joined = true;
            }
        }
        if joined {
            self.start(join);
        } else {
            crate::raw::drop_block(join);
            self.done = true;
        }
        Ok(())
    }
}
