//! Code that all functions share: the way in and out, calls of functions that are not compiled yet, host calls, and
//! calls of helpers written in Rust. Also the data that machine code addresses relative to itself.

#![allow(unsafe_code)]

use crate::arena::CodeArena;
use crate::helpers;
use core::mem::offset_of;
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm, x64::X64Relocation};
use sx_machine::ctx::{CodeEntry, VmCtx};

pub const MEM_BASE: i32 = offset_of!(VmCtx, mem_base) as i32;
pub const LOAD_START: i32 = offset_of!(VmCtx, load_start) as i32;
pub const STORE_START: i32 = offset_of!(VmCtx, store_start) as i32;
pub const MEM_END: i32 = offset_of!(VmCtx, mem_end) as i32;
pub const SP: i32 = offset_of!(VmCtx, sp) as i32;
pub const STACK_END: i32 = offset_of!(VmCtx, stack_end) as i32;
pub const STEPS: i32 = offset_of!(VmCtx, steps) as i32;
pub const STEP_LIMIT: i32 = offset_of!(VmCtx, step_limit) as i32;
pub const RECORDS: i32 = offset_of!(VmCtx, records) as i32;
pub const DEPTH: i32 = offset_of!(VmCtx, depth) as i32;
pub const DEPTH_LIMIT: i32 = offset_of!(VmCtx, depth_limit) as i32;
pub const ENTRIES: i32 = offset_of!(VmCtx, entries) as i32;
pub const FN_BASE: i32 = offset_of!(VmCtx, fn_base) as i32;
pub const FN_OF: i32 = offset_of!(VmCtx, fn_of) as i32;
pub const FN_COUNT: i32 = offset_of!(VmCtx, fn_count) as i32;
pub const TRAP_KIND: i32 = offset_of!(VmCtx, trap_kind) as i32;
pub const TRAP_A: i32 = offset_of!(VmCtx, trap_a) as i32;
pub const TRAP_B: i32 = offset_of!(VmCtx, trap_b) as i32;
pub const FRAMES_END: i32 = offset_of!(VmCtx, frames_end) as i32;

/// How machine code gets out to whoever runs the functions that have no code (yet).
#[derive(Clone, Copy)]
pub struct Callbacks {
    /// Runs an `extern` or host function: arguments (`argc` words) in and results out at `frame`. The caller's loc is
    /// set. Yields an [`Exit`](sx_machine::ctx::Exit).
    pub call_host:
        extern "sysv64" fn(ctx: *mut VmCtx, frame: *mut u64, func: u64, argc: u64) -> u64,
    /// Compiles a function at its first call and yields its inner entry, or null after setting up the context for an
    /// exit with [`Exit::Host`](sx_machine::ctx::Exit::Host). `None`: functions without code are called through
    /// `VmCtx::entries`, with the owner deciding when to compile.
    pub compile: Option<extern "sysv64" fn(ctx: *mut VmCtx, func: u64) -> *const u8>,
}

/// The arena's data part; constants first, for the alignment that SSE wants.
#[repr(C, align(16))]
pub struct Data {
    pub sign_f64: [u64; 2],
    pub sign_f32: [u32; 4],
    pub nan_f64: u64,
    pub nan_f32: u64,
    pub two_63_f64: u64,
    pub two_63_f32: u64,
    /// Native stack of the innermost way in; an exit returns to it.
    pub way_out: u64,
    /// End of the call records.
    pub records_end: u64,
    /// For accesses of 1, 2, 4 and 8 bytes: the last address that may be loaded (stored), less the first. Only host
    /// calls change the end of memory, so these are right whenever compiled code runs.
    pub load_spans: [u64; 4],
    pub store_spans: [u64; 4],
}

