//! Every case that runs, once more with the declarations of its file in another order: names don't depend on it. What
//! runs at compile time by itself (constants, variables, `#run` and what makes declarations) keeps its order, which is
//! that of its output.

use libtest_mimic::{Arguments, Failed, Trial};
use sx_corpus::again::{self, Otherwise};
use sx_corpus::case::{Case, Expectation};
use sx_corpus::copy::copied;
use sx_corpus::process;
use sx_syntax::FileId;
use sx_syntax::ast::{DeclKind, Item, ItemKind};

/// Cases that tell their lines, or that print while functions are compiled.
const OTHERWISE: Otherwise = &include!("orders/otherwise.in");

fn main() {
    process::act_as_compiler();
    let arguments = Arguments::from_args();
    let Ok(cases) = again::running() else {
        eprintln!("cannot read the corpus");
        std::process::exit(1);
    };
    let trial = |(case, expected): (Case, Expectation)| {
        Trial::test(format!("order: {}", case.name), move || {
            again::judge(&case.name, same(&case, &expected), OTHERWISE).map_err(Failed::from)
        })
    };
    libtest_mimic::run(&arguments, cases.into_iter().map(trial).collect()).exit();
}

/// Whether an item only declares.
fn is_free(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Decl(decl) => match &decl.kind {
            DeclKind::Fn(_)
            | DeclKind::Struct(_)
            | DeclKind::Enum(_)
            | DeclKind::Union(_)
            | DeclKind::ErrorSet(_)
            | DeclKind::Protocol(_)
            | DeclKind::UfcsAlias(_)
            | DeclKind::Library(_) => true,
            DeclKind::Const(_) | DeclKind::Var(_) | DeclKind::Import(_) | DeclKind::CUnit(_) => {
                false
            }
        },
        ItemKind::Impl(_) => true,
        ItemKind::Import(_)
        | ItemKind::ContextExtend(_)
        | ItemKind::Run(_)
        | ItemKind::Error(_)
        | ItemKind::Inline(_)
        | ItemKind::CUnit(_)
        | ItemKind::Asm(_)
        | ItemKind::Insert(_)
        | ItemKind::Assert(_) => false,
    }
}

/// The file with what only declares turned round, behind the rest.
fn turned_round(text: &str) -> Result<String, String> {
    let parsed = sx_syntax::parse_items(FileId(0), text);
    let items = &parsed.ast.elements;
    let (mut kept, mut free) = (Vec::new(), Vec::new());
    let mut from = 0;
    for (i, item) in items.iter().enumerate() {
        // An item has the comments before it.
        let end = match i + 1 == items.len() {
            true => text.len(),
            false => item.span.hi as usize,
        };
        let part = text.get(from..end).ok_or("items overlap")?;
        from = end;
        match is_free(item) {
            true => free.push(part),
            false => kept.push(part),
        }
    }
    free.reverse();
    kept.extend(free);
    Ok(kept.join("\n"))
}

fn same(case: &Case, expected: &Expectation) -> Result<(), String> {
    let copy = copied(case).map_err(|e| e.to_string())?;
    let file = copy.path().join(&case.file);
    let text = std::fs::read_to_string(&file).map_err(|e| e.to_string())?;
    std::fs::write(&file, turned_round(&text)?).map_err(|e| e.to_string())?;
    again::compare(&again::run(&copy, case)?, expected)
}
