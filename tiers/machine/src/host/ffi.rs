//! Calls into the host's libraries, by the System V convention of x86-64.
//!
//! Pointers are translated on the way in. On the way out, a pointer into the sandbox is translated back; any other
//! becomes an opaque handle, which the program can compare and hand back but not read through.

#![allow(unsafe_code)]

use std::ffi::{CString, c_void};

use rustc_hash::FxHashMap;
use sx_ir::target::{Arch, Endian};
use sx_ir::{FuncId, Linkage, Module, ParamAttr, Ty};
use sx_tier_api::{HostFault, SandboxMemory};

use super::{Args, Reply, StdHost, io};

/// Handles of host objects lie above function values.
const HANDLE_BASE: u64 = 1 << 47;
const INT_REGISTERS: usize = 6;
const FLOAT_REGISTERS: usize = 8;
/// Words on the stack of most calls, and of any.
const FEW_WORDS: usize = 10;
const STACK_WORDS: usize = 1024;

#[derive(Default)]
pub(super) struct Foreign {
    /// Host addresses behind handles, in order of first appearance.
    handles: Vec<u64>,
    symbols: FxHashMap<String, Option<usize>>,
    opened: Vec<String>,
    /// The loaded library of the program's own C files.
    units: Option<Units>,
}

/// Handle and name of a loaded library; the handle is 0 if it could not be loaded.
struct Units {
    handle: usize,
    path: CString,
    /// Why it could not be loaded.
    error: Option<String>,
}

fn last_load_error() -> String {
    // SAFETY: the text, if any, is this thread's until its next call of this kind.
    unsafe {
        let text = libc::dlerror();
        if text.is_null() {
            String::new()
        } else {
            std::ffi::CStr::from_ptr(text)
                .to_string_lossy()
                .into_owned()
        }
    }
}

impl Drop for Units {
    fn drop(&mut self) {
        if self.handle != 0 {
            // SAFETY: nothing of the library is used after the evaluation that loaded it: the next one loads it anew.
            unsafe { libc::dlclose(self.handle as *mut c_void) };
        }
    }
}

impl Foreign {
    pub(super) fn forget(&mut self) {
        self.handles.clear();
    }

    fn handle(&mut self, host: u64) -> u64 {
        let index = self
            .handles
            .iter()
            .position(|h| *h == host)
            .unwrap_or_else(|| {
                self.handles.push(host);
                self.handles.len() - 1
            });
        HANDLE_BASE + 16 * index as u64
    }

    /// The form in which the program has a pointer of the host's.
    pub(super) fn form_of(&mut self, host: u64) -> u64 {
        // Null, and small or all-ones values that say something went wrong.
        if host < 4096 || host as i64 == -1 {
            host
        } else {
            self.handle(host)
        }
    }

    pub(super) fn of_handle(&self, value: u64) -> Option<u64> {
        let offset = value.checked_sub(HANDLE_BASE)?;
        let index = usize::try_from(offset / 16).ok()?;
        self.handles
            .get(index)
            .filter(|_| offset.is_multiple_of(16))
            .copied()
    }

    /// Whether the program's own C files define `name`; it is then what [`Foreign::symbol`] finds.
    pub(super) fn in_units(&mut self, path: Option<&std::path::Path>, name: &str) -> bool {
        let Some(path) = path else { return false };
        let units = self.units.get_or_insert_with(|| {
            let path = CString::new(path.as_os_str().as_encoded_bytes()).unwrap_or_default();
            // SAFETY: loading runs the initialisers of C code that is the program's own.
            let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
            let handle = handle as usize;
            let error = (handle == 0).then(last_load_error);
            Units {
                handle,
                path,
                error,
            }
        });
        if units.handle == 0 {
            return false;
        }
        let Ok(symbol) = CString::new(name) else {
            return false;
        };
        // SAFETY: a live handle and a NUL-terminated name.
        let at = unsafe { libc::dlsym(units.handle as *mut c_void, symbol.as_ptr()) };
        if at.is_null() {
            return false;
        }
        // The search goes on into the libraries that it needs; those don't count.
        let mut info = libc::Dl_info {
            dli_fname: std::ptr::null(),
            dli_fbase: std::ptr::null_mut(),
            dli_sname: std::ptr::null(),
            dli_saddr: std::ptr::null_mut(),
        };
        // SAFETY: `info` is written by the call; a name it gives lives as long as the library.
        let own = unsafe {
            libc::dladdr(at, &mut info) != 0
                && !info.dli_fname.is_null()
                && std::ffi::CStr::from_ptr(info.dli_fname) == units.path.as_c_str()
        };
        if own {
            self.symbols.insert(name.into(), Some(at as usize));
        }
        own
    }

