//! Paths to places in a value. A pointer that is followed keeps the way to it; text is made only for errors.

use sx_ir::Symbol;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PathId(u32);

impl PathId {
    pub(super) const ROOT: PathId = PathId(0);
}

/// One step into a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Segment {
    Field(Symbol),
    /// Element of a tuple without labels.
    Element(usize),
    Index(u64),
    /// What a pointer points to; silent before a field.
    Deref,
    /// The payload of an optional.
    Payload,
    Data(&'static str),
    /// Contents of an `any`, by type name.
    Dynamic(String),
}

/// Of a long path, so many steps at either end are shown.
const SHOWN: usize = 16;

#[derive(Default)]
pub(super) struct Paths {
    /// Parent and the steps from it.
    nodes: Vec<(PathId, Box<[Segment]>)>,
}

impl Paths {
    /// The place reached by `steps` and then `last`.
    pub(super) fn add(
        &mut self,
        parent: PathId,
        steps: &[Segment],
        last: Option<Segment>,
    ) -> PathId {
        self.nodes
            .push((parent, steps.iter().cloned().chain(last).collect()));
        PathId(self.nodes.len() as u32)
    }

    pub(super) fn text(&self, from: PathId, steps: &[Segment]) -> String {
        let mut parts: Vec<&[Segment]> = vec![steps];
        let mut at = from;
        while let Some((parent, steps)) = (at.0 as usize)
            .checked_sub(1)
            .and_then(|i| self.nodes.get(i))
        {
            parts.push(steps);
            at = *parent;
        }
        let all: Vec<&Segment> = parts.into_iter().rev().flatten().collect();
        let mut out = String::new();
        for (i, segment) in all.iter().enumerate() {
            if all.len() > 2 * SHOWN && (SHOWN..all.len() - SHOWN).contains(&i) {
                if i == SHOWN {
                    out.push_str("...");
                }
                continue;
            }
            match segment {
                Segment::Field(name) => out.push_str(&format!(".{name}")),
                Segment::Element(index) => out.push_str(&format!(".{index}")),
                Segment::Index(index) => out.push_str(&format!("[{index}]")),
                Segment::Deref => {
                    if !matches!(
                        all.get(i + 1),
                        Some(Segment::Field(_) | Segment::Element(_))
                    ) {
                        out.push_str(".*");
                    }
                }
                Segment::Payload => out.push('!'),
                Segment::Data(name) => out.push_str(&format!(".{name}")),
                Segment::Dynamic(name) => out.push_str(&format!(".({name})")),
            }
        }
        out
    }
}
