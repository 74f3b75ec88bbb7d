//! `sxc build` of programs that drive their own build, and what builds write down.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const HEAD: &str = "#import \"modules/std.sx\";\n#import \"modules/build.sx\";\n";

struct Place(PathBuf);

impl Place {
    fn new(text: &str) -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sxc-driver-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder can be made");
        std::fs::write(path.join("prog.sx"), format!("{HEAD}{text}"))
            .expect("a file can be written");
        Place(path)
    }

    fn sxc(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(args)
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .expect("sxc starts")
    }

    fn run(&self, program: &str) -> String {
        let output = Command::new(self.0.join(program))
            .output()
            .expect("the program starts");
        text(&output.stdout)
    }

    fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn expect(output: &Output, status: i32, stdout: &str, stderr: &str) {
    assert_eq!(
        (
            output.status.code(),
            text(&output.stdout).as_str(),
            text(&output.stderr).as_str()
        ),
        (Some(status), stdout, stderr)
    );
}

#[test]
fn a_driver_around_the_default() {
    let place = Place::new(
        r#"
drive :: (opt: BuildOptions) -> bool {
    print("linking {} {} {}\n", build_output(), opt.binary_path(), build_flags().items);
    return default_pipeline(opt);
}
#run { build_options().add_link_flag("-lm"); on_build(drive); }
main :: () { print("hello\n"); }
"#,
    );
    let output = place.sxc(&["build", "prog.sx", "-o", "out/app", "--lflags", "-s"]);
    expect(
        &output,
        0,
        "linking out/app out/app [-lm, -s]\n",
        "compiled: out/app\n",
    );
    assert_eq!(place.run("out/app"), "hello\n");
}

