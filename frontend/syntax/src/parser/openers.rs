//! Brackets and quotes that were left open are noticed far from where they were forgotten: notes that lead there.

use super::*;

/// A `{` that has not been closed yet.
struct Open {
    lo: u32,
    /// How far the line is indented in which its statement begins.
    indent: u32,
}

impl Parser<'_> {
    /// Tells, of the first error, what before it seems to lack its other end.
    pub(super) fn point_to_openers(&self, diags: &mut [Diagnostic]) {
        let Some(first) = diags.first_mut() else {
            return;
        };
        let Some(at) = first.span.map(|span| span.lo) else {
            return;
        };
        if let Some((text, ends)) = self.text_over_lines(at) {
            let (lo, hi) = (text.lo, text.lo + 1);
            first.children.clear();
            first.children.push(Diagnostic::new(
                crate::diag::DiagKind::Note,
                format!("the text that begins here ends in line {ends}: a `\"` may be missing"),
                Some(Span::new(self.file, lo, hi)),
            ));
        } else if let Some(open) = self.unclosed_brace().filter(|open| *open < at) {
            first.children.clear();
            first.children.push(Diagnostic::new(
                crate::diag::DiagKind::Note,
                "this `{` has no `}`, as the indentation shows",
                Some(Span::new(self.file, open, open + 1)),
            ));
        }
    }

    /// A text of several lines whose last one is about where the error is, and that line's number.
    fn text_over_lines(&self, error: u32) -> Option<(Token, usize)> {
        let before = self.toks.partition_point(|token| token.lo < error);
        let before = &self.toks[..before];
        let end = before.last()?.hi as usize;
        let line = self.text.get(..end)?.rfind('\n')? as u32;
        let over_lines = |t: &&Token| {
            let text = self.text.get(t.lo as usize..t.hi as usize);
            t.kind == Tok::Str && text.is_some_and(|text| text.contains('\n'))
        };
        let mut texts = before.iter().rev().take_while(|token| token.hi > line);
        // One that is missing further on in the line makes a text of what follows.
        let rest = &self.toks[before.len()..];
        let count = rest
            .iter()
            .skip(1)
            .take_while(|t| !t.newline_before)
            .count();
        let rest = &rest[..rest.len().min(count + 1)];
        let text = texts
            .find(over_lines)
            .or_else(|| rest.iter().find(over_lines))?;
        let lines = self.text.get(..text.hi as usize)?.matches('\n').count();
        Some((*text, lines + 1))
    }

    /// How far the line of each token is indented.
    fn indents(&self) -> Vec<u32> {
        let mut indent = 0;
        let of = |token: &Token| {
            if token.newline_before {
                let before = self.text.get(..token.lo as usize).unwrap_or("");
                let start = before.rfind('\n').map_or(0, |newline| newline + 1);
                indent = token.lo - start as u32;
            }
            indent
        };
        self.toks.iter().map(of).collect()
    }

    /// Where there are more `{` than `}`: the one that indentation shows to be open.
    fn unclosed_brace(&self) -> Option<u32> {
        let count = |kinds: &[Tok]| self.toks.iter().filter(|t| kinds.contains(&t.kind)).count();
        if count(&[Tok::LBrace, Tok::DotBrace]) <= count(&[Tok::RBrace]) {
            return None;
        }
        let indents = self.indents();
        let mut open: Vec<Open> = Vec::new();
        // Brackets of other kinds that are open within the innermost brace.
        let mut within = vec![0u32];
        for (i, token) in self.toks.iter().enumerate() {
            let starts = i == 0 || token.newline_before;
            let inside = within.last().copied().unwrap_or(0) > 0;
            let belongs = matches!(token.kind, Tok::LBrace | Tok::Case | Tok::Else | Tok::Eof);
            if starts
                && !belongs
                && let Some(top) = open.last()
            {
                let indent = indents[i];
                let deeper = match token.kind {
                    Tok::RBrace => indent >= top.indent,
                    kind if kind.is_closer() => true,
                    _ => indent > top.indent || inside,
                };
                if !deeper {
                    return Some(top.lo);
                }
            }
            match token.kind {
                Tok::LBrace | Tok::DotBrace => {
                    // Behind a list over several lines: where that began.
                    let head = match i.checked_sub(1).map(|before| self.partner[before]) {
                        Some(head) if head != NO_PARTNER => head as usize,
                        _ => i,
                    };
                    open.push(Open {
                        lo: token.lo,
                        indent: indents[i].min(indents[head]),
                    });
                    within.push(0);
                }
                Tok::RBrace => {
                    open.pop();
                    if within.len() > 1 {
                        within.pop();
                    }
                }
                kind => {
                    if let Some(count) = within.last_mut() {
                        if kind.is_opener() {
                            *count += 1;
                        } else if kind.is_closer() {
                            *count = count.saturating_sub(1);
                        }
                    }
                }
            }
        }
        open.last().map(|top| top.lo)
    }
}
