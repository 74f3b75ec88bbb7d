//! IR as text. [`crate::parse`] reads it back; docs/ir.md describes it.
//!
//! Everything that matters to a program is printed. Comments (`;` to the end of the line) only help the reader: names
//! of callees, signatures, text of strings and, if asked for, sx types.

use crate::func::{
    Block, CallConv, Callee, Expr, ExprId, FuncId, Function, Linkage, LocId, ParamAttr, Signature,
    Stmt, StmtKind,
};
use crate::image::RelocTarget;
use crate::module::{Global, GlobalId, Module};
use crate::op::Ty;
use crate::semantics::sext_from;
use crate::target::{Arch, Endian, Os};
use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PrintOptions {
    /// Source positions. Without them the text parses back to a module without positions.
    pub locs: bool,
    /// Comments with the sx types of locals, slots and globals.
    pub sx_types: bool,
}

impl Default for PrintOptions {
    fn default() -> PrintOptions {
        PrintOptions {
            locs: true,
            sx_types: false,
        }
    }
}

/// The whole module; `print(&parse(&print(m))?) == print(m)`.
pub fn print(module: &Module) -> String {
    print_with(module, PrintOptions::default())
}

pub fn print_with(module: &Module, options: PrintOptions) -> String {
    let mut p = Printer {
        module,
        options,
        out: String::new(),
    };
    p.header();
    for (index, global) in module.globals.iter().enumerate() {
        p.global(GlobalId::new(index), global);
    }
    for index in 0..module.funcs.len() {
        p.out.push('\n');
        p.func(FuncId::new(index));
    }
    p.out
}

/// One function without positions, with sx types in comments: the form for people.
pub fn print_func(module: &Module, id: FuncId) -> String {
    print_func_with(
        module,
        id,
        PrintOptions {
            locs: false,
            sx_types: true,
        },
    )
}

pub fn print_func_with(module: &Module, id: FuncId, options: PrintOptions) -> String {
    let mut p = Printer {
        module,
        options,
        out: String::new(),
    };
    p.func(id);
    p.out
}

pub(crate) fn os_name(os: Os) -> &'static str {
    match os {
        Os::Macos => "macos",
        Os::Linux => "linux",
        Os::Windows => "windows",
        Os::Wasm => "wasm",
        Os::Ios => "ios",
        Os::Android => "android",
        Os::Unknown => "unknown",
    }
}

pub(crate) fn arch_name(arch: Arch) -> &'static str {
    match arch {
        Arch::Aarch64 => "aarch64",
        Arch::X86_64 => "x86_64",
        Arch::Wasm32 => "wasm32",
        Arch::Wasm64 => "wasm64",
        Arch::Unknown => "unknown",
    }
}

/// `"..."` with everything but printable ASCII as `\hh`.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for byte in bytes {
        match byte {
            b'"' | b'\\' | 0..0x20 | 0x7f.. => {
                let _ = write!(out, "\\{byte:02x}");
            }
            0x20..0x7f => out.push(char::from(*byte)),
        }
    }
    out.push('"');
    out
}

/// A literal of type `ty`, without the type.
fn literal(ty: Ty, bits: u64) -> String {
    match ty {
        Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 => {
            sext_from(bits, ty.int_bits().unwrap_or(64)).to_string()
        }
        Ty::Ptr if bits == 0 => "null".into(),
        Ty::Ptr => format!("{bits:#x}"),
        Ty::F32 => {
            let value = f32::from_bits(bits as u32);
            if value.is_finite() {
                format!("{value:?}")
            } else {
                format!("{bits:#x}")
            }
        }
        Ty::F64 => {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                format!("{value:?}")
            } else {
                format!("{bits:#x}")
            }
        }
    }
}

