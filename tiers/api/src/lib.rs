//! What an engine that runs IR at compile time offers and asks for. Engines know nothing of each other; the frontend
//! and the parity gate know engines only through this crate.

pub mod bisect;
pub mod conformance;
mod snapshot;

use sx_ir::trap::LimitKind;
use sx_ir::{FuncId, GlobalId, LocId, Module, TrapKind};

pub use snapshot::Snapshot;

/// Addresses below are never accessible: neither null nor what is so many bytes behind it, nor a small number taken for an
/// address. In machine code it is part of displacements.
pub const GUARD: u64 = 1 << 28;

/// Exact bounds on an evaluation, equal in every engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Steps allowed. A step is counted at each function entry (root included) and at the start of each loop
    /// iteration. The step that would exceed the limit ends the evaluation with [`LimitKind::Steps`].
    pub steps: u64,
    /// Heap bytes that may be live at once.
    pub memory: u64,
    /// Active sx frames, the root's included.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            steps: u64::MAX,
            memory: 4 << 30,
            depth: 100_000,
        }
    }
}

/// An active call, as shown in a comptime stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    pub func: FuncId,
    /// Innermost frame: the position that failed; others: their current call.
    pub loc: LocId,
}

impl Frame {
    /// The calls of the source that this frame stands for, innermost first: those that the passes have inlined, and
    /// last the function itself.
    pub fn calls(self, module: &Module) -> impl Iterator<Item = Frame> {
        let mut next = Some(self.loc);
        std::iter::from_fn(move || {
            let loc = next?;
            let inlined = module.loc(loc).inlined;
            next = inlined.map(|inlined| inlined.at);
            let func = inlined.map_or(self.func, |inlined| inlined.func);
            Some(Frame { func, loc })
        })
    }
}

/// How an evaluation ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Status {
    /// The root returned; its results as zero-extended patterns.
    Finished(Vec<u64>),
    Trapped(Trap),
    Limit(LimitKind),
    /// The program asked to end with this status (`_exit`).
    Exit(i32),
    /// An operation that evaluations lack; the text says which and why.
    Unsupported(String),
    /// A call that is not allowed, or not with these arguments, or what the host lacks for it; the text says why.
    Refused(String),
    /// The engine is at fault.
    Bug(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trap {
    pub kind: TrapKind,
    pub a: u64,
    pub b: u64,
    /// Replaces the kind's message (host functions); may name the object concerned.
    pub detail: Option<String>,
}

impl Trap {
    pub fn new(kind: TrapKind, a: u64, b: u64) -> Trap {
        Trap {
            kind,
            a,
            b,
            detail: None,
        }
    }

    pub fn message(&self) -> String {
        self.detail
            .clone()
            .unwrap_or_else(|| self.kind.message(self.a, self.b))
    }
}

pub struct Outcome {
    pub status: Status,
    /// Active calls when it ended, innermost first; empty after `Finished`.
    pub frames: Vec<Frame>,
    pub steps: u64,
    /// Most heap bytes live at once.
    pub peak_memory: u64,
    /// The machine's memory, for reading the result.
    pub memory: Box<dyn MemoryView>,
}

/// What an address belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ObjectKind {
    Global(GlobalId),
    /// Live heap block.
    Heap,
    /// Frame memory.
    Stack,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    pub base: u64,
    pub size: u64,
    pub kind: ObjectKind,
}

/// Reading a machine's memory after (or during) an evaluation. Addresses are sandbox addresses.
pub trait MemoryView {
    fn read(&self, addr: u64, len: u64) -> Option<&[u8]>;
    /// The same, of bytes that are only passed on as they are: some may be without a value, as in a copy.
    fn read_some(&self, addr: u64, len: u64) -> Option<&[u8]> {
        self.read(addr, len)
    }
    /// The object containing `addr`, or ending at it (one past the end).
    fn object_at(&self, addr: u64) -> Option<Object>;
    /// The function a function value stands for.
    fn function_of(&self, value: u64) -> Option<FuncId>;
    /// Address of a global that was reachable from the root.
    fn address_of(&self, global: GlobalId) -> Option<u64>;
    /// What part of the address space an address is in, whether or not anything lives there.
    fn region_of(&self, addr: u64) -> Region;
    /// Whether the address that lies at a place was made for something that is gone, even if other things are where it points
    /// by now. Known to a run that checks such things; other runs take what is there.
    fn is_stale(&self, _place: u64) -> bool {
        false
    }
    /// Whether each byte of a range was given a value, of which the same holds.
    fn is_given(&self, _addr: u64, _len: u64) -> bool {
        true
    }
    /// Digest of globals and heap; equal in every engine. It reads all of them.
    fn digest(&self) -> u64;
    /// The ranges, as start and end, of what may have been written and still counts.
    fn written(&self) -> Vec<(u64, u64)> {
        Vec::new()
    }
    /// The state, for going on from it. Frames are no part of it: what is resumed starts with a call.
    fn snapshot(&self) -> Option<Snapshot> {
        None
    }
}

