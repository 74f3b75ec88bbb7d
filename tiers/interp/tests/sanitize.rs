//! What the checking interpreter finds, and what it leaves alone.

use sx_interp::Interp;
use sx_ir::{BinaryOp, ConstImage, ConvertOp, FuncId, LocalId, TrapKind, Ty};
use sx_machine::{HostOptions, StdHost};
use sx_tier_api::conformance::{Build, Fun};
use sx_tier_api::{ComptimeEngine, Limits, Status};

fn run(b: &Build, root: FuncId) -> (Status, Vec<String>) {
    let mut engine = Interp::sanitizing();
    let mut host = StdHost::new(HostOptions::default(), None);
    let outcome = engine.run(&b.module, root, &[], &Limits::default(), &mut host);
    (outcome.status, engine.reports().to_vec())
}

fn found(b: &Build, root: FuncId) -> String {
    match run(b, root).0 {
        Status::Trapped(trap) => {
            assert!(
                matches!(trap.kind, TrapKind::BadAccess | TrapKind::BadFree),
                "{trap:?}"
            );
            trap.detail.expect("a description")
        }
        other => panic!("{other:?}"),
    }
}

struct Libc {
    malloc: FuncId,
    free: FuncId,
}

fn libc(b: &mut Build) -> Libc {
    Libc {
        malloc: b.external("malloc", &[Ty::I64], &[Ty::Ptr], false),
        free: b.external("free", &[Ty::Ptr], &[], false),
    }
}

/// A block of `size` bytes in a local.
fn block(f: &mut Fun, c: &Libc, size: i64) -> LocalId {
    let p = f.local(Ty::Ptr);
    let n = f.i64(size);
    f.call(c.malloc, &[n], &[p]);
    p
}

fn store(f: &mut Fun, p: LocalId, offset: i64, value: i64) {
    let at = f.get(p);
    let at = f.at(at, offset);
    let value = f.i64(value);
    f.store(Ty::I64, at, value);
}

fn load(f: &mut Fun, p: LocalId, offset: i64) -> sx_ir::ExprId {
    let at = f.get(p);
    let at = f.at(at, offset);
    f.load(Ty::I64, at)
}

#[test]
fn use_after_free() {
    let mut b = Build::native();
    let c = libc(&mut b);
    let root = b.func("root", &[], &[Ty::I64], |f| {
        let p = block(f, &c, 24);
        store(f, p, 16, 1);
        let at = f.get(p);
        f.call(c.free, &[at], &[]);
        // The same address lives again, for someone else.
        let q = block(f, &c, 24);
        store(f, q, 16, 2);
        let value = load(f, p, 16);
        f.ret(&[value]);
    });
    let text = found(&b, root);
    assert!(text.starts_with("use after free: 8 bytes at offset 16 of a heap block of 24 bytes, allocated in root at test.sx:"), "{text}");
    assert!(text.contains(", freed in root at test.sx:"), "{text}");
}

#[test]
fn outside_an_object() {
    let mut b = Build::native();
    let c = libc(&mut b);
    let over = b.func("over", &[], &[Ty::I64], |f| {
        let p = block(f, &c, 24);
        let value = load(f, p, 24);
        f.ret(&[value]);
    });
    assert!(
        found(&b, over).starts_with("access of 8 bytes at offset 24 of a heap block of 24 bytes")
    );
    let g = b.global(8, 8, true, ConstImage::default());
    let straddling = b.func("straddling", &[], &[Ty::I64], |f| {
        let at = f.global(g);
        let at = f.at(at, 4);
        let value = f.load(Ty::I64, at);
        f.ret(&[value]);
    });
    assert_eq!(
        found(&b, straddling),
        "access of 8 bytes at offset 4 of the global 'g0' of 8 bytes"
    );
    let stack = b.func("stack", &[], &[], |f| {
        let (small, _big) = (f.slot(8, 8), f.slot(64, 8));
        let p = f.local(Ty::Ptr);
        let at = f.slot_addr(small);
        f.set(p, at);
        store(f, p, 8, 1);
    });
    assert_eq!(
        found(&b, stack),
        "access of 8 bytes at offset 8 of a local of 'stack' of 8 bytes"
    );
}

#[test]
fn use_after_return() {
    let mut b = Build::native();
    let inner = b.func("inner", &[], &[Ty::Ptr], |f| {
        let slot = f.slot(8, 8);
        let at = f.slot_addr(slot);
        f.ret(&[at]);
    });
    let root = b.func("root", &[], &[], |f| {
        let p = f.local(Ty::Ptr);
        f.call(inner, &[], &[p]);
        store(f, p, 0, 1);
    });
    assert!(
        found(&b, root).starts_with("use after return: 8 bytes at offset 0 of a local of 'inner'")
    );
}

