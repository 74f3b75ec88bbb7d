//! Which locals need their zero. A local whose first mention is a write that comes before all other mentions on every
//! path is never read before it is written. In structured code that is easy to see: a statement comes before
//! everything that follows it in its list.

use sx_ir::{Function, LocalId};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Unseen,
    /// First mention was a write in this list of statements.
    Written(u32),
    /// Needs its zero.
    Zero,
}

pub(crate) struct FirstWrites {
    seen: Vec<Seen>,
    /// Lists entered so far, and whether each is still open.
    open: Vec<bool>,
    /// The lists around the current statement.
    stack: Vec<u32>,
    params: usize,
}

impl FirstWrites {
    pub fn new(func: &Function, params: usize) -> FirstWrites {
        FirstWrites {
            // Source variables show their zero in stack traces and the debugger.
            seen: func
                .locals
                .iter()
                .map(|l| {
                    if l.name.is_some() {
                        Seen::Zero
                    } else {
                        Seen::Unseen
                    }
                })
                .collect(),
            open: Vec::new(),
            stack: Vec::new(),
            params,
        }
    }

    pub fn enter_list(&mut self) {
        self.stack.push(self.open.len() as u32);
        self.open.push(true);
    }

    pub fn leave_list(&mut self) {
        if let Some(list) = self.stack.pop() {
            self.open[list as usize] = false;
        }
    }

    pub fn read(&mut self, local: LocalId) {
        let seen = &mut self.seen[local.index()];
        match *seen {
            Seen::Unseen => *seen = Seen::Zero,
            Seen::Written(list) if !self.open[list as usize] => *seen = Seen::Zero,
            Seen::Written(_) | Seen::Zero => {}
        }
    }

    /// Call it after the reads of the same statement.
    pub fn write(&mut self, local: LocalId) {
        let seen = &mut self.seen[local.index()];
        match (*seen, self.stack.last()) {
            (Seen::Unseen, Some(list)) => *seen = Seen::Written(*list),
            (Seen::Unseen, None) => *seen = Seen::Zero,
            // All reads so far came after the earlier write; those from here on come after this one.
            (Seen::Written(list), Some(now)) if !self.open[list as usize] => {
                *seen = Seen::Written(*now)
            }
            (Seen::Written(_) | Seen::Zero, _) => {}
        }
    }

    /// Smallest range of words that holds all locals in need of their zero.
    pub fn zeroed(&self) -> std::ops::Range<u32> {
        let mut needs = (self.params..self.seen.len()).filter(|i| self.seen[*i] == Seen::Zero);
        match needs.next() {
            None => 0..0,
            Some(first) => first as u32..needs.next_back().unwrap_or(first) as u32 + 1,
        }
    }
}