/// A part of the address space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Region {
    /// Below everything that can be accessed.
    Null,
    Globals,
    Stack,
    Heap,
    /// Function values, handles of host objects, and addresses never given out.
    Outside,
}

/// Memory access for host functions while the program runs.
pub trait SandboxMemory: MemoryView {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), HostFault>;
    /// A fresh zeroed 16-aligned block.
    fn alloc(&mut self, size: u64) -> Result<u64, HostFault>;
    fn free(&mut self, addr: u64) -> Result<(), HostFault>;
    /// Host address of `len` bytes at `addr`, for calls into host libraries.
    fn host_pointer(&mut self, addr: u64, len: u64) -> Option<*mut u8>;
    /// Sandbox address of a host address inside the machine's memory.
    fn sandbox_address(&self, host: *const u8) -> Option<u64>;
    /// Function value of a function reachable from the root.
    fn function_value(&self, func: FuncId) -> Option<u64>;

    /// Runs a function of the program for a host function that was called by it, on the machine's own stack: it counts
    /// steps and depth as any call. `host` answers the calls that it makes. After a fault nothing more may run.
    fn call_back(
        &mut self,
        host: &mut dyn Host,
        func: FuncId,
        args: &[u64],
    ) -> Result<Vec<u64>, HostFault>;

    /// memmove, checked as [`sx_ir::StmtKind::Copy`] is.
    fn copy_within(&mut self, dst: u64, src: u64, len: u64) -> Result<(), HostFault>;

    /// memset, checked as [`sx_ir::StmtKind::Fill`] is.
    fn fill_bytes(&mut self, dst: u64, byte: u8, len: u64) -> Result<(), HostFault>;

    /// The first `byte` among the `len` bytes at `addr` (fewer if memory ends before), as an address.
    fn find_byte(&self, addr: u64, len: u64, byte: u8) -> Result<Option<u64>, HostFault>;
}

/// Why a host function did not return.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostFault {
    Trap(Trap),
    Limit(LimitKind),
    Exit(i32),
    Unsupported(String),
    Refused(String),
}

/// Calls that leave the sandbox: `extern` symbols and compiler functions (`Linkage::Extern`, `Linkage::Host`).
pub trait Host {
    /// Runs `func` of `module` with `args` (zero-extended patterns, variadic ones included); as many results as its
    /// signature says. `frames` gives the active sx calls, innermost first.
    fn call(
        &mut self,
        module: &Module,
        func: FuncId,
        args: &[u64],
        memory: &mut dyn SandboxMemory,
        frames: &dyn Fn() -> Vec<Frame>,
    ) -> Result<Vec<u64>, HostFault>;
}

/// A moment of an evaluation, such that it is found again when the same program runs in another form (optimised or
/// not): how often a place of the source was passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    pub place: Place,
    pub kind: Passing,
    /// From 1.
    pub count: u64,
}

/// A position in the source, inlined or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub file: u32,
    pub line: u32,
    pub col: u32,
}

impl Place {
    pub fn of(module: &Module, loc: LocId) -> Place {
        let at = module.loc(loc);
        Place {
            file: at.file,
            line: at.line,
            col: at.col,
        }
    }
}

/// What is passed at a [`Moment`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passing {
    Iteration,
    Call,
}

/// What the state of an evaluation at its end says to who looks for the mistake.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Explanation {
    /// The innermost calls, innermost first.
    pub frames: Vec<FrameValues>,
    /// The object that a memory fault concerns.
    pub object: Option<FaultObject>,
}

/// The object that a memory fault concerns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultObject {
    /// What it is and which part of it was asked for, in words.
    pub text: String,
    /// The calls that allocated and freed it, innermost first; empty if that says nothing.
    pub allocated: Vec<Frame>,
    pub freed: Vec<Frame>,
}

/// The variables in scope where a call stands, with their values in the notation of sx.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameValues {
    pub func: FuncId,
    pub loc: LocId,
    pub values: Vec<(String, String)>,
}

/// An engine.
pub trait ComptimeEngine {
    fn name(&self) -> &'static str;

    /// Executes `root`, a verified function of `module`: on fresh memory holding the initial globals, or on the state
    /// that a run of this or another engine has left. Steps go on counting from there, for the limit, too; `root` must
    /// then be the function that ran there, in the same module. An engine that can't go on says so in its outcome.
    fn start(
        &mut self,
        from: Option<&Snapshot>,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome;

    /// On fresh memory.
    fn run(
        &mut self,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        self.start(None, module, root, args, limits, host)
    }
}
