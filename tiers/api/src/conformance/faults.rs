//! Memory that traps: loads, stores, copies, atomics and frees at bad addresses.

use sx_ir::image::ConstImage;
use sx_ir::{BinaryOp, Order, RmwOp, StmtKind, TrapKind, Ty};

use super::Case;
use super::build::{Build, Fun, big_endian_32};
use super::expect::{finished, run, steps, stopped, trapped};
use super::traps::root;
use crate::{ComptimeEngine, GUARD, Status};

pub fn cases(out: &mut Vec<Case>) {
    out.push(Case::new("traps/load", load));
    out.push(Case::new("traps/store", store));
    out.push(Case::new("traps/past-the-end", past_the_end));
    out.push(Case::new("traps/loop-past-the-end", loop_past_the_end));
    out.push(Case::new("traps/const-write", const_write));
    out.push(Case::new("traps/copy-and-fill", copy_and_fill));
    out.push(Case::new("traps/end-of-memory", end_of_memory));
    out.push(Case::new("traps/32-bit", narrow_addresses));
    out.push(Case::new("traps/atomics", atomics));
    out.push(Case::new("traps/bad-free", bad_free));
}

/// Bytes of the stack.
const STACK: u64 = 256 << 20;
const NULLS: [u64; 7] = [0, 1, 8, 0xffff, 0x12_3456, GUARD - 7, GUARD - 1];
const WILD: [u64; 6] = [
    u64::MAX,
    u64::MAX - 3,
    u64::MAX - 7,
    1 << 46,
    1 << 63,
    0x7fff_ffff_ffff_ffff,
];

fn load(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for ty in sx_ir::op::ALL_TYS {
        let at = root(&mut b, &[Ty::Ptr], |f| {
            let p = f.param(0);
            let value = f.load(ty, p);
            f.eval(value);
            f.loc_of(value)
        });
        for addr in NULLS {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::NullAccess,
                (addr, 0),
                &[at],
            )?;
        }
        for addr in WILD {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::BadAccess,
                (addr, ty.size(8)),
                &[at],
            )?;
        }
    }
    // A constant address.
    let at = root(&mut b, &[], |f| {
        let p = f.ptr(0);
        let p = f.at(p, 16);
        let value = f.load(Ty::I64, p);
        f.eval(value);
        f.loc_of(value)
    });
    trapped(
        &run(e, &b.module, at.0, &[]),
        TrapKind::NullAccess,
        (16, 0),
        &[at],
    )
}

fn store(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for ty in sx_ir::op::ALL_TYS {
        let at = root(&mut b, &[Ty::Ptr], |f| {
            let (p, value) = (f.param(0), f.c(ty, 1));
            f.store(ty, p, value)
        });
        for addr in NULLS {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::NullAccess,
                (addr, 0),
                &[at],
            )?;
        }
        for addr in WILD {
            trapped(
                &run(e, &b.module, at.0, &[addr]),
                TrapKind::BadAccess,
                (addr, ty.size(8)),
                &[at],
            )?;
        }
    }
    Ok(())
}

/// The last bytes of the stack and one byte more, at an offset from the only slot that is known beforehand.
fn past_the_end(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    for (past, store) in [(0, false), (1, false), (1, true)] {
        let mut b = Build::native();
        let offset = STACK - 8 + past;
        let at = root(&mut b, &[], |f| {
            let slot = f.slot(8, 8);
            let p = f.slot_addr(slot);
            let p = f.at(p, offset as i64);
            if store {
                let value = f.i64(1);
                f.store(Ty::I64, p, value)
            } else {
                let value = f.load(Ty::I64, p);
                f.eval(value);
                f.loc_of(value)
            }
        });
        let outcome = run(e, &b.module, at.0, &[]);
        if past == 0 {
            finished(&outcome, &[])
        } else {
            let addr = GUARD + 0x1000 + offset;
            trapped(&outcome, TrapKind::BadAccess, (addr, 8), &[at])
        }
        .map_err(|why| format!("{past} past, store {store}: {why}"))?;
    }
    Ok(())
}

