//! The text form: printing what was parsed gives the text again, and bad text gives errors.

use sx_ir::opt::{PassOptions, optimise};
use sx_ir::parse::parse;
use sx_ir::print::{PrintOptions, print, print_with};
use sx_ir::verify::verify;

const SAMPLE: &str = include_str!("text/sample.ir");

#[test]
fn sample_round_trips_and_verifies() {
    let module = parse(SAMPLE).unwrap();
    verify(&module).unwrap();
    let text = print(&module);
    assert_eq!(text, SAMPLE);
    assert_eq!(print(&parse(&text).unwrap()), text);
    let bare = print_with(
        &module,
        PrintOptions {
            locs: false,
            sx_types: false,
        },
    );
    let again = parse(&bare).unwrap();
    assert_eq!(print(&again), bare);
}

/// Whatever is cut out of or put into the text, the parser answers, and what it accepts can be printed.
#[test]
fn damaged_text_never_panics() {
    let pieces = [
        "%",
        "99999999999999999999",
        "{",
        "}",
        "(",
        "!",
        "@",
        "\"",
        "-",
        "ptr",
        "sig9",
        "@f7",
        "L3",
        "\\",
        "é",
    ];
    for at in (0..SAMPLE.len()).filter(|at| SAMPLE.is_char_boundary(*at)) {
        let (before, after) = SAMPLE.split_at(at);
        let mut texts = vec![before.to_string()];
        texts.push(format!("{before}{}", after.get(1..).unwrap_or_default()));
        texts.push(format!("{before}{}{after}", pieces[at % pieces.len()]));
        for text in texts {
            if let Ok(module) = parse(&text) {
                // Positions may name files that don't exist; nothing else may be dangling enough to matter here.
                let _ = verify(&module);
            }
        }
    }
}

#[test]
fn errors_have_a_place() {
    for (text, wanted) in [
        ("func", "1:5: expected `@f` and a number"),
        (
            "sig0 = sx ()\nfunc @f0 \"f\" internal sig0 {\n  %0 = i64 1\n}\n",
            "3:3: no such local",
        ),
        (
            "sig0 = sx ()\nfunc @f0 \"f\" internal sig0 {\n  eval i8 256\n}\n",
            "3:11: the number does not fit i8",
        ),
        (
            "sig0 = sx ()\nfunc @f0 \"f\" internal sig0 {\n",
            "3:1: expected a statement or `}`",
        ),
        ("asm \"a", "1:5: the string does not end"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), wanted);
    }
}

/// The deepest text the parser takes goes through everything on a test thread's stack.
#[test]
fn deep_nesting_is_an_error_not_an_overflow() {
    let wrap = |body: &str| format!("sig0 = sx ()\nfunc @f0 \"f\" internal sig0 {{\n{body}}}\n");
    let passes = |mut module: sx_ir::Module| {
        optimise(&mut module, &[sx_ir::FuncId(0)], PassOptions::ALL);
        verify(&module).unwrap();
    };
    for depth in [10, 1900, 2100, 100_000] {
        let text = wrap(&format!(
            "eval {}i64 1{}\n",
            "add.i64 (load.i64 ptr 0x10), (".repeat(depth),
            ")".repeat(depth)
        ));
        match parse(&text) {
            Ok(module) => {
                verify(&module).unwrap();
                assert_eq!(print(&parse(&print(&module)).unwrap()), print(&module));
                passes(module);
            }
            Err(error) => assert!(depth > 2000, "{error}"),
        }
    }
    for depth in [10, 900, 1100, 100_000] {
        let text = wrap(&format!(
            "{}{}\n",
            "if load.i8 ptr 0x10 {\n".repeat(depth),
            "}\n".repeat(depth)
        ));
        match parse(&text) {
            Ok(module) => {
                verify(&module).unwrap();
                assert_eq!(print(&parse(&print(&module)).unwrap()), print(&module));
                passes(module);
            }
            Err(error) => assert!(depth > 1000, "{error}"),
        }
    }
}
