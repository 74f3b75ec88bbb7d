//! Modules of the library found in the working directory, which come before those beside the compiler (reference part 3
//! §6.1): a whole copy, and single modules in the place of the library's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sxc-library-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder can be made");
        Place(path)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn run(&self, file: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(["run", "--engine=vm", file])
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .expect("sxc starts")
    }

    #[track_caller]
    fn prints(&self, file: &str, expected: &str) {
        let output = self.run(file);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{told}");
        assert!(output.status.success() && told.is_empty(), "{told}");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../library/modules")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

const PROGRAM: &str = r#"#import "modules/std.sx";
#import "modules/std/atomic.sx";
#import "modules/math/scalar.sx";
here :: (at: Source_Location = #caller_location) -> i64 { return at.line.(i64); }
SQUARES :: #run make();
make :: () -> []i64 {
    list : List(i64) = .{};
    for 0..4 (i) { list.append(i * i); }
    return list.items[0..list.len];
}
main :: () {
    n : i32 = 3;
    atomic_store(i32, *n, 4, .release);
    print("{} {} {} {} {}\n", size_of(i64), SQUARES[3], sqrt(16.0), n, here());
}
"#;

#[test]
fn a_copy_of_the_library() {
    let place = Place::new();
    copy(&library(), &place.0.join("modules"));
    place.write("prog.sx", PROGRAM);
    place.write("sub/prog.sx", PROGRAM);
    place.prints("prog.sx", "8 9 4.000000 4 14\n");
    place.prints("sub/prog.sx", "8 9 4.000000 4 14\n");
}

#[test]
fn one_module_in_the_place_of_the_librarys() {
    let place = Place::new();
    let text = fs::read_to_string(library().join("std/core.sx")).expect("the library");
    let text = format!("{text}\nMARK :: 77;\n");
    place.write("modules/std/core.sx", &text);
    place.write(
        "prog.sx",
        "#import \"modules/std.sx\";\n#import \"modules/std/core.sx\";\nmain :: () { print(\"{} {}\\n\", MARK, size_of(i16)); }\n",
    );
    place.prints("prog.sx", "77 2\n");
}

/// A program's own `modules` that the library has no part in is a program's.
#[test]
fn other_modules_declare_no_intrinsics() {
    let place = Place::new();
    place.write(
        "modules/own.sx",
        "size_of :: ($T: Type) -> i64 intrinsic;\n",
    );
    place.write("prog.sx", "#import \"modules/own.sx\";\nmain :: () {}\n");
    let output = place.run("prog.sx");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("belongs to modules/std/core.sx"), "{told}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn sources_are_not_written_over() {
    let place = Place::new();
    place.write("part.sx", "PART :: 1;\n");
    place.write(
        "prog.sx",
        "#import \"part.sx\";\nmain :: () -> i64 { PART }\n",
    );
    for args in [
        &["build", "prog.sx", "-o", "part.sx"][..],
        &["asm", "prog.sx", "-o", "prog.sx"],
        &["ir", "prog.sx", "-o", "part.sx"],
        &["expand", "prog.sx", "-o", "prog.sx"],
        &["check", "prog.sx", "--depfile=part.sx"],
        &["build", "prog.sx", "--manifest=prog.sx", "-o", "prog"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_sxc"))
            .args(args)
            .current_dir(&place.0)
            .output()
            .expect("sxc starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            told.contains("is a file that the program is made of"),
            "{told}"
        );
        assert_eq!(output.status.code(), Some(2));
    }
    let part = fs::read_to_string(place.0.join("part.sx")).expect("the source");
    assert_eq!(part, "PART :: 1;\n");
    let output = Command::new(env!("CARGO_BIN_EXE_sxc"))
        .args(["check", "prog.sx", "--depfile=one", "--manifest=one"])
        .current_dir(&place.0)
        .output()
        .expect("sxc starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("both name 'one'"), "{told}");
    assert_eq!(output.status.code(), Some(2));
}
