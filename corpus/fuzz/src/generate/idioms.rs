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
        for (name, path) in IMPORTS {
            let line = format!("{name} :: #import \"{path}\";\n");
            if text.contains(&format!("{name}.")) && !out.declarations.contains(&line) {
                out.declarations.insert_str(0, &line);
            }
        }
        out.main.push(format!(
            "print(\"k{n}: {{}} | {{}}\\n\", K{n}, k{n}(p0 + ({a}), p0 + {b}));"
        ));
    }
    out
}

/// Modules that forms name, imported where they do.
const IMPORTS: [(&str, &str); 2] = [
    ("meta", "modules/std/meta.sx"),
    ("atomic", "modules/std/atomic.sx"),
];

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

const FORMS: [&str; 30] = [
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
    m : HashMap(i32, i64) = .{};
    for 0..20 (i) { m.put((i @o a).(u8).(i32), i); }
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
    mix((k2 ?? b.(i8).(i64)).(u64)); mix(if k == null then 1 else 2);
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
    // Defaults, names, trailing blocks, several results.
    "box@@ :: (a: @i, b: @i = @n.(@i), c: i64 = 4 @o @n) -> i64 { return (a.(i64) * 100 + b.(i64) * 10) @o c; }
timed@@ :: (n: i64, reps: i64 = 2, work: Closure()) { for 0..reps { work(); mix(n.(u64)); } }
slots@@ :: (a: i64, b: i64) -> (lo: i64, hi: @t, swapped: bool = false) { lo = a; hi = b.(@t); if a @c b { lo = b; hi = a.(@t); swapped = true; } }
idiom@@ :: (a: i64, b: i64) {
    mix(box@@(a.(@i)).(u64)); mix(box@@(a.(@i), c = b).(u64)); mix(box@@(c = a, a = b.(@i), b = 1.(@i)).(u64));
    n := 0; p := *n;
    timed@@(a) { p.* += b; }
    timed@@(b, reps = 3) { p.* = p.* @o a; }
    mix(n.(u64));
    lo, hi, sw := slots@@(a, b); mix(lo.(u64)); mix(bits(hi.(f64))); mix(if sw then 1 else 2);
    r := slots@@(b, a); mix(r.lo.(u64)); mix(bits(r.1.(f64)));
}
",
    // Properties, `using`, initialiser blocks, constants in structs.
    "Base@@ :: struct { x: @i; y: @t; }
Top@@ :: struct {
    pad: u8 = 3; #using Base@@; z: i64 = 5 @o @n; K :: 7 @o @n; N : i64 : 3;
    sum :: (self: *Top@@) -> i64 #get => self.x.(i64) + self.z;
    sum :: (self: *Top@@, v: i64) #set { self.z = v - self.x.(i64); mix(v.(u64)); }
    make :: (n: i64) -> Top@@ { return Top@@.{ x = n.(@i), z = n @o Top@@.K }; }
}
idiom@@ :: (a: i64, b: i64) {
    t := Top@@.{ x = a.(@i), y = b.(@t) } { self.z += b; self.x = self.x @o 1.(i64); };
    mix(t.sum.(u64)); t.sum = a; t.sum += b; mix(t.sum.(u64)); mix(t.z.(u64));
    u : Top@@ = .make(b); mix(u.sum.(u64)); mix(u.pad.(u64)); mix(bits(u.y.(f64)));
    v := u; v.x = a.(@i); mix(if v == u then 1 else 2); mix(Top@@.K.(u64));
    xs : [Top@@.N]Top@@; xs[1] = t; xs[2].z = 9; for xs (*e) { e.sum -= 1; mix(e.z.(u64)); }
}
",
    // Nested functions, shadowing, blocks as values.
    "idiom@@ :: (a: i64, b: i64) {
    x := a.(@i);
    inner :: (n: i64) -> i64 { if n <= 0 { return @n; } return inner(n - 2) @o n; }
    outer :: (n: i64) -> i64 { K :: 3 @o @n; return inner(n) + K; }
    mix(outer(7).(u64)); mix(inner(b & 15).(u64));
    { x := b.(@t); mix(bits(x.(f64))); { x := \"inner\"; mix(x.len.(u64)); } x += 1.(@t); mix(bits(x.(f64))); }
    mix(x.(u64));
    y := { t := x.(i64) @o b; t * 2 };
    z := if a @c b { q := y + 1; q @o 2 } else { y };
    w := if z & 3 == { case 0: mix(1); 10; case 1: y; case 2: { mix(2); 30 } else: z; };
    mix(y.(u64)); mix(z.(u64)); mix(w.(u64));
}
",
    // Packs over protocols and through closures.
    "Get@@ :: protocol(U: Type) { get :: (self: *Self) -> U; }
A@@ :: struct { v: @i; }
B@@ :: struct { v: @t; }
impl Get@@(i64) for A@@ { get :: (self: *A@@) -> i64 { return self.v.(i64) @o 3; } }
impl Get@@(@t) for B@@ { get :: (self: *B@@) -> @t { return self.v @a 2.(@t); } }
gather@@ :: (f: Closure(..ms.U) -> $R, ..ms: Get@@) -> R { return f(..ms.get); }
relay@@ :: (f: Closure(..$args) -> $R, ..$args) -> R { mix(args.len.(u64)); return f(..args); }
count@@ :: (..xs: []i64) -> i64 { s := xs.len; for xs (x) { s = s @o x; } return s; }
idiom@@ :: (a: i64, b: i64) {
    m := A@@.{ a.(@i) }; n := B@@.{ b.(@t) };
    mix(gather@@((x: i64, y: @t) -> i64 => x @o y.(i64), m, n).(u64));
    mix(relay@@((x: i64, y: bool) -> i64 => if y then x else b, a, a @c b).(u64));
    mix(count@@().(u64)); mix(count@@(a, b, @n).(u64)); list : [4]i64 = .[1, a, 3, b]; mix(count@@(..list).(u64)); mix(count@@(..list[1..3]).(u64));
    t : Tuple(i64, i64) = .{a, b}; mix(count@@(@n, ..t, 4).(u64));
}
",
    // Allocators, owned values, clean-up order.
    "idiom@@ :: (a: i64, b: i64) {
    arena := mem.Arena.init(context.allocator, 256);
    defer arena.deinit();
    track := mem.TrackingAllocator.init(context.allocator);
    push .{ allocator = track } {
        xs : List(@t) = .{};
        defer xs.deinit();
        for 0..(b & 31) (i) { xs.append((i @o a).(@t)); if i > 20 { break; } }
        defer mix(xs.len.(u64));
        for xs.items (x) { mix(bits(x.(f64))); }
    }
    mix(track.alloc_count.(u64)); mix(track.leak_count().(u64)); mix(track.total_alloc_bytes.(u64));
    push .{ allocator = arena } {
        s := format(\"{}-{}\", a.(@i), b.(@t));
        mix(s.len.(u64)); for s (c) { mix(c.(u64)); }
        k := a; f := (x: i64) -> i64 => x @o k; mix(f(b).(u64)); mem.free(f);
    }
    ys := context.allocator.alloc(@i, 7); for ys, 0.. (*y, i) { y.* = (i * b).(@i); }
    zs := mem.resize(ys, context.allocator, 9); for 0..7 (i) { mix(zs[i].(u64)); }
    mem.free(zs);
}
",
    // Text that is code, declarations by code.
    "gen@@ :: (n: i64) -> string { s := \"\"; for 0..n (i) { s = concat(s, format(\"q += {} @o {}; \", i, n)); } return s; }
enum@@ :: () -> Type { h := meta.declare(\"Made@@\"); vs : [3]meta.EnumVariant = .[.{ name = \"a\", payload = void }, .{ name = \"b\", payload = @t }, .{ name = \"c\", payload = @i }]; return meta.define(h, .enum(.{ variants = vs[..] })); }
Made@@ :: enum@@();
idiom@@ :: (a: i64, b: i64) {
    q := a;
    #insert gen@@(3 + @n);
    mix(q.(u64));
    e : Made@@ = .b(b.(@t));
    if a @c b { e = .c(a.(@i)); }
    if e == { case .a: mix(1); case .b: (v) { mix(bits(v.(f64))); } case .c: (v) { mix(v.(u64)); } }
    mix(size_of(Made@@).(u64)); inline for 0..variant_count(Made@@) (i) { mix(variant_name(Made@@, i).len.(u64)); }
}
",
    // Atomics.
    "idiom@@ :: (a: i64, b: i64) {
    x := atomic.Atomic(u32).init(a.(u32)); y := atomic.Atomic(i8).init(b.(i8)); z := atomic.Atomic(i64).init(a);
    mix(x.fetch_add(b.(u32), .relaxed).(u64)); mix(x.fetch_max(@n, .seq_cst).(u64)); mix(y.fetch_min(3, .acq_rel).(u64)); mix(y.fetch_sub(100, .release).(u64));
    mix(z.swap(b, .acquire).(u64)); r := z.compare_exchange(b, a @o b, .acq_rel, .acquire); mix(if r == null then 1 else 2);
    s := z.compare_exchange(b, a, .acq_rel, .acquire); mix((s ?? 5).(u64));
    mix(x.load(.acquire).(u64)); mix(y.load(.relaxed).(u64)); mix(z.load(.seq_cst).(u64)); y.store(-1, .release); mix(y.fetch_xor(0x55, .relaxed).(u64)); mix(y.load(.relaxed).(u64));
}
",
    // Maps, strings, numbers as text.
    "idiom@@ :: (a: i64, b: i64) {
    m : IndexMap(string, @t) = .{};
    for 0..10 (i) { m.put(format(\"k{}\", (i * b) % 7), (i @o a).(@t)); }
    mix(m.len.(u64)); _ = m.remove(\"k3\");
    for 0..m.len (i) { mix(m.key_at(i).len.(u64)); mix(bits(m.val_at(i).(f64))); }
    h : HashMap(@i, @t) = .{}; for 0..30 (i) { h.put((i * a).(@i), b.(@t)); } mix(h.len.(u64));
    it := h.iterator(); total := 0; while kv := it.next() { total += kv.key_ptr.*.(i64); } mix(total.(u64));
    s := int_to_hex_string(a @o b); for s (c) { mix(c.(u64)); } t := float_to_string(a.(f64) / 7.0); for t (c) { mix(c.(u64)); }
    mix(if s == t then 1 else 2); u := substr(concat(s, t), 1, 2); mix(u[0].(u64)); mix(hash.fnv1a(u));
}
",
    // Optionals in everything.
    "In@@ :: struct { v: ?@t; n: ?*In@@ = null; s: ?string = null; }
opt@@ :: (x: ?@i) -> ?i64 { if x == null { return null; } return x.(i64) + 1; }
idiom@@ :: (a: i64, b: i64) {
    p := In@@.{ v = a.(@t), s = \"ab\" }; q := In@@.{ v = null, n = *p };
    mix(bits((p.v ?? 4.(@t)).(f64))); mix(if q.v == null then 1 else 2); mix((q.s ?? \"none\").len.(u64));
    if n := q.n { mix((n.s ?? \"\").len.(u64)); n.v = b.(@t); }
    mix(bits((q.n!.v ?? 1.(@t)).(f64))); mix((opt@@(a.(@i)) ?? 9).(u64)); mix((opt@@(null) ?? 9).(u64));
    o : ?In@@ = p; x := o?.s; mix((x ?? \"zz\").len.(u64)); o = null; y := o?.v; mix(if y == null then 3 else 4);
    z : ?In@@ = if a @c b then p else null; mix(if z == p then 5 else 6); w := q.n ?? *q; mix((w.s ?? \"q\").len.(u64));
    list : [4]?@i = .[null, 1.(@i), b.(@i), null]; for list (e) { if v := e { mix(v.(u64)); } else { mix(7); } }
    if z != null and a @c b { if z.v == null { mix(8); } else { mix(9); } }
}
",
    // Enums of every backing.
    "D@@ :: enum u@N { n; e; }
T@@ :: enum u8 { nil; one: @t; two: Tuple(@i, bool); st: struct { x, y: @t; }; arr: [3]@i; rec: *T@@; opt: ?i64; str: string; }
eval@@ :: (t: *T@@) -> i64 { return if t == { case .nil: 1; case .one: (v) => v.(i64); case .two: (p) => p.0.(i64) + (if p.1 then 1 else 0); case .st: (s) { s.x.(i64) @o s.y.(i64) } case .arr: (xs) { k := 0; for xs (x) { k = k * 3 + x.(i64); } k } case .rec: (r) => eval@@(r) + 100; case .opt: (o) => o ?? -5; case .str: (s) => s.len; }; }
idiom@@ :: (a: i64, b: i64) {
    d : D@@ = .n; if a @c b { d = .e; } mix(d.(i64).(u64)); mix(if d == .e then 1 else 2);
    one : T@@ = .one(a.(@t)); ts : [8]T@@ = .[.nil, one, .two(.{b.(@i), a @c b}), .st.{ a.(@t), b.(@t) }, .arr(.[1.(@i), a.(@i), b.(@i)]), .rec(*one), .opt(b), .str(\"four\")];
    for ts (*t) { mix(eval@@(t).(u64)); }
    ts[3].st.x = 4.(@t); mix(eval@@(*ts[3]).(u64)); ts[0] = ts[4]; mix(eval@@(*ts[0]).(u64)); mix(if ts[0] == ts[4] then 1 else 2);
    s := format(\"{} {}\", ts[3], ts[6]); for s (c) { mix(c.(u64)); }
}
",
    // Globals: what compile time writes dies.
    "cnt@@ : i64 = @n;
arr@@ : [3]@t;
st@@ : struct { a: i64; b: [2]i32; } = .{ a = 1, b = .[2, 3] };
opt@@ : ?i64 = 5;
ptr@@ : *i64 = *cnt@@;
W@@ :: #run bump@@(100);
bump@@ :: (n: i64) -> i64 { cnt@@ += n; ptr@@.* += 1; arr@@[1] = arr@@[1] @a arr@@[2]; st@@.b[0] += 1; return cnt@@; }
idiom@@ :: (a: i64, b: i64) {
    was := cnt@@; w1 := arr@@[1]; w2 := st@@.b[0];
    mix((bump@@(b) - was).(u64)); mix(W@@.(u64)); mix((st@@.b[0] - w2).(u64)); mix((opt@@ ?? 1).(u64));
    cnt@@ = was; arr@@[1] = w1; st@@.b[0] = w2; mix((bump@@(a) - was).(u64)); mix(bits(arr@@[1].(f64)));
    cnt@@ = was; arr@@[1] = w1; st@@.b[0] = w2;
}
",
    // Aggregates by value, aliased by pointers.
    "Big@@ :: struct { a: [5]@t; b: @i; c: Tuple(@i, @t); }
chg@@ :: (v: Big@@, p: *Big@@) -> Big@@ { p.b += 1.(@i); p.a[0] = v.a[4]; v.a[1] = p.a[0]; v.c.0 = p.b.(i64); return v; }
two@@ :: (x: Big@@, y: Big@@) -> i64 { x.b = y.b; return x.b.(i64) @o y.a[0].(i64); }
idiom@@ :: (a: i64, b: i64) {
    g : Big@@; for g.a, 0.. (*e, i) { e.* = (a @o i).(@t); } g.b = b.(@i);
    g = chg@@(g, *g); mix(g.b.(u64)); for g.a (e) { mix(bits(e.(f64))); }
    mix(two@@(g, chg@@(g, *g)).(u64)); mix(two@@(chg@@(g, *g), g).(u64));
    xs : [3]Big@@ = .[g, chg@@(g, *g), g]; xs[0], xs[1] = xs[1], xs[0]; xs[2] = xs[0]; for xs (x) { mix(x.b.(u64)); mix(x.c.0.(u64)); }
    h := *xs[1]; k := h.*; h.b = 0.(@i); mix(k.b.(u64)); i := 0; i, xs[i].b = 2, 7.(@i); mix(i.(u64)); mix(xs[2].b.(u64));
}
",
    // Loops with every kind of range, jumps and defers.
    "idiom@@ :: (a: i64, b: i64) {
    n := b & 7;
    for n<..=n + @n (i) { defer mix(i.(u64)); if i == 4 { continue; } if i > 8 { break; } defer { mix(3); } mix(i.(u64)); }
    for -2=..<n, 5.. (i, j) { mix((i @o j).(u64)); }
    for 0..n { n -= 1; mix(n.(u64)); }
    xs : [6]@t = .[1.(@t), 2.(@t), 3.(@t), 4.(@t), 5.(@t), 6.(@t)]; for xs, xs[2..], 10.. (*x, y, k) { if k > 12 { break; } x.* = x.* @a y; mix(bits(y.(f64))); }
    i := 10; while i > 0 { i -= 1 + (a & 1); if i % 3 == 1 { continue; } for 0..i (j) { if j == 2 { break; } mix((i * j).(u64)); } }
    s := \"hey\"; for s, 0.. (c, k) { mix(c.(u64) + k.(u64)); }
    for (xs[1..=3]) (x) { mix(bits(x.(f64))); }
    total := 0; for 10=..<13 (k) => total += k; mix(total.(u64));
}
",
    // Pointers of all kinds.
    "P@@ :: struct { a: @i; b: @t; inc :: (self: *P@@, n: i64) -> *P@@ { self.a += n; return self; } val :: (self: P@@) -> i64 { self.a += 1.(i64); return self.a.(i64); } }
idiom@@ :: (a: i64, b: i64) {
    p := P@@.{ a.(@i), b.(@t) }; q := *p; r := *q; r.*.b = 3.(@t); mix(p.inc(b).inc(1).a.(u64)); mix(p.val().(u64)); mix(q.val().(u64)); mix(p.a.(u64));
    xs : [4]@t = .[1.(@t), 2.(@t), 3.(@t), 4.(@t)]; m : [*]@t = *xs[1]; m[0] = a.(@t); mix(bits(xs[1].(f64))); sl := m[0..3]; sl[2] = b.(@t); mix(bits(xs[3].(f64)));
    pa := *xs; pa[0] = 7.(@t); mix(pa.len.(u64)); for pa (x) { mix(bits(x.(f64))); } w := pa.*; w[0] = 1.(@t); mix(bits(xs[0].(f64)));
    v : *void = xx q; back : *P@@ = xx v; back.a = 5.(@i); mix(p.a.(u64)); mix(if q == back then 1 else 2); n : *i64 = null; mix(if n then 3 else 4);
    bytes : [*]u8 = xx *b; mix(bytes[0].(u64)); u : u64 = 0x0102030405060708; by : *[8]u8 = xx *u; mix(by[7].(u64)); by[0] = 9; mix(u);
}
",
];