    /// Address of a symbol in the libraries loaded so far.
    pub(super) fn symbol(&mut self, name: &str) -> Option<usize> {
        if let Some(known) = self.symbols.get(name) {
            return *known;
        }
        let found = CString::new(name).ok().and_then(|name| {
            // SAFETY: a NUL-terminated name; looking up runs no code of the program's.
            let at = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
            (!at.is_null()).then_some(at as usize)
        });
        self.symbols.insert(name.into(), found);
        found
    }

    fn open(&mut self, library: &str) {
        if self.opened.iter().any(|l| l == library) {
            return;
        }
        self.opened.push(library.into());
        self.symbols.retain(|_, found| found.is_some());
        for name in [
            format!("lib{library}.so"),
            format!("./lib{library}.so"),
            // Without its development package a library has its version's name only.
            format!("lib{library}.so.6"),
            format!("lib{library}.so.1"),
            library.to_owned(),
        ] {
            let Ok(name) = CString::new(name) else {
                continue;
            };
            // SAFETY: loading a library runs its initialisers; that is what the grant allows.
            let loaded = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
            if !loaded.is_null() {
                return;
            }
        }
    }
}

/// Functions that run other programs, or read what those say.
fn is_exec(symbol: &str) -> bool {
    matches!(
        symbol,
        "popen"
            | "pclose"
            | "fread"
            | "fgets"
            | "feof"
            | "system"
            | "posix_spawn"
            | "posix_spawnp"
            | "waitpid"
            | "execve"
            | "execvp"
    )
}

/// Functions of the C library that do nothing but what they do to the program's memory.
fn leaves_no_trace(symbol: &str) -> bool {
    matches!(
        symbol,
        "qsort" | "bsearch" | "snprintf" | "sprintf" | "sscanf" | "strtol" | "strtoul" | "strtod"
    )
}

/// Registers and stack words of a call.
struct Registers {
    ints: [u64; INT_REGISTERS],
    floats: [f64; FLOAT_REGISTERS],
    stack: Vec<u64>,
    used: (usize, usize),
}

impl Registers {
    fn push_stack(&mut self, word: u64) -> Option<()> {
        if self.stack.len() == STACK_WORDS {
            return None;
        }
        self.stack.push(word);
        Some(())
    }

    fn push_int(&mut self, word: u64) -> Option<()> {
        match self.ints.get_mut(self.used.0) {
            Some(register) => *register = word,
            None => return self.push_stack(word),
        }
        self.used.0 += 1;
        Some(())
    }

    fn push_float(&mut self, bits: u64) -> Option<()> {
        match self.floats.get_mut(self.used.1) {
            Some(register) => *register = f64::from_bits(bits),
            None => return self.push_stack(bits),
        }
        self.used.1 += 1;
        Some(())
    }
}