/// A node without its operands: `add.i64`, `%3`, `i64 5`.
pub fn expr_head(expr: &Expr) -> String {
    match *expr {
        Expr::Const { ty, bits } => format!("{} {}", ty.name(), literal(ty, bits)),
        Expr::Local(local) => format!("{local:?}"),
        Expr::Load { ty, .. } => format!("load.{}", ty.name()),
        Expr::SlotAddr(slot) => format!("{slot:?}"),
        Expr::GlobalAddr(global) => format!("{global:?}"),
        Expr::FuncAddr(func) => format!("{func:?}"),
        Expr::Unary { op, ty, .. } => format!("{}.{}", op.name(), ty.name()),
        Expr::Binary { op, ty, .. } => format!("{}.{}", op.name(), ty.name()),
        Expr::Convert { op, from, to, .. } => {
            format!("{}.{}.{}", op.name(), from.name(), to.name())
        }
        Expr::Wrap {
            ty, bits, signed, ..
        } => {
            format!(
                "wrap_{}.{}.{bits}",
                if signed { 's' } else { 'u' },
                ty.name()
            )
        }
        Expr::Select { ty, .. } => format!("select.{}", ty.name()),
        Expr::Check { kind, rel, ty, .. } => {
            format!("check.{}.{}.{}", kind.name(), rel.name(), ty.name())
        }
    }
}

struct Printer<'m> {
    module: &'m Module,
    options: PrintOptions,
    out: String,
}

macro_rules! put {
    ($p:expr, $($arg:tt)*) => {{ let _ = write!($p.out, $($arg)*); }};
}

