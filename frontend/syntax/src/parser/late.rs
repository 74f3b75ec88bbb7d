//! Bodies of functions that are parsed when they are asked for.
//!
//! Of the standard library a program needs the declarations of many files and the bodies of few functions. An outline is
//! the tree of a file whose functions' bodies are texts between braces; nothing else is lexed or parsed differently. It
//! is made of a file only if it is certain to be the file's tree: if there is anything to report, or a pair of braces
//! that was taken for a body is something else, the file is parsed as a whole.

use std::sync::{Arc, Mutex, OnceLock};

use super::pieces::IDS_PER_BYTE;
use super::*;

/// The text of an outline.
#[derive(Debug)]
pub struct LateText {
    file: FileId,
    text: SourceText,
    /// What was wrong with the bodies parsed so far.
    errors: Mutex<Vec<Diagnostic>>,
}

impl LateText {
    /// What is wrong with the bodies that have been asked for, in source order.
    pub fn errors(&self) -> Vec<Diagnostic> {
        let mut errors = match self.errors.lock() {
            Ok(errors) => errors.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        };
        errors.sort_by_key(|error| error.span.map_or(0, |span| span.lo));
        errors
    }
}

/// A body from its `{` to its `}`.
#[derive(Clone, Debug)]
pub struct LateBody {
    text: Arc<LateText>,
    lo: u32,
    hi: u32,
    parsed: OnceLock<FnBody>,
}

impl LateBody {
    pub(crate) fn parsed(&self) -> &FnBody {
        self.parsed.get_or_init(|| FnBody::Block(self.parse()))
    }

    fn parse(&self) -> Block {
        let LateText { file, text, errors } = &*self.text;
        let part = self.lo as usize..self.hi as usize;
        // The same lexer has found the end of the body, so there is no token across it.
        let lexed = lexer::lex_part(*file, text, part).unwrap_or_else(|| lexer::lex(*file, ""));
        let mut p = Parser::of(*file, text, lexed);
        p.next_id = self.lo * IDS_PER_BYTE;
        let block = p.fresh_body(|p| p.nested(|p| p.block()));
        let wrong = p.finish();
        if !wrong.is_empty() {
            match errors.lock() {
                Ok(mut errors) => errors.extend(wrong),
                Err(poisoned) => poisoned.into_inner().extend(wrong),
            }
        }
        block.unwrap_or(Block {
            span: Span::new(*file, self.lo, self.hi),
            stmts: Vec::new(),
            tail: None,
        })
    }
}

/// Parses a file; the bodies of its functions are parsed when they are asked for. What is wrong with them isn't among
/// the diagnostics but with the file's `late`.
pub fn parse_outline(file: FileId, text: &SourceText) -> ParseResult {
    outline(file, text).unwrap_or_else(|| parse_file(file, text))
}

fn outline(file: FileId, text: &SourceText) -> Option<ParseResult> {
    if text.len() >= (u32::MAX / IDS_PER_BYTE) as usize {
        return None;
    }
    let mut p = Parser::of(file, text, lexer::lex_outline(file, text));
    if !p.diags.is_empty() {
        return None;
    }
    let late = Arc::new(LateText {
        file,
        text: text.clone(),
        errors: Mutex::default(),
    });
    p.late = Some(late.clone());
    let items = p.file_items();
    let whole = p.diags.is_empty() && p.skipped_met == p.skipped.len();
    whole.then(|| ParseResult {
        ast: File {
            id: file,
            items,
            expr_count: p.next_id,
            computed_names: std::mem::take(&mut p.computed),
            late: Some(late),
        },
        diagnostics: Vec::new(),
    })
}

impl Parser<'_> {
    /// The body of a function whose tokens were left out.
    pub(super) fn late_body(&mut self) -> Option<Body> {
        let text = self.late.as_ref()?;
        self.skipped.binary_search(&(self.pos as u32)).ok()?;
        // Quotes are read in several ways, and know what is in them.
        if !self.splices.is_empty() || self.peek_at(1) != Tok::RBrace {
            return None;
        }
        let text = text.clone();
        let (lo, hi) = (self.bump().lo, self.bump().hi);
        self.skipped_met += 1;
        // The numbers of a range of text are its own, whenever it is parsed.
        self.next_id = self.next_id.max(hi * IDS_PER_BYTE);
        Some(Body::Late(Box::new(LateBody {
            text,
            lo,
            hi,
            parsed: OnceLock::new(),
        })))
    }
}