#[test]
fn double_free_and_leaks() {
    let mut b = Build::native();
    let c = libc(&mut b);
    let twice = b.func("twice", &[], &[], |f| {
        let p = block(f, &c, 8);
        for _ in 0..2 {
            let at = f.get(p);
            f.call(c.free, &[at], &[]);
        }
    });
    assert!(
        found(&b, twice).starts_with("double free of a heap block of 8 bytes, allocated in twice")
    );
    let keep = b.global(8, 8, true, ConstImage::default());
    let leak = b.func("leak", &[], &[], |f| {
        let (p, q) = (block(f, &c, 100), block(f, &c, 16));
        let _lost = block(f, &c, 40);
        // A global leads to q, which leads to p.
        let (at, value) = (f.get(q), f.get(p));
        f.store(Ty::Ptr, at, value);
        let (at, value) = (f.global(keep), f.get(q));
        f.store(Ty::Ptr, at, value);
    });
    let (status, reports) = run(&b, leak);
    assert_eq!(status, Status::Finished(vec![]));
    assert_eq!(reports.len(), 1);
    assert!(
        reports[0].starts_with("leak of 40 bytes, allocated in leak at test.sx:"),
        "{reports:?}"
    );
}

#[test]
fn values_never_given() {
    let mut b = Build::native();
    let c = libc(&mut b);
    let branch = b.func("branch", &[], &[Ty::I64], |f| {
        let p = block(f, &c, 16);
        store(f, p, 0, 1);
        let (a, z) = (load(f, p, 8), f.i64(0));
        let cond = f.bin(BinaryOp::Eq, Ty::I64, a, z);
        f.when(cond, |_| {});
        let zero = f.i64(0);
        f.ret(&[zero]);
    });
    assert_eq!(
        found(&b, branch),
        "this depends on memory that was never given a value"
    );
    // Copying such bytes around is fine, as is deciding by the part that has a value.
    let fine = b.func("fine", &[], &[Ty::I64], |f| {
        let (p, q) = (block(f, &c, 16), block(f, &c, 16));
        let (at, v) = (f.get(p), f.c(Ty::I8, 7));
        f.store(Ty::I8, at, v);
        let (d, s, n) = (f.get(q), f.get(p), f.i64(16));
        f.copy(d, s, n);
        let word = f.local(Ty::I64);
        let v = load(f, q, 0);
        f.set(word, v);
        let w = f.get(word);
        let low = f.conv(ConvertOp::Trunc, Ty::I64, Ty::I8, w);
        let seven = f.c(Ty::I8, 7);
        let cond = f.bin(BinaryOp::Eq, Ty::I8, low, seven);
        let result = f.local(Ty::I64);
        let zero = f.i64(0);
        f.set(result, zero);
        f.when(cond, |f| {
            let one = f.i64(1);
            f.set(result, one);
        });
        f.ret_local(result);
    });
    assert_eq!(run(&b, fine).0, Status::Finished(vec![1]));
    let local = b.func("local", &[], &[], |f| {
        let x = f.local(Ty::I8);
        let cond = f.get(x);
        f.when(cond, |_| {});
    });
    assert_eq!(
        found(&b, local),
        "this depends on memory that was never given a value"
    );
}

#[test]
fn pointers_travel_through_memory_and_numbers() {
    let mut b = Build::native();
    let c = libc(&mut b);
    let root = b.func("root", &[], &[Ty::I64], |f| {
        let (p, table, copy) = (block(f, &c, 32), block(f, &c, 64), block(f, &c, 64));
        store(f, p, 24, 42);
        let (at, value) = (f.get(table), f.get(p));
        let at = f.at(at, 8);
        f.store(Ty::Ptr, at, value);
        let (d, s, n) = (f.get(copy), f.get(table), f.i64(64));
        f.copy(d, s, n);
        let at = f.get(copy);
        let at = f.at(at, 8);
        let back = f.load(Ty::Ptr, at);
        let number = f.conv(ConvertOp::PToI, Ty::Ptr, Ty::I64, back);
        let n = f.i64(24);
        let number = f.add(number, n);
        let back = f.conv(ConvertOp::IToP, Ty::I64, Ty::Ptr, number);
        let value = f.load(Ty::I64, back);
        f.ret(&[value]);
    });
    assert_eq!(run(&b, root).0, Status::Finished(vec![42]));
}
