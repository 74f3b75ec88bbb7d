//! Constructs that the evaluator does not know, in forms with holes: compile time and run time have to agree on them.

use crate::random::Random;

/// Text for a program.
#[derive(Default, Debug)]
pub struct Idioms {
    pub declarations: String,
    /// Lines of `main`.
    pub main: Vec<String>,
}

/// Some idioms, with types, operators and numbers filled in.
pub fn make(random: &mut Random) -> Idioms {
    let mut out = Idioms::default();
    for n in 0..1 + random.below(3) {
        let form = random.pick(&FORMS);
        let text = fill(form, n, random);
        out.declarations.push_str(&text);
        let (a, b) = (random.range(-9, 99), random.range(1, 1000));
        out.declarations.push_str(&format!(
            "k{n} :: (a: i64, b: i64) -> u64 {{ reset(); idiom{n}(a, b); return gh; }}\nK{n} :: #run k{n}({a}, {b});\n"
        ));
        out.main.push(format!(
            "print(\"k{n}: {{}} | {{}}\\n\", K{n}, k{n}(p0 + ({a}), p0 + {b}));"
        ));
    }
    out
}

/// Replaces `@i` by an integer type, `@f` by a float type, `@o` by an operator, `@n` by a small number, `@N` by a lane
/// count, `@@` by the idiom's number. `@t` is one number type in the whole form.
fn fill(form: &str, number: usize, random: &mut Random) -> String {
    let one = number_type(random);
    let mut out = String::new();
    let mut chars = form.chars();
    while let Some(c) = chars.next() {
        if c != '@' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('i') => out.push_str(&int_type(random)),
            Some('f') => out.push_str(random.pick(&["f32", "f64"])),
            Some('o') => out.push_str(random.pick(&["+", "-", "*", "&", "|", "^"])),
            Some('a') => out.push_str(random.pick(&["+", "-", "*"])),
            Some('c') => out.push_str(random.pick(&["==", "!=", "<", "<=", ">", ">="])),
            Some('n') => out.push_str(&random.range(0, 9).to_string()),
            Some('N') => out.push_str(random.pick(&["1", "2", "3", "4", "5", "7", "8", "16"])),
            Some('t') => out.push_str(&one),
            Some('@') => out.push_str(&number.to_string()),
            other => out.extend(other),
        }
    }
    out
}

fn int_type(random: &mut Random) -> String {
    match random.below(4) {
        0 => "i64".to_owned(),
        1 => random
            .pick(&["u8", "i8", "u16", "i16", "u32", "i32", "u64", "usize"])
            .to_owned(),
        _ => format!("{}{}", random.pick(&["i", "u"]), 1 + random.below(64)),
    }
}

fn number_type(random: &mut Random) -> String {
    if random.one_in(4) {
        random.pick(&["f32", "f64"]).to_owned()
    } else {
        int_type(random)
    }
}

const FORMS: [&str; 16] = [
    // Vectors.
    "idiom@@ :: (a: i64, b: i64) {
    v : Vector(@N, @t);
    for 0..v.len (i) { v[i] = (a + i * b).(@t); }
    w := v @a v;
    w = w @a (b.(@t));
    w[0] = w[0] @a v[v.len - 1];
    for w (x) { mix(bits(x.(f64))); }
    c := v @c w;
    for c (x) { mix(if x then 1 else 2); }
}
",
    // Generic functions and structs.
    "Pair@@ :: struct ($A: Type, $B: Type) { first: A; second: B; flip :: (self: *Pair@@) -> Pair@@(B, A) { return .{ first = self.second, second = self.first }; } }
pick@@ :: (c: bool, x: $T, y: T) -> T { if c { return x; } return y; }
idiom@@ :: (a: i64, b: i64) {
    p := Pair@@(@i, @t).{ a.(@i), b.(@t) };
    q := p.flip();
    mix(bits(q.first.(f64))); mix(q.second.(u64)); mix(size_of(type_of(p)).(u64));
    mix(pick@@(a @c b, q.second, b).(u64));
    mix(bits(pick@@(b @c @n, q.first, 2.(@t)).(f64)));
}
",
    // Value parameters and packs.
    "sum@@ :: ($n: i64, x: @i) -> i64 { xs : [n]i64; s := 0; for xs, 0.. (*e, i) { e.* = x.(i64) @o i; } for xs (e) { s += e; } return s; }
