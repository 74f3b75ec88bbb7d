//! Allocation and memory functions of libc, on sandbox memory.

use sx_tier_api::{HostFault, ObjectKind, SandboxMemory, Trap};

use super::{Args, Reply, bytes_at, one};

pub(super) fn call(symbol: &str, args: &Args, memory: &mut dyn SandboxMemory) -> Option<Reply> {
    Some(match symbol {
        "malloc" => memory.alloc(args.get(0)).map(|p| vec![p]),
        "free" => match args.get(0) {
            0 => Ok(vec![]),
            addr => memory.free(addr).map(|()| vec![]),
        },
        "memcpy" | "memmove" => memory
            .copy_within(args.get(0), args.get(1), args.get(2))
            .map(|()| vec![args.get(0)]),
        "mempcpy" => memory
            .copy_within(args.get(0), args.get(1), args.get(2))
            .map(|()| vec![args.get(0) + args.get(2)]),
        "memset" => memory
            .fill_bytes(args.get(0), args.get(1) as u8, args.get(2))
            .map(|()| vec![args.get(0)]),
        "bzero" => memory
            .fill_bytes(args.get(0), 0, args.get(1))
            .map(|()| vec![]),
        "calloc" => match args.get(0).checked_mul(args.get(1)) {
            Some(size) => memory.alloc(size).map(|p| vec![p]),
            None => one(0),
        },
        "aligned_alloc" | "memalign" => aligned(args.get(0), args.get(1), memory),
        "realloc" => realloc(args.get(0), args.get(1), memory),
        "reallocarray" => match args.get(1).checked_mul(args.get(2)) {
            Some(size) => realloc(args.get(0), size, memory),
            None => one(0),
        },
        "malloc_usable_size" => one(block_size(args.get(0), memory).unwrap_or(0)),
        "memcmp" | "bcmp" => compare(args, memory),
        "memchr" => memory
            .find_byte(args.get(0), args.get(2), args.get(1) as u8)
            .map(|at| vec![at.unwrap_or(0)]),
        "memrchr" => find_last(args, memory),
        _ => return None,
    })
}

/// Blocks are 16-aligned; more is not on offer.
fn aligned(align: u64, size: u64, memory: &mut dyn SandboxMemory) -> Reply {
    if align > 16 {
        one(0)
    } else {
        memory.alloc(size).map(|p| vec![p])
    }
}

fn block_size(addr: u64, memory: &dyn SandboxMemory) -> Option<u64> {
    memory
        .object_at(addr)
        .filter(|o| o.base == addr && o.kind == ObjectKind::Heap)
        .map(|o| o.size)
}

fn realloc(addr: u64, size: u64, memory: &mut dyn SandboxMemory) -> Reply {
    if addr == 0 {
        return memory.alloc(size).map(|p| vec![p]);
    }
    let block = memory.object_at(addr).filter(|o| o.base == addr);
    let Some(old) = block.map(|o| o.size) else {
        return Err(HostFault::Trap(Trap::new(
            sx_ir::TrapKind::BadFree,
            addr,
            0,
        )));
    };
    let new = memory.alloc(size)?;
    memory.copy_within(new, addr, old.min(size))?;
    memory.free(addr)?;
    one(new)
}

fn compare(args: &Args, memory: &dyn SandboxMemory) -> Reply {
    let (a, b) = (
        bytes_at(memory, args.get(0), args.get(2))?,
        bytes_at(memory, args.get(1), args.get(2))?,
    );
    one(order(a.cmp(b)))
}

/// -1, 0 or 1, whatever the host's libc gives.
pub(super) fn order(ordering: std::cmp::Ordering) -> u64 {
    ordering as i64 as u64
}

fn find_last(args: &Args, memory: &dyn SandboxMemory) -> Reply {
    let bytes = bytes_at(memory, args.get(0), args.get(2))?;
    one(bytes
        .iter()
        .rposition(|b| *b == args.get(1) as u8)
        .map_or(0, |i| args.get(0) + i as u64))
}
