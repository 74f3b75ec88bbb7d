//! Where everything lies in a machine's address space, and the initial contents of its globals.

use rustc_hash::FxHashMap;
use sx_ir::image::RelocTarget;
use sx_ir::target::Endian;
use sx_ir::{FuncId, GlobalId, Module};
use sx_tier_api::{GUARD, Limits};

use crate::ctx::FN_STRIDE;

/// Size of the region for frame memory.
pub const STACK_SIZE: u64 = 256 << 20;
const PAGE: u64 = 4096;
/// First function value on 64-bit and 32-bit targets; all memory lies below.
const FN_BASE_64: u64 = 1 << 46;
const FN_BASE_32: u64 = 0xF000_0000;
/// Where globals have their addresses that an evaluation can't access.
const CLOSED_BASE_64: u64 = 1 << 47;
const CLOSED_BASE_32: u64 = 0xF800_0000;

/// A global's place.
#[derive(Clone, Copy, Debug)]
pub struct PlacedGlobal {
    pub id: GlobalId,
    pub addr: u64,
    pub size: u64,
    pub mutable: bool,
    /// It was a heap block of an evaluation: freeing it is allowed and does nothing.
    pub stored: bool,
}

/// The address space of one evaluation:
/// guard, constant globals, (page) mutable globals, (page) stack, heap.
pub struct AddressSpace {
    /// In address order.
    pub globals: Vec<PlacedGlobal>,
    addresses: FxHashMap<GlobalId, u64>,
    /// Those that the evaluation knows by address only, in address order.
    pub closed: Vec<PlacedGlobal>,
    /// Functions in order of their values.
    pub funcs: Vec<FuncId>,
    ordinals: FxHashMap<FuncId, u64>,
    pub fn_base: u64,
    /// First address the program may write.
    pub store_start: u64,
    /// One past the globals.
    pub globals_end: u64,
    pub stack_start: u64,
    pub heap_start: u64,
    /// The heap never grows beyond.
    pub heap_end: u64,
}

impl AddressSpace {
    pub fn new(module: &Module, root: FuncId, limits: &Limits) -> AddressSpace {
        let reach = module.reachable(&[root]);
        let mut globals = Vec::with_capacity(reach.globals.len());
        let mut addresses = FxHashMap::default();
        let closed = |id: GlobalId| module.closes(id);
        let mut cursor = GUARD;
        let mut store_start = cursor;
        for mutable in [false, true] {
            if mutable {
                cursor = cursor.saturating_add(PAGE - 1) / PAGE * PAGE;
                store_start = cursor;
            }
            for &id in &reach.globals {
                let global = module.global(id);
                if global.mutable != mutable || closed(id) {
                    continue;
                }
                let align = global.align.max(1);
                let addr = cursor.checked_next_multiple_of(align).unwrap_or(cursor);
                globals.push(PlacedGlobal {
                    id,
                    addr,
                    size: global.size,
                    mutable,
                    stored: global.is_stored_object(),
                });
                addresses.insert(id, addr);
                // The byte between keeps "one past the end" of one object from being the next object.
                cursor = addr.saturating_add(global.size).saturating_add(1);
            }
        }
        let (fn_base, closed_base) = if module.target.pointer_size == 4 {
            (FN_BASE_32, CLOSED_BASE_32)
        } else {
            (FN_BASE_64, CLOSED_BASE_64)
        };
        let globals_end = cursor;
        let mut cursor = closed_base;
        let mut closed_globals = Vec::new();
        for &id in reach.globals.iter().filter(|id| closed(**id)) {
            let global = module.global(id);
            let addr = cursor
                .checked_next_multiple_of(global.align.max(1))
                .unwrap_or(cursor);
            addresses.insert(id, addr);
            closed_globals.push(PlacedGlobal {
                id,
                addr,
                size: global.size,
                mutable: global.mutable,
                stored: false,
            });
            cursor = addr.saturating_add(global.size).saturating_add(1);
        }
        let stack_start = globals_end.min(fn_base) / PAGE * PAGE + PAGE;
        let heap_start = stack_start + STACK_SIZE;
        // Rounding to blocks takes at most four times the bytes asked for, plus the unused tails of chunks.
        let wanted = limits.memory.saturating_mul(4).saturating_add(1 << 30);
        let heap_end = heap_start
            .saturating_add(wanted)
            .min(fn_base)
            .max(heap_start);
        let ordinals = reach
            .funcs
            .iter()
            .enumerate()
            .map(|(i, f)| (*f, i as u64))
            .collect();
        AddressSpace {
            globals,
            addresses,
            closed: closed_globals,
            funcs: reach.funcs,
            ordinals,
            fn_base,
            store_start,
            globals_end,
            stack_start,
            heap_start,
            heap_end,
        }
    }

    /// Whether the globals leave room for the rest.
    pub fn fits(&self) -> bool {
        self.globals_end < self.fn_base && self.heap_start < self.fn_base
    }

    pub fn global_address(&self, id: GlobalId) -> Option<u64> {
        self.addresses.get(&id).copied()
    }

    pub fn function_value(&self, func: FuncId) -> Option<u64> {
        self.ordinals
            .get(&func)
            .map(|ordinal| self.fn_base + ordinal * FN_STRIDE)
    }

    /// The global that contains `addr` or ends there.
    pub fn global_at(&self, addr: u64) -> Option<&PlacedGlobal> {
        containing(&self.globals, addr)
    }

    /// The same for those that can't be accessed.
    pub fn closed_at(&self, addr: u64) -> Option<&PlacedGlobal> {
        containing(&self.closed, addr)
    }

    /// Writes the initial contents of all globals; `image` is the memory from address 0 (at least to `globals_end`),
    /// zero where nothing was written.
    pub fn write_globals(&self, module: &Module, image: &mut [u8]) {
        let word = module.target.pointer_size as usize;
        for placed in &self.globals {
            let init = &module.global(placed.id).init;
            let size = placed.size as usize;
            let Some(object) = image.get_mut(placed.addr as usize..placed.addr as usize + size)
            else {
                continue;
            };
            let len = init.bytes.len().min(size);
            object[..len].copy_from_slice(&init.bytes[..len]);
            for reloc in &init.relocs {
                let target = match reloc.target {
                    RelocTarget::Global(id) => self.global_address(id),
                    RelocTarget::Func(id) => self.function_value(id),
                };
                let value = target.unwrap_or(0).wrapping_add_signed(reloc.addend);
                let at = reloc.offset as usize;
                if let Some(place) = at.checked_add(word).and_then(|end| object.get_mut(at..end)) {
                    write_word(place, value, module.target.endian);
                }
            }
        }
    }
}

fn containing(globals: &[PlacedGlobal], addr: u64) -> Option<&PlacedGlobal> {
    let after = globals.partition_point(|g| g.addr <= addr);
    let global = globals.get(after.checked_sub(1)?)?;
    (addr - global.addr <= global.size).then_some(global)
}

/// Stores the low `place.len()` bytes of `value`.
pub fn write_word(place: &mut [u8], value: u64, endian: Endian) {
    endian.write(place, value);
}

/// The zero-extended value of up to 8 bytes.
pub fn read_word(bytes: &[u8], endian: Endian) -> u64 {
    endian.read(bytes)
}
