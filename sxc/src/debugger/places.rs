//! What is said of positions, calls and code.

use rustc_hash::FxHashSet;
use sx_interp::debugger::View;
use sx_ir::{LocId, Module};
use sx_syntax::FileId;
use sx_tier_api::Status;

use super::expressions::{Place, Scope};
use super::session::{Session, Standing, tell};

/// What calls the program's `main`.
pub const PROGRAM_START: &str = "the start of the program";
/// Calls shown at each end of a long stack.
const SHOWN: usize = 20;
/// Lines shown before and behind the one that is asked for.
const AROUND: u32 = 5;

/// `file:line:col`.
pub fn text(module: &Module, loc: LocId) -> String {
    let at = module.loc(loc);
    let file = module.files.get(at.file as usize);
    let file = file.map_or("?", String::as_str);
    format!("{file}:{}:{}", at.line, at.col)
}

/// How an evaluation has ended, for the list of them.
pub fn ending(status: &Status) -> String {
    match status {
        Status::Finished(_) => "finished".to_owned(),
        Status::Exit(code) => format!("ended the program with status {code}"),
        Status::Trapped(trap) => format!("failed: {}", trap.message()),
        Status::Limit(limit) => format!("failed: {}", sx_sema::limit_text(*limit)),
        Status::Unsupported(why) | Status::Refused(why) => format!("failed: {why}"),
        Status::Bug(why) => format!("internal error: {why}"),
    }
}

impl Session {
    fn line_text(&self, file: u32, line: u32) -> Option<&str> {
        let file = self.sources.get(FileId(file))?;
        (line >= 1 && line <= file.line_count()).then(|| file.line_text(line))
    }

    pub fn file_name(&self, file: u32) -> &str {
        match self.sources.get(FileId(file)) {
            Some(file) => &file.path,
            None => "?",
        }
    }

    pub fn name_of_call(&self, view: &View<'_, '_>, number: usize) -> String {
        let Some(call) = view.call(number) else {
            return String::new();
        };
        let name = &view.module.func(call.func).name;
        match (number + 1 == view.depth(), name.as_str()) {
            // Around `main`.
            (true, "") => PROGRAM_START.to_owned(),
            (true, name) if !self.is_main => format!("the evaluation '{name}'"),
            (_, name) => name.to_owned(),
        }
    }

    /// Says where the run stands.
    pub fn show_place(&mut self, view: &View<'_, '_>, standing: Standing<'_>) {
        match standing {
            Standing::Tick => {}
            Standing::End(Status::Finished(_)) if self.is_main => {
                tell!("main has returned, after {} steps", view.steps());
            }
            Standing::End(Status::Finished(_)) => {
                let steps = view.steps();
                tell!("{} has finished after {steps} steps", self.what());
                self.show_result(view);
            }
            Standing::End(status) => tell!("{} {}", self.what(), ending(status)),
        }
        if let Some(call) = view.call(self.frame) {
            let at = view.module.loc(call.loc);
            let shown = (call.serial, at.file);
            if self.shown != shown || matches!(standing, Standing::End(_)) {
                self.show_call(view, self.frame, "");
            }
            self.shown = shown;
            self.show_line(at.file, at.line, None);
        }
    }

    fn show_result(&self, view: &View<'_, '_>) {
        let Some((global, ty)) = self.result else {
            return;
        };
        if let Some(addr) = view.memory().address_of(global) {
            let scope = self.scope(view);
            tell!("its value is {}", scope.show_place(Place { addr, ty }));
        }
    }

    pub fn scope<'v, 'r, 'a>(&'v self, view: &'v View<'r, 'a>) -> Scope<'v, 'r, 'a> {
        Scope {
            view,
            frame: self.frame,
            errors: &self.errors,
        }
    }

    pub fn show_call(&self, view: &View<'_, '_>, number: usize, before: &str) {
        let Some(call) = view.call(number) else {
            return;
        };
        let at = view.module.loc(call.loc);
        let name = self.name_of_call(view, number);
        tell!("{before}{name} at {}:{}", self.file_name(at.file), at.line);
    }

    pub fn show_line(&self, file: u32, line: u32, mark: Option<bool>) {
        let Some(text) = self.line_text(file, line) else {
            return;
        };
        let mark = match mark {
            Some(true) => "-> ",
            Some(false) => "   ",
            None => "",
        };
        tell!("{}", format!("{mark}{line:>5} | {text}").trim_end());
    }

