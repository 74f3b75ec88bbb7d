//! IR that tells what it does: every operation leaves its result in a local of its own and hands it to a function of the
//! host. Evaluation order, traps, positions and steps stay what they are.

use sx_ir::{
    Block, Call, CallConv, Callee, ConvertOp, Expr, ExprId, FuncId, Function, Linkage, LocId,
    LocalId, Module, Param, ParamAttr, Signature, Stmt, StmtKind, Ty,
};

/// Name of the host function that takes the number of a probe and the value there.
const NAME: &str = "probe";

/// What a probe looks at. Nodes and statements are those of the module before.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Seen {
    /// The value of an expression.
    Value(ExprId),
    /// What a statement gave a local.
    Result(LocalId),
    /// What is in memory right after a store.
    Stored(Ty),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Probe {
    pub func: FuncId,
    pub loc: LocId,
    pub seen: Seen,
    /// What a statement does, for what is not an expression.
    pub doing: &'static str,
}

pub struct Probed {
    pub module: Module,
    pub probes: Vec<Probe>,
    /// The function that is called with what they see.
    pub host: FuncId,
}

/// The module with probes in every function that `root` reaches.
pub fn probed(module: &Module, root: FuncId) -> Probed {
    let mut module = module.clone();
    let funcs = module.reachable(&[root]).funcs;
    let int = Param {
        ty: Ty::I64,
        attr: ParamAttr::None,
    };
    let sig = module.add_sig(Signature {
        conv: CallConv::Sx,
        params: vec![int, int],
        results: Vec::new(),
        result_attr: ParamAttr::None,
        variadic: false,
        noreturn: false,
    });
    let linkage = Linkage::Host(NAME.to_owned());
    let host = module.add_func(Function::new(
        NAME.to_owned(),
        linkage,
        sig,
        &[int, int],
        LocId(0),
    ));
    let mut probes = Vec::new();
    for id in funcs {
        let Some(body) = module.funcs[id.index()].body.take() else {
            continue;
        };
        let mut writer = Writer {
            func: &mut module.funcs[id.index()],
            id,
            host,
            probes: &mut probes,
        };
        let body = writer.block(body);
        module.funcs[id.index()].body = Some(body);
    }
    Probed {
        module,
        probes,
        host,
    }
}

struct Writer<'a> {
    func: &'a mut Function,
    id: FuncId,
    host: FuncId,
    probes: &'a mut Vec<Probe>,
}

impl Writer<'_> {
    fn block(&mut self, block: Block) -> Block {
        let mut out = Vec::with_capacity(block.stmts.len() * 4);
        for stmt in block.stmts {
            self.stmt(stmt, &mut out);
        }
        Block { stmts: out }
    }

    fn stmt(&mut self, mut stmt: Stmt, out: &mut Vec<Stmt>) {
        for inner in stmt.kind.blocks_mut() {
            *inner = self.block(std::mem::take(inner));
        }
        let roots = stmt.kind.operands();
        let mut values = Vec::with_capacity(roots.len());
        for root in roots {
            values.push(self.tree(root, stmt.loc, out));
        }
        let mut values = values.into_iter();
        stmt.kind.map_operands(|old| values.next().unwrap_or(old));
        let (loc, doing) = (stmt.loc, stmt.kind.name());
        let defs = stmt.kind.defs();
        let stored = match stmt.kind {
            StmtKind::Store { ty, addr, .. } | StmtKind::AtomicStore { ty, addr, .. } => {
                Some((ty, addr))
            }
            _ => None,
        };
        let told = !matches!(stmt.kind, StmtKind::Set { .. });
        out.push(stmt);
        if told {
            for local in defs {
                self.probe(local, Seen::Result(local), loc, doing, out);
            }
        }
        if let Some((ty, addr)) = stored {
            // What stands for the address is a leaf; a node belongs to one tree only.
            let leaf = *self.func.expr(addr);
            let addr = self.func.add_expr(leaf, loc);
            let value = self.func.add_expr(Expr::Load { ty, addr }, loc);
            let local = self.func.add_local(ty);
            out.push(Stmt {
                loc,
                kind: StmtKind::Set { local, value },
            });
            self.probe(local, Seen::Stored(ty), loc, doing, out);
        }
    }

    /// Evaluates a tree node by node; yields what stands for its value.
    fn tree(&mut self, root: ExprId, stmt: LocId, out: &mut Vec<Stmt>) -> ExprId {
        let expr = *self.func.expr(root);
        if matches!(
            expr,
            Expr::Const { .. } | Expr::SlotAddr(_) | Expr::GlobalAddr(_) | Expr::FuncAddr(_)
        ) {
            return root;
        }
        let ty = self.func.expr_ty(root);
        let loc = match self.func.expr_locs.get(root.index()) {
            Some(loc) if *loc != LocId(0) => *loc,
            _ => stmt,
        };
        let expr = expr.map_operands(|operand| self.tree(operand, stmt, out));
        // A new node, since reports look at the old ones.
        let value = self.func.add_expr(expr, loc);
        let local = self.func.add_local(ty);
        out.push(Stmt {
            loc,
            kind: StmtKind::Set { local, value },
        });
        self.probe(local, Seen::Value(root), loc, "", out);
        self.func.add_expr(Expr::Local(local), loc)
    }

    /// Hands the value of a local to the host.
    fn probe(
        &mut self,
        local: LocalId,
        seen: Seen,
        loc: LocId,
        doing: &'static str,
        out: &mut Vec<Stmt>,
    ) {
        let number = self.probes.len() as u64;
        self.probes.push(Probe {
            func: self.id,
            loc,
            seen,
            doing,
        });
        let ty = self.func.locals[local.index()].ty;
        let value = self.func.add_expr(Expr::Local(local), loc);
        let value = self.as_word(value, ty, loc);
        let number = self.func.add_expr(
            Expr::Const {
                ty: Ty::I64,
                bits: number,
            },
            loc,
        );
        out.push(Stmt {
            loc,
            kind: StmtKind::Call(Call {
                callee: Callee::Direct(self.host),
                args: [number, value].into_iter().collect(),
                results: Default::default(),
            }),
        });
    }

    fn as_word(&mut self, value: ExprId, ty: Ty, loc: LocId) -> ExprId {
        let (op, to) = match ty {
            Ty::I64 => return value,
            Ty::I8 | Ty::I16 | Ty::I32 => (ConvertOp::ZExt, Ty::I64),
            Ty::F32 => (ConvertOp::BitsOf, Ty::I32),
            Ty::F64 => (ConvertOp::BitsOf, Ty::I64),
            Ty::Ptr => (ConvertOp::PToI, Ty::I64),
        };
        let converted = self.func.add_expr(
            Expr::Convert {
                op,
                from: ty,
                to,
                a: value,
            },
            loc,
        );
        self.as_word(converted, to, loc)
    }
}
