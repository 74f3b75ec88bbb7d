//! Characters that change the direction in which the text behind them is shown. Source text with one that isn't ended
//! shows otherwise than it is read: code may look like a comment, or the other way round.

use crate::diag::Diagnostic;
use crate::lexer;
use crate::span::{FileId, Span};

const ENDS_EMBEDDING: char = '\u{202c}';
const ENDS_ISOLATE: char = '\u{2069}';

/// Whether a character changes the direction of the text behind it, or ends that.
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Warnings for the literals and comments whose direction goes on behind them. Elsewhere none of these characters is a
/// token. One that is ended in the same line of the same literal or comment is harmless.
pub fn turned_text(file: FileId, text: &str) -> Vec<Diagnostic> {
    // All of them are E2 80 xx or E2 81 xx.
    let bytes = text.as_bytes();
    let may =
        memchr::memchr_iter(0xe2, bytes).any(|at| matches!(bytes.get(at + 1), Some(0x80 | 0x81)));
    if !may || !text.contains(turns_text) {
        return Vec::new();
    }
    let tokens = lexer::lex(file, text).tokens;
    let mut warnings = Vec::new();
    let mut line_lo = 0;
    for line in text.split_inclusive('\n') {
        let mut part = None;
        // Those that are open, with where they stand.
        let mut open: Vec<(char, usize)> = Vec::new();
        for (at, c) in line.char_indices().filter(|(_, c)| turns_text(*c)) {
            let at = line_lo + at;
            let next = tokens.partition_point(|token| token.lo as usize <= at);
            let inside = next
                .checked_sub(1)
                .filter(|token| tokens[*token].hi as usize > at);
            // A comment is what is behind a line's last token.
            let here = Some(inside.ok_or(next));
            if part != here {
                part = here;
                warnings.extend(left_open(file, &open));
                open.clear();
            }
            match c {
                ENDS_EMBEDDING => {
                    open.pop_if(|(c, _)| !is_isolate(*c));
                }
                ENDS_ISOLATE => {
                    if let Some(opener) = open.iter().rposition(|(c, _)| is_isolate(*c)) {
                        open.truncate(opener);
                    }
                }
                _ => open.push((c, at)),
            }
        }
        warnings.extend(left_open(file, &open));
        line_lo += line.len();
    }
    warnings.truncate(lexer::MAX_ERRORS);
    warnings
}

fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2068}')
}

fn left_open(file: FileId, open: &[(char, usize)]) -> Option<Diagnostic> {
    let (c, at) = *open.first()?;
    let (number, end) = (
        u32::from(c),
        u32::from(match is_isolate(c) {
            true => ENDS_ISOLATE,
            false => ENDS_EMBEDDING,
        }),
    );
    let span = Span::new(file, at as u32, (at + c.len_utf8()) as u32);
    let text = format!(
        "U+{number:04X} changes the direction of the text behind it, and nothing ends that: the line isn't shown as it is read"
    );
    let help =
        format!("end it with U+{end:04X} before the literal or comment ends, or take it out");
    Some(Diagnostic::warning(span, text).with_help(None, help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<u32> {
        let warnings = turned_text(FileId(0), text);
        warnings
            .iter()
            .filter_map(|w| w.span)
            .map(|s| s.lo)
            .collect()
    }

    #[test]
    fn what_is_ended_is_harmless() {
        assert_eq!(
            places("s := \"\u{2067}x\u{2069} \u{202b}y\u{202c}\"; // \u{2066}z\u{2069}\n"),
            []
        );
        assert_eq!(places("s := \"\u{200f}\u{e9}\u{2014}\";\n"), []);
        assert_eq!(places("s := \"\u{2069}\u{202c}\";\n"), []);
    }

    #[test]
    fn what_is_not_ended_where_it_began() {
        assert_eq!(places("a := 1; // \u{202e} }\n"), [11]);
        // The literal's end doesn't wait for what the comment says.
        assert_eq!(places("s := \"\u{2067}\"; // \u{2069}\n"), [6]);
        assert_eq!(places("s := \"\u{202b}\u{2069}\" + \"\u{202c}\";\n"), [6]);
        // Nor does a line for the next.
        assert_eq!(places("s := \"a\n\u{2068}\n\u{2069}\";\n"), [8]);
        // An isolate ends what began in it.
        assert_eq!(places("s := \"\u{2066}\u{202e}\u{2069}\";\n"), []);
        assert_eq!(places("s := \"\u{2066}\u{202c}\";\n"), [6]);
    }
}
