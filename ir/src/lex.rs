//! Tokens of IR text, and a cursor over them for the parser.

use crate::parse::{Parse, ParseError};

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Token<'t> {
    /// Letters, digits, `_` and inner dots: keywords and operations.
    Word(&'t str),
    /// An id with its prefix: `%3`, `$0`, `@f1`, `@g2`, `L4`, `sig5`.
    Entity(&'static str, u32),
    /// A literal starting with a digit, without its sign.
    Number(&'t str),
    /// A string with its quotes and escapes.
    Text(&'t str),
    Punct(char),
    End,
}

/// Prefixes of ids. `@` followed by anything else is punctuation.
const PREFIXES: [&str; 6] = ["%", "$", "@f", "@g", "L", "sig"];

pub(crate) struct Cursor<'t> {
    text: &'t str,
    /// Tokens with their byte offsets; the last is `End`.
    tokens: Vec<(Token<'t>, usize)>,
    at: usize,
}

fn entity(text: &str) -> Option<(&'static str, u32, usize)> {
    PREFIXES.into_iter().find_map(|prefix| {
        let rest = text.strip_prefix(prefix)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let glued = rest
            .as_bytes()
            .get(digits)
            .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'));
        let index = rest.get(..digits)?.parse().ok()?;
        (!glued).then_some((prefix, index, prefix.len() + digits))
    })
}

fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    let col = before
        .iter()
        .rev()
        .take_while(|byte| **byte != b'\n')
        .count() as u32
        + 1;
    (line, col)
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Parse<Cursor<'t>> {
        let mut tokens = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            let fail = |message: &str| {
                let (line, col) = place(text, start);
                Err(ParseError {
                    line,
                    col,
                    message: message.into(),
                })
            };
            let span =
                |accept: fn(u8) -> bool| bytes[start..].iter().take_while(|b| accept(**b)).count();
            match bytes[at] {
                b' ' | b'\n' | b'\t' | b'\r' => at += 1,
                b';' => at += span(|b| b != b'\n'),
                b'"' => {
                    let Some(len) = bytes[start + 1..]
                        .iter()
                        .position(|b| *b == b'"' || *b == b'\n')
                    else {
                        return fail("the string does not end");
                    };
                    if bytes[start + 1 + len] != b'"' {
                        return fail("the string does not end on its line");
                    }
                    at += len + 2;
                    tokens.push((Token::Text(&text[start..at]), start));
                }
                first => {
                    if let Some((prefix, index, len)) = entity(&text[start..]) {
                        at += len;
                        tokens.push((Token::Entity(prefix, index), start));
                    } else if first.is_ascii_digit() {
                        at += span(|b| b.is_ascii_alphanumeric() || b == b'.');
                        // `1e-7`, but not `0x1e-7`.
                        if !text[start..].starts_with("0x") && matches!(bytes[at - 1], b'e' | b'E')
                        {
                            at += bytes[at..]
                                .iter()
                                .enumerate()
                                .take_while(|(i, b)| b.is_ascii_digit() || *i == 0 && **b == b'-')
                                .count();
                        }
                        tokens.push((Token::Number(&text[start..at]), start));
                    } else if first.is_ascii_alphabetic() || first == b'_' {
                        at += span(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
                        tokens.push((Token::Word(&text[start..at]), start));
                    } else if first.is_ascii_punctuation() {
                        at += 1;
                        tokens.push((Token::Punct(char::from(first)), start));
                    } else {
                        return fail("unexpected character");
                    }
                }
            }
        }
        tokens.push((Token::End, text.len()));
        Ok(Cursor {
            text,
            tokens,
            at: 0,
        })
    }

    /// Bytes of text.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    fn token(&self, index: usize) -> (Token<'t>, usize) {
        self.tokens
            .get(index)
            .copied()
            .unwrap_or((Token::End, self.text.len()))
    }

    pub(crate) fn peek(&self) -> Token<'t> {
        self.token(self.at).0
    }

    pub(crate) fn peek_second(&self) -> Token<'t> {
        self.token(self.at + 1).0
    }

    pub(crate) fn next(&mut self) -> Token<'t> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn error_at(&self, index: usize, message: String) -> ParseError {
        let (line, col) = place(self.text, self.token(index).1);
        ParseError { line, col, message }
    }

    /// An error at the next token.
    pub(crate) fn error(&self, message: impl Into<String>) -> ParseError {
        self.error_at(self.at, message.into())
    }

    /// An error at the token just taken.
    pub(crate) fn error_before(&self, message: impl Into<String>) -> ParseError {
        self.error_at(self.at.saturating_sub(1), message.into())
    }

    pub(crate) fn expected(&self, what: &str) -> ParseError {
        self.error(format!("expected {what}"))
    }

    pub(crate) fn expected_before(&self, what: &str) -> ParseError {
        self.error_before(format!("expected {what}"))
    }

    pub(crate) fn eat(&mut self, punct: char) -> bool {
        let found = self.peek() == Token::Punct(punct);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, punct: char) -> Parse<()> {
        if self.eat(punct) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{punct}`")))
        }
    }

    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek() == Token::Word(word);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect_word(&mut self, word: &str) -> Parse<()> {
        if self.eat_word(word) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{word}`")))
        }
    }

    /// `...`
    pub(crate) fn eat_dots(&mut self) -> bool {
        let found = (0..3).all(|i| self.token(self.at + i).0 == Token::Punct('.'));
        self.at += if found { 3 } else { 0 };
        found
    }

    /// `->`
    pub(crate) fn eat_arrow(&mut self) -> bool {
        let found = self.peek() == Token::Punct('-') && self.peek_second() == Token::Punct('>');
        self.at += if found { 2 } else { 0 };
        found
    }

    pub(crate) fn word(&mut self, what: &str) -> Parse<&'t str> {
        match self.peek() {
            Token::Word(word) => {
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.expected(what)),
        }
    }

    pub(crate) fn name_of<T>(
        &mut self,
        what: &str,
        find: impl FnOnce(&str) -> Option<T>,
    ) -> Parse<T> {
        let word = self.word(what)?;
        find(word).ok_or_else(|| self.expected_before(what))
    }

    pub(crate) fn entity(&mut self, prefix: &'static str) -> Parse<u32> {
        match self.peek() {
            Token::Entity(found, index) if found == prefix => {
                self.at += 1;
                Ok(index)
            }
            _ => Err(self.expected(&format!("`{prefix}` and a number"))),
        }
    }

    /// A literal starting with a digit, as it stands.
    pub(crate) fn number_text(&mut self) -> Parse<&'t str> {
        match self.peek() {
            Token::Number(text) => {
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.expected("a number")),
        }
    }

    pub(crate) fn number(&mut self) -> Parse<u64> {
        let text = self.number_text()?;
        let value = match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => text.parse(),
        };
        value.map_err(|_| self.error_before("not a number of 64 bits"))
    }

    pub(crate) fn number_where(
        &mut self,
        what: &str,
        accept: impl FnOnce(u64) -> bool,
    ) -> Parse<u64> {
        let value = self.number()?;
        if accept(value) {
            Ok(value)
        } else {
            Err(self.expected_before(what))
        }
    }

    pub(crate) fn number_u32(&mut self) -> Parse<u32> {
        let value = self.number()?;
        u32::try_from(value).map_err(|_| self.error_before("the number is too large"))
    }

    pub(crate) fn eat_text(&mut self) -> Parse<Option<String>> {
        if matches!(self.peek(), Token::Text(_)) {
            self.text("a string").map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn text(&mut self, what: &str) -> Parse<String> {
        let bytes = self.bytes(what)?;
        String::from_utf8(bytes).map_err(|_| self.error_before("not UTF-8"))
    }

    pub(crate) fn bytes(&mut self, what: &str) -> Parse<Vec<u8>> {
        let Token::Text(quoted) = self.peek() else {
            return Err(self.expected(what));
        };
        self.at += 1;
        let raw = &quoted.as_bytes()[1..quoted.len() - 1];
        let mut out = Vec::with_capacity(raw.len());
        let mut at = 0;
        while at < raw.len() {
            if raw[at] != b'\\' {
                out.push(raw[at]);
                at += 1;
                continue;
            }
            let digit = |index: usize| raw.get(index).and_then(|b| char::from(*b).to_digit(16));
            let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
                return Err(self.error_before("`\\` needs two hexadecimal digits"));
            };
            out.push((high * 16 + low) as u8);
            at += 3;
        }
        Ok(out)
    }
}
