//! Headers as they are: the system's, and small ones written for what they test.

use std::path::{Path, PathBuf};

use sx_cimport::{
    FunctionType, Header, INT, Include, Integer, Kind, Request, Symbol, Type, Value, declarations,
    read,
};

fn system(names: &[&str]) -> Header {
    let request = Request {
        includes: names
            .iter()
            .map(|n| Include::System((*n).to_owned()))
            .collect(),
        ..Request::default()
    };
    match read(&request) {
        Ok(header) => header,
        Err(error) => panic!("{}", error.message),
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A header of the given text.
fn text(name: &str, source: &str, defines: &[&str]) -> Result<Header, sx_cimport::Error> {
    let folder =
        Folder(std::env::temp_dir().join(format!("sx-cimport-{name}-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).expect("a folder for the test");
    let path = folder.0.join(format!("{name}.h"));
    std::fs::write(&path, source).expect("the header is written");
    let request = Request {
        includes: vec![Include::File(path)],
        defines: defines.iter().map(|d| (*d).to_owned()).collect(),
        ..Request::default()
    };
    let header = read(&request)?;
    // Macros are expanded while the file is there.
    header.constant("");
    Ok(header)
}

fn ok(name: &str, source: &str) -> Header {
    text(name, source, &[]).unwrap_or_else(|error| panic!("{}", error.message))
}

fn symbol<'h>(header: &'h Header, name: &str) -> &'h Symbol {
    header
        .declarations
        .symbols
        .iter()
        .find(|s| &*s.name == name)
        .unwrap_or_else(|| panic!("{name} is declared"))
}

fn function<'h>(header: &'h Header, name: &str) -> &'h FunctionType {
    match &symbol(header, name).ty {
        Type::Function(f) => f,
        other => panic!("{name} is {other:?}"),
    }
}

fn pointee(ty: &Type) -> (&Type, bool) {
    match ty {
        Type::Pointer(p) => (&p.ty, p.constant),
        other => panic!("{other:?} is no pointer"),
    }
}

fn int(bytes: u8, signed: bool) -> Type {
    Type::Int { bytes, signed }
}

#[test]
fn the_c_library() {
    let header = system(&[
        "stdio.h",
        "stdlib.h",
        "string.h",
        "math.h",
        "stdint.h",
        "time.h",
        "unistd.h",
        "errno.h",
        "signal.h",
        "sys/stat.h",
        "sys/socket.h",
        "pthread.h",
        "limits.h",
        "float.h",
        "complex.h",
    ]);
    let printf = function(&header, "printf");
    assert!(printf.variadic);
    assert_eq!(pointee(&printf.params[0].ty), (&Type::Char, true));
    assert_eq!(function(&header, "sqrt").ret, Type::Double);
    assert_eq!(function(&header, "strlen").ret, int(8, false));
    assert_eq!(function(&header, "abs").params[0].ty, INT);
    assert!(symbol(&header, "exit").noreturn);
    assert!(matches!(function(&header, "div").ret, Type::Record(_)));
    let (compare, _) = pointee(&function(&header, "qsort").params[3].ty);
    assert!(matches!(compare, Type::Function(_)));
    assert!(matches!(symbol(&header, "stdout").ty, Type::Pointer(_)));
    assert_eq!(
        symbol(&header, "scanf").label.as_deref(),
        Some("__isoc99_scanf")
    );
    assert!(matches!(
        function(&header, "csqrt").ret,
        Type::Other {
            name: "double _Complex",
            ..
        }
    ));
    let value = |name: &str| header.constant(name).cloned();
    let number = |value, bytes, signed| {
        Some(Value::Int(Integer {
            value,
            bytes,
            signed,
        }))
    };
    assert_eq!(value("EOF"), number(-1, 4, true));
    assert_eq!(value("ENOENT"), number(2, 4, true));
    assert_eq!(value("UINT64_MAX"), number(u64::MAX.into(), 8, false));
    assert_eq!(value("INT64_MIN"), number(i64::MIN.into(), 8, true));
    assert_eq!(value("M_PI"), Some(Value::Float(std::f64::consts::PI)));
    assert_eq!(value("stdout"), None);
    let known = header.declarations.symbols.len();
    assert!(known > 800, "{known}");
}

#[test]
fn declarators() {
    let header = ok(
        "declarators",
        "typedef unsigned long size; typedef int (*callback)(void *, const char *);
         extern int (*table[3])(char), plain, *const pointer;
         callback choose(callback first, int (*second)(void));
         void arrays(int xs[10], char names[][8], const char *const *list, size n);
         int (returned)(int a);
         void (*signal_like(int number, void (*handler)(int)))(int);
         int old(); unsigned char const *text(void); signed char s; unsigned u; long long ll;
         struct point { int x, y; } origin; struct point *move(struct point by);
         enum colour { RED, GREEN = 5, BLUE } paint(enum colour c); enum { NEGATIVE = -1 };
         static inline int twice(int x) { return x + x; } inline int plain_inline(int x) { return x; }
         extern inline int kept(int x) { return x; } int kept(int x);
         _Noreturn void stop(void); int renamed(int) __asm__(\"other_name\");
         typedef int wide __attribute__((mode(DI))); wide w(wide v); long double ld(void); __int128 big(void);",
    );
    assert_eq!(
        function(&header, "arrays")
            .params
            .iter()
            .map(|p| p.name.as_deref().unwrap_or(""))
            .collect::<Vec<_>>(),
        ["xs", "names", "list", "n"]
    );
    assert_eq!(pointee(&function(&header, "arrays").params[0].ty).0, &INT);
    assert!(matches!(
        pointee(&function(&header, "choose").ret).0,
        Type::Function(_)
    ));
    assert!(matches!(
        symbol(&header, "table").ty,
        Type::Array(_, Some(3))
    ));
    assert_eq!(function(&header, "returned").ret, INT);
    assert_eq!(function(&header, "signal_like").params.len(), 2);
    assert!(!function(&header, "old").prototype);
    assert_eq!(
        pointee(&function(&header, "text").ret),
        (&int(1, false), true)
    );
    assert_eq!(symbol(&header, "ll").ty, int(8, true));
    assert!(matches!(
        function(&header, "move").params[0].ty,
        Type::Record(_)
    ));
    assert_eq!(
        function(&header, "paint").ret,
        Type::Enum {
            bytes: 4,
            signed: false
        }
    );
    let values: Vec<i128> = header
        .declarations
        .enumerators
        .iter()
        .map(|(_, v, _)| v.value)
        .collect();
    assert_eq!(values, [0, 5, 6, -1]);
    assert!(symbol(&header, "twice").local && symbol(&header, "plain_inline").local);
    assert!(!symbol(&header, "kept").local);
    assert!(symbol(&header, "stop").noreturn);
    assert_eq!(
        symbol(&header, "renamed").label.as_deref(),
        Some("other_name")
    );
    assert_eq!(function(&header, "w").ret, int(8, true));
    assert!(matches!(
        function(&header, "ld").ret,
        Type::Other { size: 16, .. }
    ));
    assert!(matches!(function(&header, "big").ret, Type::Other { .. }));
    assert!(symbol(&header, "origin").defined && !symbol(&header, "plain").defined);
}

#[test]
fn layouts() {
    let header = ok(
        "layouts",
        "struct a { char c; double d; union { int i; float f; }; }; struct b { int x : 3, y : 30; char z; };
         #pragma pack(push, 1)
         struct c { char c; int i; };
         #pragma pack(pop)
         struct d { char c; int i; } __attribute__((packed)); struct e { char c; } __attribute__((aligned(16)));
         struct f { int n; char rest[]; }; struct g; union u { char c[5]; short s; };
         enum { A = sizeof(struct a), B = sizeof(struct b), C = sizeof(struct c), D = sizeof(struct d),
                E = sizeof(struct e), F = sizeof(struct f), U = sizeof(union u), P = sizeof(struct g *),
                L = sizeof(long double), S = sizeof(char[3][5]), X = _Alignof(struct a) };",
    );
    let values: Vec<i128> = header
        .declarations
        .enumerators
        .iter()
        .map(|(_, v, _)| v.value)
        .collect();
    assert_eq!(values, [24, 12, 5, 5, 16, 4, 6, 8, 16, 15, 8]);
}

#[test]
fn macros() {
    let header = text(
        "macros",
        "#define N 42\n#define HEX 0xFFu\n#define BIG 0xFFFFFFFFFFFFFFFF\n#define PI 3.25\n#define NAME \"a\" \"b\"\n#define SUM (N + \\\n 1)\n
         #define SHIFT (1 << 4 | 2)\n#define CH 'x'\n#define CAST ((unsigned char)300)\n#define F(x) x\n#define VIA F(7)\n#define CAT 1 ## 2\n
         #define EMPTY\n#define ALIAS target\n#define NOT_CONSTANT (target(1))\n#define GONE 1\n#undef GONE\n#define COND (N > 40 ? 'y' : 'n')\n
         #define DIV (1 / 0)\n#define DEEP ((((((((((1))))))))))\n#define SIZE sizeof(int[4])\nint target(int); enum { FROM = N, };\n#define E FROM\n",
        &["GIVEN=9"],
    )
    .unwrap_or_else(|error| panic!("{}", error.message));
    let number = |name: &str| match header.constant(name) {
        Some(Value::Int(int)) => Some(int.value),
        _ => None,
    };
    assert_eq!(number("N"), Some(42));
    assert_eq!(number("HEX"), Some(255));
    assert_eq!(number("BIG"), Some(u64::MAX.into()));
    assert_eq!(number("SUM"), Some(43));
    assert_eq!(number("SHIFT"), Some(18));
    assert_eq!(number("CH"), Some(120));
    assert_eq!(number("CAST"), Some(44));
    assert_eq!(number("VIA"), Some(7));
    assert_eq!(number("COND"), Some(121));
    assert_eq!(number("DEEP"), Some(1));
    assert_eq!(number("SIZE"), Some(16));
    assert_eq!(number("E"), Some(42));
    assert_eq!(header.constant("PI"), Some(&Value::Float(3.25)));
    assert_eq!(header.constant("NAME"), Some(&Value::Str(b"ab".to_vec())));
    assert_eq!(
        header.constant("ALIAS"),
        Some(&Value::Name("target".into()))
    );
    for none in ["EMPTY", "NOT_CONSTANT", "GONE", "DIV", "F", "nothing"] {
        assert_eq!(header.constant(none), None, "{none}");
    }
    let function = header.entries().into_iter().find(|e| &*e.name == "F");
    assert_eq!(function.map(|e| e.kind), Some(Kind::FunctionMacro));
}

#[test]
fn what_is_not_understood_is_skipped() {
    let odd = declarations(
        b"int before(void); mystery_t odd(frob x, ...); int int int; } template<class T> { int hidden; }\n@ ` \\ ; $ ;\nint after(void);
         __extension__ typedef struct { int x; } t; [[nodiscard]] int attributed(void);\nint last(t *p);",
    );
    for name in ["before", "after", "last"] {
        assert!(
            odd.symbols.iter().any(|symbol| &*symbol.name == name),
            "{name}"
        );
    }
    // Nothing ends badly, however deep.
    for deep in [
        format!("int {}x{};", "(".repeat(5000), ")".repeat(5000)),
        format!("int {}x;", "*".repeat(5000)),
        format!("int x{};", "[1]".repeat(5000)),
        format!("enum {{ A = {}1 }};", "-(".repeat(5000)),
        "struct { ".repeat(5000),
    ] {
        declarations(deep.as_bytes());
    }
}

#[test]
fn what_is_no_c_is_an_error() {
    for source in ["These are words.\n", "int f(unknown_t x);\n", "int x = ;\n"] {
        let message = text("words", source, &[]).err().map(|e| e.message);
        let message = message.unwrap_or_default();
        assert!(
            message.contains("can't read the header: "),
            "{source}: {message}"
        );
    }
    // What the compiler only warns of is its business.
    ok("warned", "int f(void) { return; }\nint g(void);\n");
}

#[test]
fn errors() {
    let missing = read(&Request {
        includes: vec![Include::System("no/such/header.h".to_owned())],
        ..Request::default()
    });
    let message = missing.err().map(|e| e.message).unwrap_or_default();
    assert!(
        message.contains("'no/such/header.h' is not found"),
        "{message}"
    );
    let stopped = text("stopped", "#error not for you\n", &[]);
    let message = stopped.err().map(|e| e.message).unwrap_or_default();
    assert!(message.contains("not for you"), "{message}");
    assert!(Path::new("/").is_absolute());
}