impl Printer<'_> {
    fn header(&mut self) {
        let t = &self.module.target;
        put!(
            self,
            "target {} os {} arch {}",
            quote(t.triple.as_bytes()),
            os_name(t.os),
            arch_name(t.arch)
        );
        let endian = match t.endian {
            Endian::Little => "little",
            Endian::Big => "big",
        };
        put!(
            self,
            " pointer {} {endian} align_i64 {} align_f64 {}\n",
            t.pointer_size,
            t.align_i64,
            t.align_f64
        );
        for (index, file) in self.module.files.iter().enumerate() {
            put!(self, "file {index} {}\n", quote(file.as_bytes()));
        }
        for library in &self.module.libraries {
            put!(self, "library {}\n", quote(library.as_bytes()));
        }
        for asm in &self.module.asm {
            put!(self, "asm {}\n", quote(asm.as_bytes()));
        }
        for (index, sig) in self.module.sigs().iter().enumerate() {
            put!(self, "sig{index} = {}\n", signature(sig));
        }
    }

    fn global(&mut self, id: GlobalId, global: &Global) {
        put!(
            self,
            "global {id:?} {} size {} align {}",
            quote(global.name.as_bytes()),
            global.size,
            global.align
        );
        if global.mutable {
            self.out.push_str(" mutable");
        }
        if global.mergeable {
            self.out.push_str(" mergeable");
        }
        if let Some(symbol) = &global.extern_symbol {
            put!(self, " extern {}", quote(symbol.as_bytes()));
        }
        if let Some(symbol) = &global.export_symbol {
            put!(self, " export {}", quote(symbol.as_bytes()));
        }
        // Bytes past the image are zero anyway.
        let used = global
            .init
            .bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        if used > 0 {
            put!(self, " bytes {}", quote(&global.init.bytes[..used]));
        }
        for (index, reloc) in global.init.relocs.iter().enumerate() {
            put!(
                self,
                "{} {}: ",
                if index == 0 { " relocs" } else { "," },
                reloc.offset
            );
            match reloc.target {
                RelocTarget::Global(target) => put!(self, "{target:?}"),
                RelocTarget::Func(target) => put!(self, "{target:?}"),
            }
            if reloc.addend != 0 {
                put!(self, "{:+}", reloc.addend);
            }
        }
        if self.options.sx_types
            && let Some(ty) = global.sx_type
        {
            put!(self, " ; {}", self.module.types.name(ty));
        }
        self.out.push('\n');
    }

    fn func(&mut self, id: FuncId) {
        let func = self.module.func(id);
        put!(self, "func {id:?} {} ", quote(func.name.as_bytes()));
        match &func.linkage {
            Linkage::Internal => self.out.push_str("internal"),
            Linkage::Export(symbol) => put!(self, "export {}", quote(symbol.as_bytes())),
            Linkage::Extern { symbol, library } => {
                put!(self, "extern {}", quote(symbol.as_bytes()));
                if let Some(library) = library {
                    put!(self, " from {}", quote(library.as_bytes()));
                }
            }
            Linkage::Host(name) => put!(self, "host {}", quote(name.as_bytes())),
            Linkage::Asm(asm) => {
                put!(
                    self,
                    "asm {} {}",
                    quote(asm.template.as_bytes()),
                    quote(asm.constraints.as_bytes())
                );
                for size in &asm.indirect {
                    put!(self, " {size}");
                }
                if asm.volatile {
                    self.out.push_str(" volatile");
                }
            }
        }
        if func.naked {
            self.out.push_str(" naked");
        }
        if func.text_result {
            self.out.push_str(" text");
        }
        put!(self, " {:?}", func.sig);
        if self.options.locs && func.loc != LocId(0) {
            put!(self, " @");
            self.loc(func.loc, 0);
        }
        let comment = self
            .module
            .sigs()
            .get(func.sig.index())
            .map(signature)
            .unwrap_or_default();
        let Some(body) = &func.body else {
            put!(self, " ; {comment}\n");
            return;
        };
        put!(self, " {{ ; {comment}\n");
        self.locals(func);
        for (index, slot) in func.slots.iter().enumerate() {
            put!(self, "  slot ${index}: {} align {}", slot.size, slot.align);
            if let Some(name) = slot.name {
                put!(self, " {}", quote(name.as_str().as_bytes()));
            }
            self.sx_type(slot.sx_type);
            self.out.push('\n');
        }
        if func.labels > 0 {
            put!(self, "  labels {}\n", func.labels);
        }
        let file = self.module.loc(func.loc).file;
        let mut body_printer = BodyPrinter {
            p: self,
            func,
            file,
        };
        body_printer.block(body, 1);
        self.out.push_str("}\n");
    }

    /// Named locals have their own line, runs of temporaries share one.
    fn locals(&mut self, func: &Function) {
        let mut in_line = 0;
        for (index, local) in func.locals.iter().enumerate() {
            let alone = local.name.is_some() || local.sx_type.is_some();
            if in_line > 0 && (alone || in_line == 8) {
                self.out.push('\n');
                in_line = 0;
            }
            self.out
                .push_str(if in_line == 0 { "  local " } else { ", " });
            put!(self, "%{index}: {}", local.ty.name());
            in_line += 1;
            if alone {
                if let Some(name) = local.name {
                    put!(self, " {}", quote(name.as_str().as_bytes()));
                }
                self.sx_type(local.sx_type);
                self.out.push('\n');
                in_line = 0;
            }
        }
        if in_line > 0 {
            self.out.push('\n');
        }
    }

    fn sx_type(&mut self, ty: Option<crate::types::TypeId>) {
        if self.options.sx_types
            && let Some(ty) = ty
            && ty.index() < self.module.types.len()
        {
            put!(self, " ; {}", self.module.types.name(ty));
        }
    }

    /// `[file#]line:col`, then `{@fN position}` for inlined code; `?` is the unknown position.
    fn loc(&mut self, id: LocId, file: u32) {
        if id == LocId(0) {
            self.out.push('?');
            return;
        }
        let loc = self.module.loc(id);
        if loc.file != file {
            put!(self, "{}#", loc.file);
        }
        put!(self, "{}:{}", loc.line, loc.col);
        if let Some(inlined) = loc.inlined {
            put!(self, "{{{:?} ", inlined.func);
            self.loc(inlined.at, file);
            self.out.push('}');
        }
    }
}

pub(crate) fn signature(sig: &Signature) -> String {
    let mut out = String::from(match sig.conv {
        CallConv::Sx => "sx (",
        CallConv::C => "c (",
    });
    for (index, param) in sig.params.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(param.ty.name());
        match param.attr {
            ParamAttr::None => {}
            ParamAttr::ByVal {
                size,
                align,
                pointers,
            } => {
                let _ = write!(out, " byval {size} {align}");
                pointer_words(&mut out, pointers);
            }
            ParamAttr::SRet {
                size,
                align,
                pointers,
            } => {
                let _ = write!(out, " sret {size} {align}");
                pointer_words(&mut out, pointers);
            }
            ParamAttr::SExt => out.push_str(" sext"),
            ParamAttr::ZExt => out.push_str(" zext"),
        }
    }
    if sig.variadic {
        out.push_str(if sig.params.is_empty() {
            "..."
        } else {
            ", ..."
        });
    }
    out.push(')');
    if !sig.results.is_empty() {
        let results: Vec<_> = sig.results.iter().map(|ty| ty.name()).collect();
        let _ = write!(out, " -> {}", results.join(", "));
        match sig.result_attr {
            ParamAttr::SExt => out.push_str(" sext"),
            ParamAttr::ZExt => out.push_str(" zext"),
            ParamAttr::None | ParamAttr::ByVal { .. } | ParamAttr::SRet { .. } => {}
        }
    }
    if sig.noreturn {
        out.push_str(" noreturn");
    }
    out
}