/// Addresses of shared code and data.
#[derive(Clone, Copy)]
pub struct Stubs {
    pub data: usize,
    /// Per function: inner entry. Follows `Data`.
    pub inner: usize,
    /// Per function: its signature's number. Follows `inner`.
    pub sigs: usize,
    pub enter: usize,
    /// Exit code in `eax`.
    pub exit: usize,
    /// A function (number in `edx`) that has no code yet, called with the inner convention.
    pub call_uncompiled: usize,
    /// A function (number in `edx`) defined outside; argument count in `ecx`.
    pub call_host: usize,
    /// Address in `rsi`, bytes in `rdx`, 1 for a store in `ecx`; the record's loc is set. Never returns.
    pub access_fault: usize,
    /// memmove: operands in the context's `trap_a`, `trap_b`, `trap_kind`. Keeps all registers.
    pub copy: usize,
    /// memset: as `copy`.
    pub fill: usize,
    /// Runs iterations of the loop described at `rax`; locals are in the frame. Keeps all registers but `rax`.
    pub bulk: usize,
    /// `malloc` and `free` with the inner convention.
    pub malloc: usize,
    pub free: usize,
    /// Float operations on patterns in `trap_a`, `trap_b`, result in `trap_a`. Keep all registers.
    pub float_ops: [usize; helpers::FLOAT_OPS],
}

macro_rules! field {
    ($data:expr, $name:ident) => {
        $data + core::mem::offset_of!($crate::stubs::Data, $name)
    };
}
pub(crate) use field;

type Asm = VecAssembler<X64Relocation>;

/// Fills the data part and assembles the shared code. The tables behind [`Data`] have room for `capacity` functions.
pub fn build(
    arena: &mut CodeArena,
    capacity: usize,
    callbacks: &Callbacks,
) -> Result<Stubs, String> {
    let data = arena.data() as usize;
    let inner = data + size_of::<Data>();
    let sig_table = inner + capacity * 8;
    // SAFETY: the data part is page aligned, writable and long enough.
    unsafe {
        (data as *mut Data).write(Data {
            sign_f64: [1 << 63; 2],
            sign_f32: [1 << 31; 4],
            nan_f64: sx_ir::semantics::CANONICAL_NAN_F64,
            nan_f32: sx_ir::semantics::CANONICAL_NAN_F32,
            two_63_f64: 9_223_372_036_854_775_808f64.to_bits(),
            two_63_f32: u64::from(9_223_372_036_854_775_808f32.to_bits()),
            way_out: 0,
            records_end: 0,
            load_spans: [0; 4],
            store_spans: [0; 4],
        });
    }
    let mut stubs = Stubs {
        data,
        inner,
        sigs: sig_table,
        enter: 0,
        exit: 0,
        call_uncompiled: 0,
        call_host: 0,
        access_fault: 0,
        copy: 0,
        fill: 0,
        bulk: 0,
        malloc: 0,
        free: 0,
        float_ops: [0; helpers::FLOAT_OPS],
    };
    (stubs.enter, stubs.exit) = way_in_and_out(arena, data)?;
    stubs.call_uncompiled = match callbacks.compile {
        Some(compile) => add(arena, |ops| {
            call_compiling(ops, compile as usize, stubs.exit)
        })?,
        None => add(arena, |ops| call_entries(ops, stubs.exit, data))?,
    };
    stubs.call_host = add(arena, |ops| {
        call_host(ops, callbacks.call_host as usize, stubs.exit, data)
    })?;
    stubs.access_fault = add(arena, |ops| access_fault(ops, stubs.exit))?;
    stubs.copy = add(arena, |ops| {
        keeping_all(ops, helpers::copy as *const () as usize, stubs.exit)
    })?;
    stubs.fill = add(arena, |ops| {
        keeping_all(ops, helpers::fill as *const () as usize, stubs.exit)
    })?;
    stubs.bulk = add(arena, bulk)?;
    stubs.malloc = add(arena, |ops| {
        allocation(ops, helpers::malloc as *const () as usize, stubs.exit, data)
    })?;
    stubs.free = add(arena, |ops| {
        allocation(ops, helpers::free as *const () as usize, stubs.exit, data)
    })?;
    for (at, helper) in stubs.float_ops.iter_mut().zip(helpers::float_ops()) {
        *at = add(arena, |ops| {
            keeping_all(ops, helper as *const () as usize, stubs.exit)
        })?;
    }
    Ok(stubs)
}

/// Place of a function's signature number.
pub fn sig_slot(stubs: &Stubs, func: sx_ir::FuncId) -> *mut u32 {
    (stubs.sigs + func.index() * 4) as *mut u32
}

/// Place of a function's inner entry.
pub fn inner_slot(stubs: &Stubs, func: sx_ir::FuncId) -> *mut CodeEntry {
    (stubs.inner + func.index() * 8) as *mut CodeEntry
}