/// `set_post_link_module` names a module whose `bundle_main` runs after the driver.
#[test]
fn a_module_after_linking() {
    let program = r#"
bun :: #import "bun.sx";
#run build_options().set_post_link_module("bun");
main :: () { print("bundled\n"); }
"#;
    let module = |body: &str| {
        let place = Place::new(program);
        std::fs::write(place.0.join("bun.sx"), format!("{HEAD}{body}")).expect("a file");
        place
    };
    let place = module(
        r#"bundle_main :: (opt: BuildOptions) -> bool { print("bundling {}\n", opt.binary_path()); return true; }"#,
    );
    let output = place.sxc(&["build", "prog.sx", "-o", "app"]);
    expect(&output, 0, "bundling app\n", "compiled: app\n");
    assert_eq!(place.run("app"), "bundled\n");

    let place = module("bundle_main :: () { print(\"no options\\n\"); }");
    let output = place.sxc(&["build", "prog.sx", "-o", "app"]);
    expect(&output, 0, "no options\n", "compiled: app\n");

    let place = module("bundle_main :: () -> bool { return false; }");
    let output = place.sxc(&["build", "prog.sx", "-o", "app"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("returned false"));

    let place = module("other :: () {}");
    let output = place.sxc(&["build", "prog.sx", "-o", "app"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("bundle_main"));
}

#[test]
fn a_driver_of_primitives() {
    let place = Place::new(
        r#"
drive :: (opt: BuildOptions) -> bool {
    objects : List(string) = .{};
    objects.append(emit_object());
    link(objects, concat(build_output(), "-mine"), link_libraries(), build_frameworks(), build_flags(), "");
    return true;
}
#run { on_build(default_pipeline); on_build(drive); }
main :: () { print("mine\n"); }
"#,
    );
    let output = place.sxc(&["build", "prog.sx"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(place.run("prog-mine"), "mine\n");
    assert!(!place.has("prog"));
}

#[test]
fn a_driver_reads_writes_and_runs() {
    let place = Place::new(
        r#"
fs :: #import "modules/std/fs.sx";
process :: #import "modules/std/process.sx";
drive :: (opt: BuildOptions) -> bool {
    fs.write_file("made.txt", "written\n");
    if r := process.run("echo from a program") { print("{}", r.stdout); }
    return default_pipeline(opt) and fs.exists("made.txt");
}
#run on_build(drive);
main :: () { print("ran\n"); }
"#,
    );
    let output = place.sxc(&["build", "prog.sx"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "from a program\n");
    assert!(place.has("made.txt"));
    assert_eq!(place.run("prog"), "ran\n");
}

#[test]
fn what_is_not_the_driver_is_not_trusted() {
    let place = Place::new(
        r#"
fs :: #import "modules/std/fs.sx";
#run { fs.write_file("made.txt", "written\n"); }
#run on_build((opt: BuildOptions) -> bool => default_pipeline(opt));
main :: () { }
"#,
    );
    let output = place.sxc(&["build", "prog.sx"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("'open' leaves the sandbox at compile time; allow it with --allow=extern:c"),
        "{said}"
    );
    assert!(!place.has("made.txt"));
}

#[test]
fn a_driver_may_make_nothing() {
    let place = Place::new(
        "drive :: (opt: BuildOptions) -> bool { return true; }\n#run on_build(drive);\nmain :: () {}\n",
    );
    let output = place.sxc(&["build", "prog.sx"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(!place.has("prog"));
}

#[test]
fn failing_drivers() {
    let place = Place::new(
        "drive :: (opt: BuildOptions) -> bool { return false; }\n#run on_build(drive);\nmain :: () {}\n",
    );
    expect(
        &place.sxc(&["build", "prog.sx"]),
        1,
        "",
        "error: post-link callback returned false\n",
    );
    let place = Place::new(
        "drive :: (opt: BuildOptions) -> bool { a := .[1]; i := 3; return a[i] == 1; }\n#run on_build(drive);\nmain :: () {}\n",
    );
    let output = place.sxc(&["build", "prog.sx"]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stderr);
    assert!(
        shown.starts_with("error: the build driver failed: index 3 is out of range for length 1"),
        "{shown}"
    );
    assert!(
        shown.contains("  --> prog.sx:3:") && shown.contains("return a[i] == 1;"),
        "{shown}"
    );
    assert!(
        shown.contains("note: in 'drive'\n  --> prog.sx:3:"),
        "{shown}"
    );
    assert!(shown.contains("note: in '__build'\n"), "{shown}");
    // What the compiler does for the driver fails where it was asked for it.
    let place = Place::new(
        "drive :: (opt: BuildOptions) -> bool {\n    l : List(string) = .{};\n    link(l, \"/dev/null/out\", link_libraries(), build_frameworks(), build_flags(), build_target());\n    return true;\n}\n#run on_build(drive);\nmain :: () {}\n",
    );
    let shown = text(&place.sxc(&["build", "prog.sx"]).stderr);
    assert!(
        shown.starts_with("error: the build driver failed: ")
            && shown.contains("  --> prog.sx:5:")
            && shown.contains("note: in 'drive'\n"),
        "{shown}"
    );
}

#[test]
fn the_program_chooses_its_path() {
    let place = Place::new(
        "#run build_options().set_output_path(\"bin/tool\");\nmain :: () { print(\"tool\\n\"); }\n",
    );
    let output = place.sxc(&["build", "prog.sx"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(place.run("bin/tool"), "tool\n");
    assert_eq!(
        place
            .sxc(&["build", "prog.sx", "-o", "other"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(place.run("other"), "tool\n");
}

#[test]
fn a_trace_tells_what_evaluations_depend_on() {
    let place = Place::new(
        "#import \"modules/std.sx\";
#import \"modules/compiler.sx\";
limit := 3;
other := 4;
inner :: (n: i64) -> i64 { return n + limit; }
outer :: (n: i64) -> i64 { return inner(n) * 2; }
unused :: () -> i64 { return other; }
A :: #run outer(1);
B :: #run embed(\"prog.sx\").len;
main :: () { print(\"{} {} {}\\n\", A, B > 0, unused()); }
",
    );
    let output = place.sxc(&["check", "prog.sx", "--trace=comptime"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    assert!(
        said.contains("  depends on functions: inner, outer\n"),
        "{said}"
    );
    assert!(said.contains("  depends on variables: limit\n"), "{said}");
    let files = said
        .lines()
        .find(|line| line.starts_with("  depends on files: "));
    assert!(
        files.is_some_and(|line| line.ends_with("prog.sx")),
        "{said}"
    );
    assert!(
        !said.contains("unused") && !said.contains("other"),
        "{said}"
    );
}

/// What C sources include makes the program, too.
#[test]
fn headers_of_c_sources_are_inputs() {
    let place = Place::new(
        "u :: #import c { #include \"a.h\"; #source \"a.c\"; };\nmain :: () { u.f(); }\n",
    );
    let write = |name: &str, text: &str| {
        std::fs::write(place.0.join(name), text).expect("a file can be written");
    };
    write("a.h", "int f(void);\n");
    write("a.c", "#include \"c.h\"\nint f(void) { return C; }\n");
    write("c.h", "#define C 3\n");
    let output = place.sxc(&[
        "check",
        "prog.sx",
        "--depfile=deps.d",
        "--manifest=inputs.json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(place.0.join(name)).unwrap_or_default();
    let rule = read("deps.d");
    let inputs: Vec<&str> = rule.split_whitespace().collect();
    let manifest: serde_json::Value =
        serde_json::from_str(&read("inputs.json")).expect("the manifest is JSON");
    for name in ["prog.sx", "a.h", "a.c", "c.h"] {
        let known = |input: &&&str| **input == name;
        assert_eq!(inputs.iter().filter(known).count(), 1, "{name}: {rule}");
        let mut listed = manifest["inputs"].as_array().expect("a list").iter();
        assert!(listed.any(|input| input["path"] == name), "{name}");
    }
    // A list that would lack something isn't written.
    write("a.c", "#include \"d.h\"\n");
    let output = place.sxc(&["check", "prog.sx", "--depfile=other.d"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(!place.has("other.d"));
}

#[test]
fn inputs_are_written_down() {
    let place = Place::new("main :: () {}\n");
    let output = place.sxc(&[
        "check",
        "prog.sx",
        "--depfile=deps.d",
        "--manifest=inputs.json",
        "--trace=comptime",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(place.0.join(name)).unwrap_or_default();
    assert!(read("deps.d").starts_with("prog: "), "{}", read("deps.d"));
    assert!(read("deps.d").contains("prog.sx"));
    let manifest: serde_json::Value =
        serde_json::from_str(&read("inputs.json")).expect("the manifest is JSON");
    let inputs = manifest["inputs"].as_array().expect("it lists inputs");
    assert!(inputs.iter().all(|input| {
        input["sha256"]
            .as_str()
            .is_some_and(|hash| hash.len() == 64)
    }));
}