struct BodyPrinter<'p, 'm> {
    p: &'p mut Printer<'m>,
    func: &'m Function,
    /// File of the function: positions in it don't repeat it.
    file: u32,
}

macro_rules! emit {
    ($b:expr, $($arg:tt)*) => {{ let _ = write!($b.p.out, $($arg)*); }};
}

impl BodyPrinter<'_, '_> {
    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.p.out.push_str("  ");
        }
    }

    fn block(&mut self, block: &Block, depth: usize) {
        for stmt in &block.stmts {
            self.stmt(stmt, depth);
        }
    }

    /// ` {`, the statements, and `}` without a line end. `loc` is that of the statement, if this ends its first line.
    fn braces(&mut self, block: &Block, depth: usize, loc: Option<LocId>) {
        if let Some(loc) = loc {
            self.stmt_loc(loc);
        }
        self.p.out.push_str(" {\n");
        self.block(block, depth + 1);
        self.indent(depth);
        self.p.out.push('}');
    }

    fn stmt_loc(&mut self, loc: LocId) {
        if self.p.options.locs && loc != LocId(0) {
            self.p.out.push_str(" @");
            self.p.loc(loc, self.file);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) {
        self.indent(depth);
        let loc = stmt.loc;
        match &stmt.kind {
            StmtKind::Set { local, value } => {
                emit!(self, "{local:?} = ");
                self.root(*value, loc);
            }
            StmtKind::Store { ty, addr, value } => {
                emit!(self, "store.{} ", ty.name());
                self.operands(&[*addr, *value], loc);
            }
            StmtKind::Copy { dst, src, len } => {
                self.p.out.push_str("copy ");
                self.operands(&[*dst, *src, *len], loc);
            }
            StmtKind::Fill { dst, byte, len } => {
                self.p.out.push_str("fill ");
                self.operands(&[*dst, *byte, *len], loc);
            }
            StmtKind::Eval(value) => {
                self.p.out.push_str("eval ");
                self.root(*value, loc);
            }
            StmtKind::Call(call) => {
                for (index, local) in call.results.iter().enumerate() {
                    emit!(self, "{}{local:?}", if index > 0 { ", " } else { "" });
                }
                self.p.out.push_str(if call.results.is_empty() {
                    "call "
                } else {
                    " = call "
                });
                match call.callee {
                    Callee::Direct(target) => emit!(self, "{target:?}"),
                    Callee::Indirect { target, sig } => {
                        emit!(self, "{sig:?} ");
                        self.operand(target, loc);
                    }
                }
                self.p.out.push('(');
                self.operands(&call.args, loc);
                self.p.out.push(')');
                self.stmt_loc(loc);
                if let Callee::Direct(target) = call.callee
                    && let Some(target) = self.p.module.funcs.get(target.index())
                {
                    // A line end in a name would end the comment.
                    emit!(self, " ; {}", target.name.replace('\n', " "));
                }
                self.p.out.push('\n');
                return;
            }
            StmtKind::If { cond, then, els } => {
                self.p.out.push_str("if ");
                self.root(*cond, loc);
                self.braces(then, depth, Some(loc));
                if !els.stmts.is_empty() {
                    self.p.out.push_str(" else");
                    self.braces(els, depth, None);
                }
                self.p.out.push('\n');
                return;
            }
            StmtKind::Block { label, body } => {
                emit!(self, "block {label:?}");
                self.braces(body, depth, Some(loc));
                self.p.out.push('\n');
                return;
            }
            StmtKind::Loop { label, body } => {
                emit!(self, "loop {label:?}");
                self.braces(body, depth, Some(loc));
                self.p.out.push('\n');
                return;
            }
            StmtKind::Switch {
                ty,
                value,
                cases,
                default,
            } => {
                emit!(self, "switch.{} ", ty.name());
                self.root(*value, loc);
                self.stmt_loc(loc);
                self.p.out.push_str(" {\n");
                for case in cases {
                    self.indent(depth);
                    self.p.out.push_str("case");
                    for (index, value) in case.values.iter().enumerate() {
                        emit!(
                            self,
                            "{} {}",
                            if index > 0 { "," } else { "" },
                            literal(*ty, *value)
                        );
                    }
                    self.braces(&case.body, depth, None);
                    self.p.out.push('\n');
                }
                self.indent(depth);
                self.p.out.push_str("default");
                self.braces(default, depth, None);
                self.p.out.push('\n');
                self.indent(depth);
                self.p.out.push_str("}\n");
                return;
            }
            StmtKind::Break(label) => emit!(self, "break {label:?}"),
            StmtKind::Continue(label) => emit!(self, "continue {label:?}"),
            StmtKind::Return(values) => {
                self.p.out.push_str(if values.is_empty() {
                    "return"
                } else {
                    "return "
                });
                self.operands(values, loc);
            }
            StmtKind::Trap(kind) => emit!(self, "trap {}", kind.name()),
            StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order,
            } => {
                emit!(
                    self,
                    "{dst:?} = atomic_load.{}.{} ",
                    ty.name(),
                    order.name()
                );
                self.operand(*addr, loc);
            }
            StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order,
            } => {
                emit!(self, "atomic_store.{}.{} ", ty.name(), order.name());
                self.operands(&[*addr, *value], loc);
            }
            StmtKind::AtomicRmw {
                dst,
                op,
                ty,
                addr,
                value,
                order,
            } => {
                emit!(
                    self,
                    "{dst:?} = atomic_rmw.{}.{}.{} ",
                    op.name(),
                    ty.name(),
                    order.name()
                );
                self.operands(&[*addr, *value], loc);
            }
            StmtKind::AtomicCmpxchg {
                old,
                ok,
                ty,
                addr,
                expected,
                desired,
                weak,
                success,
                failure,
            } => {
                emit!(
                    self,
                    "{old:?}, {ok:?} = atomic_cmpxchg{}",
                    if *weak { "_weak" } else { "" }
                );
                emit!(
                    self,
                    ".{}.{}.{} ",
                    ty.name(),
                    success.name(),
                    failure.name()
                );
                self.operands(&[*addr, *expected, *desired], loc);
            }
            StmtKind::Fence(order) => emit!(self, "fence.{}", order.name()),
        }
        self.stmt_loc(loc);
        self.p.out.push('\n');
    }

    fn operands(&mut self, ids: &[ExprId], outer: LocId) {
        for (index, id) in ids.iter().enumerate() {
            if index > 0 {
                self.p.out.push_str(", ");
            }
            self.operand(*id, outer);
        }
    }

    /// An expression as part of a list: in parentheses if it has operands.
    fn operand(&mut self, id: ExprId, outer: LocId) {
        if self.func.expr(id).operands().is_empty() {
            self.root(id, outer);
        } else {
            self.p.out.push('(');
            self.root(id, outer);
            self.p.out.push(')');
        }
    }

    /// An expression; its position is printed if it differs from `outer`, that of the node or statement around it.
    fn root(&mut self, id: ExprId, outer: LocId) {
        let expr = self.func.expr(id);
        self.p.out.push_str(&expr_head(expr));
        let loc = self
            .func
            .expr_locs
            .get(id.index())
            .copied()
            .unwrap_or(outer);
        if self.p.options.locs && self.p.module.loc(loc) != self.p.module.loc(outer) {
            self.p.out.push('!');
            self.p.loc(loc, self.file);
        }
        let operands = expr.operands();
        if !operands.is_empty() {
            self.p.out.push(' ');
            self.operands(&operands, loc);
        }
    }
}

/// Which words of an aggregate are pointers, if any.
fn pointer_words(out: &mut String, pointers: u64) {
    if pointers != 0 {
        let _ = write!(out, " pointers {pointers}");
    }
}
