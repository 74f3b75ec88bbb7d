//! Decisions that need to look past brackets. Brackets are paired beforehand, so skipping a group is one step.

use super::*;

/// What a `(` at the head of an expression begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ParenHead {
    Group,
    Lambda,
    FnType,
}

impl Parser<'_> {
    pub(crate) fn paren_head(&self, open: usize) -> ParenHead {
        let Some(close) = self.close_of(open) else {
            return ParenHead::Group;
        };
        match self.kind_at(close + 1) {
            Tok::FatArrow => ParenHead::Lambda,
            Tok::LBrace if self.is_param_list(open, close) => ParenHead::Lambda,
            Tok::Arrow => match self.after_ret(close + 2).map(|end| self.kind_at(end)) {
                Some(Tok::FatArrow | Tok::LBrace) => ParenHead::Lambda,
                _ => ParenHead::FnType,
            },
            _ if self.lacks_arrow(close + 1) && self.declares(open, close) => ParenHead::Lambda,
            _ => ParenHead::Group,
        }
    }

    /// `()`, `(a: T..`, which no group is.
    fn declares(&self, open: usize, close: usize) -> bool {
        let mut at = open + 1;
        while matches!(self.kind_at(at), Tok::Range | Tok::Dollar) {
            at += 1;
        }
        at == close || self.name_like(at) && self.kind_at(self.after_name(at)) == Tok::Colon
    }

    /// Whether a type and a body stand at `at`, behind parameters.
    pub(crate) fn lacks_arrow(&self, at: usize) -> bool {
        let type_like = match self.kind_at(at) {
            Tok::Ident => self.text_at(at) != "mixin",
            Tok::F32
            | Tok::F64
            | Tok::Type
            | Tok::SelfType
            | Tok::Star
            | Tok::Question
            | Tok::Bang
            | Tok::LBracket => true,
            _ => false,
        };
        let body = |end| matches!(self.kind_at(end), Tok::LBrace | Tok::FatArrow);
        type_like && self.after_type(at).is_some_and(body)
    }

    /// `()`, `(a)`, `(a, b)`, `(a: T, ..)`
    fn is_param_list(&self, open: usize, close: usize) -> bool {
        if close == open + 1 {
            return true;
        }
        let mut at = open + 1;
        loop {
            if !matches!(
                self.kind_at(at),
                Tok::Ident | Tok::RawIdent | Tok::F32 | Tok::F64
            ) {
                return false;
            }
            match self.kind_at(at + 1) {
                Tok::Colon => return true,
                Tok::RParen => return true,
                Tok::Comma if at + 2 == close => return true,
                Tok::Comma => at += 2,
                _ => return false,
            }
        }
    }

    /// Whether `NAME :: (` at `open` declares a function (rather than a constant or a function type).
    pub(crate) fn is_fn_decl(&self, open: usize, protocol: bool) -> bool {
        let Some(close) = self.close_of(open) else {
            return false;
        };
        let mut at = close + 1;
        if self.kind_at(at) == Tok::Arrow {
            match self.after_ret(at + 1) {
                Some(end) => at = end,
                None => return true,
            }
        }
        match self.kind_at(at) {
            Tok::LBrace | Tok::FatArrow | Tok::Extern | Tok::Export | Tok::Intrinsic => true,
            // `NAME :: (..) -> R abi(.c);` is a function type.
            Tok::Abi => true,
            Tok::Directive => matches!(self.text_at(at), "#get" | "#set"),
            Tok::Ident => self.text_at(at) == "mixin",
            Tok::Semi => protocol,
            _ => false,
        }
    }

    /// Index after the result type at `at` and an `abi(..)` that follows it; `None` if there is no type.
    fn after_ret(&self, at: usize) -> Option<usize> {
        let end = self.after_type(at)?;
        if self.kind_at(end) == Tok::Abi && self.kind_at(end + 1) == Tok::LParen {
            return Some(self.close_of(end + 1)? + 1);
        }
        Some(end)
    }

    /// Index after the type that begins at `at`, as far as its tokens tell.
    fn after_type(&self, mut at: usize) -> Option<usize> {
        loop {
            match self.kind_at(at) {
                Tok::Star | Tok::Question => at += 1,
                Tok::LBracket => at = self.close_of(at)? + 1,
                Tok::LParen => {
                    at = self.close_of(at)? + 1;
                    if self.kind_at(at) != Tok::Arrow {
                        return Some(at);
                    }
                    at += 1;
                }
                Tok::Bang => {
                    at += 1;
                    let path = self.identifier_at(at) || self.splice_at(at);
                    let mixin = self.at_word(at, "mixin") && self.kind_at(at + 1) == Tok::LBrace;
                    return if path && !mixin {
                        self.after_path(at)
                    } else {
                        Some(at)
                    };
                }
                Tok::Dollar => {
                    at += 2;
                    while self.kind_at(at) == Tok::Slash {
                        at = self.after_path(at + 1)?;
                    }
                    return self.after_path_tail(at);
                }
                Tok::Ident
                    if self.text_at(at) == "Closure" && self.kind_at(at + 1) == Tok::LParen =>
                {
                    at = self.close_of(at + 1)? + 1;
                    if self.kind_at(at) != Tok::Arrow {
                        return Some(at);
                    }
                    at += 1;
                }
                Tok::Hash if self.splice_at(at) => return self.after_path(at),
                Tok::Struct | Tok::Union | Tok::Enum => {
                    at += 1;
                    // A backing type is short; the bound keeps garbage from being read over and over.
                    let end = at + 64;
                    while at < end
                        && !matches!(self.kind_at(at), Tok::LBrace | Tok::Semi | Tok::Eof)
                    {
                        at = match self.kind_at(at) {
                            Tok::LParen => self.close_of(at)? + 1,
                            Tok::Struct if self.kind_at(at + 1) == Tok::LBrace => {
                                self.close_of(at + 1)? + 1
                            }
                            _ => at + 1,
                        };
                    }
                    return Some(self.close_of(at)? + 1);
                }
                Tok::Ident | Tok::RawIdent | Tok::F32 | Tok::F64 | Tok::Type | Tok::SelfType => {
                    return self.after_path(at);
                }
                Tok::Directive if self.name_like(at) => return self.after_path(at),
                _ => return None,
            }
        }
    }

    /// `#(..)`
    pub(crate) fn splice_at(&self, at: usize) -> bool {
        self.kind_at(at) == Tok::Hash && self.kind_at(at + 1) == Tok::LParen
    }

    fn after_path(&self, at: usize) -> Option<usize> {
        if self.splice_at(at) {
            return self.after_path_tail(self.close_of(at + 1)? + 1);
        }
        if !self.name_like(at) {
            return None;
        }
        self.after_path_tail(self.after_name(at))
    }

    fn after_path_tail(&self, mut at: usize) -> Option<usize> {
        loop {
            match self.kind_at(at) {
                Tok::Dot if self.name_like(at + 1) => at = self.after_name(at + 1),
                Tok::LParen | Tok::LBracket => at = self.close_of(at)? + 1,
                _ => return Some(at),
            }
        }
    }

    /// Where the body of the `for` whose header starts at the current token begins, and where the parenthesised
    /// captures before it do.
    pub(crate) fn for_header(&self) -> (usize, Option<usize>) {
        let start = self.pos;
        let mut at = start;
        loop {
            match self.kind_at(at) {
                Tok::LBrace | Tok::FatArrow | Tok::Semi | Tok::Eof => break,
                kind if kind.is_closer() => break,
                kind if kind.is_opener() => match self.close_of(at) {
                    Some(close) => at = close + 1,
                    None => at += 1,
                },
                _ => at += 1,
            }
        }
        let last = at.wrapping_sub(1);
        let capture = match self.partner.get(last) {
            Some(&open) if self.kind_at(last) == Tok::RParen && open != NO_PARTNER => {
                let open = open as usize;
                let opens = self.kind_at(open) == Tok::LParen && open > start;
                (opens && self.kind_at(open - 1) != Tok::Comma).then_some(open)
            }
            _ => None,
        };
        (at, capture)
    }

    /// Whether `NAME ::` is followed by a protocol declaration at `at`.
    pub(crate) fn is_protocol(&self, at: usize) -> bool {
        if !self.at_word(at, "protocol") {
            return false;
        }
        let mut next = at + 1;
        if self.kind_at(next) == Tok::LParen {
            match self.close_of(next) {
                Some(close) => next = close + 1,
                None => return false,
            }
        }
        match self.kind_at(next) {
            Tok::LBrace => true,
            Tok::Directive => matches!(self.text_at(next), "#inline" | "#identity"),
            _ => false,
        }
    }
}
