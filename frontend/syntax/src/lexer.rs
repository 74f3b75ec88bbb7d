//! Text to tokens. Never fails: what isn't a token is reported and skipped.

mod outline;

use std::ops::Range;

use crate::diag::Diagnostic;
use crate::span::{FileId, Span};
use crate::token::{Tok, Token};

/// More errors than this in one text help nobody.
pub(crate) const MAX_ERRORS: usize = 100;

/// No partner in `Lexed::partner`.
pub(crate) const NO_PARTNER: u32 = u32::MAX;

pub(crate) use outline::lex_outline;

pub(crate) struct Lexed {
    /// Ends with an `Eof`.
    pub tokens: Vec<Token>,
    /// For a bracket: the index of the bracket it is matched with, or `NO_PARTNER`.
    pub partner: Vec<u32>,
    /// `///` lines as (index of the next token, lo, hi of the text after the slashes).
    pub docs: Vec<(u32, u32, u32)>,
    pub errors: Vec<Diagnostic>,
    /// The `{` of bodies whose tokens were left out: their `}` is next.
    pub skipped: Vec<u32>,
}

pub(crate) fn lex(file: FileId, text: &str) -> Lexed {
    if text.len() >= u32::MAX as usize {
        return Lexed {
            tokens: vec![Token {
                kind: Tok::Eof,
                newline_before: true,
                lo: 0,
                hi: 0,
            }],
            partner: vec![NO_PARTNER],
            docs: Vec::new(),
            errors: vec![Diagnostic::error(
                Span::new(file, 0, 0),
                "source file is larger than 4 GiB",
            )],
            skipped: Vec::new(),
        };
    }
    let mut lexer = Lexer::whole(file, text);
    lexer.run(text.len());
    lexer.finish()
}

/// The tokens of a part of a text, then an `Eof`. `None` if a token or comment doesn't end with the part.
pub(crate) fn lex_part(file: FileId, text: &str, part: Range<usize>) -> Option<Lexed> {
    let mut lexer = Lexer::new(file, text, part.clone());
    lexer.run(part.end).then(|| lexer.finish())
}

/// A piece of source text without its comments, each run of white space between tokens one space.
pub fn normalised(text: &str) -> String {
    let lexed = lex(FileId(0), text);
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for token in &lexed.tokens {
        let (lo, hi) = (token.lo as usize, token.hi as usize);
        let Some(word) = text.get(lo..hi).filter(|word| !word.is_empty()) else {
            continue;
        };
        if lo > end && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        end = hi;
    }
    out
}

/// Pairs brackets in one pass. A closer without an opener of its kind stays alone; a closer whose opener is further
/// out leaves the openers between them alone.
fn match_brackets(tokens: &[Token]) -> Vec<u32> {
    let mut partner = vec![NO_PARTNER; tokens.len()];
    let mut open: Vec<(usize, u32)> = Vec::new();
    let mut counts = [0u32; 3];
    for (i, token) in tokens.iter().enumerate() {
        let shape = match token.kind {
            Tok::LParen | Tok::DotParen | Tok::RParen => 0,
            Tok::LBrace | Tok::DotBrace | Tok::RBrace => 1,
            Tok::LBracket | Tok::DotBracket | Tok::RBracket => 2,
            _ => continue,
        };
        if token.kind.is_opener() {
            open.push((shape, i as u32));
            counts[shape] += 1;
        } else if counts[shape] > 0 {
            while let Some((other, opener)) = open.pop() {
                counts[other] -= 1;
                if other == shape {
                    partner[opener as usize] = i as u32;
                    partner[i] = opener;
                    break;
                }
            }
        }
    }
    partner
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    newline: bool,
    tokens: Vec<Token>,
    docs: Vec<(u32, u32, u32)>,
    errors: Vec<Diagnostic>,
    skipped: Vec<u32>,
    /// Whether bodies of functions are skipped.
    outline: bool,
}

pub(crate) fn is_ident_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_'
}

pub(crate) fn is_ident_byte(b: u8) -> bool {
    IDENT_BYTES[b as usize]
}

const IDENT_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = (b as u8).is_ascii_alphanumeric() || b as u8 == b'_';
        b += 1;
    }
    table
};

