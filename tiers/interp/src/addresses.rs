//! The shadow that follows addresses: whether anything that a run computes or decides depends on where objects lie.
//! What doesn't would come out the same in any other memory.
//!
//! Where objects lie says nothing of how far apart two addresses in one object are, whether two live objects are one,
//! and whether an address is null. All else that can be made of an address (its digits, its alignment, the order of
//! two objects, whether a block lies where another was) taints the value, and all that is computed from it; a run that
//! decides something by such a value, or goes to memory through it, is over.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use sx_ir::{BinaryOp, CheckRel, ConvertOp, FuncId, GlobalId, Linkage, Module, RelocTarget, Ty};
use sx_machine::{Machine, MemoryEvent};

use crate::marked::Marked;
use crate::shadow::{Entered, HostCall, Problem, Shadow, Verdict};

/// What a value has of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Mark {
    /// Nothing.
    #[default]
    Free,
    /// It is the address of an object (its number) and an offset that is free.
    Of(u32),
    /// More than that.
    Tainted,
}

#[derive(Clone, Copy)]
struct Object {
    base: u64,
    size: u64,
    alive: bool,
    /// Another object with the same contents may be it.
    shared: bool,
}

#[derive(Default)]
pub struct Addresses {
    values: Marked<Mark>,
    objects: Vec<Object>,
    funcs: FxHashMap<FuncId, u32>,
    /// Stored values that are not free, by address: their length and mark. They don't overlap.
    memory: BTreeMap<u64, (u64, Mark)>,
    /// What a host function will return depends on addresses.
    called: bool,
    /// The host function has changed memory.
    changed: bool,
    /// A result does.
    depends: bool,
}

/// Longest stored value.
const LONGEST: u64 = 8;

/// Objects to a value that must not depend on addresses.
fn free(mark: Mark) -> Verdict {
    match mark {
        Mark::Free => Ok(()),
        Mark::Of(_) | Mark::Tainted => Err(Problem::Address),
    }
}

/// What a value is that was computed in a way that shows the operands' bits.
fn shown(marks: &[Mark]) -> Mark {
    if marks.iter().all(|mark| *mark == Mark::Free) {
        Mark::Free
    } else {
        Mark::Tainted
    }
}

impl Addresses {
    pub fn new(module: &Module, machine: &Machine) -> Addresses {
        let mut all = Addresses::default();
        for placed in machine.space.globals.iter().chain(&machine.space.closed) {
            let global = module.global(placed.id);
            let number = all.add(placed.addr, placed.size, global.mergeable);
            all.values.globals.insert(placed.id, number);
        }
        let word = machine.pointer_size;
        for placed in &machine.space.globals {
            for reloc in &module.global(placed.id).init.relocs {
                let mark = match reloc.target {
                    RelocTarget::Global(id) => all.global(id),
                    RelocTarget::Func(id) => all.func(id),
                };
                all.memory.insert(placed.addr + reloc.offset, (word, mark));
            }
        }
        all
    }

    /// Whether a result depends on addresses.
    pub fn depends(&self) -> bool {
        self.depends
    }

    fn add(&mut self, base: u64, size: u64, shared: bool) -> u32 {
        self.objects.push(Object {
            base,
            size,
            alive: true,
            shared,
        });
        self.objects.len() as u32 - 1
    }

    fn global(&self, id: GlobalId) -> Mark {
        self.values
            .globals
            .get(&id)
            .map_or(Mark::Tainted, |number| Mark::Of(*number))
    }

    fn func(&mut self, id: FuncId) -> Mark {
        let known = self.funcs.get(&id).copied();
        let number = known.unwrap_or_else(|| {
            let number = self.add(0, 0, false);
            self.funcs.insert(id, number);
            number
        });
        Mark::Of(number)
    }

