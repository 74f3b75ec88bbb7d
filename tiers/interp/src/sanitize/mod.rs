//! The checking shadow: finds uses of memory that was freed or returned, accesses outside the object an address was
//! made for, decisions that depend on bytes never given a value, and blocks nobody can reach at the end.
//!
//! * `marks`: what arithmetic does to the knowledge about its operands.
//! * `pages`: the same knowledge about memory.
//! * `memory`: what is left in memory, and what is known of it.
//! * `words`: wording.
//!
//! Addresses are the engine's usual ones, and memory is reused as usual; an address made for a block that is gone
//! keeps that block's number, so that its later use is found even if something else lives there by then. An address
//! of unknown origin (out of a number, or from the host) must point into some live object.

mod marks;
mod memory;
mod pages;
mod words;

use rustc_hash::FxHashMap;
use sx_ir::{BinaryOp, CheckRel, ConvertOp, FuncId, GlobalId, LocId, Module, Ty};
use sx_machine::{Dangling, Machine, MemoryEvent};
use sx_tier_api::{FaultObject, Frame, MemoryView, Moment, Passing, Place, Region};

use crate::marked::Marked;
use crate::shadow::{Entered, HostCall, Problem, Shadow, Verdict};
use marks::Mark;
use pages::Pages;

pub use memory::Checked;

/// Something that addresses are made for.
#[derive(Clone, Copy, Debug)]
struct Object {
    base: u64,
    size: u64,
    kind: Kind,
    alive: bool,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Number 0: no object.
    None,
    Global(GlobalId),
    Slot {
        func: FuncId,
        number: u32,
    },
    Heap {
        born: Site,
        died: Option<Site>,
    },
}

/// The innermost calls at some moment: a range of [`Sanitizer::sites`].
#[derive(Clone, Copy, Debug)]
struct Site {
    first: u32,
    count: u8,
}

/// Calls kept of a site: enough to get from the allocator to the program.
const SITE_CALLS: u64 = 4;
/// The same where whole stacks may be asked for.
const MORE_CALLS: u64 = 12;

/// Locals whose address was taken are numbered one by one; beyond this many they share "unknown".
const MAX_OBJECTS: usize = 1 << 26;

pub struct Sanitizer {
    values: Marked<Mark>,
    objects: Vec<Object>,
    pages: Pages,
    pointer_size: u64,
    /// Blocks left behind: size and where they were allocated.
    leaks: Vec<(u64, Site)>,
    /// The calls that allocated and freed, see [`Site`].
    sites: Vec<Frame>,
    /// Nothing is objected to, only known.
    lenient: bool,
    /// With `lenient`: numbers of the slots seen, by address; another activation's takes them over.
    slot_numbers: FxHashMap<(u64, FuncId, u32), u32>,
    /// Where the run is to end, and how often that place was passed.
    stop: Option<Moment>,
    passed: u64,
    /// Object of the address that the machine refused; 0 if it belongs to none.
    blamed: Option<u32>,
}

/// Objects to a value that something depends on and that was never given.
fn defined(mark: Mark) -> Verdict {
    if mark.undefined == 0 {
        return Ok(());
    }
    let object = (mark.object != 0).then_some(mark.object);
    Err(Problem::Undefined { object })
}

impl Sanitizer {
    pub fn new(pointer_size: u64, big_endian: bool) -> Sanitizer {
        Sanitizer {
            values: Marked::default(),
            objects: vec![Object {
                base: 0,
                size: 0,
                kind: Kind::None,
                alive: false,
            }],
            pages: Pages::new(pointer_size, big_endian),
            pointer_size,
            leaks: Vec::new(),
            sites: Vec::new(),
            lenient: false,
            slot_numbers: FxHashMap::default(),
            stop: None,
            passed: 0,
            blamed: None,
        }
    }

    /// Objects to nothing: for finding out about the end of a run that ends anyway.
    pub fn lenient(mut self) -> Sanitizer {
        self.lenient = true;
        self
    }

    /// Ends the run at a moment.
    pub fn until(mut self, stop: Option<Moment>) -> Sanitizer {
        self.stop = stop;
        self
    }

    fn add(&mut self, object: Object) -> u32 {
        if self.objects.len() >= MAX_OBJECTS {
            return 0;
        }
        self.objects.push(object);
        self.objects.len() as u32 - 1
    }