impl StdHost<'_> {
    pub(super) fn foreign_call(
        &mut self,
        module: &Module,
        func: FuncId,
        symbol: &str,
        args: &Args,
        memory: &mut dyn SandboxMemory,
    ) -> Reply {
        let library = match &module.func(func).linkage {
            Linkage::Extern { library, .. } => library.as_deref(),
            Linkage::Internal | Linkage::Export(_) | Linkage::Host(_) | Linkage::Asm(_) => None,
        };
        let missing = || HostFault::Unsupported(format!("symbol not found: '{symbol}'"));
        let target = &module.target;
        let foreign_target = target.pointer_size != 8
            || target.endian != Endian::Little
            || target.arch != Arch::X86_64;
        let of_libc = library.is_none_or(|l| matches!(l, "c" | "m" | "pthread" | "dl" | "rt"));
        let mut found = if foreign_target {
            None
        } else {
            self.foreign.symbol(symbol)
        };
        let library_name = library.unwrap_or("c");
        let granted = self.options.allow_extern
            || self.grants.exec && is_exec(symbol)
            || self
                .grants
                .libraries
                .iter()
                .any(|granted| granted == library_name);
        if !granted {
            let others = module
                .libraries
                .iter()
                .any(|l| !matches!(l.as_str(), "c" | "m"));
            if found.is_none() && of_libc && !others {
                return Err(missing());
            }
            // What another library has is there when the program has been linked.
            let after_linking = !of_libc || found.is_none() && others;
            let grant = if is_exec(symbol) {
                "exec".to_owned()
            } else {
                format!("extern:{library_name}")
            };
            let what = io::denial(symbol, &grant);
            return Err(if after_linking {
                HostFault::Unsupported(what)
            } else {
                HostFault::Refused(what)
            });
        }
        if found.is_none() && !foreign_target {
            for library in library
                .into_iter()
                .chain(module.libraries.iter().map(String::as_str))
            {
                self.foreign.open(library);
            }
            found = self.foreign.symbol(symbol);
        }
        let Some(address) = found else {
            let units = self.foreign.units.as_ref().and_then(|u| u.error.as_ref());
            return Err(match units {
                Some(error) => HostFault::Unsupported(format!(
                    "the program's C files can't be loaded: {error}"
                )),
                None => missing(),
            });
        };
        let registers = self.registers(module, func, symbol, args, memory)?;
        let results = &module.sig(module.func(func).sig).results;
        self.called_out |= !leaves_no_trace(symbol);
        self.data_out(memory);
        let returned =
            self.with_callbacks(module, memory, || invoke(address, &registers, results))?;
        let (ints, floats) = returned.ok_or_else(|| {
            HostFault::Unsupported(format!("'{symbol}' can't be called on this host"))
        })?;
        self.data_back(memory)?;
        self.result_back(module, func, args, memory)?;
        let (mut ints, mut floats) = (ints.into_iter(), floats.into_iter());
        let mut values = Vec::new();
        for ty in results {
            let word = if ty.is_float() {
                floats.next()
            } else {
                ints.next()
            }
            .unwrap_or(0);
            values.push(if *ty == Ty::Ptr && module.func(func).text_result {
                self.text_back(word, memory)?
            } else if *ty == Ty::Ptr {
                self.back(word, memory)
            } else {
                word
            });
        }
        let first = values.first().copied().unwrap_or(0);
        self.note_errno(
            if results.first() == Some(&Ty::I32) {
                i64::from(first as i32)
            } else {
                first as i64
            },
            memory,
            target.endian,
        )?;
        let shown: Vec<String> = args.0.iter().map(|a| format!("{a:#x}")).collect();
        self.transcript.call(symbol, shown.join(", "), first);
        Ok(values)
    }

    pub(super) fn back(&mut self, host: u64, memory: &dyn SandboxMemory) -> u64 {
        if let Some(addr) = memory.sandbox_address(host as *const u8) {
            return addr;
        }
        let own = self.callbacks.of_address(host);
        own.and_then(|func| memory.function_value(func))
            .unwrap_or_else(|| self.foreign.form_of(host))
    }

    /// Gives the pointers among the words of an aggregate the host's form.
    pub(super) fn words_out(
        &mut self,
        module: &Module,
        symbol: &str,
        bytes: &mut [u8],
        pointers: u64,
        memory: &mut dyn SandboxMemory,
    ) -> Result<(), HostFault> {
        for (i, word) in bytes.chunks_exact_mut(8).enumerate().take(64) {
            if pointers >> i & 1 == 1 {
                let value = crate::memory::read_word(word, Endian::Little);
                let host = self.pointer(module, symbol, value, memory)?;
                word.copy_from_slice(&host.to_le_bytes());
            }
        }
        Ok(())
    }

    /// The reverse of [`StdHost::words_out`].
    pub(super) fn words_back(
        &mut self,
        bytes: &mut [u8],
        pointers: u64,
        memory: &dyn SandboxMemory,
    ) {
        for (i, word) in bytes.chunks_exact_mut(8).enumerate().take(64) {
            if pointers >> i & 1 == 1 {
                let value = crate::memory::read_word(word, Endian::Little);
                let own = self.back(value, memory);
                word.copy_from_slice(&own.to_le_bytes());
            }
        }
    }

    /// A result in memory that a library has filled: its pointers in the program's form.
    fn result_back(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &Args,
        memory: &mut dyn SandboxMemory,
    ) -> Result<(), HostFault> {
        let Some(ParamAttr::SRet { size, pointers, .. }) =
            module.params_of(func).first().map(|p| p.attr)
        else {
            return Ok(());
        };
        if pointers == 0 {
            return Ok(());
        }
        let at = args.get(0);
        let mut bytes = super::some_bytes_at(memory, at, size)?.to_vec();
        self.words_back(&mut bytes, pointers, memory);
        memory.write(at, &bytes)
    }

    /// A text that a library gave: the program gets a copy that it can read.
    fn text_back(&mut self, host: u64, memory: &mut dyn SandboxMemory) -> Result<u64, HostFault> {
        let form = self.back(host, memory);
        if self.foreign.of_handle(form).is_none() {
            return Ok(form);
        }
        // SAFETY: by the program's declaration the library's result is a C string.
        let text = unsafe { std::ffi::CStr::from_ptr(host as *const std::ffi::c_char) };
        super::new_string(memory, text.to_bytes())
    }

    /// The host's form of a pointer of the program.
    pub(super) fn pointer(
        &mut self,
        module: &Module,
        symbol: &str,
        value: u64,
        memory: &mut dyn SandboxMemory,
    ) -> Result<u64, HostFault> {
        if value < 4096 || value as i64 == -1 {
            return Ok(value);
        }
        if let Some(host) = self.foreign.of_handle(value) {
            return Ok(host);
        }
        if let Some(callback) = memory.function_of(value) {
            return self.callback(module, symbol, callback);
        }
        // One past the end of an object is a valid pointer, so no byte need be there.
        match memory
            .host_pointer(value, 1)
            .or_else(|| memory.host_pointer(value, 0))
        {
            Some(host) => Ok(host as u64),
            None => Err(HostFault::Unsupported(format!(
                "'{symbol}' was given the invalid address 0x{value:x}"
            ))),
        }
    }

    fn registers(
        &mut self,
        module: &Module,
        func: FuncId,
        symbol: &str,
        args: &Args,
        memory: &mut dyn SandboxMemory,
    ) -> Result<Registers, HostFault> {
        let params = module.params_of(func);
        let mut out = Registers {
            ints: [0; INT_REGISTERS],
            floats: [0.0; FLOAT_REGISTERS],
            stack: Vec::new(),
            used: (0, 0),
        };
        for (i, &value) in args.0.iter().enumerate() {
            // Through a function pointer variadic arguments come without types: addresses are recognised, the rest are
            // integers.
            let placed = match params.get(i).copied() {
                None => {
                    let is_address = memory.object_at(value).is_some()
                        || self.foreign.of_handle(value).is_some();
                    out.push_int(if is_address {
                        self.pointer(module, symbol, value, memory)?
                    } else {
                        value
                    })
                }
                Some(param) => match (param.ty, param.attr) {
                    (
                        Ty::Ptr,
                        ParamAttr::ByVal {
                            size,
                            align,
                            pointers,
                        },
                    ) => {
                        let mut bytes = super::some_bytes_at(memory, value, size)?.to_vec();
                        self.words_out(module, symbol, &mut bytes, pointers, memory)?;
                        if align > 8 && out.stack.len() % 2 == 1 {
                            out.stack.push(0);
                        }
                        bytes.chunks(8).try_for_each(|c| {
                            out.push_stack(crate::memory::read_word(c, Endian::Little))
                        })
                    }
                    (Ty::Ptr, _) => out.push_int(self.pointer(module, symbol, value, memory)?),
                    (Ty::F32 | Ty::F64, _) => out.push_float(value),
                    (Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64, ParamAttr::SExt) => {
                        let bits = param.ty.int_bits().unwrap_or(64);
                        out.push_int(sx_ir::semantics::sext_from(value, bits) as u64)
                    }
                    (Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64, _) => out.push_int(value),
                },
            };
            if placed.is_none() {
                return Err(HostFault::Unsupported(format!(
                    "'{symbol}' has too many arguments for compile time"
                )));
            }
        }
        Ok(out)
    }
}

