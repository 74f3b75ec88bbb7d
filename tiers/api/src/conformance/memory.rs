//! Loads, stores, copies, atomics, slots, globals and their images, on every kind of target.

use sx_ir::image::{ConstImage, RelocTarget};
use sx_ir::op::{ALL_RMW, ALL_TYS};
use sx_ir::target::Endian;
use sx_ir::{BinaryOp, Order, StmtKind, Target, Ty, semantics};

use super::Case;
use super::build::{Build, big_endian, big_endian_32, little_endian_32};
use super::expect::{TestHost, finished, run, same};
use crate::{ComptimeEngine, GUARD, Limits, ObjectKind};

fn targets() -> [(&'static str, Target); 4] {
    [
        ("le64", Target::x86_64_linux()),
        ("be64", big_endian()),
        ("le32", little_endian_32()),
        ("be32", big_endian_32()),
    ]
}

pub fn cases(out: &mut Vec<Case>) {
    for (label, target) in targets() {
        for ty in ALL_TYS {
            let target = target.clone();
            out.push(Case::new(
                format!("memory/round-trip/{}/{label}", ty.name()),
                move |e| round_trip(e, ty, target.clone()),
            ));
        }
        let t = target.clone();
        out.push(Case::new(format!("memory/relocations/{label}"), move |e| {
            relocations(e, t.clone())
        }));
        let t = target.clone();
        out.push(Case::new(
            format!("memory/pointer-arithmetic/{label}"),
            move |e| pointer_arithmetic(e, t.clone()),
        ));
        for ty in [Ty::I8, Ty::I16, Ty::I32, Ty::I64, Ty::Ptr] {
            let t = target.clone();
            out.push(Case::new(
                format!("memory/rmw/{}/{label}", ty.name()),
                move |e| rmw(e, ty, t.clone()),
            ));
            let t = target.clone();
            out.push(Case::new(
                format!("memory/cmpxchg/{}/{label}", ty.name()),
                move |e| cmpxchg(e, ty, t.clone()),
            ));
        }
    }
    out.push(Case::new("memory/slots", slots));
    out.push(Case::new("memory/slots-are-zeroed", slots_are_zeroed));
    out.push(Case::new("memory/copy", copy));
    out.push(Case::new("memory/fill", fill));
    out.push(Case::new("memory/array-sum", array_sum));
    out.push(Case::new("memory/addresses", addresses));
    out.push(Case::new("memory/fresh-per-run", fresh_per_run));
    out.push(Case::new("memory/blocks-are-zeroed", blocks_are_zeroed));
    out.push(Case::new("memory/digest", digest));
    out.push(Case::new("memory/digest-of-heap", digest_of_heap));
    out.push(Case::new("memory/objects-are-apart", objects_are_apart));
    out.push(Case::new("memory/heap", heap));
}

/// Store, load back, and look at the bytes; at an aligned and an odd address.
fn round_trip(e: &mut dyn ComptimeEngine, ty: Ty, target: Target) -> Result<(), String> {
    let (pointer_size, endian) = (target.pointer_size, target.endian);
    let size = ty.size(pointer_size);
    let mut b = Build::new(target);
    for offset in [0i64, 3] {
        let root = b.func("f", &[ty], &[ty, Ty::I64], |f| {
            let slot = f.slot(32, 16);
            let at = f.slot_addr(slot);
            let (at, all) = (f.at(at, offset), f.c(Ty::I8, 0xee));
            let (start, len) = (f.slot_addr(slot), f.i64(32));
            f.fill(start, all, len);
            let value = f.param(0);
            f.store(ty, at, value);
            let bytes = f.local(Ty::I64);
            for i in 0..8 {
                let (old, eight) = (f.get(bytes), f.i64(8));
                let shifted = f.bin(BinaryOp::Shl, Ty::I64, old, eight);
                let at = f.slot_addr(slot);
                let at = f.at(at, offset + i);
                let byte = f.load(Ty::I8, at);
                let byte = f.conv(sx_ir::ConvertOp::ZExt, Ty::I8, Ty::I64, byte);
                let new = f.bin(BinaryOp::Or, Ty::I64, shifted, byte);
                f.set(bytes, new);
            }
            let at = f.slot_addr(slot);
            let at = f.at(at, offset);
            let back = f.load(ty, at);
            let bytes = f.get(bytes);
            f.ret(&[back, bytes]);
        });
        for value in [
            0u64,
            1,
            0x8081_8283_8485_8687,
            u64::MAX,
            0x0102_0304_0506_0708,
        ] {
            let value = semantics::zext_from(value, (size * 8) as u32);
            let mut bytes = [0xeeu8; 8];
            match endian {
                Endian::Little => {
                    bytes[..size as usize].copy_from_slice(&value.to_le_bytes()[..size as usize])
                }
                Endian::Big => bytes[..size as usize]
                    .copy_from_slice(&value.to_be_bytes()[8 - size as usize..]),
            }
            finished(
                &run(e, &b.module, root, &[value]),
                &[value, u64::from_be_bytes(bytes)],
            )
            .map_err(|why| format!("({value:x}) {why}"))?;
        }
    }
    Ok(())
}

fn relocations(e: &mut dyn ComptimeEngine, target: Target) -> Result<(), String> {
    let (word, endian) = (target.pointer_size, target.endian);
    let mut b = Build::new(target);
    let leaf = b.func("leaf", &[], &[Ty::I64], |f| {
        let v = f.i64(42);
        f.ret(&[v]);
    });
    let bytes: Vec<u8> = match endian {
        Endian::Little => 0x11223344u32.to_le_bytes().to_vec(),
        Endian::Big => 0x11223344u32.to_be_bytes().to_vec(),
    };
    let data = b.global(12, 4, false, ConstImage::from_bytes(bytes));
    let cell = b.global(8, 8, true, ConstImage::zeroed(0));
    let image = b.table(&[
        (RelocTarget::Global(data), 0),
        (RelocTarget::Global(data), 12),
        (RelocTarget::Func(leaf), 0),
        (RelocTarget::Global(cell), 4),
    ]);
    let table = b.global(word * 4, 8, false, image);
    // A global that points at itself.
    let me = b.global(word, word, true, ConstImage::default());
    let image = b.table(&[(RelocTarget::Global(me), 0)]);
    b.module.globals[me.index()].init = image;
    let sig = b.sig(&[], &[Ty::I64]);
    let results = [
        Ty::I32,
        Ty::I32,
        Ty::Ptr,
        Ty::Ptr,
        Ty::I64,
        Ty::Ptr,
        Ty::Ptr,
        Ty::I8,
    ];
    let root = b.func("root", &[], &results, |f| {
        let entry = |f: &mut super::Fun, i: u64| {
            let at = f.global(table);
            let at = f.at(at, (i * word) as i64);
            f.load(Ty::Ptr, at)
        };
        let called = f.local(Ty::I64);
        let target = entry(f, 2);
        f.call_indirect(target, sig, &[], &[called]);
        let p = entry(f, 0);
        let first = f.load(Ty::I32, p);
        let p = entry(f, 0);
        let p = f.at(p, 8);
        let rest = f.load(Ty::I32, p);
        let (start, end) = (entry(f, 0), entry(f, 1));
        let value = f.get(called);
        let inside = entry(f, 3);
        let at = f.global(me);
        let own = f.load(Ty::Ptr, at);
        let (x, y) = (f.func_addr(leaf), entry(f, 2));
        let same = f.bin(BinaryOp::Eq, Ty::Ptr, x, y);
        f.ret(&[first, rest, start, end, value, inside, own, same]);
    });
    let outcome = run(e, &b.module, root, &[]);
    let address = |g| outcome.memory.address_of(g).ok_or("no address");
    let wanted = [
        0x11223344,
        0,
        address(data)?,
        address(data)? + 12,
        42,
        address(cell)? + 4,
        address(me)?,
        1,
    ];
    finished(&outcome, &wanted)?;
    let image = outcome
        .memory
        .read(address(table)?, word * 4)
        .ok_or("table can't be read")?;
    let third = &image[2 * word as usize..3 * word as usize];
    let value = match endian {
        Endian::Little => third.iter().rev().fold(0u64, |a, b| a << 8 | u64::from(*b)),
        Endian::Big => third.iter().fold(0u64, |a, b| a << 8 | u64::from(*b)),
    };
    same(
        "function of the value",
        outcome.memory.function_of(value),
        Some(leaf),
    )?;
    same("no function", outcome.memory.function_of(value + 1), None)
}

fn pointer_arithmetic(e: &mut dyn ComptimeEngine, target: Target) -> Result<(), String> {
    let size = target.pointer_size;
    let mut b = Build::new(target);
    let root = b.func("f", &[Ty::Ptr, Ty::I64], &[Ty::Ptr, Ty::I64, Ty::I8], |f| {
        let (p, n) = (f.param(0), f.param(1));
        let q = f.bin(BinaryOp::PtrAdd, Ty::Ptr, p, n);
        let moved = f.local(Ty::Ptr);
        f.set(moved, q);
        let q = f.get(moved);
        let number = f.conv(sx_ir::ConvertOp::PToI, Ty::Ptr, Ty::I64, q);
        let (p, q) = (f.param(0), f.get(moved));
        let less = f.bin(BinaryOp::LtU, Ty::Ptr, p, q);
        let q = f.get(moved);
        f.ret(&[q, number, less]);
    });
    for (p, n) in [
        (0x20000u64, 8i64),
        (0x20000, -8),
        (0xffff_fff8, 8),
        (0, -1),
        (4, i64::MIN),
    ] {
        let q = semantics::zext_from(p.wrapping_add(n as u64), size as u32 * 8);
        finished(
            &run(e, &b.module, root, &[p, n as u64]),
            &[q, q, u64::from(p < q)],
        )
        .map_err(|why| format!("({p:x}, {n}) {why}"))?;
    }
    Ok(())
}

fn rmw(e: &mut dyn ComptimeEngine, ty: Ty, target: Target) -> Result<(), String> {
    let pointer_size = target.pointer_size;
    let bits = semantics::width(ty, pointer_size);
    let max = semantics::zext_from(u64::MAX, bits);
    let values = [
        0,
        1,
        5,
        max,
        max - 4,
        1 << (bits - 1),
        (1 << (bits - 1)) - 1,
    ];
    let mut b = Build::new(target);
    let cell = b.global(32, 16, true, ConstImage::default());
    for op in ALL_RMW {
        // Addresses are exchanged only.
        if ty == Ty::Ptr && op != sx_ir::RmwOp::Xchg {
            continue;
        }
        let root = b.func("f", &[ty, ty], &[ty, ty], |f| {
            let (at, old) = (f.global(cell), f.param(0));
            f.stmt(StmtKind::AtomicStore {
                ty,
                addr: at,
                value: old,
                order: Order::Release,
            });
            let (seen, now) = (f.local(ty), f.local(ty));
            let (at, value) = (f.global(cell), f.param(1));
            f.rmw(seen, op, ty, at, value);
            let at = f.global(cell);
            f.stmt(StmtKind::AtomicLoad {
                dst: now,
                ty,
                addr: at,
                order: Order::Acquire,
            });
            let (seen, now) = (f.get(seen), f.get(now));
            f.ret(&[seen, now]);
        });
        for x in values {
            for y in values {
                let wanted = [x, semantics::rmw(op, ty, x, y, pointer_size)];
                finished(&run(e, &b.module, root, &[x, y]), &wanted)
                    .map_err(|why| format!("{} ({x:x}, {y:x}) {why}", op.name()))?;
            }
        }
    }
    Ok(())
}

fn cmpxchg(e: &mut dyn ComptimeEngine, ty: Ty, target: Target) -> Result<(), String> {
    let max = semantics::zext_from(u64::MAX, semantics::width(ty, target.pointer_size));
    let mut b = Build::new(target);
    let cell = b.global(32, 16, true, ConstImage::default());
    let root = b.func("f", &[ty, ty, ty], &[ty, Ty::I8, ty], |f| {
        let (at, old) = (f.global(cell), f.param(0));
        f.store(ty, at, old);
        let (seen, ok) = (f.local(ty), f.local(Ty::I8));
        let (at, expected, desired) = (f.global(cell), f.param(1), f.param(2));
        f.cmpxchg((seen, ok), ty, at, expected, desired);
        let at = f.global(cell);
        let now = f.load(ty, at);
        let (seen, ok) = (f.get(seen), f.get(ok));
        f.ret(&[seen, ok, now]);
    });
    for (old, expected, desired) in [
        (1, 1, 2),
        (1, 2, 3),
        (max, max, 0),
        (max, 0, max),
        (0, 0, max),
    ] {
        let hit = old == expected;
        let wanted = [old, u64::from(hit), if hit { desired } else { old }];
        finished(&run(e, &b.module, root, &[old, expected, desired]), &wanted)?;
    }
    Ok(())
}

fn slots(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    // Writes through a pointer into the caller's slot.
    let bump = b.func("bump", &[Ty::Ptr], &[], |f| {
        let own = f.slot(8, 8);
        let p = f.param(0);
        let old = f.load(Ty::I64, p);
        let at = f.slot_addr(own);
        f.store(Ty::I64, at, old);
        let at = f.slot_addr(own);
        let (old, one) = (f.load(Ty::I64, at), f.i64(1));
        let new = f.add(old, one);
        let p = f.param(0);
        f.store(Ty::I64, p, new);
    });
    let root = b.func("root", &[], &[Ty::I64, Ty::I8, Ty::I64, Ty::I64], |f| {
        let (small, big) = (f.slot(1, 1), f.slot(8, 8));
        let at = f.slot_addr(small);
        let v = f.c(Ty::I8, 9);
        f.store(Ty::I8, at, v);
        let n = f.i64(10);
        f.count(n, |f, _, _| {
            let at = f.slot_addr(big);
            f.call(bump, &[at], &[]);
        });
        let at = f.slot_addr(big);
        let total = f.load(Ty::I64, at);
        let at = f.slot_addr(small);
        let byte = f.load(Ty::I8, at);
        let (p, q) = (f.slot_addr(big), f.slot_addr(small));
        let p = f.conv(sx_ir::ConvertOp::PToI, Ty::Ptr, Ty::I64, p);
        let q = f.conv(sx_ir::ConvertOp::PToI, Ty::Ptr, Ty::I64, q);
        let distance = f.bin(BinaryOp::Sub, Ty::I64, p, q);
        let q = f.slot_addr(small);
        let q = f.conv(sx_ir::ConvertOp::PToI, Ty::Ptr, Ty::I64, q);
        let low = f.i64(15);
        let low = f.bin(BinaryOp::And, Ty::I64, q, low);
        f.ret(&[total, byte, distance, low]);
    });
    finished(&run(e, &b.module, root, &[]), &[10, 9, 8, 0])
}

/// Every word of a slot, in a frame that was full before.
fn slots_are_zeroed(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    for words in [1, 2, 3, 4, 5, 6, 8, 15, 16, 31, 64, 200] {
        let mut b = Build::native();
        let dirty = b.func("dirty", &[], &[Ty::I64], |f| {
            let slot = f.slot(words * 8, 8);
            let before = f.local(Ty::I64);
            for word in 0..words {
                let at = f.slot_addr(slot);
                let at = f.at(at, word as i64 * 8);
                let (value, all) = (f.load(Ty::I64, at), f.get(before));
                let all = f.bin(BinaryOp::Or, Ty::I64, all, value);
                f.set(before, all);
            }
            let (at, byte, len) = (
                f.slot_addr(slot),
                f.c(Ty::I8, 0xff),
                f.i64(words as i64 * 8),
            );
            f.fill(at, byte, len);
            f.ret_local(before);
        });
        let root = b.func("root", &[], &[Ty::I64], |f| {
            let (all, one) = (f.local(Ty::I64), f.local(Ty::I64));
            let n = f.i64(3);
            f.count(n, |f, _, _| {
                f.call(dirty, &[], &[one]);
                let (a, c) = (f.get(all), f.get(one));
                let v = f.bin(BinaryOp::Or, Ty::I64, a, c);
                f.set(all, v);
            });
            f.ret_local(all);
        });
        finished(&run(e, &b.module, root, &[]), &[0])
            .map_err(|why| format!("{words} words: {why}"))?;
    }
    Ok(())
}

/// memmove in both directions, and zero lengths at impossible addresses.
fn copy(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let source = b.global(16, 1, false, ConstImage::from_bytes((1..=16).collect()));
    let root = b.func(
        "f",
        &[Ty::I64, Ty::I64, Ty::I64],
        &[Ty::I64, Ty::I64],
        |f| {
            let slot = f.slot(16, 1);
            let (d, s, n) = (f.slot_addr(slot), f.global(source), f.i64(16));
            f.copy(d, s, n);
            let (d, s) = (f.slot_addr(slot), f.slot_addr(slot));
            let (i, j) = (f.param(0), f.param(1));
            let (d, s) = (
                f.bin(BinaryOp::PtrAdd, Ty::Ptr, d, i),
                f.bin(BinaryOp::PtrAdd, Ty::Ptr, s, j),
            );
            let n = f.param(2);
            f.copy(d, s, n);
            let (d, s, n) = (f.ptr(0), f.ptr(u64::MAX), f.i64(0));
            f.copy(d, s, n);
            let (d, byte, n) = (f.ptr(3), f.c(Ty::I8, 0), f.i64(0));
            f.fill(d, byte, n);
            let (p, q) = (f.slot_addr(slot), f.slot_addr(slot));
            let q = f.at(q, 8);
            let (lo, hi) = (f.load(Ty::I64, p), f.load(Ty::I64, q));
            f.ret(&[lo, hi]);
        },
    );
    for (to, from, len) in [
        (0usize, 0usize, 16usize),
        (0, 1, 15),
        (1, 0, 15),
        (4, 0, 8),
        (0, 8, 8),
        (5, 5, 3),
        (3, 9, 0),
    ] {
        let mut bytes: Vec<u8> = (1..=16).collect();
        bytes.copy_within(from..from + len, to);
        let word = |i: usize| {
            bytes[i..i + 8]
                .iter()
                .rev()
                .fold(0u64, |a, b| a << 8 | u64::from(*b))
        };
        finished(
            &run(e, &b.module, root, &[to as u64, from as u64, len as u64]),
            &[word(0), word(8)],
        )
        .map_err(|why| format!("({to}, {from}, {len}) {why}"))?;
    }
    Ok(())
}

fn fill(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let root = b.func("f", &[Ty::I8, Ty::I64], &[Ty::I64, Ty::I64], |f| {
        let slot = f.slot(16, 8);
        let (d, byte, n) = (f.slot_addr(slot), f.param(0), f.param(1));
        let d = f.at(d, 1);
        f.fill(d, byte, n);
        let (p, q) = (f.slot_addr(slot), f.slot_addr(slot));
        let q = f.at(q, 8);
        let (lo, hi) = (f.load(Ty::I64, p), f.load(Ty::I64, q));
        f.ret(&[lo, hi]);
    });
    for (byte, len) in [(0xabu8, 0usize), (0xab, 1), (0x12, 7), (0xff, 15)] {
        let mut bytes = [0u8; 16];
        bytes[1..1 + len].fill(byte);
        let word = |i: usize| {
            bytes[i..i + 8]
                .iter()
                .rev()
                .fold(0u64, |a, b| a << 8 | u64::from(*b))
        };
        finished(
            &run(e, &b.module, root, &[u64::from(byte), len as u64]),
            &[word(0), word(8)],
        )?;
    }
    Ok(())
}

fn array_sum(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let array = b.global(800, 8, true, ConstImage::default());
    let root = b.func("f", &[], &[Ty::I64], |f| {
        let element = |f: &mut super::Fun, i| {
            let (at, i) = (f.global(array), f.get(i));
            let eight = f.i64(8);
            let offset = f.bin(BinaryOp::Mul, Ty::I64, i, eight);
            f.bin(BinaryOp::PtrAdd, Ty::Ptr, at, offset)
        };
        let n = f.i64(100);
        f.count(n, |f, i, _| {
            let (x, y) = (f.get(i), f.get(i));
            let value = f.bin(BinaryOp::Mul, Ty::I64, x, y);
            let at = element(f, i);
            f.store(Ty::I64, at, value);
        });
        let sum = f.local(Ty::I64);
        let n = f.i64(100);
        f.count(n, |f, i, _| {
            let at = element(f, i);
            let (value, old) = (f.load(Ty::I64, at), f.get(sum));
            let new = f.add(old, value);
            f.set(sum, new);
        });
        f.ret_local(sum);
    });
    finished(&run(e, &b.module, root, &[]), &[328_350])
}

/// Where things lie: constants first, then a page for what may be written, then the stack.
fn addresses(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let variable = b.global(8, 8, true, ConstImage::default());
    let constant = b.global(3, 1, false, ConstImage::from_bytes(vec![1, 2, 3]));
    let aligned = b.global(64, 64, false, ConstImage::default());
    let unused = b.global(8, 8, true, ConstImage::default());
    let root = b.func("f", &[], &[Ty::Ptr, Ty::Ptr, Ty::Ptr, Ty::Ptr], |f| {
        let slot = f.slot(8, 8);
        let values = [
            f.global(variable),
            f.global(constant),
            f.global(aligned),
            f.slot_addr(slot),
        ];
        f.ret(&values);
    });
    let outcome = run(e, &b.module, root, &[]);
    let crate::Status::Finished(got) = &outcome.status else {
        return Err(format!("{:?}", outcome.status));
    };
    same("constant", got[1], GUARD)?;
    same("aligned constant", got[2], GUARD + 0x40)?;
    same("variable", got[0], GUARD + 0x1000)?;
    same(
        "stack is page-aligned and above",
        got[3].is_multiple_of(4096) && got[3] > got[0],
        true,
    )?;
    same("unreached global", outcome.memory.address_of(unused), None)?;
    let object = outcome
        .memory
        .object_at(got[1] + 3)
        .ok_or("no object one past the end")?;
    same(
        "object",
        (object.base, object.size, object.kind),
        (GUARD, 3, ObjectKind::Global(constant)),
    )?;
    let object = outcome.memory.object_at(got[3] + 8).ok_or("no slot")?;
    same(
        "slot",
        (object.base, object.size, object.kind),
        (got[3], 8, ObjectKind::Stack),
    )?;
    same("null", outcome.memory.object_at(0), None)
}

/// What a run writes to globals dies with it.
fn fresh_per_run(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let counter = b.global(8, 8, true, ConstImage::from_bytes(vec![5]));
    let root = b.func("f", &[], &[Ty::I64], |f| {
        let at = f.global(counter);
        let (old, one) = (f.load(Ty::I64, at), f.i64(1));
        let new = f.add(old, one);
        let at = f.global(counter);
        f.store(Ty::I64, at, new);
        let at = f.global(counter);
        let value = f.load(Ty::I64, at);
        f.ret(&[value]);
    });
    for _ in 0..3 {
        finished(&run(e, &b.module, root, &[]), &[6])?;
    }
    Ok(())
}

/// What blocks contain counts, too, as long as they are not freed.
fn digest_of_heap(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let alloc = b.external("alloc", &[Ty::I64], &[Ty::Ptr], false);
    let free = b.external("free", &[Ty::Ptr], &[], false);
    let mut made = |freed: bool| {
        b.func("f", &[Ty::I64], &[], |f| {
            let block = f.local(Ty::Ptr);
            let size = f.i64(24);
            f.call(alloc, &[size], &[block]);
            let (at, value) = (f.get(block), f.param(0));
            let at = f.at(at, 16);
            f.store(Ty::I64, at, value);
            if freed {
                let at = f.get(block);
                f.call(free, &[at], &[]);
            }
        })
    };
    let (kept, freed) = (made(false), made(true));
    let mut of = |root, n: u64| run(e, &b.module, root, &[n]).memory.digest();
    same("digest differs", of(kept, 1) != of(kept, 2), true)?;
    same("digest repeats", of(kept, 1), of(kept, 1))?;
    same("freed blocks do not count", of(freed, 1), of(freed, 2))
}

/// No object begins where another one ends: an address just behind one is not the next one's.
fn objects_are_apart(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    for mutable in [false, true] {
        let mut b = Build::native();
        let globals: Vec<_> = (0..4)
            .map(|i| b.global(8 << i, 8, mutable, ConstImage::from_bytes(vec![1])))
            .collect();
        let root = b.func("f", &[], &[Ty::Ptr; 4], |f| {
            let all: Vec<_> = globals.iter().map(|global| f.global(*global)).collect();
            f.ret(&all);
        });
        let outcome = run(e, &b.module, root, &[]);
        let crate::Status::Finished(starts) = &outcome.status else {
            return Err(format!("{:?}", outcome.status));
        };
        for (i, start) in starts.iter().enumerate() {
            let end = start + (8 << i);
            let touches = starts.contains(&end);
            same("another begins at the end", touches, false)?;
        }
    }
    Ok(())
}

fn digest(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let cell = b.global(16, 8, true, ConstImage::default());
    let root = b.func("f", &[Ty::I64], &[], |f| {
        let slot = f.slot(8, 8);
        let (at, v) = (f.slot_addr(slot), f.param(0));
        f.store(Ty::I64, at, v);
        let (v, one) = (f.param(0), f.i64(1));
        let v = f.bin(BinaryOp::And, Ty::I64, v, one);
        let at = f.global(cell);
        f.store(Ty::I64, at, v);
    });
    let mut of = |n: u64| run(e, &b.module, root, &[n]).memory.digest();
    let (even, odd) = (of(2), of(1));
    same("digest differs", even != odd, true)?;
    same(
        "digest repeats; the stack does not count",
        (of(4), of(3)),
        (even, odd),
    )
}

fn heap(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    let mut b = Build::native();
    let alloc = b.external("alloc", &[Ty::I64], &[Ty::Ptr], false);
    let free = b.external("free", &[Ty::Ptr], &[], false);
    let root = b.func("f", &[], &[Ty::I64, Ty::I64, Ty::I8, Ty::I64], |f| {
        let (p, q, r) = (f.local(Ty::Ptr), f.local(Ty::Ptr), f.local(Ty::Ptr));
        let n = f.i64(100);
        f.call(alloc, &[n], &[p]);
        let n = f.i64(100_000);
        f.call(alloc, &[n], &[q]);
        let (at, byte, n) = (f.get(p), f.c(Ty::I8, 0xff), f.i64(100));
        f.fill(at, byte, n);
        let (at, byte, n) = (f.get(q), f.c(Ty::I8, 0x11), f.i64(100_000));
        f.fill(at, byte, n);
        let at = f.get(p);
        f.call(free, &[at], &[]);
        let n = f.i64(100);
        f.call(alloc, &[n], &[r]);
        let (x, y) = (f.get(p), f.get(r));
        let reused = f.bin(BinaryOp::Eq, Ty::Ptr, x, y);
        let at = f.get(r);
        let zero = f.load(Ty::I64, at);
        let at = f.get(q);
        let at = f.at(at, 99_992);
        let last = f.load(Ty::I64, at);
        let at = f.get(r);
        let low = f.conv(sx_ir::ConvertOp::PToI, Ty::Ptr, Ty::I64, at);
        let mask = f.i64(15);
        let low = f.bin(BinaryOp::And, Ty::I64, low, mask);
        f.ret(&[zero, last, reused, low]);
    });
    let outcome = e.run(
        &b.module,
        root,
        &[],
        &Limits::default(),
        &mut TestHost::default(),
    );
    finished(&outcome, &[0, 0x1111_1111_1111_1111, 1, 0])?;
    same("peak", outcome.peak_memory, 100_100)
}

/// A block that was filled and freed is zero when it is handed out again, to its end.
fn blocks_are_zeroed(e: &mut dyn ComptimeEngine) -> Result<(), String> {
    for size in [1u64, 8, 16, 17, 100, 4095, 4096, 20_000] {
        let mut b = Build::native();
        let alloc = b.external("alloc", &[Ty::I64], &[Ty::Ptr], false);
        let free = b.external("free", &[Ty::Ptr], &[], false);
        let root = b.func("root", &[], &[Ty::I8, Ty::I8], |f| {
            let (first, second) = (f.local(Ty::Ptr), f.local(Ty::Ptr));
            let len = f.i64(size as i64);
            f.call(alloc, &[len], &[first]);
            let (at, byte, len) = (f.get(first), f.c(Ty::I8, 0xa5), f.i64(size as i64));
            f.fill(at, byte, len);
            let at = f.get(first);
            f.call(free, &[at], &[]);
            let len = f.i64(size as i64);
            f.call(alloc, &[len], &[second]);
            let (a, b) = (f.get(first), f.get(second));
            let same = f.bin(BinaryOp::Eq, Ty::Ptr, a, b);
            let sum = f.local(Ty::I8);
            let len = f.i64(size as i64);
            f.count(len, |f, i, _| {
                let (at, i) = (f.get(second), f.get(i));
                let at = f.bin(BinaryOp::PtrAdd, Ty::Ptr, at, i);
                let (old, byte) = (f.get(sum), f.load(Ty::I8, at));
                let both = f.bin(BinaryOp::Or, Ty::I8, old, byte);
                f.set(sum, both);
            });
            let sum = f.get(sum);
            f.ret(&[same, sum]);
        });
        finished(&run(e, &b.module, root, &[]), &[1, 0])
            .map_err(|why| format!("{size} bytes: {why}"))?;
    }
    Ok(())
}
