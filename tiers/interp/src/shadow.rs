//! What may be known of a value beside its bits. Expressions are evaluated in postorder, so the shadow keeps a stack:
//! a node takes the marks of its operands and leaves its own. [`Plain`] knows nothing and costs nothing;
//! [`crate::sanitize::Sanitizer`] knows which object an address belongs to and which bytes were never given a value,
//! [`crate::addresses::Addresses`] what was computed from addresses.

use sx_ir::{BinaryOp, CheckRel, ConvertOp, FuncId, GlobalId, Linkage, LocId, Module, Ty};
use sx_machine::{Machine, MemoryEvent};
use sx_tier_api::{Moment, Passing, Place};

use crate::debugger::View;

/// What is wrong with the use of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// Access of `len` bytes at `addr` through an address that belongs to `object` (its number), or to none.
    Access {
        addr: u64,
        len: u64,
        object: Option<u32>,
        dead: bool,
    },
    /// Something depends on bytes that were never given a value, those of `object` (its number) if known.
    Undefined { object: Option<u32> },
    /// Something depends on where an object lies.
    Address,
    /// What is freed at `addr` isn't the object (its number) that the address was made for.
    Free { addr: u64, object: u32 },
}

pub type Verdict = Result<(), Problem>;

/// A call that is entered.
#[derive(Clone, Copy)]
pub struct Entered {
    /// First local, number of parameters, number of locals.
    pub base: usize,
    pub params: usize,
    pub locals: usize,
    pub slots: u64,
    pub size: u64,
}

/// A call of a host function.
#[derive(Clone, Copy)]
pub struct HostCall<'a> {
    /// Its first local.
    pub base: usize,
    pub args: &'a [u64],
    /// It is a function of a library, not of the compiler.
    pub is_extern: bool,
    /// The memory that it allocates is without a value.
    pub fresh: bool,
}

impl<'a> HostCall<'a> {
    pub fn new(module: &Module, func: FuncId, base: usize, args: &'a [u64]) -> HostCall<'a> {
        let (is_extern, fresh) = match &module.func(func).linkage {
            Linkage::Extern { symbol, .. } => (true, ALLOCATORS.contains(&symbol.as_str())),
            Linkage::Internal | Linkage::Export(_) | Linkage::Host(_) | Linkage::Asm(_) => {
                (false, false)
            }
        };
        HostCall {
            base,
            args,
            is_extern,
            fresh,
        }
    }
}

/// Whose blocks hold nothing yet.
const ALLOCATORS: [&str; 5] = [
    "malloc",
    "realloc",
    "reallocarray",
    "aligned_alloc",
    "memalign",
];

pub trait Shadow {
    /// Whether there is anything to tell it.
    const ON: bool;
    /// Whether the run keeps account of statements and stops at ticks.
    const TRACKS: bool = false;

    /// A statement of the source begins; whether the run goes on.
    fn tick(&mut self, _: &View<'_, '_>) -> bool {
        true
    }

    /// A problem in words.
    fn describe(&self, _: &Module, _: Problem) -> String {
        String::new()
    }
    /// What is known of an address that can't be freed.
    fn describe_free(&self, _: &Module, _: u64) -> Option<String> {
        None
    }

    /// The root returned.
    fn finish(&mut self, _: &Machine, _: &[u64]) {}
    /// Before the first call, with the initial globals in place.
    fn begin(&mut self, _: &mut Machine) {}

    /// A loop iteration starts or a call is about to be made at `loc`; whether the run ends here.
    #[inline(always)]
    fn passes(&mut self, _: &Module, _loc: LocId, _: Passing) -> bool {
        false
    }
    /// The machine refuses an access through the address whose mark is the `depth`th from the top.
    #[inline(always)]
    fn blame(&mut self, _depth: usize) {}

    /// The same, of a host function and the address in a local.
    fn blame_local(&mut self, _index: usize) {}

