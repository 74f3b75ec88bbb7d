//! What is wrong with an `asm` expression on its face (reference part 2 §7, §9).

use sx_syntax::Span;
use sx_syntax::ast::{AsmExpr, AsmRole};

/// The first mistake of the operand list, if there is one.
pub fn mistake(asm: &AsmExpr) -> Option<(Span, String)> {
    if asm.template.is_none() {
        return Some((
            asm.template_span,
            "asm template must be a compile-time-known string".into(),
        ));
    }
    let outputs = asm
        .operands
        .iter()
        .any(|o| matches!(o.role, AsmRole::Value(_) | AsmRole::Place(_)));
    if !outputs && !asm.volatile {
        return Some((
            asm.span,
            "asm expression with no outputs must be marked `volatile`".into(),
        ));
    }
    let mut names: Vec<String> = Vec::new();
    for operand in &asm.operands {
        let text = operand.constraint.text.as_ref();
        let pinned = text
            .find('{')
            .and_then(|lo| text[lo + 1..].find('}').map(|n| &text[lo + 1..lo + 1 + n]));
        let name = match (&operand.name, pinned) {
            (Some(name), Some(register)) if name.as_str() == register => {
                return Some((
                    name.span,
                    format!(
                        "redundant asm operand name `{register}` — the register already names it"
                    ),
                ));
            }
            (Some(name), _) => name.as_str().to_string(),
            (None, Some(register)) => register.to_string(),
            (None, None) => continue,
        };
        if names.contains(&name) {
            let at = operand.name.map_or(operand.span, |n| n.span);
            return Some((at, format!("duplicate asm operand name `{name}`")));
        }
        names.push(name);
    }
    None
}
