//! Identifiers, and which words may stand where.

use super::*;
use crate::symbol::NameSet;

/// `i1..i64 u1..u64 bool string cstring void f32 f64 usize isize any`
pub(crate) fn is_reserved_type(name: &str) -> bool {
    if matches!(
        name,
        "bool" | "string" | "cstring" | "void" | "f32" | "f64" | "usize" | "isize" | "any"
    ) {
        return true;
    }
    let Some(digits) = name.strip_prefix(['i', 'u']) else {
        return false;
    };
    let plain =
        !digits.starts_with('0') && digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit());
    plain && matches!(digits.parse::<u32>(), Ok(1..=64))
}

/// Who is being named; decides which bare words are legal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameUse {
    /// Locals, globals, functions, types, parameters, captures.
    Binding,
    /// Constants and methods of a struct body, methods of an `impl`.
    BodyDecl,
    /// Fields, protocol methods, variants.
    Field,
    /// Members of an untagged union.
    UnionMember,
}

/// Names that are remembered with their symbols, and for how many tokens that pays.
const RECENT_NAMES: usize = 512;
const TOKENS_WITH_RECENT_NAMES: usize = 2000;

impl<'a> Parser<'a> {
    /// Whether the token at `index` can be read as a name, keywords included.
    pub(crate) fn name_like(&self, index: usize) -> bool {
        let kind = self.kind_at(index);
        matches!(kind, Tok::Ident | Tok::RawIdent)
            || kind.is_keyword()
            || (kind == Tok::Directive
                && self.text_at(index) == "#name"
                && self.kind_at(index + 1) == Tok::LParen)
    }

    /// Whether an identifier is at `index`: no keyword.
    pub(crate) fn identifier_at(&self, index: usize) -> bool {
        self.name_like(index) && !self.kind_at(index).is_keyword()
    }

    /// Index of the token after the name at `index`.
    pub(crate) fn after_name(&self, index: usize) -> usize {
        if self.kind_at(index) != Tok::Directive {
            return index + 1;
        }
        match self.close_of(index + 1) {
            Some(close) => close + 1,
            None => self.toks.len(),
        }
    }

    /// Reads any word as a name: after `.`, before `=` in an argument list.
    pub(crate) fn any_name(&mut self) -> PResult<Ident> {
        if !self.name_like(self.pos) {
            return Err(self.fail("expected identifier"));
        }
        let token = self.bump();
        let text = &self.text[token.lo as usize..token.hi as usize];
        let (name, kind) = match token.kind {
            Tok::RawIdent => (&text[1..], IdentKind::Raw),
            Tok::Directive => {
                self.bump();
                let parts = self.braces(false, |p| p.list(Tok::RParen, |p| p.expr()))?;
                let parts: Vec<Arc<Expr>> = parts.into_iter().map(Arc::new).collect();
                if let Some(list) = self.name_parts.last_mut() {
                    list.extend(parts.iter().cloned());
                }
                let Some(number) = ComputedName::new(self.computed.len()) else {
                    return Err(self.fail("too many '#name's in one text"));
                };
                self.computed.push(parts);
                (text, IdentKind::Computed(number))
            }
            _ => (text, IdentKind::Plain),
        };
        Ok(Ident {
            name: self.symbol(name),
            kind,
            span: self.span_from(token.lo),
        })
    }

    /// The symbol of a name. Most names of a file have been met before, and not long ago.
    fn symbol(&mut self, name: &'a str) -> Symbol {
        if self.recent_names.is_empty() {
            if self.toks.len() < TOKENS_WITH_RECENT_NAMES {
                return Symbol::intern(name);
            }
            self.recent_names = vec![None; RECENT_NAMES];
        }
        let bytes = name.as_bytes();
        let byte = |at: usize| usize::from(bytes.get(at).copied().unwrap_or(0));
        let last = bytes.len().wrapping_sub(1);
        let mixed = byte(0) + 7 * byte(last) + 31 * byte(bytes.len() / 2) + 67 * byte(last / 4 * 3);
        let place = &mut self.recent_names[(mixed + 139 * bytes.len()) % RECENT_NAMES];
        match place {
            Some((known, symbol)) if *known == name => *symbol,
            _ => {
                let symbol = Symbol::intern(name);
                *place = Some((name, symbol));
                symbol
            }
        }
    }

