//! Code off the hot path, placed after the function: traps, limits, and the rare cases of operations.

use crate::convert::two_63;
use crate::emit::{Emitter, Val};
use crate::plan::Home;
use crate::regs::{Gpr, RAX, RCX, RDX, RSI, Xmm};
use crate::stubs::{TRAP_A, TRAP_B, TRAP_KIND, field};
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::trap::LimitKind;
use sx_ir::{LocId, TrapKind};
use sx_machine::ctx::Exit;

pub enum Cold {
    Trap {
        label: DynamicLabel,
        kind: TrapKind,
        loc: LocId,
        a: Val,
        b: Val,
    },
    /// The range of `len` bytes at `at` + `disp` is not accessible.
    Access {
        label: DynamicLabel,
        at: Gpr,
        disp: i32,
        len: i32,
        store: bool,
        loc: LocId,
    },
    /// `loc`: where in this function; `None` on entry, where the caller's position stands.
    Limit {
        label: DynamicLabel,
        kind: LimitKind,
        loc: Option<LocId>,
    },
    Nan {
        label: DynamicLabel,
        resume: DynamicLabel,
        x: Xmm,
        wide: bool,
    },
    /// MIN / -1 would fault: negate instead, the remainder is 0.
    DivideByMinusOne {
        label: DynamicLabel,
        resume: DynamicLabel,
        wide: bool,
    },
    LargeToFloat {
        label: DynamicLabel,
        resume: DynamicLabel,
        src: Gpr,
        scratch: Gpr,
        dst: Xmm,
        wide: bool,
    },
    FloatOutOfRange {
        label: DynamicLabel,
        resume: DynamicLabel,
        src: Xmm,
        scratch: Xmm,
        dst: Gpr,
        wide: bool,
        unsigned: bool,
    },
}

