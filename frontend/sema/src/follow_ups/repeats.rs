//! A mistake that shows in several places is told where it shows first, with the others.

use rustc_hash::FxHashMap;
use sx_syntax::{Diagnostic, SourceMap, Span};

use super::{note, quoted};

/// Places that are named beside the first.
const MOST_PLACES: usize = 3;

/// Joins the errors that are about one thing.
pub fn merged(
    told: Vec<Diagnostic>,
    sources: &SourceMap,
    unfit_calls: &FxHashMap<Span, String>,
    lacks: &dyn Fn(&str, &str) -> bool,
) -> Vec<Diagnostic> {
    let mut first_of: FxHashMap<String, usize> = FxHashMap::default();
    let mut places: FxHashMap<usize, Vec<Span>> = FxHashMap::default();
    let mut out: Vec<Diagnostic> = Vec::with_capacity(told.len());
    for diag in told {
        if let Some(before) = out
            .iter_mut()
            .rev()
            .take(MOST_PLACES)
            .find(|before| swapped(before, &diag, sources))
        {
            before.children.clear();
            *before = std::mem::replace(before, Diagnostic::error_without_span(""))
                .with_help(None, "the two arguments seem to have changed places");
            continue;
        }
        let subject = subject(&diag, sources, lacks).or_else(|| {
            let of = unfit_calls.get(&diag.span?)?;
            // Any variant of an enum is another literal.
            let message = match diag.message.strip_prefix("enum literal '") {
                Some(rest) => rest.split_once('\'').map_or(rest, |(_, rest)| rest),
                None => &diag.message,
            };
            Some(format!("{of}: {}", of_any_instance(message)))
        });
        match subject.as_ref().and_then(|subject| first_of.get(subject)) {
            Some(first) => places.entry(*first).or_default().extend(diag.span),
            None => {
                first_of.extend(subject.map(|subject| (subject, out.len())));
                out.push(diag);
            }
        }
    }
    for (first, mut places) in places {
        places.dedup();
        let more = places.len().saturating_sub(MOST_PLACES);
        for (i, place) in places.iter().take(MOST_PLACES).enumerate() {
            let message = match more {
                1 if i + 1 == MOST_PLACES => "here, too, and in another place".to_string(),
                n if n > 0 && i + 1 == MOST_PLACES => format!("here, too, and in {n} other places"),
                _ => "here, too".to_string(),
            };
            note(&mut out[first], *place, &message);
        }
    }
    out
}

/// What an error is about, if other errors about it are the same mistake.
fn subject(
    diag: &Diagnostic,
    sources: &SourceMap,
    lacks: &dyn Fn(&str, &str) -> bool,
) -> Option<String> {
    let span = diag.span.filter(|_| diag.is_error())?;
    let message = diag.message.as_str();
    let name = quoted(message)?;
    if let Some((_, ty)) = message.split_once("' not found on type '") {
        return Some(format!("member {name} of {}", type_itself(ty)));
    }
    if let Some((_, method)) = message.split_once("' has no method '") {
        return Some(format!(
            "member {} of {}",
            upto_quote(method),
            type_itself(name)
        ));
    }
    if let Some((_, ty)) = message.split_once("' is not a variant of '") {
        return Some(format!("variant {name} of {}", upto_quote(ty)));
    }
    if let Some((_, ty)) = message.split_once("no variant '") {
        let (variant, ty) = ty.split_once("' on type '")?;
        return Some(format!("variant {variant} of {}", upto_quote(ty)));
    }
    if message.starts_with("unknown type '") {
        return Some(format!("name {name}"));
    }
    // A variable is one function's, but what is called stands for itself.
    if message.starts_with("unresolved '") {
        let file = sources.get(span.file)?;
        let called = file.text.get(span.hi as usize..)?.starts_with('(');
        return called.then(|| format!("name {name}"));
    }
    if message.contains("' is not visible; #import ") {
        let declared = diag.children.first()?.span?.file;
        return Some(format!("import of {declared:?} in {:?}", span.file));
    }
    if let Some((_, protocol)) = message.split_once("' does not implement protocol '") {
        let protocol = type_itself(protocol);
        if let Some((_, method)) = message.split_once("` provides method '")
            && lacks(protocol, upto_quote(method))
        {
            return Some(format!("method {} of {protocol}", upto_quote(method)));
        }
        return Some(message.to_string());
    }
    None
}

/// A message about a type that may be of any instance.
fn of_any_instance(message: &str) -> String {
    let parts = message.split('\'').enumerate();
    let cut = |(i, part): (usize, &str)| match part.split_once("__") {
        Some((name, _)) if i % 2 == 1 => name.to_string(),
        _ => part.to_string(),
    };
    parts.map(cut).collect::<Vec<_>>().join("'")
}

/// The type's own name, whatever points to it, and of whatever instance.
fn type_itself(text: &str) -> &str {
    let name = upto_quote(text).trim_start_matches(['*', '?']);
    name.split_once("__").map_or(name, |(name, _)| name)
}

fn upto_quote(text: &str) -> &str {
    text.split_once('\'').map_or(text, |(inside, _)| inside)
}

/// Whether two errors are those of two arguments of one call, each of which has the other's type.
fn swapped(first: &Diagnostic, second: &Diagnostic, sources: &SourceMap) -> bool {
    let types = |diag: &Diagnostic| {
        let rest = diag
            .message
            .strip_prefix("cannot coerce a value of type '")?;
        let (from, rest) = rest.split_once("' to '")?;
        Some((from.to_string(), upto_quote(rest).to_string()))
    };
    let (Some((a, b)), Some((c, d))) = (types(first), types(second)) else {
        return false;
    };
    let (Some(one), Some(other)) = (first.span, second.span) else {
        return false;
    };
    if (a, b) != (d, c) || one.file != other.file || one.hi > other.lo {
        return false;
    }
    // Between them there are at most other arguments.
    let between = sources
        .get(one.file)
        .map(|file| file.slice(one.hi, other.lo));
    between.is_some_and(|text| text.contains(',') && !text.contains([';', '{', '}', '(', ')']))
}