fn add(arena: &mut CodeArena, emit: impl FnOnce(&mut Asm)) -> Result<usize, String> {
    let mut ops = Asm::new(arena.next());
    emit(&mut ops);
    let code = ops
        .finalize()
        .map_err(|e| format!("assembling shared code: {e}"))?;
    arena
        .add(&code)
        .map(|at| at as usize)
        .ok_or_else(|| "the code arena is full".into())
}

/// Writes `steps` and `depth` back to the context. Changes `rax`.
fn sync(ops: &mut Asm) {
    dynasm!(ops
        ; mov rax, [r15 + STEP_LIMIT]
        ; sub rax, r12
        ; mov [r15 + STEPS], rax
        ; mov rax, r13
        ; sub rax, [r15 + RECORDS]
        ; shr rax, 3
        ; mov [r15 + DEPTH], rax
    );
}

/// Reads them again.
fn reload(ops: &mut Asm) {
    dynasm!(ops
        ; mov r12, [r15 + STEP_LIMIT]
        ; sub r12, [r15 + STEPS]
        ; mov r13, [r15 + DEPTH]
        ; shl r13, 3
        ; add r13, [r15 + RECORDS]
    );
}

/// Reads the end of memory again. Changes `rax` and `rcx`.
fn refresh_spans(ops: &mut Asm, data: usize) {
    for (start, spans) in [
        (LOAD_START, field!(data, load_spans)),
        (STORE_START, field!(data, store_spans)),
    ] {
        dynasm!(ops; mov rax, [r15 + MEM_END]; sub rax, [r15 + start]);
        for i in 0..4 {
            let at = spans + i * 8;
            dynasm!(ops; lea rcx, [rax - (1 << i)]; mov [extern at], rcx);
        }
    }
}

/// `enter`: `rdi` context, `rsi` frame, `rax` code to run, as called from Rust. `exit`: leave it with the code in `eax`.
fn way_in_and_out(arena: &mut CodeArena, data: usize) -> Result<(usize, usize), String> {
    let mut ops = Asm::new(arena.next());
    let way_out = field!(data, way_out);
    let records_end = field!(data, records_end);
    dynasm!(ops
        ; push rbp
        ; push rbx
        ; push r12
        ; push r13
        ; push r14
        ; push r15
        ; push QWORD [extern way_out]
        ; mov r15, rdi
        ; mov rbx, rsi
        ; mov r14, [r15 + MEM_BASE]
        ;; reload(&mut ops)
        ; mov rcx, [r15 + DEPTH_LIMIT]
        ; shl rcx, 3
        ; add rcx, [r15 + RECORDS]
        ; mov [extern records_end], rcx
        ; mov [extern way_out], rsp
        ; mov rdx, rax
        ;; refresh_spans(&mut ops, data)
        ; call rdx
        ; xor eax, eax
        ; jmp >leave
    );
    let exit = ops.offset().0;
    dynasm!(ops
        ; mov rsp, [extern way_out]
        ; leave:
        ; mov ecx, eax
        ;; sync(&mut ops)
        ; mov eax, ecx
        ; pop QWORD [extern way_out]
        ; pop r15
        ; pop r14
        ; pop r13
        ; pop r12
        ; pop rbx
        ; pop rbp
        ; ret
    );
    let code = ops
        .finalize()
        .map_err(|e| format!("assembling shared code: {e}"))?;
    let enter = arena.add(&code).ok_or("the code arena is full")? as usize;
    Ok((enter, enter + exit))
}

/// First call of a function: have it compiled, then go on there.
fn call_compiling(ops: &mut Asm, compile: usize, exit: usize) {
    dynasm!(ops
        ;; sync(ops)
        ; mov rdi, r15
        ; mov esi, edx
        ; mov rbp, rsp
        ; and rsp, -16
        ; mov rax, QWORD compile as i64
        ; call rax
        ; mov rsp, rbp
        ; test rax, rax
        ; jz >failed
        ; jmp rax
        ; failed:
        ; mov eax, 3
        ; jmp extern exit
    );
}

