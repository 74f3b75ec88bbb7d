//! Diagnostics as text. The human form is a contract (reference part 3 §8), so the renderer is our own.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::ops::Range;

use clap::ValueEnum;
use serde::Serialize;
use sx_syntax::{DiagKind, Diagnostic, SourceMap, Span};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ErrorFormat {
    /// Message, place, source line and carets
    #[default]
    Human,
    /// One line each: `file:line:col: error: text`
    Short,
    /// One JSON object a line
    Json,
}

/// Whether to colour what goes to stderr.
pub fn stderr_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
        || std::env::var_os("TERM").is_some_and(|v| v == "dumb");
    !refused && std::io::stderr().is_terminal()
}

/// All of `diagnostics` in one text, ready for stderr.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    format: ErrorFormat,
    colour: bool,
) -> String {
    let mut out = String::new();
    match format {
        ErrorFormat::Human => {
            let mut human = Human {
                out: &mut out,
                sources,
                colour,
            };
            for diagnostic in diagnostics {
                human.diagnostic(diagnostic);
            }
        }
        ErrorFormat::Short => {
            for diagnostic in diagnostics {
                short(&mut out, diagnostic, sources);
            }
        }
        ErrorFormat::Json => {
            for diagnostic in diagnostics {
                let object = json(diagnostic, sources);
                // Plain strings and numbers always serialise.
                out.push_str(&serde_json::to_string(&object).unwrap_or_default());
                out.push('\n');
            }
        }
    }
    out
}

struct Human<'a> {
    out: &'a mut String,
    sources: &'a SourceMap,
    colour: bool,
}

const RESET: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const GUTTER: &str = "\x1b[1;34m";

fn kind_colour(kind: DiagKind) -> &'static str {
    match kind {
        DiagKind::Error => "\x1b[1;31m",
        DiagKind::Warning => "\x1b[1;33m",
        DiagKind::Note => "\x1b[1;36m",
        DiagKind::Help => "\x1b[1;32m",
    }
}

impl Human<'_> {
    fn paint(&self, style: &'static str, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let kind = self.paint(kind_colour(diagnostic.kind), diagnostic.kind.as_str());
        let message = self.paint(BOLD, &visible(&diagnostic.message));
        let _ = writeln!(self.out, "{kind}: {message}");
        if let Some(span) = diagnostic.span {
            self.excerpt(diagnostic, span);
        }
        let indent = match diagnostic.kind {
            DiagKind::Note => "    ",
            DiagKind::Error | DiagKind::Warning | DiagKind::Help => "  ",
        };
        for line in &diagnostic.extra_lines {
            let _ = writeln!(self.out, "{indent}{}", visible(line));
        }
        for child in &diagnostic.children {
            self.diagnostic(child);
        }
    }

    fn excerpt(&mut self, diagnostic: &Diagnostic, span: Span) {
        let Some(file) = self.sources.get(span.file) else {
            return;
        };
        let start = file.line_col(span.lo);
        let end = file.line_col(span.hi.max(span.lo));
        // A span that ends right after a newline does not take in the next line.
        let last = if end.col == 1 && end.line > start.line {
            end.line - 1
        } else {
            end.line
        };
        let width = last.to_string().len().max(2);
        let pad = " ".repeat(width);
        if diagnostic.kind != DiagKind::Help {
            let arrow = self.paint(GUTTER, "-->");
            let _ = writeln!(
                self.out,
                "{pad}{arrow} {}:{}:{}",
                visible(&file.path),
                start.line,
                start.col
            );
        }
        let bar = self.paint(GUTTER, "|");
        let _ = writeln!(self.out, "{pad} {bar}");
        let left_out = left_out(start.line, last);
        for line in start.line..=last {
            if left_out.contains(&line) {
                if line == left_out.start {
                    let _ = writeln!(self.out, "{pad} {bar} ...");
                }
                continue;
            }
            let source = file.line_text(line);
            let text = match &diagnostic.replacement {
                Some(replacement) if line == start.line => replacement.as_str(),
                Some(_) | None => source,
            };
            let number = self.paint(GUTTER, &format!("{line:>width$}"));
            let from = if line == start.line {
                start.col as usize - 1
            } else {
                0
            };
            let to = if line == end.line {
                end.col as usize - 1
            } else {
                source.len()
            };
            let shown = window(text, from);
            let (before, after) = (
                if shown.start > 0 { CUT } else { "" },
                if shown.end < text.len() { CUT } else { "" },
            );
            let _ = writeln!(
                self.out,
                "{number} {bar} {before}{}{after}",
                visible(&text[shown.clone()])
            );
            let room = match after {
                "" => to,
                _ => to.min(shown.end),
            };
            let carets = "^".repeat(room.saturating_sub(from).max(1));
            let carets = self.paint(kind_colour(diagnostic.kind), &carets);
            let indent = " ".repeat(before.len() + from - shown.start);
            let _ = writeln!(self.out, "{pad} {bar} {indent}{carets}");
        }
    }
}

