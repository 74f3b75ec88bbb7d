//! Looking at machines that run, from another thread: what a long evaluation is doing.
//!
//! Nothing stops for it, so what is seen may be a moment old. Machine code keeps its depth in a register; there the
//! stack is followed from call to call, beginning with the root: a call that has returned is not where its caller stands.

#![allow(unsafe_code)]

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use sx_ir::func::{Callee, StmtKind};
use sx_ir::{FuncId, Function, LocId, Module};

use crate::Machine;
use crate::ctx::{CallRecord, VmCtx};

/// Frames that are looked at, from the innermost.
const SEEN: usize = 200;

struct Running {
    id: u64,
    ctx: *const VmCtx,
    live: *const u64,
    module: *const Module,
    root: FuncId,
    exact: bool,
}

// SAFETY: the pointers are read under the list's lock only, and are valid while their entry is in it.
unsafe impl Send for Running {}

#[derive(Default)]
struct List {
    next: u64,
    running: Vec<Running>,
}

static LIST: Mutex<List> = Mutex::new(List {
    next: 0,
    running: Vec::new(),
});

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a machine visible until dropped.
pub(crate) struct Watched(u64);

impl Drop for Watched {
    fn drop(&mut self) {
        list().running.retain(|running| running.id != self.0);
    }
}

impl Machine {
    /// Makes the machine visible from now on. It runs code of `module`, and stays where it is, until [`Machine::hide`];
    /// engines call this where they start and end a run. `exact`: its depth is always in the context.
    pub fn show(&mut self, module: &Module, exact: bool) {
        let mut list = list();
        list.next += 1;
        let id = list.next;
        list.running.push(Running {
            id,
            ctx: &raw const self.ctx,
            live: self.heap().live_place(),
            module,
            root: self.root,
            exact,
        });
        self.watched = Some(Watched(id));
    }

    /// Ends [`Machine::show`]. Ending the evaluation and dropping the machine do so, too.
    pub fn hide(&mut self) {
        self.watched = None;
    }
}

/// What a machine is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    pub root: String,
    /// Machine code may have taken more.
    pub steps: u64,
    /// Heap bytes in use.
    pub memory: u64,
    /// `name at file:line:col`, innermost first.
    pub frames: Vec<String>,
}

/// All machines that run, in the order in which they began.
pub fn seen() -> Vec<Seen> {
    list().running.iter().map(look).collect()
}

fn look(running: &Running) -> Seen {
    // SAFETY: see `Machine::show`. The fields may change while they are read: plain words, read one by one, each of which is
    // checked before it is used as an index.
    let (module, records, depth, limit, steps, memory) = unsafe {
        let ctx = running.ctx;
        (
            &*running.module,
            (&raw const (*ctx).records).read_volatile(),
            (&raw const (*ctx).depth).read_volatile(),
            (&raw const (*ctx).depth_limit).read_volatile(),
            (&raw const (*ctx).steps).read_volatile(),
            running.live.read_volatile(),
        )
    };
    // SAFETY: there is room for `limit` records, all of them readable.
    let record = |at: u64| unsafe { records.add(at as usize).cast_const().read_volatile() };
    let mut frames: Vec<CallRecord> = Vec::new();
    if running.exact {
        let depth = depth.min(limit);
        frames.extend((depth.saturating_sub(SEEN as u64)..depth).map(record));
    } else {
        // Recursion asks the same over and over.
        let mut known = FxHashMap::default();
        for next in (0..limit).map(record) {
            let follows = match frames.last() {
                None => next.func == running.root,
                Some(last) => *known
                    .entry((last.func, last.loc, next.func))
                    .or_insert_with(|| leads_to(module, last, &next)),
            };
            if !follows {
                break;
            }
            frames.push(next);
        }
        frames.drain(..frames.len().saturating_sub(SEEN));
    }
    if frames.is_empty() && !running.exact {
        // Code that calls nothing notes nothing.
        frames.push(CallRecord {
            func: running.root,
            loc: module.func(running.root).loc,
        });
    }
    let frames =
        (frames.iter().rev().enumerate()).flat_map(|(i, frame)| lines(module, frame, i == 0));
    Seen {
        root: module.func(running.root).name.clone(),
        steps,
        memory,
        frames: frames.collect(),
    }
}

/// Whether the call that `from` stands at can be of `to`.
fn leads_to(module: &Module, from: &CallRecord, to: &CallRecord) -> bool {
    let (Some(func), true) = (
        module.funcs.get(from.func.index()),
        to.func.index() < module.funcs.len(),
    ) else {
        return false;
    };
    let mut found = false;
    if let Some(body) = &func.body {
        body.for_each_stmt(&mut |stmt| {
            if stmt.loc == from.loc
                && let StmtKind::Call(call) = &stmt.kind
            {
                found |= match call.callee {
                    Callee::Direct(target) => target == to.func,
                    Callee::Indirect { sig, .. } => module.func(to.func).sig == sig,
                };
            }
        });
    }
    found
}

/// A frame with the calls that were inlined into it, innermost first.
fn lines(module: &Module, frame: &CallRecord, innermost: bool) -> Vec<String> {
    let mut out = Vec::new();
    let Some(func) = module.funcs.get(frame.func.index()) else {
        return out;
    };
    // Code notes its place when it calls; before that, there may be anything. What doesn't come to call loops.
    let noted =
        Some(frame.loc).filter(|loc| loc.index() < module.loc_count() && module.loc(*loc).line > 0);
    let looping = innermost.then(|| only_loop(func)).flatten();
    let loc = match (noted, looping) {
        (None, Some(at)) => at,
        (Some(loc), Some(at)) if loc == func.loc => at,
        (Some(loc), _) => loc,
        (None, None) => func.loc,
    };
    let mut line = |name: &str, loc: LocId| {
        let at = module.loc(loc);
        let file = module.files.get(at.file as usize);
        let file = file.map_or("?", String::as_str);
        // The wrapper around `main` has no place in the source.
        if !name.is_empty() && at.line > 0 {
            out.push(format!("{name} at {file}:{}:{}", at.line, at.col));
        }
    };
    let mut loc = loc;
    while let Some(inlined) = module.loc(loc).inlined {
        line(&module.func(inlined.func).name, loc);
        loc = inlined.at;
    }
    line(&func.name, loc);
    out
}

/// Where a function's loop is, if it has one.
fn only_loop(func: &Function) -> Option<LocId> {
    let mut loops = Vec::new();
    if let Some(body) = &func.body {
        body.for_each_stmt(&mut |stmt| {
            if matches!(stmt.kind, StmtKind::Loop { .. }) {
                loops.push(stmt.loc);
            }
        });
    }
    match loops[..] {
        [only] => Some(only),
        _ => None,
    }
}
