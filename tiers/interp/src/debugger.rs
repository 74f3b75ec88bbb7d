//! Running under control: the run stops for a [`Controller`] at each tick, who looks at it through a [`View`].
//!
//! A *tick* is the beginning of a source statement: a statement on another line than the one before it in the same call,
//! the first statement of a call behind the code that puts its parameters into place, or another iteration of a loop
//! that stands in one line. Ticks are numbered from 1. The same evaluation has the same ticks each time it runs.

use sx_ir::{FuncId, LocId, Module, Stmt, StmtKind, TypeId};
use sx_machine::Machine;
use sx_tier_api::{MemoryView, Region, Status};

use crate::call::{Frame, Run, Stop};
use crate::eval::expr_loc;
use crate::shadow::Shadow;
use crate::variables::{State, Variable};

/// Decides at each tick how the run goes on.
pub trait Controller {
    /// Whether it goes on.
    fn tick(&mut self, view: &View<'_, '_>) -> bool;
    /// It has ended by itself; what failed is left as it was.
    fn ended(&mut self, view: &View<'_, '_>, status: &Status);
}

/// What the run knows of itself for the sake of ticks.
#[derive(Default)]
pub struct Track<'a> {
    /// Statements that have begun and not ended, outermost first.
    open: Vec<Open<'a>>,
    /// Calls in progress, outermost first.
    calls: Vec<Call<'a>>,
    ticks: u64,
    /// Calls entered.
    entered: u64,
}

struct Open<'a> {
    stmt: &'a Stmt,
    /// Of a loop that has begun: all of it is in one line.
    one_line: Option<bool>,
}

struct Call<'a> {
    frame: Frame<'a>,
    /// Its first statement in [`Track::open`].
    first_open: usize,
    serial: u64,
    /// File and line of the last tick.
    place: (u32, u32),
    /// And its position.
    loc: LocId,
    ticks: u64,
}

/// A run at a tick, or at its end.
#[derive(Clone, Copy)]
pub struct View<'r, 'a> {
    pub module: &'a Module,
    machine: &'r Machine,
    locals: &'r [u64],
    slot_offsets: &'r [u64],
    track: &'r Track<'a>,
}

/// A call in progress.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActiveCall {
    pub func: FuncId,
    /// The statement that it is at.
    pub loc: LocId,
    /// Which of all calls of the run it is.
    pub serial: u64,
    /// Statements that have begun in it.
    pub ticks: u64,
}