/// A loop that fills or copies until memory ends.
fn loop_past_the_end(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let end = GUARD + 0x1000 + STACK;
    for copies in [false, true] {
        let mut b = Build::native();
        let mut loc = sx_ir::LocId(0);
        let id = b.declare("f", &[Ty::Ptr, Ty::Ptr, Ty::I64], &[]);
        b.define(id, |f| {
            let i = f.local(Ty::I64);
            f.loop_(|f, label| {
                let (at, count) = (f.get(i), f.param(2));
                let done = f.bin(BinaryOp::GeS, Ty::I64, at, count);
                f.when(done, |f| {
                    f.brk(label);
                });
                let value = match copies {
                    true => {
                        let (p, at) = (f.param(1), f.get(i));
                        let p = f.bin(BinaryOp::PtrAdd, Ty::Ptr, p, at);
                        f.load(Ty::I8, p)
                    }
                    false => f.c(Ty::I8, 7),
                };
                let (p, at) = (f.param(0), f.get(i));
                let p = f.bin(BinaryOp::PtrAdd, Ty::Ptr, p, at);
                loc = f.store(Ty::I8, p, value);
                let (at, one) = (f.get(i), f.i64(1));
                let next = f.add(at, one);
                f.set(i, next);
            });
        });
        let from = GUARD + 0x1000;
        for (room, count) in [(100, 100), (100, 101), (100, 500), (0, 1), (4096, 5000)] {
            let outcome = run(e, &b.module, id, &[end - room, from, count]);
            let fits = count <= room;
            match fits {
                true => finished(&outcome, &[]),
                false => trapped(&outcome, TrapKind::BadAccess, (end, 1), &[(id, loc)]),
            }
            .and_then(|()| steps(&outcome, 1 + count.min(room) + 1))
            .map_err(|why| format!("copies {copies}, {count} bytes with {room} left: {why}"))?;
        }
    }
    Ok(())
}

fn const_write(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let constant = b.global(16, 8, false, ConstImage::from_bytes(vec![1; 16]));
    let variable = b.global(16, 8, true, ConstImage::default());
    let (addr, writable) = (GUARD, GUARD + 0x1000);
    // Keeps both reachable in each program.
    let touch = |f: &mut Fun| {
        let (x, y) = (f.global(constant), f.global(variable));
        let (x, y) = (f.load(Ty::I8, x), f.load(Ty::I8, y));
        let sum = f.bin(BinaryOp::Add, Ty::I8, x, y);
        f.eval(sum);
    };
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v) = (f.param(0), f.i64(1));
        f.store(Ty::I64, p, v)
    });
    for offset in [0, 3, 8, 9, 4095, 4088] {
        let outcome = run(e, &b.module, at.0, &[addr + offset]);
        trapped(&outcome, TrapKind::ConstWrite, (addr + offset, 0), &[at])?;
    }
    finished(&run(e, &b.module, at.0, &[writable]), &[])?;
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, q, n) = (f.param(0), f.global(variable), f.i64(4));
        f.copy(p, q, n)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr + 5]),
        TrapKind::ConstWrite,
        (addr + 5, 0),
        &[at],
    )?;
    finished(&run(e, &b.module, at.0, &[writable + 8]), &[])?;
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v, n) = (f.param(0), f.c(Ty::I8, 0), f.i64(1));
        f.fill(p, v, n)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr]),
        TrapKind::ConstWrite,
        (addr, 0),
        &[at],
    )?;
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v) = (f.param(0), f.i64(1));
        let old = f.local(Ty::I64);
        f.rmw(old, RmwOp::Add, Ty::I64, p, v)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr]),
        TrapKind::ConstWrite,
        (addr, 0),
        &[at],
    )?;
    // Nothing would be stored, but it could be.
    let at = root(&mut b, &[Ty::Ptr], |f| {
        touch(f);
        let (p, v, w) = (f.param(0), f.i64(99), f.i64(1));
        let locals = (f.local(Ty::I64), f.local(Ty::I8));
        f.cmpxchg(locals, Ty::I64, p, v, w)
    });
    trapped(
        &run(e, &b.module, at.0, &[addr]),
        TrapKind::ConstWrite,
        (addr, 0),
        &[at],
    )
}

