//! Functions of the program that a host library calls: addresses that C can call, and the way back into the engine.
//!
//! Such an address belongs to a *thunk*, a few instructions that load the thunk's number and go on in [`enter`]. Thunks
//! are made once and never go away, because a library may keep their addresses; what a number stands for is the
//! host's own table. A callback finds its host through a variable of the thread, set while a library runs.
//!
//! A callback that traps, reaches a limit or exits can't unwind through C: it returns zero, every later one of that
//! call, too, and the call ends with the fault once C returns.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use rustc_hash::FxHashMap;
use sx_ir::{CallConv, FuncId, Module, ParamAttr, Ty, semantics};
use sx_tier_api::{HostFault, SandboxMemory};

use super::StdHost;

/// The functions that a host has given out, by thunk.
#[derive(Default)]
pub(super) struct Callbacks {
    funcs: Vec<FuncId>,
    numbers: FxHashMap<FuncId, usize>,
}

impl Callbacks {
    pub(super) fn forget(&mut self) {
        self.funcs.clear();
        self.numbers.clear();
    }

    /// The function whose address was given out as `address`.
    pub(super) fn of_address(&self, address: u64) -> Option<FuncId> {
        let pages = THUNKS.lock().unwrap_or_else(|poison| poison.into_inner());
        let number = pages.iter().enumerate().find_map(|(index, page)| {
            let offset = usize::try_from(address).ok()?.checked_sub(*page)?;
            let inside = offset < PAGE && offset.is_multiple_of(THUNK);
            inside.then_some(index * PER_PAGE + offset / THUNK)
        })?;
        self.funcs.get(number).copied()
    }
}

impl StdHost<'_> {
    /// An address at which C can call a function of the program.
    pub(super) fn callback(
        &mut self,
        module: &Module,
        symbol: &str,
        func: FuncId,
    ) -> Result<u64, HostFault> {
        let function = module.func(func);
        if module.sig(function.sig).conv != CallConv::C {
            return Err(HostFault::Unsupported(format!(
                "'{symbol}' can't call back '{}': it is not abi(.c)",
                function.name
            )));
        }
        let callbacks = &mut self.callbacks;
        let number = *callbacks.numbers.entry(func).or_insert_with(|| {
            callbacks.funcs.push(func);
            callbacks.funcs.len() - 1
        });
        thunk(number).ok_or_else(|| {
            HostFault::Unsupported(format!(
                "'{symbol}' can't call back '{}' on this host",
                function.name
            ))
        })
    }

    /// Runs `library`, which may call the program back. `Err`: a callback ended the evaluation.
    pub(super) fn with_callbacks<R>(
        &mut self,
        module: &Module,
        memory: &mut dyn SandboxMemory,
        library: impl FnOnce() -> R,
    ) -> Result<R, HostFault> {
        let mut active = Active {
            host: std::ptr::from_mut(self).cast(),
            module,
            // SAFETY: only the lifetime changes; `active` does not outlive this call.
            memory: unsafe {
                std::mem::transmute::<
                    *mut (dyn SandboxMemory + '_),
                    *mut (dyn SandboxMemory + 'static),
                >(memory)
            },
            fault: None,
        };
        let before = ACTIVE.replace(&raw mut active);
        let result = library();
        ACTIVE.set(before);
        match active.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(result),
        }
    }

    /// Runs `func` with what C passed, and gives back what C is to get.
    fn called_back(
        &mut self,
        module: &Module,
        memory: &mut dyn SandboxMemory,
        func: FuncId,
        registers: &Registers,
    ) -> Result<Returned, HostFault> {
        self.data_back(memory)?;
        let mut passed = Passed {
            registers,
            ints: 0,
            floats: 0,
            stack: 0,
        };
        let mut args = Vec::new();
        // Memory lent for the call: address, host address to copy to afterwards (0: none), size, words that are pointers.
        let mut lent: Vec<(u64, u64, u64, u64)> = Vec::new();
        for param in module.params_of(func) {
            let arg = match (param.ty, param.attr) {
                (
                    Ty::Ptr,
                    ParamAttr::ByVal {
                        size,
                        align,
                        pointers,
                    },
                ) => {
                    let from = passed.on_stack(size, align);
                    let at = memory.alloc(size)?;
                    let mut bytes = bytes_of(from, size);
                    self.words_back(&mut bytes, pointers, memory);
                    memory.write(at, &bytes)?;
                    lent.push((at, 0, size, 0));
                    at
                }
                (Ty::Ptr, ParamAttr::SRet { size, pointers, .. }) => {
                    let to = passed.int();
                    let at = memory.alloc(size)?;
                    lent.push((at, to, size, pointers));
                    at
                }
                (Ty::Ptr, _) => {
                    let word = passed.int();
                    self.back(word, memory)
                }
                (Ty::F32, _) => passed.float() & 0xffff_ffff,
                (Ty::F64, _) => passed.float(),
                (Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64, _) => {
                    semantics::zext_from(passed.int(), param.ty.int_bits().unwrap_or(64))
                }
            };
            args.push(arg);
        }
        let values = memory.call_back(self, func, &args)?;
        let mut returned = Returned::default();
        let (mut ints, mut floats) = (0, 0);
        for (ty, value) in module.sig(module.func(func).sig).results.iter().zip(values) {
            let (place, word) = if ty.is_float() {
                floats += 1;
                (returned.floats.get_mut(floats - 1), value)
            } else if *ty == Ty::Ptr {
                ints += 1;
                let word = self.pointer(module, &module.func(func).name, value, memory)?;
                (returned.ints.get_mut(ints - 1), word)
            } else {
                ints += 1;
                (returned.ints.get_mut(ints - 1), value)
            };
            if let Some(place) = place {
                *place = word;
            }
        }
        for (at, to, size, pointers) in lent {
            if to != 0 {
                let mut bytes = super::some_bytes_at(memory, at, size)?.to_vec();
                let name = &module.func(func).name;
                self.words_out(module, name, &mut bytes, pointers, memory)?;
                // SAFETY: C passed the address of room for a result of this size.
                unsafe { std::ptr::copy(bytes.as_ptr(), to as *mut u8, bytes.len()) };
                returned.ints[0] = to;
            }
            memory.free(at)?;
        }
        self.data_out(memory);
        Ok(returned)
    }
}

