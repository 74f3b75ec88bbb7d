//! The standard host: what an evaluation may call outside itself.
//!
//! * [`memory`]: allocation and memory functions of libc, on sandbox memory.
//! * [`text`]: strings and characters.
//! * [`numbers`]: reading them, as `strtol` does.
//! * [`math`]: the portable implementation of libm.
//! * [`traces`]: error return traces.
//! * [`io`]: output, and system calls when granted.
//! * [`ffi`]: everything else that the host's libraries offer, when granted.
//!
//! [`descriptors`] keeps account of what is open. [`data`] is about the variables of those libraries, [`callbacks`] about functions of the program that they call.
//!
//! Make a `StdHost` per evaluation, or call [`StdHost::begin`] between.

mod callbacks;
mod data;
mod descriptors;
mod ffi;
mod io;
mod math;
mod memory;
mod numbers;
mod text;
mod traces;

use descriptors::Descriptors;
use sx_ir::{FuncId, Linkage, Module, TrapKind};
use sx_tier_api::{Frame, GUARD, Host, HostFault, SandboxMemory, Trap};

/// What evaluations are granted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct HostOptions {
    /// Files, environment, clock.
    pub allow_io: bool,
    /// Any function of the host's libraries.
    pub allow_extern: bool,
    /// Output to descriptors 1 and 2 goes out at once, and into the transcript.
    pub live_output: bool,
}

/// Grants narrower than those of [`HostOptions`], as the command line gives them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Grants {
    /// Files and folders that may be read.
    pub read: Vec<std::path::PathBuf>,
    /// Libraries whose functions may be called; `c` is the C library.
    pub libraries: Vec<String>,
    /// Other programs may be run.
    pub exec: bool,
}

/// Something an evaluation did outside itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Output; neighbouring writes to one descriptor are joined.
    Write { fd: i32, bytes: Vec<u8> },
    /// A system call or library function, by name, with its arguments and result as text.
    Call {
        name: String,
        what: String,
        result: u64,
    },
}

/// What was written, in order, by descriptor, for another thread to see.
pub type Echo = std::sync::Arc<std::sync::Mutex<Vec<(i32, Vec<u8>)>>>;

/// The effects of an evaluation, in order.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Transcript {
    /// Empty if only sums are kept.
    pub effects: Vec<Effect>,
    sums_only: bool,
    /// Bytes written to descriptors 0, 1 and 2.
    written: [u64; 3],
}

impl Transcript {
    /// Keeps only counts from now on: a program that runs for long may say a lot.
    pub fn keep_sums_only(&mut self) {
        self.sums_only = true;
    }

    /// Bytes written to descriptor 1 or 2.
    pub fn written(&self, fd: i32) -> u64 {
        let index = usize::try_from(fd).unwrap_or(usize::MAX);
        self.written.get(index).copied().unwrap_or(0)
    }

    pub fn write(&mut self, fd: i32, text: &[u8]) {
        let index = usize::try_from(fd).unwrap_or(usize::MAX);
        if let Some(written) = self.written.get_mut(index) {
            *written = written.wrapping_add(text.len() as u64);
        }
        if self.sums_only {
            return;
        }
        match self.effects.last_mut() {
            Some(Effect::Write { fd: last, bytes }) if *last == fd => bytes.extend_from_slice(text),
            _ => self.effects.push(Effect::Write {
                fd,
                bytes: text.to_vec(),
            }),
        }
    }

    pub fn call(&mut self, name: &str, what: String, result: u64) {
        if self.sums_only {
            return;
        }
        self.effects.push(Effect::Call {
            name: name.into(),
            what,
            result,
        });
    }

    /// All that was written to a descriptor.
    pub fn output(&self, wanted: i32) -> Vec<u8> {
        let mut out = Vec::new();
        for effect in &self.effects {
            match effect {
                Effect::Write { fd, bytes } if *fd == wanted => out.extend_from_slice(bytes),
                Effect::Write { .. } | Effect::Call { .. } => {}
            }
        }
        out
    }
}