impl<'a> View<'_, 'a> {
    /// Ticks so far, this one included.
    pub fn ticks(&self) -> u64 {
        self.track.ticks
    }

    pub fn steps(&self) -> u64 {
        self.machine.ctx.steps
    }

    /// Heap bytes in use.
    pub fn heap_bytes(&self) -> u64 {
        self.machine.heap().live()
    }

    /// Calls in progress.
    pub fn depth(&self) -> usize {
        self.track.calls.len()
    }

    /// A call in progress; the innermost is number 0.
    pub fn call(&self, number: usize) -> Option<ActiveCall> {
        let index = self.index(number)?;
        let call = &self.track.calls[index];
        // A call that was refused at its entry is none.
        let refused = self
            .machine
            .ctx
            .depth
            .saturating_sub(self.track.calls.len() as u64);
        let record = self.machine.frame(number as u64 + refused);
        Some(ActiveCall {
            func: call.frame.id,
            loc: record.map_or(call.frame.func.loc, |record| record.loc),
            serial: call.serial,
            ticks: call.ticks,
        })
    }

    /// The serial of the call at a depth (1 is the root), if there is one.
    pub fn serial_at(&self, depth: usize) -> Option<u64> {
        let call = self.track.calls.get(depth.checked_sub(1)?)?;
        Some(call.serial)
    }

    /// The call in whose frame memory an address is: its depth (1 is the root) and serial.
    pub fn owner(&self, addr: u64) -> Option<(usize, u64)> {
        if self.machine.region_of(addr) != Region::Stack || addr >= self.machine.ctx.sp {
            return None;
        }
        let calls = &self.track.calls;
        let has = |call: &Call| !call.frame.func.slots.is_empty() && call.frame.slots <= addr;
        let index = calls.iter().rposition(has)?;
        Some((index + 1, calls[index].serial))
    }

    fn index(&self, number: usize) -> Option<usize> {
        self.track.calls.len().checked_sub(number.checked_add(1)?)
    }

    fn open(&self, index: usize) -> &[Open<'a>] {
        let calls = &self.track.calls;
        let end = calls.get(index + 1).map(|next| next.first_open);
        let range = calls[index].first_open..end.unwrap_or(self.track.open.len());
        self.track.open.get(range).unwrap_or(&[])
    }

    /// The variables in scope of a call, in order of declaration.
    pub fn variables(&self, number: usize) -> Vec<Variable> {
        let Some(index) = self.index(number) else {
            return Vec::new();
        };
        let open = self.open(index).iter().map(|open| open.stmt);
        self.state(false)
            .variables(self.track.calls[index].frame, open)
    }

    /// A value as a call sees it. `errors`: names of error values.
    pub fn show(&self, number: usize, addr: u64, ty: TypeId, errors: &[String]) -> String {
        match self.frame(number) {
            Some(frame) => self.state(true).show(frame, addr, ty, errors),
            None => {
                let names = sx_machine::show::Names {
                    errors,
                    object: &|_| None,
                };
                sx_machine::show::value(self.module, self.machine, &names, addr, ty)
            }
        }
    }

    /// The object that an address is in, as a call would call it, and where it starts.
    pub fn named(&self, number: usize, addr: u64) -> Option<(String, u64)> {
        self.state(true).named(self.frame(number)?, addr)
    }

    pub fn memory(&self) -> &dyn MemoryView {
        self.machine
    }

    fn frame(&self, number: usize) -> Option<Frame<'a>> {
        Some(self.track.calls[self.index(number)?].frame)
    }

    fn state(&self, with_calls: bool) -> State<'_, 'a> {
        let calls = self.track.calls.iter().rev().filter(|_| with_calls);
        State {
            module: self.module,
            machine: self.machine,
            locals: self.locals,
            slot_offsets: self.slot_offsets,
            frames: calls.map(|call| call.frame).collect(),
            freed: None,
        }
    }
}

impl<'a, S: Shadow> Run<'a, S> {
    /// A call has been entered.
    pub fn track_call(&mut self, frame: Frame<'a>) {
        let track = &mut self.track;
        track.entered += 1;
        track.calls.push(Call {
            frame,
            first_open: track.open.len(),
            serial: track.entered,
            place: (0, 0),
            loc: frame.func.loc,
            ticks: 0,
        });
    }

    /// The innermost call has returned.
    pub fn track_return(&mut self) {
        if let Some(call) = self.track.calls.pop() {
            self.track.open.truncate(call.first_open);
        }
    }

    /// A statement begins.
    pub fn track_begin(&mut self, frame: Frame<'a>, stmt: &'a Stmt) -> Result<(), Stop> {
        self.track.open.push(Open {
            stmt,
            one_line: None,
        });
        let Some(loc) = place_of(frame, stmt) else {
            return Ok(());
        };
        let at = self.module.loc(loc);
        let root = self.track.calls.len() == 1;
        let Some(call) = self.track.calls.last_mut() else {
            return Ok(());
        };
        // What stands where the function does puts its parameters into place.
        let entry = !root && call.ticks == 0 && stmt.loc == call.frame.func.loc;
        if at.line == 0 || entry || call.place == (at.file, at.line) {
            return Ok(());
        }
        call.place = (at.file, at.line);
        call.loc = loc;
        self.tick()
    }