/// The library call in progress.
struct Active {
    host: *mut StdHost<'static>,
    module: *const Module,
    memory: *mut dyn SandboxMemory,
    /// How a callback ended the evaluation.
    fault: Option<HostFault>,
}

thread_local! {
    static ACTIVE: Cell<*mut Active> = const { Cell::new(std::ptr::null_mut()) };
}

/// What C passed: registers by class, and where the rest lies. Filled and emptied by [`enter`].
#[repr(C)]
struct Registers {
    ints: [u64; 6],
    floats: [u64; 8],
    stack: *const u64,
    returned: Returned,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Returned {
    ints: [u64; 2],
    floats: [u64; 2],
}

/// Takes arguments one by one, by the System V convention.
struct Passed<'a> {
    registers: &'a Registers,
    ints: usize,
    floats: usize,
    stack: usize,
}

impl Passed<'_> {
    fn on_stack(&mut self, size: u64, align: u64) -> *const u8 {
        if align >= 16 {
            self.stack = self.stack.next_multiple_of(2);
        }
        let at = self.registers.stack.wrapping_add(self.stack);
        self.stack += size.div_ceil(8) as usize;
        at.cast()
    }

    fn word(&mut self) -> u64 {
        let at = self.on_stack(8, 8).cast::<u64>();
        // SAFETY: by its declaration the function has an argument there.
        unsafe { at.read() }
    }

    fn int(&mut self) -> u64 {
        self.ints += 1;
        match self.registers.ints.get(self.ints - 1) {
            Some(word) => *word,
            None => self.word(),
        }
    }

    fn float(&mut self) -> u64 {
        self.floats += 1;
        match self.registers.floats.get(self.floats - 1) {
            Some(word) => *word,
            None => self.word(),
        }
    }
}

fn bytes_of(from: *const u8, size: u64) -> Vec<u8> {
    // SAFETY: by its declaration the function has an argument of this size there.
    unsafe { std::slice::from_raw_parts(from, size as usize).to_vec() }
}

