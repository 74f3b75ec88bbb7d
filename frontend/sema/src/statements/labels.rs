//! Case labels of values: which of the subject's values one stands for.

use std::rc::Rc;

use sx_ir::semantics::{sext_from, zext_from};
use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind, UnOp};
use sx_syntax::{Diagnostic, Span};

use crate::comptime::purpose::Purpose;
use crate::emission::value::{CtVal, Val};
use crate::expressions::arith::carries_target;
use crate::expressions::logic::under_minuses;
use crate::sema::{Env, Failed, Res, Sema};

impl Sema<'_> {
    /// A label's value, as one of the subject's type: the value that compares equal to it.
    ///
    /// A label is what `subject == label` would be asked of, at the wider of the two types (part 1 §1.3). The subject's
    /// type is its target only where `==` gives one or the label is a literal, which is checked against it; a constant of
    /// another type keeps its value, and must be one that the subject can have.
    pub fn case_label(
        &mut self,
        env: &Rc<Env>,
        label: &'static ast::Expr,
        subject: TypeId,
    ) -> Res<CtVal> {
        let purpose = Purpose::CaseLabel;
        let number = self.is_integer(subject) || subject == TypeId::BOOL;
        if !number || self.label_takes_target(env, label, subject) {
            return self.comptime_value(env, label, Some(subject), &purpose);
        }
        let val = self.comptime_value(env, label, None, &purpose)?;
        if val.ty == subject {
            return Ok(val);
        }
        if self.is_float(val.ty) {
            return self.float_label(&val, subject, label.span);
        }
        let bits = self.ct_u64(&val);
        let (own, own_signed) = match self.m.types.kind(val.ty) {
            TypeKind::Bool => (1, false),
            _ => match self.m.types.int_info(val.ty) {
                Some(info) => info,
                // An enum is the integer of its width.
                None if self.backing_size(val.ty) == Some(self.m.types.size_of(subject)) => {
                    return Ok(self.label_of(subject, bits));
                }
                // There is no such conversion, which is told as elsewhere.
                None => return self.comptime_value(env, label, Some(subject), &purpose),
            },
        };
        let (to, to_signed) = self.m.types.int_info(subject).unwrap_or((1, false));
        let width = own.max(to);
        let widened = |bits, from, signed| match signed {
            true => zext_from(sext_from(bits, from) as u64, width),
            false => zext_from(bits, from),
        };
        let meant = widened(bits, own, own_signed);
        if widened(meant, to, to_signed) == meant {
            return Ok(self.label_of(subject, meant));
        }
        let value = match own_signed {
            true => i128::from(sext_from(bits, own)),
            false => i128::from(zext_from(bits, own)),
        };
        Err(self.unequalled_label(&value.to_string(), subject, label.span))
    }

    /// Whether the subject's type is the target of a label as it is of the right side of `==`, or of a literal standing
    /// alone.
    fn label_takes_target(
        &mut self,
        env: &Rc<Env>,
        label: &'static ast::Expr,
        subject: TypeId,
    ) -> bool {
        let form = self.seen_through(env, label).1;
        let literal =
            self.is_integer(subject) && matches!(under_minuses(form).1.kind, ExprKind::Int { .. });
        literal
            || carries_target(form)
            || matches!(
                form.kind,
                ExprKind::ErrorTag(_)
                    | ExprKind::Unary {
                        op: UnOp::BitNot,
                        ..
                    }
            )
    }

    fn float_label(&mut self, val: &CtVal, subject: TypeId, span: Span) -> Res<CtVal> {
        let float = self.ct_f64(val);
        let scalar = self.scalar(val.ty);
        self.check_narrowing(&Val::int(val.ty, scalar, self.ct_u64(val)), subject, span)?;
        let whole = float as i128;
        let fits = match self.is_integer(subject) {
            true => self.int_fits(whole, subject),
            false => (0..=1).contains(&whole),
        };
        if !fits {
            return Err(self.unequalled_label(&format!("{float:?}"), subject, span));
        }
        Ok(self.label_of(subject, whole as u64))
    }

    /// How large the integer is that a plain enum's values are.
    fn backing_size(&self, ty: TypeId) -> Option<u64> {
        let def = self.m.types.enum_def(ty).filter(|def| !def.tagged)?;
        Some(self.m.types.size_of(def.backing))
    }

    fn label_of(&mut self, subject: TypeId, bits: u64) -> CtVal {
        let scalar = self.scalar(subject);
        let bits = match self.m.types.int_info(subject) {
            Some((width, signed)) => sx_ir::semantics::wrap(scalar, width as u8, signed, bits),
            None => bits,
        };
        self.ct_int(subject, bits)
    }

    fn unequalled_label(&mut self, value: &str, subject: TypeId, span: Span) -> Failed {
        let shown = self.type_name(subject);
        let range = match self.int_range(subject) {
            Some((low, high)) => format!(" (range {low}..{high})"),
            None => String::new(),
        };
        let text =
            format!("this arm is unreachable — its value {value} does not fit in {shown}{range}");
        let mut diag = Diagnostic::error(span, text);
        if self.is_integer(subject) {
            diag = diag.with_help(
                None,
                format!("to match the low bits write `xx` or `.({shown})`"),
            );
        }
        self.report(diag)
    }
}
