//! What people used to other languages write, and what to write instead.

use super::*;

/// Words that begin something, for misspellings of them.
const WORDS: [&str; 18] = [
    "return", "break", "continue", "while", "defer", "else", "case", "raise", "inline", "private",
    "struct", "enum", "union", "for", "push", "onfail", "protocol", "impl",
];

const DIRECTIVES: [&str; 23] = [
    "#run",
    "#insert",
    "#code",
    "#name",
    "#assert",
    "#error",
    "#import",
    "#library",
    "#saved",
    "#context_extend",
    "#get",
    "#set",
    "#lazy",
    "#inline",
    "#identity",
    "#string",
    "#arg_text",
    "#caller_location",
    "#include",
    "#source",
    "#define",
    "#flags",
    "#using",
];

impl Parser<'_> {
    /// Help for an error at the current token, if what stands there is a known habit.
    pub(super) fn habit(&self, message: &str) -> Option<String> {
        let before = |n: usize| match self.pos.checked_sub(n) {
            Some(at) => self.kind_at(at),
            None => Tok::Eof,
        };
        // The token `n` before the current one stands right against the one after it.
        let touches = |n: usize| match self.pos.checked_sub(n) {
            Some(at) => self.toks[at].hi == self.toks[at + 1].lo,
            None => false,
        };
        let semi = message == "expected ';'";
        // Whether an expression ends before the token `n` after the current one.
        let ends_at = |n: usize| {
            matches!(
                self.kind_at(self.pos + n),
                Tok::Semi | Tok::RParen | Tok::RBrace | Tok::Comma | Tok::Eof
            )
        };
        let ends = matches!(self.peek(), Tok::Semi | Tok::RParen | Tok::RBrace);
        let twice = |kind: Tok| {
            self.at(kind) && before(1) == kind && touches(1)
                || ends && before(1) == kind && before(2) == kind && touches(2)
        };
        let open = message == "expected '{'";
        // Whether a dot behind the token `n` before the current one begins an argument or element.
        let after_dot = |n: usize| matches!(before(n), Tok::LParen | Tok::Comma | Tok::DotBrace);
        let help = match self.peek() {
            _ if semi && self.declares_with_a_word() => {
                return foreign_word("fn");
            }
            _ if semi && self.results_in_angles() => "type arguments are written `Name(T)`",
            Tok::If if semi => "a choice between two values is `if c then a else b`",
            Tok::LBrace if message == "expected 'for'" => {
                "methods stand in the body of their type; `impl P for T { .. }` is for the methods of a protocol"
            }
            Tok::LBrace if semi && before(1) == Tok::Bang && before(3) == Tok::Arrow => {
                "a result that may fail is written `-> (T, !)`"
            }
            Tok::Lt if before(1) == Tok::ColonColon => {
                "a type parameter is introduced where it first stands: `f :: (a: $T, b: T) -> T`"
            }
            Tok::Lt if open && before(1) == Tok::Struct => {
                "type parameters are written `struct ($T: Type) { .. }`"
            }
            Tok::ColonEq if semi && self.declared_with(Tok::Colon) => {
                "a variable of a type is declared by `name : T = value;`"
            }
            Tok::Eq if semi && self.declared_with(Tok::ColonColon) => {
                "a constant of a type is declared by `NAME : T : value;`"
            }
            _ if message == "expected a string literal"
                && before(1) == Tok::Directive
                && self.text_at(self.pos - 1) == "#import" =>
            {
                "a file is imported with `#import \"path.sx\";`"
            }
            Tok::Semi if self.imports_with_a_note() => {
                "a file is imported with `name :: #import \"path.sx\";`"
            }
            Tok::Colon if message == "expected ')'" && self.declares_with_a_word() => {
                return foreign_word("fn");
            }
            Tok::Colon if message == "expected ')'" && before(1) == Tok::Ident => {
                return self.colon_in_parens();
            }
            Tok::Dot if before(1) == Tok::LBrace && self.is_in_match() => {
                "an arm begins with `case`: `case .a: ..`"
            }
            Tok::FatArrow if message == "expected ':'" => "an arm is written `case .a: ..`",
            Tok::FatArrow if before(1) == Tok::Ident => {
                "a lambda's parameters stand in parentheses: `(x) => e`"
            }
            Tok::ColonColon if semi && before(1) == Tok::Ident => {
                "a member is named with a dot: `E.a`"
            }
            // `if (x) { .. }`
            _ if open && before(1) == Tok::RBrace && self.heads_a_lambda() => {
                "`(x) { .. }` is a lambda; a condition stands without parentheses: `if x { .. }`"
            }
            Tok::Arrow if open && before(1) == Tok::RParen && self.follows_abi() => {
                "the convention stands behind the result: `() -> R abi(.c)`"
            }
            Tok::Case if before(1) == Tok::LBrace => "a match is written `if x == { case ..: .. }`",
            Tok::Comma if message == "expected ':'" && self.is_in_match() => {
                "an arm has one pattern; for several values write `if x == 1 or x == 2 { .. }`"
            }
            Tok::Else if self.is_in_match() => "the last arm of a match is written `else:`",
            Tok::Amp if before(1) == Tok::Amp && touches(1) => {
                "the logical operator is written `and`"
            }
            Tok::Pipe if before(1) == Tok::Pipe && touches(1) => {
                "the logical operator is written `or`"
            }
            Tok::Pipe
                if matches!(
                    before(1),
                    Tok::ColonEq | Tok::Eq | Tok::LParen | Tok::Comma | Tok::ColonColon
                ) =>
            {
                "a lambda is written `(x) => e`"
            }
            Tok::Amp => "an address is taken with `*x`",
            Tok::Plus if !ends_at(1) && before(1) == Tok::Plus && touches(1) => {
                "there is no `++`; `concat(a, b)` joins strings"
            }
            Tok::Plus if self.kind_at(self.pos + 1) == Tok::Plus && touches(0) => {
                "there is no `++`; write `x += 1`"
            }
            _ if twice(Tok::Plus) => "there is no `++`; write `x += 1`",
            _ if twice(Tok::Minus) => "there is no `--`; write `x -= 1`",
            Tok::Eq if before(1) == Tok::EqEq && touches(1) => "equality is written `==`",
            Tok::Eq if (before(1), before(2)) == (Tok::Ident, Tok::Dot) && after_dot(3) => {
                "a part is named without a dot: `f(a = 1)`, `.{ a = 1 }`"
            }
            Tok::Eq if message == "expected '{'" || message == "expected ')'" => {
                "`==` compares; an assignment is a statement"
            }
            Tok::Gt if before(1) == Tok::Lt && touches(1) => "inequality is written `!=`",
            Tok::Lt
                if before(1) == Tok::Ident
                    && (message == "expected ')'"
                        || matches!(
                            before(2),
                            Tok::Colon | Tok::Arrow | Tok::Star | Tok::RBracket | Tok::Question
                        )) =>
            {
                "type arguments are written `Name(T)`"
            }
            Tok::Arrow
                if before(1) == Tok::Ident
                    && !touches(1)
                    && matches!(before(2), Tok::Colon | Tok::Arrow) =>
            {
                "the parameters of a function type stand in parentheses: `(T) -> R`"
            }
            Tok::Arrow if matches!(before(1), Tok::Ident | Tok::RParen | Tok::RBracket) => {
                "a field behind a pointer is read with `.`, too"
            }
            Tok::Question
                if before(1) == Tok::RBracket
                    || before(1) == Tok::Ident
                        && matches!(
                            before(2),
                            Tok::Colon | Tok::Arrow | Tok::Star | Tok::RBracket
                        ) =>
            {
                "an optional type is written `?T`"
            }
            Tok::Question if ends_at(1) || self.kind_at(self.pos + 1) == Tok::Dot => {
                "an optional is unwrapped with `x!`; `x ?? y` gives a default"
            }
            Tok::Question => "a choice between two values is `if c then a else b`",
            _ if before(1) == Tok::Colon
                && before(2) == Tok::Ident
                && self.text_at(self.pos - 2) == "default" =>
            {
                "the last arm of a match is written `else:`"
            }
            Tok::Comma | Tok::Ident | Tok::Colon if self.several_names_typed() => {
                "each variable has a declaration of its own: `x : T; y : T;`"
            }
            Tok::Comma if semi && self.several_names_declared() => {
                "several names take one value: `a, b := .{x, y};`"
            }
            Tok::Comma if message == "expected ')'" => return self.comma_in_parens(),
            Tok::Comma if semi => "members and statements end with `;`",
            Tok::Comma if message == "expected ']'" => "an array is written `.[a, b]`",
            Tok::Colon if message == "expected '}'" && before(1) == Tok::Ident => {
                "a literal's field is set with `=`: `.{ x = 1 }`"
            }
            Tok::ColonEq if (before(1), before(2)) == (Tok::Ident, Tok::For) => {
                "a counting loop is `for 0..n (i) { .. }`"
            }
            Tok::ColonEq
                if (before(1), before(2), before(3)) == (Tok::Ident, Tok::LParen, Tok::For) =>
            {
                "a counting loop is `for 0..n (i) { .. }`"
            }
            Tok::Int if before(1) == Tok::Dot && touches(1) => {
                "a fraction has digits on both sides of its point: `0.5`"
            }
            _ if message == "expected identifier"
                && (before(1), before(2)) == (Tok::Dot, Tok::Int)
                && touches(2) =>
            {
                "a fraction has digits on both sides of its point: `1.0`"
            }
            Tok::Directive if self.tok_text() == "#include" => {
                "a file is imported with `#import \"path.sx\";`, a header of C with `#import c { #include \"x.h\"; }`"
            }
            Tok::Directive => {
                let word = self.tok_text();
                let near = DIRECTIVES.iter().find(|w| is_slip(word, w))?;
                return Some(format!("did you mean `{near}`?"));
            }
            Tok::ColonEq if before(1) == Tok::Ident && before(2) == Tok::Dot => {
                "`:=` declares a variable; a field is set with `=`"
            }
            Tok::Eq if before(1) == Tok::ColonColon && touches(1) => {
                "`:=` declares a variable, `::` a constant"
            }
            Tok::Star if semi && before(1) == Tok::Ident => "a pointer type is written `*T`",
            Tok::Ident | Tok::Int
                if (before(1), before(3)) == (Tok::RParen, Tok::LParen)
                    && is_reserved(self.text_at(self.pos - 2)) =>
            {
                "a cast is written `value.(T)`"
            }
            Tok::LBrace if semi && (before(1), before(2)) == (Tok::Ident, Tok::RBracket) => {
                "a literal of an array is written `[N]T.[ .. ]`"
            }
            Tok::Ident if matches!(self.kind_at(self.pos + 1), Tok::Str | Tok::Lt) => {
                return foreign_word(self.text_at(self.pos));
            }
            Tok::Ident if self.kind_at(self.pos + 1) == Tok::Ident => {
                return foreign_word(self.text_at(self.pos))
                    .or_else(|| foreign_word(self.text_at(self.pos.checked_sub(1)?)));
            }
            Tok::Ident
            | Tok::RawIdent
            | Tok::Int
            | Tok::Float
            | Tok::Str
            | Tok::Char
            | Tok::True
            | Tok::False
            | Tok::Null
            | Tok::Error
            | Tok::LParen
            | Tok::LBrace
                if before(1) == Tok::Ident =>
            {
                let word = self.text_at(self.pos - 1);
                let help = foreign_word(word).or_else(|| slip(word)).or_else(|| {
                    (semi && self.at(Tok::LBrace))
                        .then(|| format!("a literal of a type is written `{word}.{{ .. }}`"))
                });
                return help.or_else(|| self.head_without_block(open));
            }
            _ => return self.head_without_block(open),
        };
        Some(help.to_string())
    }
}

