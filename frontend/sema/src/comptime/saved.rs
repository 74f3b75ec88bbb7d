//! `#saved` globals: what an evaluation writes to them stays, for later evaluations and for the program.

use sx_ir::func::StmtKind;
use sx_ir::{ConstImage, FuncId, Global, GlobalId, RelocTarget, TypeId, TypeKind};
use sx_syntax::Span;

use crate::comptime::results::slice_image;
use crate::emission::fncx::FnCx;
use crate::emission::value::{Addr, Val};
use crate::sema::{Env, ModId, Sema};

/// An evaluation that also yields the `#saved` globals it reaches.
pub struct Saving {
    pub root: FuncId,
    pub result: GlobalId,
    pub ty: TypeId,
    /// Place of each global in the result.
    pub places: Vec<(GlobalId, u64, u64)>,
    /// Where the globals begin among the result's elements.
    own: usize,
}

impl Sema<'_> {
    /// `#saved` globals that code reached from `root` uses.
    fn saved_reached(&mut self, root: FuncId) -> Vec<(GlobalId, TypeId)> {
        if self.caches.saved.is_empty() {
            return Vec::new();
        }
        let reached = self.m.reachable(&[root]).globals;
        // All of them are stored anew together: what two of them point to stays one object.
        match self.caches.saved.iter().any(|(g, _)| reached.contains(g)) {
            true => self.caches.saved.clone(),
            false => Vec::new(),
        }
    }

    /// Wraps `root` if it reaches `#saved` globals.
    pub fn saving_root(
        &mut self,
        root: FuncId,
        result: GlobalId,
        ty: TypeId,
        span: Span,
    ) -> Option<Saving> {
        let saved = self.saved_reached(root);
        if saved.is_empty() {
            return None;
        }
        let mut parts = Vec::new();
        if self.m.types.size_of(ty) > 0 {
            parts.push((result, ty));
        }
        let own = parts.len();
        parts.extend(saved);
        let elems = parts.iter().map(|(_, ty)| (None, *ty)).collect();
        let all = self.m.types.intern(TypeKind::Tuple(elems));
        let layout = self.m.types.layout(all);
        let to = self.m.add_global(Global {
            name: "saved.result".into(),
            size: layout.size,
            align: layout.align.max(1),
            init: ConstImage::default(),
            mutable: true,
            extern_symbol: None,
            export_symbol: None,
            sx_type: Some(all),
            mergeable: false,
        });
        let env = Env::root(ModId(0));
        let mut cx = self.continued(root, &env, span);
        for ((from, ty), offset) in parts.iter().zip(&layout.offsets) {
            self.store(
                &mut cx,
                Addr::Global(to, *offset),
                &Val::mem(*ty, Addr::Global(*from, 0)),
            );
        }
        cx.emit(StmtKind::Return(Default::default()));
        let wrapper = self.finish_cx(cx);
        let places = parts[own..]
            .iter()
            .zip(&layout.offsets[own..])
            .map(|((global, ty), offset)| (*global, *offset, self.m.types.size_of(*ty)))
            .collect();
        Some(Saving {
            root: wrapper,
            result: to,
            ty: all,
            places,
            own,
        })
    }

    /// Code that does what `root` does and goes on: its variables still exist where the globals are read.
    fn continued(&mut self, root: FuncId, env: &std::rc::Rc<Env>, span: Span) -> FnCx {
        let func = self.m.func(root).clone();
        let mut stmts = func
            .body
            .as_ref()
            .map_or_else(Vec::new, |b| b.stmts.clone());
        let mut returns = 0;
        if let Some(body) = &func.body {
            body.for_each_stmt(&mut |stmt| {
                returns += usize::from(matches!(stmt.kind, StmtKind::Return(_)));
            });
        }
        let ends = matches!(stmts.last().map(|s| &s.kind), Some(StmtKind::Return(_)));
        if !ends || returns > 1 {
            let mut cx = self.thunk_cx(env, "", span);
            cx.call_direct(root, &[], &[]);
            return cx;
        }
        stmts.pop();
        let name = func.name.clone();
        let mut cx = self.new_cx(func, env.clone(), name, span);
        cx.func.body = None;
        if let Some(first) = cx.blocks.first_mut() {
            *first = stmts;
        }
        cx.comptime = true;
        cx
    }

    /// How an error names a place in the evaluation's result.
    pub fn saved_path(&self, saving: &Saving, path: &str) -> Option<String> {
        let rest = path.strip_prefix('.')?;
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let index: usize = rest[..end].parse().ok()?;
        let (global, ..) = saving.places.get(index.checked_sub(saving.own)?)?;
        Some(format!("{}{}", self.m.global(*global).name, &rest[end..]))
    }

    /// Keeps what the evaluation left in the globals; `first_object` is its first new object.
    pub fn keep_saved(&mut self, saving: &Saving, image: &ConstImage, first_object: usize) {
        let mut reached: Vec<GlobalId> = Vec::new();
        for (global, offset, size) in &saving.places {
            let init = slice_image(image, *offset, *size);
            reached.extend(targets(&init));
            self.m.globals[global.index()].init = init;
        }
        // What variables refer to can be written.
        while let Some(global) = reached.pop() {
            let object = &mut self.m.globals[global.index()];
            if global.index() < first_object || object.mutable {
                continue;
            }
            object.mutable = true;
            object.mergeable = false;
            reached.extend(targets(&object.init));
        }
    }
}

fn targets(image: &ConstImage) -> Vec<GlobalId> {
    image
        .relocs
        .iter()
        .filter_map(|r| match r.target {
            RelocTarget::Global(global) => Some(global),
            RelocTarget::Func(_) => None,
        })
        .collect()
}
