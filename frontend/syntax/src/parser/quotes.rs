//! `#code`: a text that is statements, an expression or declarations, whichever it can be read as.

use super::members::Body;
use super::*;

/// Where other readings are no longer tried: texts with so many mistakes need one of them told, not understood.
const MAX_READINGS: u32 = 64;

/// What trying a reading may have to undo.
struct Mark {
    pos: usize,
    diags: usize,
}

impl Parser<'_> {
    /// At `#code`.
    pub(crate) fn quote(&mut self) -> PResult<CodeQuote> {
        let lo = self.bump().lo;
        self.splices.push(Vec::new());
        self.name_parts.push(Vec::new());
        let body = self.quote_body();
        let splices = self.splices.pop().unwrap_or_default();
        let name_parts = self.name_parts.pop().unwrap_or_default();
        let (inner, body) = body?;
        Ok(CodeQuote {
            span: self.span_from(lo),
            inner,
            body,
            splices,
            name_parts,
        })
    }

    fn quote_body(&mut self) -> PResult<(Span, CodeBody)> {
        if !self.at(Tok::LBrace) {
            self.expect(Tok::LParen)?;
            let lo = self.here();
            let inner = self.bracketed_expr()?;
            let span = self.span_from(lo);
            self.expect(Tok::RParen)?;
            return Ok((span, CodeBody::Expr(inner)));
        }
        let start = self.mark();
        let lo = self.toks[self.pos].hi;
        let block = self.fresh_body(|p| p.nested(|p| p.block()));
        let failed = block.is_err() || self.diags.len() > start.diags;
        let body = match failed.then(|| self.other_reading(&start)).flatten() {
            Some(body) => body,
            None => CodeBody::Block(block?),
        };
        self.block_end = self.pos;
        let inner = Span::new(self.file, lo, self.prev_hi().saturating_sub(1).max(lo));
        Ok((inner, body))
    }

    fn mark(&self) -> Mark {
        Mark {
            pos: self.pos,
            diags: self.diags.len(),
        }
    }

    /// The text is no statements. If it isn't anything else either, what is told is the mistake of the reading that got
    /// furthest, of statements if others got no further: a text with an `impl` is meant as declarations.
    fn other_reading(&mut self, start: &Mark) -> Option<CodeBody> {
        let end = self.mark();
        let mut said = self.diags.split_off(start.diags);
        let found = self.splices.last_mut().map(std::mem::take);
        let parts = self.name_parts.last_mut().map(std::mem::take);
        let limit = self.limit;
        let body = self
            .reading(start, &mut said, &|p| p.item())
            .map(CodeBody::Items)
            .or_else(|| {
                self.reading(start, &mut said, &|p| p.body_member(Body::Struct))
                    .map(CodeBody::Members)
            })
            .or_else(|| {
                self.reading(start, &mut said, &|p| p.body_member(Body::Protocol))
                    .map(CodeBody::Members)
            })
            .or_else(|| {
                self.reading(start, &mut said, &|p| p.enum_member())
                    .map(CodeBody::Variants)
            });
        if body.is_none() {
            self.pos = end.pos;
            self.limit = limit;
            self.diags.extend(said);
            if let (Some(list), Some(found)) = (self.splices.last_mut(), found) {
                *list = found;
            }
            if let (Some(list), Some(parts)) = (self.name_parts.last_mut(), parts) {
                *list = parts;
            }
        }
        body
    }

    fn reading<T>(
        &mut self,
        start: &Mark,
        said: &mut Vec<Diagnostic>,
        element: &dyn Fn(&mut Self) -> PResult<T>,
    ) -> Option<Vec<T>> {
        if self.rejected_readings >= MAX_READINGS {
            return None;
        }
        self.pos = start.pos;
        if let Some(list) = self.splices.last_mut() {
            list.clear();
        }
        if let Some(list) = self.name_parts.last_mut() {
            list.clear();
        }
        let read = self.fresh_body(|p| {
            p.nested(|p| {
                p.expect(Tok::LBrace)?;
                let elements = p.elements(false, element)?;
                p.expect(Tok::RBrace)?;
                Ok(elements)
            })
        });
        match read {
            Ok(elements) if self.diags.len() == start.diags => Some(elements),
            _ => {
                self.rejected_readings += 1;
                let own = self.diags.split_off(start.diags);
                if first_mistake(&own) > first_mistake(said) {
                    *said = own;
                }
                None
            }
        }
    }
}

/// Where a reading has its first mistake.
fn first_mistake(said: &[Diagnostic]) -> Option<u32> {
    let errors = said.iter().filter(|diag| diag.is_error());
    errors.filter_map(|diag| Some(diag.span?.lo)).min()
}
