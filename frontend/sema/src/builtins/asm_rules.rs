//! What is wrong with an `asm` expression on its face (reference part 2 §7, §9).

use sx_syntax::Span;
use sx_syntax::ast::{AsmExpr, AsmOperand, AsmRole, Ident};

/// The register a constraint pins its operand to.
fn pinned(operand: &AsmOperand) -> Option<&str> {
    let text = operand.constraint.text.as_ref();
    let (_, rest) = text.split_once('{')?;
    rest.split_once('}').map(|(register, _)| register)
}

/// What templates and results call an operand: its name, as it is spelled, else its register.
pub fn effective_name(operand: &AsmOperand, name: Option<Ident>) -> Option<String> {
    match name {
        Some(name) => Some(name.as_str().to_string()),
        None => pinned(operand).map(String::from),
    }
}

/// The first mistake of the operand list, if there is one. `names`: those between brackets, as they are spelled.
pub fn mistake(asm: &AsmExpr, names: &[Option<Ident>]) -> Option<(Span, String)> {
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
    let mut seen: Vec<String> = Vec::new();
    for (operand, given) in asm.operands.iter().zip(names) {
        if let Some(name) = given
            && pinned(operand) == Some(name.as_str())
        {
            return Some((
                name.span,
                format!(
                    "redundant asm operand name `{}` — the register already names it",
                    name.as_str()
                ),
            ));
        }
        let Some(name) = effective_name(operand, *given) else {
            continue;
        };
        if seen.contains(&name) {
            let at = given.map_or(operand.span, |n| n.span);
            return Some((at, format!("duplicate asm operand name `{name}`")));
        }
        seen.push(name);
    }
    None
}
