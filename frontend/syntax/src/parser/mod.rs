//! Tokens to tree: recursive descent with precedence climbing for operators.
//!
//! An error is reported where it is found and travels up as `Failed` to the nearest list (statements, members,
//! items), which skips to a likely start of the next element. Depth of nesting and height of the resulting tree are
//! limited, so neither the parser nor anything that walks the tree can run out of stack.

mod control;
mod decls;
mod exprs;
mod functions;
mod habits;
mod items;
mod late;
mod lookahead;
mod members;
mod names;
mod openers;
mod pieces;
mod postfix;
mod primary;
mod quotes;
mod stmts;
mod types;

use std::sync::Arc;

pub use habits::{foreign_value, misspelt_word};
pub use late::{LateBody, LateText, parse_outline};
pub(crate) use names::is_reserved_type;

use rayon::prelude::*;
use thin_vec::{ThinVec, thin_vec};

use crate::ast::*;
use crate::diag::{Diagnostic, SourceText};
use crate::lexer::{self, Lexed, MAX_ERRORS, NO_PARTNER};
use crate::token::{Tok, Token};

/// Nesting of expressions, types and blocks.
const MAX_DEPTH: u32 = 512;
/// Height of the tree, where chains like `a + b + c` and `a.b.c` count too.
const MAX_HEIGHT: u32 = 1000;

/// An error that has been reported.
#[derive(Debug)]
pub(crate) struct Failed;

pub(crate) type PResult<T> = Result<T, Failed>;

/// A parsed text and what is wrong with it, in source order.
#[derive(Debug)]
pub struct ParseResult<T = File> {
    pub ast: T,
    pub diagnostics: Vec<Diagnostic>,
}

/// A single expression, as `parse_expr` answers it.
#[derive(Debug)]
pub struct ExprFragment {
    pub expr: Expr,
    pub expr_count: u32,
    pub computed_names: Vec<Vec<Arc<Expr>>>,
}

/// Members of a type body, as an `#insert` there yields them.
#[derive(Debug)]
pub struct ListFragment<T> {
    pub id: FileId,
    pub elements: Vec<T>,
    pub expr_count: u32,
    pub computed_names: Vec<Vec<Arc<Expr>>>,
}

/// Parses a file; also right for the text of an `#insert` at module scope.
pub fn parse_file(file: FileId, text: &str) -> ParseResult {
    let mut p = Parser::new(file, text);
    let items = p.file_items();
    let ast = File {
        id: file,
        items,
        expr_count: p.next_id,
        computed_names: std::mem::take(&mut p.computed),
        late: None,
    };
    ParseResult {
        ast,
        diagnostics: p.finish(),
    }
}

/// Parses statements, as in the body of a function; a last expression without `;` is the tail.
pub fn parse_statements(file: FileId, text: &str) -> ParseResult<Fragment> {
    let mut p = Parser::new(file, text);
    let block = p.fragment();
    let ast = Fragment {
        id: file,
        block,
        expr_count: p.next_id,
        computed_names: std::mem::take(&mut p.computed),
    };
    ParseResult {
        ast,
        diagnostics: p.finish(),
    }
}

/// Parses members of a struct.
pub fn parse_members(file: FileId, text: &str) -> ParseResult<ListFragment<Member>> {
    parse_list(file, text, &|p| p.body_member(members::Body::Struct))
}

/// Parses methods of a protocol.
pub fn parse_protocol_members(file: FileId, text: &str) -> ParseResult<ListFragment<Member>> {
    parse_list(file, text, &|p| p.body_member(members::Body::Protocol))
}

/// Parses variants of an enum.
pub fn parse_variants(file: FileId, text: &str) -> ParseResult<ListFragment<EnumMember>> {
    parse_list(file, text, &|p| p.enum_member())
}

