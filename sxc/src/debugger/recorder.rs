//! What a debugged run was answered from outside, so that running it again does nothing twice: each call of a function
//! that the run does not define is made once; later runs get what it did to memory, and its results, from the log.
//!
//! The compiler's own functions are not in the log. They begin anew with each run, whoever runs it.

use std::cell::Cell;
use std::rc::Rc;

use sx_ir::{FuncId, GlobalId, Linkage, Module};
use sx_tier_api::{Frame, Host, HostFault, MemoryView, Object, Region, SandboxMemory};

use crate::sandbox::Sandbox;

/// Bytes that a log may have.
const MOST: usize = 512 << 20;
/// Bytes of memory that are compared to find out what a library's function has written.
const MOST_COMPARED: u64 = 256 << 20;
/// Changes are found in pieces of this many bytes.
const PIECE: usize = 64;

enum Op {
    Write(u64, Box<[u8]>),
    Alloc(u64),
    Free(u64),
    Copy {
        dst: u64,
        src: u64,
        len: u64,
    },
    Fill {
        dst: u64,
        byte: u8,
        len: u64,
    },
    /// The function called has called the program.
    CallBack(FuncId, Box<[u64]>),
    /// The end of the call.
    One(u64),
    Return(Box<[u64]>),
    Fault(Box<HostFault>),
}

/// What the debugger wants to know of the recorder.
#[derive(Default)]
pub struct Told {
    /// Calls that have been begun outside and not ended.
    pub under_way: Cell<u32>,
    /// Why the run can't be repeated.
    pub lost: Cell<Option<&'static str>>,
    /// The program's output does not end with a line.
    pub mid_line: Cell<bool>,
}

#[derive(Default)]
pub struct Log {
    ops: Vec<Op>,
    bytes: usize,
    told: Rc<Told>,
}

impl Log {
    fn push(&mut self, op: Op) {
        let more = match &op {
            Op::Write(_, bytes) => bytes.len(),
            Op::CallBack(_, words) | Op::Return(words) => 8 * words.len(),
            Op::Alloc(_)
            | Op::Free(_)
            | Op::Copy { .. }
            | Op::Fill { .. }
            | Op::One(_)
            | Op::Fault(_) => 0,
        };
        self.bytes += size_of::<Op>() + more;
        if self.bytes > MOST {
            self.lose("it has called functions outside the program too often");
        }
        if self.told.lost.get().is_none() {
            self.ops.push(op);
        }
    }

    fn lose(&mut self, why: &'static str) {
        self.told.lost.set(Some(why));
        self.ops = Vec::new();
    }

    /// Calls a function outside, and writes down what it does.
    fn record(
        &mut self,
        host: &mut dyn Host,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        self.told.under_way.set(self.told.under_way.get() + 1);
        let mut recording = Recording {
            memory,
            log: self,
            before: None,
        };
        let result = host.call(module, func, args, &mut recording, frames);
        recording.note_changes();
        self.told.under_way.set(self.told.under_way.get() - 1);
        self.push(match &result {
            Ok(values) => match values.as_slice() {
                [value] => Op::One(*value),
                values => Op::Return(values.into()),
            },
            Err(fault) => Op::Fault(Box::new(fault.clone())),
        });
        result
    }
}

/// The host of a run that may be repeated.
pub struct Recorder<'a> {
    sandbox: Sandbox<'a>,
    log: Log,
    /// Ops of the log that this run has been through.
    at: usize,
}

impl<'a> Recorder<'a> {
    /// `log`: of a run that is continued.
    pub fn new(sandbox: Sandbox<'a>, log: Option<Log>) -> Recorder<'a> {
        Recorder {
            sandbox,
            log: log.unwrap_or_default(),
            at: 0,
        }
    }

    /// The next run begins.
    pub fn rewind(&mut self) {
        self.at = 0;
    }

    pub fn told(&self) -> Rc<Told> {
        Rc::clone(&self.log.told)
    }

    pub fn into_parts(self) -> (Sandbox<'a>, Log) {
        (self.sandbox, self.log)
    }

    fn replay(&mut self, memory: &mut dyn SandboxMemory) -> Result<Vec<u64>, HostFault> {
        loop {
            let Some(op) = self.log.ops.get(self.at) else {
                return Err(HostFault::Unsupported("the log of calls ends".into()));
            };
            self.at += 1;
            match op {
                Op::Write(addr, bytes) => memory.write(*addr, bytes)?,
                Op::Alloc(size) => {
                    memory.alloc(*size)?;
                }
                Op::Free(addr) => memory.free(*addr)?,
                Op::Copy { dst, src, len } => memory.copy_within(*dst, *src, *len)?,
                Op::Fill { dst, byte, len } => memory.fill_bytes(*dst, *byte, *len)?,
                Op::CallBack(func, args) => {
                    let (func, args) = (*func, args.clone());
                    memory.call_back(self, func, &args)?;
                }
                Op::One(value) => return Ok(vec![*value]),
                Op::Return(values) => return Ok(values.to_vec()),
                Op::Fault(fault) => return Err((**fault).clone()),
            }
        }
    }

    /// Whether output goes on in the middle of a line.
    fn note_line(&self, symbol: &str, args: &[u64], memory: &dyn SandboxMemory) {
        if let ("write", [1 | 2, start, len, ..]) = (symbol, args)
            && let Some(last) = len.checked_sub(1)
            && let Some([byte]) = memory.read(start.wrapping_add(last), 1)
        {
            self.log.told.mid_line.set(*byte != b'\n');
        }
    }
}

impl Host for Recorder<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        match &module.func(func).linkage {
            Linkage::Host(_) => {
                return self.sandbox.call(module, func, args, memory, frames);
            }
            Linkage::Extern { symbol, .. } if self.at >= self.log.ops.len() => {
                self.note_line(symbol, args, memory);
            }
            Linkage::Extern { .. } | Linkage::Internal | Linkage::Export(_) | Linkage::Asm(_) => {}
        }
        if self.at < self.log.ops.len() {
            return self.replay(memory);
        }
        let result = self
            .log
            .record(&mut self.sandbox, module, func, args, memory, frames);
        self.at = self.log.ops.len();
        result
    }
}

