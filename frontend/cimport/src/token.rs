//! Tokens of preprocessed C, with the preprocessor's notes on where they come from.

use std::sync::Arc;

use rustc_hash::FxHashMap;

#[derive(Clone, PartialEq, Debug)]
pub enum Tok {
    Ident(Arc<str>),
    Int(Int),
    /// Value; whether it has the suffix `f`.
    Float(f64, bool),
    /// The bytes that the literal stands for.
    Str(Vec<u8>),
    Punct(&'static str),
}

/// An integer literal or character constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Int {
    pub value: u64,
    pub unsigned: bool,
    /// Suffix `l` or `ll`, or too large for 32 bits.
    pub long: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    pub tok: Tok,
    /// Index into [`Text::files`].
    pub file: u32,
    pub line: u32,
}

/// A file that the preprocessor read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    pub path: Arc<str>,
    /// Found in the system's include path.
    pub system: bool,
}

/// Preprocessed text.
#[derive(Default, Debug)]
pub struct Text {
    pub tokens: Vec<Token>,
    pub files: Vec<File>,
    /// Names of object-like macros that stand at the end, in order of definition, and their files.
    pub macros: Vec<(Arc<str>, u32)>,
    /// Function-like macros, likewise.
    pub functions: Vec<(Arc<str>, u32)>,
    /// `#pragma pack` in force from the token of this number on.
    pub packs: Vec<(usize, Option<u64>)>,
}

/// Longest first.
const PUNCTUATORS: [&str; 48] = [
    "...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "*=",
    "/=", "%=", "+=", "-=", "&=", "^=", "|=", "##", "::", "[", "]", "(", ")", "{", "}", ".", "&",
    "*", "+", "-", "~", "!", "/", "%", "<", ">", "^", "|", "?", ":", ";", "=", ",",
];

/// Cuts the output of `cc -E -dD` into tokens. Bytes that are no C are skipped: whoever needs them finds a hole.
pub fn read(source: &[u8]) -> Text {
    let mut text = Text::default();
    let mut reader = Reader {
        source,
        at: 0,
        file: 0,
        line: 1,
        file_ids: FxHashMap::default(),
        names: FxHashMap::default(),
        defined: FxHashMap::default(),
        pack: Vec::new(),
        current_pack: None,
    };
    reader.file_id(&mut text, "", false);
    reader.run(&mut text);
    let mut macros: Vec<(usize, Arc<str>, u32, bool)> = reader
        .defined
        .into_iter()
        .map(|(name, (order, file, function))| (order, name, file, function))
        .collect();
    macros.sort();
    for (_, name, file, function) in macros {
        if function {
            text.functions.push((name, file));
        } else {
            text.macros.push((name, file));
        }
    }
    text
}

struct Reader<'a> {
    source: &'a [u8],
    at: usize,
    file: u32,
    line: u32,
    file_ids: FxHashMap<Arc<str>, u32>,
    names: FxHashMap<&'a [u8], Arc<str>>,
    /// Order, file, function-like.
    defined: FxHashMap<Arc<str>, (usize, u32, bool)>,
    pack: Vec<Option<u64>>,
    current_pack: Option<u64>,
}

fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn continues_name(byte: u8) -> bool {
    starts_name(byte) || byte.is_ascii_digit()
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        self.source.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a [u8] {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn file_id(&mut self, text: &mut Text, path: &str, system: bool) -> u32 {
        if let Some(id) = self.file_ids.get(path) {
            text.files[*id as usize].system |= system;
            return *id;
        }
        let id = text.files.len() as u32;
        let path: Arc<str> = path.into();
        self.file_ids.insert(path.clone(), id);
        text.files.push(File { path, system });
        id
    }

    fn name(&mut self, bytes: &'a [u8]) -> Arc<str> {
        self.names
            .entry(bytes)
            .or_insert_with(|| String::from_utf8_lossy(bytes).into())
            .clone()
    }

    fn run(&mut self, text: &mut Text) {
        let mut line_start = true;
        while self.at < self.source.len() {
            let byte = self.peek(0);
            match byte {
                b'\n' => {
                    self.line = self.line.wrapping_add(1);
                    self.at += 1;
                    line_start = true;
                    continue;
                }
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
                    self.at += 1;
                    continue;
                }
                b'#' if line_start => {
                    self.directive(text);
                    continue;
                }
                b'/' if self.peek(1) == b'*' => {
                    self.comment();
                    continue;
                }
                b'/' if self.peek(1) == b'/' => {
                    self.at += self
                        .rest()
                        .iter()
                        .position(|b| *b == b'\n')
                        .unwrap_or(self.rest().len());
                    continue;
                }
                _ => {}
            }
            line_start = false;
            let line = self.line;
            match self.token() {
                Some(tok) => text.tokens.push(Token {
                    tok,
                    file: self.file,
                    line,
                }),
                None => self.at += 1,
            }
        }
    }

    fn comment(&mut self) {
        self.at += 2;
        while self.at < self.source.len() {
            if self.peek(0) == b'*' && self.peek(1) == b'/' {
                self.at += 2;
                return;
            }
            self.line = self.line.wrapping_add(u32::from(self.peek(0) == b'\n'));
            self.at += 1;
        }
    }

    /// `# 12 "file" 3`, `#define`, `#undef`, `#pragma pack`. Leaves the line's end.
    fn directive(&mut self, text: &mut Text) {
        let rest = self.rest();
        let mut end = 0;
        while end < rest.len() && rest[end] != b'\n' {
            // A continued line (in a definition kept by -dD).
            if rest[end] == b'\\' && rest.get(end + 1) == Some(&b'\n') {
                end += 1;
                self.line = self.line.wrapping_add(1);
            }
            end += 1;
        }
        let end = end.min(rest.len());
        let line = rest[1..end].trim_ascii();
        self.at += end;
        if line.first().is_some_and(u8::is_ascii_digit) || line.starts_with(b"line ") {
            self.marker(text, line.strip_prefix(b"line ").unwrap_or(line));
        } else if let Some(rest) = line.strip_prefix(b"define ") {
            let rest = rest.trim_ascii_start();
            let len = rest.iter().take_while(|b| continues_name(**b)).count();
            let function = rest.get(len) == Some(&b'(');
            let name = self.name(&rest[..len]);
            let order = self.defined.len();
            self.defined.remove(&name);
            // Predefined macros stand in no file.
            if !text.files[self.file as usize].path.starts_with('<') {
                self.defined.insert(name, (order, self.file, function));
            }
        } else if let Some(rest) = line.strip_prefix(b"undef ") {
            let name = self.name(rest.trim_ascii());
            self.defined.remove(&name);
        } else if let Some(rest) = line.strip_prefix(b"pragma ") {
            self.pragma(text, rest.trim_ascii());
        }
    }

    fn marker(&mut self, text: &mut Text, line: &[u8]) {
        let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
        let number = parse_digits(&line[..digits], 10).unwrap_or(1);
        let rest = line[digits..].trim_ascii();
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let end = quoted
                .iter()
                .rposition(|b| *b == b'"')
                .unwrap_or(quoted.len());
            let path = String::from_utf8_lossy(&quoted[..end]).replace("\\\\", "\\");
            let flags = quoted.get(end + 1..).unwrap_or_default();
            let system = flags
                .split(|b| b.is_ascii_whitespace())
                .any(|flag| flag == b"3");
            self.file = self.file_id(text, &path, system);
        }
        // The marker speaks of the line after it.
        self.line = (number as u32).wrapping_sub(1);
    }

    fn pragma(&mut self, text: &mut Text, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let Some(rest) = line.strip_prefix("pack") else {
            return;
        };
        let inner = rest.trim().trim_start_matches('(').trim_end_matches(')');
        let words: Vec<&str> = inner.split(',').map(str::trim).collect();
        let number = words.iter().find_map(|w| w.parse::<u64>().ok());
        match words.first() {
            Some(&"push") => {
                self.pack.push(self.current_pack);
                self.current_pack = number.or(self.current_pack);
            }
            Some(&"pop") => self.current_pack = self.pack.pop().flatten(),
            _ => self.current_pack = number,
        }
        text.packs.push((text.tokens.len(), self.current_pack));
    }

    fn token(&mut self) -> Option<Tok> {
        let byte = self.peek(0);
        if byte.is_ascii_digit() || byte == b'.' && self.peek(1).is_ascii_digit() {
            return Some(self.number());
        }
        if let Some(prefix) = self.literal_prefix() {
            self.at += prefix;
            return self.quoted();
        }
        if starts_name(byte) {
            let rest = self.rest();
            let len = rest.iter().take_while(|b| continues_name(**b)).count();
            self.at += len;
            return Some(Tok::Ident(self.name(&rest[..len])));
        }
        let punct = PUNCTUATORS
            .iter()
            .find(|p| self.rest().starts_with(p.as_bytes()))?;
        self.at += punct.len();
        Some(Tok::Punct(punct))
    }

    /// Length of `L`, `u8` and the like before a quote.
    fn literal_prefix(&self) -> Option<usize> {
        [&b""[..], b"L", b"u", b"U", b"u8"]
            .iter()
            .find(|p| self.rest().starts_with(p) && matches!(self.peek(p.len()), b'"' | b'\''))
            .map(|p| p.len())
    }

    fn number(&mut self) -> Tok {
        let rest = self.rest();
        let mut len = 0;
        while len < rest.len() {
            let byte = rest[len];
            let exponent = len > 0
                && matches!(byte, b'+' | b'-')
                && (matches!(rest[len - 1], b'p' | b'P')
                    || matches!(rest[len - 1], b'e' | b'E')
                        && !rest.starts_with(b"0x")
                        && !rest.starts_with(b"0X"));
            if !(continues_name(byte) || byte == b'.' || exponent) {
                break;
            }
            len += 1;
        }
        self.at += len;
        let word = String::from_utf8_lossy(&rest[..len]).to_ascii_lowercase();
        number(&word)
    }

    fn quoted(&mut self) -> Option<Tok> {
        let quote = self.peek(0);
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.peek(0) {
                0 | b'\n' => return None,
                byte if byte == quote => {
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    self.at += 1;
                    self.escape(&mut bytes);
                }
                byte => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        if quote == b'"' {
            return Some(Tok::Str(bytes));
        }
        // Several characters make one number, the last lowest; a single one is a signed `char`.
        let value = match bytes.as_slice() {
            [one] => *one as i8 as i64 as u64,
            several => several.iter().fold(0u64, |all, b| all << 8 | u64::from(*b)),
        };
        Some(Tok::Int(Int {
            value,
            unsigned: false,
            long: false,
        }))
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let byte = self.peek(0);
        self.at += 1;
        let simple = match byte {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'e' => 27,
            b'x' => {
                let rest = self.rest();
                let len = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
                self.at += len;
                out.push(parse_digits(&rest[..len], 16).unwrap_or(0) as u8);
                return;
            }
            b'u' | b'U' => {
                let rest = self.rest();
                let wanted = if byte == b'u' { 4 } else { 8 };
                let len = rest
                    .iter()
                    .take(wanted)
                    .take_while(|b| b.is_ascii_hexdigit())
                    .count();
                self.at += len;
                let code = parse_digits(&rest[..len], 16).unwrap_or(0) as u32;
                let mut buffer = [0; 4];
                let c = char::from_u32(code).unwrap_or('\u{fffd}');
                out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                return;
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let next = self.peek(0);
                    if !matches!(next, b'0'..=b'7') {
                        break;
                    }
                    value = value * 8 + u32::from(next - b'0');
                    self.at += 1;
                }
                value as u8
            }
            other => other,
        };
        out.push(simple);
    }
}

