//! The variables of calls in progress: which are in scope, where they are, and what they hold.
//!
//! Wants IR as the frontend made it, where each variable is a slot with its name and type. Scopes are not in the IR:
//! a variable counts as visible where a block that holds all its uses is open and an earlier statement of that block
//! used it.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{Block, Expr, ExprId, Function, Module, Stmt, TypeId, TypeKind};
use sx_machine::{Machine, show};
use sx_tier_api::{MemoryView as _, ObjectKind, Region};

use crate::call::Frame;
use crate::sanitize::Sanitizer;

/// A variable of a call in progress.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    pub name: String,
    pub addr: u64,
    pub ty: TypeId,
}

/// A run that stands still.
pub struct State<'r, 'a> {
    pub module: &'a Module,
    pub machine: &'r Machine,
    pub locals: &'r [u64],
    pub slot_offsets: &'r [u64],
    /// The calls in progress, innermost first.
    pub frames: Vec<Frame<'a>>,
    /// Who remembers blocks that have been freed.
    pub freed: Option<&'r Sanitizer>,
}

impl<'a> State<'_, 'a> {
    /// Variables in scope, in order of declaration. `open`: the statements of the call that have begun and not ended.
    pub fn variables<'s>(
        &self,
        frame: Frame<'a>,
        open: impl Iterator<Item = &'s Stmt>,
    ) -> Vec<Variable> {
        let Some(body) = &frame.func.body else {
            return Vec::new();
        };
        let open: FxHashSet<*const Stmt> = open.map(std::ptr::from_ref).collect();
        let mut scopes = Scopes {
            func: frame.func,
            blocks: vec![Scope {
                parent: 0,
                depth: 0,
                reached: None,
            }],
            uses: FxHashMap::default(),
            statements: 0,
        };
        scopes.block(body, 0, &open);
        // Slots are made where variables are declared; of variables with one name the innermost counts.
        let mut visible: BTreeSet<usize> = BTreeSet::new();
        for (slot, used) in &scopes.uses {
            let reached = scopes.blocks[used.block as usize].reached;
            if frame.func.slots[*slot].name.is_some() && reached.is_some_and(|at| used.first < at) {
                visible.insert(*slot);
            }
        }
        let mut out: Vec<Variable> = Vec::new();
        // Parameters that are passed in memory.
        for (index, local) in frame.func.locals.iter().enumerate() {
            let (Some(name), Some(pointer)) = (local.name, local.sx_type) else {
                continue;
            };
            if let TypeKind::Pointer(ty) = *self.module.types.kind(pointer)
                && let Some(addr) = self.locals.get(frame.base + index)
            {
                out.push(Variable {
                    name: name.to_string(),
                    addr: *addr,
                    ty,
                });
            }
        }
        for slot in visible {
            let variable = &frame.func.slots[slot];
            let (Some(name), Some(ty)) = (variable.name, variable.sx_type) else {
                continue;
            };
            let name = name.to_string();
            // Compiler-made.
            if name.starts_with("__") || name == "_" {
                continue;
            }
            let addr = self.slot_address(frame, slot);
            out.retain(|other| other.name != name);
            out.push(Variable { name, addr, ty });
        }
        out
    }

    /// A value seen from `frame`. `errors`: names of error values.
    pub fn show(&self, frame: Frame<'a>, addr: u64, ty: TypeId, errors: &[String]) -> String {
        let names = show::Names {
            errors,
            object: &|addr| self.pointee(frame, addr),
        };
        show::value(self.module, self.machine, &names, addr, ty)
    }

    pub fn slot_address(&self, frame: Frame<'_>, slot: usize) -> u64 {
        frame.slots + self.slot_offsets[frame.offsets + slot]
    }

    /// What an address points to, seen from `frame`.
    fn pointee(&self, frame: Frame<'a>, addr: u64) -> Option<String> {
        let (name, base) = self.named(frame, addr)?;
        Some(match addr - base {
            0 => name,
            offset => format!("({name} + {offset} bytes)"),
        })
    }

    /// The object that an address is in: what to call it, and where it starts.
    pub fn named(&self, frame: Frame<'a>, addr: u64) -> Option<(String, u64)> {
        let stack = self.machine.region_of(addr) == Region::Stack;
        for other in self.frames.iter().filter(|_| stack) {
            for (slot, variable) in other.func.slots.iter().enumerate() {
                let base = self.slot_address(*other, slot);
                let Some(name) = variable
                    .name
                    .filter(|_| addr >= base && addr - base < variable.size)
                else {
                    continue;
                };
                let text = if other.base == frame.base {
                    name.to_string()
                } else {
                    format!("{name} of {}", other.func.name)
                };
                return Some((text, base));
            }
        }
        let heap = |size: u64| format!("heap block of {size} bytes");
        match self.machine.object_at(addr) {
            Some(object) => {
                let text = match object.kind {
                    ObjectKind::Global(id) => {
                        let global = self.module.global(id);
                        if global.mergeable {
                            "constant data".into()
                        } else {
                            global.name.clone()
                        }
                    }
                    ObjectKind::Heap => heap(object.size),
                    ObjectKind::Stack => return None,
                };
                Some((text, object.base))
            }
            None => {
                let (base, size) = self.freed?.freed_at(addr)?;
                Some((format!("freed {}", heap(size)), base))
            }
        }
    }
}

struct Scope {
    parent: u32,
    depth: u32,
    /// Number of the open statement in it.
    reached: Option<u32>,
}

struct Use {
    /// The innermost block with all uses.
    block: u32,
    /// Number of the statement that first used it.
    first: u32,
}

struct Scopes<'f> {
    func: &'f Function,
    blocks: Vec<Scope>,
    uses: FxHashMap<usize, Use>,
    statements: u32,
}

impl Scopes<'_> {
    fn block(&mut self, block: &Block, id: u32, open: &FxHashSet<*const Stmt>) {
        for stmt in &block.stmts {
            let number = self.statements;
            self.statements += 1;
            if open.contains(&std::ptr::from_ref(stmt)) {
                self.blocks[id as usize].reached = Some(number);
            }
            for root in stmt.kind.operands() {
                self.node(root, id, number);
            }
            for inner in stmt.kind.blocks() {
                self.blocks.push(Scope {
                    parent: id,
                    depth: self.blocks[id as usize].depth + 1,
                    reached: None,
                });
                let inner_id = self.blocks.len() as u32 - 1;
                self.block(inner, inner_id, open);
            }
        }
    }

    fn node(&mut self, root: ExprId, block: u32, number: u32) {
        let func = self.func;
        let mut slots = Vec::new();
        func.for_each_node(root, &mut |_, expr| {
            if let Expr::SlotAddr(slot) = expr {
                slots.push(slot.index());
            }
        });
        for slot in slots {
            match self.uses.get(&slot).map(|used| used.block) {
                Some(known) => {
                    let common = self.common(known, block);
                    if let Some(used) = self.uses.get_mut(&slot) {
                        used.block = common;
                    }
                }
                None => {
                    self.uses.insert(
                        slot,
                        Use {
                            block,
                            first: number,
                        },
                    );
                }
            }
        }
    }

    fn common(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            if self.blocks[a as usize].depth >= self.blocks[b as usize].depth {
                a = self.blocks[a as usize].parent;
            } else {
                b = self.blocks[b as usize].parent;
            }
        }
        a
    }
}
