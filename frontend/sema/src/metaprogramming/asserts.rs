//! What the operands of a failed `#assert` are.

use std::rc::Rc;

use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};

use crate::comptime::purpose::Purpose;
use crate::emission::value::CtVal;
use crate::metaprogramming::quotes::as_expression;
use crate::sema::{Binding, Env, Res, Sema};

impl Sema<'_> {
    /// `N = 3, f(2) = 5` for the operands of a condition that aren't literals.
    pub fn operand_values(&mut self, env: &Rc<Env>, cond: &'static ast::Expr) -> String {
        let mut operands = Vec::new();
        operands_of(cond, &mut operands);
        let mut shown: Vec<String> = Vec::new();
        for operand in operands {
            if self.denotes_type(env, operand) {
                continue;
            }
            let Ok(val) = self.comptime_value(env, operand, None, &Purpose::Operand) else {
                continue;
            };
            let Some(value) = self.shown_operand(&val) else {
                continue;
            };
            let text = sx_syntax::normalised(&self.span_text(operand.span));
            let line = format!("{text} = {value}");
            if text != value && !shown.contains(&line) {
                shown.push(line);
            }
        }
        shown.join(", ")
    }

    /// What a condition compares, as text and as code: `given` is code known where it stands, or a mixin's `#lazy`
    /// parameter.
    pub fn operands_of_code(
        &mut self,
        env: &Rc<Env>,
        given: &'static ast::Expr,
    ) -> Res<Vec<(String, u64)>> {
        let lazy = match self.named_binding(env, given) {
            Some(Binding::Lazy { quote, .. }) => Some(quote),
            _ => None,
        };
        let id = match lazy {
            Some(quote) => quote,
            None => {
                let code = Some(self.code_type());
                let val = self.comptime_value(env, given, code, &Purpose::ValueArgument)?;
                self.ct_u64(&val)
            }
        };
        let Some(quote) = self.quote(id) else {
            return Ok(Vec::new());
        };
        let Some(mut cond) = as_expression(quote.body) else {
            return Ok(Vec::new());
        };
        let mut env = quote.env;
        loop {
            let inner = match &cond.kind {
                ExprKind::Splice(_) => self.put_here(&env, cond).map(|put| (put.env, put.expr)),
                ExprKind::Ident(_) => match self.named_binding(&env, cond) {
                    Some(Binding::Lazy { quote, .. }) => self
                        .quote(quote)
                        .and_then(|quote| Some((quote.env, as_expression(quote.body)?))),
                    _ => None,
                },
                _ => None,
            };
            match inner {
                Some((own, expr)) => (env, cond) = (own, expr),
                None => break,
            }
        }
        let mut operands = Vec::new();
        operands_of(cond, &mut operands);
        let mut out = Vec::with_capacity(operands.len());
        for operand in operands {
            if !self.denotes_type(&env, operand) {
                let text = sx_syntax::normalised(&self.span_text(operand.span));
                if !out.iter().any(|(known, _)| *known == text) {
                    out.push((text, self.quoted_expression(operand, &env)));
                }
            }
        }
        Ok(out)
    }

    /// The same for a message, where only the beginning of a long text helps.
    fn shown_operand(&mut self, val: &CtVal) -> Option<String> {
        const LONGEST: usize = 200;
        if !matches!(
            self.m.types.kind(val.ty),
            TypeKind::String | TypeKind::StringZ
        ) {
            return self.shown_constant(val);
        }
        let text = self.ct_text(val)?;
        let shown = String::from_utf8_lossy(&text);
        let end = shown.floor_char_boundary(LONGEST);
        let quoted = format!("{:?}", &shown[..end]);
        Some(match end < shown.len() {
            true => format!("{quoted}... ({} bytes)", text.len()),
            false => quoted,
        })
    }

    /// A constant as source text, if it is a simple one.
    pub fn shown_constant(&mut self, val: &CtVal) -> Option<String> {
        if let Some((bits, signed)) = self.m.types.int_info(val.ty) {
            let word = self.ct_u64(val);
            return Some(match signed {
                true => sx_ir::semantics::sext_from(word, bits).to_string(),
                false => sx_ir::semantics::zext_from(word, bits).to_string(),
            });
        }
        match self.m.types.kind(val.ty) {
            TypeKind::Bool => Some((self.ct_u64(val) != 0).to_string()),
            TypeKind::F64 => Some(f64::from_bits(self.ct_u64(val)).to_string()),
            TypeKind::F32 => Some(f32::from_bits(self.ct_u64(val) as u32).to_string()),
            TypeKind::String | TypeKind::StringZ => {
                let text = self.ct_text(val)?;
                Some(format!("{:?}", String::from_utf8_lossy(&text)))
            }
            TypeKind::Type => {
                let ty = self.ct_type(val);
                Some(self.type_name(ty))
            }
            TypeKind::Enum(_) => {
                let def = self.m.types.enum_def(val.ty)?.clone();
                if def.tagged || def.backing == TypeId::POISON {
                    return None;
                }
                let word = self.ct_i64(val);
                let variant = def.variants.iter().find(|v| v.value == word)?;
                Some(format!(".{}", variant.name))
            }
            _ => None,
        }
    }
}

fn operands_of(expr: &'static ast::Expr, out: &mut Vec<&'static ast::Expr>) {
    match &expr.kind {
        ExprKind::Paren(inner)
        | ExprKind::Unary {
            op: ast::UnOp::Not,
            expr: inner,
        } => operands_of(inner, out),
        ExprKind::Binary { lhs, rhs, op, .. } => {
            let part = |side: &'static ast::Expr, out: &mut Vec<&'static ast::Expr>| {
                if matches!(op, ast::BinOp::And | ast::BinOp::Or) {
                    operands_of(side, out);
                } else {
                    operand(side, out);
                }
            };
            part(lhs, out);
            part(rhs, out);
        }
        ExprKind::Chain { first, rest } => {
            operand(first, out);
            rest.iter().for_each(|link| operand(&link.rhs, out));
        }
        _ => {}
    }
}

/// Literals say what they are themselves.
fn operand(expr: &'static ast::Expr, out: &mut Vec<&'static ast::Expr>) {
    if matches!(
        expr.kind,
        ExprKind::Ident(_)
            | ExprKind::Field { .. }
            | ExprKind::TupleIndex { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call(_)
            | ExprKind::Binary { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Paren(_)
            | ExprKind::Run(_)
    ) {
        out.push(expr);
    }
}
