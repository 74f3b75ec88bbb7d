//! `sxc debug --dap`: whole sessions, as an editor has them.

#[path = "dap/client.rs"]
mod client;

use std::time::Instant;

use client::Client;
use serde_json::{Value, json};

const PROGRAM: &str = r#"#import "modules/std.sx";

Pair :: struct { name: string; inner: *Pair; numbers: [3]i64; }
Shape :: enum { none; circle: f64; }

level : i64 = 7;

mark :: (seen: *[10]bool, step: i64) {
    n := step * 2;
    while n < 10 {
        seen[n] = true;
        n += step;
    }
}

count :: (limit: i64) -> i64 {
    seen : [10]bool = .[false, false, false, false, false, false, false, false, false, false];
    found := 0;
    for 2..limit (i) {
        if !seen[i] {
            found += 1;
            mark(*seen, i);
        }
    }
    found
}

PRIMES :: #run count(10);

main :: () -> i64 {
    inner : Pair = .{ name = "inner", inner = null, numbers = .[1, 2, 3] };
    pair : Pair = .{ name = "outer", inner = *inner, numbers = .[4, 5, 6] };
    shape : Shape = .circle(1.5);
    many : []i64 = .[];
    print("primes {} {}\n", PRIMES, pair.name);
    level += count(10);
    print("level {}\n", level);
    return level;
}
"#;

fn line_of(text: &str) -> i64 {
    let at = PROGRAM.lines().position(|line| line.contains(text));
    at.expect("the line is there") as i64 + 1
}

fn at(client: &Client, breakpoints: Value) -> Value {
    json!({ "source": { "path": client.dir.join("prog.sx") }, "breakpoints": breakpoints })
}

fn start(name: &str, args: &[&str]) -> Client {
    Client::start(name, &[("prog.sx", PROGRAM)], args)
}

#[test]
fn main_with_breakpoints_and_values() {
    let mut c = start("main", &[]);
    let lines = at(
        &c,
        json!([
            { "line": line_of("found += 1"), "condition": "i == 5" },
            { "line": line_of("level += count") },
            { "line": line_of("n += step"), "condition": "no condition" },
            { "line": 9999 },
        ]),
    );
    c.launch(
        json!({ "program": c.dir.join("prog.sx"), "main": true, "stopOnEntry": true }),
        &[lines],
    );
    let entry = c.event("breakpoint");
    assert_eq!(entry["breakpoint"]["verified"], json!(true));
    assert_eq!(entry["breakpoint"]["line"], json!(line_of("found += 1")));
    let (reason, name, line) = c.stopped();
    assert_eq!((reason.as_str(), name.as_str()), ("entry", "main"));
    assert_eq!(line, line_of("inner : Pair"));
    // To the second one, as the first one is in another call.
    c.ask("continue", json!({ "threadId": 1 }));
    let (reason, _, line) = c.stopped();
    assert_eq!(
        (reason.as_str(), line),
        ("breakpoint", line_of("level += count"))
    );
    assert_eq!(c.written("stdout"), "primes 4 outer\n");
    // Values.
    let locals = c.locals(1);
    let names: Vec<&str> = locals.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["inner", "pair", "shape", "many"]);
    let parts = c.variables(&locals[1].2);
    assert_eq!(
        (parts[0].0.as_str(), parts[0].1.as_str()),
        ("name", "\"outer\"")
    );
    let behind = c.variables(&parts[1].2);
    assert_eq!(behind[0].1, "\"inner\"");
    let numbers = c.variables(&behind[2].2);
    assert_eq!(numbers[2], ("[2]".to_owned(), "3".to_owned(), json!(0)));
    let payload = c.variables(&locals[2].2);
    assert_eq!(
        (payload[0].0.as_str(), payload[0].1.as_str()),
        ("circle", "1.5")
    );
    assert_eq!(locals[3].2, json!(0));
    assert_eq!(c.value("pair.inner.numbers[1]"), "2");
    assert_eq!(c.value("pair.numbers[0..2]"), "[4, 5]");
    assert_eq!(c.value("level"), "7");
    let wrong = c.refused("evaluate", json!({ "expression": "nothing", "frameId": 1 }));
    assert_eq!(wrong, "no variable 'nothing' is in scope here");
    assert!(
        c.refused("evaluate", json!({ "expression": "1 + 1" }))
            .contains("not understood")
    );
    // Memory.
    let level = c.ask("evaluate", json!({ "expression": "level" }));
    let bytes = c.ask(
        "readMemory",
        json!({ "memoryReference": level["memoryReference"], "count": 8 }),
    );
    assert_eq!(bytes["data"], json!("BwAAAAAAAAA="));
    // Into the call, over a line, out of it, and to the conditional one.
    c.ask("stepIn", json!({ "threadId": 1 }));
    assert_eq!(c.stopped().1, "count");
    c.ask("next", json!({ "threadId": 1 }));
    let (reason, _, line) = c.stopped();
    assert_eq!((reason.as_str(), line), ("step", line_of("found := 0")));
    c.ask("continue", json!({ "threadId": 1 }));
    let (reason, _, line) = c.stopped();
    assert_eq!(
        (reason.as_str(), line),
        ("breakpoint", line_of("found += 1"))
    );
    assert_eq!(c.value("i"), "5");
    let stack = c.ask(
        "stackTrace",
        json!({ "threadId": 1, "startFrame": 1, "levels": 5 }),
    );
    assert_eq!(stack["totalFrames"], json!(2));
    assert_eq!(stack["stackFrames"][0]["name"], json!("main"));
    assert_eq!(
        stack["stackFrames"][0]["source"]["path"],
        json!(c.dir.join("prog.sx"))
    );
    c.ask("stepOut", json!({ "threadId": 1 }));
    let (_, name, line) = c.stopped();
    assert_eq!((name.as_str(), line), ("main", line_of("print(\"level")));
    c.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(c.ended(), 11);
    assert_eq!(c.written("stdout"), "primes 4 outer\nlevel 11\n");
    assert_eq!(
        c.refused("stackTrace", json!({ "threadId": 1 })),
        "the program does not run"
    );
    c.disconnect();
}