impl<'a> Lexer<'a> {
    fn new(file: FileId, text: &'a str, part: Range<usize>) -> Lexer<'a> {
        Lexer {
            file,
            text,
            bytes: text.as_bytes(),
            at: part.start,
            newline: true,
            tokens: Vec::with_capacity(part.len() / 2 + 1),
            docs: Vec::new(),
            errors: Vec::new(),
            skipped: Vec::new(),
            outline: false,
        }
    }

    fn whole(file: FileId, text: &'a str) -> Lexer<'a> {
        let mut lexer = Lexer::new(file, text, 0..text.len());
        if text.starts_with('\u{feff}') {
            lexer.at = '\u{feff}'.len_utf8();
        }
        lexer
    }

    fn finish(self) -> Lexed {
        Lexed {
            partner: match_brackets(&self.tokens),
            tokens: self.tokens,
            docs: self.docs,
            errors: self.errors,
            skipped: self.skipped,
        }
    }
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn error(&mut self, lo: usize, hi: usize, message: impl Into<String>) {
        if self.errors.len() < MAX_ERRORS {
            let span = Span::new(self.file, lo as u32, hi as u32);
            self.errors.push(Diagnostic::error(span, message));
        }
    }

    fn push(&mut self, kind: Tok, lo: usize) {
        self.tokens.push(Token {
            kind,
            newline_before: self.newline,
            lo: lo as u32,
            hi: self.at as u32,
        });
        self.newline = false;
    }

    /// Reads up to `end`: whether the last token ends there or before.
    fn run(&mut self, end: usize) -> bool {
        while self.at < end && self.errors.len() < MAX_ERRORS {
            // What stands between most tokens.
            if self.bytes[self.at] == b' ' {
                self.at += 1;
                if self.at == end {
                    break;
                }
            }
            self.next();
        }
        let within = self.at <= end;
        self.at = end;
        self.newline = true;
        self.push(Tok::Eof, end);
        within
    }

    fn next(&mut self) {
        let lo = self.at;
        let b = self.bytes[lo];
        match b {
            b'\n' => {
                self.newline = true;
                self.at += 1;
            }
            b' ' => self.skip_spaces(),
            b'\t' | b'\r' | 0x0b | 0x0c => self.at += 1,
            b'/' if self.peek(1) == b'/' => self.comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'0'..=b'9' => self.number(),
            b'"' => self.string(),
            b'\'' => self.character(),
            b'`' => self.raw_ident(),
            b'#' => self.directive(),
            _ if is_ident_start(b) => {
                self.skip_ident();
                let kind = Tok::word(&self.bytes[lo..self.at]);
                self.push(kind, lo);
            }
            _ => match alone(b) {
                Some(kind) => {
                    self.at += 1;
                    self.push(kind, lo);
                    if kind == Tok::LBrace && self.outline {
                        self.skip_body();
                    }
                }
                None => self.punctuation(),
            },
        }
    }

    fn skip_ident(&mut self) {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| !is_ident_byte(*b));
        self.at += end.unwrap_or(rest.len());
    }

    /// Spaces, in runs as long as lines are indented.
    fn skip_spaces(&mut self) {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| *b != b' ');
        self.at += end.unwrap_or(rest.len());
    }

    fn comment(&mut self) {
        let lo = self.at;
        let hi = memchr::memchr(b'\n', &self.bytes[lo..]).map_or(self.bytes.len(), |n| lo + n);
        let line = &self.text[lo..hi];
        if line.starts_with("///") && !line.starts_with("////") {
            let line = line.strip_suffix('\r').unwrap_or(line);
            self.docs.push((
                self.tokens.len() as u32,
                lo as u32 + 3,
                (lo + line.len()) as u32,
            ));
        }
        self.at = hi;
    }

    /// No such thing, but it is written; what it holds is skipped so that one error tells it.
    fn block_comment(&mut self) {
        let lo = self.at;
        let rest = &self.text[lo + 2..];
        self.at = match rest.find("*/") {
            Some(n) => lo + 2 + n + 2,
            None => lo + 2 + rest.find('\n').unwrap_or(rest.len()),
        };
        self.error(
            lo,
            lo + 2,
            "`//` to the end of the line is the only form of comment",
        );
    }

    fn digits(&mut self, base: u32) {
        while self.peek(0) == b'_' || (self.peek(0) as char).is_digit(base) {
            self.at += 1;
        }
    }