/// A function that another tier runs, through the context's table.
fn call_entries(ops: &mut Asm, exit: usize, data: usize) {
    dynasm!(ops
        ;; sync(ops)
        ; mov rdi, r15
        ; mov rsi, rbx
        ; mov edx, edx
        ; mov rbp, rsp
        ; and rsp, -16
        ; mov rax, [r15 + ENTRIES]
        ; call QWORD [rax + rdx * 8]
        ; mov rsp, rbp
        ;; reload(ops)
        ; test eax, eax
        ; jnz extern exit
        ;; refresh_spans(ops, data)
        ; mov rax, [rbx]
        ; movsd xmm0, [rbx]
        ; ret
    );
}

fn call_host(ops: &mut Asm, callback: usize, exit: usize, data: usize) {
    dynasm!(ops
        ;; sync(ops)
        ; mov rdi, r15
        ; mov rsi, rbx
        ; mov edx, edx
        ; mov ecx, ecx
        ; mov rbp, rsp
        ; and rsp, -16
        ; mov rax, QWORD callback as i64
        ; call rax
        ; mov rsp, rbp
        ;; reload(ops)
        ; test eax, eax
        ; jnz extern exit
        ;; refresh_spans(ops, data)
        ; mov rax, [rbx]
        ; movsd xmm0, [rbx]
        ; ret
    );
}

/// `helper(ctx, frame)` yields an exit code. It neither looks at steps and calls nor runs code.
fn allocation(ops: &mut Asm, helper: usize, exit: usize, data: usize) {
    let span = field!(data, load_spans);
    dynasm!(ops
        ; mov rdi, r15
        ; mov rsi, rbx
        ; mov rbp, rsp
        ; and rsp, -16
        ; mov rax, QWORD helper as i64
        ; call rax
        ; mov rsp, rbp
        ; test eax, eax
        ; jnz extern exit
        ; mov rax, [r15 + MEM_END]
        ; sub rax, [r15 + LOAD_START]
        ; sub rax, BYTE 1
        ; cmp rax, [extern span]
        ; jne >grown
        ; mov rax, [rbx]
        ; ret
        ; grown:
        ;; refresh_spans(ops, data)
        ; mov rax, [rbx]
        ; ret
    );
}

/// Keeps registers around a call: those given and all of the floating-point ones.
fn push_registers(ops: &mut Asm, general: &[u8]) {
    for &reg in general {
        dynasm!(ops; push Rq(reg));
    }
    dynasm!(ops; sub rsp, 256);
    for reg in 0..16u8 {
        dynasm!(ops; movups [rsp + i32::from(reg) * 16], Rx(reg));
    }
}

fn pop_registers(ops: &mut Asm, general: &[u8]) {
    for reg in 0..16u8 {
        dynasm!(ops; movups Rx(reg), [rsp + i32::from(reg) * 16]);
    }
    dynasm!(ops; add rsp, 256);
    for &reg in general.iter().rev() {
        dynasm!(ops; pop Rq(reg));
    }
}

/// `helpers::bulk` with every register kept but `rax`.
fn bulk(ops: &mut Asm) {
    const SAVED: [u8; 9] = [1, 2, 5, 6, 7, 8, 9, 10, 11];
    push_registers(ops, &SAVED);
    dynasm!(ops
        ; mov rdi, r15
        ; mov rsi, rbx
        ; mov rdx, rax
        ; mov rcx, r12
        ; mov rbp, rsp
        ; and rsp, -16
        ; mov rax, QWORD helpers::bulk as *const () as i64
        ; call rax
        ; mov rsp, rbp
        ; sub r12, rax
    );
    pop_registers(ops, &SAVED);
    dynasm!(ops; ret);
}

fn access_fault(ops: &mut Asm, exit: usize) {
    dynasm!(ops
        ; mov rdi, r15
        ; and rsp, -16
        ; mov rax, QWORD helpers::access_fault as *const () as i64
        ; call rax
        ; mov eax, 1
        ; jmp extern exit
    );
}

/// Calls `helper(ctx)`, which yields an exit code, with every register kept.
fn keeping_all(ops: &mut Asm, helper: usize, exit: usize) {
    const SAVED: [u8; 10] = [0, 1, 2, 5, 6, 7, 8, 9, 10, 11];
    push_registers(ops, &SAVED);
    dynasm!(ops
        ; mov rdi, r15
        ; mov rbp, rsp
        ; and rsp, -16
        ; mov rax, QWORD helper as i64
        ; call rax
        ; mov rsp, rbp
        ; test eax, eax
        ; jnz extern exit
    );
    pop_registers(ops, &SAVED);
    dynasm!(ops; ret);
}
