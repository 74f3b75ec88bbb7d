//! Loading source files. Imports are followed breadth first, a wave of files at a time: the files of a wave are read and
//! parsed in parallel, everything that has an order (module numbers, diagnostics) is done in the order of the imports.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use sx_syntax::ast;
use sx_syntax::{Detail, Diagnostic, FileId, SourceText, Span};

use crate::declarations::lookup::nearest;
use crate::declarations::modules::PendingImport;
use crate::sema::{DeclSyntax, Env, Event, ImportSet, ImportSetId, ModId, ModuleInfo, Sema};

/// Files of fewer bytes altogether are parsed on this thread: starting and waking others would take longer.
const PARALLEL_BYTES: usize = 512 << 10;
/// Fewer files than this are read on this thread.
const PARALLEL_FILES: usize = 64;
/// The same once there are threads.
const PARALLEL_BYTES_THEN: usize = 64 << 10;
const PARALLEL_FILES_THEN: usize = 8;

/// A file that is wanted, and what wants it: the root file has no import.
struct Request {
    path: PathBuf,
    import: Option<(Span, Arc<str>)>,
}

/// What an import names.
enum Named {
    File(PathBuf),
    Directory(Vec<PathBuf>),
}

/// `a/./b/../c` is `a/c`.
pub fn fold_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                let up = matches!(out.components().next_back(), Some(Component::Normal(_)));
                if up {
                    out.pop();
                } else {
                    out.push("..");
                }
            }
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => out.push(part),
        }
    }
    out
}