fn parse_digits(digits: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// A preprocessing number in lower case. What is neither integer nor float becomes 0 of a type nobody expects.
fn number(word: &str) -> Tok {
    let word = word.replace('\'', "");
    let hex = word.starts_with("0x");
    let is_float = word.contains('.') || hex && word.contains('p') || !hex && word.contains('e');
    if is_float {
        let single =
            !hex && word.ends_with('f') || hex && word.contains('p') && word.ends_with('f');
        let body = word.trim_end_matches(|c: char| {
            matches!(c, 'f' | 'l' | 'q' | 'w') && !(hex && c == 'f' && !word.contains('p'))
        });
        let value = if hex {
            hex_float(body)
        } else {
            body.parse().ok()
        };
        return Tok::Float(value.unwrap_or(f64::NAN), single);
    }
    let body = word.trim_end_matches(['u', 'l', 'z']);
    let suffix = &word[body.len()..];
    let (digits, radix) = if let Some(digits) = body.strip_prefix("0x") {
        (digits, 16)
    } else if let Some(digits) = body.strip_prefix("0b") {
        (digits, 2)
    } else if body.len() > 1 && body.starts_with('0') {
        (&body[1..], 8)
    } else {
        (body, 10)
    };
    let Some(value) = parse_digits(digits.as_bytes(), radix) else {
        return Tok::Float(f64::NAN, false);
    };
    let mut unsigned = suffix.contains('u');
    let mut long = suffix.contains(['l', 'z']);
    // Decimal literals are never unsigned by size alone.
    if !unsigned && !long && value > i32::MAX as u64 {
        if radix != 10 && value <= u64::from(u32::MAX) {
            unsigned = true;
        } else {
            long = true;
        }
    }
    long |= value > u64::from(u32::MAX);
    unsigned |= value > i64::MAX as u64;
    Tok::Int(Int {
        value,
        unsigned,
        long,
    })
}

fn hex_float(word: &str) -> Option<f64> {
    let (mantissa, exponent) = word.strip_prefix("0x")?.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0f64;
    for c in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    Some(value * 2f64.powi(exponent.saturating_sub(4 * fraction.len() as i32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<Tok> {
        read(source.as_bytes())
            .tokens
            .into_iter()
            .map(|t| t.tok)
            .collect()
    }

    fn int(value: u64, unsigned: bool, long: bool) -> Tok {
        Tok::Int(Int {
            value,
            unsigned,
            long,
        })
    }

    #[test]
    fn numbers() {
        assert_eq!(
            kinds("1 017 0x1F 5u 7UL 4294967296 0xffffffff 18446744073709551615u"),
            [
                int(1, false, false),
                int(15, false, false),
                int(31, false, false),
                int(5, true, false),
                int(7, true, true),
                int(1 << 32, false, true),
                int(0xffff_ffff, true, false),
                int(u64::MAX, true, true),
            ]
        );
        assert_eq!(
            kinds("1.5 .5f 1e3 0x1p4 2.L"),
            [
                Tok::Float(1.5, false),
                Tok::Float(0.5, true),
                Tok::Float(1000.0, false),
                Tok::Float(16.0, false),
                Tok::Float(2.0, false),
            ]
        );
    }

    #[test]
    fn literals_and_punctuators() {
        assert_eq!(
            kinds(r#"'a' '\n' '\377' "a\x41\"" L"x" ..."#),
            [
                int(97, false, false),
                int(10, false, false),
                int(u64::MAX, false, false),
                Tok::Str(b"aA\"".to_vec()),
                Tok::Str(b"x".to_vec()),
                Tok::Punct("..."),
            ]
        );
    }

    #[test]
    fn markers_and_macros() {
        let text = read(
            b"# 1 \"a.h\" 1 3\n#define A 1\n#define F(x) x\n#define B 2\n#undef B\nint x;\n# 9 \"<built-in>\"\n#define C 3\n",
        );
        assert_eq!(text.tokens[0].line, 5);
        let file = &text.files[text.tokens[0].file as usize];
        assert_eq!((&*file.path, file.system), ("a.h", true));
        assert_eq!(text.macros.len(), 1);
        assert_eq!(&*text.macros[0].0, "A");
        assert_eq!(&*text.functions[0].0, "F");
    }

    #[test]
    fn nonsense_ends() {
        read(b"\"open\n'x @ ` \\ 0x 1e+ 0b2 /* open");
        read(&[0, 255, b'#', b'\n', b'#']);
    }
}