/// The host of what a function outside calls in the program.
struct Nested<'h> {
    host: &'h mut dyn Host,
    log: &'h mut Log,
}

impl Host for Nested<'_> {
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault> {
        self.log
            .record(self.host, module, func, args, memory, frames)
    }
}

/// The machine as a function outside sees it while it is called.
struct Recording<'r> {
    memory: &'r mut dyn SandboxMemory,
    log: &'r mut Log,
    /// What memory held before the function was given an address.
    before: Option<Vec<(u64, Vec<u8>)>>,
}

impl Recording<'_> {
    fn keep_memory(&mut self) {
        let ranges = self.memory.written();
        let size: u64 = ranges
            .iter()
            .map(|(start, end)| end.saturating_sub(*start))
            .sum();
        if size > MOST_COMPARED {
            self.log
                .lose("a library was called while the program had very much memory");
            return;
        }
        let copies = ranges.into_iter().filter_map(|(start, end)| {
            let bytes = self.memory.read(start, end.saturating_sub(start))?;
            Some((start, bytes.to_vec()))
        });
        self.before = Some(copies.collect());
    }

    /// Writes down what has been written since memory was kept.
    fn note_changes(&mut self) {
        let Some(before) = self.before.take() else {
            return;
        };
        for (start, end) in self.memory.written() {
            let Some(now) = self.memory.read(start, end.saturating_sub(start)) else {
                continue;
            };
            let old = before.iter().find(|(at, _)| *at == start);
            let old = old.map_or(&[][..], |(_, bytes)| bytes.as_slice());
            for (i, piece) in now.chunks(PIECE).enumerate() {
                let at = i * PIECE;
                let same = match old.get(at..at + piece.len()) {
                    Some(old) => old == piece,
                    None => false,
                };
                if !same {
                    self.log.push(Op::Write(start + at as u64, piece.into()));
                }
            }
        }
    }
}

impl MemoryView for Recording<'_> {
    fn read(&self, addr: u64, len: u64) -> Option<&[u8]> {
        self.memory.read(addr, len)
    }

    fn read_some(&self, addr: u64, len: u64) -> Option<&[u8]> {
        self.memory.read_some(addr, len)
    }

    fn object_at(&self, addr: u64) -> Option<Object> {
        self.memory.object_at(addr)
    }

    fn function_of(&self, value: u64) -> Option<FuncId> {
        self.memory.function_of(value)
    }

    fn address_of(&self, global: GlobalId) -> Option<u64> {
        self.memory.address_of(global)
    }

    fn region_of(&self, addr: u64) -> Region {
        self.memory.region_of(addr)
    }

    fn digest(&self) -> u64 {
        self.memory.digest()
    }

    fn written(&self) -> Vec<(u64, u64)> {
        self.memory.written()
    }
}

impl SandboxMemory for Recording<'_> {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), HostFault> {
        self.memory.write(addr, bytes)?;
        self.log.push(Op::Write(addr, bytes.into()));
        Ok(())
    }

    fn alloc(&mut self, size: u64) -> Result<u64, HostFault> {
        let addr = self.memory.alloc(size)?;
        self.log.push(Op::Alloc(size));
        Ok(addr)
    }

    fn free(&mut self, addr: u64) -> Result<(), HostFault> {
        self.memory.free(addr)?;
        self.log.push(Op::Free(addr));
        Ok(())
    }

    fn host_pointer(&mut self, addr: u64, len: u64) -> Option<*mut u8> {
        if self.before.is_none() && self.log.told.lost.get().is_none() {
            self.keep_memory();
        }
        self.memory.host_pointer(addr, len)
    }

    fn sandbox_address(&self, host: *const u8) -> Option<u64> {
        self.memory.sandbox_address(host)
    }

    fn function_value(&self, func: FuncId) -> Option<u64> {
        self.memory.function_value(func)
    }

    fn call_back(
        &mut self,
        host: &mut dyn Host,
        func: FuncId,
        args: &[u64],
    ) -> Result<Vec<u64>, HostFault> {
        let lent = self.before.is_some();
        self.note_changes();
        self.log.push(Op::CallBack(func, args.into()));
        let mut nested = Nested {
            host,
            log: &mut *self.log,
        };
        let result = self.memory.call_back(&mut nested, func, args);
        if lent {
            self.keep_memory();
        }
        result
    }

    fn copy_within(&mut self, dst: u64, src: u64, len: u64) -> Result<(), HostFault> {
        self.memory.copy_within(dst, src, len)?;
        self.log.push(Op::Copy { dst, src, len });
        Ok(())
    }

    fn fill_bytes(&mut self, dst: u64, byte: u8, len: u64) -> Result<(), HostFault> {
        self.memory.fill_bytes(dst, byte, len)?;
        self.log.push(Op::Fill { dst, byte, len });
        Ok(())
    }

    fn find_byte(&self, addr: u64, len: u64, byte: u8) -> Result<Option<u64>, HostFault> {
        self.memory.find_byte(addr, len, byte)
    }
}
