//! What happens to memory, for those who keep account of it.

use std::cell::RefCell;

/// A change or use of memory, see [`Machine::watch`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemoryEvent {
    Alloc {
        addr: u64,
        size: u64,
    },
    Free {
        addr: u64,
    },
    /// Bytes from outside, or `memset`.
    Write {
        addr: u64,
        len: u64,
    },
    Copy {
        dst: u64,
        src: u64,
        len: u64,
    },
    /// The host was given the address and may have written there.
    Lent {
        addr: u64,
    },
    /// A host function looked at the bytes, see [`Machine::note_read`].
    Read {
        addr: u64,
        len: u64,
    },
}

/// What was noted; nothing is until someone asks for it. Reading is noted, too, and changes nothing: hence the cell.
#[derive(Default)]
pub struct Events(Option<RefCell<Vec<MemoryEvent>>>);

impl Events {
    pub fn begin(&mut self) {
        self.0 = Some(RefCell::default());
    }

    pub fn take(&mut self) -> Vec<MemoryEvent> {
        self.0.as_ref().map(RefCell::take).unwrap_or_default()
    }

    #[inline(always)]
    pub fn note(&self, event: MemoryEvent) {
        if let Some(events) = &self.0 {
            events.borrow_mut().push(event);
        }
    }
}