fn parse_list<T>(
    file: FileId,
    text: &str,
    element: &dyn Fn(&mut Parser<'_>) -> PResult<T>,
) -> ParseResult<ListFragment<T>> {
    let mut p = Parser::new(file, text);
    // The text may be that of a quote.
    p.splices.push(Vec::new());
    let elements = p.top_elements(&|p| {
        let one = element(p)?;
        // In statements a `;` may follow any declaration.
        while p.eat(Tok::Semi) {}
        Ok(one)
    });
    let ast = ListFragment {
        id: file,
        elements,
        expr_count: p.next_id,
        computed_names: std::mem::take(&mut p.computed),
    };
    ParseResult {
        ast,
        diagnostics: p.finish(),
    }
}

/// Which part of a text to parse; positions are the whole text's.
pub fn within(text: &str, lo: u32, hi: u32) -> String {
    let blank = |part: &str| -> String {
        part.bytes()
            .map(|b| if b == b'\n' { '\n' } else { ' ' })
            .collect()
    };
    let (lo, hi) = (lo as usize, hi as usize);
    match (text.get(..lo), text.get(lo..hi), text.get(hi..)) {
        (Some(before), Some(inside), Some(after)) => blank(before) + inside + &blank(after),
        _ => String::new(),
    }
}

pub fn parse_items(file: FileId, text: &str) -> ParseResult<ListFragment<Item>> {
    parse_list(file, text, &|p| p.item())
}

pub fn parse_expr(file: FileId, text: &str) -> ParseResult<ExprFragment> {
    let mut p = Parser::new(file, text);
    let lo = p.here();
    let expr = match p.expr() {
        Ok(expr) => {
            if p.peek() != Tok::Eof {
                p.unexpected();
            }
            expr
        }
        Err(Failed) => p.mk(lo, ExprKind::Error),
    };
    let ast = ExprFragment {
        expr,
        expr_count: p.next_id,
        computed_names: std::mem::take(&mut p.computed),
    };
    ParseResult {
        ast,
        diagnostics: p.finish(),
    }
}

/// Results in the order of the files. A large one is parsed in pieces, unless it is to be an outline.
pub fn parse_files_parallel(files: &[(FileId, SourceText, Detail)]) -> Vec<ParseResult> {
    files
        .par_iter()
        .map(|(id, text, detail)| {
            let in_pieces = match detail {
                Detail::Whole => pieces::parse_in_pieces(*id, text),
                Detail::Outline => None,
            };
            in_pieces.unwrap_or_else(|| parse_source(*id, text, *detail))
        })
        .collect()
}

/// How much of a file is parsed at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    Whole,
    /// All but the bodies of functions.
    Outline,
}

pub fn parse_source(file: FileId, text: &SourceText, detail: Detail) -> ParseResult {
    match detail {
        Detail::Whole => parse_file(file, text),
        Detail::Outline => parse_outline(file, text),
    }
}

pub(crate) struct Parser<'a> {
    file: FileId,
    text: &'a str,
    toks: Vec<Token>,
    partner: Vec<u32>,
    docs: Vec<(u32, u32, u32)>,
    pos: usize,
    /// Tokens from here on read as the end: where the iterables of a `for` header stop.
    limit: usize,
    /// Bodies without tokens, and how many of them have been met as bodies.
    skipped: Vec<u32>,
    skipped_met: usize,
    /// The text of such bodies.
    late: Option<Arc<LateText>>,
    recent_names: Vec<Option<(&'a str, Symbol)>>,
    diags: Vec<Diagnostic>,
    next_id: u32,
    /// Destructurings and cleanups met so far.
    errors_followed: u32,
    computed: Vec<Vec<Arc<Expr>>>,
    /// Splices of the quotes being parsed, innermost last.
    splices: Vec<Vec<Arc<Expr>>>,
    /// Parts of the `#name`s in them.
    name_parts: Vec<Vec<Arc<Expr>>>,
    /// Readings of quotes' texts that were no use.
    rejected_readings: u32,
    /// In the header of a statement, where `{` starts the statement's body.
    no_brace: bool,
    /// Between brackets, where no line break ends an expression.
    in_brackets: bool,
    /// `defer` or `onfail`, inside the body of one.
    cleanup: Option<&'static str>,
    /// Right after an expression that ended with the `}` of a block: a line break ends it.
    block_end: usize,
    depth: u32,
    height: u32,
}

