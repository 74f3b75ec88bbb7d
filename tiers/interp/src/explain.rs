//! The state of a stopped run, in words: which variables are in scope in the innermost calls and what they hold, and
//! which object a memory fault concerns.
//!
//! Wants IR as the frontend made it, where each variable is a slot with its name and type. Scopes are not in the IR:
//! a variable counts as visible where a block that holds all its uses is open and an earlier statement of that block
//! used it.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::{BinaryOp, Block, Expr, ExprId, Function, LocalId, Stmt, StmtKind, TrapKind, TypeKind};
use sx_machine::show;
use sx_tier_api::{Explanation, FaultObject, FrameValues, MemoryView, ObjectKind, Status};

use crate::call::{Frame, Run};
use crate::sanitize::Sanitizer;

/// Calls whose variables are told.
const MAX_FRAMES: usize = 16;

/// `errors`: names of error values.
pub fn explain(run: &Run<'_, Sanitizer>, status: &Status, errors: &[String]) -> Explanation {
    let stopped = run.machine.innermost(MAX_FRAMES as u64);
    let mut frames = Vec::new();
    let mut calls = run
        .unwound
        .chunk_by(|a, b| a.0.base == b.0.base && a.0.id == b.0.id);
    for frame in stopped {
        // A call that was refused at its entry has no statement.
        let values = match calls.clone().next() {
            Some(path) if path[0].0.id == frame.func => {
                calls.next();
                values(run, path, errors)
            }
            Some(_) | None => Vec::new(),
        };
        frames.push(FrameValues {
            func: frame.func,
            loc: frame.loc,
            values,
        });
    }
    Explanation {
        frames,
        object: object(run, status),
    }
}

