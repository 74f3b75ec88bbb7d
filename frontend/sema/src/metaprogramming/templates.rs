//! What generic code sees of compile time around it is read-only (reference part 6 §6.5): an instance that wrote a
//! `#saved` global would make the program depend on when it is made.

use rustc_hash::FxHashSet;
use sx_ir::func::{Callee, StmtKind};
use sx_ir::{ConstImage, Expr, ExprId, FuncId, Function, GlobalId};
use sx_syntax::{Diagnostic, Span};

use crate::comptime::results::slice_image;
use crate::comptime::saved::Saving;
use crate::sema::{DeclSyntax, Entity, EntityState, Res, Sema};

impl Sema<'_> {
    /// An evaluation that `root` stands for has left this in the `#saved` globals.
    pub fn check_template_writes(
        &mut self,
        root: FuncId,
        saving: &Saving,
        image: &ConstImage,
        span: Span,
    ) -> Res<()> {
        let laid_out = self.open_nominals.last().copied();
        let declared_in = self.resolving.last().and_then(|id| self.decl(*id).owner);
        let of_instance = [laid_out, declared_in]
            .into_iter()
            .flatten()
            .any(|ty| self.instance_of(ty).is_some());
        let instance =
            of_instance || !self.caches.mint_scope.is_empty() || self.sites.body.is_some();
        if !instance {
            return Ok(());
        }
        let written = saving.places.iter().find(|(global, offset, size)| {
            let left = slice_image(image, *offset, *size);
            left.bytes != self.padded(*global, *size)
        });
        let Some((global, ..)) = written.copied() else {
            return Ok(());
        };
        let name = self.m.global(global).name.clone();
        let at = self.write_of(root, global).unwrap_or(span);
        let declared = self.decls.iter().find_map(|d| match (&d.syntax, &d.state) {
            (DeclSyntax::Var(_), EntityState::Done(Entity::Global { global: g, .. }))
                if *g == global =>
            {
                Some(d.name_span)
            }
            _ => None,
        });
        let mut diag = Diagnostic::error(
            at,
            format!(
                "generic code can't write '{name}' while it is instantiated: it sees compile-time variables around it read-only"
            ),
        );
        if let Some(declared) = declared {
            diag = diag.with_note(Some(declared), "the variable");
        }
        let site = [laid_out, declared_in].into_iter().flatten();
        let site = site.filter_map(|ty| self.type_site(ty)).next();
        if let Some(site) = site.or(self.sites.outermost()) {
            diag = diag.with_note(Some(site), "instantiated here");
        } else {
            diag = diag.with_note(Some(span), "while this is evaluated");
        }
        Err(self.report(diag))
    }

    fn padded(&self, global: GlobalId, size: u64) -> Vec<u8> {
        let mut bytes = self.m.global(global).init.bytes.clone();
        bytes.resize(size as usize, 0);
        bytes
    }

    /// Where code reached from `root` writes a global by name.
    fn write_of(&self, root: FuncId, global: GlobalId) -> Option<Span> {
        let mut seen = FxHashSet::default();
        let mut reached = vec![root];
        while let Some(id) = reached.pop() {
            if !seen.insert(id) {
                continue;
            }
            // As they were written: passes move code.
            let kept = self.caches.unoptimised.get(&id);
            let func = kept.unwrap_or(self.m.func(id));
            let Some(body) = &func.body else { continue };
            let mut found = None;
            let mut calls = Vec::new();
            body.for_each_stmt(&mut |stmt| {
                if let StmtKind::Call(call) = &stmt.kind
                    && let Callee::Direct(callee) = call.callee
                {
                    calls.push(callee);
                }
                let target = match &stmt.kind {
                    StmtKind::Store { addr, .. } => Some(*addr),
                    StmtKind::Copy { dst, .. } | StmtKind::Fill { dst, .. } => Some(*dst),
                    _ => None,
                };
                if found.is_none() && target.is_some_and(|e| rooted_at(func, e, global)) {
                    found = Some(stmt.loc);
                }
            });
            if let Some(span) = found.and_then(|loc| self.loc_span(loc)) {
                return Some(span);
            }
            for expr in &func.exprs {
                if let Expr::FuncAddr(callee) = expr {
                    calls.push(*callee);
                }
            }
            reached.extend(calls.into_iter().rev());
        }
        None
    }
}

/// Whether an address is that of a global or in it.
fn rooted_at(func: &Function, mut expr: ExprId, global: GlobalId) -> bool {
    loop {
        match &func.exprs[expr.index()] {
            Expr::GlobalAddr(g) => return *g == global,
            Expr::Binary { a, .. } => expr = *a,
            _ => return false,
        }
    }
}
