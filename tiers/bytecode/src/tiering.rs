//! When a function leaves the VM for machine code, and who makes it.

use sx_ir::{FuncId, LabelId, Module};
use sx_machine::ctx::CodeEntry;
use sx_machine::memory::AddressSpace;

/// A compiler of hot functions, as the `auto` engine needs it. The code it makes calls functions through
/// `VmCtx::entries` and functions outside the sandbox through [`crate::call_host`].
pub trait HotCompiler {
    /// A run starts. Code of earlier runs won't be called again.
    fn begin(&mut self, module: &Module, space: &AddressSpace);
    /// Machine code of a function of this run's module and address space, to be called as [`CodeEntry`] says. `None`:
    /// it can't be compiled, and won't be asked for again in this run.
    fn compile(&mut self, module: &Module, space: &AddressSpace, func: FuncId)
    -> Option<CodeEntry>;
    /// Machine code that continues a running function at the header of a loop, before the iteration's step is
    /// counted: called as any entry, with the function's own frame, its call record and frame memory in place.
    /// Only asked for functions that have been compiled.
    fn osr_entry(&mut self, func: FuncId, label: LabelId) -> Option<CodeEntry>;
}

/// How the VM finds what is hot: after `warmup` steps, and then every `interval` steps, it looks at what runs; a
/// function seen `samples` times is compiled. Counting costs nothing in between, and depends on the program alone.
#[derive(Clone, Debug)]
pub struct Tiering {
    /// Steps before the first look. Compiling a function costs about as much as the VM takes for twice as many steps,
    /// so no evaluation takes much more than the better choice; measured to be best over loops, calls and text.
    pub warmup: u64,
    /// Steps between looks, on average; 0: compile everything at its first call.
    pub interval: u64,
    pub samples: u32,
    /// Steps that the VM takes in the time in which an instruction of bytecode is compiled.
    pub steps_per_inst: u64,
    /// Intervals vary, so as not to fall in step with the program; equal seeds give equal runs.
    pub seed: u64,
}

impl Default for Tiering {
    fn default() -> Tiering {
        Tiering {
            warmup: 200,
            interval: 200,
            samples: 2,
            steps_per_inst: 16,
            seed: 0x5EED,
        }
    }
}

impl Tiering {
    /// Whether what the VM took so far would have paid for machine code of all that runs: after `looks`, with bytecode
    /// of `waiting` instructions that is not compiled. Then all of it is compiled at once, which bounds what is lost on
    /// functions that are called evenly by what the VM took (the rent-or-buy rule of Karlin et al., "Competitive
    /// snoopy caching", 1988).
    pub(crate) fn has_paid(&self, looks: u64, waiting: u64) -> bool {
        waiting != 0
            && looks.saturating_mul(self.interval) >= waiting.saturating_mul(self.steps_per_inst)
    }

    /// For tests: code leaves the VM at other points for each seed, at once, after a few steps, or late.
    pub fn restless(seed: u64) -> Tiering {
        let bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Tiering {
            warmup: bits >> 8 & 31,
            interval: [0, 1, 3, 20][(bits >> 16 & 3) as usize],
            samples: 1 + (bits >> 24 & 1) as u32,
            steps_per_inst: [0, 1, 8][(bits >> 32) as usize % 3],
            seed: bits | 1,
        }
    }

    /// Steps until the next look: from half to one and a half of the interval.
    pub(crate) fn next(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        if self.seed == 0 {
            self.seed = 1;
        }
        self.interval / 2 + self.seed % (self.interval + 1)
    }
}
