//! Diagnostics and source texts, shared by all stages that word messages. Rendering is the driver's business.

use std::ops::Deref;
use std::sync::Arc;

use crate::span::{FileId, Span};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DiagKind {
    Error,
    Warning,
    Note,
    Help,
}

impl DiagKind {
    pub fn as_str(self) -> &'static str {
        match self {
            DiagKind::Error => "error",
            DiagKind::Warning => "warning",
            DiagKind::Note => "note",
            DiagKind::Help => "help",
        }
    }
}

/// A message for the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub kind: DiagKind,
    pub message: String,
    /// Absent for program-wide messages.
    pub span: Option<Span>,
    /// Lines shown, indented, below the message.
    pub extra_lines: Vec<String>,
    /// Notes and helps that belong to this message.
    pub children: Vec<Diagnostic>,
    /// For a help: the text shown in place of the source line that `span` is in.
    pub replacement: Option<String>,
}

impl Diagnostic {
    pub fn new(kind: DiagKind, message: impl Into<String>, span: Option<Span>) -> Diagnostic {
        Diagnostic {
            kind,
            message: message.into(),
            span,
            extra_lines: Vec::new(),
            children: Vec::new(),
            replacement: None,
        }
    }

    pub fn error(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(DiagKind::Error, message, Some(span))
    }

    pub fn warning(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(DiagKind::Warning, message, Some(span))
    }

    pub fn error_without_span(message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(DiagKind::Error, message, None)
    }

    pub fn warning_without_span(message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(DiagKind::Warning, message, None)
    }

    pub fn with_line(mut self, line: impl Into<String>) -> Diagnostic {
        self.extra_lines.push(line.into());
        self
    }

    pub fn with_note(mut self, span: Option<Span>, message: impl Into<String>) -> Diagnostic {
        self.children
            .push(Diagnostic::new(DiagKind::Note, message, span));
        self
    }

    pub fn with_help(mut self, span: Option<Span>, message: impl Into<String>) -> Diagnostic {
        self.children
            .push(Diagnostic::new(DiagKind::Help, message, span));
        self
    }

    /// A help that shows `line` in place of the source line `span` is in.
    pub fn with_replacement(
        mut self,
        span: Span,
        message: impl Into<String>,
        line: impl Into<String>,
    ) -> Diagnostic {
        let mut help = Diagnostic::new(DiagKind::Help, message, Some(span));
        help.replacement = Some(line.into());
        self.children.push(help);
        self
    }

    pub fn is_error(&self) -> bool {
        self.kind == DiagKind::Error
    }
}

/// A text that is shared, and was not copied from what it was read into.
#[derive(Clone, Debug, Default)]
pub struct SourceText(Arc<Box<str>>);

impl Deref for SourceText {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for SourceText {
    fn from(text: String) -> SourceText {
        SourceText(Arc::new(text.into()))
    }
}

impl From<&str> for SourceText {
    fn from(text: &str) -> SourceText {
        SourceText(Arc::new(text.into()))
    }
}

/// One source text and where its lines start.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as shown to the user.
    pub path: Arc<str>,
    pub text: SourceText,
    line_starts: Arc<[u32]>,
}

/// 1-based line and 1-based byte column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineCol {
    pub line: u32,
    pub col: u32,
}

/// Lines that are looked at before all are searched.
const NEAR_LINES: usize = 16;

/// The line a position was on, for [`SourceMap::line_col_near`].
#[derive(Clone, Copy, Debug, Default)]
pub struct LineHint {
    file: FileId,
    lo: u32,
    hi: u32,
    line: u32,
}

impl SourceFile {
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<SourceText>) -> SourceFile {
        let text: SourceText = text.into();
        let mut starts = Vec::with_capacity(text.len() / 32 + 1);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        SourceFile {
            path: path.into(),
            text,
            line_starts: starts.into(),
        }
    }

    /// Number of lines; the text after a final newline counts as one.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    pub fn line_col(&self, offset: u32) -> LineCol {
        let offset = offset.min(self.text.len() as u32);
        let line = self.line_starts.partition_point(|start| *start <= offset);
        LineCol {
            line: line as u32,
            col: offset - self.line_starts[line - 1] + 1,
        }
    }

    /// The same, quicker for offsets on the line of the one asked for before.
    fn line_col_near(&self, offset: u32, hint: &mut LineHint) -> LineCol {
        if !(hint.lo..hint.hi).contains(&offset) {
            let next = self.line_starts.get(hint.line as usize..).unwrap_or(&[]);
            let next = next.get(..NEAR_LINES).unwrap_or(&[]);
            let ahead = next.iter().position(|start| *start > offset);
            hint.line = match ahead {
                Some(ahead) if hint.hi <= offset && hint.hi != 0 => hint.line + ahead as u32,
                _ => self.line_col(offset).line,
            };
            hint.lo = self.line_start(hint.line);
            hint.hi = self.line_start(hint.line + 1);
        }
        match offset.checked_sub(hint.lo) {
            Some(before) if offset < hint.hi => LineCol {
                line: hint.line,
                col: before + 1,
            },
            _ => self.line_col(offset),
        }
    }

    /// Byte offset where a 1-based line starts.
    pub fn line_start(&self, line: u32) -> u32 {
        match self.line_starts.get((line.max(1) - 1) as usize) {
            Some(start) => *start,
            None => self.text.len() as u32,
        }
    }

    /// Text of a 1-based line, without its line end.
    pub fn line_text(&self, line: u32) -> &str {
        let lo = self.line_start(line) as usize;
        let hi = self.line_start(line.saturating_add(1)) as usize;
        let text = self.text.get(lo..hi).unwrap_or("");
        let text = text.strip_suffix('\n').unwrap_or(text);
        text.strip_suffix('\r').unwrap_or(text)
    }

    pub fn slice(&self, lo: u32, hi: u32) -> &str {
        self.text.get(lo as usize..hi as usize).unwrap_or("")
    }
}

/// All source texts of a compilation.
#[derive(Clone, Default, Debug)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<SourceText>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile::new(path, text));
        id
    }

    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn path(&self, id: FileId) -> &str {
        self.get(id).map_or("", |file| &file.path)
    }

    /// Source text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .map_or("", |file| file.slice(span.lo, span.hi))
    }

    /// Where a span starts.
    pub fn line_col(&self, span: Span) -> LineCol {
        self.get(span.file)
            .map_or(LineCol { line: 1, col: 1 }, |file| file.line_col(span.lo))
    }

    /// The same, quicker for positions near each other: `hint` is where the last one was.
    pub fn line_col_near(&self, span: Span, hint: &mut LineHint) -> LineCol {
        if hint.file != span.file {
            *hint = LineHint {
                file: span.file,
                ..LineHint::default()
            };
        }
        self.get(span.file)
            .map_or(LineCol { line: 1, col: 1 }, |file| {
                file.line_col_near(span.lo, hint)
            })
    }
}
