//! Names that a type's body declares, used bare in it: they are read as `S.NAME` (reference part 1 §4.3).

use sx_ir::TypeId;
use sx_syntax::{Span, ast};

use crate::sema::{DeclId, NominalSyntax, Sema};

/// A type as it is declared: where, its name, its parameters.
struct Written {
    span: Span,
    name: Option<ast::Ident>,
    params: &'static [ast::Param],
}

impl Sema<'_> {
    /// What is written for a bare name where the innermost body around it declares it, and the declaration.
    pub fn named_in_own_body(&self, name: ast::Ident) -> Option<(String, DeclId)> {
        let at = name.span;
        let mut innermost: Option<(u32, u32, DeclId)> = None;
        for (ty, info) in &self.nominals {
            let (Some(decl), Some(Written { span, .. })) =
                (info.members.get(&name.name), self.written_type(*ty))
            else {
                continue;
            };
            let around = span.file == at.file && span.lo <= at.lo && at.hi <= span.hi;
            // Instances of one struct are written alike.
            if around && innermost.is_none_or(|(len, ty0, _)| (span.len(), ty.0) < (len, ty0)) {
                innermost = Some((span.len(), ty.0, *decl));
            }
        }
        let (_, owner, decl) = innermost?;
        let owner = self.name_in_own_body(TypeId(owner))?;
        Some((format!("{owner}.{}", name.name), decl))
    }

    /// A type as its own body names it: `C`, `Outer.Node`, `Box(T, n)`.
    fn name_in_own_body(&self, ty: TypeId) -> Option<String> {
        let Written { name, params, .. } = self.written_type(ty)?;
        let name = name.filter(|name| !matches!(name.kind, ast::IdentKind::Computed(_)))?;
        let declared = self.decls.iter().find(|d| d.name_span == name.span);
        let mut text = match declared.and_then(|d| d.owner) {
            Some(outer) => format!("{}.{}", self.name_in_own_body(outer)?, name.name),
            None => name.name.to_string(),
        };
        if !params.is_empty() {
            let params: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
            text.push_str(&format!("({})", params.join(", ")));
        }
        Some(text)
    }

    fn written_type(&self, ty: TypeId) -> Option<Written> {
        let (span, name, params): (_, _, &'static [ast::Param]) =
            match self.nominals.get(&ty)?.syntax {
                NominalSyntax::Struct(decl) => (decl.span, decl.name, &decl.params),
                NominalSyntax::Enum(decl) => (decl.span, decl.name, &[]),
                NominalSyntax::Union(decl) => (decl.span, decl.name, &[]),
                NominalSyntax::ErrorSet(decl) => (decl.span, decl.name, &[]),
                NominalSyntax::Protocol(..) | NominalSyntax::Minted => return None,
            };
        Some(Written { span, name, params })
    }
}