    /// Where the program is.
    fn site(&mut self, machine: &Machine) -> Site {
        let count = if self.lenient { MORE_CALLS } else { SITE_CALLS };
        let calls = machine.innermost(count);
        // Programs often allocate at one place over and over.
        let again = self.sites.len().saturating_sub(calls.len());
        if self.sites.get(again..) != Some(&calls[..]) {
            self.sites.extend_from_slice(&calls);
        }
        let first = self.sites.len() - calls.len();
        Site {
            first: u32::try_from(first).unwrap_or(0),
            count: calls.len() as u8,
        }
    }

    fn calls(&self, site: Site) -> &[Frame] {
        self.sites
            .get(site.first as usize..site.first as usize + usize::from(site.count))
            .unwrap_or(&[])
    }

    /// Whether `len` bytes at `addr` may be accessed through an address marked so.
    fn access(&self, machine: &Machine, addr: u64, len: u64, mark: Mark) -> Verdict {
        if self.lenient {
            return Ok(());
        }
        defined(mark)?;
        if len == 0 {
            return Ok(());
        }
        let inside = |base: u64, size: u64| {
            addr >= base && addr - base <= size && len <= size - (addr - base)
        };
        if mark.object != 0 {
            let object = &self.objects[mark.object as usize];
            if object.alive && inside(object.base, object.size) {
                return Ok(());
            }
            return Err(Problem::Access {
                addr,
                len,
                object: Some(mark.object),
                dead: !object.alive,
            });
        }
        match machine.region_of(addr) {
            // Which parts of the stack are in use is not kept.
            Region::Stack => Ok(()),
            Region::Null | Region::Globals | Region::Heap | Region::Outside => {
                match machine.object_at(addr) {
                    Some(object) if inside(object.base, object.size) => Ok(()),
                    _ => Err(Problem::Access {
                        addr,
                        len,
                        object: None,
                        dead: false,
                    }),
                }
            }
        }
    }

    fn born(&mut self, machine: &Machine, base: u64, size: u64, undefined: bool) {
        let kind = Kind::Heap {
            born: self.site(machine),
            died: None,
        };
        let number = self.add(Object {
            base,
            size,
            kind,
            alive: true,
        });
        self.values.heap.insert(base, number);
        self.pages.set_range(base, size, undefined && !self.lenient);
    }

    fn died(&mut self, machine: &Machine, base: u64) {
        if let Some(number) = self.values.heap.remove(&base) {
            let site = self.site(machine);
            let object = &mut self.objects[number as usize];
            object.alive = false;
            if let Kind::Heap { died, .. } = &mut object.kind {
                *died = Some(site);
            }
        }
    }

    /// The object an address from outside points into.
    fn owner(&self, machine: &Machine, value: u64) -> u32 {
        self.values.owner(machine, value).unwrap_or(0)
    }

    /// The object a refused access was meant for, or an address happens to be in.
    pub fn fault(&self, machine: &Machine, module: &Module, addr: u64) -> Option<FaultObject> {
        let number = match self.blamed {
            Some(number) if number != 0 => number,
            Some(_) | None => match self.owner(machine, addr) {
                0 => words::last_number_at(&self.objects, addr)?,
                number => number,
            },
        };
        words::fault(self, module, number, addr)
    }

    /// The object that an address in memory was meant for.
    pub fn lost(
        &self,
        machine: &Machine,
        module: &Module,
        dangling: Dangling,
    ) -> Option<FaultObject> {
        match self.pages.object(dangling.place) {
            0 => self.fault(machine, module, dangling.value),
            number => words::fault(self, module, number, dangling.value),
        }
    }

    /// The address among a host function's arguments by means of which it gets at `addr`: this one, or the nearest before it
    /// whose object the place is in.
    fn means(&self, call: &HostCall, addr: u64) -> Mark {
        let marks = self.values.locals_from(call.base);
        let args = call.args.iter().copied().zip(marks.iter().copied());
        let holds = |mark: Mark| {
            let object = &self.objects[mark.object as usize];
            mark.object != 0 && addr >= object.base && addr - object.base < object.size
        };
        let found = args
            .filter(|(arg, mark)| *arg == addr && mark.object != 0 || *arg < addr && holds(*mark))
            .max_by_key(|(arg, _)| *arg);
        found.map_or(Mark::default(), |(_, mark)| mark)
    }