    // Expressions.
    #[inline(always)]
    fn constant(&mut self) {}
    #[inline(always)]
    fn local(&mut self, _index: usize) {}
    #[inline(always)]
    fn slot_addr(&mut self, _: FuncId, _number: u32, _addr: u64, _size: u64) {}
    #[inline(always)]
    fn global_addr(&mut self, _: GlobalId) {}
    #[inline(always)]
    fn func_addr(&mut self, _: FuncId) {
        self.constant();
    }
    #[inline(always)]
    fn load(&mut self, _: &Machine, _addr: u64, _len: u64) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn unary(&mut self) {}
    #[inline(always)]
    fn binary(&mut self, _: BinaryOp, _: Ty, _a: u64, _b: u64) {}
    #[inline(always)]
    fn convert(&mut self, _: ConvertOp, _from: Ty, _to: Ty) {}
    #[inline(always)]
    fn wrap(&mut self, _bits: u8, _signed: bool, _: Ty) {}
    #[inline(always)]
    fn select(&mut self, _cond: bool) {}
    #[inline(always)]
    fn check(&mut self, _: CheckRel, _a: u64, _b: u64) -> Verdict {
        Ok(())
    }

    // Statements.
    #[inline(always)]
    fn set(&mut self, _index: usize) {}
    #[inline(always)]
    fn discard(&mut self) {}
    /// The value on top decides what happens next.
    #[inline(always)]
    fn decide(&mut self) -> Verdict {
        Ok(())
    }
    /// The value on top says which function is called.
    #[inline(always)]
    fn callee(&mut self) -> Verdict {
        self.decide()
    }
    #[inline(always)]
    fn store(&mut self, _: &Machine, _addr: u64, _len: u64) -> Verdict {
        Ok(())
    }
    /// What is in memory is about to be changed by means of the value on top.
    #[inline(always)]
    fn update(&mut self, _addr: u64, _len: u64) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn copy(&mut self, _: &Machine, _dst: u64, _src: u64, _len: u64) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn fill(&mut self, _: &Machine, _dst: u64, _len: u64) -> Verdict {
        Ok(())
    }

    // Calls.
    /// The value on top becomes the next argument.
    #[inline(always)]
    fn argument(&mut self) {}
    #[inline(always)]
    fn enter(&mut self, _: Entered) {}
    #[inline(always)]
    fn leave(&mut self, _: Entered) {}
    /// The values on top become the results.
    #[inline(always)]
    fn results(&mut self, _count: usize) {}
    /// Result number `number` goes to a local.
    #[inline(always)]
    fn take_result(&mut self, _number: usize, _index: usize) {}
    /// A host function is about to be called with the locals from `base` on.
    #[inline(always)]
    fn before_host(&mut self, _: &Module, _func: FuncId, _base: usize, _args: &[u64]) -> Verdict {
        Ok(())
    }
    /// What a host function did to memory: all of it, or up to where it calls the program back.
    #[inline(always)]
    fn host_did(&mut self, _: &Machine, _: &HostCall, _: &[MemoryEvent]) -> Verdict {
        Ok(())
    }
    /// A host function returned `results`.
    #[inline(always)]
    fn after_host(&mut self, _: &Machine, _: &HostCall, _results: &[u64]) {}
}

/// No shadow.
pub struct Plain;

impl Shadow for Plain {
    const ON: bool = false;
}

/// Counts how often a place of the source is passed.
pub struct Counter {
    pub place: Place,
    pub iterations: u64,
    pub calls: u64,
    /// What passed last.
    pub last: Option<Passing>,
}

impl Counter {
    pub fn new(place: Place) -> Counter {
        Counter {
            place,
            iterations: 0,
            calls: 0,
            last: None,
        }
    }

    /// The last time the place was passed.
    pub fn moment(&self) -> Option<Moment> {
        let kind = self.last?;
        let count = match kind {
            Passing::Iteration => self.iterations,
            Passing::Call => self.calls,
        };
        Some(Moment {
            place: self.place,
            kind,
            count,
        })
    }
}

impl Shadow for Counter {
    const ON: bool = false;

    fn passes(&mut self, module: &Module, loc: LocId, kind: Passing) -> bool {
        if Place::of(module, loc) == self.place {
            self.last = Some(kind);
            match kind {
                Passing::Iteration => self.iterations += 1,
                Passing::Call => self.calls += 1,
            }
        }
        false
    }
}
