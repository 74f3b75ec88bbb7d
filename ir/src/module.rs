//! A program in IR: types, signatures, globals, functions, positions.

use crate::func::{FuncId, Function, LocId, Param, SigId, Signature, entity};
use crate::image::{ConstImage, RelocTarget};
use crate::locs::{Locs, SrcLoc};
use crate::target::Target;
use crate::types::{TypeId, TypeTable};
use rustc_hash::{FxHashMap, FxHashSet};

entity!(/// A global of the module.
    GlobalId "@g");

/// A variable or constant with static storage.
#[derive(Clone, Debug)]
pub struct Global {
    pub name: String,
    pub size: u64,
    pub align: u64,
    pub init: ConstImage,
    /// Constant storage can't be written (comptime: trap; native: read-only page).
    pub mutable: bool,
    /// `Some`: defined elsewhere under this symbol.
    pub extern_symbol: Option<String>,
    /// Visible to the linker under this symbol.
    pub export_symbol: Option<String>,
    pub sx_type: Option<TypeId>,
    /// Identical constant data may share storage (strings and other anonymous data).
    pub mergeable: bool,
}

/// Name of the globals that were objects of an evaluation, before the name of what they belong to. A program may free
/// them like any block: nothing happens.
pub const STORED_OBJECT: &str = "comptime:";

impl Global {
    pub fn is_stored_object(&self) -> bool {
        self.name.starts_with(STORED_OBJECT)
    }

    /// The constant or variable whose evaluation made this object.
    pub fn stored_for(&self) -> Option<&str> {
        self.name
            .strip_prefix(STORED_OBJECT)
            .filter(|name| !name.is_empty())
    }
}

#[derive(Clone, Debug)]
pub struct Module {
    pub target: Target,
    pub types: TypeTable,
    pub funcs: Vec<Function>,
    pub globals: Vec<Global>,
    sigs: Vec<Signature>,
    sig_ids: FxHashMap<Signature, SigId>,
    locs: Locs,
    /// Paths as shown to users.
    pub files: Vec<String>,
    /// `-l` names in order of appearance.
    pub libraries: Vec<String>,
    /// Module-level assembly, in source order.
    pub asm: Vec<String>,
    /// For evaluations that must not depend on what can change.
    pub seal: Option<Seal>,
    /// Globals that an evaluation may name and not access, in order: it has no value for them.
    pub closed: Vec<GlobalId>,
}

/// An evaluation that sees constants only: whatever it finds out holds in the program, too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seal {
    /// Variables before this one can't be accessed.
    pub accessible_from: GlobalId,
}

impl Seal {
    /// Whether the global is out of reach.
    pub fn closes(&self, id: GlobalId, global: &Global) -> bool {
        global.mutable && id < self.accessible_from
    }
}

impl Module {
    /// Whether evaluations know the global by its address only.
    pub fn closes(&self, id: GlobalId) -> bool {
        self.closed.binary_search(&id).is_ok()
            || (self.seal).is_some_and(|seal| seal.closes(id, self.global(id)))
    }

    pub fn new(target: Target) -> Module {
        Module {
            types: TypeTable::new(target.clone()),
            target,
            funcs: Vec::new(),
            globals: Vec::new(),
            sigs: Vec::new(),
            sig_ids: FxHashMap::default(),
            locs: Locs::new(),
            files: Vec::new(),
            libraries: Vec::new(),
            asm: Vec::new(),
            seal: None,
            closed: Vec::new(),
        }
    }

    pub fn sig(&self, id: SigId) -> &Signature {
        &self.sigs[id.index()]
    }

    pub fn sigs(&self) -> &[Signature] {
        &self.sigs
    }

    pub fn add_sig(&mut self, sig: Signature) -> SigId {
        if let Some(id) = self.sig_ids.get(&sig) {
            return *id;
        }
        let id = SigId::new(self.sigs.len());
        self.sigs.push(sig.clone());
        self.sig_ids.insert(sig, id);
        id
    }

    pub fn loc(&self, id: LocId) -> SrcLoc {
        self.locs.get(id)
    }

    /// How many positions there are: all less than this are numbers of one.
    pub fn loc_count(&self) -> usize {
        self.locs.len()
    }

    pub fn add_loc(&mut self, loc: SrcLoc) -> LocId {
        self.locs.add(loc)
    }

    /// A new number for a position that may have others: quicker, for code that is looked at once.
    pub fn add_loc_again(&mut self, loc: SrcLoc) -> LocId {
        self.locs.add_again(loc)
    }

    /// A number for a position of which file and offset are known: `None` if there are too many files. Before positions
    /// are looked at, `settle_locs` has to find lines and columns, which most code that is only checked never needs.
    pub fn add_loc_at(&mut self, file: u32, offset: u32) -> Option<LocId> {
        self.locs.add_offset(file, offset)
    }

    /// File and offset, if that is all that is known of a position so far.
    pub fn loc_offset(&self, id: LocId) -> Option<(u32, u32)> {
        self.locs.offset(id)
    }