/// Variables in scope, in order of declaration.
fn values(
    run: &Run<'_, Sanitizer>,
    path: &[(Frame<'_>, &Stmt)],
    errors: &[String],
) -> Vec<(String, String)> {
    let frame = path[0].0;
    let Some(body) = &frame.func.body else {
        return Vec::new();
    };
    let open: FxHashSet<*const Stmt> = path
        .iter()
        .map(|(_, stmt)| std::ptr::from_ref(*stmt))
        .collect();
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
    let names = show::Names {
        errors,
        object: &|addr| pointee(run, frame, addr),
    };
    let mut out: Vec<(String, String)> = Vec::new();
    // Parameters that are passed in memory.
    for (index, local) in frame.func.locals.iter().enumerate() {
        let (Some(name), Some(pointer)) = (local.name, local.sx_type) else {
            continue;
        };
        if let TypeKind::Pointer(ty) = *run.module.types.kind(pointer)
            && let Some(addr) = run.locals.get(frame.base + index)
        {
            let text = show::value(run.module, &run.machine, &names, *addr, ty);
            out.push((name.to_string(), text));
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
        let addr = slot_address(run, frame, slot);
        let text = show::value(run.module, &run.machine, &names, addr, ty);
        out.retain(|(other, _)| *other != name);
        out.push((name, text));
    }
    out
}

fn slot_address(run: &Run<'_, Sanitizer>, frame: Frame<'_>, slot: usize) -> u64 {
    frame.slots + run.slot_offsets[frame.offsets + slot]
}

/// What an address points to, seen from `frame`.
fn pointee(run: &Run<'_, Sanitizer>, frame: Frame<'_>, addr: u64) -> Option<String> {
    let (name, base) = named(run, frame, addr)?;
    Some(match addr - base {
        0 => name,
        offset => format!("({name} + {offset} bytes)"),
    })
}

fn named(run: &Run<'_, Sanitizer>, frame: Frame<'_>, addr: u64) -> Option<(String, u64)> {
    let mut seen = None;
    for (other, _) in &run.unwound {
        if seen.replace(other.base) == Some(other.base) {
            continue;
        }
        for (slot, variable) in other.func.slots.iter().enumerate() {
            let base = slot_address(run, *other, slot);
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
    match run.machine.object_at(addr) {
        Some(object) => {
            let text = match object.kind {
                ObjectKind::Global(id) => {
                    let global = run.module.global(id);
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
            let (base, size) = run.shadow.freed_at(addr)?;
            Some((format!("freed {}", heap(size)), base))
        }
    }
}

/// The object that the end of the run is about.
fn object(run: &Run<'_, Sanitizer>, status: &Status) -> Option<FaultObject> {
    let Status::Trapped(trap) = status else {
        return None;
    };
    // The checked interpreter's message names it.
    if trap.detail.is_some() && trap.kind != TrapKind::BadFree {
        return None;
    }
    let plain = |text: &str| FaultObject {
        text: text.into(),
        allocated: Vec::new(),
        freed: Vec::new(),
    };
    match trap.kind {
        TrapKind::NullAccess => run
            .shadow
            .fault(&run.machine, run.module, trap.a)
            .or_else(|| {
                (trap.a != 0).then(|| {
                    plain(&format!(
                        "the address is 0x{:x}: a null pointer plus {} bytes",
                        trap.a, trap.a
                    ))
                })
            }),
        TrapKind::BadAccess | TrapKind::ConstWrite | TrapKind::BadFree => run
            .shadow
            .fault(&run.machine, run.module, trap.a)
            .or_else(|| Some(plain("the address belongs to no object"))),
        TrapKind::Index | TrapKind::Slice => elements(run),
        TrapKind::DivideByZero
        | TrapKind::Shift
        | TrapKind::Unwrap
        | TrapKind::Variant
        | TrapKind::BadCall
        | TrapKind::BadCallSignature
        | TrapKind::Unreachable
        | TrapKind::Denied
        | TrapKind::Abort => None,
    }
}

/// What the index that failed its check would have been added to.
fn elements(run: &Run<'_, Sanitizer>) -> Option<FaultObject> {
    let (frame, stmt) = *run.unwound.first()?;
    let func = frame.func;
    let checked = match &stmt.kind {
        StmtKind::Set { local, .. } => Some(*local),
        _ => None,
    };
    let failed = |id: ExprId| match *func.expr(id) {
        Expr::Local(local) => Some(local) == checked,
        _ => false,
    };
    let mut base = None;
    for expr in &func.exprs {
        if let Expr::Binary {
            op: BinaryOp::PtrAdd,
            a,
            b,
            ..
        } = *expr
        {
            let mut found = false;
            func.for_each_node(b, &mut |id, _| found |= failed(id));
            if found {
                base = Some(a);
                break;
            }
        }
    }
    let (start, local) = start_of(run, frame, base?)?;
    let by_mark = local.and_then(|local| {
        run.shadow
            .object_of_local(run.module, frame.base + local.index())
    });
    by_mark
        .or_else(|| run.shadow.object_at(&run.machine, run.module, start))
        .or_else(|| {
            let (name, _) = named(run, frame, start)?;
            Some(FaultObject {
                text: format!("the elements are in '{name}'"),
                allocated: Vec::new(),
                freed: Vec::new(),
            })
        })
}

/// The value of an address that needs no more than locals, and the local it is, if it is one.
fn start_of(
    run: &Run<'_, Sanitizer>,
    frame: Frame<'_>,
    id: ExprId,
) -> Option<(u64, Option<LocalId>)> {
    match *frame.func.expr(id) {
        Expr::Local(local) => Some((*run.locals.get(frame.base + local.index())?, Some(local))),
        Expr::SlotAddr(slot) => Some((slot_address(run, frame, slot.index()), None)),
        Expr::GlobalAddr(global) => Some((run.machine.space.global_address(global)?, None)),
        Expr::Binary {
            op: BinaryOp::PtrAdd,
            a,
            b,
            ..
        } => match *frame.func.expr(b) {
            Expr::Const { bits, .. } => {
                let (start, local) = start_of(run, frame, a)?;
                Some((start.wrapping_add(bits), local))
            }
            _ => None,
        },
        _ => None,
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
