//! Conversions between types.

use crate::cold::Cold;
use crate::emit::{Emitter, Val, Want};
use crate::stubs::field;
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use sx_ir::{ConvertOp, ExprId, Ty};

impl Emitter<'_> {
    pub fn convert(&mut self, op: ConvertOp, from: Ty, to: Ty, a: ExprId, want: Want) -> Val {
        match op {
            // Patterns are zero-extended already.
            ConvertOp::ZExt | ConvertOp::PToI => self.eval(a, want),
            ConvertOp::Trunc | ConvertOp::IToP => {
                let av = self.eval(a, want);
                let bits = self.bits(to);
                if bits == 64 {
                    av
                } else {
                    self.low_bits(bits, av, want.gpr)
                }
            }
            ConvertOp::SExt => self.sext(from, to, a, want),
            ConvertOp::SToF => self.signed_to_float(to, a, want),
            ConvertOp::UToF => self.unsigned_to_float(to, a, want),
            ConvertOp::FToS => self.float_to_int(from, a, want, false),
            ConvertOp::FToU => self.float_to_int(from, a, want, true),
            ConvertOp::FCvt => self.float_to_float(from, a, want),
            ConvertOp::BitsOf => self.bits_of(from, a, want),
            ConvertOp::FromBits => self.float_of_bits(to, a, want),
        }
    }

    fn sext(&mut self, from: Ty, to: Ty, a: ExprId, want: Want) -> Val {
        let mut av = self.eval(a, want);
        let src = self.reg(&mut av);
        self.release(av);
        let dst = want.gpr.unwrap_or_else(|| self.alloc());
        let (from, to) = (self.bits(from), self.bits(to));
        self.sign_extend(from, to > 32, dst, src);
        if to < 32 {
            self.zero_extend(to, dst, dst);
        }
        Val::Gpr(dst)
    }

    /// Low `bits` bits, extended within the type.
    pub fn wrap(&mut self, ty: Ty, bits: u8, signed: bool, a: ExprId, want: Want) -> Val {
        let av = self.eval(a, want);
        let width = self.bits(ty);
        let bits = u32::from(bits);
        if !signed {
            if matches!(bits, 8 | 16 | 32) {
                return self.low_bits(bits, av, want.gpr);
            }
            if bits >= 64 {
                return av;
            }
            let dst = self.own(av, want.gpr);
            self.mask(dst, (1u64 << bits) - 1);
            return Val::Gpr(dst);
        }
        if bits == 0 || bits >= width {
            return av;
        }
        let dst = self.own(av, want.gpr);
        if width == 64 {
            let by = (64 - bits) as i8;
            dynasm!(self.ops; shl Rq(dst), by; sar Rq(dst), by);
        } else {
            let by = (32 - bits) as i8;
            dynasm!(self.ops; shl Rd(dst), by; sar Rd(dst), by);
            if width < 32 {
                self.zero_extend(width, dst, dst);
            }
        }
        Val::Gpr(dst)
    }

    fn signed_to_float(&mut self, to: Ty, a: ExprId, want: Want) -> Val {
        let mut av = self.eval(a, Want::ANY);
        let src = self.reg(&mut av);
        let dst = want.xmm.unwrap_or_else(|| self.alloc_xmm());
        // The conversion keeps the upper part of its target: cut that dependency.
        dynasm!(self.ops; xorps Rx(dst), Rx(dst));
        if to == Ty::F64 {
            dynasm!(self.ops; cvtsi2sd Rx(dst), Rq(src));
        } else {
            dynasm!(self.ops; cvtsi2ss Rx(dst), Rq(src));
        }
        self.release(av);
        Val::Xmm(dst)
    }

    /// Values from 2^63 up are halved (the lost bit stays, for rounding), converted and doubled.
    fn unsigned_to_float(&mut self, to: Ty, a: ExprId, want: Want) -> Val {
        let av = self.eval(a, Want::ANY);
        let src = self.own(av, None);
        let dst = want.xmm.unwrap_or_else(|| self.alloc_xmm());
        let scratch = self.alloc();
        dynasm!(self.ops; xorps Rx(dst), Rx(dst); test Rq(src), Rq(src));
        let (label, resume) = (self.label(), self.label());
        dynasm!(self.ops; js =>label);
        if to == Ty::F64 {
            dynasm!(self.ops; cvtsi2sd Rx(dst), Rq(src));
        } else {
            dynasm!(self.ops; cvtsi2ss Rx(dst), Rq(src));
        }
        self.bind(resume);
        self.cold.push(Cold::LargeToFloat {
            label,
            resume,
            src,
            scratch,
            dst,
            wide: to == Ty::F64,
        });
        self.free(scratch);
        self.free(src);
        Val::Xmm(dst)
    }

    fn float_to_int(&mut self, from: Ty, a: ExprId, want: Want, unsigned: bool) -> Val {
        let mut av = self.eval(a, Want::RAW);
        let src = self.xmm(&mut av, from);
        let dst = want.gpr.unwrap_or_else(|| self.alloc());
        let scratch = self.alloc_xmm();
        let (label, resume) = (self.label(), self.label());
        // What does not fit gives MIN, the only number whose decrement overflows.
        if from == Ty::F64 {
            dynasm!(self.ops; cvttsd2si Rq(dst), Rx(src));
        } else {
            dynasm!(self.ops; cvttss2si Rq(dst), Rx(src));
        }
        dynasm!(self.ops; cmp Rq(dst), BYTE 1; jo =>label);
        self.bind(resume);
        self.cold.push(Cold::FloatOutOfRange {
            label,
            resume,
            src,
            scratch,
            dst,
            wide: from == Ty::F64,
            unsigned,
        });
        self.free_xmm(scratch);
        self.release(av);
        Val::Gpr(dst)
    }

    fn float_to_float(&mut self, from: Ty, a: ExprId, want: Want) -> Val {
        let mut av = self.eval(a, Want::RAW);
        let src = self.xmm(&mut av, from);
        self.release(av);
        let dst = want.xmm.unwrap_or_else(|| self.alloc_xmm());
        if from == Ty::F64 {
            dynasm!(self.ops; cvtsd2ss Rx(dst), Rx(src));
        } else {
            dynasm!(self.ops; cvtss2sd Rx(dst), Rx(src));
        }
        if !want.raw {
            self.canonical(dst, if from == Ty::F64 { Ty::F32 } else { Ty::F64 });
        }
        Val::Xmm(dst)
    }

    fn bits_of(&mut self, from: Ty, a: ExprId, want: Want) -> Val {
        let mut av = self.eval(a, Want::ANY);
        if let Val::Imm(_) = av {
            return av;
        }
        let src = self.xmm(&mut av, from);
        let dst = want.gpr.unwrap_or_else(|| self.alloc());
        if from == Ty::F64 {
            dynasm!(self.ops; movq Rq(dst), Rx(src));
        } else {
            dynasm!(self.ops; movd Rd(dst), Rx(src));
        }
        self.release(av);
        Val::Gpr(dst)
    }

    fn float_of_bits(&mut self, to: Ty, a: ExprId, want: Want) -> Val {
        let mut av = self.eval(a, Want::ANY);
        if let Val::Imm(_) = av {
            return av;
        }
        let src = self.reg(&mut av);
        let dst = want.xmm.unwrap_or_else(|| self.alloc_xmm());
        if to == Ty::F64 {
            dynasm!(self.ops; movq Rx(dst), Rq(src));
        } else {
            dynasm!(self.ops; movd Rx(dst), Rd(src));
        }
        self.release(av);
        Val::Xmm(dst)
    }
}

/// Where 2^63 as a float of the given width is.
pub fn two_63(data: usize, wide: bool) -> usize {
    if wide {
        field!(data, two_63_f64)
    } else {
        field!(data, two_63_f32)
    }
}