    /// Makes lines and columns of all offsets: `place` gives both, 1-based, of an offset in a file.
    pub fn settle_locs(&mut self, place: impl FnMut(u32, u32) -> (u32, u32)) {
        self.locs.settle(place);
    }

    pub fn func(&self, id: FuncId) -> &Function {
        &self.funcs[id.index()]
    }

    pub fn add_func(&mut self, func: Function) -> FuncId {
        let id = FuncId::new(self.funcs.len());
        self.funcs.push(func);
        id
    }

    pub fn params_of(&self, id: FuncId) -> &[Param] {
        &self.sig(self.func(id).sig).params
    }

    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.index()]
    }

    pub fn add_global(&mut self, global: Global) -> GlobalId {
        let id = GlobalId::new(self.globals.len());
        self.globals.push(global);
        id
    }

    /// Everything `roots` reach through calls, addresses and static data, in depth-first order of first mention:
    /// the order depends on the reached code alone, not on when other parts of the module were made.
    pub fn reachable(&self, roots: &[FuncId]) -> Reachable {
        let mut walk = Walk {
            module: self,
            out: Reachable::default(),
            seen_f: FxHashSet::default(),
            seen_g: FxHashSet::default(),
        };
        for root in roots {
            walk.todo(vec![RelocTarget::Func(*root)]);
        }
        walk.out
    }

    /// As [`Module::reachable`], starting at data too.
    pub fn reachable_from(&self, roots: &[RelocTarget]) -> Reachable {
        let mut walk = Walk {
            module: self,
            out: Reachable::default(),
            seen_f: FxHashSet::default(),
            seen_g: FxHashSet::default(),
        };
        for root in roots {
            walk.todo(vec![*root]);
        }
        walk.out
    }
}

/// Functions and globals an evaluation can reach, each once.
#[derive(Clone, Default, Debug)]
pub struct Reachable {
    pub funcs: Vec<FuncId>,
    pub globals: Vec<GlobalId>,
}

struct Walk<'m> {
    module: &'m Module,
    out: Reachable,
    seen_f: FxHashSet<FuncId>,
    seen_g: FxHashSet<GlobalId>,
}

impl Walk<'_> {
    fn todo(&mut self, mut stack: Vec<RelocTarget>) {
        while let Some(item) = stack.pop() {
            let mut next = Vec::new();
            match item {
                RelocTarget::Func(id) => {
                    if !self.seen_f.insert(id) {
                        continue;
                    }
                    self.out.funcs.push(id);
                    // Every node in the arena counts: passes drop unused nodes when they compact it.
                    let func = self.module.func(id);
                    for expr in &func.exprs {
                        match expr {
                            crate::func::Expr::FuncAddr(f) => next.push(RelocTarget::Func(*f)),
                            crate::func::Expr::GlobalAddr(g) => next.push(RelocTarget::Global(*g)),
                            _ => {}
                        }
                    }
                    if let Some(body) = &func.body {
                        body.for_each_stmt(&mut |stmt| {
                            if let crate::func::StmtKind::Call(call) = &stmt.kind
                                && let crate::func::Callee::Direct(f) = call.callee
                            {
                                next.push(RelocTarget::Func(f));
                            }
                        });
                    }
                }
                RelocTarget::Global(id) => {
                    if !self.seen_g.insert(id) {
                        continue;
                    }
                    self.out.globals.push(id);
                    next.extend(self.module.global(id).init.relocs.iter().map(|r| r.target));
                }
            }
            stack.extend(next.into_iter().rev());
        }
    }
}

impl crate::func::Block {
    /// Calls `f` on every statement in the tree, outer before inner.
    pub fn for_each_stmt<'a>(&'a self, f: &mut impl FnMut(&'a crate::func::Stmt)) {
        use crate::func::StmtKind;
        for stmt in &self.stmts {
            f(stmt);
            match &stmt.kind {
                StmtKind::If { then, els, .. } => {
                    then.for_each_stmt(f);
                    els.for_each_stmt(f);
                }
                StmtKind::Block { body, .. } | StmtKind::Loop { body, .. } => body.for_each_stmt(f),
                StmtKind::Switch { cases, default, .. } => {
                    for case in cases {
                        case.body.for_each_stmt(f);
                    }
                    default.for_each_stmt(f);
                }
                StmtKind::Set { .. }
                | StmtKind::Store { .. }
                | StmtKind::Copy { .. }
                | StmtKind::Fill { .. }
                | StmtKind::Eval(_)
                | StmtKind::Call(_)
                | StmtKind::Break(_)
                | StmtKind::Continue(_)
                | StmtKind::Return(_)
                | StmtKind::Trap(_)
                | StmtKind::AtomicLoad { .. }
                | StmtKind::AtomicStore { .. }
                | StmtKind::AtomicRmw { .. }
                | StmtKind::AtomicCmpxchg { .. }
                | StmtKind::Fence(_) => {}
            }
        }
    }
}