/// What a terminal shows of a text rather than does: control characters as pictures of them, and those that change the
/// direction of what follows as the character for what can't be shown. Each takes one column.
fn visible(text: &str) -> Cow<'_, str> {
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        '\u{0}'..='\u{1f}' => {
            char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => char::REPLACEMENT_CHARACTER,
        _ if sx_syntax::turns_text(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    match text.chars().all(|c| shown(c) == c) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().map(shown).collect()),
    }
}

/// Stands for what is left out. Lines are shown in full, and all of them, unless they are data rather than code.
const CUT: &str = "...";
/// Of a longer line as many bytes are shown, some of them before what is meant.
const LONGEST_LINE: usize = 2000;
const BEFORE: usize = 200;

/// The part of a line that is shown where byte `from` is meant.
fn window(line: &str, from: usize) -> Range<usize> {
    if line.len() <= LONGEST_LINE {
        return 0..line.len();
    }
    let from = from.min(line.len());
    let start = match from {
        // The beginning says more than a part of it less.
        0..=BEFORE => 0,
        _ => line.floor_char_boundary(from - BEFORE),
    };
    start..line.floor_char_boundary(start + LONGEST_LINE)
}

/// Lines in the middle of a long span, which are not shown.
fn left_out(first: u32, last: u32) -> Range<u32> {
    const MOST: u32 = 200;
    const AT_END: u32 = 4;
    if last - first < MOST {
        return 0..0;
    }
    first + MOST - AT_END..last - AT_END + 1
}

/// Notes and helps are left out: one line for each error or warning.
fn short(out: &mut String, diagnostic: &Diagnostic, sources: &SourceMap) {
    let message = diagnostic.message.replace('\n', " ");
    let message = visible(&message);
    let kind = diagnostic.kind.as_str();
    let _ = match diagnostic.span {
        Some(span) => {
            let at = sources.line_col(span);
            writeln!(
                out,
                "{}:{}:{}: {kind}: {message}",
                visible(sources.path(span.file)),
                at.line,
                at.col
            )
        }
        None => writeln!(out, "{kind}: {message}"),
    };
}

#[derive(Serialize)]
struct JsonDiagnostic {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<JsonSpan>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<JsonDiagnostic>,
}

/// Lines and byte columns count from 1; the end is exclusive.
#[derive(Serialize)]
struct JsonSpan {
    file: String,
    line: u32,
    col: u32,
    end_line: u32,
    end_col: u32,
}

