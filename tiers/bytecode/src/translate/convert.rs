//! Conversions. Patterns are zero-extended, so many of them are no work at all.

use sx_ir::{ConvertOp, ExprId, Ty};

use super::{Builder, Reg};
use crate::isa::Op;

impl Builder<'_> {
    pub(super) fn convert(
        &mut self,
        op: ConvertOp,
        from: Ty,
        to: Ty,
        a: ExprId,
        want: Option<Reg>,
    ) -> Reg {
        let mark = self.top;
        let single = |ops: [Op; 2], ty: Ty| if ty == Ty::F32 { ops[0] } else { ops[1] };
        let op = match op {
            ConvertOp::ZExt | ConvertOp::PToI | ConvertOp::BitsOf | ConvertOp::FromBits => {
                return self.eval(a, want);
            }
            ConvertOp::IToP if self.wide => return self.eval(a, want),
            ConvertOp::Trunc | ConvertOp::IToP => {
                let src = self.operand(a);
                let dst = self.result(mark, want);
                self.emit(Op::Zext, dst, src, self.bits_of(to));
                return dst;
            }
            ConvertOp::SExt => {
                let src = self.operand(a);
                let dst = self.result(mark, want);
                let (bits, to_bits) = (self.bits_of(from), self.bits_of(to));
                match (bits, to_bits) {
                    (8, 64) => self.emit(Op::Sext8, dst, src, 0),
                    (16, 64) => self.emit(Op::Sext16, dst, src, 0),
                    (32, 64) => self.emit(Op::Sext32, dst, src, 0),
                    _ => self.emit_at(self.loc, Op::Sext, to_bits as u16, dst, src, bits),
                }
                return dst;
            }
            ConvertOp::SToF => single([Op::SToF32, Op::SToF64], to),
            ConvertOp::UToF => single([Op::UToF32, Op::UToF64], to),
            ConvertOp::FToS => single([Op::F32ToS, Op::F64ToS], from),
            ConvertOp::FToU => single([Op::F32ToU, Op::F64ToU], from),
            ConvertOp::FCvt => single([Op::FNarrow, Op::FWiden], to),
        };
        let src = self.operand(a);
        let dst = self.result(mark, want);
        self.emit(op, dst, src, 0);
        dst
    }
}