impl<'a> Parser<'a> {
    fn new(file: FileId, text: &'a str) -> Parser<'a> {
        Parser::of(file, text, lexer::lex(file, text))
    }

    fn of(file: FileId, text: &'a str, lexed: Lexed) -> Parser<'a> {
        let Lexed {
            tokens,
            partner,
            docs,
            errors,
            skipped,
        } = lexed;
        Parser {
            file,
            text,
            limit: tokens.len() - 1,
            toks: tokens,
            partner,
            docs,
            pos: 0,
            skipped,
            skipped_met: 0,
            late: None,
            recent_names: Vec::new(),
            diags: errors,
            next_id: 0,
            errors_followed: 0,
            computed: Vec::new(),
            splices: Vec::new(),
            name_parts: Vec::new(),
            rejected_readings: 0,
            no_brace: false,
            in_brackets: false,
            cleanup: None,
            block_end: usize::MAX,
            depth: 0,
            height: 0,
        }
    }

    fn finish(mut self) -> Vec<Diagnostic> {
        let mut diags = std::mem::take(&mut self.diags);
        diags.sort_by_key(|d| d.span.map_or(0, |span| span.lo));
        self.point_to_openers(&mut diags);
        diags
    }

    // ---------------------------------------------------------------------------------------------- tokens

    fn kind_at(&self, index: usize) -> Tok {
        if index >= self.limit {
            Tok::Eof
        } else {
            self.toks[index].kind
        }
    }

    fn peek(&self) -> Tok {
        self.kind_at(self.pos)
    }

    fn peek_at(&self, ahead: usize) -> Tok {
        self.kind_at(self.pos + ahead)
    }

    /// The real token at the position, also past the limit.
    fn tok(&self) -> Token {
        self.toks[self.pos.min(self.toks.len() - 1)]
    }

    fn text_at(&self, index: usize) -> &'a str {
        match self.toks.get(index) {
            Some(token) => &self.text[token.lo as usize..token.hi as usize],
            None => "",
        }
    }

    fn tok_text(&self) -> &'a str {
        self.text_at(self.pos)
    }

    fn newline_before(&self) -> bool {
        self.tok().newline_before
    }

    /// The closer of the opener at `index`.
    fn close_of(&self, index: usize) -> Option<usize> {
        match self.partner.get(index) {
            Some(&to) if to != NO_PARTNER && to as usize > index => Some(to as usize),
            _ => None,
        }
    }

    fn bump(&mut self) -> Token {
        let token = self.tok();
        if self.pos < self.limit {
            self.pos += 1;
        }
        token
    }

    fn at(&self, kind: Tok) -> bool {
        self.peek() == kind
    }

    fn eat(&mut self, kind: Tok) -> bool {
        let yes = self.at(kind);
        if yes {
            self.bump();
        }
        yes
    }

    fn expect(&mut self, kind: Tok) -> PResult<Token> {
        if self.at(kind) {
            return Ok(self.bump());
        }
        let what = match kind {
            Tok::Ident | Tok::Str => format!("expected {}", kind.text()),
            _ => format!("expected '{}'", kind.text()),
        };
        Err(self.fail(what))
    }

    fn at_word(&self, index: usize, word: &str) -> bool {
        self.kind_at(index) == Tok::Ident && self.text_at(index) == word
    }

    fn at_directive(&self, name: &str) -> bool {
        self.at(Tok::Directive) && self.tok_text() == name
    }

    fn eat_directive(&mut self, name: &str) -> bool {
        let yes = self.at_directive(name);
        if yes {
            self.bump();
        }
        yes
    }

    // ----------------------------------------------------------------------------------------------- spans

    fn here(&self) -> u32 {
        self.tok().lo
    }

    fn prev_hi(&self) -> u32 {
        match self.pos.checked_sub(1) {
            Some(prev) => self.toks[prev].hi,
            None => 0,
        }
    }

    /// From `lo` to the end of the last token read.
    fn span_from(&self, lo: u32) -> Span {
        Span::new(self.file, lo, self.prev_hi().max(lo))
    }

