//! A large file parsed in pieces, by several threads.
//!
//! A piece begins with a declaration at the start of a line, after a blank one. Whether such a line really is at module
//! scope (it may stand in a text or within brackets) shows when the piece before it has been read: then its last token
//! ends there, and all its brackets are matched. Where that isn't so, or anything is to be reported, the file is
//! parsed as a whole, so what is said of a file can't depend on pieces.

use std::ops::Range;

use rayon::prelude::*;

use super::Parser;
use crate::ast::{File, Item};
use crate::lexer::{self, Lexed, NO_PARTNER};
use crate::parser::ParseResult;
use crate::span::FileId;
use crate::token::Tok;

/// Bytes of a piece at least: reading so much takes about ten times as long as handing it to another thread.
const PIECE: usize = 64 * 1024;
/// Expressions of `n` bytes of text: fewer than `n` times this, for each has a token of its own or encloses one.
pub(super) const IDS_PER_BYTE: u32 = 4;

struct Piece {
    items: Vec<Item>,
    /// One more than the largest number of an expression.
    ids: u32,
}

/// `None`: the file is not large, or not to be parsed in pieces.
pub(super) fn parse_in_pieces(file: FileId, text: &str) -> Option<ParseResult> {
    let parts = parts(text, rayon::current_num_threads())?;
    let last = parts.len() - 1;
    let pieces: Option<Vec<Piece>> = (parts.into_par_iter().enumerate())
        .map(|(index, part)| parse_piece(file, text, part, index > 0, index == last))
        .collect();
    let pieces = pieces?;
    let mut items = Vec::with_capacity(pieces.iter().map(|piece| piece.items.len()).sum());
    let mut ids = 0;
    for piece in pieces {
        items.extend(piece.items);
        ids = piece.ids;
    }
    Some(ParseResult {
        ast: File {
            id: file,
            items,
            expr_count: ids,
            computed_names: Vec::new(),
            late: None,
        },
        diagnostics: Vec::new(),
    })
}

/// About equal parts of a large text that begin with what looks like a declaration.
fn parts(text: &str, threads: usize) -> Option<Vec<Range<usize>>> {
    // More than one for each thread: others take over from one that is held up, and all end at about the same time.
    let count = (16 * threads).min(text.len() / PIECE);
    if count < 2 || text.len() >= (u32::MAX / IDS_PER_BYTE) as usize {
        return None;
    }
    let mut starts = vec![0];
    for index in 1..count {
        let from = text.len() / count * index;
        if let Some(start) = declaration_from(text, from)
            && starts.last().is_some_and(|last| *last < start)
        {
            starts.push(start);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts: Vec<_> = starts.iter().copied().zip(ends).collect();
    (parts.len() > 1).then(|| parts.into_iter().map(|(lo, hi)| lo..hi).collect())
}

/// Where, from an offset on, a line `name :: ...` follows a blank line and lines of comments.
fn declaration_from(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let start = at + bytes.get(at..)?.windows(2).position(|two| two == b"\n\n")? + 2;
        let lines = bytes.get(start..)?.split(|b| *b == b'\n');
        // Where the line begins that is looked at.
        let mut begin = start;
        let line = lines
            .inspect(|line| begin += line.len() + 1)
            .find(|line| !line.is_empty() && !line.starts_with(b"//"))?;
        begin -= line.len() + 1;
        let name = line.iter().take_while(|b| lexer::is_ident_byte(**b));
        let name = name.count();
        if line.first().is_some_and(|b| lexer::is_ident_start(*b))
            && line[name..].trim_ascii_start().starts_with(b"::")
        {
            return Some(start);
        }
        // Blank lines before it lead to the same line.
        at = begin;
    }
}

fn parse_piece(
    file: FileId,
    text: &str,
    part: Range<usize>,
    follows: bool,
    last: bool,
) -> Option<Piece> {
    let first_id = part.start as u32 * IDS_PER_BYTE;
    let end_id = part.end as u32 * IDS_PER_BYTE;
    let lexed = lexer::lex_part(file, text, part)?;
    if !stands_alone(&lexed, follows, last) {
        return None;
    }
    let mut parser = Parser::of(file, text, lexed);
    parser.next_id = first_id;
    let items = parser.file_items();
    let alone = parser.diags.is_empty() && parser.computed.is_empty() && parser.next_id <= end_id;
    alone.then_some(Piece {
        items,
        ids: parser.next_id,
    })
}

/// What these tokens mean doesn't depend on what is before and after them.
fn stands_alone(lexed: &Lexed, follows: bool, last: bool) -> bool {
    let kinds = || lexed.tokens.iter().map(|token| token.kind);
    let begins = || kinds().take(2).eq([Tok::Ident, Tok::ColonColon]);
    let ends = || {
        let at = lexed.tokens.len().saturating_sub(2);
        matches!(
            lexed.tokens.get(at).map(|token| token.kind),
            Some(Tok::Semi | Tok::RBrace)
        )
    };
    let matched = || {
        let brackets = kinds().zip(&lexed.partner);
        let mut brackets = brackets.filter(|(kind, _)| kind.is_opener() || kind.is_closer());
        brackets.all(|(_, partner)| *partner != NO_PARTNER)
    };
    // A doc comment at the end belongs to what follows.
    let docs = || {
        lexed
            .docs
            .last()
            .is_none_or(|(next, ..)| *next as usize + 1 < lexed.tokens.len())
    };
    lexed.errors.is_empty() && (!follows || begins()) && (last || (ends() && docs())) && matched()
}
