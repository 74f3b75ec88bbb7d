//! Mutants of corpus programs: tokens deleted, doubled, swapped, replaced by others of their kind, statements removed,
//! repeated, or taken from another program.

use std::path::PathBuf;

use sx_corpus::case;

use crate::random::Random;
use crate::{found, generate, worker};

/// A text and the place that its imports are relative to.
pub struct Mutant {
    pub text: Vec<u8>,
    pub path: PathBuf,
}

/// The programs to start from, read once.
#[derive(Default)]
pub struct Stock(Vec<(PathBuf, String)>);

impl Stock {
    pub fn read() -> Stock {
        let mut list: Vec<(PathBuf, String)> = case::all()
            .unwrap_or_default()
            .into_iter()
            // A seed's mutant stays the same when something is found.
            .filter(|case| !case.directives.check_only && case.topic != found::TOPIC)
            .filter_map(|case| {
                let path = case::root().join(case.file);
                let text = std::fs::read_to_string(&path).ok()?;
                // What is big is slow, and what is in it is elsewhere, too.
                (text.len() < 8000).then_some((path, text))
            })
            .collect();
        list.sort();
        Stock(list)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mutant that a seed stands for.
    pub fn mutant(&self, seed: u64) -> Mutant {
        let mut random = Random::new(seed);
        let (path, text) = if random.one_in(6) {
            // Generated programs have types in combinations that nobody writes.
            let text = generate::program(random.word() >> 32);
            (worker::made_up_path(), text)
        } else {
            random.pick(&self.0)
        };
        let (_, other) = random.pick(&self.0);
        let mut tokens = tokens(&text);
        let other = self::tokens(&other);
        let count = if random.one_in(8) { 12 } else { 3 };
        for _ in 0..1 + random.below(count) {
            mutate(&mut tokens, &other, &mut random);
        }
        Mutant {
            text: tokens.concat().into_bytes(),
            path,
        }
    }
}

/// Pieces of a text; together they are the text. White space and comments belong to the piece that they follow.
pub fn tokens(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 128;
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            b'#' | b'$' | b'`' => {
                at += 1;
                while at < bytes.len() && word(bytes[at]) {
                    at += 1;
                }
            }
            b if word(b) => {
                while at < bytes.len() && word(bytes[at]) {
                    at += 1;
                }
            }
            _ => {
                const LONG: [&str; 28] = [
                    "<<=", ">>=", "..=", "..<", "<..", "=..", "---", "::", ":=", "=>", "->", "==",
                    "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "|>", "??", "<<", ">>", "?.",
                    ".*", ".{", ".[",
                ];
                let rest = &bytes[at..];
                at += LONG
                    .iter()
                    .find(|long| rest.starts_with(long.as_bytes()))
                    .map_or(1, |long| long.len());
            }
        }
        loop {
            let rest = &bytes[at.min(bytes.len())..];
            if rest.starts_with(b"//") {
                at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            } else if rest.first().is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            } else {
                break;
            }
        }
        at = at.min(bytes.len());
        while !text.is_char_boundary(at) {
            at += 1;
        }
        out.push(text[start..at].to_owned());
    }
    out
}

const TYPES: [&str; 26] = [
    "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "i1", "u1", "u7", "i13", "i63", "usize",
    "isize", "f32", "f64", "bool", "string", "any", "void", "Type", "cstring", "?i64", "[]u8",
    "*i64",
];
const OPERATORS: [&str; 26] = [
    "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "and",
    "or", "??", "|>", "in", "..", "..=", "<..", "=", "+=",
];
const VALUES: [&str; 16] = [
    "0",
    "1",
    "2",
    "255",
    "4294967296",
    "9223372036854775807",
    "1.5",
    "true",
    "null",
    "\"\"",
    ".{}",
    ".[]",
    "---",
    ".x",
    "'a'",
    "error.A",
];
const PREFIXES: [&str; 16] = [
    "xx ", "try ", "-", "!", "~", "*", "#run ", "inline ", "defer ", "?", "[]", "[3]", "[*]", "$",
    "..", "return ",
];
const SUFFIXES: [&str; 10] = [
    "!",
    ".*",
    ".(i64)",
    ".(u8)",
    "[0]",
    ".len",
    "()",
    "?.x",
    " catch {}",
    " or 0",
];