impl Parser<'_> {
    /// Where the group begins that ends before `end`.
    fn group_before(&self, end: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in (0..end).rev() {
            match self.kind_at(at) {
                Tok::RParen | Tok::RBrace | Tok::RBracket => depth += 1,
                Tok::LParen | Tok::LBrace | Tok::LBracket => depth = depth.checked_sub(1)?,
                _ => {}
            }
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    /// Whether what is under way began with a name and this.
    fn declared_with(&self, kind: Tok) -> bool {
        let ends = |at: &usize| {
            !matches!(
                self.kind_at(*at),
                Tok::Semi | Tok::LBrace | Tok::RBrace | Tok::Eof
            )
        };
        let start = (0..self.pos).rev().take_while(ends).last();
        start.is_some_and(|at| self.kind_at(at) == Tok::Ident && self.kind_at(at + 1) == kind)
    }

    /// Whether `@import(..)` stands before.
    fn imports_with_a_note(&self) -> bool {
        let group = self.group_before(self.pos).filter(|at| *at > 0);
        group.is_some_and(|at| {
            self.kind_at(at) == Tok::LParen
                && self.text_at(at - 1).trim_start_matches('@') == "import"
        })
    }

    /// The token that opens what is under way here.
    fn opener(&self) -> Option<usize> {
        let mut at = self.pos;
        loop {
            at = at.checked_sub(1)?;
            match self.kind_at(at) {
                Tok::RParen | Tok::RBrace | Tok::RBracket => at = self.group_before(at + 1)?,
                Tok::LParen | Tok::LBrace | Tok::LBracket => return Some(at),
                _ => {}
            }
        }
    }

    /// Whether `if x == {` is what is under way.
    fn is_in_match(&self) -> bool {
        let before = self.opener().and_then(|at| at.checked_sub(1));
        before.is_some_and(|at| self.kind_at(at) == Tok::EqEq)
    }

    /// Whether `abi(..)` stands before.
    fn follows_abi(&self) -> bool {
        let word = self.group_before(self.pos).and_then(|at| at.checked_sub(1));
        word.is_some_and(|at| self.text_at(at) == "abi")
    }

    /// Whether `if (..) { .. }` or `while (..) { .. }` stands before.
    fn heads_a_lambda(&self) -> bool {
        let group = self.group_before(self.pos);
        let group = group.filter(|at| self.kind_at(*at) == Tok::LBrace);
        let group = group.and_then(|at| self.group_before(at));
        group.is_some_and(|at| {
            at > 0
                && self.kind_at(at) == Tok::LParen
                && matches!(self.kind_at(at - 1), Tok::If | Tok::While)
        })
    }

    /// Whether `name :: fn(..)` stands before, with a block or not, or its parameters are under way.
    fn declares_with_a_word(&self) -> bool {
        let mut end = self.pos;
        if end > 0 && self.kind_at(end - 1) == Tok::RBrace {
            match self.group_before(end) {
                Some(at) => end = at,
                None => return false,
            }
        }
        let groups = [self.group_before(end), self.opener()];
        groups.into_iter().flatten().any(|open| {
            open > 1
                && self.kind_at(open) == Tok::LParen
                && self.kind_at(open - 2) == Tok::ColonColon
                && matches!(
                    self.text_at(open - 1),
                    "fn" | "func" | "function" | "def" | "fun" | "proc"
                )
        })
    }

    /// `f(a: 1)` and the like: the parentheses under way turned out to hold an expression.
    fn colon_in_parens(&self) -> Option<String> {
        let before = self.opener()?.checked_sub(1)?;
        let help = match self.kind_at(before) {
            Tok::ColonColon => return foreign_word("fn"),
            Tok::Ident if matches!(self.text_at(before), "fn" | "func" | "function" | "fun") => {
                "a lambda is written `(x: T) => e` or `(x: T) { .. }`"
            }
            Tok::Ident => "an argument is named with `=`: `f(a = 1)`",
            _ => return None,
        };
        Some(help.to_string())
    }

    /// `(a, b)`, which isn't an expression.
    fn comma_in_parens(&self) -> Option<String> {
        let open = self.opener()?;
        let help = match self.kind_at(open.checked_sub(1)?) {
            Tok::Semi | Tok::LBrace | Tok::RBrace => {
                "several names take one value without parentheses: `a, b := f();`"
            }
            Tok::ColonEq | Tok::Eq | Tok::Return => "several values make a literal: `.{a, b}`",
            _ => return None,
        };
        Some(help.to_string())
    }

    /// Whether the statement under way is a loop or condition whose `{` is missing.
    fn head_without_block(&self, open: bool) -> Option<String> {
        if !open {
            return None;
        }
        let ends = |at: &usize| {
            !matches!(
                self.kind_at(*at),
                Tok::Semi | Tok::LBrace | Tok::RBrace | Tok::Eof
            )
        };
        let head = (0..self.pos).rev().take_while(ends);
        let head = head.map(|at| self.kind_at(at));
        let help = match head
            .into_iter()
            .find(|kind| matches!(kind, Tok::If | Tok::While | Tok::For))?
        {
            Tok::For => "a loop names its elements in parentheses: `for xs (x) { .. }`",
            Tok::While => "a body stands in braces: `while c { .. }`",
            _ => "a body stands in braces: `if c { .. }`; an expression may follow `then`",
        };
        Some(help.to_string())
    }

    /// Whether `-> Name<T> { .. }` stands before, which reads as two comparisons.
    fn results_in_angles(&self) -> bool {
        let block = self.group_before(self.pos);
        let Some(end) = block.filter(|at| self.kind_at(*at) == Tok::LBrace) else {
            return false;
        };
        end > 4
            && self.kind_at(end - 1) == Tok::Gt
            && (self.kind_at(end - 3), self.kind_at(end - 5)) == (Tok::Lt, Tok::Arrow)
    }

    /// Whether this is in the names of `a, b : T`.
    fn several_names_typed(&self) -> bool {
        let name = |at: usize| matches!(self.kind_at(at), Tok::Ident | Tok::RawIdent);
        let comma = |at: usize| self.kind_at(at) == Tok::Comma;
        let mut at = self.pos;
        while at > 0 && (comma(at) || name(at) || self.kind_at(at) == Tok::Colon) {
            at -= 1;
        }
        if !name(at) {
            at += 1;
        }
        let starts =
            at == 0 || matches!(self.kind_at(at - 1), Tok::Semi | Tok::LBrace | Tok::RBrace);
        let mut names = 1;
        while name(at) && comma(at + 1) {
            at += 2;
            names += 1;
        }
        starts && names > 1 && name(at) && self.kind_at(at + 1) == Tok::Colon
    }

    /// Whether the statement under way began with `a, b :=`.
    fn several_names_declared(&self) -> bool {
        let ends = |at: &usize| {
            !matches!(
                self.kind_at(*at),
                Tok::Semi | Tok::LBrace | Tok::RBrace | Tok::Eof
            )
        };
        let before = (0..self.pos).rev().take_while(ends);
        let declares = |at: usize| {
            at >= 2
                && self.kind_at(at) == Tok::ColonEq
                && (self.kind_at(at - 2), self.kind_at(at - 1)) == (Tok::Comma, Tok::Ident)
        };
        before.into_iter().any(declares)
    }
}

fn is_reserved(word: &str) -> bool {
    super::names::is_reserved_type(word)
}

fn slip(word: &str) -> Option<String> {
    Some(format!("did you mean `{}`?", misspelt_word(word)?))
}

/// The keyword that a word is a misspelling of, perhaps.
pub fn misspelt_word(word: &str) -> Option<&'static str> {
    WORDS.into_iter().find(|w| is_slip(word, w))
}