    /// Whether a host function may touch a range; by means of what it does.
    fn reach(
        &self,
        machine: &Machine,
        call: &HostCall,
        addr: u64,
        len: u64,
    ) -> Result<Mark, Problem> {
        let mark = self.means(call, addr);
        self.access(machine, addr, len, mark)?;
        Ok(mark)
    }

    /// Whether what a host function frees is what its argument was made for.
    fn freed(&self, call: &HostCall, addr: u64) -> Verdict {
        let object = self.means(call, addr).object;
        let is_live = self.values.heap.get(&addr) == Some(&object);
        if self.lenient || object == 0 || is_live {
            return Ok(());
        }
        match self.objects[object as usize].kind {
            Kind::Heap { .. } => Err(Problem::Free { addr, object }),
            // Blocks of earlier evaluations are globals, and freeing one does nothing.
            Kind::None | Kind::Global(_) | Kind::Slot { .. } => Ok(()),
        }
    }

    /// A library was given an address: what it wrote there, and how much, isn't known.
    fn lent(&mut self, machine: &Machine, call: &HostCall, addr: u64) {
        let is_here = |object: &Object| {
            object.alive && addr >= object.base && addr - object.base < object.size.max(1)
        };
        let meant = match self.means(call, addr).object {
            // The address went through a number. Locals of calls that are active are no objects of the machine.
            0 => match self.owner(machine, addr) {
                0 => self.objects.iter().rposition(is_here).unwrap_or(0),
                number => number as usize,
            },
            number => number as usize,
        };
        let object = self.objects[meant];
        if object.alive {
            self.pages.set_range(object.base, object.size, false);
        }
    }

    /// The object that a value in a local is known to be an address of.
    pub fn object_of_local(&self, module: &Module, index: usize) -> Option<FaultObject> {
        let number = self.values.local(index)?.object;
        words::elements(self, module, number)
    }

    /// Whether the address at a place was made for a block that is gone. Of the stack nothing else is left than the root's
    /// locals, where no others have been.
    fn is_stale(&self, place: u64) -> bool {
        let object = &self.objects[self.pages.object(place) as usize];
        matches!(object.kind, Kind::Heap { .. }) && !object.alive && !self.lenient
    }

    /// Whether each byte of a range was given a value.
    fn is_given(&self, addr: u64, len: u64) -> bool {
        self.lenient || self.pages.is_given(addr, len)
    }

    /// The object at an address.
    pub fn object_at(&self, machine: &Machine, module: &Module, addr: u64) -> Option<FaultObject> {
        words::elements(self, module, self.owner(machine, addr))
    }

    /// The last heap block, by now freed, that was at an address: its start and size.
    pub fn freed_at(&self, addr: u64) -> Option<(u64, u64)> {
        let number = words::last_number_at(&self.objects, addr)?;
        let object = &self.objects[number as usize];
        (!object.alive).then_some((object.base, object.size))
    }

    /// One line for each leaked block.
    pub fn leaks(&self, module: &Module) -> Vec<String> {
        let leak = |(size, born): &(u64, Site)| {
            format!(
                "leak of {size} bytes{}",
                words::place(module, ", allocated", self.calls(*born))
            )
        };
        self.leaks.iter().map(leak).collect()
    }
}

impl Shadow for Sanitizer {
    const ON: bool = true;

    fn describe(&self, module: &Module, problem: Problem) -> String {
        words::describe(self, module, problem)
    }

    fn describe_free(&self, module: &Module, addr: u64) -> Option<String> {
        words::describe_free(self, module, addr)
    }

    fn begin(&mut self, machine: &mut Machine) {
        machine.watch();
        for global in &machine.space.globals {
            let kind = Kind::Global(global.id);
            let number = self.add(Object {
                base: global.addr,
                size: global.size,
                kind,
                alive: true,
            });
            self.values.globals.insert(global.id, number);
        }
        // What images point to is known by the values of their words; globals never move.
        for global in &machine.space.globals {
            let bytes = machine.read(global.addr, global.size).unwrap_or(&[]);
            for (i, chunk) in bytes.chunks_exact(self.pointer_size as usize).enumerate() {
                let value = sx_machine::memory::read_word(chunk, machine.endian());
                // Numbers that look like addresses do no harm as long as nobody uses them as such.
                if machine.region_of(value) == Region::Globals
                    && let Some(target) = machine.space.global_at(value)
                    && let Some(number) = self.values.globals.get(&target.id)
                {
                    self.pages
                        .set_object(global.addr + i as u64 * self.pointer_size, *number);
                }
            }
        }
    }

