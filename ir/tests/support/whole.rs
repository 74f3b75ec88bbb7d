//! Random programs made into ones that stand alone, to run natively: what depends on addresses, or ends in a trap, is left
//! out, since native code has other addresses and finds bad ones in its own way.

use sx_ir::*;

use super::build::{Fun, import, opaque};
use super::eval::{Observed, run_at, run_elsewhere};

/// Calls of the host that are kept.
const MAX_CALLS: u64 = 4096;
/// The function that stands for the host in random programs.
pub const HOST: FuncId = FuncId(3);

/// What a program writes that behaves the same wherever its memory lies, whatever bits a computed NaN has: those are
/// the machine's choice.
pub fn wanted(module: &Module, root: FuncId, args: &[u64], fuel: u32) -> Option<Vec<u8>> {
    let first = with_one_nan(&expected(&run_at(module, root, args, fuel, 0))?);
    let second = with_one_nan(&expected(&run_elsewhere(module, root, args, fuel))?);
    (first == second).then_some(first)
}

/// What a run is expected to write: results, count and arguments of calls, globals.
fn expected(observed: &Observed) -> Option<Vec<u8>> {
    let results = observed.end.as_ref().ok()?;
    let mut words = results.clone();
    words.push(observed.calls.len() as u64);
    words.extend(observed.calls.iter().map(|args| args[0]));
    let mut out: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    observed.globals.iter().for_each(|bytes| out.extend(bytes));
    (observed.calls.len() < MAX_CALLS as usize).then_some(out)
}

/// What NaN arithmetic yields is the machine's choice: its own, or that of an operand.
pub fn with_one_nan(bytes: &[u8]) -> Vec<u8> {
    let word = |chunk: &[u8]| match chunk.try_into().map(f64::from_le_bytes) {
        Ok(value) if value.is_nan() => semantics::CANONICAL_NAN_F64.to_le_bytes().to_vec(),
        Ok(_) | Err(_) => chunk.to_vec(),
    };
    bytes.chunks(8).flat_map(word).collect()
}

/// Clears slots at entry, as evaluations do; native code leaves that to who reads them.
pub fn clear_slots(module: &mut Module) {
    for func in &mut module.funcs {
        let Some(mut body) = func.body.take() else {
            continue;
        };
        for index in (0..func.slots.len()).rev() {
            let loc = LocId(0);
            let dst = func.add_expr(Expr::SlotAddr(SlotId::new(index)), loc);
            let size = func.slots[index].size;
            let mut constant = |ty, bits| func.add_expr(Expr::Const { ty, bits }, loc);
            let (byte, len) = (constant(Ty::I8, 0), constant(Ty::I64, size));
            let kind = StmtKind::Fill { dst, byte, len };
            body.stmts.insert(0, Stmt { loc, kind });
        }
        func.body = Some(body);
    }
}

/// Gives the host's function a body that keeps its arguments, and adds an exported function `name` that runs the program
/// and writes what it did.
pub fn complete(m: &mut Module, args: [u64; 2], name: &str) -> FuncId {
    let globals: Vec<(GlobalId, u64)> = m
        .globals
        .iter()
        .enumerate()
        .map(|(index, global)| (GlobalId::new(index), global.size))
        .collect();
    let log = opaque(m, &format!("{name}_log"), vec![0; 8 * MAX_CALLS as usize]);
    let count = opaque(m, &format!("{name}_count"), vec![0; 8]);
    let out = opaque(m, &format!("{name}_out"), vec![0; 16]);
    let io = [Ty::I32, Ty::Ptr, Ty::I64];
    let write = import(m, "write", &io, &[Ty::I64], false);

    let mut host = m.func(HOST).clone();
    host.linkage = Linkage::Internal;
    let mut f = Fun::of(host);
    let at = f.global(count);
    let number = f.func.add_local(Ty::I64);
    let value = f.load(Ty::I64, at);
    f.set(number, value);
    let (base, index) = (f.global(log), f.l(number));
    let (addr, arg) = (f.at(base, index, 8), f.p(0));
    f.store(Ty::I64, addr, arg);
    let (at, n, one) = (f.global(count), f.l(number), f.i(1));
    let next = f.bin(BinaryOp::Add, Ty::I64, n, one);
    f.store(Ty::I64, at, next);
    let (arg, seed, mask) = (f.p(0), f.i(7 * 31), f.i(0x7f));
    let sum = f.bin(BinaryOp::Add, Ty::I64, seed, arg);
    let result = f.bin(BinaryOp::And, Ty::I64, sum, mask);
    f.ret(&[result]);
    f.finish_into(m, HOST);

    let linkage = Linkage::Export(name.into());
    let mut f = Fun::new(m, name, linkage, &[], &[Ty::I32]);
    let (int, float) = (f.func.add_local(Ty::I64), f.func.add_local(Ty::F64));
    let values = args.map(|arg| f.i(arg as i64));
    f.call(FuncId(0), &values, &[int, float]);
    let (addr, value) = (f.global(out), f.l(int));
    f.store(Ty::I64, addr, value);
    let (base, index, value) = (f.global(out), f.i(1), f.l(float));
    let addr = f.at(base, index, 8);
    f.store(Ty::F64, addr, value);
    let sink = f.func.add_local(Ty::I64);
    let tell = |f: &mut Fun, global: GlobalId, len: ExprId| {
        let (fd, data) = (f.c(Ty::I32, 1), f.global(global));
        f.call(write, &[fd, data, len], &[sink]);
    };
    let len = f.i(16);
    tell(&mut f, out, len);
    let len = f.i(8);
    tell(&mut f, count, len);
    let (at, eight) = (f.global(count), f.i(8));
    let calls = f.load(Ty::I64, at);
    let len = f.bin(BinaryOp::Mul, Ty::I64, calls, eight);
    tell(&mut f, log, len);
    for (global, size) in globals {
        let len = f.i(size as i64);
        tell(&mut f, global, len);
    }
    let zero = f.c(Ty::I32, 0);
    f.ret(&[zero]);
    f.finish(m)
}
