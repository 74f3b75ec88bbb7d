//! Programs as text.

use std::fmt::Write as _;

use super::ast::{Cmp, EnumDef, Expr, Function, IntTy, Kind, Op, Program, Stmt, Ty, Un};

pub fn int_name(ty: IntTy) -> String {
    let sign = if ty.signed { 'i' } else { 'u' };
    if ty.word {
        format!("{sign}size")
    } else {
        format!("{sign}{}", ty.bits)
    }
}

fn list(types: &[Ty]) -> String {
    let names: Vec<String> = types.iter().map(type_name).collect();
    names.join(", ")
}

pub fn type_name(ty: &Ty) -> String {
    match ty {
        Ty::Int(int) => int_name(*int),
        Ty::F32 => "f32".to_owned(),
        Ty::F64 => "f64".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Str => "string".to_owned(),
        Ty::Struct(n) => format!("S{n}"),
        Ty::Enum(n) => format!("E{n}"),
        Ty::Tagged(n) => format!("U{n}"),
        Ty::Array(of, n) => format!("[{n}]{}", type_name(of)),
        Ty::Slice(of) => format!("[]{}", type_name(of)),
        Ty::Opt(of) => format!("?{}", type_name(of)),
        Ty::Tuple(of) => format!("Tuple({})", list(of)),
        Ty::Ptr(of) => format!("*{}", type_name(of)),
        Ty::Closure(params, ret) => format!("Closure({}) -> {}", list(params), type_name(ret)),
        Ty::Func(params, ret) => format!("({}) -> {}", list(params), type_name(ret)),
    }
}

pub fn op_text(op: Op) -> &'static str {
    match op {
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
        Op::Rem => "%",
        Op::And => "&",
        Op::Or => "|",
        Op::Xor => "^",
        Op::Shl => "<<",
        Op::Shr => ">>",
    }
}

fn cmp_text(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Eq => "==",
        Cmp::Ne => "!=",
        Cmp::Lt => "<",
        Cmp::Le => "<=",
        Cmp::Gt => ">",
        Cmp::Ge => ">=",
    }
}

pub struct Printer<'a> {
    program: &'a Program,
    out: String,
    depth: usize,
    /// Types whose values are mixed into the digest.
    digested: Vec<Ty>,
}

/// Text of a program. `expected` has the result of each test.
pub fn print(program: &Program, expected: &[u64], more: &super::idioms::Idioms) -> String {
    let mut printer = Printer {
        program,
        out: String::new(),
        depth: 0,
        digested: Vec::new(),
    };
    printer.declarations();
    for (index, function) in program.functions.iter().enumerate() {
        if function.method_of.is_none() {
            printer.function(index, function);
        }
    }
    let mut done = 0;
    while done < printer.digested.len() {
        let ty = printer.digested[done].clone();
        printer.digest_function(done, &ty);
        done += 1;
    }
    printer.main(expected, more);
    printer.out
}

const PRELUDE: &str = "#import \"modules/std.sx\";