    /// What is stored in a range that is not free: address, length, mark.
    fn stored(&self, addr: u64, len: u64) -> impl Iterator<Item = (u64, u64, Mark)> + '_ {
        let first = addr.saturating_sub(LONGEST - 1);
        self.memory
            .range(first..addr.saturating_add(len))
            .map(|(at, (len, mark))| (*at, *len, *mark))
            .filter(move |(at, len, _)| at + len > addr)
    }

    /// Takes away what is stored in a range; what lies across its ends is only known in part then.
    fn clear(&mut self, addr: u64, len: u64) {
        let end = addr.saturating_add(len);
        let old: Vec<(u64, u64, Mark)> = self.stored(addr, len).collect();
        for (at, len, _) in old {
            self.memory.remove(&at);
            if at < addr {
                self.memory.insert(at, (addr - at, Mark::Tainted));
            }
            if at + len > end {
                self.memory.insert(end, (at + len - end, Mark::Tainted));
            }
        }
    }

    fn read(&self, addr: u64, len: u64) -> Mark {
        match self.stored(addr, len).next() {
            None => Mark::Free,
            Some((at, stored, mark)) if at == addr && stored == len => mark,
            Some(_) => Mark::Tainted,
        }
    }

    fn write(&mut self, addr: u64, len: u64, mark: Mark) {
        self.clear(addr, len);
        if mark != Mark::Free {
            self.memory.insert(addr, (len, mark));
        }
    }

    fn move_range(&mut self, dst: u64, src: u64, len: u64) {
        let end = src.saturating_add(len);
        let moved: Vec<(u64, u64, Mark)> = self
            .stored(src, len)
            .map(|(at, stored, mark)| {
                let (from, to) = (at.max(src), (at + stored).min(end));
                let whole = to - from == stored;
                let mark = if whole { mark } else { Mark::Tainted };
                (from, to - from, mark)
            })
            .collect();
        self.clear(dst, len);
        for (at, len, mark) in moved {
            self.memory.insert(dst + (at - src), (len, mark));
        }
    }

    /// Whether memory may be accessed through an address: an address of an object that is alive.
    fn access(&self, mark: Mark) -> Verdict {
        match mark {
            Mark::Free => Ok(()),
            Mark::Of(number) if self.objects[number as usize].alive => Ok(()),
            Mark::Of(_) | Mark::Tainted => Err(Problem::Address),
        }
    }

    /// Whether an address lies in a live object that no other object can be.
    fn stands_alone(&self, number: u32, addr: u64) -> bool {
        let object = self.objects[number as usize];
        object.alive && addr >= object.base && addr - object.base < object.size
    }

    /// The mark of whether two values are equal.
    fn equality(&self, (a, x): (u64, Mark), (b, y): (u64, Mark)) -> Mark {
        match (x, y) {
            (Mark::Free, Mark::Free) => Mark::Free,
            (Mark::Of(_), Mark::Free) if b == 0 => Mark::Free,
            (Mark::Free, Mark::Of(_)) if a == 0 => Mark::Free,
            (Mark::Of(p), Mark::Of(q)) if p == q => Mark::Free,
            (Mark::Of(p), Mark::Of(q)) => {
                let is_func = |number| self.funcs.values().any(|func| *func == number);
                let both_shared =
                    self.objects[p as usize].shared && self.objects[q as usize].shared;
                let apart = |number, addr| is_func(number) || self.stands_alone(number, addr);
                if !both_shared && apart(p, a) && apart(q, b) {
                    Mark::Free
                } else {
                    Mark::Tainted
                }
            }
            (Mark::Of(_) | Mark::Free | Mark::Tainted, _) => Mark::Tainted,
        }
    }

    /// The mark of which of two values is greater.
    fn order(&self, (a, x): (u64, Mark), (b, y): (u64, Mark)) -> Mark {
        match (x, y) {
            (Mark::Of(p), Mark::Of(q)) if p == q => Mark::Free,
            (Mark::Of(_), Mark::Free) if b == 0 => Mark::Free,
            (Mark::Free, Mark::Of(_)) if a == 0 => Mark::Free,
            _ => shown(&[x, y]),
        }
    }
}

impl Shadow for Addresses {
    const ON: bool = true;

    fn begin(&mut self, machine: &mut Machine) {
        machine.watch();
    }

    fn finish(&mut self, machine: &Machine, _: &[u64]) {
        let mut variables = machine.space.globals.iter().filter(|g| g.mutable);
        self.depends = shown(self.values.results()) != Mark::Free
            || variables.any(|g| self.stored(g.addr, g.size).next().is_some());
    }

    fn constant(&mut self) {
        self.values.push(Mark::Free);
    }

    fn local(&mut self, index: usize) {
        self.values.push_local(index);
    }

    fn slot_addr(&mut self, _: FuncId, number: u32, addr: u64, size: u64) {
        let object = self.values.slot(number).unwrap_or_else(|| {
            let object = self.add(addr, size, false);
            self.values.add_slot(number, object);
            object
        });
        self.values.push(Mark::Of(object));
    }

    fn global_addr(&mut self, global: GlobalId) {
        let mark = self.global(global);
        self.values.push(mark);
    }