/// Functions of the compiler that comptime code calls (`Linkage::Host`).
pub trait CompilerHost {
    fn call(
        &mut self,
        name: &str,
        module: &Module,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault>;
}

pub struct StdHost<'h> {
    pub options: HostOptions,
    /// In addition to `options`.
    pub grants: Grants,
    /// Files opened for reading, in order, each once: inputs of the build.
    pub inputs: Vec<std::path::PathBuf>,
    /// A library whose functions go before all others: the C files of the program.
    pub units: Option<std::path::PathBuf>,
    opened: Descriptors,
    pub transcript: Transcript,
    /// Output that is not live becomes so when there is more of it: an evaluation that never ends must not take all memory.
    pub hold_at_most: Option<u64>,
    /// Gets a copy of what is kept back.
    pub echo: Option<Echo>,
    /// Name of the engine that runs the program itself; `None` at compile time.
    pub main_engine: Option<&'static str>,
    /// A function of the host's libraries was called.
    pub called_out: bool,
    compiler: Compiler<'h>,
    errno: Errno,
    foreign: ffi::Foreign,
    callbacks: callbacks::Callbacks,
    shared: Vec<data::Shared>,
    traces: traces::Traces,
}

/// Who answers `Linkage::Host` functions.
enum Compiler<'h> {
    None,
    ByName(&'h mut dyn CompilerHost),
    Host(&'h mut dyn Host),
}

/// The program's errno: a cell of sandbox memory, made when first asked for.
#[derive(Default)]
struct Errno {
    cell: Option<u64>,
    value: i32,
}

impl<'h> StdHost<'h> {
    pub fn new(options: HostOptions, compiler: Option<&'h mut dyn CompilerHost>) -> StdHost<'h> {
        StdHost::make(options, compiler.map_or(Compiler::None, Compiler::ByName))
    }

    /// `compiler` is called for `Linkage::Host` functions as the engine would call it.
    pub fn over(options: HostOptions, compiler: &'h mut dyn Host) -> StdHost<'h> {
        StdHost::make(options, Compiler::Host(compiler))
    }

    fn make(options: HostOptions, compiler: Compiler<'h>) -> StdHost<'h> {
        StdHost {
            options,
            grants: Grants::default(),
            inputs: Vec::new(),
            units: None,
            opened: Descriptors::default(),
            transcript: Transcript::default(),
            hold_at_most: None,
            echo: None,
            main_engine: None,
            called_out: false,
            compiler,
            errno: Errno::default(),
            foreign: ffi::Foreign::default(),
            callbacks: callbacks::Callbacks::default(),
            shared: Vec::new(),
            traces: traces::Traces::default(),
        }
    }

    /// Forgets what belongs to the last evaluation's memory; the transcript goes on.
    pub fn begin(&mut self) {
        self.errno = Errno::default();
        self.opened = Descriptors::default();
        self.foreign.forget();
        self.callbacks.forget();
        self.traces = traces::Traces::default();
    }

    fn external(
        &mut self,
        module: &Module,
        func: FuncId,
        symbol: &str,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
    ) -> Result<Vec<u64>, HostFault> {
        let args = Args(args);
        let results = self.answered(module, func, symbol, &args, memory)?;
        let result = results.first().copied().unwrap_or(0) as i32;
        self.opened
            .note(symbol, &args, result, memory, module.target.endian);
        Ok(results)
    }

    fn answered(
        &mut self,
        module: &Module,
        func: FuncId,
        symbol: &str,
        args: &Args,
        memory: &mut dyn SandboxMemory,
    ) -> Result<Vec<u64>, HostFault> {
        if self.foreign.in_units(self.units.as_deref(), symbol) {
            return self.foreign_call(module, func, symbol, args, memory);
        }
        if let Some(result) = memory::call(symbol, args, memory)
            .or_else(|| text::call(symbol, args, memory))
            .or_else(|| math::call(symbol, args, memory, module.target.endian))
        {
            return result;
        }
        let results = &module.sig(module.func(func).sig).results;
        let (word, endian) = (module.target.pointer_size, module.target.endian);
        let result = results.first().copied();
        if let Some(read) = numbers::call(symbol, args, memory, result, word, endian) {
            let read = read?;
            if let Some(errno) = read.errno {
                self.errno.value = errno;
                self.write_errno(memory, endian)?;
            }
            return one(read.value);
        }
        if let Some(result) = self.traces.call(symbol, args) {
            return result;
        }
        if let Some(result) = self.io(symbol, args, memory, module) {
            return result;
        }
        self.foreign_call(module, func, symbol, args, memory)
    }
}

impl Host for StdHost<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        match &module.func(func).linkage {
            Linkage::Extern { symbol, .. } => self.external(module, func, symbol, args, memory),
            Linkage::Host(name) => match &mut self.compiler {
                Compiler::ByName(compiler) => compiler.call(name, module, args, memory, frames),
                Compiler::Host(host) => host.call(module, func, args, memory, frames),
                Compiler::None => Err(HostFault::Unsupported(format!(
                    "the compiler function '{name}' is not available here"
                ))),
            },
            Linkage::Asm(_) => Err(HostFault::Unsupported(
                "inline assembly runs in native code only".into(),
            )),
            Linkage::Internal | Linkage::Export(_) => Err(HostFault::Unsupported(format!(
                "function '{}' has no body",
                module.func(func).name
            ))),
        }
    }
}

/// Arguments of a call; missing ones count as 0.
struct Args<'a>(&'a [u64]);

impl Args<'_> {
    fn get(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0)
    }

    fn int(&self, index: usize) -> i32 {
        self.get(index) as i32
    }
}