    /// Notes the blocks that neither globals nor the root's results and locals lead to.
    fn finish(&mut self, machine: &Machine, results: &[u64]) {
        let word = self.pointer_size as usize;
        let mut reached: FxHashMap<u64, ()> = FxHashMap::default();
        let mut todo: Vec<u64> = results.to_vec();
        let scan = |addr: u64, size: u64, todo: &mut Vec<u64>| {
            let bytes = machine.read(addr, size).unwrap_or(&[]);
            for chunk in bytes.chunks_exact(word) {
                let value = sx_machine::memory::read_word(chunk, machine.endian());
                if machine.region_of(value) == Region::Heap {
                    todo.push(value);
                }
            }
        };
        for global in machine.space.globals.iter().filter(|g| g.mutable) {
            scan(global.addr, global.size, &mut todo);
        }
        let stack = machine.space.stack_start;
        if let Some(object) = machine.object_at(stack) {
            scan(object.base, object.size, &mut todo);
        }
        while let Some(value) = todo.pop() {
            if let Some((base, size)) = machine.heap().block_at(value)
                && reached.insert(base, ()).is_none()
            {
                scan(base, size, &mut todo);
            }
        }
        for (base, size) in machine.heap().blocks() {
            if !reached.contains_key(&base)
                && let Some(number) = self.values.heap.get(&base)
                && let Kind::Heap { born, .. } = self.objects[*number as usize].kind
            {
                self.leaks.push((size, born));
            }
        }
    }

    fn passes(&mut self, module: &Module, loc: LocId, kind: Passing) -> bool {
        match self.stop {
            Some(stop) if stop.kind == kind && stop.place == Place::of(module, loc) => {
                self.passed += 1;
                self.passed >= stop.count
            }
            Some(_) | None => false,
        }
    }

    fn blame(&mut self, depth: usize) {
        let mark = self.values.operand(depth).unwrap_or_default();
        self.blamed = Some(mark.object);
    }

    fn blame_local(&mut self, index: usize) {
        let mark = self.values.local(index).unwrap_or_default();
        self.blamed = Some(mark.object);
    }

    fn constant(&mut self) {
        self.values.push(Mark::default());
    }

    fn local(&mut self, index: usize) {
        self.values.push_local(index);
    }

    fn slot_addr(&mut self, func: FuncId, number: u32, addr: u64, size: u64) {
        let object = self.values.slot(number).unwrap_or_else(|| {
            let before = self.slot_numbers.get(&(addr, func, number)).copied();
            let object = before.unwrap_or_else(|| {
                self.add(Object {
                    base: addr,
                    size,
                    kind: Kind::Slot { func, number },
                    alive: true,
                })
            });
            if self.lenient && object != 0 {
                self.objects[object as usize].alive = true;
                self.slot_numbers.insert((addr, func, number), object);
            }
            self.values.add_slot(number, object);
            object
        });
        self.values.push(Mark {
            object,
            undefined: 0,
        });
    }

    fn global_addr(&mut self, global: GlobalId) {
        let object = self.values.globals.get(&global).copied().unwrap_or(0);
        self.values.push(Mark {
            object,
            undefined: 0,
        });
    }

    fn load(&mut self, machine: &Machine, addr: u64, len: u64) -> Verdict {
        let mark = self.values.pop();
        self.access(machine, addr, len, mark)?;
        let mut loaded = self.pages.get(addr, len);
        if !self.lenient && loaded.object == 0 && marks::is_nothing(loaded, len) {
            loaded.object = mark.object;
        }
        self.values.push(loaded);
        Ok(())
    }

    fn unary(&mut self) {
        let a = self.values.pop();
        self.values.push(Mark {
            object: 0,
            undefined: marks::spread(a.undefined),
        });
    }

    fn binary(&mut self, op: BinaryOp, ty: Ty, a: u64, b: u64) {
        let y = self.values.pop();
        let x = self.values.pop();
        self.values.push(marks::binary(
            op,
            ty.size(self.pointer_size),
            (a, x),
            (b, y),
        ));
    }