fn copy_and_fill(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let data = b.global(64, 8, true, ConstImage::default());
    let good = GUARD;
    let at = root(&mut b, &[Ty::Ptr, Ty::Ptr, Ty::I64], |f| {
        let g = f.global(data);
        let v = f.load(Ty::I8, g);
        f.eval(v);
        let (d, s, n) = (f.param(0), f.param(1), f.param(2));
        f.copy(d, s, n)
    });
    let wild = 1u64 << 46;
    for (dst, src, len, kind, a, size) in [
        (0, good, 8, TrapKind::NullAccess, 0, 0),
        (good, 4, 8, TrapKind::NullAccess, 4, 0),
        (0, 4, 8, TrapKind::NullAccess, 0, 0),
        (wild, good, 8, TrapKind::BadAccess, wild, 8),
        (good, wild, 8, TrapKind::BadAccess, wild, 8),
        (good, good, u64::MAX, TrapKind::BadAccess, good, u64::MAX),
        (good, good, 1 << 40, TrapKind::BadAccess, good, 1 << 40),
    ] {
        trapped(
            &run(e, &b.module, at.0, &[dst, src, len]),
            kind,
            (a, size),
            &[at],
        )?;
    }
    finished(&run(e, &b.module, at.0, &[0, wild, 0]), &[])?;
    let at = root(&mut b, &[Ty::Ptr, Ty::I64], |f| {
        let g = f.global(data);
        let v = f.load(Ty::I8, g);
        f.eval(v);
        let (d, v, n) = (f.param(0), f.c(Ty::I8, 1), f.param(1));
        f.fill(d, v, n)
    });
    trapped(
        &run(e, &b.module, at.0, &[7, 1]),
        TrapKind::NullAccess,
        (7, 0),
        &[at],
    )?;
    trapped(
        &run(e, &b.module, at.0, &[wild, 1]),
        TrapKind::BadAccess,
        (wild, 1),
        &[at],
    )?;
    trapped(
        &run(e, &b.module, at.0, &[good, u64::MAX]),
        TrapKind::BadAccess,
        (good, u64::MAX),
        &[at],
    )?;
    finished(&run(e, &b.module, at.0, &[7, 0]), &[])
}

/// The last accessible byte is the stack's last while there is no heap.
fn end_of_memory(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    for ty in sx_ir::op::ALL_TYS {
        for store in [false, true] {
            let at = root(&mut b, &[Ty::I64], |f| {
                let slot = f.slot(8, 8);
                let (p, n) = (f.slot_addr(slot), f.param(0));
                let p = f.bin(BinaryOp::PtrAdd, Ty::Ptr, p, n);
                if store {
                    let v = f.c(ty, 1);
                    f.store(ty, p, v)
                } else {
                    let v = f.load(ty, p);
                    f.eval(v);
                    f.loc_of(v)
                }
            });
            let (start, size, stack) = (GUARD + 0x1000, ty.size(8), STACK);
            finished(&run(e, &b.module, at.0, &[stack - size]), &[])?;
            for over in 1..=size {
                let offset = stack - size + over;
                let outcome = run(e, &b.module, at.0, &[offset]);
                trapped(&outcome, TrapKind::BadAccess, (start + offset, size), &[at])?;
            }
        }
    }
    Ok(())
}