    fn func_addr(&mut self, func: FuncId) {
        let mark = self.func(func);
        self.values.push(mark);
    }

    fn load(&mut self, _: &Machine, addr: u64, len: u64) -> Verdict {
        let mark = self.values.pop();
        self.access(mark)?;
        self.values.push(self.read(addr, len));
        Ok(())
    }

    fn unary(&mut self) {
        let a = self.values.pop();
        self.values.push(shown(&[a]));
    }

    fn binary(&mut self, op: BinaryOp, _: Ty, a: u64, b: u64) {
        let y = self.values.pop();
        let x = self.values.pop();
        self.values.push(match op {
            BinaryOp::PtrAdd | BinaryOp::Add => match (x, y) {
                (mark, Mark::Free) | (Mark::Free, mark) => mark,
                _ => Mark::Tainted,
            },
            BinaryOp::Sub => match (x, y) {
                (mark, Mark::Free) => mark,
                (Mark::Of(p), Mark::Of(q)) if p == q => Mark::Free,
                _ => Mark::Tainted,
            },
            BinaryOp::Eq | BinaryOp::Ne => self.equality((a, x), (b, y)),
            BinaryOp::LtU
            | BinaryOp::LeU
            | BinaryOp::GtU
            | BinaryOp::GeU
            | BinaryOp::LtS
            | BinaryOp::LeS
            | BinaryOp::GtS
            | BinaryOp::GeS => self.order((a, x), (b, y)),
            BinaryOp::Mul
            | BinaryOp::DivS
            | BinaryOp::DivU
            | BinaryOp::RemS
            | BinaryOp::RemU
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Shl
            | BinaryOp::ShrS
            | BinaryOp::ShrU
            | BinaryOp::FAdd
            | BinaryOp::FSub
            | BinaryOp::FMul
            | BinaryOp::FDiv
            | BinaryOp::FRem
            | BinaryOp::FEq
            | BinaryOp::FNe
            | BinaryOp::FLt
            | BinaryOp::FLe
            | BinaryOp::FGt
            | BinaryOp::FGe => shown(&[x, y]),
        });
    }

    fn convert(&mut self, op: ConvertOp, _: Ty, _: Ty) {
        let a = self.values.pop();
        self.values.push(match op {
            ConvertOp::PToI | ConvertOp::IToP => a,
            ConvertOp::Trunc
            | ConvertOp::SExt
            | ConvertOp::ZExt
            | ConvertOp::SToF
            | ConvertOp::UToF
            | ConvertOp::FToS
            | ConvertOp::FToU
            | ConvertOp::FCvt
            | ConvertOp::BitsOf
            | ConvertOp::FromBits => shown(&[a]),
        });
    }

    fn wrap(&mut self, bits: u8, _: bool, ty: Ty) {
        let a = self.values.pop();
        let whole = ty.int_bits().is_none_or(|all| u32::from(bits) >= all);
        self.values.push(if whole { a } else { shown(&[a]) });
    }

    fn select(&mut self, cond: bool) {
        let (b, a, c) = (self.values.pop(), self.values.pop(), self.values.pop());
        let chosen = if cond { a } else { b };
        self.values.push(if c == Mark::Free {
            chosen
        } else {
            Mark::Tainted
        });
    }

    fn check(&mut self, rel: CheckRel, a: u64, b: u64) -> Verdict {
        let y = self.values.pop();
        let x = self.values.top();
        free(match rel {
            CheckRel::Equal | CheckRel::NotEqual => self.equality((a, x), (b, y)),
            CheckRel::Below | CheckRel::AtMost => self.order((a, x), (b, y)),
        })
    }

    fn set(&mut self, index: usize) {
        self.values.set(index);
    }

    fn discard(&mut self) {
        self.values.pop();
    }

    fn decide(&mut self) -> Verdict {
        let mark = self.values.pop();
        free(mark)
    }

    fn callee(&mut self) -> Verdict {
        match self.values.pop() {
            Mark::Free | Mark::Of(_) => Ok(()),
            Mark::Tainted => Err(Problem::Address),
        }
    }

    fn store(&mut self, _: &Machine, addr: u64, len: u64) -> Verdict {
        let value = self.values.pop();
        let mark = self.values.pop();
        self.access(mark)?;
        self.write(addr, len, value);
        Ok(())
    }

    fn update(&mut self, addr: u64, len: u64) -> Verdict {
        free(self.values.top())?;
        free(self.read(addr, len))
    }

