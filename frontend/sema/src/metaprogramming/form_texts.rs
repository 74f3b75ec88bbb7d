//! What the text of a form of module scope tells of what it makes.

use sx_ir::Symbol;
use sx_syntax::ast::{self, ItemKind};

/// Whether its text has a declaration of that name.
pub fn declares(item: &'static ast::Item, name: Symbol) -> bool {
    has_declaration(item, false, &|decl| {
        !matches!(decl.kind, ast::IdentKind::Computed(_)) && decl.name == name
    })
}

/// Whether one of the declarations that an item may make is named as wanted. `inserted`: what is inserted may be anything.
pub fn has_declaration(
    item: &'static ast::Item,
    inserted: bool,
    wanted: &dyn Fn(ast::Ident) -> bool,
) -> bool {
    has_item(item, &|item| match &item.kind {
        ItemKind::Decl(decl) => wanted(decl.name),
        ItemKind::Insert(_) => inserted,
        ItemKind::Inline(_)
        | ItemKind::Import(_)
        | ItemKind::Impl(_)
        | ItemKind::ContextExtend(_)
        | ItemKind::Run(_)
        | ItemKind::Error(_)
        | ItemKind::CUnit(_)
        | ItemKind::Asm(_)
        | ItemKind::Assert(_) => false,
    })
}

/// Whether its text has an impl.
pub fn has_impl(item: &'static ast::Item) -> bool {
    has_item(item, &|item| matches!(item.kind, ItemKind::Impl(_)))
}

/// Whether an item is one that is wanted, or holds one.
pub fn has_item(item: &'static ast::Item, wanted: &dyn Fn(&'static ast::Item) -> bool) -> bool {
    let any = |items: &'static [ast::Item]| items.iter().any(|i| has_item(i, wanted));
    match &item.kind {
        ItemKind::Inline(inline) => inline.any_list(&any),
        ItemKind::Decl(_)
        | ItemKind::Insert(_)
        | ItemKind::Import(_)
        | ItemKind::Impl(_)
        | ItemKind::ContextExtend(_)
        | ItemKind::Run(_)
        | ItemKind::Error(_)
        | ItemKind::CUnit(_)
        | ItemKind::Asm(_)
        | ItemKind::Assert(_) => wanted(item),
    }
}