/// Words on the stack, as a parameter that travels there.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
#[repr(C)]
struct Stack<const WORDS: usize>([u64; WORDS]);

#[cfg(target_arch = "x86_64")]
impl<const WORDS: usize> Stack<WORDS> {
    fn of(words: &[u64]) -> Stack<WORDS> {
        let mut stack = [0; WORDS];
        let count = words.len().min(WORDS);
        stack[..count].copy_from_slice(&words[..count]);
        Stack(stack)
    }
}

/// Calls `address` with everything in its place; yields the integer and float result registers.
#[cfg(target_arch = "x86_64")]
fn invoke(address: usize, r: &Registers, results: &[Ty]) -> Option<([u64; 2], [u64; 2])> {
    if r.stack.len() <= FEW_WORDS {
        invoke_with(address, r, Stack::<FEW_WORDS>::of(&r.stack), results)
    } else {
        invoke_with(address, r, Stack::<STACK_WORDS>::of(&r.stack), results)
    }
}

#[cfg(target_arch = "x86_64")]
fn invoke_with<const WORDS: usize>(
    address: usize,
    r: &Registers,
    stack: Stack<WORDS>,
    results: &[Ty],
) -> Option<([u64; 2], [u64; 2])> {
    macro_rules! signature {
        ($ret:ty) => {
            unsafe extern "C" fn(
                u64, u64, u64, u64, u64, u64,
                f64, f64, f64, f64, f64, f64, f64, f64,
                Stack<WORDS>, ...
            ) -> $ret
        };
    }
    macro_rules! call {
        ($ret:ty) => {{
            // SAFETY: the program's declaration says what the function takes; registers and stack hold that and more,
            // which a function of the C convention ignores. The grant makes the program's word good enough. To a variadic
            // function the call says how many float registers count: all.
            unsafe {
                let function: signature!($ret) = std::mem::transmute(address as *const c_void);
                let (i, f) = (&r.ints, &r.floats);
                function(
                    i[0], i[1], i[2], i[3], i[4], i[5], f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], stack,
                )
            }
        }};
    }
    #[repr(C)]
    struct Ints(u64, u64);
    #[repr(C)]
    struct Floats(f64, f64);
    #[repr(C)]
    struct IntFloat(u64, f64);
    #[repr(C)]
    struct FloatInt(f64, u64);
    let float = |i: usize| results.get(i).map(|ty| ty.is_float());
    Some(match (float(0), float(1)) {
        (Some(true), Some(true)) => {
            let Floats(a, b) = call!(Floats);
            ([0, 0], [a.to_bits(), b.to_bits()])
        }
        (Some(true), Some(false)) => {
            let FloatInt(a, b) = call!(FloatInt);
            ([b, 0], [a.to_bits(), 0])
        }
        (Some(false), Some(true)) => {
            let IntFloat(a, b) = call!(IntFloat);
            ([a, 0], [b.to_bits(), 0])
        }
        (Some(true), None) => ([0, 0], [call!(f64).to_bits(), 0]),
        (Some(false) | None, _) => {
            let Ints(a, b) = call!(Ints);
            ([a, b], [0, 0])
        }
    })
}

#[cfg(not(target_arch = "x86_64"))]
fn invoke(
    _address: usize,
    _registers: &Registers,
    _results: &[Ty],
) -> Option<([u64; 2], [u64; 2])> {
    None
}
