//! What a backend made of functions, cut out of its text: `sxc ir --fn NAME --emit=asm|llvm`.

use std::collections::BTreeMap;

use sx_ir::{FuncId, Linkage};

use crate::pipeline::Compiled;

/// Symbols of functions in the emitted text.
fn symbols(compiled: &Compiled, functions: &[FuncId]) -> BTreeMap<String, FuncId> {
    let module = &compiled.compilation.module;
    let symbol = |id: &FuncId| {
        let func = module.func(*id);
        let name = match &func.linkage {
            Linkage::Export(symbol) => symbol.clone(),
            Linkage::Internal | Linkage::Host(_) => format!("sx.{}", func.name),
            Linkage::Extern { .. } | Linkage::Asm(_) => return None,
        };
        Some((name, *id))
    };
    functions.iter().filter_map(symbol).collect()
}

/// `sx.f` for `sx.f` and for `sx.f.3`, as LLVM tells functions of one name apart.
fn base(symbol: &str) -> &str {
    match symbol.rsplit_once('.') {
        Some((base, number))
            if base.contains('.') && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            base
        }
        Some(_) | None => symbol,
    }
}

/// The assembly of functions, each below its typed IR.
pub fn assembly(compiled: &Compiled, functions: &[FuncId], text: &[u8]) -> Vec<u8> {
    let symbols = symbols(compiled, functions);
    let text = String::from_utf8_lossy(text);
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        let label = line
            .split_once(':')
            .map(|(label, _)| label.trim_matches('"'));
        if let Some(id) = label
            .filter(|_| !line.starts_with(['\t', ' ', '.', '#']))
            .and_then(|label| symbols.get(base(label)))
        {
            inside = true;
            let ir = sx_ir::print::print_func(&compiled.compilation.module, *id);
            for line in ir.lines() {
                out.push_str("# ");
                out.push_str(line);
                out.push('\n');
            }
        } else if line.starts_with(".Lfunc_end") {
            if inside {
                out.push('\n');
            }
            inside = false;
        }
        if inside {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.into_bytes()
}

/// The LLVM IR of functions.
pub fn llvm(compiled: &Compiled, functions: &[FuncId], text: &[u8]) -> Vec<u8> {
    let symbols = symbols(compiled, functions);
    let text = String::from_utf8_lossy(text);
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("define ") {
            let symbol = line.split_once('@').map_or("", |(_, rest)| rest);
            let symbol = match symbol.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => symbol.split('(').next(),
            };
            inside = symbol.is_some_and(|symbol| symbols.contains_key(base(symbol)));
        }
        if inside {
            out.push_str(line);
            out.push('\n');
            if line == "}" {
                out.push('\n');
                inside = false;
            }
        }
    }
    out.into_bytes()
}