impl Parser<'_> {
    /// Where lines end, a missing `;` belongs at the end of the one before.
    pub(super) fn with_semicolon(&self, diagnostic: Diagnostic) -> Diagnostic {
        if diagnostic.message != "expected ';'" || !self.newline_before() {
            return diagnostic;
        }
        let end = self.prev_hi() as usize;
        let Some((before, after)) = self.text.get(..end).zip(self.text.get(end..)) else {
            return diagnostic;
        };
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = after.lines().next().unwrap_or("");
        let indent = |line: &str| line.len() - line.trim_start().len();
        let here = after
            .get(..(self.here() as usize).saturating_sub(end))
            .unwrap_or("");
        let column = here.len() - here.rfind('\n').map_or(0, |newline| newline + 1);
        if column > indent(&before[start..]) {
            // What is further in belongs to it.
            return diagnostic;
        }
        // Lines that show nothing.
        if end - start > 200 || rest.len() > 200 {
            return diagnostic;
        }
        let line = format!("{};{rest}", &before[start..]);
        let span = Span::new(self.file, end as u32 - 1, end as u32);
        diagnostic.with_replacement(span, "the line before may lack a `;`", line)
    }
}

fn foreign_word(word: &str) -> Option<String> {
    let help = match word {
        "let" | "var" | "auto" | "mut" => "`name := value;` declares a variable",
        "const" | "final" => "`NAME :: value;` declares a constant",
        "fn" | "func" | "function" | "def" | "fun" => {
            "`name :: (a: T) -> R { .. }` declares a function"
        }
        "elif" | "elsif" | "elseif" => "write `else if`",
        "do" => {
            "a loop is `while c { .. }`; one that asks at its end is `while true { .. if !c { break; } }`"
        }
        "loop" => "an endless loop is `while true { .. }`",
        "foreach" | "each" => "a loop over elements is `for xs (x) { .. }`",
        "switch" | "match" | "select" => "a match is written `if x == { case ..: .. }`",
        "throw" => "an error is raised with `raise error.Name;`",
        "class" | "interface" => "`Name :: struct { .. }` declares a type, `protocol` an interface",
        "import" | "include" | "use" => "a file is imported with `#import \"path.sx\";`",
        "not" => "`!` negates",
        "unless" => "write `if !c { .. }`",
        "until" => "write `while !c { .. }`",
        "finally" => "what is done at the end of a block is declared before: `defer f();`",
        "goto" => "there is no `goto`; loops are left with `break` and `continue`",
        "as" => "a cast is written `value.(T)`",
        "static" | "global" => {
            "a variable that outlives calls is declared outside of functions: `name := value;`"
        }
        "ref" => "an address is taken with `*x`",
        "typedef" | "using" | "alias" => "`Name :: T;` names a type",
        "pub" | "public" => "what a file declares is public unless it is `private`",
        "new" => "a value is made by a literal: `T.{ .. }`",
        "int" | "float" | "double" | "char" | "long" | "unsigned" => {
            "`name : T = value;` declares a variable of a type"
        }
        _ if is_reserved(word) => "`name : T = value;` declares a variable of a type",
        _ => return None,
    };
    Some(help.to_string())
}

/// What is written for a value that other languages have a name for.
pub fn foreign_value(word: &str) -> Option<&'static str> {
    match word {
        "nil" | "None" | "NULL" | "nullptr" | "undefined" => Some("null"),
        "True" | "TRUE" | "YES" => Some("true"),
        "False" | "FALSE" | "NO" => Some("false"),
        _ => None,
    }
}

/// One letter left out, added or replaced, or two neighbours swapped.
fn is_slip(word: &str, meant: &str) -> bool {
    let (a, b) = (word.as_bytes(), meant.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[same..], &b[same..]);
    match (x.len(), y.len()) {
        (0, 0) => false,
        (n, m) if n == m => {
            x[1..] == y[1..] || n > 1 && x[0] == y[1] && x[1] == y[0] && x[2..] == y[2..]
        }
        (n, m) if n == m + 1 => x[1..] == *y,
        (n, m) if n + 1 == m => *x == y[1..],
        _ => false,
    }
}