impl Emitter<'_> {
    pub fn emit_cold(&mut self) {
        for cold in std::mem::take(&mut self.cold) {
            match cold {
                Cold::Trap {
                    label,
                    kind,
                    loc,
                    a,
                    b,
                } => {
                    self.bind(label);
                    self.trap(kind, loc, a, b);
                }
                Cold::Access {
                    label,
                    at,
                    disp,
                    len,
                    store,
                    loc,
                } => {
                    self.bind(label);
                    self.access_fault(at, disp, len, store, loc);
                }
                Cold::Limit { label, kind, loc } => {
                    self.bind(label);
                    self.limit(kind, loc);
                }
                Cold::Nan {
                    label,
                    resume,
                    x,
                    wide,
                } => {
                    self.bind(label);
                    if wide {
                        let nan = field!(self.env.stubs.data, nan_f64);
                        dynasm!(self.ops; movsd Rx(x), [extern nan]);
                    } else {
                        let nan = field!(self.env.stubs.data, nan_f32);
                        dynasm!(self.ops; movss Rx(x), [extern nan]);
                    }
                    self.jump(resume);
                }
                Cold::DivideByMinusOne {
                    label,
                    resume,
                    wide,
                } => {
                    self.bind(label);
                    if wide {
                        dynasm!(self.ops; neg rax);
                    } else {
                        dynasm!(self.ops; neg eax);
                    }
                    dynasm!(self.ops; xor edx, edx; jmp =>resume);
                }
                Cold::LargeToFloat {
                    label,
                    resume,
                    src,
                    scratch,
                    dst,
                    wide,
                } => {
                    self.bind(label);
                    dynasm!(self.ops
                        ; mov Rd(scratch), Rd(src)
                        ; and Rd(scratch), BYTE 1
                        ; shr Rq(src), 1
                        ; or Rq(src), Rq(scratch)
                    );
                    if wide {
                        dynasm!(self.ops; cvtsi2sd Rx(dst), Rq(src); addsd Rx(dst), Rx(dst));
                    } else {
                        dynasm!(self.ops; cvtsi2ss Rx(dst), Rq(src); addss Rx(dst), Rx(dst));
                    }
                    self.jump(resume);
                }
                Cold::FloatOutOfRange {
                    label,
                    resume,
                    src,
                    scratch,
                    dst,
                    wide,
                    unsigned,
                } => {
                    self.bind(label);
                    self.float_out_of_range(resume, src, scratch, dst, wide, unsigned);
                }
            }
        }
        for (label, bits) in std::mem::take(&mut self.consts) {
            dynasm!(self.ops; .align 8; =>label; .u64 bits);
        }
    }

    pub fn set_loc(&mut self, loc: LocId) {
        dynasm!(self.ops; mov DWORD [r13 - 4], loc.0 as i32);
    }

    fn exit(&mut self, code: Exit) {
        let exit = self.env.stubs.exit;
        dynasm!(self.ops; mov eax, code as i32; jmp extern exit);
    }

    fn in_register(&self, val: Val) -> Option<Gpr> {
        match val {
            Val::Gpr(r) => Some(r),
            Val::Local(local) => match self.home(local) {
                Home::Gpr(r) => Some(r),
                Home::Frame | Home::Xmm(_) => None,
            },
            Val::Imm(_) | Val::Xmm(_) | Val::Spill(_) => None,
        }
    }

    /// Ends the evaluation with a trap whose operands are where they were when it was noticed.
    pub fn trap(&mut self, kind: TrapKind, loc: LocId, a: Val, b: Val) {
        self.set_loc(loc);
        // Registers first: the others come through rax.
        for (val, to) in [(a, TRAP_A), (b, TRAP_B)] {
            if let Some(r) = self.in_register(val) {
                dynasm!(self.ops; mov [r15 + to], Rq(r));
            }
        }
        for (val, to) in [(a, TRAP_A), (b, TRAP_B)] {
            if self.in_register(val).is_none() {
                self.move_to(RAX, val);
                dynasm!(self.ops; mov [r15 + to], rax);
            }
        }
        dynasm!(self.ops; mov QWORD [r15 + TRAP_KIND], kind as i32);
        self.exit(Exit::Trap);
    }

    fn access_fault(&mut self, at: Gpr, disp: i32, len: i32, store: bool, loc: LocId) {
        self.set_loc(loc);
        self.lea(true, RSI, at, disp);
        self.mov_imm(RDX, len as u64);
        self.mov_imm(RCX, u64::from(store));
        let fault = self.env.stubs.access_fault;
        dynasm!(self.ops; jmp extern fault);
    }

    fn limit(&mut self, kind: LimitKind, loc: Option<LocId>) {
        if let Some(loc) = loc {
            self.set_loc(loc);
        }
        if kind == LimitKind::Steps {
            // The step that was one too many is not counted.
            dynasm!(self.ops; xor r12d, r12d);
        }
        dynasm!(self.ops; mov QWORD [r15 + TRAP_KIND], kind as i32);
        self.exit(Exit::Limit);
    }

    /// The conversion said MIN: NaN is 0, too large is MAX, too small stays MIN. `unsigned`: up to 2^64 is in range.
    fn float_out_of_range(
        &mut self,
        resume: DynamicLabel,
        src: Xmm,
        scratch: Xmm,
        dst: Gpr,
        wide: bool,
        unsigned: bool,
    ) {
        let limit = two_63(self.env.stubs.data, wide);
        let (nan, large, full) = (self.label(), self.label(), self.label());
        if wide {
            dynasm!(self.ops; ucomisd Rx(src), [extern limit]);
        } else {
            dynasm!(self.ops; ucomiss Rx(src), [extern limit]);
        }
        dynasm!(self.ops; jp =>nan; jae =>large; jmp =>resume; =>nan; xor Rd(dst), Rd(dst); jmp =>resume; =>large);
        if !unsigned {
            // MIN - 1
            dynasm!(self.ops; sub Rq(dst), BYTE 1; jmp =>resume);
            return;
        }
        self.mov_xmm(scratch, src);
        if wide {
            dynasm!(self.ops; subsd Rx(scratch), [extern limit]; cvttsd2si Rq(dst), Rx(scratch));
        } else {
            dynasm!(self.ops; subss Rx(scratch), [extern limit]; cvttss2si Rq(dst), Rx(scratch));
        }
        dynasm!(self.ops
            ; cmp Rq(dst), BYTE 1
            ; jo =>full
            ; btc Rq(dst), 63
            ; jmp =>resume
            ; =>full
            ; mov Rq(dst), BYTE -1
            ; jmp =>resume
        );
    }
}