    fn convert(&mut self, op: ConvertOp, from: Ty, to: Ty) {
        let a = self.values.pop();
        let (from, to) = (from.size(self.pointer_size), to.size(self.pointer_size));
        self.values.push(marks::convert(op, from, to, a));
    }

    fn wrap(&mut self, bits: u8, signed: bool, ty: Ty) {
        let a = self.values.pop();
        self.values
            .push(marks::wrap(bits, signed, ty.size(self.pointer_size), a));
    }

    fn select(&mut self, cond: bool) {
        let (b, a, c) = (self.values.pop(), self.values.pop(), self.values.pop());
        let mut chosen = if cond { a } else { b };
        if c.undefined != 0 {
            chosen.undefined = 0xff;
        }
        self.values.push(chosen);
    }

    fn check(&mut self, _: CheckRel, _: u64, _: u64) -> Verdict {
        let b = self.values.pop();
        let a = self.values.top();
        if self.lenient {
            return Ok(());
        }
        defined(a)?;
        defined(b)
    }

    fn set(&mut self, index: usize) {
        self.values.set(index);
    }

    fn discard(&mut self) {
        self.values.pop();
    }

    fn decide(&mut self) -> Verdict {
        let mark = self.values.pop();
        if self.lenient {
            return Ok(());
        }
        defined(mark)
    }

    fn store(&mut self, machine: &Machine, addr: u64, len: u64) -> Verdict {
        let value = self.values.pop();
        let mark = self.values.pop();
        self.access(machine, addr, len, mark)?;
        self.pages.put(addr, len, value);
        Ok(())
    }

    fn copy(&mut self, machine: &Machine, dst: u64, src: u64, len: u64) -> Verdict {
        let (n, from, to) = (self.values.pop(), self.values.pop(), self.values.pop());
        if !self.lenient {
            defined(n)?;
        }
        self.access(machine, dst, len, to)?;
        self.access(machine, src, len, from)?;
        self.pages.copy(dst, src, len);
        Ok(())
    }

    fn fill(&mut self, machine: &Machine, dst: u64, len: u64) -> Verdict {
        let (n, byte, to) = (self.values.pop(), self.values.pop(), self.values.pop());
        if !self.lenient {
            defined(n)?;
        }
        self.access(machine, dst, len, to)?;
        self.pages.set_range(dst, len, byte.undefined != 0);
        Ok(())
    }

    fn argument(&mut self) {
        self.values.argument();
    }

    fn enter(&mut self, entered: Entered) {
        let fresh = Mark {
            object: 0,
            undefined: 0xff,
        };
        self.values.enter(entered, fresh);
        self.pages
            .set_range(entered.slots, entered.size, !self.lenient);
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

    fn host_did(&mut self, machine: &Machine, call: &HostCall, events: &[MemoryEvent]) -> Verdict {
        for event in events {
            match *event {
                MemoryEvent::Alloc { addr, size } => self.born(machine, addr, size, call.fresh),
                MemoryEvent::Free { addr } => {
                    self.freed(call, addr)?;
                    self.died(machine, addr);
                }
                MemoryEvent::Write { addr, len } => {
                    self.reach(machine, call, addr, len)?;
                    self.pages.set_range(addr, len, false);
                }
                MemoryEvent::Copy { dst, src, len } => {
                    self.reach(machine, call, dst, len)?;
                    self.reach(machine, call, src, len)?;
                    self.pages.copy(dst, src, len);
                }
                MemoryEvent::Lent { addr } => self.lent(machine, call, addr),
                // What the compiler's own functions look at are values in the layout of their types, with padding.
                MemoryEvent::Read { addr, len } if call.is_extern => {
                    let mark = self.reach(machine, call, addr, len)?;
                    if !self.is_given(addr, len) {
                        let object = (mark.object != 0).then_some(mark.object);
                        return Err(Problem::Undefined { object });
                    }
                }
                MemoryEvent::Read { .. } => {}
            }
        }
        Ok(())
    }

    fn after_host(&mut self, machine: &Machine, call: &HostCall, results: &[u64]) {
        let marks = results.iter().map(|value| Mark {
            object: self.owner(machine, *value),
            undefined: 0,
        });
        let marks = marks.collect();
        self.values.return_from_host(call.base, marks);
    }
}
