//! Which locals are needed later, at the points where code generation asks: function entry, loop headers and calls.
//! A walk backwards over the events of a function; loops repeat until nothing changes.

use sx_ir::{LabelId, LocalId, Stmt};

use crate::scan::{Event, StmtKey};

/// For locals that are not followed.
const NOWHERE: u32 = u32::MAX;

/// Sets in here are of positions in `tracked`, so that functions with very many locals stay cheap; all of them lie in
/// one piece of memory.
pub struct Liveness {
    /// The locals that are followed; about others nothing is known.
    pub tracked: Vec<LocalId>,
    /// Per local: its position in `tracked`.
    position: Vec<u32>,
    /// Words of a set.
    width: usize,
    /// What is needed at the entry, then:
    /// per tracked local, locals that are needed at a point where it is written;
    /// per loop label, locals needed at its header;
    /// per label, locals needed after it.
    sets: Vec<u64>,
    labels: usize,
    /// Calls in the order of the text.
    calls: Vec<StmtKey>,
    /// Per call: locals needed after it, its results not counted.
    after_calls: Vec<u64>,
}

/// Locals needed somewhere.
#[derive(Clone, Copy)]
pub struct Needed<'a>(&'a Liveness, &'a [u64]);

impl<'a> Needed<'a> {
    pub fn locals(self) -> impl Iterator<Item = LocalId> + 'a {
        self.0.locals(self.1)
    }
}

fn union(to: &mut [u64], from: &[u64]) -> bool {
    let mut grown = false;
    for (a, b) in to.iter_mut().zip(from) {
        grown |= *b & !*a != 0;
        *a |= b;
    }
    grown
}

fn has(set: &[u64], at: u32) -> bool {
    set[at as usize / 64] >> (at % 64) & 1 != 0
}

fn add(set: &mut [u64], at: u32) {
    set[at as usize / 64] |= 1 << (at % 64);
}

fn remove(set: &mut [u64], at: u32) {
    set[at as usize / 64] &= !(1 << (at % 64));
}

/// The elements of a set.
fn elements(set: &[u64]) -> impl Iterator<Item = usize> + '_ {
    set.iter().enumerate().flat_map(|(i, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let at = rest.trailing_zeros();
            (rest != 0).then(|| {
                rest &= rest - 1;
                i * 64 + at as usize
            })
        })
    })
}

impl Liveness {
    fn set(&self, number: usize) -> &[u64] {
        &self.sets[number * self.width..][..self.width]
    }

    fn set_mut(&mut self, number: usize) -> &mut [u64] {
        &mut self.sets[number * self.width..][..self.width]
    }

    fn conflicts(&self, at: u32) -> usize {
        1 + at as usize
    }

    fn header(&self, label: LabelId) -> usize {
        1 + self.tracked.len() + label.index()
    }

    fn after(&self, label: LabelId) -> usize {
        1 + self.tracked.len() + self.labels + label.index()
    }

    fn position(&self, local: LocalId) -> Option<u32> {
        Some(self.position[local.index()]).filter(|at| *at != NOWHERE)
    }

    fn locals<'a>(&'a self, set: &'a [u64]) -> impl Iterator<Item = LocalId> + 'a {
        elements(set).map(|at| self.tracked[at])
    }

    /// Locals whose initial value is used.
    pub fn at_entry(&self) -> impl Iterator<Item = LocalId> + '_ {
        self.locals(self.set(0))
    }

    /// `next`: number of the call that is likely to be asked for; it is for this function to change.
    pub fn after_call(&self, stmt: &Stmt, next: &mut usize) -> Needed<'_> {
        let (key, count) = (StmtKey::of(stmt), self.calls.len());
        // Code is made in the order of the text.
        let first = (*next).min(count);
        let found = (first..count)
            .chain(0..first)
            .find(|at| self.calls[*at] == key);
        *next = found.map_or(first, |at| at + 1);
        let set = found.map(|at| &self.after_calls[at * self.width..][..self.width]);
        Needed(self, set.unwrap_or_default())
    }

    pub fn at_header(&self, label: LabelId) -> impl Iterator<Item = LocalId> + '_ {
        self.locals(self.set(self.header(label)))
    }

    /// Whether two tracked locals can't share a register.
    pub fn conflict(&self, a: LocalId, b: LocalId) -> bool {
        match (self.position(a), self.position(b)) {
            (Some(a), Some(b)) => {
                has(self.set(self.conflicts(a)), b) || has(self.set(self.conflicts(b)), a)
            }
            _ => true,
        }
    }
}

