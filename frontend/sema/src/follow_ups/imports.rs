//! Names that would be known if the prelude were imported: one import is missing, however many names are.

use std::path::Path;

use rustc_hash::FxHashSet;
use sx_ir::Symbol;
use sx_syntax::ast::ItemKind;
use sx_syntax::{DiagKind, Diagnostic, FileId};

use super::quoted;
use crate::sema::Sema;

/// The file of the library that most programs import.
const PRELUDE: &str = "modules/std.sx";

impl Sema<'_> {
    /// Says of unknown names that the prelude has them, and tells the import once a file.
    pub(super) fn with_missing_prelude(&self, told: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let unknown = |diag: &Diagnostic| {
            let of = ["unresolved '", "unknown type '"];
            diag.is_error() && of.iter().any(|start| diag.message.starts_with(start))
        };
        if !told.iter().any(unknown) {
            return told;
        }
        let names = self.prelude_names();
        let mut files: FxHashSet<FileId> = FxHashSet::default();
        let mut out = Vec::with_capacity(told.len());
        for mut diag in told {
            let name = quoted(&diag.message).filter(|_| unknown(&diag));
            let known = name.is_some_and(|name| names.contains(&Symbol::intern(name)));
            if let Some(span) = diag.span
                && known
                && !self.imports_prelude(span.file)
            {
                if !files.insert(span.file) {
                    continue;
                }
                diag.children.retain(|child| child.kind != DiagKind::Help);
                diag = diag.with_help(None, format!("`#import \"{PRELUDE}\";` declares it"));
            }
            out.push(diag);
        }
        if !files.is_empty() {
            out.retain(|diag| !diag.message.starts_with("this allocates through `context."));
        }
        out
    }

    fn imports_prelude(&self, file: FileId) -> bool {
        let Some(module) = self.module_of_file.get(&file) else {
            // What made the text isn't known to import nothing.
            return true;
        };
        let sets = self.module(*module).flat_imports.iter();
        sets.flat_map(|set| &self.import_sets[set.0 as usize].modules)
            .any(|module| self.module(*module).path.ends_with(PRELUDE))
    }

    fn prelude_names(&self) -> FxHashSet<Symbol> {
        let read = |dir: &Path| self.files.read(&dir.join(PRELUDE)).ok();
        let Some(bytes) = self.cfg.library_dirs.iter().find_map(|dir| read(dir)) else {
            return FxHashSet::default();
        };
        let text = String::from_utf8_lossy(&bytes);
        let items = sx_syntax::parse_file(FileId(u32::MAX), &text).ast.items;
        let declared = items.iter().filter_map(|item| match &item.kind {
            ItemKind::Decl(decl) if item.private.is_none() => Some(decl.name.name),
            _ => None,
        });
        declared.collect()
    }
}
