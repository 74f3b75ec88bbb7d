//! Error sets inferred by several replicas: what each has seen of the flow of errors, put together.

use rustc_hash::{FxHashMap, FxHashSet};
use sx_ir::Symbol;

use crate::replicas::Key;
use crate::sema::Sema;
use crate::statements::error_flow::Source;

/// Where errors come from, in terms that mean the same to all replicas.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Node {
    Function(Key),
    /// A function without a key, which each replica has its own of.
    Own(usize, u32),
    /// A variable: each replica has its own.
    Variable(usize, u32),
    /// A shape or slot by the name of its type. Types of equal names may be taken for one.
    Named(String),
    Unknown,
}

/// What a replica has seen.
pub struct Flows {
    tags: Vec<(Node, Vec<Symbol>)>,
    flows: Vec<(Node, Vec<Node>)>,
    /// Errors of the first that escape into a set of the second.
    escapes: Vec<(Node, Vec<Symbol>)>,
    /// Functions of which it would be said that they never err.
    erring: Vec<Node>,
}

impl Sema<'_> {
    /// For the other replicas; this one is the `index`th.
    pub fn flows(&mut self, index: usize) -> Flows {
        let sets: Vec<_> = self.caches.errors.escapes.iter().map(|e| e.into).collect();
        let allowed = sets.into_iter().map(|set| self.set_tags(set));
        let allowed: Vec<_> = allowed.map(Option::unwrap_or_default).collect();
        let errors = &self.caches.errors;
        let declared: FxHashMap<_, _> = errors.inferring.iter().copied().collect();
        let node = |source: &Source| match source {
            Source::Function(func) => {
                let pending = self.pending.get(func).map(|p| p.job.func);
                let id = declared.get(func).copied().or(pending);
                match id.and_then(|id| self.key_of(id)) {
                    Some(key) => Node::Function(key),
                    None => Node::Own(index, func.0),
                }
            }
            Source::Shape(ty) => Node::Named(self.type_name(*ty)),
            Source::Slot(ty, slot) => Node::Named(format!("{} {slot}", self.type_name(*ty))),
            Source::Variable(number) => Node::Variable(index, *number),
            Source::Unknown => Node::Unknown,
        };
        let tags = errors.tags.iter();
        let flows = errors.flows.iter();
        let escapes = errors.escapes.iter();
        let erring = errors.inferring.iter();
        Flows {
            tags: tags.map(|(to, tags)| (node(to), tags.clone())).collect(),
            flows: flows
                .map(|(to, from)| (node(to), from.iter().map(node).collect()))
                .collect(),
            escapes: escapes.map(|e| node(&e.from)).zip(allowed).collect(),
            erring: erring
                .filter(|(_, id)| self.should_err(*id).is_some())
                .map(|(func, _)| node(&Source::Function(*func)))
                .collect(),
        }
    }
}

/// Whether there is nothing to say of inferred sets. In doubt there is.
pub fn merged_flows_are_clean(all: &[Flows]) -> bool {
    let mut tags: FxHashMap<&Node, FxHashSet<Symbol>> = FxHashMap::default();
    let mut flows: FxHashMap<&Node, Vec<&Node>> = FxHashMap::default();
    for one in all {
        for (to, list) in &one.tags {
            tags.entry(to).or_default().extend(list.iter().copied());
        }
        for (to, list) in &one.flows {
            flows.entry(to).or_default().extend(list);
        }
    }
    // `named`: whether to follow what may be too much. Also told: whether that, or what isn't known, was met.
    let closure = |start: &Node, named: bool| {
        let mut seen: FxHashSet<&Node> = FxHashSet::default();
        let mut found: FxHashSet<Symbol> = FxHashSet::default();
        let (mut unknown, mut shared) = (false, false);
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            shared |= matches!(at, Node::Named(_) | Node::Unknown);
            if matches!(at, Node::Named(_)) && !named || !seen.insert(at) {
                continue;
            }
            unknown |= *at == Node::Unknown;
            found.extend(tags.get(at).into_iter().flatten());
            stack.extend(flows.get(at).into_iter().flatten());
        }
        (found, unknown, shared)
    };
    // As `Sema::check_inferred_sets` decides.
    let escapes_well = |from: &Node, allowed: &[Symbol]| {
        let (found, _, shared) = closure(from, true);
        let variable = matches!(from, Node::Variable(..));
        variable && (shared || found.iter().any(|tag| allowed.contains(tag)))
            || found.iter().all(|tag| allowed.contains(tag))
    };
    let mut escapes = all.iter().flat_map(|one| &one.escapes);
    let mut erring = all.iter().flat_map(|one| &one.erring);
    escapes.all(|(from, allowed)| escapes_well(from, allowed))
        && erring.all(|function| {
            let (found, unknown, _) = closure(function, false);
            !found.is_empty() || unknown
        })
}
