//! Error sets inferred by several replicas: what each has seen of the flow of errors, put together.

use rustc_hash::FxHashMap;
use sx_ir::Symbol;

use crate::replicas::Key;
use crate::sema::Sema;
use crate::statements::error_flow::Source;
use crate::statements::error_graph::{ErrorGraph, Nature, Node};

/// Where errors come from, in terms that mean the same to all replicas.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Place {
    Function(Key),
    /// A function without a key, which each replica has its own of.
    Own(usize, u32),
    /// A variable: each replica has its own.
    Variable(usize, u32),
    /// A shape or slot by the name of its type. Types of equal names may be taken for one.
    Named(String),
    Unknown,
}

impl Node for &Place {
    fn nature(self) -> Nature {
        match self {
            Place::Function(_) | Place::Own(..) => Nature::Own,
            Place::Named(_) => Nature::Shared,
            Place::Variable(..) => Nature::Variable,
            Place::Unknown => Nature::Unknown,
        }
    }
}

/// What a replica has seen.
pub struct Flows {
    tags: Vec<(Place, Vec<Symbol>)>,
    flows: Vec<(Place, Place)>,
    /// Errors of the first that escape into a set of the second.
    escapes: Vec<(Place, Vec<Symbol>)>,
    /// Functions of which it would be said that they never err.
    erring: Vec<Place>,
}

impl Sema<'_> {
    /// For the other replicas; this one is the `index`th.
    pub fn flows(&mut self, index: usize) -> Flows {
        let sets: Vec<_> = self.caches.errors.escapes.iter().map(|e| e.into).collect();
        let allowed = sets.into_iter().map(|set| self.set_tags(set));
        let allowed: Vec<_> = allowed.map(Option::unwrap_or_default).collect();
        let errors = &self.caches.errors;
        let declared: FxHashMap<_, _> = errors.inferring.iter().copied().collect();
        let place = |source: &Source| match source {
            Source::Function(func) => {
                let pending = self.pending.get(func).map(|p| p.job.func);
                let id = declared.get(func).copied().or(pending);
                match id.and_then(|id| self.key_of(id)) {
                    Some(key) => Place::Function(key),
                    None => Place::Own(index, func.0),
                }
            }
            Source::Shape(ty) => Place::Named(self.type_name(*ty)),
            Source::Slot(ty, slot) => Place::Named(format!("{} {slot}", self.type_name(*ty))),
            Source::Variable(number) => Place::Variable(index, *number),
            Source::Unknown => Place::Unknown,
        };
        let tags = errors.graph.tags();
        let flows = errors.graph.flows();
        let escapes = errors.escapes.iter();
        let erring = errors.inferring.iter();
        Flows {
            tags: tags.map(|(to, tags)| (place(&to), tags.to_vec())).collect(),
            flows: flows.map(|(to, from)| (place(&to), place(&from))).collect(),
            escapes: escapes.map(|e| place(&e.from)).zip(allowed).collect(),
            erring: erring
                .filter(|(_, id)| self.should_err(*id).is_some())
                .map(|(func, _)| place(&Source::Function(*func)))
                .collect(),
        }
    }
}

/// Whether there is nothing to say of inferred sets. In doubt there is.
pub fn merged_flows_are_clean(all: &[Flows]) -> bool {
    let mut graph = ErrorGraph::default();
    for one in all {
        for (to, tags) in &one.tags {
            graph.add_tags(to, tags);
        }
        for (to, from) in &one.flows {
            graph.add_flow(to, from);
        }
    }
    let mut escapes = all.iter().flat_map(|one| &one.escapes);
    let mut erring = all.iter().flat_map(|one| &one.erring);
    // What is counted for a name may come from elsewhere, so it doesn't say that a function errs.
    let certain = |place: &Place| place.nature() != Nature::Shared;
    escapes.all(|(from, allowed)| graph.foreign(from, allowed).is_empty())
        && erring.all(|function| !graph.never_errs(function, certain))
}
