//! Pieces of Markdown, and the HTML page made of the same tables.

use std::fmt::Write;

/// A table: header cells, rows. The first column is text, the others are numbers.
#[derive(Default)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Table {
        Table {
            head: head.iter().map(|cell| (*cell).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut out = line(&self.head);
        out.push_str("|---|");
        out.push_str(&"---:|".repeat(self.head.len().saturating_sub(1)));
        out.push('\n');
        for row in &self.rows {
            out.push_str(&line(row));
        }
        out
    }

    pub fn html(&self) -> String {
        let line = |cells: &[String], tag: &str| {
            let cells: String = cells
                .iter()
                .map(|cell| format!("<{tag}>{}</{tag}>", inline(cell)))
                .collect();
            format!("<tr>{cells}</tr>\n")
        };
        let body: String = self.rows.iter().map(|row| line(row, "td")).collect();
        format!("<table>\n{}{body}</table>\n", line(&self.head, "th"))
    }
}

pub enum Piece {
    Heading(String),
    Text(String),
    Table(Table),
    /// SVG; only on the page.
    Plot(String),
}

pub fn markdown(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        let _ = match piece {
            Piece::Heading(text) => write!(out, "## {text}\n\n"),
            Piece::Text(text) => write!(out, "{text}\n\n"),
            Piece::Table(table) => writeln!(out, "{}", table.markdown()),
            Piece::Plot(_) => Ok(()),
        };
    }
    out
}

pub fn html(title: &str, pieces: &[Piece]) -> String {
    let mut out = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>
body {{ font: 15px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; margin: 1em 0; font-size: 13px; }}
td, th {{ border: 1px solid #ccc; padding: 2px 8px; text-align: right; }}
td:first-child, th:first-child {{ text-align: left; }}
</style>\n<h1>{title}</h1>\n"
    );
    for piece in pieces {
        let _ = match piece {
            Piece::Heading(text) => writeln!(out, "<h2>{}</h2>", inline(text)),
            Piece::Text(text) => writeln!(out, "<p>{}</p>", inline(text)),
            Piece::Table(table) => writeln!(out, "{}", table.html()),
            Piece::Plot(svg) => writeln!(out, "{svg}"),
        };
    }
    out
}

/// Text with Markdown's code spans as HTML.
fn inline(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let mut out = String::new();
    for (index, part) in escaped.split('`').enumerate() {
        match index % 2 {
            0 => out.push_str(part),
            _ => {
                let _ = write!(out, "<code>{part}</code>");
            }
        }
    }
    out
}

/// A time with three digits.
pub fn time(seconds: f64) -> String {
    match seconds.abs() {
        s if s < 1e-6 => format!("{:.0} ns", seconds * 1e9),
        s if s < 1e-3 => format!("{:.1} µs", seconds * 1e6),
        s if s < 1.0 => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

pub fn ratio(value: Option<f64>) -> String {
    match value {
        Some(v) if v < 10.0 => format!("{v:.2}"),
        Some(v) => format!("{v:.1}"),
        None => "–".to_owned(),
    }
}
