//! What may be known of a value beside its bits. Expressions are evaluated in postorder, so the shadow keeps a stack:
//! a node takes the marks of its operands and leaves its own. [`Plain`] knows nothing and costs nothing;
//! [`crate::sanitize::Sanitizer`] knows which object an address belongs to and which bytes were never given a value.

use sx_ir::{BinaryOp, ConvertOp, FuncId, GlobalId, Module, Ty};
use sx_machine::{Machine, MemoryEvent};

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
    /// Something depends on bytes that were never given a value.
    Undefined,
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

pub trait Shadow {
    /// Whether there is anything to tell it.
    const ON: bool;

    /// A problem in words.
    fn describe(&self, module: &Module, problem: Problem) -> String;
    /// What is known of an address that can't be freed.
    fn describe_free(&self, module: &Module, addr: u64) -> Option<String>;

    /// The root returned.
    fn finish(&mut self, machine: &Machine, results: &[u64]);
    /// Before the first call, with the initial globals in place.
    fn begin(&mut self, machine: &mut Machine);

    // Expressions.
    fn constant(&mut self);
    fn local(&mut self, index: usize);
    fn slot_addr(&mut self, func: FuncId, number: u32, addr: u64, size: u64);
    fn global_addr(&mut self, global: GlobalId);
    fn load(&mut self, machine: &Machine, addr: u64, len: u64) -> Verdict;
    fn unary(&mut self);
    fn binary(&mut self, op: BinaryOp, ty: Ty, a: u64, b: u64);
    fn convert(&mut self, op: ConvertOp, from: Ty, to: Ty);
    fn wrap(&mut self, bits: u8, signed: bool, ty: Ty);
    fn select(&mut self, cond: bool);
    fn check(&mut self) -> Verdict;

    // Statements.
    fn set(&mut self, index: usize);
    fn discard(&mut self);
    /// The value on top decides what happens next.
    fn decide(&mut self) -> Verdict;
    fn store(&mut self, machine: &Machine, addr: u64, len: u64) -> Verdict;
    fn copy(&mut self, machine: &Machine, dst: u64, src: u64, len: u64) -> Verdict;
    fn fill(&mut self, machine: &Machine, dst: u64, len: u64) -> Verdict;

    // Calls.
    /// The value on top becomes the next argument.
    fn argument(&mut self);
    fn enter(&mut self, entered: Entered);
    fn leave(&mut self, entered: Entered);
    /// The values on top become the results.
    fn results(&mut self, count: usize);
    /// Result number `number` goes to a local.
    fn take_result(&mut self, number: usize, index: usize);
    /// A host function returned `results`; `undefined`: fresh memory is without a value.
    fn after_host(
        &mut self,
        machine: &Machine,
        events: &[MemoryEvent],
        base: usize,
        results: &[u64],
        undefined: bool,
    );
}

/// No shadow.
pub struct Plain;

impl Shadow for Plain {
    const ON: bool = false;

    fn describe(&self, _: &Module, _: Problem) -> String {
        String::new()
    }

    fn describe_free(&self, _: &Module, _: u64) -> Option<String> {
        None
    }

    fn finish(&mut self, _: &Machine, _: &[u64]) {}
    fn begin(&mut self, _: &mut Machine) {}
    #[inline(always)]
    fn constant(&mut self) {}
    #[inline(always)]
    fn local(&mut self, _: usize) {}
    #[inline(always)]
    fn slot_addr(&mut self, _: FuncId, _: u32, _: u64, _: u64) {}
    #[inline(always)]
    fn global_addr(&mut self, _: GlobalId) {}
    #[inline(always)]
    fn load(&mut self, _: &Machine, _: u64, _: u64) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn unary(&mut self) {}
    #[inline(always)]
    fn binary(&mut self, _: BinaryOp, _: Ty, _: u64, _: u64) {}
    #[inline(always)]
    fn convert(&mut self, _: ConvertOp, _: Ty, _: Ty) {}
    #[inline(always)]
    fn wrap(&mut self, _: u8, _: bool, _: Ty) {}
    #[inline(always)]
    fn select(&mut self, _: bool) {}
    #[inline(always)]
    fn check(&mut self) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn set(&mut self, _: usize) {}
    #[inline(always)]
    fn discard(&mut self) {}
    #[inline(always)]
    fn decide(&mut self) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn store(&mut self, _: &Machine, _: u64, _: u64) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn copy(&mut self, _: &Machine, _: u64, _: u64, _: u64) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn fill(&mut self, _: &Machine, _: u64, _: u64) -> Verdict {
        Ok(())
    }
    #[inline(always)]
    fn argument(&mut self) {}
    #[inline(always)]
    fn enter(&mut self, _: Entered) {}
    #[inline(always)]
    fn leave(&mut self, _: Entered) {}
    #[inline(always)]
    fn results(&mut self, _: usize) {}
    #[inline(always)]
    fn take_result(&mut self, _: usize, _: usize) {}
    #[inline(always)]
    fn after_host(&mut self, _: &Machine, _: &[MemoryEvent], _: usize, _: &[u64], _: bool) {}
}