/// Puts `new` in the place of a token, keeping its white space.
fn replace(token: &mut String, new: &str) {
    let trimmed = token.trim_end().len();
    let space = token[trimmed..].to_owned();
    *token = format!("{}{space}", new.trim_end());
}

fn in_list(token: &str, list: &[&str]) -> bool {
    list.contains(&token.trim_end())
}

fn mutate(tokens: &mut Vec<String>, other: &[String], random: &mut Random) {
    if tokens.is_empty() {
        return;
    }
    let at = random.below(tokens.len());
    match random.below(16) {
        0 => {
            let end = (at + 1 + random.below(3)).min(tokens.len());
            tokens.drain(at..end);
        }
        1 => {
            let copy = tokens[at].clone();
            tokens.insert(at, copy);
        }
        2 => {
            let to = random.below(tokens.len());
            tokens.swap(at, to);
        }
        3 => {
            let from = random.below(tokens.len());
            let new = tokens[from].clone();
            replace(&mut tokens[at], &new);
        }
        4 => tokens.insert(at, random.pick(&PREFIXES).to_owned()),
        5 => tokens.insert(at, random.pick(&SUFFIXES).to_owned()),
        6 | 7 => of_kind(tokens, at, &TYPES, random),
        8 => of_kind(tokens, at, &OPERATORS, random),
        9 | 10 => {
            // A number or a word becomes a value.
            if let Some(i) = find(tokens, at, |t| t.starts_with(|c: char| c.is_ascii_digit())) {
                replace(&mut tokens[i], random.pick(&VALUES));
            }
        }
        11 | 12 => {
            // One name becomes another of the same text.
            let name = |t: &str| t.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if let Some(i) = find(tokens, at, name) {
                let from = random.below(tokens.len());
                if let Some(j) = find(tokens, from, name) {
                    let new = tokens[j].clone();
                    replace(&mut tokens[i], &new);
                }
            }
        }
        13 => {
            let (from, to) = statement(tokens, at);
            tokens.drain(from..to);
        }
        14 => {
            let (from, to) = statement(tokens, at);
            let copy = tokens[from..to].to_vec();
            let target = random.below(tokens.len());
            let (target, _) = statement(tokens, target);
            tokens.splice(target..target, copy);
        }
        _ => {
            if other.is_empty() {
                return;
            }
            let (from, to) = statement(other, random.below(other.len()));
            let (target, end) = statement(tokens, at);
            let end = if random.one_in(2) { end } else { target };
            tokens.splice(target..end, other[from..to].to_vec());
        }
    }
}

/// Replaces the first token of `list` from `at` on by another one of it.
fn of_kind(tokens: &mut [String], at: usize, list: &[&str], random: &mut Random) {
    if let Some(i) = find(tokens, at, |t| in_list(t, list)) {
        replace(&mut tokens[i], random.pick(list));
    }
}

fn find(tokens: &[String], at: usize, wanted: impl Fn(&str) -> bool) -> Option<usize> {
    (at..tokens.len())
        .chain(0..at)
        .find(|i| wanted(&tokens[*i]))
}

/// The statement or declaration around a token: from after the last `;`, `{` or `}` to its own `;` or block.
fn statement(tokens: &[String], at: usize) -> (usize, usize) {
    let is = |i: usize, list: &[&str]| in_list(&tokens[i], list);
    let mut from = at.min(tokens.len());
    while from > 0 && !is(from - 1, &[";", "{", "}"]) {
        from -= 1;
    }
    let mut depth = 0i32;
    let mut to = from;
    while to < tokens.len() {
        if is(to, &["{", ".{"]) {
            depth += 1;
        } else if is(to, &["}"]) {
            depth -= 1;
            if depth < 0 {
                break;
            }
        }
        to += 1;
        if depth == 0 && is(to - 1, &[";", "}"]) {
            break;
        }
    }
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_make_up_the_text() {
        let text = "a :: () { x := \"q\\\"; }\"; // c\n y = 1.5 <<= `u8; ü }";
        assert_eq!(tokens(text).concat(), text);
        for (_, text) in &Stock::read().0 {
            assert_eq!(tokens(text).concat(), *text);
        }
    }

    #[test]
    fn a_statement_has_its_block() {
        let list = tokens("a; if x { b; c; } d;");
        let (from, to) = statement(&list, 3);
        assert_eq!(list[from..to].concat(), "if x { b; c; } ");
    }
}