    fn copy(&mut self, _: &Machine, dst: u64, src: u64, len: u64) -> Verdict {
        let (n, from, to) = (self.values.pop(), self.values.pop(), self.values.pop());
        free(n)?;
        self.access(to)?;
        self.access(from)?;
        self.move_range(dst, src, len);
        Ok(())
    }

    fn fill(&mut self, _: &Machine, dst: u64, len: u64) -> Verdict {
        let (n, byte, to) = (self.values.pop(), self.values.pop(), self.values.pop());
        free(n)?;
        free(byte)?;
        self.access(to)?;
        self.clear(dst, len);
        Ok(())
    }

    fn argument(&mut self) {
        self.values.argument();
    }

    fn enter(&mut self, entered: Entered) {
        self.values.enter(entered, Mark::Free);
        self.clear(entered.slots, entered.size);
    }

    fn leave(&mut self, entered: Entered) {
        for object in self.values.leave(entered) {
            self.objects[object as usize].alive = false;
        }
    }

    fn results(&mut self, count: usize) {
        self.values.return_operands(count);
    }

    fn take_result(&mut self, number: usize, index: usize) {
        self.values.take_result(number, index);
    }

    /// What a host function makes of the memory that it is given is not followed: it must not hold addresses, unless
    /// the function only moves it.
    fn before_host(&mut self, module: &Module, func: FuncId, base: usize, args: &[u64]) -> Verdict {
        let symbol = match &module.func(func).linkage {
            Linkage::Extern { symbol, .. } => symbol.as_str(),
            Linkage::Internal | Linkage::Export(_) | Linkage::Host(_) | Linkage::Asm(_) => "",
        };
        // How many of the arguments are addresses, and of how many bytes there something is made.
        let third = args.get(2).copied();
        let (addresses, read) = match symbol {
            "malloc" | "calloc" => (0, Some(0)),
            "realloc" | "free" | "memset" => (1, Some(0)),
            "memcpy" | "memmove" => (2, Some(0)),
            "memcmp" => (2, third),
            "memchr" => (1, third),
            _ => (args.len(), None),
        };
        self.called = false;
        self.changed = false;
        for (number, addr) in args.iter().enumerate() {
            match self.values.local(base + number).unwrap_or_default() {
                Mark::Free => {}
                Mark::Of(object) if number < addresses => {
                    let object = self.objects[object as usize];
                    let end = object.base.wrapping_add(object.size);
                    let len = read.unwrap_or_else(|| end.wrapping_sub(*addr));
                    self.called |= !object.alive || self.stored(*addr, len).next().is_some();
                }
                Mark::Of(_) | Mark::Tainted => return Err(Problem::Address),
            }
        }
        Ok(())
    }

    fn host_did(&mut self, _: &Machine, _: &HostCall, events: &[MemoryEvent]) -> Verdict {
        self.changed |= events
            .iter()
            .any(|event| !matches!(event, MemoryEvent::Read { .. }));
        for event in events {
            match *event {
                MemoryEvent::Alloc { addr, size } => {
                    let number = self.add(addr, size, false);
                    self.values.heap.insert(addr, number);
                    self.clear(addr, size);
                }
                MemoryEvent::Free { addr } => {
                    if let Some(number) = self.values.heap.remove(&addr) {
                        self.objects[number as usize].alive = false;
                    }
                }
                MemoryEvent::Write { addr, len } => self.clear(addr, len),
                MemoryEvent::Copy { dst, src, len } => self.move_range(dst, src, len),
                MemoryEvent::Lent { .. } => self.called = true,
                MemoryEvent::Read { .. } => {}
            }
        }
        Ok(())
    }

    fn after_host(&mut self, machine: &Machine, call: &HostCall, results: &[u64]) {
        // An address that is returned is one of those given, or of a new block.
        let given: Vec<Mark> = self
            .values
            .locals_from(call.base)
            .iter()
            .copied()
            .filter(|mark| matches!(mark, Mark::Of(_)))
            .collect();
        let marks = results.iter().map(|value| {
            let owner = self.values.owner(machine, *value).map(Mark::Of);
            let is_owner = owner.is_some_and(|mark| self.changed || given.contains(&mark));
            let alone = |mark: &&Mark| matches!(mark, Mark::Of(number) if self.stands_alone(*number, *value));
            if self.called {
                Mark::Tainted
            } else if is_owner {
                owner.unwrap_or_default()
            } else {
                given.iter().find(alone).copied().unwrap_or_default()
            }
        });
        let marks = marks.collect();
        self.values.return_from_host(call.base, marks);
    }
}
