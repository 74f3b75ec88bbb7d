//! When a function leaves the VM for machine code, and who makes it.

use sx_ir::{FuncId, LabelId, Module};
use sx_machine::ctx::CodeEntry;
use sx_machine::memory::AddressSpace;

use crate::dispatch::Forecast;

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

/// When the VM leaves for machine code. It looks at what runs after `first` steps and then ever later, up to every
/// `interval` steps; counting costs nothing in between, and depends on the program alone.
///
/// Without knowing how long a program will run, the best that can be done is to compile when running on in the VM has
/// cost as much as compiling would (the rent-or-buy rule, 2-competitive: Karlin et al., "Competitive snoopy caching",
/// 1988). Often more is known: loops that count tell how far they have come and how far they have to go. If what they
/// still have to do is worth compiling for, all that has run is compiled at once; if it is not, nothing is, until twice
/// the cost of compiling has been spent. So a right forecast costs little more than the better choice, and a wrong one
/// at most what the rule without it does, and the cost of compiling once more.
#[derive(Clone, Debug)]
pub struct Tiering {
    /// Steps before the first look.
    pub first: u64,
    /// Steps before functions seen running count as hot.
    pub warmup: u64,
    /// Steps between looks, on average; 0: compile everything at its first call.
    pub interval: u64,
    /// Times a function is seen before it is compiled.
    pub samples: u32,
    /// Steps that the VM takes in the time in which a function or a loop is compiled. More code in it is more to compile,
    /// and more to run at each step.
    pub steps_per_piece: u64,
    /// Intervals vary, so as not to fall in step with the program; equal seeds give equal runs.
    pub seed: u64,
}

impl Default for Tiering {
    fn default() -> Tiering {
        Tiering {
            first: 40,
            warmup: 200,
            interval: 200,
            samples: 2,
            steps_per_piece: 144,
            seed: 0x5EED,
        }
    }
}

/// What to do after a look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Plan {
    Wait,
    /// Compile the function that runs, if it has been seen often enough.
    Hot,
    /// Compile all that has bytecode.
    All,
}

impl Tiering {
    /// After `steps` in the VM, with bytecode of `waiting` pieces that is not compiled.
    pub(crate) fn plan(&self, steps: u64, waiting: u64, forecast: Forecast) -> Plan {
        let cost = waiting.saturating_mul(self.steps_per_piece);
        // Machine code takes a quarter of the VM's time.
        let gain = forecast.steps - forecast.steps / 4;
        let patience = if forecast.whole { 2 * cost } else { cost };
        if waiting != 0 && (gain > cost || steps >= patience) {
            Plan::All
        } else if steps < self.warmup || forecast.whole {
            Plan::Wait
        } else {
            Plan::Hot
        }
    }

    /// For tests: code leaves the VM at other points for each seed, at once, after a few steps, or late.
    pub fn restless(seed: u64) -> Tiering {
        let bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Tiering {
            first: bits >> 48 & 15,
            warmup: bits >> 8 & 31,
            interval: [0, 1, 3, 20][(bits >> 16 & 3) as usize],
            samples: 1 + (bits >> 24 & 1) as u32,
            steps_per_piece: [0, 8, 64][(bits >> 32) as usize % 3],
            seed: bits | 1,
        }
    }

    /// Steps until the next look, after so many: as many again, up to half to one and a half of the interval.
    pub(crate) fn until_next(&mut self, steps: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        if self.seed == 0 {
            self.seed = 1;
        }
        let varied = self.interval / 2 + self.seed % (self.interval + 1);
        varied.min(steps.max(self.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans() {
        let tiering = Tiering::default();
        let cost = 10 * tiering.steps_per_piece;
        let plan = |steps, forecast, whole| {
            let forecast = Forecast {
                steps: forecast,
                whole,
            };
            tiering.plan(steps, 10, forecast)
        };
        // Nothing known: rent or buy.
        assert_eq!(plan(100, 0, false), Plan::Wait);
        assert_eq!(plan(cost - 1, 0, false), Plan::Hot);
        assert_eq!(plan(cost, 0, false), Plan::All);
        // It goes on for long enough, or is about to end.
        assert_eq!(plan(50, 2 * cost, true), Plan::All);
        assert_eq!(plan(50, 2 * cost, false), Plan::All);
        assert_eq!(plan(cost, cost, true), Plan::Wait);
        assert_eq!(plan(2 * cost, cost, true), Plan::All);
        // Nothing waits.
        let forecast = Forecast {
            steps: u64::MAX,
            whole: true,
        };
        assert_eq!(tiering.plan(u64::MAX, 0, forecast), Plan::Wait);
    }
}