#[test]
fn compile_time_code_backwards_and_watched() {
    let mut c = start("comptime", &["prog.sx"]);
    let end = line_of("PRIMES ::") - 3;
    assert_eq!(PROGRAM.lines().nth(end as usize - 1), Some("    found"));
    let lines = at(&c, json!([{ "line": end }]));
    c.launch(json!({}), &[lines]);
    let (reason, name, line) = c.stopped();
    assert_eq!(
        (reason.as_str(), name.as_str(), line),
        ("breakpoint", "count", end)
    );
    let seen = c
        .locals(1)
        .into_iter()
        .find(|(name, ..)| name == "seen")
        .expect("it is there");
    // Who has marked 9?
    let info = c.ask(
        "dataBreakpointInfo",
        json!({ "variablesReference": seen.2, "name": "[9]" }),
    );
    assert_eq!(info["description"], json!("seen[9] (1 byte)"));
    let set = c.ask(
        "setDataBreakpoints",
        json!({ "breakpoints": [{ "dataId": info["dataId"] }, { "dataId": "none" }] }),
    );
    assert_eq!(set["breakpoints"][0]["verified"], json!(true));
    assert_eq!(set["breakpoints"][1]["verified"], json!(false));
    c.ask("reverseContinue", json!({ "threadId": 1 }));
    let (reason, name, line) = c.stopped();
    assert_eq!(
        (reason.as_str(), name.as_str(), line),
        ("data breakpoint", "mark", line_of("n += step"))
    );
    assert_eq!(c.value("step"), "3");
    c.ask("stepBack", json!({ "threadId": 1 }));
    let (reason, _, line) = c.stopped();
    assert_eq!((reason.as_str(), line), ("step", line_of("seen[n] = true")));
    assert_eq!(c.value("n"), "9");
    c.ask("setDataBreakpoints", json!({ "breakpoints": [] }));
    c.ask("reverseContinue", json!({ "threadId": 1 }));
    let (_, name, _) = c.stopped();
    assert_eq!(name, "the evaluation 'PRIMES_0'");
    let function = c.ask(
        "setFunctionBreakpoints",
        json!({ "breakpoints": [{ "name": "mark", "condition": "step == 5" }, { "name": "nowhere" }] }),
    );
    assert_eq!(function["breakpoints"][0]["verified"], json!(true));
    assert_eq!(function["breakpoints"][1]["verified"], json!(false));
    c.ask("continue", json!({ "threadId": 1 }));
    let (reason, name, _) = c.stopped();
    assert_eq!((reason.as_str(), name.as_str()), ("breakpoint", "mark"));
    assert_eq!(c.value("step"), "5");
    c.ask("setFunctionBreakpoints", json!({ "breakpoints": [] }));
    c.ask(
        "setBreakpoints",
        json!({ "source": { "path": c.dir.join("prog.sx") }, "breakpoints": [] }),
    );
    c.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(c.ended(), 0);
    c.disconnect();
}