all@@ :: (..$args) -> i64 { s := args.len; inline for args, 0.. (x, i) { s = s * 31 + x.(i64) + i; } return s; }
idiom@@ :: (a: i64, b: i64) {
    mix(sum@@(@n, a.(@i)).(u64)); mix(sum@@(7, b.(@i)).(u64));
    mix(all@@(a.(@i), b.(@i), a @c b, a @o b).(u64)); mix(all@@().(u64));
}
",
    // Protocols.
    "Shape@@ :: protocol { area :: (self: *Self) -> i64; grow :: (self: *Self, by: i32); twice :: (self: *Self) -> i64 { return self.area() * 2; } }
Sq@@ :: struct { s: @i; }
Re@@ :: struct { w: i64; h: @i; tag: u8 = @n; }
impl Shape@@ for Sq@@ { area :: (self: *Sq@@) -> i64 { return (self.s * self.s).(i64); } grow :: (self: *Sq@@, by: i32) { self.s += by; } }
impl Shape@@ for Re@@ { area :: (self: *Re@@) -> i64 { return self.w @o self.h; } grow :: (self: *Re@@, by: i32) { self.w += by; } twice :: (self: *Re@@) -> i64 { return self.tag.(i64); } }
use@@ :: (s: *Shape@@) -> i64 { s.grow(3); return s.area(); }
idiom@@ :: (a: i64, b: i64) {
    sq := Sq@@.{ a.(@i) };
    re := Re@@.{ w = b, h = a.(@i) };
    o1 := sq.(Shape@@); o2 : Shape@@ = xx Re@@.{ w = a, h = b.(@i) };
    list : [3]Shape@@ = .[o1, o2, re.(Shape@@)];
    for list (*s) { s.*.grow(b.(i32)); mix(s.*.area().(u64)); mix(s.*.twice().(u64)); }
    mix(use@@(sq).(u64)); mix(use@@(*re).(u64)); mix(use@@(o1).(u64));
    mix(sq.area().(u64)); mix(re.twice().(u64));
    for list (s) { if s == { case Sq@@: (c) { mix(c.s.(u64)); } case Re@@: (c) { mix(c.w.(u64)); } else: { mix(1); } } }
    q := o1.(?Re@@); mix(if q == null then 1 else 2);
    mem.free(o1);
}
",
    // `any` and type switches.
    "kind@@ :: (x: any) -> i64 { if x == { case bool: (v) => if v then 1 else 2; case @t: (v) { return v.(i64) + 3; } case int: { return 5; } case float: { return 6; } case string: (s) { return s.len; } case struct: { return 8; } else: { return 9; } } return 0; }
