//! The names of one scope.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use sx_ir::Symbol;

use crate::sema::Binding;

/// More names than this are found by hashing.
const FEW: usize = 8;

/// What a scope's names are bound to, in the order in which they came. Most scopes have one: that of a local variable.
#[derive(Default)]
pub struct Names {
    all: SmallVec<[(Symbol, Binding); 1]>,
    /// Places in `all`, if there are many.
    places: Option<Box<FxHashMap<Symbol, usize>>>,
}

impl Names {
    fn place(&self, name: Symbol) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(&name).copied(),
            None => self.all.iter().position(|(known, _)| *known == name),
        }
    }

    pub fn get(&self, name: &Symbol) -> Option<&Binding> {
        self.place(*name).map(|place| &self.all[place].1)
    }

    pub fn contains_key(&self, name: &Symbol) -> bool {
        self.place(*name).is_some()
    }

    /// What the name was bound to before.
    pub fn insert(&mut self, name: Symbol, binding: Binding) -> Option<Binding> {
        if let Some(place) = self.place(name) {
            return Some(std::mem::replace(&mut self.all[place].1, binding));
        }
        let place = self.all.len();
        self.all.push((name, binding));
        match &mut self.places {
            Some(places) => {
                places.insert(name, place);
            }
            None if place >= FEW => {
                let places = self.all.iter().enumerate();
                let places = places.map(|(place, (name, _))| (*name, place)).collect();
                self.places = Some(Box::new(places));
            }
            None => {}
        }
        None
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Symbol, &Binding)> {
        self.all.iter().map(|(name, binding)| (name, binding))
    }

    pub fn keys(&self) -> impl Iterator<Item = &Symbol> {
        self.all.iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl Iterator<Item = &Binding> {
        self.all.iter().map(|(_, binding)| binding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sx_ir::TypeId;

    #[test]
    fn few_and_many() {
        let mut names = Names::default();
        let symbol = |i: u32| Symbol::intern(&format!("few_and_many_{i}"));
        for i in 0..3 * FEW as u32 {
            assert!(names.insert(symbol(i), Binding::Poison).is_none());
            let known = names.insert(symbol(i), Binding::Type(TypeId(i)));
            assert!(matches!(known, Some(Binding::Poison)));
            for j in 0..=i {
                assert!(matches!(names.get(&symbol(j)), Some(Binding::Type(TypeId(n))) if *n == j));
            }
            assert!(!names.contains_key(&symbol(i + 1)));
            assert_eq!(names.len(), i as usize + 1);
        }
        assert!(names.keys().copied().eq((0..3 * FEW as u32).map(symbol)));
    }
}