#[test]
fn failures_and_mistakes_in_programs() {
    let program = "f :: (n: i64) -> i64 {\n    d := n - 3;\n    return 10 / d;\n}\nA :: #run f(3);\nmain :: () {}\n";
    let mut c = Client::start("failing", &[("prog.sx", program)], &["prog.sx"]);
    c.launch(json!({}), &[]);
    let (reason, name, line) = c.stopped();
    assert_eq!(
        (reason.as_str(), name.as_str(), line),
        ("exception", "f", 3)
    );
    assert_eq!(c.value("d"), "0");
    let info = c.ask("exceptionInfo", json!({ "threadId": 1 }));
    assert!(
        info["description"]
            .as_str()
            .expect("text")
            .contains("division by zero"),
        "{info}"
    );
    // To the beginning of the line that has failed, and of the one before it.
    for line in [3, 2] {
        c.ask("stepBack", json!({ "threadId": 1 }));
        assert_eq!(c.stopped().2, line);
    }
    c.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(c.stopped().0, "exception");
    c.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(c.ended(), 1);
    assert!(c.written("stderr").contains("error: "), "{:?}", c.output);
    c.disconnect();

    let mut c = Client::start(
        "wrong",
        &[("prog.sx", "main :: () { x : i64 = nothing; }\n")],
        &[],
    );
    c.launch(json!({ "program": "prog.sx", "main": true }), &[]);
    assert_eq!(c.ended(), 1);
    assert!(c.written("stderr").contains("unresolved 'nothing'"));
    c.disconnect();
}

#[test]
fn wrong_requests() {
    let mut c = start("requests", &[]);
    assert_eq!(
        c.refused("frobnicate", json!({})),
        "'frobnicate' is not supported"
    );
    assert_eq!(c.refused("", json!({})), "a request names no command");
    assert_eq!(
        c.refused("stackTrace", json!({ "threadId": 1 })),
        "the program does not run"
    );
    assert_eq!(
        c.refused("attach", json!({})),
        "programs can be launched only"
    );
    assert_eq!(c.refused("launch", json!({})), "'launch' names no program");
    assert!(
        c.refused("launch", json!({ "program": 5 }))
            .starts_with("wrong arguments of 'launch'")
    );
    assert!(
        c.refused("launch", json!("prog.sx"))
            .starts_with("wrong arguments")
    );
    assert!(
        c.refused("setBreakpoints", json!({}))
            .starts_with("wrong arguments")
    );
    assert_eq!(
        c.refused("launch", json!({ "program": "nosuch.sx" })),
        "cannot read 'nosuch.sx': No such file or directory"
    );
    assert_eq!(
        c.refused("launch", json!({ "program": "prog.sx", "args": ["a"] })),
        "arguments for the program need \"main\": true"
    );
    assert!(
        c.refused(
            "launch",
            json!({ "program": "prog.sx", "flags": ["--nosuch"] })
        )
        .starts_with("wrong flags: ")
    );
    // What is no message at all.
    c.send_raw(b"Content-Length: 3\r\n\r\n{]}");
    c.send_raw(b"Content-Length: x\r\n\r\n");
    c.send_raw(b"Content-Length: 4\r\n\r\n\xff\xfe12");
    c.send_raw(b"Content-Length: 2\r\n\r\n[]");
    c.send_raw(b"\r\n\r\n");
    let threads = c.ask("threads", Value::Null);
    assert_eq!(threads["threads"][0]["id"], json!(1));
    assert_eq!(c.output.len(), 4, "{:?}", c.output);
    c.launch(json!({ "program": "prog.sx", "stopOnEntry": true }), &[]);
    assert_eq!(c.stopped().0, "entry");
    for (command, arguments, message) in [
        (
            "launch",
            json!({ "program": "prog.sx" }),
            "'launch' comes too late",
        ),
        ("scopes", json!({ "frameId": 77 }), "there is no such frame"),
        ("scopes", json!({ "frameId": 0 }), "there is no such frame"),
        (
            "variables",
            json!({ "variablesReference": 99 }),
            "what is asked for is gone: the program has gone on",
        ),
        (
            "source",
            json!({ "sourceReference": 12345 }),
            "there is no such text",
        ),
        (
            "readMemory",
            json!({ "memoryReference": "zz", "count": 1 }),
            "'zz' is no address",
        ),
        (
            "exceptionInfo",
            json!({ "threadId": 1 }),
            "nothing has failed",
        ),
        (
            "reverseContinue",
            json!({ "threadId": 1 }),
            "this is the beginning",
        ),
        (
            "evaluate",
            json!({ "expression": "" }),
            "a variable is wanted",
        ),
    ] {
        assert_eq!(c.refused(command, arguments), message, "{command}");
    }
    let memory = c.ask(
        "readMemory",
        json!({ "memoryReference": "0x0", "count": 16 }),
    );
    assert_eq!(
        (&memory["data"], &memory["unreadableBytes"]),
        (&json!(""), &json!(16))
    );
    let info = c.ask("dataBreakpointInfo", json!({ "name": "nothing" }));
    assert_eq!(info["dataId"], Value::Null);
    // Nobody says goodbye.
    assert!(c.finish().success());
}