    fn number(&mut self) {
        let lo = self.at;
        let base = match (self.peek(0), self.peek(1)) {
            (b'0', b'x' | b'X') => 16,
            (b'0', b'o' | b'O') => 8,
            (b'0', b'b' | b'B') => 2,
            _ => 10,
        };
        if base != 10 {
            self.at += 2;
            self.digits(base);
            if !self.bytes[lo + 2..self.at].iter().any(|b| *b != b'_') {
                self.error(
                    lo,
                    self.at,
                    "integer literal has no digits after its base prefix",
                );
            }
            self.push(Tok::Int, lo);
            return self.number_end(lo);
        }
        self.digits(10);
        let mut kind = Tok::Int;
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.digits(10);
            kind = Tok::Float;
        }
        self.push(kind, lo);
        self.number_end(lo);
    }

    /// Letters and digits right behind a number belong to nothing: exponents and suffixes do not exist.
    fn number_end(&mut self, lo: usize) {
        let end = self.at;
        if !is_ident_byte(self.peek(0)) {
            return;
        }
        self.skip_ident();
        let (number, rest) = (&self.text[lo..end], &self.text[end..self.at]);
        if self
            .errors
            .last()
            .is_some_and(|e| e.span.is_some_and(|s| s.lo as usize == lo))
        {
            return;
        }
        let exponent = rest.starts_with(['e', 'E'])
            && (rest.len() == 1 || rest.as_bytes()[1..].iter().all(u8::is_ascii_digit));
        let message = if exponent {
            format!("a float literal has no exponent: '{number}{rest}'")
        } else {
            format!(
                "unexpected '{rest}' after the number '{number}'; a cast is written `{number}.(T)`"
            )
        };
        self.error(lo, self.at, message);
    }

    fn string(&mut self) {
        let lo = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => {
                    self.error(lo, lo + 1, "unterminated string literal");
                    return;
                }
                Some(b'"') => break,
                Some(b'\\') => self.at = (self.at + 2).min(self.bytes.len()),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        self.push(Tok::Str, lo);
    }

    fn character(&mut self) {
        let lo = self.at;
        self.at += 1;
        if self.peek(0) == b'\'' {
            self.at += 1;
            self.error(lo, self.at, "empty character literal");
            return self.push(Tok::Char, lo);
        }
        if self.peek(0) == b'\\' {
            self.at += 1;
        }
        // The closing quote, if it is near: an apostrophe in garbage must not swallow the rest of the text.
        let mut rest = self.text.get(self.at..).unwrap_or("").char_indices();
        rest.next();
        let close = rest
            .take_while(|(_, c)| *c != '\n')
            .take(12)
            .find(|(_, c)| *c == '\'');
        match close {
            Some((n, _)) => self.at += n + 1,
            None => {
                self.at = lo + 1;
                self.error(lo, lo + 1, "unterminated character literal");
                return;
            }
        }
        if char_value(&self.text[lo + 1..self.at - 1]).is_none() {
            self.error(lo, self.at, "invalid character literal");
            // `'text'`
            if self.at - lo > 3
                && !self.text[lo..self.at].contains('\\')
                && let Some(told) = self.errors.pop()
            {
                self.errors
                    .push(told.with_help(None, "a string stands in double quotes"));
            }
        }
        self.push(Tok::Char, lo);
    }

    fn raw_ident(&mut self) {
        let lo = self.at;
        self.at += 1;
        if !is_ident_start(self.peek(0)) {
            self.error(lo, lo + 1, "expected an identifier after '`'");
            return;
        }
        self.skip_ident();
        self.push(Tok::RawIdent, lo);
    }

    fn directive(&mut self) {
        let lo = self.at;
        self.at += 1;
        self.skip_ident();
        if &self.text[lo..self.at] != "#string" {
            let kind = if self.at == lo + 1 {
                Tok::Hash
            } else {
                Tok::Directive
            };
            return self.push(kind, lo);
        }
        match heredoc(&self.text[self.at..]) {
            Some(doc) => {
                self.at += doc.end;
                self.push(Tok::Heredoc, lo);
            }
            None => {
                self.error(lo, self.at, "unterminated '#string'");
                self.at = self.bytes.len();
            }
        }
    }

    fn punctuation(&mut self) {
        let lo = self.at;
        let kind = punct(&self.bytes[lo..]);
        match kind {
            Some(kind) => {
                self.at += kind.text().len();
                self.push(kind, lo);
            }
            None => {
                let c = self.text[lo..].chars().next().unwrap_or(' ');
                self.at += c.len_utf8();
                let shown = c.escape_debug();
                self.error(lo, self.at, format!("unexpected character '{shown}'"));
            }
        }
    }
}

/// Punctuation that no other begins with.
fn alone(b: u8) -> Option<Tok> {
    Some(match b {
        b';' => Tok::Semi,
        b',' => Tok::Comma,
        b'(' => Tok::LParen,
        b')' => Tok::RParen,
        b'{' => Tok::LBrace,
        b'}' => Tok::RBrace,
        b'[' => Tok::LBracket,
        b']' => Tok::RBracket,
        b'$' => Tok::Dollar,
        b'@' => Tok::At,
        b'~' => Tok::Tilde,
        _ => return None,
    })
}

