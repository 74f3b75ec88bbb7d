//! Every case that runs, once more with the declarations of its file in another order: names don't depend on it. What
//! runs at compile time by itself (constants, variables, `#run` and what makes declarations) keeps its order, which is
//! that of its output.

use std::ffi::OsString;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use sx_corpus::case::{self, Case, Expectation};
use sx_corpus::copy::copied;
use sx_corpus::known;
use sx_corpus::process::{self, Folder};
use sx_syntax::FileId;
use sx_syntax::ast::{DeclKind, Item, ItemKind};

/// Cases that tell their lines, or that print while functions are compiled.
const OTHERWISE: &[(&str, &str)] = &include!("orders/otherwise.in");

const TIMEOUT: Duration = Duration::from_secs(60);

fn main() {
    process::act_as_compiler();
    let arguments = Arguments::from_args();
    let (Ok(cases), Ok(gaps)) = (case::all(), known::gaps()) else {
        eprintln!("cannot read the corpus");
        std::process::exit(1);
    };
    let runs = |case: &Case, expected: &Expectation| {
        expected.stdout.is_some()
            && expected.diagnostics.is_none()
            && !case.directives.check_only
            && case.directives.native_only.is_none()
            && !gaps.contains_key(&case.name)
    };
    let mut trials = Vec::new();
    for case in cases {
        let expected = case.expectation();
        if !runs(&case, &expected) {
            continue;
        }
        trials.push(Trial::test(format!("order: {}", case.name), move || {
            let otherwise = OTHERWISE.iter().find(|(name, _)| *name == case.name);
            match (same(&case, &expected), otherwise) {
                (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
                (Ok(()), Some((_, reason))) => Err(Failed::from(format!(
                    "does the same now; take it off the list (the reason there: {reason})"
                ))),
                (Err(problem), None) => Err(Failed::from(problem)),
            }
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
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
    let mut args: Vec<OsString> = vec!["run".into(), "--engine=vm".into()];
    args.push(case.file.clone().into_os_string());
    args.extend(case.directives.flags.iter().cloned());
    if !case.directives.args.is_empty() {
        args.push("--".into());
        args.extend(case.directives.args.iter().cloned());
    }
    let files = Folder::new("orders").map_err(|e| e.to_string())?;
    let ended = process::run_in(
        process::compiler(),
        args,
        &case.directives.stdin,
        &files,
        TIMEOUT,
        copy.path(),
    )
    .map_err(|e| e.to_string())?;
    let stdout = expected.stdout.as_deref().unwrap_or_default();
    if (ended.status, ended.stdout.as_slice()) != (Some(expected.status), stdout) {
        return Err(format!(
            "status {:?}, stdout:\n{}\nstderr:\n{}",
            ended.status,
            String::from_utf8_lossy(&ended.stdout),
            ended.stderr
        ));
    }
    Ok(())
}
