//! Literals of texts and characters.

/// Whether a name is another thing without a backtick.
pub fn needs_backtick(name: &str) -> bool {
    crate::token::Tok::keyword(name).is_some() || crate::parser::is_reserved_type(name)
}

/// Whether a name without a backtick is that of a builtin type.
pub fn names_type(name: &str) -> bool {
    matches!(name, "Type" | "Self") || crate::parser::is_reserved_type(name)
}

/// A text between quotes, with what must be escaped.
pub fn string_literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A code point as a character literal; none for what is no character.
pub fn char_literal(value: u64) -> Option<String> {
    let c = char::from_u32(u32::try_from(value).ok()?)?;
    Some(match c {
        '\n' => r"'\n'".into(),
        '\t' => r"'\t'".into(),
        '\r' => r"'\r'".into(),
        '\\' => r"'\\'".into(),
        '\'' => r"'\''".into(),
        '\0' => r"'\0'".into(),
        ' '..='~' => format!("'{c}'"),
        _ if c.is_alphanumeric() => format!("'{c}'"),
        _ => format!("'\\u{{{:X}}}'", value),
    })
}

/// A text taken raw, as templates of assembly are: as it stands between quotes, or in lines of its own.
pub(crate) fn raw_literal(text: &str) -> String {
    let mut escaped = false;
    let mut plain = true;
    for c in text.chars() {
        if c == '"' && !escaped {
            plain = false;
        }
        escaped = c == '\\' && !escaped;
    }
    if plain && !escaped {
        return format!("\"{text}\"");
    }
    let mut id = "END".to_string();
    while text.lines().any(|line| line.starts_with(&id)) {
        id.push('_');
    }
    format!("#string {id}\n{text}{id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer;

    #[test]
    fn strings_come_back() {
        for text in ["", "a\"b\\n\n\t\r\0", "π \u{1}", "\\"] {
            let literal = string_literal(text);
            assert_eq!(lexer::string_value(&literal[1..literal.len() - 1]), text);
        }
    }

    #[test]
    fn characters_come_back() {
        for c in [
            '\0',
            '\'',
            '\\',
            'a',
            ' ',
            '\u{7f}',
            'é',
            '\u{10FFFF}',
            '\u{301}',
        ] {
            let literal = char_literal(c as u64).unwrap_or_default();
            assert_eq!(
                lexer::char_value(&literal[1..literal.len() - 1]),
                Some(c as u64)
            );
        }
        assert_eq!(char_literal(0xd800), None);
    }
}