const ENDLESS: &str = "#import \"modules/std.sx\";
usleep :: (us: u32) -> i32 extern;
spin :: (n: i64) -> i64 { x := n; while x != 0 { x = x * 3 | 1; } return x; }
main :: () {
    print(\"started\\n\");
    spin(7);
}
";

#[test]
fn endless_programs_are_paused_and_left() {
    for leave in ["disconnect", "terminate", ""] {
        let mut c = Client::start(
            &format!("endless{leave}"),
            &[("prog.sx", ENDLESS)],
            &["--main", "prog.sx"],
        );
        c.launch(json!({}), &[]);
        c.ask("threads", Value::Null);
        assert_eq!(
            c.refused("next", json!({ "threadId": 1 })),
            "the program is running"
        );
        c.output_begins();
        // What it prints may not have come to its end yet.
        loop {
            c.ask("pause", json!({ "threadId": 1 }));
            let (reason, name, _) = c.stopped();
            assert_eq!(reason, "pause");
            if name == "spin" {
                break;
            }
            c.ask("continue", json!({ "threadId": 1 }));
        }
        assert_eq!(c.written("stdout"), "started\n");
        c.ask("continue", json!({ "threadId": 1 }));
        match leave {
            "" => assert!(c.finish().success()),
            "terminate" => {
                c.ask("terminate", json!({}));
                c.ended();
                c.disconnect();
            }
            _ => c.disconnect(),
        }
    }
}

/// An editor may wait for the end without closing the connection.
#[test]
fn what_stands_still_is_left() {
    for main in [true, false] {
        let mut c = start(&format!("left{main}"), &[]);
        let program = c.dir.join("prog.sx");
        c.launch(
            json!({ "program": program, "main": main, "stopOnEntry": true }),
            &[],
        );
        c.stopped();
        c.ask("disconnect", json!({}));
        assert!(c.ends_by_itself());
        assert!(c.finish().success());
    }
}

/// The program is where no statement begins.
#[test]
fn programs_that_wait_are_left() {
    let program = ENDLESS.replace("spin(7);", "usleep(20000000);");
    let mut c = Client::start("waiting", &[("prog.sx", &program)], &["--main", "prog.sx"]);
    c.launch(json!({}), &[]);
    let begun = Instant::now();
    c.output_begins();
    c.disconnect();
    assert!(begun.elapsed().as_secs() < 15);
}

/// What reads and writes descriptors 0 to 2 itself does not touch the protocol.
#[test]
fn the_protocol_is_apart() {
    let program = "#import \"modules/std.sx\";
printf :: (format: cstring) -> i32 extern;
getchar :: () -> i32 extern;
fflush :: (file: *void) -> i32 extern;
main :: () -> i64 {
    printf(\"from C\\n\");
    fflush(null);
    c := getchar();
    print(\"read {}\\n\", c);
    return 0;
}
";
    let mut c = Client::start("apart", &[("prog.sx", program)], &["--main", "prog.sx"]);
    c.launch(json!({ "noDebug": true }), &[]);
    assert_eq!(c.ended(), 0, "{:?}", c.output);
    assert_eq!(c.written("stdout"), "from C\nread -1\n");
    c.disconnect();
}
