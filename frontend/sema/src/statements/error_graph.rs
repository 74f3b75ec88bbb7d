//! What flows into error sets, as a graph, and what it says of an inferred set: which errors it lets into a named one that
//! are no members there, and whether it stays empty (reference part 3 §5.1, §5.3).

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::Symbol;

/// Where errors come from.
pub trait Node: Copy + Eq + Hash {
    fn nature(self) -> Nature;
}

/// What is known of the errors that are counted for a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nature {
    /// All of them can come from there.
    Own,
    /// Those of others are among them.
    Shared,
    /// It holds one of them. Tests and assignments on the way may have left only some.
    Variable,
    /// Any.
    Unknown,
}

/// Nodes and what they can fail with.
pub struct ErrorGraph<N> {
    /// Tags raised in, or let escape from, a node.
    tags: FxHashMap<N, Vec<Symbol>>,
    /// The nodes whose errors a node takes in.
    flows: FxHashMap<N, FxHashSet<N>>,
}

impl<N> Default for ErrorGraph<N> {
    fn default() -> ErrorGraph<N> {
        ErrorGraph {
            tags: FxHashMap::default(),
            flows: FxHashMap::default(),
        }
    }
}

impl<N: Node> ErrorGraph<N> {
    pub fn add_tags(&mut self, to: N, tags: &[Symbol]) {
        let known = self.tags.entry(to).or_default();
        for tag in tags {
            if !known.contains(tag) {
                known.push(*tag);
            }
        }
    }

    pub fn add_flow(&mut self, to: N, from: N) {
        self.flows.entry(to).or_default().insert(from);
    }

    pub fn tags(&self) -> impl Iterator<Item = (N, &[Symbol])> {
        self.tags.iter().map(|(to, tags)| (*to, tags.as_slice()))
    }

    pub fn flows(&self) -> impl Iterator<Item = (N, N)> {
        let flows = self.flows.iter();
        flows.flat_map(|(to, from)| from.iter().map(|from| (*to, *from)))
    }

    /// Every tag that can come from `start`, by name, and by what nodes. Only those that `enters` allows are gone through.
    fn reached(&self, start: N, enters: impl Fn(N) -> bool) -> (Vec<Symbol>, FxHashSet<N>) {
        let mut seen = FxHashSet::default();
        let mut stack = vec![start];
        let mut tags = FxHashSet::default();
        while let Some(at) = stack.pop() {
            if !enters(at) || !seen.insert(at) {
                continue;
            }
            tags.extend(self.tags.get(&at).into_iter().flatten().copied());
            stack.extend(self.flows.get(&at).into_iter().flatten());
        }
        let mut tags: Vec<Symbol> = tags.into_iter().collect();
        tags.sort_by_key(|tag| tag.as_str());
        (tags, seen)
    }

    /// Errors of `from`, let into a named set of the tags `allowed`, that are to be told as no members of it. What a
    /// variable holds is judged only where nothing that it can be is a member, and all of that is known.
    pub fn foreign(&self, from: N, allowed: &[Symbol]) -> Vec<Symbol> {
        let (mut tags, ways) = self.reached(from, |_| true);
        let certain = ways.iter().all(|way| match way.nature() {
            Nature::Own | Nature::Variable => true,
            Nature::Shared | Nature::Unknown => false,
        });
        let may_fit = !certain || tags.iter().any(|tag| allowed.contains(tag));
        if from.nature() == Nature::Variable && may_fit {
            return Vec::new();
        }
        tags.retain(|tag| !allowed.contains(tag));
        tags
    }

    /// Whether no error leaves `function`, as far as the nodes tell that `enters` allows.
    pub fn never_errs(&self, function: N, enters: impl Fn(N) -> bool) -> bool {
        let (tags, ways) = self.reached(function, enters);
        tags.is_empty() && ways.iter().all(|way| way.nature() != Nature::Unknown)
    }
}