    /// The innermost statement, a loop, begins an iteration.
    pub fn track_iteration(&mut self) -> Result<(), Stop> {
        let (Some(open), Some(call)) = (self.track.open.last_mut(), self.track.calls.last_mut())
        else {
            return Ok(());
        };
        let one_line = match open.one_line {
            Some(one_line) => one_line,
            None => {
                let one_line = is_one_line(self.module, call.frame, open.stmt);
                open.one_line = Some(one_line);
                // The first iteration begins with the loop.
                return Ok(());
            }
        };
        if one_line && call.ticks != 0 {
            return self.tick();
        }
        Ok(())
    }

    /// A statement has ended.
    pub fn track_end(&mut self) {
        self.track.open.pop();
    }

    fn tick(&mut self) -> Result<(), Stop> {
        self.track.ticks += 1;
        if let Some(call) = self.track.calls.last_mut() {
            call.ticks += 1;
            self.machine.set_loc(call.loc);
        }
        let (shadow, view) = self.seen();
        if shadow.tick(&view) {
            Ok(())
        } else {
            Err(self.bug("ended by the debugger".into()))
        }
    }

    fn seen(&mut self) -> (&mut S, View<'_, 'a>) {
        let view = View {
            module: self.module,
            machine: &self.machine,
            locals: &self.locals,
            slot_offsets: &self.slot_offsets,
            track: &self.track,
        };
        (&mut self.shadow, view)
    }
}

impl Run<'_, Controlled<'_>> {
    /// The run has ended by itself.
    pub fn tell_end(&mut self, status: &Status) {
        let (shadow, view) = self.seen();
        shadow.controller.ended(&view, status);
    }
}

/// Where a statement begins; `None` if that is seen by others.
fn place_of(frame: Frame<'_>, stmt: &Stmt) -> Option<LocId> {
    Some(match &stmt.kind {
        // Its own position is that of its end.
        StmtKind::If { cond, .. } => expr_loc(frame, *cond, stmt.loc),
        // What is in them counts, and what leads to them.
        StmtKind::Block { .. } | StmtKind::Loop { .. } | StmtKind::Switch { .. } => return None,
        // Where control goes on is seen there.
        StmtKind::Break(_) | StmtKind::Continue(_) => return None,
        StmtKind::Set { .. }
        | StmtKind::Store { .. }
        | StmtKind::Copy { .. }
        | StmtKind::Fill { .. }
        | StmtKind::Eval(_)
        | StmtKind::Call(_)
        | StmtKind::Return(_)
        | StmtKind::Trap(_)
        | StmtKind::AtomicLoad { .. }
        | StmtKind::AtomicStore { .. }
        | StmtKind::AtomicRmw { .. }
        | StmtKind::AtomicCmpxchg { .. }
        | StmtKind::Fence(_) => stmt.loc,
    })
}

/// Whether all that a loop does stands in one line.
fn is_one_line(module: &Module, frame: Frame<'_>, stmt: &Stmt) -> bool {
    let mut line = None;
    let mut same = true;
    for body in stmt.kind.blocks() {
        body.for_each_stmt(&mut |inner| {
            let Some(loc) = place_of(frame, inner) else {
                return;
            };
            let at = module.loc(loc);
            if at.line != 0 {
                let first = *line.get_or_insert((at.file, at.line));
                same &= first == (at.file, at.line);
            }
        });
    }
    same && line.is_some()
}

/// The shadow of a run under control.
pub struct Controlled<'c> {
    pub controller: &'c mut dyn Controller,
    /// The controller has ended the run.
    pub ended: bool,
}

impl Shadow for Controlled<'_> {
    const ON: bool = false;
    const TRACKS: bool = true;

    fn tick(&mut self, view: &View<'_, '_>) -> bool {
        // What is called while a fault is on its way out is not looked at.
        let goes_on = !self.ended && self.controller.tick(view);
        self.ended |= !goes_on;
        goes_on
    }
}