    fn span_of(&self, token: Token) -> Span {
        Span::new(self.file, token.lo, token.hi)
    }

    fn mk(&mut self, lo: u32, kind: ExprKind) -> Expr {
        let span = self.span_from(lo);
        self.mk_at(span, kind)
    }

    fn mk_at(&mut self, span: Span, kind: ExprKind) -> Expr {
        let id = ExprId(self.next_id);
        self.next_id += 1;
        Expr { id, span, kind }
    }

    // ---------------------------------------------------------------------------------------------- errors

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diags.len() < MAX_ERRORS {
            self.diags.push(diagnostic);
        } else {
            self.stop();
        }
    }

    fn error_at(&mut self, span: Span, message: impl Into<String>) -> Failed {
        self.report(Diagnostic::error(span, message));
        Failed
    }

    /// Reports at the current token.
    fn fail(&mut self, message: impl Into<String>) -> Failed {
        let span = self.span_of(self.tok());
        let message = message.into();
        let help = self.habit(&message);
        let diagnostic = Diagnostic::error(span, message);
        self.report(match help {
            Some(help) => diagnostic.with_help(None, help),
            None => self.with_semicolon(diagnostic),
        });
        Failed
    }

    fn unexpected(&mut self) -> Failed {
        let token = self.tok();
        let message = match token.kind {
            Tok::Eof => "unexpected end of file".to_string(),
            _ => {
                let text = self.text_at(self.pos.min(self.toks.len() - 1));
                let line = text.lines().next().unwrap_or("");
                let shown: String = line.chars().take(40).collect();
                format!("unexpected token '{shown}'")
            }
        };
        self.fail(message)
    }

    /// Gives up on the rest of the text.
    fn stop(&mut self) {
        self.pos = self.toks.len() - 1;
        self.limit = self.pos;
    }

    // ---------------------------------------------------------------------------------------------- limits

    fn too_deep(&mut self) -> Failed {
        let failed = self.fail("nesting too deep");
        self.stop();
        failed
    }

    /// Runs `f` one level further down. Lists parse each element in its own level, so that the heights of siblings
    /// don't add up.
    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.height, 0);
        // A few levels take far less than is left where there is room.
        let result = match self.depth.is_multiple_of(8) {
            true => self.with_stack(f),
            false => f(self),
        };
        self.depth -= 1;
        self.height = outer.max(self.height + 1);
        if self.height > MAX_HEIGHT {
            return Err(self.too_deep());
        }
        result
    }

    fn with_stack<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || f(self))
    }

    /// Counts a node that is put on top of everything parsed so far in this level.
    fn grow(&mut self) -> PResult<()> {
        self.height += 1;
        if self.height > MAX_HEIGHT {
            return Err(self.too_deep());
        }
        Ok(())
    }

    // --------------------------------------------------------------------------------------------- context

    /// Parses with `{` free (inside brackets and bodies) or reserved for a statement's body (in its header).
    fn braces<T>(&mut self, no_brace: bool, f: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        let outer = std::mem::replace(&mut self.no_brace, no_brace);
        let result = f(self);
        self.no_brace = outer;
        result
    }

    /// Parses what stands between brackets.
    fn brackets<T>(&mut self, f: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        let outer = std::mem::replace(&mut self.in_brackets, true);
        let result = self.braces(false, f);
        self.in_brackets = outer;
        result
    }

    /// Parses statements or arms.
    fn statements<T>(&mut self, f: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        let outer = std::mem::replace(&mut self.in_brackets, false);
        let result = self.braces(false, f);
        self.in_brackets = outer;
        result
    }

    /// Parses a body that has its own control flow: a function or lambda.
    fn fresh_body<T>(&mut self, f: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        let cleanup = self.cleanup.take();
        let result = self.braces(false, f);
        self.cleanup = cleanup;
        result
    }

    fn in_cleanup<T>(
        &mut self,
        of: &'static str,
        f: impl FnOnce(&mut Self) -> PResult<T>,
    ) -> PResult<T> {
        let outer = self.cleanup.replace(of);
        let result = f(self);
        self.cleanup = outer;
        result
    }

    /// Reports a transfer of control out of a cleanup body; `span` is the keyword's.
    fn check_cleanup(&mut self, keyword: &str, span: Span) {
        if let Some(of) = self.cleanup {
            self.error_at(
                span,
                format!("`{keyword}` is not allowed inside `{of}` — a cleanup body has nothing to transfer control to"),
            );
        }
    }

    // ------------------------------------------------------------------------------------------- recovery

    /// Skips what is left of an element of a list that began at token `start`: up to and over a `;`, over a
    /// braced group, up to the `}` that closes the list, or up to a line that begins a declaration.
    fn recover(&mut self, start: usize) {
        let mut first = self.pos == start;
        while self.peek() != Tok::Eof {
            let starts_decl = self.newline_before()
                && matches!(self.peek(), Tok::Ident | Tok::RawIdent)
                && matches!(self.peek_at(1), Tok::ColonColon | Tok::ColonEq);
            if starts_decl && !first {
                return;
            }
            first = false;
            match self.peek() {
                Tok::Semi => {
                    self.bump();
                    return;
                }
                Tok::LBrace => {
                    match self.close_of(self.pos) {
                        Some(close) if close < self.limit => self.pos = close + 1,
                        _ => {
                            self.bump();
                            continue;
                        }
                    }
                    // `do { .. } while c;` of other languages is one mistake.
                    if self.at(Tok::While) && self.at_word(start, "do") {
                        continue;
                    }
                    self.eat(Tok::Semi);
                    return;
                }
                Tok::RBrace => {
                    let opener = self.partner[self.pos];
                    if opener == NO_PARTNER || (opener as usize) < start {
                        return;
                    }
                    self.bump();
                }
                kind if kind.is_opener() => match self.close_of(self.pos) {
                    Some(close) if close < self.limit => self.pos = close + 1,
                    _ => {
                        self.bump();
                    }
                },
                _ => {
                    self.bump();
                }
            }
        }
    }

    /// A comma list up to `close`, which is consumed; a trailing comma is fine.
    fn list<T>(
        &mut self,
        close: Tok,
        mut f: impl FnMut(&mut Self) -> PResult<T>,
    ) -> PResult<Vec<T>> {
        let mut out = Vec::new();
        while !self.at(close) {
            out.push(f(self)?);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(close)?;
        out.shrink_to_fit();
        Ok(out)
    }

    // ---------------------------------------------------------------------------------------- declarations' attrs

    /// Doc lines right before the current token, then notes.
    fn attrs(&mut self) -> PResult<Attrs> {
        let mut attrs = Attrs::default();
        loop {
            if attrs.doc().is_none()
                && let Some(doc) = self.doc_here()
            {
                attrs.set_doc(doc);
            }
            if !self.at(Tok::At) {
                return Ok(attrs);
            }
            attrs.add_note(self.note()?);
        }
    }

    /// Notes between a declaration and its `;`.
    fn trailing_notes(&mut self, attrs: &mut Attrs) -> PResult<()> {
        while self.at(Tok::At) {
            attrs.add_note(self.note()?);
        }
        Ok(())
    }

    fn note(&mut self) -> PResult<Note> {
        let lo = self.bump().lo;
        let name = self.any_name()?;
        let mut args = Vec::new();
        if self.at(Tok::LParen) && !self.newline_before() {
            self.bump();
            args = self.args(Tok::RParen)?;
        }
        Ok(Note {
            span: self.span_from(lo),
            name,
            args,
        })
    }

    fn doc_here(&self) -> Option<Arc<str>> {
        let index = self.pos as u32;
        let lo = self.docs.partition_point(|(at, ..)| *at < index);
        let hi = self.docs.partition_point(|(at, ..)| *at <= index);
        if lo == hi {
            return None;
        }
        let lines: Vec<&str> = self.docs[lo..hi]
            .iter()
            .map(|(_, lo, hi)| {
                let line = &self.text[*lo as usize..*hi as usize];
                line.strip_prefix(' ').unwrap_or(line)
            })
            .collect();
        Some(lines.join("\n").into())
    }
}
