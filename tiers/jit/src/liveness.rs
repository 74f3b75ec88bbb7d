//! Which locals are needed later, at the points where code generation asks: function entry, loop headers and calls.
//! A walk backwards over the events of a function; loops repeat until nothing changes.

use rustc_hash::FxHashMap;
use sx_ir::{LabelId, LocalId, Stmt};

use crate::bits::Bits;
use crate::scan::{Event, StmtKey};

/// Sets in here are of positions in `tracked`, so that functions with very many locals stay cheap.
pub struct Liveness {
    /// The locals that are followed; about others nothing is known.
    pub tracked: Vec<LocalId>,
    position: Vec<Option<LocalId>>,
    entry: Bits,
    /// Per call: locals needed after it, its results not counted.
    calls: FxHashMap<StmtKey, Bits>,
    /// Per loop label: locals needed at its header.
    headers: Vec<Bits>,
    /// Per local: locals that are needed at a point where it is written.
    conflicts: Vec<Bits>,
}

impl Liveness {
    fn locals<'a>(&'a self, bits: &'a Bits) -> impl Iterator<Item = LocalId> + 'a {
        bits.iter().map(|at| self.tracked[at.index()])
    }

    /// Locals whose initial value is used.
    pub fn at_entry(&self) -> Vec<LocalId> {
        self.locals(&self.entry).collect()
    }

    pub fn after_call(&self, stmt: &Stmt) -> Vec<LocalId> {
        self.calls
            .get(&StmtKey::of(stmt))
            .map(|bits| self.locals(bits).collect())
            .unwrap_or_default()
    }

    pub fn at_header(&self, label: LabelId) -> Vec<LocalId> {
        self.locals(&self.headers[label.index()]).collect()
    }

    /// Whether two tracked locals can't share a register.
    pub fn conflict(&self, a: LocalId, b: LocalId) -> bool {
        match (self.position[a.index()], self.position[b.index()]) {
            (Some(a), Some(b)) => {
                self.conflicts[a.index()].has(b) || self.conflicts[b.index()].has(a)
            }
            _ => true,
        }
    }
}

/// `params` are the first of the `locals`; labels are below `labels`.
pub fn liveness(
    events: &[Event],
    locals: usize,
    labels: usize,
    params: usize,
    tracked: Vec<LocalId>,
) -> Liveness {
    let len = tracked.len();
    let mut position = vec![None; locals];
    for (at, local) in tracked.iter().enumerate() {
        position[local.index()] = Some(LocalId::new(at));
    }
    let mut out = Liveness {
        tracked,
        position,
        entry: Bits::new(len),
        calls: FxHashMap::default(),
        headers: vec![Bits::new(0); labels],
        conflicts: vec![Bits::new(len); len],
    };
    let entry = backwards(events, len, labels, &mut out);
    // Parameters arrive together, and what must start as zero is there at the same time.
    let mut together = entry.clone();
    for param in 0..params.min(locals) {
        if let Some(at) = out.position[param] {
            together.add(at);
        }
    }
    for at in together.iter() {
        out.conflicts[at.index()].union(&together);
    }
    out.entry = entry;
    out
}

/// Alternatives under way.
struct Choice {
    after: Bits,
    /// Needed before one of those that have been seen.
    before: Bits,
}

/// What is needed at the start.
fn backwards(events: &[Event], len: usize, labels: usize, out: &mut Liveness) -> Bits {
    let mut live = Bits::new(len);
    let mut breaks = vec![Bits::new(0); labels];
    let mut choices: Vec<Choice> = Vec::new();
    // Where to go again for a loop whose header needs more than was thought.
    let mut loops: Vec<usize> = Vec::new();
    let mut at = events.len();
    while at > 0 {
        at -= 1;
        match events[at] {
            Event::Read(local) => {
                if let Some(position) = out.position[local.index()] {
                    live.add(position);
                }
            }
            Event::Write(local) => {
                if let Some(position) = out.position[local.index()] {
                    out.conflicts[position.index()].union(&live);
                    live.remove(position);
                }
            }
            Event::Together(count) => {
                let written = events[at - count as usize..at].iter();
                let written = written.filter_map(|event| match event {
                    Event::Write(local) => out.position[local.index()],
                    _ => None,
                });
                // Each is needed by the others, for as long as it takes.
                let all: Vec<LocalId> = written.collect();
                for one in &all {
                    all.iter()
                        .for_each(|other| out.conflicts[one.index()].add(*other));
                }
            }
            Event::Call(key) => {
                out.calls.insert(key, live.clone());
            }
            Event::Chosen => choices.push(Choice {
                after: live.clone(),
                before: Bits::new(len),
            }),
            Event::Next => {
                if let Some(choice) = choices.last_mut() {
                    choice.before.union(&live);
                    live.clone_from(&choice.after);
                }
            }
            Event::Choose => {
                if let Some(choice) = choices.pop() {
                    live.union(&choice.before);
                }
            }
            Event::EndBlock(label) => breaks[label.index()].clone_from(&live),
            Event::EndLoop(label) => {
                breaks[label.index()].clone_from(&live);
                out.headers[label.index()].make_room(len);
                live.clone_from(&out.headers[label.index()]);
                loops.push(at);
            }
            Event::Loop(label) => {
                let header = &mut out.headers[label.index()];
                if header.union(&live) {
                    live.clone_from(header);
                    // Again from the last event inside.
                    at = loops.last().copied().unwrap_or(at);
                } else {
                    loops.pop();
                }
            }
            Event::Break(label) => live.clone_from(&breaks[label.index()]),
            Event::Continue(label) => live.clone_from(&out.headers[label.index()]),
            Event::Leave => live.clear(),
        }
    }
    live
}