gh : u64 = 0;
mix :: (x: u64) { gh = ((gh ^ x) * 1099511628211) + (gh >> 7); }
bits :: (x: f64) -> u64 { if x != x { return 7; } y := x; p : *u64 = xx *y; return p.*; }
new :: (x: $T) -> *T { p := context.allocator.create(T); p.* = x; return p; }
Err :: error { T0, T1, T2 }
";

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "    ".repeat(self.depth));
    }

    fn declarations(&mut self) {
        self.out.push_str(PRELUDE);
        let program = self.program;
        for (n, def) in program.enums.iter().enumerate() {
            self.enum_def(&format!("E{n}"), def);
        }
        for (n, def) in program.structs.iter().enumerate() {
            self.line(&format!("S{n} :: struct {{"));
            self.depth += 1;
            for (i, (ty, default)) in def.fields.iter().enumerate() {
                let default = default
                    .as_ref()
                    .map(|e| format!(" = {}", self.expr(e)))
                    .unwrap_or_default();
                self.line(&format!("f{i}: {}{default};", type_name(ty)));
            }
            for (index, function) in program.functions.iter().enumerate() {
                if function.method_of == Some(n) {
                    self.function(index, function);
                }
            }
            self.depth -= 1;
            self.line("}");
        }
        for (n, def) in program.tagged.iter().enumerate() {
            self.enum_def(&format!("U{n}"), def);
        }
        for (n, (ty, init)) in program.globals.iter().enumerate() {
            let init = self.static_text(init);
            self.line(&format!("g{n} : {} = {init};", type_name(ty)));
        }
        self.line("reset :: () {");
        self.depth += 1;
        self.line("gh = 14695981039346656037;");
        for (n, (_, init)) in program.globals.iter().enumerate() {
            let init = self.static_text(init);
            self.line(&format!("g{n} = {init};"));
        }
        self.depth -= 1;
        self.line("}");
    }

    /// Initialisers of globals: no casts.
    fn static_text(&mut self, e: &Expr) -> String {
        match &e.kind {
            Kind::Array(items) => {
                let items: Vec<String> = items.iter().map(|i| self.static_text(i)).collect();
                format!(".[{}]", items.join(", "))
            }
            Kind::Struct { fields, named } => {
                let items: Vec<String> = fields
                    .iter()
                    .map(|(index, value)| {
                        let text = self.static_text(value);
                        if *named {
                            format!("f{index} = {text}")
                        } else {
                            text
                        }
                    })
                    .collect();
                format!(".{{ {} }}", items.join(", "))
            }
            Kind::Int { value, .. } => value.to_string(),
            Kind::Float(value) => float_text(*value),
            _ => self.expr(e),
        }
    }

    fn enum_def(&mut self, name: &str, def: &EnumDef) {
        let backing = def
            .backing
            .map(|ty| format!(" {}", int_name(ty)))
            .unwrap_or_default();
        let mut text = format!("{name} :: enum{backing} {{");
        for (i, (value, payload)) in def.variants.iter().enumerate() {
            let _ = write!(text, " v{i}");
            if let Some(value) = value {
                let _ = write!(text, " :: {value}");
            }
            if let Some(payload) = payload {
                let _ = write!(text, ": {}", type_name(payload));
            }
            text.push(';');
        }
        text.push_str(" }");
        self.line(&text);
    }

    fn function(&mut self, index: usize, function: &Function) {
        let params: Vec<String> = function
            .params
            .iter()
            .map(|(var, ty)| format!("v{var}: {}", type_name(ty)))
            .collect();
        let ret = type_name(&function.ret);
        let ret = if function.failable {
            format!("({ret}, !Err)")
        } else {
            ret
        };
        let letter = if function.method_of.is_some() {
            'm'
        } else {
            'f'
        };
        self.line(&format!(
            "{letter}{index} :: ({}) -> {ret} {{",
            params.join(", ")
        ));
        self.depth += 1;
        self.stmts(&function.body);
        let result = self.expr(&function.result);
        self.line(&format!("return {result};"));
        self.depth -= 1;
        self.line("}");
    }

    fn block(&mut self, head: &str, body: &[Stmt], tail: &str) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        self.stmts(body);
        self.depth -= 1;
        self.line(&format!("}}{tail}"));
    }

    fn stmts(&mut self, list: &[Stmt]) {
        for stmt in list {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let {
                var,
                ty,
                annotated,
                init,
            } => {
                let name = type_name(ty);
                match init {
                    None => self.line(&format!("v{var} : {name};")),
                    Some(init) => {
                        let init = self.expr(init);
                        if *annotated {
                            self.line(&format!("v{var} : {name} = {init};"));
                        } else {
                            self.line(&format!("v{var} := {init};"));
                        }
                    }
                }
            }
            Stmt::Assign(place, value) => {
                let (place, value) = (self.expr(place), self.expr(value));
                self.line(&format!("{place} = {value};"));
            }
            Stmt::Update(place, op, value) => {
                let (place, value) = (self.expr(place), self.expr(value));
                self.line(&format!("{place} {}= {value};", op_text(*op)));
            }
            Stmt::Multi(places, values) => {
                let places: Vec<String> = places.iter().map(|e| self.expr(e)).collect();
                let values: Vec<String> = values.iter().map(|e| self.expr(e)).collect();
                self.line(&format!("{} = {};", places.join(", "), values.join(", ")));
            }
            Stmt::Mix(value) => {
                let text = self.expr(value);
                let call = self.digest(&value.ty, &text);
                self.line(&format!("{call};"));
            }
            Stmt::Expr(value) => {
                let value = self.expr(value);
                self.line(&format!("_ = {value};"));
            }
            Stmt::If(cond, yes, no) => {
                let cond = self.condition(cond);
                self.block(&format!("if {cond}"), yes, "");
                if !no.is_empty() {
                    self.block("else", no, "");
                }
            }
            Stmt::IfLet(var, value, yes, no) => {
                let value = self.expr(value);
                self.block(&format!("if v{var} := {value}"), yes, "");
                if !no.is_empty() {
                    self.block("else", no, "");
                }
            }
            Stmt::While(var, cond, limit, body) => {
                let cond = self.condition(cond);
                self.line(&format!("v{var} := 0;"));
                self.line(&format!("while v{var} < {limit} and {cond} {{"));
                self.depth += 1;
                self.line(&format!("v{var} += 1;"));
                self.stmts(body);
                self.depth -= 1;
                self.line("}");
            }
            Stmt::Range {
                var,
                low,
                high,
                token,
                body,
            } => {
                let (low, high) = (self.expr(low), self.expr(high));
                self.block(&format!("for {low}{token}{high} (v{var})"), body, "");
            }
            Stmt::Each {
                item,
                by_ref,
                index,
                over,
                body,
            } => {
                let over = self.expr(over);
                let star = if *by_ref { "*" } else { "" };
                let head = match index {
                    Some(index) => format!("for {over}, 0.. ({star}v{item}, v{index})"),
                    None => format!("for {over} ({star}v{item})"),
                };
                self.block(&head, body, "");
            }
            Stmt::Match {
                subject,
                arms,
                other,
            } => {
                let subject = self.expr(subject);
                self.line(&format!("if {subject} == {{"));
                self.depth += 1;
                for (variant, capture, body) in arms {
                    let capture = capture.map(|v| format!(" (v{v})")).unwrap_or_default();
                    self.block(&format!("case .v{variant}:{capture}"), body, "");
                }
                if let Some(body) = other {
                    self.block("else:", body, "");
                }
                self.depth -= 1;
                self.line("}");
            }
            Stmt::Block(body) => self.block("", body, ""),
            Stmt::Defer(body) => self.block("defer", body, ""),
            Stmt::OnFail(body) => self.block("onfail", body, ""),
            Stmt::Break => self.line("break;"),
            Stmt::Continue => self.line("continue;"),
            Stmt::Return(value) => {
                let value = self.expr(value);
                self.line(&format!("return {value};"));
            }
            Stmt::Raise(tag) => self.line(&format!("raise error.T{tag};")),
            Stmt::Destructure(vars, value) => {
                let vars: Vec<String> = vars.iter().map(|v| format!("v{v}")).collect();
                let value = self.expr(value);
                self.line(&format!("{} := {value};", vars.join(", ")));
            }
        }
    }

    /// A condition before `{`, which must not follow `)`.
    fn condition(&mut self, e: &Expr) -> String {
        let text = self.expr(e);
        if text.ends_with(')') {
            format!("{text} and true")
        } else {
            text
        }
    }

    fn items(&mut self, list: &[Expr]) -> String {
        let items: Vec<String> = list.iter().map(|e| self.expr(e)).collect();
        items.join(", ")
    }

    pub fn expr(&mut self, e: &Expr) -> String {
        match &e.kind {
            Kind::Int { value, bare } => {
                if *bare {
                    value.to_string()
                } else if *value < 0 {
                    format!("({value}).({})", type_name(&e.ty))
                } else {
                    format!("{value}.({})", type_name(&e.ty))
                }
            }
            Kind::Float(value) => {
                format!("({}).({})", float_text(*value), type_name(&e.ty))
            }
            Kind::Bool(value) => value.to_string(),
            Kind::Str(text) => format!("\"{text}\""),
            Kind::Var(var) | Kind::Narrowed(var) => format!("v{var}"),
            Kind::NotNull(var) => format!("v{var} != null"),
            Kind::Digest => "gh".to_owned(),
            Kind::Global(n) => format!("g{n}"),
            Kind::Un(op, inner) => {
                let op = match op {
                    Un::Neg => "-",
                    Un::BitNot => "~",
                    Un::Not => "!",
                };
                format!("({op}{})", self.expr(inner))
            }
            Kind::Bin(op, left, right) => {
                let (left, right) = (self.expr(left), self.expr(right));
                format!("({left} {} {right})", op_text(*op))
            }
            Kind::Chain(items, ops) => {
                let mut text = format!("({}", self.expr(&items[0]));
                for (item, op) in items[1..].iter().zip(ops) {
                    let item = self.expr(item);
                    let _ = write!(text, " {} {item}", cmp_text(*op));
                }
                text.push(')');
                text
            }
            Kind::Logic { and, sides } => {
                let (left, right) = (self.expr(&sides.0), self.expr(&sides.1));
                format!("({left} {} {right})", if *and { "and" } else { "or" })
            }
            Kind::Cast(inner) => format!("{}.({})", self.expr(inner), type_name(&e.ty)),
            Kind::Implicit(inner) => self.expr(inner),
            Kind::If(parts) => {
                let (cond, yes, no) = (
                    self.expr(&parts.0),
                    self.expr(&parts.1),
                    self.expr(&parts.2),
                );
                format!("(if {cond} then {yes} else {no})")
            }
            Kind::Struct { fields, named } => {
                let mut items = Vec::new();
                for (index, value) in fields {
                    let value = self.expr(value);
                    items.push(if *named {
                        format!("f{index} = {value}")
                    } else {
                        format!("({value})")
                    });
                }
                format!("{}.{{{}}}", type_name(&e.ty), items.join(", "))
            }
            Kind::Field(base, index) => format!("{}.f{index}", self.expr(base)),
            Kind::Array(items) => {
                let items = self.items(items);
                format!("({}).[{items}]", type_name(&e.ty))
            }
            Kind::Index(base, index) => {
                let (base, index) = (self.expr(base), self.expr(index));
                format!("{base}[{index}]")
            }
            Kind::Tuple(items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|e| format!("({})", self.expr(e)))
                    .collect();
                format!("{}.{{{}}}", type_name(&e.ty), items.join(", "))
            }
            Kind::Element(base, index) => {
                let text = self.expr(base);
                // `t.1.0` would have a float in it, and an arm that begins with `(name)` a capture.
                if matches!(base.kind, Kind::Element(..)) {
                    format!("({text}).{index}")
                } else {
                    format!("{text}.{index}")
                }
            }
            Kind::Null => "null".to_owned(),
            Kind::Unwrap(inner) => format!("{}!", self.expr(inner)),
            Kind::Default(value, default) => {
                let (value, default) = (self.expr(value), self.expr(default));
                format!("({value} ?? {default})")
            }
            Kind::Present(value) => format!("(({} == null) == false)", self.expr(value)),
            Kind::Variant {
                index,
                short,
                payload,
            } => {
                let name = if *short {
                    String::new()
                } else {
                    type_name(&e.ty)
                };
                match payload {
                    None => format!("{name}.v{index}"),
                    Some(payload) => format!("{name}.v{index}({})", self.expr(payload)),
                }
            }
            Kind::Payload(value, index) => format!("{}.v{index}", self.expr(value)),
            Kind::Call(function, args) => format!("f{function}({})", self.items(args)),
            Kind::Method(function, args) => {
                let receiver = self.expr(&args[0]);
                format!("{receiver}.m{function}({})", self.items(&args[1..]))
            }
            Kind::CallValue(callee, args) => {
                let callee = self.expr(callee);
                format!("{callee}({})", self.items(args))
            }
            Kind::FuncRef(function) => format!("f{function}"),
            Kind::OrElse(call, default) => {
                let (call, default) = (self.expr(call), self.expr(default));
                format!("({call} or {default})")
            }
            Kind::Catch(call, first, other) => {
                let (call, first, other) = (self.expr(call), self.expr(first), self.expr(other));
                format!("({call} catch (e) {{ if e == error.T0 then {first} else {other} }})")
            }
            Kind::Try(call) => format!("(try {})", self.expr(call)),
            // A function makes the temporary, so that it lasts.
            Kind::Spill(value) => format!("new({})", self.expr(value)),
            Kind::Addr(place) => format!("(*{})", self.expr(place)),
            Kind::Deref(pointer) => format!("{}.*", self.expr(pointer)),
            Kind::Slice(base, low, high) => {
                let (base, low, high) = (self.expr(base), self.expr(low), self.expr(high));
                format!("{base}[{low}..{high}]")
            }
            Kind::View(base) => self.expr(base),
            Kind::Len(base) => format!("{}.len", self.expr(base)),
            Kind::Match(subject, arms, other) => {
                let mut text = format!("(if {} == {{", self.expr(subject));
                for (value, result) in arms {
                    let result = self.expr(result);
                    let _ = write!(text, " case {value}: {result};");
                }
                let other = self.expr(other);
                let _ = write!(text, " else: {other}; }})");
                text
            }
            Kind::Lambda(lambda) => {
                let params: Vec<String> = lambda
                    .params
                    .iter()
                    .map(|(var, ty)| format!("v{var}: {}", type_name(ty)))
                    .collect();
                let head = format!("({}) -> {}", params.join(", "), type_name(&lambda.ret));
                let result = self.expr(&lambda.result);
                if lambda.body.is_empty() {
                    return format!("{head} => {result}");
                }
                let outer = std::mem::take(&mut self.out);
                self.depth += 1;
                self.stmts(&lambda.body);
                self.line(&format!("return {result};"));
                self.depth -= 1;
                let body = std::mem::replace(&mut self.out, outer);
                format!("{head} {{\n{body}{}}}", "    ".repeat(self.depth))
            }
        }
    }

    /// A statement that mixes a value into the digest.
    fn digest(&mut self, ty: &Ty, value: &str) -> String {
        match ty {
            Ty::Int(_) => format!("mix({value}.(u64))"),
            Ty::Bool => format!("mix(if {value} then 1 else 2)"),
            Ty::F64 => format!("mix(bits({value}))"),
            Ty::F32 => format!("mix(bits({value}.(f64)))"),
            _ => {
                let index = match self.digested.iter().position(|known| known == ty) {
                    Some(index) => index,
                    None => {
                        self.digested.push(ty.clone());
                        self.digested.len() - 1
                    }
                };
                format!("dg{index}({value})")
            }
        }
    }

    fn digest_function(&mut self, index: usize, ty: &Ty) {
        self.line(&format!("dg{index} :: (v: {}) {{", type_name(ty)));
        self.depth += 1;
        let program = self.program;
        match ty {
            Ty::Int(_) | Ty::F32 | Ty::F64 | Ty::Bool => {}
            Ty::Str => {
                self.line("mix(v.len.(u64));");
                self.line("for v (c) { mix(c.(u64)); }");
            }
            Ty::Struct(n) => {
                for (i, (field, _)) in program.structs[*n].fields.iter().enumerate() {
                    let call = self.digest(field, &format!("v.f{i}"));
                    self.line(&format!("{call};"));
                }
            }
            Ty::Enum(_) => self.line("mix(v.(i64).(u64));"),
            Ty::Tagged(n) => {
                self.line("if v == {");
                self.depth += 1;
                for (i, (_, payload)) in program.tagged[*n].variants.iter().enumerate() {
                    match payload {
                        None => self.line(&format!("case .v{i}: mix({});", i + 100)),
                        Some(payload) => {
                            let call = self.digest(payload, "p");
                            self.line(&format!("case .v{i}: (p) {{ mix({}); {call}; }}", i + 100));
                        }
                    }
                }
                self.depth -= 1;
                self.line("}");
            }
            Ty::Array(of, _) | Ty::Slice(of) => {
                self.line("mix(v.len.(u64));");
                let call = self.digest(of, "x");
                self.line(&format!("for v (x) {{ {call}; }}"));
            }
            Ty::Opt(of) => {
                let call = self.digest(of, "x");
                self.line(&format!(
                    "if x := v {{ mix(1); {call}; }} else {{ mix(0); }}"
                ));
            }
            Ty::Tuple(of) => {
                for (i, element) in of.iter().enumerate() {
                    let call = self.digest(element, &format!("v.{i}"));
                    self.line(&format!("{call};"));
                }
            }
            Ty::Ptr(of) => {
                let call = self.digest(of, "v.*");
                self.line(&format!("{call};"));
            }
            Ty::Closure(..) | Ty::Func(..) => self.line("mix(3);"),
        }
        self.depth -= 1;
        self.line("}");
    }

    fn main(&mut self, expected: &[u64], more: &super::idioms::Idioms) {
        self.out.push_str(&more.declarations);
        let tests = &self.program.tests;
        self.line("p0 : i64 = 0;");
        for (n, ((function, a, b), expected)) in tests.iter().zip(expected).enumerate() {
            self.line(&format!(
                "t{n} :: (a: i64, b: i64) -> u64 {{ reset(); return f{function}(a, b); }}"
            ));
            self.line(&format!("C{n} :: #run t{n}({a}, {b});"));
            self.line(&format!("X{n} : u64 : {expected};"));
        }
        self.line("main :: () {");
        self.depth += 1;
        for (n, ((_, a, b), _)) in tests.iter().zip(expected).enumerate() {
            self.line(&format!(
                "print(\"t{n}: {{}} | {{}} | {{}}\\n\", C{n}, t{n}(p0 + ({a}), p0 + ({b})), X{n});"
            ));
        }
        for line in &more.main {
            self.line(line);
        }
        self.depth -= 1;
        self.line("}");
    }
}

/// Digits with a fraction, without an exponent.
fn float_text(value: f64) -> String {
    let text = format!("{value}");
    if text.contains('.') {
        text
    } else {
        format!("{text}.0")
    }
}