type Reply = Result<Vec<u64>, HostFault>;

fn one(value: u64) -> Reply {
    Ok(vec![value])
}

/// The trap of a read that the machine refused.
fn read_fault(addr: u64, len: u64) -> HostFault {
    HostFault::Trap(if addr < GUARD {
        Trap::new(TrapKind::NullAccess, addr, 0)
    } else {
        Trap::new(TrapKind::BadAccess, addr, len)
    })
}

/// The bytes at `addr`, or the trap that reading them ends in.
fn bytes_at(memory: &dyn SandboxMemory, addr: u64, len: u64) -> Result<&[u8], HostFault> {
    memory.read(addr, len).ok_or_else(|| read_fault(addr, len))
}

/// The same, of bytes that are only passed on: see [`MemoryView::read_some`](sx_tier_api::MemoryView::read_some).
fn some_bytes_at(memory: &dyn SandboxMemory, addr: u64, len: u64) -> Result<&[u8], HostFault> {
    (memory.read_some(addr, len)).ok_or_else(|| read_fault(addr, len))
}

/// Length of the C string at `addr`.
fn string_len(memory: &dyn SandboxMemory, addr: u64) -> Result<u64, HostFault> {
    match memory.find_byte(addr, u64::MAX, 0)? {
        Some(end) => Ok(end - addr),
        None => Err(read_fault(addr, 1)),
    }
}

/// The C string at `addr` without its NUL.
fn string_at(memory: &dyn SandboxMemory, addr: u64) -> Result<&[u8], HostFault> {
    let len = string_len(memory, addr)?;
    bytes_at(memory, addr, len)
}

/// A fresh copy of `text` in sandbox memory, with a NUL.
fn new_string(memory: &mut dyn SandboxMemory, text: &[u8]) -> Result<u64, HostFault> {
    let addr = memory.alloc(text.len() as u64 + 1)?;
    memory.write(addr, text)?;
    memory.write(addr + text.len() as u64, &[0])?;
    Ok(addr)
}