/// A thunk calls this with its number.
extern "C" fn arrive(number: u64, registers: *mut Registers) {
    let active = ACTIVE.get();
    if active.is_null() {
        // Nothing waits for us: a thread of the library's own, or a call after the end of the program.
        eprintln!("error: a host library called the program back outside of any call");
        std::process::abort();
    }
    // SAFETY: `with_callbacks` waits for the library, and uses nothing of what `active` points to meanwhile. The
    // registers are in the frame of `enter`.
    unsafe {
        (*registers).returned = Returned::default();
        if (*active).fault.is_some() {
            return;
        }
        let host = &mut *(*active).host;
        let outcome = match host.callbacks.funcs.get(number as usize).copied() {
            Some(func) => catch_unwind(AssertUnwindSafe(|| {
                let (module, memory) = (&*(*active).module, &mut *(*active).memory);
                host.called_back(module, memory, func, &*registers)
            })),
            None => Ok(Err(HostFault::Unsupported(
                "a host library kept a function of another evaluation".into(),
            ))),
        };
        match outcome {
            Ok(Ok(returned)) => (*registers).returned = returned,
            Ok(Err(fault)) => (*active).fault = Some(fault),
            Err(_) => {
                (*active).fault = Some(HostFault::Unsupported("a callback failed".into()));
            }
        }
    }
}

/// Where thunks go on, with their number in `r10d`: saves what C passed, runs [`arrive`], returns what that left.
#[cfg(all(target_arch = "x86_64", unix))]
#[unsafe(naked)]
unsafe extern "C" fn enter() {
    std::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "sub rsp, 160",
        "mov [rsp], rdi",
        "mov [rsp + 8], rsi",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], rcx",
        "mov [rsp + 32], r8",
        "mov [rsp + 40], r9",
        "movsd [rsp + 48], xmm0",
        "movsd [rsp + 56], xmm1",
        "movsd [rsp + 64], xmm2",
        "movsd [rsp + 72], xmm3",
        "movsd [rsp + 80], xmm4",
        "movsd [rsp + 88], xmm5",
        "movsd [rsp + 96], xmm6",
        "movsd [rsp + 104], xmm7",
        "lea rax, [rbp + 16]",
        "mov [rsp + 112], rax",
        "mov edi, r10d",
        "mov rsi, rsp",
        "call {arrive}",
        "mov rax, [rsp + 120]",
        "mov rdx, [rsp + 128]",
        "movsd xmm0, [rsp + 136]",
        "movsd xmm1, [rsp + 144]",
        "leave",
        "ret",
        arrive = sym arrive,
    )
}

const PAGE: usize = 4096;
const THUNK: usize = 32;
const PER_PAGE: usize = PAGE / THUNK;

/// Pages of thunks; they stay for good.
static THUNKS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Address of a thunk.
#[cfg(all(target_arch = "x86_64", unix))]
fn thunk(number: usize) -> Option<u64> {
    let mut pages = THUNKS.lock().unwrap_or_else(|poison| poison.into_inner());
    while pages.len() <= number / PER_PAGE {
        let page = new_page(pages.len() * PER_PAGE)?;
        pages.push(page);
    }
    Some((pages[number / PER_PAGE] + number % PER_PAGE * THUNK) as u64)
}

#[cfg(not(all(target_arch = "x86_64", unix)))]
fn thunk(_number: usize) -> Option<u64> {
    None
}

/// A page of thunks, the first with the number given.
#[cfg(all(target_arch = "x86_64", unix))]
fn new_page(first: usize) -> Option<usize> {
    let mut code = Vec::with_capacity(PAGE);
    for number in first..first + PER_PAGE {
        let start = code.len();
        // mov r10d, number
        code.extend([0x41, 0xba]);
        code.extend((number as u32).to_le_bytes());
        // mov r11, enter
        code.extend([0x49, 0xbb]);
        code.extend((enter as *const () as u64).to_le_bytes());
        // jmp r11
        code.extend([0x41, 0xff, 0xe3]);
        code.resize(start + THUNK, 0xcc);
    }
    // SAFETY: a fresh mapping of our own is filled before it becomes executable.
    unsafe {
        let page = libc::mmap(
            std::ptr::null_mut(),
            PAGE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if page == libc::MAP_FAILED {
            return None;
        }
        std::ptr::copy_nonoverlapping(code.as_ptr(), page.cast(), PAGE);
        if libc::mprotect(page, PAGE, libc::PROT_READ | libc::PROT_EXEC) != 0 {
            return None;
        }
        Some(page as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thunks_have_addresses_of_their_own() {
        let all: Vec<u64> = (0..200).filter_map(thunk).collect();
        let mut distinct = all.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(all.len(), distinct.len());
        let callbacks = Callbacks {
            funcs: (0..200).map(FuncId).collect(),
            ..Callbacks::default()
        };
        if let Some(address) = all.get(150) {
            assert_eq!(callbacks.of_address(*address), Some(FuncId(150)));
            assert_eq!(callbacks.of_address(*address + 1), None);
        }
    }
}
