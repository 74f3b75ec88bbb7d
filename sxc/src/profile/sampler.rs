//! Watches an evaluation in the VM. Every step is looked at to begin with, so short evaluations are told exactly; in long
//! ones a look stands for more and more steps, so that they take little longer than unwatched. The looks depend on the
//! steps alone: every run sees the same.

use std::time::Instant;

use rustc_hash::FxHashMap;
use sx_bytecode::{Calls, Observer, VmEngine};
use sx_ir::{FuncId, Module};
use sx_tier_api::{ComptimeEngine, Host, Limits, Outcome, Snapshot};

use crate::engines::Engine;
use crate::profile::Weight;
use crate::profile::interrupted::Running;
use crate::profile::stacks::Samples;

/// So many steps of an evaluation are all looked at. From there on, a look stands for a share of the steps before it.
const EXACT: u64 = 1 << 16;
/// Calls that are kept at each end of a stack; longer ones lose their middle.
const KEPT: usize = 64;
/// Different stacks, with what they begin with, of one evaluation. Beyond, a stack is cut where it is new.
const MOST_NODES: usize = 200_000;
/// Stands for the calls that a long stack has lost.
pub const CUT: FuncId = FuncId(u32::MAX);
const NOWHERE: u32 = u32::MAX;

/// A call in the tree of calls.
pub struct Node {
    pub func: FuncId,
    /// `u32::MAX`: it is the outermost.
    pub parent: u32,
    /// Steps, or nanoseconds, in the call itself.
    pub weight: u64,
}

struct Sampler {
    by: Weight,
    nodes: Vec<Node>,
    children: FxHashMap<(u32, FuncId), u32>,
    /// The calls that were looked at last, outermost first, and their nodes (fewer if there are too many).
    calls: Vec<FuncId>,
    path: Vec<u32>,
    /// What comes until the next look counts for this node.
    current: u32,
    /// From where on it counts.
    since_step: u64,
    since: Instant,
    /// The nodes of pieces under way; by time, those that go on behind them.
    pieces: Vec<u32>,
    random: u64,
    running: Running,
}

impl Sampler {
    fn new(by: Weight) -> Sampler {
        Sampler {
            by,
            nodes: Vec::new(),
            children: FxHashMap::default(),
            calls: Vec::new(),
            path: Vec::new(),
            current: NOWHERE,
            since_step: 0,
            since: Instant::now(),
            pieces: Vec::new(),
            random: 0x9E37_79B9_7F4A_7C15,
            running: Running::begin(),
        }
    }

    /// Steps until the next look: on average as many as keep the looks in proportion, varied so as not to fall in step
    /// with a loop.
    fn interval(&mut self, steps: u64) -> u64 {
        let mean = steps / EXACT;
        if mean < 2 {
            return 1;
        }
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        mean / 2 + self.random % (mean + 1)
    }

    fn add(&mut self, node: u32, weight: u64) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.weight += weight;
        }
    }

    /// Counts the time since it was last counted.
    fn add_time(&mut self) {
        let nanoseconds = self.since.elapsed().as_nanos() as u64;
        self.add(self.current, nanoseconds);
    }

    /// The node of these calls.
    fn node_of(&mut self, calls: Calls<'_>) -> u32 {
        let all = stack(calls);
        let same = std::iter::zip(&self.calls, &all).take_while(|(a, b)| a == b);
        let same = same.count().min(self.path.len());
        self.path.truncate(same);
        let mut at = self.path.last().copied().unwrap_or(NOWHERE);
        for func in &all[same..] {
            let Some(next) = self.child(at, *func) else {
                break;
            };
            self.path.push(next);
            at = next;
        }
        self.calls = all;
        at
    }

    fn child(&mut self, parent: u32, func: FuncId) -> Option<u32> {
        if let Some(known) = self.children.get(&(parent, func)) {
            return Some(*known);
        }
        if self.nodes.len() >= MOST_NODES {
            return None;
        }
        let id = self.nodes.len() as u32;
        self.nodes.push(Node {
            func,
            parent,
            weight: 0,
        });
        self.children.insert((parent, func), id);
        Some(id)
    }
}

/// The calls of the source that are active, outermost first, without the middle of a long stack.
fn stack(calls: Calls<'_>) -> Vec<FuncId> {
    let len = calls.len();
    let mut all = Vec::with_capacity(len.min(2 * KEPT + 1));
    let mut add = |indices: std::ops::Range<usize>| {
        for frame in indices.filter_map(|index| calls.get(index)) {
            let from = all.len();
            all.extend(frame.calls(calls.module).map(|frame| frame.func));
            all[from..].reverse();
        }
        all.len()
    };
    if len <= 2 * KEPT {
        let count = add(0..len);
        if count > 2 * KEPT {
            all.splice(KEPT..count - KEPT, [CUT]);
        }
    } else {
        let outer = add(0..KEPT);
        let count = add(len - KEPT..len);
        debug_assert!(outer >= KEPT && count - outer >= KEPT);
        all.splice(KEPT..count - KEPT, [CUT]);
    }
    all
}

impl Observer for Sampler {
    fn step(&mut self, steps: u64, calls: Calls<'_>) -> u64 {
        match self.by {
            Weight::Steps => self.add(self.current, steps - self.since_step),
            Weight::Time => self.add_time(),
        }
        self.current = self.node_of(calls);
        self.since_step = steps;
        let next = steps.saturating_add(self.interval(steps));
        if self.running.is_asked() {
            let samples = Samples::new(calls.module, &self.nodes);
            self.running.tell(samples.unfinished());
        }
        self.since = Instant::now();
        next
    }

    fn begin_piece(&mut self, calls: Calls<'_>) {
        if self.by == Weight::Time {
            self.add_time();
        }
        let node = self.node_of(calls);
        match self.by {
            Weight::Steps => self.pieces.push(node),
            Weight::Time => {
                self.pieces.push(self.current);
                self.current = node;
            }
        }
        self.since = Instant::now();
    }

    fn end_piece(&mut self, steps: u64) {
        let node = self.pieces.pop().unwrap_or(NOWHERE);
        match self.by {
            Weight::Steps => {
                self.add(node, steps);
                self.since_step += steps;
            }
            Weight::Time => {
                self.add_time();
                self.current = node;
            }
        }
        self.since = Instant::now();
    }

    fn end(&mut self, steps: u64) {
        match self.by {
            Weight::Steps => self.add(self.current, steps - self.since_step),
            Weight::Time => self.add_time(),
        }
    }
}

/// The VM, watched.
pub struct ProfilingVm {
    vm: VmEngine,
    by: Weight,
    samples: Option<Samples>,
}

impl ProfilingVm {
    pub fn new(by: Weight) -> ProfilingVm {
        ProfilingVm {
            vm: VmEngine::new(),
            by,
            samples: None,
        }
    }
}

impl ComptimeEngine for ProfilingVm {
    fn name(&self) -> &'static str {
        self.vm.name()
    }

    fn start(
        &mut self,
        from: Option<&Snapshot>,
        module: &Module,
        root: FuncId,
        args: &[u64],
        limits: &Limits,
        host: &mut dyn Host,
    ) -> Outcome {
        let mut sampler = Sampler::new(self.by);
        let job = (module, root, args);
        let outcome = self
            .vm
            .start_observed(&mut sampler, from, job, limits, host);
        self.samples = Some(Samples::new(module, &sampler.nodes));
        outcome
    }
}

impl Engine for ProfilingVm {
    fn samples(&mut self) -> Option<Samples> {
        self.samples.take()
    }
}