/// `params` are the first of the `locals`; labels are below `labels`.
pub fn liveness(
    events: &[Event],
    calls: Vec<StmtKey>,
    locals: usize,
    labels: usize,
    params: usize,
    tracked: Vec<LocalId>,
) -> Liveness {
    let len = tracked.len();
    let mut position = vec![NOWHERE; locals];
    for (at, local) in tracked.iter().enumerate() {
        position[local.index()] = at as u32;
    }
    let width = len.div_ceil(64).max(1);
    let mut out = Liveness {
        tracked,
        position,
        width,
        sets: vec![0; (1 + len + 2 * labels) * width],
        labels,
        after_calls: vec![0; calls.len() * width],
        calls,
    };
    if width == 1 {
        out.backwards(events, &mut [0]);
    } else {
        out.backwards(events, &mut vec![0; width]);
    }
    // Parameters arrive together, and what must start as zero is there at the same time.
    let mut together = out.set(0).to_vec();
    for param in 0..params.min(locals) {
        if let Some(at) = out.position(LocalId::new(param)) {
            add(&mut together, at);
        }
    }
    for at in elements(&together) {
        let conflicts = out.conflicts(at as u32);
        union(out.set_mut(conflicts), &together);
    }
    out
}

impl Liveness {
    /// Goes over the events; `live` is empty at first, and what is needed at the start goes to set 0.
    fn backwards(&mut self, events: &[Event], live: &mut [u64]) {
        let width = self.width;
        // Alternatives under way: what is needed after them, and before one of those that have been seen.
        let mut choices: Vec<u64> = Vec::new();
        // Where to go again for a loop whose header needs more than was thought.
        let mut loops: Vec<usize> = Vec::new();
        let mut at = events.len();
        while at > 0 {
            at -= 1;
            match events[at] {
                Event::Read(local) => {
                    if let Some(position) = self.position(local) {
                        add(live, position);
                    }
                }
                Event::Write(local) => {
                    if let Some(position) = self.position(local) {
                        let conflicts = self.conflicts(position);
                        union(self.set_mut(conflicts), live);
                        remove(live, position);
                    }
                }
                Event::Together(count) => {
                    // Each is needed by the others, for as long as it takes.
                    let written = &events[at - count as usize..at];
                    for one in written {
                        for other in written {
                            if let (Event::Write(one), Event::Write(other)) = (one, other)
                                && let (Some(one), Some(other)) =
                                    (self.position(*one), self.position(*other))
                            {
                                let conflicts = self.conflicts(one);
                                add(self.set_mut(conflicts), other);
                            }
                        }
                    }
                }
                Event::Call(call) => {
                    self.after_calls[call as usize * width..][..width].copy_from_slice(live);
                }
                Event::Chosen => {
                    choices.extend_from_slice(live);
                    choices.extend(std::iter::repeat_n(0, width));
                }
                Event::Next => {
                    let start = choices.len().saturating_sub(2 * width);
                    let (after, before) = choices[start..].split_at_mut(width);
                    union(before, live);
                    live.copy_from_slice(after);
                }
                Event::Choose => {
                    let start = choices.len().saturating_sub(width);
                    union(live, &choices[start..]);
                    choices.truncate(start.saturating_sub(width));
                }
                Event::EndBlock(label) => {
                    let after = self.after(label);
                    self.set_mut(after).copy_from_slice(live);
                }
                Event::EndLoop(label) => {
                    let (after, header) = (self.after(label), self.header(label));
                    self.set_mut(after).copy_from_slice(live);
                    live.copy_from_slice(self.set(header));
                    loops.push(at);
                }
                Event::Loop(label) => {
                    let header = self.header(label);
                    if union(self.set_mut(header), live) {
                        live.copy_from_slice(self.set(header));
                        // Again from the last event inside.
                        at = loops.last().copied().unwrap_or(at);
                    } else {
                        loops.pop();
                    }
                }
                Event::Break(label) => live.copy_from_slice(self.set(self.after(label))),
                Event::Continue(label) => live.copy_from_slice(self.set(self.header(label))),
                Event::Leave => live.fill(0),
            }
        }
        self.set_mut(0).copy_from_slice(live);
    }
}
