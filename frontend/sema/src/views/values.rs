//! Values that are known at compile time: what `#run`s and constants have come to.

use sx_ir::{TypeId, TypeKind};
use sx_syntax::ast::{self, ExprKind};
use sx_syntax::render::{Level, Renderer};

use crate::comptime::purpose::Purpose;
use crate::emission::value::CtVal;
use crate::sema::{Binding, Sema};
use crate::statements::errors::strip_parens;
use crate::views::expand::Expander;
use crate::views::hygiene::{Meaning, free_names};
use crate::views::literals::Literal;
use crate::views::recording::Known;

type Out<'r> = Renderer<'r, 'static>;

/// Texts longer than this say less than what they were made by.
const MAX_TEXT: usize = 1 << 16;

impl Expander<'_, '_> {
    /// What an expression has come to, if it is the same each time.
    fn known(&self, expr: &'static ast::Expr) -> Option<Known> {
        let (context, _, generic) = self.here();
        if generic {
            return None;
        }
        let sema = self.sema.borrow();
        let recording = sema.caches.meta.recording.as_ref()?;
        if recording.effects.contains(&expr.span) {
            return None;
        }
        let address = std::ptr::from_ref(expr) as usize;
        match &recording.values.get(&(address, context))?[..] {
            [known] => Some(known.clone()),
            _ => None,
        }
    }

    /// The text of a value, and whether it refers to another.
    fn known_text(&self, known: &Known) -> Option<(Literal, bool)> {
        let mut value = known.value.clone();
        let refers = {
            let sema = self.sema.borrow();
            match sema.variant_of(&value) {
                Some((active, _)) => active.payload.is_some_and(|ty| sema.refers(ty, 0)),
                None => sema.refers(value.ty, 0),
            }
        };
        let list = match *self.sema.borrow().m.types.kind(value.ty) {
            TypeKind::Slice(elem) => !self.sema.borrow().refers(elem, 0),
            _ => false,
        };
        // Lists in it may have elements in common.
        if refers && !list {
            return None;
        }
        // Where a type is waited for, numbers take it.
        value.literal |= known.want == Some(value.ty) && self.sema.borrow().takes_type(value.ty);
        let text = self.sema.borrow_mut().literal(&self.root, &value)?;
        (text.text.len() <= MAX_TEXT).then_some((text, refers))
    }

    /// `#run inner` as its value. Lists would be variables of the function if they were not evaluated.
    pub fn put_value(
        &self,
        r: &mut Out<'_>,
        expr: &'static ast::Expr,
        inner: &'static ast::Expr,
        level: Level,
    ) -> bool {
        if self.state.borrow().plain {
            return false;
        }
        let Some(known) = self.known(inner).or_else(|| self.known(expr)) else {
            return false;
        };
        let Some((mut literal, refers)) = self.known_text(&known) else {
            return false;
        };
        if refers {
            literal.text.insert_str(0, "#run ");
            literal.level = Level::UNARY;
        }
        self.literal(r, &literal, level);
        true
    }

    /// A constant as its value, unless it says that itself.
    pub fn put_constant(&self, r: &mut Out<'_>, value: &'static ast::Expr) -> bool {
        let computed = matches!(
            strip_parens(value).kind,
            ExprKind::Run(_)
                | ExprKind::Call(_)
                | ExprKind::Binary { .. }
                | ExprKind::If(_)
                | ExprKind::Match(_)
                | ExprKind::Block(_)
        );
        if !computed || self.state.borrow().plain {
            return false;
        }
        let Some(known) = self.known(value).filter(|k| k.value.ty != TypeId::TYPE) else {
            return false;
        };
        let Some((literal, _)) = self.known_text(&known) else {
            return false;
        };
        self.literal(r, &literal, Level::ANY);
        true
    }

    /// A field of a constant that code is unrolled for: there may be no text for the constant.
    pub fn part_of_constant(&self, expr: &'static ast::Expr, base: &ast::Expr) -> Option<Literal> {
        let mut root = base;
        while let ExprKind::Field { base, .. } = &root.kind {
            root = base;
        }
        let ExprKind::Ident(name) = &root.kind else {
            return None;
        };
        let (_, env, _) = self.here();
        if self.is_declared(&env, name.name) || !matches!(env.get(name.name), Some(Binding::Ct(_)))
        {
            return None;
        }
        let mut sema = self.sema.borrow_mut();
        let ty = sema.quietly(|s| match s.denotes_type(&env, expr) {
            true => s.eval_type(&env, expr).ok(),
            false => None,
        });
        if let Some(ty) = ty {
            return sema.type_text(&self.root, ty);
        }
        let value: CtVal =
            sema.quietly(|s| s.comptime_value(&env, expr, None, &Purpose::RunHere).ok())?;
        sema.literal(&self.root, &value)
    }

    /// An argument whose text is asked for is written as it is; false for any other expression.
    pub fn put_as_text(&self, r: &mut Out<'_>, expr: &'static ast::Expr, level: Level) -> bool {
        let asked = {
            let sema = self.sema.borrow();
            (sema.caches.meta.recording.as_ref()).is_some_and(|r| r.texts.contains(&expr.span))
        };
        if !asked {
            return false;
        }
        let text = sx_syntax::normalised(&self.span_text(expr.span));
        let elsewhere = self.state.borrow().frames.len() >= 2;
        let names = free_names(|v| v.expr(expr));
        let mut names = names.iter();
        if elsewhere && (text.contains('#') || names.any(|name| !self.is_as_written(*name))) {
            self.fail("the text of an argument is asked for".to_string());
            return false;
        }
        // Code in it is not put.
        self.left();
        let parens = expr.level() < level;
        r.s(if parens { "(" } else { "" });
        r.s(&text);
        r.s(if parens { ")" } else { "" });
        true
    }

    fn is_as_written(&self, name: ast::Ident) -> bool {
        matches!(self.meaning(name), Meaning::AsWritten)
    }

    /// A value that stands for a name has no address.
    pub fn keeps_place(&self, operand: &ast::Expr) {
        let mut root = operand;
        while let ExprKind::Field { base, .. } | ExprKind::Index { base, .. } = &root.kind {
            root = base;
        }
        let ExprKind::Ident(name) = &root.kind else {
            return;
        };
        let (_, env, _) = self.here();
        if matches!(env.get(name.name), Some(Binding::Ct(_)))
            && matches!(self.meaning(*name), Meaning::Text(_))
        {
            self.fail(format!("the address of '{}' is taken", name.name));
        }
    }
}

impl Sema<'_> {
    /// Whether values of a type refer to others that a literal would put somewhere else.
    fn refers(&self, ty: TypeId, depth: u32) -> bool {
        match self.m.types.kind(ty) {
            TypeKind::Slice(_) => true,
            TypeKind::Array(elem, _) | TypeKind::Optional(elem) => self.refers(*elem, depth + 1),
            TypeKind::Struct(nominal) => {
                depth > 16
                    || (self.m.types.struct_fields(*nominal).iter())
                        .any(|field| self.refers(field.ty, depth + 1))
            }
            TypeKind::Tuple(elems) => elems.iter().any(|(_, ty)| self.refers(*ty, depth + 1)),
            TypeKind::Enum(_) => {
                let def = self.m.types.enum_def(ty);
                let mut payloads = def.iter().flat_map(|def| &def.variants);
                depth > 16
                    || payloads.any(|v| v.payload.is_some_and(|ty| self.refers(ty, depth + 1)))
            }
            _ => false,
        }
    }
}