impl Sema<'_> {
    /// Loads the root file and everything it imports. False if the program can't be analysed further.
    pub fn load_program(&mut self, root: &Path) -> bool {
        let request = Request {
            path: root.to_path_buf(),
            import: None,
        };
        if self.load_files(vec![request]) != [Some(ModId(0))] {
            return false;
        }
        // What is wrong with the imports themselves.
        let missing = self.collect_modules_from(0);
        if !self.caches.parse_errors.is_empty() || !missing.is_empty() {
            self.tell_first_stage(&missing);
            return false;
        }
        self.load_c_units();
        !self.diags.iter().any(Diagnostic::is_error)
    }

    /// Enters what modules declare, from that with number `first`, and loads what they import: which diagnostics are
    /// about imports that can't be followed.
    pub fn collect_modules_from(&mut self, mut first: usize) -> Vec<usize> {
        let mut missing = Vec::new();
        while first < self.modules.len() {
            let wave = first..self.modules.len();
            first = wave.end;
            let mut imports = Vec::new();
            for index in wave {
                let id = ModId(index as u32);
                let tree = self.trees[index];
                let mut own = Vec::new();
                self.collect_items(id, &tree.items, &mut own);
                imports.extend(own.into_iter().map(|import| (id, import)));
            }
            let known = self.diags.len();
            self.follow_imports(imports);
            missing.extend(known..self.diags.len());
        }
        missing
    }

    /// A parse error ends the run, then imports that can't be followed do; what comes after isn't told (part 3 §8).
    fn tell_first_stage(&mut self, missing: &[usize]) {
        let told: Vec<usize> = match self.caches.parse_errors.first() {
            Some(first) => vec![*first],
            None => missing.to_vec(),
        };
        let all = std::mem::take(&mut self.diags);
        self.diags = (all.into_iter().enumerate())
            .filter(|(index, diag)| !diag.is_error() || told.contains(index))
            .map(|(_, diag)| diag)
            .collect();
        self.events.clear();
        let events = (0..self.diags.len()).map(Event::Diag).collect();
        self.events.insert(None, events);
    }

    /// The shipped library is known to parse. If a changed one doesn't, that is found where the body is needed; all that
    /// came of it is not told.
    pub fn tell_late_errors(&mut self) {
        let late = |tree: &&ast::File| tree.late.as_ref()?.errors().into_iter().next();
        let Some(mut error) = self.trees.iter().find_map(late) else {
            return;
        };
        if let Some(module) = (error.span).and_then(|span| self.module_of_file.get(&span.file)) {
            let shown = &self.module(*module).shown;
            error.message = format!("parse error in '{shown}': {}", error.message);
        }
        self.diags = vec![error];
        self.events.clear();
        self.events.insert(None, vec![Event::Diag(0)]);
    }

    pub fn show_path(&self, path: &Path) -> String {
        let folded = fold_dots(path);
        match folded.strip_prefix(&self.cfg.working_dir) {
            Ok(relative) => relative.display().to_string(),
            Err(_) => folded.display().to_string(),
        }
    }

    /// Loads what a wave's modules import and binds it in them.
    pub fn follow_imports(&mut self, imports: Vec<(ModId, PendingImport)>) {
        let mut requests = Vec::new();
        // The requests each import made.
        let mut wanted = Vec::with_capacity(imports.len());
        for (from, import) in &imports {
            let start = requests.len();
            let paths = match self.resolve_import(*from, import) {
                Some(Named::File(path)) => vec![path],
                Some(Named::Directory(paths)) => paths,
                None => {
                    wanted.push(None);
                    continue;
                }
            };
            requests.extend(paths.into_iter().map(|path| Request {
                path,
                import: Some((import.span, import.path.clone())),
            }));
            wanted.push(Some(start..requests.len()));
        }
        let loaded = self.load_files(requests);
        for ((from, import), wanted) in imports.into_iter().zip(wanted) {
            let Some(modules) =
                wanted.and_then(|range| loaded[range].iter().copied().collect::<Option<Vec<_>>>())
            else {
                continue;
            };
            let set = self.import_set(modules);
            let module = &mut self.modules[from.index()];
            module.all_imports.push(set);
            match import.namespace {
                Some(decl) => self.decls[decl.index()].syntax = DeclSyntax::Import(set),
                None => module.flat_imports.push(set),
            }
        }
    }

    /// Reads and parses files, each once. A file that can't be used is reported and has no module.
    fn load_files(&mut self, requests: Vec<Request>) -> Vec<Option<ModId>> {
        let canonical: Vec<PathBuf> = requests
            .iter()
            .map(|request| self.files.canonical(&request.path))
            .collect();
        let mut fresh: FxHashMap<&Path, usize> = FxHashMap::default();
        let mut reading: Vec<(&Path, &Request)> = Vec::new();
        for (path, request) in canonical.iter().zip(&requests) {
            if !self.module_by_path.contains_key(path) && !fresh.contains_key(&**path) {
                fresh.insert(path, reading.len());
                reading.push((path, request));
            }
        }
        let files = self.files;
        let least = match crate::threads::pool_is_up() {
            true => PARALLEL_FILES_THEN,
            false => PARALLEL_FILES,
        };
        let contents: Vec<_> = if self.cfg.threads < 2 || reading.len() < least {
            let read = reading.iter();
            read.map(|(_, request)| files.read(&request.path)).collect()
        } else {
            crate::threads::start_pool(self.cfg);
            let read = reading.par_iter();
            read.map(|(_, request)| files.read(&request.path)).collect()
        };
        let shipped = self.cfg.shipped_library.as_deref();
        let mut sources = Vec::new();
        let mut owners = Vec::new();
        for ((path, request), bytes) in reading.iter().zip(contents) {
            let shown: Arc<str> = self.show_path(&request.path).into();
            let text = match bytes {
                Ok(bytes) => self.source_text(request, &shown, bytes),
                Err(error) => {
                    match &request.import {
                        Some((span, text)) => {
                            self.error(*span, format!("cannot read import '{text}': {error}"));
                        }
                        None => {
                            self.report(Diagnostic::error_without_span(format!(
                                "cannot read '{shown}': {error}"
                            )));
                        }
                    }
                    None
                }
            };
            if let Some((file, text)) = text {
                let imported = request.import.is_some();
                let detail = match imported && shipped.is_some_and(|dir| path.starts_with(dir)) {
                    true => Detail::Outline,
                    false => Detail::Whole,
                };
                sources.push((file, text, detail));
                owners.push((*path, *request, shown));
            }
        }
        let bytes: usize = sources.iter().map(|(_, text, _)| text.len()).sum();
        let least = match crate::threads::pool_is_up() {
            true => PARALLEL_BYTES_THEN,
            false => PARALLEL_BYTES,
        };
        let parsed = if self.cfg.threads > 1 && bytes >= least {
            crate::threads::start_pool(self.cfg);
            sx_syntax::parse_files_parallel(&sources)
        } else {
            let files = sources.iter();
            files
                .map(|(file, text, detail)| sx_syntax::parse_source(*file, text, *detail))
                .collect()
        };
        for (((file, text, detail), (canonical, request, shown)), mut parsed) in
            sources.iter().zip(owners).zip(parsed)
        {
            if let Some(at) = parsed.diagnostics.iter().position(Diagnostic::is_error) {
                let mut first = parsed.diagnostics.swap_remove(at);
                if request.import.is_some() {
                    first.message = format!("parse error in '{shown}': {}", first.message);
                }
                self.caches.parse_errors.push(self.diags.len());
                self.report(first);
            } else if *detail == Detail::Whole {
                for warning in sx_syntax::turned_text(*file, text) {
                    self.report(warning);
                }
            }
            self.add_module(&request.path, canonical, shown, *file, parsed.ast);
        }
        canonical
            .iter()
            .map(|path| self.module_by_path.get(path).copied())
            .collect()
    }

    /// Enters a file's text among the sources, if it is text.
    fn source_text(
        &mut self,
        request: &Request,
        shown: &Arc<str>,
        bytes: Vec<u8>,
    ) -> Option<(FileId, SourceText)> {
        if bytes.len() > (1 << 31) {
            self.report(Diagnostic::error_without_span(format!(
                "'{shown}' is too large (more than 2 GiB)"
            )));
            return None;
        }
        self.stats.files += 1;
        self.stats.lines += memchr::memchr_iter(b'\n', &bytes).count();
        self.inputs.push(request.path.clone());
        let (text, bad): (SourceText, _) = match String::from_utf8(bytes) {
            Ok(text) => (text.into(), None),
            // The replaced text keeps the offsets before the first bad byte.
            Err(bad) => (
                String::from_utf8_lossy(bad.as_bytes()).into_owned().into(),
                Some(bad.utf8_error().valid_up_to() as u32),
            ),
        };
        let file = self.sources.add(shown.clone(), text.clone());
        if let Some(at) = bad {
            self.error(
                Span::new(file, at, at + 1),
                "invalid UTF-8: source text must be UTF-8",
            );
            self.caches.parse_errors.push(self.diags.len() - 1);
            return None;
        }
        Some((file, text))
    }

    fn add_module(
        &mut self,
        path: &Path,
        canonical: &Path,
        shown: Arc<str>,
        file: FileId,
        tree: ast::File,
    ) {
        let id = ModId(self.modules.len() as u32);
        let tree: &'static ast::File = Box::leak(Box::new(tree));
        if !tree.computed_names.is_empty() {
            self.caches
                .computed_names
                .insert(file, &tree.computed_names);
        }
        self.trees.push(tree);
        let library = self.is_library_path(path);
        self.modules.push(ModuleInfo {
            library,
            path: path.to_path_buf(),
            shown,
            names: FxHashMap::default(),
            flat_imports: SmallVec::new(),
            all_imports: Vec::new(),
            env: Env::root(id),
            runs: Vec::new(),
            impls: Vec::new(),
            decls: Vec::new(),
        });
        self.module_by_path.insert(canonical.to_path_buf(), id);
        self.module_of_file.insert(file, id);
    }

    /// Whether a file is one of the standard library, or takes the place of one by standing at its path below another
    /// `modules`: there it is found first (reference part 3 §6.1), and names are bound by module and name. A `modules` with a
    /// core of its own is a library.
    fn is_library_path(&self, path: &Path) -> bool {
        let dirs = &self.cfg.library_dirs;
        if dirs.iter().any(|dir| path.starts_with(dir)) {
            return true;
        }
        path.ancestors()
            .filter(|above| above.file_name().is_some_and(|name| name == "modules"))
            .any(|modules| {
                let rest = path.strip_prefix(modules).unwrap_or(path);
                self.files.is_file(&modules.join("std/core.sx"))
                    || dirs
                        .iter()
                        .any(|dir| self.files.is_file(&dir.join("modules").join(rest)))
            })
    }

    fn resolve_import(&mut self, from: ModId, import: &PendingImport) -> Option<Named> {
        let folder = self.module(from).path.parent().unwrap_or(Path::new(""));
        let key = (folder.to_path_buf(), import.path.clone());
        if let Some(path) = self.caches.imported_files.get(&key) {
            return Some(Named::File(path.clone()));
        }
        let named = self.find_import(from, import)?;
        if let Named::File(path) = &named {
            self.caches.imported_files.insert(key, path.clone());
        }
        Some(named)
    }

    fn find_import(&mut self, from: ModId, import: &PendingImport) -> Option<Named> {
        let text = &*import.path;
        if text.is_empty() {
            // Joined to a folder it would be that folder.
            self.error(
                import.span,
                "an import names a file or a folder: `#import \"path.sx\";`",
            );
            return None;
        }
        let here = self.module(from).path.clone();
        let mut bases: Vec<PathBuf> =
            vec![here.parent().map(Path::to_path_buf).unwrap_or_default()];
        bases.push(self.cfg.working_dir.clone());
        bases.extend(self.cfg.library_dirs.iter().cloned());
        for base in &bases {
            let path = fold_dots(&base.join(text));
            let is_file = self.files.is_file(&path);
            let is_dir = !is_file && self.files.is_dir(&path);
            let with_extension = PathBuf::from(format!("{}.sx", path.display()));
            if is_dir && path.extension().is_none() && self.files.is_file(&with_extension) {
                // Inside p.sx itself the directory is meant.
                let own = self.files.canonical(&with_extension) == self.files.canonical(&here);
                if !own {
                    self.error(
                        import.span,
                        format!("ambiguous import '{text}': there are a file and a directory of that name; write \"{text}.sx\""),
                    );
                    return None;
                }
            }
            if is_file {
                return Some(Named::File(path));
            }
            if is_dir {
                return self.directory(&path, import).map(Named::Directory);
            }
        }
        let mut diag = Diagnostic::error(
            import.span,
            format!("cannot read import '{text}' (not a file or directory)"),
        );
        if let Some(near) = bases.iter().find_map(|base| self.import_near(base, text)) {
            diag = diag.with_help(None, format!("did you mean '{near}'?"));
        } else if matches!(text, "std" | "std.sx") {
            diag = diag.with_help(None, "the library's is 'modules/std.sx'");
        }
        self.report(diag);
        None
    }

    /// What an import was meant to name, in the folder that it names: the file without its `.sx`, or of a similar name.
    fn import_near(&self, base: &Path, text: &str) -> Option<String> {
        let (folder, name) = match text.rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name),
            None => (String::new(), text),
        };
        let wanted = name.strip_suffix(".sx").unwrap_or(name);
        let entries = self.files.list(&fold_dots(&base.join(&folder))).ok()?;
        let mut files = Vec::new();
        let mut folders = Vec::new();
        for path in &entries {
            if path.extension().is_some_and(|e| e == "sx") && self.files.is_file(path) {
                files.extend(path.file_stem().and_then(|stem| stem.to_str()));
            } else if self.files.is_dir(path) {
                folders.extend(path.file_name().and_then(|name| name.to_str()));
            }
        }
        let closest = |names: &[&str]| match names.contains(&wanted) {
            true => Some(wanted.to_owned()),
            false => nearest(wanted, names.iter().copied()),
        };
        match closest(&files) {
            Some(file) => Some(format!("{folder}{file}.sx")),
            None => closest(&folders).map(|dir| format!("{folder}{dir}")),
        }
    }

    /// The source files of an imported directory, sorted by name; without hidden ones, as in `*.sx`.
    fn directory(&mut self, dir: &Path, import: &PendingImport) -> Option<Vec<PathBuf>> {
        let mut entries = match self.files.list(dir) {
            Ok(entries) => entries,
            Err(error) => {
                self.error(
                    import.span,
                    format!("cannot read import '{}': {error}", import.path),
                );
                return None;
            }
        };
        let is_hidden = |path: &Path| {
            let name = path.file_name().map(|name| name.as_encoded_bytes());
            name.is_some_and(|name| name.starts_with(b"."))
        };
        entries.retain(|path| {
            path.extension().is_some_and(|e| e == "sx")
                && !is_hidden(path)
                && self.files.is_file(path)
        });
        entries.sort();
        Some(entries)
    }

    /// The set of these modules; equal sets are one.
    pub fn import_set(&mut self, modules: Vec<ModId>) -> ImportSetId {
        if let Some(found) = self.import_set_by_modules.get(&modules) {
            return *found;
        }
        let id = ImportSetId(self.import_sets.len() as u32);
        self.import_set_by_modules.insert(modules.clone(), id);
        self.import_sets.push(ImportSet {
            modules: modules.into(),
        });
        id
    }

    /// Whether `from` reaches `to` by imports, directly or not.
    pub fn imports_transitively(&mut self, from: ModId, to: ModId) -> bool {
        if from == to {
            return true;
        }
        let mut seen = vec![false; self.modules.len()];
        let mut stack = vec![from];
        while let Some(module) = stack.pop() {
            if std::mem::replace(&mut seen[module.index()], true) {
                continue;
            }
            if module == to {
                return true;
            }
            for set in &self.modules[module.index()].all_imports {
                stack.extend(self.import_sets[set.0 as usize].modules.iter().copied());
            }
        }
        false
    }
}