/// The longest of the other punctuation tokens at the start of `b`.
fn punct(b: &[u8]) -> Option<Tok> {
    let at = |i: usize| b.get(i).copied().unwrap_or(0);
    let range = |skip: usize, plain: Tok, eq: Tok, lt: Tok| match at(skip) {
        b'=' => eq,
        b'<' => lt,
        _ => plain,
    };
    Some(match (at(0), at(1), at(2)) {
        (b'.', b'.', _) => range(2, Tok::Range, Tok::RangeEq, Tok::RangeLt),
        (b'<', b'.', b'.') => range(3, Tok::LtRange, Tok::LtRangeEq, Tok::LtRangeLt),
        (b'=', b'.', b'.') => range(3, Tok::EqRange, Tok::EqRangeEq, Tok::EqRangeLt),
        (b'-', b'-', b'-') => Tok::Undef,
        (b'<', b'<', b'=') => Tok::ShlEq,
        (b'>', b'>', b'=') => Tok::ShrEq,
        (b':', b':', _) => Tok::ColonColon,
        (b':', b'=', _) => Tok::ColonEq,
        (b'.', b'*', _) => Tok::DotStar,
        (b'.', b'(', _) => Tok::DotParen,
        (b'.', b'{', _) => Tok::DotBrace,
        (b'.', b'[', _) => Tok::DotBracket,
        (b'?', b'.', _) => Tok::QuestionDot,
        (b'?', b'?', _) => Tok::QuestionQuestion,
        (b'-', b'>', _) => Tok::Arrow,
        (b'=', b'>', _) => Tok::FatArrow,
        (b'|', b'>', _) => Tok::PipeGt,
        (b'=', b'=', _) => Tok::EqEq,
        (b'!', b'=', _) => Tok::BangEq,
        (b'<', b'=', _) => Tok::Le,
        (b'>', b'=', _) => Tok::Ge,
        (b'<', b'<', _) => Tok::Shl,
        (b'>', b'>', _) => Tok::Shr,
        (b'+', b'=', _) => Tok::PlusEq,
        (b'-', b'=', _) => Tok::MinusEq,
        (b'*', b'=', _) => Tok::StarEq,
        (b'/', b'=', _) => Tok::SlashEq,
        (b'%', b'=', _) => Tok::PercentEq,
        (b'&', b'=', _) => Tok::AmpEq,
        (b'|', b'=', _) => Tok::PipeEq,
        (b'^', b'=', _) => Tok::CaretEq,
        (b':', ..) => Tok::Colon,
        (b'.', ..) => Tok::Dot,
        (b'=', ..) => Tok::Eq,
        (b'+', ..) => Tok::Plus,
        (b'-', ..) => Tok::Minus,
        (b'*', ..) => Tok::Star,
        (b'/', ..) => Tok::Slash,
        (b'%', ..) => Tok::Percent,
        (b'<', ..) => Tok::Lt,
        (b'>', ..) => Tok::Gt,
        (b'&', ..) => Tok::Amp,
        (b'^', ..) => Tok::Caret,
        (b'|', ..) => Tok::Pipe,
        (b'!', ..) => Tok::Bang,
        (b'?', ..) => Tok::Question,
        _ => return None,
    })
}

/// Offsets of a heredoc, counted from right after `#string`.
pub(crate) struct Heredoc {
    pub content: std::ops::Range<usize>,
    /// Right after the terminator.
    pub end: usize,
}

/// Finds the lines between ` ID` newline and `ID` at column 0.
pub(crate) fn heredoc(text: &str) -> Option<Heredoc> {
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let id_len = text[start..]
        .bytes()
        .take_while(|b| is_ident_byte(*b))
        .count();
    if id_len == 0 {
        return None;
    }
    let id = &text[start..start + id_len];
    let first = start + id_len + text[start + id_len..].find('\n')? + 1;
    if !text[start + id_len..first].trim().is_empty() {
        return None;
    }
    let mut line = first;
    loop {
        let rest = &text[line..];
        if let Some(after) = rest.strip_prefix(id)
            && !after.bytes().next().is_some_and(is_ident_byte)
        {
            return Some(Heredoc {
                content: first..line,
                end: line + id_len,
            });
        }
        line += rest.find('\n')? + 1;
    }
}