fn narrow_addresses(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::new(big_endian_32());
    let at = root(&mut b, &[Ty::Ptr, Ty::I64], |f| {
        let (p, n) = (f.param(0), f.param(1));
        let p = f.bin(BinaryOp::PtrAdd, Ty::Ptr, p, n);
        let v = f.load(Ty::I32, p);
        f.eval(v);
        f.loc_of(v)
    });
    for (p, n, kind, a, size) in [
        (0xffff_ffff, 0, TrapKind::BadAccess, 0xffff_ffff, 4),
        (0xffff_ffff, 1, TrapKind::NullAccess, 0, 0),
        (0xf000_0000, 0, TrapKind::BadAccess, 0xf000_0000, 4),
        (0, u64::MAX, TrapKind::BadAccess, 0xffff_ffff, 4),
    ] {
        trapped(&run(e, &b.module, at.0, &[p, n]), kind, (a, size), &[at])?;
    }
    Ok(())
}

fn atomics(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let wild = 1u64 << 46;
    for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::Ptr] {
        let mut programs = Vec::new();
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (dst, addr) = (f.local(ty), f.param(0));
            f.stmt(StmtKind::AtomicLoad {
                dst,
                ty,
                addr,
                order: Order::SeqCst,
            })
        }));
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (addr, value) = (f.param(0), f.c(ty, 1));
            f.stmt(StmtKind::AtomicStore {
                ty,
                addr,
                value,
                order: Order::SeqCst,
            })
        }));
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (dst, addr, value) = (f.local(ty), f.param(0), f.c(ty, 1));
            f.rmw(dst, RmwOp::Xchg, ty, addr, value)
        }));
        programs.push(root(&mut b, &[Ty::Ptr], |f| {
            let (locals, addr) = ((f.local(ty), f.local(Ty::I8)), f.param(0));
            let (x, y) = (f.c(ty, 1), f.c(ty, 2));
            f.cmpxchg(locals, ty, addr, x, y)
        }));
        for at in programs {
            trapped(
                &run(e, &b.module, at.0, &[8]),
                TrapKind::NullAccess,
                (8, 0),
                &[at],
            )?;
            trapped(
                &run(e, &b.module, at.0, &[wild]),
                TrapKind::BadAccess,
                (wild, ty.size(8)),
                &[at],
            )?;
        }
    }
    Ok(())
}

fn bad_free(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let alloc = b.external("alloc", &[Ty::I64], &[Ty::Ptr], false);
    let free = b.external("free", &[Ty::Ptr], &[], false);
    let poke = b.external("poke", &[Ty::Ptr, Ty::I8], &[], false);
    let at = root(&mut b, &[Ty::I64], |f| {
        let p = f.local(Ty::Ptr);
        let n = f.i64(64);
        f.call(alloc, &[n], &[p]);
        let (x, n) = (f.get(p), f.param(0));
        let x = f.bin(BinaryOp::PtrAdd, Ty::Ptr, x, n);
        f.call(free, &[x], &[])
    });
    finished(&run(e, &b.module, at.0, &[0]), &[])?;
    let heap = GUARD + 0x1000 + (256 << 20);
    trapped(
        &run(e, &b.module, at.0, &[16]),
        TrapKind::BadFree,
        (heap + 16, 0),
        &[at],
    )?;
    // Twice.
    let at = root(&mut b, &[], |f| {
        let p = f.local(Ty::Ptr);
        let n = f.i64(64);
        f.call(alloc, &[n], &[p]);
        let x = f.get(p);
        f.call(free, &[x], &[]);
        let x = f.get(p);
        f.call(free, &[x], &[])
    });
    trapped(
        &run(e, &b.module, at.0, &[]),
        TrapKind::BadFree,
        (heap, 0),
        &[at],
    )?;
    // The host's accesses are checked like the program's.
    let at = root(&mut b, &[Ty::Ptr], |f| {
        let (p, v) = (f.param(0), f.c(Ty::I8, 1));
        f.call(poke, &[p, v], &[])
    });
    trapped(
        &run(e, &b.module, at.0, &[5]),
        TrapKind::NullAccess,
        (5, 0),
        &[at],
    )?;
    // A function that nobody wrote.
    let missing = b.declare("missing", &[], &[]);
    let at = root(&mut b, &[], |f| f.call(missing, &[], &[]));
    stopped(
        &run(e, &b.module, at.0, &[]),
        Status::Bug("function 'missing' has no body".into()),
        &[at],
    )
}
