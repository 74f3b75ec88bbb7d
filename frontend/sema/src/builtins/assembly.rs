//! Inline assembly (reference part 2 §7): an `asm` expression becomes a call of a function that is its template, with the
//! outputs as results and the inputs as arguments. LLVM's notation is used from here on.

use smallvec::SmallVec;
use sx_ir::target::Arch;
use sx_ir::{Asm, CallConv, Function, Linkage, Param, ParamAttr, Signature, Ty, TypeId, TypeKind};
use sx_syntax::ast::{self, AsmExpr, AsmOperand, AsmRole, ExprKind};
use sx_syntax::{Diagnostic, Span};

use crate::builtins::asm_rules;
use crate::declarations::lookup::nearest;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Piece, Place, Val, ValKind};
use crate::sema::{Failed, Res, Sema};

/// What an operand's constraint says.
struct Constraint {
    /// Without `=`, `+` and `*`.
    text: String,
    output: bool,
    /// `+`: read before it is written.
    both: bool,
    /// `=*m`: the operand is memory.
    indirect: bool,
}

fn constraint(text: &str, arch: Arch) -> Constraint {
    let text = text.trim();
    let both = text.starts_with('+');
    let output = both || text.starts_with('=');
    let rest = text.trim_start_matches(['=', '+']);
    let indirect = rest.starts_with('*');
    let rest = rest.trim_start_matches('*');
    let early = rest.starts_with('&');
    let rest = rest.trim_start_matches('&');
    // GCC's letters for single registers; LLVM wants their names.
    let register = match (arch, rest) {
        (Arch::X86_64, "a") => Some("{rax}"),
        (Arch::X86_64, "b") => Some("{rbx}"),
        (Arch::X86_64, "c") => Some("{rcx}"),
        (Arch::X86_64, "d") => Some("{rdx}"),
        (Arch::X86_64, "S") => Some("{rsi}"),
        (Arch::X86_64, "D") => Some("{rdi}"),
        _ => None,
    };
    let mut text = register.unwrap_or(rest).replace(',', "|");
    if early {
        text.insert(0, '&');
    }
    Constraint {
        text,
        output,
        both,
        indirect,
    }
}

/// Where an output goes.
enum Output {
    /// The expression's value, or one of them.
    Value,
    Place(Place),
}

/// An operand as LLVM numbers them: outputs, then inputs.
struct Numbered {
    name: String,
    constraint: String,
    symbol: bool,
}

#[derive(Default)]
struct Operands {
    outputs: Vec<Numbered>,
    /// Destination and register type of each output that is a result.
    results: Vec<(Output, TypeId, Ty)>,
    inputs: Vec<Numbered>,
    /// Arguments of indirect outputs, with the sizes of what they point to.
    output_args: Vec<(Piece, u64)>,
    input_args: Vec<(Piece, u64)>,
    /// Names of the value outputs, in order.
    values: Vec<Option<String>>,
}

