//! Function entry, calls, and entries in the middle of loops.
//!
//! Inner convention: `rbx` already is the callee's frame and holds the arguments in its first words; the results are
//! there on return, the first one in `rax` or `xmm0` too, and `rbx` is what it was at the call. Only the registers of
//! [`crate::regs`] survive a call, so a caller keeps pinned locals that it needs afterwards in their frame words.

use crate::cold::Cold;
use crate::emit::{Emitter, Val, Want, frame_disp, framed};
use crate::plan::Home;
use crate::regs::RAX;
use crate::stubs::{FN_BASE, FN_COUNT, FN_OF, FRAMES_END, SP, STACK_END, field};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::trap::LimitKind;
use sx_ir::{Call, Callee, ExprId, FuncId, LocalId, SigId, Stmt, TrapKind, Ty};
use sx_machine::builtin::Builtin;

/// Frame memory up to this size is cleared by straight code.
const UNROLLED_CLEAR: u64 = 256;

impl Emitter<'_> {
    /// The entry sequence, see `sx_machine::ctx`.
    pub fn enter(&mut self, params: usize) {
        let start = self.start;
        self.bind(start);
        let (steps, depth) = (self.label(), self.label());
        let records_end = field!(self.env.stubs.data, records_end);
        let frame_bytes = frame_disp(self.plan.frame_words + self.plan.call_words);
        dynasm!(self.ops
            ; sub r12, BYTE 1
            ; jb =>steps
            ; cmp r13, [extern records_end]
            ; jae =>depth
            ; lea rax, [rbx + frame_bytes]
            ; cmp rax, [r15 + FRAMES_END]
            ; ja =>depth
            ; mov DWORD [r13], self.id.0 as i32
            ; add r13, BYTE 8
        );
        self.cold.push(Cold::Limit {
            label: steps,
            kind: LimitKind::Steps,
            loc: None,
        });
        self.cold.push(Cold::Limit {
            label: depth,
            kind: LimitKind::Depth,
            loc: None,
        });
        self.take_slots();
        self.clear_untracked(params);
        let plan = self.plan;
        for local in plan.live.at_entry() {
            let ty = self.func.locals[local.index()].ty;
            if local.index() < params {
                self.fetch(local, ty);
                continue;
            }
            match self.home(local) {
                Home::Frame => framed!(self, frame_disp(local.index()), [mov QWORD], 0),
                Home::Gpr(r) => dynasm!(self.ops; xor Rd(r), Rd(r)),
                Home::Xmm(x) => dynasm!(self.ops; xorps Rx(x), Rx(x)),
            }
        }
    }

    /// Zeroes locals about which nothing is known: parameters come first and have their values.
    fn clear_untracked(&mut self, params: usize) {
        for local in &self.plan.untracked {
            if local.index() >= params {
                framed!(self, frame_disp(local.index()), [mov QWORD], 0);
            }
        }
    }

    fn take_slots(&mut self) {
        let size = self.plan.slots.size;
        if size == 0 {
            return;
        }
        let label = self.label();
        self.cold.push(Cold::Limit {
            label,
            kind: LimitKind::Stack,
            loc: Some(self.func.loc),
        });
        let Ok(bytes) = i32::try_from(size) else {
            return self.jump(label);
        };
        dynasm!(self.ops
            ; mov rax, [r15 + SP]
            ; lea rcx, [rax + bytes]
            ; cmp rcx, [r15 + STACK_END]
            ; ja =>label
            ; mov [r15 + SP], rcx
        );
        if let Some(r) = self.plan.slot_pin {
            self.mov(r, crate::regs::RCX);
        }
        if size <= UNROLLED_CLEAR {
            dynasm!(self.ops; xorps xmm0, xmm0);
            for at in (0..bytes).step_by(16) {
                dynasm!(self.ops; movups [r14 + rax + at], xmm0);
            }
        } else {
            // rdi may be the pinned end of the slots: then it is set again.
            dynasm!(self.ops; lea rdi, [r14 + rax]; mov ecx, bytes / 8; xor eax, eax; rep stosq);
            self.fetch_slots();
        }
    }

    /// Loads a pinned local from its frame word.
    pub fn fetch(&mut self, local: LocalId, ty: Ty) {
        let d = frame_disp(local.index());
        match self.home(local) {
            Home::Frame => {}
            Home::Gpr(r) => framed!(self, d, [mov Rq(r),]),
            Home::Xmm(x) if ty == Ty::F64 => framed!(self, d, [movsd Rx(x),]),
            Home::Xmm(x) => framed!(self, d, [movss Rx(x),]),
        }
    }

    /// Stores a pinned local to its frame word.
    pub fn save(&mut self, local: LocalId, ty: Ty) {
        let d = frame_disp(local.index());
        match self.home(local) {
            Home::Frame => {}
            Home::Gpr(r) => framed!(self, d, [mov], Rq(r)),
            Home::Xmm(_) => self.store_float_word(d, Val::Local(local), ty),
        }
    }

    fn fetch_slots(&mut self) {
        if let Some(r) = self.plan.slot_pin {
            dynasm!(self.ops; mov Rq(r), [r15 + SP]);
        }
    }

    pub fn call(&mut self, stmt: &Stmt, call: &Call) {
        if let Callee::Indirect { target, .. } = call.callee {
            let val = self.eval(target, Want::ANY);
            self.push(val, false);
        }
        let callee_frame = self.plan.frame_words;
        for (i, arg) in call.args.iter().enumerate() {
            self.pass_argument(callee_frame + i, *arg);
        }
        self.set_loc(stmt.loc);
        if let Callee::Indirect { sig, .. } = call.callee {
            let target = self.pop();
            self.resolve(target, sig, stmt);
        }
        let plan = self.plan;
        let live = plan.live.after_call(stmt, &mut self.next_call);
        for local in live.locals() {
            if !plan.constant_params.has(local) {
                self.save(local, self.func.locals[local.index()].ty);
            }
        }
        let bytes = frame_disp(callee_frame);
        dynasm!(self.ops; add rbx, bytes);
        match call.callee {
            Callee::Direct(callee) => self.call_direct(callee, call.args.len()),
            Callee::Indirect { .. } => {
                let inner = self.env.stubs.inner;
                dynasm!(self.ops
                    ; mov ecx, call.args.len() as i32
                    ; lea rsi, [extern inner]
                    ; call QWORD [rsi + rdx * 8]
                );
            }
        }
        dynasm!(self.ops; sub rbx, bytes);
        for local in live.locals() {
            self.fetch(local, self.func.locals[local.index()].ty);
        }
        self.fetch_slots();
        for (i, local) in call.results.iter().enumerate() {
            if i == 0 {
                self.take_first_result(*local);
            } else {
                self.take_result(callee_frame + i, *local);
            }
        }
    }

    fn pass_argument(&mut self, word: usize, arg: ExprId) {
        let val = self.eval(arg, Want::ANY);
        self.store_local_word(frame_disp(word), val, self.func.expr_ty(arg));
    }

    fn take_first_result(&mut self, local: LocalId) {
        let float = self.func.locals[local.index()].ty.is_float();
        self.assign(local, if float { Val::Xmm(0) } else { Val::Gpr(RAX) });
    }

    fn take_result(&mut self, word: usize, local: LocalId) {
        let d = frame_disp(word);
        let ty = self.func.locals[local.index()].ty;
        match self.home(local) {
            Home::Gpr(r) => framed!(self, d, [mov Rq(r),]),
            Home::Xmm(x) if ty == Ty::F64 => framed!(self, d, [movsd Rx(x),]),
            Home::Xmm(x) => framed!(self, d, [movss Rx(x),]),
            Home::Frame => {
                framed!(self, d, [mov rax,]);
                framed!(self, frame_disp(local.index()), [mov], rax);
            }
        }
    }

    fn call_direct(&mut self, callee: FuncId, argc: usize) {
        if callee == self.id {
            let start = self.start;
            dynasm!(self.ops; call =>start);
            return;
        }
        if let Some(code) = self.env.compiled.get(&callee) {
            let at = code.inner;
            dynasm!(self.ops; call extern at);
            return;
        }
        if let Some(at) = self.allocation(callee, argc) {
            dynasm!(self.ops; call extern at);
            return;
        }
        if self.env.module.func(callee).body.is_none() {
            dynasm!(self.ops; mov ecx, argc as i32);
        }
        // Who it is, should it not be compiled yet.
        dynasm!(self.ops; mov edx, callee.0 as i32);
        let slot = self.env.stubs.inner + callee.index() * 8;
        dynasm!(self.ops; call QWORD [extern slot]);
    }

    /// Shared code of `malloc` and `free`, declared as they are.
    fn allocation(&self, callee: FuncId, argc: usize) -> Option<usize> {
        let module = self.env.module;
        let sig = module.sig(module.func(callee).sig);
        if argc != 1 || sig.params.len() != 1 || sig.variadic {
            return None;
        }
        match (Builtin::of(module, callee)?, sig.results.len()) {
            (Builtin::Malloc, 1) => Some(self.env.stubs.malloc),
            (Builtin::Free, 0) => Some(self.env.stubs.free),
            (Builtin::Malloc | Builtin::Free | Builtin::Move | Builtin::Set, _) => None,
        }
    }

    /// Checks a function value and leaves the function's number in `rdx`.
    fn resolve(&mut self, target: Val, sig: SigId, stmt: &Stmt) {
        self.move_to(RAX, target);
        self.release(target);
        let (bad, other_sig) = (self.label(), self.label());
        let sigs = self.env.stubs.sigs;
        // A misaligned value has bits in the top after the rotation.
        dynasm!(self.ops
            ; mov rcx, rax
            ; sub rcx, [r15 + FN_BASE]
            ; ror rcx, 4
            ; cmp rcx, [r15 + FN_COUNT]
            ; jae =>bad
            ; mov rdx, [r15 + FN_OF]
            ; mov edx, [rdx + rcx * 4]
            ; lea rsi, [extern sigs]
            ; cmp DWORD [rsi + rdx * 4], sig.0 as i32
            ; jne =>other_sig
        );
        for (label, kind) in [
            (bad, TrapKind::BadCall),
            (other_sig, TrapKind::BadCallSignature),
        ] {
            self.cold.push(Cold::Trap {
                label,
                kind,
                loc: stmt.loc,
                a: Val::Gpr(RAX),
                b: Val::Imm(0),
            });
        }
    }

    /// Entries that continue at loop headers with all locals in the frame; the record and slots are taken already.
    pub fn osr_entries(&mut self) -> Vec<(sx_ir::LabelId, dynasmrt::AssemblyOffset)> {
        let mut out = Vec::new();
        let enter = self.env.stubs.enter;
        let plan = self.plan;
        for (label, head, loc) in std::mem::take(&mut self.osr) {
            let inside = self.label();
            out.push((label, self.ops.offset()));
            dynasm!(self.ops; lea rax, [=>inside]; jmp extern enter; =>inside);
            for local in plan.live.at_header(label) {
                self.fetch(local, self.func.locals[local.index()].ty);
            }
            self.fetch_slots();
            self.set_loc(loc);
            self.jump(head);
        }
        out
    }

    /// The entry for callers outside; `sysv64` as in `sx_machine::ctx`.
    pub fn outer_entry(&mut self) -> dynasmrt::AssemblyOffset {
        let at = self.ops.offset();
        let (start, enter) = (self.start, self.env.stubs.enter);
        dynasm!(self.ops; lea rax, [=>start]; jmp extern enter);
        at
    }
}