fn json(diagnostic: &Diagnostic, sources: &SourceMap) -> JsonDiagnostic {
    let span = diagnostic.span.and_then(|span| {
        let file = sources.get(span.file)?;
        let (start, end) = (file.line_col(span.lo), file.line_col(span.hi));
        Some(JsonSpan {
            file: file.path.to_string(),
            line: start.line,
            col: start.col,
            end_line: end.line,
            end_col: end.col,
        })
    });
    JsonDiagnostic {
        kind: diagnostic.kind.as_str(),
        message: diagnostic.message.clone(),
        span,
        lines: diagnostic.extra_lines.clone(),
        replacement: diagnostic.replacement.clone(),
        children: diagnostic
            .children
            .iter()
            .map(|child| json(child, sources))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> (SourceMap, Span) {
        let mut sources = SourceMap::new();
        let text = "a\nb\nc\nd\ne\nf\n    total := cout + 1;\n\tx := {\n  y\n};\n";
        let file = sources.add("prog.sx", text);
        let lo = text.find("cout").unwrap_or(0) as u32;
        (sources, Span::new(file, lo, lo + 4))
    }

    #[test]
    fn human_form() {
        let (sources, span) = sources();
        let diagnostic = Diagnostic::error(span, "unresolved 'cout' (in prog.sx fn main)")
            .with_replacement(span, "a name like it exists", "    total := count + 1;");
        let expected = "error: unresolved 'cout' (in prog.sx fn main)\n  --> prog.sx:7:14\n   |\n \
                        7 |     total := cout + 1;\n   |              ^^^^\n\nhelp: a name like it exists\n   |\n \
                        7 |     total := count + 1;\n   |              ^^^^\n";
        assert_eq!(
            render(&[diagnostic], &sources, ErrorFormat::Human, false),
            expected
        );
    }

    #[test]
    fn several_lines_and_tabs() {
        let (sources, span) = sources();
        let text = &sources
            .get(span.file)
            .map(|f| f.text.to_string())
            .unwrap_or_default();
        let lo = text.find("x :=").unwrap_or(0) as u32;
        let hi = text.rfind('}').unwrap_or(0) as u32 + 1;
        let diagnostic = Diagnostic::error(Span::new(span.file, lo, hi), "long");
        let expected = "error: long\n  --> prog.sx:8:2\n   |\n 8 | \tx := {\n   |  ^^^^^^\n \
                        9 |   y\n   | ^^^\n10 | };\n   | ^\n";
        assert_eq!(
            render(&[diagnostic], &sources, ErrorFormat::Human, false),
            expected
        );
    }

    #[test]
    fn long_lines_and_long_spans() {
        let text = format!(
            "x := \"{}\"; y;\n\"{}\";\n",
            "\u{e9}".repeat(300_000),
            "a\n".repeat(300_000)
        );
        let mut sources = SourceMap::default();
        let file = sources.add("prog.sx".to_owned(), text.clone());
        let shown = |lo: usize, hi: usize| {
            let span = Span::new(file, lo as u32, hi as u32);
            render(
                &[Diagnostic::error(span, "long")],
                &sources,
                ErrorFormat::Human,
                false,
            )
        };
        let text_end = text.find("; y").unwrap_or(0);
        let first = shown(5, text_end);
        assert!(first.len() < 5000, "{first}");
        assert!(first.contains(" 1 | x := \"\u{e9}"), "{first}");
        assert!(first.contains("\u{e9}...\n"), "{first}");
        let y = shown(text_end + 2, text_end + 3);
        assert!(y.contains(" 1 | ...\u{e9}"), "{y}");
        assert!(y.contains("\u{e9}\"; y;\n"), "{y}");
        let lines = shown(text_end + 5, text.len() - 2);
        assert_eq!(lines.matches('^').count(), 200 + 1, "{lines}");
        assert!(lines.contains("     2 | \"a\n"), "{lines}");
        assert!(lines.contains("       | ...\n"), "{lines}");
        assert!(lines.contains("300002 | \";\n"), "{lines}");
    }

    #[test]
    fn what_a_terminal_would_obey() {
        let mut sources = SourceMap::new();
        let file = sources.add("prog.sx", "x := \"\u{1b}[31m\u{202e}\" + y;\n");
        let span = Span::new(file, 15, 16);
        let list = [Diagnostic::error(span, "no '\u{1b}[2J'\u{9b}")];
        let human = render(&list, &sources, ErrorFormat::Human, false);
        let line = " 1 | x := \"\u{241b}[31m\u{fffd}\" + y;";
        assert!(human.contains(line), "{human}");
        assert!(!human.contains('\u{1b}'), "{human}");
        let short = render(&list, &sources, ErrorFormat::Short, false);
        assert_eq!(short, "prog.sx:1:16: error: no '\u{241b}[2J'\u{fffd}\n");
    }

    #[test]
    fn short_and_program_wide() {
        let (sources, span) = sources();
        let list = [
            Diagnostic::error(span, "first"),
            Diagnostic::error_without_span("no 'main' function found").with_line("extra"),
        ];
        assert_eq!(
            render(&list, &sources, ErrorFormat::Short, false),
            "prog.sx:7:14: error: first\nerror: no 'main' function found\n"
        );
        assert!(render(&list, &sources, ErrorFormat::Human, false).ends_with("found\n  extra\n"));
    }

    #[test]
    fn json_lines_parse() {
        let (sources, span) = sources();
        let text = render(
            &[Diagnostic::error(span, "a \"b\"")],
            &sources,
            ErrorFormat::Json,
            false,
        );
        let value: serde_json::Value = serde_json::from_str(text.trim()).unwrap_or_default();
        assert_eq!(value["message"], "a \"b\"");
        assert_eq!(value["span"]["col"], 14);
    }
}