impl Sema<'_> {
    pub fn lower_asm(&mut self, cx: &mut FnCx, asm: &'static AsmExpr) -> Res<Val> {
        let env = cx.env().clone();
        let mut names = Vec::with_capacity(asm.operands.len());
        for operand in &asm.operands {
            names.push(match operand.name {
                Some(name) => Some(self.spelled(&env, name)?),
                None => None,
            });
        }
        if let Some((at, message)) = asm_rules::mistake(asm, &names) {
            return Err(self.error(at, message));
        }
        let mut operands = Operands::default();
        for (operand, name) in asm.operands.iter().zip(names) {
            self.asm_operand(cx, operand, name, &mut operands)?;
        }
        let template = self.asm_template(asm, &operands)?;
        let x86 = self.cfg.target.arch == Arch::X86_64;
        let mut constraints: Vec<String> = operands
            .outputs
            .iter()
            .chain(&operands.inputs)
            .map(|o| o.constraint.clone())
            .collect();
        for clobber in &asm.clobbers {
            let clobber = self.spelled(&env, *clobber)?;
            constraints.push(format!("~{{{}}}", clobber.as_str()));
        }
        if x86 {
            // As every C compiler does: assembly may change the flags.
            constraints.extend(["~{dirflag}", "~{fpsr}", "~{flags}"].map(String::from));
        }
        let mut args = operands.output_args;
        args.extend(operands.input_args);
        let results: Vec<Ty> = operands.results.iter().map(|(_, _, ty)| *ty).collect();
        let sig = Signature {
            conv: CallConv::C,
            params: args
                .iter()
                .map(|(piece, _)| Param {
                    ty: piece.ty(),
                    attr: ParamAttr::None,
                })
                .collect(),
            results: results.clone(),
            result_attr: Default::default(),
            variadic: false,
            noreturn: false,
        };
        let indirect: SmallVec<[u64; 4]> = args.iter().map(|(_, size)| *size).collect();
        let params = sig.params.clone();
        let sig = self.m.add_sig(sig);
        let linkage = Linkage::Asm(Box::new(Asm {
            template,
            constraints: constraints.join(","),
            indirect,
            volatile: asm.volatile,
        }));
        let loc = self.loc(asm.span);
        let func = self
            .m
            .add_func(Function::new("asm".into(), linkage, sig, &params, loc));
        self.at(cx, asm.span);
        let args: Vec<Piece> = args.into_iter().map(|(piece, _)| piece).collect();
        let made = cx.call_direct(func, &args, &results);
        let mut values = Vec::new();
        for ((output, ty, _), piece) in operands.results.into_iter().zip(made) {
            let val = self.asm_value(cx, ty, piece);
            match output {
                Output::Value => values.push(val),
                Output::Place(place) => self.store(cx, place.addr, &val),
            }
        }
        match values.len() {
            0 => Ok(Val::void()),
            1 => Ok(values.swap_remove(0)),
            _ => {
                let fields = operands
                    .values
                    .iter()
                    .zip(&values)
                    .map(|(name, val)| (name.as_deref().map(sx_ir::Symbol::intern), val.ty))
                    .collect();
                let ty = self.m.types.intern(TypeKind::Tuple(fields));
                self.complete(ty)?;
                Ok(self.make_aggregate(cx, ty, &values))
            }
        }
    }

    fn asm_operand(
        &mut self,
        cx: &mut FnCx,
        operand: &'static AsmOperand,
        name: Option<ast::Ident>,
        out: &mut Operands,
    ) -> Res<()> {
        let text = operand.constraint.text.as_ref();
        let arch = self.cfg.target.arch;
        let c = constraint(text, arch);
        let given_name = asm_rules::effective_name(operand, name);
        let name = given_name.clone().unwrap_or_default();
        match &operand.role {
            AsmRole::Value(ty) => {
                if !c.output || c.both || c.indirect {
                    return Err(self.error(
                        operand.constraint.span,
                        format!("constraint \"{text}\" does not fit a value output; write \"=r\" or \"={{register}}\""),
                    ));
                }
                let env = cx.env().clone();
                let ty = self.eval_type(&env, ty)?;
                let scalar = self.asm_scalar(ty, operand.span)?;
                out.outputs.push(Numbered {
                    name,
                    constraint: format!("={}", c.text),
                    symbol: false,
                });
                out.results.push((Output::Value, ty, scalar));
                out.values.push(given_name);
            }
            AsmRole::Place(target) => {
                if !c.output {
                    return Err(self.error(
                        operand.constraint.span,
                        format!("constraint \"{text}\" does not fit a place; write \"=r\" to store to it, \"+r\" to update it, or \"=*m\""),
                    ));
                }
                let place = self.lower_place(cx, target)?;
                if c.indirect || c.text == "m" {
                    let size = self.m.types.size_of(place.ty).max(1);
                    let addr = cx.addr_piece(place.addr);
                    let addr = cx.pin(addr);
                    out.outputs.push(Numbered {
                        name,
                        constraint: format!("=*{}", c.text),
                        symbol: false,
                    });
                    out.output_args.push((addr, size));
                    if c.both {
                        out.inputs.push(Numbered {
                            name: String::new(),
                            constraint: format!("*{}", c.text),
                            symbol: false,
                        });
                        out.input_args.push((addr, size));
                    }
                    return Ok(());
                }
                let scalar = self.asm_scalar(place.ty, operand.span)?;
                if c.both {
                    let old = self.load(cx, &Val::place(place.clone()));
                    let piece = self.piece(cx, &old);
                    let piece = cx.pin(piece);
                    out.inputs.push(Numbered {
                        name: String::new(),
                        constraint: out.outputs.len().to_string(),
                        symbol: false,
                    });
                    out.input_args.push((piece, 0));
                }
                out.outputs.push(Numbered {
                    name,
                    constraint: format!("={}", c.text.trim_start_matches('&')),
                    symbol: false,
                });
                if c.text.starts_with('&')
                    && let Some(last) = out.outputs.last_mut()
                {
                    last.constraint = format!("={}", c.text);
                }
                let ty = place.ty;
                out.results.push((Output::Place(place), ty, scalar));
            }
            AsmRole::Input(value) => {
                if c.output {
                    return Err(self.error(
                        operand.constraint.span,
                        format!("constraint \"{text}\" is an output's, but the operand is an input; write `-> T` or `-> *place`"),
                    ));
                }
                self.asm_input(cx, operand, value, c, name, out)?;
            }
        }
        Ok(())
    }

    fn asm_input(
        &mut self,
        cx: &mut FnCx,
        operand: &'static AsmOperand,
        value: &'static ast::Expr,
        c: Constraint,
        name: String,
        out: &mut Operands,
    ) -> Res<()> {
        let val = self.lower_expr(cx, value, None)?;
        if val.is_poison() {
            return Err(Failed);
        }
        if c.text == "s" {
            // Not pinned: the constraint wants the symbol itself.
            let piece = match &val.kind {
                ValKind::Place(place) => cx.addr_piece(place.addr),
                ValKind::Regs(pieces) if pieces.len() == 1 => pieces[0],
                ValKind::Regs(_) | ValKind::Mem(_) => {
                    return Err(
                        self.error(value.span, "an \"s\" operand names a function or a global")
                    );
                }
            };
            out.inputs.push(Numbered {
                name,
                constraint: "s".into(),
                symbol: true,
            });
            out.input_args.push((piece, 0));
            return Ok(());
        }
        let val = self.default_literal(&val);
        let memory = c.indirect || c.text == "m";
        if memory {
            let size = self.m.types.size_of(val.ty).max(1);
            let addr = self.spill(cx, &val);
            let addr = cx.addr_piece(addr);
            let addr = cx.pin(addr);
            out.inputs.push(Numbered {
                name,
                constraint: format!("*{}", c.text),
                symbol: false,
            });
            out.input_args.push((addr, size));
            return Ok(());
        }
        self.asm_scalar(val.ty, operand.span)?;
        let val = self.own(cx, &val);
        let piece = self.piece(cx, &val);
        let piece = match piece.as_const() {
            Some(_) => piece,
            None => cx.pin(piece),
        };
        out.inputs.push(Numbered {
            name,
            constraint: c.text,
            symbol: false,
        });
        out.input_args.push((piece, 0));
        Ok(())
    }

    /// The register type of an operand's type.
    fn asm_scalar(&mut self, ty: TypeId, span: Span) -> Res<Ty> {
        if ty == TypeId::POISON {
            return Err(Failed);
        }
        match self.m.types.scalar(ty) {
            Some(scalar) => Ok(scalar),
            None => {
                let shown = self.type_name(ty);
                Err(self.error(
                    span,
                    format!("an asm operand is a number, bool, enum or pointer, not '{shown}'; pass its address"),
                ))
            }
        }
    }

    /// A register's contents as a value: narrow types drop what is above their bits.
    fn asm_value(&mut self, cx: &mut FnCx, ty: TypeId, piece: Piece) -> Val {
        let piece = match self.m.types.int_info(ty) {
            Some((bits, signed)) if bits < piece.ty().int_bits().unwrap_or(0) => {
                let wrapped = cx.wrap(bits as u8, signed, piece);
                cx.pin(wrapped)
            }
            Some(_) | None if ty == TypeId::BOOL => {
                let wrapped = cx.wrap(1, false, piece);
                cx.pin(wrapped)
            }
            Some(_) | None => piece,
        };
        Val::scalar(ty, piece)
    }

    /// `%[name]` becomes `$0`, `%%` a percent sign, `%=` a number of its own, `$` a dollar sign.
    fn asm_template(&mut self, asm: &AsmExpr, operands: &Operands) -> Res<String> {
        let Some(template) = &asm.template else {
            return Err(Failed);
        };
        let all: Vec<&Numbered> = operands.outputs.iter().chain(&operands.inputs).collect();
        let mut out = String::new();
        let mut rest = template.text.as_ref();
        while let Some(at) = rest.find(['%', '$']) {
            out.push_str(&rest[..at]);
            let special = &rest[at..];
            rest = &special[1..];
            if special.starts_with('$') {
                out.push_str("$$");
                continue;
            }
            if let Some(after) = rest.strip_prefix('%') {
                out.push('%');
                rest = after;
                continue;
            }
            if let Some(after) = rest.strip_prefix('=') {
                out.push_str("${:uid}");
                rest = after;
                continue;
            }
            // A letter before the bracket says how the operand is written: `%k[x]`.
            let modifier: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphabetic())
                .take(1)
                .collect();
            let named = rest[modifier.len()..]
                .strip_prefix('[')
                .and_then(|text| text.split_once(']'));
            let Some((name, after)) = named else {
                let shown: String = rest
                    .chars()
                    .take(8)
                    .take_while(|c| !c.is_whitespace())
                    .collect();
                return Err(self.error(
                    asm.template_span,
                    format!("`%{shown}` in an asm template; write `%[name]` for an operand or `%%` for a percent sign"),
                ));
            };
            rest = after;
            let Some(index) = all
                .iter()
                .position(|o| !o.name.is_empty() && o.name == name)
            else {
                let diag = Diagnostic::error(
                    asm.template_span,
                    format!("the asm template uses `%[{name}]`, but no operand has that name"),
                );
                let names = all
                    .iter()
                    .map(|o| o.name.as_str())
                    .filter(|n| !n.is_empty());
                let diag = match nearest(name, names) {
                    Some(near) => diag.with_help(None, format!("did you mean '%[{near}]'?")),
                    None => diag,
                };
                self.report(diag);
                return Err(Failed);
            };
            let modifier = match (&*modifier, all[index].symbol) {
                ("", true) if self.cfg.target.arch == Arch::X86_64 => "P",
                (other, _) => other,
            };
            if modifier.is_empty() {
                out.push_str(&format!("${{{index}}}"));
            } else {
                out.push_str(&format!("${{{index}:{modifier}}}"));
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The body of an `abi(.naked)` function: one `asm volatile`.
    pub fn lower_naked_body(&mut self, cx: &mut FnCx, decl: &'static ast::FnDecl) -> Res<()> {
        let body = match decl.body() {
            ast::FnBody::Expr(expr) => Some(&**expr),
            ast::FnBody::Block(block) => only_expression(block),
            ast::FnBody::None | ast::FnBody::Intrinsic => None,
        };
        let Some(ExprKind::Asm(asm)) = body.map(|e| &e.kind) else {
            return Err(self.error(
                decl.name.map_or(decl.span, |n| n.span),
                "the body of an `abi(.naked)` function is one `asm volatile { .. }`, which returns itself",
            ));
        };
        if !asm.volatile {
            return Err(self.error(
                asm.span,
                "the assembly of an `abi(.naked)` function must be marked `volatile`",
            ));
        }
        if let Some(output) = asm
            .operands
            .iter()
            .find(|o| !matches!(o.role, AsmRole::Input(_)))
        {
            return Err(self.error(
                output.span,
                "the assembly of an `abi(.naked)` function has no outputs: it leaves its result where the ABI wants it",
            ));
        }
        for operand in &asm.operands {
            if let AsmRole::Input(value) = &operand.role
                && let ExprKind::Ident(name) = &value.kind
                && decl.sig.params.iter().any(|p| p.name.name == name.name)
            {
                return Err(self.error(
                    value.span,
                    "an operand of a naked function's assembly is a constant or a symbol: parameters stay in their registers",
                ));
            }
        }
        self.lower_asm(cx, asm)?;
        cx.emit(sx_ir::StmtKind::Trap(sx_ir::TrapKind::Unreachable));
        Ok(())
    }
}

/// The expression a block consists of.
fn only_expression(block: &'static ast::Block) -> Option<&'static ast::Expr> {
    match (&block.stmts[..], &block.tail) {
        ([], Some(tail)) => Some(tail),
        ([stmt], None) => match &stmt.kind {
            ast::StmtKind::Expr { expr, .. } => Some(expr),
            _ => None,
        },
        _ => None,
    }
}
