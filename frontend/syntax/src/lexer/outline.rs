//! Tokens without those of functions' bodies, for files whose bodies are parsed when they are needed (`parser::late`).

use super::{Lexed, Lexer, lex};
use crate::span::FileId;
use crate::token::{Tok, Token};

/// As `lex`, but without the tokens of what looks like the body of a function at module scope or in the body of a type.
pub(crate) fn lex_outline(file: FileId, text: &str) -> Lexed {
    if text.len() >= u32::MAX as usize {
        return lex(file, text);
    }
    let mut lexer = Lexer::whole(file, text);
    lexer.outline = true;
    lexer.run(text.len());
    lexer.finish()
}

/// What may begin or end a text, a comment or braces.
const NOT_PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"{}\"'/#`";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

impl Lexer<'_> {
    /// Right after a `{`: goes on at the `}` that closes it, if they are the braces of a function's body.
    pub(super) fn skip_body(&mut self) {
        if !ends_signature(&self.tokens) {
            return;
        }
        let (start, open) = (self.at, self.tokens.len());
        let (docs, newline) = (self.docs.len(), self.newline);
        let skipped = self.skip_to_close(open);
        self.tokens.truncate(open);
        self.docs.truncate(docs);
        self.newline = newline;
        match skipped {
            true => self.skipped.push(open as u32 - 1),
            false => self.at = start,
        }
    }

    fn skip_to_close(&mut self, open: usize) -> bool {
        let mut depth = 0u32;
        while self.errors.is_empty() {
            let rest = &self.bytes[self.at..];
            let Some(plain) = rest.iter().position(|b| NOT_PLAIN[*b as usize]) else {
                return false;
            };
            self.at += plain;
            match self.bytes[self.at] {
                b'{' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' if depth == 0 => return true,
                b'}' => {
                    depth -= 1;
                    self.at += 1;
                }
                b'/' if !matches!(self.peek(1), b'/' | b'*') => self.at += 1,
                // `#name`s are numbered through the whole file.
                b'#' if self.bytes[self.at..].starts_with(b"#name") => return false,
                _ => self.next(),
            }
            self.tokens.truncate(open);
        }
        false
    }
}

/// Whether the last token is the `{` after the signature of a declared function.
fn ends_signature(tokens: &[Token]) -> bool {
    let Some((_, before)) = tokens.split_last() else {
        return false;
    };
    let mut depth = 0u32;
    for (index, token) in before.iter().enumerate().rev() {
        match token.kind {
            Tok::RParen | Tok::RBracket => depth += 1,
            Tok::LParen | Tok::LBracket | Tok::DotParen | Tok::DotBracket if depth > 0 => {
                depth -= 1;
                let declares = |at: usize| before.get(at).map(|token| token.kind);
                let back = |n: usize| index.checked_sub(n).and_then(declares);
                let declared = match back(1) {
                    Some(Tok::ColonColon) => true,
                    Some(Tok::Ident) => back(2) == Some(Tok::ColonColon),
                    _ => false,
                };
                if depth == 0 && declared {
                    return true;
                }
            }
            // Not in a signature, or it holds a type with a body of its own.
            Tok::Semi
            | Tok::LBrace
            | Tok::RBrace
            | Tok::DotBrace
            | Tok::FatArrow
            | Tok::Struct
            | Tok::Enum
            | Tok::Union
            | Tok::Error
            | Tok::Asm
            | Tok::Eof
            | Tok::LParen
            | Tok::LBracket
            | Tok::DotParen
            | Tok::DotBracket => return false,
            _ => {}
        }
    }
    false
}