/// Value of an integer literal; `None` if it doesn't fit 64 bits.
pub(crate) fn int_value(text: &str) -> Option<u64> {
    let (base, digits) = match text.get(..2) {
        Some("0x" | "0X") => (16, &text[2..]),
        Some("0o" | "0O") => (8, &text[2..]),
        Some("0b" | "0B") => (2, &text[2..]),
        _ => (10, text),
    };
    let mut value = 0u64;
    for c in digits.chars().filter(|c| *c != '_') {
        let digit = c.to_digit(base)?;
        value = value.checked_mul(base.into())?.checked_add(digit.into())?;
    }
    Some(value)
}

pub(crate) fn float_value(text: &str) -> f64 {
    text.replace('_', "").parse().unwrap_or(0.0)
}

/// Code point of what stands between the quotes.
pub(crate) fn char_value(text: &str) -> Option<u64> {
    let Some(escape) = text.strip_prefix('\\') else {
        let mut chars = text.chars();
        let c = chars.next()?;
        return (chars.next().is_none() && c != '\'').then_some(c as u64);
    };
    let hex = |digits: &str, max: usize| {
        let ok = !digits.is_empty()
            && digits.len() <= max
            && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if ok {
            u32::from_str_radix(digits, 16).ok()
        } else {
            None
        }
    };
    match escape {
        "n" => return Some(10),
        "t" => return Some(9),
        "r" => return Some(13),
        "\\" => return Some(92),
        "'" => return Some(39),
        "0" => return Some(0),
        _ => {}
    }
    if let Some(digits) = escape.strip_prefix('x') {
        return hex(digits, 2).map(u64::from);
    }
    let digits = escape.strip_prefix("u{")?.strip_suffix('}')?;
    char::from_u32(hex(digits, 6)?).map(|c| c as u64)
}

/// Text of a string literal between its quotes, escapes replaced.
pub(crate) fn string_value(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&str> {
        let lexed = lex(FileId(0), text);
        assert!(lexed.errors.is_empty(), "{:?}", lexed.errors);
        lexed
            .tokens
            .iter()
            .map(|t| {
                if t.kind.text().len() < 4 {
                    t.kind.text()
                } else {
                    &text[t.lo as usize..t.hi as usize]
                }
            })
            .collect()
    }

    #[test]
    fn corners() {
        assert_eq!(kinds("56.(i8)"), ["56", ".(", "i8", ")", ""]);
        assert_eq!(kinds("0..(5)"), ["0", "..", "(", "5", ")", ""]);
        assert_eq!(kinds("1.5.(i64)"), ["1.5", ".(", "i64", ")", ""]);
        assert_eq!(kinds("t.0 t.1.0"), ["t", ".", "0", "t", ".", "1.0", ""]);
        assert_eq!(
            kinds("a<..=b =..< ..= a<=b"),
            ["a", "<..=", "b", "=..<", "..=", "a", "<=", "b", ""]
        );
        assert_eq!(
            kinds("0x_F_f_ 1__0. 0b1"),
            ["0x_F_f_", "1__0", ".", "0b1", ""]
        );
        assert_eq!(
            kinds("a ?? b ?.c ?(?T)"),
            ["a", "??", "b", "?.", "c", "?", "(", "?", "T", ")", ""]
        );
        assert_eq!(kinds("x = ---;"), ["x", "=", "---", ";", ""]);
        assert_eq!(
            kinds("#string END\na\n END\nEND;"),
            ["#string END\na\n END\nEND", ";", ""]
        );
    }

    #[test]
    fn values() {
        assert_eq!(int_value("18446744073709551615"), Some(u64::MAX));
        assert_eq!(int_value("18446744073709551616"), None);
        assert_eq!(int_value("0X__ff_"), Some(255));
        assert_eq!(float_value("1_0.5_0"), 10.5);
        assert_eq!(char_value("\\u{10FFFF}"), Some(0x10ffff));
        assert_eq!(char_value("\\u{110000}"), None);
        assert_eq!(char_value("\\u{d800}"), None);
        assert_eq!(char_value("\\x4"), Some(4));
        assert_eq!(char_value("Ω"), Some(937));
        assert_eq!(char_value("ab"), None);
        assert_eq!(string_value(r#"a\n\x\"\\\q"#), "a\nx\"\\q");
    }

    #[test]
    fn char_tokens() {
        assert_eq!(
            kinds(r"'a' '\'' '\\' '\u{41}'"),
            ["'a'", r"'\''", r"'\\'", r"'\u{41}'", ""]
        );
        for bad in ["''", "'", "'ab'", r"'\q'", "'a", "'\\"] {
            assert!(!lex(FileId(0), bad).errors.is_empty(), "{bad}");
        }
    }
}