    /// The calls in progress, innermost first.
    pub fn show_stack(&self, view: &View<'_, '_>, most: Option<usize>) {
        let mut total = view.depth();
        if self.name_of_call(view, total.wrapping_sub(1)) == PROGRAM_START {
            total -= 1;
        }
        if total == 0 {
            tell!("nothing is being called");
        }
        let first = most.unwrap_or(SHOWN);
        let last = if most.is_some() { 0 } else { SHOWN };
        for number in 0..total {
            let hidden = total.saturating_sub(first).saturating_sub(last);
            if hidden > 0 && number == first {
                tell!("... {hidden} more");
            }
            if hidden > 0 && number >= first && number < total - last {
                continue;
            }
            let mark = if number == self.frame { "*" } else { " " };
            self.show_call(view, number, &format!("{mark}{number:<3} "));
        }
    }

    /// Lines around one, or those behind what was listed last.
    pub fn list(&mut self, view: &View<'_, '_>, at: Option<(u32, u32)>) {
        let here = view.call(self.frame).map(|call| view.module.loc(call.loc));
        let (file, first, last) = match (at, self.listed, here) {
            (Some((file, line)), ..) => (
                file,
                line.saturating_sub(AROUND).max(1),
                line.saturating_add(AROUND),
            ),
            (None, Some((file, line)), _) => (file, line, line.saturating_add(2 * AROUND)),
            (None, None, Some(here)) => (
                here.file,
                here.line.saturating_sub(AROUND).max(1),
                here.line.saturating_add(AROUND),
            ),
            (None, None, None) => {
                tell!("there is no current line; try 'list FILE:LINE'");
                return;
            }
        };
        let Some(source) = self.sources.get(FileId(file)) else {
            tell!("the text is not known");
            return;
        };
        let last = last.min(source.line_count());
        if first > last {
            tell!("'{}' has {} lines", source.path, source.line_count());
            return;
        }
        for line in first..=last {
            let current = here.is_some_and(|here| (here.file, here.line) == (file, line));
            self.show_line(file, line, Some(current));
        }
        self.listed = Some((file, last + 1));
    }

    /// The number of a file that is named in full or by its end.
    pub fn find_file(&self, name: &str) -> Result<u32, String> {
        let named = |path: &str| {
            path == name
                || path
                    .strip_suffix(name)
                    .is_some_and(|start| start.ends_with('/'))
        };
        let all = (0..self.sources.len() as u32).map(|file| (file, self.file_name(file)));
        let found: Vec<(u32, &str)> = all.filter(|(_, path)| named(path)).collect();
        match found.as_slice() {
            [] => Err(format!("no file '{name}' is part of the program")),
            [(file, _)] => Ok(*file),
            [(file, path), ..] if *path == name => Ok(*file),
            [(_, one), (_, other), ..] => Err(format!("'{name}' may be '{one}' or '{other}'")),
        }
    }

    /// The first line from this one on that has code, or may have.
    pub fn code_line(&self, view: &View<'_, '_>, file: u32, line: u32) -> Result<u32, String> {
        let count = self
            .sources
            .get(FileId(file))
            .map_or(0, |file| file.line_count());
        if line == 0 || line > count {
            return Err(format!("'{}' has {count} lines", self.file_name(file)));
        }
        let known = lines_with_code(view.module, file);
        let words = |text: &str| {
            let text = text.trim();
            !text.starts_with("//") && text.contains(char::is_alphanumeric)
        };
        let mut lines = line..=count;
        let found = lines
            .find(|line| known.contains(line) || self.line_text(file, *line).is_some_and(words));
        found.ok_or_else(|| format!("there is no code behind line {line}"))
    }
}

/// Lines of the functions that have been looked at so far.
fn lines_with_code(module: &Module, file: u32) -> FxHashSet<u32> {
    let mut lines = FxHashSet::default();
    for body in module.funcs.iter().filter_map(|func| func.body.as_ref()) {
        body.for_each_stmt(&mut |stmt| {
            let at = module.loc(stmt.loc);
            let leaf = stmt.kind.blocks().is_empty();
            if leaf && at.file == file {
                lines.insert(at.line);
            }
        });
    }
    lines
}