Sv@@ :: struct { x: @i; y: @f; }
idiom@@ :: (a: i64, b: i64) {
    list : [6]any = .[a.(@t), b.(@i), a @c b, \"text\", Sv@@.{ a.(@i), 1.5 }, 2.5];
    for list (x) { mix(kind@@(x).(u64)); }
    v : any = a.(@t);
    mix((v.(?@t) ?? 9.(@t)).(u64));
    mix((v.(?string) ?? \"none\").len.(u64));
}
",
    // Untagged unions.
    "Un@@ :: union { i: @i; f: @f; b: [8]u8; struct { lo: u32; hi: u32; }; }
idiom@@ :: (a: i64, b: i64) {
    u : Un@@ = ---;
    u.b = .[1, 2, 3, 4, 5, 6, 7, 8];
    u.lo = a.(u32); u.hi = b.(u32);
    for u.b (x) { mix(x.(u64)); }
    u.i = (a @o b).(@i);
    mix(u.b[0].(u64));
    v := u; v.hi = @n; mix(v.hi.(u64)); mix(u.lo.(u64));
}
",
    // Lists, strings and formats.
    "idiom@@ :: (a: i64, b: i64) {
    xs : List(@t) = .{};
    for 0..(a & 15) (i) { xs.append((i * b @o a).(@t)); }
    s := format(\"{} {} {}\", xs, a @c b, b.(@i));
    for s (c) { mix(c.(u64)); }
    t := concat(s, s[0..s.len / 2]);
    mix(t.len.(u64));
    m : HashMap(@i, i64) = .{};
    for 0..20 (i) { m.put((i @o a).(u8).(i64), i); }
    mix(m.len.(u64));
    if v := m.get(@n) { mix(v.(u64)); } else { mix(77); }
}
",
    // Recursion and function pointers.
    "fib@@ :: (n: i64, m: @i) -> @i { if n < 2 { return m; } return fib@@(n - 1, m @a 1) @a fib@@(n - 2, m); }
inc@@ :: (x: @t) -> @t { return x @a 3; }
dbl@@ :: (x: @t) -> @t { return x @a x; }
idiom@@ :: (a: i64, b: i64) {
    mix(fib@@(8 + (a & 3), b.(@i)).(u64));
    table : [3](@t) -> @t = .[inc@@, dbl@@, inc@@];
    v := b.(@t);
    for table (f) { v = f(v); mix(bits(v.(f64))); }
    g := if a @c b then inc@@ else dbl@@;
    mix(bits(g(v).(f64)));
}
",
    // Flags, in, tuples.
    "Fl@@ :: enum flags u16 { a; b; c :: 0x80; d; }
idiom@@ :: (a: i64, b: i64) {
    f : Fl@@ = .a | .c;
    if a @c b { f = f ^ .b; }
    if f & .b { mix(1); } else { mix(2); }
    mix((~f & .d).(u64)); mix(f.(u64));
    t : Tuple(i64, i64, i64) = .{a, b, a @o b};
    mix(if @n in t then 3 else 4); mix(if a in t then 3 else 4);
    u : Tuple(i64, i64, i64) = .{a, b, @n};
    mix(if t @c u then 5 else 6);
    w := t + u; mix(w.4.(u64));
    inline for 0..6 (i) { mix(w[i].(u64)); }
}
",
    // Closures that hold state through pointers, and closures in lists.
    "apply@@ :: (xs: []i64, f: Closure(i64) -> @t) -> @t { s := 0.(@t); for xs (x) { s = s @a f(x); } return s; }
adder@@ :: (k: @i) -> Closure(i64) -> @t { return (x: i64) -> @t => (x @o k).(@t); }
idiom@@ :: (a: i64, b: i64) {
    xs : [5]i64 = .[a, b, a @o b, @n, -1];
    count := 0; p := *count;
    mix(bits(apply@@(xs, (x) => { p.* += 1; (x @o a).(@t) }).(f64)));
    mix(count.(u64));
    mix(bits(apply@@(xs[1..4], adder@@(b.(@i))).(f64)));
    o : ?Closure(i64) -> @t = null;
    if a @c b { o = adder@@(@n.(i64)); }
    if f := o { mix(bits(f(b).(f64))); } else { mix(9); }
}
",
    // Errors through several functions.
    "lvl1@@ :: (n: i64) -> (@t, !Err) { defer mix(11); onfail mix(12); if n % 5 == @n { raise error.T1; } if n % 7 == 3 { raise error.T2; } return n.(@t); }
lvl2@@ :: (n: i64) -> (@t, i64, !Err) { onfail (e) { mix(if e == error.T1 then 21 else 22); } x := try lvl1@@(n) or try lvl1@@(n + 1); return x, n @o 3; }
idiom@@ :: (a: i64, b: i64) {
    for 0..12 (i) {
        x, y := lvl2@@(a + i) catch (e) == { case .T1: .{1.(@t), 2}; else: .{3.(@t), b}; };
        mix(bits(x.(f64))); mix(y.(u64));
        v, e := lvl1@@(i @o b);
        if !e { mix(bits(v.(f64))); } else { mix(e.(u64)); }
    }
}
",
    // Casts of every kind.
    "idiom@@ :: (a: i64, b: i64) {
    f := a.(@f) / b.(@f);
    mix(f.(@i).(u64)); mix(f.(i64).(u64)); mix(bits(f.(f32).(f64)));
    x : @i = xx a; y : @i = xx b; z : @t = xx x;
    mix(x.(u64)); mix((x @o y).(u64)); mix((y @o x).(u64)); mix(bits(z.(f64)));
    mix(if x @c y then 1 else 2); mix(if y @c z then 1 else 2); mix(if z @c x @c y then 1 else 2);
    x += y; mix(x.(u64)); y *= 3.(i64); mix(y.(u64)); z -= x.(@t); mix(bits(z.(f64)));
    mix(bits(x / (b | 1).(f64))); mix((x >> 0).(u64)); mix(~y.(u64));
}
",
    // Reflection.
    "R@@ :: struct { p: @i; q: @t; r: ?@i; s: [@N]u8; t: Tuple(@i, bool); }
Ev@@ :: enum u8 { x; y: @i; z: @t; }
idiom@@ :: (a: i64, b: i64) {
    mix(size_of(R@@).(u64)); mix(align_of(R@@).(u64)); mix(size_of(Ev@@).(u64));
    inline for 0..struct_field_count(R@@) (i) { mix(struct_field_offset(R@@, i).(u64)); mix(size_of(struct_field_type(R@@, i)).(u64)); for struct_field_name(R@@, i) (c) { mix(c.(u64)); } }
    e : Ev@@ = .y(a.(@i));
    s := format(\"{} {}\", e, R@@.{ p = a.(@i), q = b.(@t) });
    for s (c) { mix(c.(u64)); }
    for type_name(?R@@) (c) { mix(c.(u64)); }
}
",
    // Many pointers, swaps, slices of slices.
    "swap@@ :: (p: *$T, q: *T) { t := p.*; p.* = q.*; q.* = t; }
sort@@ :: (xs: []@t) { for 0..xs.len (i) { for 0..xs.len - 1 (j) { if xs[j] > xs[j + 1] { swap@@(*xs[j], *xs[j + 1]); } } } }
idiom@@ :: (a: i64, b: i64) {
    xs : [9]@t; v := a;
    for xs (*x) { v = v * 6364136223846793005 + b; x.* = (v >> 33).(@t); }
    sort@@(xs[1..]);
    for xs (x) { mix(bits(x.(f64))); }
    ys := xs[2..=6]; zs := ys[1<..]; zs[0] = @n.(@t);
    for ys, zs (y, z) { if zs.len > 99 { break; } mix(bits(y.(f64))); }
    mp : [*]@t = *xs; mix(bits(mp[3].(f64)));
}
",
    // While let, nested optionals, chains.
    "Node@@ :: struct { v: @t; next: ?*Node@@ = null; }
idiom@@ :: (a: i64, b: i64) {
    n3 := Node@@.{ v = a.(@t) };
    n2 := Node@@.{ v = b.(@t), next = *n3 };
    n1 := Node@@.{ v = 3.(@t), next = *n2 };
    cur : ?*Node@@ = *n1;
    while n := cur { mix(bits(n.v.(f64))); cur = n.next; }
    oo : ?(?@i) = a.(@i);
    if o := oo { if v := o { mix(v.(u64)); } }
    k : ?i64 = if a @c b then a else null;
    k2 : ?@i = k;
    mix((k2 ?? 5).(u64)); mix(if k == null then 1 else 2);
    if k != null and b @c @n { mix((k @o 3).(u64)); }
    if k == null { return; }
    mix((k + 1).(u64));
}
",
    // Type functions, static ifs, constants.
    "Arr@@ :: ($T: Type, $n: u32) -> Type { inline if T == { case int: { return [n]T; } else: { return [n + 1]T; } } return T; }
LEN@@ :: 3 + @n;
TABLE@@ :: #run build@@(LEN@@);
build@@ :: (n: i64) -> [LEN@@]@t { t : [LEN@@]@t; for t, 0.. (*e, i) { e.* = (i * n @o 5).(@t); } return t; }
idiom@@ :: (a: i64, b: i64) {
    x : Arr@@(@t, 3); y : Arr@@(string, 2);
    mix(x.len.(u64)); mix(y.len.(u64)); mix(size_of(Arr@@(@i, LEN@@)).(u64));
    for TABLE@@ (e) { mix(bits((e @a a).(f64))); }
    mix(bits(TABLE@@[b % LEN@@].(f64)));
}
",
];
