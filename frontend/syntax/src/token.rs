//! Token kinds.

/// A token: bytes `lo..hi` of the text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Tok,
    /// A line break stands between the previous token and this one.
    pub newline_before: bool,
    pub lo: u32,
    pub hi: u32,
}

macro_rules! tokens {
    (
        other { $($other:ident = $other_text:literal,)* }
        keywords { $($kw:ident = $kw_text:literal,)* }
        punctuation { $($p:ident = $p_text:literal,)* }
    ) => {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Tok { $($other,)* $($kw,)* $($p,)* }

        impl Tok {
            pub fn keyword(text: &str) -> Option<Tok> {
                match text {
                    $($kw_text => Some(Tok::$kw),)*
                    _ => None,
                }
            }

            /// The keyword that a word is, or `Ident`.
            pub(crate) fn word(text: &[u8]) -> Tok {
                /// By first byte: the lengths of keywords that begin with it, as bits.
                const LENGTHS: [u16; 256] = {
                    let mut lengths = [0; 256];
                    $({
                        let text = $kw_text.as_bytes();
                        lengths[text[0] as usize] |= 1 << text.len();
                    })*
                    lengths
                };
                let first = text.first().copied().unwrap_or(0);
                if text.len() >= 16 || LENGTHS[first as usize] >> text.len() & 1 == 0 {
                    return Tok::Ident;
                }
                match text {
                    $(text if text == $kw_text.as_bytes() => Tok::$kw,)*
                    _ => Tok::Ident,
                }
            }

            pub fn is_keyword(self) -> bool {
                matches!(self, $(Tok::$kw)|*)
            }

            /// How messages name the token.
            pub fn text(self) -> &'static str {
                match self {
                    $(Tok::$other => $other_text,)*
                    $(Tok::$kw => $kw_text,)*
                    $(Tok::$p => $p_text,)*
                }
            }
        }
    };
}

tokens! {
    other {
        Eof = "end of file",
        Ident = "identifier",
        RawIdent = "raw identifier",
        Int = "integer",
        Float = "float",
        Char = "character",
        Str = "string",
        Heredoc = "string block",
        Directive = "directive",
    }
    keywords {
        If = "if", Else = "else", Then = "then", While = "while", For = "for", Break = "break",
        Continue = "continue", True = "true", False = "false", Null = "null", Enum = "enum",
        Struct = "struct", Union = "union", Case = "case", Return = "return", Defer = "defer",
        Push = "push", In = "in", Xx = "xx", And = "and", Or = "or", Raise = "raise", Try = "try",
        Catch = "catch", Onfail = "onfail", Error = "error", Private = "private", Inline = "inline",
        Extern = "extern", Export = "export", Intrinsic = "intrinsic", F32 = "f32", F64 = "f64",
        Abi = "abi", Asm = "asm", Type = "Type", SelfType = "Self",
    }
    punctuation {
        ColonColon = "::", ColonEq = ":=", Colon = ":", Semi = ";", Comma = ",",
        Dot = ".", DotStar = ".*", QuestionDot = "?.", DotParen = ".(", DotBrace = ".{", DotBracket = ".[",
        Arrow = "->", FatArrow = "=>", Dollar = "$", Undef = "---",
        LParen = "(", RParen = ")", LBrace = "{", RBrace = "}", LBracket = "[", RBracket = "]",
        Hash = "#", At = "@",
        // Ranges. `<` before the dots excludes the start, `=` after them includes the end.
        Range = "..", RangeEq = "..=", RangeLt = "..<",
        LtRange = "<..", LtRangeEq = "<..=", LtRangeLt = "<..<",
        EqRange = "=..", EqRangeEq = "=..=", EqRangeLt = "=..<",
        Eq = "=", PlusEq = "+=", MinusEq = "-=", StarEq = "*=", SlashEq = "/=", PercentEq = "%=",
        AmpEq = "&=", PipeEq = "|=", CaretEq = "^=", ShlEq = "<<=", ShrEq = ">>=",
        Plus = "+", Minus = "-", Star = "*", Slash = "/", Percent = "%", Shl = "<<", Shr = ">>",
        EqEq = "==", BangEq = "!=", Lt = "<", Le = "<=", Gt = ">", Ge = ">=",
        Amp = "&", Caret = "^", Pipe = "|", Tilde = "~", Bang = "!",
        Question = "?", QuestionQuestion = "??", PipeGt = "|>",
    }
}

impl Tok {
    pub fn is_opener(self) -> bool {
        matches!(
            self,
            Tok::LParen
                | Tok::LBrace
                | Tok::LBracket
                | Tok::DotParen
                | Tok::DotBrace
                | Tok::DotBracket
        )
    }

    pub fn is_closer(self) -> bool {
        matches!(self, Tok::RParen | Tok::RBrace | Tok::RBracket)
    }

    pub fn is_range(self) -> bool {
        matches!(
            self,
            Tok::Range
                | Tok::RangeEq
                | Tok::RangeLt
                | Tok::LtRange
                | Tok::LtRangeEq
                | Tok::LtRangeLt
                | Tok::EqRange
                | Tok::EqRangeEq
                | Tok::EqRangeLt
        )
    }
}