    /// Reads the name of something being declared.
    pub(crate) fn decl_name(&mut self, usage: NameUse) -> PResult<Ident> {
        let kind = self.peek();
        let name = self.any_name()?;
        self.check_decl_name(name, kind, usage);
        Ok(name)
    }

    /// Reads the name of a binding: a local, parameter or capture.
    pub(crate) fn binding_name(&mut self) -> PResult<Ident> {
        self.decl_name(NameUse::Binding)
    }

    /// Rejects reserved words; `kind` is the token the name came from.
    pub(crate) fn check_decl_name(&mut self, name: Ident, kind: Tok, usage: NameUse) {
        if name.kind != IdentKind::Plain {
            return;
        }
        if kind == Tok::Inline && usage != NameUse::Binding {
            self.error_at(
                name.span,
                "'inline' cannot name a member bare — escape it with a backtick",
            );
            return;
        }
        let reserved = name.name.is_special() && is_reserved_type(name.as_str());
        let keyword = kind.is_keyword();
        if !reserved && !keyword {
            return;
        }
        let text = name.as_str();
        let message = match usage {
            NameUse::Binding if reserved => reserved_message(text),
            NameUse::BodyDecl if reserved && !keyword => reserved_message(text),
            NameUse::Binding | NameUse::UnionMember if keyword => {
                format!(
                    "'{text}' is a keyword and cannot be used as an identifier; write it with a backtick"
                )
            }
            NameUse::Binding | NameUse::BodyDecl | NameUse::Field | NameUse::UnionMember => return,
        };
        self.error_at(name.span, message);
    }

    /// Names that one list declares have to differ. `_` and names computed later are left alone.
    pub(crate) fn distinct(&mut self, what: &str, names: &[Ident]) {
        let mut seen = NameSet::default();
        for name in names {
            if name.is_discard() || matches!(name.kind, IdentKind::Computed(_)) {
                continue;
            }
            if !seen.insert(name.name) {
                self.error_at(name.span, format!("duplicate {what} '{}'", name.name));
            }
        }
    }

    /// The same for constants and methods of a body; a getter and a setter share their name.
    pub(crate) fn distinct_members(&mut self, decls: &[&Decl]) {
        let mut seen: Vec<(Symbol, Option<Property>)> = Vec::with_capacity(decls.len());
        for decl in decls {
            if matches!(decl.name.kind, IdentKind::Computed(_)) {
                continue;
            }
            let (what, property) = decl.as_member();
            let clash = seen.iter().any(|(name, other)| {
                *name == decl.name.name
                    && (property.is_none() || other.is_none() || *other == property)
            });
            if clash {
                self.error_at(
                    decl.name.span,
                    format!("duplicate {what} '{}'", decl.name.name),
                );
            } else {
                seen.push((decl.name.name, property));
            }
        }
    }

    /// Reads an expression that stands where a new name must: `a, b := e`.
    pub(crate) fn expr_as_name(&mut self, expr: &Expr) -> PResult<Ident> {
        match &expr.kind {
            ExprKind::Ident(name) => {
                let kind = Tok::keyword(name.as_str()).unwrap_or(Tok::Ident);
                self.check_decl_name(*name, kind, NameUse::Binding);
                Ok(*name)
            }
            _ => Err(self.error_at(expr.span, "expected identifier")),
        }
    }
}

fn reserved_message(name: &str) -> String {
    format!("'{name}' is a reserved type name and cannot be used as an identifier")
}
