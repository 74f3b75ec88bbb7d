//! The stacks of all evaluations, by the names of functions.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use sx_ir::{FuncId, Module};

use crate::profile::Weight;
use crate::profile::sampler::{CUT, Node};

/// What was seen of an evaluation: its tree of calls, each behind the one it was made by.
pub struct Samples {
    nodes: Vec<(String, u32, u64)>,
}

impl Samples {
    pub fn new(module: &Module, nodes: &[Node]) -> Samples {
        let named = |node: &Node| (name_of(module, node.func), node.parent, node.weight);
        Samples {
            nodes: nodes.iter().map(named).collect(),
        }
    }

    /// Steps, or nanoseconds.
    pub fn total(&self) -> u64 {
        self.nodes.iter().map(|(_, _, weight)| weight).sum()
    }

    /// Names the evaluation itself.
    pub fn titled(mut self, title: String) -> Samples {
        if let Some((name, _, _)) = self.nodes.first_mut() {
            *name = title;
        }
        self
    }
}

impl Samples {
    /// Names an evaluation that hasn't ended.
    pub fn unfinished(self) -> Samples {
        let name = self.nodes.first().map(|(name, ..)| name.clone());
        let name = name.unwrap_or_default();
        self.titled(format!("{name} (interrupted)"))
    }
}

/// What an evaluation is called: what asked for it, and where that stands.
pub fn title(module: &Module, root: FuncId, asked_by: &str) -> String {
    format!("{asked_by} ({})", place_of(module, root))
}

fn place_of(module: &Module, func: FuncId) -> String {
    let loc = module.loc(module.func(func).loc);
    let file = module.files.get(loc.file as usize);
    format!("{}:{}", file.map_or("?", String::as_str), loc.line)
}

fn name_of(module: &Module, func: FuncId) -> String {
    if func == CUT {
        return "...".to_owned();
    }
    match module.func(func).name.as_str() {
        "" => format!("({})", place_of(module, func)),
        name => name.to_owned(),
    }
}

struct Call {
    name: u32,
    weight: u64,
    calls: FxHashMap<u32, u32>,
}

/// Where the steps, or the time, of a compilation's evaluations went.
pub struct Profile {
    pub by: Weight,
    pub evaluations: usize,
    names: Vec<String>,
    known: FxHashMap<String, u32>,
    /// The first stands for the compilation.
    calls: Vec<Call>,
}

impl Profile {
    pub fn new(by: Weight) -> Profile {
        let all = Call {
            name: 0,
            weight: 0,
            calls: FxHashMap::default(),
        };
        Profile {
            by,
            evaluations: 0,
            names: Vec::new(),
            known: FxHashMap::default(),
            calls: vec![all],
        }
    }

    pub fn add(&mut self, samples: Samples) {
        self.evaluations += 1;
        let mut places: Vec<u32> = Vec::with_capacity(samples.nodes.len());
        for (name, parent, weight) in samples.nodes {
            let name = *self.known.entry(clean(name)).or_insert_with_key(|name| {
                self.names.push(name.clone());
                self.names.len() as u32 - 1
            });
            let parent = places.get(parent as usize).copied().unwrap_or(0);
            let next = self.calls.len() as u32;
            let at = *self.calls[parent as usize]
                .calls
                .entry(name)
                .or_insert(next);
            if at == next {
                self.calls.push(Call {
                    name,
                    weight: 0,
                    calls: FxHashMap::default(),
                });
            }
            self.calls[at as usize].weight += weight;
            places.push(at);
        }
    }

    /// Of everything.
    pub fn total(&self) -> u64 {
        self.calls.iter().map(|call| call.weight).sum()
    }

    /// A line for each stack: its calls from the outermost, with semicolons between, and its weight. Stacks that begin
    /// alike are together, in the order of names.
    pub fn folded(&self) -> String {
        let mut text = String::new();
        let mut line = String::new();
        // Calls to come, with the length of the line before them.
        let mut todo = vec![(0, 0)];
        while let Some((at, length)) = todo.pop() {
            let call: &Call = &self.calls[at as usize];
            line.truncate(length);
            if at != 0 {
                if length != 0 {
                    line.push(';');
                }
                line.push_str(&self.names[call.name as usize]);
            }
            if call.weight != 0 {
                let _ = writeln!(text, "{line} {}", call.weight);
            }
            let mut next: Vec<u32> = call.calls.values().copied().collect();
            let name = |at: &u32| self.names[self.calls[*at as usize].name as usize].as_str();
            next.sort_by(|a, b| name(b).cmp(name(a)));
            todo.extend(next.into_iter().map(|next| (next, line.len())));
        }
        text
    }
}

/// A name as it can stand in a folded stack: semicolons part the calls of a line, and a number behind the last space is the
/// weight.
fn clean(name: String) -> String {
    let mut name = match name.contains(|c: char| c == ';' || c.is_control()) {
        false => name,
        true => name
            .chars()
            .map(|c| match c {
                ';' => ':',
                c if c.is_control() => ' ',
                c => c,
            })
            .collect(),
    };
    let last = name.rsplit(' ').next().unwrap_or_default();
    if last.len() < name.len() && last.chars().all(|c| c.is_ascii_digit() || c == '.') {
        let at = name.len() - last.len() - 1;
        name.replace_range(at..=at, "_");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(nodes: &[(&str, u32, u64)]) -> Samples {
        let owned =
            |(name, parent, weight): &(&str, u32, u64)| ((*name).to_owned(), *parent, *weight);
        Samples {
            nodes: nodes.iter().map(owned).collect(),
        }
    }

    const TOP: u32 = u32::MAX;

    #[test]
    fn evaluations_are_put_together_by_name() {
        let mut profile = Profile::new(Weight::Steps);
        profile.add(samples(&[
            ("A", TOP, 1),
            ("g", 0, 2),
            ("f", 0, 0),
            ("g", 2, 3),
        ]));
        profile.add(samples(&[("B", TOP, 1), ("f", 0, 5)]));
        profile.add(samples(&[("A", TOP, 1), ("f", 0, 7)]));
        assert_eq!(profile.folded(), "A 2\nA;f 7\nA;f;g 3\nA;g 2\nB 1\nB;f 5\n");
        assert_eq!((profile.total(), profile.evaluations), (20, 3));
    }

    #[test]
    fn names_that_would_break_a_line() {
        for (name, wanted) in [
            ("f", "f"),
            ("f(\"a;b\")", "f(\"a:b\")"),
            ("two\nlines", "two lines"),
            ("ends in 12", "ends in_12"),
            ("12", "12"),
            ("HashMap(string, i64).put", "HashMap(string, i64).put"),
            ("", ""),
        ] {
            assert_eq!(clean(name.to_owned()), wanted);
        }
    }
}
